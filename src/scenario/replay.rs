//! A history of failures that a scenario replays: what of it is scripted, and whose random faults it takes the place of.

use std::collections::BTreeSet;

use crate::engine::Span;

use super::issue::Mark;

/// A history that is replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The file, as the scenario names it.
    pub file: String,
    /// Where it is named.
    pub mark: Mark,
    /// How much of it is over when the measured time begins.
    pub offset: Span,
    /// How many of its times out of service are scripted faults now.
    pub spells: usize,
    /// Components that have the failures of the history, and no random ones of the same kind.
    pub instead: BTreeSet<Replayed>,
}

/// A component of a scenario that has the failures of a history. Numbers are those of the lists of [`Spec`](super::Spec).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replayed {
    /// The crashes of a host: index of the group, number in it from 1.
    Host(usize, u32),
    /// The outages of a storage.
    Storage(usize),
    /// The outages of a network.
    Network(usize),
    /// The outages of a rack.
    Rack(usize),
    /// The outages of a site.
    Site(usize),
}

impl super::Spec {
    /// Whether a component fails as a history says, and not by chance.
    #[must_use]
    pub fn is_replayed(&self, component: Replayed) -> bool {
        self.replay.as_ref().is_some_and(|replay| replay.instead.contains(&component))
    }
}
