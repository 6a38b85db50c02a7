//! How much one incident can add to one replication of a service: what keeps the interval of rare
//! outages honest before anything has been observed (the allowance for a heavy tail).
//!
//! Lengths are 99.9th percentiles of the laws on the way, added up, which overstates a little. What is seldom and long beside what is often and short is
//! counted apart (`seldom`). An incident that hits several instances at once counts with all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::seldom::{Seldom, no_manager};
use crate::model::{
    ClusterId, CrewId, Delay, DomainId, Fault, Fencing, GuestGroup, HostId, IncidentBound, Mirror,
    MirrorFailover, Model, PartKind, Product, Role, Service, StorageId, Traffic,
};

/// The percentile of lengths; the 99th was too small after some hundred heavy-tailed outages.
const P: f64 = 0.999;

pub(super) fn measure(model: &mut Model) {
    let (mut seldom, spare) = (Seldom::of(model, P), has_spare(model));
    for number in 0..model.services.len() {
        model.services[number].incident = bound(model, &mut seldom, spare, number);
    }
    model.waiting_bound_vm_s = waiting_bound(model);
    model.host_out_bound_s = host_out_bound(model);
}

/// All VMs of the fullest host wait until it is repaired; all of a rack or site until its power is back.
fn waiting_bound(model: &Model) -> f64 {
    let mut vms = vec![0_u32; model.hosts.len()];
    for vm in &model.vms {
        vms[vm.host.index()] += u32::from(model.services[vm.service.index()].host_cluster);
    }
    let back = |fault: &Option<crate::model::Fault>| fault.as_ref().map_or(0.0, |f| f.ttr.quantile(P));
    let boot = model.hosts.iter().map(|h| h.boot.quantile(P)).fold(0.0, f64::max);
    let all: u32 = vms.iter().sum();
    let hosts = model
        .hosts
        .iter()
        .zip(&vms)
        .map(|(host, vms)| f64::from(*vms) * (back(&host.crash).max(back(&host.hang)) + boot));
    let domains = (0..model.domains.len() as u32).map(DomainId).map(|domain| {
        let hit: u32 =
            inside(model, domain).iter().zip(&vms).map(|(&inside, vms)| u32::from(inside) * vms).sum();
        f64::from(hit) * (back(own_fault(model, model.domains[domain.index()].part)) + boot)
    });
    // Without storage nobody can be started anywhere.
    let storages = model.storages.iter().map(|s| f64::from(all) * back(own_fault(model, s.part)));
    hosts.chain(domains).chain(storages).fold(0.0, f64::max)
}

/// The longest repair of a host, or outage of what it stands in, and the boot after it.
fn host_out_bound(model: &Model) -> f64 {
    let back = |fault: &Option<crate::model::Fault>| fault.as_ref().map_or(0.0, |f| f.ttr.quantile(P));
    let boot = model.hosts.iter().map(|h| h.boot.quantile(P)).fold(0.0, f64::max);
    let hosts = model.hosts.iter().map(|host| back(&host.crash).max(back(&host.hang)));
    let domains = model.domains.iter().map(|domain| back(own_fault(model, domain.part)));
    let longest = hosts.chain(domains).fold(0.0, f64::max);
    if longest > 0.0 { longest + boot } else { 0.0 }
}

/// By host, whether it loses its power with a domain.
fn inside(model: &Model, domain: DomainId) -> Vec<bool> {
    fn mark(model: &Model, domain: DomainId, inside: &mut [bool]) {
        let row = &model.domains[domain.index()];
        row.hosts.iter().for_each(|host| inside[host.index()] = true);
        for part in &row.feeds {
            if let PartKind::Domain(inner) = model.parts[part.index()].kind {
                mark(model, inner, inside);
            }
        }
    }
    let mut all = vec![false; model.hosts.len()];
    mark(model, domain, &mut all);
    all
}

/// One kind of incident that can happen by chance: how long, to how many instances, and after which fault.
struct Incident<'m> {
    length_s: f64,
    instances: usize,
    fault: &'m Fault,
    /// So many have it, each for itself.
    many: u32,
    /// Who puts it right.
    crew: Option<CrewId>,
}

