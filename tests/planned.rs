//! Planned work and live migration against arithmetic: the table of `facts/statistics.md` A4 through the whole program, the law by
//! which migrations share a path, rolling windows to the microsecond, and k-of-n while they roll (A3 j2).

mod loading;

use loading::load;
use ninefold::capacity::stranded;
use ninefold::experiment::{Plan, run};
use ninefold::probe::{Moved, Timeline};
use ninefold::report::{RunResult, csv, markdown, text};
use ninefold::sim::Replication;
use ninefold::state::State;

/// Two hosts, one of which is emptied.
fn moving(vm: &str, link: &str, cluster: &str, instances: u32) -> String {
    let place = vec!["\"h-1\""; instances as usize].join(", ");
    format!(
        r#"
schema = 1
[run]
horizon = "1 d"
ages = "new"
[host.h]
count = 2
cores = 32
memory = "256 GB"
migration = "{link}"
boot = "5 min"
[cluster.c]
product = "custom"
detection = "10 s"
hosts = ["h"]
migration_resume = "0 s"
{cluster}
[service.a]
instances = {instances}
place = [{place}]
vm = {{ cores = 1, {vm} }}
power_on = "5 s"
boot = "60 s"
start = "20 s"
[strategy.s]
protect = ["host-cluster"]
[maintenance.m]
hosts = ["h-1"]
first = "1 h"
lasts = "1 h"
bring_back = false
"#
    )
}

/// What the migrations of its only strategy were like.
fn moved(text: &str) -> Vec<Moved> {
    let model = load(text).remove(0);
    let mut timeline = Timeline::default();
    Replication::new(&model, &mut State::new(&model), 1, 0, &mut timeline).run_checked();
    timeline.entries.iter().filter_map(|entry| entry.moved()).collect()
}

const XEN_CLASSIC: &str = "migration_blackout_goal = \"0 s\"\nmigration_pages_goal = 50\nmigration_rounds = 29\nmigration_sent_max = 3\nmigration_timeout = \"0 s\"";
const XEN: &str = "migration_blackout_goal = \"0 s\"\nmigration_pages_goal = 50\nmigration_rounds = 5\nmigration_timeout = \"0 s\"";
const QEMU: &str = "migration_blackout_goal = \"300 ms\"\nmigration_timeout = \"2000 s\"";

