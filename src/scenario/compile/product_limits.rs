//! Whether a cluster is one that its product supports: its hosts, the storage of the VMs it protects, and how
//! many VMs start on its hosts, protected by it or not.
//!
//! These are limits of support, told of the scenario as it is. Restarts do not look at them (assumption): a host has room
//! where it has memory and cores.

use std::collections::BTreeSet;

use super::super::spec::{ClusterSettings, Product, Spec, StorageKind};
use super::super::text::{count, join, list, quote};
use super::super::{Issue, Mark, code, product_limits};
use crate::model::{HostId, Model};

/// What is beyond a limit, and where.
struct Breach {
    code: &'static str,
    mark: Mark,
    path: String,
    what: String,
    remedy: String,
}

impl Breach {
    /// An error, or a warning where the scenario says that limits are to be ignored.
    fn tell(self, spec: &Spec, enforced: bool) -> Issue {
        let Breach { code, mark, path, what, remedy } = self;
        if enforced {
            let remedy = format!("{remedy}, or write limits = \"ignore\" in the cluster");
            spec.issue(code, mark, path, what, remedy)
        } else {
            spec.issue(code::BEYOND_PRODUCT, mark, path, what, "limits = \"ignore\" lets it pass")
        }
    }
}

/// What does not depend on where VMs start. Each limit once for a cluster and a product, at the first strategy
/// that uses it.
pub(super) fn of_clusters(spec: &Spec) -> Vec<Issue> {
    let mut issues = Vec::new();
    for (index, cluster) in spec.clusters.iter().enumerate() {
        let hosts = spec.each_host(&cluster.hosts).count() as u64;
        let mut seen: BTreeSet<(&str, bool)> = BTreeSet::new();
        for strategy in (0..spec.strategies.len()).filter(|&s| spec.is_clustered(s)) {
            let plan = spec.cluster(strategy, index);
            if seen.insert((plan.product.word(), plan.limits_enforced)) {
                let place = cluster_key(spec, strategy, index, |own| own.product.is_some());
                hosts_in_cluster(
                    spec,
                    place,
                    plan.product,
                    plan.limits_enforced,
                    (index, hosts),
                    &mut issues,
                );
            }
        }
    }
    storage_kinds(spec, &mut issues);
    issues
}

fn hosts_in_cluster(
    spec: &Spec,
    (mark, path): (Mark, String),
    product: Product,
    enforced: bool,
    (cluster, hosts): (usize, u64),
    issues: &mut Vec<Issue>,
) {
    let limits = product_limits::of(product);
    let name = quote(&spec.clusters[cluster].name);
    let path = join(&path, "hosts");
    if let Some(limit) = limits.hosts.filter(|limit| hosts > limit.most) {
        let what = format!(
            "{hosts} hosts in cluster {name}, and {} supports {} ({})",
            product.word(),
            limit.most,
            limit.source
        );
        let remedy = format!("split the cluster into several of at most {} hosts", limit.most);
        let path = path.clone();
        issues.push(Breach { code: code::PRODUCT_LIMIT, mark, path, what, remedy }.tell(spec, enforced));
    }
    let sites = sites_of(spec, cluster);
    if let Some(limit) = limits.sites.filter(|limit| sites.len() as u64 > limit.most) {
        let what = format!(
            "cluster {name} stands at {}, and {} clusters hosts at {} only ({})",
            list(sites.iter().map(|&site| spec.sites[site].name.as_str())),
            product.word(),
            count(limit.most, "site", "sites"),
            limit.source
        );
        let remedy =
            "make it a cluster a site: the other one takes over by hand, from mirrored storage".to_owned();
        let path = path.clone();
        issues.push(Breach { code: code::PRODUCT_LIMIT, mark, path, what, remedy }.tell(spec, enforced));
    }
    // Whoever ignores limits needs no advice.
    if let Some(advice) = limits.advice.filter(|a| enforced && !(a.least..=a.most).contains(&hosts)) {
        let what = format!(
            "{} in cluster {name} under {}: {} ({})",
            count(hosts, "host", "hosts"),
            product.word(),
            advice.why,
            advice.source
        );
        let remedy = format!("use {} to {} hosts, or write limits = \"ignore\"", advice.least, advice.most);
        issues.push(spec.issue(code::BEYOND_PRODUCT, mark, path, what, remedy));
    }
}

/// The sites at which a cluster has hosts.
fn sites_of(spec: &Spec, cluster: usize) -> BTreeSet<usize> {
    let hosts = spec.each_host(&spec.clusters[cluster].hosts);
    hosts.filter_map(|(group, member)| spec.site_of(group, member)).collect()
}

