//! Machine events of Google's traces: a machine is added, removed ("usually due to failure or repairs"), changed. Microseconds
//! from a beginning; what happened before it is at 0, what happens after the end at 2^63 - 1. A machine that is removed and
//! never added again is down when the history ends.

use super::builder::{Builder, Value};
use super::table::{Row, header, rows};
use crate::history::{Instant, Scale, Spell};

/// What happens to a machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Added,
    Removed,
    Changed,
}

struct Happening {
    entity: usize,
    at: Instant,
    what: What,
    span: std::ops::Range<usize>,
}

/// After the end of the trace.
const NEVER: &str = "9223372036854775807";

/// Without a header: `timestamp,machine ID,event type,platform ID,CPUs,Memory`; 0 adds, 1 removes, 2 changes.
pub(super) fn read_2011(builder: &mut Builder<'_>) {
    let words = [("0", What::Added), ("1", What::Removed), ("2", What::Changed)];
    let mut all = Vec::new();
    rows(builder, false, |builder, row| {
        if row.values.len() < 3 {
            let what = format!("{} values in a row", row.values.len());
            builder.wrong(row.span(), what, "write timestamp,machine ID,event type,platform ID,CPUs,Memory");
            return;
        }
        all.extend(happening(builder, row, [Some(0), Some(1), Some(2)], &words));
    });
    spells(builder, all);
}

/// With a header: `time,machine_id,type`, and others; 1 or ADD adds, 2 or REMOVE removes, 3 or UPDATE changes.
pub(super) fn read_2019(builder: &mut Builder<'_>) {
    let words = [
        ("1", What::Added),
        ("2", What::Removed),
        ("3", What::Changed),
        ("ADD", What::Added),
        ("REMOVE", What::Removed),
        ("UPDATE", What::Changed),
    ];
    let columns = header(builder.text);
    let places = ["time", "machine_id", "type"].map(|name| columns.need(builder, name));
    if places.contains(&None) {
        return;
    }
    let mut all = Vec::new();
    rows(builder, true, |builder, row| all.extend(happening(builder, row, places, &words)));
    spells(builder, all);
}

fn happening(
    builder: &mut Builder<'_>,
    row: &Row,
    places: [Option<usize>; 3],
    words: &[(&str, What)],
) -> Option<Happening> {
    let [time, machine, kind] = places.map(|place| row.get(place));
    if time.text == NEVER {
        return None;
    }
    let at = micros(builder, &time);
    let what = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&kind.text)).map(|(_, what)| *what);
    if what.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        builder.wrong(
            kind.span,
            format!("{:?} is no type of event", kind.text),
            format!("write one of {}", known.join(", ")),
        );
    }
    let entity = builder.entity(&machine, "host");
    let ((at, what), entity) = at.zip(what).zip(entity)?;
    Some(Happening { entity, at, what, span: row.span() })
}

fn micros(builder: &mut Builder<'_>, value: &Value) -> Option<Instant> {
    let digits = !value.text.is_empty() && value.text.bytes().all(|b| b.is_ascii_digit());
    match value.text.parse::<Instant>() {
        Ok(at) if digits => builder.note(Scale::Elapsed, at, &value.span),
        _ => {
            let what = format!("{:?} is no number of microseconds", value.text);
            builder.wrong(value.span.clone(), what, "write microseconds since the beginning");
            None
        }
    }
}

/// From a removal to the next addition a machine is down.
fn spells(builder: &mut Builder<'_>, mut all: Vec<Happening>) {
    // Stable: what happens to one machine at one instant stays in the order of the file.
    all.sort_by_key(|happening| (happening.entity, happening.at));
    let mut at = 0;
    while let Some(first) = all.get(at) {
        let own = all[at..].iter().take_while(|other| other.entity == first.entity).count();
        machine(builder, &all[at..at + own]);
        at += own;
    }
}

fn machine(builder: &mut Builder<'_>, own: &[Happening]) {
    let mut down: Option<&Happening> = None;
    for (number, happening) in own.iter().enumerate() {
        match (happening.what, down) {
            (What::Removed, None) => down = Some(happening),
            (What::Added, Some(since)) => {
                spell(builder, since, Some(happening.at));
                down = None;
            }
            // Who comes when everything has begun is new; at 0 nobody knows for how long it has been there.
            (What::Added, None) if number == 0 && happening.at > 0 => {
                if let Some(entity) = builder.entity_mut(happening.entity) {
                    entity.since = Some(happening.at);
                    entity.is_new = true;
                }
            }
            _ => {}
        }
    }
    if let Some(since) = down {
        spell(builder, since, None);
    }
}

fn spell(builder: &mut Builder<'_>, since: &Happening, end: Option<Instant>) {
    builder.spell(Spell {
        entity: since.entity,
        start: since.at,
        end,
        cause: String::new(),
        began_before: false,
        span: since.span.clone(),
    });
}
