//! How long a year can be: the distribution of downtime over instances and replications, and the chance of more than x.

use maud::{Markup, html};
use serde::Serialize;

use super::axis::{Axis, Spread, lengths, px};
use super::figure::{Figure, WIDTH, choice, upward};
use super::gates::{Promise, promises};
use super::look;
use super::name::{name, short};
use super::shown::Shown;
use super::table::{Cell, figures as figure_column, table, words};
use super::years;
use crate::report::exceedance::{exceeded, longest, mixture, quantile};
use crate::report::figures;
use crate::report::result::{Downtime, RunResult};
use crate::report::text::horizon;

/// A strategy's place and the points of its distribution; and its percentiles, where one service has them.
pub(super) struct Curve<'a> {
    pub(super) place: usize,
    pub(super) points: Vec<(f64, f64)>,
    of: Option<&'a Downtime>,
}

/// All services together, then each that has a chart: what it is called, and its curves.
pub(super) fn panels<'a>(shown: &Shown<'a>) -> Vec<(Option<&'a str>, Vec<Curve<'a>>)> {
    let each = shown.charted.iter().map(|&service| {
        let curve = |(place, _, row): (usize, _, &'a crate::report::result::Service)| Curve {
            place,
            points: thinned(row.downtime_s.quantiles.clone()),
            of: Some(&row.downtime_s),
        };
        (Some(service), shown.rows(service).into_iter().map(curve).collect())
    });
    let each: Vec<(Option<&str>, Vec<Curve<'_>>)> = each.collect();
    if each.len() < 2 {
        return each;
    }
    let all = shown.strategies.iter().enumerate().map(|(place, strategy)| {
        let parts = strategy.services.iter();
        let parts: Vec<(f64, &[(f64, f64)])> =
            parts.map(|s| (f64::from(s.instances), s.downtime_s.quantiles.as_slice())).collect();
        Curve { place, points: thinned(mixture(&parts)), of: None }
    });
    std::iter::once((None, all.collect())).chain(each).collect()
}

/// Of very many points those that a picture can show apart.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let last = points.len().saturating_sub(1);
    for (at, point) in points.into_iter().enumerate() {
        let near = kept.last().is_some_and(|(p, _)| (1.0 - p) < 1.04 * (1.0 - point.0));
        if at == last || !near {
            kept.push(point);
        }
    }
    kept
}

/// "A year", or the horizon.
pub(super) fn span(result: &RunResult) -> String {
    match horizon(result).as_str() {
        "1 y" => "a year".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let span = span(result);
    let panels = panels(shown);
    let rare = result
        .strategies
        .iter()
        .any(|s| s.rare_events.as_ref().is_some_and(|rare| !rare.services.is_empty()));
    let panels = panels.iter().enumerate().map(|(number, (service, curves))| {
        let head = match service {
            Some(service) => name(service),
            None => html! { "all services" },
        };
        (head, panel(shown, number, *service, curves))
    });
    html! {
        section id="distribution" aria-labelledby="distribution-head" {
            h2 id="distribution-head" { "How long " (span) " can be" }
            p {
                "A mean hides that most instances have a good time of it and a few a very bad one. This is each instance's downtime in "
                "each replication of " (horizon(result)) ", by itself."
            }
            @if rare {
                p.note {
                    "Weighted replications know means alone: what follows is of the plain ones, and of outages that are too rare for "
                    "those it says nothing."
                }
            }
            (choice("service", "service", panels.collect()))
        }
    }
}

fn panel(shown: &Shown<'_>, number: usize, service: Option<&str>, curves: &[Curve<'_>]) -> Markup {
    html! {
        (years::bars(shown, number, curves))
        (chance(shown, number, service, curves))
        (chances(shown, service, curves))
    }
}

/// The lowest chance that is drawn: about the rarest that so many replications can tell of.
fn floor(result: &RunResult) -> f64 {
    if result.replications >= 2_000 { 0.001 } else { 0.005 }
}

const TOP: f64 = 14.0;
const BOTTOM: f64 = 300.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 20.0;

