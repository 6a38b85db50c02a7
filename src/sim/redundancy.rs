//! Controllers of a storage and paths of a host: several of a kind, of which one serves.
//!
//! When one fails and another is left, disks stand still while it takes over (STO-01, STO-07); when none is left
//! they are out of reach until one is repaired, and then at once.
//!
//! Assumption: each controller and each path serves a share of all disks, and every VM is taken to feel its failure.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{HostId, PartKind, StorageId, Traffic};

impl<O: Observer> Simulation<'_, O> {
    /// One more reason why a storage cannot be reached.
    pub(super) fn block_storage(&mut self, storage: StorageId, cause: Cause) {
        let row = &mut self.state.storages[storage.index()];
        row.reasons += 1;
        if row.reasons == 1 {
            self.tell(Signal::StorageDown { storage, cause });
            self.look_at_mirrors_of(storage);
            self.on_storage_changed(storage, cause);
        }
    }

    /// One reason less.
    pub(super) fn unblock_storage(&mut self, storage: StorageId, cause: Cause) {
        let row = &mut self.state.storages[storage.index()];
        row.reasons -= 1;
        if row.reasons == 0 {
            self.tell(Signal::StorageUp { storage });
            self.look_at_mirrors_of(storage);
            self.on_storage_changed(storage, cause);
        }
    }

    pub(super) fn on_controller_down(&mut self, storage: StorageId) {
        self.tell(Signal::ControllerDown { storage });
        let fixed = &self.model.storages[storage.index()];
        let row = &mut self.state.storages[storage.index()];
        row.controllers_out += 1;
        let left = row.controllers_out < fixed.controllers.len() as u32;
        // A move that is under way starts over, or ends in nothing.
        let switching = std::mem::replace(&mut row.switching, left);
        let slot = self.model.timers.controllers[storage.index()];
        if left {
            row.switches += 1;
            let draw = row.switches;
            let span = self.draw(&fixed.controller_failover, fixed.switching, draw);
            self.arm(slot, span);
        } else {
            self.disarm(slot);
        }
        if !switching {
            self.block_storage(storage, Cause::ControllerFailure);
        }
    }

    pub(super) fn on_controller_up(&mut self, storage: StorageId) {
        self.tell(Signal::ControllerUp { storage });
        let fixed = &self.model.storages[storage.index()];
        let row = &mut self.state.storages[storage.index()];
        row.controllers_out -= 1;
        if row.controllers_out + 1 == fixed.controllers.len() as u32 {
            self.unblock_storage(storage, Cause::ControllerFailure);
        }
    }

    /// Another controller has taken over.
    pub(super) fn on_controllers_switched(&mut self, storage: StorageId) {
        self.catch_up_with(PartKind::Storage(storage));
        self.state.storages[storage.index()].switching = false;
        self.unblock_storage(storage, Cause::ControllerFailure);
    }

    /// A link of a host is cut: traffic of its kind stops, unless it was one of several paths.
    pub(super) fn on_link_down(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        if traffic != Traffic::Storage {
            self.block_link(host, traffic, cause);
            return;
        }
        let fixed = &self.model.hosts[host.index()];
        let row = &mut self.state.hosts[host.index()];
        row.paths_out += 1;
        let left = row.paths_out < fixed.storage_paths;
        let switching = std::mem::replace(&mut row.switching, left);
        self.look_at_local_mirrors_in(host);
        let slot = self.model.timers.hosts[host.index()].paths;
        if left {
            let row = &mut self.state.hosts[host.index()];
            row.switches += 1;
            let draw = row.switches;
            let span = self.draw(&fixed.path_failover, fixed.streams.switching, draw);
            self.arm(slot, span);
        } else {
            self.disarm(slot);
        }
        if !switching {
            self.block_link(host, traffic, cause);
        }
        if !left {
            self.begin_redirection(host);
        }
    }

    pub(super) fn on_link_up(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        if traffic == Traffic::Storage {
            let row = &mut self.state.hosts[host.index()];
            row.paths_out -= 1;
            let left = row.paths_out;
            self.look_at_local_mirrors_in(host);
            if left + 1 < self.model.hosts[host.index()].storage_paths {
                return;
            }
            self.end_redirection(host);
        }
        self.unblock_link(host, traffic, cause);
    }

    /// Another path has taken over.
    pub(super) fn on_paths_switched(&mut self, host: HostId) {
        self.catch_up_with(PartKind::Link(host, Traffic::Storage));
        self.state.hosts[host.index()].switching = false;
        self.unblock_link(host, Traffic::Storage, Cause::LinkFailure);
    }

    fn block_link(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        let cuts = &mut self.state.hosts[host.index()].links_cut[traffic as usize];
        *cuts += 1;
        if *cuts == 1 {
            self.on_link_changed(host, traffic, cause);
        }
    }

    fn unblock_link(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        let cuts = &mut self.state.hosts[host.index()].links_cut[traffic as usize];
        *cuts -= 1;
        if *cuts == 0 {
            self.on_link_changed(host, traffic, cause);
        }
    }
}
