//! Rare outages: importance sampling on failures, in episodes.
//!
//! Five to nine nines are lost in a few moments of millions of years, most of them while something is out already and
//! something else fails before that is repaired. Simulating more years finds those moments at the rate at which they
//! happen. Here each replication is lived twice over:
//!
//! - It runs as it would, but that kinds of faults that hardly strike within a horizon strike more often (*forcing*), as
//!   long as all is well. What happens is weighted by how much likelier that has made it.
//! - With a fault an *episode* begins, until all is well again (`calm`); and some time before planned work. It is left out of the replication's
//!   own account. Instead it is lived again, from the state as it is just before, in branches of their own (`branch`) in which
//!   other faults are made to strike before the repairs under way are done, each kind of them alike (*balanced failure biasing*:
//!   Shahabuddin, Management Science 40 (1994) 333-352; `window`). What a branch loses, weighted by its own likelihood, is what the
//!   episode loses on average, whichever way the replication itself takes: so weights are products over one episode and never over
//!   a year, and do not degenerate.
//!
//! All of it in the hazard form, which needs no law to be exponential: a life ends when its cumulative hazard has spent an
//! exponential budget, and a clock that runs m times as fast spends it m times as fast (`ledger`).
//!
//! A branch costs what it changes, and not what the datacenter is: it begins with a copy of what has been written since the last one
//! ([`crate::engine::Table::follow`]), and looks at those clocks that an event has written (`ledger`). A branch keeps the pending failures of the
//! replication: given the past they are as likely as fresh ones. Those that were hurried, are forced, or may well come within a repair are drawn anew.
//!
//! The estimate is unbiased whatever is chosen; how likely faults are made decides how sharp it is. That is heuristic (assumption):
//! in an episode a fault mostly comes before the end of a repair; while all is well all kinds that hardly strike share one forced
//! failure a horizon.

mod around;
mod branch;
mod calm;
mod even;
mod fork;
mod ledger;
mod losses;
mod memory;
mod moment;
mod once;
mod origin;
mod places;
mod shares;
mod standing;
mod stretch;
#[cfg(test)]
mod tests;
mod usual;
mod watched;
mod window;

use super::{Observer, Simulation};
use crate::engine::Time;
use crate::model::{Model, ServiceId};
use crate::state::State;
use calm::Calm;
use fork::Fork;
use ledger::Ledger;
pub use losses::Losses;
use moment::Moment;
use once::Once;
pub use origin::{EVEN, Origin, allocate, left};
use standing::Standing;
pub(super) use stretch::Stretch;
use watched::WatchedClocks;

/// An observer that can say at any moment what has been lost so far, and go two ways from there.
pub trait Meter: Observer + Clone {
    /// Forgets a replication.
    fn reset(&mut self);
    /// Becomes what `leader` is, which has lost nothing since it was emptied, by what has changed on either side ([`crate::engine::Table::follow`]).
    fn follow(&mut self, leader: &mut Self);
    /// Adds up to an instant.
    fn advance(&mut self, now: Time);
    /// What has been lost since that was emptied last.
    fn losses(&self) -> &Losses;
    /// Empties it.
    fn empty(&mut self);
    /// The downtime among the figures of a service, or of several.
    fn downtime(figures: &[f64]) -> f64;
    /// Whether anything that is asked about is down.
    fn is_down(&self) -> bool;
}

/// What branches were like, over all replications so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// Episodes, and branches of them.
    pub episodes: u64,
    pub branches: u64,
    /// What branches have cost: events, windows and themselves.
    pub work: u64,
    /// Events of the replications themselves.
    pub steps: u64,
    /// Branches in which a service was down.
    pub hits: u64,
    /// Sum of the weights of all branches, whose mean is 1 where nothing is wrong.
    pub weights: f64,
    /// What those that hit add to the downtime: the sum, that of the squares, and the most.
    pub lost: f64,
    pub lost_squared: f64,
    pub lost_max: f64,
    /// The variance of replications that is due to branches of one episode being unlike, summed over episodes.
    pub scatter: f64,
}

