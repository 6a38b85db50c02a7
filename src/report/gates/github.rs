//! Workflow commands of GitHub Actions: lines on stdout that become notes beside the check of a gate.

use super::suite::{Found, NOT_JUDGED, Suite};
use super::{Outcome, markdown};
use crate::report::clean;

/// GitHub takes no step summary above 1,024 KiB.
pub const SUMMARY_BYTES_MAX: usize = 900_000;

/// A command for each gate that failed (`error`) or is undecided (`warning`), and for each problem of a scenario that is wrong.
#[must_use]
pub fn commands(suite: &Suite) -> String {
    let mut lines = Vec::new();
    for tested in &suite.scenarios {
        match &tested.found {
            Found::Skipped { .. } => {}
            Found::Interrupted => {
                lines.push(command("error", &tested.file, None, "interrupted", NOT_JUDGED));
            }
            Found::Unreadable { why } => {
                lines.push(command("error", &tested.file, None, "cannot be read", why))
            }
            Found::Wrong { problems } => {
                for problem in problems {
                    let place = problem.in_file.then_some((problem.line, problem.column));
                    lines.push(command("error", &tested.file, place, "scenario", &problem.message));
                }
            }
            Found::Judged(judged) => {
                for line in judged.gates.iter().filter(|line| line.wants_replay()) {
                    let gate = &line.gate;
                    let kind = if gate.outcome == Outcome::Fail { "error" } else { "warning" };
                    let title = format!("gate {}: {}", gate.outcome.word(), gate.title());
                    let mut text = vec![gate.line(), format!("replay: {}", line.replay)];
                    text.extend(line.trace.iter().map(|trace| format!("worst: {trace}")));
                    let text: Vec<String> = text.iter().map(|part| clean::visible(part)).collect();
                    let place = Some((line.line, line.column));
                    lines.push(command(kind, &tested.file, place, &title, &text.join("\n")));
                }
            }
        }
    }
    lines.concat()
}

/// One command. What a name could end it with is escaped.
fn command(kind: &str, file: &str, place: Option<(usize, usize)>, title: &str, text: &str) -> String {
    // A file whose name cannot be shown is not found beside its line, but does nothing to whoever reads the log.
    let mut properties = vec![format!("file={}", property(&clean::visible(file)))];
    if let Some((line, column)) = place {
        properties.push(format!("line={line},col={column}"));
    }
    properties.push(format!("title={}", property(&clean::visible(title))));
    format!("::{kind} {}::{}\n", properties.join(","), data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The summary of a step: the page in Markdown, cut at a line where it would be too large.
#[must_use]
pub fn summary(suite: &Suite) -> String {
    let mut page = markdown::page(suite);
    if page.len() <= SUMMARY_BYTES_MAX {
        return page;
    }
    const CUT: &str = "\n… and more: this summary was cut; the JUnit and JSON reports have everything.\n";
    let most = SUMMARY_BYTES_MAX - CUT.len();
    let end = page.bytes().take(most).rposition(|byte| byte == b'\n').map_or(0, |at| at + 1);
    page.truncate(end);
    page + CUT
}
