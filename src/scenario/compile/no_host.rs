//! That a cluster has no host left for some VM: how likely, for how long, and for how many. By independent hosts, each out for its own part of the time (assumption),
//! while others are out for planned work or by a script, or wait for a crew that is busy with something else.

use super::seldom::{BusyCrew, ROUGHLY, faults, mean_s, rate};
use crate::model::{ClusterId, CrewId, Fault, HostId, InjectTarget, Maintenance, Model, Product};

/// VMware's primaries before 5.0, one of which must be left to restart anything (VML-01, VML-04).
const PRIMARIES: usize = 5;
/// A busy crew is looked at for so many kinds of repairs, those that take most of its time squared, in so many steps. Assumptions.
const JOBS: usize = 8;
const STEPS: u32 = 48;

/// That hosts which matter to a service are lost.
pub(super) struct NoHost {
    /// In a replication, seconds.
    pub mean_s: f64,
    /// How long at most.
    pub longest_s: f64,
    /// What then waits may be so many times the VMs that a host has at the start: the last host that is lost has taken over those of others, and without a
    /// quorum all stand still.
    pub crowding: usize,
}

impl NoHost {
    /// Of those hosts of a cluster that a service can run on: where they are all of it, others compete for its room.
    pub(super) fn of(
        model: &Model,
        cluster: ClusterId,
        hosts: &[HostId],
        crews: &[BusyCrew],
        p: f64,
    ) -> NoHost {
        let is_all = hosts.len() == model.clusters[cluster.index()].hosts.len();
        let (room, rule) = match is_all {
            true => (lost_that_leave_too_little(model, hosts), lost_that_stop_it(model, cluster)),
            false => (hosts.len(), None),
        };
        let rule = rule.unwrap_or(usize::MAX);
        let lost = room.min(rule).min(hosts.len());
        let faulty: Vec<f64> = hosts.iter().map(|&host| out_of_service(model, host)).collect();
        let others = |out: &[HostId]| -> Vec<f64> {
            let others = hosts.iter().zip(&faulty).filter(|(host, _)| !out.contains(host));
            others.map(|(_, part)| *part).collect()
        };
        // Where planned work or a script alone takes too many, that is nothing seldom.
        let with = |(part, out): (f64, Vec<HostId>)| match out.len() {
            0 => 0.0,
            many if many >= lost => 0.0,
            many => part * at_least(lost - many, &others(&out)),
        };
        let by_faults = at_least(lost, &faulty) * queueing(model, hosts, lost);
        let by_plan: f64 = model.maintenances.iter().map(|plan| with(worked_on(model, plan, hosts))).sum();
        let by_script: f64 = scripted(model, hosts).map(|(part, host)| with((part, vec![host]))).sum();
        let longest = |host: &HostId| {
            let host = &model.hosts[host.index()];
            let faults = [&host.crash, &host.hang].into_iter().flatten();
            faults.map(|fault| fault.ttr.quantile(p) + host.boot.quantile(p)).fold(0.0, f64::max)
        };
        let own_s = hosts.iter().map(longest).fold(0.0, f64::max);
        let (by_crew, job_s) = while_busy(model, (hosts, lost), &faulty, crews, p);
        let own = by_faults + by_plan + by_script;
        NoHost {
            mean_s: ROUGHLY * (own + by_crew) * model.horizon.as_secs_f64(),
            // The longest is that of the kind that has most of the second moment.
            longest_s: if by_crew * job_s > own * own_s { job_s + own_s } else { own_s },
            crowding: if rule <= room { hosts.len() } else { hosts.len().div_ceil(hosts.len() + 1 - lost) },
        }
    }
}

