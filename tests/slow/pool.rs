//! A pool with a statefile (XenServer), after the facts XEN-10 to XEN-36 and MTX-26, MTX-51, MTX-52, MTX-63.
//!
//! Assumptions, where the facts are silent:
//! - A host beats on the network and writes the statefile at one instant. A beat is good where it is heard and its
//!   statefile is there, and where all live by the network alone (XEN-29), of which all know at once.
//! - A host that is well again beats at that instant.
//! - A host that has lost one channel resets itself when the views are merged; one that has lost both when it times out,
//!   because all views agree (XEN-34, XEN-36i).
//! - The others give a dead host up from its last beat, whether or not that was good.
//! - Of sides that do not hear each other the one with most members is the pool, of equal ones that of the first host;
//!   hosts without the statefile count only where nobody has it (XEN-28, XEN-30). Every host elsewhere is cut off.
//! - One that goes on by itself while nobody hears another is the pool, until it hears the others again.

use std::collections::BTreeSet;

use crate::story::{What, Why};
use crate::world::{Change, Family, Power, S, Us, World};

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// XEN-11, XEN-12.
    pub(crate) interval: Us,
    /// XEN-13, XEN-14.
    pub(crate) failed: Us,
    /// XEN-36b, XEN-35, XEN-36d: constants here.
    pub(crate) agreement: Us,
    pub(crate) winners_wait: Us,
    pub(crate) notice: Us,
    /// XEN-36i, XEN-36k.
    pub(crate) fenced: Us,
    pub(crate) extension: Us,
    /// XEN-36f.
    pub(crate) takeover: Us,
    /// XEN-15, MTX-63.
    pub(crate) hang: Us,
}

