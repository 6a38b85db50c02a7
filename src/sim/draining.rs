//! Members of a balanced group that planned work waits for: nobody new is sent to them, and those who have something under
//! way there may finish (NLB-15), for as long as the group lets them.
//!
//! The others share the clients out among themselves at once (MTX-86). Assumption: what a member that drains still serves is
//! little beside what it served before, so the group's capacity is that of the others. The last member that serves is not
//! drained: there is nobody to send clients to.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{Drain, GuestGroup, HostId, OpenWork, VmClock, VmId};
use crate::state::{MemberPhase, NOWHERE};

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
        let others = self.state.instances[instance.index()].serving > 1;
        let open = self.state.sessions.get(vm.index()).map_or(0, |row| row.open.sessions);
        let lasts = drain.lasts(open);
        if lasts == Span::ZERO || !others {
            return false;
        }
        self.tell(Signal::DrainBegun { vm });
        self.drop_member(instance, vm);
        let member = &mut self.state.members[vm.index()];
        (member.phase, member.joins_at) = (MemberPhase::Draining, self.now);
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

    /// Nobody waits any longer for the clients of a member: those who have not finished are cut off.
    pub(super) fn end_drain(&mut self, vm: VmId) {
        self.settle_drain(vm);
        self.state.members[vm.index()].phase = MemberPhase::Out;
        // Transactions are short: they have finished.
        self.drop_work(vm, true);
    }

    /// A member that nobody works on after all joins again.
    pub(super) fn come_back(&mut self, vm: VmId) {
        let cause = self.state.vms[vm.index()].cause;
        self.on_member_changed(self.model.vms[vm.index()].instance, vm, cause);
    }

    /// Brings the sessions that are open on a member that drains up to now. Says whether it is one.
    pub(super) fn settle_drain(&mut self, vm: VmId) -> bool {
        let Some(drain) = self.drain_of(vm).filter(|_| self.is_draining(vm)) else { return false };
        let since = std::mem::replace(&mut self.state.members[vm.index()].joins_at, self.now);
        let OpenWork { sessions, .. } = &mut self.state.sessions[vm.index()].open;
        *sessions = drain.left(*sessions, self.now.since(since));
        true
    }

    fn drain_of(&self, vm: VmId) -> Option<Drain> {
        match self.model.service_of(vm).guest {
            Some(GuestGroup::Balanced { drain, .. }) => drain,
            _ => None,
        }
    }
}
