//! Planned work on hosts that is done or given up: the part of `result.json` that says so, its sentence and its columns.

use serde::{Deserialize, Serialize};

use super::csv::Sheet;
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
fn are_told(result: &RunResult) -> bool {
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

/// The column of `summary.csv`, where any strategy has turns to tell of.
pub(super) fn service_head(sheet: &mut Sheet, result: &RunResult) {
    if are_told(result) {
        sheet.head("turns_given_up_mean");
    }
}

/// Its cell: of all hosts, whatever the service.
pub(super) fn service_cell(sheet: &mut Sheet, result: &RunResult, strategy: &Strategy) {
    if are_told(result) {
        sheet.numbers(&[strategy.turns.map_or(f64::NAN, |turns| turns.given_up.mean)]);
    }
}

/// The columns of `strategies.csv`.
pub(super) fn strategy_heads(sheet: &mut Sheet, result: &RunResult) {
    if are_told(result) {
        sheet.head_estimate("turns_done");
        sheet.head_estimate("turns_given_up");
    }
}

/// Their cells.
pub(super) fn strategy_cells(sheet: &mut Sheet, result: &RunResult, strategy: &Strategy) {
    if are_told(result) {
        sheet.estimate_if(strategy.turns.as_ref().map(|turns| &turns.done));
        sheet.estimate_if(strategy.turns.as_ref().map(|turns| &turns.given_up));
    }
}
