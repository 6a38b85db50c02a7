//! The difference of two strategies where weighted replications know some of their services better.
//!
//! Plain and weighted replications have not the same failures. Where both sides know a service by the same kind, what they have in common
//! leaves their difference; where they do not, it stays in it. So such a difference is that of the means that are told, or that of
//! replications of the same kind where those know it much better: of two means one of which is small, and hardly known by plain
//! replications, it is the first; of two variants that hardly differ it may be the second.

use super::refine::Known;
use super::series::Series;
use super::summary::Estimate;
use crate::stats::Interval;

/// A difference of other means than those that stand beside it must be worth it: its interval is at most this part as wide, or its standard error half as
/// large and the interval not twice as wide. Where both are mostly of what was not seen, widths say nothing of what was. Assumptions.
const NARROW: f64 = 0.75;
const SHARP: f64 = 0.5;
const WIDE: f64 = 2.0;

/// How well something is known: its standard error, and how wide its interval is.
#[derive(Clone, Copy)]
pub(super) struct Within {
    se: f64,
    width: f64,
}

impl Within {
    /// In units so many times as large.
    pub(super) fn over(self, scale: f64) -> Within {
        Within { se: self.se / scale, width: self.width / scale }
    }
}

impl From<Interval> for Within {
    fn from(of: Interval) -> Within {
        Within { se: of.se, width: of.high - of.low }
    }
}

impl From<Estimate> for Within {
    fn from(of: Estimate) -> Within {
        Within { se: of.se, width: of.high - of.low }
    }
}

/// Whether a difference is that of the means that are told, and not that of replications of the same kind.
pub(super) fn is_told(told: Within, alike: Within) -> bool {
    let is_sharper = alike.se <= SHARP * told.se && alike.width <= WIDE * told.width;
    alike.width >= NARROW * told.width && !is_sharper
}

/// One strategy, and so many times another.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub a: &'a Known<'a>,
    pub b: &'a Known<'a>,
    pub times: f64,
}

impl Beside<'_> {
    /// By replication, what both have of a sum over services, where weighted replications have a part in their difference; `None` where plain
    /// ones are alone, or know it better by what they say. `series` makes the sum of one strategy, weighted of those
    /// services that may be.
    pub(super) fn weighted(
        self,
        services: &[usize],
        series: impl Fn(&Known<'_>, &dyn Fn(usize) -> bool) -> Series,
        plain: impl FnOnce() -> Within,
    ) -> Option<(Series, Series)> {
        let knows = |known: &Known<'_>, s: usize| known.rare.is_some_and(|rare| rare.knows(s));
        let [some, all, both] = [
            services.iter().any(|&s| knows(self.a, s) || knows(self.b, s)),
            services.iter().all(|&s| knows(self.a, s) == knows(self.b, s)),
            services.iter().any(|&s| knows(self.a, s) && knows(self.b, s)),
        ];
        let sides =
            |may: &dyn Fn(usize) -> bool| (series(self.a, may), series(self.b, may).times(self.times));
        let told = || sides(&|_| true);
        if !some || all {
            return some.then(told);
        }
        // Where nothing is known by weighted replications of both, those of the same kind are plain.
        if both {
            let alike = sides(&|s| knows(self.a, s) && knows(self.b, s));
            return Some(better(told(), alike));
        }
        Some(told()).filter(|told| is_told(within(told), plain()))
    }
}

/// The one whose difference is to be told.
fn better(told: (Series, Series), alike: (Series, Series)) -> (Series, Series) {
    if is_told(within(&told), within(&alike)) { told } else { alike }
}

fn within((a, b): &(Series, Series)) -> Within {
    a.difference(b).0.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tenth replication has an outage, of 60 or 70 s: on the same failures the second's are 10 s longer each time, which nobody would
    /// see in means. Where one has hardly any, and they last a day, plain replications know nothing of it, and there is nothing to have in
    /// common.
    #[test]
    fn variants_that_hardly_differ_are_compared_on_the_same_failures_and_others_by_what_is_told() {
        let every = |tenth: usize, s: f64| -> Vec<f64> {
            (0..200).map(|k| if k % 10 == tenth { s } else { 0.0 }).collect()
        };
        let plain = |tenth: usize, s: f64| Series::with_unseen(every(tenth, s), s, &[]);
        let weighted = |s: f64| Series::new((0..200).map(|k| s + f64::from(k % 3)).collect());
        let alike = (plain(3, 60.0), plain(3, 70.0));
        let mean = |sides: &(Series, Series)| sides.0.difference(&sides.1).0.mean;
        let kept = better((weighted(5.0), plain(3, 70.0)), alike.clone());
        assert!((mean(&kept) + 1.0).abs() < 1e-9, "{}", mean(&kept));
        // So it is where a fault that both share is seldom and long: what was not seen of it makes all of either interval.
        let long = |of: Vec<f64>, by: f64| {
            let mut values = of;
            values[7] += by;
            Series::with_unseen(values, 1e6, &[])
        };
        let shared = (long(every(3, 60.0), 86_400.0), long(every(3, 70.0), 86_400.0));
        let apart = (weighted(400.0), long(every(3, 70.0), 86_400.0));
        let kept = better(apart, shared);
        assert!((mean(&kept) + 1.0).abs() < 1e-9, "{}", mean(&kept));
        let rare = (Series::with_unseen(vec![0.0; 200], 1e5, &[]), plain(3, 70.0));
        let told = better((weighted(0.5), plain(3, 70.0)), rare);
        assert!((mean(&told) - (1.495 - 7.0)).abs() < 1e-9, "{}", mean(&told));
    }
}
