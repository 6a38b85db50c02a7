//! A run beside an earlier one that was stored: is a service down for longer than it was?
//!
//! Where both have the same failure history, which is that of the seed, replications are compared one by one (paired), as many as both
//! have; everywhere else means are, by the 95 % intervals that both have: `d ± √((m - l)² + (u' - m')²)`, the method of variance
//! estimates recovery (Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702). Weighted replications are not the same failures,
//! so that they are never paired with those of a file; but where all plain ones are as they were, and have seen much, so is what weighted ones tell.
//!
//! What one incident which has not been seen may add is known of this run by its model, but not of the stored one: there it is taken
//! to be as much, and at least the most by which its replications differ.

use super::chance::Chance;
use super::pool::Outcome;
use super::summarize::{SECOND, pairs};
use super::summary::{Estimate, Method};
use crate::scenario::goal::Metric;
use crate::stats::{Randomness, interval};

/// What an earlier run knows of a service under a strategy, per instance and horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub estimate: Estimate,
    /// By the number of the replication, ascending, microseconds of the mean instance; `None` where that cannot be compared.
    pub replications: Option<Vec<(u32, u64)>>,
    /// It is of the same scenario, seed and version: then nothing differs but the number of replications.
    pub is_same_scenario: bool,
}

/// How two runs were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The same scenario, and so the same answer.
    Identical,
    /// Replication by replication, of so many.
    Paired(u32),
    Unpaired,
}

/// By how much longer a service is down now, per instance and horizon, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    pub how: How,
    /// Of those replications that were compared.
    pub now: f64,
    pub then: f64,
    pub difference: Estimate,
}

/// Fewer replications that both have are not compared one by one.
const PAIRS_MIN: usize = 2;
/// A service that is told by weighted replications is untouched by a change where at least so many replications have something in them, and all are as they
/// were: what has seen less would be so whatever has changed. Assumption.
const SEEN_MIN: usize = 100;

impl Outcome<'_> {
    /// What has become of a service since an earlier run: of its downtime, or of what is lost.
    #[must_use]
    pub fn change(&self, strategy: usize, service: usize, metric: Metric, past: &Past) -> Change {
        let summary = &self.summary.strategies[strategy].services[service];
        let now = if metric == Metric::Lost { summary.lost_s } else { summary.downtime_s };
        if past.is_same_scenario {
            let difference = Estimate { mean: 0.0, se: 0.0, low: 0.0, high: 0.0, method: Method::Exact };
            return Change { how: How::Identical, now: now.mean, then: past.estimate.mean, difference };
        }
        let is_weighted = |estimate: &Estimate| estimate.method == Method::ImportanceSampling;
        let weighted = is_weighted(&now) || is_weighted(&past.estimate);
        let replications = past.replications.as_ref();
        let paired = replications.and_then(|past| self.paired(strategy, service, metric, past));
        let told = paired.filter(|(_, is_untouched)| !weighted || *is_untouched).map(|(change, _)| change);
        told.unwrap_or_else(|| unpaired(&now, &past.estimate))
    }

    /// Replication by replication; and whether a history with enough in it has stayed as it was.
    fn paired(
        &self,
        strategy: usize,
        service: usize,
        metric: Metric,
        past: &[(u32, u64)],
    ) -> Option<(Change, bool)> {
        let known = self.known(strategy);
        let (ticks, fixed) = (&known.found.ticks[service], &known.model.services[service]);
        let instances = f64::from(fixed.instances);
        let part = super::metric::part(metric);
        let of_instance = |us: u64| (us as f64 / instances).round() as u64;
        let own = self.summary.numbers.iter().zip(ticks).map(|(&n, ticks)| (n, of_instance(part(ticks))));
        let mut past = past.iter().peekable();
        let mut sides = Vec::new();
        for (number, now) in own {
            while past.next_if(|(other, _)| *other < number).is_some() {}
            if let Some((_, then)) = past.next_if(|(other, _)| *other == number) {
                sides.push((now, *then));
            }
        }
        if sides.len() < PAIRS_MIN {
            return None;
        }
        let seen = sides.iter().filter(|(now, _)| *now > 0).count();
        let is_untouched = sides.iter().all(|(now, then)| now == then) && seen >= SEEN_MIN;
        let told = |change: Change| Some((change, is_untouched));
        let chance = Chance::of(known.model, fixed).seen(ticks);
        let now = super::metric::randomness(metric, &known, service, chance);
        if now == Randomness::None {
            return told(change(&sides, Randomness::None, spread(&sides)));
        }
        let now = now.scaled(1.0 / instances);
        let then = match (now, spread(&sides)) {
            (Randomness::Events { largest, ceiling, seldom }, Randomness::Events { largest: seen, .. }) => {
                Randomness::Events { largest: largest.max(seen), ceiling, seldom }
            }
            (now, _) => now,
        };
        told(change(&sides, now, then))
    }
}

/// By how much stored replications differ; where they do not, and nothing is random now, nothing was then.
fn spread(sides: &[(u64, u64)]) -> Randomness {
    let values = || sides.iter().map(|(_, then)| *then);
    let (least, most) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    if least == most {
        return Randomness::None;
    }
    Randomness::up_to((most - least) as f64)
}

fn change(sides: &[(u64, u64)], now: Randomness, then: Randomness) -> Change {
    let pairs = pairs(sides);
    Change {
        how: How::Paired(sides.len() as u32),
        now: pairs.first().mean() / SECOND,
        then: pairs.second().mean() / SECOND,
        difference: interval::difference(&pairs, now, then).scaled(1.0 / SECOND).into(),
    }
}

fn unpaired(now: &Estimate, then: &Estimate) -> Change {
    let mean = now.mean - then.mean;
    let method = match (now.method, then.method) {
        (Method::Exact, method) | (method, Method::Exact) => method,
        (Method::ImportanceSampling, _) | (_, Method::ImportanceSampling) => Method::ImportanceSampling,
        (Method::StudentT, Method::StudentT) => Method::StudentT,
        _ => Method::WeightedPoisson,
    };
    let difference = Estimate {
        mean,
        se: libm::hypot(now.se, then.se),
        low: mean - libm::hypot(now.mean - now.low, then.high - then.mean),
        high: mean + libm::hypot(now.high - now.mean, then.mean - then.low),
        method,
    };
    Change { how: How::Unpaired, now: now.mean, then: then.mean, difference }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of symmetric intervals it is the usual root of the sum of squares, and each end leans on the ends that move it.
    #[test]
    fn intervals_of_two_runs_make_one_of_their_difference() {
        let around =
            |mean: f64, low: f64, high: f64| Estimate { mean, se: 1.0, low, high, method: Method::StudentT };
        let even = unpaired(&around(10.0, 7.0, 13.0), &around(4.0, 0.0, 8.0)).difference;
        assert_eq!((even.mean, even.low, even.high), (6.0, 1.0, 11.0));
        let skewed = unpaired(&around(10.0, 7.0, 22.0), &around(4.0, 0.0, 9.0)).difference;
        assert_eq!((skewed.low, skewed.high), (6.0 - libm::hypot(3.0, 5.0), 6.0 + libm::hypot(12.0, 4.0)));
    }

    #[test]
    fn what_never_differed_then_is_not_random() {
        assert_eq!(spread(&[(1, 5), (9, 5)]), Randomness::None);
        assert_eq!(spread(&[(1, 5), (9, 8)]), Randomness::up_to(3.0));
    }
}
