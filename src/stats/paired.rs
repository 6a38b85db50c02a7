//! Exact moments of pairs: two results of the same replication.

use super::moments::Moments;
use super::wide::Wide;

/// The moments of pairs of values and of their signed difference, first minus second.
///
/// Two treatments under common random numbers differ by far less than either varies; the pairs keep what
/// the separate moments forget. Differences are split into what lies above and what lies below a `center`,
/// the difference where nothing random happened (0 unless the two differ by something fixed): each part then is a sum
/// of rare non-negative contributions, which is what [`super::interval::difference`] can bound.
///
/// ```
/// use ninefold::stats::PairedMoments;
/// let mut pairs = PairedMoments::new();
/// for (a, b) in [(10, 4), (20, 14), (30, 27)] {
///     pairs.push(a, b);
/// }
/// assert_eq!(pairs.mean_difference(), 5.0);
/// assert!(pairs.correlation().is_some_and(|r| r > 0.9));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairedMoments {
    center: i64,
    first: Moments,
    second: Moments,
    /// Σ first·second.
    cross: Wide,
    above: Moments,
    below: Moments,
}

impl PairedMoments {
    /// The moments of no pairs, with center 0.
    #[must_use]
    pub fn new() -> PairedMoments {
        PairedMoments::default()
    }

    /// The moments of no pairs, with differences split at `center`. The median difference is a good choice
    /// where a fixed part is possible: it *is* the fixed part as long as fewer than half the replications
    /// see anything random.
    #[must_use]
    pub fn around(center: i64) -> PairedMoments {
        PairedMoments { center, ..PairedMoments::default() }
    }

    /// Adds one pair.
    ///
    /// # Panics
    /// When `first − second − center` needs more than 64 bits beside its sign; impossible for values below
    /// 2⁶³ and a center within ±2⁶³.
    pub fn push(&mut self, first: u64, second: u64) {
        let distance = i128::from(first) - i128::from(second) - i128::from(self.center);
        let Ok(size) = u64::try_from(distance.unsigned_abs()) else {
            panic!("the difference of {first} and {second} is too far from the center {}", self.center);
        };
        self.first.push(first);
        self.second.push(second);
        self.cross = self.cross.plus(Wide::product(u128::from(first), u128::from(second)));
        self.above.push(if distance > 0 { size } else { 0 });
        self.below.push(if distance < 0 { size } else { 0 });
    }

    /// Adds all pairs of `other`.
    ///
    /// # Panics
    /// When the two have different centers.
    pub fn merge(&mut self, other: &PairedMoments) {
        assert_eq!(self.center, other.center, "pairs split at different centers cannot be merged");
        self.first.merge(&other.first);
        self.second.merge(&other.second);
        self.cross = self.cross.plus(other.cross);
        self.above.merge(&other.above);
        self.below.merge(&other.below);
    }

