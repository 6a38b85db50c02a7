//! The difference of two strategies where weighted replications know some of their services better.
//!
//! Plain and weighted replications have not the same failures. Where both sides know a service by the same kind, what they have in common
//! leaves their difference; where they do not, it stays in it. So such a difference is that of the means that are told, or that of
//! replications of the same kind where those know it much better: of two means one of which is small, and hardly known by plain
//! replications, it is the first; of two variants that hardly differ it may be the second.

use super::refine::Known;
use super::series::Series;

/// A difference of other means than those that stand beside it must be worth it: at most this part as wide. Assumption.
pub(super) const ALIKE_NARROW: f64 = 0.75;

/// One strategy, and so many times another.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub a: &'a Known<'a>,
    pub b: &'a Known<'a>,
    pub times: f64,
}

impl Beside<'_> {
    /// By replication, what both have of a sum over services, where weighted replications have a part in their difference; `None` where plain
    /// ones are alone, or know it better: within `plain_width`, from end to end. `series` makes the sum of one strategy, weighted of those
    /// services that may be.
    pub(super) fn weighted(
        self,
        services: &[usize],
        series: impl Fn(&Known<'_>, &dyn Fn(usize) -> bool) -> Series,
        plain_width: impl FnOnce() -> f64,
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
            return Some(narrower(told(), alike));
        }
        Some(told()).filter(|told| is_known_well(told, plain_width()))
    }
}

/// The one whose difference is known better.
fn narrower(told: (Series, Series), alike: (Series, Series)) -> (Series, Series) {
    if is_known_well(&told, width(&alike)) { told } else { alike }
}

/// Whether what is told differs by something that is known about as well as by replications of the same kind, within so much.
fn is_known_well(told: &(Series, Series), alike_width: f64) -> bool {
    alike_width >= ALIKE_NARROW * width(told)
}

/// How wide the interval of their difference is.
fn width((a, b): &(Series, Series)) -> f64 {
    let (interval, _) = a.difference(b);
    interval.high - interval.low
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
        let kept = narrower((weighted(5.0), plain(3, 70.0)), alike.clone());
        assert!((mean(&kept) + 1.0).abs() < 1e-9, "{}", mean(&kept));
        let rare = (Series::with_unseen(vec![0.0; 200], 1e5, &[]), plain(3, 70.0));
        let told = narrower((weighted(0.5), plain(3, 70.0)), rare);
        assert!((mean(&told) - (1.495 - 7.0)).abs() < 1e-9, "{}", mean(&told));
    }
}
