//! How much of a cluster's room is free over the measured time, as shares.

use super::block::StrategyBlock;
use super::summarize::SECOND;
use super::summary::{Estimate, HeadroomSummary};
use crate::model::{ClusterId, Model, Ppm, Room};
use crate::probe::{Headroom, HeadroomTally};
use crate::stats::{Moments, Randomness, interval};

/// One cluster in one replication, in microseconds: those with too little room free, and the free part of each, memory and
/// cores by themselves, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HeadroomTicks {
    pub below_us: u64,
    pub memory_free_us: u64,
    pub cores_free_us: u64,
}

/// One cluster over a block.
#[derive(Clone, Debug)]
pub(super) struct HeadroomBlock {
    all: Room,
    pub ticks: Vec<HeadroomTicks>,
    pub least: Room,
}

impl HeadroomBlock {
    /// Of each cluster that asks for headroom.
    pub(super) fn of(model: &Model) -> Vec<HeadroomBlock> {
        let least = Room { memory_mib: u64::MAX, cores: u64::MAX };
        Headroom::asked(model)
            .map(|(cluster, _)| HeadroomBlock { all: model.room_of(cluster), ticks: Vec::new(), least })
            .collect()
    }

    pub(super) fn add(&mut self, tally: &HeadroomTally) {
        self.ticks.push(HeadroomTicks {
            below_us: tally.below_us,
            memory_free_us: part(tally.memory_mib_us, self.all.memory_mib),
            cores_free_us: part(tally.cores_us, self.all.cores),
        });
        self.keep_least(tally.least);
    }

    pub(super) fn merge(&mut self, other: HeadroomBlock) {
        self.ticks.extend(other.ticks);
        self.keep_least(other.least);
    }

    fn keep_least(&mut self, least: Room) {
        self.least.memory_mib = self.least.memory_mib.min(least.memory_mib);
        self.least.cores = self.least.cores.min(least.cores);
    }
}

/// An integral as time in which all was free, to the nearest microsecond.
fn part(integral: u128, all: u64) -> u64 {
    let all = u128::from(all.max(1));
    ((integral + all / 2) / all) as u64
}

fn chance(model: &Model) -> Randomness {
    let horizon = model.horizon.0 as f64;
    if model.services.iter().any(|service| service.incident.random) {
        Randomness::within((model.host_out_bound_s * SECOND).min(horizon), horizon)
    } else {
        Randomness::None
    }
}

/// Of each cluster that asks for headroom the part of the time in which less was free, with so much left out at each end.
pub(super) fn below(model: &Model, found: &StrategyBlock, tail: f64) -> Vec<Estimate> {
    let of = |found: &HeadroomBlock| {
        let below: Moments = found.ticks.iter().map(|ticks| ticks.below_us).collect();
        interval::mean_at(&below, chance(model), tail).scaled(1.0 / model.horizon.0 as f64).into()
    };
    found.headrooms.iter().map(of).collect()
}

/// By replication, how long the cluster had too little that had it for longest.
pub(super) fn below_us(found: &StrategyBlock, replication: usize) -> u64 {
    found.headrooms.iter().map(|block| block.ticks[replication].below_us).max().unwrap_or(0)
}

pub(super) fn summarize(model: &Model, found: &StrategyBlock) -> Vec<HeadroomSummary> {
    let (horizon, chance) = (model.horizon.0 as f64, chance(model));
    let share = |values: Moments| interval::mean(&values, chance).scaled(1.0 / horizon);
    let one = |(cluster, asked): (ClusterId, Ppm), found: &HeadroomBlock| {
        let sum = |of: &dyn Fn(&HeadroomTicks) -> u64| found.ticks.iter().map(of).collect::<Moments>();
        // What is not free has a fixed part, and what fails adds to it.
        let taken = |of: fn(&HeadroomTicks) -> u64| sum(&|ticks| model.horizon.0.saturating_sub(of(ticks)));
        let least = |part: u64, all: u64| part.min(all) as f64 / all.max(1) as f64;
        HeadroomSummary {
            cluster: model.clusters[cluster.index()].name.clone(),
            headroom: f64::from(asked.0) / f64::from(Ppm::ONE.0),
            below: share(sum(&|ticks| ticks.below_us)).into(),
            memory_free: share(taken(|ticks| ticks.memory_free_us)).complement(1.0).into(),
            cores_free: share(taken(|ticks| ticks.cores_free_us)).complement(1.0).into(),
            memory_least: least(found.least.memory_mib, found.all.memory_mib),
            cores_least: least(found.least.cores, found.all.cores),
        }
    };
    Headroom::asked(model).zip(&found.headrooms).map(|(asked, found)| one(asked, found)).collect()
}
