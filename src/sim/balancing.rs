//! VMs that are moved from a host that is asked for too much to one that has cores left (MTX-108, VMW-82, VMW-83).
//!
//! A cluster that balances looks at its hosts at every multiple of its interval, as long as one of them is asked for more than
//! its threshold; otherwise it sleeps. It takes the worst of them, and the VM and the destination after whose move the worse
//! off of the two hosts is best off, as long as that is better than the host is now; and so on, with moves that are under way
//! taken for done, until nothing is better any more or as many are being moved as may be. An overload that one move ends is
//! over after an interval and that move, at most (MTX-108).
//!
//! Hosts are compared by what those who live there want at the load of the hour, whether they serve just now or not: one that
//! boots there will want it soon. Where a VM can go is as in [`crate::policy::could_move`].
//!
//! Assumptions: who waits to be restarted comes first, and nobody is moved meanwhile; vSphere moves nobody without its manager
//! (VMW-80); a VM has no rule that keeps it from being moved but those of its instance (VMW-84 is not simulated).

use std::cmp::Reverse;

use super::{Observer, Simulation};
use crate::engine::{Span, Time};
use crate::model::{Balance, ClusterId, HostId, VmId};
use crate::policy::{self, Destination};
use crate::state::NOWHERE;

/// What is wanted of a host, in billionths of what it has.
type Use = u128;

impl<O: Observer> Simulation<'_, O> {
    /// Its cluster looks at a host that is asked for too much, at the next multiple of its interval.
    pub(super) fn await_balance(&mut self, host: HostId) {
        let (Some(cluster), Some(balance)) =
            (self.model.hosts[host.index()].cluster, self.model.balance_of(host))
        else {
            return;
        };
        let slot = self.model.timers.balances[cluster.index()];
        let next = next_look(self.now, self.model.warmup, balance);
        if next < self.state.timers.at(slot) {
            self.state.timers.arm(slot, next);
        }
    }

    /// It looks at its hosts.
    pub(super) fn on_balance_due(&mut self, cluster: ClusterId) {
        let first = self.pressed(cluster).next();
        let Some(first) = first else { return };
        if !self.others_come_first(cluster) && self.is_managed(first) {
            self.expect(cluster);
            let mut stuck = (Use::MAX, Reverse(HostId(0)));
            while let Some(rank) = self.worst(cluster, stuck) {
                let (wanted, Reverse(from)) = rank;
                match self.best_move(cluster, from, wanted) {
                    Some((vm, to)) => self.relieve(cluster, vm, from, to),
                    None => stuck = rank,
                }
            }
        }
        self.await_balance(first);
    }

    /// Hosts of a cluster of which too much is wanted.
    fn pressed(&self, cluster: ClusterId) -> impl Iterator<Item = HostId> + '_ {
        let hosts = self.model.clusters[cluster.index()].hosts.iter().copied();
        hosts.filter(|host| self.state.demands.hosts[host.index()].pressed)
    }

    /// What will be wanted of each host of a cluster when all moves that are under way are done.
    fn expect(&mut self, cluster: ClusterId) {
        let model = self.model;
        for &host in &model.clusters[cluster.index()].hosts {
            let mut sum = 0;
            let mut next = self.state.hosts[host.index()].first_vm;
            while next != NOWHERE {
                sum += model.service_of(VmId(next)).demand_at(self.now);
                next = self.state.vms[next as usize].next;
            }
            self.state.demands.expected[host.index()] = sum;
        }
        for number in 0..self.state.clusters[cluster.index()].migrations.len() {
            let row = self.state.clusters[cluster.index()].migrations[number];
            if !row.step.is_over_there() {
                self.expect_moved(row.vm, row.from, row.to);
            }
        }
    }

    fn expect_moved(&mut self, vm: VmId, from: HostId, to: HostId) {
        let wants = self.model.service_of(vm).demand_at(self.now);
        self.state.demands.expected[from.index()] -= wants;
        self.state.demands.expected[to.index()] += wants;
    }

    fn use_of(&self, host: HostId, wanted: u64) -> Use {
        u128::from(wanted) * 1_000_000_000 / u128::from(self.model.hosts[host.index()].supply())
    }

    /// The host that is worst off, of those that come after one for which nothing can be done; the lower of two equals.
    fn worst(&self, cluster: ClusterId, after: (Use, Reverse<HostId>)) -> Option<(Use, Reverse<HostId>)> {
        let expected = |host: HostId| self.state.demands.expected[host.index()];
        self.pressed(cluster)
            .filter(|&host| expected(host) > self.model.comfort(host))
            .map(|host| (self.use_of(host, expected(host)), Reverse(host)))
            .filter(|rank| *rank < after)
            .max()
    }

    /// The VM and the destination that leave the worse off of both hosts best off.
    fn best_move(&self, cluster: ClusterId, from: HostId, wanted: Use) -> Option<(VmId, HostId)> {
        let expected = &self.state.demands.expected;
        let mut best = None;
        let mut next = self.state.hosts[from.index()].first_vm;
        while next != NOWHERE {
            let vm = VmId(next);
            next = self.state.vms[vm.index()].next;
            let wants = self.model.service_of(vm).demand_at(self.now);
            if wants == 0 || !self.may_leave(vm, from) {
                continue;
            }
            let rest = self.use_of(from, expected[from.index()] - wants);
            for &to in &self.model.clusters[cluster.index()].hosts {
                let rank = (rest.max(self.use_of(to, expected[to.index()] + wants)), vm, to);
                let better = rank.0 < wanted && best.is_none_or(|before| rank < before);
                if better
                    && policy::could_move(self.model, self.state, cluster, vm, to) == Destination::Host(to)
                {
                    best = Some(rank);
                }
            }
        }
        best.map(|(_, vm, to)| (vm, to))
    }

    /// Whether a VM is its cluster's to move, and serves on the host.
    fn may_leave(&self, vm: VmId, host: HostId) -> bool {
        self.state.demands.counted_on[vm.index()] == host.0
            && self.model.service_of(vm).host_cluster
            && !self.model.is_local(vm)
            && !self.state.is_moving(vm)
    }

    fn relieve(&mut self, cluster: ClusterId, vm: VmId, from: HostId, to: HostId) {
        self.expect_moved(vm, from, to);
        self.begin_migration(cluster, vm, to);
    }
}

/// The first look after an instant. Looks are told from the start of the measured time.
fn next_look(now: Time, warmup: Span, balance: Balance) -> Time {
    let every = balance.interval.0;
    let phase = warmup.0 % every;
    Time((now.0 + every - phase) / every * every + phase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ppm;

    #[test]
    fn looks_are_at_multiples_of_the_interval() {
        let balance = Balance { interval: Span(300), threshold: Ppm::ONE };
        let at = |now: u64, warmup: u64| next_look(Time(now), Span(warmup), balance).0;
        assert_eq!([at(0, 0), at(299, 0), at(300, 0), at(301, 0)], [300, 300, 600, 600]);
        assert_eq!([at(0, 100), at(99, 100), at(100, 100), at(700, 1_000)], [100, 100, 400, 1_000]);
    }
}
