//! A replication in words: what to see in its picture, and the picture for whoever cannot see it.

use super::Shown;
use super::lane::instant;
use crate::report::lanes::{LOOKS, by_weight, look, word};
use crate::report::replays::{Lane, LaneKind, Replay, Spell};
use crate::report::{clean, figures};

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

fn length(us: u64) -> String {
    figures::duration(seconds(us))
}

/// A spell beside its box: "host-crash, 4.2 h", "waiting: no-room, 20 min", "storage-outage, 1.0 h, 3 of 10".
pub(super) fn spell(lane: &Lane, spell: &Spell) -> String {
    let look = look(spell).map_or("", |place| LOOKS[place].word);
    let why = clean::visible(&spell.3);
    let what = match look {
        "down" if !why.is_empty() => why,
        "planned" => "planned work".to_owned(),
        "emptied" => look.to_owned(),
        _ if why.is_empty() => look.to_owned(),
        _ => format!("{look}: {why}"),
    };
    let many = if lane.of > 1 {
        format!(", {} of {}", figures::count(spell.4), figures::count(lane.of))
    } else if look == "degraded" && spell.4 > 0 {
        format!(", {} lost", figures::share(f64::from(spell.4) / 1e9))
    } else {
        String::new()
    };
    format!("{what}, {}{many}", length(spell.1.saturating_sub(spell.0)))
}

/// What a lane adds up to: "4.2 h, 3 ×".
pub(super) fn sum(lane: &Lane) -> String {
    let times = format!("{} ×", figures::whole(lane.spells_all));
    if lane.loss_us == 0 { times } else { format!("{}, {times}", length(lane.loss_us)) }
}

/// What to see first: which service is hit hardest, by what and when.
pub(super) fn finding(replay: &Replay) -> String {
    let services = replay.lanes.iter().find(|group| group.kind == LaneKind::Service);
    let hardest = services.and_then(|group| {
        let lost = group.lanes.iter().filter(|lane| lane.loss_us > 0);
        lost.max_by_key(|lane| lane.loss_us)
    });
    let whole = length(replay.horizon_us);
    let Some(lane) = hardest else { return format!("No service is down in all of {whole}.") };
    let name = clean::shorten_name(&clean::visible(&lane.name), 40);
    let of = if lane.of > 1 { format!("an instance of {name} or more is") } else { format!("{name} is") };
    let times = if lane.spells_all == 1 {
        "once".to_owned()
    } else {
        format!("in {} spells", figures::whole(lane.spells_all))
    };
    let mut text = format!("Hit hardest: in {whole} {of} down for {}, {times}", length(lane.loss_us));
    if let Some(heaviest) = by_weight(lane, replay.horizon_us).first() {
        let which = if lane.spells_all == 1 { "it begins" } else { "the heaviest begins" };
        text.push_str(&format!(
            "; {which} on {} and lasts {}",
            instant(heaviest.0),
            length(heaviest.1.saturating_sub(heaviest.0))
        ));
        if !heaviest.3.is_empty() {
            text.push_str(&format!(" ({})", clean::shorten(&clean::visible(&heaviest.3), 40)));
        }
    }
    text + "."
}

/// The groups, each with the lane that was out longest.
pub(super) fn groups(groups: &[Shown<'_>]) -> String {
    let mut text = String::new();
    for shown in groups {
        let group = shown.group;
        text.push_str(&format!(
            " {}: {} of {} affected",
            word(group.kind),
            figures::count(group.affected),
            figures::count(group.all)
        ));
        if let Some(lane) = shown.lanes.iter().max_by_key(|lane| lane.loss_us).filter(|lane| lane.loss_us > 0) {
            text.push_str(&format!(", longest out {} ({})", clean::visible(&lane.name), sum(lane)));
        }
        text.push('.');
    }
    text
}
