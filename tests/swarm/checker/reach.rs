//! Who reaches whom and what, as far as the log tells: networks within places and between them, storages and their
//! second copies.

use super::Checker;
use ninefold::engine::Time;
use ninefold::model::{
    HostId, MirrorFailover, Model, Network, PlaceId, Reach, StorageId, StorageKind, Traffic, VmId,
};

/// The fabric of Fibre Channel beside the kinds of traffic.
const FABRIC: usize = 4;
const WAYS: usize = FABRIC + 1;

/// What the networks carry just now. It changes only with them.
pub(super) struct Ways {
    places: usize,
    /// By place and kind of traffic.
    carried: Vec<[bool; FABRIC]>,
    /// By way and pair of places.
    open: Vec<bool>,
}

impl Ways {
    pub(super) fn new(model: &Model, down: &[bool]) -> Ways {
        let places = model.geography.places as usize;
        let mut ways = Ways { places, carried: vec![[true; FABRIC]; places], open: Vec::new() };
        ways.survey(model, down);
        ways
    }

    pub(super) fn survey(&mut self, model: &Model, down: &[bool]) {
        let networks = || model.networks.iter().zip(down);
        for (place, carried) in self.carried.iter_mut().enumerate() {
            for (_, traffic) in Traffic::WORDS {
                let covers = |network: &Network| match &network.reach {
                    Reach::Everywhere => true,
                    Reach::Within(own) => own.index() == place,
                    Reach::Between(_) => false,
                };
                let mut there = networks()
                    .filter(|(network, _)| network.carries.contains(traffic) && covers(network))
                    .peekable();
                carried[*traffic as usize] = there.peek().is_none() || there.any(|(_, down)| !down);
            }
        }
        self.open.clear();
        for way in 0..WAYS {
            for a in 0..self.places {
                self.open.extend((0..self.places).map(|b| is_open(model, down, way, a, b)));
            }
        }
    }
}

/// Whether a network is part of a way between places, and of which.
fn joins(network: &Network, way: usize) -> Option<&Reach> {
    let carries = |traffic: Traffic| network.carries.contains(&traffic);
    let part = match (&network.reach, way) {
        (Reach::Within(_), _) => false,
        // A fabric within a site is the array's own.
        (reach, FABRIC) => carries(Traffic::Storage) && matches!(reach, Reach::Between(_)),
        (_, way) => Traffic::WORDS.iter().any(|(_, traffic)| *traffic as usize == way && carries(*traffic)),
    };
    part.then_some(&network.reach)
}

fn includes(reach: &Reach, place: usize) -> bool {
    match reach {
        Reach::Everywhere => true,
        Reach::Within(_) => false,
        Reach::Between(places) => places.iter().any(|p| p.index() == place),
    }
}

/// Whether networks lead from one place to another, from place to place; where none is there the way is perfect.
fn is_open(model: &Model, down: &[bool], way: usize, a: usize, b: usize) -> bool {
    let direct = |reach: &Reach| includes(reach, a) && includes(reach, b);
    if a == b || !model.networks.iter().filter_map(|n| joins(n, way)).any(direct) {
        return true;
    }
    let mut seen = vec![a];
    let mut next = 0;
    while let Some(&from) = seen.get(next) {
        next += 1;
        let up = model.networks.iter().zip(down).filter(|(_, down)| !**down);
        for reach in up.filter_map(|(n, _)| joins(n, way)).filter(|reach| includes(reach, from)) {
            let found = (0..model.geography.places as usize).filter(|p| includes(reach, *p));
            for place in found {
                if !seen.contains(&place) {
                    seen.push(place);
                }
            }
        }
    }
    seen.contains(&b)
}

