//! From integers to estimates.

use super::best::best;
use super::block::{Block, CauseSum, StrategyBlock, Ticks};
use super::capacity;
use super::chance::Chance;
use super::convergence;
use super::cost::Till;
use super::extremes::extremes;
use super::percentiles::percentiles;
use super::pool::Plan;
use super::rare::Rare;
use super::refine::refine;
use super::summary::{
    CauseSummary, Comparison, Distance, Estimate, Method, MigrationSummary, OutageLengths, PrecisionSummary,
    Row, ServiceSummary, StrategySummary, Summary, TotalSummary,
};
use super::turns;
use crate::model::{Cause, GuestGroup, Model, Service};
use crate::stats::{self, Interval, Moments, PairedMoments, Randomness, interval};

/// Microseconds in a second.
pub(super) const SECOND: f64 = 1e6;

/// Everything that finished, in the order of replications.
pub(super) struct Findings {
    numbers: Vec<u32>,
    pub(super) strategies: Vec<StrategyBlock>,
}

impl Findings {
    pub(super) fn new(models: &[Model], allowances: usize) -> Findings {
        let strategies = models.iter().map(|model| StrategyBlock::new(model, allowances));
        Findings { numbers: Vec::new(), strategies: strategies.collect() }
    }

    /// Their numbers.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Replications that were added.
    pub(super) fn replications(&self) -> u32 {
        self.numbers.len() as u32
    }

    pub(super) fn any(&self) -> bool {
        !self.numbers.is_empty()
    }

    pub(super) fn add(&mut self, block: Block) {
        self.numbers.extend(block.replications);
        for (sum, part) in self.strategies.iter_mut().zip(block.strategies) {
            sum.waiting.extend(part.waiting);
            sum.turns.extend(part.turns);
            for (sum, part) in sum.headrooms.iter_mut().zip(part.headrooms) {
                sum.merge(part);
            }
            for (service, ticks) in part.ticks.into_iter().enumerate() {
                sum.ticks[service].extend(ticks);
                for (cause, more) in sum.causes[service].iter_mut().zip(&part.causes[service]) {
                    cause.outages += more.outages;
                    cause.downtime_us += more.downtime_us;
                }
                let most = &mut sum.recovery_points_max[service];
                *most = (*most).max(part.recovery_points_max[service]);
                sum.downtimes[service].merge(&part.downtimes[service]);
                sum.outages[service].merge(&part.outages[service]);
                sum.blackouts[service].merge(&part.blackouts[service]);
                sum.moves[service].merge(&part.moves[service]);
            }
            for (counts, more) in sum.exceeded.iter_mut().zip(part.exceeded) {
                counts.extend(more);
            }
            for (sum, more) in sum.allowed.iter_mut().zip(&part.allowed) {
                sum.merge(more);
            }
        }
    }
}

pub(super) fn summarize(
    models: &[Model],
    plan: &Plan,
    findings: &Findings,
    rare: &[Option<Rare>],
    is_enough: bool,
) -> Summary {
    let first = &models[0];
    let till = Till::new(models, &findings.strategies);
    let turns = turns::are_told(models, &findings.strategies);
    let mut strategies: Vec<StrategySummary> = models
        .iter()
        .zip(&findings.strategies)
        .map(|(m, f)| strategy(m, f, findings.numbers.len(), plan.seed))
        .zip(models.iter().zip(&findings.strategies))
        .map(|(told, (m, f))| StrategySummary {
            cost: till.and_then(|till| till.summarize(m, f)),
            turns: turns.then(|| turns::summarize(m, f)),
            extremes: extremes(m, f, &findings.numbers),
            ..told
        })
        .collect();
    let mut comparisons = comparisons(models, findings, &strategies, till);
    refine(models, findings, rare, &mut strategies, &mut comparisons);
    Summary {
        title: plan.title.clone(),
        sha256: plan.sha256.clone(),
        seed: plan.seed,
        replications_asked: if is_enough { findings.numbers.len() as u32 } else { plan.replications },
        replications: findings.numbers.len() as u32,
        rare_stopped: false,
        precision: first.precision.map(|precision| PrecisionSummary {
            within: precision.within,
            of: precision.of.word(),
            is_reached: is_enough,
            replications_max: plan.replications,
        }),
        horizon: first.horizon,
        warmup: first.warmup,
        ages: first.ages.word(),
        scripted: models.iter().all(is_scripted),
        best: best(&strategies, &comparisons),
        comparisons,
        strategies,
        gates: Vec::new(),
        numbers: findings.numbers.clone(),
        rows: models.iter().zip(&findings.strategies).map(|(m, f)| rows(m, f)).collect(),
    }
}

