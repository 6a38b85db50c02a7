//! One fault without memory, and repairs and ways back of any law: cycles that begin anew.
//!
//! A VM that stands on a single fault whose time to failure is exponential goes round in cycles. Its clock runs for an exponential
//! time of rate λ, stands still while it is out for D, and runs again while the VM is on its way back for S, which the next failure
//! may cut short. Whatever the laws of D and S, Wald's identity gives means over any window: with p(t) the chance that the
//! clock runs at t, N failures until t, ρ = λ E D, and O what is left at t of an outage that is under way,
//!
//! ```text
//! E N = λ (t - E D_t),   E D_t = E D · E N - E O,   so   E D_t = (ρ t - E O) / (1 + ρ)
//! E O = λ ∫_0^t p(t - s) E (D - s)+ ds,   1 - ρ <= p <= 1,   E D² - E D³ / t <= 2 ∫_0^t E (D - s)+ ds <= E D²
//! ```
//!
//! (Cox, "Renewal theory", 1962, chapters 4 and 7). O matters once a window and not once a cycle, so that bounds of it are as good
//! as the number itself. What follows is arithmetic with both ends; how far apart they come is told.

use super::moments::Moments;
use super::recognise::{Builder, is_in_scope};
use crate::engine::{Law, Span};
use crate::model::{Delay, Fault, HostId, InstanceId, Model, PartId, PartKind, Traffic};

/// Ends that are further apart than this part of their middle are no answer.
const PRECISION: f64 = 1e-3;

/// One fault without memory, and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cycle {
    /// Failures a second while the clock runs.
    pub rate: f64,
    /// The time out, in which the clock stands still.
    pub out: Moments,
    /// The way back, in which it runs.
    pub back: Moments,
}

/// A mean that lies between two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Between(f64, f64);

impl Between {
    fn plus(self, other: Between) -> Between {
        Between(self.0 + other.0, self.1 + other.1)
    }

    fn minus(self, other: Between) -> Between {
        Between(self.0 - other.1, self.1 - other.0)
    }

    /// Both are not negative.
    fn times(self, other: Between) -> Between {
        Between(self.0.max(0.0) * other.0, self.1 * other.1)
    }

    fn by(self, factor: f64) -> Between {
        Between(self.0 * factor, self.1 * factor)
    }
}

impl Cycle {
    /// Downtime and its error, and outages, of a window from `from_s` on that lasts `lasts_s`; `None` where it is too short.
    pub(super) fn downtime_s(&self, from_s: f64, lasts_s: f64) -> Option<(f64, f64, f64)> {
        let rate = self.rate;
        let ([out, _, _], [back, back2, _]) = (self.out.0, self.back.0);
        let load = rate * out;
        let end_s = from_s + lasts_s;
        let exactly = |value: f64| Between(value, value);
        let out_s =
            exactly(load * lasts_s).plus(self.left(from_s)).minus(self.left(end_s)).by(1.0 / (1.0 + load));
        let failures = exactly(lasts_s).minus(out_s).by(rate);
        // Ways back that begin: one a failure, but for those whose outage reaches over an end of the window.
        let away = |at: f64| Between(0.0, if at > 0.0 { load.min(1.0) } else { 0.0 });
        let begun = failures.plus(away(from_s)).minus(away(end_s));
        // E min(S, X) for X exponential.
        let length = Between((back - rate * back2 / 2.0).max(0.0), back);
        let under_way = |at: f64| Between(0.0, if at > 0.0 { rate * back2 / 2.0 } else { 0.0 });
        let back_s = begun.times(length).plus(under_way(from_s)).minus(under_way(end_s));
        let Between(least, most) = out_s.plus(back_s);
        let (middle, error_s) = (f64::midpoint(least, most), (most - least) / 2.0);
        (error_s <= PRECISION * middle).then_some((middle, error_s, rate * (lasts_s - middle)))
    }

    /// What is left at an instant of an outage that is under way.
    fn left(&self, at: f64) -> Between {
        if at <= 0.0 {
            return Between(0.0, 0.0);
        }
        let [out, out2, out3] = self.out.0;
        let runs = (1.0 - self.rate * out).max(0.0);
        Between(runs * (out2 - out3 / at).max(0.0), out2.min(2.0 * out * at)).by(self.rate / 2.0)
    }
}