/// The part of the time in which so many hosts wait for a crew that is busy with something else, and how long that lasts at most: all that fail while it is have to wait.
fn while_busy(
    model: &Model,
    (hosts, lost): (&[HostId], usize),
    faulty: &[f64],
    crews: &[BusyCrew],
    p: f64,
) -> (f64, f64) {
    let crew = hosts.first().and_then(|host| model.hosts[host.index()].crew);
    let Some(crew) = crew.filter(|_| hosts.iter().all(|host| model.hosts[host.index()].crew == crew)) else {
        return (0.0, 0.0);
    };
    let rates: Vec<f64> =
        hosts.iter().map(|host| host_faults(model, *host).map(|f| rate(model, f)).sum()).collect();
    let (mut part, mut worst) = (0.0, (0.0, 0.0));
    for (often, fault) in jobs_elsewhere(model, crew, hosts) {
        let longest_s = fault.ttr.quantile(p);
        let step_s = longest_s / f64::from(STEPS);
        let mut sum_s = 0.0;
        for step in 0..STEPS {
            let at_s = (f64::from(step) + 0.5) * step_s;
            let out =
                faulty.iter().zip(&rates).map(|(base, rate)| 1.0 - (1.0 - base) * libm::exp(-at_s * rate));
            sum_s += step_s * fault.ttr.law.survival(at_s) * at_least(lost, &out.collect::<Vec<f64>>());
        }
        let own = often * sum_s * crews[crew.index()].others;
        part += own;
        if own * longest_s > worst.0 {
            worst = (own * longest_s, longest_s);
        }
    }
    (part, worst.1)
}

/// What a crew repairs beside some hosts: how often a second, kinds alike together, of those that keep it busy for longest.
fn jobs_elsewhere<'m>(model: &'m Model, crew: CrewId, hosts: &[HostId]) -> Vec<(f64, &'m Fault)> {
    let own: Vec<&Fault> = hosts.iter().flat_map(|host| host_faults(model, *host)).collect();
    let is_own = |fault: &Fault| own.iter().any(|other| std::ptr::eq(*other, fault));
    let mut kinds: Vec<(f64, &Fault, f64)> = Vec::new();
    for (rate, fault) in faults(model, crew).filter(|(_, fault)| !is_own(fault)) {
        match kinds.iter_mut().find(|(_, other, _)| other.ttr.law == fault.ttr.law) {
            Some((all, ..)) => *all += rate,
            None => kinds.push((rate, fault, mean_s(&fault.ttr))),
        }
    }
    kinds.sort_by(|(a, _, long_a), (b, _, long_b)| (b * long_b * long_b).total_cmp(&(a * long_a * long_a)));
    kinds.truncate(JOBS);
    kinds.into_iter().map(|(rate, fault, _)| (rate, fault)).collect()
}

fn host_faults(model: &Model, id: HostId) -> impl Iterator<Item = &Fault> {
    let host = &model.hosts[id.index()];
    [&host.crash, &host.hang].into_iter().flatten()
}

/// Hosts that a script takes out, each with the part of the horizon.
fn scripted<'m>(model: &'m Model, hosts: &'m [HostId]) -> impl Iterator<Item = (f64, HostId)> + 'm {
    model.injects.iter().filter_map(|inject| {
        let (InjectTarget::HostCrash(id) | InjectTarget::HostHang(id)) = inject.target else { return None };
        hosts.contains(&id).then(|| {
            let own_s = || host_faults(model, id).map(|fault| mean_s(&fault.ttr)).fold(0.0, f64::max);
            let lasts_s = inject.lasts.map_or_else(own_s, |lasts| lasts.as_secs_f64());
            ((lasts_s / model.horizon.as_secs_f64()).min(1.0), id)
        })
    })
}

/// The part of the time that a host is out for faults of its own.
fn out_of_service(model: &Model, id: HostId) -> f64 {
    let host = &model.hosts[id.index()];
    let part = |fault: &Fault| {
        let down = rate(model, fault) * (mean_s(&fault.ttr) + mean_s(&host.boot));
        down / (1.0 + down)
    };
    f64::min(host_faults(model, id).map(part).sum(), 1.0)
}

