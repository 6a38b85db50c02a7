//! What pictures of a replication share: how a spell looks, which lanes and spells are drawn, and how a kind of lane is called.

use serde::Serialize;

use super::replays::{Lane, LaneGroup, LaneKind, Spell};
use crate::model::Cause;

/// What a condition looks like: never told apart by colour alone, but by height and place as well.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Look {
    pub(super) word: &'static str,
    /// Parts of a lane's height: where a box begins, and how high it is.
    pub(super) top: f64,
    pub(super) height: f64,
    pub(super) told: &'static str,
}

/// All of them, in the order of a legend.
pub(super) const LOOKS: [Look; 9] = [
    Look { word: "down", top: 0.0, height: 1.0, told: "down" },
    Look { word: "planned", top: 0.2, height: 0.6, told: "down for planned work" },
    Look { word: "waiting", top: 0.0, height: 1.0, told: "waits for room or its disks" },
    Look { word: "starting", top: 0.4, height: 0.6, told: "starts on a host" },
    Look { word: "degraded", top: 0.55, height: 0.45, told: "serves in part" },
    Look { word: "cut", top: 0.0, height: 0.35, told: "cut off" },
    Look { word: "emptied", top: 0.35, height: 0.3, told: "VMs leave it for planned work" },
    Look { word: "moving", top: 0.35, height: 0.3, told: "moved to another host" },
    Look { word: "paused", top: 0.0, height: 0.6, told: "stands still" },
];

/// How a kind of lane is called, several of it.
pub(super) fn word(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Domain => "sites and racks",
        LaneKind::Network => "networks",
        LaneKind::Storage => "storage",
        LaneKind::Manager => "cluster managers",
        LaneKind::Witness => "witnesses",
        LaneKind::Host => "hosts",
        LaneKind::Service => "services",
        LaneKind::Instance => "instances",
        LaneKind::Vm => "VMs",
    }
}

/// So many lanes of a group, those with the most time out, in the order of the file.
pub(super) fn most(group: &LaneGroup, lanes: usize) -> Vec<&Lane> {
    let mut ranked: Vec<usize> = (0..group.lanes.len()).collect();
    ranked.sort_by_key(|&at| std::cmp::Reverse(group.lanes[at].loss_us));
    ranked.truncate(lanes);
    ranked.sort_unstable();
    ranked.into_iter().map(|at| &group.lanes[at]).collect()
}

/// How many spells of each lane are drawn, so that all of them together are not many more than `budget`.
pub(super) fn of_each<'l>(lanes: impl Iterator<Item = &'l Lane> + Clone, budget: usize) -> usize {
    let mut each = crate::probe::SPELLS;
    let count = |each: usize| lanes.clone().map(|lane| lane.spells.len().min(each)).sum::<usize>();
    while count(each) > budget && each > 2 {
        each = each * 3 / 4;
    }
    each
}

/// The heaviest spells of a lane, in order of time. Nothing in a file is trusted: what is no spell is left out.
pub(super) fn heaviest(lane: &Lane, each: usize, horizon_us: u64) -> Vec<&Spell> {
    let mut spells = by_weight(lane, horizon_us);
    spells.truncate(each);
    spells.sort_by_key(|spell| spell.0);
    spells
}

/// All spells of a lane, the heaviest first.
pub(super) fn by_weight(lane: &Lane, horizon_us: u64) -> Vec<&Spell> {
    let is_spell = |spell: &&Spell| spell.0 < spell.1 && spell.1 <= horizon_us && look(spell).is_some();
    let mut spells: Vec<&Spell> = lane.spells.iter().filter(is_spell).collect();
    spells.sort_by_key(|spell| {
        let instances = if lane.of > 1 { u64::from(spell.4.max(1)) } else { 1 };
        (std::cmp::Reverse((spell.1 - spell.0).saturating_mul(instances)), spell.0)
    });
    spells
}

/// What a spell looks like, by its place in [`LOOKS`]; none where a file has a word that nobody knows.
pub(super) fn look(spell: &Spell) -> Option<usize> {
    // Planned work takes down what it works on.
    let is_planned = spell.2 == "down" && spell.3 == Cause::Maintenance.name();
    let word = if is_planned { "planned" } else { spell.2.as_str() };
    LOOKS.iter().position(|look| look.word == word)
}

/// Where in a lane a box begins, and how high it is. Of many instances the height says how many were down: twice as many are one
/// step higher.
pub(super) fn reach(of: u32, spell: &Spell) -> (f64, f64) {
    let look = LOOKS[look(spell).unwrap_or(0)];
    if of <= 1 {
        return (look.top, look.height);
    }
    let levels = |count: u32| f64::from(count.max(1).ilog2() + 1);
    let part = (levels(spell.4) / levels(of)).clamp(0.15, 1.0);
    (1.0 - part, part)
}
