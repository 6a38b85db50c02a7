//! Proxmox VE: what `pvesh get /cluster/resources --output-format json` prints, an array of nodes, guests and storages.
//!
//! Read: sizes of nodes and of guests that run, which of them HA manages, shared and local storage. A node's `maxcpu` are
//! its logical processors. The list does not say on which storage a guest's disks are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::names::shown;
use super::trouble::Trouble;
use super::{Array, Cluster, Host, Inventory, Priority, Problem, Says, Source, Told, Vm, overcommit};

/// One entry. Keys that are not here are ignored.
#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    node: String,
    #[serde(default)]
    name: String,
    vmid: Option<u64>,
    #[serde(default)]
    status: String,
    maxcpu: Option<f64>,
    maxmem: Option<f64>,
    #[serde(default)]
    template: Value,
    #[serde(default)]
    hastate: String,
    #[serde(default)]
    pool: String,
    #[serde(default)]
    storage: String,
    #[serde(default)]
    plugintype: String,
    #[serde(default)]
    shared: Value,
    /// What may lie on a storage: words with commas between them.
    #[serde(default)]
    content: String,
}

impl Resource {
    /// Whether disks of guests may lie on a storage. Old lists do not say it.
    fn holds_disks(&self) -> bool {
        let mut words = self.content.split(',').map(str::trim).filter(|word| !word.is_empty()).peekable();
        words.peek().is_none() || words.any(|word| matches!(word, "images" | "rootdir"))
    }
}

/// The same behind `data`, as the API answers.
#[derive(Deserialize)]
struct Answer {
    data: Vec<Resource>,
}

const COMMAND: &str = "give what `pvesh get /cluster/resources --output-format json` prints";
const MIB: f64 = 1_048_576.0;
const CORES_MAX: f64 = 65_536.0;
const MEMORY_MIB_MAX: f64 = 67_108_864.0;

/// The inventory in the list, or everything that is wrong with it.
///
/// ```
/// use ninefold::inventory::proxmox::read;
/// let wrong = read(b"[{\"type\": \"node\"").unwrap_err();
/// assert!(wrong[0].place.contains("line 1"));
/// ```
pub fn read(json: &[u8]) -> Result<Inventory, Vec<Problem>> {
    let resources = parsed(json).map_err(|problem| vec![problem])?;
    let mut trouble = Trouble::default();
    let says = Says {
        size: Source::Export("maxcpu, maxmem".into()),
        host: Source::Export("node".into()),
        priority: Source::Assumed("Proxmox has no priorities".into()),
    };
    let mut inventory = Inventory::of("Proxmox VE", "proxmox", says);
    let count = |kinds: &[&str]| resources.iter().filter(|r| kinds.contains(&r.kind.as_str())).count();
    inventory.read = vec![
        format!("nodes: {}", count(&["node"])),
        format!("guests: {}", count(&["qemu", "lxc"])),
        format!("storages: {}", count(&["storage"])),
    ];
    let numbers = hosts(&resources, &mut inventory, &mut trouble);
    guests(&resources, &numbers, &mut inventory, &mut trouble);
    trouble.end()?;
    overcommit::refuse(&inventory)?;
    storages(&resources, &numbers, &mut inventory);
    cluster(&mut inventory);
    Ok(inventory)
}

fn parsed(json: &[u8]) -> Result<Vec<Resource>, Problem> {
    let wrong = |error: &serde_json::Error| Problem {
        place: format!("line {}, column {}", error.line(), error.column()),
        what: format!("it is no list of resources: {}", shown(&error.to_string())),
        remedy: COMMAND.into(),
    };
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let is_answer = json.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if is_answer {
        return serde_json::from_slice::<Answer>(json)
            .map(|answer| answer.data)
            .map_err(|error| wrong(&error));
    }
    serde_json::from_slice(json).map_err(|error| wrong(&error))
}

/// 0 and 1, as numbers, truths or texts.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => text == "1",
        _ => false,
    }
}

