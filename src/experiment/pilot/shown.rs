//! What a few weighted replications have shown, and how many branches that asks for.

use super::super::rare::KEPT;
use super::{FIRST_MIN, PART_UNEVEN_MIN};
use crate::sim::rare::{EVEN, Effort, Origin, Way, allocate, left};

/// Branches that all episodes of a strategy together have, at least, where each may have no more than [`BRANCHES_MAX`].
const BRANCHES: f64 = 20_000.0;
/// More of one episode know little more, where most come to something: then it is the episodes that differ.
const BRANCHES_MAX: f64 = 32.0;
/// Where a mean is known worse than within a twentieth, there are up to so many times as many branches, and one episode may have as many as this.
const MORE: f64 = 8.0;
const MORE_MAX: f64 = 1_024.0;
pub(super) const EVENTS_WANTED: f64 = 400.0;
/// More are not worth it where the variance that is due to them is no more than so much of what is due to episodes. Assumption.
const SCATTER_LEFT: f64 = 0.25;
/// Where only some replications are lived again, this part of their episodes is. Assumption.
const PART_OF_FIRST: f64 = 0.5;
/// How far apart numbers of branches are that are thought of.
const FINER: f64 = 1.1;

/// What a few weighted replications have shown.
pub(super) struct Pilot {
    pub effort: Effort,
    /// Episodes of all replications to come, and their branches.
    pub episodes: f64,
    pub branches_lived: f64,
    /// What a branch costs, in looks, and what replications cost beside them, all together.
    pub looks: f64,
    pub steps: f64,
    /// The variance of replications, as a sum over them, and what is due to branches of one episode being unlike.
    pub squares: f64,
    pub scatter: f64,
    /// What began episodes.
    pub origins: Vec<Origin>,
    /// By service asked about.
    pub seen: Vec<Seen>,
}

pub(super) struct Seen {
    /// Whether too few outages are to be expected of all replications.
    pub is_rare: bool,
    /// Or too little is known of the worst.
    pub is_uneven: bool,
    /// As many events of one size will know as much of its downtime, with as many branches; and by plain replications.
    pub events: f64,
    pub plain_events: f64,
    /// Whether anything was seen of each figure: what the results have of those that nothing was seen of would be told by luck.
    pub figures: [bool; KEPT.len()],
}

impl Pilot {
    /// Of the service that will be known worst.
    pub(super) fn events(&self) -> f64 {
        self.seen.iter().map(|seen| seen.events).fold(f64::INFINITY, f64::min)
    }

    /// How many ways to go on from each episode, or each level of it, so many looks can pay for; below one, from which part of them.
    pub(super) fn affordable(&self, looks: f64) -> f64 {
        (looks - self.steps) / self.looks_of_one()
    }

    /// What one way to go on from each episode costs.
    fn looks_of_one(&self) -> f64 {
        // A branch of a pilot is counted for each level that it lives.
        let levels = self.branches_lived / (self.episodes * self.effort.branches).max(1.0);
        self.episodes.max(1.0) * levels.max(1.0) * self.looks.max(1.0)
    }

    /// The same of so many of the first replications as that pays for, where nobody is rare and it does not pay for all: a thousand at least, and if it does
    /// not pay for those either nobody is told by them.
    pub(super) fn of_first(self, looks: f64, replications: usize) -> (Pilot, usize) {
        let all = replications as f64;
        let part = looks / (self.steps + PART_OF_FIRST * self.looks_of_one());
        let is_rare = self.seen.iter().any(|seen| seen.is_rare);
        let first = ((part * all) as usize).max(FIRST_MIN.min(replications));
        if is_rare || self.affordable(looks) >= PART_UNEVEN_MIN || first >= replications {
            return (self, replications);
        }
        let part = first as f64 / all;
        let seen = self.seen.into_iter().map(|seen| Seen { events: seen.events * part, ..seen }).collect();
        let (episodes, steps) = (self.episodes * part, self.steps * part);
        let branches_lived = self.branches_lived * part;
        (Pilot { seen, episodes, steps, branches_lived, ..self }, first)
    }

    /// `times` as many as usual, and at most so many.
    fn branches_for(&self, times: f64, most: f64, looks: f64) -> f64 {
        let usual = BRANCHES * times / self.episodes.max(1.0);
        usual.min(most).max(1.0).min(self.affordable(looks))
    }

    /// As many as usual.
    pub(super) fn branches_usual(&self, looks: f64) -> f64 {
        self.branches_for(1.0, BRANCHES_MAX, looks)
    }

    /// What is known of the worst for what it costs.
    pub(super) fn worth(&self) -> f64 {
        self.events() / (self.branches_lived * self.looks).max(1.0)
    }

    /// By what begins an episode, how many branches it is to have, so many on average.
    pub(super) fn by_origin(&self, branches: f64) -> Vec<f64> {
        match self.effort.way {
            Way::Forcing => allocate(&self.origins, branches),
            Way::Splitting => Vec::new(),
        }
    }

    /// The variance that would be due to branches of one episode being unlike, with so many on average.
    fn scatter(&self, branches: f64) -> f64 {
        match self.effort.way {
            // Branches go where they matter to all services together: what is said of a single one leans on the quarter that is spread evenly over episodes.
            Way::Forcing if self.seen.len() > 1 => {
                left(&self.origins, &vec![EVEN * branches; self.origins.len()])
            }
            Way::Forcing => left(&self.origins, &self.by_origin(branches)),
            // All of it is taken to be.
            Way::Splitting => self.scatter * self.effort.branches / branches,
        }
    }

    /// How many times the events of the pilot so many branches will know: only the part of the variance that is theirs depends on their number.
    pub(super) fn gain(&self, branches: f64) -> f64 {
        let own = match self.effort.branches >= 2.0 {
            true => self.scatter,
            // What a part of the episodes leaves out is as unlike as they are.
            false if !self.effort.by_origin.is_empty() => {
                left(&self.origins, &self.effort.by_origin).min(self.squares)
            }
            // Of single branches nobody knows how unlike they are.
            false => return branches / self.effort.branches,
        };
        self.squares / (self.squares - own + self.scatter(branches))
    }

    /// As many as should know enough, where those of the pilot do not; where none would, as many as leave it to the episodes mostly.
    pub(super) fn branches_wanted(&self, looks: f64) -> f64 {
        let most = self.branches_for(MORE, MORE_MAX, looks);
        let mut branches = self.branches_usual(looks);
        let is_enough = |branches: f64| {
            self.events() * self.gain(branches) >= EVENTS_WANTED
                || self.scatter(branches) <= SCATTER_LEFT * (self.squares - self.scatter)
        };
        while branches < most && !is_enough(branches) {
            branches = (branches * FINER).min(most);
        }
        branches
    }
}
