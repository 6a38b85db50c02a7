//! Where VMs start: pinned ones first, then the largest first, each on the host with the most free
//! memory, VMs of one instance on different hosts, none on a spare host (VMW-90).

use super::super::{Issue, Spec, code, text};
use super::hardware::host_id;
use crate::engine::Tournament;
use crate::model::{HostId, Model, Room, VmId};

/// Problems of one strategy that are told one by one; the rest is counted.
const TOLD_MAX: usize = 5;

pub(super) fn place(spec: &Spec, strategy: usize, model: &mut Model, issues: &mut Vec<Issue>) {
    let mut room = Rooms::new(model);
    let mut placed = vec![false; model.vms.len()];
    let mut homeless = Vec::new();
    for (vm, host) in pinned(spec, model) {
        if room.admits(model, &placed, host, vm) {
            room.take(model, &mut placed, host, vm);
        } else {
            homeless.push((vm, Some(host)));
            placed[vm.index()] = false;
        }
    }
    let pinned_in_vain: Vec<VmId> = homeless.iter().map(|(vm, _)| *vm).collect();
    let mut rest: Vec<VmId> = (0..model.vms.len() as u32)
        .map(VmId)
        .filter(|vm| !placed[vm.index()] && !pinned_in_vain.contains(vm))
        .collect();
    rest.sort_by_key(|&vm| std::cmp::Reverse(model.service_of(vm).need.memory_mib));
    for vm in rest {
        match room.search(model, &placed, vm) {
            Some(host) => room.take(model, &mut placed, host, vm),
            None => homeless.push((vm, None)),
        }
    }
    complain(spec, strategy, model, &room, &homeless, issues);
}

/// VMs with a starting host given by `place`, in the order of their names.
fn pinned(spec: &Spec, model: &Model) -> Vec<(VmId, HostId)> {
    let mut pinned = Vec::new();
    for (number, service) in spec.services.iter().enumerate() {
        let first = model.instances[model.services[number].first_instance.index()].first_vm.0;
        let instances = &model.instances[model.services[number].first_instance.index()..];
        let vms: u32 = instances[..service.instances as usize].iter().map(|i| i.vms).sum();
        let hosts = spec.each_host(&service.place).map(|(group, member)| host_id(spec, group, member));
        pinned.extend((first..first + vms).map(VmId).zip(hosts));
    }
    pinned
}

/// What is free where.
struct Rooms {
    used: Vec<Room>,
    /// Hosts that admission control keeps empty.
    spare: Vec<bool>,
    /// The other hosts by free memory, most first.
    order: Tournament,
    set_aside: Vec<(u32, u64)>,
}

impl Rooms {
    fn new(model: &Model) -> Rooms {
        let mut spare = vec![false; model.hosts.len()];
        for host in model.clusters.iter().flat_map(|cluster| cluster.admission.spare_hosts()) {
            spare[host.index()] = true;
        }
        let mut order = Tournament::new(model.hosts.len());
        for (number, host) in model.hosts.iter().enumerate().filter(|(number, _)| !spare[*number]) {
            order.set_quietly(number as u32, key(host.room.memory_mib));
        }
        order.play_all();
        Rooms { used: vec![Room::default(); model.hosts.len()], spare, order, set_aside: Vec::new() }
    }

    fn search(&mut self, model: &Model, placed: &[bool], vm: VmId) -> Option<HostId> {
        let need = model.service_of(vm).need;
        let mut found = None;
        while self.order.least() <= key(need.memory_mib) {
            let (number, free) = (self.order.winner(), self.order.least());
            let host = HostId(number);
            if self.admits(model, placed, host, vm) {
                found = Some(host);
                break;
            }
            self.set_aside.push((number, free));
            self.order.set(number, Tournament::OUT);
        }
        for (number, free) in std::mem::take(&mut self.set_aside) {
            self.order.set(number, free);
        }
        found
    }

    fn admits(&self, model: &Model, placed: &[bool], host: HostId, vm: VmId) -> bool {
        let service = model.service_of(vm);
        let (need, used) = (service.need, self.used[host.index()]);
        let room = model.hosts[host.index()].room;
        !self.spare[host.index()]
            && used.memory_mib + need.memory_mib <= room.memory_mib
            && used.cores + need.cores <= room.cores
            && (!service.host_cluster || model.hosts[host.index()].cluster.is_some())
            && model.reaches(host, vm)
            && model
                .vms_of(model.vms[vm.index()].instance)
                .all(|other| !placed[other.index()] || model.vms[other.index()].host != host)
    }

