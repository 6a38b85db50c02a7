//! The page's own numbers against others that must be the same.

use ninefold::experiment::{self, Plan};
use ninefold::probe::{Downtime, Ebb, Headroom, Lanes, PIECES};
use ninefold::report::RunResult;

use super::made::{Made, SMALL, made, san_diego};

/// Lanes and the probe of downtime hear the same: what all instances' lanes lose is what their services lose.
#[test]
fn lanes_lose_what_is_lost() {
    let made = made(SMALL, 20);
    let mut lost = 0;
    for model in &made.models {
        for replication in 0..30 {
            let observer = (Lanes::new(model), Downtime::new(model));
            let (mut lanes, mut downtime) = experiment::replay(model, 4, replication, observer);
            lanes.finish();
            downtime.finish();
            let of_lanes: u64 = lanes.instances.iter().map(|lane| lane.loss_us).sum();
            let of_probe: u64 =
                downtime.services().iter().map(|tally| tally.downtime_us + tally.degraded_us).sum();
            assert_eq!(of_lanes, of_probe, "{} {replication}", model.strategy);
            // Few enough here that none is left out: the boxes add up to the same.
            let boxes: u64 =
                lanes.instances.iter().flat_map(|lane| lane.spells()).map(|spell| spell.length()).sum();
            assert_eq!(boxes, of_probe);
            let spells: u64 = lanes.services.iter().map(|lane| lane.spells_all).sum();
            assert!(spells > 0 || of_probe == 0);
            lost += of_probe;
        }
    }
    assert!(lost > 0, "something has failed");
}

/// A cluster of all hosts that asks for headroom has the same least memory free as the picture of it.
#[test]
fn the_least_memory_free_is_that_of_the_headroom() {
    let made = made(SMALL, 20);
    let mut varied = 0;
    for model in &made.models {
        for replication in 0..20 {
            let observer = (Headroom::new(model), Ebb::new(model));
            let (mut headroom, ebb) = experiment::replay(model, 4, replication, observer);
            let left = ebb.finish();
            assert_eq!(left.len(), PIECES);
            let least = left.iter().map(|left| left.memory_free_mib).min().unwrap();
            let fewest = left.iter().map(|left| left.hosts_up).min().unwrap();
            assert_eq!(headroom.finish()[0].least.memory_mib, least, "{} {replication}", model.strategy);
            varied += u32::from(fewest < 3 && least < left[0].memory_free_mib);
        }
    }
    assert!(varied > 10, "hosts were down in {varied}");
}

/// The worst has the most downtime, the typical one is in the middle; of equals it is the first.
#[test]
fn the_worst_and_the_typical_replication_are_what_they_are_called() {
    let made = made(SMALL, 41);
    for (place, strategy) in made.summary.strategies.iter().enumerate() {
        let instances: Vec<f64> =
            strategy.services.iter().map(|service| f64::from(service.instances)).collect();
        let total = |replication: usize| -> f64 {
            let each = made.summary.rows[place].iter().zip(&instances);
            each.map(|(rows, instances)| rows[replication].downtime_s * instances).sum::<f64>()
                / instances.iter().sum::<f64>()
        };
        let mut all: Vec<f64> = (0..41).map(total).collect();
        let extremes = strategy.extremes.unwrap();
        let (worst, typical) = (extremes.worst, extremes.typical);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(near(all[worst.replication as usize], worst.downtime_s));
        assert!(all.iter().all(|downtime| *downtime <= worst.downtime_s + 1e-6));
        assert!(near(all[typical.replication as usize], typical.downtime_s));
        let first = all.iter().position(|downtime| near(*downtime, typical.downtime_s)).unwrap();
        assert_eq!(first, typical.replication as usize);
        all.sort_by(f64::total_cmp);
        assert!(near(all[20], typical.downtime_s), "20 are better and 20 are worse");
        assert_eq!(made.replays.strategies[place].worst.replication, worst.replication);
    }
    assert!(made.replays.belongs_to(&made.result));
    let other = RunResult { seed: 5, ..made.result.clone() };
    assert!(!made.replays.belongs_to(&other));
}

