//! The replications that lie beside a stored result, read again: those that a run is paired with.

use std::collections::BTreeMap;

use super::clean;
use super::result::{Estimate, Method, ResultError, RunResult, Service};
use crate::scenario::goal::Metric;

/// The rows of a `replications.csv` that a comparison stands on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replications {
    rows: Vec<Row>,
}

/// One of them: of one service under one strategy, microseconds of the mean instance.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    strategy: String,
    service: String,
    replication: u32,
    downtime_us: u64,
    lost_us: u64,
}

/// Mistakes that are told.
const TOLD_MAX: usize = 3;

impl Replications {
    /// Reads the file.
    ///
    /// # Errors
    /// Says in words what is wrong with it, and where.
    pub fn read(text: &str) -> Result<Replications, ResultError> {
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let wrong =
            |line: u64, what: &str| ResultError(format!("line {line}: {what}; run the scenario again"));
        let head = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
        let place = |name: &str| {
            let column = head.iter().position(|cell| cell == name);
            column.ok_or_else(|| wrong(1, &format!("there is no column {name}")))
        };
        let columns = (place("strategy")?, place("service")?, place("replication")?);
        let times = (place("downtime_s")?, place("lost_s")?);
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                wrong(
                    error.position().map_or(0, ::csv::Position::line),
                    "it has not as many cells as the first",
                )
            })?;
            let line = record.position().map_or(0, ::csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or_default();
            let number = cell(columns.2).parse::<u32>();
            let number = number.map_err(|_| wrong(line, "replication is no number"))?;
            let us = |column: usize| {
                let seconds = cell(column).parse::<f64>().ok().filter(|s| (0.0..=1e15).contains(s));
                let seconds = seconds.ok_or_else(|| wrong(line, "there is no time where one belongs"))?;
                Ok::<u64, ResultError>((seconds * 1e6).round() as u64)
            };
            let name = |column: usize| cell(column).to_owned();
            let (strategy, service) = (name(columns.0), name(columns.1));
            let (downtime_us, lost_us) = (us(times.0)?, us(times.1)?);
            rows.push(Row { strategy, service, replication: number, downtime_us, lost_us });
        }
        Ok(Replications { rows })
    }

    /// Whether they are those of a result, and all of them: of each strategy and service each replication once, with the means
    /// that it tells.
    ///
    /// # Errors
    /// Says what is missing, is there twice or comes from elsewhere.
    pub fn check(&self, result: &RunResult) -> Result<(), ResultError> {
        // As cells, which a spreadsheet must not take for formulas.
        let cells = |strategy: &str, service: &str| (clean::csv_cell(strategy), clean::csv_cell(service));
        let told = result.strategies.iter().flat_map(|strategy| {
            let services = strategy.services.iter();
            services.map(|service| (cells(&strategy.name, &service.name), service))
        });
        let told: Vec<((String, String), &Service)> = told.collect();
        let mut found: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            found.entry((&row.strategy, &row.service)).or_default().push(row);
        }
        let mut wrong = Vec::new();
        for ((under, of), service) in &told {
            let rows = found.remove(&(under.as_str(), of.as_str())).unwrap_or_default();
            if let Some(what) = objection(rows, service, result) {
                wrong.push(format!("{}: {what}", whose(under, of)));
            }
        }
        let strange =
            found.keys().map(|(under, of)| format!("{}: the result knows nothing of it", whose(under, of)));
        wrong.extend(strange);
        if wrong.is_empty() {
            return Ok(());
        }
        let more = wrong.len().saturating_sub(TOLD_MAX);
        wrong.truncate(TOLD_MAX);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let what =
            format!("these are not the replications of the result beside it: {}{more}", wrong.join("; "));
        Err(ResultError(format!("{what}: run the scenario again, or move the file away to compare by means")))
    }

    pub(super) fn of(&self, strategy: &str, service: &str, metric: Metric) -> Option<Vec<(u32, u64)>> {
        let (strategy, service) = (clean::csv_cell(strategy), clean::csv_cell(service));
        let rows = self.rows.iter().filter(|row| row.strategy == strategy && row.service == service);
        let value = |row: &Row| if metric == Metric::Lost { row.lost_us } else { row.downtime_us };
        let mut found: Vec<(u32, u64)> = rows.map(|row| (row.replication, value(row))).collect();
        found.sort_unstable();
        (!found.is_empty()).then_some(found)
    }
}

/// "db under host-cluster"
fn whose(strategy: &str, service: &str) -> String {
    let shown = |name: &str| clean::shorten_name(&clean::visible(name), 40);
    format!("{} under {}", shown(service), shown(strategy))
}

/// What keeps the rows of one service and strategy from being those of the result.
fn objection(mut rows: Vec<&Row>, service: &Service, result: &RunResult) -> Option<String> {
    let asked = result.replications;
    rows.sort_unstable_by_key(|row| row.replication);
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].replication == pair[1].replication) {
        return Some(format!("replication {} is there twice", pair[0].replication));
    }
    if rows.len() != asked as usize {
        return Some(format!("it has {} of {asked} replications", rows.len()));
    }
    // Those of a run that was stopped have gaps.
    let is_whole = asked >= result.replications_asked;
    if let Some(row) = rows.last().filter(|row| is_whole && row.replication >= asked) {
        return Some(format!("it has replication {}, and the last one is {}", row.replication, asked - 1));
    }
    let (downtime, lost) = (&service.downtime_s.estimate, &service.lost_s);
    let of = |value: fn(&Row) -> u64| rows.iter().map(|row| u128::from(value(row))).sum::<u128>();
    let sums = [("downtime_s", of(|row| row.downtime_us), downtime), ("lost_s", of(|row| row.lost_us), lost)];
    sums.into_iter().find_map(|(what, sum, told)| {
        let mean = sum as f64 / 1e6 / f64::from(asked);
        is_another(mean, told)
            .then(|| format!("their mean {what} is {mean}, and that of the result {}", told.mean))
    })
}

/// Whether a mean of rows is not the one that is told, but for their being rounded to microseconds. Of weighted replications
/// there are no rows.
fn is_another(mean: f64, told: &Estimate) -> bool {
    told.method != Method::ImportanceSampling && (mean - told.mean).abs() > 1e-6 + 1e-9 * told.mean
}
