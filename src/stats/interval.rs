//! 95 % intervals for the mean of independent replications, sound also when almost nothing happens.
//!
//! A replication's value is taken as a fixed part plus a sum of non-negative contributions of random events, rare
//! or frequent, short- or long-tailed, possibly many at once: only replications are independent. Student's t needs
//! the total to look normal. With a handful of events it does not; the sample has not seen the tail, and
//! the t interval lies too low (below). The interval here is the wider of t and of a gamma interval, at each end where events
//! are few and at the upper one where they are many:
//!
//! - Fay and Feuer, *Confidence intervals for directly standardized rates*, Statistics in Medicine 16 (1997)
//!   791-801: a sum y of weighted Poisson counts with estimated variance v lies like a gamma variable of that mean
//!   and variance, and one more event of the greatest possible weight w belongs to the upper end:
//!   `low = Γ⁻¹(2.5 %; mean y, variance v)`, `high = Γ⁻¹(97.5 %; mean y + w, variance v + w²)`. With
//!   equal weights this is Garwood's exact interval, with y = 0 it is `[0, 3.69·w]`.
//! - y is counted from the least replication: a fixed part is certain and must not pass for many events.
//! - v is n·s² of the replications, not Σw² of events, so that events that come in clusters count as what they are;
//!   and it is stretched by the square of t/z, because n replications only estimate it.
//! - w comes from the scenario (the 99.9 % quantile of an event's length times the share it hits): the largest
//!   event seen is no substitute, since what is missing is what was not seen.
//! - t is used alone from [`EVENTS_MANY`] effective events y²/v on, if w is also small beside the spread.
//! - The lower end of many events, from [`EVENTS_SEEN`] effective ones on, is Student's with the skewness that was seen taken
//!   out of it: Hall, *On the removal of skewness by transformation*, Journal of the Royal Statistical Society B 54 (1992) 221-228. A
//!   long event raises the mean and, more than that, its standard error, so that t's lower end lies too low by much.
//!   The upper end does not lean on it: what is missing there was not seen.
//! - Where that lower end is negative a gamma end stands in, then counted from 0: events have happened, so the mean is not 0.
//!
//! # Measured coverage
//!
//! Share of 2000 batches whose interval holds the true mean, in percent: n replications in which so many
//! events are expected all together. The gate is 94; `NINEFOLD_LONG=1 cargo test --release --lib stats::coverage -- --nocapture`
//! repeats the whole grid.
//!
//! | events expected | n | constant | exponential | lognormal σ 1.5 | Weibull 0.5 |
//! | ---: | ---: | --- | --- | --- | --- |
//! | 0.5 | 20 | 98.8 (37.5) ×2.6 | 99.6 (33.7) ×13.6 | 100.0 (26.9) ×72.7 | 99.8 (24.8) ×43.4 |
//! | 3 | 20 | 99.7 (94.8) ×1.3 | 99.8 (72.8) ×3.5 | 99.8 (56.0) ×13.3 | 99.6 (55.3) ×9.6 |
//! | 10 | 20 | 97.7 (92.3) ×1.2 | 99.7 (87.6) ×2.0 | 100.0 (72.2) ×5.4 | 100.0 (74.0) ×4.0 |
//! | 100 | 20 | 95.2 (94.0) ×1.1 | 97.2 (93.5) ×1.2 | 99.8 (87.9) ×1.7 | 99.5 (90.6) ×1.5 |
//! | 1000 | 20 | 96.5 (95.2) ×1.1 | 96.5 (95.3) ×1.1 | 96.5 (92.6) ×1.1 | 97.0 (94.8) ×1.1 |
//! | 0.5 | 100 | 99.1 (39.1) ×2.7 | 99.4 (34.0) ×14.7 | 99.4 (29.1) ×55.2 | 99.5 (24.3) ×47.9 |
//! | 1 | 100 | 100.0 (61.9) ×1.8 | 99.5 (49.8) ×8.2 | 99.7 (39.1) ×36.9 | 99.4 (34.7) ×25.5 |
//! | 3 | 100 | 99.6 (80.6) ×1.3 | 100.0 (75.0) ×3.6 | 99.7 (59.9) ×13.4 | 99.8 (57.0) ×9.9 |
//! | 10 | 100 | 98.8 (93.4) ×1.2 | 99.9 (88.3) ×2.1 | 100.0 (72.7) ×5.8 | 100.0 (75.2) ×4.2 |
//! | 30 | 100 | 96.4 (94.8) ×1.1 | 99.2 (91.2) ×1.5 | 100.0 (79.2) ×3.1 | 99.9 (82.8) ×2.4 |
//! | 100 | 100 | 95.5 (94.8) ×1.0 | 97.5 (93.3) ×1.2 | 100.0 (86.5) ×1.8 | 99.6 (90.0) ×1.6 |
//! | 300 | 100 | 95.5 (95.2) ×1.0 | 96.0 (94.4) ×1.1 | 98.9 (90.1) ×1.3 | 96.6 (93.0) ×1.2 |
//! | 1000 | 100 | 95.8 (95.5) ×1.0 | 95.8 (94.5) ×1.0 | 96.1 (93.0) ×1.1 | 96.5 (94.2) ×1.1 |
//! | 0.5 | 1000 | 98.5 (37.8) ×2.8 | 99.6 (32.5) ×15.5 | 99.6 (28.8) ×74.9 | 99.7 (23.4) ×53.2 |
//! | 3 | 1000 | 99.7 (79.3) ×1.3 | 99.9 (73.0) ×3.6 | 99.5 (56.4) ×13.8 | 99.6 (57.0) ×9.3 |
//! | 10 | 1000 | 98.5 (92.0) ×1.2 | 99.8 (86.8) ×2.1 | 100.0 (70.8) ×5.6 | 99.9 (72.2) ×4.3 |
//! | 100 | 1000 | 95.2 (94.3) ×1.0 | 96.4 (94.8) ×1.2 | 99.9 (87.0) ×1.8 | 99.1 (91.0) ×1.6 |
//! | 1000 | 1000 | 95.6 (95.1) ×1.0 | 95.9 (95.0) ×1.0 | 95.6 (92.3) ×1.1 | 96.0 (93.3) ×1.1 |
//!
//! Each cell: this interval (t alone), and its mean width in units of t's. Elsewhere, lowest of the regimes measured:
//! two to five replications 95.0, clusters of 14 units 95.0, events above a fixed part 97.9, rare large events beside
//! a thousand small ones
//! 94.8, differences 94.8, t alone from [`EVENTS_MANY`] on 94.2 to 95.4. Through the whole program, whatever ends a run:
//! `tests/calibration`.
//!
//! Over-coverage is the price of few events and is on purpose: 95 % cannot be met exactly by any interval for
//! counts, and the interval is not told the law. What it cannot know: events rarer than the data and heavier
//! than `largest`.
//!
//! # Differences
//!
//! The differences of paired replications, minus their center, are split into what lies above and below. Each part
//! gets the gamma interval above and the two are joined by the *method of variance estimates recovery* (Zou
//! and Donner, Statistics in Medicine 27 (2008) 1693-1702): `low = d − √((a − low_a)² + (high_b − b)²)` and its
//! mirror image; the wider of that and the paired t interval is the answer.

