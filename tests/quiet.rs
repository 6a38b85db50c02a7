//! A cluster in which nothing happens costs nothing: no product is played beat by beat.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use loading::load;
use ninefold::model::Model;
use ninefold::scenario::profiles::PROFILES;
use ninefold::sim::{Observer, Replication, Signal};
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
    Replication::new(model, &mut state, 1, 0, Deaf).run_counted().1
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

/// A balanced service whose load changes every hour of the day.
fn balanced(members: u32, horizon: &str) -> Vec<Model> {
    let hours: String =
        (0..24).map(|h| format!("\"{h:02}:00\" = {}, ", f64::from(1 + h % 5) / 5.0)).collect();
    let more = format!(
        "[load.day]\ndays = {{ {} }}\n[service.web]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         load = \"day\"\ndemand = 5\ncapacity = 1\n[strategy.s.service.web]\nprotect = [\"nlb\"]\nmembers = {members}\n",
        hours.trim_end_matches(", ")
    );
    load(&scenario("custom", horizon, &more))
}

#[test]
fn a_load_that_can_be_carried_has_no_events() {
    assert_eq!(events(&balanced(5, "1000 y")[0]), 0);
    // With four members the last fifth is too much: it comes and goes four times a day, of five hours each, and 24 leaves the
    // fifth one out: at 4, 9, 14 and 19 o'clock, for an hour.
    assert_eq!(events(&balanced(4, "10 d")[0]), 10 * 4 * 2);
}

/// Four hosts of eight cores, and VMs whose load changes every hour of the day: each wants `busy` of its cores when clients
/// want most.
fn busy(product: &str, busy: f64, horizon: &str, more: &str) -> Vec<Model> {
    let hours: String =
        (0..24).map(|h| format!("\"{h:02}:00\" = {}, ", f64::from(1 + h % 5) / 5.0)).collect();
    let detection = if product == "custom" { "detection = \"30 s\"\n" } else { "" };
    load(&format!(
        r#"schema = 1
title = "quiet"
[run]
horizon = "{horizon}"
ages = "new"
[load.day]
days = {{ {} }}
[storage.san]
kind = "fc"
[host.h]
count = 4
cores = 8
memory = "64 GiB"
storage = ["san"]
migration = "10 Gbit/s"
[cluster.c]
product = "{product}"
hosts = ["h"]
balance = "on"
limits = "ignore"
{detection}[service.app]
instances = 8
vm = {{ cores = 4, memory = "4 GiB", storage = "san", busy = {busy} }}
load = "day"
[strategy.s]
protect = ["host-cluster"]
{more}"#,
        hours.trim_end_matches(", ")
    ))
}

#[test]
fn vms_that_fit_when_all_want_most_have_no_events() {
    for profile in PROFILES {
        // Where hosts are relieved before they are full, that must not be needed either.
        assert_eq!(events(&busy(profile.word, 3.0, "1000 y", "")[0]), 0, "{}", profile.word);
    }
    assert_eq!(events(&busy("vsphere-6", 4.0, "1000 y", "")[0]), 0);
}

/// The twin: where they do not fit, a host has an event when its share changes, and its cluster looks only meanwhile.
#[test]
fn a_host_that_is_full_for_hours_has_events_for_hours() {
    let place = "[service.more]\ninstances = 4\nvm = { cores = 4, memory = \"4 GiB\", busy = 1 }\n";
    let days = |days: u32| events(&busy("custom", 4.0, &format!("{days} d"), place)[0]);
    // Each of four hosts wants 1 core always, and 8 for an hour, 6.4 the hour before: 9 of 8 from 4 to 5, 9 to 10, 14 to 15 and
    // 19 to 20 o'clock. It begins and ends, and there are 12 looks from five past to the full hour.
    assert_eq!(days(1), 4 * (4 * 2 + 12));
    assert_eq!(days(10), 10 * days(1));
}
