//! `replays.json`: what happened in the worst replication of each strategy and in a typical one, as lanes for pictures.
//!
//! Bounded, however large the datacenter and long the horizon: of each kind of lane those with the most time out, of each lane its
//! heaviest spells, and of all of them how many there were. Instants are microseconds from the start of the measured time.

use serde::{Deserialize, Serialize};

use super::result::{ResultError, RunResult};
use crate::experiment::{Replayed, Summary};
use crate::model::Model;
use crate::probe::{Lane as Followed, Left, SPELLS};

/// Lanes of one kind that are kept.
pub const LANES: usize = 40;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replays {
    /// That of `result.json`.
    pub schema: u32,
    /// The scenario's SHA-256 and the seed of the run: those of the result that it belongs to.
    pub sha256: String,
    pub seed: u64,
    /// In the scenario's order.
    pub strategies: Vec<StrategyReplays>,
}

/// One strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrategyReplays {
    pub strategy: String,
    pub worst: Replay,
    /// The same as the worst where there is but one replication.
    pub typical: Replay,
}

/// One replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Counted from 0.
    pub replication: u32,
    /// Measured time.
    pub horizon_us: u64,
    /// All hosts, and all their memory.
    pub hosts: u32,
    pub memory_mib: u64,
    /// In equal pieces of the measured time, the worst of each: fewest hosts up, least memory free, most VMs down.
    pub hosts_up: Vec<u32>,
    pub memory_free_mib: Vec<u64>,
    pub vms_down: Vec<u32>,
    /// Those of which there are any.
    pub lanes: Vec<LaneGroup>,
}

/// Lanes of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneGroup {
    pub kind: LaneKind,
    /// How many of this kind there are, and to how many of them something happened.
    pub all: u32,
    pub affected: u32,
    /// Of those the ones with the most time out, in the scenario's order.
    pub lanes: Vec<Lane>,
}

/// What a lane is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneKind {
    Domain,
    Network,
    Storage,
    Manager,
    Witness,
    Host,
    Service,
    Instance,
    Vm,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    pub name: String,
    /// Instances of a service; else 1.
    pub of: u32,
    /// How many spells there were; `spells` are the heaviest of them.
    pub spells_all: u64,
    /// Time in which it was not there, or not in full.
    pub loss_us: u64,
    /// In order of time.
    pub spells: Vec<Spell>,
}

/// From, until, condition, why, extent: of a service the most instances that were down at once, of a degraded instance
/// the part that is lost, in billionths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spell(pub u64, pub u64, pub String, pub String, pub u32);

impl Replays {
    /// The replications to play again: of each strategy the worst and the typical one, as (place of its model, number).
    #[must_use]
    pub fn wanted(summary: &Summary) -> Vec<(usize, u32)> {
        let of_each = summary.strategies.iter().enumerate();
        let both = |(place, strategy): (usize, &crate::experiment::summary::StrategySummary)| {
            let extremes = strategy.extremes?;
            Some([(place, extremes.worst.replication), (place, extremes.typical.replication)])
        };
        of_each.filter_map(both).flatten().collect()
    }

    /// From the answers to [`Replays::wanted`], in its order.
    #[must_use]
    pub fn of(summary: &Summary, models: &[Model], replayed: &[Replayed]) -> Replays {
        let wanted = Replays::wanted(summary);
        let strategies = wanted.chunks_exact(2).zip(replayed.chunks_exact(2)).map(|(asked, told)| {
            let model = &models[asked[0].0];
            StrategyReplays {
                strategy: model.strategy.clone(),
                worst: Replay::of(model, &told[0]),
                typical: Replay::of(model, &told[1]),
            }
        });
        Replays {
            schema: super::result::SCHEMA,
            sha256: summary.sha256.clone(),
            seed: summary.seed,
            strategies: strategies.collect(),
        }
    }

    /// Reads `replays.json`.
    ///
    /// # Errors
    /// Says in words what is wrong with the text.
    pub fn from_json(text: &str) -> Result<Replays, ResultError> {
        serde_json::from_str(text).map_err(|error| super::json::explain(&error))
    }

