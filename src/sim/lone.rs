//! A host that goes on by itself while none of its cluster hears another.
//!
//! Of several that could, the first has it, and those that have given up only where nobody else is left (assumption). It
//! steps back when another host has a way to the network again (assumption: as long as one has, the cluster is there), and
//! has all the time that its product gives one without quorum from then on.

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, Fencing, HostId, Product, RingProfile, Traffic, Way};
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// Whether a host that hears nobody has quorum by itself, or is the survivor of its pool.
    pub(super) fn survives_alone(&self, cluster: ClusterId, host: HostId) -> bool {
        match &self.model.clusters[cluster.index()].product {
            Product::Pool(_) => self.is_lowest_alone(cluster, host),
            _ => self.lone_survivor(cluster) == Some(host),
        }
    }

    /// The host that has quorum by itself, of a cluster that counts votes and none of whose hosts hears another.
    pub(super) fn lone_survivor(&self, cluster: ClusterId) -> Option<HostId> {
        let fixed = &self.model.clusters[cluster.index()];
        let votes = fixed.product.votes()?;
        let row = |h: HostId| &self.state.hosts[h.index()];
        // One that is being fenced is of the cluster again in a moment.
        let linked = |&h: &HostId| {
            self.state.takes_orders(self.model, h)
                || (row(h).unlisted && self.state.is_connected(self.model, h))
        };
        if fixed.hosts.iter().any(linked) {
            return None;
        }
        let mut up = fixed.hosts.iter().copied().filter(|&h| row(h).phase == HostPhase::Up);
        let nobody_else = up.clone().all(|h| row(h).outvoted);
        let all = self.votes_of_hosts(cluster);
        up.find(|&h| {
            let reached = votes.witness.is_some_and(|witness| self.reaches_witness(&witness, h));
            (nobody_else || !row(h).outvoted) && votes.are_enough(all, usize::from(row(h).has_vote), reached)
        })
    }

    /// A host goes on by itself: it looks after what was lost.
    pub(super) fn go_on_alone(&mut self, cluster: ClusterId, host: HostId) {
        self.state.clusters[cluster.index()].alone = Some(host);
        let row = &mut self.state.hosts[host.index()];
        (row.outvoted, row.heard_since) = (false, self.now);
        self.state.refresh_room(self.model, host);
        self.release_io(host);
        match &self.model.clusters[cluster.index()].product {
            Product::Pool(_) => {
                if self.state.clusters[cluster.index()].primary == Some(host) {
                    self.declare_overdue_soon(cluster);
                } else {
                    self.lead_alone(cluster, host);
                }
            }
            _ => {
                self.count_votes(cluster);
                self.declare_overdue_soon(cluster);
            }
        }
        self.retry_waiting(cluster);
    }

    /// A host that goes on by itself may have lost its witness: then it stops what it runs, at once as any that lose quorum
    /// without being missed.
    pub(super) fn check_lone(&mut self, cluster: ClusterId) {
        let Some(lone) = self.state.clusters[cluster.index()].alone else { return };
        if self.has_quorum(cluster, |_, other| other == lone) {
            return;
        }
        self.state.clusters[cluster.index()].alone = None;
        self.state.refresh_room(self.model, lone);
        if self.state.hosts[lone.index()].phase != HostPhase::Up {
            return;
        }
        self.state.hosts[lone.index()].outvoted = true;
        if !self.begin_time_alone(cluster, lone) {
            self.disarm(self.model.timers.hosts[lone.index()].isolation);
            self.evict(lone, self.state.clusters[cluster.index()].doubt, Span::ZERO);
        }
    }

    /// A host that had quorum by itself has it no more. True where its product gives it time: that begins now, however long
    /// ago the host found itself alone (HYP-15, OSS-06).
    fn begin_time_alone(&mut self, cluster: ClusterId, lone: HostId) -> bool {
        let slot = self.model.timers.hosts[lone.index()].isolation;
        let lasts = match &self.model.clusters[cluster.index()].product {
            // OSS-06: its lock is not renewed any more, if it has one (OSS-10).
            Product::Ring(RingProfile { fencing: Fencing::Watchdog { resets_after, .. }, .. })
                if !self.is_idle(lone) =>
            {
                let row = &mut self.state.hosts[lone.index()];
                (row.isolated, row.silent_since) = (true, self.now);
                *resets_after
            }
            // HYP-19: it is isolated again.
            Product::Quorum(profile) if profile.resiliency > Span::ZERO => {
                if !std::mem::replace(&mut self.state.hosts[lone.index()].isolated, true) {
                    self.tell(Signal::HostIsolated { host: lone });
                }
                self.hold_io(cluster, lone);
                profile.resiliency
            }
            _ => return false,
        };
        self.disarm(slot);
        self.arm(slot, lasts);
        true
    }

    /// Nobody may be left but hosts that have given up, and one of them have quorum: its witness is back.
    pub(super) fn look_for_lone_survivor(&mut self, cluster: ClusterId) {
        if !self.counts_votes(cluster) || self.state.clusters[cluster.index()].alone.is_some() {
            return;
        }
        if let Some(host) = self.lone_survivor(cluster)
            && (self.state.hosts[host.index()].outvoted || self.has_found_itself_alone(cluster, host))
        {
            self.go_on_alone(cluster, host);
        }
    }

    /// Another host is the cluster now: the one that went on by itself stops what it runs, as any that is alone.
    pub(super) fn step_back(&mut self, cluster: ClusterId, joined: HostId) {
        let Some(lone) = self.state.clusters[cluster.index()].alone.take() else { return };
        self.state.clusters[cluster.index()].decides_since = self.now;
        for &other in &self.model.clusters[cluster.index()].hosts {
            self.state.refresh_room(self.model, other);
        }
        // It may be about to join as well, and be told of that only when all have their networks back.
        let place = |host: HostId| self.model.hosts[host.index()].place;
        let way = Way::Network(Traffic::Management);
        let joins = self.state.hears(self.model, lone, Traffic::Management)
            && self.state.is_open(self.model, way, place(lone), place(joined));
        if lone == joined || joins || !self.counts_votes(cluster) {
            return;
        }
        self.state.hosts[lone.index()].outvoted = true;
        let slot = self.model.timers.hosts[lone.index()].isolation;
        if !self.begin_time_alone(cluster, lone) && self.state.timers.at(slot) == Time::NEVER {
            self.respond_alone(cluster, lone);
        }
    }
}
