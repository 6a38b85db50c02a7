//! One fault and laws of any kind: an alternating renewal process.
//!
//! A clock runs for a life X, stands still while its component is out for D, and begins a new life. What stands on it comes back S
//! after the clock does, or fails again before. In the long run (Cox, "Renewal theory", 1962, chapter 7)
//!
//! ```text
//! P(down) = (E D + E min(S, X)) / (E X + E D),   breaks a second = P(X > S) / (E X + E D)
//! ```
//!
//! How it gets there from where it begins is found on a lattice ([`Lattice`]): with s_n the chance that a life begins at point n and
//! f_n that one ends, f = first + s * X and s = f * D. Where the lattice reaches the long run it only says what part of that has come about
//! by when, so that its steps matter little.

use super::lattice::Lattice;
use super::settling::BEYOND;
use crate::engine::Law;

/// Points of the lattice on which a way back is summed up.
const BACK_POINTS: usize = 2_000;

/// A component that goes through lives, and what is out with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Renewal {
    /// The faults that end a life, of which the first to come does: several only where all are exponential.
    pub lives: Vec<Law>,
    /// For each of these, how long its clock stands still: the sum of several.
    pub outs: Vec<Vec<Law>>,
    /// The way back after it: the sum of several.
    pub back: Vec<Law>,
    /// Whether it has been in service for ever when time begins, and not just come.
    pub is_stationary: bool,
}

/// How a renewal process is in the long run, or within a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Condition {
    /// The part of the time down.
    pub down: f64,
    /// How often a second it goes down.
    pub breaks: f64,
}

impl Condition {
    /// This one as a part of what it comes to on a lattice, and so of what it comes to.
    pub(super) fn as_part(&self, on_lattice: &Condition, end: &Condition) -> Condition {
        let part = |now: f64, then: f64| if then > 0.0 { now / then } else { 1.0 };
        Condition {
            down: end.down * part(self.down, on_lattice.down),
            breaks: end.breaks * part(self.breaks, on_lattice.breaks),
        }
    }
}

impl Renewal {
    /// The law of a life, of which there is one.
    fn life(&self) -> Law {
        match &self.lives[..] {
            [one] => one.clone(),
            several => {
                let rate: f64 = several.iter().map(|law| 1.0 / law.mean_s()).sum();
                Law::exponential(1.0 / rate).expect("rates of faults add up to one")
            }
        }
    }

    /// By fault, how likely it is that it ends a life, and how long the clock stands still then.
    fn outs_by_chance(&self) -> Vec<(f64, &[Law])> {
        let rates = self.lives.iter().map(|law| 1.0 / law.mean_s());
        rates.zip(&self.outs).map(|(rate, out)| (rate, &out[..])).collect()
    }

    fn out_mean_s(&self) -> f64 {
        let outs = self.outs_by_chance();
        let all: f64 = outs.iter().map(|out| out.0).sum();
        outs.iter().map(|(rate, out)| rate / all * out.iter().map(Law::mean_s).sum::<f64>()).sum()
    }

    /// What becomes of it in the long run.
    pub(super) fn long_run(&self) -> Condition {
        let cycle_s = self.life().mean_s() + self.out_mean_s();
        let (lived_s, outlived) = self.way_back();
        Condition { down: (self.out_mean_s() + lived_s) / cycle_s, breaks: outlived / cycle_s }
    }

    /// How much of a way back a life lasts, and how likely it is that it lasts longer.
    fn way_back(&self) -> (f64, f64) {
        let life = self.life();
        let back_s: f64 = self.back.iter().map(|law| reach_s(law, 1e-9)).sum();
        if back_s == 0.0 {
            return (0.0, 1.0);
        }
        let step_s = back_s / (BACK_POINTS - 2) as f64;
        let back = sum_of(&self.back, step_s, BACK_POINTS);
        let mean = |part: &dyn Fn(f64) -> f64| -> f64 {
            let points = back.chances().iter().enumerate();
            points.map(|(point, mass)| mass * part(point as f64 * step_s)).sum()
        };
        // E min(s, X) is what the residual life has spent of the mean at s.
        let lived = |s: f64| life.mean_s() * (1.0 - life.residual_survival(s));
        (mean(&lived), mean(&|s| life.survival(s)))
    }

    /// How far its longest durations reach, one after the other.
    pub(super) fn reach_s(&self) -> f64 {
        let longest = |out: &Vec<Law>| out.iter().map(|law| reach_s(law, BEYOND)).sum::<f64>();
        let out_s = self.outs.iter().map(longest).fold(0.0, f64::max);
        let back_s: f64 = self.back.iter().map(|law| reach_s(law, BEYOND)).sum();
        // Exponential lives begin anew at every instant; others are remembered as well.
        match self.life() {
            Law::Exponential { .. } => out_s + back_s,
            life => out_s + back_s + reach_s(&life, BEYOND),
        }
    }

