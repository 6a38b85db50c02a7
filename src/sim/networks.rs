//! Networks and links: what their outages cut off, within a site and between sites.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{ClusterId, HostId, Network, NetworkId, PlaceId, Reach, StorageId, Traffic, VmId, Way};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn on_network_down(&mut self, network: NetworkId, cause: Cause) {
        self.tell(Signal::NetworkDown { network });
        let fixed = &self.model.networks[network.index()];
        self.on_carried_changed(fixed, |carriers| *carriers -= 1, 0, cause);
    }

    pub(super) fn on_network_up(&mut self, network: NetworkId) {
        self.tell(Signal::NetworkUp { network });
        let fixed = &self.model.networks[network.index()];
        self.on_carried_changed(fixed, |carriers| *carriers += 1, 1, Cause::NetworkOutage);
    }

    /// All that a network carries stops or flows at one instant: first it does, then those concerned hear of it, where
    /// it is `news` that so many networks carry it.
    fn on_carried_changed(&mut self, fixed: &Network, change: impl Fn(&mut u32), news: u32, cause: Cause) {
        let places = || (0..self.model.geography.places).map(PlaceId).filter(|p| fixed.reach.covers(*p));
        let mut ways_changed = [false; Way::COUNT];
        for &traffic in &fixed.carries {
            for place in places() {
                change(&mut self.state.connectivity.carriers[place.index()][traffic as usize]);
            }
        }
        for way in Way::all().filter(|way| way.uses(fixed) && !matches!(fixed.reach, Reach::Within(_))) {
            ways_changed[way.index()] = self.state.survey(self.model, way);
        }
        for &traffic in &fixed.carries {
            for place in places() {
                if self.state.connectivity.carriers[place.index()][traffic as usize] == news {
                    self.on_traffic_changed(place, traffic, cause);
                }
            }
        }
        for way in Way::all().filter(|way| ways_changed[way.index()]) {
            self.on_ways_changed(way, cause);
        }
    }

    /// A kind of traffic has stopped everywhere in a place, or flows again: this concerns all who use it there.
    fn on_traffic_changed(&mut self, place: PlaceId, traffic: Traffic, cause: Cause) {
        match traffic {
            Traffic::Client => {
                for number in 0..self.model.vms.len() as u32 {
                    let host = self.state.vms[number as usize].host();
                    if host.is_some_and(|host| self.model.hosts[host.index()].place == place) {
                        self.on_vm_changed(VmId(number), cause);
                    }
                }
            }
            Traffic::Storage => {
                self.look_at_all_mirrors();
                for number in 0..self.model.storages.len() as u32 {
                    let fixed = &self.model.storages[number as usize];
                    if fixed.kind.is_networked() {
                        self.on_storage_changed(StorageId(number), cause);
                    }
                }
            }
            Traffic::Management => {
                // They hear each other again at one instant: nobody's VMs all go to the one that is told first.
                for number in 0..self.model.hosts.len() as u32 {
                    if self.model.hosts[number as usize].place == place {
                        self.state.refresh_room(self.model, HostId(number));
                    }
                }
                for number in 0..self.model.hosts.len() as u32 {
                    if self.model.hosts[number as usize].place == place {
                        self.on_management_changed(HostId(number));
                    }
                }
            }
            Traffic::Private => {
                for number in 0..self.model.vms.len() as u32 {
                    let host = self.state.vms[number as usize].host();
                    if host.is_some_and(|host| self.model.hosts[host.index()].place == place) {
                        self.on_private_card_changed(VmId(number), cause);
                    }
                }
            }
        }
    }

    /// A network that joins places is gone or back: others may reach each other now than before.
    fn on_ways_changed(&mut self, way: Way, cause: Cause) {
        match way {
            Way::Network(Traffic::Storage) | Way::Fabric => {
                self.look_at_all_mirrors();
                for number in 0..self.model.storages.len() as u32 {
                    let fixed = &self.model.storages[number as usize];
                    if fixed.kind.is_networked() == (way != Way::Fabric) {
                        self.on_storage_changed(StorageId(number), cause);
                    }
                }
            }
            Way::Network(Traffic::Management) => {
                for number in 0..self.model.clusters.len() as u32 {
                    self.on_sides_changed(ClusterId(number));
                }
            }
            // A VM's clients reach each site by itself (assumption); members and nodes do not hear each other, and clients of
            // a balanced group stand where its members do.
            Way::Network(Traffic::Client) => {
                self.on_ways_of_members_changed(cause);
                self.on_ways_of_nodes_changed(cause);
            }
            Way::Network(Traffic::Private) => self.on_ways_of_nodes_changed(cause),
        }
    }

    /// Traffic of a kind stops at a host, or passes again.
    pub(super) fn on_link_changed(&mut self, host: HostId, traffic: Traffic, cause: Cause) {
        match traffic {
            Traffic::Management => self.on_management_changed(host),
            Traffic::Private => {
                let residents = self.state.take_residents(host);
                for &vm in &residents {
                    self.on_private_card_changed(vm, cause);
                }
                self.state.scratch = residents;
            }
            Traffic::Storage => {
                self.feel_disks(host, cause);
                if let Some(cluster) = self.model.hosts[host.index()].cluster {
                    self.recheck_redirections(cluster);
                    self.end_stale_with_disks(host);
                    self.look_at_silent_host(cluster, host, true);
                    self.look_at_pool(cluster);
                    self.on_way_to_witness_disk_changed(cluster, cause);
                    self.retry_waiting(cluster);
                }
            }
            Traffic::Client => {
                let residents = self.state.take_residents(host);
                for &vm in &residents {
                    self.on_vm_changed(vm, cause);
                }
                self.state.scratch = residents;
            }
        }
    }
}
