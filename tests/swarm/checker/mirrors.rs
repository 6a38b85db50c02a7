//! Second copies of storages: who may switch to one, when, and what is lost then.

use super::{Checked, Checker, Rule, least, most};
use ninefold::engine::{Span, Time};
use ninefold::model::{
    GuestGroup, HostId, InstanceId, LocalMirror, Mirror, MirrorFailover, Role, StorageId, StorageKind,
    Traffic, VmId,
};
use ninefold::sim::Signal;

/// A mirrored storage.
#[derive(Clone, Copy, Default)]
pub(super) struct MirrorSeen {
    /// The copy that serves, where all disks switch at once.
    pub active: u8,
    pub switched_at: Time,
    /// Since when each copy is there, or is not.
    there: [bool; 2],
    since: [Time; 2],
    /// Since when both are there and what is written on one gets to the other.
    joined: Option<Time>,
    /// Since when each copy misses writes.
    stale: [Option<Time>; 2],
    /// Which copies have been said to fall behind.
    told: [bool; 2],
}

/// The disks of one host and their copy in another.
#[derive(Clone, Copy, Default)]
pub(super) struct PairSeen {
    joined: Option<Time>,
    /// Since when each copy misses writes.
    stale: [Option<Time>; 2],
    /// One of the storages has been out: VMs may have stood still for a while before they stopped.
    told: [bool; 2],
    interrupted: bool,
}

/// What a switch at this instant costs a VM, at least and at most.
#[derive(Clone, Copy)]
pub(super) struct Loss {
    pub least: Span,
    pub most: Span,
}

impl PairSeen {
    pub(super) fn new() -> PairSeen {
        PairSeen { joined: Some(Time::ZERO), ..PairSeen::default() }
    }
}

impl MirrorSeen {
    pub(super) fn new() -> MirrorSeen {
        MirrorSeen { there: [true; 2], joined: Some(Time::ZERO), ..MirrorSeen::default() }
    }

    /// For how long a copy has missed what was written on the other before that was lost.
    fn missed(&self, copy: usize) -> Span {
        let other = 1 - copy;
        let until = if self.there[other] { Time::NEVER } else { self.since[other] };
        self.stale[copy].map_or(Span::ZERO, |stale| until.since(stale.min(until)))
    }
}

