//! Gates as a pipeline meets them: exit codes, lines, reports that other programs read, and names that try to break them.

mod program;

use std::fs;
use std::path::Path;
use std::process::Command;

use ninefold::report::clean;
use ninefold::report::gates::suite::{Found, Problem, Suite, Tested};
use ninefold::report::gates::{github, junit, markdown};
use ninefold::scenario::{Input, read};
use program::{ninefold, output, text};
use serde_json::Value;

/// A database on two hosts, of which the downtime without protection is some 73 h a year.
const SCENARIO: &str = r#"schema = 1
title = "Two hosts"
[run]
replications = 100
[host.h]
count = 2
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
storage = ["san"]
[storage.san]
kind = "fc"
[cluster.c]
product = "vsphere-6"
hosts = ["h"]
[service.db]
vm = { cores = 2, memory = "8 GiB", storage = "san" }
[service.web]
instances = 3
role = "stateless"
vm = { cores = 2, memory = "8 GiB", storage = "san" }
[strategy.none]
protect = []
[strategy.pair]
protect = ["host-cluster"]
"#;

const PASSES: &str =
    "[[gate]]\nname = \"gold\"\nservice = \"db\"\nstrategy = \"pair\"\ncheck = \"downtime <= 5 h/y\"\n";
const FAILS: &str = "[[gate]]\nservice = \"db\"\nstrategy = \"none\"\ncheck = \"downtime <= 5 h/y\"\n";
/// A hundred replications know 18 outages a year within 0.8, and 200 within 0.6.
const OPEN: &str = "[[gate]]\nservice = \"db\"\nstrategy = \"none\"\ncheck = \"outages <= 18.2/y\"\nreplications_max = 200\n";

/// A folder with scenarios in it: the one above with some gates, each by the name of its file.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, gates) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, format!("{SCENARIO}{gates}")).expect("a scenario");
    }
    folder
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[test]
fn run_tells_gates_under_the_verdict_and_exits_by_them() {
    for (gates, code, mark, word) in [
        (PASSES.to_owned(), 0, "✓ gold: db under pair: downtime <= 5 h/y:", "1 gate: 1 passed"),
        (
            format!("{PASSES}{FAILS}{OPEN}"),
            3,
            "✗ db under none: downtime <= 5 h/y:",
            "3 gates: 1 passed, 1 failed",
        ),
        (format!("{PASSES}{OPEN}"), 4, "? db under none: outages <= 18.2/y:", "1 passed, 1 undecided"),
    ] {
        let folder = folder(&[("a.toml", &gates)]);
        let run = output(folder.path(), &["run", "a.toml", "--quiet"]);
        assert_eq!(run.status.code(), Some(code), "{gates}\n{}", text(&run.stderr));
        let told = text(&run.stdout);
        let (before, after) = told.split_once("\nGates (").unwrap_or_else(|| panic!("{told}"));
        assert!(
            before.contains("pair loses least") && after.contains(mark) && after.contains(word),
            "{told}"
        );
        assert!(told.lines().all(|line| clean::width(line) <= 100), "{told}");
        // Results are complete whatever the gates say.
        let result = json(&fs::read(folder.path().join("results/a/result.json")).expect("written"));
        let gates = result["gates"].as_array().expect("gates");
        assert_eq!(gates[0]["outcome"], "pass");
        assert_eq!((&gates[0]["name"], &gates[0]["limit"]), (&"gold".into(), &18_000.0.into()));
        let low = gates[0]["estimate"]["low"].as_f64().expect("a number");
        let high = gates[0]["estimate"]["high"].as_f64().expect("a number");
        assert!(low > 0.0 && high < 18_000.0 && gates[0]["tail"].as_f64() <= Some(0.025), "{}", gates[0]);
        let page = fs::read_to_string(folder.path().join("results/a/summary.md")).expect("written");
        assert!(page.contains("| ✓ passed | gold | db | pair |"), "{page}");
    }
}

