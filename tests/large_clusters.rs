//! Far beyond what the products support, where work that grows with the square of a cluster, or faster, would show:
//! one outage of a big cluster is over in seconds, even without optimisation.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::time::{Duration, Instant};

use ninefold::probe::Downtime;
use ninefold::scenario::{Input, compile, read};
use ninefold::sim::Replication;
use ninefold::state::State;

/// A day of `product` on `hosts` hosts, in which everything of `fault` is out for an hour.
fn one_outage(product: &str, hosts: u32, vms: u32, fault: &str, more: &str) -> Duration {
    let text = format!(
        r#"schema = 1
title = "one outage"
[run]
horizon = "1 d"
ages = "new"
[rack.r]
[network.lan]
carries = ["management"]
[storage.san]
kind = "fc"
[host.h]
count = {hosts}
rack = "r"
cores = 64
memory = "1 TiB"
boot = "5 min"
storage = ["san"]
[cluster.c]
product = "{product}"
hosts = ["h"]
limits = "ignore"
{more}
[service.db]
instances = {vms}
vm = {{ cores = 1, memory = "1 GiB", storage = "san" }}
[service.web]
instances = {vms}
after = ["db"]
vm = {{ cores = 1, memory = "1 GiB", storage = "san" }}
[strategy.s]
protect = ["host-cluster"]
[[inject]]
at = "1 h"
fault = "{fault}"
lasts = "1 h"
"#
    );
    let (spec, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let models = compile(&spec).unwrap();
    let mut state = State::new(&models[0]);
    let began = Instant::now();
    let probe = Replication::new(&models[0], &mut state, 1, 0, Downtime::new(&models[0])).run();
    drop(probe);
    began.elapsed()
}

const PRODUCTS: [&str; 6] = ["vmware-ha-4", "vsphere-6", "xenserver", "hyper-v-2008", "proxmox", "pacemaker"];

/// Ten times a small cluster may take a few hundred times as long: each host looks at each. It took 30,000 times as
/// long when each did so for each.
#[test]
fn a_network_that_takes_six_hundred_hosts_apart() {
    for product in PRODUCTS {
        let took = one_outage(product, 600, 600, "network lan outage", "");
        assert!(took < Duration::from_secs(10), "{product}: {took:?}");
    }
}

/// Every VM of one service waits for all of another, and is not asked about each of them.
#[test]
fn eight_thousand_vms_that_wait_for_eight_thousand() {
    let took = one_outage("vsphere-8", 192, 8_000, "rack r outage", "");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// As many attempts as anybody allows, nearly all of which come to nothing.
#[test]
fn thousands_of_attempts_of_a_start() {
    for product in PRODUCTS {
        let more = "start_failure = 0.99\nrestart_attempts = 100_000\nretry_after = \"1 s\"";
        one_outage(product, 4, 8, "rack r outage", more);
    }
}
