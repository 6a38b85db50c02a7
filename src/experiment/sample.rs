//! Downtime replication by replication, kept beyond its run: what lets variants of a scenario be compared on the same
//! failures, although they were simulated one after the other.

use super::chance::Chance;
use super::difference::is_told;
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

/// Two samples of the same replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairing {
    /// How much longer an instance is down in a horizon here than there, in seconds.
    pub difference: Estimate,
    /// Of the downtimes of the same replication; `None` where one of the two does not vary.
    pub correlation: Option<f64>,
    /// Whether they are the same in every replication.
    pub is_same: bool,
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
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
        let alike = self.instances.total_cmp(&other.instances).is_eq();
        self.versus(other).filter(|_| alike).map(|pairing| pairing.difference)
    }

    /// How this stands to another sample of the same replications, also where there are more instances here than there.
    #[must_use]
    pub fn versus(&self, other: &Sample) -> Option<Pairing> {
        if self.downtime_us.len() != other.downtime_us.len()
            || self.horizon != other.horizon
            || self.downtime_us.is_empty()
        {
            return None;
        }
        // Each total as many times as makes them totals of the same number of instances, so that all of it stays whole.
        let [own, others] = [self.instances as u64, other.instances as u64];
        let common = greatest_common_divisor(own, others).max(1);
        let (times, times_other) = (others / common, own / common);
        let mut both = Vec::new();
        for (first, second) in self.downtime_us.iter().zip(&other.downtime_us) {
            let whole = |us: &u64, times: u64| us.checked_mul(times).filter(|us| i64::try_from(*us).is_ok());
            both.push((whole(first, times)?, whole(second, times_other)?));
        }
        let paired = pairs(&both);
        let chances = [(self, times), (other, times_other)]
            .map(|(of, times)| of.chance.downtime().scaled(times as f64));
        let plain = interval::difference(&paired, chances[0], chances[1])
            .scaled(1.0 / (self.instances * times as f64 * SECOND));
        let plain = Pairing {
            difference: plain.into(),
            correlation: paired.correlation(),
            is_same: both.iter().all(|(a, b)| a == b),
        };
        Some(self.weighted_versus(other, &plain).unwrap_or(plain))
    }

    /// The same where weighted replications know it better than plain ones do, as of two strategies ([`super::difference`]).
    fn weighted_versus(&self, other: &Sample, plain: &Pairing) -> Option<Pairing> {
        let names = |of: &Sample| of.weighted.as_ref().map(|(_, names)| names.clone());
        if self.weighted.is_none() && other.weighted.is_none() {
            return None;
        }
        let (interval, correlation) = self.told().difference(&other.told());
        let is_known_alike = names(self) == names(other);
        let weighted = Pairing {
            difference: by_importance_sampling(interval),
            correlation,
            // Plain replications may have seen nothing of either.
            is_same: plain.is_same && is_known_alike && interval.mean.abs() + interval.se <= 0.0,
        };
        (is_known_alike || is_told(interval.into(), plain.difference.into())).then_some(weighted)
    }

    /// What is told of the mean instance, in seconds.
    fn told(&self) -> Series {
        let series = self.weighted.as_ref().map_or_else(
            || {
                let unseen = self.chance.downtime().unseen(self.downtime_us.len() as f64);
                Series::with_unseen(self.downtime_us.iter().map(|&us| us as f64).collect(), unseen, &[])
            },
            |(series, _)| series.clone(),
        );
        series.times(1.0 / (self.instances * SECOND))
    }
}
