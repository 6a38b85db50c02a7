//! From an experiment's [`Summary`] to the mirror of `result.json`: one field to one field.

use super::result::{
    Best, Capacity, Cause, Cost, Distance, Downtime, Estimate, Failures, Headroom, Losses, Method,
    Migrations, OneReplication, OutageLengths, PrecisionReached, RareEvents, RareMethod, RecoveryPoint,
    RunResult, SCHEMA, ScenarioId, Service, ServiceComparison, ServiceCost, Strategy, Total, TotalComparison,
    Turns, WaitingVms, WorstLoss,
};
use super::survivability;
use crate::experiment::summary;

impl From<&summary::Summary> for RunResult {
    fn from(from: &summary::Summary) -> RunResult {
        let mut comparisons = Vec::new();
        let mut total_comparisons = Vec::new();
        for comparison in &from.comparisons {
            let pair = TotalComparison {
                a: comparison.a.clone(),
                b: comparison.b.clone(),
                downtime_s_a_minus_b: estimate(&comparison.downtime_s_a_minus_b),
                lost_s_a_minus_b: estimate(&comparison.lost_s_a_minus_b),
                cost_a_minus_b: comparison.cost_a_minus_b.as_ref().map(estimate),
                correlation: comparison.correlation.filter(|r| r.is_finite()),
            };
            match &comparison.service {
                Some(service) => comparisons.push(ServiceComparison { service: service.clone(), pair }),
                None => total_comparisons.push(pair),
            }
        }
        RunResult {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: ScenarioId { title: from.title.clone(), sha256: from.sha256.clone() },
            seed: from.seed,
            replications: from.replications,
            replications_asked: from.replications_asked,
            precision: from.precision.as_ref().map(|precision| PrecisionReached {
                within: precision.within,
                of: precision.of.to_owned(),
                is_reached: precision.is_reached,
                replications_max: precision.replications_max,
            }),
            stopped_by: None,
            horizon_s: from.horizon.as_secs_f64(),
            warmup_s: from.warmup.as_secs_f64(),
            ages: from.ages.to_owned(),
            scripted: from.scripted,
            // Whoever ran it knows.
            overrides: Vec::new(),
            selection: Vec::new(),
            warnings: Vec::new(),
            description: Vec::new(),
            assumptions: Vec::new(),
            strategies: from.strategies.iter().map(strategy).collect(),
            comparisons,
            total_comparisons,
            best: from.best.iter().map(best).collect(),
            gates: from.gates.iter().map(super::gates::Gate::from).collect(),
            baseline: None,
        }
    }
}

fn best(from: &summary::BestSummary) -> Best {
    let distance = |d: &summary::Distance| Distance { mean: d.mean, low: d.low, high: d.high };
    Best {
        service: from.service.clone(),
        strategy: from.strategy.clone(),
        downtime_s_minus_best: distance(&from.downtime_s_minus_best),
        lost_s_minus_best: distance(&from.lost_s_minus_best),
    }
}

fn strategy(from: &summary::StrategySummary) -> Strategy {
    Strategy {
        name: from.name.clone(),
        services: from.services.iter().map(service).collect(),
        total: Total {
            instances: from.total.instances,
            availability: estimate(&from.total.availability),
            downtime_s: estimate(&from.total.downtime_s),
            lost_s: estimate(&from.total.lost_s),
            outages: estimate(&from.total.outages),
            recovery_point_s: estimate(&from.total.recovery_point_s),
            causes: from.total.causes.iter().map(cause).collect(),
        },
        capacity: Capacity {
            hosts: from.capacity.hosts,
            vms: from.capacity.vms,
            consolidation: from.capacity.consolidation,
            memory_used: from.capacity.memory_used,
            memory_reserved: from.capacity.memory_reserved,
            memory_left: from.capacity.memory_left,
            cores_used: from.capacity.cores_used,
            cores_reserved: from.capacity.cores_reserved,
            cores_left: from.capacity.cores_left,
            waiting_vm_s: estimate(&from.capacity.waiting_vm_s),
            more_vms: from.capacity.more_vms,
            more_vms_memory_mib: from.capacity.more_vms_memory_mib,
            more_vms_cores: from.capacity.more_vms_cores,
            more_vms_n1: from.capacity.more_vms_n1,
            more_vms_n2: from.capacity.more_vms_n2,
            headroom: from.capacity.headroom.iter().map(headroom).collect(),
            failures: from.capacity.failures.as_ref().map(failures),
            survivability: survivability::of(from),
        },
        convergence: from.convergence.iter().filter_map(running).collect(),
        worst_replication: from.extremes.map(|extremes| one_replication(extremes.worst)),
        typical_replication: from.extremes.map(|extremes| one_replication(extremes.typical)),
        rare_events: from.rare_events.as_ref().map(rare_events),
        cost: from.cost.as_ref().map(|cost| self::cost(from, cost)),
        turns: from
            .turns
            .as_ref()
            .map(|turns| Turns { done: estimate(&turns.done), given_up: estimate(&turns.given_up) }),
    }
}

/// What is no number cannot be drawn, and JSON cannot hold it.
fn running(from: &summary::RunningEstimate) -> Option<(u32, f64, f64, f64)> {
    let all = [from.mean, from.low, from.high];
    all.iter().all(|value| value.is_finite()).then_some((from.replications, from.mean, from.low, from.high))
}

fn one_replication(from: summary::OneReplication) -> OneReplication {
    OneReplication { replication: from.replication, downtime_s: from.downtime_s }
}

