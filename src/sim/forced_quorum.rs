//! Quorum by hand: where most votes are lost with a site, a person says after a while that those who are left are the
//! cluster, and keeps the returning side from deciding otherwise (HYP-16, MTX-97).
//!
//! Only where every host that is missing stands at a site that is out: nobody forces quorum while the other side may be
//! running.

use super::{Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{ClusterId, HostId, NO_TIMER, Product};

impl<O: Observer> Simulation<'_, O> {
    /// Whether a cluster goes on, by its votes or because a person has said so; calls one where that can help.
    pub(super) fn goes_on(&mut self, cluster: ClusterId, quorate: bool) -> bool {
        let slot = self.model.timers.forcings[cluster.index()];
        if slot == NO_TIMER {
            return quorate;
        }
        if quorate {
            self.state.clusters[cluster.index()].forced = false;
            self.disarm(slot);
            return true;
        }
        if self.state.clusters[cluster.index()].forced {
            return true;
        }
        if !self.misses_a_site(cluster) {
            self.disarm(slot);
        } else if self.state.timers.at(slot) == Time::NEVER
            && let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product
        {
            self.state.clusters[cluster.index()].forcings += 1;
            let draw = self.state.clusters[cluster.index()].forcings;
            let stream = self.model.clusters[cluster.index()].restart.polls;
            let stream = crate::engine::Stream::numbered(stream.0, 1);
            let span = self.draw(&profile.quorum_forced_after, stream, draw);
            self.arm(slot, span);
        }
        false
    }

    /// The person is there.
    pub(super) fn on_quorum_forced(&mut self, cluster: ClusterId) {
        if self.misses_a_site(cluster) {
            self.state.clusters[cluster.index()].forced = true;
            self.tell(Signal::QuorumForced { cluster });
            self.adjust_votes(cluster);
        }
        self.count_votes(cluster);
    }

    /// Somebody is left, somebody is missing, and all who are missing stand at a site that is out. Where nobody is
    /// missing a witness is, and nobody forces quorum while that is being repaired (MTX-53).
    fn misses_a_site(&self, cluster: ClusterId) -> bool {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let there = |host: &&HostId| self.state.takes_orders(self.model, **host);
        let out = |host: &HostId| {
            self.model.site(self.model.hosts[host.index()].place).is_some_and(|site| {
                self.state.outages[self.model.domains[site.index()].part.index()].is_out()
            })
        };
        let missing = || hosts.iter().filter(|host| !there(host));
        hosts.iter().any(|host| there(&host)) && missing().next().is_some() && missing().all(out)
    }
}
