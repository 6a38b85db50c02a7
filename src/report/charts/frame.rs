//! What all charts share: the head with title, caption and legend, and pleasant axis steps.

use super::canvas::{fit, fit_name, text_width, wrap};
use super::shape::{Anchor, CAPTION, Colour, INK, LABEL, MUTED, PALETTE, Pen, TITLE};
use super::timeline::draw_sample;
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
    /// A strategy's line with its marker.
    Line(usize),
    /// A box of a timeline, by the place of its look.
    Spell(usize),
}

/// The yellow at the palette's end is too faint for a line.
const LINE_COLOURS: usize = PALETTE.len() - 1;

/// The colour of a strategy's line, by its place in the legend. Where colours come round again they are darker,
/// and the strokes and markers are other ones: no two look alike to anybody, in colour or without.
pub(super) fn line_colour(place: usize) -> Colour {
    PALETTE[place % LINE_COLOURS].dimmed([1.0, 0.62, 0.4][(place / LINE_COLOURS).min(2)])
}

/// Strokes and gaps of a strategy's line.
pub(super) fn line_pattern(place: usize) -> &'static [f64] {
    [&[][..], &[9.0, 4.0], &[3.0, 3.0]][(place / LINE_COLOURS).min(2)]
}

/// The form of a strategy's markers.
pub(super) fn line_form(place: usize) -> usize {
    place + place / LINE_COLOURS
}

/// Title, caption, what is left out, and legend; answers with the y where panels may begin.
pub(super) fn head(pen: &mut Pen, title: &str, caption: &str, note: &str, legend: &[(Key, String)]) -> f64 {
    let width = WIDTH - 2.0 * MARGIN;
    let mut y = 38.0;
    pen.text((MARGIN, y), Anchor::Start, TITLE, INK, &fit(&clean::visible(title), TITLE, width));
    y += 6.0;
    for line in wrap(caption, CAPTION, width, 4) {
        y += 18.0;
        pen.text((MARGIN, y), Anchor::Start, CAPTION, MUTED, &line);
    }
    if !note.is_empty() {
        for line in wrap(note, CAPTION, width, 2) {
            y += 18.0;
            pen.text((MARGIN, y), Anchor::Start, CAPTION, INK, &line);
        }
    }
    if legend.is_empty() {
        return y + 16.0;
    }
    y += 28.0;
    let mut x = MARGIN;
    for (key, name) in legend {
        let name = fit_name(&clean::visible(name), LABEL, 320.0);
        let sample = if matches!(key, Key::Line(_)) { 34.0 } else { 20.0 };
        let needs = sample + 8.0 + text_width(&name, LABEL);
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
            Key::Line(place) => {
                let colour = line_colour(place);
                pen.dashed(&[(x, y - 4.0), (x + sample, y - 4.0)], colour, 2, line_pattern(place));
                pen.marker((x + sample / 2.0, y - 4.0), line_form(place), colour);
            }
            Key::Spell(look) => draw_sample(pen, look, (x, x + sample), y - 11.0),
        }
        pen.text((x + sample + 8.0, y), Anchor::Start, LABEL, INK, &name);
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
    fn no_two_lines_look_alike() {
        for a in 0..STRATEGIES {
            for b in 0..a {
                assert_ne!(line_colour(a), line_colour(b));
                // Not even without colour, as far as strokes and markers go round.
                let look = |place: usize| (line_pattern(place), line_form(place) % 6);
                assert_ne!(look(a), look(b));
            }
        }
    }

    #[test]
    fn steps_are_round() {
        for (max, expected) in [(100.0, 20.0), (7.0, 1.0), (0.04, 0.01), (1_234_567.0, 200_000.0)] {
            assert!((step(max) / expected - 1.0).abs() < 1e-9, "{max}: {}", step(max));
        }
    }
}
