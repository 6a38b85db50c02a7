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
    /// A host's beat of that instant was the last one to be heard, or to be answered.
    Missed(usize, Us),
    AloneDue(usize, Us),
    ResponseDue(usize, Us),
    /// A host whose loss this is would be given up by now.
    Due(usize, u32),
    /// Time for the next attempt to start what some silent host holds.
    AttemptDue,
}

/// How far the cluster is with a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    Heard,
    /// It should be given up, and nobody can.
    Overdue,
    GivenUp(Attempts),
}

pub(crate) struct FivePrimaries {
    numbers: Numbers,
    responds: bool,
    answered: Vec<Us>,
    isolated: Vec<bool>,
    watch: Vec<Watch>,
    /// What is to be started as soon as somebody can order it, by host.
    due: BTreeSet<(usize, usize)>,
}

type W = World<Tick>;

impl FivePrimaries {
    pub(crate) fn new(hosts: usize, numbers: Numbers, responds: bool) -> FivePrimaries {
        FivePrimaries {
            numbers,
            responds,
            answered: vec![0; hosts],
            isolated: vec![false; hosts],
            watch: vec![Watch::Heard; hosts],
            due: BTreeSet::new(),
        }
    }

    /// Whether a primary is there to act: VML-02, one of those that are left coordinates.
    fn has_primary(&self, world: &W) -> bool {
        world.hosts().take(PRIMARIES).any(|host| world.is_up(host) && world.is_linked(host))
    }

    fn beat(&mut self, world: &mut W, host: usize) {
        if !world.is_linked(host) {
            return;
        }
        let n = self.numbers;
        self.answered[host] = world.now;
        self.isolated[host] = false;
        self.watch[host] = Watch::Heard;
        world.after_all(n.interval + n.failed, Tick::Missed(host, world.now));
        world.after(n.alone, Tick::AloneDue(host, world.now));
        world.after(n.response, Tick::ResponseDue(host, world.now));
    }

    /// What a host has lost is looked for when the host is given up, even if it is back by then (semantics, 3); on
    /// one that has been given up the next attempt finds it.
    fn lose(&mut self, world: &mut W, host: usize, batch: u32) {
        let at = match self.watch[host] {
            Watch::Heard | Watch::Overdue => {
                Some(self.answered[host] + self.numbers.interval + self.numbers.failed)
            }
            Watch::GivenUp(attempts) => attempts.next,
        };
        if let Some(at) = at {
            world.after_all(at.max(world.now) - world.now, Tick::Due(host, batch));
        }
    }

    fn give_up(&mut self, world: &mut W, host: usize) {
        self.watch[host] = Watch::GivenUp(Attempts::default());
        world.tell(What::Declared(host));
        self.attempt(world, host);
    }

    /// Tries to start what a silent host runs: VML-10, that fails while the host holds the locks; VML-13, it is tried
    /// a few times.
    fn attempt(&mut self, world: &mut W, host: usize) {
        let Watch::GivenUp(attempts) = &mut self.watch[host] else { return };
        if let Some(wait) = attempts.make(world.now, self.numbers.pace) {
            world.after_all(wait, Tick::AttemptDue);
        }
        if !world.is_up(host) {
            return;
        }
        let batch = world.guests.new_batch();
        for vm in world.guests.on(host) {
            if !world.reaches_storage(host) {
                world.lose(vm, batch, world.why_without_storage(host));
                world.guests.leave_copy(vm, host);
            } else if world.hosts().any(|h| world.is_up(h) && may_take(world, h)) {
                world.tell(What::Failed(vm));
            }
        }
        self.due.extend(world.guests.of_batch(batch).into_iter().map(|vm| (host, vm)));
    }
}

fn may_take(world: &W, host: usize) -> bool {
    world.is_linked(host) && world.reaches_storage(host)
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
                self.lose(world, host, batch);
            }
            Change::Up(host) => self.beat(world, host),
            Change::Network => {
                for host in std::mem::take(&mut world.opened) {
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
            Tick::Missed(host, beat) => {
                if self.answered[host] == beat {
                    self.watch[host] = Watch::Overdue;
                }
            }
            Tick::Due(host, batch) => {
                self.due.extend(world.guests.of_batch(batch).into_iter().map(|vm| (host, vm)))
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
        if !self.has_primary(world) {
            return;
        }
        for host in world.hosts() {
            match self.watch[host] {
                Watch::Overdue => self.give_up(world, host),
                Watch::GivenUp(attempts) if attempts.is_due(world.now) => self.attempt(world, host),
                _ => {}
            }
        }
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        for vm in world.guests.to_start(due) {
            world.order(vm, may_take);
        }
    }
}
