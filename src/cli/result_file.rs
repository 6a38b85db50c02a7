//! A result that an earlier run has written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Failure, output};
use crate::report::RunResult;

/// Reads a `result.json`, or that of a folder; with where it lies.
pub(super) fn read(given: &Path) -> Result<(PathBuf, RunResult), Failure> {
    let path = if given.is_dir() { given.join("result.json") } else { given.to_path_buf() };
    let shown = output::shown(&path);
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Failure::Io(format!("cannot read {shown}: give a result.json or its folder"), error)
        }
        ErrorKind::InvalidData => Failure::Usage(format!("{shown}: not UTF-8 text")),
        _ => Failure::Io(format!("cannot read {shown}"), error),
    })?;
    let result = RunResult::from_json(&text).map_err(|error| Failure::Usage(format!("{shown}: {error}")))?;
    let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    Ok((folder, result))
}
