//! Room that is free over time: sums done by hand in scripted scenarios, to the microsecond.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use ninefold::experiment::{self, Plan, replay};
use ninefold::model::{Model, Room};
use ninefold::probe::{Headroom, HeadroomTally};
use ninefold::report::{RunResult, csv, markdown, text};

const GIB: u64 = 1024;
const MIN: u64 = 60_000_000;

/// Four hosts of 64 GiB and 16 cores, and on each a VM of 16 GiB and 2 cores: 192 of 256 GiB are free, and 56 of 64 cores.
/// A cluster takes a minute to notice, and a host ten to boot.
fn four_hosts(headroom: &str, strategies: &str, events: &str) -> String {
    format!(
        r#"schema = 1
title = "room"
[run]
horizon = "1 d"
replications = 1
[host.h]
count = 4
cores = 16
memory = "64 GiB"
boot = "10 min"
[cluster.c]
product = "custom"
detection = "1 min"
hosts = ["h"]
cpu_overcommit = 1
headroom = "{headroom}"
[service.a]
instances = 4
vm = {{ cores = 2, memory = "16 GiB" }}
power_on = "1 min"
boot = "1 min"
place = ["h-1", "h-2", "h-3", "h-4"]
{strategies}
{events}"#
    )
}

const BOTH: &str = "[strategy.s]\nprotect = [\"host-cluster\"]\n[strategy.none]\nprotect = []\n";
const CRASH: &str = "[[inject]]\nat = \"1 h\"\nfault = \"host h-1 crash\"\nlasts = \"2 h\"\n";

fn tally(model: &Model) -> HeadroomTally {
    let mut probe = replay(model, 1, 0, Headroom::new(model));
    probe.finish()[0]
}

/// Stretches of a day in which so many GiB, and so many cores, are free; all the rest of it 192 and 56.
fn by_hand(stretches: &[(u64, u64, u64)], asked_gib: f64) -> HeadroomTally {
    let rest = 24 * 60 * MIN - stretches.iter().map(|stretch| stretch.0).sum::<u64>();
    let mut tally = HeadroomTally { least: Room { memory_mib: u64::MAX, cores: u64::MAX }, ..Default::default() };
    for &(us, gib, cores) in stretches.iter().chain(&[(rest, 192, 56)]) {
        tally.below_us += if (gib as f64) < asked_gib { us } else { 0 };
        tally.memory_mib_us += u128::from(us) * u128::from(gib * GIB);
        tally.cores_us += u128::from(us) * u128::from(cores);
        tally.least.memory_mib = tally.least.memory_mib.min(gib * GIB);
        tally.least.cores = tally.least.cores.min(cores);
    }
    tally
}

/// For a minute the VM of the lost host is nowhere, then on another host, until the lost one has been repaired and is up.
/// Unprotected it keeps its place there, which is no loss to the others.
#[test]
fn a_crash_takes_a_host_and_its_vm_goes_to_another() {
    let models = loading::load(&four_hosts("55 %", BOTH, CRASH));
    let restarted = [(MIN, 144, 42), (129 * MIN, 128, 40)];
    assert_eq!(tally(&models[0]), by_hand(&restarted, 140.8));
    assert_eq!(tally(&models[1]), by_hand(&[(130 * MIN, 144, 42)], 140.8));
}

/// Exactly what is asked for is enough, a MiB less is not.
#[test]
fn what_is_asked_for_is_enough() {
    for (asked, below) in [("50 %", 0), ("50.001 %", 129 * MIN), ("57 %", 130 * MIN), ("76 %", 24 * 60 * MIN)] {
        let models = loading::load(&four_hosts(asked, BOTH, CRASH));
        assert_eq!(tally(&models[0]).below_us, below, "{asked}");
    }
    // Of cores as well: 40 of 64 are 62.5 %, of memory there is enough.
    let thin = four_hosts("62.6 %", BOTH, CRASH).replace("16 GiB", "1 GiB");
    let models = loading::load(&thin);
    assert_eq!(tally(&models[0]).below_us, 129 * MIN);
}

