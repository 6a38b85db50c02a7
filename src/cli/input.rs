//! From arguments to a checked scenario and its models.

use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::args::ScenarioArguments;
use super::{Failure, data, output};
use crate::capacity;
use crate::model::Model;
use crate::report::clean::visible;
use crate::scenario::{self, File, Input, Issue, Severity, Spec};

/// A scenario that can be run.
pub(super) struct Scenario {
    pub spec: Spec,
    pub models: Vec<Model>,
    pub warnings: Vec<Issue>,
    /// What was laid over the text, as PATH=VALUE.
    pub overrides: Vec<String>,
    /// SHA-256 of the text, of every override and of the files that they name, in hexadecimal.
    pub sha256: String,
}

/// Why there is no scenario: errors, and warnings beside them.
pub(super) struct Unloaded {
    pub issues: Vec<Issue>,
    pub errors: usize,
}

/// More bytes than a scenario may have are not even read.
const BYTES_MAX: u64 = scenario::limits::TEXT_BYTES as u64 + 1;

/// A scenario's text, what is laid over it, and the files that they name, unread.
pub(super) struct Text {
    pub name: String,
    pub bytes: Vec<u8>,
    /// The folder from which the paths in it count.
    folder: PathBuf,
    /// Overrides as they were typed.
    typed: Vec<String>,
    /// Files that it has named under any overrides so far, each read once: all variants have the same bytes.
    files: Vec<File>,
}

impl Text {
    /// From the file, with the options that are short for a key.
    pub(super) fn of(arguments: &ScenarioArguments, options: &[String]) -> Result<Text, Failure> {
        let mut text = Text::bare(&arguments.file)?;
        text.lay_over(arguments.set.iter().chain(options).cloned().collect());
        Ok(text)
    }

    /// Without anything laid over it.
    pub(super) fn bare(file: &Path) -> Result<Text, Failure> {
        let (name, bytes) = content(file)?;
        // Of stdin it is the current one.
        let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Ok(Text { name, bytes, folder, typed: Vec::new(), files: Vec::new() })
    }

    /// Takes overrides in the place of others, and reads the files that are named now.
    pub(super) fn lay_over(&mut self, typed: Vec<String>) {
        self.typed = typed;
        for name in scenario::files_named(&self.input()) {
            let is_read = self.files.iter().any(|file| file.name == name);
            if !is_read && self.files.len() < scenario::limits::FILES {
                let has = |file: &File| file.content.as_ref().map_or(0, |bytes| bytes.len());
                let all: usize = self.files.iter().map(has).sum();
                let left = scenario::limits::FILES_BYTES.saturating_sub(all);
                self.files.push(data::read(&self.folder, &name, left));
            }
        }
    }

    /// Another text in its place, over which the same is laid and which names the same files.
    pub(super) fn pasted(self, bytes: Vec<u8>) -> Text {
        Text { bytes, ..self }
    }

