//! What helps people to write scenarios: explanations, starters, the schema, comparisons, help, completions, the manual.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod diff;
mod explain;
mod help;
mod init;
mod schema;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ninefold::capacity;
use ninefold::scenario::{File, Input, Issue, Severity, Spec, compile_with_issues, read};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the program in a folder.
fn ninefold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// All that `check` would say of a scenario.
fn checked(bytes: &[u8], overrides: &[String], files: &[File]) -> (Option<Spec>, Vec<Issue>) {
    let (spec, mut issues) = read(&Input { name: "t.toml", bytes, overrides, files });
    if let Some(spec) = &spec {
        let (models, found) = compile_with_issues(spec);
        issues.extend(found);
        issues.extend(capacity::refusals(spec, &models));
        issues.extend(capacity::stranded(spec, &models));
    }
    (spec, issues)
}

fn has_errors(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.severity == Severity::Error)
}
