//! From event to handler: the closed list, matched exhaustively, and nothing else.

use super::{Event, Observer, Simulation};

impl<O: Observer> Simulation<'_, O> {
    #[inline]
    pub(super) fn dispatch(&mut self, event: Event) {
        match event {
            Event::FaultInjected(inject) => self.on_fault_injected(inject),
            Event::InjectionEnded(inject) => self.on_injection_ended(inject),
            Event::PartFailed(part) => self.on_part_failed(part),
            Event::PartRepaired(part) => self.on_part_repaired(part),
            Event::ControllersSwitched(storage) => self.on_controllers_switched(storage),
            Event::MirrorEqual(storage) => self.on_mirror_equal(storage),
            Event::LocalMirrorEqual(pair) => self.on_local_mirror_equal(pair),
            Event::MirrorSwitched(storage) => self.on_mirror_switched(storage),
            Event::PathsSwitched(host) => self.on_paths_switched(host),
            Event::Redirected(host) => self.on_redirected(host),
            Event::HostCrashed(host) => self.on_host_crashed(host, None),
            Event::HostHung(host) => self.on_host_hung(host, None),
            Event::HostStepped(host) => self.on_host_stepped(host),
            Event::MigrationStepped(cluster) => self.on_migration_stepped(cluster),
            Event::MaintenanceDue(plan) => self.on_maintenance_due(plan),
            Event::ClusterStepped(cluster) => self.on_cluster_stepped(cluster),
            Event::SideStepped(cluster, place) => self.on_side_stepped(cluster, place),
            Event::QuorumForced(cluster) => self.on_quorum_forced(cluster),
            Event::RetryDue(cluster) => self.on_retry_due(cluster),
            Event::HostIsolated(host) => self.on_host_isolated(host),
            Event::ShutdownEnded(host) => self.on_shutdown_ended(host),
            Event::HostDeclaredFailed(host) => self.on_host_declared_failed(host),
            Event::AgentGivenUp(host) => self.on_agent_given_up(host),
            Event::HostAbandoned(host) => self.on_host_abandoned(host),
            Event::QuarantineEnded(host) => self.on_quarantine_ended(host),
            Event::GroupStepped(instance) => self.on_guest_group_stepped(instance),
            Event::GroupCounted(instance) => self.on_group_counted(instance),
            Event::LoadStepped(instance) => self.on_load_stepped(instance),
            Event::DemandStepped(host) => self.on_demand_stepped(host),
            Event::BalanceDue(cluster) => self.on_balance_due(cluster),
            Event::VmDue(vm) => self.on_vm_due(vm),
            Event::SessionsTimedOut(vm) => self.on_sessions_timed_out(vm),
        }
    }
}
