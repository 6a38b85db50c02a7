//! Stopping when enough is known: at looks whose places are fixed, by relative width alone, and never with few outages.
//!
//! Whoever stops when an interval is narrow stops too early where little has happened yet: with an absolute width most runs would
//! stop before the first outage (verification, finding 2). So an interval counts only if what it knows is worth two hundred
//! outages, it is the width in parts of the mean that counts, and looks come at fixed numbers of replications, the same whatever
//! the number of threads.
//!
//! How far apart looks are matters for the mean: a run in which much happens knows its mean sooner, so that means of runs that stop are
//! too high, by 1 / m of themselves where looks are close together and m outages are enough, but by 0.2 / √m where each look
//! comes after twice as many replications as the last (with m = 171, which is what 15 % takes, 0.6 and 1.5 %; found by playing both a
//! hundred thousand times). So looks come four to a doubling. What that leaves of 95 %, and how far means are off, is measured in
//! `tests/numbers/precision.rs` and `tests/calibration`.

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
/// And those that follow, up to twice as many: the next whole sixteenths above the fourth roots of two and of its powers.
const STEPS: [u32; 4] = [16, 19, 23, 27];
/// As many outages of equal weight an interval must be worth.
const EVENTS_MIN: f64 = 200.0;
/// Weighted replications are not asked again before there are so many, in parts of those that will be enough by what they said.
const EARLY: f64 = 0.9;

/// Weighted ones are asked where plain ones would have to be so many times as many. Assumption.
const SLOW: f64 = 4.0;

/// Where looks are taken, up to the most replications.
pub(super) fn looks(most: u32) -> impl Iterator<Item = u32> {
    let doubled = std::iter::successors(Some(FIRST / 16), |look| look.checked_mul(2));
    let all = doubled.flat_map(|look| STEPS.map(|step| look.saturating_mul(step)));
    all.take_while(move |look| *look < most).chain([most])
}

/// Whether enough is known, and by which weighted replications, if those were asked.
pub(super) struct Look {
    pub is_enough: bool,
    pub rare: Option<Vec<Option<Rare>>>,
    /// Weighted replications need not be asked before there are so many.
    pub weighted_from: u32,
}

impl Look {
    fn not_enough(weighted_from: u32) -> Look {
        Look { is_enough: false, rare: None, weighted_from }
    }
}

/// Looks at what was found so far. Weighted replications cost time: they are asked only where all else is known, and where they may
/// be enough.
pub(super) fn look(
    models: &[Model],
    precision: Precision,
    findings: &Findings,
    seed: u64,
    (threads, watch): (&Threads, &dyn Watch),
    weighted_from: u32,
) -> Look {
    let plain: Vec<Option<Rare>> = models.iter().map(|_| None).collect();
    let sight = Sight { models, findings, rare: &plain, precision };
    // Whom plain replications will not know for long may be known by weighted ones.
    let few = |model: &Model, strategy: usize, service: usize| {
        let is_random = model.services[service].incident.random;
        let is_slow = || sight.downtime_lacks(&sight.downtime(strategy, service)) > SLOW;
        model.rare_events
            && is_random
            && (Rare::is_rare(model, &findings.strategies[strategy], service) || is_slow())
    };
    let is_plain = |strategy: usize, service: usize| !few(&models[strategy], strategy, service);
    let all_plain = (0..models.len()).all(|s| (0..models[s].services.len()).all(|t| is_plain(s, t)));
    if sight.lacking(is_plain) > 1.0 || (!all_plain && findings.replications() < weighted_from) {
        return Look::not_enough(weighted_from);
    }
    let found = models.iter().map(|model| Rare::find(model, findings.numbers(), seed, threads, watch));
    let Ok(rare) = found.collect::<Result<Vec<Option<Rare>>, Stopped>>() else {
        return Look::not_enough(weighted_from);
    };
    let lacking = Sight { rare: &rare, ..sight }.lacking(|_, _| true);
    let done = f64::from(findings.replications());
    // Nobody knows how many it takes where nothing is known: twice as many, then.
    let weighted_from = (done * (lacking * EARLY).min(2.0)) as u32;
    Look { is_enough: lacking <= 1.0, rare: Some(rare), weighted_from }
}

