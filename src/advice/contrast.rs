//! How the scenario's own strategies differ from the proposal, service by service: where the simulation prefers one of them,
//! that is where the reason lies.

use std::collections::BTreeSet;

use super::layers;
use crate::scenario::{ServiceProtection, Spec, Strategy, count_text};

/// Every strategy beside the proposal.
pub(super) struct Contrasts<'a> {
    spec: &'a Spec,
    advised: Option<&'a Strategy>,
}

impl<'a> Contrasts<'a> {
    pub(super) fn new(spec: &'a Spec, advised: &str) -> Contrasts<'a> {
        Contrasts { spec, advised: spec.strategies.iter().find(|strategy| strategy.name == advised) }
    }

    /// For a service, by index: each other strategy with what it does otherwise.
    pub(super) fn of(&self, service: usize) -> Vec<(String, Vec<String>)> {
        let Some(advised) = self.advised else { return Vec::new() };
        let plan = advised.for_service(service);
        let others = self.spec.strategies.iter().filter(|strategy| strategy.name != advised.name);
        others
            .map(|other| {
                let its = other.for_service(service);
                let mut found = guests(&plan, &its);
                if plan.protection.host_cluster && its.protection.host_cluster {
                    found.extend(self.clusters(advised, other));
                }
                (other.name.clone(), found)
            })
            .collect()
    }

    /// Settings of clusters that the two have differently.
    fn clusters(&self, advised: &Strategy, other: &Strategy) -> Vec<String> {
        let mut found = Vec::new();
        for (index, cluster) in self.spec.clusters.iter().enumerate() {
            let (mine, its) = (self.spec.plan(advised, index), self.spec.plan(other, index));
            if mine == its {
                continue;
            }
            if mine.product != its.product {
                found.push(format!(
                    "cluster {:?} runs {}, not {}",
                    cluster.name,
                    its.product.word(),
                    mine.product.word()
                ));
                continue;
            }
            let keys: BTreeSet<&str> = [advised, other]
                .into_iter()
                .filter_map(|strategy| strategy.cluster_settings(index))
                .flat_map(|settings| settings.marks.keys().copied())
                .collect();
            let keys: Vec<&str> = keys.into_iter().collect();
            found.push(format!("cluster {:?} has another {}", cluster.name, keys.join(", ")));
        }
        found
    }
}

/// What differs inside the guests.
fn guests(mine: &ServiceProtection, its: &ServiceProtection) -> Vec<String> {
    if mine.protection != its.protection {
        return vec![format!("it has {}", layers(its.protection))];
    }
    if mine.protection.guest.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if mine.vms != its.vms {
        let vms = count_text(u64::from(its.vms), "VM", "VMs");
        found.push(format!("it has {vms} for an instance, not {}", mine.vms));
    }
    match (mine.profile, its.profile) {
        (Some(mine), Some(its)) if mine != its => {
            found.push(format!("it runs {}, not {}", its.word, mine.word))
        }
        (Some(mine), None) => found.push(format!("it has plain laws, not {}", mine.word)),
        (None, Some(its)) => found.push(format!("it runs {}", its.word)),
        _ if found.is_empty() && mine != its => found.push("settings of its group differ".to_owned()),
        _ => {}
    }
    found
}