    /// How many pairs.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.first.count()
    }

    /// The moments of the first values alone.
    #[must_use]
    pub fn first(&self) -> &Moments {
        &self.first
    }

    /// The moments of the second values alone.
    #[must_use]
    pub fn second(&self) -> &Moments {
        &self.second
    }

    /// Where differences are split.
    #[must_use]
    pub fn center(&self) -> i64 {
        self.center
    }

    /// The moments of `max(0, first − second − center)`, all pairs counted.
    #[must_use]
    pub fn above(&self) -> &Moments {
        &self.above
    }

    /// The moments of `max(0, second − first + center)`, all pairs counted.
    #[must_use]
    pub fn below(&self) -> &Moments {
        &self.below
    }

    /// The mean of first minus second; 0 when there is no pair.
    #[must_use]
    pub fn mean_difference(&self) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        let (first, second) = (self.first.sum(), self.second.sum());
        let size = first.abs_diff(second) as f64 / self.count() as f64;
        if first < second { -size } else { size }
    }

    /// The unbiased variance of first minus second, its numerator exact; `None` below two pairs.
    #[must_use]
    pub fn difference_variance(&self) -> Option<f64> {
        let n = self.count();
        let pairs = u128::from(n) * u128::from(n.checked_sub(1)?);
        // Σ(d − c)² splits without cross terms, because a pair is on one side only.
        let squares = self.above.squares().plus(self.below.squares()).times(n);
        let sum = self.above.sum().abs_diff(self.below.sum());
        let spread = squares.difference(Wide::product(sum, sum)).0;
        (pairs > 0).then(|| spread.to_f64() / pairs as f64)
    }

    /// Pearson's correlation of first and second; `None` where either does not vary.
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let (a, b) = (self.first.spread().to_f64(), self.second.spread().to_f64());
        if a <= 0.0 || b <= 0.0 {
            return None;
        }
        let product = Wide::product(self.first.sum(), self.second.sum());
        let (size, negative) = self.cross.times(self.count()).difference(product);
        let size = (size.to_f64() / (a.sqrt() * b.sqrt())).min(1.0);
        Some(if negative { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(center: i64, pairs: &[(u64, u64)]) -> PairedMoments {
        let mut moments = PairedMoments::around(center);
        for &(a, b) in pairs {
            moments.push(a, b);
        }
        moments
    }

    #[test]
    fn a_small_case_by_hand() {
        // d = 6, −2, 0, 8: mean 3, Σd² = 104, variance (104 − 36)/3.
        let pairs = of(0, &[(10, 4), (1, 3), (5, 5), (9, 1)]);
        assert_eq!((pairs.count(), pairs.mean_difference()), (4, 3.0));
        assert_eq!(pairs.difference_variance(), Some(68.0 / 3.0));
        assert_eq!((pairs.above().sum(), pairs.below().sum()), (14, 2));
        // NumPy: corrcoef([10, 1, 5, 9], [4, 3, 5, 1]).
        let r = pairs.correlation().unwrap();
        assert!((r - -0.201_681_879_644_797_06).abs() < 1e-15, "{r}");
    }

    #[test]
    fn perfect_and_absent_correlation() {
        assert_eq!(of(0, &[(1, 10), (2, 20), (3, 30)]).correlation(), Some(1.0));
        assert_eq!(of(0, &[(1, 30), (2, 20), (3, 10)]).correlation(), Some(-1.0));
        assert_eq!(of(0, &[(1, 10), (1, 20)]).correlation(), None);
        assert_eq!(of(0, &[]).correlation(), None);
    }

    #[test]
    fn a_huge_common_part_does_not_drown_the_difference() {
        let base = 3_000_000_000_000_000_000;
        let pairs = of(0, &[(base, base + 3), (base + 5, base), (base, base)]);
        assert_eq!(pairs.difference_variance(), Some(49.0 / 3.0));
    }

    #[test]
    #[should_panic(expected = "different centers")]
    fn centers_must_agree() {
        PairedMoments::around(1).merge(&PairedMoments::new());
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mean_and_variance_do_not_depend_on_the_center(
            pairs in prop::collection::vec((0u64..1 << 62, 0u64..1 << 62), 2..30), center in -(1i64 << 62)..1 << 62,
        ) {
            let (plain, moved) = (of(0, &pairs), of(center, &pairs));
            prop_assert_eq!(plain.mean_difference(), moved.mean_difference());
            prop_assert_eq!(plain.difference_variance(), moved.difference_variance());
        }

        #[test]
        fn merging_is_pushing_and_swapping_mirrors(pairs in prop::collection::vec((any::<u32>(), any::<u32>()), 0..30), cut in 0usize..30) {
            let pairs: Vec<_> = pairs.into_iter().map(|(a, b)| (u64::from(a), u64::from(b))).collect();
            let cut = cut.min(pairs.len());
            let (mut left, right, whole) = (of(0, &pairs[..cut]), of(0, &pairs[cut..]), of(0, &pairs));
            left.merge(&right);
            prop_assert_eq!(left, whole);
            let swapped: Vec<_> = pairs.iter().map(|&(a, b)| (b, a)).collect();
            let mirror = of(0, &swapped);
            prop_assert_eq!(mirror.mean_difference(), -whole.mean_difference());
            prop_assert_eq!(mirror.difference_variance(), whole.difference_variance());
            prop_assert_eq!(mirror.above(), whole.below());
        }
    }
}
