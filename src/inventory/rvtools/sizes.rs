//! Sizes of hosts that vHost does not say: those of other hosts of their cluster, or as vCluster has them in sum, or assumed
//! from what runs on them.

use super::clusters::Defaults;
use super::homes::Home;
use super::vms::Running;
use crate::inventory::{Host, Inventory, Told};

const FROM_NEIGHBOURS: &str = "as the largest other host of its cluster; vHost does not say it";

const FROM_SUM: &str = "an equal part of its cluster's, which vCluster has; vHost does not say it";
const CORES_FROM_VMS: &str =
    "a core for every four of the most virtual ones that run on one host; no sheet says it";
const MEMORY_FROM_VMS: &str = "the most that VMs have on one host is 65 % of it; no sheet says it";

/// Gives every host a size.
pub(super) fn assume(
    defaults: &[Defaults],
    running: &[Running<'_>],
    homes: &[Home],
    inventory: &mut Inventory,
) {
    let mut used = vec![(0, 0); inventory.hosts.len()];
    for (vm, home) in running.iter().zip(homes) {
        used[home.host].0 += vm.cores;
        used[home.host].1 += vm.memory_mib;
    }
    let most_cores = used.iter().map(|(cores, _)| *cores).max().unwrap_or(0);
    let most_memory = used.iter().map(|(_, memory)| *memory).max().unwrap_or(0);
    let cores = (most_cores.div_ceil(4)).next_multiple_of(8).max(8);
    let memory = (most_memory * 100).div_ceil(65).next_multiple_of(64 << 10).max(64 << 10);
    let largest_cores = largest(inventory, |host| host.cores.value);
    let largest_memory = largest(inventory, |host| host.memory_mib.value);
    for host in &mut inventory.hosts {
        let part = host.cluster.map_or((None, None), |cluster| defaults[cluster].host);
        let size = |largest: &[u64], part: Option<u64>, from_vms: u64, why: &str| {
            let largest = host.cluster.map(|cluster| largest[cluster]).filter(|largest| *largest > 0);
            match (largest, part) {
                (Some(largest), _) => Told::assumed(FROM_NEIGHBOURS, largest),
                (None, Some(part)) => Told::assumed(FROM_SUM, part),
                (None, None) => Told::assumed(why, from_vms),
            }
        };
        if host.cores.value == 0 {
            host.cores = size(&largest_cores, part.0, cores, CORES_FROM_VMS);
        }
        if host.memory_mib.value == 0 {
            host.memory_mib = size(&largest_memory, part.1, memory, MEMORY_FROM_VMS);
        }
    }
}

/// Of each cluster the most that one of its hosts has.
fn largest(inventory: &Inventory, of: fn(&Host) -> u64) -> Vec<u64> {
    let mut largest = vec![0; inventory.clusters.len()];
    for host in &inventory.hosts {
        if let Some(cluster) = host.cluster {
            largest[cluster] = of(host).max(largest[cluster]);
        }
    }
    largest
}
