//! Room that is free over time: the part of `result.json` that says so, its table and its file.

use serde::{Deserialize, Serialize};

use super::csv::Sheet;
use super::figures;
use super::result::{Estimate, RunResult, Strategy, number};
use super::table::Table;

/// What of a cluster's room was free, as parts of all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headroom {
    /// The cluster's name.
    pub cluster: String,
    /// The part that should be free.
    #[serde(with = "number")]
    pub headroom: f64,
    /// The part of the time in which less was, of memory or of cores.
    pub below: Estimate,
    /// The part that was free, on average.
    pub memory_free: Estimate,
    pub cores_free: Estimate,
    /// The least that was free in any replication.
    #[serde(with = "number")]
    pub memory_least: f64,
    #[serde(with = "number")]
    pub cores_least: f64,
}

/// Whether any cluster asks for headroom.
pub(super) fn is_told(result: &RunResult) -> bool {
    result.strategies.iter().any(|strategy| !strategy.capacity.headroom.is_empty())
}

/// The head of the table.
pub(super) const HEAD: [&str; 7] =
    ["strategy", "cluster", "asked", "too little", "memory free", "cores free", "least"];

/// Its rows; `name` makes a name harmless for where it is going to stand, and `figure` a figure.
pub(super) fn rows(
    result: &RunResult,
    name: impl Fn(&str) -> String,
    figure: impl Fn(&str) -> String,
) -> Vec<Vec<String>> {
    let of = |strategy: &Strategy| -> Vec<Vec<String>> {
        let row = |row: &Headroom| {
            let figures = [
                figures::share(row.headroom),
                percent(&row.below),
                figures::share(row.memory_free.mean),
                figures::share(row.cores_free.mean),
                figures::share(row.memory_least.min(row.cores_least)),
            ];
            let names = [name(&strategy.name), name(&row.cluster)];
            names.into_iter().chain(figures.iter().map(|text| figure(text))).collect()
        };
        strategy.capacity.headroom.iter().map(row).collect()
    };
    result.strategies.iter().flat_map(of).collect()
}

/// What the columns are.
pub(super) const LEGEND: &str = "too little: the part of the time in which less was free than is asked for, of memory or \
    of cores; free: on average; least: the least that was free of either";

/// The table for a terminal.
pub(super) fn table(result: &RunResult, name: impl Fn(&str) -> String) -> String {
    let mut table = Table::new(&HEAD);
    rows(result, name, str::to_owned).into_iter().for_each(|row| table.row(row));
    table.render()
}

/// "0.12 % [0.10, 0.15]"
fn percent(share: &Estimate) -> String {
    figures::interval_in(&figures::scaled(share, 100.0), "%")
}

/// `headroom.csv`: a row for each strategy and cluster that asks for headroom.
#[must_use]
pub fn sheet(result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    for name in ["strategy", "cluster", "headroom"] {
        sheet.head(name);
    }
    for name in ["below", "memory_free", "cores_free"] {
        sheet.head_estimate(name);
    }
    for name in ["memory_least", "cores_least"] {
        sheet.head(name);
    }
    sheet.end();
    for strategy in &result.strategies {
        for row in &strategy.capacity.headroom {
            sheet.text(&strategy.name);
            sheet.text(&row.cluster);
            sheet.numbers(&[row.headroom]);
            for estimate in [&row.below, &row.memory_free, &row.cores_free] {
                sheet.estimate(estimate);
            }
            sheet.numbers(&[row.memory_least, row.cores_least]);
            sheet.end();
        }
    }
    sheet.finish()
}
