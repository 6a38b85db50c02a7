//! Exact answers beside simulated ones, for people and for programs.

use serde::Serialize;

use super::convert::estimate;
use super::csv::Sheet;
use super::result::{Estimate, ResultError, SCHEMA, ScenarioId, pretty};
use super::table::{COLUMNS, Table, wrap};
use super::{clean, figures, number};
use crate::experiment::summary::Summary;
use crate::experiment::verify::{OUTAGES_MIN, Verdict, Verified, limit};
use crate::special::normal_survival;

/// What is told of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// The schema of results.
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    /// The scenario, and a hash of it and of everything that was set.
    pub scenario: ScenarioId,
    /// The seed of every stream.
    pub seed: u64,
    pub replications: u32,
    #[serde(serialize_with = "number::whole")]
    pub horizon_s: f64,
    #[serde(serialize_with = "number::whole")]
    pub warmup_s: f64,
    /// The limit of |z|.
    #[serde(serialize_with = "number::serialize")]
    pub z_max: f64,
    /// One a service and strategy.
    pub services: Vec<Service>,
}

/// A service under a strategy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    pub strategy: String,
    pub service: String,
    /// How it was solved: `chain` or `renewal`; absent where there is no exact answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solved: Option<&'static str>,
    /// States of its chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<usize>,
    /// How far off the exact downtime may be at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_s: Option<f64>,
    pub figures: Vec<Figure>,
    /// Why there is no exact answer.
    pub obstacles: Vec<String>,
}

/// A figure, per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    pub metric: &'static str,
    pub exact: f64,
    pub simulated: Estimate,
    /// Standard errors from the exact to the simulated mean.
    pub z: Option<f64>,
    /// `agrees`, `differs` or `too-few`.
    pub verdict: &'static str,
}

impl Verification {
    /// Of the services of a run.
    #[must_use]
    pub fn new(summary: &Summary, verified: &[Verified]) -> Verification {
        Verification {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: ScenarioId { title: summary.title.clone(), sha256: summary.sha256.clone() },
            seed: summary.seed,
            replications: summary.replications,
            horizon_s: summary.horizon.as_secs_f64(),
            warmup_s: summary.warmup.as_secs_f64(),
            z_max: limit(summary.replications),
            services: verified.iter().map(service).collect(),
        }
    }

    /// How many figures have come out so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let word = word(verdict);
        self.services.iter().flat_map(|service| &service.figures).filter(|f| f.verdict == word).count()
    }
}

fn service(verified: &Verified) -> Service {
    let (strategy, service) = (verified.strategy.clone(), verified.service.clone());
    match &verified.outcome {
        Ok((figures, answer)) => Service {
            strategy,
            service,
            solved: Some(if answer.states.is_some() { "chain" } else { "renewal" }),
            states: answer.states,
            error_s: Some(answer.error_s),
            figures: figures
                .iter()
                .map(|figure| Figure {
                    metric: figure.metric,
                    exact: figure.exact,
                    simulated: estimate(&figure.simulated),
                    z: figure.z,
                    verdict: word(figure.verdict),
                })
                .collect(),
            obstacles: Vec::new(),
        },
        Err(obstacles) => Service {
            strategy,
            service,
            solved: None,
            states: None,
            error_s: None,
            figures: Vec::new(),
            obstacles: obstacles.iter().map(ToString::to_string).collect(),
        },
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::Differs => "differs",
        Verdict::TooFew => "too-few",
    }
}

/// For the terminal.
#[must_use]
pub fn text(verification: &Verification) -> String {
    let title = clean::visible(&verification.scenario.title);
    let mut text = clean::shorten(&title, COLUMNS) + "\n";
    text.push_str(&wrap(
        &format!(
            "{}, seed {}; per instance and {}",
            figures::counted(verification.replications, "replication"),
            verification.seed,
            crate::engine::Span::from_secs_f64(verification.horizon_s),
        ),
        "",
    ));
    let solved = || verification.services.iter().filter(|service| service.solved.is_some());
    if solved().next().is_some() {
        let mut table = Table::new(&["", "metric", "exact", "simulated", "se", "z", ""]);
        for service in solved() {
            for figure in &service.figures {
                let name =
                    format!("{}: {}", clean::visible(&service.strategy), clean::visible(&service.service));
                let z = figure.z.filter(|z| z.is_finite()).map_or("–".to_owned(), |z| figures::fixed(z, 2));
                table.row(vec![
                    name,
                    figure.metric.to_owned(),
                    digits(figure.exact),
                    digits(figure.simulated.mean),
                    digits(figure.simulated.se),
                    z,
                    figure.verdict.replace("too-few", "too few"),
                ]);
            }
        }
        text.push('\n');
        text.push_str(&table.render());
    }
    text.push('\n');
    text.push_str(&wrap(&verdict(verification), ""));
    let without: Vec<&Service> =
        verification.services.iter().filter(|service| service.solved.is_none()).collect();
    if !without.is_empty() {
        text.push_str("\nWithout an exact answer:\n");
    }
    for service in without {
        let reasons = service.obstacles.join("; ");
        let (strategy, name) = (clean::visible(&service.strategy), clean::visible(&service.service));
        text.push_str(&wrap(&format!("  {strategy}: {name}: {}", clean::visible(&reasons)), "    "));
    }
    text
}

