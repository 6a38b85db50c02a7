//! vInfo: the VMs that run, and where.

use std::collections::{BTreeMap, BTreeSet};

use super::clusters::Defaults;
use super::sheet::{Row, Rows};
use super::words;
use crate::inventory::trouble::Trouble;
use crate::inventory::{Inventory, Priority, Says, Source, Vm};

/// A VM that runs, as its row says it.
#[derive(Debug)]
pub(super) struct Running<'a> {
    pub(super) name: &'a str,
    pub(super) cores: u64,
    pub(super) memory_mib: u64,
    pub(super) host: &'a str,
    pub(super) cluster: &'a str,
    pub(super) datacenter: &'a str,
    pub(super) priority: &'a str,
    pub(super) isolation: &'a str,
    pub(super) monitoring: &'a str,
    /// The datastore of its configuration file, which is where most of its disks are; empty where nobody says.
    pub(super) datastore: &'a str,
    apart: Option<Box<str>>,
    folder: &'a str,
    resource_pool: &'a str,
    vapp: &'a str,
}

impl Running<'_> {
    /// Whether a rule keeps it apart from others.
    pub(super) fn is_kept_apart(&self) -> bool {
        self.apart.is_some()
    }
}

/// What a VM, and a host, may have: as much as a scenario may say of one.
pub(super) const CORES_MAX: u64 = 65_536;
pub(super) const MEMORY_MIB_MAX: u64 = 64 << 20;

/// Where a VM runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    pub(super) host: usize,
    /// Whether the export says it.
    pub(super) is_told: bool,
}

/// Where sizes come from.
pub(super) fn says(vinfo: &Rows) -> Says {
    let by = |word: &str, why: &str| match vinfo.has(word) {
        true => Source::Export(format!("vInfo: {word}")),
        false => Source::Assumed(why.to_owned()),
    };
    Says {
        size: Source::Export("vInfo: CPUs, Memory".to_owned()),
        host: by("Host", "vInfo has no column Host"),
        priority: by("HA Restart Priority", "the default (VMW-44); vInfo does not say it"),
    }
}

/// Those that run; the others are counted.
pub(super) fn running<'a>(
    vinfo: &'a Rows,
    inventory: &mut Inventory,
    trouble: &mut Trouble,
) -> Vec<Running<'a>> {
    let mut left_out: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut list, mut fault_tolerant, mut guests_of_hosts) = (Vec::new(), 0, 0);
    for row in &vinfo.rows {
        if let Some(why) = left_out_for(vinfo, row) {
            *left_out.entry(why).or_insert(0) += 1;
            continue;
        }
        let size = |word: &str, most: u64, trouble: &mut Trouble| {
            let has = vinfo.text(row, word);
            let value = vinfo.whole(row, word, trouble);
            if has.is_empty() || value.is_some_and(|value| value == 0 || value > most) {
                let what =
                    if has.is_empty() { "it is empty".to_owned() } else { format!("{has} is out of range") };
                trouble.add(vinfo.place(row, word), what, format!("a VM that runs has from 1 to {most}"));
            }
            value.unwrap_or(0)
        };
        let cores = size("CPUs", CORES_MAX, trouble);
        let memory_mib = size("Memory", MEMORY_MIB_MAX, trouble);
        let text = |word: &str| vinfo.text(row, word);
        let has_ft = !matches!(text("FT State").to_ascii_lowercase().as_str(), "" | "notconfigured");
        fault_tolerant += u64::from(has_ft);
        guests_of_hosts += u64::from(text("Host").is_empty());
        list.push(Running {
            name: text("VM"),
            cores,
            memory_mib,
            host: text("Host"),
            cluster: text("Cluster"),
            datacenter: text("Datacenter"),
            priority: text("HA Restart Priority"),
            isolation: text("HA Isolation Response"),
            monitoring: text("HA VM Monitoring"),
            datastore: datastore(text("Path")),
            apart: apart(text("Cluster rule(s)"), text("Cluster rule name(s)")),
            folder: text("Folder"),
            resource_pool: text("Resource pool"),
            vapp: text("vApp"),
        });
    }
    inventory.left_out.extend(left_out.into_iter().map(|(why, count)| (why.to_owned(), count)));
    if !vinfo.has("Powerstate") {
        inventory.remarks.push("vInfo has no column Powerstate: all VMs are taken to run".to_owned());
    }
    if fault_tolerant > 0 {
        let remark = format!(
            "VMs with Fault Tolerance: {fault_tolerant}; it is not simulated, they count as any other"
        );
        inventory.remarks.push(remark);
    }
    if guests_of_hosts > 0 {
        let remark =
            format!("VMs that name no host: {guests_of_hosts}; each is on the emptiest host of its cluster");
        inventory.remarks.push(remark);
    }
    list
}

/// Why a row is no VM that runs.
fn left_out_for(vinfo: &Rows, row: &Row) -> Option<&'static str> {
    let state = vinfo.text(row, "Powerstate").to_ascii_lowercase();
    let connection = vinfo.text(row, "Connection state").to_ascii_lowercase();
    if vinfo.text(row, "VM").is_empty() && vinfo.text(row, "CPUs").is_empty() {
        Some("rows of vInfo without a VM")
    } else if vinfo.truth(row, "Template") == Some(true) {
        Some("templates")
    } else if vinfo.truth(row, "SRM Placeholder") == Some(true) {
        Some("placeholders of Site Recovery Manager")
    } else if matches!(connection.as_str(), "orphaned" | "inaccessible" | "invalid") {
        Some("VMs that are orphaned or inaccessible")
    } else if vinfo.text(row, "VM").starts_with("vCLS") {
        Some("agents of vSphere Cluster Services (vCLS)")
    } else if state == "suspended" {
        Some("VMs that are suspended")
    } else if state == "poweredoff" {
        Some("VMs that are powered off")
    } else {
        None
    }
}

