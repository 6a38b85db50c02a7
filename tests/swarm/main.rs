//! Random scenarios over the whole input space, each with every invariant after every event and with
//! the log judged by an independent checker (`checker`), which sees the signals and nothing else.
//!
//! A plain `cargo test` runs 3,000 pinned seeds, half of them on several sites (somewhat more than half of all fit on
//! their hosts and run); continuous integration runs 5,000 more, `NINEFOLD_LONG=1` 100,000. `NINEFOLD_SEEDS=a..b`
//! runs any others, `NINEFOLD_SEED=n` replays one. A failure prints the seed, what replays it, and the scenario's text.
//! Every twentieth scenario is run once more on a state that has served another, and must have the same fingerprint. All of them
//! together must take every path that is seldom taken (`paths.rs`).
//! The twins (`twins.rs`) spoil a good log in one way per rule, and the checker must name that rule.

mod author;
mod checker;
#[path = "../loading/mod.rs"]
mod loading;
mod paths;
mod twins;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use author::Author;
use checker::{Log, Violation, check};
use ninefold::engine::Time;
use ninefold::model::Model;
use ninefold::probe::{Digest, Downtime, Entry, Overload, Timeline, Waiting};
use ninefold::sim::{Observer, Replication, Signal};
use ninefold::state::State;
use rayon::prelude::*;

/// What replays a seed.
const COMMAND: &str = "cargo test --test swarm random";

/// Seeds of a plain `cargo test`, and with `NINEFOLD_LONG`.
const SHORT: u64 = 3_000;
const LONG: u64 = 100_000;

/// Keeps every signal; where a single seed is replayed it shows each at once, for an invariant that breaks takes the log
/// with it.
struct Loud<'m> {
    model: &'m Model,
    timeline: Timeline,
}

impl Observer for Loud<'_> {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.timeline.observe(now, signal);
        if std::env::var_os("NINEFOLD_SEED").is_some() {
            println!("{}", line(self.model, &Entry { at: now, signal }));
        }
    }
}

fn line(model: &Model, e: &Entry) -> String {
    format!("{:>12} {} {} {:?}", e.at.0, e.word(model), e.subject(model), e.signal)
}

