//! The scenario as values: units, defaults and names resolved, nothing compiled yet.
//!
//! Components refer to each other by index into the lists of [`Spec`]; every list is in the order
//! of the file. A [`Spec`] exists only when no error was found, so that whoever takes one need not
//! doubt an index or a range.

use std::collections::BTreeMap;

use crate::engine::{Law, Span};
pub use crate::model::{
    Ages, IsolationResponse, MirrorFailover, Precision, PrecisionOf, Role, StorageKind, Traffic,
};
use crate::model::{Load, LossPrices, Money, Ppm};

pub use super::admission::{AdmissionPolicy, AdmissionSetting};
pub use super::gate::Gate;
use super::issue::{Issue, Mark};
use super::place::Sources;
pub use super::plans::{
    GuestLayer, Inject, InjectTarget, Maintenance, Protection, ProtectionSettings, Strategy, TakeoverSetting,
    VmFault,
};
pub use super::profiles::{Product, Value as SettingValue};
pub use super::replay::{Replay, Replayed};
use super::workload::Workload;

/// A whole scenario.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The texts, to say where things are.
    pub sources: Sources,
    /// One line; the file's name when the scenario gives none.
    pub title: String,
    /// What is run.
    pub run: Run,
    /// How money is called, and where that is written; absent: no `[cost]`.
    pub cost: Option<Cost>,
    /// Places that can lose power.
    pub sites: Vec<Site>,
    /// Racks.
    pub racks: Vec<Rack>,
    /// People who repair.
    pub crews: Vec<Crew>,
    /// Networks.
    pub networks: Vec<Network>,
    /// Arrays and filers.
    pub storages: Vec<Storage>,
    /// Groups of equal hosts.
    pub hosts: Vec<HostGroup>,
    /// Host clusters.
    pub clusters: Vec<Cluster>,
    /// How much clients want over the week.
    pub loads: Vec<WeeklyLoad>,
    /// Applications.
    pub services: Vec<Service>,
    /// What is compared.
    pub strategies: Vec<Strategy>,
    /// Planned work.
    pub maintenances: Vec<Maintenance>,
    /// Scripted faults, behind those that are written those of a history.
    pub injects: Vec<Inject>,
    /// The history that is replayed; absent: none is.
    pub replay: Option<Replay>,
    /// What a pipeline asks.
    pub gates: Vec<Gate>,
    /// The defaults that took the place of keys left out, in the order of reading.
    pub assumptions: Vec<Assumption>,
}

impl Spec {
    /// An issue found by a later stage at something of this scenario.
    #[must_use]
    pub fn issue(
        &self,
        code: &'static str,
        mark: Mark,
        path: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Issue {
        Issue::new(code, self.sources.place(mark), path, what, remedy)
    }
}

/// How much is simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Measured time of one replication. Default 1 y.
    pub horizon: Span,
    /// Where it is written; where it is not, the table.
    pub horizon_mark: Mark,
    /// Simulated before it, not measured. Default 0 s.
    pub warmup: Span,
    /// 1 to 10,000,000. Default 1,000.
    pub replications: u64,
    /// Default 1.
    pub seed: u64,
    /// Default stationary.
    pub ages: Ages,
    /// Whether services that are hardly ever down get a better estimate of that. Default auto.
    pub rare_events: bool,
    /// How well the answer is to be known before the run stops. Default: all replications are simulated.
    pub precision: Option<Precision>,
}

/// What is said of money in general.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Where it is written.
    pub mark: Mark,
    /// How figures name it. Default: they do not.
    pub currency: String,
}

/// Random faults of a component: time to failure, time to repair.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpec {
    /// In service, until the fault strikes (s). Its mean is above zero.
    pub ttf: Law,
    /// From the repair's start to its end (s).
    pub ttr: Law,
    /// Where it is written.
    pub mark: Mark,
}

/// A site.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Unique among sites.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// Power or access lost; absent: never.
    pub outage: Option<FaultSpec>,
    /// Who repairs; absent: somebody is always free.
    pub crew: Option<usize>,
}

