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
        match &profile.fencing {
            // It is off already.
            Fencing::Peers { .. } if row.fenced => Span::ZERO,
            // The others miss it and fence it, whatever becomes of it meanwhile.
            Fencing::Peers { takes } => {
                (profile.failed_after + self.stages(host, &[&profile.regroup, takes], row.downs)).less(silent)
            }
            Fencing::Watchdog { recover_after, loops, .. } => {
                let agreed =
                    (profile.failed_after + self.stages(host, &[&profile.regroup], row.downs)).less(silent);
                let loops = self.draw(loops, self.model.hosts[host.index()].streams.detection, row.downs);
                agreed.max(recover_after.less(silent)) + loops
            }
        }
    }
}
