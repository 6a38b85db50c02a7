//! Files that a scenario names: read as far as they may be, or why they cannot be.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::scenario::{File, Refusal, limits};

/// Reads a file, by its path from a folder. `left`: bytes that all files may still have together.
pub(super) fn read(folder: &Path, name: &str, left: usize) -> File {
    let path = folder.join(name);
    // More bytes than it may have are not even read.
    let content = content(&path, limits::FILE_BYTES.min(left) as u64 + 1);
    File { name: name.to_owned(), shown: path.display().to_string(), content }
}

fn content(path: &Path, most: u64) -> Result<Arc<[u8]>, Refusal> {
    let refuse = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing,
        _ => Refusal::Unreadable(error.to_string()),
    };
    // Asked before it is opened: who opens a pipe waits until somebody writes into it, perhaps for ever.
    let found = fs::metadata(path).map_err(refuse)?;
    if found.is_dir() {
        return Err(Refusal::NoFile("a folder"));
    }
    if !found.is_file() {
        return Err(Refusal::NoFile("a pipe, a socket or a device"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(refuse)?;
    Ok(bytes.into())
}
