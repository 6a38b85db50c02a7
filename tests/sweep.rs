//! `ninefold sweep` as users and pipelines meet it: what it prints and writes, that a variant is a run like any other,
//! that all variants meet the same failures, and what it says where it cannot be done.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Hosts, one of them with a service of its own, and a cluster whose admission control can be asked for.
const SCENARIO: &str = r#"
schema = 1
title = "Some hosts"
[run]
replications = 40
horizon = "90 d"
[host.h]
count = 3
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
[cluster.c]
product = "vsphere-8"
hosts = ["h"]
[service.app]
instances = 6
vm = { cores = 2, memory = "24 GiB" }
[service.pinned]
vm = { cores = 2, memory = "8 GiB" }
place = ["h-1"]
[strategy.none]
protect = []
[strategy.restart]
protect = ["host-cluster"]
[strategy.restart.service.pinned]
protect = []
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), SCENARIO).expect("a scenario");
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// What a sweep prints when all is well.
fn swept(folder: &Path, more: &[&str]) -> String {
    let output = output(folder, &[&["sweep", "a.toml", "--quiet"], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

fn json(folder: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&swept(folder, &[&["--format", "json"], more].concat())).expect("JSON")
}

/// What a sweep says that is refused, which exits with 2 and writes nothing.
fn refused(more: &[&str]) -> String {
    let folder = folder();
    let output = output(folder.path(), &[&["sweep", "a.toml"], more].concat());
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is written");
    text(&output.stderr).to_owned()
}

/// A list of JSON.
fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[test]
fn it_prints_a_table_and_writes_its_files() {
    let folder = folder();
    let set = ["--set", "host.h.count=3..5", "--set", "run.replications=60"];
    let output = output(folder.path(), &[&["sweep", "a.toml", "--png"][..], &set].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stderr);
    assert!(
        told.contains("wrote results/a-sweep: sweep.json, sweep.csv, charts/sweep.svg, charts/sweep.png"),
        "{told}"
    );
    let printed = text(&output.stdout);
    assert!(
        printed
            .starts_with("Some hosts\n3 variants, 60 replications each of 90 d, seed 1, the same failures")
    );
    assert!(printed.contains("\nAll services\n  count  strategy"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    assert_eq!(printed.lines().filter(|line| line.ends_with(" best")).count(), 2, "{printed}");
    assert!(printed.contains("\nLeast downtime: count "), "{printed}");
    let sheet = fs::read_to_string(folder.path().join("results/a-sweep/sweep.csv")).expect("written");
    let head: Vec<&str> = sheet.lines().next().expect("a head").split(',').collect();
    assert_eq!(head[..5], ["host.h.count", "strategy", "service", "instances", "replications"]);
    assert!(head.contains(&"downtime_s_mean") && head.contains(&"availability_high"), "{head:?}");
    // Two services and all of them, under two strategies, three times.
    assert_eq!(sheet.lines().count(), 1 + 3 * 2 * 3);
    assert!(sheet.lines().all(|line| line.split(',').count() == head.len()), "{sheet}");
    let svg = fs::read_to_string(folder.path().join("results/a-sweep/charts/sweep.svg")).expect("drawn");
    for part in
        ["Downtime against host.h.count: Some hosts", "Whiskers are 95 % intervals", ">restart</text>"]
    {
        assert!(svg.replace('\n', "").contains(part), "{part}\n{svg}");
    }
    let png = fs::read(folder.path().join("results/a-sweep/charts/sweep.png")).expect("drawn");
    assert!(png.starts_with(b"\x89PNG"));
}

/// To the last digit, in every figure.
#[test]
fn a_variant_is_a_run_like_any_other() {
    let folder = folder();
    let sweep = json(folder.path(), &["--set", "host.h.count=2..4", "--set", "run.seed=5", "--out", "s"]);
    for variant in list(&sweep["variants"]) {
        let count = format!("host.h.count={}", variant["values"][0].as_str().expect("a value"));
        let set = ["--set", &count, "--set", "run.seed=5", "--format", "json", "--quiet", "--out", "r"];
        let run = output(folder.path(), &[&["run", "a.toml"][..], &set].concat());
        let run: Value = serde_json::from_slice(&run.stdout).unwrap_or(Value::Null);
        if variant["unfit"].is_array() {
            assert_eq!((run, variant["values"][0].as_str()), (Value::Null, Some("2")));
            continue;
        }
        let mut strategies = run["strategies"].clone();
        for strategy in strategies.as_array_mut().expect("a list") {
            for service in strategy["services"].as_array_mut().expect("a list") {
                let points = service["downtime_s"].as_object_mut().expect("downtime").remove("quantiles");
                assert!(points.is_some(), "a run has them");
            }
        }
        assert_eq!(variant["strategies"], strategies, "{count}");
        assert_eq!(variant["replications"], run["replications"]);
    }
}

/// Host h-1 fails at the same moments however many hosts there are, so that what cannot leave it is down for the same time.
#[test]
fn all_variants_meet_the_same_failures() {
    let folder = folder();
    let sweep = json(
        folder.path(),
        &["--set", "host.h.count=3..7", "--set", "host.h.memory=[\"64 GiB\", \"96 GiB\"]"],
    );
    let pinned = |variant: &Value| {
        let strategies = list(&variant["strategies"]).iter();
        strategies.map(|strategy| list(&strategy["services"])[1]["downtime_s"].clone()).collect::<Vec<_>>()
    };
    let variants = list(&sweep["variants"]);
    assert_eq!(variants.len(), 10);
    let first = pinned(&variants[0]);
    assert!(first[0]["mean"].as_f64().is_some_and(|mean| mean > 0.0));
    assert!(variants.iter().all(|variant| pinned(variant) == first));
    // The moments themselves, from the timeline; with other seeds they are others.
    let crashes = |set: &str, seed: &str| {
        let trace = ["trace", "a.toml", "--strategy", "none", "--format", "jsonl", "--replication", "3"];
        let trace = output(folder.path(), &[&trace[..], &["--set", set, "--set", seed]].concat());
        let own = |line: &&str| line.contains("\"signal\":\"host-") && line.contains("\"subject\":\"h-1\"");
        text(&trace.stdout).lines().filter(own).map(str::to_owned).collect::<Vec<_>>()
    };
    let three = crashes("host.h.count=3", "run.seed=1");
    assert!(three.len() > 3, "{three:?}");
    assert_eq!(three, crashes("host.h.count=7", "run.seed=1"));
    assert_ne!(three, crashes("host.h.count=3", "run.seed=2"));
}

#[test]
fn the_number_of_threads_never_shows() {
    let folder = folder();
    let set = [
        "--set",
        "host.h.count=3..4",
        "--set",
        "cluster.c.admission=[\"none\", { policy = \"failures\", tolerate = 1 }]",
    ];
    for threads in ["1", "2", "7"] {
        let more = ["--png", "--threads", threads, "--out", threads];
        swept(folder.path(), &[&set[..], &more].concat());
    }
    for file in ["sweep.json", "sweep.csv", "charts/sweep.svg", "charts/sweep.png"] {
        let [one, two, seven] =
            ["1", "2", "7"].map(|threads| fs::read(folder.path().join(threads).join(file)).expect("written"));
        assert!(one == two && two == seven, "{file}");
    }
}

/// The best is the row with the least downtime; what cannot be told from it on the same failures is marked so.
#[test]
fn the_best_is_compared_on_the_same_failures() {
    let folder = folder();
    let set =
        ["--set", "host.h.count=3..6", "--service", "app", "--service", "pinned", "--replications", "200"];
    let sweep = json(folder.path(), &set);
    let [app, pinned] = list(&sweep["comparisons"]) else { panic!("{sweep}") };
    assert_eq!((&app["service"], &app["best"]["strategy"]), (&Value::from("app"), &Value::from("restart")));
    let downtime = |values: &Value, strategy: &Value, service: usize| {
        let variant =
            list(&sweep["variants"]).iter().find(|variant| variant["values"] == *values).expect("there");
        let strategy = list(&variant["strategies"]).iter().find(|s| s["name"] == *strategy).expect("there");
        strategy["services"][service]["downtime_s"]["mean"].as_f64().expect("a number")
    };
    let best = downtime(&app["best"]["values"], &app["best"]["strategy"], 0);
    assert_eq!(list(&app["others"]).len(), 7);
    for other in list(&app["others"]) {
        let own = downtime(&other["values"], &other["strategy"], 0);
        let difference = &other["downtime_s_minus_best"];
        assert!((difference["mean"].as_f64().expect("a number") - (own - best)).abs() < 1e-6, "{other}");
        // Without a cluster it loses hours, which nobody takes for chance.
        let apart = difference["low"].as_f64().is_some_and(|low| low > 0.0);
        assert!(apart || other["strategy"] == "restart", "{other}");
    }
    // It never leaves its host: nobody is better, and all differences are nothing.
    assert!(list(&pinned["others"]).iter().all(|other| other["downtime_s_minus_best"]["mean"] == 0.0));
    let printed = swept(folder.path(), &set);
    assert!(
        printed.contains("\napp\n") && printed.contains("\npinned\n") && !printed.contains("All services")
    );
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains("≈ best") && flat.contains("7 others cannot be told from it (≈)"), "{printed}");
}

#[test]
fn what_cannot_start_is_a_row_and_no_error() {
    let folder = folder();
    let admission = "cluster.c.admission=[\"none\", { policy = \"failures\", tolerate = 1 }]";
    let set = ["--set", "host.h.count=2..4", "--set", admission];
    let printed = swept(folder.path(), &set);
    let row =
        |parts: &[&str]| printed.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count();
    // 6 VMs of 24 GiB and one of 8 on hosts of 64: two hosts hold four of them, three all and not one more.
    assert_eq!(row(&["  2  ", "no room"]), 4, "{printed}");
    assert_eq!(row(&["  3  ", "tolerate=1", "restart", "refused"]), 1, "{printed}");
    assert_eq!(row(&["refused", "none"]), 0, "{printed}");
    assert!(printed.contains("  no room: not all VMs find a host at the start.\n"), "{printed}");
    assert!(printed.contains("  refused: admission control refuses VMs at the start.\n"), "{printed}");
    let sweep = json(folder.path(), &set);
    let unfit = list(&sweep["variants"])[0]["unfit"].clone();
    assert_eq!(unfit[0], serde_json::json!({"name": "none", "why": "no-room"}));
    let sheet = swept(folder.path(), &[&["--format", "csv"], &set[..]].concat());
    assert!(
        sheet.lines().any(|line| line.starts_with("2,none,none,") && line.ends_with(",no-room")),
        "{sheet}"
    );
    // Where nothing at all can start it is an error, with all that `run` would say.
    let told = refused(&["--set", "host.h.count=1..2"]);
    assert!(told.contains("error[E033]") && told.contains("  in 1 of 2 variants: host.h.count=1"), "{told}");
}

#[test]
fn what_is_wrong_is_told_for_all_variants_before_anything_runs() {
    for (set, parts) in [
        (
            &["--set", "host.h.count=5..3"][..],
            &["the range is empty: 5 is more than 3: write the smaller value first"][..],
        ),
        (
            &["--set", "host.h.coers=1..2"],
            &[
                "unknown key \"coers\"",
                "= help: did you mean \"cores\"?",
                "  in 2 of 2 variants: host.h.coers=1; host.h.coers=2",
            ],
        ),
        (&["--set", "host.g.count=1..2"], &["there is no host group \"g\""]),
        (&["--set", "host.h.count=0..3"], &["error[E015]", "  in 1 of 4 variants: host.h.count=0"]),
        (
            &["--set", "host.h.count=3..4", "--service", "apq"],
            &["--service apq: the scenario has app, pinned"],
        ),
        (
            &["--set", "host.h.count=3..4", "--strategy", "x"],
            &["--strategy x: the scenario has none, restart"],
        ),
        (
            &["--set", "host.h.count=1..99", "--set", "host.h.cores=1..99"],
            &["99 × 99 = 9801 variants, more than 1000"],
        ),
        (&["--set", "host.h.count=3"], &["no key has several values", "--set 'host.esx.count=20..32'"]),
        (
            &["--set", "cluster.c.admission=[\"none\", \"nine\"]"],
            &["\"nine\"", "  in 1 of 2 variants: cluster.c.admission=nine"],
        ),
        (&["--set", "host.h.crash.mttf=10 d..20 d"], &["say the step, such as 10 d..20 d..10 d"]),
        (
            &["--set", "run.horizon=30 d..90 d..30 d", "--horizon", "1 y"],
            &["--horizon 1 y: run.horizon has several values: leave one"],
        ),
        (
            &["--set", "run.seed=1..3"],
            &["run.seed has several values: all variants meet the failures of one seed"],
        ),
        (&["--set", "host.h.count=1..2", "--set", "host.h.count=5..6"], &["host.h.count has values already"]),
    ] {
        let told = refused(set);
        for part in parts {
            assert!(told.contains(part), "{set:?}: {part}\n{told}");
        }
    }
}

#[test]
fn quantities_and_words_are_swept_like_numbers() {
    let folder = folder();
    let sweep = json(
        folder.path(),
        &[
            "--set",
            "host.h.crash.mttr=2 h..6 h..2 h",
            "--set",
            "strategy.none.protect=[[], [\"host-cluster\"]]",
        ],
    );
    let values: Vec<&Value> = list(&sweep["variants"]).iter().map(|variant| &variant["values"]).collect();
    assert_eq!(values[0], &serde_json::json!(["2 h", "[]"]));
    assert_eq!(values[5], &serde_json::json!(["6 h", "[\"host-cluster\"]"]));
    let svg = fs::read_to_string(folder.path().join("results/a-sweep/charts/sweep.svg")).expect("drawn");
    assert!(svg.contains("host.h.crash.mttr, h"), "the axis says the unit");
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_what_is_finished() {
    let folder = folder();
    let complete = swept(folder.path(), &["--set", "host.h.count=3..4", "--replications", "5", "--out", "o"]);
    assert!(complete.starts_with("Some hosts\n2 variants"));
    let earlier = fs::read(folder.path().join("o/sweep.json")).expect("written");
    let set = ["--set", "host.h.count=3..9", "--replications", "400000", "--out", "o", "--threads", "1"];
    let child = command(folder.path(), &[&["sweep", "a.toml"][..], &set].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let end = child.wait_with_output().expect("it ends");
    assert_eq!(end.status.code(), Some(130), "{}", text(&end.stderr));
    assert!(
        text(&end.stderr).contains(" of 2800000 replications were finished, of "),
        "{}",
        text(&end.stderr)
    );
    assert_eq!(
        fs::read(folder.path().join("o/sweep.json")).expect("there"),
        earlier,
        "a complete result is spared"
    );
    let written = fs::read(folder.path().join("o/interrupted/sweep.json")).expect("written");
    let sweep: Value = serde_json::from_slice(&written).expect("complete JSON");
    let variants: u64 = list(&sweep["variants"]).iter().filter_map(|v| v["replications"].as_u64()).sum();
    assert_eq!(sweep["replications"].as_u64(), Some(variants));
    assert!(0 < variants && variants < 2_800_000);
    assert!(text(&end.stdout).contains("Interrupted: "));
}

#[test]
fn a_key_that_changes_nothing_is_named() {
    let folder = folder();
    // No start fails, so it does not matter when it is tried again; how many hosts there are does.
    let with = |key: &str| swept(folder.path(), &["--set", "host.h.count=3..4", "--set", key]);
    let idle = with("cluster.c.retry_after=[\"2 min\",\"3 min\"]");
    let told = "changes nothing here: each of its values";
    assert!(idle.contains(&format!("cluster.c.retry_after {told}")), "{idle}");
    assert!(!idle.contains(&format!("host.h.count {told}")), "{idle}");
    let live = with("host.h.crash.mttr=[\"1 h\",\"2 h\"]");
    assert!(!live.contains(told), "{live}");
}
