//! Guests and applications, in turn and no faster than their laws; copies that cannot write.

use super::*;

impl<'m> Checker<'m> {
    pub(super) fn vm_down(&mut self, vm: VmId, cause: Cause) -> Checked {
        if self.shut_to_patch(vm, cause) {
            return self.patch_shuts(vm);
        }
        self.vms[vm.index()].patch = Patch::None;
        let row = &mut self.vms[vm.index()];
        (row.booted, row.app, row.down_at, row.stopped_at) = (false, false, self.now, self.now);
        row.paused = false;
        // What was being made ready for it is not any more.
        (row.queued, row.switching) = (false, None);
        // Its cluster may begin anew.
        (row.avoids, row.failures) = (0, 0);
        let (home, lost) = (row.home, row.lost);
        if self.model.service_of(vm).host_cluster && home.is_some_and(|h| self.may_evict(h, vm)) {
            // Its host may have stopped it because it was alone, or without quorum.
            self.vms[vm.index()].uncertain = true;
            return Ok(());
        }
        if matches!(cause, Cause::HostCrash | Cause::HostHang | Cause::RackOutage | Cause::SiteOutage) {
            let host_gone = home.is_some_and(|h| self.hosts[h.index()].down) || lost.is_some();
            // The interruption that crashed the guest began with the power of its storage, and may have
            // gone on for another reason.
            let disks = self.model.vms[vm.index()].storage;
            let disks_gone =
                disks.is_some() && (self.hidden_pauses || home.is_none_or(|h| !self.disks_alive(vm, h)));
            // One that stood still crashes over disks as they were before, when the copy that is left behind takes over.
            let older =
                |s: &Signal| matches!(s, Signal::StorageSwitched { storage, .. } if disks == Some(*storage));
            let disks_gone = disks_gone || self.instant.iter().any(older);
            self.require(host_gone || disks_gone, Rule::CauseSeen, || {
                format!("{} lost no host", self.name(vm))
            })?;
        }
        if cause == Cause::Maintenance {
            // Work elsewhere can have cost the quorum, without which hosts are fenced, or hold the I/O of their VMs back.
            let lost = self.vms[vm.index()].lost.map(|(from, _)| from);
            let fits = home.or(lost).is_some_and(|h| {
                let row = &self.hosts[h.index()];
                row.in_window || row.evacuates || self.has_no_quorum(h)
            });
            let fits = fits || self.hidden_pauses;
            self.require(fits, Rule::CauseSeen, || format!("nobody works on the host of {}", self.name(vm)))?;
        }
        Ok(())
    }

    pub(super) fn vm_up(&mut self, vm: VmId) -> Checked {
        let row = &mut self.vms[vm.index()];
        let was = std::mem::replace(&mut row.booted, true);
        row.uncertain = false;
        (row.failed_on, row.avoids, row.failures) = (0, 0, 0);
        row.up_at = self.now;
        let (home, down_at) = (row.home, row.down_at);
        let patch = std::mem::replace(&mut row.patch, Patch::None);
        self.require(!was, Rule::GuestAlternates, || format!("{} booted twice", self.name(vm)))?;
        self.require(home.is_some_and(|h| !self.hosts[h.index()].down), Rule::RunsOnUpHost, || {
            format!("{} boots on {home:?}", self.name(vm))
        })?;
        let way = &self.model.service_of(vm).way_back;
        let begun = match patch {
            Patch::Boots { since } => since,
            _ => down_at + least(&way.power_on),
        };
        let soonest = begun + least(&way.boot);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{} booted too fast", self.name(vm)))?;
        self.share_bandwidth(vm, begun)
    }

    /// Of the boots that are over, those that began at or after any instant have drawn no more since then than their
    /// storage could give; a microsecond more, because ends are whole ones.
    pub(super) fn share_bandwidth(&mut self, vm: VmId, begun: Time) -> Checked {
        let Some(copies) = self.model.boots_on.get(vm.index()) else { return Ok(()) };
        let Some(channel) = copies[usize::from(self.is_on_second(vm))] else { return Ok(()) };
        // What boots while the other copy takes over reads from one and then from the other.
        if self.switched_at(vm) >= begun && self.switched_at(vm) > Time::ZERO {
            return Ok(());
        }
        let service = self.model.service_of(vm);
        let drawn = u128::from(service.boot_io) * u128::from(least(&service.way_back.boot).0);
        let boots = &mut self.boots[channel.index()];
        if boots.len() == BOOTS_SEEN {
            boots.remove(0);
        }
        boots.push(BootSeen { begun, drawn });
        let boots = &self.boots[channel.index()];
        let bandwidth = u128::from(self.model.channels[channel.index()].bandwidth);
        let exceeded = boots.iter().find(|first| {
            let drawn: u128 = boots.iter().filter(|b| b.begun >= first.begun).map(|b| b.drawn).sum();
            drawn > bandwidth * u128::from(self.now.since(first.begun).0 + 1)
        });
        self.require(exceeded.is_none(), Rule::Bandwidth, || {
            format!("the boot of {} ends too early for its storage", self.name(vm))
        })
    }

    pub(super) fn app_up(&mut self, vm: VmId) -> Checked {
        let instance = self.model.vms[vm.index()].instance;
        let service = self.model.service_of(vm);
        let row = &mut self.vms[vm.index()];
        let was = std::mem::replace(&mut row.app, true);
        let (booted, up_at) = (row.booted, row.up_at);
        self.require(booted && !was, Rule::GuestAlternates, || {
            format!("the application of {}", self.name(vm))
        })?;
        if matches!(service.guest, Some(GuestGroup::Failover(_))) {
            let taking = self.instances[instance.index()].taking;
            return self.require(taking.is_some_and(|(node, _)| node == vm), Rule::Failover, || {
                format!("{} goes online and was not chosen", self.name(vm))
            });
        }
        let soonest = up_at + least(&service.way_back.start);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{} started too fast", self.name(vm)))
    }

    /// A copy stays in the memory of a host that has lost the VM's disks: it cannot write.
    pub(super) fn stale_copy(&mut self, vm: VmId, host: HostId) -> Checked {
        let now = self.now;
        let cannot_write = !self.disks_alive(vm, host) || self.hidden_pauses;
        let silent = self.is_silent(host);
        let row = &mut self.vms[vm.index()];
        let fits = row.home == Some(host) && !row.booted && row.stale.is_none();
        (row.home, row.lost, row.told, row.stale) = (None, Some((host, now)), true, Some(host));
        self.require(fits && cannot_write && silent, Rule::OneWriter, || {
            format!("two instances of {} could write", self.name(vm))
        })
    }
}
