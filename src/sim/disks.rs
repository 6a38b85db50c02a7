//! VMs that lose their storage and get it back.
//!
//! While its storage is unreachable a VM stands still and its service is down. An interruption not
//! longer than its `disk_timeout` is a pause: the VM goes on where it was. A longer one crashes the
//! guest (STO-12), which boots by itself once the storage is back.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{HostId, StorageId, VmClock, VmId};
use crate::state::VmPhase;

impl<O: Observer> Simulation<'_, O> {
    /// A storage, or the way to it, is gone or back: all VMs with disks on it feel it, and those that
    /// wait for room may now find it.
    pub(super) fn on_storage_changed(&mut self, storage: StorageId, cause: Cause) {
        let fixed = &self.model.storages[storage.index()];
        // First all of them stand still or go on, then their groups hear of it: the nodes of a group
        // lose and regain their disks together, whoever is listed first.
        let mut felt = std::mem::take(&mut self.state.scratch);
        felt.clear();
        for &vm in &fixed.vms {
            if self.feel_disk(vm, cause) {
                felt.push(vm);
            }
        }
        for &vm in &felt {
            self.on_vm_changed(vm, cause);
        }
        self.state.scratch = felt;
        self.on_witness_disk_changed(storage, cause);
        self.on_group_witness_disk_changed(storage, cause);
        for &cluster in &fixed.clusters {
            for &host in &self.model.clusters[cluster.index()].hosts {
                self.break_off_shutdown(host);
            }
            self.look_at_silent_hosts_after_storage(cluster, storage);
            self.retry_waiting(cluster);
        }
    }

    /// Looks whether a VM still, or again, reaches its disks.
    pub(super) fn on_disk_changed(&mut self, vm: VmId, cause: Cause) {
        if self.feel_disk(vm, cause) {
            self.on_vm_changed(vm, cause);
        }
    }

    /// Looks at all VMs of a host.
    pub(super) fn feel_disks(&mut self, host: HostId, cause: Cause) {
        self.break_off_shutdown(host);
        let residents = self.state.take_residents(host);
        for &vm in &residents {
            self.on_disk_changed(vm, cause);
        }
        self.state.scratch = residents;
    }

    /// Stops, resumes or boots a VM as its disks allow; true where its service must hear of it.
    fn feel_disk(&mut self, vm: VmId, cause: Cause) -> bool {
        let row = self.state.vms[vm.index()];
        let Some(host) = row.host() else { return false };
        if row.paused {
            // It finds out when it goes on, and whoever writes its memory down at once.
            self.look_at_saved_memory(vm);
            return false;
        }
        let reachable = self.state.reaches_disk(self.model, vm, host);
        if reachable && row.suspended {
            self.resume_vm(vm);
            return true;
        }
        if reachable && row.phase == VmPhase::StorageWait {
            self.begin_way_back(vm);
        } else if !reachable && !row.suspended && row.phase.uses_disk() {
            self.suspend_vm(vm, cause);
            return true;
        }
        false
    }

    /// A script, or the last moments of a migration, hold a VM still whose guest runs. It does not answer, and does not beat
    /// (GFC-29). One that stands still already is left alone. Says whether it begins to be paused now.
    pub(super) fn on_vm_paused(&mut self, vm: VmId, cause: Cause) -> bool {
        self.catch_up(vm);
        let row = &mut self.state.vms[vm.index()];
        if !row.phase.is_booted() || row.suspended {
            return false;
        }
        (row.paused, row.suspended) = (true, true);
        if row.phase != VmPhase::AppDead {
            row.cause = cause;
        }
        for which in [VmClock::Guest, VmClock::Step] {
            if which != VmClock::Step || self.state.vms[vm.index()].phase != VmPhase::AppDead {
                self.pause_vm(vm, which);
            }
        }
        self.tell(Signal::VmPaused { vm });
        self.on_vm_changed(vm, cause);
        true
    }

    /// It goes on where it was, unless it has died meanwhile; if its disks are away it waits for them from now on.
    pub(super) fn on_vm_goes_on(&mut self, vm: VmId, cause: Cause) {
        self.catch_up(vm);
        let row = &mut self.state.vms[vm.index()];
        if !std::mem::take(&mut row.paused) {
            return;
        }
        let host = row.host().expect("a VM that is paused runs somewhere");
        self.tell(Signal::VmGoesOn { vm });
        if self.state.reaches_disk(self.model, vm, host) {
            self.resume_vm(vm);
        } else {
            // What becomes of it from now on is not the pause's fault.
            let out = |storage: StorageId| self.state.storages[storage.index()].is_out();
            let storage = self.state.copy_of(self.model, vm);
            let cause = if storage.is_some_and(out) { Cause::StorageOutage } else { Cause::LinkFailure };
            self.state.vms[vm.index()].cause = cause;
            self.note_last_write(vm);
            self.await_disks(vm);
        }
        self.on_vm_changed(vm, cause);
    }

    fn suspend_vm(&mut self, vm: VmId, cause: Cause) {
        self.note_last_write(vm);
        self.halt_boot(vm);
        self.state.vms[vm.index()].suspended = true;
        self.pause_vm(vm, VmClock::Guest);
        // Who works on a failed application works on.
        if self.state.vms[vm.index()].phase != VmPhase::AppDead {
            self.pause_vm(vm, VmClock::Step);
            self.state.vms[vm.index()].cause = cause;
        }
        self.await_disks(vm);
    }

    fn resume_vm(&mut self, vm: VmId) {
        self.state.vms[vm.index()].suspended = false;
        self.disarm_vm(vm, VmClock::Disk);
        for which in [VmClock::Guest, VmClock::Step] {
            self.resume_vm_clock(vm, which);
        }
        self.resume_boot(vm);
        let row = &self.state.vms[vm.index()];
        // Others may wait for the end of a start.
        if let Some(host) = row.host().filter(|_| row.phase != VmPhase::PowerOn) {
            self.choose_privacy(vm, host);
        }
    }
}
