//! What was left of hosts, memory and VMs over the worst and over a typical replication.

use maud::{Markup, html};
use serde::Serialize;

use super::axis::{Axis, px};
use super::figure::{Figure, WIDTH, named, upward};
use super::name::short;
use super::time::{self, Clock};
use crate::report::figures;
use crate::report::replays::{Replay, StrategyReplays};
use crate::report::result::RunResult;

const LEFT: f64 = 72.0;
const RIGHT: f64 = WIDTH - 20.0;
const HEIGHT: f64 = 92.0;
const GAP: f64 = 34.0;

/// One of the three pictures: its head, its numbers and the most that there can be.
struct Strip {
    head: &'static str,
    worst: Vec<f64>,
    typical: Vec<f64>,
    most: f64,
}

/// What a script needs to tell what is under a pointer.
#[derive(Serialize)]
pub(super) struct Pieces {
    left: f64,
    right: f64,
    horizon_s: f64,
    rows: Vec<(&'static str, Vec<f64>, Vec<f64>)>,
}

fn strips(both: &StrategyReplays) -> [Strip; 3] {
    let percent = |replay: &Replay| -> Vec<f64> {
        let all = replay.memory_mib.max(1) as f64;
        replay.memory_free_mib.iter().map(|&mib| (mib as f64 / all * 1_000.0).round() / 10.0).collect()
    };
    let counts = |counts: &[u32]| counts.iter().map(|&count| f64::from(count)).collect::<Vec<f64>>();
    let (worst, typical) = (&both.worst, &both.typical);
    let [down, usually_down] = [counts(&worst.vms_down), counts(&typical.vms_down)];
    let most_down = down.iter().chain(&usually_down).copied().fold(1.0, f64::max);
    let (free, usually_free) = (percent(worst), percent(typical));
    let most_free = free.iter().chain(&usually_free).copied().fold(1.0, f64::max);
    [
        Strip {
            head: "hosts up",
            worst: counts(&worst.hosts_up),
            typical: counts(&typical.hosts_up),
            most: f64::from(worst.hosts),
        },
        Strip { head: "memory free, %", worst: free, typical: usually_free, most: most_free },
        Strip { head: "VMs down", worst: down, typical: usually_down, most: most_down },
    ]
}

/// The numbers of a strategy's strips.
pub(super) fn pieces(both: &StrategyReplays) -> Pieces {
    Pieces {
        left: LEFT,
        right: RIGHT,
        horizon_s: both.worst.horizon_us as f64 / 1e6,
        rows: strips(both).into_iter().map(|strip| (strip.head, strip.worst, strip.typical)).collect(),
    }
}

pub(super) fn figure(result: &RunResult, both: &StrategyReplays, place: usize) -> Markup {
    let strips = strips(both);
    let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let description = format!(
        "Worst replication, {}: at least {} of {} hosts up, at least {} % of memory free, at most {} VMs down. Typical \
         replication, {}: at least {} hosts, {} %, at most {} VMs.",
        both.worst.replication,
        least(&strips[0].worst),
        both.worst.hosts,
        least(&strips[1].worst),
        most(&strips[2].worst),
        both.typical.replication,
        least(&strips[0].typical),
        least(&strips[1].typical),
        most(&strips[2].typical),
    );
    let clock = Clock::of(both.worst.horizon_us);
    let bottom = GAP + (HEIGHT + GAP) * 3.0 - GAP;
    let picture = html! {
        (time::across(&clock, (LEFT, RIGHT), (GAP, bottom)))
        @for (number, strip) in strips.iter().enumerate() { (one(strip, GAP + (HEIGHT + GAP) * number as f64)) }
    };
    Figure {
        id: &format!("room-{place}"),
        title: &format!("{}, over the time of a replication.", short(&both.strategy, 60)),
        caption: &format!(
            "Solid: replication {}, the worst. Dashed: replication {}, a typical one of {}.",
            figures::count(both.worst.replication),
            figures::count(both.typical.replication),
            figures::count(result.replications)
        ),
        description,
        height: bottom + 44.0,
        picture,
    }
    .with(&html! { div.pieces data-pieces=(place) {} })
}

fn one(strip: &Strip, top: f64) -> Markup {
    let axis = Axis::from_zero(strip.most, (top + HEIGHT, top));
    // Two or three lines are enough for so low a picture.
    let all = named(&axis);
    let each = all.len().div_ceil(3).max(1);
    let some: Vec<(f64, String)> = all.into_iter().step_by(each).collect();
    html! {
        text.head x=(px(LEFT)) y=(px(top - 9.0)) { (strip.head) }
        (upward(&axis, &some, (LEFT, RIGHT)))
        path.usual d=(steps(&strip.typical, &axis)) fill="none" stroke="currentColor" {}
        path.worst d=(steps(&strip.worst, &axis)) fill="none" stroke="currentColor" {}
    }
}

/// A line of steps, one a piece.
fn steps(values: &[f64], axis: &Axis) -> String {
    let Some(first) = values.first() else { return String::new() };
    let width = (RIGHT - LEFT) / values.len() as f64;
    let mut d = format!("M{} {}", px(LEFT), px(axis.at(*first)));
    for (number, pair) in values.windows(2).enumerate() {
        if pair[0] != pair[1] {
            d.push_str(&format!("H{}V{}", px(LEFT + width * (number + 1) as f64), px(axis.at(pair[1]))));
        }
    }
    d.push_str(&format!("H{}", px(RIGHT)));
    d
}
