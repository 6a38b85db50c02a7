//! What happened in one replication: a lane for each host, VM and service that was out, a box for every time it was.
//!
//! A year is wide and most outages are short: next to the heaviest boxes stands what they came of and how long they lasted,
//! and at the end of each lane its whole time out. Of more than a chart has room for those with the most time out are drawn, and
//! how many more there are is said.

mod episode;
mod lane;
mod spell;
mod words;

use super::canvas::{fit_name, text_width};
use super::frame::{self, Key, MARGIN, WIDTH, step};
use super::shape::{AXIS, Anchor, GRID, HEADING, INK, LABEL, MUTED, Pen, Picture, WHITE};
use crate::report::lanes::{LOOKS, by_weight, look, most, of_each, word};
use crate::report::replays::{Lane, LaneGroup, LaneKind, Replay};
use crate::report::{clean, figures};

pub(super) use spell::sample as draw_sample;

/// Where lanes lie: names to the left, what they add up to to the right.
const LEFT: f64 = MARGIN + 176.0;
const RIGHT: f64 = WIDTH - MARGIN - 112.0;
/// From lane to lane, and the height of one.
const LANE: f64 = 19.0;
const BAR: f64 = 14.0;
/// A group's heading, and the space behind it.
const HEAD: f64 = 22.0;
const GAP: f64 = 16.0;
/// Between a line upwards and words.
const AIR: f64 = 6.0;
/// Boxes of all lanes together.
const SPELLS: usize = 1_500;

/// One replication, and what it is of.
#[derive(Clone, Copy, Debug)]
pub struct OneReplication<'a> {
    /// The scenario's title.
    pub scenario: &'a str,
    pub strategy: &'a str,
    /// What is special about it, such as "the worst".
    pub which: Option<&'a str>,
    pub replay: &'a Replay,
}

/// A group with those of its lanes that are drawn.
struct Shown<'a> {
    group: &'a LaneGroup,
    lanes: Vec<&'a Lane>,
}

impl Shown<'_> {
    /// Lanes that something happened to and that are not drawn.
    fn more(&self) -> u32 {
        self.group.affected.saturating_sub(u32::try_from(self.lanes.len()).unwrap_or(u32::MAX))
    }
}

/// How many lanes of a kind a chart has room for.
const fn lanes_most(kind: LaneKind) -> usize {
    match kind {
        LaneKind::Network | LaneKind::Manager | LaneKind::Witness => 4,
        LaneKind::Domain | LaneKind::Storage => 6,
        LaneKind::Instance => 8,
        LaneKind::Vm => 10,
        LaneKind::Service => 12,
        LaneKind::Host => 16,
    }
}

/// The groups that are drawn. Instances that have one VM each are told of by their VMs.
fn shown(replay: &Replay) -> Vec<Shown<'_>> {
    let of = |kind| replay.lanes.iter().find(|group| group.kind == kind);
    let is_told = |name: &str| {
        of(LaneKind::Vm).is_some_and(|vms: &LaneGroup| vms.lanes.iter().any(|lane| lane.name == name))
    };
    let is_twice = |group: &&LaneGroup| {
        group.kind == LaneKind::Instance && group.lanes.iter().all(|lane| is_told(&lane.name))
    };
    let groups = replay.lanes.iter().filter(|group| !group.lanes.is_empty() && !is_twice(group));
    groups.map(|group| Shown { group, lanes: most(group, lanes_most(group.kind)) }).collect()
}

/// The chart.
pub(super) fn layout(of: &OneReplication<'_>) -> Picture {
    let groups = shown(of.replay);
    let each = of_each(groups.iter().flat_map(|shown| &shown.lanes).copied(), SPELLS);
    let number = figures::count(of.replay.replication);
    let number = of.which.map_or_else(|| number.clone(), |which| format!("{number} ({which})"));
    let strategy = fit_name(&clean::visible(of.strategy), super::shape::TITLE, 300.0);
    let title = format!("{strategy}, replication {number} – {}", clean::visible(of.scenario));
    let caption = "A lane for each host, service and VM that something happened to, causes above what came of them; a box for every time, \
                   with its cause and length beside the heaviest. What lies in one column happened together.";
    let note = words::finding(of.replay);
    let mut pen = Pen::default();
    let mut y = frame::head(&mut pen, &title, caption, &note, &legend(&groups, of.replay.horizon_us)) + 6.0;
    let clock = Clock::of(of.replay.horizon_us);
    // The grid lies under the lanes, whose places it must know.
    let (top, first) = (y + 18.0, pen.shapes.len());
    y = top + 10.0;
    let mut is_cut = false;
    for shown in &groups {
        y = group(&mut pen, y, shown, each, of.replay.horizon_us, &mut is_cut);
    }
    if groups.is_empty() {
        remark(&mut pen, y + HEAD, "Nothing happened to anybody.");
        y += HEAD + GAP;
    }
    if !groups.is_empty() {
        pen.text((WIDTH - MARGIN, top - 6.0), Anchor::End, LABEL, MUTED, "time out, times");
    }
    let above = pen.shapes.split_off(first);
    clock.draw(&mut pen, (top, y));
    pen.shapes.extend(above);
    y += 40.0;
    if is_cut {
        let text =
            "Of busy lanes only the heaviest boxes are drawn; the times beside the lanes count all of them.";
        pen.text((MARGIN, y + 12.0), Anchor::Start, LABEL, MUTED, text);
        y += 22.0;
    }
    let description = format!("{caption} {note}{}", words::groups(&groups, of.replay.horizon_us));
    Picture { width: WIDTH, height: y + 8.0, title, description, shapes: pen.shapes }
}

