//! From the bytes of an export to its sheets: a workbook, or files of comma-separated values.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::aliases::{SHEETS, Sheet, VINFO, normal};
use super::sheet::{Builder, Rows};
use crate::inventory::names::shown;
use crate::inventory::trouble::{Problem, Trouble};

/// An export of RVTools, read from wherever it lies.
#[derive(Debug)]
pub enum Export {
    /// A workbook, `.xlsx`.
    Workbook(Vec<u8>),
    /// Files of comma-separated values, each with its name.
    Files(Vec<(String, Vec<u8>)>),
}

/// The sheet that a file holds by its name, such as `RVTools_tabvInfo.csv`; none where it is none that is read.
///
/// ```
/// use ninefold::inventory::rvtools::sheet_of_file;
/// assert_eq!(sheet_of_file("RVTools_tabvInfo.csv"), Some("vInfo"));
/// assert_eq!(sheet_of_file("vhost.CSV"), Some("vHost"));
/// assert_eq!(sheet_of_file("RVTools_tabvTools.csv"), None);
/// ```
#[must_use]
pub fn sheet_of_file(name: &str) -> Option<&'static str> {
    sheet(name).map(|sheet| sheet.name)
}

fn sheet(file: &str) -> Option<&'static Sheet> {
    let lower = file.to_ascii_lowercase();
    let stem = lower.strip_suffix(".csv")?;
    let stem = stem.strip_prefix("rvtools_tab").or_else(|| stem.strip_prefix("rvtools_")).unwrap_or(stem);
    SHEETS.into_iter().find(|sheet| sheet.name.eq_ignore_ascii_case(stem))
}

/// The sheets that an export has, in the order of [`SHEETS`].
pub(super) fn sheets(export: &Export, trouble: &mut Trouble) -> [Option<Rows>; 4] {
    let mut found: [Option<Rows>; 4] = [None, None, None, None];
    let read = match export {
        Export::Workbook(bytes) => workbook(bytes, &mut found, trouble),
        Export::Files(files) => self::files(files, &mut found, trouble),
    };
    if let Err(problem) = read {
        trouble.add(problem.place, problem.what, problem.remedy);
    }
    found
}

fn problem(place: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
    Problem { place: place.into(), what: what.into(), remedy: remedy.into() }
}

/// The first bytes of a file of Microsoft's compound format: a workbook with a password, or one of Excel 97.
const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

fn workbook(bytes: &[u8], found: &mut [Option<Rows>; 4], trouble: &mut Trouble) -> Result<(), Problem> {
    let place = "the workbook";
    if bytes.starts_with(&COMPOUND) {
        let what = "it is encrypted with a password, or an old .xls";
        return Err(problem(place, what, "save it without a password as .xlsx, or export CSV files"));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| {
        let what = format!("it cannot be read: {}", words(&error));
        problem(
            place,
            what,
            "give a complete .xlsx as RVTools writes it, with a sheet vInfo, or a folder of its CSV files",
        )
    })?;
    let names = book.sheet_names();
    for (slot, sheet) in found.iter_mut().zip(SHEETS) {
        let Some(name) = names.iter().find(|name| normal(name) == normal(sheet.name)) else { continue };
        let mut builder = Builder::new(sheet);
        cells(&mut book, name, &mut builder)?;
        *slot = builder.end(trouble);
        if slot.is_none() && sheet.name == VINFO.name {
            return Ok(());
        }
    }
    if !names.iter().any(|name| normal(name) == normal(VINFO.name)) {
        let there = names.iter().take(30).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        let what = format!("there is no sheet vInfo; there are: {there}");
        return Err(problem(place, what, "export with RVTools: File, Export all to xlsx"));
    }
    Ok(())
}

