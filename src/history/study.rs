//! From a history to laws: how long what fails lasted, how long its repairs took, and which law fits both.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entity, History, Instant, Merged, merged};
use crate::stats::fit::{Durations, Family, Fitted, NoFit, fit};

/// With fewer ends than this no shape can be told: only the mean is fitted.
pub const FEW: usize = 10;

/// How a history is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// All of a kind together.
    #[default]
    Kind,
    /// Each cause by itself: it has a clock of its own, which runs while the entity is in service, and which only this cause
    /// sets back.
    Cause,
    /// Those whose names differ only in the number at their end.
    EntityStem,
}

/// What is asked of a history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Only of these kinds; empty: of all, each by itself.
    pub kinds: Vec<String>,
    /// How they are divided.
    pub by: By,
    /// When the watching began; absent: as [`History::begins`] says.
    pub from: Option<Instant>,
    /// When it ended; absent: at the last instant of the history.
    pub until: Option<Instant>,
    /// How many were watched, those that the history does not name included. Counts with one kind that is not divided by names.
    pub watched: Option<u64>,
    /// Whether all were new when the watching began, rather than somewhere in their lives.
    pub all_new: bool,
}

/// Durations, and the laws that were fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Fits {
    /// In seconds.
    pub seen: Durations,
    /// Every family with its law, or why it has none.
    pub laws: Vec<(Family, Result<Fitted, NoFit>)>,
}

impl Fits {
    fn of(seen: Durations) -> Fits {
        let few = seen.ends() < FEW;
        let law = |family: Family| match family {
            Family::Exponential => fit(family, &seen),
            _ if few => Err(NoFit::TooFew(seen.ends(), FEW)),
            _ => fit(family, &seen),
        };
        let laws = Family::ALL.map(|family| (family, law(family))).into();
        Fits { seen, laws }
    }

    /// The laws that there are, the one that is nearest to the truth first (by AICc), each with its weight of evidence among them
    /// (Burnham and Anderson 2002, 2.9).
    #[must_use]
    pub fn ranked(&self) -> Vec<(Family, &Fitted, f64)> {
        let laws = self.laws.iter().filter_map(|(family, law)| Some((*family, law.as_ref().ok()?)));
        let mut laws: Vec<(Family, &Fitted)> = laws.collect();
        let criterion = |law: &Fitted| if law.aicc.is_nan() { law.aic } else { law.aicc };
        laws.sort_by(|a, b| criterion(a.1).total_cmp(&criterion(b.1)));
        let best = laws.first().map_or(0.0, |(_, law)| criterion(law));
        let weight = |law: &Fitted| libm::exp(-0.5 * (criterion(law) - best));
        let all: f64 = laws.iter().map(|(_, law)| weight(law)).sum();
        laws.into_iter().map(|(family, law)| (family, law, weight(law) / all)).collect()
    }
}

/// What was found of one part of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What they are.
    pub kind: String,
    /// What they are divided by.
    pub by: By,
    /// Their cause or stem; empty where all of a kind are together.
    pub of: String,
    /// How many were watched.
    pub entities: u64,
    /// How many of them failed within the window.
    pub failed: u64,
    /// Times in service.
    pub up: Fits,
    /// Times out of service.
    pub down: Fits,
}

/// Durations of a group while they are gathered, in microseconds.
#[derive(Default)]
struct Gathered {
    entities: u64,
    failed: BTreeSet<usize>,
    up: Lengths,
    down: Lengths,
}

/// As [`Durations`], exactly.
#[derive(Default)]
struct Lengths {
    whole: Vec<Instant>,
    open: Vec<Instant>,
    rest: Vec<Instant>,
    open_rest: Vec<Instant>,
}

impl Lengths {
    /// Adds one; `is_rest`: its beginning was not seen.
    fn add(&mut self, length: Instant, is_rest: bool, is_open: bool) {
        // What has only begun says nothing yet, and so does what ended when the watching began.
        if length == 0 && (is_open || is_rest) {
            return;
        }
        match (is_rest, is_open) {
            (false, false) => self.whole.push(length),
            (false, true) => self.open.push(length),
            (true, false) => self.rest.push(length),
            (true, true) => self.open_rest.push(length),
        }
    }

    /// In seconds. What is as long as nothing was shorter than the shortest that could be told.
    fn durations(&self) -> Durations {
        let seconds = |list: &[Instant]| list.iter().map(|us| *us as f64 / 1e6).collect();
        let shortest = self.whole.iter().copied().filter(|us| *us > 0).min().unwrap_or(1);
        let told: Vec<Instant> = self.whole.iter().copied().filter(|us| *us > 0).collect();
        let below = vec![shortest as f64 / 1e6; self.whole.len() - told.len()];
        Durations {
            whole: seconds(&told),
            open: seconds(&self.open),
            rest: seconds(&self.rest),
            open_rest: seconds(&self.open_rest),
            below,
        }
    }
}

