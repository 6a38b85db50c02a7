//! When all is well: between two episodes.
//!
//! All stands as at the start, nobody is down, nothing is remembered of what is over, no host is being emptied for planned work, and none is about
//! to be. A fault shortly before planned work, or before one of a script, is still being repaired then, and the second of a pair is
//! taken out by hand; so an episode begins long enough before, at *dawn*. It ends just before what it was waiting for, if nothing has
//! happened by then, and another one begins: so weights stay what one round makes them.
//!
//! Whether all is well is seen after each event, and at those instants where it changes without one: a replication and its
//! branches must end an episode at the same.

use super::ledger::{Ledger, Standing};
use crate::engine::{Span, Time};
use crate::model::MaintenanceId;
use crate::state::{Drains, State};

/// What comes at an instant that is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// A round of planned work.
    Round(MaintenanceId),
    /// A scripted fault.
    Inject,
}

/// What all has to be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calm {
    pub standing: Standing,
}

/// A moment of a replication, looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a, 'w, 'm> {
    pub ledger: &'a Ledger<'w, 'm>,
    pub state: &'a State,
    pub is_down: bool,
    pub now: Time,
}

impl Look<'_, '_, '_> {
    /// When the next of all that is known beforehand comes, if it does within the horizon.
    pub(super) fn next_known(self) -> Time {
        let known = self.ledger.watched.known.iter();
        let due = known.filter(|(_, known)| !self.runs(*known)).map(|&(slot, _)| self.state.timers.at(slot));
        due.min().filter(|&at| at < self.ledger.watched.end).unwrap_or(Time::NEVER)
    }

    /// From when on that is near enough for a fault to be repaired still when it comes.
    pub(super) fn dawn(self) -> Time {
        let known = self.next_known();
        if known == Time::NEVER { known } else { Time(known.0.saturating_sub(self.ledger.watched.dawn.0)) }
    }

    /// A timer that is about to be served begins what is known beforehand.
    pub(super) fn is_known(self, slot: u32) -> bool {
        self.ledger.watched.known.iter().any(|&(known, what)| known == slot && !self.runs(what))
    }

    /// It is under way already.
    fn runs(self, known: Known) -> bool {
        match known {
            Known::Round(plan) => {
                let row = &self.state.maintenances[plan.index()];
                row.runs || row.open > 0
            }
            Known::Inject => false,
        }
    }

    /// When all that is remembered will be forgotten, where anything is.
    pub(super) fn forgets(self) -> Option<Time> {
        self.ledger.watched.memory.ends(self.state, self.now)
    }

    /// How many turns of planned work have begun.
    pub(super) fn turn(self) -> u64 {
        self.state.maintenances.iter().map(|row| row.rounds * u64::from(u32::MAX) + u64::from(row.next)).sum()
    }

    fn is_emptied(self) -> bool {
        let hosts = &self.ledger.watched.hosts;
        self.state.windows_open > 0
            && hosts.iter().any(|host| {
                let row = &self.state.hosts[host.index()];
                row.evacuates || row.drains != Drains::No
            })
    }
}

impl Calm {
    /// Whether nothing is amiss, whatever is about to come.
    pub(super) fn is_good(self, look: Look<'_, '_, '_>) -> bool {
        look.ledger.standing.is_as_good_as(self.standing) && !look.is_down && look.forgets().is_none()
    }

    /// Whether an episode is over that began with so many turns of planned work: where nothing is amiss when the next one begins, that
    /// is an episode of its own.
    pub(super) fn is_over(self, look: Look<'_, '_, '_>, turn: u64) -> bool {
        self.is_good(look) && look.now < look.dawn() && (!look.is_emptied() || look.turn() != turn)
    }

    /// Whether none need begin.
    pub(super) fn is_calm(self, look: Look<'_, '_, '_>) -> bool {
        self.is_over(look, look.turn())
    }

    /// Until when nothing that is known changes how likely faults should be made, where nothing is amiss: forgetting, and ever shorter
    /// parts of the time until what is to come, since what strikes long before is repaired by then mostly.
    pub(super) fn until(self, look: Look<'_, '_, '_>) -> Option<(Time, bool)> {
        if !look.ledger.standing.is_as_good_as(self.standing) || look.is_down {
            return None;
        }
        let forgets = look.forgets();
        let (known, is_dawn) = (look.next_known(), look.now >= look.dawn());
        if !is_dawn {
            return forgets.map(|until| (until, false));
        }
        let left = known.since(look.now);
        let until = if left > SHORT { Time(known.0 - left.0 / 4) } else { known };
        Some((forgets.map_or(until, |forgets| until.min(forgets)), true))
    }
}

/// A time in which hardly anything strikes.
const SHORT: Span = Span(60_000_000);
