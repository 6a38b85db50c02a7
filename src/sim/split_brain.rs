//! A host that lives and is taken for dead: the others start its VMs, and what still runs on it is a copy that cannot
//! write (VMW-26, VMW-42).
//!
//! vSphere gives up a host that is silent on the network only when its heartbeats in the datastores stop as well; then
//! the locks of its VMs' files run out. VMware HA 4 has no such heartbeats: it tries to start what runs on any silent
//! host, and fails on the locks as long as the host holds them (VML-10), five times (VML-13). Two instances of a VM
//! never write the same disk: the new one has the lock, and the old one ends when its host learns of that, stops its
//! VMs, or goes down.

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostDraw, HostId, Product, StorageId, StorageRestartPolicy, VmId};
use crate::policy;
use crate::state::{NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Looks whether the others must take a host for dead: something about its network or storage has changed.
    pub(super) fn look_at_silent_host(&mut self, cluster: ClusterId, host: HostId, storage_changed: bool) {
        let slot = self.model.timers.hosts[host.index()].abandonment;
        let silent = self.is_silent_to_others(cluster, host);
        let at = match &self.model.clusters[cluster.index()].product {
            // VMW-24, VMW-28d: where there are no heartbeat datastores nothing tells that it lives.
            Product::Primary(p) if silent && !self.has_heartbeat_datastore(host) => {
                Some(self.now + p.failed_after_no_datastore.less(self.silent(cluster, host)))
            }
            Product::Primary(p) if silent && self.has_lost_datastores(cluster, host) => {
                let silent = self.silent(cluster, host);
                let watched = if storage_changed { self.now + p.datastore_watch } else { self.now };
                Some((self.now + p.failed_after_datastore.less(silent)).max(watched))
            }
            Product::FivePrimaries(p) if silent => {
                let silent = self.silent(cluster, host);
                Some(self.now + (p.failed_after + p.heartbeat_interval).less(silent))
            }
            Product::Primary(_) | Product::FivePrimaries(_) => None,
            _ => return,
        };
        let Some(at) = at else {
            self.disarm(slot);
            let row = &mut self.state.hosts[host.index()];
            (row.abandoned, row.lock_attempts) = (false, 0);
            return;
        };
        if self.state.timers.at(slot) == Time::NEVER && !self.state.hosts[host.index()].abandoned {
            self.state.timers.arm(slot, at);
        }
    }

    /// Whether a host has datastores to write heartbeats into, and reaches none of them, or none that those who do
    /// not hear it can read.
    fn has_lost_datastores(&self, cluster: ClusterId, host: HostId) -> bool {
        let read = |storage: StorageId| {
            !self.state.clusters[cluster.index()].is_split
                || self.primaries_of_other_sides(cluster, host).any(|primary| {
                    self.model.hosts[primary.index()].storages.contains(&storage)
                        && self.state.reaches_storage(self.model, storage, primary)
                })
        };
        let mut any = false;
        for &storage in &self.model.hosts[host.index()].storages {
            let shared = self.model.storages[storage.index()].kind != crate::model::StorageKind::Das;
            if shared && self.state.serves_disks(self.model, storage) {
                any = true;
                if self.state.reaches_storage(self.model, storage, host) && read(storage) {
                    return false;
                }
            }
        }
        any
    }

    /// Primaries that do not hear a host.
    fn primaries_of_other_sides(&self, cluster: ClusterId, host: HostId) -> impl Iterator<Item = HostId> {
        let own = self.state.side(self.model, host);
        self.primaries(cluster).filter(move |&primary| {
            primary != host && (own.is_none() || self.state.side(self.model, primary) != own)
        })
    }

    /// The others take a silent host for dead, or try again to start what runs on it.
    pub(super) fn on_host_abandoned(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        if self.state.hosts[host.index()].abandoned && self.state.hosts[host.index()].stale > 0 {
            self.end_stale(host); // VMW-42: component protection has removed the copies.
            return;
        }
        let others = match &self.model.clusters[cluster.index()].product {
            Product::Primary(_) => {
                self.primaries_of_other_sides(cluster, host).any(|h| self.is_ready(cluster, h))
            }
            // Those who did not hear it may be down meanwhile.
            Product::FivePrimaries(_) => self.model.clusters[cluster.index()].hosts.iter().any(|&other| {
                other != host
                    && self.state.hosts[other.index()].is_primary
                    && self.state.takes_orders(self.model, other)
                    && self.state.side(self.model, other) != self.state.side(self.model, host)
            }),
            _ => true,
        };
        if !others || !self.can_act(cluster) {
            // Whoever takes over looks at it.
            self.state.hosts[host.index()].abandoned = false;
            return;
        }
        if !std::mem::replace(&mut self.state.hosts[host.index()].given_up, true) {
            let by = self.speaker_for(cluster, host);
            self.tell(Signal::HostDeclaredFailed { host, by });
        }
        self.state.hosts[host.index()].lock_attempts += 1;
        let copies_end_at = self.try_to_take_over(cluster, host);
        self.await_next_attempt(cluster, host, copies_end_at);
    }

    /// Starts what has lost its lock on a silent host; for the rest the attempt fails. Says when component
    /// protection removes the copies that stay there.
    fn try_to_take_over(&mut self, cluster: ClusterId, host: HostId) -> Time {
        let mut copies_end_at = Time::NEVER;
        let mut lost = std::mem::take(&mut self.state.scratch_waiting);
        lost.clear();
        let residents = self.state.take_residents(host);
        for &vm in &residents {
            self.catch_up(vm);
            if !self.model.service_of(vm).host_cluster || self.state.restarts[vm.index()].queued {
                continue;
            }
            if !self.state.reaches_disk(self.model, vm, host) {
                copies_end_at = copies_end_at.min(self.state.restarts[vm.index()].retry_at.max(self.now));
                self.leave_copy(vm, host);
                lost.push(vm);
            } else if self.tries_on_locks(cluster, host)
                && let Some(other) = policy::choose_host_of_others(self.model, self.state, cluster, vm, host)
            {
                self.tell(Signal::RestartFailed { vm, host: other });
            }
        }
        self.state.scratch = residents;
        lost.sort_unstable_by_key(|vm| self.model.vms[vm.index()].rank);
        self.restart_all(cluster, &lost);
        lost.clear();
        self.state.scratch_waiting = lost;
        copies_end_at
    }

    /// Whether a cluster tries to start what a silent host runs although nothing tells that its locks are free: it has
    /// no heartbeats in datastores to look at.
    fn tries_on_locks(&self, cluster: ClusterId, host: HostId) -> bool {
        match self.model.clusters[cluster.index()].product {
            Product::FivePrimaries(_) => true,
            Product::Primary(_) => !self.has_heartbeat_datastore(host),
            _ => false,
        }
    }

    /// From now until it is noticed that something has stopped on a host that was given up although it lived: the next
    /// attempt to start it finds its lock free (VML-13, VMW-49). After the last one somebody has to come (assumption).
    pub(super) fn next_attempt_on(&self, cluster: ClusterId, host: HostId) -> Option<Span> {
        let row = &self.state.hosts[host.index()];
        if !row.given_up || !self.tries_on_locks(cluster, host) {
            return None;
        }
        let person = &self.model.clusters[cluster.index()].restart.resumes_after;
        Some(match self.state.timers.at(self.model.timers.hosts[host.index()].abandonment) {
            Time::NEVER => self.draw_host(host, HostDraw::Person, person, row.downs),
            at => at.since(self.now),
        })
    }

    fn await_next_attempt(&mut self, cluster: ClusterId, host: HostId, copies_end_at: Time) {
        let fixed = &self.model.clusters[cluster.index()];
        let slot = self.model.timers.hosts[host.index()].abandonment;
        let attempts = self.state.hosts[host.index()].lock_attempts;
        let again = attempts < fixed.restart.attempts && fixed.restart.retry_after > Span::ZERO;
        if self.tries_on_locks(cluster, host) && again {
            let doublings = if fixed.restart.retry_doubles { attempts - 1 } else { 0 };
            let wait = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
            self.arm(slot, Span(fixed.restart.retry_after.0.saturating_mul(wait)));
            return;
        }
        self.state.hosts[host.index()].abandoned = true;
        let removes = fixed
            .storage_loss
            .restart
            .as_ref()
            .is_some_and(|restart| restart.policy == StorageRestartPolicy::UnlessHopeless);
        if removes && self.state.hosts[host.index()].stale > 0 && copies_end_at != Time::NEVER {
            self.state.timers.arm(slot, copies_end_at);
        }
    }

    /// A VM leaves its host for the cluster's care, and a copy of it in the host's memory.
    fn leave_copy(&mut self, vm: VmId, host: HostId) {
        if self.state.restarts[vm.index()].stale_on != NOWHERE {
            self.end_copy(vm);
        }
        let cause = self.state.vms[vm.index()].cause;
        let in_memory = self.state.vms[vm.index()].phase != VmPhase::Off;
        self.stop_vm_as(vm, cause, false);
        self.state.remove(self.model, vm);
        if in_memory {
            let need = self.model.service_of(vm).need;
            let row = &mut self.state.hosts[host.index()];
            row.stale += 1;
            row.held.memory_mib += need.memory_mib;
            row.held.cores += need.cores;
            self.state.restarts[vm.index()].stale_on = host.0;
            self.state.resize_room(self.model, host);
            self.tell(Signal::StaleCopy { vm, host });
        }
    }

    /// All copies in the memory of a host are gone.
    pub(super) fn end_stale(&mut self, host: HostId) {
        if self.state.hosts[host.index()].stale == 0 {
            return;
        }
        self.end_stale_where(host, |_, _| true);
        if let Some(cluster) = self.model.hosts[host.index()].cluster {
            self.retry_waiting(cluster);
        }
    }

    /// Copies of VMs whose disks a host reaches again are gone: it learns that the locks are lost. Whoever calls this
    /// looks at those who wait for room afterwards, when the copies on all hosts are gone.
    pub(super) fn end_stale_with_disks(&mut self, host: HostId) {
        self.end_stale_where(host, |sim, vm| sim.state.reaches_disk(sim.model, vm, host));
    }

    pub(super) fn end_stale_where(&mut self, host: HostId, ends: impl Fn(&Self, VmId) -> bool) {
        if self.state.hosts[host.index()].stale == 0 {
            return;
        }
        for number in 0..self.model.vms.len() as u32 {
            let vm = VmId(number);
            if self.state.restarts[vm.index()].stale_on == host.0 && ends(self, vm) {
                self.end_copy(vm);
            }
        }
    }

    fn end_copy(&mut self, vm: VmId) {
        let host = HostId(std::mem::replace(&mut self.state.restarts[vm.index()].stale_on, NOWHERE));
        let need = self.model.service_of(vm).need;
        let row = &mut self.state.hosts[host.index()];
        row.stale -= 1;
        row.held.memory_mib -= need.memory_mib;
        row.held.cores -= need.cores;
        self.state.resize_room(self.model, host);
        self.tell(Signal::StaleCopyGone { vm, host });
    }

    /// A storage is gone or back: silent hosts are looked at, copies of VMs on it, and pools with their statefile there.
    pub(super) fn look_at_silent_hosts_after_storage(&mut self, cluster: ClusterId, storage: StorageId) {
        match &self.model.clusters[cluster.index()].product {
            Product::Primary(_) | Product::FivePrimaries(_) => {
                for &host in &self.model.clusters[cluster.index()].hosts {
                    self.end_stale_with_disks(host);
                    self.look_at_silent_host(cluster, host, true);
                }
            }
            Product::Pool(profile) => {
                let concerns = |file| file == storage || self.state.serving_copy(self.model, file) == storage;
                if profile.statefile.is_some_and(concerns) {
                    self.look_at_pool(cluster);
                }
            }
            _ => {}
        }
    }

    /// Somebody can act again: silent hosts that nobody has given up are looked at.
    pub(super) fn look_at_silent_hosts(&mut self, cluster: ClusterId) {
        let product = &self.model.clusters[cluster.index()].product;
        if !matches!(product, Product::Primary(_) | Product::FivePrimaries(_)) {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            self.look_at_silent_host(cluster, host, false);
        }
    }
}
