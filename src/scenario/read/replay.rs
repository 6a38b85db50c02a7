//! `[faults] replay = "FILE"`: a history of failures becomes scripted faults, one for each time that something was down.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Span;
use crate::history::{self, Format, History, INSTANTS, Instant, Merged};
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::limits;
use crate::scenario::issue::Mark;
use crate::scenario::spec::{Inject, InjectTarget, Replay, Replayed, Spec};
use crate::scenario::text::{count, list, quote};

use super::schedule::Everything;

/// Names that one message tells; of more it says how many there are.
const NAMED: usize = 12;
/// What of a history can be replayed, by the words of the history.
const KINDS: [&str; 5] = ["host", "storage", "network", "rack", "site"];

/// Who has the failures of an entity that no component has the name of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Map {
    Name,
    InTurn,
}

/// A history as the scenario wants it.
struct Wanted {
    history: History,
    /// Of the file.
    source: u32,
    map: Map,
    /// The instant that is the start of the measured time.
    origin: Instant,
}

impl Reader {
    /// Scripted faults as they are written, and behind them those of a history. Nothing else names files after these.
    pub(super) fn scripts(&mut self, top: &Fields<'_>, all: &Everything<'_>, spec: &mut Spec) {
        spec.injects = self.injects(top, all, spec);
        self.replay(top, all, spec);
        self.tell_rest();
    }

    /// Adds the failures of the history that the scenario names, where it names one.
    fn replay(&mut self, top: &Fields<'_>, all: &Everything<'_>, spec: &mut Spec) {
        let Some(at) = top.get("faults") else { return };
        let Some(fields) = self.fields(&at, &["replay", "map", "from", "offset", "read_as"]) else { return };
        let Some(file_at) = fields.get("replay") else {
            if !fields.table.entries.is_empty() && !self.doubts("faults.replay") {
                let what = "says how a history is replayed, but not which";
                self.report(code::MISSING, &at, what, "add replay = \"failures.csv\"");
            }
            return;
        };
        let offset = self.opt(&fields, "offset", Reader::duration).unwrap_or(Span::ZERO);
        let Some(wanted) = self.wanted(&fields, &file_at, offset) else { return };
        let mut replay = Replay {
            file: self.text(&file_at).unwrap_or_default().to_owned(),
            mark: file_at.mark(),
            offset,
            spells: 0,
            instead: BTreeSet::new(),
        };
        let components = self.components(&wanted, all, spec, &file_at);
        let spells = history::merged(&wanted.history);
        self.tell_merged(&wanted.history, &spells, &components, &file_at);
        for (component, spells) in components.iter().zip(&spells) {
            let Some(component) = *component else { continue };
            replay.instead.insert(component);
            for spell in spells {
                let inject = inject(spell, component, &wanted, spec.run.horizon);
                replay.spells += usize::from(inject.is_some());
                spec.injects.extend(inject);
            }
        }
        if spec.injects.len() > limits::INJECTS {
            let what = format!("more than {} scripted faults with those of the history", limits::INJECTS);
            self.report(code::LIMIT, &file_at, what, "shorten run.horizon, or take rows out of the file");
            spec.injects.truncate(limits::INJECTS);
        }
        let mut replayed = components.iter().zip(&spells).filter(|(component, _)| component.is_some());
        let is_idle = replay.spells == 0 && replayed.any(|(_, spells)| !spells.is_empty());
        if is_idle && !self.doubts("run") && !self.doubts("faults") {
            let what = format!("nothing of the history is down within the horizon, {}", spec.run.horizon);
            let remedy = "say with from or offset where the history begins, or lengthen run.horizon";
            self.report(code::INJECT_IDLE, &file_at, what, remedy);
        }
        spec.replay = Some(replay);
    }

