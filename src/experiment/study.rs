//! One strategy under a microscope: replications that are added as long as somebody wants more, and intervals as
//! narrow or wide as asked.

use super::block::Allowance;
use super::chance::Chance;
use super::pool::{Threads, Watch, Work};
use super::summarize::{Findings, SECOND};
use super::summary::Estimate;
use crate::model::Model;
use crate::scenario::goal::{Goal, Metric};
use crate::stats::{Interval, Moments, Randomness, interval};

/// A goal of one service of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub goal: Goal,
    /// The service's place in the model.
    pub service: usize,
}

/// What has been found of a goal so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The metric per instance and horizon; of a percentile the share of instances that are over its limit.
    pub estimate: Estimate,
    /// Of a percentile: what so many of all instances are down at most, in seconds.
    pub percentile_s: Option<f64>,
}

/// What an interval says of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Met,
    Missed,
    Open,
}

/// The replications of one model so far, the first n of which are those of any run.
pub(super) struct Study<'m> {
    model: &'m Model,
    checks: Vec<Check>,
    /// One a check, of which only percentiles have a use for it.
    allowances: Vec<Allowance>,
    findings: Findings,
    seed: u64,
}

impl<'m> Study<'m> {
    pub(super) fn new(model: &'m Model, checks: Vec<Check>, seed: u64) -> Study<'m> {
        let allowance = |Check { goal, service }: &Check| {
            let limit = goal.limit_over(model.horizon) * SECOND;
            // Whole microseconds: at or over a limit is over what lies one below it.
            let most = if goal.strict { libm::ceil(limit) - 1.0 } else { libm::floor(limit) };
            Allowance { service: *service as u32, downtime_us: most as u64 }
        };
        let allowances: Vec<Allowance> = checks.iter().map(allowance).collect();
        let findings = Findings::new(std::slice::from_ref(model), allowances.len());
        Study { model, checks, allowances, findings, seed }
    }

    pub(super) fn checks(&self) -> &[Check] {
        &self.checks
    }

    pub(super) fn replications(&self) -> u32 {
        self.findings.replications()
    }

    /// Goes on until there are so many; `None` where somebody stops it before.
    pub(super) fn extend(&mut self, until: u32, threads: &Threads, watch: &dyn Watch) -> Option<()> {
        let models = std::slice::from_ref(self.model);
        let work = Work { models, allowances: &self.allowances, seed: self.seed };
        let done = self.replications();
        work.extend(&mut self.findings, done..until.max(done), threads, watch);
        (self.replications() >= until).then_some(())
    }

    /// Where a goal stands, with the probability `tail` left out at each end.
    pub(super) fn stand(&self, number: usize, (tail_met, tail_missed): (f64, f64)) -> Stand {
        let check = &self.checks[number];
        let (met, missed) = (self.interval(number, tail_met), self.interval(number, tail_missed));
        let (worst, best) = match check.goal.metric {
            Metric::Availability => (met.low, missed.high),
            _ => (met.high, missed.low),
        };
        if self.is_met_by(check, worst) {
            Stand::Met
        } else if self.is_met_by(check, best) {
            Stand::Open
        } else {
            Stand::Missed
        }
    }

    fn is_met_by(&self, check: &Check, value: f64) -> bool {
        match check.goal.percentile {
            // The share of those that are over the limit.
            Some(percentile) => value <= 1.0 - percentile,
            None => check.goal.is_met_by(value, self.model.horizon),
        }
    }

    /// The metric of a goal with its interval, per instance and horizon.
    fn interval(&self, number: usize, tail: f64) -> Interval {
        let Check { goal, service } = &self.checks[number];
        let (found, fixed) = (&self.findings.strategies[0], &self.model.services[*service]);
        let (instances, chance) =
            (f64::from(fixed.instances), Chance::of(self.model, fixed).seen(&found.ticks[*service]));
        if goal.percentile.is_some() {
            let counts: Moments = found.exceeded[number].iter().copied().collect();
            let randomness = match chance.downtime() {
                Randomness::None => Randomness::None,
                Randomness::Events { .. } => Randomness::Events { largest: instances, ceiling: instances },
            };
            return interval::mean_at(&counts, randomness, tail).scaled(1.0 / instances);
        }
        let ticks = &found.ticks[*service];
        let moments = |part: fn(&super::block::Ticks) -> u64| ticks.iter().map(part).collect::<Moments>();
        let in_time = |part, randomness| {
            interval::mean_at(&moments(part), randomness, tail).scaled(1.0 / (instances * SECOND))
        };
        match goal.metric {
            Metric::Availability => in_time(|t| t.downtime_us, chance.downtime())
                .scaled(1.0 / self.model.horizon.as_secs_f64())
                .complement(1.0),
            Metric::Downtime => in_time(|t| t.downtime_us, chance.downtime()),
            Metric::Degraded => in_time(|t| t.degraded_us, chance.degraded(fixed)),
            Metric::Lost => in_time(|t| t.lost_us, chance.lost()),
            Metric::Outages => {
                interval::mean_at(&moments(|t| t.outages), chance.outages(), tail).scaled(1.0 / instances)
            }
        }
    }

    /// What was found of a goal, with a 95 % interval.
    pub(super) fn reading(&self, number: usize) -> Reading {
        let Check { goal, service } = &self.checks[number];
        let downtimes = &self.findings.strategies[0].downtimes[*service];
        Reading {
            estimate: self.interval(number, interval::TAIL).into(),
            percentile_s: goal.percentile.map(|p| downtimes.quantile(p) as f64 / SECOND),
        }
    }
}
