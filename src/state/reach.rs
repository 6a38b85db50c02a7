//! Who reaches whom: which traffic passes where just now, who hears a host, and whether the way to a storage is open.

use crate::engine::clone_in_place;
use crate::model::{
    ClusterId, HostId, Model, PlaceId, Product, Reach, Segments, StorageId, StorageKind, Traffic, VmId, Way,
    join,
};

use super::{HostPhase, Lead, PrimaryPhase, State};

/// How hosts hear each other.
const MANAGEMENT: Way = Way::Network(Traffic::Management);

/// What the networks carry just now, by place and kind of traffic.
#[derive(Debug, Default)]
pub struct Connectivity {
    /// Networks that carry it within the place and are up; traffic that nobody carries there counts one.
    pub carriers: Vec<[u32; Traffic::COUNT]>,
    pub segments: Vec<Segments>,
}

clone_in_place!(Connectivity { carriers, segments });

impl Connectivity {
    /// Of a model of that many places, not filled in yet.
    pub(super) fn new(places: u32) -> Connectivity {
        Connectivity {
            carriers: vec![[0; Traffic::COUNT]; places as usize],
            segments: vec![[0; Way::COUNT]; places as usize],
        }
    }

    /// Everything up.
    pub(super) fn reset(&mut self, model: &Model) {
        for (place, carriers) in (0..).map(PlaceId).zip(&mut self.carriers) {
            *carriers = [0; Traffic::COUNT];
            for network in model.networks.iter().filter(|network| network.reach.covers(place)) {
                for &traffic in &network.carries {
                    carriers[traffic as usize] += 1;
                }
            }
            // A kind of traffic that no network carries is perfect.
            for carriers in carriers {
                *carriers = (*carriers).max(1);
            }
        }
    }
}

impl State {
    /// Whether traffic of a kind passes within a place.
    #[inline]
    #[must_use]
    pub fn carries(&self, place: PlaceId, traffic: Traffic) -> bool {
        self.connectivity.carriers[place.index()][traffic as usize] > 0
    }

    /// Whether the way from one place to another is open.
    #[inline]
    #[must_use]
    pub fn is_open(&self, model: &Model, way: Way, from: PlaceId, to: PlaceId) -> bool {
        let segment = |place: PlaceId| self.connectivity.segments[place.index()][way.index()];
        from == to || model.geography.is_perfect(way, from, to) || segment(from) == segment(to)
    }

    /// Finds out anew which places of a cluster hear each other, over any of its hosts.
    pub fn survey_cluster(&mut self, model: &Model, cluster: ClusterId) {
        let mut sides = std::mem::take(&mut self.clusters[cluster.index()].sides);
        let places = &model.clusters[cluster.index()].places;
        places.iter().for_each(|place| sides[place.index()] = place.0);
        for (number, &a) in places.iter().enumerate() {
            for &b in &places[..number] {
                if self.is_open(model, MANAGEMENT, a, b) {
                    let (a, b) = (sides[a.index()], sides[b.index()]);
                    sides.iter_mut().filter(|side| **side == a.max(b)).for_each(|side| *side = a.min(b));
                }
            }
        }
        let split = places.iter().any(|place| sides[place.index()] != sides[places[0].index()]);
        self.clusters[cluster.index()].is_split = split;
        self.clusters[cluster.index()].sides = sides;
    }

    /// Finds out anew which places a way joins; true where that has changed.
    pub fn survey(&mut self, model: &Model, way: Way) -> bool {
        let mut segments = std::mem::take(&mut self.scratch_segments);
        segments.clear();
        segments.extend((0..model.geography.places).map(|place| [place; Way::COUNT]));
        for network in model.networks.iter().filter(|network| way.uses(network)) {
            if self.outages[network.part.index()].is_out() {
                continue;
            }
            match &network.reach {
                Reach::Within(_) => {}
                Reach::Everywhere => segments.iter_mut().for_each(|row| row[way.index()] = 0),
                Reach::Between(places) => {
                    for pair in places.windows(2) {
                        join(&mut segments, way, pair[0].0, pair[1].0);
                    }
                }
            }
        }
        let mut changed = false;
        for (row, found) in self.connectivity.segments.iter_mut().zip(&segments) {
            let (was, is) = (&mut row[way.index()], found[way.index()]);
            changed |= *was != is;
            *was = is;
        }
        self.scratch_segments = segments;
        changed
    }

    /// Whether a host's link and at least one network where it stands carry a kind of traffic.
    #[inline]
    #[must_use]
    pub fn hears(&self, model: &Model, host: HostId, traffic: Traffic) -> bool {
        self.hosts[host.index()].links_cut[traffic as usize] == 0
            && self.carries(model.hosts[host.index()].place, traffic)
    }

    /// Which hosts a host hears on the management network: those of the same side. `None`: nobody.
    #[inline]
    #[must_use]
    pub fn side(&self, model: &Model, host: HostId) -> Option<u32> {
        self.hears(model, host, Traffic::Management).then(|| self.home_side(model, host))
    }

    /// The side of its cluster that a host's place is on.
    #[inline]
    #[must_use]
    pub fn home_side(&self, model: &Model, host: HostId) -> u32 {
        let fixed = &model.hosts[host.index()];
        fixed.cluster.map_or(0, |c| self.clusters[c.index()].sides[fixed.place.index()])
    }

    /// Whether a cluster's order to start a VM would reach this host.
    #[inline]
    #[must_use]
    pub fn takes_orders(&self, model: &Model, host: HostId) -> bool {
        let row = &self.hosts[host.index()];
        row.phase == HostPhase::Up
            && !(row.agent_out || row.unlisted || row.quarantined || row.evacuates)
            && (is_obeyed_anyhow(model, host) || self.is_commanded(model, host) || self.is_alone(model, host))
    }

