//! What clients want of a balanced group goes up and down over the week; what its members can carry does not.
//!
//! The group looks at the load when a member comes or goes, and then sleeps until the load crosses what the members that
//! are left can carry: while there are enough of them nothing happens, however often the load changes.

use super::{Cause, Observer, Simulation};
use crate::model::{InstanceId, Load, NO_TIMER, Ppm};

impl<O: Observer> Simulation<'_, O> {
    /// What clients of an instance want just now, as a part of the most.
    #[inline]
    pub(super) fn load_of(&self, instance: InstanceId) -> Ppm {
        let service = self.model.instances[instance.index()].service;
        self.model.services[service.index()].load.as_ref().map_or(Ppm::ONE, |load| load.at(self.now))
    }

    /// The load has crossed what the members can carry.
    pub(super) fn on_load_stepped(&mut self, instance: InstanceId) {
        let cause = self.cause_of_shortage(instance);
        self.serve_balanced(instance, cause);
    }

    /// Sees to it that the group looks again when the load has changed what it serves.
    #[inline]
    pub(super) fn await_load(&mut self, instance: InstanceId) {
        match self.model.timers.loads.get(instance.index()) {
            None | Some(&NO_TIMER) => {}
            Some(&slot) => self.await_load_at(instance, slot),
        }
    }

    fn await_load_at(&mut self, instance: InstanceId, slot: u32) {
        let service = self.model.instances[instance.index()].service;
        let Some(load) = &self.model.services[service.index()].load else {
            unreachable!("only instances with a load have this timer")
        };
        // What serves as much of the most as of nothing serves the same part of anything.
        let steady = self.served_under(instance, load.most()) == self.served_under(instance, Ppm(0));
        let served = self.served_under(instance, load.at(self.now));
        let mut next = if steady { None } else { load.next_step(self.now) };
        while let Some(at) = next.filter(|&at| self.served_under(instance, load.at(at)) == served) {
            // After a week everything has been looked at.
            next = load.next_step(at).filter(|&next| next.since(self.now) <= Load::WEEK);
        }
        match next {
            Some(at) => self.state.timers.arm(slot, at),
            None => self.state.timers.disarm(slot),
        }
    }

    /// Whose fault it is that too little is served: that of a member whose clients are turned away, or who is away.
    fn cause_of_shortage(&self, instance: InstanceId) -> Cause {
        let members = || self.model.vms_of(instance);
        let dark = members().find(|vm| self.state.members[vm.index()].dark_ppb > 0);
        let away = || members().find(|vm| !self.state.members[vm.index()].counted);
        dark.or_else(away).map_or(Cause::HostCrash, |vm| self.state.vms[vm.index()].cause)
    }
}