use super::moments::Moments;
use super::paired::PairedMoments;
use crate::special::{gamma_p_inverse, gamma_q_inverse, normal_quantile, student_t_quantile};

/// From this effective number of events on, Student's t stands alone (measured: see the module's table).
pub const EVENTS_MANY: f64 = 1000.0;

/// From this effective number of events on, the skewness of what was seen says where the lower end lies. Assumption: fewer have
/// hardly shown it, and have the wider of t and of the gamma interval at both ends.
pub const EVENTS_SEEN: f64 = 30.0;

/// The probability left out at each end of a 95 % interval.
pub const TAIL: f64 = 0.025;

/// The standard normal quantile of `1 − TAIL`.
const Z: f64 = 1.959_963_984_540_054;

/// How an interval was made; a report says so beside the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t over the replications.
    StudentT,
    /// Few effective events: at each end the wider of t and the weighted-Poisson gamma interval.
    WeightedPoisson,
    /// Each replication has something or has it not: the exact interval of a binomial share.
    Binomial,
    /// Nothing varied between replications: the ends are what so many replications can rule out.
    Bound,
    /// Nothing random can touch the value.
    Exact,
}

/// What chance can do to a replication's value, as configured and not as observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Randomness {
    /// Nothing: every replication has the same value.
    None,
    /// Random events add to the value.
    Events {
        /// The most that one event can reasonably add to one replication's value (its 99.9 % quantile). If
        /// unknown (0 or less), `ceiling` is used: safe and wide.
        largest: f64,
        /// The most that a replication's value can be; `f64::INFINITY` if there is no limit.
        ceiling: f64,
        /// Of events that are much larger, and much less frequent.
        seldom: Seldom,
    },
}