    /// The history, and where it begins.
    fn wanted(&mut self, fields: &Fields<'_>, file_at: &At<'_>, offset: Span) -> Option<Wanted> {
        let map =
            self.opt(fields, "map", |r, at| r.word(at, &[("name", Map::Name), ("in-turn", Map::InTurn)]));
        let format = self.opt(fields, "read_as", |r, at| r.word(at, &Format::WORDS));
        let from = self.opt(fields, "from", |r, at| {
            let text = r.text(at)?;
            let read = history::instant(text);
            if read.is_none() {
                r.report(
                    code::DURATION,
                    at,
                    format!("{} is no instant", quote(text)),
                    format!("write {INSTANTS}"),
                );
            }
            Some((read?, at.clone()))
        });
        let data = self.data_text(file_at)?;
        let history = match history::read(&data.text, format) {
            Ok(history) => history,
            Err(mistakes) => {
                for mistake in &mistakes.list {
                    let mark = Mark::new(data.source, mistake.span.clone());
                    let (what, remedy) = (mistake.what.clone(), mistake.remedy.clone());
                    self.sink.push(code::TABLE, mark, file_at.path.clone(), what, remedy);
                }
                if let (Some(last), more @ 1..) = (mistakes.list.last(), mistakes.more) {
                    let mark = Mark::new(data.source, last.span.clone());
                    let what = format!("{more} more mistakes in this file are not shown");
                    self.sink.push(code::MORE, mark, file_at.path.clone(), what, "mend these first");
                }
                return None;
            }
        };
        let begins = match from {
            Some(((scale, _), from_at)) if scale != history.scale => {
                let what = "the history counts its instants from something else";
                self.report(
                    code::CONFLICT,
                    &from_at,
                    what,
                    "write a date where it has dates, else a duration",
                );
                return None;
            }
            Some(((_, at), _)) => at,
            None => history.begins(),
        };
        let origin = begins.saturating_add(i64::try_from(offset.0).unwrap_or(i64::MAX));
        Some(Wanted { history, source: data.source, map: map.unwrap_or(Map::Name), origin })
    }

    /// Of each entity the component that fails as it did; those that no component stands for are told.
    fn components(
        &mut self,
        wanted: &Wanted,
        all: &Everything<'_>,
        spec: &Spec,
        at: &At<'_>,
    ) -> Vec<Option<Replayed>> {
        let entities = &wanted.history.entities;
        let mut found: Vec<Option<Replayed>> =
            entities.iter().map(|entity| of_name(&entity.kind, &entity.name, all)).collect();
        if wanted.map == Map::InTurn {
            let taken: BTreeSet<Replayed> = found.iter().flatten().copied().collect();
            let mut free: BTreeMap<&str, Vec<Replayed>> = BTreeMap::new();
            for kind in KINDS {
                // The first one last, so that it is taken first.
                let every = every(kind, spec).into_iter().filter(|one| !taken.contains(one)).rev();
                free.insert(kind, every.collect());
            }
            for (component, entity) in found.iter_mut().zip(entities).filter(|(c, _)| c.is_none()) {
                *component = free.get_mut(entity.kind.as_str()).and_then(Vec::pop);
            }
        }
        let mut left: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (entity, _) in entities.iter().zip(&found).filter(|(_, component)| component.is_none()) {
            left.entry(&entity.kind).or_default().push(&entity.name);
        }
        for (kind, names) in left {
            if self.doubts_table(kind) {
                continue;
            }
            let (what, remedy) = if !KINDS.contains(&kind) {
                (
                    format!("{} {} cannot be replayed", quote(kind), named(&names)),
                    format!("kinds are {}", list(KINDS)),
                )
            } else if wanted.map == Map::Name {
                let what =
                    format!("{kind} {} is not replayed: the scenario has none of this name", named(&names));
                (what, "give components these names, or write map = \"in-turn\"".to_owned())
            } else {
                let what =
                    format!("{kind} {} is not replayed: every {kind} stands for another one", named(&names));
                (what, format!("add as many of [{kind}.NAME]"))
            };
            self.report(code::REPLAY, at, what, remedy);
        }
        found
    }

