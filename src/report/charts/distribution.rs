//! How likely a long year is: for each service the share of instances that are down for longer
//! than x in one replication, a curve a strategy.
//!
//! Both axes are logarithmic, since the interesting part is a small chance of a long downtime.
//! Zero has no place on such an axis and gets a strip of its own at the left: the height at which
//! a curve comes out of it is the share of instances that are ever down.

use super::Shown;
use super::canvas::{fit_name, text_width, wrap};
use super::frame::{self, Key, MARGIN, WIDTH, line_colour, line_form, line_pattern};
use super::shape::{AXIS, Anchor, GRID, HEADING, INK, LABEL, MUTED, Pen, Picture};
use crate::report::clean;
use crate::report::exceedance;
use crate::report::figures;
use crate::report::result::{RunResult, Service, Strategy};
use crate::report::text::horizon;

const PLOT: f64 = 190.0;
const GAP: f64 = 34.0;
/// From a panel's head to its plot, and from there to its notes.
const ABOVE: f64 = 28.0;
const BELOW: f64 = 54.0;
/// A line of notes.
const NOTE: f64 = 16.0;
/// Curves nearer to each other than this all the way hide each other.
const HIDES: f64 = 2.5;
/// The strip of zero.
const STRIP: f64 = 30.0;
/// Room for the labels of the upward axis.
const SCALE: f64 = 48.0;
/// Everything shorter than this part of the longest lies in the first pixel of the axis.
const RANGE: f64 = 1e6;

/// Lengths that a tick may name, and how; the flagged ones are for long axes too.
pub(super) const TICKS: [(f64, &str, bool); 30] = [
    (1e-6, "1 µs", true),
    (1e-5, "10 µs", false),
    (1e-4, "100 µs", false),
    (1e-3, "1 ms", true),
    (1e-2, "10 ms", true),
    (1e-1, "100 ms", true),
    (1.0, "1 s", true),
    (2.0, "2 s", false),
    (5.0, "5 s", false),
    (10.0, "10 s", true),
    (30.0, "30 s", false),
    (60.0, "1 min", true),
    (120.0, "2 min", false),
    (300.0, "5 min", false),
    (600.0, "10 min", true),
    (1_800.0, "30 min", false),
    (3_600.0, "1 h", true),
    (7_200.0, "2 h", false),
    (18_000.0, "5 h", false),
    (36_000.0, "10 h", true),
    (86_400.0, "1 d", false),
    (172_800.0, "2 d", true),
    (432_000.0, "5 d", false),
    (864_000.0, "10 d", true),
    (2_592_000.0, "30 d", false),
    (8_640_000.0, "100 d", true),
    (31_536_000.0, "1 y", true),
    (157_680_000.0, "5 y", false),
    (315_360_000.0, "10 y", true),
    (3_153_600_000.0, "100 y", true),
];

/// A box in which curves are drawn.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    /// The lowest probability shown.
    floor: f64,
    /// The shortest and longest downtime shown, seconds.
    from: f64,
    to: f64,
}

impl Plot {
    fn bottom(&self) -> f64 {
        self.top + PLOT
    }

    fn x(&self, seconds: f64) -> f64 {
        let along = libm::log(seconds.max(self.from) / self.from) / libm::log(self.to / self.from);
        let start = self.left + STRIP;
        start + along.clamp(0.0, 1.0) * (self.right - start)
    }

    fn y(&self, probability: f64) -> f64 {
        let down = libm::log(probability.clamp(self.floor, 1.0)) / libm::log(self.floor);
        self.top + down.clamp(0.0, 1.0) * PLOT
    }
}

/// A strategy's place in the legend, and what it makes of a service.
type Row<'a> = (usize, &'a Strategy, &'a Service);

