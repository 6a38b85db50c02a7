//! What the scenario promises, and whether it is kept.

use maud::{Markup, html};

use super::name::{name, short, whole};
use super::shown::Shown;
use super::table::{Cell, table, words};
use crate::report::clean;
use crate::report::gates::{Counts, Gate, Outcome};
use crate::report::result::RunResult;

/// "5 gates: 4 passed, 1 failed."; nothing where the scenario has none.
pub(super) fn sentence(result: &RunResult) -> Option<String> {
    (!result.gates.is_empty()).then(|| format!("{}.", Counts::of(&result.gates).sentence()))
}

/// Every gate with what was found.
pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let gates = &shown.result.gates;
    let Some(counts) = sentence(shown.result) else { return html! {} };
    let columns = ["outcome", "what is asked", "service", "strategy", "found"].map(words);
    html! {
        section id="gates" aria-labelledby="gates-head" {
            h2 id="gates-head" { "What is promised" }
            p {
                (counts) " A gate passes where the whole interval lies on the good side of its limit, and fails where the whole of it lies on "
                "the bad side."
            }
            (table("Gates", &columns, gates.iter().map(row).collect()))
        }
    }
}

fn row(gate: &Gate) -> Vec<Cell> {
    let mark = match gate.outcome {
        Outcome::Pass => "pass",
        Outcome::Undecided => "undecided",
        Outcome::Fail => "fail",
    };
    let check = clean::shorten(&clean::visible(&gate.check), 120);
    vec![
        Cell::words(html! { span.gate.(mark) { (gate.outcome.mark()) " " (gate.outcome.word()) } }),
        Cell::words(html! {
            @if let Some(named) = &gate.name { (whole(named)) br; }
            code { bdi { (check) } }
        }),
        Cell::words(gate.service.as_deref().map_or_else(|| html! { "–" }, name)),
        Cell::words(name(&gate.strategy)),
        Cell::words(html! { bdi { (clean::visible(&gate.told)) (gate.after()) } }),
    ]
}

/// A limit of downtime that the scenario promises for a service.
pub(super) struct Promise {
    pub(super) seconds: f64,
    /// `gate: 6 h/y`
    pub(super) label: String,
    /// The checks in full, for whoever points at it.
    pub(super) told: String,
}

/// The promises that can be drawn on a scale of a service's downtime, each limit once.
pub(super) fn promises(result: &RunResult, service: Option<&str>) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    let asked = result.gates.iter().filter(|gate| service.is_some() && gate.service.as_deref() == service);
    for gate in asked {
        let Some(seconds) = gate.downtime_limit_s.filter(|seconds| *seconds > 0.0) else { continue };
        let line = format!(
            "{} {}: {}",
            gate.outcome.mark(),
            short(&gate.strategy, 40),
            clean::shorten(&clean::visible(&gate.check), 80)
        );
        match promises.iter_mut().find(|promise| promise.seconds == seconds) {
            Some(promise) => promise.told.push_str(&format!("\n{line}")),
            None => {
                let label = format!("gate: {}", clean::shorten(&clean::visible(limit(gate)), 24));
                promises.push(Promise { seconds, label, told: line });
            }
        }
    }
    promises
}

/// The limit of downtime as it is written: of a chance it stands between the two operators.
fn limit(gate: &Gate) -> &str {
    let value = gate.check.find(['>', '≥']).map_or(gate.limit_told.as_str(), |at| &gate.check[at..]);
    let value = value.trim_start_matches(['>', '≥', '=', ' ']);
    value.split(['<', '≤']).next().unwrap_or(value).trim()
}
