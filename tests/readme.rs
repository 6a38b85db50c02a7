//! What the documents promise: the README's scenario runs and prints what the README says it prints, the
//! shipped scenarios are sound, and the committed results are those of the committed scenario.
//!
//! `NINEFOLD_BLESS=1 cargo test --test readme` writes the quoted output anew. `NINEFOLD_LONG=1 cargo test
//! --release --test readme` makes the results of San Diego again and compares them byte for byte.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ninefold::model::Model;
use ninefold::report::{RunResult, text};
use ninefold::scenario::{File, Input, compile, files_named, profiles, read};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn content(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap()
}

/// Reads and compiles a scenario that must not give a single issue, warnings included.
fn sound(name: &str, scenario: &str) -> (Vec<String>, Vec<Model>) {
    let input = Input { name, bytes: scenario.as_bytes(), overrides: &[], files: &[] };
    let file = |name: &String| File::new(name, content(&format!("scenarios/{name}")).into_bytes());
    let files: Vec<File> = files_named(&input).iter().map(file).collect();
    let (spec, mut issues) = read(&Input { files: &files, ..input });
    // One asks what two nodes without a witness cost, which it is warned of.
    issues.retain(|issue| !(name == "exchange.toml" && issue.code == "W110"));
    let rendered: String = issues.iter().map(|issue| issue.render()).collect();
    assert!(issues.is_empty(), "{rendered}");
    let spec = spec.unwrap();
    let names = spec.strategies.iter().map(|strategy| strategy.name.clone()).collect();
    (names, compile(&spec).unwrap())
}

/// The fenced block behind a marker: where it begins in the text, and what it holds.
fn block<'a>(readme: &'a str, marker: &str) -> (usize, &'a str) {
    let marker = format!("<!-- {marker} -->\n");
    let from = readme.find(&marker).unwrap() + marker.len();
    let begins = from + readme[from..].find('\n').unwrap() + 1;
    let lasts = readme[begins..].find("```").unwrap();
    (begins, &readme[begins..begins + lasts])
}

/// Compares a quoted block with what it quotes, or writes it anew.
fn quoted(marker: &str, now: &str) {
    let readme = content("README.md");
    let (begins, quote) = block(&readme, marker);
    if std::env::var_os("NINEFOLD_BLESS").is_some() && quote != now {
        let rest = &readme[begins + quote.len()..];
        std::fs::write(at("README.md"), format!("{}{now}{rest}", &readme[..begins])).unwrap();
        return;
    }
    assert_eq!(quote, now, "README.md, {marker}; NINEFOLD_BLESS=1 to accept");
}

