//! Sizes of hosts that vHost does not say: as vCluster has them in sum, or assumed from what runs on them.

use std::collections::BTreeMap;

use super::sheet::Rows;
use super::vms::{Home, Running};
use crate::inventory::trouble::Trouble;
use crate::inventory::{Inventory, Told};

const FROM_SUM: &str = "an equal part of its cluster's, which vCluster has; vHost does not say it";
const CORES_FROM_VMS: &str =
    "a core for every four of the most virtual ones that run on one host; no sheet says it";
const MEMORY_FROM_VMS: &str = "the most that VMs have on one host is 65 % of it; no sheet says it";

/// Gives every host a size.
pub(super) fn assume(
    vcluster: Option<&Rows>,
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
    let sums = vcluster.map_or_else(BTreeMap::new, sums);
    for host in &mut inventory.hosts {
        let cluster = host.cluster.map(|cluster| inventory.clusters[cluster].name.as_str());
        let part = cluster.and_then(|name| sums.get(name)).copied().unwrap_or((None, None));
        let size = |part: Option<u64>, from_vms: u64, why: &str| match part {
            Some(part) => Told::assumed(FROM_SUM, part),
            None => Told::assumed(why, from_vms),
        };
        if host.cores.value == 0 {
            host.cores = size(part.0, cores, CORES_FROM_VMS);
        }
        if host.memory_mib.value == 0 {
            host.memory_mib = size(part.1, memory, MEMORY_FROM_VMS);
        }
    }
}

/// Cores and memory of one host of each cluster.
fn sums(vcluster: &Rows) -> BTreeMap<&str, (Option<u64>, Option<u64>)> {
    // What is no number is no sum: it was no more than a way round.
    let mut ignored = Trouble::default();
    let mut sums = BTreeMap::new();
    for row in &vcluster.rows {
        let hosts = vcluster.whole(row, "NumHosts", &mut ignored).filter(|hosts| *hosts > 0);
        let mut part = |word: &str| {
            let sum = vcluster.whole(row, word, &mut ignored)?;
            Some(sum / hosts?).filter(|part| *part > 0)
        };
        let parts = (part("NumCpuCores"), part("TotalMemory"));
        sums.entry(vcluster.text(row, "Name")).or_insert(parts);
    }
    sums
}
