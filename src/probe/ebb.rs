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

/// Follows all hosts together, whichever cluster they are in.
#[derive(Clone, Debug)]
pub struct Ebb {
    window: Window,
    room: Headroom,
    now: Left,
    down_hosts: Vec<bool>,
    down_vms: Vec<bool>,
    pieces: Vec<Left>,
    /// The piece that time has come to.
    piece: usize,
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
            down_hosts: vec![false; model.hosts.len()],
            down_vms: vec![false; model.vms.len()],
            pieces: vec![now],
            piece: 0,
        }
    }

    /// The worst of each piece of the measured time, in order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Left> {
        self.reach(PIECES - 1);
        self.pieces
    }

    /// Time goes on to this piece, and nothing changes on the way.
    fn reach(&mut self, piece: usize) {
        while self.piece < piece {
            self.pieces.push(self.now);
            self.piece += 1;
        }
    }

    fn piece_of(&self, now: Time) -> usize {
        let (passed, all) =
            (now.0.saturating_sub(self.window.start.0), self.window.end.0 - self.window.start.0);
        let piece = u128::from(passed) * PIECES as u128 / u128::from(all.max(1));
        (piece as usize).min(PIECES - 1)
    }

    fn change(&mut self, now: Time, left: Left) {
        if left == self.now {
            return;
        }
        self.reach(self.piece_of(now));
        self.now = left;
        if now <= self.window.start {
            // What the warm-up has left is where it begins.
            self.pieces[0] = left;
        } else if let Some(worst) = self.pieces.last_mut() {
            worst.hosts_up = worst.hosts_up.min(left.hosts_up);
            worst.memory_free_mib = worst.memory_free_mib.min(left.memory_free_mib);
            worst.vms_down = worst.vms_down.max(left.vms_down);
        }
    }
}

impl Observer for Ebb {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.room.observe(now, signal);
        let mut left = self.now;
        let flip = |are: &mut bool, down: bool| std::mem::replace(are, down) != down;
        match signal {
            Signal::HostDown { host, .. } if flip(&mut self.down_hosts[host.index()], true) => {
                left.hosts_up -= 1
            }
            Signal::HostUp { host } if flip(&mut self.down_hosts[host.index()], false) => left.hosts_up += 1,
            Signal::VmDown { vm, .. } if flip(&mut self.down_vms[vm.index()], true) => left.vms_down += 1,
            Signal::VmUp { vm } if flip(&mut self.down_vms[vm.index()], false) => left.vms_down -= 1,
            _ => {}
        }
        left.memory_free_mib = self.room.free().map(|free| free.memory_mib).sum();
        self.change(now, left);
    }
}
