//! VMs, and the groups and clusters that look after them.

use super::{GroupPhase, HostPhase, VmPhase, Walk, World, mend};
use crate::exact::plant::{Layer, Stages};

/// A host that fails as often as this within the time that it takes to notice once is not told from one that does so more often.
const TIMES_MAX: u8 = 3;

impl Walk<'_> {
    fn is_group(&self) -> bool {
        matches!(self.plant.layer, Layer::Failover { .. })
    }

    fn set(&mut self, unit: usize, phase: VmPhase) {
        (self.world.units[unit].vm, self.world.units[unit].stage) = (phase, 0);
    }

    /// A VM enters a phase, and leaves it at once where that takes no time.
    pub(super) fn enter(&mut self, unit: usize, phase: VmPhase) {
        self.set(unit, phase);
        if matches!(phase, VmPhase::GuestDead | VmPhase::AppDead(_)) {
            // Its service is down before a person comes, even if that takes no time.
            self.note();
        }
        self.step_vm(unit);
    }

    /// A VM goes on where the stages of its phase are over.
    pub(super) fn step_vm(&mut self, unit: usize) {
        let row = self.world.units[unit];
        let stages = self.world.stages_of(self.plant, unit);
        if usize::from(row.stage) < stages.map_or(usize::MAX, |stages| stages.rates.len()) {
            return;
        }
        match row.vm {
            VmPhase::GuestDead => self.power_on(unit),
            VmPhase::PowerOn => self.enter(unit, VmPhase::Boot),
            VmPhase::Boot | VmPhase::AppDead(_) if self.is_group() => self.set(unit, VmPhase::Idle),
            VmPhase::Boot | VmPhase::AppDead(_) => self.enter(unit, VmPhase::Start),
            VmPhase::Start => self.set(unit, VmPhase::Up),
            VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle | VmPhase::Up => {}
        }
    }

    fn power_on(&mut self, unit: usize) {
        if self.world.reaches_disk(self.plant, unit) {
            self.enter(unit, VmPhase::PowerOn);
        } else {
            self.set(unit, VmPhase::StorageWait);
        }
    }

    /// A VM as its host and its disks let it.
    pub(super) fn settle_vm(&mut self, unit: usize) {
        let row = self.world.units[unit];
        if row.host != HostPhase::Up {
            if row.vm != VmPhase::Off {
                self.set(unit, VmPhase::Off);
                self.lose();
            }
            return;
        }
        let reaches = self.world.reaches_disk(self.plant, unit);
        let restarted = matches!(self.plant.layer, Layer::Restarted { .. });
        match row.vm {
            VmPhase::Off if self.plant.units[unit].has_vm && !restarted => self.power_on(unit),
            VmPhase::StorageWait if reaches => self.power_on(unit),
            phase if phase.uses_disk() && !reaches => self.set(unit, VmPhase::StorageWait),
            _ => {}
        }
    }

    /// The VM of a cluster went with its host, which will be noticed.
    fn lose(&mut self) {
        if matches!(self.plant.layer, Layer::Restarted { .. }) {
            self.note();
            self.world.group = GroupPhase::Detecting(0, 1);
        }
    }

    /// A host goes once more before anybody knows that it went with the VM: who finds out first finds out about both.
    pub(super) fn lose_again(&mut self, unit: usize) {
        if let (GroupPhase::Detecting(_, times), Layer::Restarted { .. }) =
            (&mut self.world.group, &self.plant.layer)
            && self.world.units[unit].owner
        {
            *times = times.saturating_add(1).min(TIMES_MAX);
        }
    }

    /// Whoever looks after the VMs looks what has become of them.
    pub(super) fn look(&mut self) {
        let plant = self.plant;
        match &plant.layer {
            Layer::Alone | Layer::Balanced { .. } => {}
            Layer::Restarted { detection } => match self.world.group {
                GroupPhase::Detecting(0, _) if detection.is_none() => self.restart(),
                GroupPhase::Waiting => self.restart(),
                _ => {}
            },
            Layer::Failover { .. } => {
                let Some(owner) = self.owner() else { return };
                let serves = self.world.is_serving(plant, owner);
                match self.world.group {
                    GroupPhase::Online if !serves => self.begin_detection(),
                    GroupPhase::Detecting(..) if serves => self.world.group = GroupPhase::Online,
                    GroupPhase::Waiting => self.elect(),
                    GroupPhase::TakingOver(_) | GroupPhase::ByHand(_)
                        if !self.world.can_take_over(plant, owner) =>
                    {
                        self.begin_detection();
                    }
                    _ => {}
                }
            }
        }
    }

    fn owner(&self) -> Option<usize> {
        self.world.units.iter().position(|unit| unit.owner)
    }

    fn begin_detection(&mut self) {
        self.world.group = GroupPhase::Detecting(0, 1);
        self.note();
        self.step_on();
    }

    /// A stage of what the group does is over.
    pub(super) fn step_group(&mut self) {
        self.world.group = match self.world.group {
            GroupPhase::Detecting(stage, times) => GroupPhase::Detecting(stage + 1, times),
            GroupPhase::TakingOver(stage) => GroupPhase::TakingOver(stage + 1),
            GroupPhase::ByHand(stage) => GroupPhase::ByHand(stage + 1),
            other => other,
        };
        self.step_on();
    }

    /// The group goes on where the stages of its phase are over.
    fn step_on(&mut self) {
        let Some((stages, stage)) = self.world.group_stages(self.plant) else { return };
        if stage < stages.rates.len() {
            return;
        }
        match self.world.group {
            GroupPhase::Detecting(..) if self.is_group() => self.elect(),
            GroupPhase::Detecting(..) => self.restart(),
            GroupPhase::TakingOver(_) | GroupPhase::ByHand(_) => {
                if let Some(owner) = self.owner() {
                    self.set(owner, VmPhase::Up);
                }
                self.world.group = GroupPhase::Online;
            }
            GroupPhase::Online | GroupPhase::Waiting | GroupPhase::Choosing => {}
        }
    }

    /// The first node after the last owner, in the order of names and round; the last owner itself comes last.
    fn elect(&mut self) {
        let Some(former) = self.owner() else { return };
        if self.world.is_serving(self.plant, former) {
            self.world.group = GroupPhase::Online;
            return;
        }
        let count = self.world.units.len();
        let found = (1..=count)
            .map(|step| (former + step) % count)
            .find(|&unit| self.world.can_take_over(self.plant, unit));
        let Some(chosen) = found else {
            self.world.group = GroupPhase::Waiting;
            return;
        };
        if self.world.units[former].vm == VmPhase::Up {
            // Alive, but out of reach.
            self.set(former, VmPhase::Idle);
        }
        self.world.units[former].owner = false;
        self.world.units[chosen].owner = true;
        self.world.group = GroupPhase::Choosing;
        if matches!(self.plant.layer, Layer::Failover { coverage, .. } if coverage >= 1.0) {
            self.take_over(true);
        }
    }

    /// The takeover comes off, or does not.
    pub(in crate::exact) fn take_over(&mut self, covered: bool) {
        self.world.group = if covered { GroupPhase::TakingOver(0) } else { GroupPhase::ByHand(0) };
        self.step_on();
        self.note();
    }

    /// The cluster starts its VM on a host that is up; all are alike, and have room.
    fn restart(&mut self) {
        let is_up =
            |unit: &usize| self.plant.units[*unit].has_vm && self.world.units[*unit].host == HostPhase::Up;
        let Some(host) = (0..self.world.units.len()).find(is_up) else {
            self.world.group = GroupPhase::Waiting;
            return;
        };
        self.world.units.iter_mut().for_each(|unit| unit.owner = false);
        self.world.units[host].owner = true;
        self.world.group = GroupPhase::Online;
        self.power_on(host);
    }
}