/// One checked replication with its log. It is run twice: in order, with every invariant checked, and as an
/// experiment runs it, where VMs that concern nobody else live through their faults when somebody looks.
fn observe(model: &Model, seed: u64, replication: u32) -> Log {
    let mut state = State::new(model);
    let timeline = Loud { model, timeline: Timeline::default() };
    let observer = (timeline, ((Downtime::new(model), Overload::new(model)), Waiting::new(model)));
    let simulation = Replication::new(model, &mut state, seed, replication, observer);
    let (Loud { timeline, .. }, ((mut downtime, mut overload), mut waiting)) = simulation.run_checked();
    downtime.finish();
    let waiting_us = waiting.finish();
    let observer = ((Downtime::new(model), Overload::new(model)), Waiting::new(model));
    let simulation = Replication::new(model, &mut state, seed, replication, observer);
    let ((mut again, mut lacking), mut waiting) = simulation.run_checked();
    again.finish();
    assert_eq!(lacking.finish(), overload.finish(), "private lives change what is lacking");
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

/// What a scenario came to: how many signals, and which paths.
type Came = (usize, BTreeSet<&'static str>);

/// What a scenario came to, `None` where it does not fit on its hosts, or what is wrong.
fn run_one(seed: u64) -> Result<Option<Came>, String> {
    let text = Author::new(seed).write();
    let outcome = catch_unwind(AssertUnwindSafe(|| run_text(seed, &text)));
    outcome
        .unwrap_or_else(|payload| {
            let what = payload.downcast_ref::<String>().cloned().unwrap_or_default();
            let what = payload.downcast_ref::<&str>().map_or(what, |text| (*text).to_owned());
            Err(format!("invariant {what}"))
        })
        .map_err(|what| format!("seed {seed}: {what}\nreplay with NINEFOLD_SEED={seed} {COMMAND}\n{text}"))
}

fn run_text(seed: u64, text: &str) -> Result<Option<Came>, String> {
    let (_, models) = match loading::try_load(text) {
        Ok(loaded) => loaded,
        // Too small or too full for its VMs is no scenario; every other complaint is a mistake of the author.
        Err(issues) => {
            let codes = ["E033", "E025", "E026", "E032", "E028", "E020"];
            let expected = codes.iter().any(|c| issues.contains(c));
            return if expected { Ok(None) } else { Err(issues) };
        }
    };
    let (mut signals, mut seen) = (0, BTreeSet::new());
    for model in &models {
        let log = observe(model, seed, (seed % 5) as u32);
        if let Err(violation) = check(model, &log) {
            let Violation { rule, at, what } = violation;
            let tail = tail(model, &log, at);
            return Err(format!("rule {rule:?}: {what} at {at:?}\nstrategy {}\n{tail}", model.strategy));
        }
        signals += log.entries.len();
        seen.append(&mut paths::seen(model, &log));
        if seed.is_multiple_of(20) {
            run_twice(model, seed);
        }
    }
    Ok(Some((signals, seen)))
}

/// A state that has served another replication gives the same one as a fresh one, to the last signal.
fn run_twice(model: &Model, seed: u64) {
    let mut used = State::new(model);
    Replication::new(model, &mut used, seed, 3, ()).run();
    let again = Replication::new(model, &mut used, seed, 1, Digest::default()).run();
    let fresh = Replication::new(model, &mut State::new(model), seed, 1, Digest::default()).run();
    assert_eq!(again, fresh, "a state that was used before shows");
}

/// Some random scenarios, each run by two processes on one thread and on three, with enough replications for weighted ones: the same bytes in every file.
#[test]
fn two_processes_write_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let number = |text: String| -> u64 { text.parse().expect("a number") };
    let many = std::env::var("NINEFOLD_SEEDS_TWICE").map_or(6, number);
    let mut compared = 0;
    for seed in (1_000..).take_while(|seed| *seed < 1_000 + 4 * many) {
        if compared == many {
            break;
        }
        std::fs::write(folder.path().join("a.toml"), Author::new(seed).write()).expect("written");
        let run = |threads: &str| {
            let out = format!("out-{threads}");
            let done = std::process::Command::new(env!("CARGO_BIN_EXE_ninefold"))
                .current_dir(folder.path())
                .args([
                    "run",
                    "a.toml",
                    "--quiet",
                    "--replications",
                    "104",
                    "--threads",
                    threads,
                    "--out",
                    &out,
                ])
                .output()
                .expect("it runs");
            // Too small for its VMs: no scenario.
            (done.status.code() == Some(0)).then(|| {
                let folder = folder.path().join(out);
                ["result.json", "replications.csv", "causes.csv"]
                    .map(|file| std::fs::read(folder.join(file)).ok())
            })
        };
        let (one, three) = (run("1"), run("3"));
        assert!(one == three, "seed {seed} is not the same on three threads");
        compared += u64::from(one.is_some_and(|files| files[0].is_some() && files[1].is_some()));
    }
    assert_eq!(compared, many, "too few have run");
}

/// The last lines of a log up to an instant.
fn tail(model: &Model, log: &Log, until: Time) -> String {
    let lines: Vec<String> = log.entries.iter().filter(|e| e.at <= until).map(|e| line(model, e)).collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// What a range of seeds came to: scenarios that ran, their signals, and everything that is wrong.
fn run_all(seeds: Range<u64>) -> (u64, Came, Vec<String>) {
    let (mut ran, mut signals, mut seen, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    // A seed is a few milliseconds; each is a world of its own.
    let outcomes: Vec<_> = seeds.into_par_iter().map(run_one).collect();
    for outcome in outcomes {
        match outcome {
            Ok(Some((more, mut paths))) => {
                ran += 1;
                signals += more;
                seen.append(&mut paths);
            }
            Ok(None) => {}
            Err(what) => wrong.push(what),
        }
    }
    (ran, (signals, seen), wrong)
}

#[test]
fn random_scenarios_keep_every_invariant_and_every_rule() {
    let number = |text: String| text.parse().expect("a number");
    let seeds = match (std::env::var("NINEFOLD_SEED"), std::env::var("NINEFOLD_SEEDS")) {
        (Ok(seed), _) => {
            let seed: u64 = number(seed);
            seed..seed + 1
        }
        (_, Ok(seeds)) => match seeds.split_once("..") {
            Some((from, to)) => number(from.to_owned())..number(to.to_owned()),
            None => 0..number(seeds),
        },
        _ if std::env::var_os("NINEFOLD_LONG").is_some() => 0..LONG,
        _ => 0..SHORT,
    };
    let asked = seeds.end - seeds.start;
    let (ran, (signals, seen), mut wrong) = run_all(seeds);
    println!("{ran} of {asked} scenarios ran, {signals} signals");
    // The smallest scenario first: it is the one to read. Of the others the first lines.
    wrong.sort_by_key(String::len);
    for what in wrong.iter().skip(1).take(60) {
        println!("{}", what.lines().take(2).collect::<Vec<_>>().join(" | "));
    }
    assert!(wrong.is_empty(), "{} scenarios are wrong, the shortest:\n{}", wrong.len(), wrong[0]);
    assert!(asked < 100 || ran * 2 > asked, "most scenarios must fit: {ran} of {asked}");
    assert!(asked < 100 || signals > 100 * ran as usize, "a scenario in which nothing happens tests nothing");
    let missing = paths::missing(&seen);
    assert!(asked < SHORT || missing.is_empty(), "no scenario of {asked} has: {}", missing.join(", "));
}
