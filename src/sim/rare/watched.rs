//! The clocks of faults that can have a part in an outage of some services, as the model lays them out.

use std::collections::BTreeSet;
use std::ops::Range;

use super::around::Around;
use super::calm::Known;
use super::memory::Memory;
use super::places::Places;
use crate::engine::{Law, Span, Time};
use crate::model::{
    ClusterId, CrewId, Fault, GuestGroup, HostId, InjectTarget, InstanceId, LocalMirror, LocalMirrorId,
    MaintenanceId, Model, NO_TIMER, PartKind, Product, ServiceId, StorageId, VmId,
};
use crate::special::ln;

/// The part of repairs that are over before what is known beforehand comes, where they have begun as early as an episode. Assumption.
const LONG: f64 = 0.99;
/// A clock may well fire before a repair is done where it does in so many of those that take that long. Assumption.
const LIVELY: f64 = 0.01;

/// What is mended at once is out for a part of the time as well.
const RARITY_MIN: f64 = 1e-12;

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
    /// How unlikely it is to be out: -ln of the part of the time, roughly.
    pub rarity: f64,
    /// The timer of its repair; that of a VM is its step.
    pub repair: u32,
    /// Clocks that are alike have the same.
    pub kind: usize,
    /// The host that goes with it, and what it is of what is neither host nor VM.
    pub host: Option<u32>,
    pub part: Option<PartKind>,
}

impl Watched<'_> {
    /// Whether it does not matter how old it is.
    pub(super) fn is_even(&self) -> bool {
        self.laws.iter().flatten().all(|law| matches!(law, Law::Exponential { .. }))
    }
}

/// All of them. `kinds` is how many kinds there are.
#[derive(Clone, Debug)]
pub(super) struct WatchedClocks<'m> {
    pub clocks: Vec<Watched<'m>>,
    pub kinds: usize,
    /// By kind, what its clocks are of: those with one number are alike but for their laws.
    pub roles: Vec<u8>,
    pub places: Places,
    pub around: Around,
    /// Those that may well fire before a repair is done.
    pub lively: Vec<u32>,
    /// Whether there are others that concern the services and cannot be hurried: lives that end at the same age in every draw, or in a share of them; or
    /// whether they are struck by a history, in which there is no time between.
    pub leaves_some_out: bool,
    /// The timers of planned work and scripted faults that concern them, and how long before these a fault may strike that is still being repaired then.
    pub known: Vec<(u32, Known)>,
    pub dawn: Span,
    pub memory: Memory,
    /// When replications end.
    pub end: Time,
    /// The hosts that the services stand on.
    pub hosts: Vec<HostId>,
    /// Disks with a second copy that they may be on, and pairs of hosts that copy theirs to each other.
    pub mirrors: Vec<StorageId>,
    pub local_mirrors: Vec<LocalMirrorId>,
    /// The VMs of the services, by VM all of its instance, and of those instances that have several all of these.
    pub vms: Vec<VmId>,
    pub peers: Vec<Range<u32>>,
    pub groups: Vec<Range<u32>>,
}

/// What may fail, wherever it is.
struct Candidate<'m> {
    tag: u8,
    place: Place,
    repair: u32,
    host: Option<u32>,
    part: Option<PartKind>,
    crew: Option<CrewId>,
    faults: [&'m Option<Fault>; 2],
    /// The services can be hit by it.
    is_reached: bool,
}

impl<'m> Candidate<'m> {
    fn laws(&self) -> [Option<&'m Law>; 2] {
        self.faults.map(|fault| fault.as_ref().map(|fault| &fault.ttf.law))
    }

    /// -ln of the part of the time that it is out, but for what keeps its repair waiting.
    fn rarity(&self) -> f64 {
        let out = |fault: &Fault| fault.ttr.law.mean_s() / fault.ttf.law.mean_s();
        -ln(self
            .faults
            .iter()
            .filter_map(|fault| fault.as_ref())
            .map(out)
            .sum::<f64>()
            .clamp(RARITY_MIN, 1.0))
    }

    /// How long a repair takes that is a long one.
    fn longest_repair_s(&self) -> f64 {
        let repairs = self.faults.iter().filter_map(|fault| fault.as_ref());
        repairs.map(|fault| fault.ttr.law.quantile(LONG)).fold(0.0, f64::max)
    }

