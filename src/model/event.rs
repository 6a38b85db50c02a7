//! The closed list of events. Each timer of a model carries one of them, for good.

use super::{
    ClusterId, HostId, InjectId, InstanceId, LocalMirrorId, MaintenanceId, PartId, PlaceId, StorageId, VmId,
};

/// What has happened when a timer runs out. Names are past facts; `…Stepped` means that the step
/// which the component was in is over (its state knows which).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A scripted fault strikes.
    FaultInjected(InjectId),
    /// A scripted outage of a part is over.
    InjectionEnded(InjectId),
    PartFailed(PartId),
    PartRepaired(PartId),
    /// A storage has moved to its other controller.
    ControllersSwitched(StorageId),
    /// Both copies of a mirrored storage are equal again.
    MirrorEqual(StorageId),
    /// Both copies of a host's disks are equal again.
    LocalMirrorEqual(LocalMirrorId),
    /// The other copy of a mirrored storage serves.
    MirrorSwitched(StorageId),
    /// A host has moved to another of its paths to the storage.
    PathsSwitched(HostId),
    /// A host's I/O goes through another host from now on.
    Redirected(HostId),
    HostCrashed(HostId),
    HostHung(HostId),
    /// A host's repair, maintenance or boot is over.
    HostStepped(HostId),
    /// A migration of a cluster has come to its next step.
    MigrationStepped(ClusterId),
    /// A round of maintenance is due.
    MaintenanceDue(MaintenanceId),
    /// A cluster's election of a primary is over, or the new primary has read what it protects; or it is time
    /// to count votes.
    ClusterStepped(ClusterId),
    /// The same of a side that does not hear the main one.
    SideStepped(ClusterId, PlaceId),
    /// A person has said that those who are there are the cluster.
    QuorumForced(ClusterId),
    /// A cluster looks again at the VMs that wait.
    RetryDue(ClusterId),
    /// A host finds that it is alone on the management network, or acts on that.
    HostIsolated(HostId),
    /// The VMs that an isolated host shuts down are off.
    ShutdownEnded(HostId),
    /// A cluster gives a silent host up.
    HostDeclaredFailed(HostId),
    /// A product resets a host whose agent does not answer.
    AgentGivenUp(HostId),
    /// The others take a silent host for dead, or try again to start what runs on it.
    HostAbandoned(HostId),
    /// A node has been in quarantine for long enough.
    QuarantineEnded(HostId),
    /// A failover group's detection or takeover is over; or members of a balanced group have found out who hears whom.
    GroupStepped(InstanceId),
    /// A node of a failover group is missed: votes are counted.
    GroupCounted(InstanceId),
    /// Clients of a balanced instance want more, or less, than its members can carry.
    LoadStepped(InstanceId),
    /// What the VMs of a host want together comes to be more, or less, than it has.
    DemandStepped(HostId),
    /// A cluster that balances looks at its hosts.
    BalanceDue(ClusterId),
    /// The first of a VM's own clocks is due.
    VmDue(VmId),
    /// Clients of a VM that is out of reach, or stands still, have waited for long enough.
    SessionsTimedOut(VmId),
}

/// What the clocks of a VM mean when they are due. Of clocks that are due at once the first in this list
/// comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmClock {
    /// A balanced member's window (noticed, or joined) is over.
    Member,
    /// The guest's disks have been silent for too long.
    Disk,
    /// The guest crashes.
    Guest,
    /// The step of the way back that the VM is in, or the wait for a person, is over; while the application is
    /// up, it fails. A VM is never in both, so one clock serves.
    Step,
}

impl VmClock {
    /// All of them, in order.
    pub const ALL: [VmClock; 4] = [VmClock::Member, VmClock::Disk, VmClock::Guest, VmClock::Step];
}

const _: () = assert!(std::mem::size_of::<Event>() <= 16, "events are small and copied freely");