impl Checker<'_> {
    pub(super) fn place(&self, host: HostId) -> PlaceId {
        self.model.hosts[host.index()].place
    }

    /// Traffic of a kind passes within a place.
    pub(super) fn carries(&self, place: PlaceId, traffic: Traffic) -> bool {
        self.ways.carried[place.index()][traffic as usize]
    }

    pub(super) fn is_open(&self, way: usize, from: PlaceId, to: PlaceId) -> bool {
        self.ways.open[(way * self.ways.places + from.index()) * self.ways.places + to.index()]
    }

    /// The same over places in between, as who stands there hears both.
    pub(super) fn leads(&self, way: usize, from: PlaceId, to: PlaceId) -> bool {
        let places = || (0..self.ways.places as u32).map(PlaceId);
        let mut seen = vec![from];
        let mut next = 0;
        while let Some(&at) = seen.get(next) {
            next += 1;
            let found = places().filter(|p| self.is_open(way, at, *p) && !seen.contains(p));
            seen.extend(found.collect::<Vec<_>>());
        }
        seen.contains(&to)
    }

    /// Whether a host's link for a kind of traffic is whole, or one of several paths.
    pub(super) fn is_linked(&self, host: HostId, traffic: Traffic) -> bool {
        let links =
            if traffic == Traffic::Storage { self.model.hosts[host.index()].storage_paths } else { 1 };
        self.hosts[host.index()].cuts[traffic as usize] < links
    }

    /// Whether a host is heard where it stands.
    pub(super) fn hears(&self, host: HostId, traffic: Traffic) -> bool {
        self.is_linked(host, traffic) && self.carries(self.place(host), traffic)
    }

    /// Whether two copies are written together: the way from one to the other is open.
    pub(super) fn copies_are_joined(&self, a: StorageId, b: StorageId) -> bool {
        let (a, b) = (&self.model.storages[a.index()], &self.model.storages[b.index()]);
        let (Some(from), Some(to)) = (a.place, b.place) else { return true };
        if a.kind == StorageKind::Fc {
            return self.is_open(FABRIC, from, to);
        }
        self.carries(from, Traffic::Storage)
            && self.carries(to, Traffic::Storage)
            && self.is_open(Traffic::Storage as usize, from, to)
    }

    /// Whether a host's own way to a storage is open.
    pub(super) fn has_path(&self, storage: StorageId, host: HostId) -> bool {
        let fixed = &self.model.storages[storage.index()];
        let (from, to) = (self.place(host), fixed.place);
        match fixed.kind {
            StorageKind::Das => true,
            StorageKind::Fc => {
                self.is_linked(host, Traffic::Storage) && to.is_none_or(|to| self.is_open(FABRIC, from, to))
            }
            _ => {
                self.hears(host, Traffic::Storage)
                    && to.is_none_or(|to| {
                        self.carries(to, Traffic::Storage)
                            && self.is_open(Traffic::Storage as usize, from, to)
                    })
            }
        }
    }

    /// Whether a storage is there for a host, over its own way or, where the product redirects, another host's.
    pub(super) fn reaches_storage(&self, storage: StorageId, host: HostId) -> bool {
        let redirected = || {
            let cluster = self.model.hosts[host.index()].cluster;
            self.redirects
                && (0..self.hosts.len() as u32).map(HostId).any(|other| {
                    self.model.hosts[other.index()].cluster == cluster && self.has_path(storage, other)
                })
        };
        !self.storages[storage.index()] && (self.has_path(storage, host) || redirected())
    }

    /// The copy of a VM's disks that is in use; `other` asks for the one that is not.
    fn copy_of(&self, vm: VmId, other: bool) -> Option<StorageId> {
        let storage = self.model.vms[vm.index()].storage?;
        let Some(mirror) = &self.model.storages[storage.index()].mirror else {
            return (!other).then_some(storage);
        };
        Some(if self.is_on_second(vm) != other { mirror.to } else { storage })
    }

    /// Whether a VM's disks are on the second copy.
    pub(super) fn is_on_second(&self, vm: VmId) -> bool {
        let Some(storage) = self.model.vms[vm.index()].storage else { return false };
        self.mirror_of(storage).is_some_and(|mirror| match mirror.failover {
            MirrorFailover::Cluster => self.vms[vm.index()].on_mirror,
            MirrorFailover::Array | MirrorFailover::Manual => self.mirrors[storage.index()].active == 1,
        })
    }

    /// When all disks of a VM's storage changed to the other copy last.
    pub(super) fn switched_at(&self, vm: VmId) -> Time {
        self.model.vms[vm.index()].storage.map_or(Time::ZERO, |s| self.mirrors[s.index()].switched_at)
    }

    /// Whether a host is wired to a copy of a VM's disks: local ones are in the host where the VM began, or in its
    /// partner.
    fn is_wired(&self, vm: VmId, host: HostId, copy: StorageId) -> bool {
        let home = self.model.vms[vm.index()].host;
        let storage = self.model.vms[vm.index()].storage.expect("a copy is of something");
        let local = match &self.model.storages[storage.index()].mirror {
            Some(mirror) if mirror.to == copy => {
                mirror.partners.get(home.index()).copied().flatten() == Some(host)
            }
            _ => host == home,
        };
        self.model.hosts[host.index()].storages.contains(&copy)
            && (local || self.model.storages[copy.index()].kind != StorageKind::Das)
    }

    /// A VM on a host reaches the copy of its disks that is in use.
    pub(super) fn disks_alive(&self, vm: VmId, host: HostId) -> bool {
        self.copy_of(vm, false).is_none_or(|s| self.is_wired(vm, host, s) && self.reaches_storage(s, host))
    }

    /// The same of the copy that is not in use, where a cluster could switch to it.
    pub(super) fn other_copy_alive(&self, vm: VmId, host: HostId) -> bool {
        self.model.switches_copies(vm)
            && self
                .copy_of(vm, true)
                .is_some_and(|s| self.is_wired(vm, host, s) && self.reaches_storage(s, host))
    }

    /// A VM's disks and clients are in reach, and it is not held still.
    pub(super) fn in_reach(&self, vm: VmId) -> bool {
        !self.vms[vm.index()].paused
            && self.vms[vm.index()]
                .home
                .is_none_or(|host| self.hears(host, Traffic::Client) && self.disks_alive(vm, host))
    }
}
