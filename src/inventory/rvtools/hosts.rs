//! vHost: the hosts; without it those that VMs name.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::Rows;
use super::vms::{CORES_MAX, MEMORY_MIB_MAX, Running};
use super::words;
use crate::inventory::names::shown;
use crate::inventory::trouble::Trouble;
use crate::inventory::{Host, Inventory, Told};

/// A host as the export says it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) datacenter: String,
    pub(super) cluster: String,
    pub(super) fault_domain: String,
    pub(super) cores: Option<Told<u64>>,
    pub(super) memory_mib: Option<Told<u64>>,
    pub(super) cpu: String,
    pub(super) evc: String,
    pub(super) version: String,
    pub(super) major_version: Option<u32>,
    pub(super) migrates: bool,
}

/// Where VMs say that a host is.
type Whereabouts<'a> = BTreeMap<String, (&'a str, &'a str)>;

fn whereabouts<'a>(running: &[Running<'a>]) -> Whereabouts<'a> {
    running.iter().map(|vm| (vm.host.to_lowercase(), (vm.datacenter, vm.cluster))).collect()
}

/// The rows of vHost, each host once.
pub(super) fn listed(
    vhost: &Rows,
    running: &[Running<'_>],
    inventory: &mut Inventory,
    trouble: &mut Trouble,
) -> Vec<Found> {
    let elsewhere = whereabouts(running);
    let (mut list, mut seen, mut doubles, mut maintained) = (Vec::new(), BTreeSet::new(), 0, 0);
    for row in &vhost.rows {
        let name = vhost.text(row, "Host").to_owned();
        if name.is_empty() {
            continue;
        }
        let by_vms = elsewhere.get(&name.to_lowercase()).copied().unwrap_or(("", ""));
        let text = |word: &str, else_by_vms: &str| {
            let own = vhost.text(row, word);
            (if vhost.has(word) { own } else { else_by_vms }).to_owned()
        };
        let (datacenter, cluster) = (text("Datacenter", by_vms.0), text("Cluster", by_vms.1));
        if !seen.insert((name.to_lowercase(), datacenter.clone(), cluster.clone())) {
            doubles += 1;
            continue;
        }
        let mut size = |word: &str, most: u64| {
            let value = vhost.whole(row, word, trouble)?;
            if value == 0 || value > most {
                trouble.add(
                    vhost.place(row, word),
                    format!("{value} is out of range"),
                    format!("write 1 to {most}"),
                );
            }
            Some(value)
        };
        let sockets = size("# CPU", CORES_MAX).zip(size("Cores per CPU", CORES_MAX));
        let cores = size("# Cores", CORES_MAX).map(|cores| Told::by("vHost: # Cores", cores));
        let product =
            || sockets.map(|(n, cores)| Told::by("vHost: # CPU x Cores per CPU", n.saturating_mul(cores)));
        let memory = size("# Memory", MEMORY_MIB_MAX).map(|mib| Told::by("vHost: # Memory", mib));
        maintained += u64::from(vhost.truth(row, "in Maintenance Mode") == Some(true));
        let version = vhost.text(row, "ESX Version").to_owned();
        list.push(Found {
            fault_domain: vhost.text(row, "vSAN Fault Domain Name").to_owned(),
            cores: cores.or_else(product),
            memory_mib: memory,
            cpu: vhost.text(row, "CPU Model").to_owned(),
            evc: vhost.text(row, "Current EVC").to_owned(),
            major_version: words::major_version(&version),
            version,
            migrates: vhost.truth(row, "VMotion support") != Some(false),
            name,
            datacenter,
            cluster,
        });
    }
    if doubles > 0 {
        inventory.left_out.push(("rows of vHost with a host that is there already".to_owned(), doubles));
    }
    if maintained > 0 {
        inventory
            .remarks
            .push(format!("hosts in maintenance mode: {maintained}; the scenario has them in service"));
    }
    list
}

/// The hosts that VMs name, of which nothing else is known.
pub(super) fn of_vms(running: &[Running<'_>], inventory: &mut Inventory) -> Vec<Found> {
    inventory.remarks.push(
        "there is no sheet vHost: hosts are those that run VMs, and their sizes are assumed".to_owned(),
    );
    let mut seen = BTreeSet::new();
    let named = running.iter().filter(|vm| !vm.host.is_empty());
    let first = named.filter(|vm| seen.insert((vm.host.to_lowercase(), vm.datacenter, vm.cluster)));
    let found = |vm: &Running<'_>| Found {
        name: vm.host.to_owned(),
        datacenter: vm.datacenter.to_owned(),
        cluster: vm.cluster.to_owned(),
        fault_domain: String::new(),
        cores: None,
        memory_mib: None,
        cpu: String::new(),
        evc: String::new(),
        version: String::new(),
        major_version: None,
        migrates: true,
    };
    first.map(found).collect()
}

/// Adds them to the inventory. Its clusters are there.
pub(super) fn add(found: Vec<Found>, inventory: &mut Inventory) {
    let clusters: BTreeMap<(String, String), usize> = super::clusters::of_hosts(&found);
    let mut datacenters: BTreeMap<String, usize> = BTreeMap::new();
    for host in found {
        let next = datacenters.len();
        let datacenter = (!host.datacenter.is_empty())
            .then(|| *datacenters.entry(host.datacenter.clone()).or_insert(next));
        if datacenter == Some(next) {
            inventory.datacenters.push(host.datacenter.clone());
        }
        inventory.hosts.push(Host {
            cluster: clusters.get(&(host.datacenter, host.cluster)).copied(),
            datacenter,
            fault_domain: Some(host.fault_domain).filter(|name| !name.is_empty()),
            // What nobody says is assumed when it is known what runs there.
            cores: host.cores.unwrap_or_else(|| Told::assumed("", 0)),
            memory_mib: host.memory_mib.unwrap_or_else(|| Told::assumed("", 0)),
            cpu: Some(host.cpu).filter(|model| !shown(model).trim().is_empty()),
            migrates: host.migrates,
            name: host.name,
        });
    }
}
