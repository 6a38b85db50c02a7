//! For people: what differs as a plan of changes, then a table for every strategy.

use super::super::table::{COLUMNS, Table, wrap};
use super::super::{clean, figures};
use super::{Diff, Effect, Entry, Service, Verdict};
use crate::engine::Span;

/// Columns that one value may take.
const VALUE: usize = 36;
/// Columns that a table may take that only one of the two has.
const WHOLE: usize = 90;

/// The whole of it.
#[must_use]
pub fn text(diff: &Diff) -> String {
    let name = |name: &str| clean::shorten_name(&clean::visible(name), 45);
    let mut text = format!("{} -> {}\n\n", name(&diff.a.name), name(&diff.b.name));
    text.push_str(&differences(&diff.differences, '~'));
    let Some(effect) = &diff.effect else { return text };
    text.push('\n');
    text.push_str(&wrap(&preface(effect), ""));
    for strategy in &effect.strategies {
        text.push_str(&format!("\n{}\n", clean::shorten_name(&clean::visible(&strategy.name), 60)));
        text.push_str(&rows(effect, &strategy.services));
    }
    text.push('\n');
    for sentence in effect.strangers().into_iter().chain(verdict(effect)) {
        text.push_str(&wrap(&clean::visible(&sentence), ""));
    }
    text
}

/// One line a difference; those of a table stand below each other with their values aligned. A sign says that a key is
/// another one.
pub(super) fn differences(entries: &[Entry], changed: char) -> String {
    if entries.is_empty() {
        return "The two say the same.\n".to_owned();
    }
    let path = |entry: &Entry| format!("{}:", clean::shorten_name(&clean::visible(&entry.path), 48));
    let mut text = String::new();
    for entry in entries {
        let of_table = entries.iter().filter(|other| other.table == entry.table && other.change == "changed");
        let width = of_table.map(|other| clean::width(&path(other))).max().unwrap_or(0);
        let value = |value: &Option<String>, is_default: bool, most: usize| {
            let text = clean::shorten_name(&clean::visible(value.as_deref().unwrap_or_default()), most);
            if is_default { format!("{text} (default)") } else { text }
        };
        let path = path(entry);
        let line = match entry.change {
            "added" => format!("+ {path} {}", value(&entry.b, false, WHOLE)),
            "removed" => format!("- {path} {}", value(&entry.a, false, WHOLE)),
            _ => format!(
                "{changed} {path}{} {} -> {}",
                " ".repeat(width.saturating_sub(clean::width(&path))),
                value(&entry.a, entry.a_is_default, VALUE),
                value(&entry.b, entry.b_is_default, VALUE)
            ),
        };
        text.push_str(&clean::shorten(&line, COLUMNS));
        text.push('\n');
    }
    text
}

pub(super) fn preface(effect: &Effect) -> String {
    format!(
        "Downtime per instance, minutes {}: {} of {} each, seed {}, the same failures in both; [low, high] is the 95 % \
         interval, of the difference replication by replication.",
        if effect.scripted { "in a horizon" } else { "a year" },
        figures::counted(effect.replications, "replication"),
        Span::from_secs_f64(effect.horizon_s),
        effect.seed,
    )
}

/// The cells of a row: the service, both downtimes, the difference, the correlation, the verdict.
pub(super) fn cells(effect: &Effect, row: &Service) -> [String; 6] {
    let name = row.service.clone().unwrap_or_else(|| "all services".to_owned());
    let name = if row.instances_a == row.instances_b {
        name
    } else {
        format!("{name} ({} -> {})", row.instances_a, row.instances_b)
    };
    let interval = |seconds| figures::interval(&effect.minutes(seconds));
    [
        name,
        interval(&row.downtime_s_a),
        interval(&row.downtime_s_b),
        row.downtime_s_b_minus_a.as_ref().map_or("–".to_owned(), |difference| {
            if row.verdict == Verdict::Same { "0".to_owned() } else { interval(difference) }
        }),
        row.correlation.map_or("–".to_owned(), |correlation| figures::fixed(correlation, 2)),
        row.verdict.word().to_owned(),
    ]
}

/// As much as has room: without the correlation, and then without the intervals of both sides, where figures are long.
fn rows(effect: &Effect, services: &[Service]) -> String {
    let all: Vec<[String; 6]> = services.iter().map(|row| cells(effect, row)).collect();
    let mean = |told: &str| told.split(" [").next().unwrap_or(told).to_owned();
    let table = |is_correlated: bool, has_sides: bool| {
        let mut table = match is_correlated {
            true => Table::new(&["", "A", "B", "B - A", "corr.", "B is down"]),
            false => Table::new(&["", "A", "B", "B - A", "B is down"]),
        };
        for [name, a, b, difference, correlation, verdict] in &all {
            let name = clean::shorten_name(&clean::visible(name), 30);
            let sides = if has_sides { [a.clone(), b.clone()] } else { [mean(a), mean(b)] };
            let mut row = vec![name];
            row.extend(sides);
            row.push(difference.clone());
            row.extend(is_correlated.then(|| correlation.clone()));
            row.push(verdict.clone());
            table.row(row);
        }
        table
    };
    let ways = [(true, true), (false, true), (true, false)];
    let fitting =
        ways.into_iter().map(|(is_correlated, has_sides)| table(is_correlated, has_sides)).find(Table::fits);
    fitting.unwrap_or_else(|| table(false, false)).render()
}

/// What it comes to.
pub(super) fn verdict(effect: &Effect) -> Vec<String> {
    let [less, more, undecided, same] = [Verdict::Less, Verdict::More, Verdict::Undecided, Verdict::Same]
        .map(|verdict| effect.counts(verdict));
    if less + more + undecided + same == 0 {
        return vec!["No strategy and service is in both, so there is nothing to compare.".to_owned()];
    }
    let mut all = Vec::new();
    if less + more + undecided == 0 {
        all.push(
            "None of it makes any difference to downtime: it is the same in every replication.".to_owned(),
        );
    } else if undecided > 0 {
        all.push(format!(
            "Undecided: no difference that {} can see; more of them would.",
            figures::counted(effect.replications, "replication")
        ));
    }
    all
}
