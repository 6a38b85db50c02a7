//! Hosts and what they stand on: the half of a model that is the same under every strategy, but for
//! the settings of its clusters.

use super::super::spec::{FaultSpec, Spec};
use super::products;
use crate::engine::Stream;
use crate::model::{
    Cause, Cluster, ClusterId, Crew, CrewId, Domain, DomainId, Fault, FaultStreams, Host, HostId,
    HostStreams, Link, Maintenance, Model, Network, Room, Storage, StorageId, TimerTable, Traffic,
};

/// Bytes in a MiB.
const MIB: u64 = 1 << 20;

pub(super) fn compile(spec: &Spec, strategy: usize) -> Model {
    let mut model = Model {
        strategy: spec.strategies[strategy].name.clone(),
        horizon: spec.run.horizon,
        warmup: spec.run.warmup,
        ages: spec.run.ages,
        domains: domains(spec),
        crews: spec.crews.iter().map(|c| Crew { name: c.name.clone(), size: c.size }).collect(),
        networks: networks(spec),
        storages: storages(spec),
        hosts: hosts(spec),
        clusters: Vec::new(),
        services: Vec::new(),
        instances: Vec::new(),
        vms: Vec::new(),
        maintenances: Vec::new(),
        injects: Vec::new(),
        waiting_bound_vm_s: 0.0,
        timers: TimerTable::default(),
    };
    join_domains(spec, &mut model);
    model.clusters = clusters(spec, strategy, &mut model.hosts, &model.storages);
    model.maintenances = maintenances(spec);
    model
}

pub(super) fn fault(spec: &FaultSpec) -> Fault {
    Fault { ttf: spec.ttf.clone().into(), ttr: spec.ttr.clone().into() }
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

fn domains(spec: &Spec) -> Vec<Domain> {
    let racks = spec.racks.iter().map(|rack| Domain {
        name: rack.name.clone(),
        cause: Cause::RackOutage,
        parent: rack.site.map(|site| site_id(spec, site)),
        outage: rack.outage.as_ref().map(fault),
        streams: FaultStreams::new(&format!("rack {}", rack.name), "outage"),
        crew: crew(rack.crew),
        hosts: Vec::new(),
        domains: Vec::new(),
        storages: Vec::new(),
    });
    let sites = spec.sites.iter().map(|site| Domain {
        name: site.name.clone(),
        cause: Cause::SiteOutage,
        parent: None,
        outage: site.outage.as_ref().map(fault),
        streams: FaultStreams::new(&format!("site {}", site.name), "outage"),
        crew: crew(site.crew),
        hosts: Vec::new(),
        domains: Vec::new(),
        storages: Vec::new(),
    });
    racks.chain(sites).collect()
}

/// Enters each host, rack and storage into what feeds it. A host in a rack hears of its site through
/// the rack, where the rack stands in that site.
fn join_domains(spec: &Spec, model: &mut Model) {
    for (number, rack) in spec.racks.iter().enumerate() {
        if let Some(site) = rack.site {
            model.domains[site_id(spec, site).index()].domains.push(rack_id(number));
        }
    }
    for (number, storage) in spec.storages.iter().enumerate() {
        if let Some(site) = storage.site {
            model.domains[site_id(spec, site).index()].storages.push(StorageId(number as u32));
        }
    }
    let mut number = 0;
    for (group, spec_group) in spec.hosts.iter().enumerate() {
        for member in 1..=spec_group.count {
            let host = HostId(number);
            number += 1;
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

fn networks(spec: &Spec) -> Vec<Network> {
    spec.networks
        .iter()
        .map(|network| Network {
            name: network.name.clone(),
            carries: network.carries.clone(),
            outage: network.outage.as_ref().map(fault),
            streams: FaultStreams::new(&format!("network {}", network.name), "outage"),
            crew: crew(network.crew),
        })
        .collect()
}

fn storages(spec: &Spec) -> Vec<Storage> {
    spec.storages
        .iter()
        .map(|storage| Storage {
            name: storage.name.clone(),
            kind: storage.kind,
            outage: storage.outage.as_ref().map(fault),
            streams: FaultStreams::new(&format!("storage {}", storage.name), "outage"),
            crew: crew(storage.crew),
            vms: Vec::new(),
            clusters: (0..spec.clusters.len() as u32).map(ClusterId).collect(),
        })
        .collect()
}

fn hosts(spec: &Spec) -> Vec<Host> {
    let mut hosts = Vec::with_capacity(spec.host_count());
    for (group, row) in spec.hosts.iter().enumerate() {
        for member in 1..=row.count {
            let name = spec.host_name(group, member);
            let component = format!("host {name}");
            let link = |(traffic, spec): &(Traffic, FaultSpec)| Link {
                traffic: *traffic,
                fault: Some(fault(spec)),
                streams: FaultStreams::new(&component, &format!("link.{}", traffic.word())),
            };
            hosts.push(Host {
                cores: row.cores,
                memory_mib: row.memory_bytes / MIB,
                room: room(row.memory_bytes, row.cores, 1.0, super::super::fixed::defaults::CPU_OVERCOMMIT),
                storages: row.storages.iter().map(|&s| StorageId(s as u32)).collect(),
                cluster: None,
                seat: 0,
                boot: row.boot.clone().into(),
                crash: row.crash.as_ref().map(fault),
                links: row.links.iter().map(link).collect(),
                crew: crew(row.crew),
                streams: HostStreams {
                    crash: FaultStreams::new(&component, "crash"),
                    boot: Stream::new(&component, "boot"),
                    detection: Stream::new(&component, "detection"),
                    beat: Stream::new(&component, "beat"),
                    maintenance: Stream::new(&component, "maintenance"),
                },
                name,
            });
        }
    }
    hosts
}

/// What VMs may take of a host.
fn room(memory_bytes: u64, cores: u32, memory_overcommit: f64, cpu_overcommit: f64) -> Room {
    Room {
        memory_mib: ((memory_bytes / MIB) as f64 * memory_overcommit).floor() as u64,
        cores: (f64::from(cores) * cpu_overcommit).floor() as u64,
    }
}

fn clusters(spec: &Spec, strategy: usize, hosts: &mut [Host], storages: &[Storage]) -> Vec<Cluster> {
    let mut clusters = Vec::new();
    for (number, cluster) in spec.clusters.iter().enumerate() {
        let plan = spec.cluster(strategy, number);
        let members: Vec<HostId> =
            spec.each_host(&cluster.hosts).map(|(group, member)| host_id(spec, group, member)).collect();
        for (seat, &host) in members.iter().enumerate() {
            let row = &mut hosts[host.index()];
            row.cluster = Some(ClusterId(number as u32));
            row.seat = seat as u32;
            row.room = room(row.memory_mib * MIB, row.cores, plan.memory_overcommit, plan.cpu_overcommit);
        }
        let product = products::product(&plan, hosts, &members, storages);
        clusters.push(Cluster { name: cluster.name.clone(), hosts: members, product });
    }
    clusters
}

fn maintenances(spec: &Spec) -> Vec<Maintenance> {
    spec.maintenances
        .iter()
        .map(|plan| Maintenance {
            name: plan.name.clone(),
            hosts: spec.each_host(&plan.hosts).map(|(group, member)| host_id(spec, group, member)).collect(),
            first: plan.first,
            every: plan.every,
            lasts: plan.lasts.clone().into(),
            at_once: plan.at_once,
        })
        .collect()
}
