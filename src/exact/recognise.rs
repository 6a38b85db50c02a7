//! What of a model one instance depends on, and what of that cannot be solved.
//!
//! Beside what the instance itself stands on, everything counts that takes people away from it: hosts and parts with the same
//! crew, and what feeds those.

use std::collections::BTreeMap;

use super::obstacle::Obstacle;
use super::plant::{Layer, LinkNode, PartNode, Plant, Source, Stages, UnitNode, VmLaws};
use super::world::LINKS_MAX;
use crate::engine::Span;
use crate::model::{
    CrewId, Delay, Fault, HostId, Instance, InstanceId, Model, PartId, PartKind, Reach, Service, StorageId,
    StorageKind, Traffic,
};

mod alone;
mod counts;
mod layers;
mod scope;

pub(super) use alone::Alone;
pub(super) use counts::{Counts, counts_of};

/// The plant of an instance, or everything that is in the way of one.
pub(super) fn plant_of(model: &Model, instance: InstanceId) -> Result<Plant, Vec<Obstacle>> {
    let mut builder = Builder::new(model, instance);
    scope::check(&mut builder);
    if !builder.obstacles.is_empty() {
        // Laws are nobody's trouble where the structure already is.
        return Err(builder.sorted());
    }
    let layer = builder.layer();
    let vm = builder.vm_laws();
    builder.add_units();
    builder.close_over_crews();
    if builder.obstacles.is_empty() { Ok(builder.finish(vm, layer)) } else { Err(builder.sorted()) }
}

/// Whether nothing but laws can be in the way.
pub(super) fn is_in_scope(model: &Model, instance: InstanceId) -> bool {
    let mut builder = Builder::new(model, instance);
    scope::check(&mut builder);
    builder.obstacles.is_empty()
}

