//! Who starts where in a cluster.

use super::add;
use crate::model::{ClusterId, Model, Room, ServiceId};

/// The VMs that start on the hosts of one cluster. Sums and counts: VMs of a service are all of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Census {
    /// VMs that the cluster protects, by service.
    pub protected: Vec<u64>,
    /// By seat: what all VMs take, and those that the cluster does not protect.
    pub used: Vec<Room>,
    pub loose: Vec<Room>,
    /// By seat: VMs that the cluster protects and could start elsewhere, and the memory they take.
    pub agile: Vec<u64>,
    pub agile_mib: Vec<u64>,
}

impl Census {
    /// Of each cluster.
    pub(super) fn take(model: &Model) -> Vec<Census> {
        let empty = |cluster: &crate::model::Cluster| {
            let hosts = cluster.hosts.len();
            Census {
                protected: vec![0; model.services.len()],
                used: vec![Room::default(); hosts],
                loose: vec![Room::default(); hosts],
                agile: vec![0; hosts],
                agile_mib: vec![0; hosts],
            }
        };
        let mut all: Vec<Census> = model.clusters.iter().map(empty).collect();
        for vm in &model.vms {
            let host = &model.hosts[vm.host.index()];
            if let Some(cluster) = host.cluster {
                all[cluster.index()].enter(model, vm.service, host.seat as usize, 1);
            }
        }
        all
    }

    /// Enters VMs of a service that start on a seat.
    pub(super) fn enter(&mut self, model: &Model, service: ServiceId, seat: usize, vms: u64) {
        let row = &model.services[service.index()];
        add(&mut self.used[seat], row.need, vms);
        if !row.host_cluster {
            add(&mut self.loose[seat], row.need, vms);
            return;
        }
        self.protected[service.index()] += vms;
        if !is_local(model, service) {
            self.agile[seat] += vms;
            self.agile_mib[seat] += row.need.memory_mib * vms;
        }
    }

    /// The most memory of a VM that the cluster protects and could start elsewhere (MiB).
    pub(super) fn largest_agile_mib(&self, model: &Model) -> u64 {
        let services = self.protected.iter().enumerate().filter(|(_, vms)| **vms > 0);
        services
            .map(|(number, _)| ServiceId(number as u32))
            .filter(|&service| !is_local(model, service))
            .map(|service| model.services[service.index()].need.memory_mib)
            .max()
            .unwrap_or(0)
    }
}

/// Whether the VMs of a service lie on disks of one host.
pub(super) fn is_local(model: &Model, service: ServiceId) -> bool {
    model.is_local(first_vm(model, service))
}

/// The first VM of a service, which reaches what all of them reach.
pub(super) fn first_vm(model: &Model, service: ServiceId) -> crate::model::VmId {
    model.instances[model.services[service.index()].first_instance.index()].first_vm
}

/// The seats of a cluster that VMs may start on: not on spare hosts (VMW-90).
pub(super) fn open_seats(model: &Model, cluster: ClusterId) -> Vec<bool> {
    let row = &model.clusters[cluster.index()];
    let mut open = vec![true; row.hosts.len()];
    for spare in row.admission.spare_hosts() {
        open[model.hosts[spare.index()].seat as usize] = false;
    }
    open
}
