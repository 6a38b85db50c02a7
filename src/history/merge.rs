//! Spells of one entity that overlap are one: nothing is down twice.

use super::{History, Instant, Spell};

/// A time out of service of which nothing is counted twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// When it began.
    pub start: Instant,
    /// When it ended; `None`: it had not.
    pub end: Option<Instant>,
    /// The cause of the spell that began it; of several that began together the first in the file.
    pub cause: String,
    /// As of [`Spell`].
    pub began_before: bool,
    /// The first of the spells it is made of: its index in [`History::spells`].
    pub first: usize,
    /// How many spells it is made of.
    pub spells: usize,
}

/// The spells of each entity in the order of time, those that overlap or touch joined.
///
/// ```
/// use ninefold::history::{merged, read};
/// let text = "entity,start,end\na,100,200\na,150,300\na,300,310\na,400,\n";
/// let spells = merged(&read(text, None)?).remove(0);
/// assert_eq!((spells[0].start, spells[0].end, spells[0].spells), (100_000_000, Some(310_000_000), 3));
/// assert_eq!((spells[1].start, spells[1].end), (400_000_000, None));
/// # Ok::<(), ninefold::history::Mistakes>(())
/// ```
#[must_use]
pub fn merged(history: &History) -> Vec<Vec<Merged>> {
    let mut own: Vec<Vec<(usize, &Spell)>> = vec![Vec::new(); history.entities.len()];
    for (number, spell) in history.spells.iter().enumerate() {
        own[spell.entity].push((number, spell));
    }
    own.into_iter().map(join).collect()
}

fn join(mut spells: Vec<(usize, &Spell)>) -> Vec<Merged> {
    spells.sort_by_key(|(number, spell)| (spell.start, *number));
    let mut joined: Vec<Merged> = Vec::new();
    for (number, spell) in spells {
        match joined.last_mut() {
            Some(last) if last.end.is_none_or(|end| spell.start <= end) => {
                last.end = last.end.zip(spell.end).map(|(a, b)| a.max(b));
                last.spells += 1;
            }
            _ => joined.push(Merged {
                start: spell.start,
                end: spell.end,
                cause: spell.cause.clone(),
                began_before: spell.began_before,
                first: number,
                spells: 1,
            }),
        }
    }
    joined
}
