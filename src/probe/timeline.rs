//! Everything that happened, in order, for `trace` and for golden cases.

use crate::engine::{Span, Time};
use crate::model::{Cause, DomainId, HostId, Model, OpenWork, VmId, WaitReason};
use crate::sim::{Observer, Signal};

/// One line of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Time,
    pub signal: Signal,
}

/// What a migration was like: how long it took, and how much of that the guest stood still; complete rounds of its copy, and
/// bytes sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub lasted: Span,
    pub blackout: Span,
    pub rounds: u32,
    pub sent: u64,
}

/// Keeps every signal.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    pub entries: Vec<Entry>,
}

impl Observer for Timeline {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.entries.push(Entry { at: now, signal });
    }
}

/// The word for a site, or for a rack.
fn of_domain(model: &Model, domain: DomainId, [site, rack]: [&'static str; 2]) -> &'static str {
    if model.domains[domain.index()].cause == Cause::SiteOutage { site } else { rack }
}

fn network_name(model: &Model, network: crate::model::NetworkId) -> &str {
    &model.networks[network.index()].name
}

fn name_of(model: &Model, domain: DomainId) -> &str {
    &model.domains[domain.index()].name
}

impl Entry {
    /// The signal's word in a timeline.
    #[must_use]
    pub fn word(&self, model: &Model) -> &'static str {
        match self.signal {
            Signal::DomainDown { domain } => of_domain(model, domain, ["site-down", "rack-down"]),
            Signal::DomainUp { domain } => of_domain(model, domain, ["site-up", "rack-up"]),
            Signal::StorageDown { .. } => "storage-down",
            Signal::StorageUp { .. } => "storage-up",
            Signal::StorageSwitched { .. } => "storage-switched",
            Signal::MirrorEqual { .. } => "mirror-equal",
            Signal::MirrorBehind { .. } => "mirror-behind",
            Signal::DisksSwitching { .. } => "disks-switching",
            Signal::WritesLost { .. } => "writes-lost",
            Signal::SessionsLost { .. } => "sessions-lost",
            Signal::ControllerDown { .. } => "controller-down",
            Signal::ControllerUp { .. } => "controller-up",
            Signal::NetworkDown { .. } => "network-down",
            Signal::NetworkUp { .. } => "network-up",
            Signal::LinkDown { .. } => "link-down",
            Signal::LinkUp { .. } => "link-up",
            Signal::AgentDown { .. } => "agent-down",
            Signal::AgentUp { .. } => "agent-up",
            Signal::ManagerDown { .. } => "manager-down",
            Signal::ManagerUp { .. } => "manager-up",
            Signal::WitnessDown { .. } => "witness-down",
            Signal::WitnessUp { .. } => "witness-up",
            Signal::HostDown { .. } => "host-down",
            Signal::HostUp { .. } => "host-up",
            Signal::HostIsolated { .. } => "host-isolated",
            Signal::HostDeclaredFailed { .. } => "host-declared-failed",
            Signal::HostUndeclared { .. } => "host-undeclared",
            Signal::VmsLeftOn { .. } => "vms-left-on",
            Signal::ShutdownBegun { .. } => "shutdown-begun",
            Signal::ShutdownEnded { .. } => "shutdown-ended",
            Signal::ShutdownCutShort { .. } => "shutdown-cut-short",
            Signal::VmsPaused { .. } => "vms-paused",
            Signal::VmsResumed { .. } => "vms-resumed",
            Signal::HostFenced { .. } => "host-fenced",
            Signal::HostQuarantined { .. } => "host-quarantined",
            Signal::HostReadmitted { .. } => "host-readmitted",
            Signal::StaleCopy { .. } => "stale-copy",
            Signal::StaleCopyGone { .. } => "stale-copy-gone",
            Signal::QuorumLost { .. } => "quorum-lost",
            Signal::QuorumRegained { .. } => "quorum-regained",
            Signal::QuorumForced { .. } => "quorum-forced",
            Signal::PrimaryElected { .. } => "primary-elected",
            Signal::MaintenanceBegun { .. } | Signal::MaintenanceEnded { .. } => self.work(),
            Signal::WorkGivenUp { .. } | Signal::EvacuationGivenUp { .. } => self.work(),
            Signal::PatchBegun { .. } | Signal::PatchEnded { .. } | Signal::Drains { .. } => self.work(),
            Signal::EvacuationBegun { .. } => self.migration(),
            Signal::MigrationStarted { .. } | Signal::MigrationSwitched { .. } => self.migration(),
            Signal::MigrationDone { .. } | Signal::MigrationAborted { .. } => self.migration(),
            Signal::VmDown { .. } => "vm-down",
            Signal::VmUp { .. } => "vm-up",
            Signal::VmReset { .. } => "vm-reset",
            Signal::RestartOrdered { .. } => "restart-ordered",
            Signal::RestartQueued { .. } => "restart-queued",
            Signal::RestartFailed { .. } => "restart-failed",
            Signal::RestartWaiting { .. } => "restart-waiting",
            Signal::DisksAwaited { .. } => "disks-awaited",
            Signal::VmStays { .. } => "vm-stays",
            Signal::PersonFindsNoHost { .. } => "person-finds-no-host",
            Signal::AppDown { .. } => "app-down",
            Signal::AppUp { .. } => "app-up",
            Signal::AppRestarting { .. } => "app-restarting",
            Signal::GroupQuorumLost { .. } | Signal::GroupQuorumRegained { .. } => self.failover(),
            Signal::GroupWitnessDown { .. } | Signal::GroupWitnessUp { .. } => self.failover(),
            Signal::FailoverGivenUp { .. }
            | Signal::FailoverFailed { .. }
            | Signal::FailbackBegun { .. }
            | Signal::FailoverStarted { .. }
            | Signal::FailoverDone { .. } => self.failover(),
            Signal::VmPaused { .. } | Signal::VmGoesOn { .. } => self.migration(),
            Signal::NodeOutvoted { .. } | Signal::Converged { .. } | Signal::Parted { .. } => self.failover(),
            Signal::HostOverloaded { .. } | Signal::HostRelieved { .. } | Signal::Starved { .. } => {
                self.cores()
            }
            Signal::ServiceDown { .. } => "service-down",
            Signal::ServiceDegraded { .. } => "service-degraded",
            Signal::ServiceUp { .. } => "service-up",
        }
    }

    /// The word of what becomes of a host's cores.
    fn cores(&self) -> &'static str {
        match self.signal {
            Signal::HostOverloaded { .. } => "host-overloaded",
            Signal::HostRelieved { .. } => "host-relieved",
            Signal::Starved { lacks_ppb: 0, .. } => "cores-enough",
            _ => "cores-short",
        }
    }

    /// The word of planned work on a host or a guest.
    fn work(&self) -> &'static str {
        match self.signal {
            Signal::MaintenanceBegun { .. } => "maintenance-begun",
            Signal::MaintenanceEnded { .. } => "maintenance-ended",
            Signal::PatchBegun { .. } => "patch-begun",
            Signal::PatchEnded { .. } => "patch-ended",
            Signal::EvacuationGivenUp { .. } => "evacuation-given-up",
            Signal::WorkGivenUp { .. } => "work-given-up",
            Signal::Drains { broken_off: true, .. } => "drain-broken-off",
            _ => "drain-begun",
        }
    }

    /// The word of what a group does, and of its votes.
    fn failover(&self) -> &'static str {
        match self.signal {
            Signal::GroupQuorumLost { .. } => "group-quorum-lost",
            Signal::GroupQuorumRegained { .. } => "group-quorum-regained",
            Signal::GroupWitnessDown { .. } => "group-witness-down",
            Signal::GroupWitnessUp { .. } => "group-witness-up",
            Signal::NodeOutvoted { .. } => "node-outvoted",
            Signal::Converged { .. } => "converged",
            Signal::Parted { .. } => "parted",
            Signal::FailoverGivenUp { .. } => "failover-given-up",
            Signal::FailoverFailed { .. } => "failover-failed",
            Signal::FailbackBegun { .. } => "failback-begun",
            Signal::FailoverStarted { .. } => "failover-started",
            _ => "failover-done",
        }
    }

    /// The word of a move from host to host, and of standing still.
    fn migration(&self) -> &'static str {
        match self.signal {
            Signal::VmPaused { .. } => "vm-paused",
            Signal::VmGoesOn { .. } => "vm-goes-on",
            Signal::MigrationStarted { .. } => "migration-started",
            Signal::MigrationSwitched { .. } => "migration-switched",
            Signal::MigrationDone { .. } => "migration-done",
            Signal::EvacuationBegun { .. } => "evacuation-begun",
            _ => "migration-aborted",
        }
    }

    /// The VM that it is about, if it is about one.
    fn subject_vm(&self) -> Option<VmId> {
        match self.signal {
            Signal::PatchBegun { vm }
            | Signal::PatchEnded { vm }
            | Signal::Drains { vm, .. }
            | Signal::VmDown { vm, .. }
            | Signal::VmUp { vm }
            | Signal::DisksSwitching { vm, .. }
            | Signal::WritesLost { vm, .. }
            | Signal::SessionsLost { vm, .. }
            | Signal::StaleCopy { vm, .. }
            | Signal::StaleCopyGone { vm, .. }
            | Signal::VmReset { vm }
            | Signal::VmPaused { vm }
            | Signal::VmGoesOn { vm }
            | Signal::RestartOrdered { vm, .. }
            | Signal::RestartQueued { vm, .. }
            | Signal::RestartFailed { vm, .. }
            | Signal::RestartWaiting { vm, .. }
            | Signal::DisksAwaited { vm }
            | Signal::VmStays { vm, .. }
            | Signal::PersonFindsNoHost { vm }
            | Signal::AppDown { vm, .. }
            | Signal::AppRestarting { vm }
            | Signal::AppUp { vm }
            | Signal::MigrationStarted { vm, .. }
            | Signal::MigrationSwitched { vm, .. }
            | Signal::MigrationDone { vm, .. }
            | Signal::MigrationAborted { vm, .. } => Some(vm),
            _ => None,
        }
    }

    /// The host that it is about, if it is about one.
    fn subject_host(&self) -> Option<HostId> {
        match self.signal {
            Signal::LinkDown { host, .. }
            | Signal::LinkUp { host, .. }
            | Signal::AgentDown { host }
            | Signal::AgentUp { host }
            | Signal::HostDown { host, .. }
            | Signal::HostUp { host }
            | Signal::HostIsolated { host }
            | Signal::HostDeclaredFailed { host, .. }
            | Signal::HostUndeclared { host }
            | Signal::VmsLeftOn { host, .. }
            | Signal::ShutdownBegun { host, .. }
            | Signal::ShutdownEnded { host, .. }
            | Signal::ShutdownCutShort { host, .. }
            | Signal::VmsPaused { host, .. }
            | Signal::VmsResumed { host, .. }
            | Signal::HostFenced { host }
            | Signal::HostQuarantined { host }
            | Signal::HostReadmitted { host }
            | Signal::EvacuationBegun { host }
            | Signal::EvacuationGivenUp { host }
            | Signal::WorkGivenUp { host }
            | Signal::MaintenanceBegun { host }
            | Signal::HostOverloaded { host, .. }
            | Signal::HostRelieved { host }
            | Signal::MaintenanceEnded { host } => Some(host),
            _ => None,
        }
    }

    /// The name of whom it is about.
    #[must_use]
    pub fn subject<'m>(&self, model: &'m Model) -> &'m str {
        if let Some(vm) = self.subject_vm() {
            return &model.vms[vm.index()].name;
        }
        if let Some(host) = self.subject_host() {
            return &model.hosts[host.index()].name;
        }
        match self.signal {
            Signal::DomainDown { domain } | Signal::DomainUp { domain } => name_of(model, domain),
            Signal::StorageDown { storage, .. }
            | Signal::StorageUp { storage }
            | Signal::StorageSwitched { storage, .. }
            | Signal::MirrorEqual { storage, .. }
            | Signal::MirrorBehind { storage, .. }
            | Signal::ControllerDown { storage }
            | Signal::ControllerUp { storage } => &model.storages[storage.index()].name,
            Signal::NetworkDown { network } | Signal::NetworkUp { network } => network_name(model, network),
            Signal::ManagerDown { cluster }
            | Signal::ManagerUp { cluster }
            | Signal::WitnessDown { cluster }
            | Signal::WitnessUp { cluster }
            | Signal::PrimaryElected { cluster, .. }
            | Signal::QuorumLost { cluster }
            | Signal::QuorumForced { cluster }
            | Signal::QuorumRegained { cluster } => &model.clusters[cluster.index()].name,
            Signal::GroupWitnessDown { service } | Signal::GroupWitnessUp { service } => {
                &model.services[service.index()].name
            }
            Signal::GroupQuorumLost { instance }
            | Signal::GroupQuorumRegained { instance }
            | Signal::FailoverGivenUp { instance }
            | Signal::FailoverFailed { instance }
            | Signal::FailbackBegun { instance, .. }
            | Signal::FailoverStarted { instance, .. }
            | Signal::FailoverDone { instance, .. }
            | Signal::NodeOutvoted { instance, .. }
            | Signal::Converged { instance, .. }
            | Signal::Parted { instance, .. }
            | Signal::Starved { instance, .. }
            | Signal::ServiceDown { instance, .. }
            | Signal::ServiceDegraded { instance, .. }
            | Signal::ServiceUp { instance } => &model.instances[instance.index()].name,
            other => unreachable!("{other:?} is about a VM or a host"),
        }
    }

    /// The host it names beside its subject.
    #[must_use]
    pub fn host<'m>(&self, model: &'m Model) -> Option<&'m str> {
        match self.signal {
            Signal::MirrorEqual { host, .. } | Signal::MirrorBehind { host, .. } => {
                host.map(|host| &*model.hosts[host.index()].name)
            }
            Signal::RestartOrdered { host, .. }
            | Signal::MigrationStarted { to: host, .. }
            | Signal::MigrationSwitched { host, .. }
            | Signal::MigrationDone { host, .. }
            | Signal::MigrationAborted { host, .. }
            | Signal::DisksSwitching { host, .. }
            | Signal::StaleCopy { host, .. }
            | Signal::StaleCopyGone { host, .. }
            | Signal::RestartQueued { host, .. }
            | Signal::RestartFailed { host, .. }
            | Signal::PrimaryElected { host, .. } => Some(&model.hosts[host.index()].name),
            Signal::HostDeclaredFailed { by, .. } => by.map(|host| &*model.hosts[host.index()].name),
            _ => None,
        }
    }

    /// The VM it names beside its subject.
    #[must_use]
    pub fn vm(&self) -> Option<VmId> {
        match self.signal {
            Signal::FailbackBegun { vm, .. }
            | Signal::NodeOutvoted { vm, .. }
            | Signal::FailoverStarted { vm, .. }
            | Signal::FailoverDone { vm, .. } => Some(vm),
            _ => None,
        }
    }

    /// The storage that serves instead of its subject, or the copy of it that falls behind.
    #[must_use]
    pub fn to<'m>(&self, model: &'m Model) -> Option<&'m str> {
        match self.signal {
            Signal::StorageSwitched { to, .. } | Signal::MirrorBehind { copy: to, .. } => {
                Some(&model.storages[to.index()].name)
            }
            _ => None,
        }
    }

    /// The time whose writes are lost.
    #[must_use]
    pub fn writes_lost(&self) -> Option<Span> {
        match self.signal {
            Signal::WritesLost { lost, .. } => Some(lost),
            _ => None,
        }
    }

    /// What clients have lost that they had under way.
    #[must_use]
    pub fn work_lost(&self) -> Option<OpenWork> {
        match self.signal {
            Signal::SessionsLost { lost, .. } => Some(lost),
            _ => None,
        }
    }

    /// What a migration that is over was like.
    #[must_use]
    pub fn moved(&self) -> Option<Moved> {
        match self.signal {
            Signal::MigrationDone { lasted, blackout, rounds, sent, .. } => {
                Some(Moved { lasted, blackout, rounds, sent })
            }
            _ => None,
        }
    }

    /// The cause it carries.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self.signal {
            Signal::HostDown { cause, .. }
            | Signal::StorageDown { cause, .. }
            | Signal::VmDown { cause, .. }
            | Signal::RestartOrdered { cause, .. }
            | Signal::RestartWaiting { cause, .. }
            | Signal::AppDown { cause, .. }
            | Signal::ServiceDown { cause, .. } => Some(cause.name()),
            _ => None,
        }
    }

    /// The fraction of the demand that is lost, on a degraded service; of the computing power that is lacking.
    #[must_use]
    pub fn lost(&self) -> Option<f64> {
        match self.signal {
            Signal::Starved { lacks_ppb: 0, .. } => None,
            Signal::HostOverloaded { lacks_ppb, .. } | Signal::Starved { lacks_ppb, .. } => {
                Some(f64::from(lacks_ppb) / 1e9)
            }
            Signal::ServiceDegraded { lost_ppb, .. } => Some(f64::from(lost_ppb) / 1e9),
            _ => None,
        }
    }

    /// What it waits for.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match self.signal {
            Signal::RestartWaiting { reason, .. } | Signal::VmStays { reason, .. } => Some(reason.word()),
            Signal::DisksAwaited { .. } => Some(WaitReason::Storage.word()),
            _ => None,
        }
    }

    /// How many VMs of a host it concerns.
    #[must_use]
    pub fn vms(&self) -> Option<u32> {
        match self.signal {
            Signal::VmsLeftOn { vms, .. }
            | Signal::ShutdownBegun { vms, .. }
            | Signal::ShutdownEnded { vms, .. }
            | Signal::ShutdownCutShort { vms, .. }
            | Signal::VmsPaused { vms, .. }
            | Signal::VmsResumed { vms, .. } => Some(vms),
            _ => None,
        }
    }

    /// The kind of traffic that a link carries.
    #[must_use]
    pub fn link(&self) -> Option<&'static str> {
        match self.signal {
            Signal::LinkDown { traffic, .. } | Signal::LinkUp { traffic, .. } => Some(traffic.word()),
            _ => None,
        }
    }

    /// How many members a balanced group has agreed on.
    #[must_use]
    pub fn members(&self) -> Option<u16> {
        match self.signal {
            Signal::Converged { members, .. } => Some(members),
            _ => None,
        }
    }

    /// Into how many parts a balanced group has fallen.
    #[must_use]
    pub fn parts(&self) -> Option<u16> {
        match self.signal {
            Signal::Parted { parts, .. } => Some(parts),
            _ => None,
        }
    }
}
