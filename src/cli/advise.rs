//! `ninefold advise`: propose, simulate beside the scenario's own strategies, say what came of it. Writes no files.

use super::args::{AdviseArguments, Format};
use super::input::{Text, tell};
use super::run::{options, result, simulate};
use super::{Failure, interrupt, output};
use crate::advice;
use crate::report::advice as report;

pub(super) fn advise(arguments: &AdviseArguments) -> Result<(), Failure> {
    let text = Text::of(&arguments.scenario, &options(&arguments.simulation))?;
    let own = text.load(&[])?;
    let advice = advice::advise(&text.input(), &own.spec).map_err(|issues| {
        tell(&issues);
        text.refused(issues.len())
    })?;
    let pasted = text.pasted(advice.scenario.clone());
    let mut scenario = pasted.load(&own.warnings)?;
    // Strategies that are proposed are shown beside the others, not judged.
    scenario.spec.gates.clear();
    interrupt::listen();
    let (summary, _) = simulate(&scenario, &arguments.simulation, None, arguments.quiet)?;
    let result = result(&summary, &scenario, &[]);
    output::print(&match arguments.format {
        Format::Text => report::text(&advice, &result),
        Format::Markdown => report::markdown(&advice, &result),
        Format::Csv => report::csv(&advice, &result),
        Format::Json => report::json(&advice, &result)
            .map_err(|error| Failure::Internal(format!("cannot write the advice as JSON: {error}")))?,
    })?;
    if summary.replications == summary.replications_asked {
        return Ok(());
    }
    output::note(&format!(
        "ninefold: interrupted: {} of {} replications were finished, and the comparison is of those",
        summary.replications, summary.replications_asked
    ));
    Err(Failure::Interrupted)
}