/// Memory (GB), link and dirty rate (MB/s); rounds, blackout and whole time (us), bytes sent (MB, to the nearest).
type Row = (u32, u32, u32, &'static str, Option<(u32, u64, u64, u64)>);

/// `facts/statistics.md` A4 prints these to fewer digits; here they are worked out to the microsecond: M r^n / R and (M / R)(1 -
/// r^(n+1)) / (1 - r).
const TABLE: [Row; 12] = [
    (4, 125, 25, XEN_CLASSIC, Some((7, 410, 39_999_898, 5_000))),
    (4, 125, 25, XEN, Some((5, 10_240, 39_997_440, 5_000))),
    (4, 125, 25, QEMU, Some((3, 256_000, 39_936_000, 4_992))),
    (16, 1250, 100, XEN_CLASSIC, Some((5, 42, 13_913_040, 17_391))),
    (16, 1250, 100, XEN, Some((5, 42, 13_913_040, 17_391))),
    (16, 1250, 100, QEMU, Some((2, 81_920, 13_905_920, 17_382))),
    (64, 1250, 1000, XEN_CLASSIC, Some((5, 16_777_216, 188_891_136, 236_114))),
    (64, 1250, 1000, XEN, Some((5, 16_777_216, 188_891_136, 236_114))),
    (64, 1250, 1000, QEMU, Some((24, 241_785, 255_032_859, 318_791))),
    (64, 1250, 1500, XEN_CLASSIC, Some((3, 88_473_600, 274_841_600, 343_552))),
    (64, 1250, 1500, XEN, Some((5, 127_401_984, 508_411_904, 635_515))),
    // It never converges, and is given up.
    (64, 1250, 1500, QEMU, None),
];

#[test]
fn the_table_of_pre_copies_through_the_whole_program() {
    for (memory, link, dirty, rule, expected) in TABLE {
        let vm = format!("memory = \"{memory} GB\", dirty_rate = \"{dirty} MB/s\"");
        let found = moved(&moving(&vm, &format!("{link} MB/s"), rule, 1));
        let case = format!("{memory} GB at {link} MB/s, {dirty} MB/s written anew");
        let Some((rounds, blackout, lasted, megabytes)) = expected else {
            assert_eq!(found, [], "{case}");
            continue;
        };
        assert_eq!(found.len(), 1, "{case}");
        let found = found[0];
        assert_eq!((found.rounds, found.blackout.0), (rounds, blackout), "{case}");
        // Both ends of the blackout are rounded to the microsecond.
        assert!(found.lasted.0.abs_diff(lasted) <= 1, "{case}: {:?}, not {lasted}", found.lasted);
        assert_eq!((found.sent as f64 / 1e6).round() as u64, megabytes, "{case}");
    }
}

/// The sharing law: n on one path take n times as long as one, whatever they copy meanwhile.
#[test]
fn those_who_share_a_path_take_their_time_together() {
    for count in [1, 2, 3, 7] {
        let cluster = "migrations_per_host = 0\nmigration_timeout = \"0 s\"";
        let found = moved(&moving("memory = \"1 GB\", dirty_rate = \"0 MB/s\"", "7.5 MB/s", cluster, count));
        let alone = 1e9 / 7.5e6;
        assert_eq!(found.len(), count as usize);
        for one in found {
            let seconds = one.lasted.0 as f64 / 1e6;
            assert!((seconds - alone * f64::from(count)).abs() < 2e-6, "{count}: {seconds} s");
        }
    }
}

/// Three hosts, a VM of 4 GB on each, 32 s away and 32 s back: 1 h 6 min 4 s a host, and only the blackouts are down.
#[test]
fn a_rolling_round_to_the_microsecond() {
    let text = moving("memory = \"4 GB\", dirty_rate = \"25 MB/s\"", "125 MB/s", QEMU, 3)
        .replace("count = 2", "count = 3")
        .replace("[\"h-1\", \"h-1\", \"h-1\"]", "[\"h-1\", \"h-2\", \"h-3\"]")
        .replace("hosts = [\"h-1\"]\nfirst", "hosts = [\"h\"]\nfirst")
        .replace("bring_back = false", "bring_back = true");
    let models = load(&text);
    let plan =
        Plan { title: String::new(), sha256: String::new(), seed: 1, replications: 1, threads: Some(1) };
    let summary = run(&models, &plan, &()).expect("it runs");
    let service = &summary.strategies[0].services[0];
    let moved = service.migrations.as_ref().expect("VMs are moved");
    assert_eq!(moved.count.mean, 2.0);
    assert_eq!((moved.blackout_s.mean, moved.blackout_s.max), (0.256, 0.256));
    assert_eq!((moved.lasted_s.mean, moved.lasted_s.p50), (39.936, 39.936));
    assert_eq!((service.downtime_s.mean, service.outages.mean), (0.512, 2.0));
    let causes: Vec<&str> = service.causes.iter().map(|cause| cause.cause).collect();
    assert_eq!(causes, ["migration"]);
}

/// P(Bin(m, A) < k).
fn fewer(m: i32, k: i32, a: f64) -> f64 {
    let choose = |j: i32| (0..j).map(|i| f64::from(m - i) / f64::from(i + 1)).product::<f64>();
    (0..k).map(|j| choose(j) * a.powi(j) * (1.0 - a).powi(m - j)).sum()
}

/// A3 (j2): a balanced group of five, four of which are needed, on five hosts of which one after the other is worked on for two
/// hours, every hundred: U = (1 - w) B(5, 4) + w B(4, 4) with w = 0.1. What the simulation does besides, it does to 1 - A = 0.5 %
/// of the windows: a host that is down when its turn comes is left out.
#[test]
fn rolling_windows_over_a_k_of_n_group() {
    let text = r#"
schema = 1
[run]
horizon = "1 y"
[host.h]
count = 5
cores = 8
memory = "16 GB"
boot = "0 s"
crash = { mttf = "4000 h", mttr = "20 h" }
[service.a]
role = "stateless"
vm = { cores = 1, memory = "1 GB" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
demand = 4
capacity = 1
[strategy.s]
protect = ["nlb"]
members = 5
detection = "0 s"
convergence = "0 s"
[maintenance.m]
hosts = ["h"]
first = "10 h"
every = "100 h"
lasts = "2 h"
"#;
    let models = load(text);
    let replications = if std::env::var_os("NINEFOLD_LONG").is_some() { 4_000 } else { 1_000 };
    let plan = Plan { title: String::new(), sha256: String::new(), seed: 3, replications, threads: None };
    let summary = run(&models, &plan, &()).expect("it runs");
    let service = &summary.strategies[0].services[0];
    let year = 8_760.0 * 3_600.0;
    let found = (service.degraded_s.mean + service.downtime_s.mean) / year;
    let error = service.degraded_s.se / year;
    let theory = |w: f64| {
        let a = 4_000.0 / 4_020.0;
        (1.0 - w) * fewer(5, 4, a) + w * fewer(4, 4, a)
    };
    let z = (found - theory(0.1)) / error;
    println!("k of n under rolling windows: z = {z:.2}, detects {:.1} %", 7.33 * error / found * 100.0);
    assert!(z.abs() < 5.0, "found {found:.3e}, theory {:.3e}, z = {z:.2}", theory(0.1));
    // Windows a quarter longer, and the same without any: told apart.
    for wrong in [0.125, 0.0] {
        assert!((found - theory(wrong)).abs() > 5.0 * error, "w = {wrong} is not told apart");
    }
}

/// Two hosts of different make, one of which has a VM, are worked on at 1:00 and at 13:00: an hour, and five minutes to boot.
/// Under a cluster that would move the VM the turn of its host is given up after two hours, and the empty one is patched. Without
/// protection both are, while the VM is down.
#[test]
fn turns_that_are_given_up_are_told() {
    let text = r#"
schema = 1
title = "turns"
[run]
horizon = "1 d"
replications = 2
[host.a]
cores = 16
memory = "64 GiB"
migration = "1 GB/s"
cpu = "one"
boot = "5 min"
[host.b]
cores = 16
memory = "64 GiB"
migration = "1 GB/s"
cpu = "another"
boot = "5 min"
[cluster.c]
product = "custom"
detection = "10 s"
hosts = ["a", "b"]
[service.s]
place = ["a-1"]
vm = { cores = 2, memory = "8 GiB" }
power_on = "5 s"
boot = "60 s"
start = "20 s"
[maintenance.m]
hosts = ["a", "b"]
first = "1 h"
every = "12 h"
lasts = "1 h"
deadline = "2 h"
[strategy.moved]
protect = ["host-cluster"]
[strategy.alone]
protect = []
"#;
    let plan =
        Plan { title: "turns".into(), sha256: String::new(), seed: 1, replications: 2, threads: Some(1) };
    let summary = run(&load(text), &plan, &()).expect("nobody interrupts it");
    let told = |strategy: usize| {
        let turns = summary.strategies[strategy].turns.expect("turns that can be given up");
        (turns.done.mean, turns.given_up.mean, turns.given_up.high)
    };
    assert_eq!((told(0), told(1)), ((2.0, 2.0, 2.0), (4.0, 0.0, 0.0)));
    let result = RunResult::from(&summary);
    let sentence = "planned work given up: 730 of 1,460 turns a year (50 %): hosts stay unpatched";
    let (page, terminal) = (markdown::summary(&result), text::comparison(&result));
    assert!(page.contains(&format!("- moved: {sentence}\n")), "{page}");
    assert!(terminal.contains(&format!("  moved: {sentence}.\n")), "{terminal}");
    assert!(!page.contains("- alone: planned work") && !terminal.contains("alone: planned work"));
    let last = |sheet: &str| -> Vec<String> {
        sheet.lines().map(|line| line.rsplit(',').next().unwrap_or("").to_owned()).collect()
    };
    assert_eq!(last(&csv::summary(&result)), ["turns_given_up_mean", "2", "0"]);
    let sheet = csv::strategies(&result);
    assert!(sheet.lines().next().is_some_and(|head| head.ends_with("turns_given_up_method")), "{sheet}");
    // The same scenario without a link has nothing to tell: all work is an announced outage.
    let bare = run(&load(&text.replace("migration = \"1 GB/s\"\n", "")), &plan, &()).expect("nor this");
    assert!(bare.strategies.iter().all(|strategy| strategy.turns.is_none()));
}

/// Whom no other host can ever take is told before anything is simulated: which, why, and what to write instead.
#[test]
fn work_that_must_be_given_up_is_a_warning() {
    let base = moving("memory = \"4 GB\"", "1 GB/s", "", 1);
    let found = |text: &str| {
        let (spec, models) = loading::try_load(text).expect("a scenario that runs");
        let issues = stranded(&spec, &models);
        assert!(
            issues.iter().all(|i| i.code == "W114" && i.path == "maintenance.m.hosts" && i.place.line > 1)
        );
        issues.into_iter().map(|issue| (issue.what, issue.remedy)).collect::<Vec<_>>()
    };
    let expect = |text: &str, why: &str, remedy: &str| {
        let found = found(text);
        let what = format!(
            "under strategy \"s\" nobody can take VM \"a-1\" from host \"h-1\", so that its turn is given up each time: {why} (MTX-84)"
        );
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((found[0].0.as_str(), found[0].1.contains(remedy)), (what.as_str(), true), "{found:?}");
    };
    assert_eq!(found(&base), []);
    expect(
        &base.replace("count = 2", "count = 1"),
        "its cluster has no other host",
        "add a host to the cluster",
    );
    let other = "[host.o]\ncores = 32\nmemory = \"256 GB\"\n";
    let with_other = |keys: &str| {
        let text =
            base.replace("count = 2", "count = 1").replace("hosts = [\"h\"]\n", "hosts = [\"h\", \"o\"]\n");
        text.replace("[cluster.c]", &format!("{other}{keys}[cluster.c]"))
    };
    let every = "every other host of its cluster";
    expect(&with_other(""), &format!("{every} has no migration link"), "migration = \"10 Gbit/s\"");
    let processor = with_other("migration = \"1 GB/s\"\ncpu = \"another\"\n");
    expect(&processor, &format!("{every} has another processor (VMW-79, HYP-43)"), "cpu_baseline");
    assert_eq!(found(&processor.replace("migration_resume", "cpu_baseline = \"old\"\nmigration_resume")), []);
    // Who may be shut down and started elsewhere needs neither.
    for text in [with_other(""), processor] {
        assert_eq!(found(&text.replace("bring_back = false", "cold_migration = true")), []);
    }
    let must = base
        .replace("place = [\"h-1\"]", "place = [\"h-1\", \"h-2\"]")
        .replace(
            "protect = [\"host-cluster\"]",
            "protect = [\"host-cluster\", \"guest-failover\"]\nnodes = 2",
        )
        .replace("migration_resume", "anti_affinity = \"must\"\nmigration_resume");
    let told = found(&must);
    assert_eq!(told.len(), 1);
    assert!(told[0].0.contains("has another VM of its instance") && told[0].1.contains("anti_affinity"));
    assert_eq!(found(&must.replace("\"must\"", "\"should\"")), []);
    // Both hosts are in the plan: one issue, and the other host is counted.
    let both = found(&must.replace("hosts = [\"h-1\"]\nfirst", "hosts = [\"h\"]\nfirst"));
    assert!(both.len() == 1 && both[0].0.contains("; it is the same with 1 more host"), "{both:?}");
}
