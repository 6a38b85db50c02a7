//! What admission control refuses, and headroom that is not there from the beginning, as issues at the key that set it.

use super::admission::Assessment;
use super::census::Census;
use super::plan::Plan;
use super::words::room;
use super::{assess, headroom};
use crate::model::Model;
use crate::scenario::{Issue, Spec, code};

/// What admission control refuses at the start, of all strategies. The models are those of the scenario, or some
/// of them. Restarts are never refused (VMW-92).
#[must_use]
pub fn refusals(spec: &Spec, models: &[Model]) -> Vec<Issue> {
    let mut issues = Vec::new();
    for model in models {
        let Some(strategy) = spec.strategies.iter().position(|s| s.name == model.strategy) else { continue };
        let census = Census::take(model);
        issues.extend(missing_headroom(spec, strategy, model, &census));
        for (cluster, assessment) in assess(model, &census) {
            let Some(setting) = spec.admission(strategy, cluster.index()) else { continue };
            if assessment.admits() {
                continue;
            }
            let what = format!(
                "under strategy {:?} admission control refuses what starts in cluster {:?}: {}",
                model.strategy,
                model.clusters[cluster.index()].name,
                assessment.text(model)
            );
            let path = spec.admission_path(strategy, cluster.index());
            issues.push(spec.issue(code::REFUSED, setting.mark, path, what, remedy(&assessment)));
        }
    }
    issues
}

/// Less is free at the start than a cluster asks for at any time.
fn missing_headroom(spec: &Spec, strategy: usize, model: &Model, census: &[Census]) -> Vec<Issue> {
    let mut issues = Vec::new();
    for found in headroom(model, census).into_iter().filter(|found| !found.is_there()) {
        let row = &spec.clusters[found.cluster.index()];
        let own = spec.strategies[strategy].cluster_settings(found.cluster.index());
        let (table, settings) = match own.filter(|own| own.headroom.is_some()) {
            Some(own) => (format!("strategy.{}.cluster", model.strategy), own),
            None => ("cluster".to_owned(), &row.settings),
        };
        let mark = settings.marks.get("headroom").copied().unwrap_or(row.mark);
        let what = format!(
            "under strategy {:?} cluster {:?} starts with {} free, of which it asks for {}",
            model.strategy,
            row.name,
            room(found.free),
            room(found.asked)
        );
        let path = format!("{table}.{}.headroom", row.name);
        let remedy = "add hosts, memory or cores, start fewer VMs, or ask for less";
        issues.push(spec.issue(code::HEADROOM, mark, path, what, remedy));
    }
    issues
}

fn remedy(assessment: &Assessment) -> &'static str {
    match assessment {
        Assessment::Slots(_) => {
            "add hosts or memory, start fewer VMs, lower failures, or cap a slot with slot_memory and slot_cores \
             (VMW-88)"
        }
        Assessment::Percentage(_) => {
            "add hosts or memory, start fewer VMs, or keep a smaller percentage free"
        }
        Assessment::SpareHosts { .. } => "start VMs on other hosts",
        Assessment::Plan(Plan::Tried { .. }) => {
            "add hosts or memory, start fewer VMs, or tolerate fewer failures"
        }
        Assessment::Plan(Plan::Approximated { .. }) => {
            "add hosts or memory, start fewer VMs, tolerate fewer failures, or split the cluster: up to 1,000 cases \
             are tried one by one"
        }
    }
}
