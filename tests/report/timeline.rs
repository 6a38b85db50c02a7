//! The chart of one replication: everything that happened is in it, where it happened, and nothing that a file says breaks it.

use std::path::Path;

use ninefold::experiment::{Threads, replay_all};
use ninefold::report::charts::{Format, OneReplication, draw_replication};
use ninefold::report::replays::{Lane, LaneGroup, LaneKind, Replay, Spell};
use ninefold::scenario::{self, Input};

use super::{fixture, golden, xml};

const HOUR: u64 = 3_600_000_000;

fn lane(name: &str, of: u32, spells: &[(u64, u64, &str, &str, u32)]) -> Lane {
    let spells: Vec<Spell> = spells
        .iter()
        .map(|&(from, until, condition, why, extent)| {
            Spell(from, until, condition.to_owned(), why.to_owned(), extent)
        })
        .collect();
    let loss = |spell: &Spell| {
        let is_loss = ["down", "degraded", "waiting", "starting"].contains(&spell.2.as_str());
        if is_loss { spell.1.saturating_sub(spell.0) } else { 0 }
    };
    let loss_us = spells.iter().map(loss).sum();
    Lane { name: name.to_owned(), of, spells_all: spells.len() as u64, loss_us, spells }
}

fn group(kind: LaneKind, all: u32, lanes: Vec<Lane>) -> LaneGroup {
    LaneGroup { kind, all, affected: lanes.len() as u32, lanes }
}

fn replay(horizon_us: u64, lanes: Vec<LaneGroup>) -> Replay {
    Replay {
        replication: 7,
        horizon_us,
        hosts: 3,
        memory_mib: 1,
        hosts_up: Vec::new(),
        memory_free_mib: Vec::new(),
        vms_down: Vec::new(),
        lanes,
    }
}

/// A day in which everything happens that can.
fn eventful() -> Replay {
    let minutes = |minutes: u64| minutes * 60_000_000;
    let hosts = vec![
        lane("esx-1", 1, &[(2 * HOUR, 8 * HOUR, "down", "host-crash", 0)]),
        lane("esx-2", 1, &[(10 * HOUR, 12 * HOUR, "cut", "management", 0)]),
        lane(
            "esx-3",
            1,
            &[
                (15 * HOUR, 15 * HOUR + minutes(30), "emptied", "maintenance", 0),
                (15 * HOUR + minutes(30), 18 * HOUR, "down", "maintenance", 0),
            ],
        ),
    ];
    let services = vec![
        lane("mail", 4, &[(2 * HOUR, 2 * HOUR + minutes(9), "down", "host-crash", 3)]),
        lane("web", 1, &[(3 * HOUR, 3 * HOUR + minutes(1), "down", "app-crash", 1)]),
    ];
    let instances = vec![lane("web", 1, &[(9 * HOUR, 13 * HOUR, "degraded", "", 500_000_000)])];
    let vms = vec![
        lane(
            "mail-1",
            1,
            &[
                (2 * HOUR, 2 * HOUR + minutes(5), "down", "host-crash", 0),
                (2 * HOUR + minutes(5), 4 * HOUR, "waiting", "no-room", 0),
                (4 * HOUR, 4 * HOUR + minutes(4), "starting", "", 0),
            ],
        ),
        lane("mail-2", 1, &[(15 * HOUR, 15 * HOUR + minutes(2), "moving", "", 0)]),
        lane("web.1", 1, &[(20 * HOUR, 21 * HOUR, "paused", "", 0)]),
    ];
    let groups = vec![
        group(
            LaneKind::Storage,
            2,
            vec![lane("san", 1, &[(20 * HOUR, 21 * HOUR, "degraded", "controller-failure", 0)])],
        ),
        group(LaneKind::Host, 3, hosts),
        group(LaneKind::Service, 2, services),
        group(LaneKind::Instance, 5, instances),
        group(LaneKind::Vm, 6, vms),
    ];
    replay(24 * HOUR, groups)
}

