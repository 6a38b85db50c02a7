//! A second copy of a storage, kept equal by the arrays or by software on the hosts.

use super::{Delay, HostId, StorageId};
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
