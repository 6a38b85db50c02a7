//! What there is to lose: where all is well it is what it was at the start.

use std::ops::Range;

use super::ledger::Ledger;
use crate::engine::Time;
use crate::model::{HostId, Model};
use crate::state::State;

/// Hosts and VMs that are there, and what leaves them with less than they seem to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Hosts that are up and take orders.
    hosts: usize,
    /// VMs that are ready.
    ready: usize,
    /// Members of a group on a host where another one is, and copies of disks that are behind.
    crowded: usize,
    behind: usize,
}

impl Standing {
    /// That of the replication's state.
    pub(super) fn of(model: &Model, state: &State, ledger: &Ledger<'_, '_>) -> Standing {
        let is_there = |host: &&HostId| {
            // One that is being emptied for planned work is looked at elsewhere.
            state.hosts[host.index()].evacuates || state.takes_orders(model, **host)
        };
        let watched = ledger.watched;
        let stale = watched.mirrors.iter().map(|id| state.mirrors[id.index()].stale_since);
        let local = watched.local_mirrors.iter().map(|id| state.local_mirrors[id.index()].stale_since);
        Standing {
            hosts: watched.hosts.iter().filter(is_there).count(),
            ready: ledger.ready(),
            crowded: watched.groups.iter().map(|members| crowded(state, members.clone())).sum(),
            behind: stale.chain(local).filter(|since| *since != [Time::NEVER; 2]).count(),
        }
    }

    /// With so much less running all is well still.
    pub(super) fn but(self, spare: usize) -> Standing {
        let less = |all: usize| all.saturating_sub(spare);
        Standing { hosts: less(self.hosts), ..self }
    }

    /// Whether it is as good as another one.
    pub(super) fn is_as_good_as(self, other: Standing) -> bool {
        self.hosts >= other.hosts
            && self.ready >= other.ready
            && self.crowded <= other.crowded
            && self.behind <= other.behind
    }

    /// Whether that can be, with so many VMs ready: the quickest of looks.
    pub(super) fn may_be(self, ready: usize) -> bool {
        ready >= self.ready
    }
}

/// How many members of a group are on a host where another one is.
fn crowded(state: &State, members: Range<u32>) -> usize {
    let host = |vm: u32| state.vms[vm as usize].host();
    members
        .clone()
        .filter(|&vm| host(vm).is_some() && (members.start..vm).any(|other| host(other) == host(vm)))
        .count()
}
