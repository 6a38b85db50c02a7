//! Downtime by cause: a panel a service with its own scale, a bar a strategy.
//!
//! Strategies often lie two orders of magnitude apart. Where the longest bars would make the
//! others unreadable they are cut, with a visible cut, and say so; their value stands beside them
//! as beside every bar, and their segments show shares of what is there.

use super::Shown;
use super::canvas::{fit, fit_name, text_width};
use super::frame::{self, Key, MARGIN, WIDTH, hatch, step};
use super::shape::{
    AXIS, Anchor, Colour, GREY, GRID, HEADING, INK, LABEL, MUTED, PALETTE, Pen, Picture, WHITE,
};
use crate::report::figures;
use crate::report::result::{Cause, Estimate, RunResult, Service, Strategy};
use crate::report::text::counted;
use crate::report::{clean, verdict};

const ROW: f64 = 23.0;
const BAR: f64 = 14.0;
/// A bar is cut where it is this many times as long as the next shorter one.
const CUT_FROM: f64 = 6.0;

/// One bar, in minutes a year.
struct Bar<'a> {
    name: String,
    value: Estimate,
    label: String,
    causes: &'a [Cause],
}

/// The chart.
pub(super) fn layout(result: &RunResult, shown: &Shown<'_>) -> Picture {
    let mut pen = Pen::default();
    let causes = ranked_causes(result);
    let panels: Vec<(&str, &Service, Vec<Bar<'_>>)> = shown
        .services
        .iter()
        .filter_map(|&name| {
            let rows = shown.rows(result, name);
            let (_, _, first) = *rows.first()?;
            let bars = rows.iter().map(|&(_, strategy, service)| bar(result, strategy, service));
            Some((name, first, bars.collect()))
        })
        .collect();
    let bars = || panels.iter().flat_map(|(_, _, bars)| bars);
    let left = MARGIN + 10.0 + bars().map(|bar| text_width(&bar.name, LABEL)).fold(40.0, f64::max).min(200.0);
    let right = WIDTH
        - MARGIN
        - 10.0
        - bars().map(|bar| text_width(&bar.label, LABEL)).fold(60.0, f64::max).min(300.0);
    let some_cut = panels.iter().any(|(_, _, bars)| is_cut(bars));

    let caption = caption(result, panels.len(), some_cut);
    let legend: Vec<(Key, String)> = causes
        .iter()
        .enumerate()
        .map(|(rank, &cause)| {
            (Key::Swatch { fill: colour(rank), hatched: is_hatched(rank) }, cause.to_owned())
        })
        .chain(
            has_others(result, &causes)
                .then(|| (Key::Swatch { fill: GREY, hatched: false }, "other".to_owned())),
        )
        .collect();
    let title = format!("Downtime by cause: {}", result.scenario.title);
    let mut y = frame::head(&mut pen, &title, &caption, &shown.note, &legend);
    for (name, service, bars) in &panels {
        y += 24.0;
        heading(&mut pen, y, name, service);
        y += 12.0;
        y = panel(&mut pen, (left, right), y, (bars, &result.column("min")), &causes);
    }
    y += 16.0;
    let over = if result.scripted { result.told_for() } else { "a year of 365 d".to_owned() };
    let axis = format!("downtime per instance, minutes {over}");
    pen.text(((left + right) / 2.0, y), Anchor::Middle, LABEL, MUTED, &axis);
    Picture {
        width: WIDTH,
        height: y + 20.0,
        title: clean::visible(&title),
        description: describe(
            &format!("Bars of downtime {}. {caption} {}", result.per_instance(), shown.note),
            &panels,
        ),
        shapes: pen.shapes,
    }
}

/// A panel's head: the service's name, and what it is.
pub(super) fn heading(pen: &mut Pen, y: f64, name: &str, service: &Service) {
    let name = fit_name(&clean::visible(name), HEADING, 460.0);
    pen.text((MARGIN, y), Anchor::Start, HEADING, INK, &name);
    let what = format!("{}, {}", counted(service.instances, "instance"), clean::visible(&service.role));
    let x = MARGIN + text_width(&name, HEADING) + 12.0;
    pen.text((x, y), Anchor::Start, LABEL, MUTED, &fit(&what, LABEL, 300.0));
}

fn bar<'a>(result: &RunResult, strategy: &Strategy, service: &'a Service) -> Bar<'a> {
    let value = result.told_minutes(&service.downtime_s.estimate);
    let mut label = if figures::is_unseen(&value) {
        format!("none seen, ≤ {} min", figures::bound(value.high))
    } else {
        figures::interval_in(&value, "min")
    };
    if let Some(lost) = &service.sessions_lost {
        label.push_str(&format!("; {} sessions lost", figures::mean(&result.told(lost))));
    }
    let name = fit_name(&clean::visible(&strategy.name), LABEL, 200.0);
    Bar { name, value, label, causes: &service.causes }
}

