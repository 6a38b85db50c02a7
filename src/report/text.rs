//! The comparison on a terminal: at most 100 columns, the verdict first, and below it what became of the gates, where there are any;
//! then the tables that it stands on.
//!
//! Downtime is in minutes per instance and year of 365 d, whatever the horizon, unless nothing fails but by script;
//! `[low, high]` is the 95 % interval. No figure has more digits than its interval supports.

use super::baseline;
use super::capacity;
use super::clean;
use super::comparisons;
use super::cost;
use super::figures;
use super::gates;
use super::headroom;
use super::lost::LostColumns;
use super::rare;
use super::result::{Cause, Estimate, RunResult, Service, Strategy};
use super::stopping;
use super::table::{COLUMNS, Table, wrap};
use super::turns;
use super::verdict;
use crate::engine::Span;

/// Causes that are named; the rest are "other".
const CAUSES_NAMED: usize = 4;

/// What the column of that name has.
pub(super) const WRITES_LOST: &str =
    " writes lost: the recovery points of all switches to a copy that lags, added up.";

/// The whole comparison.
#[must_use]
pub fn comparison(result: &RunResult) -> String {
    let result = &*result.as_told();
    let mut text = clean::shorten(&clean::visible(&result.scenario.title), COLUMNS);
    text.push_str("\n\n");
    text.push_str(&wrap(&verdict::verdict(result, clean::visible), ""));
    text.push_str(&gates::text(result));
    text.push_str(&baseline::text(result));
    text.push('\n');
    text.push_str(&preface(result));
    text.push('\n');
    text.push_str(&strategies(result));
    text.push('\n');
    text.push_str(&capacity_at_start(result));
    if headroom::is_told(result) {
        text.push('\n');
        text.push_str(&headroom_over_time(result));
    }
    if cost::is_told(result) {
        text.push('\n');
        text.push_str(&cost_a_year(result));
    }
    for name in service_names(result) {
        text.push('\n');
        text.push_str(&service(result, name));
    }
    text.push('\n');
    text.push_str(&causes(result));
    text
}

/// What the tables are of.
fn preface(result: &RunResult) -> String {
    let horizon = horizon(result);
    let mut text = wrap(
        &format!(
            "{} of {horizon}, seed {}. {}. lasts: one outage; p95: 95 % of all instances are down no longer in \
             {horizon}.{}",
            counted(result.replications, "replication"),
            result.seed,
            result.preface(),
            if can_lose_writes(result) { WRITES_LOST } else { "" },
        ),
        "",
    );
    if let Some(sentence) = stopping::sentence(result) {
        text.push_str(&wrap(&sentence, ""));
    }
    text
}

fn strategies(result: &RunResult) -> String {
    let mut text = "All services\n".to_owned();
    let degraded = result.strategies.iter().any(|s| s.total.lost_s.mean > s.total.downtime_s.mean);
    let columns = ["downtime, min", "writes lost", "outages"].map(|what| result.column(what));
    let mut head = vec!["strategy", &columns[0]];
    if degraded {
        head.push("lost");
    }
    let writes = can_lose_writes(result);
    if writes {
        head.push(&columns[1]);
    }
    head.extend((!result.scripted).then_some("nines"));
    head.extend([&columns[2], "hosts", "VMs", "memory"]);
    let mut table = Table::new(&head);
    for strategy in &result.strategies {
        let (total, capacity) = (&strategy.total, &strategy.capacity);
        let mut row = vec![clean::visible(&strategy.name)];
        row.push(minutes(result, &total.downtime_s));
        if degraded {
            row.push(minutes_mean(result, &total.lost_s));
        }
        if writes {
            row.push(writes_lost(result, &total.recovery_point_s));
        }
        row.extend((!result.scripted).then(|| figures::nines(&total.availability)));
        row.push(figures::mean(&result.told(&total.outages)));
        row.push(figures::count(capacity.hosts));
        row.push(figures::count(capacity.vms));
        row.push(figures::share(capacity.memory_used));
        table.row(row);
    }
    text.push_str(&table.render());
    for strategy in &result.strategies {
        text.push_str(&waiting(result, strategy));
        if let Some(line) = turns::given_up(result, strategy) {
            let name = clean::shorten_name(&clean::visible(&strategy.name), 40);
            text.push_str(&wrap(&format!("  {name}: planned work given up: {line}."), "    "));
        }
    }
    text.push_str(&allowance(result));
    for sentence in rare::sentences(result, |name| clean::shorten_name(&clean::visible(name), 40)) {
        text.push_str(&wrap(&format!("  {sentence}"), "    "));
    }
    if let Some(line) = comparisons::correlation(result) {
        text.push_str(&wrap(&format!("  {line}."), "    "));
    }
    if let Some(line) = verdict::compared(result, |name| clean::shorten_name(&clean::visible(name), 40)) {
        text.push_str(&wrap(&format!("  {line}"), "    "));
    }
    text
}

