//! The failover-clustering family (Hyper-V): a host that is missed is watched for a while (2016), the living
//! regroup, and the disks move (HYP-01 to HYP-08, HYP-18, HYP-19). Who may decide is counted in `votes`.

use super::{Cause, Observer, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, HostId, Product, QuorumProfile};
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
        let stages =
            self.stages(host, &[&profile.regroup, &profile.disk_move], self.state.hosts[host.index()].downs);
        // The others regroup when they miss it, whatever becomes of it meanwhile.
        beats_on + (profile.failed_after + profile.resiliency + stages).less(silent)
    }

    /// HYP-07: the heartbeats of a node that hangs are cut off, or get through again. Once it is missed it is out.
    pub(super) fn hung_host_on_management_changed(&mut self, cluster: ClusterId, host: HostId) {
        let Product::Quorum(profile) = &self.model.clusters[cluster.index()].product else { return };
        let timers = &self.model.timers.hosts[host.index()];
        let reset_at = self.state.timers.at(timers.step);
        if self.state.hosts[host.index()].phase != HostPhase::Hung || self.is_missed(cluster, host) {
            return;
        }
        let connected = self.state.is_connected(self.model, host);
        let row = &mut self.state.hosts[host.index()];
        (row.heard_since, row.missed_since) =
            if connected { (self.now, reset_at) } else { (row.heard_since, row.missed_since.min(self.now)) };
        let beats_until = row.missed_since;
        let age = self.beat_age(cluster, host, beats_until);
        let stages =
            self.stages(host, &[&profile.regroup, &profile.disk_move], self.state.hosts[host.index()].downs);
        if self.state.timers.at(timers.declaration) != Time::NEVER {
            let at = beats_until + (profile.failed_after + profile.resiliency + stages).less(age);
            self.state.timers.arm(timers.declaration, at);
        }
        self.count_votes_later(cluster, host, Cause::HostHang);
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