#[test]
fn an_undecided_gate_takes_more_replications_up_to_its_most() {
    let folder = folder(&[("a.toml", OPEN)]);
    let run = output(folder.path(), &["run", "a.toml", "--quiet", "--format", "json"]);
    let result = json(&run.stdout);
    assert_eq!((&result["replications"], &result["replications_asked"]), (&200.into(), &200.into()));
    assert_eq!((&result["gates"][0]["look"], &result["gates"][0]["looks"]), (&2.into(), &2.into()));
    // With more of them it is decided, and no later than it has to be.
    let more = output(
        folder.path(),
        &["run", "a.toml", "--quiet", "--format", "json", "--set", "gate.0.replications_max=100000"],
    );
    let result = json(&more.stdout);
    let replications = result["replications"].as_u64().expect("a number");
    assert!(replications > 200 && replications < 100_000, "{replications}");
    assert_ne!(result["gates"][0]["outcome"], "undecided");
    // The first n are the same n: who asks for as many gets the same figures.
    let count = replications.to_string();
    let plain =
        ["run", "a.toml", "--quiet", "--format", "json", "--set", "gate=[]", "--replications", &count];
    let plain = json(&output(folder.path(), &plain).stdout);
    assert_eq!(plain["strategies"], result["strategies"]);
    // A run that stops by itself goes on for a gate, and says of both what came of it.
    let both =
        ["run", "a.toml", "--quiet", "--format", "json", "--precision", "20 %", "--replications", "3000"];
    let result = json(&output(folder.path(), &both).stdout);
    assert_eq!(result["precision"]["is_reached"], true);
    assert_eq!((&result["replications"], &result["gates"][0]["look"]), (&3000.into(), &6.into()));
}

/// An array is out for seconds every week and for weeks hardly ever: of a single VM, which fails every ten days as well, and of a group on three hosts not as many
/// of 6,000 replications are weighted. What is said of the one as a part of the other is that of two means all the same: 314.9 s by 424.4 s.
#[test]
fn a_part_is_of_means_of_however_many_replications() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("part.toml");
    let quick = "power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n";
    let scenario = format!(
        "schema = 1\n[run]\nreplications = 6000\n[storage.san]\nkind = \"fc\"\noutage = {{ mttf = \"7 d\", mttr = \"5 s\" }}\n\
         controllers = 2\ncontroller_failover = \"0 s\"\ncontroller = {{ mttf = \"40 y\", mttr = \"20 d\" }}\n\
         [host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\nstorage = [\"san\"]\n\
         [service.s]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\", disk_timeout = \"0 s\" }}\n{quick}\
         app_crash = {{ mttf = \"10 d\", mttr = \"3 s\" }}\n[strategy.one]\nprotect = []\n[strategy.three]\nprotect = [\"nlb\"]\nmembers = 3\n\
         application_aware = true\ndetection = \"0 s\"\nconvergence = \"0 s\"\n\
         [[gate]]\nservice = \"s\"\ncheck = \"three.downtime <= 0.9 x one.downtime\"\n"
    );
    fs::write(&file, scenario).expect("a scenario");
    let found = output(folder.path(), &["test", "part.toml", "--quiet", "--json", "-"]);
    let told = json(&found.stdout);
    let observed = told["scenarios"][0]["gates"][0]["observed"].as_f64();
    let observed = observed.unwrap_or_else(|| panic!("{told:#}"));
    assert!((observed - 314.9 / 424.4).abs() < 0.03, "{observed}");
}

#[test]
fn test_asks_every_scenario_in_the_order_of_names_whatever_is_wrong_with_others() {
    let folder = folder(&[
        ("p/a.toml", PASSES),
        ("p/b/d.toml", OPEN),
        ("p/b/c.toml", FAILS),
        ("p/e.toml", ""),
        ("p/.hidden/x.toml", FAILS),
        ("p/w.toml", "[[gate]]\ncheck = \"downtme <= 5 h/y\"\n"),
    ]);
    fs::write(folder.path().join("p/Cargo.toml"), "[package]\nname = \"x\"\n").expect("written");
    let all = output(folder.path(), &["test", "p", "--quiet"]);
    assert_eq!(all.status.code(), Some(2), "{}", text(&all.stderr));
    let told = text(&all.stdout);
    let heads: Vec<&str> = told.lines().filter(|line| line.starts_with("p/")).collect();
    let [cargo, a, c, d, e, w] = heads.as_slice() else { panic!("{told}") };
    assert_eq!((*a, *c, *d), ("p/a.toml", "p/b/c.toml", "p/b/d.toml"));
    assert!(cargo.contains("skipped: it has no schema") && e.contains("skipped: it has no gates"), "{told}");
    assert!(w.contains("1 error; not simulated"), "{told}");
    assert!(text(&all.stderr).contains("p/w.toml:27:9: error[E041]"), "{}", text(&all.stderr));
    assert!(
        told.ends_with(
            "3 gates: 1 passed, 1 failed, 1 undecided; 1 scenario wrong; 2 scenarios without gates\n"
        ),
        "{told}"
    );
    for (paths, code) in [
        (&["p/a.toml"][..], 0),
        (&["p/a.toml", "p/e.toml"], 0),
        (&["p/a.toml", "p/b/d.toml"], 4),
        (&["p/b"], 3),
        (&["p/b", "p/w.toml"], 2),
        (&["p/a.toml", "p/none.toml"], 1),
        (&["p/none.toml", "p/w.toml", "p/b"], 1),
    ] {
        let run = output(folder.path(), &[&["test", "--quiet"], paths].concat());
        assert_eq!(run.status.code(), Some(code), "{paths:?}: {}{}", text(&run.stdout), text(&run.stderr));
        assert!(!text(&run.stdout).contains('\u{1b}'), "colours are for terminals");
    }
    let dash = output(folder.path(), &["test", "p", "--junit", "-"]);
    assert!(dash.status.code() == Some(2) && text(&dash.stderr).contains("give the name of a file"));
    // Nothing is written where nothing is asked for.
    assert!(!folder.path().join("results").exists());
}