fn svg(replay: &Replay) -> String {
    let of = OneReplication { scenario: "A day", strategy: "host-cluster", which: Some("the worst"), replay };
    let svg = String::from_utf8(draw_replication(&of, Format::Svg).unwrap()).unwrap();
    xml::elements(&svg).unwrap();
    svg
}

/// Everything that is written in a picture, in the order in which it is drawn.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().trim().to_owned()).collect()
}

/// Boxes of a colour: from where to where, and their heights.
fn boxes(svg: &str, fill: &str) -> Vec<(f64, f64, f64)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let is_box = |node: &roxmltree::Node<'_, '_>| {
        node.has_tag_name("rect") && node.attribute("fill").is_some_and(|of| of.eq_ignore_ascii_case(fill))
    };
    let number = |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let rects = document.descendants().filter(is_box);
    rects.map(|node| (number(&node, "x"), number(&node, "width"), number(&node, "height"))).collect()
}

const DOWN: &str = "#D55E00";
const TRACK: &str = "#F1F3F5";

#[test]
fn an_eventful_day_looks_as_it_should() {
    let svg = svg(&eventful());
    let mut told = texts(&svg).join("\n");
    told.push_str("\n\nboxes, by colour\n");
    for fill in [DOWN, "#009E73", "#56B4E9", "#E69F00", "#6B7480", "#0072B2", "#CC79A7", TRACK] {
        let all: Vec<String> =
            boxes(&svg, fill).iter().map(|(x, width, height)| format!("{x}+{width}x{height}")).collect();
        told.push_str(&format!("{fill} {}\n", all.join(" ")));
    }
    let document = roxmltree::Document::parse(&svg).unwrap();
    let description = document.descendants().find(|node| node.has_tag_name("desc")).unwrap();
    told.push_str(&format!("\nread aloud\n{}\n", description.text().unwrap()));
    golden("timeline.txt", &told);
    if let Some(folder) = std::env::var_os("NINEFOLD_LOOK") {
        for (name, replay) in [("eventful", eventful()), ("quiet", replay(24 * HOUR, Vec::new()))] {
            let of =
                OneReplication { scenario: "A day", strategy: "host-cluster", which: None, replay: &replay };
            let png = draw_replication(&of, Format::Png).unwrap();
            std::fs::write(Path::new(&folder).join(format!("timeline-{name}.png")), png).unwrap();
        }
    }
}

/// Who is told of is on a lane, and what is on a lane is in the legend; colour alone tells nobody anything.
#[test]
fn every_condition_is_in_the_legend_and_no_other() {
    const LEGEND: [(&str, &str); 9] = [
        ("down", "down"),
        ("planned", "down for planned work"),
        ("waiting", "waits for room or its disks"),
        ("starting", "starts on a host"),
        ("degraded", "serves in part"),
        ("cut", "cut off"),
        ("emptied", "VMs leave it for planned work"),
        ("moving", "moved to another host"),
        ("paused", "stands still"),
    ];
    let all = texts(&svg(&eventful()));
    for (_, told) in LEGEND {
        assert!(all.iter().any(|text| text == told), "{told}: {all:?}");
    }
    for (word, told) in LEGEND {
        let mut less = eventful();
        for lane in less.lanes.iter_mut().flat_map(|group| &mut group.lanes) {
            let is_word = |spell: &Spell| match word {
                "planned" => spell.2 == "down" && spell.3 == "maintenance",
                "down" => spell.2 == "down" && spell.3 != "maintenance",
                _ => spell.2 == word,
            };
            lane.spells.retain(|spell| !is_word(spell));
        }
        assert!(!texts(&svg(&less)).iter().any(|text| text == told), "{told} is not in it any more");
    }
}

