//! Gates: whether a scenario keeps what it promises, for sure, surely not, or nobody can tell yet.
//!
//! A gate is asked of every service and strategy that it names, each by itself: a *case*. A case passes where the whole interval
//! lies on the good side of the limit, fails where the whole interval lies on the bad side, and is undecided elsewhere. While one is
//! undecided, replications are added: it is looked at after `run.replications`, twice as many, and so on up to its
//! `replications_max`. Looks are at these numbers alone, so that neither threads nor time decide anything, and what is decided stays
//! decided. How the error of a case is shared out over its looks is in [`spending`]: at all of them
//! together the interval misses the truth with at most 1 - confidence, half of it at each end. So a figure that in truth meets its
//! limit fails in at most 2.5 % of all seeds, with the usual confidence, and that only right beside the limit: one that meets it by two
//! standard errors of the last look in about one of ten thousand (`tests/gate_statistics.rs`).
//!
//! Where weighted replications know more of a mean, gates are decided by them, as they are what the results tell.

use super::block::Allowance;
use super::capacity;
use super::chance::Chance;
use super::difference::Beside;
use super::headroom;
use super::metric::{self, Asked, Stand};
use super::refine::{Known, known_by};
use super::series::{Series, by_importance_sampling};
use super::summarize::{SECOND, pairs};
use super::summary::{Estimate, FailuresSummary, Method};
use crate::engine::Span;
use crate::model::Model;
use crate::scenario::gate::{Check, Gate, RoomFigure, RoomGoal, Versus};
use crate::scenario::goal::Metric;
use crate::stats::{Interval, interval, spending};

/// What is known of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Pass,
    /// So many replications cannot tell.
    Undecided,
    Fail,
}

/// What was found of a gate for one service under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct GateSummary {
    pub gate: Gate,
    pub strategy: String,
    /// `None`: something of the strategy as a whole.
    pub service: Option<String>,
    pub verdict: Verdict,
    /// The metric per instance and horizon; of a percentile the share of instances that are over its limit; of two strategies
    /// their difference. `None` where there is no such thing, and before the first replication.
    pub estimate: Option<Estimate>,
    /// The limit of that, in the same unit.
    pub limit: f64,
    /// Of a percentile: what so many have at most. Of one strategy as a part of another: that part.
    pub observed: Option<f64>,
    /// At which look, of how many, and after how many replications.
    pub look: u32,
    pub looks: u32,
    pub replications: u32,
    /// At the last look there are so many.
    pub replications_max: u32,
    /// What is left out at each end of the interval.
    pub tail: f64,
    /// The replication with most of what there is to be little of.
    pub worst: Option<u32>,
    pub horizon: Span,
}

/// Something to be decided.
struct Case<'g> {
    gate: &'g Gate,
    strategy: usize,
    /// The one that it is compared with.
    other: Option<usize>,
    service: Option<usize>,
    /// The place of what its instances may have.
    allowance: usize,
    looks: Vec<u32>,
    tails: Vec<f64>,
    /// At the last look.
    found: Option<Found>,
}

struct Found {
    verdict: Verdict,
    estimate: Option<Estimate>,
    limit: f64,
    observed: Option<f64>,
    look: usize,
    replications: u32,
    worst: Option<u32>,
}

/// All cases of all gates.
pub(super) struct Docket<'g> {
    cases: Vec<Case<'g>>,
    pub(super) allowances: Vec<Allowance>,
    horizon: Span,
}

