//! No number is left unexplained: whatever figures shipped scenarios write to `result.json`, the chapter on the numbers has each
//! of their names.
//!
//! A name is that of any field on the way to a number, `null` included, which stands for one that does not exist. It has to stand in
//! backticks in `docs/src/numbers.md`, by itself or as a part of a path such as `strategies[].total`. What is said of it is left to
//! whoever reads the chapter; that a new field is forgotten there is not.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Between them they have importance sampling, prices, migrations, planned work, headroom and more than two strategies.
const SCENARIOS: [&str; 3] = ["two-hosts.toml", "patching.toml", "price-of-an-hour.toml"];

/// With fewer nothing is told by importance sampling.
const REPLICATIONS: &str = "100";

/// Each of these results has more names than that; fewer say that something is wrong with the walk.
const NAMES_MIN: usize = 60;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn chapter() -> String {
    std::fs::read_to_string(repository("docs/src/numbers.md")).unwrap()
}

/// Runs a shipped scenario, and reads what it has written.
fn result(scenario: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ninefold"))
        .arg("run")
        .arg(repository("scenarios").join(scenario))
        .args(["--replications", REPLICATIONS, "--threads", "2", "--quiet", "--out"])
        .arg(folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{scenario}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&std::fs::read_to_string(folder.path().join("result.json")).unwrap()).unwrap()
}

/// The names that stand in backticks, those of each path one by one; blocks of formulas have none.
fn explained(chapter: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_block = false;
    for line in chapter.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            assert!(
                line.matches('`').count().is_multiple_of(2),
                "a backtick without another in its line: {line}"
            );
            for quoted in line.split('`').skip(1).step_by(2) {
                let parts = quoted.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                names.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
            }
        }
    }
    names
}

/// Adds the names of all fields on the way to any number, each with the first path that has it.
fn add_names(value: &Value, path: &mut Vec<String>, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(name.clone());
                add_names(field, path, found);
                path.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| add_names(item, path, found)),
        Value::Number(_) | Value::Null => {
            for (place, name) in path.iter().enumerate() {
                found.entry(name.clone()).or_insert_with(|| path[..=place].join("."));
            }
        }
        Value::Bool(_) | Value::String(_) => {}
    }
}

fn names(result: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    add_names(result, &mut Vec::new(), &mut found);
    found
}

/// The paths of names that a chapter does not have.
fn unexplained(chapter: &str, result: &Value) -> Vec<String> {
    let explained = explained(chapter);
    names(result).into_iter().filter(|(name, _)| !explained.contains(name)).map(|(_, path)| path).collect()
}

#[test]
fn every_figure_of_a_result_is_explained() {
    let chapter = chapter();
    let mut seen = BTreeSet::new();
    for scenario in SCENARIOS {
        let result = result(scenario);
        let names = names(&result);
        assert!(names.len() >= NAMES_MIN, "{scenario}: only {names:?}");
        let missing = unexplained(&chapter, &result);
        assert!(missing.is_empty(), "{scenario}: docs/src/numbers.md does not explain {missing:?}");
        seen.extend(names.into_keys());
    }
    // What only some results have is among what was asked about.
    for name in ["episodes", "licences", "blackout_s", "given_up", "memory_least", "best", "correlation"] {
        assert!(seen.contains(name), "no scenario has {name}");
    }
}

/// The broken twin: a field that nobody explains is found wherever it lies, and one in plain words or in a formula alone is not explained.
#[test]
fn a_made_up_figure_is_reported() {
    let made_up = json!({
        "seed": 1,
        "strategies": [
            { "name": "none", "services": [{ "downtime_s": { "mean": 1.5, "wobble_s": 2.5 }, "gloss": "no number" }] },
            { "name": "both", "services": [], "wobbles": [[1, 2.5]], "dregs": null },
        ],
    });
    let missing = ["strategies.dregs", "strategies.services.downtime_s.wobble_s", "strategies.wobbles"];
    assert_eq!(unexplained(&chapter(), &made_up), missing);
    let own = "The wobble_s of `strategies[].services[]`, and `dregs`.\n```text\nwobbles = `wobbles` x 2\n```\n`downtime_s.mean`\n";
    let missing = ["seed", "strategies.services.downtime_s.wobble_s", "strategies.wobbles"];
    assert_eq!(unexplained(own, &made_up), missing);
}
