//! How many more VMs of a service's size fit: as hosts have room and admission control allows, one kind at a
//! time. A VM more is an instance of its own, protected as those that are there, and starts as they do: on the
//! host with the most free memory.

use super::census::{Census, first_vm, open_seats};
use super::drill::Drill;
use super::losses::{Case, with_those_who_stop};
use super::plan;
use super::{admission, free, goes_into};
use crate::model::{Admission, ClusterId, HostId, Instance, InstanceId, Model, Room, ServiceId, Vm, VmId};

/// More than this is not searched for where admission control has to be asked about each number: no scenario
/// has as many VMs.
const SEARCHED_MAX: u64 = 1_000_000;

/// By service.
pub(super) fn count(model: &Model, census: &[Census]) -> Vec<u64> {
    let mut planner = Planner::new(model);
    let mut counted: Vec<u64> = Vec::new();
    for number in 0..model.services.len() {
        let service = ServiceId(number as u32);
        // Services that are alike have the same answer.
        let alike = (0..number).find(|&other| are_alike(model, ServiceId(other as u32), service));
        counted.push(match alike {
            Some(other) => counted[other],
            None => of_service(model, census, &mut planner, service),
        });
    }
    counted
}

fn are_alike(model: &Model, a: ServiceId, b: ServiceId) -> bool {
    let (x, y) = (&model.services[a.index()], &model.services[b.index()]);
    let storage = |service| model.vms[first_vm(model, service).index()].storage;
    (x.need, x.host_cluster, x.priority) == (y.need, y.host_cluster, y.priority) && storage(a) == storage(b)
}

fn of_service(model: &Model, census: &[Census], planner: &mut Option<Planner>, service: ServiceId) -> u64 {
    let mut sum = 0_u64;
    for cluster in (0..model.clusters.len() as u32).map(ClusterId) {
        let start = Start::new(model, cluster, &census[cluster.index()], service);
        sum = sum.saturating_add(start.in_cluster(planner));
    }
    let row = &model.services[service.index()];
    let mut used = vec![Room::default(); if row.host_cluster { 0 } else { model.hosts.len() }];
    if row.host_cluster {
        return sum;
    }
    for vm in &model.vms {
        super::add(&mut used[vm.host.index()], model.services[vm.service.index()].need, 1);
    }
    let vm = first_vm(model, service);
    for (number, used) in used.into_iter().enumerate() {
        let host = HostId(number as u32);
        if model.hosts[number].cluster.is_none() && model.reaches(host, vm) {
            sum = sum.saturating_add(goes_into(row.need, free(model, host, used)));
        }
    }
    sum
}

/// A cluster in which more VMs of one service are to start.
struct Start<'a> {
    model: &'a Model,
    cluster: ClusterId,
    census: &'a Census,
    service: ServiceId,
    /// By seat: how many more the host has room for.
    fits: Vec<u64>,
}