    /// Whether a host is in touch with its cluster: it hears the others, where its product needs that. Of a cluster
    /// that has fallen into sides, products with a quorum are where it is; the others are on every side.
    #[must_use]
    pub fn is_connected(&self, model: &Model, host: HostId) -> bool {
        let Some(cluster) = model.hosts[host.index()].cluster else { return true };
        match &model.clusters[cluster.index()].product {
            // One number and no networks.
            Product::Custom { .. } => true,
            Product::Primary(_) | Product::FivePrimaries(_) => self.side(model, host).is_some(),
            Product::Pool(_) | Product::Quorum(_) | Product::Ring(_) => {
                let row = &self.clusters[cluster.index()];
                self.side(model, host) == Some(row.main) && row.deserted != Some(host)
            }
        }
    }

    /// Whether a primary gives orders: it has read what it protects, and hears the hosts of its side. One that is cut off
    /// restarts nothing; the others elect another meanwhile (VMW-33).
    #[must_use]
    pub fn leads(&self, model: &Model, lead: Lead) -> bool {
        lead.phase == PrimaryPhase::Ready
            && lead.primary.is_some_and(|primary| self.side(model, primary).is_some())
    }

    /// Whether somebody who gives orders is in touch with a host.
    fn is_commanded(&self, model: &Model, host: HostId) -> bool {
        let Some(cluster) = model.hosts[host.index()].cluster else { return true };
        self.is_connected(model, host)
            && match &model.clusters[cluster.index()].product {
                Product::FivePrimaries(_) => {
                    // A cluster without a split has its primaries where its hosts are; `can_act` looks at them.
                    !self.clusters[cluster.index()].is_split
                        || self.side(model, host).is_some_and(|side| {
                            model.clusters[cluster.index()].hosts.iter().any(|&other| {
                                let row = &self.hosts[other.index()];
                                row.is_primary
                                    && row.phase == HostPhase::Up
                                    && !row.agent_out
                                    && self.side(model, other) == Some(side)
                            })
                        })
                }
                _ => true,
            }
    }

    /// Whether a host goes on by itself while none of its cluster hears another.
    fn is_alone(&self, model: &Model, host: HostId) -> bool {
        model.hosts[host.index()].cluster.is_some_and(|c| self.clusters[c.index()].alone == Some(host))
    }

    /// Whether a VM on a host could reach its disks just now.
    #[inline]
    #[must_use]
    pub fn reaches_disk(&self, model: &Model, vm: VmId, host: HostId) -> bool {
        self.copy_of(model, vm).is_none_or(|copy| self.reaches_copy(model, vm, copy, host))
    }

    fn reaches_copy(&self, model: &Model, vm: VmId, copy: StorageId, host: HostId) -> bool {
        // After a switch a VM may live where nothing leads to its disks.
        let wired = model.storages[copy.index()].copies.is_empty() || self.is_wired(model, host, vm);
        wired && self.reaches_storage(model, copy, host)
    }

    /// Whether the way from a host to a storage is open, and the storage there.
    #[must_use]
    pub fn reaches_storage(&self, model: &Model, storage: StorageId, host: HostId) -> bool {
        let kind = model.storages[storage.index()].kind;
        let held = self.hosts[host.index()].holds_io && !kind.is_filer();
        !held && self.sees_storage(model, storage, host)
    }

    /// The same for a product's own I/O, which is not held back with that of the VMs.
    #[must_use]
    pub fn sees_storage(&self, model: &Model, storage: StorageId, host: HostId) -> bool {
        !self.storages[storage.index()].is_out()
            && (self.has_path(model, storage, host) || self.is_redirected(model, storage, host))
    }

    /// Whether a host's own way to a storage is open.
    fn has_path(&self, model: &Model, storage: StorageId, host: HostId) -> bool {
        let fixed = &model.storages[storage.index()];
        let from = model.hosts[host.index()].place;
        let path = match fixed.kind {
            StorageKind::Das => return true,
            kind if kind.is_networked() => self.hears(model, host, Traffic::Storage),
            _ => self.hosts[host.index()].links_cut[Traffic::Storage as usize] == 0,
        };
        path && fixed.place.is_none_or(|to| {
            to == from || {
                let networked = fixed.kind.is_networked();
                let way = if networked { Way::Network(Traffic::Storage) } else { Way::Fabric };
                (!networked || self.carries(to, Traffic::Storage)) && self.is_open(model, way, from, to)
            }
        })
    }

    /// Whether a host's I/O goes through another host of its cluster that has a way to the storage (HYP-26).
    fn is_redirected(&self, model: &Model, storage: StorageId, host: HostId) -> bool {
        if !self.hosts[host.index()].redirected {
            return false;
        }
        let Some(side) = self.side(model, host) else { return false };
        model.hosts[host.index()].cluster.is_some_and(|cluster| {
            model.clusters[cluster.index()].hosts.iter().any(|&other| {
                self.hosts[other.index()].phase == HostPhase::Up
                    && self.side(model, other) == Some(side)
                    && model.hosts[other.index()].storages.contains(&storage)
                    && self.has_path(model, storage, other)
            })
        })
    }
}

/// One number and no networks: nothing keeps an order from a host.
#[inline]
fn is_obeyed_anyhow(model: &Model, host: HostId) -> bool {
    model.hosts[host.index()]
        .cluster
        .is_none_or(|cluster| matches!(model.clusters[cluster.index()].product, Product::Custom { .. }))
}
