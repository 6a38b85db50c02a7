//! Histories of failures that a scenario replays: whose failures they become, what gives way to them, and what is told.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use ninefold::experiment::{Plan, run};
use ninefold::report::RunResult;
use ninefold::scenario::{File, Input, Issue, Spec, compile, describe, files_named, read};

const SCENARIO: &str = r#"schema = 1
title = "replayed"
[run]
horizon = "365 d"
replications = 40
[site.s]
outage = { mttf = "90 d", mttr = "2 h" }
[rack.r]
site = "s"
outage = { mttf = "90 d", mttr = "2 h" }
[storage.san]
kind = "fc"
outage = { mttf = "90 d", mttr = "2 h" }
[network.lan]
carries = ["client"]
outage = { mttf = "90 d", mttr = "2 h" }
[host.h]
count = 2
cores = 16
memory = "128 GiB"
rack = "r"
storage = ["san"]
boot = "0 s"
crash = { mttf = "20 d", mttr = "4 h" }
[service.a]
place = ["h-1"]
vm = { cores = 2, memory = "8 GiB", storage = "san" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
[service.b]
place = ["h-2"]
vm = { cores = 2, memory = "8 GiB", storage = "san" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
[strategy.alone]
protect = []
[faults]
replay = "history.csv"
FAULTS
"#;

/// Everything but the hosts is watched and never fails.
const QUIET: &str = "s,site,,,\nr,rack,,,\nsan,storage,,,\nlan,network,,,\n";

fn with(faults: &str, history: &str) -> (Option<Spec>, Vec<Issue>) {
    let text = SCENARIO.replace("FAULTS", faults);
    let files = [File::new("history.csv", history.as_bytes())];
    read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files })
}

fn quiet(rows: &str) -> String {
    format!("entity,kind,start,end,cause\n{QUIET}{rows}")
}

fn spec(faults: &str, history: &str) -> Spec {
    let (spec, issues) = with(faults, history);
    spec.unwrap_or_else(|| panic!("{}", issues.iter().map(Issue::render).collect::<String>()))
}

fn result(spec: &Spec, threads: usize) -> RunResult {
    let models = compile(spec).unwrap();
    let plan = Plan {
        title: spec.title.clone(),
        sha256: String::new(),
        seed: spec.run.seed,
        replications: spec.run.replications as u32,
        threads: Some(threads),
    };
    RunResult::from(&run(&models, &plan, &()).unwrap())
}

/// Mean, shortest and longest downtime of a service in seconds.
fn downtime(result: &RunResult, name: &str) -> (f64, f64) {
    let service = result.strategies[0].services.iter().find(|s| s.name == name).unwrap();
    (service.downtime_s.estimate.mean, service.downtime_s.max)
}

fn told(issues: &[Issue]) -> Vec<(&str, usize, String)> {
    issues.iter().map(|issue| (issue.code, issue.place.line, issue.what.clone())).collect()
}

#[test]
fn a_replay_gives_what_arithmetic_gives_and_chance_nothing() {
    // 30 + 45 min of the host, 10 min of the storage, 20 of the rack, 5 of the site, 15 of the network; overlaps count once.
    let rows = "h-1,host,10 d,14430 min,\nh-1,host,20 d,28845 min,\nsan,storage,30 d,43210 min,\nr,rack,40 d,57620 min,\n\
                s,site,50 d,72005 min,\nlan,network,60 d,86415 min,\nh-2,host,,,\n";
    let spec = spec("", &quiet(rows));
    let result = result(&spec, 1);
    let minutes = |n: f64| (n * 60.0, n * 60.0);
    assert_eq!(downtime(&result, "a"), minutes(30.0 + 45.0 + 10.0 + 20.0 + 5.0 + 15.0));
    assert_eq!(downtime(&result, "b"), minutes(10.0 + 20.0 + 5.0 + 15.0));
    assert!(
        describe(&spec).contains("replay of history.csv: 6 times out of service of 6 components"),
        "{}",
        describe(&spec)
    );
}

