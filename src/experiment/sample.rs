//! Downtime replication by replication, kept beyond its run: what lets variants of a scenario be compared on the same
//! failures, although they were simulated one after the other.

use super::chance::Chance;
use super::summarize::{Findings, SECOND, totals};
use super::summary::Estimate;
use crate::engine::Span;
use crate::model::Model;
use crate::stats::{PairedMoments, interval};

/// The downtime of a service, or of all of them, in each replication.
#[derive(Clone, Debug)]
pub struct Sample {
    downtime_us: Vec<u64>,
    instances: f64,
    horizon: Span,
    chance: Chance,
}

impl Sample {
    /// Of one service of a model; `None`: of all of them together.
    pub(super) fn of(model: &Model, findings: &Findings, strategy: usize, service: Option<usize>) -> Sample {
        let found = &findings.strategies[strategy];
        match service {
            Some(number) => Sample {
                downtime_us: found.ticks[number].iter().map(|ticks| ticks.downtime_us).collect(),
                instances: f64::from(model.services[number].instances),
                horizon: model.horizon,
                chance: Chance::of(model, &model.services[number]),
            },
            None => Sample {
                downtime_us: totals(found).iter().map(|ticks| ticks.downtime_us).collect(),
                instances: f64::from(model.services.iter().map(|service| service.instances).sum::<u32>()),
                horizon: model.horizon,
                chance: Chance::of_all(model),
            },
        }
    }

    /// By how much longer an instance is down here than there in a horizon, in seconds, paired by replication; `None` where
    /// they have not the same replications, or figures that are per something else.
    #[must_use]
    pub fn minus(&self, other: &Sample) -> Option<Estimate> {
        let alike = self.downtime_us.len() == other.downtime_us.len()
            && self.horizon == other.horizon
            && self.instances.total_cmp(&other.instances).is_eq();
        if !alike || self.downtime_us.is_empty() {
            return None;
        }
        let both = || self.downtime_us.iter().zip(&other.downtime_us);
        // Split around the median, so that what is fixed stays out of the chance.
        let mut differences: Vec<i64> = both().map(|(a, b)| *a as i64 - *b as i64).collect();
        let middle = differences.len() / 2;
        let mut pairs = PairedMoments::around(*differences.select_nth_unstable(middle).1);
        for (a, b) in both() {
            pairs.push(*a, *b);
        }
        let difference = interval::difference(&pairs, self.chance.downtime(), other.chance.downtime());
        Some(difference.scaled(1.0 / (self.instances * SECOND)).into())
    }
}
