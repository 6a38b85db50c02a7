//! Two replications of a strategy that are worth looking at: the worst one, and a typical one; and what happened in them.

use rayon::prelude::*;

use super::block::StrategyBlock;
use super::pool::Threads;
use super::replay;
use super::summarize::{SECOND, totals};
use super::summary::{Extremes, OneReplication};
use crate::model::Model;
use crate::probe::{Ebb, Lanes, Left};

/// The one with the most downtime of all services together, and the one in the middle. Of equals the first.
pub(super) fn extremes(model: &Model, found: &StrategyBlock, numbers: &[u32]) -> Option<Extremes> {
    let instances: u32 = model.services.iter().map(|service| service.instances).sum();
    let downtimes: Vec<u64> = totals(found).iter().map(|ticks| ticks.downtime_us).collect();
    let place = |wanted: u64| downtimes.iter().position(|&downtime_us| downtime_us == wanted);
    let one = |downtime_us: u64| {
        let replication = *numbers.get(place(downtime_us)?)?;
        let downtime_s = downtime_us as f64 / SECOND / f64::from(instances.max(1));
        Some(OneReplication { replication, downtime_s })
    };
    let worst = downtimes.iter().copied().max()?;
    let mut sorted = downtimes.clone();
    let middle = (sorted.len() - 1) / 2;
    let typical = *sorted.select_nth_unstable(middle).1;
    Some(Extremes { worst: one(worst)?, typical: one(typical)? })
}

/// What happened in one replication.
pub struct Replayed {
    pub replication: u32,
    pub lanes: Lanes,
    pub left: Vec<Left>,
}

/// Plays some replications again, in parallel: of each model, by its place, those with these numbers. The answers come in the
/// order of the questions.
#[must_use]
pub fn replay_all(models: &[Model], seed: u64, wanted: &[(usize, u32)], threads: &Threads) -> Vec<Replayed> {
    let one = |&(place, replication): &(usize, u32)| {
        let model = &models[place];
        let (mut lanes, ebb) = replay(model, seed, replication, (Lanes::new(model), Ebb::new(model)));
        lanes.finish();
        Replayed { replication, lanes, left: ebb.finish() }
    };
    threads.install(|| wanted.par_iter().map(one).collect())
}
