//! `ninefold advise` as users and pipelines meet it: what it prints, that its proposal is a strategy like any other, and that
//! it says so when the simulation is against it.
//!
//! `NINEFOLD_BLESS=1 cargo test --test advise` writes the golden output anew.

mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use program::{folder, output, text};
use serde_json::Value;

/// Three hosts and a cluster; a database, a farm, and an application of which nobody says what it is.
const SCENARIO: &str = r#"
schema = 1
title = "Three hosts"
[run]
replications = 300
horizon = "360 d"
[host.h]
count = 3
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
[cluster.c]
product = "vsphere-8"
hosts = ["h"]
[service.db]
workload = "sql-availability-group"
vm = { cores = 2, memory = "8 GiB" }
app_crash = { mttf = "30 d", mttr = "1 h" }
[service.web]
role = "stateless"
vm = { cores = 1, memory = "4 GiB" }
demand = 2
capacity = 1
[service.rest]
vm = { cores = 1, memory = "4 GiB" }
[strategy.none]
protect = []
[strategy.restart]
protect = ["host-cluster"]
"#;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn advised(folder: &Path, more: &[&str]) -> String {
    let output = output(folder, &[&["advise", "a.toml", "--quiet"], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

fn json(folder: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&advised(folder, &[&["--format", "json"], more].concat())).expect("JSON")
}

/// The strategy between its heading and the next.
fn strategy(printed: &str) -> &str {
    let (_, rest) =
        printed.split_once("The strategy, to paste at the end of the scenario\n\n").expect("a heading");
    let (toml, _) = rest.split_once("\nWhat the simulation says\n").expect("a heading");
    toml
}

#[test]
fn the_advice_says_what_why_and_what_came_of_it() {
    let folder = folder(SCENARIO);
    let printed = advised(folder.path(), &[]);
    for line in [
        "The simulation confirms the advice for db, web and rest.",
        "  db: 1 instance, stateful, sql-availability-group; 2 VMs in place of 1",
        "    advised      host cluster and guest failover, 2 nodes of wsfc-2016",
        "    advised      host cluster and NLB, 3 members of ms-nlb",
        "    advised      host cluster\n",
        "\n[strategy.advised.service.web]\nprotect = [\"host-cluster\", \"nlb\"] # MTX-16\nmembers = 3 ",
        "  db: confirmed. advised loses ",
        "\nCapacity at the start\n",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("rest: confirmed. ") && flat.contains(", exactly as restart, "), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is written");
}

#[test]
fn what_is_printed_can_be_pasted_and_gives_the_same_numbers() {
    let folder = folder(SCENARIO);
    let more = ["--replications", "60", "--seed", "7", "--set", "host.h.cores=16"];
    let printed = advised(folder.path(), &more);
    let pasted = format!("{SCENARIO}\n{}", strategy(&printed));
    fs::write(folder.path().join("pasted.toml"), &pasted).expect("written");
    let check = output(folder.path(), &["check", "pasted.toml"]);
    assert_eq!((check.status.code(), text(&check.stderr)), (Some(0), ""));
    assert!(text(&check.stdout).contains("strategy advised:"), "{}", text(&check.stdout));

    let run = ["run", "pasted.toml", "--quiet", "--out", "o", "--format"];
    let run = |format: &str| output(folder.path(), &[&run[..], &[format], &more].concat()).stdout;
    let mut result: Value = serde_json::from_slice(&run("json")).expect("JSON");
    // What a run says of its scenario is no number.
    let said = result.as_object_mut().expect("an object");
    assert!(said.remove("assumptions").is_some() && said.remove("description").is_some());
    assert_eq!(json(folder.path(), &more)["result"], result, "to the last digit");
    assert!(printed.ends_with(text(&run("text"))), "the comparison is that of run");
    // What was there already loses what it lost before.
    fs::write(folder.path().join("a.toml"), SCENARIO).expect("written");
    let before = output(
        folder.path(),
        &[&["run", "a.toml", "-q", "--out", "p", "--format", "json"], &more[..]].concat(),
    );
    let before: Value = serde_json::from_slice(&before.stdout).expect("JSON");
    for (number, strategy) in before["strategies"].as_array().expect("a list").iter().enumerate() {
        assert_eq!(strategy["services"], result["strategies"][number]["services"]);
    }
}

#[test]
fn the_number_of_threads_never_shows() {
    let folder = folder(SCENARIO);
    for format in ["text", "markdown", "csv", "json"] {
        let one = advised(folder.path(), &["--replications", "50", "--format", format, "--threads", "1"]);
        for threads in ["2", "7"] {
            let many =
                advised(folder.path(), &["--replications", "50", "--format", format, "--threads", threads]);
            assert_eq!(one, many, "{format}, {threads} threads");
        }
    }
}

#[test]
fn programs_and_spreadsheets_get_the_same() {
    let folder = folder(SCENARIO);
    let advice = json(folder.path(), &["--replications", "100"]);
    assert_eq!((&advice["schema"], &advice["strategy"]), (&Value::from(1), &Value::from("advised")));
    let services = advice["services"].as_array().expect("a list");
    let of = |key: &str| -> Vec<&str> {
        services.iter().map(|service| service[key].as_str().unwrap_or("")).collect()
    };
    assert_eq!(of("name"), ["db", "web", "rest"]);
    assert_eq!(of("profile"), ["wsfc-2016", "ms-nlb", ""]);
    for service in services {
        for reason in service["reasons"].as_array().expect("a list") {
            assert!(!reason["facts"].as_array().expect("a list").is_empty(), "{reason}");
        }
        assert_eq!(service["differences"].as_array().map(Vec::len), Some(2));
    }
    let csv = advised(folder.path(), &["--replications", "100", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + 3 * 2, "{csv}");
    let difference = &services[0]["differences"][1]["lost_s_strategy_minus_advised"]["mean"];
    assert!(csv.contains(&difference.to_string()), "{csv}");
    let page = advised(folder.path(), &["--replications", "100", "--format", "markdown"]);
    let toml = advice["toml"].as_str().unwrap_or_default();
    assert!(
        page.starts_with("# Advice: Three hosts\n") && page.contains(&format!("```toml\n{toml}```\n")),
        "{page}"
    );
}

/// A group whose takeover takes five hours is no match for a restart, whatever the handbook says.
#[test]
fn an_advice_that_the_simulation_contradicts_says_so_and_why() {
    let slow = "[strategy.slow]\nprotect = [\"guest-failover\"]\ntakeover = \"5 h\"\n";
    let folder = folder(&format!("{SCENARIO}{slow}"));
    let printed = advised(folder.path(), &[]);
    assert!(printed.contains("contradicts the advice for db"), "{printed}");
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, proof) = flat.split_once("db: contradicted. ").expect("a verdict");
    assert!(proof.starts_with("restart loses "), "{proof}");
    assert!(proof.contains(" less of service per instance and year than advised"), "{proof}");
    assert!(proof.contains("Why it may be: it has host cluster; "), "{proof}");
}

/// What is better for one service may be paid for by others, and that is said.
#[test]
fn a_group_that_gave_way_says_what_it_would_have_cost() {
    let tight = r#"
schema = 1
run = { replications = 100, horizon = "360 d" }
[host.h]
count = 4
cores = 16
memory = "64 GiB"
crash = { mttf = "40 d", mttr = "48 h" }
[cluster.c]
product = "vsphere-8"
hosts = ["h"]
[service.rest]
instances = 14
vm = { cores = 1, memory = "8 GiB" }
[service.web]
instances = 4
priority = 5
role = "stateless"
app_crash = { mttf = "20 d", mttr = "12 h" }
vm = { cores = 1, memory = "16 GiB" }
"#;
    let farm = "[strategy.farm]\nprotect = [\"host-cluster\"]\nservice.web.protect = [\"host-cluster\", \"nlb\"]\n\
                service.web.profile = \"haproxy\"\n";
    let folder = folder(&format!("{tight}{farm}"));
    let advice = json(folder.path(), &[]);
    let web = &advice["services"][1];
    assert_eq!(web["protect"], serde_json::json!(["host-cluster"]), "{web:#}");
    assert!(web["rejected"].to_string().contains("SED-15"), "{web:#}");
    let sentence = web["sentence"].as_str().unwrap_or_default();
    assert!(
        sentence.contains("contradicted. farm loses ") && sentence.contains("it has host cluster and NLB"),
        "{sentence}"
    );
    assert!(sentence.contains("over all services it is farm that loses "), "{sentence}");
    assert!(advice["spare"]["what"].as_str().is_some_and(|what| what.starts_with("whichever")), "{advice:#}");
}

#[test]
fn what_cannot_be_told_apart_is_undecided_and_what_takes_less_is_named() {
    let few = SCENARIO.replace("20 d", "900 d").replace("30 d", "900 d");
    let folder = folder(&few);
    let printed = advised(folder.path(), &["--replications", "20"]);
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains("leaves undecided whether the advice is best for db"), "{printed}");
    let (_, db) = flat.split_once("db: undecided. ").expect("a verdict");
    assert!(
        db.contains("cannot be told apart from restart (")
            && db.contains("restart takes 1 VM in place of 2."),
        "{db}"
    );
}

#[test]
fn where_all_strategies_do_the_same_there_is_nothing_to_prove() {
    let scenario =
        SCENARIO.replace("workload = \"sql-availability-group\"\n", "").replace("role = \"stateless\"\n", "");
    let scenario = scenario.split("[strategy.none]").next().unwrap_or_default();
    let folder = folder(&format!("{scenario}[strategy.restart]\nprotect = [\"host-cluster\"]\n"));
    let printed = advised(folder.path(), &["--replications", "20"]);
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("exactly as restart: there is nothing to tell them apart by."), "{printed}");
    // One replication of a script is what happened, without an interval.
    let script =
        scenario.replace("crash = {", "boot = \"1 min\" #").replace("app_#", "#").replace("app_boot", "boot");
    let inject = "[[inject]]\nat = \"1 d\"\nfault = \"host h-1 crash\"\nlasts = \"2 h\"\n[strategy.none]\nprotect = []\n";
    fs::write(folder.path().join("a.toml"), format!("{script}{inject}")).expect("written");
    let printed = advised(folder.path(), &["--replications", "1"]);
    assert!(printed.contains("in 360 d") && !printed.contains("NaN"), "{printed}");
}

