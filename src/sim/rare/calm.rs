//! When all is well: between two episodes.
//!
//! All stands as at the start, nobody is down, nothing is remembered of what is over, no host is being emptied for planned work, and none is about
//! to be. A fault shortly before planned work, or before one of a script, is still being repaired then, and the second of a pair is
//! taken out by hand; so an episode begins long enough before, at *dawn*. It ends just before what it was waiting for, if nothing has
//! happened by then, and another one begins; and so it does at each turn of a row of hosts: weights stay what one turn makes them.
//!
//! Whether all is well is seen after each event, and at those instants where it changes without one: a replication and its
//! branches must end an episode at the same.

use super::ledger::Ledger;
use super::standing::Standing;
use crate::engine::{Span, Time};
use crate::model::{MaintenanceId, Model};
use crate::state::{Drains, State};

/// What comes at an instant that is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// A round of planned work, and how many of its turns are over when that of the last host or instance is that has to do with the services.
    Round(MaintenanceId, u32),
    /// A scripted fault.
    Inject,
}

/// What all has to be like.
#[derive(Clone, Debug)]
pub(super) struct Calm {
    pub standing: Standing,
    /// By kind, how many clocks run at least.
    pub running: Vec<u32>,
}

/// What lies ahead while nothing is amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outlook {
    /// When that changes, if it is known.
    pub until: Option<Time>,
    /// Planned work or a script is near.
    pub is_dawn: bool,
}

/// A moment of a replication, looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a, 'w, 'm> {
    pub model: &'a Model,
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
            Known::Round(plan, _) => {
                let row = &self.state.maintenances[plan.index()];
                row.runs || row.open > 0
            }
            Known::Inject => false,
        }
    }

    /// A round is under way in which somebody's turn is still to come, or a host is being emptied.
    fn is_turn_ahead(self) -> bool {
        if self.ledger.watched.known.is_empty() {
            return false;
        }
        let hosts = &self.ledger.watched.hosts;
        let is_emptied = || {
            hosts.iter().any(|host| {
                let row = &self.state.hosts[host.index()];
                row.evacuates || row.drains != Drains::No
            })
        };
        let is_ahead = |known: Known| match known {
            Known::Round(plan, last) => self.runs(known) && self.state.maintenances[plan.index()].next < last,
            Known::Inject => false,
        };
        (self.state.windows_open > 0 && is_emptied())
            || self.ledger.watched.known.iter().any(|&(_, known)| is_ahead(known))
    }

    /// When all that is remembered will be forgotten, where anything is.
    pub(super) fn forgets(self) -> Option<Time> {
        self.ledger.watched.memory.ends(self.state, self.now)
    }

    /// How many turns of planned work that concerns them have begun.
    pub(super) fn turn(self) -> u64 {
        let turn = |known: Known| match known {
            Known::Round(plan, _) => {
                let row = &self.state.maintenances[plan.index()];
                row.rounds * u64::from(u32::MAX) + u64::from(row.next)
            }
            Known::Inject => 0,
        };
        self.ledger.watched.known.iter().map(|&(_, known)| turn(known)).sum()
    }
}

impl Calm {
    /// Whether all stands as it should, whatever is remembered.
    fn stands(&self, look: Look<'_, '_, '_>) -> bool {
        let running = look.ledger.running.iter().zip(&self.running);
        !look.is_down
            && self.standing.may_be(look.ledger.ready())
            && running.clone().all(|(running, least)| running >= least)
            && Standing::of(look.model, look.state, look.ledger).is_as_good_as(self.standing)
    }

    /// Whether nothing is amiss, whatever is about to come.
    pub(super) fn is_good(&self, look: Look<'_, '_, '_>) -> bool {
        self.stands(look) && look.forgets().is_none()
    }

    /// Whether an episode is over that began with so many turns of planned work: where nothing is amiss when the next one begins, that
    /// is an episode of its own.
    pub(super) fn is_over(&self, look: Look<'_, '_, '_>, turn: u64) -> bool {
        self.is_good(look) && look.now < look.dawn() && (!look.is_turn_ahead() || look.turn() != turn)
    }

    /// Whether none need begin.
    pub(super) fn is_calm(&self, look: Look<'_, '_, '_>) -> bool {
        self.is_over(look, look.turn())
    }

    /// What lies ahead, where all stands as it should: until something is forgotten, and in ever shorter parts of the time until what is to
    /// come, since what strikes long before is repaired by then mostly.
    pub(super) fn outlook(&self, look: Look<'_, '_, '_>) -> Option<Outlook> {
        if !self.stands(look) {
            return None;
        }
        let forgets = look.forgets();
        if look.now < look.dawn() {
            return match forgets {
                None if look.is_turn_ahead() => Some(Outlook { until: None, is_dawn: true }),
                None => None,
                until => Some(Outlook { until, is_dawn: false }),
            };
        }
        let known = look.next_known();
        let left = known.since(look.now);
        let until = if left > SHORT { Time(known.0 - left.0 / 4) } else { known };
        Some(Outlook { until: Some(forgets.map_or(until, |forgets| until.min(forgets))), is_dawn: true })
    }
}

/// A time in which hardly anything strikes.
const SHORT: Span = Span(60_000_000);
