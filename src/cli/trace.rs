//! `ninefold trace`: one replication as a timeline.

use super::args::{TraceArguments, TraceFormat};
use super::input::load;
use super::{Failure, output};
use crate::experiment;
use crate::report::timeline;

pub(super) fn trace(arguments: &TraceArguments) -> Result<(), Failure> {
    let scenario = load(&arguments.scenario, &[])?;
    let names: Vec<&str> = scenario.models.iter().map(|model| model.strategy.as_str()).collect();
    let model = match &arguments.strategy {
        Some(name) => scenario.models.iter().find(|model| model.strategy == *name),
        None if scenario.models.len() == 1 => scenario.models.first(),
        None => None,
    };
    let Some(model) = model else {
        let given = arguments.strategy.as_ref().map_or(String::new(), |name| format!(" {name}"));
        return Err(Failure::Usage(format!("--strategy{given}: give one of {}", names.join(", "))));
    };
    let history = experiment::trace(model, scenario.spec.run.seed, arguments.replication);
    output::print(&match arguments.format {
        TraceFormat::Text => timeline::text(model, &history, arguments.replication),
        TraceFormat::Jsonl => timeline::jsonl(model, &history),
    })
}
