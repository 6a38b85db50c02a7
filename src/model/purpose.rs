//! What a draw is for, where a component keeps one hash for several purposes: no two of them share a stream, so no two
//! delays of one event are the same uniform.

use super::{HostStreams, Mirror};
use crate::engine::Stream;

/// What a draw of a host is for, of those that its cluster makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HostDraw {
    /// The stages from its loss to the reaction, in their order.
    FirstStage = 1,
    SecondStage,
    ThirdStage,
    /// From the death of its agent to its reset.
    AgentReset,
    /// Until somebody comes.
    Person,
    /// From its response to isolation to restarts elsewhere.
    Response,
    /// The clean shutdown of its VMs.
    Shutdown = 9,
    /// The stages until the survivor of a pool is its master.
    FirstStageOfSurvivor,
    SecondStageOfSurvivor,
    ThirdStageOfSurvivor,
}

impl HostDraw {
    pub const STAGES: [HostDraw; 3] = [HostDraw::FirstStage, HostDraw::SecondStage, HostDraw::ThirdStage];
    pub const STAGES_OF_SURVIVOR: [HostDraw; 3] =
        [HostDraw::FirstStageOfSurvivor, HostDraw::SecondStageOfSurvivor, HostDraw::ThirdStageOfSurvivor];
}

impl HostStreams {
    /// The stream for one purpose.
    #[inline]
    #[must_use]
    pub const fn of(&self, draw: HostDraw) -> Stream {
        Stream::numbered(self.detection.0, draw as u64)
    }
}

/// What a draw of a mirror is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MirrorDraw {
    Decision,
    Switch,
    Resync,
    Lag,
}

impl Mirror {
    /// The stream for one purpose.
    #[inline]
    #[must_use]
    pub const fn of(&self, draw: MirrorDraw) -> Stream {
        Stream::numbered(self.stream.0, draw as u64)
    }
}
