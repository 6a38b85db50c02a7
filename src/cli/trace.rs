//! `ninefold trace`: one replication as a story, or signal by signal.

use super::args::{TraceArguments, TraceFormat};
use super::input::{Scenario, load};
use super::progress::Progress;
use super::run::options;
use super::{Failure, interrupt, output};
use crate::experiment::{self, Plan};
use crate::model::Model;
use crate::report::story::Story;
use crate::report::{clean, figures, timeline};

pub(super) fn trace(arguments: &TraceArguments) -> Result<(), Failure> {
    let scenario = load(&arguments.scenario, &options(&arguments.simulation))?;
    let model = choose(&scenario, arguments.strategy.as_deref())?;
    let replication = match &arguments.worst {
        Some(service) => worst(&scenario, model, service, arguments)?,
        None => arguments.replication.unwrap_or(0),
    };
    let history = experiment::trace(model, scenario.spec.run.seed, replication);
    output::print(&match arguments.format {
        TraceFormat::Text => {
            let spec = &scenario.spec;
            Story { spec, model, timeline: &history, replication, explain: arguments.explain }.tell()
        }
        TraceFormat::Lines => timeline::text(model, &history, replication),
        TraceFormat::Jsonl => timeline::jsonl(model, &history),
    })
}

fn choose<'s>(scenario: &'s Scenario, name: Option<&str>) -> Result<&'s Model, Failure> {
    let model = match name {
        Some(name) => scenario.models.iter().find(|model| model.strategy == name),
        None if scenario.models.len() == 1 => scenario.models.first(),
        None => None,
    };
    model.ok_or_else(|| {
        let names: Vec<&str> = scenario.models.iter().map(|model| model.strategy.as_str()).collect();
        let given = name.map_or(String::new(), |name| format!(" {name}"));
        Failure::Usage(format!("--strategy{given}: give one of {}", names.join(", ")))
    })
}

/// The replication in which a service, all its instances together, is down longest under a strategy; the first of several.
fn worst(
    scenario: &Scenario,
    model: &Model,
    service: &str,
    arguments: &TraceArguments,
) -> Result<u32, Failure> {
    let Some(place) = model.services.iter().position(|row| &*row.name == service) else {
        let names: Vec<&str> = model.services.iter().map(|row| &*row.name).collect();
        return Err(Failure::Usage(format!("--worst {service}: the scenario has {}", names.join(", "))));
    };
    let run = &scenario.spec.run;
    let replications = u32::try_from(run.replications)
        .map_err(|_| Failure::Internal("more replications than validation lets pass".into()))?;
    interrupt::listen();
    let progress = Progress::new(replications, arguments.quiet);
    // Who asks for single histories wants those of plain replications, and as many as there are.
    let model = Model { rare_events: false, precision: None, ..model.clone() };
    let plan = Plan {
        title: scenario.spec.title.clone(),
        sha256: scenario.sha256.clone(),
        seed: run.seed,
        replications,
        threads: arguments.simulation.threads.map(usize::from),
    };
    let summary = experiment::run(std::slice::from_ref(&model), &plan, &progress);
    progress.finish();
    let Some(summary) = summary.filter(|_| !interrupt::stops()) else { return Err(Failure::Interrupted) };
    let rows = summary.numbers.iter().zip(&summary.rows[0][place]);
    let longest = rows.max_by(|(a, x), (b, y)| x.downtime_s.total_cmp(&y.downtime_s).then(b.cmp(a)));
    let Some((&number, row)) = longest else { return Err(Failure::Interrupted) };
    output::note(&format!(
        "ninefold: of {} replications, {} is down longest in number {number}: {} for each instance",
        figures::count(summary.replications),
        clean::visible(service),
        figures::duration(row.downtime_s),
    ));
    Ok(number)
}
