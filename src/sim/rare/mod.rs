//! Rare outages: importance sampling on failures, in episodes.
//!
//! Five to nine nines are lost in a few moments of millions of years, most of them while something is out already and
//! something else fails before that is repaired. Simulating more years finds those moments at the rate at which they
//! happen. Here each replication is lived twice over:
//!
//! - It runs as it would, but that kinds of faults that hardly strike within a horizon strike more often (*forcing*), as
//!   long as all is well. What happens is weighted by how much likelier that has made it.
//! - With a fault an *episode* begins, until all is well again. It is left out of the replication's
//!   own account. Instead it is lived again, from the state as it is just before, in branches of their own (`branch`) in which
//!   other faults are made to strike before the repairs under way are done, each kind of them alike (*balanced failure biasing*:
//!   Shahabuddin, Management Science 40 (1994) 333-352; `window`). What a branch loses, weighted by its own likelihood, is what the
//!   episode loses on average, whichever way the replication itself takes: so weights are products over one episode and never over
//!   a year, and do not degenerate.
//!
//! All of it in the hazard form, which needs no law to be exponential: a life ends when its cumulative hazard has spent an
//! exponential budget, and a clock that runs m times as fast spends it m times as fast (`ledger`).
//!
//! The estimate is unbiased whatever is chosen; how likely faults are made decides how sharp it is. That is heuristic (assumption):
//! in an episode a fault mostly comes before the end of a repair; while all is well all kinds that hardly strike share one forced
//! failure a horizon.

mod branch;
mod ledger;
mod stretch;
mod watched;
mod window;

use super::{Observer, Simulation};
use crate::engine::{Randomness, Time};
use crate::model::{Model, ServiceId};
use crate::state::State;
use branch::Branch;
use ledger::Ledger;
pub(super) use stretch::Stretch;
use watched::{Watched, WatchedClocks};

/// An observer that can say at any moment what has been lost so far, and go two ways from there.
pub trait Meter: Observer + Clone {
    /// Forgets a replication.
    fn reset(&mut self);
    /// Adds up to an instant.
    fn advance(&mut self, now: Time);
    /// The sums so far, of each figure.
    fn sums(&self) -> &[f64];
    /// The downtime among sums.
    fn downtime(sums: &[f64]) -> f64;
    /// Whether anything that is asked about is down.
    fn is_down(&self) -> bool;
}

/// What branches were like, over all replications so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// Episodes, and branches of them.
    pub episodes: u64,
    pub branches: u64,
    /// Branches in which a service was down.
    pub hits: u64,
    /// Sum of the weights of all branches, whose mean is 1 where nothing is wrong.
    pub weights: f64,
    /// What those that hit add to the downtime: the sum, that of the squares, and the most.
    pub lost: f64,
    pub lost_squared: f64,
    pub lost_max: f64,
}

/// Runs replications of a model for the rare outages of some of its services.
pub struct RareRun<'m, M> {
    model: &'m Model,
    watched: WatchedClocks<'m>,
    /// How many branches each episode has.
    branches: u32,
    state: State,
    branch_state: State,
    meter: M,
    branch_meter: M,
    /// By kind, while all is well.
    forced: Vec<f64>,
    pub diagnostics: Diagnostics,
}

impl<'m, M: Meter> RareRun<'m, M> {
    /// For these services, which the meter looks at; `None` where no fault concerns them that could be made likelier.
    #[must_use]
    pub fn new(model: &'m Model, services: &[ServiceId], branches: u32, meter: M) -> Option<RareRun<'m, M>> {
        let watched = WatchedClocks::of(model, services);
        if watched.clocks.is_empty() || branches == 0 {
            return None;
        }
        let forced = forced(model, &watched);
        let (state, branch_state) = (State::new(model), State::new(model));
        let diagnostics = Diagnostics::default();
        let branch_meter = meter.clone();
        Some(RareRun {
            model,
            watched,
            branches,
            state,
            branch_state,
            meter,
            branch_meter,
            forced,
            diagnostics,
        })
    }

    /// One replication: an unbiased estimate of what it loses, of each figure of the meter.
    pub fn run(&mut self, seed: u64, replication: u32) -> Vec<f64> {
        let end = Time::ZERO + self.model.end();
        self.meter.reset();
        let mut lost = vec![0.0; self.meter.sums().len()];
        // What of the replication itself is in that, or left out.
        let mut seen = lost.clone();
        let mut main = Simulation::new(self.model, &mut self.state, seed, replication, &mut self.meter);
        let mut ledger = Ledger::new(&self.watched, main.state, self.model.ages);
        let well = ledger.running;
        let mut fork = Fork {
            branches: self.branches,
            well,
            end,
            episode: 0,
            state: &mut self.branch_state,
            meter: &mut self.branch_meter,
            ledger: ledger.clone(),
            seen: lost.clone(),
            lost: lost.clone(),
            diagnostics: &mut self.diagnostics,
        };
        let mut calm = true;
        loop {
            let factor = |watched: &Watched<'_>| if calm { self.forced[watched.kind] } else { 1.0 };
            ledger.tilt(&mut main, factor);
            let next = main.state.timers.take_before(end);
            let at = next.map_or(end, |(at, _)| at);
            ledger.advance(at);
            main.observer.advance(at);
            let fired = next
                .and_then(|(_, slot)| ledger.note(main.state, self.model.timers.events[slot as usize], slot));
            if calm {
                add(&mut lost, libm::exp(ledger.log_weight), &seen, main.observer.sums());
            }
            seen.copy_from_slice(main.observer.sums());
            let Some((at, slot)) = next else { return lost };
            // What a fault brings about is a matter of the branches from its first moment on: how long its repair takes, too.
            let begins = calm && fired.is_some();
            if begins {
                fork.live(&main, &ledger, next, &mut lost);
            }
            main.step(at, slot);
            if calm && !begins {
                add(&mut lost, libm::exp(ledger.log_weight), &seen, main.observer.sums());
            }
            seen.copy_from_slice(main.observer.sums());
            ledger.look(main.state, at);
            let is_calm = ledger.running >= well;
            if calm && !is_calm && !begins {
                fork.live(&main, &ledger, None, &mut lost);
            }
            calm = is_calm;
        }
    }
}

/// What it takes to live an episode again, kept from one to the next.
struct Fork<'r, 'w, 'm, M> {
    branches: u32,
    well: usize,
    end: Time,
    episode: u32,
    state: &'r mut State,
    meter: &'r mut M,
    ledger: Ledger<'w, 'm>,
    seen: Vec<f64>,
    lost: Vec<f64>,
    diagnostics: &'r mut Diagnostics,
}

