//! Results as CSV (RFC 4180, one header line, `\n` at the end of each line).
//!
//! Column names are those of `result.json`, an estimate's fields joined by `_`
//! (`downtime_s_mean`, `downtime_s_low`, …), so that a column means what the field means. All
//! quantities are per instance and per horizon; no column is in minutes or per year, but money, which is that of a
//! year and of all instances, where anything has a price. Numbers are
//! raw (a decimal point, no thousands separator), and a number that does not exist is an empty
//! cell. Columns may be added at the end; none is renamed or moved. Text that a spreadsheet would
//! take for a formula begins with an apostrophe.
//!
//! | file | one row per |
//! | --- | --- |
//! | `summary.csv` | strategy and service |
//! | `causes.csv` | strategy, service and cause |
//! | `strategies.csv` | strategy: all services together, and what it takes of the datacenter |
//! | `comparisons.csv` | pair of strategies and service; `(all services)` is all of them together |
//! | `headroom.csv` | strategy and cluster that asks for headroom; only where one does |
//! | `failures.csv` | strategy and case of one or two hosts lost at once from the start placement |
//! | `replications.csv` | strategy, service and replication (replications count from 0) |
//! | `sweep.csv` | variant of a sweep, strategy and service: see [`super::sweep`] |

use super::clean::csv_cell;
use super::cost;
pub use super::headroom::sheet as headroom;
use super::result::{Estimate, Method, Migrations, RunResult, TotalComparison};
use super::turns;
use crate::experiment::summary::Summary;

/// In the column of a service, all of them together.
pub(super) const ALL_SERVICES: &str = "(all services)";

/// `summary.csv`.
#[must_use]
pub fn summary(result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    service_heads(&mut sheet);
    // Only where a service says what its clients have under way, or has a group: then all rows have the columns.
    let all = || result.strategies.iter().flat_map(|strategy| &strategy.services);
    let sessions = all().any(|service| service.sessions_lost.is_some());
    let transactions = all().any(|service| service.transactions_lost.is_some());
    let requests = all().any(|service| service.requests_lost.is_some());
    let grouped = all().any(|service| service.unprotected_s.is_some());
    let busy = all().any(|service| service.overload_s.is_some());
    let heads = [
        (sessions, "sessions_lost"),
        (transactions, "transactions_lost"),
        (requests, "requests_lost"),
        (grouped, "unprotected_s"),
        (busy, "overload_s"),
    ];
    for (shown, name) in heads {
        if shown {
            sheet.head_estimate(name);
        }
    }
    let moved = all().any(|service| service.migrations.is_some());
    if moved {
        sheet.head_migrations();
    }
    let priced = cost::is_told(result);
    if priced {
        cost::service_heads(&mut sheet);
    }
    turns::service_head(&mut sheet, result);
    sheet.end();
    for strategy in &result.strategies {
        for service in &strategy.services {
            sheet.text(&strategy.name);
            sheet.text(&service.name);
            sheet.count(service.instances);
            sheet.text(&service.role);
            sheet.text(&service.protect.join("+"));
            sheet.count(service.vms_per_instance);
            sheet.estimate(&service.availability);
            let downtime = &service.downtime_s;
            sheet.estimate(&downtime.estimate);
            sheet.numbers(&[downtime.p50, downtime.p95, downtime.p99, downtime.max]);
            sheet.estimate(&service.degraded_s);
            sheet.estimate(&service.lost_s);
            sheet.estimate(&service.outages);
            let outage = &service.outage_s;
            sheet.numbers(&[outage.mean, outage.p50, outage.p95, outage.max]);
            sheet.count(service.more_vms);
            sheet.estimate(&service.recovery_point_s.estimate);
            sheet.numbers(&[service.recovery_point_s.max]);
            let lost = [
                (sessions, &service.sessions_lost),
                (transactions, &service.transactions_lost),
                (requests, &service.requests_lost),
                (grouped, &service.unprotected_s),
                (busy, &service.overload_s),
            ];
            for (shown, lost) in lost {
                if shown {
                    sheet.estimate_if(lost.as_ref());
                }
            }
            if moved {
                sheet.migrations(service.migrations.as_ref());
            }
            if priced {
                cost::service_cells(&mut sheet, strategy, &service.name);
            }
            turns::service_cell(&mut sheet, result, strategy);
            sheet.end();
        }
    }
    sheet.finish()
}

/// The columns that every service has.
fn service_heads(sheet: &mut Sheet) {
    for name in ["strategy", "service", "instances", "role", "protect", "vms_per_instance"] {
        sheet.head(name);
    }
    for name in ["availability", "downtime_s"] {
        sheet.head_estimate(name);
    }
    for name in ["downtime_s_p50", "downtime_s_p95", "downtime_s_p99", "downtime_s_max"] {
        sheet.head(name);
    }
    for name in ["degraded_s", "lost_s", "outages"] {
        sheet.head_estimate(name);
    }
    for name in ["outage_s_mean", "outage_s_p50", "outage_s_p95", "outage_s_max", "more_vms"] {
        sheet.head(name);
    }
    sheet.head_estimate("recovery_point_s");
    sheet.head("recovery_point_s_max");
}