/// Hours of downtime of the service on `h-1`, with a host that boots for seven minutes.
fn hours(more: &str, rows: &str) -> f64 {
    let text = SCENARIO.replace("boot = \"0 s\"\ncrash", "boot = \"7 min\"\ncrash").replace("FAULTS", more);
    assert!(text.contains("7 min"));
    let rows = quiet(rows);
    let files = [File::new("history.csv", rows.as_bytes())];
    let (spec, issues) =
        read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues.iter().map(Issue::render).collect::<String>()));
    let (mean, max) = downtime(&result(&spec, 1), "a");
    assert_eq!(mean, max);
    mean / 3_600.0
}

/// What a history says is so whatever else is out at that time: a time out of service ends when it ends, and not before.
#[test]
fn what_overlaps_lasts_until_the_last_of_it_ends() {
    let boot = 7.0 / 60.0;
    // Nothing else: it serves again when the history says so, and its boot is over then.
    assert_eq!(hours("", "h-1,host,10 h,30 h,\n"), 20.0);
    // A rack goes first, or at the same instant in either order of the rows, or later, and comes back before or after the host. Whose
    // power comes back last boots then.
    for (rows, down) in [
        ("r,rack,10 h,12 h,\nh-1,host,11 h,13 h,\n", 3.0),
        ("r,rack,10 h,12 h,\nh-1,host,10 h,30 h,\n", 20.0),
        ("h-1,host,10 h,30 h,\nr,rack,10 h,12 h,\n", 20.0),
        ("h-1,host,10 h,12 h,\nr,rack,11 h,14 h,\n", 4.0 + boot),
        ("r,rack,10 h,14 h,\nh-1,host,11 h,12 h,\n", 4.0 + boot),
        ("s,site,10 h,12 h,\nr,rack,11 h,13 h,\nh-1,host,12.5 h,14 h,\n", 4.0),
    ] {
        // The rack and the site are watched and listed already.
        assert!((hours("", rows) - down).abs() < 1e-9, "{rows}: {}", hours("", rows));
    }
    // Planned work on it, from 9.5 h to 10.5 h.
    let work = "[maintenance.m]\nhosts = [\"h\"]\nfirst = \"9.5 h\"\nevery = \"1 y\"\nlasts = \"1 h\"\nat_once = 2\n";
    assert_eq!(hours(work, "h-1,host,10 h,30 h,\n"), 20.5);
    // A hang that somebody would have ended at 15 h.
    let hang = "[[inject]]\nat = \"10 h\"\nfault = \"host h-1 hang\"\nlasts = \"5 h\"\n";
    assert_eq!(hours(hang, "h-1,host,11 h,40 h,\n"), 30.0);
    // For good.
    assert_eq!(hours("", "r,rack,8754 h,8756 h,\nh-1,host,8755 h,,\n"), 6.0);
}

/// The only host of a group is known by two names.
#[test]
fn two_names_of_one_host_are_one_host() {
    let text = SCENARIO.replace("FAULTS", "").replace("[host.h]\ncount = 2", "[host.h]");
    let text = text.replace("place = [\"h-1\"]\n", "").replace("place = [\"h-2\"]\n", "");
    let rows = quiet("h,host,10 h,12 h,\nh-1,host,11 h,13 h,\n");
    let files = [File::new("history.csv", rows.as_bytes())];
    let (spec, issues) =
        read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues.iter().map(Issue::render).collect::<String>()));
    assert_eq!(downtime(&result(&spec, 1), "a"), (3.0 * 3_600.0, 3.0 * 3_600.0));
}

#[test]
fn who_has_no_end_and_fails_again_is_a_mistake() {
    let (spec, issues) = with("", &quiet("h-1,host,10 h,,\nh-1,host,20 h,30 h,\nh-2,host,40 h,,\n"));
    assert!(spec.is_none());
    let what = "it has no end, so \"h-1\" is down for good, but it fails again later";
    assert_eq!(told(&issues), [("E040", 6, what.to_owned())]);
}

#[test]
fn who_is_not_in_the_history_fails_by_chance() {
    let only = result(&spec("", &quiet("h-1,host,10 d,14430 min,\n")), 1);
    assert_eq!(downtime(&only, "a"), (1_800.0, 1_800.0));
    // As often as without any history: the draws of h-2 are its own.
    let nobody = result(&spec("", &quiet("x-1,host,,,\n")), 1);
    assert_eq!(downtime(&only, "b"), downtime(&nobody, "b"));
    assert!(downtime(&nobody, "b").0 > 100_000.0 && downtime(&nobody, "a").0 > 100_000.0);
    // With random failures beside it, on any number of threads.
    let text = |threads| {
        serde_json::to_string(&result(&spec("", &quiet("h-1,host,10 d,14430 min,\n")), threads)).unwrap()
    };
    assert_eq!(text(1), text(4));
}

