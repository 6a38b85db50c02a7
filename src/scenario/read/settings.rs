//! Whether the settings of a cluster mean something to its product, and whether the product takes them.
//!
//! A strategy may bring a product and settings of its own, so that a key of the cluster's table is idle only where no
//! strategy has a use for it, and every plan is looked at that there is of a cluster.

use std::collections::BTreeSet;

use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::issue::Mark;
use crate::scenario::profiles::{Family, Product};
use crate::scenario::resolve::ClusterPlan;
use crate::scenario::spec::{ClusterSettings, InjectTarget, Spec};
use crate::scenario::text::{join, list, quote};
use crate::scenario::witness::Deciding;

/// A cluster as some strategies have it.
pub(super) struct Use {
    /// The strategy that brings settings of its own; of all others the first.
    pub(super) strategy: Option<usize>,
    /// Whether it has settings of its own.
    pub(super) own: bool,
    pub(super) plan: ClusterPlan,
    /// Whether the cluster protects anything.
    pub(super) clustered: bool,
}

/// Of each cluster every use: one for all strategies that change nothing, and one for each that does.
pub(super) fn all_uses(spec: &Spec) -> Vec<Vec<Use>> {
    let clustered: Vec<bool> = (0..spec.strategies.len()).map(|s| spec.is_clustered(s)).collect();
    (0..spec.clusters.len()).map(|cluster| uses(spec, cluster, &clustered)).collect()
}

fn uses(spec: &Spec, cluster: usize, clustered: &[bool]) -> Vec<Use> {
    let row = &spec.clusters[cluster];
    let hosts = spec.each_host(&row.hosts).count() as u32;
    let mut uses: Vec<Use> = Vec::new();
    let mut plain: Option<Use> = spec.strategies.is_empty().then(|| Use {
        strategy: None,
        own: false,
        plan: row.plan(None, hosts),
        clustered: false,
    });
    for (number, (strategy, &clustered)) in spec.strategies.iter().zip(clustered).enumerate() {
        match (strategy.cluster_settings(cluster), &mut plain) {
            (Some(over), _) => uses.push(Use {
                strategy: Some(number),
                own: true,
                plan: row.plan(Some(over), hosts),
                clustered,
            }),
            (None, Some(plain)) => plain.clustered |= clustered,
            (None, plain) => {
                let plan = row.plan(None, hosts);
                *plain = Some(Use { strategy: Some(number), own: false, plan, clustered });
            }
        }
    }
    plain.into_iter().chain(uses).collect()
}

/// Why a key means nothing, and what to do about it.
type Idle = (String, String);

impl Reader {
    /// Whether a key of a cluster is a guess, in its own table or in a strategy's.
    pub(super) fn doubts_setting(&self, spec: &Spec, cluster: usize, keys: &[&str]) -> bool {
        if self.doubts_nothing() {
            return false;
        }
        let name = &spec.clusters[cluster].name;
        let own = join("cluster", name);
        let over = spec.strategies.iter().map(|s| join(&join(&join("strategy", &s.name), "cluster"), name));
        std::iter::once(own).chain(over).any(|path| keys.iter().any(|key| self.doubts(&join(&path, key))))
    }

    /// Settings that no product of the cluster has a use for.
    pub(super) fn idle_settings(&mut self, spec: &Spec, cluster: usize, uses: &[Use]) {
        if self.doubts_setting(spec, cluster, &["product"]) {
            return;
        }
        let row = &spec.clusters[cluster];
        let own = (None, &row.settings, join("cluster", &row.name));
        let over = spec.strategies.iter().enumerate().filter_map(|(number, strategy)| {
            let path = join(&join(&join("strategy", &strategy.name), "cluster"), &row.name);
            Some((Some(number), strategy.cluster_settings(cluster)?, path))
        });
        for (strategy, settings, path) in std::iter::once(own).chain(over) {
            for (key, &mark) in &settings.marks {
                // Of what cannot be read that is said.
                if self.doubts(&join(&path, key)) {
                    continue;
                }
                let mut reasons = uses
                    .iter()
                    .filter(|u| strategy.is_none() || (u.own && u.strategy == strategy))
                    .map(|u| self.idle(spec, cluster, &u.plan, key, settings));
                // One that has a use for it is enough.
                let first = reasons.next().flatten();
                if let Some((what, remedy)) = first.filter(|_| reasons.all(|reason| reason.is_some())) {
                    self.sink.push(code::NO_EFFECT, mark, join(&path, key), what, remedy);
                }
            }
        }
    }

    fn idle(
        &self,
        spec: &Spec,
        cluster: usize,
        plan: &ClusterPlan,
        key: &str,
        written: &ClusterSettings,
    ) -> Option<Idle> {
        let product = plan.product.word();
        let profile = plan.product.profile();
        let leave_it = || format!("product \"{product}\" has no {key}");
        match key {
            "detection" if plan.product != Product::CUSTOM => Some((
                "detection belongs to product \"custom\"".to_owned(),
                format!("leave it out, or set {}", list(profile.settings().map(|setting| setting.key))),
            )),
            "witness_storage" if plan.has_statefile() => None,
            "witness_storage" | "witness_site" | "witness_outage" => {
                if !plan.counts_votes() {
                    return Some((leave_it(), ELSEWHERE.to_owned()));
                }
                let about = ["witness", "hosts", "witness_storage"];
                if self.doubts_setting(spec, cluster, &about) || self.doubts_hosts(spec) {
                    return None;
                }
                idle_witness(key, plan, spec.witness(cluster, plan))
            }
            "preferred_site" if !plan.counts_votes() => Some((leave_it(), ELSEWHERE.to_owned())),
            "needs_manager" if written.needs_manager == Some(true) => {
                let row = &spec.clusters[cluster];
                let struck =
                    spec.injects.iter().any(|inject| inject.target == InjectTarget::Manager(cluster));
                let unread =
                    self.doubts("inject") || self.doubts(&join(&join("cluster", &row.name), "manager"));
                (row.manager.is_none() && !struck && !unread).then(|| {
                    let what = "the manager never fails, so that nothing ever waits for it".to_owned();
                    (what, "leave it out, or add manager = FAULT".to_owned())
                })
            }
            _ if profile.setting(key).is_none() && is_setting(key) => {
                Some((leave_it(), ELSEWHERE.to_owned()))
            }
            _ => None,
        }
    }

