//! What a host that is alone does about its VMs: it leaves them on, shuts them down, turns them off (VMW-35), or pauses
//! them (HYP-23).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{
    ClusterId, Delay, Fencing, HostDraw, HostId, IsolationResponse, NO_TIMER, PartKind, Product, StorageKind,
    Traffic, VmId,
};
use crate::state::{HostPhase, NOWHERE, Shutdown};

impl<O: Observer> Simulation<'_, O> {
    /// `can_fence`: whether there are others who can have fenced it by now.
    pub(super) fn respond(
        &mut self,
        cluster: ClusterId,
        host: HostId,
        response: IsolationResponse,
        can_fence: bool,
    ) {
        if self.state.clusters[cluster.index()].alone == Some(host) {
            return;
        }
        if self.survives_alone(cluster, host) {
            self.go_on_alone(cluster, host);
            return;
        }
        let cause = self.cut_off_by(host);
        if self.end_fencing(cluster, host, cause) {
            return;
        }
        let downs = self.state.hosts[host.index()].downs + 1;
        match (&self.model.clusters[cluster.index()].product, response) {
            (Product::Primary(p), _) => {
                let stops = move |sim: &Self, vm| sim.may_stop_alone(cluster, host, vm);
                let found_after = |sim: &Self, downs, takes: Span| match sim.next_attempt_on(cluster, host) {
                    Some(attempt) => attempt.max(takes),
                    None => sim.draw_host(host, HostDraw::Response, &p.restart_after_response, downs) + takes,
                };
                self.stop_as_they_say(
                    host,
                    response,
                    cause,
                    (&p.shutdown, p.shutdown_timeout),
                    stops,
                    found_after,
                );
            }
            // VML-08: so that the restart elsewhere finds the lock free.
            (Product::FivePrimaries(p), _) => {
                // Nobody orders anything before the host is given up.
                let given_up = p.failed_after + p.heartbeat_interval;
                let waits = given_up.less(p.isolation_declared_after + p.isolation_response_delay);
                let found_after = |_: &Self, _, takes: Span| waits + takes;
                let shutdown = (&p.shutdown, Span(u64::MAX));
                self.stop_as_they_say(host, response, cause, shutdown, |_, _| true, found_after);
            }
            (Product::Quorum(p), _) => {
                // Those who have lost quorum together have nobody who regroups.
                let span = match self.state.is_connected(self.model, host) {
                    true => Span::ZERO,
                    false => self.regroup_and_move(p, host, downs),
                };
                self.evict(host, cause, span);
                self.release_io(host);
            }
            // Without quorum the others fence nobody, and whoever has no quorum stops its VMs.
            (Product::Ring(p), _) if matches!(p.fencing, Fencing::Peers { .. }) && !can_fence => {
                self.evict(host, cause, Span::ZERO);
            }
            (Product::Ring(_), _) if self.has_watchdogs(cluster) && self.is_idle(host) => {}
            (Product::Pool(_) | Product::Ring(_), _) => self.fence(host, cause),
            (Product::Custom { .. }, _) => unreachable!("custom has no network to lose"),
        }
    }

    /// VMW-35: what a host that is alone does about one of its VMs: what that says itself, or its cluster.
    fn response_for(&self, vm: VmId, of_cluster: IsolationResponse) -> IsolationResponse {
        self.model.service_of(vm).isolation_response.unwrap_or(of_cluster)
    }

    /// Whether a host that is alone stops any VM of its cluster, should it run it.
    pub(super) fn responds(&self, cluster: ClusterId, of_cluster: IsolationResponse) -> bool {
        of_cluster != IsolationResponse::LeaveOn
            || self.model.clusters[cluster.index()].has_vms_that_stop_alone
    }

    /// Of the VMs of a host that may be stopped: turns off those that are to be, shuts down others, and leaves the rest on.
    /// Whoever has been turned off is looked for before those that take their time are.
    fn stop_as_they_say(
        &mut self,
        host: HostId,
        of_cluster: IsolationResponse,
        cause: Cause,
        (shutdown, timeout): (&Delay, Span),
        stops: impl Fn(&Self, VmId) -> bool + Copy,
        found_after: impl Fn(&Self, u32, Span) -> Span,
    ) {
        let clustered = |sim: &Self, vm| sim.model.service_of(vm).host_cluster;
        let concerns = move |sim: &Self, vm: VmId, response| {
            clustered(sim, vm) && stops(sim, vm) && sim.response_for(vm, of_cluster) == response
        };
        // Where all are left on that has been said already.
        if self.any_stops_alone(host, of_cluster) {
            let stays = |sim: &Self, vm: VmId| {
                clustered(sim, vm)
                    && !(stops(sim, vm) && sim.response_for(vm, of_cluster) != IsolationResponse::LeaveOn)
            };
            self.tell_who_is_left_on(host, stays);
        }
        for response in [IsolationResponse::PowerOff, IsolationResponse::ShutDown] {
            let concerns = move |sim: &Self, vm| concerns(sim, vm, response);
            if self.count_residents(host, concerns) == 0 {
                continue;
            }
            let downs = self.state.hosts[host.index()].downs + 1;
            if response == IsolationResponse::PowerOff {
                self.evict_where(host, cause, Stop::OFF, found_after(self, downs, Span::ZERO), concerns);
                continue;
            }
            let whole = self.draw_host(host, HostDraw::Shutdown, shutdown, downs);
            // VMW-36: whoever is not through in time is turned off.
            let stop = Stop { clean: whole <= timeout, takes: whole.min(timeout) };
            self.begin_shutdown(host, stop.takes, concerns);
            self.evict_where(host, cause, stop, found_after(self, downs, stop.takes), concerns);
        }
        // VMW-42: copies in its memory are VMs that it stops as well.
        let copies = self.state.hosts[host.index()].stale;
        self.end_stale_where(host, |sim, vm| sim.response_for(vm, of_cluster) != IsolationResponse::LeaveOn);
        if self.state.hosts[host.index()].stale < copies {
            self.retry_waiting(self.cluster_of(host));
        }
    }

    /// Whether any VM that its cluster protects and that is on a host now is to be stopped when that is alone.
    fn any_stops_alone(&mut self, host: HostId, of_cluster: IsolationResponse) -> bool {
        let stops = |sim: &Self, vm| {
            sim.model.service_of(vm).host_cluster
                && sim.response_for(vm, of_cluster) != IsolationResponse::LeaveOn
        };
        self.count_residents(host, stops) > 0
    }

    /// Some VMs of a host are to be shut down, which takes a while: it is told before they feel it.
    fn begin_shutdown(&mut self, host: HostId, takes: Span, concerns: impl Fn(&Self, VmId) -> bool) {
        let vms = self.count_residents(host, |sim, vm| concerns(sim, vm) && sim.has_guest_to_shut_down(vm));
        if vms > 0 {
            self.tell(Signal::ShutdownBegun { host, vms });
        }
        let slot = self.model.timers.hosts[host.index()].shutdown;
        if takes > Span::ZERO && self.now + takes < self.state.timers.at(slot) {
            self.arm(slot, takes);
        }
    }

    fn has_guest_to_shut_down(&self, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        !row.suspended && row.phase.uses_disk()
    }

    /// Whether a host is shutting down VMs.
    fn is_shutting_down(&self, host: HostId) -> bool {
        let slot = self.model.timers.hosts[host.index()].shutdown;
        slot != NO_TIMER && self.state.timers.at(slot) != Time::NEVER
    }

    /// A host goes down, or has lost disks, while its VMs are shutting down: to those it concerns that is a crash.
    pub(super) fn break_off_shutdown(&mut self, host: HostId) {
        if !self.is_shutting_down(host) {
            return;
        }
        let up = self.state.hosts[host.index()].phase == HostPhase::Up;
        let (mut next, mut vms) = (self.state.hosts[host.index()].first_lost, 0);
        while next != NOWHERE {
            let vm = VmId(next);
            next = self.state.vms[vm.index()].next;
            let under_way = self.state.shutdown_of(vm).until > self.now;
            if under_way && !(up && self.state.reaches_disk(self.model, vm, host)) {
                self.state.end_shutdown(vm);
                self.state.vms[vm.index()].unclean = true;
                vms += 1;
            }
        }
        if vms > 0 {
            self.tell(Signal::ShutdownCutShort { host, vms });
        }
    }

    /// What a host has shut down is off; or its time is over, and it turns off what is not through (VMW-36).
    pub(super) fn on_shutdown_ended(&mut self, host: HostId) {
        let (mut next, mut ended, mut next_end) =
            (self.state.hosts[host.index()].first_lost, [0; 2], Time::NEVER);
        while next != NOWHERE {
            let vm = VmId(next);
            next = self.state.vms[vm.index()].next;
            let Shutdown { until, in_time } = self.state.shutdown_of(vm);
            if until > self.now {
                next_end = next_end.min(until);
            } else if until > Time::ZERO {
                self.state.end_shutdown(vm);
                ended[usize::from(in_time)] += 1;
            }
        }
        if next_end != Time::NEVER {
            self.state.timers.arm(self.model.timers.hosts[host.index()].shutdown, next_end);
        }
        let [late, through] = ended;
        for (vms, in_time) in [(through, true), (late, false)] {
            if vms > 0 {
                self.tell(Signal::ShutdownEnded { host, vms, in_time });
            }
        }
    }

    /// What a host is shutting down is off before planned work begins.
    pub(super) fn end_shutdowns(&mut self, host: HostId) {
        if self.is_shutting_down(host) {
            self.disarm(self.model.timers.hosts[host.index()].shutdown);
            let mut next = self.state.hosts[host.index()].first_lost;
            while next != NOWHERE {
                self.state.end_shutdown(VmId(next));
                next = self.state.vms[next as usize].next;
            }
        }
    }

    /// A host that is alone leaves the VMs on that its cluster protects, where none of them is to be stopped.
    pub(super) fn leave_on(&mut self, host: HostId, of_cluster: IsolationResponse) {
        if !self.any_stops_alone(host, of_cluster) {
            self.tell_who_is_left_on(host, |sim, vm| sim.model.service_of(vm).host_cluster);
        }
    }

    fn tell_who_is_left_on(&mut self, host: HostId, stays: impl Fn(&Self, VmId) -> bool) {
        let vms = self.count_residents(host, stays);
        if vms > 0 {
            self.tell(Signal::VmsLeftOn { host, vms });
        }
    }

    fn count_residents(&mut self, host: HostId, counts: impl Fn(&Self, VmId) -> bool) -> u32 {
        let residents = self.state.take_residents(host);
        let mut number = 0;
        for &vm in &residents {
            self.catch_up(vm);
            number += u32::from(counts(self, vm));
        }
        self.state.scratch = residents;
        number
    }

    /// VMW-38: a host that is alone stops a VM only where somebody else owns its datastore, so that it is started
    /// again, or where it has lost that datastore itself.
    fn may_stop_alone(&self, cluster: ClusterId, host: HostId, vm: VmId) -> bool {
        // Disks in a host are nobody else's.
        let local = self.model.vms[vm.index()]
            .storage
            .is_some_and(|storage| self.model.storages[storage.index()].kind == StorageKind::Das);
        let owned = !local
            && self
                .primaries(cluster)
                .any(|primary| primary != host && self.state.reaches_disk(self.model, vm, primary));
        owned || !self.state.reaches_disk(self.model, vm, host)
    }

    /// HYP-23: the VMs of a node that is alone are paused where their storage is shared blocks.
    pub(super) fn hold_io(&mut self, cluster: ClusterId, host: HostId) {
        let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product else { return };
        if profile.holds_io && !self.survives_alone(cluster, host) {
            self.catch_up_with(PartKind::Link(host, Traffic::Storage));
            self.state.hosts[host.index()].holds_io = true;
            let vms = self.count_residents(host, |sim, vm| {
                let row = &sim.state.vms[vm.index()];
                row.phase.uses_disk() && !row.suspended && !sim.state.reaches_disk(sim.model, vm, host)
            });
            if vms > 0 {
                self.tell(Signal::VmsPaused { host, vms });
            }
            let cause = self.cut_off_by(host);
            self.feel_disks(host, cause);
        }
    }

    /// They go on.
    pub(super) fn release_io(&mut self, host: HostId) {
        if self.state.hosts[host.index()].holds_io {
            self.catch_up_with(PartKind::Link(host, Traffic::Storage));
            self.state.hosts[host.index()].holds_io = false;
            let vms = self.count_residents(host, |sim, vm| {
                sim.state.vms[vm.index()].suspended && sim.state.reaches_disk(sim.model, vm, host)
            });
            if vms > 0 {
                self.tell(Signal::VmsResumed { host, vms });
            }
            self.feel_disks(host, Cause::LinkFailure);
        }
    }

    /// Turns off the VMs that the cluster protects on a host that runs on. They are looked for after `span`.
    pub(super) fn evict(&mut self, host: HostId, cause: Cause, span: Span) {
        self.evict_where(host, cause, Stop::OFF, span, |_, _| true);
    }

    fn evict_where(
        &mut self,
        host: HostId,
        cause: Cause,
        stop: Stop,
        span: Span,
        stops: impl Fn(&Self, VmId) -> bool,
    ) {
        let doomed = std::mem::replace(&mut self.state.hosts[host.index()].doomed, true);
        let residents = self.state.take_residents(host);
        let mut evicted = false;
        for &vm in &residents {
            if !self.model.service_of(vm).host_cluster || !stops(self, vm) {
                continue;
            }
            if !std::mem::replace(&mut evicted, true) {
                self.state.hosts[host.index()].downs += 1;
            }
            let takes = if self.has_guest_to_shut_down(vm) { stop.takes } else { Span::ZERO };
            self.stop_vm_as(vm, cause, stop.clean);
            self.state.vms[vm.index()].cause = cause;
            self.state.lose(self.model, vm);
            if takes > Span::ZERO {
                self.state.shutdowns[vm.index()] = Shutdown { until: self.now + takes, in_time: stop.clean };
                // Should others that are lost here be found before that, it is found when it is off.
                self.state.restarts[vm.index()].retry_at = self.now + span;
            }
        }
        self.state.scratch = residents;
        self.state.hosts[host.index()].doomed = doomed;
        if evicted {
            self.declare_after(host, span);
        }
    }
}

/// How VMs are stopped: whether they end cleanly, and how long that takes.
#[derive(Clone, Copy, Debug)]
struct Stop {
    clean: bool,
    takes: Span,
}

impl Stop {
    const OFF: Stop = Stop { clean: false, takes: Span::ZERO };
}
