//! From event to handler: the closed list, matched exhaustively, and nothing else.

use super::{Event, Observer, Simulation};
use crate::state::Part;

impl<O: Observer> Simulation<'_, O> {
    #[inline]
    pub(super) fn dispatch(&mut self, event: Event) {
        match event {
            Event::FaultInjected(inject) => self.on_fault_injected(inject),
            Event::InjectionEnded(inject) => self.on_injection_ended(inject),
            Event::DomainFailed(domain) => self.on_part_failed(Part::Domain(domain)),
            Event::DomainRepaired(domain) => self.on_part_repaired(Part::Domain(domain)),
            Event::StorageFailed(storage) => self.on_part_failed(Part::Storage(storage)),
            Event::StorageRepaired(storage) => self.on_part_repaired(Part::Storage(storage)),
            Event::NetworkFailed(network) => self.on_part_failed(Part::Network(network)),
            Event::NetworkRepaired(network) => self.on_part_repaired(Part::Network(network)),
            Event::LinkFailed(host, traffic) => self.on_part_failed(self.link(host, traffic)),
            Event::LinkRepaired(host, traffic) => self.on_part_repaired(self.link(host, traffic)),
            Event::HostCrashed(host) => self.on_host_crashed(host, None),
            Event::HostStepped(host) => self.on_host_stepped(host),
            Event::MaintenanceDue(plan) => self.on_maintenance_due(plan),
            Event::ClusterStepped(cluster) => self.on_cluster_stepped(cluster),
            Event::HostIsolated(host) => self.on_host_isolated(host),
            Event::HostDeclaredFailed(host) => self.on_host_declared_failed(host),
            Event::GroupStepped(instance) => self.on_group_stepped(instance),
            Event::VmDue(vm) => self.on_vm_due(vm),
        }
    }
}
