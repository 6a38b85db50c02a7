//! Hosts that are emptied before planned work, and whose VMs come home after it (MTX-82 to MTX-84, VMW-85, HYP-48).
//!
//! When its turn comes a host takes no new VMs, and those that the cluster looks after are moved elsewhere alive, as many at a
//! time as limits allow. The window opens when it is empty. A VM that finds no room, or whom a rule keeps from every host that
//! has some, waits for a change; when the deadline has passed the host's turn is given up, and it takes VMs again. After the work
//! those who have left are moved back, and the window closes when they are there.
//!
//! | a VM that | is |
//! | --- | --- |
//! | runs | moved alive; with `cold_migration`, shut down and started elsewhere where nobody can take it alive (MTX-84) |
//! | powers on, boots, is patched, or stands still without its disks | waited for |
//! | has a guest that has crashed, or waits for its disks | moved at once: there is nothing to copy |
//! | has its disks in the host, or is nobody's but its own guest's | shut down when the window opens (MTX-81) |
//!
//! Assumptions: admission control does not keep VMs from moving within their cluster; VMs whose home is full or forbidden
//! when it is back stay where they are.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, MaintenanceId, Product, VmId};
use crate::policy::{self, Destination};
use crate::state::{Drains, HostPhase, NOWHERE, VmPhase};

/// Assumption: who plans the work tries again after five minutes.
const TRY_AGAIN_AFTER: Span = Span::from_secs(300);

/// What becomes of a VM whose host is to be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is on its way, or must wait.
    Pending,
    Moves(HostId),
    /// It has nothing in memory.
    Relocates(HostId),
    /// It is shut down, and started there.
    Restarts(HostId),
    /// It is shut down with its host.
    Stays,
}

