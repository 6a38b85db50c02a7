//! `ninefold run`: load, simulate, render, write, print.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::args::{Format, RunArguments, SimulationArguments};
use super::baseline::{self, Stored};
use super::input::{Scenario, load};
use super::output::{self, File};
use super::progress::Progress;
use super::{Failure, earlier, gates, interrupt, report};
use crate::experiment::{self, Outcome, Plan, Summary, Threads};
use crate::report::replays::Replays;
use crate::report::result::{StoppedBy, Warning};
use crate::report::{RunResult, assumed, charts, csv, described, markdown, text};
use crate::scenario::{Issue, read_duration};

pub(super) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let begun = Instant::now();
    let limit = time_limit(arguments.time_limit.as_ref())?;
    let mut options = options(&arguments.simulation);
    options.extend(arguments.precision.iter().map(|precision| format!("--precision {precision}")));
    let mut scenario = load(&arguments.scenario, &options)?;
    choose_strategies(&mut scenario, &arguments.strategy)?;
    gates::tell_unasked(&scenario);
    let stored = Stored::read(&arguments.baseline)?;
    if let Some(stored) = &stored {
        stored.check(&scenario.models, &arguments.strategy)?;
    }
    let folder = arguments.out.clone().unwrap_or_else(|| default_folder(&arguments.scenario.file));
    interrupt::listen();
    interrupt::making(|made| output::prepare(&folder, made))?;
    let loaded = Instant::now();
    let (outcome, stopped_by) = play(&scenario, &arguments.simulation, limit, arguments.quiet)?;
    let simulated = Instant::now();
    let summary = &outcome.summary;
    let (description, assumptions) = (described(&scenario.spec), assumed(&scenario.spec));
    let found = result(summary, &scenario, &arguments.strategy);
    let mut result = RunResult { stopped_by, description, assumptions, ..found };
    result.baseline = stored.map(|stored| stored.compare(&outcome, &result));
    result.baseline.iter().for_each(baseline::tell);
    let target = match stopped_by {
        None => Some(folder.clone()),
        Some(_) => earlier::place(&folder, "result.json", &identity(&result), summary.replications.into()),
    };
    let files = match &target {
        Some(target) => {
            let mut files = render(&result, summary, arguments.png)?;
            let for_page = report::wants_page(arguments.html, target);
            let is_needed = for_page || report::has_timelines(target);
            let replays = report::replay(&scenario, summary, arguments.simulation.threads, is_needed);
            for format in formats(arguments.png) {
                files.extend(draw_worst(&result, replays.as_ref(), *format)?);
            }
            files.extend(report::files(&result, replays.as_ref(), for_page)?);
            files
        }
        None => Vec::new(),
    };
    interrupt::writing(|| output::write_all(target.as_ref().unwrap_or(&folder), &files))?;
    if arguments.timing {
        tell_timing(summary, &scenario, begun, loaded, simulated);
    }
    output::print(&match arguments.format {
        Format::Text => text::comparison(&result),
        Format::Markdown => markdown::summary(&result),
        Format::Csv => csv::summary(&result),
        Format::Json => json(&result)?,
    })?;
    if let Some(target) = target.as_ref().filter(|_| !arguments.quiet) {
        output::note(&format!("\nwrote {}: {}", output::shown(target), output::names(&files)));
    }
    if stopped_by.is_none() {
        // Who interrupts when everything is simulated gets everything.
        return verdict(&result);
    }
    let kept = earlier::told(&folder, target.as_deref());
    let why = if stopped_by == Some(StoppedBy::TimeLimit) { "out of time" } else { "interrupted" };
    output::note(&format!(
        "ninefold: {why}: {} and {kept}",
        finished(summary.replications, summary.replications_asked)
    ));
    if interrupt::drops() {
        // Length-biased sampling: an instant is likelier to fall into a long interval (Cox 1962, section 5.4).
        output::note(
            "ninefold: of the replications that were dropped, those with many outages are likelier to be some: take \
             what is kept as a little too good",
        );
    }
    // Who gives it so much time gets what was asked for.
    if stopped_by == Some(StoppedBy::TimeLimit) { verdict(&result) } else { Err(Failure::Interrupted) }
}

