//! What happened in the worst and in a typical replication: a lane for everything that was out, a box for every time it was.
//!
//! The page has the whole of the time as a picture; a script draws it anew for whoever looks closer.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Serialize;

use super::axis::px;
use super::figure::{Figure, WIDTH, choice};
use super::name::{name, short};
use super::shown::Shown;
use super::time::{self, Clock};
use crate::report::figures;
use crate::report::lanes::{LOOKS, heaviest, look, most, of_each, reach, word};
use crate::report::replays::{Lane, LaneGroup, LaneKind, Replay, Replays, Spell, StrategyReplays};

/// Boxes on the whole page, and the fewest that a replication gets of them.
const SPELLS: usize = 3_000;
const SPELLS_FEWEST: usize = 160;

const LEFT: f64 = 168.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 6.0;
const LANE: f64 = 15.0;
const BAR: f64 = 11.0;
const HEAD: f64 = 26.0;

/// A lane on the page.
#[derive(Serialize)]
pub(super) struct Drawn<'a> {
    y: f64,
    name: String,
    of: u32,
    #[serde(skip)]
    spells: Vec<&'a Spell>,
    /// Begin and length in seconds, condition, why and extent, by their numbers.
    #[serde(rename = "spells")]
    numbers: Vec<(f64, f64, usize, usize, u32)>,
}

/// A replication's picture.
#[derive(Serialize)]
pub(super) struct Picture<'a> {
    left: f64,
    right: f64,
    bar: f64,
    horizon_s: f64,
    bottom: f64,
    lanes: Vec<Drawn<'a>>,
    #[serde(skip)]
    heads: Vec<(f64, String)>,
    #[serde(skip)]
    is_cut: bool,
}

/// Words that spells give as their reason, each once.
#[derive(Default)]
pub(super) struct Words(BTreeMap<String, usize>);

impl Words {
    fn number(&mut self, word: &str) -> usize {
        let next = self.0.len();
        *self.0.entry(short(word, 40)).or_insert(next)
    }

    /// In the order of their numbers.
    pub(super) fn list(&self) -> Vec<&str> {
        let mut all: Vec<(&str, usize)> =
            self.0.iter().map(|(word, number)| (word.as_str(), *number)).collect();
        all.sort_by_key(|(_, number)| *number);
        all.into_iter().map(|(word, _)| word).collect()
    }
}

/// How many lanes of a kind are drawn.
const fn lanes_most(kind: LaneKind) -> usize {
    match kind {
        LaneKind::Domain | LaneKind::Instance | LaneKind::Vm => 10,
        LaneKind::Network | LaneKind::Storage => 8,
        LaneKind::Manager | LaneKind::Witness => 6,
        LaneKind::Host => 32,
        LaneKind::Service => 16,
    }
}

/// Lays a replication out. Nothing in a file is trusted: a box that is no box is left out.
pub(super) fn layout<'a>(replay: &'a Replay, strategies: usize, words: &mut Words) -> Picture<'a> {
    let groups: Vec<(&LaneGroup, Vec<&Lane>)> =
        replay.lanes.iter().map(|group| (group, most(group, lanes_most(group.kind)))).collect();
    let budget = (SPELLS / (2 * strategies.max(1))).max(SPELLS_FEWEST);
    let each = of_each(groups.iter().flat_map(|(_, lanes)| lanes).copied(), budget);
    let (mut y, mut lanes, mut heads, mut is_cut) = (TOP, Vec::new(), Vec::new(), false);
    for (group, shown) in groups {
        heads.push((y + HEAD - 9.0, heading(group, shown.len())));
        y += HEAD;
        for lane in shown {
            let spells = heaviest(lane, each, replay.horizon_us);
            is_cut |= (spells.len() as u64) < lane.spells_all;
            let numbers = spells.iter().map(|spell| numbers(spell, words)).collect();
            lanes.push(Drawn { y, name: short(&lane.name, 60), of: lane.of, spells, numbers });
            y += LANE;
        }
    }
    let horizon_s = replay.horizon_us.max(1) as f64 / 1e6;
    Picture { left: LEFT, right: RIGHT, bar: BAR, horizon_s, bottom: y + 4.0, lanes, heads, is_cut }
}

/// "hosts: 29 of 29 affected", "VMs: the 10 with the most time out, of 389 affected"
fn heading(group: &LaneGroup, shown: usize) -> String {
    let word = word(group.kind);
    let shown = u32::try_from(shown).unwrap_or(u32::MAX);
    let (affected, all) = (figures::count(group.affected), figures::count(group.all));
    if shown < group.affected {
        format!(
            "{word}: the {} with the most time out, of {affected} affected and {all} in all",
            figures::count(shown)
        )
    } else {
        format!("{word}: {affected} of {all} affected")
    }
}

fn numbers(spell: &Spell, words: &mut Words) -> (f64, f64, usize, usize, u32) {
    // To the millisecond.
    let seconds = |us: u64| (us as f64 / 1e3).round() / 1e3;
    (seconds(spell.0), seconds(spell.1 - spell.0), look(spell).unwrap_or(0), words.number(&spell.3), spell.4)
}

