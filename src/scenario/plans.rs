//! What a scenario plans: strategies, maintenance, scripted faults.

use std::collections::BTreeMap;

use crate::engine::{Law, Span};
use crate::model::{Affinity, Evacuation, Money};
pub use crate::model::{GuestLayer, VmFault};

use super::issue::Mark;
use super::profiles::GuestProfile;
use super::spec::{ClusterSettings, FaultSpec, HostRef, SettingValue, Traffic};

/// What is compared: how services are protected.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    /// Unique among strategies.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// What holds for every service; its `protect` is always given.
    pub base: ProtectionSettings,
    /// By index of the service, each at most once.
    pub services: Vec<(usize, ProtectionSettings)>,
    /// By index of the cluster, each at most once.
    pub clusters: Vec<(usize, ClusterSettings)>,
}

/// Protection as written, for all services of a strategy or for one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProtectionSettings {
    /// The layers.
    pub protect: Option<Protection>,
    /// VMs of a failover group, 2 to 16.
    pub nodes: Option<u32>,
    /// VMs of a balanced group, 2 to 32.
    pub members: Option<u32>,
    /// From a node's or member's failure to its being noticed (s).
    pub detection: Option<Law>,
    /// From there to the group being online elsewhere (s).
    pub takeover: Option<TakeoverSetting>,
    /// The chance that a takeover comes off, and what it takes a person to bring the group online where it does not (s).
    pub coverage: Option<f64>,
    pub manual_recovery: Option<Law>,
    /// From there to the rest having taken over the share (s).
    pub convergence: Option<Law>,
    /// Whether a balancer sees that a member's application has failed.
    pub application_aware: Option<bool>,
    /// How a balancer binds clients to members.
    pub affinity: Option<Affinity>,
    /// How long planned work waits for the clients of a member.
    pub drain: Option<Span>,
    /// What runs inside the guests.
    pub profile: Option<&'static GuestProfile>,
    /// Settings of it, by key.
    pub values: BTreeMap<&'static str, SettingValue>,
    /// From the return of the first node until the group goes back to it (s).
    pub failback: Option<Law>,
    /// Where a group's witness lies, or stands, and how it fails by itself.
    pub witness_storage: Option<usize>,
    pub witness_site: Option<usize>,
    pub witness_outage: Option<FaultSpec>,
    /// What one VM's licence costs a year.
    pub licence: Option<Money>,
    /// Where it is written, and where each key stands.
    pub mark: Mark,
    pub marks: BTreeMap<&'static str, Mark>,
}

/// What a takeover costs, as written.
#[derive(Clone, Debug, PartialEq)]
pub enum TakeoverSetting {
    /// All of it as one law (s).
    Whole(Law),
    /// Part by part; what is absent is as the profile and the service say.
    Parts {
        offline: Option<Law>,
        disk: Option<Law>,
        address: Option<Law>,
        start: Option<Law>,
        recover: Option<Law>,
    },
}

/// The layers that protect a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// The host cluster restarts its VMs.
    pub host_cluster: bool,
    /// Its VMs watch each other.
    pub guest: Option<GuestLayer>,
}

/// Planned work on hosts, or on the guests of services.
#[derive(Clone, Debug, PartialEq)]
pub struct Maintenance {
    /// Unique among maintenances.
    pub name: String,
    /// Where it is written.
    pub mark: Mark,
    /// The hosts, in the order in which they are worked on.
    pub hosts: Vec<HostRef>,
    /// The services whose guests are patched, in order; where there are any, there are no hosts.
    pub services: Vec<usize>,
    /// The first round, from the start of the measured horizon.
    pub first: Span,
    /// From one round to the next; absent: one round only.
    pub every: Option<Span>,
    /// The work on one host or guest (s), its boot not included.
    pub lasts: Law,
    /// Hosts, or guests, at the same time. Default 1.
    pub at_once: u32,
    /// What becomes of the VMs on a host whose cluster can move them.
    pub evacuation: Evacuation,
}

/// A scripted fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Inject {
    /// How many are written before it, those among them that could not be read included.
    pub number: usize,
    /// Where it is written.
    pub mark: Mark,
    /// From the start of the measured horizon.
    pub at: Span,
    /// What fails, and how.
    pub target: InjectTarget,
    /// How long the repair takes; absent: as the component's own fault says, else for good.
    pub lasts: Option<Span>,
    /// Whether it is one of a history that is replayed.
    pub is_replayed: bool,
}

/// What a scripted fault strikes. Numbers of members count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectTarget {
    /// `host esx-1 crash`
    HostCrash {
        /// Index of the host group.
        group: usize,
        /// Number of the host in it.
        member: u32,
    },
    /// `host esx-1 hang`
    HostHang {
        /// Index of the host group.
        group: usize,
        /// Number of the host in it.
        member: u32,
    },
    /// `host esx-1 agent`
    HostAgent {
        /// Index of the host group.
        group: usize,
        /// Number of the host in it.
        member: u32,
    },
    /// `host esx-1 link.management`
    HostLink {
        /// Index of the host group.
        group: usize,
        /// Number of the host in it.
        member: u32,
        /// Which link.
        link: Traffic,
    },
    /// `storage san outage`
    Storage(usize),
    /// `storage san controller`
    Controller(usize),
    /// `manager prod outage`
    Manager(usize),
    /// `witness prod outage`
    Witness(usize),
    /// `witness mail outage`, of the failover groups of a service.
    GroupWitness(usize),
    /// `network lan outage`
    Network(usize),
    /// `rack r1 outage`
    Rack(usize),
    /// `site east outage`
    Site(usize),
    /// `vm mail-1.2 app_crash`. A strategy under which no such VM exists leaves it out.
    Vm {
        /// Index of the service.
        service: usize,
        /// Number of the instance.
        instance: u32,
        /// Number of the VM in an instance that has several; `None`: the only one.
        member: Option<u32>,
        /// How it fails.
        fault: VmFault,
    },
}
