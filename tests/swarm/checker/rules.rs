//! The rules.

use ninefold::engine::Time;

/// What a log can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Signals come in order of time, before the end.
    TimeOrder,
    /// A host goes down when it is up, and comes up when it is not.
    HostAlternates,
    /// A host that goes down without power has a rack or site that is out; one that is up has none.
    HostPower,
    /// Racks, sites, storages and networks go down and up in turn.
    PartAlternates,
    /// Maintenance begins on a host that is up and ends when it is up again.
    MaintenancePairs,
    /// Nothing is faster than its laws allow: boots, starts, takeovers.
    NotTooFast,
    /// No storage gives those who boot from it more than its bandwidth (STO-18).
    Bandwidth,
    /// Guests boot and applications start in turn, on hosts that are up.
    GuestAlternates,
    /// Guests are patched by a plan, no more at a time than it may, never so that nobody else could serve, and for as long
    /// as its law says.
    Patching,
    /// A VM is moved from where it lives to a host of its cluster that can take it, no more at a time than each end may, and
    /// stands still for a part of that time at most.
    Migration,
    /// A guest that runs has a home, and its home is up.
    RunsOnUpHost,
    /// Only clustered VMs that lost their host are ordered to start, on a host of the cluster that is up.
    OrderLegal,
    /// Where a product remembers it, no VM is started where it failed before (GFC-09, OSS-09).
    RetryHost,
    /// No answer before the detection of the failure that lost the VM.
    OrderAfterDetection,
    /// Every lost VM is answered when its detection is over.
    OrderComes,
    /// Memory and cores are never exceeded.
    Room,
    /// No two VMs of an instance on one host.
    AntiAffinity,
    /// A VM is ordered only where it reaches its disks.
    DiskReach,
    /// The host with the most free memory is chosen, a spare one before all others.
    BestHost,
    /// A VM waits once, and until it is ordered.
    WaitingPairs,
    /// Nobody waits while a host could take him, and the first in rank comes first.
    WorkConservation,
    /// A failover group starts, and goes online, on one running node at a time.
    Failover,
    /// The converged members of a balanced group change by one and stay within the group.
    Converged,
    /// A service's condition changes at every signal about it.
    ServiceAlternates,
    /// A cause can happen in this model, and is seen at the instant it strikes.
    CauseSeen,
    /// What serves has an application that runs and is in reach, and enough of them.
    ServesForReason,
    /// An application that runs, is recovered and in reach serves.
    ServesWhenItCan,
    /// The probe's downtime, degraded time, lost service and outages are those of the log.
    Tally,
    /// Causes add up to the downtime.
    CauseSum,
    /// The probe's waiting time is that of the log.
    Waiting,
    /// A primary is elected among hosts that are up, and isolation happens to hosts that are up.
    Primary,
    /// Quorum is lost and found in turn, and nothing is restarted without it.
    Quorum,
    /// A VM that is started elsewhere has lost its disks where it was.
    OneWriter,
    /// A host is ordered nothing by those who do not hear it, and hosts that do not hear each other do not both start
    /// VMs where a quorum decides.
    Sides,
    /// Copies serve in turn; the other one takes over after the one in use is lost, and not where it is behind.
    Mirror,
    /// A copy takes over, or is equal again, when its time has come.
    MirrorSwitches,
    /// A copy falls behind when the other is written without it, once until both are equal again.
    MirrorBehind,
    /// Copies are equal again after they have been there, and joined, for long enough.
    MirrorEqual,
    /// What a host that is alone does to its VMs it does while it is up; a shutdown ends once, for no more VMs than began.
    Response,
    /// What is lost in a switch is what the copy was behind, neither more nor less.
    WritesLost,
    /// A balanced group is degraded while clients want more than its members carry, and from no other load.
    FollowsLoad,
    /// A VM gets what the cores of its host allow of what it wants, and no instance lacks anything for another reason.
    Demand,
    /// VMs are moved away from hosts of which too much is wanted, when their cluster looks.
    Balance,
    /// Clients lose what they had under way, once, when their application stops, their group moves, or they have waited.
    SessionsLost,
}

/// Where a log breaks a rule.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub rule: Rule,
    pub at: Time,
    pub what: String,
}
