//! Strategies over the same failures: two at a time, and how much more each loses than the best of all others, right for all of
//! them at once.

use serde::{Deserialize, Serialize};

use super::number;
use super::result::{Estimate, RunResult, Strategy};

/// Two strategies over the same failure history, one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceComparison {
    /// The service's name.
    pub service: String,
    /// The two, and what lies between them.
    #[serde(flatten)]
    pub pair: TotalComparison,
}

/// Two strategies over the same failure history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TotalComparison {
    /// A strategy.
    pub a: String,
    /// Another one.
    pub b: String,
    /// Downtime of `a` less that of `b`, replication by replication.
    pub downtime_s_a_minus_b: Estimate,
    /// The same for lost service.
    pub lost_s_a_minus_b: Estimate,
    /// What a year of `a` costs more than one of `b`, all services together; absent where nothing has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_a_minus_b: Option<Estimate>,
    /// Correlation of the two downtimes over the replications; `null` where one never varies.
    pub correlation: Option<f64>,
}

/// A mean with an interval that is one of several at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// The difference of the means.
    #[serde(with = "number")]
    pub mean: f64,
    /// At most 0; where it is 0 the strategy is not the best.
    #[serde(with = "number")]
    pub low: f64,
    /// At least 0; where it is 0 the strategy is the best.
    #[serde(with = "number")]
    pub high: f64,
}

/// A strategy's distance from the best of all others, per instance and horizon (multiple comparisons with the best).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// `null`: all services together.
    pub service: Option<String>,
    pub strategy: String,
    pub downtime_s_minus_best: Distance,
    pub lost_s_minus_best: Distance,
}

/// Whether a strategy may be the one that loses least of all services together; nobody knows where not all were compared.
pub(super) fn may_be_best(result: &RunResult, strategy: &Strategy) -> Option<bool> {
    let of_all = |row: &&Best| row.service.is_none() && row.strategy == strategy.name;
    let Distance { mean, low, .. } = result.best.iter().find(of_all)?.lost_s_minus_best;
    Some(low < 0.0 || mean <= 0.0)
}

/// What the same failures under all strategies have bought: "the same failures under all strategies: downtimes go together with a
/// correlation of 0.38 to 0.97".
pub(super) fn correlation(result: &RunResult) -> Option<String> {
    let known = result.total_comparisons.iter().filter_map(|pair| pair.correlation);
    let (least, most) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), r| (l.min(r), m.max(r)));
    if least > most {
        return None;
    }
    let (low, high) = (format!("{least:.2}"), format!("{most:.2}"));
    let range = if low == high { low } else { format!("{low} to {high}") };
    Some(format!(
        "the same failures under all strategies: downtimes go together with a correlation of {range}"
    ))
}
