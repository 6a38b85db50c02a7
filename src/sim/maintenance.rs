//! Planned work on hosts, one host after the other (or `at_once` of them). Without a way to move VMs
//! it is an announced outage: they are shut down when the window opens, and come back with their host.
//!
//! A round begins at `first` and every `every` after it; one that would begin while the one before
//! still runs begins at the next date. A host that is not up when its turn comes is left out: it has
//! just been rebooted, or will be.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{HostId, MaintenanceId};
use crate::state::{HostPhase, NOWHERE};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn on_maintenance_due(&mut self, plan: MaintenanceId) {
        let row = &mut self.state.maintenances[plan.index()];
        row.rounds += 1;
        row.next = 0;
        self.open_windows(plan);
    }

    /// Opens as many windows as may be open at once; the round is over when none is left.
    fn open_windows(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        while self.state.maintenances[plan.index()].open < fixed.at_once {
            let row = &mut self.state.maintenances[plan.index()];
            let Some(&host) = fixed.hosts.get(row.next as usize) else { break };
            row.next += 1;
            if self.state.hosts[host.index()].phase == HostPhase::Up {
                self.state.maintenances[plan.index()].open += 1;
                self.open_window(plan, host);
            }
        }
        if self.state.maintenances[plan.index()].open == 0 {
            self.schedule_round(plan);
        }
    }

    fn open_window(&mut self, plan: MaintenanceId, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        self.tell(Signal::MaintenanceBegun { host });
        // A planned reboot leaves the crash clock as it was.
        self.pause(self.model.timers.hosts[host.index()].crash);
        let row = &mut self.state.hosts[host.index()];
        row.phase = HostPhase::Maintenance;
        row.plan = plan.0;
        row.works += 1;
        row.isolated = false;
        let works = row.works;
        self.state.refresh_room(self.model, host);
        let residents = self.state.take_residents(host);
        for &vm in residents.iter().rev() {
            self.stop_vm(vm, Cause::Maintenance);
        }
        self.state.scratch = residents;
        self.cluster_on_host_leaving(host);
        let lasts = self.draw(&self.model.maintenances[plan.index()].lasts, fixed.streams.maintenance, works);
        self.arm(self.model.timers.hosts[host.index()].step, lasts);
    }

    /// The host of a window is up again: the next one's turn.
    pub(super) fn close_window(&mut self, host: HostId) {
        let plan = MaintenanceId(std::mem::replace(&mut self.state.hosts[host.index()].plan, NOWHERE));
        self.tell(Signal::MaintenanceEnded { host });
        self.state.maintenances[plan.index()].open -= 1;
        self.open_windows(plan);
    }

    fn schedule_round(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        let Some(every) = fixed.every else { return };
        let first = Time::ZERO + self.model.warmup + fixed.first;
        let row = &mut self.state.maintenances[plan.index()];
        let gone = self.now.since(first).0.div_ceil(every.0);
        row.rounds = row.rounds.max(gone);
        let at = Time(first.0.saturating_add(row.rounds.saturating_mul(every.0)));
        self.state.timers.arm(self.model.timers.maintenances[plan.index()], at);
    }
}