    fn take(&mut self, model: &mut Model, placed: &mut [bool], host: HostId, vm: VmId) {
        let need = model.service_of(vm).need;
        let used = &mut self.used[host.index()];
        used.memory_mib += need.memory_mib;
        used.cores += need.cores;
        model.vms[vm.index()].host = host;
        placed[vm.index()] = true;
        self.order
            .set(host.0, key(model.hosts[host.index()].room.memory_mib - self.used[host.index()].memory_mib));
    }
}

/// Most free memory wins, then the lower host.
const fn key(free_memory_mib: u64) -> u64 {
    Tournament::OUT - 1 - free_memory_mib
}

fn complain(
    spec: &Spec,
    strategy: usize,
    model: &Model,
    room: &Rooms,
    homeless: &[(VmId, Option<HostId>)],
    issues: &mut Vec<Issue>,
) {
    let name = &model.strategy;
    let gib = |mib: u64| mib as f64 / 1024.0;
    for &(vm, pinned) in homeless.iter().take(TOLD_MAX) {
        let number = model.vms[vm.index()].service.index();
        let service = &spec.services[number];
        let need = model.service_of(vm).need;
        let vm_name = &model.vms[vm.index()].name;
        let path = format!("service.{}{}", service.name, if pinned.is_some() { ".place" } else { ".vm" });
        if let Some(host) = pinned {
            let row = &model.hosts[host.index()];
            let used = room.used[host.index()];
            let what = if !model.reaches(host, vm) {
                format!(
                    "under strategy {name:?}, {vm_name} cannot start on {}: that host does not reach its storage",
                    row.name
                )
            } else if model.service_of(vm).host_cluster && row.cluster.is_none() {
                format!(
                    "under strategy {name:?}, {vm_name} cannot start on {}: that host is in no cluster",
                    row.name
                )
            } else {
                format!(
                    "under strategy {name:?}, {vm_name} cannot start on {}: it needs {} GiB and {} cores, free are {} GiB and {} cores",
                    row.name,
                    gib(need.memory_mib),
                    need.cores,
                    gib(row.room.memory_mib - used.memory_mib),
                    row.room.cores - used.cores,
                )
            };
            let remedy = "place it on another host, or leave it out of `place`";
            issues.push(spec.issue(code::NO_ROOM, service.mark, path, what, remedy));
        } else {
            let hosts = || model.hosts.iter().enumerate().filter(|(number, _)| !room.spare[*number]);
            let free = hosts().map(|(number, h)| h.room.memory_mib - room.used[number].memory_mib).max();
            let total: u64 = hosts().map(|(_, h)| h.room.memory_mib).sum();
            let kept = match room.spare.iter().filter(|spare| **spare).count() {
                0 => String::new(),
                spares => format!(" beside {}", text::count(spares as u64, "spare host", "spare hosts")),
            };
            let wanted: u64 =
                model.vms.iter().map(|v| model.services[v.service.index()].need.memory_mib).sum();
            let what = format!(
                "under strategy {name:?} no host has room for {vm_name}: it needs {} GiB and {} cores on a host of its own \
                 among its siblings; the most any host has left is {} GiB; all {} VMs need {} GiB, all hosts{kept} have {} GiB",
                gib(need.memory_mib),
                need.cores,
                gib(free.unwrap_or(0)),
                model.vms.len(),
                gib(wanted),
                gib(total),
            );
            let remedy = "add hosts or memory, make VMs smaller, or protect fewer services with several VMs";
            issues.push(spec.issue(code::NO_ROOM, service.mark, path, what, remedy));
        }
    }
    if homeless.len() > TOLD_MAX {
        let what = format!("under strategy {name:?} {} VMs in all find no starting host", homeless.len());
        let mark = spec.strategies[strategy].mark;
        issues.push(spec.issue(
            code::NO_ROOM,
            mark,
            format!("strategy.{name}"),
            what,
            "mend the first ones, then look again",
        ));
    }
}
