//! Many variants of one scenario, all of them read and compiled before anything runs.

use std::collections::BTreeMap;

use super::args::ScenarioArguments;
use super::input::{Text, shown};
use super::{Failure, output};
use crate::capacity;
use crate::engine::Span;
use crate::model::Model;
use crate::report::clean;
use crate::report::result::ScenarioId;
use crate::report::sweep::{Unfit, Why};
use crate::scenario::grid::{self, Grid};
use crate::scenario::{self, Issue, Severity, code};

/// A variant that can be run, but for the strategies that cannot start.
pub(super) struct Variant {
    /// Its place on each axis.
    pub places: Vec<usize>,
    pub title: String,
    pub seed: u64,
    pub replications: u32,
    pub horizon: Span,
    /// Those that were asked for, in the scenario's order.
    pub strategies: Vec<String>,
    /// The strategies that can start.
    pub models: Vec<Model>,
    pub unfit: Vec<Unfit>,
}

/// All of them.
pub(super) struct Variants {
    pub grid: Grid,
    /// In the order of the grid.
    pub list: Vec<Variant>,
    pub id: ScenarioId,
    /// What was set for all of them, as PATH=VALUE.
    pub overrides: Vec<String>,
    /// Each one once.
    pub warnings: Vec<Issue>,
}

/// An issue, and the variants that have it.
struct Told {
    issue: Issue,
    variants: Vec<usize>,
}

/// More different issues than this are not shown: most of them have one root.
const TOLD_MAX: usize = 100;
/// Variants that a message names.
const NAMED: usize = 4;

/// Reads and compiles every variant; all problems of all of them are told.
pub(super) fn load(
    arguments: &ScenarioArguments,
    options: &[String],
    wanted: &[String],
) -> Result<Variants, Failure> {
    let grid = grid::read(&arguments.set).map_err(|wrong| {
        let lines: Vec<String> = wrong.into_iter().map(|line| format!("ninefold: {line}")).collect();
        output::note(&lines.join("\n"));
        Failure::Usage(String::new())
    })?;
    if grid.axes.iter().any(|axis| axis.path == "run.seed") {
        return Err(Failure::Usage(
            "run.seed has several values: all variants meet the failures of one seed, or chance would pass for a \
             difference; give one with --seed"
                .into(),
        ));
    }
    for option in options {
        let plain = scenario::plain_override(option);
        if let Some(axis) = grid.axes.iter().find(|axis| plain.starts_with(&format!("{}=", axis.path))) {
            return Err(Failure::Usage(format!(
                "{option}: {} has several values: leave one of the two out",
                axis.path
            )));
        }
    }
    let mut text = Text::bare(&arguments.file)?;
    let (mut list, mut told, mut unfit_issues) = (Vec::new(), Issues::default(), Issues::default());
    let names: Vec<String> = grid.variants().iter().map(|places| grid.name(places)).collect();
    for (number, places) in grid.variants().into_iter().enumerate() {
        text.lay_over(grid.overrides(&places).into_iter().chain(options.iter().cloned()).collect());
        let mut found = read(&text, places);
        told.note(found.issues, number);
        unfit_issues.note(found.unfit_issues, number);
        if let Some(variant) = &mut found.variant {
            choose(variant, wanted)?;
        }
        list.extend(found.variant);
    }
    if list.iter().flat_map(|variant| &variant.models).any(|model| model.precision.is_some()) {
        return Err(Failure::Usage(
            "run.precision is for a single run: all variants have the same replications, so that they can be compared; \
             give --replications (ninefold size stops by itself)"
                .into(),
        ));
    }
    let (mut told, mut unfit_issues) = (told.list, unfit_issues.list);
    let fits = list.iter().any(|variant| !variant.models.is_empty());
    let errors = told.iter().filter(|told| told.issue.severity == Severity::Error).count();
    if !fits {
        told.append(&mut unfit_issues);
    }
    tell(&told, &names);
    if errors > 0 || !fits {
        let errors = told.iter().filter(|told| told.issue.severity == Severity::Error).count();
        return Err(text.refused(errors));
    }
    let typed: Vec<String> =
        arguments.set.iter().chain(options).map(|set| scenario::plain_override(set)).collect();
    let fixed = grid.fixed().chain(options.iter().map(String::as_str)).map(scenario::plain_override);
    Ok(Variants {
        id: ScenarioId {
            title: list.first().map_or(String::new(), |variant| variant.title.clone()),
            sha256: text.fingerprint(&typed),
        },
        overrides: fixed.collect(),
        warnings: told.into_iter().map(|told| told.issue).collect(),
        grid,
        list,
    })
}

