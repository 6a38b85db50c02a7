//! Downtime against the values of a key: a panel for each part that was asked for, a line per strategy and per value of the
//! other keys, with intervals.
//!
//! Across lies the first key whose values are numbers, to scale; where no key has numbers, the first one, in the order of its
//! values. Upwards it is linear from 0, and logarithmic where the lines lie so far apart that the lower ones would
//! be one with the axis. A line has no point where its strategy cannot start.

use super::canvas::fit_name;
use super::frame::{self, Key, MARGIN, STRATEGIES, WIDTH, line_colour, line_form, line_pattern, step};
use super::shape::{AXIS, Anchor, GRID, HEADING, INK, LABEL, MUTED, Pen, Picture};
use crate::report::result::Estimate;
use crate::report::sweep::{self, Row, Sweep, Variant};
use crate::report::{clean, figures};

const PLOT: f64 = 320.0;
/// Room for the labels of the upward axis.
const SCALE: f64 = 64.0;
/// Lines that lie further apart than this share a logarithmic axis.
const FAR: f64 = 12.0;
/// Of so many panels the caption has room for the figures.
const TOLD: usize = 2;
/// Room for so many labels across.
const LABELS: usize = 16;

/// A line of the chart.
struct Line<'a> {
    name: String,
    points: Vec<Point<'a>>,
}

struct Point<'a> {
    /// The place of the value across.
    place: usize,
    row: Row<'a>,
    /// Minutes a year.
    value: Estimate,
}

/// The chart.
pub(super) fn layout(sweep: &Sweep) -> Picture {
    let mut pen = Pen::default();
    let across = across(sweep);
    let path = clean::visible(&sweep.keys[across].path);
    let panels: Vec<(&str, Vec<Line<'_>>)> = sweep
        .parts()
        .into_iter()
        .map(|part| (part.unwrap_or("all services"), lines(sweep, part, across)))
        .collect();
    let (title, caption) =
        (format!("Downtime against {path}: {}", sweep.scenario.title), caption(sweep, &panels));
    let shown = panels.iter().map(|(_, lines)| lines).max_by_key(|lines| lines.len());
    let legend: Vec<(Key, String)> = shown
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(place, line)| (Key::Line(place), line.name.clone()))
        .collect();
    let all = sweep.parts().first().map_or(0, |part| all_lines(sweep, *part, across).len());
    let note = if all > STRATEGIES {
        format!("Drawn: {STRATEGIES} of {all} lines, those that come lowest; the others are in sweep.csv.")
    } else {
        String::new()
    };
    let mut y = frame::head(&mut pen, &title, &caption, &note, &legend);
    let mut description = caption.clone();
    for (name, lines) in &panels {
        y += 24.0;
        let name = clean::visible(name);
        pen.text((MARGIN, y), Anchor::Start, HEADING, INK, &fit_name(&name, HEADING, 600.0));
        let per = if sweep.scripted { "horizon" } else { "year of 365 d" };
        let axis = format!("minutes of downtime per instance and {per}");
        pen.text((MARGIN, y + 18.0), Anchor::Start, LABEL, MUTED, &axis);
        let plot = Plot::new(sweep, across, lines, y + 30.0);
        plot.draw(&mut pen, sweep, across, lines);
        y = plot.bottom() + 44.0;
        describe(&mut description, &name, lines);
    }
    Picture { width: WIDTH, height: y + 8.0, title: clean::visible(&title), description, shapes: pen.shapes }
}

/// The key that lies across: its place.
fn across(sweep: &Sweep) -> usize {
    let several = |key: &sweep::Key| key.values.len() > 1;
    let keys = || sweep.keys.iter();
    keys()
        .position(|key| several(key) && key.numbers.is_some())
        .or_else(|| keys().position(several))
        .unwrap_or(0)
}

/// Lines in the order in which they first appear; of too many those that come lowest.
fn lines<'a>(sweep: &'a Sweep, part: Option<&'a str>, across: usize) -> Vec<Line<'a>> {
    let lowest =
        |line: &Line<'_>| line.points.iter().map(|point| point.value.mean).fold(f64::INFINITY, f64::min);
    let mut lines: Vec<(usize, Line<'a>)> = all_lines(sweep, part, across).into_iter().enumerate().collect();
    lines.sort_by(|a, b| lowest(&a.1).total_cmp(&lowest(&b.1)));
    lines.truncate(STRATEGIES);
    lines.sort_by_key(|(place, _)| *place);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn all_lines<'a>(sweep: &'a Sweep, part: Option<&'a str>, across: usize) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for row in sweep.rows(part) {
        let name = line_name(sweep, row.variant, &row.strategy.name, across);
        let value = sweep.minutes(&row);
        let point = Point { place: row.variant.places[across], row, value };
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(Line { name, points: vec![point] }),
        }
    }
    for line in &mut lines {
        line.points.sort_by_key(|point| point.place);
    }
    lines
}

