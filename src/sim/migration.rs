//! VMs that are moved from host to host while they run.
//!
//! Live migration copies the memory while the guest runs on, until the product's stop rule holds ([`PreCopy`]); then the guest is
//! held still, the rest is sent, and it goes on at the other host. Quick migration holds it still while its memory is written
//! to the disks, they move, and it is read again (HYP-37, HYP-38). Migrations share the links of their hosts fairly
//! ([`crate::engine::LinkShare`]); all of a cluster have one timer, which shows the next step of any of them, and is set anew
//! when one begins or ends.
//!
//! It is no part of any recovery: whoever has crashed has no memory to copy (VMW-81, HYP-47).
//!
//! | what fails meanwhile | consequence |
//! | --- | --- |
//! | the host that it leaves, while its memory is there | it crashes with it, and is restarted like all others |
//! | the host that it goes to | it stays, and goes on where it is if it was held still already; where its memory has been written down it is read again at home |
//! | the host that it goes to, when it lives there | it crashes with it |
//! | the guest, or the VM is stopped | there is nothing left to move |
//! | the disks, where memory is written down or read | that stands still until they can be reached again from there |
//!
//! Assumptions: the links for migrations do not fail by themselves; the guest is as fast as ever while it is copied (one that is
//! slowed, VMW-72, is not counted as degraded); what is being written down or read waits for its disks however long they are
//! away, for a guest that stands still misses nothing, and its cluster leaves it where it is meanwhile. A script that pauses a VM
//! in its blackout holds it still from then on, for as long as it says: it goes on when both are over.

use super::{Observer, Signal, Simulation};
use crate::engine::{Flow, Span, Time};
use crate::model::{Cause, ClusterId, HostId, MigrationKind, MigrationRules, VmDraw, VmId};
use crate::state::{Migration, MigrationStep, NOWHERE, PreCopy, PreCopyEnd};

