//! A second copy of a storage, kept equal by the arrays or by software on the hosts.

use super::{Delay, HostId, LocalMirrorId, Model, StorageId, StorageKind, VmId};
use crate::engine::Stream;

/// How a storage is mirrored. Both copies are storages with faults of their own; this stands at the first.
#[derive(Clone, Debug)]
pub struct Mirror {
    pub to: StorageId,
    /// Every write is on both copies before it is acknowledged (STO-20).
    pub sync: bool,
    /// How far the other copy lags behind where it is not.
    pub lag: Delay,
    pub failover: MirrorFailover,
    /// Until a person has decided, and from there, or from the loss, until the other copy serves.
    pub decision: Delay,
    pub switch: Delay,
    /// Until a copy that was left behind is equal again.
    pub resync: Delay,
    /// Its draws, by [`super::MirrorDraw`].
    pub stream: Stream,
    /// Local disks: by host, the host whose disks hold the other copy of its own.
    pub partners: Vec<Option<HostId>>,
}

impl Mirror {
    /// Whether software on the hosts keeps the disks of each by themselves equal to their copy, and the cluster switches
    /// them: what a copy lacks is then a matter of its own two hosts.
    #[must_use]
    pub fn is_by_host(&self, kind: StorageKind) -> bool {
        kind == StorageKind::Das && self.failover == MirrorFailover::Cluster
    }
}

/// The disks of one host and their copy in a host of the other side (HYP-53), where VMs have disks there.
#[derive(Clone, Copy, Debug)]
pub struct LocalMirror {
    pub storage: StorageId,
    /// Where the first copy is, and the second.
    pub hosts: [HostId; 2],
    /// Resynchronisations.
    pub stream: Stream,
}

impl Model {
    /// The pair of local disks that holds both copies of a VM's.
    #[must_use]
    pub fn local_mirror_of(&self, vm: VmId) -> Option<LocalMirrorId> {
        let fixed = &self.vms[vm.index()];
        let holds = |id: &&LocalMirrorId| {
            let pair = &self.local_mirrors[id.index()];
            Some(pair.storage) == fixed.storage && pair.hosts[0] == fixed.host
        };
        self.hosts[fixed.host.index()].local_mirrors.iter().find(holds).copied()
    }
}

/// Who sees to it that the other copy serves when one is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorFailover {
    /// The arrays, for all disks at once (MTX-57, MTX-94).
    Array,
    /// A host cluster, VM by VM, when it starts one where the other copy is (HYP-53, MTX-96).
    Cluster,
    /// A person, for all disks at once (MTX-95, MTX-100).
    Manual,
}

impl MirrorFailover {
    /// Every value with its word.
    pub const WORDS: &'static [(&'static str, MirrorFailover)] = &[
        ("array", MirrorFailover::Array),
        ("cluster", MirrorFailover::Cluster),
        ("manual", MirrorFailover::Manual),
    ];

    /// Its word in a scenario.
    #[must_use]
    pub const fn word(self) -> &'static str {
        MirrorFailover::WORDS[self as usize].0
    }
}
