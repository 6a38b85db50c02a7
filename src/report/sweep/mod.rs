//! Many variants of a scenario side by side: `sweep.json`, `sweep.csv`, the table for people, and what the chart is drawn
//! from.
//!
//! Every variant meets the same failures: a component's random numbers are keyed by its name, so that one more host
//! leaves those of all others as they were.

mod formats;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use super::result::{Estimate, RunResult, SCHEMA, ScenarioId, Strategy, Warning};
use super::{figures, number};
use crate::experiment::Sample;
use crate::scenario::grid::Grid;

pub use formats::{csv, json};
pub use text::table;
pub(super) use text::{frugal, name, plain, short_paths};

/// Everything a sweep found, as it is written to `sweep.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// The schema of results.
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    /// The scenario, and a hash of it and of everything that was set.
    pub scenario: ScenarioId,
    /// The seed of every stream.
    pub seed: u64,
    /// Whether nothing fails by itself, but only by script, in any variant: then figures are per horizon, not per year.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub scripted: bool,
    /// Replications finished, and asked for, of all variants together.
    pub replications: u64,
    pub replications_asked: u64,
    /// What was set for all variants, as `PATH=VALUE`.
    pub overrides: Vec<String>,
    /// The strategies that were asked for by name; none: all.
    pub selection: Vec<String>,
    /// The services that were asked for by name; none: all.
    pub services: Vec<String>,
    /// What is probably not meant, of any variant.
    pub warnings: Vec<Warning>,
    /// The keys that take several values.
    pub keys: Vec<Key>,
    /// The last key turns fastest; of an interrupted sweep only those that were begun.
    pub variants: Vec<Variant>,
    /// The best, and how far the others are from it: of each service that was asked for, or of all together.
    pub comparisons: Vec<Comparison>,
}

/// One part of the answer, compared on the same failures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// `null`: all services together.
    pub service: Option<String>,
    /// Who is down least.
    pub best: Cell,
    /// All others that have the same replications.
    pub others: Vec<Distance>,
    /// By variant and strategy.
    #[serde(skip)]
    standings: Vec<Vec<Standing>>,
}

/// A strategy in a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub values: Vec<String>,
    pub strategy: String,
}

/// How much longer than the best a strategy is down, paired by replication.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distance {
    #[serde(flatten)]
    pub cell: Cell,
    pub downtime_s_minus_best: Estimate,
}

/// A key and its values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    /// Its dotted path.
    pub path: String,
    /// As they are told.
    pub values: Vec<String>,
    /// The values as numbers, where they are.
    #[serde(skip)]
    pub numbers: Option<Vec<f64>>,
    /// The unit of the numbers.
    #[serde(skip)]
    pub unit: String,
}

/// One combination of values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variant {
    /// A value for each key.
    pub values: Vec<String>,
    /// Its place on each key.
    #[serde(skip)]
    pub places: Vec<usize>,
    /// Replications finished.
    pub replications: u32,
    /// Measured time of one replication.
    #[serde(serialize_with = "number::whole")]
    pub horizon_s: f64,
    /// In the scenario's order, as in `result.json`, without the points of the distributions.
    pub strategies: Vec<Strategy>,
    /// Strategies that cannot start in this variant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfit: Vec<Unfit>,
}

/// A strategy that cannot start: not all VMs find a host, or admission control refuses them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unfit {
    /// The strategy.
    pub name: String,
    pub why: Why,
}

/// Why a strategy cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Not all VMs find a host.
    NoRoom,
    /// Admission control refuses them.
    Refused,
}

impl Why {
    /// In files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Why::NoRoom => "no-room",
            Why::Refused => "refused",
        }
    }

    /// In sentences.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Why::NoRoom => "not all VMs find a host",
            Why::Refused => "admission control refuses VMs",
        }
    }
}

impl Sweep {
    /// Without any variant yet.
    #[must_use]
    pub fn new(scenario: ScenarioId, seed: u64, grid: &Grid) -> Sweep {
        let key = |axis: &crate::scenario::grid::Axis| {
            let numbers = axis.numbers();
            Key {
                path: axis.path.clone(),
                values: axis.values.iter().map(|value| value.label.clone()).collect(),
                unit: numbers.as_ref().map_or(String::new(), |(_, unit)| (*unit).to_owned()),
                numbers: numbers.map(|(numbers, _)| numbers),
            }
        };
        Sweep {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario,
            seed,
            scripted: true,
            replications: 0,
            replications_asked: 0,
            overrides: Vec::new(),
            selection: Vec::new(),
            services: Vec::new(),
            warnings: Vec::new(),
            keys: grid.axes.iter().map(key).collect(),
            variants: Vec::new(),
            comparisons: Vec::new(),
        }
    }

    /// Adds a variant; `result` is what a run of it gives, and there is none where no strategy can start.
    pub fn push(&mut self, places: &[usize], horizon_s: f64, result: Option<RunResult>, unfit: Vec<Unfit>) {
        let values = self.keys.iter().zip(places).map(|(key, &place)| key.values[place].clone());
        self.scripted &= result.as_ref().is_none_or(|result| result.scripted);
        let replications = result.as_ref().map_or(0, |result| result.replications);
        let mut strategies = result.map_or(Vec::new(), |result| result.strategies);
        for strategy in &mut strategies {
            strategy.convergence.clear();
            (strategy.worst_replication, strategy.typical_replication) = (None, None);
        }
        for service in strategies.iter_mut().flat_map(|strategy| &mut strategy.services) {
            service.downtime_s.quantiles.clear();
        }
        self.replications += u64::from(replications);
        self.variants.push(Variant {
            values: values.collect(),
            places: places.to_vec(),
            replications,
            horizon_s,
            strategies,
            unfit,
        });
    }

