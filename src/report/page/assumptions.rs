//! Everything that the answer rests on: what the scenario became, and the defaults that took the place of what it does not say.

use maud::{Markup, html};

use super::name::name;
use super::table::{Cell, table, words};
use crate::report::clean;
use crate::report::result::{AssumedDefault, DescriptionSection, RunResult};

/// Bytes of the description that a page has room for.
const BYTES: usize = 60_000;
/// What a line takes besides its text.
const LINE: usize = 60;
/// Longer sections are folded up.
const UNFOLDED: usize = 12;
/// Owners of a default that are named.
const NAMED: usize = 12;

pub(super) fn section(result: &RunResult) -> Markup {
    let is_told = !result.description.is_empty();
    html! {
        section id="assumptions" aria-labelledby="assumptions-head" {
            h2 id="assumptions-head" { "Every assumption" }
            @if is_told {
                p {
                    "What the scenario became when units and defaults were resolved, as " code { "ninefold check" } " prints it. "
                    span.source { "default" } " marks a value that the scenario does not state, with the fact that it rests on; "
                    span.source.set { "set" } " marks one that it changes."
                }
                (defaults(&result.assumptions))
                (description(&result.description))
            } @else {
                p.note { "This result does not say what it rests on. A run of this version writes it; " code { "ninefold check FILE" } " prints it." }
            }
            (ages(result))
        }
    }
}

fn ages(result: &RunResult) -> Markup {
    html! {
        @if !result.overrides.is_empty() {
            h3 { "Laid over the scenario" }
            ul { @for text in result.overrides.iter().take(200) { li { code { (name(text)) } } } }
        }
    }
}

fn defaults(assumptions: &[AssumedDefault]) -> Markup {
    let columns = [words("default"), words("value"), words("stands on"), words("in the place of")];
    let row = |default: &AssumedDefault| {
        let mut of: Vec<String> = default.of.iter().take(NAMED).map(|of| clean::visible(of)).collect();
        if default.of.len() > NAMED {
            of.push(format!("and {} more", default.of.len() - NAMED));
        }
        vec![
            Cell::words(html! { code { (name(&default.key)) } }),
            Cell::words(html! { (name(&default.value)) }),
            Cell::words(html! { span.source { (name(&default.source)) } }),
            Cell::words(html! { @for (at, of) in of.iter().enumerate() { @if at > 0 { ", " } (name(of)) } }),
        ]
    };
    html! {
        @if !assumptions.is_empty() {
            (table("Defaults that took the place of keys", &columns, assumptions.iter().take(400).map(row).collect()))
        }
    }
}

fn description(sections: &[DescriptionSection]) -> Markup {
    let mut left = BYTES;
    let mut cut = 0;
    let told: Vec<(&str, Vec<&str>)> = sections
        .iter()
        .map(|section| {
            let lines = section.lines.iter().filter(|line| {
                let takes = line.len() + LINE;
                let fits = takes <= left;
                left = if fits { left - takes } else { 0 };
                cut += usize::from(!fits);
                fits
            });
            (section.title.as_str(), lines.map(String::as_str).collect())
        })
        .collect();
    html! {
        @for (title, lines) in &told {
            details.described open[lines.len() <= UNFOLDED] {
                summary {
                    h3 { (clean::visible(title)) }
                    span.quiet { (lines.len()) " lines" }
                }
                ul { @for text in lines { (line(text)) } }
            }
        }
        @if cut > 0 { p.note { (cut) " more lines are not shown: " code { "ninefold check FILE" } " prints all of them." } }
    }
}

/// A line at its level, with what it stands on marked.
fn line(text: &str) -> Markup {
    let trimmed = text.trim_start_matches(' ');
    let level = ((text.len() - trimmed.len()) / 2).clamp(1, 4);
    let (body, source) = split_source(trimmed);
    // The kind and the name come before the first colon.
    let shown = clean::visible(body);
    html! {
        li.{ "level" (level) } {
            bdi { (shown) }
            @match source {
                Some("set") => { " " span.source.set { "set" } },
                Some(source) => { " " span.source { "default · " (name(source)) } },
                None => {}
            }
        }
    }
}

/// Takes a fact, an assumption or the word "set" off the end of a line: `heartbeat_interval 1 s (VMW-12)`.
fn split_source(line: &str) -> (&str, Option<&str>) {
    let Some(inside) = line.strip_suffix(')') else { return (line, None) };
    // A source may have brackets of its own.
    let mut depth = 1;
    for (at, c) in inside.char_indices().rev() {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        if depth == 0 {
            let source = &inside[at + 1..];
            return if is_source(source) { (inside[..at].trim_end(), Some(source)) } else { (line, None) };
        }
    }
    (line, None)
}

/// `VMW-28e`, `VMW-58, VMW-62`, `assumption: VMW-83 has levels`, `statistics A4`, `ha-products 0.2 t_man`, `set`.
fn is_source(text: &str) -> bool {
    let is_fact = |word: &str| {
        let word = word.trim_end_matches([',', ':', ';']);
        word.split_once('-').is_some_and(|(sheet, number)| {
            sheet.len() >= 2
                && sheet.chars().all(|c| c.is_ascii_uppercase())
                && number.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let named = ["set", "assumption", "statistics ", "ha-products ", "contract", "verification "];
    named.iter().any(|word| text.starts_with(word)) || text.split(' ').next().is_some_and(is_fact)
}

#[cfg(test)]
mod tests {
    use super::split_source;

    #[test]
    fn what_a_line_stands_on_is_told_from_what_it_says() {
        let source = |line| split_source(line).1;
        assert_eq!(
            split_source("heartbeat_interval 1 s (VMW-12)"),
            ("heartbeat_interval 1 s", Some("VMW-12"))
        );
        assert_eq!(source("vmcp off (VMW-58, VMW-62)"), Some("VMW-58, VMW-62"));
        assert_eq!(
            source("retry_after 1 s (assumption: VMW-83 (i) has levels)"),
            Some("assumption: VMW-83 (i) has levels")
        );
        assert_eq!(source("failed_after 9 s (set)"), Some("set"));
        assert_eq!(source("resumes_after 1 h (ha-products 0.2 t_man)"), Some("ha-products 0.2 t_man"));
        assert_eq!(source("boot lognormal, median 1 min (mean 65 s, median 1 min)"), None);
        assert_eq!(source("service web (VM): 3 instances"), None);
    }
}
