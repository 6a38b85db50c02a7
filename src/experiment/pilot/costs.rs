//! What replications cost, plain and weighted, in looks at one clock: some 15 ns each.
//!
//! All of it is measured, on one machine, and no more than roughly right: it decides what is worth its time, never what is told.

use crate::model::{Fault, Model, ServiceId, Vm};
use crate::probe::Shortfall;
use crate::sim::rare::RareRun;

/// What weighted replications may cost: so many times as much as plain ones, or this: some six seconds of one thread where anybody is rare, half of that
/// where plain ones know something, and half a second to find out where nothing tells that they do not know enough.
pub(super) const LOOKS_MAX: f64 = 4e8;
pub(super) const LOOKS_UNEVEN_MAX: f64 = 2e8;
pub(super) const LOOKS_UNKNOWN_MAX: f64 = 3e7;
pub(super) const PLAIN_TIMES: f64 = 3.0;
/// Where some are rare, what it may take to find out whether others should be asked about with them.
pub(super) const LOOKS_OF_OTHERS: f64 = 1e8;

/// An event that is served by its timer; and one of a VM that concerns nobody, which is lived with others in one go.
const EVENT: f64 = 32.0;
const PRIVATE_EVENT: f64 = 2.0;
/// How many events a fault of such a VM makes: it strikes, and steps of the way back.
const PRIVATE_EVENTS: f64 = 3.0;
/// What a weighted replication has to look at besides, after each event between its episodes.
const LOOK: f64 = 10.0;
/// An event, a window or a branch of its own in an episode, whatever it is; what each clock adds, which stands for all that grows with the model; and
/// each whose hazard depends on its age.
const BRANCH: f64 = 40.0;
const CLOCK: f64 = 0.5;
const UNEVEN_CLOCK: f64 = 5.0;

/// What `events` of so many plain replications cost.
pub(super) fn of_plain(model: &Model, events: f64, replications: usize) -> f64 {
    let private = private_events(model, &[], replications).min(events);
    (events - private) * EVENT + private * PRIVATE_EVENT
}

/// What they cost in weighted replications that are asked about some services, episodes apart.
pub(super) fn of_steps(model: &Model, asked: &[ServiceId], events: f64, replications: usize) -> f64 {
    let private = private_events(model, asked, replications).min(events);
    (events - private) * STEP + private * PRIVATE_EVENT
}

/// Events of VMs that concern nobody, nor are those of services that are asked about.
fn private_events(model: &Model, asked: &[ServiceId], replications: usize) -> f64 {
    let is_private = |vm: &&Vm| model.services[vm.service.index()].is_alone && !asked.contains(&vm.service);
    let faults = model.vms.iter().filter(is_private).map(|vm| {
        let service = &model.services[vm.service.index()];
        let faults = [&service.guest_crash, &service.app_crash, &service.app_hang];
        let cycle_s = |fault: &Fault| fault.ttf.law.mean_s() + fault.ttr.law.mean_s();
        faults.into_iter().flatten().map(|fault| model.end().as_secs_f64() / cycle_s(fault)).sum::<f64>()
    });
    faults.sum::<f64>() * PRIVATE_EVENTS * replications as f64
}

/// What each event costs in weighted replications, between episodes.
pub(super) const STEP: f64 = EVENT + LOOK;

/// What each thing costs that [`crate::sim::rare::Diagnostics::work`] counts.
pub(super) fn of_work(run: &RareRun<'_, Shortfall>) -> f64 {
    let [clocks, uneven] = run.clocks().map(|clocks| clocks as f64);
    BRANCH + CLOCK * clocks + UNEVEN_CLOCK * uneven
}
