//! Services: what each group of VMs is, and where it starts.

use std::fmt::Write as _;

use super::page::{Page, words};
use crate::inventory::names::quoted;
use crate::inventory::plan::{Plan, Service};
use crate::inventory::{Grouping, Inventory, Source};

/// What no export says of a guest: key, value, and why.
const ASSUMED: [(&str, &str, &str); 8] = [
    ("role", "\"stateful\"", "the careful one"),
    ("power_on", "\"5 s\"", "t_pon"),
    ("boot", "{ law = \"lognormal\", median = \"60 s\", sigma = 0.4 }", "t_boot"),
    ("start", "\"15 s\"", "t_app"),
    ("recover", "\"30 s\"", "t_rec"),
    ("guest_crash", "{ mttf = \"8760 h\", mttr = \"49 min\" }", "see above"),
    ("app_crash", "{ mttf = \"8760 h\", mttr = \"49 min\" }", "see above"),
    ("app_hang", "{ mttf = \"8760 h\", mttr = \"49 min\" }", "see above"),
];

pub(super) fn write(page: &mut Page, inventory: &Inventory, plan: &Plan, grouping: Grouping) {
    page.part("Services");
    let common = match grouping {
        Grouping::Stem => "whose names differ only in the number at their end",
        Grouping::Folder => "of one folder",
        Grouping::ResourcePool => "of one resource pool",
        Grouping::Vapp => "of one vApp",
        Grouping::Size => "whatever they are called",
        Grouping::None => "each by itself",
    };
    let says_more = inventory.vms.iter().any(|vm| vm.isolation_response.is_some());
    let restart = if says_more { "priority, isolation response" } else { "priority" };
    page.comment(&format!(
        "VMs of one cluster, size, {restart} and storage, {common}: one service each. Its instances are numbered in the order \
         of the names in its comment. VMs that a rule keeps apart are services of their own."
    ));
    page.comment(
        "ASSUMED of all of them: power-on 5 s (t_pon), boot 60 s in the median, as Windows (t_boot), start 15 s and recovery \
         30 s, as a database (t_app, t_rec); the role is \"stateful\", since an export does not say what VMs do. Guests crash every 8,760 h (operating systems in the field data on blades); of \
         applications every 4,380 h a fault needs a person, half of them crashes, half hangs (MTX-75); a person has put it \
         right after 49 min: 15 min in office hours, 60 min outside (t_man).",
    );
    for service in &plan.services {
        one(page, inventory, plan, service);
    }
}

fn one(page: &mut Page, inventory: &Inventory, plan: &Plan, service: &Service) {
    let vm = &inventory.vms[service.vms[0]];
    page.table("service", &service.name, None);
    page.line(&format!("instances = {}", service.vms.len()));
    let names: Vec<&str> = service.vms.iter().map(|&vm| &*inventory.vms[vm].name).collect();
    page.originals("VMs", names.into_iter());
    if let Some(rule) = &vm.apart {
        page.originals("kept apart by the rule", [&**rule].into_iter());
        page.comment(
            "They start where they are now, apart; HA does not heed the rule when it restarts them (VMW-55). If they are the \
             nodes of one application, write one service with instances = 1, and a strategy that protects it with \
             \"guest-failover\" and nodes, or \"nlb\" and members.",
        );
    }
    let mut size = format!("{{ cores = {}, memory = \"{} MiB\"", vm.cores, vm.memory_mib);
    if let Some(array) = vm.array {
        let _ = write!(size, ", storage = \"{}\"", plan.arrays[array]);
    }
    size.push_str(" }");
    page.value("vm", &size, &inventory.says.size);
    page.value("priority", &format!("\"{}\"", vm.priority.word()), &inventory.says.priority);
    if let Some(own) = &vm.isolation_response {
        page.value("isolation_response", &quoted(own.value), &own.source);
    }
    for (key, value, why) in ASSUMED {
        page.assumed(key, value, why);
    }
    let hosts: Vec<String> = service.vms.iter().map(|&vm| plan.host_name(inventory.vms[vm].host)).collect();
    let is_told = service.vms.iter().all(|&vm| inventory.vms[vm].host_is_told);
    let assumed = Source::Assumed(format!(
        "{}; of those without a host the emptiest of their cluster",
        words(&inventory.says.host)
    ));
    let source = if is_told { &inventory.says.host } else { &assumed };
    page.names("place", hosts.iter().map(String::as_str), source);
}
