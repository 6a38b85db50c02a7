//! Strategies side by side, all services together: what each loses, and what it takes.

use maud::{Markup, html};

use super::axis::{Axis, Spread, px};
use super::figure::{Figure, WIDTH, across, named};
use super::head::how_to_read;
use super::look;
use super::name::{inside, name, plain, sentence, short};
use super::shown::Shown;
use super::table::{Cell, Column, figures as figure_column, table, words};
use crate::report::result::{Estimate, RunResult, Strategy};
use crate::report::text::{can_lose_writes, writes_lost};
use crate::report::{comparisons, cost, figures, turns, verdict};

pub(super) fn section(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    html! {
        section id="strategies" aria-labelledby="strategies-head" {
            h2 id="strategies-head" { "Strategies side by side" }
            (how_to_read(result))
            (forest(shown))
            (totals(shown))
            (remarks(shown))
            (money(shown))
            (pairs(result))
        }
    }
}

/// An estimate for a tooltip and for a screen reader: "906 [878, 954] min".
fn minutes(result: &RunResult, seconds: &Estimate) -> String {
    format!("{} min {}", figures::interval(&result.told_minutes(seconds)), result.told_for())
}

const ROW: f64 = 38.0;
const TOP: f64 = 10.0;
const LEFT: f64 = 164.0;
const RIGHT: f64 = WIDTH - 160.0;

/// Downtime with its interval, a row a strategy.
fn forest(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let told = |strategy: &Strategy| result.told_minutes(&strategy.total.downtime_s);
    let all: Vec<Estimate> = shown.strategies.iter().map(|strategy| told(strategy)).collect();
    let axis = axis(&all);
    let bottom = TOP + ROW * all.len() as f64;
    let picture = html! {
        (across(&axis, &named(&axis), (TOP, bottom), &format!("downtime of the mean instance, minutes {}", result.told_for())))
        @for (place, (strategy, minutes)) in shown.strategies.iter().zip(&all).enumerate() {
            (row(result, strategy, minutes, &axis, place))
        }
    };
    let told: Vec<String> = shown
        .strategies
        .iter()
        .map(|strategy| {
            format!("{}: {}.", short(&strategy.name, 60), minutes(result, &strategy.total.downtime_s))
        })
        .collect();
    Figure {
        id: "downtime",
        title: "Who is down for how long.",
        caption: "A mark is the mean over all instances of all services, the line through it its 95 % interval. Further left is \
                  better; where lines overlap, the pairs below say whether the two can be told apart.",
        description: told.join(" "),
        height: bottom + 46.0,
        picture,
    }
    .alone()
}

/// From 0; by powers of ten where some lose a thirtieth of what others do.
fn axis(all: &[Estimate]) -> Axis {
    let ends = (LEFT, RIGHT);
    let end =
        |estimate: &Estimate| if figures::has_interval(estimate) { estimate.high } else { estimate.mean };
    let most = all.iter().map(end).fold(0.0, f64::max);
    let least = all
        .iter()
        .map(|e| if e.mean > 0.0 { e.mean } else { e.high })
        .filter(|mean| *mean > 0.0)
        .fold(f64::INFINITY, f64::min);
    if least.is_finite() && most > 30.0 * least {
        let lows = all.iter().map(|e| e.low).filter(|low| *low > least / 30.0).fold(least / 2.0, f64::min);
        let whole = |value: f64, round: fn(f64) -> f64| libm::pow(10.0, round(libm::log10(value)));
        let (from, to) = (whole(lows, libm::floor), whole(most, libm::ceil));
        return Axis { spread: Spread::Logarithmic, from, to, start: ends.0, end: ends.1 };
    }
    Axis::from_zero(most, ends)
}

