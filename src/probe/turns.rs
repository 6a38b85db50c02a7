//! Turns of hosts in planned work: how many were taken, and how many were given up.

use super::Window;
use crate::engine::Time;
use crate::model::Model;
use crate::sim::{Observer, Signal};

/// Counts the turns that are over.
#[derive(Clone, Debug)]
pub struct Turns {
    window: Window,
    tally: TurnsTally,
}

/// Turns of all hosts over one replication. A host that is not up when its turn comes has none, and one that fails before
/// the work begins loses it: neither is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnsTally {
    /// The work was done, announced outages included.
    pub done: u64,
    /// The host could not be emptied in time, or had somebody who could not be missed.
    pub given_up: u64,
}

impl Turns {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Turns {
        Turns { window: Window::of(model), tally: TurnsTally::default() }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        self.tally = TurnsTally::default();
    }

    /// Those that were over in the measured time.
    #[must_use]
    pub fn finish(&self) -> TurnsTally {
        self.tally
    }
}

impl Observer for Turns {
    // Turns are nobody's private life, and it keeps sums.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        let counted = match signal {
            Signal::MaintenanceEnded { .. } => &mut self.tally.done,
            Signal::EvacuationGivenUp { .. } | Signal::WorkGivenUp { .. } => &mut self.tally.given_up,
            _ => return,
        };
        *counted += u64::from(self.window.contains(now));
    }
}
