//! The reference datacenter: 400 VMs on 29 hosts, or as many a host on any number of hosts.

pub(crate) mod by_hand;

use ninefold::model::Model;
use ninefold::probe::{Downtime, Waiting};
use ninefold::scenario::{self, Input};
use ninefold::sim::Simulation;
use ninefold::state::State;

/// Hosts and VMs of the reference.
pub(crate) const HOSTS: u32 = 29;
pub(crate) const VMS: u32 = 400;

/// The reference year as a scenario. Every VM always finds room. `plus` adds crashes of guests and
/// applications to those of hosts.
pub(crate) fn scenario_text(hosts: u32, plus: bool) -> String {
    let vms = u64::from(hosts) * u64::from(VMS) / u64::from(HOSTS);
    let faults = if plus {
        "guest_crash = { mttf = \"60 d\", ttr = \"60 s\" }\napp_crash = { mttf = \"30 d\", ttr = \"60 s\" }\n"
    } else {
        ""
    };
    format!(
        r#"schema = 1
title = "The reference year"

[run]
horizon = "1 y"

[host.h]
count = {hosts}
cores = 4096
memory = "16 TiB"
boot = "0 s"
crash = {{ mttf = "2190 h", mttr = "4 h" }}

[cluster.c]
product = "custom"
hosts = ["h"]
detection = "30 s"

[service.app]
instances = {vms}
vm = {{ cores = 2, memory = "8 GiB" }}
power_on = "0 s"
boot = "60 s"
start = "0 s"
recover = "0 s"
{faults}
[strategy.restart]
protect = ["host-cluster"]
"#
    )
}

/// The models of a scenario.
///
/// # Panics
/// When it has mistakes.
pub(crate) fn compile(name: &str, text: &str) -> Vec<Model> {
    let (spec, issues) = scenario::read(&Input { name, bytes: text.as_bytes(), overrides: &[], files: &[] });
    let told = || issues.iter().map(|issue| issue.render()).collect::<String>();
    let spec = spec.unwrap_or_else(|| panic!("{}", told()));
    scenario::compile(&spec).unwrap_or_else(|issues| panic!("{name}: {} issues", issues.len()))
}

/// What a worker keeps between replications.
pub(crate) struct Replications<'m> {
    model: &'m Model,
    state: State,
    downtime: Downtime,
    waiting: Waiting,
    next: u32,
}

/// Replications that are run round and round, so that every benchmark meets the same ones: so many that the
/// processor cannot learn their branches by heart, and one of a large datacenter has as many faults as many of
/// a small one.
fn cycle(model: &Model) -> u32 {
    if model.hosts.len() > 100 { 2 } else { 1024 }
}

impl<'m> Replications<'m> {
    pub(crate) fn new(model: &'m Model) -> Replications<'m> {
        let (downtime, waiting) = (Downtime::new(model), Waiting::new(model));
        Replications { model, state: State::new(model), downtime, waiting, next: 0 }
    }

    /// Runs the next one as an experiment does; returns its events.
    pub(crate) fn run(&mut self) -> u64 {
        self.downtime.reset();
        self.waiting.reset();
        let observer = (&mut self.downtime, &mut self.waiting);
        let (_, events) = Simulation::new(self.model, &mut self.state, 1, self.next, observer).run_counted();
        self.downtime.finish();
        self.next = (self.next + 1) % cycle(self.model);
        std::hint::black_box(self.waiting.finish());
        events
    }

    /// Events of one replication, on average.
    pub(crate) fn events(&mut self) -> u64 {
        self.next = 0;
        let cycle = cycle(self.model);
        (0..cycle).map(|_| self.run()).sum::<u64>() / u64::from(cycle)
    }
}
