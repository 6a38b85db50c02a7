//! Scripted faults, beside the random ones. A fault whose component is not in a condition to have it
//! (a crash of a host that is down, a failure of an application that does not run) does nothing, unless it is one of a history
//! that is replayed: that says when the component was in service again, whatever else befell it.

use super::{Cause, Observer, Simulation};
use crate::engine::Span;
use crate::model::{Fault, InjectId, InjectTarget, PartId, VmFault, VmId};
use crate::state::{HostPhase, NOWHERE, VmPhase};

impl<'m, O: Observer> Simulation<'m, O> {
    pub(super) fn on_fault_injected(&mut self, inject: InjectId) {
        let script = &self.model.injects[inject.index()];
        match script.target {
            InjectTarget::HostCrash(host) => {
                let runs = matches!(self.state.hosts[host.index()].phase, HostPhase::Up | HostPhase::Boot);
                if runs {
                    let own = &self.model.hosts[host.index()].crash;
                    self.state.hosts[host.index()].is_replayed = script.is_replayed;
                    self.on_host_crashed(host, scripted(script.lasts, own));
                } else if script.is_replayed {
                    // It is out already: it stays so, as without power, until this is over as well.
                    self.cut_power(host, Cause::HostCrash);
                    if let Some(lasts) = script.lasts {
                        self.arm(self.model.timers.inject_ends[inject.index()], lasts);
                    }
                }
            }
            InjectTarget::HostHang(host) => {
                if self.state.hosts[host.index()].phase == HostPhase::Up {
                    let own = &self.model.hosts[host.index()].hang;
                    self.on_host_hung(host, scripted(script.lasts, own));
                }
            }
            InjectTarget::Vm(vm, VmFault::Pause) => {
                self.inject_pause(inject, vm, script.lasts);
            }
            InjectTarget::Vm(vm, fault) => self.inject_vm(vm, fault, script.lasts),
            InjectTarget::Part(first, count) => {
                let serves = |part: &u32| !self.state.outages[*part as usize].is_out();
                let part = PartId((first.0..first.0 + count).find(serves).unwrap_or(first.0));
                self.state.struck[inject.index()] = part.0;
                let lasts = script.lasts.unwrap_or_else(|| self.own_repair_time(part));
                if self.state.outages[part.index()].faults == 0 {
                    // A life ends here: the next one has a draw of its own. The old one's would be known to
                    // be longer than the time it has lived.
                    self.state.outages[part.index()].struck += 1;
                }
                self.break_part(part);
                self.arm(self.model.timers.inject_ends[inject.index()], lasts);
            }
        }
    }

    pub(super) fn on_injection_ended(&mut self, inject: InjectId) {
        match self.model.injects[inject.index()].target {
            InjectTarget::Vm(vm, _) => self.end_pause(inject, vm),
            InjectTarget::HostCrash(host) => {
                self.state.hosts[host.index()].is_replayed = true;
                self.restore_power(host);
                self.state.hosts[host.index()].is_replayed = false;
            }
            _ => self.mend_part(PartId(self.state.struck[inject.index()])),
        }
    }

    /// Scripts that pause one VM at a time hold it still until the last of them is over; so does a migration that is in its
    /// blackout.
    fn inject_pause(&mut self, inject: InjectId, vm: VmId, lasts: Option<Span>) {
        if self.on_vm_paused(vm, Cause::VmPause) {
            self.forget_pauses(vm);
        } else if !self.state.vms[vm.index()].paused {
            return;
        }
        self.state.struck[inject.index()] = vm.0;
        if let Some(lasts) = lasts {
            self.arm(self.model.timers.inject_ends[inject.index()], lasts);
        }
    }

    fn end_pause(&mut self, inject: InjectId, vm: VmId) {
        if std::mem::replace(&mut self.state.struck[inject.index()], NOWHERE) != vm.0 {
            return;
        }
        if !self.is_held_by_script(vm) && !self.is_held_by_migration(vm) {
            self.on_vm_goes_on(vm, Cause::VmPause);
        }
    }

    /// Pauses of an earlier life are no matter of this one.
    pub(super) fn forget_pauses(&mut self, vm: VmId) {
        for other in self.pauses_of(vm) {
            self.state.struck[other.index()] = NOWHERE;
        }
    }

    /// Whether a script holds a VM still just now.
    pub(super) fn is_held_by_script(&self, vm: VmId) -> bool {
        self.pauses_of(vm).any(|other| self.state.struck[other.index()] == vm.0)
    }

    fn pauses_of(&self, vm: VmId) -> impl Iterator<Item = InjectId> + use<'m, O> {
        let paused = InjectTarget::Vm(vm, VmFault::Pause);
        let injects = self.model.injects.iter().enumerate();
        let its = injects.filter(move |(_, inject)| inject.target == paused);
        its.map(|(number, _)| InjectId(number as u32))
    }

    fn inject_vm(&mut self, vm: VmId, fault: VmFault, lasts: Option<Span>) {
        self.catch_up(vm);
        let phase = self.state.vms[vm.index()].phase;
        let service = self.model.service_of(vm);
        let own = match fault {
            VmFault::GuestCrash => &service.guest_crash,
            VmFault::AppCrash => &service.app_crash,
            VmFault::AppHang => &service.app_hang,
            VmFault::Pause => &None,
        };
        let scripted = scripted(lasts, own);
        match fault {
            VmFault::GuestCrash if phase.is_booted() => self.on_guest_crashed(vm, scripted),
            VmFault::AppCrash | VmFault::AppHang if phase == VmPhase::Up => {
                self.on_app_failed(vm, Cause::of_vm_fault(fault), scripted);
            }
            VmFault::GuestCrash | VmFault::AppCrash | VmFault::AppHang | VmFault::Pause => {}
        }
    }

    fn own_repair_time(&self, part: PartId) -> Span {
        let fixed = &self.model.parts[part.index()];
        let struck = self.state.outages[part.index()].struck;
        fixed.fault.as_ref().map_or(Span::FOREVER, |fault| self.draw(&fault.ttr, fixed.streams.ttr, struck))
    }
}

/// How long a script says that it lasts; `None` where the component's own fault says. Without either it lasts for
/// good.
fn scripted(lasts: Option<Span>, own: &Option<Fault>) -> Option<Span> {
    lasts.or(if own.is_some() { None } else { Some(Span::FOREVER) })
}
