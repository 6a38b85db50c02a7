//! JUnit XML, as continuous integration systems read it: a suite per scenario, a test case per gate, service and strategy.
//!
//! A gate that failed is a `failure` of type `failed`; one that is undecided is a `failure` of type `undecided`, since nobody
//! knows that it holds, and the program exits with 4. A scenario that is wrong is an `error`, and so is one that nobody came to before the test was interrupted: a
//! report must not look as if it held. One without gates is `skipped`. There
//! are no times in it: the same scenarios give the same bytes.

use std::fmt::Write as _;

use super::suite::{Found, Judged, Line, NOT_JUDGED, Suite, Tested};
use super::{Counts, Outcome};
use crate::report::clean;

/// The file.
#[must_use]
pub fn xml(suite: &Suite) -> String {
    let (counts, (wrong, unreadable)) = (suite.counts(), suite.wrong());
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests: u32 = suite.scenarios.iter().map(tests).sum();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<testsuites name=\"ninefold\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\">",
        counts.failed + counts.undecided,
        wrong + unreadable + suite.unjudged()
    );
    for tested in &suite.scenarios {
        text.push_str(&suite_of(tested));
    }
    text.push_str("</testsuites>\n");
    text
}

fn tests(tested: &Tested) -> u32 {
    match &tested.found {
        Found::Judged(judged) => judged.gates.len() as u32,
        _ => 1,
    }
}

fn suite_of(tested: &Tested) -> String {
    let file = escaped(&tested.file);
    let (failures, errors, skipped) = match &tested.found {
        Found::Judged(judged) => {
            let counts = Counts::of(judged.gates.iter().map(|line| &line.gate));
            (counts.failed + counts.undecided, 0, 0)
        }
        Found::Skipped { .. } => (0, 0, 1),
        Found::Wrong { .. } | Found::Unreadable { .. } | Found::Interrupted => (0, 1, 0),
    };
    let mut text = format!(
        "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n",
        tests(tested)
    );
    match &tested.found {
        Found::Judged(judged) => {
            for line in &judged.gates {
                text.push_str(&case(&tested.file, judged, line));
            }
        }
        Found::Skipped { why } => {
            let _ = writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"gates\"><skipped message=\"{}\"/></testcase>",
                escaped(why)
            );
        }
        Found::Wrong { problems } => {
            let messages: Vec<String> = problems.iter().map(|problem| escaped(&problem.message)).collect();
            let _ = writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"scenario\"><error type=\"scenario\" message=\"it cannot be \
                 simulated\">{}</error></testcase>",
                messages.join("\n")
            );
        }
        Found::Unreadable { why } => {
            let _ = writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"scenario\"><error type=\"file\" message=\"it cannot be \
                 read\">{}</error></testcase>",
                escaped(why)
            );
        }
        Found::Interrupted => {
            let _ = writeln!(
                text,
                "    <testcase classname=\"{file}\" name=\"gates\"><error type=\"interrupted\" message=\"{NOT_JUDGED}\"/></testcase>"
            );
        }
    }
    text.push_str("  </testsuite>\n");
    text
}

fn case(file: &str, judged: &Judged, line: &Line) -> String {
    let gate = &line.gate;
    // Of a check that several have the subject makes a name of its own.
    let name = format!("{} ({})", gate.title(), gate.subject(str::to_owned));
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&judged.scenario.title),
        escaped(&name),
        escaped(file),
        line.line
    );
    if gate.outcome == Outcome::Pass {
        return format!("{head}/>\n");
    }
    let mut body = vec![
        format!("check: {}", gate.check),
        format!("of: {}", gate.subject(str::to_owned)),
        format!("observed: {}{}", gate.told, gate.after()),
    ];
    if let Some(estimate) = &gate.estimate {
        let ends = format!("mean {}, low {}, high {}", estimate.mean, estimate.low, estimate.high);
        body.push(format!("interval: {ends} ({}; limit {})", gate.quantity, gate.limit));
    }
    body.push(format!("limit: {}", gate.limit_told));
    body.push(format!("seed: {}", judged.seed));
    body.push(format!("replay: {}", line.replay));
    body.extend(line.trace.iter().map(|trace| format!("worst: {trace}")));
    let body: Vec<String> = body.iter().map(|part| escaped(part)).collect();
    format!(
        "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
        gate.outcome.word(),
        escaped(&format!("{}: {}", gate.check, gate.told)),
        body.join("\n")
    )
}

/// A text of one line in an element or attribute: no markup, and nothing that XML forbids even escaped.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean::visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c => safe.push(c),
        }
    }
    safe
}
