//! Hosts: crash, loss of power, repair, boot.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::HostId;
use crate::state::{HostPhase, Job, NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A crash, from its own fault or from a script (which says how long the repair takes).
    pub(super) fn on_host_crashed(&mut self, host: HostId, scripted: Option<Span>) {
        let row = &mut self.state.hosts[host.index()];
        assert!(matches!(row.phase, HostPhase::Up | HostPhase::Boot), "only a host that runs can crash");
        row.crashes += 1;
        row.reborn = true;
        self.disarm(self.model.timers.hosts[host.index()].crash);
        self.take_host_down(host, HostPhase::Repair, Cause::HostCrash);
        match scripted {
            Some(lasts) => self.arm(self.model.timers.hosts[host.index()].step, lasts),
            None => self.call_crew(Job::Host(host), self.model.hosts[host.index()].crew),
        }
    }

    /// Power is lost. A host that is being repaired or worked on stays where it is.
    pub(super) fn cut_power(&mut self, host: HostId, cause: Cause) {
        let row = &mut self.state.hosts[host.index()];
        row.cuts += 1;
        if row.cuts == 1 && matches!(row.phase, HostPhase::Up | HostPhase::Boot) {
            // Its clock stands still while it has no power.
            self.pause(self.model.timers.hosts[host.index()].crash);
            self.take_host_down(host, HostPhase::Off, cause);
        }
    }

    /// Power is back.
    pub(super) fn restore_power(&mut self, host: HostId) {
        let row = &mut self.state.hosts[host.index()];
        row.cuts -= 1;
        if row.cuts == 0 && row.phase == HostPhase::Off {
            self.boot_host(host);
        }
    }

    /// Stops everything on a host at once. Nobody hears of a host that fails while it boots, unless
    /// VMs of the cluster were waiting on it for the boot's end.
    pub(super) fn take_host_down(&mut self, host: HostId, to: HostPhase, cause: Cause) {
        let row = &mut self.state.hosts[host.index()];
        let was_up = row.phase == HostPhase::Up;
        row.phase = to;
        row.isolated = false;
        self.disarm(self.model.timers.hosts[host.index()].step);
        if was_up {
            self.tell(Signal::HostDown { host, cause });
        }
        let residents = self.state.take_residents(host);
        let watched = was_up || residents.iter().any(|&vm| self.model.service_of(vm).host_cluster);
        self.state.hosts[host.index()].downs += u32::from(watched);
        self.state.refresh_room(self.model, host);
        for &vm in &residents {
            self.stop_vm(vm, cause);
            if self.model.service_of(vm).host_cluster {
                // The cluster will find out; the VM no longer belongs here.
                self.state.vms[vm.index()].cause = cause;
                self.state.lose(self.model, vm);
            }
        }
        self.state.scratch = residents;
        if watched {
            self.cluster_on_host_down(host, cause);
        }
        if was_up {
            self.pause_links(host);
            if self.state.hosts[host.index()].plan != NOWHERE {
                self.close_window(host);
            }
        }
    }

    /// The clocks of a host's links stand still while it is down.
    pub(super) fn pause_links(&mut self, host: HostId) {
        for timers in &self.model.timers.links[host.index()] {
            self.pause(timers[0]);
        }
    }

    /// Repair, maintenance or boot is over.
    pub(super) fn on_host_stepped(&mut self, host: HostId) {
        match self.state.hosts[host.index()].phase {
            HostPhase::Boot => self.on_host_up(host),
            HostPhase::Repair => {
                self.leave_crew(Job::Host(host), self.model.hosts[host.index()].crew);
                self.power_host(host);
            }
            HostPhase::Maintenance => self.power_host(host),
            phase @ (HostPhase::Up | HostPhase::Off) => panic!("a host that is {phase:?} has no step"),
        }
    }

    /// Switches a host on, or leaves it off until its power is back.
    fn power_host(&mut self, host: HostId) {
        if self.state.hosts[host.index()].cuts > 0 {
            // VMs of the cluster that wait on it for the end of planned work wait no longer.
            self.take_host_down(host, HostPhase::Off, Cause::Maintenance);
        } else {
            self.boot_host(host);
        }
    }

    pub(super) fn boot_host(&mut self, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        let row = &mut self.state.hosts[host.index()];
        row.phase = HostPhase::Boot;
        row.boots += 1;
        let boots = row.boots;
        let span = self.draw(&fixed.boot, fixed.streams.boot, boots);
        if span == Span::ZERO {
            self.on_host_up(host);
        } else {
            self.arm(self.model.timers.hosts[host.index()].step, span);
        }
    }

    fn on_host_up(&mut self, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        let crash = self.model.timers.hosts[host.index()].crash;
        let row = &mut self.state.hosts[host.index()];
        row.phase = HostPhase::Up;
        let (reborn, crashes) = (std::mem::take(&mut row.reborn), row.crashes);
        if !reborn {
            self.resume(crash);
        } else if let Some(fault) = &fixed.crash {
            // As good as new.
            let life = self.draw(&fault.ttf, fixed.streams.crash.ttf, crashes);
            self.arm(crash, life);
        }
        for timers in &self.model.timers.links[host.index()] {
            self.resume(timers[0]);
        }
        let worked_on = std::mem::take(&mut self.state.hosts[host.index()].worked_on);
        self.tell(Signal::HostUp { host });
        if worked_on {
            self.tell(Signal::MaintenanceEnded { host });
        }
        self.state.refresh_room(self.model, host);
        let residents = self.state.take_residents(host);
        for &vm in residents.iter().rev() {
            if self.state.vms[vm.index()].phase == VmPhase::Off {
                self.begin_way_back(vm);
            }
        }
        self.state.scratch = residents;
        self.cluster_on_host_up(host);
        self.look_at_window(host);
    }
}
