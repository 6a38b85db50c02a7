//! What VMs have together against what hosts have: where that is more than one fits, hosts must be overcommitted, or
//! nothing would start.
//!
//! vSphere and Proxmox start a VM on a host that is full as long as its memory is not reserved; VMs then contend
//! (VMW-93). A scenario refuses what does not fit, so a cluster whose hosts are overcommitted already is given room for
//! all of its VMs on the hosts that are left after the failures it is meant to survive.

use super::names::shown;
use super::trouble::Trouble;
use super::{Cluster, Inventory, Problem};

/// In hundredths; none where the scenario's default does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Overcommit {
    pub(super) memory: Option<u64>,
    pub(super) cores: Option<u64>,
}

/// The defaults of a scenario, in hundredths.
const MEMORY: u64 = 100;
const CORES: u64 = 800;

/// More of a cluster is not kept free, whatever a failover level says: hosts would be overcommitted without a bound.
const RESERVED_MAX: u64 = 75;
/// What a scenario takes for an overcommitment at most, in hundredths.
const OVERCOMMIT_MAX: u64 = 100 * 100;

/// What runs on each host: cores and megabytes.
pub(super) fn used(inventory: &Inventory) -> Vec<(u64, u64)> {
    let mut used = vec![(0, 0); inventory.hosts.len()];
    for vm in &inventory.vms {
        used[vm.host].0 += vm.cores;
        used[vm.host].1 += vm.memory_mib;
    }
    used
}

/// Nobody overcommits a host more than that many times; sizes that say so are wrong, and no scenario could hold them.
const MEMORY_TIMES_MAX: u64 = 20;
const CORES_TIMES_MAX: u64 = 200;

/// Hosts whose VMs have so much that their sizes cannot be right.
pub(super) fn refuse(inventory: &Inventory) -> Result<(), Vec<Problem>> {
    let mut trouble = Trouble::default();
    for (host, (cores, mib)) in inventory.hosts.iter().zip(used(inventory)) {
        let sizes = [
            ("memory", mib, host.memory_mib.value, MEMORY_TIMES_MAX),
            ("cores", cores, host.cores.value, CORES_TIMES_MAX),
        ];
        for (what, takes, has, most) in sizes {
            if takes > has.saturating_mul(most) {
                trouble.add(
                    format!("host {}", shown(&host.name)),
                    format!("its VMs have more than {most} times its {what}: {takes} on {has}"),
                    "correct the sizes of the host or of its VMs, or leave them out of the export",
                );
            }
        }
    }
    trouble.end()
}

/// The part of each resource that admission control keeps free, in hundredths: so many of its hosts.
pub(super) fn reserved(cluster: &Cluster, hosts: usize) -> u64 {
    let failures = u64::from(cluster.failover_level.value);
    (failures * 100).div_ceil((hosts as u64).max(1)).min(RESERVED_MAX)
}

/// What the hosts of a cluster must be overcommitted by. `largest` is its largest VM: cores and megabytes.
pub(super) fn needed(
    inventory: &Inventory,
    used: &[(u64, u64)],
    hosts: &[usize],
    largest: (u64, u64),
    cluster: Option<&Cluster>,
) -> Overcommit {
    if hosts.is_empty() {
        return Overcommit::default();
    }
    let level = cluster.map_or(0, |cluster| cluster.failover_level.value);
    let reserved = cluster.map_or(0, |cluster| reserved(cluster, hosts.len()));
    let survives =
        if cluster.is_some_and(|cluster| cluster.restarts.value) { level.max(1) as usize } else { 0 };
    let of = |has: &dyn Fn(usize) -> u64, takes: &dyn Fn(usize) -> u64, largest: u64, default: u64| {
        let rooms: Vec<(u64, u64)> = hosts.iter().map(|&host| (takes(host), has(host).max(1))).collect();
        let fullest = rooms.iter().map(|(takes, has)| ratio(*takes, *has)).max().unwrap_or(0);
        let taken: u64 = rooms.iter().map(|(takes, _)| takes).sum();
        let all: u64 = rooms.iter().map(|(_, has)| has).sum();
        let free = all * (100 - reserved);
        if fullest.max(ratio(taken * 100, free)) <= default {
            return None;
        }
        // A fraction of a core, or of a megabyte, is lost on every host.
        let admitted = ratio((taken + 2 * hosts.len() as u64) * 100, free);
        let held = rooms.iter().map(|(takes, has)| ratio(takes + 1, *has)).max().unwrap_or(0);
        let to_start = held.max(admitted);
        let mut by_size: Vec<u64> = rooms.iter().map(|(_, has)| *has).collect();
        by_size.sort_unstable_by_key(|has| std::cmp::Reverse(*has));
        let left = &by_size[survives.min(by_size.len().saturating_sub(1))..];
        // On average hosts have room for the largest as long as this much is there.
        let enough = ratio(taken + largest * left.len() as u64, left.iter().sum());
        let all = to_start.max(if survives > 0 { enough.min(OVERCOMMIT_MAX) } else { 0 });
        Some(all.next_multiple_of(5))
    };
    Overcommit {
        memory: of(&|host| inventory.hosts[host].memory_mib.value, &|host| used[host].1, largest.1, MEMORY),
        cores: of(&|host| inventory.hosts[host].cores.value, &|host| used[host].0, largest.0, CORES),
    }
}

/// How many hundredths of `has` hold `takes`, rounded up; what fits to the last megabyte is taken to fit.
fn ratio(takes: u64, has: u64) -> u64 {
    takes.saturating_mul(100).div_ceil(has)
}
