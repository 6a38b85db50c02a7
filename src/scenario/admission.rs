//! Admission control as a scenario sets it, and under which strategies it holds.

use crate::model::{self, Ppm};

use super::issue::Mark;
use super::spec::{HostRef, Spec};
use super::text::{join, list};

/// The key `admission` of a cluster, or of a strategy that overrides it.
#[derive(Clone, Debug, PartialEq)]
pub struct AdmissionSetting {
    /// The whole value.
    pub mark: Mark,
    /// Its number of failures, where one is written; else the whole value.
    pub count_mark: Mark,
    /// What is to be kept free.
    pub policy: AdmissionPolicy,
}

/// What a cluster keeps free for the failures to come.
#[derive(Clone, Debug, PartialEq)]
pub enum AdmissionPolicy {
    /// Nothing.
    None,
    /// Slots of one size (VMW-86, VMW-88).
    Slots {
        /// Hosts whose slots are not given away. Default 1.
        failures: u32,
        /// The most memory of a slot in bytes; absent: that of the largest VM.
        slot_memory_bytes: Option<u64>,
        /// The most cores of a slot; absent: those of the VM with most.
        slot_cores: Option<u32>,
    },
    /// A share of memory and of cores (VMW-89).
    Percentage {
        /// Default 0.
        memory: Ppm,
        /// Default 0.
        cores: Ppm,
    },
    /// Hosts that nothing starts on (VMW-90).
    SpareHosts(Vec<HostRef>),
    /// A plan for any so many failed hosts (XEN-45).
    Failures {
        /// Default 1.
        tolerate: u32,
    },
}

impl Spec {
    /// Whether the host cluster protects anything under a strategy. Where it does not, nobody has switched
    /// high availability on: there is no admission control, and no limit of the product counts.
    #[must_use]
    pub fn is_clustered(&self, strategy: usize) -> bool {
        let strategy = &self.strategies[strategy];
        (0..self.services.len()).any(|service| strategy.for_service(service).protection.host_cluster)
    }

    /// Admission control of a cluster under a strategy, where there is any.
    #[must_use]
    pub fn admission(&self, strategy: usize, cluster: usize) -> Option<&AdmissionSetting> {
        let over = self.strategies[strategy].cluster_settings(cluster).and_then(|own| own.admission.as_ref());
        over.or(self.clusters[cluster].settings.admission.as_ref())
            .filter(|setting| setting.policy != AdmissionPolicy::None && self.is_clustered(strategy))
    }

    /// The key that admission control of a cluster stands under.
    #[must_use]
    pub fn admission_path(&self, strategy: usize, cluster: usize) -> String {
        let own = &self.strategies[strategy];
        let base = match own.cluster_settings(cluster) {
            Some(over) if over.admission.is_some() => join(&join("strategy", &own.name), "cluster"),
            _ => "cluster".to_owned(),
        };
        join(&join(&base, &self.clusters[cluster].name), "admission")
    }

    /// The single hosts that are kept empty under a strategy, by group and number.
    pub(super) fn spare_hosts(&self, strategy: usize) -> Vec<(usize, u32)> {
        let mut spares = Vec::new();
        for cluster in 0..self.clusters.len() {
            if let Some(AdmissionSetting { policy: AdmissionPolicy::SpareHosts(hosts), .. }) =
                self.admission(strategy, cluster)
            {
                spares.extend(self.each_host(hosts));
            }
        }
        spares
    }

    /// A list of hosts and groups in words.
    pub(super) fn hosts_text(&self, hosts: &[HostRef]) -> String {
        let names: Vec<String> = hosts
            .iter()
            .map(|host| match host.member {
                Some(member) => self.host_name(host.group, member),
                None => self.hosts[host.group].name.clone(),
            })
            .collect();
        list(names.iter().map(String::as_str))
    }
}

impl AdmissionPolicy {
    /// As a scenario would write it, in short.
    pub(super) fn text(&self, spec: &Spec) -> String {
        let percent = |share: &Ppm| format!("{} %", f64::from(share.0) / 10_000.0);
        match self {
            AdmissionPolicy::None => "none".to_owned(),
            AdmissionPolicy::Slots { failures, slot_memory_bytes, slot_cores } => {
                let memory =
                    slot_memory_bytes.map(|b| format!(", slot_memory {}", super::describe::bytes_text(b)));
                let cores = slot_cores.map(|cores| format!(", slot_cores {cores}"));
                let caps = memory.unwrap_or_default() + &cores.unwrap_or_default();
                format!("slots, failures {failures}{caps} (VMW-86, VMW-88)")
            }
            AdmissionPolicy::Percentage { memory, cores } => {
                format!("percentage, memory {}, cores {} (VMW-89)", percent(memory), percent(cores))
            }
            AdmissionPolicy::SpareHosts(hosts) => {
                format!("spare-hosts, hosts {} (VMW-90)", spec.hosts_text(hosts))
            }
            AdmissionPolicy::Failures { tolerate } => format!("failures, tolerate {tolerate} (XEN-45)"),
        }
    }

    /// With hosts as a compiled datacenter numbers them.
    pub(super) fn compile(
        &self,
        host_ids: impl FnOnce(&[HostRef]) -> Vec<model::HostId>,
    ) -> model::Admission {
        match self {
            AdmissionPolicy::None => model::Admission::None,
            AdmissionPolicy::Slots { failures, slot_memory_bytes, slot_cores } => model::Admission::Slots {
                failures: *failures,
                memory_mib: slot_memory_bytes.map(|bytes| bytes >> 20),
                cores: slot_cores.map(u64::from),
            },
            AdmissionPolicy::Percentage { memory, cores } => {
                model::Admission::Percentage { memory: *memory, cores: *cores }
            }
            AdmissionPolicy::SpareHosts(hosts) => model::Admission::SpareHosts(host_ids(hosts)),
            AdmissionPolicy::Failures { tolerate } => model::Admission::Failures { tolerate: *tolerate },
        }
    }
}
