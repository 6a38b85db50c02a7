//! A VM that stands on one kind of fault alone.

use super::Builder;
use crate::engine::Span;
use crate::model::{CrewId, Delay, Fault, HostId, Model, PartId, PartKind, Traffic};

/// What a VM stands on where that is one kind of fault.
pub(in crate::exact) struct Alone<'a> {
    /// Faults that lead to the same.
    pub faults: Vec<&'a Fault>,
    /// What follows on a repair before the clock of the fault runs again.
    pub out: Vec<&'a Delay>,
    /// The rest of the way back.
    pub back: Vec<&'a Delay>,
    /// Who repairs it, where not everybody has people of his own.
    pub crew: Option<CrewId>,
    /// The fault strikes nobody else's component: that of its host, of a link of its host, or of the VM.
    pub is_own: bool,
}

impl<'a> Builder<'a> {
    /// The one kind of fault that a VM stands on; none where there are none or several.
    pub(in crate::exact) fn alone(&self, vm: usize) -> Option<Alone<'a>> {
        let (model, service) = (self.model, self.service);
        let host = model.vms[vm].host;
        let fixed = &model.hosts[host.index()];
        let way = &service.way_back;
        let all_of_it = [&way.power_on, &way.boot, &way.start, &way.recover];
        let in_service = vec![&way.start, &way.recover];
        let hosts: Vec<&Fault> = [&fixed.crash, &fixed.hang].into_iter().flatten().collect();
        let apps: Vec<&Fault> = [&service.app_crash, &service.app_hang].into_iter().flatten().collect();
        let guests: Vec<&Fault> = service.guest_crash.iter().collect();
        let power = powers(model, host);
        let clients = ways_of_clients(model, host);
        let disks = self.disk_can_go(vm);
        let crewed = |parts: &[PartId]| parts.iter().any(|part| model.parts[part.index()].crew.is_some());
        let found = [&hosts, &apps, &guests].iter().filter(|faults| !faults.is_empty()).count()
            + power.len()
            + clients.len()
            + usize::from(disks);
        if found != 1 || crewed(&power) || crewed(&clients) {
            return None;
        }
        let fault_of = |parts: &[PartId]| -> Vec<&'a Fault> {
            parts.iter().filter_map(|part| model.parts[part.index()].fault.as_ref()).collect()
        };
        let (nothing, all_of_it) = (Vec::new(), all_of_it.to_vec());
        if !hosts.is_empty() {
            let (out, crew) = (vec![&fixed.boot], fixed.crew);
            return Some(Alone { faults: hosts, out, back: all_of_it, crew, is_own: true });
        }
        let (faults, out, back, is_own) = match (disks, power.is_empty(), clients.is_empty()) {
            _ if !apps.is_empty() => (apps, in_service, nothing, true),
            _ if !guests.is_empty() => (guests, vec![&way.power_on, &way.boot], in_service, true),
            (true, ..) => (vec![disk_alone(self, vm)?], nothing, all_of_it, false),
            (_, false, _) => {
                let back = [&[&fixed.boot][..], &all_of_it].concat();
                (fault_of(&power), nothing, back, false)
            }
            _ => {
                let is_link = |part: &PartId| model.parts[part.index()].kind.host().is_some();
                (fault_of(&clients), Vec::new(), nothing, clients.iter().all(is_link))
            }
        };
        Some(Alone { faults, out, back, crew: None, is_own })
    }
}

/// What feeds a host and can fail.
fn powers(model: &Model, host: HostId) -> Vec<PartId> {
    let mut parts: Vec<PartId> = model
        .domains
        .iter()
        .filter(|domain| domain.hosts.contains(&host))
        .map(|domain| domain.part)
        .collect();
    let mut next = 0;
    while next < parts.len() {
        let fed = parts[next];
        parts.extend(model.domains.iter().filter(|domain| domain.feeds.contains(&fed)).map(|d| d.part));
        next += 1;
    }
    parts.retain(|part| model.parts[part.index()].fault.is_some());
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// Networks and links on the way of the clients of a host that can fail, where each of them cuts it.
fn ways_of_clients(model: &Model, host: HostId) -> Vec<PartId> {
    let place = model.hosts[host.index()].place;
    let carriers = model
        .networks
        .iter()
        .filter(|n| n.carries.contains(&Traffic::Client) && n.reach.covers(place))
        .map(|network| network.part);
    let mut parts: Vec<PartId> = carriers.collect();
    if parts.iter().any(|part| model.parts[part.index()].fault.is_none()) {
        // One that never fails is enough.
        parts.clear();
    }
    let links = model.hosts[host.index()].parts.iter().copied();
    let is_client =
        |part: &PartId| matches!(model.parts[part.index()].kind, PartKind::Link(_, Traffic::Client));
    parts.extend(links.filter(is_client));
    parts.retain(|part| model.parts[part.index()].fault.is_some());
    parts
}

/// The fault of the disks of a VM, where nothing else takes them away and their loss is no pause.
fn disk_alone<'a>(builder: &Builder<'a>, vm: usize) -> Option<&'a Fault> {
    let model = builder.model;
    let row = &model.vms[vm];
    let storage = &model.storages[row.storage?.index()];
    let fed = model.domains.iter().any(|domain| domain.feeds.contains(&storage.part));
    let cut = builder.has_link(vm, Traffic::Storage)
        || (storage.kind.is_networked() && builder.network_can_go(row.host, Traffic::Storage));
    let part = &model.parts[storage.part.index()];
    let alone = builder.service.disk_timeout == Span::ZERO && !fed && !cut && part.crew.is_none();
    part.fault.as_ref().filter(|_| alone)
}
