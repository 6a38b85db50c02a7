//! Mirrored storage: which copy serves, when the other takes over, and what is lost then (MTX-57, MTX-94 to MTX-97,
//! MTX-100).
//!
//! Arrays and persons switch all disks of a storage at once; a host cluster switches those of a VM when it starts the
//! VM where the other copy is. A synchronous copy takes over without a loss, unless it was left behind: then only a
//! person would use it. An asynchronous one loses what it lags behind (HYP-60).
//!
//! Assumptions: arrays and replication products know which copy is the last one, without a witness of their own; a copy
//! that comes back, or comes back into reach, is equal again after its resynchronisation; nobody moves the service back
//! to the first copy as long as the second one serves.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{
    ClusterId, GuestGroup, HostId, Mirror, MirrorDraw, MirrorFailover, PartKind, Role, StorageId, VmClock,
    VmDraw, VmId,
};
use crate::policy;
use crate::state::{DiskSwitch, VmPhase};

impl<'m, O: Observer> Simulation<'m, O> {
    /// Something about a storage, or the ways to it, has changed: what does that mean for mirrors?
    pub(super) fn look_at_mirrors_of(&mut self, storage: StorageId) {
        for &mirrored in &self.model.storages[storage.index()].copies {
            self.look_at_mirror(mirrored);
        }
    }

    /// Ways have changed on which any mirror may depend; who writes where is asked afterwards.
    pub(super) fn look_at_all_mirrors(&mut self) {
        for number in 0..self.model.storages.len() as u32 {
            if self.model.storages[number as usize].mirror.is_some() {
                self.look_at_mirror(StorageId(number));
            }
        }
    }