/// A rack: power or top-of-rack switch.
#[derive(Clone, Debug, PartialEq)]
pub struct Rack {
    /// Unique among racks.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// Index of its site.
    pub site: Option<usize>,
    /// All its hosts go; absent: never.
    pub outage: Option<FaultSpec>,
    /// Who repairs; absent: somebody is always free.
    pub crew: Option<usize>,
}

/// People who repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Unique among crews.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// Repairs at the same time, at least 1.
    pub size: u32,
}

/// A network. Traffic that no network carries is perfect.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Unique among networks.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// What it carries, ascending, each once.
    pub carries: Vec<Traffic>,
    /// Index of the only site that it serves.
    pub site: Option<usize>,
    /// Indices of the sites between which it carries, two or more; empty: it is not of that kind.
    pub between: Vec<usize>,
    /// All of it fails; absent: never.
    pub outage: Option<FaultSpec>,
    /// Who repairs; absent: somebody is always free.
    pub crew: Option<usize>,
}

/// An array or filer.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// Unique among storages.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// How it is attached.
    pub kind: StorageKind,
    /// Index of its site.
    pub site: Option<usize>,
    /// All of it fails; absent: never.
    pub outage: Option<FaultSpec>,
    /// One of the controllers fails; absent: never.
    pub controller: Option<FaultSpec>,
    /// How many controllers it has. Default 2.
    pub controllers: u32,
    /// From a controller's failure until another has taken over (s). Default by kind (STO-07).
    pub controller_failover: Law,
    /// Its second copy; absent: there is none.
    pub mirror: Option<Mirror>,
    /// Bits per second that the VMs which boot from it share; of local disks, those in one host. Absent: no bound.
    pub bandwidth: Option<f64>,
    /// Who repairs; absent: somebody is always free.
    pub crew: Option<usize>,
}

/// The second copy of a storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Mirror {
    /// Where it is written.
    pub mark: Mark,
    /// Index of the storage that holds it.
    pub to: usize,
    /// Every write is on both before it is acknowledged. Default true.
    pub sync: bool,
    /// How far it lags behind where it is not (s).
    pub lag: Law,
    /// Who sees to it that it serves when the first is lost. Default: the arrays; of local disks the cluster.
    pub failover: MirrorFailover,
    /// Until a person has decided (s). Default 1 h.
    pub decision: Law,
    /// Until it serves (s). Default 10 to 60 s, by a cluster 10 to 120 s.
    pub switch: Law,
    /// Until a copy that was left behind is equal again (s). Default 1 h.
    pub resync: Law,
}

/// A group of equal hosts, named `NAME-1` to `NAME-count`.
#[derive(Clone, Debug, PartialEq)]
pub struct HostGroup {
    /// Unique among host groups.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// At least 1. Default 1.
    pub count: u32,
    /// Index of the site; absent: that of the rack, if it has one.
    pub site: Option<usize>,
    /// Indices of racks; host number n stands in rack (n - 1) modulo their number. May be empty.
    pub racks: Vec<usize>,
    /// Cores of one host.
    pub cores: u32,
    /// Memory of one host in bytes, at most 64 TiB.
    pub memory_bytes: u64,
    /// The processor's model; migration needs like ones. Absent: all are alike.
    pub cpu: Option<String>,
    /// Network cards; absent: enough.
    pub nics: Option<u32>,
    /// Indices of the storages that these hosts reach.
    pub storages: Vec<usize>,
    /// Bits per second of one migration; absent: not given.
    pub migration: Option<f64>,
    /// From power to up (s). Default 5 min.
    pub boot: Law,
    /// Absent: never.
    pub crash: Option<FaultSpec>,
    /// It stops where it is until somebody resets it; absent: never.
    pub hang: Option<FaultSpec>,
    /// The cluster's agent does not answer; absent: never.
    pub agent: Option<FaultSpec>,
    /// Paths to the storage, each with faults of `link.storage`. Default 1.
    pub storage_paths: u32,
    /// From the failure of one of several paths until another has taken over (s). Default 30 to 60 s.
    pub path_failover: Law,
    /// Faults of single links: by kind of traffic, each at most once.
    pub links: Vec<(Traffic, FaultSpec)>,
    /// Who repairs; absent: somebody is always free.
    pub crew: Option<usize>,
    /// What one of them costs a year; absent: nothing is said.
    pub price: Option<Money>,
}

