//! What gates make of a run: its exit code, and what is told of those that were not asked.

use super::input::Scenario;
use super::{Failure, output};
use crate::report::clean;
use crate::report::gates::{Counts, Gate};
use crate::scenario::gate::Check;

/// A gate that failed outweighs one that is undecided.
pub(super) fn outcome(gates: &[Gate]) -> Result<(), Failure> {
    let counts = Counts::of(gates);
    match (counts.failed, counts.undecided) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure::Undecided(counts.sentence())),
        _ => Err(Failure::Differs(counts.sentence())),
    }
}

/// Says which gates ask nothing, because their strategies are not simulated.
pub(super) fn tell_unasked(scenario: &Scenario) {
    let simulated = |name: &String| scenario.models.iter().any(|model| model.strategy == *name);
    for gate in &scenario.spec.gates {
        let is_asked = match &gate.check {
            Check::Versus(versus) => simulated(&versus.a) && simulated(&versus.b),
            _ => gate.strategies.as_ref().is_none_or(|names| names.iter().any(simulated)),
        };
        if !is_asked {
            let title = clean::shorten(&clean::visible(gate.title()), 80);
            output::note(&format!(
                "gate {}, {title}: not asked: its strategies are not simulated",
                gate.number
            ));
        }
    }
}
