//! Where VMs live: the lists of residents and of the lost, and the room they take. Each of these
//! transitions keeps list, sums and the cluster's view of free room together.

use crate::engine::{Time, Tournament};
use crate::model::{ClusterId, Host, HostId, Model, Product, VmId};

use super::{ClusterState, HostPhase, NOWHERE, State};

impl State {
    /// Gives a VM a home. It must have none, and the host must have room.
    pub fn place(&mut self, model: &Model, vm: VmId, host: HostId) {
        let need = model.service_of(vm).need;
        let fixed = &model.hosts[host.index()];
        let free = self.hosts[host.index()].free(fixed);
        assert!(
            need.memory_mib <= free.memory_mib && need.cores <= free.cores,
            "placed {} on {} without room: needs {need:?}, free {free:?}",
            model.vms[vm.index()].name,
            fixed.name,
        );
        self.settle_quietly(model, vm, host);
        self.show_room(fixed, free.memory_mib - need.memory_mib);
    }

    /// As [`State::place`], without looking for room and without telling the cluster.
    #[inline(always)]
    pub(super) fn settle_quietly(&mut self, model: &Model, vm: VmId, host: HostId) {
        let need = model.service_of(vm).need;
        let home = &mut self.hosts[host.index()];
        let head = home.first_vm;
        home.first_vm = vm.0;
        home.used.memory_mib += need.memory_mib;
        home.used.cores += need.cores;
        if let Some(wanted) = self.demands.hosts.get_mut(host.index()) {
            wanted.most += model.service_of(vm).demand_most();
        }
        let row = &mut self.vms[vm.index()];
        assert!(row.host == NOWHERE, "{} has a home already", model.vms[vm.index()].name);
        (row.host, row.prev, row.next) = (host.0, NOWHERE, head);
        if head != NOWHERE {
            self.vms[head as usize].prev = vm.0;
        }
    }

    /// Takes a VM from its home.
    pub fn remove(&mut self, model: &Model, vm: VmId) {
        let host = self.leave(model, vm);
        let row = &mut self.vms[vm.index()];
        (row.host, row.prev, row.next) = (NOWHERE, NOWHERE, NOWHERE);
        self.resize_room(model, host);
    }

    /// Takes a VM from its failed host and remembers it there until the cluster notices.
    pub fn lose(&mut self, model: &Model, vm: VmId) {
        let host = self.leave(model, vm);
        let home = &mut self.hosts[host.index()];
        let row = &mut self.vms[vm.index()];
        (row.host, row.prev, row.next) = (NOWHERE, home.downs, home.first_lost);
        home.first_lost = vm.0;
        self.restarts[vm.index()].retry_at = Time::NEVER;
        // The room of a host that is down is nobody's business until it is back.
        if home.phase == HostPhase::Up {
            self.resize_room(model, host);
        }
    }

    /// Takes a VM out of the list of its home, and gives its room there back. Its own row does not know that yet.
    #[inline(always)]
    fn leave(&mut self, model: &Model, vm: VmId) -> HostId {
        let row = &self.vms[vm.index()];
        let host = row.host().expect("only a VM that lives somewhere can leave");
        let (prev, next) = (row.prev, row.next);
        if next != NOWHERE {
            self.vms[next as usize].prev = prev;
        }
        let service = model.service_of(vm);
        let home = &mut self.hosts[host.index()];
        match prev {
            NOWHERE => home.first_vm = next,
            prev => self.vms[prev as usize].next = next,
        }
        home.used.memory_mib -= service.need.memory_mib;
        home.used.cores -= service.need.cores;
        if let Some(wanted) = self.demands.hosts.get_mut(host.index()) {
            wanted.most -= service.demand_most();
        }
        if service.host_cluster {
            self.queue(vm, host, false);
        }
        host
    }

    /// The VMs that live on a host.
    pub fn residents(&self, host: HostId) -> impl Iterator<Item = VmId> {
        let place = |vm: u32| (vm != NOWHERE).then_some(VmId(vm));
        let first = place(self.hosts[host.index()].first_vm);
        std::iter::successors(first, move |vm| place(self.vms[vm.index()].next))
    }

    /// Writes the VMs that live on a host into the scratch list, which the caller gives back.
    #[must_use]
    pub fn take_residents(&mut self, host: HostId) -> Vec<VmId> {
        let mut list = std::mem::take(&mut self.scratch);
        list.clear();
        list.extend(self.residents(host));
        list
    }

