//! Ctrl-C at any moment: nothing half written, nothing lost that was finished.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SCENARIO: &str = r#"
schema = 1
title = "Two hosts"
[run]
horizon = "90 d"
[host.h]
count = 2
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
[service.db]
vm = { cores = 2, memory = "8 GiB" }
[strategy.none]
protect = []
[strategy.pair]
protect = ["guest-failover"]
"#;

/// A folder that holds the scenario.
fn folder(scenario: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), scenario).expect("a scenario");
    folder
}

fn start(folder: &Path, replications: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(["run", "a.toml", "--out", "o", "--replications", replications]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn interrupt(child: &Child) {
    // It may have come to its end already.
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
}

fn end(child: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    (status.code(), String::from_utf8(stderr).expect("UTF-8"))
}

/// Waits until something is so, for as long as a slow machine may take.
fn wait(until: impl Fn() -> bool) {
    let begun = Instant::now();
    while !until() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Replications in a result.
fn finished(result: &Path) -> u64 {
    let text = fs::read_to_string(result.join("result.json")).expect("a result");
    let result: serde_json::Value = serde_json::from_str(&text).expect("complete JSON");
    result["replications"].as_u64().expect("a count")
}

/// From the first replication to the last file, with one to five interruptions; twice as often in the long form.
#[test]
fn whenever_it_is_interrupted_a_result_is_whole_or_not_there() {
    let folder = folder(SCENARIO);
    let out = folder.path().join("o");
    assert_eq!(end(start(folder.path(), "10")).0, Some(0));
    let all = files(&out).len();
    let rounds: u32 = if std::env::var_os("NINEFOLD_LONG").is_some() { 24 } else { 12 };
    for round in 0..rounds {
        let _ = fs::remove_dir_all(&out);
        let child = start(folder.path(), "1500");
        if round % 3 == 0 {
            std::thread::sleep(Duration::from_millis(u64::from(round * 24 / rounds) * 12));
        } else {
            // The moment at which the first file is being written.
            wait(|| fs::read_dir(&out).is_ok_and(|mut entries| entries.next().is_some()));
            std::thread::sleep(Duration::from_millis(u64::from(round % 4)));
        }
        for _ in 0..=round % 5 {
            interrupt(&child);
        }
        let (code, told) = end(child);
        let found = files(&out);
        let hidden =
            found.iter().any(|f| f.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
        assert!(!hidden, "round {round}: {found:?}");
        if found.is_empty() {
            assert!(!out.exists(), "round {round}: an empty folder");
            // Before anybody listens the signal itself ends it.
            assert!(matches!(code, Some(130) | None), "round {round}: {code:?} {told}");
        } else {
            // One that came to its end has replays as well, with a timeline of each of both strategies, and says so, unless what it
            // prints was cut off.
            let whole = finished(&out) == 1500;
            let replays = if whole && out.join("replays.json").exists() { 1 + 2 } else { 0 };
            assert_eq!(found.len(), all + replays, "round {round}: {found:?}");
            assert!(code == Some(130) || (whole && code == Some(0)), "round {round}: {code:?} {told}");
            assert!(!told.contains("1500 of 1500"), "{told}");
            // What was dropped is not a matter of chance alone: whoever keeps the rest is told.
            let dropped = told.contains("dropping them") && told.contains("replications were finished");
            assert_eq!(dropped, told.contains("a little too good"), "round {round}: {told}");
        }
    }
}

#[test]
fn an_interrupted_run_does_not_take_the_place_of_a_complete_one() {
    let folder = folder(SCENARIO);
    let out = folder.path().join("o");
    let run_for_a_while = || {
        let run = |for_ms: u64| {
            let child = start(folder.path(), "5000000");
            std::thread::sleep(Duration::from_millis(for_ms));
            interrupt(&child);
            end(child)
        };
        // On a busy machine it may not listen yet, so that the signal itself ends it, or have finished no replication: later it has.
        let is_too_soon =
            |(code, told): &(Option<i32>, String)| code.is_none() || told.contains("nothing was written");
        let mut ends = [300, 600, 1_200, 2_400, 4_800].into_iter().map(run).skip_while(is_too_soon);
        let (code, told) = ends.next().expect("something is finished within seconds");
        assert_eq!(code, Some(130), "{told}");
        told
    };
    assert_eq!(end(start(folder.path(), "10")).0, Some(0));
    let told = run_for_a_while();
    assert!(told.contains("o/interrupted; the earlier results in o stay"), "{told}");
    assert_eq!(finished(&out), 10);
    assert!(finished(&out.join("interrupted")) > 0);

    // Of two that were interrupted the longer one stays.
    fs::remove_dir_all(&out).expect("there");
    run_for_a_while();
    let result = fs::read_to_string(out.join("result.json")).expect("a result");
    let finished_first = finished(&out);
    let larger =
        result.replacen(&format!("\"replications\": {finished_first}"), "\"replications\": 4999999", 1);
    fs::write(out.join("result.json"), larger).expect("written");
    run_for_a_while();
    assert_eq!(finished(&out), 4_999_999);
    assert!(finished(&out.join("interrupted")) < 4_999_999);

    // What comes to its end takes the place of anything.
    assert_eq!(end(start(folder.path(), "20")).0, Some(0));
    assert_eq!(finished(&out), 20);
}

/// What went beside a complete result stays where it has more of the same run.
#[test]
fn an_interrupted_run_does_not_take_the_place_of_a_longer_one_that_was_interrupted() {
    let folder = folder(SCENARIO);
    let out = folder.path().join("o");
    assert_eq!(end(start(folder.path(), "10")).0, Some(0));
    let run_for_a_while = || {
        let child = start(folder.path(), "5000000");
        std::thread::sleep(Duration::from_millis(700));
        interrupt(&child);
        let (code, told) = end(child);
        assert_eq!(code, Some(130), "{told}");
        told
    };
    run_for_a_while();
    let result = out.join("interrupted/result.json");
    let written = fs::read_to_string(&result).expect("a result");
    let count = format!("\"replications\": {}", finished(&out.join("interrupted")));
    let longer = written.replacen(&count, "\"replications\": 4999999", 1);
    fs::write(&result, &longer).expect("written");
    let told = run_for_a_while();
    assert!(told.contains("o/interrupted has more of the same run; the earlier results in o stay"), "{told}");
    assert_eq!(fs::read_to_string(&result).expect("a result"), longer);
    assert!(!told.contains("wrote "), "{told}");
    // That of another seed is another run.
    fs::write(&result, longer.replacen("\"seed\": 1", "\"seed\": 2", 1)).expect("written");
    let told = run_for_a_while();
    assert!(told.contains("are in o/interrupted; the earlier results in o stay"), "{told}");
    assert!(finished(&out.join("interrupted")) < 4_999_999);
    assert_eq!(finished(&out), 10);
}

/// Reports never look as if everything had been asked.
#[test]
fn reports_of_an_interrupted_test_name_what_was_not_judged() {
    let gate = "[[gate]]\ncheck = \"downtime <= 8000 h/y\"\n";
    let quick = SCENARIO.replace("[run]", "[run]\nreplications = 10") + gate;
    let slow = SCENARIO.replace("[run]", "[run]\nreplications = 5000000") + gate;
    let folder = folder(&quick);
    for (name, content) in [("b.toml", &*slow), ("c.toml", &quick), ("d.toml", "[package]\nname = \"x\"\n")] {
        fs::write(folder.path().join(name), content).expect("written");
    }
    for name in ["j.xml", "m.md", "j.json"] {
        fs::write(folder.path().join(name), "of an earlier test").expect("written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(["test", ".", "--quiet", "--junit", "j.xml", "--markdown", "m.md", "--json", "j.json"]);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // The first one is judged, and the second one begun.
    let mut printed = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("passed") && !line.contains('✓') {
        line.clear();
        assert!(printed.read_line(&mut line).expect("UTF-8") > 0, "it ended");
    }
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let mut rest = String::new();
    printed.read_to_string(&mut rest).expect("UTF-8");
    let (code, told) = end(child);
    assert_eq!(code, Some(130), "{told}");
    assert!(told.contains("the reports name what was not judged"), "{told}");
    for name in ["b.toml", "c.toml"] {
        assert!(rest.contains(&format!("{name}: interrupted, not judged\n")), "{rest}");
    }
    assert!(rest.contains("2 scenarios not judged (interrupted)"), "{rest}");
    let of = |name: &str| fs::read_to_string(folder.path().join(name)).expect("written");
    let junit = of("j.xml");
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let all = document.root_element();
    let [tests, errors] =
        ["tests", "errors"].map(|key| all.attribute(key).and_then(|n| n.parse::<u32>().ok()));
    // A gate of two strategies, two that nobody came to, and one that is no scenario.
    assert_eq!((tests, errors), (Some(5), Some(2)), "{junit}");
    assert_eq!(junit.matches("<error type=\"interrupted\" message=\"interrupted, not judged\"/>").count(), 2);
    assert_eq!(of("m.md").matches("interrupted, not judged").count(), 2, "{}", of("m.md"));
    let json: serde_json::Value = serde_json::from_str(&of("j.json")).expect("JSON");
    assert_eq!(json["interrupted"], true);
    let outcomes: Vec<_> = (0..4).map(|at| json["scenarios"][at]["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("judged"), Some("interrupted"), Some("interrupted"), Some("skipped")]);
}

/// Two hundred million events in one replication: who asks twice does not wait for them. Once among the others,
/// once in the life of a VM that concerns nobody.
#[test]
fn a_long_replication_is_dropped() {
    let busy_host = SCENARIO
        .replace("count = 2", "count = 2\nboot = \"0 s\"")
        .replace("\"20 d\", mttr = \"4 h\"", "\"1 s\", mttr = \"0 s\"");
    let busy_vm =
        SCENARIO.replace("crash = { mttf = \"20 d\", mttr = \"4 h\" }", "").replace("90 d", "280 d").replace(
            "[service.db]",
            "[service.db]\nstart = \"0 s\"\nrecover = \"0 s\"\napp_crash = { mttf = \"1 s\", mttr = \"0 s\" }",
        );
    for scenario in [busy_host, busy_vm] {
        let folder = folder(&scenario);
        let child = start(folder.path(), "1000");
        // Its folder is made when it listens.
        wait(|| folder.path().join("o").exists());
        std::thread::sleep(Duration::from_millis(300));
        interrupt(&child);
        std::thread::sleep(Duration::from_millis(100));
        interrupt(&child);
        let begun = Instant::now();
        let (code, told) = end(child);
        assert_eq!(code, Some(130), "{told}");
        assert!(told.contains("again to drop them") && told.contains("dropping them"), "{told}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?} {told}", begun.elapsed());
    }
}
