//! `ninefold size`: the smallest value of a key that meets its goals. Writes no files.

use super::args::{SizeArguments, SizeFormat};
use super::progress::Progress;
use super::run::{options, warning};
use super::variants::{self, Variant, Variants};
use super::{Failure, interrupt, output};
use crate::experiment::size::{Question, smallest};
use crate::experiment::{Check, Threads};
use crate::model::Model;
use crate::report::result::SCHEMA;
use crate::report::size::{self as report, Outcome, Search, Size, Value};
use crate::scenario::goal::{Goal, Whose, confidence};
use crate::scenario::grid::Axis;
use crate::stats::sequential::{decisions, looks};

pub(super) fn size(arguments: &SizeArguments) -> Result<(), Failure> {
    let confidence = confidence(&arguments.confidence)
        .map_err(|wrong| Failure::Usage(format!("--confidence {}: {wrong}", arguments.confidence)))?;
    let goals = read_goals(&arguments.goal)?;
    let variants = variants::load(&arguments.scenario, &options(&arguments.simulation), &arguments.strategy)?;
    let [axis] = variants.grid.axes.as_slice() else {
        let several: Vec<&str> = variants.grid.axes.iter().map(|axis| axis.path.as_str()).collect();
        let what = match several.as_slice() {
            [] => "no key has several values".to_owned(),
            _ => format!("{} have several values", several.join(" and ")),
        };
        return Err(Failure::Usage(format!(
            "{what}: give one key its values, in the order in which they become better, such as \
             --set 'host.esx.count=20..32' (ninefold sweep shows several)"
        )));
    };
    if axis.path == "run.replications" {
        return Err(Failure::Usage(
            "run.replications is what a search decides by itself: --replications says how many at most"
                .into(),
        ));
    }
    let strategies = strategies(&variants);
    let asked = strategies.iter().map(|strategy| Asked::new(strategy, axis, &variants, &goals));
    let asked: Vec<Asked<'_>> = asked.collect::<Result<_, _>>()?;
    interrupt::listen();
    let size = search(&variants, axis, &asked, confidence, arguments)?;
    let all = size.answers.len() == asked.len();
    output::print(&match arguments.format {
        SizeFormat::Text => report::text(&size),
        SizeFormat::Json => report::json(&size)
            .map_err(|error| Failure::Internal(format!("cannot write the answer as JSON: {error}")))?,
    })?;
    let undecided = size.answers.iter().filter(|answer| answer.outcome == Outcome::Undecided).count();
    match (all, undecided) {
        (false, _) => {
            let (done, of) = (size.answers.len(), asked.len());
            output::note(&format!("ninefold: interrupted: {done} of {of} strategies have an answer"));
            Err(Failure::Interrupted)
        }
        (true, 1..) => Err(Failure::Undecided(format!(
            "{undecided} of {} answers undecided after {} replications: ask for more with --replications",
            asked.len(),
            size.replications_max
        ))),
        (true, 0) if report::nothing_meets(&size) => {
            Err(Failure::Usage(format!("no value of {} meets the goal", axis.path)))
        }
        (true, 0) => Ok(()),
    }
}

fn read_goals(typed: &[String]) -> Result<Vec<Goal>, Failure> {
    let mut goals = Vec::new();
    let mut wrong = Vec::new();
    for text in typed {
        match Goal::read(text) {
            Ok(goal) => goals.push(goal),
            Err(what) => wrong.push(format!("--goal {what}")),
        }
    }
    if wrong.is_empty() { Ok(goals) } else { Err(Failure::Usage(wrong.join("\nninefold: "))) }
}

/// The strategies of all variants, in the order in which they come.
fn strategies(variants: &Variants) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in variants.list.iter().flat_map(|variant| &variant.strategies) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// One strategy, and what is asked of it at each value of the key.
struct Asked<'v> {
    strategy: &'v str,
    models: Vec<Option<&'v Model>>,
    values: Vec<Value<'v>>,
}