pub(super) fn section(shown: &Shown<'_>, replays: Option<&Replays>) -> Markup {
    html! {
        section id="timeline" aria-labelledby="timeline-head" {
            h2 id="timeline-head" { "What happened in the worst replication, and in a typical one" }
            @match replays {
                None => p.note {
                    "This result has no replays: its run was stopped early or had few replications. "
                    code { "ninefold run FILE --html" } " writes them."
                },
                Some(replays) => {
                    p {
                        "The worst is the one with the most downtime of all services together, the typical one is in the middle. A lane for each "
                        "that was out, a box for the time it was; of services, the higher the box the more instances were down at once."
                    }
                    @if shown.replayed.len() < shown.result.strategies.len() {
                        p.note { "Drawn are the strategies that lose least and the first one; replays.json has the others." }
                    }
                    (legend())
                    (choice("strategy", "strategy", panels(shown, replays)))
                }
            }
        }
    }
}

fn panels(shown: &Shown<'_>, replays: &Replays) -> Vec<(Markup, Markup)> {
    let panel = |&place: &usize| {
        let strategy = shown.strategies[place];
        let both = replays.strategies.iter().find(|replay| replay.strategy == strategy.name)?;
        Some((
            name(&strategy.name),
            html! {
                (one(shown, both, &both.worst, place, "worst"))
                @if both.typical.replication != both.worst.replication {
                    (one(shown, both, &both.typical, place, "typical"))
                }
            },
        ))
    };
    shown.replayed.iter().filter_map(panel).collect()
}

fn one(shown: &Shown<'_>, both: &StrategyReplays, replay: &Replay, place: usize, which: &str) -> Markup {
    let picture = layout(replay, shown.replayed.len(), &mut Words::default());
    let clock = Clock::of(replay.horizon_us);
    let strategy = shown.strategies[place];
    let found = if which == "worst" { strategy.worst_replication } else { strategy.typical_replication };
    let downtime = found.map_or(0.0, |one| one.downtime_s);
    let told: Vec<String> = replay.lanes.iter().map(|group| heading(group, group.lanes.len())).collect();
    let drawn = html! {
        (time::across(&clock, (LEFT, RIGHT), (TOP, picture.bottom)))
        @for (y, head) in &picture.heads { text.head x="0" y=(px(*y)) { (head) } }
        path.track d=(tracks(&picture.lanes)) {}
        g.lane text-anchor="end" {
            @for lane in &picture.lanes {
                text x=(px(LEFT - 10.0)) y=(px(lane.y + 9.5)) { (short(&lane.name, 22)) }
            }
        }
        g.boxes { @for lane in &picture.lanes { (boxes(lane, picture.horizon_s)) } }
    };
    let title = format!(
        "{}, the {which} replication (number {}): {} of downtime per instance.",
        short(&both.strategy, 60),
        figures::count(replay.replication),
        figures::duration(downtime)
    );
    Figure {
        id: &format!("{which}-{place}"),
        title: &title,
        caption: if picture.lanes.is_empty() {
            "Nothing happened."
        } else if picture.is_cut {
            "Point at a box, or press ↑ and ↓, for what it is; drag over a stretch, or press + and −, to look closer. Of busy lanes only the heaviest boxes are drawn."
        } else {
            "Point at a box, or press ↑ and ↓, for what it is; drag over a stretch, or press + and −, to look closer."
        },
        description: format!("{}. `ninefold trace` tells them line by line.", told.join("; ")),
        height: picture.bottom + 42.0,
        picture: drawn,
    }
    .with(&html! { div.zoom data-lanes={ (which) "-" (place) } {} })
}

/// What all lanes lie on.
fn tracks(lanes: &[Drawn<'_>]) -> String {
    let width = px(RIGHT - LEFT);
    lanes.iter().map(|lane| format!("M{} {}h{width}v{}h-{width}z", px(LEFT), px(lane.y), px(BAR))).collect()
}

/// A lane's boxes over all of the time: of those that lie on each other there is one.
fn boxes(lane: &Drawn<'_>, horizon_s: f64) -> Markup {
    let at = |us: u64| LEFT + (us as f64 / 1e6 / horizon_s).clamp(0.0, 1.0) * (RIGHT - LEFT);
    let mut paths: BTreeMap<usize, String> = BTreeMap::new();
    let mut last: BTreeMap<(usize, u32), f64> = BTreeMap::new();
    for spell in &lane.spells {
        let number = look(spell).unwrap_or(0);
        let (top, height) = reach(lane.of, spell);
        let (from, until) = (at(spell.0), at(spell.1));
        let end = until.max(from + 1.0);
        let before = last.entry((number, (height * 100.0) as u32)).or_insert(0.0);
        if end <= *before + 0.05 {
            continue;
        }
        let start = from.max(*before);
        *before = end;
        let (y, width) = (lane.y + top * BAR, end - start);
        let d = format!("M{} {}h{}v{}h-{}z", px(start), px(y), px(width), px(height * BAR), px(width));
        paths.entry(number).or_default().push_str(&d);
    }
    html! { @for (number, d) in &paths { path.{ "box " (LOOKS[*number].word) } d=(d) {} } }
}

fn legend() -> Markup {
    html! {
        ul.legend {
            @for look in LOOKS {
                li {
                    svg viewBox="0 0 22 13" width="22" height="13" aria-hidden="true" {
                        rect.track x="0" y="0" width="22" height="13" {}
                        rect.{ "box " (look.word) } x="3" y=(px(look.top * BAR)) width="16" height=(px(look.height * BAR)) {}
                    }
                    (look.told)
                }
            }
        }
    }
}
