//! Who may decide: more than half of the votes. Failover clustering (Hyper-V) and token rings (Proxmox,
//! Pacemaker) stop what they protect where they have not.
//!
//! Whoever is on the network is taken to be heard by the cluster, though nobody else may be on it just then (assumption).
//! Votes are counted when a loss is noticed, and again whenever a host joins: to join takes no time (assumption; MTX-23 and
//! MTX-97 count none). Without quorum the VMs of all hosts
//! stop (HYP-15), at once or when a watchdog's or a resiliency's time is over; with it again they are started.
//!
//! A disk witness counts for those who reach its storage, a share or a cloud for those on the management network; of
//! several hosts that are alone the first has it (assumption). A witness without a place of its own is reached from
//! anywhere and never fails. Hosts that go on by themselves are in `lone`.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, Product, StorageId, Traffic, Way, Witness, WitnessKind};
use crate::policy;
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// Notes that the others hear nothing of a host from some instant on: when they will miss it. It may still be back
    /// in time.
    pub(super) fn note_missed(&mut self, cluster: ClusterId, host: HostId, since: Time) {
        let after = match &self.model.clusters[cluster.index()].product {
            Product::Quorum(p) => self.others_miss_after(cluster, p, host),
            Product::Ring(p) => p.failed_after,
            _ => Span::ZERO,
        };
        let at = since + after.less(self.beat_age(cluster, host, since));
        let row = &mut self.state.hosts[host.index()];
        row.missed_at = row.missed_at.min(at);
    }

    /// A host joins. Where no member is left nobody tells it who was there: others count when they are there (HYP-09).
    pub(super) fn begin_membership(&mut self, cluster: ClusterId, host: HostId) {
        if !self.is_any_other_member(cluster, host) {
            for &other in self.model.clusters[cluster.index()].hosts.iter().filter(|other| **other != host) {
                self.forget_beats_of_hung_host(cluster, other);
                let row = &mut self.state.hosts[other.index()];
                row.missed_at = row.missed_at.min(self.now);
            }
        }
    }

    fn is_any_other_member(&self, cluster: ClusterId, host: HostId) -> bool {
        self.model.clusters[cluster.index()].hosts.iter().any(|&other| {
            other != host
                && self.state.hosts[other.index()].missed_at > self.now
                && !self.state.hosts[other.index()].outvoted
                && self.state.takes_orders(self.model, other)
        })
    }

    pub(super) fn counts_votes(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].product.votes().is_some()
    }

    /// A host is gone or silent: votes are counted when that is noticed. Whoever goes after quorum was lost has not cost it.
    pub(super) fn count_votes_later(&mut self, cluster: ClusterId, host: HostId, cause: Cause) {
        if self.counts_votes(cluster) {
            let row = &mut self.state.clusters[cluster.index()];
            row.doubt = if row.quorate { cause } else { row.doubt };
            self.count_votes_at(cluster, self.state.hosts[host.index()].missed_at);
        }
    }

    pub(super) fn count_votes_at(&mut self, cluster: ClusterId, at: Time) {
        let slot = self.model.timers.clusters[cluster.index()];
        let at = at.max(self.now);
        if at < self.state.timers.at(slot) {
            self.state.timers.arm(slot, at);
        }
    }

    /// Whether a host that cannot be reached has been missed.
    pub(super) fn is_missed(&self, host: HostId) -> bool {
        !self.state.takes_orders(self.model, host) && self.state.hosts[host.index()].missed_at <= self.now
    }

    /// Whether a host hears the others, or did until a moment ago, and has lost quorum with them: its time runs.
    pub(super) fn goes_on_without_quorum(&self, cluster: ClusterId, host: HostId) -> bool {
        let row = &self.state.hosts[host.index()];
        let lost = self.counts_votes(cluster) && !self.state.clusters[cluster.index()].quorate;
        lost && row.isolated && row.missed_at == Time::NEVER
    }

    /// Counts votes; stops what runs where quorum is lost, starts what waits where it is back.
    pub(super) fn count_votes(&mut self, cluster: ClusterId) {
        self.check_lone(cluster);
        // It is kept by all who have not been missed, and found again by those who hear each other.
        let had = self.state.clusters[cluster.index()].quorate;
        let here = move |sim: &Self, host: HostId| match had {
            true => !sim.is_missed(host),
            false => sim.state.takes_orders(sim.model, host),
        };
        let mut together = self.has_quorum(cluster, here) && (!had || self.is_anybody_together(cluster));
        if !together && self.give_way_to_another_side(cluster) {
            together = self.has_quorum(cluster, here);
            self.tell_hosts_of_sides(cluster);
        }
        if together {
            self.adjust_votes(cluster);
        }
        if !together {
            self.note_those_alone(cluster);
        }
        // HYP-09: one that goes on by itself has quorum all the while.
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let enough = together || self.lone_survivor(cluster).is_some();
        let quorate = self.goes_on(cluster, enough);
        let had = std::mem::replace(&mut self.state.clusters[cluster.index()].quorate, quorate);
        if had && !quorate {
            self.tell(Signal::QuorumLost { cluster });
            let cause = self.state.clusters[cluster.index()].doubt;
            for &host in hosts {
                // Those who hear nobody stop their VMs as any host that is alone.
                let waits = self.has_watchdogs(cluster) || self.is_resilient(cluster);
                if self.state.takes_orders(self.model, host) && !waits {
                    self.evict(host, cause, Span::ZERO);
                }
            }
        } else if quorate && !had {
            self.tell(Signal::QuorumRegained { cluster });
            self.state.clusters[cluster.index()].decides_since = self.now;
            self.stop_watchdogs(cluster);
            self.go_on_together(cluster);
            self.declare_overdue_soon(cluster);
            self.retry_waiting(cluster);
        }
        if !quorate {
            self.start_watchdogs(cluster);
            self.isolate_together(cluster);
        }
        // Others may be on their way out.
        for &host in hosts {
            for at in [self.state.hosts[host.index()].missed_at, self.finds_itself_alone_at(cluster, host)] {
                if at != Time::NEVER && at > self.now && !self.state.takes_orders(self.model, host) {
                    self.count_votes_at(cluster, at);
                }
            }
        }
        self.look_for_lone_survivor(cluster);
    }

    /// Whether a host is left that has not found itself alone, or goes down unnoticed: all who have know that they have no
    /// quorum, whoever may still count them.
    fn is_anybody_together(&self, cluster: ClusterId) -> bool {
        self.state.clusters[cluster.index()].alone.is_some()
            || self.model.clusters[cluster.index()].hosts.iter().any(|&host| {
                let row = &self.state.hosts[host.index()];
                // One that hears the others again is about to join, if it has not been told yet.
                let hears = self.state.takes_orders(self.model, host);
                if row.phase == HostPhase::Up { hears || !row.isolated } else { !self.is_missed(host) }
            })
    }

    /// HYP-13: while there is quorum the votes of those who are gone are taken away, so that a cluster can run
    /// down to its last host. That ends a regroup (HYP-08), in which everybody must answer: as long as somebody is silent
    /// and not yet missed it is not over, so that hosts which go together are lost at the same time. Without a witness
    /// an even number of votes is made odd (assumption: the last host's vote goes, of those that are not at the
    /// preferred site).
    pub(super) fn adjust_votes(&mut self, cluster: ClusterId) {
        let fixed = &self.model.clusters[cluster.index()];
        if !fixed.product.votes().is_some_and(|votes| votes.dynamic) {
            return;
        }
        let silent = |&host: &HostId| !self.state.takes_orders(self.model, host) && !self.is_missed(host);
        if fixed.hosts.iter().any(silent) {
            return;
        }
        let deprived = policy::gives_up_its_vote(self.model, cluster, |host| !self.is_missed(host));
        for &host in &fixed.hosts {
            self.state.hosts[host.index()].has_vote = !self.is_missed(host) && Some(host) != deprived;
        }
    }

    /// HYP-09: more than half of the votes are with those who are `here`.
    pub(super) fn has_quorum(&self, cluster: ClusterId, here: impl Fn(&Self, HostId) -> bool) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        let Some(votes) = fixed.product.votes() else { return true };
        let reached = votes.witness.is_some_and(|witness| {
            fixed.hosts.iter().any(|&h| here(self, h) && self.reaches_witness(&witness, h))
        });
        let voters = fixed.hosts.iter().filter(|h| self.state.hosts[h.index()].has_vote);
        let present = voters.filter(|&&h| here(self, h)).count();
        votes.are_enough(self.votes_of_hosts(cluster), present, reached)
    }

    /// How many hosts of a cluster have a vote.
    pub(super) fn votes_of_hosts(&self, cluster: ClusterId) -> usize {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        hosts.iter().filter(|h| self.state.hosts[h.index()].has_vote).count()
    }

    pub(super) fn reaches_witness(&self, witness: &Witness, host: HostId) -> bool {
        if witness.part.is_some_and(|part| self.state.outages[part.index()].is_out()) {
            return false;
        }
        match witness.kind {
            WitnessKind::Anywhere => true,
            WitnessKind::Disk(storage) => self.state.reaches_serving_copy(self.model, storage, host),
            WitnessKind::Network => {
                let from = self.model.hosts[host.index()].place;
                let way = Way::Network(Traffic::Management);
                self.state.hears(self.model, host, Traffic::Management)
                    && witness.place.is_none_or(|to| self.state.is_open(self.model, way, from, to))
            }
        }
    }

    /// Whether the hosts of a side have quorum by themselves.
    pub(super) fn side_has_quorum(&self, cluster: ClusterId, side: u32) -> bool {
        self.has_quorum(cluster, |sim, host| {
            let row = &sim.state.hosts[host.index()];
            row.phase == HostPhase::Up && !row.agent_out && sim.state.side(sim.model, host) == Some(side)
        })
    }

    /// A witness is gone, which the hosts see at once (assumption). Only what is lost by that is booked on it.
    pub(super) fn on_witness_changed(&mut self, cluster: ClusterId, cause: Cause) {
        let had = self.state.clusters[cluster.index()].quorate;
        let before = std::mem::replace(&mut self.state.clusters[cluster.index()].doubt, cause);
        self.count_votes(cluster);
        if !had || self.state.clusters[cluster.index()].quorate {
            self.state.clusters[cluster.index()].doubt = before;
        }
    }

    /// Ways of the management network are gone or back: a witness that is reached over it is as well.
    pub(super) fn on_witness_way_changed(&mut self, cluster: ClusterId) {
        let votes = self.model.clusters[cluster.index()].product.votes();
        if votes.and_then(|v| v.witness).is_some_and(|w| w.kind == WitnessKind::Network) {
            self.count_votes(cluster);
        }
    }

    /// A host has lost its way to the storage, or has it again: its cluster may have a witness there.
    pub(super) fn on_way_to_witness_disk_changed(&mut self, cluster: ClusterId, cause: Cause) {
        let votes = self.model.clusters[cluster.index()].product.votes();
        if votes.and_then(|v| v.witness).is_some_and(|w| matches!(w.kind, WitnessKind::Disk(_))) {
            self.on_witness_changed(cluster, cause);
        }
    }

    /// A storage is gone or back: it may hold a witness.
    pub(super) fn on_witness_disk_changed(&mut self, storage: StorageId, cause: Cause) {
        for number in 0..self.model.clusters.len() as u32 {
            let votes = self.model.clusters[number as usize].product.votes();
            if let Some(WitnessKind::Disk(disk)) = votes.and_then(|v| v.witness).map(|w| w.kind)
                && (disk == storage || self.state.serving_copy(self.model, disk) == storage)
            {
                let copy = self.state.serving_copy(self.model, disk);
                let out = self.state.storages[copy.index()].is_out();
                if out || cause == Cause::NetworkOutage {
                    self.on_witness_changed(ClusterId(number), cause);
                } else {
                    self.count_votes(ClusterId(number));
                }
            }
        }
    }
}