/// The part of the time that a plan has hosts of a cluster out, and those of its first turn, for which all others stand.
fn worked_on(model: &Model, plan: &Maintenance, hosts: &[HostId]) -> (f64, Vec<HostId>) {
    let mut here: Vec<HostId> = plan.hosts.iter().copied().filter(|host| hosts.contains(host)).collect();
    let boot_s = here.iter().map(|host| mean_s(&model.hosts[host.index()].boot)).fold(0.0, f64::max);
    let at_once = plan.at_once.max(1) as usize;
    let every_s = plan.every.unwrap_or(model.horizon).as_secs_f64();
    let turns = here.len().div_ceil(at_once) as f64;
    here.truncate(at_once);
    ((turns * (mean_s(&plan.lasts) + boot_s) / every_s).min(1.0), here)
}

/// How many times as likely it is that so many are out at once where fewer repair them: k! / (c! c^(k - c)) for k of them and a crew of c, the ratio of the
/// stationary chances of M/M/c and of M/M/∞ with a finite source.
fn queueing(model: &Model, hosts: &[HostId], lost: usize) -> f64 {
    let sizes = hosts.iter().map(|host| {
        model.hosts[host.index()].crew.map_or(usize::MAX, |crew| model.crews[crew.index()].size as usize)
    });
    let size = sizes.min().unwrap_or(usize::MAX).max(1);
    (size..lost).fold(1.0, |ratio, k| ratio * (k + 1) as f64 / size as f64)
}

/// How many of all hosts of a cluster have to be lost until some VM finds no room: the largest first, and VMs on what is left from the largest to the smallest, each on the first host that
/// has room for it.
fn lost_that_leave_too_little(model: &Model, hosts: &[HostId]) -> usize {
    let mut needs: Vec<(u64, u64)> = model
        .vms
        .iter()
        .filter(|vm| hosts.contains(&vm.host))
        .map(|vm| {
            let need = &model.services[vm.service.index()].need;
            (need.memory_mib, need.cores)
        })
        .collect();
    needs.sort_unstable_by(|a, b| b.cmp(a));
    let mut rooms: Vec<(u64, u64)> = hosts
        .iter()
        .map(|host| {
            let room = &model.hosts[host.index()].room;
            (room.memory_mib, room.cores)
        })
        .collect();
    rooms.sort_unstable_by(|a, b| b.cmp(a));
    let fits = |lost: &usize| {
        let mut left = rooms[*lost..].to_vec();
        needs.iter().all(|&(memory_mib, cores)| {
            let room = left.iter_mut().find(|room| room.0 >= memory_mib && room.1 >= cores);
            room.map(|room| *room = (room.0 - memory_mib, room.1 - cores)).is_some()
        })
    };
    (1..hosts.len()).find(|lost| !fits(lost)).unwrap_or(hosts.len())
}

/// How many have to be lost until nothing is restarted any more, by the rules of the product; `None` where one that is left will do.
fn lost_that_stop_it(model: &Model, cluster: ClusterId) -> Option<usize> {
    let fixed = &model.clusters[cluster.index()];
    let hosts = fixed.hosts.len();
    if matches!(fixed.product, Product::FivePrimaries(_)) {
        return Some(PRIMARIES);
    }
    let votes = fixed.product.votes()?;
    // HYP-13: dynamic votes go down with those that are lost one after the other; of the last two hosts one has the only vote, unless a witness has
    // one too, and may be the next (assumption: it always is).
    if votes.dynamic {
        return votes.witness.is_none().then(|| hosts.saturating_sub(1).max(1));
    }
    (1..=hosts).find(|&lost| !votes.are_enough(hosts, hosts - lost, votes.witness.is_some()))
}

