//! Copies of local disks, kept equal by software on the hosts (HYP-53): a host that is down, or off the storage network,
//! leaves its own copy behind, and only that. What a VM has written on the other copy meanwhile is missing there until
//! both hosts have been up, and joined, for as long as a resynchronisation takes.
//!
//! Assumption: the product knows which copy is the newer one, VM by VM, and does not start a VM from a synchronous copy
//! that lacks anything.

use super::{Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{HostId, LocalMirrorId, StorageId};

impl<O: Observer> Simulation<'_, O> {
    /// Whether software on the hosts keeps each host's disks equal to their copy.
    pub(super) fn is_mirrored_by_host(&self, mirrored: StorageId) -> bool {
        let fixed = &self.model.storages[mirrored.index()];
        fixed.mirror.as_ref().is_some_and(|mirror| mirror.is_by_host(fixed.kind))
    }

    /// A host is up or down, or its way to the others has changed.
    pub(super) fn look_at_local_mirrors_in(&mut self, host: HostId) {
        for &pair in &self.model.hosts[host.index()].local_mirrors {
            self.look_at_local_mirror(pair);
        }
    }

    /// A storage, or a network between hosts, has changed.
    pub(super) fn look_at_local_mirrors_of(&mut self, mirrored: StorageId) {
        for number in 0..self.model.local_mirrors.len() as u32 {
            if self.model.local_mirrors[number as usize].storage == mirrored {
                self.look_at_local_mirror(LocalMirrorId(number));
            }
        }
    }

    fn look_at_local_mirror(&mut self, pair: LocalMirrorId) {
        let fixed = &self.model.local_mirrors[pair.index()];
        let there = self.state.local_copies(self.model, pair);
        let joined = self.state.are_local_copies_joined(self.model, pair);
        let slot = self.model.timers.local_mirrors[pair.index()];
        if !joined {
            self.disarm(slot);
            for copy in (0..2).filter(|copy| there[1 - copy]) {
                self.fall_behind(pair, copy);
            }
            return;
        }
        let row = &mut self.state.local_mirrors[pair.index()];
        if row.stale_since != [Time::NEVER; 2] && self.state.timers.at(slot) == Time::NEVER {
            row.resyncs += 1;
            let draw = row.resyncs;
            let mirror = self.model.storages[fixed.storage.index()].mirror.as_ref();
            let resync = &mirror.expect("a pair is of a mirror").resync;
            let span = self.draw(resync, fixed.stream, draw);
            self.arm(slot, span);
        }
    }

    /// From now on a copy may lack what is written on the other.
    fn fall_behind(&mut self, pair: LocalMirrorId, copy: usize) {
        let fixed = &self.model.local_mirrors[pair.index()];
        let since = &mut self.state.local_mirrors[pair.index()].stale_since[copy];
        if *since == Time::NEVER {
            *since = self.now;
            let copies = self.copies(fixed.storage);
            let host = Some(fixed.hosts[0]);
            self.tell(Signal::MirrorBehind { storage: fixed.storage, copy: copies[copy], host });
        }
    }

    /// Both copies of a host's disks are equal again.
    pub(super) fn on_local_mirror_equal(&mut self, pair: LocalMirrorId) {
        let fixed = &self.model.local_mirrors[pair.index()];
        self.state.local_mirrors[pair.index()].stale_since = [Time::NEVER; 2];
        self.tell(Signal::MirrorEqual { storage: fixed.storage, host: Some(fixed.hosts[0]) });
        for &cluster in &self.model.storages[fixed.storage.index()].clusters {
            self.retry_waiting(cluster);
        }
    }
}
