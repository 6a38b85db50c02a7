//! The failover-clustering family (Hyper-V): a host that is missed is watched for a while (2016), the living
//! regroup, and the disks move (HYP-01 to HYP-08, HYP-18, HYP-19). Who may decide is counted in `votes`.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, Product, QuorumProfile, StorageId, StorageKind};
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// How long from now until failover clustering starts the VMs of a lost host elsewhere.
    pub(super) fn quorum_on_host_down(
        &self,
        cluster: ClusterId,
        profile: &QuorumProfile,
        host: HostId,
    ) -> Span {
        // HYP-07: the heartbeats of a node that hangs go on until it is stopped, where they get through.
        let beats_on = self.beats_on(cluster, host);
        let silent = match beats_on {
            Span::ZERO => self.silent(cluster, host),
            _ => self.beat_age(cluster, host, self.now + beats_on),
        };
        let stages = self.regroup_and_move(profile, host, self.state.hosts[host.index()].downs);
        // The others regroup when they miss it, whatever becomes of it meanwhile.
        let noted = self.state.hosts[host.index()].missed_at;
        if noted != Time::NEVER {
            return (noted + profile.resiliency + stages).since(self.now);
        }
        let missed_after = self.others_miss_after(cluster, profile, host);
        beats_on + (missed_after + profile.resiliency + stages).less(silent)
    }

    /// HYP-07: the heartbeats of a node that hangs are cut off, or get through again. Once it is missed it is out.
    pub(super) fn hung_host_on_management_changed(&mut self, cluster: ClusterId, host: HostId) {
        let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product else { return };
        if self.state.hosts[host.index()].phase != HostPhase::Hung || self.is_missed(host) {
            return;
        }
        let timers = &self.model.timers.hosts[host.index()];
        let connected = self.state.is_connected(self.model, host);
        let row = &mut self.state.hosts[host.index()];
        if connected == (row.silent_since == Time::NEVER) {
            return;
        }
        let beats_until = if connected {
            (row.silent_since, row.heard_since) = (Time::NEVER, self.now);
            self.state.timers.at(timers.step)
        } else {
            row.silent_since = self.now;
            self.now
        };
        self.end_beats_at(cluster, profile, host, beats_until);
        self.count_votes_later(cluster, host, Cause::HostHang);
    }

    /// HYP-07: a node that hangs is reset, or loses its power, before its kernel would have stopped it: its heartbeats end.
    pub(super) fn on_hang_ended(&mut self, host: HostId) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product else { return };
        let early = self.now < self.state.hosts[host.index()].missed_at;
        if early && self.state.hosts[host.index()].silent_since == Time::NEVER {
            self.end_beats_at(cluster, profile, host, self.now);
            self.count_votes_later(cluster, host, Cause::HostHang);
        }
    }

    /// The heartbeats of a node that hangs are heard until an instant: from then on it is missed, and its VMs are moved.
    fn end_beats_at(&mut self, cluster: ClusterId, profile: &QuorumProfile, host: HostId, until: Time) {
        self.state.hosts[host.index()].missed_at = Time::NEVER;
        self.note_missed(cluster, host, until);
        self.declare_hung_host(cluster, profile, host, until);
    }

    /// What a hung host has lost is looked for after its last beat.
    fn declare_hung_host(&mut self, cluster: ClusterId, profile: &QuorumProfile, host: HostId, until: Time) {
        let age = self.beat_age(cluster, host, until);
        let stages = self.regroup_and_move(profile, host, self.state.hosts[host.index()].downs);
        let missed_after = self.others_miss_after(cluster, profile, host);
        let at = until + (missed_after + profile.resiliency + stages).less(age);
        let slot = self.model.timers.hosts[host.index()].declaration;
        let row = &mut self.state.hosts[host.index()];
        if row.next_declaration != Time::NEVER {
            row.next_declaration = at;
        } else if self.state.timers.at(slot) != Time::NEVER {
            self.state.timers.arm(slot, at);
        }
    }

    /// A host that joins alone takes all others for missed (HYP-09): one that hangs and beats on (HYP-07) is out for good.
    pub(super) fn forget_beats_of_hung_host(&mut self, cluster: ClusterId, host: HostId) {
        let row = &self.state.hosts[host.index()];
        if let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product
            && row.phase == HostPhase::Hung
            && row.silent_since == Time::NEVER
            && row.missed_at > self.now
        {
            self.state.hosts[host.index()].silent_since = self.now;
            self.declare_hung_host(cluster, profile, host, self.now);
        }
    }

    /// Whether nodes that have lost quorum together stop nothing at once (HYP-15): since 2016 they are isolated like one
    /// that is alone, and only at the end of the resiliency period their VMs stop (HYP-19, HYP-23).
    pub(super) fn is_resilient(&self, cluster: ClusterId) -> bool {
        matches!(
            &self.model.clusters[cluster.index()].product,
            Product::Quorum(profile) if profile.resiliency > Span::ZERO
        )
    }

    /// Quorum is not there: nodes that hear each other and run something are isolated from now on.
    pub(super) fn isolate_together(&mut self, cluster: ClusterId) {
        let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product else { return };
        if profile.resiliency == Span::ZERO {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            let slot = self.model.timers.hosts[host.index()].isolation;
            let free = self.state.timers.at(slot) == Time::NEVER && !self.state.hosts[host.index()].isolated;
            if free && self.state.takes_orders(self.model, host) && !self.is_idle(host) {
                self.state.hosts[host.index()].isolated = true;
                self.tell(Signal::HostIsolated { host });
                self.hold_io(cluster, host);
                self.arm(slot, profile.resiliency);
            }
        }
    }

    /// Those of them who hear nobody any more know it, and have no quorum by themselves.
    pub(super) fn note_those_alone(&mut self, cluster: ClusterId) {
        if !self.is_resilient(cluster) || self.state.clusters[cluster.index()].alone.is_some() {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            let known = self.state.hosts[host.index()].outvoted;
            if !known && self.has_found_itself_alone(cluster, host) && !self.survives_alone(cluster, host) {
                self.state.hosts[host.index()].outvoted = true;
            }
        }
    }

    /// Whether a node that had lost quorum with others hears nobody any more and knows it.
    pub(super) fn has_found_itself_alone(&self, cluster: ClusterId, host: HostId) -> bool {
        let row = &self.state.hosts[host.index()];
        let together = self.is_resilient(cluster) && row.phase == HostPhase::Up && row.isolated;
        together && (self.is_missed(host) || self.finds_itself_alone_at(cluster, host) <= self.now)
    }

    /// When it will know: as soon as it misses the others, which may be before all of them miss it (HYP-03).
    pub(super) fn finds_itself_alone_at(&self, cluster: ClusterId, host: HostId) -> Time {
        let row = &self.state.hosts[host.index()];
        let silent = row.isolated && row.silent_since != Time::NEVER && row.phase == HostPhase::Up;
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(profile) if silent && !self.state.takes_orders(self.model, host) => {
                let age = self.beat_age(cluster, host, row.silent_since);
                row.silent_since + self.misses_others_after(cluster, profile, host).less(age)
            }
            _ => Time::NEVER,
        }
    }

    /// Quorum is back: what those nodes have not stopped goes on. One that has it by itself hears nobody all the same.
    pub(super) fn go_on_together(&mut self, cluster: ClusterId) {
        if !self.is_resilient(cluster) {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            let together = self.state.takes_orders(self.model, host)
                && self.state.clusters[cluster.index()].alone != Some(host);
            if together && self.state.hosts[host.index()].isolated {
                self.disarm(self.model.timers.hosts[host.index()].isolation);
                self.state.hosts[host.index()].isolated = false;
                self.release_io(host);
            }
        }
    }

    /// From a host's being given up to the start of its VMs: the living regroup, and shared disks move. Replicated local
    /// disks have no reservation that moves (HYP-18, HYP-53); the replication makes them ready (MTX-96).
    pub(super) fn regroup_and_move(&self, profile: &QuorumProfile, host: HostId, downs: u32) -> Span {
        let storages = &self.model.hosts[host.index()].storages;
        let shared = |s: &StorageId| self.model.storages[s.index()].kind != StorageKind::Das;
        if storages.is_empty() || storages.iter().any(shared) {
            self.stages(host, &[&profile.regroup, &profile.disk_move], downs)
        } else {
            self.stages(host, &[&profile.regroup], downs)
        }
    }

    /// From the last heartbeat of a host to its being missed: by its neighbours at the same site, who tell the rest,
    /// or, where none of them is left, by those at other sites (HYP-03, HYP-04).
    pub(super) fn others_miss_after(
        &self,
        cluster: ClusterId,
        profile: &QuorumProfile,
        host: HostId,
    ) -> Span {
        let tells = |other: HostId| {
            let row = &self.state.hosts[other.index()];
            row.phase == HostPhase::Up && !row.doomed && self.state.is_connected(self.model, other)
        };
        self.threshold(cluster, profile, host, tells)
    }

    /// The same seen from a host that hears nobody, or only its neighbours.
    pub(super) fn misses_others_after(
        &self,
        cluster: ClusterId,
        profile: &QuorumProfile,
        host: HostId,
    ) -> Span {
        let neighbours_heard = self.state.side(self.model, host).is_some();
        let missed =
            |other: HostId| !neighbours_heard && self.state.hosts[other.index()].phase == HostPhase::Up;
        self.threshold(cluster, profile, host, missed)
    }

    fn threshold(
        &self,
        cluster: ClusterId,
        profile: &QuorumProfile,
        host: HostId,
        counts: impl Fn(HostId) -> bool,
    ) -> Span {
        let fixed = &self.model.clusters[cluster.index()];
        let place = |h: HostId| self.model.hosts[h.index()].place;
        let near = |&other: &HostId| other != host && place(other) == place(host) && counts(other);
        if !fixed.spans_places() || fixed.hosts.iter().any(near) {
            profile.failed_after
        } else {
            profile.failed_after_cross_site
        }
    }

    /// For how long a host that is down is still heard.
    pub(super) fn beats_on(&self, cluster: ClusterId, host: HostId) -> Span {
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(profile)
                if self.state.hosts[host.index()].phase == HostPhase::Hung
                    && self.state.is_connected(self.model, host) =>
            {
                profile.hang_reset_after
            }
            _ => Span::ZERO,
        }
    }
}