/// Large events that are so infrequent that they may not have been seen at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seldom {
    /// The most that one of them can reasonably add to one replication's value.
    pub largest: f64,
    /// What they may add to the mean replication, all together.
    pub mean: f64,
}

impl Seldom {
    /// There are none.
    pub const NONE: Seldom = Seldom { largest: 0.0, mean: 0.0 };

    /// Those of two sums, which one of them may hit alike.
    #[must_use]
    pub fn and(self, other: Seldom) -> Seldom {
        Seldom { largest: self.largest + other.largest, mean: self.mean + other.mean }
    }

    /// Of values so many times as large.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Seldom {
        Seldom { largest: self.largest * factor, mean: self.mean * factor }
    }

    /// What one event that has not been seen is to be counted as. No more than all of them are expected to add to so many replications together: else what hardly ever comes
    /// would make intervals wide by what it cannot be worth.
    fn weight(self, replications: f64) -> f64 {
        self.largest.min(self.mean * replications)
    }
}

impl Randomness {
    /// Of values so many times as large.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Randomness {
        match self {
            Randomness::None => Randomness::None,
            Randomness::Events { largest, ceiling, seldom } => Randomness::Events {
                largest: largest * factor,
                ceiling: ceiling * factor,
                seldom: seldom.scaled(factor),
            },
        }
    }

    /// The most that an event may add which so many replications have not seen.
    #[must_use]
    pub fn unseen(self, replications: f64) -> f64 {
        match self {
            Randomness::None => 0.0,
            Randomness::Events { largest, ceiling, .. } if largest <= 0.0 => ceiling,
            Randomness::Events { largest, ceiling, seldom } => {
                largest.max(seldom.weight(replications)).min(ceiling)
            }
        }
    }

    /// Events that add no more than that, of values without a limit.
    #[must_use]
    pub fn up_to(largest: f64) -> Randomness {
        Randomness::Events { largest, ceiling: f64::INFINITY, seldom: Seldom::NONE }
    }

    /// The same, of values that have one.
    #[must_use]
    pub fn within(largest: f64, ceiling: f64) -> Randomness {
        Randomness::Events { largest, ceiling, seldom: Seldom::NONE }
    }
}

/// A mean over replications with its standard error and 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean over replications.
    pub mean: f64,
    /// Its standard error; with a single replication, which shows no spread, the size of the mean.
    pub se: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How the ends were found.
    pub method: Method,
}

impl Interval {
    /// The interval in another unit: everything times `factor`, which must not be negative.
    ///
    /// ```
    /// use ninefold::stats::{Interval, Method};
    /// let ticks = Interval { mean: 5e6, se: 1e6, low: 3e6, high: 8e6, method: Method::StudentT };
    /// assert_eq!(ticks.scaled(1e-6).high, 8.0);
    /// ```
    #[must_use]
    pub fn scaled(self, factor: f64) -> Interval {
        debug_assert!(factor >= 0.0, "a negative factor would swap the ends");
        Interval {
            mean: self.mean * factor,
            se: self.se * factor,
            low: self.low * factor,
            high: self.high * factor,
            ..self
        }
    }

