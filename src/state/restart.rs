//! What a cluster knows of a VM that it restarts.

use super::{NOWHERE, State};
use crate::engine::Time;
use crate::model::{HostId, VmId, WaitReason};

/// How far a VM is with the copy of its disks that it is to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskSwitch {
    /// They are where it was, or have been made ready.
    Settled,
    /// It has a place where the other copy is, and waits for its turn.
    Due,
    /// The other copy is being made ready, or was when its host went down.
    Begun,
}

/// By VM; nobody's where the strategy clusters none.
#[derive(Clone, Copy, Debug)]
pub struct RestartState {
    /// Not before this instant; for a VM that waits for others, not after. For one that was lost, when that will be found,
    /// where it is with neither the first nor the last of its host's downs that nobody knows of yet.
    pub retry_at: Time,
    /// The last instant at which it could write: it stopped then, or lost its disks.
    pub wrote_until: Time,
    /// Where a copy of it that cannot write is still in memory, or [`NOWHERE`].
    pub stale_on: u32,
    /// The place where its clients find it; [`NOWHERE`] until it has changed it.
    pub known_at: u32,
    /// Attempts that came to nothing, counted up to 65,535, which is as good as without limit; and how often the cluster
    /// has given up.
    pub failed: u16,
    pub resumptions: u8,
    /// What it waits for, if it waits.
    pub waits: Option<WaitReason>,
    /// It has a place and waits for its turn to start there.
    pub queued: bool,
    /// Whether its disks are to be switched to the other copy before it starts.
    pub switch: DiskSwitch,
    /// The start under way will come to nothing.
    pub failing: bool,
    /// It has waited long enough for the services that it comes after.
    pub impatient: bool,
}

impl Default for RestartState {
    fn default() -> RestartState {
        RestartState {
            retry_at: Time::ZERO,
            wrote_until: Time::ZERO,
            stale_on: NOWHERE,
            known_at: NOWHERE,
            failed: 0,
            resumptions: 0,
            waits: None,
            queued: false,
            switch: DiskSwitch::Settled,
            failing: false,
            impatient: false,
        }
    }
}

/// What was found out about a service that others come after.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwaitedState {
    /// The instance, counted from the service's first, that was on its way back when somebody looked last.
    pub last_found: u32,
    /// The event at which none was; it holds until the event is over.
    pub nobody_at: u64,
}

/// What VM monitoring remembers of a guest.
#[derive(Clone, Copy, Debug, Default)]
pub struct MonitorState {
    pub started_at: Time,
    /// When the first of the resets that count happened, and how many do.
    pub window_began: Time,
    pub resets: u32,
}

impl State {
    /// Changes what a VM waits for; true where that is news.
    #[inline]
    pub fn wait_for(&mut self, vm: VmId, reason: Option<WaitReason>) -> bool {
        let row = &mut self.restarts[vm.index()];
        let before = std::mem::replace(&mut row.waits, reason);
        if before == reason {
            return false;
        }
        self.held += u32::from(reason == Some(WaitReason::Dependency));
        self.held -= u32::from(before == Some(WaitReason::Dependency));
        true
    }

    /// A VM waits on a host for its turn to start, or waits no longer.
    #[inline]
    pub fn queue(&mut self, vm: VmId, host: HostId, queued: bool) {
        let row = &mut self.restarts[vm.index()];
        if std::mem::replace(&mut row.queued, queued) != queued {
            let count = &mut self.hosts[host.index()].queued;
            *count = if queued { *count + 1 } else { *count - 1 };
        }
    }
}
