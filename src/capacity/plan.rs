//! XEN-45: is there a plan for any so many failed hosts? In small clusters every case is tried, with the
//! restarts that would follow; in large ones an approximation decides, which never promises too much memory.

use super::census::Census;
use super::drill::Drill;
use super::losses::Case;
use crate::model::{ClusterId, HostId, Model};

/// Cases that are all tried.
const CASES_MAX: u64 = 1_000;

/// What the search for a plan comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Every case was tried.
    Tried {
        tolerate: u32,
        cases: u64,
        /// Cases in which a VM finds no host, and the worst of them.
        failing: u64,
        worst: Option<Case>,
        /// The most memory that protected VMs take on so many hosts: it must be free on the others (MiB).
        needed_mib: u64,
    },
    /// All failed VMs are as large as the largest, and the hosts with most VMs and those with most room die:
    /// they need so many places of that size, and there are so many.
    Approximated { tolerate: u32, largest_mib: u64, needed: u64, places: u64 },
}

impl Plan {
    /// Whether there is a plan.
    #[must_use]
    pub fn admits(&self) -> bool {
        match self {
            Plan::Tried { failing, .. } => *failing == 0,
            Plan::Approximated { needed, places, .. } => needed <= places,
        }
    }

    /// The memory that the plan keeps free (MiB).
    #[must_use]
    pub fn reserved_mib(&self) -> u64 {
        match self {
            Plan::Tried { needed_mib, .. } => *needed_mib,
            Plan::Approximated { largest_mib, needed, .. } => largest_mib * needed,
        }
    }
}

pub(super) fn assess(model: &Model, cluster: ClusterId, tolerate: u32, census: &Census) -> Plan {
    let hosts = &model.clusters[cluster.index()].hosts;
    if !is_tried(hosts.len(), tolerate) {
        return approximate(model, cluster, tolerate, census);
    }
    let mut drill = Drill::new(model);
    let (mut failing, mut worst) = (0, None::<Case>);
    let mut cases = 0;
    for_each_case(hosts, tolerate, |case| {
        cases += 1;
        // XEN-38: a VM on the disks of one host is not agile, and no plan counts it.
        let case = Case::play(model, &mut drill, case, |vm| !model.is_local(vm));
        if case.waiting.is_empty() {
            return;
        }
        failing += 1;
        if worst.as_ref().is_none_or(|worst| case.waiting_vms() > worst.waiting_vms()) {
            worst = Some(case);
        }
    });
    Plan::Tried { tolerate, cases, failing, worst, needed_mib: largest(&census.agile_mib, tolerate) }
}

/// Whether every case of so many failed hosts is tried.
pub(super) fn is_tried(hosts: usize, tolerate: u32) -> bool {
    let mut cases: u64 = 1;
    // C(n, k + 1) = C(n, k) (n - k) / (k + 1), a whole number at each step; it grows until k is half of n, and
    // C(n, k) = C(n, n - k).
    let fewer = u64::from(tolerate).min((hosts as u64).saturating_sub(u64::from(tolerate)));
    for k in 0..fewer {
        cases = cases * (hosts as u64 - k) / (k + 1);
        if cases > CASES_MAX {
            return false;
        }
    }
    true
}

/// The approximation of large clusters: the hosts that fail have the most VMs, those that are left have the
/// least room, and all VMs are as large as the largest. Memory only, no cores.
pub(super) fn approximate(model: &Model, cluster: ClusterId, tolerate: u32, census: &Census) -> Plan {
    let largest_mib = census.largest_agile_mib(model);
    let hosts = &model.clusters[cluster.index()].hosts;
    let free = |(&host, &used)| super::free(model, host, used).memory_mib;
    let places: Vec<u64> = hosts
        .iter()
        .zip(&census.used)
        .map(free)
        .map(|mib: u64| mib.checked_div(largest_mib).unwrap_or(0))
        .collect();
    Plan::Approximated {
        tolerate,
        largest_mib,
        needed: largest(&census.agile, tolerate),
        places: places.iter().sum::<u64>() - largest(&places, tolerate),
    }
}

