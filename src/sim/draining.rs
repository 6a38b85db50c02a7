//! Members of a balanced group that planned work waits for: nobody new is sent to them, and those who have something under
//! way there may finish (NLB-15), for as long as the group lets them.
//!
//! The others share the clients out among themselves at once (MTX-86). Assumptions: what a member that drains still serves is
//! little beside what it served before, so the group's capacity is that of the others; transactions are short, and have finished
//! as soon as anybody looks. A member that is out of reach while it drains goes on draining, since nobody is sent to it: its
//! clients are as patient as any.
//!
//! The last member that serves its side is not drained: there is nobody to send clients to. Where the others are lost while one
//! drains it takes clients again, and its turn is over: its patch, or the work on its host, waits for the next round.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{Drain, GuestGroup, HostId, InstanceId, VmClock, VmId};
use crate::state::{Drains, MemberPhase, NOWHERE};

impl<O: Observer> Simulation<'_, O> {
    /// Whether planned work has to wait for a VM's clients: it drains, from now on or already.
    pub(super) fn drains(&mut self, vm: VmId) -> bool {
        let Some(drain) = self.drain_of(vm) else { return false };
        let instance = self.model.vms[vm.index()].instance;
        match self.state.members[vm.index()].phase {
            MemberPhase::Draining => return true,
            MemberPhase::Converged if self.is_serving(vm) => {}
            _ => return false,
        }
        let open = self.state.sessions.get(vm.index()).map_or(0, |row| row.open.sessions);
        if open == 0 || !self.others_serve(vm) {
            return false;
        }
        let lasts = drain.lasts(open);
        if lasts == Span::ZERO {
            // Nobody waits for them.
            self.drop_work(vm, true);
            return false;
        }
        self.tell(Signal::Drains { vm, broken_off: false });
        self.drop_member(instance, vm);
        let member = &mut self.state.members[vm.index()];
        (member.phase, member.joins_at) = (MemberPhase::Draining, self.now);
        self.state.sessions[vm.index()].open.transactions = 0;
        self.arm_vm(vm, VmClock::Member, lasts);
        self.serve_balanced(instance, Cause::Maintenance);
        self.spread_sessions(instance);
        true
    }

    /// The same of all VMs on a host; all of them begin at once.
    pub(super) fn drains_any(&mut self, host: HostId) -> bool {
        let (mut next, mut any) = (self.state.hosts[host.index()].first_vm, false);
        while next != NOWHERE {
            any |= self.drains(VmId(next));
            next = self.state.vms[next as usize].next;
        }
        any
    }

    /// Whether planned work waits for a VM's clients.
    #[inline]
    pub(super) fn is_draining(&self, vm: VmId) -> bool {
        self.drain_of(vm).is_some() && self.state.members[vm.index()].phase == MemberPhase::Draining
    }

    /// Whether those who were on a member when its drain began have finished, or been cut off.
    pub(super) fn is_drained(&self, vm: VmId) -> bool {
        self.drain_of(vm).is_some() && self.state.members[vm.index()].phase == MemberPhase::Out
    }

    /// Nobody waits any longer for the clients of a member: those who have not finished are cut off.
    pub(super) fn end_drain(&mut self, vm: VmId) {
        self.settle_drain(vm);
        self.state.members[vm.index()].phase = MemberPhase::Out;
        self.drop_work(vm, true);
    }

    /// Others of a group are lost: a member that drains and is the last of them takes clients again.
    pub(super) fn look_at_drains(&mut self, instance: InstanceId) {
        if self.state.windows_open == 0 {
            return;
        }
        for vm in self.model.vms_of(instance) {
            if !self.is_draining(vm) || !self.is_serving(vm) || self.others_serve(vm) {
                continue;
            }
            if let Some(host) = self.state.vms[vm.index()].host() {
                let drains = &mut self.state.hosts[host.index()].drains;
                if *drains == Drains::Waits {
                    *drains = Drains::GivenUp;
                }
            }
            self.break_drain_off(vm);
            self.look_at_window_of(vm);
        }
    }

    /// A member that drains takes clients again.
    pub(super) fn break_drain_off(&mut self, vm: VmId) {
        self.settle_drain(vm);
        self.disarm_vm(vm, VmClock::Member);
        self.state.members[vm.index()].phase = MemberPhase::Out;
        self.tell(Signal::Drains { vm, broken_off: true });
        self.come_back(vm);
    }

    /// A member that nobody works on after all joins again.
    pub(super) fn come_back(&mut self, vm: VmId) {
        let cause = self.state.vms[vm.index()].cause;
        let instance = self.model.vms[vm.index()].instance;
        self.on_member_changed(instance, vm, cause);
        self.spread_sessions(instance);
    }

    /// The sessions that are open on a member that drains, as of now; `None` of one that does not.
    pub(super) fn sessions_left(&self, vm: VmId) -> Option<u32> {
        let drain = self.drain_of(vm).filter(|_| self.is_draining(vm))?;
        let since = self.state.members[vm.index()].joins_at;
        Some(drain.left(self.state.sessions[vm.index()].open.sessions, self.now.since(since)))
    }

    /// Brings the sessions of a member that drains up to now, for it does so no longer. Says whether it is one.
    pub(super) fn settle_drain(&mut self, vm: VmId) -> bool {
        let Some(left) = self.sessions_left(vm) else { return false };
        self.state.sessions[vm.index()].open.sessions = left;
        self.state.members[vm.index()].joins_at = self.now;
        true
    }

    fn drain_of(&self, vm: VmId) -> Option<Drain> {
        match self.model.service_of(vm).guest {
            Some(GuestGroup::Balanced { drain, .. }) => drain,
            _ => None,
        }
    }
}
