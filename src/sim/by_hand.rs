//! Recovery by hand: after a person has switched a storage to its other copy, what no cluster can start there is started
//! by the same person (MTX-95, MTX-100), on any host that is wired to that copy, the most free memory first. What finds
//! no room there is tried again whenever a host is up.

use super::{Observer, Signal, Simulation};
use crate::model::{HostId, StorageId, VmId};
use crate::policy;
use crate::state::{HostPhase, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// Starts the VMs of a storage that would not come back by themselves.
    pub(super) fn start_by_hand(&mut self, mirrored: StorageId) {
        let mut vms = std::mem::take(&mut self.state.scratch_by_hand);
        vms.clear();
        vms.extend(self.disks_of(mirrored));
        vms.sort_unstable_by_key(|vm| self.model.vms[vm.index()].rank);
        for &vm in &vms {
            let waits = self.state.left_to_a_person.contains(&vm);
            if !self.is_started_by_hand(vm) && !waits {
                self.tell(Signal::PersonFindsNoHost { vm });
                self.state.left_to_a_person.push(vm);
            }
        }
        self.state.scratch_by_hand = vms;
    }

    /// A host is up: what found no room before may find it there (semantics 3: no room means waiting).
    pub(super) fn start_by_hand_again(&mut self) {
        if self.state.left_to_a_person.is_empty() {
            return;
        }
        let mut left = std::mem::take(&mut self.state.left_to_a_person);
        left.retain(|&vm| !self.is_started_by_hand(vm));
        self.state.left_to_a_person = left;
    }

    /// Starts a VM that needs a person, where there is room; false where there is none.
    fn is_started_by_hand(&mut self, vm: VmId) -> bool {
        if !self.needs_a_person(vm) {
            return true;
        }
        let host = self.find_host_by_hand(vm);
        if let Some(host) = host {
            self.take_over_by_hand(vm, host);
        }
        host.is_some()
    }

    /// Whether a VM neither runs nor is going to be started by its cluster where its disks are now.
    fn needs_a_person(&self, vm: VmId) -> bool {
        let lives_on = self.state.vms[vm.index()].host();
        let comes_back = lives_on.is_some_and(|host| {
            self.state.hosts[host.index()].phase == HostPhase::Up && self.state.is_wired(self.model, host, vm)
        });
        if comes_back {
            return false;
        }
        let cluster = if self.model.service_of(vm).host_cluster {
            // A VM that has left its host is looked for by the cluster of the host where it began, or was last.
            let home = lives_on.unwrap_or(self.model.vms[vm.index()].host);
            self.model.hosts[home.index()].cluster
        } else {
            None
        };
        !cluster.is_some_and(|cluster| {
            let hosts = &self.model.clusters[cluster.index()].hosts;
            let there = |host: &HostId| {
                self.state.takes_orders(self.model, *host) && self.state.is_wired(self.model, *host, vm)
            };
            self.can_act(cluster) && hosts.iter().any(there)
        })
    }

    fn find_host_by_hand(&self, vm: VmId) -> Option<HostId> {
        let need = self.model.service_of(vm).need;
        let free = |host: &HostId| self.state.hosts[host.index()].free(&self.model.hosts[host.index()]);
        let fits = |host: &HostId| {
            let (row, free) = (&self.state.hosts[host.index()], free(host));
            row.phase == HostPhase::Up
                && !row.doomed
                && need.memory_mib <= free.memory_mib
                && need.cores <= free.cores
                && policy::is_apart(self.model, self.state, *host, vm)
                && self.state.is_wired(self.model, *host, vm)
                && self.state.reaches_disk(self.model, vm, *host)
        };
        let hosts = (0..self.model.hosts.len() as u32).map(HostId);
        hosts.filter(fits).min_by_key(|host| std::cmp::Reverse(free(host).memory_mib))
    }

    fn take_over_by_hand(&mut self, vm: VmId, host: HostId) {
        let cause = self.state.vms[vm.index()].cause;
        if self.state.vms[vm.index()].host().is_some() {
            if self.state.vms[vm.index()].phase != VmPhase::Off {
                self.stop_vm_as(vm, cause, false);
            }
            self.state.remove(self.model, vm);
        } else {
            self.state.stop_looking_for(self.model, vm);
        }
        self.state.place(self.model, vm, host);
        self.tell(Signal::RestartOrdered { vm, host, cause });
        self.begin_way_back(vm);
    }
}
