//! How well laws fit a history: for each time that was seen to its end the quantile that a law has there. What lies on the
//! diagonal is as the law says; a law that ends in a bow is not the one.

use super::canvas::{fit_name, text_width};
use super::distribution::TICKS;
use super::frame::{self, Key, MARGIN, PANELS, WIDTH, line_colour, line_form};
use super::shape::{AXIS, Anchor, GRID, HEADING, INK, LABEL, MUTED, Pen, Picture};
use crate::history::{Fits, Group};
use crate::report::clean;
use crate::report::figures;
use crate::stats::fit::{Family, Step, steps};

const PLOT: f64 = 300.0;
const GAP: f64 = 40.0;
const SCALE: f64 = 60.0;
/// More points of one law hide each other.
const POINTS: usize = 120;

/// A square on which both axes are the same times.
struct Plot {
    left: f64,
    top: f64,
    width: f64,
    /// The shortest and the longest time, seconds.
    from: f64,
    to: f64,
}

impl Plot {
    fn along(&self, seconds: f64) -> f64 {
        (libm::log(seconds / self.from) / libm::log(self.to / self.from)).clamp(0.0, 1.0)
    }

    fn x(&self, seconds: f64) -> f64 {
        self.left + self.along(seconds) * self.width
    }

    fn y(&self, seconds: f64) -> f64 {
        self.top + (1.0 - self.along(seconds)) * PLOT
    }
}

/// The chart.
pub(super) fn layout(groups: &[Group]) -> Picture {
    let title = "How well laws fit: times seen against quantiles of the laws";
    let caption = "Across: times as they were seen, of those whose beginning was seen, in the order of Kaplan and Meier, which counts \
                   what was not seen to its end. Upwards: where a fitted law has the same part of all times. On the line the two agree; \
                   both axes are logarithmic.";
    let shown = groups.len().min(PANELS / 2);
    let note = match groups.len() - shown {
        0 => String::new(),
        left => format!("Drawn: the first {shown} groups; {left} more are in the tables."),
    };
    let legend: Vec<(Key, String)> = Family::ALL
        .into_iter()
        .enumerate()
        .map(|(place, family)| (Key::Line(place), family.word().to_owned()))
        .collect();
    let mut pen = Pen::default();
    let mut y = frame::head(&mut pen, title, caption, &note, &legend);
    let mut description = format!("{caption} {note}").trim_end().to_owned();
    let width = (WIDTH - 2.0 * MARGIN - GAP) / 2.0;
    for group in &groups[..shown] {
        let name =
            if group.of.is_empty() { group.kind.clone() } else { format!("{}, {}", group.kind, group.of) };
        let name = clean::visible(&name);
        for (column, (what, fits)) in
            [("time to failure", &group.up), ("time to repair", &group.down)].into_iter().enumerate()
        {
            let x = MARGIN + (width + GAP) * column as f64;
            panel(&mut pen, &format!("{name}: {what}"), fits, (x, y + 24.0), width);
            describe(&mut description, &name, what, fits);
        }
        y += 24.0 + 28.0 + PLOT + 50.0;
    }
    Picture { width: WIDTH, height: y + 4.0, title: title.to_owned(), description, shapes: pen.shapes }
}

fn panel(pen: &mut Pen, name: &str, fits: &Fits, (x, y): (f64, f64), width: f64) {
    pen.text((x, y), Anchor::Start, HEADING, INK, &fit_name(name, HEADING, width));
    let steps = thinned(steps(&fits.seen));
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        pen.text(
            (x, y + 28.0),
            Anchor::Start,
            LABEL,
            MUTED,
            "nothing was seen from its beginning to its end",
        );
        return;
    };
    let (from, to) = (first.at.max(1e-6) / 2.0, (last.at * 2.0).max(2e-6));
    let plot = Plot { left: x + SCALE, top: y + 28.0, width: width - SCALE, from, to };
    grid(pen, &plot);
    pen.text((x, y + 18.0), Anchor::Start, LABEL, MUTED, "by the law");
    let middle = plot.left + plot.width / 2.0;
    pen.text((middle, plot.top + PLOT + 34.0), Anchor::Middle, LABEL, MUTED, "seen");
    pen.line(&[(plot.x(from), plot.y(from)), (plot.x(to), plot.y(to))], AXIS, 1);
    // The best law last, so that it lies on top.
    for (family, law, _) in fits.ranked().into_iter().rev() {
        let place = Family::ALL.iter().position(|other| *other == family).unwrap_or(0);
        for step in &steps {
            let at = (plot.x(step.at), plot.y(law.curve.quantile(step.part).max(from)));
            pen.marker(at, line_form(place), line_colour(place));
        }
    }
}

/// As many as can be told apart, the first and the last among them.
fn thinned(steps: Vec<Step>) -> Vec<Step> {
    let last = steps.len().saturating_sub(1);
    if last < POINTS {
        return steps;
    }
    (0..POINTS).map(|n| steps[n * last / (POINTS - 1)]).collect()
}

fn grid(pen: &mut Pen, plot: &Plot) {
    let mut free = plot.left;
    let mut above = plot.top + PLOT + 20.0;
    for (seconds, label, coarse) in TICKS {
        let fine = libm::log10(plot.to / plot.from) < 2.5;
        if seconds < plot.from || seconds > plot.to || !(fine || coarse) {
            continue;
        }
        let (x, y) = (plot.x(seconds), plot.y(seconds));
        let half = text_width(label, LABEL) / 2.0;
        if x - half >= free {
            pen.line(&[(x, plot.top), (x, plot.top + PLOT)], GRID, 1);
            pen.text((x, plot.top + PLOT + 16.0), Anchor::Middle, LABEL, MUTED, label);
            free = x + half + 10.0;
        }
        if y + 18.0 <= above {
            pen.line(&[(plot.left, y), (plot.left + plot.width, y)], GRID, 1);
            pen.text((plot.left - 6.0, y + 4.0), Anchor::End, LABEL, MUTED, label);
            above = y;
        }
    }
    let bottom = plot.top + PLOT;
    pen.line(&[(plot.left, bottom), (plot.left + plot.width, bottom)], AXIS, 1);
    pen.line(&[(plot.left, plot.top), (plot.left, bottom)], AXIS, 1);
}

/// The panel in words.
fn describe(text: &mut String, name: &str, what: &str, fits: &Fits) {
    let ranked = fits.ranked();
    let Some((family, law, weight)) = ranked.first() else {
        text.push_str(&format!(" {name}: no law of the {what}."));
        return;
    };
    text.push_str(&format!(
        " {name}: of the {what} {} fits best, with a weight of {} and a mean of {}.",
        family.word(),
        figures::share(*weight),
        figures::duration(law.mean.value)
    ));
}
