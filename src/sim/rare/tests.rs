//! What is copied in part, and looked at in part, against copies of all and looks at all.
//!
//! Every test build compares them at each branch and after each event; here it is done on a scenario of each mechanism.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::ledger::Ledger;
use super::moment::Moment;
use super::*;
use crate::model::InstanceId;
use crate::scenario::{self, Input};
use crate::sim::Signal;

/// Panics where a moment is not what a copy of all would be.
pub(super) fn check_follower<M: Meter>(
    moment: &Moment<'_, '_, M>,
    main: &Simulation<'_, &mut M>,
    ledger: &Ledger<'_, '_>,
) {
    assert_eq!(moment.state.shown(), main.state.shown());
    assert_eq!(moment.ledger.shown(), ledger.shown());
}

/// Adds up the time in which instances are down.
#[derive(Clone, Debug)]
struct Downtime {
    since: Time,
    down: BTreeSet<InstanceId>,
    sums: Vec<f64>,
}

impl Observer for Downtime {
    fn observe(&mut self, now: Time, signal: Signal) {
        Meter::advance(self, now);
        match signal {
            Signal::ServiceDown { instance, .. } => drop(self.down.insert(instance)),
            Signal::ServiceUp { instance } => drop(self.down.remove(&instance)),
            _ => {}
        }
    }
}

impl Meter for Downtime {
    fn reset(&mut self) {
        *self = Downtime { since: Time::ZERO, down: BTreeSet::new(), sums: vec![0.0] };
    }

    fn advance(&mut self, now: Time) {
        self.sums[0] += self.down.len() as f64 * now.since(self.since).as_secs_f64();
        self.since = now;
    }

    fn sums(&self) -> &[f64] {
        &self.sums
    }

    fn downtime(sums: &[f64]) -> f64 {
        sums[0]
    }

    fn is_down(&self) -> bool {
        !self.down.is_empty()
    }
}

/// No scenario costs more than that, in events, windows and branches.
const WORK: u64 = 400;

#[test]
fn what_follows_is_a_copy_and_no_change_is_overlooked() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<_> = fs::read_dir(cases)
        .expect("there are cases")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    folders.sort();
    let mut branches = 0;
    for folder in folders {
        let Ok(text) = fs::read_to_string(folder.join("scenario.toml")) else { continue };
        // A script alone would have no clocks; where hosts fail by themselves already that is a mistake.
        let failing = text.replace("\ncores = ", "\ncrash = { mttf = \"9 h\", mttr = \"50 min\" }\ncores = ");
        for text in [text, failing] {
            let input = Input { name: "case", bytes: text.as_bytes(), overrides: &[], files: &[] };
            let Some(spec) = scenario::read(&input).0 else { continue };
            for model in scenario::compile(&spec).iter().flatten() {
                branches += lived(model);
            }
        }
    }
    assert!(branches > 10_000, "{branches} branches only");
}

/// Lives two replications for all services, both ways; how many branches that takes.
fn lived(model: &Model) -> u64 {
    let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).collect();
    let mut branches = 0;
    for way in [Way::Forcing, Way::Splitting] {
        let effort = Effort { way, ..Effort::branches(2) };
        let meter = Downtime { since: Time::ZERO, down: BTreeSet::new(), sums: vec![0.0] };
        let Some(run) = RareRun::new(model, &services, effort, meter) else { continue };
        let mut run = run.up_to(WORK);
        for replication in 0..2 {
            run.run(7, replication);
        }
        branches += run.diagnostics.branches;
    }
    branches
}
