//! Who may decide: more than half of the votes. Failover clustering (Hyper-V) and token rings (Proxmox,
//! Pacemaker) stop what they protect where they have not.
//!
//! Votes are counted when a loss is noticed, and again whenever a host joins. Without quorum the VMs of all hosts
//! stop (HYP-15); with it again they are started.
//!
//! Assumption: the witness never fails, and a host that is alone can reach it; of several the first has it.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, Product};
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// From the last heartbeat of a host to its being missed, where votes are counted.
    fn missed_after(&self, cluster: ClusterId) -> Option<Span> {
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(p) => Some(p.failed_after),
            Product::Ring(p) => Some(p.failed_after),
            _ => None,
        }
    }

    /// A host is gone or silent: votes are counted when that is noticed.
    pub(super) fn count_votes_later(&mut self, cluster: ClusterId, host: HostId, cause: Cause) {
        let Some(missed_after) = self.missed_after(cluster) else { return };
        let slot = self.model.timers.clusters[cluster.index()];
        let since = self.state.hosts[host.index()].missed_since;
        let at = self.now + missed_after.less(self.unheard(cluster, host, since));
        self.state.clusters[cluster.index()].doubt = cause;
        if at < self.state.timers.at(slot) {
            self.state.timers.arm(slot, at);
        }
    }

    /// Whether a host that cannot be reached has been missed: it may still be back in time.
    fn is_missed(&self, cluster: ClusterId, host: HostId) -> bool {
        let since = self.state.hosts[host.index()].missed_since;
        !self.state.takes_orders(self.model, host)
            && self.missed_after(cluster).is_none_or(|after| self.unheard(cluster, host, since) >= after)
    }

    /// Counts votes; stops what runs where quorum is lost, starts what waits where it is back.
    pub(super) fn count_votes(&mut self, cluster: ClusterId) {
        let quorate = self.has_quorum(cluster, |sim, host| !sim.is_missed(cluster, host));
        if quorate {
            self.adjust_votes(cluster);
        }
        let had = std::mem::replace(&mut self.state.clusters[cluster.index()].quorate, quorate);
        let hosts = &self.model.clusters[cluster.index()].hosts;
        if had && !quorate {
            self.tell(Signal::QuorumLost { cluster });
            let cause = self.state.clusters[cluster.index()].doubt;
            for &host in hosts {
                // Those who hear nobody stop their VMs as any host that is alone.
                if self.state.takes_orders(self.model, host) {
                    self.evict(host, cause, false, Span::ZERO);
                }
            }
        } else if quorate && !had {
            self.tell(Signal::QuorumRegained { cluster });
            self.declare_overdue(cluster);
            self.retry_waiting(cluster);
        }
        // Others may be on their way out.
        let Some(missed_after) = self.missed_after(cluster) else { return };
        let slot = self.model.timers.clusters[cluster.index()];
        for &host in hosts {
            let since = self.state.hosts[host.index()].missed_since;
            let silent = since != Time::NEVER && !self.state.takes_orders(self.model, host);
            if silent && !self.is_missed(cluster, host) {
                let at = self.now + missed_after.less(self.unheard(cluster, host, since));
                if at < self.state.timers.at(slot) {
                    self.state.timers.arm(slot, at);
                }
            }
        }
    }

    /// HYP-13: while there is quorum the votes of those who are gone are taken away, so that a cluster can run
    /// down to its last host. Without a witness an even number of votes is made odd (assumption: the last host's
    /// vote goes).
    pub(super) fn adjust_votes(&mut self, cluster: ClusterId) {
        let fixed = &self.model.clusters[cluster.index()];
        let Some(votes) = fixed.product.votes().filter(|votes| votes.dynamic) else { return };
        let mut last = None;
        let mut count = 0;
        for &host in &fixed.hosts {
            let votes = !self.is_missed(cluster, host);
            self.state.hosts[host.index()].has_vote = votes;
            if votes {
                (last, count) = (Some(host), count + 1);
            }
        }
        if let (false, Some(last), 0) = (votes.witness, last, count % 2) {
            self.state.hosts[last.index()].has_vote = false;
        }
    }

    /// HYP-09: more than half of the votes are with those who are `here`.
    fn has_quorum(&self, cluster: ClusterId, here: impl Fn(&Self, HostId) -> bool) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        let Some(votes) = fixed.product.votes() else { return true };
        let voters = || fixed.hosts.iter().filter(|h| self.state.hosts[h.index()].has_vote);
        let all = voters().count();
        let present = voters().filter(|&&h| here(self, h)).count();
        let somebody = fixed.hosts.iter().any(|&h| here(self, h));
        // HYP-14: the vote of a dynamic witness counts where the hosts' votes are even.
        let witness = usize::from(votes.witness && (!votes.dynamic || all.is_multiple_of(2)));
        2 * (present + if somebody { witness } else { 0 }) > all + witness
    }

    /// Whether a host that hears nobody has quorum by itself, or is the survivor of its pool.
    pub(super) fn survives_alone(&self, cluster: ClusterId, host: HostId) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        match &fixed.product {
            Product::Pool(_) => self.is_lowest_alone(cluster, host),
            Product::Quorum(_) | Product::Ring(_) => {
                let up = |h: &&HostId| self.state.hosts[h.index()].phase == HostPhase::Up;
                if fixed.hosts.iter().find(up) != Some(&host)
                    || fixed.hosts.iter().any(|&h| self.state.takes_orders(self.model, h))
                {
                    return false;
                }
                self.has_quorum(cluster, |_, other| other == host)
            }
            _ => false,
        }
    }

    /// A host goes on by itself: it looks after what was lost.
    pub(super) fn rejoin_alone(&mut self, cluster: ClusterId, host: HostId) {
        match &self.model.clusters[cluster.index()].product {
            Product::Pool(_) => {
                if self.state.clusters[cluster.index()].primary != Some(host) {
                    self.elect_after(cluster, Span::ZERO);
                }
            }
            _ => self.count_votes(cluster),
        }
        self.retry_waiting(cluster);
    }
}
