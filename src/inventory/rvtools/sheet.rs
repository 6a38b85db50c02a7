//! A sheet as it is read: of each row only the columns that matter, as text.

use super::aliases::{Sheet, normal};
use super::numbers::whole;
use super::words;
use crate::inventory::names::shown;
use crate::inventory::trouble::{Problem, Trouble};

/// A sheet's rows, in its order.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) sheet: &'static Sheet,
    /// Which of the sheet's columns the export has.
    present: Vec<bool>,
    pub(super) rows: Vec<Row>,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// As a spreadsheet counts.
    pub(super) row: u64,
    /// As an editor counts the lines of a file: another number where a cell above holds a line break.
    pub(super) line: u64,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {}", self.row)?;
        if self.line != self.row { write!(f, " (line {})", self.line) } else { Ok(()) }
    }
}

/// A row: where it stands, and its cells by the position of the column in the sheet's table.
#[derive(Debug)]
pub(super) struct Row {
    spot: Spot,
    cells: Box<[Box<str>]>,
}

/// Rows of one sheet; more are a mistake or an attack.
const ROWS_MAX: usize = 2_000_000;
/// The header is one of the first so many rows that are not blank: a title may stand above it.
pub(super) const HEADER_WITHIN: usize = 10;
/// Rows that are too long and have a message each; the others are counted.
const LONG_ROWS_TOLD: usize = 20;

/// Takes rows one after the other; the header is the first that has all columns without which there is no sheet.
#[derive(Debug)]
pub(super) struct Builder {
    sheet: &'static Sheet,
    /// By column of the export: the position in the sheet's table.
    takes: Vec<Option<usize>>,
    /// Rows above the header, as far as they were looked at.
    looked_at: usize,
    header: Option<Spot>,
    /// What comes next to a header, where there is none: the row that has the most columns of one.
    nearest: Option<Nearest>,
    rows: Vec<Row>,
    width: Width,
}

#[derive(Debug)]
struct Nearest {
    spot: Spot,
    is_first: bool,
    takes: Vec<Option<usize>>,
}

impl Builder {
    pub(super) fn new(sheet: &'static Sheet) -> Builder {
        Builder {
            sheet,
            takes: Vec::new(),
            looked_at: 0,
            header: None,
            nearest: None,
            rows: Vec::new(),
            width: Width::default(),
        }
    }

    /// The next row. Blank ones are passed over, before the header and after it. `count`: its cells, where the file says
    /// how many a row has.
    pub(super) fn row<'a>(
        &mut self,
        spot: Spot,
        count: Option<usize>,
        cells: impl Iterator<Item = (usize, &'a str)> + Clone,
    ) -> Result<(), Problem> {
        let filled = cells.map(|(at, cell)| (at, cell.trim())).filter(|(_, cell)| !cell.is_empty());
        let Some(last) = filled.clone().last() else { return Ok(()) };
        if self.header.is_none() {
            if self.looked_at < HEADER_WITHIN {
                self.looked_at += 1;
                self.look_at(spot, count, filled);
            }
            return Ok(());
        }
        if self.rows.len() == ROWS_MAX {
            return Err(Problem {
                place: format!("sheet {}", self.sheet.name),
                what: format!("more than {ROWS_MAX} rows"),
                remedy: "export fewer VMs at a time".into(),
            });
        }
        self.width.row(spot, count, last.0 + 1);
        let mut row: Box<[Box<str>]> = vec![Box::default(); self.sheet.columns.len()].into();
        for (at, cell) in filled {
            if let Some(position) = self.takes.get(at).copied().flatten() {
                row[position] = cell.into();
            }
        }
        if row.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(Row { spot, cells: row });
        }
        Ok(())
    }

    /// Takes a row for the header, if it is one.
    fn look_at<'a>(
        &mut self,
        spot: Spot,
        count: Option<usize>,
        filled: impl Iterator<Item = (usize, &'a str)>,
    ) {
        let takes = takes(self.sheet, filled);
        if missing(self.sheet, &takes).next().is_none() {
            (self.header, self.takes, self.width.header) = (Some(spot), takes, count);
            return;
        }
        let known = |takes: &[Option<usize>]| takes.iter().flatten().count();
        if self.nearest.as_ref().is_none_or(|nearest| known(&takes) > known(&nearest.takes)) {
            self.nearest = Some(Nearest { spot, is_first: self.looked_at == 1, takes });
        }
    }

    /// The sheet; nothing where it is empty, or a column is missing without which nothing can be made of it. An empty one
    /// is a problem only where nothing can be made without it.
    pub(super) fn end(
        self,
        is_needed: bool,
        trouble: &mut Trouble,
        remarks: &mut Vec<String>,
    ) -> Option<Rows> {
        let Builder { sheet, takes, rows, .. } = self;
        let name = sheet.name;
        if let Some(header) = self.header {
            if self.looked_at > 1 {
                remarks.push(format!(
                    "sheet {name}: {header} was taken for its header, the first with all columns that are needed"
                ));
            }
            if self.width.is_shifted(name, trouble) {
                // Whatever else is said of such a sheet is said of wrong columns.
                return None;
            }
            let present = (0..sheet.columns.len()).map(|position| takes.contains(&Some(position))).collect();
            let rows = Rows { sheet, present, rows };
            rows.refuse_other_words(trouble);
            return Some(rows);
        }
        if self.nearest.is_none() && !is_needed {
            remarks.push(format!("sheet {name} is empty: what it would have said is assumed"));
            return None;
        }
        for column in missing(sheet, self.nearest.as_ref().map_or(&[], |nearest| &nearest.takes)) {
            let what = match &self.nearest {
                None => format!(
                    "the sheet is empty; its first row would name the columns, among them {}",
                    column.word
                ),
                Some(nearest) if nearest.is_first => format!("there is no column {}", column.word),
                Some(nearest) => format!(
                    "there is no column {} in {}, which comes next to a header of the first {}",
                    column.word, nearest.spot, self.looked_at
                ),
            };
            let remedy = format!("add the column, named {} or {}", column.word, column.aliases.join(", "));
            trouble.add(format!("sheet {name}"), what, remedy);
        }
        None
    }
}

