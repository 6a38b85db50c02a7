//! A `.zip` of files of comma-separated values. A workbook is an archive as well, and no such one.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::export::{problem, sheet};
use crate::inventory::names::shown;
use crate::inventory::trouble::Problem;

/// Bytes of all files together; a small archive can hold more than a memory does.
const BYTES_MAX: u64 = 1 << 30;

/// Files, each with its name.
type Files = Vec<(String, Vec<u8>)>;

/// The files that hold sheets, by their names without folders; nothing where the bytes are something else.
pub(super) fn files(bytes: &[u8]) -> Option<Result<Files, Problem>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    // Every workbook has this folder.
    if names.iter().any(|name| name.starts_with("xl/")) {
        return None;
    }
    let mut wanted: Vec<String> = names.into_iter().filter(|name| sheet(last(name)).is_some()).collect();
    if wanted.is_empty() {
        return None;
    }
    wanted.sort();
    let mut files = Vec::new();
    let mut room = BYTES_MAX;
    for name in wanted {
        match unpacked(&mut archive, &name, room) {
            Ok(bytes) => {
                room -= bytes.len() as u64;
                files.push((last(&name).to_owned(), bytes));
            }
            Err(problem) => return Some(Err(problem)),
        }
    }
    Some(Ok(files))
}

fn last(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn unpacked(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, room: u64) -> Result<Vec<u8>, Problem> {
    let broken = |error: &dyn std::fmt::Display| {
        let what = format!("it cannot be read: {}", shown(&error.to_string()));
        problem(
            format!("{} in the archive", shown(name)),
            what,
            "pack it once more, without a password, or give the folder",
        )
    };
    let file = archive.by_name(name).map_err(|error| broken(&error))?;
    let mut bytes = Vec::new();
    file.take(room + 1).read_to_end(&mut bytes).map_err(|error| broken(&error))?;
    if bytes.len() as u64 > room {
        let what = format!("its files have more than {} GiB", BYTES_MAX >> 30);
        return Err(problem("the archive", what, "export fewer VMs at a time"));
    }
    Ok(bytes)
}