impl<O: Observer> Simulation<'_, O> {
    /// It is a host's turn: where its cluster can move VMs it takes no new ones, for those that it has are to leave.
    pub(super) fn begin_evacuation(&mut self, plan: MaintenanceId, host: HostId) {
        let fixed = &self.model.hosts[host.index()];
        let moves = fixed.cluster.is_some_and(|cluster| self.migration_rules(cluster).is_some());
        if !moves || fixed.migration.is_none() {
            return;
        }
        let deadline = self.now + self.model.maintenances[plan.index()].evacuation.deadline;
        let row = &mut self.state.hosts[host.index()];
        (row.evacuates, row.evacuates_until) = (true, deadline);
        self.state.evacuations += 1;
        self.state.refresh_room(self.model, host);
        let residents = self.state.take_residents(host);
        for &vm in &residents {
            self.catch_up(vm);
            self.choose_privacy(vm, host);
        }
        let waits = fixed.cluster.is_some_and(|cluster| self.others_come_first(cluster));
        let some = waits || !residents.is_empty() || self.state.hosts[host.index()].migrations > 0;
        self.state.scratch = residents;
        if some {
            self.tell(Signal::EvacuationBegun { host });
        }
    }

    /// Sends away whom it can. Says whether nobody has to leave any more.
    pub(super) fn evacuate(&mut self, plan: MaintenanceId, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return true };
        self.state.hosts[host.index()].tries_again_at = Time::NEVER;
        if self.others_come_first(cluster) {
            return false;
        }
        let mut empty = self.state.hosts[host.index()].migrations == 0;
        let residents = self.state.take_residents(host);
        for &vm in residents.iter().rev() {
            let again = self.state.moves[vm.index()].not_before;
            if again > self.now {
                let row = &mut self.state.hosts[host.index()];
                row.tries_again_at = row.tries_again_at.min(again);
            }
            match self.fate(plan, host, vm) {
                Fate::Pending => empty = false,
                Fate::Stays => {}
                Fate::Moves(to) => {
                    empty = false;
                    self.state.note_evacuee(vm, host);
                    self.begin_migration(cluster, vm, to);
                }
                Fate::Relocates(to) => {
                    self.state.note_evacuee(vm, host);
                    self.state.remove(self.model, vm);
                    self.state.place(self.model, vm, to);
                    self.tell(Signal::MigrationSwitched { vm, host: to });
                    self.on_disk_changed(vm, Cause::Maintenance);
                }
                Fate::Restarts(to) => self.restart_elsewhere(cluster, vm, host, to),
            }
        }
        self.state.scratch = residents;
        empty
    }

    fn fate(&self, plan: MaintenanceId, host: HostId, vm: VmId) -> Fate {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return Fate::Stays };
        let row = &self.state.vms[vm.index()];
        if row.host() != Some(host) || !self.model.service_of(vm).host_cluster || self.model.is_local(vm) {
            return Fate::Stays;
        }
        let tried = self.state.moves[vm.index()].not_before > self.now;
        if self.state.is_moving(vm) || row.suspended || tried {
            return Fate::Pending;
        }
        match row.phase {
            phase if phase.is_booted() => {}
            VmPhase::GuestDead | VmPhase::StorageWait => {
                return policy::choose_cold(self.model, self.state, cluster, vm)
                    .map_or(Fate::Pending, Fate::Relocates);
            }
            _ => return Fate::Pending,
        }
        if !self.is_managed(host) {
            return Fate::Pending;
        }
        match policy::choose_destination(self.model, self.state, cluster, vm) {
            Destination::Host(to) => Fate::Moves(to),
            Destination::Busy => Fate::Pending,
            Destination::Nobody if self.model.maintenances[plan.index()].evacuation.restarts => {
                policy::choose_cold(self.model, self.state, cluster, vm).map_or(Fate::Pending, Fate::Restarts)
            }
            Destination::Nobody => Fate::Pending,
        }
    }

    /// Whether the cluster is about to look at those who wait to be restarted: what room there is, is theirs first.
    pub(super) fn others_come_first(&self, cluster: ClusterId) -> bool {
        let row = &self.state.clusters[cluster.index()];
        row.poll_at != Time::NEVER && !row.waiting.is_empty()
    }

    /// VMW-80: vSphere moves nobody without its server; the others have nobody to ask.
    pub(super) fn is_managed(&self, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return false };
        let fixed = &self.model.clusters[cluster.index()];
        let asks = matches!(fixed.product, Product::Primary(_) | Product::FivePrimaries(_));
        !asks || fixed.manager.is_none_or(|part| !self.state.outages[part.index()].is_out())
    }

    /// MTX-84: a VM that cannot be moved alive is shut down and started elsewhere.
    fn restart_elsewhere(&mut self, cluster: ClusterId, vm: VmId, from: HostId, to: HostId) {
        self.stop_vm(vm, Cause::Maintenance);
        if self.state.vms[vm.index()].host() != Some(from) {
            return;
        }
        self.state.remove(self.model, vm);
        self.state.place(self.model, vm, to);
        self.tell(Signal::MigrationSwitched { vm, host: to });
        if self.must_queue(cluster, to, vm) {
            self.state.queue(vm, to, true);
            self.tell(Signal::RestartQueued { vm, host: to });
        } else {
            self.order_start(vm, to);
        }
    }

    /// A VM could not be moved in time.
    pub(super) fn try_again_later(&mut self, vm: VmId) {
        let at = self.now + TRY_AGAIN_AFTER;
        self.state.moves[vm.index()].not_before = at;
        if let Some(host) = self.state.vms[vm.index()].host() {
            let row = &mut self.state.hosts[host.index()];
            row.tries_again_at = row.tries_again_at.min(at);
        }
    }

    /// Something has changed that hosts which are being emptied, or filled again, may wait for.
    #[inline]
    pub(super) fn look_at_evacuations(&mut self) {
        if self.state.evacuations > 0 {
            self.look_at_plans();
        }
    }

    /// A guest that is waited for may have booted.
    #[cold]
    pub(super) fn look_at_evacuation_of(&mut self, vm: VmId) {
        let host = self.state.vms[vm.index()].host();
        if host.is_some_and(|host| self.state.hosts[host.index()].evacuates) {
            self.look_at_plans();
        }
    }

    #[cold]
    fn look_at_plans(&mut self) {
        for number in 0..self.model.maintenances.len() {
            if self.state.maintenances[number].open > 0
                && self.model.maintenances[number].instances.is_empty()
            {
                // Everybody hears first of what has changed.
                self.state.timers.arm(self.model.timers.maintenances[number], self.now);
            }
        }
    }

    /// It has become too late for a host to be empty, or not yet.
    pub(super) fn is_overdue(&self, host: HostId) -> bool {
        self.state.hosts[host.index()].evacuates_until <= self.now
    }

    /// The plan looks again when the first of its hosts is overdue, or tries somebody again.
    pub(super) fn watch_deadlines(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        let waits = |host: &&HostId| {
            let row = &self.state.hosts[host.index()];
            row.plan == plan.0 && (row.evacuates || row.returns) && row.drains == Drains::No
        };
        let hosts = fixed.hosts.iter().filter(waits);
        let look = |host: &HostId| {
            let row = &self.state.hosts[host.index()];
            row.evacuates_until.min(row.tries_again_at)
        };
        let next = hosts.map(look).min();
        let slot = self.model.timers.maintenances[plan.index()];
        if let Some(next) = next.filter(|next| *next < self.state.timers.at(slot)) {
            self.state.timers.arm(slot, next.max(self.now));
        }
    }

    /// The host's turn is over before it was empty.
    pub(super) fn give_evacuation_up(&mut self, host: HostId) {
        self.tell(Signal::EvacuationGivenUp { host });
        self.end_evacuation(host);
        self.call_migrations_off(host);
        if let Some(cluster) = self.model.hosts[host.index()].cluster {
            self.retry_waiting(cluster);
        }
    }

    /// Whether a host is empty or not, it is not being emptied any more.
    pub(super) fn end_evacuation(&mut self, host: HostId) {
        if std::mem::take(&mut self.state.hosts[host.index()].evacuates) {
            let row = &mut self.state.hosts[host.index()];
            (row.evacuates_until, row.tries_again_at) = (Time::NEVER, Time::NEVER);
            self.state.evacuations -= 1;
            self.state.refresh_room(self.model, host);
        }
    }

    /// The work on a host is done: those who have left it come home. Says whether anybody does.
    pub(super) fn begin_return(&mut self, host: HostId) -> bool {
        let row = &self.state.hosts[host.index()];
        let plan = MaintenanceId(row.plan);
        if row.first_evacuee == NOWHERE || !self.model.maintenances[plan.index()].evacuation.brings_back {
            return false;
        }
        let deadline = self.now + self.model.maintenances[plan.index()].evacuation.deadline;
        let row = &mut self.state.hosts[host.index()];
        (row.returns, row.evacuates_until) = (true, deadline);
        self.state.evacuations += 1;
        self.look_at_plans();
        true
    }

    /// Sends for whom it can. Says whether all are there who can come.
    pub(super) fn bring_back(&mut self, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return true };
        if self.others_come_first(cluster) {
            return false;
        }
        let mut all = self.state.hosts[host.index()].migrations == 0;
        let evacuees = self.state.take_evacuees(host);
        for &vm in evacuees.iter().rev() {
            self.catch_up(vm);
            let row = &self.state.vms[vm.index()];
            let runs = row.phase.is_booted() && !row.suspended;
            if self.state.is_moving(vm) || row.suspended || !self.is_managed(host) {
                all = false;
                self.state.note_evacuee(vm, host);
            } else if runs {
                match policy::could_move(self.model, self.state, cluster, vm, host) {
                    Destination::Host(to) => {
                        all = false;
                        self.begin_migration(cluster, vm, to);
                    }
                    Destination::Busy => {
                        all = false;
                        self.state.note_evacuee(vm, host);
                    }
                    Destination::Nobody => {}
                }
            }
        }
        self.state.scratch = evacuees;
        all
    }

    /// Nobody is waited for any longer.
    pub(super) fn end_return(&mut self, host: HostId) {
        if std::mem::take(&mut self.state.hosts[host.index()].returns) {
            self.state.hosts[host.index()].evacuates_until = Time::NEVER;
            self.state.evacuations -= 1;
        }
        let evacuees = self.state.take_evacuees(host);
        self.state.scratch = evacuees;
    }

    /// Whether a host that is up is being emptied.
    pub(super) fn is_being_emptied(&self, host: HostId) -> bool {
        let row = &self.state.hosts[host.index()];
        row.evacuates && row.phase == HostPhase::Up
    }
}
