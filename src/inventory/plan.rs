//! What becomes one group of hosts, and what one service; and what everything is called.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::names::{Names, stem};
use super::{Host, Inventory, Priority, Vm};

/// What VMs of one service have in common, besides their size, their priority and where their disks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// What their names have in common: `web` of `web-01` and `web-02`.
    #[default]
    Stem,
    Folder,
    ResourcePool,
    Vapp,
    /// Nothing.
    Size,
    /// Everything: each is a service of its own.
    None,
}

/// Hosts that are alike.
#[derive(Debug)]
pub(super) struct HostGroup {
    pub(super) name: String,
    pub(super) hosts: Vec<usize>,
    pub(super) arrays: Vec<usize>,
}

/// VMs that are alike.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) vms: Vec<usize>,
}

/// A fault domain: its datacenter, its cluster, and its name. Many clusters have one that is called `Preferred`.
pub(super) type Domain = (Option<usize>, Option<usize>, String);

/// The fault domain that a host is in.
pub(super) fn domain(host: &Host) -> Option<Domain> {
    host.fault_domain.as_ref().map(|name| (host.datacenter, host.cluster, name.clone()))
}

/// Groups, services and names, by position in the inventory where they belong to something in it.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) sites: Vec<String>,
    /// By fault domain.
    pub(super) racks: BTreeMap<Domain, String>,
    pub(super) clusters: Vec<String>,
    pub(super) arrays: Vec<String>,
    pub(super) host_groups: Vec<HostGroup>,
    /// Of each host: its group, and its number in it, counted from 1.
    pub(super) members: Vec<(usize, usize)>,
    pub(super) services: Vec<Service>,
}

impl Plan {
    pub(super) fn of(inventory: &Inventory, grouping: Grouping) -> Plan {
        let all = |names: &mut Names,
                   foreign: &mut dyn Iterator<Item = &str>,
                   fallback: &str|
         -> Vec<String> { foreign.map(|name| names.take(name, fallback)).collect() };
        let sites = all(&mut Names::default(), &mut inventory.datacenters.iter().map(String::as_str), "site");
        let mut cluster_names = inventory.clusters.iter().map(|cluster| cluster.name.as_str());
        let clusters = all(&mut Names::default(), &mut cluster_names, "cluster");
        let mut labels = inventory.arrays.iter().map(|array| array.label.as_str());
        let arrays = all(&mut Names::default(), &mut labels, "array");
        let (mut racks, mut rack_names) = (BTreeMap::new(), Names::default());
        for host in &inventory.hosts {
            if let Some(domain) = domain(host) {
                let name = domain.2.clone();
                racks.entry(domain).or_insert_with(|| rack_names.take(&name, "rack"));
            }
        }
        let (host_groups, members) = host_groups(inventory, &clusters);
        let services = services(inventory, grouping);
        Plan { sites, racks, clusters, arrays, host_groups, members, services }
    }

    /// A host's name in the scenario.
    pub(super) fn host_name(&self, host: usize) -> String {
        let (group, number) = self.members[host];
        format!("{}-{number}", self.host_groups[group].name)
    }

    /// The groups of a cluster, or those of hosts that stand alone.
    pub(super) fn groups_of<'a>(
        &'a self,
        inventory: &'a Inventory,
        cluster: Option<usize>,
    ) -> impl Iterator<Item = &'a HostGroup> {
        self.host_groups.iter().filter(move |group| inventory.hosts[group.hosts[0]].cluster == cluster)
    }
}

/// Hosts of one cluster and place with equal cores, memory, processor and storage are one group.
fn host_groups(inventory: &Inventory, clusters: &[String]) -> (Vec<HostGroup>, Vec<(usize, usize)>) {
    let mut reach: Vec<Vec<usize>> = vec![Vec::new(); inventory.hosts.len()];
    for (number, array) in inventory.arrays.iter().enumerate() {
        array.hosts.iter().for_each(|&host| reach[host].push(number));
    }
    let mut numbers = BTreeMap::new();
    let mut lists: Vec<Vec<usize>> = Vec::new();
    for (number, host) in inventory.hosts.iter().enumerate() {
        let place = (host.cluster, host.datacenter, &host.fault_domain);
        let size = (host.cores.value, host.memory_mib.value, &host.cpu, host.migrates);
        let group = *numbers.entry((place, size, &reach[number])).or_insert(lists.len());
        if group == lists.len() {
            lists.push(Vec::new());
        }
        lists[group].push(number);
    }
    let (mut names, mut members) = (Names::default(), vec![(0, 0); inventory.hosts.len()]);
    let mut groups = Vec::new();
    for (group, hosts) in lists.into_iter().enumerate() {
        hosts.iter().enumerate().for_each(|(number, &host)| members[host] = (group, number + 1));
        let first = &inventory.hosts[hosts[0]];
        let own = stem(&first.name);
        // An address has no stem that says anything.
        let is_common = hosts.iter().all(|&host| stem(&inventory.hosts[host].name) == own);
        let is_name = own.starts_with(char::is_alphabetic);
        let label = match first.cluster {
            _ if is_common && is_name => own.to_owned(),
            Some(cluster) => format!("{} host", clusters[cluster]),
            None => "host".to_owned(),
        };
        let arrays = reach[hosts[0]].clone();
        groups.push(HostGroup { name: names.take(&label, "host"), hosts, arrays });
    }
    (groups, members)
}

