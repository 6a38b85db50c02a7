//! An episode, lived again: in branches that go all the way, or level by level.
//!
//! *Fixed-effort splitting* (Garvels and Kroese 1998; Villén-Altamirano's RESTART in its simplest form; L'Ecuyer, Le Gland, Lezaud and
//! Tuffin, "Splitting techniques", in Rubino and Tuffin 2009): as many branches go on from each level until one more component is out,
//! which is the next level. From those that got there as many again are drawn, each as often as its weight deserves, and all go
//! on with the mean of the weights. So weights never differ by more than one level makes them, however many failures it takes to an
//! outage; within a level faults are made likelier as always.

use super::super::Simulation;
use super::branch::{Branch, Stop};
use super::calm::Calm;
use super::ledger::Ledger;
use super::moment::Moment;
use super::{Diagnostics, Effort, Losses, Meter, Origin, Way};
use crate::engine::{Randomness, Span, Stream, Time};

/// So long VMs that concern nobody are left alone: what each branch lives of their past is little then, and they are all looked at seldom.
/// Assumption.
const PRIVATE_MAX: Span = Span(30 * 86_400_000_000);

/// Levels of an episode; beyond them branches go all the way.
const LEVELS: u32 = 16;

/// What it takes to live an episode again, kept from one to the next.
pub(super) struct Fork<'r, 'w, 'm, M> {
    pub effort: &'r Effort,
    /// When all is well, and when the replication ends.
    pub calm: &'r Calm,
    pub end: Time,
    /// Clocks that may be hurried while all is well.
    pub hurried: &'r [u32],
    pub episode: u32,
    /// Up to when at least private VMs have lived.
    pub caught_up: Time,
    /// The most that all may cost.
    pub work_max: u64,
    pub work: Moment<'w, 'm, M>,
    pub diagnostics: &'r mut Diagnostics,
    pub origins: &'r mut [Origin],
    /// The sum of the squares of what all episodes lose, of each figure.
    pub squares: &'r mut [f64],
    /// What the last branch has lost, weighted as it was lost, and as it was.
    pub lost: Losses,
    pub raw: Losses,
}

