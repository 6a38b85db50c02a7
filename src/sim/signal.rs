//! Facts for observers. The simulation keeps no counters; whoever wants a number listens.

use crate::engine::{Span, Time};
use crate::model::{
    Cause, ClusterId, DomainId, HostId, InstanceId, NetworkId, OpenWork, ServiceId, StorageId, Traffic, VmId,
    WaitReason,
};

/// What has just become true. A signal carries all that an observer needs; none reads the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    DomainDown {
        domain: DomainId,
    },
    DomainUp {
        domain: DomainId,
    },
    StorageDown {
        storage: StorageId,
        cause: Cause,
    },
    StorageUp {
        storage: StorageId,
    },
    /// The other copy of a mirrored storage serves from now on.
    StorageSwitched {
        storage: StorageId,
        to: StorageId,
    },
    /// Both copies of a mirrored storage are equal again; of local disks, those of one host.
    MirrorEqual {
        storage: StorageId,
        host: Option<HostId>,
    },
    /// One copy of a mirrored storage misses what is written on the other from now on; of local disks, those of one host.
    MirrorBehind {
        storage: StorageId,
        copy: StorageId,
        host: Option<HostId>,
    },
    /// The other copy of a VM's disks is being made ready, on a host where the VM is to start.
    DisksSwitching {
        vm: VmId,
        host: HostId,
    },
    /// The copy that a VM goes on with lacks what was written last.
    WritesLost {
        vm: VmId,
        instance: InstanceId,
        lost: Span,
    },
    /// Clients of a VM have lost what they had under way.
    SessionsLost {
        vm: VmId,
        instance: InstanceId,
        lost: OpenWork,
    },
    /// One of several controllers has failed, or is repaired.
    ControllerDown {
        storage: StorageId,
    },
    ControllerUp {
        storage: StorageId,
    },
    NetworkDown {
        network: NetworkId,
    },
    NetworkUp {
        network: NetworkId,
    },
    /// A link of a host, or one of its paths to the storage, is cut, or mended.
    LinkDown {
        host: HostId,
        traffic: Traffic,
    },
    LinkUp {
        host: HostId,
        traffic: Traffic,
    },
    /// The cluster's agent on a host no longer answers, or does again.
    AgentDown {
        host: HostId,
    },
    AgentUp {
        host: HostId,
    },
    ManagerDown {
        cluster: ClusterId,
    },
    ManagerUp {
        cluster: ClusterId,
    },
    WitnessDown {
        cluster: ClusterId,
    },
    WitnessUp {
        cluster: ClusterId,
    },
    HostDown {
        host: HostId,
        cause: Cause,
    },
    HostUp {
        host: HostId,
    },
    HostIsolated {
        host: HostId,
    },
    /// Where the cluster has fallen into sides, `by` is a host of the one that gives it up.
    HostDeclaredFailed {
        host: HostId,
        by: Option<HostId>,
    },
    /// What it ran is down, and nobody is there to act.
    HostUndeclared {
        host: HostId,
    },
    /// An isolated host leaves VMs on that its cluster protects.
    VmsLeftOn {
        host: HostId,
        vms: u32,
    },
    /// It shuts VMs down; they are off, all of them or by force; or they crash while they shut down.
    ShutdownBegun {
        host: HostId,
        vms: u32,
    },
    ShutdownEnded {
        host: HostId,
        vms: u32,
        in_time: bool,
    },
    ShutdownCutShort {
        host: HostId,
        vms: u32,
    },
    /// It pauses VMs whose disks are shared blocks, or lets them go on.
    VmsPaused {
        host: HostId,
        vms: u32,
    },
    VmsResumed {
        host: HostId,
        vms: u32,
    },
    /// A host was reset because it was alone.
    HostFenced {
        host: HostId,
    },
    /// A node that keeps leaving is kept out of its cluster, or is let in again.
    HostQuarantined {
        host: HostId,
    },
    HostReadmitted {
        host: HostId,
    },
    /// A copy of a VM that was restarted elsewhere is still in the memory of a host, and cannot write; or it is gone.
    StaleCopy {
        vm: VmId,
        host: HostId,
    },
    StaleCopyGone {
        vm: VmId,
        host: HostId,
    },
    QuorumLost {
        cluster: ClusterId,
    },
    QuorumRegained {
        cluster: ClusterId,
    },
    /// A person says that those who are left are the cluster.
    QuorumForced {
        cluster: ClusterId,
    },
    PrimaryElected {
        cluster: ClusterId,
        host: HostId,
    },
    MaintenanceBegun {
        host: HostId,
    },
    MaintenanceEnded {
        host: HostId,
    },
    /// Planned work on a guest: it is shut down, or its group moves away from it first.
    PatchBegun {
        vm: VmId,
    },
    /// Planned work waits for a member's clients to finish, and nobody new is sent to it (NLB-15).
    Drains {
        vm: VmId,
        /// Not any more: nobody else serves, and it takes clients again.
        broken_off: bool,
    },
    /// It is done: the guest boots.
    PatchEnded {
        vm: VmId,
    },
    VmDown {
        vm: VmId,
        cause: Cause,
    },
    /// The guest's operating system has booted.
    VmUp {
        vm: VmId,
    },
    /// Its cluster resets it where it is.
    VmReset {
        vm: VmId,
    },
    RestartOrdered {
        vm: VmId,
        host: HostId,
        cause: Cause,
    },
    /// It has a place on a host and waits for its turn to start there.
    RestartQueued {
        vm: VmId,
        host: HostId,
    },
    /// An order to start it has come to nothing.
    RestartFailed {
        vm: VmId,
        host: HostId,
    },
    RestartWaiting {
        vm: VmId,
        cause: Cause,
        reason: WaitReason,
    },
    /// It would start, and its disks cannot be reached from its host.
    DisksAwaited {
        vm: VmId,
    },
    /// It has lost its disks, and its cluster finds no host for it: it stays where it is.
    VmStays {
        vm: VmId,
        reason: WaitReason,
    },
    /// A person would start it, and finds no host for it.
    PersonFindsNoHost {
        vm: VmId,
    },
    AppDown {
        vm: VmId,
        cause: Cause,
    },
    /// The application has started.
    AppUp {
        vm: VmId,
    },
    /// A failover group restarts a failed application where it is.
    AppRestarting {
        vm: VmId,
    },
    /// A failover group has not more than half of its votes together: it is offline everywhere.
    GroupQuorumLost {
        instance: InstanceId,
    },
    GroupQuorumRegained {
        instance: InstanceId,
    },
    /// The witness of a service's failover groups is out.
    GroupWitnessDown {
        service: ServiceId,
    },
    GroupWitnessUp {
        service: ServiceId,
    },
    /// A failover group has moved too often, and stays offline for a while.
    /// A takeover comes to nothing: a person has to bring the group online.
    FailoverFailed {
        instance: InstanceId,
    },
    FailoverGivenUp {
        instance: InstanceId,
    },
    /// A failover group goes back to its first node, as planned.
    FailbackBegun {
        instance: InstanceId,
        vm: VmId,
    },
    FailoverStarted {
        instance: InstanceId,
        vm: VmId,
    },
    FailoverDone {
        instance: InstanceId,
        vm: VmId,
    },
    /// A VM is held still, and goes on.
    VmPaused {
        vm: VmId,
    },
    VmGoesOn {
        vm: VmId,
    },
    /// A VM begins to be moved while it runs.
    MigrationStarted {
        vm: VmId,
        from: HostId,
        to: HostId,
    },
    /// It lives there from now on; it stands still, or has nothing in memory.
    MigrationSwitched {
        vm: VmId,
        host: HostId,
    },
    /// It goes on at the other host. The blackout is how long it stood still, of all the time that it took.
    MigrationDone {
        vm: VmId,
        instance: InstanceId,
        host: HostId,
        lasted: Span,
        blackout: Span,
        rounds: u32,
        sent: u64,
    },
    /// It will not come to that host.
    MigrationAborted {
        vm: VmId,
        host: HostId,
    },
    /// VMs leave a host for planned work; the host's turn is over before it was empty.
    EvacuationBegun {
        host: HostId,
    },
    EvacuationGivenUp {
        host: HostId,
    },
    /// A host has had its turn and was not worked on: somebody on it cannot be missed after all.
    WorkGivenUp {
        host: HostId,
    },
    /// A node finds that it is not with most votes, and stops the group that it owns.
    NodeOutvoted {
        instance: InstanceId,
        vm: VmId,
    },
    /// A balanced group has agreed on its members anew.
    Converged {
        instance: InstanceId,
        members: u16,
    },
    /// The members of a balanced group that hear each other have agreed on who they are: so many parts there are.
    Parted {
        instance: InstanceId,
        parts: u16,
    },
    /// The VMs of a host want more than it has: each lacks `lacks_ppb` billionths of what it wants; or all have enough again.
    HostOverloaded {
        host: HostId,
        lacks_ppb: u32,
    },
    HostRelieved {
        host: HostId,
    },
    /// An instance that serves gets less computing power than it wants, by so many billionths of that; 0: it has enough again.
    Starved {
        instance: InstanceId,
        lacks_ppb: u32,
    },
    ServiceDown {
        instance: InstanceId,
        cause: Cause,
    },
    /// Served in part: `lost_ppb` billionths of the demand are not.
    ServiceDegraded {
        instance: InstanceId,
        lost_ppb: u32,
    },
    ServiceUp {
        instance: InstanceId,
    },
}

