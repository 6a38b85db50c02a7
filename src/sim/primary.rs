//! The primary-and-secondaries family (vSphere 5 and later): heartbeats, election, isolation.
//!
//! Heartbeats that arrive are not simulated. Each host beats at a phase of its own; the last beat
//! before a failure is computed, and the product's timers run from there (VMW-28, VMW-29, VMW-30). A
//! small model in the tests with every beat as an event gives the same instants.
//!
//! The primary's way: Ready → (its crash, isolation or maintenance) Electing → TakingStock → Ready;
//! Absent while nobody can be primary. Without a ready primary nothing is restarted (VMW-04).

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, PrimaryProfile};
use crate::state::PrimaryPhase;

impl<O: Observer> Simulation<'_, O> {
    /// How long from now until a host that has just failed is given up. If it was the primary, the
    /// others will elect a new one.
    pub(super) fn primary_on_host_down(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) -> Span {
        let silent = self.silent(cluster, host);
        if self.state.clusters[cluster.index()].primary == Some(host) {
            // VMW-29a, b: the secondaries miss its beats, then elect.
            self.elect_after(cluster, (profile.election_starts_after + profile.election_lasts).less(silent));
        }
        // VMW-28d, e: heartbeat datastores cost three more seconds, and save from false alarms.
        if !self.has_heartbeat_datastore(host) {
            let given_up = profile.failed_after_no_datastore.less(silent);
            return self.next_attempt_on(cluster, host).unwrap_or(given_up);
        }
        // VMW-28b: one that was silent on the network before is watched in the datastores from its last sign there,
        // whether it stops giving them because it is down or because it has lost them.
        let lost_datastores = self.state.timers.at(self.model.timers.hosts[host.index()].abandonment);
        if lost_datastores != Time::NEVER {
            return lost_datastores.since(self.now);
        }
        profile.failed_after_datastore.less(silent).max(profile.datastore_watch)
    }

    /// Shared storage carries the datastore heartbeats (VMW-16).
    pub(super) fn has_heartbeat_datastore(&self, host: HostId) -> bool {
        let storages = &self.model.storages;
        self.model.hosts[host.index()]
            .storages
            .iter()
            .any(|s| storages[s.index()].kind != crate::model::StorageKind::Das)
    }

    pub(super) fn elect_after(&mut self, cluster: ClusterId, span: Span) {
        let row = &mut self.state.clusters[cluster.index()];
        row.primary = None;
        row.primary_phase = PrimaryPhase::Electing;
        self.arm(self.model.timers.clusters[cluster.index()], span);
    }

    /// An election is over, or the new primary has read what it must protect.
    pub(super) fn on_primary_stepped(&mut self, cluster: ClusterId, profile: &PrimaryProfile) {
        match self.state.clusters[cluster.index()].primary_phase {
            PrimaryPhase::Electing => self.on_elected(cluster, profile),
            PrimaryPhase::TakingStock => self.on_primary_ready(cluster),
            phase @ (PrimaryPhase::Absent | PrimaryPhase::Ready) => {
                panic!("a cluster that is {phase:?} has no step")
            }
        }
    }

    fn on_elected(&mut self, cluster: ClusterId, profile: &PrimaryProfile) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let winner = profile
            .ranking
            .iter()
            .map(|&seat| hosts[seat as usize])
            .find(|&h| self.state.takes_orders(self.model, h));
        let row = &mut self.state.clusters[cluster.index()];
        row.primary = winner;
        let Some(host) = winner else {
            (row.primary_phase, row.absent_since) = (PrimaryPhase::Absent, self.now);
            return;
        };
        row.primary_phase = PrimaryPhase::TakingStock;
        self.tell(Signal::PrimaryElected { cluster, host });
        self.arm(self.model.timers.clusters[cluster.index()], profile.restart_after_election);
    }

    /// VMW-29c: it restarts what is protected and does not run.
    fn on_primary_ready(&mut self, cluster: ClusterId) {
        self.state.clusters[cluster.index()].primary_phase = PrimaryPhase::Ready;
        self.forget_attempts(cluster);
        self.declare_overdue(cluster);
        self.retry_waiting(cluster);
    }

    /// A host is up, or hears the others again. Where nobody could be primary, one is elected (VMW-03).
    pub(super) fn primary_on_host_joined(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        has_elected_itself: bool,
    ) {
        let absent = self.state.clusters[cluster.index()].primary_phase == PrimaryPhase::Absent;
        let slot = self.model.timers.clusters[cluster.index()];
        let just_called = self.state.timers.at(slot) == self.now + profile.election_lasts;
        if has_elected_itself && (absent || just_called) {
            // VMW-30b, VMW-34: the election was over while it heard nobody, and it still pings: whoever answers makes it
            // a primary. Of several that come back at once the one that would win an election stays.
            self.elect_after(cluster, Span::ZERO);
        } else if absent {
            self.elect_after(cluster, profile.election_lasts);
        }
    }

    /// A primary that enters maintenance hands over: the others elect at once (VMW-03).
    pub(super) fn primary_on_host_leaving(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) {
        if self.state.clusters[cluster.index()].primary == Some(host) {
            self.elect_after(cluster, profile.election_lasts);
        }
    }

    /// VMW-33: a primary is alone. The others have missed it since the cut and hold their election meanwhile.
    pub(super) fn primary_on_host_isolated(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) {
        if self.state.clusters[cluster.index()].primary == Some(host) {
            let others_elect = profile.election_starts_after + profile.election_lasts;
            self.elect_after(cluster, others_elect.less(profile.isolation_declared_after_primary));
        }
    }

    /// Whether another host than this one is primary.
    pub(super) fn has_other_primary(&self, cluster: ClusterId, host: HostId) -> bool {
        self.state.clusters[cluster.index()].primary.is_some_and(|primary| primary != host)
    }
}
