//! Network cards of a VM: each is on the link of its host that carries the same kind of traffic (GFC-03).

use super::spec::{Spec, StorageKind, Traffic, Vm};

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
        let networked = |index: usize| {
            let kind: StorageKind = self.storages[index].kind;
            kind.is_networked()
        };
        vm.storage.is_some_and(networked) && self.has_card(vm, Traffic::Storage)
    }
}
