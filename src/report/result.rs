//! The serde mirror of `result.json` (contract, section 4), and the one thing every table and
//! chart is made from: `run` fills it from a [`Summary`](crate::experiment::summary::Summary),
//! `chart` from an earlier file, and both then draw the same bytes.
//!
//! A number that does not exist (the standard error of a single replication) is `NaN` here and
//! `null` in the file; JSON knows neither `NaN` nor infinity.

use serde::{Deserialize, Serialize};

pub use super::assumptions::{AssumedDefault, DescriptionSection};
pub use super::baseline::Baseline;
pub use super::comparisons::{Best, Distance, ServiceComparison, TotalComparison};
pub use super::cost::{Cost, ServiceCost};
pub use super::gates::Gate;
pub use super::headroom::Headroom;
pub use super::json::ResultError;
use super::json::explain;
pub(super) use super::json::pretty;
pub use super::lengths::{Migrations, OutageLengths};
pub use super::lost::RecoveryPoint;
pub(super) use super::number;
pub use super::one_replication::OneReplication;
use super::possible;
pub use super::rare::{RareEvents, RareMethod};
pub use super::stopping::{PrecisionReached, StoppedBy};
pub use super::survivability::Survivability;
pub use super::turns::Turns;

/// The schema of `result.json` that this version writes and reads.
pub const SCHEMA: u32 = 1;

/// Everything a run found, as it is written to `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    /// Which scenario.
    pub scenario: ScenarioId,
    /// The seed of every stream.
    pub seed: u64,
    /// Replications finished.
    pub replications: u32,
    /// Replications asked for; more than finished only after an interruption.
    pub replications_asked: u32,
    /// When it was to stop, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<PrecisionReached>,
    /// What ended it before all replications were finished: `interrupt` or `time-limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StoppedBy>,
    /// Measured time of one replication.
    #[serde(serialize_with = "number::whole")]
    pub horizon_s: f64,
    /// Simulated before it, not measured.
    #[serde(serialize_with = "number::whole")]
    pub warmup_s: f64,
    /// Age of every component at the start: `stationary` or `new`.
    pub ages: String,
    /// Whether nothing fails by itself, but only by script.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scripted: bool,
    /// What was laid over the scenario, as `PATH=VALUE`, in this order.
    #[serde(default)]
    pub overrides: Vec<String>,
    /// The strategies that were asked for by name; none: all of the scenario.
    #[serde(default)]
    pub selection: Vec<String>,
    /// What is probably not meant.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the scenario became, in sections of lines as `check` prints them; left out where nobody asks for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub description: Vec<DescriptionSection>,
    /// Defaults that took the place of keys, each with what it stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<AssumedDefault>,
    /// In the scenario's order.
    pub strategies: Vec<Strategy>,
    /// Every pair of strategies, service by service; of more than sixteen strategies only pairs with the one that
    /// loses least or with the one without protection.
    pub comparisons: Vec<ServiceComparison>,
    /// The same pairs over all services together.
    pub total_comparisons: Vec<TotalComparison>,
    /// Of more than two strategies, and at most sixteen: how far each is from the best.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub best: Vec<Best>,
    /// What was found of the scenario's gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// What has become of each service since an earlier run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

/// An issue that did not prevent the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// A stable code, such as `W107`.
    pub code: String,
    /// The key it is about, such as `service.mail.place`.
    pub path: String,
    /// What is odd.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

/// Which scenario was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioId {
    /// Its title, one line.
    pub title: String,
    /// SHA-256 of the scenario as it was run, overrides included.
    pub sha256: String,
}

/// One strategy over all replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strategy {
    /// Its name in the scenario.
    pub name: String,
    /// In the scenario's order.
    pub services: Vec<Service>,
    /// All services together, weighted by their instances.
    pub total: Total,
    /// What it takes of the datacenter.
    pub capacity: Capacity,
    /// Downtime of all services together after fewer replications: how many, and the mean and the ends of its interval then. A
    /// sweep leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub convergence: Vec<(u32, f64, f64, f64)>,
    /// The replication with the most downtime of all services together, and the one in the middle; of equals the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_replication: Option<OneReplication>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical_replication: Option<OneReplication>,
    /// How rare outages were looked for; absent where crude replications say more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rare_events: Option<RareEvents>,
    /// What a year of it costs; absent where nothing has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What becomes of planned work on hosts; absent where none can be given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<Turns>,
}

