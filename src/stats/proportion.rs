//! Intervals that follow from counting: for a share of successes, and for a quantile.

use super::interval::{Interval, Method};
use crate::special::{beta_inc, beta_inc_inverse, normal_quantile};

/// The interval of Clopper and Pearson (Biometrika 26 (1934) 404-413) for the probability of success, after
/// `successes` in `trials`: covers with at least `confidence` whatever the truth. `(0, 1)` without trials.
///
/// ```
/// use ninefold::stats::proportion::clopper_pearson;
/// let (low, high) = clopper_pearson(0, 100, 0.95);
/// assert_eq!(low, 0.0);
/// assert!((high - (1.0 - 0.025_f64.powf(0.01))).abs() < 1e-12);
/// ```
///
/// # Panics
/// Where `successes` exceeds `trials` or `confidence` is not strictly between 0 and 1.
#[must_use]
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> (f64, f64) {
    let tail = tail(confidence);
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    let (k, rest) = (successes as f64, (trials - successes) as f64);
    let low = if successes == 0 { 0.0 } else { beta_inc_inverse(k, rest + 1.0, tail) };
    let high = if successes == trials { 1.0 } else { beta_inc_inverse(k + 1.0, rest, 1.0 - tail) };
    (low, high)
}

/// The share of successes with the interval of [`clopper_pearson`] that leaves `tail` out at each end.
///
/// ```
/// use ninefold::stats::proportion::share;
/// let never = share(0, 100, 0.025);
/// assert_eq!((never.mean, never.low), (0.0, 0.0));
/// assert!((never.high - 0.0362).abs() < 1e-4);
/// ```
///
/// # Panics
/// Where `successes` exceeds `trials`, or unless 0 < `tail` < 0.5.
#[must_use]
pub fn share(successes: u64, trials: u64, tail: f64) -> Interval {
    let (low, high) = clopper_pearson(successes, trials, 1.0 - 2.0 * tail);
    let mean = if trials == 0 { 0.0 } else { successes as f64 / trials as f64 };
    Interval {
        mean,
        se: if trials > 1 { (mean * (1.0 - mean) / (trials - 1) as f64).sqrt() } else { 0.0 },
        low,
        high,
        method: if successes == 0 { Method::Bound } else { Method::Binomial },
    }
}

/// The score interval of Wilson (JASA 22 (1927) 209-212): narrower than [`clopper_pearson`], covers with
/// `confidence` on average over the truth but not everywhere. `(0, 1)` without trials.
///
/// # Panics
/// As [`clopper_pearson`].
#[must_use]
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> (f64, f64) {
    let z = -normal_quantile(tail(confidence));
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (k, n) = (successes as f64, trials as f64);
    let (z2, rest) = (z * z, n - k);
    let center = (k + z2 / 2.0) / (n + z2);
    let half = z * (k * rest / n + z2 / 4.0).sqrt() / (n + z2);
    // The ends at 0 and n successes are 0 and 1 exactly; rounding must not move them.
    let low = if successes == 0 { 0.0 } else { center - half };
    let high = if successes == trials { 1.0 } else { center + half };
    (low, high)
}

/// The ranks (from 1, ascending) of the two of `n` independent values that enclose the `p` quantile with at least
/// `confidence`, whatever their law (David and Nagaraja, *Order Statistics*, 7.1); ties only add confidence.
///
/// `None` stands for an end that no value can bound: with 100 values, none is above the 99 % quantile with
/// enough confidence.
///
/// ```
/// use ninefold::stats::proportion::quantile_ranks;
/// assert_eq!(quantile_ranks(1000, 0.95, 0.95), (Some(936), Some(964)));
/// assert_eq!(quantile_ranks(100, 0.99, 0.95).1, None);
/// ```
///
/// # Panics
/// Where `p` or `confidence` is not strictly between 0 and 1.
#[must_use]
pub fn quantile_ranks(n: u64, p: f64, confidence: f64) -> (Option<u64>, Option<u64>) {
    let tail = tail(confidence);
    assert!(p > 0.0 && p < 1.0, "not an inner probability: {p}");
    // The number of values that do not exceed the quantile is binomial. The value of rank k is above
    // the quantile when fewer than k are not: P(B < k), which grows with k.
    let too_high = |k: u64| k > 0 && beta_inc((n - k + 1) as f64, k as f64, 1.0 - p) > tail;
    let high_enough = |k: u64| k > 0 && beta_inc(k as f64, (n - k + 1) as f64, p) <= tail;
    let low = first_rank(n, too_high).map_or(n, |rank| rank - 1);
    ((low > 0).then_some(low), first_rank(n, high_enough))
}

