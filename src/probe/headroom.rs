//! How much of a cluster's room is free, over time, and for how long less than it asks for.
//!
//! Free is what VMs may take of the hosts that are there for them, less what they take. A host is there while it is up, its
//! agent answers, it is not kept out of its cluster, the cluster has the votes that it needs, and nobody empties the host or
//! works on it; links, networks and statefiles are no matter of it by themselves. A VM takes its room from the order to start
//! it, or its place in the queue, until it is started elsewhere, waits, or is lost with its host; one that its cluster does not
//! restart keeps it. While it is moved it takes room on both hosts, and a copy that stays in the memory of a host takes it
//! there. All of the room is that of all hosts of the cluster, whether they are there or not: what is asked for is a part of
//! that.

use super::Window;
use crate::engine::Time;
use crate::model::{Cause, ClusterId, Host, HostId, Model, Ppm, Room, VmId};
use crate::sim::{Observer, Signal};

/// One cluster over one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeadroomTally {
    /// Microseconds in which less memory was free than it asks for, or fewer cores.
    pub below_us: u64,
    /// What was free, times microseconds.
    pub memory_mib_us: u128,
    pub cores_us: u128,
    /// The least that was free, each by itself, for any time at all.
    pub least: Room,
}

/// Follows the room of clusters that ask for headroom; where none does it hears nothing.
#[derive(Clone, Debug)]
pub struct Headroom {
    window: Window,
    clusters: Vec<Watched>,
    /// By cluster, its number among those, or [`NOWHERE`].
    numbers: Vec<u32>,
    hosts: Vec<HostRow>,
    vms: Vec<VmRow>,
    /// As they are at the start of a replication.
    first_hosts: Vec<HostRow>,
    first_vms: Vec<VmRow>,
    tallies: Vec<HeadroomTally>,
}

/// A cluster that asks for headroom.
#[derive(Clone, Copy, Debug)]
struct Watched {
    /// What must be free.
    asked: Room,
    /// What is free on its hosts that are there.
    free: Room,
    /// Whether it has too few votes: then none of them takes orders.
    idle: bool,
    since: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct HostRow {
    /// Its number among the clusters that are followed, or [`NOWHERE`].
    cluster: u32,
    room: Room,
    used: Room,
    down: bool,
    agent_out: bool,
    kept_out: bool,
    emptied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct VmRow {
    need: Room,
    /// Whether it is restarted elsewhere when its host is lost.
    protected: bool,
    /// Where it takes room, where it is being moved to, and where a copy of it is left: a host, or [`NOWHERE`].
    at: u32,
    to: u32,
    copy: u32,
}

const NOWHERE: u32 = u32::MAX;

impl Watched {
    fn there(&self) -> Room {
        if self.idle { Room::default() } else { self.free }
    }
}

impl HostRow {
    fn free(&self) -> Room {
        if self.down || self.agent_out || self.kept_out || self.emptied {
            return Room::default();
        }
        Room {
            memory_mib: self.room.memory_mib.saturating_sub(self.used.memory_mib),
            cores: self.room.cores.saturating_sub(self.used.cores),
        }
    }
}

impl Headroom {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Headroom {
        let mut numbers = vec![NOWHERE; model.clusters.len()];
        let mut clusters = Vec::new();
        for (number, (cluster, asked)) in Headroom::asked(model).enumerate() {
            numbers[cluster.index()] = number as u32;
            let asked = model.room_of(cluster).part(asked);
            clusters.push(Watched { asked, free: Room::default(), idle: false, since: Time::ZERO });
        }
        let of_cluster = numbers.clone();
        let of = |host: &Host| host.cluster.map_or(NOWHERE, |cluster| of_cluster[cluster.index()]);
        Headroom::of(model, clusters, numbers, of)
    }

    /// An observer that takes all hosts for one cluster, which asks for nothing.
    #[must_use]
    pub fn of_all_hosts(model: &Model) -> Headroom {
        let (asked, free) = (Room::default(), Room::default());
        let all = vec![Watched { asked, free, idle: false, since: Time::ZERO }];
        Headroom::of(model, all, vec![NOWHERE; model.clusters.len()], |_| 0)
    }

    /// Hosts that belong to none of the clusters are [`NOWHERE`].
    fn of(
        model: &Model,
        clusters: Vec<Watched>,
        numbers: Vec<u32>,
        cluster_of: impl Fn(&Host) -> u32,
    ) -> Headroom {
        let mut probe = Headroom {
            window: Window::of(model),
            tallies: vec![HeadroomTally::default(); clusters.len()],
            hosts: Vec::new(),
            vms: Vec::new(),
            first_hosts: Vec::new(),
            first_vms: Vec::new(),
            clusters,
            numbers,
        };
        if probe.clusters.is_empty() {
            return probe;
        }
        probe.first_hosts.extend(model.hosts.iter().map(|host| HostRow {
            cluster: cluster_of(host),
            room: host.room,
            used: Room::default(),
            down: false,
            agent_out: false,
            kept_out: false,
            emptied: false,
        }));
        for vm in &model.vms {
            let service = &model.services[vm.service.index()];
            take(&mut probe.first_hosts[vm.host.index()].used, service.need);
            let protected = service.host_cluster && model.hosts[vm.host.index()].cluster.is_some();
            let at = vm.host.0;
            probe.first_vms.push(VmRow { need: service.need, protected, at, to: NOWHERE, copy: NOWHERE });
        }
        probe.hosts.clone_from(&probe.first_hosts);
        probe.vms.clone_from(&probe.first_vms);
        probe.reset();
        probe
    }

    /// The clusters that ask for headroom, and the part of their room that they ask for.
    pub fn asked(model: &Model) -> impl Iterator<Item = (ClusterId, Ppm)> + '_ {
        let clusters = model.clusters.iter().enumerate();
        clusters.filter_map(|(number, cluster)| Some((ClusterId(number as u32), cluster.headroom?)))
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        self.hosts.copy_from_slice(&self.first_hosts);
        self.vms.copy_from_slice(&self.first_vms);
        for cluster in &mut self.clusters {
            (cluster.free, cluster.idle, cluster.since) = (Room::default(), false, Time::ZERO);
        }
        for row in self.hosts.iter().filter(|row| row.cluster != NOWHERE) {
            take(&mut self.clusters[row.cluster as usize].free, row.free());
        }
        for tally in &mut self.tallies {
            let least = Room { memory_mib: u64::MAX, cores: u64::MAX };
            *tally = HeadroomTally { least, ..HeadroomTally::default() };
        }
    }

    /// Counts up to the end; by cluster that asks, in their order.
    pub fn finish(&mut self) -> &[HeadroomTally] {
        for cluster in 0..self.clusters.len() {
            self.book(self.window.end, cluster);
        }
        &self.tallies
    }

    /// What is free just now of each cluster that asks.
    pub fn free(&self) -> impl Iterator<Item = Room> + '_ {
        self.clusters.iter().map(Watched::there)
    }

