//! Failures of the machines of Los Alamos (`LA-UR-05-7318-failure-data-1996-2005.csv`): one node and one repair a row, dates
//! as `6/21/2005 10:54`. A node is called `system2-17`, and the cause is the column that is filled. A node is watched from the
//! month in which it went into production to the one in which it was taken away; `current` ones are there to the end.

use super::builder::{Builder, Value};
use super::table::{header, rows};
use crate::history::instant::{american, month};
use crate::history::{Instant, Scale, Spell};

const CAUSES: [&str; 6] = ["Facilities", "Hardware", "Human Error", "Network", "Undetermined", "Software"];

pub(super) fn read(builder: &mut Builder<'_>) {
    let columns = header(builder.text);
    let system = columns.need(builder, "System");
    let node = columns.find(&["nodenumz"]).or_else(|| columns.need(builder, "nodenum"));
    let started = columns.need(builder, "Prob Started");
    let fixed = columns.need(builder, "Prob Fixed");
    let causes = CAUSES.map(|name| (name, columns.find(&[name])));
    let service = ["node prod", "node decom"].map(|name| columns.find(&[name]));
    if system.is_none() || node.is_none() || started.is_none() || fixed.is_none() {
        return;
    }
    rows(builder, true, |builder, row| {
        let [system, node] = [row.get(system), row.get(node)];
        let name = Value { text: format!("system{}-{}", system.text, node.text), span: system.span };
        let (from, to) = (row.get(started), row.get(fixed));
        let start = date(builder, &from);
        let end = if to.text.is_empty() { Some(None) } else { date(builder, &to).map(Some) };
        let entity = builder.entity(&name, "host");
        let Some(((start, end), entity)) = start.zip(end).zip(entity) else { return };
        let [from, until] = service.map(|column| month(&row.get(column).text));
        if let Some(own) = builder.entity_mut(entity) {
            if let Some((from, _)) = from.filter(|_| own.since.is_none()) {
                (own.since, own.is_new) = (Some(from), true);
            }
            own.until = own.until.or(until.map(|(_, end)| end));
            // Who fails is in production, whatever its month says.
            own.since = own.since.map(|since| since.min(start));
            own.until = own.until.map(|until| until.max(end.unwrap_or(start)));
        }
        let filled = causes.iter().find(|(_, column)| column.is_some() && !row.get(*column).text.is_empty());
        let cause = filled.map(|(name, _)| name.to_lowercase()).unwrap_or_default();
        builder.spell(Spell { entity, start, end, cause, began_before: false, span: row.span() });
    });
}

fn date(builder: &mut Builder<'_>, value: &Value) -> Option<Instant> {
    let Some(at) = american(&value.text) else {
        let what = format!("{:?} is no date", value.text);
        builder.wrong(value.span.clone(), what, "write month/day/year hour:minute, such as 6/21/2005 10:54");
        return None;
    };
    builder.note(Scale::Dates, at, &value.span)
}