impl<'g> Docket<'g> {
    /// The cases of strategies that are simulated. The first look is after `first` replications.
    pub(super) fn new(gates: &'g [Gate], models: &[Model], first: u32, base: u32) -> Docket<'g> {
        let horizon = models.first().map_or(Span::ZERO, |model| model.horizon);
        let mut docket = Docket { cases: Vec::new(), allowances: Vec::new(), horizon };
        for gate in gates {
            for (strategy, model) in models.iter().enumerate() {
                let other = match &gate.check {
                    Check::Versus(versus) if versus.a != model.strategy => continue,
                    Check::Versus(versus) => {
                        match models.iter().position(|other| other.strategy == versus.b) {
                            None => continue,
                            found => found,
                        }
                    }
                    _ if !is_named(gate.strategies.as_ref(), &model.strategy) => continue,
                    _ => None,
                };
                let services: Vec<Option<usize>> = match &gate.check {
                    Check::Room(_) | Check::Headroom(_) => vec![None],
                    _ => {
                        let of_gate = |&s: &usize| is_named(gate.services.as_ref(), &model.services[s].name);
                        (0..model.services.len()).filter(of_gate).map(Some).collect()
                    }
                };
                for service in services {
                    let looks = spending::looks(first, gate.replications_max.max(base));
                    let tails = spending::tails(&looks, (1.0 - gate.confidence) / 2.0);
                    let allowance = docket.allow(gate, service);
                    let found = None;
                    docket.cases.push(Case {
                        gate,
                        strategy,
                        other,
                        service,
                        allowance,
                        looks,
                        tails,
                        found,
                    });
                }
            }
        }
        docket
    }

    /// Has instances that are over the limit of a percentile counted, those of all strategies alike.
    fn allow(&mut self, gate: &Gate, service: Option<usize>) -> usize {
        let (Check::Goal(goal), Some(service)) = (&gate.check, service) else { return 0 };
        if goal.percentile.is_none() {
            return 0;
        }
        let allowance = metric::allowance(goal, service, self.horizon);
        let place = self.allowances.iter().position(|other| *other == allowance);
        place.unwrap_or_else(|| {
            self.allowances.push(allowance);
            self.allowances.len() - 1
        })
    }

    /// Every number of replications at which some case is looked at, ascending.
    pub(super) fn looks(&self) -> Vec<u32> {
        let mut looks: Vec<u32> = self.cases.iter().flat_map(|case| case.looks.iter().copied()).collect();
        looks.sort_unstable();
        looks.dedup();
        looks
    }

    /// Whether something is undecided and will be looked at again after so many replications.
    pub(super) fn is_open(&self, replications: u32) -> bool {
        self.cases
            .iter()
            .any(|case| case.is_open() && case.looks.last().is_some_and(|&last| last > replications))
    }

    /// Whether something undecided is to be looked at now.
    pub(super) fn is_due(&self, replications: u32) -> bool {
        self.cases.iter().any(|case| case.is_open() && case.looks.contains(&replications))
    }

    /// Looks at what is due.
    pub(super) fn look(&mut self, known: &[Known<'_>], numbers: &[u32], seed: u64) {
        let replications = numbers.len() as u32;
        for case in self.cases.iter_mut().filter(|case| case.is_open()) {
            if let Some(look) = case.looks.iter().position(|&look| look == replications) {
                case.found = Some(case.judge(known, numbers, seed, look));
            }
        }
    }

    /// What is known where somebody has stopped a run between looks, which decides nothing.
    pub(super) fn close(&mut self, known: &[Known<'_>], numbers: &[u32], seed: u64) {
        let replications = numbers.len() as u32;
        for case in self.cases.iter_mut().filter(|case| case.is_open()) {
            let last = case.looks.len() - 1;
            let next = case.looks.iter().position(|&look| look >= replications).unwrap_or(last);
            // What was looked at to the end keeps what was found then, also where others have gone on.
            if case
                .found
                .as_ref()
                .is_some_and(|found| found.look == last || found.replications == replications)
            {
                continue;
            }
            let found = case.judge(known, numbers, seed, next);
            let certain = found.estimate.is_none_or(|estimate| estimate.method == Method::Exact);
            let verdict = if certain { found.verdict } else { Verdict::Undecided };
            case.found = Some(Found { verdict, ..found });
        }
    }

    pub(super) fn summarize(&self, models: &[Model]) -> Vec<GateSummary> {
        let summary = |case: &Case<'_>| {
            let found = case.found.as_ref()?;
            let model = &models[case.strategy];
            Some(GateSummary {
                gate: case.gate.clone(),
                strategy: model.strategy.clone(),
                service: case.service.map(|service| model.services[service].name.clone()),
                verdict: found.verdict,
                estimate: found.estimate,
                limit: found.limit,
                observed: found.observed,
                look: found.look as u32 + 1,
                looks: case.looks.len() as u32,
                replications: found.replications,
                replications_max: case.looks.last().copied().unwrap_or(found.replications),
                tail: case.tails[found.look],
                worst: found.worst,
                horizon: model.horizon,
            })
        };
        self.cases.iter().filter_map(summary).collect()
    }
}

fn is_named(names: Option<&Vec<String>>, name: &str) -> bool {
    names.is_none_or(|names| names.iter().any(|other| other == name))
}

impl Case<'_> {
    fn is_open(&self) -> bool {
        self.found.as_ref().is_none_or(|found| found.verdict == Verdict::Undecided)
    }

    fn judge(&self, known: &[Known<'_>], numbers: &[u32], seed: u64, look: usize) -> Found {
        let (own, tail) = (&known[self.strategy], self.tails[look]);
        let nothing = Found {
            verdict: Verdict::Undecided,
            estimate: None,
            limit: 0.0,
            observed: None,
            look,
            replications: numbers.len() as u32,
            worst: None,
        };
        match (&self.gate.check, self.service, self.other) {
            (Check::Goal(goal), Some(service), _) => {
                let asked = Asked { goal, service, allowance: self.allowance };
                let worst = worst(numbers, |replication| {
                    metric::part(goal.metric)(&own.found.ticks[service][replication]) as f64
                });
                Found {
                    verdict: asked.stand(own, (tail, tail)).into(),
                    estimate: Some(asked.estimate(own, tail)),
                    limit: goal.percentile.map_or(goal.limit_over(own.model.horizon), share_over),
                    observed: asked.percentile(own),
                    worst,
                    ..nothing
                }
            }
            (Check::Versus(versus), Some(service), Some(other)) => {
                let pair = Pair { a: own, b: &known[other], versus, service };
                let estimate = pair.difference(tail);
                let limit = versus.limit_over(own.model.horizon);
                let part = metric::part(versus.metric);
                let value = |known: &Known<'_>, k: usize| part(&known.found.ticks[service][k]) as f64;
                Found {
                    verdict: judged(&estimate, limit, versus.strict),
                    estimate: Some(estimate),
                    limit,
                    observed: pair.part(),
                    worst: worst(numbers, |k| value(own, k) - versus.factor * value(&known[other], k)),
                    ..nothing
                }
            }
            (Check::Headroom(goal), ..) => {
                // All clusters must hold, and one that does not is enough: only that has a choice, and shares its error.
                let below = |tail: f64| headroom::below(own.model, own.found, tail);
                let fails = below(tail / below(tail).len().max(1) as f64);
                let each = below(tail).into_iter().zip(fails).map(|(passes, fails)| {
                    let ends = Estimate { low: fails.low, ..passes };
                    (judged(&ends, goal.limit, goal.strict), ends)
                });
                let worst_of = each.max_by(|a, b| a.0.cmp(&b.0).then(a.1.mean.total_cmp(&b.1.mean)));
                Found {
                    verdict: worst_of.map_or(Verdict::Fail, |(verdict, _)| verdict),
                    estimate: worst_of.map(|(_, estimate)| estimate),
                    limit: goal.limit,
                    worst: worst(numbers, |k| headroom::below_us(own.found, k) as f64),
                    ..nothing
                }
            }
            (Check::Room(room), ..) => {
                let count = count(own.model, room.figure, seed);
                let estimate = count.map(|n| Estimate {
                    mean: f64::from(n),
                    se: 0.0,
                    low: f64::from(n),
                    high: f64::from(n),
                    method: Method::Exact,
                });
                let verdict = if count.is_some_and(|n| meets(room, f64::from(n))) {
                    Verdict::Pass
                } else {
                    Verdict::Fail
                };
                Found { verdict, estimate, limit: room.limit, ..nothing }
            }
            _ => nothing,
        }
    }
}

impl From<Stand> for Verdict {
    fn from(stand: Stand) -> Verdict {
        match stand {
            Stand::Met => Verdict::Pass,
            Stand::Missed => Verdict::Fail,
            Stand::Open => Verdict::Undecided,
        }
    }
}

/// Where an interval lies of something that is to be little.
fn judged(estimate: &Estimate, limit: f64, strict: bool) -> Verdict {
    let meets = |value: f64| if strict { value < limit } else { value <= limit };
    match (meets(estimate.high), meets(estimate.low)) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Undecided,
        (false, false) => Verdict::Fail,
    }
}

/// 5 % of p95: the difference has a last bit that nobody has written.
fn share_over(percentile: f64) -> f64 {
    ((1.0 - percentile) * 1e12).round() / 1e12
}

fn meets(room: &RoomGoal, value: f64) -> bool {
    match (room.figure.is_good(), room.strict) {
        (true, true) => value > room.limit,
        (true, false) => value >= room.limit,
        (false, true) => value < room.limit,
        (false, false) => value <= room.limit,
    }
}

/// A figure of the start placement; `None` where no host cluster restarts anything.
fn count(model: &Model, figure: RoomFigure, seed: u64) -> Option<u32> {
    let measured = crate::capacity::measure(model, seed);
    let narrow = |vms: u64| u32::try_from(vms).unwrap_or(u32::MAX);
    let failures = || measured.failures.as_ref().map(|failures| FailuresSummary::new(model, failures));
    match figure {
        RoomFigure::MoreVms => Some(capacity::more_vms(&measured, measured.commonest.index())),
        RoomFigure::MoreVmsN1 => measured.more_vms_n1.map(narrow),
        RoomFigure::MoreVmsN2 => measured.more_vms_n2.map(narrow),
        RoomFigure::WaitingN1 => failures()?.one.worst.map(|case| case.waiting_vms()),
        RoomFigure::WaitingN2 => failures()?.two.worst.map(|case| case.waiting_vms()),
    }
}

/// The number of the replication with most of something, the first of equals; none where nothing happens in any.
fn worst(numbers: &[u32], value: impl Fn(usize) -> f64) -> Option<u32> {
    let most = (0..numbers.len()).rev().max_by(|&a, &b| value(a).total_cmp(&value(b)))?;
    (value(most) > 0.0).then(|| numbers[most])
}

/// Two strategies beside each other.
struct Pair<'a> {
    a: &'a Known<'a>,
    b: &'a Known<'a>,
    versus: &'a Versus,
    service: usize,
}