/// Collects what belongs to a plant.
pub(super) struct Builder<'a> {
    pub model: &'a Model,
    pub instance: &'a Instance,
    pub id: InstanceId,
    pub service: &'a Service,
    pub obstacles: Vec<Obstacle>,
    parts: Vec<PartNode>,
    part_numbers: BTreeMap<u32, usize>,
    crew_numbers: BTreeMap<u32, usize>,
    /// With the host each stands for.
    units: Vec<(HostId, UnitNode)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(model: &'a Model, id: InstanceId) -> Builder<'a> {
        let instance = &model.instances[id.index()];
        Builder {
            model,
            instance,
            id,
            service: &model.services[instance.service.index()],
            obstacles: Vec::new(),
            parts: Vec::new(),
            part_numbers: BTreeMap::new(),
            crew_numbers: BTreeMap::new(),
            units: Vec::new(),
        }
    }

    /// Whether a host cluster has anything to do: something else than guests and applications fails somewhere.
    pub(super) fn is_clustered(&self) -> bool {
        self.service.host_cluster && !self.only_guests_fail()
    }

    fn only_guests_fail(&self) -> bool {
        let model = self.model;
        model.hosts.iter().all(|host| host.crash.is_none() && host.hang.is_none())
            && model.parts.iter().all(|part| part.fault.is_none())
    }

    /// What is in the way, each once: of laws that are alike the first.
    fn sorted(mut self) -> Vec<Obstacle> {
        self.obstacles.sort();
        self.obstacles.dedup();
        let mut told: Vec<Obstacle> = Vec::new();
        for obstacle in self.obstacles {
            let alike = |other: &&mut Obstacle| match (&obstacle, other) {
                (Obstacle::Memory { what, law, .. }, Obstacle::Memory { what: known, law: same, .. }) => {
                    (what, law) == (known, same)
                }
                _ => false,
            };
            match told.iter_mut().find(alike) {
                Some(Obstacle::Memory { others, .. }) => *others += 1,
                _ => told.push(obstacle),
            }
        }
        told
    }

    pub(super) fn refuse(&mut self, what: &'static str) {
        self.obstacles.push(Obstacle::Unsolved(what));
    }

    fn remembers(&mut self, of: &str, what: &'static str, delay: &Delay) {
        let law = delay.law.to_string();
        self.obstacles.push(Obstacle::Memory { of: of.to_owned(), what, law, others: 0 });
    }

    /// A law as stages.
    pub(super) fn stages(&mut self, delay: &Delay, what: &'static str, of: &str) -> Stages {
        match Stages::of(&delay.law) {
            Some(stages) if !stages.is_too_long() => stages,
            _ => {
                self.remembers(of, what, delay);
                Stages::default()
            }
        }
    }

    /// A fault without memory.
    pub(super) fn source(&mut self, fault: &Fault, of: &str) -> Source {
        let ttf = self.stages(&fault.ttf, "time to failure", of);
        if ttf.rates.len() > 1 {
            self.remembers(of, "time to failure", &fault.ttf);
        }
        if fault.ttf.fixed() == Some(Span::ZERO) {
            self.refuse("something fails as soon as it is in service");
        }
        let rate = ttf.rates.first().copied().unwrap_or(0.0);
        Source { rate, mend: self.stages(&fault.ttr, "time to repair", of) }
    }

    fn crew(&mut self, crew: Option<CrewId>) -> Option<usize> {
        let next = self.crew_numbers.len();
        crew.map(|crew| *self.crew_numbers.entry(crew.0).or_insert(next))
    }

    /// A part and what feeds it. `None` where it never is out.
    pub(super) fn part(&mut self, id: PartId) -> Option<usize> {
        if let Some(&number) = self.part_numbers.get(&id.0) {
            return Some(number);
        }
        let model = self.model;
        let feeding = model.domains.iter().find(|domain| domain.feeds.contains(&id));
        let fed_by = feeding.and_then(|domain| self.part(domain.part));
        let part = &model.parts[id.index()];
        if part.fault.is_none() && fed_by.is_none() {
            return None;
        }
        let of = self.name_of(part.kind);
        let never = Source { rate: 0.0, mend: Stages::default() };
        let fault = part.fault.as_ref().map_or(never, |fault| self.source(fault, &of));
        let crew = self.crew(part.crew.filter(|_| part.fault.is_some()));
        self.parts.push(PartNode { fault, fed_by, crew });
        self.part_numbers.insert(id.0, self.parts.len() - 1);
        Some(self.parts.len() - 1)
    }

    fn name_of(&self, kind: PartKind) -> String {
        match kind {
            PartKind::Domain(domain) => {
                let row = &self.model.domains[domain.index()];
                format!("{} {}", if row.cause.name() == "rack-outage" { "rack" } else { "site" }, row.name)
            }
            PartKind::Storage(storage) | PartKind::Controller(storage) => {
                format!("storage {}", self.model.storages[storage.index()].name)
            }
            PartKind::Network(network) => format!("network {}", self.model.networks[network.index()].name),
            PartKind::Link(host, _) | PartKind::Agent(host) => {
                format!("host {}", self.model.hosts[host.index()].name)
            }
            PartKind::Manager(cluster) | PartKind::Witness(cluster) => {
                format!("cluster {}", self.model.clusters[cluster.index()].name)
            }
            PartKind::GroupWitness(service) => {
                format!("service {}", self.model.services[service.index()].name)
            }
        }
    }

    /// Networks of which each alone carries a kind of traffic within a host's place; none where it always passes.
    fn networks(&mut self, host: HostId, traffic: Traffic) -> Vec<usize> {
        let (model, place) = (self.model, self.model.hosts[host.index()].place);
        let covers = |reach: &Reach| reach.covers(place);
        let carriers: Vec<PartId> = model
            .networks
            .iter()
            .filter(|network| network.carries.contains(&traffic) && covers(&network.reach))
            .map(|network| network.part)
            .collect();
        let parts: Vec<Option<usize>> = carriers.into_iter().map(|part| self.part(part)).collect();
        parts.into_iter().collect::<Option<Vec<usize>>>().unwrap_or_default()
    }

    /// The links of a host that carry one of these kinds of traffic and fail.
    fn links(&mut self, host: HostId, kinds: &[Traffic]) -> Vec<LinkNode> {
        let model = self.model;
        let mut links = Vec::new();
        for id in &model.hosts[host.index()].parts {
            let part = &model.parts[id.index()];
            let PartKind::Link(_, traffic) = part.kind else { continue };
            if let Some(fault) = part.fault.as_ref().filter(|_| kinds.contains(&traffic)) {
                let of = format!("link.{} of {}", traffic.word(), self.name_of(part.kind));
                let (fault, crew) = (self.source(fault, &of), self.crew(part.crew));
                links.push(LinkNode { traffic, fault, crew });
            }
        }
        if links.len() > LINKS_MAX {
            self.refuse("a host has more links than are solved");
            links.clear();
        }
        links
    }

    /// A host, with a VM of the instance on it or without.
    fn add_unit(&mut self, host: HostId, storage: Option<StorageId>, has_vm: bool) {
        let model = self.model;
        let fixed = &model.hosts[host.index()];
        let of = format!("host {}", fixed.name);
        let crash = fixed.crash.as_ref().map(|fault| self.source(fault, &of));
        let hang = fixed.hang.as_ref().map(|fault| self.source(fault, &of));
        let feeding = model.domains.iter().filter(|domain| domain.hosts.contains(&host));
        let power: Vec<usize> = feeding.filter_map(|domain| self.part(domain.part)).collect();
        let can_be_down = crash.is_some() || hang.is_some() || !power.is_empty();
        // What never goes down never boots, whatever that would take.
        let boot = match can_be_down {
            true => self.stages(&fixed.boot, "boot", &of),
            false => Stages::default(),
        };
        let crew = self.crew(fixed.crew.filter(|_| crash.is_some() || hang.is_some()));
        let mut node = UnitNode {
            has_vm,
            crash,
            hang,
            boot,
            crew,
            power,
            links: Vec::new(),
            client_nets: Vec::new(),
            storage_nets: Vec::new(),
            storage: None,
        };
        let mut kinds: Vec<Traffic> = if has_vm { vec![Traffic::Client] } else { Vec::new() };
        if has_vm {
            node.client_nets = self.networks(host, Traffic::Client);
        }
        if let Some(storage) = storage.map(|id| &model.storages[id.index()]) {
            node.storage = self.part(storage.part);
            if storage.kind != StorageKind::Das {
                kinds.push(Traffic::Storage);
            }
            if storage.kind.is_networked() {
                node.storage_nets = self.networks(host, Traffic::Storage);
            }
        }
        node.links = self.links(host, &kinds);
        self.units.push((host, node));
    }

    fn finish(self, vm: VmLaws, layer: Layer) -> Plant {
        let mut units: Vec<UnitNode> = self.units.into_iter().map(|(_, node)| node).collect();
        let members = || units.iter().filter(|unit| unit.has_vm);
        // Which of the nodes takes over is a matter of their order, unless all that could are in one state.
        let ordered = matches!(layer, Layer::Failover { .. })
            && !(members().all(|unit| unit.links.is_empty())
                && members().zip(members().skip(1)).all(|(a, b)| a == b));
        let mut kinds: Vec<usize> = Vec::with_capacity(units.len());
        if ordered {
            kinds.extend(0..units.len());
        } else {
            let mut alike: Vec<UnitNode> = Vec::new();
            for unit in &units {
                let known = alike.iter().position(|other| other == unit);
                kinds.push(known.unwrap_or(alike.len()));
                if known.is_none() {
                    alike.push(unit.clone());
                }
            }
            let mut rows: Vec<(usize, UnitNode)> = kinds.into_iter().zip(units).collect();
            rows.sort_by_key(|row| row.0);
            (kinds, units) = rows.into_iter().unzip();
        }
        let mut crews: Vec<(usize, u32)> = self
            .crew_numbers
            .iter()
            .map(|(&crew, &number)| (number, self.model.crews[crew as usize].size))
            .collect();
        crews.sort_unstable();
        Plant {
            parts: self.parts,
            units,
            kinds,
            crews: crews.into_iter().map(|crew| crew.1).collect(),
            vm,
            layer,
        }
    }
}

