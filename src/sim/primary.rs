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
use crate::model::{ClusterId, HostId, PrimaryProfile, Product, Traffic};
use crate::state::{HostPhase, PrimaryPhase};

impl<O: Observer> Simulation<'_, O> {
    /// How long from now until a host that has just failed is given up. If it was the primary, the
    /// others will elect a new one.
    pub(super) fn primary_on_host_down(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) -> Span {
        let silent = self.since_last_beat(profile, host);
        self.disarm(self.model.timers.hosts[host.index()].isolation);
        if self.state.clusters[cluster.index()].primary == Some(host) {
            // VMW-29a, b: the secondaries miss its beats, then elect.
            self.elect_after(
                cluster,
                shorten(profile.election_starts_after + profile.election_lasts, silent),
            );
        }
        // VMW-28d, e: heartbeat datastores cost three more seconds, and save from false alarms.
        let failed_after = if self.has_heartbeat_datastore(host) {
            profile.failed_after_datastore
        } else {
            profile.failed_after_no_datastore
        };
        shorten(failed_after, silent)
    }

    /// Shared storage carries the datastore heartbeats (VMW-16).
    fn has_heartbeat_datastore(&self, host: HostId) -> bool {
        let storages = &self.model.storages;
        self.model.hosts[host.index()]
            .storages
            .iter()
            .any(|s| storages[s.index()].kind != crate::model::StorageKind::Das)
    }

    /// The time since a host's last heartbeat.
    fn since_last_beat(&self, profile: &PrimaryProfile, host: HostId) -> Span {
        let interval = profile.heartbeat_interval;
        if interval == Span::ZERO {
            return Span::ZERO;
        }
        let phase = self.beat_phase(host, interval);
        Span((self.now.0 + interval.0 - phase.0) % interval.0)
    }

    fn elect_after(&mut self, cluster: ClusterId, span: Span) {
        let row = &mut self.state.clusters[cluster.index()];
        row.primary = None;
        row.primary_phase = PrimaryPhase::Electing;
        self.arm(self.model.timers.clusters[cluster.index()], span);
    }

    /// An election is over, or the new primary has read what it must protect.
    pub(super) fn on_primary_stepped(&mut self, cluster: ClusterId) {
        let Product::Primary(profile) = &self.model.clusters[cluster.index()].product else {
            unreachable!("only this family elects")
        };
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
            row.primary_phase = PrimaryPhase::Absent;
            return;
        };
        row.primary_phase = PrimaryPhase::TakingStock;
        self.tell(Signal::PrimaryElected { cluster, host });
        self.arm(self.model.timers.clusters[cluster.index()], profile.restart_after_election);
    }

    /// VMW-29c: it restarts what is protected and does not run.
    fn on_primary_ready(&mut self, cluster: ClusterId) {
        self.state.clusters[cluster.index()].primary_phase = PrimaryPhase::Ready;
        for &host in &self.model.clusters[cluster.index()].hosts {
            if self.state.hosts[host.index()].undeclared {
                self.declare_failed(cluster, host);
            }
        }
        self.retry_waiting(cluster);
    }

    /// A host is up, or hears the others again. Where nobody could be primary, one is elected (VMW-03).
    pub(super) fn primary_on_host_joined(&mut self, cluster: ClusterId, profile: &PrimaryProfile) {
        if self.state.clusters[cluster.index()].primary_phase == PrimaryPhase::Absent {
            self.elect_after(cluster, profile.election_lasts);
        }
    }

    /// A primary that enters maintenance hands over: the others elect at once (VMW-03).
    pub(super) fn cluster_on_host_leaving(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        if let Product::Primary(profile) = &self.model.clusters[cluster.index()].product {
            self.disarm(self.model.timers.hosts[host.index()].isolation);
            if self.state.clusters[cluster.index()].primary == Some(host) {
                self.elect_after(cluster, profile.election_lasts);
            }
        }
    }

    /// A host lost the management network, or has it back.
    pub(super) fn on_management_changed(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        let Product::Primary(profile) = &self.model.clusters[cluster.index()].product else {
            // The custom product has one number, its detection, and no network to lose.
            return;
        };
        if self.state.hosts[host.index()].phase != HostPhase::Up {
            return;
        }
        self.state.refresh_room(self.model, host);
        let slot = self.model.timers.hosts[host.index()].isolation;
        if self.state.hears(host, Traffic::Management) {
            self.disarm(slot);
            self.state.hosts[host.index()].isolated = false;
            self.primary_on_host_joined(cluster, profile);
            self.retry_waiting(cluster);
        } else if self.state.timers.at(slot) == Time::NEVER && !self.state.hosts[host.index()].isolated {
            let silent = self.since_last_beat(profile, host);
            // VMW-30c, VMW-31b: a secondary elects itself first, a primary only pings.
            let declared_after = if self.state.clusters[cluster.index()].primary == Some(host) {
                profile.isolation_declared_after_primary
            } else {
                profile.isolation_declared_after
            };
            self.arm(slot, shorten(declared_after, silent));
        }
    }

    /// A host knows that it is alone. The default response leaves its VMs powered on (VMW-37).
    pub(super) fn on_host_isolated(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        self.state.hosts[host.index()].isolated = true;
        self.tell(Signal::HostIsolated { host });
        let Product::Primary(profile) = &self.model.clusters[cluster.index()].product else {
            unreachable!("only this family declares isolation")
        };
        if self.state.clusters[cluster.index()].primary == Some(host) {
            // VMW-33: the others have missed it since the cut and hold their election meanwhile.
            let others_elect = profile.election_starts_after + profile.election_lasts;
            self.elect_after(cluster, shorten(others_elect, profile.isolation_declared_after_primary));
        }
    }
}

/// What is left of a time that began a while ago.
fn shorten(span: Span, gone: Span) -> Span {
    Span(span.0.saturating_sub(gone.0))
}
