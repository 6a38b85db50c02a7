//! Hosts are lost at once: whose VMs restart elsewhere, and who waits. The state is the simulation's own, the
//! choice of hosts is the policy that the simulation asks, and all is put back when the drill is over.

use crate::model::{ClusterId, HostId, InstanceId, Model, ServiceId, VmId};
use crate::policy;
use crate::state::{HostPhase, State};

/// A datacenter at its start, ready to lose hosts.
pub(super) struct Drill<'m> {
    model: &'m Model,
    state: State,
    /// By host: the VMs that its cluster restarts.
    residents: Vec<Vec<VmId>>,
    /// A VM that stands for others of its kind, and how many of those start on each host.
    stand_in: Option<(VmId, Vec<u64>)>,
    /// Reused between drills.
    lost: Vec<(VmId, HostId)>,
    started: Vec<HostId>,
}

impl<'m> Drill<'m> {
    pub(super) fn new(model: &'m Model) -> Drill<'m> {
        let mut state = State::new(model);
        state.reset(model);
        let mut residents = vec![Vec::new(); model.hosts.len()];
        for (number, vm) in model.vms.iter().enumerate() {
            let protected = model.services[vm.service.index()].host_cluster;
            if protected && model.hosts[vm.host.index()].cluster.is_some() {
                residents[vm.host.index()].push(VmId(number as u32));
            }
        }
        Drill { model, state, residents, stand_in: None, lost: Vec::new(), started: Vec::new() }
    }

    /// Takes a VM out of the datacenter, so that it can stand for others.
    pub(super) fn set_aside(&mut self, vm: VmId) {
        let host = self.model.vms[vm.index()].host;
        self.state.remove(self.model, vm);
        self.residents[host.index()].retain(|&other| other != vm);
    }

    /// Starts VMs on hosts, each like `vm`, which is set aside; in the place of any that were started before.
    pub(super) fn start_alike(&mut self, vm: VmId, by_host: Vec<u64>) {
        self.stop_alike();
        for (number, &vms) in by_host.iter().enumerate().filter(|(_, vms)| **vms > 0) {
            self.take(vm, HostId(number as u32), vms as i64);
        }
        self.stand_in = Some((vm, by_host));
    }

    /// Stops what [`Drill::start_alike`] started.
    pub(super) fn stop_alike(&mut self) {
        if let Some((vm, by_host)) = self.stand_in.take() {
            for (number, &vms) in by_host.iter().enumerate().filter(|(_, vms)| **vms > 0) {
                self.take(vm, HostId(number as u32), -(vms as i64));
            }
        }
    }

    /// Counts VMs like `vm` in or out of a host's room.
    fn take(&mut self, vm: VmId, host: HostId, vms: i64) {
        let need = self.model.service_of(vm).need;
        let used = &mut self.state.hosts[host.index()].used;
        let moved = |sum: u64, need: u64| sum.saturating_add_signed(need as i64 * vms);
        (used.memory_mib, used.cores) =
            (moved(used.memory_mib, need.memory_mib), moved(used.cores, need.cores));
        self.state.refresh_room(self.model, host);
    }

    /// Loses hosts at once and restarts their VMs: all of them in restart order, as if the cluster had noticed
    /// all hosts together. How long anything takes is left out, so a VM that comes after services that were lost too
    /// is placed when all that these wait for have been (VMW-46). Tells each VM that waits; returns how many were lost. `waits` ends the drill early
    /// where it returns false.
    pub(super) fn lose(&mut self, hosts: &[HostId], mut waits: impl FnMut(VmId) -> bool) -> u32 {
        let model = self.model;
        for &host in hosts {
            self.state.hosts[host.index()].phase = HostPhase::Off;
            self.state.refresh_room(model, host);
        }
        let mut lost = std::mem::take(&mut self.lost);
        let mut started = std::mem::take(&mut self.started);
        lost.clear();
        started.clear();
        for &host in hosts {
            lost.extend(self.residents[host.index()].iter().map(|&vm| (vm, host)));
            for &vm in &self.residents[host.index()] {
                self.state.remove(model, vm);
            }
            if let Some((vm, by_host)) = &self.stand_in
                && model.service_of(*vm).host_cluster
            {
                lost.extend(std::iter::repeat_n((*vm, host), by_host[host.index()] as usize));
            }
        }
        let rounds = self.rounds(hosts);
        lost.sort_by_key(|(vm, old)| {
            let cluster = model.hosts[old.index()].cluster.map(|cluster| &model.clusters[cluster.index()]);
            let waits = cluster.is_some_and(|cluster| cluster.restart.dependency_timeout.is_some());
            let round = if waits { rounds.get(model.vms[vm.index()].service.index()) } else { None };
            (round.copied().unwrap_or(0), model.vms[vm.index()].rank)
        });
        self.restart(&lost, &mut started, &mut waits);
        self.put_back(hosts, &lost, &started);
        let number = lost.len() as u32;
        (self.lost, self.started) = (lost, started);
        number
    }

    /// By service: after how many other services that were lost with these hosts it comes. Empty where no service
    /// comes after another.
    fn rounds(&self, hosts: &[HostId]) -> Vec<u32> {
        let services = &self.model.services;
        if services.iter().all(|service| service.after.is_empty()) {
            return Vec::new();
        }
        // A service is on its way back where all VMs of an instance are gone; one that still serves holds nobody.
        let is_lost = |vm: VmId| hosts.contains(&self.model.vms[vm.index()].host);
        let is_coming = |service: ServiceId| {
            let row = &services[service.index()];
            let mut instances = (row.first_instance.0..row.first_instance.0 + row.instances).map(InstanceId);
            instances.any(|instance| self.model.vms_of(instance).all(is_lost))
        };
        let mut rounds = vec![0; services.len()];
        // No circle: each pass settles at least one more link of the longest chain.
        loop {
            let before = rounds.clone();
            for (number, service) in services.iter().enumerate() {
                let coming = service.after.iter().filter(|&&other| is_coming(other));
                rounds[number] = coming.map(|other| before[other.index()] + 1).max().unwrap_or(0);
            }
            if rounds == before {
                return rounds;
            }
        }
    }

    /// Restarts VMs one by one; `started` gets the host of each, or its old one where it waits.
    fn restart(
        &mut self,
        lost: &[(VmId, HostId)],
        started: &mut Vec<HostId>,
        waits: &mut impl FnMut(VmId) -> bool,
    ) {
        let model = self.model;
        // Nothing returns while the drill lasts: where no host has room for a VM, or one without siblings finds none,
        // none of its kind does. Without this a cluster short of cores would ask every host for every VM.
        let mut in_vain: Option<(ClusterId, ServiceId)> = None;
        for &(vm, old) in lost {
            let Some(cluster) = model.hosts[old.index()].cluster else { continue };
            let service = model.vms[vm.index()].service;
            let found =
                if in_vain == Some((cluster, service)) { None } else { self.choose_host(cluster, vm) };
            match found {
                Some(host) if self.is_stand_in(vm) => self.take(vm, host, 1),
                Some(host) => self.state.place(model, vm, host),
                // Local disks have one partner each, and no two VMs the same chance.
                None if model.switches_copies(vm) => {}
                None if model.services[service.index()].guest.is_none() || !self.has_room(cluster, vm) => {
                    in_vain = Some((cluster, service));
                }
                None => {}
            }
            started.push(found.unwrap_or(old));
            if found.is_none() && !waits(vm) {
                return;
            }
        }
    }

    /// A host for a VM, if need be at the other copy of its disks.
    fn choose_host(&mut self, cluster: ClusterId, vm: VmId) -> Option<HostId> {
        let found = policy::choose_host(self.model, &mut self.state, cluster, vm);
        if found.is_some() || !self.model.switches_copies(vm) {
            return found;
        }
        self.state.vms[vm.index()].on_mirror = true;
        let found = policy::choose_host(self.model, &mut self.state, cluster, vm);
        self.state.vms[vm.index()].on_mirror = found.is_some();
        found
    }

    fn put_back(&mut self, hosts: &[HostId], lost: &[(VmId, HostId)], started: &[HostId]) {
        let model = self.model;
        for (&(vm, old), &host) in lost.iter().zip(started).filter(|((_, old), host)| old != *host) {
            if self.is_stand_in(vm) {
                self.take(vm, host, -1);
            } else {
                self.state.remove(model, vm);
            }
            self.state.vms[vm.index()].on_mirror = false;
            debug_assert!(!hosts.contains(&host) && hosts.contains(&old), "a VM restarted on a lost host");
        }
        for &host in hosts {
            self.state.hosts[host.index()].phase = HostPhase::Up;
        }
        for &(vm, old) in lost {
            if !self.is_stand_in(vm) {
                self.state.place(model, vm, old);
            }
        }
        for &host in hosts {
            self.state.refresh_room(model, host);
        }
    }

    /// Whether any host that is up has room for a VM, whoever else lives there.
    fn has_room(&self, cluster: ClusterId, vm: VmId) -> bool {
        let need = self.model.service_of(vm).need;
        self.model.clusters[cluster.index()].hosts.iter().any(|host| {
            let row = &self.state.hosts[host.index()];
            let free = row.free(&self.model.hosts[host.index()]);
            row.phase == HostPhase::Up && free.memory_mib >= need.memory_mib && free.cores >= need.cores
        })
    }

    fn is_stand_in(&self, vm: VmId) -> bool {
        self.stand_in.as_ref().is_some_and(|(stand_in, _)| *stand_in == vm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Input, compile, read};

    /// Two kinds of VMs and a group, so tight that some wait.
    const TIGHT: &str = r#"
schema = 1
[host.h]
count = 5
cores = 16
memory = "32 GiB"
[cluster.c]
product = "custom"
detection = "10 s"
hosts = ["h"]
[service.a]
instances = 12
vm = { cores = 1, memory = "7 GiB" }
[service.b]
instances = 9
priority = "high"
vm = { cores = 1, memory = "3 GiB" }
[service.g]
instances = 3
vm = { cores = 1, memory = "2 GiB" }
[service.loose]
instances = 4
vm = { cores = 2, memory = "1 GiB" }
[strategy.s]
protect = ["host-cluster"]
service.g.protect = ["host-cluster", "guest-failover"]
service.loose.protect = []
"#;

    fn rooms(drill: &Drill<'_>, model: &Model) -> Vec<(crate::model::Room, u64)> {
        let cluster = &drill.state.clusters[0];
        let hosts = model.hosts.iter().zip(&drill.state.hosts);
        hosts.map(|(fixed, row)| (row.used, cluster.rooms.key(fixed.seat))).collect()
    }

    #[test]
    fn a_drill_leaves_everything_as_it_was() {
        let (spec, _) = read(&Input { name: "t", bytes: TIGHT.as_bytes(), overrides: &[], files: &[] });
        let model = &compile(&spec.unwrap()).unwrap()[0];
        let mut drill = Drill::new(model);
        let before = rooms(&drill, model);
        let homes: Vec<u32> = drill.state.vms.iter().map(|vm| vm.host).collect();
        let hosts: Vec<HostId> = (0..5).map(HostId).collect();
        let mut waited = 0;
        for (number, lost) in (1..32_u32).enumerate() {
            let lost: Vec<HostId> = hosts.iter().copied().filter(|host| lost & (1 << host.0) != 0).collect();
            let mut waiting = Vec::new();
            // Every third drill ends with the first VM that waits.
            drill.lose(&lost, |vm| {
                waiting.push(vm);
                number % 3 != 0
            });
            assert_eq!(rooms(&drill, model), before, "{lost:?}");
            assert!(drill.state.vms.iter().map(|vm| vm.host).eq(homes.iter().copied()), "{lost:?}");
            waited += waiting.len();
        }
        assert!(waited > 50);
    }

    /// More of a kind are counted in and out, and wait as others do.
    #[test]
    fn stand_ins_take_room_and_restart() {
        let (spec, _) = read(&Input { name: "t", bytes: TIGHT.as_bytes(), overrides: &[], files: &[] });
        let model = &compile(&spec.unwrap()).unwrap()[0];
        let mut drill = Drill::new(model);
        // The last of service b, 3 GiB, is set aside and stands for two on the first host and one on the second.
        let vm =
            (0..model.vms.len() as u32).map(VmId).rfind(|vm| &*model.vms[vm.index()].name == "b-9").unwrap();
        drill.set_aside(vm);
        let before = rooms(&drill, model);
        drill.start_alike(vm, vec![2, 1, 0, 0, 0]);
        let used = |drill: &Drill<'_>, host: usize| drill.state.hosts[host].used.memory_mib;
        assert_eq!(used(&drill, 0), before[0].0.memory_mib + 2 * 3 * 1024);
        let running = rooms(&drill, model);
        let alone = drill.residents[0].len() as u32;
        assert_eq!(drill.lose(&[HostId(0)], |_| true), alone + 2);
        assert_eq!(rooms(&drill, model), running);
        drill.stop_alike();
        assert_eq!(rooms(&drill, model), before);
    }
}
