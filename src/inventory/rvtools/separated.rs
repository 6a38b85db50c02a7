//! Files of separated values: their encoding, their separator, and on which line each row begins.

use super::aliases::Sheet;
use super::export::problem;
use super::sheet::{Builder, HEADER_WITHIN, Spot, named};
use crate::inventory::names::shown;
use crate::inventory::trouble::Problem;

/// Reads the rows of a file.
pub(super) fn separated(sheet: &'static Sheet, name: &str, bytes: &[u8]) -> Result<Builder, Problem> {
    let text = decoded(bytes);
    let (separator, begins) = match announced(&text) {
        Some(announced) => announced,
        None => (separator(&text, sheet), 0),
    };
    let rows = text.get(begins..).unwrap_or("");
    let mut lines =
        Lines { text: rows.as_bytes(), at: 0, line: 1 + u64::from(begins > 0), row: u64::from(begins > 0) };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(rows.as_bytes());
    let (mut builder, mut record) = (Builder::new(sheet), csv::StringRecord::new());
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {
                let begins = record.position().map_or(0, |position| position.byte() as usize);
                builder.row(lines.next(begins), Some(record.len()), record.iter().enumerate())?;
            }
            Ok(false) => return Ok(builder),
            Err(error) => {
                let what = format!("it cannot be read: {}", shown(&error.to_string()));
                return Err(problem(shown(name), what, "export it once more"));
            }
        }
    }
}

/// Counts lines and rows. The reader's own count of lines takes what stands between a carriage return and its line feed
/// for the beginning of a row.
struct Lines<'a> {
    text: &'a [u8],
    /// As far as lines are counted.
    at: usize,
    /// The line that `at` is on.
    line: u64,
    /// The last row.
    row: u64,
}

impl Lines<'_> {
    /// The row that begins somewhere from `begins` on, behind blank lines.
    fn next(&mut self, begins: usize) -> Spot {
        self.pass(begins);
        if begins > 0 && self.text.get(begins - 1) == Some(&b'\r') && self.text.get(begins) == Some(&b'\n') {
            self.pass(begins + 1);
        }
        let first = self.line;
        let blank = self.text[self.at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.pass(self.at + blank);
        self.row += 1 + self.line - first;
        Spot { row: self.row, line: self.line }
    }

    fn pass(&mut self, until: usize) {
        let until = until.min(self.text.len());
        while self.at < until {
            let next = self.text.get(self.at + 1);
            let is_end = match self.text[self.at] {
                b'\n' => true,
                // A line may end in both, or in the first alone.
                b'\r' => next != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(is_end);
            self.at += 1;
        }
    }
}

/// UTF-8 or UTF-16 by its byte-order mark; what is neither is taken for Latin 1, of which every byte is a character.
fn decoded(bytes: &[u8]) -> String {
    let pairs = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match bytes {
        [0xFF, 0xFE, rest @ ..] => pairs(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => pairs(rest, u16::from_be_bytes),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        },
    }
}

/// The separator that the first line announces to Excel, as in `sep=;`, and where the second line begins.
fn announced(text: &str) -> Option<(u8, usize)> {
    let end = text.find(['\r', '\n'])?;
    let line = text[..end].trim_matches('"');
    let (word, separator) = line.split_at_checked(4)?;
    let [separator] = separator.as_bytes() else { return None };
    let is_announced = word.eq_ignore_ascii_case("sep=") && separator.is_ascii();
    let length = if text[end..].starts_with("\r\n") { 2 } else { 1 };
    is_announced.then_some((*separator, end + length))
}

/// What stands between the names of the columns: what makes most of them of one of the first lines, else what stands most
/// often in the first line.
fn separator(text: &str, sheet: &'static Sheet) -> u8 {
    const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(HEADER_WITHIN);
    let names = |separator: u8| {
        let cells = |line: &str| {
            named(sheet, line.split(char::from(separator)).map(|cell| cell.trim().trim_matches('"')))
        };
        lines().map(cells).max().unwrap_or(0)
    };
    let first = lines().next().unwrap_or("");
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    let best = CANDIDATES.into_iter().rev().max_by_key(|separator| (names(*separator), count(*separator)));
    best.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::rvtools::aliases::{VDATASTORE, VINFO};

    #[test]
    fn a_separator_is_what_stands_in_the_header() {
        assert_eq!(separator("VM;Powerstate;CPUs\na,b,c,d,e", &VINFO), b';');
        assert_eq!(separator("\n\"VM\",\"CPUs\"", &VINFO), b',');
        assert_eq!(separator("VM\tCPUs", &VINFO), b'\t');
        assert_eq!(separator("VM", &VINFO), b',');
        // Not of a title above it.
        assert_eq!(separator("export of Monday, 5, May, 2025\n\nVM;\"CPUs\";Memory\n", &VINFO), b';');
        assert_eq!(separator("Name", &VDATASTORE), b',');
    }

    #[test]
    fn a_separator_may_be_announced() {
        assert_eq!(announced("sep=;\r\nVM;CPUs"), Some((b';', 7)));
        assert_eq!(announced("\"SEP=|\"\nVM|CPUs"), Some((b'|', 8)));
        assert_eq!(
            (announced("sep=\u{e9}\nVM"), announced("sep=;;\nVM"), announced("VM;CPUs\n")),
            (None, None, None)
        );
    }

    #[test]
    fn text_of_any_encoding_becomes_text() {
        assert_eq!(decoded(b"\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F"), "gr\u{fc}\u{df}");
        assert_eq!(decoded(b"gr\xFC\xDF"), "gr\u{fc}\u{df}");
        assert_eq!(decoded(b"\xFF\xFEV\0M\0"), "VM");
        assert_eq!(decoded(b"\xFE\xFF\0V\0M"), "VM");
    }

    /// Of each record its row as a spreadsheet counts it and its line as an editor does.
    fn spots(text: &str) -> Vec<(u64, u64)> {
        let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1, row: 0 };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut spots = Vec::new();
        for record in reader.records() {
            let begins = record.unwrap().position().unwrap().byte() as usize;
            let spot = lines.next(begins);
            spots.push((spot.row, spot.line));
        }
        spots
    }

    #[test]
    fn rows_stand_where_an_editor_shows_them_however_lines_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a", "b", "", "", "\"c", "d", "\"", "e", ""].join(end);
            assert_eq!(spots(&text), [(1, 1), (2, 2), (5, 5), (6, 8)], "{end:?}");
            assert_eq!(spots(&format!("{end}a{end}")), [(2, 2)], "{end:?}");
        }
    }
}
