//! Planned work that cannot be done: VMs that have to leave a host and that no other host can ever take.

use crate::model::{AntiAffinity, Cluster, HostId, Maintenance, Model, Product, VmId};
use crate::scenario::{Issue, Spec, code};

/// Why a host never takes a VM from another one, however much room it has. The first that holds is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bar {
    Disks,
    Size,
    Link,
    Processor,
    Subnet,
    Spare,
    Sibling,
}

/// The turns that are given up whatever happens, of all strategies: one issue a plan and strategy, with a VM as an example.
/// The models are those of the scenario, or some of them.
#[must_use]
pub fn stranded(spec: &Spec, models: &[Model]) -> Vec<Issue> {
    let mut issues = Vec::new();
    for model in models {
        let mut residents = vec![Vec::new(); model.hosts.len()];
        for (number, vm) in model.vms.iter().enumerate() {
            residents[vm.host.index()].push(VmId(number as u32));
        }
        for (plan, work) in model.maintenances.iter().zip(&spec.maintenances) {
            let found: Vec<Stranded> =
                plan.hosts.iter().filter_map(|&host| first_of(model, plan, host, &residents)).collect();
            if let Some(first) = found.first() {
                let what = first.what(model, found.len() - 1);
                let path = format!("maintenance.{}.hosts", work.name);
                issues.push(spec.issue(code::STRANDED, work.mark, path, what, first.remedy()));
            }
        }
    }
    issues
}

/// A VM that cannot leave its host, and what bars it from all others.
struct Stranded {
    vm: VmId,
    bars: Vec<Bar>,
}

/// The first VM that starts on a host and can never leave it; `None` where the host is not emptied at all.
fn first_of(model: &Model, plan: &Maintenance, host: HostId, residents: &[Vec<VmId>]) -> Option<Stranded> {
    let fixed = &model.hosts[host.index()];
    let cluster = &model.clusters[fixed.cluster?.index()];
    cluster.migration.as_ref().and(fixed.migration)?;
    // Whose disks are in the host, and whom no cluster looks after, is shut down with it (MTX-81).
    let leaves = |vm: &&VmId| model.service_of(**vm).host_cluster && !model.is_local(**vm);
    residents[host.index()].iter().filter(leaves).find_map(|&vm| {
        let mut bars = Vec::new();
        for &to in cluster.hosts.iter().filter(|&&to| to != host) {
            let bar = bar(model, cluster, plan, vm, host, to)?;
            if !bars.contains(&bar) {
                bars.push(bar);
            }
        }
        bars.sort();
        Some(Stranded { vm, bars })
    })
}

/// What bars a VM from a host. Those that can be shut down and started there need no link and no like processor (MTX-84).
fn bar(
    model: &Model,
    cluster: &Cluster,
    plan: &Maintenance,
    vm: VmId,
    from: HostId,
    to: HostId,
) -> Option<Bar> {
    let (source, target) = (&model.hosts[from.index()], &model.hosts[to.index()]);
    let (rules, need) = (cluster.migration.as_ref()?, model.service_of(vm).need);
    let alive = !plan.evacuation.restarts;
    let subnets = matches!(&cluster.product, Product::Quorum(profile) if profile.name_ttl.0 > 0);
    let apart = cluster.restart.anti_affinity == AntiAffinity::Must && model.service_of(vm).guest.is_some();
    let sibling = |other: VmId| other != vm && model.vms[other.index()].host == to;
    let bars = [
        (Bar::Disks, !model.reaches(to, vm)),
        (Bar::Size, need.memory_mib > target.room.memory_mib || need.cores > target.room.cores),
        (Bar::Link, alive && target.migration.is_none()),
        (Bar::Processor, alive && !rules.any_processor && source.processor != target.processor),
        (Bar::Subnet, alive && subnets && source.place != target.place),
        (Bar::Spare, cluster.admission.spare_hosts().contains(&to)),
        (Bar::Sibling, apart && model.vms_of(model.vms[vm.index()].instance).any(sibling)),
    ];
    bars.into_iter().find_map(|(bar, holds)| holds.then_some(bar))
}

impl Stranded {
    fn what(&self, model: &Model, others: usize) -> String {
        let vm = &model.vms[self.vm.index()];
        let host = &model.hosts[vm.host.index()].name;
        let why: Vec<&str> = self.bars.iter().map(|bar| bar.why()).collect();
        let why = match why[..] {
            [] => "its cluster has no other host".to_owned(),
            [why] => format!("every other host of its cluster {why}"),
            _ => format!("every other host of its cluster either {}", why.join(", or ")),
        };
        let others = match others {
            0 => String::new(),
            1 => "; it is the same with 1 more host".to_owned(),
            more => format!("; it is the same with {more} more hosts"),
        };
        format!(
            "under strategy {:?} nobody can take VM {:?} from host {host:?}, so that its turn is given up each time: \
             {why}{others} (MTX-84)",
            model.strategy, vm.name
        )
    }

    fn remedy(&self) -> String {
        let Some(first) = self.bars.first() else {
            return "add a host to the cluster, or write migration = \"off\" there: then the work is an announced outage"
                .to_owned();
        };
        match first {
            Bar::Disks => "connect another host to its storage",
            Bar::Size => "give another host as much memory and as many cores",
            Bar::Link => "give another host migration = \"10 Gbit/s\", or write cold_migration = true here",
            Bar::Processor => "write a cpu_baseline in the cluster, or cold_migration = true here",
            Bar::Subnet => "add a host at the same site, or write cold_migration = true here",
            Bar::Spare => "add a host that is no spare one",
            Bar::Sibling => "add a host, or write anti_affinity = \"should\" in the cluster",
        }
        .to_owned()
    }
}

impl Bar {
    fn why(self) -> &'static str {
        match self {
            Bar::Disks => "does not reach its storage",
            Bar::Size => "is too small for it",
            Bar::Link => "has no migration link",
            Bar::Processor => "has another processor (VMW-79, HYP-43)",
            Bar::Subnet => "is at another site, with a subnet of its own (HYP-44)",
            Bar::Spare => "is kept empty (VMW-90)",
            Bar::Sibling => "has another VM of its instance, from which a rule keeps it",
        }
    }
}
