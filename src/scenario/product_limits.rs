//! What the products that cluster hosts support, as data: hosts in a cluster, VMs on a host and in a
//! cluster, and the kinds of storage, each with the fact it stands on.
//!
//! ```
//! use ninefold::scenario::product_limits::of;
//! use ninefold::scenario::profiles::Product;
//! let xenserver = of(Product::find("xenserver").unwrap());
//! assert_eq!(xenserver.hosts.map(|limit| (limit.most, limit.source)), Some((16, "XEN-07, CON-08")));
//! ```

use crate::model::StorageKind::{self, Das, Fc, Iscsi, Nas, Nfs};

use super::profiles::Product;
use super::text::{count, list};

/// The most of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub most: u64,
    pub source: &'static str,
}

/// The most VMs on a host, in a cluster of up to so many hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VmsPerHost {
    /// `None`: however many.
    pub hosts_up_to: Option<u64>,
    pub limit: Limit,
}

/// The kinds of storage that clustered VMs can lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageKinds {
    pub kinds: &'static [StorageKind],
    pub source: &'static str,
}

/// A kind of witness that a product does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedWitness {
    pub word: &'static str,
    pub source: &'static str,
    pub why: &'static str,
}

/// Numbers of hosts that work and are not advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    pub least: u64,
    pub most: u64,
    pub source: &'static str,
    pub why: &'static str,
}

/// What a product supports; what is absent has no limit that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductLimits {
    pub hosts: Option<Limit>,
    /// By size of the cluster, small ones first.
    pub vms_per_host: &'static [VmsPerHost],
    pub vms: Option<Limit>,
    pub storage: Option<StorageKinds>,
    /// Sites over which a cluster may spread.
    pub sites: Option<Limit>,
    /// Kinds of witness that it does not have.
    pub witnesses: &'static [RefusedWitness],
    pub advice: Option<Advice>,
}

const NONE: ProductLimits = ProductLimits {
    hosts: None,
    vms_per_host: &[],
    vms: None,
    storage: None,
    sites: None,
    witnesses: &[],
    advice: None,
};

const NO_CLOUD: &[RefusedWitness] =
    &[RefusedWitness { word: "cloud", source: "HYP-14", why: "it came with 2016" }];

const fn at_most(most: u64, source: &'static str) -> Limit {
    Limit { most, source }
}

const fn on_each(most: u64, source: &'static str) -> VmsPerHost {
    VmsPerHost { hosts_up_to: None, limit: at_most(most, source) }
}

// Of a filer ("nas") the hosts of VMware and Citrix use NFS, so the handbook's list of SAN, NAS, iSCSI and NFS
// is taken as it stands (SED-09). Disks of one host are in none of these lists and in no limit's way: a VM on
// them runs, and that nobody can restart it elsewhere is a warning of its own.
const FILES_AND_BLOCKS: &[StorageKind] = &[Fc, Iscsi, Nfs, Nas];
const BLOCKS: StorageKinds = StorageKinds { kinds: &[Fc, Iscsi, Das], source: "STO-19, HYP-53" };
/// SMB 3 on a filer from 2012 on; never NFS.
const BLOCKS_AND_SMB: StorageKinds = StorageKinds { kinds: &[Fc, Iscsi, Nas, Das], source: "STO-19, HYP-53" };

const HYPER_V_2012: ProductLimits = ProductLimits {
    hosts: Some(at_most(64, "HYP-52")),
    vms_per_host: &[on_each(1_024, "HYP-52")],
    vms: Some(at_most(8_000, "HYP-52")),
    storage: Some(BLOCKS_AND_SMB),
    ..NONE
};

