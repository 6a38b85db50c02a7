//! The head of the page: the question, the answer in a sentence, and what it rests on.

use maud::{Markup, html};

use super::name::{self, inside, sentence};
use super::shown::Shown;
use crate::report::figures;
use crate::report::result::RunResult;
use crate::report::text::{WRITES_LOST, can_lose_writes, counted, horizon};
use crate::report::verdict::{headline, verdict};
use crate::report::{rare, stopping};

pub(super) fn head(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let (first, all) = (headline(result, inside), verdict(result, inside));
    let rest = all.strip_prefix(&first).unwrap_or_default().trim_start();
    let left_out = shown.left_out();
    html! {
        header.page {
            p.eyebrow { "ninefold · availability, simulated" }
            h1 { (name::whole(&result.scenario.title)) }
            p.verdict { (sentence(&first)) }
            @if !rest.is_empty() { p.more { (sentence(rest)) } }
            @if let Some(kept) = super::gates::sentence(result) { p.more { a href="#gates" { (kept) } } }
            (facts(result))
            @if let Some(told) = stopping::sentence(result) { p.note { (told) } }
            (warnings(result))
            @if !left_out.is_empty() { p.note { (left_out) } }
        }
    }
}

fn facts(result: &RunResult) -> Markup {
    let strategies = u32::try_from(result.strategies.len()).unwrap_or(u32::MAX);
    let sha256 = crate::report::clean::visible(&result.scenario.sha256);
    let all = [
        ("simulated", format!("{} of {}", counted(result.replications, "replication"), horizon(result))),
        ("compared", format!("{} on the same failures", strategies_text(strategies))),
        ("seed", result.seed.to_string()),
        ("version", format!("ninefold {}", name::short(&result.version, 40))),
        ("scenario", sha256.chars().take(12).chain(['…']).collect()),
    ];
    html! {
        dl.facts {
            @for (what, value) in &all { div { dt { (what) } dd { (value) } } }
        }
    }
}

fn strategies_text(number: u32) -> String {
    if number == 1 { "1 strategy".to_owned() } else { format!("{} strategies", figures::count(number)) }
}

fn warnings(result: &RunResult) -> Markup {
    html! {
        @if !result.warnings.is_empty() {
            aside.warning aria-label="warnings" {
                p { strong { "The scenario can be run, but may not say what is meant." } }
                ul {
                    @for warning in &result.warnings {
                        li {
                            code { (name::short(&warning.code, 12)) } " " code { (name::name(&warning.path)) } ": "
                            bdi { (crate::report::clean::visible(&warning.what)) } ": "
                            bdi { (crate::report::clean::visible(&warning.remedy)) }
                        }
                    }
                }
            }
        }
    }
}

/// What the figures are, and which of them come from weighted replications.
pub(super) fn how_to_read(result: &RunResult) -> Markup {
    let writes = if can_lose_writes(result) { WRITES_LOST } else { "" };
    let rare = rare::sentences(result, inside);
    html! {
        p { (result.preface()) "; ≤ stands where nothing was observed." (writes) }
        @for told in &rare { p.note.rare { (sentence(told)) } }
    }
}
