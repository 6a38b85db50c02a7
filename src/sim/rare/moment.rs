//! A moment of a replication, kept so that it can be gone on from more than once.

use super::super::Simulation;
use super::Meter;
use super::ledger::Ledger;
use super::stretch::Stretch;
use crate::engine::{Randomness, Time};
use crate::state::State;

/// All that changes, and none of what chance has in store.
pub(super) struct Moment<'w, 'm, M> {
    pub state: State,
    pub meter: M,
    pub ledger: Ledger<'w, 'm>,
    now: Time,
    events: u64,
    stuck_since: u64,
}

impl<'w, 'm, M: Meter> Moment<'w, 'm, M> {
    /// Room for one; what is in it means nothing yet.
    pub(super) fn new(state: State, meter: M, ledger: Ledger<'w, 'm>) -> Self {
        Moment { state, meter, ledger, now: Time::ZERO, events: 0, stuck_since: 0 }
    }

    /// As a replication and its ledger are now.
    pub(super) fn take(&mut self, main: &mut Simulation<'m, &mut M>, ledger: &mut Ledger<'w, 'm>) {
        self.state.follow(main.state);
        self.meter.follow(main.observer);
        self.ledger.follow(ledger);
        #[cfg(test)]
        super::tests::check_follower(self, main, ledger);
        (self.now, self.events, self.stuck_since) = (main.now, main.events, main.stuck_since);
    }

    /// As another one.
    pub(super) fn copy(&mut self, other: &Moment<'w, 'm, M>) {
        self.state.clone_from(&other.state);
        self.meter.clone_from(&other.meter);
        self.ledger.clone_from(&other.ledger);
        (self.now, self.events, self.stuck_since) = (other.now, other.events, other.stuck_since);
    }

    /// One more like it.
    pub(super) fn kept(&self) -> Self {
        Moment {
            state: self.state.clone(),
            meter: self.meter.clone(),
            ledger: self.ledger.clone(),
            now: self.now,
            events: self.events,
            stuck_since: self.stuck_since,
        }
    }

    /// As far as a replication that went on from it has come.
    pub(super) fn reached(&mut self, (now, events, stuck_since): (Time, u64, u64)) {
        (self.now, self.events, self.stuck_since) = (now, events, stuck_since);
    }

    /// A replication that goes on from here, like `main` but for what chance brings.
    pub(super) fn go_on<'r>(
        &'r mut self,
        main: &Simulation<'m, &mut M>,
        random: Randomness,
    ) -> (Simulation<'r, &'r mut M>, &'r mut Ledger<'w, 'm>)
    where
        'm: 'r,
    {
        let run = Simulation {
            model: main.model,
            state: &mut self.state,
            random,
            now: self.now,
            observer: &mut self.meter,
            seed: main.seed,
            replication: main.replication,
            events: self.events,
            stuck_since: self.stuck_since,
            at_once_max: main.at_once_max,
            served: main.served,
            turn: main.turn,
            stretch: Stretch::FEW,
        };
        (run, &mut self.ledger)
    }
}