/// A host group or one of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostRef {
    /// Index of the group.
    pub group: usize,
    /// The member's number, from 1; `None`: all of the group.
    pub member: Option<u32>,
    /// Where it is written.
    pub mark: Mark,
}

/// A host cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Unique among clusters.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// Its hosts; no host is in two clusters.
    pub hosts: Vec<HostRef>,
    /// The server that manages it fails; absent: never.
    pub manager: Option<FaultSpec>,
    /// What the cluster table says; [`Spec::cluster`] fills in strategy and defaults.
    pub settings: ClusterSettings,
}

/// Settings of a cluster as written, by its table or by a strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterSettings {
    /// Always given in a cluster's own table.
    pub product: Option<Product>,
    /// `custom` only: from the crash to the first restart order (s).
    pub detection: Option<Law>,
    /// Memory of VMs over memory of the host.
    pub memory_overcommit: Option<f64>,
    /// Cores of VMs over cores of the host.
    pub cpu_overcommit: Option<f64>,
    /// What is kept free for failures.
    pub admission: Option<AdmissionSetting>,
    /// Whether the limits of the product count.
    pub limits_enforced: Option<bool>,
    /// Settings of the product, by key.
    pub values: BTreeMap<&'static str, SettingValue>,
    /// Where a disk witness lies, or the pool's statefile: index of the storage.
    pub witness_storage: Option<usize>,
    /// Where a share or cloud witness stands: index of the site.
    pub witness_site: Option<usize>,
    /// The site that goes on where two sides are equal: its index.
    pub preferred_site: Option<usize>,
    /// The witness fails by itself.
    pub witness_outage: Option<FaultSpec>,
    /// Whether nothing is restarted while the manager is down.
    pub needs_manager: Option<bool>,
    /// The chance that an order to start a VM comes to nothing.
    pub start_failure: Option<f64>,
    /// What share of its room should stay free.
    pub headroom: Option<Ppm>,
    /// What its licence costs, for one host and year.
    pub licence: Option<Money>,
    /// The processor that all hosts show their guests, so that they move between different ones.
    pub cpu_baseline: Option<String>,
    /// Where each key stands that is written.
    pub marks: BTreeMap<&'static str, Mark>,
}

/// An application; its instances are named `NAME-1` to `NAME-instances`.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Unique among services.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// At least 1. Default 1.
    pub instances: u32,
    /// Default stateful.
    pub role: Role,
    /// What it is, where that is said.
    pub workload: Option<&'static Workload>,
    /// The VM of an instance, or each of them.
    pub vm: Vm,
    /// From the order to the guest's first instruction (s). Default 5 s.
    pub power_on: Law,
    /// The guest's operating system (s). Default lognormal, median 60 s, sigma 0.4.
    pub boot: Law,
    /// The application (s). Default 5 s stateless, 15 s stateful.
    pub start: Law,
    /// After an unclean stop (s). Default 0 s stateless, 30 s stateful.
    pub recover: Law,
    /// Absent: never.
    pub guest_crash: Option<FaultSpec>,
    /// Absent: never.
    pub app_crash: Option<FaultSpec>,
    /// Absent: never.
    pub app_hang: Option<FaultSpec>,
    /// Who repairs guests and applications; absent: somebody is always free.
    pub crew: Option<usize>,
    /// Indices of the services whose restart comes first.
    pub after: Vec<usize>,
    /// 1 (last) to 5 (first). Default 3, medium.
    pub priority: u8,
    /// What a host that is alone does about its VMs, and where that is written; absent: what their cluster says.
    pub isolation_response: Option<(IsolationResponse, Mark)>,
    /// What clients want of one instance. Default: the capacity of one member.
    pub demand: f64,
    /// What one member can serve, in the unit of `demand`. Default: all of the demand.
    pub capacity: f64,
    /// Index of how the demand goes over the week; absent: it is always the same.
    pub load: Option<usize>,
    /// Requests a second to one instance when clients want most. Default 0: they are not counted.
    pub requests: f64,
    /// Starting hosts of its VMs, in the order of the VMs' names; may be shorter than those.
    pub place: Vec<HostRef>,
    /// Sessions open on one instance, and transactions in flight on it at any instant. Default 0: they are not counted.
    pub sessions: u32,
    pub transactions: u32,
    /// How long a session outlives an interruption that loses no state. Default 20 s.
    pub session_timeout: Span,
    /// How long a session lasts on average; absent: nobody has to wait for any.
    pub session_length: Option<Span>,
    /// What its outages cost; absent: nothing is said.
    pub losses: Option<LossPrices>,
}

