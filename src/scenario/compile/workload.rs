//! Services, their instances and VMs under one strategy, and the scripted faults.

use super::super::spec::{self, InjectTarget as Word, Spec};
use super::groups;
use super::hardware::{crew, fault, host_id, rack_id, site_id};
use super::parts::scripted_host_part;
use crate::engine::{Span, Stream};
use crate::model::{
    Cluster, Drain, GuestGroup, GuestLayer, GuestMemory, HostId, IncidentBound, Inject, InjectTarget,
    Instance, InstanceId, IsolationResponse, Load, MirrorFailover, Model, NO_TIMER, OpenWork, PartId,
    PartKind, Ppm, Product, Room, Service, ServiceId, StorageId, StorageKind, Vm, VmId, VmStreams, WayBack,
};

pub(super) fn compile(spec: &Spec, strategy: usize, model: &mut Model) {
    for (number, service) in spec.services.iter().enumerate() {
        add_service(spec, strategy, number, service, model);
    }
    rank(model);
    find_those_alone(model);
    find_those_patched(spec, model);
}

/// The instances whose guests a plan patches, in the order of the file, and their places among the turns of all plans.
fn find_those_patched(spec: &Spec, model: &mut Model) {
    let mut first_turn = 0;
    for (plan, written) in model.maintenances.iter_mut().zip(&spec.maintenances) {
        plan.first_turn = first_turn;
        for &service in &written.services {
            let fixed = &model.services[service];
            let first = fixed.first_instance.0;
            plan.instances.extend((first..first + fixed.instances).map(InstanceId));
        }
        first_turn += plan.instances.len() as u32;
    }
}

/// VMs that nobody waits for and nobody else looks after come and go by themselves.
fn find_those_alone(model: &mut Model) {
    let awaited: Vec<ServiceId> = model.services.iter().flat_map(|s| s.after.clone()).collect();
    let starts_fail = model.clusters.iter().any(|c| c.restart.start_failure > 0.0);
    let moves = |c: &Cluster| c.monitor.guest.as_ref().is_some_and(|monitor| monitor.moves);
    let moved = model.clusters.iter().any(moves);
    let monitored = model.clusters.iter().any(|c| c.monitor.is_on());
    let keeps = |c: &Cluster| matches!(&c.product, Product::Quorum(profile) if profile.name_ttl > Span::ZERO);
    let looked_up = model.clusters.iter().any(|c| keeps(c) && c.spans_places());
    // What a switch to a copy that lags costs, or whether one in a host is left behind, is counted from the last write, a crash of the guest included.
    let mut lags = vec![false; model.services.len()];
    for vm in &model.vms {
        let mirror = vm.storage.and_then(|storage| model.storages[storage.index()].mirror.as_ref());
        let local = vm.storage.is_some_and(|s| model.storages[s.index()].kind == StorageKind::Das);
        lags[vm.service.index()] |=
            mirror.is_some_and(|m| (!m.sync || local) && m.failover == MirrorFailover::Cluster);
    }
    for (number, service) in model.services.iter_mut().enumerate() {
        service.is_awaited = awaited.contains(&ServiceId(number as u32));
        service.is_alone = service.guest.is_none()
            && service.crew.is_none()
            && !service.is_awaited
            && !(service.host_cluster
                && (starts_fail || ((moved || lags[number]) && service.guest_crash.is_some())));
        service.is_monitored = service.host_cluster && monitored;
        service.is_looked_up = service.host_cluster && service.guest.is_none() && looked_up;
    }
}

/// The clusters with VMs that say themselves that a host which is alone stops them. Only VMware's products ask them (VMW-35).
pub(super) fn find_those_that_stop_alone(model: &mut Model) {
    for vm in &model.vms {
        let service = &model.services[vm.service.index()];
        let stops = service.isolation_response.is_some_and(|own| own != IsolationResponse::LeaveOn);
        let cluster = model.hosts[vm.host.index()].cluster.filter(|_| service.host_cluster && stops);
        if let Some(cluster) = cluster.map(|cluster| &mut model.clusters[cluster.index()]) {
            cluster.has_vms_that_stop_alone |=
                matches!(cluster.product, Product::Primary(_) | Product::FivePrimaries(_));
        }
    }
}

