//! Planned work on hosts that is done or given up: the part of `result.json` that says so, and its sentence.

use serde::{Deserialize, Serialize};

use super::figures;
use super::result::{Estimate, RunResult, Strategy};

/// Turns of hosts in planned work, all hosts together, per horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turns {
    /// In which the work was done, announced outages included.
    pub done: Estimate,
    /// That were given up: the host could not be emptied in time, or somebody on it could not be missed.
    pub given_up: Estimate,
}

/// Whether any strategy says what becomes of planned work.
pub(super) fn are_told(result: &RunResult) -> bool {
    result.strategies.iter().any(|strategy| strategy.turns.is_some())
}

/// What is given up under a strategy that gives any up: "1.2 of 12 turns a year (10 %): hosts stay unpatched".
pub(super) fn given_up(result: &RunResult, strategy: &Strategy) -> Option<String> {
    let turns = strategy.turns.as_ref().filter(|turns| turns.given_up.mean > 0.0)?;
    let (given_up, done) = (result.told(&turns.given_up), result.told(&turns.done));
    let all = given_up.mean + done.mean;
    Some(format!(
        "{} of {} turns {} ({}): hosts stay unpatched",
        figures::mean(&given_up),
        figures::mean(&Estimate { mean: all, ..done }),
        result.told_for(),
        figures::share(given_up.mean / all)
    ))
}
