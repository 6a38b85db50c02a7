//! Orders to start: for whom, when, and who waits for one.

use super::*;

/// Whether a VM waits for a host that may take it: one with room, on which none of its instance lives.
pub(super) fn lacks_room(reason: WaitReason) -> bool {
    matches!(reason, WaitReason::Room | WaitReason::Apart)
}

impl<'m> Checker<'m> {
    /// Whether a VM whose guest does not run may be moved to another host: it has crashed, or has lost its disks.
    pub(super) fn may_move(&self, vm: VmId, home: Option<HostId>) -> bool {
        let cluster = home.and_then(|h| self.model.hosts[h.index()].cluster);
        let monitor = cluster.and_then(|c| self.model.clusters[c.index()].monitor.guest.as_ref());
        let unsheltered =
            cluster.is_some_and(|c| self.model.clusters[c.index()].storage_loss.restart.is_some());
        !self.vms[vm.index()].booted && (unsheltered || monitor.is_some_and(|m| m.moves))
    }

    /// The cluster's first word about a lost VM.
    pub(super) fn answered(&mut self, vm: VmId) -> Checked {
        let row = &mut self.vms[vm.index()];
        let (lost, uncertain, waiting, home) = (row.lost, row.uncertain, row.waiting, row.home);
        row.deadline = Time::NEVER;
        let told = std::mem::take(&mut row.told);
        let clustered = self.model.service_of(vm).host_cluster;
        let moved = self.may_move(vm, home);
        self.require(clustered && (lost.is_some() || uncertain || moved), Rule::OrderLegal, || {
            format!("{} has its home {home:?}, and is restarted", self.name(vm))
        })?;
        if let (Some((from, at)), None, false) = (lost, waiting, uncertain || told) {
            let soonest = at + self.detection(from).0;
            self.require(self.now >= soonest, Rule::OrderAfterDetection, || {
                format!("{} lost at {at:?}, restarted before {soonest:?}", self.name(vm))
            })?;
        }
        Ok(())
    }

    pub(super) fn start_ordered(&mut self, vm: VmId, host: HostId) -> Checked {
        let row = &mut self.vms[vm.index()];
        // One that was queued here, or whose disks were made ready, has its turn; or it has lost its place meanwhile.
        if std::mem::take(&mut row.queued) && row.home == Some(host) && row.lost.is_none() {
            row.down_at = row.down_at.max(self.now);
            return self.disks_ready(vm);
        }
        row.switching = None;
        self.disks_ready(vm)?;
        if self.is_by_hand(vm) { self.start_by_hand(vm, host) } else { self.ordered(vm, host, false) }
    }

    /// Whether a person may start a VM just now, who has switched its disks at this very instant (MTX-95, MTX-100), or
    /// earlier and has found no room before a host came up.
    pub(super) fn is_by_hand(&self, vm: VmId) -> bool {
        let storage = self.model.vms[vm.index()].storage;
        let mirror = storage.and_then(|storage| self.mirror_of(storage));
        let begins = |signal: &Signal| match *signal {
            Signal::StorageSwitched { storage: s, .. } => storage == Some(s),
            Signal::HostUp { .. } => self.switched_at(vm) > Time::ZERO,
            _ => false,
        };
        mirror.is_some_and(|m| m.failover == MirrorFailover::Manual) && self.instant.iter().any(begins)
    }

    /// The person may also start it, on any host: what does not run where it is, on one that reaches its disks and has
    /// room. What a cluster starts at that instant cannot be told from it.
    pub(super) fn start_by_hand(&mut self, vm: VmId, host: HostId) -> Checked {
        let before = self.vms[vm.index()];
        self.require(!before.booted && !self.hosts[host.index()].down, Rule::OrderLegal, || {
            format!("{} is started by hand and runs, or on a host that is down", self.name(vm))
        })?;
        self.settle_on(vm, host, false)?;
        self.end_waiting(vm);
        let evicts = self.may_evict(host, vm);
        let row = &mut self.vms[vm.index()];
        (row.home, row.lost, row.uncertain) = (Some(host), None, evicts);
        row.down_at = row.down_at.max(self.now);
        Ok(())
    }

