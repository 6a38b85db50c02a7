//! A VM's way back: power_on, boot, start, recover; crashes of its guest, failures of its application.
//!
//! A guest's clock starts anew at every boot, an application's whenever it begins to serve.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{Fault, GuestGroup, NO_TIMER, VmDraw, VmId};
use crate::state::{Job, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Starts a VM on the host where it lives, from `power_on`; where its disks are out of reach it
    /// starts when they are back.
    pub(super) fn begin_way_back(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        let reachable = self.state.reaches_disk(self.model, vm, host);
        let row = &mut self.state.vms[vm.index()];
        row.boots += 1;
        if !reachable {
            row.phase = VmPhase::StorageWait;
            return;
        }
        row.phase = VmPhase::PowerOn;
        let boots = row.boots;
        let span = self.draw_vm(&self.model.service_of(vm).way_back.power_on, vm, VmDraw::PowerOn, boots);
        self.after_step(vm, span);
    }

    /// The step that a VM was in is over: the next ones follow, those of no length at once.
    pub(super) fn on_vm_stepped(&mut self, vm: VmId) {
        let way = &self.model.service_of(vm).way_back;
        let row = self.state.vms[vm.index()];
        match row.phase {
            VmPhase::PowerOn => {
                self.state.vms[vm.index()].phase = VmPhase::Boot;
                let span = self.draw_vm(&way.boot, vm, VmDraw::Boot, row.boots);
                self.after_step(vm, span);
            }
            VmPhase::Boot => self.on_guest_booted(vm),
            VmPhase::Start => {
                self.tell(Signal::AppUp { vm });
                if row.unclean {
                    self.state.vms[vm.index()].phase = VmPhase::Recover;
                    let span = self.draw_vm(&way.recover, vm, VmDraw::Recover, row.starts);
                    self.after_step(vm, span);
                } else {
                    self.begin_serving(vm);
                }
            }
            VmPhase::Recover => self.begin_serving(vm),
            VmPhase::AppDead => self.on_app_mended(vm),
            VmPhase::GuestDead => {
                self.leave_crew(Job::Vm(vm), self.model.service_of(vm).crew);
                self.begin_way_back(vm);
            }
            phase @ (VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle | VmPhase::Up) => {
                panic!("a VM that is {phase:?} has no step")
            }
        }
    }

    /// Waits for a step to end; a step of no length is over already.
    fn after_step(&mut self, vm: VmId, span: Span) {
        if span == Span::ZERO {
            self.on_vm_stepped(vm);
        } else {
            self.arm(self.model.timers.vms[vm.index()].step, span);
        }
    }

    fn on_guest_booted(&mut self, vm: VmId) {
        let service = self.model.service_of(vm);
        let boots = self.state.vms[vm.index()].boots;
        if let Some(fault) = &service.guest_crash {
            let life = self.draw_vm(&fault.ttf, vm, VmDraw::GuestTtf, boots);
            self.arm(self.model.timers.vms[vm.index()].guest, life);
        }
        self.tell(Signal::VmUp { vm });
        if matches!(service.guest, Some(GuestGroup::Failover { .. })) {
            // The group decides where the application runs.
            let row = &mut self.state.vms[vm.index()];
            row.phase = VmPhase::Idle;
            let cause = row.cause;
            self.on_vm_changed(vm, cause);
        } else {
            self.begin_start(vm);
        }
    }

    /// Starts the application in a guest that runs.
    fn begin_start(&mut self, vm: VmId) {
        let row = &mut self.state.vms[vm.index()];
        row.phase = VmPhase::Start;
        row.starts += 1;
        let starts = row.starts;
        let span = self.draw_vm(&self.model.service_of(vm).way_back.start, vm, VmDraw::Start, starts);
        self.after_step(vm, span);
    }

    fn begin_serving(&mut self, vm: VmId) {
        self.bring_app_up(vm);
        let cause = self.state.vms[vm.index()].cause;
        self.on_vm_changed(vm, cause);
    }

    /// The application is in service: its clocks start anew.
    pub(super) fn bring_app_up(&mut self, vm: VmId) {
        let row = &mut self.state.vms[vm.index()];
        row.phase = VmPhase::Up;
        row.unclean = false;
        let starts = row.starts;
        let slot = self.model.timers.vms[vm.index()].app;
        if slot == NO_TIMER {
            return;
        }
        let service = self.model.service_of(vm);
        let life = |fault: &Option<Fault>, purpose| {
            fault.as_ref().map_or(Span::FOREVER, |f| self.draw_vm(&f.ttf, vm, purpose, starts))
        };
        let crash = life(&service.app_crash, VmDraw::AppCrashTtf);
        let hang = life(&service.app_hang, VmDraw::AppHangTtf);
        self.state.vms[vm.index()].hangs = hang < crash;
        self.arm(slot, crash.min(hang));
        if self.state.vms[vm.index()].suspended {
            // Mended while its disks are away, with a start of no length: its clock waits for them.
            self.pause(slot);
        }
    }

    /// A guest crashes and waits for a person, who starts it again from `power_on`. A script says
    /// how long the person takes.
    pub(super) fn on_guest_crashed(&mut self, vm: VmId, scripted: Option<Span>) {
        let row = self.state.vms[vm.index()];
        assert!(row.phase.is_booted(), "only a guest that runs can crash");
        self.quieten(vm);
        let row = &mut self.state.vms[vm.index()];
        row.phase = VmPhase::GuestDead;
        row.cause = Cause::GuestCrash;
        row.unclean = true;
        self.tell(Signal::VmDown { vm, cause: Cause::GuestCrash });
        self.wait_for_person(vm, scripted);
        self.on_vm_changed(vm, Cause::GuestCrash);
    }

    /// An application crashes or hangs and waits for a person, who starts it again.
    pub(super) fn on_app_failed(&mut self, vm: VmId, cause: Cause, scripted: Option<Span>) {
        let row = &mut self.state.vms[vm.index()];
        assert!(row.phase == VmPhase::Up, "only an application that is up can fail");
        row.phase = VmPhase::AppDead;
        row.cause = cause;
        row.unclean = true;
        self.disarm(self.model.timers.vms[vm.index()].app);
        self.tell(Signal::AppDown { vm, cause });
        self.wait_for_person(vm, scripted);
        self.on_vm_changed(vm, cause);
    }

    fn wait_for_person(&mut self, vm: VmId, scripted: Option<Span>) {
        match scripted {
            Some(lasts) => self.arm(self.model.timers.vms[vm.index()].step, lasts),
            None => self.call_crew(Job::Vm(vm), self.model.service_of(vm).crew),
        }
    }

    fn on_app_mended(&mut self, vm: VmId) {
        let service = self.model.service_of(vm);
        self.leave_crew(Job::Vm(vm), service.crew);
        if matches!(service.guest, Some(GuestGroup::Failover { .. })) {
            self.state.vms[vm.index()].phase = VmPhase::Idle;
            let cause = self.state.vms[vm.index()].cause;
            self.on_vm_changed(vm, cause);
        } else {
            self.begin_start(vm);
            if self.state.vms[vm.index()].suspended {
                self.pause(self.model.timers.vms[vm.index()].step);
            }
        }
    }

    /// Stops a VM with its host. Planned work stops it cleanly.
    pub(super) fn stop_vm(&mut self, vm: VmId, cause: Cause) {
        let row = self.state.vms[vm.index()];
        if row.phase == VmPhase::Off {
            return;
        }
        self.quieten(vm);
        let row = &mut self.state.vms[vm.index()];
        if !cause.is_planned() && (row.phase.is_booted() || row.phase == VmPhase::Boot) {
            row.unclean = true;
        }
        let ran = !matches!(row.phase, VmPhase::GuestDead | VmPhase::StorageWait);
        row.phase = VmPhase::Off;
        row.cause = cause;
        if ran {
            self.tell(Signal::VmDown { vm, cause });
        }
        self.on_vm_changed(vm, cause);
    }

    /// Stops every timer of a VM and lets the person who works on it go.
    pub(super) fn quieten(&mut self, vm: VmId) {
        let timers = self.model.timers.vms[vm.index()];
        let row = &mut self.state.vms[vm.index()];
        row.suspended = false;
        if matches!(row.phase, VmPhase::GuestDead | VmPhase::AppDead) {
            self.leave_crew(Job::Vm(vm), self.model.service_of(vm).crew);
        }
        for slot in [timers.disk, timers.guest, timers.app, timers.step] {
            self.disarm(slot);
        }
    }

    /// The group takes the application from a node whose guest runs on.
    pub(super) fn release_app(&mut self, vm: VmId) {
        self.disarm(self.model.timers.vms[vm.index()].app);
        self.state.vms[vm.index()].phase = VmPhase::Idle;
    }
}
