//! VMs that a host which is alone shuts down.

use super::State;
use crate::engine::Time;
use crate::model::{Model, NO_TIMER, VmId};

/// A VM that was lost and is being shut down. As long as that lasts it cannot be started elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Shutdown {
    /// When it is off; 0 where nobody is at it.
    pub until: Time,
    /// Whether it is through then, or turned off because its time is over (VMW-36).
    pub in_time: bool,
}

impl Shutdown {
    pub const NONE: Shutdown = Shutdown { until: Time::ZERO, in_time: false };
}

/// Whether any host may shut VMs down.
pub(super) fn shuts_down(model: &Model) -> bool {
    model.timers.hosts.iter().any(|timers| timers.shutdown != NO_TIMER)
}

impl State {
    /// What is under way with a VM, if anything is.
    #[inline]
    #[must_use]
    pub fn shutdown_of(&self, vm: VmId) -> Shutdown {
        self.shutdowns.get(vm.index()).copied().unwrap_or(Shutdown::NONE)
    }

    /// It is off, or whoever shut it down has failed.
    pub fn end_shutdown(&mut self, vm: VmId) {
        if let Some(shutdown) = self.shutdowns.get_mut(vm.index()) {
            *shutdown = Shutdown::NONE;
        }
    }
}
