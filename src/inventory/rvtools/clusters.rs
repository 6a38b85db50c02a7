//! vCluster: what HA and DRS are set to.

use std::collections::BTreeMap;

use super::cluster_rows::{self, Matched, Wanted};
use super::homes::Home;
use super::hosts::{Found, Listed};
use super::place::Place;
use super::sheet::{Row, Rows};
use super::vms::Running;
use super::words;
use crate::inventory::names::{quoted, shown};
use crate::inventory::trouble::Trouble;
use crate::inventory::{Cluster, Inventory, Priority, Source, Told};

/// What VMs and hosts of a cluster have that say nothing themselves.
#[derive(Debug)]
pub(super) struct Defaults {
    /// None: it is not restarted.
    pub(super) priority: Option<Priority>,
    pub(super) isolation: &'static str,
    pub(super) monitoring: (bool, bool),
    /// Cores and megabytes of one host, of what all of them have.
    pub(super) host: (Option<u64>, Option<u64>),
}

/// The clusters that hosts are in, by place and name, numbered as they come.
pub(super) fn of_hosts(found: &[Found]) -> BTreeMap<(Place, String), usize> {
    let mut clusters = BTreeMap::new();
    for cluster in found.iter().filter_map(Found::cluster) {
        let next = clusters.len();
        clusters.entry(cluster).or_insert(next);
    }
    clusters
}

