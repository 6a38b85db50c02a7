//! Hosts that are all alike, whose lives are exponential, and one person who repairs them in any order, each repair of any law.
//!
//! With λ the rate of one of n hosts, and d the number of those that are down, repairs begin with d ≥ 2 down as often as one
//! host more goes down, at the rate λ (n - d) π_d: what goes up to d + 1 comes down from it, and each repair that leaves anybody down is
//! followed by another. With one down they begin from idle as well. A repair that began with i down finds d of them after u with the chance
//! of d - i failures among n - i in u, so that with S(u) the chance that it takes longer
//!
//! ```text
//! π_d = Σ_i v_i b_id,   b_id = ∫ S(u) C(n-i, d-i) (1 - e^(-λu))^(d-i) e^(-λu(n-d)) du,   v_d = λ (n - d) π_d + [d = 1] λ n π_0
//! ```
//!
//! (the M/G/1 queue with a finite source: Takács, "Introduction to the theory of queues", 1962, chapter 5). As v_d only needs π_d, the
//! equations are solved one after the other, and nothing is subtracted that is nearly alike however rare a state is.
//!
//! How it gets there from a start with all of them up is found on a lattice, by the age of the repair that is under way.

use std::collections::VecDeque;

use super::chain::REWARDS;
use super::lattice::Lattice;
use super::renewal::reach_s;
use super::settling::{BEYOND, Settling, Window, window};
use super::worth::Worth;
use crate::engine::Law;

/// Steps of the finer of two lattices.
const STEPS: usize = 1_000;
/// Parts of a repair, each longer than the one before by as little as they take to cover it, over which what may fail meanwhile is held
/// constant.
const PARTS: usize = 40_000;
/// A repair that is no longer than this part of the mean is one that has just begun.
const SOON: f64 = 1e-9;
/// Where a repair brings so many others with it that the crew is hardly ever idle nothing is told.
const BUSY_MAX: f64 = 0.9;
/// More failures within a step of the lattice that are rarer than this are none: rare states are come to one by one.
const NEVER: f64 = 1e-12;

/// Hosts with one crew.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OneCrew {
    pub hosts: usize,
    /// Failures a second of one of them.
    pub rate: f64,
    /// A repair: one of several laws, by their weights.
    pub repair: Vec<(f64, Law)>,
    pub worth: Worth,
}

impl OneCrew {
    /// What they earn from `from_s` seconds after their beginning, for `lasts_s` seconds. None where they are hardly ever up.
    pub(super) fn earned(&self, from_s: f64, lasts_s: f64) -> Option<Window> {
        let in_the_end = self.long_run();
        let settled = self.rates(&in_the_end);
        let longest = self.repair.iter().map(|(_, law)| reach_s(law, BEYOND)).fold(0.0, f64::max);
        // A busy time is as long as its repairs, each of which brings `again` others with it.
        let again = self.rate * (self.hosts - 1) as f64 * self.mean_s();
        if again >= BUSY_MAX {
            return None;
        }
        let reach_s = longest + self.mean_s() / (1.0 - again);
        let along = |step_s: f64, steps: usize, settles: bool| {
            let path = self.path(step_s, steps);
            let last = &path[steps - 1];
            let part_of = |(d, now): (usize, f64)| match settles && last[d] > 0.0 {
                true => in_the_end[d] * now / last[d],
                false => now,
            };
            let at = |down: &Vec<f64>| {
                self.rates(&down.iter().copied().enumerate().map(part_of).collect::<Vec<f64>>())
            };
            path.iter().map(at).collect()
        };
        window(
            (from_s, lasts_s),
            &Settling { settled, reach_s, parts: self.hosts, steps: STEPS, along: &along },
        )
    }

    fn mean_s(&self) -> f64 {
        let all: f64 = self.repair.iter().map(|law| law.0).sum();
        self.repair.iter().map(|(weight, law)| weight / all * law.mean_s()).sum()
    }

    /// What is earned a second, from how likely each number of those that are down is.
    fn rates(&self, down: &[f64]) -> [f64; REWARDS] {
        let up: Vec<f64> = down.iter().rev().copied().collect();
        let falls: Vec<f64> = (1..=self.hosts).map(|up_now| self.rate * up_now as f64 * up[up_now]).collect();
        self.worth.rates(&up, &falls)
    }

    /// By how many are down, the part of the time that they are in the long run.
    fn long_run(&self) -> Vec<f64> {
        let n = self.hosts;
        let spent = self.spent_s();
        let mut pi = vec![0.0; n + 1];
        let mut begun = vec![0.0; n + 1];
        pi[0] = 1.0;
        for d in 1..=n {
            let from_below: f64 = (1..d).map(|i| begun[i] * spent[i][d]).sum();
            let from_idle = if d == 1 { self.rate * n as f64 } else { 0.0 };
            let more = self.rate * (n - d) as f64;
            // π_d = from_below + (from_idle + more π_d) b_dd.
            pi[d] = (from_below + from_idle * spent[d][d]) / (1.0 - more * spent[d][d]);
            begun[d] = from_idle + more * pi[d];
        }
        let all: f64 = pi.iter().sum();
        pi.iter().map(|part| part / all).collect()
    }