impl Builder<'_> {
    /// Whether the host of a VM has a link of a kind that fails.
    pub(super) fn has_link(&self, vm: usize, traffic: Traffic) -> bool {
        let host = self.model.vms[vm].host;
        self.model.hosts[host.index()].parts.iter().any(|part| {
            let part = &self.model.parts[part.index()];
            part.fault.is_some() && matches!(part.kind, PartKind::Link(_, kind) if kind == traffic)
        })
    }

    /// Whether the disks of a VM, or the way to them, can be away.
    pub(super) fn disk_can_go(&self, vm: usize) -> bool {
        let row = &self.model.vms[vm];
        let Some(storage) = row.storage else { return false };
        let fixed = &self.model.storages[storage.index()];
        let networked = fixed.kind.is_networked();
        self.fails(fixed.part)
            || (fixed.kind != StorageKind::Das && self.has_link(vm, Traffic::Storage))
            || (networked && self.network_can_go(row.host, Traffic::Storage))
    }

    /// Whether a part, or what feeds it, has a fault.
    fn fails(&self, id: PartId) -> bool {
        let feeds = |domain: &&crate::model::Domain| domain.feeds.contains(&id);
        self.model.parts[id.index()].fault.is_some()
            || self.model.domains.iter().find(feeds).is_some_and(|domain| self.fails(domain.part))
    }

    pub(super) fn network_can_go(&self, host: HostId, traffic: Traffic) -> bool {
        let place = self.model.hosts[host.index()].place;
        let mut carriers = self
            .model
            .networks
            .iter()
            .filter(|network| network.carries.contains(&traffic) && network.reach.covers(place))
            .peekable();
        carriers.peek().is_some() && carriers.all(|network| self.fails(network.part))
    }
}