/// Both axes of a chart of chances. What is promised lies on them.
fn axes(result: &RunResult, curves: &[Curve<'_>], promises: &[Promise]) -> (Axis, Axis) {
    let floor = floor(result);
    let (mut from, mut to) = (f64::INFINITY, 0.0_f64);
    for curve in curves {
        let last = quantile(&curve.points, 1.0 - floor);
        let first = curve.points.iter().map(|(_, seconds)| *seconds).find(|seconds| *seconds > 0.0);
        if let (Some(first), true) = (first, last > 0.0) {
            (from, to) = (from.min(first.min(last)), to.max(last));
        }
    }
    if to <= 0.0 || !to.is_finite() {
        (from, to) = (1.0, 3_600.0);
    }
    for promise in promises {
        (from, to) = (from.min(promise.seconds), to.max(promise.seconds));
    }
    let (from, to) = (from.max(to / 1e6) / 1.5, to * 1.2);
    let x = Axis { spread: Spread::Logarithmic, from, to, start: LEFT, end: RIGHT };
    (x, Axis { spread: Spread::Logarithmic, from: floor, to: 1.0, start: BOTTOM, end: TOP })
}

/// Where a chart of chances lies, for a script.
#[derive(Serialize)]
pub(super) struct Across {
    from: f64,
    to: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// Of the chart of these curves, of one service or of all.
pub(super) fn where_it_lies(result: &RunResult, service: Option<&str>, curves: &[Curve<'_>]) -> Across {
    let (x, _) = axes(result, curves, &promises(result, service));
    Across { from: x.from, to: x.to, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM }
}

/// What so many nines allow, where the time is a year.
const NINES: [(f64, &str); 4] =
    [(31_536.0, "3 nines"), (3_153.6, "4 nines"), (315.36, "5 nines"), (31.536, "6 nines")];

/// A curve a strategy: the share of instances that are down for longer than the time across.
fn chance(shown: &Shown<'_>, number: usize, service: Option<&str>, curves: &[Curve<'_>]) -> Markup {
    let result = shown.result;
    let promises = promises(result, service);
    let (x, y) = axes(result, curves, &promises);
    let up: Vec<(f64, String)> = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]
        .into_iter()
        .filter(|chance| *chance >= y.from * 0.999)
        .map(|chance| (chance, format!("{} %", figures::trimmed(chance * 100.0))))
        .collect();
    let along: Vec<(f64, String)> = lengths(&x).into_iter().map(|(s, label)| (s, label.to_owned())).collect();
    let is_year = horizon(result) == "1 y";
    let nines = NINES.iter().filter(|(seconds, _)| is_year && *seconds > x.from && *seconds < x.to);
    let picture = html! {
        (super::figure::across(&x, &along, (TOP, BOTTOM), "down for longer than"))
        (upward(&y, &up, (LEFT, RIGHT)))
        g.promise {
            @for (seconds, text) in nines {
                path d={ "M" (px(x.at(*seconds))) " " (px(TOP)) "V" (px(BOTTOM)) } {}
                text x=(px(x.at(*seconds) + 5.0)) y=(px(BOTTOM - 7.0)) { (text) }
            }
        }
        @for promise in &promises { (promised(promise, &x)) }
        @for curve in curves.iter().rev() { (line(shown, curve, &x, &y)) }
    };
    let told: Vec<String> = curves
        .iter()
        .map(|curve| {
            let at = |p: f64| figures::duration(quantile(&curve.points, p));
            format!(
                "{}: {} ever down, 1 in 20 longer than {}, 1 in 100 longer than {}.",
                short(&shown.strategies[curve.place].name, 60),
                share(exceeded(&curve.points, 0.0)),
                at(0.95),
                at(0.99)
            )
        })
        .collect();
    let mut caption = "How many of all instances are down for longer than the time across. Lower and further left is better.".to_owned();
    if is_year {
        caption.push_str(" Dotted lines are what so many nines allow a year.");
    }
    if !promises.is_empty() {
        caption.push_str(" Dashed lines are the limits of gates.");
    }
    Figure {
        id: &format!("chance-{number}"),
        title: "The chance of more.",
        caption: &caption,
        description: told.join(" "),
        height: BOTTOM + 46.0,
        picture,
    }
    .with(&html! { (look::legend(shown)) div.reader data-panel=(number) {} })
}

/// A limit that a gate has. Its label keeps to the side where there is room.
fn promised(promise: &Promise, x: &Axis) -> Markup {
    let at = x.at(promise.seconds);
    let is_right = at > RIGHT - 150.0;
    let (text_at, anchor) = if is_right { (at - 5.0, "end") } else { (at + 5.0, "start") };
    html! {
        g.promise.gate-line data-tip=(promise.told) {
            path d={ "M" (px(at)) " " (px(TOP)) "V" (px(BOTTOM)) } {}
            text x=(px(text_at)) y=(px(TOP + 12.0)) text-anchor=(anchor) { (promise.label) }
        }
    }
}

fn line(shown: &Shown<'_>, curve: &Curve<'_>, x: &Axis, y: &Axis) -> Markup {
    if longest(&curve.points) <= 0.0 {
        return html! {};
    }
    let strategy = short(&shown.strategies[curve.place].name, 60);
    let start = exceeded(&curve.points, x.from);
    let mut d = format!("M{} {}", px(x.start), px(y.at(start)));
    for &(p, seconds) in curve.points.iter().filter(|(_, seconds)| *seconds > x.from) {
        if 1.0 - p <= y.from {
            // The curve leaves at the bottom rather than run along it.
            d.push_str(&format!("L{} {}", px(x.at(quantile(&curve.points, 1.0 - y.from))), px(y.at(y.from))));
            break;
        }
        d.push_str(&format!("L{} {}", px(x.at(seconds)), px(y.at(1.0 - p))));
    }
    let marks = [0.5, 0.1, 0.05, 0.01].into_iter().filter(|chance| *chance > y.from && *chance < start);
    html! {
        path.line.(look::class(curve.place)) d=(d) fill="none" stroke="currentColor" {}
        @for chance in marks {
            @let seconds = quantile(&curve.points, 1.0 - chance);
            g data-tip={ (strategy) "\n" (figures::trimmed(chance * 100.0)) " of 100 instances are\ndown for longer than " (figures::duration(seconds)) } {
                circle.hit cx=(px(x.at(seconds))) cy=(px(y.at(chance))) r="12" fill="none" {}
                (look::marker(curve.place, x.at(seconds), y.at(chance)))
            }
        }
    }
}

/// A share of all instances: small ones with a decimal.
pub(super) fn share(part: f64) -> String {
    match part {
        p if p <= 0.0 => "0 %".to_owned(),
        p if p < 0.001 => "< 0.1 %".to_owned(),
        p if p < 0.0995 => format!("{} %", figures::fixed(p * 100.0, 1)),
        p => figures::share(p),
    }
}

/// The same in figures.
fn chances(shown: &Shown<'_>, service: Option<&str>, curves: &[Curve<'_>]) -> Markup {
    const LONGER: [(f64, &str); 6] = [
        (0.0, "ever down"),
        (60.0, "> 1 min"),
        (600.0, "> 10 min"),
        (3_600.0, "> 1 h"),
        (28_800.0, "> 8 h"),
        (86_400.0, "> 1 d"),
    ];
    let mut columns = vec![words("strategy")];
    columns.extend(LONGER.iter().map(|(_, head)| figure_column(head)));
    columns.extend(["p50", "p95", "p99", "worst"].map(figure_column));
    let row = |curve: &Curve<'_>| {
        let mut row = vec![Cell::words(name(&shown.strategies[curve.place].name))];
        row.extend(LONGER.iter().map(|(seconds, _)| {
            let part = exceeded(&curve.points, *seconds);
            Cell::figure(&share(part), part)
        }));
        for (at, p) in [0.5, 0.95, 0.99].into_iter().enumerate() {
            let (seconds, interval) = match curve.of {
                Some(of) => (
                    [of.p50, of.p95, of.p99][at],
                    Some([of.p50_interval, of.p95_interval, of.p99_interval][at]),
                ),
                None => (quantile(&curve.points, p), None),
            };
            row.push(Cell::figure(&percentile(seconds, interval), seconds));
        }
        let worst = curve.of.map_or_else(|| longest(&curve.points), |of| of.max);
        row.push(Cell::figure(&figures::duration(worst), worst));
        row
    };
    let of = service.map_or_else(|| "all services".to_owned(), |service| short(service, 60));
    let caption = format!("Chances and percentiles, {of}: of all instances in {}", horizon(shown.result));
    table(&caption, &columns, curves.iter().map(row).collect())
}

/// "9.4 h [9.1 h, 9.8 h]"
fn percentile(seconds: f64, interval: Option<(f64, Option<f64>)>) -> String {
    let told = figures::duration(seconds);
    match interval {
        Some((low, Some(high))) if high > 0.0 => {
            format!("{told} [{}, {}]", figures::duration(low), figures::duration(high))
        }
        Some((low, None)) => format!("{told} [{}, ?]", figures::duration(low)),
        _ => told,
    }
}