/// Whether scripted faults are all that ever happens.
fn is_scripted(model: &Model) -> bool {
    let of_service =
        |s: &Service| [&s.guest_crash, &s.app_crash, &s.app_hang].iter().any(|fault| fault.is_some());
    !model.injects.is_empty()
        && model.maintenances.is_empty()
        && model.parts.iter().all(|part| part.fault.is_none())
        && model.hosts.iter().all(|host| host.crash.is_none() && host.hang.is_none())
        && !model.services.iter().any(of_service)
}

fn strategy(model: &Model, found: &StrategyBlock, replications: usize, seed: u64) -> StrategySummary {
    let measured = crate::capacity::measure(model, seed);
    let services = (0..model.services.len()).map(|s| ServiceSummary {
        more_vms: capacity::more_vms(&measured, s),
        ..service(model, found, s, replications)
    });
    StrategySummary {
        name: model.strategy.clone(),
        services: services.collect(),
        total: total(model, found, replications),
        capacity: capacity::summarize(model, &measured, found, seed),
        convergence: convergence::plain(model, found),
        extremes: None,
        rare_events: None,
        cost: None,
        turns: None,
    }
}

fn service(model: &Model, found: &StrategyBlock, number: usize, replications: usize) -> ServiceSummary {
    let fixed = &model.services[number];
    let instances = f64::from(fixed.instances);
    let ticks = &found.ticks[number];
    let chance = Chance::of(model, fixed).seen(ticks);
    let downtime = estimate(ticks, |t| t.downtime_us, chance.downtime(), 1.0 / (instances * SECOND));
    ServiceSummary {
        name: fixed.name.clone(),
        instances: fixed.instances,
        role: fixed.role.word(),
        protect: protect(fixed),
        vms_per_instance: model.instances[fixed.first_instance.index()].vms,
        availability: availability(downtime, model),
        downtime_s: downtime.into(),
        downtime_percentiles: percentiles(&found.downtimes[number], replications),
        degraded_s: estimate(ticks, |t| t.degraded_us, chance.degraded(fixed), 1.0 / (instances * SECOND))
            .into(),
        lost_s: estimate(ticks, |t| t.lost_us, chance.lost(), 1.0 / (instances * SECOND)).into(),
        outages: estimate(ticks, |t| t.outages, chance.outages(), 1.0 / instances).into(),
        outage_s: lengths_of(&found.outages[number]),
        migrations: migrations(model, found, number, chance),
        recovery_point_s: estimate(
            ticks,
            |t| t.recovery_point_us,
            chance.recovery_point(),
            1.0 / (instances * SECOND),
        )
        .into(),
        sessions_lost: work_lost(ticks, |t| t.sessions_lost, chance, fixed, fixed.work.sessions),
        transactions_lost: work_lost(ticks, |t| t.transactions_lost, chance, fixed, fixed.work.transactions),
        requests_lost: requests_lost(ticks, chance, fixed),
        unprotected_s: fixed.guest.is_some().then(|| {
            let scale = 1.0 / (instances * SECOND);
            estimate(ticks, |t| t.unprotected_us, chance.downtime(), scale).into()
        }),
        overload_s: (fixed.busy > 0).then(|| {
            estimate(ticks, |t| t.overload_us, chance.overload(), 1.0 / (instances * SECOND)).into()
        }),
        recovery_point_max_s: found.recovery_points_max[number] as f64 / SECOND,
        causes: causes(&found.causes[number], instances * replications as f64),
        more_vms: 0,
    }
}

fn lengths_of(lengths: &stats::Distribution) -> OutageLengths {
    OutageLengths {
        mean: lengths.mean() / SECOND,
        p50: lengths.quantile(0.5) as f64 / SECOND,
        p95: lengths.quantile(0.95) as f64 / SECOND,
        max: lengths.max() as f64 / SECOND,
    }
}

