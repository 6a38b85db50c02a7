//! What takes services down: a waterfall from nothing to all of a strategy's downtime, and one from a strategy to a better one.

use maud::{Markup, html};

use super::axis::{Axis, px};
use super::figure::{Figure, WIDTH, across, choice, named};
use super::name::{name, short};
use super::shown::Shown;
use super::table::{Cell, figures as figure_column, table, words};
use crate::report::figures;
use crate::report::result::{Cause, Estimate, RunResult, Strategy};
use crate::report::verdict::baseline;

const ROW: f64 = 27.0;
const BAR: f64 = 17.0;
const TOP: f64 = 8.0;
const LEFT: f64 = 164.0;
const RIGHT: f64 = WIDTH - 120.0;

/// A step of a waterfall.
struct Step {
    label: String,
    from: f64,
    to: f64,
    /// Classes of its bar.
    class: &'static str,
    value: String,
    tip: String,
}

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let panels = shown.strategies.iter().enumerate();
    let panels =
        panels.map(|(place, strategy)| (name(&strategy.name), waterfall(shown.result, strategy, place)));
    html! {
        section id="causes" aria-labelledby="causes-head" {
            h2 id="causes-head" { "What takes services down" }
            p { "An outage is booked on what began it, with all the waiting that follows; the causes of a strategy sum to its downtime." }
            (bridge(shown))
            (choice("strategy", "strategy", panels.collect()))
            (all(shown))
        }
    }
}

/// Seconds per horizon as minutes over the time that people are told.
fn minutes(result: &RunResult, seconds: f64) -> f64 {
    result.told_minutes(&Estimate { mean: seconds, ..Estimate::nothing() }).mean
}

/// Minutes for people, with as many decimals as three digits of the largest figure beside it have.
fn told(result: &RunResult, seconds: f64, largest: f64) -> String {
    let (value, most) = (minutes(result, seconds), minutes(result, largest));
    let decimals = if most > 0.0 { 2 - libm::floor(libm::log10(most)) as i32 } else { 0 };
    let decimals = decimals.clamp(0, 9);
    let least = libm::pow(10.0, f64::from(-decimals));
    if value > 0.0 && value < least / 2.0 {
        return format!("< {}", figures::fixed(least, decimals));
    }
    figures::fixed(value, decimals)
}

fn sorted(strategy: &Strategy) -> Vec<&Cause> {
    let mut causes: Vec<&Cause> =
        strategy.total.causes.iter().filter(|cause| cause.downtime_s > 0.0).collect();
    causes.sort_by(|a, b| b.downtime_s.total_cmp(&a.downtime_s));
    causes
}

fn waterfall(result: &RunResult, strategy: &Strategy, place: usize) -> Markup {
    let causes = sorted(strategy);
    let total: f64 = causes.iter().map(|cause| cause.downtime_s).sum();
    if causes.is_empty() {
        return html! { p { "No downtime was seen." } };
    }
    let mut sum = 0.0;
    let mut steps: Vec<Step> = causes
        .iter()
        .map(|cause| {
            let from = sum;
            sum += cause.downtime_s;
            let share = figures::share(cause.downtime_s / total);
            let label = short(&cause.cause, 24);
            Step {
                tip: format!(
                    "{label}\n{} min {}, {share}",
                    told(result, cause.downtime_s, total),
                    result.told_for()
                ),
                value: format!("{} · {share}", told(result, cause.downtime_s, total)),
                label,
                from: minutes(result, from),
                to: minutes(result, sum),
                class: "step",
            }
        })
        .collect();
    steps.push(Step {
        label: "all causes".to_owned(),
        from: 0.0,
        to: minutes(result, total),
        class: "step sum",
        value: told(result, total, total),
        tip: format!(
            "{}\n{} min {}",
            short(&strategy.name, 60),
            told(result, total, total),
            result.told_for()
        ),
    });
    let description =
        steps.iter().map(|step| format!("{}: {} min.", step.label, step.value)).collect::<Vec<_>>().join(" ");
    let (height, picture) = picture(&steps, result);
    Figure {
        id: &format!("causes-{place}"),
        title: &format!("{}, cause by cause.", short(&strategy.name, 60)),
        caption: "Each bar begins where the one above it ends; the last is their sum.",
        description,
        height,
        picture,
    }
    .alone()
}

fn picture(steps: &[Step], result: &RunResult) -> (f64, Markup) {
    let most = steps.iter().map(|step| step.from.max(step.to)).fold(0.0, f64::max);
    let axis = Axis::from_zero(most, (LEFT, RIGHT));
    let bottom = TOP + ROW * steps.len() as f64;
    let what = format!("minutes per instance {}", result.told_for());
    let picture = html! {
        (across(&axis, &named(&axis), (TOP, bottom), &what))
        @for (row, step) in steps.iter().enumerate() {
            @let y = TOP + ROW * row as f64 + (ROW - BAR) / 2.0;
            @let (low, high) = (axis.at(step.from.min(step.to)), axis.at(step.from.max(step.to)));
            g data-tip=(step.tip) {
                rect.hit x="0" y=(px(y - 5.0)) width=(px(WIDTH)) height=(px(ROW)) fill="none" {}
                text.label x="0" y=(px(y + BAR / 2.0 + 4.5)) { (step.label) }
                rect.(step.class) x=(px(low)) y=(px(y)) width=(px((high - low).max(1.0))) height=(px(BAR)) {}
                text.value x=(px(high + 8.0)) y=(px(y + BAR / 2.0 + 4.5)) { (step.value) }
            }
            @if row + 1 < steps.len() {
                path.joint d={ "M" (px(axis.at(step.to))) " " (px(y + BAR)) "v" (px(ROW - BAR)) } {}
            }
        }
    };
    (bottom + 46.0, picture)
}