/// What VMs of one service share: their cluster, their stem or folder, their size, what HA does with them, and where they are.
type Likeness<'a> = (Option<usize>, &'a str, (u64, u64), Restart, Option<usize>, Option<&'a str>, usize);

/// Its priority, whether it is restarted at all, and its own response to isolation.
type Restart = (Priority, bool, Option<&'static str>);

fn services(inventory: &Inventory, grouping: Grouping) -> Vec<Service> {
    let mut numbers: BTreeMap<Likeness<'_>, usize> = BTreeMap::new();
    let mut lists: Vec<Vec<usize>> = Vec::new();
    for (number, vm) in inventory.vms.iter().enumerate() {
        let cluster = inventory.hosts[vm.host].cluster;
        let alone = if grouping == Grouping::None { number } else { 0 };
        let size = (vm.cores, vm.memory_mib);
        let likeness: Likeness<'_> = (
            cluster,
            shared(vm, grouping),
            size,
            (vm.priority, vm.is_restarted, own(vm)),
            vm.array,
            vm.apart.as_deref(),
            alone,
        );
        let service = *numbers.entry(likeness).or_insert(lists.len());
        if service == lists.len() {
            lists.push(Vec::new());
        }
        lists[service].push(number);
    }
    // Where services of several sizes would have one name, all of them say their size; and those that have a response of their own say that.
    let label = |list: &Vec<usize>| label(&inventory.vms[list[0]], grouping).to_lowercase();
    let mut alike: BTreeMap<String, Vec<&Vm>> = BTreeMap::new();
    for list in &lists {
        alike.entry(label(list)).or_default().push(&inventory.vms[list[0]]);
    }
    let mut names = Names::default();
    let named = |vms: Vec<usize>| {
        let (vm, mut name) = (&inventory.vms[vms[0]], label(&vms));
        if !matches!(grouping, Grouping::Size | Grouping::None) {
            let others = &alike[&name];
            let is_sized = others.iter().any(|other| size(other) != size(vm));
            let differs = others.iter().any(|other| size(other) == size(vm) && own(other) != own(vm));
            if is_sized {
                let _ = write!(name, " {}", size(vm));
            }
            if let Some(response) = own(vm).filter(|_| differs) {
                let _ = write!(name, " {response}");
            }
        }
        Service { name: names.take(&name, "vm"), vms }
    };
    lists.into_iter().map(named).collect()
}

/// The response to isolation that a VM has and its cluster has not.
fn own(vm: &Vm) -> Option<&'static str> {
    vm.isolation_response.as_ref().map(|own| own.value)
}

/// What VMs of one service have in common.
fn shared(vm: &Vm, grouping: Grouping) -> &str {
    match grouping {
        Grouping::Stem => stem(&vm.name),
        Grouping::Folder => &vm.folder,
        Grouping::ResourcePool => &vm.resource_pool,
        Grouping::Vapp => &vm.vapp,
        Grouping::Size | Grouping::None => "",
    }
}

/// What its service is called.
fn label(vm: &Vm, grouping: Grouping) -> String {
    let last = |path: &str, none: &str| {
        let part = path.rsplit('/').map(str::trim).find(|part| !part.is_empty());
        part.unwrap_or(none).to_owned()
    };
    match grouping {
        Grouping::Stem => stem(&vm.name).to_owned(),
        Grouping::Folder => last(&vm.folder, "no folder"),
        Grouping::ResourcePool => last(&vm.resource_pool, "no pool"),
        Grouping::Vapp => last(&vm.vapp, "no vapp"),
        Grouping::Size => format!("vm {}", size(vm)),
        Grouping::None => vm.name.to_string(),
    }
}

/// `4c-8g`: cores and gibibytes, or `4c-2716m` where they are no whole ones.
fn size(vm: &Vm) -> String {
    match vm.memory_mib % 1024 {
        0 => format!("{}c-{}g", vm.cores, vm.memory_mib / 1024),
        _ => format!("{}c-{}m", vm.cores, vm.memory_mib),
    }
}
