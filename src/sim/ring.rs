//! The token-ring family (Proxmox, Pacemaker): a lost token is missed, the living regroup and fence, or wait until
//! the watchdog must have fenced (OSS-04 to OSS-08, OSS-13 to OSS-19). Who may decide is counted in `votes`.
//!
//! Where hosts have watchdogs these run without quorum, on every host that runs a VM of the cluster (OSS-06, OSS-10):
//! the VMs go on until the host is reset, and for good where quorum is back before.

use super::{Cause, Observer, Simulation};
use crate::engine::{Span, Time};
use crate::model::{ClusterId, Fencing, HostId, Product, RingProfile, VmId};
use crate::state::NOWHERE;

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
            // OSS-04: the others fence what has been away for long enough; OSS-05: then its lock must have run out, which a
            // dead agent has not renewed either, though its host was there.
            Fencing::Watchdog { recover_after, fence_delay, loops, .. } => {
                let agreed = profile.failed_after + self.stages(host, &[&profile.regroup], row.downs);
                let loops = self.draw(loops, self.model.hosts[host.index()].streams.detection, row.downs);
                let unrenewed = silent.max(self.now.since(row.agent_out_since.min(self.now)));
                (agreed + *fence_delay).less(silent).max(recover_after.less(unrenewed)) + loops
            }
        }
    }

    /// OSS-17: whether the others are switching off a host that they hear again. Once they have regrouped they have asked for
    /// that, and nobody takes it back; until it is done the host belongs to nobody (assumption: where they have lost
    /// quorum meanwhile, nobody has asked).
    pub(super) fn is_being_fenced(&mut self, cluster: ClusterId, host: HostId) -> bool {
        let Product::Ring(RingProfile { regroup, fencing: Fencing::Peers { takes }, .. }) =
            &self.model.clusters[cluster.index()].product
        else {
            return false;
        };
        let due = self.state.timers.at(self.model.timers.hosts[host.index()].isolation);
        let row = &self.state.hosts[host.index()];
        let downs = row.downs + 1;
        // Those who have got quorum just now have fenced nobody yet, nor has one that went on by itself.
        let others = &self.state.clusters[cluster.index()];
        let together = others.quorate && others.alone.is_none() && others.decides_since != self.now;
        if row.unlisted && due != Time::NEVER {
            // They are at it.
            return true;
        }
        if !row.isolated || due == Time::NEVER || !together {
            return false;
        }
        let takes = self.stages(host, &[regroup, takes], downs).less(self.stages(host, &[regroup], downs));
        let asked = due.since(self.now) <= takes;
        if asked {
            self.state.hosts[host.index()].unlisted = true;
            self.state.refresh_room(self.model, host);
        }
        asked
    }

    /// A host that is being fenced is not heard any more: when it is again they are asked anew.
    pub(super) fn lose_fenced_host(&mut self, cluster: ClusterId, host: HostId) {
        let ring = matches!(self.model.clusters[cluster.index()].product, Product::Ring(_));
        if ring && std::mem::replace(&mut self.state.hosts[host.index()].unlisted, false) {
            // Somebody may have quorum by itself now.
            self.count_votes_at(cluster, self.now);
        }
    }

    /// Whether a fence that is due goes through: those who have got quorum in this very instant have fenced nobody yet.
    pub(super) fn can_fence(&self, cluster: ClusterId) -> bool {
        self.can_act(cluster) && self.state.clusters[cluster.index()].decides_since != self.now
    }

    /// They have switched off a host that they hear again. Where nobody is there any more who could, it joins as it is;
    /// true where its time alone ends in either way.
    pub(super) fn end_fencing(&mut self, cluster: ClusterId, host: HostId, cause: Cause) -> bool {
        let ring = matches!(self.model.clusters[cluster.index()].product, Product::Ring(_));
        if !ring || !self.state.hosts[host.index()].unlisted {
            return false;
        }
        let goes_through = self.can_fence(cluster);
        self.state.hosts[host.index()].unlisted = false;
        if goes_through {
            self.fence(host, cause);
        } else {
            self.evict(host, cause, Span::ZERO);
            // What it stops is looked for when somebody has quorum, be it by its joining.
            self.lose_sight(host);
            self.on_management_changed(host);
        }
        true
    }

    pub(super) fn has_watchdogs(&self, cluster: ClusterId) -> bool {
        matches!(
            &self.model.clusters[cluster.index()].product,
            Product::Ring(ring) if matches!(ring.fencing, Fencing::Watchdog { .. })
        )
    }

    /// Whether the watchdog of a host runs for want of quorum: it runs on until there is quorum where the host is, whatever
    /// else the host hears meanwhile (OSS-06).
    pub(super) fn is_watched(&self, cluster: ClusterId, host: HostId) -> bool {
        self.has_watchdogs(cluster)
            && !self.state.clusters[cluster.index()].quorate
            && self.state.hosts[host.index()].isolated
            && self.state.timers.at(self.model.timers.hosts[host.index()].isolation) != Time::NEVER
    }

    /// Quorum is lost: no host of those who still hear each other can renew its lock.
    pub(super) fn start_watchdogs(&mut self, cluster: ClusterId) {
        let Product::Ring(ring) = &self.model.clusters[cluster.index()].product else { return };
        let Fencing::Watchdog { resets_after, .. } = ring.fencing else { return };
        for &host in &self.model.clusters[cluster.index()].hosts {
            let slot = self.model.timers.hosts[host.index()].isolation;
            let free = self.state.timers.at(slot) == Time::NEVER && !self.state.hosts[host.index()].isolated;
            if free && self.state.takes_orders(self.model, host) && !self.is_idle(host) {
                let row = &mut self.state.hosts[host.index()];
                (row.isolated, row.silent_since) = (true, self.now);
                self.arm(slot, resets_after);
            }
        }
    }

    /// A host that was alone joins: where it finds no quorum its watchdog, due at an instant, runs on (OSS-06), and its lock
    /// is as old as it was (OSS-05).
    pub(super) fn rejoin_watched(&mut self, cluster: ClusterId, host: HostId, due: Time) {
        let row = &self.state.hosts[host.index()];
        let (alone, silent_since) = (row.isolated && self.has_watchdogs(cluster), row.silent_since);
        self.rejoin(cluster, host);
        if alone && due != Time::NEVER && self.is_watched(cluster, host) {
            let slot = self.model.timers.hosts[host.index()].isolation;
            self.state.timers.disarm(slot);
            self.state.timers.arm(slot, due);
            self.state.hosts[host.index()].silent_since = silent_since;
        }
    }

    /// Quorum is back in time.
    pub(super) fn stop_watchdogs(&mut self, cluster: ClusterId) {
        if !self.has_watchdogs(cluster) {
            return;
        }
        for &host in &self.model.clusters[cluster.index()].hosts {
            if self.state.hosts[host.index()].isolated && self.state.takes_orders(self.model, host) {
                self.disarm(self.model.timers.hosts[host.index()].isolation);
                let row = &mut self.state.hosts[host.index()];
                (row.isolated, row.silent_since) = (false, Time::NEVER);
            }
        }
    }

    /// Whether no VM of the cluster runs on a host: then its watchdog is not in use (OSS-10).
    pub(super) fn is_idle(&self, host: HostId) -> bool {
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            if self.model.service_of(VmId(next)).host_cluster {
                return false;
            }
            next = self.state.vms[next as usize].next;
        }
        true
    }
}
