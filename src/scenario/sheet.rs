//! A table in a file: comma-separated values, the first row names the columns. Every mistake is told with its line and
//! column; of one that every row repeats, the first few.

use std::collections::BTreeSet;
use std::ops::Range;

use super::code;
use super::fields::{At, Reader};
use super::files::DataText;
use super::fixed::limits;
use super::issue::Mark;
use super::text::{list, quote, suggest, unprintable};
use super::units::Wrong;
use crate::history::place::{begin, cell};

/// Mistakes of one file that are told; the others are counted. Most of them have one root.
const TOLD: usize = 10;

/// A table whose header has been read.
#[derive(Debug)]
pub(super) struct Sheet {
    data: DataText,
    /// The key that names the file.
    path: String,
    /// What the columns are called.
    pub(super) names: Vec<String>,
}

/// A value of a row, without the spaces around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'s> {
    pub(super) text: &'s str,
    pub(super) mark: Mark,
}

/// What is wrong in one file.
#[derive(Debug)]
pub(super) struct Told {
    /// The key that names it, the first of them.
    path: String,
    marks: BTreeSet<Mark>,
}

/// All rows, with whatever number of values.
fn records(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes())
}

impl Sheet {
    fn mark(&self, span: Range<usize>) -> Mark {
        Mark::new(self.data.source, span)
    }

    /// The line that begins at a byte.
    fn line(&self, start: usize) -> Mark {
        let rest = self.data.text.get(start..).unwrap_or_default();
        self.mark(start..start + rest.find(['\r', '\n']).unwrap_or(rest.len()))
    }

    /// A value of the row that begins at a byte.
    fn cell(&self, start: usize, number: usize) -> Mark {
        let rest = self.data.text.get(start..).unwrap_or_default();
        let span = cell(rest, number);
        self.mark(start + span.start..start + span.end)
    }

    /// The column of a name, whatever its case: how programs that write such files spell it differs.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other.eq_ignore_ascii_case(name))
    }

    /// Where the name of a column is written.
    pub(super) fn header(&self, column: usize) -> Mark {
        self.cell(begin(&self.data.text, 0), column)
    }
}

impl Reader {
    /// The table in the file that a key names, and its header.
    pub(super) fn sheet(&mut self, at: &At<'_>) -> Option<Sheet> {
        let data = self.data_text(at)?;
        let mut sheet = Sheet { data, path: at.path.clone(), names: Vec::new() };
        let mut header = csv::StringRecord::new();
        if !records(&sheet.data.text).read_record(&mut header).unwrap_or(false) {
            let mark = sheet.mark(0..0);
            let remedy = "begin with a row that names the columns, such as time,share";
            self.wrong_in(&sheet, code::TABLE, mark, "the file is empty", remedy);
            return None;
        }
        sheet.names = header.iter().map(|name| name.trim().to_owned()).collect();
        let line = sheet.line(begin(&sheet.data.text, 0));
        if let [only] = sheet.names.as_slice()
            && let Some((_, other)) =
                [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(c, _)| only.contains(*c))
        {
            let what = format!("the columns are separated by {other}");
            let remedy = "save the file with commas between the columns, and points in decimals";
            self.wrong_in(&sheet, code::TABLE, line, what, remedy);
            return None;
        }
        let is_number = |name: &String| name.trim_end_matches('%').trim_end().parse::<f64>().is_ok();
        if sheet.names.iter().any(is_number) {
            let remedy = "begin with a row that names the columns, such as time,share";
            self.wrong_in(&sheet, code::TABLE, line, "the first row is no header", remedy);
            return None;
        }
        let wrong = |(number, name): (usize, &String)| Some((number, objection_to_name(name)?));
        if let Some((number, what)) = sheet.names.iter().enumerate().find_map(wrong) {
            let remedy = format!("choose a printable name of at most {} characters", limits::NAME_CHARS);
            self.wrong_in(&sheet, code::NAME, sheet.header(number), what, remedy);
            return None;
        }
        Some(sheet)
    }

