//! A failover group: who owns it, and what it is waiting for.

use crate::model::Loss;

/// Where a failover group is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupPhase {
    #[default]
    Online,
    /// Offline; the others have not noticed yet.
    Detecting,
    /// Offline; no node can take it.
    Waiting,
    TakingOver,
    /// Offline; the application is restarted where it is.
    Restarting,
    /// Offline; the group has moved too often, and is left alone for a while.
    GivenUp,
    /// Offline; no node is with more than half of the votes.
    NoQuorum,
}

/// An application that is brought up on a node of a failover group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bringing {
    /// It has not started; it ended cleanly where it was.
    #[default]
    Clean,
    /// The same after an unclean end: it will have to recover.
    Unclean,
    /// It has started, and recovers.
    Started,
}

/// A failover group.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupState {
    pub phase: GroupPhase,
    /// The node, counted from 0, that owns the group, or is taking it over.
    pub owner: u8,
    /// What is being noticed.
    pub loss: Loss,
    /// Most votes were not together when they were counted last.
    pub outvoted: bool,
    /// How far the application is that it brings up.
    pub bringing: Bringing,
    pub detections: u32,
    pub takeovers: u32,
}
