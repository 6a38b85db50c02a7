//! Observers of signals: downtime by cause, waiting VMs, room that is free, the timeline, lanes of one replication, a digest. A new metric is a
//! new file here, and no event handler changes.

mod digest;
mod downtime;
mod ebb;
mod headroom;
mod lanes;
mod migrations;
mod overload;
mod redundancy;
mod shortfall;
mod timeline;
mod turns;
mod waiting;

pub use digest::Digest;
pub use downtime::{CauseTally, Downtime, InstanceTally, ServiceTally};
pub use ebb::{Ebb, Left, PIECES};
pub use headroom::{Headroom, HeadroomTally};
pub use lanes::{Condition, Lane, Lanes, SPELLS, Spell};
pub use migrations::{Migrations, MovedOf};
pub use overload::Overload;
pub use redundancy::Redundancy;
pub use shortfall::{FIGURES, Figure, Shortfall};
pub use timeline::{Entry, Moved, Timeline};
pub use turns::{Turns, TurnsTally};
pub use waiting::Waiting;

use crate::engine::Time;
use crate::model::Model;

/// The measured part of a replication, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: Time,
    pub end: Time,
}

impl Window {
    /// What a model measures: its horizon, after the warm-up.
    #[must_use]
    pub fn of(model: &Model) -> Window {
        Window { start: Time::ZERO + model.warmup, end: Time::ZERO + model.end() }
    }

    /// How much of `[from, to)` is measured.
    #[inline]
    #[must_use]
    pub fn overlap(self, from: Time, to: Time) -> u64 {
        to.min(self.end).0.saturating_sub(from.max(self.start).0)
    }

    /// Whether an instant is measured.
    #[inline]
    #[must_use]
    pub fn contains(self, at: Time) -> bool {
        self.start <= at && at < self.end
    }
}