    /// The column that a key chooses; where none does, the only one there is besides another.
    pub(super) fn column(
        &mut self,
        sheet: &Sheet,
        at: &At<'_>,
        chosen: Option<&At<'_>>,
        besides: Option<usize>,
    ) -> Option<usize> {
        let is_value = |number: &usize| besides != Some(*number);
        let values: Vec<usize> = (0..sheet.names.len()).filter(is_value).collect();
        let known: Vec<String> = values.iter().map(|&number| sheet.names[number].clone()).collect();
        let known = || known.iter().map(String::as_str);
        let Some(chosen) = chosen else {
            return match values[..] {
                [one] => Some(one),
                [] => {
                    let mark = sheet.header(0);
                    let remedy = "add a column with the values";
                    self.wrong_in(sheet, code::TABLE, mark, "the file has no column of values", remedy);
                    None
                }
                [first, ..] => {
                    let what = format!("the file has several columns: {}", list(known()));
                    self.report(
                        code::MISSING,
                        at,
                        what,
                        format!("write column = {}", quote(&sheet.names[first])),
                    );
                    None
                }
            };
        };
        let name = self.text(chosen)?;
        let mut found = values.iter().copied().filter(|&number| sheet.names[number] == name.trim());
        match (found.next(), found.next()) {
            (Some(number), None) => Some(number),
            (Some(_), Some(again)) => {
                let what = format!("two columns are called {}", quote(name));
                let mark = sheet.header(again);
                self.wrong_in(sheet, code::DUPLICATE, mark, what, "give one of them another name");
                None
            }
            (None, _) => {
                let what = format!("the file has no column of values {}", quote(name));
                self.report(code::REFERENCE, chosen, what, suggest(name, known(), "there are"));
                None
            }
        }
    }

    /// Takes some columns of every row. False where a row was left out, because it is not as the header says.
    pub(super) fn rows(
        &mut self,
        sheet: &Sheet,
        columns: &[usize],
        mut take: impl FnMut(&mut Reader, &[Cell<'_>]),
    ) -> bool {
        let text = sheet.data.text.clone();
        let mut reader = records(&text);
        let (mut row, mut whole, mut number) = (csv::StringRecord::new(), true, 0);
        while reader.read_record(&mut row).unwrap_or(false) {
            number += 1;
            // The first one is the header; a line of spaces is as good as an empty one.
            if number == 1 || (row.len() == 1 && row.iter().all(|cell| cell.trim().is_empty())) {
                continue;
            }
            let from = row.position().map_or(0, |position| position.byte() as usize);
            let start = begin(&text, from);
            if number > limits::ROWS + 1 {
                let what = format!("more than {} rows", limits::ROWS);
                let line = sheet.line(start);
                self.wrong_in(sheet, code::LIMIT, line, what, "leave rows out");
                return false;
            }
            if let Some((what, remedy)) = objection(&row, sheet.names.len()) {
                let line = sheet.line(start);
                self.wrong_in(sheet, code::TABLE, line, what, remedy);
                whole = false;
                continue;
            }
            let cells: Vec<Cell<'_>> = columns
                .iter()
                .map(|&column| Cell {
                    text: row.get(column).unwrap_or_default().trim(),
                    mark: sheet.cell(start, column),
                })
                .collect();
            take(self, &cells);
        }
        whole
    }

    /// What a value says, or why it says nothing.
    pub(super) fn of_cell<T>(
        &mut self,
        sheet: &Sheet,
        cell: Cell<'_>,
        read: fn(&str) -> Result<T, (&'static str, Wrong)>,
    ) -> Option<T> {
        let told = |(code, (what, remedy))| self.wrong_in(sheet, code, cell.mark, what, remedy);
        read(cell.text).map_err(told).ok()
    }

    /// Tells a mistake in a file; nothing twice, and of very many the first.
    pub(super) fn wrong_in(
        &mut self,
        sheet: &Sheet,
        code: &'static str,
        mark: Mark,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let told = self.library.told.entry(mark.source);
        let told = told.or_insert_with(|| Told { path: sheet.path.clone(), marks: BTreeSet::new() });
        if told.marks.insert(mark) && told.marks.len() <= TOLD {
            self.sink.push(code, mark, sheet.path.clone(), what, remedy);
        } else {
            self.sink.note_unread(sheet.path.clone());
        }
    }

    /// Tells how many more mistakes there are in files, when all keys have looked into them.
    pub(super) fn tell_rest(&mut self) {
        for told in self.library.told.values() {
            let rest = told.marks.len().saturating_sub(TOLD);
            if let Some(&mark) = told.marks.iter().nth(TOLD) {
                let what = format!("{rest} more mistakes in this file are not shown");
                self.sink.push(code::MORE, mark, told.path.clone(), what, "mend these first");
            }
        }
    }
}

/// Why a column cannot be called like that.
fn objection_to_name(name: &str) -> Option<String> {
    if let Some(wrong) = unprintable(name) {
        return Some(format!("the name of a column with {wrong} in it"));
    }
    let length = name.chars().count();
    (length > limits::NAME_CHARS).then(|| format!("the name of a column with {length} characters"))
}

/// What is wrong with a row as a whole.
fn objection(row: &csv::StringRecord, columns: usize) -> Option<(String, &'static str)> {
    if row.iter().any(|cell| cell.contains(['\r', '\n'])) {
        return Some(("a value goes on over several lines".to_owned(), "close its quotes"));
    }
    if row.len() == columns {
        return None;
    }
    let count = |n: usize| super::text::count(n as u64, "value", "values");
    let what = format!("{} in a row, where the header has {}", count(row.len()), columns);
    Some((what, "write as many values as columns, with points in decimals"))
}
