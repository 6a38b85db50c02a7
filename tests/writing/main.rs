//! What helps people to write scenarios: explanations, starters, the schema, comparisons, help, completions, the manual.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod diff;
mod explain;
mod help;
mod init;
#[path = "../program/mod.rs"]
mod program;
mod schema;

use std::path::{Path, PathBuf};

use ninefold::capacity;
use ninefold::scenario::{File, Input, Issue, Severity, Spec, compile_with_issues, read};
use program::{output, text};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
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
