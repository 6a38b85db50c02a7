//! What an experiment found: plain numbers, ready for any report. All quantities are per
//! service instance and per horizon, as in the contract.

use super::gate::GateSummary;
use crate::capacity::Survival;
use crate::engine::Span;

/// How an interval was made; a report says so beside the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t over the replications.
    StudentT,
    /// Few outages: the wider of t and the weighted-Poisson gamma interval with its heavy-tail allowance.
    WeightedPoisson,
    /// Each replication has something or has it not: the exact interval of a binomial share.
    Binomial,
    /// Outages too rare for the replications: weighted ones, in which they are likelier.
    ImportanceSampling,
    /// Nothing varied between replications: the ends are what so many can rule out.
    Bound,
    /// Nothing in the scenario that touches this number is random.
    Exact,
}

/// A mean over replications with its standard error and 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    pub se: f64,
    pub low: f64,
    pub high: f64,
    pub method: Method,
}

/// Order statistics of one instance's downtime in one replication (seconds).
#[derive(Clone, Debug, PartialEq)]
pub struct DowntimePercentiles {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
    /// 95 % intervals of the first three; no upper end where too few replications could have shown it.
    pub intervals: [(f64, Option<f64>); 3],
    /// The whole distribution for charts: (probability p, downtime in seconds not exceeded with
    /// probability p), p ascending, about 100 points, denser towards 1.
    pub quantiles: Vec<(f64, f64)>,
}

/// Lengths of single outages (seconds).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OutageLengths {
    pub mean: f64,
    pub p50: f64,
    pub p95: f64,
    pub max: f64,
}

/// One cause's part of a service's downtime; the causes of a service sum to its downtime exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseSummary {
    /// `host-crash`, `storage-outage`, `maintenance`, …
    pub cause: &'static str,
    /// Outages per instance and horizon that this cause began.
    pub outages: f64,
    /// Seconds of downtime per instance and horizon.
    pub downtime_s: f64,
}

/// One service under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceSummary {
    pub name: String,
    pub instances: u32,
    /// `"stateless"` or `"stateful"`.
    pub role: &'static str,
    /// What protects it, as in the scenario: `[]`, `["host-cluster"]`, `["host-cluster", "nlb"]`.
    pub protect: Vec<&'static str>,
    /// VMs that one instance takes under this strategy.
    pub vms_per_instance: u32,
    pub availability: Estimate,
    pub downtime_s: Estimate,
    pub downtime_percentiles: DowntimePercentiles,
    pub degraded_s: Estimate,
    pub lost_s: Estimate,
    pub outages: Estimate,
    pub outage_s: OutageLengths,
    /// Writes that are lost for good when a copy that lags takes over, as seconds of writing.
    pub recovery_point_s: Estimate,
    /// The most at once.
    pub recovery_point_max_s: f64,
    /// Sessions that were open, and transactions that were in flight, where the service says how many it has.
    pub sessions_lost: Option<Estimate>,
    pub transactions_lost: Option<Estimate>,
    /// Requests that nobody answered, where the service says how many come.
    pub requests_lost: Option<Estimate>,
    /// Time without a second VM to fall back on, of a group.
    pub unprotected_s: Option<Estimate>,
    /// VMs moved alive, where the strategy moves any.
    pub migrations: Option<MigrationSummary>,
    /// Time in which it got less computing power than it wanted, where it says how much that is.
    pub overload_s: Option<Estimate>,
    pub causes: Vec<CauseSummary>,
    /// How many more VMs of its size would fit, where no others come.
    pub more_vms: u32,
}

/// Live migrations of a service: how many an instance, how long a VM stood still in each, and how long each took.
#[derive(Clone, Debug, PartialEq)]
pub struct MigrationSummary {
    pub count: Estimate,
    pub blackout_s: OutageLengths,
    pub lasted_s: OutageLengths,
}

/// All services of a strategy together, weighted by their instances: the mean instance.
#[derive(Clone, Debug, PartialEq)]
pub struct TotalSummary {
    pub instances: u32,
    pub availability: Estimate,
    pub downtime_s: Estimate,
    pub lost_s: Estimate,
    pub outages: Estimate,
    pub recovery_point_s: Estimate,
    pub causes: Vec<CauseSummary>,
}

