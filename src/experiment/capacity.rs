//! What a strategy takes of the datacenter, and what it leaves: from a placement and from what was waited for.

use super::block::StrategyBlock;
use super::headroom;
use super::summarize::SECOND;
use super::summary::{CapacitySummary, CaseSummary, FailuresSummary, LossesSummary};
use crate::capacity::{Capacity, Case, Failures, Losses, survival};
use crate::model::Model;
use crate::stats::{Moments, Randomness, interval};

pub(super) fn summarize(
    model: &Model,
    measured: &Capacity,
    found: &StrategyBlock,
    seed: u64,
) -> CapacitySummary {
    let hosts = model.hosts.len() as u32;
    let vms = model.vms.len() as u32;
    let memory: u64 = model.hosts.iter().map(|h| h.memory_mib).sum();
    let cores: u64 = model.hosts.iter().map(|h| u64::from(h.cores)).sum();
    let clustered = model.services.iter().any(|s| s.host_cluster && s.incident.random);
    let waiting: Moments = found.waiting.iter().copied().collect();
    let chance = if clustered {
        let ceiling = model.horizon.0 as f64 * f64::from(vms);
        Randomness::within((model.waiting_bound_vm_s * SECOND).min(ceiling), ceiling)
    } else {
        Randomness::None
    };
    let of_memory = |mib: u64| mib as f64 / memory as f64;
    let of_cores = |number: u64| number as f64 / cores as f64;
    let left = measured.left();
    let commonest = &model.services[measured.commonest.index()];
    CapacitySummary {
        hosts,
        vms,
        consolidation: f64::from(vms) / f64::from(hosts),
        memory_used: of_memory(measured.used.memory_mib),
        memory_reserved: of_memory(measured.reserved.memory_mib),
        memory_left: of_memory(left.memory_mib),
        cores_used: of_cores(measured.used.cores),
        cores_reserved: of_cores(measured.reserved.cores),
        cores_left: of_cores(left.cores),
        waiting_vm_s: interval::mean(&waiting, chance).scaled(1.0 / SECOND).into(),
        more_vms: more_vms(measured, measured.commonest.index()),
        more_vms_memory_mib: commonest.need.memory_mib,
        more_vms_cores: commonest.need.cores,
        more_vms_n1: measured.more_vms_n1.map(narrow),
        more_vms_n2: measured.more_vms_n2.map(narrow),
        headroom: headroom::summarize(model, found),
        failures: measured.failures.as_ref().map(|failures| FailuresSummary::new(model, failures)),
        survivability: survival(model, seed),
    }
}

/// How many more VMs of a service's size fit.
pub(super) fn more_vms(measured: &Capacity, service: usize) -> u32 {
    narrow(measured.more_vms[service])
}

fn narrow(vms: u64) -> u32 {
    u32::try_from(vms).unwrap_or(u32::MAX)
}

impl FailuresSummary {
    /// With names in the place of numbers.
    #[must_use]
    pub fn new(model: &Model, failures: &Failures) -> FailuresSummary {
        FailuresSummary { one: losses(model, &failures.one), two: losses(model, &failures.two) }
    }
}

fn losses(model: &Model, losses: &Losses) -> LossesSummary {
    let case = |case: &Case| CaseSummary {
        hosts: case.hosts.iter().map(|host| model.hosts[host.index()].name.clone()).collect(),
        without_quorum: case.without_quorum,
        vms: case.lost,
        waiting: case
            .waiting
            .iter()
            .map(|&(service, vms)| (model.services[service.index()].name.clone(), vms))
            .collect(),
    };
    LossesSummary {
        cases: losses.cases.iter().map(case).collect(),
        sampled: losses.sampled,
        all_restart: losses.all_restart(),
        worst: losses.worst().map(case),
    }
}