/// `causes.csv`: the causes of a strategy and service sum to its downtime.
#[must_use]
pub fn causes(result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    for name in ["strategy", "service", "cause", "outages", "downtime_s"] {
        sheet.head(name);
    }
    sheet.end();
    for strategy in &result.strategies {
        for service in &strategy.services {
            for cause in &service.causes {
                sheet.text(&strategy.name);
                sheet.text(&service.name);
                sheet.text(&cause.cause);
                sheet.numbers(&[cause.outages, cause.downtime_s]);
                sheet.end();
            }
        }
    }
    sheet.finish()
}

/// `strategies.csv`.
#[must_use]
pub fn strategies(result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    for name in ["strategy", "instances"] {
        sheet.head(name);
    }
    for name in ["availability", "downtime_s", "lost_s", "outages"] {
        sheet.head_estimate(name);
    }
    for name in ["hosts", "vms", "consolidation", "memory_used", "memory_reserved", "cores_used"] {
        sheet.head(name);
    }
    sheet.head_estimate("waiting_vm_s");
    for name in ["memory_left", "cores_reserved", "cores_left"] {
        sheet.head(name);
    }
    for name in ["more_vms", "more_vms_memory_mib", "more_vms_cores"] {
        sheet.head(name);
    }
    for hosts in ["one", "two"] {
        for name in ["cases", "all_restart", "sampled", "worst_waiting_vms"] {
            sheet.head(&format!("failures_{hosts}_{name}"));
        }
    }
    sheet.head_estimate("recovery_point_s");
    for name in ["more_vms_n1", "more_vms_n2"] {
        sheet.head(name);
    }
    let priced = cost::is_told(result);
    if priced {
        cost::strategy_heads(&mut sheet);
    }
    turns::strategy_heads(&mut sheet, result);
    sheet.end();
    for strategy in &result.strategies {
        let (total, capacity) = (&strategy.total, &strategy.capacity);
        sheet.text(&strategy.name);
        sheet.count(total.instances);
        for estimate in [&total.availability, &total.downtime_s, &total.lost_s, &total.outages] {
            sheet.estimate(estimate);
        }
        sheet.count(capacity.hosts);
        sheet.count(capacity.vms);
        sheet.numbers(&[
            capacity.consolidation,
            capacity.memory_used,
            capacity.memory_reserved,
            capacity.cores_used,
        ]);
        sheet.estimate(&capacity.waiting_vm_s);
        sheet.numbers(&[capacity.memory_left, capacity.cores_reserved, capacity.cores_left]);
        sheet.count(capacity.more_vms);
        sheet.text(&capacity.more_vms_memory_mib.to_string());
        sheet.text(&capacity.more_vms_cores.to_string());
        let failures = capacity.failures.as_ref();
        for losses in [failures.map(|f| &f.one), failures.map(|f| &f.two)] {
            match losses {
                Some(losses) => {
                    sheet.count(losses.cases);
                    sheet.count(losses.all_restart);
                    sheet.text(if losses.sampled { "true" } else { "false" });
                    sheet.count(losses.worst.waiting_vms);
                }
                None => sheet.numbers(&[f64::NAN; 4]),
            }
        }
        sheet.estimate(&total.recovery_point_s);
        for more in [capacity.more_vms_n1, capacity.more_vms_n2] {
            sheet.text(&more.map_or_else(String::new, |vms| vms.to_string()));
        }
        if priced {
            cost::strategy_cells(&mut sheet, strategy);
        }
        turns::strategy_cells(&mut sheet, result, strategy);
        sheet.end();
    }
    sheet.finish()
}

/// `comparisons.csv`.
#[must_use]
pub fn comparisons(result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    for name in ["service", "a", "b"] {
        sheet.head(name);
    }
    sheet.head_estimate("downtime_s_a_minus_b");
    sheet.head_estimate("lost_s_a_minus_b");
    sheet.head("correlation");
    let priced = cost::is_told(result);
    if priced {
        sheet.head_estimate("cost_a_minus_b");
    }
    sheet.end();
    let mut row = |service: &str, pair: &TotalComparison| {
        sheet.text(service);
        sheet.text(&pair.a);
        sheet.text(&pair.b);
        sheet.estimate(&pair.downtime_s_a_minus_b);
        sheet.estimate(&pair.lost_s_a_minus_b);
        sheet.numbers(&[pair.correlation.unwrap_or(f64::NAN)]);
        if priced {
            sheet.estimate_if(pair.cost_a_minus_b.as_ref());
        }
        sheet.end();
    };
    for comparison in &result.comparisons {
        row(&comparison.service, &comparison.pair);
    }
    for pair in &result.total_comparisons {
        row(ALL_SERVICES, pair);
    }
    sheet.finish()
}

