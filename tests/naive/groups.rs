//! Failover groups, and what every instance serves.

use ninefold::engine::Stream;

use crate::guests::Phase;
use crate::scenario::Layer;
use crate::world::{ALL, What, World};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Online,
    /// The owner, or who is taking over, is gone or out of reach: not noticed yet.
    Detecting,
    TakingOver,
    /// Nobody can take over.
    Waiting,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Group {
    pub stage: Stage,
    /// By its number among the nodes.
    pub owner: usize,
}

impl World<'_> {
    /// The VMs of an instance.
    pub(crate) fn vms_of(&self, instance: usize) -> Vec<usize> {
        (0..self.vms.len()).filter(|&vm| self.names[vm].instance == instance).collect()
    }

    fn layer_of(&self, instance: usize) -> Layer {
        self.service_of(self.vms_of(instance)[0]).layer
    }

    fn owner(&self, instance: usize) -> usize {
        self.vms_of(instance)[self.groups[instance].owner]
    }

    fn can_take_over(&self, vm: usize) -> bool {
        self.vms[vm].phase == Phase::Idle && !self.vms[vm].is_still && self.is_reached(vm)
    }

    pub(crate) fn settle_groups(&mut self) {
        for instance in 0..self.groups.len() {
            if self.layer_of(instance) == Layer::Failover {
                self.settle_group(instance);
            }
        }
    }

    /// Something has happened to one of its VMs.
    pub(crate) fn settle_group_of(&mut self, vm: usize) {
        if self.service_of(vm).layer == Layer::Failover {
            self.settle_group(self.names[vm].instance);
        }
    }

    fn settle_group(&mut self, instance: usize) {
        let owner = self.owner(instance);
        match self.groups[instance].stage {
            Stage::Online if !self.serves(owner) => self.detect(instance),
            Stage::Detecting if self.serves(owner) => {
                self.call_off(What::Group(instance));
                self.groups[instance].stage = Stage::Online;
                self.census.back_before_noticed += 1;
            }
            Stage::TakingOver if !self.can_take_over(owner) => {
                self.call_off(What::Group(instance));
                self.census.failed_takeovers += 1;
                self.detect(instance);
            }
            Stage::Waiting => self.elect(instance),
            _ => {}
        }
    }

    fn draw_of_group(&mut self, instance: usize, is_takeover: bool) -> u64 {
        let first = self.vms_of(instance)[0];
        let service = self.service_of(first);
        let (length, purpose) = match is_takeover {
            false => (service.detection, "detection"),
            true => (service.takeover, "takeover"),
        };
        let name = self.names[first].name.trim_end_matches(".1").to_owned();
        self.draw(length, Stream::new(&format!("group {name}"), purpose))
    }

    fn detect(&mut self, instance: usize) {
        self.groups[instance].stage = Stage::Detecting;
        match self.draw_of_group(instance, false) {
            // Where nobody needs time to notice, nothing comes in between.
            0 => self.elect(instance),
            notices => self.after(notices, What::Group(instance)),
        }
    }

    /// The owner goes on, or the next node that can takes over, or nobody.
    fn elect(&mut self, instance: usize) {
        let (nodes, from) = (self.vms_of(instance), self.groups[instance].owner);
        if self.serves(nodes[from]) {
            self.groups[instance].stage = Stage::Online;
            return;
        }
        let next = (1..=nodes.len()).map(|step| (from + step) % nodes.len());
        let Some(node) = next.into_iter().find(|&node| self.can_take_over(nodes[node])) else {
            self.groups[instance].stage = Stage::Waiting;
            return;
        };
        // It no longer runs where nobody sees it.
        if self.vms[nodes[from]].phase == Phase::Up {
            self.vms[nodes[from]].phase = Phase::Idle;
        }
        self.groups[instance] = Group { stage: Stage::TakingOver, owner: node };
        self.census.takeovers += 1;
        match self.draw_of_group(instance, true) {
            0 => self.group_steps(instance),
            takes => self.after(takes, What::Group(instance)),
        }
    }

    pub(crate) fn group_steps(&mut self, instance: usize) {
        if self.groups[instance].stage == Stage::Detecting {
            return self.elect(instance);
        }
        let owner = self.owner(instance);
        self.groups[instance].stage = Stage::Online;
        self.vms[owner].phase = Phase::Up;
        self.vms[owner].starts += 1;
    }

    /// What an instance does not serve, in billionths.
    pub(crate) fn lost_ppb(&self, instance: usize) -> u64 {
        let serves = match self.layer_of(instance) {
            Layer::Balanced => return self.lost_by_members(instance),
            Layer::Nothing => self.serves(self.vms_of(instance)[0]),
            Layer::Failover => {
                self.groups[instance].stage == Stage::Online && self.serves(self.owner(instance))
            }
        };
        if serves { 0 } else { ALL }
    }
}
