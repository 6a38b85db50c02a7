//! Computing power that VMs want of their hosts: what each gets, followed step by step, and moves away from hosts that have too
//! little.
//!
//! Whether a member of a balanced group, or a node, recovers or serves is not in the log: so what is wanted of a host lies
//! between what those want who surely serve, and what all want who may.

use super::*;

/// Billionths of a core.
const CORE: u64 = 1_000_000_000;

impl Checker<'_> {
    /// What an instance would not serve if its hosts had cores enough; `None` where that cannot be told.
    pub(super) fn plain_loss(&self, instance: InstanceId) -> Option<u32> {
        let row = self.instances[instance.index()];
        let service = &self.model.services[self.model.instances[instance.index()].service.index()];
        match &service.guest {
            _ if row.lacks_ppb == 0 || row.lost_ppb == ALL_PPB => Some(row.lost_ppb),
            Some(GuestGroup::Balanced { .. }) => None,
            _ => Some(0),
        }
    }

    /// An instance says that it lacks something, or no longer.
    pub(super) fn starved(&mut self, instance: InstanceId, lacks_ppb: u32) -> Checked {
        let row = &mut self.instances[instance.index()];
        let before = std::mem::replace(&mut row.lacks_ppb, lacks_ppb);
        self.require(before != lacks_ppb && lacks_ppb < ALL_PPB, Rule::Demand, || {
            format!("{} lacks {lacks_ppb} twice", self.model.instances[instance.index()].name)
        })
    }

    /// Until the clock moves on to `next` everybody has the share that the cores of its host allow.
    pub(super) fn settle_demands(&self, next: Time) -> Checked {
        if !self.model.has_demands() {
            return Ok(());
        }
        for number in 0..self.model.hosts.len() as u32 {
            let host = HostId(number);
            let mut at = Some(self.now);
            while let Some(instant) =
                at.filter(|&at| at < next && at.since(self.now) < Span::from_secs(604_800))
            {
                self.shares_at(host, instant)?;
                let loads = self.model.services.iter().filter(|s| s.busy > 0);
                at = loads.filter_map(|s| s.load.as_ref()?.next_step(instant)).min();
            }
        }
        for (number, row) in self.instances.iter().enumerate() {
            let service = &self.model.services[self.model.instances[number].service.index()];
            let fits = row.lacks_ppb == 0 || (service.busy > 0 && row.lost_ppb < ALL_PPB);
            self.require(fits, Rule::Demand, || {
                format!("{} lacks cores, and wants none", self.model.instances[number].name)
            })?;
        }
        Ok(())
    }

    fn shares_at(&self, host: HostId, at: Time) -> Checked {
        let (mut sure, mut possible) = (0_u64, 0_u64);
        for (number, row) in self.vms.iter().enumerate() {
            let (vm, fixed) = (VmId(number as u32), &self.model.vms[number]);
            let service = self.model.service_of(vm);
            if row.home != Some(host) || service.busy == 0 || !self.in_reach(vm) {
                continue;
            }
            let wants = self.wants(vm, at);
            let serves = self.instances[fixed.instance.index()].lost_ppb < ALL_PPB;
            match service.guest {
                None if serves => (sure, possible) = (sure + wants, possible + wants),
                None => {}
                _ if row.app => possible += wants,
                _ => {}
            }
        }
        let supply = u64::from(self.model.hosts[host.index()].cores) * CORE;
        let share = |wanted: u64| {
            let part = u128::from(supply) * u128::from(ALL_PPB) / u128::from(wanted.max(1));
            part.min(u128::from(ALL_PPB)) as u32
        };
        let (least, most) = (share(possible), share(sure));
        let here = |vm: &VmId| self.vms[vm.index()].home == Some(host) && self.in_reach(*vm);
        let all = (0..self.model.vms.len() as u32).map(VmId);
        for vm in all.filter(|vm| here(vm) && self.model.service_of(*vm).guest.is_none()) {
            let row = self.instances[self.model.vms[vm.index()].instance.index()];
            let served = ALL_PPB - row.lost_ppb;
            let fits = (least..=most).contains(&served) || self.model.service_of(vm).busy == 0 || served == 0;
            self.require(fits, Rule::Demand, || {
                format!("{} serves {served} ppb at {at:?}, cores allow {least} to {most}", self.name(vm))
            })?;
            let silent = row.lacks_ppb == row.lost_ppb || served == 0;
            self.require(silent, Rule::Demand, || format!("{} lacks {}", self.name(vm), row.lacks_ppb))?;
        }
        Ok(())
    }

    /// As the model says, in other words.
    fn wants(&self, vm: VmId, at: Time) -> u64 {
        let service = self.model.service_of(vm);
        let load = service.load.as_ref().map_or(1_000_000, |load| u64::from(load.at(at).0));
        service.busy * load * (CORE / 1_000 / 1_000_000)
    }

    /// Where no work is planned VMs are moved because their host has too little, when its cluster looks.
    pub(super) fn moved_for_balance(&self, vm: VmId, from: HostId) -> Checked {
        if !self.model.maintenances.is_empty() {
            return Ok(());
        }
        let cluster = self.model.hosts[from.index()].cluster;
        let rules = cluster.and_then(|c| self.model.clusters[c.index()].migration.as_ref());
        let Some(balance) = rules.and_then(|rules| rules.balance) else {
            return self.broken(Rule::Balance, "a VM is moved, and nobody has a reason to");
        };
        let at_a_look = self.now.0.abs_diff(self.model.warmup.0).is_multiple_of(balance.interval.0);
        let here = (0..self.model.vms.len() as u32).map(VmId);
        let here = here.filter(|v| self.vms[v.index()].home == Some(from));
        let wanted: u64 = here.map(|v| self.wants(v, self.now)).sum();
        let enough = u64::from(self.model.hosts[from.index()].cores)
            * (CORE / 1_000_000)
            * u64::from(balance.threshold.0);
        self.require(at_a_look && wanted > enough, Rule::Balance, || {
            format!("{} leaves a host of which {wanted} is wanted, {enough} would be enough", self.name(vm))
        })
    }
}
