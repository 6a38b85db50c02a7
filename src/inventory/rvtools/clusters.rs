//! vCluster: what HA and DRS are set to.

use std::collections::BTreeMap;

use super::hosts::Found;
use super::sheet::{Row, Rows};
use super::vms::Running;
use super::words;
use crate::inventory::names::quoted;
use crate::inventory::trouble::Trouble;
use crate::inventory::{Cluster, Inventory, Priority, Told};

/// What VMs have that say nothing themselves.
#[derive(Debug)]
pub(super) struct Defaults {
    /// None: it is not restarted.
    pub(super) priority: Option<Priority>,
    pub(super) isolation: &'static str,
    pub(super) monitoring: (bool, bool),
}

/// The clusters that hosts are in, by datacenter and name, numbered as they come.
pub(super) fn of_hosts(found: &[Found]) -> BTreeMap<(String, String), usize> {
    let mut clusters = BTreeMap::new();
    for host in found.iter().filter(|host| !host.cluster.is_empty()) {
        let next = clusters.len();
        clusters.entry((host.datacenter.clone(), host.cluster.clone())).or_insert(next);
    }
    clusters
}

/// Adds them to the inventory; what they say of VMs that say nothing.
pub(super) fn read(
    vcluster: Option<&Rows>,
    found: &[Found],
    running: &[Running<'_>],
    inventory: &mut Inventory,
) -> Vec<Defaults> {
    let mut in_order: Vec<((String, String), usize)> = of_hosts(found).into_iter().collect();
    in_order.sort_by_key(|(_, number)| *number);
    let rows = vcluster.map_or_else(BTreeMap::new, |sheet| {
        // The first row of a name counts; vCluster does not say in which datacenter a cluster is.
        sheet.rows.iter().rev().map(|row| (sheet.text(row, "Name"), row)).collect()
    });
    let without_hosts =
        rows.keys().filter(|name| !in_order.iter().any(|((_, cluster), _)| cluster == **name)).count();
    if without_hosts > 0 {
        inventory.left_out.push(("clusters without hosts".to_owned(), without_hosts as u64));
    }
    let mut all = Vec::new();
    for ((datacenter, name), _) in in_order {
        let hosts: Vec<&Found> =
            found.iter().filter(|host| (&host.datacenter, &host.cluster) == (&datacenter, &name)).collect();
        let row = vcluster.and_then(|sheet| rows.get(name.as_str()).map(|row| (sheet, *row)));
        let (cluster, defaults) = cluster(name, &hosts, row, running);
        inventory.clusters.push(cluster);
        all.push(defaults);
    }
    all
}

fn cluster(
    name: String,
    hosts: &[&Found],
    row: Option<(&Rows, &Row)>,
    running: &[Running<'_>],
) -> (Cluster, Defaults) {
    let text = |word: &str| row.map_or("", |(sheet, row)| sheet.text(row, word));
    let truth = |word: &str| row.and_then(|(sheet, row)| sheet.truth(row, word));
    let whole = |word: &str| row.and_then(|(sheet, row)| sheet.whole(row, word, &mut Trouble::default()));
    let restarts = match (truth("HA enabled"), text("Host monitoring")) {
        (Some(false), _) => Told::by("vCluster: HA is not enabled", false),
        (_, monitoring) if monitoring.eq_ignore_ascii_case("disabled") => {
            Told::by("vCluster: Host monitoring is disabled", false)
        }
        (Some(true), _) => Told::by("vCluster: HA enabled", true),
        (None, _) => Told::assumed("HA is enabled; vCluster does not say it", true),
    };
    let failover_level = match (truth("AdmissionControlEnabled"), whole("Failover Level")) {
        // It is a part of HA; the level is there even where nothing heeds it.
        _ if truth("HA enabled") == Some(false) => Told::by("vCluster: HA is not enabled", 0),
        (Some(false), _) => Told::by("vCluster: AdmissionControlEnabled is False", 0),
        (Some(true), Some(level)) => {
            // Of one host none can fail.
            let most = hosts.len().saturating_sub(1) as u64;
            Told::by("vCluster: AdmissionControlEnabled, Failover Level", level.min(most) as u32)
        }
        (Some(true), None) => {
            Told::assumed("one failed host; vCluster has no Failover Level", u32::from(hosts.len() > 1))
        }
        (None, _) => Told::assumed("no admission control; vCluster does not say it", 0),
    };
    let monitoring = words::monitoring(text("VM Monitoring"));
    let mut settings = Vec::new();
    let isolation = isolation(&name, text("Isolation Response"), running);
    let response = isolation.value;
    settings.push(("isolation_response", Told { value: quoted(response), source: isolation.source }));
    settings.extend(monitored(monitoring, whole("Failure Interval"), whole("Max Failures")));
    settings.extend(balanced(truth("DRS enabled"), text("DRS default VM behavior")));
    settings.extend(baseline(hosts));
    let apart = running.iter().filter(|vm| vm.cluster == name && vm.is_kept_apart()).count();
    if apart > 0 {
        let why = format!("restarts do not heed the rules that keep {apart} VMs apart, the default (VMW-55)");
        settings.push(("anti_affinity", Told::assumed(why, quoted("ignore"))));
    }
    let defaults = Defaults {
        priority: words::priority(text("Restart Priority")).unwrap_or(Some(Priority::Medium)),
        isolation: response,
        monitoring: monitoring.unwrap_or((false, false)),
    };
    (Cluster { name, product: product(hosts), restarts, failover_level, settings }, defaults)
}

/// The oldest of its hosts says which HA it has.
fn product(hosts: &[&Found]) -> Told<&'static str> {
    let oldest =
        hosts.iter().filter(|host| host.major_version.is_some()).min_by_key(|host| host.major_version);
    let Some((oldest, major)) = oldest.and_then(|host| Some((host, host.major_version?))) else {
        return Told::assumed("vSphere HA of 5 to 7; vHost has no ESX Version", "vsphere-6");
    };
    let from =
        format!("vHost: ESX Version, the lowest is {}", crate::inventory::names::shown(&oldest.version));
    let product = match major {
        ..=4 => "vmware-ha-4",
        5..=7 => "vsphere-6",
        _ => "vsphere-8",
    };
    Told::by(from, product)
}

/// The cluster's own word; else what most of its VMs say.
fn isolation(cluster: &str, own: &str, running: &[Running<'_>]) -> Told<&'static str> {
    if let Some(response) = words::isolation(own) {
        return Told::by("vCluster: Isolation Response", response);
    }
    let mut count: BTreeMap<&'static str, u64> = BTreeMap::new();
    for vm in running.iter().filter(|vm| vm.cluster == cluster) {
        if let Some(response) = words::isolation(vm.isolation) {
            *count.entry(response).or_insert(0) += 1;
        }
    }
    match count.into_iter().max_by_key(|(_, vms)| *vms) {
        Some((response, _)) => Told::by("vInfo: HA Isolation Response of most VMs", response),
        None => Told::assumed("the default from 5.0 on (VMW-37); no sheet says it", "leave-on"),
    }
}

/// VM monitoring, by the interval after which a guest without heartbeats is reset (VMW-67).
fn monitored(
    monitoring: Option<(bool, bool)>,
    interval: Option<u64>,
    resets: Option<u64>,
) -> Vec<(&'static str, Told<String>)> {
    let Some((guests, applications)) = monitoring else {
        let why = "the default (VMW-68); vCluster does not say it";
        return vec![("vm_monitoring", Told::assumed(why, quoted("off")))];
    };
    let sensitivity = match interval {
        _ if !guests => "off",
        Some(..=30) => "high",
        Some(31..=60) => "medium",
        _ => "low",
    };
    let from = if guests { "vCluster: VM Monitoring, Failure Interval" } else { "vCluster: VM Monitoring" };
    let mut settings = vec![("vm_monitoring", Told::by(from, quoted(sensitivity)))];
    if let Some(resets) = resets.filter(|resets| guests && (1..=1_000).contains(resets)) {
        settings.push(("vm_resets", Told::by("vCluster: Max Failures", resets.to_string())));
    }
    if applications {
        settings.push(("app_monitoring", Told::by("vCluster: VM Monitoring", quoted("on"))));
    }
    settings
}

/// DRS moves VMs by itself where it is fully automated: that is number 2 of its behaviours.
fn balanced(is_on: Option<bool>, behaviour: &str) -> Vec<(&'static str, Told<String>)> {
    let is_automated = ["2", "fullyAutomated", ""].iter().any(|word| behaviour.eq_ignore_ascii_case(word));
    let told = match is_on {
        Some(true) if is_automated => Told::by("vCluster: DRS enabled, fully automated", quoted("on")),
        Some(true) => Told::by("vCluster: DRS enabled, but it only recommends", quoted("off")),
        Some(false) => Told::by("vCluster: DRS is not enabled", quoted("off")),
        None => Told::assumed("no DRS; vCluster does not say it", quoted("off")),
    };
    vec![("balance", told)]
}

/// The processor that all hosts pass for, where they all say the same one.
fn baseline(hosts: &[&Found]) -> Option<(&'static str, Told<String>)> {
    let evc = hosts.first().map(|host| host.evc.as_str()).filter(|evc| !evc.is_empty() && *evc != "None")?;
    let is_common = hosts.iter().all(|host| host.evc == evc);
    is_common.then(|| ("cpu_baseline", Told::by("vHost: Current EVC", quoted(evc))))
}