    /// A scripted fault of a witness that no strategy has.
    pub(super) fn idle_witness_fault(
        &mut self,
        spec: &Spec,
        mark: Mark,
        path: String,
        cluster: usize,
        uses: &[Use],
    ) {
        let about = ["product", "witness", "hosts"];
        if self.doubts_setting(spec, cluster, &about) || self.doubts_hosts(spec) {
            return;
        }
        if uses.iter().any(|u| spec.witness(cluster, &u.plan).is_there()) {
            return;
        }
        let what = format!("cluster {} has no witness that could fail", quote(&spec.clusters[cluster].name));
        let remedy = "leave it out, or give the cluster a witness";
        self.sink.push(code::INJECT_IDLE, mark, path, what, remedy);
    }

    /// Faults of links and agents that nobody listens to.
    pub(super) fn unheard(&mut self, spec: &Spec, uses_of: &[Vec<Use>]) {
        // Who listens is known only where everything could be read.
        if !self.doubts_nothing() {
            return;
        }
        let mut heard: BTreeSet<usize> = BTreeSet::new();
        for (cluster, uses) in spec.clusters.iter().zip(uses_of) {
            if uses.iter().any(|u| u.clustered && u.plan.product.profile().family != Family::Custom) {
                heard.extend(cluster.hosts.iter().map(|host| host.group));
            }
        }
        use crate::model::Traffic;
        let private = spec.services.iter().any(|service| spec.has_card(&service.vm, Traffic::Private));
        for (index, group) in spec.hosts.iter().enumerate() {
            let path = join("host", &group.name);
            let mut idle = Vec::new();
            if let Some(fault) = group.agent.as_ref().filter(|_| !heard.contains(&index)) {
                idle.push((fault.mark, join(&path, "agent"), "no product that has agents runs here"));
            }
            for (traffic, fault) in &group.links {
                let what = match traffic {
                    Traffic::Private if !private => "no guest has a private card in its vm.nics",
                    Traffic::Management if !heard.contains(&index) => {
                        "no product that has heartbeats runs here"
                    }
                    _ => continue,
                };
                idle.push((fault.mark, join(&join(&path, "link"), traffic.word()), what));
            }
            for (mark, path, what) in idle {
                let remedy = "leave it out: nobody feels it";
                self.sink.push(code::NO_EFFECT, mark, path, what, remedy);
            }
        }
    }
}

impl Reader {
    /// VMW-35: what a host that is alone does about single VMs is a matter of VMware's products, where they protect them.
    pub(super) fn idle_responses(&mut self, spec: &Spec, uses: &[Vec<Use>]) {
        let asks = |u: &Use| {
            let family = u.plan.product.profile().family;
            u.clustered && matches!(family, Family::Primary | Family::FivePrimaries)
        };
        let asked = (0..spec.clusters.len()).any(|cluster| {
            uses[cluster].iter().any(asks) || self.doubts_setting(spec, cluster, &["product"])
        });
        for (number, service) in spec.services.iter().enumerate() {
            let Some((_, mark)) = service.isolation_response else { continue };
            let is_protected = spec.strategies.iter().any(|s| s.for_service(number).protection.host_cluster);
            if !asked || !is_protected {
                let path = join(&join("service", &service.name), "isolation_response");
                let what = "isolation_response counts only where a cluster of VMware's products protects the service";
                let remedy =
                    "leave it out, or protect it with \"host-cluster\" in a cluster of such a product";
                self.sink.push(code::NO_EFFECT, mark, path, what, remedy);
            }
        }
    }
}

const ELSEWHERE: &str = "leave it out, or choose a product that has it";

/// Whether a key is a setting of some product, and not one that every cluster has.
fn is_setting(key: &str) -> bool {
    !super::cluster::COMMON.contains(&key)
}

/// What the key means beside the witness that there is.
fn idle_witness(key: &str, plan: &ClusterPlan, deciding: Deciding) -> Option<Idle> {
    let said = |what: String, remedy: &str| Some((what, remedy.to_owned()));
    match (deciding, key) {
        (Deciding::Nothing, _) => said(
            "there is no witness: witness = \"none\"".to_owned(),
            "leave it out, or write what the witness is, such as witness = \"share\"",
        ),
        (Deciding::OddHosts, _) => said(
            format!("there is no witness: {} hosts are an odd number of votes (HYP-11)", plan.hosts),
            "leave it out, or write witness = \"share\" or \"disk\"",
        ),
        (Deciding::Network { .. }, "witness_storage") => said(
            format!("a witness that is a {} lies on no storage (HYP-10)", plan.word("witness")),
            "leave it out, or write witness = \"disk\"",
        ),
        (Deciding::Disk { .. } | Deciding::DiskNowhere, "witness_site") => said(
            "a witness that is a disk stands where its storage does (HYP-10)".to_owned(),
            "leave it out, or write witness = \"share\"",
        ),
        _ => None,
    }
}
