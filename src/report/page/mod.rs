//! `report.html`: everything a run found, on one page for whoever has to show it.
//!
//! One file that needs nothing else: a style and a script of its own, pictures as inline SVG, and a policy that lets a browser
//! run that script and fetch nothing. Without the script everything is there to be read; with it tables can be sorted, charts
//! tell what is under a pointer, and timelines can be looked at more closely. Made from the mirrors of `result.json` and
//! `replays.json` alone, so that a page that is written later is the same to the byte.
//!
//! ```
//! use ninefold::experiment::{self, Plan};
//! use ninefold::report::{RunResult, page};
//! use ninefold::scenario::{self, Input};
//!
//! let text = r#"
//! schema = 1
//! title = "A host & its <VM>"
//! run = { replications = 20 }
//! host.h = { cores = 16, memory = "64 GiB", crash = { mttf = "60 d", mttr = "4 h" } }
//! service.app = { vm = { cores = 2, memory = "8 GiB" } }
//! strategy.alone = { protect = [] }
//! "#;
//! let (spec, _) = scenario::read(&Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
//! let models = scenario::compile(&spec.unwrap()).unwrap();
//! let plan = Plan { title: "A host & its <VM>".into(), sha256: String::new(), seed: 1, replications: 20, threads: Some(1) };
//! let result = RunResult::from(&experiment::run(&models, &plan, &()).unwrap());
//! let page = page::html(&result, None);
//! assert!(page.starts_with("<!DOCTYPE html>") && page.contains("A host &amp; its &lt;VM&gt;"));
//! ```

mod assumptions;
mod axis;
mod baseline;
mod capacity;
mod causes;
mod convergence;
mod data;
mod distribution;
mod figure;
mod gates;
mod head;
mod look;
mod name;
mod reproduce;
mod room;
mod security;
mod services;
mod shown;
mod strategies;
mod table;
mod time;
mod timeline;
mod years;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::clean;
use super::replays::Replays;
use super::result::RunResult;
use shown::Shown;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A picture for the tab, so that no browser asks for one elsewhere.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
     height='16' rx='3' fill='%230072b2'/%3E%3Cpath d='M4 12V8M8 12V4M12 12v-6' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

/// The sections, as the page's own table of contents names them.
const SECTIONS: [(&str, &str); 11] = [
    ("gates", "Gates"),
    ("baseline", "Baseline"),
    ("strategies", "Strategies"),
    ("services", "Services"),
    ("distribution", "Chances"),
    ("causes", "Causes"),
    ("capacity", "Capacity"),
    ("timeline", "Timelines"),
    ("convergence", "Precision"),
    ("assumptions", "Assumptions"),
    ("reproduce", "Reproduce"),
];

/// The whole page. The replays are those of the same run, if it has any.
#[must_use]
pub fn html(result: &RunResult, replays: Option<&Replays>) -> String {
    let result = &*result.as_told();
    let shown = Shown::of(result);
    let body = html! {
        a.skip href="#strategies" { "Skip to the figures" }
        div.page {
            (head::head(&shown))
            nav.contents aria-label="sections" {
                ul { @for (id, word) in SECTIONS.into_iter().filter(|(id, _)| is_there(result, id)) { li { a href={ "#" (id) } { (word) } } } }
            }
            main {
                (gates::section(&shown))
                (baseline::section(&shown))
                (strategies::section(&shown))
                (services::section(&shown))
                (distribution::section(&shown))
                (causes::section(&shown))
                (capacity::section(&shown, replays))
                (timeline::section(&shown, replays))
                (convergence::section(&shown))
                (assumptions::section(result))
                (reproduce::section(&shown))
            }
            footer { p { "ninefold " (clean::visible(&result.version)) } }
        }
        div.tip role="status" aria-live="polite" hidden {}
        (patterns())
        script type="application/json" id="data" { (PreEscaped(data::json(&shown, replays))) }
        script { (PreEscaped(SCRIPT)) }
    };
    let mut page = document(&clean::visible(&result.scenario.title), &body).into_string();
    page.push('\n');
    page
}

/// Not every result has gates or a baseline.
fn is_there(result: &RunResult, section: &str) -> bool {
    match section {
        "gates" => !result.gates.is_empty(),
        "baseline" => result.baseline.is_some(),
        _ => true,
    }
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(security::policy(STYLE, SCRIPT));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content="ninefold";
                title { (title) }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

/// Stripes, so that what is told by colour is told without it as well.
fn patterns() -> Markup {
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                @for (id, turn) in [("stripes-back", 135), ("stripes-steep", 45)] {
                    pattern id=(id) patternUnits="userSpaceOnUse" width="6" height="6" patternTransform={ "rotate(" (turn) ")" } {
                        rect.ground width="6" height="6" {}
                        rect.stripe width="2.6" height="6" {}
                    }
                }
            }
        }
    }
}
