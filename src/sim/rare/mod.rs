//! Rare outages: importance sampling on failures, in episodes.
//!
//! Five to nine nines are lost in a few moments of millions of years, most of them while something is out already and
//! something else fails before that is repaired. Simulating more years finds those moments at the rate at which they
//! happen. Here each replication is lived twice over:
//!
//! - It runs as it would, but that kinds of faults that hardly strike within a horizon strike more often (*forcing*), as
//!   long as all is well. What happens is weighted by how much likelier that has made it.
//! - With a fault an *episode* begins, until all is well again. It is left out of the replication's
//!   own account. Instead it is lived again, from the state as it is at that moment, in branches of their own in which other
//!   faults come about as often as repairs do, each kind of them alike (*balanced failure biasing*: Shahabuddin, Management Science 40
//!   (1994) 333-352). As soon as a service is down, everything goes on at its own pace. What a branch loses, weighted by its own
//!   likelihood, is what the episode loses on average, whichever way the replication itself takes: so weights are products over
//!   one episode and never over a year, and do not degenerate.
//!
//! All of it in the hazard form, which needs no law to be exponential: a life ends when its cumulative hazard has spent an
//! exponential budget, and a clock that runs m times as fast spends it m times as fast (`ledger`).
//!
//! The estimate is unbiased whatever the factors are; they decide how sharp it is. What is chosen here is heuristic (assumption):
//! in an episode a fault is made as likely to come next as the end of a repair; while all is well all kinds that hardly strike share
//! one forced failure a horizon.

mod ledger;
mod watched;

use super::{EVENTS_MAX, Observer, Simulation};
use crate::engine::{Randomness, Span, Time};
use crate::model::{Model, ServiceId};
use crate::state::State;
use ledger::Ledger;
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
        Some(RareRun { model, watched, branches, state, branch_state, meter, forced, diagnostics })
    }

    /// One replication: an unbiased estimate of what it loses, of each figure of the meter.
    pub fn run(&mut self, seed: u64, replication: u32) -> Vec<f64> {
        let end = Time::ZERO + self.model.end();
        self.meter.reset();
        let mut lost = vec![0.0; self.meter.sums().len()];
        // What of the replication itself is in that, or left out.
        let mut seen = lost.clone();
        let mut main = Simulation::new(self.model, &mut self.state, seed, replication, self.meter.clone());
        let mut ledger = Ledger::new(&self.watched, main.state, self.model.ages);
        let well = ledger.running;
        let forced = |_: &Ledger<'_, 'm>, watched: &Watched<'_>| self.forced[watched.kind];
        ledger.tilt(&mut main, forced);
        let (mut calm, mut in_episode, mut episode) = (true, false, 0_u32);
        loop {
            let next = main.state.timers.take_before(end);
            let at = next.map_or(end, |(at, _)| at);
            ledger.advance(at);
            main.observer.advance(at);
            if let Some((at, slot)) = next {
                ledger.note(main.state, self.model.timers.events[slot as usize], slot);
                main.step(at, slot);
            }
            if !in_episode {
                add(&mut lost, libm::exp(ledger.log_weight), &seen, main.observer.sums());
            }
            seen.copy_from_slice(main.observer.sums());
            if next.is_none() {
                return lost;
            }
            ledger.look(main.state, at);
            let is_calm = ledger.running >= well;
            if is_calm == calm {
                // Lives that have just begun meet the factor of the moment.
                if calm {
                    ledger.tilt(&mut main, forced);
                } else {
                    ledger.tilt(&mut main, |_, _| 1.0);
                }
                continue;
            }
            calm = is_calm;
            if calm {
                in_episode = false;
                ledger.tilt(&mut main, forced);
                continue;
            }
            ledger.tilt(&mut main, |_, _| 1.0);
            in_episode = true;
            episode += 1;
            self.diagnostics.episodes += 1;
            let each = libm::exp(ledger.log_weight) / f64::from(self.branches);
            for branch in 0..self.branches {
                let number = (u64::from(episode) << 32) | u64::from(branch);
                let key = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                self.branch_state.clone_from(main.state);
                let run = Simulation {
                    model: self.model,
                    state: &mut self.branch_state,
                    random: Randomness::new(key, replication),
                    now: main.now,
                    observer: main.observer.clone(),
                    seed,
                    replication,
                    events: main.events,
                    stuck_since: main.stuck_since,
                    at_once_max: main.at_once_max,
                    served: main.served,
                    turn: main.turn,
                };
                let branch = Branch::new(run, ledger.clone(), well, end);
                let (found, weight) = branch.live();
                lost.iter_mut().zip(&found).for_each(|(sum, more)| *sum += each * more);
                self.diagnostics.note(weight, M::downtime(&found) * each);
            }
        }
    }
}

