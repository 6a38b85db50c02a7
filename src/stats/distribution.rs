//! Quantiles of many values in bounded memory.

/// Up to this many values other than zero, a [`Distribution`] keeps each of them (2 MiB); beyond, it keeps a histogram.
pub const EXACT_VALUES_MAX: usize = 1 << 18;

/// Each power of two is cut into this many buckets, so that a bucket's middle is within 1/1024 of its values.
const BUCKETS_PER_OCTAVE: usize = 512;

/// Values below twice [`BUCKETS_PER_OCTAVE`] have a bucket of their own; 54 octaves lie above.
const BUCKETS: usize = 56 * BUCKETS_PER_OCTAVE;

/// Probabilities are understood to this precision.
const PARTS: u128 = 1_000_000_000;

/// A multiset of values, asked for its quantiles.
///
/// Zeros are only counted. Up to [`EXACT_VALUES_MAX`] other values are kept as they are and every quantile is one
/// of them; beyond, they are counted in a log-linear histogram (a power of two cut into 512 equal buckets, the
/// layout of HDR histograms), and quantiles are off by at most 0.1 %. Whether to fold depends on the number of
/// values alone and folding a value on nothing else, so that the answer is the same for any order of pushes
/// and merges. Count, sum, least and greatest value stay exact.
///
/// ```
/// use ninefold::stats::Distribution;
/// let mut lengths = Distribution::new();
/// lengths.push_n(0, 94);
/// for length in [30, 60, 60, 90, 600, 3600] {
///     lengths.push(length);
/// }
/// assert_eq!(lengths.quantiles(&[0.5, 0.95, 0.99, 1.0]), [0, 30, 600, 3600]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    zeros: u64,
    /// Values other than zero.
    others: u64,
    sum: u128,
    min_other: u64,
    max: u64,
    kept: Kept,
}

/// The values other than zero.
#[derive(Clone, Debug)]
enum Kept {
    /// In no particular order.
    Values(Vec<u64>),
    /// How many fell into each bucket.
    Histogram(Vec<u64>),
}

impl Default for Kept {
    fn default() -> Kept {
        Kept::Values(Vec::new())
    }
}

impl Distribution {
    /// The empty multiset.
    #[must_use]
    pub fn new() -> Distribution {
        Distribution::default()
    }

    /// Adds one value.
    pub fn push(&mut self, value: u64) {
        self.push_n(value, 1);
    }

    /// Adds a value `count` times.
    pub fn push_n(&mut self, value: u64, count: u64) {
        if value == 0 || count == 0 {
            self.zeros += count;
            return;
        }
        self.note(value, value, u128::from(value) * u128::from(count), count);
        match &mut self.kept {
            // `note` has folded when there are too many, so this count is small.
            Kept::Values(values) => values.extend((0..count).map(|_| value)),
            Kept::Histogram(counts) => counts[bucket(value)] += count,
        }
    }

    /// Adds many values; the same as one after the other.
    pub fn extend(&mut self, more: &[u64]) {
        let count = more.iter().filter(|&&value| value > 0).count() as u64;
        self.zeros += more.len() as u64 - count;
        if count == 0 {
            return;
        }
        let (mut min, mut max, mut sum) = (u64::MAX, 0, 0_u128);
        for &value in more {
            // Zeros are wrapped to the top, where they are no minimum.
            min = min.min(value.wrapping_sub(1));
            max = max.max(value);
            sum += u128::from(value);
        }
        self.note(min + 1, max, sum, count);
        let others = more.iter().copied().filter(|&value| value > 0);
        match &mut self.kept {
            Kept::Values(values) if count == more.len() as u64 => values.extend_from_slice(more),
            Kept::Values(values) => values.extend(others),
            Kept::Histogram(counts) => others.for_each(|value| counts[bucket(value)] += 1),
        }
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Distribution) {
        self.zeros += other.zeros;
        if other.others == 0 {
            return;
        }
        self.note(other.min_other, other.max, other.sum, other.others);
        match (&mut self.kept, &other.kept) {
            (Kept::Values(values), Kept::Values(more)) => values.extend(more),
            (Kept::Histogram(counts), Kept::Values(more)) => {
                more.iter().for_each(|&v| counts[bucket(v)] += 1)
            }
            (Kept::Histogram(counts), Kept::Histogram(more)) => {
                counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            }
            // `other` has more values than may be kept, so `note` has folded `self`.
            (Kept::Values(_), Kept::Histogram(_)) => unreachable!("the whole has fewer values than a part"),
        }
    }

