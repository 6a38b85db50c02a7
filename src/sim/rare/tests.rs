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

/// Adds up the time in which instances are down. Of services that are not asked about it does not mind when they are.
#[derive(Clone, Debug)]
struct Downtime {
    asked: Vec<ServiceId>,
    instances: BTreeSet<InstanceId>,
    since: Time,
    down: BTreeSet<InstanceId>,
    losses: Losses,
}

impl Downtime {
    fn new(model: &Model, asked: &[ServiceId]) -> Downtime {
        let instances = (0..).map(InstanceId).zip(&model.instances);
        let instances = instances.filter(|(_, one)| asked.contains(&one.service)).map(|(id, _)| id).collect();
        let (since, down, losses) = (Time::ZERO, BTreeSet::new(), Losses::new(1, 1));
        Downtime { asked: asked.to_vec(), instances, since, down, losses }
    }
}

impl Observer for Downtime {
    const ANY_ORDER: bool = true;

    fn takes_any_order_of(&self, service: ServiceId) -> bool {
        !self.asked.contains(&service)
    }

    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::ServiceDown { instance, .. } if self.instances.contains(&instance) => {
                self.advance(now);
                self.down.insert(instance);
            }
            Signal::ServiceUp { instance } if self.instances.contains(&instance) => {
                self.advance(now);
                self.down.remove(&instance);
            }
            _ => {}
        }
    }
}

impl Meter for Downtime {
    fn reset(&mut self) {
        (self.since, self.down) = (Time::ZERO, BTreeSet::new());
        self.empty();
    }

    fn follow(&mut self, leader: &mut Downtime) {
        self.clone_from(leader);
    }

    fn advance(&mut self, now: Time) {
        self.losses.row_mut(0)[0] += self.down.len() as f64 * now.since(self.since).as_secs_f64();
        self.since = now;
    }

    fn losses(&self) -> &Losses {
        &self.losses
    }

    fn empty(&mut self) {
        self.losses.clear();
    }

    fn downtime(figures: &[f64]) -> f64 {
        figures[0]
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
                let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).collect();
                branches += lived(model, &services);
                // Of the last nobody asks; its VMs may live by themselves.
                if let [asked @ .., _] = &services[..]
                    && !asked.is_empty()
                {
                    branches += lived(model, asked);
                }
            }
        }
    }
    assert!(branches > 10_000, "{branches} branches only");
}

/// Lives two replications for some services, both ways; how many branches that takes.
fn lived(model: &Model, services: &[ServiceId]) -> u64 {
    let mut branches = 0;
    for way in [Way::Forcing, Way::Splitting] {
        let effort = Effort { way, ..Effort::branches(2) };
        let Some(run) = RareRun::new(model, services, effort, Downtime::new(model, services)) else {
            continue;
        };
        let mut run = run.up_to(WORK);
        for replication in 0..2 {
            run.run(7, replication);
        }
        branches += run.diagnostics.branches;
    }
    branches
}
