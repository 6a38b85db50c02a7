//! What clients want over the week, followed step by step.

use ninefold::model::GuestGroup;

use super::sessions::is_balanced;
use super::*;

impl Checker<'_> {
    /// What so many members of a balanced instance serve of what clients want at an instant.
    pub(super) fn carried(&self, instance: InstanceId, serving: usize, at: Time) -> u32 {
        let service = &self.model.services[self.model.instances[instance.index()].service.index()];
        let Some(GuestGroup::Balanced { carried_ppb, .. }) = &service.guest else { return ALL_PPB };
        let wanted = service.load.as_ref().map_or(1_000_000, |load| u128::from(load.at(at).0));
        let carried = u128::from(carried_ppb[serving]) * 1_000_000;
        match (serving, wanted) {
            (0, _) => 0,
            (_, 0) => ALL_PPB,
            _ => (carried / wanted).min(u128::from(ALL_PPB)) as u32,
        }
    }

    /// Whether clients of a balanced instance want more at this instant than just before.
    pub(super) fn load_has_risen(&self, instance: InstanceId) -> bool {
        let service = &self.model.services[self.model.instances[instance.index()].service.index()];
        let load = service.load.as_ref().filter(|_| is_balanced(service) && self.now > Time::ZERO);
        load.is_some_and(|load| load.at(self.now) > load.at(Time(self.now.0 - 1)))
    }

    /// Until the clock moves on to `next` the instance stays as it is: so must what its members carry, or turn out not to
    /// matter.
    pub(super) fn settle_load(&self, instance: InstanceId, next: Time) -> Checked {
        let fixed = &self.model.instances[instance.index()];
        let service = &self.model.services[fixed.service.index()];
        let Some(load) = service.load.as_ref().filter(|_| is_balanced(service)) else { return Ok(()) };
        let row = self.instances[instance.index()];
        let serving =
            self.model.vms_of(instance).filter(|v| self.vms[v.index()].app && self.in_reach(*v)).count();
        // Nobody's clients are turned away because of the member that they are sent to.
        let all = row.lacks_ppb == 0
            && u32::from(row.members) == fixed.vms
            && serving == fixed.vms as usize
            && ALL_PPB - row.lost_ppb == self.carried(instance, serving, self.now);
        let mut at = Some(self.now);
        while let Some(instant) = at.filter(|&at| at < next) {
            let (most, served) = (self.carried(instance, serving, instant), ALL_PPB - row.lost_ppb);
            self.require(served <= most && !(all && served < most), Rule::FollowsLoad, || {
                format!("{} serves {served} ppb at {instant:?}, {serving} members carry {most}", fixed.name)
            })?;
            at = load.next_step(instant);
        }
        Ok(())
    }

    /// Books the requests that an instance did not answer.
    pub(super) fn account_requests(&mut self, instance: InstanceId, since: Time, until: Time) {
        let service = self.model.instances[instance.index()].service;
        let fixed = &self.model.services[service.index()];
        if fixed.requests == 0.0 || since >= until {
            return;
        }
        let lost = u128::from(self.instances[instance.index()].lost_ppb);
        let mut at = since;
        while at < until {
            let (part, end) = match &fixed.load {
                Some(load) => (load.at(at).0, load.next_step(at).map_or(until, |next| next.min(until))),
                None => (1_000_000, until),
            };
            self.tallies[service.index()].unserved += lost * u128::from(part) * u128::from(end.since(at).0);
            at = end;
        }
    }
}