/// The cycle of an instance, where it has one.
pub(super) fn cycle_of(model: &Model, instance: InstanceId) -> Option<Cycle> {
    let builder = Builder::new(model, instance);
    let service = builder.service;
    if service.guest.is_some() || service.host_cluster || !is_in_scope(model, instance) {
        return None;
    }
    let vm = builder.instance.first_vm.index();
    let host = model.vms[vm].host;
    let way = &service.way_back;
    let all_of_it = [&way.power_on, &way.boot, &way.start, &way.recover];
    let in_service = [&way.start, &way.recover];
    let boot = &model.hosts[host.index()].boot;
    let hosts: Vec<&Fault> =
        [&model.hosts[host.index()].crash, &model.hosts[host.index()].hang].into_iter().flatten().collect();
    let apps: Vec<&Fault> = [&service.app_crash, &service.app_hang].into_iter().flatten().collect();
    let guests: Vec<&Fault> = service.guest_crash.iter().collect();
    let power = powers(model, host);
    let clients = ways_of_clients(model, host);
    let disks = builder.disk_can_go(vm);
    let crewed = |parts: &[PartId]| parts.iter().any(|part| model.parts[part.index()].crew.is_some());
    let found = [&hosts, &apps, &guests].iter().filter(|faults| !faults.is_empty()).count()
        + power.len()
        + clients.len()
        + usize::from(disks);
    if found != 1 || crewed(&power) || crewed(&clients) {
        return None;
    }
    let fault_of =
        |parts: &[PartId]| parts.iter().filter_map(|part| model.parts[part.index()].fault.as_ref()).collect();
    if !hosts.is_empty() {
        let alone = model.hosts[host.index()].crew.is_none();
        return alone.then(|| cycle(&hosts, &[boot], &all_of_it)).flatten();
    }
    match (disks, power.is_empty(), clients.is_empty()) {
        _ if !apps.is_empty() => cycle(&apps, &in_service, &[]),
        _ if !guests.is_empty() => cycle(&guests, &[&way.power_on, &way.boot], &in_service),
        (true, ..) => cycle(&[disk_alone(&builder, vm)?], &[], &all_of_it),
        (_, false, _) => {
            let faults: Vec<&Fault> = fault_of(&power);
            cycle(&faults, &[], &[&[boot][..], &all_of_it].concat())
        }
        _ => {
            let faults: Vec<&Fault> = fault_of(&clients);
            cycle(&faults, &[], &[])
        }
    }
}

/// Of faults that all lead to the same, with what belongs to the time out after each repair, and with the way back.
fn cycle(faults: &[&Fault], out: &[&Delay], back: &[&Delay]) -> Option<Cycle> {
    let sum = |laws: &[&Delay]| {
        laws.iter().map(|delay| Moments::of(&delay.law)).fold(Moments::default(), Moments::plus)
    };
    let mut parts = Vec::new();
    for fault in faults {
        let Law::Exponential { mean_s } = fault.ttf.law else { return None };
        parts.push((1.0 / mean_s, Moments::of(&fault.ttr.law).plus(sum(out))));
    }
    let rate: f64 = parts.iter().map(|part| part.0).sum();
    (!parts.is_empty() && rate.is_finite()).then(|| Cycle {
        rate,
        out: Moments::mixed(&parts),
        back: sum(back),
    })
}

/// What feeds a host and can fail.
fn powers(model: &Model, host: HostId) -> Vec<PartId> {
    let mut parts: Vec<PartId> = model
        .domains
        .iter()
        .filter(|domain| domain.hosts.contains(&host))
        .map(|domain| domain.part)
        .collect();
    let mut next = 0;
    while next < parts.len() {
        let fed = parts[next];
        parts.extend(model.domains.iter().filter(|domain| domain.feeds.contains(&fed)).map(|d| d.part));
        next += 1;
    }
    parts.retain(|part| model.parts[part.index()].fault.is_some());
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// Networks and links on the way of the clients of a host that can fail, where each of them cuts it.
fn ways_of_clients(model: &Model, host: HostId) -> Vec<PartId> {
    let place = model.hosts[host.index()].place;
    let carriers = model
        .networks
        .iter()
        .filter(|n| n.carries.contains(&Traffic::Client) && n.reach.covers(place))
        .map(|network| network.part);
    let mut parts: Vec<PartId> = carriers.collect();
    if parts.iter().any(|part| model.parts[part.index()].fault.is_none()) {
        // One that never fails is enough.
        parts.clear();
    }
    let links = model.hosts[host.index()].parts.iter().copied();
    let is_client =
        |part: &PartId| matches!(model.parts[part.index()].kind, PartKind::Link(_, Traffic::Client));
    parts.extend(links.filter(is_client));
    parts.retain(|part| model.parts[part.index()].fault.is_some());
    parts
}

/// The fault of the disks of a VM, where nothing else takes them away and their loss is no pause.
fn disk_alone<'a>(builder: &Builder<'a>, vm: usize) -> Option<&'a Fault> {
    let model = builder.model;
    let row = &model.vms[vm];
    let storage = &model.storages[row.storage?.index()];
    let fed = model.domains.iter().any(|domain| domain.feeds.contains(&storage.part));
    let cut = builder.has_link(vm, Traffic::Storage)
        || (storage.kind.is_networked() && builder.network_can_go(row.host, Traffic::Storage));
    let part = &model.parts[storage.part.index()];
    let alone = builder.service.disk_timeout == Span::ZERO && !fed && !cut && part.crew.is_none();
    part.fault.as_ref().filter(|_| alone)
}
