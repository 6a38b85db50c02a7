//! The scenario of an inventory, as text: tables in the order of a scenario's reference, every value with the sheet that
//! it comes from, or `ASSUMED` and the reason.
//!
//! What no export holds is what `scenarios/san-diego.toml` has, with the same facts.

mod hosts;
mod page;
mod services;
mod strategies;

use self::page::Page;
use super::plan::Plan;
use super::{Grouping, Inventory, summary};

/// A scenario, and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The scenario.
    pub text: String,
    /// What was read, left out and assumed, a line each. They may hold foreign names.
    pub summary: Vec<String>,
}

/// Writes a scenario that loads, checks and runs as it is.
#[must_use]
pub fn scenario(inventory: &Inventory, grouping: Grouping) -> Imported {
    let plan = Plan::of(inventory, grouping);
    let mut page = Page::default();
    head(&mut page, inventory);
    let overcommitted = hosts::write(&mut page, inventory, &plan);
    services::write(&mut page, inventory, &plan, grouping);
    strategies::write(&mut page, inventory, &plan);
    let summary = summary::lines(inventory, &plan, &overcommitted);
    Imported { text: page.text, summary }
}

fn head(page: &mut Page, inventory: &Inventory) {
    let (hosts, vms) = (inventory.hosts.len(), inventory.vms.len());
    page.comment(&format!(
        "A scenario that `ninefold import {}` has made of an export of {}.",
        inventory.command, inventory.origin
    ));
    page.line("#");
    page.comment(
        "Every value says where it comes from: a sheet and column of the export, or ASSUMED with the reason, a fact of the \
         field or nothing better than judgement. What is assumed decides downtimes as much as what was exported: failure \
         rates, repair times and boot times first. Replace them with your own.",
    );
    page.line("#");
    page.comment(&format!("Read: {}.", inventory.read.join(", ")));
    for (what, count) in &inventory.left_out {
        page.comment(&format!("Left out: {what}: {count}."));
    }
    for remark in &inventory.remarks {
        page.comment(&format!("Note: {remark}."));
    }
    page.line("");
    page.line("schema = 1");
    let plural = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    page.line(&format!(
        "title = \"{}, {} that run\"",
        plural(hosts, "host"),
        plural(vms, "VM").replace("1 VM that run", "1 VM that runs")
    ));
    page.line("");
    page.line("[run]");
    page.assumed("horizon", "\"1 y\"", "downtimes are those of a year");
    let (replications, why) = match vms {
        0..=2_000 => ("1000", "enough for a first answer; more make the intervals narrower"),
        2_001..=20_000 => ("200", "so many VMs say much in each year; raise it for rare outages"),
        _ => ("20", "so many VMs say much in each year, and take long; raise it for rare outages"),
    };
    page.assumed("replications", replications, why);
    page.assumed("seed", "1", "any number; the same gives the same results");
    page.assumed("ages", "\"stationary\"", "the datacenter has been running for years");
}
