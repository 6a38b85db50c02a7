//! Survivability: hosts are lost at once, more and more of them, and what still serves once all is restarted that finds a host.
//!
//! N+1 and N+2 say whether anything is missing; this says what is, and who gets hurt first. Which hosts are lost is drawn, the same for
//! every strategy. How long anything takes is left out.

use std::collections::BTreeSet;

use super::drill::Drill;
use super::losses::with_those_who_stop;
use crate::engine::{Randomness, Stream};
use crate::model::{HostId, Model};

/// Cases of one number of hosts at most.
const CASES_MAX: usize = 40;
/// VMs that are lost and restarted in all cases together; what would be more is left out. Assumption: a tenth of a second.
const WORK_MAX: usize = 60_000;

/// So many hosts are lost at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    pub hosts_lost: u32,
    pub cases: u32,
    /// Whether these are drawn from more.
    pub sampled: bool,
    /// By service: the share of its instances that still serve, in the mean case and in the worst.
    pub serving: Vec<Serving>,
}

/// A share of the instances of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Serving {
    pub mean: f64,
    pub least: f64,
}

/// Loses one host, two, three, four, six, eight and so on, up to all but one.
#[must_use]
pub fn survival(model: &Model, seed: u64) -> Vec<Survival> {
    let hosts = model.hosts.len() as u32;
    let by_host = vms_by_host(model);
    let mut drill = Drill::new(model);
    let mut work = 0;
    let mut found = Vec::new();
    for hosts_lost in numbers(hosts) {
        let (sets, sampled) = sets(hosts, hosts_lost, seed);
        let lost = |set: &Vec<HostId>| set.iter().map(|host| by_host[host.index()].len()).sum::<usize>();
        work += sets.iter().map(lost).sum::<usize>();
        if work > WORK_MAX && !found.is_empty() {
            break;
        }
        let all: Vec<Vec<f64>> = sets.iter().map(|set| serving(model, &mut drill, &by_host, set)).collect();
        let of_service = |service: usize| {
            let shares = all.iter().map(|case| case[service]);
            let mean = shares.clone().sum::<f64>() / all.len() as f64;
            Serving { mean, least: shares.fold(1.0, f64::min) }
        };
        let serving = (0..model.services.len()).map(of_service).collect();
        found.push(Survival { hosts_lost, cases: all.len() as u32, sampled, serving });
    }
    found
}

/// 1, 2, 3, 4, 6, 8, 12, 16, …: as many hosts as may be lost so that one is left.
fn numbers(hosts: u32) -> impl Iterator<Item = u32> {
    let powers = (0..31).map(|power| 1_u32 << power);
    powers
        .flat_map(|power| [power, power + power / 2])
        .filter(|&n| n != 0)
        .scan(0, |last, n| {
            let is_new = n > *last;
            *last = n.max(*last);
            Some(is_new.then_some(n))
        })
        .flatten()
        .take_while(move |&lost| lost < hosts)
}

fn vms_by_host(model: &Model) -> Vec<Vec<usize>> {
    let mut by_host = vec![Vec::new(); model.hosts.len()];
    for (number, vm) in model.vms.iter().enumerate() {
        by_host[vm.host.index()].push(number);
    }
    by_host
}

/// By service, the share of instances of which a VM runs when these hosts are lost and all is restarted that can be.
fn serving(model: &Model, drill: &mut Drill<'_>, by_host: &[Vec<usize>], lost: &[HostId]) -> Vec<f64> {
    let out = with_those_who_stop(model, lost);
    let mut waits = BTreeSet::new();
    drill.lose(&out, |vm| {
        waits.insert(vm.index());
        true
    });
    let mut gone = vec![0_u32; model.instances.len()];
    for &vm in out.iter().flat_map(|host| &by_host[host.index()]) {
        let row = &model.vms[vm];
        let restarts = model.services[row.service.index()].host_cluster
            && model.hosts[row.host.index()].cluster.is_some();
        gone[row.instance.index()] += u32::from(!restarts || waits.contains(&vm));
    }
    let share = |service: &crate::model::Service| {
        let first = service.first_instance.index();
        let instances = first..first + service.instances as usize;
        let serve = instances.clone().filter(|&n| gone[n] < model.instances[n].vms).count();
        serve as f64 / instances.len() as f64
    };
    model.services.iter().map(share).collect()
}

