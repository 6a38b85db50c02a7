//! A block of consecutive replications of all strategies, on one thread.

use std::ops::Range;

use super::headroom::HeadroomBlock;
use super::pool::Watch;
use crate::model::Model;
use crate::probe::{
    Downtime, Headroom, HeadroomTally, InstanceTally, Migrations, MovedOf, Overload, Redundancy, Turns,
    TurnsTally, Waiting,
};
use crate::sim::Simulation;
use crate::state::State;
use crate::stats::Distribution;

/// One service in one replication, in integers: sums over its instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ticks {
    pub downtime_us: u64,
    pub degraded_us: u64,
    pub lost_us: u64,
    pub outages: u64,
    pub recovery_point_us: u64,
    pub sessions_lost: u64,
    pub transactions_lost: u64,
    pub unserved_us: u64,
    pub unprotected_us: u64,
    pub migrations: u64,
    pub overload_us: u64,
    /// The longest outage of each instance.
    pub longest_us: u64,
}

/// The outages of one cause over many replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CauseSum {
    pub outages: u64,
    pub downtime_us: u128,
}

/// What is known of a single instance in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InstanceFigure {
    DowntimeUs,
    LongestOutageUs,
    Outages,
    RecoveryPointUs,
}

impl InstanceFigure {
    fn of(self, tally: &InstanceTally) -> u64 {
        match self {
            InstanceFigure::DowntimeUs => tally.downtime_us,
            InstanceFigure::LongestOutageUs => tally.longest_us,
            InstanceFigure::Outages => tally.outages,
            InstanceFigure::RecoveryPointUs => tally.recovery_point_us,
        }
    }
}

/// The most that an instance of a service is to have of something in one replication: how many have more is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    pub service: u32,
    pub figure: InstanceFigure,
    pub most: u64,
}

/// What a worker keeps between blocks: one state and one set of probes per strategy.
pub(super) struct Worker<'m> {
    models: &'m [Model],
    allowances: &'m [Allowance],
    states: Vec<State>,
    downtimes: Vec<Downtime>,
    waitings: Vec<Waiting>,
    redundancies: Vec<Redundancy>,
    migrations: Vec<Migrations>,
    headrooms: Vec<Headroom>,
    overloads: Vec<Overload>,
    turns: Vec<Turns>,
    /// Events of the longest replication of one strategy so far; before the first one, as many as there can be.
    events: u64,
}

/// A replication of more events than this takes longer than somebody likes to wait for eight of them.
const SLOW: u64 = 1 << 21;

/// One strategy over one block.
#[derive(Clone, Debug)]
pub(super) struct StrategyBlock {
    /// `ticks[service][replication of the block]`
    pub ticks: Vec<Vec<Ticks>>,
    /// `causes[service]`, summed over the block.
    pub causes: Vec<Vec<CauseSum>>,
    /// The most writes lost at once, by service.
    pub recovery_points_max: Vec<u64>,
    /// VM-microseconds of waiting, by replication of the block.
    pub waiting: Vec<u64>,
    /// Turns of planned work on hosts, by replication of the block.
    pub turns: Vec<TurnsTally>,
    /// By cluster that asks for headroom.
    pub headrooms: Vec<HeadroomBlock>,
    /// One instance's downtime in one replication, by service.
    pub downtimes: Vec<Distribution>,
    /// Single outages, by service.
    pub outages: Vec<Distribution>,
    /// By service, how long VMs stood still while they were moved alive, and how long that took.
    pub blackouts: Vec<Distribution>,
    pub moves: Vec<Distribution>,
    /// `exceeded[allowance][replication of the block]`: instances that have more.
    pub exceeded: Vec<Vec<u64>>,
    /// What instances have, by allowance; that of downtimes is in `downtimes`.
    pub allowed: Vec<Distribution>,
}

/// All strategies over one block.
pub(super) struct Block {
    pub replications: Range<u32>,
    pub strategies: Vec<StrategyBlock>,
}