fn add_service(spec: &Spec, strategy: usize, number: usize, service: &spec::Service, model: &mut Model) {
    let id = ServiceId(number as u32);
    let plan = spec.strategies[strategy].for_service(number);
    let guest = plan.protection.guest.map(|layer| match layer {
        GuestLayer::Failover => {
            let failover = plan.failover.expect("a failover group has a plan");
            GuestGroup::Failover(Box::new(groups::rules(spec, failover, (id, service), model)))
        }
        GuestLayer::Balanced => GuestGroup::Balanced {
            detection: plan.detection.into(),
            convergence: plan.convergence.into(),
            join: plan.join.into(),
            application_aware: plan.application_aware,
            affinity: plan.affinity,
            drain: service
                .session_length
                .filter(|_| service.sessions > 0)
                .map(|mean| Drain { mean, limit: plan.drain }),
            carried_ppb: carried(plan.vms, service.capacity, service.demand),
        },
    });
    model.services.push(Service {
        name: service.name.clone(),
        role: service.role,
        first_instance: InstanceId(model.instances.len() as u32),
        instances: service.instances,
        priority: service.priority,
        isolation_response: service.isolation_response.map(|(response, _)| response),
        host_cluster: plan.protection.host_cluster,
        guest,
        need: Room {
            memory_mib: service.vm.memory_bytes.div_ceil(1 << 20),
            cores: u64::from(service.vm.cores),
        },
        memory: GuestMemory {
            bytes: service.vm.memory_bytes as f64,
            dirty_per_s: service.vm.dirty_rate / 8.0,
            working_set: service.vm.working_set.map_or(f64::INFINITY, |bytes| bytes as f64),
        },
        disk_timeout: service.vm.disk_timeout,
        has_initiator: plan.protection.guest == Some(GuestLayer::Failover) && spec.has_initiator(&service.vm),
        work: OpenWork { sessions: service.sessions, transactions: service.transactions },
        session_timeout: service.session_timeout,
        load: service.load.map(|number| load(spec, number)),
        busy: service.vm.busy,
        busiest: service.load.map_or(Ppm::ONE, |number| load(spec, number).most()),
        requests: service.requests,
        boot_io: service.vm.boot_io.round().max(1.0) as u64,
        way_back: WayBack {
            power_on: service.power_on.clone().into(),
            boot: service.boot.clone().into(),
            start: service.start.clone().into(),
            recover: service.recover.clone().into(),
        },
        guest_crash: service.guest_crash.as_ref().map(fault),
        app_crash: service.app_crash.as_ref().map(fault),
        app_hang: service.app_hang.as_ref().map(fault),
        crew: crew(service.crew),
        after: service.after.iter().map(|&s| ServiceId(s as u32)).collect(),
        is_awaited: false,
        is_monitored: false,
        is_looked_up: false,
        is_alone: false,
        incident: IncidentBound::default(),
    });
    for instance in 1..=service.instances {
        add_instance(id, service, instance, plan.vms, model);
    }
}

fn add_instance(id: ServiceId, service: &spec::Service, number: u32, vms: u32, model: &mut Model) {
    let name = format!("{}-{number}", service.name);
    let instance = InstanceId(model.instances.len() as u32);
    let first_vm = VmId(model.vms.len() as u32);
    for member in 1..=vms {
        // The first VM draws by the name of the instance, however many VMs a strategy adds to it.
        let component = if member == 1 { format!("vm {name}") } else { format!("vm {name}.{member}") };
        let vm = VmId(model.vms.len() as u32);
        let storage = service.vm.storage_of(member).map(|s| StorageId(s as u32));
        if let Some(storage) = storage {
            model.storages[storage.index()].vms.push(vm);
            if let Some(to) = model.storages[storage.index()].mirror.as_ref().map(|mirror| mirror.to) {
                model.storages[to.index()].vms.push(vm);
            }
        }
        model.vms.push(Vm {
            name: if vms == 1 { name.as_str().into() } else { format!("{name}.{member}").into() },
            service: id,
            instance,
            storage,
            host: HostId(0),
            rank: 0,
            streams: VmStreams::new(&component),
            timer: NO_TIMER,
        });
    }
    model.instances.push(Instance {
        detection: Stream::new(&format!("group {name}"), "detection"),
        takeover: Stream::new(&format!("group {name}"), "takeover"),
        name,
        service: id,
        first_vm,
        vms,
    });
}