/// The least rank from 1 to n of which `holds` is true, if it is false below some rank and true from there on.
fn first_rank(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut below, mut from) = (0, n + 1);
    while from - below > 1 {
        let middle = below + (from - below) / 2;
        if holds(middle) { from = middle } else { below = middle }
    }
    (from <= n).then_some(from)
}

fn tail(confidence: f64) -> f64 {
    assert!(confidence > 0.0 && confidence < 1.0, "not a confidence: {confidence}");
    (1.0 - confidence) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close((low, high): (f64, f64), (expected_low, expected_high): (f64, f64)) {
        assert!((low - expected_low).abs() <= 1e-12 * expected_low.max(1e-3), "{low} is not {expected_low}");
        assert!(
            (high - expected_high).abs() <= 1e-12 * expected_high.max(1e-3),
            "{high} is not {expected_high}"
        );
    }

    #[test]
    fn shares_agree_with_scipy() {
        for &(k, n, confidence, exact, score) in SHARES {
            close(clopper_pearson(k, n, confidence), exact);
            close(wilson(k, n, confidence), score);
        }
    }

    #[test]
    fn without_trials_anything_is_possible() {
        assert_eq!(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
        assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
        assert_eq!(quantile_ranks(0, 0.5, 0.95), (None, None));
    }

    #[test]
    fn ranks_agree_with_the_binomial_law() {
        let ranks = |n, p| quantile_ranks(n, p, 0.95);
        assert_eq!(ranks(1000, 0.99), (Some(983), Some(997)));
        assert_eq!(ranks(10_000, 0.95), (Some(9457), Some(9543)));
        assert_eq!(ranks(10_000, 0.99), (Some(9880), Some(9920)));
        assert_eq!(ranks(10_000, 0.999), (Some(9983), Some(9997)));
        assert_eq!(ranks(20, 0.5), (Some(6), Some(15)));
        // A one-sided 95 % bound above needs 59 values for the 95 % quantile, 299 for 99 %, 2995 for 99.9 %.
        for (n, p) in [(59, 0.95), (299, 0.99), (2995, 0.999)] {
            assert_eq!(quantile_ranks(n, p, 0.9).1, Some(n));
            assert_eq!(quantile_ranks(n - 1, p, 0.9).1, None);
        }
        // Mirrored at the low quantiles.
        assert_eq!(quantile_ranks(59, 0.05, 0.9).0, Some(1));
        assert_eq!(quantile_ranks(58, 0.05, 0.9).0, None);
    }

    /// Successes, trials, confidence, Clopper-Pearson and Wilson, from 40-digit arithmetic (mpmath).
    #[rustfmt::skip]
    #[allow(clippy::unreadable_literal, clippy::type_complexity)]
    const SHARES: &[(u64, u64, f64, (f64, f64), (f64, f64))] = &[
        (0, 20, 0.95, (0.0, 0.16843347098308534), (0.0, 0.16112515805281938)),
        (1, 20, 0.95, (0.0012650894979498036, 0.24873276277202777), (0.00888144880079539, 0.23613119344674205)),
        (7, 20, 0.95, (0.15390920478454115, 0.5921885345328282), (0.18119182410108206, 0.5671457233147638)),
        (20, 20, 0.95, (0.8315665290169146, 1.0), (0.8388748419471806, 1.0)),
        (3, 1000, 0.95, (0.0006190999316495713, 0.008742023238478303), (0.0010207838811386188, 0.008783014053503175)),
        (998, 1000, 0.99, (0.9907598693637945, 0.9998964590274253), (0.9898257581280642, 0.9996094416281426)),
        (5000, 10000, 0.9, (0.49172650440373944, 0.5082734955962606), (0.4917768441952793, 0.5082231558047208)),
    ];
}