/// What a strategy takes of the datacenter.
#[derive(Clone, Debug, PartialEq)]
pub struct CapacitySummary {
    pub hosts: u32,
    pub vms: u32,
    /// VMs per host.
    pub consolidation: f64,
    /// Fractions of all hosts' memory: taken by VMs, kept free by admission control, neither of the two. With
    /// overcommitment they come to more than 1.
    pub memory_used: f64,
    pub memory_reserved: f64,
    pub memory_left: f64,
    /// Fraction of all hosts' physical cores that the VMs' virtual cores would fill (over 1 with overcommit).
    pub cores_used: f64,
    pub cores_reserved: f64,
    pub cores_left: f64,
    /// VM-seconds per horizon, whole datacenter: VMs that should run and wait for room.
    pub waiting_vm_s: Estimate,
    /// How many more VMs of the commonest size would fit, and that size.
    pub more_vms: u32,
    pub more_vms_memory_mib: u64,
    pub more_vms_cores: u64,
    /// How many of these leave N+1 as it is, and N+2; absent where no host is left to restart anything.
    pub more_vms_n1: Option<u32>,
    pub more_vms_n2: Option<u32>,
    /// Of each cluster that asks for headroom, how much of its room was free over the measured time.
    pub headroom: Vec<HeadroomSummary>,
    /// What happens when hosts are lost at the start; absent where no host cluster restarts anything.
    pub failures: Option<FailuresSummary>,
    /// What still serves when more and more hosts are lost at once.
    pub survivability: Vec<Survival>,
}

/// What of a cluster's room was free over the measured time, as parts of the room of all its hosts.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadroomSummary {
    pub cluster: String,
    /// What is asked for.
    pub headroom: f64,
    /// The part of the time in which less was free, of memory or of cores.
    pub below: Estimate,
    /// The part that was free, on average.
    pub memory_free: Estimate,
    pub cores_free: Estimate,
    /// The least that was free in any replication.
    pub memory_least: f64,
    pub cores_least: f64,
}

/// Every host, and every pair of hosts or some of them, lost at once from the start placement.
#[derive(Clone, Debug, PartialEq)]
pub struct FailuresSummary {
    pub one: LossesSummary,
    pub two: LossesSummary,
}

/// Cases of hosts lost at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossesSummary {
    pub cases: Vec<CaseSummary>,
    /// There were too many cases, and these were drawn.
    pub sampled: bool,
    /// Cases in which all VMs that the cluster protects restart.
    pub all_restart: u32,
    /// The case in which most wait; of equals the one that loses most.
    pub worst: Option<CaseSummary>,
}

/// Some hosts lost at once.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseSummary {
    pub hosts: Vec<String>,
    /// Too few votes are left.
    pub without_quorum: bool,
    /// VMs on them that the cluster protects.
    pub vms: u32,
    /// Those that find no host, by service, most first.
    pub waiting: Vec<(String, u32)>,
}

impl CaseSummary {
    /// How many wait, of all services.
    #[must_use]
    pub fn waiting_vms(&self) -> u32 {
        self.waiting.iter().map(|(_, vms)| vms).sum()
    }
}

/// How rare outages were looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RareMethod {
    ImportanceSampling,
    /// The same level by level, where its weights are too uneven otherwise.
    Splitting,
}

/// Importance sampling for services that are hardly ever down.
#[derive(Clone, Debug, PartialEq)]
pub struct RareSummary {
    pub method: RareMethod,
    /// Whose means come from it, and those of which it has not found out more than plain replications have.
    pub services: Vec<String>,
    pub in_vain: Vec<String>,
    /// How many replications were lived again: the first so many.
    pub replications: u32,
    /// Times in which something was out, in all of these, and ways that were tried for them.
    pub episodes: u64,
    pub branches: u64,
    /// Ways in which a service went down, and as many outages of one size as would know as much, of the service known worst.
    pub hits: u64,
    pub hits_effective: f64,
    /// The mean of all weights: about 1.
    pub weight_mean: f64,
    /// The part of the heaviest of all hits.
    pub weight_share_max: f64,
}

/// One strategy over all replications.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategySummary {
    pub name: String,
    pub services: Vec<ServiceSummary>,
    pub total: TotalSummary,
    pub capacity: CapacitySummary,
    /// The total's downtime after fewer replications, ascending; the last is that of all.
    pub convergence: Vec<RunningEstimate>,
    /// Replications that are worth looking at.
    pub extremes: Option<Extremes>,
    /// How rare outages were looked for, where they were.
    pub rare_events: Option<RareSummary>,
    /// What a year costs, where anything has a price.
    pub cost: Option<CostSummary>,
    /// What becomes of planned work on hosts, where it may be given up.
    pub turns: Option<TurnsSummary>,
}

/// What an estimate was after so many replications (seconds, as the estimate).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunningEstimate {
    pub replications: u32,
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// One replication, by its number, and its downtime of the mean instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneReplication {
    pub replication: u32,
    pub downtime_s: f64,
}

/// The replication with the most downtime of all services together, and the one in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    pub worst: OneReplication,
    pub typical: OneReplication,
}