/// What came of all figures together.
#[must_use]
pub fn verdict(verification: &Verification) -> String {
    let [agree, differ, few] =
        [Verdict::Agrees, Verdict::Differs, Verdict::TooFew].map(|verdict| verification.count(verdict));
    let judged = agree + differ;
    let limit = figures::fixed(verification.z_max, 1);
    let mut text = match (judged, differ) {
        (0, _) => "No figure could be judged.".to_owned(),
        (_, 0) => format!(
            "{} within {limit} standard errors of the exact answer, as with a right simulation in {} % of runs.",
            match judged {
                1 => "The figure is".to_owned(),
                2 => "Both figures are".to_owned(),
                _ => format!("All {judged} figures are"),
            },
            family(judged),
        ),
        _ => format!(
            "{differ} of {judged} figures more than {limit} standard errors off, which happens to a right simulation in \
             at most {} % of runs.",
            figures::trimmed(100.0 * chance(judged)),
        ),
    };
    if few > 0 {
        text.push_str(&format!(
            " {} judged: fewer than {OUTAGES_MIN} outages; ask for more with --replications.",
            if few == 1 { "1 was not".to_owned() } else { format!("{few} were not") }
        ));
    }
    text
}

/// The chance that any of so many right figures is beyond the limit, however they hang together (Bonferroni).
fn chance(figures: usize) -> f64 {
    (2.0 * normal_survival(crate::experiment::verify::Z_MAX) * figures as f64).min(1.0)
}

/// The percentage of runs in which none of so many right figures is beyond the limit, at least.
fn family(figures: usize) -> String {
    figures::trimmed((1e5 * (1.0 - chance(figures))).floor() / 1e3)
}

/// Seven significant digits, or none after the point where there are more before it.
fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return figures::fixed(value, 0);
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    if magnitude < -6 { format!("{value:.3e}") } else { figures::fixed(value, (6 - magnitude).clamp(0, 9)) }
}

/// A row for each figure, and one for each service that has none.
#[must_use]
pub fn csv(verification: &Verification) -> String {
    let mut sheet = Sheet::new();
    for head in ["strategy", "service", "metric", "exact"] {
        sheet.head(head);
    }
    sheet.head_estimate("simulated");
    for head in ["z", "z_max", "verdict", "solved", "states", "error_s", "obstacles"] {
        sheet.head(head);
    }
    sheet.end();
    for service in &verification.services {
        for figure in &service.figures {
            sheet.text(&service.strategy);
            sheet.text(&service.service);
            sheet.text(figure.metric);
            sheet.numbers(&[figure.exact]);
            sheet.estimate(&figure.simulated);
            sheet.numbers(&[figure.z.unwrap_or(f64::NAN), verification.z_max]);
            sheet.text(figure.verdict);
            sheet.text(service.solved.unwrap_or_default());
            sheet.numbers(&[service.states.map_or(f64::NAN, |states| states as f64)]);
            sheet.numbers(&[service.error_s.unwrap_or(f64::NAN)]);
            sheet.text("");
            sheet.end();
        }
        if service.figures.is_empty() {
            sheet.text(&service.strategy);
            sheet.text(&service.service);
            sheet.text("");
            sheet.numbers(&[f64::NAN]);
            sheet.estimate_if(None);
            sheet.numbers(&[f64::NAN, verification.z_max]);
            sheet.text("no-exact-answer");
            sheet.text("");
            sheet.numbers(&[f64::NAN, f64::NAN]);
            sheet.text(&service.obstacles.join("; "));
            sheet.end();
        }
    }
    sheet.finish()
}

/// For programs.
///
/// # Errors
///
/// Where it cannot be written.
pub fn json(verification: &Verification) -> Result<String, ResultError> {
    pretty(verification)
}