#[cfg(unix)]
#[test]
fn interrupted_it_compares_what_has_finished() {
    let folder = folder(SCENARIO);
    let interrupted_after = |seconds: u64| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
        command.args(["advise", "a.toml", "--replications", "5000000"]).current_dir(folder.path());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(std::time::Duration::from_secs(seconds));
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        child.wait_with_output().expect("it ends")
    };
    // On a busy machine it may not listen yet, or have finished no replication: later it does.
    let has_compared = |output: &Output| text(&output.stderr).contains("and the comparison is of those");
    let mut output = interrupted_after(1);
    for seconds in [2, 4, 8, 16] {
        if has_compared(&output) {
            break;
        }
        output = interrupted_after(seconds);
    }
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stderr).contains("and the comparison is of those"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("\nInterrupted: "), "{}", text(&output.stdout));
}

#[test]
fn every_shipped_scenario_gets_a_proposal_for_every_service() {
    let mut files: Vec<PathBuf> = fs::read_dir(root("scenarios"))
        .expect("scenarios")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    assert!(files.len() > 10);
    for file in files {
        let scenario = fs::read_to_string(&file).expect("a scenario");
        let folder = folder(&scenario);
        fs::copy(root("scenarios/failures.csv"), folder.path().join("failures.csv")).expect("a history");
        let printed = advised(folder.path(), &["--replications", "4"]);
        let advice = json(folder.path(), &["--replications", "4"]);
        for service in advice["services"].as_array().expect("a list") {
            let name = service["name"].as_str().unwrap_or_default();
            assert!(scenario.contains(&format!("[service.{name}]")), "{name}");
            assert!(!service["reasons"].as_array().expect("a list").is_empty(), "{name}");
            assert!(printed.contains(&format!("\n  {name}: ")), "{name}\n{printed}");
        }
        // The strategy is to be pasted, and breaks no line.
        let rest = printed.replace(strategy(&printed), "");
        assert!(rest.lines().all(|line| line.chars().count() <= 100), "{}: {printed}", file.display());
        let check = [scenario.as_str(), strategy(&printed)].join("\n");
        fs::write(folder.path().join("b.toml"), check).expect("written");
        assert_eq!(output(folder.path(), &["check", "b.toml"]).status.code(), Some(0), "{}", file.display());
    }
}