/// Turns of hosts in planned work, all hosts together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnsSummary {
    /// In which the work was done.
    pub done: Estimate,
    /// That were given up: the host could not be emptied in time, or somebody on it could not be missed.
    pub given_up: Estimate,
}

/// What a year of 8,760 h of a strategy costs, whatever the horizon, in units of the scenario's currency.
#[derive(Clone, Debug, PartialEq)]
pub struct CostSummary {
    /// How figures name money; may be empty.
    pub currency: String,
    /// Hosts, and licences of clusters and VMs.
    pub hosts: f64,
    pub licences: f64,
    /// What is lost: service, writes, sessions, transactions.
    pub downtime: Estimate,
    pub total: Estimate,
    /// By service.
    pub services: Vec<ServiceCost>,
}

/// What a year of all instances of a service costs beside hosts and clusters, which it shares.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceCost {
    /// Licences of its VMs.
    pub licences: f64,
    pub downtime: Estimate,
    pub total: Estimate,
}

/// Two strategies over the same failure history.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// `None`: all services together.
    pub service: Option<String>,
    pub a: String,
    pub b: String,
    pub downtime_s_a_minus_b: Estimate,
    pub lost_s_a_minus_b: Estimate,
    /// The same with intervals that are right for all strategies at once: what the distances from the best stand on.
    pub downtime_s_simultaneous: Distance,
    pub lost_s_simultaneous: Distance,
    /// What a year of `a` costs more, of all services together and where anything has a price.
    pub cost_a_minus_b: Option<Estimate>,
    /// Correlation of the two strategies' downtime over the replications; `None` where one of them never varies.
    pub correlation: Option<f64>,
}

/// A mean with an interval that is one of several at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// How much more a strategy loses than the best of all others, right for all strategies at once with 95 %: where `high` is 0 it
/// is the best, where `low` is 0 it is not.
#[derive(Clone, Debug, PartialEq)]
pub struct BestSummary {
    /// `None`: all services together.
    pub service: Option<String>,
    pub strategy: String,
    pub downtime_s_minus_best: Distance,
    pub lost_s_minus_best: Distance,
}

#[cfg(test)]
impl Comparison {
    /// One of which nothing but these intervals matters.
    pub(super) fn simultaneous_only(a: &str, b: &str, distance: Distance) -> Comparison {
        let nothing = Estimate { mean: 0.0, se: 0.0, low: 0.0, high: 0.0, method: Method::Exact };
        Comparison {
            service: None,
            a: a.to_owned(),
            b: b.to_owned(),
            downtime_s_a_minus_b: nothing,
            lost_s_a_minus_b: nothing,
            downtime_s_simultaneous: distance,
            lost_s_simultaneous: distance,
            cost_a_minus_b: None,
            correlation: None,
        }
    }
}

/// One replication of one service, per instance (seconds; outages as a count per instance).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    pub downtime_s: f64,
    pub degraded_s: f64,
    pub lost_s: f64,
    pub outages: f64,
    pub recovery_point_s: f64,
}

/// How well a run was to know its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionSummary {
    /// Half of the interval in parts of the mean.
    pub within: f64,
    /// `"downtime"` or `"differences"`.
    pub of: &'static str,
    /// Whether it stopped because it did.
    pub is_reached: bool,
    /// It would have stopped after so many whatever it knew.
    pub replications_max: u32,
}

/// The answer of a whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub title: String,
    /// SHA-256 of the scenario as it was run (the file and every override), in hexadecimal.
    pub sha256: String,
    pub seed: u64,
    /// Replications asked for, and finished (fewer only after an interruption).
    pub replications_asked: u32,
    pub replications: u32,
    /// Somebody has stopped it when all replications were through, but not importance sampling, of which nothing is told then.
    pub rare_stopped: bool,
    /// When it was to stop, where that was said.
    pub precision: Option<PrecisionSummary>,
    pub horizon: Span,
    pub warmup: Span,
    pub ages: &'static str,
    /// Whether nothing fails by itself, but only by script.
    pub scripted: bool,
    pub strategies: Vec<StrategySummary>,
    /// Every pair of strategies, for each service and for all services together; of more than sixteen strategies
    /// only pairs with the one that loses least or with the one without protection.
    pub comparisons: Vec<Comparison>,
    /// Of more than two strategies, and at most sixteen: distances from the best, for each service and for all together.
    pub best: Vec<BestSummary>,
    /// What was found of the scenario's gates, of each service and strategy that they are asked of.
    pub gates: Vec<GateSummary>,
    /// The numbers of the replications that finished, ascending: 0, 1, 2, … unless interrupted.
    pub numbers: Vec<u32>,
    /// `rows[strategy][service][place in numbers]`, for `replications.csv`.
    pub rows: Vec<Vec<Vec<Row>>>,
}
