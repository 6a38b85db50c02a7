//! What can be out of service besides hosts and VMs, and which of it hangs on which site or rack.

use super::super::spec::{self, FaultSpec, Replayed, Spec};
use super::hardware::{crew, fault, host_id, rack_id, random, site_id};
use crate::engine::Stream;
use crate::model::{
    Cause, ClusterId, Crew, CrewId, Domain, DomainId, Fault, Host, HostId, LocalMirror, LocalMirrorId,
    Mirror, Model, Network, NetworkId, Part, PartId, PartKind, PlaceId, Reach, Storage, StorageId,
    StorageKind, Traffic, VmId,
};

/// The place that a site is; 0 is that of those without a site.
pub(super) fn place(site: usize) -> PlaceId {
    PlaceId(site as u32 + 1)
}

/// The parts so far.
#[derive(Default)]
pub(super) struct Parts(pub(super) Vec<Part>);

impl Parts {
    pub(super) fn add(&mut self, part: Part) -> PartId {
        self.0.push(part);
        PartId(self.0.len() as u32 - 1)
    }

    /// Several that are equals, numbered from the second one on; the first has the plain name.
    fn add_equals(
        &mut self,
        count: u32,
        kind: PartKind,
        component: &str,
        fault_name: &str,
        cause: Cause,
        of: (Option<&FaultSpec>, Option<CrewId>),
    ) -> Vec<PartId> {
        (1..=count)
            .map(|number| {
                let name = if number == 1 { fault_name.to_owned() } else { format!("{fault_name}.{number}") };
                self.add(Part::new(kind, component, &name, cause).with(of.0.map(fault), of.1))
            })
            .collect()
    }
}

pub(super) fn crews(spec: &Spec) -> Vec<Crew> {
    spec.crews.iter().map(|c| Crew { name: c.name.clone(), size: c.size }).collect()
}

pub(super) fn domains(spec: &Spec, parts: &mut Parts) -> Vec<Domain> {
    let mut domains = Vec::new();
    let mut add = |name: &str, kind: &str, cause, parent, outage: Option<Fault>, who| {
        let id = DomainId(domains.len() as u32);
        let part = Part::new(PartKind::Domain(id), &format!("{kind} {name}"), "outage", cause);
        let part = parts.add(part.with(outage, crew(who)));
        domains.push(Domain {
            name: name.to_owned(),
            cause,
            parent,
            part,
            hosts: Vec::new(),
            feeds: Vec::new(),
        });
    };
    for (number, rack) in spec.racks.iter().enumerate() {
        let parent = rack.site.map(|site| site_id(spec, site));
        let outage = random(rack.outage.as_ref(), spec, Replayed::Rack(number));
        add(&rack.name, "rack", Cause::RackOutage, parent, outage, rack.crew);
    }
    for (number, site) in spec.sites.iter().enumerate() {
        let outage = random(site.outage.as_ref(), spec, Replayed::Site(number));
        add(&site.name, "site", Cause::SiteOutage, None, outage, site.crew);
    }
    domains
}

pub(super) fn storages(spec: &Spec, parts: &mut Parts) -> Vec<Storage> {
    let mut storages = Vec::new();
    for (number, storage) in spec.storages.iter().enumerate() {
        let id = StorageId(number as u32);
        let component = format!("storage {}", storage.name);
        let part = Part::new(PartKind::Storage(id), &component, "outage", Cause::StorageOutage);
        let part = parts.add(
            part.with(random(storage.outage.as_ref(), spec, Replayed::Storage(number)), crew(storage.crew)),
        );
        let scripted =
            spec.injects.iter().any(|i| i.target == super::super::spec::InjectTarget::Controller(number));
        let count = if storage.controller.is_some() || scripted { storage.controllers } else { 0 };
        let of = (storage.controller.as_ref(), crew(storage.crew));
        let kind = PartKind::Controller(id);
        let controllers =
            parts.add_equals(count, kind, &component, "controller", Cause::ControllerFailure, of);
        storages.push(Storage {
            name: storage.name.clone(),
            kind: storage.kind,
            place: storage.site.map(place),
            part,
            controllers,
            controller_failover: storage.controller_failover.clone().into(),
            switching: Stream::new(&component, "controller_failover"),
            mirror: storage.mirror.as_ref().map(|mirror| self::mirror(mirror, &component)),
            copies: Vec::new(),
            vms: Vec::new(),
            clusters: (0..spec.clusters.len() as u32).map(ClusterId).collect(),
        });
    }
    storages
}

fn mirror(spec: &spec::Mirror, component: &str) -> Mirror {
    Mirror {
        to: StorageId(spec.to as u32),
        sync: spec.sync,
        lag: spec.lag.clone().into(),
        failover: spec.failover,
        decision: spec.decision.clone().into(),
        switch: spec.switch.clone().into(),
        resync: spec.resync.clone().into(),
        stream: Stream::new(component, "mirror"),
        partners: Vec::new(),
    }
}

/// Enters each mirror at both of its copies. Of local disks each host has a partner at the other side, round robin
/// (assumption: replication pairs hosts in the order of the file).
pub(super) fn join_mirrors(model: &mut Model) {
    for number in 0..model.storages.len() {
        let Some(to) = model.storages[number].mirror.as_ref().map(|mirror| mirror.to) else { continue };
        let id = StorageId(number as u32);
        model.storages[number].copies.push(id);
        model.storages[to.index()].copies.push(id);
        if model.storages[number].kind != StorageKind::Das {
            continue;
        }
        let wired = |storage: StorageId| -> Vec<HostId> {
            let all = (0..model.hosts.len() as u32).map(HostId);
            all.filter(|host| model.hosts[host.index()].storages.contains(&storage)).collect()
        };
        let (here, there) = (wired(id), wired(to));
        let mut partners = vec![None; model.hosts.len()];
        if !there.is_empty() {
            for (turn, host) in here.iter().enumerate() {
                partners[host.index()] = Some(there[turn % there.len()]);
            }
        }
        model.storages[number].mirror.as_mut().expect("seen above").partners = partners;
    }
}

