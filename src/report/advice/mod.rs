//! An advice and its proof as bytes: for a terminal, as Markdown, as CSV, as JSON.

mod formats;
mod proof;

pub use formats::{csv, json, markdown};
pub use proof::{Outcome, Proof, prove};

use super::clean;
use super::figures;
use super::result::RunResult;
use super::table::{COLUMNS, wrap};
use super::text as comparison;
use crate::advice::{Advice, Reason, ServiceAdvice, layers};
use crate::model::GuestLayer;

/// For a terminal, at most 100 columns: what is advised and why, the strategy to paste, what the simulation says of it,
/// and the comparison as `run` prints it.
#[must_use]
pub fn text(advice: &Advice, result: &RunResult) -> String {
    let mut text = clean::shorten(&clean::visible(&result.scenario.title), COLUMNS);
    text.push_str("\n\nAdvice\n");
    for service in &advice.services {
        text.push_str(&block(service));
    }
    for (cluster, setting, reason) in &advice.clusters {
        let what = format!("{setting}: {reason}");
        text.push_str(&wrap(&format!("  cluster {}", shown(cluster)), "  "));
        text.push_str(&item("because", &shown(&what)));
    }
    text.push_str("\nThe strategy, to paste at the end of the scenario\n\n");
    text.push_str(&advice.toml.lines().map(|line| clean::visible(line) + "\n").collect::<String>());
    text.push_str("\nWhat the simulation says\n");
    for proof in prove(result, advice, &shown) {
        text.push_str(&wrap(&format!("  {}", proof.text), "    "));
    }
    text.push('\n');
    text.push_str(&comparison::comparison(result));
    text
}

fn shown(name: &str) -> String {
    clean::visible(name)
}

/// One service.
fn block(service: &ServiceAdvice) -> String {
    let name = clean::shorten_name(&clean::visible(&service.service), 60);
    let mut text = wrap(&format!("  {name}: {}", about(service)), "    ");
    text.push_str(&item("advised", &advised(service)));
    items(&mut text, "because", service.reasons.iter().map(Reason::to_string));
    items(&mut text, "not", service.rejected.iter().map(|(what, why)| format!("{what}: {why}")));
    items(&mut text, "to change", service.changes.iter().map(Reason::to_string));
    text
}

/// "3 instances, stateful, file-server".
fn about(service: &ServiceAdvice) -> String {
    let instances = comparison::counted(service.instances, "instance");
    let workload = service.workload.map_or(String::new(), |workload| format!(", {workload}"));
    format!("{instances}, {}{workload}", service.role.word())
}

/// "host cluster and guest failover: 2 nodes of wsfc-2016, 6 VMs in place of 3".
fn advised(service: &ServiceAdvice) -> String {
    let mut text = layers(service.protection).to_owned();
    let Some(guest) = service.protection.guest else { return text };
    let word = if guest == GuestLayer::Failover { "node" } else { "member" };
    text.push_str(&format!(", {}", comparison::counted(service.vms, word)));
    if let Some(profile) = service.profile {
        text.push_str(&format!(" of {profile}"));
    }
    let all = service.instances.saturating_mul(service.vms);
    text.push_str(&format!(
        ": {} in place of {}",
        figures::counted(all, "VM"),
        figures::count(service.instances)
    ));
    text
}

/// Columns of the words in front.
const LABEL: usize = 11;

fn item(label: &str, what: &str) -> String {
    let indent = " ".repeat(4 + LABEL);
    // The label and what fills it up are one word while the text is being broken.
    let glued = format!("    {label:LABEL$}").replace(' ', "\u{a0}");
    wrap(&format!("{glued}{}", clean::visible(what)), &indent).replace('\u{a0}', " ")
}

/// The label in front of the first, and nothing in front of the others.
fn items(text: &mut String, label: &str, what: impl Iterator<Item = String>) {
    for (number, what) in what.enumerate() {
        text.push_str(&item(if number == 0 { label } else { "" }, &what));
    }
}
