//! Room that is free over time: sums done by hand in scripted scenarios, to the microsecond.

use crate::dice::Dice;
use crate::loading;
use ninefold::capacity::{measure, refusals};
use ninefold::experiment::{self, Plan, replay};
use ninefold::model::{Model, Room};
use ninefold::probe::{Headroom, HeadroomTally};
use ninefold::report::{RunResult, at_start, csv, markdown, text};
use ninefold::sim::Replication;
use ninefold::state::{HostPhase, State};

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
    let mut tally =
        HeadroomTally { least: Room { memory_mib: u64::MAX, cores: u64::MAX }, ..Default::default() };
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
    for (asked, below) in [("50 %", 0), ("50.001 %", 129 * MIN), ("57 %", 130 * MIN), ("76 %", 24 * 60 * MIN)]
    {
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
    let large =
        |events: &str| four_hosts("10 %", BOTH, events).replace("memory = \"16 GiB\"", "memory = \"40 GiB\"");
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
    let at =
        |word: &str| log.iter().filter(|(_, told)| *told == word).map(|(at, _)| *at).collect::<Vec<u64>>();
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
    let plan =
        Plan { title: "room".into(), sha256: String::new(), seed: 1, replications, threads: Some(threads) };
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
    let off =
        |found: &ninefold::report::result::Estimate, wanted: f64| (found.mean - wanted).abs() / found.se;
    assert!(off(&row.below, out) < 5.0 && off(&row.below, out * 1.1) > 5.0, "{:?}, {out}", row.below);
    let free = |out: f64| (15.0 - 8.0 * out) / 16.0;
    let memory = row.memory_free;
    assert!(
        off(&memory, free(out)) < 5.0 && off(&memory, free(out * 1.1)) > 5.0,
        "{memory:?}, {}",
        free(out)
    );
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

/// Less free at the start than is asked for at any time is told before anything is simulated, and where it is written.
#[test]
fn headroom_that_is_not_there_from_the_beginning_is_a_warning() {
    let issues = |text: &str| {
        let (spec, models) = loading::try_load(text).unwrap();
        refusals(&spec, &models)
    };
    assert!(issues(&four_hosts("75 %", BOTH, "")).is_empty());
    let text = four_hosts("76 %", BOTH, "");
    let found = issues(&text);
    assert_eq!(found.len(), 2);
    let line = text[..text.find("headroom").unwrap()].matches('\n').count() + 1;
    for (issue, strategy) in found.iter().zip(["s", "none"]) {
        assert_eq!((issue.code, issue.path.as_str(), issue.place.line), ("W113", "cluster.c.headroom", line));
        let what = format!(
            "under strategy \"{strategy}\" cluster \"c\" starts with 192 GiB and 56 cores free, of which it asks for \
             194.56 GiB and 49 cores"
        );
        assert_eq!(issue.what, what);
    }
    let own = four_hosts("75 %", BOTH, "") + "[strategy.s.cluster.c]\nheadroom = \"90 %\"\n";
    let found = issues(&own);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "strategy.s.cluster.c.headroom");
    assert_eq!(found[0].place.line, own.matches('\n').count());
    let models = loading::load(&own);
    let (measured, told) = (measure(&models[0], 1), at_start(&models, 1));
    assert!(!measured.headroom[0].is_there());
    assert!(
        told.contains("headroom of c: 75 % of the memory and 88 % of the cores are free, 90 % asked for"),
        "{told}"
    );
}

/// A busy day or two of a random cluster: crashes, hangs, agents, racks, storage, starts that fail, planned work with and
/// without migration; unprotected VMs, groups, and VMs that find no room.
fn busy(dice: &mut Dice) -> String {
    let product = *dice.pick(&[
        "custom",
        "vsphere-8",
        "vsphere-6",
        "xenserver",
        "hyper-v-2016",
        "proxmox",
        "pacemaker",
    ]);
    let detection = if product == "custom" { "detection = \"40 s\"\n" } else { "" };
    let fault = |dice: &mut Dice, name: &str, hours: u64| match dice.below(3) {
        0 => String::new(),
        _ => format!("{name} = {{ mttf = \"{hours} h\", mttr = \"{} min\" }}\n", 5 + dice.below(200)),
    };
    let (crash, hang, agent) = (fault(dice, "crash", 30), fault(dice, "hang", 60), fault(dice, "agent", 20));
    let (rack, san, guest) =
        (fault(dice, "outage", 40), fault(dice, "outage", 60), fault(dice, "guest_crash", 20));
    let moves = *dice.pick(&["", "migration = \"4 Gbit/s\"\n"]);
    let fails = *dice.pick(&["", "start_failure = 0.4\n"]);
    let work = *dice.pick(&[
        "",
        "[maintenance.m]\nhosts = [\"h\"]\nfirst = \"3 h\"\nevery = \"30 h\"\nlasts = \"40 min\"\n",
        "[maintenance.m]\nhosts = [\"h\"]\nfirst = \"3 h\"\nevery = \"9 h\"\nlasts = \"40 min\"\nat_once = 2\n",
    ]);
    let (hosts, minutes) = (3 + dice.below(3), 60 + dice.below(3_000));
    let (a, b) = (2 + dice.below(8), 1 + dice.below(5));
    format!(
        "schema = 1\ntitle = \"busy\"\n[run]\nhorizon = \"{minutes} min\"\nreplications = 1\n[rack.r]\n{rack}[rack.q]\n\
         [storage.san]\nkind = \"fc\"\n{san}[host.h]\ncount = {hosts}\nracks = [\"r\", \"q\"]\ncores = 16\n\
         memory = \"32 GiB\"\nstorage = [\"san\"]\n{moves}{crash}{hang}{agent}\
         [cluster.c]\nproduct = \"{product}\"\n{detection}hosts = [\"h\"]\nlimits = \"ignore\"\nheadroom = \"20 %\"\n{fails}\
         [service.a]\ninstances = {a}\nvm = {{ cores = 2, memory = \"7 GiB\", storage = \"san\" }}\n{guest}\
         [service.b]\ninstances = {b}\nvm = {{ cores = 1, memory = \"2 GiB\", storage = \"san\" }}\n\
         [service.g]\nvm = {{ cores = 1, memory = \"3 GiB\", storage = \"san\" }}\n\
         [strategy.s]\nprotect = [\"host-cluster\"]\nservice.b.protect = []\n\
         service.g.protect = [\"host-cluster\", \"guest-failover\"]\n{work}"
    )
}

/// What a probe makes of the signals is what the simulation holds to be free, whenever one looks.
#[test]
fn signals_say_what_is_free() {
    let (mut looked, mut changed) = (0, 0);
    for seed in 0..6_000 {
        let text = busy(&mut Dice(seed));
        let Ok((_, models)) = loading::try_load(&text) else { continue };
        let model = &models[0];
        let mut state = State::new(model);
        let probe = Replication::new(model, &mut state, seed, 0, Headroom::new(model)).run();
        let mut held = Room::default();
        for (host, row) in model.hosts.iter().zip(&state.hosts) {
            let up = row.phase == HostPhase::Up && !row.agent_out && !row.quarantined && !row.evacuates;
            let there = up && state.clusters[0].quorate;
            let free = row.free(host);
            held.memory_mib += if there { free.memory_mib } else { 0 };
            held.cores += if there { free.cores } else { 0 };
        }
        assert_eq!(probe.free().next(), Some(held), "seed {seed}\n{text}");
        looked += 1;
        changed += u32::from(Headroom::new(model).free().next() != Some(held));
    }
    assert!(looked > 3_000 && changed > 1_000, "{changed} of {looked}");
}
