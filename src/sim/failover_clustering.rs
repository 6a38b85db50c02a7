//! The failover-clustering family (Hyper-V): a host that is missed is watched for a while (2016), the living
//! regroup, and the disks move (HYP-01 to HYP-08, HYP-18, HYP-19). Who may decide is counted in `votes`.

use super::{Observer, Simulation};
use crate::engine::Span;
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
        // HYP-07: the heartbeats of a node that hangs go on until it is stopped.
        let beats_on = self.beats_on(cluster, host);
        let silent = match beats_on {
            Span::ZERO => self.silent(cluster, host),
            _ => self.beat_age(cluster, host, self.now + beats_on),
        };
        let stages =
            self.stages(host, &[&profile.regroup, &profile.disk_move], self.state.hosts[host.index()].downs);
        beats_on + (profile.failed_after + profile.resiliency).less(silent) + stages
    }

    /// For how long a host that is down is still heard.
    pub(super) fn beats_on(&self, cluster: ClusterId, host: HostId) -> Span {
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(profile) if self.state.hosts[host.index()].phase == HostPhase::Hung => {
                profile.hang_reset_after
            }
            _ => Span::ZERO,
        }
    }
}
