//! Which settings a step stands on, each told once.

use std::collections::BTreeSet;

use super::clause::Clause;
use crate::model::{Cause, ClusterId, HostId, InstanceId, Model, VmId, WaitReason};
use crate::scenario::{Spec, Strategy};
use crate::sim::Signal;

/// What was told already.
pub(super) struct Grounds<'a> {
    spec: &'a Spec,
    model: &'a Model,
    strategy: Option<&'a Strategy>,
    told: BTreeSet<String>,
}

/// From a host's silence to orders, whatever the product.
const DECLARED: &[&str] = &[
    "detection",
    "failed_after_datastore",
    "failed_after_no_datastore",
    "datastore_watch",
    "failed_after",
    "failed_after_cross_site",
    "resiliency",
    "token",
    "token_per_host",
    "agreement",
    "regroup",
    "winners_wait",
    "notice",
    "fence_delay",
    "fencing",
    "self_fenced_after",
    "recover_after",
];
const ISOLATED: &[&str] = &["isolation_declared_after", "isolation_declared_after_primary", "resiliency"];
const FENCED: &[&str] =
    &["isolation_fenced_after", "self_fenced_after", "hang_reset_after", "agent_reset_after", "fencing"];
const RESPONDS: &[&str] = &["isolation_response", "isolation_response_delay", "shutdown", "shutdown_timeout"];
const ELECTED: &[&str] =
    &["election_starts_after", "election_lasts", "restart_after_election", "master_takeover"];
const ORDERED: &[&str] = &["restart_after_response", "disk_move", "class_delay"];
const QUEUED: &[&str] = &["starts_per_host", "start_order"];
const FAILED: &[&str] = &["restart_attempts", "retry_after", "retry_backoff", "retry_host"];
const QUORUM: &[&str] = &["witness", "dynamic_quorum", "regroup"];
const QUARANTINE: &[&str] = &["quarantine_count", "quarantine_window", "quarantine_lasts"];
const PAUSED: &[&str] =
    &["csv", "redirect_pause", "storage_pause", "disk_failed_after", "isolated_block_vms", "resiliency"];
const MOVES: &[&str] =
    &["migration", "migration_blackout_goal", "migration_rounds", "migration_timeout", "migrations_per_host"];
const RESET: &[&str] = &[
    "vm_monitoring",
    "vm_reset_after",
    "vm_resets",
    "app_monitoring",
    "app_reset_after",
    "guest_restart",
    "guest_restart_after",
    "restarts_in_place",
];
const DISKS_LOST: &[&str] = &["vmcp", "apd_timeout", "apd_delay", "path_loss", "pdl_delay"];
const SEEN: &[&str] = &[
    "detection",
    "heartbeat_interval",
    "heartbeat_threshold",
    "regroup",
    "looks_alive",
    "is_alive",
    "check_timeout",
];
const TAKES_OVER: &[&str] = &["takeover", "disk_move", "address"];
const BALANCED: &[&str] = &["detection", "convergence", "join"];
const IN_PLACE: &[&str] = &["app_failure", "restarts_in_place", "restart_window"];
const GIVEN_UP: &[&str] = &["failover_threshold", "failover_window", "retry_failed"];