/// The strategy, and the values of the keys that do not lie across.
fn line_name(sweep: &Sweep, variant: &Variant, strategy: &str, across: usize) -> String {
    let paths = sweep::short_paths(&sweep.keys);
    let others = (0..sweep.keys.len()).filter(|&key| key != across && sweep.keys[key].values.len() > 1);
    let others: Vec<String> =
        others.map(|key| format!("{} {}", paths[key], sweep::plain(&variant.values[key]))).collect();
    let strategy = clean::visible(strategy);
    if others.is_empty() { strategy } else { format!("{strategy}, {}", others.join(", ")) }
}

fn caption(sweep: &Sweep, panels: &[(&str, Vec<Line<'_>>)]) -> String {
    let mut text = String::new();
    let parts = sweep.parts();
    if parts.len() > TOLD {
        text.push_str("The least downtime of each is ringed. ");
    }
    for part in parts.into_iter().filter(|_| sweep.parts().len() <= TOLD) {
        let Some(best) = sweep.best(part) else { continue };
        let of = part
            .map_or(String::new(), |name| format!(" of {}", clean::shorten_name(&clean::visible(name), 32)));
        text.push_str(&format!(
            "Least downtime{of} with {} under {}, {} {} (ringed).{} ",
            sweep::name(sweep, best.variant),
            clean::shorten_name(&clean::visible(&best.strategy.name), 32),
            figures::interval_in(&sweep.minutes(&best), "min"),
            sweep.told_for(),
            sweep::frugal(sweep, part).unwrap_or_default()
        ));
    }
    let most = sweep.variants.iter().map(|variant| variant.replications).max().unwrap_or(0);
    text.push_str(&format!(
        "Lower is better. Whiskers are 95 % intervals of {} replications.",
        figures::count(most)
    ));
    if panels.iter().any(|(_, lines)| Scale::of(lines).is_logarithmic()) {
        text.push_str(" The upward axis is logarithmic.");
    }
    if sweep.variants.iter().any(|variant| !variant.unfit.is_empty()) {
        text.push_str(" No point: the strategy's VMs do not fit, or admission control refuses them.");
    }
    text
}

/// The upward axis: from and to, in minutes.
#[derive(Clone, Copy)]
enum Scale {
    Linear { to: f64 },
    Logarithmic { from: f64, to: f64 },
}

impl Scale {
    fn of(lines: &[Line<'_>]) -> Scale {
        let values = lines.iter().flat_map(|line| &line.points).map(|point| point.value);
        Scale::holding(&values.collect::<Vec<_>>())
    }

    /// One that all of them fit on, but for the ends of long intervals.
    fn holding(values: &[Estimate]) -> Scale {
        let points = || values.iter();
        let finite = |value: f64| if value.is_finite() { value.min(1e300) } else { 0.0 };
        let highest = points().map(|value| finite(value.mean)).fold(0.0, f64::max);
        // An interval that reaches out to what is rarer than the data must not press all lines to the ground.
        let reach = points().map(|value| finite(value.high)).fold(0.0, f64::max).min(1.4 * highest);
        let to = reach.max(highest * 1.05).max(1e-9);
        let lowest =
            points().map(|value| value.mean).filter(|mean| *mean > 0.0).fold(f64::INFINITY, f64::min);
        if lowest.is_finite() && highest > FAR * lowest {
            Scale::Logarithmic { from: lowest / 1.6, to: to.max(highest * 1.2) }
        } else {
            Scale::Linear { to }
        }
    }

    fn is_logarithmic(self) -> bool {
        matches!(self, Scale::Logarithmic { .. })
    }

    /// From 0 at the bottom to 1 at the top.
    fn height(self, value: f64) -> f64 {
        let height = match self {
            Scale::Linear { to } => value / to,
            Scale::Logarithmic { from, to } => libm::log(value.max(from) / from) / libm::log(to / from),
        };
        height.clamp(0.0, 1.0)
    }

    fn ticks(self) -> Vec<f64> {
        match self {
            Scale::Linear { to } => {
                let step = step(to);
                (0..=10).map(|tick| f64::from(tick) * step).filter(|tick| *tick <= to * 1.0001).collect()
            }
            Scale::Logarithmic { from, to } => {
                let digits: &[f64] = if to / from > 500.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
                let first = libm::floor(libm::log10(from)) as i32;
                let decade = |exponent: i32| libm::pow(10.0, f64::from(exponent));
                let all = (first..first + 12)
                    .flat_map(|power| digits.iter().map(move |digit| digit * decade(power)));
                all.filter(|tick| (from..=to).contains(tick)).collect()
            }
        }
    }
}

/// A box in which lines are drawn.
struct Plot {
    top: f64,
    scale: Scale,
    /// The place of each value across, from 0 to 1.
    along: Vec<f64>,
}

impl Plot {
    fn new(sweep: &Sweep, across: usize, lines: &[Line<'_>], top: f64) -> Plot {
        let key = &sweep.keys[across];
        let count = key.values.len();
        let in_order = || (0..count).map(|place| place as f64).collect();
        let numbers: Vec<f64> = key.numbers.clone().unwrap_or_else(in_order);
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let along = |number: f64| if high > low { (number - low) / (high - low) } else { 0.5 };
        Plot { top, scale: Scale::of(lines), along: numbers.into_iter().map(along).collect() }
    }

    fn bottom(&self) -> f64 {
        self.top + PLOT
    }

    fn x(&self, place: usize) -> f64 {
        const INSET: f64 = 24.0;
        let (left, right) = (MARGIN + SCALE + INSET, WIDTH - MARGIN - INSET);
        left + self.along[place] * (right - left)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom() - self.scale.height(value) * PLOT
    }

    fn draw(&self, pen: &mut Pen, sweep: &Sweep, across: usize, lines: &[Line<'_>]) {
        let (left, right) = (MARGIN + SCALE, WIDTH - MARGIN);
        let ticks = self.scale.ticks();
        let finest = ticks.iter().copied().filter(|tick| *tick > 0.0).fold(f64::INFINITY, f64::min);
        for &tick in &ticks {
            pen.line(&[(left, self.y(tick)), (right, self.y(tick))], GRID, 1);
            let of = if self.scale.is_logarithmic() { tick } else { finest };
            let decimals = if of > 0.0 { -libm::floor(libm::log10(of) + 1e-9) as i32 } else { 0 };
            let label = figures::fixed(tick, decimals.max(0));
            pen.text((left - 8.0, self.y(tick) + 4.0), Anchor::End, LABEL, MUTED, &label);
        }
        pen.line(&[(left, self.bottom()), (right, self.bottom())], AXIS, 1);
        self.values(pen, sweep, across);
        for (place, line) in lines.iter().enumerate() {
            self.line(pen, line, place, aside(place, lines.len()));
        }
        self.best(pen, lines);
    }

    /// The axis across, its values and its name.
    fn values(&self, pen: &mut Pen, sweep: &Sweep, across: usize) {
        let key = &sweep.keys[across];
        let skip = key.values.len().div_ceil(LABELS);
        for (place, value) in key.values.iter().enumerate().filter(|(place, _)| place % skip == 0) {
            let x = self.x(place);
            pen.line(&[(x, self.bottom()), (x, self.bottom() + 4.0)], AXIS, 1);
            let value = value.strip_suffix(key.unit.as_str()).unwrap_or(value).trim_end();
            let room = (WIDTH - 2.0 * MARGIN - SCALE) / key.values.len().min(LABELS) as f64 - 8.0;
            let value = fit_name(&sweep::plain(value), LABEL, room.max(30.0));
            pen.text((x, self.bottom() + 18.0), Anchor::Middle, LABEL, MUTED, &value);
        }
        let unit = if key.unit.is_empty() { String::new() } else { format!(", {}", key.unit) };
        let name = format!("{}{unit}", clean::visible(&key.path));
        let middle = (MARGIN + SCALE + WIDTH - MARGIN) / 2.0;
        pen.text((middle, self.bottom() + 36.0), Anchor::Middle, LABEL, INK, &name);
    }

    fn line(&self, pen: &mut Pen, line: &Line<'_>, place: usize, aside: f64) {
        let colour = line_colour(place);
        for point in line.points.iter().filter(|point| figures::has_interval(&point.value)) {
            let x = self.x(point.place) + aside;
            let (low, high) = (self.y(point.value.low), self.y(point.value.high));
            pen.line(&[(x, low), (x, high)], colour, 1);
            for (end, value) in [(low, point.value.low), (high, point.value.high)] {
                // An end beyond the axis has no cap: it goes on.
                if self.scale.height(value) < 1.0 {
                    pen.line(&[(x - 3.0, end), (x + 3.0, end)], colour, 1);
                }
            }
        }
        let at = |point: &Point<'_>| (self.x(point.place) + aside, self.y(point.value.mean));
        // A value that a strategy cannot start with breaks its line.
        for stretch in line.points.chunk_by(|a, b| a.place + 1 == b.place) {
            let points: Vec<(f64, f64)> = stretch.iter().map(at).collect();
            if points.len() > 1 {
                pen.dashed(&points, colour, 2, line_pattern(place));
            }
        }
        for point in &line.points {
            pen.marker(at(point), line_form(place), colour);
        }
    }

    /// A ring around the lowest point.
    fn best(&self, pen: &mut Pen, lines: &[Line<'_>]) {
        let points =
            lines.iter().enumerate().flat_map(|(number, line)| line.points.iter().map(move |p| (number, p)));
        let best = points.min_by(|(_, a), (_, b)| a.row.a_second().total_cmp(&b.row.a_second()));
        let Some((number, best)) = best else { return };
        let (x, y) = (self.x(best.place) + aside(number, lines.len()), self.y(best.value.mean));
        let ring: Vec<(f64, f64)> = (0..=24)
            .map(|step| {
                let angle = f64::from(step) * std::f64::consts::TAU / 24.0;
                (x + 9.0 * libm::cos(angle), y + 9.0 * libm::sin(angle))
            })
            .collect();
        pen.line(&ring, INK, 1);
    }
}

/// Lines that lie on each other are drawn side by side, and so are their whiskers.
fn aside(line: usize, lines: usize) -> f64 {
    let lines = lines as f64;
    (line as f64 - (lines - 1.0) / 2.0) * 5.0_f64.min(40.0 / lines)
}

fn describe(text: &mut String, name: &str, lines: &[Line<'_>]) {
    for line in lines {
        let values: Vec<String> =
            line.points.iter().map(|point| format!("{} min", figures::interval(&point.value))).collect();
        text.push_str(&format!(" {name}, {}: {}.", line.name, values.join("; ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::result::Method;

    fn values(means: &[f64]) -> Vec<Estimate> {
        let value = |&mean: &f64| Estimate {
            mean,
            se: 0.0,
            low: mean / 2.0,
            high: mean * 3.0,
            method: Method::WeightedPoisson,
        };
        means.iter().map(value).collect()
    }

    #[test]
    fn lines_that_lie_far_apart_share_a_logarithmic_axis() {
        assert!(!Scale::holding(&values(&[900.0, 400.0, 100.0])).is_logarithmic());
        assert!(Scale::holding(&values(&[900.0, 40.0, 2.5])).is_logarithmic());
        // What was never down has no place on it, and does not make it one.
        assert!(!Scale::holding(&values(&[900.0, 400.0, 0.0])).is_logarithmic());
    }

    #[test]
    fn whatever_the_figures_are_the_axis_has_a_length_and_ticks() {
        for means in [
            &[][..],
            &[0.0, 0.0],
            &[f64::NAN, 1.0],
            &[f64::INFINITY, 3.0],
            &[1e-30, 1e-3],
            &[1e-9, 1e9],
            &[f64::MAX, 1.0],
        ] {
            let scale = Scale::holding(&values(means));
            let ticks = scale.ticks();
            assert!(ticks.len() <= 40 && ticks.iter().all(|tick| tick.is_finite()), "{means:?}: {ticks:?}");
            for value in [0.0, 1.0, 1e300, f64::INFINITY] {
                assert!((0.0..=1.0).contains(&scale.height(value)), "{means:?}: {value}");
            }
        }
    }

    #[test]
    fn lines_stand_side_by_side_around_their_value() {
        assert!(aside(0, 1).abs() < 1e-9);
        for lines in 2..=STRATEGIES {
            let all: Vec<f64> = (0..lines).map(|line| aside(line, lines)).collect();
            assert!(all.iter().sum::<f64>().abs() < 1e-9, "{all:?}");
            assert!(all.windows(2).all(|pair| pair[1] - pair[0] > 2.0), "{all:?}");
        }
    }
}
