//! What a year costs against what it loses: a marker for each strategy, with both of its intervals.
//!
//! Strategies that somebody may prefer lie at the lower left; one that has another both to its left and below it is dearer and
//! worse.

use super::Shown;
use super::frame::{self, Key, MARGIN, WIDTH, line_colour, line_form};
use super::shape::{AXIS, Anchor, GRID, LABEL, MUTED, Pen, Picture};
use crate::report::clean;
use crate::report::cost;
use crate::report::figures;
use crate::report::result::{Estimate, RunResult, Strategy};

const PLOT: f64 = 360.0;
/// Room for the labels of the upward axis.
const SCALE: f64 = 110.0;
/// From the head to the plot, and from there to the lower edge.
const ABOVE: f64 = 30.0;
const BELOW: f64 = 52.0;

/// An axis from one round number to another.
struct Axis {
    from: f64,
    to: f64,
    step: f64,
}

impl Axis {
    /// Holds all the ends that are numbers, from 0 or, where everything is far from it, from below the least.
    fn of(estimates: &[Estimate], from_zero: bool) -> Axis {
        let ends = || estimates.iter().flat_map(|e| [e.low, e.mean, e.high]).filter(|end| end.is_finite());
        let most = ends().fold(0.0, f64::max);
        let least = if from_zero { 0.0 } else { ends().fold(most, f64::min) };
        let spread = if most > least { most - least } else { most.max(1.0) };
        let step = frame::step(spread);
        let from = if from_zero || least < spread { 0.0 } else { (least / step).floor() * step };
        let step = frame::step((most - from).max(step));
        let count = ((most - from) / step).ceil().max(1.0);
        Axis { from, to: from + count * step, step }
    }

    fn along(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Ticks with their words.
    fn ticks(&self) -> Vec<(f64, String)> {
        let decimals = (-libm::floor(libm::log10(self.step) + 1e-9)).max(0.0) as i32;
        let count = ((self.to - self.from) / self.step).round() as u32;
        (0..=count)
            .map(|k| self.from + f64::from(k) * self.step)
            .map(|at| (at, figures::fixed(at, decimals)))
            .collect()
    }
}

/// What of a strategy is drawn: its place in the legend, hours lost, and money.
type Point<'a> = (usize, &'a Strategy, Estimate, Estimate);

/// The chart.
pub(super) fn layout(result: &RunResult, shown: &Shown<'_>) -> Picture {
    let mut points: Vec<Point<'_>> = Vec::new();
    for (place, &strategy) in shown.strategies.iter().enumerate() {
        let hours = figures::scaled(&result.told_minutes(&strategy.total.lost_s), 1.0 / 60.0);
        points.extend(strategy.cost.as_ref().map(|cost| (place, strategy, hours, cost.total)));
    }
    let legend: Vec<(Key, String)> =
        points.iter().map(|(place, strategy, ..)| (Key::Line(*place), strategy.name.clone())).collect();
    let title = format!("What it costs: {}", result.scenario.title);
    let money = cost::title(result, clean::visible);
    let caption = format!(
        "{money} (up), hosts, licences and outages, against the service that an instance loses {} (across). Further left and \
         lower is better. Crosses are 95 % intervals.",
        result.told_for()
    );
    let mut pen = Pen::default();
    let y = frame::head(&mut pen, &title, &caption, &shown.note, &legend) + ABOVE;
    let across = Axis::of(&points.iter().map(|point| point.2).collect::<Vec<_>>(), true);
    let up = Axis::of(&points.iter().map(|point| point.3).collect::<Vec<_>>(), false);
    let (left, right, bottom) = (MARGIN + SCALE, WIDTH - MARGIN, y + PLOT);
    let at_x = |hours: f64| left + across.along(hours) * (right - left);
    let at_y = |money: f64| bottom - up.along(money) * PLOT;
    for (value, text) in across.ticks() {
        pen.line(&[(at_x(value), y), (at_x(value), bottom)], GRID, 1);
        pen.text((at_x(value), bottom + 18.0), Anchor::Middle, LABEL, MUTED, &text);
    }
    for (value, text) in up.ticks() {
        pen.line(&[(left, at_y(value)), (right, at_y(value))], GRID, 1);
        pen.text((left - 8.0, at_y(value) + 4.0), Anchor::End, LABEL, MUTED, &text);
    }
    pen.line(&[(left, y), (left, bottom), (right, bottom)], AXIS, 1);
    pen.text((MARGIN, y - 14.0), Anchor::Start, LABEL, MUTED, &money);
    let lost = format!("hours of service lost {}", result.per_instance());
    pen.text(((left + right) / 2.0, bottom + 38.0), Anchor::Middle, LABEL, MUTED, &lost);
    // The first strategy last, so that it lies on top.
    for (place, _, hours, money) in points.iter().rev() {
        let (colour, here) = (line_colour(*place), (at_x(hours.mean), at_y(money.mean)));
        if figures::has_interval(hours) {
            pen.line(&[(at_x(hours.low), here.1), (at_x(hours.high), here.1)], colour, 1);
        }
        if figures::has_interval(money) {
            pen.line(&[(here.0, at_y(money.low)), (here.0, at_y(money.high))], colour, 1);
        }
        pen.marker(here, line_form(*place), colour);
    }
    let told = |(_, strategy, hours, money): &Point<'_>| {
        format!(
            " {}: {}, {} h lost.",
            clean::visible(&strategy.name),
            cost::money(money, ""),
            figures::interval(hours)
        )
    };
    let description = format!("{caption} {}{}", shown.note, points.iter().map(told).collect::<String>());
    Picture {
        width: WIDTH,
        height: bottom + BELOW,
        title: clean::visible(&title),
        description: description.replace("  ", " "),
        shapes: pen.shapes,
    }
}