/// What is printed beside a gate that failed is typed again as it stands.
#[test]
fn a_failure_is_replayed_by_the_commands_that_are_printed() {
    let folder = folder(&[("it's a.toml", FAILS)]);
    let set = ["--set", "host.h.crash.mttr=\"3 h\"", "--seed", "7", "--horizon", "1 y"];
    let run = output(folder.path(), &[&["test", "it's a.toml", "--quiet"], &set[..]].concat());
    assert_eq!(run.status.code(), Some(3));
    let told = text(&run.stdout);
    let line = |label: &str| {
        let found = told.lines().find_map(|line| line.trim().strip_prefix(label));
        found.unwrap_or_else(|| panic!("{label}: {told}")).trim().to_owned()
    };
    let shell = |command: &str| {
        let folder_of = Path::new(env!("CARGO_BIN_EXE_ninefold")).parent().expect("a folder");
        let path = format!("{}:{}", folder_of.display(), std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        bash.args(["-c", command]).env("PATH", path).current_dir(folder.path());
        bash.output().expect("a shell")
    };
    let replay = shell(&line("replay:"));
    assert_eq!(replay.status.code(), Some(3), "{}", text(&replay.stderr));
    let mark = told.lines().find(|line| line.contains('✗')).expect("a line").trim();
    assert!(text(&replay.stdout).contains(mark), "{mark}\n{}", text(&replay.stdout));
    let trace = line("worst:");
    let timeline = shell(&format!("{trace} --format jsonl"));
    assert_eq!(timeline.status.code(), Some(0), "{trace}: {}", text(&timeline.stderr));
    assert!(text(&timeline.stdout).contains("host-down"), "{}", text(&timeline.stdout));
}

#[test]
fn junit_has_a_case_for_each_gate_service_and_strategy() {
    let every = "[[gate]]\ncheck = \"downtime <= 5 h/y\"\n";
    let folder = folder(&[
        ("p/a.toml", &format!("{every}{OPEN}")),
        ("p/e.toml", ""),
        ("p/w.toml", "[[gate]]\ncheck = \"x\"\nservice = \"no\"\n"),
    ]);
    let run = output(folder.path(), &["test", "p", "--quiet", "--junit", "out/gates.xml"]);
    assert_eq!(run.status.code(), Some(2));
    let written = fs::read_to_string(folder.path().join("out/gates.xml")).expect("written");
    let document = roxmltree::Document::parse(&written).expect("XML");
    let root = document.root_element();
    assert_eq!((root.attribute("tests"), root.attribute("errors")), (Some("7"), Some("1")));
    let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), 7);
    let of = |type_: &str| {
        let failures = document.descendants().filter(|node| node.has_tag_name("failure"));
        failures.filter(|node| node.attribute("type") == Some(type_)).count()
    };
    assert_eq!((of("failed"), of("undecided")), (2, 1));
    assert_eq!(root.attribute("failures"), Some("3"));
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("a failure");
    let case = failure.parent_element().expect("a case");
    assert_eq!(case.attribute("classname"), Some("Two hosts"));
    assert_eq!(case.attribute("name"), Some("downtime <= 5 h/y (db under none)"));
    assert_eq!(case.attribute("line"), Some("27"));
    let body = failure.text().expect("a text");
    for part in [
        "observed: ",
        "interval: mean ",
        "limit: 5 h/y",
        "seed: 1",
        "replay: ninefold run p/a.toml --seed 1",
        "worst: ninefold trace p/a.toml --strategy none --replication ",
    ] {
        assert!(body.contains(part), "{part}: {body}");
    }
    let error = document.descendants().find(|node| node.has_tag_name("error")).expect("an error");
    assert!(error.text().is_some_and(|text| text.contains("E041") && text.contains("E021")), "every problem");
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("skipped")).count(), 1);
}