/// Adds them to the inventory; what they say of VMs and hosts that say nothing.
pub(super) fn read(
    vcluster: Option<&Rows>,
    listed: &Listed,
    running: &[Running<'_>],
    homes: &[Home],
    inventory: &mut Inventory,
) -> Vec<Defaults> {
    let numbers = of_hosts(&listed.found);
    let mut in_order: Vec<&(Place, String)> = numbers.keys().collect();
    in_order.sort_by_key(|cluster| numbers[*cluster]);
    let mut hosts: Vec<Vec<&Found>> = vec![Vec::new(); in_order.len()];
    for (host, found) in inventory.hosts.iter().zip(&listed.found) {
        host.cluster.into_iter().for_each(|cluster| hosts[cluster].push(found));
    }
    let mut vms: Vec<Vec<&Running<'_>>> = vec![Vec::new(); in_order.len()];
    for (vm, home) in running.iter().zip(homes) {
        inventory.hosts[home.host].cluster.into_iter().for_each(|cluster| vms[cluster].push(vm));
    }
    let wanted = in_order.iter().zip(&hosts).map(|(cluster, hosts)| {
        let out = listed.left_out.get(*cluster).copied().unwrap_or(0);
        Wanted { place: &cluster.0, name: &cluster.1, hosts: (hosts.len() + out) as u64 }
    });
    let wanted: Vec<Wanted<'_>> = wanted.collect();
    let nothing = || Matched { rows: vec![None; wanted.len()], ..Matched::default() };
    let matched = vcluster.map_or_else(nothing, |sheet| cluster_rows::matched(sheet, &wanted));
    if matched.without_hosts > 0 {
        inventory.left_out.push(("clusters without hosts".to_owned(), matched.without_hosts));
    }
    if !matched.undecided.is_empty() {
        inventory.remarks.push(cluster_rows::remark(&matched.undecided));
    }
    let (mut all, mut without_level) = (Vec::new(), 0);
    for (number, (place, name)) in in_order.iter().enumerate() {
        let row = vcluster.and_then(|sheet| matched.rows[number].map(|row| (sheet, row)));
        let (mut cluster, defaults) = cluster(name.clone(), &hosts[number], row, &vms[number]);
        let is_shared = in_order.iter().filter(|(_, other)| other == name).count() > 1;
        cluster.whereabouts = is_shared.then(|| whereabouts(place)).flatten();
        without_level += u64::from(cluster.failover_level.source == Source::Assumed(OTHER_POLICY.to_owned()));
        inventory.clusters.push(cluster);
        all.push(defaults);
    }
    if without_level > 0 {
        inventory.remarks.push(format!(
            "clusters with admission control and a Failover Level of 0, so by another policy that the export does not have: \
             {without_level}; room for one failed host is assumed, correct it"
        ));
    }
    all
}

/// Where a cluster is that has a name in common with others.
fn whereabouts(place: &Place) -> Option<String> {
    let words = [("datacenter", &place.datacenter), ("server", &place.server)];
    let words = words.into_iter().filter(|(_, name)| !name.is_empty());
    let words: Vec<String> = words.map(|(what, name)| format!("{what} \"{}\"", shown(name))).collect();
    (!words.is_empty()).then(|| words.join(" of "))
}

const OTHER_POLICY: &str = "room for one failed host; admission control is on and Failover Level is 0, so its policy is another one \
     (a percentage, or hosts that stand by), which vCluster does not have";

fn cluster(
    name: String,
    hosts: &[&Found],
    row: Option<(&Rows, &Row)>,
    vms: &[&Running<'_>],
) -> (Cluster, Defaults) {
    let text = |word: &str| row.map_or("", |(sheet, row)| sheet.text(row, word));
    let truth = |word: &str| row.and_then(|(sheet, row)| sheet.truth(row, word));
    let whole = |word: &str| row.and_then(|(sheet, row)| sheet.whole(row, word, &mut Trouble::default()));
    // An equal part of what all hosts have.
    let part = |word: &str| {
        let hosts = whole("NumHosts").filter(|hosts| *hosts > 0)?;
        Some(whole(word)? / hosts).filter(|part| *part > 0)
    };
    let restarts = match (truth("HA enabled"), text("Host monitoring")) {
        (Some(false), _) => Told::by("vCluster: HA is not enabled", false),
        (_, monitoring) if monitoring.eq_ignore_ascii_case("disabled") => {
            Told::by("vCluster: Host monitoring is disabled", false)
        }
        (Some(true), _) => Told::by("vCluster: HA enabled", true),
        (None, _) => Told::assumed("HA is enabled; vCluster does not say it", true),
    };
    let is_restarted_by_none = truth("HA enabled") == Some(false);
    let failover_level = match (truth("AdmissionControlEnabled"), whole("Failover Level")) {
        // It is a part of HA; the level is there even where nothing heeds it.
        _ if is_restarted_by_none => Told::by("vCluster: HA is not enabled", 0),
        (admission, level) => failover_level(admission, level, hosts.len()),
    };
    let monitoring = words::monitoring(text("VM Monitoring"));
    let mut settings = Vec::new();
    let isolation = isolation(text("Isolation Response"), vms);
    let response = isolation.value;
    settings.push(("isolation_response", Told { value: quoted(response), source: isolation.source }));
    settings.extend(monitored(monitoring, whole("Failure Interval"), whole("Max Failures")));
    settings.extend(balanced(truth("DRS enabled"), text("DRS default VM behavior")));
    settings.extend(baseline(hosts));
    let apart = vms.iter().filter(|vm| vm.is_kept_apart()).count();
    if apart > 0 {
        let why = format!("restarts do not heed the rules that keep {apart} VMs apart, the default (VMW-55)");
        settings.push(("anti_affinity", Told::assumed(why, quoted("ignore"))));
    }
    let defaults = Defaults {
        priority: words::priority(text("Restart Priority")).unwrap_or(Some(Priority::Medium)),
        isolation: response,
        monitoring: monitoring.unwrap_or((false, false)),
        host: (part("NumCpuCores"), part("TotalMemory")),
    };
    let product = product(hosts);
    (Cluster { name, whereabouts: None, product, restarts, failover_level, settings }, defaults)
}

/// How many hosts may fail, of so many.
fn failover_level(admission: Option<bool>, level: Option<u64>, hosts: usize) -> Told<u32> {
    // Of one host none can fail.
    let one = u32::from(hosts > 1);
    match (admission, level) {
        (Some(false), _) => Told::by("vCluster: AdmissionControlEnabled is False", 0),
        (Some(true), Some(0)) => Told::assumed(OTHER_POLICY, one),
        (Some(true), Some(level)) => {
            let most = hosts.saturating_sub(1) as u64;
            Told::by("vCluster: AdmissionControlEnabled, Failover Level", level.min(most) as u32)
        }
        (Some(true), None) => Told::assumed("one failed host; vCluster has no Failover Level", one),
        (None, _) => Told::assumed("no admission control; vCluster does not say it", 0),
    }
}

/// The oldest of its hosts says which HA it has.
fn product(hosts: &[&Found]) -> Told<&'static str> {
    let oldest =
        hosts.iter().filter(|host| host.major_version.is_some()).min_by_key(|host| host.major_version);
    let Some((oldest, major)) = oldest.and_then(|host| Some((host, host.major_version?))) else {
        return Told::assumed("vSphere HA of 5 to 7; vHost has no ESX Version", "vsphere-6");
    };
    let from = format!("vHost: ESX Version, the lowest is {}", shown(&oldest.version));
    let product = match major {
        ..=4 => "vmware-ha-4",
        5..=7 => "vsphere-6",
        _ => "vsphere-8",
    };
    Told::by(from, product)
}

/// The cluster's own word; else what most of its VMs say, where all say something: one that leaves it to its cluster says that there is
/// something else.
fn isolation(own: &str, vms: &[&Running<'_>]) -> Told<&'static str> {
    if let Some(response) = words::isolation(own) {
        return Told::by("vCluster: Isolation Response", response);
    }
    let mut count: BTreeMap<&'static str, u64> = BTreeMap::new();
    for vm in vms {
        match words::isolation(vm.isolation) {
            Some(response) => *count.entry(response).or_insert(0) += 1,
            None => return Told::assumed("the default from 5.0 on (VMW-37); no sheet says it", "leave-on"),
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
