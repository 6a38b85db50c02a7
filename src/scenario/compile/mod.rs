//! From [`Spec`] to [`Model`]: one model a strategy, over the same hosts, storage and faults.
//!
//! Total on a valid spec but for one thing that only arithmetic can tell: whether the VMs of a
//! strategy fit on the hosts. What does not fit is an issue with the numbers.

mod bound;
mod hardware;
mod placement;
mod workload;

use super::{Issue, Spec};
use crate::model::{Model, TimerTable};

/// Compiles every strategy, in the order of the file.
///
/// # Errors
/// Every VM that finds no starting host, of every strategy.
pub fn compile(spec: &Spec) -> Result<Vec<Model>, Vec<Issue>> {
    let mut issues = Vec::new();
    let models: Vec<Model> =
        (0..spec.strategies.len()).map(|strategy| compile_strategy(spec, strategy, &mut issues)).collect();
    if issues.is_empty() { Ok(models) } else { Err(issues) }
}

fn compile_strategy(spec: &Spec, strategy: usize, issues: &mut Vec<Issue>) -> Model {
    let mut model = hardware::compile(spec, strategy);
    workload::compile(spec, strategy, &mut model);
    placement::place(spec, strategy, &mut model, issues);
    workload::compile_injects(spec, &mut model);
    bound::measure(&mut model);
    model.timers = TimerTable::new(&mut model);
    model
}
