//! Who may decide: more than half of the votes. Failover clustering (Hyper-V) and token rings (Proxmox,
//! Pacemaker) stop what they protect where they have not.
//!
//! A host that is missed is given up after its product's stages: failover clustering watches it for a while
//! (2016), regroups and moves the disks (HYP-01 to HYP-08, HYP-18, HYP-19); a ring regroups and fences, or waits
//! until the watchdog must have fenced (OSS-04 to OSS-08, OSS-13 to OSS-19). Votes are counted when a loss is
//! noticed, and again whenever a host joins. Without quorum the VMs of all hosts stop (HYP-15); with it again
//! they are started.
//!
//! Assumption: the witness never fails, and a host that is alone can reach it; of several the first has it.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, Fencing, HostId, QuorumProfile, RingProfile};
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// How long from now until failover clustering starts the VMs of a lost host elsewhere.
    pub(super) fn quorum_on_host_down(
        &self,
        cluster: ClusterId,
        profile: &QuorumProfile,
        host: HostId,
    ) -> Span {
        let silent = self.silent(cluster, host);
        let stages =
            self.stages(host, &[&profile.regroup, &profile.disk_move], self.state.hosts[host.index()].downs);
        (profile.failed_after + profile.resiliency).less(silent) + stages
    }

    /// How long from now until a ring starts the VMs of a lost host elsewhere.
    pub(super) fn ring_on_host_down(&self, cluster: ClusterId, profile: &RingProfile, host: HostId) -> Span {
        let row = &self.state.hosts[host.index()];
        let silent = self.silent(cluster, host);
        let noticed = profile.failed_after.less(silent);
        match &profile.fencing {
            // It is off already.
            Fencing::Peers { .. } if row.fenced => Span::ZERO,
            Fencing::Peers { takes } => noticed + self.stages(host, &[&profile.regroup, takes], row.downs),
            Fencing::Watchdog { recover_after, loops, .. } => {
                let agreed = noticed + self.stages(host, &[&profile.regroup], row.downs);
                let loops = self.draw(loops, self.model.hosts[host.index()].streams.detection, row.downs);
                agreed.max(recover_after.less(silent)) + loops
            }
        }
    }

    /// A host is gone or silent: votes are counted when that is noticed.
    pub(super) fn count_votes_later(&mut self, cluster: ClusterId, host: HostId, cause: Cause) {
        let failed_after = match &self.model.clusters[cluster.index()].product {
            crate::model::Product::Quorum(p) => p.failed_after,
            crate::model::Product::Ring(p) => p.failed_after,
            _ => return,
        };
        let slot = self.model.timers.clusters[cluster.index()];
        if self.state.timers.at(slot) == Time::NEVER {
            self.state.clusters[cluster.index()].doubt = cause;
            self.arm(slot, failed_after.less(self.silent(cluster, host)));
        }
    }

    /// Counts votes; stops what runs where quorum is lost, starts what waits where it is back.
    pub(super) fn count_votes(&mut self, cluster: ClusterId) {
        let quorate = self.has_quorum(cluster);
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let votes = self.model.clusters[cluster.index()].product.votes();
        if quorate && votes.is_some_and(|v| v.dynamic) {
            // HYP-13: those who are gone need not be outvoted any more.
            for &host in hosts {
                self.state.hosts[host.index()].has_vote = self.state.takes_orders(self.model, host);
            }
        }
        let had = std::mem::replace(&mut self.state.clusters[cluster.index()].quorate, quorate);
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
    }

    /// HYP-09: more than half of the votes are with those who hear each other.
    fn has_quorum(&self, cluster: ClusterId) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        let Some(votes) = fixed.product.votes() else { return true };
        let voters = || fixed.hosts.iter().filter(|h| self.state.hosts[h.index()].has_vote);
        let all = voters().count();
        let here = voters().filter(|&&h| self.state.takes_orders(self.model, h)).count();
        let somebody = fixed.hosts.iter().any(|&h| self.state.takes_orders(self.model, h));
        // HYP-14: the vote of a dynamic witness counts where the hosts' votes are even.
        let witness = usize::from(votes.witness && (!votes.dynamic || all.is_multiple_of(2)));
        2 * (here + if somebody { witness } else { 0 }) > all + witness
    }

    /// Whether a host that hears nobody has quorum by itself, or is the survivor of its pool.
    pub(super) fn survives_alone(&mut self, cluster: ClusterId, host: HostId) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        match &fixed.product {
            crate::model::Product::Pool(_) => self.is_lowest_alone(cluster, host),
            crate::model::Product::Quorum(_) | crate::model::Product::Ring(_) => {
                let up = |h: &&HostId| self.state.hosts[h.index()].phase == HostPhase::Up;
                if fixed.hosts.iter().find(up) != Some(&host)
                    || fixed.hosts.iter().any(|&h| self.state.takes_orders(self.model, h))
                {
                    return false;
                }
                self.state.clusters[cluster.index()].alone = Some(host);
                let quorum = self.has_quorum(cluster);
                self.state.clusters[cluster.index()].alone = None;
                quorum
            }
            _ => false,
        }
    }

    /// A host goes on by itself: it looks after what was lost.
    pub(super) fn rejoin_alone(&mut self, cluster: ClusterId, host: HostId) {
        match &self.model.clusters[cluster.index()].product {
            crate::model::Product::Pool(_) => {
                if self.state.clusters[cluster.index()].primary != Some(host) {
                    self.elect_after(cluster, Span::ZERO);
                }
            }
            _ => self.count_votes(cluster),
        }
        self.retry_waiting(cluster);
    }
}
