//! Which copy of a mirrored storage is used, and how far the other is behind.

use crate::engine::{Span, Time};
use crate::model::{HostId, Mirror, MirrorFailover, Model, StorageId, StorageKind, Traffic, VmId, Way};

use super::State;

/// A mirrored storage: its copies are numbered 0, the first, and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorState {
    /// The copy that serves, where all disks switch at once.
    pub active: u8,
    /// Since when each copy misses writes; [`Time::NEVER`] where it is equal.
    pub stale_since: [Time; 2],
    /// Since when each copy is out; [`Time::NEVER`] while it is there.
    pub out_since: [Time; 2],
    /// Switches and resynchronisations so far: which draw comes next.
    pub switches: u32,
    pub resyncs: u32,
}

impl Default for MirrorState {
    fn default() -> MirrorState {
        MirrorState {
            active: 0,
            stale_since: [Time::NEVER; 2],
            out_since: [Time::NEVER; 2],
            switches: 0,
            resyncs: 0,
        }
    }
}

impl MirrorState {
    /// For how long a copy has missed what was written before the other one was lost. A site that goes down takes
    /// the network between them and the array at one instant, in which nothing is written.
    #[must_use]
    pub fn missed(&self, copy: usize) -> Span {
        let until = self.out_since[1 - copy];
        until.since(self.stale_since[copy].min(until))
    }
}

impl State {
    /// Whether what is written on one copy of a mirrored storage gets to the other.
    #[must_use]
    pub fn are_joined(&self, model: &Model, mirrored: StorageId) -> bool {
        let first = &model.storages[mirrored.index()];
        let Some(mirror) = &first.mirror else { return false };
        let (Some(from), Some(to)) = (first.place, model.storages[mirror.to.index()].place) else {
            return true;
        };
        // Software replicates local disks over the storage network.
        let fabric = !first.kind.is_networked() && first.kind != StorageKind::Das;
        let way = if fabric { Way::Fabric } else { Way::Network(Traffic::Storage) };
        let carried = |place| fabric || self.carries(place, Traffic::Storage);
        carried(from) && carried(to) && self.is_open(model, way, from, to)
    }

    /// The storage on which a VM's disks are just now.
    #[inline]
    #[must_use]
    pub fn copy_of(&self, model: &Model, vm: VmId) -> Option<StorageId> {
        let storage = model.vms[vm.index()].storage?;
        match &model.storages[storage.index()].mirror {
            Some(mirror) if self.vms[vm.index()].on_mirror => Some(mirror.to),
            _ => Some(storage),
        }
    }

    /// Whether a storage shows its disks to hosts: of two copies only the one in use does, unless they are switched disk
    /// by disk.
    #[must_use]
    pub fn serves_disks(&self, model: &Model, storage: StorageId) -> bool {
        let copies = &model.storages[storage.index()].copies;
        copies.is_empty()
            || copies.iter().any(|&mirrored| {
                let each = |mirror: &Mirror| mirror.failover == MirrorFailover::Cluster;
                let active = u8::from(mirrored != storage);
                model.storages[mirrored.index()].mirror.as_ref().is_some_and(each)
                    || self.mirrors[mirrored.index()].active == active
            })
    }

    /// The storage that holds what was put on a storage and is no VM's disk: a statefile, a witness. It goes with the
    /// disks where all of them switch at once (MTX-57).
    #[inline]
    #[must_use]
    pub fn serving_copy(&self, model: &Model, storage: StorageId) -> StorageId {
        match &model.storages[storage.index()].mirror {
            Some(mirror) if self.mirrors[storage.index()].active == 1 => mirror.to,
            _ => storage,
        }
    }

    /// Whether a product reads and writes it there from a host; that is not held back with the I/O of VMs.
    #[must_use]
    pub fn reaches_serving_copy(&self, model: &Model, storage: StorageId, host: HostId) -> bool {
        let copy = self.serving_copy(model, storage);
        let wired = copy == storage || model.hosts[host.index()].storages.contains(&copy);
        wired && self.sees_storage(model, copy, host)
    }

    /// Whether a host is wired to the disks of a VM, as they are just now.
    #[inline]
    #[must_use]
    pub fn is_wired(&self, model: &Model, host: HostId, vm: VmId) -> bool {
        self.copy_of(model, vm).is_none_or(|copy| self.is_wired_to(model, host, copy, vm))
    }

    fn is_wired_to(&self, model: &Model, host: HostId, copy: StorageId, vm: VmId) -> bool {
        model.hosts[host.index()].storages.contains(&copy)
            && (model.storages[copy.index()].kind != StorageKind::Das
                || self.local_host(model, vm) == Some(host))
    }

    /// The host in which the disks of a VM are, where they are in one.
    #[must_use]
    pub fn local_host(&self, model: &Model, vm: VmId) -> Option<HostId> {
        self.local_host_of_copy(model, vm, self.vms[vm.index()].on_mirror)
    }

    /// The host in which the first or the second copy of a VM's disks is, where it is in one.
    #[must_use]
    pub fn local_host_of_copy(&self, model: &Model, vm: VmId, second: bool) -> Option<HostId> {
        let storage = model.vms[vm.index()].storage?;
        // Both copies are on local disks, or none is.
        if model.storages[storage.index()].kind != StorageKind::Das {
            return None;
        }
        let home = model.vms[vm.index()].host;
        if !second {
            return Some(home);
        }
        model.storages[storage.index()].mirror.as_ref()?.partners[home.index()]
    }
}