/// What live migrations came to, where the strategy moves VMs of the service.
fn migrations(
    model: &Model,
    found: &StrategyBlock,
    number: usize,
    chance: Chance,
) -> Option<MigrationSummary> {
    let fixed = &model.services[number];
    let moves = model.clusters.iter().any(|cluster| cluster.migration.is_some());
    let planned = model.maintenances.iter().any(|plan| !plan.hosts.is_empty());
    (moves && planned && fixed.host_cluster).then(|| MigrationSummary {
        count: estimate(
            &found.ticks[number],
            |t| t.migrations,
            chance.outages(),
            1.0 / f64::from(fixed.instances),
        )
        .into(),
        blackout_s: lengths_of(&found.blackouts[number]),
        lasted_s: lengths_of(&found.moves[number]),
    })
}

/// Sessions or transactions lost, of a service whose instances have `each` of them.
fn work_lost(
    ticks: &[Ticks],
    part: impl Fn(&Ticks) -> u64,
    chance: Chance,
    service: &Service,
    each: u32,
) -> Option<Estimate> {
    let scale = 1.0 / f64::from(service.instances);
    (each > 0).then(|| estimate(ticks, part, chance.work(each), scale).into())
}

/// Requests that nobody answered. One incident costs at most the peak for as long as it takes.
fn requests_lost(ticks: &[Ticks], chance: Chance, service: &Service) -> Option<Estimate> {
    let scale = service.requests / (f64::from(service.instances) * SECOND);
    (service.requests > 0.0).then(|| estimate(ticks, |t| t.unserved_us, chance.lost(), scale).into())
}

/// All services together: the mean instance.
fn total(model: &Model, found: &StrategyBlock, replications: usize) -> TotalSummary {
    let instances: u32 = model.services.iter().map(|s| s.instances).sum();
    let sums = totals(found);
    let chance = Chance::of_all(model).seen(&sums);
    let scale = 1.0 / (f64::from(instances) * SECOND);
    let downtime = estimate(&sums, |t| t.downtime_us, chance.downtime(), scale);
    let mut tallies = vec![CauseSum::default(); Cause::ALL.len()];
    for service in &found.causes {
        for (sum, cause) in tallies.iter_mut().zip(service) {
            sum.outages += cause.outages;
            sum.downtime_us += cause.downtime_us;
        }
    }
    TotalSummary {
        instances,
        availability: availability(downtime, model),
        downtime_s: downtime.into(),
        lost_s: estimate(&sums, |t| t.lost_us, chance.lost(), scale).into(),
        outages: estimate(&sums, |t| t.outages, chance.outages(), 1.0 / f64::from(instances)).into(),
        recovery_point_s: estimate(&sums, |t| t.recovery_point_us, chance.recovery_point(), scale).into(),
        causes: causes(&tallies, f64::from(instances) * replications as f64),
    }
}

/// The ticks of all services together, by replication.
pub(super) fn totals(found: &StrategyBlock) -> Vec<Ticks> {
    let mut sums = vec![Ticks::default(); found.waiting.len()];
    for service in &found.ticks {
        for (sum, ticks) in sums.iter_mut().zip(service) {
            sum.downtime_us += ticks.downtime_us;
            sum.degraded_us += ticks.degraded_us;
            sum.lost_us += ticks.lost_us;
            sum.outages += ticks.outages;
            sum.overload_us += ticks.overload_us;
            sum.recovery_point_us = sum.recovery_point_us.saturating_add(ticks.recovery_point_us);
        }
    }
    sums
}

fn estimate(ticks: &[Ticks], part: impl Fn(&Ticks) -> u64, chance: Randomness, scale: f64) -> Interval {
    let moments: Moments = ticks.iter().map(part).collect();
    interval::mean(&moments, chance).scaled(scale)
}

fn availability(downtime_s: Interval, model: &Model) -> Estimate {
    downtime_s.scaled(1.0 / model.horizon.as_secs_f64()).complement(1.0).into()
}

