//! What a failover group knows of its nodes, where they have votes.

use crate::engine::Time;
use crate::model::Cause;

/// By VM; empty where no node has a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeState {
    /// When the others miss it, or have missed it; [`Time::NEVER`] while it beats.
    pub missed_at: Time,
    /// It beats, and is on the side of the group that counts: the others hear it just now.
    pub heard: bool,
    /// Why it fell silent last.
    pub cause: Cause,
    /// How often it has fallen silent.
    pub silences: u32,
    /// Its vote has been taken away, as it had left while there was quorum (HYP-13).
    pub voteless: bool,
}

impl Default for NodeState {
    fn default() -> NodeState {
        NodeState {
            missed_at: Time::NEVER,
            heard: true,
            cause: Cause::HostCrash,
            silences: 0,
            voteless: false,
        }
    }
}
