//! The pool family (XenServer): hosts watch each other on the network and in a statefile; who is not in the
//! largest group of those who see each other resets itself (XEN-27 to XEN-30).
//!
//! A crash: both channels time out, the living agree, wait until a loser must have fenced itself, and the
//! master looks at the list of the living (XEN-36a to e). If the master died another host takes over first
//! (XEN-36f). A host that only lost the network looks alive in the statefile: it fences itself when the views
//! cannot be merged, and the others wait longer (XEN-36h to l). Where no host hears another, groups have
//! one host each, and the lowest survives (XEN-28, MTX-26).
//!
//! Assumption: the statefile itself does not fail; the loss of its storage fences nobody yet.

use super::{Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, HostId, PoolProfile};
use crate::state::{HostPhase, PrimaryPhase};

impl<O: Observer> Simulation<'_, O> {
    /// The first host is the master.
    pub(super) fn pool_start(&mut self, cluster: ClusterId) {
        self.state.clusters[cluster.index()].primary =
            self.model.clusters[cluster.index()].hosts.first().copied();
    }

    /// How long from now until the VMs of a host that is down are started elsewhere.
    pub(super) fn pool_on_host_down(
        &mut self,
        cluster: ClusterId,
        profile: &PoolProfile,
        host: HostId,
    ) -> Span {
        let row = &self.state.hosts[host.index()];
        let downs = row.downs;
        let span = if row.fenced {
            let waits = [&profile.winners_wait, &profile.winners_wait_extension, &profile.notice];
            self.stages(host, &waits, downs)
        } else {
            // One that was isolated before wrote into the statefile until now (XEN-14).
            self.state.hosts[host.index()].silent_since = crate::engine::Time::NEVER;
            let waits = [&profile.agreement, &profile.winners_wait, &profile.notice];
            profile.failed_after.less(self.silent(cluster, host)) + self.stages(host, &waits, downs)
        };
        if self.state.clusters[cluster.index()].primary == Some(host) {
            self.elect_master(cluster, profile, host, span);
        }
        span
    }

    fn elect_master(&mut self, cluster: ClusterId, profile: &PoolProfile, host: HostId, after: Span) {
        let takeover = self.draw(
            &profile.master_takeover,
            self.model.hosts[host.index()].streams.detection,
            self.state.hosts[host.index()].downs,
        );
        self.elect_after(cluster, after + takeover);
    }

    /// Planned work on the master: its role is handed over first (assumption: at once).
    pub(super) fn pool_on_host_leaving(&mut self, cluster: ClusterId, host: HostId) {
        if self.state.clusters[cluster.index()].primary == Some(host) {
            self.elect_after(cluster, Span::ZERO);
        }
    }

    /// Another host is master now.
    pub(super) fn on_master_elected(&mut self, cluster: ClusterId) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let master = hosts.iter().copied().find(|&host| self.state.takes_orders(self.model, host));
        let row = &mut self.state.clusters[cluster.index()];
        row.primary = master;
        let Some(host) = master else {
            row.primary_phase = PrimaryPhase::Absent;
            return;
        };
        row.primary_phase = PrimaryPhase::Ready;
        self.tell(Signal::PrimaryElected { cluster, host });
        self.declare_overdue(cluster);
        self.retry_waiting(cluster);
    }

    /// A host joins a pool. Where there is no master it becomes one.
    pub(super) fn pool_on_host_joined(&mut self, cluster: ClusterId, profile: &PoolProfile, host: HostId) {
        if self.state.clusters[cluster.index()].primary_phase == PrimaryPhase::Absent {
            self.elect_master(cluster, profile, host, Span::ZERO);
        }
    }

    /// XEN-28: where no host hears another, the first one that is up survives.
    pub(super) fn is_lowest_alone(&self, cluster: ClusterId, host: HostId) -> bool {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        !hosts.iter().any(|&other| self.state.takes_orders(self.model, other))
            && hosts.iter().find(|h| self.state.hosts[h.index()].phase == HostPhase::Up) == Some(&host)
    }
}