fn row(result: &RunResult, strategy: &Strategy, minutes: &Estimate, axis: &Axis, place: usize) -> Markup {
    let y = TOP + ROW * (place as f64 + 0.5);
    let unseen = figures::is_unseen(minutes);
    let (low, high) = if figures::has_interval(minutes) {
        (minutes.low, minutes.high)
    } else {
        (minutes.mean, minutes.mean)
    };
    let at = if unseen { high } else { minutes.mean };
    let figure = figures::interval(minutes);
    let nines = if result.scripted {
        String::new()
    } else {
        format!("\n{} nines", figures::nines(&strategy.total.availability))
    };
    let tip = format!(
        "{}\n{figure} min {}{nines}\n{} outages",
        short(&strategy.name, 60),
        result.told_for(),
        figures::mean(&result.told(&strategy.total.outages))
    );
    html! {
        g data-tip=(tip) {
            rect.hit x="0" y=(px(y - ROW / 2.0)) width=(px(WIDTH)) height=(px(ROW)) fill="none" {}
            text.label x="0" y=(px(y + 4.5)) { (short(&strategy.name, 22)) }
            path.line.(look::class(place)) d={ "M" (px(axis.at(low))) " " (px(y)) "H" (px(axis.at(high))) } fill="none" stroke="currentColor" {}
            path.line.(look::class(place)) d={
                "M" (px(axis.at(low))) " " (px(y - 5.0)) "v10M" (px(axis.at(high))) " " (px(y - 5.0)) "v10"
            } fill="none" stroke="currentColor" {}
            @if !unseen { (look::marker(place, axis.at(at), y)) }
            text.value x=(px(RIGHT + 14.0)) y=(px(y + 4.5)) { (figure) }
        }
    }
}

/// The longest outage of any service.
fn longest(strategy: &Strategy) -> f64 {
    strategy.services.iter().map(|service| service.outage_s.max).fold(0.0, f64::max)
}

/// Sessions, or transactions, of all instances of all services together; the mean alone.
fn work(
    strategy: &Strategy,
    of: impl Fn(&crate::report::result::Service) -> Option<Estimate>,
) -> Option<Estimate> {
    let each = strategy.services.iter().filter_map(|s| Some(of(s)?.mean * f64::from(s.instances)));
    let each: Vec<f64> = each.collect();
    let none = Estimate { se: f64::NAN, low: f64::NAN, high: f64::NAN, ..Estimate::nothing() };
    (!each.is_empty()).then(|| Estimate { mean: each.iter().sum(), ..none })
}

fn totals(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let degraded = shown.strategies.iter().any(|s| s.total.lost_s.mean > s.total.downtime_s.mean);
    let writes = can_lose_writes(result);
    let sessions = |strategy: &Strategy| work(strategy, |service| service.sessions_lost);
    let transactions = |strategy: &Strategy| work(strategy, |service| service.transactions_lost);
    let any = |of: &dyn Fn(&Strategy) -> Option<Estimate>| shown.strategies.iter().any(|s| of(s).is_some());
    let (with_sessions, with_transactions) = (any(&sessions), any(&transactions));
    let mut columns: Vec<Column> = vec![words("strategy")];
    let mut add = |shown: bool, head: &str| columns.extend(shown.then(|| figure_column(head)));
    add(true, &result.column("downtime, min"));
    add(degraded, &result.column("lost, min"));
    add(true, "availability");
    add(!result.scripted, "nines");
    add(true, &result.column("outages"));
    add(true, "longest outage");
    add(writes, &result.column("writes lost"));
    add(with_sessions, &result.column("sessions lost, all"));
    add(with_transactions, &result.column("transactions lost, all"));
    add(true, "hosts");
    add(true, "VMs");
    add(true, "memory");
    let row = |strategy: &&Strategy| {
        let (total, capacity) = (&strategy.total, &strategy.capacity);
        let mut row = vec![Cell::words(name(&strategy.name))];
        let mut add =
            |shown: bool, text: String, key: f64| row.extend(shown.then(|| Cell::figure(&text, key)));
        let interval = |seconds: &Estimate| figures::interval(&result.told_minutes(seconds));
        add(true, interval(&total.downtime_s), total.downtime_s.mean);
        add(degraded, figures::mean(&result.told_minutes(&total.lost_s)), total.lost_s.mean);
        add(true, figures::availability(&total.availability), total.availability.mean);
        add(!result.scripted, figures::nines(&total.availability), total.availability.low);
        add(true, figures::interval(&result.told(&total.outages)), total.outages.mean);
        let longest = longest(strategy);
        add(true, if longest > 0.0 { figures::duration(longest) } else { "–".to_owned() }, longest);
        add(writes, writes_lost(result, &total.recovery_point_s), total.recovery_point_s.mean);
        for (is_shown, lost) in
            [(with_sessions, sessions(strategy)), (with_transactions, transactions(strategy))]
        {
            let text = lost.map_or_else(|| "–".to_owned(), |lost| figures::mean(&result.told(&lost)));
            add(is_shown, text, lost.map_or(f64::NAN, |lost| lost.mean));
        }
        add(true, figures::count(capacity.hosts), f64::from(capacity.hosts));
        add(true, figures::count(capacity.vms), f64::from(capacity.vms));
        add(true, figures::share(capacity.memory_used), capacity.memory_used);
        row
    };
    table("All services together, per instance", &columns, shown.strategies.iter().map(row).collect())
}

