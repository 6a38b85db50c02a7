//! Which figures come from importance sampling, and how good it was, in sentences.

use serde::{Deserialize, Serialize};

use super::result::{RunResult, Strategy};
use super::{figures, number};

/// How rare outages were looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RareMethod {
    #[default]
    ImportanceSampling,
    /// The same level by level, where its weights are too uneven otherwise.
    Splitting,
}

/// Importance sampling for services that are hardly ever down: where their means come from, and the totals'.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RareEvents {
    #[serde(default)]
    pub method: RareMethod,
    /// Of these services, by name.
    pub services: Vec<String>,
    /// It was tried for these as well, and found no more than plain replications had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_vain: Vec<String>,
    /// So many replications were lived again for them, the first ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replications: Option<u32>,
    /// Times in which something was out while they were up, in all of these.
    pub episodes: u64,
    /// Ways to go on from there that were tried, with other failures made likelier, and how many led into an outage.
    pub branches: u64,
    pub hits: u64,
    /// As many outages of one size would know as much of the downtime, of the service that is known worst.
    #[serde(with = "number")]
    pub hits_effective: f64,
    /// The mean weight of all branches: 1, but for chance.
    #[serde(with = "number")]
    pub weight_mean: f64,
    /// What the heaviest hit has of the weight of all.
    #[serde(with = "number")]
    pub weight_share_max: f64,
}

/// A hit that has more of all weight than this tells too much of the mean alone.
const SHARE_MAX: f64 = 0.05;
/// Fewer hits than so many alike know the mean too badly.
const HITS_MIN: f64 = 100.0;

/// Of each strategy that has any, a sentence; names as `show` shows them.
pub(super) fn sentences(result: &RunResult, show: impl Fn(&str) -> String) -> Vec<String> {
    let of = |strategy: &Strategy| {
        let rare = strategy.rare_events.as_ref()?;
        let names =
            |names: &[String]| names.iter().map(|name| show(name)).collect::<Vec<String>>().join(", ");
        if rare.services.is_empty() {
            return Some(format!(
                "{}: {} replications know too little of {}, and importance sampling cannot tell more.",
                show(&strategy.name),
                figures::count(result.replications),
                names(&rare.in_vain),
            ));
        }
        let doubt = if is_doubtful(rare) {
            " Their weights are uneven: take the interval with care, or simulate more."
        } else {
            ""
        };
        Some(format!(
            "{}: {} by importance sampling{}, since {} replications alone know too little: from {} failures{} {} ways on, {} of \
             them into an outage, worth {} alike.{doubt}{}",
            show(&strategy.name),
            names(&rare.services),
            if rare.method == RareMethod::Splitting { " and splitting" } else { "" },
            figures::count(result.replications),
            figures::whole(rare.episodes),
            match rare.replications.filter(|&first| first < result.replications) {
                Some(first) => format!(" in the first {},", figures::count(first)),
                None => String::new(),
            },
            figures::whole(rare.branches),
            figures::whole(rare.hits),
            figures::whole(rare.hits_effective as u64),
            if rare.in_vain.is_empty() {
                String::new()
            } else {
                format!(" Of {} it cannot tell more.", names(&rare.in_vain))
            },
        ))
    };
    result.strategies.iter().filter_map(of).collect()
}

fn is_doubtful(rare: &RareEvents) -> bool {
    rare.hits_effective < HITS_MIN || rare.weight_share_max > SHARE_MAX
}