/// Causes that change by less than this part of the larger strategy's downtime are told together.
const SMALL: f64 = 0.005;

/// What the strategy that loses least saves of the one that others are measured against.
fn bridge(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let mut ranked: Vec<&Strategy> = result.strategies.iter().collect();
    ranked.sort_by(|a, b| a.total.lost_s.mean.total_cmp(&b.total.lost_s.mean));
    let (Some(base), Some(best)) = (baseline(result), ranked.first()) else { return html! {} };
    let most = sum(base).max(sum(best));
    if base.name == best.name || most <= 0.0 {
        return html! {};
    }
    let end = |strategy: &Strategy| Step {
        label: short(&strategy.name, 22),
        from: 0.0,
        to: minutes(result, sum(strategy)),
        class: "step sum",
        value: told(result, sum(strategy), most),
        tip: format!(
            "{}\n{} min {}",
            short(&strategy.name, 60),
            told(result, sum(strategy), most),
            result.told_for()
        ),
    };
    let mut steps = vec![end(base)];
    let mut at = sum(base);
    for (cause, change) in changes(base, best, most) {
        let (sign, class) = if change < 0.0 { ("−", "step less") } else { ("+", "step more") };
        let value = told(result, change.abs(), most);
        let value = if value.starts_with('<') { value } else { format!("{sign}{value}") };
        steps.push(Step {
            from: minutes(result, at),
            to: minutes(result, (at + change).max(0.0)),
            class,
            tip: format!("{cause}\n{value} min {}", result.told_for()),
            value,
            label: cause,
        });
        at += change;
    }
    steps.push(end(best));
    let (height, picture) = picture(&steps, result);
    Figure {
        id: "bridge",
        title: &format!("From {} to {}.", short(&base.name, 60), short(&best.name, 60)),
        caption: "What each cause costs less (−, striped) or more (+, solid) under the strategy that loses least.",
        description: steps.iter().map(|step| format!("{}: {} min.", step.label, step.value)).collect::<Vec<_>>().join(" "),
        height,
        picture,
    }
    .alone()
}

fn sum(strategy: &Strategy) -> f64 {
    strategy.total.causes.iter().map(|row| row.downtime_s).sum()
}

/// A cause, and how many seconds more it takes.
type Change = (String, f64);

/// By how much each cause takes more of one strategy than of another, the largest savings first, small ones together.
fn changes(base: &Strategy, best: &Strategy, most: f64) -> Vec<Change> {
    let of = |strategy: &Strategy, cause: &str| {
        strategy.total.causes.iter().find(|row| row.cause == cause).map_or(0.0, |row| row.downtime_s)
    };
    let mut names: Vec<&str> = base.total.causes.iter().map(|row| row.cause.as_str()).collect();
    names.extend(
        best.total.causes.iter().map(|row| row.cause.as_str()).filter(|cause| of(base, cause) <= 0.0),
    );
    let change = |cause: &&str| (short(cause, 22), of(best, cause) - of(base, cause));
    let all = names.iter().map(change).filter(|(_, change)| *change != 0.0);
    let (mut large, small): (Vec<Change>, Vec<Change>) =
        all.partition(|(_, change)| change.abs() >= SMALL * most);
    large.sort_by(|a, b| a.1.total_cmp(&b.1));
    match small.as_slice() {
        [] => {}
        [one] => large.push(one.clone()),
        several => {
            large.push((format!("{} others", several.len()), several.iter().map(|(_, change)| change).sum()))
        }
    }
    large
}

/// Every cause under every strategy.
fn all(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let mut names: Vec<&str> = Vec::new();
    for cause in shown.strategies.iter().flat_map(|strategy| sorted(strategy)) {
        if !names.contains(&cause.cause.as_str()) {
            names.push(&cause.cause);
        }
    }
    if names.is_empty() {
        return html! {};
    }
    let most = shown.strategies.iter().map(|strategy| sum(strategy)).fold(0.0, f64::max);
    let mut columns = vec![words("strategy")];
    columns.extend(names.iter().map(|cause| figure_column(&short(cause, 24))));
    let row = |strategy: &&Strategy| {
        let cell = |cause: &&str| {
            let found = strategy.total.causes.iter().find(|row| row.cause == **cause);
            let seconds = found.map_or(0.0, |row| row.downtime_s);
            Cell::figure(&if seconds > 0.0 { told(result, seconds, most) } else { "–".to_owned() }, seconds)
        };
        std::iter::once(Cell::words(name(&strategy.name))).chain(names.iter().map(cell)).collect()
    };
    let caption = format!("Downtime by cause, all services, minutes per instance {}", result.told_for());
    table(&caption, &columns, shown.strategies.iter().map(row).collect())
}
