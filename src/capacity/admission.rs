//! Whether admission control lets a cluster start what it starts, and what it keeps free.
//!
//! The simulator takes a VM's configured memory and cores for what it needs on a host, where a product counts
//! reservations (VMW-93): that errs on the side of refusing.

use super::census::Census;
use super::plan::{self, Plan};
use super::{add, goes_into};
use crate::model::{Admission, ClusterId, Model, Room};

/// What admission control of one cluster comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assessment {
    Slots(Slots),
    Percentage(Share),
    SpareHosts { hosts: u32, room: Room },
    Plan(Plan),
}

/// The slot policy (VMW-86).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// The size of one.
    pub slot: Room,
    /// Of all hosts, and of the host with most.
    pub slots: u64,
    pub most_on_a_host: u64,
    /// Of the hosts with most, as many as may fail.
    pub reserved: u64,
    pub failures: u32,
    /// What the protected VMs need, and how many they are.
    pub needed: u64,
    pub vms: u64,
}

/// The percentage policy (VMW-89).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// With what the hosts are overcommitted.
    pub total: Room,
    /// Without.
    pub bare: Room,
    pub reserved: Room,
    pub needed: Room,
}

impl Assessment {
    /// Whether what starts may start.
    #[must_use]
    pub fn admits(&self) -> bool {
        match self {
            Assessment::Slots(s) => s.needed + s.reserved <= s.slots,
            Assessment::Percentage(p) => {
                p.needed.memory_mib + p.reserved.memory_mib <= p.total.memory_mib
                    && p.needed.cores + p.reserved.cores <= p.total.cores
            }
            // That nothing starts there is the placement's affair.
            Assessment::SpareHosts { .. } => true,
            Assessment::Plan(plan) => plan.admits(),
        }
    }

    /// What is kept free.
    #[must_use]
    pub fn reserved(&self) -> Room {
        match self {
            Assessment::Slots(s) => {
                Room { memory_mib: s.slot.memory_mib * s.reserved, cores: s.slot.cores * s.reserved }
            }
            Assessment::Percentage(share) => share.reserved,
            Assessment::SpareHosts { room, .. } => *room,
            // Memory only, no cores (XEN-45).
            Assessment::Plan(plan) => Room { memory_mib: plan.reserved_mib(), cores: 0 },
        }
    }
}

/// Assesses a cluster's start; `None` where it has no admission control.
pub(super) fn assess(model: &Model, cluster: ClusterId, census: &Census) -> Option<Assessment> {
    let row = &model.clusters[cluster.index()];
    match &row.admission {
        Admission::None => None,
        Admission::Slots { .. } | Admission::Percentage { .. } => arithmetic(model, cluster, census),
        Admission::SpareHosts(hosts) => {
            let mut room = Room::default();
            for host in hosts {
                add(&mut room, model.hosts[host.index()].room, 1);
            }
            Some(Assessment::SpareHosts { hosts: hosts.len() as u32, room })
        }
        Admission::Failures { tolerate } => {
            Some(Assessment::Plan(plan::assess(model, cluster, *tolerate, census)))
        }
    }
}

/// The policies that sums decide.
pub(super) fn arithmetic(model: &Model, cluster: ClusterId, census: &Census) -> Option<Assessment> {
    match &model.clusters[cluster.index()].admission {
        Admission::Slots { failures, memory_mib, cores } => {
            let caps = (memory_mib.unwrap_or(u64::MAX), cores.unwrap_or(u64::MAX));
            Some(Assessment::Slots(slots(model, cluster, census, *failures, caps)))
        }
        Admission::Percentage { memory, cores } => {
            let none = Room::default();
            let mut share = Share { total: none, bare: none, reserved: none, needed: none };
            for host in model.clusters[cluster.index()].hosts.iter().map(|host| &model.hosts[host.index()]) {
                add(&mut share.total, host.room, 1);
                add(&mut share.bare, Room { memory_mib: host.memory_mib, cores: u64::from(host.cores) }, 1);
            }
            for used in &census.used {
                add(&mut share.needed, *used, 1);
            }
            share.reserved.memory_mib = memory.of(share.total.memory_mib);
            share.reserved.cores = cores.of(share.total.cores);
            Some(Assessment::Percentage(share))
        }
        _ => None,
    }
}

fn slots(
    model: &Model,
    cluster: ClusterId,
    census: &Census,
    failures: u32,
    (memory_cap, cores_cap): (u64, u64),
) -> Slots {
    let protected = || {
        let counts = census.protected.iter().zip(&model.services);
        counts.filter(|(vms, _)| **vms > 0).map(|(vms, service)| (*vms, service.need))
    };
    // VMW-86: the most memory and the most cores, not necessarily of the same VM; VMW-88: capped.
    let slot = Room {
        memory_mib: protected().map(|(_, need)| need.memory_mib).max().unwrap_or(0).min(memory_cap),
        cores: protected().map(|(_, need)| need.cores).max().unwrap_or(0).min(cores_cap),
    };
    let vms = protected().map(|(vms, _)| vms).sum();
    if vms == 0 {
        return Slots { slot, slots: 0, most_on_a_host: 0, reserved: 0, failures, needed: 0, vms };
    }
    // Assumption: what VMs take that the cluster does not protect is no room for those that it does.
    let hosts = &model.clusters[cluster.index()].hosts;
    let mut of_hosts: Vec<u64> = hosts
        .iter()
        .zip(&census.loose)
        .map(|(&host, &loose)| goes_into(slot, super::free(model, host, loose)))
        .collect();
    of_hosts.sort_unstable_by_key(|&slots| std::cmp::Reverse(slots));
    let takes = |need: Room| need.memory_mib.div_ceil(slot.memory_mib).max(need.cores.div_ceil(slot.cores));
    Slots {
        slot,
        slots: of_hosts.iter().sum(),
        most_on_a_host: of_hosts[0],
        reserved: of_hosts.iter().take(failures as usize).sum(),
        failures,
        needed: protected().map(|(vms, need)| vms * takes(need)).sum(),
        vms,
    }
}
