//! How much one incident can add to one replication of a service: what keeps the interval of rare
//! outages honest before anything has been observed (the allowance for a heavy tail).
//!
//! Lengths are 99.9th percentiles of the laws on the way, added up, which overstates a little. An
//! incident that hits several instances at once counts with all of them.

use crate::model::{Delay, DomainId, GuestGroup, IncidentBound, Model, Product, Service, Traffic};

/// The percentile of lengths; the 99th was too small after some hundred heavy-tailed outages.
const P: f64 = 0.999;

pub(super) fn measure(model: &mut Model) {
    for number in 0..model.services.len() {
        model.services[number].incident = bound(model, number);
    }
    model.waiting_bound_vm_s = waiting_bound(model);
}

/// All VMs of the fullest host wait until it is repaired.
fn waiting_bound(model: &Model) -> f64 {
    let mut vms = vec![0_u32; model.hosts.len()];
    for vm in &model.vms {
        vms[vm.host.index()] += u32::from(model.services[vm.service.index()].host_cluster);
    }
    let back = |fault: &Option<crate::model::Fault>| fault.as_ref().map_or(0.0, |f| f.ttr.quantile(P));
    let outside = model.domains.iter().map(|d| &d.outage).chain(model.storages.iter().map(|s| &s.outage));
    let longest = outside.map(back).fold(0.0, f64::max);
    model
        .hosts
        .iter()
        .zip(vms)
        .map(|(host, vms)| f64::from(vms) * (back(&host.crash).max(longest) + host.boot.quantile(P)))
        .fold(0.0, f64::max)
}

/// One kind of incident: how long, how many instances, and whether it can happen by chance.
struct Incident {
    length_s: f64,
    instances: usize,
}

fn bound(model: &Model, number: usize) -> IncidentBound {
    let service = &model.services[number];
    let instances = f64::from(service.instances.max(1));
    let mut bound = IncidentBound::default();
    for incident in incidents(model, number) {
        let share = incident.instances as f64 / instances;
        bound.random = true;
        bound.downtime_s = bound.downtime_s.max(incident.length_s * share);
        bound.outages = bound.outages.max(share);
    }
    if !bound.random && is_random_by_plan(model, service) {
        bound.random = true;
        bound.downtime_s =
            way_back(service) + model.maintenances.iter().map(|m| m.lasts.quantile(P)).fold(0.0, f64::max);
        bound.outages = 1.0;
    }
    bound
}

/// Planned work and scripts come when they are due, but what they cost may be drawn.
fn is_random_by_plan(model: &Model, service: &Service) -> bool {
    let way = &service.way_back;
    let drawn = [&way.power_on, &way.boot, &way.start, &way.recover].iter().any(|law| !law.is_constant())
        || model.hosts.iter().any(|h| !h.boot.is_constant())
        || model.maintenances.iter().any(|m| !m.lasts.is_constant())
        || guest_laws(service).iter().any(|law| !law.is_constant())
        || model.clusters.iter().any(|c| match &c.product {
            Product::Custom { detection } => !detection.is_constant(),
            Product::Primary(_) => true,
        });
    drawn && !(model.maintenances.is_empty() && model.injects.is_empty())
}

fn guest_laws(service: &Service) -> Vec<&Delay> {
    match &service.guest {
        None => Vec::new(),
        Some(GuestGroup::Failover { detection, takeover }) => vec![detection, takeover],
        Some(GuestGroup::Balanced { detection, convergence, .. }) => vec![detection, convergence],
    }
}

fn incidents(model: &Model, number: usize) -> Vec<Incident> {
    let service = &model.services[number];
    let mut all = Vec::new();
    let back = way_back(service);
    let switch: f64 = guest_laws(service).iter().map(|law| law.quantile(P)).sum();
    // A guest layer ends most outages by itself; the person or the repair is the slower bound.
    let own = |length: f64| if service.guest.is_some() { switch + length } else { length };
    for fault in [&service.guest_crash, &service.app_crash, &service.app_hang].into_iter().flatten() {
        all.push(Incident { length_s: own(fault.ttr.quantile(P) + back), instances: 1 });
    }
    host_incidents(model, number, own, back, &mut all);
    for (domain, row) in model.domains.iter().enumerate() {
        if let Some(fault) = &row.outage {
            let boot = model.hosts.iter().map(|h| h.boot.quantile(P)).fold(0.0, f64::max);
            let instances = hit_by_domain(model, number, DomainId(domain as u32));
            all.push(Incident { length_s: fault.ttr.quantile(P) + boot + back, instances });
        }
    }
    for storage in &model.storages {
        let hit = storage.vms.iter().filter(|vm| model.vms[vm.index()].service.index() == number).count();
        if let (Some(fault), true) = (&storage.outage, hit > 0) {
            let length_s = fault.ttr.quantile(P) + back;
            all.push(Incident { length_s, instances: hit.min(service.instances as usize) });
        }
    }
    for network in &model.networks {
        let felt = network.carries.iter().any(|t| matches!(t, Traffic::Client | Traffic::Storage));
        if let (Some(fault), true) = (&network.outage, felt) {
            all.push(Incident {
                length_s: fault.ttr.quantile(P) + back,
                instances: service.instances as usize,
            });
        }
    }
    all
}

fn host_incidents(
    model: &Model,
    number: usize,
    own: impl Fn(f64) -> f64,
    back: f64,
    all: &mut Vec<Incident>,
) {
    let service = &model.services[number];
    let mut hit = vec![0_usize; model.hosts.len()];
    for vm in &model.vms {
        if vm.service.index() == number {
            hit[vm.host.index()] += 1;
        }
    }
    for (host, &instances) in model.hosts.iter().zip(&hit) {
        let instances = instances.max(usize::from(service.host_cluster)).min(service.instances as usize);
        let links = host.links.iter().filter(|l| matches!(l.traffic, Traffic::Client | Traffic::Storage));
        for fault in links.filter_map(|link| link.fault.as_ref()) {
            all.push(Incident { length_s: own(fault.ttr.quantile(P) + back), instances });
        }
        let (Some(fault), true) = (&host.crash, instances > 0) else { continue };
        let repair = fault.ttr.quantile(P) + host.boot.quantile(P);
        let reaction =
            host.cluster.filter(|_| service.host_cluster).map(|c| match &model.clusters[c.index()].product {
                Product::Custom { detection } => detection.quantile(P),
                Product::Primary(profile) => {
                    (profile.election_starts_after + profile.election_lasts + profile.restart_after_election)
                        .as_secs_f64()
                }
            });
        all.push(Incident { length_s: own(reaction.unwrap_or(repair) + back), instances });
    }
}

fn way_back(service: &Service) -> f64 {
    let way = &service.way_back;
    [&way.power_on, &way.boot, &way.start, &way.recover].iter().map(|law| law.quantile(P)).sum()
}

/// The instances of a service with a VM that starts in a domain.
fn hit_by_domain(model: &Model, number: usize, domain: DomainId) -> usize {
    let row = &model.domains[domain.index()];
    let inside = |host: crate::model::HostId| {
        row.hosts.contains(&host)
            || row.domains.iter().any(|d| model.domains[d.index()].hosts.contains(&host))
    };
    let mut hit: Vec<u32> = model
        .vms
        .iter()
        .filter(|vm| vm.service.index() == number && inside(vm.host))
        .map(|vm| vm.instance.0)
        .collect();
    hit.dedup();
    hit.len()
}