    /// The interval of `whole − value`: what is left of the whole.
    #[must_use]
    pub fn complement(self, whole: f64) -> Interval {
        Interval { mean: whole - self.mean, low: whole - self.high, high: whole - self.low, ..self }
    }
}

/// The mean of the replications' values with its 95 % interval, in the values' unit.
///
/// Unless nothing is random the interval has a positive width. Without any replication it is
/// `[0, ceiling]`.
///
/// ```
/// use ninefold::stats::{Method, Moments, Randomness, interval};
/// // One hundred years without an outage, where an outage lasts at most an hour or so.
/// let years: Moments = (0..100).map(|_| 0).collect();
/// let downtime = interval::mean(&years, Randomness::within(3600.0, 31_536_000.0));
/// assert_eq!((downtime.mean, downtime.low, downtime.method), (0.0, 0.0, Method::Bound));
/// assert!((downtime.high - 3.689 * 3600.0 / 100.0).abs() < 0.01);
/// ```
#[must_use]
pub fn mean(values: &Moments, randomness: Randomness) -> Interval {
    mean_at(values, randomness, TAIL)
}

/// As [`mean`], with the probability `tail` left out at each end in place of 2.5 %: what a test at several looks asks.
///
/// Below 2.5 % Student's t never stands alone: how it covers was measured at 2.5 %, and further out it is more easily
/// fooled by a long tail.
///
/// ```
/// use ninefold::stats::{Moments, Randomness, interval};
/// let years: Moments = (0..100).map(|year| year % 7).collect();
/// let chance = Randomness::up_to(10.0);
/// let (usual, wide) = (interval::mean(&years, chance), interval::mean_at(&years, chance, 0.001));
/// assert!(wide.low < usual.low && usual.high < wide.high && wide.mean == usual.mean);
/// ```
///
/// # Panics
/// Unless 0 < `tail` < 0.5.
#[must_use]
pub fn mean_at(values: &Moments, randomness: Randomness, tail: f64) -> Interval {
    assert!(tail > 0.0 && tail < 0.5, "a tail of {tail}");
    let mean = values.mean();
    let Randomness::Events { ceiling, .. } = randomness else {
        return exact(mean);
    };
    if values.count() == 0 {
        return Interval { mean, se: 0.0, low: 0.0, high: ceiling, method: Method::Bound };
    }
    let n = values.count() as f64;
    let total = Total::of(values, tail);
    let weight = randomness.unseen(n);
    let gamma = total.bounds(weight);
    let method = match method(total.events, total.variance, weight, values.count()) {
        Method::StudentT if tail < TAIL => Method::WeightedPoisson,
        method => method,
    };
    let (low, high) = match method {
        Method::StudentT => student(total.sum(), total.variance, n, tail),
        Method::WeightedPoisson if n > 1.0 => {
            let t = student(total.sum(), total.variance, n, tail);
            // Further out than it was measured the skewness is not leant on.
            let skewed = (tail >= TAIL && total.has_seen_skewness()).then(|| total.low_of_skewed(n));
            let low = skewed.unwrap_or(t.0.min(gamma.0));
            let low = if low > 0.0 { low } else { total.low().min(gamma.0) };
            (low, t.1.max(gamma.1))
        }
        _ => gamma,
    };
    Interval {
        mean,
        se: total.variance.sqrt() / n,
        low: (low / n).clamp(0.0, mean),
        high: (high / n).min(ceiling).max(mean),
        method,
    }
}

