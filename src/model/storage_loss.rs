//! What a product does for VMs on a host that has lost their storage.

use super::Delay;
use crate::engine::Span;

/// How a cluster reacts; the default is not at all: the guest waits as long as its disks' timeout says.
#[derive(Clone, Debug, Default)]
pub struct StorageLoss {
    /// The hypervisor holds the guest's I/O back for so long, if that is longer than the guest would wait.
    pub pause: Span,
    /// I/O goes through another host that still reaches the storage, after a while; `None`: it does not.
    pub redirect: Option<Delay>,
    pub restart: Option<StorageRestart>,
}

/// A restart on a host that reaches the storage.
#[derive(Clone, Debug)]
pub struct StorageRestart {
    /// From the loss to the reaction, and how much later the loss of a filer is noticed.
    pub after: Delay,
    pub later_on_filers: Span,
    /// How long the disks of a group take to move then, where they do (MTX-44, HYP-18).
    pub disk_move: Delay,
    pub policy: StorageRestartPolicy,
    /// The array tells a host that loses its paths that its disks are gone: what runs there is stopped after so long,
    /// whatever the policy (VMW-64). `None`: the host only finds silence.
    pub when_told: Option<Delay>,
}

/// Which VMs are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageRestartPolicy {
    /// Those for which a healthy host with room is known (VMW-62, conservative).
    WithTarget,
    /// Those of which it is not known that they cannot be restarted (VMW-62, aggressive).
    UnlessHopeless,
    /// All: their resource has failed (MTX-44).
    Always,
}
