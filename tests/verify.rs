//! `ninefold verify` as a user sees it: what it prints, what it says where there is nothing exact, and its exit codes.

mod loading;

use std::fs;
use std::process::{Command, Output, Stdio};

use loading::load;
use ninefold::experiment::verify::{Verdict, limit, verify};
use ninefold::experiment::{Plan, run};
use ninefold::report::verify as report;
use serde_json::Value;

/// A host that is down as soon as it fails and up as soon as it is repaired, and a service that is what the host is; and the same
/// with a host cluster of a product.
const TWO_STATES: &str = r#"
schema = 1
title = "Up or down"
[run]
replications = 400
horizon = "1 y"
[host.h]
count = 2
cores = 8
memory = "64 GiB"
boot = "0 s"
crash = { mttf = "30 d", mttr = "4 h" }
[cluster.c]
product = "vsphere-6"
hosts = ["h"]
[service.a]
vm = { cores = 1, memory = "1 GiB" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
[strategy.alone]
protect = []
[strategy.cluster]
protect = ["host-cluster"]
"#;

fn verified(scenario: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), scenario).expect("a scenario");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(["verify", "a.toml", "--quiet", "--threads", "2"]).args(more).current_dir(folder.path());
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "it writes no files");
    output
}

fn printed(scenario: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = verified(scenario, more);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn json(scenario: &str, more: &[&str]) -> Value {
    let (_, stdout, stderr) = printed(scenario, &[more, &["--format", "json"]].concat());
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}

#[test]
fn exact_beside_simulated() {
    let (code, stdout, stderr) = printed(TWO_STATES, &[]);
    assert_eq!(code, Some(0), "{stderr}");
    for part in [
        "Up or down\n400 replications, seed 1; per instance and 1 y\n",
        "metric",
        "exact  simulated",
        "alone: a  downtime_s  174,152.9",
        "Both figures are within 4.0 standard errors of the exact answer, as with a right simulation in\n99.987 % of runs.",
        "Without an exact answer:\n  cluster: a: cluster c votes, elects or isolates",
    ] {
        assert!(stdout.contains(part), "{part:?} is not in\n{stdout}");
    }
    assert!(stdout.lines().all(|line| line.chars().count() <= 100), "{stdout}");
}

#[test]
fn programs_get_the_same() {
    let found = json(TWO_STATES, &[]);
    let [alone, cluster] = found["services"].as_array().expect("a list").as_slice() else {
        panic!("{found}")
    };
    assert_eq!(
        (&alone["strategy"], &alone["service"], &alone["states"]),
        (&"alone".into(), &"a".into(), &2.into())
    );
    let figure = &alone["figures"][0];
    // U t - U (1 - exp(-(λ + μ) t)) / (λ + μ), in seconds.
    let (l, m, t): (f64, f64, f64) = (1.0 / 720.0, 1.0 / 4.0, 8_760.0);
    let u = l / (l + m);
    let exact = 3_600.0 * (u * t - u * (1.0 - (-(l + m) * t).exp()) / (l + m));
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!((number(&figure["exact"]) / exact - 1.0).abs() < 1e-9, "{figure} and not {exact}");
    let z = (number(&figure["simulated"]["mean"]) - exact) / number(&figure["simulated"]["se"]);
    assert!((number(&figure["z"]) - z).abs() < 1e-6);
    assert_eq!(figure["verdict"], "agrees");
    assert_eq!(cluster["figures"].as_array().map(Vec::len), Some(0));
    assert!(cluster["obstacles"][0].as_str().expect("a text").contains("isolates"));

    let (code, csv, _) = printed(TWO_STATES, &["--format", "csv"]);
    assert_eq!(code, Some(0));
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[0].starts_with("strategy,service,metric,exact,simulated_mean,simulated_se,"));
    let columns = |row: &str| row.split(',').count();
    assert_eq!(rows.len(), 4);
    assert_eq!(columns(rows[0]), columns(rows[1]));
    assert!(rows[3].starts_with("cluster,a,,,") && rows[3].contains(",no-exact-answer,"), "{csv}");
}

