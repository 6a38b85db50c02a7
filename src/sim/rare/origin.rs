//! What begins episodes, and how many branches those of each kind deserve.
//!
//! A fault that strikes every week and hardly ever leads to an outage makes many episodes that are alike; one that strikes once in years and
//! keeps everybody busy for weeks makes few that are not. For what they cost together branches know most where their number goes with the
//! deviation of one branch by the root of what one costs: Neyman's allocation of a stratified sample (Journal of the Royal Statistical Society
//! 97 (1934) 558-625; Cochran, *Sampling Techniques*, 5.5). Fewer than one branch is one of some of the episodes, which counts for all: there it is not
//! how unlike branches of one episode are, but all that one adds, since what is left out is missing altogether.

/// Episodes that a fault of one kind has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Origin {
    pub episodes: u64,
    pub branches: u64,
    /// What those have cost, as in [`super::Diagnostics::work`].
    pub work: u64,
    /// The variance of what one branch adds to the downtime, and the mean of its square, each summed over episodes.
    pub variance: f64,
    pub square: f64,
}

/// A pilot may have met little of what matters: so much of all work is spread evenly over episodes, and so much over kinds: a kind that hardly ever
/// begins one has shown few of them. Assumptions.
pub const EVEN: f64 = 0.25;
const EVEN_BY_KIND: f64 = 0.25;
/// No episode has more branches than that, or those of a kind that the pilot has not met more than so many times as many as the mean one. Assumptions.
const MOST: f64 = 1_024.0;
const UNKNOWN_TIMES: f64 = 4.0;

impl Origin {
    /// Adds what others have found.
    pub fn merge(&mut self, other: &Origin) {
        self.episodes += other.episodes;
        self.branches += other.branches;
        self.work += other.work;
        self.variance += other.variance;
        self.square += other.square;
    }

    fn is_met(&self) -> bool {
        self.episodes > 0
    }

    /// What a branch of each episode costs together, of one more than were met: those that hardly ever come may have been few by luck.
    fn cost(&self) -> f64 {
        self.work as f64 / (self.branches as f64).max(1.0) * (self.episodes + 1) as f64
    }

    /// As many branches as deserve it where a deviation is worth so much.
    fn deserves(&self, worth: f64) -> f64 {
        let cost = self.cost().max(1.0);
        let [many, part] = [self.variance, self.square].map(|sum| (sum / cost).sqrt() * worth);
        // More than one for what they differ by, less than one for all that they add.
        let deserved = if many >= 1.0 { many } else { part.min(1.0) };
        deserved.min(MOST)
    }

    /// The variance that so many branches leave of its episodes.
    fn left(&self, branches: f64) -> f64 {
        match branches {
            // What is never lived again is not told at all.
            _ if !self.is_met() => 0.0,
            some if some >= 1.0 => self.variance / some,
            part => self.variance + self.square * (1.0 / part - 1.0),
        }
    }
}

/// By kind, how many branches an episode is to have for the cost of `mean` of each; below one, the part of episodes that have one.
///
/// ```
/// use ninefold::sim::rare::{Origin, allocate, left};
/// let often = Origin { episodes: 999, branches: 3_996, work: 3_996, variance: 1_000.0, square: 1_000.0 };
/// let seldom = Origin { episodes: 9, branches: 36, work: 36, variance: 10_000.0, square: 10_000.0 };
/// let branches = allocate(&[often, seldom], 4.0);
/// assert!(branches[0] < 4.0 && branches[1] > 40.0);
/// assert!((1_000.0 * branches[0] + 10.0 * branches[1] - 4.0 * 1_010.0).abs() < 1.0);
/// assert!(left(&[often, seldom], &branches) < 0.3 * left(&[often, seldom], &[4.0, 4.0]));
/// ```
#[must_use]
pub fn allocate(origins: &[Origin], mean: f64) -> Vec<f64> {
    let met = || origins.iter().filter(|origin| origin.is_met());
    let all: f64 = met().map(Origin::cost).sum::<f64>() * mean;
    let costs = |worth: f64| met().map(|origin| origin.cost() * origin.deserves(worth)).sum::<f64>();
    // What a deviation is worth, by halving the logarithm's interval; where nothing varies nobody deserves more than others.
    let (mut low, mut high) = (1e-30, 1e30);
    if !(costs(low) < all && all < costs(high)) {
        return vec![mean; origins.len()];
    }
    while high / low > 1.0 + 1e-9 {
        let middle = (low * high).sqrt();
        if costs(middle) < all { low = middle } else { high = middle }
    }
    let by_kind = all / met().count() as f64;
    let of = |origin: &Origin| match origin.is_met() {
        true => {
            let of_kind = (by_kind / origin.cost().max(1.0)).min(MOST);
            let deserved = origin.deserves(low);
            let mixed = EVEN * mean + EVEN_BY_KIND * of_kind + (1.0 - EVEN - EVEN_BY_KIND) * deserved;
            // What is left out is missing altogether.
            mixed.max(deserved.min(1.0))
        }
        false => UNKNOWN_TIMES * mean.max(1.0),
    };
    origins.iter().map(of).collect()
}

