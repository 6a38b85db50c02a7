//! What the datacenter offers a service: hosts that can hold its VMs, and a cluster that can restart them.

use super::{Obstacle, Reason};
use crate::model::{MirrorFailover, StorageKind};
use crate::scenario::{HostGroup, Service, Spec, count_text};

/// What one service finds.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// The most VMs of an instance that can be on different hosts, each on one that reaches its disks.
    pub(super) hosts: u32,
    /// The cluster with most hosts that can start its VMs.
    pub(super) cluster: Option<(usize, Clustered)>,
    /// Disks of it are in one host.
    pub(super) local: bool,
    /// The cluster can start it at the other copy of its disks.
    pub(super) mirrored: bool,
}

/// Hosts of a cluster that can start VMs of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clustered {
    /// Any of its VMs.
    hosts: u32,
    /// Those on each of its storages, in turn.
    each: Vec<u32>,
}

impl Clustered {
    /// Whether none of so many VMs of an instance on different hosts has a host more to be restarted on, in the worst case.
    pub(super) fn is_full_with(&self, vms: u32) -> bool {
        let turns = self.each.len().max(1) as u32;
        let on = |turn: usize| (vms + turns - 1 - turn as u32) / turns;
        vms >= self.hosts
            || self.each.iter().enumerate().any(|(turn, hosts)| on(turn) > 0 && on(turn) >= *hosts)
    }
}

/// No group is larger, and no more of its VMs are counted out one by one.
const LARGEST: u32 = 64;

impl Ground {
    pub(super) fn of(spec: &Spec, service: &Service) -> Ground {
        let disks: Vec<usize> = service.vm.storages().collect();
        let copy = |index: usize| {
            let mirror = spec.storages[index].mirror.as_ref();
            mirror.filter(|mirror| mirror.failover == MirrorFailover::Cluster).map(|mirror| mirror.to)
        };
        let reaches = |group: usize, index: usize| spec.hosts[group].storages.contains(&index);
        let starts = |group: usize, index: usize| {
            reaches(group, index) || copy(index).is_some_and(|copy| reaches(group, copy))
        };
        let clusters = spec.clusters.iter().enumerate().map(|(index, cluster)| {
            let of = |can: &dyn Fn(usize) -> bool| {
                let hosts = spec.each_host(&cluster.hosts).filter(|(group, _)| can(*group)).count();
                u32::try_from(hosts).unwrap_or(u32::MAX)
            };
            let hosts = of(&|group| disks.is_empty() || disks.iter().any(|&disk| starts(group, disk)));
            let each = disks.iter().map(|&disk| of(&|group| starts(group, disk))).collect();
            (index, Clustered { hosts, each })
        });
        Ground {
            hosts: apart(spec, &disks),
            // Of equal ones the first.
            cluster: clusters
                .filter(|(_, clustered)| clustered.hosts > 0)
                .max_by_key(|(i, clustered)| (clustered.clone(), usize::MAX - i)),
            local: disks.iter().any(|&disk| spec.storages[disk].kind == StorageKind::Das),
            mirrored: !disks.is_empty() && disks.iter().all(|&disk| copy(disk).is_some()),
        }
    }

    /// Whether a host cluster can start its VMs elsewhere.
    pub(super) fn host_cluster(&self, spec: &Spec) -> Result<(), Obstacle> {
        if spec.clusters.is_empty() {
            return Err(Obstacle {
                why: Reason::new("no hosts are clustered", &["MTX-11"]),
                change: Reason::new(
                    "a [cluster.NAME] of two or more hosts that reach its disks would restart its VMs",
                    &["MTX-12"],
                ),
            });
        }
        if self.local && !self.mirrored {
            return Err(Obstacle {
                why: Reason::new(
                    "its disks are in the one host that it runs on, and no other can start it",
                    &["STO-19"],
                ),
                change: Reason::new(
                    "with disks on storage that several hosts reach, or kept equal on those of other hosts, a \
                     cluster could restart it",
                    &["SED-05", "SED-06"],
                ),
            });
        }
        // One VM alone has its disks on the first storage.
        let first = |clustered: &Clustered| clustered.each.first().copied().unwrap_or(clustered.hosts);
        let hosts = self.cluster.as_ref().map_or(0, |(_, clustered)| first(clustered));
        if hosts < 2 {
            return Err(Obstacle {
                why: Reason::new(
                    format!(
                        "{} of a cluster can start it: there is nowhere to restart it",
                        if hosts == 0 { "no host".to_owned() } else { "one host alone".to_owned() }
                    ),
                    &["MTX-12"],
                ),
                change: Reason::new(
                    "two hosts of one cluster that reach its disks could stand in for each other",
                    &["MTX-12"],
                ),
            });
        }
        Ok(())
    }

    /// Whether two of its VMs can be on different hosts.
    pub(super) fn two_hosts(&self) -> Result<(), Obstacle> {
        if self.hosts >= 2 {
            return Ok(());
        }
        Err(Obstacle {
            why: Reason::new(
                format!(
                    "{} can hold its VMs, and one host must not take all of a group",
                    count_text(u64::from(self.hosts), "host", "hosts")
                ),
                &["GFC-05", "SED-17"],
            ),
            change: Reason::new("a second host that reaches its disks could hold the other VM", &["GFC-05"]),
        })
    }
}

/// The most VMs of an instance that can be on different hosts, each on one that reaches its disks: those on storages in turn.
fn apart(spec: &Spec, disks: &[usize]) -> u32 {
    let hosts = |of: &[usize]| {
        let reaches = |host: &&HostGroup| of.is_empty() || of.iter().any(|disk| host.storages.contains(disk));
        spec.hosts.iter().filter(reaches).map(|host| host.count).fold(0, u32::saturating_add)
    };
    if disks.len() < 2 {
        return hosts(disks);
    }
    let turns = disks.len() as u32;
    let each: Vec<u32> = disks.iter().map(|&disk| hosts(&[disk])).collect();
    let fits = |vms: &u32| {
        let used = &disks[..turns.min(*vms) as usize];
        let on = |turn: usize| (vms + turns - 1 - turn as u32) / turns;
        *vms <= hosts(used) && each.iter().enumerate().all(|(turn, hosts)| on(turn) <= *hosts)
    };
    (1..=LARGEST).take_while(fits).last().unwrap_or(0)
}
