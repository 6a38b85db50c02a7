//! A host hangs: its VMs stand still for good, and nobody gets an answer from it.
//!
//! To the cluster it is as dead as after a crash (MTX-60); what differs is who resets it. A watchdog of its own does
//! where the product has one (MTX-63, MTX-65), the others do where they fence (OSS-19), else a person. Failover
//! clustering beats on from the kernel until its watchdog stops the host, and only then is it missed (HYP-07).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, Fencing, HostId, Product};
use crate::state::{HostPhase, Job};

impl<O: Observer> Simulation<'_, O> {
    /// A hang, from its own fault or from a script (which says when a person resets it).
    pub(super) fn on_host_hung(&mut self, host: HostId, scripted: Option<Span>) {
        let row = &mut self.state.hosts[host.index()];
        assert!(row.phase == HostPhase::Up, "only a host that is up can hang");
        row.hangs += 1;
        row.revived = true;
        self.disarm(self.model.timers.hosts[host.index()].hang);
        self.pause_clocks(host);
        self.take_host_down(host, HostPhase::Hung, Cause::HostHang);
        if let Some(after) = self.reset_by_product(host) {
            let step = self.model.timers.hosts[host.index()].step;
            // Whoever is faster: nobody waits for a watchdog that is slower than the person of the script.
            self.arm(step, after.min(scripted.unwrap_or(Span::FOREVER)));
            return;
        }
        match scripted {
            Some(lasts) => self.arm(self.model.timers.hosts[host.index()].step, lasts),
            None => self.call_crew(Job::Host(host), self.model.hosts[host.index()].crew),
        }
    }

    /// From the hang to the reset, where the product resets a host that hangs.
    fn reset_by_product(&self, host: HostId) -> Option<Span> {
        let cluster = self.model.hosts[host.index()].cluster?;
        self.model.clusters[cluster.index()].product.hang_reset_after()
    }

    /// OSS-17, OSS-19: where the others fence they switch a host that hangs off and on again, when they give it up; without
    /// quorum nobody does.
    pub(super) fn fence_hung_host(&mut self, cluster: ClusterId, host: HostId) {
        let fences = matches!(
            &self.model.clusters[cluster.index()].product,
            Product::Ring(ring) if matches!(ring.fencing, Fencing::Peers { .. })
        );
        if fences && self.state.hosts[host.index()].phase == HostPhase::Hung {
            self.leave_crew(Job::Host(host), self.model.hosts[host.index()].crew);
            self.tell(Signal::HostFenced { host });
            self.disarm(self.model.timers.hosts[host.index()].step);
            self.power_host(host);
        }
    }

    /// The host is reset.
    pub(super) fn on_hung_host_reset(&mut self, host: HostId) {
        self.on_hang_ended(host);
        self.leave_crew(Job::Host(host), self.model.hosts[host.index()].crew);
        if self.model.hosts[host.index()].cluster.is_some() && self.reset_by_product(host).is_some() {
            self.tell(Signal::HostFenced { host });
        }
        self.power_host(host);
    }

    /// A hung host that loses its power is not hung any more.
    pub(super) fn end_hang(&mut self, host: HostId) {
        self.on_hang_ended(host);
        self.leave_crew(Job::Host(host), self.model.hosts[host.index()].crew);
        self.disarm(self.model.timers.hosts[host.index()].step);
        self.state.hosts[host.index()].phase = HostPhase::Off;
    }
}