fn bound(model: &Model, seldom: &mut Seldom, spare: bool, number: usize) -> IncidentBound {
    let service = &model.services[number];
    let instances = f64::from(service.instances.max(1));
    let mut bound = IncidentBound::default();
    let incidents = incidents(model, spare, number);
    // What cannot hit the service is no chance for it.
    let hit = || incidents.iter().filter(|incident| incident.instances > 0);
    let clockworks: u32 =
        hit().filter(|incident| incident.fault.ttf.is_constant()).map(|incident| incident.many).sum();
    let in_lockstep = clockworks > 1 || (clockworks > 0 && service.guest.is_some());
    for incident in hit() {
        let times = if in_lockstep { repeats(model, incident.fault) } else { 1.0 };
        let share = incident.instances as f64 / instances * times;
        bound.random = true;
        bound.downtime_s = bound.downtime_s.max(incident.length_s * share);
        bound.outages = bound.outages.max(share);
    }
    bound.recovery_point_s = writes_lost(model, number);
    if !bound.random && is_random_by_plan(model, service) {
        bound.random = true;
        bound.downtime_s = way_back(model, number)
            + model.maintenances.iter().map(|m| m.lasts.quantile(P)).fold(0.0, f64::max);
        bound.outages = 1.0;
    }
    let (mut longest_s, mut moment) = (0.0, 0.0);
    let mut add = |length_s: f64, mean_s: f64| {
        bound.seldom_mean_s += mean_s;
        // Of several kinds the longest is that of the one that has most of the second moment.
        if length_s * mean_s > moment {
            (longest_s, moment) = (length_s, length_s * mean_s);
        }
    };
    for incident in incidents.iter().filter(|incident| incident.instances > 0) {
        if let Some(busy) = seldom.busy(incident.crew) {
            let share = incident.instances as f64 / instances;
            let mean_s = busy.mean_s(model, incident.fault) * f64::from(incident.many);
            add((incident.length_s + busy.longest_s) * share, mean_s * share);
        }
    }
    if service.host_cluster && spare {
        let back_s = way_back(model, number);
        for (cluster, hit) in hits_by_cluster(model, number) {
            if let Some((longest_s, mean_s)) = no_manager(model, cluster, number, P) {
                let share = hit.min(service.instances as usize) as f64 / instances;
                add((longest_s + back_s) * share, mean_s);
            }
            let all = &model.clusters[cluster.index()].hosts;
            let own = can_run(model, number, cluster);
            // Where only some of them can run it, those may be lost; and nobody may have room, or a quorum.
            let some = Some(own).filter(|own| !own.is_empty() && own.len() < all.len());
            let sets = [some, Some(all.clone())];
            for hosts in sets.into_iter().flatten() {
                let lost = seldom.no_host(model, cluster, hosts);
                let share =
                    hit.saturating_mul(lost.crowding).min(service.instances as usize) as f64 / instances;
                add((lost.longest_s + back_s) * share, share * lost.mean_s);
            }
        }
    }
    bound.seldom_s = longest_s;
    bound
}

/// How often a fault may bring about the same in one replication. Of several that all live equally long those that have struck together once strike
/// together again and again: how they fall is drawn once a replication, and most replications may show nothing of it.
fn repeats(model: &Model, fault: &Fault) -> f64 {
    let life_s = fault.ttf.law.mean_s();
    if fault.ttf.is_constant() && life_s > 0.0 {
        (model.end().as_secs_f64() / life_s).ceil().max(1.0)
    } else {
        1.0
    }
}

