//! The smallest candidate that passes, found by looking at samples that grow until they say enough.
//!
//! Candidates stand in an order in which whoever follows one that passes is taken to pass as well. [`smallest`] halves them.
//! A candidate is looked at after so many replications as [`looks`] says, and each time an interval is held against the limit;
//! it is given up as undecided after the last.
//!
//! # The error, and how it is spent
//!
//! Whoever looks often is often fooled: at the six looks up to 1,000 with a 95 % interval each, a mean that lies on the limit is
//! declared to be on one side of it in nearly a fifth of all cases (18.7 % of 200,000 simulated walks). [`tail`] spends the error allowed for the whole answer evenly:
//!
//! ```text
//! tail of one end of one interval = (1 - confidence) / (looks × decisions)
//! ```
//!
//! By the union bound over looks, no sequence of looks at one candidate errs more often than `(1 - confidence) / decisions`.
//! `decisions` is not the number of candidates, but how often they can be halved, because the first wrong decision of a
//! search falls on a candidate of the path that right decisions take, and that path is fixed before anything is simulated.
//! Where a candidate remains undecided the two bounds are looked for one after the other, the lowest that passes as
//! though the undecided had failed and the highest that fails as though it had passed. A search that goes astray that way leaves for good
//! the side on which it could err, so that candidates outside the path cost nothing. The samples of candidates may
//! depend on each other in any way; the bound does not ask.

/// Replications at the first look.
const FIRST: u32 = 50;

/// After how many replications a candidate is looked at: 50, 100, 200, 400, … and in the end `cap`.
///
/// ```
/// use ninefold::stats::sequential::looks;
/// assert_eq!(looks(1000), [50, 100, 200, 400, 800, 1000]);
/// assert_eq!(looks(400), [50, 100, 200, 400]);
/// assert_eq!(looks(30), [30]);
/// ```
#[must_use]
pub fn looks(cap: u32) -> Vec<u32> {
    let doubled = std::iter::successors(Some(FIRST), |look| look.checked_mul(2));
    doubled.take_while(|look| *look < cap).chain([cap]).collect()
}

/// How often so many candidates can be halved, "none of them" being one more answer.
///
/// ```
/// use ninefold::stats::sequential::decisions;
/// assert_eq!([1, 3, 4, 13, 15, 16].map(decisions), [1, 2, 3, 4, 4, 5]);
/// ```
#[must_use]
pub fn decisions(candidates: usize) -> u32 {
    usize::BITS - candidates.leading_zeros()
}

/// The probability left out at one end of one interval.
///
/// ```
/// use ninefold::stats::sequential::tail;
/// assert!((tail(0.95, 6, 4) - 0.05 / 24.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn tail(confidence: f64, looks: usize, decisions: u32) -> f64 {
    (1.0 - confidence) / (looks as f64 * f64::from(decisions))
}

/// What is said of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passes,
    Fails,
    /// The last look could not tell.
    Undecided,
}

/// Between which candidates the answer lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// The highest that was found to fail: all up to it are taken to fail.
    pub fails: Option<usize>,
    /// The lowest that was found to pass: all from it on are taken to pass.
    pub passes: Option<usize>,
}

impl Bracket {
    /// Whether nothing lies between the two: the answer is the one that passes, or none of all `candidates`.
    #[must_use]
    pub fn is_decided(&self, candidates: usize) -> bool {
        self.fails.map_or(0, |fails| fails + 1) == self.passes.unwrap_or(candidates)
    }
}

/// Looks for the smallest candidate that passes. `judge` is asked once of a candidate; `None` from it ends the search.
///
/// ```
/// use ninefold::stats::sequential::{Bracket, Verdict, smallest};
/// let mut asked = Vec::new();
/// let found = smallest(13, |candidate| {
///     asked.push(candidate);
///     Some(if candidate >= 4 { Verdict::Passes } else { Verdict::Fails })
/// });
/// assert_eq!(found, Some(Bracket { fails: Some(3), passes: Some(4) }));
/// assert_eq!(asked, [6, 3, 5, 4]);
/// ```
pub fn smallest(candidates: usize, mut judge: impl FnMut(usize) -> Option<Verdict>) -> Option<Bracket> {
    let mut known: Vec<Option<Verdict>> = vec![None; candidates];
    let mut ask = |candidate: usize| {
        if known[candidate].is_none() {
            known[candidate] = Some(judge(candidate)?);
        }
        known[candidate]
    };
    let passes = first(candidates, |candidate| Some(ask(candidate)? == Verdict::Passes))?;
    let beyond = first(candidates, |candidate| Some(ask(candidate)? != Verdict::Fails))?;
    Some(Bracket { fails: beyond.checked_sub(1), passes: (passes < candidates).then_some(passes) })
}

/// The first of so many for which `holds`, if it holds for all that follow one for which it does.
fn first(candidates: usize, mut holds: impl FnMut(usize) -> Option<bool>) -> Option<usize> {
    let (mut low, mut high) = (0, candidates);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests;
