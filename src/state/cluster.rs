//! The changing row of a host cluster.

use crate::engine::{Time, Tournament, clone_in_place};
use crate::model::{Cause, HostId, VmId};

use super::Migration;

/// How far a cluster of the primary-and-secondaries family is with its primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrimaryPhase {
    /// Nobody can be primary.
    Absent,
    Electing,
    /// Elected, reading the list of protected VMs.
    TakingStock,
    Ready,
}

/// Who leads a side of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    pub primary: Option<HostId>,
    pub phase: PrimaryPhase,
}

impl Lead {
    pub const NOBODY: Lead = Lead { primary: None, phase: PrimaryPhase::Absent };
}

/// A host cluster.
#[derive(Debug)]
pub struct ClusterState {
    /// Its seats by free memory, most first; hosts that cannot take a VM are out.
    pub rooms: Tournament,
    /// VMs that wait to be restarted, by rank.
    pub waiting: Vec<VmId>,
    /// VMs that have lost their disks and for which no host with disks was found.
    pub seeking: Vec<VmId>,
    /// VMs that are being moved alive, in the order in which that began.
    pub migrations: Vec<Migration>,
    /// Hosts whose I/O goes through another host.
    pub redirecting: u32,
    /// Looks at those who wait that are under way, or were: which draw comes next.
    pub polls: u32,
    /// When the next look is due; [`Time::NEVER`] where none is.
    pub poll_at: Time,
    pub primary: Option<HostId>,
    pub primary_phase: PrimaryPhase,
    /// When an election on the main side ended without anybody who could be primary.
    pub absent_since: Time,
    /// By place: who leads the hosts there while they do not hear the main side. Empty where that cannot be.
    pub others: Vec<Lead>,
    /// Of a pool: the only host on the network, which loses against one that is alone like itself.
    pub deserted: Option<HostId>,
    /// More than half of the votes are with those who hear each other.
    pub quorate: bool,
    /// A person has said that those who are there are the cluster.
    pub forced: bool,
    pub forcings: u32,
    /// What the loss of quorum, if it comes to that, is booked on.
    pub doubt: Cause,
    /// The host that goes on by itself while none hears another.
    pub alone: Option<HostId>,
    /// When those who hear each other got quorum last, from nobody or from one that went on by itself.
    pub decides_since: Time,
    /// By place: the lowest place of the cluster whose hosts hear those there.
    pub sides: Vec<u32>,
    /// The side that decides, where a cluster has fallen into sides that do not hear each other.
    pub main: u32,
    pub is_split: bool,
    /// The side whose orders are being given, while they are, where several can give them.
    pub orders_from: Option<u32>,
}

clone_in_place!(ClusterState {
    rooms,
    waiting,
    seeking,
    migrations,
    redirecting,
    polls,
    poll_at,
    primary,
    primary_phase,
    absent_since,
    others,
    deserted,
    quorate,
    forced,
    forcings,
    doubt,
    alone,
    decides_since,
    sides,
    main,
    is_split,
    orders_from
});

impl ClusterState {
    /// The key of a seat in the tournament for room: most free memory wins, then the lower seat.
    #[inline]
    #[must_use]
    pub const fn key(free_memory_mib: u64) -> u64 {
        Tournament::OUT - 1 - free_memory_mib
    }
}