impl<'a> Start<'a> {
    fn new(model: &'a Model, cluster: ClusterId, census: &'a Census, service: ServiceId) -> Start<'a> {
        let (need, vm) = (model.services[service.index()].need, first_vm(model, service));
        let open = open_seats(model, cluster);
        let seats = model.clusters[cluster.index()].hosts.iter().zip(&census.used).zip(open);
        let fits = seats.map(|((&host, &used), open)| {
            if open && model.reaches(host, vm) { goes_into(need, free(model, host, used)) } else { 0 }
        });
        Start { model, cluster, census, service, fits: fits.collect() }
    }

    fn in_cluster(&self, planner: &mut Option<Planner>) -> u64 {
        let room = self.fits.iter().fold(0_u64, |sum, &fits| sum.saturating_add(fits));
        match self.model.clusters[self.cluster.index()].admission {
            Admission::None | Admission::SpareHosts(_) => room,
            Admission::Slots { .. } | Admission::Percentage { .. } => most(room.min(SEARCHED_MAX), |more| {
                let census = self.with(more);
                admission::arithmetic(self.model, self.cluster, &census).is_none_or(|a| a.admits())
            }),
            Admission::Failures { tolerate } => {
                if !plan::is_tried(self.fits.len(), tolerate) {
                    return most(room.min(SEARCHED_MAX), |more| {
                        plan::approximate(self.model, self.cluster, tolerate, &self.with(more)).admits()
                    });
                }
                let Some(planner) = planner else { return 0 };
                planner.most(self, room.min(SEARCHED_MAX), tolerate)
            }
        }
    }

    /// The census with so many more VMs.
    fn with(&self, more: u64) -> Census {
        let mut census = self.census.clone();
        for (seat, vms) in self.spread(more).into_iter().enumerate().filter(|(_, vms)| *vms > 0) {
            census.enter(self.model, self.service, seat, vms);
        }
        census
    }

    /// Where so many more VMs start, by seat: each on the host with the most free memory that has room.
    ///
    /// A host with f MiB free gets its VMs of m MiB when it has f, f - m, f - 2 m … left, so the hosts that are
    /// chosen are those of the largest of all these numbers, the lower seat first where two are equal.
    fn spread(&self, more: u64) -> Vec<u64> {
        let hosts = &self.model.clusters[self.cluster.index()].hosts;
        let need = self.model.services[self.service.index()].need.memory_mib.max(1);
        let free_mib: Vec<u64> = hosts
            .iter()
            .zip(&self.census.used)
            .map(|(&host, &used)| free(self.model, host, used).memory_mib)
            .collect();
        // How many of a host's numbers are at least a level.
        let down_to = |level: u64, seat: usize| match free_mib[seat].checked_sub(level) {
            Some(above) => (above / need + 1).min(self.fits[seat]),
            None => 0,
        };
        let seats = 0..hosts.len();
        let all_down_to = |level: u64| seats.clone().map(|seat| down_to(level, seat)).sum::<u64>();
        // The lowest level at which more than wanted would start; one above it everyone starts who surely does.
        let (mut low, mut high) = (0, free_mib.iter().copied().max().unwrap_or(0) + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if all_down_to(middle) > more {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut spread: Vec<u64> = seats.clone().map(|seat| down_to(low, seat)).collect();
        let mut left = more.saturating_sub(spread.iter().sum());
        if let Some(level) = low.checked_sub(1) {
            for seat in seats.filter(|&seat| down_to(level, seat) > down_to(low, seat)) {
                let one = u64::from(left > 0);
                spread[seat] += one;
                left -= one;
            }
        }
        spread
    }
}

/// The largest number up to `bound` that `holds`; 0 where not even that one does.
fn most(bound: u64, mut holds: impl FnMut(u64) -> bool) -> u64 {
    if holds(bound) {
        return bound;
    }
    let (mut yes, mut no) = (0, bound);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

/// Asks for a plan for failed hosts while more VMs run: the datacenter with one VM more of each service, which
/// is set aside and stands for as many of its kind as are wanted.
struct Planner {
    model: Model,
    /// In the order of those services.
    stand_ins: Vec<VmId>,
}

impl Planner {
    /// `None` where no cluster needs a plan.
    fn new(model: &Model) -> Option<Planner> {
        let planned = |a: &Admission| matches!(a, Admission::Failures { .. });
        if !model.clusters.iter().any(|cluster| planned(&cluster.admission)) {
            return None;
        }
        let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).collect();
        Some(Planner::with(model, &services))
    }

    /// With one VM more of each of these services, in their order.
    fn with(model: &Model, services: &[ServiceId]) -> Planner {
        let mut larger = model.clone();
        let mut stand_ins = Vec::new();
        for &service in services {
            let (vm, instance) = (VmId(larger.vms.len() as u32), InstanceId(larger.instances.len() as u32));
            let own = ServiceId(larger.services.len() as u32);
            let first = &model.vms[first_vm(model, service).index()];
            // It restarts after all others of its service.
            let rank = model.vms.iter().filter(|vm| vm.service == service).map(|vm| vm.rank).max();
            let mut row = model.services[service.index()].clone();
            (row.first_instance, row.instances, row.guest) = (instance, 1, None);
            larger.services.push(row);
            larger.instances.push(Instance {
                service: own,
                first_vm: vm,
                vms: 1,
                ..model.instances[first.instance.index()].clone()
            });
            larger.vms.push(Vm { service: own, instance, rank: rank.unwrap_or(0), ..first.clone() });
            stand_ins.push(vm);
        }
        Planner { model: larger, stand_ins }
    }

    /// How many more VMs leave a plan for any so many failed hosts.
    fn most(&mut self, start: &Start<'_>, bound: u64, tolerate: u32) -> u64 {
        let hosts = &self.model.clusters[start.cluster.index()].hosts;
        let mut cases: Vec<Vec<HostId>> = Vec::new();
        plan::for_each_case(hosts, tolerate, |case| cases.push(case.to_vec()));
        // XEN-38: no plan counts a VM on the disks of one host.
        let model = &self.model;
        let mut drill = self.drill();
        let vm = self.stand_ins[start.service.index()];
        most_through(start, model, &mut drill, vm, (bound, cases), |vm| !model.is_local(vm))
    }

    /// The datacenter without those who stand for others.
    fn drill(&self) -> Drill<'_> {
        let mut drill = Drill::new(&self.model);
        for &vm in &self.stand_ins {
            drill.set_aside(vm);
        }
        drill
    }
}

