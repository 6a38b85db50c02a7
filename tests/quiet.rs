//! A cluster in which nothing happens costs nothing: no product is played beat by beat.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use loading::load;
use ninefold::model::Model;
use ninefold::scenario::profiles::PROFILES;
use ninefold::sim::{Observer, Signal, Simulation};
use ninefold::state::State;

struct Deaf;

impl Observer for Deaf {
    fn observe(&mut self, _: ninefold::engine::Time, _: Signal) {}
}

/// Sixteen hosts at two sites with second copies of their disks, networks within and between them, a witness, what
/// every product watches switched on, and a horizon.
fn scenario(product: &str, horizon: &str, fault: &str) -> String {
    let detection = if product == "custom" { "detection = \"30 s\"\n" } else { "" };
    format!(
        r#"schema = 1
title = "quiet"
[run]
horizon = "{horizon}"
replications = 1
ages = "new"
[site.east]
[site.west]
[network.lan]
carries = ["management", "client"]
[network.wan]
carries = ["management", "storage"]
between = ["east", "west"]
[storage.san]
kind = "fc"
site = "east"
mirror = "copy"
bandwidth = "40 MB/s"
[storage.copy]
kind = "fc"
site = "west"
[host.e]
count = 8
site = "east"
cores = 16
memory = "64 GiB"
storage = ["san", "copy"]
[host.w]
count = 8
site = "west"
cores = 16
memory = "64 GiB"
storage = ["san", "copy"]
[cluster.c]
product = "{product}"
hosts = ["e", "w"]
limits = "ignore"
{detection}[service.app]
instances = 40
vm = {{ cores = 1, memory = "4 GiB", storage = "san" }}
[strategy.s]
protect = ["host-cluster"]
{fault}"#
    )
}

fn events(model: &Model) -> u64 {
    let mut state = State::new(model);
    Simulation::new(model, &mut state, 1, 0, Deaf).run_counted().1
}

#[test]
fn a_cluster_in_which_nothing_happens_has_no_events() {
    for profile in PROFILES {
        for horizon in ["1 d", "1000 y"] {
            let models = load(&scenario(profile.word, horizon, ""));
            assert_eq!(events(&models[0]), 0, "{} over {horizon}", profile.word);
        }
    }
}

/// The twin: a crash has consequences, as many however long it stays quiet afterwards.
#[test]
fn after_a_fault_it_is_quiet_again() {
    let fault = "[[inject]]\nat = \"1 h\"\nfault = \"host e-1 crash\"\nlasts = \"2 h\"\n";
    for profile in PROFILES {
        let [short, long] = ["1 d", "1000 y"].map(|h| events(&load(&scenario(profile.word, h, fault))[0]));
        assert!(short > 0, "{}", profile.word);
        assert_eq!(short, long, "{}", profile.word);
    }
}
