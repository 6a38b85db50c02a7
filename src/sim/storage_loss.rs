//! A host has lost the storage of some of its VMs, and its product does something about it: VM component protection
//! (VMW-58 to 66), failed disk resources (MTX-44), I/O through another host (MTX-45).
//!
//! A VM whose disks are gone stands still. When the product's time is over it is stopped and started on a host that
//! reaches its storage; where none does it is left where it is, and looked at again whenever capacity may have
//! returned, or (failover clustering) it has failed and is tried again after an hour (GFC-10).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Clock, Span};
use crate::model::{
    ClusterId, HostId, PartKind, StorageRestart, StorageRestartPolicy, Traffic, VmClock, VmDraw, VmId,
};
use crate::state::VmPhase;

impl<O: Observer> Simulation<'_, O> {
    /// What the cluster of a VM does when its storage is lost, where it protects it.
    fn storage_restart(&self, vm: VmId) -> Option<&StorageRestart> {
        let cluster = self.cluster_that_protects(vm)?;
        self.model.clusters[cluster.index()].storage_loss.restart.as_ref()
    }

    /// The cluster of the host that a protected VM lives on.
    pub(super) fn cluster_that_protects(&self, vm: VmId) -> Option<ClusterId> {
        let host = self.state.vms[vm.index()].host()?;
        self.model.hosts[host.index()].cluster.filter(|_| self.model.service_of(vm).host_cluster)
    }

    /// How long a guest whose disks are gone can go on where it was.
    pub(super) fn patience(&self, vm: VmId) -> Span {
        let timeout = self.model.service_of(vm).disk_timeout;
        self.cluster_that_protects(vm)
            .map_or(timeout, |cluster| timeout.max(self.model.clusters[cluster.index()].storage_loss.pause))
    }

    /// From the loss of its disks until the cluster reacts, where it does.
    fn reaction(&self, vm: VmId) -> Option<Span> {
        let restart = self.storage_restart(vm)?;
        let storage = self.state.copy_of(self.model, vm)?;
        if let Some(when_told) = restart.when_told.as_ref().filter(|_| self.is_told_of_loss(vm)) {
            return Some(self.draw_vm(
                when_told,
                vm,
                VmDraw::StorageRestart,
                self.state.vms[vm.index()].boots,
            ));
        }
        let later = if self.model.storages[storage.index()].kind.is_filer() {
            restart.later_on_filers
        } else {
            Span::ZERO
        };
        let draw = self.state.vms[vm.index()].boots;
        let moved = self.draw_vm(&restart.disk_move, vm, VmDraw::DiskMove, draw);
        Some(self.draw_vm(&restart.after, vm, VmDraw::StorageRestart, draw) + later + moved)
    }

    /// Whether an array that is there has told a VM's host that it has no disks there any more: that takes block storage
    /// (VMW-64), and an array that is whole (VMW-65).
    fn is_told_of_loss(&self, vm: VmId) -> bool {
        let told = self.storage_restart(vm).is_some_and(|restart| restart.when_told.is_some());
        let (Some(host), Some(storage)) =
            (self.state.vms[vm.index()].host(), self.state.copy_of(self.model, vm))
        else {
            return false;
        };
        told && self.state.hosts[host.index()].paths_out >= self.model.hosts[host.index()].storage_paths
            && !self.state.storages[storage.index()].is_out()
            && !self.model.storages[storage.index()].kind.is_filer()
    }

    /// A VM has lost its disks: whoever is first, the guest that gives up or the cluster that reacts.
    pub(super) fn await_disks(&mut self, vm: VmId) {
        if self.model.service_of(vm).has_initiator {
            // Its guest runs on from other disks, and its host does not see what it has lost.
            return;
        }
        let patience = self.patience(vm);
        let reaction = self.reaction(vm);
        if let Some(reaction) = reaction {
            self.state.restarts[vm.index()].retry_at = self.now + reaction;
        }
        self.state.vms[vm.index()].private = false;
        self.arm_vm(vm, VmClock::Disk, reaction.map_or(patience, |reaction| reaction.min(patience)));
    }

    /// Serves the clock of a VM whose disks are gone.
    pub(super) fn on_disks_awaited(&mut self, vm: VmId) {
        let reaction = self.reaction(vm);
        let due = self.state.restarts.get(vm.index()).is_some_and(|row| row.retry_at <= self.now);
        if reaction.is_some() && due {
            let patience = self.patience(vm).less(reaction.unwrap_or_default());
            let waits = self.state.vms[vm.index()].suspended;
            self.state.vms[vm.index()].clocks[VmClock::Disk as usize] = Clock::IDLE;
            if !self.react_to_storage_loss(vm) {
                self.tell_why_it_stays(vm);
                if waits {
                    self.give_up_after(vm, patience);
                }
            }
            return;
        }
        let changed = self.life(vm).serve(VmClock::Disk);
        self.on_life_changed(vm, changed);
        if reaction.is_some() {
            let at = self.state.restarts[vm.index()].retry_at;
            self.arm_vm(vm, VmClock::Disk, at.since(self.now));
        }
    }

    /// The cluster has done nothing: the guest goes on waiting.
    fn give_up_after(&mut self, vm: VmId, patience: Span) {
        if patience == Span::ZERO {
            let changed = self.life(vm).serve(VmClock::Disk);
            self.on_life_changed(vm, changed);
        } else {
            // From now on only the guest's own patience counts.
            self.state.restarts[vm.index()].retry_at = crate::engine::Time::NEVER;
            self.arm_vm(vm, VmClock::Disk, patience);
        }
    }

    /// The cluster stops a VM that has lost its disks and starts it where they are; false where it leaves it alone.
    fn react_to_storage_loss(&mut self, vm: VmId) -> bool {
        let host = self.state.vms[vm.index()].host().expect("only a VM that lives somewhere loses its disks");
        let cluster = self.cluster_of(host);
        let Some(policy) = self.storage_restart(vm).map(|restart| restart.policy) else { return false };
        let policy = if self.is_told_of_loss(vm) { StorageRestartPolicy::Always } else { policy };
        let acts = self.can_act(cluster) && self.state.takes_orders(self.model, host);
        let target = if acts { self.choose_host(cluster, vm) } else { None };
        let stops = match policy {
            StorageRestartPolicy::WithTarget => target.is_some(),
            StorageRestartPolicy::UnlessHopeless => target.is_some() || !acts,
            StorageRestartPolicy::Always => true,
        };
        if !stops {
            let seeking = &mut self.state.clusters[cluster.index()].seeking;
            if !seeking.contains(&vm) {
                seeking.push(vm);
            }
            return false;
        }
        let cause = self.state.vms[vm.index()].cause;
        self.stop_vm_as(vm, cause, false);
        self.state.remove(self.model, vm);
        let row = &mut self.state.restarts[vm.index()];
        (row.failed, row.failing, row.impatient, row.retry_at) = (0, false, false, self.now);
        self.state.forget_failed_starts(vm);
        match target {
            Some(target) => {
                self.state.place(self.model, vm, target);
                self.order_start(vm, target);
            }
            None => {
                let reason = self.cannot_start(cluster, vm);
                self.put_back(cluster, vm, reason);
            }
        }
        self.start_queued(host);
        self.retry_waiting(cluster);
        true
    }

    fn tell_why_it_stays(&mut self, vm: VmId) {
        if let Some(cluster) = self.cluster_that_protects(vm).filter(|&cluster| self.can_act(cluster)) {
            let reason = self.lacks(cluster, vm);
            self.tell(Signal::VmStays { vm, reason });
        }
    }

    /// Capacity may have returned: VMs that were left without disks are looked at again.
    pub(super) fn retry_seeking(&mut self, cluster: ClusterId) {
        if self.state.clusters[cluster.index()].seeking.is_empty() {
            return;
        }
        let mut seeking = std::mem::take(&mut self.state.clusters[cluster.index()].seeking);
        for vm in seeking.drain(..) {
            let row = &self.state.vms[vm.index()];
            let without_disks = row.suspended || row.phase == VmPhase::StorageWait;
            if without_disks && self.cluster_that_protects(vm) == Some(cluster) {
                self.react_to_storage_loss(vm);
            }
        }
        // The list keeps its memory, and what was put back meanwhile.
        let kept = std::mem::replace(&mut self.state.clusters[cluster.index()].seeking, seeking);
        self.state.clusters[cluster.index()].seeking.extend(kept);
    }

    /// A host has lost its paths to the storage: after a while another host's are used.
    pub(super) fn begin_redirection(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        let Some(pause) = &self.model.clusters[cluster.index()].storage_loss.redirect else { return };
        let row = &mut self.state.hosts[host.index()];
        row.redirections += 1;
        let draw = row.redirections;
        let stream = crate::engine::Stream::numbered(self.model.hosts[host.index()].streams.switching.0, 1);
        let span = self.draw(pause, stream, draw);
        self.arm(self.model.timers.hosts[host.index()].redirection, span);
    }

    /// The paths are back: no other host's are needed.
    pub(super) fn end_redirection(&mut self, host: HostId) {
        self.disarm(self.model.timers.hosts[host.index()].redirection);
        if std::mem::take(&mut self.state.hosts[host.index()].redirected)
            && let Some(cluster) = self.model.hosts[host.index()].cluster
        {
            self.state.clusters[cluster.index()].redirecting -= 1;
        }
    }

    pub(super) fn on_redirected(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        self.catch_up_with(PartKind::Link(host, Traffic::Storage));
        self.end_privacy(host);
        self.state.hosts[host.index()].redirected = true;
        self.state.clusters[cluster.index()].redirecting += 1;
        self.on_link_changed(host, Traffic::Storage, Cause::LinkFailure);
    }

    /// Something changed in a cluster on which redirected I/O may depend.
    pub(super) fn recheck_redirections(&mut self, cluster: ClusterId) {
        if self.state.clusters[cluster.index()].redirecting == 0 {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            if self.state.hosts[host.index()].redirected {
                self.catch_up_with(PartKind::Link(host, Traffic::Storage));
                self.feel_disks(host, Cause::LinkFailure);
            }
        }
    }
}
