//! A service, and its instances.

use super::{
    CrewId, Delay, Fault, GuestGroup, GuestMemory, InstanceId, IsolationResponse, Load, OpenWork, Ppm, Role,
    Room, ServiceId, VmId,
};
use crate::engine::{Span, Stream};

/// A service: what its instances have in common.
#[derive(Clone, Debug)]
pub struct Service {
    pub name: String,
    pub role: Role,
    /// Its instances are neighbours in the table.
    pub first_instance: InstanceId,
    pub instances: u32,
    /// 1 (last) to 5 (first).
    pub priority: u8,
    /// What a host that is alone does about its VMs, where that is not what its cluster says (VMW-35).
    pub isolation_response: Option<IsolationResponse>,
    pub host_cluster: bool,
    pub guest: Option<GuestGroup>,
    pub need: Room,
    /// What moving one of its VMs alive has to copy.
    pub memory: GuestMemory,
    pub disk_timeout: Span,
    /// Its guests reach their data by a card and an initiator of their own (GFC-04), and start from other disks: they
    /// survive without the data, for however long.
    pub has_initiator: bool,
    /// What is open and in flight on one instance, and how long a session outlives an interruption.
    pub work: OpenWork,
    pub session_timeout: Span,
    /// How its demand goes over the week, where it does not stay the same.
    pub load: Option<Load>,
    /// What each of its VMs wants of its host when clients want most, in thousandths of a core; and the most of its load.
    pub busy: u64,
    pub busiest: Ppm,
    /// Requests a second to one instance when clients want most; 0: nobody counts them.
    pub requests: f64,
    /// Bits a second that a VM of it reads and writes while it boots, where its storage has a bandwidth.
    pub boot_io: u64,
    pub way_back: WayBack,
    pub guest_crash: Option<Fault>,
    pub app_crash: Option<Fault>,
    pub app_hang: Option<Fault>,
    pub crew: Option<CrewId>,
    /// The services whose restart comes first, where the cluster heeds it; and whether others wait for this one.
    pub after: Vec<ServiceId>,
    pub is_awaited: bool,
    /// Some cluster looks after its guests.
    pub is_monitored: bool,
    /// Its clients may keep an old address where a VM of it comes up at another site (HYP-55).
    pub is_looked_up: bool,
    /// A VM of it comes and goes without anybody else having to act: no group listens, no crew has to choose whom
    /// to help first, nobody waits for it or boots more slowly because it does.
    pub is_alone: bool,
    /// For the interval of rare outages: the most that one incident adds to one replication's mean
    /// downtime (seconds) and outages per instance, 99.9th percentile of its length.
    pub incident: IncidentBound,
}

/// The steps of a VM's way back to serving.
#[derive(Clone, Debug)]
pub struct WayBack {
    pub power_on: Delay,
    pub boot: Delay,
    pub start: Delay,
    pub recover: Delay,
}

/// How large one incident can be, per instance of the service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IncidentBound {
    /// Seconds of downtime, spread over the service's instances.
    pub downtime_s: f64,
    /// Outages, spread over the service's instances.
    pub outages: f64,
    /// Whether anything random can touch the service at all.
    pub random: bool,
    /// The same of what is longer still, and so infrequent that it may not have been seen at all; and what all of that adds to the mean replication, about.
    pub seldom_s: f64,
    pub seldom_mean_s: f64,
    /// Seconds of writes lost, spread over the service's instances; 0 where none can be.
    pub recovery_point_s: f64,
}

/// One instance of a service.
#[derive(Clone, Debug)]
pub struct Instance {
    pub name: String,
    pub service: ServiceId,
    /// Its VMs are neighbours in the table.
    pub first_vm: VmId,
    pub vms: u32,
    /// A failover group's draws.
    pub detection: Stream,
    pub takeover: Stream,
}
