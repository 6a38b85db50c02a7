//! What an interval of a metric of goals is, per instance and horizon: of plain replications, or of weighted ones where those
//! know more.

use super::block::{Allowance, InstanceFigure, Ticks};
use super::chance::Chance;
use super::refine::{Known, known_by};
use super::series::by_importance_sampling;
use super::summarize::SECOND;
use super::summary::Estimate;
use crate::engine::Span;
use crate::probe::Figure;
use crate::scenario::goal::{Goal, Metric};
use crate::stats::{Interval, Moments, Randomness, interval, proportion};

/// What an interval says of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Met,
    Missed,
    Open,
}

/// The goal of one service of a model.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub goal: &'a Goal,
    /// The service's place in the model.
    pub service: usize,
    /// The place of its allowance, of which only percentiles have a use.
    pub allowance: usize,
}

/// Which instances count as being over the limit of a goal.
pub(super) fn allowance(goal: &Goal, service: usize, horizon: Span) -> Allowance {
    let (figure, unit) = match goal.metric {
        Metric::Outages => (InstanceFigure::Outages, 1.0),
        Metric::LongestOutage => (InstanceFigure::LongestOutageUs, SECOND),
        Metric::RecoveryPoint => (InstanceFigure::RecoveryPointUs, SECOND),
        _ => (InstanceFigure::DowntimeUs, SECOND),
    };
    let limit = goal.limit_over(horizon) * unit;
    // Whole microseconds, and whole outages: at or over a limit is over what lies one below it.
    let most = if goal.strict { libm::ceil(limit) - 1.0 } else { libm::floor(limit) };
    Allowance { service: service as u32, figure, most: most as u64 }
}

impl Asked<'_> {
    /// Where the goal stands, with so much left out at the end that decides that it is met, and at the one that it is missed.
    pub(super) fn stand(self, known: &Known<'_>, (tail_met, tail_missed): (f64, f64)) -> Stand {
        let (met, missed) = (self.estimate(known, tail_met), self.estimate(known, tail_missed));
        let (worst, best) = match self.goal.metric {
            Metric::Availability => (met.low, missed.high),
            _ => (met.high, missed.low),
        };
        let horizon = known.model.horizon;
        if self.is_met_by(worst, horizon) {
            Stand::Met
        } else if self.is_met_by(best, horizon) {
            Stand::Open
        } else {
            Stand::Missed
        }
    }

    fn is_met_by(self, value: f64, horizon: Span) -> bool {
        match self.goal.percentile {
            // The share of those that are over the limit.
            Some(percentile) => value <= 1.0 - percentile,
            None => self.goal.is_met_by(value, horizon),
        }
    }

    /// The metric with its interval; of a percentile the share of instances that are over its limit.
    pub(super) fn estimate(self, known: &Known<'_>, tail: f64) -> Estimate {
        let plain = Estimate::from(self.plain(known, tail));
        self.weighted(known, tail).map_or(plain, |weighted| known_by(weighted, plain))
    }

    fn plain(self, known: &Known<'_>, tail: f64) -> Interval {
        let (model, found) = (known.model, known.found);
        let fixed = &model.services[self.service];
        let ticks = &found.ticks[self.service];
        let (instances, chance) = (f64::from(fixed.instances), Chance::of(model, fixed).seen(ticks));
        let of_metric = self.randomness(known, chance);
        if self.goal.percentile.is_some() {
            let counts: Moments = found.exceeded[self.allowance].iter().copied().collect();
            // Of a single instance a replication counts or does not, and nothing has to be assumed.
            if let (1, Randomness::Events { .. }, Ok(over)) =
                (fixed.instances, of_metric, u64::try_from(counts.sum()))
            {
                return proportion::share(over, counts.count(), tail);
            }
            let randomness = match of_metric {
                Randomness::None => Randomness::None,
                Randomness::Events { .. } => Randomness::within(instances, instances),
            };
            return interval::mean_at(&counts, randomness, tail).scaled(1.0 / instances);
        }
        let moments: Moments = ticks.iter().map(part(self.goal.metric)).collect();
        let of_instance = interval::mean_at(&moments, of_metric, tail).scaled(1.0 / instances);
        match self.goal.metric {
            Metric::Outages => of_instance,
            Metric::Availability => {
                of_instance.scaled(1.0 / SECOND / model.horizon.as_secs_f64()).complement(1.0)
            }
            _ => of_instance.scaled(1.0 / SECOND),
        }
    }

    /// What chance can do to the metric's sum over instances.
    fn randomness(self, known: &Known<'_>, chance: Chance) -> Randomness {
        randomness(self.goal.metric, known, self.service, chance)
    }

    /// By weighted replications, where those are told: means alone.
    fn weighted(self, known: &Known<'_>, tail: f64) -> Option<Estimate> {
        if self.goal.percentile.is_some() {
            return None;
        }
        let series = known.rare?.series(self.service, figure(self.goal.metric)?)?;
        // What no branch has seen anything of is no better known than before.
        let series = Some(series).filter(|series| series.sum() > 0.0)?;
        let instances = f64::from(known.model.services[self.service].instances);
        let of_instance = series.estimate_at(tail).scaled(1.0 / instances);
        Some(by_importance_sampling(match self.goal.metric {
            Metric::Outages => of_instance,
            Metric::Availability => {
                of_instance.scaled(1.0 / SECOND / known.model.horizon.as_secs_f64()).complement(1.0)
            }
            _ => of_instance.scaled(1.0 / SECOND),
        }))
    }

    /// Of a percentile: what so many of all instances have at most, in seconds or outages.
    pub(super) fn percentile(self, known: &Known<'_>) -> Option<f64> {
        let percentile = self.goal.percentile?;
        Some(match self.goal.metric {
            Metric::Outages => known.found.allowed[self.allowance].quantile(percentile) as f64,
            Metric::Downtime => known.found.downtimes[self.service].quantile(percentile) as f64 / SECOND,
            _ => known.found.allowed[self.allowance].quantile(percentile) as f64 / SECOND,
        })
    }
}

/// What a metric is the sum of, over the instances of a service in one replication.
pub(super) fn part(metric: Metric) -> fn(&Ticks) -> u64 {
    match metric {
        Metric::Availability | Metric::Downtime => |t| t.downtime_us,
        Metric::Degraded => |t| t.degraded_us,
        Metric::Lost => |t| t.lost_us,
        Metric::Outages => |t| t.outages,
        Metric::LongestOutage => |t| t.longest_us,
        Metric::RecoveryPoint => |t| t.recovery_point_us,
    }
}

/// The figure of weighted replications; the longest of several outages is not known by those.
pub(super) fn figure(metric: Metric) -> Option<Figure> {
    match metric {
        Metric::Availability | Metric::Downtime => Some(Figure::Downtime),
        Metric::Degraded => Some(Figure::Degraded),
        Metric::Lost => Some(Figure::Lost),
        Metric::Outages => Some(Figure::Outages),
        Metric::RecoveryPoint => Some(Figure::RecoveryPoint),
        Metric::LongestOutage => None,
    }
}

/// What chance can do to a metric's sum over the instances of a service.
pub(super) fn randomness(metric: Metric, known: &Known<'_>, service: usize, chance: Chance) -> Randomness {
    match metric {
        // The longest outage is one of those that make up the downtime.
        Metric::Availability | Metric::Downtime | Metric::LongestOutage => chance.downtime(),
        Metric::Degraded => chance.degraded(&known.model.services[service]),
        Metric::Lost => chance.lost(),
        Metric::Outages => chance.outages(),
        Metric::RecoveryPoint => chance.recovery_point(),
    }
}
