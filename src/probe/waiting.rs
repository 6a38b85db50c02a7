//! VM-seconds of waiting for room.

use super::Window;
use crate::engine::Time;
use crate::model::{Model, WaitReason};
use crate::sim::{Observer, Signal};

/// Counts the VMs that should run and wait for room, over time.
#[derive(Clone, Debug)]
pub struct Waiting {
    window: Window,
    since: Time,
    vms: u64,
    vm_us: u64,
    /// Which VMs wait for room: an order to start, or another reason to wait, ends the wait only of those.
    waits: Vec<bool>,
}

impl Waiting {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Waiting {
        let window = Window::of(model);
        Waiting { window, since: window.start, vms: 0, vm_us: 0, waits: vec![false; model.vms.len()] }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        self.since = self.window.start;
        if self.vms > 0 {
            self.waits.fill(false);
        }
        (self.vms, self.vm_us) = (0, 0);
    }

    /// VM-microseconds up to the end.
    pub fn finish(&mut self) -> u64 {
        self.advance(self.window.end);
        self.vm_us
    }

    fn advance(&mut self, now: Time) {
        self.vm_us += self.vms * self.window.overlap(self.since, now);
        self.since = now;
    }
}

impl Observer for Waiting {
    // Only clusters order restarts, and they work in order of time.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            // A host that it may not share is no room for it.
            Signal::RestartWaiting { vm, reason: WaitReason::Room | WaitReason::Apart, .. } => {
                self.advance(now);
                self.vms += u64::from(!std::mem::replace(&mut self.waits[vm.index()], true));
            }
            Signal::RestartOrdered { vm, .. }
            | Signal::RestartQueued { vm, .. }
            | Signal::DisksSwitching { vm, .. }
            | Signal::RestartWaiting { vm, .. }
                if self.waits[vm.index()] =>
            {
                self.advance(now);
                self.waits[vm.index()] = false;
                self.vms -= 1;
            }
            _ => {}
        }
    }
}
