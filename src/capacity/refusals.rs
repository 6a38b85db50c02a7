//! What admission control refuses, as issues at the key that set it.

use super::admission::Assessment;
use super::assess;
use super::census::Census;
use super::plan::Plan;
use crate::model::Model;
use crate::scenario::{Issue, Spec, code};

/// What admission control refuses at the start, of all strategies. The models are those of the scenario, or some
/// of them. Restarts are never refused (VMW-92).
#[must_use]
pub fn refusals(spec: &Spec, models: &[Model]) -> Vec<Issue> {
    let mut issues = Vec::new();
    for model in models {
        let Some(strategy) = spec.strategies.iter().position(|s| s.name == model.strategy) else { continue };
        for (cluster, assessment) in assess(model, &Census::take(model)) {
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
