//! Parts: what can be out of service by itself and is repaired, besides hosts and VMs.

use super::{
    Cause, ClusterId, CrewId, DomainId, Fault, FaultStreams, HostId, NO_TIMER, NetworkId, ServiceId,
    StorageId, Traffic,
};

/// Something that has outages: random ones with a repair, scripted ones, or those of what feeds it.
#[derive(Clone, Debug)]
pub struct Part {
    pub kind: PartKind,
    /// Absent: only a script strikes it.
    pub fault: Option<Fault>,
    pub streams: FaultStreams,
    pub crew: Option<CrewId>,
    /// What an outage that it causes is booked on.
    pub cause: Cause,
    /// The timers of its failure and of its repair.
    pub timers: [u32; 2],
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// The power of a rack or a site.
    Domain(DomainId),
    Storage(StorageId),
    /// One of the controllers of a storage.
    Controller(StorageId),
    Network(NetworkId),
    /// A host's link for a kind of traffic, or one of several paths to its storage.
    Link(HostId, Traffic),
    /// The agent of the cluster on a host: the host itself and its VMs run on.
    Agent(HostId),
    /// The server that manages a cluster.
    Manager(ClusterId),
    /// The witness of a cluster, where it can fail by itself.
    Witness(ClusterId),
    /// The same of the failover groups of a service.
    GroupWitness(ServiceId),
}

impl PartKind {
    /// The host that it is a part of: its clock runs while the host does.
    #[must_use]
    pub const fn host(self) -> Option<HostId> {
        match self {
            PartKind::Link(host, _) | PartKind::Agent(host) => Some(host),
            _ => None,
        }
    }
}

impl Part {
    /// A part of a component, by its name and that of the fault.
    #[must_use]
    pub fn new(kind: PartKind, component: &str, fault_name: &str, cause: Cause) -> Part {
        let streams = FaultStreams::new(component, fault_name);
        Part { kind, fault: None, streams, crew: None, cause, timers: [NO_TIMER; 2] }
    }

    /// The same with a random fault and those who repair it.
    #[must_use]
    pub fn with(mut self, fault: Option<Fault>, crew: Option<CrewId>) -> Part {
        (self.fault, self.crew) = (fault, crew);
        self
    }
}