#[test]
fn in_turn_those_with_a_name_keep_it() {
    let rows = "old,host,1 h,2 h,\nh-1,host,5 h,8 h,\nolder,host,1 h,3 h,\n";
    let (_, issues) = with("map = \"in-turn\"", &quiet(rows));
    assert_eq!(
        told(&issues),
        [("W115", 42, "host \"older\" is not replayed: every host stands for another one".to_owned())]
    );
    let result = result(&spec("map = \"in-turn\"", &quiet(rows)), 1);
    assert_eq!((downtime(&result, "a").0, downtime(&result, "b").0), (3.0 * 3_600.0, 3_600.0));
}

#[test]
fn offset_from_and_the_horizon_cut() {
    let rows = "h-1,host,2024-01-01,2024-01-02,\nh-1,host,2024-01-31 12:00,2024-02-01 12:00,\nh-1,host,2024-12-30 12:00,,\nh-2,host,,,\n";
    let down = |faults: &str| downtime(&result(&spec(faults, &quiet(rows)), 1), "a").0 / 3_600.0;
    // 2024 has 366 days: the last one of the horizon is the 30th of December.
    assert_eq!(down(""), 24.0 + 24.0 + 12.0);
    assert_eq!(down("offset = \"12 h\""), 12.0 + 24.0 + 24.0);
    assert_eq!(down("from = \"2024-02-01\""), 12.0 + 31.5 * 24.0);
    assert_eq!(down("from = \"2024-01-31\"\noffset = \"1 d\""), 12.0 + 31.5 * 24.0);
    // From before the first date on.
    assert_eq!(down("from = \"2023-12-31\""), 48.0);
    let (_, issues) = with("from = \"1999-01-01\"", &quiet(rows));
    assert_eq!(
        told(&issues),
        [("W105", 42, "nothing of the history is down within the horizon, 1 y".to_owned())]
    );
}

#[test]
fn what_is_not_replayed_is_named() {
    let rows =
        "x-1,host,1 h,2 h,\nx-2,host,1 h,2 h,\nups,battery,1 h,2 h,\nh-1,host,1 h,3 h,\nh-1,host,3 h,4 h,\n";
    let (spec, issues) = with("", &quiet(rows));
    assert!(spec.is_some());
    assert_eq!(
        told(&issues),
        [
            ("W115", 42, "\"battery\" \"ups\" cannot be replayed".to_owned()),
            (
                "W115",
                42,
                "host \"x-1\", \"x-2\" is not replayed: the scenario has none of this name".to_owned()
            ),
            ("W115", 42, "of \"h-1\" several times out of service overlap or touch".to_owned()),
        ]
    );
    let many: String = (0..40).map(|n| format!("y-{n},host,1 h,2 h,\n")).collect();
    let (_, issues) = with("", &quiet(&many));
    assert!(issues[0].what.contains("\"y-11\" and 28 others is not replayed"), "{}", issues[0].what);
}

