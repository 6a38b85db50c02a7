//! `ninefold sweep`: every variant of a grid, on the same failures.

use std::path::{Path, PathBuf};

use super::args::{SweepArguments, SweepFormat};
use super::output::{self, File};
use super::progress::Progress;
use super::run::{options, stem, warning};
use super::variants::{self, Variants};
use super::{Failure, earlier, interrupt};
use crate::experiment::{self, Plan, Sample, Threads};
use crate::model::Model;
use crate::report::RunResult;
use crate::report::charts;
use crate::report::sweep::{self as report, Sweep};

pub(super) fn sweep(arguments: &SweepArguments) -> Result<(), Failure> {
    let options = options(&arguments.simulation);
    let variants = variants::load(&arguments.scenario, &options, &arguments.strategy)?;
    if variants.grid.axes.is_empty() {
        return Err(Failure::Usage(
            "no key has several values: give one with --set, such as --set 'host.esx.count=20..32' \
             (ninefold run simulates a single variant)"
                .into(),
        ));
    }
    check_services(&variants, &arguments.service)?;
    let folder = arguments.out.clone().unwrap_or_else(|| default_folder(&arguments.scenario.file));
    interrupt::listen();
    interrupt::making(|made| output::prepare(&folder, made))?;
    let sweep = simulate(&variants, arguments)?;
    let interrupted = sweep.replications < sweep.replications_asked;
    let target = if interrupted {
        earlier::place(&folder, "sweep.json", &identity(&sweep), sweep.replications)
    } else {
        Some(folder.clone())
    };
    let files = if target.is_some() { render(&sweep, arguments.png)? } else { Vec::new() };
    interrupt::writing(|| output::write_all(target.as_ref().unwrap_or(&folder), &files))?;
    output::print(&match arguments.format {
        SweepFormat::Text => report::table(&sweep),
        SweepFormat::Csv => report::csv(&sweep),
        SweepFormat::Json => json(&sweep)?,
    })?;
    if let Some(target) = target.as_ref().filter(|_| !arguments.quiet) {
        output::note(&format!("\nwrote {}: {}", output::shown(target), output::names(&files)));
    }
    if !interrupted {
        return Ok(());
    }
    output::note(&format!(
        "ninefold: interrupted: {} of {} replications were finished, of {} of {} variants, and {}",
        sweep.replications,
        sweep.replications_asked,
        sweep.variants.len(),
        variants.list.len(),
        earlier::told(&folder, target.as_deref())
    ));
    Err(Failure::Interrupted)
}

/// Whose replications these are.
fn identity(sweep: &Sweep) -> earlier::Run<'_> {
    let (version, sha256) = (&*sweep.version, &*sweep.scenario.sha256);
    earlier::Run { version, sha256, seed: sweep.seed, selection: &sweep.selection }
}

/// `results/<file stem>-sweep`.
fn default_folder(file: &Path) -> PathBuf {
    let mut name = stem(file).to_owned();
    name.push("-sweep");
    Path::new("results").join(name)
}

/// Every service that is asked for is in every variant.
fn check_services(variants: &Variants, wanted: &[String]) -> Result<(), Failure> {
    let models = || variants.list.iter().flat_map(|variant| &variant.models);
    for name in wanted {
        if let Some(model) = models().find(|model| !model.services.iter().any(|s| s.name == *name)) {
            let names: Vec<&str> = model.services.iter().map(|service| service.name.as_str()).collect();
            return Err(Failure::Usage(format!("--service {name}: the scenario has {}", names.join(", "))));
        }
    }
    Ok(())
}

/// Runs one variant after the other, until somebody stops it.
fn simulate(variants: &Variants, arguments: &SweepArguments) -> Result<Sweep, Failure> {
    let first = variants.list.first();
    let seed = first.map_or(1, |variant| variant.seed);
    let asked = |variant: &&variants::Variant| !variant.models.is_empty();
    let total: u64 = variants.list.iter().filter(asked).map(|variant| u64::from(variant.replications)).sum();
    let total = u32::try_from(total).map_err(|_| {
        Failure::Usage(format!("{total} replications in all are too many: ask for fewer with --replications"))
    })?;
    let mut sweep = Sweep {
        replications_asked: u64::from(total),
        overrides: variants.overrides.clone(),
        selection: arguments.strategy.clone(),
        services: arguments.service.clone(),
        warnings: variants.warnings.iter().map(warning).collect(),
        ..Sweep::new(variants.id.clone(), seed, &variants.grid)
    };
    let progress = Progress::new(total, arguments.quiet);
    let threads = Threads::new(arguments.simulation.threads.map(usize::from));
    // By variant, strategy and part: as few as somebody is told of.
    let mut samples: Vec<Vec<Vec<Sample>>> = Vec::new();
    for variant in &variants.list {
        let plan = Plan {
            title: variant.title.clone(),
            sha256: String::new(),
            seed: variant.seed,
            replications: variant.replications,
            threads: None,
        };
        let outcome = match variant.models.as_slice() {
            [] => None,
            _ if interrupt::stops() => break,
            models => match experiment::run_on(&threads, models, &plan, &progress) {
                Some(outcome) => Some(outcome),
                None => break,
            },
        };
        let of_strategy = |(strategy, model): (usize, &Model)| {
            let sample = |part: Option<usize>| outcome.as_ref().map(|outcome| outcome.sample(strategy, part));
            parts(model, &arguments.service).into_iter().filter_map(sample).collect()
        };
        samples.push(variant.models.iter().enumerate().map(of_strategy).collect());
        let result = outcome.as_ref().map(|outcome| RunResult::from(&outcome.summary));
        sweep.push(&variant.places, variant.horizon.as_secs_f64(), result, variant.unfit.clone());
    }
    progress.finish();
    let part =
        |name: Option<&str>| name.map_or(Some(0), |name| arguments.service.iter().position(|s| s == name));
    sweep.compare(|variant, strategy, name| samples.get(variant)?.get(strategy)?.get(part(name)?));
    if sweep.replications == 0 {
        output::note("ninefold: interrupted before a replication was finished; nothing was written");
        return Err(Failure::Interrupted);
    }
    Ok(sweep)
}

/// The services that were asked for, by their places; none: all of them together.
fn parts(model: &Model, wanted: &[String]) -> Vec<Option<usize>> {
    if wanted.is_empty() {
        return vec![None];
    }
    let place = |name: &String| model.services.iter().position(|service| service.name == *name);
    wanted.iter().filter_map(place).map(Some).collect()
}

fn json(sweep: &Sweep) -> Result<String, Failure> {
    report::json(sweep).map_err(|error| Failure::Internal(format!("cannot write the sweep as JSON: {error}")))
}

/// Every file of a sweep, in memory.
fn render(sweep: &Sweep, png: bool) -> Result<Vec<File>, Failure> {
    let mut files: Vec<File> = vec![
        ("sweep.json".into(), json(sweep)?.into_bytes()),
        ("sweep.csv".into(), report::csv(sweep).into_bytes()),
    ];
    let formats = [Some(charts::Format::Svg), png.then_some(charts::Format::Png)];
    for format in formats.into_iter().flatten() {
        let drawn = charts::draw_sweep(sweep, format)
            .map_err(|error| Failure::Internal(format!("cannot draw: {error}")))?;
        files.extend(drawn.into_iter().map(|(name, bytes)| (Path::new("charts").join(name), bytes)));
    }
    Ok(files)
}
