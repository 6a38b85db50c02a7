//! The clocks of faults that can have a part in an outage of some services, as the model lays them out.

use std::collections::BTreeSet;

use crate::engine::Law;
use crate::model::{ClusterId, Fault, GuestGroup, Model, NO_TIMER, PartKind, ServiceId, StorageId, VmId};

/// Where a clock is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A timer of its own.
    Slot(u32),
    /// The clock of a VM's guest, while that runs.
    Guest(VmId),
    /// The step of a VM, while its application is up: it crashes or hangs.
    App(VmId),
}

/// One clock.
#[derive(Clone, Debug)]
pub(super) struct Watched<'m> {
    pub place: Place,
    /// Of an application both: that of its crash, and that of its hang.
    pub laws: [Option<&'m Law>; 2],
    /// How often it fires, a second.
    pub rate: f64,
    /// The timer of its repair; that of a VM is its step.
    pub repair: u32,
    /// Clocks that are alike have the same.
    pub kind: usize,
    /// The host that goes with it.
    pub host: Option<u32>,
}

/// All of them. `kinds` is how many kinds there are.
#[derive(Clone, Debug)]
pub(super) struct WatchedClocks<'m> {
    pub clocks: Vec<Watched<'m>>,
    pub kinds: usize,
    /// How many hosts the model has.
    pub hosts: usize,
    /// The VMs of the services.
    pub vms: Vec<VmId>,
}

/// What a service can be hit by.
struct Reach {
    hosts: BTreeSet<u32>,
    clusters: BTreeSet<ClusterId>,
    storages: BTreeSet<StorageId>,
    services: BTreeSet<ServiceId>,
}

impl<'m> WatchedClocks<'m> {
    /// The clocks that concern these services: those of all hosts that their VMs may run on, of what those stand on, of
    /// their disks, of all networks, and of their own guests and applications. Whichever clock is left out only makes
    /// an estimate less sharp, never wrong.
    pub(super) fn of(model: &'m Model, services: &[ServiceId]) -> WatchedClocks<'m> {
        let reach = Reach::of(model, services);
        let hosts = model.hosts.len();
        let mut found = WatchedClocks { clocks: Vec::new(), kinds: 0, hosts, vms: Vec::new() };
        let mut kinds: Vec<(u8, [Option<&'m Law>; 2])> = Vec::new();
        let mut add =
            |tag: u8, place: Place, repair: u32, host: Option<u32>, faults: [&'m Option<Fault>; 2]| {
                let laws = faults.map(|fault| fault.as_ref().map(|fault| &fault.ttf.law));
                // A clock of which one half cannot be hurried is left alone.
                if laws.iter().flatten().next().is_none()
                    || laws.iter().flatten().any(|law| !law.has_hazard())
                {
                    return;
                }
                let kind = kinds.iter().position(|kind| *kind == (tag, laws)).unwrap_or_else(|| {
                    kinds.push((tag, laws));
                    kinds.len() - 1
                });
                found.clocks.push(Watched {
                    place,
                    laws,
                    rate: laws.iter().flatten().map(|law| 1.0 / law.mean_s()).sum(),
                    repair,
                    kind,
                    host,
                });
            };
        for part in model.parts.iter().filter(|part| reach.holds(model, part.kind)) {
            let host = match part.kind {
                PartKind::Link(host, _) | PartKind::Agent(host) => Some(host.0),
                _ => None,
            };
            add(part_tag(part.kind), Place::Slot(part.timers[0]), part.timers[1], host, [&part.fault, &None]);
        }
        for &number in &reach.hosts {
            let (host, timers) = (&model.hosts[number as usize], &model.timers.hosts[number as usize]);
            add(20, Place::Slot(timers.crash), timers.step, Some(number), [&host.crash, &None]);
            add(21, Place::Slot(timers.hang), timers.step, Some(number), [&host.hang, &None]);
        }
        for (number, vm) in model.vms.iter().enumerate() {
            if reach.services.contains(&vm.service) {
                let (id, service) = (VmId(number as u32), &model.services[vm.service.index()]);
                add(22, Place::Guest(id), NO_TIMER, None, [&service.guest_crash, &None]);
                add(23, Place::App(id), NO_TIMER, None, [&service.app_crash, &service.app_hang]);
            }
        }
        let kinds = kinds.len();
        let vms = (0..model.vms.len() as u32).map(VmId);
        let vms = vms.filter(|vm| reach.services.contains(&model.vms[vm.index()].service)).collect();
        WatchedClocks { kinds, vms, ..found }
    }
}

impl Reach {
    fn of(model: &Model, services: &[ServiceId]) -> Reach {
        let mut reach = Reach {
            hosts: BTreeSet::new(),
            clusters: BTreeSet::new(),
            storages: BTreeSet::new(),
            services: services.iter().copied().collect(),
        };
        for vm in model.vms.iter().filter(|vm| reach.services.contains(&vm.service)) {
            reach.hosts.insert(vm.host.0);
            let moves = model.services[vm.service.index()].host_cluster;
            if let Some(cluster) = model.hosts[vm.host.index()].cluster.filter(|_| moves) {
                reach.clusters.insert(cluster);
                reach.hosts.extend(model.clusters[cluster.index()].hosts.iter().map(|host| host.0));
            }
            reach.storages.extend(vm.storage);
        }
        let own = reach.storages.clone();
        let mirrored = model.storages.iter().filter(|s| s.copies.iter().any(|copy| own.contains(copy)));
        reach.storages.extend(mirrored.flat_map(|storage| storage.copies.iter().copied()));
        reach
    }

    /// Whether a part is among what the services stand on.
    fn holds(&self, model: &Model, kind: PartKind) -> bool {
        match kind {
            PartKind::Domain(domain) => {
                let fixed = &model.domains[domain.index()];
                fixed.hosts.iter().any(|host| self.hosts.contains(&host.0))
                    || fixed.feeds.iter().any(|part| self.holds(model, model.parts[part.index()].kind))
            }
            PartKind::Storage(storage) | PartKind::Controller(storage) => {
                let fixed = &model.storages[storage.index()];
                self.storages.contains(&storage)
                    || fixed.copies.iter().any(|copy| self.storages.contains(copy))
            }
            PartKind::Network(_) => true,
            PartKind::Link(host, _) | PartKind::Agent(host) => self.hosts.contains(&host.0),
            PartKind::Manager(cluster) | PartKind::Witness(cluster) => self.clusters.contains(&cluster),
            PartKind::GroupWitness(service) => {
                self.services.contains(&service)
                    && matches!(model.services[service.index()].guest, Some(GuestGroup::Failover(_)))
            }
        }
    }
}

/// Parts of one sort have one tag.
fn part_tag(kind: PartKind) -> u8 {
    match kind {
        PartKind::Domain(_) => 0,
        PartKind::Storage(_) => 1,
        PartKind::Controller(_) => 2,
        PartKind::Network(_) => 3,
        PartKind::Link(_, traffic) => 4 + traffic as u8,
        PartKind::Agent(_) => 16,
        PartKind::Manager(_) => 17,
        PartKind::Witness(_) => 18,
        PartKind::GroupWitness(_) => 19,
    }
}