/// The chart.
pub(super) fn layout(result: &RunResult, shown: &Shown<'_>) -> Picture {
    let mut pen = Pen::default();
    let legend: Vec<(Key, String)> = shown
        .strategies
        .iter()
        .enumerate()
        .map(|(place, strategy)| (Key::Line(place), strategy.name.clone()))
        .collect();
    let title = format!("How long a year can be: {}", result.scenario.title);
    let title = if horizon(result) == "1 y" {
        title
    } else {
        format!("Downtime in {}: {}", horizon(result), result.scenario.title)
    };
    let caption = format!(
        "Share of instances (up) that are down for longer than the time across, in one replication of {}. \
         Further left and lower is better. Markers: every second instance, every 10th, 20th and 100th; the strip \
         at 0 shows the share that is ever down.",
        horizon(result)
    );
    let mut y = frame::head(&mut pen, &title, &caption, &shown.note, &legend);
    let columns = if shown.services.len() < 2 { 1 } else { 2 };
    let width = (WIDTH - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;
    let mut description = format!("{caption} {}", shown.note).trim_end().to_owned();
    for names in shown.services.chunks(columns) {
        let mut notes = 0;
        for (column, &name) in names.iter().enumerate() {
            let x = MARGIN + (width + GAP) * column as f64;
            let rows = shown.rows(result, name);
            notes = notes.max(panel(&mut pen, result, name, &rows, (x, y + 24.0), width));
            describe(&mut description, name, &rows);
        }
        y += 24.0 + ABOVE + PLOT + BELOW + NOTE * notes as f64;
    }
    Picture { width: WIDTH, height: y + 4.0, title: clean::visible(&title), description, shapes: pen.shapes }
}

/// One service: its head with the baseline at `y`, the curves below, and notes under them; answers with the
/// lines of those.
fn panel(
    pen: &mut Pen,
    result: &RunResult,
    name: &str,
    rows: &[Row<'_>],
    (x, y): (f64, f64),
    width: f64,
) -> usize {
    pen.text((x, y), Anchor::Start, HEADING, INK, &fit_name(&clean::visible(name), HEADING, width));
    let floor = floor(result);
    let (from, to) = range(rows.iter().map(|(_, _, service)| *service), floor);
    let plot = Plot { left: x + SCALE, right: x + width, top: y + ABOVE, floor, from, to };
    grid(pen, &plot);
    pen.text((x, plot.top - 12.0), Anchor::Start, LABEL, MUTED, "share of instances");
    let middle = (plot.left + plot.right) / 2.0;
    pen.text((middle, plot.bottom() + 33.0), Anchor::Middle, LABEL, MUTED, "down for longer than");
    // The first strategy last, so that it lies on top.
    for (place, _, service) in rows.iter().rev() {
        if longest(service) > 0.0 {
            curve(pen, &plot, service, *place);
        }
    }
    let text = notes(&plot, rows);
    let notes = if text.is_empty() { Vec::new() } else { wrap(&text, LABEL, width, 2) };
    for (line, note) in notes.iter().enumerate() {
        let baseline = plot.bottom() + BELOW - 2.0 + NOTE * line as f64;
        pen.text((x, baseline), Anchor::Start, LABEL, MUTED, note);
    }
    notes.len()
}

/// What cannot be seen: strategies without a curve, and curves under others.
fn notes(plot: &Plot, rows: &[Row<'_>]) -> String {
    let names = |some: &[&Row<'_>]| {
        let names =
            some.iter().map(|(_, strategy, _)| fit_name(&clean::visible(&strategy.name), LABEL, 150.0));
        names.collect::<Vec<_>>().join(", ")
    };
    let (seen, never): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
        rows.iter().partition(|(_, _, service)| longest(service) > 0.0);
    let mut parts = Vec::new();
    if !never.is_empty() {
        parts.push(format!("Never down: {}.", names(&never)));
    }
    let mut left = seen;
    while let Some((&first, rest)) = left.split_first() {
        let (same, others): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
            rest.iter().copied().partition(|row| hides(plot, first.2, row.2));
        if !same.is_empty() {
            parts.push(format!("Hidden under {}: {}.", names(&[first]), names(&same)));
        }
        left = others;
    }
    parts.join(" ")
}

/// Whether two curves lie on each other.
fn hides(plot: &Plot, a: &Service, b: &Service) -> bool {
    let start = |service: &Service| plot.y(exceeded(service, 0.0));
    let apart = |p: f64| {
        let across = plot.x(quantile(a, 1.0 - p)) - plot.x(quantile(b, 1.0 - p));
        // Where a curve is steep, what matters is how far it is to the side; where it is flat, up.
        let up = |s: &Service, other: &Service| {
            plot.y(exceeded(s, quantile(other, 1.0 - p))) - plot.y(p.min(exceeded(other, 0.0)))
        };
        across.abs().min(up(a, b).abs().max(up(b, a).abs()))
    };
    let steps = 40;
    let at = |step: i32| libm::exp(libm::log(plot.floor) * f64::from(step) / f64::from(steps));
    (start(a) - start(b)).abs() < HIDES && (0..=steps).all(|step| apart(at(step)) < HIDES)
}

fn grid(pen: &mut Pen, plot: &Plot) {
    for (probability, label) in [
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.2, "20 %"),
        (0.1, "10 %"),
        (0.05, "5 %"),
        (0.01, "1 %"),
        (0.005, "0.5 %"),
        (0.001, "0.1 %"),
    ] {
        // The lowest line is the axis, and has its label too.
        if probability < plot.floor * 0.999 || (probability < 0.01 && probability > plot.floor * 1.001) {
            continue;
        }
        let y = plot.y(probability);
        pen.line(&[(plot.left, y), (plot.right, y)], GRID, 1);
        pen.text((plot.left - 6.0, y + 4.0), Anchor::End, LABEL, MUTED, label);
    }
    let start = plot.left + STRIP;
    let bottom = plot.bottom();
    pen.text((plot.left + STRIP / 2.0, bottom + 16.0), Anchor::Middle, LABEL, MUTED, "0");
    let mut free = start;
    // About 60 pixels a tick, as the coarse ones are a decade apart or nearly so.
    let decades = libm::log10(plot.to / plot.from);
    let fine = (plot.right - start) / decades > 150.0;
    for (seconds, label, coarse) in TICKS {
        if seconds < plot.from * 0.999 || seconds > plot.to * 1.001 || !(fine || coarse) {
            continue;
        }
        let x = plot.x(seconds);
        let half = text_width(label, LABEL) / 2.0;
        // A line without a label says nothing.
        if x - half >= free && x + half <= plot.right + 14.0 {
            pen.line(&[(x, plot.top), (x, bottom)], GRID, 1);
            pen.text((x, bottom + 16.0), Anchor::Middle, LABEL, MUTED, label);
            free = x + half + 10.0;
        }
    }
    pen.line(&[(plot.left, bottom), (start - 4.0, bottom)], AXIS, 1);
    pen.line(&[(start, bottom), (plot.right, bottom)], AXIS, 1);
    pen.line(&[(start, plot.top), (start, bottom)], AXIS, 1);
}

fn curve(pen: &mut Pen, plot: &Plot, service: &Service, place: usize) {
    let (colour, form) = (line_colour(place), line_form(place));
    let start = exceeded(service, 0.0);
    let mut points = vec![(plot.left, plot.y(start)), (plot.left + STRIP, plot.y(start))];
    for &(p, seconds) in service.downtime_s.quantiles.iter().filter(|(_, seconds)| *seconds > 0.0) {
        if 1.0 - p <= plot.floor {
            // The curve leaves at the bottom rather than run along it.
            points.push((plot.x(quantile(service, 1.0 - plot.floor)), plot.y(plot.floor)));
            break;
        }
        points.push((plot.x(seconds), plot.y(1.0 - p)));
    }
    if start > plot.floor {
        pen.dashed(&points, colour, 2, line_pattern(place));
        pen.marker((plot.left + STRIP / 2.0, plot.y(start)), form, colour);
    }
    for probability in [0.5, 0.1, 0.05, 0.01] {
        let seconds = quantile(service, 1.0 - probability);
        if seconds > 0.0 && probability > plot.floor {
            pen.marker((plot.x(seconds), plot.y(probability)), form, colour);
        }
    }
}

fn exceeded(service: &Service, seconds: f64) -> f64 {
    exceedance::exceeded(&service.downtime_s.quantiles, seconds)
}

fn quantile(service: &Service, p: f64) -> f64 {
    exceedance::quantile(&service.downtime_s.quantiles, p)
}

fn longest(service: &Service) -> f64 {
    exceedance::longest(&service.downtime_s.quantiles)
}

/// The shortest and the longest downtime to show; never empty. The axis begins where the first
/// curve begins to fall, and ends where the last one leaves at the bottom.
fn range<'a>(services: impl Iterator<Item = &'a Service>, floor: f64) -> (f64, f64) {
    let (mut from, mut to) = (f64::INFINITY, 0.0_f64);
    for service in services {
        let start = exceeded(service, 0.0);
        let shown = |p: f64| 1.0 - p <= start * 0.97;
        let fallen = service.downtime_s.quantiles.iter().find(|(p, seconds)| shown(*p) && *seconds > 0.0);
        let last = quantile(service, 1.0 - floor);
        if let (Some(&(_, first)), true) = (fallen, last > 0.0) {
            from = from.min(first.min(last));
            to = to.max(last);
        }
    }
    if to <= 0.0 || !to.is_finite() {
        return (1.0, 3_600.0);
    }
    let from = from.max(to / RANGE);
    // A constant downtime is a drop in the middle of the axis.
    if to / from < 4.0 { (from / 2.0, to * 2.0) } else { (from, to) }
}

/// The lowest probability shown: about the rarest that so many replications can tell of.
fn floor(result: &RunResult) -> f64 {
    if result.replications >= 2_000 { 0.001 } else { 0.005 }
}

fn describe(text: &mut String, name: &str, rows: &[Row<'_>]) {
    text.push_str(&format!(" {}:", clean::visible(name)));
    for (_, strategy, service) in rows {
        text.push_str(&format!(
            " {} ever down {}, 1 in 20 longer than {}, 1 in 100 longer than {};",
            clean::visible(&strategy.name),
            figures::share(exceeded(service, 0.0)),
            figures::duration(service.downtime_s.p95),
            figures::duration(service.downtime_s.p99),
        ));
    }
}
