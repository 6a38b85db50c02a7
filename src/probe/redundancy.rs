//! Time in which an instance of a failover or balanced group has no second VM to fall back on: one fault more, and it is
//! down (GFC-33).

use super::Window;
use crate::engine::Time;
use crate::model::{Model, VmId};
use crate::sim::{Observer, Signal};

/// Follows the guests of groups.
#[derive(Clone, Debug)]
pub struct Redundancy {
    window: Window,
    /// By VM, its instance, or [`ALONE`]; empty where there are no groups at all.
    instances: Vec<u32>,
    running: Vec<bool>,
    groups: Vec<Group>,
    /// By service, after [`Redundancy::finish`].
    unprotected_us: Vec<u64>,
}

/// The VMs of an instance that run.
#[derive(Clone, Copy, Debug)]
struct Group {
    service: u32,
    vms: u32,
    running: u32,
    /// Since when there are fewer than two.
    since: Time,
}

/// A VM that is in no group.
const ALONE: u32 = u32::MAX;

impl Redundancy {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Redundancy {
        let grouped = model.services.iter().any(|service| service.guest.is_some());
        let instance_of = |vm: &crate::model::Vm| match model.services[vm.service.index()].guest {
            Some(_) => vm.instance.0,
            None => ALONE,
        };
        let groups = model.instances.iter().map(|instance| Group {
            service: instance.service.0,
            vms: instance.vms,
            running: instance.vms,
            since: Time::NEVER,
        });
        Redundancy {
            window: Window::of(model),
            instances: if grouped { model.vms.iter().map(instance_of).collect() } else { Vec::new() },
            running: vec![true; if grouped { model.vms.len() } else { 0 }],
            groups: if grouped { groups.collect() } else { Vec::new() },
            unprotected_us: vec![0; model.services.len()],
        }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        self.running.fill(true);
        for group in &mut self.groups {
            (group.running, group.since) = (group.vms, Time::NEVER);
        }
        self.unprotected_us.fill(0);
    }

    /// Microseconds, by service, summed over its instances.
    pub fn finish(&mut self) -> &[u64] {
        for number in 0..self.groups.len() {
            self.end_stretch(number, self.window.end);
        }
        &self.unprotected_us
    }

    fn end_stretch(&mut self, number: usize, now: Time) {
        let group = &mut self.groups[number];
        let since = std::mem::replace(&mut group.since, Time::NEVER);
        if since != Time::NEVER {
            self.unprotected_us[group.service as usize] += self.window.overlap(since, now);
        }
    }

    #[cold]
    fn change(&mut self, now: Time, vm: VmId, runs: bool) {
        let instance = self.instances[vm.index()];
        if instance == ALONE || std::mem::replace(&mut self.running[vm.index()], runs) == runs {
            return;
        }
        let group = &mut self.groups[instance as usize];
        group.running = if runs { group.running + 1 } else { group.running - 1 };
        match (runs, group.running) {
            (false, 1) => group.since = now,
            (true, 2) => self.end_stretch(instance as usize, now),
            _ => {}
        }
    }
}

impl Observer for Redundancy {
    // Nodes and members have others who wait for them: none of them comes and goes by itself.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::VmDown { vm, .. } if !self.instances.is_empty() => self.change(now, vm, false),
            Signal::VmUp { vm } if !self.instances.is_empty() => self.change(now, vm, true),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cause;

    /// Two nodes, and a VM that is in no group.
    fn probe() -> Redundancy {
        let group = Group { service: 0, vms: 2, running: 2, since: Time::NEVER };
        Redundancy {
            window: Window { start: Time(100), end: Time(1_000) },
            instances: vec![0, 0, ALONE],
            running: vec![true; 3],
            groups: vec![group, Group { service: 1, vms: 1, running: 1, since: Time::NEVER }],
            unprotected_us: vec![0; 2],
        }
    }

    #[test]
    fn one_of_two_is_no_redundancy_and_none_of_two_neither() {
        let (mut probe, cause) = (probe(), Cause::HostCrash);
        probe.observe(Time(50), Signal::VmDown { vm: VmId(0), cause });
        probe.observe(Time(150), Signal::VmUp { vm: VmId(0) });
        probe.observe(Time(200), Signal::VmDown { vm: VmId(1), cause });
        probe.observe(Time(250), Signal::VmDown { vm: VmId(1), cause });
        probe.observe(Time(300), Signal::VmDown { vm: VmId(0), cause });
        probe.observe(Time(400), Signal::VmUp { vm: VmId(1) });
        probe.observe(Time(500), Signal::VmUp { vm: VmId(0) });
        probe.observe(Time(600), Signal::VmDown { vm: VmId(2), cause });
        probe.observe(Time(900), Signal::VmDown { vm: VmId(0), cause });
        // 100 to 150, 200 to 500, 900 to the end.
        assert_eq!(probe.finish(), [50 + 300 + 100, 0]);
        probe.reset();
        assert_eq!(probe.finish(), [0, 0]);
    }
}