/// The mean of first minus second over paired replications with its 95 % interval, in the values' unit.
///
/// `first` and `second` say what chance can do to each of the two. Unless neither is random the
/// interval has a positive width, also when all differences are 0.
///
/// ```
/// use ninefold::stats::{PairedMoments, Randomness, interval};
/// let mut pairs = PairedMoments::new();
/// for _ in 0..1000 {
///     pairs.push(0, 0);
/// }
/// let events = |largest| Randomness::within(largest, 1e6);
/// let difference = interval::difference(&pairs, events(600.0), events(60.0));
/// assert!(difference.low < -0.2 && difference.mean == 0.0 && difference.high > 2.2);
/// ```
#[must_use]
pub fn difference(pairs: &PairedMoments, first: Randomness, second: Randomness) -> Interval {
    difference_at(pairs, first, second, TAIL)
}

/// As [`difference`], with the probability `tail` left out at each end in place of 2.5 %: what several differences at once ask.
/// Below 2.5 % Student's t never stands alone, as in [`mean_at`].
///
/// # Panics
/// Unless 0 < `tail` < 0.5.
#[must_use]
pub fn difference_at(pairs: &PairedMoments, first: Randomness, second: Randomness, tail: f64) -> Interval {
    assert!(tail > 0.0 && tail < 0.5, "a tail of {tail}");
    let mean = pairs.mean_difference();
    if (first, second) == (Randomness::None, Randomness::None) {
        return exact(mean);
    }
    let (lowest, highest) = (-reach(second, pairs.second()), reach(first, pairs.first()));
    if pairs.count() == 0 {
        return Interval { mean, se: 0.0, low: lowest, high: highest, method: Method::Bound };
    }
    let n = pairs.count() as f64;
    let (above, below) = (Total::of(pairs.above(), tail), Total::of(pairs.below(), tail));
    let (up, down) = (first.unseen(n), second.unseen(n));
    let sum = mean * n;
    // A single pair shows no spread; its own size stands in, as for a single value.
    let variance = pairs.difference_variance().map_or(above.variance + below.variance, |s2| n * s2);
    let method = match method(above.events + below.events, variance, up.max(down), pairs.count()) {
        Method::StudentT if tail < TAIL => Method::WeightedPoisson,
        method => method,
    };
    let (low, high) = if method == Method::StudentT {
        student(sum, variance, n, tail)
    } else {
        let ((a_low, a_high), (b_low, b_high)) = (above.bounds(up), below.bounds(down));
        let (a, b) = (above.sum(), below.sum());
        let joined = (sum - libm::hypot(a - a_low, b_high - b), sum + libm::hypot(a_high - a, b - b_low));
        let t = if n > 1.0 { student(sum, variance, n, tail) } else { joined };
        (joined.0.min(t.0), joined.1.max(t.1))
    };
    Interval {
        mean,
        se: variance.sqrt() / n,
        low: (low / n).max(lowest).min(mean),
        high: (high / n).min(highest).max(mean),
        method,
    }
}

/// The sum of the replications' values, as a fixed part and what events have added.
struct Total {
    /// n times the least value.
    fixed: f64,
    /// What lies above it.
    events: f64,
    /// The estimated variance of the sum, n·s².
    variance: f64,
    /// By how much n replications may have underestimated it: (t/z)².
    stretch: f64,
    /// Its estimated skewness, the third central moment of the sum by the 3/2th power of its variance: from -1 to 1.
    skewness: f64,
    /// The probability left out at each end.
    tail: f64,
}

impl Total {
    fn of(values: &Moments, tail: f64) -> Total {
        let n = values.count() as f64;
        let (Some(variance), true) = (values.sample_variance(), n > 1.0) else {
            // One replication tells nothing of what is fixed nor of the spread; as a single event it has y² = v.
            let events = values.sum() as f64;
            return Total {
                fixed: 0.0,
                events,
                variance: events * events,
                stretch: 1.0,
                skewness: 0.0,
                tail,
            };
        };
        let fixed = u128::from(values.min()) * u128::from(values.count());
        let z = if tail.total_cmp(&TAIL).is_eq() { Z } else { normal_quantile(1.0 - tail) };
        let ratio = student_t_quantile(1.0 - tail, n - 1.0) / z;
        Total {
            fixed: fixed as f64,
            events: (values.sum() - fixed) as f64,
            variance: n * variance,
            stretch: ratio * ratio,
            skewness: if variance > 0.0 { values.third() / libm::pow(n * variance, 1.5) } else { 0.0 },
            tail,
        }
    }

