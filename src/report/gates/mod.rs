//! Gates: what was found of each, for people and for pipelines.
//!
//! | module | makes |
//! | --- | --- |
//! | [`suite`] | all scenarios of a `ninefold test`: a line each, JSON, and the commands that replay what failed |
//! | [`junit`] | JUnit XML: one test case per gate, service and strategy |
//! | [`markdown`] | a table |
//! | [`github`] | workflow commands that GitHub shows beside the line of the check |

pub mod github;
pub mod junit;
pub mod markdown;
pub mod suite;

use serde::{Deserialize, Serialize};

use super::clean;
use super::figures;
use super::number;
use super::result::{Estimate, RunResult};
use super::table::wrap;
use crate::engine::Span;
use crate::experiment::gate::{GateSummary, Verdict};
use crate::scenario::gate::{Check, Versus};
use crate::scenario::goal::{Goal, Metric};

/// What is known of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The whole interval is on the good side of the limit.
    Pass,
    /// So many replications cannot tell.
    Undecided,
    /// The whole interval is on the bad side.
    Fail,
}

impl Outcome {
    /// Its mark on a terminal.
    #[must_use]
    pub fn mark(self) -> char {
        match self {
            Outcome::Pass => '✓',
            Outcome::Fail => '✗',
            Outcome::Undecided => '?',
        }
    }

    /// `passed`, `failed`, `undecided`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Pass => "passed",
            Outcome::Fail => "failed",
            Outcome::Undecided => "undecided",
        }
    }
}

/// A gate, for one service under one strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its place among the scenario's gates, from 0.
    pub gate: usize,
    /// As the scenario calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it asks, as it is written.
    pub check: String,
    /// Under which strategy; of two that are compared the first.
    pub strategy: String,
    /// Of which service; absent where it is asked of the strategy as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    pub outcome: Outcome,
    /// What `estimate` and `limit` are, per instance and horizon: `seconds`, `outages`, `availability`, `share-over` (of instances
    /// that are over the limit of a percentile), `seconds-difference`, `outages-difference`, `vms`, `share-of-time`.
    pub quantity: String,
    /// With the interval that decided: see `tail`. Absent where there is no such figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    #[serde(with = "number")]
    pub limit: f64,
    /// Of a percentile what so many have at most, in seconds or outages; of one strategy as a part of another that part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// What was observed with its interval, and the limit, for people.
    pub told: String,
    pub limit_told: String,
    /// Where the limit lies on a scale of downtime, in seconds a horizon; of a check of downtime, be it of its mean, of a
    /// percentile or of a chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downtime_limit_s: Option<f64>,
    /// How sure a pass or a fail is, over all looks together, and what that leaves out at each end of this interval.
    pub confidence: f64,
    pub tail: f64,
    /// The look that decided or was the last one, of how many, and after how many replications.
    pub look: u32,
    pub looks: u32,
    pub replications: u32,
    /// At the last look there are so many; fewer of an undecided gate only after an interruption.
    pub replications_max: u32,
    /// The replication with most of what there is to be little of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_replication: Option<u32>,
}

impl From<&GateSummary> for Gate {
    fn from(from: &GateSummary) -> Gate {
        let estimate = from.estimate.as_ref().map(super::convert::estimate);
        Gate {
            gate: from.gate.number,
            name: from.gate.name.clone(),
            check: from.gate.check.text().to_owned(),
            strategy: from.strategy.clone(),
            service: from.service.clone(),
            outcome: match from.verdict {
                Verdict::Pass => Outcome::Pass,
                Verdict::Undecided => Outcome::Undecided,
                Verdict::Fail => Outcome::Fail,
            },
            quantity: quantity(&from.gate.check).to_owned(),
            told: told(&from.gate.check, estimate.as_ref(), from.observed, from.horizon),
            limit_told: from.gate.check.limit_text().to_owned(),
            downtime_limit_s: match &from.gate.check {
                Check::Goal(goal) if goal.metric == Metric::Downtime => Some(goal.limit_over(from.horizon)),
                _ => None,
            },
            estimate,
            limit: from.limit,
            observed: from.observed,
            confidence: from.gate.confidence,
            tail: from.tail,
            look: from.look,
            looks: from.looks,
            replications: from.replications,
            replications_max: from.replications_max,
            worst_replication: from.worst,
        }
    }
}

fn quantity(check: &Check) -> &'static str {
    let is_outages = |metric: Metric| metric == Metric::Outages;
    match check {
        Check::Goal(Goal { percentile: Some(_), .. }) => "share-over",
        Check::Goal(Goal { metric: Metric::Availability, .. }) => "availability",
        Check::Goal(goal) => {
            if is_outages(goal.metric) {
                "outages"
            } else {
                "seconds"
            }
        }
        Check::Versus(versus) => {
            if is_outages(versus.metric) {
                "outages-difference"
            } else {
                "seconds-difference"
            }
        }
        Check::Room(_) => "vms",
        Check::Headroom(_) => "share-of-time",
    }
}