/// The time in which an entity was watched.
#[derive(Clone, Copy)]
struct Watch {
    from: Instant,
    until: Instant,
    /// Whether it was new at `from`.
    is_new: bool,
}

/// A time out of service within a watch.
struct Cut<'s> {
    start: Instant,
    end: Instant,
    is_open: bool,
    /// Its beginning was not seen.
    is_rest: bool,
    cause: &'s str,
}

/// Divides a history into groups and fits laws to each, in the order of kinds and names.
#[must_use]
pub fn study(history: &History, question: &Question) -> Vec<Group> {
    let spells = merged(history);
    let asked = |entity: &Entity| question.kinds.is_empty() || question.kinds.contains(&entity.kind);
    let causes = causes(history, &spells);
    let mut groups: BTreeMap<(&str, &str), Gathered> = BTreeMap::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for (number, entity) in history.entities.iter().enumerate().filter(|(_, entity)| asked(entity)) {
        let Some(watch) = watch(history, entity, question) else { continue };
        *seen.entry(&entity.kind).or_default() += 1;
        let cuts: Vec<Cut<'_>> = spells[number].iter().filter_map(|spell| cut(spell, watch)).collect();
        let of: Vec<&str> = match question.by {
            By::Kind => vec![""],
            By::EntityStem => vec![stem(&entity.name)],
            By::Cause => causes.get(entity.kind.as_str()).into_iter().flatten().copied().collect(),
        };
        for name in of {
            let only = (question.by == By::Cause).then_some(name);
            gather(groups.entry((&entity.kind, name)).or_default(), number, &cuts, watch, only);
        }
    }
    // Those that the history does not name were watched and never failed.
    if let Some(watched) = question.watched.filter(|_| seen.len() == 1) {
        let from = question.from.unwrap_or(history.begins());
        let length = question.until.unwrap_or(history.last).saturating_sub(from).max(0);
        let unnamed = watched.saturating_sub(seen.values().sum());
        for group in groups.values_mut() {
            group.entities += unnamed;
            (0..unnamed).for_each(|_| group.up.add(length, !question.all_new, true));
        }
    }
    let group = |((kind, of), gathered): ((&str, &str), Gathered)| Group {
        kind: kind.to_owned(),
        by: question.by,
        of: of.to_owned(),
        entities: gathered.entities,
        failed: gathered.failed.len() as u64,
        up: Fits::of(gathered.up.durations()),
        down: Fits::of(gathered.down.durations()),
    };
    groups.into_iter().map(group).collect()
}

/// The causes of each kind.
fn causes<'h>(history: &'h History, spells: &'h [Vec<Merged>]) -> BTreeMap<&'h str, BTreeSet<&'h str>> {
    let mut causes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (entity, spells) in history.entities.iter().zip(spells) {
        for spell in spells {
            causes.entry(&entity.kind).or_default().insert(&spell.cause);
        }
    }
    causes
}

/// `None` where nobody looked.
fn watch(history: &History, entity: &Entity, question: &Question) -> Option<Watch> {
    let begins = question.from.unwrap_or(history.begins());
    let ends = question.until.unwrap_or(history.last);
    let from = entity.since.map_or(begins, |since| since.max(begins));
    let until = entity.until.map_or(ends, |until| until.min(ends));
    let is_new = question.all_new || (entity.is_new && entity.since == Some(from));
    (from < until).then_some(Watch { from, until, is_new })
}

/// The part of a spell that falls into a watch.
fn cut(spell: &Merged, watch: Watch) -> Option<Cut<'_>> {
    let end = spell.end.filter(|end| *end <= watch.until);
    let is_over_before = end.is_some_and(|end| end <= watch.from && spell.start < watch.from);
    if is_over_before || spell.start >= watch.until {
        return None;
    }
    Some(Cut {
        start: spell.start.max(watch.from),
        end: end.unwrap_or(watch.until),
        is_open: end.is_none(),
        is_rest: spell.start < watch.from || spell.began_before,
        cause: &spell.cause,
    })
}