    fn can_fail(&self) -> bool {
        self.faults.iter().any(|fault| fault.is_some())
    }
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
    /// all disks there, of all networks, of their own guests and applications and those of services that they wait for; and of whatever keeps busy
    /// the people who repair any of that. A clock that is left out makes an estimate no less right on average, but what it alone would bring
    /// about is hardly ever seen, and nothing tells of it: so none is.
    pub(super) fn of(model: &'m Model, services: &[ServiceId]) -> WatchedClocks<'m> {
        let reach = Reach::of(model, services);
        let candidates = candidates(model, &reach);
        let busy: BTreeSet<u32> =
            candidates.iter().filter(|one| one.is_reached).filter_map(|one| Some(one.crew?.0)).collect();
        let concerns =
            |one: &&Candidate<'m>| one.is_reached || one.crew.is_some_and(|crew| busy.contains(&crew.0));
        let mut found = WatchedClocks {
            clocks: Vec::new(),
            kinds: 0,
            roles: Vec::new(),
            places: Places::default(),
            around: Around::default(),
            lively: Vec::new(),
            leaves_some_out: model
                .injects
                .iter()
                .any(|inject| inject.is_replayed && reach.is_struck(model, inject.target)),
            known: known(model, &reach),
            dawn: Span::ZERO,
            end: Time::ZERO + model.end(),
            memory: Memory::of(model, &reach.services, &reach.hosts),
            hosts: reach.hosts.iter().map(|&host| HostId(host)).collect(),
            mirrors: reach
                .storages
                .iter()
                .copied()
                .filter(|id| model.storages[id.index()].mirror.is_some())
                .collect(),
            local_mirrors: (0..)
                .map(LocalMirrorId)
                .zip(&model.local_mirrors)
                .filter(|(_, pair)| reach.has_host_of(pair))
                .map(|(id, _)| id)
                .collect(),
            vms: of_services(model, services).flatten().map(VmId).collect(),
            peers: of_services(model, services)
                .flat_map(|peers| peers.clone().map(move |_| peers.clone()))
                .collect(),
            groups: of_services(model, services).filter(|vms| vms.len() > 1).collect(),
        };
        let mut kinds: Vec<(u8, [Option<&'m Law>; 2])> = Vec::new();
        for one in candidates.iter().filter(concerns) {
            let laws = one.laws();
            found.dawn = found.dawn.max(Span::from_secs_f64(one.longest_repair_s()));
            // A clock of which one half cannot be hurried is left alone.
            if laws.iter().flatten().any(|law| !law.has_hazard()) {
                found.leaves_some_out = true;
                continue;
            }
            let kind = kinds.iter().position(|kind| *kind == (one.tag, laws)).unwrap_or_else(|| {
                kinds.push((one.tag, laws));
                kinds.len() - 1
            });
            found.clocks.push(Watched {
                place: one.place,
                laws,
                rate: laws.iter().flatten().map(|law| 1.0 / law.mean_s()).sum(),
                rarity: one.rarity(),
                repair: one.repair,
                kind,
                host: one.host,
                part: one.part,
            });
        }
        found.kinds = kinds.len();
        found.roles = kinds.iter().map(|kind| role(kind.0)).collect();
        found.around = Around::new(model, &found.clocks, &found.vms);
        found.places = Places::new(model, &found.clocks, found.kinds, &found.vms);
        let longest_s = found.dawn.as_secs_f64();
        let is_lively = |watched: &Watched<'_>| watched.rate * longest_s > LIVELY;
        let lively = (0..).zip(&found.clocks).filter(|(_, watched)| is_lively(watched));
        found.lively = lively.map(|(number, _)| number).collect();
        found.dawn = found.dawn + aftermath(model, &reach);
        found
    }
}

impl WatchedClocks<'_> {
    /// Whether clocks of a kind are of the sort of one that is out.
    pub(super) fn has_role_of(&self, kind: usize, out: u32) -> bool {
        self.roles[kind] == self.roles[self.clocks[out as usize].kind]
    }
}

/// How long what has been repaired may matter still: copies of disks are behind, and nodes are kept out.
fn aftermath(model: &Model, reach: &Reach) -> Span {
    let storages =
        reach.storages.iter().filter_map(|storage| model.storages[storage.index()].mirror.as_ref());
    let resyncs = storages.map(|mirror| mirror.resync.quantile(LONG));
    let local =
        model.local_mirrors.iter().filter_map(|pair| model.storages[pair.storage.index()].mirror.as_ref());
    let resyncs = resyncs.chain(local.map(|mirror| mirror.resync.quantile(LONG)));
    let nodes = reach.clusters.iter().filter_map(|cluster| match &model.clusters[cluster.index()].product {
        Product::Quorum(profile) => profile.quarantine.as_ref().map(|rules| rules.lasts.as_secs_f64()),
        _ => None,
    });
    Span::from_secs_f64(resyncs.chain(nodes).fold(0.0, f64::max))
}

/// Planned work and scripts that concern them.
fn known(model: &Model, reach: &Reach) -> Vec<(u32, Known)> {
    let rounds = model.maintenances.iter().zip(&model.timers.maintenances).enumerate();
    let rounds = rounds.filter_map(|(number, (plan, &slot))| {
        let host = plan.hosts.iter().rposition(|host| reach.hosts.contains(&host.0));
        let is_asked = |id: &InstanceId| reach.services.contains(&model.instances[id.index()].service);
        let last = host.max(plan.instances.iter().rposition(is_asked))? as u32;
        Some((slot, Known::Round(MaintenanceId(number as u32), last + 1)))
    });
    let injects = model.injects.iter().zip(&model.timers.injects);
    let injects = injects
        .filter(|(inject, _)| !inject.is_replayed && reach.is_struck(model, inject.target))
        .map(|(_, &slot)| (slot, Known::Inject));
    rounds.chain(injects).collect()
}

/// The VMs of each instance of these services.
fn of_services(model: &Model, services: &[ServiceId]) -> impl Iterator<Item = Range<u32>> {
    let asked = model.instances.iter().filter(|one| services.contains(&one.service));
    asked.map(|one| one.first_vm.0..one.first_vm.0 + one.vms)
}

/// Everything that may fail and is reached or repaired by a crew, in the order of the model.
fn candidates<'m>(model: &'m Model, reach: &Reach) -> Vec<Candidate<'m>> {
    let mut all = Vec::new();
    let mut add = |one: Candidate<'m>| {
        if one.can_fail() && (one.is_reached || one.crew.is_some()) {
            all.push(one);
        }
    };
    for part in &model.parts {
        let host = match part.kind {
            PartKind::Link(host, _) | PartKind::Agent(host) => Some(host.0),
            _ => None,
        };
        add(Candidate {
            tag: part_tag(part.kind),
            place: Place::Slot(part.timers[0]),
            repair: part.timers[1],
            host,
            part: Some(part.kind),
            crew: part.crew,
            faults: [&part.fault, &None],
            is_reached: reach.holds(model, part.kind),
        });
    }
    for (number, host) in (0..).zip(&model.hosts) {
        let timers = &model.timers.hosts[number as usize];
        for (tag, timer, fault) in [(CRASH, timers.crash, &host.crash), (HANG, timers.hang, &host.hang)] {
            add(Candidate {
                tag,
                place: Place::Slot(timer),
                repair: timers.step,
                host: Some(number),
                part: None,
                crew: host.crew,
                faults: [fault, &None],
                is_reached: reach.hosts.contains(&number),
            });
        }
    }
    for (number, vm) in model.vms.iter().enumerate() {
        let (id, service) = (VmId(number as u32), &model.services[vm.service.index()]);
        let guest = (22, Place::Guest(id), [&service.guest_crash, &None]);
        let app = (23, Place::App(id), [&service.app_crash, &service.app_hang]);
        for (tag, place, faults) in [guest, app] {
            let is_reached = reach.services.contains(&vm.service);
            add(Candidate {
                tag,
                place,
                repair: NO_TIMER,
                host: None,
                part: None,
                crew: service.crew,
                faults,
                is_reached,
            });
        }
    }
    all
}