/// By column of the export: which of the sheet's it is.
fn takes<'a>(sheet: &Sheet, filled: impl Iterator<Item = (usize, &'a str)>) -> Vec<Option<usize>> {
    let mut takes = Vec::new();
    for (at, cell) in filled {
        let position = position(sheet, cell);
        // The first of two columns of one name counts: attributes of users stand behind.
        if position.is_some() && !takes.contains(&position) {
            takes.resize(takes.len().max(at + 1), None);
            takes[at] = position;
        }
    }
    takes
}

/// Columns that are needed and not there.
fn missing<'a>(
    sheet: &'static Sheet,
    takes: &'a [Option<usize>],
) -> impl Iterator<Item = &'static super::aliases::Column> + 'a {
    let columns = sheet.columns.iter().enumerate();
    columns
        .filter(|(position, column)| column.is_required && !takes.contains(&Some(*position)))
        .map(|(_, c)| c)
}

/// How many of a sheet's columns cells name.
pub(super) fn named<'a>(sheet: &'static Sheet, cells: impl Iterator<Item = &'a str>) -> usize {
    takes(sheet, cells.enumerate()).iter().flatten().count()
}

fn position(sheet: &Sheet, header: &str) -> Option<usize> {
    let header = normal(header);
    let named = |column: &super::aliases::Column| {
        normal(column.word) == header || column.aliases.iter().any(|alias| normal(alias) == header)
    };
    sheet.columns.iter().position(named)
}

/// How many cells rows have, in files that say it. One with more than the header is shifted: a cell that is not quoted
/// holds a separator, and what stands behind it is in the wrong column.
#[derive(Debug, Default)]
struct Width {
    header: Option<usize>,
    rows: u64,
    /// Those that are longer than the header: the first of them, and how many there are.
    long: Vec<(Spot, usize)>,
    long_rows: u64,
    /// Whether one of them has something behind the header's last column, or another length than the first.
    is_uneven: bool,
}

impl Width {
    fn row(&mut self, spot: Spot, count: Option<usize>, filled: usize) {
        self.rows += 1;
        let (Some(header), Some(count)) = (self.header, count) else { return };
        if count <= header {
            return;
        }
        self.long_rows += 1;
        self.is_uneven |= filled > header || self.long.first().is_some_and(|(_, first)| *first != count);
        if self.long.len() < LONG_ROWS_TOLD {
            self.long.push((spot, count));
        }
    }

    /// Whether rows are shifted; it says which.
    fn is_shifted(&self, sheet: &str, trouble: &mut Trouble) -> bool {
        // Some programs end every row with a separator, but the header.
        if self.long_rows == 0 || (!self.is_uneven && self.long_rows == self.rows) {
            return false;
        }
        let header = self.header.unwrap_or(0);
        for (spot, count) in &self.long {
            trouble.add(
                format!("sheet {sheet}, {spot}"),
                format!("it has {count} cells, and the header has {header}: a cell holds a separator and is not quoted"),
                "put cells that hold a separator between double quotes, or export a workbook (Export all to xlsx)",
            );
        }
        trouble.count(self.long_rows - self.long.len() as u64);
        true
    }
}

impl Rows {
    /// Whether the export has a column.
    pub(super) fn has(&self, word: &str) -> bool {
        self.sheet.position(word).is_some_and(|position| self.present[position])
    }

    /// A cell; empty where the export does not have it.
    pub(super) fn text<'a>(&self, row: &'a Row, word: &str) -> &'a str {
        self.sheet.position(word).map_or("", |position| &row.cells[position])
    }

    /// Whether a cell says yes; nothing where it is empty.
    pub(super) fn truth(&self, row: &Row, word: &str) -> Option<bool> {
        words::truth(self.text(row, word))
    }

    /// Whether two rows say the same in all columns that are read.
    pub(super) fn are_alike(&self, a: &Row, b: &Row) -> bool {
        a.cells == b.cells
    }

    /// Where yes or no is asked, whatever else stands there is a problem: it would count as nothing.
    fn refuse_other_words(&self, trouble: &mut Trouble) {
        let truths: Vec<usize> =
            (0..self.sheet.columns.len()).filter(|position| self.sheet.columns[*position].is_truth).collect();
        for row in &self.rows {
            for &position in &truths {
                let cell = &row.cells[position];
                if !cell.is_empty() && words::truth(cell).is_none() {
                    trouble.add(
                        self.place(row, self.sheet.columns[position].word),
                        format!("\"{}\" is neither yes nor no", shown(cell)),
                        "write True or False, or leave it empty",
                    );
                }
            }
        }
    }

    /// A whole number; nothing where the cell is empty, and a problem where it says something else.
    pub(super) fn whole(&self, row: &Row, word: &str, trouble: &mut Trouble) -> Option<u64> {
        let text = self.text(row, word);
        if text.is_empty() {
            return None;
        }
        let number = whole(text);
        if number.is_none() {
            trouble.add(
                self.place(row, word),
                format!("\"{}\" is not a whole number", shown(text)),
                "write digits, such as 4096",
            );
        }
        number
    }

    /// Where a cell stands, in words.
    pub(super) fn place(&self, row: &Row, word: &str) -> String {
        format!("sheet {}, {}, column {word}", self.sheet.name, row.spot)
    }
}
