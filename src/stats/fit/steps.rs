//! What was seen without any law: the part that is over by a time, where some were not seen to their end.

use super::Durations;

/// A step of the distribution function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub at: f64,
    /// The middle of the step: the part that ends sooner, and half of those that end then.
    pub part: f64,
}

/// The steps of Kaplan and Meier (1958), of durations that were seen from their beginning; each at the middle of its rise, where
/// a quantile of a law that fits is equal to it.
///
/// ```
/// use ninefold::stats::fit::{Durations, steps};
/// let seen = Durations { whole: vec![1.0, 3.0], open: vec![2.0], ..Durations::default() };
/// let parts: Vec<f64> = steps(&seen).iter().map(|step| step.part).collect();
/// // A third is over at 1; of the two thirds that are left one goes out of sight, and the other one's end is a step of two thirds.
/// assert!((parts[0] - 1.0 / 6.0).abs() < 1e-15 && (parts[1] - 2.0 / 3.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn steps(seen: &Durations) -> Vec<Step> {
    let ends = seen.whole.iter().chain(&seen.below).map(|&x| (x, true));
    let mut all: Vec<(f64, bool)> = ends.chain(seen.open.iter().map(|&x| (x, false))).collect();
    // At one time those that end come before those that are lost from sight.
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let (mut steps, mut left, mut at) = (Vec::new(), 1.0, 0);
    while let Some(&(time, _)) = all.get(at) {
        let at_risk = (all.len() - at) as f64;
        let same = all[at..].iter().take_while(|(x, _)| *x == time);
        let (count, ended) =
            same.fold((0, 0.0), |(n, ended), (_, is_end)| (n + 1, ended + f64::from(u8::from(*is_end))));
        if ended > 0.0 {
            let after = left * (1.0 - ended / at_risk);
            steps.push(Step { at: time, part: 1.0 - 0.5 * (left + after) });
            left = after;
        }
        at += count;
    }
    steps
}