/// An estimate on the way is that of a run that stops there, and the last one is the answer.
#[test]
fn estimates_on_the_way_are_those_of_shorter_runs() {
    let Made { models, summary, .. } = made(SMALL, 150);
    for (strategy, looks) in summary.strategies.iter().map(|strategy| (strategy, &strategy.convergence)) {
        let last = looks.last().unwrap();
        let told = strategy.total.downtime_s;
        assert_eq!(
            (last.replications, last.mean, last.low, last.high),
            (150, told.mean, told.low, told.high)
        );
    }
    for look in [10, 30, 70] {
        let plan = Plan {
            title: String::new(),
            sha256: String::new(),
            seed: 4,
            replications: look,
            threads: Some(2),
        };
        let shorter = experiment::run(&models, &plan, &()).unwrap();
        for (long, short) in summary.strategies.iter().zip(&shorter.strategies) {
            if long.rare_events.is_some() {
                continue;
            }
            let on_the_way = long.convergence.iter().find(|point| point.replications == look).unwrap();
            let told = short.total.downtime_s;
            assert_eq!(
                (on_the_way.mean, on_the_way.low, on_the_way.high),
                (told.mean, told.low, told.high),
                "{look}"
            );
        }
    }
}

/// Where rare outages are told by weighted replications, so is the way to them.
#[test]
fn the_way_to_a_rare_answer_ends_at_it() {
    let text = r#"
schema = 1
title = "Rare"
run = { horizon = "1 y", rare_events = "auto" }
host.h = { count = 2, cores = 16, memory = "64 GiB", crash = { mttf = "1 y", mttr = "2 h" } }
service.web = { role = "stateless", vm = { cores = 2, memory = "8 GiB" } }
strategy.pair = { protect = ["nlb"], members = 2 }
"#;
    let made = made(text, 400);
    let strategy = &made.summary.strategies[0];
    if strategy.rare_events.as_ref().is_some_and(|rare| !rare.services.is_empty()) {
        let (last, told) = (strategy.convergence.last().unwrap(), strategy.total.downtime_s);
        assert_eq!((last.mean, last.low, last.high), (told.mean, told.low, told.high));
        let page = ninefold::report::page::html(&made.result, None);
        assert!(page.contains("by importance sampling"), "the page says how it knows");
        assert!(page.contains("Weighted replications know means alone"));
    } else {
        panic!("this scenario is meant to be told by weighted replications");
    }
}

/// The replays are bounded, whatever happens, and say what they leave out.
#[test]
fn replays_are_bounded_and_count_what_they_leave_out() {
    let made = made(&san_diego(), 20);
    let mut left_out = 0;
    for replay in made.replays.strategies.iter().flat_map(|both| [&both.worst, &both.typical]) {
        for group in &replay.lanes {
            assert!(group.lanes.len() <= ninefold::report::replays::LANES && group.affected <= group.all);
            left_out += group.affected as usize - group.lanes.len();
            for lane in &group.lanes {
                assert!(
                    lane.spells.len() <= ninefold::probe::SPELLS
                        && lane.spells.len() as u64 <= lane.spells_all
                );
                assert!(lane.spells.iter().all(|spell| spell.0 < spell.1 && spell.1 <= replay.horizon_us));
                assert!(
                    lane.spells.windows(2).all(|pair| pair[0].1 <= pair[1].0),
                    "{} lies on itself",
                    lane.name
                );
            }
        }
    }
    assert!(left_out > 1_000, "400 VMs have no room");
    let json = made.replays.to_json().unwrap();
    assert_eq!(ninefold::report::replays::Replays::from_json(&json).unwrap(), made.replays);
}
