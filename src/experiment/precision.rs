//! Stopping when enough is known: at looks whose places are fixed, by relative width alone, and never with few outages.
//!
//! Whoever stops when an interval is narrow stops too early where little has happened yet: with an absolute width most runs would
//! stop before the first outage (verification, finding 2). So an interval counts only if what it knows is worth a hundred
//! outages, it is the width in parts of the mean that counts, and looks come at 128 replications, 256, 512 and so on: few, and
//! the same whatever the number of threads. What that leaves of 95 % is measured in `tests/numbers/precision.rs`.

use super::chance::Chance;
use super::pool::{Threads, Watch};
use super::rare::{Rare, Stopped};
use super::refine::{Known, weighted_difference};
use super::summarize::{Findings, plain_difference};
use crate::model::{Model, Precision, PrecisionOf};
use crate::probe::Figure;
use crate::stats::{Interval, Moments, interval};

/// The first look.
const FIRST: u32 = 128;
/// As many outages of equal weight an interval must be worth.
const EVENTS_MIN: f64 = 100.0;

/// Where looks are taken, up to the most replications: each after twice as many.
pub(super) fn looks(most: u32) -> impl Iterator<Item = u32> {
    let doubled = std::iter::successors(Some(FIRST), |look| look.checked_mul(2));
    doubled.take_while(move |look| *look < most).chain([most])
}

/// Whether enough is known, and by which weighted replications, if those were asked.
pub(super) struct Look {
    pub is_enough: bool,
    pub rare: Option<Vec<Option<Rare>>>,
}

/// Looks at what was found so far. Weighted replications cost time: they are asked only where all else is known.
pub(super) fn look(
    models: &[Model],
    precision: Precision,
    findings: &Findings,
    seed: u64,
    threads: &Threads,
    watch: &dyn Watch,
) -> Look {
    let few = |model: &Model, strategy: usize, service: usize| {
        model.rare_events && Rare::is_rare(model, &findings.strategies[strategy], service)
    };
    let plain: Vec<Option<Rare>> = models.iter().map(|_| None).collect();
    let sight = Sight { models, findings, rare: &plain, precision };
    if !sight.is_enough(|strategy, service| !few(&models[strategy], strategy, service)) {
        return Look { is_enough: false, rare: None };
    }
    let found = models.iter().zip(&findings.strategies);
    let found =
        found.map(|(model, found)| Rare::find(model, found, findings.numbers(), seed, threads, watch));
    let Ok(rare) = found.collect::<Result<Vec<Option<Rare>>, Stopped>>() else {
        return Look { is_enough: false, rare: None };
    };
    let is_enough = Sight { rare: &rare, ..sight }.is_enough(|_, _| true);
    Look { is_enough, rare: Some(rare) }
}

/// What is known at a look.
struct Sight<'a> {
    models: &'a [Model],
    findings: &'a Findings,
    rare: &'a [Option<Rare>],
    precision: Precision,
}

impl Sight<'_> {
    /// Of the services of strategies that are asked about.
    fn is_enough(&self, asked: impl Fn(usize, usize) -> bool) -> bool {
        let services = 0..self.models[0].services.len();
        let is_random =
            |strategy: usize, service: usize| self.models[strategy].services[service].incident.random;
        match self.precision.of {
            PrecisionOf::Downtime => (0..self.models.len()).all(|strategy| {
                let mut asked = services.clone().filter(|&s| is_random(strategy, s) && asked(strategy, s));
                asked.all(|service| self.knows(&self.downtime(strategy, service)))
            }),
            // Where there is nothing to compare, nothing is known of it.
            PrecisionOf::Differences if self.models.len() < 2 => false,
            PrecisionOf::Differences => (0..self.models.len()).all(|a| {
                (a + 1..self.models.len()).all(|b| {
                    let asked = services.clone().filter(|&s| asked(a, s) && asked(b, s));
                    let mut asked = asked.filter(|&s| is_random(a, s) || is_random(b, s));
                    asked.all(|service| self.knows_difference(a, b, service))
                })
            }),
        }
    }

    fn known(&self, strategy: usize) -> Known<'_> {
        let (model, found) = (&self.models[strategy], &self.findings.strategies[strategy]);
        Known { model, found, rare: self.rare[strategy].as_ref() }
    }

    fn downtime(&self, strategy: usize, service: usize) -> Interval {
        if let Some(series) =
            self.rare[strategy].as_ref().and_then(|rare| rare.series(service, Figure::Downtime))
        {
            return series.estimate();
        }
        let (model, found) = (&self.models[strategy], &self.findings.strategies[strategy]);
        let chance = Chance::of(model, &model.services[service]).seen(&found.ticks[service]);
        let moments: Moments = found.ticks[service].iter().map(|ticks| ticks.downtime_us).collect();
        interval::mean(&moments, chance.downtime())
    }

    fn knows(&self, interval: &Interval) -> bool {
        let half = (interval.high - interval.mean).max(interval.mean - interval.low);
        interval.mean * interval.mean >= EVENTS_MIN * interval.se * interval.se
            && half <= self.precision.within * interval.mean
    }

    /// A difference may be anything, nothing included: what counts is its width by the larger of the two.
    fn knows_difference(&self, a: usize, b: usize, service: usize) -> bool {
        let weighted = weighted_difference(&self.known(a), &self.known(b), service);
        let difference = weighted.unwrap_or_else(|| {
            let of = |strategy: usize| (&self.models[strategy], &self.findings.strategies[strategy]);
            plain_difference(of(a), of(b), service)
        });
        let (x, y) = (self.downtime(a, service), self.downtime(b, service));
        let larger = if x.mean >= y.mean { x } else { y };
        let half = (difference.high - difference.mean).max(difference.mean - difference.low);
        larger.mean * larger.mean >= EVENTS_MIN * larger.se * larger.se
            && half <= self.precision.within * larger.mean
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn looks_double_and_end_with_the_most() {
        assert_eq!(super::looks(1_000).collect::<Vec<_>>(), [128, 256, 512, 1_000]);
        assert_eq!(super::looks(256).collect::<Vec<_>>(), [128, 256]);
        assert_eq!(super::looks(5).collect::<Vec<_>>(), [5]);
    }
}