    /// By how many are down as a repair begins and by how many are while it lasts, for how many of its seconds.
    fn spent_s(&self) -> Vec<Vec<f64>> {
        let n = self.hosts;
        let mut spent = vec![vec![0.0; n + 1]; n + 1];
        let all: f64 = self.repair.iter().map(|law| law.0).sum();
        for (weight, law) in self.repair.iter().filter(|(_, law)| law.mean_s() > 0.0) {
            let (first, last) = (SOON * law.mean_s(), reach_s(law, 1e-15));
            let factor = libm::pow(last / first, 1.0 / PARTS as f64);
            let (mut begins_s, mut left) = (0.0, 1.0);
            let mut ends_s = first;
            for part in 0..=PARTS {
                let after = if part == PARTS { 0.0 } else { law.residual_survival(ends_s) };
                // The seconds of this part that repairs last, exactly.
                let seconds = weight / all * law.mean_s() * (left - after);
                let fails = -libm::expm1(-self.rate * f64::midpoint(begins_s, ends_s));
                for (i, spent) in spent.iter_mut().enumerate().skip(1) {
                    for (more, chance) in numbers(n - i, fails, 0.0).into_iter().enumerate() {
                        spent[i + more] += seconds * chance;
                    }
                }
                (begins_s, left) = (ends_s, after);
                ends_s *= factor;
            }
        }
        spent
    }

    /// By steps of a lattice, how likely each number of those that are down is on average.
    fn path(&self, step_s: f64, steps: usize) -> Vec<Vec<f64>> {
        let n = self.hosts;
        let laws: Vec<(f64, &Law)> = self.repair.iter().map(|(weight, law)| (*weight, law)).collect();
        let ends = Lattice::of(&laws, step_s, steps + 1).ends();
        let fails = -libm::expm1(-self.rate * step_s);
        let failures: Vec<Vec<f64>> = (0..=n).map(|up| numbers(up, fails, NEVER)).collect();
        let mut idle = 1.0;
        // By age of the repair, by how many are down.
        let mut busy: VecDeque<Vec<f64>> = VecDeque::from([vec![0.0; n + 1]]);
        let number = |idle: f64, busy: &VecDeque<Vec<f64>>| {
            let mut number = vec![0.0; n + 1];
            for row in busy {
                number.iter_mut().zip(row).for_each(|(sum, part)| *sum += part);
            }
            number[0] += idle;
            number
        };
        let mut path = Vec::with_capacity(steps);
        for _ in 0..steps {
            let begun = end(&mut busy, &ends);
            idle += begun[0];
            busy[0].iter_mut().zip(&begun).skip(1).for_each(|(sum, part)| *sum += part);
            let before = number(idle, &busy);
            for row in &mut busy {
                fail(row, &failures);
            }
            let mut fresh = vec![0.0; n + 1];
            fresh[0] = idle;
            fail(&mut fresh, &failures);
            idle = std::mem::take(&mut fresh[0]);
            let after: Vec<f64> = number(idle, &busy).iter().zip(&fresh).map(|(a, b)| a + b).collect();
            path.push(before.iter().zip(after).map(|(a, b)| f64::midpoint(*a, b)).collect());
            // Who has failed in this step has been repaired for half of it: one half for none, the other for all of it.
            for (down, part) in fresh.iter_mut().enumerate().skip(1) {
                *part /= 2.0;
                let over = *part * ends[0];
                busy[0][down] += *part - over;
                if down == 1 {
                    idle += over;
                } else {
                    busy[0][down - 1] += over;
                }
            }
            busy.push_front(fresh);
        }
        path
    }
}

/// Repairs end, by their age, and others begin. By how many are down as they do; with nobody down none does.
fn end(busy: &mut VecDeque<Vec<f64>>, ends: &[f64]) -> Vec<f64> {
    let hosts = busy[0].len() - 1;
    let mut begun = vec![0.0; hosts + 1];
    for (row, ends) in busy.iter_mut().zip(ends) {
        for down in 1..=hosts {
            let over = row[down] * ends;
            row[down] -= over;
            begun[down - 1] += over;
        }
    }
    // Some take no time at all.
    for down in (1..hosts).rev() {
        let over = begun[down] * ends[0];
        begun[down] -= over;
        begun[down - 1] += over;
    }
    begun
}

/// Hosts fail within a step, of those that are up.
fn fail(row: &mut [f64], failures: &[Vec<f64>]) {
    let n = row.len() - 1;
    for d in (0..n).rev() {
        let here = std::mem::take(&mut row[d]);
        if here == 0.0 {
            continue;
        }
        for (more, chance) in failures[n - d].iter().enumerate() {
            row[d + more] += here * chance;
        }
    }
}

/// How likely it is that so many of these fail, each with the same chance: more than two only where that is likely enough.
fn numbers(of: usize, fails: f64, never: f64) -> Vec<f64> {
    // From the likely end, so that nothing is divided by what is none.
    let (few, chance) = (fails <= 0.5, fails.min(1.0 - fails));
    let mut chances = Vec::with_capacity(of + 1);
    let mut now = libm::exp(of as f64 * libm::log1p(-chance));
    for number in 0..=of {
        if few && now < never && number > 2 {
            return chances;
        }
        chances.push(now);
        now *= (of - number) as f64 / (number + 1) as f64 * chance / (1.0 - chance);
    }
    if !few {
        chances.reverse();
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_those_that_fail() {
        for fails in [0.0, 1e-9, 0.3, 0.5, 0.7, 1.0 - 1e-9, 1.0] {
            let chances = numbers(5, fails, 0.0);
            let mean: f64 = chances.iter().enumerate().map(|(number, chance)| number as f64 * chance).sum();
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!((mean - 5.0 * fails).abs() < 1e-12, "{fails}: {mean}");
        }
        assert!((numbers(5, 1e-9, 0.0)[3] / 1e-26 - 1.0).abs() < 1e-8);
        assert_eq!(numbers(5, 1e-9, NEVER).len(), 3);
    }
}
