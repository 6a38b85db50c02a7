//! Outages of what hosts and VMs stand on: racks and sites, storage, networks, links.
//!
//! A part is out while it has a fault of its own or what feeds it is out. Its clock of failure stands
//! still meanwhile; after a repair it is as good as new.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{CrewId, DomainId, HostId, StorageId, Traffic, VmId};
use crate::state::{HostPhase, Job, Outage, Part};

impl<O: Observer> Simulation<'_, O> {
    /// A random fault strikes.
    pub(super) fn on_part_failed(&mut self, part: Part) {
        self.outage_mut(part).struck += 1;
        self.break_part(part);
        self.call_crew(Job::Part(part), self.crew_of(part));
    }

    /// The repair of a random fault is over.
    pub(super) fn on_part_repaired(&mut self, part: Part) {
        self.leave_crew(Job::Part(part), self.crew_of(part));
        self.mend_part(part);
    }

    /// One more fault of its own.
    pub(super) fn break_part(&mut self, part: Part) {
        self.disarm(self.slots_of(part)[0]);
        self.catch_up_with(part);
        let was_out = self.outage(part).is_out();
        self.outage_mut(part).faults += 1;
        if !was_out {
            self.on_part_down(part, self.cause_of(part));
        }
    }

    /// One fault less; after the last a new life begins.
    pub(super) fn mend_part(&mut self, part: Part) {
        self.catch_up_with(part);
        let row = self.outage_mut(part);
        row.faults -= 1;
        let (mended, out, struck) = (row.faults == 0, row.is_out(), row.struck);
        if mended && let Some((fault, streams)) = self.fault_of(part) {
            let life = self.draw(&fault.ttf, streams.ttf, struck);
            let slot = self.slots_of(part)[0];
            self.arm(slot, life);
            if out || !self.is_powered(part) {
                self.pause(slot);
            }
        }
        if !out {
            self.on_part_up(part);
        }
    }

    /// Whether the clock of a part may run: a link's stands still while its host is down.
    fn is_powered(&self, part: Part) -> bool {
        match part {
            Part::Link(host, _) => self.state.hosts[host.index()].phase == HostPhase::Up,
            Part::Domain(_) | Part::Storage(_) | Part::Network(_) => true,
        }
    }

    /// What feeds it is out: its clock stands still.
    fn cut_part(&mut self, part: Part, cause: Cause) {
        self.catch_up_with(part);
        let was_out = self.outage(part).is_out();
        self.outage_mut(part).cuts += 1;
        if !was_out {
            self.pause(self.slots_of(part)[0]);
            self.on_part_down(part, cause);
        }
    }

    fn uncut_part(&mut self, part: Part) {
        self.catch_up_with(part);
        let row = self.outage_mut(part);
        row.cuts -= 1;
        let (fed, out) = (row.cuts == 0, row.is_out());
        if fed && row.faults == 0 {
            self.resume(self.slots_of(part)[0]);
        }
        if !out {
            self.on_part_up(part);
        }
    }

    fn on_part_down(&mut self, part: Part, cause: Cause) {
        match part {
            Part::Domain(domain) => {
                self.tell(Signal::DomainDown { domain });
                let fixed = &self.model.domains[domain.index()];
                self.doom(domain, true);
                for &host in &fixed.hosts {
                    self.cut_power(host, cause);
                }
                for &inner in &fixed.domains {
                    self.cut_part(Part::Domain(inner), cause);
                }
                for &storage in &fixed.storages {
                    self.cut_part(Part::Storage(storage), cause);
                }
                self.doom(domain, false);
            }
            Part::Storage(storage) => {
                self.tell(Signal::StorageDown { storage, cause });
                self.on_storage_changed(storage, cause);
            }
            Part::Network(network) => {
                self.tell(Signal::NetworkDown { network });
                for &traffic in &self.model.networks[network.index()].carries {
                    self.state.carriers_up[traffic as usize] -= 1;
                    if self.state.carriers_up[traffic as usize] == 0 {
                        self.on_traffic_changed(traffic, cause);
                    }
                }
            }
            Part::Link(host, place) => {
                let traffic = self.model.hosts[host.index()].links[place as usize].traffic;
                self.state.hosts[host.index()].links_cut[traffic as usize] += 1;
                self.on_link_changed(host, traffic, cause);
            }
        }
    }

    /// Hosts lose their power at one instant, but one after the other in the program: nothing may move
    /// to one that is next.
    fn doom(&mut self, domain: DomainId, doomed: bool) {
        let fixed = &self.model.domains[domain.index()];
        for host in &fixed.hosts {
            self.state.hosts[host.index()].doomed = doomed;
        }
        for &inner in &fixed.domains {
            self.doom(inner, doomed);
        }
    }

    fn on_part_up(&mut self, part: Part) {
        match part {
            Part::Domain(domain) => {
                self.tell(Signal::DomainUp { domain });
                let fixed = &self.model.domains[domain.index()];
                for &storage in &fixed.storages {
                    self.uncut_part(Part::Storage(storage));
                }
                for &inner in &fixed.domains {
                    self.uncut_part(Part::Domain(inner));
                }
                for &host in &fixed.hosts {
                    self.restore_power(host);
                }
            }
            Part::Storage(storage) => {
                self.tell(Signal::StorageUp { storage });
                self.on_storage_changed(storage, Cause::StorageOutage);
            }
            Part::Network(network) => {
                self.tell(Signal::NetworkUp { network });
                for &traffic in &self.model.networks[network.index()].carries {
                    self.state.carriers_up[traffic as usize] += 1;
                    if self.state.carriers_up[traffic as usize] == 1 {
                        self.on_traffic_changed(traffic, Cause::NetworkOutage);
                    }
                }
            }
            Part::Link(host, place) => {
                let traffic = self.model.hosts[host.index()].links[place as usize].traffic;
                self.state.hosts[host.index()].links_cut[traffic as usize] -= 1;
                self.on_link_changed(host, traffic, Cause::LinkFailure);
            }
        }
    }

    /// A kind of traffic has stopped everywhere, or flows again: this concerns all who use it.
    fn on_traffic_changed(&mut self, traffic: Traffic, cause: Cause) {
        match traffic {
            Traffic::Client => {
                for number in 0..self.model.vms.len() as u32 {
                    self.on_vm_changed(VmId(number), cause);
                }
            }
            Traffic::Storage => {
                for number in 0..self.model.storages.len() as u32 {
                    if self.model.storages[number as usize].kind.is_networked() {
                        self.on_storage_changed(StorageId(number), cause);
                    }
                }
            }
            Traffic::Management => {
                for number in 0..self.model.hosts.len() as u32 {
                    self.on_management_changed(HostId(number));
                }
            }
            // Assumption: guests beat over the client network as well, so that losing the private
            // one alone is not felt.
            Traffic::Private => {}
        }
    }

    /// A host's own link was cut or mended.
    fn on_link_changed(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        match traffic {
            Traffic::Management => self.on_management_changed(host),
            Traffic::Private => {}
            Traffic::Client | Traffic::Storage => {
                let residents = self.state.take_residents(host);
                for &vm in &residents {
                    if traffic == Traffic::Storage {
                        self.on_disk_changed(vm, cause);
                    } else {
                        self.on_vm_changed(vm, cause);
                    }
                }
                self.state.scratch = residents;
                if traffic == Traffic::Storage
                    && let Some(cluster) = self.model.hosts[host.index()].cluster
                {
                    self.retry_waiting(cluster);
                }
            }
        }
    }

    /// The row of a part.
    pub(super) fn outage(&self, part: Part) -> Outage {
        match part {
            Part::Domain(d) => self.state.domains[d.index()],
            Part::Storage(s) => self.state.storages[s.index()],
            Part::Network(n) => self.state.networks[n.index()],
            Part::Link(host, place) => self.state.links[host.index()][place as usize],
        }
    }

    pub(super) fn outage_mut(&mut self, part: Part) -> &mut Outage {
        match part {
            Part::Domain(d) => &mut self.state.domains[d.index()],
            Part::Storage(s) => &mut self.state.storages[s.index()],
            Part::Network(n) => &mut self.state.networks[n.index()],
            Part::Link(host, place) => &mut self.state.links[host.index()][place as usize],
        }
    }

    /// The timers of a part: failure and repair.
    pub(super) fn slots_of(&self, part: Part) -> [u32; 2] {
        let timers = &self.model.timers;
        match part {
            Part::Domain(d) => timers.domains[d.index()],
            Part::Storage(s) => timers.storages[s.index()],
            Part::Network(n) => timers.networks[n.index()],
            Part::Link(host, place) => timers.links[host.index()][place as usize],
        }
    }

    fn crew_of(&self, part: Part) -> Option<CrewId> {
        match part {
            Part::Domain(d) => self.model.domains[d.index()].crew,
            Part::Storage(s) => self.model.storages[s.index()].crew,
            Part::Network(n) => self.model.networks[n.index()].crew,
            Part::Link(host, _) => self.model.hosts[host.index()].crew,
        }
    }

    fn cause_of(&self, part: Part) -> Cause {
        match part {
            Part::Domain(d) => self.model.domains[d.index()].cause,
            Part::Storage(_) => Cause::StorageOutage,
            Part::Network(_) => Cause::NetworkOutage,
            Part::Link(..) => Cause::LinkFailure,
        }
    }
}
