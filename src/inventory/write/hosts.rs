//! Sites, racks, networks, storage, hosts and clusters.

use super::page::Page;
use crate::inventory::names::{quoted, shown};
use crate::inventory::overcommit::{self, Overcommit};
use crate::inventory::plan::{HostGroup, Plan, domain};
use crate::inventory::{Cluster, Host, Inventory, Source};

/// Limits of products that an export may be beyond: hosts and VMs of a cluster (VML-14, VMW-96, VMW-97).
const LIMITS: [(&str, usize, usize); 3] =
    [("vmware-ha-4", 32, 1_280), ("vsphere-6", 64, 8_000), ("vsphere-8", 96, 10_000)];

/// Writes them. Of each cluster that is overcommitted: its name, and by how much.
pub(super) fn write(page: &mut Page, inventory: &Inventory, plan: &Plan) -> Vec<(String, Overcommit)> {
    building(page, inventory, plan);
    page.part("Hosts");
    for group in &plan.host_groups {
        host_group(page, inventory, plan, group);
    }
    page.part("Clusters");
    let used = overcommit::used(inventory);
    let mut overcommitted = Vec::new();
    for (number, row) in inventory.clusters.iter().enumerate() {
        let needed = needed(inventory, &used, Some(number));
        page.table("cluster", &plan.clusters[number], Some(&row.name));
        if let Some(whereabouts) = &row.whereabouts {
            page.comment(&format!("That of {whereabouts}: others are called like it."));
        }
        cluster(page, inventory, plan, number);
        beyond(page, inventory, number);
        overcommit(page, needed);
        if needed != Overcommit::default() {
            overcommitted.push((row.name.clone(), needed));
        }
    }
    overcommitted.extend(alone(page, inventory, plan, &used));
    maintenance(page, inventory, plan);
    overcommitted
}

fn building(page: &mut Page, inventory: &Inventory, plan: &Plan) {
    page.part("Sites, networks and storage");
    for (name, foreign) in plan.sites.iter().zip(&inventory.datacenters) {
        page.table("site", name, Some(foreign));
        page.comment(
            "ASSUMED: each datacenter of the export is a site; the export says nothing of buildings.",
        );
        let why = "a tier III site is down for 1.6 h a year (Uptime Institute), here once in five years";
        page.assumed("outage", "{ mttf = \"5 y\", mttr = \"8 h\" }", why);
    }
    for ((datacenter, cluster, domain), name) in &plan.racks {
        page.table("rack", name, Some(domain));
        page.comment("ASSUMED: a fault domain of vSAN (vHost) is a rack.");
        if plan.racks.keys().filter(|(.., other)| other == domain).count() > 1 {
            let of = cluster.map_or("no cluster", |cluster| plan.clusters[cluster].as_str());
            page.comment(&format!(
                "ASSUMED: others are called like it, and each cluster has its own; this is that of {of}."
            ));
        }
        if let Some(site) = datacenter {
            page.line(&format!("site = \"{}\"", plan.sites[*site]));
        }
        page.assumed(
            "outage",
            "{ mttf = \"10.2 y\", mttr = \"4 h\" }",
            "Ford et al. 2010; t_rep, a four-hour contract",
        );
    }
    if plan.racks.is_empty() {
        page.comment("ASSUMED: no racks. Where hosts share power or a top-of-rack switch, add [rack.NAME] and name it in the hosts.");
    }
    page.table("network", "lan", None);
    page.assumed("carries", "[\"client\", \"management\"]", "one pair of core switches for both");
    let outage = "{ mttf = \"8.3 y\", ttr = { law = \"lognormal\", median = \"70 min\", sigma = 1.59 } }";
    page.assumed("outage", outage, "Gill et al. 2011; Schroeder and Gibson 2006");
    for (name, array) in plan.arrays.iter().zip(&inventory.arrays) {
        page.table("storage", name, None);
        if !array.datastores.is_empty() {
            page.originals("datastores", array.datastores.iter().map(String::as_str));
            if array.datastores.len() > 1 && array.kind.value != "das" {
                page.comment("ASSUMED: they are on one array, since the same hosts reach them; the export does not say it.");
            }
        }
        page.value("kind", &quoted(array.kind.value), &array.kind.source);
        page.assumed(
            "outage",
            "{ mttf = \"400000 h\", mttr = \"4 h\" }",
            "five nines, and t_rep: 4 h in 400,000 h (STO-17)",
        );
    }
}

