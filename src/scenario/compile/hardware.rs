//! Hosts and what they stand on: the half of a model that is the same under every strategy, but for
//! the settings of its clusters.

use super::super::spec::{FaultSpec, InjectTarget, Replayed, Spec};
use super::parts::{self, Parts};
use super::{migration, monitor, products, restart, storage_loss};
use crate::engine::Stream;
use crate::model::{
    Admission, Cause, Cluster, ClusterId, CrewId, DomainId, Fault, FaultStreams, Geography, Host, HostId,
    HostStreams, Maintenance, Model, Part, PartId, PartKind, PlaceId, Product, Room, StorageId, StorageLoss,
    TimerTable,
};

/// Bytes in a MiB.
const MIB: u64 = 1 << 20;

pub(super) fn compile(spec: &Spec, strategy: usize) -> Model {
    let mut parts = Parts::default();
    let mut model = Model {
        strategy: spec.strategies[strategy].name.clone(),
        horizon: spec.run.horizon,
        warmup: spec.run.warmup,
        ages: spec.run.ages,
        rare_events: spec.run.rare_events,
        precision: spec.run.precision,
        domains: parts::domains(spec, &mut parts),
        crews: parts::crews(spec),
        storages: parts::storages(spec, &mut parts),
        local_mirrors: Vec::new(),
        channels: Vec::new(),
        boots_on: Vec::new(),
        networks: parts::networks(spec, &mut parts),
        geography: Geography::default(),
        hosts: hosts(spec, &mut parts),
        parts: Vec::new(),
        clusters: Vec::new(),
        services: Vec::new(),
        instances: Vec::new(),
        vms: Vec::new(),
        maintenances: Vec::new(),
        injects: Vec::new(),
        stretches: 1,
        waiting_bound_vm_s: 0.0,
        host_out_bound_s: 0.0,
        prices: None,
        timers: TimerTable::default(),
    };
    model.parts = parts.0;
    model.geography = Geography::new(spec.sites.len() as u32 + 1, &model.networks);
    parts::join_domains(spec, &mut model);
    parts::join_mirrors(&mut model);
    clusters(spec, strategy, &mut model);
    model.maintenances = maintenances(spec);
    model
}

pub(super) fn fault(spec: &FaultSpec) -> Fault {
    Fault { ttf: spec.ttf.clone().into(), ttr: spec.ttr.clone().into() }
}

/// A component's random fault; what a history is replayed of has none.
pub(super) fn random(own: Option<&FaultSpec>, spec: &Spec, component: Replayed) -> Option<Fault> {
    own.filter(|_| !spec.is_replayed(component)).map(fault)
}

pub(super) fn crew(index: Option<usize>) -> Option<CrewId> {
    index.map(|crew| CrewId(crew as u32))
}

/// The number of a host among all hosts.
pub(super) fn host_id(spec: &Spec, group: usize, member: u32) -> HostId {
    let before: u32 = spec.hosts[..group].iter().map(|g| g.count).sum();
    HostId(before + member - 1)
}

/// The domain that a rack or a site becomes.
pub(super) fn rack_id(rack: usize) -> DomainId {
    DomainId(rack as u32)
}

pub(super) fn site_id(spec: &Spec, site: usize) -> DomainId {
    DomainId((spec.racks.len() + site) as u32)
}

fn hosts(spec: &Spec, parts: &mut Parts) -> Vec<Host> {
    let mut hosts = Vec::with_capacity(spec.host_count());
    for (group, row) in spec.hosts.iter().enumerate() {
        for member in 1..=row.count {
            let name = spec.host_name(group, member);
            let component = format!("host {name}");
            hosts.push(Host {
                cores: row.cores,
                memory_mib: row.memory_bytes / MIB,
                place: spec.site_of(group, member).map_or(PlaceId::NOWHERE, parts::place),
                room: room(row.memory_bytes, row.cores, 1.0, super::super::fixed::defaults::CPU_OVERCOMMIT),
                storages: row.storages.iter().map(|&s| StorageId(s as u32)).collect(),
                cluster: None,
                seat: 0,
                boot: row.boot.clone().into(),
                crash: random(row.crash.as_ref(), spec, Replayed::Host(group, member)),
                hang: row.hang.as_ref().map(fault),
                migration: row.migration.map(|bits_per_s| bits_per_s / 8.0),
                processor: processor(spec, group),
                parts: parts::host_parts(row, host_id(spec, group, member), &component, parts),
                storage_paths: row.storage_paths,
                path_failover: row.path_failover.clone().into(),
                crew: crew(row.crew),
                local_mirrors: Vec::new(),
                streams: HostStreams {
                    crash: FaultStreams::new(&component, "crash"),
                    hang: FaultStreams::new(&component, "hang"),
                    boot: Stream::new(&component, "boot"),
                    detection: Stream::new(&component, "detection"),
                    beat: Stream::new(&component, "beat"),
                    maintenance: Stream::new(&component, "maintenance"),
                    switching: Stream::new(&component, "path_failover"),
                },
                name,
            });
        }
    }
    hosts
}