    /// Takes from a host's lost VMs those lost in its first `downs` downs, and those that are found at an instant that
    /// has come, into the scratch list, which the caller gives back; none that is still being shut down.
    #[must_use]
    pub fn take_lost(&mut self, host: HostId, downs: u32, now: Time) -> Vec<VmId> {
        let mut list = std::mem::take(&mut self.scratch);
        list.clear();
        let mut next = std::mem::replace(&mut self.hosts[host.index()].first_lost, NOWHERE);
        while next != NOWHERE {
            let row = &mut self.vms[next as usize];
            let following = row.next;
            let is_off = self.shutdowns.get(next as usize).is_none_or(|shutdown| shutdown.until <= now);
            if is_off && (row.prev <= downs || self.restarts[next as usize].retry_at <= now) {
                (row.next, row.prev) = (NOWHERE, NOWHERE);
                list.push(VmId(next));
            } else {
                row.next = std::mem::replace(&mut self.hosts[host.index()].first_lost, next);
            }
            next = following;
        }
        list
    }

    /// Those lost on a host after its first `downs` downs and before its last will be found at an instant, where it is not
    /// sooner.
    pub fn find_at(&mut self, host: HostId, downs: u32, at: Time) {
        let home = &self.hosts[host.index()];
        let (last, mut next) = (home.downs, home.first_lost);
        while next != NOWHERE {
            let row = &self.vms[next as usize];
            if downs < row.prev && row.prev < last {
                let found_at = &mut self.restarts[next as usize].retry_at;
                *found_at = at.min(*found_at);
            }
            next = row.next;
        }
    }

    /// When the next of those lost on a host will be found, and with which of its downs.
    #[must_use]
    pub fn found_next(&self, host: HostId) -> (Time, u32) {
        let home = &self.hosts[host.index()];
        let (mut found, mut next) = ((home.next_declaration, home.downs), home.first_lost);
        while next != NOWHERE {
            let (at, row) = (self.restarts[next as usize].retry_at, &self.vms[next as usize]);
            if at < found.0 {
                found = (at, row.prev);
            } else if at == found.0 {
                found.1 = found.1.max(row.prev);
            }
            next = row.next;
        }
        found
    }

    /// Takes a VM that has no home from the list on which it is: of those that wait, or of those lost on a host.
    pub fn stop_looking_for(&mut self, model: &Model, vm: VmId) {
        for number in 0..self.clusters.len() {
            if let Some(place) = self.clusters[number].waiting.iter().position(|other| *other == vm) {
                self.clusters[number].waiting.remove(place);
                self.wait_for(vm, None);
                return;
            }
        }
        for host in 0..model.hosts.len() {
            let (mut before, mut next) = (NOWHERE, self.hosts[host].first_lost);
            while next != NOWHERE {
                if next == vm.0 {
                    let following = self.vms[next as usize].next;
                    match before {
                        NOWHERE => self.hosts[host].first_lost = following,
                        before => self.vms[before as usize].next = following,
                    }
                    let row = &mut self.vms[vm.index()];
                    (row.next, row.prev) = (NOWHERE, NOWHERE);
                    self.restarts[vm.index()].retry_at = Time::ZERO;
                    self.end_shutdown(vm);
                    return;
                }
                (before, next) = (next, self.vms[next as usize].next);
            }
        }
    }

    /// The room of a host has changed, and nothing else: its cluster sees that, where it counts on the host at all.
    #[inline]
    pub fn resize_room(&mut self, model: &Model, host: HostId) {
        let fixed = &model.hosts[host.index()];
        self.show_room(fixed, self.hosts[host.index()].free(fixed).memory_mib);
    }

    /// The cluster of a host sees how much room it has, where it counts on the host at all.
    #[inline]
    fn show_room(&mut self, fixed: &Host, free_memory_mib: u64) {
        let Some(cluster) = fixed.cluster else { return };
        let rooms = &mut self.clusters[cluster.index()].rooms;
        if rooms.key(fixed.seat) != Tournament::OUT {
            rooms.set(fixed.seat, ClusterState::key(free_memory_mib));
        }
    }

    /// Whether a host takes orders may have changed: its cluster sees how much room it has, or that it can take nobody.
    pub fn refresh_room(&mut self, model: &Model, host: HostId) {
        let Some(cluster) = model.hosts[host.index()].cluster else { return };
        let fixed = &model.clusters[cluster.index()];
        if self.clusters[cluster.index()].is_split && matches!(fixed.product, Product::FivePrimaries(_)) {
            // Whether the others of its side take orders may depend on it: one of the primaries must be among them.
            for &other in &fixed.hosts {
                self.refresh_room_of(model, cluster, other);
            }
        } else {
            self.refresh_room_of(model, cluster, host);
        }
    }

    fn refresh_room_of(&mut self, model: &Model, cluster: ClusterId, host: HostId) {
        let fixed = &model.hosts[host.index()];
        let row = &self.hosts[host.index()];
        let key = if self.takes_orders(model, host) {
            ClusterState::key(row.free(fixed).memory_mib)
        } else {
            Tournament::OUT
        };
        let rooms = &mut self.clusters[cluster.index()].rooms;
        if rooms.key(fixed.seat) != key {
            rooms.set(fixed.seat, key);
        }
    }
}
