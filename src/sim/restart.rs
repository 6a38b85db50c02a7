//! The restart engine of a host cluster: VMs in order of priority, each on the host with the most free memory that
//! admits it, a few at a time on each host; those that cannot start wait until something changes.
//!
//! A lost VM is attempted: it waits for its priority's turn, for the services that it comes after, or is placed. On its
//! host it starts at once or is queued behind others (VMW-45, VMW-51). A start that comes to nothing is tried again
//! after a while, a few times (VMW-48, VMW-49); then somebody has to come (assumption: after the time that a person
//! takes). Those who wait are looked at whenever capacity may have returned (VMW-53).

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{
    ClusterId, HostId, InstanceId, ServiceId, StorageRestartPolicy, VmDraw, VmId, WaitReason,
};
use crate::policy;
use crate::state::{NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Restarts VMs that were lost together, given in order of rank.
    pub(super) fn restart_all(&mut self, cluster: ClusterId, lost: &[VmId]) {
        let delay = self.model.clusters[cluster.index()].restart.class_delay;
        let mut class = lost.first().map(|&vm| self.model.service_of(vm).priority);
        let mut turn = self.now;
        for &vm in lost {
            let priority = self.model.service_of(vm).priority;
            if class.replace(priority) != Some(priority) {
                turn = turn + delay;
            }
            let row = &mut self.state.restarts[vm.index()];
            (row.failed, row.failing, row.impatient, row.retry_at) = (0, false, false, turn);
            self.state.forget_failed_starts(vm);
            // A start that takes no time may end planned work, and the next host of the plan may be the one that leads.
            if self.state.windows_open > 0 && !self.can_act(cluster) {
                self.put_back(cluster, vm, WaitReason::Turn);
                continue;
            }
            self.restart(cluster, vm);
        }
    }

    /// Orders a VM to start on a host with room, or puts it on the list of those who wait.
    fn restart(&mut self, cluster: ClusterId, vm: VmId) {
        if let Err(reason) = self.attempt(cluster, vm) {
            self.put_back(cluster, vm, reason);
        }
    }

    /// Puts a VM on the list of those who wait.
    pub(super) fn put_back(&mut self, cluster: ClusterId, vm: VmId, reason: WaitReason) {
        let rank = self.model.vms[vm.index()].rank;
        let waiting = &mut self.state.clusters[cluster.index()].waiting;
        let place = waiting.partition_point(|other| self.model.vms[other.index()].rank < rank);
        waiting.insert(place, vm);
        self.wait(cluster, vm, reason);
    }

    /// Tells why a VM waits, where that is news, and sees to it that somebody looks again in time.
    fn wait(&mut self, cluster: ClusterId, vm: VmId, reason: WaitReason) {
        if self.state.wait_for(vm, Some(reason)) {
            let cause = self.state.vms[vm.index()].cause;
            self.tell(Signal::RestartWaiting { vm, cause, reason });
        }
        let at = self.state.restarts[vm.index()].retry_at;
        if at > self.now {
            self.look_at_those_who_wait_at(cluster, at);
        }
    }

    pub(super) fn look_at_those_who_wait_at(&mut self, cluster: ClusterId, at: Time) {
        let slot = self.model.timers.retries[cluster.index()];
        if at < self.state.timers.at(slot) {
            self.state.timers.arm(slot, at);
        }
    }

    /// One try to start a VM: what it has to wait for, if it has.
    #[inline(always)]
    fn attempt(&mut self, cluster: ClusterId, vm: VmId) -> Result<(), WaitReason> {
        let row = &self.state.restarts[vm.index()];
        let is_free = row.waits.is_none() && row.retry_at <= self.now;
        if (!is_free || !self.model.service_of(vm).after.is_empty())
            && let Some(reason) = self.is_held_back(cluster, vm)
        {
            return Err(reason);
        }
        let again = self.state.take_host_to_try_again(vm);
        let again = again.filter(|&host| policy::could_choose(self.model, self.state, cluster, vm, host));
        let chosen = if again.is_some() { again } else { self.choose_host(cluster, vm) };
        let Some(host) = chosen else { return Err(self.cannot_start(cluster, vm)) };
        debug_assert!(
            policy::admits(self.model, self.state, host, vm),
            "chose a host that does not admit the VM"
        );
        self.state.wait_for(vm, None);
        self.state.place(self.model, vm, host);
        if self.must_queue(cluster, host, vm) {
            self.state.queue(vm, host, true);
            self.tell(Signal::RestartQueued { vm, host });
        } else {
            self.order_start(vm, host);
        }
        Ok(())
    }

    /// What keeps a VM from being placed just now, wherever there is room: it is not its turn, or others come first.
    fn is_held_back(&mut self, cluster: ClusterId, vm: VmId) -> Option<WaitReason> {
        let row = self.state.restarts[vm.index()];
        let due = row.retry_at <= self.now;
        let waits_for_others = row.waits == Some(WaitReason::Dependency);
        match row.waits {
            Some(reason @ (WaitReason::Retry | WaitReason::Person)) if !due => return Some(reason),
            Some(WaitReason::Dependency) if due => {
                self.state.restarts[vm.index()].impatient = true;
                return None;
            }
            _ if row.impatient => return None,
            _ if !due && !waits_for_others => return Some(WaitReason::Turn),
            _ => {}
        }
        let timeout = self.holds_for(cluster, vm)?;
        if !waits_for_others {
            self.state.restarts[vm.index()].retry_at = self.now + timeout;
        }
        Some(WaitReason::Dependency)
    }

    /// Nobody can take a VM: what it waits for. One that fails on every host, or whose disks do where they are resources
    /// that fail, is left alone for a while (GFC-10).
    pub(super) fn cannot_start(&mut self, cluster: ClusterId, vm: VmId) -> WaitReason {
        if self.state.has_failed_everywhere(self.model, cluster, vm) {
            self.state.restarts[vm.index()].retry_at = self.now + self.resumption(cluster, vm);
            return WaitReason::Person;
        }
        let reason = self.lacks(cluster, vm);
        let fixed = &self.model.clusters[cluster.index()];
        let fails =
            fixed.storage_loss.restart.as_ref().is_some_and(|r| r.policy == StorageRestartPolicy::Always);
        if reason != WaitReason::Storage || !fails {
            return reason;
        }
        self.state.restarts[vm.index()].retry_at = self.now + self.resumption(cluster, vm);
        WaitReason::Person
    }

    /// From giving up until it is tried again.
    pub(super) fn resumption(&mut self, cluster: ClusterId, vm: VmId) -> Span {
        self.state.forget_failed_starts(vm);
        let row = &mut self.state.restarts[vm.index()];
        (row.failed, row.resumptions) = (0, row.resumptions.wrapping_add(1));
        let draw = u32::from(row.resumptions);
        self.draw_vm(
            &self.model.clusters[cluster.index()].restart.resumes_after,
            vm,
            VmDraw::Resumption,
            draw,
        )
    }

    /// Whether room is missing, or a host that none of its instance lives on, or the way to its disks.
    pub(super) fn lacks(&self, cluster: ClusterId, vm: VmId) -> WaitReason {
        // Those whom the cluster's orders do not reach are no help, whatever they see.
        let there = |host: &&HostId| self.state.takes_orders(self.model, **host);
        let mut hosts = self.model.clusters[cluster.index()].hosts.iter().filter(there).peekable();
        let alive = self
            .state
            .copy_of(self.model, vm)
            .is_none_or(|storage| !self.state.storages[storage.index()].is_out());
        let nobody = hosts.peek().is_none();
        let reached = hosts.any(|&host| {
            self.state.is_wired(self.model, host, vm) && self.state.reaches_disk(self.model, vm, host)
        });
        match alive && (nobody || reached) {
            true if policy::only_siblings_forbid(self.model, self.state, cluster, vm) => WaitReason::Apart,
            true => WaitReason::Room,
            false => WaitReason::Storage,
        }
    }

    /// How long at most a VM must wait for services that it comes after; `None` where they are there, or the product
    /// does not look.
    fn holds_for(&mut self, cluster: ClusterId, vm: VmId) -> Option<Span> {
        let service = self.model.service_of(vm);
        if service.after.is_empty() {
            return None;
        }
        let timeout = self.model.clusters[cluster.index()].restart.dependency_timeout?;
        service.after.iter().any(|&before| self.is_coming(before)).then_some(timeout)
    }

    /// Whether an instance of a service does not serve and a VM of it is on its way back. Thousands may ask at one
    /// event: the instance that was found last is looked at first, and that there is none is remembered.
    fn is_coming(&mut self, service: ServiceId) -> bool {
        let known = self.state.awaited[service.index()];
        if known.nobody_at == self.events {
            return false;
        }
        let fixed = &self.model.services[service.index()];
        let (first, count) = (fixed.first_instance.0, fixed.instances);
        let found = (0..count)
            .map(|k| (known.last_found + k) % count)
            .find(|&number| self.is_instance_coming(InstanceId(first + number)));
        let row = &mut self.state.awaited[service.index()];
        match found {
            Some(number) => row.last_found = number,
            None => row.nobody_at = self.events,
        }
        found.is_some()
    }

    fn is_instance_coming(&self, instance: InstanceId) -> bool {
        self.state.instances[instance.index()].served_ppb == 0
            && self.model.vms_of(instance).any(|vm| {
                let row = &self.state.vms[vm.index()];
                use VmPhase::{Boot, Off, Patch, PowerOn, Recover, Start};
                row.host == NOWHERE || matches!(row.phase, Off | PowerOn | Patch | Boot | Start | Recover)
            })
    }

    /// A VM of a service changed that others come after: they may go when none of it is on its way back.
    #[cold]
    pub(super) fn release_dependents(&mut self, service: ServiceId) {
        self.state.awaited[service.index()].nobody_at = 0;
        if self.is_coming(service) {
            return;
        }
        for number in 0..self.model.clusters.len() as u32 {
            let waiting = &self.state.clusters[number as usize].waiting;
            let held = |vm: &VmId| self.state.restarts[vm.index()].waits == Some(WaitReason::Dependency);
            if waiting.iter().any(held) {
                self.look_at_those_who_wait_at(ClusterId(number), self.now);
            }
        }
    }

    /// Capacity may have returned: those who wait are tried again, in order, when the cluster looks.
    pub(super) fn retry_waiting(&mut self, cluster: ClusterId) {
        self.look_at_evacuations();
        let row = &self.state.clusters[cluster.index()];
        if (row.waiting.is_empty() && row.seeking.is_empty()) || !self.can_act(cluster) {
            return;
        }
        let rules = &self.model.clusters[cluster.index()].restart;
        let row = &mut self.state.clusters[cluster.index()];
        if row.poll_at != Time::NEVER {
            return;
        }
        row.polls += 1;
        let polls = row.polls;
        let span = self.draw(&rules.poll, rules.polls, polls);
        self.state.clusters[cluster.index()].poll_at = self.now + span;
        self.look_at_those_who_wait_at(cluster, self.now + span);
    }

    /// It is time to look at those who wait.
    pub(super) fn on_retry_due(&mut self, cluster: ClusterId) {
        let row = &mut self.state.clusters[cluster.index()];
        if row.poll_at <= self.now {
            row.poll_at = Time::NEVER;
        }
        // Whoever takes over looks at them.
        if self.can_act(cluster) {
            self.declare_undeclared(cluster);
            self.try_waiting(cluster);
        }
        self.look_at_evacuations();
    }

    fn try_waiting(&mut self, cluster: ClusterId) {
        self.retry_seeking(cluster);
        let mut waiting = std::mem::take(&mut self.state.clusters[cluster.index()].waiting);
        let mut still = std::mem::take(&mut self.state.scratch_waiting);
        let mut next = self.state.clusters[cluster.index()].poll_at;
        for vm in waiting.drain(..) {
            if self.state.windows_open > 0 && !self.can_act(cluster) {
                still.push(vm);
                continue;
            }
            if let Err(reason) = self.attempt(cluster, vm) {
                still.push(vm);
                self.wait(cluster, vm, reason);
                let at = self.state.restarts[vm.index()].retry_at;
                next = if at > self.now { next.min(at) } else { next };
            }
        }
        self.state.scratch_waiting = waiting;
        self.state.clusters[cluster.index()].waiting = still;
        if next != Time::NEVER {
            self.look_at_those_who_wait_at(cluster, next);
        }
    }

    /// A new leader knows nothing of earlier attempts (VMW-50).
    pub(super) fn forget_attempts(&mut self, cluster: ClusterId) {
        for number in 0..self.state.clusters[cluster.index()].waiting.len() {
            let vm = self.state.clusters[cluster.index()].waiting[number];
            let row = &mut self.state.restarts[vm.index()];
            if matches!(row.waits, Some(WaitReason::Retry | WaitReason::Person)) {
                (row.failed, row.retry_at) = (0, self.now);
                self.state.forget_failed_starts(vm);
            }
        }
    }
}
