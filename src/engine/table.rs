//! Rows by number that remember which of them have been written.
//!
//! A replication that goes several ways from one moment is brought back to it as often: most rows are then what they were, and only those
//! that were written on either side need be copied ([`Table::follow`]). And whoever watches a replication looks at what an event has written, not at
//! everything ([`Written::take`]). A table that nobody follows or watches pays for one failed lookup a write.
//!
//! ```
//! use ninefold::engine::Table;
//! let mut leader = Table::new(vec![0; 1_000]);
//! let mut follower = leader.clone();
//! follower.follow(&mut leader); // All of it.
//! follower[7] = 1;
//! leader[400] = 2;
//! follower.follow(&mut leader); // Two rows.
//! assert_eq!((follower[7], follower[400]), (0, 2));
//! ```

use std::fmt::{Debug, Formatter, Result};
use std::ops::{Deref, Index, IndexMut, Range};

/// Which rows have been written: since they were brought into line, and since somebody looked.
#[derive(Debug)]
pub struct Written {
    many: usize,
    /// By row, of which lists it is part; empty while both have all rows: most replications pay nothing else.
    marks: Vec<u8>,
    unlike: List,
    fresh: List,
}

/// Some rows, each once, or all.
#[derive(Debug)]
struct List {
    is_all: bool,
    rows: Vec<u32>,
}

const UNLIKE: u8 = 1;
const FRESH: u8 = 2;
const BOTH: u8 = UNLIKE | FRESH;

impl Written {
    /// All rows of so many.
    #[must_use]
    pub fn all(rows: usize) -> Written {
        let [unlike, fresh] = [(); 2].map(|()| List { is_all: true, rows: Vec::new() });
        Written { many: rows, marks: Vec::new(), unlike, fresh }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.many
    }

    /// A row is written.
    #[inline(always)]
    pub fn note(&mut self, row: usize) {
        if let Some(mark) = self.marks.get(row)
            && *mark != BOTH
        {
            self.enlist(row);
        }
    }

    #[cold]
    #[inline(never)]
    fn enlist(&mut self, row: usize) {
        let mark = std::mem::replace(&mut self.marks[row], BOTH);
        if mark & UNLIKE == 0 {
            self.unlike.rows.push(row as u32);
        }
        if mark & FRESH == 0 {
            self.fresh.rows.push(row as u32);
        }
    }

    /// All rows are written.
    #[inline]
    pub fn note_all(&mut self) {
        self.marks.clear();
        self.unlike.rows.clear();
        self.fresh.rows.clear();
        (self.unlike.is_all, self.fresh.is_all) = (true, true);
    }

    /// No row is part of a list any more that had all of them.
    fn unmark_all(&mut self, bit: u8) {
        if self.marks.is_empty() {
            self.marks.resize(self.many, BOTH & !bit);
        } else {
            self.marks.iter_mut().for_each(|mark| *mark &= !bit);
        }
    }

    /// Tells which rows were written since the last time, each once, in an order that is that of events.
    pub fn take(&mut self, mut tell: impl FnMut(u32)) {
        if std::mem::take(&mut self.fresh.is_all) {
            self.unmark_all(FRESH);
            (0..self.many as u32).for_each(tell);
            return;
        }
        for &row in &self.fresh.rows {
            self.marks[row as usize] &= !FRESH;
            tell(row);
        }
        self.fresh.rows.clear();
    }

    /// Tells which rows have become unlike since the last time; whether all have, of which nothing is told.
    fn align(&mut self, mut tell: impl FnMut(u32)) -> bool {
        if std::mem::take(&mut self.unlike.is_all) {
            self.unmark_all(UNLIKE);
            return true;
        }
        for &row in &self.unlike.rows {
            self.marks[row as usize] &= !UNLIKE;
            tell(row);
        }
        self.unlike.rows.clear();
        false
    }

    /// Tells which rows may be unlike those of another one, which are to be made like them; `None` are all of them. Rows that nobody
    /// has looked at there have not been looked at here either.
    pub fn follow(&mut self, leader: &mut Written, mut tell: impl FnMut(Option<u32>)) {
        debug_assert_eq!(self.many, leader.many);
        if self.unlike.is_all || leader.unlike.is_all {
            self.align(|_| ());
            leader.align(|_| ());
            tell(None);
        } else {
            self.align(|row| tell(Some(row)));
            leader.align(|row| tell(Some(row)));
        }
        if self.fresh.is_all && leader.fresh.is_all {
            return;
        }
        self.take(|_| ());
        if leader.fresh.is_all {
            self.fresh.is_all = true;
            self.marks.iter_mut().for_each(|mark| *mark |= FRESH);
        }
        for &row in &leader.fresh.rows {
            self.marks[row as usize] |= FRESH;
            self.fresh.rows.push(row);
        }
    }
}

/// Rows by number. They are read as a slice; whoever writes one says so by the way.
pub struct Table<T> {
    rows: Vec<T>,
    written: Written,
}

