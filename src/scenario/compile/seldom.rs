//! What is seldom and long beside what is often and short: how long at most, and how much it adds to the mean replication.
//!
//! A cluster restarts VMs within minutes, but leaves them down until a host is repaired where none is left to run them; a fault is repaired within
//! hours, but waits for weeks behind the one that the only crew is busy with. Replications that have seen the common kind a hundred times may not have
//! seen the other, which may be most of what is lost. Whoever took one such incident for as possible as any other would have intervals of common clusters
//! that are as wide as if those had none to restart on: so it counts only for what such incidents are worth, by the formulas below. They are rough, and
//! twice what they say may be (assumption).

use std::collections::BTreeMap;

use super::no_host::NoHost;
use crate::engine::Law;
use crate::model::{Ages, ClusterId, CrewId, Delay, Fault, HostId, Model};

/// How many times what the formulas say may be.
pub(super) const ROUGHLY: f64 = 2.0;

pub(super) fn mean_s(delay: &Delay) -> f64 {
    Law::mean_s(&delay.law)
}

/// How often a second something fails, as long as it runs. New ones with infant mortality fail more often than their mean says.
pub(super) fn rate(model: &Model, fault: &Fault) -> f64 {
    let (law, horizon_s) = (&fault.ttf.law, model.horizon.as_secs_f64());
    let lasting = 1.0 / law.mean_s();
    if model.ages == Ages::Stationary || !law.has_hazard() {
        return lasting;
    }
    let early = law.hazard_between(false, 0.0, horizon_s) / horizon_s;
    if early.is_finite() { lasting.max(early) } else { lasting }
}

/// What is seldom and long in a model.
pub(super) struct Seldom {
    /// By cluster, and the hosts of it that matter to a service.
    clusters: BTreeMap<(ClusterId, Vec<HostId>), NoHost>,
    crews: Vec<BusyCrew>,
    p: f64,
}

/// That a crew is busy when another fault comes.
#[derive(Default)]
pub(super) struct BusyCrew {
    /// How long a repair waits for it on average, and in a replication at most, seconds.
    wait_s: f64,
    ceiling_s: f64,
    /// How long at most.
    pub longest_s: f64,
    /// The chance that all of it but one are busy.
    pub others: f64,
}

impl Seldom {
    /// At most is the `p` quantile.
    pub(super) fn of(model: &Model, p: f64) -> Seldom {
        let crews = (0..model.crews.len() as u32).map(|crew| BusyCrew::of(model, CrewId(crew), p));
        Seldom { clusters: BTreeMap::new(), crews: crews.collect(), p }
    }

    /// That none is left of those hosts of a cluster that the VMs of a service can run on, or too few.
    pub(super) fn no_host(&mut self, model: &Model, cluster: ClusterId, hosts: Vec<HostId>) -> &NoHost {
        let Seldom { clusters, crews, p } = self;
        let new = |(cluster, hosts): &(ClusterId, Vec<HostId>)| NoHost::of(model, *cluster, hosts, crews, *p);
        let key = (cluster, hosts);
        let found = clusters.get(&key).is_none().then(|| new(&key));
        clusters.entry(key).or_insert_with(|| found.expect("it is made where it is not there"))
    }

    /// What the repairs of a crew may have to wait for, if anything.
    pub(super) fn busy(&self, crew: Option<CrewId>) -> Option<&BusyCrew> {
        crew.map(|crew| &self.crews[crew.index()]).filter(|busy| busy.wait_s > 0.0)
    }
}

impl BusyCrew {
    /// What comes waits for the rest of one repair, as long as all of the crew are busy (assumption: nobody queues before it).
    fn of(model: &Model, crew: CrewId, p: f64) -> BusyCrew {
        let (mut load, mut rest_s, mut worst) = (0.0, 0.0, (0.0, 0.0));
        for (rate, fault) in faults(model, crew) {
            let mean = mean_s(&fault.ttr);
            if mean > 0.0 {
                // The mean of what is left of a repair that somebody comes across: (m² + v) / 2 m.
                let left = (mean * mean + fault.ttr.law.variance_s2()) / (2.0 * mean);
                let (part, longest) = (rate * mean, fault.ttr.quantile(p));
                load += part;
                rest_s += part * left;
                // The longest is that of the kind that has most of the second moment.
                if part * left * longest > worst.0 {
                    worst = (part * left * longest, longest);
                }
            }
        }
        let others = model.crews[crew.index()].size.saturating_sub(1);
        let others = (0..others).fold(1.0, |chance, k| chance * load / f64::from(k + 1)).min(1.0);
        BusyCrew {
            wait_s: ROUGHLY * rest_s * others,
            ceiling_s: (ROUGHLY * load * others).min(1.0) * model.horizon.as_secs_f64(),
            longest_s: worst.1,
            others,
        }
    }

    /// By how many seconds of a replication it makes the repairs of a fault longer. What waits does not fail again.
    pub(super) fn mean_s(&self, model: &Model, fault: &Fault) -> f64 {
        let faults = model.horizon.as_secs_f64() * rate(model, fault);
        (faults * self.wait_s).min(self.ceiling_s)
    }
}

/// That a host of a cluster fails while its manager is out, without which nothing is restarted there: how long that lasts at most, and how much it adds to an
/// instance's mean replication, in seconds.
pub(super) fn no_manager(model: &Model, cluster: ClusterId, service: usize, p: f64) -> Option<(f64, f64)> {
    let fixed = &model.clusters[cluster.index()];
    let manager = fixed.manager.filter(|_| fixed.needs_manager)?;
    let fault = model.parts[manager.index()].fault.as_ref()?;
    let mean = mean_s(&fault.ttr);
    let out = rate(model, fault) * mean;
    // What is left of a repair that somebody comes across, as of a busy crew.
    let left_s = (mean * mean + fault.ttr.law.variance_s2()) / (2.0 * mean);
    let of_host = |host: HostId| {
        let host = &model.hosts[host.index()];
        [&host.crash, &host.hang].into_iter().flatten().map(|fault| rate(model, fault)).sum::<f64>()
    };
    let here = model
        .vms
        .iter()
        .filter(|vm| vm.service.index() == service && model.hosts[vm.host.index()].cluster == Some(cluster));
    let faults: f64 = here.map(|vm| of_host(vm.host)).sum();
    let instances = f64::from(model.services[service].instances.max(1));
    let horizon_s = model.horizon.as_secs_f64();
    let mean_s = ROUGHLY * horizon_s * faults / instances * out / (1.0 + out) * left_s;
    (mean > 0.0).then(|| (fault.ttr.quantile(p), mean_s))
}

/// All that a crew repairs, and how often a second.
pub(super) fn faults(model: &Model, crew: CrewId) -> impl Iterator<Item = (f64, &Fault)> {
    let is_its = move |other: &Option<CrewId>| *other == Some(crew);
    let parts = model.parts.iter().filter(move |part| is_its(&part.crew)).map(|part| (1.0, &part.fault));
    let hosts = model.hosts.iter().filter(move |host| is_its(&host.crew));
    let hosts = hosts.flat_map(|host| [(1.0, &host.crash), (1.0, &host.hang)]);
    let services = model.services.iter().filter(move |service| is_its(&service.crew));
    let services = services.flat_map(|service| {
        // As many as run at once, at least.
        let vms = f64::from(service.instances);
        [(vms, &service.guest_crash), (vms, &service.app_crash), (vms, &service.app_hang)]
    });
    let all = parts.chain(hosts).chain(services);
    all.filter_map(|(many, fault)| fault.as_ref().map(|fault| (many * rate(model, fault), fault)))
}
