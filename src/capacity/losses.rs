//! N+1 and N+2: for each host, and each pair of hosts, lost from the start placement: do all VMs that their
//! cluster protects restart, and if not, which wait.

use std::collections::BTreeSet;

use super::drill::Drill;
use crate::engine::{Randomness, Stream};
use crate::model::{HostId, Model, ServiceId, VmId};
use crate::policy;

/// Pairs that are all tried; of more so many are drawn.
const PAIRS_MAX: u64 = 1_000;

/// Hosts lost at once, and what becomes of their VMs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub hosts: Vec<HostId>,
    /// VMs that their cluster protects.
    pub lost: u32,
    /// Those that find no host, by service, the service with most of them first.
    pub waiting: Vec<(ServiceId, u32)>,
    /// Too few votes are left, so that the hosts that live stop what they run, and nothing restarts.
    pub without_quorum: bool,
}

impl Case {
    /// How many wait, of all services.
    #[must_use]
    pub fn waiting_vms(&self) -> u32 {
        self.waiting.iter().map(|(_, vms)| vms).sum()
    }

    /// Loses hosts; VMs that `counts` leaves out do not count as waiting.
    pub(super) fn play(
        model: &Model,
        drill: &mut Drill<'_>,
        hosts: &[HostId],
        counts: impl Fn(VmId) -> bool,
    ) -> Case {
        let mut waiting: Vec<(ServiceId, u32)> = Vec::new();
        let lost = drill.lose(hosts, |vm| {
            if counts(vm) {
                let service = model.vms[vm.index()].service;
                match waiting.iter_mut().find(|(known, _)| *known == service) {
                    Some((_, vms)) => *vms += 1,
                    None => waiting.push((service, 1)),
                }
            }
            true
        });
        waiting.sort_by_key(|&(service, vms)| (std::cmp::Reverse(vms), service));
        Case { hosts: hosts.to_vec(), lost, waiting, without_quorum: false }
    }
}

/// Hosts that are lost, and those that stop what they run because too few votes are left (HYP-15, OSS-06, OSS-18).
pub(super) fn with_those_who_stop(model: &Model, lost: &[HostId]) -> Vec<HostId> {
    let mut hosts = lost.to_vec();
    for cluster in lost.iter().filter_map(|host| model.hosts[host.index()].cluster) {
        if !policy::keeps_quorum(model, cluster, lost) {
            let living = model.clusters[cluster.index()].hosts.iter().filter(|host| !lost.contains(host));
            hosts.extend(living);
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// All cases of one size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    pub cases: Vec<Case>,
    /// There were too many, and these were drawn.
    pub sampled: bool,
}

impl Losses {
    /// Cases in which nobody waits.
    #[must_use]
    pub fn all_restart(&self) -> u32 {
        self.cases.iter().filter(|case| case.waiting.is_empty()).count() as u32
    }

    /// The case in which most VMs wait; of equals the one that loses most, then the first.
    #[must_use]
    pub fn worst(&self) -> Option<&Case> {
        self.cases.iter().rev().max_by_key(|case| (case.waiting_vms(), case.lost))
    }
}

/// N+1 and N+2 of one strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    pub one: Losses,
    pub two: Losses,
}

/// Loses every host that is in a cluster, then every pair of them or a thousand drawn ones. `None` where no
/// cluster restarts anything.
pub(super) fn failures(model: &Model, seed: u64) -> Option<Failures> {
    let hosts = clustered(model)?;
    let mut drill = Drill::new(model);
    let mut play = |hosts: &[HostId]| play(model, &mut drill, hosts);
    let one = hosts.iter().map(|&host| play(&[host])).collect();
    let (pairs, sampled) = pairs(hosts.len() as u64, seed);
    let two = pairs.iter().map(|&(a, b)| play(&[hosts[a as usize], hosts[b as usize]])).collect();
    Some(Failures { one: Losses { cases: one, sampled: false }, two: Losses { cases: two, sampled } })
}

/// Loses every host that is in a cluster, one at a time: N+1 alone. `None` where no cluster restarts anything.
#[must_use]
pub fn lose_each(model: &Model) -> Option<Losses> {
    let hosts = clustered(model)?;
    let mut drill = Drill::new(model);
    let cases = hosts.iter().map(|&host| play(model, &mut drill, &[host])).collect();
    Some(Losses { cases, sampled: false })
}

/// The hosts that are in a cluster; `None` where no cluster restarts anything.
fn clustered(model: &Model) -> Option<Vec<HostId>> {
    if !model.services.iter().any(|service| service.host_cluster) {
        return None;
    }
    let hosts = (0..model.hosts.len() as u32).map(HostId);
    Some(hosts.filter(|host| model.hosts[host.index()].cluster.is_some()).collect())
}

fn play(model: &Model, drill: &mut Drill<'_>, hosts: &[HostId]) -> Case {
    let out = with_those_who_stop(model, hosts);
    let case = Case::play(model, drill, &out, |_| true);
    Case { hosts: hosts.to_vec(), without_quorum: out.len() > hosts.len(), ..case }
}

/// Pairs of n things, in order: all of them, or as many as are tried and that they are drawn. Every strategy of
/// a scenario gets the same.
fn pairs(n: u64, seed: u64) -> (Vec<(u64, u64)>, bool) {
    let all = n * n.saturating_sub(1) / 2;
    if all <= PAIRS_MAX {
        return ((0..all).map(|number| pair(number, n)).collect(), false);
    }
    // Floyd's sampling without replacement: one draw a pair.
    let (random, stream) = (Randomness::new(seed, 0), Stream::new("capacity", "pairs"));
    let mut drawn = BTreeSet::new();
    for (draw, last) in (all - PAIRS_MAX..all).enumerate() {
        let number = (random.uniform(stream, draw as u32) * (last + 1) as f64) as u64;
        if !drawn.insert(number.min(last)) {
            drawn.insert(last);
        }
    }
    (drawn.into_iter().map(|number| pair(number, n)).collect(), true)
}

/// The pair of a number: (0, 1), (0, 2), …, (1, 2), …
fn pair(number: u64, n: u64) -> (u64, u64) {
    // Pairs whose first is below a.
    let before = |a: u64| a * (2 * n - a - 1) / 2;
    let (mut low, mut high) = (0, n - 1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if before(middle) <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low, low + 1 + number - before(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_numbered_one_after_the_other() {
        for n in 0..40 {
            let expected: Vec<(u64, u64)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
            assert_eq!(pairs(n, 1), (expected, false));
        }
        // The last of the most hosts that a scenario may have.
        let n = 100_000;
        assert_eq!(pair(n * (n - 1) / 2 - 1, n), (n - 2, n - 1));
    }

    #[test]
    fn too_many_pairs_are_drawn_each_once_and_by_the_seed() {
        for n in [46, 47, 1_000, 100_000] {
            let (drawn, sampled) = pairs(n, 7);
            assert!(sampled && drawn.len() as u64 == PAIRS_MAX, "{n}");
            assert!(drawn.is_sorted_by(|a, b| a < b), "{n}: one pair twice");
            assert!(drawn.iter().all(|&(a, b)| a < b && b < n), "{n}");
            assert_eq!(drawn, pairs(n, 7).0);
            assert_ne!(drawn, pairs(n, 8).0);
        }
        // Evenly: of 1,000 hosts each half meets the other half in half of the pairs.
        let mixed = pairs(1_000, 3).0.iter().filter(|(a, b)| *a < 500 && *b >= 500).count();
        assert!((430..570).contains(&mixed), "{mixed}");
    }
}