/// The variance that is due to branches of one episode being unlike, or to episodes left out, with so many branches of each kind.
#[must_use]
pub fn left(origins: &[Origin], branches: &[f64]) -> f64 {
    origins.iter().zip(branches).map(|(origin, &branches)| origin.left(branches)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many episodes but one, of which a branch adds `each` on average, with a variance.
    fn origin(episodes: u64, each: f64, variance: f64, cost: u64) -> Origin {
        let (episodes, all) = (episodes - 1, (episodes - 1) as f64);
        Origin {
            episodes,
            branches: episodes * 4,
            work: episodes * 4 * cost,
            variance: variance * all,
            square: (variance + each * each) * all,
        }
    }

    /// Half of the branches go where a deviation by the root of its cost says, as 10 to 1/2; a quarter of 16 is for each episode, and a quarter of
    /// the cost of all for each kind: a half of 17 × 4.
    #[test]
    fn branches_go_where_they_are_unlike_and_cheap() {
        let origins = [origin(100_001, 0.0, 100.0, 1), origin(400_001, 0.0, 1.0, 4)];
        let branches = allocate(&origins, 16.0);
        // Costs are 1 and 16 for one branch of each: 17 × 16 = 10 x + 16 × x / 2.
        let each = 17.0 * 16.0 / 18.0;
        let wanted = [4.0 + 34.0 + 5.0 * each, 4.0 + 34.0 / 16.0 + 0.25 * each];
        assert!(
            branches.iter().zip(wanted).all(|(found, wanted)| (found / wanted - 1.0).abs() < 1e-4),
            "{branches:?}"
        );
        let variance = left(&origins, &branches) / 100_000.0;
        assert!((variance - (100.0 / wanted[0] + 4.0 / wanted[1])).abs() < 1e-3, "{variance}");
    }

    /// Episodes that all add the same can do with one branch each, but not with less.
    #[test]
    fn what_is_alike_has_one_branch_and_no_fewer() {
        let origins = [origin(1_001, 50.0, 0.0, 1), origin(11, 0.0, 2_500.0, 1)];
        let branches = allocate(&origins, 1.0);
        assert!((branches[0] - 1.0).abs() < 0.01, "{branches:?}");
        // With twice as many all that is more goes to the others.
        let branches = allocate(&origins, 2.0);
        assert!((1.0..1.5).contains(&branches[0]) && branches[1] > 45.0, "{branches:?}");
    }

    #[test]
    fn nothing_is_gained_where_all_are_alike_or_nothing_is_known() {
        let alike = |branches: Vec<f64>, mean: f64| branches.iter().all(|b| (b / mean - 1.0).abs() < 1e-6);
        assert!(alike(allocate(&[origin(10, 1.0, 2.0, 3), origin(10, 1.0, 2.0, 3)], 4.0), 4.0));
        assert!(alike(allocate(&[origin(10, 0.0, 0.0, 3), Origin::default()], 4.0), 4.0));
        assert!(alike(allocate(&[origin(10, 0.0, f64::INFINITY, 3)], 0.5), 0.5));
        assert!(alike(allocate(&[origin(10, 0.0, f64::NAN, 3)], 0.5), 0.5));
        assert_eq!(allocate(&[], 4.0), [0.0; 0]);
    }

    #[test]
    fn what_has_not_been_met_has_some_more_than_most() {
        let branches =
            allocate(&[origin(1_000, 0.0, 1.0, 1), origin(2, 0.0, 1e6, 1), Origin::default()], 0.5);
        assert_eq!(branches[2], 4.0);
        assert!(branches[1] <= MOST, "{branches:?}");
    }
}
