//! Quarantine: a node that keeps leaving failover clustering without a word is kept out for a while (HYP-24), of at
//! most a quarter of all nodes.
//!
//! Assumption: what runs on such a node runs on; the move of its VMs is live migration, which is planned work.

use super::{Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{ClusterId, HostId, Product, Quarantine};

impl<O: Observer> Simulation<'_, O> {
    fn quarantine_rules(&self, cluster: ClusterId) -> Option<Quarantine> {
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(profile) => profile.quarantine,
            _ => None,
        }
    }

    /// A node leaves without a word: it went down, or was missed.
    pub(super) fn note_departure(&mut self, cluster: ClusterId, host: HostId) {
        if self.quarantine_rules(cluster).is_some() {
            let departures = &mut self.state.hosts[host.index()].departures;
            departures.rotate_right(1);
            departures[0] = self.now;
        }
    }

    /// A node would join: true where it is kept out instead.
    pub(super) fn is_kept_out(&mut self, cluster: ClusterId, host: HostId) -> bool {
        if self.state.hosts[host.index()].quarantined {
            return true;
        }
        let Some(rules) = self.quarantine_rules(cluster) else { return false };
        let departures = &self.state.hosts[host.index()].departures;
        let first = departures[rules.departures as usize - 1];
        let often = first != Time::NEVER && departures[0].since(first) <= rules.window;
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let kept_out = hosts.iter().filter(|h| self.state.hosts[h.index()].quarantined).count();
        let until = departures[0] + rules.lasts;
        if !often || 4 * (kept_out + 1) > hosts.len() || until <= self.now {
            return false;
        }
        let row = &mut self.state.hosts[host.index()];
        row.quarantined = true;
        // It has no vote as long as it is out.
        row.missed_at = Time::ZERO;
        row.departures = [Time::NEVER; crate::model::DEPARTURES_MAX];
        self.state.timers.arm(self.model.timers.hosts[host.index()].quarantine, until);
        self.state.refresh_room(self.model, host);
        self.tell(Signal::HostQuarantined { host });
        true
    }

    pub(super) fn on_quarantine_ended(&mut self, host: HostId) {
        let cluster = self.cluster_of(host);
        self.state.hosts[host.index()].quarantined = false;
        self.tell(Signal::HostReadmitted { host });
        if self.state.takes_orders(self.model, host) {
            self.rejoin(cluster, host);
        }
    }
}