/// How far it came before somebody stopped it.
pub(super) fn finished(replications: u32, asked: u32) -> String {
    if replications == asked {
        format!("all {asked} replications were finished, but not what importance sampling adds to them,")
    } else {
        format!("{replications} of {asked} replications were finished")
    }
}

/// Whose replications these are.
fn identity(result: &RunResult) -> earlier::Run<'_> {
    let (version, sha256) = (&*result.version, &*result.scenario.sha256);
    earlier::Run { version, sha256, seed: result.seed, selection: &result.selection }
}

/// What gates and the baseline make of it: what failed outweighs what is undecided.
fn verdict(result: &RunResult) -> Result<(), Failure> {
    match (gates::outcome(&result.gates), baseline::outcome(result.baseline.as_ref())) {
        (Err(Failure::Undecided(_)), Err(failed @ Failure::Differs(_))) => Err(failed),
        (gates, baseline) => gates.and(baseline),
    }
}

/// Options that are a scenario key in short, as they are typed.
pub(super) fn options(arguments: &SimulationArguments) -> Vec<String> {
    let mut set = Vec::new();
    if let Some(n) = arguments.replications {
        set.push(format!("--replications {n}"));
    }
    if let Some(horizon) = &arguments.horizon {
        set.push(format!("--horizon {horizon}"));
    }
    if let Some(seed) = arguments.seed {
        set.push(format!("--seed {seed}"));
    }
    set
}

/// The result, with what was typed to get it and what was odd about that.
pub(super) fn result(summary: &Summary, scenario: &Scenario, selection: &[String]) -> RunResult {
    RunResult {
        overrides: scenario.overrides.clone(),
        selection: selection.to_vec(),
        warnings: scenario.warnings.iter().map(warning).collect(),
        ..RunResult::from(summary)
    }
}

/// A warning for the record.
pub(super) fn warning(issue: &Issue) -> Warning {
    Warning {
        code: issue.code.to_owned(),
        path: issue.path.clone(),
        what: issue.what.clone(),
        remedy: issue.remedy.clone(),
    }
}

/// Keeps the strategies that were asked for, in the order of the file.
pub(super) fn choose_strategies(scenario: &mut Scenario, wanted: &[String]) -> Result<(), Failure> {
    for name in wanted {
        if !scenario.models.iter().any(|model| model.strategy == *name) {
            let names: Vec<&str> = scenario.models.iter().map(|model| model.strategy.as_str()).collect();
            return Err(Failure::Usage(format!("--strategy {name}: the scenario has {}", names.join(", "))));
        }
    }
    if !wanted.is_empty() {
        scenario.models.retain(|model| wanted.contains(&model.strategy));
    }
    Ok(())
}

/// `results/<file stem>`.
fn default_folder(file: &Path) -> PathBuf {
    Path::new("results").join(stem(file))
}

/// The name of a scenario's file without its ending.
pub(super) fn stem(file: &Path) -> &OsStr {
    let stem = if file == Path::new("-") { None } else { file.file_stem() };
    stem.unwrap_or("stdin".as_ref())
}

pub(super) fn simulate(
    scenario: &Scenario,
    arguments: &SimulationArguments,
    time_limit: Option<Duration>,
    quiet: bool,
) -> Result<(Summary, Option<StoppedBy>), Failure> {
    play(scenario, arguments, time_limit, quiet).map(|(outcome, by)| (outcome.summary, by))
}

/// The same with all replications, for who compares them with others.
fn play<'s>(
    scenario: &'s Scenario,
    arguments: &SimulationArguments,
    time_limit: Option<Duration>,
    quiet: bool,
) -> Result<(Outcome<'s>, Option<StoppedBy>), Failure> {
    let run = &scenario.spec.run;
    let replications = u32::try_from(run.replications)
        .map_err(|_| Failure::Internal("more replications than validation lets pass".into()))?;
    let plan = Plan {
        title: scenario.spec.title.clone(),
        sha256: scenario.sha256.clone(),
        seed: run.seed,
        replications,
        threads: arguments.threads.map(usize::from),
    };
    let gates = &scenario.spec.gates;
    let most = gates.iter().map(|gate| gate.replications_max).fold(replications, u32::max);
    let progress = match run.precision {
        None if gates.is_empty() => Progress::new(replications, quiet),
        _ => Progress::at_most(most, quiet),
    };
    let progress = progress.within(time_limit);
    let threads = Threads::new(plan.threads);
    let outcome = experiment::run_gated(&threads, &scenario.models, &plan, gates, &progress);
    progress.finish();
    let Some(outcome) = outcome else {
        if interrupt::stops() {
            output::note("ninefold: interrupted before a replication was finished; nothing was written");
            return Err(Failure::Interrupted);
        }
        return Err(Failure::Usage(
            "--time-limit: no replication was finished in that time: give it more".into(),
        ));
    };
    let summary = &outcome.summary;
    let stopped = summary.replications < summary.replications_asked || summary.rare_stopped;
    let by = if interrupt::stops() { StoppedBy::Interrupt } else { StoppedBy::TimeLimit };
    Ok((outcome, stopped.then_some(by)))
}

