//! Where VMs start: pinned ones first, then the largest first, each on the host with the most free
//! memory, VMs of one instance on different hosts, none on a spare host (VMW-90).

use std::collections::BTreeSet;

use super::super::describe::bytes_text;
use super::super::{Issue, Spec, code, text};
use super::hardware::host_id;
use crate::engine::Tournament;
use crate::model::{HostId, Model, Room, VmId};

/// VMs that cannot start where they are pinned and are told one by one; the rest is counted.
const TOLD_MAX: usize = 5;

/// Whether every VM has a starting host; where one has none, an issue says why.
pub(super) fn place(spec: &Spec, strategy: usize, model: &mut Model, issues: &mut Vec<Issue>) -> bool {
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
    let in_vain: BTreeSet<VmId> = homeless.iter().map(|(vm, _)| *vm).collect();
    let mut rest: Vec<VmId> = (0..model.vms.len() as u32)
        .map(VmId)
        .filter(|vm| !placed[vm.index()] && !in_vain.contains(vm))
        .collect();
    // Of an instance whose VMs have disks of their own, those first that fewest hosts could start.
    let reach = |storage: usize| {
        let hosts = spec.hosts.iter().filter(|host| host.storages.contains(&storage));
        hosts.map(|host| host.count).fold(0, u32::saturating_add)
    };
    let reach: Vec<u32> = (0..spec.storages.len()).map(reach).collect();
    rest.sort_by_cached_key(|&vm| {
        let (row, need) = (&model.vms[vm.index()], model.service_of(vm).need);
        let hosts = row.storage.map_or(0, |storage| reach[storage.index()]);
        (std::cmp::Reverse(need.memory_mib), row.instance, hosts)
    });
    for vm in rest {
        match room.search(model, &placed, vm) {
            Some(host) => room.take(model, &mut placed, host, vm),
            None => homeless.push((vm, None)),
        }
    }
    complain(spec, strategy, model, &room, &placed, &homeless, issues);
    homeless.is_empty()
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
        let need = model.service_of(vm).need;
        let left = self.left(model, host);
        need.memory_mib <= left.memory_mib
            && need.cores <= left.cores
            && self.may_use(model, host, vm)
            && !Rooms::holds_sibling(model, placed, host, vm)
    }

    /// Whether a VM could run on a host that has nothing else on it.
    fn may_use(&self, model: &Model, host: HostId, vm: VmId) -> bool {
        let clustered = !model.service_of(vm).host_cluster || model.hosts[host.index()].cluster.is_some();
        !self.spare[host.index()] && clustered && model.reaches(host, vm)
    }

    fn holds_sibling(model: &Model, placed: &[bool], host: HostId, vm: VmId) -> bool {
        let mut others = model.vms_of(model.vms[vm.index()].instance);
        others.any(|other| placed[other.index()] && model.vms[other.index()].host == host)
    }

    fn left(&self, model: &Model, host: HostId) -> Room {
        let (room, used) = (model.hosts[host.index()].room, self.used[host.index()]);
        Room { memory_mib: room.memory_mib - used.memory_mib, cores: room.cores - used.cores }
    }

    /// Why a VM cannot start on the host that it is pinned to.
    fn why_not(&self, model: &Model, host: HostId, vm: VmId) -> String {
        let (need, left) = (model.service_of(vm).need, self.left(model, host));
        if !model.reaches(host, vm) {
            "that host does not reach its storage".to_owned()
        } else if model.service_of(vm).host_cluster && model.hosts[host.index()].cluster.is_none() {
            "that host is in no cluster".to_owned()
        } else if need.memory_mib > left.memory_mib {
            let (needs, has) = (bytes_text(need.memory_mib << 20), bytes_text(left.memory_mib << 20));
            format!("it needs {needs} of memory, and {has} are left there")
        } else if need.cores > left.cores {
            format!(
                "it needs {}, and {} are left there",
                text::count(need.cores, "core", "cores"),
                left.cores
            )
        } else {
            "a VM of its instance starts there, or admission control keeps it empty".to_owned()
        }
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

/// One issue for each VM that cannot start where it is pinned, up to [`TOLD_MAX`], and one for all others that
/// find no host: they are short of the same. What is the same under several strategies is told once.
fn complain(
    spec: &Spec,
    strategy: usize,
    model: &Model,
    room: &Rooms,
    placed: &[bool],
    homeless: &[(VmId, Option<HostId>)],
    issues: &mut Vec<Issue>,
) {
    let pinned = || homeless.iter().filter_map(|(vm, host)| Some((*vm, (*host)?)));
    let name = &spec.strategies[strategy].name;
    for (vm, host) in pinned().take(TOLD_MAX) {
        let service = &spec.services[model.vms[vm.index()].service.index()];
        let what = format!(
            "{} cannot start on {}: {}",
            model.vms[vm.index()].name,
            model.hosts[host.index()].name,
            room.why_not(model, host, vm)
        );
        let mark = service.place.first().map_or(service.mark, |host| host.mark);
        let path = text::join(&text::join("service", &service.name), "place");
        let remedy = "place it on another host, or leave it out of `place`";
        tell(issues, name, spec.issue(code::NO_ROOM, mark, path, what, remedy));
    }
    if let Some(more) = pinned().count().checked_sub(TOLD_MAX + 1) {
        let what = format!("{} more VMs cannot start where `place` puts them", more + 1);
        let path = text::join("strategy", name);
        let mark = spec.strategies[strategy].mark;
        tell(
            issues,
            name,
            spec.issue(code::NO_ROOM, mark, path, what, "mend the first ones, then look again"),
        );
    }
    let others: Vec<VmId> = homeless.iter().filter(|(_, host)| host.is_none()).map(|(vm, _)| *vm).collect();
    if let Some(issue) = shortage(spec, model, room, placed, &others) {
        tell(issues, name, issue);
    }
}

/// Adds an issue with the strategy under which it is one, or the strategy to an issue that is the same.
fn tell(issues: &mut Vec<Issue>, strategy: &str, mut issue: Issue) {
    const NAMED: usize = 6;
    let same = |other: &&mut Issue| other.path == issue.path && other.what.starts_with(&issue.what);
    if let Some(other) = issues.iter_mut().find(same) {
        let named = other.what[issue.what.len()..].matches("\", \"").count() + 1;
        if named < NAMED {
            other.what.truncate(other.what.len() - 1);
            other.what.push_str(&format!(", {})", text::quote(strategy)));
        } else if named == NAMED && !other.what.ends_with("others)") {
            other.what.truncate(other.what.len() - 1);
            other.what.push_str(" and others)");
        }
        return;
    }
    issue.what.push_str(&format!(" (under strategy {})", text::quote(strategy)));
    issues.push(issue);
}

/// What is short where VMs find no host, from the first of them.
fn shortage(spec: &Spec, model: &Model, room: &Rooms, placed: &[bool], homeless: &[VmId]) -> Option<Issue> {
    let &first = homeless.first()?;
    let row = model.service_of(first);
    let service = &spec.services[model.vms[first.index()].service.index()];
    let siblings = model.instances[model.vms[first.index()].instance.index()].vms;
    let hosts = || (0..model.hosts.len() as u32).map(HostId);
    let usable = || hosts().filter(|&host| room.may_use(model, host, first));
    let free = || usable().filter(|&host| !Rooms::holds_sibling(model, placed, host, first));
    let left = |host: HostId| room.left(model, host);
    let needs =
        |of: fn(&Room) -> u64| model.vms.iter().map(|vm| of(&model.services[vm.service.index()].need)).sum();
    let have = |of: fn(&Room) -> u64| {
        hosts().filter(|host| !room.spare[host.index()]).map(|host| of(&model.hosts[host.index()].room)).sum()
    };
    let size = |mib: u64| bytes_text(mib << 20);
    let cores = |n: u64| text::count(n, "core", "cores");
    let memory_fits = free().any(|host| left(host).memory_mib >= row.need.memory_mib);
    let cores_fit = free().any(|host| left(host).cores >= row.need.cores);
    let kept = match room.spare.iter().filter(|spare| **spare).count() {
        0 => String::new(),
        spares => format!(" beside {}", text::count(spares as u64, "spare host", "spare hosts")),
    };
    let vm = text::join(&text::join("service", &service.name), "vm");
    let (short, mark, path, remedy) = if usable().next().is_none() {
        let what = if row.host_cluster {
            "no host in a cluster reaches its storage"
        } else {
            "no host reaches its storage"
        };
        (what.to_owned(), service.vm.mark, vm, "give a host the storage, or put it into a cluster")
    } else if free().next().is_none() {
        let hosts = usable().count() as u64;
        let what = format!(
            "an instance needs {siblings} different hosts, and only {} can hold one of its VMs",
            text::count(hosts, "host", "hosts")
        );
        (what, service.mark, text::join("service", &service.name), "lower nodes or members, or add hosts")
    } else if !memory_fits {
        let most = free().map(|host| left(host).memory_mib).max().unwrap_or(0);
        let what = format!(
            "it needs {} of memory, and the most that any host has left is {}; all {} VMs need {}, all hosts{kept} have {}",
            size(row.need.memory_mib),
            size(most),
            model.vms.len(),
            size(needs(|room| room.memory_mib)),
            size(have(|room| room.memory_mib)),
        );
        (what, service.vm.memory_mark, text::join(&vm, "memory"), "add hosts or memory, or make VMs smaller")
    } else if !cores_fit {
        let most = free().map(|host| left(host).cores).max().unwrap_or(0);
        let what = format!(
            "it needs {}, and the most that any host has left is {}, cpu_overcommit included; all {} VMs need {}, all hosts{kept} have {}",
            cores(row.need.cores),
            most,
            model.vms.len(),
            needs(|room| room.cores),
            have(|room| room.cores),
        );
        let remedy = "add hosts or cores, raise cpu_overcommit, or give VMs fewer cores";
        (what, service.vm.cores_mark, text::join(&vm, "cores"), remedy)
    } else {
        let what = format!(
            "it needs {} of memory and {}: hosts that have the memory left lack the cores, and the other way round",
            size(row.need.memory_mib),
            cores(row.need.cores),
        );
        (what, service.vm.mark, vm, "add hosts, make VMs smaller, or spread them with `place`")
    };
    let of_several = if siblings > 1 { ", or protect fewer services with several VMs" } else { "" };
    let what = format!(
        "{} of {} VMs find no starting host, the first of them {}: {short}",
        homeless.len(),
        model.vms.len(),
        model.vms[first.index()].name
    );
    Some(spec.issue(code::NO_ROOM, mark, path, what, format!("{remedy}{of_several}")))
}
