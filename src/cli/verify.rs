//! `ninefold verify`: simulate, and hold the means against exact answers where there are such. Writes no files.

use super::args::{VerifyArguments, VerifyFormat};
use super::input::load;
use super::run::{choose_strategies, finished, options, simulate};
use super::{Failure, interrupt, output};
use crate::experiment::verify::{Verdict, verify as compare};
use crate::report::verify as report;

pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let mut scenario = load(&arguments.scenario, &options(&arguments.simulation))?;
    choose_strategies(&mut scenario, &arguments.strategy)?;
    // Nobody waits for an answer of those.
    scenario.spec.gates.clear();
    interrupt::listen();
    let (summary, stopped_by) = simulate(&scenario, &arguments.simulation, None, arguments.quiet)?;
    let verification = report::Verification::new(&summary, &compare(&scenario.models, &summary));
    output::print(&match arguments.format {
        VerifyFormat::Text => report::text(&verification),
        VerifyFormat::Csv => report::csv(&verification),
        VerifyFormat::Json => report::json(&verification)
            .map_err(|error| Failure::Internal(format!("cannot write the comparison as JSON: {error}")))?,
    })?;
    if stopped_by.is_some() {
        output::note(&format!(
            "ninefold: interrupted: {}, and the comparison is of those",
            finished(summary.replications, summary.replications_asked).trim_end_matches(',')
        ));
        return Err(Failure::Interrupted);
    }
    let differ = verification.count(Verdict::Differs);
    if differ > 0 {
        return Err(Failure::Differs(format!(
            "{differ} simulated {} too far from the exact answer: this is a bug, unless another seed says otherwise",
            if differ == 1 { "figure is" } else { "figures are" }
        )));
    }
    if verification.count(Verdict::Agrees) == 0 {
        let why = match verification.count(Verdict::TooFew) {
            0 => "nothing of this scenario has an exact answer",
            _ => "too little has happened to judge anything: ask for more with --replications",
        };
        return Err(Failure::Undecided(why.to_owned()));
    }
    Ok(())
}
