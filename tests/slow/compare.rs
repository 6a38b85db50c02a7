//! Draw after draw, both ways.

use std::ops::Range;

use crate::draw::{BASE, Plan};
use crate::fast::{Cluster, Fast};
use crate::story::lines;
use crate::world::{Family, S, Us, World};

/// How long a host boots.
const BOOT: Us = 300 * S;

/// One model against the product: what is simulated, and what is drawn.
pub(crate) struct Match<'a> {
    pub(crate) cluster: Cluster<'a>,
    pub(crate) plan: Plan,
    /// How many draws, in the short run of the tests.
    pub(crate) draws: u64,
    pub(crate) what: &'a str,
}

impl Match<'_> {
    /// `NINEFOLD_SEED` asks for one draw, `NINEFOLD_LONG` for many more.
    fn seeds(&self) -> Range<u64> {
        match (std::env::var("NINEFOLD_SEED"), std::env::var_os("NINEFOLD_LONG")) {
            (Ok(seed), _) => {
                let seed = seed.parse().expect("NINEFOLD_SEED is a number");
                seed..seed + 1
            }
            (_, Some(_)) => 0..60 * self.draws,
            _ => 0..self.draws,
        }
    }

    /// Of each draw in which both tell something else what was drawn, and what they tell.
    fn differences<F: Family>(&self, seeds: Range<u64>, phased: bool, family: impl Fn() -> F) -> Vec<String> {
        let mut fast = Fast::new(&self.cluster);
        let mut differences = Vec::new();
        for seed in seeds {
            let strikes = self.plan.draw(seed);
            let longest = self.plan.longest().max(S);
            let last = strikes.iter().map(|s| s.at + s.lasts.min(400 * S)).max().unwrap_or(0);
            let end = last + BOOT + 10 * S + 2 * longest;
            let family = family();
            let phases = fast.phases(seed, family.interval().filter(|_| phased));
            let world = World::new(self.plan.hosts, self.plan.sites, BOOT, &strikes);
            let slow = world.run(family, &phases, BASE - 20 * S, end);
            let fast = fast.story(seed, &strikes, end);
            if fast != slow {
                let beats: Vec<f64> = phases.iter().map(|&phase| phase as f64 / S as f64).collect();
                let strikes: Vec<String> = strikes.iter().map(|strike| format!("{strike:?}")).collect();
                differences.push(format!(
                    "{}, seed {seed}, beats at {beats:?}\n{}\nfast:\n{}slow:\n{}",
                    self.what,
                    strikes.join("\n"),
                    lines(&fast, &slow),
                    lines(&slow, &fast)
                ));
            }
        }
        // The shortest first: it is the one to read.
        differences.sort_by_key(String::len);
        differences
    }

    /// Both must tell the same.
    pub(crate) fn agrees<F: Family>(&self, family: impl Fn() -> F) {
        let seeds = self.seeds();
        let wrong = self.differences(seeds.clone(), true, family);
        if let Some(first) = wrong.first() {
            let show = std::env::var("NINEFOLD_SHOW").map_or(0, |n| n.parse().expect("a number"));
            wrong.iter().skip(1).take(show).for_each(|more| println!("{more}"));
            panic!("{} of {} draws differ:\n{first}", wrong.len(), seeds.end - seeds.start);
        }
    }

    /// A model that is broken must be found out: in so many draws of a hundred at least, of forty in the short run.
    pub(crate) fn finds_out<F: Family>(&self, percent: usize, family: impl Fn() -> F) {
        self.finds(percent, true, family);
    }

    /// So must one in which all hosts beat at once.
    pub(crate) fn ignoring_phases<F: Family>(&self, percent: usize, family: impl Fn() -> F) {
        self.finds(percent, false, family);
    }

    fn finds<F: Family>(&self, percent: usize, phased: bool, family: impl Fn() -> F) {
        let draws = if std::env::var_os("NINEFOLD_LONG").is_some() { 100 } else { 40 };
        let wrong = self.differences(0..draws, phased, family).len();
        assert!(
            wrong * 100 >= percent * draws as usize,
            "{}: a broken twin differs in {wrong} of {draws} draws only",
            self.what
        );
    }
}