/// How many more VMs like `vm`, up to a bound, leave no case of lost hosts in which a VM waits that `counts`.
fn most_through(
    start: &Start<'_>,
    model: &Model,
    drill: &mut Drill<'_>,
    vm: VmId,
    (bound, mut cases): (u64, Vec<Vec<HostId>>),
    counts: impl Fn(VmId) -> bool,
) -> u64 {
    let hosts = &model.clusters[start.cluster.index()].hosts;
    let seat = |host: &HostId| model.hosts[host.index()].seat as usize;
    let weight = |case: &Vec<HostId>| case.iter().map(|host| start.census.agile_mib[seat(host)]).sum::<u64>();
    // The heaviest first: where VMs wait, that one is the likeliest to say so.
    cases.sort_by_cached_key(|case| std::cmp::Reverse(weight(case)));
    let mut running = None;
    let mut fails = |more: u64, case: &[HostId]| {
        if running.replace(more) != Some(more) {
            let mut by_host = vec![0; model.hosts.len()];
            for (seat, vms) in start.spread(more).into_iter().enumerate() {
                by_host[hosts[seat].index()] = vms;
            }
            drill.start_alike(vm, by_host);
        }
        let mut all_restart = true;
        drill.lose(case, |vm| {
            all_restart &= !counts(vm);
            all_restart
        });
        !all_restart
    };
    // As many as a few cases allow, until no other case objects.
    let mut asked: Vec<&[HostId]> = cases.iter().take(1).map(Vec::as_slice).collect();
    let mut bound = bound;
    loop {
        bound = most(bound, |more| asked.iter().all(|case| !fails(more, case)));
        match cases.iter().find(|case| fails(bound, case)) {
            Some(case) if bound > 0 => asked.push(case),
            _ => return bound,
        }
    }
}

/// How many more VMs of a service's size can be there so that, whichever of these hosts are lost together, all VMs still
/// restart that their clusters protect. Found by halving: restarts take the best host one by one, so that where VMs are of
/// many sizes a larger number may do as well.
pub(super) fn count_through(model: &Model, census: &[Census], service: ServiceId, cases: &[&Case]) -> u64 {
    if cases.iter().any(|case| !case.waiting.is_empty()) {
        return 0;
    }
    let mut planner = Planner::new(model);
    let own = Planner::with(model, &[service]);
    let mut drill = own.drill();
    let mut sum = 0_u64;
    for cluster in (0..model.clusters.len() as u32).map(ClusterId) {
        let start = Start::new(model, cluster, &census[cluster.index()], service);
        let bound = start.in_cluster(&mut planner).min(SEARCHED_MAX);
        // What is lost in one cluster is no matter of another.
        let here = |host: &HostId| model.hosts[host.index()].cluster == Some(cluster);
        let lost = |case: &&Case| {
            let hosts: Vec<HostId> = case.hosts.iter().copied().filter(here).collect();
            with_those_who_stop(model, &hosts)
        };
        let mut lost: Vec<Vec<HostId>> = cases.iter().map(lost).filter(|hosts| !hosts.is_empty()).collect();
        lost.sort_unstable();
        lost.dedup();
        let found = most_through(&start, &own.model, &mut drill, own.stand_ins[0], (bound, lost), |_| true);
        drill.stop_alike();
        sum = sum.saturating_add(found);
    }
    sum
}