struct Found {
    /// Where nothing prevents it.
    variant: Option<Variant>,
    /// Errors and warnings.
    issues: Vec<Issue>,
    /// Why strategies cannot start: an answer where others can, an error where none can.
    unfit_issues: Vec<Issue>,
}

fn read(text: &Text, places: Vec<usize>) -> Found {
    let (spec, mut issues) = scenario::read(&text.input());
    let Some(spec) = spec else { return Found { variant: None, issues, unfit_issues: Vec::new() } };
    let (compiled, found) = scenario::compile_with_issues(&spec);
    let (mut unfit_issues, others): (Vec<Issue>, Vec<Issue>) =
        found.into_iter().partition(|issue| issue.code == code::NO_ROOM);
    issues.extend(others);
    let (mut models, mut unfit) = (Vec::new(), Vec::new());
    let mut compiled = compiled.into_iter().peekable();
    for strategy in &spec.strategies {
        let why = match compiled.next_if(|model| model.strategy == strategy.name) {
            None => Why::NoRoom,
            Some(model) => {
                let found = capacity::refusals(&spec, std::slice::from_ref(&model));
                // Headroom that is not there is a warning: such a strategy starts all the same.
                let (refusals, warnings): (Vec<Issue>, Vec<Issue>) =
                    found.into_iter().partition(|issue| issue.severity == Severity::Error);
                issues.extend(warnings);
                if refusals.is_empty() {
                    models.push(model);
                    continue;
                }
                unfit_issues.extend(refusals);
                Why::Refused
            }
        };
        unfit.push(Unfit { name: strategy.name.clone(), why });
    }
    let fails = issues.iter().any(|issue| issue.severity == Severity::Error);
    let variant = (!fails).then(|| Variant {
        places,
        title: spec.title.clone(),
        seed: spec.run.seed,
        replications: u32::try_from(spec.run.replications).unwrap_or(u32::MAX),
        horizon: spec.run.horizon,
        strategies: spec.strategies.iter().map(|strategy| strategy.name.clone()).collect(),
        models,
        unfit,
    });
    Found { variant, issues, unfit_issues }
}

/// Keeps the strategies that were asked for.
fn choose(variant: &mut Variant, wanted: &[String]) -> Result<(), Failure> {
    for name in wanted {
        if !variant.strategies.contains(name) {
            let names = variant.strategies.join(", ");
            return Err(Failure::Usage(format!("--strategy {name}: the scenario has {names}")));
        }
    }
    if !wanted.is_empty() {
        variant.strategies.retain(|name| wanted.contains(name));
        variant.models.retain(|model| wanted.contains(&model.strategy));
        variant.unfit.retain(|unfit| wanted.contains(&unfit.name));
    }
    Ok(())
}

/// Issues of all variants, each one once, in the order in which they were found.
#[derive(Default)]
struct Issues {
    list: Vec<Told>,
    places: BTreeMap<(&'static str, String, String), usize>,
}

impl Issues {
    fn note(&mut self, issues: Vec<Issue>, variant: usize) {
        for issue in issues {
            let key = (issue.code, issue.path.clone(), issue.what.clone());
            let place = *self.places.entry(key).or_insert(self.list.len());
            match self.list.get_mut(place) {
                Some(told) => told.variants.push(variant),
                None => self.list.push(Told { issue, variants: vec![variant] }),
            }
        }
    }
}

fn tell(told: &[Told], names: &[String]) {
    for Told { issue, variants } in told.iter().take(TOLD_MAX) {
        output::note(&shown(issue));
        if names.len() == 1 {
            continue;
        }
        let mut which: Vec<&str> = variants.iter().map(|&variant| names[variant].as_str()).collect();
        which.dedup();
        let (count, all) = (which.len(), names.len());
        which.truncate(NAMED);
        let more = if count > NAMED { "; …" } else { "" };
        let which = clean::visible(&which.join("; "));
        output::note(&format!("  in {count} of {all} variants: {which}{more}"));
    }
    if let Some(more) = told.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        output::note(&format!("{more} more issues of variants are not shown: mend these first"));
    }
}
