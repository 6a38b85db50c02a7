//! `ninefold test`: the gates of many scenarios, for pipelines.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::SimulationArguments;
use super::input::{self, Text, Unloaded};
use super::output::{self, File};
use super::progress::Progress;
use super::run::options;
use super::{Failure, interrupt, target};
use crate::experiment::{self, Plan, Threads};
use crate::report::gates::suite::{Found, Judged, Line, Problem, Suite, Tested};
use crate::report::gates::{Outcome, github, junit, markdown};
use crate::report::result::ScenarioId;
use crate::report::{RunResult, clean};
use crate::scenario::{self, Severity, count_text};

#[derive(Debug, Args)]
#[command(after_help = "\
A gate is a table in a scenario:
  [[gate]]
  service = \"mail\"                  # default: each service
  strategy = \"host-cluster\"         # default: each strategy
  check = \"p95 downtime <= 26 min/y\"

Examples:
  ninefold test policies
  ninefold test policies --junit gates.xml --markdown gates.md
  ninefold test policies/mail.toml --github --json -

Exit code 0: every gate passed; 3: one failed; 4: none failed, but one is undecided; 2: a scenario is
wrong (the others are tested all the same), or a folder has no gates in it. Where it is interrupted the
reports name what was not judged, as errors; 130.")]
pub(super) struct TestArguments {
    /// Scenarios, and folders to search for files that end in .toml
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Override a key of every scenario, e.g. run.horizon='5 y' (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// Write JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a page in Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write JSON; `-` is stdout, in place of the lines
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print workflow commands of GitHub Actions, and add to the summary of the step where
    /// GITHUB_STEP_SUMMARY names a file
    #[arg(long)]
    pub github: bool,
    /// No progress; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

pub(super) fn test(arguments: &TestArguments) -> Result<(), Failure> {
    prepare(arguments)?;
    interrupt::listen();
    let threads = Threads::new(arguments.simulation.threads.map(usize::from));
    let json_only = arguments.json.as_deref() == Some(Path::new("-"));
    let (mut tested, mut barren) = (Vec::new(), Vec::new());
    let mut stopped = false;
    for path in &arguments.paths {
        let before = tested.len();
        for entry in search(path) {
            let one = match entry {
                Entry::Unreadable { file, why } => Tested { file, found: Found::Unreadable { why } },
                Entry::Scenario { file, is_named } if stopped => unjudged(&file, is_named),
                Entry::Scenario { file, is_named } => match judge(&file, is_named, arguments, &threads) {
                    Err(Failure::Interrupted) => {
                        stopped = true;
                        unjudged(&file, true)
                    }
                    judged => judged?,
                },
            };
            tell(&one, json_only)?;
            tested.push(one);
        }
        let found = &tested[before..];
        if path.is_dir() && !found.iter().any(is_asked) {
            barren.push(nothing_in(path, found.len()));
        }
    }
    let suite = Suite::new(tested);
    report(&suite, arguments, json_only)?;
    if stopped {
        output::note("ninefold: interrupted: the reports name what was not judged");
        return Err(Failure::Interrupted);
    }
    outcome(&suite, &barren)
}

/// The files that are asked for, by their options.
fn reports(arguments: &TestArguments) -> impl Iterator<Item = (&'static str, &Path)> {
    let all =
        [("--junit", &arguments.junit), ("--markdown", &arguments.markdown), ("--json", &arguments.json)];
    all.into_iter().filter_map(|(option, file)| Some((option, file.as_deref()?)))
}

/// Makes the folders of the reports, so that a bad path fails before the work, and refuses what cannot be meant.
fn prepare(arguments: &TestArguments) -> Result<(), Failure> {
    let dash = Path::new("-");
    let mut wrong = Vec::new();
    let mut seen: Vec<(&str, &Path)> = Vec::new();
    for (option, file) in reports(arguments) {
        if file == dash {
            if option != "--json" {
                wrong.push(format!("{option} -: give the name of a file; --json alone goes to stdout"));
            }
            continue;
        }
        interrupt::making(|made| output::prepare_file(file, made))?;
        if let Some((other, _)) = seen.iter().find(|(_, earlier)| target::are_one(earlier, file)) {
            wrong.push(format!(
                "{other} and {option} name the same file, {}: give each its own",
                output::shown(file)
            ));
        }
        seen.push((option, file));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Usage(wrong.join("\nninefold: "))) }
}

/// What becomes of a scenario that nobody comes to any more.
fn unjudged(file: &Path, is_named: bool) -> Tested {
    let is_scenario = is_named || Text::bare(file).map_or(true, |text| scenario::is_scenario(&text.bytes));
    let found = if is_scenario { Found::Interrupted } else { no_scenario() };
    Tested { file: file.display().to_string(), found }
}

fn no_scenario() -> Found {
    Found::Skipped { why: "it has no schema, and is no scenario".to_owned() }
}

/// Whether it has gates, or may have.
fn is_asked(tested: &Tested) -> bool {
    !matches!(tested.found, Found::Skipped { .. })
}

/// A folder that was mistaken for another one must not let everything pass.
fn nothing_in(folder: &Path, files: usize) -> String {
    let found = match files {
        0 => "no such file".to_owned(),
        files => format!("{} without one", count_text(files as u64, "file", "files")),
    };
    format!(
        "nothing to test in {}: looked there and in the folders below for scenarios (*.toml) with a [[gate]], and \
         found {found}: give the folder that they are in",
        output::shown(folder)
    )
}

/// What was found on the way through the paths.
enum Entry {
    Scenario {
        file: PathBuf,
        /// Not found in a folder.
        is_named: bool,
    },
    Unreadable {
        file: String,
        why: String,
    },
}

/// A file, or everything below a folder that ends in `.toml`, in the order of the names. Folders whose names begin with a dot
/// are left out, and so are links to folders, which may lead anywhere.
fn search(path: &Path) -> Vec<Entry> {
    if !path.is_dir() {
        return vec![Entry::Scenario { file: path.to_path_buf(), is_named: true }];
    }
    let unreadable = |folder: &Path, error: &std::io::Error| Entry::Unreadable {
        file: folder.display().to_string(),
        why: format!("cannot read the folder: {error}"),
    };
    let read = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match read {
        Ok(entries) => entries,
        Err(error) => return vec![unreadable(path, &error)],
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let (file, name) = (entry.path(), entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !name.to_string_lossy().starts_with('.') {
                found.extend(search(&file));
            }
        } else if file.extension() == Some(OsStr::new("toml")) && file.is_file() {
            found.push(Entry::Scenario { file, is_named: false });
        }
    }
    found
}

/// Reads a scenario, simulates it and looks at its gates.
fn judge(
    file: &Path,
    is_named: bool,
    arguments: &TestArguments,
    threads: &Threads,
) -> Result<Tested, Failure> {
    let name = file.display().to_string();
    let tested = |found| Ok(Tested { file: name.clone(), found });
    let mut text = match Text::bare(file) {
        Ok(text) => text,
        Err(Failure::Io(what, error)) => {
            return tested(Found::Unreadable { why: format!("{what}: {error}") });
        }
        Err(failure) => return Err(failure),
    };
    if !is_named && !scenario::is_scenario(&text.bytes) {
        return tested(no_scenario());
    }
    let options = options(&arguments.simulation);
    text.lay_over(arguments.set.iter().chain(&options).cloned().collect());
    let scenario = match text.try_load() {
        Ok(scenario) => scenario,
        Err(Unloaded { issues, .. }) => {
            input::tell(&issues);
            let problem = |issue: &scenario::Issue| Problem {
                line: issue.place.line,
                column: issue.place.column,
                in_file: issue.place.in_file,
                message: issue.to_string(),
            };
            let errors = issues.iter().filter(|issue| issue.severity == Severity::Error);
            return tested(Found::Wrong { problems: errors.map(problem).collect() });
        }
    };
    if scenario.spec.gates.is_empty() {
        return tested(Found::Skipped { why: "it has no gates".to_owned() });
    }
    input::tell(&scenario.warnings);
    let run = &scenario.spec.run;
    let replications = u32::try_from(run.replications).unwrap_or(u32::MAX);
    let plan = Plan {
        title: scenario.spec.title.clone(),
        sha256: scenario.sha256.clone(),
        seed: run.seed,
        replications,
        threads: None,
    };
    let most = scenario.spec.gates.iter().map(|gate| gate.replications_max).fold(replications, u32::max);
    let progress = Progress::at_most(most, arguments.quiet);
    let outcome = experiment::run_gated(threads, &scenario.models, &plan, &scenario.spec.gates, &progress);
    progress.finish();
    if interrupt::stops() {
        return Err(Failure::Interrupted);
    }
    let summary = outcome
        .map(|outcome| outcome.summary)
        .ok_or_else(|| Failure::Internal("nothing was simulated although nobody has stopped it".into()))?;
    let result = RunResult::from(&summary);
    let line = |gate: crate::report::result::Gate| {
        let mark = scenario.spec.gates[gate.gate].mark;
        let place = scenario.spec.sources.place(mark);
        Line::new(gate, (place.line, place.column), &name, &scenario.overrides, run.seed)
    };
    tested(Found::Judged(Judged {
        scenario: ScenarioId { title: result.scenario.title, sha256: result.scenario.sha256 },
        seed: run.seed,
        replications: result.replications,
        gates: result.gates.into_iter().map(line).collect(),
    }))
}

/// The lines of one scenario, as soon as it is judged.
fn tell(tested: &Tested, json_only: bool) -> Result<(), Failure> {
    let is_colored = if json_only { output::notes_in_colour() } else { output::data_in_colour() };
    let lines = tested.lines();
    let text: String = lines
        .iter()
        .map(|(outcome, line)| match outcome {
            Some(outcome) if is_colored => colored(*outcome, line),
            _ => line.clone(),
        })
        .collect();
    if json_only {
        output::note(&text);
        return Ok(());
    }
    output::print(&text)
}

/// The mark of a line in the colour of its outcome.
fn colored(outcome: Outcome, line: &str) -> String {
    let color = match outcome {
        Outcome::Pass => 32,
        Outcome::Fail => 31,
        Outcome::Undecided => 33,
    };
    let mark = outcome.mark().to_string();
    line.replacen(&mark, &format!("\u{1b}[{color}m{mark}\u{1b}[0m"), 1)
}

/// Everything that is asked for beside the lines.
fn report(suite: &Suite, arguments: &TestArguments, json_only: bool) -> Result<(), Failure> {
    let json = || {
        suite.json().map_err(|error| Failure::Internal(format!("cannot write the report as JSON: {error}")))
    };
    let mut files: Vec<File> = Vec::new();
    let mut add = |path: &Path, bytes: Vec<u8>| files.push((path.to_path_buf(), bytes));
    if let Some(path) = &arguments.junit {
        add(path, junit::xml(suite).into_bytes());
    }
    if let Some(path) = &arguments.markdown {
        add(path, markdown::page(suite).into_bytes());
    }
    if let Some(path) = arguments.json.as_deref().filter(|_| !json_only) {
        add(path, json()?.into_bytes());
    }
    interrupt::writing(|| output::write_all(Path::new(""), &files))?;
    if json_only {
        output::print(&json()?)?;
        output::note(&suite.sentence());
    } else {
        output::print(&format!("\n{}\n", suite.sentence()))?;
    }
    if arguments.github {
        let commands = github::commands(suite);
        if json_only {
            output::note(&commands)
        } else {
            output::print(&commands)?
        }
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
            append(Path::new(&path), &github::summary(suite))?;
        }
    }
    Ok(())
}