/// Sets of so many hosts: all of them, or as many as are tried and that they are drawn.
fn sets(hosts: u32, lost: u32, seed: u64) -> (Vec<Vec<HostId>>, bool) {
    if let Some(all) = all_sets(hosts, lost) {
        return (all, false);
    }
    let (random, stream) = (Randomness::new(seed, 0), Stream::new("capacity", "sets"));
    let mut draw = lost.wrapping_mul(1 << 16);
    let mut drawn = BTreeSet::new();
    // Of more sets than are wanted, as these are, each draw is a new one more often than not.
    while drawn.len() < CASES_MAX {
        // Floyd's sampling without replacement: one draw a host.
        let mut set = BTreeSet::new();
        for last in hosts - lost..hosts {
            draw = draw.wrapping_add(1);
            let number = ((random.uniform(stream, draw) * f64::from(last + 1)) as u32).min(last);
            set.insert(if set.contains(&number) { last } else { number });
        }
        drawn.insert(set.into_iter().map(HostId).collect::<Vec<_>>());
    }
    (drawn.into_iter().collect(), true)
}

/// Every set, in order, where there are few.
fn all_sets(hosts: u32, lost: u32) -> Option<Vec<Vec<HostId>>> {
    // Those who live, where they are fewer: up to a half, sets of fewer hosts are fewer sets.
    let kept = lost.min(hosts - lost);
    let mut sets: Vec<Vec<u32>> = vec![Vec::new()];
    for _ in 0..kept {
        let mut longer = Vec::new();
        for set in &sets {
            let first = set.last().map_or(0, |last| last + 1);
            longer.extend((first..hosts).map(|host| [&set[..], &[host]].concat()));
            if longer.len() > CASES_MAX {
                return None;
            }
        }
        sets = longer;
    }
    let others = |set: &Vec<u32>| (0..hosts).filter(|host| !set.contains(host)).map(HostId).collect();
    let mut sets: Vec<Vec<HostId>> = match kept == lost {
        true => sets.into_iter().map(|set| set.into_iter().map(HostId).collect()).collect(),
        false => sets.iter().map(others).collect(),
    };
    sets.sort();
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_by_a_half_and_leave_a_host() {
        let all = |hosts: u32| numbers(hosts).collect::<Vec<_>>();
        assert_eq!(all(29), [1, 2, 3, 4, 6, 8, 12, 16, 24]);
        assert_eq!(all(4), [1, 2, 3]);
        assert_eq!(all(1), [0; 0]);
    }

    #[test]
    fn sets_are_all_of_them_or_drawn_each_once() {
        let (three, sampled) = sets(4, 3, 1);
        assert_eq!((three.len(), sampled), (4, false));
        assert_eq!(three[1], [HostId(0), HostId(1), HostId(3)]);
        for (hosts, lost) in [(29, 2), (29, 16), (29, 28), (1_000, 512), (9, 8), (41, 40)] {
            let (drawn, sampled) = sets(hosts, lost, 3);
            let many = !matches!((hosts, lost), (29, 28) | (9, 8));
            assert_eq!((drawn.len() == CASES_MAX, sampled), (many, many), "{hosts}, {lost}");
            assert!(drawn.iter().all(|set| set.len() == lost as usize && set.is_sorted_by(|a, b| a < b)));
            assert!(drawn.is_sorted_by(|a, b| a < b));
            assert_eq!(drawn, sets(hosts, lost, 3).0);
            assert!(!sampled || hosts - lost == 1 || drawn != sets(hosts, lost, 4).0);
        }
        // Evenly: each host is in about as many sets as each other.
        let (drawn, _) = sets(1_000, 500, 3);
        let low = drawn.iter().flatten().filter(|host| host.0 < 500).count();
        assert!((9_500..10_500).contains(&low), "{low}");
    }
}
