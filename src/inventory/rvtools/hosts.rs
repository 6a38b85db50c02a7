//! vHost: the hosts; without it those that VMs name.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Fit, Place};
use super::sheet::{Row, Rows};
use super::vms::{CORES_MAX, MEMORY_MIB_MAX, Running};
use super::words;
use crate::inventory::names::shown;
use crate::inventory::trouble::Trouble;
use crate::inventory::{Host, Inventory, Told};

/// A host as the export says it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) place: Place,
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

impl Found {
    /// Its cluster: which one, and where.
    pub(super) fn cluster(&self) -> Option<(Place, String)> {
        (!self.cluster.is_empty()).then(|| (self.place.clone(), self.cluster.clone()))
    }
}

/// What VMs say of their hosts, by the names of these in lower case: where they are, and in which cluster.
type Whereabouts<'a> = BTreeMap<String, BTreeSet<(&'a Place, &'a str)>>;

fn whereabouts<'a>(running: &'a [Running<'a>]) -> Whereabouts<'a> {
    let mut hosts: Whereabouts<'a> = BTreeMap::new();
    for vm in running {
        hosts.entry(vm.host.to_lowercase()).or_default().insert((&vm.place, vm.cluster));
    }
    hosts
}

/// What vHost has.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) found: Vec<Found>,
    /// Hosts that are left out, by their clusters, which count them all the same.
    pub(super) left_out: BTreeMap<(Place, String), usize>,
}

/// The rows of vHost, each host once.
pub(super) fn listed(
    vhost: &Rows,
    running: &[Running<'_>],
    inventory: &mut Inventory,
    trouble: &mut Trouble,
) -> Listed {
    let by_vms = whereabouts(running);
    let (mut listed, mut seen) = (Listed::default(), BTreeSet::new());
    let (mut doubles, mut maintained, mut idle, mut silent) = (0, 0, 0, 0);
    for row in vhost.rows.iter().filter(|row| !vhost.text(row, "Host").is_empty()) {
        let name = vhost.text(row, "Host").to_lowercase();
        let server = vhost.text(row, "VI SDK Server").to_lowercase();
        let is_it = |place: &Place| Fit::of(&place.server, &server) != Fit::Differs;
        let by_vms = by_vms.get(&name).and_then(|said| said.iter().rfind(|(place, _)| is_it(place)));
        let text = |word: &str, else_by_vms: &str| {
            let own = vhost.text(row, word);
            (if vhost.has(word) { own } else { else_by_vms }).to_owned()
        };
        let datacenter = text("Datacenter", by_vms.map_or("", |(place, _)| &place.datacenter));
        let cluster = text("Cluster", by_vms.map_or("", |(_, cluster)| *cluster));
        let place = Place { server, datacenter };
        // A server has a host once, whatever cluster it has moved to; without a server the cluster tells more of them apart.
        let scope = if place.server.is_empty() { cluster.clone() } else { String::new() };
        if !seen.insert((name, place.clone(), scope)) {
            doubles += 1;
            continue;
        }
        let (cores, memory_mib, has_zero) = sizes(vhost, row, trouble);
        if has_zero && by_vms.is_none() {
            idle += 1;
            *listed.left_out.entry((place, cluster)).or_insert(0) += 1;
            continue;
        }
        silent += u64::from(has_zero);
        maintained += u64::from(vhost.truth(row, "in Maintenance Mode") == Some(true));
        let version = vhost.text(row, "ESX Version").to_owned();
        listed.found.push(Found {
            name: vhost.text(row, "Host").to_owned(),
            place,
            cluster,
            fault_domain: vhost.text(row, "vSAN Fault Domain Name").to_owned(),
            cores,
            memory_mib,
            cpu: vhost.text(row, "CPU Model").to_owned(),
            evc: vhost.text(row, "Current EVC").to_owned(),
            major_version: words::major_version(&version),
            version,
            migrates: vhost.truth(row, "VMotion support") != Some(false),
        });
    }
    for (what, count) in [
        ("rows of vHost with a host that is there already", doubles),
        ("hosts with 0 cores or 0 memory on which nothing runs, such as those that are disconnected", idle),
    ] {
        if count > 0 {
            inventory.left_out.push((what.to_owned(), count));
        }
    }
    if silent > 0 {
        inventory.remarks.push(format!(
            "hosts with 0 cores or 0 memory that run VMs, such as those that do not respond: {silent}; their sizes are assumed"
        ));
    }
    if maintained > 0 {
        inventory
            .remarks
            .push(format!("hosts in maintenance mode: {maintained}; the scenario has them in service"));
    }
    listed
}

/// Cores and memory, where a row says them, and whether it says that there is nothing.
fn sizes(vhost: &Rows, row: &Row, trouble: &mut Trouble) -> (Option<Told<u64>>, Option<Told<u64>>, bool) {
    let mut size = |word: &str, most: u64| {
        let value = vhost.whole(row, word, trouble)?;
        if value > most {
            let remedy = format!("write 1 to {most}");
            trouble.add(vhost.place(row, word), format!("{value} is out of range"), remedy);
        }
        Some(value)
    };
    let sockets = size("# CPU", CORES_MAX).zip(size("Cores per CPU", CORES_MAX));
    let product = sockets.map(|(n, cores)| Told::by("vHost: # CPU x Cores per CPU", n.saturating_mul(cores)));
    let cores = size("# Cores", CORES_MAX).map(|cores| Told::by("vHost: # Cores", cores)).or(product);
    let memory = size("# Memory", MEMORY_MIB_MAX).map(|mib| Told::by("vHost: # Memory", mib));
    let is_zero = |told: &Option<Told<u64>>| told.as_ref().is_some_and(|told| told.value == 0);
    let has_zero = is_zero(&cores) || is_zero(&memory);
    (cores.filter(|told| told.value > 0), memory.filter(|told| told.value > 0), has_zero)
}

/// The hosts that VMs name, of which nothing else is known.
pub(super) fn of_vms(running: &[Running<'_>]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let named = running.iter().filter(|vm| !vm.host.is_empty());
    let first = named.filter(|vm| seen.insert((vm.host.to_lowercase(), &vm.place, vm.cluster)));
    let found = |vm: &Running<'_>| Found {
        name: vm.host.to_owned(),
        place: vm.place.clone(),
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
pub(super) fn add(found: &[Found], inventory: &mut Inventory) {
    let clusters = super::clusters::of_hosts(found);
    let mut datacenters: BTreeMap<&Place, usize> = BTreeMap::new();
    for host in found {
        let next = datacenters.len();
        let is_named = !host.place.datacenter.is_empty();
        let datacenter = is_named.then(|| *datacenters.entry(&host.place).or_insert(next));
        if datacenter == Some(next) {
            inventory.datacenters.push(host.place.datacenter.clone());
        }
        inventory.hosts.push(Host {
            name: host.name.clone(),
            cluster: host.cluster().and_then(|cluster| clusters.get(&cluster).copied()),
            datacenter,
            fault_domain: Some(host.fault_domain.clone()).filter(|name| !name.is_empty()),
            // What nobody says is assumed when it is known what runs there.
            cores: host.cores.clone().unwrap_or_else(|| Told::assumed("", 0)),
            memory_mib: host.memory_mib.clone().unwrap_or_else(|| Told::assumed("", 0)),
            cpu: Some(host.cpu.clone()).filter(|model| !shown(model).trim().is_empty()),
            migrates: host.migrates,
        });
    }
}
