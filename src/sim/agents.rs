//! The cluster's agent on a host does not answer, while the host and its VMs run on (MTX-61, MTX-64, MTX-65).
//!
//! Such a host takes no orders, and what fails on it later is not noticed before the agent answers again. Products
//! with a watchdog over the agent reset the host after a while; a reboot brings a new agent.
//!
//! Assumption: VMware HA 4 and Pacemaker leave such a host alone, as vSphere does: it still answers pings. Where it crashes
//! then vSphere has no eyes for it any more (MTX-61); VMware HA 4 gives up whoever neither beats nor answers (VML-06).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{ClusterId, HostDraw, HostId, NO_TIMER, PartId, PartKind, Product};
use crate::state::{HostPhase, Job};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn on_agent_changed(&mut self, host: HostId, out: bool) {
        self.tell(if out { Signal::AgentDown { host } } else { Signal::AgentUp { host } });
        let row = &mut self.state.hosts[host.index()];
        (row.agent_out, row.agent_out_since) = (out, if out { self.now } else { Time::NEVER });
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return };
        self.state.refresh_room(self.model, host);
        let product = &self.model.clusters[cluster.index()].product;
        let up = self.state.hosts[host.index()].phase == HostPhase::Up;
        if !out {
            self.disarm(self.model.timers.hosts[host.index()].agent);
            if up && self.state.takes_orders(self.model, host) {
                self.rejoin(cluster, host);
            } else if up && matches!(product, Product::Primary(_) | Product::FivePrimaries(_)) {
                // A new agent begins to listen.
                self.state.hosts[host.index()].silent_since = Time::NEVER;
                self.on_management_changed(host);
            }
            self.declare_overdue(cluster);
            return;
        }
        if up && let Some(after) = product.agent_reset_after() {
            let draw = self.state.hosts[host.index()].downs + 1;
            let span = self.draw_host(host, HostDraw::AgentReset, after, draw);
            self.arm(self.model.timers.hosts[host.index()].agent, span);
        }
        if let Product::Primary(profile) = product
            && let Some(side) = self.leads(cluster, host)
        {
            // Nobody hears the primary any more: the others elect another (VMW-29a, b).
            let silent = self.unheard(cluster, host, self.now);
            let elected_after = profile.election_starts_after + profile.election_lasts;
            self.elect_in(cluster, side, elected_after.less(silent));
        }
    }

    /// Of the VMware family the agent is who finds a host isolated and stops its VMs: without it nobody does (MTX-61).
    pub(super) fn is_blind(&self, cluster: ClusterId, host: HostId) -> bool {
        let product = &self.model.clusters[cluster.index()].product;
        self.state.hosts[host.index()].agent_out
            && matches!(product, Product::Primary(_) | Product::FivePrimaries(_))
    }

    /// Whether a failure of a host goes unnoticed: its agent was out before, and no watchdog looks after it. A ring loses
    /// its token with any host (OSS-13), and VMware HA 4 an answer to its pings (VML-06; assumption: it gives up a host
    /// that has given no sign of life for as long as one that beat until then).
    pub(super) fn is_unwatched(&self, cluster: ClusterId, host: HostId) -> bool {
        let product = &self.model.clusters[cluster.index()].product;
        self.state.hosts[host.index()].agent_out
            && product.agent_reset_after().is_none()
            && !matches!(product, Product::Ring(_) | Product::FivePrimaries(_))
    }

    /// What was lost on a host is looked for when its agent answers again.
    pub(super) fn lose_sight(&mut self, host: HostId) {
        self.disarm(self.model.timers.hosts[host.index()].declaration);
        let row = &mut self.state.hosts[host.index()];
        row.undeclared = true;
        (row.declared_downs, row.next_declaration) = (row.downs, Time::NEVER);
    }

    /// The host is reset because its agent has been silent for too long.
    pub(super) fn on_agent_given_up(&mut self, host: HostId) {
        let ring = matches!(self.model.clusters[self.cluster_of(host).index()].product, Product::Ring(_));
        if ring && self.is_idle(host) {
            return;
        }
        self.reset_host(host, Cause::HostHang);
    }

    /// A reboot brings a new agent: nobody has to mend the old one.
    pub(super) fn renew_agent(&mut self, host: HostId) {
        if !self.state.hosts[host.index()].agent_out {
            return;
        }
        let agents = self.model.hosts[host.index()].parts.iter();
        for &part in agents.filter(|p| matches!(self.model.parts[p.index()].kind, PartKind::Agent(_))) {
            self.renew_part(part);
        }
    }

    fn renew_part(&mut self, part: PartId) {
        let fixed = &self.model.parts[part.index()];
        self.disarm(fixed.timers[1]);
        self.leave_crew(Job::Part(part), fixed.crew);
        for (inject, &slot) in self.model.timers.inject_ends.iter().enumerate() {
            if slot != NO_TIMER && self.state.struck[inject] == part.0 {
                self.state.timers.disarm(slot);
            }
        }
        self.state.outages[part.index()].faults = 1;
        self.mend_part(part);
    }
}