/// What the start placement leaves: for growth, and when hosts are lost.
fn capacity_at_start(result: &RunResult) -> String {
    let mut text = "Capacity at the start\n".to_owned();
    let reserved = result.strategies.iter().any(|s| s.capacity.memory_reserved > 0.0);
    let mut head = vec!["strategy", "memory used"];
    if reserved {
        head.push("reserved");
    }
    head.extend(["left", "more VMs that fit"]);
    let spare = capacity::heads_with_losses(result);
    head.extend(&spare);
    let mut table = Table::new(&head);
    for strategy in &result.strategies {
        let row = &strategy.capacity;
        let mut cells = vec![clean::visible(&strategy.name), figures::share(row.memory_used)];
        if reserved {
            cells.push(figures::share(row.memory_reserved));
        }
        cells.push(figures::share(row.memory_left));
        cells.push(capacity::more_vms(row));
        cells.extend(capacity::cells_with_losses(row).into_iter().take(spare.len()));
        table.row(cells);
    }
    text.push_str(&table.render());
    for (names, sentence) in capacity::sentences(result, |name| clean::shorten(&clean::visible(name), 40)) {
        let names: Vec<String> = names.iter().map(|name| clean::shorten(&clean::visible(name), 40)).collect();
        text.push_str(&wrap(&format!("  {}: {sentence}", names.join(", ")), "    "));
    }
    text
}

/// What is free while hosts fail and are worked on, where a cluster asks for headroom.
fn headroom_over_time(result: &RunResult) -> String {
    let table = headroom::table(result, |name| clean::shorten_name(&clean::visible(name), 20));
    format!("Headroom over time\n{table}{}", wrap(&format!("  {}.", headroom::LEGEND), "    "))
}

/// What a year costs, where anything has a price; which strategy is cheapest is part of the verdict.
fn cost_a_year(result: &RunResult) -> String {
    let mut text = clean::shorten(&cost::title(result, clean::visible), COLUMNS);
    text.push('\n');
    text.push_str(&cost::table(result, clean::visible));
    text
}

/// Whose intervals owe much of their width to what has not been seen.
fn allowance(result: &RunResult) -> String {
    let wide = |strategy: &&Strategy| {
        let total = &strategy.total;
        [&total.downtime_s, &total.lost_s].iter().any(|e| figures::is_wide(e, result.replications))
    };
    let name = |strategy: &Strategy| clean::shorten_name(&clean::visible(&strategy.name), 40);
    let mut names: Vec<String> = result.strategies.iter().filter(wide).map(name).collect();
    if names.is_empty() && verdict::is_any_held_open(result) {
        names.push("differences".to_owned());
    }
    if names.len() == result.strategies.len() && names.len() > 1 {
        names = vec!["all strategies".to_owned()];
    }
    if names.is_empty() {
        return String::new();
    }
    wrap(&format!("  {}: {}.", names.join(", "), figures::ALLOWANCE), "    ")
}