/// What m serving members carry of the demand, in billionths.
fn carried(members: u32, capacity: f64, demand: f64) -> Vec<u64> {
    (0..=members)
        .map(|m| {
            let carried = f64::from(m) * capacity;
            let ppb = (carried / demand * 1e9) as u64;
            if m > 0 && carried >= demand { ppb.max(1_000_000_000) } else { ppb.min(999_999_999) }
        })
        .collect()
}

/// A week as the simulation sees it: time begins with the warm-up, and the measured time on a Monday at 0:00.
fn load(spec: &Spec, load: usize) -> Load {
    const WEEK: u64 = 7 * 24 * 3_600 * Span::MICROS_PER_SEC;
    let before = spec.run.warmup.0 % WEEK;
    Load::new(&spec.loads[load].steps, Span(WEEK - before))
}

/// Restart order: the highest priority first, then in the order of the table.
fn rank(model: &mut Model) {
    let mut order: Vec<u32> = (0..model.vms.len() as u32).collect();
    order.sort_by_key(|&vm| std::cmp::Reverse(model.service_of(VmId(vm)).priority));
    for (rank, vm) in order.into_iter().enumerate() {
        model.vms[vm as usize].rank = rank as u32;
    }
}

/// Scripted faults. One whose VM, or witness, does not exist under this strategy is left out.
pub(super) fn compile_injects(spec: &Spec, model: &mut Model) {
    for inject in &spec.injects {
        let one = |part: PartId| Some(InjectTarget::Part(part, 1));
        let target = match inject.target {
            Word::HostCrash { group, member } => Some(InjectTarget::HostCrash(host_id(spec, group, member))),
            Word::HostHang { group, member } => Some(InjectTarget::HostHang(host_id(spec, group, member))),
            Word::HostAgent { group, member } => {
                let (part, count) = scripted_host_part(model, PartKind::Agent(host_id(spec, group, member)));
                Some(InjectTarget::Part(part, count))
            }
            Word::HostLink { group, member, link } => {
                let (part, count) =
                    scripted_host_part(model, PartKind::Link(host_id(spec, group, member), link));
                Some(InjectTarget::Part(part, count))
            }
            Word::Storage(storage) => one(model.storages[storage].part),
            Word::Controller(storage) => {
                let controllers = &model.storages[storage].controllers;
                Some(InjectTarget::Part(controllers[0], controllers.len() as u32))
            }
            Word::Network(network) => one(model.networks[network].part),
            Word::Rack(rack) => one(model.domains[rack_id(rack).index()].part),
            Word::Site(site) => one(model.domains[site_id(spec, site).index()].part),
            Word::Manager(cluster) => model.clusters[cluster].manager.and_then(one),
            Word::Witness(cluster) => {
                let witness = model.clusters[cluster].product.votes().and_then(|votes| votes.witness);
                witness.and_then(|witness| witness.part).and_then(one)
            }
            Word::GroupWitness(service) => group_witness(model, service).and_then(one),
            Word::Vm { service, instance, member, fault } => {
                find_vm(model, service, instance, member).map(|vm| InjectTarget::Vm(vm, fault))
            }
        };
        if let Some(target) = target {
            model.injects.push(Inject {
                at: inject.at,
                target,
                lasts: inject.lasts,
                is_replayed: inject.is_replayed,
            });
        }
    }
}

/// What a script strikes where it strikes the witness of a failover group.
fn group_witness(model: &Model, service: usize) -> Option<PartId> {
    match &model.services[service].guest {
        Some(GuestGroup::Failover(rules)) => rules.votes?.witness?.part,
        _ => None,
    }
}

fn find_vm(model: &Model, service: usize, instance: u32, member: Option<u32>) -> Option<VmId> {
    let first = model.services[service].first_instance.0;
    let row = &model.instances[(first + instance - 1) as usize];
    match member {
        None => (row.vms == 1).then_some(row.first_vm),
        Some(member) => (row.vms > 1 && member <= row.vms).then(|| VmId(row.first_vm.0 + member - 1)),
    }
}