/// Reads a sheet cell by cell: of a large one all cells at once would fill the memory.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, builder: &mut Builder) -> Result<(), Problem> {
    let sheet = shown(name);
    let broken = |row: u64, error: &XlsxError| {
        let what = format!("it cannot be read further: {}", words(error));
        problem(format!("sheet {sheet}, row {row}"), what, "the file is damaged; export it once more")
    };
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| broken(1, &error))?;
    let (mut number, mut row): (u64, Vec<(usize, String)>) = (1, Vec::new());
    loop {
        let cell = reader.next_cell().map_err(|error| broken(number, &error))?;
        let at =
            cell.as_ref().map(|cell| (u64::from(cell.get_position().0) + 1, cell.get_position().1 as usize));
        if at.is_none_or(|(next, _)| next != number) {
            builder.row(number, row.iter().map(|(at, cell)| (*at, cell.as_str())))?;
            row.clear();
        }
        let (Some(cell), Some((next, column))) = (cell, at) else { return Ok(()) };
        number = next;
        let text = match cell.get_value() {
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => number.to_string(),
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Bool(truth) => truth.to_string(),
            _ => continue,
        };
        row.push((column, text));
    }
}

/// An error of the reader in one line of plain characters: it may quote what the file holds.
fn words(error: &XlsxError) -> String {
    match error {
        XlsxError::Password => "it is encrypted with a password".to_owned(),
        XlsxError::FileNotFound(part) => format!("its part {} is missing", shown(part)),
        XlsxError::RelationshipNotFound => "the list of its parts is missing".to_owned(),
        error => shown(&error.to_string()),
    }
}

fn files(
    files: &[(String, Vec<u8>)],
    found: &mut [Option<Rows>; 4],
    trouble: &mut Trouble,
) -> Result<(), Problem> {
    for (slot, wanted) in found.iter_mut().zip(SHEETS) {
        let is_wanted = |name: &str| sheet(name).is_some_and(|sheet| sheet.name == wanted.name);
        let mut of_sheet = files.iter().filter(|(name, _)| is_wanted(name));
        let Some((name, bytes)) = of_sheet.next() else { continue };
        if let Some((other, _)) = of_sheet.next() {
            let what = format!("{} and {} both hold sheet {}", shown(name), shown(other), wanted.name);
            trouble.add("the folder", what, "keep one of them");
        }
        *slot = separated(wanted, name, bytes)?.end(trouble);
    }
    if !files.iter().any(|(name, _)| sheet(name).is_some_and(|sheet| sheet.name == VINFO.name)) {
        let remedy = "export with RVTools: File, Export all to csv, and give the folder";
        return Err(problem("the folder", "there is no RVTools_tabvInfo.csv", remedy));
    }
    Ok(())
}

fn separated(sheet: &'static Sheet, name: &str, bytes: &[u8]) -> Result<Builder, Problem> {
    let text = decoded(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let (mut builder, mut record) = (Builder::new(sheet), csv::StringRecord::new());
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                builder.row(line, record.iter().enumerate())?;
            }
            Ok(false) => return Ok(builder),
            Err(error) => {
                let what = format!("it cannot be read: {}", shown(&error.to_string()));
                return Err(problem(shown(name), what, "export it once more"));
            }
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

/// What stands most often between the names of the columns.
fn separator(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    let candidates = [b',', b';', b'\t'];
    candidates.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_is_what_stands_in_the_header() {
        assert_eq!(separator("VM;Powerstate;CPUs\na,b,c,d,e"), b';');
        assert_eq!(separator("\n\"VM\",\"CPUs\""), b',');
        assert_eq!(separator("VM\tCPUs"), b'\t');
        assert_eq!(separator("VM"), b',');
    }

    #[test]
    fn text_of_any_encoding_becomes_text() {
        assert_eq!(decoded(b"\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F"), "gr\u{fc}\u{df}");
        assert_eq!(decoded(b"gr\xFC\xDF"), "gr\u{fc}\u{df}");
        assert_eq!(decoded(b"\xFF\xFEV\0M\0"), "VM");
        assert_eq!(decoded(b"\xFE\xFF\0V\0M"), "VM");
    }
}
