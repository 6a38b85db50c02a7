//! Five primaries (VMware HA 4), after the facts VML-01 to VML-13 and MTX-21 to MTX-23.
//!
//! Assumptions, where the facts are silent:
//! - Beats, answers to them and ways that are open again are as in the newer product (`primary.rs`).
//! - The time until a host is given up counts from the first beat that is missed, so that a host is given up 15 to
//!   16 s after its crash.
//! - Nobody orders anything before the host is given up: what its isolation response stopped is started then.
//! - Attempts to start what a silent host still locks follow each other as those of the newer product (VMW-49), and
//!   find what the host has lost meanwhile.
//! - Where no primary is left, one that comes back does what is overdue.
//! - Sites that do not hear each other go on as sides, each with those of the five that stand there (VML-02). Who finds
//!   out about a loss starts it where its orders get to, if anybody there can take it, else the others do.
//! - All who try to start what a host holds follow one series of attempts, begun by the first to give it up.

use std::collections::BTreeSet;

use crate::attempts::{Attempts, PACE, Pace};
use crate::story::What;
use crate::world::{Change, Family, S, Us, World};

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// VML-05.
    pub(crate) interval: Us,
    /// VML-06.
    pub(crate) failed: Us,
    /// VML-07, VML-08.
    pub(crate) alone: Us,
    pub(crate) response: Us,
    pub(crate) pace: Pace,
}

pub(crate) const FACTS: Numbers =
    Numbers { interval: S, failed: 15 * S, alone: 12 * S, response: 14 * S, pace: PACE };

/// VML-01.
const PRIMARIES: usize = 5;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// A host's beat of that instant was the last one to be heard at a site.
    Missed {
        site: usize,
        host: usize,
        beat: Us,
    },
    AloneDue(usize, Us),
    ResponseDue(usize, Us),
    /// Time for the next attempt to start what some silent host holds.
    AttemptDue,
    /// At a site a host that has stopped something is given up, or the next attempt finds it.
    Found {
        site: usize,
        host: usize,
        batch: u32,
        heard: Us,
        since: Us,
    },
}

pub(crate) struct FivePrimaries {
    numbers: Numbers,
    responds: bool,
    answered: Vec<Us>,
    isolated: Vec<bool>,
    /// By site and host: when it was heard there last, and whether that is too long ago.
    heard: Vec<Vec<Us>>,
    overdue: Vec<Vec<bool>>,
    /// It is too long ago, and nobody there has looked at the host yet.
    fresh: Vec<Vec<bool>>,
    given_up: Vec<Option<Attempts>>,
    /// It was told that a host is given up, and its own side has no reason to say so again.
    told: Vec<bool>,
    /// What is to be started as soon as somebody can order it, by host, and the site that has found it.
    due: BTreeSet<(usize, usize, usize)>,
}

type W = World<Tick>;

impl FivePrimaries {
    pub(crate) fn new(hosts: usize, numbers: Numbers, responds: bool) -> FivePrimaries {
        let sites = hosts; // More than there are.
        FivePrimaries {
            numbers,
            responds,
            answered: vec![0; hosts],
            isolated: vec![false; hosts],
            heard: vec![vec![0; hosts]; sites],
            overdue: vec![vec![false; hosts]; sites],
            fresh: vec![vec![false; hosts]; sites],
            given_up: vec![None; hosts],
            told: vec![false; hosts],
            due: BTreeSet::new(),
        }
    }

    /// Whether a primary is there to act: VML-02, one of those that are left coordinates.
    fn has_primary(world: &W, site: usize) -> bool {
        let there =
            |&h: &usize| world.is_up(h) && world.is_linked(h) && world.ways.joins(world.site(h), site);
        world.hosts().take(PRIMARIES).any(|host| there(&host))
    }

    fn sites(world: &W) -> Vec<usize> {
        world.ways.sites.with_hosts()
    }

    /// A site with a primary that has not heard a host for too long.
    fn who_misses(&self, world: &W, host: usize) -> Option<usize> {
        let misses = |&site: &usize| self.overdue[site][host] && FivePrimaries::has_primary(world, site);
        FivePrimaries::sites(world).into_iter().find(misses)
    }

