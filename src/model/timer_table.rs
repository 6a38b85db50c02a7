//! The layout of timers: which slot belongs to which component, and which event it carries.
//!
//! Components get slots only for what can happen to them: a host that never crashes has no timer for it. A VM
//! has one, which shows the first of its own clocks. The order of slots decides ties: causes before consequences, hosts before the VMs
//! on them, and VMs in the order of the file (a cluster's restart order is its own: by rank).

use super::{ClusterId, DomainId, NetworkId, StorageId};
use super::{
    Event, GuestGroup, HostId, InjectId, InjectTarget, InstanceId, MaintenanceId, Model, Product, VmId,
};

/// Stands for a timer that a component does not have.
pub const NO_TIMER: u32 = u32::MAX;

/// Slots by component. `events[slot]` is what happens when it runs out.
#[derive(Clone, Debug, Default)]
pub struct TimerTable {
    pub events: Vec<Event>,
    pub injects: Vec<u32>,
    pub inject_ends: Vec<u32>,
    /// Failure and repair of domains, storages, networks.
    pub domains: Vec<[u32; 2]>,
    pub storages: Vec<[u32; 2]>,
    pub networks: Vec<[u32; 2]>,
    /// Failure and repair, by host and by its place in the host's list of links.
    pub links: Vec<Vec<[u32; 2]>>,
    pub maintenances: Vec<u32>,
    pub clusters: Vec<u32>,
    pub hosts: Vec<HostTimers>,
    pub instances: Vec<u32>,
}

/// The slots of a host.
#[derive(Clone, Copy, Debug)]
pub struct HostTimers {
    pub crash: u32,
    pub step: u32,
    pub isolation: u32,
    pub declaration: u32,
}

impl TimerTable {
    /// Lays out the timers of a model whose other tables are complete, and gives each VM its own.
    #[must_use]
    pub fn new(model: &mut Model) -> TimerTable {
        let mut table = TimerTable::default();
        for number in 0..model.injects.len() as u32 {
            let id = InjectId(number);
            let begin = table.add(Event::FaultInjected(id));
            table.injects.push(begin);
            let ends_here = !matches!(
                model.injects[id.index()].target,
                InjectTarget::HostCrash(_) | InjectTarget::Vm(..)
            );
            let end = table.add_if(ends_here, Event::InjectionEnded(id));
            table.inject_ends.push(end);
        }
        for (number, domain) in model.domains.iter().enumerate() {
            let id = DomainId(number as u32);
            let pair =
                table.add_pair(domain.outage.is_some(), Event::DomainFailed(id), Event::DomainRepaired(id));
            table.domains.push(pair);
        }
        for (number, storage) in model.storages.iter().enumerate() {
            let id = StorageId(number as u32);
            let pair = table.add_pair(
                storage.outage.is_some(),
                Event::StorageFailed(id),
                Event::StorageRepaired(id),
            );
            table.storages.push(pair);
        }
        for (number, network) in model.networks.iter().enumerate() {
            let id = NetworkId(number as u32);
            let pair = table.add_pair(
                network.outage.is_some(),
                Event::NetworkFailed(id),
                Event::NetworkRepaired(id),
            );
            table.networks.push(pair);
        }
        for number in 0..model.maintenances.len() as u32 {
            let slot = table.add(Event::MaintenanceDue(MaintenanceId(number)));
            table.maintenances.push(slot);
        }
        for (number, cluster) in model.clusters.iter().enumerate() {
            let elects = !matches!(cluster.product, Product::Custom { .. });
            let slot = table.add_if(elects, Event::ClusterStepped(ClusterId(number as u32)));
            table.clusters.push(slot);
        }
        table.add_hosts(model);
        for (number, instance) in model.instances.iter().enumerate() {
            let failover =
                matches!(model.services[instance.service.index()].guest, Some(GuestGroup::Failover { .. }));
            let slot = table.add_if(failover, Event::GroupStepped(InstanceId(number as u32)));
            table.instances.push(slot);
        }
        for (number, vm) in model.vms.iter_mut().enumerate() {
            vm.timer = table.add(Event::VmDue(VmId(number as u32)));
        }
        table
    }

    fn add_hosts(&mut self, model: &Model) {
        for (number, host) in model.hosts.iter().enumerate() {
            let id = HostId(number as u32);
            let links = host
                .links
                .iter()
                .map(|link| {
                    self.add_pair(
                        link.fault.is_some(),
                        Event::LinkFailed(id, link.traffic),
                        Event::LinkRepaired(id, link.traffic),
                    )
                })
                .collect();
            self.links.push(links);
            let product = host.cluster.map(|c| &model.clusters[c.index()].product);
            let timers = HostTimers {
                crash: self.add_if(host.crash.is_some(), Event::HostCrashed(id)),
                step: self.add(Event::HostStepped(id)),
                isolation: self.add_if(
                    product.is_some_and(|p| !matches!(p, Product::Custom { .. })),
                    Event::HostIsolated(id),
                ),
                declaration: self.add_if(product.is_some(), Event::HostDeclaredFailed(id)),
            };
            self.hosts.push(timers);
        }
    }

    fn add(&mut self, event: Event) -> u32 {
        self.events.push(event);
        (self.events.len() - 1) as u32
    }

    fn add_if(&mut self, wanted: bool, event: Event) -> u32 {
        if wanted { self.add(event) } else { NO_TIMER }
    }

    fn add_pair(&mut self, wanted: bool, failure: Event, repair: Event) -> [u32; 2] {
        [self.add_if(wanted, failure), self.add_if(wanted, repair)]
    }
}