fn host_group(page: &mut Page, inventory: &Inventory, plan: &Plan, group: &HostGroup) {
    let host = &inventory.hosts[group.hosts[0]];
    page.table("host", &group.name, None);
    let originals = group.hosts.iter().map(|&host| inventory.hosts[host].name.as_str());
    let what = if group.hosts.len() == 1 {
        format!("{}-1", group.name)
    } else {
        format!("{0}-1 to {0}-{1}", group.name, group.hosts.len())
    };
    page.originals(&what, originals.collect::<Vec<_>>().into_iter());
    page.line(&format!("count = {}", group.hosts.len()));
    sizes(page, inventory, group);
    if let Some(cpu) = &host.cpu {
        page.value("cpu", &quoted(cpu), &Source::Export("vHost: CPU Model".into()));
    }
    match (&domain(host), host.datacenter) {
        (Some(domain), _) => {
            let rack = plan.racks.get(domain).map_or("", String::as_str);
            page.value(
                "rack",
                &format!("\"{rack}\""),
                &Source::Export("vHost: vSAN Fault Domain Name".into()),
            );
        }
        (None, Some(site)) => {
            page.value(
                "site",
                &format!("\"{}\"", plan.sites[site]),
                &Source::Export("vHost: Datacenter".into()),
            );
        }
        (None, None) => {}
    }
    if let Some(&first) = group.arrays.first() {
        let names = group.arrays.iter().map(|&array| plan.arrays[array].as_str());
        page.names("storage", names, &inventory.arrays[first].reach);
    }
    if host.migrates {
        page.assumed("migration", "\"1 Gbit/s\"", "the least that is advised for live migration (HYP-44)");
    }
    page.assumed("boot", "\"5 min\"", "self test, hypervisor and agents of a rack server");
    let crash = "{ ttf = { law = \"weibull\", shape = 0.75, mean = \"8760 h\" }, ttr = { law = \"lognormal\", median = \"54 min\", sigma = 1.94 } }";
    page.assumed("crash", crash, "Schroeder and Gibson 2006, managed servers");
}

/// Cores and memory. Of some hosts of a group they may be assumed, where others have as much.
fn sizes(page: &mut Page, inventory: &Inventory, group: &HostGroup) {
    of_hosts(page, inventory, group, "cores", |host| (host.cores.value.to_string(), &host.cores.source));
    of_hosts(page, inventory, group, "memory", |host| {
        (format!("\"{} MiB\"", host.memory_mib.value), &host.memory_mib.source)
    });
}

fn of_hosts(
    page: &mut Page,
    inventory: &Inventory,
    group: &HostGroup,
    key: &str,
    of: fn(&Host) -> (String, &Source),
) {
    let hosts = || group.hosts.iter().map(|&host| &inventory.hosts[host]);
    let is_assumed = |host: &&Host| matches!(of(host).1, Source::Assumed(_));
    let told = hosts().find(|host| !is_assumed(host));
    let (value, source) = of(told.unwrap_or(&inventory.hosts[group.hosts[0]]));
    page.value(key, &value, source);
    let assumed: Vec<&Host> = hosts().filter(|host| told.is_some() && is_assumed(host)).collect();
    if let Some(one) = assumed.first() {
        let what = format!("{key} {}, of", super::page::words(of(one).1));
        page.originals(&what, assumed.iter().map(|host| host.name.as_str()));
    }
}

fn cluster(page: &mut Page, inventory: &Inventory, plan: &Plan, number: usize) {
    let row = &inventory.clusters[number];
    page.value("product", &quoted(row.product.value), &row.product.source);
    let groups = plan.groups_of(inventory, Some(number)).map(|group| group.name.as_str());
    page.names("hosts", groups, &Source::Export("the hosts that name this cluster".into()));
    let hosts = size(inventory, Some(number));
    match row.failover_level.value {
        0 => page.value("admission", "\"none\"", &row.failover_level.source),
        level => {
            let part = overcommit::reserved(row, hosts);
            let policy =
                format!("{{ policy = \"percentage\", memory = \"{part} %\", cores = \"{part} %\" }}");
            page.value("admission", &policy, &row.failover_level.source);
            page.comment(&format!(
                "ASSUMED: room for {level} of {hosts} hosts is kept as a percentage (VMW-89); the export does not say which policy."
            ));
        }
    }
    for (key, told) in &row.settings {
        if *key == "balance" && told.value == "\"on\"" {
            page.comment(&format!(
                "balance = \"on\" would follow ({}), but it counts only where VMs say how busy they are.",
                super::page::words(&told.source)
            ));
        } else {
            page.told(key, told);
        }
    }
}