impl World {
    /// The stages of what a VM does, where that takes a while.
    pub(in crate::exact) fn stages_of<'a>(&self, plant: &'a super::Plant, unit: usize) -> Option<&'a Stages> {
        let laws = &plant.vm;
        match self.units[unit].vm {
            VmPhase::PowerOn => Some(&laws.power_on),
            VmPhase::Boot => Some(&laws.boot),
            VmPhase::Start => Some(&laws.start),
            VmPhase::GuestDead => Some(mend(laws.guest.as_ref())),
            VmPhase::AppDead(app) => Some(&laws.apps[usize::from(app)].mend),
            VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle | VmPhase::Up => None,
        }
    }

    /// The stages of what a group does, where that takes a while, and how many of them are over.
    pub(in crate::exact) fn group_stages<'a>(&self, plant: &'a super::Plant) -> Option<(&'a Stages, usize)> {
        let (stages, stage) = match (&plant.layer, self.group) {
            (
                Layer::Failover { detection, .. } | Layer::Restarted { detection },
                GroupPhase::Detecting(stage, _),
            ) => (detection, stage),
            (Layer::Failover { takeover, .. }, GroupPhase::TakingOver(stage)) => (takeover, stage),
            (Layer::Failover { by_hand, .. }, GroupPhase::ByHand(stage)) => (by_hand, stage),
            _ => return None,
        };
        Some((stages, usize::from(stage)))
    }
}
