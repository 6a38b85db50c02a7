//! Charts of a result, as SVG or PNG.
//!
//! | file | shows |
//! | --- | --- |
//! | `downtime` | downtime of each service under each strategy, by cause, with 95 % intervals |
//! | `distribution` | how likely an instance is to be down for longer than a given time |
//! | `survivability` | what of each service still serves when more and more hosts are lost at once |
//! | `cost` | what a year costs against the service that is lost, where anything has a price |
//! | `quantiles` | times of a history against the quantiles of laws that were fitted |
//! | `timeline-STRATEGY` | what happened in a strategy's worst replication, or in any one: lanes of hosts, services, VMs |
//! | `sweep` | downtime against the values of a key, a line per strategy |
//!
//! These lay a result out as shapes, `canvas` draws shapes with plotters.
//! The embedded font (a subset of DejaVu Sans, its licence beside it) serves for measuring and for
//! PNG; an SVG holds text as text.

mod canvas;
mod cost;
mod distribution;
mod downtime;
mod frame;
mod quantiles;
mod shape;
mod strategy_file;
mod survivability;
mod sweep;
mod timeline;

pub use canvas::ChartError;
pub use timeline::OneReplication;

use super::cost::is_told;
use super::replays::Replays;
use super::result::{RunResult, Service, Strategy};
use super::sweep::Sweep;
use super::text::{of_service, service_names};
use super::verdict;
use crate::history::Group;
use shape::Picture;

/// What a chart is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text and lines, for pages.
    Svg,
    /// Pixels, two for each of the SVG's, for slides and mail.
    Png,
}

/// Every chart of a result alone: file name and content. No name comes from the scenario.
///
/// # Errors
/// Only where the drawing itself fails; there is no result that cannot be drawn.
pub fn draw(result: &RunResult, format: Format) -> Result<Vec<(String, Vec<u8>)>, ChartError> {
    canvas::load_fonts()?;
    let result = &*result.as_told();
    let shown = Shown::of(result);
    let mut charts = vec![
        ("downtime", downtime::layout(result, &shown)),
        ("distribution", distribution::layout(result, &shown)),
    ];
    if survivability::is_told(result) {
        charts.push(("survivability", survivability::layout(result, &shown)));
    }
    if is_told(result) {
        charts.push(("cost", cost::layout(result, &shown)));
    }
    charts.into_iter().map(|(name, picture)| drawn(name, &picture, format)).collect()
}

/// What happened in the worst replication of each strategy: file name and content. Of many strategies those that the other
/// charts draw. A name has of its strategy's what every file system takes.
///
/// # Errors
/// Only where the drawing itself fails.
pub fn draw_worst(
    result: &RunResult,
    replays: &Replays,
    format: Format,
) -> Result<Vec<(String, Vec<u8>)>, ChartError> {
    canvas::load_fonts()?;
    let names: Vec<&str> = result.strategies.iter().map(|strategy| strategy.name.as_str()).collect();
    let stems = strategy_file::stems(&names);
    let shown = shown_strategies(result);
    let mut charts = Vec::new();
    for (strategy, stem) in result.strategies.iter().zip(stems) {
        let is_shown = shown.iter().any(|other| std::ptr::eq(*other, strategy));
        let replay = replays.strategies.iter().find(|replay| replay.strategy == strategy.name);
        let Some(replay) = replay.filter(|_| is_shown) else { continue };
        let of = OneReplication {
            scenario: &result.scenario.title,
            strategy: &strategy.name,
            which: Some("the worst"),
            replay: &replay.worst,
        };
        charts.push(drawn(&format!("timeline-{stem}"), &timeline::layout(&of), format)?);
    }
    Ok(charts)
}

/// What happened in one replication.
///
/// ```
/// use ninefold::experiment::{Threads, replay_all};
/// use ninefold::report::charts::{Format, OneReplication, draw_replication};
/// use ninefold::report::replays::Replay;
/// use ninefold::scenario::{self, Input};
///
/// let text = r#"
/// schema = 1
/// title = "A host that crashes"
/// run = { horizon = "1 d" }
/// host.h = { cores = 16, memory = "64 GiB", boot = "1 min" }
/// service.app = { vm = { cores = 2, memory = "8 GiB" } }
/// strategy.alone = { protect = [] }
/// inject = [{ at = "10 h", fault = "host h-1 crash", lasts = "2 h" }]
/// "#;
/// let (spec, _) = scenario::read(&Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
/// let models = scenario::compile(&spec.unwrap()).unwrap();
/// let replayed = replay_all(&models, 1, &[(0, 0)], &Threads::new(Some(1)));
/// let replay = Replay::of(&models[0], &replayed[0]);
/// let of = OneReplication { scenario: "A host that crashes", strategy: "alone", which: None, replay: &replay };
/// let svg = String::from_utf8(draw_replication(&of, Format::Svg).unwrap()).unwrap();
/// assert!(svg.contains("alone, replication 0 – A host that crashes") && svg.contains("host-crash, 2.0 h"));
/// ```
///
/// # Errors
/// Only where the drawing itself fails.
pub fn draw_replication(of: &OneReplication<'_>, format: Format) -> Result<Vec<u8>, ChartError> {
    canvas::load_fonts()?;
    Ok(drawn("timeline", &timeline::layout(of), format)?.1)
}

