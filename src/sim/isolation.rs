//! A host that loses the management network: when it finds itself alone; `responses` has what it does then.
//!
//! Connected → (its product's time without heartbeats) alone → (its product's delay) response. Whoever hears
//! the others again before that is connected as before. Five families, one scheme; what differs is in
//! [`Simulation::isolation_of`].

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, Delay, Fencing, HostDraw, HostId, IsolationResponse, Product, Traffic};
use crate::state::HostPhase;

/// How a product treats a host that is alone.
struct Isolation {
    /// From the last heartbeat heard to finding itself alone.
    declared_after: Span,
    response: IsolationResponse,
    /// From there to the response.
    delay: Span,
}

impl<O: Observer> Simulation<'_, O> {
    fn isolation_of(&self, cluster: ClusterId, host: HostId) -> Option<Isolation> {
        let downs = self.state.hosts[host.index()].downs + 1;
        Some(match &self.model.clusters[cluster.index()].product {
            // One number, its detection, and no network to lose.
            Product::Custom { .. } => return None,
            Product::Primary(p) => Isolation {
                // VMW-30c, VMW-31b: a secondary elects itself first, a primary only pings.
                declared_after: if self.leads(cluster, host).is_some() {
                    p.isolation_declared_after_primary
                } else {
                    p.isolation_declared_after
                },
                response: p.isolation_response,
                delay: p.isolation_response_delay,
            },
            Product::FivePrimaries(p) => Isolation {
                declared_after: p.isolation_declared_after,
                response: p.isolation_response,
                delay: p.isolation_response_delay,
            },
            // XEN-36h to j: the views cannot be merged before both timeouts have passed, where they differ.
            Product::Pool(p) => Isolation {
                declared_after: p.failed_after,
                response: IsolationResponse::Fence,
                delay: if self.state.hosts[host.index()].mute {
                    Span::ZERO
                } else {
                    p.isolation_fenced_after.less(p.failed_after)
                },
            },
            // MTX-27, MTX-28: out of quorum its cluster service stops the VMs; since 2016 it waits first.
            Product::Quorum(p) => Isolation {
                declared_after: self.misses_others_after(cluster, p, host),
                response: IsolationResponse::PowerOff,
                delay: p.resiliency,
            },
            Product::Ring(p) => Isolation {
                declared_after: p.failed_after,
                response: IsolationResponse::Fence,
                delay: match &p.fencing {
                    Fencing::Watchdog { resets_after, .. } => *resets_after,
                    Fencing::Peers { takes } => self.stages(host, &[&p.regroup, takes], downs),
                },
            },
        })
    }

    /// A host lost the management network, or has it back.
    pub(super) fn on_management_changed(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        if self.state.hosts[host.index()].phase != HostPhase::Up {
            self.hung_host_on_management_changed(cluster, host);
            return;
        }
        let Some(isolation) = self.isolation_of(cluster, host) else { return };
        self.state.refresh_room(self.model, host);
        self.recheck_redirections(cluster);
        let slot = self.model.timers.hosts[host.index()].isolation;
        if matches!(self.model.clusters[cluster.index()].product, Product::Pool(_)) {
            self.look_at_pool(cluster);
            // The master may reach the others again, whatever else it has lost.
            self.declare_overdue(cluster);
            self.retry_waiting(cluster);
            return;
        }
        if self.join_a_majority(cluster, host) {
            return;
        }
        self.look_at_silent_host(cluster, host, false);
        if self.state.is_connected(self.model, host) {
            if self.goes_on_without_quorum(cluster, host) || self.is_being_fenced(cluster, host) {
                return;
            }
            let watchdog = self.state.timers.at(slot);
            if !self.is_watched(cluster, host) {
                self.disarm(slot);
            }
            self.rejoin_watched(cluster, host, watchdog);
            self.note_silence(cluster, host);
            return;
        }
        self.lose_fenced_host(cluster, host);
        self.begin_silence(cluster, host, isolation.declared_after);
        self.on_witness_way_changed(cluster);
    }

    /// A host has fallen silent: it will find itself alone, and the others miss it.
    pub(super) fn begin_silence(&mut self, cluster: ClusterId, host: HostId, declared_after: Span) {
        let slot = self.model.timers.hosts[host.index()].isolation;
        let row = &self.state.hosts[host.index()];
        // One that has lost quorum with others knows already that it is on its own: it is only missed as well.
        let knows = self.goes_on_without_quorum(cluster, host);
        if row.fenced || !(knows || (self.state.timers.at(slot) == Time::NEVER && !row.isolated)) {
            return;
        }
        self.note_missed(cluster, host, self.now);
        if knows && self.has_watchdogs(cluster) {
            // OSS-05: its lock has not been renewed since it lost quorum.
            self.count_votes_at(cluster, self.state.hosts[host.index()].missed_at);
            return;
        }
        let split = self.state.clusters[cluster.index()].is_split;
        let row = &mut self.state.hosts[host.index()];
        // Those of its own side have heard it until now.
        row.silent_since = if split { self.now } else { row.silent_since.min(self.now) };
        if knows {
            let missed = self.state.hosts[host.index()].missed_at;
            self.count_votes_at(cluster, missed.min(self.finds_itself_alone_at(cluster, host)));
            return;
        }
        let silent = self.silent(cluster, host);
        self.arm(slot, declared_after.less(silent));
        let cause = self.cut_off_by(host);
        self.state.hosts[host.index()].cut_off_by = cause;
        self.count_votes_later(cluster, host, cause);
    }

    /// A host is up and hears the others, or hears them again.
    pub(super) fn rejoin(&mut self, cluster: ClusterId, host: HostId) {
        if self.is_kept_out(cluster, host) || self.is_pool_elsewhere(cluster, host) {
            return;
        }
        self.release_io(host);
        // What it does for want of quorum goes on.
        let watched = self.is_watched(cluster, host) || self.goes_on_without_quorum(cluster, host);
        if self.state.hosts[host.index()].isolated && !watched {
            // Its agent may have been out when the others found quorum again.
            self.disarm(self.model.timers.hosts[host.index()].isolation);
        }
        let absent_since = self.state.clusters[cluster.index()].absent_since;
        let row = &mut self.state.hosts[host.index()];
        // Who was silent for a moment only has missed nobody.
        let newcomer = row.outvoted || row.missed_at <= self.now || row.heard_since == self.now;
        let has_elected_itself = !row.isolated && row.silent_since <= absent_since;
        row.heard_since = self.now;
        (row.isolated, row.fenced, row.mute) = (watched, false, false);
        (row.given_up, row.outvoted) = (false, false);
        row.silent_since = if watched { row.silent_since } else { Time::NEVER };
        row.missed_at = Time::NEVER;
        self.step_back(cluster, host);
        self.state.refresh_room(self.model, host);
        match &self.model.clusters[cluster.index()].product {
            Product::Custom { .. } => {}
            Product::Primary(profile) => {
                self.primary_on_host_joined(cluster, profile, host, has_elected_itself);
                self.declare_overdue_soon(cluster);
            }
            Product::FivePrimaries(_) => self.declare_overdue_soon(cluster),
            Product::Pool(profile) => {
                self.pool_on_host_joined(cluster, profile, host);
                self.declare_overdue_soon(cluster);
            }
            Product::Quorum(_) | Product::Ring(_) => {
                if newcomer {
                    self.begin_membership(cluster, host);
                }
                self.count_votes(cluster);
                self.declare_overdue_soon(cluster);
            }
        }
        self.retry_waiting(cluster);
    }

    /// A host knows that it is alone, or its response is due.
    pub(super) fn on_host_isolated(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        let isolation = self.isolation_of(cluster, host).expect("only hosts that beat can be alone");
        if self.is_blind(cluster, host) {
            return;
        }
        if self.state.hosts[host.index()].isolated {
            self.respond(cluster, host, isolation.response, self.can_fence(cluster));
            return;
        }
        self.state.hosts[host.index()].isolated = true;
        self.tell(Signal::HostIsolated { host });
        if self.counts_votes(cluster) {
            self.count_votes_at(cluster, self.now);
        }
        self.note_departure(cluster, host);
        self.hold_io(cluster, host);
        if let Product::Primary(profile) = &self.model.clusters[cluster.index()].product {
            self.primary_on_host_isolated(cluster, profile, host);
        }
        let led = matches!(
            self.model.clusters[cluster.index()].product,
            Product::Primary(_) | Product::FivePrimaries(_)
        );
        if led {
            self.leave_on(host, isolation.response);
        }
        if !self.responds(cluster, isolation.response) {
            return;
        }
        // HYP-09: one that has quorum by itself is not out of quorum: it goes on at once.
        let slot = self.model.timers.hosts[host.index()].isolation;
        if self.counts_votes(cluster) && self.survives_alone(cluster, host) {
            if isolation.delay > Span::ZERO {
                self.arm(slot, isolation.delay);
            }
            self.go_on_alone(cluster, host);
            return;
        }
        self.state.hosts[host.index()].outvoted = true;
        self.look_for_lone_survivor(cluster);
        // Where nobody has quorum nobody fences: there is nothing to wait for.
        let peers = matches!(
            &self.model.clusters[cluster.index()].product,
            Product::Ring(ring) if matches!(ring.fencing, Fencing::Peers { .. })
        );
        if isolation.delay == Span::ZERO || (peers && !self.can_act(cluster)) {
            self.respond(cluster, host, isolation.response, self.can_fence(cluster));
        } else {
            self.arm(slot, isolation.delay);
        }
    }

    /// A host that has stepped back stops what it runs.
    pub(super) fn respond_alone(&mut self, cluster: ClusterId, host: HostId) {
        let isolation = self.isolation_of(cluster, host).expect("only hosts that beat can be alone");
        // Whoever finds it running on needs no time to have it fenced.
        self.respond(cluster, host, isolation.response, self.can_act(cluster));
    }

    /// Why a host is alone: it hears nobody, or has lost its pool's statefile.
    pub(super) fn cut_off_by(&self, host: HostId) -> Cause {
        let cut = |traffic: Traffic| self.state.hosts[host.index()].links_cut[traffic as usize] > 0;
        match self.state.is_connected(self.model, host) {
            false if cut(Traffic::Management) => Cause::LinkFailure,
            false if self.is_deserted(host) => self.deserted_by(host),
            false => Cause::NetworkOutage,
            // Its cluster has lost quorum, or fences it because it was away (OSS-17): what had cut it off is the reason then.
            true if self.model.hosts[host.index()].cluster.is_some_and(|c| self.counts_votes(c)) => {
                let row = &self.state.hosts[host.index()];
                if row.unlisted {
                    row.cut_off_by
                } else {
                    self.state.clusters[self.cluster_of(host).index()].doubt
                }
            }
            true if cut(Traffic::Storage) => Cause::LinkFailure,
            true if !self.state.hears(self.model, host, Traffic::Storage) => Cause::NetworkOutage,
            true => self.statefile_lost_by(host),
        }
    }

    /// A host that is alone resets itself, or is switched off and on again.
    pub(super) fn fence(&mut self, host: HostId, cause: Cause) {
        self.state.hosts[host.index()].fenced = true;
        self.reset_host(host, cause);
    }

    /// A host is reset. Its crash clock stands still meanwhile.
    pub(super) fn reset_host(&mut self, host: HostId, cause: Cause) {
        self.tell(Signal::HostFenced { host });
        self.pause_clocks(host);
        self.take_host_down(host, HostPhase::Off, cause);
        self.boot_host(host);
    }

    /// How long the others have heard nothing of a host.
    pub(super) fn silent(&self, cluster: ClusterId, host: HostId) -> Span {
        self.unheard(cluster, host, self.state.hosts[host.index()].silent_since)
    }

    /// How long nothing was heard of a host whose beats have not got through since an instant.
    pub(super) fn unheard(&self, cluster: ClusterId, host: HostId, since: Time) -> Span {
        let heard = self.now.min(since);
        (self.now - heard) + self.beat_age(cluster, host, heard)
    }

    /// How long before an instant a host beat last.
    pub(super) fn beat_age(&self, cluster: ClusterId, host: HostId, at: Time) -> Span {
        match self.model.clusters[cluster.index()].product.heartbeat_interval() {
            None | Some(Span::ZERO) => Span::ZERO,
            Some(interval) => {
                let phase = self.beat_phase(host, interval);
                // Assumption: a host whose way to the others is open again is heard at that instant.
                let heard_since = self.state.hosts[host.index()].heard_since;
                Span((at.0 + interval.0 - phase.0) % interval.0).min(at.since(heard_since))
            }
        }
    }

    /// The sum of a product's stages after a host's `downs`-th loss, each with draws of its own.
    pub(super) fn stages(&self, host: HostId, laws: &[&Delay], downs: u32) -> Span {
        self.stages_as(host, HostDraw::STAGES, laws, downs)
    }

    /// The same of stages that are another purpose's.
    pub(super) fn stages_as(
        &self,
        host: HostId,
        purposes: [HostDraw; 3],
        laws: &[&Delay],
        downs: u32,
    ) -> Span {
        laws.iter()
            .zip(purposes)
            .fold(Span::ZERO, |sum, (law, purpose)| sum + self.draw_host(host, purpose, law, downs))
    }

    /// Draw number `k` of a host for a purpose of its cluster's.
    pub(super) fn draw_host(&self, host: HostId, purpose: HostDraw, law: &Delay, k: u32) -> Span {
        self.draw(law, self.model.hosts[host.index()].streams.of(purpose), k)
    }
}