/// How an episode is lived again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In branches that go all the way, whose weights are what they come to.
    Forcing,
    /// Level by level, where as many go on from each level, of equal weight.
    Splitting,
}

/// What is spent on each episode.
#[derive(Clone, Debug, PartialEq)]
pub struct Effort {
    pub way: Way,
    /// Branches of each episode, or of each level of it; below one, the part of episodes that have one, and count for the others.
    pub branches: f64,
    /// By kind of the fault that begins an episode, and last for those that none does, how many branches they have where they go all the way;
    /// empty: all the same.
    pub by_origin: Vec<f64>,
    /// By kind, how much may be out while all is well still ([`RareRun::usually_out`]); empty: nothing.
    pub spare: Vec<u32>,
}

impl Effort {
    /// So many branches of each episode, which begins when anything is out.
    #[must_use]
    pub fn branches(branches: u32) -> Effort {
        Effort { way: Way::Forcing, branches: f64::from(branches), by_origin: Vec::new(), spare: Vec::new() }
    }

    /// Of an episode that a fault of some kind begins.
    fn branches_of(&self, origin: usize) -> f64 {
        match self.way {
            Way::Forcing => self.by_origin.get(origin).copied().unwrap_or(self.branches),
            Way::Splitting => self.branches,
        }
    }
}

/// Runs replications of a model for the rare outages of some of its services.
pub struct RareRun<'m, M> {
    model: &'m Model,
    watched: WatchedClocks<'m>,
    effort: Effort,
    state: State,
    branch_state: Option<State>,
    meter: M,
    /// By kind, while all is well.
    forced: Vec<[f64; 2]>,
    /// The clocks of those kinds that do.
    hurried: Vec<u32>,
    work_max: u64,
    pub diagnostics: Diagnostics,
    /// By kind of the fault that begins them, and last those that none does.
    pub origins: Vec<Origin>,
    /// What plain replications would show of each figure, as the sum over episodes of the squares of what they lose: its variance where they come
    /// independently, roughly.
    pub squares: Vec<f64>,
}

/// Whether all faults that concern a service, and there are some, can be made likelier: else what weighted replications hardly ever see
/// would be told of as if it were not there.
#[must_use]
pub fn can_tell(model: &Model, service: ServiceId) -> bool {
    let watched = WatchedClocks::of(model, &[service]);
    !watched.clocks.is_empty() && !watched.leaves_some_out
}

