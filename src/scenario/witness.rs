//! What the keys around a cluster's witness come to, for the compiler, for `check` and for the issues: one answer.

use super::profiles::Family;
use super::resolve::ClusterPlan;
use super::spec::{Spec, StorageKind};

/// What has a vote beside the hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deciding {
    /// The product counts no votes, or a statefile is all it has.
    NoVotes,
    /// Asked for by nobody.
    Nothing,
    /// HYP-11: of an odd number of hosts' votes the parity is right already.
    OddHosts,
    /// Reached by every host, and fails only by its own outage.
    Anywhere,
    /// A share or a blob in a cloud, reached over the management network; at a site, or nowhere that fails.
    Network { site: Option<usize> },
    /// A disk, which those hosts reach that reach its storage.
    Disk { storage: usize, named: bool },
    /// A disk, and no storage that it could lie on.
    DiskNowhere,
}

impl Deciding {
    /// Whether there is a witness at all.
    pub(super) fn is_there(self) -> bool {
        !matches!(self, Deciding::NoVotes | Deciding::Nothing | Deciding::OddHosts)
    }
}

impl ClusterPlan {
    /// Whether more than half of the votes decide in this product.
    pub(super) fn counts_votes(&self) -> bool {
        matches!(self.product.profile().family, Family::Quorum | Family::Ring)
    }

    /// XEN-22: whether the hosts write to a statefile.
    pub(super) fn has_statefile(&self) -> bool {
        self.product.profile().family == Family::Pool
    }
}

impl Spec {
    /// The witness of a cluster under a plan of it.
    ///
    /// HYP-11: `auto` has one where the number of hosts is even. It is what the other keys say of it: a disk where a
    /// storage is named, a share where a site is. Where nothing is said it is assumed to be out of everything's way.
    pub(super) fn witness(&self, cluster: usize, plan: &ClusterPlan) -> Deciding {
        if !plan.counts_votes() {
            return Deciding::NoVotes;
        }
        match (plan.word("witness"), plan.witness_storage, plan.witness_site) {
            ("none", ..) => Deciding::Nothing,
            ("auto", ..) if !plan.hosts.is_multiple_of(2) => Deciding::OddHosts,
            ("auto", Some(storage), _) => Deciding::Disk { storage, named: true },
            ("auto", None, None) => Deciding::Anywhere,
            ("auto" | "share" | "cloud", _, site) => Deciding::Network { site },
            (_, Some(storage), _) => Deciding::Disk { storage, named: true },
            _ => match self.shared_storage(cluster) {
                Some(storage) => Deciding::Disk { storage, named: false },
                None => Deciding::DiskNowhere,
            },
        }
    }

    /// XEN-22: where a pool's hosts write their statefile, and whether the scenario names it.
    pub(super) fn statefile(&self, cluster: usize, plan: &ClusterPlan) -> Option<(usize, bool)> {
        let named = plan.witness_storage.map(|storage| (storage, true));
        named.or_else(|| self.shared_storage(cluster).map(|storage| (storage, false)))
    }

    /// The first shared storage that all hosts of a cluster reach.
    pub(super) fn shared_storage(&self, cluster: usize) -> Option<usize> {
        let hosts = &self.clusters[cluster].hosts;
        let by_all = |storage: &usize| {
            !hosts.is_empty() && hosts.iter().all(|host| self.hosts[host.group].storages.contains(storage))
        };
        (0..self.storages.len()).filter(|&s| self.storages[s].kind != StorageKind::Das).find(by_all)
    }

    /// Whether any host of a cluster reaches a storage, or the second copy of it.
    pub(super) fn is_reached(&self, cluster: usize, storage: usize) -> bool {
        let copy = self.storages[storage].mirror.as_ref().map(|mirror| mirror.to);
        self.clusters[cluster].hosts.iter().any(|host| {
            let reached = &self.hosts[host.group].storages;
            reached.contains(&storage) || copy.is_some_and(|copy| reached.contains(&copy))
        })
    }

    /// What decides in a cluster, in a line; nothing where its product has neither votes nor a statefile.
    pub(super) fn witness_text(&self, cluster: usize, plan: &ClusterPlan) -> Option<String> {
        const FIRST: &str = "the first shared storage that all hosts reach";
        let storage = |index: usize| &self.storages[index].name;
        if plan.has_statefile() {
            return Some(match self.statefile(cluster, plan) {
                Some((index, true)) => format!("the statefile is on {} (XEN-22)", storage(index)),
                Some((index, false)) => format!("the statefile is on {}, {FIRST} (XEN-22)", storage(index)),
                None => "the statefile never fails: no shared storage is reached by all hosts".to_owned(),
            });
        }
        let over = "reached over the management network";
        Some(match self.witness(cluster, plan) {
            Deciding::NoVotes => return None,
            Deciding::Nothing => "no witness".to_owned(),
            Deciding::OddHosts => {
                format!("no witness: {} hosts are an odd number of votes (HYP-11)", plan.hosts)
            }
            Deciding::Anywhere if plan.witness_outage.is_some() => {
                "the witness stands nowhere that fails; all hosts reach it".to_owned()
            }
            Deciding::Anywhere => "the witness never fails, and all hosts reach it".to_owned(),
            Deciding::Network { site: Some(site) } => {
                format!("the witness stands at site {}, {over}", self.sites[site].name)
            }
            Deciding::Network { site: None } => format!("the witness stands nowhere that fails, {over}"),
            Deciding::Disk { storage: index, named: true } => {
                format!("the witness is a disk on {}", storage(index))
            }
            Deciding::Disk { storage: index, named: false } => {
                format!("the witness is a disk on {}, {FIRST}", storage(index))
            }
            Deciding::DiskNowhere => "the witness has no storage".to_owned(),
        })
    }
}
