//! All scenarios of a `ninefold test`, in the order in which they were found.

use serde::Serialize;

use super::{Counts, Gate, Outcome};
use crate::report::clean;
use crate::report::reproduce;
use crate::report::result::{ResultError, SCHEMA, ScenarioId, pretty};
use crate::report::table::wrap;

/// Everything that was tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suite {
    /// The schema of results.
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    /// Somebody has stopped it before every scenario was judged.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    pub scenarios: Vec<Tested>,
}

/// A scenario and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tested {
    /// The file as it was named.
    pub file: String,
    #[serde(flatten)]
    pub found: Found,
}

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Found {
    /// It was simulated.
    Judged(Judged),
    /// There is nothing to ask.
    Skipped { why: String },
    /// It cannot be simulated: every problem in it.
    Wrong { problems: Vec<Problem> },
    /// The machine would not have it.
    Unreadable { why: String },
    /// Somebody has stopped the test before.
    Interrupted,
}

/// What reports say of a scenario that nobody came to.
pub(super) const NOT_JUDGED: &str = "interrupted, not judged";

/// The gates of a scenario that was simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub scenario: ScenarioId,
    pub seed: u64,
    pub replications: u32,
    pub gates: Vec<Line>,
}

/// A gate, with where it is written and how it is seen again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    #[serde(flatten)]
    pub gate: Gate,
    pub line: usize,
    pub column: usize,
    /// The command that decides it again.
    pub replay: String,
    /// The command that tells the worst replication line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// Something that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    /// Whether it is in the file, and not in what was typed.
    #[serde(skip)]
    pub in_file: bool,
    /// The whole message.
    pub message: String,
}

impl Suite {
    /// Of some scenarios.
    #[must_use]
    pub fn new(scenarios: Vec<Tested>) -> Suite {
        let interrupted = scenarios.iter().any(|tested| tested.found == Found::Interrupted);
        Suite { schema: SCHEMA, version: env!("CARGO_PKG_VERSION").to_owned(), interrupted, scenarios }
    }

    /// How many scenarios nobody came to.
    #[must_use]
    pub fn unjudged(&self) -> usize {
        self.scenarios.iter().filter(|tested| tested.found == Found::Interrupted).count()
    }

    /// All gates that were judged.
    pub fn lines(&self) -> impl Iterator<Item = (&Tested, &Line)> {
        self.scenarios.iter().flat_map(|tested| {
            let lines: &[Line] = match &tested.found {
                Found::Judged(judged) => &judged.gates,
                _ => &[],
            };
            lines.iter().map(move |line| (tested, line))
        })
    }

    /// How many have which outcome.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.lines().map(|(_, line)| &line.gate))
    }

    /// Scenarios that are wrong, and files that could not be read.
    #[must_use]
    pub fn wrong(&self) -> (usize, usize) {
        let count = |is: fn(&Found) -> bool| self.scenarios.iter().filter(|tested| is(&tested.found)).count();
        (count(|f| matches!(f, Found::Wrong { .. })), count(|f| matches!(f, Found::Unreadable { .. })))
    }

    /// For programs.
    ///
    /// # Errors
    /// None that this type can cause; the serialiser's own are passed on.
    pub fn json(&self) -> Result<String, ResultError> {
        pretty(self)
    }

    /// The last line: what it all comes to.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = vec![self.counts().sentence()];
        let skipped = self.scenarios.iter().filter(|t| matches!(t.found, Found::Skipped { .. })).count();
        let (wrong, unreadable) = self.wrong();
        let unjudged = self.unjudged();
        for (count, what) in [
            (wrong, "wrong"),
            (unreadable, "unreadable"),
            (skipped, "without gates"),
            (unjudged, "not judged (interrupted)"),
        ] {
            if count > 0 {
                let noun = if count == 1 { "scenario" } else { "scenarios" };
                parts.push(format!("{count} {noun} {what}"));
            }
        }
        parts.join("; ")
    }
}

impl Line {
    /// A gate at its place, with the commands that show it again.
    #[must_use]
    pub fn new(
        gate: Gate,
        (line, column): (usize, usize),
        file: &str,
        overrides: &[String],
        seed: u64,
    ) -> Line {
        let trace = gate
            .worst_replication
            .map(|replication| reproduce::trace(file, overrides, &gate.strategy, replication));
        Line { gate, line, column, replay: reproduce::replay(file, overrides, seed), trace }
    }

    /// Whether somebody wants to see it again.
    #[must_use]
    pub fn wants_replay(&self) -> bool {
        self.gate.outcome != Outcome::Pass
    }
}

impl Tested {
    /// The lines that tell of it on a terminal, each with the outcome that colours its mark.
    #[must_use]
    pub fn lines(&self) -> Vec<(Option<Outcome>, String)> {
        let file = clean::visible(&self.file);
        match &self.found {
            Found::Skipped { why } => vec![(None, format!("{file}: skipped: {why}\n"))],
            Found::Unreadable { why } => vec![(None, format!("{file}: {}\n", clean::visible(why)))],
            Found::Interrupted => vec![(None, format!("{file}: {NOT_JUDGED}\n"))],
            Found::Wrong { problems } => {
                let errors = if problems.len() == 1 { "error" } else { "errors" };
                vec![(Some(Outcome::Fail), format!("{file}: {} {errors}; not simulated\n", problems.len()))]
            }
            Found::Judged(judged) => {
                let mut lines = vec![(None, format!("{file}\n"))];
                for line in &judged.gates {
                    let gate = &line.gate;
                    let text = wrap(&format!("  {} {}", gate.outcome.mark(), gate.line()), "      ");
                    lines.push((Some(gate.outcome), text));
                    if line.wants_replay() {
                        // Commands are not broken into lines: they are there to be pasted.
                        lines.push((None, format!("      replay: {}\n", line.replay)));
                        if let Some(trace) = &line.trace {
                            lines.push((None, format!("      worst:  {trace}\n")));
                        }
                    }
                }
                lines
            }
        }
    }
}
