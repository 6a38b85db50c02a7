//! `event_trace.tab` of the Failure Trace Archive: a line for each time in or out of service, values between white space,
//! seconds since 1970.
//!
//! `event_id component_id node_id platform_id node_name event_type event_start_time event_stop_time event_end_reason`, with
//! 1 for in service and 0 for out of it. A node was watched from the first of its lines to the last; what lies between
//! two lines counts as in service. What is down when the watching of its node begins may have been down before.

use std::ops::Range;

use super::builder::{Builder, Value};
use crate::history::{Instant, Scale, Spell, instant};

const NODE: usize = 2;
const NAME: usize = 4;
const TYPE: usize = 5;
const START: usize = 6;
const STOP: usize = 7;

pub(super) fn read(builder: &mut Builder<'_>) {
    let text = builder.text;
    let (mut at, mut spells) = (0, Vec::new());
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            spells.extend(self::line(builder, line, start));
        }
    }
    for spell in spells {
        let since = builder.entity_mut(spell.entity).and_then(|entity| entity.since);
        let (until, began_before) =
            (builder.entity_mut(spell.entity).and_then(|e| e.until), since == Some(spell.start));
        // What lasts until nobody looks any more was not seen to end.
        let end = spell.end.filter(|_| spell.end != until);
        builder.spell(Spell { began_before, end, ..spell });
    }
}

/// A line: a spell, where it is one out of service.
fn line(builder: &mut Builder<'_>, line: &str, start: usize) -> Option<Spell> {
    let values: Vec<Value> = words(line)
        .map(|span| Value { text: line[span.clone()].to_owned(), span: start + span.start..start + span.end })
        .collect();
    let whole = start..start + line.trim_end().len();
    if values.len() <= STOP {
        let what = format!("{} values in a line", values.len());
        let remedy = "nine are expected: event_id component_id node_id platform_id node_name event_type \
                      event_start_time event_stop_time event_end_reason";
        builder.wrong(whole, what, remedy);
        return None;
    }
    let is_up = match values[TYPE].text.as_str() {
        "1" => true,
        "0" => false,
        other => {
            let what = format!("{other:?} is no event_type");
            builder.wrong(values[TYPE].span.clone(), what, "write 1 for in service, 0 for out of it");
            return None;
        }
    };
    let from = seconds(builder, &values[START]);
    let to = seconds(builder, &values[STOP]);
    let (from, to) = from.zip(to)?;
    if to < from {
        builder.wrong(values[STOP].span.clone(), "it stops before it starts", "are the two swapped?");
        return None;
    }
    // Names may be missing; numbers of nodes are not.
    let unnamed = matches!(values[NAME].text.as_str(), "NULL" | "null" | "-" | "N/A");
    let entity = builder.entity(&values[if unnamed { NODE } else { NAME }], "host")?;
    let own = builder.entity_mut(entity)?;
    own.since = Some(own.since.map_or(from, |since| since.min(from)));
    own.until = Some(own.until.map_or(to, |until| until.max(to)));
    let cause = values.get(STOP + 1).map(|value| value.text.clone()).unwrap_or_default();
    let spell = Spell { entity, start: from, end: Some(to), cause, began_before: false, span: whole };
    (!is_up).then_some(spell)
}

fn seconds(builder: &mut Builder<'_>, value: &Value) -> Option<Instant> {
    let at = value.text.parse::<f64>().ok().and_then(|_| instant(&value.text));
    let Some((_, at)) = at else {
        let what = format!("{:?} is no number of seconds", value.text);
        builder.wrong(value.span.clone(), what, "write seconds since 1970");
        return None;
    };
    builder.note(Scale::Dates, at, &value.span)
}

/// The words of a line, by their bytes.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    line.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - line.as_ptr() as usize;
        start..start + word.len()
    })
}