/// The nodes, by name.
fn hosts(
    resources: &[Resource],
    inventory: &mut Inventory,
    trouble: &mut Trouble,
) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    let nodes: Vec<&Resource> = resources.iter().filter(|resource| resource.kind == "node").collect();
    // A node that is off does not say how large it is.
    let most =
        |of: fn(&Resource) -> Option<f64>| nodes.iter().filter_map(|node| of(node)).fold(0.0, f64::max);
    let (cores, memory) = (most(|node| node.maxcpu), most(|node| node.maxmem));
    for node in &nodes {
        let place = || format!("node {}", shown(&node.node));
        if node.node.is_empty() || numbers.contains_key(&node.node) {
            trouble.add(place(), "a node without a name, or one that is there twice", COMMAND);
            continue;
        }
        let size = |own: Option<f64>, else_: f64, most: f64, word: &str, trouble: &mut Trouble| {
            let value = own.unwrap_or(else_);
            if !(1.0..=most).contains(&value) {
                trouble.add(place(), format!("{word} is missing or out of range"), COMMAND);
            }
            let whole = value.clamp(1.0, most) as u64;
            match own {
                Some(_) => Told::by(word, whole),
                None => {
                    Told::assumed(format!("as the largest other node; it is off and has no {word}"), whole)
                }
            }
        };
        let mib = |bytes: f64| bytes / MIB;
        let cores = size(node.maxcpu, cores, CORES_MAX, "maxcpu", trouble);
        let memory_mib = size(node.maxmem.map(mib), mib(memory), MEMORY_MIB_MAX, "maxmem", trouble);
        numbers.insert(node.node.clone(), inventory.hosts.len());
        inventory.hosts.push(Host {
            name: node.node.clone(),
            cluster: None,
            datacenter: None,
            fault_domain: None,
            cores,
            memory_mib,
            cpu: None,
            migrates: true,
        });
    }
    if nodes.is_empty() {
        trouble.add("the list", "there is no node in it", COMMAND);
    }
    numbers
}

fn guests(
    resources: &[Resource],
    numbers: &BTreeMap<String, usize>,
    inventory: &mut Inventory,
    trouble: &mut Trouble,
) {
    let mut left_out: BTreeMap<&str, u64> = BTreeMap::new();
    for guest in resources.iter().filter(|resource| matches!(resource.kind.as_str(), "qemu" | "lxc")) {
        let why = if is_true(&guest.template) {
            Some("templates")
        } else if guest.status != "running" {
            Some("guests that do not run")
        } else {
            None
        };
        if let Some(why) = why {
            *left_out.entry(why).or_insert(0) += 1;
            continue;
        }
        let place = || {
            format!("{} {}", guest.kind, guest.vmid.map_or_else(|| shown(&guest.name), |id| id.to_string()))
        };
        let Some(&host) = numbers.get(&guest.node) else {
            let what = format!("it runs on node \"{}\", which is not in the list", shown(&guest.node));
            trouble.add(place(), what, COMMAND);
            continue;
        };
        let mut size = |value: Option<f64>, most: f64, word: &str| {
            let value = value.unwrap_or(0.0).ceil();
            if !(1.0..=most).contains(&value) {
                trouble.add(place(), format!("{word} is missing or out of range"), COMMAND);
            }
            value.clamp(0.0, most) as u64
        };
        let cores = size(guest.maxcpu, CORES_MAX, "maxcpu");
        let memory_mib = size(guest.maxmem.map(|bytes| bytes / MIB), MEMORY_MIB_MAX, "maxmem");
        let name = if guest.name.is_empty() { place() } else { guest.name.clone() };
        inventory.vms.push(Vm {
            name: name.into(),
            host,
            host_is_told: true,
            cores,
            memory_mib,
            priority: Priority::Medium,
            isolation_response: None,
            is_restarted: !matches!(guest.hastate.as_str(), "" | "disabled" | "ignored" | "stopped"),
            array: None,
            folder: Box::default(),
            resource_pool: guest.pool.clone().into(),
            vapp: Box::default(),
            apart: None,
        });
    }
    inventory.left_out.extend(left_out.into_iter().map(|(why, count)| (why.to_owned(), count)));
    if inventory.vms.is_empty() {
        trouble.add("the list", "no guest in it runs", COMMAND);
    }
}