    pub(super) fn input(&self) -> Input<'_> {
        Input { name: &self.name, bytes: &self.bytes, overrides: &self.typed, files: &self.files }
    }

    /// Reads, checks and compiles. All problems are told, warnings too, but for those that were told before.
    pub(super) fn load(&self, told: &[Issue]) -> Result<Scenario, Failure> {
        let loaded = self.try_load();
        let issues = match &loaded {
            Ok(scenario) => &scenario.warnings,
            Err(unloaded) => &unloaded.issues,
        };
        let is_told =
            |issue: &Issue| told.iter().any(|other| (&other.path, &other.what) == (&issue.path, &issue.what));
        tell(issues.iter().filter(|issue| !is_told(issue)));
        loaded.map_err(|unloaded| self.refused(unloaded.errors))
    }

    /// The same without a word.
    pub(super) fn try_load(&self) -> Result<Scenario, Unloaded> {
        let Reading { spec, models, issues } = read(&self.input());
        let errors = issues.iter().filter(|issue| issue.severity == Severity::Error).count();
        let overrides: Vec<String> = self.typed.iter().map(|text| scenario::plain_override(text)).collect();
        match spec {
            Some(spec) if errors == 0 => {
                let sha256 = self.fingerprint(&overrides);
                Ok(Scenario { spec, models, warnings: issues, overrides, sha256 })
            }
            _ => Err(Unloaded { issues, errors }),
        }
    }

    /// The text, each override and each file, kept apart so that no two runs that differ look alike.
    pub(super) fn fingerprint(&self, overrides: &[String]) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.bytes);
        for text in overrides {
            hash.update([0]);
            hash.update(text.as_bytes());
        }
        for file in &self.files {
            let Ok(bytes) = &file.content else { continue };
            // No override begins so: an empty one is none.
            hash.update([0, 0]);
            hash.update(file.name.as_bytes());
            hash.update([0]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Why nothing is simulated, when the errors have been told.
    pub(super) fn refused(&self, errors: usize) -> Failure {
        Failure::Usage(format!("{}: {}; nothing was simulated", visible(&self.name), count(errors, "error")))
    }
}

/// What becomes of a scenario's text.
pub(super) struct Reading {
    /// Where no issue of the text is an error.
    pub spec: Option<Spec>,
    /// Of the strategies that can start.
    pub models: Vec<Model>,
    pub issues: Vec<Issue>,
}

/// Reads, checks and compiles, and tells nobody.
pub(super) fn read(input: &Input<'_>) -> Reading {
    let (spec, mut issues) = scenario::read(input);
    let mut models = Vec::new();
    if let Some(spec) = &spec {
        let compiled = scenario::compile_with_issues(spec);
        issues.extend(compiled.1);
        models = compiled.0;
        // Those that could be compiled are asked all the same: every problem is told at once.
        issues.extend(capacity::refusals(spec, &models));
        issues.extend(capacity::stranded(spec, &models));
    }
    Reading { spec, models, issues }
}

/// Reads, checks and compiles. All problems are told, warnings too.
pub(super) fn load(arguments: &ScenarioArguments, options: &[String]) -> Result<Scenario, Failure> {
    Text::of(arguments, options)?.load(&[])
}

fn content(file: &Path) -> Result<(String, Vec<u8>), Failure> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        let result = std::io::stdin().lock().take(BYTES_MAX).read_to_end(&mut bytes);
        result.map_err(|error| Failure::Io("cannot read the scenario from stdin".into(), error))?;
        return Ok(("<stdin>".into(), bytes));
    }
    let name = file.display().to_string();
    if file.is_dir() {
        return Err(Failure::Io(format!("cannot read {}", output::shown(file)), is_a_folder(file)));
    }
    let open = std::fs::File::open(file).and_then(|f| f.take(BYTES_MAX).read_to_end(&mut bytes));
    match open {
        Ok(_) => Ok((name, bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::Io(
            format!("cannot read {}: give the path of a scenario, or - for stdin", output::shown(file)),
            error,
        )),
        Err(error) => Err(Failure::Io(format!("cannot read {}", output::shown(file)), error)),
    }
}

/// What to give in place of a folder: one of the scenarios in it, such as the first.
fn is_a_folder(folder: &Path) -> Error {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut scenarios: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    scenarios.sort();
    let remedy = match scenarios.first() {
        Some(first) => format!("give a scenario in it, such as {}", output::shown(first)),
        None => "give the path of a scenario".to_owned(),
    };
    Error::new(ErrorKind::IsADirectory, format!("it is a folder, and a file is expected: {remedy}"))
}

pub(super) fn tell<'a>(issues: impl IntoIterator<Item = &'a Issue>) {
    for issue in issues {
        output::note(&shown(issue));
    }
}

/// An issue as whoever reads stderr wants it: in colours on a terminal, in plain text in a file.
pub(super) fn shown(issue: &Issue) -> String {
    if output::notes_in_colour() { issue.render_coloured() } else { issue.render() }
}

/// `1 error`, `2 errors`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
