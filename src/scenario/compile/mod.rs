//! From [`Spec`] to [`Model`]: one model a strategy, over the same hosts, storage and faults.
//!
//! Total on a valid spec but for what only arithmetic can tell: whether the VMs of a strategy fit on the
//! hosts, and whether the product supports as many. What does not is an issue with the numbers.

mod bound;
mod channels;
mod hardware;
mod monitor;
mod parts;
mod placement;
mod product_limits;
mod products;
mod restart;
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
    issues.extend(too_many_faults(spec));
    if !issues.is_empty() {
        return (Vec::new(), issues);
    }
    issues = product_limits::of_clusters(spec);
    let mut models = Vec::new();
    for strategy in 0..spec.strategies.len() {
        let before = issues.len();
        let model = compile_strategy(spec, strategy, &mut issues);
        if !has_errors(&issues[before..]) {
            models.push(model);
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
    vec![spec.issue(super::code::LIMIT, super::Mark::default(), "run.horizon", what, remedy)]
}

/// Faults of one kind in one replication, on average, that are a mistake and not a question.
const FAULTS_MAX: f64 = 1e9;

/// Faults that strike so often that a replication would never end.
fn too_many_faults(spec: &Spec) -> Vec<Issue> {
    let seconds = (spec.run.warmup + spec.run.horizon).as_secs_f64();
    let mut issues = Vec::new();
    let mut look = |path: String, components: u32, fault: &Option<super::FaultSpec>| {
        let Some(fault) = fault else { return };
        let strikes = f64::from(components) * seconds / (fault.ttf.mean_s() + fault.ttr.mean_s());
        if strikes > FAULTS_MAX {
            let what = format!(
                "would strike about {strikes:.1e} times in one replication, more than {FAULTS_MAX:.0e}"
            );
            let remedy = "make it rarer, or its repair longer, or the horizon shorter";
            issues.push(spec.issue(super::code::LIMIT, fault.mark, path, what, remedy));
        }
    };
    for service in &spec.services {
        for (kind, fault) in [
            ("guest_crash", &service.guest_crash),
            ("app_crash", &service.app_crash),
            ("app_hang", &service.app_hang),
        ] {
            look(format!("service.{}.{kind}", service.name), service.instances, fault);
        }
    }
    for host in &spec.hosts {
        look(format!("host.{}.crash", host.name), host.count, &host.crash);
        look(format!("host.{}.hang", host.name), host.count, &host.hang);
        look(format!("host.{}.agent", host.name), host.count, &host.agent);
        for (traffic, fault) in &host.links {
            look(format!("host.{}.link.{}", host.name, traffic.word()), host.count, &Some(fault.clone()));
        }
    }
    for storage in &spec.storages {
        look(format!("storage.{}.outage", storage.name), 1, &storage.outage);
        look(format!("storage.{}.controller", storage.name), storage.controllers, &storage.controller);
    }
    for network in &spec.networks {
        look(format!("network.{}.outage", network.name), 1, &network.outage);
    }
    for cluster in &spec.clusters {
        look(format!("cluster.{}.manager", cluster.name), 1, &cluster.manager);
        let witness = &cluster.settings.witness_outage;
        look(format!("cluster.{}.witness_outage", cluster.name), 1, witness);
    }
    for rack in &spec.racks {
        look(format!("rack.{}.outage", rack.name), 1, &rack.outage);
    }
    for site in &spec.sites {
        look(format!("site.{}.outage", site.name), 1, &site.outage);
    }
    issues
}

fn compile_strategy(spec: &Spec, strategy: usize, issues: &mut Vec<Issue>) -> Model {
    let mut model = hardware::compile(spec, strategy);
    workload::compile(spec, strategy, &mut model);
    let before = issues.len();
    placement::place(spec, strategy, &mut model, issues);
    if issues.len() == before {
        product_limits::of_placement(spec, strategy, &model, issues);
        channels::share(spec, strategy, &mut model, issues);
    }
    workload::compile_injects(spec, &mut model);
    bound::measure(&mut model);
    model.timers = TimerTable::new(&mut model);
    model
}