impl Pair<'_> {
    /// What the first has, less so many times what the second has, per instance and horizon.
    fn difference(&self, tail: f64) -> Estimate {
        let per = f64::from(self.a.model.services[self.service].instances)
            * if self.versus.metric == Metric::Outages { 1.0 } else { SECOND };
        let plain = Estimate::from(self.plain(tail).scaled(1.0 / per));
        let weighted =
            self.weighted().map(|(own, other)| own.difference_at(&other, tail).0.scaled(1.0 / per));
        weighted.map_or(plain, |weighted| known_by(by_importance_sampling(weighted), plain))
    }

    /// The same of all instances together, by plain replications.
    fn plain(&self, tail: f64) -> Interval {
        let Pair { a, b, versus, service } = *self;
        let part = metric::part(versus.metric);
        let chance = |known: &Known<'_>| {
            let ticks = &known.found.ticks[service];
            let chance = Chance::of(known.model, &known.model.services[service]).seen(ticks);
            metric::randomness(versus.metric, known, service, chance)
        };
        let ticks = a.found.ticks[service].iter().zip(&b.found.ticks[service]);
        // Outages are counted in millionths, so that a part of one is one.
        let unit = if versus.metric == Metric::Outages { SECOND } else { 1.0 };
        let times = |value: u64, factor: f64| (value as f64 * factor).round() as u64;
        let sides: Vec<(u64, u64)> =
            ticks.map(|(a, b)| (times(part(a), unit), times(part(b), unit * versus.factor))).collect();
        let (first, second) = (chance(a).scaled(unit), chance(b).scaled(unit * versus.factor));
        interval::difference_at(&pairs(&sides), first, second, tail).scaled(1.0 / unit)
    }

    /// By replication, what the first has and so many times what the second has, where weighted ones know their difference better.
    fn weighted(&self) -> Option<(Series, Series)> {
        let Pair { a, b, versus, service } = *self;
        let figure = metric::figure(versus.metric)?;
        let series = |known: &Known<'_>, may: &dyn Fn(usize) -> bool| known.sum(&[service], figure, may);
        let plain = || self.plain(interval::TAIL).into();
        Beside { a, b, times: versus.factor }.weighted(&[service], series, plain)
    }

    /// The mean of the first as a part of that of the second.
    fn part(&self) -> Option<f64> {
        let part = metric::part(self.versus.metric);
        let plain = |known: &Known<'_>| {
            known.found.ticks[self.service].iter().map(|ticks| part(ticks) as f64).sum::<f64>()
        };
        let (a, b) = match self.weighted() {
            // Not as many replications may be weighted of the one as of the other.
            Some((own, other)) => (own.mean(), other.mean() / self.versus.factor),
            None => (plain(self.a), plain(self.b)),
        };
        (b > 0.0).then(|| a / b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_passes_fails_or_leaves_it_open() {
        let estimate = |low: f64, high: f64| Estimate {
            mean: (low + high) / 2.0,
            se: 1.0,
            low,
            high,
            method: Method::StudentT,
        };
        assert_eq!(judged(&estimate(1.0, 3.0), 3.0, false), Verdict::Pass);
        assert_eq!(judged(&estimate(1.0, 3.0), 3.0, true), Verdict::Undecided);
        assert_eq!(judged(&estimate(1.0, 3.0), 1.0, false), Verdict::Undecided);
        assert_eq!(judged(&estimate(1.0, 3.0), 1.0, true), Verdict::Fail);
        assert_eq!(judged(&estimate(1.0, 3.0), 0.5, false), Verdict::Fail);
        assert_eq!(judged(&estimate(-3.0, -2.0), -2.0, false), Verdict::Pass);
    }

    #[test]
    fn the_worst_replication_is_the_first_of_equals() {
        let values = [0.0, 3.0, 1.0, 3.0];
        assert_eq!(worst(&[4, 5, 6, 7], |k| values[k]), Some(5));
        assert_eq!(worst(&[4, 5], |_| 0.0), None);
        assert_eq!(worst(&[], |_| 1.0), None);
    }
}