/// An interval with something fixed on top.
pub(super) fn shifted(interval: Interval, by: f64) -> Estimate {
    Interval { mean: interval.mean + by, low: interval.low + by, high: interval.high + by, ..interval }.into()
}

impl From<Interval> for Estimate {
    fn from(interval: Interval) -> Estimate {
        Estimate {
            mean: interval.mean,
            se: interval.se,
            low: interval.low,
            high: interval.high,
            method: match interval.method {
                stats::Method::StudentT => Method::StudentT,
                stats::Method::WeightedPoisson => Method::WeightedPoisson,
                stats::Method::Binomial => Method::Binomial,
                stats::Method::Bound => Method::Bound,
                stats::Method::Exact => Method::Exact,
            },
        }
    }
}

fn protect(service: &Service) -> Vec<&'static str> {
    let cluster = service.host_cluster.then_some("host-cluster");
    let guest = service.guest.as_ref().map(|guest| match guest {
        GuestGroup::Failover(_) => "guest-failover",
        GuestGroup::Balanced { .. } => "nlb",
    });
    cluster.into_iter().chain(guest).collect()
}

fn causes(tallies: &[CauseSum], per: f64) -> Vec<CauseSummary> {
    Cause::ALL
        .iter()
        .zip(tallies)
        .filter(|(_, tally)| tally.outages > 0 || tally.downtime_us > 0)
        .map(|(cause, tally)| CauseSummary {
            cause: cause.name(),
            outages: tally.outages as f64 / per,
            downtime_s: tally.downtime_us as f64 / SECOND / per,
        })
        .collect()
}

/// Up to so many strategies every pair is compared: 120 pairs. Four hundred would make 80,000, which nobody reads.
const EVERY_PAIR: usize = 16;

/// Whether two strategies are compared: where there are very many, each only with the one that loses least and
/// with the one without protection, which is what people ask about.
fn are_compared(models: &[Model], strategies: &[StrategySummary]) -> impl Fn(usize, usize) -> bool + use<> {
    let few = models.len() <= EVERY_PAIR;
    let lost = |&s: &usize| strategies[s].total.lost_s.mean;
    let best = (0..models.len()).min_by(|a, b| lost(a).total_cmp(&lost(b))).unwrap_or(0);
    let bare = |model: &Model| model.services.iter().all(|s| s.guest.is_none() && !s.host_cluster);
    let base = models.iter().position(bare).unwrap_or(0);
    move |a, b| few || [a, b].contains(&best) || [a, b].contains(&base)
}

/// Pairs of strategies, service by service and all together, paired by replication.
fn comparisons(
    models: &[Model],
    findings: &Findings,
    strategies: &[StrategySummary],
    till: Option<Till>,
) -> Vec<Comparison> {
    let compared = are_compared(models, strategies);
    let mut all = Vec::new();
    for a in 0..models.len() {
        for b in (a + 1..models.len()).filter(|&b| compared(a, b)) {
            let (found_a, found_b) = (&findings.strategies[a], &findings.strategies[b]);
            for number in 0..models[a].services.len() {
                let (service_a, service_b) = (&models[a].services[number], &models[b].services[number]);
                all.push(compare(
                    (models, a, b),
                    Some(service_a.name.clone()),
                    f64::from(service_a.instances),
                    (&found_a.ticks[number], Chance::of(&models[a], service_a)),
                    (&found_b.ticks[number], Chance::of(&models[b], service_b)),
                ));
            }
            let instances: u32 = models[a].services.iter().map(|s| s.instances).sum();
            let cost_a_minus_b =
                till.and_then(|till| till.difference((&models[a], found_a), (&models[b], found_b)));
            let total = compare(
                (models, a, b),
                None,
                f64::from(instances),
                (&totals(found_a), Chance::of_all(&models[a])),
                (&totals(found_b), Chance::of_all(&models[b])),
            );
            all.push(Comparison { cost_a_minus_b, ..total });
        }
    }
    all
}

