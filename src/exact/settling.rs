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

/// Something that settles.
pub(super) struct Settling<'a> {
    /// What it earns a second in the long run.
    pub settled: [f64; REWARDS],
    /// From when on hardly anything tells where it began, and how much that is.
    pub reach_s: f64,
    pub beyond: f64,
    /// Steps of the finer of two lattices; the coarser has half as many.
    pub steps: usize,
    pub along: Along<'a>,
}

/// What is earned from `from_s` seconds after the beginning, for `lasts_s` seconds.
///
/// Steps of a lattice are followed until things have settled, or to the end of the window. How far off they are is told by steps of twice
/// the length: errors shrink with the square of the steps, so that the finer are off by a third of what lies between the two; a half is told.
pub(super) fn window((from_s, lasts_s): (f64, f64), of: &Settling<'_>) -> Window {
    let end_s = from_s + lasts_s;
    let settles = of.reach_s <= end_s;
    let mut window = Window { sums: of.settled.map(|rate| rate * lasts_s), errors: [0.0; REWARDS] };
    if from_s < of.reach_s {
        let until_s = of.reach_s.min(end_s);
        let sums = |steps: usize| {
            let step_s = until_s / steps as f64;
            let rates = (of.along)(step_s, steps, settles);
            beyond_settled(&rates, step_s, (from_s, end_s), &of.settled)
        };
        let ((fine, unsettled), (coarse, _)) = (sums(of.steps), sums(of.steps / 2));
        for reward in 0..REWARDS {
            window.sums[reward] += fine[reward];
            // What is still off late fades at least as it would if it took as long again.
            let fades = if settles { unsettled[reward] * until_s.min(lasts_s) } else { 0.0 };
            window.errors[reward] = (fine[reward] - coarse[reward]).abs() / 2.0 + fades;
        }
    }
    for (error, sum) in window.errors.iter_mut().zip(window.sums) {
        *error += of.beyond * sum;
    }
    window
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