/// Somebody who listens.
pub trait Observer {
    /// Whether it is content with the signals of each instance in order of time. Then VMs that concern nobody
    /// else are run through in one go, which is several times as fast. Otherwise all signals come in order.
    const ANY_ORDER: bool = false;

    /// Whether that goes for a service as well: who is content with any order may still have to follow some of them.
    #[inline]
    fn takes_any_order_of(&self, _service: ServiceId) -> bool {
        Self::ANY_ORDER
    }

    /// Hears a signal.
    fn observe(&mut self, now: Time, signal: Signal);
}

/// Nobody listens.
impl Observer for () {
    fn observe(&mut self, _now: Time, _signal: Signal) {}
}

/// Two listen.
impl<A: Observer, B: Observer> Observer for (A, B) {
    const ANY_ORDER: bool = A::ANY_ORDER && B::ANY_ORDER;

    #[inline]
    fn takes_any_order_of(&self, service: ServiceId) -> bool {
        self.0.takes_any_order_of(service) && self.1.takes_any_order_of(service)
    }

    // Inlined, a signal that nobody heeds costs nothing.
    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        self.0.observe(now, signal);
        self.1.observe(now, signal);
    }
}

impl<O: Observer> Observer for &mut O {
    const ANY_ORDER: bool = O::ANY_ORDER;

    #[inline]
    fn takes_any_order_of(&self, service: ServiceId) -> bool {
        (**self).takes_any_order_of(service)
    }

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        (**self).observe(now, signal);
    }
}