#[test]
fn json_goes_to_a_file_or_alone_to_stdout() {
    let folder = folder(&[("p/a.toml", &format!("{PASSES}{FAILS}")), ("p/e.toml", "")]);
    let run = output(folder.path(), &["test", "p", "--quiet", "--json", "-"]);
    let told = json(&run.stdout);
    assert_eq!((run.status.code(), &told["schema"]), (Some(3), &1.into()));
    let [a, e] = told["scenarios"].as_array().expect("scenarios").as_slice() else { panic!("{told}") };
    assert_eq!((&a["outcome"], &e["outcome"]), (&"judged".into(), &"skipped".into()));
    assert_eq!((&a["gates"][1]["outcome"], &a["gates"][1]["line"]), (&"fail".into(), &34.into()));
    assert!(text(&run.stderr).contains("✗ db under none"), "{}", text(&run.stderr));
    output(folder.path(), &["test", "p", "--quiet", "--json", "gates.json", "--threads", "3"]);
    assert_eq!(fs::read(folder.path().join("gates.json")).expect("written"), run.stdout);
}

/// One workflow command as GitHub takes it apart.
fn parts(line: &str) -> (String, Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("{line}"));
    let (head, message) = rest.split_once("::").expect("a message");
    let (kind, properties) = head.split_once(' ').expect("properties");
    let data = |text: &str| text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties.split(',').map(|part| {
        let (key, value) = part.split_once('=').expect("a value");
        (key.to_owned(), property(value))
    });
    (kind.to_owned(), properties.collect(), data(message))
}

#[test]
fn github_is_told_the_line_of_the_check_and_gets_a_summary() {
    let folder = folder(&[("p/a.toml", &format!("{PASSES}{FAILS}{OPEN}"))]);
    fs::write(folder.path().join("summary"), "before\n").expect("written");
    let run = ninefold(folder.path(), &["test", "p", "--quiet", "--github"])
        .env("GITHUB_STEP_SUMMARY", "summary")
        .output()
        .expect("it runs");
    let commands: Vec<_> =
        text(&run.stdout).lines().filter(|line| line.starts_with("::")).map(parts).collect();
    let [failed, open] = commands.as_slice() else { panic!("{}", text(&run.stdout)) };
    assert_eq!((failed.0.as_str(), open.0.as_str()), ("error", "warning"));
    let property = |name: &str| failed.1.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (property("file"), property("line"), property("col")),
        (Some("p/a.toml"), Some("34"), Some("9"))
    );
    assert_eq!(property("title"), Some("gate failed: downtime <= 5 h/y"));
    assert!(
        failed.2.contains("\nreplay: ninefold run p/a.toml --seed 1\nworst: ninefold trace "),
        "{}",
        failed.2
    );
    let summary = fs::read_to_string(folder.path().join("summary")).expect("written");
    assert!(summary.starts_with("before\n# 3 gates: 1 passed, 1 failed, 1 undecided\n"), "{summary}");
}

#[test]
fn a_summary_is_cut_before_github_refuses_it() {
    let problem =
        |n: usize| Problem { line: n, column: 1, in_file: true, message: format!("{n} {}", "x".repeat(300)) };
    let found = Found::Wrong { problems: (0..5_000).map(problem).collect() };
    let suite = Suite::new(vec![Tested { file: "a.toml".into(), found }]);
    let (page, summary) = (markdown::page(&suite), github::summary(&suite));
    assert!(page.len() > 1_500_000 && summary.len() <= github::SUMMARY_BYTES_MAX && summary.len() > 890_000);
    let whole = summary.trim_end().rsplit_once("\n\n").map(|(lines, _)| lines).expect("a note");
    assert!(page.starts_with(whole) && summary.ends_with("have everything.\n"), "cut between lines");
    let small = Suite::new(Vec::new());
    assert_eq!(github::summary(&small), markdown::page(&small));
}

/// Names that are markup, formulas, commands, or turn the text around; as long as a name may be, and a title of 10 kB.
fn hostile() -> Vec<String> {
    let long = "n".repeat(190);
    vec![
        "<script>alert(1)</script>&amp;]]>".to_owned(),
        "=1+1|cmd".to_owned(),
        "`x` **y** [z](http://e) ![i](j) | a\\".to_owned(),
        "a::error file=x,line=1::b%0A%".to_owned(),
        "mail\u{202e}liam\u{2066}\u{200b}".to_owned(),
        "\u{fffe}\u{feff}größe-日本".to_owned(),
        "a\" b='c' --d $(e) ;f".to_owned(),
        format!("<b>{long}"),
    ]
}

fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Each of the names as a service, a strategy and a gate; the strategy without protection misses what is asked.
fn hostile_scenario(name: &str, title: &str) -> String {
    let quoted = toml_text(name);
    SCENARIO
        .replace("\"Two hosts\"", &toml_text(title))
        .replace("[service.db]", &format!("[service.{quoted}]"))
        .replace("[strategy.none]", &format!("[strategy.{quoted}]"))
        + &format!(
            "[[gate]]\nname = {quoted}\nservice = {quoted}\nstrategy = {quoted}\ncheck = \"downtime <= 5 h/y\"\n"
        )
}

#[test]
fn hostile_names_are_names_in_every_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let title = format!("<i>|`%0A::error::{}\u{202e}", "t".repeat(10_000));
    for (number, name) in hostile().iter().enumerate() {
        fs::write(folder.path().join(format!("{number}.toml")), hostile_scenario(name, &title))
            .expect("written");
    }
    // A file may be called anything but for a slash.
    fs::write(folder.path().join("8\n::error::,%:|<b>\u{1b}[2J.toml"), hostile_scenario("plain", "t"))
        .expect("written");
    let run = output(
        folder.path(),
        &[
            "test",
            ".",
            "--quiet",
            "--github",
            "--replications",
            "20",
            "--junit",
            "j.xml",
            "--markdown",
            "m.md",
            "--json",
            "j.json",
        ],
    );
    assert_eq!(run.status.code(), Some(3), "{}", text(&run.stderr));
    let names: Vec<String> = hostile().into_iter().chain(["plain".to_owned()]).collect();

    // A terminal: nothing moves the cursor or turns the line around.
    let told = text(&run.stdout).to_owned() + text(&run.stderr);
    let invisible = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c);
    assert!(!told.chars().any(invisible), "{told}");

    // JSON: the names as they are.
    let written = json(&fs::read(folder.path().join("j.json")).expect("written"));
    let gates: Vec<&Value> =
        written["scenarios"].as_array().expect("scenarios").iter().map(|s| &s["gates"][0]).collect();
    assert_eq!(gates.len(), names.len());
    for (gate, name) in gates.iter().zip(&names) {
        for key in ["name", "service", "strategy"] {
            assert_eq!(gate[key], name.as_str());
        }
    }

    // JUnit: one case each, by the visible name.
    let written = fs::read_to_string(folder.path().join("j.xml")).expect("written");
    let document = roxmltree::Document::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), names.len());
    for (case, name) in cases.iter().zip(&names) {
        let shown = clean::visible(name);
        assert_eq!(case.attribute("name"), Some(format!("{shown} ({shown} under {shown})").as_str()));
        assert_eq!(
            case.children().filter(|node| node.is_element()).count(),
            1,
            "one failure and no other element"
        );
    }
    assert_eq!(cases[0].attribute("classname"), Some(clean::visible(&title).as_str()));

    // GitHub: as many commands as gates, each on one line with its own file.
    let commands: Vec<_> =
        text(&run.stdout).lines().filter(|line| line.starts_with("::")).map(parts).collect();
    assert_eq!(commands.len(), names.len());
    for (command, name) in commands.iter().zip(&names) {
        assert_eq!((command.0.as_str(), command.1.len()), ("error", 4), "{command:?}");
        let (key, value) = command.1.last().expect("a title");
        assert_eq!((key.as_str(), value), ("title", &format!("gate failed: {}", clean::visible(name))));
    }

    markdown_is_names_alone(&fs::read_to_string(folder.path().join("m.md")).expect("written"), &names);
}

/// Nothing in a page of Markdown but headings, paragraphs, lists, tables and code, and the names in the cells.
fn markdown_is_names_alone(page: &str, names: &[String]) {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let (mut cells, mut cell, mut tables) = (Vec::new(), String::new(), 0);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Start(Tag::TableCell) => cell.clear(),
            Event::End(TagEnd::TableCell) => cells.push(cell.clone()),
            Event::Text(text) | Event::Code(text) => cell.push_str(&text),
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::List(_)
                | Tag::Item
                | Tag::TableHead
                | Tag::TableRow,
            )
            | Event::End(_)
            | Event::SoftBreak => {}
            other => panic!("{other:?} in {page}"),
        }
    }
    assert_eq!((tables, cells.len()), (names.len(), names.len() * 14), "seven columns and two rows each");
    for (row, name) in cells.chunks(14).zip(names) {
        let shown = clean::visible(&clean::shorten_name(name, 200));
        // The name, the service and the strategy.
        for column in [8, 9, 10] {
            assert_eq!(row[column], shown);
        }
    }
}

