//! What still serves when more and more hosts are lost: sums done by hand.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use ninefold::capacity::{Survival, measure, survival};

/// Four hosts of 16 GiB, each with a VM of 8 GiB of `low` and one of 4 GiB of `high`, which restarts first.
const FOUR: &str = r#"
schema = 1
[storage.san]
kind = "fc"
[host.h]
count = 4
cores = 16
memory = "16 GiB"
storage = ["san"]
[cluster.c]
product = "custom"
detection = "30 s"
hosts = ["h"]
[service.high]
instances = 4
priority = 5
place = ["h-1", "h-2", "h-3", "h-4"]
vm = { cores = 1, memory = "4 GiB", storage = "san" }
[service.low]
instances = 4
priority = 1
place = ["h-1", "h-2", "h-3", "h-4"]
vm = { cores = 1, memory = "8 GiB", storage = "san" }
[strategy.cluster]
protect = ["host-cluster"]
[strategy.none]
protect = []
[strategy.pairs]
protect = ["guest-failover"]
nodes = 2
[strategy.pairs.service.low]
protect = []
"#;

fn shares(steps: &[Survival]) -> Vec<(u32, Vec<f64>)> {
    steps
        .iter()
        .map(|step| (step.hosts_lost, step.serving.iter().map(|serving| serving.mean).collect()))
        .collect()
}

/// Each host has 4 GiB free. One is lost: its high VM restarts, its low one finds 4 GiB nowhere. Two: both high ones find room on the
/// two others. Three: of three high ones the last host takes one.
#[test]
fn priorities_say_who_is_hurt_first() {
    let models = loading::load(FOUR);
    let steps = survival(&models[0], 1);
    assert_eq!(shares(&steps), [(1, vec![1.0, 0.75]), (2, vec![1.0, 0.5]), (3, vec![0.5, 0.25])]);
    let cases: Vec<(u32, bool)> = steps.iter().map(|step| (step.cases, step.sampled)).collect();
    assert_eq!(cases, [(4, false), (6, false), (4, false)]);
}

/// Without restarts what is on a host is lost with it; a group serves while one of its nodes does. Nodes of one group are on different
/// hosts, so that one host hurts none; two hurt those whose nodes both were there, one in six of each if they lie apart.
#[test]
fn guests_survive_by_themselves() {
    let models = loading::load(FOUR);
    assert_eq!(
        shares(&survival(&models[1], 1)),
        [(1, vec![0.75, 0.75]), (2, vec![0.5, 0.5]), (3, vec![0.25, 0.25])]
    );
    let pairs = survival(&models[2], 1);
    assert_eq!((pairs[0].serving[0].mean, pairs[0].serving[0].least), (1.0, 1.0));
    // Of the 6 pairs of hosts each takes the instances whose two nodes it is: 4 instances, 4 / 6 of one lost on average.
    assert!((pairs[1].serving[0].mean - (1.0 - 1.0 / 6.0)).abs() < 1e-12, "{:?}", pairs[1]);
    assert_eq!(pairs[1].serving[1].mean, 0.5);
}

/// With one VM an instance, somebody is missing where N+1 does not hold, and nobody where it does.
#[test]
fn it_agrees_with_n_plus_1() {
    for (memory, holds) in [("12 GiB", true), ("16 GiB", false)] {
        let text = FOUR.replace("memory = \"16 GiB\"", "memory = \"32 GiB\"").replace("8 GiB", memory);
        let models = loading::load(&text);
        let one = &survival(&models[0], 1)[0];
        let failures = measure(&models[0], 1).failures.unwrap().one;
        assert_eq!(failures.all_restart() == 4, holds, "{memory}");
        assert_eq!(one.serving.iter().all(|serving| serving.least == 1.0), holds, "{memory}");
    }
}

/// A cluster that has lost its quorum stops what it runs: two hosts of three are worse than their own VMs.
#[test]
fn without_quorum_nothing_serves() {
    let text = FOUR
        .replace("count = 4", "count = 3")
        .replace("instances = 4", "instances = 3")
        .replace(", \"h-4\"", "")
        .replace("product = \"custom\"\ndetection = \"30 s\"", "product = \"proxmox\"");
    let models = loading::load(&text);
    assert_eq!(shares(&survival(&models[0], 1))[1], (2, vec![0.0, 0.0]));
}

#[test]
fn many_hosts_are_drawn_the_same_way_for_every_strategy_and_within_bounds() {
    let text = FOUR
        .replace("count = 4", "count = 300")
        .replace("instances = 4", "instances = 3000")
        .replace("place = [\"h-1\", \"h-2\", \"h-3\", \"h-4\"]\n", "")
        .replace("memory = \"16 GiB\"", "memory = \"256 GiB\"");
    let models = loading::load(&text);
    let steps = survival(&models[1], 7);
    assert!(steps.len() >= 6 && steps.iter().all(|step| step.cases == 40 && step.sampled), "{}", steps.len());
    assert_eq!(steps, survival(&models[1], 7));
    assert!((steps[0].serving[1].mean - (1.0 - 1.0 / 300.0)).abs() < 1e-12);
}
