//! VMs among the others: who hears of what a VM's life does, and who works on it.

use super::clocks::{lookup_of, monitor_of};
use super::life::Life;
use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::VmId;
use crate::state::{DiskSwitch, Job, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A VM in hand. Whoever changes its clocks calls [`Simulation::show_clocks`] afterwards.
    #[inline(always)]
    pub(super) fn life(&mut self, vm: VmId) -> Life<'_, O> {
        let model = self.model;
        let row = &self.state.vms[vm.index()];
        // Others than these do not power on, nor give up their disks.
        let service = model.service_of(vm);
        let asks = matches!(row.phase, VmPhase::Off | VmPhase::StorageWait | VmPhase::GuestDead)
            || (row.phase == VmPhase::AppDead && row.resets)
            || row.suspended;
        let monitor = if service.is_monitored && service.host_cluster {
            row.host().and_then(|host| monitor_of(model, host))
        } else {
            None
        };
        let reaches_disk = asks && row.host().is_some_and(|host| self.state.reaches_disk(model, vm, host));
        let lookup = match row.host() {
            Some(host) if service.is_looked_up => lookup_of(model, vm, host, &mut self.state.restarts),
            _ => None,
        };
        Life {
            vm,
            service,
            streams: model.vms[vm.index()].streams,
            row: &mut self.state.vms[vm.index()],
            random: self.random,
            now: self.now,
            observer: &mut self.observer,
            reaches_disk,
            monitor: monitor.map(|monitor| (monitor, &mut self.state.monitors[vm.index()])),
            lookup,
        }
    }

    /// Starts a VM on the host where it lives.
    #[inline]
    pub(super) fn begin_way_back(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        self.choose_privacy(vm, host);
        if self.model.service_of(vm).host_cluster {
            // Its host may have come back from planned work before its turn.
            self.state.queue(vm, host, false);
            let waits = self.state.restarts[vm.index()].switch != DiskSwitch::Settled;
            if waits && self.state.reaches_disk(self.model, vm, host) {
                // Its disks are no sooner ready for that.
                self.begin_switch(vm, host);
                return;
            }
        }
        self.power_on(vm);
    }

    /// As [`Simulation::begin_way_back`], of a VM that is in no queue and whose disks are settled.
    #[inline(always)]
    pub(super) fn power_on(&mut self, vm: VmId) {
        let changed = self.life(vm).power_on();
        self.share_boot(vm);
        self.on_life_changed(vm, changed);
    }

    /// A guest crashes, from its own fault or from a script.
    pub(super) fn on_guest_crashed(&mut self, vm: VmId, scripted: Option<Span>) {
        self.abandon_migration(vm);
        self.let_go(vm);
        self.note_last_write(vm);
        let changed = self.life(vm).crash_guest(scripted);
        self.call_person(vm, scripted);
        self.on_life_changed(vm, changed);
    }

    /// An application crashes or hangs, from its own fault or from a script.
    pub(super) fn on_app_failed(&mut self, vm: VmId, cause: Cause, scripted: Option<Span>) {
        let changed = self.life(vm).fail_app(cause, scripted);
        self.call_person(vm, scripted);
        self.on_life_changed(vm, changed);
    }

    /// Stops a VM with its host. Planned work stops it cleanly.
    pub(super) fn stop_vm(&mut self, vm: VmId, cause: Cause) {
        self.stop_vm_as(vm, cause, cause.is_planned());
    }

    /// Stops a VM, cleanly or as in a crash.
    #[inline(always)]
    pub(super) fn stop_vm_as(&mut self, vm: VmId, cause: Cause, clean: bool) {
        self.catch_up(vm);
        if self.state.vms[vm.index()].phase == VmPhase::Off {
            return;
        }
        self.abandon_migration(vm);
        self.note_last_write(vm);
        self.let_go(vm);
        self.abandon_boot(vm);
        if self.state.vms[vm.index()].stop(cause, clean) {
            self.tell(Signal::VmDown { vm, cause });
        }
        self.on_life_changed(vm, Some(cause));
    }

    /// Those who look after a VM hear of what it did.
    #[inline(always)]
    pub(super) fn on_life_changed(&mut self, vm: VmId, changed: Option<Cause>) {
        if let Some(cause) = changed {
            self.on_vm_changed(vm, cause);
        }
        if self.served != vm.0 {
            self.show_clocks(vm);
        }
    }

    /// The person who works on a VM, or is waited for, has nothing more to do there.
    #[inline]
    pub(super) fn let_go(&mut self, vm: VmId) {
        let crew = self.model.service_of(vm).crew;
        let phase = self.state.vms[vm.index()].phase;
        if crew.is_some() && matches!(phase, VmPhase::GuestDead | VmPhase::AppDead) {
            self.leave_crew(Job::Vm(vm), crew);
        }
    }

    /// Asks for a person where a crew has to send one.
    #[inline]
    pub(super) fn call_person(&mut self, vm: VmId, scripted: Option<Span>) {
        let crew = self.model.service_of(vm).crew;
        if scripted.is_none() && crew.is_some() {
            self.call_crew(Job::Vm(vm), crew);
        }
    }

    /// The group brings the application up on a node.
    pub(super) fn bring_app_up(&mut self, vm: VmId) {
        self.state.vms[vm.index()].starts += 1;
        self.life(vm).begin_serving();
        self.note_demand(vm);
        if self.served != vm.0 {
            self.show_clocks(vm);
        }
    }

    /// The group takes the application from a node whose guest runs on: nothing that is under way there is finished, unless
    /// that was before.
    pub(super) fn release_app(&mut self, vm: VmId) {
        self.drop_work(vm, false);
        self.disarm_vm(vm, crate::model::VmClock::Step);
        let row = &mut self.state.vms[vm.index()];
        (row.phase, row.resets) = (VmPhase::Idle, false);
        self.note_demand(vm);
    }
}
