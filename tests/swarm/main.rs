//! Random scenarios over the whole input space, each with every invariant after every event and with
//! the log judged by an independent checker (`checker.rs`).
//!
//! A plain `cargo test` runs 1,500 pinned seeds (about two thirds fit on their hosts and run).
//! `NINEFOLD_LONG=1` runs 40,000; `NINEFOLD_SEED=n` replays one. A failure prints the seed and the
//! scenario's text. The twins (`twins.rs`) spoil a good log in one way per rule, and the checker must name that rule.

mod author;
mod checker;
#[path = "../loading/mod.rs"]
mod loading;
mod twins;

use std::panic::{AssertUnwindSafe, catch_unwind};

use author::Author;
use checker::{Log, check};
use ninefold::engine::Time;
use ninefold::model::Model;
use ninefold::probe::{Downtime, Timeline, Waiting};
use ninefold::sim::Simulation;
use ninefold::state::State;

/// One checked replication with its log. It is run twice: in order, with every invariant checked, and as an
/// experiment runs it, where VMs that concern nobody else live through their faults when somebody looks.
fn observe(model: &Model, seed: u64, replication: u32) -> Log {
    let mut state = State::new(model);
    let observer = (Timeline::default(), (Downtime::new(model), Waiting::new(model)));
    let simulation = Simulation::new(model, &mut state, seed, replication, observer);
    let (timeline, (mut downtime, mut waiting)) = simulation.run_checked();
    downtime.finish();
    let waiting_us = waiting.finish();
    let observer = (Downtime::new(model), Waiting::new(model));
    let simulation = Simulation::new(model, &mut state, seed, replication, observer);
    let (mut again, mut waiting) = simulation.run_checked();
    again.finish();
    assert_eq!(again.services(), downtime.services(), "private lives change the downtime");
    assert!(again.instances().eq(downtime.instances()), "private lives change an instance's downtime");
    let sorted = |probe: &Downtime| {
        let mut lengths = probe.outages().to_vec();
        lengths.iter_mut().for_each(|l| l.sort_unstable());
        lengths
    };
    assert_eq!(sorted(&again), sorted(&downtime), "private lives change an outage");
    assert_eq!(waiting.finish(), waiting_us, "private lives change the waiting");
    Log { entries: timeline.entries, services: downtime.services().to_vec(), waiting_us }
}

/// What a scenario came to: signals seen, `None` where it does not fit on its hosts, or what is wrong.
fn run_one(seed: u64) -> Result<Option<usize>, String> {
    let text = Author::new(seed).write();
    let (_, models) = match loading::try_load(&text) {
        Ok(loaded) => loaded,
        // Too small or too full for its VMs is no scenario; every other complaint is a mistake of the author.
        Err(issues) => {
            let codes = ["E033", "E025", "E026", "E032", "E028", "E020"];
            let expected = codes.iter().any(|c| issues.contains(c));
            return if expected { Ok(None) } else { Err(format!("seed {seed}: {issues}\n{text}")) };
        }
    };
    let mut signals = 0;
    for model in &models {
        let run = || {
            let log = observe(model, seed, (seed % 5) as u32);
            let verdict = check(model, &log);
            (log, verdict)
        };
        let (log, verdict) = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
            let what = payload.downcast_ref::<String>().cloned().unwrap_or_default();
            let what = payload.downcast_ref::<&str>().map_or(what, |text| (*text).to_owned());
            format!("invariant {what}\nseed {seed}, strategy {}\n{text}", model.strategy)
        })?;
        if let Err(violation) = verdict {
            return Err(format!(
                "rule {:?}: {} at {:?}\nseed {seed}, strategy {}\n{}\n{text}",
                violation.rule,
                violation.what,
                violation.at,
                model.strategy,
                tail(model, &log, violation.at)
            ));
        }
        signals += log.entries.len();
    }
    Ok(Some(signals))
}

/// The last lines of a log up to an instant.
fn tail(model: &Model, log: &Log, until: Time) -> String {
    let lines: Vec<String> = log
        .entries
        .iter()
        .filter(|e| e.at <= until)
        .map(|e| format!("{:>12} {} {} {:?}", e.at.0, e.word(model), e.subject(model), e.signal))
        .collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

#[test]
fn random_scenarios_keep_every_invariant_and_every_rule() {
    let seeds = match (std::env::var("NINEFOLD_SEED"), std::env::var_os("NINEFOLD_LONG")) {
        (Ok(seed), _) => {
            let seed = seed.parse().expect("NINEFOLD_SEED is a number");
            seed..seed + 1
        }
        (_, Some(_)) => 0..40_000,
        _ => 0..1_500,
    };
    let asked = seeds.end - seeds.start;
    let (mut ran, mut signals, mut wrong) = (0, 0, Vec::new());
    for seed in seeds {
        match run_one(seed) {
            Ok(Some(seen)) => {
                ran += 1;
                signals += seen;
            }
            Ok(None) => {}
            Err(what) => wrong.push(what),
        }
    }
    println!("{ran} of {asked} scenarios ran, {signals} signals");
    // The smallest scenario first: it is the one to read. Of the others the first lines.
    wrong.sort_by_key(String::len);
    for what in wrong.iter().skip(1).take(60) {
        println!("{}", what.lines().take(2).collect::<Vec<_>>().join(" | "));
    }
    assert!(wrong.is_empty(), "{} scenarios are wrong, the shortest:\n{}", wrong.len(), wrong[0]);
    assert!(asked < 100 || ran * 2 > asked, "most scenarios must fit: {ran} of {asked}");
    assert!(asked < 100 || signals > 100 * ran as usize, "a scenario in which nothing happens tests nothing");
}
