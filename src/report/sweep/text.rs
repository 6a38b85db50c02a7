//! A sweep for people: a row per variant and strategy, the best marked, at most 100 columns.

use super::super::table::{COLUMNS, Table, wrap};
use super::super::text::counted;
use super::super::{clean, figures};
use super::{Key, Row, Standing, Sweep, Variant, Why};
use crate::engine::Span;

/// Columns that a value may take.
const VALUE: usize = 26;

/// The table of each part that was asked for, and what it says.
#[must_use]
pub fn table(sweep: &Sweep) -> String {
    let mut text = clean::shorten(&clean::visible(&sweep.scenario.title), COLUMNS);
    text.push('\n');
    text.push_str(&wrap(&preface(sweep), ""));
    if sweep.replications < sweep.replications_asked {
        text.push_str(&format!(
            "Interrupted: {} of {} replications finished.\n",
            sweep.replications, sweep.replications_asked
        ));
    }
    for part in sweep.parts() {
        text.push('\n');
        text.push_str(&clean::shorten_name(&clean::visible(part.unwrap_or("All services")), 60));
        text.push('\n');
        text.push_str(&rows(sweep, part));
        text.push_str(&wrap(&verdict(sweep, part), ""));
    }
    for key in sweep.idle_keys() {
        let sentence = format!(
            "{} changes nothing here: each of its values gives the same figures. Another setting may overrule it, or it \
             matters only where something else is set.",
            clean::visible(&key.path)
        );
        text.push('\n');
        text.push_str(&wrap(&sentence, ""));
    }
    text
}

fn preface(sweep: &Sweep) -> String {
    let most = sweep.variants.iter().map(|variant| variant.replications).max().unwrap_or(0);
    let mut horizons: Vec<String> =
        sweep.variants.iter().map(|variant| Span::from_secs_f64(variant.horizon_s).to_string()).collect();
    horizons.dedup();
    let of = if let [horizon] = horizons.as_slice() { format!(" of {horizon}") } else { String::new() };
    format!(
        "{}, {} each{of}, seed {}, the same failures in all of them. Downtime is per instance and {}; [low, high] is \
         the 95 % interval.",
        counted(sweep.variants.len() as u32, "variant"),
        counted(most, "replication"),
        sweep.seed,
        if sweep.scripted { "horizon" } else { "year of 365 d" },
    )
}

/// The last key of a path, or as much more of it as tells it from the others.
pub(in crate::report) fn short_paths(keys: &[Key]) -> Vec<String> {
    let segments = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let ending = |path: &str, length: usize| {
        let all = segments(path);
        all[all.len().saturating_sub(length)..].join(".")
    };
    let short = |key: &Key| {
        let clashes = |length: &usize| {
            let own = ending(&key.path, *length);
            !keys.iter().any(|other| other.path != key.path && ending(&other.path, *length) == own)
        };
        let most = segments(&key.path).len();
        ending(&key.path, (1..=most).find(clashes).unwrap_or(most))
    };
    keys.iter().map(short).collect()
}

/// A value without what only TOML needs: `{ policy = "failures", tolerate = 1 }` as `policy=failures, tolerate=1`.
pub(in crate::report) fn plain(value: &str) -> String {
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let text = inner.map_or(value.to_owned(), |inner| inner.trim().replace('"', "").replace(" = ", "="));
    clean::visible(&text)
}

