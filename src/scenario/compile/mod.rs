//! From [`Spec`] to [`Model`]: one model a strategy, over the same hosts, storage and faults.
//!
//! Total on a valid spec but for what only arithmetic can tell: whether the VMs of a strategy fit on the
//! hosts, and whether the product supports as many. What does not is an issue with the numbers.

mod bound;
mod channels;
mod effort;
mod groups;
mod hardware;
mod migration;
mod monitor;
mod no_host;
mod parts;
mod placement;
mod prices;
mod product_limits;
mod products;
mod restart;
mod seldom;
mod storage_loss;
mod workload;

use super::{Issue, Severity, Spec};
use crate::model::{Model, TimerTable};

/// Compiles every strategy, in the order of the file.
///
/// # Errors
/// Every VM that finds no starting host, of every strategy, and every limit of a product that is exceeded.
pub fn compile(spec: &Spec) -> Result<Vec<Model>, Vec<Issue>> {
    let (models, issues) = compile_with_issues(spec);
    if has_errors(&issues) { Err(issues) } else { Ok(models) }
}

/// As [`compile`], with warnings: the models of the strategies that have no error, and the issues of all.
#[must_use]
pub fn compile_with_issues(spec: &Spec) -> (Vec<Model>, Vec<Issue>) {
    let mut issues = too_long(spec);
    issues.extend(effort::check(spec));
    // That the VMs do not fit either is told at once.
    issues.extend(product_limits::of_clusters(spec));
    let stretches = effort::stretches(spec);
    let mut models = Vec::new();
    for strategy in 0..spec.strategies.len() {
        if let Some(model) = compile_strategy(spec, strategy, &mut issues) {
            models.push(Model { stretches, ..model });
        }
    }
    (models, issues)
}

fn has_errors(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.severity == Severity::Error)
}

/// One replication adds its VMs' microseconds up in 64 bits.
fn too_long(spec: &Spec) -> Vec<Issue> {
    let vms = |strategy: &super::Strategy| -> u64 {
        let services = spec.services.iter().enumerate();
        services
            .map(|(s, service)| u64::from(service.instances) * u64::from(strategy.for_service(s).vms))
            .sum()
    };
    let most = spec.strategies.iter().map(vms).max().unwrap_or(0);
    let horizon = spec.run.horizon;
    if most.checked_mul(horizon.0).is_some_and(|us| us <= u64::MAX / 4) {
        return Vec::new();
    }
    let what = format!("{most} VMs over {horizon} are more than one replication can add up");
    let remedy = "shorten the horizon and run more replications: 100,000 VM-years are the limit";
    vec![spec.issue(super::code::LIMIT, spec.run.horizon_mark, "run.horizon", what, remedy)]
}

/// The model, where nothing of it is an error.
fn compile_strategy(spec: &Spec, strategy: usize, issues: &mut Vec<Issue>) -> Option<Model> {
    let mut model = hardware::compile(spec, strategy);
    workload::compile(spec, strategy, &mut model);
    if !placement::place(spec, strategy, &mut model, issues) {
        return None;
    }
    parts::pair_local_disks(&mut model);
    workload::find_those_that_stop_alone(&mut model);
    let before = issues.len();
    product_limits::of_placement(spec, strategy, &model, issues);
    channels::share(spec, strategy, &mut model, issues);
    if has_errors(&issues[before..]) {
        return None;
    }
    workload::compile_injects(spec, &mut model);
    bound::measure(&mut model);
    model.prices = prices::prices(spec, strategy, &model);
    model.timers = TimerTable::new(&mut model);
    Some(model)
}
