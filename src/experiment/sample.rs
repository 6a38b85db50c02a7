//! Downtime replication by replication, kept beyond its run: what lets variants of a scenario be compared on the same
//! failures, although they were simulated one after the other.

use super::chance::Chance;
use super::refine::Known;
use super::series::{Series, by_importance_sampling};
use super::summarize::{SECOND, pairs, totals};
use super::summary::Estimate;
use crate::engine::Span;
use crate::probe::Figure;
use crate::stats::interval;

/// The downtime of a service, or of all of them, in each replication.
#[derive(Clone, Debug)]
pub struct Sample {
    downtime_us: Vec<u64>,
    instances: f64,
    horizon: Span,
    chance: Chance,
    /// The same where weighted replications know more, and of which services those do.
    weighted: Option<(Series, Vec<String>)>,
}

impl Sample {
    /// Of one service of a strategy; `None`: of all of them together.
    pub(super) fn of(known: &Known<'_>, service: Option<usize>) -> Sample {
        let (model, found) = (known.model, known.found);
        let services: Vec<usize> = match service {
            Some(number) => vec![number],
            None => (0..model.services.len()).collect(),
        };
        let (downtime_us, chance) = match service {
            Some(number) => {
                let downtimes = found.ticks[number].iter().map(|ticks| ticks.downtime_us).collect();
                (downtimes, Chance::of(model, &model.services[number]))
            }
            None => (totals(found).iter().map(|ticks| ticks.downtime_us).collect(), Chance::of_all(model)),
        };
        let name = |service: &usize| model.services[*service].name.clone();
        let rare = |service: &&usize| known.rare.is_some_and(|rare| rare.knows(**service));
        let names: Vec<String> = services.iter().filter(rare).map(name).collect();
        Sample {
            downtime_us,
            instances: services.iter().map(|&service| f64::from(model.services[service].instances)).sum(),
            horizon: model.horizon,
            chance,
            weighted: (!names.is_empty()).then(|| (known.sum(&services, Figure::Downtime, |_| true), names)),
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
        // Plain and weighted replications have not the same failures: what one knows by weighted ones both must.
        if let (Some((own, of)), Some((other, of_other))) = (&self.weighted, &other.weighted)
            && of == of_other
        {
            let (difference, _) = own.difference(other);
            return Some(by_importance_sampling(difference.scaled(1.0 / (self.instances * SECOND))));
        }
        let both = self.downtime_us.iter().copied().zip(other.downtime_us.iter().copied());
        let pairs = pairs(&both.collect::<Vec<_>>());
        let difference = interval::difference(&pairs, self.chance.downtime(), other.chance.downtime());
        Some(difference.scaled(1.0 / (self.instances * SECOND)).into())
    }
}
