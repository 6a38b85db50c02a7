//! What is wrong with the text of a history, and where.

use std::ops::Range;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to write in its place.
    pub remedy: String,
}

/// All mistakes of a text; of very many the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// In the order of the text, at most [`Mistakes::SHOWN`].
    pub list: Vec<Mistake>,
    /// How many more there are.
    pub more: usize,
}

impl Mistakes {
    /// Most of them have one root.
    pub const SHOWN: usize = 20;

    pub(super) fn push(
        &mut self,
        text: &str,
        span: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.list.len() >= Mistakes::SHOWN {
            self.more += 1;
            return;
        }
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[begin..].chars().count() + 1;
        self.list.push(Mistake { line, column, span, what: what.into(), remedy: remedy.into() });
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }
}

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for Mistake { line, column, what, remedy, .. } in &self.list {
            writeln!(f, "{line}:{column}: {what}: {remedy}")?;
        }
        if self.more > 0 {
            writeln!(f, "{} more mistakes are not shown: mend these first", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