    /// Compares all with the best of each part. `sample` has the downtimes of a strategy of a variant, by their
    /// places in [`Sweep::variants`] and in its strategies.
    pub fn compare<'s>(&mut self, sample: impl Fn(usize, usize, Option<&str>) -> Option<&'s Sample>) {
        self.comparisons =
            self.parts().into_iter().filter_map(|part| self.comparison(part, &sample)).collect();
    }

    fn comparison<'s>(
        &self,
        part: Option<&str>,
        sample: impl Fn(usize, usize, Option<&str>) -> Option<&'s Sample>,
    ) -> Option<Comparison> {
        let best = self.best(part)?.place;
        let cell = |(variant, strategy): (usize, usize)| Cell {
            values: self.variants[variant].values.clone(),
            strategy: self.variants[variant].strategies[strategy].name.clone(),
        };
        let of_best = sample(best.0, best.1, part)?;
        let unknown = |variant: &Variant| vec![Standing::Unknown; variant.strategies.len()];
        let mut standings: Vec<Vec<Standing>> = self.variants.iter().map(unknown).collect();
        let mut others = Vec::new();
        for Row { place, .. } in self.rows(part) {
            let standing = &mut standings[place.0][place.1];
            if place == best {
                *standing = Standing::Best;
                continue;
            }
            let Some(difference) = sample(place.0, place.1, part).and_then(|own| own.minus(of_best)) else {
                continue;
            };
            *standing = if difference.low > 0.0 { Standing::Worse } else { Standing::AsGood };
            let downtime_s_minus_best = super::convert::estimate(&difference);
            others.push(Distance { cell: cell(place), downtime_s_minus_best });
        }
        Some(Comparison { service: part.map(str::to_owned), best: cell(best), others, standings })
    }

    /// The parts of the answer that people are shown: the services asked for, or all of them together.
    pub(super) fn parts(&self) -> Vec<Option<&str>> {
        match self.services.as_slice() {
            [] => vec![None],
            some => some.iter().map(|service| Some(service.as_str())).collect(),
        }
    }

    /// Every strategy of every variant, in order, with what it makes of a part.
    pub(super) fn rows<'a>(&'a self, part: Option<&'a str>) -> impl Iterator<Item = Row<'a>> + 'a {
        self.variants.iter().enumerate().flat_map(move |(v, variant)| {
            variant.strategies.iter().enumerate().filter_map(move |(s, strategy)| {
                let (downtime_s, availability) = of_part(strategy, part)?;
                Some(Row { place: (v, s), variant, strategy, downtime_s, availability })
            })
        })
    }

    /// Minutes of downtime over the time that they are told for.
    pub(super) fn minutes(&self, row: &Row<'_>) -> Estimate {
        if self.scripted {
            figures::scaled(row.downtime_s, 1.0 / 60.0)
        } else {
            figures::minutes_a_year(row.downtime_s, row.variant.horizon_s)
        }
    }

    /// "a year", or "in a horizon".
    pub(super) fn told_for(&self) -> &'static str {
        if self.scripted { "in a horizon" } else { "a year" }
    }

    /// Keys that make no difference: whichever values the others have, each of theirs gives the same figures, capacity and
    /// cost included. Of an interrupted sweep nobody knows.
    pub(super) fn idle_keys(&self) -> Vec<&Key> {
        if self.replications < self.replications_asked {
            return Vec::new();
        }
        let is_idle = |number: &usize| {
            let others = |variant: &Variant| {
                let mut places = variant.places.clone();
                places.remove(*number);
                places
            };
            let mut firsts: BTreeMap<Vec<usize>, &Variant> = BTreeMap::new();
            self.variants.iter().all(|variant| {
                let first = firsts.entry(others(variant)).or_insert(variant);
                (&first.strategies, &first.unfit) == (&variant.strategies, &variant.unfit)
            })
        };
        let several = |number: &usize| self.keys[*number].values.len() > 1;
        (0..self.keys.len()).filter(several).filter(is_idle).map(|number| &self.keys[number]).collect()
    }

    /// The row that is down least; of equals the first.
    pub(super) fn best<'a>(&'a self, part: Option<&'a str>) -> Option<Row<'a>> {
        self.rows(part).min_by(|a, b| a.a_second().total_cmp(&b.a_second()))
    }

    /// How a row stands to the best.
    pub(super) fn standing(&self, part: Option<&str>, row: &Row<'_>) -> Standing {
        let comparison = self.comparisons.iter().find(|comparison| comparison.service.as_deref() == part);
        comparison.map_or(Standing::Unknown, |comparison| comparison.standings[row.place.0][row.place.1])
    }
}

/// What the same failures say of a row and the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Best,
    /// Their difference may as well be none.
    AsGood,
    Worse,
    /// They have not the same replications.
    Unknown,
}

/// A strategy in a variant.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// The places of its variant and of its strategy in it.
    place: (usize, usize),
    pub(super) variant: &'a Variant,
    pub(super) strategy: &'a Strategy,
    pub(super) downtime_s: &'a Estimate,
    pub(super) availability: &'a Estimate,
}

impl Row<'_> {
    /// Downtime by time, so that horizons of different lengths can be compared.
    pub(super) fn a_second(&self) -> f64 {
        self.downtime_s.mean / self.variant.horizon_s
    }
}

fn of_part<'a>(strategy: &'a Strategy, part: Option<&str>) -> Option<(&'a Estimate, &'a Estimate)> {
    let Some(name) = part else { return Some((&strategy.total.downtime_s, &strategy.total.availability)) };
    let service = strategy.services.iter().find(|service| service.name == name)?;
    Some((&service.downtime_s.estimate, &service.availability))
}
