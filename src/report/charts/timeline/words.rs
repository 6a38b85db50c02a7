//! A replication in words: what to see in its picture, and the picture for whoever cannot see it.

use super::Shown;
use super::episode::{Episode, heaviest, times, word as word_of};
use crate::report::lanes::word;
use crate::report::replays::{Lane, LaneKind, Replay};
use crate::report::{clean, figures};

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

fn length(us: u64) -> String {
    figures::duration(seconds(us))
}

/// An episode beside its boxes: "host-crash, 4.2 h", "host-crash, waits (no-room), 2.1 h", "storage-outage, 1.0 h, 3 of 10".
pub(super) fn episode(lane: &Lane, one: &Episode<'_>) -> String {
    let look = word_of(one.first);
    let why = clean::visible(&one.first.3);
    let mut what = match look {
        "down" if !why.is_empty() => why,
        "planned" => "planned work".to_owned(),
        "emptied" => look.to_owned(),
        _ if why.is_empty() => look.to_owned(),
        _ => format!("{look}: {why}"),
    };
    let waits = one.waited.filter(|wait| look != "waiting" && (wait.1 - wait.0) >= one.length() / 2);
    if let Some(wait) = waits {
        what.push_str(&format!(", waits ({})", clean::visible(&wait.3)));
    }
    let many = if lane.of > 1 {
        format!(", {} of {}", figures::count(one.extent), figures::count(lane.of))
    } else if look == "degraded" && one.extent > 0 {
        format!(", {} lost", figures::share(f64::from(one.extent) / 1e9))
    } else {
        String::new()
    };
    format!("{what}, {}{many}", length(one.length()))
}

/// What a lane adds up to: "4.2 h, 3 ×".
pub(super) fn sum(lane: &Lane, horizon_us: u64) -> String {
    let times = times(lane, horizon_us).map_or_else(String::new, |times| format!(", {times} ×"));
    if lane.loss_us == 0 { "never".to_owned() } else { format!("{}{times}", length(lane.loss_us)) }
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
    let often = match times(lane, replay.horizon_us) {
        Some(1) => ", once".to_owned(),
        Some(times) if times > 1 => format!(", in {times} outages"),
        _ => String::new(),
    };
    let mut text = format!("Out longest: in {whole} {of} down for {}{often}", length(lane.loss_us));
    if let Some(heaviest) = heaviest(lane, replay.horizon_us).first() {
        let which = if often == ", once" { "it begins" } else { "the heaviest outage begins" };
        text.push_str(&format!(
            "; {which} on {} and lasts {}",
            instant(heaviest.from),
            length(heaviest.length())
        ));
        if !heaviest.first.3.is_empty() {
            text.push_str(&format!(" ({})", clean::shorten(&clean::visible(&heaviest.first.3), 40)));
        }
    }
    text + "."
}

/// An instant as people say it, counted from the start of the measured time: day 112, 04:10.
fn instant(us: u64) -> String {
    let minutes = us / 60_000_000;
    let (day, minutes) = (minutes / 1_440, minutes % 1_440);
    format!("day {}, {:02}:{:02}", figures::whole(day), minutes / 60, minutes % 60)
}

/// The groups, each with the lane that was out longest.
pub(super) fn groups(groups: &[Shown<'_>], horizon_us: u64) -> String {
    let mut text = String::new();
    for shown in groups {
        let group = shown.group;
        text.push_str(&format!(
            " {}: {} of {} affected",
            word(group.kind),
            figures::count(group.affected),
            figures::count(group.all)
        ));
        if let Some(lane) = shown.lanes.iter().max_by_key(|lane| lane.loss_us).filter(|lane| lane.loss_us > 0)
        {
            text.push_str(&format!(
                ", longest out {} ({})",
                clean::visible(&lane.name),
                sum(lane, horizon_us)
            ));
        }
        text.push('.');
    }
    text
}
