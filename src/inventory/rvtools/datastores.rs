//! vDatastore: the disks, who reaches them, and which of them fail together.
//!
//! The export does not say which array a datastore is on. Assumption: those of one kind that the same hosts reach are on
//! one array, of filers those with one address; it errs on the side of what fails together (STO-17). Datastores that only
//! one host reaches are disks in that host.
//!
//! vDatastore says on which server a datastore is, and its hosts say in which datacenter; there it is the only one of its
//! name.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::homes::Home;
use super::place::{Fit, Place};
use super::sheet::{Row, Rows};
use super::vms::Running;
use crate::inventory::{Array, Inventory, Source, Told};

/// A datastore that VMs lie on.
struct Datastore<'a> {
    name: &'a str,
    kind: Told<&'static str>,
    /// Of a filer.
    address: &'a str,
    hosts: BTreeSet<usize>,
    is_told: bool,
    /// As far as it is known.
    place: Place,
}

/// What makes datastores parts of one array.
type Key<'a> = (&'static str, &'a str, BTreeSet<usize>);

const ALL_HOSTS: &str = "all hosts of the cluster reach it; no sheet says it";
const BLOCKS: &str = "Fibre Channel; VMFS may be on iSCSI or local disks as well, the export does not say it";

/// Adds the arrays to the inventory; on which of them each VM lies. `places`: those of the hosts.
pub(super) fn read<'a>(
    vdatastore: Option<&'a Rows>,
    running: &'a [Running<'a>],
    homes: &[Home],
    places: &[&Place],
    inventory: &mut Inventory,
) -> Vec<Option<usize>> {
    let mut used: Vec<Datastore<'a>> =
        vdatastore.map_or_else(Vec::new, |sheet| listed(sheet, places, inventory));
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, datastore) in used.iter().enumerate() {
        by_name.entry(datastore.name).or_default().push(number);
    }
    let mut on: Vec<Option<usize>> = Vec::with_capacity(running.len());
    for (vm, home) in running.iter().zip(homes) {
        if vm.datastore.is_empty() {
            on.push(None);
            continue;
        }
        let (alike, place) = (by_name.entry(vm.datastore).or_default(), places[home.host]);
        let number = meant(alike, home.host, place, &used).unwrap_or_else(|| {
            let other = alike.iter().find(|number| used[**number].place.fit(place).is_some());
            let (kind, address) = match other {
                Some(&other) => (used[other].kind.clone(), used[other].address),
                None => (Told::assumed(BLOCKS, "fc"), ""),
            };
            let (name, hosts) = (vm.datastore, BTreeSet::new());
            used.push(Datastore { name, kind, address, hosts, is_told: false, place: place.clone() });
            alike.push(used.len() - 1);
            used.len() - 1
        });
        if !used[number].is_told {
            // The first VM of it says where it is.
            used[number].place = place.clone();
        }
        // A VM that runs on a host can read its disks there, whatever the list says.
        used[number].hosts.insert(home.host);
        on.push(Some(number));
    }
    for datastore in used.iter_mut().filter(|datastore| !datastore.is_told) {
        datastore.hosts = neighbours(&datastore.hosts, inventory);
    }
    let with_vms: BTreeSet<usize> = on.iter().flatten().copied().collect();
    let idle = vdatastore.map_or(0, |_| used.len() - with_vms.len());
    if idle > 0 {
        inventory.left_out.push(("datastores without a VM that runs".to_owned(), idle as u64));
    }
    let arrays = arrays(&used, &with_vms, inventory);
    let mut on: Vec<Option<usize>> = on.into_iter().map(|number| arrays.get(&number?).copied()).collect();
    assumed(&mut on, homes, inventory);
    on
}

