//! Logs spoilt on purpose: the checker must reject each by the rule that it breaks.

use crate::checker::{Log, Rule, check};
use crate::{loading, observe, tail};
use ninefold::engine::{Span, Time};
use ninefold::model::{Cause, HostId, Model, NetworkId, Traffic};
use ninefold::probe::Entry;
use ninefold::sim::Signal;
use rayon::prelude::*;

/// Everything the checker judges happens here: room is scarce, one host does not reach the array.
const RICH: &str = r#"
schema = 1
[run]
horizon = "4 d"
warmup = "1 h"
ages = "new"
[rack.r0]
outage = { mttf = "12 h", mttr = "20 min" }
[rack.r1]
[network.lan]
carries = ["client"]
outage = { mttf = "10 h", mttr = "2 min" }
[storage.san]
kind = "fc"
outage = { mttf = "10 h", mttr = "2 min" }
[host.h]
count = 4
racks = ["r0", "r1"]
cores = 8
memory = "16 GiB"
storage = ["san"]
boot = "3 min"
crash = { mttf = "3 h", mttr = "20 min" }
[host.x]
cores = 8
memory = "64 GiB"
boot = "3 min"
crash = { mttf = "3 h", mttr = "20 min" }
[cluster.k]
product = "custom"
hosts = ["h", "x"]
detection = "7 s"
[service.a]
instances = 9
sessions = 50
transactions = 4
vm = { cores = 1, memory = "5 GiB", storage = "san" }
boot = "1 min"
[service.g]
vm = { cores = 1, memory = "1 GiB" }
boot = "1 min"
app_crash = { mttf = "6 h", mttr = "5 min" }
[service.b]
role = "stateless"
sessions = 7
vm = { cores = 1, memory = "1 GiB" }
boot = "1 min"
[service.u]
vm = { cores = 1, memory = "1 GiB" }
boot = "1 min"
recover = "0 s"
[strategy.s]
protect = ["host-cluster"]
[strategy.s.service.g]
protect = ["host-cluster", "guest-failover"]
nodes = 2
[strategy.s.service.b]
protect = ["nlb"]
members = 3
[strategy.s.service.u]
protect = []
"#;

/// As [`RICH`], with planned work.
fn rich_with_work() -> String {
    format!(
        "{RICH}\n[maintenance.m]\nhosts = [\"h\"]\nfirst = \"6 h\"\nevery = \"1 d\"\nlasts = \"10 min\"\n"
    )
}

/// The same, where VMs leave their hosts alive before the work.
fn rich_with_moves() -> String {
    rich_with_work().replace("storage = [\"san\"]\n", "storage = [\"san\"]\nmigration = \"100 MB/s\"\n")
}

/// As [`RICH`], with guests that are patched.
fn rich_with_patches() -> String {
    format!(
        "{RICH}\n[maintenance.m]\nservices = [\"u\", \"g\", \"b\"]\nfirst = \"6 h\"\nevery = \"3 h\"\nlasts = \"10 min\"\n"
    )
}

/// As [`RICH`], with a balanced service that has too few members whenever clients want most.
fn rich_with_load() -> String {
    let service = "[service.b]\nload = \"l\"\nrequests = 3\ndemand = 4\ncapacity = 1\n";
    let load = "[load.l]\ndays = { \"00:00\" = 0.2, \"06:00\" = 1, \"07:00\" = 0.5, \"12:00\" = 0.9, \"15:30\" = 0.25 }\n";
    format!("{}\n{load}", RICH.replace("[service.b]\n", service))
}

/// As [`RICH`], with VMs that want more than their hosts have whenever one or two are away, and a cluster that balances.
fn rich_with_demands() -> String {
    let vm = "vm = { cores = 1, memory = \"5 GiB\"";
    RICH.replace(vm, "vm = { cores = 5, busy = 4.5, memory = \"5 GiB\"")
        .replace("boot = \"3 min\"\n", "boot = \"3 min\"\nmigration = \"1 GB/s\"\n")
        .replace("[service.a]", "balance = \"on\"\nbalance_interval = \"1 h\"\n[service.a]")
}

/// The same cluster without a witness, in the hands of failover clustering.
fn rich_with_votes() -> String {
    RICH.replace(
        "product = \"custom\"",
        "product = \"hyper-v-2008\"\nwitness = \"none\"\nstart_failure = 0.5",
    )
    .replace("detection = \"7 s\"\n[service.a]", "[service.a]")
}

