//! How much work one replication is, before it is begun: all faults together, with what each of them sets off.
//!
//! A step is an event, or a look at a VM that an outage may concern. The count is rough, within a factor of
//! two or three, and on the high side: it tells a mistake, such as a fault every second for a hundred years,
//! from a large question.

use super::super::code;
use super::super::fixed::limits;
use super::super::issue::Mark;
use super::super::text::{join, number};
use super::super::{
    FaultSpec, GuestLayer, InjectTarget, Issue, Service, SettingValue, Spec, Strategy, Traffic,
};
use crate::engine::Law;
use crate::model::Load;

/// A VM's way back after a crash: the crash, the wait, power-on, boot, start, what the group around it does.
const VM_CRASH: f64 = 6.0;
/// A guest's window: the shutdown, the patch, its way back, a move of its group, looks at whose turn it is.
const PATCH: f64 = 10.0;
/// A failed application: the failure, the wait for a person, its start, what the group around it does.
const APP_FAILURE: f64 = 4.0;
/// A host's crash, repair and boot, and its cluster's detection, election and restart order.
const HOST_CRASH: f64 = 6.0;
/// What a part does that is out of service and comes back.
const PART: f64 = 2.0;

/// A fault, or a plan, that makes work.
struct Source {
    path: String,
    mark: Mark,
    strikes: f64,
    steps: f64,
}

/// The issue where the steps of one replication are too many.
pub(super) fn check(spec: &Spec) -> Vec<Issue> {
    let sources = sources(spec);
    let all: f64 = sources.iter().map(|source| source.steps).sum();
    if all <= limits::STEPS {
        return Vec::new();
    }
    let Some(worst) = sources.iter().max_by(|a, b| a.steps.total_cmp(&b.steps)) else { return Vec::new() };
    let part = libm::floor(worst.steps / all * 100.0);
    let what = format!(
        "one replication would take about {} steps, {part:.0} % of them because of this, which happens {} times; \
         the most are {}",
        rough(all),
        rough(worst.strikes),
        rough(limits::STEPS),
    );
    let years = (spec.run.warmup + spec.run.horizon).as_secs_f64() / 31_536_000.0 * limits::STEPS / all;
    // With a second decimal that is not rounded up.
    let years = libm::floor(years * 100.0) / 100.0;
    let remedy = if years > 0.0 {
        format!("make it rarer, or shorten run.horizon to {} y and run more replications", number(years))
    } else {
        "make it rarer".to_owned()
    };
    vec![spec.issue(code::LIMIT, worst.mark, worst.path.clone(), what, remedy)]
}

/// In how many stretches a VM that concerns nobody else lives its life to the end, so that none of them is long.
pub(super) fn stretches(spec: &Spec) -> u32 {
    const STEPS_OF_ONE: f64 = 65_536.0;
    let seconds = seconds(spec);
    let of_one = |service: &Service| {
        let faults = [&service.guest_crash, &service.app_crash, &service.app_hang];
        faults.into_iter().flatten().map(|fault| VM_CRASH * strikes(fault, seconds)).sum::<f64>()
    };
    let most = spec.services.iter().map(of_one).fold(0.0, f64::max);
    (most / STEPS_OF_ONE).clamp(1.0, 65_536.0) as u32
}

fn seconds(spec: &Spec) -> f64 {
    (spec.run.warmup + spec.run.horizon).as_secs_f64()
}

fn sources(spec: &Spec) -> Vec<Source> {
    // Each service with as many VMs as any strategy gives it.
    let vms = |(s, service): (usize, &Service)| {
        let most = spec.strategies.iter().map(|strategy| strategy.for_service(s).vms).max().unwrap_or(1);
        f64::from(service.instances) * f64::from(most)
    };
    let vms_of: Vec<f64> = spec.services.iter().enumerate().map(vms).collect();
    let hosts = spec.host_count().max(1) as f64;
    let vms: f64 = vms_of.iter().sum();
    let work = Work { spec, seconds: seconds(spec), vms, host: HOST_CRASH + VM_CRASH * vms / hosts };
    let mut all = Vec::new();
    work.services(&vms_of, &mut all);
    work.hosts(vms / hosts, &mut all);
    work.rest(&vms_of, &mut all);
    work.plans(&vms_of, &mut all);
    work.looks(&mut all);
    all
}

struct Work<'s> {
    spec: &'s Spec,
    seconds: f64,
    vms: f64,
    /// The steps that the loss of one host sets off, its VMs included.
    host: f64,
}

