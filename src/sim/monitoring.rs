//! A guest that its cluster has reset often enough goes to another host (HYP-32, GFC-09).

use super::{Observer, Signal, Simulation};
use crate::engine::Clock;
use crate::model::{VmClock, VmId};
use crate::policy;
use crate::state::VmPhase;

impl<O: Observer> Simulation<'_, O> {
    /// Whether a clock that is due is that of a reset, and the cluster moves the VM instead.
    #[inline]
    pub(super) fn is_moved(&mut self, vm: VmId, which: VmClock) -> bool {
        which == VmClock::Guest
            && self.state.vms[vm.index()].phase == VmPhase::GuestDead
            && self.life(vm).is_spent()
    }

    /// Starts a VM whose guest has crashed on another host; where there is none, where it is.
    pub(super) fn move_guest(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a guest has crashed where it lives");
        let cluster = self.cluster_of(host);
        self.let_go(vm);
        let row = &mut self.state.vms[vm.index()];
        row.phase = VmPhase::Off;
        for which in [VmClock::Guest, VmClock::Step] {
            row.clocks[which as usize] = Clock::IDLE;
        }
        self.state.remove(self.model, vm);
        let doomed = std::mem::replace(&mut self.state.hosts[host.index()].doomed, true);
        let other = if self.can_act(cluster) {
            policy::choose_host(self.model, self.state, cluster, vm)
        } else {
            None
        };
        self.state.hosts[host.index()].doomed = doomed;
        self.state.monitors[vm.index()].resets = 0;
        if let Some(other) = other {
            self.state.place(self.model, vm, other);
            self.order_start(vm, other);
        } else {
            self.state.place(self.model, vm, host);
            self.tell(Signal::VmReset { vm });
            self.begin_way_back(vm);
        }
        self.retry_waiting(cluster);
    }
}
