//! What an instance serves of its demand, and which layer looks after it when a VM changes.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{GuestGroup, InstanceId, Traffic, VmId};
use crate::state::{InstanceState, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A VM came, went, stalled, or was cut off. `cause` is what an outage that follows is booked on.
    #[inline]
    pub(super) fn on_vm_changed(&mut self, vm: VmId, cause: Cause) {
        if self.state.demands.is_empty() {
            self.hear_of(vm, cause);
        } else {
            self.on_demand_changed(vm, cause);
        }
    }

    /// Whoever looks after a VM hears that it has changed.
    #[inline]
    pub(super) fn hear_of(&mut self, vm: VmId, cause: Cause) {
        let instance = self.model.vms[vm.index()].instance;
        if !self.state.sessions.is_empty() {
            self.end_sessions(vm, cause);
        }
        match self.model.service_of(vm).guest {
            None => {
                let served = if self.is_serving(vm) { InstanceState::FULL_PPB } else { 0 };
                self.serve(instance, served, cause);
            }
            Some(GuestGroup::Failover(_)) => self.on_node_changed(instance, vm, cause),
            Some(GuestGroup::Balanced { .. }) => self.on_member_changed(instance, vm, cause),
        }
        if !self.state.sessions.is_empty() {
            self.look_at_sessions(vm);
        }
        if self.state.windows_open > 0 {
            self.look_at_window_of(vm);
        }
        if self.state.held > 0 && self.model.service_of(vm).is_awaited {
            self.release_dependents(self.model.vms[vm.index()].service);
        }
    }

    /// The step that a group inside the guests was in is over.
    pub(super) fn on_guest_group_stepped(&mut self, instance: InstanceId) {
        let service = self.model.instances[instance.index()].service;
        match self.model.services[service.index()].guest {
            Some(GuestGroup::Balanced { .. }) => self.on_parting_stepped(instance),
            _ => self.on_group_stepped(instance),
        }
    }

    /// Whether a VM answers its clients: its application is up, its disks and its clients in reach.
    #[inline]
    pub(super) fn is_serving(&self, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        row.phase == VmPhase::Up
            && !row.suspended
            && row.host().is_some_and(|host| self.state.hears(self.model, host, Traffic::Client))
    }

    /// Tells what an instance serves from now on, where that is news.
    #[inline]
    pub(super) fn serve(&mut self, instance: InstanceId, served_ppb: u32, cause: Cause) {
        if !self.state.demands.is_empty() {
            self.serve_share(instance, served_ppb, cause);
            return;
        }
        let row = &mut self.state.instances[instance.index()];
        serve(row, instance, served_ppb, cause, self.now, &mut self.observer);
    }
}

/// As [`Simulation::serve`], on an instance in hand.
#[inline(always)]
pub(super) fn serve<O: Observer>(
    row: &mut InstanceState,
    instance: InstanceId,
    served_ppb: u32,
    cause: Cause,
    now: Time,
    observer: &mut O,
) {
    if row.served_ppb == served_ppb {
        return;
    }
    row.served_ppb = served_ppb;
    tell_served(instance, served_ppb, cause, now, observer);
}

/// Tells what an instance serves.
#[inline(always)]
pub(super) fn tell_served<O: Observer>(
    instance: InstanceId,
    served_ppb: u32,
    cause: Cause,
    now: Time,
    observer: &mut O,
) {
    match served_ppb {
        0 => observer.observe(now, Signal::ServiceDown { instance, cause }),
        InstanceState::FULL_PPB => observer.observe(now, Signal::ServiceUp { instance }),
        part => {
            let lost_ppb = InstanceState::FULL_PPB - part;
            observer.observe(now, Signal::ServiceDegraded { instance, lost_ppb });
        }
    }
}
