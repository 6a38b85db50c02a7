//! How the error of a test that looks several times is shared out over its looks.
//!
//! Whoever looks again and again until an interval says something errs more often than the interval does: see
//! [`sequential`](super::sequential). Here the looks are at fixed numbers of replications, up to a last one, and each may err
//! with the share that a *spending function* gives it (Lan and DeMets, *Discrete sequential boundaries for clinical trials*,
//! Biometrika 70 (1983) 659-663), of the power family with exponent 2 (Kim and DeMets, *Design and analysis of group sequential
//! tests based on the type I error spending rate function*, Biometrika 74 (1987) 149-154): after n of N replications
//!
//! ```text
//! spent(n) = tail × (n / N)²
//! tail of one end of the interval at look k = spent(n_k) - spent(n_{k-1})
//! ```
//!
//! has been spent. Those authors solve for boundaries under independent increments; here the shares are simply added up (the
//! union bound of Bonferroni), which is a little wider and asks nothing of how looks depend on each other: the probability that
//! any of all intervals misses the truth at that end is at most `tail`.
//!
//! Early looks get little, so that what is decided early is decided by far, and the last one keeps most: three quarters where
//! each look has twice as many replications as the one before.

/// After how many replications a test is decided at the latest, and when before that: `first`, twice as many and so on, and
/// in the end `last`.
///
/// ```
/// use ninefold::stats::spending::looks;
/// assert_eq!(looks(1_000, 8_000), [1_000, 2_000, 4_000, 8_000]);
/// assert_eq!(looks(1_000, 3_000), [1_000, 2_000, 3_000]);
/// assert_eq!(looks(1_000, 400), [1_000]);
/// ```
#[must_use]
pub fn looks(first: u32, last: u32) -> Vec<u32> {
    let doubled = std::iter::successors(Some(first.max(1)), |look| look.checked_mul(2));
    doubled.take_while(|look| *look < last).chain([last.max(first)]).collect()
}

/// The probability left out at one end of the interval at each look, of `tail` for all of them together.
///
/// ```
/// use ninefold::stats::spending::{looks, tails};
/// let tails = tails(&looks(1_000, 8_000), 0.025);
/// assert!((tails.iter().sum::<f64>() - 0.025).abs() < 1e-12);
/// assert!((tails[0] - 0.025 / 64.0).abs() < 1e-12 && (tails[3] - 0.025 * 0.75).abs() < 1e-12);
/// ```
#[must_use]
pub fn tails(looks: &[u32], tail: f64) -> Vec<f64> {
    let last = looks.last().copied().map_or(1.0, f64::from);
    let spent = |look: u32| {
        let part = f64::from(look) / last;
        tail * part * part
    };
    let before = std::iter::once(0.0).chain(looks.iter().map(|&look| spent(look)));
    looks.iter().zip(before).map(|(&look, before)| spent(look) - before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_has_it_all_and_more_looks_share_it() {
        assert_eq!(tails(&[500], 0.01), [0.01]);
        for looks in [looks(128, 10_000), looks(3, 1 << 20), vec![7, 8, 9]] {
            let tails = tails(&looks, 0.025);
            assert!(tails.iter().all(|&tail| tail > 0.0), "{tails:?}");
            assert!((tails.iter().sum::<f64>() - 0.025).abs() < 1e-12, "{tails:?}");
        }
    }
}
