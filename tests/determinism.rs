//! The same scenario and seed give the same bytes, for any number of threads, on a fresh or a used
//! state, whatever else stands in the file.

mod loading;

use std::sync::atomic::{AtomicU32, Ordering};

use loading::load;
use ninefold::experiment::{Plan, Summary, Watch, digest, run, trace};
use ninefold::model::{Cause, Model};
use ninefold::probe::{Digest, Downtime};
use ninefold::report::{RunResult, csv};
use ninefold::sim::Replication;
use ninefold::state::State;

/// A datacenter in which everything can fail, under four strategies.
const BASE: &str = r#"
schema = 1
title = "determinism"
[run]
horizon = "60 d"
replications = 20
[site.east]
outage = { mttf = "200 d", mttr = "2 h" }
[rack.r1]
site = "east"
outage = { mttf = "90 d", mttr = "1 h" }
[rack.r2]
site = "east"
[crew.people]
size = 2
[network.lan]
carries = ["client"]
outage = { mttf = "60 d", mttr = "5 min" }
[storage.san]
kind = "iscsi"
outage = { mttf = "80 d", mttr = "10 min" }
[host.h]
count = 4
racks = ["r1", "r2"]
cores = 8
memory = "24 GiB"
storage = ["san"]
boot = { law = "lognormal", median = "4 min", sigma = 0.3 }
crash = { ttf = { law = "weibull", shape = 0.8, mean = "20 d" }, ttr = { law = "lognormal", mean = "4 h", cv = 1.5 } }
link.client = { mttf = "90 d", mttr = "30 min" }
crew = "people"
[cluster.k]
product = "custom"
hosts = ["h"]
detection = { law = "uniform", min = "10 s", max = "30 s" }
[service.db]
instances = 3
vm = { cores = 2, memory = "4 GiB", storage = "san" }
guest_crash = { mttf = "30 d", mttr = "10 min" }
[service.web]
role = "stateless"
vm = { cores = 1, memory = "2 GiB" }
app_crash = { mttf = "20 d", mttr = "10 min" }
[strategy.none]
protect = []
[strategy.cluster]
protect = ["host-cluster"]
[strategy.failover]
protect = ["guest-failover"]
[strategy.balanced]
protect = ["host-cluster"]
[strategy.balanced.service.web]
protect = ["host-cluster", "nlb"]
members = 3
[maintenance.m]
hosts = ["h"]
first = "10 d"
every = "20 d"
lasts = "1 h"
"#;

/// The same on an array with bandwidth for one boot, so that those which meet slow each other.
fn narrow() -> String {
    BASE.replace("kind = \"iscsi\"", "kind = \"iscsi\"\nbandwidth = \"6 MB/s\"")
}

fn summarize(models: &[Model], replications: u32, threads: usize, watch: &dyn Watch) -> Option<Summary> {
    let plan = Plan {
        title: "determinism".into(),
        sha256: "0".into(),
        seed: 7,
        replications,
        threads: Some(threads),
    };
    run(models, &plan, watch)
}

fn bytes(summary: &Summary) -> [String; 3] {
    let result = RunResult::from(summary);
    [result.to_json().expect("a result is JSON"), csv::summary(&result), csv::replications(summary)]
}

#[test]
fn threads_never_show_in_a_result() {
    for text in [BASE.to_owned(), narrow()] {
        let models = load(&text);
        let one = bytes(&summarize(&models, 37, 1, &()).unwrap());
        for threads in [2, 7] {
            assert_eq!(one, bytes(&summarize(&models, 37, threads, &()).unwrap()), "{threads} threads");
        }
    }
}

#[test]
fn a_longer_run_begins_with_the_shorter_one() {
    let models = load(BASE);
    let (short, long) = (summarize(&models, 20, 2, &()).unwrap(), summarize(&models, 40, 2, &()).unwrap());
    assert_eq!(short.numbers, long.numbers[..20]);
    for (short, long) in short.rows.iter().flatten().zip(long.rows.iter().flatten()) {
        assert_eq!(short[..], long[..20]);
        assert_ne!(short[..], long[20..], "replications differ from each other");
    }
}