    /// How many values, zeros included.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.zeros + self.others
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether quantiles are values of the multiset, rather than within 0.1 % of one.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.kept, Kept::Values(_))
    }

    /// The greatest value, exactly; 0 when there is none.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The arithmetic mean of the exact sum; 0 when there is no value.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.sum as f64 / self.len() as f64 }
    }

    /// The quantile of one probability; see [`quantiles`](Distribution::quantiles), which is cheaper for several.
    #[must_use]
    pub fn quantile(&self, p: f64) -> u64 {
        self.quantiles(&[p])[0]
    }

    /// For each probability the least value such that a share of at least `p` of all values does not exceed it
    /// (the nearest-rank definition, Hyndman and Fan's type 1); the least value for p ≤ 0, the greatest for p ≥ 1,
    /// and 0 when there is no value.
    ///
    /// A probability is taken as the nearest multiple of 10⁻⁹ and the rank is worked out in integers: the 7 %
    /// quantile of 100 values is the 7th, although `0.07` in binary is a little more than 7 %.
    #[must_use]
    pub fn quantiles(&self, probabilities: &[f64]) -> Vec<u64> {
        let ranks = probabilities.iter().map(|&p| rank(self.len(), p));
        match &self.kept {
            Kept::Values(values) => {
                let mut sorted = values.clone();
                sorted.sort_unstable();
                ranks.map(|rank| self.other_rank(rank).map_or(0, |index| sorted[index as usize])).collect()
            }
            Kept::Histogram(counts) => ranks
                .map(|rank| self.other_rank(rank).map_or(0, |index| self.in_histogram(counts, index)))
                .collect(),
        }
    }

    /// The zero-based rank among the values other than zero, which all come after the zeros.
    fn other_rank(&self, rank: u64) -> Option<u64> {
        rank.checked_sub(self.zeros + 1)
    }

    fn in_histogram(&self, counts: &[u64], index: u64) -> u64 {
        // The ends are known exactly.
        if index + 1 == self.others {
            return self.max;
        }
        let mut below = 0;
        let bucket = counts.iter().position(|count| {
            below += count;
            below > index
        });
        bucket.map_or(self.max, |bucket| middle(bucket).clamp(self.min_other, self.max))
    }

    /// Accounts for `count` more values other than zero, and folds when they become too many to keep.
    fn note(&mut self, min: u64, max: u64, sum: u128, count: u64) {
        self.min_other = if self.others == 0 { min } else { self.min_other.min(min) };
        self.max = self.max.max(max);
        self.sum += sum;
        self.others += count;
        if self.others > EXACT_VALUES_MAX as u64
            && let Kept::Values(values) = &self.kept
        {
            let mut counts = vec![0; BUCKETS];
            values.iter().for_each(|&value| counts[bucket(value)] += 1);
            self.kept = Kept::Histogram(counts);
        }
    }
}

/// `⌈p·n⌉` within 1..=n (0 when n is 0), with p in whole parts of 10⁻⁹.
fn rank(n: u64, p: f64) -> u64 {
    let parts = libm::round(p.clamp(0.0, 1.0) * PARTS as f64) as u128;
    let rank = (parts * u128::from(n)).div_ceil(PARTS) as u64;
    rank.clamp(1.min(n), n)
}

/// The bucket of a value: its leading ten bits, and how many bits follow them.
fn bucket(value: u64) -> usize {
    let bits = (u64::BITS - value.leading_zeros()) as usize;
    let shift = bits.saturating_sub(10);
    shift * BUCKETS_PER_OCTAVE + (value >> shift) as usize
}