/// How well downtimes are known so far, for whoever waits: half of the widest interval of those services that have been down at all, in
/// parts of its mean. By plain replications, and nothing depends on it.
pub(super) fn within(models: &[Model], findings: &Findings) -> Option<f64> {
    let rare: Vec<Option<Rare>> = models.iter().map(|_| None).collect();
    let precision = Precision { within: 1.0, of: PrecisionOf::Downtime };
    let sight = Sight { models, findings, rare: &rare, precision };
    let pairs = models.iter().enumerate().flat_map(|(strategy, model)| {
        (0..model.services.len())
            .filter(|&service| model.services[service].incident.random)
            .map(move |service| (strategy, service))
    });
    let widths = pairs.map(|(strategy, service)| sight.downtime(strategy, service)).filter(|d| d.mean > 0.0);
    widths.map(|d| (d.high - d.mean).max(d.mean - d.low) / d.mean).reduce(f64::max)
}

/// What is known at a look.
struct Sight<'a> {
    models: &'a [Model],
    findings: &'a Findings,
    rare: &'a [Option<Rare>],
    precision: Precision,
}

impl Sight<'_> {
    /// How many times as many replications it takes until enough is known of the services of strategies that are asked about:
    /// widths shrink with the root of them.
    fn lacking(&self, asked: impl Fn(usize, usize) -> bool) -> f64 {
        let services = 0..self.models[0].services.len();
        let strategies = 0..self.models.len();
        let is_random =
            |strategy: usize, service: usize| self.models[strategy].services[service].incident.random;
        let most = |all: f64, one: f64| all.max(one);
        match self.precision.of {
            PrecisionOf::Downtime => strategies
                .flat_map(|strategy| services.clone().map(move |service| (strategy, service)))
                .filter(|&(strategy, service)| is_random(strategy, service) && asked(strategy, service))
                .map(|(strategy, service)| self.downtime_lacks(&self.downtime(strategy, service)))
                .fold(0.0, most),
            // Where there is nothing to compare, nothing is known of it.
            PrecisionOf::Differences if self.models.len() < 2 => f64::INFINITY,
            PrecisionOf::Differences => strategies
                .clone()
                .flat_map(|a| (a + 1..strategies.end).map(move |b| (a, b)))
                .flat_map(|(a, b)| services.clone().map(move |service| (a, b, service)))
                .filter(|&(a, b, service)| asked(a, service) && asked(b, service))
                .filter(|&(a, b, service)| is_random(a, service) || is_random(b, service))
                .map(|(a, b, service)| self.difference_lacks(a, b, service))
                .fold(0.0, most),
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

    fn downtime_lacks(&self, interval: &Interval) -> f64 {
        self.lacks(interval, interval)
    }

    /// A difference may be anything, nothing included: what counts is its width by the larger of the two.
    fn difference_lacks(&self, a: usize, b: usize, service: usize) -> f64 {
        let of = |strategy: usize| (&self.models[strategy], &self.findings.strategies[strategy]);
        let plain = plain_difference(of(a), of(b), service);
        let weighted = weighted_difference(&self.known(a), &self.known(b), service, &plain);
        let difference = weighted.unwrap_or(plain);
        let (x, y) = (self.downtime(a, service), self.downtime(b, service));
        self.lacks(&difference, if x.mean >= y.mean { &x } else { &y })
    }

    /// How many times as many replications an interval takes to be narrow enough by a mean, which must itself be worth enough outages.
    fn lacks(&self, interval: &Interval, mean: &Interval) -> f64 {
        let half = (interval.high - interval.mean).max(interval.mean - interval.low);
        let by_width = (half / (self.precision.within * mean.mean)).powi(2);
        let by_events = EVENTS_MIN * (mean.se / mean.mean).powi(2);
        // Of nothing nothing is known: 0 / 0.
        if mean.mean > 0.0 { by_width.max(by_events) } else { f64::INFINITY }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn looks_come_four_to_a_doubling_and_end_with_the_most() {
        let looks = |most: u32| super::looks(most).collect::<Vec<_>>();
        assert_eq!(looks(600), [128, 152, 184, 216, 256, 304, 368, 432, 512, 600]);
        assert_eq!(looks(256), [128, 152, 184, 216, 256]);
        assert_eq!(looks(5), [5]);
        assert!(looks(u32::MAX).is_sorted_by(|a, b| a < b));
    }
}