impl Reach {
    fn of(model: &Model, services: &[ServiceId]) -> Reach {
        let mut reach = Reach {
            hosts: BTreeSet::new(),
            clusters: BTreeSet::new(),
            storages: BTreeSet::new(),
            services: BTreeSet::new(),
        };
        // Whoever waits for another service is hit by what that is hit by.
        let mut open = services.to_vec();
        while let Some(service) = open.pop() {
            if reach.services.insert(service) {
                open.extend(&model.services[service.index()].after);
            }
        }
        for vm in model.vms.iter().filter(|vm| reach.services.contains(&vm.service)) {
            reach.hosts.insert(vm.host.0);
            let moves = model.services[vm.service.index()].host_cluster;
            if let Some(cluster) = model.hosts[vm.host.index()].cluster.filter(|_| moves) {
                reach.clusters.insert(cluster);
                reach.hosts.extend(model.clusters[cluster.index()].hosts.iter().map(|host| host.0));
            }
            reach.storages.extend(vm.storage);
        }
        for pair in &model.local_mirrors {
            if reach.has_host_of(pair) {
                reach.hosts.extend(pair.hosts.iter().map(|host| host.0));
            }
        }
        // Witnesses and statefiles are on disks that hosts reach, whatever else is there.
        reach.storages.extend(reach.hosts.iter().flat_map(|&host| &model.hosts[host as usize].storages));
        let own = reach.storages.clone();
        let mirrored = model.storages.iter().filter(|s| s.copies.iter().any(|copy| own.contains(copy)));
        reach.storages.extend(mirrored.flat_map(|storage| storage.copies.iter().copied()));
        reach
    }

    fn has_host_of(&self, pair: &LocalMirror) -> bool {
        pair.hosts.iter().any(|host| self.hosts.contains(&host.0))
    }

    /// Whether a script strikes any of it.
    fn is_struck(&self, model: &Model, target: InjectTarget) -> bool {
        match target {
            InjectTarget::HostCrash(host) | InjectTarget::HostHang(host) => self.hosts.contains(&host.0),
            InjectTarget::Vm(vm, _) => self.services.contains(&model.vms[vm.index()].service),
            InjectTarget::Part(first, equals) => (first.0..first.0 + equals.max(1))
                .filter_map(|part| model.parts.get(part as usize))
                .any(|part| self.holds(model, part.kind)),
        }
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

/// Hosts.
const CRASH: u8 = 20;
const HANG: u8 = 21;

/// What is out in one way or the other plays one role.
fn role(tag: u8) -> u8 {
    if tag == HANG { CRASH } else { tag }
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
