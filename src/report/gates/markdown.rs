//! Gates as a table in GitHub-flavoured Markdown.

use std::fmt::Write as _;

use super::suite::{Found, NOT_JUDGED, Suite, Tested};
use super::{Counts, Gate};
use crate::report::clean;
use crate::report::clean::markdown as name;

/// A name in a cell: no markup, and not so long that it hides the others.
fn cell(text: &str) -> String {
    name(&clean::shorten_name(text, 200))
}

/// A command as code: what is inside is not markup, and no backtick ends it.
fn code(command: &str) -> String {
    let shown = clean::visible(command);
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", shown.replace('|', "\\|"))
}

/// The table of some gates.
#[must_use]
pub fn table<'a>(gates: impl IntoIterator<Item = &'a Gate>) -> String {
    let mut text = String::from(
        "| | gate | service | strategy | check | observed | limit |\n| :-- | :-- | :-- | :-- | :-- | --: | --: |\n",
    );
    for gate in gates {
        let told = format!("{}{}", gate.told, gate.after());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} | {} |",
            gate.outcome.mark(),
            gate.outcome.word(),
            gate.name.as_deref().map_or_else(String::new, cell),
            gate.service.as_deref().map_or_else(String::new, cell),
            cell(&gate.strategy),
            cell(&gate.check),
            cell(&told),
            cell(&gate.limit_told),
        );
    }
    text
}

/// The page of a whole test.
#[must_use]
pub fn page(suite: &Suite) -> String {
    let mut text = format!("# {}\n", suite.sentence());
    for tested in &suite.scenarios {
        text.push('\n');
        text.push_str(&section(tested));
    }
    text
}

fn section(tested: &Tested) -> String {
    let mut text = format!("## {}\n\n", cell(&tested.file));
    match &tested.found {
        Found::Skipped { why } | Found::Unreadable { why } => {
            let _ = writeln!(text, "{}", name(why));
        }
        Found::Interrupted => {
            let _ = writeln!(text, "{NOT_JUDGED}");
        }
        Found::Wrong { problems } => {
            for problem in problems {
                let _ = writeln!(text, "- {}", name(&problem.message));
            }
        }
        Found::Judged(judged) => {
            let gates = || judged.gates.iter().map(|line| &line.gate);
            let _ = writeln!(text, "{}: {}\n", cell(&judged.scenario.title), Counts::of(gates()).sentence());
            text.push_str(&table(gates()));
            let wanted: Vec<_> = judged.gates.iter().filter(|line| line.wants_replay()).collect();
            if !wanted.is_empty() {
                text.push('\n');
            }
            for line in wanted {
                let again =
                    line.trace.as_ref().map_or_else(String::new, |trace| format!("; worst: {}", code(trace)));
                let (subject, replay) = (line.gate.subject(cell), code(&line.replay));
                let _ = writeln!(text, "- {} {subject}: {replay}{again}", line.gate.outcome.mark());
            }
        }
    }
    text
}
