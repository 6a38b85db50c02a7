//! How much of the planned work on hosts is done, and how much is given up.

use super::block::StrategyBlock;
use super::summarize::SECOND;
use super::summary::TurnsSummary;
use crate::model::{GuestGroup, Maintenance, Model, Service};
use crate::probe::TurnsTally;
use crate::stats::{Moments, Randomness, interval};

/// Whether anybody is told of turns: where hosts are emptied before work on them, or some strategy has given a turn up. Where
/// all work is an announced outage, none is ever missed by choice.
pub(super) fn are_told(models: &[Model], found: &[StrategyBlock]) -> bool {
    let given_up = |block: &StrategyBlock| block.turns.iter().any(|turns| turns.given_up > 0);
    models.iter().any(empties_hosts) || found.iter().any(given_up)
}

fn empties_hosts(model: &Model) -> bool {
    let moves = |plan: &Maintenance| {
        plan.hosts.iter().map(|host| &model.hosts[host.index()]).any(|host| {
            let rules = host.cluster.map(|cluster| &model.clusters[cluster.index()].migration);
            host.migration.is_some() && rules.is_some_and(Option::is_some)
        })
    };
    model.maintenances.iter().any(moves)
}

/// Turns of all hosts, per horizon.
pub(super) fn summarize(model: &Model, found: &StrategyBlock) -> TurnsSummary {
    let most: u64 = model.maintenances.iter().map(|plan| rounds(model, plan) * plan.hosts.len() as u64).sum();
    let random = model.services.iter().any(|service| service.incident.random);
    let chance = if random {
        let of_one = |plan: &Maintenance| {
            // One incident may take every turn while it lasts.
            let every = plan.every.map_or(f64::INFINITY, |every| every.0 as f64);
            (1.0 + model.host_out_bound_s * SECOND / every) * plan.hosts.len() as f64
        };
        let largest = model.maintenances.iter().map(of_one).sum::<f64>().min(most as f64);
        Randomness::within(largest, most as f64)
    } else {
        Randomness::None
    };
    let sum = |of: &dyn Fn(&TurnsTally) -> u64| found.turns.iter().map(of).collect::<Moments>();
    let drains =
        |service: &Service| matches!(service.guest, Some(GuestGroup::Balanced { drain: Some(_), .. }));
    let gives_up = empties_hosts(model) || model.services.iter().any(drains);
    let missed = sum(&|turns| most.saturating_sub(turns.done));
    TurnsSummary {
        // All that are planned are done but for those that are missed.
        done: interval::mean(&missed, chance).complement(most as f64).into(),
        given_up: interval::mean(
            &sum(&|turns| turns.given_up),
            if gives_up { chance } else { Randomness::None },
        )
        .into(),
    }
}

/// Rounds that can begin in the measured time.
fn rounds(model: &Model, plan: &Maintenance) -> u64 {
    let left = model.horizon.0.saturating_sub(plan.first.0);
    plan.every.map_or(u64::from(left > 0), |every| left.div_ceil(every.0.max(1)))
}
