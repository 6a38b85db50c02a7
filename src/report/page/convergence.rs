//! How an answer became sharp: half the width of its interval against the replications that it stands on.

use maud::{Markup, html};

use super::axis::{Axis, Spread, px};
use super::figure::{Figure, WIDTH, across, named, upward};
use super::look;
use super::name::{name, short};
use super::shown::Shown;
use super::table::{Cell, figures as figure_column, table, words};
use crate::report::figures;
use crate::report::result::{Estimate, Method, RunResult, Strategy};

const TOP: f64 = 14.0;
const BOTTOM: f64 = 270.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = WIDTH - 20.0;

/// An estimate on the way.
struct Point {
    replications: u32,
    /// Minutes, as told.
    estimate: Estimate,
}

impl Point {
    fn half_width(&self) -> f64 {
        (self.estimate.high - self.estimate.low) / 2.0
    }
}

fn points(result: &RunResult, strategy: &Strategy) -> Vec<Point> {
    let point = |&(replications, mean, low, high): &(u32, f64, f64, f64)| {
        let seconds = Estimate { mean, se: (high - low) / 4.0, low, high, method: Method::StudentT };
        Point { replications, estimate: result.told_minutes(&seconds) }
    };
    strategy.convergence.iter().filter(|point| point.0 > 0).map(point).collect()
}

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let all: Vec<Vec<Point>> = shown.strategies.iter().map(|strategy| points(result, strategy)).collect();
    let is_drawn = |point: &&Point| point.half_width() > 0.0;
    let drawn = all.iter().flatten().filter(is_drawn).count();
    html! {
        section id="convergence" aria-labelledby="convergence-head" {
            h2 id="convergence-head" { "How precise the answer is" }
            @if drawn < 2 {
                p { "Too few replications to show how the intervals became narrower, or nothing in them is left to chance." }
            } @else {
                (figure(shown, &all))
                (halves(shown, &all))
            }
        }
    }
}

fn figure(shown: &Shown<'_>, all: &[Vec<Point>]) -> Markup {
    let result = shown.result;
    let seen = || all.iter().flatten().filter(|point| point.half_width() > 0.0);
    let widths = || seen().map(Point::half_width);
    let (least, most) = (widths().fold(f64::INFINITY, f64::min), widths().fold(0.0, f64::max));
    let last = f64::from(seen().map(|point| point.replications).max().unwrap_or(10));
    let x = Axis { spread: Spread::Logarithmic, from: 10.0, to: last.max(20.0), start: LEFT, end: RIGHT };
    let whole = |value: f64, round: fn(f64) -> f64| libm::pow(10.0, round(libm::log10(value)));
    let (from, to) = (whole(least, libm::floor), whole(most, libm::ceil));
    let y = Axis { spread: Spread::Logarithmic, from, to: to.max(from * 10.0), start: BOTTOM, end: TOP };
    // Four times as many replications, half the width.
    let slope = |start: f64| {
        let end = start * libm::sqrt(x.from / x.to);
        format!("M{} {}L{} {}", px(x.start), px(y.at(start)), px(x.end), px(y.at(end)))
    };
    let picture = html! {
        (across(&x, &named(&x), (TOP, BOTTOM), "replications"))
        (upward(&y, &named(&y), (LEFT, RIGHT)))
        g.promise { path d=(slope(most)) {} }
        @for (place, points) in all.iter().enumerate().rev() { (line(shown, place, points, &x, &y)) }
    };
    let told = shown.strategies.iter().zip(all).filter_map(|(strategy, points)| {
        let (first, last) = (points.first()?, points.last()?);
        Some(format!(
            "{}: ± {} min after {}, ± {} min after {} replications.",
            short(&strategy.name, 60),
            round(first.half_width()),
            figures::count(first.replications),
            round(last.half_width()),
            figures::count(last.replications)
        ))
    });
    Figure {
        id: "sharpness",
        title: "The interval becomes narrower.",
        caption: &format!(
            "Half the width of the 95 % interval of all services' downtime, minutes {}. The dotted line halves with four times as \
             many replications, as plain chance does. With few outages an interval allows for what has not been seen yet, and narrows \
             faster; a step up is a rare and heavy outage that came late.",
            result.told_for()
        ),
        description: told.collect::<Vec<_>>().join(" "),
        height: BOTTOM + 46.0,
        picture,
    }
    .with(&look::legend(shown))
}

fn line(shown: &Shown<'_>, place: usize, points: &[Point], x: &Axis, y: &Axis) -> Markup {
    let seen: Vec<&Point> = points.iter().filter(|point| point.half_width() > 0.0).collect();
    let at = |point: &Point| (x.at(f64::from(point.replications)), y.at(point.half_width()));
    let d: Vec<String> =
        seen.iter().map(|point| format!("{} {}", px(at(point).0), px(at(point).1))).collect();
    let strategy = short(&shown.strategies[place].name, 60);
    html! {
        @if !d.is_empty() {
            path.line.(look::class(place)) d={ "M" (d.join("L")) } fill="none" stroke="currentColor" {}
        }
        @for point in &seen {
            g data-tip={
                (strategy) "\nafter " (figures::count(point.replications)) " replications\n"
                (figures::interval_in(&point.estimate, "min"))
            } {
                circle.hit cx=(px(at(point).0)) cy=(px(at(point).1)) r="9" fill="none" {}
                (look::marker(place, at(point).0, at(point).1))
            }
        }
    }
}

fn round(value: f64) -> String {
    figures::bound(value)
}

/// A few of them in figures.
fn halves(shown: &Shown<'_>, all: &[Vec<Point>]) -> Markup {
    let mut looks: Vec<u32> = all.iter().flatten().map(|point| point.replications).collect();
    looks.sort_unstable();
    looks.dedup();
    let last = looks.last().copied().unwrap_or(0);
    // Powers of ten, and the end.
    looks.retain(|&look| look == last || (look.ilog10() > 0 && look == 10_u32.pow(look.ilog10())));
    let mut columns = vec![words("strategy")];
    columns.extend(looks.iter().map(|&look| figure_column(&format!("after {}", figures::count(look)))));
    let row = |(strategy, points): (&&Strategy, &Vec<Point>)| {
        let cell = |look: &u32| match points.iter().find(|point| point.replications == *look) {
            Some(point) => Cell::figure(&figures::interval(&point.estimate), point.half_width()),
            None => Cell::figure("–", f64::NAN),
        };
        std::iter::once(Cell::words(name(&strategy.name))).chain(looks.iter().map(cell)).collect()
    };
    let caption = format!(
        "Downtime of all services after fewer replications, minutes per instance {}",
        shown.result.told_for()
    );
    table(&caption, &columns, shown.strategies.iter().zip(all).map(row).collect())
}
