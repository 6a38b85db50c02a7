//! Quorum of failover groups against counting by hand: every set of nodes that can be lost, of two to seven, at once and
//! one after the other; and a two-node group against its closed form.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use std::fmt::Write as _;

use ninefold::probe::{Downtime, Redundancy, Timeline};
use ninefold::sim::{Replication, Signal};
use ninefold::state::State;

/// A group of so many nodes, each on a host of its own; host `h-k` crashes for good at each of its instants.
fn text(nodes: u32, profile: &str, keys: &str, lost: &[(u32, u32)]) -> String {
    let mut text = format!(
        "schema = 1\n[run]\nhorizon = \"1 d\"\nages = \"new\"\n[host.h]\ncount = {nodes}\ncores = 16\nmemory = \"64 GiB\"\n\
         [service.a]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n[strategy.s]\nprotect = [\"guest-failover\"]\n\
         profile = \"{profile}\"\nnodes = {nodes}\nfailover_threshold = 100\n{keys}\n"
    );
    for (host, hour) in lost {
        writeln!(text, "[[inject]]\nat = \"{hour} h\"\nfault = \"host h-{host} crash\"\nlasts = \"30 d\"")
            .unwrap();
    }
    text
}

/// Whether the group lost quorum, and whether it serves at the end, with every invariant checked after every event.
fn outcome(text: &str) -> (bool, bool) {
    let models = loading::load(text);
    let mut state = State::new(&models[0]);
    let log = Replication::new(&models[0], &mut state, 1, 0, Timeline::default()).run_checked();
    let lost = log.entries.iter().any(|entry| matches!(entry.signal, Signal::GroupQuorumLost { .. }));
    (lost, state.instances[0].served_ppb > 0)
}

fn hosts(set: u32, nodes: u32) -> Vec<u32> {
    (1..=nodes).filter(|host| set & (1 << (host - 1)) != 0).collect()
}

/// HYP-09: more than half of the votes, the witness's among them while a node is there to reach it.
#[test]
fn every_loss_at_once_of_two_to_seven_nodes() {
    let mut cases = 0;
    for nodes in 2..=7_u32 {
        for (keys, witness) in [("witness = \"none\"", 0), ("witness = \"share\"", 1)] {
            for set in 1..1_u32 << nodes {
                let lost: Vec<(u32, u32)> = hosts(set, nodes).into_iter().map(|host| (host, 1)).collect();
                let left = nodes - set.count_ones();
                let votes = left + if left > 0 { witness } else { 0 };
                let quorum = 2 * votes > nodes + witness;
                let got = outcome(&text(nodes, "wsfc-2008", keys, &lost));
                assert_eq!(got, (!quorum, quorum), "{nodes} nodes, {keys}, {lost:?} lost");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 2 * (3 + 7 + 15 + 31 + 63 + 127));
}

/// HYP-13: with dynamic quorum votes of those who have left are taken away, so that a majority of those who are left is
/// enough each time. Of two without a witness the first has the vote.
#[test]
fn every_order_of_losses_one_by_one_under_dynamic_quorum() {
    for nodes in 2..=5_u32 {
        for order in orders(nodes) {
            for (keys, witness) in [("witness = \"none\"", false), ("witness = \"share\"", true)] {
                // All but one leave, an hour apart.
                let lost: Vec<(u32, u32)> =
                    order[1..].iter().enumerate().map(|(k, host)| (*host, k as u32 + 1)).collect();
                let mut voters: Vec<u32> = (1..=nodes).collect();
                let mut quorum = true;
                for (host, _) in &lost {
                    // An even number without a witness: the last has no vote.
                    let even = voters.len().is_multiple_of(2);
                    let deprived = voters.last().copied().filter(|_| even && !witness);
                    let all: Vec<u32> = voters.iter().copied().filter(|v| Some(*v) != deprived).collect();
                    let left = all.iter().filter(|v| *v != host).count();
                    let extra = usize::from(witness && even);
                    quorum = quorum && 2 * (left + extra) > all.len() + extra;
                    voters.retain(|voter| voter != host);
                }
                let got = outcome(&text(nodes, "wsfc-2016", keys, &lost));
                assert_eq!(got, (!quorum, quorum), "{nodes} nodes, {keys}, {lost:?} lost");
            }
        }
    }
}

/// Every order of so many hosts.
fn orders(hosts: u32) -> Vec<Vec<u32>> {
    if hosts == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(hosts - 1);
    let insert = |order: &Vec<u32>, place: usize| {
        let mut longer = order.clone();
        longer.insert(place, hosts);
        longer
    };
    shorter.iter().flat_map(|order| (0..=order.len()).map(move |place| insert(order, place))).collect()
}

/// GFC-33: alone from the crash of the other node's host until its VM has booted again: 2 h, 5 min, 5 s and a minute.
#[test]
fn the_window_without_redundancy() {
    let text = text(2, "wsfc-2008", "", &[(2, 1)])
        .replace("lasts = \"30 d\"", "lasts = \"2 h\"")
        .replace("[strategy.s]", "power_on = \"5 s\"\nboot = \"60 s\"\n[strategy.s]");
    let models = loading::load(&text);
    let (mut state, mut redundancy) = (State::new(&models[0]), Redundancy::new(&models[0]));
    Replication::new(&models[0], &mut state, 1, 0, &mut redundancy).run();
    assert_eq!(redundancy.finish(), [(7_200 + 300 + 65) * 1_000_000]);
}

/// An application that crashes, is seen after half a poll on average, and is restarted where it is: a renewal whose outage
/// has the mean of its parts (GFC-16). Within five standard errors, and the twin that forgets the poll is rejected.
#[test]
fn a_crashing_application_costs_its_poll_and_its_start() {
    const REPLICATIONS: u32 = 400;
    let keys = "looks_alive = \"60 s\"\nrestart_window = \"0 s\"";
    let text = text(2, "wsfc-2008", keys, &[]).replace("horizon = \"1 d\"", "horizon = \"60 d\"").replace(
        "[strategy.s]",
        "start = \"20 s\"\nrecover = \"10 s\"\napp_crash = { mttf = \"1 d\", mttr = \"1 y\" }\n[strategy.s]",
    );
    let models = loading::load(&text);
    let mut state = State::new(&models[0]);
    let mut seconds = Vec::new();
    for replication in 0..REPLICATIONS {
        let mut downtime = Downtime::new(&models[0]);
        Replication::new(&models[0], &mut state, 7, replication, &mut downtime).run();
        downtime.finish();
        seconds.push(downtime.services()[0].downtime_us as f64 / 1e6);
    }
    let n = f64::from(REPLICATIONS);
    let mean = seconds.iter().sum::<f64>() / n;
    let variance = seconds.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let se = (variance / n).sqrt();
    // Cycles of a day up and (30 + 20 + 10) s down.
    let day = 86_400.0;
    let expected = |outage: f64| 60.0 * day * outage / (day + outage);
    assert!((mean - expected(60.0)).abs() < 5.0 * se, "{mean} +- {se}, expected {}", expected(60.0));
    assert!((mean - expected(30.0)).abs() > 5.0 * se, "the twin without a poll is not told apart");
}
