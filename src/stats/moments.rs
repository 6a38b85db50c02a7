//! Exact sums of values, of their squares and of their cubes.

use super::wide::Wide;

/// Count, sum, sums of squares and cubes, least and greatest of a multiset of values.
///
/// Everything is kept in integers, so [`merge`](Moments::merge) is associative and commutative to the bit, and the
/// variance does not suffer from cancellation however large the values are beside their spread. Any `u64` value is
/// allowed, 2⁶⁴ of them.
///
/// ```
/// use ninefold::stats::Moments;
/// let moments: Moments = [1_000_000_000_004, 1_000_000_000_007, 1_000_000_000_013, 1_000_000_000_016].into_iter().collect();
/// assert_eq!(moments.mean(), 1_000_000_000_010.0);
/// assert_eq!(moments.sample_variance(), Some(30.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    count: u64,
    sum: u128,
    squares: Wide,
    cubes: Wide,
    min: u64,
    max: u64,
}

impl Moments {
    /// The moments of nothing.
    #[must_use]
    pub fn new() -> Moments {
        Moments::default()
    }

    /// Adds one value.
    pub fn push(&mut self, value: u64) {
        let x = u128::from(value);
        self.merge(&Moments {
            count: 1,
            sum: x,
            squares: Wide::product(x, x),
            cubes: Wide::product(x * x, x),
            min: value,
            max: value,
        });
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.plus(other.squares);
        self.cubes = self.cubes.plus(other.cubes);
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum, exactly.
    #[must_use]
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The least value; 0 when there is none.
    #[must_use]
    pub fn min(&self) -> u64 {
        self.min
    }

    /// The greatest value; 0 when there is none.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The arithmetic mean, within two roundings of the exact one; 0 when there is no value.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The unbiased variance `(n·Σx² − (Σx)²) / (n·(n − 1))` in squared units, its numerator exact; `None`
    /// below two values.
    #[must_use]
    pub fn sample_variance(&self) -> Option<f64> {
        let pairs = u128::from(self.count) * u128::from(self.count.checked_sub(1)?);
        (pairs > 0).then(|| self.spread().to_f64() / pairs as f64)
    }

    /// Σ(x − mean)³: 0 where values lie alike on both sides of their mean, greater where few are far above.
    ///
    /// ```
    /// use ninefold::stats::Moments;
    /// let moments: Moments = [1_000_000_000_000, 1_000_000_000_000, 1_000_000_000_003].into_iter().collect();
    /// assert_eq!(moments.third(), 6.0);
    /// ```
    #[must_use]
    pub fn third(&self) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        // Counted from the least value, so that what all have in common does not drown the rest, and exactly until then. Every
        // product is no more than what it is taken from, whose difference is a sum of numbers that are not negative.
        let (n, least) = (u128::from(self.count), u128::from(self.min));
        let above = self.sum - n * least;
        let x_above = self.squares.difference(Wide::product(self.sum, least)).0;
        let above2 = x_above.difference(Wide::product(above, least)).0;
        let x2_above = self.cubes.difference(self.squares.times(self.min)).0;
        let x_above2 = x2_above.difference(x_above.times(self.min)).0;
        let above3 = x_above2.difference(above2.times(self.min)).0;
        let mean = above as f64 / self.count as f64;
        above3.to_f64() - 3.0 * mean * above2.to_f64() + 2.0 * self.count as f64 * mean * mean * mean
    }

    /// `n·Σx² − (Σx)²`, which Cauchy and Schwarz keep from being negative.
    pub(super) fn spread(&self) -> Wide {
        self.squares.times(self.count).difference(Wide::product(self.sum, self.sum)).0
    }

    /// Σx².
    pub(super) fn squares(&self) -> Wide {
        self.squares
    }
}

impl Extend<u64> for Moments {
    fn extend<I: IntoIterator<Item = u64>>(&mut self, values: I) {
        for value in values {
            self.push(value);
        }
    }
}

impl FromIterator<u64> for Moments {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Moments {
        let mut moments = Moments::new();
        moments.extend(values);
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Moments {
        values.into_iter().collect()
    }

