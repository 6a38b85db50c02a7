//! What an import has read, left out and assumed: the lines that a person sees.

use super::Inventory;
use super::names::cut;
use super::overcommit::Overcommit;
use super::plan::Plan;

/// Clusters that are told one by one; the scenario has them all.
const CLUSTERS_TOLD: usize = 20;

/// A line each. They may hold names as the export has them.
pub(super) fn lines(
    inventory: &Inventory,
    plan: &Plan,
    overcommitted: &[(String, Overcommit)],
) -> Vec<String> {
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let mut lines = vec![format!("read {}", inventory.read.join(", "))];
    lines.push(format!(
        "found {} in {}, {} in {}, {} in {}",
        many(inventory.hosts.len(), "host"),
        many(plan.host_groups.len(), "group"),
        many(inventory.clusters.len(), "cluster"),
        many(inventory.datacenters.len(), "datacenter"),
        many(inventory.vms.len(), "VM"),
        many(plan.services.len(), "service"),
    ));
    lines.extend(inventory.left_out.iter().map(|(what, count)| format!("left out: {what}: {count}")));
    for (number, cluster) in inventory.clusters.iter().enumerate().take(CLUSTERS_TOLD) {
        let hosts = inventory.hosts.iter().filter(|host| host.cluster == Some(number)).count();
        let restarts = if cluster.restarts.value { "restarts its VMs" } else { "restarts nothing" };
        let admission = match cluster.failover_level.value {
            0 => "no admission control".to_owned(),
            level => format!("keeps room for {level} of its hosts"),
        };
        // What counts only where VMs say how busy they are does not become a setting.
        let is_set = |key: &str, value: &str| (key, value) != ("balance", "\"on\"");
        let settings = cluster.settings.iter().filter(|(key, told)| is_set(key, &told.value));
        let settings = settings.map(|(key, told)| format!("{key} = {}", told.value));
        let words = [many(hosts, "host"), cluster.product.value.to_owned(), restarts.to_owned(), admission];
        let words: Vec<String> = words.into_iter().chain(settings).collect();
        let of = cluster.whereabouts.as_ref().map_or_else(String::new, |place| format!(" of {place}"));
        lines.push(format!("cluster {}{of}: {}", cut(&cluster.name), words.join(", ")));
    }
    for (name, needed) in overcommitted {
        let name = cut(name);
        let hundredths = |value: u64| format!("{}.{:02}", value / 100, value % 100);
        for (key, value) in [("memory_overcommit", needed.memory), ("cpu_overcommit", needed.cores)] {
            if let Some(value) = value {
                lines.push(format!(
                    "overcommitted: {name}: its VMs do not fit on its hosts; {key} = {}",
                    hundredths(value)
                ));
            }
        }
    }
    lines.extend(inventory.remarks.iter().map(|remark| format!("note: {remark}")));
    lines.push(
        "assumed: failure rates, repair and boot times, networks, sites, planned work; see ASSUMED in the scenario".to_owned(),
    );
    lines
}