/// The chart of a sweep: file name and content.
///
/// # Errors
/// Only where the drawing itself fails.
pub fn draw_sweep(sweep: &Sweep, format: Format) -> Result<Vec<(String, Vec<u8>)>, ChartError> {
    canvas::load_fonts()?;
    Ok(vec![drawn("sweep", &sweep::layout(sweep), format)?])
}

/// The chart of laws that were fitted to a history.
///
/// # Errors
/// Only where the drawing itself fails.
pub fn draw_fits(groups: &[Group], format: Format) -> Result<Vec<u8>, ChartError> {
    canvas::load_fonts()?;
    Ok(drawn("quantiles", &quantiles::layout(groups), format)?.1)
}

fn drawn(name: &str, picture: &Picture, format: Format) -> Result<(String, Vec<u8>), ChartError> {
    match format {
        Format::Svg => Ok((format!("{name}.svg"), canvas::svg(picture, &format!("ninefold-{name}"))?)),
        Format::Png => Ok((format!("{name}.png"), canvas::png(picture)?)),
    }
}

/// What a chart has room for.
struct Shown<'a> {
    /// In the scenario's order.
    services: Vec<&'a str>,
    strategies: Vec<&'a Strategy>,
    /// What is left out, in words.
    note: String,
}

impl<'a> Shown<'a> {
    fn of(result: &'a RunResult) -> Shown<'a> {
        let (services, strategies) = (shown_services(result), shown_strategies(result));
        let mut note = String::new();
        let of_services = service_names(result).len();
        if services.len() < of_services {
            note =
                format!("Drawn: the {} of {of_services} services with the most downtime. ", services.len());
        }
        if strategies.len() < result.strategies.len() {
            note.push_str(&format!(
                "Drawn: {} of {} strategies, those that lose least and what they are measured against; the others \
                 are in the tables.",
                strategies.len(),
                result.strategies.len()
            ));
        }
        Shown { services, strategies, note: note.trim_end().to_owned() }
    }

    /// The rows of a service: each strategy's place in the legend, and what it makes of the service.
    fn rows(&self, result: &'a RunResult, service: &str) -> Vec<(usize, &'a Strategy, &'a Service)> {
        let place = |strategy: &Strategy| self.strategies.iter().position(|s| std::ptr::eq(*s, strategy));
        of_service(result, service)
            .into_iter()
            .filter_map(|(strategy, service)| Some((place(strategy)?, strategy, service)))
            .collect()
    }
}

/// Those that lose least and the one that others are measured against, in the scenario's order.
pub(super) fn shown_strategies(result: &RunResult) -> Vec<&Strategy> {
    let base = verdict::baseline(result).map(|base| base.name.as_str());
    let mut ranked: Vec<&Strategy> = result.strategies.iter().collect();
    ranked.sort_by(|a, b| a.total.lost_s.mean.total_cmp(&b.total.lost_s.mean));
    let is_base = |strategy: &&&Strategy| Some(strategy.name.as_str()) == base;
    let kept = ranked.iter().filter(is_base).take(1).chain(ranked.iter().filter(|s| !is_base(s)));
    let kept: Vec<&Strategy> = kept.take(frame::STRATEGIES).copied().collect();
    result.strategies.iter().filter(|strategy| kept.iter().any(|s| std::ptr::eq(*s, *strategy))).collect()
}

/// The services with the most downtime, in the scenario's order.
fn shown_services(result: &RunResult) -> Vec<&str> {
    let names = service_names(result);
    let worst = |name: &str| {
        of_service(result, name).iter().map(|(_, s)| s.downtime_s.estimate.mean).fold(0.0, f64::max)
    };
    let mut ranked: Vec<(usize, f64)> =
        names.iter().enumerate().map(|(index, name)| (index, worst(name))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(frame::PANELS);
    ranked.sort_by_key(|(index, _)| *index);
    ranked.into_iter().filter_map(|(index, _)| names.get(index).copied()).collect()
}