    /// Counts what was free since something changed last.
    fn book(&mut self, now: Time, cluster: usize) {
        let row = &mut self.clusters[cluster];
        let span = self.window.overlap(row.since, now);
        row.since = now;
        if span == 0 {
            return;
        }
        let (free, tally) = (row.there(), &mut self.tallies[cluster]);
        let below = free.memory_mib < row.asked.memory_mib || free.cores < row.asked.cores;
        tally.below_us += if below { span } else { 0 };
        tally.memory_mib_us += u128::from(free.memory_mib) * u128::from(span);
        tally.cores_us += u128::from(free.cores) * u128::from(span);
        tally.least.memory_mib = tally.least.memory_mib.min(free.memory_mib);
        tally.least.cores = tally.least.cores.min(free.cores);
    }

    /// Something changes on a host.
    fn change(&mut self, now: Time, host: u32, change: impl FnOnce(&mut HostRow)) {
        let Some(row) = self.hosts.get_mut(host as usize) else { return };
        let cluster = row.cluster;
        if cluster == NOWHERE {
            change(row);
            return;
        }
        self.book(now, cluster as usize);
        let row = &mut self.hosts[host as usize];
        let before = row.free();
        change(row);
        let after = row.free();
        let free = &mut self.clusters[cluster as usize].free;
        take(free, after);
        give_back(free, before);
    }

    /// A cluster has too few votes, or as many as it needs again.
    fn count_votes(&mut self, now: Time, cluster: ClusterId, idle: bool) {
        let number = self.numbers[cluster.index()];
        if number != NOWHERE {
            self.book(now, number as usize);
            self.clusters[number as usize].idle = idle;
        }
    }

    /// A VM takes its room on another host, or on none.
    fn settle(&mut self, now: Time, vm: VmId, at: u32) {
        let row = &mut self.vms[vm.index()];
        let (need, from) = (row.need, std::mem::replace(&mut row.at, at));
        if from != at {
            self.change(now, at, |row| take(&mut row.used, need));
            self.change(now, from, |row| give_back(&mut row.used, need));
        }
    }

    /// A host is lost, with those whom its cluster will look for.
    fn lose(&mut self, now: Time, host: HostId, cause: Cause) {
        self.change(now, host.0, |row| (row.down, row.emptied) = (true, false));
        if cause == Cause::Maintenance {
            return;
        }
        for number in 0..self.vms.len() as u32 {
            let row = &self.vms[number as usize];
            if row.at == host.0 && row.protected {
                self.settle(now, VmId(number), NOWHERE);
            }
        }
    }

