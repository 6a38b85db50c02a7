//! The host cluster: detects, and restarts where there is room.

use ninefold::engine::Stream;

use crate::guests::Phase;
use crate::scenario::Kind;
use crate::world::{Flaw, HostPhase, What, World};

impl World<'_> {
    /// A host has stopped: its failure is noticed by and by.
    pub(crate) fn cluster_loses(&mut self, host: usize, failure: u32) {
        let Some(detection) = self.scenario.cluster else { return };
        let stream = Stream::new(&format!("host h{host}-1"), "detection");
        let notices = match self.flaw {
            Flaw::RestartBeforeDetection => 0,
            _ => self.draw_number(failure, detection, stream),
        };
        self.after(notices, What::Declared(host, failure));
    }

    pub(crate) fn declared(&mut self, host: usize, failure: u32) {
        // Whatever was lost with an earlier failure is found as well.
        let is_due = |world: &Self, vm: usize| {
            let was_lost = world.vms[vm].lost_with.is_some_and(|lost| lost.0 == host && lost.1 <= failure);
            world.is_clustered(vm)
                && world.vms[vm].phase == Phase::Lost
                && was_lost
                && !world.due.contains(&vm)
        };
        let due: Vec<usize> = self.by_priority().into_iter().filter(|&vm| is_due(self, vm)).collect();
        self.census.several_restarts += u32::from(due.len() > 1);
        self.census.host_back_before_noticed +=
            u32::from(!due.is_empty() && self.hosts[host].phase == HostPhase::Up);
        // Host by host: whether priorities hold among all that are given up at one instant the definitions do not say.
        // Where somebody is about to look for room anyway, all hosts that come up at this instant are known by then.
        if self.is_pending(What::Look) {
            self.due.extend(due);
        } else {
            due.into_iter().for_each(|vm| self.restart(vm));
        }
    }

    /// All VMs, the most important ones first, and of those in the order of the file.
    fn by_priority(&self) -> Vec<usize> {
        let mut vms: Vec<usize> = (0..self.vms.len()).collect();
        if self.flaw != Flaw::PriorityIgnored {
            vms.sort_by_key(|&vm| std::cmp::Reverse(self.service_of(vm).priority));
        }
        vms
    }

    fn free_memory(&self, host: usize) -> u64 {
        let there = (0..self.vms.len()).filter(|&vm| self.vms[vm].host == Some(host));
        self.scenario.hosts[host].memory - there.map(|vm| self.service_of(vm).memory).sum::<u64>()
    }

    /// Up, and reaches its disks.
    fn is_fit_for(&self, host: usize, vm: usize) -> bool {
        self.hosts[host].phase == HostPhase::Up && self.reaches_storage(host, self.service_of(vm).storage)
    }

    /// The host with the most room, of those that are fit, have room, and have no sibling.
    fn destination(&self, vm: usize) -> Option<usize> {
        let instance = self.names[vm].instance;
        let is_alone =
            |host: usize| self.vms_of(instance).iter().all(|&other| self.vms[other].host != Some(host));
        let has_room = |host: usize| self.free_memory(host) >= self.service_of(vm).memory;
        let hosts = (0..self.hosts.len())
            .filter(|&host| self.is_fit_for(host, vm) && has_room(host) && is_alone(host));
        hosts.min_by_key(|&host| std::cmp::Reverse(self.free_memory(host)))
    }

    fn restart(&mut self, vm: usize) {
        match self.destination(vm) {
            Some(host) => {
                self.vms[vm].host = Some(host);
                self.tell(format!("VM {} to host {host}", self.names[vm].name));
                self.power_on(vm);
                self.settle_group_of(vm);
                self.census.restarts += 1;
            }
            None => {
                self.census.waits += u32::from(self.vms[vm].phase == Phase::Lost);
                self.vms[vm].phase = Phase::Waiting;
            }
        }
    }

    /// Waiting is tried again when capacity returns: a host, a storage, or the way to one.
    pub(crate) fn settle_cluster(&mut self) {
        let hosts = self.hosts.iter().map(|host| host.phase == HostPhase::Up);
        let things =
            (0..self.things.len()).map(|thing| self.leads_to_disks(thing) && self.is_in_service(thing));
        let capacity: Vec<bool> = hosts.chain(things).collect();
        let returns = capacity.iter().zip(&self.capacity).any(|(now, before)| *now && !*before);
        self.capacity = capacity;
        let waits = self.vms.iter().any(|vm| vm.phase == Phase::Waiting);
        if returns && waits && !self.is_pending(What::Look) {
            self.after(0, What::Look);
        }
    }

    fn leads_to_disks(&self, thing: usize) -> bool {
        match self.scenario.parts.get(thing).map(|part| part.kind) {
            Some(Kind::Fc | Kind::Iscsi | Kind::Network { storage: true, .. }) => true,
            Some(_) => false,
            // The second link of a host.
            None => (thing - self.scenario.parts.len()) % 2 == 1,
        }
    }

    pub(crate) fn look(&mut self) {
        for vm in std::mem::take(&mut self.due) {
            self.restart(vm);
        }
        let waiting = |world: &Self, vm: usize| world.vms[vm].phase == Phase::Waiting;
        for vm in self.by_priority() {
            if waiting(self, vm) {
                self.restart(vm);
            }
        }
    }
}