/// Of local disks that software on the hosts mirrors, each host that VMs have their disks in is a pair with its partner.
pub(super) fn pair_local_disks(model: &mut Model) {
    for number in 0..model.vms.len() {
        let vm = &model.vms[number];
        let Some(storage) = vm.storage else { continue };
        let fixed = &model.storages[storage.index()];
        let Some(mirror) = fixed.mirror.as_ref().filter(|mirror| mirror.is_by_host(fixed.kind)) else {
            continue;
        };
        let Some(partner) = mirror.partners[vm.host.index()] else { continue };
        if model.local_mirror_of(VmId(number as u32)).is_some() {
            continue;
        }
        let hosts = [vm.host, partner];
        let component = format!("storage {} host {}", fixed.name, model.hosts[vm.host.index()].name);
        let id = LocalMirrorId(model.local_mirrors.len() as u32);
        model.local_mirrors.push(LocalMirror { storage, hosts, stream: Stream::new(&component, "resync") });
        for host in hosts {
            model.hosts[host.index()].local_mirrors.push(id);
        }
    }
}

pub(super) fn networks(spec: &Spec, parts: &mut Parts) -> Vec<Network> {
    let mut networks = Vec::new();
    for (number, network) in spec.networks.iter().enumerate() {
        let kind = PartKind::Network(NetworkId(number as u32));
        let part = Part::new(kind, &format!("network {}", network.name), "outage", Cause::NetworkOutage);
        let part = parts.add(
            part.with(random(network.outage.as_ref(), spec, Replayed::Network(number)), crew(network.crew)),
        );
        let reach = match network.site {
            _ if !network.between.is_empty() => {
                Reach::Between(network.between.iter().map(|&s| place(s)).collect())
            }
            Some(site) => Reach::Within(place(site)),
            None => Reach::Everywhere,
        };
        networks.push(Network { name: network.name.clone(), carries: network.carries.clone(), reach, part });
    }
    networks
}

/// The links and the agent of a host, as far as they can fail by themselves.
pub(super) fn host_parts(
    row: &super::super::spec::HostGroup,
    id: HostId,
    component: &str,
    parts: &mut Parts,
) -> Vec<PartId> {
    let mut list = Vec::new();
    for (traffic, fault) in &row.links {
        let count = if *traffic == Traffic::Storage { row.storage_paths } else { 1 };
        let name = format!("link.{}", traffic.word());
        let of = (Some(fault), crew(row.crew));
        list.extend(parts.add_equals(
            count,
            PartKind::Link(id, *traffic),
            component,
            &name,
            Cause::LinkFailure,
            of,
        ));
    }
    if let Some(agent) = &row.agent {
        let part = Part::new(PartKind::Agent(id), component, "agent", Cause::HostHang);
        list.push(parts.add(part.with(Some(fault(agent)), crew(row.crew))));
    }
    list
}

/// A part of a host that only a script strikes must be there all the same: its first, and how many there are.
pub(super) fn scripted_host_part(model: &mut Model, kind: PartKind) -> (PartId, u32) {
    let host = kind.host().expect("asked for a part of a host");
    let row: &Host = &model.hosts[host.index()];
    let equals = row.parts.iter().filter(|part| model.parts[part.index()].kind == kind);
    if let Some(&first) = equals.clone().next() {
        return (first, equals.count() as u32);
    }
    let (name, count, cause) = match kind {
        PartKind::Link(_, traffic) => {
            let count = if traffic == Traffic::Storage { row.storage_paths } else { 1 };
            (format!("link.{}", traffic.word()), count, Cause::LinkFailure)
        }
        _ => ("agent".to_owned(), 1, Cause::HostHang),
    };
    let component = format!("host {}", row.name);
    let mut parts = Parts(std::mem::take(&mut model.parts));
    let added = parts.add_equals(count, kind, &component, &name, cause, (None, None));
    model.parts = parts.0;
    model.hosts[host.index()].parts.extend(&added);
    (added[0], count)
}

/// Enters each host, rack and storage into what feeds it. A host in a rack hears of its site through
/// the rack, where the rack stands in that site.
pub(super) fn join_domains(spec: &Spec, model: &mut Model) {
    for (number, rack) in spec.racks.iter().enumerate() {
        if let Some(site) = rack.site {
            let part = model.domains[rack_id(number).index()].part;
            model.domains[site_id(spec, site).index()].feeds.push(part);
        }
    }
    for (number, network) in spec.networks.iter().enumerate() {
        if let Some(site) = network.site {
            let part = model.networks[number].part;
            model.domains[site_id(spec, site).index()].feeds.push(part);
        }
    }
    for (number, storage) in spec.storages.iter().enumerate() {
        if let Some(site) = storage.site {
            let part = model.storages[number].part;
            model.domains[site_id(spec, site).index()].feeds.push(part);
        }
    }
    for (group, spec_group) in spec.hosts.iter().enumerate() {
        for member in 1..=spec_group.count {
            let host = host_id(spec, group, member);
            let rack = spec.rack_of(group, member);
            let site = spec.site_of(group, member);
            if let Some(rack) = rack {
                model.domains[rack_id(rack).index()].hosts.push(host);
            }
            if let Some(site) = site
                && rack.is_none_or(|rack| spec.racks[rack].site != Some(site))
            {
                model.domains[site_id(spec, site).index()].hosts.push(host);
            }
        }
    }
}