const SCRIPT: &str = r#"
schema = 1
title = "A day with a crash"
run = { horizon = "1 d", warmup = "2 h" }
storage.san = { kind = "fc" }
host.h = { count = 2, cores = 16, memory = "64 GiB", storage = ["san"], boot = "5 min" }
cluster.c = { product = "vsphere-6", hosts = ["h"] }
service.app = { instances = 2, vm = { cores = 2, memory = "8 GiB", storage = "san" }, power_on = "5 s", boot = "60 s", start = "20 s", recover = "0 s" }
strategy.none = { protect = [] }
strategy.cluster = { protect = ["host-cluster"] }
inject = [{ at = "10 h", fault = "host h-1 crash", lasts = "3 h" }]
"#;

fn scripted(text: &str, strategy: &str) -> Replay {
    let input = Input { name: "day.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = scenario::read(&input);
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let models = scenario::compile(&spec).unwrap();
    let place = models.iter().position(|model| model.strategy == strategy).unwrap();
    let replayed = replay_all(&models, 1, &[(place, 0)], &Threads::new(Some(1)));
    Replay::of(&models[place], &replayed[0])
}

/// The host is down from 10:00 to 13:05, and so is the VM that nobody restarts, until 13:06:25; a cluster restarts it in minutes.
#[test]
fn a_crash_is_where_it_happened() {
    let alone = svg(&scripted(SCRIPT, "none"));
    let all = texts(&alone);
    for text in ["h-1", "app", "app-1", "host-crash, 3.1 h", "3.1 h, 1 ×", "1 of 2 affected"] {
        assert!(all.iter().any(|told| told == text), "{text}: {all:?}");
    }
    assert!(!all.iter().any(|text| text == "h-2" || text == "app-2"), "nothing happened to them: {all:?}");
    assert!(
        alone.contains("Out longest: in 24 h an instance of app or more is down for 3.1 h, once"),
        "{all:?}"
    );
    assert!(alone.contains("it begins on day 0, 10:00 and lasts 3.1 h (host-crash)"), "{all:?}");
    let (left, width, _) = boxes(&alone, TRACK).into_iter().find(|track| track.1 > 100.0).unwrap();
    let host = boxes(&alone, DOWN).into_iter().find(|one| one.0 >= left).unwrap();
    let hours = |x: f64| (x - left) / width * 24.0;
    assert!((hours(host.0) - 10.0).abs() < 0.03, "{host:?} begins at {}", hours(host.0));
    assert!((hours(host.0 + host.1) - (13.0 + 5.0 / 60.0)).abs() < 0.06, "{host:?}");
    let clustered = svg(&scripted(SCRIPT, "cluster"));
    assert!(clustered.contains("starts on a host") && !alone.contains("starts on a host"));
    // The service of one instance out of two is one box of two steps in height: half of a lane.
    let heights: Vec<f64> = boxes(&clustered, DOWN).iter().map(|one| one.2).collect();
    assert!(heights.contains(&7.0) && heights.contains(&14.0), "{heights:?}");
}

/// A day with a link that is out, a VM that is held still, a crash for one of whose VMs there is no room, and planned work for
/// which there is none; another day with planned work before which VMs move. Whatever a replication has is in its picture, by name,
/// by look and in words.
#[test]
fn every_state_of_a_story_is_in_its_picture() {
    let busy = SCRIPT
        .replace("count = 2", "count = 3")
        .replace("memory = \"64 GiB\"", "memory = \"20 GiB\", migration = \"1 Gbit/s\"")
        .replace("instances = 2", "instances = 5")
        .replace(
            "inject = [",
            "maintenance.m = { hosts = [\"h\"], first = \"20 h\", lasts = \"30 min\" }\n\
             inject = [{ at = \"2 h\", fault = \"host h-2 link.management\", lasts = \"5 min\" }, \
             { at = \"4 h\", fault = \"vm app-2 pause\", lasts = \"4 min\" }, ",
        );
    let planned = SCRIPT.replace("memory = \"64", "migration = \"10 Gbit/s\", memory = \"64").replace(
        "inject = [{ at = \"10 h\", fault = \"host h-1 crash\", lasts = \"3 h\" }]",
        "maintenance.m = { hosts = [\"h\"], first = \"20 h\", lasts = \"30 min\" }",
    );
    let days: [(&str, &[&str], &[&str]); 2] = [
        (
            &busy,
            &["cut", "down", "emptied", "paused", "starting", "waiting"],
            &[
                "cut off",
                "stands still",
                "cut: management, 5.0 min",
                "paused, 4.0 min",
                "host-crash, waits (room), 3.1 h",
            ],
        ),
        (
            &planned,
            &["down", "emptied", "moving", "paused"],
            &["moved to another host", "planned work, 35 min"],
        ),
    ];
    for (text, conditions, words) in days {
        let replay = scripted(text, "cluster");
        let all = texts(&svg(&replay));
        let mut found = Vec::new();
        for lane in replay.lanes.iter().flat_map(|group| &group.lanes) {
            assert!(all.contains(&lane.name), "{}: {all:?}", lane.name);
            found.extend(lane.spells.iter().map(|spell| spell.2.clone()));
        }
        found.sort();
        found.dedup();
        assert_eq!(found, conditions);
        for told in words {
            assert!(all.iter().any(|text| text == told), "{told}: {all:?}");
        }
    }
}

#[test]
fn a_day_without_outages_is_a_picture_too() {
    let quiet = scripted(&SCRIPT.replace("inject", "# inject"), "none");
    assert!(quiet.lanes.is_empty());
    for (replay, words) in [
        (quiet, "No service is down in all of 24 h."),
        (replay(0, Vec::new()), "No service is down in all of 0 s."),
    ] {
        let all = texts(&svg(&replay));
        assert!(all.iter().any(|text| text == "Nothing happened to anybody."), "{all:?}");
        assert!(all.iter().any(|text| text == words), "{all:?}");
    }
    // A host can be lost without a service.
    let text = SCRIPT.replace("instances = 2", "place = [\"h-2\"]");
    let all = texts(&svg(&scripted(&text, "none")));
    assert!(all.iter().any(|text| text == "host-crash, 3.1 h"), "{all:?}");
    assert!(all.iter().any(|text| text == "No service is down in all of 24 h."), "{all:?}");
}

/// However much happens, a picture is drawn that can be read, and what is not in it is counted.
#[test]
fn a_crowd_is_bounded_and_says_what_is_left_out() {
    let kinds = [
        LaneKind::Domain,
        LaneKind::Network,
        LaneKind::Storage,
        LaneKind::Manager,
        LaneKind::Witness,
        LaneKind::Host,
        LaneKind::Service,
        LaneKind::Instance,
        LaneKind::Vm,
    ];
    let spells: Vec<(u64, u64, &str, &str, u32)> =
        (0..96).map(|n| (n * HOUR / 4, n * HOUR / 4 + HOUR / 8, "down", "host-crash", 1)).collect();
    let crowded = |kind: LaneKind| {
        let name = |n: u32| format!("{kind:?}-with-a-name-that-is-far-too-long-for-a-chart-{n:02}");
        let lanes: Vec<Lane> = (0..40).map(|n| lane(&name(n), 1, &spells)).collect();
        LaneGroup { affected: 5_000, all: 6_000, ..group(kind, 0, lanes) }
    };
    let svg = svg(&replay(24 * HOUR, kinds.map(crowded).to_vec()));
    assert!(svg.len() < 400_000, "{}", svg.len());
    let all = texts(&svg);
    let names = all.iter().filter(|text| text.contains('…') && text.ends_with(|c: char| c.is_ascii_digit()));
    assert_eq!(names.count(), 70, "{all:?}");
    for text in ["and 4,984 more hosts, with less time out", "and 4,990 more VMs, with less time out"] {
        assert!(all.iter().any(|told| told == text), "{text}: {all:?}");
    }
    assert!(all.iter().any(|text| text.starts_with("Of busy lanes only the heaviest boxes")), "{all:?}");
    let document = roxmltree::Document::parse(&svg).unwrap();
    let height: f64 = document.root_element().attribute("height").unwrap().parse().unwrap();
    assert!(height < 2_400.0, "{height}");
}

#[test]
fn names_and_causes_that_mean_harm_are_text() {
    let renamed = |names: &[&str]| {
        let mut replay = eventful();
        let mut next = names.iter().cycle();
        for lane in replay.lanes.iter_mut().flat_map(|group| &mut group.lanes) {
            lane.name = (*next.next().unwrap()).to_owned();
            for spell in lane.spells.iter_mut().filter(|spell| spell.3 == "host-crash") {
                spell.3 = (*next.next().unwrap()).to_owned();
            }
        }
        replay
    };
    let draw = |name: &str, replay: &Replay| {
        let of = OneReplication { scenario: name, strategy: name, which: None, replay };
        String::from_utf8(draw_replication(&of, Format::Svg).unwrap()).unwrap()
    };
    let harmful: Vec<&str> = fixture::HOSTILE.to_vec();
    let replay = renamed(&harmful);
    for name in fixture::HOSTILE {
        let svg = draw(name, &replay);
        let elements = xml::elements(&svg).unwrap();
        assert!(
            elements.iter().all(|e| {
                ["svg", "title", "desc", "rect", "polyline", "polygon", "text", "line"].contains(&e.as_str())
            }),
            "{name:?}: {elements:?}"
        );
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert!(document.descendants().all(|node| !node.attributes().any(|a| a.name().starts_with("on"))));
        assert!(!svg.contains(['\u{202e}', '\u{2066}', '\u{0}', '\u{1b}', '\u{7}', '\r']), "{name:?}");
    }
}

#[test]
fn a_png_is_the_same_picture_twice_as_large() {
    let replay = eventful();
    let of = OneReplication { scenario: "A day", strategy: "host-cluster", which: None, replay: &replay };
    let png = draw_replication(&of, Format::Png).unwrap();
    assert_eq!(png, draw_replication(&of, Format::Png).unwrap());
    let mut reader = png::Decoder::new(png.as_slice()).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let svg = String::from_utf8(draw_replication(&of, Format::Svg).unwrap()).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let size = |name| document.root_element().attribute(name).unwrap().parse::<u32>().unwrap();
    assert_eq!((info.width, info.height), (2 * size("width"), 2 * size("height")));
    for colour in [[0xd5, 0x5e, 0x00], [0x56, 0xb4, 0xe9], [0xf1, 0xf3, 0xf5]] {
        assert!(pixels.chunks_exact(3).any(|pixel| pixel == colour), "{colour:?}");
    }
}

/// Numbers that no run makes, but a file may hold.
#[test]
fn what_somebody_has_written_by_hand_is_drawn_or_left_out() {
    let mut spoilt = eventful();
    for lane in spoilt.lanes.iter_mut().flat_map(|group| &mut group.lanes) {
        lane.of = u32::MAX;
        lane.spells_all = u64::MAX;
        lane.loss_us = u64::MAX;
        lane.spells.extend([
            Spell(5, 5, "down".into(), String::new(), 0),
            Spell(9, 3, "down".into(), String::new(), u32::MAX),
            Spell(0, u64::MAX, "down".into(), String::new(), 0),
            Spell(1, 2, "dancing".into(), "joy".into(), 0),
            Spell(0, 24 * HOUR, "degraded".into(), "x".repeat(10_000), u32::MAX),
        ]);
    }
    assert!(!texts(&svg(&spoilt)).iter().any(|text| text.contains("dancing") || text.contains("joy")));
    for horizon in [0, 1, u64::MAX] {
        spoilt.horizon_us = horizon;
        svg(&spoilt);
    }
    for group in &mut spoilt.lanes {
        (group.lanes, group.affected) = (Vec::new(), u32::MAX);
    }
    svg(&spoilt);
}
