//! What begins episodes, and how many branches those of each kind deserve.
//!
//! A fault that strikes every week and hardly ever leads to an outage makes many episodes that are alike; one that strikes once in years and
//! keeps everybody busy for weeks makes few that are not. For what they cost together branches know most where their number goes with the
//! deviation of one branch by the root of what one costs: Neyman's allocation of a stratified sample (Journal of the Royal Statistical Society
//! 97 (1934) 558-625; Cochran, *Sampling Techniques*, 5.5).

/// Episodes that a fault of one kind has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Origin {
    pub episodes: u64,
    pub branches: u64,
    /// What those have cost, as in [`super::Diagnostics::work`].
    pub work: u64,
    /// The variance of what one branch adds to the downtime, summed over episodes.
    pub variance: f64,
}

/// A pilot may have met little of what matters: of all branches so many are spread evenly. Assumption.
const EVEN: f64 = 0.5;
/// No kind has more than so many times as many as if all had the same. Assumption.
const TIMES_MAX: f64 = 32.0;

impl Origin {
    /// Adds what others have found.
    pub fn merge(&mut self, other: &Origin) {
        self.episodes += other.episodes;
        self.branches += other.branches;
        self.work += other.work;
        self.variance += other.variance;
    }

    /// How many branches one of its episodes is worth, beside others.
    fn deserves(&self) -> f64 {
        let each = |sum: f64, of: u64| sum / (of as f64).max(1.0);
        let (variance, work) = (each(self.variance, self.episodes), each(self.work as f64, self.branches));
        (variance / work.max(1.0)).sqrt()
    }
}

/// By kind, how many times as many branches an episode is to have as if all had the same, for the same cost; and which part of the variance that leaves.
///
/// ```
/// use ninefold::sim::rare::{Origin, shares};
/// let often = Origin { episodes: 1_000, branches: 4_000, work: 4_000, variance: 1_000.0 };
/// let seldom = Origin { episodes: 10, branches: 40, work: 40, variance: 10_000.0 };
/// let (times, left) = shares(&[often, seldom]);
/// assert!(times[0] < 1.0 && times[1] > 10.0 && left < 0.2);
/// let cost = 1_000.0 * times[0] + 10.0 * times[1];
/// assert!((cost - 1_010.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn shares(origins: &[Origin]) -> (Vec<f64>, f64) {
    let known = |origin: &&Origin| origin.episodes > 0;
    let cost =
        |origin: &Origin| origin.work as f64 / (origin.branches as f64).max(1.0) * origin.episodes as f64;
    let all: f64 = origins.iter().filter(known).map(cost).sum();
    let weighted: f64 = origins.iter().filter(known).map(|origin| cost(origin) * origin.deserves()).sum();
    let variance: f64 = origins.iter().map(|origin| origin.variance).sum();
    // Without any variance, or with some that is not a number, all are alike.
    if !(weighted > 0.0 && variance > 0.0 && weighted.is_finite()) {
        return (vec![1.0; origins.len()], 1.0);
    }
    let times = |origin: &Origin| EVEN + ((1.0 - EVEN) * origin.deserves() * all / weighted).min(TIMES_MAX);
    let most = origins.iter().filter(known).map(times).fold(1.0, f64::max);
    // What the pilot has not met hardly ever comes, and costs nothing.
    let times: Vec<f64> =
        origins.iter().map(|origin| if known(&origin) { times(origin) } else { most }).collect();
    let left: f64 = origins.iter().zip(&times).map(|(origin, times)| origin.variance / times).sum();
    (times, left / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(episodes: u64, each: f64, cost: u64) -> Origin {
        let branches = episodes * 4;
        Origin { episodes, branches, work: branches * cost, variance: each * episodes as f64 }
    }

    /// Half of the branches go where a deviation by the root of its cost says: (10, 1) / (√1, √4) with costs of 1 and 4.
    #[test]
    fn branches_go_where_they_are_unlike_and_cheap() {
        let (times, left) = shares(&[origin(10, 100.0, 1), origin(40, 1.0, 4)]);
        // Costs 10 and 160; deserve 10 and 0.5: by the same cost 170 / (100 + 80).
        let each = 170.0 / 180.0;
        let wanted = [0.5 + 5.0 * each, 0.5 + 0.25 * each];
        assert!(times.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-12), "{times:?}");
        assert!((left - (1_000.0 / wanted[0] + 40.0 / wanted[1]) / 1_040.0).abs() < 1e-12, "{left}");
    }

    #[test]
    fn nothing_is_gained_where_all_are_alike_or_nothing_is_known() {
        assert_eq!(shares(&[origin(10, 2.0, 3), origin(10, 2.0, 3)]), (vec![1.0, 1.0], 1.0));
        assert_eq!(shares(&[origin(10, 0.0, 3), Origin::default()]), (vec![1.0, 1.0], 1.0));
        assert_eq!(shares(&[origin(10, f64::INFINITY, 3)]), (vec![1.0], 1.0));
        assert_eq!(shares(&[]), (vec![], 1.0));
    }

    #[test]
    fn what_has_not_been_met_has_as_many_as_any() {
        let (times, _) = shares(&[origin(1_000, 1.0, 1), origin(1, 1e6, 1), Origin::default()]);
        assert_eq!(times[2], times[1]);
        assert!(times[1] <= 0.5 + TIMES_MAX, "{times:?}");
    }
}
