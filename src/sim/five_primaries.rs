//! The five-primaries family (VMware HA 3 and 4): the first five hosts hold the state of the cluster.
//!
//! A host is given up when its heartbeats have been missing for long enough, whoever it was (VML-06). A
//! primary that leaves for planned work hands its role on, one that crashes does not (VML-03): with all
//! primaries gone at once nothing is restarted (VML-04) until one of them is back (assumption).

use super::{Observer, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, FivePrimariesProfile, HostId, Product};
use crate::state::HostPhase;

/// VML-01.
const PRIMARIES: usize = 5;

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn five_primaries_start(&mut self, cluster: ClusterId) {
        for &host in self.model.clusters[cluster.index()].hosts.iter().take(PRIMARIES) {
            self.state.hosts[host.index()].is_primary = true;
        }
    }

    /// How long from now until a host that has just failed is given up.
    pub(super) fn five_primaries_on_host_down(
        &self,
        cluster: ClusterId,
        profile: &FivePrimariesProfile,
        host: HostId,
    ) -> Span {
        // Assumption: the time counts from the first heartbeat that is missed, so that a host is given up 15 to
        // 16 s after its crash, as the timeline below VML-20 has it.
        let side = self.state.side(self.model, host);
        if side.is_some_and(|side| self.is_led(cluster, side)) {
            // Those of its own side have heard it until now; those of another may try to start what it runs before.
            let own = (profile.failed_after + profile.heartbeat_interval)
                .less(self.beat_age(cluster, host, self.now));
            let attempt = self.state.timers.at(self.model.timers.hosts[host.index()].abandonment);
            if self.state.hosts[host.index()].lock_attempts == 0 || attempt == Time::NEVER {
                return own;
            }
            return own.min(attempt.since(self.now));
        }
        let given_up = (profile.failed_after + profile.heartbeat_interval).less(self.silent(cluster, host));
        self.next_attempt_on(cluster, host).unwrap_or(given_up)
    }

    /// VML-03: a primary in maintenance is replaced by the first host that can be one.
    pub(super) fn five_primaries_on_host_leaving(&mut self, cluster: ClusterId, host: HostId) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let heir = hosts.iter().copied().find(|&other| {
            !self.state.hosts[other.index()].is_primary && self.state.takes_orders(self.model, other)
        });
        if let (true, Some(heir)) = (self.state.hosts[host.index()].is_primary, heir) {
            self.state.hosts[host.index()].is_primary = false;
            self.state.hosts[heir.index()].is_primary = true;
            self.state.refresh_room(self.model, heir);
        }
    }

    /// Whether a side of a cluster has somebody who gives orders there. Of those with a quorum or an election every side
    /// has, or will have.
    pub(super) fn is_led(&self, cluster: ClusterId, side: u32) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        !matches!(fixed.product, Product::FivePrimaries(_))
            || !self.state.clusters[cluster.index()].is_split
            || fixed.hosts.iter().any(|&host| {
                let row = &self.state.hosts[host.index()];
                let leads = row.is_primary && row.phase == HostPhase::Up && !row.agent_out;
                leads && self.state.side(self.model, host) == Some(side)
            })
    }

    /// The side that finds out what a host has lost, where there are several: its own, if that has a primary.
    pub(super) fn finder(&self, cluster: ClusterId, host: HostId) -> Option<u32> {
        let five = matches!(self.model.clusters[cluster.index()].product, Product::FivePrimaries(_));
        let side = self.state.side(self.model, host).filter(|_| five)?;
        self.is_led(cluster, side).then_some(side)
    }

    /// Whether one of the primaries is there.
    pub(super) fn has_any_primary(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].hosts.iter().any(|&host| {
            self.state.hosts[host.index()].is_primary && self.state.takes_orders(self.model, host)
        })
    }
}
