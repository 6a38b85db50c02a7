//! One lane: its name, its boxes, what the heaviest came of, and what all of them add up to.

use std::collections::BTreeMap;

use super::{BAR, LEFT, RIGHT, episode, spell, words, x};
use crate::report::charts::canvas::{fit, fit_name, text_width};
use crate::report::charts::frame::{MARGIN, WIDTH};
use crate::report::charts::shape::{Anchor, INK, LABEL, MUTED, Pen};
use crate::report::clean;
use crate::report::lanes::{heaviest, look, reach};
use crate::report::replays::{Lane, Spell};

/// A box is at least so wide, or nobody sees it.
const NARROWEST: f64 = 2.0;
/// Episodes of a lane that are told in words, where there is room beside them.
const TOLD: usize = 3;
/// Between a box and words.
const AIR: f64 = 4.0;
/// Words of one episode are no wider.
const WORDS: f64 = 230.0;

/// A box: its look, where it is in height, and from where to where.
struct Box {
    look: usize,
    reach: (f64, f64),
    from: f64,
    to: f64,
}

/// Draws it; answers whether there were more spells than that.
pub(super) fn draw(pen: &mut Pen, y: f64, lane: &Lane, each: usize, horizon_us: u64) -> bool {
    let baseline = y + BAR - 3.0;
    let name = fit_name(&clean::visible(&lane.name), LABEL, LEFT - MARGIN - 12.0);
    pen.text((LEFT - 10.0, baseline), Anchor::End, LABEL, INK, &name);
    pen.rect((LEFT, y), (RIGHT, y + BAR), spell::TRACK);
    let spells = heaviest(lane, each, horizon_us);
    let mut boxes = boxes(lane, &spells, horizon_us);
    // The gravest last, so that they lie on top.
    boxes.sort_by_key(|one| std::cmp::Reverse(one.look));
    for one in &boxes {
        spell::draw(pen, one.look, (one.from, one.to), y, one.reach);
    }
    tell(pen, baseline, lane, &boxes, horizon_us);
    pen.text((WIDTH - MARGIN, baseline), Anchor::End, LABEL, MUTED, &words::sum(lane, horizon_us));
    (spells.len() as u64) < lane.spells_all
}

/// The boxes of a lane: of those that lie on each other and look alike there is one.
fn boxes(lane: &Lane, spells: &[&Spell], horizon_us: u64) -> Vec<Box> {
    let mut drawn: Vec<Box> = Vec::new();
    let mut last: BTreeMap<(usize, u32), usize> = BTreeMap::new();
    for one in spells {
        let (look, reach) = (look(one).unwrap_or(0), reach(lane.of, one));
        let from = x(one.0, horizon_us).min(RIGHT - NARROWEST);
        let to = x(one.1, horizon_us).max(from + NARROWEST);
        let kind = (look, (reach.1 * 100.0) as u32);
        match last.get(&kind).and_then(|&at| drawn.get_mut(at)) {
            Some(before) if from <= before.to => before.to = before.to.max(to),
            _ => {
                last.insert(kind, drawn.len());
                drawn.push(Box { look, reach, from, to });
            }
        }
    }
    drawn
}

/// Puts the heaviest episodes into words beside their boxes, where nothing else is.
fn tell(pen: &mut Pen, baseline: f64, lane: &Lane, boxes: &[Box], horizon_us: u64) {
    let mut taken: Vec<(f64, f64)> = boxes.iter().map(|one| (one.from, one.to)).collect();
    for one in episode::heaviest(lane, horizon_us).into_iter().take(TOLD) {
        let text = fit(&words::episode(lane, &one), LABEL, WORDS);
        let wide = text_width(&text, LABEL);
        let from = x(one.from, horizon_us).min(RIGHT - NARROWEST);
        let until = x(one.until, horizon_us).max(from + NARROWEST);
        // Boxes that touch it are no place for words.
        let touching = |at: f64| boxes.iter().filter(move |b| b.from <= at + 1.0 && at <= b.to + 1.0);
        let start = touching(from).fold(from, |start, b| start.min(b.from));
        let end = touching(until).fold(until, |end, b| end.max(b.to));
        let free = |place: (f64, f64), taken: &[(f64, f64)]| {
            place.0 >= LEFT + 2.0
                && place.1 <= RIGHT
                && taken.iter().all(|t| t.1 <= place.0 || place.1 <= t.0)
        };
        let right = (end + AIR, end + AIR + wide);
        let left = (start - AIR - wide, start - AIR);
        let Some(place) = [right, left].into_iter().find(|place| free(*place, &taken)) else { continue };
        pen.text((place.0, baseline), Anchor::Start, LABEL, INK, &text);
        // The next one keeps its distance.
        taken.push((place.0 - AIR, place.1 + 2.0 * AIR));
    }
}
