//! How far the copies of one host's disks are behind each other.

use crate::engine::{Span, Time};
use crate::model::{HostId, LocalMirrorId, Model, Traffic, Way};

use super::{HostPhase, State};

/// The disks of one host, copy 0, and their copy in another, 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalMirrorState {
    /// Since when each copy misses writes; [`Time::NEVER`] where it is equal.
    pub stale_since: [Time; 2],
    /// Resynchronisations so far: which draw comes next.
    pub resyncs: u32,
}

impl Default for LocalMirrorState {
    fn default() -> LocalMirrorState {
        LocalMirrorState { stale_since: [Time::NEVER; 2], resyncs: 0 }
    }
}

impl LocalMirrorState {
    /// For how long a copy has missed what was written on the other until an instant.
    #[must_use]
    pub fn missed(&self, copy: usize, until: Time) -> Span {
        until.since(self.stale_since[copy].min(until))
    }
}

impl State {
    /// Which of both copies could be read and written just now: their hosts run, and the disks in them.
    #[must_use]
    pub fn local_copies(&self, model: &Model, pair: LocalMirrorId) -> [bool; 2] {
        let fixed = &model.local_mirrors[pair.index()];
        let mirror = model.storages[fixed.storage.index()].mirror.as_ref().expect("a pair is of a mirror");
        let storages = [fixed.storage, mirror.to];
        [0, 1].map(|copy| {
            self.hosts[fixed.hosts[copy].index()].phase == HostPhase::Up
                && !self.storages[storages[copy].index()].is_out()
        })
    }

    /// Whether what is written on one copy gets to the other: both are there, and each host hears the other on the
    /// storage network, over which software replicates.
    #[must_use]
    pub fn are_local_copies_joined(&self, model: &Model, pair: LocalMirrorId) -> bool {
        let [from, to] = model.local_mirrors[pair.index()].hosts;
        let place = |host: HostId| model.hosts[host.index()].place;
        // A move to another path is too short to leave anything behind.
        let linked = |host: HostId| {
            self.hosts[host.index()].paths_out < model.hosts[host.index()].storage_paths
                && self.carries(place(host), Traffic::Storage)
        };
        self.local_copies(model, pair) == [true; 2]
            && linked(from)
            && linked(to)
            && self.is_open(model, Way::Network(Traffic::Storage), place(from), place(to))
    }
}