/// VMs that waited for room are capacity that was missing; that deserves a line of its own.
fn waiting(result: &RunResult, strategy: &Strategy) -> String {
    let waiting = result.told(&strategy.capacity.waiting_vm_s);
    if waiting.mean <= 0.0 {
        return String::new();
    }
    let line = format!(
        "  {}: VMs wait {} {} for room, all together.",
        clean::shorten_name(&clean::visible(&strategy.name), 40),
        figures::duration_interval(&waiting),
        result.told_for()
    );
    wrap(&line, "    ")
}

/// Services of all strategies, in the order in which they first appear.
pub(super) fn service_names(result: &RunResult) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for service in result.strategies.iter().flat_map(|strategy| &strategy.services) {
        if !names.contains(&service.name.as_str()) {
            names.push(&service.name);
        }
    }
    names
}

/// The strategies that have a service, with it.
pub(super) fn of_service<'a>(result: &'a RunResult, name: &str) -> Vec<(&'a Strategy, &'a Service)> {
    result
        .strategies
        .iter()
        .filter_map(|strategy| Some((strategy, strategy.services.iter().find(|s| s.name == name)?)))
        .collect()
}

fn service(result: &RunResult, name: &str) -> String {
    let rows = of_service(result, name);
    let Some((_, first)) = rows.first() else { return String::new() };
    let mut text = format!(
        "{}: {}, {}\n",
        clean::shorten_name(&clean::visible(name), 60),
        counted(first.instances, "instance"),
        clean::shorten(&clean::visible(&first.role), 20)
    );
    let degraded = rows.iter().any(|(_, s)| s.lost_s.mean > s.downtime_s.estimate.mean);
    let columns = ["downtime, min", "writes lost", "outages"].map(|what| result.column(what));
    let mut head = vec!["strategy", &columns[0]];
    if degraded {
        head.push("lost");
    }
    let writes = rows.iter().any(|(_, s)| s.recovery_point_s.estimate.high > 0.0);
    if writes {
        head.push(&columns[1]);
    }
    head.extend((!result.scripted).then_some("nines"));
    head.extend([&columns[2], "lasts", "p95", "VMs"]);
    let mut table = Table::new(&head);
    for (strategy, service) in &rows {
        let mut row = vec![clean::visible(&strategy.name)];
        row.push(minutes(result, &service.downtime_s.estimate));
        if degraded {
            row.push(minutes_mean(result, &service.lost_s));
        }
        if writes {
            row.push(writes_lost(result, &service.recovery_point_s.estimate));
        }
        row.extend((!result.scripted).then(|| figures::nines(&service.availability)));
        row.push(figures::mean(&result.told(&service.outages)));
        let happened = service.outages.mean > 0.0;
        row.push(if happened { figures::duration(service.outage_s.mean) } else { "–".to_owned() });
        row.push(figures::duration(service.downtime_s.p95));
        row.push(figures::count(service.vms_per_instance.saturating_mul(service.instances)));
        table.row(row);
    }
    text.push_str(&table.render());
    text.push_str(&lost_work(result, &rows));
    let name = |name: &str| clean::shorten_name(&clean::visible(name), 40);
    if let Some(line) = never_down(result, &rows, name) {
        text.push_str(&wrap(&format!("  {line}"), "    "));
    }
    if let Some(line) = unprotected(result, &rows, name) {
        text.push_str(&wrap(&format!("  without a second VM to fall back on: {line}"), "    "));
    }
    if let Some(line) = moved_alive(result, &rows, name) {
        text.push_str(&wrap(&format!("  moved from host to host: {line}"), "    "));
    }
    if let Some(line) = overloaded(result, &rows, name) {
        text.push_str(&wrap(&format!("  with less computing power than it wants: {line}"), "    "));
    }
    if let Some(line) = recovery_points(&rows, name) {
        text.push_str(&wrap(&format!("  recovery point, the most writes lost at once: {line}"), "    "));
    }
    text
}