/// The looks that are in it.
fn legend(groups: &[Shown<'_>], horizon_us: u64) -> Vec<(Key, String)> {
    let mut is_seen = [false; LOOKS.len()];
    for lane in groups.iter().flat_map(|shown| &shown.lanes) {
        for place in by_weight(lane, horizon_us).into_iter().filter_map(look) {
            is_seen[place] = true;
        }
    }
    let seen = LOOKS.iter().enumerate().filter(|(place, _)| is_seen[*place]);
    seen.map(|(place, look)| (Key::Spell(place), look.told.to_owned())).collect()
}

/// One kind of lanes under its heading; answers with the y below it.
fn group(pen: &mut Pen, top: f64, shown: &Shown<'_>, each: usize, horizon_us: u64, is_cut: &mut bool) -> f64 {
    let group = shown.group;
    let mut y = top + HEAD;
    let name = capitalised(word(group.kind));
    pen.text((MARGIN, y - 8.0), Anchor::Start, HEADING, INK, &name);
    let told = format!("{} of {} affected", figures::count(group.affected), figures::count(group.all));
    remark(pen, y - 8.0, &told);
    for lane in &shown.lanes {
        *is_cut |= lane::draw(pen, y, lane, each, horizon_us);
        y += LANE;
    }
    let more = shown.more();
    if more > 0 {
        let text = format!("and {} more {}, with less time out", figures::count(more), word(group.kind));
        remark(pen, y + 12.0, &text);
        y += LANE;
    }
    y + GAP
}

/// Words between lanes, on a ground that hides the lines upwards.
fn remark(pen: &mut Pen, baseline: f64, text: &str) {
    let x = LEFT + AIR;
    pen.rect((x, baseline - 11.0), (x + text_width(text, LABEL) + AIR, baseline + 4.0), WHITE);
    pen.text((x, baseline), Anchor::Start, LABEL, MUTED, text);
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Where an instant lies.
fn x(us: u64, horizon_us: u64) -> f64 {
    LEFT + (us as f64 / horizon_us.max(1) as f64).clamp(0.0, 1.0) * (RIGHT - LEFT)
}

/// The time across, in the unit in which people would count it.
struct Clock {
    /// In that unit.
    horizon: f64,
    unit: &'static str,
}

impl Clock {
    fn of(horizon_us: u64) -> Clock {
        let seconds = horizon_us.max(1) as f64 / 1e6;
        let units = [(86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")];
        let (unit_s, unit) =
            units.into_iter().find(|(unit_s, _)| seconds >= 5.0 * unit_s).unwrap_or((1.0, "seconds"));
        Clock { horizon: seconds / unit_s, unit }
    }

    /// Lines upwards, with their labels above and below: a tall picture is read from both ends.
    fn draw(&self, pen: &mut Pen, (top, bottom): (f64, f64)) {
        // Twice as many as an upward axis has: it is twice as long.
        let step = step(self.horizon / 2.0);
        let decimals = -(libm::floor(libm::log10(step) + 1e-9) as i32);
        let count = libm::floor(self.horizon / step + 1e-9) as u32;
        for number in 0..=count {
            let value = f64::from(number) * step;
            let x = LEFT + value / self.horizon * (RIGHT - LEFT);
            pen.line(&[(x, top), (x, bottom)], GRID, 1);
            let label = figures::fixed(value, decimals.clamp(0, 9));
            pen.text((x, top - 6.0), Anchor::Middle, LABEL, MUTED, &label);
            pen.text((x, bottom + 17.0), Anchor::Middle, LABEL, MUTED, &label);
        }
        pen.line(&[(LEFT, bottom), (RIGHT, bottom)], AXIS, 1);
        pen.text((LEFT - 14.0, top - 6.0), Anchor::End, LABEL, MUTED, self.unit);
        pen.text(((LEFT + RIGHT) / 2.0, bottom + 34.0), Anchor::Middle, LABEL, MUTED, self.unit);
    }
}
