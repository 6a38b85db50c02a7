//! VMs that are being moved while they run, and where those belong that planned work has sent away.

use crate::engine::Time;
use crate::model::{HostId, Model, VmId};

use super::{NOWHERE, PreCopy, State};

/// A VM that is being moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Migration {
    pub vm: VmId,
    pub from: HostId,
    pub to: HostId,
    pub step: MigrationStep,
    pub since: Time,
    /// Since when it has been held still; [`Time::NEVER`] before.
    pub still_since: Time,
    /// What it gets of the links, in bytes a second, and until when that has been accounted for.
    pub rate: f64,
    pub followed: Time,
    /// When its step is over, if nothing changes.
    pub due: Time,
    /// Its memory can be neither written nor read: the disks are out of reach.
    pub waits: bool,
    /// Rounds made, and bytes sent.
    pub rounds: u32,
    pub sent: f64,
}

/// How far a migration is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MigrationStep {
    /// Its memory is copied while it runs.
    Copy(PreCopy),
    /// It stands still, and the rest is sent: so many bytes.
    Send(f64),
    /// Its memory is written to the disks, they move, and it is read again.
    Save(f64),
    Disks,
    Restore(f64),
    /// It is about to go on at the other host.
    Resume,
}

impl Migration {
    /// The hosts whose links its bytes take; `None` where none pass. Disks are no host: what is written leaves by one's own
    /// link, and what is read comes in by it.
    #[must_use]
    pub fn way(&self) -> Option<(HostId, HostId)> {
        match self.step {
            MigrationStep::Copy(_) | MigrationStep::Send(_) => Some((self.from, self.to)),
            MigrationStep::Save(_) => Some((self.from, self.from)),
            MigrationStep::Restore(_) => Some((self.to, self.to)),
            MigrationStep::Disks | MigrationStep::Resume => None,
        }
    }

    /// Whether room is kept for it where it goes: it does not live there yet.
    #[must_use]
    pub fn holds_room(&self) -> bool {
        self.from != self.to && !self.step.is_over_there()
    }
}

impl MigrationStep {
    /// The bytes that still have to pass in this step; `None` where none do, or where more come as they pass.
    #[must_use]
    pub fn left(&self) -> Option<f64> {
        match *self {
            MigrationStep::Send(left) | MigrationStep::Save(left) | MigrationStep::Restore(left) => {
                Some(left)
            }
            MigrationStep::Copy(_) | MigrationStep::Disks | MigrationStep::Resume => None,
        }
    }

    /// Whether its memory goes to the disks or comes from there.
    #[must_use]
    pub const fn needs_disks(&self) -> bool {
        matches!(self, MigrationStep::Save(_) | MigrationStep::Restore(_))
    }

    /// Whether it lives on the other host already.
    #[must_use]
    pub const fn is_over_there(&self) -> bool {
        matches!(self, MigrationStep::Restore(_) | MigrationStep::Resume)
    }
}

/// What migrations have done to a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveState {
    /// Where it is being moved to; [`NOWHERE`]: it is not.
    pub to: u32,
    /// The host that it has left for planned work on it, and the next that has; [`NOWHERE`].
    pub home: u32,
    pub next_evacuee: u32,
    /// Migrations begun so far: which draws come next.
    pub count: u32,
    /// Since it could not be moved in time it is not tried again before.
    pub not_before: Time,
}

impl Default for MoveState {
    fn default() -> MoveState {
        MoveState { to: NOWHERE, home: NOWHERE, next_evacuee: NOWHERE, count: 0, not_before: Time::ZERO }
    }
}

impl State {
    /// Whether a VM is being moved.
    #[inline]
    #[must_use]
    pub fn is_moving(&self, vm: VmId) -> bool {
        self.moves.get(vm.index()).is_some_and(|row| row.to != NOWHERE)
    }

    /// Keeps room on a host for a VM that is on its way there.
    pub fn hold_room(&mut self, model: &Model, vm: VmId, host: HostId) {
        let need = model.service_of(vm).need;
        let row = &mut self.hosts[host.index()];
        row.held.memory_mib += need.memory_mib;
        row.held.cores += need.cores;
        self.resize_room(model, host);
    }

    /// It is there, or will not come.
    pub fn release_room(&mut self, model: &Model, vm: VmId, host: HostId) {
        let need = model.service_of(vm).need;
        let row = &mut self.hosts[host.index()];
        row.held.memory_mib -= need.memory_mib;
        row.held.cores -= need.cores;
        self.resize_room(model, host);
    }

    /// A VM leaves a host for planned work on it, and will come home. One that has left another before comes home there.
    pub fn note_evacuee(&mut self, vm: VmId, host: HostId) {
        let row = &mut self.moves[vm.index()];
        if row.home == NOWHERE {
            row.home = host.0;
            row.next_evacuee = std::mem::replace(&mut self.hosts[host.index()].first_evacuee, vm.0);
        }
    }

    /// Takes the list of those who have left a host, into the scratch list, which the caller gives back.
    #[must_use]
    pub fn take_evacuees(&mut self, host: HostId) -> Vec<VmId> {
        let mut list = std::mem::take(&mut self.scratch);
        list.clear();
        let mut next = std::mem::replace(&mut self.hosts[host.index()].first_evacuee, NOWHERE);
        while next != NOWHERE {
            list.push(VmId(next));
            let row = &mut self.moves[next as usize];
            row.home = NOWHERE;
            next = std::mem::replace(&mut row.next_evacuee, NOWHERE);
        }
        list
    }
}