/// The shared storage that most nodes reach holds all disks, of nodes that do not reach it local disks do.
fn storages(resources: &[Resource], numbers: &BTreeMap<String, usize>, inventory: &mut Inventory) {
    let mut shared: BTreeMap<&str, (&str, BTreeSet<usize>)> = BTreeMap::new();
    let mut without_disks = BTreeSet::new();
    for storage in resources.iter().filter(|resource| resource.kind == "storage" && is_true(&resource.shared))
    {
        if !storage.holds_disks() {
            without_disks.insert(&storage.storage);
            continue;
        }
        let entry = shared.entry(&storage.storage).or_insert((&storage.plugintype, BTreeSet::new()));
        entry.1.extend(numbers.get(&storage.node));
    }
    if !without_disks.is_empty() {
        let why = "shared storages for backups and the like, without images or rootdir in their content";
        inventory.left_out.push((why.to_owned(), without_disks.len() as u64));
    }
    // A node that is off lists no storage at all, local disks neither.
    let listed: BTreeSet<&str> =
        resources.iter().filter(|r| r.kind == "storage").map(|storage| storage.node.as_str()).collect();
    let silent = numbers.iter().filter(|(node, _)| !listed.contains(node.as_str())).map(|(_, &host)| host);
    let silent: BTreeSet<usize> = silent.collect();
    // Backups lie on a shared storage of their own.
    let with_disks = shared.into_iter().filter(|(_, (plugin, hosts))| *plugin != "pbs" && !hosts.is_empty());
    // Of equal ones the first by name.
    let widest = with_disks.rev().max_by_key(|(_, (_, hosts))| hosts.len());
    if let Some((name, (plugin, mut hosts))) = widest {
        hosts.extend(silent);
        let kind = match plugin {
            "nfs" | "cifs" | "cephfs" | "glusterfs" => "nfs",
            _ => "iscsi",
        };
        let why = format!(
            "the shared storage that most nodes reach has all disks; the list does not say it; its type is {}",
            shown(plugin)
        );
        let reach = Source::Export("nodes that have it, and those that are off".into());
        let kind = Told::assumed(why, kind);
        inventory.arrays.push(Array {
            label: name.to_owned(),
            kind,
            datastores: vec![name.to_owned()],
            hosts,
            reach,
        });
    }
    let is_shared = |inventory: &Inventory, host: usize| {
        inventory.arrays.first().is_some_and(|a| a.hosts.contains(&host))
    };
    let rest: BTreeSet<usize> =
        (0..inventory.hosts.len()).filter(|&host| !is_shared(inventory, host)).collect();
    let shared = (!inventory.arrays.is_empty()).then_some(0);
    if inventory.vms.iter().any(|vm| rest.contains(&vm.host)) {
        let kind = Told::assumed("disks of the node itself; no shared storage is on it", "das");
        let reach = Source::Assumed("nodes without the shared storage".into());
        let label = "local disks".to_owned();
        inventory.arrays.push(Array { label, kind, datastores: Vec::new(), hosts: rest.clone(), reach });
    }
    let local = inventory.arrays.len().checked_sub(1);
    for vm in &mut inventory.vms {
        vm.array = if rest.contains(&vm.host) { local } else { shared };
    }
}

/// All nodes are one cluster, if there are several.
fn cluster(inventory: &mut Inventory) {
    if inventory.hosts.len() < 2 {
        inventory.vms.iter_mut().for_each(|vm| vm.is_restarted = false);
        return;
    }
    let managed = inventory.vms.iter().filter(|vm| vm.is_restarted).count();
    let restarts = match managed {
        0 => Told::by("hastate: no guest is managed by HA", false),
        _ => Told::by("hastate", true),
    };
    let mut settings = Vec::new();
    if inventory.hosts.len() == 2 {
        let why = "two nodes alone have no quorum when one fails (OSS-11); a QDevice stands by them";
        settings.push(("witness", Told::assumed(why, "\"share\"".to_owned())));
    }
    inventory.clusters.push(Cluster {
        name: "proxmox".to_owned(),
        whereabouts: None,
        product: Told::by("Proxmox VE", "proxmox"),
        restarts,
        failover_level: Told::by("Proxmox has no admission control", 0),
        settings,
    });
    inventory.hosts.iter_mut().for_each(|host| host.cluster = Some(0));
    let loose = inventory.vms.len() - managed;
    if managed > 0 && loose > 0 {
        inventory
            .remarks
            .push(format!("{loose} guests are not managed by HA: nothing restarts them elsewhere"));
    }
}