impl<'w, 'm, M: Meter> Fork<'_, 'w, 'm, M> {
    /// Lives an episode from here on, which an event that has just been taken begins or nothing any more, and adds what it loses on
    /// average.
    fn live(
        &mut self,
        main: &Simulation<'m, &mut M>,
        ledger: &Ledger<'w, 'm>,
        first: Option<(Time, u32)>,
        lost: &mut [f64],
    ) {
        self.episode += 1;
        self.diagnostics.episodes += 1;
        let each = libm::exp(ledger.log_weight) / f64::from(self.branches);
        for branch in 0..self.branches {
            let number = (u64::from(self.episode) << 32) | u64::from(branch);
            let key = main.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.state.clone_from(main.state);
            self.meter.clone_from(&*main.observer);
            self.ledger.clone_from(ledger);
            let run = Simulation {
                model: main.model,
                state: self.state,
                random: Randomness::new(key, main.replication),
                now: main.now,
                observer: &mut *self.meter,
                seed: main.seed,
                replication: main.replication,
                events: main.events,
                stuck_since: main.stuck_since,
                at_once_max: main.at_once_max,
                served: main.served,
                turn: main.turn,
                stretch: Stretch::FEW,
            };
            let found = [&mut self.seen, &mut self.lost];
            let weight = Branch::new(run, &mut self.ledger, (self.well, self.end), found).live(first);
            lost.iter_mut().zip(&self.lost).for_each(|(sum, more)| *sum += each * more);
            self.diagnostics.note(weight, M::downtime(&self.lost) * each);
        }
    }
}

impl Diagnostics {
    fn note(&mut self, weight: f64, lost: f64) {
        self.branches += 1;
        self.weights += weight;
        if lost > 0.0 {
            self.hits += 1;
            self.lost += lost;
            self.lost_squared += lost * lost;
            self.lost_max = self.lost_max.max(lost);
        }
    }

    /// Adds those of other replications.
    pub fn merge(&mut self, other: &Diagnostics) {
        self.episodes += other.episodes;
        self.branches += other.branches;
        self.hits += other.hits;
        self.weights += other.weights;
        self.lost += other.lost;
        self.lost_squared += other.lost_squared;
        self.lost_max = self.lost_max.max(other.lost_max);
    }

    /// As many branches that lose the same would know as much of the downtime (Kish).
    #[must_use]
    pub fn effective_hits(&self) -> f64 {
        if self.hits == 0 { 0.0 } else { self.lost * self.lost / self.lost_squared }
    }
}

/// By kind: how much more often its clocks fire while all is well. Kinds that are expected less than once over as many kinds
/// as there are, share one failure a horizon.
fn forced(model: &Model, watched: &WatchedClocks<'_>) -> Vec<f64> {
    let mut expected = vec![0.0; watched.kinds];
    for clock in &watched.clocks {
        expected[clock.kind] += clock.rate * model.end().as_secs_f64();
    }
    let share = 1.0 / watched.kinds as f64;
    expected.into_iter().map(|expected: f64| (share / expected).max(1.0)).collect()
}

/// Adds what was lost between two readings, weighted.
fn add(sums: &mut [f64], weight: f64, from: &[f64], to: &[f64]) {
    for ((sum, from), to) in sums.iter_mut().zip(from).zip(to) {
        *sum += weight * (to - from);
    }
}
