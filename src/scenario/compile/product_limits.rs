//! Whether more VMs start on the hosts of a cluster than its product supports. All VMs there count, protected
//! by the cluster or not.

use super::super::{Issue, Spec, code, product_limits, text};
use crate::model::Model;

/// Where VMs start must be known.
pub(super) fn check(spec: &Spec, strategy: usize, model: &Model, issues: &mut Vec<Issue>) {
    if !spec.is_clustered(strategy) {
        return;
    }
    let mut on_host = vec![0_u64; model.hosts.len()];
    for vm in &model.vms {
        on_host[vm.host.index()] += 1;
    }
    for (number, cluster) in model.clusters.iter().enumerate() {
        let plan = spec.cluster(strategy, number);
        let limits = product_limits::of(plan.product);
        let (mark, path) = spec.cluster_key(strategy, number, |own| own.product.is_some());
        let mut breach = |what: String, remedy: String| {
            let what = format!("under strategy {:?} {what}", model.strategy);
            issues.push(if plan.limits_enforced {
                let remedy = format!("{remedy}, or write limits = \"ignore\" in the cluster");
                spec.issue(code::PRODUCT_LIMIT, mark, path.clone(), what, remedy)
            } else {
                let remedy = "limits = \"ignore\" lets it pass";
                spec.issue(code::BEYOND_PRODUCT, mark, path.clone(), what, remedy)
            });
        };
        let hosts = cluster.hosts.len() as u64;
        let count = |host: &crate::model::HostId| on_host[host.index()];
        if let Some(step) = limits.vms_on_each(hosts) {
            let most = step.limit.most;
            let beyond = cluster.hosts.iter().filter(|host| count(host) > most).count() as u64;
            // The first of the fullest.
            let worst = cluster.hosts.iter().rev().max_by_key(|host| count(host));
            if let Some(worst) = worst.filter(|_| beyond > 0) {
                let what = format!(
                    "{} VMs start on {}, and {} supports {most} on a host of a cluster of {} ({}); {} of the hosts of {:?} {} more",
                    count(worst),
                    model.hosts[worst.index()].name,
                    plan.product.word(),
                    text::count(hosts, "host", "hosts"),
                    step.limit.source,
                    beyond,
                    cluster.name,
                    if beyond == 1 { "has" } else { "have" },
                );
                breach(what, "add hosts, or make clusters that are smaller".to_owned());
            }
        }
        let vms: u64 = cluster.hosts.iter().map(count).sum();
        if let Some(limit) = limits.vms.filter(|limit| vms > limit.most) {
            let what = format!(
                "{vms} VMs start in cluster {:?}, and {} supports {} ({})",
                cluster.name,
                plan.product.word(),
                limit.most,
                limit.source
            );
            breach(what, format!("split the cluster into several of at most {} VMs", limit.most));
        }
    }
}