/// A table of its own, where the service says what its clients have under way: one line has no room for it.
fn lost_work(result: &RunResult, rows: &[(&Strategy, &Service)]) -> String {
    let lost = LostColumns::of(rows);
    let head = lost.head(result);
    if head.is_empty() {
        return String::new();
    }
    let head: Vec<&str> = std::iter::once("strategy").chain(head.iter().map(String::as_str)).collect();
    let mut table = Table::new(&head);
    for (strategy, service) in rows {
        let mut row = vec![clean::visible(&strategy.name)];
        row.extend(lost.cells(result, service));
        table.row(row);
    }
    table.render()
}

/// How long each strategy with a layer inside the guests leaves one VM alone: "3.2 h a year under guests; 12 min under both".
pub(super) fn unprotected(
    result: &RunResult,
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    times(result, rows, name, |service| service.unprotected_s.as_ref())
}

/// The same of hosts that have too little for their VMs.
pub(super) fn overloaded(
    result: &RunResult,
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    times(result, rows, name, |service| service.overload_s.as_ref())
}

fn times(
    result: &RunResult,
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
    of: impl Fn(&Service) -> Option<&Estimate>,
) -> Option<String> {
    let mut parts = Vec::new();
    for (strategy, service) in rows {
        let Some(time) = of(service).filter(|time| time.mean > 0.0) else { continue };
        let told = figures::duration(result.told(time).mean);
        parts.push(format!("{told} {} under {}", result.told_for(), name(&strategy.name)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How often VMs were moved while they ran, and what it was like: "8.0 times a year, still for 0.3 s (at most 0.31 s), 106 s
/// each under host-cluster".
pub(super) fn moved_alive(
    result: &RunResult,
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    let mut parts = Vec::new();
    for (strategy, service) in rows {
        let Some(moved) = service.migrations.as_ref().filter(|moved| moved.count.mean > 0.0) else {
            continue;
        };
        let times = figures::mean(&result.told(&moved.count));
        let [still, most, each] = [moved.blackout_s.mean, moved.blackout_s.max, moved.lasted_s.mean];
        parts.push(format!(
            "{times} times {}, still for {} (at most {}), {} each, under {}",
            result.told_for(),
            figures::duration(still),
            figures::duration(most),
            figures::duration(each),
            name(&strategy.name)
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The worst recovery point of each strategy that has lost writes: "34 s under a, b".
pub(super) fn recovery_points(
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for (strategy, service) in rows.iter().filter(|(_, service)| service.recovery_point_s.max > 0.0) {
        let worst = figures::duration(service.recovery_point_s.max);
        match found.iter_mut().find(|(length, _)| *length == worst) {
            Some((_, names)) => names.push(name(&strategy.name)),
            None => found.push((worst, vec![name(&strategy.name)])),
        }
    }
    let parts: Vec<String> =
        found.iter().map(|(worst, names)| format!("{worst} under {}", names.join(", "))).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What stands in the place of 100 %: under which strategies there was no downtime, in how many years,
/// and the bound.
pub(super) fn never_down(
    result: &RunResult,
    rows: &[(&Strategy, &Service)],
    name: impl Fn(&str) -> String,
) -> Option<String> {
    let quiet: Vec<&(&Strategy, &Service)> =
        rows.iter().filter(|(_, service)| figures::is_unseen(&service.downtime_s.estimate)).collect();
    let highest = quiet.iter().map(|(_, service)| service.downtime_s.estimate.high).max_by(f64::total_cmp)?;
    let minutes = Estimate { high: highest, ..quiet.first()?.1.downtime_s.estimate };
    let bound = figures::bound(result.told_minutes(&minutes).high);
    let under = if quiet.len() == rows.len() && rows.len() > 1 {
        "any strategy".to_owned()
    } else {
        quiet.iter().map(|(strategy, _)| name(&strategy.name)).collect::<Vec<_>>().join(", ")
    };
    let years = verdict::simulated(result);
    Some(format!("no downtime in {years} under {under}: at most {bound} min {} (95 %)", result.told_for()))
}

fn causes(result: &RunResult) -> String {
    let mut text = "Causes of downtime, all services\n".to_owned();
    let names: Vec<String> = result
        .strategies
        .iter()
        .map(|strategy| clean::shorten_name(&clean::visible(&strategy.name), 32))
        .collect();
    let width = names.iter().map(|name| clean::width(name)).max().unwrap_or(0);
    for (strategy, name) in result.strategies.iter().zip(&names) {
        let padding = " ".repeat(width - clean::width(name));
        let parts = cause_shares(&strategy.total.causes, CAUSES_NAMED);
        let line = if parts.is_empty() {
            "none seen".to_owned()
        } else {
            let parts: Vec<String> = parts
                .iter()
                .map(|(cause, share)| {
                    let cause = clean::shorten(&clean::visible(cause), 24);
                    format!("{cause} {}", figures::share(*share)).replace(' ', "\u{a0}")
                })
                .collect();
            parts.join(", ")
        };
        // A cause and its share stay on one line: they are glued while the text is being broken.
        let glued = format!("  {}{padding}  {line}", name.replace(' ', "\u{a0}"));
        text.push_str(&wrap(&glued, &" ".repeat(width + 4)).replace('\u{a0}', " "));
    }
    text
}

/// The largest causes of downtime with their shares of all of it, and the rest as `other`.
pub(super) fn cause_shares(causes: &[Cause], named: usize) -> Vec<(String, f64)> {
    let total: f64 = causes.iter().map(|cause| cause.downtime_s).sum();
    if total.is_nan() || total <= 0.0 {
        return Vec::new();
    }
    let mut sorted: Vec<&Cause> = causes.iter().filter(|cause| cause.downtime_s > 0.0).collect();
    sorted.sort_by(|a, b| b.downtime_s.total_cmp(&a.downtime_s));
    // One left over is named rather than called "other".
    let named = if sorted.len() == named + 1 { named + 1 } else { named };
    let mut shares: Vec<(String, f64)> =
        sorted.iter().take(named).map(|cause| (cause.cause.clone(), cause.downtime_s / total)).collect();
    let rest: f64 = sorted.iter().skip(named).map(|cause| cause.downtime_s).sum();
    if rest > 0.0 {
        shares.push(("other".to_owned(), rest / total));
    }
    shares
}

/// The horizon as a scenario writes it: `1 y`.
pub(super) fn horizon(result: &RunResult) -> String {
    // A file may say anything; only a run's own horizon is sure to be a length of time.
    let seconds = result.horizon_s;
    Span::from_secs_f64(if seconds >= 0.0 { seconds } else { 0.0 }).to_string()
}

/// "1 instance", "4 instances".
pub(super) fn counted(count: u32, word: &str) -> String {
    format!("{} {word}{}", figures::count(count), if count == 1 { "" } else { "s" })
}

fn minutes(result: &RunResult, seconds: &Estimate) -> String {
    figures::interval(&result.told_minutes(seconds))
}

/// Whether some strategy can go on with a copy that lacks the last writes.
pub(super) fn can_lose_writes(result: &RunResult) -> bool {
    result.strategies.iter().any(|strategy| strategy.total.recovery_point_s.high > 0.0)
}

/// How much writing is lost for good, in a year or by script.
pub(super) fn writes_lost(result: &RunResult, seconds: &Estimate) -> String {
    let lost = result.told(seconds);
    if lost.high > 0.0 { figures::duration_mean(&lost) } else { "none".to_owned() }
}

fn minutes_mean(result: &RunResult, seconds: &Estimate) -> String {
    figures::mean(&result.told_minutes(seconds))
}