/// The first group whose processors are like those of this one.
fn processor(spec: &Spec, group: usize) -> u32 {
    spec.hosts.iter().position(|other| other.cpu == spec.hosts[group].cpu).unwrap_or(group) as u32
}

/// What VMs may take of a host.
fn room(memory_bytes: u64, cores: u32, memory_overcommit: f64, cpu_overcommit: f64) -> Room {
    Room {
        memory_mib: ((memory_bytes / MIB) as f64 * memory_overcommit).floor() as u64,
        cores: (f64::from(cores) * cpu_overcommit).floor() as u64,
    }
}

/// Where a strategy has no service restarted by a cluster, high availability is off: hosts are one cluster's for their
/// room alone, nobody isolates, fences or resets them (MTX-17, MTX-29, MTX-59, MTX-103).
fn clusters(spec: &Spec, strategy: usize, model: &mut Model) {
    let settings = &spec.strategies[strategy];
    let restarts =
        (0..spec.services.len()).any(|service| settings.for_service(service).protection.host_cluster);
    for (number, cluster) in spec.clusters.iter().enumerate() {
        let id = ClusterId(number as u32);
        let plan = spec.cluster(strategy, number);
        let members: Vec<HostId> =
            spec.each_host(&cluster.hosts).map(|(group, member)| host_id(spec, group, member)).collect();
        for (seat, &host) in members.iter().enumerate() {
            let row = &mut model.hosts[host.index()];
            row.cluster = Some(id);
            row.seat = seat as u32;
            row.room = room(row.memory_mib * MIB, row.cores, plan.memory_overcommit, plan.cpu_overcommit);
        }
        let mut places: Vec<PlaceId> = members.iter().map(|host| model.hosts[host.index()].place).collect();
        places.sort_unstable();
        places.dedup();
        let product = if restarts {
            products::product(spec, &plan, id, &members, model)
        } else {
            Product::Custom { detection: plan.detection.clone().into() }
        };
        let scripted = spec.injects.iter().any(|i| i.target == InjectTarget::Manager(number));
        let manager = (cluster.manager.is_some() || scripted).then(|| {
            let component = format!("cluster {}", cluster.name);
            // Nothing goes down with a manager, so nothing is booked on it.
            let part = Part::new(PartKind::Manager(id), &component, "manager", Cause::HostHang);
            model.parts.push(part.with(cluster.manager.as_ref().map(fault), None));
            PartId(model.parts.len() as u32 - 1)
        });
        let needs_manager = plan.needs_manager;
        let migration = migration::rules(&plan, restarts, &members, &model.hosts);
        let restart = restart::rules(&plan, &cluster.name);
        let monitor = monitor::monitor(&plan);
        let storage_loss = if restarts { storage_loss::storage_loss(&plan) } else { StorageLoss::default() };
        let admission = match spec.admission(strategy, number) {
            Some(setting) => setting.policy.compile(|list| {
                spec.each_host(list).map(|(group, member)| host_id(spec, group, member)).collect()
            }),
            None => Admission::None,
        };
        model.clusters.push(Cluster {
            name: cluster.name.clone(),
            hosts: members,
            restarts,
            product,
            restart,
            monitor,
            storage_loss,
            places,
            migration,
            manager,
            needs_manager,
            has_vms_that_stop_alone: false,
            admission,
            headroom: plan.headroom,
        });
    }
}

fn maintenances(spec: &Spec) -> Vec<Maintenance> {
    spec.maintenances
        .iter()
        .map(|plan| Maintenance {
            name: plan.name.clone(),
            hosts: spec.each_host(&plan.hosts).map(|(group, member)| host_id(spec, group, member)).collect(),
            // Services are compiled later.
            instances: Vec::new(),
            first_turn: 0,
            first: plan.first,
            every: plan.every,
            lasts: plan.lasts.clone().into(),
            at_once: plan.at_once,
            evacuation: plan.evacuation,
        })
        .collect()
}
