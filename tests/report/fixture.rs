//! Made-up results: a datacenter as large as the case's, a small one for golden files, and the
//! extremes that a chart must survive.

use ninefold::capacity::{Serving, Survival};
use ninefold::engine::Span;
use ninefold::experiment::summary::{
    CapacitySummary, CaseSummary, CauseSummary, Comparison, Distance, DowntimePercentiles, Estimate,
    FailuresSummary, LossesSummary, Method, OutageLengths, Row, RunningEstimate, ServiceSummary,
    StrategySummary, Summary, TotalSummary,
};

/// A mean with a symmetric interval.
pub(crate) fn around(mean: f64, half: f64) -> Estimate {
    Estimate { mean, se: half / 1.96, low: mean - half, high: mean + half, method: Method::StudentT }
}

/// What "nothing was seen" looks like.
pub(crate) fn none(high: f64) -> Estimate {
    Estimate { mean: 0.0, se: 0.0, low: 0.0, high, method: Method::Bound }
}

/// An availability that belongs to a downtime.
fn availability(downtime: &Estimate, horizon_s: f64) -> Estimate {
    Estimate {
        mean: 1.0 - downtime.mean / horizon_s,
        se: downtime.se / horizon_s,
        low: 1.0 - downtime.high / horizon_s,
        high: 1.0 - downtime.low / horizon_s,
        method: downtime.method,
    }
}

/// The quantiles of a law with no downtime at all with probability `zero`, exponential-like above.
fn quantiles(mean: f64, zero: f64) -> Vec<(f64, f64)> {
    let grid =
        (0..90).map(|i| f64::from(i) / 100.0).chain((0..=20).map(|i| 0.9 + 0.1 * (1.0 - 0.7_f64.powi(i))));
    grid.map(|p| {
        let scaled = (p - zero) / (1.0 - zero);
        // Whole seconds: a platform's logarithm must not reach a golden file.
        (
            p,
            if scaled <= 0.0 || mean <= 0.0 {
                0.0
            } else {
                (mean / (1.0 - zero) * -(1.0 - scaled).ln()).round()
            },
        )
    })
    .collect()
}

