//! Service by service: the same table for each.

use maud::{Markup, html};

use super::name::{inside, name, sentence, whole};
use super::shown::Shown;
use super::table::{Cell, Column, figures as figure_column, table, words};
use crate::report::figures;
use crate::report::lost::LostColumns;
use crate::report::result::{Estimate, Service, Strategy};
use crate::report::text::{
    counted, horizon, moved_alive, never_down, overloaded, recovery_points, unprotected, writes_lost,
};

/// More services than this are folded up.
const OPEN: usize = 1;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    html! {
        section id="services" aria-labelledby="services-head" {
            h2 id="services-head" { "Service by service" }
            p { "Per instance, as above; p50, p95 and p99: so many of a hundred instances are down for no longer in "
                (horizon(shown.result)) "." }
            @for (place, service) in shown.services.iter().enumerate() { (one(shown, service, place)) }
        }
    }
}

type Row<'a> = (&'a Strategy, &'a Service);

fn one(shown: &Shown<'_>, service: &str, place: usize) -> Markup {
    let result = shown.result;
    let rows: Vec<Row<'_>> =
        shown.rows(service).into_iter().map(|(_, strategy, row)| (strategy, row)).collect();
    let Some((_, first)) = rows.first() else { return html! {} };
    let least =
        rows.iter().min_by(|a, b| a.1.downtime_s.estimate.mean.total_cmp(&b.1.downtime_s.estimate.mean));
    let lines = [
        never_down(result, &rows, inside).map(|line| format!("Here, {line}.")),
        unprotected(result, &rows, inside)
            .map(|line| format!("Without a second VM to fall back on: {line}.")),
        moved_alive(result, &rows, inside).map(|line| format!("Moved from host to host: {line}.")),
        overloaded(result, &rows, inside)
            .map(|line| format!("With less computing power than it wants: {line}.")),
        recovery_points(&rows, inside)
            .map(|line| format!("Recovery point, the most writes lost at once: {line}.")),
    ];
    html! {
        details open[place < OPEN] {
            summary {
                h3 { (whole(service)) }
                span.quiet { (counted(first.instances, "instance")) ", " (super::name::short(&first.role, 20)) }
                @if let Some((strategy, row)) = least {
                    span.quiet.least {
                        "down least: " (name(&strategy.name)) " "
                        (figures::mean(&result.told_minutes(&row.downtime_s.estimate))) " min"
                    }
                }
            }
            (table(&format!("{}, per instance", super::name::short(service, 60)), &columns(shown, &rows), rows.iter().map(|row| cells(shown, &rows, row)).collect()))
            @for line in lines.iter().flatten() { p.quiet { (sentence(line)) } }
        }
    }
}

fn columns(shown: &Shown<'_>, rows: &[Row<'_>]) -> Vec<Column> {
    let result = shown.result;
    let mut columns = vec![words("strategy"), words("protected by")];
    columns.push(figure_column(&result.column("downtime, min")));
    columns.extend(is_degraded(rows).then(|| figure_column(&result.column("lost, min"))));
    columns.extend((!result.scripted).then(|| figure_column("nines")));
    columns.extend(
        [&*result.column("outages"), "one lasts", "longest", "p50", "p95", "p99", "VMs"].map(figure_column),
    );
    columns.extend(has_writes(rows).then(|| figure_column(&result.column("writes lost"))));
    columns.extend(LostColumns::of(rows).head(result).iter().map(|head| figure_column(head)));
    columns
}

fn is_degraded(rows: &[Row<'_>]) -> bool {
    rows.iter().any(|(_, service)| service.lost_s.mean > service.downtime_s.estimate.mean)
}

fn has_writes(rows: &[Row<'_>]) -> bool {
    rows.iter().any(|(_, service)| service.recovery_point_s.estimate.high > 0.0)
}

fn cells(shown: &Shown<'_>, rows: &[Row<'_>], (strategy, service): &Row<'_>) -> Vec<Cell> {
    let result = shown.result;
    let downtime = &service.downtime_s;
    let protect: Vec<String> = service.protect.iter().map(|layer| super::name::short(layer, 30)).collect();
    let protect = if protect.is_empty() { vec!["nothing".to_owned()] } else { protect };
    let mut row = vec![
        Cell::words(name(&strategy.name)),
        Cell::words(html! { @for layer in &protect { span.layer { (layer) } " " } }),
    ];
    let minutes = |seconds: &Estimate| figures::interval(&result.told_minutes(seconds));
    let length = |seconds: f64| Cell::figure(&figures::duration(seconds), seconds);
    row.push(Cell::figure(&minutes(&downtime.estimate), downtime.estimate.mean));
    if is_degraded(rows) {
        row.push(Cell::figure(&figures::mean(&result.told_minutes(&service.lost_s)), service.lost_s.mean));
    }
    if !result.scripted {
        row.push(Cell::figure(&figures::nines(&service.availability), service.availability.low));
    }
    row.push(Cell::figure(&figures::interval(&result.told(&service.outages)), service.outages.mean));
    if service.outages.mean > 0.0 {
        row.push(length(service.outage_s.mean));
        row.push(length(service.outage_s.max));
    } else {
        row.extend([Cell::figure("–", 0.0), Cell::figure("–", 0.0)]);
    }
    row.extend([downtime.p50, downtime.p95, downtime.p99].map(length));
    let vms = service.vms_per_instance.saturating_mul(service.instances);
    row.push(Cell::figure(&figures::count(vms), f64::from(vms)));
    if has_writes(rows) {
        let lost = &service.recovery_point_s.estimate;
        row.push(Cell::figure(&writes_lost(result, lost), lost.mean));
    }
    let lost = LostColumns::of(rows);
    let keys = lost.means(service);
    row.extend(lost.cells(result, service).iter().zip(keys).map(|(text, key)| Cell::figure(text, key)));
    row
}