#[test]
fn a_used_state_equals_a_fresh_one() {
    for model in load(BASE).iter().chain(&load(&narrow())) {
        let mut used = State::new(model);
        for (replication, seed) in [(0, 1), (5, 1), (3, 2), (0, 1)] {
            let again = Replication::new(model, &mut used, seed, replication, Digest::default()).run();
            assert_eq!(again, digest(model, seed, replication), "{} {seed} {replication}", model.strategy);
        }
        assert_ne!(digest(model, 1, 0), digest(model, 1, 1));
        assert_ne!(digest(model, 1, 0), digest(model, 2, 0));
    }
}

/// The lines of a timeline about some components: instant, word, subject, cause.
fn history(model: &Model, replication: u32, about: impl Fn(&str, &str) -> bool) -> Vec<String> {
    trace(model, 3, replication)
        .entries
        .iter()
        .filter(|e| about(e.word(model), e.subject(model)))
        .map(|e| format!("{} {} {} {:?}", e.at.0, e.word(model), e.subject(model), e.cause()))
        .collect()
}

/// Failures of hosts, storage, networks and places, as they strike and are mended.
fn hardware(word: &str, _: &str) -> bool {
    ["host-down", "host-up", "rack-", "site-", "storage-", "network-"].iter().any(|w| word.starts_with(w))
}

#[test]
fn what_is_added_leaves_the_others_alone() {
    // Another group of hosts, service and strategy, which share nothing with the rest but the crew's table.
    let added = format!(
        "{BASE}\n[host.other]\ncount = 2\ncores = 4\nmemory = \"16 GiB\"\ncrash = {{ mttf = \"5 d\", mttr = \"1 h\" }}\n\
         [cluster.other]\nproduct = \"custom\"\nhosts = [\"other\"]\ndetection = \"5 s\"\n\
         [service.extra]\nplace = [\"other-1\"]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\napp_hang = {{ mttf = \"2 d\", mttr = \"1 h\" }}\n\
         [strategy.more]\nprotect = [\"host-cluster\"]\n"
    );
    let pinned = |text: &str| {
        // The newcomers are the emptiest hosts: without pins the others would start on them.
        let text = text.replace("[service.db]", "[service.db]\nplace = [\"h-1\", \"h-2\", \"h-3\"]");
        text.replace("[service.web]", "[service.web]\nplace = [\"h-4\"]")
    };
    let (before, after) = (load(&pinned(BASE)), load(&pinned(&added)));
    // Only one VM per instance, so that the pins hold every VM.
    for strategy in [0, 1] {
        for replication in 0..5 {
            let own = |_: &str, subject: &str| !subject.starts_with("other") && !subject.starts_with("extra");
            let old = history(&before[strategy], replication, hardware);
            let new = history(&after[strategy], replication, |w, s| hardware(w, s) && own(w, s));
            assert!(!old.is_empty());
            assert_eq!(old, new, "{} {replication}", before[strategy].strategy);
        }
    }
    // Without a cluster nothing can move, and every history stays: guests, applications and services too.
    for replication in 0..5 {
        let old = history(&before[0], replication, |_, _| true);
        let new = history(&after[0], replication, |_, s| !s.starts_with("other") && !s.starts_with("extra"));
        assert_eq!(old, new, "{replication}");
    }
}

#[test]
fn the_order_of_tables_does_not_matter_to_a_component() {
    // Tables in reverse: sub-tables of a strategy stay behind it, [run] and the root stay in front.
    let start = BASE.find("[site.east]").unwrap();
    let mut tables: Vec<String> = Vec::new();
    for line in BASE[start..].lines() {
        if line.starts_with('[') && !line.starts_with("[strategy.balanced.service") {
            tables.push(String::new());
        }
        let table = tables.last_mut().unwrap();
        table.push_str(line);
        table.push('\n');
    }
    tables.reverse();
    let reversed = format!("{}{}", &BASE[..start], tables.concat());
    let (forward, backward) = (load(&without_maintenance(BASE)), load(&without_maintenance(&reversed)));
    for model in &forward {
        let twin = backward.iter().find(|m| m.strategy == model.strategy).unwrap();
        for replication in 0..5 {
            let mut old = history(model, replication, hardware);
            let mut new = history(twin, replication, hardware);
            // What happens at one instant may be told in another order.
            old.sort();
            new.sort();
            assert_eq!(old, new, "{} {replication}", model.strategy);
        }
    }
}

/// Stops after some replications.
struct Impatient {
    seen: AtomicU32,
    enough: u32,
}

impl Watch for Impatient {
    fn finished(&self, replications: u32) {
        self.seen.fetch_add(replications, Ordering::SeqCst);
    }
    fn stops(&self) -> bool {
        self.seen.load(Ordering::SeqCst) >= self.enough
    }
}