impl<'w, 'm, M: Meter> Fork<'_, 'w, 'm, M> {
    /// Lives an episode from here on, which an event that has just been taken begins or nothing any more, and adds what it loses on
    /// average.
    pub(super) fn live(
        &mut self,
        main: &mut Simulation<'m, &mut M>,
        ledger: &mut Ledger<'w, 'm>,
        (first, origin): (Option<(Time, u32)>, usize),
        lost: &mut Losses,
    ) {
        self.episode += 1;
        self.diagnostics.episodes += 1;
        // What VMs have done that concern nobody need not be lived once more by every branch.
        let begins = first.map_or(main.now, |(at, _)| at);
        if begins.since(self.caught_up) > PRIVATE_MAX {
            main.catch_up_with_all(begins);
            self.caught_up = begins;
        }
        // Where not each can be lived again some count for all; and some have one branch more than others.
        let wanted = self.effort.branches_of(origin);
        let uniform = self.random(main, u32::MAX).uniform(Stream::new("rare events", "part"), 0);
        let branches = (wanted + uniform) as u32;
        if branches == 0 {
            return;
        }
        let many = if wanted < 1.0 { wanted } else { f64::from(branches) };
        let each = libm::exp(ledger.log_weight(self.hurried)) / many;
        if self.effort.way == Way::Splitting {
            return self.split(main, ledger, first, (branches, each, lost));
        }
        let (mut sum, mut squares, before) = (0.0, 0.0, self.diagnostics.work);
        for branch in 0..branches {
            if self.gives_up() {
                return;
            }
            self.work.take(main, ledger);
            let (_, weight, work) = self.branch(main, branch, first, u32::MAX);
            let downtime = self.account(each, weight, work, lost);
            (sum, squares) = (sum + downtime, squares + downtime * downtime);
        }
        let count = f64::from(branches);
        let apart = (squares - sum * sum / count).max(0.0) / (count - 1.0).max(1.0);
        self.diagnostics.scatter += apart * count;
        self.origins[origin].merge(&Origin {
            episodes: 1,
            branches: u64::from(branches),
            work: self.diagnostics.work - before,
            variance: apart * many * many,
            square: squares / count * many * many,
        });
    }

    /// Level by level.
    fn split(
        &mut self,
        main: &mut Simulation<'m, &mut M>,
        ledger: &mut Ledger<'w, 'm>,
        first: Option<(Time, u32)>,
        (branches, each, lost): (u32, f64, &mut Losses),
    ) {
        let out = ledger.out();
        let mut entries: Vec<Moment<'w, 'm, M>> = Vec::new();
        // Which entry each branch goes on from, and what all of them weigh.
        let (mut from, mut weight): (Vec<usize>, f64) = (vec![0; branches as usize], 1.0);
        for level in 0..LEVELS {
            let goal = if level + 1 == LEVELS { u32::MAX } else { out + 1 + level };
            let mut reached: Vec<(Moment<'w, 'm, M>, f64)> = Vec::new();
            for (branch, &entry) in from.iter().enumerate() {
                if self.gives_up() {
                    return;
                }
                let first = if level == 0 {
                    self.work.take(main, ledger);
                    first
                } else {
                    self.work.copy(&entries[entry]);
                    None
                };
                let (stop, own, work) = self.branch(main, (level << 16) | branch as u32, first, goal);
                self.account(each * weight, own, work, lost);
                if stop == Stop::Level {
                    reached.push((self.work.kept(), own));
                }
            }
            let all: f64 = reached.iter().map(|(_, own)| own).sum();
            if reached.is_empty() || all == 0.0 {
                return;
            }
            weight *= all / f64::from(branches);
            let random = self.random(main, level << 16 | 0xffff);
            from = systematic(
                reached.iter().map(|(_, own)| own / all),
                random.uniform(Stream::new("rare events", "levels"), 0),
                branches,
            );
            entries = reached.into_iter().map(|(moment, _)| moment).collect();
        }
    }

    pub(super) fn gives_up(&self) -> bool {
        self.diagnostics.work + self.diagnostics.steps > self.work_max
    }

    /// One way from where `work` is: how it ended, its weight, and what it cost. What it loses is in `lost`.
    fn branch(
        &mut self,
        main: &Simulation<'m, &mut M>,
        number: u32,
        first: Option<(Time, u32)>,
        goal: u32,
    ) -> (Stop, f64, u64) {
        let random = self.random(main, number);
        let (run, ledger) = self.work.go_on(main, random);
        let found = [&mut self.lost, &mut self.raw];
        let lived = Branch::new(run, ledger, (self.calm, self.hurried, self.end, goal), found).live(first);
        self.work.reached(lived.at);
        (lived.stop, lived.weight, lived.work)
    }

    fn random(&self, main: &Simulation<'m, &mut M>, number: u32) -> Randomness {
        let number = (u64::from(self.episode) << 32) | u64::from(number);
        Randomness::new(main.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15), main.replication)
    }

    /// Adds what a branch has lost; the downtime among that.
    fn account(&mut self, each: f64, weight: f64, work: u64, lost: &mut Losses) -> f64 {
        let mut downtime = 0.0;
        for ((service, more), (_, raw)) in self.lost.rows().zip(self.raw.rows()) {
            // As it would be in a plain replication: what is weighted as it is lost stands for the weight.
            let squares = &mut self.squares[service * more.len()..];
            for ((square, more), raw) in squares.iter_mut().zip(more).zip(raw) {
                *square += each * more * raw;
            }
            downtime += M::downtime(more) * each;
        }
        lost.add(each, &self.lost);
        self.diagnostics.note(weight, downtime, work);
        downtime
    }
}

/// Draws `many` of some, each as often on average as its share says, with one uniform number (Kitagawa 1996).
fn systematic(shares: impl Iterator<Item = f64>, uniform: f64, many: u32) -> Vec<usize> {
    let mut chosen = Vec::with_capacity(many as usize);
    let (mut sum, mut last) = (0.0, 0);
    for (number, share) in shares.enumerate() {
        sum += share * f64::from(many);
        last = number;
        while (chosen.len() as f64) + uniform < sum && chosen.len() < many as usize {
            chosen.push(number);
        }
    }
    // What rounding leaves falls to the last.
    chosen.resize(many as usize, last);
    chosen
}

#[cfg(test)]
mod tests {
    use super::systematic;

    #[test]
    fn each_is_drawn_as_often_as_it_deserves() {
        let shares = [0.1, 0.45, 0.05, 0.4];
        let mut counts = [0_u32; 4];
        for cell in 0..1_000 {
            let chosen = systematic(shares.into_iter(), (f64::from(cell) + 0.5) / 1_000.0, 8);
            assert_eq!(chosen.len(), 8);
            chosen.iter().for_each(|&number| counts[number] += 1);
        }
        for (count, share) in counts.iter().zip(shares) {
            assert!((f64::from(*count) - 8_000.0 * share).abs() <= 8.0, "{counts:?}");
        }
    }
}