/// Adds to a file that others write to as well, in one piece.
fn append(path: &Path, text: &str) -> Result<(), Failure> {
    let opened = fs::OpenOptions::new().create(true).append(true).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        let shown = clean::visible(&path.display().to_string());
        Failure::Io(format!("cannot write the summary of the step, {shown}"), error)
    })
}

fn outcome(suite: &Suite, barren: &[String]) -> Result<(), Failure> {
    let sentence = suite.sentence();
    let (wrong, unreadable) = suite.wrong();
    let counts = suite.counts();
    match (unreadable, wrong, counts.failed, counts.undecided) {
        (1.., ..) => Err(Failure::Internal(sentence)),
        (0, 1.., ..) => Err(Failure::Usage(sentence)),
        _ if !barren.is_empty() => Err(Failure::Usage(barren.join("\nninefold: "))),
        _ if !suite.scenarios.iter().any(is_asked) => Err(Failure::Usage(
            "nothing to test: none of the scenarios has a [[gate]]: add one, such as that of ninefold test --help"
                .into(),
        )),
        (0, 0, 1.., _) => Err(Failure::Differs(sentence)),
        (0, 0, 0, 1..) => Err(Failure::Undecided(sentence)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_of_a_line_is_coloured() {
        assert_eq!(colored(Outcome::Fail, "  ✗ a ✗ b\n"), "  \u{1b}[31m✗\u{1b}[0m a ✗ b\n");
        assert_eq!(colored(Outcome::Pass, "  ✓ a\n"), "  \u{1b}[32m✓\u{1b}[0m a\n");
        assert_eq!(colored(Outcome::Undecided, "  ? a?\n"), "  \u{1b}[33m?\u{1b}[0m a?\n");
        // A file that is wrong has no mark.
        assert_eq!(colored(Outcome::Fail, "a.toml: 1 error\n"), "a.toml: 1 error\n");
    }
}