    /// By steps of a lattice, how it is in each on average.
    pub(super) fn path(&self, step_s: f64, steps: usize) -> Vec<Condition> {
        let life = self.life();
        let points = steps + 1;
        let ends = Lattice::of(&[(1.0, &life)], step_s, points);
        let first =
            if self.is_stationary { Lattice::residual_of(&life, step_s, points) } else { ends.clone() };
        let out = self.out(step_s, points);
        let back = sum_of(&self.back, step_s, points);
        let (mut begun, mut ended) = (vec![0.0; points], vec![0.0; points]);
        let (x, d) = (ends.chances(), out.chances());
        for point in 0..points {
            let of = |past: &[f64], by: &[f64]| -> f64 {
                (0..point).map(|from| past[from] * by[point - from]).sum()
            };
            let (begins, ends) = (of(&ended, d), first.chances()[point] + of(&begun, x));
            // Lives and outages of no length follow each other at the same point.
            begun[point] = (begins + d[0] * ends) / (1.0 - x[0] * d[0]);
            ended[point] = ends + x[0] * begun[point];
        }
        // After what happens at a point: out, or on the way back of a life that has begun. Lives that end before that are no breaks.
        let outs = out.longer();
        let on_its_way = both(&ends.longer(), &back.longer());
        let not_sooner: Vec<f64> = back
            .longer()
            .iter()
            .zip(back.chances())
            .map(|(longer, as_long)| longer + as_long / 2.0)
            .collect();
        let mut hidden = both(ends.chances(), &not_sooner);
        // So many of all lives; of steps that are longer than the way back only that is known.
        let (all, known): (f64, f64) = (hidden.iter().sum(), 1.0 - self.way_back().1);
        hidden.iter_mut().for_each(|part| *part *= if all > 0.0 { known / all } else { 0.0 });
        let until = |point: usize, past: &[f64], by: &[f64]| -> f64 {
            (0..=point).map(|from| past[from] * by[point - from]).sum()
        };
        let breaks: Vec<f64> =
            (0..points).map(|point| ended[point] - until(point, &begun, &hidden)).collect();
        let at = |step: usize| Condition {
            down: until(step, &ended, &outs) + until(step, &begun, &on_its_way),
            // A point stands for half a step on either side, the first for what is after it.
            breaks: (if step == 0 { breaks[0] } else { breaks[step] / 2.0 } + breaks[step + 1] / 2.0)
                / step_s,
        };
        (0..steps).map(at).collect()
    }

    fn out(&self, step_s: f64, points: usize) -> Lattice {
        let outs = self.outs_by_chance();
        if outs.iter().all(|out| out.1.len() == 1) {
            let laws: Vec<(f64, &Law)> = outs.iter().map(|(rate, out)| (*rate, &out[0])).collect();
            return Lattice::of(&laws, step_s, points);
        }
        let sums: Vec<(f64, Lattice)> =
            outs.iter().map(|(rate, out)| (*rate, sum_of(out, step_s, points))).collect();
        Lattice::mixed(&sums)
    }
}

fn both(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(a, b)| a * b).collect()
}

/// The sum of durations.
fn sum_of(laws: &[Law], step_s: f64, points: usize) -> Lattice {
    let mut sum: Option<Lattice> = None;
    for law in laws.iter().filter(|law| law.mean_s() > 0.0) {
        let next = Lattice::of(&[(1.0, law)], step_s, points);
        sum = Some(sum.map_or(next.clone(), |sum| sum.plus(&next)));
    }
    sum.unwrap_or_else(|| Lattice::none(points))
}

/// How far a duration reaches: no more than such a part of its residual life is longer.
pub(super) fn reach_s(law: &Law, beyond: f64) -> f64 {
    if law.mean_s() > 0.0 { law.inverse_residual_survival(beyond) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states: P(down at t) = U (1 - exp(-(λ + μ) t)), told of a Weibull law of shape 1, which is remembered as any other.
    #[test]
    fn two_states_on_a_lattice() {
        let law = |mean_s| Law::weibull_from_mean(1.0, mean_s).unwrap();
        let renewal = Renewal {
            lives: vec![law(60.0)],
            outs: vec![vec![law(5.0)]],
            back: Vec::new(),
            is_stationary: false,
        };
        let unavailable = 5.0 / 65.0;
        let long_run = renewal.long_run();
        assert!((long_run.down - unavailable).abs() < 1e-12 && (long_run.breaks * 65.0 - 1.0).abs() < 1e-12);
        let rate = 1.0 / 60.0 + 1.0 / 5.0;
        for (step_s, steps) in [(0.1, 400), (0.5, 2_000), (2.0, 1_000), (3.0, 2_000)] {
            for (step, found) in renewal.path(step_s, steps).into_iter().enumerate() {
                // The mean over the step.
                let (from, to) = (step as f64 * step_s, (step + 1) as f64 * step_s);
                let left = (libm::exp(-rate * from) - libm::exp(-rate * to)) / (rate * step_s);
                let down = unavailable * (1.0 - left);
                // The lever tells the first step less well than those after it.
                let first = if step == 0 { rate * step_s } else { 0.0 };
                let off = 0.1 * libm::pow(rate * step_s, 2.0) + first;
                let near = |found: f64, exact: f64, end: f64| (found - exact).abs() < off * end;
                assert!(near(found.down, down, long_run.down), "{step_s} {step}: {found:?} {down}");
                let breaks = (1.0 - down) / 60.0;
                assert!(near(found.breaks, breaks, long_run.breaks), "{step_s} {step}: {found:?} {breaks}");
            }
        }
    }
}
