//! How a cluster moves VMs that run from host to host: by pre-copy in rounds, or by writing their memory down.

use super::{Balance, Delay};
use crate::engine::Span;

/// How the VMs of a cluster are moved, and how many at a time.
#[derive(Clone, Debug)]
pub struct MigrationRules {
    pub kind: MigrationKind,
    /// From the last byte to the first instruction on the other host.
    pub resume: Delay,
    /// So many at a time of one host, whether from it or to it; and so many where its link is slow.
    pub per_host: u32,
    pub per_slow_link: u32,
    /// So many at a time of the VMs on one storage.
    pub per_storage: u32,
    /// All processors of the cluster pass for the same (VMW-79, HYP-43).
    pub any_processor: bool,
    /// Whether VMs are moved away from hosts that are asked for too much.
    pub balance: Option<Balance>,
}

impl MigrationRules {
    /// Below this a link is slow, in bytes a second: 10 Gbit/s (VMW-74).
    const FAST_LINK: f64 = 1.25e9;

    /// How many at a time a host with such a link takes part in.
    #[must_use]
    pub fn limit(&self, bytes_per_s: f64) -> u32 {
        if bytes_per_s < MigrationRules::FAST_LINK {
            self.per_host.min(self.per_slow_link)
        } else {
            self.per_host
        }
    }
}

/// How memory gets from host to host.
#[derive(Clone, Debug)]
pub enum MigrationKind {
    /// It is copied while the guest runs on.
    Live(StopRule),
    /// The guest stands still while it is written to the disks, they move, and it is read again (HYP-37, HYP-38).
    Quick { disk_move: Delay },
}

/// When a pre-copy stops and the rest is sent while the guest stands still (`facts/statistics.md`, A4). Asked before the first
/// round, and after each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StopRule {
    /// What is left can be sent in so many seconds.
    pub blackout_goal_s: f64,
    /// What is left is fewer bytes than this.
    pub bytes_goal: f64,
    /// So many rounds have been made.
    pub rounds_max: u32,
    /// More has been sent than this, times the memory.
    pub sent_max: f64,
    /// One that has not come to an end after so many seconds is given up, and the guest stays where it is.
    pub timeout_s: f64,
    /// A guest that writes as fast as the link sends, or faster, is slowed to half of that (VMW-72).
    pub throttles: bool,
}

/// What a guest's memory does while it is copied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GuestMemory {
    pub bytes: f64,
    /// Bytes that it writes anew in a second, and how many of them at most are different ones.
    pub dirty_per_s: f64,
    pub working_set: f64,
}

/// What planned work does about the VMs on a host before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evacuation {
    /// How long it waits for those who find no other host, until the host's turn is given up.
    pub deadline: Span,
    /// They go home when the work is done.
    pub brings_back: bool,
    /// Those whom no host can take alive are shut down and started elsewhere (MTX-84).
    pub restarts: bool,
}