/// The bars of one service over their axis; answers with the y below it.
fn panel(
    pen: &mut Pen,
    (left, right): (f64, f64),
    top: f64,
    (bars, unit): (&[Bar<'_>], &str),
    causes: &[&str],
) -> f64 {
    let max = axis_max(bars);
    let cut = is_cut(bars);
    let bottom = top + ROW * bars.len() as f64;
    let x = |value: f64| left + (value / max).clamp(0.0, 1.0) * (right - left);
    let step = step(max);
    // A fixed number of turns, whatever the numbers are.
    for tick in 0..=10 {
        let value = f64::from(tick) * step;
        if value > max * 1.0001 {
            break;
        }
        pen.line(&[(x(value), top), (x(value), bottom)], if tick == 0 { AXIS } else { GRID }, 1);
        let decimals = -libm::floor(libm::log10(step) + 1e-9) as i32;
        let label = figures::fixed(value, decimals.max(0));
        pen.text((x(value), bottom + 15.0), Anchor::Middle, LABEL, MUTED, &label);
    }
    pen.text(
        (right + 10.0, bottom + 15.0),
        Anchor::Start,
        LABEL,
        MUTED,
        &if cut { format!("{unit} (axis cut)") } else { unit.to_owned() },
    );
    for (index, bar) in bars.iter().enumerate() {
        let middle = top + ROW * (index as f64 + 0.5);
        pen.text((left - 10.0, middle + 4.0), Anchor::End, LABEL, INK, &bar.name);
        let is_cut = reach(bar) > max;
        let end = if is_cut { right } else { x(bar.value.mean) };
        segments(pen, (left, end), middle, bar, causes);
        let mut label_x = end;
        if is_cut {
            cut_mark(pen, right - 18.0, middle);
        } else if figures::has_interval(&bar.value) && bar.value.high > bar.value.low {
            whisker(pen, (x(bar.value.low), x(bar.value.high)), middle);
            label_x = label_x.max(x(bar.value.high));
        }
        pen.text(
            (label_x + 8.0, middle + 4.0),
            Anchor::Start,
            LABEL,
            INK,
            &fit(&bar.label, LABEL, WIDTH - label_x - 12.0),
        );
    }
    bottom + 22.0
}

/// The parts of a bar, in the legend's order; edges are placed by what lies before them, so that
/// rounding never opens a gap.
fn segments(pen: &mut Pen, (left, end): (f64, f64), middle: f64, bar: &Bar<'_>, causes: &[&str]) {
    let total: f64 = bar.causes.iter().map(|cause| cause.downtime_s.max(0.0)).sum();
    let (y0, y1) = (middle - BAR / 2.0, middle + BAR / 2.0);
    if !total.is_finite() || total <= 0.0 {
        if end > left {
            pen.rect((left, y0), (end, y1), GREY);
        }
        return;
    }
    let mut before = 0.0;
    let mut part = |seconds: f64, fill: Colour, hatched: bool| {
        let x0 = left + (end - left) * before / total;
        before += seconds;
        let x1 = left + (end - left) * before / total;
        if x1 - x0 >= 0.5 {
            pen.rect((x0, y0), (x1, y1), fill);
            if hatched {
                hatch(pen, (x0, y0), (x1, y1));
            }
            // A thin edge keeps neighbours apart that look alike to some readers.
            pen.line(&[(x1, y0), (x1, y1)], WHITE, 1);
        }
    };
    let seconds = |name: &str| {
        bar.causes.iter().filter(|c| c.cause == name).map(|c| c.downtime_s.max(0.0)).sum::<f64>()
    };
    let mut named = 0.0;
    for (rank, cause) in causes.iter().enumerate() {
        let seconds = seconds(cause);
        named += seconds;
        part(seconds, colour(rank), is_hatched(rank));
    }
    part((total - named).max(0.0), GREY, false);
}

fn whisker(pen: &mut Pen, (low, high): (f64, f64), middle: f64) {
    // A white core keeps the line visible on dark segments.
    pen.line(&[(low, middle), (high, middle)], WHITE, 3);
    pen.line(&[(low, middle), (high, middle)], INK, 1);
    for end in [low, high] {
        pen.line(&[(end, middle - 4.0), (end, middle + 4.0)], INK, 1);
    }
}

/// Two slanted strokes across a bar that goes on.
fn cut_mark(pen: &mut Pen, x: f64, middle: f64) {
    let (up, down) = (middle - BAR / 2.0 - 3.0, middle + BAR / 2.0 + 3.0);
    pen.polygon(&[(x, down), (x + 7.0, up), (x + 13.0, up), (x + 6.0, down)], WHITE);
    pen.line(&[(x, down), (x + 7.0, up)], INK, 1);
    pen.line(&[(x + 6.0, down), (x + 13.0, up)], INK, 1);
}

/// How far a bar and its whisker reach.
fn reach(bar: &Bar<'_>) -> f64 {
    let high = if bar.value.high.is_finite() { bar.value.high } else { bar.value.mean };
    let reach = bar.value.mean.max(high);
    if reach.is_finite() { reach.clamp(0.0, 1e300) } else { 0.0 }
}

/// Where the axis ends: at the longest bar, or a little beyond the longest of the ordinary ones.
fn axis_max(bars: &[Bar<'_>]) -> f64 {
    let mut reaches: Vec<f64> = bars.iter().map(reach).filter(|reach| *reach > 0.0).collect();
    reaches.sort_by(|a, b| b.total_cmp(a));
    let longest = reaches.first().copied().unwrap_or(1.0);
    // At most half of the bars may be cut: otherwise the long ones are the ordinary ones.
    let cut = reaches.windows(2).take(reaches.len() / 2).find(|pair| pair[0] > CUT_FROM * pair[1]);
    cut.map_or(longest, |pair| pair[1] * 1.5).max(1e-9)
}

fn is_cut(bars: &[Bar<'_>]) -> bool {
    let max = axis_max(bars);
    bars.iter().any(|bar| reach(bar) > max)
}

/// The causes that get a colour: those with the largest shares, strategy by strategy, so that an
/// unprotected strategy's long downtime does not hide the causes that matter under the others.
fn ranked_causes(result: &RunResult) -> Vec<&str> {
    let mut weights: Vec<(&str, f64)> = Vec::new();
    for strategy in &result.strategies {
        for service in &strategy.services {
            let total: f64 = service.causes.iter().map(|cause| cause.downtime_s).sum();
            for cause in service.causes.iter().filter(|cause| cause.downtime_s > 0.0 && total.is_finite()) {
                let share = cause.downtime_s / total;
                match weights.iter_mut().find(|(name, _)| *name == cause.cause) {
                    Some((_, weight)) => *weight += share,
                    None => weights.push((&cause.cause, share)),
                }
            }
        }
    }
    weights.sort_by(|a, b| b.1.total_cmp(&a.1));
    weights.into_iter().take(PALETTE.len()).map(|(name, _)| name).collect()
}

fn has_others(result: &RunResult, causes: &[&str]) -> bool {
    let mut all = result.strategies.iter().flat_map(|s| &s.services).flat_map(|s| &s.causes);
    all.any(|cause| cause.downtime_s > 0.0 && !causes.contains(&cause.cause.as_str()))
}

fn colour(rank: usize) -> Colour {
    PALETTE.get(rank).copied().unwrap_or(GREY)
}

fn is_hatched(rank: usize) -> bool {
    rank % 2 == 1
}

fn caption(result: &RunResult, panels: usize, cut: bool) -> String {
    let mut caption = verdict::headline(result, |name| clean::shorten_name(&clean::visible(name), 32));
    let scale = if panels > 1 { " Every panel has its own scale; whiskers" } else { " Whiskers" };
    caption.push_str(scale);
    caption.push_str(" are 95 % intervals.");
    if cut {
        caption.push_str(" A bar cut by // is longer than shown; its colours are shares.");
    }
    caption
}

fn describe(caption: &str, panels: &[(&str, &Service, Vec<Bar<'_>>)]) -> String {
    let mut text = caption.to_owned();
    for (name, _, bars) in panels {
        let values: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.label)).collect();
        text.push_str(&format!(" {}: {}.", clean::visible(name), values.join("; ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::result::Method;

    fn bars(values: &[f64]) -> Vec<Bar<'static>> {
        values
            .iter()
            .map(|&mean| Bar {
                name: String::new(),
                value: Estimate { mean, se: 0.0, low: mean, high: mean, method: Method::StudentT },
                label: String::new(),
                causes: &[],
            })
            .collect()
    }

    #[test]
    fn one_giant_is_cut_and_a_range_of_bars_is_not() {
        assert!(is_cut(&bars(&[5_000.0, 40.0, 30.0, 20.0])));
        assert!(!is_cut(&bars(&[100.0, 40.0, 30.0])));
        assert!(!is_cut(&bars(&[5_000.0])));
        assert!(!is_cut(&bars(&[0.0, 0.0])));
        // Two long ones of three are the ordinary ones.
        assert!(!is_cut(&bars(&[5_000.0, 4_000.0, 1.0])));
    }

    #[test]
    fn the_axis_always_has_a_length() {
        for values in [&[0.0, 0.0][..], &[], &[f64::NAN], &[f64::INFINITY, 1.0], &[1e-30]] {
            let max = axis_max(&bars(values));
            assert!(max > 0.0 && max.is_finite(), "{values:?}: {max}");
        }
    }
}
