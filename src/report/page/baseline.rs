//! What has become of each service since a stored run.

use maud::{Markup, html};

use super::name::{name, sentence};
use super::shown::Shown;
use super::table::{Cell, table, words};
use crate::report::baseline::{Change, Trend, preface, told};
use crate::report::result::RunResult;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let Some(baseline) = &shown.result.baseline else { return html! {} };
    let columns = ["since then", "service", "strategy", "found"].map(words);
    let rows = baseline.changes.iter().map(|change| row(shown.result, change));
    html! {
        section id="baseline" aria-labelledby="baseline-head" {
            h2 id="baseline-head" { "Beside the baseline" }
            p { (baseline.sentence()) ". The baseline has " (sentence(&preface(baseline))) }
            (table("Changes since the baseline", &columns, rows.collect()))
        }
    }
}

fn row(result: &RunResult, change: &Change) -> Vec<Cell> {
    let look = match change.trend {
        Trend::Worse => "fail",
        Trend::Undecided => "undecided",
        Trend::Same | Trend::NoWorse | Trend::Better => "pass",
    };
    vec![
        Cell::words(html! { span.gate.(look) { (change.trend.mark()) " " (change.trend.word()) } }),
        Cell::words(name(&change.service)),
        Cell::words(name(&change.strategy)),
        Cell::words(html! { (told(result, change)) }),
    ]
}