    fn mirror(&self, mirrored: StorageId) -> &'m Mirror {
        self.model.storages[mirrored.index()].mirror.as_ref().expect("only mirrored storages are copies")
    }

    pub(super) fn copies(&self, mirrored: StorageId) -> [StorageId; 2] {
        [mirrored, self.mirror(mirrored).to]
    }

    fn look_at_mirror(&mut self, mirrored: StorageId) {
        if self.is_mirrored_by_host(mirrored) {
            self.look_at_local_mirrors_of(mirrored);
            return;
        }
        let mirror = self.mirror(mirrored);
        let there = self.copies(mirrored).map(|copy| !self.state.storages[copy.index()].is_out());
        let equal = there[0] && there[1] && self.state.are_joined(self.model, mirrored);
        let slots = &self.model.timers.mirrors[mirrored.index()];
        let row = &mut self.state.mirrors[mirrored.index()];
        let mut behind = [false; 2];
        for (since, there) in row.out_since.iter_mut().zip(there) {
            *since = if there { Time::NEVER } else { (*since).min(self.now) };
        }
        if equal {
            let stale = row.stale_since != [Time::NEVER; 2];
            if stale && self.state.timers.at(slots.resync) == Time::NEVER {
                row.resyncs += 1;
                let draw = row.resyncs;
                let span = self.draw(&mirror.resync, mirror.of(MirrorDraw::Resync), draw);
                self.arm(slots.resync, span);
            }
        } else {
            for (copy, behind) in behind.iter_mut().enumerate() {
                let other = 1 - copy;
                // Where the cluster switches VM by VM some may write on either.
                let written = mirror.failover == MirrorFailover::Cluster || row.active == other as u8;
                if there[other] && written {
                    *behind = row.stale_since[copy] == Time::NEVER;
                    row.stale_since[copy] = row.stale_since[copy].min(self.now);
                }
            }
            self.disarm(slots.resync);
        }
        for (copy, behind) in self.copies(mirrored).into_iter().zip(behind) {
            if behind {
                self.tell(Signal::MirrorBehind { storage: mirrored, copy, host: None });
            }
        }
        if mirror.failover != MirrorFailover::Cluster {
            self.look_for_the_other_copy(mirrored, there);
        }
    }

    /// The copy that serves is there, or lost: then the other is to take over, where it can.
    fn look_for_the_other_copy(&mut self, mirrored: StorageId, there: [bool; 2]) {
        let mirror = self.mirror(mirrored);
        let slot = self.model.timers.mirrors[mirrored.index()].switch;
        let row = &mut self.state.mirrors[mirrored.index()];
        let (active, other) = (usize::from(row.active), 1 - usize::from(row.active));
        let behind = mirror.sync && row.missed(other) > Span::ZERO;
        if there[active] || !there[other] || (behind && mirror.failover == MirrorFailover::Array) {
            self.disarm(slot);
        } else if self.state.timers.at(slot) == Time::NEVER {
            row.switches += 1;
            let draw = row.switches;
            let mut span = self.draw(&mirror.switch, mirror.of(MirrorDraw::Switch), draw);
            if mirror.failover == MirrorFailover::Manual {
                span = span + self.draw(&mirror.decision, mirror.of(MirrorDraw::Decision), draw);
            }
            self.arm(slot, span);
        }
    }

    /// Both copies are equal again.
    pub(super) fn on_mirror_equal(&mut self, mirrored: StorageId) {
        self.state.mirrors[mirrored.index()].stale_since = [Time::NEVER; 2];
        self.tell(Signal::MirrorEqual { storage: mirrored, host: None });
        for &cluster in &self.model.storages[mirrored.index()].clusters {
            self.retry_waiting(cluster);
        }
    }

    /// The other copy of all disks serves from now on.
    pub(super) fn on_mirror_switched(&mut self, mirrored: StorageId) {
        let mirror = self.mirror(mirrored);
        self.catch_up_with(PartKind::Storage(mirrored));
        let row = &mut self.state.mirrors[mirrored.index()];
        let other = 1 - row.active;
        let mut lost = row.missed(usize::from(other));
        let draw = row.switches;
        row.active = other;
        if !mirror.sync {
            lost = lost + self.draw(&mirror.lag, mirror.of(MirrorDraw::Lag), draw);
        }
        let to = self.copies(mirrored)[usize::from(other)];
        self.tell(Signal::StorageSwitched { storage: mirrored, to });
        for vm in self.disks_of(mirrored) {
            self.state.vms[vm.index()].on_mirror = other == 1;
            self.tell_lost_writes(vm, lost);
            if lost > Span::ZERO {
                self.crash_over_older_disks(vm);
            }
        }
        self.look_at_mirror(mirrored);
        self.on_storage_changed(mirrored, Cause::StorageOutage);
        if mirror.failover == MirrorFailover::Manual {
            self.start_by_hand(mirrored);
        }
    }

    /// A guest that stands still would go on with disks as they were a while ago, which do not fit what it has in
    /// memory: it crashes, and boots from them as after any crash (assumption).
    fn crash_over_older_disks(&mut self, vm: VmId) {
        let row = &self.state.vms[vm.index()];
        if !row.suspended {
            return;
        }
        let before = row.phase;
        self.abandon_migration(vm);
        self.let_go(vm);
        let changed = self.life(vm).serve(VmClock::Disk);
        self.on_life_changed(vm, changed);
        if before == VmPhase::PowerOn {
            self.on_start_through(vm);
        }
    }

    /// A cluster may start a VM where the other copy of its disks is: what is lost then, or `None` where it may not.
    fn loss_of_switch(&self, vm: VmId, from: usize) -> Option<Span> {
        let storage = self.model.vms[vm.index()].storage?;
        let mirror = self.model.storages[storage.index()].mirror.as_ref()?;
        if mirror.failover != MirrorFailover::Cluster {
            return None;
        }
        let until = self.state.restarts[vm.index()].wrote_until;
        let (there, joined, behind, missed);
        if self.is_mirrored_by_host(storage) {
            let pair = self.model.local_mirror_of(vm)?;
            there = self.state.local_copies(self.model, pair);
            joined = self.state.are_local_copies_joined(self.model, pair);
            missed = self.state.local_mirrors[pair.index()].missed(1 - from, until);
            behind = missed;
        } else {
            there = self.copies(storage).map(|copy| !self.state.storages[copy.index()].is_out());
            joined = there[from] && self.state.are_joined(self.model, storage);
            let row = &self.state.mirrors[storage.index()];
            missed = until.since(row.stale_since[1 - from].min(until));
            // An array looks at all of its disks.
            behind = row.missed(1 - from);
        }
        if !there[1 - from] || (mirror.sync && behind > Span::ZERO) {
            return None;
        }
        // A copy that can still be read is brought up to date first.
        if joined || mirror.sync {
            return Some(Span::ZERO);
        }
        let draw = self.state.vms[vm.index()].boots + 1;
        Some(missed + self.draw_vm(&mirror.lag, vm, VmDraw::Lag, draw))
    }

    /// The other copy of a VM's disks is going to be made ready: what the first one had more is lost.
    pub(super) fn give_up_first_copy(&mut self, vm: VmId) {
        let before = std::mem::replace(&mut self.state.restarts[vm.index()].switch, DiskSwitch::Begun);
        if before == DiskSwitch::Due {
            let from = usize::from(!self.state.vms[vm.index()].on_mirror);
            let lost = self.loss_of_switch(vm, from).unwrap_or_default();
            self.tell_lost_writes(vm, lost);
        }
    }

    /// A VM stops, crashes or loses its disks: if it ran it has written until now.
    #[inline]
    pub(super) fn note_last_write(&mut self, vm: VmId) {
        let (row, now) = (&self.state.vms[vm.index()], self.now);
        let writes = row.phase.is_booted() || row.phase == VmPhase::Boot;
        if !self.state.mirrors.is_empty()
            && writes
            && !row.suspended
            && let Some(row) = self.state.restarts.get_mut(vm.index())
        {
            row.wrote_until = now;
        }
    }

    /// Looks for a host where a VM can be started, if need be at the other copy of its disks.
    #[inline(always)]
    pub(super) fn choose_host(&mut self, cluster: ClusterId, vm: VmId) -> Option<HostId> {
        if self.state.restarts[vm.index()].switch == DiskSwitch::Due {
            // Its turn to start there never came.
            self.state.vms[vm.index()].on_mirror ^= true;
            self.state.restarts[vm.index()].switch = DiskSwitch::Settled;
        }
        match policy::choose_host(self.model, self.state, cluster, vm) {
            None => self.choose_host_at_other_copy(cluster, vm),
            chosen => chosen,
        }
    }

    fn choose_host_at_other_copy(&mut self, cluster: ClusterId, vm: VmId) -> Option<HostId> {
        // Whose disks were being made ready can go back: nothing was written on the other copy.
        let back = self.state.restarts[vm.index()].switch == DiskSwitch::Begun;
        if !back {
            self.loss_of_switch(vm, usize::from(self.state.vms[vm.index()].on_mirror))?;
        }
        self.state.vms[vm.index()].on_mirror ^= true;
        let host = policy::choose_host(self.model, self.state, cluster, vm);
        if host.is_none() {
            self.state.vms[vm.index()].on_mirror ^= true;
            return None;
        }
        self.state.restarts[vm.index()].switch = if back { DiskSwitch::Settled } else { DiskSwitch::Due };
        host
    }

    /// Of a failover group only the node that owns it has written anything.
    fn tell_lost_writes(&mut self, vm: VmId, lost: Span) {
        let fixed = &self.model.vms[vm.index()];
        let first = self.model.instances[fixed.instance.index()].first_vm.0;
        let owner = self.state.instances[fixed.instance.index()].group.owner;
        let standby = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Failover(_)))
            && vm.0 != first + u32::from(owner);
        // Assumption: a stateless service writes nothing that anybody misses.
        let stateless = self.model.service_of(vm).role == Role::Stateless;
        if lost > Span::ZERO && !standby && !stateless {
            self.tell(Signal::WritesLost { vm, instance: fixed.instance, lost });
        }
    }

    /// The VMs whose first copy is on a storage.
    pub(super) fn disks_of(&self, mirrored: StorageId) -> impl Iterator<Item = VmId> + use<'m, O> {
        let model = self.model;
        let all = model.storages[mirrored.index()].vms.iter().copied();
        all.filter(move |vm| model.vms[vm.index()].storage == Some(mirrored))
    }
}
