//! `ninefold check`: what is wrong, what is odd, and what the defaults became; of several files whether each is sound.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::ScenarioArguments;
use super::input::{Scenario, Text, load, tell};
use super::{Failure, output};
use crate::report::{self, clean};
use crate::scenario::{count_text, describe};

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The scenario; `-` reads stdin. Of several a line each is printed
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Override a key of the scenario, e.g. host.esx.count=30 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

pub(super) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let [file] = arguments.files.as_slice() else { return check_all(arguments) };
    let scenario = load(&ScenarioArguments { file: file.clone(), set: arguments.set.clone() }, &[])?;
    let text = describe(&scenario.spec) + &report::at_start(&scenario.models, scenario.spec.run.seed);
    output::print(&text)
}

/// Every file, whatever is wrong with the others.
fn check_all(arguments: &CheckArguments) -> Result<(), Failure> {
    let (mut wrong, mut lost) = (0, None);
    for file in &arguments.files {
        match check_one(file, &arguments.set) {
            Ok(warnings) => {
                let odd = match warnings {
                    0 => String::new(),
                    n => format!(", with {}", count_text(n, "warning", "warnings")),
                };
                output::print(&format!("{}: sound{odd}\n", clean::visible(&file.display().to_string())))?;
            }
            Err(failure @ Failure::Io(..)) => {
                failure.tell();
                lost = Some(failure);
            }
            Err(failure) => {
                failure.tell();
                wrong += 1;
            }
        }
    }
    match (lost, wrong) {
        (Some(_), _) => Err(Failure::Internal("not every file could be read".into())),
        (None, 0) => Ok(()),
        (None, wrong) => {
            let all = arguments.files.len();
            Err(Failure::Usage(format!("{wrong} of {all} scenarios are wrong")))
        }
    }
}

fn check_one(file: &Path, set: &[String]) -> Result<u64, Failure> {
    let mut text = Text::bare(file)?;
    text.lay_over(set.to_vec());
    match text.try_load() {
        Ok(Scenario { warnings, .. }) => {
            tell(&warnings);
            Ok(warnings.len() as u64)
        }
        Err(unloaded) => {
            tell(&unloaded.issues);
            Err(Failure::Usage(String::new()))
        }
    }
}
