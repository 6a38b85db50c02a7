//! `ninefold run`: load, simulate, render, write, print.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Failure;
use super::args::{Format, RunArguments};
use super::input::{Scenario, load};
use super::output::{self, File};
use super::progress::{Progress, interrupted, listen_for_interrupt};
use crate::experiment::{self, Plan, Summary};
use crate::report::{RunResult, charts, csv, markdown, text};

pub(super) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut scenario = load(&arguments.scenario, &overrides(arguments), arguments.quiet)?;
    choose_strategies(&mut scenario, &arguments.strategy)?;
    let folder = arguments.out.clone().unwrap_or_else(|| default_folder(&arguments.scenario.file));
    let made = !folder.exists();
    output::prepare(&folder)?;
    listen_for_interrupt();
    let loaded = Instant::now();
    let work = || {
        let summary = simulate(&scenario, arguments)?;
        let simulated = Instant::now();
        let result = RunResult::from(&summary);
        let files = render(&result, &summary, arguments.png)?;
        output::write_all(&folder, &files)?;
        Ok((summary, simulated, result, files))
    };
    let (summary, simulated, result, files) = work().inspect_err(|_: &Failure| {
        if made {
            // Goes only where it is empty.
            let _ = std::fs::remove_dir(&folder);
        }
    })?;
    if arguments.timing {
        tell_timing(&summary, &scenario, begun, loaded, simulated);
    }
    output::print(&match arguments.format {
        Format::Text => text::comparison(&result),
        Format::Markdown => markdown::summary(&result),
        Format::Csv => csv::summary(&result),
        Format::Json => json(&result)?,
    })?;
    if !arguments.quiet {
        let names: Vec<String> = files.iter().map(|(name, _)| name.display().to_string()).collect();
        output::note(&format!("\nwrote {}: {}", folder.display(), names.join(", ")));
    }
    if interrupted() {
        output::note(&format!(
            "ninefold: interrupted: {} of {} replications were finished and are in the results",
            summary.replications, summary.replications_asked
        ));
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// Options that are a scenario key in short.
fn overrides(arguments: &RunArguments) -> Vec<String> {
    let mut set = Vec::new();
    if let Some(n) = arguments.replications {
        set.push(format!("run.replications={n}"));
    }
    if let Some(horizon) = &arguments.horizon {
        set.push(format!("run.horizon={horizon}"));
    }
    if let Some(seed) = arguments.seed {
        set.push(format!("run.seed={seed}"));
    }
    set
}

/// Keeps the strategies that were asked for, in the order of the file.
fn choose_strategies(scenario: &mut Scenario, wanted: &[String]) -> Result<(), Failure> {
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
    let stem = if file == Path::new("-") { None } else { file.file_stem() };
    Path::new("results").join(stem.unwrap_or("stdin".as_ref()))
}

fn simulate(scenario: &Scenario, arguments: &RunArguments) -> Result<Summary, Failure> {
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
    let progress = Progress::new(replications, arguments.quiet);
    let summary = experiment::run(&scenario.models, &plan, &progress);
    progress.finish();
    summary.ok_or(Failure::Interrupted)
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
    files.extend(draw(result, charts::Format::Svg)?);
    if png {
        files.extend(draw(result, charts::Format::Png)?);
    }
    Ok(files)
}

/// The charts, in their folder.
pub(super) fn draw(result: &RunResult, format: charts::Format) -> Result<Vec<File>, Failure> {
    let drawn =
        charts::draw(result, format).map_err(|error| Failure::Internal(format!("cannot draw: {error}")))?;
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
