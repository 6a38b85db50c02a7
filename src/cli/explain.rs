//! `ninefold explain`: what a code means.

use clap::Args;

use super::{Failure, input, output};
use crate::report::explain as report;
use crate::scenario::explain::{self, Explanation};
use crate::scenario::{File, Input, Issue};

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// A code, such as E017 [default: list all of them]
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<(), Failure> {
    let Some(code) = &arguments.code else { return output::print(&report::codes()) };
    let found = explain::find(code).map_err(Failure::Usage)?;
    output::print(&report::explanation(found, &said(found)))
}

/// What the example is told, with its code.
fn said(of: &Explanation) -> Vec<String> {
    let laid = of.wrong.laid();
    let overrides: Vec<String> = of.wrong.set.iter().map(|&set| set.to_owned()).collect();
    let files: Vec<File> =
        of.wrong.file.iter().map(|(name, text)| File::new(name, text.as_bytes())).collect();
    let input = Input { name: "example.toml", bytes: &laid.bytes, overrides: &overrides, files: &files };
    let issues = input::read(&input).issues;
    let own = issues.iter().find(|issue| issue.code == of.code);
    // Where it stands is said of a scenario that nobody sees.
    let sentence = |issue: &Issue| {
        let text = issue.to_string();
        let from = text.find(&format!("{}[", issue.severity.word())).unwrap_or(0);
        text[from..].to_owned()
    };
    own.map(sentence).into_iter().collect()
}
