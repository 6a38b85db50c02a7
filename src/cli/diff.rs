//! `ninefold diff`: what differs between two scenarios, and what that does to downtime, on the same failures.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::args::SimulationArguments;
use super::input::{Scenario, Text};
use super::progress::Progress;
use super::run::options;
use super::{Failure, interrupt, output};
use crate::experiment::{self, Outcome, Pairing, Plan, Threads};
use crate::model::Model;
use crate::report::RunResult;
use crate::report::diff::{self as report, Diff, Effect};
use crate::scenario::compare::{Side, differences};

#[derive(Debug, Args)]
#[command(after_help = "\
~ is a key that is another one, + and - what only the second or the first has. Both are simulated with the
seed, the replications and the horizon of the first, unless options say otherwise: the same hosts, storages
and services meet the same failures, so that what is left is what the differences do. B - A above zero: the
second is down longer.")]
pub(super) struct DiffArguments {
    /// The first scenario; `-` reads stdin
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The second scenario; `-` reads stdin
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Override a key of both (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Override a key of the first alone (repeatable)
    #[arg(long = "set-a", value_name = "PATH=VALUE")]
    pub set_a: Vec<String>,
    /// Override a key of the second alone (repeatable)
    #[arg(long = "set-b", value_name = "PATH=VALUE")]
    pub set_b: Vec<String>,
    /// Only say what differs; simulate nothing
    #[arg(long)]
    pub no_run: bool,
    /// Simulate only this strategy (repeatable)
    #[arg(long, value_name = "NAME")]
    pub strategy: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// No progress; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    Text,
    Markdown,
    Json,
}

pub(super) fn diff(arguments: &DiffArguments) -> Result<(), Failure> {
    let stdin = Path::new("-");
    if arguments.a == stdin && arguments.b == stdin {
        return Err(Failure::Usage(
            "stdin can be one of the two scenarios, and both are -: give a file".into(),
        ));
    }
    let of = |file: &Path, own: &[String]| -> Result<Text, Failure> {
        let mut text = Text::bare(file)?;
        text.lay_over(arguments.set.iter().chain(own).cloned().collect());
        Ok(text)
    };
    let (mut a, mut b) = (of(&arguments.a, &arguments.set_a)?, of(&arguments.b, &arguments.set_b)?);
    // What is wrong with either is told of both.
    let (of_a, of_b) = match (a.load(&[]), b.load(&[])) {
        (Ok(of_a), Ok(of_b)) => (of_a, of_b),
        (Err(failure), other) => {
            if let Err(second) = other {
                second.tell();
            }
            return Err(failure);
        }
        (Ok(_), Err(failure)) => return Err(failure),
    };
    check_strategies(arguments, &of_a, &of_b)?;
    let side = |text: &Text, of: &Scenario| report::Scenario {
        name: text.name.clone(),
        title: of.spec.title.clone(),
        sha256: of.sha256.clone(),
    };
    let found = differences(
        &Side { input: a.input(), spec: &of_a.spec },
        &Side { input: b.input(), spec: &of_b.spec },
    );
    let mut diff = Diff::new(side(&a, &of_a), side(&b, &of_b), found);
    let mut finished = true;
    if !arguments.no_run {
        let first = simulated(&mut a, &of_a, &options(&arguments.simulation), &arguments.strategy)?;
        let run = &first.spec.run;
        let same = [
            format!("--replications {}", run.replications),
            format!("--horizon {} us", run.horizon.0),
            format!("--seed {}", run.seed),
        ];
        let second = simulated(&mut b, &of_b, &same, &arguments.strategy)?;
        interrupt::listen();
        diff.effect = effect(&first, &second, arguments)?;
        finished = diff.effect.is_some();
    }
    output::print(&match arguments.format {
        DiffFormat::Text => report::text(&diff),
        DiffFormat::Markdown => report::markdown(&diff),
        DiffFormat::Json => diff
            .json()
            .map_err(|error| Failure::Internal(format!("cannot write the difference as JSON: {error}")))?,
    })?;
    if finished {
        return Ok(());
    }
    output::note("ninefold: interrupted before both were simulated: only what differs is told");
    Err(Failure::Interrupted)
}

/// Who asks for a strategy means one of either.
fn check_strategies(arguments: &DiffArguments, a: &Scenario, b: &Scenario) -> Result<(), Failure> {
    let names =
        |of: &Scenario| -> Vec<String> { of.spec.strategies.iter().map(|s| s.name.clone()).collect() };
    let both: Vec<String> = names(a).into_iter().filter(|name| names(b).contains(name)).collect();
    for name in &arguments.strategy {
        if !both.contains(name) {
            return Err(Failure::Usage(format!(
                "--strategy {name}: both scenarios have {}",
                both.join(", ")
            )));
        }
    }
    Ok(())
}

/// The scenario as it is simulated: with more laid over it, and only the strategies that were asked for.
fn simulated(
    text: &mut Text,
    told: &Scenario,
    more: &[String],
    wanted: &[String],
) -> Result<Scenario, Failure> {
    text.lay_over(told.overrides.iter().chain(more).cloned().collect());
    let mut scenario = text.load(&told.warnings)?;
    for model in &mut scenario.models {
        // Both have the same replications, or they could not be paired.
        model.precision = None;
    }
    let is_wanted = |model: &Model| wanted.is_empty() || wanted.contains(&model.strategy);
    scenario.models.retain(is_wanted);
    Ok(scenario)
}

/// What the differences do; `None` where somebody has interrupted it.
fn effect(a: &Scenario, b: &Scenario, arguments: &DiffArguments) -> Result<Option<Effect>, Failure> {
    let replications = u32::try_from(a.spec.run.replications).unwrap_or(u32::MAX);
    let total = replications.checked_mul(2).ok_or_else(|| {
        Failure::Usage(format!(
            "{replications} replications of each are too many: ask for fewer with --replications"
        ))
    })?;
    let progress = Progress::new(total, arguments.quiet);
    let threads = Threads::new(arguments.simulation.threads.map(usize::from));
    let run = |of: &'_ Scenario| -> Plan {
        Plan {
            title: of.spec.title.clone(),
            sha256: String::new(),
            seed: a.spec.run.seed,
            replications,
            threads: None,
        }
    };
    let first = experiment::run_on(&threads, &a.models, &run(a), &progress);
    let second = experiment::run_on(&threads, &b.models, &run(b), &progress);
    progress.finish();
    let (Some(first), Some(second)) = (first, second) else { return Ok(None) };
    let is_whole = |outcome: &Outcome<'_>| outcome.summary.replications == replications;
    if !is_whole(&first) || !is_whole(&second) {
        return Ok(None);
    }
    let pair = |strategies: (usize, usize), services: Option<(usize, usize)>| -> Option<Pairing> {
        let of_first = first.sample(strategies.0, services.map(|(service, _)| service));
        second.sample(strategies.1, services.map(|(_, service)| service)).versus(&of_first)
    };
    Ok(Some(Effect::of(&RunResult::from(&first.summary), &RunResult::from(&second.summary), pair)))
}