fn rare_events(from: &summary::RareSummary) -> RareEvents {
    RareEvents {
        method: match from.method {
            summary::RareMethod::ImportanceSampling => RareMethod::ImportanceSampling,
            summary::RareMethod::Splitting => RareMethod::Splitting,
        },
        services: from.services.clone(),
        in_vain: from.in_vain.clone(),
        replications: Some(from.replications).filter(|_| !from.services.is_empty()),
        episodes: from.episodes,
        branches: from.branches,
        hits: from.hits,
        hits_effective: from.hits_effective,
        weight_mean: from.weight_mean,
        weight_share_max: from.weight_share_max,
    }
}

fn headroom(from: &summary::HeadroomSummary) -> Headroom {
    Headroom {
        cluster: from.cluster.clone(),
        headroom: from.headroom,
        below: estimate(&from.below),
        memory_free: estimate(&from.memory_free),
        cores_free: estimate(&from.cores_free),
        memory_least: from.memory_least,
        cores_least: from.cores_least,
    }
}

fn cost(strategy: &summary::StrategySummary, from: &summary::CostSummary) -> Cost {
    let services = strategy.services.iter().zip(&from.services).map(|(service, cost)| ServiceCost {
        service: service.name.clone(),
        licences: cost.licences,
        downtime: estimate(&cost.downtime),
        total: estimate(&cost.total),
    });
    Cost {
        currency: from.currency.clone(),
        hosts: from.hosts,
        licences: from.licences,
        downtime: estimate(&from.downtime),
        total: estimate(&from.total),
        services: services.collect(),
    }
}

fn service(from: &summary::ServiceSummary) -> Service {
    let percentiles = &from.downtime_percentiles;
    Service {
        name: from.name.clone(),
        instances: from.instances,
        role: from.role.to_owned(),
        protect: from.protect.iter().map(|&layer| layer.to_owned()).collect(),
        vms_per_instance: from.vms_per_instance,
        availability: estimate(&from.availability),
        downtime_s: Downtime {
            estimate: estimate(&from.downtime_s),
            p50: percentiles.p50,
            p95: percentiles.p95,
            p99: percentiles.p99,
            max: percentiles.max,
            p50_interval: percentiles.intervals[0],
            p95_interval: percentiles.intervals[1],
            p99_interval: percentiles.intervals[2],
            quantiles: corners(&percentiles.quantiles),
        },
        degraded_s: estimate(&from.degraded_s),
        lost_s: estimate(&from.lost_s),
        outages: estimate(&from.outages),
        outage_s: lengths(&from.outage_s),
        migrations: from.migrations.as_ref().map(|moved| Migrations {
            count: estimate(&moved.count),
            blackout_s: lengths(&moved.blackout_s),
            lasted_s: lengths(&moved.lasted_s),
        }),
        recovery_point_s: RecoveryPoint {
            estimate: estimate(&from.recovery_point_s),
            max: from.recovery_point_max_s,
        },
        sessions_lost: from.sessions_lost.as_ref().map(estimate),
        transactions_lost: from.transactions_lost.as_ref().map(estimate),
        requests_lost: from.requests_lost.as_ref().map(estimate),
        unprotected_s: from.unprotected_s.as_ref().map(estimate),
        overload_s: from.overload_s.as_ref().map(estimate),
        causes: from.causes.iter().map(cause).collect(),
        more_vms: from.more_vms,
    }
}

fn lengths(from: &summary::OutageLengths) -> OutageLengths {
    OutageLengths { mean: from.mean, p50: from.p50, p95: from.p95, max: from.max }
}

/// Without the single cases, which are a file of their own.
pub(super) fn failures(from: &summary::FailuresSummary) -> Failures {
    Failures { one: losses(&from.one), two: losses(&from.two) }
}

fn losses(from: &summary::LossesSummary) -> Losses {
    let worst = |case: &summary::CaseSummary| WorstLoss {
        hosts: case.hosts.clone(),
        without_quorum: case.without_quorum,
        waiting_vms: case.waiting_vms(),
        waiting: case
            .waiting
            .iter()
            .map(|(service, vms)| WaitingVms { service: service.clone(), vms: *vms })
            .collect(),
    };
    Losses {
        cases: u32::try_from(from.cases.len()).unwrap_or(u32::MAX),
        all_restart: from.all_restart,
        sampled: from.sampled,
        worst: from.worst.as_ref().map(worst).unwrap_or_default(),
    }
}

/// The points of a distribution without those inside a level stretch, which say nothing.
fn corners(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    // A point without a place cannot be drawn, and JSON cannot hold it.
    let points: Vec<(f64, f64)> =
        points.iter().copied().filter(|(p, seconds)| p.is_finite() && seconds.is_finite()).collect();
    let level = |a: usize, b: usize| points[a].1.total_cmp(&points[b].1).is_eq();
    let inside = |at: usize| at > 0 && at + 1 < points.len() && level(at - 1, at) && level(at, at + 1);
    (0..points.len()).filter(|&at| !inside(at)).map(|at| points[at]).collect()
}

fn cause(from: &summary::CauseSummary) -> Cause {
    Cause { cause: from.cause.to_owned(), outages: from.outages, downtime_s: from.downtime_s }
}

pub(super) fn estimate(from: &summary::Estimate) -> Estimate {
    let method = match from.method {
        summary::Method::StudentT => Method::StudentT,
        summary::Method::WeightedPoisson => Method::WeightedPoisson,
        summary::Method::ImportanceSampling => Method::ImportanceSampling,
        summary::Method::Binomial => Method::Binomial,
        summary::Method::Bound => Method::Bound,
        summary::Method::Exact => Method::Exact,
    };
    Estimate { mean: from.mean, se: from.se, low: from.low, high: from.high, method }
}