impl<'m> Checker<'m> {
    pub(super) fn mirror_of(&self, storage: StorageId) -> Option<&'m Mirror> {
        self.model.storages[storage.index()].mirror.as_ref()
    }

    /// The copy of a storage that serves what is no VM's.
    pub(super) fn serving_copy(&self, storage: StorageId) -> StorageId {
        let second = self.mirrors[storage.index()].active == 1;
        self.mirror_of(storage).filter(|_| second).map_or(storage, |mirror| mirror.to)
    }

    fn mirror_of_vm(&self, vm: VmId) -> Option<(StorageId, &'m Mirror)> {
        let storage = self.model.vms[vm.index()].storage?;
        self.mirror_of(storage).map(|mirror| (storage, mirror))
    }

    /// Something about storages or networks has changed.
    pub(super) fn look_at_mirrors(&mut self) {
        for number in 0..self.mirrors.len() as u32 {
            let first = StorageId(number);
            let Some(mirror) = self.mirror_of(first).filter(|_| !self.is_by_host(first)) else { continue };
            let there = [!self.storages[first.index()], !self.storages[mirror.to.index()]];
            let joined = there[0] && there[1] && self.copies_are_joined(first, mirror.to);
            let row = &mut self.mirrors[first.index()];
            for copy in 0..2 {
                if row.there[copy] != there[copy] {
                    (row.there[copy], row.since[copy]) = (there[copy], self.now);
                }
                let written = mirror.failover == MirrorFailover::Cluster || usize::from(row.active) != copy;
                if !joined && there[1 - copy] && written {
                    row.stale[copy] = row.stale[copy].or(Some(self.now));
                }
            }
            row.joined = if joined { row.joined.or(Some(self.now)) } else { None };
        }
    }

    /// Local disks that software on the hosts mirrors and a cluster switches are as far behind as their two hosts.
    fn is_by_host(&self, storage: StorageId) -> bool {
        self.model.storages[storage.index()].kind == StorageKind::Das
            && self.mirror_of(storage).is_some_and(|m| m.failover == MirrorFailover::Cluster)
    }

    fn pair_of(&self, vm: VmId) -> Option<usize> {
        let fixed = &self.model.vms[vm.index()];
        let pairs = &self.model.local_mirrors;
        pairs.iter().position(|pair| Some(pair.storage) == fixed.storage && pair.hosts[0] == fixed.host)
    }

    /// Something about hosts, their links, storages or networks has changed.
    pub(super) fn look_at_pairs(&mut self) {
        for (number, pair) in self.model.local_mirrors.iter().enumerate() {
            let Some(mirror) = self.mirror_of(pair.storage) else { continue };
            let storages = [pair.storage, mirror.to].map(|s| !self.storages[s.index()]);
            let up = pair.hosts.map(|host| !self.hosts[host.index()].down);
            let heard = pair.hosts.iter().all(|&host| self.hears(host, Traffic::Storage));
            let [from, to] = pair.hosts.map(|host| self.place(host));
            let there = [storages[0] && up[0], storages[1] && up[1]];
            let joined = there == [true; 2] && heard && self.is_open(Traffic::Storage as usize, from, to);
            let row = &mut self.pairs[number];
            for copy in 0..2 {
                if !joined && there[1 - copy] {
                    row.stale[copy] = row.stale[copy].or(Some(self.now));
                }
            }
            row.interrupted |= storages != [true; 2];
            row.joined = if joined { row.joined.or(Some(self.now)) } else { None };
        }
    }

    /// The earliest end of what begins when the copy in use is lost and the other is there.
    fn switch_due(&self, storage: StorageId, span: impl Fn(&ninefold::model::Delay) -> Span) -> Option<Time> {
        let mirror = self.mirror_of(storage)?;
        let row = &self.mirrors[storage.index()];
        let (active, other) = (usize::from(row.active), 1 - usize::from(row.active));
        let behind = mirror.sync && row.missed(other) > Span::ZERO;
        let nobody = mirror.failover == MirrorFailover::Cluster
            || (behind && mirror.failover == MirrorFailover::Array);
        if row.there[active] || !row.there[other] || nobody {
            return None;
        }
        let begun = row.since[active].max(row.since[other]);
        let decided =
            if mirror.failover == MirrorFailover::Manual { span(&mirror.decision) } else { Span::ZERO };
        Some(begun + span(&mirror.switch) + decided)
    }

    pub(super) fn storage_switched(&mut self, storage: StorageId, to: StorageId) -> Checked {
        let Some(mirror) = self.mirror_of(storage) else {
            return self.broken(Rule::Mirror, "a storage without a second copy switches");
        };
        let row = self.mirrors[storage.index()];
        let other = if row.active == 0 { mirror.to } else { storage };
        self.require(to == other, Rule::Mirror, || format!("{to:?} serves already"))?;
        let due = self.switch_due(storage, least);
        self.require(due.is_some_and(|due| self.now >= due), Rule::Mirror, || {
            format!("{storage:?} switches now, could at {due:?}")
        })?;
        let missed = row.missed(1 - usize::from(row.active));
        self.expect_losses(storage, mirror, missed);
        let row = &mut self.mirrors[storage.index()];
        (row.active, row.switched_at) = (1 - row.active, self.now);
        self.look_at_mirrors();
        Ok(())
    }

    /// Who writes to a storage that has just been switched tells what is lost.
    fn expect_losses(&mut self, storage: StorageId, mirror: &Mirror, missed: Span) {
        let (mut loss_least, mut loss_most) = (missed, missed);
        if !mirror.sync {
            (loss_least, loss_most) = (missed + least(&mirror.lag), missed + most(&mirror.lag));
        }
        for number in 0..self.model.vms.len() as u32 {
            let vm = VmId(number);
            let service = self.model.service_of(vm);
            if self.model.vms[vm.index()].storage != Some(storage) {
                continue;
            }
            let loss = Loss { least: loss_least, most: loss_most };
            self.vms[vm.index()].loss = Some(loss);
            // Of a group only the node that owns it has written, and a law may give nothing.
            let writes =
                service.role == Role::Stateful && !matches!(service.guest, Some(GuestGroup::Failover(_)));
            self.vms[vm.index()].must_lose = writes && loss_least > Span::ZERO;
        }
    }

    /// Books what is lost after the warm-up.
    pub(super) fn account_writes(&mut self, instance: InstanceId, lost: Span) {
        if self.now >= Time::ZERO + self.model.warmup {
            let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
            tally.recovery_point_us += lost.0;
            tally.recovery_point_max_us = tally.recovery_point_max_us.max(lost.0);
        }
    }

    pub(super) fn writes_lost(&mut self, vm: VmId, lost: Span) -> Checked {
        let service = self.model.service_of(vm);
        self.require(service.role == Role::Stateful && lost > Span::ZERO, Rule::WritesLost, || {
            format!("{} loses {lost:?}, and writes nothing that anybody misses", self.name(vm))
        })?;
        let Some((storage, mirror)) = self.mirror_of_vm(vm) else {
            return self.broken(Rule::WritesLost, "what has one copy is never older than it was");
        };
        let row = self.vms[vm.index()];
        let loss = match mirror.failover {
            MirrorFailover::Cluster => self.loss_of_cluster(vm, storage, mirror),
            MirrorFailover::Array | MirrorFailover::Manual => row.loss,
        };
        self.require(loss.is_some_and(|l| l.least <= lost && lost <= l.most), Rule::WritesLost, || {
            let bounds = loss.map(|l| (l.least, l.most));
            format!("{} loses {lost:?}, which should be in {bounds:?}", self.name(vm))
        })?;
        let row = &mut self.vms[vm.index()];
        (row.loss, row.must_lose) = (None, false);
        Ok(())
    }

    /// A cluster starts a VM from a copy that lags behind: at most what was written until it stopped.
    fn loss_of_cluster(&self, vm: VmId, storage: StorageId, mirror: &Mirror) -> Option<Loss> {
        let row = self.vms[vm.index()];
        // One that has a home may have been booting.
        let until = if row.booted || row.home.is_some() { self.now } else { row.stopped_at };
        let to = usize::from(!row.on_mirror);
        let stale = match self.pair_of(vm) {
            Some(pair) if self.is_by_host(storage) => self.pairs[pair].stale[to],
            _ => self.mirrors[storage.index()].stale[to],
        };
        let missed = stale.map_or(Span::ZERO, |stale| until.since(stale.min(until)));
        let (least, most) = (least(&mirror.lag), missed + most(&mirror.lag));
        (!mirror.sync).then_some(Loss { least, most })
    }

    /// The other copy of a VM's disks is being made ready. Whether that copy could be used was asked when the VM was
    /// given its place, for one whose turn it is now.
    pub(super) fn disks_switching(&mut self, vm: VmId, turn: bool) -> Checked {
        let Some((storage, mirror)) = self.mirror_of_vm(vm) else {
            return self.broken(Rule::Mirror, "disks without a second copy switch");
        };
        let row = self.vms[vm.index()];
        self.require(mirror.failover == MirrorFailover::Cluster, Rule::Mirror, || {
            format!("no cluster switches the disks of {}", self.name(vm))
        })?;
        if !row.unfinished {
            let to = usize::from(!row.on_mirror);
            let usable = if self.is_by_host(storage) {
                self.pair_of(vm).is_some_and(|pair| {
                    let (seen, other) = (&self.pairs[pair], self.model.local_mirrors[pair].hosts[to]);
                    let wrote =
                        |stale: Time| row.up_at > stale || (row.stopped_at > stale && !seen.interrupted);
                    let behind = mirror.sync && seen.stale[to].is_some_and(wrote);
                    let copy = if to == 0 { storage } else { mirror.to };
                    !self.storages[copy.index()] && !self.hosts[other.index()].down && !behind
                })
            } else {
                let seen = &self.mirrors[storage.index()];
                seen.there[to] && !(mirror.sync && seen.missed(to) > Span::ZERO)
            };
            self.require(turn || usable, Rule::Mirror, || {
                format!("the other copy of {} is out, or behind", self.name(vm))
            })?;
            self.vms[vm.index()].on_mirror ^= true;
        }
        let row = &mut self.vms[vm.index()];
        (row.unfinished, row.switching) = (true, Some(self.now));
        Ok(())
    }

    /// A VM starts: its disks have been made ready, or it goes back to the copy that it never left.
    pub(super) fn disks_ready(&mut self, vm: VmId) -> Checked {
        let row = &mut self.vms[vm.index()];
        if !std::mem::take(&mut row.unfinished) {
            return Ok(());
        }
        let Some(since) = row.switching.take() else {
            row.on_mirror ^= true;
            return Ok(());
        };
        let soonest = self.mirror_of_vm(vm).map_or(since, |(_, mirror)| since + least(&mirror.switch));
        self.require(self.now >= soonest, Rule::NotTooFast, || {
            format!("the disks of {} switched too fast", self.name(vm))
        })
    }

    pub(super) fn mirror_behind(
        &mut self,
        storage: StorageId,
        copy: StorageId,
        host: Option<HostId>,
    ) -> Checked {
        let now = self.now;
        let second = usize::from(copy != storage);
        let (stale, told) = match self.pair_at(storage, host) {
            Some(number) => {
                let row = &mut self.pairs[number];
                (row.stale[second], &mut row.told[second])
            }
            None => {
                let row = &mut self.mirrors[storage.index()];
                (row.stale[second], &mut row.told[second])
            }
        };
        let told = std::mem::replace(told, true);
        let fits = !told && stale == Some(now);
        self.require(fits, Rule::MirrorBehind, || format!("{copy:?} does not fall behind, or has told"))
    }

    /// The pair of local disks that a host has the first copy of.
    fn pair_at(&self, storage: StorageId, host: Option<HostId>) -> Option<usize> {
        let pair = |pair: &LocalMirror| pair.storage == storage && Some(pair.hosts[0]) == host;
        self.model.local_mirrors.iter().position(pair)
    }

    pub(super) fn mirror_equal(&mut self, storage: StorageId, host: Option<HostId>) -> Checked {
        let Some(mirror) = self.mirror_of(storage) else {
            return self.broken(Rule::MirrorEqual, "a storage without a second copy");
        };
        let (stale, told, joined) = match self.pair_at(storage, host) {
            Some(number) => {
                let row = &mut self.pairs[number];
                (&mut row.stale, &mut row.told, row.joined)
            }
            None if host.is_some() => return self.broken(Rule::MirrorEqual, "a host without a copy"),
            None => {
                let row = &mut self.mirrors[storage.index()];
                (&mut row.stale, &mut row.told, row.joined)
            }
        };
        *told = [false; 2];
        let stale = std::mem::take(stale) != [None, None];
        let soonest = joined.map(|since| since + least(&mirror.resync));
        self.require(stale && soonest.is_some_and(|at| self.now >= at), Rule::MirrorEqual, || {
            format!("{storage:?}: nothing to catch up, or not before {soonest:?}")
        })
    }

    /// What must have happened to mirrors before the clock moves.
    pub(super) fn settle_mirrors(&mut self, next: Time) -> Checked {
        for number in 0..self.mirrors.len() as u32 {
            let storage = StorageId(number);
            let Some(mirror) = self.mirror_of(storage) else { continue };
            let fixed = mirror.switch.is_constant()
                && (mirror.failover == MirrorFailover::Array || mirror.decision.is_constant());
            let due = self.switch_due(storage, least).filter(|_| fixed);
            self.require(due.is_none_or(|due| due >= next), Rule::MirrorSwitches, || {
                format!("{storage:?} should have switched at {due:?}")
            })?;
            let row = &self.mirrors[storage.index()];
            self.require(row.told == row.stale.map(|since| since.is_some()), Rule::MirrorBehind, || {
                format!("{storage:?} has copies that fall behind without a word")
            })?;
            let stale = row.stale != [None, None] && mirror.resync.is_constant();
            let due = row.joined.filter(|_| stale).map(|since| since + least(&mirror.resync));
            self.require(due.is_none_or(|due| due >= next), Rule::MirrorSwitches, || {
                format!("{storage:?} should have been equal again at {due:?}")
            })?;
        }
        for (number, pair) in self.model.local_mirrors.iter().enumerate() {
            let (row, mirror) = (&self.pairs[number], self.mirror_of(pair.storage));
            self.require(row.told == row.stale.map(|since| since.is_some()), Rule::MirrorBehind, || {
                format!("the disks of {:?} fall behind without a word", pair.hosts[0])
            })?;
            let stale = row.stale != [None, None];
            let resync = mirror.map(|m| &m.resync).filter(|resync| stale && resync.is_constant());
            let due = row.joined.zip(resync).map(|(since, resync)| since + least(resync));
            self.require(due.is_none_or(|due| due >= next), Rule::MirrorSwitches, || {
                format!("the disks of {:?} should have been equal again at {due:?}", pair.hosts[0])
            })?;
        }
        for number in 0..self.vms.len() as u32 {
            let row = &mut self.vms[number as usize];
            row.loss = None;
            let must = std::mem::take(&mut row.must_lose);
            self.require(!must, Rule::WritesLost, || format!("{} lost nothing", self.name(VmId(number))))?;
        }
        self.settle_losses()
    }

    /// Who loses writes to a cluster's switch has been given a place where the other copy is.
    fn settle_losses(&self) -> Checked {
        for signal in &self.instant {
            let Signal::WritesLost { vm, .. } = *signal else { continue };
            let by_cluster = self.model.switches_copies(vm);
            let placed = self.instant.iter().any(|other| match *other {
                Signal::DisksSwitching { vm: v, .. } => v == vm,
                _ => false,
            });
            self.require(!by_cluster || placed, Rule::WritesLost, || {
                format!("{} loses writes and starts nowhere", self.name(vm))
            })?;
        }
        Ok(())
    }
}