/// One way that an episode can take.
struct Branch<'r, 'w, 'm, M> {
    run: Simulation<'r, M>,
    ledger: Ledger<'w, 'm>,
    well: usize,
    end: Time,
    /// What is out has been the same since then, and the factors have been halved so often.
    since: Time,
    halvings: u32,
    /// The sums when it was looked at last, and what they have grown by since the beginning, weighted.
    seen: Vec<f64>,
    lost: Vec<f64>,
}

/// Faults come about as often as repairs end, times this. With 1 the square of a weight would have no mean: a repair that takes
/// t makes it exp(t / its mean) large, as likely as exp(-t / its mean). Assumption: one half is a good number.
const FAULTS_A_REPAIR: f64 = 0.5;

impl<'r, 'w, 'm, M: Meter> Branch<'r, 'w, 'm, M> {
    fn new(
        run: Simulation<'r, M>,
        mut ledger: Ledger<'w, 'm>,
        well: usize,
        end: Time,
    ) -> Branch<'r, 'w, 'm, M> {
        ledger.branch();
        let (since, seen) = (run.now, run.observer.sums().to_vec());
        let lost = vec![0.0; seen.len()];
        Branch { run, ledger, well, end, since, halvings: 0, seen, lost }
    }

    /// Lives until all is well again: what was lost, weighted as it was lost, and the weight of all of it.
    fn live(mut self) -> (Vec<f64>, f64) {
        self.tilt();
        loop {
            let look_at = self.next_halving();
            let due = self.run.state.timers.earliest().map_or(Time::NEVER, |(at, _)| at);
            if look_at < due.min(self.end) {
                self.pass(look_at);
                self.weigh();
                self.run.now = look_at;
                self.halvings += 1;
                self.tilt();
                continue;
            }
            let Some((at, slot)) = self.run.state.timers.take_before(self.end) else { break };
            self.pass(at);
            let event = self.run.model.timers.events[slot as usize];
            self.ledger.note(self.run.state, event, slot);
            self.run.step(at, slot);
            assert!(self.run.events < EVENTS_MAX, "an episode without an end");
            self.weigh();
            let before = (self.ledger.running, self.ledger.repairs.to_bits());
            self.ledger.look(self.run.state, at);
            if self.ledger.running >= self.well {
                return (self.lost, libm::exp(self.ledger.log_weight));
            }
            if (self.ledger.running, self.ledger.repairs.to_bits()) != before {
                (self.since, self.halvings) = (at, 0);
            }
            self.tilt();
        }
        self.pass(self.end);
        self.weigh();
        (self.lost, libm::exp(self.ledger.log_weight))
    }

    fn pass(&mut self, until: Time) {
        self.ledger.advance(until);
        self.run.observer.advance(until);
    }

    /// What has been lost since the last time has the weight of now, with that of a clock which has just fired: the instant at
    /// which it did is part of what its weight makes up for.
    fn weigh(&mut self) {
        let sums = self.run.observer.sums();
        if sums != self.seen {
            add(&mut self.lost, libm::exp(self.ledger.log_weight), &self.seen, sums);
            self.seen.copy_from_slice(sums);
        }
    }

    /// A repair that takes much longer than they do shall not make weights that are much larger than others: each time that
    /// it has taken twice as long, factors are halved, so that a weight grows like a power of that time and no faster. Then its
    /// square has a mean for every law of repair that has a few moments, the lognormal among them.
    fn next_halving(&self) -> Time {
        let octave_s = libm::scalbn(1.0 / self.ledger.repairs, self.halvings as i32 + 1);
        self.since + Span::from_secs_f64(octave_s)
    }

    /// Each kind of clock that runs is as likely to fire next, and all of them together about as likely as a repair is to end:
    /// also while a service is down, for it may be the next fault that keeps it down for long.
    fn tilt(&mut self) {
        let part = libm::scalbn(FAULTS_A_REPAIR, -(self.halvings as i32));
        self.ledger.tilt(&mut self.run, |ledger, watched| {
            (part * ledger.balanced_rate(watched) / watched.rate).max(1.0)
        });
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
