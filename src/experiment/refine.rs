//! Where importance sampling knows more of a service than crude replications do, its means take the place of theirs, in the
//! sums over all services and in comparisons as well.

use super::block::{StrategyBlock, Ticks};
use super::chance::Chance;
use super::convergence;
use super::difference::{Beside, Within};
use super::rare::Rare;
use super::series::{Series, by_importance_sampling};
use super::summarize::{Findings, SECOND, simultaneous_tail};
use super::summary::{
    CauseSummary, Comparison, Distance, Estimate, RareMethod, RareSummary, StrategySummary,
};
use super::weighted_cost::compare_cost;
use crate::model::{Cause, Model};
use crate::probe::Figure;
use crate::sim::rare::Way;
use crate::stats::Interval;

/// A strategy as both know it.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub model: &'a Model,
    pub found: &'a StrategyBlock,
    pub rare: Option<&'a Rare>,
}

/// Puts what is known better into the summaries.
pub(super) fn refine(
    models: &[Model],
    findings: &Findings,
    rare: &[Option<Rare>],
    strategies: &mut [StrategySummary],
    comparisons: &mut [Comparison],
) {
    // None of any strategy where somebody has stopped it.
    let rare = rare.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let known: Vec<Known<'_>> = models
        .iter()
        .zip(&findings.strategies)
        .zip(rare)
        .map(|((model, found), rare)| Known { model, found, rare })
        .collect();
    for (strategy, known) in strategies.iter_mut().zip(&known) {
        if let Some(rare) = known.rare {
            known.refine(rare, strategy);
        }
    }
    for comparison in comparisons {
        let of = |name: &str| known.iter().find(|known| known.model.strategy == name);
        if let (Some(a), Some(b)) = (of(&comparison.a), of(&comparison.b)) {
            compare(a, b, comparison, simultaneous_tail(models.len()));
        }
    }
}

/// The difference of two strategies, where one of them is known better.
fn compare(a: &Known<'_>, b: &Known<'_>, comparison: &mut Comparison, tail: f64) {
    let place = |name: &str| a.model.services.iter().position(|service| service.name == name);
    let services: Vec<usize> = match &comparison.service {
        Some(name) => place(name).into_iter().collect(),
        None => (0..a.model.services.len()).collect(),
    };
    let instances: u32 = services.iter().map(|&s| a.model.services[s].instances).sum();
    let weighted = |figure: Figure, plain: Estimate| {
        let scale = scale(figure, instances);
        let plain = || Within::from(plain).over(scale);
        let series = |known: &Known<'_>, may: &dyn Fn(usize) -> bool| known.sum(&services, figure, may);
        let (own, other) = Beside { a, b, times: 1.0 }.weighted(&services, series, plain)?;
        let (interval, correlation) = own.difference(&other);
        let (at_once, _) = own.difference_at(&other, tail);
        let interval = by_importance_sampling(interval.scaled(scale));
        Some((interval, Distance::from(at_once.scaled(scale)), correlation))
    };
    if let Some((interval, at_once, correlation)) =
        weighted(Figure::Downtime, comparison.downtime_s_a_minus_b)
    {
        comparison.downtime_s_a_minus_b = interval;
        comparison.downtime_s_simultaneous = at_once;
        comparison.correlation = correlation;
    }
    if let Some((interval, at_once, _)) = weighted(Figure::Lost, comparison.lost_s_a_minus_b) {
        comparison.lost_s_a_minus_b = interval;
        comparison.lost_s_simultaneous = at_once;
    }
    if let Some(cost) = &mut comparison.cost_a_minus_b {
        compare_cost(a, b, cost);
    }
}

/// The difference of a service's downtime under two strategies in microseconds, where weighted replications know it better than
/// `plain`.
pub(super) fn weighted_difference(
    a: &Known<'_>,
    b: &Known<'_>,
    service: usize,
    plain: &Interval,
) -> Option<Interval> {
    let series =
        |known: &Known<'_>, may: &dyn Fn(usize) -> bool| known.sum(&[service], Figure::Downtime, may);
    let (own, other) = Beside { a, b, times: 1.0 }.weighted(&[service], series, || (*plain).into())?;
    Some(own.difference(&other).0)
}

/// What weighted replications say of a figure, unless nothing can change it.
pub(super) fn known_by(weighted: Estimate, plain: Estimate) -> Estimate {
    if plain.method == super::summary::Method::Exact { plain } else { weighted }
}

/// From sums over instances, in microseconds or in outages, to one instance and seconds.
fn scale(figure: Figure, instances: u32) -> f64 {
    match figure {
        Figure::Outages | Figure::OutagesBy(_) | Figure::Sessions | Figure::Transactions => {
            1.0 / f64::from(instances)
        }
        _ => 1.0 / (f64::from(instances) * SECOND),
    }
}

