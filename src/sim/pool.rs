//! The pool family (XenServer): hosts watch each other on the network and in a statefile; who is not in the
//! largest group of those who see each other resets itself (XEN-27 to XEN-30).
//!
//! A crash: both channels time out, the living agree, wait until a loser must have fenced itself, and the
//! master looks at the list of the living (XEN-36a to e). If the master died another host takes over first
//! (XEN-36f). A host that only lost the network looks alive in the statefile: it fences itself when the views
//! cannot be merged, and the others wait longer (XEN-36h to l). Where no host hears another, groups have
//! one host each, and the lowest survives (XEN-28, MTX-26).
//!
//! A host that loses the statefile takes the same way (XEN-36m), unless all hosts of the pool have lost it and all are
//! alive: then they live on by the network alone (XEN-29), and any further failure fences all of them (XEN-32).

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{Cause, ClusterId, HostDraw, HostId, PoolProfile, Product, Traffic};
use crate::state::{HostPhase, PrimaryPhase};

impl<O: Observer> Simulation<'_, O> {
    /// The first host is the master.
    pub(super) fn pool_start(&mut self, cluster: ClusterId) {
        self.state.clusters[cluster.index()].primary =
            self.model.clusters[cluster.index()].hosts.first().copied();
    }

    /// How long from now until the VMs of a host that is down are started elsewhere.
    pub(super) fn pool_on_host_down(
        &mut self,
        cluster: ClusterId,
        profile: &PoolProfile,
        host: HostId,
    ) -> Span {
        let row = &self.state.hosts[host.index()];
        let downs = row.downs;
        let span = if row.fenced && row.mute {
            let waits = [&profile.agreement, &profile.winners_wait, &profile.notice];
            self.stages(host, &waits, downs)
        } else if row.fenced {
            let waits = [&profile.winners_wait, &profile.winners_wait_extension, &profile.notice];
            self.stages(host, &waits, downs)
        } else {
            // One that was isolated before wrote into the statefile until now (XEN-14).
            self.state.hosts[host.index()].silent_since = crate::engine::Time::NEVER;
            let waits = [&profile.agreement, &profile.winners_wait, &profile.notice];
            profile.failed_after.less(self.silent(cluster, host)) + self.stages(host, &waits, downs)
        };
        if self.state.clusters[cluster.index()].primary == Some(host) {
            self.elect_master(cluster, profile, host, span);
        }
        span
    }

    fn elect_master(&mut self, cluster: ClusterId, profile: &PoolProfile, host: HostId, after: Span) {
        let takeover = self.draw(
            &profile.master_takeover,
            self.model.hosts[host.index()].streams.detection,
            self.state.hosts[host.index()].downs,
        );
        self.elect_after(cluster, after + takeover);
    }

    /// Planned work on the master: its role is handed over first (assumption: at once).
    pub(super) fn pool_on_host_leaving(&mut self, cluster: ClusterId, host: HostId) {
        if self.state.clusters[cluster.index()].primary == Some(host) {
            self.elect_after(cluster, Span::ZERO);
        }
    }

    /// Another host is master now.
    pub(super) fn on_master_elected(&mut self, cluster: ClusterId) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let master = hosts.iter().copied().find(|&host| self.state.takes_orders(self.model, host));
        let row = &mut self.state.clusters[cluster.index()];
        row.primary = master;
        let Some(host) = master else {
            row.primary_phase = PrimaryPhase::Absent;
            return;
        };
        row.primary_phase = PrimaryPhase::Ready;
        self.tell(Signal::PrimaryElected { cluster, host });
        self.declare_overdue(cluster);
        self.retry_waiting(cluster);
    }

    /// A host joins a pool. Where there is no master it becomes one.
    pub(super) fn pool_on_host_joined(&mut self, cluster: ClusterId, profile: &PoolProfile, host: HostId) {
        if self.state.clusters[cluster.index()].primary_phase == PrimaryPhase::Absent {
            self.elect_master(cluster, profile, host, Span::ZERO);
        }
    }

    /// Whether a host reads and writes the statefile.
    pub(super) fn sees_statefile(&self, cluster: ClusterId, host: HostId) -> bool {
        match &self.model.clusters[cluster.index()].product {
            Product::Pool(profile) => profile
                .statefile
                .is_none_or(|storage| self.state.reaches_serving_copy(self.model, storage, host)),
            _ => true,
        }
    }

    /// Whether a host neither hears the others nor sees the statefile. All views agree that it is gone: nobody has to
    /// wait for them to be merged, nor, on the winning side, for a host that still looks alive (XEN-34, XEN-36i).
    fn has_lost_both_channels(&self, cluster: ClusterId, host: HostId) -> bool {
        !self.state.is_connected(self.model, host) && !self.sees_statefile(cluster, host)
    }

    /// Why the storage with the statefile is gone.
    pub(super) fn statefile_lost_by(&self, host: HostId) -> Cause {
        let cluster = self.model.hosts[host.index()].cluster.map(|c| &self.model.clusters[c.index()].product);
        let Some(Product::Pool(PoolProfile { statefile: Some(storage), .. })) = cluster else {
            return Cause::StorageOutage;
        };
        let first = *storage;
        let storage = self.state.serving_copy(self.model, first);
        let outage = self.state.outages[self.model.storages[storage.index()].part.index()];
        match (outage.faults, outage.cuts) {
            // It has everything, but the pool lives on where another host is cut off.
            (0, 0) if self.sees_statefile(self.cluster_of(host), host) => {
                let lone = self.state.clusters[self.cluster_of(host).index()].alone;
                lone.map_or(Cause::LinkFailure, |lone| self.cut_off_by(lone))
            }
            // It is there: the way to it is not, or the other copy serves and the host is not wired to that.
            (0, 0) if !self.state.storages[storage.index()].is_out() => {
                let wired = self.model.hosts[host.index()].storages.contains(&storage);
                if wired || storage == first { Cause::NetworkOutage } else { Cause::StorageOutage }
            }
            (0, 0) => Cause::ControllerFailure,
            (0, _) => Cause::SiteOutage,
            _ => Cause::StorageOutage,
        }
    }

    /// XEN-29: nobody sees the statefile, and all who belong to the pool are alive. One that was shut down for planned
    /// work does not count (XEN-31).
    fn lives_by_network(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].hosts.iter().all(|&host| {
            let row = &self.state.hosts[host.index()];
            row.phase == HostPhase::Maintenance
                || (row.phase == HostPhase::Up
                    && !row.unlisted
                    && self.state.is_connected(self.model, host)
                    && !self.sees_statefile(cluster, host))
        })
    }

    /// Something about the network, the statefile or the hosts of a pool has changed: who is on the losing side?
    pub(super) fn look_at_pool(&mut self, cluster: ClusterId) {
        let Product::Pool(profile) = &self.model.clusters[cluster.index()].product else { return };
        if self.state.clusters[cluster.index()].is_split {
            let before = self.state.clusters[cluster.index()].main;
            self.choose_largest_side(cluster);
            if self.state.clusters[cluster.index()].main != before {
                self.tell_hosts_of_sides(cluster);
            }
        }
        self.find_deserted(cluster);
        let by_network = self.lives_by_network(cluster);
        let mut joined = false;
        for &host in &self.model.clusters[cluster.index()].hosts {
            let row = &self.state.hosts[host.index()];
            if row.phase != HostPhase::Up {
                continue;
            }
            let sees = self.sees_statefile(cluster, host);
            let connected = self.state.is_connected(self.model, host);
            if row.unlisted {
                if sees && connected {
                    self.state.hosts[host.index()].unlisted = false;
                    if !self.is_pool_elsewhere(cluster, host) {
                        self.disarm(self.model.timers.hosts[host.index()].isolation);
                        self.rejoin(cluster, host);
                        joined = true;
                    }
                }
            } else if connected && (sees || by_network) {
                let slot = self.model.timers.hosts[host.index()].isolation;
                let row = &self.state.hosts[host.index()];
                let was_losing = row.isolated || row.fenced || self.state.timers.at(slot) != Time::NEVER;
                if was_losing && !self.is_pool_elsewhere(cluster, host) {
                    self.disarm(slot);
                    self.rejoin(cluster, host);
                }
            } else if self.state.clusters[cluster.index()].alone != Some(host) || !sees {
                if self.state.clusters[cluster.index()].alone == Some(host) {
                    // It has gone on by itself, and now loses the statefile as well.
                    self.state.clusters[cluster.index()].alone = None;
                    let row = &mut self.state.hosts[host.index()];
                    (row.isolated, row.silent_since) = (false, Time::NEVER);
                }
                self.state.refresh_room(self.model, host);
                self.begin_silence(cluster, host, profile.failed_after);
                self.note_mute(cluster, host, profile);
            }
        }
        if joined && self.state.clusters[cluster.index()].deserted.is_some() {
            // XEN-28: the one that was deserted is so no longer.
            self.look_at_pool(cluster);
        }
    }

    /// A host that loses its second channel as well stays in the pool's view until that has timed out too (XEN-33).
    fn note_mute(&mut self, cluster: ClusterId, host: HostId, profile: &PoolProfile) {
        if self.state.hosts[host.index()].isolated {
            return; // The views differ already, and are being merged.
        }
        let mute = self.has_lost_both_channels(cluster, host);
        let was = std::mem::replace(&mut self.state.hosts[host.index()].mute, mute);
        let slot = self.model.timers.hosts[host.index()].isolation;
        if mute && !was && self.state.timers.at(slot) != Time::NEVER {
            let age = self.beat_age(cluster, host, self.now);
            self.state.timers.disarm(slot);
            self.arm(slot, profile.failed_after.less(age));
        }
    }

    /// Groups of one host each: the lowest survives, whether or not its own link is the one that has failed (XEN-28,
    /// XEN-36g). So the only host that is left on the network loses against a lower one that is alone.
    pub(super) fn find_deserted(&mut self, cluster: ClusterId) {
        let before = self.state.clusters[cluster.index()].deserted.take();
        let counts = |sim: &Self, host: HostId| {
            let row = &sim.state.hosts[host.index()];
            // One that was fenced and comes up again stays out for the same reason (XEN-17), or it would be fenced for
            // ever.
            let listed = !row.unlisted && (!row.fenced || sim.state.is_connected(sim.model, host));
            row.phase == HostPhase::Up && listed && sim.sees_statefile(cluster, host)
        };
        let (mut last, mut connected, mut lower) = (None, 0, false);
        for &host in &self.model.clusters[cluster.index()].hosts {
            if !counts(self, host) {
                continue;
            }
            if self.state.is_connected(self.model, host) {
                (last, connected) = (Some(host), connected + 1);
            } else if connected == 0 {
                lower = true;
            }
        }
        let now = last.filter(|_| lower && connected == 1);
        self.state.clusters[cluster.index()].deserted = now;
        if now != before {
            for &host in &self.model.clusters[cluster.index()].hosts {
                self.state.refresh_room(self.model, host);
            }
        }
    }

    /// XEN-17: a host that boots without the statefile, or without the others, is not of the pool until it has both.
    pub(super) fn list_in_pool(&mut self, cluster: ClusterId, host: HostId) {
        if matches!(self.model.clusters[cluster.index()].product, Product::Pool(_)) {
            let both = self.sees_statefile(cluster, host) && self.state.is_connected(self.model, host);
            self.state.hosts[host.index()].unlisted = !both || self.would_be_deserted(cluster, host);
        }
    }

    /// Why a lower host is alone, against whom the last one on the network loses.
    pub(super) fn deserted_by(&self, host: HostId) -> Cause {
        let cluster = self.model.hosts[host.index()].cluster;
        let cut = |other: &HostId| {
            let row = &self.state.hosts[other.index()];
            row.phase == HostPhase::Up && row.links_cut[Traffic::Management as usize] > 0
        };
        let lower = cluster.into_iter().flat_map(|c| &self.model.clusters[c.index()].hosts);
        if lower.take_while(|other| **other != host).any(cut) {
            Cause::LinkFailure
        } else {
            Cause::NetworkOutage
        }
    }

    /// Whether a host would only join to be the one that loses against a lower one that is alone.
    fn would_be_deserted(&self, cluster: ClusterId, host: HostId) -> bool {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let member = |other: HostId| {
            let row = &self.state.hosts[other.index()];
            let there = row.phase == HostPhase::Up && !row.unlisted && !row.fenced;
            other != host && there && self.sees_statefile(cluster, other)
        };
        let mut members = hosts.iter().copied().filter(|&other| member(other));
        // One that is deserted is so no longer if this one joins it.
        let main = self.state.clusters[cluster.index()].main;
        let any = members.clone().any(|other| self.state.side(self.model, other) == Some(main));
        !any && members.any(|other| other < host)
    }

    pub(super) fn is_deserted(&self, host: HostId) -> bool {
        let cluster = self.model.hosts[host.index()].cluster;
        cluster.is_some_and(|cluster| self.state.clusters[cluster.index()].deserted == Some(host))
    }

    /// The lowest host survives: it waits until the others must have fenced themselves, and is the master then, after
    /// a while where it was not before (XEN-36f, XEN-36k).
    pub(super) fn lead_alone(&mut self, cluster: ClusterId, host: HostId) {
        let Product::Pool(profile) = &self.model.clusters[cluster.index()].product else { return };
        let downs = self.state.hosts[host.index()].downs + 1;
        let waits = [&profile.winners_wait, &profile.winners_wait_extension, &profile.notice];
        let span = self.stages_as(host, HostDraw::STAGES_OF_SURVIVOR, &waits, downs);
        self.elect_master(cluster, profile, host, span);
    }

    /// XEN-28: where no host hears another, the first one that is up survives; those without the statefile are dropped
    /// before (XEN-30).
    pub(super) fn is_lowest_alone(&self, cluster: ClusterId, host: HostId) -> bool {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let counts = |h: &&HostId| {
            let row = &self.state.hosts[h.index()];
            row.phase == HostPhase::Up && !row.unlisted && self.sees_statefile(cluster, **h)
        };
        !hosts.iter().any(|&other| self.state.takes_orders(self.model, other))
            && hosts.iter().find(counts) == Some(&host)
    }

    /// Whether a pool lives on in a host that does not hear this one: it cannot join then (XEN-17).
    pub(super) fn is_pool_elsewhere(&mut self, cluster: ClusterId, host: HostId) -> bool {
        let lone = self.state.clusters[cluster.index()].alone;
        let elsewhere = matches!(self.model.clusters[cluster.index()].product, Product::Pool(_))
            && (lone.is_some_and(|lone| lone != host && !self.state.is_connected(self.model, lone))
                || self.would_be_deserted(cluster, host));
        if elsewhere {
            self.state.hosts[host.index()].unlisted = true;
            self.state.refresh_room(self.model, host);
        }
        elsewhere
    }
}