/// What is before the measured time is not counted, and what lasts beyond its end is counted up to it.
#[test]
fn only_the_measured_time_counts() {
    let late = CRASH.replace("\"1 h\"", "\"23 h\"");
    let models = loading::load(&four_hosts("55 %", BOTH, &late));
    assert_eq!(tally(&models[0]), by_hand(&[(MIN, 144, 42), (59 * MIN, 128, 40)], 140.8));
    let warm = four_hosts("55 %", BOTH, CRASH).replace("horizon", "warmup = \"3 d\"\nhorizon");
    assert_eq!(tally(&loading::load(&warm)[0]), by_hand(&[(MIN, 144, 42), (129 * MIN, 128, 40)], 140.8));
}

/// A second crash takes the host to which the VM had gone: both VMs go on to the last two. Nobody has room for 40 GiB twice.
#[test]
fn who_waits_takes_no_room() {
    let two = format!("{CRASH}[[inject]]\nat = \"90 min\"\nfault = \"host h-2 crash\"\nlasts = \"30 min\"\n");
    let large = |events: &str| four_hosts("10 %", BOTH, events).replace("memory = \"16 GiB\"", "memory = \"40 GiB\"");
    // 24 GiB are free on each host: nobody can take another VM, so the lost one waits until its host is up at 190 min.
    let models = loading::load(&large(CRASH));
    let found = tally(&models[0]);
    assert_eq!(found.least, Room { memory_mib: 72 * GIB, cores: 42 });
    assert_eq!(found.memory_mib_us, u128::from(GIB * MIN) * (96 * (1_440 - 130) + 72 * 130));
    // h-2 is out from 90 to 130 min: at 130 min one of the two goes there, and at 190 min the other to h-1.
    let models = loading::load(&large(&two));
    let gib_minutes = 96 * 60 + 72 * 30 + 48 * 40 + 72 * 60 + 96 * (1_440 - 190);
    assert_eq!(tally(&models[0]).memory_mib_us, u128::from(GIB * MIN) * gib_minutes);
}

/// Planned work without migration: the VM stays with its host, which is out for the work and its boot.
#[test]
fn planned_work_takes_the_host_out() {
    let work = "[maintenance.m]\nhosts = [\"h-2\"]\nfirst = \"5 h\"\nlasts = \"50 min\"\n";
    let models = loading::load(&four_hosts("55 %", BOTH, work));
    for model in &models {
        assert_eq!(tally(model), by_hand(&[(60 * MIN, 144, 42)], 140.8), "{}", model.strategy);
    }
}

/// With migration the host is no room from the moment that it is emptied, its VM takes room on both hosts while it moves, and
/// comes home in the end. 16 GiB at 16 Gbit/s, not written to, take 8.589934592 s, and the switch half a second; both are told.
#[test]
fn a_host_that_is_emptied_is_no_room() {
    let work = "[maintenance.m]\nhosts = [\"h-2\"]\nfirst = \"5 h\"\nlasts = \"50 min\"\n";
    let moved = four_hosts("55 %", BOTH, work)
        .replace("product = \"custom\"\ndetection = \"1 min\"", "product = \"vsphere-6\"")
        .replace("boot = \"10 min\"", "boot = \"10 min\"\nmigration = \"16 Gbit/s\"\nstorage = [\"san\"]")
        .replace("[host.h]", "[storage.san]\nkind = \"fc\"\n[host.h]")
        .replace("memory = \"16 GiB\"", "memory = \"16 GiB\", storage = \"san\", dirty_rate = \"0 MB/s\"");
    let model = &loading::load(&moved)[0];
    let log = replay(model, 1, 0, Log::default()).0;
    let at = |word: &str| log.iter().filter(|(_, told)| *told == word).map(|(at, _)| *at).collect::<Vec<u64>>();
    let (starts, switches, up) = (at("started"), at("switched"), at("up"));
    assert_eq!((starts.len(), switches.len(), up.len()), (2, 2, 1));
    let out = switches[0] - starts[0];
    assert!(out > 8_500_000 && out < 12_000_000, "{out}");
    assert_eq!(starts[0], 5 * 60 * MIN);
    // Leaving: 144 less 16 on the way to another; there: 128 until the host is up; at once it begins to come home.
    let stretches = [
        (out, 128, 40),
        (up[0] - switches[0], 128, 40),
        (starts[1] - up[0], 192, 56),
        (switches[1] - starts[1], 176, 54),
    ];
    assert_eq!(tally(model), by_hand(&stretches, 140.8));
}