#[test]
fn mistakes_are_told_in_the_file() {
    let (spec, issues) = with("", "entity,kind,start,end,cause\nh-1,host,soon,2 h,\nh-1,host,5 h,4 h,\n");
    assert!(spec.is_none());
    let places: Vec<(String, usize, usize)> =
        issues.iter().map(|i| (i.place.source.to_string(), i.place.line, i.place.column)).collect();
    assert_eq!(places, [("history.csv".to_owned(), 2, 10), ("history.csv".to_owned(), 3, 1)]);
    assert!(issues.iter().all(|issue| issue.code == "E040" && issue.path == "faults.replay"));
    let (_, issues) = with("", "");
    assert_eq!(told(&issues), [("E040", 1, "the file is empty".to_owned())]);
    let (_, issues) = with("from = \"2024-01-01\"", &quiet("h-1,host,1 h,2 h,\n"));
    assert_eq!(issues[0].code, "E020");
    let (_, issues) = with("from = \"soon\"\nmap = \"by-name\"\nread_as = \"xml\"\nwhere = 1", &quiet(""));
    assert_eq!(issues.iter().map(|i| i.code).collect::<Vec<_>>(), ["E011", "E016", "E016", "E007"]);
    let text = SCENARIO.replace("replay = \"history.csv\"", "offset = \"1 d\"").replace("FAULTS", "");
    let (_, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    assert_eq!((issues[0].code, issues[0].path.as_str()), ("E009", "faults"));
}

#[test]
fn every_format_of_histories_can_be_replayed() {
    let archive = "# event_id component_id node_id platform_id node_name event_type event_start_time event_stop_time event_end_reason\n\
        0 0 1 0 h-1 1 1000000000 1000003600 0\n1 0 1 0 h-1 0 1000003600 1000007200 0\n2 0 1 0 h-1 1 1000007200 1000010800 0\n";
    let text = SCENARIO.replace("FAULTS", "read_as = \"fta\"");
    let text = text.replace("outage = { mttf = \"90 d\", mttr = \"2 h\" }\n", "");
    let files = [File::new("history.csv", archive.as_bytes())];
    let input = Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files };
    assert_eq!(files_named(&input), ["history.csv"]);
    let spec = read(&input).0.unwrap();
    assert_eq!(downtime(&result(&spec, 1), "a"), (3_600.0, 3_600.0));
}

/// A law from a column is the law of its values.
#[test]
fn an_empirical_law_comes_from_a_column() {
    let scenario = |law: &str| {
        let text = SCENARIO.replace("[faults]\nreplay = \"history.csv\"\nFAULTS\n", "");
        text.replace("{ mttf = \"20 d\", mttr = \"4 h\" }", &format!("{{ mttf = \"20 d\", ttr = {law} }}"))
    };
    let file = "host,minutes,text\na,90,1.5 h\nb, 10 ,600 s\n\"c\",240,4 h\n";
    let read_law = |law: &str| {
        let (text, files) = (scenario(law), [File::new("repairs.csv", file.as_bytes())]);
        let (spec, issues) =
            read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files });
        spec.map(|spec| spec.hosts[0].crash.clone().unwrap().ttr).ok_or(issues)
    };
    let values = read_law("{ law = \"empirical\", values = [\"10 min\", \"90 min\", \"4 h\"] }").unwrap();
    assert_eq!(
        read_law("{ law = \"empirical\", file = \"repairs.csv\", column = \"minutes\", unit = \"min\" }")
            .unwrap(),
        values
    );
    assert_eq!(
        read_law("{ law = \"empirical\", file = \"repairs.csv\", column = \"text\" }").unwrap(),
        values
    );
    let wrong = |law: &str| -> Vec<(&str, String, usize)> {
        read_law(law)
            .unwrap_err()
            .iter()
            .map(|i| (i.code, i.place.source.to_string(), i.place.line))
            .collect()
    };
    let in_file = |code, line| (code, "repairs.csv".to_owned(), line);
    // Bare numbers have no unit; names are no durations.
    let bare = wrong("{ law = \"empirical\", file = \"repairs.csv\", column = \"minutes\" }");
    assert_eq!(bare, [in_file("E011", 2), in_file("E011", 3), in_file("E011", 4)]);
    let names = wrong("{ law = \"empirical\", file = \"repairs.csv\", column = \"host\", unit = \"min\" }");
    assert_eq!(names, [in_file("E011", 2), in_file("E011", 3), in_file("E011", 4)]);
    for (law, code) in [
        ("{ law = \"empirical\", file = \"repairs.csv\" }", "E009"),
        ("{ law = \"empirical\", file = \"repairs.csv\", column = \"hours\" }", "E021"),
        ("{ law = \"empirical\", file = \"repairs.csv\", values = [\"1 h\"] }", "E020"),
        ("{ law = \"empirical\" }", "E009"),
        ("{ law = \"empirical\", values = [\"1 h\"], unit = \"min\" }", "E020"),
        (
            "{ law = \"empirical\", file = \"repairs.csv\", column = \"minutes\", unit = \"fortnights\" }",
            "E016",
        ),
        ("{ law = \"empirical\", file = \"other.csv\" }", "E039"),
    ] {
        assert_eq!(wrong(law)[0].0, code, "{law}");
    }
}