/// The middle of a bucket, off by at most 2^(shift − 1) from values of at least 2^(shift + 9).
fn middle(bucket: usize) -> u64 {
    let shift = (bucket / BUCKETS_PER_OCTAVE).saturating_sub(1);
    let leading = (bucket - shift * BUCKETS_PER_OCTAVE) as u64;
    (leading << shift) + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::testing::Draws;
    use proptest::prelude::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Distribution {
        let mut distribution = Distribution::new();
        values.into_iter().for_each(|value| distribution.push(value));
        distribution
    }

    #[test]
    fn nearest_ranks_by_hand() {
        let values = of([15, 20, 35, 40, 50]);
        assert_eq!(values.quantiles(&[0.0, 0.05, 0.2, 0.3, 0.4, 0.5, 1.0]), [15, 15, 15, 20, 20, 35, 50]);
        assert_eq!(of([]).quantiles(&[0.0, 0.5, 1.0]), [0, 0, 0]);
        assert_eq!((of([]).mean(), of([]).max(), of([]).is_empty()), (0.0, 0, true));
    }

    #[test]
    fn decimal_probabilities_mean_what_they_say() {
        // Each whole percent of 100 values, and of 10⁶ values, is that very rank; in doubles
        // ceil(0.07 · 100) is 8 and ceil(0.55 · 100) is 56.
        let hundred = of(1..=100);
        for percent in 1..=100u64 {
            assert_eq!(hundred.quantile(percent as f64 / 100.0), percent);
            assert_eq!(rank(1_000_000, percent as f64 / 100.0), percent * 10_000);
        }
        assert_eq!(rank(u64::MAX, 1.0), u64::MAX);
    }

    #[test]
    fn zeros_are_counted_not_kept() {
        let mut values = Distribution::new();
        values.push_n(0, 1 << 40);
        values.push_n(9, 3);
        assert!(values.is_exact());
        assert_eq!(values.len(), (1 << 40) + 3);
        assert_eq!(values.quantiles(&[0.5, 1.0]), [0, 9]);
        assert_eq!(values.mean(), 27.0 / ((1u64 << 40) + 3) as f64);
    }

    #[test]
    fn buckets_are_contiguous_and_tight() {
        for value in (0..5000).chain((10..64).flat_map(|b| (1u64 << b) - 1..=(1 << b) + 1)).chain([u64::MAX])
        {
            let middle = middle(bucket(value));
            assert!(middle.abs_diff(value) as f64 <= value as f64 / 1024.0, "{value} is shown as {middle}");
            assert!(bucket(value) < BUCKETS);
            assert!(value == 0 || bucket(value) - bucket(value - 1) <= 1, "a gap before {value}");
        }
    }

    #[test]
    fn folded_quantiles_are_within_a_thousandth_and_order_free() {
        let mut draws = Draws::new(11);
        let mut values: Vec<u64> = (0..EXACT_VALUES_MAX as u64 + 1000)
            .map(|_| libm::exp(12.0 + 3.0 * draws.normal()) as u64 + 1)
            .collect();
        let forwards = of(values.iter().copied());
        let mut parts = Distribution::new();
        for part in values.rchunks(77_777) {
            parts.merge(&of(part.iter().copied()));
        }
        let mut late = of(values[..5].iter().copied());
        late.merge(&of(values[5..].iter().copied()));
        assert!(!forwards.is_exact() && !parts.is_exact());
        values.sort_unstable();
        for thousandth in 0..=1000 {
            let p = f64::from(thousandth) / 1000.0;
            let exact = values[rank(values.len() as u64, p) as usize - 1];
            let folded = forwards.quantile(p);
            assert!(folded.abs_diff(exact) as f64 <= exact as f64 / 1000.0, "{p}: {folded} for {exact}");
            assert_eq!((folded, folded), (parts.quantile(p), late.quantile(p)));
        }
        assert_eq!(forwards.quantile(1.0), forwards.max());
    }

    #[test]
    fn folding_depends_on_the_number_of_values_alone() {
        let mut whole = Distribution::new();
        whole.push_n(7, EXACT_VALUES_MAX as u64);
        assert!(whole.is_exact());
        whole.push_n(0, 1_000_000);
        assert!(whole.is_exact());
        whole.push(8);
        assert!(!whole.is_exact());
        let mut at_once = Distribution::new();
        at_once.push_n(7, u64::from(u32::MAX));
        assert_eq!((at_once.quantile(0.5), at_once.len()), (7, u64::from(u32::MAX)));
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_quantile_is_the_least_value_that_enough_values_reach(
            values in prop::collection::vec(0u64..50, 1..60), millionths in 0u32..=1_000_000,
        ) {
            let n = values.len() as u64;
            let q = of(values.iter().copied()).quantile(f64::from(millionths) / 1e6);
            let at_most = |x: u64| values.iter().filter(|&&v| v <= x).count() as u64 * 1_000_000;
            prop_assert!(at_most(q) >= u64::from(millionths) * n);
            prop_assert!(values.contains(&q));
            prop_assert!(values.iter().all(|&v| v >= q || at_most(v) < u64::from(millionths) * n));
        }
    }
}
