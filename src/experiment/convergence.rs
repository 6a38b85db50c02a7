//! How an estimate came to be what it is: the same estimate after fewer replications, of all services together.

use super::block::{StrategyBlock, Ticks};
use super::chance::Chance;
use super::refine::Known;
use super::summarize::{SECOND, totals};
use super::summary::RunningEstimate;
use crate::model::Model;
use crate::probe::Figure;
use crate::stats::{Interval, Moments, interval};

/// Where one looks: 10, 15, 20, 30, 50, 70, 100, … replications, and after all of them. Fixed, so that longer runs look at the
/// same and more.
pub(super) fn looks(replications: usize) -> impl Iterator<Item = usize> {
    let decades = (1..).map_while(|power| 10_usize.checked_pow(power));
    let looks = decades.flat_map(|ten| [10, 15, 20, 30, 50, 70].map(|step| step * (ten / 10)));
    looks.take_while(move |&look| look < replications).chain((replications >= 10).then_some(replications))
}

/// Downtime of the mean instance, by plain replications.
pub(super) fn plain(model: &Model, found: &StrategyBlock) -> Vec<RunningEstimate> {
    let sums = totals(found);
    let scale = 1.0 / (f64::from(instances(model)) * SECOND);
    let chance = Chance::of_all(model);
    let after = |look: usize| {
        let sums: &[Ticks] = &sums[..look];
        let moments: Moments = sums.iter().map(|ticks| ticks.downtime_us).collect();
        point(look, interval::mean(&moments, chance.seen(sums).downtime()).scaled(scale))
    };
    looks(sums.len()).map(after).collect()
}

/// The same where weighted replications know more.
pub(super) fn weighted(known: &Known<'_>) -> Vec<RunningEstimate> {
    let all: Vec<usize> = (0..known.model.services.len()).collect();
    let scale = 1.0 / (f64::from(instances(known.model)) * SECOND);
    let series = known.sum(&all, Figure::Downtime, |_| true);
    let after = |look: usize| point(look, series.first(look).estimate().scaled(scale));
    looks(series.len()).map(after).collect()
}

fn instances(model: &Model) -> u32 {
    model.services.iter().map(|service| service.instances).sum()
}

fn point(replications: usize, interval: Interval) -> RunningEstimate {
    let Interval { mean, low, high, .. } = interval;
    RunningEstimate { replications: replications as u32, mean, low, high }
}

#[cfg(test)]
mod tests {
    use super::looks;

    #[test]
    fn one_looks_at_round_numbers_and_at_the_end() {
        let all = |replications| looks(replications).collect::<Vec<_>>();
        assert_eq!(all(9), [0; 0]);
        assert_eq!(all(10), [10]);
        assert_eq!(all(150), [10, 15, 20, 30, 50, 70, 100, 150]);
        assert_eq!(all(1_001)[12..], [1_000, 1_001]);
        assert!(all(1_000_000).len() < 40, "a few dozen");
    }
}
