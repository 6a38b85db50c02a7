//! A history while it is read.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::history::{Entity, History, INSTANTS, Instant, Mistakes, Scale, Spell, instant};

/// Entities and spells as many as a machine has memory for, whatever a file says.
const ENTITIES_MAX: usize = 1_000_000;

pub(super) struct Builder<'t> {
    pub(super) text: &'t str,
    history: History,
    by_name: BTreeMap<(String, String), usize>,
    /// What instants count from, and where that was seen first.
    scale: Option<Scale>,
    /// The first instant and the last one.
    reach: Option<(Instant, Instant)>,
    mistakes: Mistakes,
}

/// A value of a row, without the spaces around it.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Builder<'t> {
        Builder {
            text,
            history: History::default(),
            by_name: BTreeMap::new(),
            scale: None,
            reach: None,
            mistakes: Mistakes::default(),
        }
    }

    pub(super) fn wrong(&mut self, span: Range<usize>, what: impl Into<String>, remedy: impl Into<String>) {
        self.mistakes.push(self.text, span, what, remedy);
    }

    /// The entity of a name, new where it is the first time.
    pub(super) fn entity(&mut self, name: &Value, kind: &str) -> Option<usize> {
        if name.text.is_empty() {
            self.wrong(name.span.clone(), "no name", "write what was down, such as esx-1");
            return None;
        }
        let key = (kind.to_owned(), name.text.clone());
        if let Some(&index) = self.by_name.get(&key) {
            return Some(index);
        }
        let index = self.history.entities.len();
        if index >= ENTITIES_MAX {
            let what = format!("more than {ENTITIES_MAX} entities");
            self.wrong(name.span.clone(), what, "split the file");
            return None;
        }
        self.by_name.insert(key, index);
        self.history.entities.push(Entity {
            name: name.text.clone(),
            kind: kind.to_owned(),
            since: None,
            until: None,
            is_new: false,
        });
        Some(index)
    }

    pub(super) fn entity_mut(&mut self, index: usize) -> Option<&mut Entity> {
        self.history.entities.get_mut(index)
    }

    /// An instant as the own format writes it.
    pub(super) fn instant(&mut self, value: &Value) -> Option<Instant> {
        let Some((scale, at)) = instant(&value.text) else {
            let what = format!("{:?} is no instant", value.text);
            self.wrong(value.span.clone(), what, format!("write {INSTANTS}"));
            return None;
        };
        self.note(scale, at, &value.span)
    }

    /// An instant that a reader has understood: all of a file count from the same.
    pub(super) fn note(&mut self, scale: Scale, at: Instant, span: &Range<usize>) -> Option<Instant> {
        if *self.scale.get_or_insert(scale) != scale {
            let (what, remedy) = match scale {
                Scale::Dates => {
                    ("a date, where earlier instants count from a beginning", "write all as dates, or none")
                }
                Scale::Elapsed => ("no date, where earlier instants are dates", "write a date"),
            };
            self.wrong(span.clone(), what, remedy);
            return None;
        }
        let (first, last) = self.reach.unwrap_or((at, at));
        self.reach = Some((first.min(at), last.max(at)));
        Some(at)
    }

    /// A time out of service.
    pub(super) fn spell(&mut self, spell: Spell) {
        if spell.end.is_some_and(|end| end < spell.start) {
            let what = "it ends before it begins";
            self.wrong(spell.span, what, "are start and end swapped?");
            return;
        }
        self.history.spells.push(spell);
    }

    /// What has no end is down until the history ends: who fails again later was up in between, and nobody says since when.
    fn find_open_ends(&mut self) {
        let mut lasts: Vec<Option<Instant>> = vec![None; self.history.entities.len()];
        for spell in &self.history.spells {
            let last = &mut lasts[spell.entity];
            *last = Some(last.map_or(spell.start, |last| last.max(spell.start)));
        }
        let is_wrong = |spell: &&Spell| spell.end.is_none() && lasts[spell.entity] > Some(spell.start);
        let wrong: Vec<(std::ops::Range<usize>, usize)> = self
            .history
            .spells
            .iter()
            .filter(is_wrong)
            .map(|spell| (spell.span.clone(), spell.entity))
            .collect();
        for (span, entity) in wrong {
            let name = &self.history.entities[entity].name;
            let what = format!("it has no end, so {name:?} is down for good, but it fails again later");
            self.wrong(span, what, "write when it was up again, or leave the row out");
        }
    }

    pub(super) fn finish(mut self) -> Result<History, Mistakes> {
        self.find_open_ends();
        if self.mistakes.count() == 0 && self.history.entities.is_empty() {
            self.wrong(0..0, "the history is empty", "write a row for each time that something was down");
        }
        if self.mistakes.count() > 0 {
            return Err(self.mistakes);
        }
        let (first, last) = self.reach.unwrap_or((0, 0));
        Ok(History { scale: self.scale.unwrap_or_default(), first, last, ..self.history })
    }
}
