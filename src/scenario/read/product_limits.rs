//! Whether a cluster is one that its product supports: its hosts, and the storage of the VMs it protects.
//! How many VMs start where is known only once they are placed.

use std::collections::BTreeSet;

use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::issue::Mark;
use crate::scenario::product_limits;
use crate::scenario::spec::{ClusterSettings, Product, Spec, StorageKind};
use crate::scenario::text::{count, join, list, quote};

/// What a product's limit is about, and where.
struct Breach {
    code: &'static str,
    mark: Mark,
    path: String,
    what: String,
    remedy: String,
}

impl Reader {
    /// Each limit once for a cluster and a product, under the first strategy that meets it.
    pub(super) fn product_limits(&mut self, spec: &Spec) {
        for (index, cluster) in spec.clusters.iter().enumerate() {
            let hosts = spec.each_host(&cluster.hosts).count() as u64;
            let mut seen: BTreeSet<(&str, bool)> = BTreeSet::new();
            for strategy in (0..spec.strategies.len()).filter(|&s| spec.is_clustered(s)) {
                let plan = spec.cluster(strategy, index);
                if seen.insert((plan.product.word(), plan.limits_enforced)) {
                    self.host_limits(spec, (strategy, index), plan.product, plan.limits_enforced, hosts);
                }
            }
        }
        self.storage_kinds(spec);
    }

    fn host_limits(
        &mut self,
        spec: &Spec,
        (strategy, cluster): (usize, usize),
        product: Product,
        enforced: bool,
        hosts: u64,
    ) {
        let limits = product_limits::of(product);
        let name = quote(&spec.clusters[cluster].name);
        let (mark, path) = spec.cluster_key(strategy, cluster, |own| own.product.is_some());
        if let Some(limit) = limits.hosts.filter(|limit| hosts > limit.most) {
            let what = format!(
                "{hosts} hosts in cluster {name}, and {} supports {} ({})",
                product.word(),
                limit.most,
                limit.source
            );
            let remedy = format!("split the cluster into several of at most {} hosts", limit.most);
            let path = join(&path, "hosts");
            self.breach(Breach { code: code::PRODUCT_LIMIT, mark, path, what, remedy }, enforced);
        }
        // Advice that somebody has heard is not repeated.
        if let Some(advice) = limits.advice.filter(|a| enforced && !(a.least..=a.most).contains(&hosts)) {
            let what = format!(
                "{} in cluster {name} under {}: {} ({})",
                count(hosts, "host", "hosts"),
                product.word(),
                advice.why,
                advice.source
            );
            let remedy =
                format!("use {} to {} hosts, or write limits = \"ignore\"", advice.least, advice.most);
            self.sink.push(code::BEYOND_PRODUCT, mark, join(&path, "hosts"), what, remedy);
        }
    }

    /// STO-19: storage that a product cannot keep the VMs of a cluster on.
    fn storage_kinds(&mut self, spec: &Spec) {
        let mut seen: BTreeSet<(usize, &str, bool)> = BTreeSet::new();
        for strategy in 0..spec.strategies.len() {
            for (number, service) in spec.services.iter().enumerate() {
                let clustered = spec.strategies[strategy].for_service(number).protection.host_cluster;
                let Some(index) = service.vm.storage.filter(|_| clustered) else { continue };
                let storage = &spec.storages[index];
                // Local disks hold VMs under every product; that nobody restarts those elsewhere is said already.
                if storage.kind == StorageKind::Das {
                    continue;
                }
                for (c, cluster) in spec.clusters.iter().enumerate() {
                    let plan = spec.cluster(strategy, c);
                    let reached =
                        cluster.hosts.iter().any(|host| spec.hosts[host.group].storages.contains(&index));
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
                    self.breach(breach, plan.limits_enforced);
                }
            }
        }
    }

    /// An error, or a warning where the scenario says that the limits are to be ignored.
    fn breach(&mut self, breach: Breach, enforced: bool) {
        let Breach { code, mark, path, what, remedy } = breach;
        if enforced {
            let remedy = format!("{remedy}, or write limits = \"ignore\" in the cluster");
            self.sink.push(code, mark, path, what, remedy);
        } else {
            self.sink.push(code::BEYOND_PRODUCT, mark, path, what, "limits = \"ignore\" lets it pass");
        }
    }
}

impl Spec {
    /// Where a setting of a cluster comes from under a strategy: the strategy, where it overrides it, or the
    /// cluster's own table.
    pub(in crate::scenario) fn cluster_key(
        &self,
        strategy: usize,
        cluster: usize,
        overrides: impl Fn(&ClusterSettings) -> bool,
    ) -> (Mark, String) {
        let own = &self.strategies[strategy];
        let name = &self.clusters[cluster].name;
        match own.cluster_settings(cluster) {
            Some(over) if overrides(over) => {
                (own.mark, join(&join(&join("strategy", &own.name), "cluster"), name))
            }
            _ => (self.clusters[cluster].mark, join("cluster", name)),
        }
    }
}
