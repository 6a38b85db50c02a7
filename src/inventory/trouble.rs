//! What is wrong with an export: all of it at once, each with its place.

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Sheet, row and column, or the file.
    pub place: String,
    pub what: String,
    pub remedy: String,
}

/// More are counted and not told.
const TOLD_MAX: usize = 20;

/// Problems as they are found.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    told: Vec<Problem>,
    more: u64,
}

impl Trouble {
    pub(super) fn add(
        &mut self,
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.told.len() < TOLD_MAX {
            self.told.push(Problem { place: place.into(), what: what.into(), remedy: remedy.into() });
        } else {
            self.more += 1;
        }
    }

    /// More of them, that nobody needs to be told one by one.
    pub(super) fn count(&mut self, more: u64) {
        self.more += more;
    }

    /// Nothing, or all of it.
    pub(super) fn end(mut self) -> Result<(), Vec<Problem>> {
        if self.more > 0 {
            let what = format!("{} more problem{}", self.more, if self.more == 1 { "" } else { "s" });
            self.told.push(Problem {
                place: "the export".into(),
                what,
                remedy: "mend those above first".into(),
            });
        }
        if self.told.is_empty() { Ok(()) } else { Err(self.told) }
    }
}