    /// A VM needs room where it goes as well, or does not any more.
    fn head_for(&mut self, now: Time, vm: VmId, to: u32) {
        let row = &mut self.vms[vm.index()];
        let (need, before) = (row.need, std::mem::replace(&mut row.to, to));
        self.change(now, before, |row| give_back(&mut row.used, need));
        self.change(now, to, |row| take(&mut row.used, need));
    }

    /// A copy of a VM stays in the memory of a host in its place, or is gone.
    fn leave_copy(&mut self, now: Time, vm: VmId, on: u32) {
        let row = &mut self.vms[vm.index()];
        let (need, before) = (row.need, std::mem::replace(&mut row.copy, on));
        self.change(now, before, |row| give_back(&mut row.used, need));
        self.change(now, on, |row| take(&mut row.used, need));
    }

    #[cold]
    fn hear(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::HostDown { host, cause } => self.lose(now, host, cause),
            Signal::HostUp { host } => self.change(now, host.0, |row| row.down = false),
            Signal::AgentDown { host } => self.change(now, host.0, |row| row.agent_out = true),
            Signal::AgentUp { host } => self.change(now, host.0, |row| row.agent_out = false),
            Signal::HostQuarantined { host } => self.change(now, host.0, |row| row.kept_out = true),
            Signal::HostReadmitted { host } => self.change(now, host.0, |row| row.kept_out = false),
            Signal::EvacuationBegun { host } => self.change(now, host.0, |row| row.emptied = true),
            Signal::EvacuationGivenUp { host } | Signal::WorkGivenUp { host } => {
                self.change(now, host.0, |row| row.emptied = false);
            }
            Signal::QuorumLost { cluster } => self.count_votes(now, cluster, true),
            Signal::QuorumRegained { cluster } | Signal::QuorumForced { cluster } => {
                self.count_votes(now, cluster, false);
            }
            Signal::RestartOrdered { vm, host, .. }
            | Signal::RestartQueued { vm, host }
            | Signal::DisksSwitching { vm, host } => self.settle(now, vm, host.0),
            Signal::RestartWaiting { vm, .. } => self.settle(now, vm, NOWHERE),
            // Others may have tried in vain what runs somewhere.
            Signal::RestartFailed { vm, host } if self.vms[vm.index()].at == host.0 => {
                self.settle(now, vm, NOWHERE);
            }
            Signal::StaleCopy { vm, host } => {
                self.leave_copy(now, vm, host.0);
                if self.vms[vm.index()].at == host.0 {
                    self.settle(now, vm, NOWHERE);
                }
            }
            Signal::StaleCopyGone { vm, .. } => self.leave_copy(now, vm, NOWHERE),
            Signal::MigrationStarted { vm, to, .. } => self.head_for(now, vm, to.0),
            Signal::MigrationSwitched { vm, host } => {
                self.head_for(now, vm, NOWHERE);
                self.settle(now, vm, host.0);
            }
            Signal::MigrationAborted { vm, .. } => self.head_for(now, vm, NOWHERE),
            _ => {}
        }
    }
}

fn take(sum: &mut Room, room: Room) {
    (sum.memory_mib, sum.cores) = (sum.memory_mib + room.memory_mib, sum.cores + room.cores);
}

fn give_back(sum: &mut Room, room: Room) {
    (sum.memory_mib, sum.cores) = (sum.memory_mib - room.memory_mib, sum.cores - room.cores);
}

impl Observer for Headroom {
    // Hosts, and those who order and move VMs, work in order of time; what else VMs do takes no room and gives none back.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::HostDown { .. }
            | Signal::HostUp { .. }
            | Signal::AgentDown { .. }
            | Signal::AgentUp { .. }
            | Signal::HostQuarantined { .. }
            | Signal::HostReadmitted { .. }
            | Signal::EvacuationBegun { .. }
            | Signal::EvacuationGivenUp { .. }
            | Signal::WorkGivenUp { .. }
            | Signal::QuorumLost { .. }
            | Signal::QuorumRegained { .. }
            | Signal::QuorumForced { .. }
            | Signal::RestartOrdered { .. }
            | Signal::RestartQueued { .. }
            | Signal::DisksSwitching { .. }
            | Signal::RestartWaiting { .. }
            | Signal::RestartFailed { .. }
            | Signal::StaleCopy { .. }
            | Signal::StaleCopyGone { .. }
            | Signal::MigrationStarted { .. }
            | Signal::MigrationSwitched { .. }
            | Signal::MigrationAborted { .. }
                if !self.clusters.is_empty() =>
            {
                self.hear(now, signal);
            }
            _ => {}
        }
    }
}