fn compare(
    (models, a, b): (&[Model], usize, usize),
    service: Option<String>,
    instances: f64,
    (ticks_a, chance_a): (&[Ticks], Chance),
    (ticks_b, chance_b): (&[Ticks], Chance),
) -> Comparison {
    let scale = 1.0 / (instances * SECOND);
    let (chance_a, chance_b) = (chance_a.seen(ticks_a), chance_b.seen(ticks_b));
    let difference = |part: fn(&Ticks) -> u64, chance: fn(&Chance) -> Randomness| {
        let pairs = pairs(&sides(ticks_a, ticks_b, part));
        let interval = interval::difference(&pairs, chance(&chance_a), chance(&chance_b)).scaled(scale);
        (interval.into(), pairs.correlation())
    };
    let (downtime_s_a_minus_b, correlation) = difference(|t| t.downtime_us, Chance::downtime);
    let simultaneous = |part: fn(&Ticks) -> u64, chance: fn(&Chance) -> Randomness| {
        let (pairs, tail) = (pairs(&sides(ticks_a, ticks_b, part)), simultaneous_tail(models.len()));
        let interval = interval::difference_at(&pairs, chance(&chance_a), chance(&chance_b), tail);
        Distance::from(interval.scaled(scale))
    };
    Comparison {
        service,
        a: models[a].strategy.clone(),
        b: models[b].strategy.clone(),
        downtime_s_a_minus_b,
        lost_s_a_minus_b: difference(|t| t.lost_us, Chance::lost).0,
        downtime_s_simultaneous: simultaneous(|t| t.downtime_us, Chance::downtime),
        lost_s_simultaneous: simultaneous(|t| t.lost_us, Chance::lost),
        cost_a_minus_b: None,
        correlation,
    }
}

/// What is left out at each end of a difference that has to be right for so many strategies at once. Of each difference from the
/// best one end alone is asked: how far above it a strategy may be, which is how far below that one the best may be.
pub(super) fn simultaneous_tail(strategies: usize) -> f64 {
    2.0 * interval::TAIL / strategies.saturating_sub(1).max(2) as f64
}

impl From<Interval> for Distance {
    fn from(interval: Interval) -> Distance {
        Distance { mean: interval.mean, low: interval.low, high: interval.high }
    }
}

/// The difference of a service's downtime under two strategies, in microseconds, by plain replications.
pub(super) fn plain_difference(
    (model_a, found_a): (&Model, &StrategyBlock),
    (model_b, found_b): (&Model, &StrategyBlock),
    service: usize,
) -> Interval {
    let (ticks_a, ticks_b) = (&found_a.ticks[service], &found_b.ticks[service]);
    let chance =
        |model: &Model, ticks: &[Ticks]| Chance::of(model, &model.services[service]).seen(ticks).downtime();
    let pairs = pairs(&sides(ticks_a, ticks_b, |t| t.downtime_us));
    interval::difference(&pairs, chance(model_a, ticks_a), chance(model_b, ticks_b))
}

/// Differences are split around their median: what is fixed (planned work) stays out of the chance.
pub(super) fn pairs(sides: &[(u64, u64)]) -> PairedMoments {
    let mut differences: Vec<i64> = sides.iter().map(|&(a, b)| a as i64 - b as i64).collect();
    let middle = differences.len() / 2;
    let center = if differences.is_empty() { 0 } else { *differences.select_nth_unstable(middle).1 };
    let mut pairs = PairedMoments::around(center);
    for &(a, b) in sides {
        pairs.push(a, b);
    }
    pairs
}

/// A part of the ticks of both, replication by replication.
fn sides(a: &[Ticks], b: &[Ticks], part: fn(&Ticks) -> u64) -> Vec<(u64, u64)> {
    a.iter().zip(b).map(|(a, b)| (part(a), part(b))).collect()
}

fn rows(model: &Model, found: &StrategyBlock) -> Vec<Vec<Row>> {
    let row = |instances: f64, t: &Ticks| Row {
        downtime_s: t.downtime_us as f64 / SECOND / instances,
        degraded_s: t.degraded_us as f64 / SECOND / instances,
        lost_s: t.lost_us as f64 / SECOND / instances,
        outages: t.outages as f64 / instances,
        recovery_point_s: t.recovery_point_us as f64 / SECOND / instances,
    };
    found
        .ticks
        .iter()
        .zip(&model.services)
        .map(|(ticks, service)| ticks.iter().map(|t| row(f64::from(service.instances), t)).collect())
        .collect()
}
