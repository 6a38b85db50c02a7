//! `--baseline`: a run beside a stored one, read and refused before anything is simulated.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, output};
use crate::experiment::Outcome;
use crate::model::Model;
use crate::report::baseline::{
    Baseline, Margin, Replications, Trend, has_degraded, incompatible, past, why_unpaired,
};
use crate::report::{RunResult, clean};
use crate::scenario::goal::{self, Metric};

#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    /// Compare with a stored run: a result.json, or the folder it lies in with its replications.csv
    #[arg(long, value_name = "RESULT")]
    pub baseline: Option<PathBuf>,
    /// What counts as a change: a part such as "5 %", a time such as "1 min/y", or both (repeat it)
    /// [default: more than 5 % and more than 1 min/y]
    #[arg(long, value_name = "MARGIN", requires = "baseline", allow_hyphen_values = true)]
    pub margin: Vec<String>,
}

/// A stored run.
pub(super) struct Stored {
    result: RunResult,
    replications: Option<Replications>,
    /// Why there are none, where the file is missing.
    missing: Option<String>,
    margin: Margin,
}

impl Stored {
    /// The one that is asked for.
    pub(super) fn read(arguments: &BaselineArguments) -> Result<Option<Stored>, Failure> {
        let margin = margin(&arguments.margin)?;
        let Some(path) = &arguments.baseline else { return Ok(None) };
        let file = if path.is_dir() { path.join("result.json") } else { path.clone() };
        let text = read(&file)?;
        let wrong = |file: &Path, error: &dyn std::fmt::Display| {
            Failure::Usage(format!("--baseline {}: {error}", clean::visible(&file.display().to_string())))
        };
        let result = RunResult::from_json(&text).map_err(|error| wrong(&file, &error))?;
        let beside = file.with_file_name("replications.csv");
        if !beside.exists() {
            let missing = Some("there is no replications.csv beside it".to_owned());
            return Ok(Some(Stored { result, replications: None, missing, margin }));
        }
        let replications = Replications::read(&read(&beside)?).map_err(|error| wrong(&beside, &error))?;
        replications.check(&result).map_err(|error| wrong(&beside, &error))?;
        Ok(Some(Stored { result, replications: Some(replications), missing: None, margin }))
    }

    /// Refuses to compare what cannot be compared. `now` need not have been simulated.
    pub(super) fn check(&self, models: &[Model], selection: &[String]) -> Result<(), Failure> {
        let wrong = incompatible(&self.result, &outline(models, selection, &self.result));
        if wrong.is_empty() {
            return Ok(());
        }
        let remedy = "run the baseline again with the same horizon, strategies and services";
        Err(Failure::Usage(format!("--baseline: cannot be compared: {}: {remedy}", wrong.join("; "))))
    }

    /// What has become of every service under every strategy.
    pub(super) fn compare(&self, outcome: &Outcome<'_>, now: &RunResult) -> Baseline {
        let unpaired = why_unpaired(&self.result, now).or_else(|| self.missing.clone());
        let replications = self.replications.as_ref().filter(|_| unpaired.is_none());
        let mut baseline = Baseline::new(&self.result, self.margin, unpaired);
        for (place, strategy) in now.strategies.iter().enumerate() {
            for (number, service) in strategy.services.iter().enumerate() {
                let names = (strategy.name.as_str(), service.name.as_str());
                let degraded = has_degraded(&self.result, now, names);
                let metrics = [Some(Metric::Downtime), degraded.then_some(Metric::Lost)];
                for metric in metrics.into_iter().flatten() {
                    if let Some(past) = past(&self.result, now, names, metric, replications) {
                        let change = outcome.change(place, number, metric, &past);
                        baseline.push((names.0, names.1, metric), &change, now.horizon_s);
                    }
                }
            }
        }
        baseline
    }
}

/// Worse outweighs undecided.
pub(super) fn outcome(baseline: Option<&Baseline>) -> Result<(), Failure> {
    let Some(baseline) = baseline else { return Ok(()) };
    match (baseline.count(Trend::Worse), baseline.count(Trend::Undecided)) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure::Undecided(format!("beside the baseline {}", baseline.sentence()))),
        _ => Err(Failure::Differs(format!("beside the baseline {}", baseline.sentence()))),
    }
}

/// What a result of these models will look like, as far as it matters here.
fn outline(models: &[Model], selection: &[String], like: &RunResult) -> RunResult {
    let first = models.first();
    let service = |model: &Model| {
        let known = like.strategies.iter().flat_map(|strategy| &strategy.services).next();
        let name = |service: &crate::model::Service| {
            known.map(|known| crate::report::result::Service { name: service.name.clone(), ..known.clone() })
        };
        model.services.iter().filter_map(name).collect()
    };
    let strategy = |model: &Model| {
        let known = like.strategies.first()?;
        Some(crate::report::result::Strategy {
            name: model.strategy.clone(),
            services: service(model),
            ..known.clone()
        })
    };
    RunResult {
        horizon_s: first.map_or(0.0, |model| model.horizon.as_secs_f64()),
        warmup_s: first.map_or(0.0, |model| model.warmup.as_secs_f64()),
        ages: first.map_or_else(String::new, |model| model.ages.word().to_owned()),
        selection: selection.to_vec(),
        strategies: models.iter().filter_map(strategy).collect(),
        ..like.clone()
    }
}

fn margin(typed: &[String]) -> Result<Margin, Failure> {
    if typed.is_empty() {
        return Ok(Margin::DEFAULT);
    }
    let mut margin = Margin { share: 0.0, seconds_a_year: 0.0 };
    for text in typed {
        match goal::margin(text) {
            Ok(goal::Margin::Share(share)) => margin.share = share,
            Ok(goal::Margin::SecondsAYear(seconds)) => margin.seconds_a_year = seconds,
            Err(wrong) => return Err(Failure::Usage(format!("--margin {text}: {wrong}"))),
        }
    }
    Ok(margin)
}

fn read(path: &Path) -> Result<String, Failure> {
    let shown = clean::visible(&path.display().to_string());
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::Io(format!("cannot read the baseline {shown}: give a result.json or its folder"), error)
        }
        std::io::ErrorKind::InvalidData => Failure::Usage(format!("--baseline {shown}: not UTF-8 text")),
        _ => Failure::Io(format!("cannot read the baseline {shown}"), error),
    })
}

/// Says on stderr what is compared by means alone, and why.
pub(super) fn tell(baseline: &Baseline) {
    if let Some(why) = &baseline.unpaired {
        output::note(&format!("baseline: not paired by replication: {}", clean::visible(why)));
    }
}
