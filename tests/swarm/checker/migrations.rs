//! VMs that are moved while they run: from where they live, to a host of the same cluster that has room for them, no more at a
//! time than each end may.

use super::*;
use ninefold::model::{MigrationKind, StorageId};

/// A VM that is on its way.
#[derive(Clone, Copy)]
pub(super) struct MoveSeen {
    pub from: HostId,
    pub to: HostId,
    since: Time,
    /// It lives there already, since when.
    over: bool,
    switched: Time,
    /// Since when its storage is out while it lives there, and for how long it was before.
    out_since: Option<Time>,
    out: Span,
}

impl<'m> Checker<'m> {
    pub(super) fn migration_started(&mut self, vm: VmId, from: HostId, to: HostId) -> Checked {
        let row = self.vms[vm.index()];
        let cluster = self.model.hosts[from.index()].cluster;
        let same = cluster.is_some() && self.model.hosts[to.index()].cluster == cluster;
        let up = [from, to].iter().all(|host| !self.hosts[host.index()].down);
        let fits = same && up && from != to && row.home == Some(from) && row.booted && row.moves.is_none();
        self.require(fits && self.model.service_of(vm).host_cluster, Rule::Migration, || {
            format!("{} is moved from {from:?} to {to:?}", self.name(vm))
        })?;
        let rules = cluster.and_then(|c| self.model.clusters[c.index()].migration.as_ref());
        let (source, target) = (&self.model.hosts[from.index()], &self.model.hosts[to.index()]);
        let alike = rules.is_some_and(|rules| rules.any_processor || source.processor == target.processor);
        let linked = source.migration.is_some() && target.migration.is_some();
        self.require(alike && linked, Rule::Migration, || {
            format!("{} cannot run on {}", self.name(vm), target.name)
        })?;
        for host in [from, to] {
            let ends = |row: &&VmSeen| row.moves.is_some_and(|m| m.from == host || m.to == host);
            let now = self.vms.iter().filter(ends).count() as u32;
            let link = self.model.hosts[host.index()].migration.unwrap_or(0.0);
            let limit = rules.map_or(0, |rules| rules.limit(link));
            self.require(now < limit, Rule::Migration, || {
                format!("{} takes part in {now} migrations already", self.model.hosts[host.index()].name)
            })?;
        }
        let uncertain = self.vms.iter().any(|row| row.uncertain);
        self.require(uncertain || self.admits(to, vm) || !self.keeps_apart_in(cluster), Rule::Room, || {
            format!("{} is moved to {}, which cannot take it", self.name(vm), target.name)
        })?;
        self.moved_for_balance(vm, from)?;
        self.vms[vm.index()].moves = Some(MoveSeen {
            from,
            to,
            since: self.now,
            over: false,
            switched: self.now,
            out_since: None,
            out: Span::ZERO,
        });
        Ok(())
    }

    fn keeps_apart_in(&self, cluster: Option<ClusterId>) -> bool {
        cluster.is_some_and(|cluster| self.keeps_apart(cluster))
    }

    /// A VM lives elsewhere from now on: one that is being moved and stands still, or one that has nothing in memory.
    pub(super) fn migration_switched(&mut self, vm: VmId, host: HostId) -> Checked {
        let out = self.model.vms[vm.index()].storage.is_some_and(|storage| self.storages[storage.index()]);
        let now = self.now;
        let row = &mut self.vms[vm.index()];
        if let Some(moves) = &mut row.moves {
            let fits = moves.to == host && !moves.over && row.paused;
            (moves.over, row.home) = (true, Some(host));
            (moves.switched, moves.out_since) = (now, out.then_some(now));
            return self.require(fits, Rule::Migration, || format!("{} is on {host:?}", self.name(vm)));
        }
        let fits = !row.booted && row.home.is_some() && row.lost.is_none();
        self.require(fits, Rule::Migration, || format!("{} runs, and is put elsewhere", self.name(vm)))?;
        self.settle_on(vm, host, true)?;
        let cold = |signal: &Signal| matches!(*signal, Signal::VmDown { vm: v, cause: Cause::Maintenance } if v == vm);
        let row = &mut self.vms[vm.index()];
        // One that has been shut down for this is started there.
        (row.home, row.queued) = (Some(host), self.instant.iter().any(cold));
        Ok(())
    }