    fn sum(&self) -> f64 {
        self.fixed + self.events
    }

    /// The lower end where another reaches 0, which only says that its law does not fit: the gamma end of all
    /// that was seen. Replications so few or so unlike that even their t interval reaches 0 do not show
    /// that their least value is fixed.
    fn low(&self) -> f64 {
        let (y, v) = (self.sum(), self.variance * self.stretch);
        gamma_p_inverse(y * y / v, self.tail) * (v / y)
    }

    /// By the whole sum: what is taken for fixed, the least of a few replications with many events each, need not be, and what is
    /// moves the lower end along with it.
    fn has_seen_skewness(&self) -> bool {
        self.sum() * self.sum() >= EVENTS_SEEN * self.variance
    }

    /// The lower end of a skewed sum: with the studentized mean T = (mean - truth) / se and the skewness g of the sum, Hall's
    /// T + g T²/3 + g² T³/27 + g/6 is closer to normal than T, and grows with T. It is solved for the T at which it is Student's quantile.
    fn low_of_skewed(&self, n: f64) -> f64 {
        let (t, g) = (student_t_quantile(1.0 - self.tail, n - 1.0), self.skewness);
        // Where there is no skewness to speak of the solution is t itself, and the formula would divide 0 by 0.
        let t = if g.abs() < 1e-6 { t } else { 3.0 / g * (libm::cbrt(1.0 + g * (t - g / 6.0)) - 1.0) };
        self.sum() - t * self.variance.sqrt()
    }

    /// The gamma interval of the sum, when an event may add `weight`.
    fn bounds(&self, weight: f64) -> (f64, f64) {
        let (y, v) = (self.events, self.variance * self.stretch);
        if y <= 0.0 {
            // All replications agree. An event that changes a replication by `weight`, either way, and was seen
            // in none of them has at most −ln 2.5 % = 3.69 expected occurrences (−ln tail).
            let allowance = gamma_q_inverse(1.0, self.tail) * weight;
            return ((self.fixed - allowance).max(0.0), self.fixed + allowance);
        }
        let low = gamma_p_inverse(y * y / v, self.tail) * (v / y);
        // No less than the mean event that was seen, lest a wrong configuration make the interval narrow.
        let weight = weight.max(self.variance / y);
        if !weight.is_finite() {
            return (self.fixed + low, f64::INFINITY);
        }
        let (y, v) = (y + weight, v + weight * weight);
        let high = gamma_q_inverse(y * y / v, self.tail) * (v / y);
        (self.fixed + low, self.fixed + high)
    }
}

/// Student's interval of a sum of n values with estimated variance `variance`.
fn student(sum: f64, variance: f64, n: f64, tail: f64) -> (f64, f64) {
    let half = student_t_quantile(1.0 - tail, n - 1.0) * variance.sqrt();
    (sum - half, sum + half)
}

fn method(events: f64, variance: f64, weight: f64, count: u64) -> Method {
    if variance <= 0.0 {
        Method::Bound
    } else if count > 1 && events * events >= EVENTS_MANY * variance && weight * weight <= variance / 100.0 {
        Method::StudentT
    } else {
        Method::WeightedPoisson
    }
}

fn exact(mean: f64) -> Interval {
    Interval { mean, se: 0.0, low: mean, high: mean, method: Method::Exact }
}

/// The most a replication's value can be.
fn reach(randomness: Randomness, values: &Moments) -> f64 {
    match randomness {
        Randomness::None => values.max() as f64,
        Randomness::Events { ceiling, .. } => ceiling,
    }
}

#[cfg(test)]
mod tests;