impl<T> Table<T> {
    /// Of these rows, all of which have just been written.
    #[must_use]
    pub fn new(rows: Vec<T>) -> Table<T> {
        let written = Written::all(rows.len());
        Table { rows, written }
    }

    /// Tells which rows were written since the last time.
    pub fn take_written(&mut self, tell: impl FnMut(u32)) {
        self.written.take(tell);
    }

    /// A row, if there is one, to be written.
    #[inline]
    pub fn get_mut(&mut self, row: usize) -> Option<&mut T> {
        (row < self.rows.len()).then(|| &mut self[row])
    }

    /// All rows, to be read.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.rows
    }

    /// Some rows, to be written.
    pub fn some_mut(&mut self, rows: Range<usize>) -> &mut [T] {
        rows.clone().for_each(|row| self.written.note(row));
        &mut self.rows[rows]
    }

    /// All rows, to be written.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.written.note_all();
        self.rows.iter_mut()
    }

    /// Writes all rows.
    pub fn fill(&mut self, row: T)
    where
        T: Clone,
    {
        self.written.note_all();
        self.rows.fill(row);
    }

    /// Makes all rows what those of `leader` are, of which only those are copied that were written on either side since the last time. No other
    /// table may have followed it meanwhile, nor this one another.
    pub fn follow(&mut self, leader: &mut Table<T>)
    where
        T: Clone,
    {
        let (mine, its) = (&mut self.rows, &leader.rows);
        self.written.follow(&mut leader.written, |row| match row {
            Some(row) => mine[row as usize].clone_from(&its[row as usize]),
            None => mine.clone_from_slice(its),
        });
    }
}

impl<T: Clone> Clone for Table<T> {
    fn clone(&self) -> Table<T> {
        Table::new(self.rows.clone())
    }

    fn clone_from(&mut self, source: &Table<T>) {
        self.rows.clone_from(&source.rows);
        self.written = Written::all(self.rows.len());
    }
}

impl<T: Debug> Debug for Table<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.rows.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Table<T> {
    fn eq(&self, other: &Table<T>) -> bool {
        self.rows == other.rows
    }
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table::new(Vec::new())
    }
}

impl<T> Deref for Table<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    #[inline]
    fn index(&self, row: usize) -> &T {
        &self.rows[row]
    }
}

impl<T> IndexMut<usize> for Table<T> {
    #[inline(always)]
    fn index_mut(&mut self, row: usize) -> &mut T {
        self.written.note(row);
        &mut self.rows[row]
    }
}

impl<'a, T> IntoIterator for &'a Table<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Leader(usize, u8),
        Follower(usize, u8),
        LeaderAll(u8),
        Copy,
        Follow,
        Look(bool),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let row = 0..20_usize;
        let step = prop_oneof![
            6 => (row.clone(), any::<u8>()).prop_map(|(row, value)| Step::Leader(row, value)),
            6 => (row, any::<u8>()).prop_map(|(row, value)| Step::Follower(row, value)),
            1 => any::<u8>().prop_map(Step::LeaderAll),
            1 => Just(Step::Copy),
            4 => Just(Step::Follow),
            3 => any::<bool>().prop_map(Step::Look),
        ];
        prop::collection::vec(step, 1..60)
    }

    proptest! {
        /// Whatever is written on either side: after following both are alike, and a look finds all that differs from the last one.
        #[test]
        fn a_follower_is_like_its_leader_and_nothing_written_is_overlooked(steps in steps()) {
            let mut tables = [Table::new(vec![0_u8; 20]), Table::new(vec![1_u8; 20])];
            // As somebody has seen them who looks only at what is told.
            let mut seen = [vec![0_u8; 20], vec![1_u8; 20]];
            for step in steps {
                match step {
                    Step::Leader(row, value) => tables[0][row] = value,
                    Step::Follower(row, value) => tables[1][row] = value,
                    Step::LeaderAll(value) => tables[0].fill(value),
                    Step::Copy => {
                        let other = Table::new(vec![9; 20]);
                        tables[1].clone_from(&other);
                    }
                    Step::Follow => {
                        let [leader, follower] = &mut tables;
                        follower.follow(leader);
                        prop_assert_eq!(&tables[0], &tables[1]);
                        // Whoever watches the follower goes on from what was seen of the leader.
                        seen[1] = seen[0].clone();
                    }
                    Step::Look(which) => {
                        let (table, seen) = (&mut tables[usize::from(which)], &mut seen[usize::from(which)]);
                        let mut told = Vec::new();
                        table.take_written(|row| told.push(row));
                        for &row in &told {
                            seen[row as usize] = table[row as usize];
                        }
                        prop_assert_eq!(table.as_slice(), &seen[..]);
                        told.sort_unstable();
                        let many = told.len();
                        told.dedup();
                        prop_assert_eq!(told.len(), many);
                    }
                }
            }
        }
    }
}