#[derive(Default)]
struct Log(Vec<(u64, &'static str)>);

impl ninefold::sim::Observer for Log {
    fn observe(&mut self, now: ninefold::engine::Time, signal: ninefold::sim::Signal) {
        use ninefold::sim::Signal::{HostUp, MigrationStarted, MigrationSwitched};
        let word = match signal {
            MigrationStarted { .. } => "started",
            MigrationSwitched { .. } => "switched",
            HostUp { .. } => "up",
            _ => return,
        };
        self.0.push((now.0, word));
    }
}

fn run(text: &str, replications: u32, threads: usize) -> RunResult {
    let plan = Plan { title: "room".into(), sha256: String::new(), seed: 1, replications, threads: Some(threads) };
    RunResult::from(&experiment::run(&loading::load(text), &plan, &()).unwrap())
}

/// Shares of the time and of the room, in the results and in every table.
#[test]
fn shares_are_told_where_a_cluster_asks() {
    let result = run(&four_hosts("55 %", BOTH, CRASH), 1, 1);
    let row = &result.strategies[0].capacity.headroom[0];
    assert_eq!((row.cluster.as_str(), row.headroom), ("c", 0.55));
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found}, and not {wanted}");
    near(row.below.mean, 129.0 / 1_440.0);
    near(row.memory_free.mean, (192.0 * 1_310.0 + 144.0 + 128.0 * 129.0) / 256.0 / 1_440.0);
    near(row.cores_free.mean, (56.0 * 1_310.0 + 42.0 + 40.0 * 129.0) / 64.0 / 1_440.0);
    assert_eq!((row.memory_least, row.cores_least), (0.5, 0.625));
    let told = [text::comparison(&result), markdown::summary(&result), csv::headroom(&result)].concat();
    assert!(told.contains("Headroom over time\n") && told.contains("below_mean"), "{told}");
    // Nobody asks: nobody is told.
    let quiet = run(&four_hosts("55 %", BOTH, CRASH).replace("headroom = \"55 %\"\n", ""), 1, 1);
    let told = [text::comparison(&quiet), markdown::summary(&quiet), quiet.to_json().unwrap()].concat();
    assert!(!told.to_lowercase().contains("headroom"));
    // One strategy may ask for more, or alone.
    let alone = four_hosts("55 %", BOTH, CRASH).replace("headroom = \"55 %\"\n", "")
        + "[strategy.s.cluster.c]\nheadroom = 0.2\n";
    let alone = run(&alone, 1, 1);
    assert_eq!(alone.strategies[0].capacity.headroom[0].headroom, 0.2);
    assert!(alone.strategies[1].capacity.headroom.is_empty());
}

/// One host of two with exponential failures: the mean share of free room is known, and so is how long there is too little.
#[test]
fn a_host_that_is_out_is_missing_as_long_as_renewal_theory_says() {
    let text = r#"schema = 1
title = "two"
[run]
horizon = "1 y"
replications = 2000
[host.steady]
cores = 4
memory = "8 GiB"
[host.shaky]
cores = 4
memory = "8 GiB"
boot = "0 s"
crash = { mttf = "20 d", mttr = "8 h" }
[cluster.c]
product = "custom"
detection = "1 min"
hosts = ["steady", "shaky"]
headroom = "60 %"
[service.a]
vm = { cores = 1, memory = "1 GiB" }
place = ["steady-1"]
[strategy.s]
protect = ["host-cluster"]
"#;
    let row = run(text, 2_000, 2).strategies[0].capacity.headroom[0].clone();
    let out = 8.0 / (20.0 * 24.0 + 8.0);
    let off = |found: &ninefold::report::result::Estimate, wanted: f64| (found.mean - wanted).abs() / found.se;
    assert!(off(&row.below, out) < 5.0 && off(&row.below, out * 1.1) > 5.0, "{:?}, {out}", row.below);
    let free = (15.0 - 8.0 * out) / 16.0;
    assert!(off(&row.memory_free, free) < 5.0 && row.memory_free.low < free && free < row.memory_free.high);
    assert_eq!(row.memory_least, 7.0 / 16.0);
}

/// The same bytes for any number of threads.
#[test]
fn headroom_is_the_same_for_any_number_of_threads() {
    let text = four_hosts("60 %", BOTH, "")
        .replace("boot = \"10 min\"", "boot = \"10 min\"\ncrash = { mttf = \"3 d\", mttr = \"3 h\" }");
    let json = |threads| run(&text, 100, threads).to_json().unwrap();
    assert_eq!(json(1), json(5));
    assert_eq!(RunResult::from_json(&json(1)).unwrap().to_json().unwrap(), json(1));
}
