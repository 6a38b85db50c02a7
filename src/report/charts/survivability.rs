//! What still serves when hosts are lost at once: a heat map for each strategy, a row for each service, a column for each number of
//! hosts. Every cell says its number, so that nobody needs the colours.

use super::Shown;
use super::canvas::fit_name;
use super::frame::{self, MARGIN, WIDTH};
use super::shape::{Anchor, Colour, HEADING, INK, LABEL, MUTED, Pen, Picture, WHITE};
use crate::report::clean;
use crate::report::figures;
use crate::report::result::{RunResult, Strategy};
use crate::report::survivability::{Serving, Survivability};

const ROW: f64 = 24.0;
const GAP: f64 = 30.0;
/// Room for the names of services.
const NAMES: f64 = 190.0;
/// A cell is no wider.
const CELL_MAX: f64 = 86.0;
/// From all that serves to nothing: light to dark, so that it reads without colour too.
const ALL: Colour = Colour(0xe8, 0xf1, 0xf8);
const NOTHING: Colour = Colour(0x08, 0x30, 0x6b);

/// Whether there is anything to draw.
pub(super) fn is_told(result: &RunResult) -> bool {
    result.strategies.iter().any(|strategy| !strategy.capacity.survivability.is_empty())
}

/// The chart.
pub(super) fn layout(result: &RunResult, shown: &Shown<'_>) -> Picture {
    let title = format!("What survives: {}", result.scenario.title);
    let caption = "The share of each service's instances that still serve when so many hosts are lost at once, from the start \
                   placement, after all that finds a host has been restarted: the mean of cases, and in brackets the \
                   worst of them where that is less. Rows that darken first are hurt first.";
    let mut pen = Pen::default();
    let mut y = frame::head(&mut pen, &title, caption, &shown.note, &[]) + 10.0;
    let strategies: Vec<&Strategy> =
        shown.strategies.iter().copied().filter(|s| !s.capacity.survivability.is_empty()).collect();
    let mut told = String::new();
    for strategy in &strategies {
        y = panel(&mut pen, y, strategy, &shown.services) + GAP;
        told.push_str(&words(strategy));
    }
    Picture {
        width: WIDTH,
        height: y,
        title: clean::visible(&title),
        description: format!("{caption} {}{told}", shown.note),
        shapes: pen.shapes,
    }
}

/// One strategy's map; answers with its lower edge.
fn panel(pen: &mut Pen, top: f64, strategy: &Strategy, services: &[&str]) -> f64 {
    let steps = &strategy.capacity.survivability;
    let left = MARGIN + NAMES;
    let cell = ((WIDTH - MARGIN - left) / steps.len() as f64).min(CELL_MAX);
    let mut y = top + 16.0;
    let name = fit_name(&clean::visible(&strategy.name), HEADING, NAMES - 10.0);
    pen.text((MARGIN, y), Anchor::Start, HEADING, INK, &name);
    for (place, step) in steps.iter().enumerate() {
        let text = match place {
            0 => figures::counted(step.hosts_lost, "host"),
            _ => step.hosts_lost.to_string(),
        };
        let middle = left + (place as f64 + 0.5) * cell;
        pen.text((middle, y), Anchor::Middle, LABEL, MUTED, &text);
    }
    y += 8.0;
    for service in services {
        let name = fit_name(&clean::visible(service), LABEL, NAMES - 10.0);
        pen.text((MARGIN, y + ROW - 8.0), Anchor::Start, LABEL, INK, &name);
        for (place, step) in steps.iter().enumerate() {
            if let Some(row) = of(step, service) {
                let x = left + place as f64 * cell;
                draw(pen, (x, y), (x + cell - 2.0, y + ROW - 2.0), row);
            }
        }
        y += ROW;
    }
    y
}

fn of<'s>(step: &'s Survivability, service: &str) -> Option<&'s Serving> {
    step.services.iter().find(|row| row.name == service)
}

fn draw(pen: &mut Pen, from: (f64, f64), to: (f64, f64), row: &Serving) {
    let share = row.serving.clamp(0.0, 1.0);
    let mix = |light: u8, dark: u8| (f64::from(light) * share + f64::from(dark) * (1.0 - share)) as u8;
    pen.rect(from, to, Colour(mix(ALL.0, NOTHING.0), mix(ALL.1, NOTHING.1), mix(ALL.2, NOTHING.2)));
    // At a half the ground is as far from white as from black.
    let colour = if share > 0.55 { INK } else { WHITE };
    pen.text(((from.0 + to.0) / 2.0, to.1 - 6.0), Anchor::Middle, LABEL, colour, &text(row));
}

/// `98 % (75)`: never 100 % where something is out.
fn text(row: &Serving) -> String {
    let percent = |share: f64| match share {
        s if (0.995..1.0).contains(&s) => "> 99".to_owned(),
        s if s > 0.0 && s < 0.005 => "< 1".to_owned(),
        s => figures::fixed(s * 100.0, 0),
    };
    let (mean, least) = (percent(row.serving), percent(row.serving_min));
    if mean == least { format!("{mean} %") } else { format!("{mean} % ({least})") }
}

/// The map in words: how many hosts may be lost before anything is out.
fn words(strategy: &Strategy) -> String {
    let name = clean::visible(&strategy.name);
    let steps = &strategy.capacity.survivability;
    let hurt = steps.iter().find_map(|step| {
        let least = step.services.iter().min_by(|a, b| a.serving_min.total_cmp(&b.serving_min))?;
        (least.serving_min < 1.0).then_some((step, least))
    });
    match hurt {
        Some((step, least)) => format!(
            " {name}: {} lost leave {} at {} in the worst case.",
            figures::counted(step.hosts_lost, "host"),
            clean::visible(&least.name),
            figures::share(least.serving_min)
        ),
        None => format!(" {name}: nothing is out in any case."),
    }
}
