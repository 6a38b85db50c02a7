//! Outages of what hosts and VMs stand on: racks and sites, storage, networks, links, managers.
//!
//! A part is out while it has a fault of its own or what feeds it is out. Its clock of failure stands
//! still meanwhile; after a repair it is as good as new. What the outage of each kind does to others stands
//! below; what it does to networks and links, in `networks`; to storage and its controllers and paths, in `redundancy`.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{DomainId, PartId, PartKind};
use crate::state::{HostPhase, Job};

impl<O: Observer> Simulation<'_, O> {
    /// A random fault strikes.
    pub(super) fn on_part_failed(&mut self, part: PartId) {
        self.state.outages[part.index()].struck += 1;
        self.break_part(part);
        self.call_crew(Job::Part(part), self.model.parts[part.index()].crew);
    }

    /// The repair of a random fault is over.
    pub(super) fn on_part_repaired(&mut self, part: PartId) {
        self.leave_crew(Job::Part(part), self.model.parts[part.index()].crew);
        self.mend_part(part);
    }

    /// One more fault of its own.
    pub(super) fn break_part(&mut self, part: PartId) {
        let fixed = &self.model.parts[part.index()];
        self.disarm(fixed.timers[0]);
        self.catch_up_with(fixed.kind);
        let row = &mut self.state.outages[part.index()];
        let was_out = row.is_out();
        row.faults += 1;
        if !was_out {
            self.on_part_down(fixed.kind, fixed.cause);
        }
    }

    /// One fault less; after the last a new life begins.
    pub(super) fn mend_part(&mut self, part: PartId) {
        let fixed = &self.model.parts[part.index()];
        self.catch_up_with(fixed.kind);
        let row = &mut self.state.outages[part.index()];
        row.faults -= 1;
        let (mended, out, struck) = (row.faults == 0, row.is_out(), row.struck);
        if let (true, Some(fault)) = (mended, &fixed.fault) {
            let life = self.draw(&fault.ttf, fixed.streams.ttf, struck);
            self.arm(fixed.timers[0], life);
            if out || !self.is_powered(fixed.kind) {
                self.pause(fixed.timers[0]);
            }
        }
        if !out {
            self.on_part_up(fixed.kind, fixed.cause);
        }
    }

    /// Whether the clock of a part may run: that of a host's part stands still while its host is down.
    fn is_powered(&self, kind: PartKind) -> bool {
        kind.host().is_none_or(|host| self.state.hosts[host.index()].phase == HostPhase::Up)
    }

    /// What feeds it is out: its clock stands still.
    fn cut_part(&mut self, part: PartId, cause: Cause) {
        let fixed = &self.model.parts[part.index()];
        self.catch_up_with(fixed.kind);
        let row = &mut self.state.outages[part.index()];
        let was_out = row.is_out();
        row.cuts += 1;
        if !was_out {
            self.pause(fixed.timers[0]);
            self.on_part_down(fixed.kind, cause);
        }
    }

    fn uncut_part(&mut self, part: PartId) {
        let fixed = &self.model.parts[part.index()];
        self.catch_up_with(fixed.kind);
        let row = &mut self.state.outages[part.index()];
        row.cuts -= 1;
        let (fed, faults, out) = (row.cuts == 0, row.faults, row.is_out());
        if fed && faults == 0 {
            self.resume(fixed.timers[0]);
        }
        if !out {
            self.on_part_up(fixed.kind, fixed.cause);
        }
    }

    fn on_part_down(&mut self, kind: PartKind, cause: Cause) {
        match kind {
            PartKind::Domain(domain) => self.on_domain_down(domain, cause),
            PartKind::Storage(storage) => self.block_storage(storage, cause),
            PartKind::Controller(storage) => self.on_controller_down(storage),
            PartKind::Network(network) => self.on_network_down(network, cause),
            PartKind::Link(host, traffic) => {
                self.tell(Signal::LinkDown { host, traffic });
                self.on_link_down(host, traffic, cause);
            }
            PartKind::Agent(host) => self.on_agent_changed(host, true),
            PartKind::Manager(cluster) => self.tell(Signal::ManagerDown { cluster }),
            PartKind::GroupWitness(service) => {
                self.tell(Signal::GroupWitnessDown { service });
                self.on_group_witness_changed(service, cause);
            }
            PartKind::Witness(cluster) => {
                self.tell(Signal::WitnessDown { cluster });
                self.on_witness_changed(cluster, cause);
            }
        }
    }

    fn on_part_up(&mut self, kind: PartKind, cause: Cause) {
        match kind {
            PartKind::Domain(domain) => self.on_domain_up(domain),
            PartKind::Storage(storage) => self.unblock_storage(storage, cause),
            PartKind::Controller(storage) => self.on_controller_up(storage),
            PartKind::Network(network) => self.on_network_up(network),
            PartKind::Link(host, traffic) => {
                self.tell(Signal::LinkUp { host, traffic });
                self.on_link_up(host, traffic, cause);
            }
            PartKind::Agent(host) => self.on_agent_changed(host, false),
            PartKind::Manager(cluster) => {
                self.tell(Signal::ManagerUp { cluster });
                self.declare_overdue(cluster);
                self.retry_waiting(cluster);
            }
            PartKind::GroupWitness(service) => {
                self.tell(Signal::GroupWitnessUp { service });
                self.on_group_witness_changed(service, cause);
            }
            PartKind::Witness(cluster) => {
                self.tell(Signal::WitnessUp { cluster });
                self.count_votes(cluster);
            }
        }
    }

    fn on_domain_down(&mut self, domain: DomainId, cause: Cause) {
        self.tell(Signal::DomainDown { domain });
        let fixed = &self.model.domains[domain.index()];
        self.doom(domain, true);
        for &host in &fixed.hosts {
            self.cut_power(host, cause);
        }
        for &part in &fixed.feeds {
            self.cut_part(part, cause);
        }
        self.doom(domain, false);
    }

    fn on_domain_up(&mut self, domain: DomainId) {
        self.tell(Signal::DomainUp { domain });
        let fixed = &self.model.domains[domain.index()];
        for &part in fixed.feeds.iter().rev() {
            self.uncut_part(part);
        }
        for &host in &fixed.hosts {
            self.restore_power(host);
        }
    }

    /// Hosts and storages lose their power at one instant, but one after the other in the program: nothing may move
    /// to one that is next, or to a host elsewhere that has its disks on one.
    fn doom(&mut self, domain: DomainId, doomed: bool) {
        let fixed = &self.model.domains[domain.index()];
        for host in &fixed.hosts {
            self.state.hosts[host.index()].doomed = doomed;
        }
        for part in &fixed.feeds {
            match self.model.parts[part.index()].kind {
                PartKind::Domain(inner) => self.doom(inner, doomed),
                PartKind::Storage(storage) => self.state.storages[storage.index()].doomed = doomed,
                // A network of one site serves hosts and storages that lose their power with it.
                _ => {}
            }
        }
    }
}