/// What was observed, in the terms of the check.
fn told(check: &Check, estimate: Option<&Estimate>, observed: Option<f64>, horizon: Span) -> String {
    let Some(estimate) = estimate else {
        let is_room = matches!(check, Check::Room(_));
        return if is_room { "no host cluster restarts anything" } else { "nothing to ask" }.to_owned();
    };
    let scaled = |per: Span| figures::scaled(estimate, per.as_secs_f64() / horizon.as_secs_f64());
    match check {
        Check::Goal(goal) if goal.percentile.is_some() => {
            let most = match goal.metric {
                Metric::Outages => observed.map(figures::trimmed),
                _ => observed.map(figures::duration),
            };
            let over = figures::interval_in(&figures::scaled(estimate, 100.0), "%");
            format!("{}; {over} are over", most.unwrap_or_else(|| "–".to_owned()))
        }
        Check::Goal(goal) => match goal.metric {
            Metric::Availability => figures::availability_interval(estimate),
            Metric::Outages => format!("{} {}", figures::interval(&scaled(goal.per)), within(goal.per)),
            _ => format!("{} {}", figures::duration_interval(&scaled(goal.per)), within(goal.per)),
        },
        Check::Versus(versus) => {
            let per = if is_part(versus) { Span::from_secs(31_536_000) } else { versus.per };
            let difference = match versus.metric {
                Metric::Outages => format!("{} {}", figures::interval(&scaled(per)), within(per)),
                _ => format!("{} {}", figures::duration_interval(&scaled(per)), within(per)),
            };
            match observed.filter(|_| is_part(versus)) {
                Some(part) => {
                    let (part, factor) = (figures::times(part, 3), figures::times(versus.factor, 6));
                    format!("{part} x; beside {factor} x {difference}")
                }
                None => difference,
            }
        }
        Check::Room(_) => figures::fixed(estimate.mean, 0),
        Check::Headroom(_) => {
            format!("{} of the time", figures::interval_in(&figures::scaled(estimate, 100.0), "%"))
        }
    }
}

/// Whether it asks for a part of what the other has; a difference names a time, and this needs none.
fn is_part(versus: &Versus) -> bool {
    versus.per == Span::from_secs(1) && versus.limit == 0.0
}

fn within(per: Span) -> String {
    if per == Span::from_secs(31_536_000) { "a year".to_owned() } else { format!("in {per}") }
}

impl Gate {
    /// What it is called: its name, or else its check.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.check)
    }

    /// Of whom: `mail under host-cluster`.
    #[must_use]
    pub fn subject(&self, name: impl Fn(&str) -> String) -> String {
        match &self.service {
            Some(service) => format!("{} under {}", name(service), name(&self.strategy)),
            None => name(&self.strategy),
        }
    }

    /// The line without its mark: `mail under host-cluster: downtime <= 26 min/y: 22 min [20, 24] a year`.
    #[must_use]
    pub fn line(&self) -> String {
        let shown = |text: &str| clean::shorten_name(&clean::visible(text), 60);
        let named = self.name.as_deref().map_or_else(String::new, |name| format!("{}: ", shown(name)));
        let check = clean::shorten(&clean::visible(&self.check), 120);
        format!("{named}{}: {check}: {}{}", self.subject(shown), clean::visible(&self.told), self.after())
    }

    /// What it took to know, where that says something.
    #[must_use]
    pub fn after(&self) -> String {
        let replications = figures::counted(self.replications, "replication");
        match self.outcome {
            Outcome::Pass if self.look == 1 => String::new(),
            Outcome::Pass | Outcome::Fail => format!(", after {replications}"),
            Outcome::Undecided if self.replications < self.replications_max => {
                format!(", interrupted after {replications}")
            }
            Outcome::Undecided => format!(", after {replications}, the most that it may take"),
        }
    }
}

/// How many have which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub undecided: u32,
}

impl Counts {
    /// Of some gates.
    #[must_use]
    pub fn of<'a>(gates: impl IntoIterator<Item = &'a Gate>) -> Counts {
        gates.into_iter().fold(Counts::default(), |counts, gate| match gate.outcome {
            Outcome::Pass => Counts { passed: counts.passed + 1, ..counts },
            Outcome::Fail => Counts { failed: counts.failed + 1, ..counts },
            Outcome::Undecided => Counts { undecided: counts.undecided + 1, ..counts },
        })
    }

    /// All of them.
    #[must_use]
    pub fn all(self) -> u32 {
        self.passed + self.failed + self.undecided
    }

    /// `3 gates: 1 passed, 1 failed, 1 undecided`.
    #[must_use]
    pub fn sentence(self) -> String {
        let parts = [(self.passed, "passed"), (self.failed, "failed"), (self.undecided, "undecided")];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", figures::count(*count)))
            .collect();
        let all = figures::counted(self.all(), "gate");
        if parts.is_empty() { all } else { format!("{all}: {}", parts.join(", ")) }
    }
}

/// The gates of a run, for the end of its comparison on a terminal; empty where there are none.
#[must_use]
pub fn text(result: &RunResult) -> String {
    if result.gates.is_empty() {
        return String::new();
    }
    let mut text = format!("\nGates ({})\n", Counts::of(&result.gates).sentence());
    for gate in &result.gates {
        text.push_str(&wrap(&format!("  {} {}", gate.outcome.mark(), gate.line()), "      "));
    }
    text
}
