//! Fits for programs. Times are seconds.

use serde::Serialize;

use crate::history::{Fits, Group};
use crate::report::number;
use crate::report::result::{ResultError, SCHEMA, pretty};
use crate::stats::fit::Known;

#[derive(Serialize)]
struct Told<'g> {
    schema: u32,
    version: &'static str,
    groups: Vec<ToldGroup<'g>>,
}

#[derive(Serialize)]
struct ToldGroup<'g> {
    kind: &'g str,
    /// The cause, or the stem of the names.
    #[serde(skip_serializing_if = "str::is_empty")]
    of: &'g str,
    entities: u64,
    failed: u64,
    ttf: Times,
    ttr: Times,
}

#[derive(Serialize)]
struct Times {
    ends: usize,
    /// Still going on when the watching ended.
    open: usize,
    /// Of so many the beginning was not seen.
    beginning_unseen: usize,
    /// Too short to tell how long.
    below: usize,
    #[serde(serialize_with = "number::serialize")]
    exposure_s: f64,
    /// The best one first.
    laws: Vec<Law>,
    /// Those that have no maximum, with the reason.
    without: Vec<Without>,
}

#[derive(Serialize)]
struct Law {
    law: &'static str,
    parameters: Vec<Parameter>,
    mean_s: Interval,
    #[serde(serialize_with = "number::serialize")]
    ln_likelihood: f64,
    #[serde(serialize_with = "number::serialize")]
    aic: f64,
    #[serde(serialize_with = "number::serialize")]
    aicc: f64,
    #[serde(serialize_with = "number::serialize")]
    weight: f64,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    #[serde(flatten)]
    value: Interval,
}

#[derive(Serialize)]
struct Interval {
    #[serde(serialize_with = "number::serialize")]
    value: f64,
    #[serde(serialize_with = "number::serialize")]
    low: f64,
    #[serde(serialize_with = "number::serialize")]
    high: f64,
}

#[derive(Serialize)]
struct Without {
    law: &'static str,
    reason: String,
}

/// What was found, as JSON.
///
/// # Errors
/// Only where the writing itself fails.
pub fn json(groups: &[Group]) -> Result<String, ResultError> {
    let groups = groups.iter().map(|group| ToldGroup {
        kind: &group.kind,
        of: &group.of,
        entities: group.entities,
        failed: group.failed,
        ttf: times(&group.up),
        ttr: times(&group.down),
    });
    pretty(&Told { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), groups: groups.collect() })
}

fn times(fits: &Fits) -> Times {
    let seen = &fits.seen;
    let laws = fits.ranked().into_iter().map(|(family, law, weight)| {
        let parameter = |(name, value): &(&str, Known)| {
            let is_time = !matches!(*name, "shape" | "sigma");
            Parameter { name: format!("{name}{}", if is_time { "_s" } else { "" }), value: interval(value) }
        };
        Law {
            law: family.word(),
            parameters: law.parameters.iter().map(parameter).collect(),
            mean_s: interval(&law.mean),
            ln_likelihood: law.ln_likelihood,
            aic: law.aic,
            aicc: law.aicc,
            weight,
        }
    });
    let without = fits.laws.iter().filter_map(|(family, law)| {
        Some(Without { law: family.word(), reason: law.as_ref().err()?.to_string() })
    });
    Times {
        ends: seen.ends(),
        open: seen.open.len() + seen.open_rest.len(),
        beginning_unseen: seen.rest.len() + seen.open_rest.len(),
        below: seen.below.len(),
        exposure_s: seen.exposure(),
        laws: laws.collect(),
        without: without.collect(),
    }
}

fn interval(known: &Known) -> Interval {
    Interval { value: known.value, low: known.low, high: known.high }
}