/// The hosts of a cluster that reach the disks of a service's VMs there, and have room for one.
fn can_run(model: &Model, number: usize, cluster: ClusterId) -> Vec<HostId> {
    let need = &model.services[number].need;
    let is_here = |vm: &&crate::model::Vm| {
        vm.service.index() == number && model.hosts[vm.host.index()].cluster == Some(cluster)
    };
    let storage = model.vms.iter().find(is_here).and_then(|vm| vm.storage);
    let can = |host: &&HostId| {
        let host = &model.hosts[host.index()];
        host.room.memory_mib >= need.memory_mib
            && host.room.cores >= need.cores
            && storage.is_none_or(|storage| host.storages.contains(&storage))
    };
    model.clusters[cluster.index()].hosts.iter().filter(can).copied().collect()
}

/// Of the clusters that may run a service, how many of its instances the host with most of them has at the start.
fn hits_by_cluster(model: &Model, number: usize) -> BTreeMap<ClusterId, usize> {
    let mut hits = vec![0_usize; model.hosts.len()];
    for vm in model.vms.iter().filter(|vm| vm.service.index() == number) {
        hits[vm.host.index()] += 1;
    }
    let mut most = BTreeMap::new();
    for (host, hit) in model.hosts.iter().zip(hits) {
        if let (Some(cluster), true) = (host.cluster, hit > 0) {
            let most = most.entry(cluster).or_insert(0);
            *most = hit.max(*most);
        }
    }
    most
}

/// The most writes that one switch to the other copy of its disks can cost an instance.
fn writes_lost(model: &Model, number: usize) -> f64 {
    let service = &model.services[number];
    if service.role == Role::Stateless {
        return 0.0;
    }
    // Every node may have disks of its own.
    let own = model.vms.iter().filter(|vm| vm.service.index() == number);
    let storages: BTreeSet<StorageId> = own.filter_map(|vm| vm.storage).collect();
    let mirrors = storages.iter().filter_map(|storage| model.storages[storage.index()].mirror.as_ref());
    mirrors.map(|mirror| writes_behind(mirror, service)).fold(0.0, f64::max)
}

/// What is not on the other copy at a switch, at most.
fn writes_behind(mirror: &Mirror, service: &Service) -> f64 {
    match mirror {
        m if m.failover == MirrorFailover::Cluster && !service.host_cluster => 0.0,
        mirror if !mirror.sync => mirror.lag.quantile(P),
        // A person may use a copy that was left behind.
        mirror if mirror.failover == MirrorFailover::Manual => mirror.resync.quantile(P),
        _ => 0.0,
    }
}

/// Planned work and scripts come when they are due, but what they cost may be drawn.
fn is_random_by_plan(model: &Model, service: &Service) -> bool {
    let way = &service.way_back;
    let drawn = [&way.power_on, &way.boot, &way.start, &way.recover].iter().any(|law| !law.is_constant())
        || model.hosts.iter().any(|h| !h.boot.is_constant())
        || model.maintenances.iter().any(|m| !m.lasts.is_constant())
        || guest_laws(service).iter().any(|law| !law.is_constant())
        || (service.host_cluster
            && model.clusters.iter().any(|c| match &c.product {
                Product::Custom { detection } => !detection.is_constant(),
                // Where in the beat a failure falls is drawn.
                _ => true,
            }));
    drawn && !(model.maintenances.is_empty() && model.injects.is_empty())
}

fn guest_laws(service: &Service) -> Vec<&Delay> {
    service.guest.as_ref().map_or_else(Vec::new, GuestGroup::laws)
}

fn incidents(model: &Model, spare: bool, number: usize) -> Vec<Incident<'_>> {
    let service = &model.services[number];
    let mut all = Vec::new();
    let back = way_back(model, number);
    let switch: f64 = guest_laws(service).iter().map(|law| law.quantile(P)).sum();
    // A guest layer ends most outages by itself; the person or the repair is the slower bound.
    let own = |length: f64| if service.guest.is_some() { switch + length } else { length };
    for fault in [&service.guest_crash, &service.app_crash, &service.app_hang].into_iter().flatten() {
        let length_s = own(fault.ttr.quantile(P) + back);
        all.push(Incident { length_s, instances: 1, fault, many: service.instances, crew: service.crew });
    }
    host_incidents((model, spare), number, own, back, &mut all);
    for part in &model.parts {
        if let Some(fault) = &part.fault {
            let (instances, more_s) = hit_by_part(model, number, part.kind);
            let length_s = fault.ttr.quantile(P) + more_s + back;
            all.push(Incident { length_s, instances, fault, many: 1, crew: part.crew });
        }
    }
    all
}