/// Adds an entity to a group; of one cause only, where there is one.
fn gather(group: &mut Gathered, number: usize, cuts: &[Cut<'_>], watch: Watch, only: Option<&str>) {
    group.entities += 1;
    // Time in service since the last failure that counts, or since the watching began.
    let (mut in_service, mut since, mut begin_unseen) = (0, watch.from, !watch.is_new);
    for cut in cuts {
        in_service += cut.start - since;
        since = cut.end;
        if only.is_none_or(|only| only == cut.cause) {
            // What was down from the beginning on: when it failed nobody saw.
            if !(cut.is_rest && in_service == 0) {
                group.up.add(in_service, begin_unseen, false);
            }
            group.down.add(cut.end - cut.start, cut.is_rest, cut.is_open);
            group.failed.insert(number);
            (in_service, begin_unseen) = (0, false);
        }
    }
    in_service += watch.until - since;
    group.up.add(in_service, begin_unseen, true);
}

/// A name without its domain and the number at its end: `esx-12.example.com` is one of `esx`.
fn stem(name: &str) -> &str {
    let label = name.split('.').find(|label| !label.is_empty()).unwrap_or(name);
    // The parts of an address are no domains.
    let name = if label.starts_with(|c: char| c.is_ascii_digit()) { name } else { label };
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = stem.trim_end_matches(['-', '_', '.', '#', ' ']);
    if stem.is_empty() { name } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::read;

    const HISTORY: &str = "entity,kind,start,end,cause\n\
        a-1,host,100,110,disk\na-1,host,200,230,net\na-1,host,400,440,disk\n\
        a-2,host,300,,disk\nb-1,host,,,\nsan,storage,50,60,\n";

    fn one(question: &Question, of: &str) -> Group {
        let history = read(HISTORY, None).unwrap();
        study(&history, question).into_iter().find(|g| g.kind == "host" && g.of == of).unwrap()
    }

    fn until(until_s: Instant, by: By) -> Question {
        Question {
            kinds: vec!["host".to_owned()],
            until: Some(until_s * 1_000_000),
            by,
            ..Question::default()
        }
    }

    #[test]
    fn what_was_seen_of_each_life() {
        let group = one(&until(500, By::Kind), "");
        assert_eq!((group.entities, group.failed), (3, 2));
        let up = &group.up.seen;
        // a-1: 0 to 100 (its beginning not seen), 110 to 200, 230 to 400, 440 to 500; a-2: 0 to 300; b-1: all of it.
        assert_eq!((up.rest.clone(), up.whole.clone()), (vec![100.0, 300.0], vec![90.0, 170.0]));
        assert_eq!((up.open.clone(), up.open_rest.clone()), (vec![60.0], vec![500.0]));
        let down = &group.down.seen;
        assert_eq!((down.whole.clone(), down.open.clone()), (vec![10.0, 30.0, 40.0], vec![200.0]));
        // Four failures in 1,220 s.
        let mean = group.up.laws[0].1.as_ref().unwrap().mean.value;
        assert!((mean - 1_220.0 / 4.0).abs() < 1e-9, "{mean}");
    }

    #[test]
    fn a_cause_has_a_clock_that_only_it_sets_back() {
        let group = one(&until(500, By::Cause), "disk");
        // Of a-1: 100 until its first; then 90 + 170, the repair of the net not counted; 60 left.
        assert_eq!(
            (group.up.seen.rest.clone(), group.up.seen.whole.clone()),
            (vec![100.0, 300.0], vec![260.0])
        );
        assert_eq!((group.up.seen.open.clone(), group.up.seen.open_rest.clone()), (vec![60.0], vec![500.0]));
        assert_eq!(group.down.seen.whole, [10.0, 40.0]);
        let net = one(&until(500, By::Cause), "net");
        assert_eq!((net.up.seen.rest.clone(), net.up.seen.open.clone()), (vec![190.0], vec![230.0]));
        assert_eq!(net.up.seen.open_rest, [300.0, 500.0]);
    }

    #[test]
    fn a_window_cuts_lives_and_repairs() {
        let question = Question { from: Some(205_000_000), ..until(420, By::EntityStem) };
        let group = one(&question, "a");
        // a-1 is down at 205: the rest of its repair, then 230 to 400, whose beginning was seen; its next repair is cut.
        assert_eq!((group.down.seen.rest.clone(), group.up.seen.whole.clone()), (vec![25.0], vec![170.0]));
        assert_eq!(
            (group.down.seen.open.clone(), group.up.seen.rest.clone()),
            (vec![20.0, 120.0], vec![95.0])
        );
        assert_eq!((group.up.seen.open.len(), group.up.seen.open_rest.len()), (0, 0));
        assert_eq!(one(&question, "b").up.seen.open_rest, [215.0]);
    }

    #[test]
    fn those_that_never_failed_count_too() {
        let question = Question { watched: Some(10), ..until(500, By::Kind) };
        let group = one(&question, "");
        assert_eq!((group.entities, group.failed, group.up.seen.open_rest.len()), (10, 2, 8));
        let new = one(&Question { all_new: true, ..question }, "");
        assert_eq!((new.up.seen.open.len(), new.up.seen.whole.len()), (9, 4));
    }

    #[test]
    fn names_have_stems() {
        let names = ["esx-12", "esx", "r1", "42", "a_7.lab", "esx02.lab.example", "10.1.2.3"];
        assert_eq!(names.map(stem), ["esx", "esx", "r", "42", "a", "esx", "10.1.2"]);
    }
}
