//! The five-primaries family (VMware HA 3 and 4): the first five hosts hold the state of the cluster.
//!
//! A host is given up when its heartbeats have been missing for long enough, whoever it was (VML-06). A
//! primary that leaves for planned work hands its role on, one that crashes does not (VML-03): with all
//! primaries gone at once nothing is restarted (VML-04) until one of them is back (assumption).

use super::{Observer, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, FivePrimariesProfile, HostId};

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
        if self.state.is_connected(self.model, host) {
            // Those of its own side have heard it until now.
            return (profile.failed_after + profile.heartbeat_interval)
                .less(self.beat_age(cluster, host, self.now));
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

    /// Whether one of the primaries is there.
    pub(super) fn has_any_primary(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].hosts.iter().any(|&host| {
            self.state.hosts[host.index()].is_primary && self.state.takes_orders(self.model, host)
        })
    }
}