/// Of few replications; in the long form also of so many that what is rare is told by weighted ones.
#[test]
fn a_golden_output_is_what_it_was() {
    golden("web-farm.txt", "20");
    if std::env::var_os("NINEFOLD_LONG").is_some() {
        golden("web-farm-weighted.txt", "200");
    }
}

fn golden(name: &str, replications: &str) {
    let golden = root("tests/golden/advise").join(name);
    let folder = folder(&fs::read_to_string(root("scenarios/web-farm.toml")).expect("a scenario"));
    let printed = advised(folder.path(), &["--replications", replications]);
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        fs::create_dir_all(golden.parent().expect("a folder")).expect("made");
        fs::write(&golden, &printed).expect("written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(expected, printed, "NINEFOLD_BLESS=1 to accept");
}

#[test]
fn mistakes_are_told_all_at_once_and_end_with_the_code_of_the_contract() {
    let folder = folder(
        &SCENARIO.replace("count = 3", "count = \"x\"").replace("workload = \"sql", "workload = \"sqk"),
    );
    let advise = output(folder.path(), &["advise", "a.toml"]);
    let check = output(folder.path(), &["check", "a.toml"]);
    assert_eq!(advise.status.code(), Some(2));
    assert_eq!((text(&advise.stderr), text(&advise.stdout)), (text(&check.stderr), ""));
    assert!(text(&advise.stderr).contains("2 errors"), "{}", text(&advise.stderr));
    assert_eq!(output(folder.path(), &["advise", "none.toml"]).status.code(), Some(1));
    assert_eq!(output(folder.path(), &["advise", "a.toml", "--out", "o"]).status.code(), Some(2));
    // Nothing can be added behind these braces.
    let closed = SCENARIO.split("[strategy.none]").next().unwrap_or_default();
    fs::write(folder.path().join("a.toml"), format!("strategy = {{ none = {{ protect = [] }} }}\n{closed}"))
        .expect("written");
    let advise = output(folder.path(), &["advise", "a.toml"]);
    assert_eq!(advise.status.code(), Some(2));
    assert!(text(&advise.stderr).contains("[strategy.NAME]"), "{}", text(&advise.stderr));
}

#[test]
fn warnings_are_told_once() {
    let folder = folder(&SCENARIO.replace(
        "[service.rest]",
        "[service.rest]\nrole = \"stateful\"\napp_hang = { mttf = \"1 h\", mttr = \"2 h\" }",
    ));
    let advise = output(folder.path(), &["advise", "a.toml", "-q", "--replications", "3"]);
    assert_eq!(text(&advise.stderr).matches("warning[W101]").count(), 1, "{}", text(&advise.stderr));
}