/// Two sites that lose sight of each other, and storage with second copies: one kept equal, one that lags.
const STRETCHED: &str = r#"
schema = 1
[run]
horizon = "10 d"
warmup = "1 h"
ages = "new"
[site.here]
[site.there]
[network.lan]
carries = ["management"]
site = "there"
outage = { mttf = "6 h", mttr = "30 min" }
[network.wan]
carries = ["management"]
between = ["here", "there"]
outage = { mttf = "8 h", mttr = "3 h" }
[network.fabric]
carries = ["storage"]
between = ["here", "there"]
outage = { mttf = "12 h", mttr = "10 min" }
[storage.a]
kind = "fc"
site = "here"
outage = { mttf = "6 h", mttr = "40 min" }
mirror = { to = "b", switch = "10 s", resync = "5 min" }
[storage.b]
kind = "fc"
site = "there"
outage = { mttf = "6 h", mttr = "40 min" }
[storage.c]
kind = "fc"
site = "here"
outage = { mttf = "6 h", mttr = "40 min" }
mirror = { to = "d", mode = "async", lag = "2 min", failover = "array", switch = "30 s", resync = "5 min" }
[storage.d]
kind = "fc"
site = "there"
[host.h]
count = 5
site = "here"
cores = 8
memory = "32 GiB"
storage = ["a", "b", "c", "d"]
boot = "3 min"
crash = { mttf = "2 h", mttr = "20 min" }
[host.t]
count = 2
site = "there"
cores = 8
memory = "32 GiB"
storage = ["a", "b", "c", "d"]
boot = "3 min"
crash = { mttf = "2 h", mttr = "20 min" }
[cluster.k]
product = "hyper-v-2008"
witness = "none"
hosts = ["h", "t"]
[service.x]
instances = 4
vm = { cores = 1, memory = "2 GiB", storage = "a" }
[service.y]
instances = 3
vm = { cores = 1, memory = "2 GiB", storage = "c" }
[service.z]
instances = 6
vm = { cores = 1, memory = "2 GiB" }
guest_crash = { mttf = "1 d", mttr = "10 min" }
[strategy.s]
protect = ["host-cluster"]
"#;

/// The same in the hands of a product without votes, whose network does not fail everywhere at once.
fn stretched_without_votes() -> String {
    STRETCHED.replace("product = \"hyper-v-2008\"\nwitness = \"none\"", "product = \"vsphere-6\"")
}

