//! Golden cases: one folder, one scripted scenario, one expected timeline. The names of the folders
//! are a specification; each README says in a sentence what it is about and does the sums by hand.
//!
//! A case whose `timeline.txt` is missing fails, unless `NINEFOLD_BLESS=1` is set, which writes it.
//! A timeline that is there is never overwritten: delete it first, then look at what came instead.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use ninefold::model::Model;
use ninefold::probe::Timeline;
use ninefold::report::timeline;
use ninefold::scenario::{self, File, Input};
use ninefold::sim::Replication;
use ninefold::state::State;

/// Fewer cases than this means that the folder was not found.
const CASES_MIN: usize = 600;
/// The words that make a fault random. A scripted case holds constants only, and is not run out of age.
const RANDOM: [&str; 5] = ["law =", "mttf", "mttr", "stationary", "warmup"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

#[test]
fn every_case_gives_its_timeline() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= CASES_MIN, "only {} cases", cases.len());
    let faults: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(faults.is_empty(), "{} of {} cases differ\n\n{}", faults.len(), cases.len(), faults.join("\n"));
}

/// Runs one case and compares; says how it differs.
fn check(case: &Path) -> Result<(), String> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let readme = fs::read_to_string(case.join("README.md")).map_err(|e| format!("{name}: README.md: {e}"))?;
    let (intent, sums) = readme.split_once("\n\n").unwrap_or((readme.as_str(), ""));
    if intent.trim().lines().count() != 1 || sums.trim().is_empty() {
        return Err(format!("{name}: README.md is one line of intent, an empty line, and the sums"));
    }
    let got = simulate(case, &name)?;
    let golden = case.join("timeline.txt");
    match fs::read_to_string(&golden) {
        Ok(expected) if expected == got => Ok(()),
        Ok(expected) => Err(format!("{name}: {}\n{}", intent.trim(), first_difference(&expected, &got))),
        Err(_) if std::env::var_os("NINEFOLD_BLESS").is_some_and(|v| v == "1") => {
            fs::write(&golden, got).map_err(|e| format!("{name}: {e}"))
        }
        Err(_) => Err(format!("{name}: no timeline.txt; NINEFOLD_BLESS=1 writes it. It would say:\n{got}")),
    }
}

/// The timeline of the only strategy of a case, with every invariant checked after every event.
fn simulate(case: &Path, name: &str) -> Result<String, String> {
    let bytes = fs::read(case.join("scenario.toml")).map_err(|e| format!("{name}: scenario.toml: {e}"))?;
    let text = String::from_utf8_lossy(&bytes);
    if let Some(word) = RANDOM.iter().find(|word| text.contains(**word)) {
        return Err(format!("{name}: \"{word}\" has no place in a scripted case"));
    }
    let input = Input { name, bytes: &bytes, overrides: &[], files: &[] };
    let files: Vec<File> = scenario::files_named(&input)
        .iter()
        .map(|file| File::new(file, fs::read(case.join(file)).unwrap_or_default()))
        .collect();
    let (spec, issues) = scenario::read(&Input { files: &files, ..input });
    let told = || issues.iter().map(|issue| issue.render()).collect::<String>();
    let spec = spec.ok_or_else(told)?;
    let models = scenario::compile(&spec)
        .map_err(|issues| issues.iter().map(|issue| issue.render()).collect::<String>())?;
    let [model] = models.as_slice() else {
        return Err(format!("{name}: a case has one strategy"));
    };
    let history = ninefold::experiment::trace(model, spec.run.seed, 0);
    let checked = run_checked(model, spec.run.seed);
    if checked.entries != history.entries {
        return Err(format!("{name}: a checked replication tells another story"));
    }
    Ok(timeline::text(model, &history, 0))
}

fn run_checked(model: &Model, seed: u64) -> Timeline {
    let mut state = State::new(model);
    Replication::new(model, &mut state, seed, 0, Timeline::default()).run_checked()
}

/// The first line that differs, with the one before it.
fn first_difference(expected: &str, got: &str) -> String {
    let (mut want, mut have) = (expected.lines(), got.lines());
    let mut before = "";
    loop {
        match (want.next(), have.next()) {
            (Some(a), Some(b)) if a == b => before = a,
            (None, None) => return "  the ends of the lines differ".to_owned(),
            (a, b) => {
                let show = |line: Option<&str>| line.unwrap_or("(nothing)").to_owned();
                return format!(
                    "    after    {before}\n    expected {}\n    got      {}\n",
                    show(a),
                    show(b)
                );
            }
        }
    }
}