    pub(super) fn ordered(&mut self, vm: VmId, host: HostId, disks_ready_later: bool) -> Checked {
        self.answered(vm)?;
        let before = self.vms[vm.index()];
        let cluster = before
            .lost
            .map(|(from, _)| from)
            .or(before.home)
            .and_then(|h| self.model.hosts[h.index()].cluster);
        let fits = !self.hosts[host.index()].down && self.model.hosts[host.index()].cluster == cluster;
        self.require(fits, Rule::OrderLegal, || format!("{} ordered to {host:?}", self.name(vm)))?;
        let decided = self.model.hosts[host.index()].cluster.is_some_and(|c| !self.no_quorum[c.index()]);
        self.require(decided, Rule::Quorum, || format!("{} ordered without quorum", self.name(vm)))?;
        self.is_commanded(vm, host)?;
        self.ordered_now.push(host);
        self.settle_on(vm, host, disks_ready_later)?;
        self.require(before.avoids & self.seat(host) == 0, Rule::RetryHost, || {
            format!("{} has failed on {host:?} already", self.name(vm))
        })?;
        for &other in self.judged_hosts(host) {
            let claim = |host| (self.is_spare(host), self.free_memory(host));
            // Which copy was meant is not told of one whose disks were being made ready elsewhere.
            let better = !before.unfinished
                && before.failed_on == 0
                && claim(other) > claim(host)
                && self.surely_admits(other, vm);
            let doubtful = self.vms.iter().any(|v| v.uncertain && v.home == Some(host));
            self.require(!better || doubtful, Rule::BestHost, || {
                format!("{other:?} is better for {}", self.name(vm))
            })?;
        }
        if before.waiting.is_some_and(|(r, _)| lacks_room(r)) && !self.judged_hosts(host).is_empty() {
            self.first_in_rank(vm, cluster)?;
        }
        self.end_waiting(vm);
        let evicts = self.may_evict(host, vm);
        let row = &mut self.vms[vm.index()];
        (row.home, row.lost) = (Some(host), None);
        // One that does not run yet leaves a host that is alone without a word.
        row.uncertain = evicts;
        row.down_at = row.down_at.max(self.now);
        Ok(())
    }

    pub(super) fn waits(&mut self, vm: VmId, reason: WaitReason) -> Checked {
        let twice = self.vms[vm.index()].waiting.is_some_and(|(before, _)| before == reason);
        self.require(!twice, Rule::WaitingPairs, || format!("{} waits twice", self.name(vm)))?;
        self.answered(vm)?;
        self.end_waiting(vm);
        let now = self.now;
        let row = &mut self.vms[vm.index()];
        if let Some(home) = row.home.take() {
            row.lost = Some((home, now));
        }
        (row.waiting, row.uncertain) = (Some((reason, now)), false);
        if reason == WaitReason::Person {
            (row.avoids, row.failures) = (0, 0);
        }
        Ok(())
    }

    /// Books a wait that is over; only room is a matter of capacity.
    pub(super) fn end_waiting(&mut self, vm: VmId) {
        let start = Time::ZERO + self.model.warmup;
        if let Some((reason, since)) = self.vms[vm.index()].waiting.take()
            && lacks_room(reason)
        {
            self.waiting_us += self.now.since(since.max(start)).0;
        }
    }

    /// A start that came to nothing: its host told the cluster.
    pub(super) fn restart_failed(&mut self, vm: VmId, host: HostId) -> Checked {
        let now = self.now;
        let row = &mut self.vms[vm.index()];
        // Others tried what runs on a silent host: its lock is held, and nothing has changed.
        if row.home.is_some_and(|home| home != host) && row.lost.is_none() {
            return Ok(());
        }
        let fits = row.home == Some(host) && !row.booted && !row.queued;
        (row.home, row.lost, row.told) = (None, Some((host, now)), true);
        self.note_failed_start(vm, host);
        self.require(fits, Rule::OrderLegal, || format!("{vm:?} failed to start where it was not"))
    }

    pub(super) fn seat(&self, host: HostId) -> u64 {
        1 << self.model.hosts[host.index()].seat
    }

    fn note_failed_start(&mut self, vm: VmId, host: HostId) {
        let retry = self.model.hosts[host.index()].cluster.map_or(RetryHost::Any, |cluster| {
            let fixed = &self.model.clusters[cluster.index()];
            match &fixed.product {
                // A new primary forgets attempts when it is ready (VMW-50), which no signal tells.
                Product::Primary(_) | Product::FivePrimaries(_) => RetryHost::Any,
                _ => fixed.restart.retry_host,
            }
        });
        let seat = self.seat(host);
        let row = &mut self.vms[vm.index()];
        row.failures += 1;
        row.failed_on |= seat;
        if retry == RetryHost::Other || (retry == RetryHost::SameFirst && row.failures > 1) {
            row.avoids |= seat;
        }
    }

    /// Clusters may begin anew with any VM.
    pub(super) fn forget_failed_starts(&mut self) {
        for row in &mut self.vms {
            (row.avoids, row.failures) = (0, 0);
        }
    }
}
