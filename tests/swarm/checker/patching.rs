//! Planned work on guests.

use super::*;

/// Where a guest is in its window. A node that stands by closes its own when it has booted; of the others the log does
/// not say when they have joined, or serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patch {
    None,
    /// Its group moves away from it, or it is shut down at this instant.
    Begun,
    Shut,
    Boots {
        since: Time,
    },
}

impl<'m> Checker<'m> {
    /// The plans that patch a guest.
    fn plans_of(
        &self,
        vm: VmId,
    ) -> impl Iterator<Item = (usize, &'m ninefold::model::Maintenance)> + use<'m> {
        let instance = self.model.vms[vm.index()].instance;
        self.model.maintenances.iter().enumerate().filter(move |(_, plan)| plan.instances.contains(&instance))
    }

    pub(super) fn patch_begun(&mut self, vm: VmId) -> Checked {
        let row = self.vms[vm.index()];
        let start = Time::ZERO + self.model.warmup;
        let mut due = false;
        for (number, plan) in self.plans_of(vm) {
            let begins = self.now >= start + plan.first;
            due |= begins;
            self.patched[number] |= begins;
        }
        let fits = due
            && row.booted
            && matches!(row.patch, Patch::None | Patch::Begun)
            && row.home.is_some_and(|host| !self.hosts[host.index()].down);
        self.vms[vm.index()].patch = Patch::Begun;
        self.require(fits, Rule::Patching, || format!("{} is patched now: {:?}", self.name(vm), row.patch))?;
        let most: u32 = self.model.maintenances.iter().map(|plan| plan.at_once).sum();
        let worked = |vm: &&VmSeen| matches!(vm.patch, Patch::Shut | Patch::Boots { .. });
        let others = self.vms.iter().filter(worked).count() as u32;
        self.require(others < most, Rule::Patching, || {
            format!("{others} are patched, at most {most} may be")
        })?;
        let instance = self.model.vms[vm.index()].instance;
        let siblings =
            || self.model.vms_of(instance).filter(move |v| *v != vm).map(|v| (v, self.vms[v.index()]));
        let fits = match &self.model.service_of(vm).guest {
            None => row.app,
            Some(GuestGroup::Failover(_)) => {
                let one = !siblings().any(|(_, other)| worked(&&other));
                let others = siblings().any(|(v, other)| other.booted && self.in_reach(v));
                one && self.plain_loss(instance) == Some(0) && (!row.app || others)
            }
            Some(GuestGroup::Balanced { .. }) => {
                row.app && siblings().any(|(v, other)| other.app && self.in_reach(v))
            }
        };
        self.require(fits, Rule::Patching, || format!("{} cannot be missed", self.name(vm)))
    }

    /// Whether a guest goes down because it is its turn, and not with its host.
    pub(super) fn shut_to_patch(&self, vm: VmId, cause: Cause) -> bool {
        let row = self.vms[vm.index()];
        // An owner is shut down when its group has moved.
        let failover = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Failover(_)));
        cause == Cause::Maintenance
            && row.patch == Patch::Begun
            && !(failover && row.app)
            && row.home.is_some_and(|host| !self.hosts[host.index()].down)
    }

    pub(super) fn patch_shuts(&mut self, vm: VmId) -> Checked {
        let failover = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Failover(_)));
        let row = &mut self.vms[vm.index()];
        let fits = row.booted;
        (row.booted, row.app, row.down_at, row.stopped_at) = (false, false, self.now, self.now);
        row.paused = false;
        row.patch = Patch::Shut;
        // Its host may have stopped it because it was alone while its group moved away from it.
        let evicted = failover && self.vms[vm.index()].home.is_some_and(|host| self.may_evict(host, vm));
        self.vms[vm.index()].uncertain |= evicted && self.model.service_of(vm).host_cluster;
        self.require(fits, Rule::Patching, || format!("{} is shut down too early", self.name(vm)))
    }

    pub(super) fn patch_ended(&mut self, vm: VmId) -> Checked {
        let row = self.vms[vm.index()];
        let soonest = self.plans_of(vm).map(|(_, plan)| least(&plan.lasts)).min().unwrap_or_default();
        let latest = self.plans_of(vm).map(|(_, plan)| most(&plan.lasts)).max().unwrap_or_default();
        // One whose disks can be away may stand still meanwhile.
        let still = self.model.vms[vm.index()].storage.is_some() || self.hidden_pauses;
        let took = self.now.since(row.down_at);
        let fits = row.patch == Patch::Shut && took >= soonest && (still || took <= latest);
        self.vms[vm.index()].patch = Patch::Boots { since: self.now };
        self.require(fits, Rule::Patching, || {
            format!("{} is patched after {took:?}: {:?}", self.name(vm), row.patch)
        })
    }

    /// A round has begun while the first guest in it served: it has had its turn.
    pub(super) fn settle_patches(&self, next: Time) -> Checked {
        for (number, plan) in self.model.maintenances.iter().enumerate() {
            let at = Time::ZERO + self.model.warmup + plan.first;
            let Some(&instance) = plan.instances.first() else { continue };
            let service = &self.model.services[self.model.instances[instance.index()].service.index()];
            let serves = service.guest.is_none() && self.plain_loss(instance) == Some(0);
            let missed = serves && self.now < at && at < next && !self.patched[number];
            self.require(!missed, Rule::Patching, || format!("nobody is patched by {}", plan.name))?;
        }
        Ok(())
    }
}