impl<'m> Worker<'m> {
    pub(super) fn new(models: &'m [Model], allowances: &'m [Allowance]) -> Worker<'m> {
        Worker {
            models,
            allowances,
            states: models.iter().map(State::new).collect(),
            downtimes: models.iter().map(Downtime::new).collect(),
            waitings: models.iter().map(Waiting::new).collect(),
            redundancies: models.iter().map(Redundancy::new).collect(),
            migrations: models.iter().map(Migrations::new).collect(),
            headrooms: models.iter().map(Headroom::new).collect(),
            overloads: models.iter().map(Overload::new).collect(),
            turns: models.iter().map(Turns::new).collect(),
            events: u64::MAX,
        }
    }

    /// Whether a replication takes so long that it had better be a block of its own.
    pub(super) fn is_slow(&self) -> bool {
        self.events > SLOW
    }

    /// `None` where somebody has them dropped.
    pub(super) fn run(&mut self, seed: u64, replications: Range<u32>, watch: &dyn Watch) -> Option<Block> {
        self.events = 0;
        let each = 0..self.models.len();
        let strategies: Option<Vec<StrategyBlock>> =
            each.map(|strategy| self.run_strategy(strategy, seed, replications.clone(), watch)).collect();
        Some(Block { replications, strategies: strategies? })
    }

    fn run_strategy(
        &mut self,
        strategy: usize,
        seed: u64,
        replications: Range<u32>,
        watch: &dyn Watch,
    ) -> Option<StrategyBlock> {
        let model = &self.models[strategy];
        let mut block = StrategyBlock::new(model, self.allowances.len());
        let (downtime, waiting) = (&mut self.downtimes[strategy], &mut self.waitings[strategy]);
        let (redundancy, headroom) = (&mut self.redundancies[strategy], &mut self.headrooms[strategy]);
        let migrations = &mut self.migrations[strategy];
        let (overload, turns) = (&mut self.overloads[strategy], &mut self.turns[strategy]);
        for replication in replications {
            downtime.reset();
            waiting.reset();
            redundancy.reset();
            headroom.reset();
            migrations.reset();
            overload.reset();
            turns.reset();
            let observer = (
                (&mut *downtime, (&mut *overload, &mut *turns)),
                (&mut *waiting, (&mut *redundancy, (&mut *headroom, &mut *migrations))),
            );
            let simulation = Simulation::new(model, &mut self.states[strategy], seed, replication, observer);
            let (_, events) = simulation.run_unless(|| watch.drops())?;
            self.events = self.events.max(events);
            downtime.finish();
            block.add(downtime, waiting.finish(), redundancy.finish(), headroom.finish());
            block.count_overload(overload.finish());
            block.count(downtime, self.allowances);
            block.count_moves(migrations.services());
            block.turns.push(turns.finish());
        }
        Some(block)
    }
}

impl StrategyBlock {
    pub(super) fn new(model: &Model, allowances: usize) -> StrategyBlock {
        let services = model.services.len();
        StrategyBlock {
            ticks: vec![Vec::new(); services],
            causes: vec![vec![CauseSum::default(); crate::model::Cause::ALL.len()]; services],
            recovery_points_max: vec![0; services],
            waiting: Vec::new(),
            turns: Vec::new(),
            headrooms: HeadroomBlock::of(model),
            downtimes: vec![Distribution::new(); services],
            outages: vec![Distribution::new(); services],
            blackouts: vec![Distribution::new(); services],
            moves: vec![Distribution::new(); services],
            exceeded: vec![Vec::new(); allowances],
            allowed: vec![Distribution::new(); allowances],
        }
    }

    fn count(&mut self, downtime: &Downtime, allowances: &[Allowance]) {
        for (number, allowance) in allowances.iter().enumerate() {
            let of_service = downtime.tallies().filter(|(service, _)| *service == allowance.service);
            let mut over = 0;
            for (_, tally) in of_service {
                let value = allowance.figure.of(&tally);
                over += u64::from(value > allowance.most);
                if allowance.figure != InstanceFigure::DowntimeUs {
                    self.allowed[number].push(value);
                }
            }
            self.exceeded[number].push(over);
        }
    }

    fn count_overload(&mut self, overload_us: &[u64]) {
        for (ticks, &us) in self.ticks.iter_mut().zip(overload_us) {
            if let Some(ticks) = ticks.last_mut() {
                ticks.overload_us = us;
            }
        }
    }

    fn count_moves(&mut self, moved: &[MovedOf]) {
        for (service, moved) in moved.iter().enumerate() {
            self.blackouts[service].extend(&moved.blackouts_us);
            self.moves[service].extend(&moved.lengths_us);
            if let Some(ticks) = self.ticks[service].last_mut() {
                ticks.migrations = moved.lengths_us.len() as u64;
            }
        }
    }

    fn add(
        &mut self,
        downtime: &Downtime,
        waiting_us: u64,
        unprotected_us: &[u64],
        headrooms: &[HeadroomTally],
    ) {
        for (service, tally) in downtime.services().iter().enumerate() {
            debug_assert_eq!(
                tally.downtime_us,
                tally.causes.iter().map(|c| c.downtime_us).sum::<u64>(),
                "causes must sum to the downtime"
            );
            self.ticks[service].push(Ticks {
                downtime_us: tally.downtime_us,
                degraded_us: tally.degraded_us,
                lost_us: tally.lost_us(),
                outages: tally.outages,
                recovery_point_us: tally.recovery_point_us,
                sessions_lost: tally.sessions_lost,
                transactions_lost: tally.transactions_lost,
                unserved_us: tally.unserved_us(),
                unprotected_us: unprotected_us[service],
                migrations: 0,
                overload_us: 0,
                longest_us: 0,
            });
            let most = &mut self.recovery_points_max[service];
            *most = (*most).max(tally.recovery_point_max_us);
            for (sum, cause) in self.causes[service].iter_mut().zip(&tally.causes) {
                sum.outages += cause.outages;
                sum.downtime_us += u128::from(cause.downtime_us);
            }
        }
        for (service, tally) in downtime.tallies() {
            self.downtimes[service as usize].push(tally.downtime_us);
            if let Some(ticks) = self.ticks[service as usize].last_mut() {
                ticks.longest_us += tally.longest_us;
            }
        }
        for (outages, lengths_us) in self.outages.iter_mut().zip(downtime.outages()) {
            outages.extend(lengths_us);
        }
        self.waiting.push(waiting_us);
        for (block, tally) in self.headrooms.iter_mut().zip(headrooms) {
            block.add(tally);
        }
    }
}
