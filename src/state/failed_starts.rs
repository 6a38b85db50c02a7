//! On which hosts a VM has failed to start.

use super::{NOWHERE, State};
use crate::model::{ClusterId, HostId, Model, VmId};

/// By VM, where clusters remember it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedStarts {
    /// The hosts that it is not tried on any more, a bit for each seat: 64 hosts are the most that any of these products
    /// takes (HYP-52), and where limits are ignored the rest is not remembered.
    pub seats: u64,
    /// The host on which it is to be tried once more, or [`NOWHERE`].
    pub again_on: u32,
}

impl Default for FailedStarts {
    fn default() -> FailedStarts {
        FailedStarts { seats: 0, again_on: NOWHERE }
    }
}

impl State {
    /// Whether a VM is not tried any more on a host.
    #[inline]
    #[must_use]
    pub fn has_failed_on(&self, model: &Model, vm: VmId, host: HostId) -> bool {
        self.failed_starts.get(vm.index()).is_some_and(|row| row.seats & seat(model, host) != 0)
    }

    /// Whether that holds of all hosts that take orders, and of one at least.
    #[must_use]
    pub fn has_failed_everywhere(&self, model: &Model, cluster: ClusterId, vm: VmId) -> bool {
        let hosts = &model.clusters[cluster.index()].hosts;
        let left =
            |host: &&HostId| self.takes_orders(model, **host) && !self.has_failed_on(model, vm, **host);
        self.failed_starts.get(vm.index()).is_some_and(|row| row.seats != 0)
            && !hosts.iter().any(|h| left(&h))
    }

    /// A start came to nothing; the first one on the host may be tried there `again`.
    pub fn note_failed_start(&mut self, model: &Model, vm: VmId, host: HostId, again: bool) {
        let Some(row) = self.failed_starts.get_mut(vm.index()) else { return };
        if again {
            row.again_on = host.0;
        } else {
            (row.seats, row.again_on) = (row.seats | seat(model, host), NOWHERE);
        }
    }

    /// The host on which a VM is to be tried once more before others; asked once.
    pub fn take_host_to_try_again(&mut self, vm: VmId) -> Option<HostId> {
        let row = self.failed_starts.get_mut(vm.index())?;
        let host = std::mem::replace(&mut row.again_on, NOWHERE);
        (host != NOWHERE).then_some(HostId(host))
    }

    /// The cluster begins anew.
    pub fn forget_failed_starts(&mut self, vm: VmId) {
        if let Some(row) = self.failed_starts.get_mut(vm.index()) {
            *row = FailedStarts::default();
        }
    }
}

fn seat(model: &Model, host: HostId) -> u64 {
    1_u64.checked_shl(model.hosts[host.index()].seat).unwrap_or(0)
}
