//! `ninefold trace --chart`, and the timelines among the charts of `run` and `chart`, as the program that people start.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SCENARIO: &str = r#"
schema = 1
title = "Two hosts"
run = { replications = 30, horizon = "90 d" }
host.h = { count = 2, cores = 8, memory = "64 GiB", crash = { mttf = "20 d", mttr = "4 h" } }
service.db = { vm = { cores = 2, memory = "8 GiB" } }
strategy.none = { protect = [] }
[strategy."../../../Pair of <nodes>"]
protect = ["guest-failover"]
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), SCENARIO).unwrap();
    folder
}

fn ninefold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ninefold")).current_dir(folder).args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_trace_draws_what_it_tells() {
    let folder = folder();
    let trace = |more: &[&str]| {
        let arguments = [&["trace", "a.toml", "--strategy", "none", "--quiet"], more].concat();
        let output = ninefold(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        output
    };
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let plain = trace(&["--replication", "3"]);
    let drawn = trace(&["--replication", "3", "--chart", "new/folder/three.SVG"]);
    assert_eq!(plain.stdout, drawn.stdout, "the story is the same");
    assert_eq!(told(&drawn), "drew new/folder/three.SVG\n");
    let svg = String::from_utf8(read("new/folder/three.SVG")).unwrap();
    assert!(svg.contains("none, replication 3 – Two hosts") && svg.contains("host-crash, "), "{svg}");
    // The first line of the story that has the host is where its lane begins.
    let one = trace(&["--worst", "db", "--threads", "1", "--chart", "one.svg"]);
    trace(&["--worst", "db", "--threads", "2", "--chart", "two.svg"]);
    assert!(read("one.svg") == read("two.svg"), "threads show");
    let words = told(&one);
    let number = words.split("longest in number ").nth(1).unwrap().split(':').next().unwrap();
    let svg = String::from_utf8(read("one.svg")).unwrap();
    assert!(svg.contains(&format!("none, replication {number} (the worst of db) – Two hosts")), "{words}");
    trace(&["--replication", "3", "--chart", "three.png"]);
    assert!(read("three.png").starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn a_chart_that_cannot_be_is_told_before_the_work() {
    let folder = folder();
    for name in ["three.pdf", "three", "-"] {
        let output =
            ninefold(folder.path(), &["trace", "a.toml", "--strategy", "none", &format!("--chart={name}")]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("let the name end in .svg or .png"), "{}", told(&output));
        assert!(output.stdout.is_empty() && !folder.path().join(name).exists());
    }
    let output =
        ninefold(folder.path(), &["trace", "a.toml", "--strategy", "none", "--chart", "a.toml/x.svg"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
}

#[test]
fn a_run_draws_its_worst_replications_and_so_does_chart() {
    let folder = folder();
    let run = |more: &[&str]| {
        let output = ninefold(folder.path(), &[&["run", "a.toml", "--quiet"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    };
    let timelines = |of: &str| {
        let mut names: Vec<String> = fs::read_dir(folder.path().join(of))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("timeline-"))
            .collect();
        names.sort();
        names
    };
    run(&["--out", "o", "--threads", "1"]);
    run(&["--out", "p", "--threads", "2"]);
    let names = timelines("o/charts");
    assert_eq!(names, ["timeline-Pair-of--nodes-2.svg", "timeline-none.svg"]);
    let chart = ninefold(folder.path(), &["chart", "o", "--out", "again"]);
    assert_eq!(chart.status.code(), Some(0), "{}", told(&chart));
    assert_eq!(timelines("again"), names);
    for name in &names {
        let read = |of: &str| fs::read(folder.path().join(of).join(name)).unwrap();
        assert!(read("o/charts") == read("p/charts"), "threads show");
        assert!(read("o/charts") == read("again"), "a chart that is drawn later is another");
        assert!(String::from_utf8(read("again")).unwrap().contains("(the worst) – Two hosts"));
    }
    // Replays of another run are not mixed in, and those that cannot be read are told of.
    run(&["--out", "other", "--seed", "9"]);
    fs::copy(folder.path().join("other/replays.json"), folder.path().join("o/replays.json")).unwrap();
    let chart = ninefold(folder.path(), &["chart", "o", "--out", "without"]);
    assert_eq!(chart.status.code(), Some(0));
    assert!(told(&chart).contains("is of another run: the charts have no timelines"), "{}", told(&chart));
    assert!(timelines("without").is_empty());
    fs::write(folder.path().join("o/replays.json"), "{ \"schema\": ").unwrap();
    let chart = ninefold(folder.path(), &["chart", "o", "--out", "broken"]);
    assert_eq!(chart.status.code(), Some(2));
    assert!(!folder.path().join("broken").exists(), "nothing half written");
    fs::remove_file(folder.path().join("o/replays.json")).unwrap();
    let chart = ninefold(folder.path(), &["chart", "o", "--out", "none"]);
    assert_eq!(chart.status.code(), Some(0));
    assert!(timelines("none").is_empty());
}

/// A run of few replications draws none, but leaves none that tell of another run.
#[test]
fn timelines_that_lie_there_are_not_left_to_tell_of_another_run() {
    let folder = folder();
    let run = |more: &[&str]| {
        let output = ninefold(folder.path(), &[&["run", "a.toml", "--quiet", "--seed", "9"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    };
    run(&["--out", "few", "--replications", "3"]);
    assert!(!folder.path().join("few/charts/timeline-none.svg").exists());
    run(&["--out", "o"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let before = read("o/charts/timeline-none.svg");
    run(&["--out", "o", "--replications", "1"]);
    let after = read("o/charts/timeline-none.svg");
    assert!(before != after && after.contains("none, replication 0 (the worst)"), "{after}");
}
