//! Sums over a window, of something that settles: the long run, and how it gets there, on two lattices.

use super::chain::REWARDS;

/// Sums over a window, and how far off they may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub sums: [f64; REWARDS],
    pub errors: [f64; REWARDS],
}

/// What is earned a second by each step of a lattice: of so long steps, so many of them, and whether they reach the long run.
pub(super) type Along<'a> = &'a dyn Fn(f64, usize, bool) -> Vec<[f64; REWARDS]>;

/// A lattice reaches so far that no more than this part of any duration is beyond it.
pub(super) const BEYOND: f64 = 1e-6;
/// What takes no time at all settles within this.
const SHORTEST_S: f64 = 1.0;
/// What late in a lattice is no further from the long run than this part of it has settled; else one that reaches twice as far is tried,
/// so many times.
const SETTLED: f64 = 1e-5;
const DOUBLINGS: u32 = 6;

/// Something that settles.
pub(super) struct Settling<'a> {
    /// What it earns a second in the long run.
    pub settled: [f64; REWARDS],
    /// How far its longest duration reaches.
    pub reach_s: f64,
    /// How many of these may be under way at once.
    pub parts: usize,
    /// Steps of the finer of two lattices; the coarser has half as many.
    pub steps: usize,
    pub along: Along<'a>,
}

/// What is earned from `from_s` seconds after the beginning, for `lasts_s` seconds. None where it does not settle.
///
/// Steps of a lattice are followed until things have settled, or to the end of the window. How far off they are is told by steps of twice
/// the length: errors shrink with the square of the steps, so that the finer are off by a third of what lies between the two; a half is told.
pub(super) fn window((from_s, lasts_s): (f64, f64), of: &Settling<'_>) -> Option<Window> {
    let end_s = from_s + lasts_s;
    let sums = |until_s: f64, steps: usize| {
        let step_s = until_s / steps as f64;
        let rates = (of.along)(step_s, steps, until_s < end_s);
        beyond_settled(&rates, step_s, (from_s, end_s), &of.settled)
    };
    let mut reach_s = of.reach_s.max(SHORTEST_S);
    let (mut fine, mut unsettled) = sums(reach_s.min(end_s), of.steps);
    for doubling in 0.. {
        let is_settled = |reward: usize| unsettled[reward] <= SETTLED * of.settled[reward];
        if reach_s >= end_s || (0..REWARDS).all(is_settled) {
            break;
        }
        if doubling == DOUBLINGS {
            return None;
        }
        reach_s *= 2.0;
        (fine, unsettled) = sums(reach_s.min(end_s), of.steps);
    }
    let (coarse, _) = sums(reach_s.min(end_s), of.steps / 2);
    let mut window = Window { sums: of.settled.map(|rate| rate * lasts_s), errors: [0.0; REWARDS] };
    for reward in 0..REWARDS {
        window.sums[reward] += fine[reward];
        // What is still off late fades at least as it would if it took as long again.
        let fades = if reach_s < end_s { unsettled[reward] * reach_s.min(lasts_s) } else { 0.0 };
        let beyond = BEYOND * of.parts as f64 * window.sums[reward];
        window.errors[reward] = (fine[reward] - coarse[reward]).abs() / 2.0 + fades + beyond;
    }
    Some(window)
}

/// What is earned in a window beyond what the long run would, and the most that rates are still off in the last eighth.
fn beyond_settled(
    rates: &[[f64; REWARDS]],
    step_s: f64,
    (from_s, end_s): (f64, f64),
    settled: &[f64; REWARDS],
) -> ([f64; REWARDS], [f64; REWARDS]) {
    let (mut beyond, mut unsettled) = ([0.0; REWARDS], [0.0; REWARDS]);
    let late = rates.len() - rates.len() / 8;
    for (step, now) in rates.iter().enumerate() {
        let begins_s = step as f64 * step_s;
        let within_s = ((begins_s + step_s).min(end_s) - begins_s.max(from_s)).max(0.0);
        for reward in 0..REWARDS {
            let apart = now[reward] - settled[reward];
            beyond[reward] += within_s * apart;
            if step >= late {
                unsettled[reward] = f64::max(unsettled[reward], apart.abs());
            }
        }
    }
    (beyond, unsettled)
}
