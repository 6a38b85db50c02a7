//! The layout of timers: which slot belongs to which component, and which event it carries.
//!
//! Components get slots only for what can happen to them: a host that never crashes has no timer for it. A VM
//! has one, which shows the first of its own clocks. The order of slots decides ties: causes before consequences, hosts before the VMs
//! on them, and VMs in the order of the file (a cluster's restart order is its own: by rank).

use super::{
    Cluster, ClusterId, Event, GuestGroup, HostId, InjectId, InstanceId, IsolationResponse, LocalMirrorId,
    MaintenanceId, Model, PartId, PartKind, PlaceId, Product, Service, StorageId, VmId,
};

/// Stands for a timer that a component does not have.
pub const NO_TIMER: u32 = u32::MAX;

/// Slots by component. `events[slot]` is what happens when it runs out. A part and a VM know their own.
#[derive(Clone, Debug, Default)]
pub struct TimerTable {
    pub events: Vec<Event>,
    pub injects: Vec<u32>,
    pub inject_ends: Vec<u32>,
    /// The end of a move to another controller, by storage.
    pub controllers: Vec<u32>,
    /// By storage, where it is mirrored and not host by host.
    pub mirrors: Vec<MirrorTimers>,
    /// The end of a resynchronisation, by pair of local disks.
    pub local_mirrors: Vec<u32>,
    pub maintenances: Vec<u32>,
    pub clusters: Vec<u32>,
    /// By cluster and place: the elections of a side; empty where there are none.
    pub sides: Vec<Vec<u32>>,
    /// By cluster: when a person forces quorum.
    pub forcings: Vec<u32>,
    /// When a cluster looks again at the VMs that wait.
    pub retries: Vec<u32>,
    /// By cluster, the next step of any of its migrations.
    pub migrations: Vec<u32>,
    pub hosts: Vec<HostTimers>,
    pub instances: Vec<u32>,
    /// By instance that is balanced and whose load changes over the week; empty where there is none.
    pub loads: Vec<u32>,
    /// By host, and by cluster that balances; empty where no VM wants computing power.
    pub demands: Vec<u32>,
    pub balances: Vec<u32>,
    /// By VM: the patience of its clients; empty where no service says how many it has.
    pub sessions: Vec<u32>,
    /// By instance, where nodes have votes.
    pub group_counts: Vec<u32>,
}

/// The slots of a mirrored storage.
#[derive(Clone, Copy, Debug)]
pub struct MirrorTimers {
    /// Both copies are equal again.
    pub resync: u32,
    /// The other copy serves.
    pub switch: u32,
}