    fn beat(&mut self, world: &mut W, host: usize) {
        if !world.is_linked(host) {
            return;
        }
        let n = self.numbers;
        self.answered[host] = world.now;
        self.isolated[host] = false;
        for site in FivePrimaries::sites(world) {
            if world.ways.joins(world.site(host), site) {
                self.heard[site][host] = world.now;
                (self.overdue[site][host], self.fresh[site][host]) = (false, false);
                let beat = world.now;
                world.after_all(n.interval + n.failed, Tick::Missed { site, host, beat });
            }
        }
        if !self.overdue.iter().any(|of| of[host]) {
            (self.given_up[host], self.told[host]) = (None, false);
        }
        world.after(n.alone, Tick::AloneDue(host, world.now));
        world.after(n.response, Tick::ResponseDue(host, world.now));
    }

    /// Sides that hear each other know the same.
    fn compare_notes(&mut self, world: &mut W) {
        let before = self.heard.clone();
        for site in FivePrimaries::sites(world) {
            for other in world.ways.heard_at(site) {
                for host in world.hosts() {
                    if before[other][host] > self.heard[site][host] {
                        let beat = before[other][host];
                        self.heard[site][host] = beat;
                        self.overdue[site][host] = self.overdue[other][host];
                        self.fresh[site][host] = self.fresh[other][host];
                        let at = (beat + self.numbers.interval + self.numbers.failed).max(world.now);
                        world.after_all(at - world.now, Tick::Missed { site, host, beat });
                    }
                }
            }
        }
    }

    /// What a host has lost is looked for when a side gives the host up, even if it is back by then (semantics, 3); those
    /// who have given it up find it with the next attempt.
    fn lose(&mut self, world: &mut W, host: usize, batch: u32) {
        for site in FivePrimaries::sites(world) {
            let at = match self.given_up[host] {
                _ if !self.overdue[site][host] || self.fresh[site][host] => {
                    self.heard[site][host] + self.numbers.interval + self.numbers.failed
                }
                Some(Attempts { next: Some(next), .. }) => next,
                _ => continue,
            };
            let (heard, since) = (self.heard[site][host], world.now);
            world.after_all(at.max(since) - since, Tick::Found { site, host, batch, heard, since });
        }
    }

    /// A side finds out about all that a host has lost.
    fn find(&mut self, world: &W, site: usize, host: usize, until: u32) {
        let own = world.site(host);
        let near = world.is_linked(host) && FivePrimaries::has_primary(world, own);
        let finder = if near { own } else { site };
        let lost = world.guests.lost_on(host, until);
        self.due.extend(lost.into_iter().map(|vm| (host, vm, finder)));
    }

    fn tell(&mut self, world: &mut W, host: usize) {
        if !std::mem::replace(&mut self.told[host], true) {
            world.tell(What::Declared(host));
        }
    }

    fn give_up(&mut self, world: &mut W, site: usize, host: usize) {
        self.find(world, site, host, u32::MAX);
        if !world.is_up(host) {
            self.tell(world, host);
        }
        if self.given_up[host].is_none() {
            self.given_up[host] = Some(Attempts::default());
            self.tell(world, host);
            self.attempt(world, site, host);
        }
    }

    /// Tries to start what a silent host runs: VML-10, that fails while the host holds the locks; VML-13, it is tried
    /// a few times.
    fn attempt(&mut self, world: &mut W, site: usize, host: usize) {
        let Some(attempts) = &mut self.given_up[host] else { return };
        if let Some(wait) = attempts.make(world.now, self.numbers.pace) {
            world.after_all(wait, Tick::AttemptDue);
        }
        if !world.is_up(host) {
            return;
        }
        let batch = world.guests.new_batch();
        for vm in world.guests.on(host) {
            let others = |h: usize| may_take(world, h) && !world.hears(h, host) && h != host;
            if !world.reaches_storage(host) {
                world.lose(vm, batch, world.why_without_storage(host));
                world.guests.leave_copy(vm, host);
            } else if world.hosts().any(|h| world.is_up(h) && others(h)) {
                world.tell(What::Failed(vm));
            }
        }
        self.due.extend(world.guests.of_batch(batch).into_iter().map(|vm| (host, vm, site)));
    }
}