    /// NIST StRD, univariate summary statistics, in units of the last certified digit: all of these have a
    /// certified standard deviation whose square is exact in integers.
    #[test]
    fn the_third_moment_is_exact_wherever_it_lies() {
        let of = |values: &[u64]| values.iter().copied().collect::<Moments>().third();
        assert_eq!((of(&[]), of(&[7]), of(&[7, 9])), (0.0, 0.0, 0.0));
        // Mean 3: -8, -1 and 27; and mirrored.
        assert_eq!((of(&[1, 2, 6]), of(&[6, 5, 1])), (18.0, -18.0));
        let top = u64::MAX - 6;
        assert_eq!((of(&[top + 1, top + 2, top + 6]), of(&[top + 6, top + 5, top + 1])), (18.0, -18.0));
        // Nothing outgrows its type.
        let far = of(&[0, 0, u64::MAX]);
        let third = (u64::MAX as f64 / 3.0).powi(3);
        assert!((far / (6.0 * third) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn nist_numacc_cases_are_exact() {
        // NumAcc1: 10000001, 10000003, 10000002; s = 1.
        assert_eq!(of([10_000_001, 10_000_003, 10_000_002]).sample_variance(), Some(1.0));
        // NumAcc2: 1.2 once, then 1.1 and 1.3 five hundred times each; mean 1.2, s = 0.1 (×10).
        let two = of([12].into_iter().chain((0..1000).map(|i| 11 + 2 * (i % 2))));
        assert_eq!((two.mean(), two.sample_variance()), (12.0, Some(1.0)));
        // NumAcc3: 1000000.2, then .1 and .3 (×10).
        let three = of([10_000_002].into_iter().chain((0..1000).map(|i| 10_000_001 + 2 * (i % 2))));
        assert_eq!((three.mean(), three.sample_variance()), (10_000_002.0, Some(1.0)));
        // NumAcc4: 10000000.2, then .1 and .3 (×10).
        let four = of([100_000_002].into_iter().chain((0..1000).map(|i| 100_000_001 + 2 * (i % 2))));
        assert_eq!((four.mean(), four.sample_variance()), (100_000_002.0, Some(1.0)));
    }

    /// A naive sum of squares in doubles loses everything here; at the promised extremes nothing is lost.
    #[test]
    fn large_values_with_a_small_spread_keep_their_variance() {
        let base = 3_000_000_000_000_000_000;
        assert_eq!(of([base, base + 2, base + 1]).sample_variance(), Some(1.0));
        let mut many = of([base, base + 1]);
        for _ in 0..23 {
            let half = many;
            many.merge(&half);
        }
        assert_eq!(many.count(), 1 << 24);
        let n = (1u64 << 24) as f64;
        assert_eq!(many.sample_variance(), Some(0.25 * n / (n - 1.0)));
    }

    #[test]
    fn few_values_have_no_variance() {
        assert_eq!((of([]).mean(), of([]).sample_variance(), of([]).min()), (0.0, None, 0));
        assert_eq!((of([7]).mean(), of([7]).sample_variance(), of([7]).min()), (7.0, None, 7));
        assert_eq!(of([7, 7]).sample_variance(), Some(0.0));
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn merging_parts_in_any_order_is_pushing_all(values in prop::collection::vec(any::<u64>(), 0..40), cut in 0usize..40) {
            let cut = cut.min(values.len());
            let (mut left, right) = (of(values[..cut].iter().copied()), of(values[cut..].iter().copied()));
            let mut other = right;
            other.merge(&left);
            left.merge(&right);
            prop_assert_eq!(left, of(values.iter().rev().copied()));
            prop_assert_eq!(left, other);
        }

        #[test]
        fn shifting_all_values_leaves_the_variance(values in prop::collection::vec(0u64..1 << 60, 2..40), shift in 0u64..1 << 60) {
            let shifted = of(values.iter().map(|v| v + shift));
            prop_assert_eq!(shifted.spread(), of(values).spread());
        }
    }
}
