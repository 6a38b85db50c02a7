//! The token-ring family (Proxmox, Pacemaker): a lost token is missed, the living regroup and fence, or wait until
//! the watchdog must have fenced (OSS-04 to OSS-08, OSS-13 to OSS-19). Who may decide is counted in `votes`.

use super::{Observer, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, Fencing, HostId, RingProfile};

impl<O: Observer> Simulation<'_, O> {
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
}