/// One service under one strategy, per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its name in the scenario.
    pub name: String,
    /// How many of it there are.
    pub instances: u32,
    /// `stateless` or `stateful`.
    pub role: String,
    /// What protects it, as in the scenario.
    pub protect: Vec<String>,
    /// VMs that one instance takes under this strategy.
    pub vms_per_instance: u32,
    /// Fraction of the horizon.
    pub availability: Estimate,
    /// Seconds out of service, with their distribution.
    pub downtime_s: Downtime,
    /// Seconds served in part.
    pub degraded_s: Estimate,
    /// Seconds of full service lost: downtime, and the lost part of degraded time.
    pub lost_s: Estimate,
    /// Times out of service.
    pub outages: Estimate,
    /// Lengths of single outages.
    pub outage_s: OutageLengths,
    /// Seconds of writes lost when a copy that lags takes over.
    #[serde(default)]
    pub recovery_point_s: RecoveryPoint,
    /// Sessions that were open and are lost; absent where the service has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions_lost: Option<Estimate>,
    /// Transactions that were in flight and are lost; absent where the service has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transactions_lost: Option<Estimate>,
    /// Requests that nobody answered; absent where the service does not say how many come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_lost: Option<Estimate>,
    /// Seconds without a second VM to fall back on (GFC-33); absent where there is no layer inside the guests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unprotected_s: Option<Estimate>,
    /// VMs moved alive; absent where the strategy moves none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Migrations>,
    /// Seconds with less computing power than it wanted (MTX-107); absent where its VMs do not say how much they want.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overload_s: Option<Estimate>,
    /// They sum to the downtime.
    pub causes: Vec<Cause>,
    /// How many more VMs of its size fit, where no others come.
    #[serde(default)]
    pub more_vms: u32,
}

/// All services of a strategy together: the mean instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Total {
    /// Of all services.
    pub instances: u32,
    /// Fraction of the horizon.
    pub availability: Estimate,
    /// Seconds out of service.
    pub downtime_s: Estimate,
    /// Seconds of full service lost.
    pub lost_s: Estimate,
    /// Times out of service.
    pub outages: Estimate,
    /// Seconds of writes lost when a copy that lags takes over.
    #[serde(default = "Estimate::nothing")]
    pub recovery_point_s: Estimate,
    /// They sum to the downtime.
    pub causes: Vec<Cause>,
}

/// A mean over replications with its standard error and 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean over replications.
    #[serde(with = "number")]
    pub mean: f64,
    /// Its standard error.
    #[serde(with = "number")]
    pub se: f64,
    /// Lower end of the 95 % interval.
    #[serde(with = "number")]
    pub low: f64,
    /// Upper end of the 95 % interval.
    #[serde(with = "number")]
    pub high: f64,
    /// How the interval was made.
    pub method: Method,
}

impl Estimate {
    /// Of what cannot happen.
    #[must_use]
    pub const fn nothing() -> Estimate {
        Estimate { mean: 0.0, se: 0.0, low: 0.0, high: 0.0, method: Method::Exact }
    }
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Student's t over the replications.
    StudentT,
    /// Few outages: weighted-Poisson gamma interval.
    WeightedPoisson,
    /// Each replication has something or has it not: the exact interval of a binomial share.
    Binomial,
    /// Outages too rare for the replications: weighted ones, in which they are likelier.
    ImportanceSampling,
    /// Nothing varied between replications: the ends are what so many can rule out and `high` is a bound.
    Bound,
    /// Nothing random touches this number.
    Exact,
}

/// Downtime: its mean, and its distribution over instances and replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Downtime {
    /// The mean; its fields lie beside the percentiles in the file.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Half of all instances in all replications have at most this.
    #[serde(with = "number")]
    pub p50: f64,
    /// 95 % of them have at most this.
    #[serde(with = "number")]
    pub p95: f64,
    /// 99 % of them have at most this.
    #[serde(with = "number")]
    pub p99: f64,
    /// The worst of them.
    #[serde(with = "number")]
    pub max: f64,
    /// 95 % intervals of the percentiles, with the replication as the unit; no upper end where too few replications could have
    /// shown it.
    #[serde(default)]
    pub p50_interval: (f64, Option<f64>),
    #[serde(default)]
    pub p95_interval: (f64, Option<f64>),
    #[serde(default)]
    pub p99_interval: (f64, Option<f64>),
    /// (probability, seconds not exceeded with that probability), ascending; a sweep leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<(f64, f64)>,
}

/// One cause's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// `host-crash`, `storage-outage`, `maintenance`, …
    pub cause: String,
    /// Outages that it began.
    #[serde(with = "number")]
    pub outages: f64,
    /// Seconds of downtime.
    #[serde(with = "number")]
    pub downtime_s: f64,
}