    /// Tells of entities that were down twice at a time.
    fn tell_merged(
        &mut self,
        history: &History,
        spells: &[Vec<Merged>],
        components: &[Option<Replayed>],
        at: &At<'_>,
    ) {
        let is_merged = |spells: &&Vec<Merged>| spells.iter().any(|spell| spell.spells > 1);
        let replayed = history.entities.iter().zip(spells).zip(components).filter(|(_, c)| c.is_some());
        let names: Vec<&str> =
            replayed.filter(|((_, own), _)| is_merged(own)).map(|((e, _), _)| e.name.as_str()).collect();
        if !names.is_empty() {
            let what = format!("of {} several times out of service overlap or touch", named(&names));
            self.report(
                code::REPLAY,
                at,
                what,
                "each is replayed as one, from the first start to the last end",
            );
        }
    }
}

/// Names for a message, the first few.
fn named(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| quote(name)).collect();
    let shown = list(shown.iter().map(String::as_str));
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {}", count(more as u64, "other", "others")),
    }
}

/// The component of a name.
fn of_name(kind: &str, name: &str, all: &Everything<'_>) -> Option<Replayed> {
    match kind {
        "host" => match all.hosts.find(name)? {
            (group, Some(member)) => Some(Replayed::Host(group, member)),
            // Who calls the only host of a group by the group's name means it.
            (group, None) if all.hosts.counts.get(group) == Some(&1) => Some(Replayed::Host(group, 1)),
            (_, None) => None,
        },
        "storage" => all.storages.find(name).map(Replayed::Storage),
        "network" => all.networks.find(name).map(Replayed::Network),
        "rack" => all.racks.find(name).map(Replayed::Rack),
        "site" => all.sites.find(name).map(Replayed::Site),
        _ => None,
    }
}

/// Every component of a kind, in the order of the scenario.
fn every(kind: &str, spec: &Spec) -> Vec<Replayed> {
    match kind {
        "host" => {
            let groups = spec.hosts.iter().enumerate();
            groups.flat_map(|(group, row)| (1..=row.count).map(move |n| Replayed::Host(group, n))).collect()
        }
        "storage" => (0..spec.storages.len()).map(Replayed::Storage).collect(),
        "network" => (0..spec.networks.len()).map(Replayed::Network).collect(),
        "rack" => (0..spec.racks.len()).map(Replayed::Rack).collect(),
        _ => (0..spec.sites.len()).map(Replayed::Site).collect(),
    }
}

/// The scripted fault that a time out of service is; `None` where it lies outside the horizon. What is down when the
/// measured time begins goes down then.
fn inject(spell: &Merged, component: Replayed, wanted: &Wanted, horizon: Span) -> Option<Inject> {
    let from_origin = |at: Instant| at.saturating_sub(wanted.origin);
    let (start, end) = (from_origin(spell.start), spell.end.map(from_origin));
    let over_before = end.is_some_and(|end| end < 0 || (end == 0 && start < 0));
    let at = Span(u64::try_from(start).unwrap_or(0));
    if over_before || at >= horizon {
        return None;
    }
    let lasts = end.map(|end| Span(u64::try_from(end).unwrap_or(0).saturating_sub(at.0)));
    let target = match component {
        Replayed::Host(group, member) => InjectTarget::HostCrash { group, member },
        Replayed::Storage(index) => InjectTarget::Storage(index),
        Replayed::Network(index) => InjectTarget::Network(index),
        Replayed::Rack(index) => InjectTarget::Rack(index),
        Replayed::Site(index) => InjectTarget::Site(index),
    };
    let span = wanted.history.spells.get(spell.first).map_or(0..0, |first| first.span.clone());
    Some(Inject { number: 0, mark: Mark::new(wanted.source, span), at, target, lasts, is_replayed: true })
}