#[test]
fn what_is_wrong_with_gates_is_told_at_its_place_with_what_to_write() {
    let told = |gates: &str| {
        let scenario = format!("{SCENARIO}{gates}");
        let input = Input { name: "a.toml", bytes: scenario.as_bytes(), overrides: &[], files: &[] };
        let (_, issues) = read(&input);
        issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for (gates, parts) in [
        ("[[gate]]\n", &["a.toml:26:1: error[E009]: gate.0: check is missing"][..]),
        ("[gate]\ncheck = \"downtime <= 1 h/y\"\n", &["write [[gate]] with two brackets"]),
        ("[[gate]]\nchek = \"x\"\n", &["did you mean \"check\"?"]),
        (
            "[[gate]]\ncheck = \"downtme <= 1 h/y\"\nservice = \"dbx\"\nstrategy = [\"none\", \"piar\"]\nconfidence = \"30 %\"\n",
            &[
                "a.toml:27:9: error[E041]: gate.0.check: there is no metric \"downtme\": did you mean \"downtime\"?",
                "a.toml:28:11: error[E021]: gate.0.service: there is no service \"dbx\": did you mean \"db\"?",
                "did you mean \"pair\"?",
                "30 % is outside 50 % to 99.9999 %",
            ],
        ),
        (
            "[[gate]]\ncheck = \"p95 downtime <= 1 h/90 d\"\n",
            &["E041", "write it per 1 y, or make the horizon 90 d"],
        ),
        (
            "[[gate]]\ncheck = \"longest_outage <= 1 h/90 d\"\n",
            &["the longest outage is one of the horizon, 1 y"],
        ),
        (
            "[[gate]]\ncheck = \"db.downtime <= 1 h/y\"\nservice = \"web\"\n",
            &["E020", "leave the name out of the check"],
        ),
        (
            "[[gate]]\ncheck = \"bd.downtime <= 1 h/y\"\n",
            &["there is no service \"bd\": did you mean \"db\"?"],
        ),
        (
            "[[gate]]\ncheck = \"piar.downtime <= 0.5 x non.downtime\"\n",
            &[
                "there is no strategy \"piar\": did you mean \"pair\"?",
                "there is no strategy \"non\": did you mean \"none\"?",
            ],
        ),
        (
            "[[gate]]\ncheck = \"pair.downtime <= none.downtime\"\nstrategy = \"pair\"\n",
            &["the check names the strategies that it compares"],
        ),
        (
            "[[gate]]\ncheck = \"more_vms >= 1\"\nservice = \"db\"\n",
            &["room is that of all services together"],
        ),
        ("[[gate]]\ncheck = \"headroom_below <= 1 %\"\n", &["no cluster asks for headroom: add headroom"]),
        ("[[gate]]\ncheck = \"downtime <= 1 h/y\"\nservice = []\n", &["no service is listed"]),
        ("[[gate]]\ncheck = \"downtime <= 1 h/y\"\nreplications_max = 0\n", &["E015"]),
        ("[[gate]]\ncheck = \"downtime <= 1 h/y\"\nname = \"a\\nb\"\n", &["a name with a line break in it"]),
    ] {
        let found = told(gates);
        for part in parts {
            assert!(found.contains(part), "{gates}: {part} is not in\n{found}");
        }
    }
    assert_eq!(
        told(
            "[[gate]]\ncheck = \"db.downtime <= 1 h/y\"\n[[gate]]\ncheck = \"downtime <= 1 h/y\"\nservice = \"all\"\n"
        ),
        ""
    );
}

#[test]
fn gates_of_strategies_that_are_left_out_are_named() {
    let versus = "[[gate]]\nname = \"halved\"\ncheck = \"pair.downtime <= 0.5 x none.downtime\"\n";
    let folder = folder(&[("a.toml", &format!("{PASSES}{FAILS}{versus}"))]);
    let run = output(folder.path(), &["run", "a.toml", "--quiet", "--strategy", "pair"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stdout));
    let told = text(&run.stderr);
    assert!(
        told.contains("gate 1, downtime <= 5 h/y: not asked") && told.contains("gate 2, halved: not asked"),
        "{told}"
    );
    // All of them hold when all are simulated: a host cluster halves the downtime of hosts that fail.
    let all = output(folder.path(), &["run", "a.toml", "--quiet", "--format", "json"]);
    let gates = &json(&all.stdout)["gates"];
    let halved = gates.as_array().expect("gates").iter().filter(|gate| gate["name"] == "halved");
    assert!(halved.clone().count() == 2 && halved.clone().all(|gate| gate["outcome"] == "pass"), "{gates}");
    assert!(halved.into_iter().all(|gate| gate["observed"].as_f64() < Some(0.1)), "{gates}");
}

/// What somebody has stopped between looks decides nothing, however clear it looks, but for what is no matter of chance.
#[test]
fn a_run_that_is_cut_short_leaves_its_gates_open() {
    let room = "[[gate]]\nstrategy = \"pair\"\ncheck = \"more_vms >= 1\"\n";
    let folder = folder(&[("a.toml", &format!("{PASSES}{FAILS}{room}"))]);
    let run = output(
        folder.path(),
        &[
            "run",
            "a.toml",
            "--quiet",
            "--replications",
            "10000000",
            "--time-limit",
            "500 ms",
            "--format",
            "json",
        ],
    );
    assert_eq!(run.status.code(), Some(4), "{}", text(&run.stderr));
    let result = json(&run.stdout);
    let outcomes: Vec<&Value> = (0..3).map(|gate| &result["gates"][gate]["outcome"]).collect();
    assert_eq!(outcomes, ["undecided", "undecided", "pass"]);
    let page = fs::read_to_string(folder.path().join("results/a/summary.md")).expect("written");
    assert_eq!(page.matches(", interrupted after ").count(), 2, "{page}");
}

/// Figures of the start placement are arithmetic, and need no replications.
#[test]
fn room_at_the_start_is_asked_for_as_well() {
    let gate = |check: &str| format!("[[gate]]\nstrategy = \"pair\"\ncheck = \"{check}\"\n");
    // Two hosts of 64 GiB with four VMs of 8 GiB: twelve more fit, and with one host for both, 8 in all, four more.
    let gates = [
        ("more_vms >= 12", "pass"),
        ("more_vms > 12", "fail"),
        ("more_vms_n1 >= 4", "pass"),
        ("more_vms_n1 >= 5", "fail"),
        ("waiting_n1 <= 0", "pass"),
        ("waiting_n1 < 0", "fail"),
    ];
    let all: String = gates.iter().map(|(check, _)| gate(check)).collect();
    let folder = folder(&[("a.toml", &all)]);
    let run = output(folder.path(), &["run", "a.toml", "--quiet", "--format", "json", "--replications", "2"]);
    let result = json(&run.stdout);
    assert_eq!((run.status.code(), &result["replications"]), (Some(3), &2.into()));
    for (found, (check, outcome)) in result["gates"].as_array().expect("gates").iter().zip(gates) {
        assert_eq!((&found["check"], &found["outcome"]), (&check.into(), &outcome.into()), "{found}");
        assert_eq!(found["estimate"]["method"], "exact");
    }
    // Where nothing restarts anything there is no such room.
    let none = output(
        folder.path(),
        &["run", "a.toml", "--quiet", "--set", "gate=[{ check = \"waiting_n1 <= 0\", strategy = \"none\" }]"],
    );
    assert!(
        text(&none.stdout).contains("✗ none: waiting_n1 <= 0: no host cluster restarts anything"),
        "{}",
        text(&none.stdout)
    );
}

/// A host out of two leaves half of the room, of which VMs take a quarter: less than half is free whenever one is down.
#[test]
fn headroom_over_time_is_asked_for_as_well() {
    let gate =
        |share: &str| format!("[[gate]]\nstrategy = \"pair\"\ncheck = \"headroom_below <= {share} %\"\n");
    let folder = folder(&[("a.toml", &(gate("3") + &gate("0.5")))]);
    let set = ["--set", "cluster.c.headroom=\"50 %\""];
    let run = output(folder.path(), &[&["run", "a.toml", "--quiet", "--format", "json"], &set[..]].concat());
    let result = json(&run.stdout);
    // 4 h of some 484, for either host: 1.6 % of the time.
    assert_eq!(
        (&result["gates"][0]["outcome"], &result["gates"][1]["outcome"]),
        (&"pass".into(), &"fail".into())
    );
    let below = &result["strategies"][1]["capacity"]["headroom"][0]["below"]["mean"];
    assert_eq!(&result["gates"][0]["estimate"]["mean"], below);
    assert!(below.as_f64().is_some_and(|share| (share - 0.0165).abs() < 0.003), "{below}");
    let told = output(folder.path(), &[&["test", "a.toml", "--quiet"], &set[..]].concat());
    assert!(
        text(&told.stdout).contains("% [") && text(&told.stdout).contains("of the time"),
        "{}",
        text(&told.stdout)
    );
}

/// Of another horizon a limit for a year is scaled, and told for a year.
#[test]
fn limits_are_for_their_own_time_whatever_the_horizon() {
    let folder = folder(&[("a.toml", &format!("{PASSES}{FAILS}"))]);
    let run = output(
        folder.path(),
        &["run", "a.toml", "--quiet", "--format", "json", "--horizon", "73 d", "--replications", "500"],
    );
    let gates = &json(&run.stdout)["gates"];
    assert_eq!(
        (&gates[0]["outcome"], &gates[1]["outcome"], &gates[0]["limit"]),
        (&"pass".into(), &"fail".into(), &3_600.0.into())
    );
    assert!(
        gates[1]["told"].as_str().is_some_and(|told| told.contains(" d [") && told.ends_with("a year")),
        "{gates}"
    );
}

#[test]
fn check_takes_several_files_and_says_what_gates_ask() {
    let folder = folder(&[("a.toml", PASSES), ("b.toml", "[[gate]]\ncheck = \"x\"\n"), ("c.toml", "")]);
    let one = output(folder.path(), &["check", "a.toml"]);
    assert!(
        text(&one.stdout)
            .contains("gates\n  gold: downtime <= 5 h/y; db under pair; 95 % sure, up to 800 replications\n"),
        "{}",
        text(&one.stdout)
    );
    let all = output(folder.path(), &["check", "a.toml", "b.toml", "c.toml"]);
    assert_eq!(all.status.code(), Some(2), "{}", text(&all.stderr));
    assert_eq!(text(&all.stdout), "a.toml: sound\nc.toml: sound\n");
    assert!(text(&all.stderr).contains("E041") && text(&all.stderr).contains("1 of 3 scenarios are wrong"));
    assert_eq!(output(folder.path(), &["check", "a.toml", "c.toml"]).status.code(), Some(0));
    assert_eq!(output(folder.path(), &["check", "a.toml", "no.toml"]).status.code(), Some(1));
}

/// The examples of the help are typed as they stand.
#[test]
fn the_examples_of_the_help_work() {
    let folder = folder(&[("policies/mail.toml", PASSES)]);
    let help = output(folder.path(), &["test", "--help"]);
    let told = text(&help.stdout);
    let (_, examples) = told.split_once("Examples:\n").expect("examples");
    let lines: Vec<&str> = examples.lines().take_while(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 3, "{told}");
    for line in lines {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(arguments[0], "ninefold");
        let run = output(folder.path(), &arguments[1..]);
        assert_eq!(run.status.code(), Some(0), "{line}: {}", text(&run.stderr));
    }
    assert!(folder.path().join("gates.xml").exists() && folder.path().join("gates.md").exists());
    // The gate of the help is one.
    let (_, gate) = told.split_once("A gate is a table in a scenario:\n").expect("a gate");
    let gate: String =
        gate.lines().take_while(|line| !line.trim().is_empty()).map(|line| format!("{line}\n")).collect();
    let scenario = format!("{SCENARIO}{gate}")
        .replace("service.db", "service.mail")
        .replace("strategy.pair", "strategy.host-cluster");
    let input = Input { name: "help", bytes: scenario.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = read(&input);
    assert!(issues.is_empty() && spec.is_some_and(|spec| spec.gates.len() == 1), "{gate} {issues:?}");
}

/// An empty suite is a suite, but a folder that was mistaken for another one does not pass.
#[test]
fn nothing_found_is_no_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = output(folder.path(), &["test", ".", "--junit", "j.xml"]);
    assert_eq!((run.status.code(), text(&run.stdout)), (Some(2), "\n0 gates\n"));
    let told = text(&run.stderr);
    assert!(told.contains("nothing to test in .: looked there and in the folders below"), "{told}");
    assert!(told.contains("scenarios (*.toml) with a [[gate]], and found no such file"), "{told}");
    let written = fs::read_to_string(folder.path().join("j.xml")).expect("written");
    assert_eq!(written, junit::xml(&Suite::new(Vec::new())));
    assert!(roxmltree::Document::parse(&written).is_ok());
    let folder = self::folder(&[("p/a.toml", PASSES), ("q/b.toml", ""), ("q/c.toml", "")]);
    for (paths, code, part) in [
        (&["q"][..], 2, "nothing to test in q: "),
        (&["q"], 2, "and found 2 files without one: "),
        // Whatever else is asked: one of the two folders is not where it should be.
        (&["p", "q"], 2, "nothing to test in q: "),
        (&["q/b.toml"], 2, "none of the scenarios has a [[gate]]"),
        (&["p/a.toml", "q/b.toml"], 0, ""),
        (&["."], 0, ""),
    ] {
        let run = output(folder.path(), &[&["test", "--quiet"], paths].concat());
        let told = text(&run.stderr);
        assert!(run.status.code() == Some(code) && told.contains(part), "{paths:?}: {told}");
    }
}
