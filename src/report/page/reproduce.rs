//! How to get the same bytes again, and how to look at one replication.

use maud::{Markup, html};

use super::name::{name, short};
use super::shown::Shown;
use crate::engine::Span;
use crate::report::clean;
use crate::report::figures;
use crate::report::reproduce::{command, quoted};
use crate::report::text::horizon;

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let warmup = Span::from_secs_f64(result.warmup_s.max(0.0)).to_string();
    let facts = [
        ("version", short(&result.version, 60)),
        ("scenario (SHA-256, overrides included)", clean::visible(&result.scenario.sha256)),
        ("seed", result.seed.to_string()),
        ("replications", figures::count(result.replications)),
        ("horizon", horizon(result)),
        ("warm-up", warmup),
        ("ages", short(&result.ages, 40)),
    ];
    html! {
        section id="reproduce" aria-labelledby="reproduce-head" {
            h2 id="reproduce-head" { "How to reproduce it" }
            p {
                @if result.replications < result.replications_asked {
                    "This run was interrupted. To its end it gives the same bytes on any machine and with any number of threads:"
                } @else {
                    "The same scenario, seed and version give the same bytes, on any machine and with any number of threads:"
                }
            }
            pre tabindex="0" { code { (clean::visible(&command(result))) } }
            dl.facts.wide { @for (what, value) in &facts { div { dt { (what) } dd { bdi { (value) } } } } }
            (traces(shown))
            p.quiet {
                "This page needs no network, and a browser lets it have none. The numbers are those of " code { "result.json" }
                ", the timelines those of " code { "replays.json" } ", in the same folder."
            }
        }
    }
}

/// The replications above, line by line.
fn traces(shown: &Shown<'_>) -> Markup {
    let of = shown.strategies.iter().filter_map(|strategy| {
        Some((
            *strategy,
            [strategy.worst_replication?.replication, strategy.typical_replication?.replication],
        ))
    });
    let of: Vec<_> = of.collect();
    html! {
        @if !of.is_empty() {
            h3 { "One replication, line by line" }
            ul.traces {
                @for (strategy, [worst, typical]) in &of {
                    li {
                        (name(&strategy.name)) ", the worst: "
                        code { "ninefold trace FILE --strategy " (clean::visible(&quoted(&strategy.name))) " --replication " (worst) }
                        @if worst != typical { "; a typical one: " code { "--replication " (typical) } }
                    }
                }
            }
        }
    }
}
