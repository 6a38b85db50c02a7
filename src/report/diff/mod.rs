//! Two scenarios side by side: what differs, and what that does to downtime on the same failures.

mod markdown;
mod text;

use serde::Serialize;

use super::result::{Estimate, ResultError, RunResult, SCHEMA, pretty};
use super::{convert, figures, number};
use crate::experiment::Pairing;
use crate::scenario::compare::{Change, Difference, Said};

pub use markdown::markdown;
pub use text::text;

/// Everything that is to be said of two scenarios.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The schema of results.
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    pub a: Scenario,
    pub b: Scenario,
    /// What the second says otherwise than the first.
    pub differences: Vec<Entry>,
    /// What that does; absent where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// As it was typed; a path is no part of a result.
    #[serde(skip)]
    pub name: String,
    pub title: String,
    pub sha256: String,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    #[serde(skip)]
    pub table: String,
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// What the first says, or what it is by default.
    pub a: Option<String>,
    pub b: Option<String>,
    /// Whether nobody says it.
    pub a_is_default: bool,
    pub b_is_default: bool,
}

/// What the differences do, over the same failures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    pub seed: u64,
    pub replications: u32,
    #[serde(serialize_with = "number::whole")]
    pub horizon_s: f64,
    /// Whether nothing fails by itself, but only by script: then figures are per horizon, not per year.
    pub scripted: bool,
    /// Those that both have, in the order of the first.
    pub strategies: Vec<Strategy>,
    pub strategies_only_a: Vec<String>,
    pub strategies_only_b: Vec<String>,
    pub services_only_a: Vec<String>,
    pub services_only_b: Vec<String>,
}

/// A strategy of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Strategy {
    pub name: String,
    /// Services of both, and all of them together (`null`) where there are several and both have the same.
    pub services: Vec<Service>,
}

/// A service under a strategy of both; figures are per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    pub service: Option<String>,
    pub instances_a: u32,
    pub instances_b: u32,
    pub downtime_s_a: Estimate,
    pub downtime_s_b: Estimate,
    /// `null` where the two have not the same replications.
    pub downtime_s_b_minus_a: Option<Estimate>,
    /// Of the downtimes of the same replication; `null` where one of them does not vary.
    pub correlation: Option<f64>,
    pub verdict: Verdict,
}

/// What the same failures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The second is down less.
    Less,
    /// It is down more.
    More,
    /// The interval of the difference holds zero.
    Undecided,
    /// The same in every replication.
    Same,
}

impl Verdict {
    fn of(pairing: &Pairing) -> Verdict {
        let difference = &pairing.difference;
        if pairing.is_same {
            Verdict::Same
        } else if difference.high < 0.0 {
            Verdict::Less
        } else if difference.low > 0.0 {
            Verdict::More
        } else {
            Verdict::Undecided
        }
    }

    fn word(self) -> &'static str {
        match self {
            Verdict::Less => "less",
            Verdict::More => "more",
            Verdict::Undecided => "undecided",
            Verdict::Same => "the same",
        }
    }
}

impl Diff {
    /// Without the effect.
    #[must_use]
    pub fn new(a: Scenario, b: Scenario, differences: Vec<Difference>) -> Diff {
        let differences = differences.into_iter().map(Entry::from).collect();
        Diff {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            a,
            b,
            differences,
            effect: None,
        }
    }

    /// # Errors
    /// None that it can cause; the serialiser's own are passed on.
    pub fn json(&self) -> Result<String, ResultError> {
        pretty(self)
    }
}

impl From<Difference> for Entry {
    fn from(from: Difference) -> Entry {
        let Difference { table, path, change } = from;
        let split = |said: Said| (Some(said.text), said.is_default);
        let (change, (a, a_is_default), (b, b_is_default)) = match change {
            Change::Added(text) => ("added", (None, false), (Some(text), false)),
            Change::Removed(text) => ("removed", (Some(text), false), (None, false)),
            Change::Changed { from, to } => ("changed", split(from), split(to)),
        };
        Entry { table, path, change, a, b, a_is_default, b_is_default }
    }
}

