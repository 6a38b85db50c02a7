//! What the VMs of a service have for themselves: network cards, each on the link of its host that carries the same kind
//! of traffic (GFC-03), and storage of each node, where nodes have copies of the data (MTX-55).

use super::spec::{Spec, Traffic, Vm};

impl Spec {
    /// Whether a VM has a card for a kind of traffic: one that names it, or a network that carries it.
    pub(super) fn has_card(&self, vm: &Vm, traffic: Traffic) -> bool {
        vm.nics.iter().any(|name| {
            let network = self.networks.iter().find(|network| network.name == *name);
            network.map_or(name == traffic.word(), |network| network.carries.contains(&traffic))
        })
    }

    /// Whether the nodes of a failover group reach their data by a card and an initiator of their own (GFC-04).
    pub(super) fn has_initiator(&self, vm: &Vm) -> bool {
        let networked = vm.storages().all(|index| self.storages[index].kind.is_networked());
        vm.storage.is_some() && networked && self.has_card(vm, Traffic::Storage)
    }
}

impl Vm {
    /// Every storage that a VM of the service has its disks on.
    pub(crate) fn storages(&self) -> impl Iterator<Item = usize> {
        self.storage.iter().chain(&self.more_storages).copied()
    }

    /// That of one of the VMs of an instance, counted from 1: each node has the next, and the first again after the last.
    pub(super) fn storage_of(&self, member: u32) -> Option<usize> {
        let turn = (member as usize - 1) % (1 + self.more_storages.len());
        self.storages().nth(turn)
    }
}
