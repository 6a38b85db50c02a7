//! The primary-and-secondaries family (vSphere 5 and later): heartbeats, election, isolation.
//!
//! Heartbeats that arrive are not simulated. Each host beats at a phase of its own; the last beat
//! before a failure is computed, and the product's timers run from there (VMW-28, VMW-29, VMW-30). A
//! small model in the tests with every beat as an event gives the same instants.
//!
//! The primary's way: Ready → (its crash, isolation or maintenance) Electing → TakingStock → Ready;
//! Absent while nobody can be primary. Without a ready primary nothing is restarted (VMW-04).
//!
//! Sites that do not hear each other have a primary each (VMW-02). The primary that was there before leads the main
//! side and owns every datastore that it reaches, those of the other sides the rest (VMW-38): a VM is restarted by
//! whoever owns its datastore, on the hosts of that side.

use super::{Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, PlaceId, PrimaryProfile, Product};
use crate::state::{Lead, PrimaryPhase};

/// A side of a cluster of this family: the main one, or another by the lowest of its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Main,
    Other(PlaceId),
}

impl<O: Observer> Simulation<'_, O> {
    /// How long from now until a host that has just failed is given up. If it was the primary, the
    /// others will elect a new one.
    pub(super) fn primary_on_host_down(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) -> Span {
        let heard = self.state.side(self.model, host).is_some();
        let silent = if heard {
            // Those of its own side have heard it until now.
            self.beat_age(cluster, host, self.now)
        } else {
            self.silent(cluster, host)
        };
        if let Some(side) = self.leads(cluster, host) {
            // VMW-29a, b: the secondaries miss its beats, then elect.
            let elected_after = profile.election_starts_after + profile.election_lasts;
            self.elect_in(cluster, side, elected_after.less(silent));
        }
        // VMW-28d, e: heartbeat datastores cost three more seconds, and save from false alarms.
        if !self.has_heartbeat_datastore(host) {
            let given_up = profile.failed_after_no_datastore.less(silent);
            return self.next_attempt_on(cluster, host).unwrap_or(given_up);
        }
        // VMW-28b: one that was silent on the network before is watched in the datastores from its last sign there,
        // whether it stops giving them because it is down or because it has lost them.
        let lost_datastores = self.state.timers.at(self.model.timers.hosts[host.index()].abandonment);
        if !heard && lost_datastores != Time::NEVER {
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
        self.elect_in(cluster, Side::Main, span);
    }

    /// The hosts of a side hold an election.
    pub(super) fn elect_in(&mut self, cluster: ClusterId, side: Side, span: Span) {
        self.set_lead(cluster, side, Lead { primary: None, phase: PrimaryPhase::Electing });
        self.arm(self.side_timer(cluster, side), span);
    }

    fn side_timer(&self, cluster: ClusterId, side: Side) -> u32 {
        match side {
            Side::Main => self.model.timers.clusters[cluster.index()],
            Side::Other(place) => self.model.timers.sides[cluster.index()][place.index()],
        }
    }

    fn lead(&self, cluster: ClusterId, side: Side) -> Lead {
        let row = &self.state.clusters[cluster.index()];
        match side {
            Side::Main => Lead { primary: row.primary, phase: row.primary_phase },
            Side::Other(place) => row.others[place.index()],
        }
    }

    fn set_lead(&mut self, cluster: ClusterId, side: Side, lead: Lead) {
        let row = &mut self.state.clusters[cluster.index()];
        match side {
            Side::Main => (row.primary, row.primary_phase) = (lead.primary, lead.phase),
            Side::Other(place) => row.others[place.index()] = lead,
        }
    }

    /// The side whose primary a host is.
    pub(super) fn leads(&self, cluster: ClusterId, host: HostId) -> Option<Side> {
        let row = &self.state.clusters[cluster.index()];
        if row.primary == Some(host) {
            return Some(Side::Main);
        }
        let place = row.others.iter().position(|lead| lead.primary == Some(host))?;
        Some(Side::Other(PlaceId(place as u32)))
    }

    /// The side that a host stands on.
    fn side_of(&self, cluster: ClusterId, host: HostId) -> Side {
        let row = &self.state.clusters[cluster.index()];
        let side = self.state.home_side(self.model, host);
        if !row.is_split || side == row.main { Side::Main } else { Side::Other(PlaceId(side)) }
    }

    /// An election on a side that is not the main one is over, or its new primary has read what it protects.
    pub(super) fn on_side_stepped(&mut self, cluster: ClusterId, place: PlaceId) {
        if let Product::Primary(profile) = &self.model.clusters[cluster.index()].product {
            self.on_primary_stepped(cluster, profile, Side::Other(place));
        }
    }

    /// An election is over, or the new primary has read what it must protect.
    pub(super) fn on_primary_stepped(&mut self, cluster: ClusterId, profile: &PrimaryProfile, side: Side) {
        match self.lead(cluster, side).phase {
            PrimaryPhase::Electing => self.on_elected(cluster, profile, side),
            PrimaryPhase::TakingStock => self.on_primary_ready(cluster, side),
            phase @ (PrimaryPhase::Absent | PrimaryPhase::Ready) => {
                panic!("a cluster that is {phase:?} has no step")
            }
        }
    }

    fn on_elected(&mut self, cluster: ClusterId, profile: &PrimaryProfile, side: Side) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let winner = profile
            .ranking
            .iter()
            .map(|&seat| hosts[seat as usize])
            .find(|&h| self.state.takes_orders(self.model, h) && self.side_of(cluster, h) == side);
        let Some(host) = winner else {
            self.set_lead(cluster, side, Lead::NOBODY);
            if side == Side::Main {
                self.state.clusters[cluster.index()].absent_since = self.now;
            }
            return;
        };
        self.set_lead(cluster, side, Lead { primary: winner, phase: PrimaryPhase::TakingStock });
        self.tell(Signal::PrimaryElected { cluster, host });
        self.arm(self.side_timer(cluster, side), profile.restart_after_election);
    }

    /// VMW-29c: it restarts what is protected and does not run.
    fn on_primary_ready(&mut self, cluster: ClusterId, side: Side) {
        let lead = Lead { phase: PrimaryPhase::Ready, ..self.lead(cluster, side) };
        self.set_lead(cluster, side, lead);
        self.forget_attempts(cluster);
        self.declare_overdue(cluster);
        self.retry_waiting(cluster);
    }

    /// A host is up, or hears the others again. Where nobody could be primary, one is elected (VMW-03).
    pub(super) fn primary_on_host_joined(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
        has_elected_itself: bool,
    ) {
        let side = self.side_of(cluster, host);
        let phase = self.lead(cluster, side).phase;
        let absent = phase == PrimaryPhase::Absent;
        let just_called = phase == PrimaryPhase::Electing
            && self.state.timers.at(self.side_timer(cluster, side)) == self.now + profile.election_lasts;
        if has_elected_itself && (absent || just_called) {
            // VMW-30b, VMW-34: the election was over while it heard nobody, and it still pings: whoever answers makes it
            // a primary. Of several that come back at once the one that would win an election stays.
            self.elect_in(cluster, side, Span::ZERO);
        } else if absent {
            self.elect_in(cluster, side, profile.election_lasts);
        }
        if self.leads(cluster, host).is_some() {
            // What it could not act on while it heard nobody.
            self.declare_overdue(cluster);
        }
    }

    /// A primary that enters maintenance hands over: the others elect at once (VMW-03).
    pub(super) fn primary_on_host_leaving(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) {
        if let Some(side) = self.leads(cluster, host) {
            self.elect_in(cluster, side, profile.election_lasts);
        }
    }

    /// VMW-33: a primary is alone. The others have missed it since the cut and hold their election meanwhile.
    pub(super) fn primary_on_host_isolated(
        &mut self,
        cluster: ClusterId,
        profile: &PrimaryProfile,
        host: HostId,
    ) {
        if let Some(side) = self.leads(cluster, host) {
            let others_elect = profile.election_starts_after + profile.election_lasts;
            self.elect_in(cluster, side, others_elect.less(profile.isolation_declared_after_primary));
        }
    }

    /// Whether a primary has read what it protects.
    pub(super) fn is_ready(&self, cluster: ClusterId, primary: HostId) -> bool {
        self.leads(cluster, primary)
            .is_some_and(|side| self.state.leads(self.model, self.lead(cluster, side)))
    }

    /// The primary of each side that has one.
    pub(super) fn primaries(&self, cluster: ClusterId) -> impl Iterator<Item = HostId> {
        let row = &self.state.clusters[cluster.index()];
        row.primary.into_iter().chain(row.others.iter().filter_map(|lead| lead.primary))
    }

    /// Sites do not hear each other any more, or do again: the side of the primary is the main one; every other
    /// misses its beats and elects one of its own.
    pub(super) fn primary_on_sides_changed(&mut self, cluster: ClusterId, profile: &PrimaryProfile) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let ranking = || profile.ranking.iter().map(|&seat| hosts[seat as usize]);
        let leader = self.state.clusters[cluster.index()].primary;
        let first = leader.or_else(|| ranking().find(|&host| self.state.takes_orders(self.model, host)));
        let main = self.state.home_side(self.model, first.unwrap_or(hosts[0]));
        self.state.clusters[cluster.index()].main = main;
        self.gather_leads(cluster, main);
        let unheard = leader.map_or(Span::ZERO, |leader| self.beat_age(cluster, leader, self.now));
        for host in ranking() {
            let side = self.side_of(cluster, host);
            if side != Side::Main
                && self.lead(cluster, side) == Lead::NOBODY
                && self.state.takes_orders(self.model, host)
            {
                let elected_after = profile.election_starts_after + profile.election_lasts;
                self.elect_in(cluster, side, elected_after.less(unheard));
            }
        }
    }

    /// The leads of other sides go where their primary stands now. One who hears the main side again steps down,
    /// unless that has none.
    fn gather_leads(&mut self, cluster: ClusterId, main: u32) {
        for place in (0..self.model.geography.places).map(PlaceId) {
            let from = Side::Other(place);
            let held = self.lead(cluster, from);
            let slot = self.side_timer(cluster, from);
            let due = self.state.timers.at(slot);
            self.set_lead(cluster, from, Lead::NOBODY);
            self.disarm(slot);
            let side = match held.primary {
                Some(host) => self.state.home_side(self.model, host),
                None => self.state.clusters[cluster.index()].sides[place.index()],
            };
            let to = if side == main { Side::Main } else { Side::Other(PlaceId(side)) };
            let vacant = match to {
                Side::Main => held.primary.is_some() && self.lead(cluster, to).primary.is_none(),
                Side::Other(_) => self.lead(cluster, to) == Lead::NOBODY,
            };
            if held == Lead::NOBODY || !vacant {
                continue;
            }
            self.set_lead(cluster, to, held);
            let slot = self.side_timer(cluster, to);
            self.disarm(slot);
            if due != Time::NEVER {
                self.state.timers.arm(slot, due);
            }
        }
    }
}