impl Effect {
    /// Of two runs with the same seed, replications and horizon. `pair` says how the second stands to the first, by the places
    /// of a strategy in both and those of a service, or of all services together.
    #[must_use]
    pub fn of(
        a: &RunResult,
        b: &RunResult,
        pair: impl Fn((usize, usize), Option<(usize, usize)>) -> Option<Pairing>,
    ) -> Effect {
        let names = |result: &RunResult| -> Vec<String> {
            result.strategies.iter().map(|s| s.name.clone()).collect()
        };
        let services = |result: &RunResult| -> Vec<String> {
            result
                .strategies
                .first()
                .map_or(Vec::new(), |s| s.services.iter().map(|s| s.name.clone()).collect())
        };
        let only = |own: Vec<String>, other: &[String]| -> Vec<String> {
            own.into_iter().filter(|name| !other.contains(name)).collect()
        };
        let mut strategies = Vec::new();
        for (first, strategy) in a.strategies.iter().enumerate() {
            let Some(second) = b.strategies.iter().position(|other| other.name == strategy.name) else {
                continue;
            };
            let rows = rows(strategy, &b.strategies[second], |of| pair((first, second), of));
            strategies.push(Strategy { name: strategy.name.clone(), services: rows });
        }
        Effect {
            seed: a.seed,
            replications: a.replications,
            horizon_s: a.horizon_s,
            scripted: a.scripted && b.scripted,
            strategies,
            strategies_only_a: only(names(a), &names(b)),
            strategies_only_b: only(names(b), &names(a)),
            services_only_a: only(services(a), &services(b)),
            services_only_b: only(services(b), &services(a)),
        }
    }

    /// Seconds in a horizon as minutes over the time that they are told for.
    fn minutes(&self, seconds: &Estimate) -> Estimate {
        if self.scripted {
            figures::scaled(seconds, 1.0 / 60.0)
        } else {
            figures::minutes_a_year(seconds, self.horizon_s)
        }
    }

    /// What stands in only one of the two, in sentences.
    fn strangers(&self) -> Vec<String> {
        let told = [
            (&self.strategies_only_a, "strategies", "first"),
            (&self.strategies_only_b, "strategies", "second"),
            (&self.services_only_a, "services", "first"),
            (&self.services_only_b, "services", "second"),
        ];
        let told = told.into_iter().filter(|(names, ..)| !names.is_empty());
        told.map(|(names, what, which)| format!("Only the {which} has the {what} {}.", names.join(", ")))
            .collect()
    }

    fn counts(&self, verdict: Verdict) -> usize {
        self.strategies.iter().flat_map(|s| &s.services).filter(|s| s.verdict == verdict).count()
    }
}

fn rows(
    a: &super::result::Strategy,
    b: &super::result::Strategy,
    pair: impl Fn(Option<(usize, usize)>) -> Option<Pairing>,
) -> Vec<Service> {
    let row = |service: Option<String>,
               instances: [u32; 2],
               downtime: [Estimate; 2],
               pairing: Option<Pairing>| Service {
        service,
        instances_a: instances[0],
        instances_b: instances[1],
        downtime_s_a: downtime[0],
        downtime_s_b: downtime[1],
        downtime_s_b_minus_a: pairing.as_ref().map(|pairing| convert::estimate(&pairing.difference)),
        correlation: pairing.as_ref().and_then(|pairing| pairing.correlation),
        verdict: pairing.as_ref().map_or(Verdict::Undecided, Verdict::of),
    };
    let mut rows = Vec::new();
    for (first, service) in a.services.iter().enumerate() {
        let Some(second) = b.services.iter().position(|other| other.name == service.name) else { continue };
        let other = &b.services[second];
        let downtime = [service.downtime_s.estimate, other.downtime_s.estimate];
        let instances = [service.instances, other.instances];
        rows.push(row(Some(service.name.clone()), instances, downtime, pair(Some((first, second)))));
    }
    let same = rows.len() == a.services.len() && rows.len() == b.services.len();
    if rows.len() > 1 && same {
        let downtime = [a.total.downtime_s, b.total.downtime_s];
        rows.push(row(None, [a.total.instances, b.total.instances], downtime, pair(None)));
    }
    rows
}
