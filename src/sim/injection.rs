//! Scripted faults, beside the random ones. A fault whose component is not in a condition to have it
//! (a crash of a host that is down, a failure of an application that does not run) does nothing.

use super::{Cause, Observer, Simulation};
use crate::engine::Span;
use crate::model::{InjectId, InjectTarget, VmFault, VmId};
use crate::state::{HostPhase, Part, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn on_fault_injected(&mut self, inject: InjectId) {
        let script = &self.model.injects[inject.index()];
        match script.target {
            InjectTarget::HostCrash(host) => {
                let runs = matches!(self.state.hosts[host.index()].phase, HostPhase::Up | HostPhase::Boot);
                let watched = self.model.hosts[host.index()].crash.is_some();
                if runs {
                    self.on_host_crashed(
                        host,
                        script.lasts.or(if watched { None } else { Some(Span::FOREVER) }),
                    );
                }
            }
            InjectTarget::Vm(vm, fault) => self.inject_vm(vm, fault, script.lasts),
            InjectTarget::Link(..)
            | InjectTarget::Storage(_)
            | InjectTarget::Network(_)
            | InjectTarget::Domain(_) => {
                let part = self.part_of(inject);
                let lasts = script.lasts.unwrap_or_else(|| self.own_repair_time(part));
                if self.outage(part).faults == 0 {
                    // A life ends here: the next one has a draw of its own. The old one's would be known to
                    // be longer than the time it has lived.
                    self.outage_mut(part).struck += 1;
                }
                self.break_part(part);
                self.arm(self.model.timers.inject_ends[inject.index()], lasts);
            }
        }
    }

    pub(super) fn on_injection_ended(&mut self, inject: InjectId) {
        let part = self.part_of(inject);
        self.mend_part(part);
    }

    fn inject_vm(&mut self, vm: VmId, fault: VmFault, lasts: Option<Span>) {
        self.catch_up(vm);
        let phase = self.state.vms[vm.index()].phase;
        let service = self.model.service_of(vm);
        let own = match fault {
            VmFault::GuestCrash => &service.guest_crash,
            VmFault::AppCrash => &service.app_crash,
            VmFault::AppHang => &service.app_hang,
        };
        // Without a time of its own the person never comes.
        let scripted = lasts.or(if own.is_some() { None } else { Some(Span::FOREVER) });
        match fault {
            VmFault::GuestCrash if phase.is_booted() => self.on_guest_crashed(vm, scripted),
            VmFault::AppCrash | VmFault::AppHang if phase == VmPhase::Up => {
                self.on_app_failed(vm, Cause::of_vm_fault(fault), scripted);
            }
            VmFault::GuestCrash | VmFault::AppCrash | VmFault::AppHang => {}
        }
    }

    fn own_repair_time(&self, part: Part) -> Span {
        self.fault_of(part).map_or(Span::FOREVER, |(fault, streams)| {
            self.draw(&fault.ttr, streams.ttr, self.outage(part).struck)
        })
    }

    fn part_of(&self, inject: InjectId) -> Part {
        match self.model.injects[inject.index()].target {
            InjectTarget::Link(host, traffic) => self.link(host, traffic),
            InjectTarget::Storage(storage) => Part::Storage(storage),
            InjectTarget::Network(network) => Part::Network(network),
            InjectTarget::Domain(domain) => Part::Domain(domain),
            InjectTarget::HostCrash(_) | InjectTarget::Vm(..) => {
                panic!("hosts and VMs end their faults themselves")
            }
        }
    }
}
