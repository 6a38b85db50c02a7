//! Replications as stories: what `trace` tells people.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ninefold::report::story::Story;
use ninefold::scenario::{self, File, Input, files_named};

/// The story, and how many instants there are.
fn told(text: &str, explain: bool) -> (String, usize) {
    told_with(text, &[], explain)
}

/// The same of a scenario that names files.
fn told_with(text: &str, files: &[File], explain: bool) -> (String, usize) {
    let (spec, issues) = scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let model = &scenario::compile(&spec).expect("it compiles")[0];
    let timeline = &ninefold::experiment::trace(model, spec.run.seed, 0);
    let instants = timeline.entries.chunk_by(|a, b| a.at == b.at).count();
    (Story { spec: &spec, model, timeline, replication: 0, explain }.tell(), instants)
}

fn tell(text: &str, explain: bool) -> String {
    told(text, explain).0
}

/// A secondary of a cluster of three crashes with two VMs, and a guest crashes the next day. 18 s to the declaration (VMW-28e), then
/// 5 + 60 + 20 + 10 s to service: 1 min 53 s; the guest waits 30 min for a person, then 95 s.
const CRASH: &str = r#"
schema = 1
title = "A crash"
[run]
horizon = "3 d"
ages = "new"
[host.esx]
count = 3
cores = 16
memory = "64 GiB"
storage = ["san"]
boot = "5 min"
[storage.san]
kind = "fc"
[cluster.c]
product = "vsphere-6"
heartbeat_interval = "1 us"
hosts = ["esx"]
[service.mail]
instances = 2
place = ["esx-2", "esx-2"]
vm = { cores = 2, memory = "8 GiB", storage = "san" }
power_on = "5 s"
boot = "60 s"
start = "20 s"
recover = "10 s"
[strategy.cluster]
protect = ["host-cluster"]
[[inject]]
at = "10 h"
fault = "host esx-2 crash"
lasts = "4 h"
[[inject]]
at = "30 h"
fault = "vm mail-1 guest_crash"
lasts = "30 min"
"#;

#[test]
fn a_crash_is_told_step_by_step() {
    assert_eq!(
        tell(CRASH, false),
        "\
A crash
Strategy cluster, replication 0: 20 signals of 3 d. Down in it, all instances together:
          mail 35 min 21 s (3 times)

Day 0
10:00:00  esx-2 crashes; 2 VMs go down (host-crash): mail-1 and mail-2; mail-1 and mail-2 are DOWN
10:00:18  vSphere HA declares esx-2 dead, 18.0 s after it crashed; restarts 2 VMs: mail-1 on esx-1
          and mail-2 on esx-3
10:01:23  2 guests have booted: mail-1 and mail-2
10:01:43  2 applications have started: mail-1 and mail-2
10:01:53  mail-1 and mail-2 are up again after 1 min 53 s
14:05:00  esx-2 is up again after 4 h 5 min

Day 1
06:00:00  the guest of mail-1 crashes; mail-1 is DOWN
06:31:05  the guest of mail-1 has booted
06:31:25  the application of mail-1 has started
06:31:35  mail-1 is up again after 31 min 35 s
"
    );
}

#[test]
fn each_step_names_the_fact_that_it_stands_on_once() {
    let story = tell(CRASH, true);
    for ground in [
        "· cluster.c.failed_after_datastore = 18 s (VMW-28e): from the last heartbeat to",
        "· host.esx.boot = 5 min (set): from power to VMs",
        "· service.mail.boot = 1 min (set): until its operating system has booted",
    ] {
        assert_eq!(story.matches(ground).count(), 1, "{ground}\n{story}");
    }
    // What is at its default names what the default stands on.
    let story = tell(&CRASH.replace("power_on = \"5 s\"\n", ""), true);
    assert!(story.contains("service.mail.power_on = 5 s (ha-products 0.2 t_pon)"), "{story}");
    // What a scenario has changed is not said to be a product's number.
    let story = tell(
        &CRASH.replace("hosts = [\"esx\"]", "hosts = [\"esx\"]\nfailed_after_datastore = \"25 s\""),
        true,
    );
    assert!(
        story.contains("failed_after_datastore = 25 s (set)") && story.contains("dead, 25.0 s after"),
        "{story}"
    );
}

/// Each golden case has a story that fits the screen and has a line for each of its instants.
#[test]
fn every_case_has_a_story() {
    let mut cases = 0;
    for case in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).unwrap() {
        let folder = case.unwrap().path();
        let Ok(text) = fs::read_to_string(folder.join("scenario.toml")) else { continue };
        cases += 1;
        let named = files_named(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
        let files: Vec<File> =
            named.iter().map(|name| File::new(name, fs::read(folder.join(name)).unwrap())).collect();
        let (story, instants) = told_with(&text, &files, false);
        let lines = story.lines().skip(2).filter(|line| line.as_bytes().get(2) == Some(&b':')).count();
        assert_eq!(lines, instants, "{}\n{story}", folder.display());
        let wide = story.lines().find(|line| line.chars().count() > 100);
        assert!(wide.is_none_or(|line| !line.trim().contains(' ')), "{}: {wide:?}", folder.display());
        assert!(told_with(&text, &files, true).0.len() >= story.len());
    }
    assert!(cases > 200, "{cases}");
}

/// Names hold anything: the terminal shows it and is not moved by it.
#[test]
fn hostile_names_stay_text() {
    let text = CRASH.split("[[inject]]\nat = \"30 h\"").next().unwrap();
    let text = text.replace("[service.mail]", "[service.\"m\\u202Eail<b>\"]");
    let story = tell(&text, true);
    assert!(!story.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202E}'), "{story:?}");
    assert!(story.contains("are DOWN") && story.contains("<b>-1"), "{story}");
}

fn ninefold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ninefold")).current_dir(folder).args(arguments).output().unwrap()
}

/// The replication that `--worst` finds is the one with the most downtime in the table of all.
#[test]
fn the_worst_replication_is_the_one_of_the_table() {
    let text = CRASH
        .split("[[inject]]")
        .next()
        .unwrap()
        .replace("boot = \"5 min\"", "boot = \"5 min\"\ncrash = { mttf = \"20 d\", mttr = \"8 h\" }")
        .replace("horizon = \"3 d\"", "horizon = \"30 d\"\nreplications = 40");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), text).unwrap();
    let run = ninefold(folder.path(), &["run", "a.toml", "--quiet", "--out", "r"]);
    assert!(run.status.success());
    let table = fs::read_to_string(folder.path().join("r/replications.csv")).unwrap();
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| head.iter().position(|cell| *cell == name).unwrap();
    let (number, down) = (column("replication"), column("downtime_s"));
    let rows: Vec<(u32, f64)> = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[number].parse().unwrap(), cells[down].parse().unwrap()))
        .collect();
    let worst = rows.iter().fold((0, -1.0), |worst, row| if row.1 > worst.1 { *row } else { worst });
    assert!(worst.1 > 0.0);
    let trace = ninefold(folder.path(), &["trace", "a.toml", "--worst", "mail", "--quiet"]);
    let story = String::from_utf8(trace.stdout).unwrap();
    assert!(story.contains(&format!("replication {}:", worst.0)), "{worst:?}\n{story}");
    let plain = ninefold(folder.path(), &["trace", "a.toml", "--replication", &worst.0.to_string()]);
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), story);
    let wrong = ninefold(folder.path(), &["trace", "a.toml", "--worst", "mial", "--quiet"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("--worst mial: the scenario has mail"));
}
