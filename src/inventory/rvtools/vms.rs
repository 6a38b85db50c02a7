//! vInfo: the VMs that run, and where.

use std::collections::{BTreeMap, BTreeSet};

use super::clusters::Defaults;
use super::homes::Home;
use super::place::Place;
use super::sheet::{Row, Rows};
use super::words;
use crate::inventory::trouble::Trouble;
use crate::inventory::{Inventory, Priority, Says, Source, Told, Vm};

/// A VM that runs, as its row says it.
#[derive(Debug)]
pub(super) struct Running<'a> {
    pub(super) name: &'a str,
    pub(super) cores: u64,
    pub(super) memory_mib: u64,
    pub(super) host: &'a str,
    pub(super) cluster: &'a str,
    pub(super) place: Place,
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
    let (mut list, mut seen, mut fault_tolerant, mut guests_of_hosts) = (Vec::new(), BTreeSet::new(), 0, 0);
    for row in &vinfo.rows {
        let text = |word: &str| vinfo.text(row, word);
        let mut why = left_out_for(vinfo, row);
        // A VM that is off here may run elsewhere: only rows of one kind are one.
        if let Some(identity) = Identity::of(vinfo, row)
            && !seen.insert((why, identity))
        {
            why = Some("rows of vInfo with a VM that is there already");
        }
        if let Some(why) = why {
            *left_out.entry(why).or_insert(0) += 1;
            continue;
        }
        let cores = size(vinfo, row, "CPUs", CORES_MAX, trouble);
        let memory_mib = size(vinfo, row, "Memory", MEMORY_MIB_MAX, trouble);
        let has_ft = !matches!(text("FT State").to_ascii_lowercase().as_str(), "" | "notconfigured");
        fault_tolerant += u64::from(has_ft);
        guests_of_hosts += u64::from(text("Host").is_empty());
        list.push(Running {
            name: text("VM"),
            cores,
            memory_mib,
            host: text("Host"),
            cluster: text("Cluster"),
            place: Place::of(text("VI SDK Server"), text("Datacenter")),
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

/// Cores or memory of a VM that runs.
fn size(vinfo: &Rows, row: &Row, word: &str, most: u64, trouble: &mut Trouble) -> u64 {
    let has = vinfo.text(row, word);
    let value = vinfo.whole(row, word, trouble);
    if has.is_empty() || value.is_some_and(|value| value == 0 || value > most) {
        let what = if has.is_empty() { "it is empty".to_owned() } else { format!("{has} is out of range") };
        trouble.add(vinfo.place(row, word), what, format!("a VM that runs has from 1 to {most}"));
    }
    value.unwrap_or(0)
}

/// Which VM a row is about: exports that overlap, merged into one, have it twice.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    Uuid(String),
    /// Numbers begin anew on every server.
    Number(String, &'a str),
    /// Its place, its cluster, its host, its file, and its name.
    Names(Place, [&'a str; 4]),
}

impl<'a> Identity<'a> {
    /// The surest that a row has; nothing where it may be any.
    fn of(vinfo: &'a Rows, row: &'a Row) -> Option<Identity<'a>> {
        let text = |word: &str| vinfo.text(row, word);
        let place = Place::of(text("VI SDK Server"), text("Datacenter"));
        let names = [text("Host"), text("Path"), text("VM")];
        if !text("VM UUID").is_empty() {
            Some(Identity::Uuid(text("VM UUID").to_lowercase()))
        } else if !text("VM ID").is_empty() && !place.server.is_empty() {
            Some(Identity::Number(place.server, text("VM ID")))
        } else if names.iter().all(|name| !name.is_empty()) {
            Some(Identity::Names(place, [text("Cluster"), names[0], names[1], names[2]]))
        } else {
            None
        }
    }
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
    } else if connection == "disconnected"
        && ["CPUs", "Memory"].iter().any(|word| is_nothing(vinfo.text(row, word)))
    {
        Some("VMs that are disconnected and have no CPUs or no memory")
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

fn is_nothing(size: &str) -> bool {
    size.is_empty() || super::numbers::whole(size) == Some(0)
}

/// `san1` of `[san1] web01/web01.vmx`. Names of datastores may hold brackets, and those of folders behind them as well.
fn datastore(path: &str) -> &str {
    let Some(rest) = path.strip_prefix('[') else { return "" };
    let is_end = |at: &usize| rest[at + 1..].is_empty() || rest[at + 1..].starts_with(' ');
    let mut depth = 1_i64;
    let balanced = rest.char_indices().find_map(|(at, c)| {
        depth += i64::from(c == '[') - i64::from(c == ']');
        (depth == 0).then_some(at)
    });
    let folder = rest.find('/').unwrap_or(rest.len());
    let end = balanced.filter(is_end).or_else(|| rest.find("] ")).or_else(|| rest[..folder].rfind(']'));
    end.map_or("", |end| rest[..end].trim())
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

/// Adds them to the inventory, with what their clusters say of them.
pub(super) fn add(
    running: Vec<Running<'_>>,
    homes: &[Home],
    on: &[Option<usize>],
    defaults: &[Defaults],
    inventory: &mut Inventory,
) {
    let (mut monitored, mut unknown) = (0, 0);
    for ((vm, home), array) in running.into_iter().zip(homes).zip(on) {
        let cluster = inventory.hosts[home.host].cluster;
        let default = cluster.map(|cluster| &defaults[cluster]);
        let priority = words::priority(vm.priority).or(default.map(|default| default.priority)).flatten();
        let restarts = cluster.is_some_and(|cluster| inventory.clusters[cluster].restarts.value);
        let is_restarted = restarts && priority.is_some();
        let mut isolation_response = None;
        if let Some(default) = default {
            // VMW-40: whoever is not restarted is not stopped either.
            let own = words::isolation(vm.isolation);
            unknown += u64::from(own.is_none() && !words::leaves_isolation_to_its_cluster(vm.isolation));
            let own = own.filter(|own| is_restarted && *own != default.isolation);
            isolation_response = own.map(|own| Told::by("vInfo: HA Isolation Response", own));
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
            is_restarted,
            isolation_response,
            array: *array,
            folder: vm.folder.into(),
            resource_pool: vm.resource_pool.into(),
            vapp: vm.vapp.into(),
            apart: vm.apart,
        });
    }
    if unknown > 0 {
        let remark = format!(
            "VMs whose isolation response is no word that is known: {unknown}; they have that of their cluster"
        );
        inventory.remarks.push(remark);
    }
    if monitored > 0 {
        let remark = format!(
            "VMs with another VM monitoring than their cluster's: {monitored}; the scenario has one for each cluster"
        );
        inventory.remarks.push(remark);
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
    }

    #[test]
    fn a_datastore_may_have_brackets_in_its_name_and_folders_behind_it_too() {
        for (path, name) in [
            ("[san 1] a/b.vmx", "san 1"),
            ("[SAN [A]] x/x.vmx", "SAN [A]"),
            ("[SAN [A] old] x/x.vmx", "SAN [A] old"),
            ("[a]b] x/x.vmx", "a]b"),
            ("[a[b] x/x.vmx", "a[b"),
            ("[ds1] web [old]/web [old].vmx", "ds1"),
            ("[ds1]web]/web.vmx", "ds1]web"),
            ("[ds1]", "ds1"),
            (" ", ""),
            ("[x", ""),
            ("x/[y].vmx", ""),
        ] {
            assert_eq!(datastore(path), name, "{path}");
        }
    }
}
