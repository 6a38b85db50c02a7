//! The failover-clustering family (Hyper-V): a host that is missed is watched for a while (2016), the living
//! regroup, and the disks move (HYP-01 to HYP-08, HYP-18, HYP-19). Who may decide is counted in `votes`.

use super::{Observer, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, HostId, QuorumProfile};

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
}
