//! What VMs stand on: the clocks of their hosts, of what these stand on, and of their disks.

use super::watched::Watched;
use crate::model::{DomainId, HostId, Model, PartKind, StorageId, VmId};

/// What stands on a clock's component, where that is not everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    /// The VMs on a host.
    Host(HostId),
    /// Those with their disks on a storage.
    Storage(StorageId),
    /// Nobody in particular, or those who notice themselves.
    Other,
}

/// Numbers of clocks by what stands on them.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// By host its own, those of the power that feeds it, and of the networks of its place.
    hosts: Vec<Vec<u32>>,
    /// By storage its own and those of its copies, and of the power that feeds these.
    storages: Vec<Vec<u32>>,
    /// By clock.
    under: Vec<Under>,
    /// By VM its storage, and by storage the VMs that are asked about.
    disks: Vec<Option<StorageId>>,
    vms: Vec<Vec<VmId>>,
}

impl Around {
    pub(super) fn new(model: &Model, clocks: &[Watched<'_>], asked: &[VmId]) -> Around {
        let mut around = Around {
            hosts: vec![Vec::new(); model.hosts.len()],
            storages: vec![Vec::new(); model.storages.len()],
            under: vec![Under::Other; clocks.len()],
            disks: model.vms.iter().map(|vm| vm.storage).collect(),
            vms: vec![Vec::new(); model.storages.len()],
        };
        for (number, watched) in (0..).zip(clocks) {
            if let Some(host) = watched.host {
                around.under[number as usize] = Under::Host(HostId(host));
                around.hosts[host as usize].push(number);
            }
            match watched.part {
                Some(PartKind::Domain(domain)) => around.feed(model, domain, number),
                Some(PartKind::Network(network)) => {
                    let reach = &model.networks[network.index()].reach;
                    let hosts = model.hosts.iter().zip(&mut around.hosts);
                    hosts.filter(|(host, _)| reach.covers(host.place)).for_each(|row| row.1.push(number));
                }
                Some(PartKind::Storage(storage) | PartKind::Controller(storage)) => {
                    around.under[number as usize] = Under::Storage(storage);
                    around.hold(model, storage, number);
                }
                _ => {}
            }
        }
        for list in around.hosts.iter_mut().chain(&mut around.storages) {
            list.dedup();
        }
        for &vm in asked {
            let Some(storage) = around.disks[vm.index()] else { continue };
            around.vms[storage.index()].push(vm);
            let is_copy =
                |other: &usize| *other != storage.index() && model.storages[*other].copies.contains(&storage);
            (0..model.storages.len()).filter(is_copy).for_each(|copy| around.vms[copy].push(vm));
        }
        around
    }

    /// The power of a rack or a site is under all that it feeds.
    fn feed(&mut self, model: &Model, domain: DomainId, number: u32) {
        let fixed = &model.domains[domain.index()];
        fixed.hosts.iter().for_each(|host| self.hosts[host.index()].push(number));
        for part in &fixed.feeds {
            match model.parts[part.index()].kind {
                PartKind::Domain(inner) => self.feed(model, inner, number),
                PartKind::Storage(storage) => self.hold(model, storage, number),
                _ => {}
            }
        }
    }

    /// A clock is under a storage, and under each of which that is a copy.
    fn hold(&mut self, model: &Model, storage: StorageId, number: u32) {
        let copies = model.storages[storage.index()].copies.iter();
        copies.chain([&storage]).for_each(|of| self.storages[of.index()].push(number));
    }

    /// The clocks under a VM that is on a host, or on none; its own apart.
    pub(super) fn of(&self, vm: VmId, host: Option<HostId>) -> impl Iterator<Item = u32> {
        let of_host = host.map_or(&[][..], |host| &self.hosts[host.index()]);
        let of_disks = self.disks[vm.index()].map_or(&[][..], |storage| &self.storages[storage.index()]);
        of_host.iter().chain(of_disks).copied()
    }

    /// What stands on a clock's component.
    pub(super) fn under(&self, number: u32) -> Under {
        self.under[number as usize]
    }

    /// The VMs that are asked about with their disks on a storage, or with a copy of them.
    pub(super) fn vms_of(&self, storage: StorageId) -> &[VmId] {
        &self.vms[storage.index()]
    }
}
