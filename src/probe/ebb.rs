//! What was left of a datacenter over one replication: hosts, memory and VMs, the least of each in equal pieces of the time.

use super::{Headroom, Window};
use crate::engine::Time;
use crate::model::Model;
use crate::sim::{Observer, Signal};

/// Pieces of the measured time: of a year, a day and a half each.
pub const PIECES: usize = 240;

/// The worst of one piece of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Fewest hosts that were up.
    pub hosts_up: u32,
    /// Least memory that was free, in MiB: of hosts that take VMs, what no VM takes.
    pub memory_free_mib: u64,
    /// Most VMs that were down.
    pub vms_down: u32,
}

impl Left {
    fn worse(self, other: Left) -> Left {
        Left {
            hosts_up: self.hosts_up.min(other.hosts_up),
            memory_free_mib: self.memory_free_mib.min(other.memory_free_mib),
            vms_down: self.vms_down.max(other.vms_down),
        }
    }
}

/// Follows all hosts together, whichever cluster they are in.
#[derive(Clone, Debug)]
pub struct Ebb {
    window: Window,
    room: Headroom,
    /// What is left, and since when.
    now: Left,
    since: Time,
    down_hosts: Vec<bool>,
    down_vms: Vec<bool>,
    /// Those that time has come to.
    pieces: Vec<Left>,
}

impl Ebb {
    /// An observer for one replication of a model.
    #[must_use]
    pub fn new(model: &Model) -> Ebb {
        let room = Headroom::of_all_hosts(model);
        let now = Left {
            hosts_up: model.hosts.len() as u32,
            memory_free_mib: room.free().map(|free| free.memory_mib).sum(),
            vms_down: 0,
        };
        Ebb {
            window: Window::of(model),
            room,
            now,
            since: Time::ZERO,
            down_hosts: vec![false; model.hosts.len()],
            down_vms: vec![false; model.vms.len()],
            pieces: Vec::new(),
        }
    }

    /// The worst of each piece of the measured time, in order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Left> {
        self.book(self.window.end);
        self.pieces
    }

    /// Counts what was left since something changed last. What lasts for no time at all is nothing.
    fn book(&mut self, now: Time) {
        if self.window.overlap(self.since, now) == 0 {
            return;
        }
        // Nothing starts at the very end of the time that has passed.
        let (first, last) = (self.piece_of(self.since), self.piece_of(Time(now.0 - 1)));
        if let Some(begun) = self.pieces.get_mut(first) {
            *begun = begun.worse(self.now);
        }
        self.pieces.resize(self.pieces.len().max(last + 1), self.now);
    }

    /// The piece that an instant is in; the first, before it is measured.
    fn piece_of(&self, at: Time) -> usize {
        let all = self.window.end.0 - self.window.start.0;
        let passed = at.0.clamp(self.window.start.0, self.window.end.0 - 1) - self.window.start.0;
        (u128::from(passed) * PIECES as u128 / u128::from(all.max(1))) as usize
    }
}

impl Observer for Ebb {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.room.observe(now, signal);
        let mut left = self.now;
        let flip = |are: &mut bool, down: bool| std::mem::replace(are, down) != down;
        match signal {
            Signal::HostDown { host, .. } if flip(&mut self.down_hosts[host.index()], true) => {
                left.hosts_up -= 1;
            }
            Signal::HostUp { host } if flip(&mut self.down_hosts[host.index()], false) => left.hosts_up += 1,
            Signal::VmDown { vm, .. } if flip(&mut self.down_vms[vm.index()], true) => left.vms_down += 1,
            Signal::VmUp { vm } if flip(&mut self.down_vms[vm.index()], false) => left.vms_down -= 1,
            _ => {}
        }
        left.memory_free_mib = self.room.free().map(|free| free.memory_mib).sum();
        if left != self.now {
            self.book(now);
            (self.now, self.since) = (left, now);
        }
    }
}