/// How many instances a part can hit that is no host's, and for how much longer than its repair.
fn hit_by_part(model: &Model, number: usize, kind: PartKind) -> (usize, f64) {
    let service = &model.services[number];
    let all = service.instances as usize;
    match kind {
        PartKind::Domain(domain) => {
            let boot = model.hosts.iter().map(|h| h.boot.quantile(P)).fold(0.0, f64::max);
            (hit_by_domain(model, number, domain), boot)
        }
        PartKind::Storage(storage) | PartKind::Controller(storage) => {
            let row = &model.storages[storage.index()];
            let hit = row.vms.iter().filter(|vm| model.vms[vm.index()].service.index() == number).count();
            (hit.min(all), row.controller_failover.quantile(P))
        }
        PartKind::Network(network) => {
            let felt = |t: &Traffic| matches!(t, Traffic::Client | Traffic::Storage);
            (if model.networks[network.index()].carries.iter().any(felt) { all } else { 0 }, 0.0)
        }
        // Without a witness a cluster may lose quorum, and all that it protects.
        PartKind::GroupWitness(of) => (if of.index() == number { all } else { 0 }, 0.0),
        PartKind::Witness(_) => (if service.host_cluster { all } else { 0 }, 0.0),
        // Hosts are looked at by themselves; a manager takes nothing down.
        PartKind::Link(..) | PartKind::Agent(_) | PartKind::Manager(_) => (0, 0.0),
    }
}

fn own_fault(model: &Model, part: crate::model::PartId) -> &Option<crate::model::Fault> {
    &model.parts[part.index()].fault
}

fn host_incidents<'m>(
    (model, spare): (&'m Model, bool),
    number: usize,
    own: impl Fn(f64) -> f64,
    back: f64,
    all: &mut Vec<Incident<'m>>,
) {
    let service = &model.services[number];
    let mut hit = vec![0_usize; model.hosts.len()];
    for vm in &model.vms {
        if vm.service.index() == number {
            hit[vm.host.index()] += 1;
        }
    }
    let clusters = hits_by_cluster(model, number);
    for (host, &instances) in model.hosts.iter().zip(&hit) {
        // Its cluster may have moved any VM there.
        let may_come =
            service.host_cluster && host.cluster.is_some_and(|cluster| clusters.contains_key(&cluster));
        let instances = instances.max(usize::from(may_come)).min(service.instances as usize);
        for part in host.parts.iter().map(|part| &model.parts[part.index()]) {
            let private = matches!(&service.guest, Some(GuestGroup::Failover(rules)) if rules.private_cards);
            let felt = private || !matches!(part.kind, PartKind::Link(_, Traffic::Private));
            if let (Some(fault), true) = (&part.fault, felt) {
                let length_s = own(fault.ttr.quantile(P) + back);
                all.push(Incident { length_s, instances, fault, many: 1, crew: part.crew });
            }
        }
        if instances == 0 {
            continue;
        }
        // A cluster that has no room left for a host's VMs lets them wait until it is repaired.
        let cluster = host.cluster.filter(|_| service.host_cluster && spare);
        let reaction = cluster.map(|c| longest_reaction_s(&model.clusters[c.index()].product));
        for fault in [&host.crash, &host.hang].into_iter().flatten() {
            let length_s = reaction.unwrap_or(fault.ttr.quantile(P) + host.boot.quantile(P));
            // What is restarted elsewhere waits for nobody.
            let crew = host.crew.filter(|_| reaction.is_none());
            all.push(Incident { length_s: own(length_s + back), instances, fault, many: 1, crew });
        }
    }
}

