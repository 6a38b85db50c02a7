//! Files that a scenario names, as users and pipelines meet them: where they are looked for, what cannot be read and
//! never hangs, and that all commands take them, with a fingerprint that covers them.

use std::fs;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SCENARIO: &str = r#"
schema = 1
title = "Three hosts"
[run]
replications = 8
horizon = "52 w"
[host.h]
count = 3
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
[load.office]
csv = "data/week.csv"
column = "web"
[service.web]
role = "stateless"
vm = { cores = 2, memory = "8 GiB" }
load = "office"
requests = 100
demand = 3000
capacity = 1000
[strategy.two]
protect = ["nlb"]
members = 2
"#;

/// A day of each kind: so little that nobody is missed, and more than any two members carry.
fn week(peak: &str) -> String {
    let hours = (0..168).map(|hour| match hour % 24 {
        8..18 => format!("{hour} h,1,{peak}\n"),
        _ => format!("{hour} h,1,10 %\n"),
    });
    std::iter::once("time,other,web\n".to_owned()).chain(hours).collect()
}

/// A folder with a scenario in a folder of its own, and its data in one below that.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("plans/data")).expect("folders");
    fs::write(folder.path().join("plans/a.toml"), SCENARIO).expect("a scenario");
    fs::write(folder.path().join("plans/data/week.csv"), week("100 %")).expect("a file");
    fs::write(folder.path().join("plans/data/quiet.csv"), week("20 %")).expect("a file");
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