/// The chance that at least so many of some happen, each independently with its own.
fn at_least(many: usize, chances: &[f64]) -> f64 {
    let mut exactly = vec![1.0];
    for chance in chances {
        exactly.push(0.0);
        for k in (0..exactly.len()).rev() {
            exactly[k] = exactly[k] * (1.0 - chance) + if k > 0 { exactly[k - 1] * chance } else { 0.0 };
        }
    }
    exactly.iter().skip(many).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::compile::seldom::Seldom;
    use crate::scenario::{Input, compile, read};

    #[test]
    fn some_of_several() {
        let two_of_three = at_least(2, &[0.1, 0.2, 0.3]);
        // 0.1 × 0.2 × 0.7 + 0.1 × 0.8 × 0.3 + 0.9 × 0.2 × 0.3 + 0.1 × 0.2 × 0.3
        assert!((two_of_three - 0.098).abs() < 1e-15);
        assert_eq!(at_least(0, &[0.5]), 1.0);
        assert_eq!(at_least(3, &[0.5, 0.5]), 0.0);
    }

    /// A cluster of so many hosts that are out for a tenth of the time, in parts of the time that the formula says.
    fn no_host(hosts: u32, product: &str, vm_gib: u32, more: &str) -> (f64, usize) {
        let crew = if more.contains("[crew.c]") { "crew = \"c\"\n" } else { "" };
        let text = format!(
            "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = {hosts}\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n{crew}\
             crash = {{ mttf = \"900 h\", mttr = \"100 h\" }}\n[cluster.k]\n{product}\nhosts = [\"h\"]\n[service.s]\n\
             vm = {{ cores = 1, memory = \"{vm_gib} GiB\" }}\n{more}[strategy.x]\nprotect = [\"host-cluster\"]\n"
        );
        let (spec, issues) = read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
        let models = compile(&spec.unwrap_or_else(|| panic!("{}", issues[0].render()))).expect("it compiles");
        let (model, hosts) = (&models[0], models[0].clusters[0].hosts.clone());
        let mut seldom = Seldom::of(model, 0.999);
        let found = seldom.no_host(model, ClusterId(0), hosts);
        (found.mean_s / ROUGHLY / models[0].horizon.as_secs_f64(), found.crowding)
    }

    #[test]
    fn who_stops_when() {
        let custom = "product = \"custom\"\ndetection = \"1 min\"";
        let is = |found: (f64, usize), part: f64, crowding: usize| {
            assert!(
                (found.0 / part - 1.0).abs() < 1e-9 && found.1 == crowding,
                "{found:?} {part} {crowding}"
            );
        };
        is(no_host(3, custom, 1, ""), 1e-3, 3);
        // A VM that fills a host, three times: any one that is lost takes its room with it.
        is(no_host(3, custom, 16, "instances = 3\n"), 0.271, 1);
        // Votes without a witness: the two that are left of four are no majority, nor are two of five.
        let two_of_four = 6.0 * 0.01 * 0.81 + 4.0 * 1e-3 * 0.9 + 1e-4;
        is(no_host(4, "product = \"proxmox\"", 1, ""), two_of_four, 4);
        is(no_host(5, "product = \"proxmox\"", 1, ""), 10.0 * 1e-3 * 0.81 + 5.0 * 1e-4 * 0.9 + 1e-5, 5);
        // Of dynamic ones the last but one host may have the only vote; with a witness the last goes on.
        is(no_host(3, "product = \"hyper-v-2016\"", 1, ""), 3.0 * 0.01 * 0.9 + 1e-3, 3);
        let witness = "product = \"hyper-v-2016\"\nwitness = \"share\"";
        is(no_host(3, witness, 1, ""), 1e-3, 3);
        // XenServer counts no votes.
        is(no_host(3, "product = \"xenserver\"", 1, ""), 1e-3, 3);
        // Three wait for one man: 3! as likely.
        is(no_host(3, custom, 1, "[crew.c]\nsize = 1\n"), 6e-3, 3);
        is(no_host(3, custom, 1, "[crew.c]\nsize = 2\n"), 1.5e-3, 3);
        // Three turns of 10 h in 300 h: a tenth of the time, while the other two fail by themselves.
        let patch =
            "[maintenance.m]\nhosts = [\"h\"]\nfirst = \"1 h\"\nevery = \"300 h\"\nlasts = \"10 h\"\n";
        is(no_host(3, custom, 1, patch), 1e-3 + 0.1 * 0.01, 3);
    }
}