/// `failures.csv`, from the summary itself: `result.json` carries only the worst cases.
#[must_use]
pub fn failures(summary: &Summary) -> String {
    let mut sheet = Sheet::new();
    for name in ["strategy", "hosts_lost", "hosts", "vms", "restarted", "waiting_vms", "waiting"] {
        sheet.head(name);
    }
    sheet.end();
    for strategy in &summary.strategies {
        let Some(failures) = &strategy.capacity.failures else { continue };
        for case in failures.one.cases.iter().chain(&failures.two.cases) {
            let waiting: Vec<String> =
                case.waiting.iter().map(|(service, vms)| format!("{service} {vms}")).collect();
            sheet.text(&strategy.name);
            sheet.count(case.hosts.len() as u32);
            sheet.text(&case.hosts.join(" + "));
            sheet.count(case.vms);
            sheet.count(case.vms - case.waiting_vms());
            sheet.count(case.waiting_vms());
            sheet.text(&waiting.join(", "));
            sheet.end();
        }
    }
    sheet.finish()
}

/// `replications.csv`, from the summary itself: `result.json` does not carry every replication.
#[must_use]
pub fn replications(summary: &Summary) -> String {
    let mut sheet = Sheet::new();
    for name in ["strategy", "service", "replication", "downtime_s", "degraded_s", "lost_s", "outages"] {
        sheet.head(name);
    }
    sheet.head("recovery_point_s");
    sheet.end();
    for (strategy, services) in summary.strategies.iter().zip(&summary.rows) {
        for (service, rows) in strategy.services.iter().zip(services) {
            for (&replication, row) in summary.numbers.iter().zip(rows) {
                sheet.text(&strategy.name);
                sheet.text(&service.name);
                sheet.count(replication);
                let lost = row.recovery_point_s;
                sheet.numbers(&[row.downtime_s, row.degraded_s, row.lost_s, row.outages, lost]);
                sheet.end();
            }
        }
    }
    sheet.finish()
}

/// A CSV text being written, cell by cell. Writing to memory cannot fail, and text that is put in
/// as UTF-8 comes out as UTF-8; the `csv` crate's results say so nowhere, hence the fallbacks.
pub(super) struct Sheet {
    writer: ::csv::Writer<Vec<u8>>,
    row: ::csv::StringRecord,
}

impl Sheet {
    pub(super) fn new() -> Sheet {
        Sheet { writer: ::csv::Writer::from_writer(Vec::new()), row: ::csv::StringRecord::new() }
    }

    pub(super) fn head(&mut self, name: &str) {
        self.row.push_field(name);
    }

    pub(super) fn head_estimate(&mut self, name: &str) {
        for field in ["mean", "se", "low", "high", "method"] {
            self.row.push_field(&format!("{name}_{field}"));
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.row.push_field(&csv_cell(text));
    }

    pub(super) fn count(&mut self, count: u32) {
        self.row.push_field(&count.to_string());
    }

    pub(super) fn numbers(&mut self, numbers: &[f64]) {
        for number in numbers {
            // `Display` writes the shortest decimal that reads back the same, never an exponent.
            let cell = if number.is_finite() { number.to_string() } else { String::new() };
            self.row.push_field(&cell);
        }
    }

    pub(super) fn estimate(&mut self, estimate: &Estimate) {
        self.numbers(&[estimate.mean, estimate.se, estimate.low, estimate.high]);
        self.row.push_field(method(estimate.method));
    }

    pub(super) fn estimate_if(&mut self, estimate: Option<&Estimate>) {
        match estimate {
            Some(estimate) => self.estimate(estimate),
            None => (0..5).for_each(|_| self.row.push_field("")),
        }
    }

    fn head_migrations(&mut self) {
        self.head_estimate("migrations");
        for name in
            ["blackout_s_mean", "blackout_s_p95", "blackout_s_max", "migration_s_mean", "migration_s_max"]
        {
            self.head(name);
        }
    }

    /// How many VMs were moved alive, and how long that took, where any are.
    fn migrations(&mut self, moved: Option<&Migrations>) {
        self.estimate_if(moved.map(|moved| &moved.count));
        match moved {
            Some(Migrations { blackout_s: still, lasted_s: lasted, .. }) => {
                self.numbers(&[still.mean, still.p95, still.max, lasted.mean, lasted.max]);
            }
            None => (0..5).for_each(|_| self.row.push_field("")),
        }
    }

    pub(super) fn end(&mut self) {
        let _ = self.writer.write_record(&self.row);
        self.row.clear();
    }

    pub(super) fn finish(self) -> String {
        let bytes = self.writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// The word of `result.json`.
pub(super) fn method(method: Method) -> &'static str {
    match method {
        Method::StudentT => "student-t",
        Method::WeightedPoisson => "weighted-poisson",
        Method::ImportanceSampling => "importance-sampling",
        Method::Binomial => "binomial",
        Method::Bound => "bound",
        Method::Exact => "exact",
    }
}