/// Orders get to a host, and it can do something about them.
fn may_take(world: &W, host: usize) -> bool {
    world.is_linked(host)
        && world.reaches_storage(host)
        && FivePrimaries::has_primary(world, world.site(host))
}

impl Family for FivePrimaries {
    type Tick = Tick;

    fn interval(&self) -> Option<Us> {
        Some(self.numbers.interval)
    }

    fn on_beat(&mut self, world: &mut W, host: usize) {
        if world.is_up(host) {
            self.beat(world, host);
        }
    }

    fn on_change(&mut self, world: &mut W, change: Change) {
        match change {
            Change::Down { host, batch } => {
                self.isolated[host] = false;
                let near = world.is_linked(host) && FivePrimaries::has_primary(world, world.site(host));
                self.told[host] &= !(near && world.ways.is_split());
                self.lose(world, host, batch);
            }
            Change::Up(host) => self.beat(world, host),
            Change::Network => {
                if world.sides_changed {
                    self.compare_notes(world);
                }
                let met = world.met.iter().filter(|_| world.sides_changed).flat_map(|&(a, b)| [a, b]);
                let met: Vec<usize> = met.collect();
                let heard: BTreeSet<usize> =
                    std::mem::take(&mut world.opened).into_iter().chain(met).collect();
                for host in heard {
                    if world.is_up(host) {
                        self.beat(world, host);
                    }
                }
            }
            Change::Storage(_) | Change::Witness => {}
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        match tick {
            Tick::Missed { site, host, beat } => {
                if self.heard[site][host] == beat {
                    (self.overdue[site][host], self.fresh[site][host]) = (true, true);
                }
            }
            Tick::Found { site, host, batch, heard, since } => {
                let last = self.heard[site][host];
                let at = last + self.numbers.interval + self.numbers.failed;
                if last > heard && last <= since && at > world.now {
                    // Others have told meanwhile that they heard it later.
                    let heard = last;
                    world.after_all(at - world.now, Tick::Found { site, host, batch, heard, since });
                    return;
                }
                let anybody =
                    FivePrimaries::sites(world).iter().any(|&s| FivePrimaries::has_primary(world, s));
                if FivePrimaries::has_primary(world, site) || !anybody {
                    self.find(world, site, host, batch);
                }
            }
            Tick::AloneDue(host, beat) => {
                if self.answered[host] == beat && world.is_up(host) {
                    self.isolated[host] = true;
                    world.tell(What::Isolated(host));
                }
            }
            Tick::ResponseDue(host, beat) => {
                if self.answered[host] == beat && self.isolated[host] && self.responds {
                    let batch = world.lose_all(host, world.why_cut_off(host));
                    self.lose(world, host, batch);
                    world.guests.forget_copies(host);
                }
            }
            Tick::AttemptDue => {}
        }
    }

    fn act(&mut self, world: &mut W) {
        for host in world.hosts() {
            for site in FivePrimaries::sites(world) {
                if self.fresh[site][host] && FivePrimaries::has_primary(world, site) {
                    self.fresh[site][host] = false;
                    self.give_up(world, site, host);
                }
            }
            if let Some(site) = self.who_misses(world, host)
                && self.given_up[host].is_some_and(|attempts| attempts.is_due(world.now))
            {
                self.attempt(world, site, host);
            }
        }
        if !FivePrimaries::sites(world).into_iter().any(|site| FivePrimaries::has_primary(world, site)) {
            return;
        }
        let due = std::mem::take(&mut self.due);
        for &(host, vm, _) in &due {
            if world.ways.is_split()
                && !world.is_up(host)
                && !world.guests.to_start(std::iter::once(vm)).is_empty()
            {
                self.tell(world, host);
            }
        }
        let found: BTreeSet<(usize, usize)> = due.iter().map(|&(host, vm, _)| (host, vm)).collect();
        for vm in world.guests.to_start(found.into_iter().map(|(_, vm)| vm)) {
            let finder = due.iter().find(|(_, found, _)| *found == vm).map(|(.., site)| *site);
            let near = |world: &W, h: usize| {
                may_take(world, h) && finder.is_none_or(|site| world.ways.joins(world.site(h), site))
            };
            if world.hosts().any(|h| world.is_up(h) && near(world, h)) {
                world.order(vm, near);
            } else {
                world.order(vm, may_take);
            }
        }
    }
}
