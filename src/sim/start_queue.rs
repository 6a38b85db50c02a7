//! Starts on one host: so many at a time, higher priorities first, and what becomes of one that fails.

use super::{Observer, Signal, Simulation};
use crate::engine::{Clock, Span};
use crate::model::{ClusterId, HostId, RetryHost, VmClock, VmDraw, VmId, WaitReason};
use crate::state::{DiskSwitch, NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Whether a VM that has been given a place on a host must wait there for its turn.
    #[inline(always)]
    pub(super) fn must_queue(&mut self, cluster: ClusterId, host: HostId, vm: VmId) -> bool {
        let rules = &self.model.clusters[cluster.index()].restart;
        if !rules.limit_starts() {
            return false;
        }
        let class = self.model.service_of(vm).priority;
        let row = &mut self.state.hosts[host.index()];
        if row.starts_until <= self.now && row.queued == 0 {
            (row.starts, row.starts_class) = (0, class);
            return false;
        }
        // Starts are counted as they are ordered; only where that may be too many are they looked at one by one.
        if row.queued == 0
            && row.starts < rules.starts_per_host
            && !(rules.by_class && class < row.starts_class)
        {
            return false;
        }
        !self.may_start(host, class)
    }

    /// Whether one more VM of a priority may start on a host: those under way are counted.
    fn may_start(&mut self, host: HostId, class: u8) -> bool {
        let cluster = self.model.hosts[host.index()].cluster.expect("a host of a cluster");
        let rules = &self.model.clusters[cluster.index()].restart;
        let (mut starts, mut higher) = (0, false);
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            let vm = VmId(next);
            next = self.state.vms[vm.index()].next;
            if !self.model.service_of(vm).host_cluster {
                continue;
            }
            self.catch_up(vm);
            if self.state.vms[vm.index()].phase == VmPhase::PowerOn {
                starts += 1;
                higher |= self.model.service_of(vm).priority > class;
                self.watch_start(vm);
            }
        }
        starts < rules.starts_per_host && !(rules.by_class && higher)
    }

    /// Others wait for the end of this start, so it is not private any more.
    fn watch_start(&mut self, vm: VmId) {
        if std::mem::replace(&mut self.state.vms[vm.index()].private, false) && self.served != vm.0 {
            self.show_clocks(vm);
        }
    }

    /// The order to start goes out.
    pub(super) fn order_start(&mut self, vm: VmId, host: HostId) {
        if self.state.restarts[vm.index()].switch != DiskSwitch::Settled {
            self.begin_switch(vm, host);
            return;
        }
        let cause = self.state.vms[vm.index()].cause;
        self.tell(Signal::RestartOrdered { vm, host, cause });
        let cluster = self.model.hosts[host.index()].cluster.expect("a host of a cluster");
        let rules = &self.model.clusters[cluster.index()].restart;
        if rules.start_failure > 0.0 && self.start_will_fail(vm, rules.start_failure) {
            self.begin_start_that_fails(vm);
        } else {
            self.choose_privacy(vm, host);
            self.power_on(vm);
        }
        if rules.limit_starts() {
            self.count_start(vm, host);
        }
    }

    /// Whether the start that is about to begin will come to nothing.
    fn start_will_fail(&mut self, vm: VmId, chance: f64) -> bool {
        let draw = self.state.vms[vm.index()].boots + 1;
        let stream = self.model.vms[vm.index()].streams.of(VmDraw::StartFailure);
        let fails = !self.stretch.comes_off(1.0 - chance, 1.0 - self.random.uniform(stream, draw));
        self.state.restarts[vm.index()].failing = fails;
        fails
    }

    fn begin_start_that_fails(&mut self, vm: VmId) {
        let row = &mut self.state.vms[vm.index()];
        row.boots += 1;
        row.phase = VmPhase::PowerOn;
        let boots = row.boots;
        let way = &self.model.service_of(vm).way_back;
        let span = self.draw_vm(&way.power_on, vm, VmDraw::PowerOn, boots);
        self.arm_vm(vm, VmClock::Step, span);
    }

    /// One more start is under way on a host of a cluster that limits them.
    fn count_start(&mut self, vm: VmId, host: HostId) {
        let row = &self.state.vms[vm.index()];
        if row.phase == VmPhase::PowerOn {
            let until = row.clocks[VmClock::Step as usize].due();
            let class = self.model.service_of(vm).priority;
            let row = &mut self.state.hosts[host.index()];
            row.starts += 1;
            row.starts_class = row.starts_class.max(class);
            row.starts_until = row.starts_until.max(until);
        }
    }

    /// The other copy of a VM's disks is made ready before it starts there.
    pub(super) fn begin_switch(&mut self, vm: VmId, host: HostId) {
        self.give_up_first_copy(vm);
        self.tell(Signal::DisksSwitching { vm, host });
        let storage = self.model.vms[vm.index()].storage.expect("a VM without disks switches none");
        let mirror = self.model.storages[storage.index()].mirror.as_ref().expect("there is another copy");
        let draw = self.state.vms[vm.index()].boots + 1;
        let span = self.draw_vm(&mirror.switch, vm, VmDraw::Switch, draw);
        self.watch_start(vm);
        self.disarm_vm(vm, VmClock::Disk);
        self.state.vms[vm.index()].phase = VmPhase::PowerOn;
        self.arm_vm(vm, VmClock::Step, span);
        if self.model.clusters[self.cluster_of(host).index()].restart.limit_starts() {
            self.count_start(vm, host);
        }
    }

    /// The other copy is ready.
    pub(super) fn on_disks_switched(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        self.state.restarts[vm.index()].switch = DiskSwitch::Settled;
        self.state.vms[vm.index()].phase = VmPhase::Off;
        self.order_start(vm, host);
        if self.state.hosts[host.index()].queued > 0 {
            self.watch_start(vm);
        }
        // Powering on may take no time at all.
        self.on_start_through(vm);
    }

    /// Whether a clock that is due ends the switch to the other copy of a VM's disks.
    #[inline]
    pub(super) fn disks_switch(&self, vm: VmId, which: VmClock) -> bool {
        which == VmClock::Step
            && self.state.vms[vm.index()].phase == VmPhase::PowerOn
            && self.state.restarts.get(vm.index()).is_some_and(|row| row.switch == DiskSwitch::Begun)
    }

    /// A start is through, one way or the other: the next ones on its host may begin.
    pub(super) fn on_start_through(&mut self, vm: VmId) {
        if let Some(host) = self.state.vms[vm.index()].host()
            && self.state.hosts[host.index()].queued > 0
            && self.state.vms[vm.index()].phase != VmPhase::PowerOn
        {
            self.start_queued(host);
        }
    }

    /// Starts those who are queued on a host, as far as they may.
    pub(super) fn start_queued(&mut self, host: HostId) {
        while self.state.hosts[host.index()].queued > 0 {
            let mut first: Option<VmId> = None;
            let mut next = self.state.hosts[host.index()].first_vm;
            while next != NOWHERE {
                let rank = |vm: VmId| self.model.vms[vm.index()].rank;
                let better = first.is_none_or(|first| rank(VmId(next)) < rank(first));
                let clustered = self.model.service_of(VmId(next)).host_cluster;
                if clustered && self.state.restarts[next as usize].queued && better {
                    first = Some(VmId(next));
                }
                next = self.state.vms[next as usize].next;
            }
            let vm = first.expect("somebody is queued");
            if !self.may_start(host, self.model.service_of(vm).priority) {
                return;
            }
            self.state.queue(vm, host, false);
            self.order_start(vm, host);
        }
    }

    /// Whether a clock that is due ends a start that comes to nothing.
    #[inline]
    pub(super) fn start_fails(&self, vm: VmId, which: VmClock) -> bool {
        which == VmClock::Step
            && self.state.vms[vm.index()].phase == VmPhase::PowerOn
            && self.state.restarts.get(vm.index()).is_some_and(|row| row.failing)
    }

    /// A start has come to nothing: the VM leaves its host and is tried again, or given up.
    pub(super) fn on_start_failed(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        let cluster = self.cluster_of(host);
        self.tell(Signal::RestartFailed { vm, host });
        let row = &mut self.state.vms[vm.index()];
        row.phase = VmPhase::Off;
        row.clocks[VmClock::Step as usize] = Clock::IDLE;
        self.state.remove(self.model, vm);
        let rules = &self.model.clusters[cluster.index()].restart;
        let row = &mut self.state.restarts[vm.index()];
        row.failing = false;
        row.failed = row.failed.saturating_add(1);
        let failed = u32::from(row.failed);
        // GFC-09, OSS-09: once more where it was.
        let again = failed == 1 && rules.retry_host == RetryHost::SameFirst;
        self.state.note_failed_start(self.model, vm, host, again);
        let nowhere_left = self.state.has_failed_everywhere(self.model, cluster, vm);
        let row = &mut self.state.restarts[vm.index()];
        let reason = if failed < rules.attempts && !nowhere_left {
            let doublings = if rules.retry_doubles { failed - 1 } else { 0 };
            let wait = rules.retry_after.0.saturating_mul(1_u64.checked_shl(doublings).unwrap_or(u64::MAX));
            row.retry_at = self.now + Span(wait);
            WaitReason::Retry
        } else {
            let wait = self.resumption(cluster, vm);
            self.state.restarts[vm.index()].retry_at = self.now + wait;
            WaitReason::Person
        };
        self.put_back(cluster, vm, reason);
        self.start_queued(host);
        self.retry_waiting(cluster);
    }
}