impl<'m, M: Meter> RareRun<'m, M> {
    /// For these services, which the meter looks at; `None` where no fault concerns them that could be made likelier.
    #[must_use]
    pub fn new(model: &'m Model, services: &[ServiceId], effort: Effort, meter: M) -> Option<RareRun<'m, M>> {
        let watched = WatchedClocks::of(model, services);
        if watched.clocks.is_empty() || effort.branches <= 0.0 {
            return None;
        }
        let forced = forced(model, &watched);
        let is_hurried = |(_, watched): &(u32, &watched::Watched<'_>)| forced[watched.kind] != [1.0; 2];
        let hurried = (0..).zip(&watched.clocks).filter(is_hurried).map(|(number, _)| number).collect();
        let (state, diagnostics) = (State::new(model), Diagnostics::default());
        let (work_max, origins) = (u64::MAX, vec![Origin::default(); watched.kinds + 1]);
        let squares = vec![0.0; meter.losses().values().len()];
        Some(RareRun {
            model,
            watched,
            effort,
            state,
            branch_state: None,
            meter,
            forced,
            hurried,
            work_max,
            diagnostics,
            origins,
            squares,
        })
    }

    /// Gives up once the diagnostics count more work than that: what is not through by then says nothing.
    #[must_use]
    pub fn up_to(self, work_max: u64) -> Self {
        RareRun { work_max, ..self }
    }

    /// Whether it has given up.
    #[must_use]
    pub fn has_given_up(&self) -> bool {
        self.diagnostics.work + self.diagnostics.steps > self.work_max
    }

    /// How many clocks are watched, and how many of them have hazards that depend on their age.
    #[must_use]
    pub fn clocks(&self) -> [usize; 2] {
        let clocks = &self.watched.clocks;
        [clocks.len(), clocks.iter().filter(|watched| !watched.is_even()).count()]
    }

    /// By kind, about how many episodes of a replication its faults begin.
    #[must_use]
    pub fn expected(&self) -> Vec<f64> {
        let mut expected = vec![0.0; self.watched.kinds];
        for clock in &self.watched.clocks {
            expected[clock.kind] += clock.rate * self.model.end().as_secs_f64() * self.forced[clock.kind][0];
        }
        expected
    }

    /// One replication: an unbiased estimate of what it loses, of each figure of the meter.
    pub fn run(&mut self, seed: u64, replication: u32) -> Vec<f64> {
        self.meter.reset();
        self.meter.empty();
        let none = self.meter.losses().clone();
        let main = Simulation::new(self.model, &mut self.state, seed, replication, &mut self.meter);
        let ledger = Ledger::new(&self.watched, main.state, self.model);
        let spare = |kind: usize| self.effort.spare.get(kind).copied().unwrap_or(0);
        let least = ledger.running.iter().enumerate();
        let calm = &Calm {
            standing: Standing::of(self.model, main.state, &ledger)
                .but(self.effort.spare.iter().sum::<u32>() as usize),
            running: least.map(|(kind, running)| running.saturating_sub(spare(kind))).collect(),
        };
        let branch_state = self.branch_state.take().unwrap_or_else(|| State::new(self.model));
        let fork = Fork {
            effort: &self.effort,
            calm,
            end: Time::ZERO + self.model.end(),
            hurried: &self.hurried,
            episode: 0,
            caught_up: Time::ZERO,
            work_max: self.work_max,
            work: Moment::new(branch_state, main.observer.clone(), ledger.clone()),
            diagnostics: &mut self.diagnostics,
            origins: &mut self.origins,
            squares: &mut self.squares,
            lost: none.clone(),
            raw: none.clone(),
        };
        let once = Once { main, ledger, calm, fork, forced: &self.forced, lost: none };
        let (lost, branch_state) = once.run();
        self.branch_state = Some(branch_state);
        lost.values().to_vec()
    }
}

impl Diagnostics {
    fn note(&mut self, weight: f64, lost: f64, work: u64) {
        self.branches += 1;
        self.work += work;
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
        self.work += other.work;
        self.steps += other.steps;
        self.hits += other.hits;
        self.weights += other.weights;
        self.lost += other.lost;
        self.lost_squared += other.lost_squared;
        self.lost_max = self.lost_max.max(other.lost_max);
        self.scatter += other.scatter;
    }

    /// As many branches that lose the same would know as much of the downtime (Kish).
    #[must_use]
    pub fn effective_hits(&self) -> f64 {
        if self.hits == 0 { 0.0 } else { self.lost * self.lost / self.lost_squared }
    }
}

/// No clock is hurried more than that: what would take it is beyond all horizons, and numbers stay finite.
const FACTOR_MAX: f64 = 1e100;

/// By kind: how much more often its clocks fire while all is well, those that ran from the beginning and new ones. Kinds that are expected less than once
/// over as many kinds as there are, share one failure a horizon.
fn forced(model: &Model, watched: &WatchedClocks<'_>) -> Vec<[f64; 2]> {
    let horizon_s = model.end().as_secs_f64();
    let mut expected = vec![[0.0; 2]; watched.kinds];
    for clock in &watched.clocks {
        let [old, new] = &mut expected[clock.kind];
        *old += clock.rate * horizon_s;
        // Where new lives are short, much more is to be expected of them.
        let new_hazard = clock.laws.iter().flatten().map(|law| law.hazard_between(false, 0.0, horizon_s));
        *new += new_hazard.sum::<f64>();
    }
    let share = 1.0 / watched.kinds as f64;
    // Of lives that cannot end within the horizon no factor makes any end.
    let factor = |expected: f64| if expected > 0.0 { (share / expected).clamp(1.0, FACTOR_MAX) } else { 1.0 };
    expected.into_iter().map(|both| both.map(factor)).collect()
}