/// The sum of the largest few.
fn largest(of_hosts: &[u64], few: u32) -> u64 {
    let mut sorted = of_hosts.to_vec();
    sorted.sort_unstable_by_key(|&n| std::cmp::Reverse(n));
    sorted.iter().take(few as usize).sum()
}

/// Every choice of so many hosts, in order.
pub(super) fn for_each_case(hosts: &[HostId], size: u32, mut play: impl FnMut(&[HostId])) {
    let size = size as usize;
    if size > hosts.len() {
        return;
    }
    let mut seats: Vec<usize> = (0..size).collect();
    let mut case = Vec::with_capacity(size);
    loop {
        case.clear();
        case.extend(seats.iter().map(|&seat| hosts[seat]));
        play(&case);
        // The last seat that can still move on does, and those behind it follow it closely.
        let Some(moving) = (0..size).rev().find(|&k| seats[k] < hosts.len() - size + k) else { return };
        seats[moving] += 1;
        for k in moving + 1..size {
            seats[k] = seats[k - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Input, compile, read};

    /// What the approximation admits, every case keeps: VMs of all sizes, hosts of all sizes, as tight as they come.
    #[test]
    fn the_approximation_never_promises_too_much() {
        let (mut admitted, mut refused) = (0, 0);
        for (small, large, memory) in
            (0..14).flat_map(|s| (0..9).map(move |l| (s, l))).flat_map(|(s, l)| [20, 26].map(|m| (s, l, m)))
        {
            let text = format!(
                "schema = 1\n[host.h]\ncount = 4\ncores = 64\nmemory = \"{memory} GiB\"\n\
                 [host.big]\ncores = 64\nmemory = \"40 GiB\"\n\
                 [cluster.c]\nproduct = \"custom\"\ndetection = \"9 s\"\nhosts = [\"h\", \"big\"]\n\
                 [service.s]\ninstances = {}\nvm = {{ cores = 1, memory = \"3 GiB\" }}\n\
                 [service.l]\ninstances = {}\nvm = {{ cores = 1, memory = \"8 GiB\" }}\n\
                 [strategy.s]\nprotect = [\"host-cluster\"]\n",
                small + 1,
                large + 1
            );
            let (spec, _) = read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
            let Ok(models) = compile(&spec.unwrap()) else { continue };
            let census = Census::take(&models[0]);
            for tolerate in 1..4 {
                let approximated = approximate(&models[0], ClusterId(0), tolerate, &census[0]);
                let tried = assess(&models[0], ClusterId(0), tolerate, &census[0]);
                assert!(!approximated.admits() || tried.admits(), "{tolerate} failures\n{text}");
                admitted += u32::from(approximated.admits());
                refused += u32::from(!approximated.admits() && tried.admits());
            }
        }
        assert!(
            admitted > 50 && refused > 50,
            "{admitted} admitted, {refused} refused though there is a plan"
        );
    }

    #[test]
    fn cases_are_all_choices_and_a_thousand_are_tried() {
        let hosts: Vec<HostId> = (0..5).map(HostId).collect();
        let mut seen = Vec::new();
        for_each_case(&hosts, 3, |case| seen.push(case.iter().map(|h| h.0).collect::<Vec<_>>()));
        assert_eq!(seen.len(), 10);
        assert!(seen.is_sorted() && seen[0] == [0, 1, 2] && seen[9] == [2, 3, 4], "{seen:?}");
        // C(45, 2) = 990, C(46, 2) = 1,035; C(1000, 1) = 1,000; C(12, 10) = C(12, 2) = 66.
        assert!(is_tried(45, 2) && !is_tried(46, 2));
        assert!(is_tried(1_000, 1) && !is_tried(1_001, 1));
        assert!(is_tried(12, 10) && is_tried(3, 2) && !is_tried(100_000, 50_000));
    }
}
