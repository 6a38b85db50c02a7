//! The invariants of what several sites bring: second copies of storages, and sides of clusters.

use crate::engine::{Span, Time};
use crate::model::{
    ClusterId, LocalMirrorId, Mirror, MirrorFailover, Model, Product, StorageId, Traffic, VmId, Way,
};

use super::{DiskSwitch, Lead, State};

impl State {
    pub(super) fn check_sites(&self, model: &Model) {
        for number in 0..model.storages.len() as u32 {
            let fixed = &model.storages[number as usize];
            if let Some(mirror) = fixed.mirror.as_ref().filter(|mirror| !mirror.is_by_host(fixed.kind)) {
                self.check_mirror(model, StorageId(number), mirror);
            }
        }
        for number in 0..model.local_mirrors.len() as u32 {
            self.check_local_mirror(model, LocalMirrorId(number));
        }
        self.check_copies(model);
        for number in 0..model.clusters.len() as u32 {
            self.check_sides(model, ClusterId(number));
        }
    }

    /// Timers run exactly where something is going to happen.
    fn check_mirror(&self, model: &Model, id: StorageId, mirror: &Mirror) {
        let name = &model.storages[id.index()].name;
        let row = &self.mirrors[id.index()];
        let there = [id, mirror.to].map(|copy| !self.storages[copy.index()].is_out());
        let known = row.out_since.map(|since| since == Time::NEVER);
        assert_eq!(there, known, "{name}: a copy is out, or is not");
        let slots = &model.timers.mirrors[id.index()];
        let equal = there[0] && there[1] && self.are_joined(model, id);
        let behind = row.stale_since != [Time::NEVER; 2];
        let resyncs = self.timers.at(slots.resync) != Time::NEVER;
        assert_eq!(resyncs, equal && behind, "{name}: its copies become equal, or do not");
        let (active, other) = (usize::from(row.active), 1 - usize::from(row.active));
        let refused =
            mirror.sync && mirror.failover == MirrorFailover::Array && row.missed(other) > Span::ZERO;
        let wanted = !there[active] && there[other] && !refused && mirror.failover != MirrorFailover::Cluster;
        let switches = self.timers.at(slots.switch) != Time::NEVER;
        assert_eq!(switches, wanted, "{name}: its other copy takes over, or does not");
    }

    /// Of local disks as well; and a copy is behind whenever the other one alone can be written.
    fn check_local_mirror(&self, model: &Model, id: LocalMirrorId) {
        let (fixed, row) = (&model.local_mirrors[id.index()], &self.local_mirrors[id.index()]);
        let name = &model.hosts[fixed.hosts[0].index()].name;
        let there = self.local_copies(model, id);
        let behind = row.stale_since.map(|since| since != Time::NEVER);
        let joined = self.are_local_copies_joined(model, id);
        let resyncs = self.timers.at(model.timers.local_mirrors[id.index()]) != Time::NEVER;
        assert_eq!(resyncs, joined && behind != [false; 2], "{name}: its disks become equal, or do not");
        for copy in 0..2 {
            let missing = !joined && there[1 - copy];
            assert!(behind[copy] || !missing, "{name}: copy {copy} of its disks is written by nobody");
        }
    }

    /// Every VM is where all disks of its storage are, unless its cluster switches them one by one.
    fn check_copies(&self, model: &Model) {
        for (number, vm) in self.vms.iter().enumerate() {
            let (fixed, id) = (&model.vms[number], VmId(number as u32));
            let mirror = fixed.storage.map(|storage| (storage, &model.storages[storage.index()].mirror));
            let Some((storage, Some(mirror))) = mirror else {
                assert!(!vm.on_mirror, "{}: on a copy that there is not", fixed.name);
                continue;
            };
            let each = mirror.failover == MirrorFailover::Cluster;
            let active = self.mirrors[storage.index()].active == 1;
            assert!(each || vm.on_mirror == active, "{}: on the copy that does not serve", fixed.name);
            let settled = self.restarts.get(number).is_none_or(|row| row.switch == DiskSwitch::Settled);
            assert!(settled || model.switches_copies(id), "{}: nobody switches its disks", fixed.name);
        }
    }

    /// Sides are those who hear each other; one of them counts, and each has one leader at most.
    fn check_sides(&self, model: &Model, id: ClusterId) {
        let (fixed, row) = (&model.clusters[id.index()], &self.clusters[id.index()]);
        // A custom cluster has one number and no networks.
        if !fixed.spans_places() || matches!(fixed.product, Product::Custom { .. }) {
            return;
        }
        for &a in &fixed.places {
            for &b in &fixed.places {
                let open = self.is_open(model, Way::Network(Traffic::Management), a, b);
                let one = row.sides[a.index()] == row.sides[b.index()];
                assert!(!open || one, "{}: two sides that hear each other", fixed.name);
            }
        }
        let split =
            fixed.places.iter().any(|place| row.sides[place.index()] != row.sides[fixed.places[0].index()]);
        assert_eq!(row.is_split, split, "{}: fallen apart, or not", fixed.name);
        assert_eq!(row.sides[row.main as usize], row.main, "{}: the side that counts is none", fixed.name);
        for (place, lead) in row.others.iter().enumerate().filter(|(_, lead)| **lead != Lead::NOBODY) {
            let own = row.is_split && row.sides[place] == place as u32 && place as u32 != row.main;
            assert!(own, "{}: somebody leads a side that there is not", fixed.name);
            if let Some(primary) = lead.primary {
                let stands = self.home_side(model, primary);
                assert_eq!(stands, place as u32, "{}: the leader of a side is elsewhere", fixed.name);
            }
        }
    }
}