impl<'a> Grounds<'a> {
    pub(super) fn new(spec: &'a Spec, model: &'a Model) -> Grounds<'a> {
        let strategy = spec.strategies.iter().find(|strategy| strategy.name == model.strategy);
        Grounds { spec, model, strategy, told: BTreeSet::new() }
    }

    /// What a clause stands on, but for what was told before.
    pub(super) fn new_ones(&mut self, clause: &Clause<'_>) -> Vec<String> {
        // One of many is like the others.
        let mut grounds = self.of(clause.entries[0].signal);
        grounds.retain(|ground| self.told.insert(ground.clone()));
        grounds
    }

    fn of(&self, signal: Signal) -> Vec<String> {
        use Signal as S;
        match signal {
            S::HostDown { host, cause } => match cause {
                Cause::HostCrash => self.host(host, &["crash"]),
                Cause::HostHang => self.host(host, &["hang"]),
                _ => Vec::new(),
            },
            S::HostUp { host } => self.host(host, &["boot"]),
            S::HostDeclaredFailed { host, .. } => self.of_host(host, DECLARED),
            S::HostIsolated { host } => self.of_host(host, ISOLATED),
            S::HostFenced { host } => self.of_host(host, FENCED),
            S::VmsLeftOn { host, .. } | S::ShutdownBegun { host, .. } | S::ShutdownEnded { host, .. } => {
                let mut grounds = self.of_host(host, RESPONDS);
                grounds.extend(self.responses_of_services());
                grounds
            }
            S::HostQuarantined { host } | S::HostReadmitted { host } => self.of_host(host, QUARANTINE),
            S::VmsPaused { host, .. } => self.of_host(host, PAUSED),
            S::HostOverloaded { host, .. } => self.of_host(host, &["balance", "balance_interval"]),
            S::PrimaryElected { cluster, .. } => self.cluster(cluster, ELECTED),
            S::QuorumLost { cluster } | S::QuorumRegained { cluster } => self.cluster(cluster, QUORUM),
            S::QuorumForced { cluster } => self.cluster(cluster, &["quorum_forced_after"]),
            S::RestartOrdered { host, .. } => self.of_host(host, ORDERED),
            S::RestartQueued { host, .. } => self.of_host(host, QUEUED),
            S::RestartFailed { host, .. } => self.of_host(host, FAILED),
            S::MigrationStarted { from: host, .. } => self.of_host(host, MOVES),
            S::MigrationAborted { host, .. } => self.of_host(host, &["migration_timeout"]),
            S::RestartWaiting { vm, reason, .. } | S::VmStays { vm, reason } => self.waits(vm, reason),
            S::DisksAwaited { vm } => self.of_vm(vm, DISKS_LOST),
            S::VmReset { vm } => self.of_vm(vm, RESET),
            S::VmDown { vm, cause: Cause::GuestCrash } => self.service(vm, &["guest_crash"]),
            S::VmUp { vm } => self.service(vm, &["power_on", "boot"]),
            S::AppDown { vm, cause: Cause::AppCrash } => self.service(vm, &["app_crash"]),
            S::AppDown { vm, cause: Cause::AppHang } => self.service(vm, &["app_hang"]),
            S::AppUp { vm } => self.service(vm, &["start", "recover"]),
            S::AppRestarting { vm } => self.group(self.model.vms[vm.index()].service.index(), IN_PLACE),
            S::FailoverStarted { instance, .. } => self.instance(instance, SEEN),
            S::FailoverDone { instance, .. } => self.instance(instance, TAKES_OVER),
            S::FailoverGivenUp { instance } => self.instance(instance, GIVEN_UP),
            S::GroupQuorumLost { instance } | S::NodeOutvoted { instance, .. } => {
                self.instance(instance, QUORUM)
            }
            S::Converged { instance, .. } => self.instance(instance, BALANCED),
            _ => Vec::new(),
        }
    }

    fn waits(&self, vm: VmId, reason: WaitReason) -> Vec<String> {
        self.of_vm(
            vm,
            match reason {
                WaitReason::Apart => &["anti_affinity"],
                WaitReason::Dependency => &["dependencies", "dependency_timeout"],
                WaitReason::Turn => &["start_order", "class_delay", "starts_per_host"],
                WaitReason::Retry => FAILED,
                WaitReason::Person => &["restart_attempts", "resumes_after"],
                WaitReason::Room | WaitReason::Storage => &["retry_poll"],
            },
        )
    }

    fn host(&self, host: HostId, keys: &[&str]) -> Vec<String> {
        let mut first = 0;
        for (number, group) in self.spec.hosts.iter().enumerate() {
            first += group.count as usize;
            if host.index() < first {
                return self.spec.host_grounds(number, keys);
            }
        }
        Vec::new()
    }

    fn of_host(&self, host: HostId, keys: &[&str]) -> Vec<String> {
        self.model.hosts[host.index()].cluster.map_or(Vec::new(), |cluster| self.cluster(cluster, keys))
    }

    fn of_vm(&self, vm: VmId, keys: &[&str]) -> Vec<String> {
        self.of_host(self.model.vms[vm.index()].host, keys)
    }

    fn cluster(&self, cluster: ClusterId, keys: &[&str]) -> Vec<String> {
        let name = &*self.model.clusters[cluster.index()].name;
        let at = self.spec.clusters.iter().position(|row| row.name == name);
        let found = self.strategy.zip(at);
        found.map_or(Vec::new(), |(strategy, at)| self.spec.cluster_grounds(strategy, at, keys))
    }

    fn service(&self, vm: VmId, keys: &[&str]) -> Vec<String> {
        self.spec.service_grounds(self.model.vms[vm.index()].service.index(), keys)
    }

    /// What VMs say themselves of what a host that is alone does about them.
    fn responses_of_services(&self) -> Vec<String> {
        let services = 0..self.spec.services.len();
        services.flat_map(|service| self.spec.service_grounds(service, &["isolation_response"])).collect()
    }

    fn instance(&self, instance: InstanceId, keys: &[&str]) -> Vec<String> {
        self.group(self.model.instances[instance.index()].service.index(), keys)
    }

    fn group(&self, service: usize, keys: &[&str]) -> Vec<String> {
        self.strategy.map_or(Vec::new(), |strategy| self.spec.group_grounds(strategy, service, keys))
    }
}