/// What a command prints; it is ended where it hangs.
fn output(folder: &Path, arguments: &[&str]) -> Output {
    // Into files: a pipe holds only so much until somebody reads it.
    let printed = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    let [stdout, stderr] = [0, 1].map(|n| Stdio::from(printed[n].try_clone().expect("a file")));
    let mut child = command(folder, arguments).stdout(stdout).stderr(stderr).spawn().expect("it starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().expect("it can be ended");
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let [stdout, stderr] = printed.map(|mut file| {
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("it can be read");
        bytes
    });
    Output { status: child.wait().expect("it has ended"), stdout, stderr }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn result(folder: &Path, more: &[&str]) -> serde_json::Value {
    let arguments = [&["run", "plans/a.toml", "--quiet", "--format", "json"], more].concat();
    let run = output(folder, &arguments);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

#[test]
fn paths_count_from_the_folder_of_the_scenario() {
    let folder = folder();
    let here = output(folder.path(), &["check", "plans/a.toml"]);
    let line = "load office: web of data/week.csv, 168 rows, at most 100 % of the demand";
    assert!(text(&here.stdout).contains(line), "{}{}", text(&here.stdout), text(&here.stderr));
    let there = output(&folder.path().join("plans"), &["check", "a.toml"]);
    assert_eq!(text(&here.stdout), text(&there.stdout));
    // Those of an override as well: the same command means the same everywhere.
    let set = ["check", "plans/a.toml", "--set", "load.office.csv=data/quiet.csv"];
    let set = output(folder.path(), &set);
    assert!(text(&set.stdout).contains("data/quiet.csv, 168 rows, at most 20 %"), "{}", text(&set.stderr));
    // Of stdin, from the current one.
    for (from, code) in [("plans", 0), (".", 2)] {
        let mut child = command(&folder.path().join(from), &["check", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("a pipe").write_all(SCENARIO.as_bytes()).expect("written");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{from}");
    }
}

#[test]
fn a_result_is_of_the_bytes_of_its_files() {
    let folder = folder();
    let first = result(folder.path(), &[]);
    assert_eq!(first, result(folder.path(), &[]));
    assert!(!first.to_string().contains("plans"), "no path is in a result");
    let sha = |result: &serde_json::Value| result["scenario"]["sha256"].clone();
    let quiet = result(folder.path(), &["--set", "load.office.csv=data/quiet.csv"]);
    assert!(sha(&quiet) != sha(&first) && quiet["strategies"] != first["strategies"]);
    // Another byte that changes nothing is another scenario all the same.
    fs::write(folder.path().join("plans/data/week.csv"), week("100 %") + "\n").expect("written");
    let longer = result(folder.path(), &[]);
    assert!(sha(&longer) != sha(&first));
    assert_eq!(longer["strategies"], first["strategies"]);
    // What is not named counts for nothing.
    fs::write(folder.path().join("plans/data/quiet.csv"), "").expect("written");
    assert_eq!(sha(&result(folder.path(), &[])), sha(&longer));
}

#[test]
fn every_command_takes_them() {
    let folder = folder();
    let fails = |arguments: &[&str]| {
        let run = output(folder.path(), arguments);
        (run.status.code() != Some(0)).then(|| format!("{arguments:?}: {}", text(&run.stderr)))
    };
    let file = "plans/a.toml";
    assert_eq!(fails(&["trace", file]), None);
    assert_eq!(fails(&["advise", file, "--quiet"]), None);
    let size = ["size", file, "--quiet", "--goal", "web.degraded <= 900 h/y"];
    let size = output(folder.path(), &[&size[..], &["--set", "strategy.two.members=2..3"]].concat());
    assert!(text(&size.stdout).contains("strategy.two.members"), "{}", text(&size.stderr));
    let set = ["--set", "load.office.csv=[\"data/week.csv\", \"data/quiet.csv\"]"];
    let sweep = output(
        folder.path(),
        &[&["sweep", file, "--quiet", "--format", "json", "--out", "s"], &set[..]].concat(),
    );
    let sweep: serde_json::Value = serde_json::from_slice(&sweep.stdout).expect("JSON");
    assert_eq!(sweep["variants"].as_array().map(Vec::len), Some(2), "{sweep}");
    let alone = result(folder.path(), &["--set", "load.office.csv=data/quiet.csv"]);
    let [busy, quiet] = [0, 1].map(|variant| sweep["variants"][variant].to_string());
    assert_ne!(busy.replace("week", "quiet"), quiet, "a file is a value like any other");
    let degraded = alone["strategies"][0]["services"][0]["degraded_s"]["mean"].to_string();
    assert!(quiet.contains(&degraded), "{degraded} s: {quiet}");
}

/// Codes and messages of a file under a name, all at its key.
fn refused(folder: &Path, name: &str) -> String {
    let toml = serde_json::to_string(name).expect("a text");
    fs::write(folder.join("plans/b.toml"), SCENARIO.replace("\"data/week.csv\"", &toml)).expect("a scenario");
    let check = output(folder, &["check", "plans/b.toml"]);
    assert_eq!(check.status.code(), Some(2), "{name:?}: {}", text(&check.stdout));
    let said = text(&check.stderr).to_owned();
    assert!(said.starts_with("plans/b.toml:13:7: error["), "{name:?}: {said}");
    assert!(said.contains("1 error; nothing was simulated"), "{name:?}: {said}");
    said
}

#[test]
fn what_cannot_be_read_is_told_where_it_is_named() {
    let folder = folder();
    let missing = refused(folder.path(), "data/weak.csv");
    let there_is_none = "error[E039]: load.office.csv: there is no file \"plans/data/weak.csv\"\n";
    assert!(missing.contains(there_is_none) && missing.contains("= help: write its path"), "{missing}");
    for (name, words) in [
        ("data", "\"plans/data\" is a folder"),
        (".", "is a folder"),
        ("../plans/data", "is a folder"),
        ("", "error[E010]: load.office.csv: the name of a file is empty"),
        ("   ", "the name of a file is empty"),
        ("a\u{0}b", "the name of a file with the control character U+0000 in it"),
        ("a\nb", "the name of a file with a line break in it"),
        ("data/week.csv/more", "cannot be read"),
        ("-", "there is no file \"plans/-\""),
        ("~/week.csv", "there is no file"),
        ("$(touch x)", "there is no file"),
        ("data/*.csv", "there is no file"),
    ] {
        let said = refused(folder.path(), name);
        assert!(said.contains(words), "{name:?}: {said}");
    }
    let long = refused(folder.path(), &"x".repeat(900));
    assert!(long.contains("cannot be read") && long.len() < 900, "{long}");
    let longer = refused(folder.path(), &"x".repeat(1_001));
    assert!(longer.contains("the name of a file with 1001 characters") && longer.len() < 900, "{longer}");
    assert!(!folder.path().join("x").exists() && !folder.path().join("plans/x").exists());
    let large = fs::File::create(folder.path().join("plans/data/large.csv")).expect("a file");
    large.set_len(1 << 40).expect("a large one");
    assert!(refused(folder.path(), "data/large.csv").contains("has more than 16 MiB"));
    // A file outside the folder is as good as any.
    fs::rename(folder.path().join("plans/data"), folder.path().join("data")).expect("moved");
    let scenario = SCENARIO.replace("data/week.csv", "../data/week.csv");
    fs::write(folder.path().join("plans/b.toml"), scenario).expect("a scenario");
    assert_eq!(output(folder.path(), &["check", "plans/b.toml"]).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_hang_nobody() {
    let folder = folder();
    let pipe = folder.path().join("plans/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    std::os::unix::fs::symlink("pipe", folder.path().join("plans/link.csv")).expect("a link");
    let _socket =
        std::os::unix::net::UnixListener::bind(folder.path().join("plans/socket")).expect("a socket");
    for name in ["pipe", "link.csv", "socket", "/dev/zero", "/dev/tty", "/dev/stdin"] {
        let said = refused(folder.path(), name);
        assert!(said.contains("is a pipe, a socket or a device"), "{name}: {said}");
        assert!(said.contains("= help: write the path of a file"), "{name}: {said}");
    }
    // A link that goes nowhere, one that goes round, and one to a file.
    for (name, target) in [("gone", "nowhere"), ("round", "round")] {
        std::os::unix::fs::symlink(target, folder.path().join("plans").join(name)).expect("a link");
    }
    assert!(refused(folder.path(), "gone").contains("there is no file"));
    assert!(refused(folder.path(), "round").contains("cannot be read"));
    fs::remove_file(folder.path().join("plans/link.csv")).expect("removed");
    std::os::unix::fs::symlink("data/week.csv", folder.path().join("plans/link.csv")).expect("a link");
    let set = ["check", "plans/a.toml", "--set", "load.office.csv=link.csv"];
    assert_eq!(output(folder.path(), &set).status.code(), Some(0));
}

#[test]
fn mistakes_in_a_file_are_told_at_its_path() {
    let folder = folder();
    let wrong = week("100 %").replace("30 h,1,10 %", "30 h,1,110 %").replace("40 h,1,100 %", "40 h,1,");
    fs::write(folder.path().join("plans/data/week.csv"), wrong).expect("written");
    let run = output(folder.path(), &["run", "plans/a.toml"]);
    assert_eq!(run.status.code(), Some(2));
    let said = text(&run.stderr);
    let first = "plans/data/week.csv:32:8: error[E015]: load.office.csv: \"110 %\" is outside 0 to 100 %\n   |\n\
                 32 | 30 h,1,110 %\n   |        ^^^^^\n   |\n   = help: write a part of the most, such as 0.15 or 15 %\n";
    assert!(said.starts_with(first), "{said}");
    assert!(said.contains("plans/data/week.csv:42:8: error[E014]") && said.contains("2 errors"), "{said}");
    assert!(!folder.path().join("results").exists());
}