    /// Writes it.
    ///
    /// # Errors
    /// None that this type can cause; the serialiser's own are passed on.
    pub fn to_json(&self) -> Result<String, ResultError> {
        let mut text = serde_json::to_string(self).map_err(|error| super::json::explain(&error))?;
        text.push('\n');
        Ok(text)
    }

    /// Whether it tells of the same run as a result.
    #[must_use]
    pub fn belongs_to(&self, result: &RunResult) -> bool {
        let numbers = |replays: &StrategyReplays| {
            let strategy = result.strategies.iter().find(|strategy| strategy.name == replays.strategy);
            strategy.is_some_and(|strategy| {
                let is = |one: Option<super::result::OneReplication>, replay: &Replay| {
                    one.is_some_and(|one| one.replication == replay.replication)
                };
                is(strategy.worst_replication, &replays.worst)
                    && is(strategy.typical_replication, &replays.typical)
            })
        };
        self.sha256 == result.scenario.sha256
            && self.seed == result.seed
            && self.strategies.iter().all(numbers)
    }
}

impl Replay {
    /// Of one replication that was played again, of the model that it is one of.
    #[must_use]
    pub fn of(model: &Model, from: &Replayed) -> Replay {
        let lanes = &from.lanes;
        let start_us = model.warmup.0;
        let one = |_| 1;
        let instances = |service: usize| model.services[service].instances;
        let groups = [
            group(LaneKind::Domain, &lanes.domains, start_us, |at| &model.domains[at].name, one),
            group(LaneKind::Network, &lanes.networks, start_us, |at| &model.networks[at].name, one),
            group(LaneKind::Storage, &lanes.storages, start_us, |at| &model.storages[at].name, one),
            group(LaneKind::Manager, &lanes.managers, start_us, |at| &model.clusters[at].name, one),
            group(LaneKind::Witness, &lanes.witnesses, start_us, |at| &model.clusters[at].name, one),
            group(LaneKind::Host, &lanes.hosts, start_us, |at| &model.hosts[at].name, one),
            group(LaneKind::Service, &lanes.services, start_us, |at| &model.services[at].name, instances),
            group(LaneKind::Instance, &lanes.instances, start_us, |at| &model.instances[at].name, one),
            group(LaneKind::Vm, &lanes.vms, start_us, |at| &model.vms[at].name, one),
        ];
        Replay {
            replication: from.replication,
            horizon_us: model.horizon.0,
            hosts: model.hosts.len() as u32,
            memory_mib: model.hosts.iter().map(|host| host.room.memory_mib).sum(),
            hosts_up: from.left.iter().map(|left: &Left| left.hosts_up).collect(),
            memory_free_mib: from.left.iter().map(|left| left.memory_free_mib).collect(),
            vms_down: from.left.iter().map(|left| left.vms_down).collect(),
            lanes: groups.into_iter().filter(|group| group.affected > 0).collect(),
        }
    }
}

fn group<'m>(
    kind: LaneKind,
    all: &[Followed],
    start_us: u64,
    name: impl Fn(usize) -> &'m str,
    of: impl Fn(usize) -> u32,
) -> LaneGroup {
    let mut affected: Vec<usize> = (0..all.len()).filter(|&at| all[at].spells_all > 0).collect();
    let count = affected.len() as u32;
    affected.sort_by_key(|&at| std::cmp::Reverse(all[at].loss_us));
    affected.truncate(LANES);
    affected.sort_unstable();
    let lane = |&at: &usize| Lane {
        name: name(at).to_owned(),
        of: of(at),
        spells_all: all[at].spells_all,
        loss_us: all[at].loss_us,
        spells: all[at].spells().iter().take(SPELLS).map(|spell| told(spell, start_us)).collect(),
    };
    LaneGroup { kind, all: all.len() as u32, affected: count, lanes: affected.iter().map(lane).collect() }
}

fn told(spell: &crate::probe::Spell, start_us: u64) -> Spell {
    let since = |at: crate::engine::Time| at.0 - start_us;
    Spell(
        since(spell.from),
        since(spell.until),
        spell.condition.word().to_owned(),
        spell.why.to_owned(),
        spell.extent,
    )
}