/// The same with local disks as well, which software replicates from host to host.
fn stretched_with_local_disks() -> String {
    let storages = r#"
[storage.e]
kind = "das"
site = "here"
mirror = { to = "f", mode = "async", lag = "1 min", switch = "1 min", resync = "30 min" }
[storage.f]
kind = "das"
site = "there"
[service.w]
instances = 6
vm = { cores = 1, memory = "2 GiB", storage = "e" }
[host.h]"#;
    STRETCHED
        .replace("[host.h]", storages.trim_start())
        .replacen(r#""a", "b", "c", "d"]"#, r#""a", "b", "c", "d", "e"]"#, 1)
        .replace(r#""a", "b", "c", "d"]"#, r#""a", "b", "c", "d", "f"]"#)
}

/// One way to spoil a log at one entry; `None` where that entry offers no hold.
type Spoil = fn(&Model, &Log, usize) -> Option<Log>;

fn twice(log: &Log, k: usize) -> Option<Log> {
    let mut log = log.clone();
    log.entries.insert(k, log.entries[k]);
    Some(log)
}

fn without(log: &Log, k: usize) -> Option<Log> {
    let mut log = log.clone();
    log.entries.remove(k);
    Some(log)
}

/// Without entry `k`, where it is the only one at its instant.
fn unfollowed(log: &Log, k: usize) -> Option<Log> {
    let at = log.entries[k].at;
    let alone = |other: Option<&Entry>| other.is_none_or(|other| other.at != at);
    let alone = alone(log.entries.get(k + 1)) && alone(log.entries.get(k.wrapping_sub(1)));
    alone.then(|| without(log, k))?
}

/// Neither does a storage switch at entry `k`, nor do its copies fall behind by that.
fn unswitched(log: &Log, k: usize) -> Option<Log> {
    let at = log.entries[k].at;
    let mut log = without(log, k)?;
    log.entries.retain(|e| e.at != at || !matches!(e.signal, Signal::MirrorBehind { .. }));
    Some(log)
}

fn with(log: &Log, k: usize, signal: Signal) -> Option<Log> {
    let mut log = log.clone();
    log.entries[k].signal = signal;
    Some(log)
}

/// Something else happens right after entry `k`.
fn insert(log: &Log, k: usize, signal: Signal) -> Option<Log> {
    let mut log = log.clone();
    log.entries.insert(k + 1, Entry { at: log.entries[k].at, signal });
    Some(log)
}

/// Entry `k` happens right after entry `to`, at its instant.
fn earlier(log: &Log, k: usize, to: usize) -> Option<Log> {
    let mut log = log.clone();
    let mut entry = log.entries.remove(k);
    entry.at = log.entries[to].at;
    log.entries.insert(to + 1, entry);
    Some(log)
}

/// All guests that have booted at the instant of entry `k` did so at the instant before.
fn sooner(log: &Log, k: usize) -> Option<Log> {
    let at = log.entries[k].at;
    let first = log.entries.iter().position(|e| e.at == at)?;
    let before = log.entries.get(first.checked_sub(1)?)?.at;
    let mut log = log.clone();
    let booted = |e: &Entry| e.at == at && matches!(e.signal, Signal::VmUp { .. });
    let mut moved: Vec<Entry> = log.entries.iter().copied().filter(booted).collect();
    log.entries.retain(|e| !booted(e));
    moved.iter_mut().for_each(|e| e.at = before);
    log.entries.splice(first..first, moved);
    Some(log)
}

fn latest(log: &Log, before: usize, is: impl Fn(&Signal) -> bool) -> Option<usize> {
    (0..before).rev().find(|&i| is(&log.entries[i].signal))
}

/// An order goes to another host.
fn redirect(model: &Model, log: &Log, k: usize) -> Option<Log> {
    let Signal::RestartOrdered { vm, host, cause } = log.entries[k].signal else { return None };
    let other = HostId((host.0 + 1 + k as u32 % (model.hosts.len() as u32 - 1)) % model.hosts.len() as u32);
    with(log, k, Signal::RestartOrdered { vm, host: other, cause })
}

/// An order goes to the host on which the VM failed last.
fn where_it_failed(_: &Model, log: &Log, k: usize) -> Option<Log> {
    let Signal::RestartOrdered { vm, cause, .. } = log.entries[k].signal else { return None };
    let failed = latest(log, k, |s| matches!(s, Signal::RestartFailed { vm: v, .. } if *v == vm))?;
    let Signal::RestartFailed { host, .. } = log.entries[failed].signal else { return None };
    with(log, k, Signal::RestartOrdered { vm, host, cause })
}

/// An order goes to another site while a network for orders is down.
fn across(model: &Model, log: &Log, k: usize) -> Option<Log> {
    let Signal::RestartOrdered { vm, host, cause } = log.entries[k].signal else { return None };
    let down =
        (0..model.networks.len()).filter(|n| model.networks[*n].carries.contains(&Traffic::Management));
    let cut = down.map(|n| NetworkId(n as u32)).any(|n| {
        let last = latest(
            log,
            k,
            |s| matches!(*s, Signal::NetworkDown { network } | Signal::NetworkUp { network } if network == n),
        );
        last.is_some_and(|last| matches!(log.entries[last].signal, Signal::NetworkDown { .. }))
    });
    if !cut {
        return None;
    }
    let place = model.hosts[host.index()].place;
    let other = (0..model.hosts.len() as u32).map(HostId).find(|h| model.hosts[h.index()].place != place)?;
    with(log, k, Signal::RestartOrdered { vm, host: other, cause })
}

#[rustfmt::skip]
const TWINS: [(Rule, Spoil); 59] = [
    (Rule::TimeOrder, |_, log, k| { let mut log = log.clone(); log.entries.get_mut(k + 1)?.at = Time(1); Some(log) }),
    (Rule::HostAlternates, |_, log, k| matches!(log.entries[k].signal, Signal::HostDown { .. }).then(|| twice(log, k))?),
    (Rule::HostPower, |_, log, k| match log.entries[k].signal {
        Signal::HostDown { host, cause: Cause::HostCrash } => with(log, k, Signal::HostDown { host, cause: Cause::RackOutage }),
        _ => None,
    }),
    (Rule::PartAlternates, |_, log, k| matches!(log.entries[k].signal, Signal::StorageUp { .. }).then(|| twice(log, k))?),
    (Rule::MaintenancePairs, |_, log, k| matches!(log.entries[k].signal, Signal::MaintenanceEnded { .. }).then(|| twice(log, k))?),
    (Rule::NotTooFast, |_, log, k| match log.entries[k].signal {
        Signal::HostUp { host } => earlier(log, k, latest(log, k, |s| matches!(s, Signal::HostDown { host: h, .. } if *h == host))?),
        _ => None,
    }),
    (Rule::Bandwidth, |_, log, k| matches!(log.entries[k].signal, Signal::VmUp { .. }).then(|| sooner(log, k))?),
    (Rule::GuestAlternates, |_, log, k| matches!(log.entries[k].signal, Signal::VmUp { .. }).then(|| twice(log, k))?),
    (Rule::Patching, |_, log, k| matches!(log.entries[k].signal, Signal::PatchEnded { .. }).then(|| twice(log, k))?),
    (Rule::Patching, |_, log, k| match log.entries[k].signal {
        Signal::PatchEnded { vm } => earlier(log, k, latest(log, k, |s| matches!(s, Signal::VmDown { vm: v, .. } if *v == vm))?),
        _ => None,
    }),
    (Rule::Patching, |model, log, k| match log.entries[k].signal {
        Signal::VmDown { vm, cause: Cause::Maintenance } => {
            let other = model.vms_of(model.vms[vm.index()].instance).find(|v| *v != vm)?;
            insert(log, k, Signal::PatchBegun { vm: other })
        }
        _ => None,
    }),
    (Rule::Patching, |_, log, k| {
        // The first round of a plan, as if it had been forgotten.
        let first = log.entries.iter().position(|e| matches!(e.signal, Signal::PatchBegun { .. }))?;
        let mut log = log.clone();
        let at = log.entries[first].at;
        log.entries.retain(|e| e.at != at);
        (k == first).then_some(log)
    }),
    (Rule::RunsOnUpHost, |_, log, k| matches!(log.entries[k].signal, Signal::VmDown { .. }).then(|| without(log, k))?),
    (Rule::OrderLegal, |_, log, k| matches!(log.entries[k].signal, Signal::RestartOrdered { .. }).then(|| twice(log, k))?),
    (Rule::OrderAfterDetection, |_, log, k| match log.entries[k].signal {
        Signal::RestartOrdered { vm, .. } => earlier(log, k, latest(log, k, |s| matches!(s, Signal::VmDown { vm: v, .. } if *v == vm))?),
        _ => None,
    }),
    (Rule::OrderComes, |_, log, k| matches!(log.entries[k].signal, Signal::RestartOrdered { .. }).then(|| without(log, k))?),
    (Rule::Room, redirect),
    (Rule::AntiAffinity, redirect),
    (Rule::DiskReach, redirect),
    (Rule::BestHost, redirect),
    (Rule::WaitingPairs, |_, log, k| matches!(log.entries[k].signal, Signal::RestartWaiting { .. }).then(|| twice(log, k))?),
    (Rule::WorkConservation, |_, log, k| match log.entries[k].signal {
        Signal::RestartOrdered { vm, .. } => {
            latest(log, k, |s| matches!(s, Signal::RestartWaiting { vm: v, .. } if *v == vm)).and_then(|_| without(log, k))
        }
        _ => None,
    }),
    (Rule::Failover, |model, log, k| match log.entries[k].signal {
        Signal::FailoverDone { instance, vm } => {
            let other = model.vms_of(instance).find(|v| *v != vm)?;
            with(log, k, Signal::FailoverDone { instance, vm: other })
        }
        _ => None,
    }),
    (Rule::Converged, |_, log, k| match log.entries[k].signal {
        Signal::Converged { instance, members } => with(log, k, Signal::Converged { instance, members: members + 3 }),
        _ => None,
    }),
    (Rule::ServiceAlternates, |_, log, k| matches!(log.entries[k].signal, Signal::ServiceDown { .. }).then(|| twice(log, k))?),
    (Rule::CauseSeen, |_, log, k| match log.entries[k].signal {
        Signal::ServiceDown { instance, .. } => with(log, k, Signal::ServiceDown { instance, cause: Cause::SiteOutage }),
        _ => None,
    }),
    (Rule::ServesForReason, |_, log, k| matches!(log.entries[k].signal, Signal::ServiceDown { .. }).then(|| without(log, k))?),
    (Rule::ServesWhenItCan, |_, log, k| matches!(log.entries[k].signal, Signal::ServiceUp { .. }).then(|| without(log, k))?),
    (Rule::Tally, |_, log, _| {
        let mut log = log.clone();
        (log.services[0].downtime_us, log.services[0].causes[0].downtime_us) =
            (log.services[0].downtime_us + 1, log.services[0].causes[0].downtime_us + 1);
        Some(log)
    }),
    (Rule::CauseSum, |_, log, _| { let mut log = log.clone(); log.services[0].causes[0].downtime_us += 1; Some(log) }),
    (Rule::Waiting, |_, log, _| { let mut log = log.clone(); log.waiting_us += 1; Some(log) }),
    (Rule::Quorum, |_, log, k| match log.entries[k].signal {
        Signal::QuorumLost { .. } => without(log, k),
        _ => None,
    }),
    (Rule::RetryHost, where_it_failed),
    // Most votes are elsewhere.
    (Rule::Quorum, across),
    (Rule::Sides, across),
    (Rule::OneWriter, |model, log, k| match log.entries[k].signal {
        Signal::VmDown { vm, cause: Cause::GuestCrash } => insert(log, k, Signal::StaleCopy { vm, host: model.vms[vm.index()].host }),
        _ => None,
    }),
    (Rule::Mirror, |_, log, k| matches!(log.entries[k].signal, Signal::StorageSwitched { .. }).then(|| twice(log, k))?),
    (Rule::Mirror, |_, log, k| match log.entries[k].signal {
        Signal::StorageSwitched { .. } => earlier(log, k, latest(log, k, |s| matches!(s, Signal::StorageDown { .. }))?),
        _ => None,
    }),
    (Rule::MirrorSwitches, |_, log, k| matches!(log.entries[k].signal, Signal::StorageSwitched { .. }).then(|| unswitched(log, k))?),
    (Rule::MirrorEqual, |_, log, k| matches!(log.entries[k].signal, Signal::MirrorEqual { .. }).then(|| twice(log, k))?),
    (Rule::MirrorEqual, |_, log, k| match log.entries[k].signal {
        Signal::MirrorEqual { .. } => earlier(log, k, latest(log, k, |s| matches!(s, Signal::StorageUp { .. } | Signal::NetworkUp { .. } | Signal::HostUp { .. }))?),
        _ => None,
    }),
    (Rule::WritesLost, |_, log, k| match log.entries[k].signal {
        Signal::WritesLost { vm, instance, lost } => with(log, k, Signal::WritesLost { vm, instance, lost: Span(lost.0 + 1) }),
        _ => None,
    }),
    (Rule::WritesLost, |_, log, k| matches!(log.entries[k].signal, Signal::WritesLost { .. }).then(|| without(log, k))?),
    (Rule::SessionsLost, |_, log, k| match log.entries[k].signal {
        Signal::SessionsLost { vm, instance, mut lost } => {
            lost.sessions -= lost.sessions.min(1);
            with(log, k, Signal::SessionsLost { vm, instance, lost })
        }
        _ => None,
    }),
    (Rule::SessionsLost, |_, log, k| matches!(log.entries[k].signal, Signal::SessionsLost { .. }).then(|| twice(log, k))?),
    (Rule::SessionsLost, |_, log, k| matches!(log.entries[k].signal, Signal::SessionsLost { .. }).then(|| without(log, k))?),
    // Nothing but the load changes, and the group does not say so.
    (Rule::FollowsLoad, |_, log, k| matches!(log.entries[k].signal, Signal::ServiceDegraded { .. }).then(|| unfollowed(log, k))?),
    (Rule::FollowsLoad, |_, log, k| matches!(log.entries[k].signal, Signal::ServiceUp { .. }).then(|| unfollowed(log, k))?),
    (Rule::Demand, |_, log, k| matches!(log.entries[k].signal, Signal::Starved { .. }).then(|| without(log, k))?),
    (Rule::Demand, |_, log, k| match log.entries[k].signal {
        Signal::ServiceDegraded { instance, lost_ppb } => {
            with(log, k, Signal::ServiceDegraded { instance, lost_ppb: lost_ppb + 1 })
        }
        _ => None,
    }),
    (Rule::Balance, |_, log, k| match log.entries[k].signal {
        Signal::MigrationStarted { .. } => {
            let mut log = log.clone();
            log.entries[k].at = log.entries[k].at + Span(1);
            Some(log)
        }
        _ => None,
    }),
    (Rule::Migration, |_, log, k| matches!(log.entries[k].signal, Signal::MigrationStarted { .. }).then(|| twice(log, k))?),
    (Rule::Migration, |_, log, k| matches!(log.entries[k].signal, Signal::MigrationSwitched { .. }).then(|| without(log, k))?),
    (Rule::Migration, |_, log, k| match log.entries[k].signal {
        Signal::MigrationStarted { vm, from, to } => with(log, k, Signal::MigrationStarted { vm, from: to, to: from }),
        _ => None,
    }),
    (Rule::Migration, |_, log, k| match log.entries[k].signal {
        Signal::MigrationDone { vm, instance, host, lasted, rounds, sent, .. } => {
            with(log, k, Signal::MigrationDone { vm, instance, host, lasted, blackout: lasted + Span(1), rounds, sent })
        }
        _ => None,
    }),
    (Rule::MirrorBehind, |_, log, k| matches!(log.entries[k].signal, Signal::MirrorBehind { .. }).then(|| twice(log, k))?),
    (Rule::MirrorBehind, |_, log, k| matches!(log.entries[k].signal, Signal::MirrorBehind { .. }).then(|| without(log, k))?),
    (Rule::Response, |_, log, k| match log.entries[k].signal {
        Signal::HostDown { host, .. } => insert(log, k, Signal::VmsPaused { host, vms: 1 }),
        _ => None,
    }),
    (Rule::Primary, |_, log, k| match log.entries[k].signal {
        Signal::HostDown { host, .. } => {
            let mut log = log.clone();
            let mut entry = log.entries[k];
            entry.signal = Signal::HostIsolated { host };
            log.entries.insert(k + 1, entry);
            Some(log)
        }
        _ => None,
    }),
];

#[test]
fn a_spoilt_log_is_rejected_by_the_rule_it_breaks() {
    let plain = loading::load(RICH).remove(0);
    let work = loading::load(&rich_with_work()).remove(0);
    let moved = loading::load(&rich_with_moves()).remove(0);
    let patched = loading::load(&rich_with_patches()).remove(0);
    let loaded = loading::load(&rich_with_load()).remove(0);
    let busy = loading::load(&rich_with_demands()).remove(0);
    // Where there is room to choose between hosts.
    let roomy = loading::load(&RICH.replace("16 GiB", "48 GiB")).remove(0);
    // Where the votes of two hosts and no witness are lost with either of them.
    let votes = loading::load(&rich_with_votes()).remove(0);
    // Where the array has bandwidth for one boot and a half.
    let narrow = RICH.replace("kind = \"fc\"", "kind = \"fc\"\nbandwidth = \"9 MB/s\"");
    let narrow = loading::load(&narrow).remove(0);
    let stretched = loading::load(STRETCHED).remove(0);
    let led = loading::load(&stretched_without_votes()).remove(0);
    let local = loading::load(&stretched_with_local_disks()).remove(0);
    let logs =
        [&plain, &work, &moved, &patched, &loaded, &busy, &roomy, &votes, &narrow, &stretched, &led, &local]
            .map(|model| (model, observe(model, 1, 0)));
    for (model, log) in &logs {
        check(model, log).unwrap_or_else(|v| panic!("{v:?}\n{}", tail(model, log, v.at)));
    }
    let told: Vec<String> = TWINS.into_par_iter().map(|(rule, spoil)| rejected(rule, spoil, &logs)).collect();
    println!("{}", told.join("\n"));
}

/// Spoils the logs in one way, wherever it can be done, until the checker has rejected one by the rule; the long form asks of up to
/// sixty places of each log, and tells of how many the rule is named.
fn rejected(rule: Rule, spoil: Spoil, logs: &[(&Model, Log)]) -> String {
    let is_long = std::env::var_os("NINEFOLD_LONG").is_some();
    let (mut spoilt, mut named) = (0, 0);
    for (model, log) in logs {
        let ways = (0..log.entries.len()).filter_map(|k| spoil(model, log, k)).take(60);
        for twin in ways {
            spoilt += 1;
            named += u32::from(check(model, &twin).is_err_and(|violation| violation.rule == rule));
            if named > 0 && !is_long {
                return format!("{rule:?}: named after {spoilt}");
            }
        }
    }
    assert!(named > 0, "{rule:?}: none of {spoilt} spoilt logs was rejected by it");
    format!("{rule:?}: {named} of {spoilt}")
}
