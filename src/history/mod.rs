//! Histories of failures: what was down, from when to when, and why, as logs and traces tell it.
//!
//! Text goes in, [`History`] comes out, or every mistake with its place. What is written in the file stays as it is:
//! [`merged`] joins spells that overlap, [`study()`] makes durations of them and fits laws, and a scenario can replay them.
//!
//! ```
//! use ninefold::history::{By, Format, Question, read, study};
//! let text = "entity,kind,start,end,cause\nesx-1,host,10 d,10 d 4 h,hardware\n";
//! let mistakes = read(text, None).unwrap_err();
//! assert_eq!((mistakes.list[0].line, mistakes.list[0].column), (2, 17));
//! // An instant is one number with one unit, or a date.
//! let text = "entity,kind,start,end,cause\nesx-1,host,240 h,244 h,hardware\nesx-2,host,,,\n";
//! let history = read(text, None)?;
//! assert_eq!((history.entities.len(), history.spells.len()), (2, 1));
//! // Two hosts were watched for 244 h, and one failed once.
//! let groups = study(&history, &Question { by: By::Kind, ..Question::default() });
//! assert_eq!(groups[0].up.seen.exposure(), (240.0 + 244.0) * 3600.0);
//! # Ok::<(), ninefold::history::Mistakes>(())
//! ```

mod instant;
mod merge;
mod mistake;
pub(crate) mod place;
mod read;
mod study;

pub use instant::{INSTANTS, Instant, Scale, instant};
pub use merge::{Merged, merged};
pub use mistake::{Mistake, Mistakes};
pub use read::{Format, read};
pub use study::{By, FEW, Fits, Group, Question, study};

use std::ops::Range;

/// What was down, and what was watched at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// In the order in which the file names them first.
    pub entities: Vec<Entity>,
    /// In the order of the file.
    pub spells: Vec<Spell>,
    /// What its instants count from.
    pub scale: Scale,
    /// The first instant that the file names, and the last.
    pub first: Instant,
    /// The last instant that the file names.
    pub last: Instant,
}

impl History {
    /// When the watching began, where nobody says: of dates the first one, else zero.
    #[must_use]
    pub fn begins(&self) -> Instant {
        match self.scale {
            Scale::Dates => self.first,
            Scale::Elapsed => 0,
        }
    }
}

/// Something that fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// As the file calls it.
    pub name: String,
    /// What it is, in lower case: `host`, `rack`, `site`, `storage`, `network`, or any other word.
    pub kind: String,
    /// From when on it was watched, where the file tells that of each.
    pub since: Option<Instant>,
    /// Until when it was.
    pub until: Option<Instant>,
    /// Whether it was new at `since`, rather than somewhere in its life.
    pub is_new: bool,
}

/// A time out of service.
#[derive(Clone, Debug, PartialEq)]
pub struct Spell {
    /// Index of the entity.
    pub entity: usize,
    /// When it went down.
    pub start: Instant,
    /// When it was up again; `None`: it still is down when the history ends.
    pub end: Option<Instant>,
    /// Why, in the file's words; may be empty.
    pub cause: String,
    /// Whether it may have been down before `start`, which is only when somebody began to look.
    pub began_before: bool,
    /// Where it is written: bytes of the text.
    pub span: Range<usize>,
}
