//! A spell as a box. What it is shows in its height and place in the lane, in strokes or a hollow, and in its colour: never in the
//! colour alone.

use super::BAR;
use crate::report::charts::frame::hatch;
use crate::report::charts::shape::{Colour, PALETTE, Pen, WHITE};
use crate::report::lanes::LOOKS;

/// Under the boxes.
pub(super) const TRACK: Colour = Colour(0xf1, 0xf3, 0xf5);

/// By the place of a look.
fn colour(look: usize) -> Colour {
    match LOOKS.get(look).map_or("", |look| look.word) {
        "down" | "waiting" => PALETTE[3],
        "planned" | "emptied" => PALETTE[2],
        "starting" => PALETTE[4],
        "degraded" => PALETTE[1],
        "moving" => PALETTE[0],
        "paused" => PALETTE[5],
        _ => Colour(0x6b, 0x74, 0x80),
    }
}

/// A box of a look in a lane from one x to another; `reach` is where in the lane it begins and how high it is, as parts of it.
pub(super) fn draw(
    pen: &mut Pen,
    look: usize,
    (x0, x1): (f64, f64),
    lane_top: f64,
    (top, height): (f64, f64),
) {
    let (y0, y1) = (lane_top + top * BAR, lane_top + (top + height) * BAR);
    let colour = colour(look);
    pen.rect((x0, y0), (x1, y1), colour);
    match LOOKS.get(look).map_or("", |look| look.word) {
        "waiting" if x1 - x0 > 6.0 => pen.rect((x0 + 2.0, y0 + 2.0), (x1 - 2.0, y1 - 2.0), WHITE),
        "planned" => hatch(pen, (x0, y0), (x1, y1)),
        _ => {}
    }
}

/// The same as a sample of a legend.
pub(in crate::report::charts) fn sample(pen: &mut Pen, look: usize, (x0, x1): (f64, f64), lane_top: f64) {
    pen.rect((x0, lane_top), (x1, lane_top + BAR), TRACK);
    let (top, height) = LOOKS.get(look).map_or((0.0, 1.0), |look| (look.top, look.height));
    draw(pen, look, (x0 + 2.0, x1 - 2.0), lane_top, (top, height));
}