/// A cluster that is larger than its product supports runs all the same.
fn beyond(page: &mut Page, inventory: &Inventory, number: usize) {
    let row = &inventory.clusters[number];
    let hosts = size(inventory, Some(number));
    let vms = inventory.vms.iter().filter(|vm| inventory.hosts[vm.host].cluster == Some(number)).count();
    let limit = LIMITS.iter().find(|(word, ..)| *word == row.product.value);
    if limit.is_some_and(|(_, most_hosts, most_vms)| hosts > *most_hosts || vms > *most_vms) {
        page.comment(&format!(
            "It has {hosts} hosts and {vms} VMs, more than its product supports, and runs all the same."
        ));
        page.line("limits = \"ignore\"");
    }
}

fn overcommit(page: &mut Page, needed: Overcommit) {
    let hundredths = |value: u64| format!("{}.{:02}", value / 100, value % 100);
    if let Some(memory) = needed.memory {
        page.comment(
            "ASSUMED: VMs are configured with more memory than fits on their hosts. The product starts them there all the \
             same, and lets them contend (VMW-93); so that all of them fit, also after the failures that the cluster is \
             meant to survive:",
        );
        page.line(&format!("memory_overcommit = {}", hundredths(memory)));
    }
    if let Some(cores) = needed.cores {
        page.comment("ASSUMED: VMs have more cores than eight for each core of a host, the default. So that all of them fit:");
        page.line(&format!("cpu_overcommit = {}", hundredths(cores)));
    }
}

/// Hosts that stand alone are in no cluster, but where they are overcommitted: only a cluster can say so.
fn alone(
    page: &mut Page,
    inventory: &Inventory,
    plan: &Plan,
    used: &[(u64, u64)],
) -> Option<(String, Overcommit)> {
    let needed = needed(inventory, used, None);
    if needed == Overcommit::default() {
        return None;
    }
    let mut name = "stand-alone".to_owned();
    while plan.clusters.contains(&name) {
        name.push('_');
    }
    page.table("cluster", &name, None);
    page.comment(
        "Hosts that are in no cluster, and overcommitted. No strategy restarts their VMs elsewhere.",
    );
    page.line("product = \"custom\"");
    page.line("detection = \"0 s\"");
    let groups = plan.groups_of(inventory, None).map(|group| group.name.as_str());
    page.names("hosts", groups, &Source::Export("the hosts that name no cluster".into()));
    overcommit(page, needed);
    Some(("hosts that stand alone".to_owned(), needed))
}

fn needed(inventory: &Inventory, used: &[(u64, u64)], cluster: Option<usize>) -> Overcommit {
    let hosts: Vec<usize> =
        (0..inventory.hosts.len()).filter(|&host| inventory.hosts[host].cluster == cluster).collect();
    let inside = inventory.vms.iter().filter(|vm| inventory.hosts[vm.host].cluster == cluster);
    let largest = inside.fold((0, 0), |(cores, mib), vm| (vm.cores.max(cores), vm.memory_mib.max(mib)));
    let row: Option<&Cluster> = cluster.map(|cluster| &inventory.clusters[cluster]);
    overcommit::needed(inventory, used, &hosts, largest, row)
}

fn size(inventory: &Inventory, cluster: Option<usize>) -> usize {
    inventory.hosts.iter().filter(|host| host.cluster == cluster).count()
}

fn maintenance(page: &mut Page, inventory: &Inventory, plan: &Plan) {
    page.part("Planned work");
    page.comment(
        "ASSUMED: firmware and hypervisor patches every quarter, an hour a host, one host of a cluster at a time; where \
         hosts have a migration link their VMs leave them alive first (MTX-82).",
    );
    let clusters = (0..inventory.clusters.len()).map(Some).chain([None]);
    for cluster in clusters {
        let hosts = size(inventory, cluster);
        if hosts == 0 {
            continue;
        }
        let name = cluster.map_or("stand-alone-hosts", |cluster| plan.clusters[cluster].as_str());
        let foreign = cluster.map(|cluster| inventory.clusters[cluster].name.as_str());
        // A cluster may be called so as well.
        let mut name = name.to_owned();
        while cluster.is_none() && plan.clusters.contains(&name) {
            name.push('_');
        }
        page.table("maintenance", &name, None);
        let groups = plan.groups_of(inventory, cluster).map(|group| group.name.as_str());
        let of = foreign
            .map_or_else(|| "hosts in no cluster".to_owned(), |name| format!("cluster \"{}\"", shown(name)));
        page.names("hosts", groups, &Source::Export(of));
        page.assumed("first", "\"14 d\"", "after two weeks");
        page.assumed("every", "\"91 d\"", "every quarter");
        page.assumed("lasts", "\"1 h\"", "an hour a host");
        // A round must end before the next one begins.
        let at_once = hosts.div_ceil(200);
        page.assumed("at_once", &at_once.to_string(), "N+1 is kept for the fault that does not wait");
    }
}