/// Of datastores that are called alike the one that is meant on a host: one that it reaches, or else one in its place.
fn meant(alike: &[usize], host: usize, place: &Place, used: &[Datastore<'_>]) -> Option<usize> {
    let reached = alike.iter().find(|number| used[**number].hosts.contains(&host)).copied();
    let near = || {
        let fit = |number: usize| used[number].place.fit(place).filter(|(_, dc)| *dc != Fit::Differs);
        let fits = alike.iter().filter_map(|&number| Some((Reverse(fit(number)?), number)));
        fits.min_by_key(|(fit, _)| *fit).map(|(_, number)| number)
    };
    reached.or_else(near)
}

/// The rows of vDatastore, each datastore once. Hosts that vHost does not list are none.
fn listed<'a>(sheet: &'a Rows, places: &[&Place], inventory: &mut Inventory) -> Vec<Datastore<'a>> {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, host) in inventory.hosts.iter().enumerate() {
        by_name.entry(host.name.to_lowercase()).or_default().push(number);
    }
    let (mut list, mut doubles) = (Vec::new(), 0);
    let mut seen: BTreeMap<(String, &str, BTreeSet<String>), usize> = BTreeMap::new();
    for row in sheet.rows.iter().filter(|row| !sheet.text(row, "Name").is_empty()) {
        let server = sheet.text(row, "VI SDK Server").to_lowercase();
        let names = sheet.text(row, "Hosts").split([',', ';']).map(|name| name.trim().to_lowercase());
        let names: BTreeSet<String> = names.filter(|name| by_name.contains_key(name)).collect();
        let choices = choices(&names, &server, &by_name, places);
        let name = sheet.text(row, "Name");
        let before = seen.entry((server.clone(), name, names)).or_insert(0);
        let hosts = match choices.get(*before) {
            Some(hosts) => hosts.clone(),
            None if choices.is_empty() => BTreeSet::new(),
            None => {
                doubles += 1;
                continue;
            }
        };
        *before += 1;
        let first = hosts.first().map(|host| places[*host]);
        let place = match first.filter(|first| hosts.iter().all(|host| places[*host] == *first)) {
            Some(place) => place.clone(),
            None => Place { server, datacenter: String::new() },
        };
        let kind = kind(sheet, row);
        let address = if kind.value == "nfs" { sheet.text(row, "Address") } else { "" };
        list.push(Datastore { name, kind, address, is_told: !hosts.is_empty(), hosts, place });
    }
    if doubles > 0 {
        let what = "rows of vDatastore with a datastore that is there already";
        inventory.left_out.push((what.to_owned(), doubles));
    }
    list
}

/// The hosts that a list of names can mean: those of one place where it has all of them, else all that are called so.
/// Where several places have them all, as many rows say the same, one for each.
fn choices(
    names: &BTreeSet<String>,
    server: &str,
    by_name: &BTreeMap<String, Vec<usize>>,
    places: &[&Place],
) -> Vec<BTreeSet<usize>> {
    let mut all = BTreeSet::new();
    let mut by_place: BTreeMap<&Place, (usize, BTreeSet<usize>)> = BTreeMap::new();
    let mut known = 0;
    for name in names {
        let alike = by_name.get(name).map_or(&[][..], Vec::as_slice).iter().copied();
        let here = alike.filter(|host| Fit::of(&places[*host].server, server) != Fit::Differs);
        let here: BTreeSet<usize> = here.collect();
        known += usize::from(!here.is_empty());
        for place in here.iter().map(|host| places[*host]).collect::<BTreeSet<_>>() {
            let (count, hosts) = by_place.entry(place).or_default();
            *count += 1;
            hosts.extend(here.iter().filter(|host| places[**host] == place));
        }
        all.extend(here);
    }
    let whole = by_place.into_values().filter(|(count, _)| *count == known);
    let whole: Vec<BTreeSet<usize>> = whole.map(|(_, hosts)| hosts).collect();
    if whole.is_empty() && !all.is_empty() { vec![all] } else { whole }
}