impl<'m, O: Observer> Simulation<'m, O> {
    /// How the VMs of a cluster are moved, where they are.
    pub(super) fn migration_rules(&self, cluster: ClusterId) -> Option<&'m MigrationRules> {
        self.model.clusters[cluster.index()].migration.as_ref()
    }

    /// A VM begins to move to another host of its cluster, which has room for it.
    pub(super) fn begin_migration(&mut self, cluster: ClusterId, vm: VmId, to: HostId) {
        self.catch_up(vm);
        let from = self.state.vms[vm.index()].host().expect("a VM that runs somewhere");
        let guest = &self.model.service_of(vm).memory;
        let rules = self.migration_rules(cluster).expect("a cluster that moves VMs");
        let quick = matches!(rules.kind, MigrationKind::Quick { .. });
        let row = &mut self.state.moves[vm.index()];
        (row.to, row.count) = (to.0, row.count + 1);
        for host in [from, to] {
            self.state.hosts[host.index()].migrations += 1;
        }
        self.state.hold_room(self.model, vm, to);
        self.choose_privacy(vm, from);
        self.tell(Signal::MigrationStarted { vm, from, to });
        let step =
            if quick { MigrationStep::Save(guest.bytes) } else { MigrationStep::Copy(PreCopy::new(guest)) };
        self.state.clusters[cluster.index()].migrations.push(Migration {
            vm,
            from,
            to,
            step,
            since: self.now,
            still_since: Time::NEVER,
            rate: 0.0,
            followed: self.now,
            due: Time::NEVER,
            waits: false,
            rounds: 0,
            sent: 0.0,
        });
        if quick {
            self.hold_still(cluster, vm);
        }
        self.share_links_soon(cluster);
    }

    /// Somebody has come or gone: the links are shared anew when all have who do at this instant.
    fn share_links_soon(&mut self, cluster: ClusterId) {
        self.state.timers.arm(self.model.timers.migrations[cluster.index()], self.now);
    }

    /// One of a cluster's migrations has come to the end of a step.
    pub(super) fn on_migration_stepped(&mut self, cluster: ClusterId) {
        let due = |row: &Migration, now: Time| row.due <= now;
        while let Some(number) =
            self.state.clusters[cluster.index()].migrations.iter().position(|row| due(row, self.now))
        {
            self.end_migration_step(cluster, number);
        }
        self.share_links(cluster);
    }

    fn end_migration_step(&mut self, cluster: ClusterId, number: usize) {
        let rules = self.migration_rules(cluster).expect("a cluster that moves VMs");
        let row = self.state.clusters[cluster.index()].migrations[number];
        let memory = self.model.service_of(row.vm).memory;
        let next = match row.step {
            MigrationStep::Copy(copy) => {
                let MigrationKind::Live(rule) = &rules.kind else { unreachable!("only live ones copy") };
                let mut copy = copy;
                let ends = copy.outlook(&memory, rule, row.rate).1;
                copy.finish(&memory, rule, row.rate);
                let row = &mut self.state.clusters[cluster.index()].migrations[number];
                (row.rounds, row.sent) = (copy.rounds, copy.sent);
                let vm = row.vm;
                if ends != PreCopyEnd::Stops {
                    self.try_again_later(vm);
                }
                if ends != PreCopyEnd::Stops || !self.hold_still(cluster, vm) {
                    self.give_migration_up(vm);
                    return;
                }
                MigrationStep::Send(copy.left)
            }
            MigrationStep::Save(_) => MigrationStep::Disks,
            MigrationStep::Disks => {
                self.hand_over(row.vm, row.from, row.to);
                MigrationStep::Restore(memory.bytes)
            }
            MigrationStep::Send(_) => {
                self.hand_over(row.vm, row.from, row.to);
                MigrationStep::Resume
            }
            MigrationStep::Restore(_) => MigrationStep::Resume,
            MigrationStep::Resume => {
                self.end_migration(cluster, row.vm);
                return;
            }
        };
        self.begin_migration_step(cluster, row.vm, next);
    }

    /// A VM that is still being moved comes to its next step.
    fn begin_migration_step(&mut self, cluster: ClusterId, vm: VmId, step: MigrationStep) {
        let count = self.state.moves[vm.index()].count;
        let rules = self.migration_rules(cluster).expect("a cluster that moves VMs");
        let lasts = match (&step, &rules.kind) {
            (MigrationStep::Disks, MigrationKind::Quick { disk_move }) => {
                Some(self.draw_vm(disk_move, vm, VmDraw::DiskMove, count))
            }
            (MigrationStep::Resume, _) => {
                Some(self.draw_vm(&rules.resume, vm, VmDraw::MigrationResume, count))
            }
            _ => None,
        };
        let now = self.now;
        let Some(row) = self.migration_of(vm) else { return };
        if let MigrationStep::Send(bytes) | MigrationStep::Save(bytes) | MigrationStep::Restore(bytes) = step
        {
            row.sent += bytes;
        }
        row.step = step;
        row.followed = now;
        row.rate = 0.0;
        // How long bytes take is known when all have their part of the links.
        row.due = match (step.left(), lasts) {
            (Some(left), _) if left > 0.0 => Time::NEVER,
            (_, lasts) => now + lasts.unwrap_or(Span::ZERO),
        };
    }

    /// The guest stands still from now on; false where it does already, or does not run.
    fn hold_still(&mut self, cluster: ClusterId, vm: VmId) -> bool {
        if !self.on_vm_paused(vm, Cause::Migration) {
            return false;
        }
        self.forget_pauses(vm);
        let now = self.now;
        let migrations = &mut self.state.clusters[cluster.index()].migrations;
        match migrations.iter_mut().find(|row| row.vm == vm) {
            Some(row) => row.still_since = now,
            None => return false,
        }
        true
    }

    /// A VM that stands still lives on the other host from now on.
    fn hand_over(&mut self, vm: VmId, from: HostId, to: HostId) {
        if from != to {
            self.state.release_room(self.model, vm, to);
            self.state.remove(self.model, vm);
            self.state.place(self.model, vm, to);
            self.tell(Signal::MigrationSwitched { vm, host: to });
        }
    }

    /// It goes on at the other host, or at its own if it was turned back, which was told when it was.
    fn end_migration(&mut self, cluster: ClusterId, vm: VmId) {
        let Some(row) = self.forget_migration(vm) else { return };
        self.end_blackout(vm);
        if row.from != row.to {
            self.tell(Signal::MigrationDone {
                vm,
                instance: self.model.vms[vm.index()].instance,
                host: row.to,
                lasted: self.now - row.since,
                blackout: self.now - row.still_since,
                rounds: row.rounds,
                sent: row.sent.round() as u64,
            });
        }
        self.choose_privacy(vm, row.to);
        self.retry_waiting(cluster);
    }

    /// Nothing of a migration holds it still any more; a script may.
    fn end_blackout(&mut self, vm: VmId) {
        if !self.is_held_by_script(vm) {
            self.on_vm_goes_on(vm, Cause::Migration);
        }
    }

    /// A VM that stands still finds that its disks are gone or back, which concerns it where its memory is written down or read.
    pub(super) fn look_at_saved_memory(&mut self, vm: VmId) {
        if self.migration_of(vm).is_some_and(|row| row.step.needs_disks())
            && let Some(cluster) = self.cluster_of_move(vm)
        {
            self.share_links_soon(cluster);
        }
    }

    /// A VM stops, or its guest crashes: nothing of it is left to move.
    pub(super) fn abandon_migration(&mut self, vm: VmId) {
        if self.state.is_moving(vm) {
            self.drop_migration(vm);
        }
    }

    /// Says whether it held the VM still.
    fn drop_migration(&mut self, vm: VmId) -> bool {
        let Some(row) = self.forget_migration(vm) else { return false };
        if row.holds_room() {
            self.state.release_room(self.model, vm, row.to);
        }
        self.tell(Signal::MigrationAborted { vm, host: row.to });
        if let Some(cluster) = self.model.hosts[row.from.index()].cluster {
            self.share_links_soon(cluster);
        }
        self.look_at_evacuations();
        row.still_since != Time::NEVER
    }

    /// Whether a VM stands still because it is being moved.
    pub(super) fn is_held_by_migration(&mut self, vm: VmId) -> bool {
        self.state.is_moving(vm) && self.migration_of(vm).is_some_and(|row| row.still_since != Time::NEVER)
    }

    /// A VM stays where it is after all, and goes on there.
    fn give_migration_up(&mut self, vm: VmId) {
        if self.drop_migration(vm) {
            self.end_blackout(vm);
        }
        if let Some(host) = self.state.vms[vm.index()].host() {
            self.choose_privacy(vm, host);
        }
    }

    /// A host is lost: those who were on their way there stay where they are.
    pub(super) fn turn_migrations_back(&mut self, host: HostId) {
        if self.state.hosts[host.index()].migrations == 0 {
            return;
        }
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        let arrives = |row: &&Migration| row.to == host && row.holds_room();
        while let Some(&row) = self.state.clusters[cluster.index()].migrations.iter().find(arrives) {
            match row.step {
                MigrationStep::Save(_) | MigrationStep::Disks => self.turn_back(row),
                _ => self.give_migration_up(row.vm),
            }
        }
    }

    /// A VM whose memory is on its disks, or on the way there, goes on where it was.
    fn turn_back(&mut self, row: Migration) {
        self.state.release_room(self.model, row.vm, row.to);
        self.state.moves[row.vm.index()].to = row.from.0;
        self.state.hosts[row.to.index()].migrations -= 1;
        self.state.hosts[row.from.index()].migrations += 1;
        self.tell(Signal::MigrationAborted { vm: row.vm, host: row.to });
        if let Some(changed) = self.migration_of(row.vm) {
            changed.to = row.from;
        }
    }

    /// The cluster within which a VM is being moved, which a person may have brought it to.
    fn cluster_of_move(&self, vm: VmId) -> Option<ClusterId> {
        let to = self.state.moves.get(vm.index())?.to;
        if to == NOWHERE { None } else { self.model.hosts[to as usize].cluster }
    }

    /// Those who leave a host and are still copied stay after all; who stands still already goes.
    pub(super) fn call_migrations_off(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        let leaves = |row: &&Migration| row.from == host && matches!(row.step, MigrationStep::Copy(_));
        while let Some(&row) = self.state.clusters[cluster.index()].migrations.iter().find(leaves) {
            self.give_migration_up(row.vm);
        }
    }

    /// Takes a VM from the list of those who are being moved.
    fn forget_migration(&mut self, vm: VmId) -> Option<Migration> {
        let cluster = self.cluster_of_move(vm)?;
        let list = &mut self.state.clusters[cluster.index()].migrations;
        let place = list.iter().position(|row| row.vm == vm)?;
        let row = list.remove(place);
        self.state.moves[vm.index()].to = NOWHERE;
        for host in [row.from, row.to] {
            self.state.hosts[host.index()].migrations -= 1;
        }
        Some(row)
    }

    fn migration_of(&mut self, vm: VmId) -> Option<&mut Migration> {
        let cluster = self.cluster_of_move(vm)?;
        self.state.clusters[cluster.index()].migrations.iter_mut().find(|row| row.vm == vm)
    }

    /// Follows all migrations of a cluster up to now, shares the links among them anew, and sets their timer.
    fn share_links(&mut self, cluster: ClusterId) {
        let Some(rules) = self.migration_rules(cluster) else { return };
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let (model, now) = (self.model, self.now);
        let seat = |host: HostId| model.hosts[host.index()].seat;
        let mut rows = std::mem::take(&mut self.state.clusters[cluster.index()].migrations);
        let mut flows = std::mem::take(&mut self.state.scratch_flows);
        flows.clear();
        for row in &mut rows {
            follow(row, rules, &model.service_of(row.vm).memory, now);
            let Some((from, to)) = row.way() else { continue };
            row.waits = row.step.needs_disks() && !self.state.reaches_disk(model, row.vm, from);
            if !row.waits {
                flows.push(Flow { from: seat(from), to: seat(to), rate: 0.0 });
            }
        }
        let capacity = |seat: u32| model.hosts[hosts[seat as usize].index()].migration.unwrap_or(0.0);
        self.state.link_share.share(&mut flows, capacity);
        let mut rates = flows.iter().map(|flow| flow.rate);
        for row in rows.iter_mut().filter(|row| row.way().is_some()) {
            if row.waits {
                (row.rate, row.due) = (0.0, Time::NEVER);
                continue;
            }
            let rate = rates.next().expect("a flow for each");
            // Who goes on as before is through when it was to be.
            if rate != row.rate {
                row.rate = rate;
                row.due = due(row, rules, &model.service_of(row.vm).memory, now);
            }
        }
        let next = rows.iter().map(|row| row.due).min().unwrap_or(Time::NEVER);
        self.state.clusters[cluster.index()].migrations = rows;
        self.state.scratch_flows = flows;
        let slot = self.model.timers.migrations[cluster.index()];
        if next == Time::NEVER {
            self.disarm(slot);
        } else {
            self.state.timers.arm(slot, next);
        }
    }
}