/// One service of `minutes` of downtime a year, split as `causes` says.
pub(crate) fn service(
    name: &str,
    instances: u32,
    minutes: f64,
    outages: f64,
    causes: &[(&'static str, f64)],
) -> ServiceSummary {
    let mean = minutes * 60.0;
    let downtime_s = if mean > 0.0 { around(mean, mean * 0.11) } else { none(190.0) };
    let quantiles = quantiles(mean, 0.4);
    let at = |p: f64| quantiles.iter().rfind(|(q, _)| *q <= p + 1e-9).map_or(0.0, |&(_, seconds)| seconds);
    ServiceSummary {
        name: name.to_owned(),
        instances,
        role: "stateful",
        protect: vec![],
        vms_per_instance: 1,
        availability: availability(&downtime_s, 31_536_000.0),
        downtime_s,
        downtime_percentiles: DowntimePercentiles {
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: at(1.0),
            intervals: [(at(0.48), Some(at(0.52))), (at(0.93), Some(at(0.97))), (at(0.98), None)],
            quantiles,
        },
        degraded_s: around(mean * 0.3, mean * 0.02),
        lost_s: if mean > 0.0 { around(mean * 1.1, mean * 0.11) } else { none(190.0) },
        outages: if mean > 0.0 { around(outages, outages * 0.06) } else { none(0.0041) },
        outage_s: if mean > 0.0 {
            OutageLengths {
                mean: mean / outages,
                p50: mean / outages * 0.7,
                p95: mean / outages * 3.0,
                max: mean / outages * 20.0,
            }
        } else {
            OutageLengths::default()
        },
        recovery_point_s: none(0.0),
        recovery_point_max_s: 0.0,
        sessions_lost: None,
        transactions_lost: None,
        requests_lost: None,
        unprotected_s: None,
        migrations: None,
        overload_s: None,
        causes: causes
            .iter()
            .map(|&(cause, share)| CauseSummary { cause, outages: outages * share, downtime_s: mean * share })
            .collect(),
        more_vms: 40 * instances,
    }
}

/// A strategy with its total made from its services.
pub(crate) fn strategy(
    name: &str,
    protect: &[&'static str],
    vms: u32,
    mut services: Vec<ServiceSummary>,
) -> StrategySummary {
    for service in &mut services {
        service.protect = protect.to_vec();
    }
    let instances: u32 = services.iter().map(|s| s.instances).sum();
    let weigh = |field: &dyn Fn(&ServiceSummary) -> f64| {
        services.iter().map(|s| field(s) * f64::from(s.instances)).sum::<f64>() / f64::from(instances.max(1))
    };
    let downtime = weigh(&|s| s.downtime_s.mean);
    let downtime_s = if downtime > 0.0 { around(downtime, downtime * 0.05) } else { none(31.0) };
    let lost = weigh(&|s| s.lost_s.mean);
    let outages = weigh(&|s| s.outages.mean);
    let mut causes: Vec<CauseSummary> = Vec::new();
    for cause in services.iter().flat_map(|s| &s.causes) {
        if !causes.iter().any(|known| known.cause == cause.cause) {
            let of = |field: &dyn Fn(&CauseSummary) -> f64| {
                weigh(&|s| s.causes.iter().filter(|c| c.cause == cause.cause).map(field).sum())
            };
            causes.push(CauseSummary {
                cause: cause.cause,
                outages: of(&|c| c.outages),
                downtime_s: of(&|c| c.downtime_s),
            });
        }
    }
    StrategySummary {
        name: name.to_owned(),
        total: TotalSummary {
            instances,
            availability: availability(&downtime_s, 31_536_000.0),
            downtime_s,
            lost_s: if lost > 0.0 { around(lost, lost * 0.05) } else { none(31.0) },
            outages: if outages > 0.0 { around(outages, outages * 0.03) } else { none(0.001) },
            recovery_point_s: none(0.0),
            causes,
        },
        convergence: vec![
            RunningEstimate {
                replications: 10,
                mean: downtime_s.mean,
                low: downtime_s.low / 10.0,
                high: downtime_s.high * 10.0,
            },
            RunningEstimate {
                replications: 1_000,
                mean: downtime_s.mean,
                low: downtime_s.low,
                high: downtime_s.high,
            },
        ],
        extremes: None,
        rare_events: None,
        capacity: CapacitySummary {
            hosts: 29,
            vms,
            consolidation: f64::from(vms) / 29.0,
            memory_used: f64::from(vms) * 0.001_525,
            memory_reserved: 0.1,
            memory_left: 0.9 - f64::from(vms) * 0.001_525,
            cores_used: f64::from(vms) * 0.0021,
            cores_reserved: 0.05,
            cores_left: 0.95 - f64::from(vms) * 0.0021,
            waiting_vm_s: none(10.0),
            more_vms: 1_180 - vms,
            more_vms_memory_mib: 6_144,
            more_vms_cores: 2,
            more_vms_n1: protect.contains(&"host-cluster").then_some(1_100 - vms),
            more_vms_n2: protect.contains(&"host-cluster").then_some(1_020 - vms),
            headroom: Vec::new(),
            failures: protect
                .contains(&"host-cluster")
                .then(|| FailuresSummary { one: losses(29, 1, 0, &[]), two: losses(406, 2, 0, &[]) }),
            survivability: survivability(protect.contains(&"host-cluster"), services.len()),
        },
        cost: None,
        turns: None,
        services,
    }
}

/// What serves when hosts are lost: with restarts all of it for a while, and what comes later in the list is hurt first.
fn survivability(restarts: bool, services: usize) -> Vec<Survival> {
    let serving = |lost: u32, service: usize| {
        let spare = if restarts { 8.0 } else { 0.0 };
        let out = (f64::from(lost) - spare).max(0.0) / 29.0 * (1.0 + service as f64 / 10.0);
        Serving { mean: (1.0 - out).max(0.0), least: (1.0 - 1.5 * out).max(0.0) }
    };
    let step = |lost: u32| Survival {
        hosts_lost: lost,
        cases: if lost == 1 { 29 } else { 40 },
        sampled: lost > 1,
        serving: (0..services).map(|service| serving(lost, service)).collect(),
    };
    [1, 2, 3, 4, 6, 8, 12, 16, 24].map(step).to_vec()
}

/// So many cases of so many hosts lost at once, in the first of which VMs wait.
pub(crate) fn losses(cases: u32, hosts: u32, failing: u32, waiting: &[(&str, u32)]) -> LossesSummary {
    let case = |number: u32| CaseSummary {
        hosts: (0..hosts).map(|host| format!("esx-{}", number + 1 + host)).collect(),
        without_quorum: false,
        vms: 14 * hosts,
        waiting: if number < failing {
            waiting.iter().map(|&(service, vms)| (service.to_owned(), vms)).collect()
        } else {
            Vec::new()
        },
    };
    let cases: Vec<CaseSummary> = (0..cases).map(case).collect();
    LossesSummary {
        all_restart: cases.len() as u32 - failing,
        worst: cases.first().cloned(),
        cases,
        sampled: false,
    }
}

fn distance(a: f64, b: f64, half: f64) -> Distance {
    Distance { mean: a - b, low: a - b - half, high: a - b + half }
}

/// Strategies as a whole summary; the paired interval is `half` of the difference wide on each side.
pub(crate) fn summary(title: &str, strategies: Vec<StrategySummary>, half: f64) -> Summary {
    let mut comparisons = Vec::new();
    for (index, a) in strategies.iter().enumerate() {
        for b in &strategies[index + 1..] {
            for (one, other) in a.services.iter().zip(&b.services) {
                comparisons.push(Comparison {
                    service: Some(one.name.clone()),
                    a: a.name.clone(),
                    b: b.name.clone(),
                    downtime_s_a_minus_b: apart(one.downtime_s.mean, other.downtime_s.mean, half),
                    lost_s_a_minus_b: apart(one.lost_s.mean, other.lost_s.mean, half),
                    downtime_s_simultaneous: distance(one.downtime_s.mean, other.downtime_s.mean, half),
                    lost_s_simultaneous: distance(one.lost_s.mean, other.lost_s.mean, half),
                    cost_a_minus_b: None,
                    correlation: Some(0.83),
                });
            }
            comparisons.push(Comparison {
                service: None,
                a: a.name.clone(),
                b: b.name.clone(),
                downtime_s_a_minus_b: apart(a.total.downtime_s.mean, b.total.downtime_s.mean, half),
                lost_s_a_minus_b: apart(a.total.lost_s.mean, b.total.lost_s.mean, half),
                downtime_s_simultaneous: distance(a.total.downtime_s.mean, b.total.downtime_s.mean, half),
                lost_s_simultaneous: distance(a.total.lost_s.mean, b.total.lost_s.mean, half),
                cost_a_minus_b: None,
                correlation: None,
            });
        }
    }
    let row = |s: &ServiceSummary, k: u32| Row {
        downtime_s: s.downtime_s.mean + f64::from(k),
        degraded_s: s.degraded_s.mean,
        lost_s: s.lost_s.mean,
        outages: f64::from(k),
        recovery_point_s: 0.0,
    };
    let rows = strategies
        .iter()
        .map(|strategy| strategy.services.iter().map(|s| (0..3).map(|k| row(s, k)).collect()).collect())
        .collect();
    Summary {
        title: title.to_owned(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        seed: 1,
        replications_asked: 1000,
        precision: None,
        rare_stopped: false,
        replications: 1000,
        horizon: Span::from_secs(31_536_000),
        warmup: Span::ZERO,
        ages: "stationary",
        scripted: false,
        strategies,
        comparisons,
        best: Vec::new(),
        gates: Vec::new(),
        numbers: vec![0, 1, 2],
        rows,
    }
}

fn apart(a: f64, b: f64, half: f64) -> Estimate {
    around(a - b, (a - b).abs() * half)
}

/// A strategy to make up: name, protection, VMs, minutes a year, causes.
type Plan = (&'static str, &'static [&'static str], u32, f64, &'static [(&'static str, f64)]);

/// The case: five strategies, six services, 29 hosts and 400 VMs.
pub(crate) fn case() -> Summary {
    let services: [(&str, u32, f64); 6] = [
        ("mail", 4, 1.0),
        ("erp-database", 2, 1.3),
        ("web-front", 24, 0.6),
        ("file-server", 6, 0.9),
        ("citizens-portal-application-server", 12, 0.35),
        ("dns", 2, 0.02),
    ];
    let plans: [Plan; 5] = [
        (
            "unprotected",
            &[],
            400,
            1900.0,
            &[("host-crash", 0.62), ("storage-outage", 0.08), ("guest-crash", 0.2), ("maintenance", 0.1)],
        ),
        (
            "host-cluster",
            &["host-cluster"],
            400,
            118.0,
            &[
                ("host-crash", 0.31),
                ("storage-outage", 0.22),
                ("guest-crash", 0.17),
                ("app-crash", 0.12),
                ("maintenance", 0.07),
                ("host-isolation", 0.05),
                ("app-hang", 0.03),
                ("network-outage", 0.02),
                ("false-alarm", 0.01),
            ],
        ),
        (
            "guest-failover",
            &["guest-failover"],
            462,
            43.0,
            &[("storage-outage", 0.6), ("app-crash", 0.25), ("failover", 0.15)],
        ),
        ("nlb", &["nlb"], 448, 61.0, &[("storage-outage", 0.42), ("maintenance", 0.3), ("app-crash", 0.28)]),
        (
            "host-cluster+guest-failover",
            &["host-cluster", "guest-failover"],
            462,
            39.0,
            &[("storage-outage", 0.66), ("app-crash", 0.2), ("failover", 0.14)],
        ),
    ];
    let strategies = plans
        .iter()
        .map(|&(name, protect, vms, minutes, causes)| {
            let list = services
                .iter()
                .map(|&(service_name, instances, weight)| {
                    service(service_name, instances, minutes * weight, 2.0 + weight, causes)
                })
                .collect();
            strategy(name, protect, vms, list)
        })
        .collect();
    summary("San Diego Data Processing Corp.: 29 hosts, 400 VMs", strategies, 0.13)
}

/// Two strategies and two services, one of which never fails under the second.
pub(crate) fn small() -> Summary {
    let causes: &[(&'static str, f64)] = &[("host-crash", 0.75), ("storage-outage", 0.25)];
    let strategies = vec![
        strategy(
            "none",
            &[],
            10,
            vec![service("mail", 4, 420.0, 2.0, causes), service("dns", 2, 12.0, 0.5, causes)],
        ),
        strategy(
            "host-cluster",
            &["host-cluster"],
            10,
            vec![service("mail", 4, 36.0, 2.0, causes), service("dns", 2, 0.0, 0.0, &[])],
        ),
    ];
    let mut small = summary("Two services, two strategies", strategies, 0.2);
    small.strategies[1].capacity.failures =
        Some(FailuresSummary { one: losses(4, 1, 0, &[]), two: losses(6, 2, 2, &[("mail", 3), ("dns", 1)]) });
    small
}

/// Names that try something.
pub(crate) const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://evil\")",
    "a|b`c`\n# heading",
    "\u{1b}[2J\u{202e}liam",
    "]]>&amp;'\"--><svg onload=x>",
    "@x,\"y\"\r\nz",
];

/// Every name hostile.
pub(crate) fn hostile() -> Summary {
    let strategies = HOSTILE
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let services = HOSTILE
                .iter()
                .map(|service_name| {
                    service(service_name, 1, 10.0 * (index + 1) as f64, 1.0, &[("host-crash", 1.0)])
                })
                .collect();
            strategy(name, &[], 6, services)
        })
        .collect();
    let mut hostile = summary(HOSTILE[0], strategies, 0.1);
    let waiting = HOSTILE.map(|name| (name, 1));
    let mut failures = FailuresSummary { one: losses(5, 1, 2, &waiting), two: losses(10, 2, 5, &waiting) };
    for case in failures.one.cases.iter_mut().chain(&mut failures.two.cases).chain(&mut failures.one.worst) {
        case.hosts.fill(HOSTILE[case.vms as usize % HOSTILE.len()].to_owned());
    }
    hostile.strategies[0].capacity.failures = Some(failures);
    hostile
}

/// Nothing ever fails.
pub(crate) fn all_zero() -> Summary {
    let quiet = |name| strategy(name, &["host-cluster"], 10, vec![service("mail", 4, 0.0, 0.0, &[])]);
    summary("Nothing fails", vec![quiet("one"), quiet("two")], 0.0)
}

/// One strategy, one service.
pub(crate) fn single() -> Summary {
    let causes: &[(&'static str, f64)] = &[("host-crash", 1.0)];
    summary(
        "One of each",
        vec![strategy("host-cluster", &["host-cluster"], 10, vec![service("mail", 1, 36.0, 2.0, causes)])],
        0.0,
    )
}

/// Twelve services whose downtimes span fifteen orders of magnitude.
pub(crate) fn extremes() -> Summary {
    let causes: &[(&'static str, f64)] =
        &[("host-crash", 0.5), ("storage-outage", 0.3), ("maintenance", 0.2)];
    let plan = |name, factor: f64| {
        let services = (0..12)
            .map(|k| service(&format!("service-{k}"), 1, factor * 10_f64.powi(k - 7), 1.0, causes))
            .collect();
        strategy(name, &["host-cluster"], 10, services)
    };
    summary(
        "From microseconds to the whole year and beyond",
        vec![plan("a", 1.0), plan("b", 1.1), plan("c", 400.0)],
        2.0,
    )
}

/// Names of eighty characters, wide letters, many strategies and many services.
pub(crate) fn crowd() -> Summary {
    let causes: &[(&'static str, f64)] = &[
        ("host-crash", 0.3),
        ("host-hang", 0.1),
        ("storage-outage", 0.2),
        ("storage-controller", 0.1),
        ("network-outage", 0.1),
        ("rack-outage", 0.1),
        ("site-outage", 0.04),
        ("guest-crash", 0.03),
        ("app-crash", 0.03),
    ];
    let strategies = (0..18)
        .map(|s| {
            let services = (0..30)
                .map(|k| {
                    service(
                        &format!("{k} {}", "データベース-application ".repeat(4)),
                        3,
                        f64::from(s * k),
                        1.0,
                        causes,
                    )
                })
                .collect();
            strategy(&format!("{s} {}", "host-cluster+guest-failover ".repeat(3)), &["nlb"], 10, services)
        })
        .collect();
    summary(&"A very long title ".repeat(12), strategies, 0.1)
}
