//! From the bytes of an export to its sheets: a workbook, or files of comma-separated values.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::aliases::{SHEETS, Sheet, VINFO};
use super::archive;
use super::separated::separated;
use super::sheet::{Builder, Rows, Spot};
use crate::inventory::names::shown;
use crate::inventory::trouble::{Problem, Trouble};

/// An export of RVTools, read from wherever it lies.
#[derive(Debug)]
pub enum Export {
    /// A workbook, `.xlsx`, or a `.zip` of files of comma-separated values.
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

pub(super) fn sheet(file: &str) -> Option<&'static Sheet> {
    let lower = file.to_ascii_lowercase();
    sheet_named(lower.strip_suffix(".csv")?)
}

/// The sheet of a name in a workbook, or of a file, which some programs begin with `RVTools_tab` or `tab`.
fn sheet_named(name: &str) -> Option<&'static Sheet> {
    let lower = name.trim().to_ascii_lowercase();
    let name = lower.strip_prefix("rvtools_").unwrap_or(&lower);
    let name = name.strip_prefix("tab").unwrap_or(name);
    SHEETS.into_iter().find(|sheet| sheet.name.eq_ignore_ascii_case(name))
}

/// What an export has.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    /// In the order of [`SHEETS`].
    pub(super) found: [Option<Rows>; 4],
    /// What somebody should know of them.
    pub(super) remarks: Vec<String>,
}

pub(super) fn sheets(export: &Export, trouble: &mut Trouble) -> Sheets {
    let mut sheets = Sheets::default();
    let read = match export {
        Export::Workbook(bytes) => match archive::files(bytes) {
            Some(read) => read.and_then(|read| files(&read, "the archive", &mut sheets, trouble)),
            None => workbook(bytes, &mut sheets, trouble),
        },
        Export::Files(read) => files(read, "the folder", &mut sheets, trouble),
    };
    if let Err(problem) = read {
        trouble.add(problem.place, problem.what, problem.remedy);
    }
    sheets
}

pub(super) fn problem(
    place: impl Into<String>,
    what: impl Into<String>,
    remedy: impl Into<String>,
) -> Problem {
    Problem { place: place.into(), what: what.into(), remedy: remedy.into() }
}

/// The first bytes of a file of Microsoft's compound format: a workbook with a password, or one of Excel 97.
const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

fn workbook(bytes: &[u8], sheets: &mut Sheets, trouble: &mut Trouble) -> Result<(), Problem> {
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
            "give a complete .xlsx as RVTools writes it, with a sheet vInfo, or a folder or .zip of its CSV files",
        )
    })?;
    let names = book.sheet_names();
    let named = |sheet: &Sheet| {
        let mut alike = names.iter().filter(|name| sheet_named(name).is_some_and(|s| s.name == sheet.name));
        // That of RVTools itself before another that is called like it.
        alike.clone().find(|name| name.trim().eq_ignore_ascii_case(sheet.name)).or_else(|| alike.next())
    };
    for (slot, sheet) in sheets.found.iter_mut().zip(SHEETS) {
        let Some(name) = named(sheet) else { continue };
        let mut builder = Builder::new(sheet);
        cells(&mut book, name, &mut builder)?;
        let is_needed = sheet.name == VINFO.name;
        *slot = builder.end(is_needed, trouble, &mut sheets.remarks);
        if slot.is_none() && is_needed {
            return Ok(());
        }
    }
    if named(&VINFO).is_none() {
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
            let spot = Spot { row: number, line: number };
            builder.row(spot, None, row.iter().map(|(at, cell)| (*at, cell.as_str())))?;
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
    place: &str,
    sheets: &mut Sheets,
    trouble: &mut Trouble,
) -> Result<(), Problem> {
    for (slot, wanted) in sheets.found.iter_mut().zip(SHEETS) {
        let is_wanted = |name: &str| sheet(name).is_some_and(|sheet| sheet.name == wanted.name);
        let mut of_sheet = files.iter().filter(|(name, _)| is_wanted(name));
        let Some((name, bytes)) = of_sheet.next() else { continue };
        if let Some((other, _)) = of_sheet.next() {
            let what = format!("{} and {} both hold sheet {}", shown(name), shown(other), wanted.name);
            trouble.add(place, what, "keep one of them");
        }
        let is_needed = wanted.name == VINFO.name;
        *slot = separated(wanted, name, bytes)?.end(is_needed, trouble, &mut sheets.remarks);
    }
    if !files.iter().any(|(name, _)| sheet(name).is_some_and(|sheet| sheet.name == VINFO.name)) {
        let remedy = "export with RVTools: File, Export all to csv, and give the folder";
        return Err(problem(place, "there is no RVTools_tabvInfo.csv", remedy));
    }
    Ok(())
}
