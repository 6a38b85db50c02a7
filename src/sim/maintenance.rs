//! Planned work on hosts, one host after the other (or `at_once` of them). Without a way to move VMs
//! it is an announced outage: they are shut down when the window opens, and come back with their host.
//!
//! The work ends when the host is up again. The window closes, and the next one opens, when the host's VMs
//! are back as well: whoever patches hosts one by one does not take the second node of a pair down while the
//! first still boots. So when a host's turn comes depends on the strategy by seconds.
//!
//! A round begins at `first` and every `every` after it; one that would begin while the one before
//! still runs begins at the next date. A host that is not up when its turn comes is left out: it has
//! just been rebooted, or will be; so is one that another plan works on. A host that fails before its VMs are
//! back closes its window: the round does not wait for its repair.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{GuestGroup, HostId, MaintenanceId, VmId};
use crate::state::{Drains, GroupPhase, HostPhase, MemberPhase, NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn on_maintenance_due(&mut self, plan: MaintenanceId) {
        if !self.model.maintenances[plan.index()].instances.is_empty() {
            self.on_patching_due(plan);
            return;
        }
        let row = &mut self.state.maintenances[plan.index()];
        if row.open > 0 {
            // The round runs: somebody may have been drained.
            self.begin_work(plan);
            return;
        }
        row.rounds += 1;
        row.next = 0;
        self.open_windows(plan);
    }

    /// Opens as many windows as may be open at once; the round is over when none is left.
    fn open_windows(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        let first = self.state.maintenances[plan.index()].next as usize;
        while self.state.maintenances[plan.index()].open < fixed.at_once {
            let row = &mut self.state.maintenances[plan.index()];
            let Some(&host) = fixed.hosts.get(row.next as usize) else { break };
            row.next += 1;
            let row = &self.state.hosts[host.index()];
            if row.phase == HostPhase::Up && row.plan == NOWHERE {
                self.state.maintenances[plan.index()].open += 1;
                self.state.hosts[host.index()].plan = plan.0;
                self.state.windows_open += 1;
                self.begin_evacuation(plan, host);
            }
        }
        // All whose turn it is take nobody any more; then they are emptied.
        let end = self.state.maintenances[plan.index()].next as usize;
        for &host in &fixed.hosts[first..end] {
            let row = &self.state.hosts[host.index()];
            if row.plan == plan.0 && row.phase == HostPhase::Up && row.drains == Drains::No && !row.returns {
                self.prepare_window(plan, host);
            }
        }
        if self.state.maintenances[plan.index()].open == 0 {
            self.schedule_round(plan);
        }
    }

    /// It is the host's turn: those who can leave it alive do, as long as it takes.
    fn prepare_window(&mut self, plan: MaintenanceId, host: HostId) {
        if !self.state.hosts[host.index()].evacuates || self.evacuate(plan, host) {
            self.drain_window(plan, host);
        } else {
            self.watch_deadlines(plan);
        }
    }

    /// Those who could leave a host have. Where clients of balanced groups have something under way there, the work waits for
    /// them.
    fn drain_window(&mut self, plan: MaintenanceId, host: HostId) {
        if self.drains_any(host) {
            self.state.hosts[host.index()].drains = Drains::Waits;
        } else {
            self.open_window(plan, host);
        }
    }

    fn open_window(&mut self, plan: MaintenanceId, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        self.tell(Signal::MaintenanceBegun { host });
        self.tell(Signal::HostDown { host, cause: Cause::Maintenance });
        // A planned reboot leaves the crash clock as it was.
        self.pause_clocks(host);
        let row = &mut self.state.hosts[host.index()];
        row.phase = HostPhase::Maintenance;
        self.end_evacuation(host);
        let row = &mut self.state.hosts[host.index()];
        row.worked_on = true;
        row.works += 1;
        row.isolated = false;
        let works = row.works;
        self.end_shutdowns(host);
        self.look_at_local_mirrors_in(host);
        self.state.refresh_room(self.model, host);
        let doomed = std::mem::replace(&mut self.state.hosts[host.index()].doomed, true);
        let residents = self.state.take_residents(host);
        for &vm in residents.iter().rev() {
            self.stop_vm(vm, Cause::Maintenance);
        }
        self.state.scratch = residents;
        self.state.hosts[host.index()].doomed = doomed;
        self.end_redirection(host);
        self.state.hosts[host.index()].holds_io = false;
        self.end_stale(host);
        self.cluster_on_host_leaving(host);
        let lasts = self.draw(&self.model.maintenances[plan.index()].lasts, fixed.streams.maintenance, works);
        self.arm(self.model.timers.hosts[host.index()].step, lasts);
    }

    /// Something changed on a VM while windows are open: its host's may be over, or its own.
    #[cold]
    pub(super) fn look_at_window_of(&mut self, vm: VmId) {
        self.note_lost_turn(vm);
        self.look_at_patches_of(self.model.vms[vm.index()].instance);
        if let Some(host) = self.state.vms[vm.index()].host() {
            self.look_at_window(host);
        }
    }

    /// Closes the window of a host that is up, when nothing more is to be waited for.
    pub(super) fn look_at_window(&mut self, host: HostId) {
        let row = &self.state.hosts[host.index()];
        if row.plan == NOWHERE || row.phase != HostPhase::Up {
            return;
        }
        if row.drains != Drains::No || row.evacuates || row.returns {
            // The work begins when everybody has heard of what has changed, and never in the middle of it.
            self.state.timers.arm(self.model.timers.maintenances[row.plan as usize], self.now);
            return;
        }
        let mut next = row.first_vm;
        while next != NOWHERE {
            if !self.is_settled(VmId(next)) {
                return;
            }
            next = self.state.vms[next as usize].next;
        }
        if !self.begin_return(host) {
            self.close_window(host);
        }
    }

    /// Opens the windows of hosts on which nobody has anything under way any more; a host that has somebody who cannot be
    /// missed after all has had its turn.
    fn begin_work(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        for &host in &fixed.hosts {
            if self.state.hosts[host.index()].plan != plan.0 {
                continue;
            }
            match self.state.hosts[host.index()].drains {
                Drains::No if self.state.hosts[host.index()].returns => {
                    if self.bring_back(host) || self.is_overdue(host) {
                        self.close_window(host);
                    }
                }
                Drains::No if self.is_being_emptied(host) => {
                    if self.evacuate(plan, host) {
                        self.drain_window(plan, host);
                    } else if self.is_overdue(host) {
                        self.give_evacuation_up(host);
                        if !self.begin_return(host) {
                            self.close_window(host);
                        }
                    }
                }
                Drains::GivenUp => self.give_turn_up(host),
                Drains::Waits if self.has_nobody_left(host) => {
                    self.state.hosts[host.index()].drains = Drains::No;
                    self.open_window(plan, host);
                }
                Drains::Waits | Drains::No => {}
            }
        }
        self.watch_deadlines(plan);
    }

    /// Those who drain on a host take clients again.
    fn give_turn_up(&mut self, host: HostId) {
        self.tell(Signal::WorkGivenUp { host });
        let residents = self.state.take_residents(host);
        for &vm in &residents {
            if self.is_draining(vm) && !self.has_patch_window(vm) {
                self.break_drain_off(vm);
            }
        }
        self.state.scratch = residents;
        self.close_window(host);
    }

    fn has_nobody_left(&self, host: HostId) -> bool {
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            if self.is_draining(VmId(next)) {
                return false;
            }
            next = self.state.vms[next as usize].next;
        }
        true
    }

    /// Whether a VM is back, or will not be soon: it waits for a person or for its disks.
    fn is_settled(&self, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        let instance = self.model.vms[vm.index()].instance;
        match row.phase {
            _ if row.suspended => true,
            VmPhase::Off | VmPhase::PowerOn | VmPhase::Boot | VmPhase::Start | VmPhase::Recover => false,
            VmPhase::Patch => false,
            VmPhase::GuestDead | VmPhase::AppDead | VmPhase::StorageWait => true,
            VmPhase::Idle => {
                let group = self.state.instances[instance.index()].group;
                let owner = self.model.instances[instance.index()].first_vm.0 + u32::from(group.owner);
                !matches!(group.phase, GroupPhase::TakingOver | GroupPhase::Restarting) || owner != vm.0
            }
            VmPhase::Up => match self.model.service_of(vm).guest {
                Some(GuestGroup::Balanced { .. }) => {
                    let joins = self.state.members[vm.index()].phase != MemberPhase::Converged;
                    !(joins && self.is_serving(vm))
                }
                _ => true,
            },
        }
    }

    /// The window of a host is over: the next one's turn.
    pub(super) fn close_window(&mut self, host: HostId) {
        self.state.windows_open -= 1;
        self.state.hosts[host.index()].drains = Drains::No;
        self.end_evacuation(host);
        self.end_return(host);
        let plan = MaintenanceId(std::mem::replace(&mut self.state.hosts[host.index()].plan, NOWHERE));
        if O::ANY_ORDER {
            // Nobody waits for its VMs any longer, but for those that power on: others may be queued behind them, or their
            // disks be made ready.
            let mut next = self.state.hosts[host.index()].first_vm;
            while next != NOWHERE {
                if self.state.vms[next as usize].phase != VmPhase::PowerOn {
                    self.choose_privacy(VmId(next), host);
                }
                next = self.state.vms[next as usize].next;
            }
        }
        self.state.maintenances[plan.index()].open -= 1;
        self.open_windows(plan);
    }

    pub(super) fn schedule_round(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        let Some(every) = fixed.every else {
            // Somebody may have asked for a look at those who drain.
            self.state.timers.disarm(self.model.timers.maintenances[plan.index()]);
            return;
        };
        let first = Time::ZERO + self.model.warmup + fixed.first;
        let row = &mut self.state.maintenances[plan.index()];
        let gone = self.now.since(first).0.div_ceil(every.0);
        row.rounds = row.rounds.max(gone);
        let at = Time(first.0.saturating_add(row.rounds.saturating_mul(every.0)));
        self.state.timers.arm(self.model.timers.maintenances[plan.index()], at);
    }
}
