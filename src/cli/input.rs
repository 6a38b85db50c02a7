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
    /// SHA-256 of the text and of every override, in hexadecimal.
    pub sha256: String,
}

/// More bytes than a scenario may have are not even read.
const BYTES_MAX: u64 = scenario::limits::TEXT_BYTES as u64 + 1;

/// Reads, checks and compiles. All problems are told before it fails; warnings are told unless `quiet`.
pub(super) fn load(arguments: &ScenarioArguments, more: &[String], quiet: bool) -> Result<Scenario, Failure> {
    let (name, bytes) = read(&arguments.file)?;
    let overrides: Vec<String> = arguments.set.iter().chain(more).cloned().collect();
    let (spec, mut issues) = scenario::read(&Input { name: &name, bytes: &bytes, overrides: &overrides });
    let mut models = Vec::new();
    if let Some(spec) = &spec {
        let compiled = scenario::compile_with_issues(spec);
        issues.extend(compiled.1);
        models = compiled.0;
        // Those that could be compiled are asked all the same: every problem is told at once.
        issues.extend(capacity::refusals(spec, &models));
    }
    let errors = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
    if !quiet || errors > 0 {
        tell(&issues);
    }
    match spec {
        Some(spec) if errors == 0 => Ok(Scenario { spec, models, sha256: fingerprint(&bytes, &overrides) }),
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::Usage(format!("{name}: no such file; give the path of a scenario, or - for stdin")))
        }
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
