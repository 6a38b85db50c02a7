//! A VM's way back: power_on, boot, start, recover; crashes of its guest, failures of its application.
//!
//! A guest's clock starts anew at every boot, an application's whenever it begins to serve.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Clock, Span};
use crate::model::{Fault, GuestGroup, VmClock, VmDraw, VmId};
use crate::state::{Job, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Starts a VM on the host where it lives, from `power_on`; where its disks are out of reach it
    /// starts when they are back.
    pub(super) fn begin_way_back(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        self.choose_privacy(vm, host);
        if let Some(span) = self.power_on(vm) {
            self.walk_on(vm, span);
        }
    }

    /// The step that a VM was in is over. Where its application was up, that has failed.
    pub(super) fn on_vm_stepped(&mut self, vm: VmId) {
        let row = &self.state.vms[vm.index()];
        if row.phase == VmPhase::Up {
            let cause = if row.hangs { Cause::AppHang } else { Cause::AppCrash };
            self.on_app_failed(vm, cause, None);
        } else if let Some(span) = self.next_step(vm) {
            self.walk_on(vm, span);
        }
    }

    /// Waits for a step that takes `span` to end. Steps of no length are over at once, and lead to the next.
    fn walk_on(&mut self, vm: VmId, mut span: Span) {
        while span == Span::ZERO {
            match self.next_step(vm) {
                Some(next) => span = next,
                None => return,
            }
        }
        self.arm_vm(vm, VmClock::Step, span);
    }

    /// Ends the step that a VM is in and begins the next; says how long that takes, or `None` where no
    /// step follows: the VM serves, or others decide what it does.
    fn next_step(&mut self, vm: VmId) -> Option<Span> {
        let service = self.model.service_of(vm);
        let row = &mut self.state.vms[vm.index()];
        let (boots, starts) = (row.boots, row.starts);
        match row.phase {
            VmPhase::PowerOn => {
                row.phase = VmPhase::Boot;
                Some(self.draw_vm(&service.way_back.boot, vm, VmDraw::Boot, boots))
            }
            VmPhase::Boot => self.on_guest_booted(vm),
            VmPhase::Start if row.unclean => {
                row.phase = VmPhase::Recover;
                self.tell(Signal::AppUp { vm });
                Some(self.draw_vm(&service.way_back.recover, vm, VmDraw::Recover, starts))
            }
            VmPhase::Start => {
                self.tell(Signal::AppUp { vm });
                self.begin_serving(vm);
                None
            }
            VmPhase::Recover => {
                self.begin_serving(vm);
                None
            }
            VmPhase::AppDead => self.on_app_mended(vm),
            VmPhase::GuestDead => {
                self.leave_crew(Job::Vm(vm), service.crew);
                self.power_on(vm)
            }
            phase @ (VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle | VmPhase::Up) => {
                panic!("a VM that is {phase:?} has no step")
            }
        }
    }

    fn power_on(&mut self, vm: VmId) -> Option<Span> {
        let host = self.state.vms[vm.index()].host().expect("a VM starts where it lives");
        let reachable = self.state.reaches_disk(self.model, vm, host);
        let row = &mut self.state.vms[vm.index()];
        row.boots += 1;
        if !reachable {
            row.phase = VmPhase::StorageWait;
            return None;
        }
        row.phase = VmPhase::PowerOn;
        let boots = row.boots;
        Some(self.draw_vm(&self.model.service_of(vm).way_back.power_on, vm, VmDraw::PowerOn, boots))
    }

    fn on_guest_booted(&mut self, vm: VmId) -> Option<Span> {
        let service = self.model.service_of(vm);
        if let Some(fault) = &service.guest_crash {
            let boots = self.state.vms[vm.index()].boots;
            let life = self.draw_vm(&fault.ttf, vm, VmDraw::GuestTtf, boots);
            self.arm_vm(vm, VmClock::Guest, life);
        }
        self.tell(Signal::VmUp { vm });
        self.begin_start(vm)
    }

    /// Starts the application in a guest that runs; in a failover group the group decides where it runs.
    fn begin_start(&mut self, vm: VmId) -> Option<Span> {
        let service = self.model.service_of(vm);
        let row = &mut self.state.vms[vm.index()];
        if matches!(service.guest, Some(GuestGroup::Failover { .. })) {
            row.phase = VmPhase::Idle;
            let cause = row.cause;
            self.on_vm_changed(vm, cause);
            return None;
        }
        row.phase = VmPhase::Start;
        row.starts += 1;
        let starts = row.starts;
        Some(self.draw_vm(&service.way_back.start, vm, VmDraw::Start, starts))
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
        let service = self.model.service_of(vm);
        if service.app_crash.is_none() && service.app_hang.is_none() {
            return;
        }
        let life = |fault: &Option<Fault>, purpose| {
            fault.as_ref().map_or(Span::FOREVER, |f| self.draw_vm(&f.ttf, vm, purpose, starts))
        };
        let crash = life(&service.app_crash, VmDraw::AppCrashTtf);
        let hang = life(&service.app_hang, VmDraw::AppHangTtf);
        self.state.vms[vm.index()].hangs = hang < crash;
        self.arm_vm(vm, VmClock::Step, crash.min(hang));
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
        self.disarm_vm(vm, VmClock::Step);
        self.tell(Signal::AppDown { vm, cause });
        self.wait_for_person(vm, scripted);
        self.on_vm_changed(vm, cause);
    }

    fn wait_for_person(&mut self, vm: VmId, scripted: Option<Span>) {
        match scripted {
            Some(lasts) => self.arm_vm(vm, VmClock::Step, lasts),
            None => self.call_crew(Job::Vm(vm), self.model.service_of(vm).crew),
        }
    }

    fn on_app_mended(&mut self, vm: VmId) -> Option<Span> {
        self.leave_crew(Job::Vm(vm), self.model.service_of(vm).crew);
        let span = self.begin_start(vm)?;
        if self.state.vms[vm.index()].suspended {
            // The start stands still with the rest of the guest until the disks are back.
            self.arm_vm(vm, VmClock::Step, span);
            self.pause_vm(vm, VmClock::Step);
            return None;
        }
        Some(span)
    }

    /// Stops a VM with its host. Planned work stops it cleanly.
    pub(super) fn stop_vm(&mut self, vm: VmId, cause: Cause) {
        self.catch_up(vm);
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
        let row = &mut self.state.vms[vm.index()];
        row.suspended = false;
        for which in [VmClock::Disk, VmClock::Guest, VmClock::Step] {
            row.clocks[which as usize] = Clock::IDLE;
        }
        if matches!(row.phase, VmPhase::GuestDead | VmPhase::AppDead) {
            self.leave_crew(Job::Vm(vm), self.model.service_of(vm).crew);
        }
        if self.served != vm.0 {
            self.show_clocks(vm);
        }
    }

    /// The group takes the application from a node whose guest runs on.
    pub(super) fn release_app(&mut self, vm: VmId) {
        self.disarm_vm(vm, VmClock::Step);
        self.state.vms[vm.index()].phase = VmPhase::Idle;
    }
}
