//! The program's own format: `entity,kind,start,end,cause`. Without a kind all are hosts. A row without instants says that
//! something was watched and did not fail; one with a start alone, that it is still down.

use super::builder::Builder;
use super::table::{header, rows};
use crate::history::Spell;

pub(super) fn read(builder: &mut Builder<'_>) {
    let columns = header(builder.text);
    let entity = columns.need(builder, "entity");
    let start = columns.find(&["start", "start_s"]).or_else(|| columns.need(builder, "start"));
    let end = columns.find(&["end", "end_s"]).or_else(|| columns.need(builder, "end"));
    let (kind, cause) = (columns.find(&["kind"]), columns.find(&["cause"]));
    if entity.is_none() || start.is_none() || end.is_none() {
        return;
    }
    rows(builder, true, |builder, row| {
        let word = row.get(kind).text.to_lowercase();
        let word = if word.is_empty() { "host" } else { &word };
        let [from, to] = [row.get(start), row.get(end)];
        let Some(entity) = builder.entity(&row.get(entity), word) else { return };
        if from.text.is_empty() {
            if !to.text.is_empty() {
                let remedy = "write when it went down, or leave both out where it never did";
                builder.wrong(from.span, "an end without a start", remedy);
            }
            return;
        }
        let start = builder.instant(&from);
        let end = if to.text.is_empty() { Some(None) } else { builder.instant(&to).map(Some) };
        let Some((start, end)) = start.zip(end) else { return };
        let cause = row.get(cause).text;
        builder.spell(Spell { entity, start, end, cause, began_before: false, span: row.span() });
    });
}
