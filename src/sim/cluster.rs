//! The host cluster: it notices a failed host and has its VMs restarted.
//!
//! When a host is given up depends on the product's family; what follows (`restart`) is the same.

use super::primary::Side;
use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, Product};
use crate::state::{HostPhase, Lead, NOWHERE, PrimaryPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A host of a cluster went down: when will the cluster know?
    pub(super) fn cluster_on_host_down(&mut self, host: HostId, cause: Cause) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        if !self.model.clusters[cluster.index()].restarts {
            return;
        }
        if let Product::Custom { detection } = &self.model.clusters[cluster.index()].product {
            self.custom_on_host_down(host, detection);
            return;
        }
        self.disarm(self.model.timers.hosts[host.index()].isolation);
        self.note_departure(cluster, host);
        let was_lone = self.state.clusters[cluster.index()].alone == Some(host);
        if was_lone {
            self.state.clusters[cluster.index()].alone = None;
        }
        let led = matches!(
            self.model.clusters[cluster.index()].product,
            Product::Primary(_) | Product::FivePrimaries(_)
        );
        let heard = led
            && self.state.clusters[cluster.index()].is_split
            && self.state.side(self.model, host).is_some_and(|side| self.is_led(cluster, side));
        let row = &mut self.state.hosts[host.index()];
        row.outvoted = false;
        if matches!(self.model.clusters[cluster.index()].product, Product::Ring(_)) {
            row.unlisted = false;
        }
        // What those of other sides thought of it is not what its own side does.
        row.given_up &= !heard;
        let span = match &self.model.clusters[cluster.index()].product {
            Product::Custom { .. } => return,
            Product::Primary(profile) => self.primary_on_host_down(cluster, profile, host),
            Product::FivePrimaries(profile) => self.five_primaries_on_host_down(cluster, profile, host),
            Product::Pool(profile) => self.pool_on_host_down(cluster, profile, host),
            Product::Quorum(profile) => self.quorum_on_host_down(cluster, profile, host),
            Product::Ring(profile) => self.ring_on_host_down(cluster, profile, host),
        };
        self.note_missed(cluster, host, self.now + self.beats_on(cluster, host));
        if was_lone {
            // Nobody else had quorum who could still count it.
            let row = &mut self.state.hosts[host.index()];
            row.missed_at = row.missed_at.min(self.now);
        }
        // HYP-07: one that hangs is heard again when its link is back.
        if self.state.hosts[host.index()].phase != HostPhase::Hung {
            self.state.hosts[host.index()].silent_since = Time::NEVER;
        }
        self.count_votes_later(cluster, host, cause);
        self.recheck_redirections(cluster);
        self.look_at_silent_host(cluster, host, false);
        self.look_at_pool(cluster);
        if self.is_unwatched(cluster, host) {
            self.lose_sight(host);
        } else {
            self.declare_after(host, span);
        }
        self.look_for_lone_survivor(cluster);
    }

    /// A cluster looks for what a host has lost `span` from now.
    pub(super) fn declare_after(&mut self, host: HostId, span: Span) {
        let downs = self.state.hosts[host.index()].downs;
        let at = self.now + span;
        let slot = self.model.timers.hosts[host.index()].declaration;
        let row = &mut self.state.hosts[host.index()];
        if self.state.timers.at(slot) >= at && !row.undeclared {
            // Whoever finds out about a later loss first finds out about all of them.
            row.declared_downs = downs;
            self.state.timers.arm(slot, at);
        } else {
            // It went down again before the cluster knew of the first time; each batch has its own time. Of a host only the
            // first and the last are known: those in between are known by the VMs that were lost with them.
            let (known, next) = (row.declared_downs, std::mem::replace(&mut row.next_declaration, at));
            if next < at {
                self.state.find_at(host, known, next);
            }
        }
    }

    /// An election or a takeover is over, or votes are due to be counted.
    pub(super) fn on_cluster_stepped(&mut self, cluster: ClusterId) {
        match &self.model.clusters[cluster.index()].product {
            Product::Primary(profile) => self.on_primary_stepped(cluster, profile, Side::Main),
            Product::Pool(_) => self.on_master_elected(cluster),
            Product::Quorum(_) | Product::Ring(_) => self.count_votes(cluster),
            Product::Custom { .. } | Product::FivePrimaries(_) => unreachable!("these have no steps"),
        }
    }

    /// Declares the hosts that nobody was there to declare.
    pub(super) fn declare_overdue(&mut self, cluster: ClusterId) {
        self.look_at_silent_hosts(cluster);
        self.declare_undeclared(cluster);
    }

    /// The same at the end of this instant: others may join at it as well, and not everything is to start on the first.
    pub(super) fn declare_overdue_soon(&mut self, cluster: ClusterId) {
        self.look_at_silent_hosts(cluster);
        let undeclared = |host: &HostId| self.state.hosts[host.index()].undeclared;
        if self.model.clusters[cluster.index()].hosts.iter().any(undeclared) {
            self.look_at_those_who_wait_at(cluster, self.now);
        }
    }

    pub(super) fn declare_undeclared(&mut self, cluster: ClusterId) {
        for &host in &self.model.clusters[cluster.index()].hosts {
            let undeclared = self.state.hosts[host.index()].undeclared;
            if undeclared && self.can_act(cluster) && !self.is_unwatched(cluster, host) {
                self.declare_failed(cluster, host);
            }
        }
    }

    /// A host begins planned work.
    pub(super) fn cluster_on_host_leaving(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        if !matches!(self.model.clusters[cluster.index()].product, Product::Custom { .. }) {
            self.disarm(self.model.timers.hosts[host.index()].isolation);
        }
        if self.state.clusters[cluster.index()].alone == Some(host) {
            self.state.clusters[cluster.index()].alone = None;
        }
        let row = &mut self.state.hosts[host.index()];
        row.outvoted = false;
        if matches!(self.model.clusters[cluster.index()].product, Product::Ring(_)) {
            row.unlisted = false;
        }
        self.note_missed(cluster, host, self.now);
        self.state.hosts[host.index()].silent_since = Time::NEVER;
        self.recheck_redirections(cluster);
        self.look_at_silent_host(cluster, host, false);
        self.look_at_pool(cluster);
        match &self.model.clusters[cluster.index()].product {
            Product::Custom { .. } => {}
            Product::Primary(profile) => self.primary_on_host_leaving(cluster, profile, host),
            Product::FivePrimaries(_) => self.five_primaries_on_host_leaving(cluster, host),
            Product::Pool(_) => self.pool_on_host_leaving(cluster, host),
            Product::Quorum(_) | Product::Ring(_) => {
                self.count_votes_later(cluster, host, Cause::Maintenance);
            }
        }
    }

    /// The cluster gives a host up. If nobody is there to act, whoever takes over will; if somebody is since this very
    /// instant, with all else that is lost, at its end.
    pub(super) fn on_host_declared_failed(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        let acts = self.can_act(cluster);
        let looks_at_all = self.state.timers.at(self.model.timers.retries[cluster.index()]) == self.now
            && !self.is_unwatched(cluster, host);
        if looks_at_all || !acts {
            let row = &mut self.state.hosts[host.index()];
            let known = std::mem::replace(&mut row.undeclared, true);
            if !known && !acts && row.first_lost != NOWHERE {
                self.tell(Signal::HostUndeclared { host });
            }
            return;
        }
        self.declare_failed(cluster, host);
    }

    /// Restarts what was lost on a host, whether or not the host is back meanwhile.
    pub(super) fn declare_failed(&mut self, cluster: ClusterId, host: HostId) {
        let row = &mut self.state.hosts[host.index()];
        row.undeclared = false;
        if row.next_declaration <= self.now {
            // What came later is overdue as well.
            (row.declared_downs, row.next_declaration) = (row.downs, Time::NEVER);
        }
        let downs = row.declared_downs;
        if downs == row.downs {
            self.fence_hung_host(cluster, host);
        }
        let row = &mut self.state.hosts[host.index()];
        // What it stopped while it was alone is looked for before it is known to be down.
        if row.phase != HostPhase::Up && downs == row.downs && !std::mem::replace(&mut row.given_up, true) {
            let by = self.speaker_for(cluster, host);
            self.tell(Signal::HostDeclaredFailed { host, by });
        }
        let mut lost = self.state.take_lost(host, downs, self.now);
        lost.sort_unstable_by_key(|vm| self.model.vms[vm.index()].rank);
        self.state.clusters[cluster.index()].orders_from = self.finder(cluster, host);
        self.restart_all(cluster, &lost);
        self.state.clusters[cluster.index()].orders_from = None;
        self.state.scratch = lost;
        let row = &mut self.state.hosts[host.index()];
        if row.first_lost != NOWHERE || row.next_declaration != Time::NEVER {
            let (at, downs) = self.state.found_next(host);
            let row = &mut self.state.hosts[host.index()];
            row.declared_downs = downs;
            if downs == row.downs {
                row.next_declaration = Time::NEVER;
            }
            self.state.timers.arm(self.model.timers.hosts[host.index()].declaration, at.max(self.now));
        }
    }

    /// A host of a cluster is up.
    pub(super) fn cluster_on_host_up(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        if self.is_custom(cluster) {
            self.custom_on_host_up(cluster, host);
            return;
        }
        let row = &mut self.state.hosts[host.index()];
        (row.heard_since, row.silent_since) = (self.now, Time::NEVER);
        self.recheck_redirections(cluster);
        self.list_in_pool(cluster, host);
        if matches!(self.model.clusters[cluster.index()].product, Product::Pool(_)) {
            self.find_deserted(cluster);
        }
        // It may come up without a management network: then it joins when it has it. Only the primary-and-secondaries
        // family arms a host that has never joined; the others leave it out until then (XEN-17).
        let arms = matches!(self.model.clusters[cluster.index()].product, Product::Primary(_));
        let joins = self.state.takes_orders(self.model, host);
        self.state.hosts[host.index()].fenced |= !arms && !joins;
        self.state.hosts[host.index()].outvoted = !joins;
        if joins {
            self.rejoin(cluster, host);
            self.look_at_pool(cluster);
        } else {
            self.look_at_pool(cluster);
            self.on_management_changed(host);
            self.look_for_lone_survivor(cluster);
            self.retry_waiting(cluster);
        }
    }

    /// Whether somebody is there who orders restarts.
    pub(super) fn can_act(&self, cluster: ClusterId) -> bool {
        let row = &self.state.clusters[cluster.index()];
        let fixed = &self.model.clusters[cluster.index()];
        // OSS-25, MTX-105: without its manager nothing is restarted.
        if fixed.needs_manager && fixed.manager.is_some_and(|m| self.state.outages[m.index()].is_out()) {
            return false;
        }
        match fixed.product {
            Product::Custom { .. } => true,
            Product::Primary(_) => {
                let main = Lead { primary: row.primary, phase: row.primary_phase };
                self.state.leads(self.model, main)
                    || row.others.iter().any(|lead| self.state.leads(self.model, *lead))
            }
            // Its orders must reach the others.
            Product::Pool(_) => row.primary.is_some_and(|master| {
                row.primary_phase == PrimaryPhase::Ready && self.state.takes_orders(self.model, master)
            }),
            Product::FivePrimaries(_) => self.has_any_primary(cluster),
            Product::Quorum(_) | Product::Ring(_) => {
                row.quorate && fixed.hosts.iter().any(|&host| self.state.takes_orders(self.model, host))
            }
        }
    }

    pub(super) fn cluster_of(&self, host: HostId) -> ClusterId {
        self.model.hosts[host.index()].cluster.expect("only a host of a cluster is declared failed")
    }
}
