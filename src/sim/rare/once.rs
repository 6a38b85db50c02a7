//! A replication as it is, from one episode to the next.

use super::super::Simulation;
use super::calm::{Calm, Look};
use super::fork::Fork;
use super::ledger::{Fired, Ledger};
use super::{Losses, Meter};
use crate::engine::Time;
use crate::state::State;

/// One that is being lived.
pub(super) struct Once<'r, 'w, 'm, M> {
    pub main: Simulation<'m, &'r mut M>,
    pub ledger: Ledger<'w, 'm>,
    pub calm: &'r Calm,
    pub fork: Fork<'r, 'w, 'm, M>,
    /// By kind, how much more often its clocks fire while all is well: those that ran from the beginning, and new ones.
    pub forced: &'r [[f64; 2]],
    /// What it has lost, weighted, and its episodes on average.
    pub lost: Losses,
}

impl<'w, 'm, M: Meter> Once<'_, 'w, 'm, M> {
    /// Lives it: what it loses on average, and room for branches.
    pub(super) fn run(mut self) -> (Losses, State) {
        let mut calm = self.judge(true);
        while !self.fork.gives_up() {
            self.fork.diagnostics.steps += 1;
            self.ledger.tilt(&mut self.main, self.fork.hurried, self.forced, calm);
            let due = self.main.state.timers.earliest().map_or(Time::NEVER, |(at, _)| at);
            let look = self.look(self.main.now);
            let changes = if calm { look.dawn() } else { look.forgets().unwrap_or(Time::NEVER) };
            if changes < due.min(self.fork.end) {
                self.pass(changes);
                self.account(calm);
                self.main.now = changes;
                calm = self.judge(calm);
                continue;
            }
            let Some((at, slot)) = self.main.state.timers.take_before(self.fork.end) else {
                self.pass(self.fork.end);
                self.account(calm);
                return (self.lost, self.fork.work.state);
            };
            calm = self.step(at, slot, calm);
        }
        (self.lost, self.fork.work.state)
    }

    /// Serves a timer; whether all is well then.
    fn step(&mut self, at: Time, slot: u32, calm: bool) -> bool {
        self.pass(at);
        let look = self.look(at);
        let is_known = look.is_known(slot) && self.calm.is_good(look);
        let fired = self.ledger.note(self.main.state, self.main.model.timers.events[slot as usize], slot);
        self.account(calm);
        // What a fault brings about is a matter of the branches from its first moment on: how long its repair takes, too.
        let begins = is_known || (calm && fired.is_some());
        if begins {
            let origin = self.origin(fired);
            self.fork.live(&mut self.main, &mut self.ledger, (Some((at, slot)), origin), &mut self.lost);
        }
        self.main.step(at, slot);
        self.account(calm && !begins);
        self.ledger.look(self.main.state);
        if begins {
            self.ledger.turn = self.look(at).turn();
        }
        self.judge(calm && !begins)
    }

    /// The kind of what begins an episode.
    fn origin(&self, fired: Option<Fired>) -> usize {
        let watched = self.ledger.watched;
        fired.map_or(watched.kinds, |fired| watched.clocks[fired.number].kind)
    }

    /// Whether all is well now; else an episode goes on, or begins here.
    fn judge(&mut self, was_calm: bool) -> bool {
        let look = self.look(self.main.now);
        if !was_calm && !self.calm.is_over(look, self.ledger.turn) {
            return false;
        }
        if self.calm.is_calm(look) {
            return true;
        }
        self.ledger.turn = look.turn();
        let origin = self.origin(None);
        self.fork.live(&mut self.main, &mut self.ledger, (None, origin), &mut self.lost);
        false
    }

    fn look(&self, now: Time) -> Look<'_, 'w, 'm> {
        Look {
            model: self.main.model,
            ledger: &self.ledger,
            state: self.main.state,
            is_down: self.main.observer.is_down(),
            now,
        }
    }

    fn pass(&mut self, until: Time) {
        self.ledger.now = until;
        self.main.observer.advance(until);
    }

    /// What has been lost since the last time counts, weighted, or is a matter of branches.
    fn account(&mut self, counts: bool) {
        if self.main.observer.losses().is_empty() {
            return;
        }
        if counts {
            let weight = libm::exp(self.ledger.log_weight(self.fork.hurried));
            self.lost.add(weight, self.main.observer.losses());
        }
        self.main.observer.empty();
    }
}
