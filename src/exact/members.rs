//! Components that fail independently of each other, each by a fault of its own: how many of them are up.
//!
//! Each is a [`Renewal`] process, and the number of those that are up a sum of as many coins as there are components. At most one goes
//! down at an instant, so with w_i how often a second component i goes down, j of them become j - 1 at the rate
//! Σ_i w_i P(j - 1 of the others are up).

use super::chain::REWARDS;
use super::renewal::{Condition, Renewal};
use super::settling::{Settling, Window, window};
use super::worth::Worth;

/// Steps of the finer of two lattices.
const STEPS: usize = 3_000;

/// Components, and what it is worth that so many of them are up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Members {
    pub members: Vec<Renewal>,
    pub worth: Worth,
}

impl Members {
    /// What they earn from `from_s` seconds after their beginning, for `lasts_s` seconds. None where that does not settle.
    pub(super) fn earned(&self, from_s: f64, lasts_s: f64) -> Option<Window> {
        // Those that are alike are looked at once.
        let mut kinds: Vec<&Renewal> = Vec::new();
        let mut kind_of = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let known = kinds.iter().position(|other| *other == member);
            kind_of.push(known.unwrap_or(kinds.len()));
            if known.is_none() {
                kinds.push(member);
            }
        }
        let in_the_end: Vec<Condition> = kinds.iter().map(|kind| kind.long_run()).collect();
        let settled = self.rates(&kind_of, &in_the_end);
        let reach_s = kinds.iter().map(|kind| kind.reach_s()).fold(0.0, f64::max);
        let along = |step_s: f64, steps: usize, settles: bool| {
            let paths: Vec<Vec<Condition>> = kinds.iter().map(|kind| kind.path(step_s, steps)).collect();
            let at = |step: usize| {
                let part_of = |(path, end): (&Vec<Condition>, &Condition)| {
                    if settles { path[step].as_part(&path[steps - 1], end) } else { path[step] }
                };
                let conditions: Vec<Condition> = paths.iter().zip(&in_the_end).map(part_of).collect();
                self.rates(&kind_of, &conditions)
            };
            (0..steps).map(at).collect()
        };
        window(
            (from_s, lasts_s),
            &Settling { settled, reach_s, parts: self.members.len(), steps: STEPS, along: &along },
        )
    }

    /// What they earn a second, from what each kind is doing.
    fn rates(&self, kind_of: &[usize], conditions: &[Condition]) -> [f64; REWARDS] {
        let states: Vec<Condition> = kind_of.iter().map(|&kind| conditions[kind]).collect();
        let up = numbers_up(states.iter().map(|state| state.down));
        let mut falls = vec![0.0; states.len()];
        let mut told: Vec<usize> = Vec::new();
        for (number, state) in states.iter().enumerate() {
            if told.contains(&kind_of[number]) {
                continue;
            }
            told.push(kind_of[number]);
            let alike = kind_of.iter().filter(|kind| **kind == kind_of[number]).count();
            let others = (0..states.len()).filter(|other| *other != number).map(|other| states[other].down);
            for (fall, chance) in falls.iter_mut().zip(numbers_up(others)) {
                *fall += alike as f64 * state.breaks * chance;
            }
        }
        self.worth.rates(&up, &falls)
    }
}

/// By how many are up, how likely that is, from the chances of each to be down.
fn numbers_up(down: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut chances = vec![1.0];
    for down in down {
        chances.push(0.0);
        for up in (0..chances.len()).rev() {
            let one_less = if up > 0 { chances[up - 1] } else { 0.0 };
            chances[up] = down * chances[up] + (1.0 - down) * one_less;
        }
    }
    chances
}