impl Work<'_> {
    fn fault(&self, path: String, components: f64, fault: Option<&FaultSpec>, steps: f64) -> Option<Source> {
        let fault = fault?;
        let strikes = components * strikes(fault, self.seconds);
        Some(Source { path, mark: fault.mark, strikes, steps: strikes * steps })
    }

    fn services(&self, vms_of: &[f64], all: &mut Vec<Source>) {
        for (number, (service, &vms)) in self.spec.services.iter().zip(vms_of).enumerate() {
            let path = |key| join(&join("service", &service.name), key);
            for (key, fault, steps) in [
                ("guest_crash", &service.guest_crash, VM_CRASH),
                ("app_crash", &service.app_crash, APP_FAILURE),
                ("app_hang", &service.app_hang, APP_FAILURE),
            ] {
                all.extend(self.fault(path(key), vms, fault.as_ref(), steps));
            }
            let balances =
                |s: &Strategy| s.for_service(number).protection.guest == Some(GuestLayer::Balanced);
            if let Some(load) = service.load.filter(|_| self.spec.strategies.iter().any(balances)) {
                let load = &self.spec.loads[load];
                let weeks = self.seconds / Load::WEEK.as_secs_f64();
                let strikes = weeks * load.steps.len() as f64 * f64::from(service.instances);
                all.push(Source { path: path("load"), mark: load.mark, strikes, steps: strikes });
            }
        }
    }

    fn hosts(&self, vms_on_one: f64, all: &mut Vec<Source>) {
        for group in &self.spec.hosts {
            let (path, count) = (join("host", &group.name), f64::from(group.count));
            for (key, fault, steps) in [
                ("crash", &group.crash, self.host),
                ("hang", &group.hang, self.host),
                ("agent", &group.agent, PART),
            ] {
                all.extend(self.fault(join(&path, key), count, fault.as_ref(), steps));
            }
            for (traffic, fault) in &group.links {
                let paths = if *traffic == Traffic::Storage { group.storage_paths } else { 1 };
                let path = join(&join(&path, "link"), traffic.word());
                // A host that is cut off may shut its VMs down, or lose them to the others.
                let steps = PART + VM_CRASH * vms_on_one;
                all.extend(self.fault(path, count * f64::from(paths), Some(fault), steps));
            }
        }
    }

    /// Clusters that balance, where somebody says how often they look.
    fn looks(&self, all: &mut Vec<Source>) {
        // Assumption: they look for so much of the time, and move something.
        const FULL: f64 = 0.05;
        let spec = self.spec;
        if spec.services.iter().all(|service| service.vm.busy == 0) {
            return;
        }
        for (number, cluster) in spec.clusters.iter().enumerate() {
            let base = join("cluster", &cluster.name);
            let over = spec.strategies.iter().filter_map(|strategy| {
                let settings = strategy.cluster_settings(number)?;
                Some((join(&join("strategy", &strategy.name), &base), settings))
            });
            for (path, settings) in std::iter::once((base.clone(), &cluster.settings)).chain(over) {
                let Some(SettingValue::Law(interval)) = settings.values.get("balance_interval") else {
                    continue;
                };
                let strikes = FULL * self.seconds / interval.sample(0.5).as_secs_f64();
                let mark = settings.marks.get("balance_interval").copied().unwrap_or(cluster.mark);
                all.push(Source {
                    path: join(&path, "balance_interval"),
                    mark,
                    strikes,
                    steps: strikes * self.vms,
                });
            }
        }
    }

    fn rest(&self, vms_of: &[f64], all: &mut Vec<Source>) {
        let spec = self.spec;
        for (number, storage) in spec.storages.iter().enumerate() {
            let path = join("storage", &storage.name);
            let steps = PART + VM_CRASH * self.vms_on(number, vms_of);
            all.extend(self.fault(join(&path, "outage"), 1.0, storage.outage.as_ref(), steps));
            let controllers = f64::from(storage.controllers);
            all.extend(self.fault(
                join(&path, "controller"),
                controllers,
                storage.controller.as_ref(),
                steps,
            ));
        }
        for network in &spec.networks {
            let path = join(&join("network", &network.name), "outage");
            // All VMs are looked at; only those that lose their disks crash.
            let of_vm = if network.carries.contains(&Traffic::Storage) { VM_CRASH } else { 1.0 };
            all.extend(self.fault(path, 1.0, network.outage.as_ref(), PART + of_vm * self.vms));
        }
        for cluster in &spec.clusters {
            let path = join("cluster", &cluster.name);
            all.extend(self.fault(join(&path, "manager"), 1.0, cluster.manager.as_ref(), PART));
            let witness = cluster.settings.witness_outage.as_ref();
            all.extend(self.fault(join(&path, "witness_outage"), 1.0, witness, PART));
        }
        let (mut in_rack, mut in_site) = (vec![0.0; spec.racks.len()], vec![0.0; spec.sites.len()]);
        for (group, row) in spec.hosts.iter().enumerate() {
            for member in 1..=row.count {
                spec.rack_of(group, member).into_iter().for_each(|rack| in_rack[rack] += 1.0);
                spec.site_of(group, member).into_iter().for_each(|site| in_site[site] += 1.0);
            }
        }
        for (rack, hosts) in spec.racks.iter().zip(in_rack) {
            let steps = PART + self.host * hosts;
            all.extend(self.fault(
                join(&join("rack", &rack.name), "outage"),
                1.0,
                rack.outage.as_ref(),
                steps,
            ));
        }
        for (site, hosts) in spec.sites.iter().zip(in_site) {
            let steps = PART + self.host * hosts;
            all.extend(self.fault(
                join(&join("site", &site.name), "outage"),
                1.0,
                site.outage.as_ref(),
                steps,
            ));
        }
    }

    fn vms_on(&self, storage: usize, vms_of: &[f64]) -> f64 {
        let services = self.spec.services.iter().zip(vms_of);
        services.filter(|(service, _)| service.vm.storages().any(|s| s == storage)).map(|(_, vms)| vms).sum()
    }

    fn plans(&self, vms_of: &[f64], all: &mut Vec<Source>) {
        for work in &self.spec.maintenances {
            let rounds = work.every.map_or(1.0, |every| self.seconds / every.as_secs_f64().max(1e-6));
            // There and back takes some three times what a restart does.
            let moves = work.hosts.iter().any(|host| self.spec.hosts[host.group].migration.is_some());
            let hosts = self.spec.each_host(&work.hosts).count() as f64 * if moves { 3.0 } else { 1.0 };
            let guests: f64 = work.services.iter().map(|&service| vms_of[service]).sum();
            // A host's window is not over before the work is.
            let lasts = truncated_mean(&work.lasts, self.seconds).max(1e-6);
            let most = f64::from(work.at_once) * self.seconds / lasts;
            let windows = (rounds * hosts).min(most) * self.host + (rounds * guests).min(most) * PATCH;
            all.push(Source {
                path: join(&join("maintenance", &work.name), "every"),
                mark: work.mark,
                strikes: rounds,
                steps: rounds + windows,
            });
        }
        for inject in &self.spec.injects {
            let steps = match inject.target {
                InjectTarget::Vm { .. } => VM_CRASH,
                InjectTarget::HostCrash { .. }
                | InjectTarget::HostHang { .. }
                | InjectTarget::HostLink { .. } => self.host,
                InjectTarget::Storage(storage) | InjectTarget::Controller(storage) => {
                    PART + VM_CRASH * self.vms_on(storage, vms_of)
                }
                InjectTarget::Network(_) | InjectTarget::Rack(_) | InjectTarget::Site(_) => {
                    PART + VM_CRASH * self.vms
                }
                InjectTarget::HostAgent { .. } | InjectTarget::Manager(_) | InjectTarget::Witness(_) => PART,
                InjectTarget::GroupWitness(service) => {
                    PART + VM_CRASH * f64::from(self.spec.services[service].instances)
                }
            };
            let path = format!("inject.{}.fault", inject.number);
            all.push(Source { path, mark: inject.mark, strikes: 1.0, steps });
        }
    }
}

