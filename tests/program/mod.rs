//! The program in a folder, for tests.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A folder with a scenario in it, `a.toml`.
#[allow(dead_code)] // Each test file uses what it needs.
pub(crate) fn folder(scenario: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), scenario).expect("a scenario");
    folder
}

/// The program, about to be started in a folder. Nobody types, and no pipeline collects summaries.
#[allow(dead_code)] // Each test file uses what it needs.
pub(crate) fn ninefold(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// What came of it.
#[allow(dead_code)] // Each test file uses what it needs.
pub(crate) fn output(folder: &Path, arguments: &[&str]) -> Output {
    ninefold(folder, arguments).output().expect("the program starts")
}

/// What was printed.
#[allow(dead_code)] // Each test file uses what it needs.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}
