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

/// A scenario's text and what is laid over it, unread.
pub(super) struct Text {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Overrides as they were typed.
    pub typed: Vec<String>,
}

impl Text {
    /// From the file, with the options that are short for a key.
    pub(super) fn of(arguments: &ScenarioArguments, options: &[String]) -> Result<Text, Failure> {
        let (name, bytes) = read(&arguments.file)?;
        Ok(Text { name, bytes, typed: arguments.set.iter().chain(options).cloned().collect() })
    }

    pub(super) fn input(&self) -> Input<'_> {
        Input { name: &self.name, bytes: &self.bytes, overrides: &self.typed }
    }

    /// Reads, checks and compiles. All problems are told, warnings too, but for those that were told before.
    pub(super) fn load(&self, told: &[Issue]) -> Result<Scenario, Failure> {
        let (spec, mut issues) = scenario::read(&self.input());
        let mut models = Vec::new();
        if let Some(spec) = &spec {
            let compiled = scenario::compile_with_issues(spec);
            issues.extend(compiled.1);
            models = compiled.0;
            // Those that could be compiled are asked all the same: every problem is told at once.
            issues.extend(capacity::refusals(spec, &models));
            issues.extend(capacity::stranded(spec, &models));
        }
        let errors = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
        let is_told =
            |issue: &Issue| told.iter().any(|other| (&other.path, &other.what) == (&issue.path, &issue.what));
        tell(issues.iter().filter(|issue| !is_told(issue)));
        let overrides: Vec<String> = self.typed.iter().map(|text| scenario::plain_override(text)).collect();
        match spec {
            Some(spec) if errors == 0 => {
                let sha256 = fingerprint(&self.bytes, &overrides);
                Ok(Scenario { spec, models, warnings: issues, overrides, sha256 })
            }
            _ => Err(self.refused(errors)),
        }
    }

    /// Why nothing is simulated, when the errors have been told.
    pub(super) fn refused(&self, errors: usize) -> Failure {
        Failure::Usage(format!("{}: {}; nothing was simulated", self.name, count(errors, "error")))
    }
}

/// Reads, checks and compiles. All problems are told, warnings too.
pub(super) fn load(arguments: &ScenarioArguments, options: &[String]) -> Result<Scenario, Failure> {
    Text::of(arguments, options)?.load(&[])
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

pub(super) fn tell<'a>(issues: impl IntoIterator<Item = &'a Issue>) {
    for issue in issues {
        output::note(&issue.render());
    }
}

/// `1 error`, `2 errors`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The text and each override, kept apart so that no two runs that differ look alike.
pub(super) fn fingerprint(bytes: &[u8], overrides: &[String]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    for text in overrides {
        hash.update([0]);
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
