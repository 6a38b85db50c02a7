//! `ninefold trace`: one replication as a story, or signal by signal.

use super::args::{TraceArguments, TraceFormat};
use super::chart_file::ChartFile;
use super::input::{Scenario, load};
use super::progress::Progress;
use super::run::options;
use super::{Failure, interrupt, output};
use crate::experiment::{self, Plan, Threads};
use crate::model::Model;
use crate::report::charts::OneReplication;
use crate::report::replays::Replay;
use crate::report::story::Story;
use crate::report::{charts, clean, figures, timeline};

pub(super) fn trace(arguments: &TraceArguments) -> Result<(), Failure> {
    let chart = arguments.chart.as_deref().map(ChartFile::of).transpose()?;
    let scenario = load(&arguments.scenario, &options(&arguments.simulation))?;
    let model = choose(&scenario, arguments.strategy.as_deref())?;
    chart.iter().try_for_each(ChartFile::prepare)?;
    let replication = match &arguments.worst {
        Some(service) => worst(&scenario, model, service, arguments)?,
        None => arguments.replication.unwrap_or(0),
    };
    if let Some(chart) = &chart {
        draw(chart, &scenario, model, replication, arguments.worst.as_deref())?;
    }
    let history = experiment::trace(model, scenario.spec.run.seed, replication);
    output::print(&match arguments.format {
        TraceFormat::Text => {
            let spec = &scenario.spec;
            Story { spec, model, timeline: &history, replication, explain: arguments.explain }.tell()
        }
        TraceFormat::Lines => timeline::text(model, &history, replication),
        TraceFormat::Jsonl => timeline::jsonl(model, &history),
    })?;
    chart.iter().for_each(ChartFile::tell);
    Ok(())
}

/// The same replication as a picture.
fn draw(
    chart: &ChartFile<'_>,
    scenario: &Scenario,
    model: &Model,
    replication: u32,
    worst: Option<&str>,
) -> Result<(), Failure> {
    let models = std::slice::from_ref(model);
    let threads = Threads::new(Some(1));
    let replayed = experiment::replay_all(models, scenario.spec.run.seed, &[(0, replication)], &threads);
    let [replayed] = replayed.as_slice() else {
        return Err(Failure::Internal("a replication that was played again is not there".into()));
    };
    let which =
        worst.map(|service| format!("the worst of {}", clean::shorten_name(&clean::visible(service), 30)));
    let of = OneReplication {
        scenario: &scenario.spec.title,
        strategy: &model.strategy,
        which: which.as_deref(),
        replay: &Replay::of(model, replayed),
    };
    chart.write(charts::draw_replication(&of, chart.format))
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