/// What has passed since a migration was looked at last.
fn follow(row: &mut Migration, rules: &MigrationRules, memory: &crate::model::GuestMemory, now: Time) {
    let seconds = now.since(row.followed).as_secs_f64();
    row.followed = now;
    if seconds == 0.0 {
        return;
    }
    match (&mut row.step, &rules.kind) {
        (MigrationStep::Copy(copy), MigrationKind::Live(rule)) => {
            copy.advance(memory, rule, row.rate, seconds);
        }
        (MigrationStep::Send(left) | MigrationStep::Save(left) | MigrationStep::Restore(left), _) => {
            *left = (*left - row.rate * seconds).max(0.0);
        }
        _ => {}
    }
}

/// When its step is over at the rate that it has now, to the nearest microsecond.
fn due(row: &Migration, rules: &MigrationRules, memory: &crate::model::GuestMemory, now: Time) -> Time {
    let seconds = match (&row.step, &rules.kind) {
        (MigrationStep::Copy(copy), MigrationKind::Live(rule)) => {
            match copy.outlook(memory, rule, row.rate) {
                (_, PreCopyEnd::Never) => return Time::NEVER,
                (seconds, _) => seconds,
            }
        }
        (step, _) => step.left().unwrap_or(0.0) / row.rate,
    };
    now + Span::from_secs_f64(seconds)
}
