//! A sheet as it is read: of each row only the columns that matter, as text.

use super::aliases::{Sheet, normal};
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

/// A row: where it stands, and its cells by the position of the column in the sheet's table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    cells: Box<[Box<str>]>,
}

/// Rows of one sheet; more are a mistake or an attack.
const ROWS_MAX: usize = 2_000_000;

/// Takes rows one after the other, the first of them the header.
#[derive(Debug)]
pub(super) struct Builder {
    sheet: &'static Sheet,
    /// By column of the export: the position in the sheet's table.
    takes: Vec<Option<usize>>,
    has_header: bool,
    rows: Vec<Row>,
}

impl Builder {
    pub(super) fn new(sheet: &'static Sheet) -> Builder {
        Builder { sheet, takes: Vec::new(), has_header: false, rows: Vec::new() }
    }

    /// The next row, with its number in the export. Blank ones are passed over, before the header and after it.
    pub(super) fn row<'a>(
        &mut self,
        number: u64,
        cells: impl Iterator<Item = (usize, &'a str)> + Clone,
    ) -> Result<(), Problem> {
        let mut filled = cells.map(|(at, cell)| (at, cell.trim())).filter(|(_, cell)| !cell.is_empty());
        if filled.clone().next().is_none() {
            return Ok(());
        }
        if !self.has_header {
            self.has_header = true;
            for (at, cell) in filled {
                let position = position(self.sheet, cell);
                // The first of two columns of one name counts: attributes of users stand behind.
                if position.is_some() && !self.takes.contains(&position) {
                    self.takes.resize(self.takes.len().max(at + 1), None);
                    self.takes[at] = position;
                }
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
        let mut row: Box<[Box<str>]> = vec![Box::default(); self.sheet.columns.len()].into();
        for (at, cell) in filled.by_ref() {
            if let Some(position) = self.takes.get(at).copied().flatten() {
                row[position] = cell.into();
            }
        }
        if row.iter().any(|cell| !cell.is_empty()) {
            self.rows.push(Row { number, cells: row });
        }
        Ok(())
    }

    /// The sheet; nothing where a column is missing without which nothing can be made of it.
    pub(super) fn end(self, trouble: &mut Trouble) -> Option<Rows> {
        let present: Vec<bool> =
            (0..self.sheet.columns.len()).map(|position| self.takes.contains(&Some(position))).collect();
        let mut is_whole = true;
        for (column, _) in
            self.sheet.columns.iter().zip(&present).filter(|(c, there)| c.is_required && !**there)
        {
            is_whole = false;
            let what = match self.has_header {
                true => format!("there is no column {}", column.word),
                false => format!(
                    "the sheet is empty; its first row would name the columns, among them {}",
                    column.word
                ),
            };
            trouble.add(
                format!("sheet {}", self.sheet.name),
                what,
                format!("add the column, named {} or {}", column.word, column.aliases.join(", ")),
            );
        }
        is_whole.then_some(Rows { sheet: self.sheet, present, rows: self.rows })
    }
}

fn position(sheet: &Sheet, header: &str) -> Option<usize> {
    let header = normal(header);
    let named = |column: &super::aliases::Column| {
        normal(column.word) == header || column.aliases.iter().any(|alias| normal(alias) == header)
    };
    sheet.columns.iter().position(named)
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

    /// Whether a cell says yes.
    pub(super) fn truth(&self, row: &Row, word: &str) -> Option<bool> {
        let text = self.text(row, word);
        if ["true", "1", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes)) {
            Some(true)
        } else if ["false", "0", "no"].iter().any(|no| text.eq_ignore_ascii_case(no)) {
            Some(false)
        } else {
            None
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
        format!("sheet {}, row {}, column {word}", self.sheet.name, row.number)
    }
}

/// `196514`, with groups of thousands (`196,514`, `196.514`, `196 514`), or with decimals that spreadsheets add (`4.0`).
fn whole(text: &str) -> Option<u64> {
    if let Ok(number) = text.parse::<u64>() {
        return Some(number);
    }
    let is_separator = |c: char| matches!(c, ',' | '.' | '\'' | '\u{2019}') || c.is_whitespace();
    let groups: Vec<&str> = text.split(is_separator).collect();
    let are_digits =
        groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let (first, rest) = groups.split_first()?;
    if !are_digits {
        return None;
    }
    if rest.iter().all(|group| group.len() == 3) && first.len() <= 3 {
        return groups.concat().parse().ok();
    }
    match rest {
        [decimals] if decimals.bytes().all(|b| b == b'0') => first.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn numbers_of_any_locale_are_read_and_nothing_else() {
        for (text, number) in [
            ("196514", Some(196_514)),
            ("196,514", Some(196_514)),
            ("1.196.514", Some(1_196_514)),
            ("196\u{a0}514", Some(196_514)),
            ("4.0", Some(4)),
            ("4,00", Some(4)),
            ("4.5", None),
            ("-1", None),
            ("", None),
            ("4 GB", None),
            ("1,2,3", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
