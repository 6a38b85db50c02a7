//! Which figures come from importance sampling, and how good it was, in sentences.

use super::figures;
use super::result::{RareEvents, RunResult, Strategy};

/// A hit that has more of all weight than this tells too much of the mean alone.
const SHARE_MAX: f64 = 0.05;
/// Fewer hits than so many alike know the mean too badly.
const HITS_MIN: f64 = 100.0;

/// Of each strategy that has any, a sentence; names as `show` shows them.
pub(super) fn sentences(result: &RunResult, show: impl Fn(&str) -> String) -> Vec<String> {
    let of = |strategy: &Strategy| {
        let rare = strategy.rare_events.as_ref()?;
        let services: Vec<String> = rare.services.iter().map(|name| show(name)).collect();
        let doubt = if is_doubtful(rare) {
            " Their weights are uneven: take the interval with care, or simulate more."
        } else {
            ""
        };
        Some(format!(
            "{}: {} by importance sampling, being down too rarely for {} replications: from {} failures {} ways on, {} of \
             them into an outage, worth {} alike.{doubt}",
            show(&strategy.name),
            services.join(", "),
            figures::count(result.replications),
            figures::whole(rare.episodes),
            figures::whole(rare.branches),
            figures::whole(rare.hits),
            figures::whole(rare.hits_effective as u64),
        ))
    };
    result.strategies.iter().filter_map(of).collect()
}

fn is_doubtful(rare: &RareEvents) -> bool {
    rare.hits_effective < HITS_MIN || rare.weight_share_max > SHARE_MAX
}
