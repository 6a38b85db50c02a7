//! One replication for any observer, through a pointer.
//!
//! [`Simulation`] is compiled anew for each kind of observer, which is worth it where most replications run and nowhere else: it
//! is most of this program. Whoever replays, tests or fingerprints a few replications shares the two copies that are compiled here.

use super::{Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{Model, ServiceId};
use crate::state::State;

/// A replication of `model` with an observer; the state may have served another one before. It begins when it is run.
pub struct Replication<'m, O> {
    model: &'m Model,
    state: &'m mut State,
    seed: u64,
    number: u32,
    observer: O,
}

/// Anybody who listens, whatever the type.
trait Hear {
    fn hear(&mut self, now: Time, signal: Signal);
    fn minds_no_order_of(&self, service: ServiceId) -> bool;
}

impl<O: Observer> Hear for O {
    fn hear(&mut self, now: Time, signal: Signal) {
        self.observe(now, signal);
    }

    fn minds_no_order_of(&self, service: ServiceId) -> bool {
        self.takes_any_order_of(service)
    }
}

/// Somebody who listens through a pointer, content with any order or not.
struct Heard<'a, const ANY_ORDER: bool>(&'a mut dyn Hear);

impl<const ANY_ORDER: bool> Observer for Heard<'_, ANY_ORDER> {
    const ANY_ORDER: bool = ANY_ORDER;

    fn takes_any_order_of(&self, service: ServiceId) -> bool {
        self.0.minds_no_order_of(service)
    }

    fn observe(&mut self, now: Time, signal: Signal) {
        self.0.hear(now, signal);
    }
}

/// What is run, but for the observer.
struct Plain<'m> {
    model: &'m Model,
    state: &'m mut State,
    seed: u64,
    number: u32,
    is_checked: bool,
}

impl<'m, O: Observer> Replication<'m, O> {
    /// Replication `number` with a seed.
    pub fn new(model: &'m Model, state: &'m mut State, seed: u64, number: u32, observer: O) -> Self {
        Replication { model, state, seed, number, observer }
    }

    /// Runs to the end of the horizon and gives the observer back.
    pub fn run(self) -> O {
        self.run_counted().0
    }

    /// As [`Replication::run`], with the number of events.
    pub fn run_counted(self) -> (O, u64) {
        self.run_plain(false)
    }

    /// As [`Replication::run`], checking every invariant after every event; slow, for tests.
    pub fn run_checked(self) -> O {
        self.run_plain(true).0
    }

    fn run_plain(mut self, is_checked: bool) -> (O, u64) {
        let plain =
            Plain { model: self.model, state: self.state, seed: self.seed, number: self.number, is_checked };
        let events = if O::ANY_ORDER {
            plain.run_in_any_order(&mut self.observer)
        } else {
            plain.run_in_order(&mut self.observer)
        };
        (self.observer, events)
    }
}

impl Plain<'_> {
    #[inline(never)]
    fn run_in_any_order(self, observer: &mut dyn Hear) -> u64 {
        self.run(Heard::<true>(observer))
    }

    #[inline(never)]
    fn run_in_order(self, observer: &mut dyn Hear) -> u64 {
        self.run(Heard::<false>(observer))
    }

    fn run<O: Observer>(self, observer: O) -> u64 {
        let simulation = Simulation::new(self.model, self.state, self.seed, self.number, observer);
        if self.is_checked {
            simulation.run_checked();
            return 0;
        }
        simulation.run_counted().1
    }
}