/// `san1` of `[san1] web01/web01.vmx`.
fn datastore(path: &str) -> &str {
    path.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("", |(name, _)| name.trim())
}

/// The name of the rule that keeps a VM apart, of rules and their names in lists.
fn apart(kinds: &str, names: &str) -> Option<Box<str>> {
    let (kinds, names): (Vec<&str>, Vec<&str>) = (kinds.split(',').collect(), names.split(',').collect());
    let keeps_apart = |kind: &&str| {
        let letters: String = kind.chars().filter(|c| c.is_alphabetic()).collect();
        letters.to_lowercase().contains("antiaffinity")
    };
    let place = kinds.iter().position(keeps_apart)?;
    // A name may hold a comma itself; then the lists are not alike, and all of it is the name.
    let name = if kinds.len() == names.len() { names[place].trim().to_owned() } else { names.join(",") };
    Some(name.into())
}

/// The host of each VM: as its row says, or the one with the fewest megabytes in its cluster.
pub(super) fn placed(running: &[Running<'_>], inventory: &mut Inventory) -> Vec<Home> {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, host) in inventory.hosts.iter().enumerate() {
        by_name.entry(host.name.to_lowercase()).or_default().push(number);
    }
    let cluster_of = |host: usize| inventory.hosts[host].cluster.map(|c| inventory.clusters[c].name.as_str());
    let told = |vm: &Running<'_>| -> Option<usize> {
        let alike = by_name.get(&vm.host.to_lowercase())?;
        let right = alike.iter().find(|host| cluster_of(**host).unwrap_or("") == vm.cluster);
        right.or(alike.first()).copied()
    };
    let mut homes: Vec<Option<Home>> =
        running.iter().map(|vm| told(vm).map(|host| Home { host, is_told: true })).collect();
    let mut used = vec![0; inventory.hosts.len()];
    for (vm, home) in running.iter().zip(&homes) {
        if let Some(home) = home {
            used[home.host] += vm.memory_mib;
        }
    }
    // By cluster: hosts by what is used of them.
    let mut scopes: BTreeMap<&str, BTreeSet<(u64, usize)>> = BTreeMap::new();
    let mut unlisted: u64 = 0;
    for (host, used) in used.iter().enumerate() {
        scopes.entry(cluster_of(host).unwrap_or("")).or_default().insert((*used, host));
        scopes.entry("\0all").or_default().insert((*used, host));
    }
    for (vm, home) in running.iter().zip(&mut homes).filter(|(_, home)| home.is_none()) {
        unlisted += u64::from(!vm.host.is_empty());
        let scope = if scopes.contains_key(vm.cluster) { vm.cluster } else { "\0all" };
        let Some(emptiest) = scopes.get_mut(scope).and_then(BTreeSet::pop_first) else { continue };
        scopes.entry(scope).or_default().insert((emptiest.0 + vm.memory_mib, emptiest.1));
        *home = Some(Home { host: emptiest.1, is_told: false });
    }
    if unlisted > 0 {
        let remark = format!(
            "VMs on hosts that vHost does not list: {unlisted}; each is on the emptiest host of its cluster"
        );
        inventory.remarks.push(remark);
    }
    // There is a host, so every VM has found one.
    homes.into_iter().map(|home| home.unwrap_or(Home { host: 0, is_told: false })).collect()
}

/// Adds them to the inventory, with what their clusters say of them.
pub(super) fn add(
    running: Vec<Running<'_>>,
    homes: &[Home],
    on: &[Option<usize>],
    defaults: &[Defaults],
    inventory: &mut Inventory,
) {
    let (mut isolated, mut monitored) = (0, 0);
    for ((vm, home), array) in running.into_iter().zip(homes).zip(on) {
        let cluster = inventory.hosts[home.host].cluster;
        let default = cluster.map(|cluster| &defaults[cluster]);
        let priority = words::priority(vm.priority).or(default.map(|default| default.priority)).flatten();
        let restarts = cluster.is_some_and(|cluster| inventory.clusters[cluster].restarts.value);
        if let Some(default) = default {
            let own = words::isolation(vm.isolation);
            isolated += u64::from(own.is_some_and(|own| own != default.isolation));
            let own = words::monitoring(vm.monitoring);
            monitored += u64::from(own.is_some_and(|own| own != default.monitoring));
        }
        inventory.vms.push(Vm {
            name: vm.name.into(),
            host: home.host,
            host_is_told: home.is_told,
            cores: vm.cores,
            memory_mib: vm.memory_mib,
            priority: priority.unwrap_or(Priority::Medium),
            is_restarted: restarts && priority.is_some(),
            array: *array,
            folder: vm.folder.into(),
            resource_pool: vm.resource_pool.into(),
            vapp: vm.vapp.into(),
            apart: vm.apart,
        });
    }
    for (count, what) in [(isolated, "isolation response"), (monitored, "VM monitoring")] {
        if count > 0 {
            let remark = format!(
                "VMs with another {what} than their cluster's: {count}; the scenario has one for each cluster"
            );
            inventory.remarks.push(remark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_keeps_apart_is_found_among_others() {
        assert_eq!(apart("Anti Affinity", "Separate DCs").as_deref(), Some("Separate DCs"));
        assert_eq!(apart("Affinity, Anti-Affinity", "Together,Apart").as_deref(), Some("Apart"));
        assert_eq!(apart("Anti Affinity", "a, b").as_deref(), Some("a, b"));
        assert_eq!((apart("Affinity", "Together"), apart("", "")), (None, None));
        assert_eq!((datastore("[san 1] a/b.vmx"), datastore(" "), datastore("[x")), ("san 1", "", ""));
    }
}