impl Known<'_> {
    fn refine(&self, rare: &Rare, summary: &mut StrategySummary) {
        summary.rare_events = Some(self.rare_summary(rare));
        for (number, service) in summary.services.iter_mut().enumerate().filter(|(s, _)| rare.knows(*s)) {
            let series = |figure: Figure| rare.series(number, figure);
            let estimate = |figure: Figure| -> Option<Estimate> {
                let interval = series(figure)?.estimate();
                Some(by_importance_sampling(interval.scaled(scale(figure, service.instances))))
            };
            let figures = [Figure::Downtime, Figure::Outages, Figure::Lost].map(estimate);
            if let [Some(downtime), Some(outages), Some(lost)] = figures {
                service.availability = self.availability(downtime);
                (service.downtime_s, service.outages, service.lost_s) = (downtime, outages, lost);
            }
            if let Some(estimate) = estimate(Figure::Degraded) {
                service.degraded_s = known_by(estimate, service.degraded_s);
            }
            if let Some(estimate) = estimate(Figure::RecoveryPoint) {
                service.recovery_point_s = known_by(estimate, service.recovery_point_s);
            }
            let work = [
                (&mut service.sessions_lost, Figure::Sessions, 1.0),
                (&mut service.transactions_lost, Figure::Transactions, 1.0),
                (&mut service.requests_lost, Figure::Requests, self.model.services[number].requests),
            ];
            for (lost, figure, each) in work {
                let interval = series(figure).map(|series| series.estimate());
                if let (Some(plain), Some(interval)) = (*lost, interval) {
                    let scale = each * scale(figure, service.instances);
                    *lost = Some(known_by(by_importance_sampling(interval.scaled(scale)), plain));
                }
            }
            // How its outages differ from each other only single ones could tell.
            if service.outages.mean > 0.0 {
                service.outage_s.mean = service.downtime_s.mean / service.outages.mean;
            }
            service.causes = causes(&self.tallies(number), f64::from(service.instances));
        }
        let all: Vec<usize> = (0..self.model.services.len()).collect();
        if !all.iter().any(|&service| rare.knows(service)) {
            return;
        }
        if let Some(cost) = &mut summary.cost {
            self.refine_cost(rare, cost);
        }
        let instances = summary.total.instances;
        let estimate = |figure: Figure| {
            by_importance_sampling(
                self.sum(&all, figure, |_| true).estimate().scaled(scale(figure, instances)),
            )
        };
        let total = &mut summary.total;
        total.downtime_s = estimate(Figure::Downtime);
        total.availability = self.availability(total.downtime_s);
        total.lost_s = estimate(Figure::Lost);
        total.outages = estimate(Figure::Outages);
        if self.sum(&all, Figure::RecoveryPoint, |_| true).sum() > 0.0 {
            total.recovery_point_s = known_by(estimate(Figure::RecoveryPoint), total.recovery_point_s);
        }
        summary.convergence = convergence::weighted(self);
        let total = &mut summary.total;
        let mut sums = vec![(0.0, 0.0); Cause::ALL.len()];
        for &service in &all {
            for (sum, tally) in sums.iter_mut().zip(self.tallies(service)) {
                *sum = (sum.0 + tally.0, sum.1 + tally.1);
            }
        }
        total.causes = causes(&sums, f64::from(instances));
    }

    fn rare_summary(&self, rare: &Rare) -> RareSummary {
        let found = &rare.diagnostics;
        let names = |are_known: bool| {
            let some = rare.asked().filter(|&service| rare.knows(service) == are_known);
            some.map(|service| self.model.services[service].name.clone()).collect()
        };
        RareSummary {
            method: match rare.way {
                Way::Forcing => RareMethod::ImportanceSampling,
                Way::Splitting => RareMethod::Splitting,
            },
            services: names(true),
            in_vain: names(false),
            replications: rare.replications() as u32,
            episodes: found.episodes,
            branches: found.branches,
            hits: found.hits,
            hits_effective: rare.events_least(),
            weight_mean: if found.branches == 0 { 1.0 } else { found.weights / found.branches as f64 },
            weight_share_max: if found.hits == 0 { 0.0 } else { found.lost_max / found.lost },
        }
    }

    fn availability(&self, downtime_s: Estimate) -> Estimate {
        let up = |seconds: f64| 1.0 - seconds / self.model.horizon.as_secs_f64();
        Estimate {
            mean: up(downtime_s.mean),
            se: downtime_s.se / self.model.horizon.as_secs_f64(),
            low: up(downtime_s.high),
            high: up(downtime_s.low),
            method: downtime_s.method,
        }
    }

    /// Whether a figure of a service is told by weighted replications.
    pub(super) fn is_told(&self, service: usize, figure: Figure) -> bool {
        self.rare.is_some_and(|rare| rare.series(service, figure).is_some())
    }

    /// How many replications there are of what is weighted in part, or not at all.
    pub(super) fn replications(&self, is_weighted: bool) -> usize {
        match self.rare {
            Some(rare) if is_weighted => rare.replications(),
            _ => self.found.waiting.len(),
        }
    }

    /// By replication, the sum of a figure over services: weighted where that is told and `may` be.
    pub(super) fn sum(&self, services: &[usize], figure: Figure, may: impl Fn(usize) -> bool) -> Series {
        let is_weighted = |s: usize| may(s) && self.is_told(s, figure);
        let parts: Vec<(usize, bool)> = services.iter().map(|&s| (s, is_weighted(s))).collect();
        let replications = 0..self.replications(parts.iter().any(|(_, is_weighted)| *is_weighted));
        let sum_of = |which: &dyn Fn(bool) -> bool| -> Vec<f64> {
            let some = || parts.iter().filter(|(_, is_weighted)| which(*is_weighted));
            let of = |k: usize| some().map(|&(s, is_weighted)| self.value(s, figure, k, is_weighted)).sum();
            replications.clone().map(of).collect()
        };
        let values = sum_of(&|_| true);
        if parts.iter().all(|(_, is_weighted)| *is_weighted) {
            return Series::new(values);
        }
        let plain = parts.iter().filter(|(_, is_weighted)| !is_weighted);
        let unseen = plain.map(|&(s, _)| self.unseen(s, figure)).sum();
        Series::with_unseen(values, unseen, &sum_of(&|is_weighted| is_weighted))
    }

    /// The most that one incident which plain replications have not seen may add to a figure of a service.
    pub(super) fn unseen(&self, service: usize, figure: Figure) -> f64 {
        let fixed = &self.model.services[service];
        let chance = Chance::of(self.model, fixed).seen(&self.found.ticks[service]);
        let largest = match figure {
            Figure::Outages => chance.outages(),
            Figure::Lost => chance.lost(),
            Figure::Degraded => chance.degraded(fixed),
            Figure::RecoveryPoint => chance.recovery_point(),
            Figure::Sessions => chance.work(fixed.work.sessions),
            Figure::Transactions => chance.work(fixed.work.transactions),
            _ => chance.downtime(),
        };
        largest.unseen(self.found.waiting.len() as f64)
    }

    pub(super) fn value(&self, service: usize, figure: Figure, replication: usize, is_weighted: bool) -> f64 {
        let known =
            self.rare.filter(|_| is_weighted).and_then(|rare| rare.value(service, figure, replication));
        known.unwrap_or_else(|| {
            let ticks: &Ticks = &self.found.ticks[service][replication];
            let ticks = match figure {
                Figure::Downtime => ticks.downtime_us,
                Figure::Outages => ticks.outages,
                Figure::Degraded => ticks.degraded_us,
                Figure::Lost => ticks.lost_us,
                Figure::RecoveryPoint => ticks.recovery_point_us,
                Figure::Sessions => ticks.sessions_lost,
                Figure::Transactions => ticks.transactions_lost,
                Figure::Requests => ticks.unserved_us,
                Figure::Incidents | Figure::DowntimeBy(_) | Figure::OutagesBy(_) => {
                    panic!("{figure:?} is not kept by replication")
                }
            };
            ticks as f64
        })
    }

    /// Outages and downtime (us) by cause, of all instances in a mean replication.
    fn tallies(&self, service: usize) -> Vec<(f64, f64)> {
        self.rare.and_then(|rare| rare.causes(service)).unwrap_or_else(|| {
            let replications = self.found.waiting.len() as f64;
            let sums = self.found.causes[service].iter();
            sums.map(|sum| (sum.outages as f64 / replications, sum.downtime_us as f64 / replications))
                .collect()
        })
    }
}

fn causes(tallies: &[(f64, f64)], instances: f64) -> Vec<CauseSummary> {
    let some = Cause::ALL
        .iter()
        .zip(tallies)
        .filter(|(_, (outages, downtime_us))| *outages > 0.0 || *downtime_us > 0.0);
    some.map(|(cause, (outages, downtime_us))| CauseSummary {
        cause: cause.name(),
        outages: outages / instances,
        downtime_s: downtime_us / SECOND / instances,
    })
    .collect()
}