/// The slots of a host.
#[derive(Clone, Copy, Debug)]
pub struct HostTimers {
    pub crash: u32,
    pub hang: u32,
    pub step: u32,
    /// The end of a move to another path.
    pub paths: u32,
    pub isolation: u32,
    pub shutdown: u32,
    pub declaration: u32,
    pub agent: u32,
    pub redirection: u32,
    pub abandonment: u32,
    pub quarantine: u32,
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
            let end = table.add_if(model.injects[id.index()].has_an_end(), Event::InjectionEnded(id));
            table.inject_ends.push(end);
        }
        for number in 0..model.parts.len() as u32 {
            if model.parts[number as usize].kind.host().is_none() {
                table.add_part(model, PartId(number));
            }
        }
        for (number, storage) in model.storages.iter().enumerate() {
            let switches = storage.controllers.len() > 1;
            let slot = table.add_if(switches, Event::ControllersSwitched(StorageId(number as u32)));
            table.controllers.push(slot);
            let id = StorageId(number as u32);
            let mirrored = storage.mirror.as_ref().is_some_and(|mirror| !mirror.is_by_host(storage.kind));
            let resync = table.add_if(mirrored, Event::MirrorEqual(id));
            let switch = table.add_if(mirrored, Event::MirrorSwitched(id));
            table.mirrors.push(MirrorTimers { resync, switch });
        }
        for number in 0..model.local_mirrors.len() as u32 {
            let slot = table.add(Event::LocalMirrorEqual(LocalMirrorId(number)));
            table.local_mirrors.push(slot);
        }
        for number in 0..model.maintenances.len() as u32 {
            let slot = table.add(Event::MaintenanceDue(MaintenanceId(number)));
            table.maintenances.push(slot);
        }
        for (number, cluster) in model.clusters.iter().enumerate() {
            let elects = !matches!(cluster.product, Product::Custom { .. });
            let slot = table.add_if(elects, Event::ClusterStepped(ClusterId(number as u32)));
            table.clusters.push(slot);
            let places = if cluster.has_sides() { model.geography.places } else { 0 };
            let id = ClusterId(number as u32);
            let sides = (0..places).map(|place| table.add(Event::SideStepped(id, PlaceId(place)))).collect();
            table.sides.push(sides);
            let forced = cluster.spans_places() && matches!(cluster.product, Product::Quorum(_));
            let slot = table.add_if(forced, Event::QuorumForced(id));
            table.forcings.push(slot);
        }
        table.add_hosts(model);
        table.add_looks(model);
        for (number, instance) in model.instances.iter().enumerate() {
            let failover =
                matches!(model.services[instance.service.index()].guest, Some(GuestGroup::Failover(_)));
            let counts = match &model.services[instance.service.index()].guest {
                Some(GuestGroup::Failover(rules)) => rules.votes.is_some(),
                _ => false,
            };
            // Before the group acts on a loss it is known who is left.
            let count = table.add_if(counts, Event::GroupCounted(InstanceId(number as u32)));
            table.group_counts.push(count);
            let parts = model.has_parts(InstanceId(number as u32));
            let slot = table.add_if(failover || parts, Event::GroupStepped(InstanceId(number as u32)));
            table.instances.push(slot);
        }
        table.add_loads(model);
        if model.has_demands() {
            table.add_demands(model);
        }
        for (number, vm) in model.vms.iter_mut().enumerate() {
            vm.timer = table.add(Event::VmDue(VmId(number as u32)));
        }
        // The last of all: what is over at that very instant was not too long.
        if model.has_open_work() {
            for (number, vm) in model.vms.iter().enumerate() {
                let open = model.services[vm.service.index()].work.sessions > 0;
                let slot = table.add_if(open, Event::SessionsTimedOut(VmId(number as u32)));
                table.sessions.push(slot);
            }
        }
        table
    }

    /// After the hosts: those who come up at one instant are all there when somebody looks for room.
    fn add_looks(&mut self, model: &Model) {
        for (number, cluster) in model.clusters.iter().enumerate() {
            let id = ClusterId(number as u32);
            let slot = self.add(Event::RetryDue(id));
            self.retries.push(slot);
            let slot = self.add_if(cluster.migration.is_some(), Event::MigrationStepped(id));
            self.migrations.push(slot);
        }
    }

    fn add_loads(&mut self, model: &Model) {
        let changes = |service: &Service| {
            service.load.is_some() && matches!(service.guest, Some(GuestGroup::Balanced { .. }))
        };
        if model.services.iter().any(changes) {
            for (number, instance) in model.instances.iter().enumerate() {
                let its = changes(&model.services[instance.service.index()]);
                let slot = self.add_if(its, Event::LoadStepped(InstanceId(number as u32)));
                self.loads.push(slot);
            }
        }
    }

    fn add_demands(&mut self, model: &Model) {
        for number in 0..model.hosts.len() as u32 {
            let slot = self.add(Event::DemandStepped(HostId(number)));
            self.demands.push(slot);
        }
        for (number, cluster) in model.clusters.iter().enumerate() {
            let balances = cluster.migration.as_ref().is_some_and(|rules| rules.balance.is_some());
            let slot = self.add_if(balances, Event::BalanceDue(ClusterId(number as u32)));
            self.balances.push(slot);
        }
    }

    fn add_hosts(&mut self, model: &mut Model) {
        for number in 0..model.hosts.len() {
            let id = HostId(number as u32);
            for part in model.hosts[number].parts.clone() {
                self.add_part(model, part);
            }
            let host = &model.hosts[number];
            let product = host.cluster.map(|c| &model.clusters[c.index()].product);
            let shuts_down = host.cluster.is_some_and(|c| shuts_down(&model.clusters[c.index()]));
            let redirects =
                host.cluster.is_some_and(|c| model.clusters[c.index()].storage_loss.redirect.is_some());
            let timers = HostTimers {
                crash: self.add_if(host.crash.is_some(), Event::HostCrashed(id)),
                hang: self.add_if(host.hang.is_some(), Event::HostHung(id)),
                step: self.add(Event::HostStepped(id)),
                paths: self.add_if(host.storage_paths > 1, Event::PathsSwitched(id)),
                isolation: self.add_if(
                    product.is_some_and(|p| !matches!(p, Product::Custom { .. })),
                    Event::HostIsolated(id),
                ),
                shutdown: self.add_if(shuts_down, Event::ShutdownEnded(id)),
                abandonment: self.add_if(
                    matches!(product, Some(Product::Primary(_) | Product::FivePrimaries(_))),
                    Event::HostAbandoned(id),
                ),
                declaration: self.add_if(product.is_some(), Event::HostDeclaredFailed(id)),
                agent: self.add_if(
                    product.is_some_and(|p| p.agent_reset_after().is_some()) && has_agent(model, id),
                    Event::AgentGivenUp(id),
                ),
                redirection: self.add_if(redirects, Event::Redirected(id)),
                quarantine: self.add_if(
                    matches!(product, Some(Product::Quorum(p)) if p.quarantine.is_some()),
                    Event::QuarantineEnded(id),
                ),
            };
            self.hosts.push(timers);
        }
    }

    fn add_part(&mut self, model: &mut Model, part: PartId) {
        if model.parts[part.index()].fault.is_some() {
            model.parts[part.index()].timers =
                [self.add(Event::PartFailed(part)), self.add(Event::PartRepaired(part))];
        }
    }

    fn add(&mut self, event: Event) -> u32 {
        self.events.push(event);
        (self.events.len() - 1) as u32
    }

    fn add_if(&mut self, wanted: bool, event: Event) -> u32 {
        if wanted { self.add(event) } else { NO_TIMER }
    }
}

fn shuts_down(cluster: &Cluster) -> bool {
    let response = match &cluster.product {
        Product::Primary(profile) => profile.isolation_response,
        Product::FivePrimaries(profile) => profile.isolation_response,
        _ => return false,
    };
    response == IsolationResponse::ShutDown || cluster.has_vms_that_stop_alone
}

fn has_agent(model: &Model, host: HostId) -> bool {
    let parts = &model.hosts[host.index()].parts;
    parts.iter().any(|part| matches!(model.parts[part.index()].kind, PartKind::Agent(_)))
}