/// How much clients want over the week, in parts of the most.
#[derive(Clone, Debug, PartialEq)]
pub struct WeeklyLoad {
    /// Unique among loads.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// From an instant of the week on, which begins on Monday at 0:00: a part of the most. Ascending, the first at 0.
    pub steps: Vec<(Span, Ppm)>,
    /// Where they come from, where that is a file.
    pub column: Option<FileColumn>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileColumn {
    /// The file, as the scenario names it.
    pub file: String,
    /// What the column is called.
    pub column: String,
    /// How many values it has.
    pub rows: usize,
}

impl WeeklyLoad {
    /// The most that clients want, as a fraction of `demand`.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.fractions().map(|(fraction, _)| fraction).fold(0.0, f64::max)
    }

    /// What they want on average.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let week: f64 = self.fractions().map(|(_, seconds)| seconds).sum();
        self.fractions().map(|(fraction, seconds)| fraction * seconds).sum::<f64>() / week
    }

    /// How much of a week clients want more than a fraction (s).
    #[must_use]
    pub fn seconds_above(&self, most: f64) -> f64 {
        self.fractions().filter(|(fraction, _)| *fraction > most).map(|(_, seconds)| seconds).sum()
    }

    /// Steps as fractions of `demand`, and how long each lasts (s).
    fn fractions(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let ends = self.steps.iter().skip(1).map(|step| step.0).chain([Load::WEEK]);
        self.steps.iter().zip(ends).map(|((from, part), end)| {
            (f64::from(part.0) / f64::from(Ppm::ONE.0), end.as_secs_f64() - from.as_secs_f64())
        })
    }
}

/// The shape of a VM.
#[derive(Clone, Debug, PartialEq)]
pub struct Vm {
    /// Where it is written, and its sizes.
    pub mark: Mark,
    pub cores_mark: Mark,
    pub memory_mark: Mark,
    /// At least 1.
    pub cores: u32,
    /// Bytes, at most 64 TiB.
    pub memory_bytes: u64,
    /// Index of its storage; absent: it needs none that can fail.
    pub storage: Option<usize>,
    /// Those of the further nodes, or members, of an instance, round robin, where they have copies of their own.
    pub more_storages: Vec<usize>,
    /// Memory written anew while it runs, in bits per second. Default 10 MB/s.
    pub dirty_rate: f64,
    /// How many bytes of it at most are written again and again; absent: no bound.
    pub working_set: Option<u64>,
    /// The guest survives storage gone for this long. Default 60 s.
    pub disk_timeout: Span,
    /// What it reads and writes while it boots, in bits per second, where its storage has a bandwidth. Default 6 MB/s.
    pub boot_io: f64,
    /// Names of networks that its cards are on; absent: not given.
    pub nics: Vec<String>,
    /// The guest's edition, for advice; absent: not given.
    pub os_edition: Option<String>,
    /// What it wants of its host when clients want most, in thousandths of a core. Default 0: nobody counts it.
    pub busy: u64,
}

/// A default that took the place of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// The key's path.
    pub path: String,
    /// The value, as a scenario would write it.
    pub value: String,
    /// The fact it stands on, or "assumption".
    pub source: &'static str,
}