fn rows(sweep: &Sweep, part: Option<&str>) -> String {
    let mut head: Vec<String> = short_paths(&sweep.keys);
    let downtime = if sweep.scripted { "downtime, min" } else { "downtime, min/y" };
    head.extend(["strategy", downtime, "availability", ""].map(str::to_owned));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(&head);
    let rows: Vec<Row<'_>> = sweep.rows(part).collect();
    for variant in &sweep.variants {
        for row in rows.iter().filter(|row| std::ptr::eq(row.variant, variant)) {
            let mut cells = values(variant);
            cells.push(clean::shorten_name(&clean::visible(&row.strategy.name), VALUE));
            cells.push(figures::interval(&sweep.minutes(row)));
            cells.push(figures::availability(row.availability));
            cells.push(
                match sweep.standing(part, row) {
                    Standing::Best => "best",
                    Standing::AsGood => "≈ best",
                    Standing::Worse | Standing::Unknown => "",
                }
                .to_owned(),
            );
            table.row(cells);
        }
        for unfit in &variant.unfit {
            let mut cells = values(variant);
            cells.push(clean::shorten_name(&clean::visible(&unfit.name), VALUE));
            cells.push(unfit.why.word().replace('-', " "));
            cells.extend(["–", ""].map(str::to_owned));
            table.row(cells);
        }
    }
    let mut text = table.render();
    let unfit = |why: Why| sweep.variants.iter().any(|v| v.unfit.iter().any(|unfit| unfit.why == why));
    for why in [Why::NoRoom, Why::Refused].into_iter().filter(|why| unfit(*why)) {
        text.push_str(&format!("  {}: {} at the start.\n", why.word().replace('-', " "), why.sentence()));
    }
    text
}

fn values(variant: &Variant) -> Vec<String> {
    variant.values.iter().map(|value| clean::shorten_name(&plain(value), VALUE)).collect()
}

fn verdict(sweep: &Sweep, part: Option<&str>) -> String {
    let Some(best) = sweep.best(part) else {
        return "Nothing can start in any of them.".to_owned();
    };
    let mut text = format!(
        "Least downtime: {} under {}, {} {}.",
        name(sweep, best.variant),
        clean::shorten_name(&clean::visible(&best.strategy.name), 40),
        figures::interval_in(&sweep.minutes(&best), "min"),
        sweep.told_for(),
    );
    let as_good = sweep.rows(part).filter(|row| sweep.standing(part, row) == Standing::AsGood).count();
    if as_good > 0 {
        let (others, difference) = if as_good == 1 { ("other", "its") } else { ("others", "their") };
        text.push_str(&format!(
            " {as_good} {others} cannot be told from it (≈): on the same failures the 95 % interval of {difference} \
             difference holds 0."
        ));
    }
    if let Some(line) = frugal(sweep, part) {
        text.push_str(&line);
    }
    text
}

/// The first value of a single key from which on a strategy is as good as the best.
pub(in crate::report) fn frugal(sweep: &Sweep, part: Option<&str>) -> Option<String> {
    let ([path], [_]) = (&short_paths(&sweep.keys)[..], &sweep.keys[..]) else { return None };
    let good = |row: &Row<'_>| matches!(sweep.standing(part, row), Standing::Best | Standing::AsGood);
    let mut strategies: Vec<&str> = Vec::new();
    for row in sweep.rows(part).filter(good) {
        if !strategies.contains(&row.strategy.name.as_str()) {
            strategies.push(&row.strategy.name);
        }
    }
    let first_of = |strategy: &str| {
        let rows: Vec<Row<'_>> = sweep.rows(part).filter(|row| row.strategy.name == strategy).collect();
        let level = rows.iter().rev().take_while(|row| good(row)).count();
        (level > 1).then(|| rows[rows.len() - level].variant.places[0])
    };
    let first = strategies.into_iter().filter_map(first_of).min()?;
    Some(format!(
        " From {path} {} on, more buys nothing that so many replications can see.",
        plain(&sweep.keys[0].values[first])
    ))
}

/// A variant in a sentence: `count 27, admission none`.
pub(in crate::report) fn name(sweep: &Sweep, variant: &Variant) -> String {
    let part =
        |(path, value): (String, &String)| format!("{path} {}", clean::shorten_name(&plain(value), 40));
    short_paths(&sweep.keys).into_iter().zip(&variant.values).map(part).collect::<Vec<_>>().join(", ")
}