pub(crate) const FACTS: Numbers = Numbers {
    interval: 7 * S,
    failed: 60 * S,
    agreement: 3 * S,
    winners_wait: 22 * S,
    notice: 10 * S,
    fenced: 120 * S,
    extension: 60 * S,
    takeover: 90 * S,
    hang: 60 * S,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Master {
    Is(usize),
    /// Another one takes over at that instant.
    From(Us),
    Nobody,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// A host's beat of that instant was its last good one.
    TimedOut(usize, Us),
    FenceDue(usize, Us),
    HangOver(usize),
    Lost(usize, u32),
    TakesOver,
}

pub(crate) struct Pool {
    numbers: Numbers,
    /// XEN-28: whether the first of several hosts or equal sides survives, or, where this is broken, the last.
    first: bool,
    /// XEN-17: a host is of the pool.
    member: Vec<bool>,
    /// A site of the side that is the pool.
    main: usize,
    /// Its last beat, and its last good one.
    beats: Vec<Us>,
    good: Vec<Us>,
    was_good: Vec<bool>,
    /// It has lost both channels before the views had to be merged, and when it has timed out.
    mute: Vec<bool>,
    isolated: Vec<bool>,
    lone: Option<usize>,
    master: Master,
    given_up: Vec<bool>,
    overdue: Vec<bool>,
    due: BTreeSet<(usize, usize)>,
}

type W = World<Tick>;

impl Pool {
    pub(crate) fn new(hosts: usize, numbers: Numbers, first: bool) -> Pool {
        Pool {
            numbers,
            first,
            member: vec![true; hosts],
            main: 0,
            beats: vec![0; hosts],
            good: vec![0; hosts],
            was_good: vec![true; hosts],
            mute: vec![false; hosts],
            isolated: vec![false; hosts],
            lone: None,
            master: Master::Is(0),
            given_up: vec![false; hosts],
            overdue: vec![false; hosts],
            due: BTreeSet::new(),
        }
    }

    fn in_touch(&self, world: &W, host: usize) -> bool {
        world.is_linked(host) && world.ways.joins(world.site(host), self.main)
    }

    /// XEN-28: which side is the pool?
    fn choose_side(&mut self, world: &W) {
        let member = |&h: &usize| world.is_up(h) && self.member[h];
        let any = world.hosts().filter(member).any(|h| world.reaches_storage(h));
        let counts = |&h: &usize| member(&h) && world.is_linked(h) && (!any || world.reaches_storage(h));
        let size = |host: usize| {
            let with = |&h: &usize| h == host || world.passes(h, host);
            world.hosts().filter(counts).filter(with).count()
        };
        let rank = |h: usize| if self.first { world.hosts().len() - h } else { h };
        let best = world.hosts().filter(counts).max_by_key(|&h| (size(h), rank(h)));
        self.main = best.map_or(self.main, |host| world.site(host));
    }

    /// XEN-29, XEN-32: nobody sees the statefile, and all are there.
    fn live_by_network(&self, world: &W) -> bool {
        let there = |h: usize| {
            world.is_up(h) && self.member[h] && self.in_touch(world, h) && !world.reaches_storage(h)
        };
        world.hosts().all(there)
    }

    fn hears(&self, world: &W, host: usize) -> bool {
        self.in_touch(world, host) && !self.is_deserted(world, host)
    }

    /// XEN-28, XEN-36g: the only host that is left on the network loses against a lower one that is alone.
    fn is_deserted(&self, world: &W, host: usize) -> bool {
        let counts = |&h: &usize| world.is_up(h) && (self.member[h] || h == host) && world.reaches_storage(h);
        let linked = world.hosts().filter(counts).filter(|&h| self.in_touch(world, h)).collect::<Vec<_>>();
        linked == [host] && world.hosts().filter(counts).any(|h| h < host)
    }

    fn is_well(&self, world: &W, host: usize) -> bool {
        let sees = world.reaches_storage(host);
        let elsewhere = self.lone.is_some_and(|lone| lone != host);
        let hears = self.hears(world, host) && !elsewhere && (sees || self.live_by_network(world));
        world.is_up(host) && self.member[host] && (hears || (self.lone == Some(host) && sees))
    }

    fn beat(&mut self, world: &mut W, host: usize) {
        self.beats[host] = world.now;
        if self.is_well(world, host) {
            self.good[host] = world.now;
            (self.mute[host], self.isolated[host]) = (false, false);
            world.after(self.numbers.failed, Tick::TimedOut(host, world.now));
        }
    }

    fn takes_orders(&self, world: &W, host: usize) -> bool {
        let there = self.lone.map_or(self.hears(world, host), |lone| lone == host);
        world.is_up(host) && self.member[host] && there
    }

    /// Hosts that have the network and the statefile join (XEN-17), unless the pool lives on where they do not hear it.
    fn look_around(&mut self, world: &mut W) {
        if world.ways.is_split() {
            self.choose_side(world);
        }
        let lone = self.lone.filter(|&lone| self.in_touch(world, lone) || !world.reaches_storage(lone));
        if let Some(lone) = lone {
            self.lone = None;
            self.was_good[lone] &= !self.in_touch(world, lone);
        }
        for host in world.hosts() {
            let sees = self.hears(world, host) && world.reaches_storage(host);
            let joins = world.is_up(host) && sees && self.lone.is_none_or(|lone| lone == host);
            if joins && !self.member[host] {
                self.member[host] = true;
                self.was_good[host] = false;
            }
        }
        for host in world.hosts() {
            let well = self.is_well(world, host);
            if well && !std::mem::replace(&mut self.was_good[host], well) {
                self.beat(world, host);
                self.given_up[host] = false;
                if self.master == Master::Nobody {
                    self.take_over_after(world, self.numbers.takeover);
                }
            }
            self.was_good[host] = well;
            self.look_for_mute(world, host, well);
        }
    }

    /// XEN-33: one that loses its second channel as well stays in the pool's view until that has timed out too.
    fn look_for_mute(&mut self, world: &mut W, host: usize, well: bool) {
        if well || self.isolated[host] || !world.is_up(host) || !self.member[host] {
            return;
        }
        let mute = !self.hears(world, host) && !world.reaches_storage(host);
        if mute && !std::mem::replace(&mut self.mute[host], mute) {
            self.good[host] = self.beats[host];
            let at = (self.beats[host] + self.numbers.failed).max(world.now);
            world.after(at - world.now, Tick::TimedOut(host, self.beats[host]));
        }
        self.mute[host] = mute;
    }

    fn take_over_after(&mut self, world: &mut W, span: Us) {
        self.master = Master::From(world.now + span);
        world.after_all(span, Tick::TakesOver);
    }

    fn on_down(&mut self, world: &mut W, host: usize, batch: u32, fenced: bool) {
        let n = self.numbers;
        (self.member[host], self.was_good[host]) = (false, false);
        self.lone = self.lone.filter(|&lone| lone != host);
        let given_up = self.beats[host] + n.failed + n.agreement + n.winners_wait + n.notice;
        self.isolated[host] = false;
        let at = match fenced {
            true if std::mem::take(&mut self.mute[host]) => {
                world.now + n.agreement + n.winners_wait + n.notice
            }
            true => world.now + n.winners_wait + n.extension + n.notice,
            false => given_up,
        };
        let span = at.max(world.now) - world.now;
        world.after_all(span, Tick::Lost(host, batch));
        if self.master == Master::Is(host) {
            self.take_over_after(world, span + n.takeover);
        }
        if world.power[host] == Power::Hung {
            world.after(n.hang, Tick::HangOver(host));
        }
    }

    /// XEN-28, XEN-36j: the one who survives where nobody hears another, or else a reset.
    fn fence(&mut self, world: &mut W, host: usize) {
        let counts = |&h: &usize| world.is_up(h) && self.member[h] && world.reaches_storage(h);
        let survivor = if self.first { world.hosts().find(counts) } else { world.hosts().rfind(counts) };
        if survivor == Some(host) && !world.hosts().any(|h| self.takes_orders(world, h)) {
            self.lone = Some(host);
            self.was_good[host] = true;
            self.beat(world, host);
            if self.master != Master::Is(host) {
                // It waits until the others must have fenced themselves.
                let n = self.numbers;
                self.take_over_after(world, n.winners_wait + n.extension + n.notice + n.takeover);
            }
            return;
        }
        let cut = |other: usize| world.is_up(other) && world.why_cut_off(other) == Why::Link;
        let why = match (self.in_touch(world, host), world.reaches_storage(host)) {
            (false, _) => world.why_cut_off(host),
            // It has everything, but the pool lives on where another host is cut off.
            (true, true) if self.lone.is_some() => world.why_cut_off(self.lone.unwrap_or(host)),
            (true, true) if (0..host).any(cut) => Why::Link,
            (true, true) => Why::Network,
            (true, false) => world.why_without_storage_now(host),
        };
        if let Change::Down { host, batch } = world.fence(host, why) {
            self.on_down(world, host, batch, true);
            self.look_around(world);
        }
    }
}

impl Family for Pool {
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
            Change::Down { host, batch } => self.on_down(world, host, batch, false),
            Change::Up(host) => {
                self.beats[host] = world.now;
                self.overdue[host] = false;
            }
            Change::Network | Change::Storage(_) | Change::Witness => {}
        }
        self.look_around(world);
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        match tick {
            Tick::TimedOut(host, beat) => {
                let over = self.good[host] == beat && world.now >= beat + self.numbers.failed;
                if over && self.member[host] && !self.was_good[host] && !self.isolated[host] {
                    self.isolated[host] = true;
                    world.tell(What::Isolated(host));
                    if self.mute[host] {
                        self.fence(world, host);
                    } else {
                        world.after(self.numbers.fenced - self.numbers.failed, Tick::FenceDue(host, beat));
                    }
                }
            }
            Tick::FenceDue(host, beat) => {
                if self.good[host] == beat && self.member[host] && !self.was_good[host] {
                    self.fence(world, host);
                }
            }
            Tick::HangOver(host) => world.reset_hung(host),
            Tick::Lost(host, batch) => {
                self.due.extend(world.guests.lost_on(host, batch).into_iter().map(|vm| (host, vm)));
                self.overdue[host] = true;
            }
            Tick::TakesOver => {
                if self.master == Master::From(world.now) {
                    let next = world.hosts().find(|&h| self.takes_orders(world, h));
                    self.master = next.map_or(Master::Nobody, Master::Is);
                    if let Some(host) = next {
                        world.tell(What::Elected(host));
                    }
                }
            }
        }
    }

    fn act(&mut self, world: &mut W) {
        let Master::Is(master) = self.master else { return };
        if !self.takes_orders(world, master) {
            return;
        }
        for host in world.hosts() {
            let overdue = std::mem::take(&mut self.overdue[host]) && !world.is_up(host);
            if overdue && !std::mem::replace(&mut self.given_up[host], true) {
                world.tell(What::Declared(host));
            }
        }
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        for vm in world.guests.to_start(due) {
            world.order(vm, |world, host| self.takes_orders(world, host));
        }
    }
}
