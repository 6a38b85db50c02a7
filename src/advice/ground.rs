//! What the datacenter offers a service: hosts that can hold its VMs, and a cluster that can restart them.

use super::{Obstacle, Reason};
use crate::model::{MirrorFailover, StorageKind};
use crate::scenario::{Service, Spec, count_text};

/// What one service finds.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// Hosts that reach its disks.
    pub(super) hosts: u32,
    /// The cluster with most hosts that can start its VMs, and how many those are.
    pub(super) cluster: Option<(usize, u32)>,
    /// Its disks are in one host.
    pub(super) local: bool,
    /// The cluster can start it at the other copy of its disks.
    pub(super) mirrored: bool,
}

impl Ground {
    pub(super) fn of(spec: &Spec, service: &Service) -> Ground {
        let storage = service.vm.storage.map(|index| &spec.storages[index]);
        let copy = storage
            .and_then(|storage| storage.mirror.as_ref())
            .filter(|mirror| mirror.failover == MirrorFailover::Cluster)
            .map(|mirror| mirror.to);
        let local = storage.is_some_and(|storage| storage.kind == StorageKind::Das);
        let reaches = |group: usize, index: Option<usize>| {
            index.is_none_or(|index| spec.hosts[group].storages.contains(&index))
        };
        let starts = |group: usize| {
            reaches(group, service.vm.storage) || copy.is_some_and(|copy| reaches(group, Some(copy)))
        };
        let hosts = (0..spec.hosts.len()).filter(|&group| reaches(group, service.vm.storage));
        let clusters = spec.clusters.iter().enumerate().map(|(index, cluster)| {
            let hosts = spec.each_host(&cluster.hosts).filter(|(group, _)| starts(*group)).count();
            (index, u32::try_from(hosts).unwrap_or(u32::MAX))
        });
        Ground {
            hosts: hosts.map(|group| spec.hosts[group].count).fold(0, u32::saturating_add),
            // Of equal ones the first.
            cluster: clusters
                .filter(|(_, hosts)| *hosts > 0)
                .max_by_key(|(i, hosts)| (*hosts, usize::MAX - i)),
            local,
            mirrored: copy.is_some(),
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
        let hosts = self.cluster.map_or(0, |(_, hosts)| hosts);
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
