//! The same for documents, spreadsheets and programs.

use serde::Serialize;

use super::proof::prove;
use super::{about, advised};
use crate::advice::{Advice, Reason, ServiceAdvice};
use crate::model::GuestLayer;
use crate::report::clean;
use crate::report::csv::Sheet;
use crate::report::markdown as page;
use crate::report::result::{Estimate, ResultError, RunResult, pretty};

/// A page: the advice, the proof, and below it that of `run`.
#[must_use]
pub fn markdown(advice: &Advice, result: &RunResult) -> String {
    let name = clean::markdown;
    let mut text = format!("# Advice: {}\n\n", name(&result.scenario.title));
    for proof in prove(result, advice, &name) {
        text.push_str(&format!("- {}\n", proof.text));
    }
    for service in &advice.services {
        text.push_str(&format!("\n## {}\n\n{}\n\n", name(&service.service), about(service)));
        text.push_str(&format!("**{}**\n\n", name(&advised(service))));
        let mut list = |label: &str, what: Vec<String>| {
            for what in what {
                text.push_str(&format!("- {label}: {}\n", name(&what)));
            }
        };
        list("because", sentences(&service.reasons));
        list("rather than", service.rejected.iter().map(|(what, why)| format!("{what}: {why}")).collect());
        list("to change", sentences(&service.changes));
    }
    for (cluster, setting, reason) in &advice.clusters {
        text.push_str(&format!(
            "\n## cluster {}\n\n- {}\n",
            name(cluster),
            name(&format!("{setting}: {reason}"))
        ));
    }
    if let Some(spare) = &advice.spare {
        text.push_str(&format!("\n## Spare room\n\n{}\n", name(&spare.to_string())));
    }
    // Longer than any that the strategy can hold.
    let longest = advice.toml.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    text.push_str(&format!("\n## The strategy, to paste\n\n{fence}toml\n{}{fence}\n\n", advice.toml));
    text.push_str("What follows is of the scenario with this strategy at its end.\n\n");
    text.push_str(&page::summary(result));
    text
}

fn sentences(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(Reason::to_string).collect()
}

/// A row for each service and each strategy beside the advised one.
#[must_use]
pub fn csv(advice: &Advice, result: &RunResult) -> String {
    let mut sheet = Sheet::new();
    for head in
        ["service", "instances", "role", "workload", "advised", "protect", "vms_per_instance", "profile"]
    {
        sheet.head(head);
    }
    for head in ["outcome", "best", "strategy"] {
        sheet.head(head);
    }
    sheet.head_estimate("lost_s_strategy_minus_advised");
    sheet.end();
    for (service, proof) in advice.services.iter().zip(prove(result, advice, &str::to_owned)) {
        for (strategy, difference) in &proof.differences {
            sheet.text(&service.service);
            sheet.count(service.instances);
            sheet.text(service.role.word());
            sheet.text(service.workload.unwrap_or_default());
            sheet.text(&advice.strategy);
            sheet.text(&protect(service).join("+"));
            sheet.count(service.vms);
            sheet.text(service.profile.unwrap_or_default());
            sheet.text(proof.outcome.word());
            sheet.text(&proof.best);
            sheet.text(strategy);
            sheet.estimate(difference);
            sheet.end();
        }
    }
    sheet.finish()
}

fn protect(service: &ServiceAdvice) -> Vec<&'static str> {
    let mut layers = Vec::new();
    layers.extend(service.protection.host_cluster.then_some("host-cluster"));
    layers.extend(service.protection.guest.map(|guest| match guest {
        GuestLayer::Failover => "guest-failover",
        GuestLayer::Balanced => "nlb",
    }));
    layers
}

#[derive(Serialize)]
struct AdviceJson<'a> {
    schema: u32,
    strategy: &'a str,
    toml: &'a str,
    services: Vec<ServiceJson<'a>>,
    clusters: Vec<ClusterJson<'a>>,
    spare: Option<ReasonJson<'a>>,
    result: &'a RunResult,
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    name: &'a str,
    instances: u32,
    role: &'static str,
    workload: Option<&'static str>,
    protect: Vec<&'static str>,
    vms_per_instance: u32,
    profile: Option<&'static str>,
    reasons: Vec<ReasonJson<'a>>,
    rejected: Vec<RejectedJson<'a>>,
    changes: Vec<ReasonJson<'a>>,
    outcome: &'static str,
    best: String,
    sentence: String,
    differences: Vec<DifferenceJson<'a>>,
}

#[derive(Serialize)]
struct ReasonJson<'a> {
    what: &'a str,
    facts: &'a [&'static str],
}

fn reason(reason: &Reason) -> ReasonJson<'_> {
    ReasonJson { what: &reason.what, facts: &reason.facts }
}

#[derive(Serialize)]
struct RejectedJson<'a> {
    what: &'static str,
    why: ReasonJson<'a>,
}

#[derive(Serialize)]
struct ClusterJson<'a> {
    name: &'a str,
    setting: &'a str,
    why: ReasonJson<'a>,
}

#[derive(Serialize)]
struct DifferenceJson<'a> {
    strategy: String,
    /// What the service does under it that it does not under the advised one.
    differs: &'a [String],
    lost_s_strategy_minus_advised: Estimate,
}

/// The schema of the JSON that an advice is written as.
const ADVICE_SCHEMA: u32 = 1;

/// The advice with `result`, which is what `result.json` would be if the strategy were pasted.
///
/// # Errors
/// None that these types can cause; the serialiser's own are passed on.
pub fn json(advice: &Advice, result: &RunResult) -> Result<String, ResultError> {
    let proofs = prove(result, advice, &str::to_owned);
    let services = advice.services.iter().zip(proofs).map(|(service, proof)| ServiceJson {
        name: &service.service,
        instances: service.instances,
        role: service.role.word(),
        workload: service.workload,
        protect: protect(service),
        vms_per_instance: service.vms,
        profile: service.profile,
        reasons: service.reasons.iter().map(reason).collect(),
        rejected: service
            .rejected
            .iter()
            .map(|(what, why)| RejectedJson { what, why: reason(why) })
            .collect(),
        changes: service.changes.iter().map(reason).collect(),
        outcome: proof.outcome.word(),
        best: proof.best,
        sentence: proof.text,
        differences: proof
            .differences
            .into_iter()
            .map(|(strategy, estimate)| DifferenceJson {
                differs: service
                    .contrasts
                    .iter()
                    .find(|(name, _)| *name == strategy)
                    .map_or(&[], |(_, differs)| differs.as_slice()),
                strategy,
                lost_s_strategy_minus_advised: estimate,
            })
            .collect(),
    });
    let clusters =
        advice.clusters.iter().map(|(name, setting, why)| ClusterJson { name, setting, why: reason(why) });
    pretty(&AdviceJson {
        schema: ADVICE_SCHEMA,
        strategy: &advice.strategy,
        toml: &advice.toml,
        services: services.collect(),
        clusters: clusters.collect(),
        spare: advice.spare.as_ref().map(reason),
        result,
    })
}