fn kind(sheet: &Rows, row: &Row) -> Told<&'static str> {
    match sheet.text(row, "Type").to_ascii_lowercase().as_str() {
        "nfs" | "nfs41" => Told::by("vDatastore: Type", "nfs"),
        "vsan" => Told::assumed(
            "vSAN, as a storage that the network leads to; its own redundancy is not simulated",
            "iscsi",
        ),
        "vmfs" | "" => Told::assumed(BLOCKS, "fc"),
        _ => Told::assumed("Fibre Channel; vDatastore has a Type that says something else", "fc"),
    }
}

/// Some hosts, and all others of their clusters.
fn neighbours(hosts: &BTreeSet<usize>, inventory: &Inventory) -> BTreeSet<usize> {
    let clusters: BTreeSet<usize> = hosts.iter().filter_map(|host| inventory.hosts[*host].cluster).collect();
    let near = |host: usize| inventory.hosts[host].cluster.is_some_and(|cluster| clusters.contains(&cluster));
    (0..inventory.hosts.len()).filter(|host| hosts.contains(host) || near(*host)).collect()
}

/// Adds an array for all datastores that fail together; which one each datastore is on.
fn arrays(
    used: &[Datastore<'_>],
    with_vms: &BTreeSet<usize>,
    inventory: &mut Inventory,
) -> BTreeMap<usize, usize> {
    let (mut found, mut of_datastore): (BTreeMap<Key<'_>, usize>, _) = (BTreeMap::new(), BTreeMap::new());
    for &number in with_vms {
        let datastore = &used[number];
        let is_local = datastore.hosts.len() == 1 && datastore.is_told && datastore.kind.value != "nfs";
        let key: Key<'_> = match is_local {
            true => ("das", "", BTreeSet::new()),
            false => (datastore.kind.value, datastore.address, datastore.hosts.clone()),
        };
        let array = *found.entry(key).or_insert_with(|| {
            let (kind, reach) = match (is_local, datastore.is_told) {
                (true, _) => (
                    Told::by("vDatastore: only one host reaches each of these", "das"),
                    Source::Export("vDatastore: Hosts".into()),
                ),
                (false, true) => (datastore.kind.clone(), Source::Export("vDatastore: Hosts".into())),
                (false, false) => (datastore.kind.clone(), Source::Assumed(ALL_HOSTS.into())),
            };
            let label =
                if is_local { "local".to_owned() } else { format!("{} {}", kind.value, datastore.name) };
            inventory.arrays.push(Array {
                label,
                kind,
                datastores: Vec::new(),
                hosts: BTreeSet::new(),
                reach,
            });
            inventory.arrays.len() - 1
        });
        inventory.arrays[array].datastores.push(datastore.name.to_owned());
        inventory.arrays[array].hosts.extend(&datastore.hosts);
        of_datastore.insert(number, array);
    }
    of_datastore
}

/// Puts VMs whose disks nobody says where they are on an array of their cluster, or on disks of their host.
fn assumed(on: &mut [Option<usize>], homes: &[Home], inventory: &mut Inventory) {
    let mut of_cluster: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for (slot, home) in on.iter_mut().zip(homes).filter(|(slot, _)| slot.is_none()) {
        let cluster = inventory.hosts[home.host].cluster;
        let array = *of_cluster.entry(cluster).or_insert_with(|| {
            let (label, kind) = match cluster {
                Some(cluster) => {
                    let label = format!("{} array", inventory.clusters[cluster].name);
                    (label, Told::assumed("one Fibre Channel array; no sheet says where disks are", "fc"))
                }
                None => {
                    let why = "disks of the host itself; no sheet says where they are";
                    ("local disks".to_owned(), Told::assumed(why, "das"))
                }
            };
            let inside = |host: &usize| inventory.hosts[*host].cluster == cluster;
            let hosts: BTreeSet<usize> = (0..inventory.hosts.len()).filter(inside).collect();
            let reach = Source::Assumed(ALL_HOSTS.into());
            inventory.arrays.push(Array { label, kind, datastores: Vec::new(), hosts, reach });
            inventory.arrays.len() - 1
        });
        *slot = Some(array);
    }
}
