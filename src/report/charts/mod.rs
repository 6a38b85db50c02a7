//! Charts of a result, as SVG or PNG.
//!
//! | file | shows |
//! | --- | --- |
//! | `downtime` | downtime of each service under each strategy, by cause, with 95 % intervals |
//! | `distribution` | how likely an instance is to be down for longer than a given time |
//!
//! `downtime` and `distribution` lay a result out as shapes, `canvas` draws shapes with plotters.
//! The embedded font (a subset of DejaVu Sans, its licence beside it) serves for measuring and for
//! PNG; an SVG holds text as text.

mod canvas;
mod distribution;
mod downtime;
mod frame;
mod shape;

pub use canvas::ChartError;

use super::result::RunResult;
use super::text::{of_service, service_names};

/// What a chart is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text and lines, for pages.
    Svg,
    /// Pixels, two for each of the SVG's, for slides and mail.
    Png,
}

/// Every chart of a result: file name and content. No name comes from the scenario.
///
/// # Errors
/// Only where the drawing itself fails; there is no result that cannot be drawn.
pub fn draw(result: &RunResult, format: Format) -> Result<Vec<(String, Vec<u8>)>, ChartError> {
    canvas::load_fonts()?;
    let services = shown_services(result);
    let charts = [
        ("downtime", downtime::layout(result, &services)),
        ("distribution", distribution::layout(result, &services)),
    ];
    charts
        .into_iter()
        .map(|(name, picture)| match format {
            Format::Svg => Ok((format!("{name}.svg"), canvas::svg(&picture, &format!("ninefold-{name}"))?)),
            Format::Png => Ok((format!("{name}.png"), canvas::png(&picture)?)),
        })
        .collect()
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