/// From a crash to the last restart order, at most.
fn longest_reaction_s(product: &Product) -> f64 {
    let sum = |laws: &[&Delay]| laws.iter().map(|law| law.quantile(P)).sum::<f64>();
    match product {
        Product::Custom { detection } => detection.quantile(P),
        Product::Primary(own) => {
            (own.election_starts_after + own.election_lasts + own.restart_after_election).as_secs_f64()
        }
        Product::FivePrimaries(own) => own.failed_after.as_secs_f64(),
        Product::Pool(own) => {
            own.failed_after.as_secs_f64()
                + sum(&[&own.agreement, &own.winners_wait, &own.notice, &own.master_takeover])
        }
        Product::Quorum(own) => {
            (own.failed_after + own.resiliency + own.name_ttl).as_secs_f64()
                + sum(&[&own.regroup, &own.disk_move])
        }
        Product::Ring(own) => {
            let noticed = own.failed_after.as_secs_f64() + own.regroup.quantile(P);
            match &own.fencing {
                Fencing::Peers { takes } => noticed + takes.quantile(P),
                Fencing::Watchdog { fence_delay, recover_after, loops, .. } => {
                    let fenced = noticed + fence_delay.as_secs_f64();
                    fenced.max(recover_after.as_secs_f64()) + loops.quantile(P)
                }
            }
        }
    }
}

/// With the worst boot storm: all who share the bandwidth boot at once.
fn way_back(model: &Model, number: usize) -> f64 {
    let way = &model.services[number].way_back;
    let others: f64 = [&way.power_on, &way.start, &way.recover].iter().map(|law| law.quantile(P)).sum();
    let own = model.vms.iter().zip(&model.boots_on).filter(|(vm, _)| vm.service.index() == number);
    let storm = own
        .flat_map(|(_, channels)| channels)
        .flatten()
        .map(|channel| model.channels[channel.index()].worst());
    others + way.boot.quantile(P) * storm.fold(1.0, f64::max)
}

/// Whether the other hosts have room at the start for the VMs of any one host, by memory alone and twice
/// over, so that a few large VMs still find a place.
fn has_spare(model: &Model) -> bool {
    let mut used = vec![0_u64; model.hosts.len()];
    let mut largest = 0;
    for vm in &model.vms {
        let need = model.services[vm.service.index()].need.memory_mib;
        used[vm.host.index()] += need;
        largest = largest.max(need);
    }
    let free = |h: usize| model.hosts[h].room.memory_mib.saturating_sub(used[h]);
    let all: u64 = (0..used.len()).map(free).sum();
    let roomy = (0..used.len()).filter(|&h| free(h) >= largest).count();
    // One of those with room for the largest may be the host that fails.
    roomy >= 2 && (0..used.len()).all(|h| all - free(h) >= 2 * used[h])
}

/// The instances of a service with a VM that starts in a domain, or whose disks are in it. A cluster may
/// have moved any of its VMs there.
fn hit_by_domain(model: &Model, number: usize, domain: DomainId) -> usize {
    let inside = inside(model, domain);
    let holds_disk = |vm: &crate::model::Vm| vm.storage.is_some_and(|s| feeds(model, domain, s));
    let mut hit: Vec<u32> = model
        .vms
        .iter()
        .filter(|vm| vm.service.index() == number && (inside[vm.host.index()] || holds_disk(vm)))
        .map(|vm| vm.instance.0)
        .collect();
    hit.dedup();
    let clusters = hits_by_cluster(model, number);
    let mut hosts = model.hosts.iter().zip(&inside).filter(|(_, inside)| **inside);
    let may_come = hosts.any(|(host, _)| host.cluster.is_some_and(|cluster| clusters.contains_key(&cluster)));
    hit.len().max(usize::from(model.services[number].host_cluster && may_come))
}

/// Whether a storage loses its power with a domain.
fn feeds(model: &Model, domain: DomainId, storage: StorageId) -> bool {
    let row = &model.domains[domain.index()];
    row.feeds.iter().any(|part| match model.parts[part.index()].kind {
        PartKind::Domain(inner) => feeds(model, inner, storage),
        PartKind::Storage(fed) => fed == storage,
        _ => false,
    })
}