/// What a command prints on a shipped scenario.
fn printed(command: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(command)
        .args(["--quiet", "--set", "host.esx.count=20..26", "--replications", "400"])
        .arg(at("scenarios/how-many-hosts.toml"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `check` says of the ten lines with two slips in them.
fn told_of_slips(scenario: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let slips = scenario
        .replace("\"128 GiB\"", "\"128 gigs\"")
        .replace("mttr = \"49 min\"", "mttr = \"49 min\", crew = \"me\"");
    std::fs::write(folder.path().join("dc.toml"), slips).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(["check", "dc.toml"])
        .env_remove("CLICOLOR_FORCE")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

/// What `diff` says of a scenario and what it would be with two keys changed.
fn compared() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args([
            "diff",
            "scenarios/two-hosts.toml",
            "scenarios/two-hosts.toml",
            "--quiet",
            "--replications",
            "2000",
            "--strategy",
            "host-cluster",
        ])
        .args([
            "--set-b",
            "service.sql.app_hang.mttr=\"15 min\"",
            "--set-b",
            "cluster.pair.product=vmware-ha-4",
        ])
        .current_dir(at("."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// All quotes in one test: blessing writes the same file.
#[test]
fn the_readme_quotes_what_the_program_prints() {
    let readme = content("README.md");
    let (_, scenario) = block(&readme, "scenario");
    assert_eq!(scenario.lines().count(), 10);
    sound("README.md", scenario);

    let out = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(["run", "-", "--quiet", "--out"])
        .arg(out.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(scenario.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    quoted("output", &String::from_utf8(output.stdout).unwrap());

    let verified = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(["verify", "--quiet"])
        .arg(at("scenarios/by-the-book.toml"))
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    quoted("verify", &String::from_utf8(verified.stdout).unwrap());

    let fitted = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(["faults", "fit", "scenarios/failures.csv", "--by", "entity-stem"])
        .current_dir(at("."))
        .output()
        .unwrap();
    assert!(fitted.status.success(), "{}", String::from_utf8_lossy(&fitted.stderr));
    quoted("faults", &String::from_utf8(fitted.stdout).unwrap());

    quoted("sweep", &printed(&["sweep", "--service", "business", "--strategy", "unguarded"]));
    let goal = ["size", "--goal", "business.availability >= 99.99 %"];
    quoted("size", &printed(&[&goal[..], &["--strategy", "unguarded", "--strategy", "spare-rack"]].concat()));

    quoted("issue", &told_of_slips(scenario));
    quoted("diff", &compared());

    let result = RunResult::from_json(&content("results/san-diego/result.json")).unwrap();
    let printed = text::comparison(&result);
    let parts: Vec<&str> = printed.trim_end().split("\n\n").collect();
    // Its head, the table over all services, the capacity, the causes, the verdict; the services lie between.
    let [head, all, capacity, .., causes, verdict] = parts.as_slice() else { panic!("{printed}") };
    quoted("san-diego", &format!("{head}\n\n{all}\n\n{capacity}\n…\n{causes}\n\n{verdict}\n"));
}

/// Everything under "In a pipeline": its gates, in the scenario of ten lines, and every command, as they are typed.
#[test]
fn the_pipeline_of_the_readme_runs() {
    let readme = content("README.md");
    let (_, scenario) = block(&readme, "scenario");
    let (_, gates) = block(&readme, "gates");
    let scenario = format!("{scenario}{gates}");
    sound("README.md", &scenario);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    std::fs::write(folder.path().join("policies/database.toml"), scenario).unwrap();
    let (_, commands) = block(&readme, "pipeline");
    let program = Path::new(env!("CARGO_BIN_EXE_ninefold")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut first = None;
    for line in commands.lines() {
        assert!(line.starts_with("ninefold "), "{line}");
        let output = Command::new("bash")
            .args(["-c", line])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env_remove("GITHUB_STEP_SUMMARY")
            .output()
            .unwrap();
        // One gate of the example fails on purpose.
        let expected = if line.starts_with("ninefold test") { Some(3) } else { Some(0) };
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), expected, "{line}: {told}");
        first.get_or_insert(String::from_utf8(output.stdout).unwrap());
    }
    assert!(
        folder.path().join("gates.xml").exists() && folder.path().join("results/main/result.json").exists()
    );
    quoted("test", &first.unwrap());
}

/// Every other command of the README that is to be typed, in its order and in one folder; with few replications.
#[cfg(unix)]
#[test]
fn every_command_of_the_readme_runs() {
    let readme = content("README.md");
    let (_, pipeline) = block(&readme, "pipeline");
    let folder = tempfile::tempdir().unwrap();
    for name in ["scenarios", "results"] {
        std::os::unix::fs::symlink(at(name), folder.path().join(name)).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_ninefold")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let blocks = readme.split("\n```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let mut typed = Vec::new();
    for line in blocks.flat_map(str::lines).filter(|line| !pipeline.contains(line)) {
        // What cargo does for the README, this test's own build has done.
        let line = line.replace("cargo run --release -- ", "ninefold ");
        let Some(command) = line.strip_prefix("ninefold ") else { continue };
        let command = command.split(" #").next().unwrap();
        let few = if command.starts_with("run ") { " --replications 20 --out out" } else { "" };
        let elsewhere = if command.starts_with("report ") { " --out page" } else { "" };
        let output = Command::new("sh")
            .args(["-c", &format!("ninefold {command}{few}{elsewhere}")])
            .current_dir(folder.path())
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        typed.push(command.split_whitespace().next().unwrap().to_owned());
    }
    assert_eq!(typed[..2], ["run", "report"]);
    assert!(["import", "faults"].iter().all(|word| typed.iter().any(|other| other == word)), "{typed:?}");
}

#[test]
fn shipped_scenarios_are_sound() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(at("scenarios")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    assert!(files.len() >= 3);
    let overview = content("scenarios/README.md");
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let scenario = std::fs::read_to_string(&file).unwrap();
        sound(&name, &scenario);
        assert!(scenario.starts_with("# "), "{name} does not open with its question");
        assert!(overview.contains(&format!("`{name}`")), "{name} is not in scenarios/README.md");
    }
}

#[test]
fn san_diego_is_the_case_of_the_handbook() {
    for (file, vms) in [("scenarios/san-diego.toml", 400), ("scenarios/plus-100.toml", 500)] {
        let (names, models) = sound(file, &content(file));
        assert_eq!(names, ["none", "host-cluster", "guest-failover", "nlb", "combined"]);
        assert!(models.iter().all(|model| model.hosts.len() == 29));
        let counts: Vec<usize> = models.iter().map(|model| model.vms.len()).collect();
        assert_eq!(counts[..2], [vms, vms], "{file}");
        assert!(counts[2..].iter().all(|count| *count > vms), "{file}: {counts:?}");
    }
}

/// What differs between the two scenarios is the hundred VMs, and nothing else.
#[test]
fn plus_100_is_san_diego_with_a_hundred_more() {
    let keys = |file: &str| -> Vec<String> {
        let without_comment = |line: &str| line.split(" #").next().unwrap().trim().to_owned();
        content(file).lines().map(without_comment).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
    };
    let (case, more) = (keys("scenarios/san-diego.toml"), keys("scenarios/plus-100.toml"));
    assert_eq!(case.len(), more.len());
    let differ = case.iter().zip(&more).filter(|(a, b)| a != b);
    let others: Vec<_> =
        differ.filter(|(a, _)| !a.starts_with("instances = ") && !a.starts_with("title = ")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn committed_results_are_those_of_the_scenario() {
    if std::env::var_os("NINEFOLD_LONG").is_none_or(|value| value != "1") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .args(["run", "--quiet", "--out"])
        .arg(out.path())
        .arg(at("scenarios/san-diego.toml"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let files = [
        "result.json",
        "summary.md",
        "summary.csv",
        "strategies.csv",
        "causes.csv",
        "comparisons.csv",
        "failures.csv",
    ];
    for file in files.into_iter().chain(["charts/downtime.svg", "charts/distribution.svg"]) {
        let now = std::fs::read(out.path().join(file)).unwrap();
        let committed = std::fs::read(at("results/san-diego").join(file)).unwrap();
        assert!(now == committed, "{file} is not what scenarios/san-diego.toml gives; see results/README.md");
    }
}

/// Every key that a scenario can have is in the reference, in the section of its table.
#[test]
fn the_reference_names_every_key() {
    const WRONG: &str = r#"schema = 1
run = { zzz = 1 }
cost = { zzz = 1 }
site.a = { zzz = 1 }
rack.a = { zzz = 1 }
crew.a = { zzz = 1, size = 1 }
network.a = { zzz = 1, carries = ["management"] }
storage.a = { zzz = 1, kind = "fc", mirror = { to = "a", zzz = 1 } }
host.a = { zzz = 1, cores = 1, memory = "1 GiB" }
load.a = { zzz = 1, days = 1 }
cluster.a = { zzz = 1, product = "custom", detection = "1 s", hosts = ["a"] }
service.a = { zzz = 1, vm = { zzz = 1, cores = 1, memory = "1 GiB" } }
strategy.a = { zzz = 1, protect = [] }
maintenance.a = { zzz = 1, hosts = ["a"], first = "1 d", lasts = "1 h" }
inject = [{ zzz = 1, at = "1 h", fault = "host a-1 crash" }]
gate = [{ zzz = 1, check = "downtime <= 1 h/y" }]
"#;
    // Settings of products are listed by `ninefold profiles`.
    let settings: Vec<&str> =
        profiles::keys().into_iter().chain(profiles::guest_keys()).map(|(key, _)| key).collect();
    let reference = content("scenarios/README.md");
    let sections: Vec<&str> = reference.split("\n## ").collect();
    let (_, issues) = read(&Input { name: "wrong", bytes: WRONG.as_bytes(), overrides: &[], files: &[] });
    let mut missing = Vec::new();
    let mut tables = 0;
    for issue in issues.iter().filter(|issue| issue.code == "E007") {
        tables += 1;
        let table = issue.path.split('.').next().unwrap();
        let section =
            sections.iter().find(|s| s.lines().next().unwrap().split(", ").any(|name| name == table));
        let section = section.unwrap_or_else(|| panic!("no section on {table}"));
        let keys = issue.remedy.trim_start_matches("accepted: ").split(" and ").next().unwrap().split(", ");
        for key in keys.filter(|key| !settings.contains(key)) {
            if !section.contains(&format!("`{key}`")) && !section.contains(&format!("`{key}.")) {
                missing.push(format!("{}: {key}", issue.path));
            }
        }
    }
    assert_eq!(tables, 17, "{issues:?}");
    assert!(missing.is_empty(), "scenarios/README.md lacks {missing:#?}");
}

/// What a scenario stands on is written beside each number, or right above it.
#[test]
fn the_small_scenarios_say_what_their_numbers_stand_on() {
    let is_source = |comment: &str| {
        let fact = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            word.split_once('-').is_some_and(|(kind, number)| {
                kind.len() == 3
                    && kind.chars().all(|c| c.is_ascii_uppercase())
                    && number.starts_with(|c: char| c.is_ascii_digit())
            })
        };
        let said = comment.to_lowercase();
        said.contains("assumption")
            || said.contains("(2006)")
            || said.contains("t_")
            || comment.split_whitespace().any(fact)
    };
    let mut unmarked = Vec::new();
    let small = [
        "two-hosts",
        "products",
        "isolation",
        "one-array",
        "two-sites",
        "sql",
        "layers",
        "web-farm",
        "monday-peak",
        "exchange",
        "price-of-an-hour",
        "how-many-hosts",
        "patching",
    ];
    for name in small {
        let text = content(&format!("scenarios/{name}.toml"));
        let mut above = String::new();
        for line in text.lines() {
            let (code, comment) = line.split_once('#').unwrap_or((line, ""));
            if code.trim().is_empty() {
                above = if comment.is_empty() { String::new() } else { above + comment };
                continue;
            }
            let value = code
                .split_once('=')
                .map_or("", |(_, value)| value)
                .replace(|c: char| !c.is_ascii_digit(), "");
            // The format's version, the unit of all figures and the seed stand on nothing.
            let plain = ["schema", "title", "seed", "horizon"].iter().any(|key| code.starts_with(key));
            // A product's name has a number in it and is no number; a profile is a product inside the guests.
            if !value.is_empty()
                && !plain
                && !code.contains("product")
                && !code.contains("profile")
                && !is_source(comment)
                && !is_source(&above)
            {
                unmarked.push(format!("{name}: {line}"));
            }
            above = String::new();
        }
    }
    assert!(unmarked.is_empty(), "{}", unmarked.join("\n"));
}

#[test]
fn the_checker_has_as_many_rules_as_the_readme_says() {
    let source = content("tests/swarm/checker/rules.rs");
    let (_, rest) = source.split_once("enum Rule {").unwrap();
    let (rules, _) = rest.split_once("\n}").unwrap();
    let is_rule = |line: &&str| line.trim_start().starts_with(|first: char| first.is_ascii_uppercase());
    let count = rules.lines().filter(is_rule).count();
    let readme = content("README.md");
    assert!(readme.contains(&format!("holds it against {count} rules")), "{count} rules");
}
