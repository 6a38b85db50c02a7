//! Durations as far as they were seen.

/// Durations, sorted by how much of each was seen.
///
/// ```
/// use ninefold::stats::fit::Durations;
/// let seen = Durations { whole: vec![3.0, 4.0], open: vec![5.0], ..Durations::default() };
/// assert_eq!((seen.ends(), seen.exposure()), (2, 12.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Durations {
    /// From beginning to end.
    pub whole: Vec<f64>,
    /// From the beginning; the end was not seen (censored at the right).
    pub open: Vec<f64>,
    /// From an instant that has nothing to do with them to the end: what had been before is not known. What is left
    /// of a duration at such an instant has the density S(x) / mean (Cox, "Renewal theory", 1962, 5.1).
    pub rest: Vec<f64>,
    /// From such an instant on; the end was not seen either.
    pub open_rest: Vec<f64>,
    /// Shorter than this, and no more is known, as of what took less than a clock can tell (censored at the left).
    pub below: Vec<f64>,
}

impl Durations {
    /// How many ends were seen.
    #[must_use]
    pub fn ends(&self) -> usize {
        self.whole.len() + self.rest.len() + self.below.len()
    }

    /// How many there are, those without an end included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends() + self.open.len() + self.open_rest.len()
    }

    /// For how long there was something to see; of what was too short to tell, half of the bound.
    #[must_use]
    pub fn exposure(&self) -> f64 {
        let seen: f64 = [&self.whole, &self.open, &self.rest, &self.open_rest].into_iter().flatten().sum();
        seen + 0.5 * self.below.iter().sum::<f64>()
    }

    /// In another unit.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Durations {
        let scaled = |list: &[f64]| list.iter().map(|x| x * factor).collect();
        Durations {
            whole: scaled(&self.whole),
            open: scaled(&self.open),
            rest: scaled(&self.rest),
            open_rest: scaled(&self.open_rest),
            below: scaled(&self.below),
        }
    }

    /// Whether all that was seen to its end was equally long, so that nothing tells how durations differ.
    pub(super) fn are_alike(&self) -> bool {
        let mut ends = self.whole.iter().chain(&self.below);
        let first = ends.next().copied();
        self.rest.is_empty() && ends.all(|x| Some(*x) == first)
    }
}
