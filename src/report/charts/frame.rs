//! What both charts share: the head with title, caption and legend, and pleasant axis steps.

use super::canvas::{fit, text_width, wrap};
use super::shape::{Anchor, CAPTION, Colour, INK, LABEL, MUTED, Pen, TITLE};
use crate::report::clean;

/// Width of every chart.
pub(super) const WIDTH: f64 = 1000.0;
/// White space around it.
pub(super) const MARGIN: f64 = 24.0;
/// Panels at most: a taller chart is read by nobody, and its PNG fills the memory.
pub(super) const PANELS: usize = 24;
/// Strategies at most, in every panel.
pub(super) const STRATEGIES: usize = 16;

/// How a legend shows an entry.
pub(super) enum Key {
    /// A swatch, hatched or not.
    Swatch { fill: Colour, hatched: bool },
    /// A line with a marker.
    Line { colour: Colour, form: usize },
}

/// Title, caption and legend; answers with the y where panels may begin.
pub(super) fn head(pen: &mut Pen, title: &str, caption: &str, legend: &[(Key, String)]) -> f64 {
    let width = WIDTH - 2.0 * MARGIN;
    let mut y = 38.0;
    pen.text((MARGIN, y), Anchor::Start, TITLE, INK, &fit(&clean::visible(title), TITLE, width));
    y += 6.0;
    for line in wrap(caption, CAPTION, width, 4) {
        y += 18.0;
        pen.text((MARGIN, y), Anchor::Start, CAPTION, MUTED, &line);
    }
    if legend.is_empty() {
        return y + 16.0;
    }
    y += 28.0;
    let mut x = MARGIN;
    for (key, name) in legend {
        let name = fit(&clean::visible(name), LABEL, 320.0);
        let needs = 28.0 + text_width(&name, LABEL);
        if x > MARGIN && x + needs > WIDTH - MARGIN {
            x = MARGIN;
            y += 21.0;
        }
        match *key {
            Key::Swatch { fill, hatched } => {
                pen.rect((x, y - 11.0), (x + 20.0, y + 1.0), fill);
                if hatched {
                    hatch(pen, (x, y - 11.0), (x + 20.0, y + 1.0));
                }
            }
            Key::Line { colour, form } => {
                pen.line(&[(x, y - 4.0), (x + 22.0, y - 4.0)], colour, 2);
                pen.marker((x + 11.0, y - 4.0), form, colour);
            }
        }
        pen.text((x + 28.0, y), Anchor::Start, LABEL, INK, &name);
        x += needs + 20.0;
    }
    y + 16.0
}

/// White strokes across a box, as one path: along its edges they cannot be seen.
pub(super) fn hatch(pen: &mut Pen, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
    let rise = y1 - y0;
    let mut x = x0 + 2.0;
    while x + rise <= x1 {
        pen.line(&[(x, y1), (x + rise, y0)], super::shape::WHITE, 1);
        x += 8.0;
    }
}

/// The step between ticks from 0 to `max`, so that there are three to seven of them: 1, 2 or 5 and
/// zeros.
pub(super) fn step(max: f64) -> f64 {
    let rough = max / 7.0;
    let unit = libm::pow(10.0, libm::floor(libm::log10(rough)));
    [1.0, 2.0, 5.0].map(|digit| digit * unit).into_iter().find(|step| *step >= rough).unwrap_or(10.0 * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (max, expected) in [(100.0, 20.0), (7.0, 1.0), (0.04, 0.01), (1_234_567.0, 200_000.0)] {
            assert!((step(max) / expected - 1.0).abs() < 1e-9, "{max}: {}", step(max));
        }
    }
}
