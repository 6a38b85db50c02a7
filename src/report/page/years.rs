//! All the years there were, sorted by how much of them an instance was down: a bar a strategy.

use maud::{Markup, html};

use super::axis::px;
use super::distribution::{Curve, share, span};
use super::figure::{Figure, WIDTH};
use super::name::short;
use super::shown::Shown;
use crate::report::exceedance::exceeded;

/// Classes of downtime: up to so many seconds, and what that is called.
const CLASSES: [(f64, &str); 7] = [
    (0.0, "never down"),
    (60.0, "up to 1 min"),
    (600.0, "1 to 10 min"),
    (3_600.0, "10 min to 1 h"),
    (28_800.0, "1 to 8 h"),
    (86_400.0, "8 to 24 h"),
    (f64::INFINITY, "more than a day"),
];

const ROW: f64 = 34.0;
const BAR: f64 = 24.0;
const TOP: f64 = 8.0;
const LEFT: f64 = 164.0;
const RIGHT: f64 = WIDTH - 1.0;

/// The bars, one for each strategy.
pub(super) fn bars(shown: &Shown<'_>, number: usize, curves: &[Curve<'_>]) -> Markup {
    let told: Vec<String> = curves.iter().map(|curve| told(shown, curve)).collect();
    let picture = html! {
        @for (row, curve) in curves.iter().enumerate() { (bar(shown, curve, TOP + ROW * row as f64)) }
    };
    let title = format!("How {} turns out.", span(shown.result));
    Figure {
        id: &format!("years-{number}"),
        title: &title,
        caption: "All instances in all replications by how long they were down: the stronger the colour, the longer.",
        description: told.join(" "),
        height: TOP + ROW * curves.len() as f64 + 4.0,
        picture,
    }
    .with(&legend())
}

/// What a curve has of each class.
fn parts(curve: &Curve<'_>) -> [f64; CLASSES.len()] {
    let mut longer = 1.0;
    CLASSES.map(|(until, _)| {
        let rest = if until.is_finite() { exceeded(&curve.points, until) } else { 0.0 };
        let part = longer - rest;
        longer = rest;
        part
    })
}

fn told(shown: &Shown<'_>, curve: &Curve<'_>) -> String {
    let parts = parts(curve).into_iter().zip(CLASSES).filter(|(part, _)| *part > 0.0);
    let parts: Vec<String> = parts.map(|(part, (_, class))| format!("{class} {}", share(part))).collect();
    format!("{}: {}.", short(&shown.strategies[curve.place].name, 60), parts.join(", "))
}

fn bar(shown: &Shown<'_>, curve: &Curve<'_>, y: f64) -> Markup {
    let strategy = &shown.strategies[curve.place].name;
    let mut from = LEFT;
    let boxes: Vec<(usize, f64, f64, f64)> = parts(curve)
        .into_iter()
        .enumerate()
        .map(|(class, part)| {
            let start = from;
            from += part * (RIGHT - LEFT);
            (class, part, start, from)
        })
        .filter(|(_, part, ..)| *part > 0.0)
        .collect();
    html! {
        text.label x="0" y=(px(y + BAR / 2.0 + 4.5)) { (short(strategy, 22)) }
        @for (class, part, start, end) in boxes {
            g data-tip={ (short(strategy, 60)) "\n" (CLASSES[class].1) ": " (share(part)) } {
                rect.{ "class class" (class) } x=(px(start)) y=(px(y)) width=(px((end - start - 1.0).max(0.6))) height=(px(BAR)) {}
                @if end - start > 46.0 {
                    text.{ "inside inside" (class) } x=(px((start + end) / 2.0)) y=(px(y + BAR / 2.0 + 4.5)) text-anchor="middle" { (share(part)) }
                }
            }
        }
    }
}

fn legend() -> Markup {
    html! {
        ul.legend {
            @for (class, (_, name)) in CLASSES.iter().enumerate() {
                li {
                    svg viewBox="0 0 18 12" width="18" height="12" aria-hidden="true" {
                        rect.{ "class class" (class) } x="0.5" y="0.5" width="17" height="11" {}
                    }
                    (name)
                }
            }
        }
    }
}