/// STO-19: storage that a product cannot keep the VMs of a cluster on.
fn storage_kinds(spec: &Spec, issues: &mut Vec<Issue>) {
    let mut seen: BTreeSet<(usize, &str, bool)> = BTreeSet::new();
    for strategy in 0..spec.strategies.len() {
        for (number, service) in spec.services.iter().enumerate() {
            let plan = spec.strategies[strategy].for_service(number);
            if plan.protection.host_cluster {
                for index in service.vm.storages().take(plan.vms as usize) {
                    storage_kind(spec, strategy, index, &mut seen, issues);
                }
            }
        }
    }
}

fn storage_kind<'a>(
    spec: &'a Spec,
    strategy: usize,
    index: usize,
    seen: &mut BTreeSet<(usize, &'a str, bool)>,
    issues: &mut Vec<Issue>,
) {
    let storage = &spec.storages[index];
    // Local disks hold VMs under every product; that nobody restarts those elsewhere is said already.
    if storage.kind == StorageKind::Das {
        return;
    }
    for (c, cluster) in spec.clusters.iter().enumerate() {
        let plan = spec.cluster(strategy, c);
        let reached = cluster.hosts.iter().any(|host| spec.hosts[host.group].storages.contains(&index));
        let kinds = product_limits::of(plan.product).storage;
        let Some(kinds) = kinds.filter(|k| reached && !k.kinds.contains(&storage.kind)) else {
            continue;
        };
        if !seen.insert((index, plan.product.word(), plan.limits_enforced)) {
            continue;
        }
        let what = format!(
            "{} is {}, and {} (cluster {}) cannot keep VMs on it ({})",
            quote(&storage.name),
            storage.kind.word(),
            plan.product.word(),
            quote(&cluster.name),
            kinds.source
        );
        let usable = kinds.kinds.iter().filter(|kind| **kind != StorageKind::Das);
        let remedy = format!("use storage of kind {}", list(usable.map(|kind| kind.word())));
        let path = join(&join("storage", &storage.name), "kind");
        let breach = Breach { code: code::STORAGE_KIND, mark: storage.mark, path, what, remedy };
        issues.push(breach.tell(spec, plan.limits_enforced));
    }
}

/// How many VMs start where, under one strategy.
pub(super) fn of_placement(spec: &Spec, strategy: usize, model: &Model, issues: &mut Vec<Issue>) {
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
        let (mark, path) = cluster_key(spec, strategy, number, |own| own.product.is_some());
        let mut beyond = |what: String, remedy: String| {
            let what = format!("under strategy {} {what}", quote(&model.strategy));
            let breach = Breach { code: code::PRODUCT_LIMIT, mark, path: path.clone(), what, remedy };
            issues.push(breach.tell(spec, plan.limits_enforced));
        };
        let hosts = cluster.hosts.len() as u64;
        let vms_on = |host: &HostId| on_host[host.index()];
        if let Some(step) = limits.vms_on_each(hosts) {
            let most = step.limit.most;
            let fuller = cluster.hosts.iter().filter(|host| vms_on(host) > most).count() as u64;
            // The first of the fullest.
            let worst = cluster.hosts.iter().rev().max_by_key(|host| vms_on(host));
            if let Some(worst) = worst.filter(|_| fuller > 0) {
                let what = format!(
                    "{} VMs start on {}, and {} supports {most} on a host of a cluster of {} ({}); {} of the hosts of {} more",
                    vms_on(worst),
                    model.hosts[worst.index()].name,
                    plan.product.word(),
                    count(hosts, "host", "hosts"),
                    step.limit.source,
                    fuller,
                    quote(&cluster.name) + if fuller == 1 { " has" } else { " have" },
                );
                beyond(what, "add hosts, or make several smaller clusters".to_owned());
            }
        }
        let vms: u64 = cluster.hosts.iter().map(vms_on).sum();
        if let Some(limit) = limits.vms.filter(|limit| vms > limit.most) {
            let what = format!(
                "{vms} VMs start in cluster {}, and {} supports {} ({})",
                quote(&cluster.name),
                plan.product.word(),
                limit.most,
                limit.source
            );
            beyond(what, format!("split the cluster into several of at most {} VMs", limit.most));
        }
    }
}

/// Where a setting of a cluster comes from under a strategy: the strategy, where it overrides it, or the
/// cluster's own table.
fn cluster_key(
    spec: &Spec,
    strategy: usize,
    cluster: usize,
    overrides: impl Fn(&ClusterSettings) -> bool,
) -> (Mark, String) {
    let own = &spec.strategies[strategy];
    let name = &spec.clusters[cluster].name;
    match own.cluster_settings(cluster) {
        Some(over) if overrides(over) => {
            (own.mark, join(&join(&join("strategy", &own.name), "cluster"), name))
        }
        _ => (spec.clusters[cluster].mark, join("cluster", name)),
    }
}