impl<'v> Asked<'v> {
    fn new(
        strategy: &'v str,
        axis: &'v Axis,
        variants: &'v Variants,
        goals: &[Goal],
    ) -> Result<Asked<'v>, Failure> {
        let mut asked = Asked { strategy, models: Vec::new(), values: Vec::new() };
        for (variant, value) in variants.list.iter().zip(&axis.values) {
            let model = variant.models.iter().find(|model| model.strategy == strategy);
            let checks = match model {
                Some(model) => Ok((checks(model, variant, goals)?, variant.horizon.as_secs_f64())),
                None => Err(why(variant, strategy)),
            };
            asked.models.push(model);
            asked.values.push(Value { label: &value.label, checks });
        }
        Ok(asked)
    }

    fn question(&self, seed: u64, cap: u32, confidence: f64) -> Question<'v> {
        let candidate = |(model, value): (&Option<&'v Model>, &Value<'_>)| {
            let (checks, _) = value.checks.as_ref().ok()?;
            Some(((*model)?, checks.iter().map(|(check, _)| check.clone()).collect()))
        };
        let candidates = self.models.iter().zip(&self.values).map(candidate).collect();
        Question { candidates, seed, cap, confidence }
    }
}

fn why(variant: &Variant, strategy: &str) -> String {
    let unfit = variant.unfit.iter().find(|unfit| unfit.name == strategy);
    unfit.map_or("there is no such strategy", |unfit| unfit.why.sentence()).to_owned()
}

/// Every goal for every service that it is of.
fn checks(model: &Model, variant: &Variant, goals: &[Goal]) -> Result<Vec<(Check, String)>, Failure> {
    let names = || model.services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut checks = Vec::new();
    for goal in goals {
        goal.check_horizon(variant.horizon).map_err(|wrong| Failure::Usage(format!("--goal {wrong}")))?;
        let of: Vec<usize> = match &goal.whose {
            Whose::Unsaid if model.services.len() > 1 => {
                let word = goal.metric.word();
                return Err(Failure::Usage(format!(
                    "--goal {:?} does not say of which service: write SERVICE.{word} of one of {}, or all.{word}",
                    goal.text,
                    names()
                )));
            }
            Whose::Unsaid | Whose::All => (0..model.services.len()).collect(),
            Whose::One(name) => {
                let place = model.services.iter().position(|service| service.name == *name);
                let wrong = || {
                    format!(
                        "--goal {:?}: there is no service {name:?}; the scenario has {}, or all",
                        goal.text,
                        names()
                    )
                };
                vec![place.ok_or_else(|| Failure::Usage(wrong()))?]
            }
        };
        let check =
            |service: usize| (Check { goal: goal.clone(), service }, model.services[service].name.clone());
        checks.extend(of.into_iter().map(check));
    }
    Ok(checks)
}

/// One search after the other; those that are finished when somebody stops it.
fn search(
    variants: &Variants,
    axis: &Axis,
    asked: &[Asked<'_>],
    confidence: f64,
    arguments: &SizeArguments,
) -> Result<Size, Failure> {
    let first = variants.list.first();
    let (seed, cap) = first.map_or((1, 1), |variant| (variant.seed, variant.replications));
    let most = u64::from(cap) * u64::from(decisions(axis.values.len()) + 2) * asked.len() as u64;
    let progress = Progress::at_most(u32::try_from(most).unwrap_or(u32::MAX), arguments.quiet);
    let threads = Threads::new(arguments.simulation.threads.map(usize::from));
    let mut answers = Vec::new();
    for one in asked {
        let Some(answer) = smallest(&one.question(seed, cap, confidence), &threads, &progress) else { break };
        answers.push(Search::new(one.strategy, &one.values, &answer, cap));
    }
    progress.finish();
    if answers.is_empty() {
        output::note("ninefold: interrupted before there was an answer");
        return Err(Failure::Interrupted);
    }
    Ok(Size {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: variants.id.clone(),
        seed,
        goals: arguments.goal.clone(),
        key: axis.path.clone(),
        values: axis.values.iter().map(|value| value.label.clone()).collect(),
        overrides: variants.overrides.clone(),
        warnings: variants.warnings.iter().map(warning).collect(),
        confidence,
        replications_max: cap,
        looks: looks(cap),
        answers,
    })
}