/// What a strategy takes of the datacenter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// Hosts of the scenario.
    pub hosts: u32,
    /// VMs that this strategy needs.
    pub vms: u32,
    /// VMs per host.
    #[serde(with = "number")]
    pub consolidation: f64,
    /// Fraction of all hosts' memory that the VMs use.
    #[serde(with = "number")]
    pub memory_used: f64,
    /// Fraction of all hosts' memory that admission control keeps free.
    #[serde(with = "number")]
    pub memory_reserved: f64,
    /// Fraction of all hosts' memory that is neither used nor kept free.
    #[serde(with = "number", default)]
    pub memory_left: f64,
    /// Fraction of all hosts' cores that the virtual cores would fill.
    #[serde(with = "number")]
    pub cores_used: f64,
    /// The same for what admission control keeps free.
    #[serde(with = "number", default)]
    pub cores_reserved: f64,
    /// The same for what is left, overcommitment included.
    #[serde(with = "number", default)]
    pub cores_left: f64,
    /// VM-seconds of waiting for room, whole datacenter.
    pub waiting_vm_s: Estimate,
    /// How many more VMs of the commonest size fit.
    #[serde(default)]
    pub more_vms: u32,
    /// That size.
    #[serde(default)]
    pub more_vms_memory_mib: u64,
    /// That size.
    #[serde(default)]
    pub more_vms_cores: u64,
    /// How many of these can be there so that all VMs still restart whichever host is lost; `null` where none is left.
    #[serde(default)]
    pub more_vms_n1: Option<u32>,
    /// The same, whichever two hosts are lost.
    #[serde(default)]
    pub more_vms_n2: Option<u32>,
    /// What was free over time, of each cluster that asks for headroom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headroom: Vec<Headroom>,
    /// What happens when hosts are lost; `null` where no host cluster restarts anything.
    #[serde(default)]
    pub failures: Option<Failures>,
    /// What still serves when more and more hosts are lost at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivability: Vec<Survivability>,
}

/// Hosts lost at once from the start placement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    /// Each host.
    pub one: Losses,
    /// Each pair of hosts.
    pub two: Losses,
}

/// Cases of hosts lost at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// How many.
    pub cases: u32,
    /// In how many all VMs that the cluster protects restart.
    pub all_restart: u32,
    /// Whether these are only some of the cases that there are, drawn by the seed.
    pub sampled: bool,
    /// The case in which most VMs wait.
    pub worst: WorstLoss,
}

/// Hosts, and what waits when they are lost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorstLoss {
    /// Their names; none where there is no case.
    pub hosts: Vec<String>,
    /// Too few votes are left without them, so that those who live stop what they run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_quorum: bool,
    /// VMs that find no host.
    pub waiting_vms: u32,
    /// By service, most first.
    pub waiting: Vec<WaitingVms>,
}

/// VMs of one service that find no host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingVms {
    /// The service's name.
    pub service: String,
    /// How many.
    pub vms: u32,
}

/// Only what tells a result from any other JSON.
#[derive(Deserialize)]
struct Head {
    schema: Option<u64>,
}

impl RunResult {
    /// Reads `result.json`.
    ///
    /// # Errors
    /// Says in words what is wrong with the text, and where.
    pub fn from_json(text: &str) -> Result<RunResult, ResultError> {
        let head: Head = serde_json::from_str(text).map_err(|error| explain(&error))?;
        match head.schema {
            Some(schema) if schema == u64::from(SCHEMA) => {}
            Some(schema) => {
                return Err(ResultError(format!(
                    "this result has schema {schema} and this version of ninefold reads schema {SCHEMA}; \
                     run the scenario again, or draw it with the version that wrote it"
                )));
            }
            None => {
                return Err(ResultError(
                    "this is JSON but not a result of ninefold: it has no `schema`; \
                     a result is written by `ninefold run` as results/<scenario>/result.json"
                        .to_owned(),
                ));
            }
        }
        let fields: serde_json::Value = serde_json::from_str(text).map_err(|error| explain(&error))?;
        if let Some(objection) = possible::objection(&fields) {
            let remedy = "the file was changed; run the scenario again";
            return Err(ResultError(format!("{objection}: {remedy}")));
        }
        drop(fields);
        let result: RunResult = serde_json::from_str(text).map_err(|error| explain(&error))?;
        if result.horizon_s > 0.0 {
            Ok(result)
        } else {
            Err(ResultError(format!("`horizon_s` must be above 0, and is {}", result.horizon_s)))
        }
    }

    /// Writes `result.json`: indented, every float as the shortest text that reads back the same.
    ///
    /// # Errors
    /// None that this type can cause; the serialiser's own are passed on.
    pub fn to_json(&self) -> Result<String, ResultError> {
        pretty(self)
    }
}
