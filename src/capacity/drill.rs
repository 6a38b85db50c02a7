//! Hosts are lost at once: whose VMs restart elsewhere, and who waits. The state is the simulation's own, the
//! choice of hosts is the policy that the simulation asks, and all is put back when the drill is over.

use crate::model::{ClusterId, HostId, Model, ServiceId, VmId};
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
    /// all hosts together. Tells each VM that waits; returns how many were lost. `waits` ends the drill early
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
        lost.sort_by_key(|(vm, _)| model.vms[vm.index()].rank);
        self.restart(&lost, &mut started, &mut waits);
        self.put_back(hosts, &lost, &started);
        let number = lost.len() as u32;
        (self.lost, self.started) = (lost, started);
        number
    }

    /// Restarts VMs one by one; `started` gets the host of each, or its old one where it waits.
    fn restart(
        &mut self,
        lost: &[(VmId, HostId)],
        started: &mut Vec<HostId>,
        waits: &mut impl FnMut(VmId) -> bool,
    ) {
        let model = self.model;
        // Nothing returns while the drill lasts, so where a VM without siblings finds no host none of its kind does.
        let mut in_vain: Option<(ClusterId, ServiceId)> = None;
        for &(vm, old) in lost {
            let Some(cluster) = model.hosts[old.index()].cluster else { continue };
            let service = model.vms[vm.index()].service;
            let found = if in_vain == Some((cluster, service)) {
                None
            } else {
                policy::choose_host(model, &mut self.state, cluster, vm)
            };
            match found {
                Some(host) if self.is_stand_in(vm) => self.take(vm, host, 1),
                Some(host) => self.state.place(model, vm, host),
                None if model.services[service.index()].guest.is_none() => in_vain = Some((cluster, service)),
                None => {}
            }
            started.push(found.unwrap_or(old));
            if found.is_none() && !waits(vm) {
                return;
            }
        }
    }

    fn put_back(&mut self, hosts: &[HostId], lost: &[(VmId, HostId)], started: &[HostId]) {
        let model = self.model;
        for (&(vm, old), &host) in lost.iter().zip(started).filter(|((_, old), host)| old != *host) {
            if self.is_stand_in(vm) {
                self.take(vm, host, -1);
            } else {
                self.state.remove(model, vm);
            }
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

    fn is_stand_in(&self, vm: VmId) -> bool {
        self.stand_in.as_ref().is_some_and(|(stand_in, _)| *stand_in == vm)
    }
}