#[test]
fn the_same_for_any_number_of_threads() {
    let one = printed(TWO_STATES, &["--threads", "1", "--replications", "60"]);
    assert!(one.2.contains("cannot be used multiple times"), "{}", one.2);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), TWO_STATES).expect("a scenario");
    let run = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
        command.args(["verify", "a.toml", "--quiet", "--replications", "60", "--threads", threads]);
        command.current_dir(folder.path()).stdin(Stdio::null()).output().expect("the program starts").stdout
    };
    assert_eq!(run("1"), run("3"));
}

#[test]
fn options_are_those_of_run() {
    let found = json(
        TWO_STATES,
        &[
            "--strategy",
            "alone",
            "--seed",
            "7",
            "--replications",
            "100",
            "--horizon",
            "2 y",
            "--set",
            "host.h.crash.mttr=8 h",
        ],
    );
    assert_eq!(found["services"].as_array().map(Vec::len), Some(1));
    assert_eq!((&found["seed"], &found["replications"]), (&7.into(), &100.into()));
    assert_eq!(found["horizon_s"], 63_072_000);
    let exact = found["services"][0]["figures"][0]["exact"].as_f64().expect("a number");
    assert!((exact / (63_072_000.0 * 8.0 / 728.0) - 1.0).abs() < 1e-3, "{exact}");
}

#[test]
fn nothing_exact_is_not_success() {
    let (code, stdout, stderr) = printed(TWO_STATES, &["--strategy", "cluster"]);
    assert_eq!(code, Some(4), "{stdout}");
    assert!(stderr.contains("nothing of this scenario has an exact answer"), "{stderr}");
    assert!(stdout.contains("No figure could be judged."), "{stdout}");
    // Nor is nothing seen: 20 replications of a year, and a crash in 300 years.
    let rare = ["--strategy", "alone", "--replications", "20", "--set", "host.h.crash.mttf=300 y"];
    let (code, stdout, stderr) = printed(TWO_STATES, &rare);
    assert_eq!(code, Some(4), "{stdout}");
    assert!(stdout.contains("2 were not judged: fewer than 30 outages"), "{stdout}");
    assert!(stderr.contains("too little has happened"), "{stderr}");
}

#[test]
fn mistakes_are_told_as_by_run() {
    let (code, _, stderr) = printed(&TWO_STATES.replace("mttf", "mtf"), &[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("mttf") && stderr.contains("a.toml:12"), "{stderr}");
    let (code, _, stderr) = printed(TWO_STATES, &["--strategy", "none"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--strategy none: the scenario has alone, cluster"), "{stderr}");
    let (code, _, stderr) = printed(TWO_STATES, &["--format", "markdown"]);
    assert_eq!(code, Some(2), "{stderr}");
    let missing = Command::new(env!("CARGO_BIN_EXE_ninefold")).args(["verify", "no-such-file.toml"]).output();
    assert_eq!(missing.expect("the program starts").status.code(), Some(1));
}

/// Held against the exact answer of another scenario, the same simulation is called wrong.
#[test]
fn a_simulation_that_is_wrong_is_called_so() {
    let models = load(TWO_STATES);
    let plan =
        Plan { title: "t".into(), sha256: String::new(), seed: 3, replications: 400, threads: Some(2) };
    let summary = run(&models, &plan, &()).expect("nobody stops it");
    let told = |text: &str| report::Verification::new(&summary, &verify(&load(text), &summary));
    let right = told(TWO_STATES);
    assert_eq!((right.count(Verdict::Agrees), right.count(Verdict::Differs)), (2, 0));
    // Repairs that take a quarter more, which 4,800 outages know: one in 14 at 4 standard errors.
    let wrong = told(&TWO_STATES.replace("mttr = \"4 h\"", "mttr = \"5 h\""));
    assert_eq!((wrong.count(Verdict::Agrees), wrong.count(Verdict::Differs)), (1, 1));
    assert!(report::verdict(&wrong).starts_with("1 of 2 figures more than 4.0 standard errors off"));
    assert!(report::text(&wrong).contains("differs"));
}

#[test]
fn few_replications_allow_for_more() {
    assert!((limit(1_000_000) - 4.0).abs() < 1e-3);
    assert!(limit(20) > 5.0 && limit(20) < 5.6, "{}", limit(20));
    assert!(limit(1).is_infinite());
}