    pub(super) fn migration_done(&mut self, vm: VmId, host: HostId, lasted: Span, blackout: Span) -> Checked {
        let moves = self.vms[vm.index()].moves.take();
        let fits = moves
            .is_some_and(|m| m.over && m.to == host && self.now == m.since + lasted && blackout <= lasted);
        if let Some(moves) = moves {
            self.memory_was_read(vm, moves)?;
        }
        self.require(fits && self.vms[vm.index()].home == Some(host), Rule::Migration, || {
            format!("{} has not been moved to {host:?} in {lasted}, {blackout} of it still", self.name(vm))
        })
    }

    /// What was written down is read no faster than the link of the host carries it, and not while the storage is out.
    fn memory_was_read(&mut self, vm: VmId, moves: MoveSeen) -> Checked {
        let (host, fixed) = (&self.model.hosts[moves.to.index()], self.model.service_of(vm));
        let rules = host.cluster.and_then(|c| self.model.clusters[c.index()].migration.as_ref());
        let quick = rules.is_some_and(|rules| matches!(rules.kind, MigrationKind::Quick { .. }));
        let storage = self.model.vms[vm.index()].storage.map(|storage| &self.model.storages[storage.index()]);
        if !quick || storage.is_some_and(|storage| storage.mirror.is_some()) {
            return Ok(());
        }
        // Each piece that is read between two outages is rounded.
        let least = fixed.memory.bytes / host.migration.unwrap_or(f64::INFINITY) * 1e6 - 10.0;
        let took = self.now.since(moves.switched).less(moves.out);
        self.require(took.0 as f64 >= least, Rule::Migration, || {
            format!(
                "the memory of {} is read in {took}, its disks were away for {}",
                self.name(vm),
                moves.out
            )
        })
    }

    /// The storage of VMs is out, or is back.
    pub(super) fn note_moves_on(&mut self, storage: StorageId, down: bool) {
        let now = self.now;
        for (row, fixed) in self.vms.iter_mut().zip(&self.model.vms) {
            let Some(moves) = row.moves.as_mut().filter(|_| fixed.storage == Some(storage)) else { continue };
            if let Some(since) = moves.out_since.take() {
                moves.out = moves.out + now.since(since);
            }
            moves.out_since = (down && moves.over).then_some(now);
        }
    }

    pub(super) fn migration_aborted(&mut self, vm: VmId, host: HostId) -> Checked {
        let row = &mut self.vms[vm.index()];
        let moves = row.moves.take();
        let cluster = self.model.hosts[host.index()].cluster;
        let rules = cluster.and_then(|c| self.model.clusters[c.index()].migration.as_ref());
        let quick = rules.is_some_and(|rules| matches!(rules.kind, MigrationKind::Quick { .. }));
        if let Some(moves) =
            moves.filter(|m| quick && !m.over && m.to == host && m.from != host && row.paused)
        {
            // Its memory is read again at home; whether it is, or it has stopped, the next signal about it says.
            row.moves = Some(MoveSeen { to: moves.from, ..moves });
        }
        self.require(moves.is_some_and(|m| m.to == host), Rule::Migration, || {
            format!("{} was not on its way to {host:?}", self.name(vm))
        })
    }

    /// It goes on: where it was turned back, that is the end of it.
    pub(super) fn goes_on(&mut self, vm: VmId) {
        let moves = &mut self.vms[vm.index()].moves;
        *moves = moves.filter(|m| m.from != m.to);
    }

    /// It does not run any more: nothing is moved.
    pub(super) fn stops_moving(&mut self, vm: VmId) {
        self.vms[vm.index()].moves = None;
    }

    /// Whether a VM is on its way to a host, which keeps room for it.
    pub(super) fn arrives(&self, vm: VmId, host: HostId) -> bool {
        self.vms[vm.index()].moves.is_some_and(|m| m.to == host && !m.over)
    }
}
