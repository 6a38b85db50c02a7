//! Strategies: what is there, and what it is to be compared with.

use super::page::Page;
use crate::inventory::names::key;
use crate::inventory::plan::{Plan, Service};
use crate::inventory::{Inventory, Vm};

const CLUSTERED: &str = "protect = [\"host-cluster\"]";
const ALONE: &str = "protect = []";

pub(super) fn write(page: &mut Page, inventory: &Inventory, plan: &Plan) {
    page.part("Strategies");
    let vm = |service: &Service| -> &Vm { &inventory.vms[service.vms[0]] };
    let is_clustered = |service: &Service| inventory.hosts[vm(service).host].cluster.is_some();
    let is_any_restarted = plan.services.iter().any(|service| vm(service).is_restarted);
    page.table("strategy", "as-it-is", None);
    if is_any_restarted {
        page.comment(
            "What the export says: clusters restart what a host took with it, but for what is listed below.",
        );
        page.line(CLUSTERED);
        except(page, inventory, plan, "as-it-is", &|service| vm(service).is_restarted);
        page.table("strategy", "without-ha", None);
        page.comment(
            "The same hosts, where nobody restarts anything elsewhere: what host clusters are worth.",
        );
        page.line(ALONE);
        return;
    }
    page.comment("What the export says: no cluster restarts anything.");
    page.line(ALONE);
    if plan.services.iter().any(is_clustered) {
        page.table("strategy", "with-ha", None);
        page.comment("The same hosts, with HA enabled in all of their clusters.");
        page.line(CLUSTERED);
        except(page, inventory, plan, "with-ha", &is_clustered);
    }
}

/// Services that a strategy leaves alone, with the reason.
fn except(
    page: &mut Page,
    inventory: &Inventory,
    plan: &Plan,
    strategy: &str,
    protects: &dyn Fn(&Service) -> bool,
) {
    for service in plan.services.iter().filter(|service| !protects(service)) {
        let cluster = inventory.hosts[inventory.vms[service.vms[0]].host].cluster;
        let why = match cluster.map(|cluster| &inventory.clusters[cluster].restarts) {
            None => "its host is in no cluster".to_owned(),
            Some(restarts) if !restarts.value => super::page::words(&restarts.source),
            Some(_) => "its own settings: HA does not restart it".to_owned(),
        };
        page.line(&format!("[strategy.{strategy}.service.{}]", key(&service.name)));
        page.line(&format!("{ALONE} # {why}"));
    }
}