/// What needs saying of single strategies, as below the table on a terminal.
fn remarks(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let mut lines = Vec::new();
    for strategy in &shown.strategies {
        let waiting = result.told(&strategy.capacity.waiting_vm_s);
        if waiting.mean > 0.0 {
            let time = figures::duration_interval(&waiting);
            lines.push(format!(
                "{}: VMs wait {time} {} for room, all together.",
                inside(&strategy.name),
                result.told_for()
            ));
        }
        if let Some(line) = turns::given_up(result, strategy) {
            lines.push(format!("{}: planned work given up: {line}.", inside(&strategy.name)));
        }
    }
    let capital = |line: String| line[..1].to_uppercase() + &line[1..] + ".";
    lines.extend(comparisons::correlation(result).map(capital));
    html! {
        @if !lines.is_empty() { ul.remarks { @for line in &lines { li { (sentence(line)) } } } }
    }
}

/// What a year costs, where anything has a price.
fn money(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    if !cost::is_told(result) {
        return html! {};
    }
    let columns: Vec<Column> = cost::HEAD
        .iter()
        .enumerate()
        .map(|(at, head)| if at == 0 { words(head) } else { figure_column(head) })
        .collect();
    let row = |strategy: &&Strategy| {
        let cost = strategy.cost.as_ref()?;
        let keys = [cost.hosts, cost.licences, cost.downtime.mean, cost.total.mean];
        let texts = cost::cells(strategy, |_| String::new());
        let figures = texts.iter().skip(1).zip(keys).map(|(text, key)| Cell::figure(text, key));
        Some(std::iter::once(Cell::words(name(&strategy.name))).chain(figures).collect())
    };
    let caption = format!("{}: all instances, whatever the horizon", plain(&cost::title(result, inside)));
    table(&caption, &columns, shown.strategies.iter().filter_map(row).collect())
}

/// Two strategies at a time, over the same failures.
fn pairs(result: &RunResult) -> Markup {
    const MOST: usize = 120;
    if result.total_comparisons.is_empty() {
        return html! {};
    }
    let columns = [
        words("a − b"),
        figure_column(&result.column("downtime, min")),
        figure_column(&result.column("lost, min")),
        words("told apart"),
    ];
    let row = |pair: &crate::report::result::TotalComparison| {
        let minutes = |seconds: &Estimate| figures::interval(&result.told_minutes(seconds));
        let decided = if verdict::is_decided(&pair.lost_s_a_minus_b) { "yes" } else { "no" };
        vec![
            Cell::words(html! { (name(&pair.a)) " − " (name(&pair.b)) }),
            Cell::figure(&minutes(&pair.downtime_s_a_minus_b), pair.downtime_s_a_minus_b.mean),
            Cell::figure(&minutes(&pair.lost_s_a_minus_b), pair.lost_s_a_minus_b.mean),
            Cell::words(html! { (decided) }),
        ]
    };
    let open = if verdict::is_any_held_open(result) {
        format!("Some that look clear are not decided: {}.", figures::ALLOWANCE)
    } else {
        String::new()
    };
    html! {
        h3 { "Two at a time" }
        p {
            "What one loses more than another on the same failures, replication by replication. Where the interval holds 0, these \
             replications do not tell the two apart. " (open)
        }
        (table("Differences over the same failures, all services, per instance", &columns, result.total_comparisons.iter().take(MOST).map(row).collect()))
    }
}
