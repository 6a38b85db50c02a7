//! From arguments to a checked scenario and its models.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::args::ScenarioArguments;
use super::{Failure, output};
use crate::capacity;
use crate::model::Model;
use crate::scenario::{self, Input, Issue, Severity, Spec};

/// A scenario that can be run.
pub(super) struct Scenario {
    pub spec: Spec,
    pub models: Vec<Model>,
    pub warnings: Vec<Issue>,
    /// What was laid over the text, as PATH=VALUE.
    pub overrides: Vec<String>,
    /// SHA-256 of the text and of every override, in hexadecimal.
    pub sha256: String,
}

/// More bytes than a scenario may have are not even read.
const BYTES_MAX: u64 = scenario::limits::TEXT_BYTES as u64 + 1;

/// Reads, checks and compiles. All problems are told, warnings too.
pub(super) fn load(arguments: &ScenarioArguments, options: &[String]) -> Result<Scenario, Failure> {
    let (name, bytes) = read(&arguments.file)?;
    let typed: Vec<String> = arguments.set.iter().chain(options).cloned().collect();
    let overrides: Vec<String> = typed.iter().map(|text| scenario::plain_override(text)).collect();
    let (spec, mut issues) = scenario::read(&Input { name: &name, bytes: &bytes, overrides: &typed });
    let mut models = Vec::new();
    if let Some(spec) = &spec {
        let compiled = scenario::compile_with_issues(spec);
        issues.extend(compiled.1);
        models = compiled.0;
        // Those that could be compiled are asked all the same: every problem is told at once.
        issues.extend(capacity::refusals(spec, &models));
    }
    let errors = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
    tell(&issues);
    match spec {
        Some(spec) if errors == 0 => {
            let sha256 = fingerprint(&bytes, &overrides);
            Ok(Scenario { spec, models, warnings: issues, overrides, sha256 })
        }
        _ => Err(Failure::Usage(format!("{name}: {}; nothing was simulated", count(errors, "error")))),
    }
}

fn read(file: &Path) -> Result<(String, Vec<u8>), Failure> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        let result = std::io::stdin().lock().take(BYTES_MAX).read_to_end(&mut bytes);
        result.map_err(|error| Failure::Io("cannot read the scenario from stdin".into(), error))?;
        return Ok(("<stdin>".into(), bytes));
    }
    let name = file.display().to_string();
    let open = std::fs::File::open(file).and_then(|f| f.take(BYTES_MAX).read_to_end(&mut bytes));
    match open {
        Ok(_) => Ok((name, bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::Io(
            format!("cannot read {name}: give the path of a scenario, or - for stdin"),
            error,
        )),
        Err(error) => Err(Failure::Io(format!("cannot read {name}"), error)),
    }
}

fn tell(issues: &[Issue]) {
    for issue in issues {
        output::note(&issue.render());
    }
}

/// `1 error`, `2 errors`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The text and each override, kept apart so that no two runs that differ look alike.
fn fingerprint(bytes: &[u8], overrides: &[String]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    for text in overrides {
        hash.update([0]);
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