/// How long a run may go on, as it was typed.
fn time_limit(typed: Option<&String>) -> Result<Option<Duration>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let span =
        read_duration(typed).map_err(|wrong| Failure::Usage(format!("--time-limit {typed}: {wrong}")))?;
    Ok(Some(Duration::from_micros(span.0)))
}

/// Every file of a result, in memory.
fn render(result: &RunResult, summary: &Summary, png: bool) -> Result<Vec<File>, Failure> {
    let mut files: Vec<File> = vec![
        ("result.json".into(), json(result)?.into_bytes()),
        ("summary.csv".into(), csv::summary(result).into_bytes()),
        ("causes.csv".into(), csv::causes(result).into_bytes()),
        ("strategies.csv".into(), csv::strategies(result).into_bytes()),
        ("comparisons.csv".into(), csv::comparisons(result).into_bytes()),
        ("failures.csv".into(), csv::failures(summary).into_bytes()),
        ("replications.csv".into(), csv::replications(summary).into_bytes()),
        ("summary.md".into(), markdown::summary(result).into_bytes()),
    ];
    if result.strategies.iter().any(|strategy| !strategy.capacity.headroom.is_empty()) {
        files.push(("headroom.csv".into(), csv::headroom(result).into_bytes()));
    }
    for format in formats(png) {
        files.extend(draw(result, *format)?);
    }
    Ok(files)
}

fn formats(png: bool) -> &'static [charts::Format] {
    if png { &[charts::Format::Svg, charts::Format::Png] } else { &[charts::Format::Svg] }
}

/// The charts, in their folder.
pub(super) fn draw(result: &RunResult, format: charts::Format) -> Result<Vec<File>, Failure> {
    in_their_folder(charts::draw(result, format))
}

/// The timelines of the worst replications, in the same folder; none where nobody has played those again.
pub(super) fn draw_worst(
    result: &RunResult,
    replays: Option<&Replays>,
    format: charts::Format,
) -> Result<Vec<File>, Failure> {
    replays.map_or(Ok(Vec::new()), |replays| in_their_folder(charts::draw_worst(result, replays, format)))
}

fn in_their_folder(drawn: Result<Vec<(String, Vec<u8>)>, charts::ChartError>) -> Result<Vec<File>, Failure> {
    let drawn = drawn.map_err(|error| Failure::Internal(format!("cannot draw: {error}")))?;
    Ok(drawn.into_iter().map(|(name, bytes)| (Path::new("charts").join(name), bytes)).collect())
}

fn json(result: &RunResult) -> Result<String, Failure> {
    result.to_json().map_err(|error| Failure::Internal(format!("cannot write the result as JSON: {error}")))
}

/// Wall-clock figures are for stderr alone: they never enter a result.
fn tell_timing(summary: &Summary, scenario: &Scenario, begun: Instant, loaded: Instant, simulated: Instant) {
    let simulating = (simulated - loaded).as_secs_f64();
    let years = f64::from(summary.replications)
        * scenario.models.iter().map(|model| model.end().as_secs_f64() / 31_536_000.0).sum::<f64>();
    output::note(&format!(
        "timing: load {:.3} s, simulate {simulating:.3} s ({years:.0} years, {:.0} years/s), report {:.3} s",
        (loaded - begun).as_secs_f64(),
        years / simulating.max(1e-9),
        simulated.elapsed().as_secs_f64(),
    ));
}