/// By the product's word.
const LIMITS: &[(&str, ProductLimits)] = &[
    ("custom", NONE),
    (
        "vmware-ha-4",
        ProductLimits {
            hosts: Some(at_most(32, "VML-14")),
            vms_per_host: &[
                VmsPerHost { hosts_up_to: Some(8), limit: at_most(160, "VML-14") },
                on_each(40, "VML-14"),
            ],
            storage: Some(StorageKinds { kinds: FILES_AND_BLOCKS, source: "VML-17" }),
            ..NONE
        },
    ),
    (
        "vsphere-6",
        ProductLimits {
            hosts: Some(at_most(64, "VMW-96")),
            vms_per_host: &[on_each(1_024, "VMW-96")],
            vms: Some(at_most(8_000, "VMW-96")),
            storage: Some(StorageKinds { kinds: FILES_AND_BLOCKS, source: "STO-19" }),
            ..NONE
        },
    ),
    (
        "vsphere-8",
        ProductLimits {
            hosts: Some(at_most(96, "VMW-97")),
            vms_per_host: &[on_each(1_024, "VMW-97")],
            // The upper end of 8,000 to 10,000.
            vms: Some(at_most(10_000, "VMW-97")),
            storage: Some(StorageKinds { kinds: FILES_AND_BLOCKS, source: "STO-19" }),
            ..NONE
        },
    ),
    (
        "xenserver",
        ProductLimits {
            hosts: Some(at_most(16, "XEN-07, CON-08")),
            storage: Some(StorageKinds { kinds: FILES_AND_BLOCKS, source: "STO-19" }),
            sites: Some(at_most(1, "MTX-95")),
            ..NONE
        },
    ),
    (
        "hyper-v-2008",
        ProductLimits {
            hosts: Some(at_most(16, "HYP-49")),
            // 16 at first, later 64.
            vms_per_host: &[on_each(64, "HYP-49")],
            storage: Some(BLOCKS),
            witnesses: NO_CLOUD,
            ..NONE
        },
    ),
    (
        "hyper-v-2008-r2",
        ProductLimits {
            hosts: Some(at_most(16, "HYP-51")),
            vms_per_host: &[on_each(384, "HYP-51")],
            vms: Some(at_most(1_000, "HYP-51")),
            storage: Some(BLOCKS),
            witnesses: NO_CLOUD,
            ..NONE
        },
    ),
    ("hyper-v-2012-r2", ProductLimits { witnesses: NO_CLOUD, ..HYPER_V_2012 }),
    ("hyper-v-2016", HYPER_V_2012),
    (
        "proxmox",
        ProductLimits {
            advice: Some(Advice {
                least: 3,
                most: 50,
                source: "OSS-11",
                why: "quorum needs three, and more than fifty are only reported to work",
            }),
            ..NONE
        },
    ),
    ("pacemaker", NONE),
];

/// The limits of a product.
#[must_use]
pub fn of(product: Product) -> &'static ProductLimits {
    LIMITS.iter().find(|(word, _)| *word == product.word()).map_or(&NONE, |(_, limits)| limits)
}

impl ProductLimits {
    /// The most VMs on each host of a cluster of so many hosts.
    #[must_use]
    pub fn vms_on_each(&self, hosts: u64) -> Option<VmsPerHost> {
        self.vms_per_host.iter().find(|step| step.hosts_up_to.is_none_or(|most| hosts <= most)).copied()
    }

    /// Each limit in words, with its source.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, &'static str)> {
        let mut lines = Vec::new();
        if let Some(hosts) = self.hosts {
            lines.push((format!("at most {} hosts", hosts.most), hosts.source));
        }
        for step in self.vms_per_host {
            let size = match step.hosts_up_to {
                Some(hosts) => format!(" in a cluster of up to {hosts} hosts"),
                None if self.vms_per_host.len() > 1 => " in a larger one".to_owned(),
                None => String::new(),
            };
            lines.push((format!("at most {} VMs on a host{size}", step.limit.most), step.limit.source));
        }
        if let Some(vms) = self.vms {
            lines.push((format!("at most {} VMs", vms.most), vms.source));
        }
        if let Some(sites) = self.sites {
            lines.push((format!("at most {}", count(sites.most, "site", "sites")), sites.source));
        }
        if let Some(storage) = self.storage {
            lines.push((
                format!("storage {}", list(storage.kinds.iter().map(|kind| kind.word()))),
                storage.source,
            ));
        }
        for refused in self.witnesses {
            lines.push((format!("no {} witness", refused.word), refused.source));
        }
        if let Some(advice) = self.advice {
            lines.push((format!("advised {} to {} hosts", advice.least, advice.most), advice.source));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::profiles::PROFILES;

    #[test]
    fn every_product_says_what_it_supports_and_no_other() {
        let words: Vec<&str> = PROFILES.iter().map(|profile| profile.word).collect();
        let ours: Vec<&str> = LIMITS.iter().map(|(word, _)| *word).collect();
        assert_eq!(ours, words);
        for (word, limits) in LIMITS {
            assert!(limits.lines().iter().all(|(_, source)| !source.is_empty()), "{word}");
            let last = limits.vms_per_host.last();
            assert!(last.is_none_or(|step| step.hosts_up_to.is_none()), "{word} ends with a step");
        }
    }

    /// VML-15: 32 hosts may hold as many VMs as 8.
    #[test]
    fn the_legacy_cluster_holds_no_more_for_being_larger() {
        let limits = of(Product::find("vmware-ha-4").unwrap());
        let all = |hosts: u64| hosts * limits.vms_on_each(hosts).unwrap().limit.most;
        assert_eq!((all(8), all(9), all(32)), (1_280, 360, 1_280));
    }
}
