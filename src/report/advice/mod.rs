//! An advice and its proof as bytes: for a terminal, as Markdown, as CSV, as JSON.
//!
//! ```
//! use ninefold::experiment::{self, Plan};
//! use ninefold::report::{RunResult, advice};
//! use ninefold::scenario::{self, Input};
//!
//! let text = r#"
//! schema = 1
//! title = "Two hosts and a database"
//! run = { horizon = "10 y" }
//! [host.h]
//! count = 2
//! cores = 16
//! memory = "64 GiB"
//! crash = { mttf = "30 d", mttr = "4 h" }
//! [service.db]
//! workload = "sql-availability-group"
//! vm = { cores = 2, memory = "8 GiB" }
//! [strategy.alone]
//! protect = []
//! "#;
//! let input = Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
//! let advised = ninefold::advice::advise(&input, &scenario::read(&input).0.unwrap()).unwrap();
//! // With the strategy at its end it is a scenario like any other.
//! let spec = scenario::read(&Input { bytes: &advised.scenario, ..input }).0.unwrap();
//! let plan = Plan {
//!     title: spec.title.clone(),
//!     sha256: String::new(),
//!     seed: 1,
//!     replications: 50,
//!     threads: Some(1),
//! };
//! let summary = experiment::run(&scenario::compile(&spec).unwrap(), &plan, &()).unwrap();
//! let result = RunResult::from(&summary);
//! let proofs = advice::prove(&result, &advised, &str::to_owned);
//! assert_eq!(proofs[0].outcome, advice::Outcome::Confirmed);
//! assert!(advice::text(&advised, &result).contains("db: confirmed. advised loses "));
//! ```

mod formats;
mod proof;

pub use formats::{csv, json, markdown};
pub use proof::{Outcome, Proof, prove};

use super::clean;
use super::figures;
use super::result::RunResult;
use super::table::{COLUMNS, wrap};
use super::text as comparison;
use super::verdict;
use crate::advice::{Advice, Reason, ServiceAdvice, layers};
use crate::model::GuestLayer;

/// For a terminal, at most 100 columns: what is advised and why, the strategy to paste, what the simulation says of it,
/// and the comparison as `run` prints it.
#[must_use]
pub fn text(advice: &Advice, result: &RunResult) -> String {
    let proofs = prove(result, advice, &clean::visible);
    let mut text = clean::shorten(&clean::visible(&result.scenario.title), COLUMNS);
    text.push('\n');
    text.push_str(&wrap(&outcomes(&proofs, &clean::visible), ""));
    text.push_str("\nAdvice\n");
    for alike in alike(advice) {
        text.push_str(&block(&alike));
    }
    for (cluster, setting, reason) in &advice.clusters {
        text.push_str(&wrap(&format!("  cluster {}", clean::visible(cluster)), "  "));
        text.push_str(&item("advised", setting));
        text.push_str(&item("because", &reason.to_string()));
    }
    if let Some(spare) = &advice.spare {
        text.push_str("  spare room\n");
        text.push_str(&item("", &spare.to_string()));
    }
    text.push_str("\nThe strategy, to paste at the end of the scenario\n\n");
    text.push_str(&advice.toml.lines().map(|line| clean::visible(line) + "\n").collect::<String>());
    text.push_str("\nWhat the simulation says\n");
    for proof in &proofs {
        text.push_str(&wrap(&format!("  {}", proof.text), "    "));
    }
    text.push('\n');
    text.push_str(&comparison::comparison(result));
    text
}

/// "The simulation confirms the advice for a and b; it contradicts it for c; it leaves undecided whether it is best for d."
fn outcomes(proofs: &[Proof], name: &dyn Fn(&str) -> String) -> String {
    let of = |outcome: Outcome, says: &str| {
        let names = proofs.iter().filter(|proof| proof.outcome == outcome).map(|proof| name(&proof.service));
        let names: Vec<String> = names.collect();
        if names.is_empty() { None } else { Some(format!("{says} for {}", verdict::list(&names))) }
    };
    let parts = [
        of(Outcome::Confirmed, "confirms the advice"),
        of(Outcome::Contradicted, "contradicts the advice"),
        of(Outcome::Undecided, "leaves undecided whether the advice is best"),
    ];
    format!("The simulation {}.", parts.into_iter().flatten().collect::<Vec<_>>().join("; it "))
}

/// Services for which everything is the same but their names and numbers, together; in the order of their first.
fn alike(advice: &Advice) -> Vec<Vec<&ServiceAdvice>> {
    let mut groups: Vec<Vec<&ServiceAdvice>> = Vec::new();
    let same = |a: &ServiceAdvice, b: &ServiceAdvice| {
        (a.protection, a.vms, a.profile) == (b.protection, b.vms, b.profile)
            && (&a.reasons, &a.rejected, &a.changes) == (&b.reasons, &b.rejected, &b.changes)
    };
    for service in &advice.services {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| same(first, service))) {
            Some(group) => group.push(service),
            None => groups.push(vec![service]),
        }
    }
    groups
}

/// Services that get the same advice.
fn block(alike: &[&ServiceAdvice]) -> String {
    let mut text = String::new();
    for service in alike {
        let name = clean::shorten_name(&clean::visible(&service.service), 60);
        text.push_str(&wrap(&format!("  {name}: {}", about(service)), "    "));
    }
    let Some(first) = alike.first() else { return text };
    text.push_str(&item("advised", &advised(first)));
    items(&mut text, "because", first.reasons.iter().map(Reason::to_string));
    items(&mut text, "rather than", first.rejected.iter().map(|(what, why)| format!("{what}: {why}")));
    items(&mut text, "to change", first.changes.iter().map(Reason::to_string));
    text
}

/// "3 instances, stateful, file-server; 6 VMs in place of 3".
fn about(service: &ServiceAdvice) -> String {
    let instances = comparison::counted(service.instances, "instance");
    let workload = service.workload.map_or(String::new(), |workload| format!(", {workload}"));
    let vms = if service.vms > 1 {
        let all = service.instances.saturating_mul(service.vms);
        format!("; {} in place of {}", figures::counted(all, "VM"), figures::count(service.instances))
    } else {
        String::new()
    };
    format!("{instances}, {}{workload}{vms}", service.role.word())
}

/// "host cluster and guest failover, 2 nodes of wsfc-2016".
fn advised(service: &ServiceAdvice) -> String {
    let mut text = layers(service.protection).to_owned();
    let Some(guest) = service.protection.guest else { return text };
    let word = if guest == GuestLayer::Failover { "node" } else { "member" };
    text.push_str(&format!(", {}", comparison::counted(service.vms, word)));
    if let Some(profile) = service.profile {
        text.push_str(&format!(" of {profile}"));
    }
    text
}

/// Columns of the words in front.
const LABEL: usize = 13;

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