#[test]
fn an_interrupted_run_keeps_what_is_finished_under_its_own_numbers() {
    let models = load(BASE);
    let whole = summarize(&models, 160, 2, &()).unwrap();
    for threads in [1, 3] {
        let watch = Impatient { seen: AtomicU32::new(0), enough: 30 };
        let part = summarize(&models, 160, threads, &watch).unwrap();
        assert_eq!(part.replications, watch.seen.load(Ordering::SeqCst));
        assert!((30..160).contains(&part.replications), "{}", part.replications);
        assert_eq!(part.numbers.len(), part.replications as usize);
        assert!(part.numbers.is_sorted_by(|a, b| a < b), "ascending, each once");
        for (part_rows, whole_rows) in part.rows.iter().flatten().zip(whole.rows.iter().flatten()) {
            for (place, number) in part.numbers.iter().enumerate() {
                assert_eq!(part_rows[place], whole_rows[*number as usize], "replication {number}");
            }
        }
    }
    let at_once = Impatient { seen: AtomicU32::new(0), enough: 0 };
    assert!(summarize(&models, 160, 2, &at_once).is_none());
}

/// When a host's window closes depends on how long its VMs take to come back, and so on the strategy and on
/// which VMs started there; its clocks stand still meanwhile. Draws are the same, instants move by seconds.
fn without_maintenance(text: &str) -> String {
    let mut kept = String::new();
    let mut skips = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skips = line.starts_with("[maintenance.");
        }
        if !skips {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn all_strategies_meet_the_same_failures() {
    // The crew is shared with nobody whose work depends on the strategy.
    let models = load(&without_maintenance(BASE));
    for replication in 0..10 {
        let first = history(&models[0], replication, hardware);
        for model in &models[1..] {
            assert_eq!(first, history(model, replication, hardware), "{} {replication}", model.strategy);
        }
    }
}

#[test]
fn common_failures_make_a_difference_sharp() {
    // Two strategies that differ in one number: detection of 20 s or of 5 min. The paired difference
    // must vary at least 100 times less than one between independent runs (the sum of the variances);
    // measured: 436 times.
    let pair = BASE.replace(
        "[strategy.failover]\nprotect = [\"guest-failover\"]",
        "[strategy.slow]\nprotect = [\"host-cluster\"]\n[strategy.slow.cluster.k]\ndetection = \"5 min\"",
    );
    let models = load(&pair);
    let names: Vec<&str> = models.iter().map(|m| m.strategy.as_str()).collect();
    assert_eq!(names[1..3], ["cluster", "slow"]);
    let summary = summarize(&models, 400, 2, &()).unwrap();
    let downtime = |s: usize| summary.rows[s][0].iter().map(|r| r.downtime_s).collect::<Vec<f64>>();
    let (fast, slow) = (downtime(1), downtime(2));
    let paired: Vec<f64> = slow.iter().zip(&fast).map(|(a, b)| a - b).collect();
    let independent = variance(&fast) + variance(&slow);
    println!("variance {} paired, {independent} independent", variance(&paired));
    assert!(variance(&paired) * 100.0 < independent);
    // The twin: replications paired with the wrong ones gain nothing.
    let crossed: Vec<f64> = slow.iter().zip(fast.iter().rev()).map(|(a, b)| a - b).collect();
    assert!(variance(&crossed) * 100.0 > independent);
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (values.len() - 1) as f64
}

/// Fingerprints of small scenarios: (name, strategy, digest, signals). They change when a draw, an
/// event or a signal changes. A change is allowed, needs a line in the changelog that says what moved
/// and why, and then the new numbers here (the test prints them).
#[rustfmt::skip]
const GOLDEN: &[(&str, &str, u64, u64)] = &[
    ("base", "none", 0x7e66f20f6bb55451, 266),
    ("base", "cluster", 0xad20a97bd3a62307, 298),
    ("base", "failover", 0x20405791e9a13463, 428),
    ("base", "balanced", 0x2cc428e1ace5b456, 434),
    ("primary", "none", 0x7e66f20f6bb55451, 266),
    ("primary", "cluster", 0xe9242ae398d826c2, 308),
    ("primary", "failover", 0x20405791e9a13463, 428),
    ("primary", "balanced", 0xefc69e46b002a390, 423),
    ("new", "none", 0xb287e90283423f55, 283),
    ("new", "cluster", 0xe6fe7f5de0577dd4, 308),
    ("new", "failover", 0x9a0c41bf4460d0ff, 472),
    ("new", "balanced", 0x8b5813236fe188d5, 452),
    ("laws", "s", 0x6b7115830fff8780, 428),
    ("ties", "s", 0x691e98cde9de9fe8, 2239),
    ("ties", "f", 0xfd188387e4687f39, 2137),
    ("scripted", "f", 0xc0e7a1bbb65e443e, 39),
    ("scripted", "b", 0x17eeb42d2acf4aaa, 42),
    ("narrow", "none", 0x7e66f20f6bb55451, 266),
    ("narrow", "cluster", 0xaf5a0a0cdb09ba83, 298),
    ("narrow", "failover", 0x6b8809cdac0128f3, 428),
    ("narrow", "balanced", 0x119a4eed3a97417a, 434),
];

/// Every law once.
const LAWS: &str = r#"
schema = 1
[run]
horizon = "90 d"
[host.h]
count = 3
cores = 8
memory = "24 GiB"
boot = { law = "triangular", min = "1 min", mode = "3 min", max = "10 min" }
crash = { ttf = { law = "gamma", shape = 0.5, mean = "10 d" }, ttr = { law = "erlang", stages = 4, mean = "2 h" } }
[cluster.k]
product = "custom"
hosts = ["h"]
detection = { law = "empirical", values = ["5 s", "20 s", "60 s"] }
[service.a]
instances = 4
vm = { cores = 2, memory = "4 GiB" }
boot = { law = "uniform", min = "30 s", max = "90 s" }
start = { law = "exponential", mean = "20 s" }
recover = { law = "lognormal", median = "1 min", sigma = 1 }
guest_crash = { ttf = { law = "weibull", shape = 2, scale = "9 d" }, ttr = { law = "lognormal", mean = "10 min", cv = 1 } }
[strategy.s]
protect = ["host-cluster"]
"#;

/// Nothing but constants: events coincide, and the order of slots decides.
const TIES: &str = r#"
schema = 1
[run]
horizon = "30 d"
ages = "new"
[rack.r]
outage = { ttf = "50 h", ttr = "10 h" }
[host.h]
count = 4
rack = "r"
cores = 8
memory = "16 GiB"
boot = "0 s"
crash = { ttf = "20 h", ttr = "5 h" }
[cluster.k]
product = "custom"
hosts = ["h"]
detection = "0 s"
[service.a]
instances = 3
vm = { cores = 1, memory = "4 GiB" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
app_crash = { ttf = "5 h", ttr = "0 s" }
[strategy.s]
protect = ["host-cluster"]
[strategy.f]
protect = ["guest-failover"]
detection = "0 s"
takeover = "1 h"
"#;

/// Only scripted faults.
const SCRIPTED: &str = r#"
schema = 1
[run]
horizon = "1 d"
[storage.san]
kind = "nfs"
[network.lan]
carries = ["client", "storage"]
[host.h]
count = 3
cores = 8
memory = "24 GiB"
storage = ["san"]
[service.a]
vm = { cores = 1, memory = "4 GiB", storage = "san" }
boot = "1 min"
[strategy.f]
protect = ["guest-failover"]
[strategy.b]
protect = ["nlb"]
[[inject]]
at = "1 h"
fault = "host h-1 crash"
lasts = "1 h"
[[inject]]
at = "4 h"
fault = "network lan outage"
lasts = "90 s"
[[inject]]
at = "6 h"
fault = "storage san outage"
lasts = "30 s"
[[inject]]
at = "8 h"
fault = "vm a-1.1 app_hang"
lasts = "10 min"
[[inject]]
at = "10 h"
fault = "host h-2 link.client"
lasts = "10 min"
"#;

fn golden_scenarios() -> Vec<(&'static str, String)> {
    let primary = BASE
        .replace("product = \"custom\"", "product = \"vsphere-6\"")
        .replace("detection = { law = \"uniform\", min = \"10 s\", max = \"30 s\" }\n", "")
        .replace("carries = [\"client\"]", "carries = [\"client\", \"management\"]");
    let new = BASE.replace("horizon = \"60 d\"", "horizon = \"60 d\"\nages = \"new\"\nwarmup = \"5 d\"");
    vec![
        ("base", BASE.to_owned()),
        ("primary", primary),
        ("new", new),
        ("laws", LAWS.to_owned()),
        ("ties", TIES.to_owned()),
        ("scripted", SCRIPTED.to_owned()),
        ("narrow", narrow()),
    ]
}

#[test]
fn fingerprints_are_as_they_were() {
    let mut found = Vec::new();
    for (name, text) in golden_scenarios() {
        for model in &load(&text) {
            let print = digest(model, 1, 0);
            found.push((name, model.strategy.clone(), print.value(), print.signals));
        }
    }
    let lines: Vec<String> =
        found.iter().map(|(n, s, d, k)| format!("    ({n:?}, {s:?}, 0x{d:016x}, {k}),")).collect();
    let same = found.len() == GOLDEN.len()
        && found.iter().zip(GOLDEN).all(|(f, g)| (f.0, f.1.as_str(), f.2, f.3) == *g);
    assert!(same, "draws, events or signals have changed; now they are\n{}", lines.join("\n"));
}

#[test]
fn probes_reset_like_states() {
    let models = load(BASE);
    let model = &models[1];
    let mut state = State::new(model);
    let mut probe = Downtime::new(model);
    Replication::new(model, &mut state, 1, 4, &mut probe).run();
    probe.finish();
    probe.reset();
    Replication::new(model, &mut state, 1, 9, &mut probe).run();
    probe.finish();
    let mut fresh = Downtime::new(model);
    Replication::new(model, &mut State::new(model), 1, 9, &mut fresh).run();
    fresh.finish();
    assert_eq!(probe.services(), fresh.services());
    assert_eq!(probe.outages(), fresh.outages());
    assert!(probe.instances().eq(fresh.instances()));
}

/// `y` lives alone on the host whose window opens at the very instant at which `x`, after it in the table, closes
/// the one before. Its application fails at that instant too: a turn earlier, so the outage is the failure's.
const TIE: &str = r#"
schema = 1
[run]
horizon = "1 d"
ages = "new"
[host.h]
count = 2
cores = 8
memory = "64 GiB"
boot = "5 min"
[service.y]
vm = { cores = 1, memory = "1 GiB" }
place = ["h-2"]
power_on = "0 s"
boot = "60 s"
start = "0 s"
app_crash = { ttf = "4560 s", ttr = "30 s" }
[service.x]
vm = { cores = 1, memory = "1 GiB" }
place = ["h-1"]
power_on = "0 s"
boot = "60 s"
start = "0 s"
[maintenance.m]
hosts = ["h"]
first = "1 h"
lasts = "10 min"
[strategy.s]
protect = []
"#;

#[test]
fn a_vm_that_lives_alone_keeps_its_turn_in_a_tie() {
    let models = load(TIE);
    let model = &models[0];
    let ordered = (Downtime::new(model), Digest::default());
    let (mut ordered, _) = Replication::new(model, &mut State::new(model), 1, 0, ordered).run();
    let mut alone = Replication::new(model, &mut State::new(model), 1, 0, Downtime::new(model)).run();
    ordered.finish();
    alone.finish();
    assert_eq!(alone.services(), ordered.services());
    let causes = &alone.services()[0].causes;
    // The failure at 4560 s takes it down, the window keeps it down for 10 + 5 + 1 min.
    assert_eq!(causes[Cause::Maintenance as usize].outages, 0);
    assert!(causes[Cause::AppCrash as usize].downtime_us >= 960_000_000);
}

/// Where attempts have no limit a VM may fail to start for as long as it takes.
#[test]
fn a_start_may_fail_any_number_of_times() {
    let text = r#"
schema = 1
[run]
horizon = "30 d"
ages = "new"
[host.h]
count = 2
cores = 64
memory = "256 GiB"
[cluster.k]
product = "custom"
hosts = ["h"]
detection = "9 s"
retry_after = "1 s"
start_failure = 0.99
[service.a]
instances = 100
vm = { cores = 1, memory = "1 GiB" }
[strategy.s]
protect = ["host-cluster"]
[[inject]]
at = "1 h"
fault = "host h-1 crash"
"#;
    let history = trace(&load(text)[0], 1, 0);
    let mut failed = std::collections::BTreeMap::new();
    for entry in &history.entries {
        if let ninefold::sim::Signal::RestartFailed { vm, .. } = entry.signal {
            *failed.entry(vm).or_insert(0) += 1;
        }
    }
    let most = failed.values().copied().max();
    assert!(most > Some(255), "{failed:?}");
}