/// How often a fault strikes one component in so many seconds, on average and at most. A mean alone would not do:
/// where rare long lives make up most of it, the short ones come in swarms. The expected number of renewals
/// lies between one and two times the time over the mean of lives that are cut at it (Erickson, "Strong renewal
/// theorems with infinite mean", 1970).
fn strikes(fault: &FaultSpec, seconds: f64) -> f64 {
    let cycle = truncated_mean(&fault.ttf, seconds) + truncated_mean(&fault.ttr, seconds);
    // Time has microseconds.
    seconds / cycle.max(1e-6)
}

/// The mean of the lesser of a draw and a bound.
fn truncated_mean(law: &Law, bound: f64) -> f64 {
    match *law {
        Law::Constant { value_s } => return value_s.min(bound),
        Law::Exponential { mean_s } => return -mean_s * libm::expm1(-bound / mean_s),
        _ => {}
    }
    // Over v = -ln(survival), so that the rare long lives are seen.
    const STEP: f64 = 0.25;
    let mut sum = 0.0;
    let mut v = STEP / 2.0;
    while v < 34.0 {
        let weight = libm::exp(-v) * 2.0 * libm::sinh(STEP / 2.0);
        sum += weight * law.quantile(-libm::expm1(-v)).min(bound);
        v += STEP;
    }
    sum
}

/// A number in two digits.
fn rough(value: f64) -> String {
    if value >= 1e5 { format!("{value:.1e}").replace(".0e", "e") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its closed form needs nothing but the normal distribution.
    #[test]
    fn a_mean_is_cut_where_nobody_waits_for_more() {
        let law = Law::Lognormal { mu: 3.0, sigma: 5.0 };
        let normal = |z: f64| 0.5 * libm::erfc(-z / core::f64::consts::SQRT_2);
        for bound in [1.0, 1e3, 1e6, 1e9] {
            let z = (libm::log(bound) - 3.0) / 5.0;
            let exact = libm::exp(3.0 + 12.5) * normal(z - 5.0) + bound * normal(-z);
            let ratio = truncated_mean(&law, bound) / exact;
            assert!((ratio - 1.0).abs() < 0.02, "{bound}: {ratio}");
        }
        assert!((truncated_mean(&Law::Exponential { mean_s: 10.0 }, 1e9) - 10.0).abs() < 1e-9);
        assert!((truncated_mean(&Law::Uniform { min_s: 0.0, max_s: 8.0 }, 1e9) / 4.0 - 1.0).abs() < 0.01);
    }
}
