//! Rows of values between commas, each with its place.

use super::builder::{Builder, Value};
use crate::history::place::{begin, cell};

/// The columns of a header.
pub(super) struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// The column of the first of these names that there is, whatever its case.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|other| other.eq_ignore_ascii_case(name)))
    }

    /// The same, of a column that must be there; where it is not, that is told.
    pub(super) fn need(&self, builder: &mut Builder<'_>, name: &str) -> Option<usize> {
        let found = self.find(&[name]);
        if found.is_none() {
            let line = builder.text.lines().next().map_or(0, str::len);
            let what = format!("there is no column {name}");
            builder.wrong(0..line, what, format!("the header has {}", self.names.join(", ")));
        }
        found
    }
}

/// A row.
pub(super) struct Row {
    pub(super) values: Vec<Value>,
}

impl Row {
    /// A value; of a column that there is not, nothing at the end of the row.
    pub(super) fn get(&self, column: Option<usize>) -> Value {
        let end = self.values.last().map_or(0, |last| last.span.end);
        let none = || Value { text: String::new(), span: end..end };
        column.and_then(|column| self.values.get(column)).cloned().unwrap_or_else(none)
    }

    /// From its first byte to its last.
    pub(super) fn span(&self) -> std::ops::Range<usize> {
        self.values.first().map_or(0, |v| v.span.start)..self.values.last().map_or(0, |v| v.span.end)
    }
}

/// The header; the rows below it come from [`rows`].
pub(super) fn header(text: &str) -> Columns {
    let mut record = csv::StringRecord::new();
    let _ = reader(text).read_record(&mut record);
    Columns { names: record.iter().map(|name| name.trim().to_owned()).collect() }
}

/// Every row that has values, one after the other. With a header all have as many as that.
pub(super) fn rows(
    builder: &mut Builder<'_>,
    has_header: bool,
    mut take: impl FnMut(&mut Builder<'_>, &Row),
) {
    let text = builder.text;
    let mut reader = reader(text);
    let (mut record, mut number, mut columns) = (csv::StringRecord::new(), 0, None);
    while reader.read_record(&mut record).unwrap_or(false) {
        number += 1;
        let start = begin(text, record.position().map_or(0, |position| position.byte() as usize));
        let rest = text.get(start..).unwrap_or_default();
        let columns = *columns.get_or_insert(record.len());
        if (has_header && number == 1) || (record.len() == 1 && record.iter().all(|v| v.trim().is_empty())) {
            continue;
        }
        if record.iter().any(|value| value.contains(['\r', '\n'])) {
            builder.wrong(start..start + 1, "a value goes on over several lines", "close its quotes");
            continue;
        }
        if has_header && record.len() != columns {
            let line = rest.find(['\r', '\n']).unwrap_or(rest.len());
            let what = format!("{} values in a row, where the header has {columns}", record.len());
            builder.wrong(start..start + line, what, "write as many values as columns");
            continue;
        }
        let place = |number: usize| {
            let span = cell(rest, number);
            start + span.start..start + span.end
        };
        let values = record.iter().enumerate();
        let values = values.map(|(n, value)| Value { text: value.trim().to_owned(), span: place(n) });
        take(builder, &Row { values: values.collect() });
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes())
}
