//! What a chain earns over a window of time, from its first state on.
//!
//! Uniformization (Jensen 1953; Grassmann 1977): the chain makes a step at the instants of a Poisson process of rate Λ, which is
//! not less than the rate of any state, and with P for one step and r for what states earn
//!
//! ```text
//! E ∫_a^b r dt = Σ_k w_k (P^k r)[0],   w_k = (P(N_b > k) - P(N_a > k)) / Λ,   N_t Poisson of mean Λ t
//! ```
//!
//! (Reibman and Trivedi, "Transient analysis of cumulative measures of Markov model behavior", 1989). Poisson tails are
//! incomplete gamma functions, so nothing underflows however large Λ t is. The vector x_k = P^k r is made by multiplying from the
//! right: each step takes means of its components, so they only draw together, and every later x_j lies between the
//! least and the largest component of x_k. So, once they are close, all that is left is known within a bound that is proven, and
//! a horizon of 100 years costs no more steps than the chain takes to forget where it began.

use super::chain::{Chain, REWARDS};
use crate::special::gamma_p;

/// What is left unknown, relative to the answer.
const PRECISION: f64 = 1e-10;
/// More jumps than this in all steps together take too long.
const WORK_MAX: f64 = 2e9;
/// Steps between two looks at what is left.
const LOOK_EVERY: u64 = 16;

/// What a chain earns over a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earned {
    /// Expected sums.
    pub sums: [f64; REWARDS],
    /// How far off each may be at most, rounding included.
    pub errors: [f64; REWARDS],
    /// Steps that were needed.
    pub steps: u64,
}

/// The chain takes too many steps to forget where it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooStiff;

/// What a chain earns from `from_s` seconds after its beginning, for `lasts_s` seconds.
///
/// # Errors
///
/// Where the chain has many states and its fastest step is far faster than its slowest.
pub fn earned(chain: &Chain, from_s: f64, lasts_s: f64) -> Result<Earned, TooStiff> {
    let fastest = (0..chain.states()).map(|state| chain.exit_rate(state)).fold(0.0, f64::max);
    if fastest == 0.0 {
        let sums = chain.earns()[0].map(|rate| rate * lasts_s);
        return Ok(Earned { sums, errors: [0.0; REWARDS], steps: 0 });
    }
    // A little more than the fastest, so that every state may stay where it is and nothing swings for ever.
    let rate = 1.05 * fastest;
    let stays: Vec<f64> = (0..chain.states()).map(|state| 1.0 - chain.exit_rate(state) / rate).collect();
    let mut worth = chain.earns().to_vec();
    let mut next = worth.clone();
    let mut sums = [0.0; REWARDS];
    let mut spent = 0.0;
    let steps_max = (WORK_MAX / (chain.jumps() + chain.states()) as f64) as u64;
    for step in 0..=steps_max {
        if step % LOOK_EVERY == 0
            && let Some(earned) = close(&worth, sums, lasts_s - spent, step)
        {
            return Ok(earned);
        }
        let weight = (more_than(step, rate * (from_s + lasts_s)) - more_than(step, rate * from_s)) / rate;
        spent += weight;
        for (sum, worth) in sums.iter_mut().zip(worth[0]) {
            *sum += weight * worth;
        }
        for (state, value) in next.iter_mut().enumerate() {
            *value = worth[state].map(|own| own * stays[state]);
            for &(to, jump) in chain.jumps_of(state) {
                for (mean, other) in value.iter_mut().zip(worth[to as usize]) {
                    *mean += jump / rate * other;
                }
            }
        }
        std::mem::swap(&mut worth, &mut next);
    }
    Err(TooStiff)
}

/// The end, where everything that is still to come is known well enough.
fn close(worth: &[[f64; REWARDS]], sums: [f64; REWARDS], left_s: f64, steps: u64) -> Option<Earned> {
    let left_s = left_s.max(0.0);
    let mut earned = Earned { sums, errors: [0.0; REWARDS], steps };
    for reward in 0..REWARDS {
        let values = || worth.iter().map(|row| row[reward]);
        let (least, most) = values().fold((f64::INFINITY, 0.0), |(a, b), x| (f64::min(a, x), f64::max(b, x)));
        earned.sums[reward] += left_s * f64::midpoint(least, most);
        let unknown = left_s * (most - least) / 2.0;
        if unknown > PRECISION * earned.sums[reward] {
            return None;
        }
        // Each step rounds each mean a few times.
        let rounding = 4.0 * f64::EPSILON * (steps + 4) as f64 * earned.sums[reward];
        earned.errors[reward] = unknown + rounding;
    }
    Some(earned)
}

/// The probability that a Poisson number of this mean is more than `count`.
fn more_than(count: u64, mean: f64) -> f64 {
    let first = (count + 1) as f64;
    // Beyond 40 standard deviations nothing is left to a double.
    let far = 40.0 * (mean + 1.0).sqrt() + 100.0;
    if mean <= 0.0 || first > mean + far {
        0.0
    } else if first < mean - far {
        1.0
    } else {
        gamma_p(first, mean)
    }
}
