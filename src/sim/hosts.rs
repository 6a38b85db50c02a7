//! Hosts: crash, loss of power, repair, boot. What a hang is has a file of its own.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{HostId, PartKind, Traffic};
use crate::state::{HostPhase, Job, NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A crash, from its own fault or from a script (which says how long the repair takes).
    pub(super) fn on_host_crashed(&mut self, host: HostId, scripted: Option<Span>) {
        let row = &mut self.state.hosts[host.index()];
        assert!(matches!(row.phase, HostPhase::Up | HostPhase::Boot), "only a host that runs can crash");
        row.crashes += 1;
        row.reborn = true;
        self.disarm(self.model.timers.hosts[host.index()].crash);
        self.pause_clocks(host);
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
        match row.phase {
            HostPhase::Up | HostPhase::Boot if row.cuts == 1 => {
                self.pause_clocks(host);
                self.take_host_down(host, HostPhase::Off, cause);
            }
            HostPhase::Hung => self.end_hang(host),
            _ => {}
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
        let row = &self.state.hosts[host.index()];
        if row.redirected || row.holds_io {
            // Its VMs have lived until now with the disks that they had.
            self.catch_up_with(PartKind::Link(host, Traffic::Storage));
        }
        let row = &mut self.state.hosts[host.index()];
        let was_up = row.phase == HostPhase::Up;
        row.phase = to;
        row.isolated = false;
        self.disarm(self.model.timers.hosts[host.index()].step);
        self.end_redirection(host);
        self.state.hosts[host.index()].holds_io = false;
        self.end_stale(host);
        if was_up {
            self.tell(Signal::HostDown { host, cause });
            self.look_at_local_mirrors_in(host);
        }
        self.break_off_shutdown(host);
        // Its VMs stop at one instant, but one after the other in the program: nothing may move to one that is next.
        let doomed = std::mem::replace(&mut self.state.hosts[host.index()].doomed, true);
        self.turn_migrations_back(host);
        let residents = self.state.take_residents(host);
        // A VM that a person has brought to a host without a cluster stays there.
        let clustered = self.model.hosts[host.index()].cluster.is_some();
        let watched = was_up || residents.iter().any(|&vm| self.model.service_of(vm).host_cluster);
        self.state.hosts[host.index()].downs += u32::from(watched);
        self.state.refresh_room(self.model, host);
        for &vm in &residents {
            self.stop_vm(vm, cause);
            if clustered && self.model.service_of(vm).host_cluster {
                // The cluster will find out; the VM no longer belongs here.
                self.state.vms[vm.index()].cause = cause;
                self.state.lose(self.model, vm);
            }
        }
        self.state.scratch = residents;
        self.state.hosts[host.index()].doomed = doomed;
        if watched {
            self.cluster_on_host_down(host, cause);
        }
        if was_up && self.state.hosts[host.index()].plan != NOWHERE {
            self.close_window(host);
        }
    }

    /// The clocks of a host's faults, and of those of its parts, stand still while it is down.
    pub(super) fn pause_clocks(&mut self, host: HostId) {
        let timers = &self.model.timers.hosts[host.index()];
        self.pause(timers.crash);
        self.pause(timers.hang);
        self.disarm(timers.agent);
        for part in &self.model.hosts[host.index()].parts {
            self.pause(self.model.parts[part.index()].timers[0]);
        }
    }

    /// They go on; those of a host that crashed or hung start anew, as good as new.
    fn resume_clocks(&mut self, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        let timers = &self.model.timers.hosts[host.index()];
        let row = &mut self.state.hosts[host.index()];
        let (reborn, crashes) = (std::mem::take(&mut row.reborn), row.crashes);
        let (revived, hangs) = (std::mem::take(&mut row.revived), row.hangs);
        if !reborn {
            self.resume(timers.crash);
        } else if let Some(fault) = &fixed.crash {
            let life = self.draw(&fault.ttf, fixed.streams.crash.ttf, crashes);
            self.arm(timers.crash, life);
        }
        if !revived {
            self.resume(timers.hang);
        } else if let Some(fault) = &fixed.hang {
            let life = self.draw(&fault.ttf, fixed.streams.hang.ttf, hangs);
            self.arm(timers.hang, life);
        }
        for part in &fixed.parts {
            self.resume(self.model.parts[part.index()].timers[0]);
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
            HostPhase::Hung => self.on_hung_host_reset(host),
            phase @ (HostPhase::Up | HostPhase::Off) => panic!("a host that is {phase:?} has no step"),
        }
    }

    /// Switches a host on, or leaves it off until its power is back.
    pub(super) fn power_host(&mut self, host: HostId) {
        if self.state.hosts[host.index()].cuts > 0 {
            self.state.hosts[host.index()].is_replayed = false;
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
        let (boots, is_replayed) = (row.boots, std::mem::take(&mut row.is_replayed));
        let span = self.draw(&fixed.boot, fixed.streams.boot, boots);
        if span == Span::ZERO || is_replayed {
            self.on_host_up(host);
        } else {
            self.arm(self.model.timers.hosts[host.index()].step, span);
        }
    }

    fn on_host_up(&mut self, host: HostId) {
        self.state.hosts[host.index()].phase = HostPhase::Up;
        self.resume_clocks(host);
        let worked_on = std::mem::take(&mut self.state.hosts[host.index()].worked_on);
        self.tell(Signal::HostUp { host });
        self.look_at_local_mirrors_in(host);
        if worked_on {
            self.tell(Signal::MaintenanceEnded { host });
        }
        self.renew_agent(host);
        if self.state.hosts[host.index()].paths_out >= self.model.hosts[host.index()].storage_paths {
            self.begin_redirection(host);
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
        self.start_by_hand_again();
        self.look_at_evacuations();
        self.look_at_window(host);
    }
}
