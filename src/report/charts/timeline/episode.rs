//! What a lane goes through from the instant at which it is lost until it is there again: down, waiting, starting are spells of their
//! own, and one story.

use crate::report::lanes::{LOOKS, by_weight, look};
use crate::report::replays::{Lane, Spell};

/// Spells that follow each other at once, or one that stands alone.
pub(super) struct Episode<'l> {
    pub(super) from: u64,
    pub(super) until: u64,
    /// The one that it began with.
    pub(super) first: &'l Spell,
    /// The longest wait in it.
    pub(super) waited: Option<&'l Spell>,
    /// The largest extent.
    pub(super) extent: u32,
    /// Whether the lane was lost, in part or as a whole, planned or not.
    pub(super) is_loss: bool,
}

impl Episode<'_> {
    pub(super) fn length(&self) -> u64 {
        self.until.saturating_sub(self.from)
    }
}

/// The word of what a spell looks like.
pub(super) fn word(spell: &Spell) -> &'static str {
    look(spell).map_or("", |place| LOOKS[place].word)
}

/// Those of a lane, in order of time.
pub(super) fn episodes(lane: &Lane, horizon_us: u64) -> Vec<Episode<'_>> {
    let mut spells = by_weight(lane, horizon_us);
    spells.sort_by_key(|spell| spell.0);
    let mut all: Vec<Episode<'_>> = Vec::new();
    for spell in spells {
        let word = word(spell);
        let goes_on = matches!(word, "down" | "planned" | "waiting" | "starting");
        let waited = (word == "waiting").then_some(spell);
        match all.last_mut() {
            Some(last) if goes_on && last.is_loss && last.until == spell.0 && !is_part(last.first) => {
                last.until = spell.1;
                last.extent = last.extent.max(spell.4);
                let longer = |a: &&Spell, b: &&Spell| (a.1 - a.0).cmp(&(b.1 - b.0)).then(b.0.cmp(&a.0));
                last.waited = [last.waited, waited].into_iter().flatten().max_by(longer);
            }
            _ => all.push(Episode {
                from: spell.0,
                until: spell.1,
                first: spell,
                waited,
                extent: spell.4,
                is_loss: goes_on || word == "degraded",
            }),
        }
    }
    all
}

fn is_part(spell: &Spell) -> bool {
    word(spell) == "degraded"
}

/// The same, the heaviest first; what was lost comes before what was not.
pub(super) fn heaviest(lane: &Lane, horizon_us: u64) -> Vec<Episode<'_>> {
    let mut all = episodes(lane, horizon_us);
    all.sort_by_key(|one| {
        let instances = if lane.of > 1 { u64::from(one.extent.max(1)) } else { 1 };
        (std::cmp::Reverse((one.is_loss, one.length().saturating_mul(instances))), one.from)
    });
    all
}

/// How often it was lost; nothing where a file does not keep every spell of it.
pub(super) fn times(lane: &Lane, horizon_us: u64) -> Option<usize> {
    let is_whole = lane.spells.len() as u64 == lane.spells_all;
    is_whole.then(|| episodes(lane, horizon_us).iter().filter(|one| one.is_loss).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_at_once_is_one_story() {
        let spell = |from, until, word: &str, why: &str| Spell(from, until, word.into(), why.into(), 0);
        let spells = vec![
            spell(10, 20, "down", "host-crash"),
            spell(20, 90, "waiting", "no-room"),
            spell(90, 95, "starting", ""),
            spell(95, 99, "degraded", ""),
            spell(99, 104, "down", "app-crash"),
            spell(200, 210, "moving", ""),
            spell(210, 250, "down", "maintenance"),
        ];
        let lane = Lane { name: "x".into(), of: 1, spells_all: 7, loss_us: 0, spells };
        let all = episodes(&lane, 1_000);
        let told: Vec<_> = all.iter().map(|one| (one.from, one.until, &*one.first.3, one.is_loss)).collect();
        assert_eq!(
            told,
            [
                (10, 95, "host-crash", true),
                (95, 99, "", true),
                (99, 104, "app-crash", true),
                (200, 210, "", false),
                (210, 250, "maintenance", true)
            ]
        );
        assert_eq!(all[0].waited.map(|wait| wait.1 - wait.0), Some(70));
        assert_eq!((heaviest(&lane, 1_000)[0].from, times(&lane, 1_000)), (10, Some(4)));
        assert_eq!(times(&Lane { spells_all: 8, ..lane }, 1_000), None);
    }
}
