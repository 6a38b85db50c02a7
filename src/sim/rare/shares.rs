//! What each clock has to do with the window that is open: the chance that it is made to fire.
//!
//! All kinds of clocks that run have the same, and all clocks of a kind; and half of it goes to those alone that strike the VMs where they are now. So
//! chances are known by kind, and only what changes while the window is open is kept clock by clock.

use super::even::Even;
use super::ledger::Row;
use super::watched::{Place, Watched, WatchedClocks};
use super::window::PARTS;
use crate::engine::{Table, Time, clone_in_place};
use crate::state::State;

/// Of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    /// How many of its clocks are near.
    near: u32,
    /// The chance of one of its clocks, and what one that is near has beside.
    each: f64,
    each_near: f64,
    /// Of those together that have not changed since.
    pub rest: f64,
}

/// A clock that ran when the window was opened, or did not, and has changed since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    pub number: u32,
    pub chance: f64,
    /// How old its life was then, and whether it was what was left of one.
    pub opened_s: f64,
    pub residual: bool,
    /// How old it was when it ended otherwise, if it has.
    pub left_s: Option<f64>,
}

/// Those of all clocks.
#[derive(Debug)]
pub(super) struct Shares {
    is_open: bool,
    pub opened: Time,
    pub kinds: Vec<Part>,
    /// By kind, where the age of its clocks does not matter, what they do in this window.
    pub evens: Vec<Option<Even>>,
    pub changed: Vec<Changed>,
    /// By host, whether a VM that is asked about was on it; those hosts; and the clocks of them that ran.
    are_near: Vec<bool>,
    near_hosts: Vec<u32>,
    near: Vec<u32>,
}

clone_in_place!(Shares { is_open, opened, kinds, evens, changed, are_near, near_hosts, near });

impl Shares {
    pub(super) fn new(watched: &WatchedClocks<'_>) -> Shares {
        Shares {
            is_open: false,
            opened: Time::ZERO,
            kinds: vec![Part::default(); watched.kinds],
            evens: vec![None; watched.kinds],
            changed: Vec::new(),
            are_near: vec![false; watched.places.hosts.len()],
            near_hosts: Vec::new(),
            near: Vec::new(),
        }
    }

    /// Gives each clock that runs its part in what is to be made to happen; how much of that there is then: nothing where none runs.
    pub(super) fn open(
        &mut self,
        (rows, running): (&Table<Row>, &[u32]),
        watched: &WatchedClocks<'_>,
        state: &State,
        (now, all, parts_s): (Time, f64, [f64; PARTS.len()]),
    ) -> f64 {
        (self.is_open, self.opened) = (true, now);
        self.find_near(rows, running, watched, state);
        let kinds = running.iter().filter(|running| **running > 0).count() as f64;
        let near_kinds = self.kinds.iter().filter(|part| part.near > 0).count() as f64;
        let all_near = if near_kinds > 0.0 { all / 2.0 } else { 0.0 };
        self.find_evens(running, watched, parts_s);
        for (part, &running) in self.kinds.iter_mut().zip(running) {
            if running > 0 {
                part.each = (all - all_near) / kinds / f64::from(running);
                part.rest = (all - all_near) / kinds;
            }
            if part.near > 0 {
                part.each_near = all_near / near_kinds / f64::from(part.near);
                part.rest += all_near / near_kinds;
            }
        }
        if kinds > 0.0 { all } else { 0.0 }
    }

    fn find_evens(&mut self, running: &[u32], watched: &WatchedClocks<'_>, parts_s: [f64; PARTS.len()]) {
        for (kind, even) in self.evens.iter_mut().enumerate().filter(|(kind, _)| running[*kind] > 0) {
            let first = watched.places.kinds[kind][0] as usize;
            *even = Even::of(&watched.clocks[first], parts_s);
        }
    }

    /// Counts, by kind, the clocks that run and strike the VMs that are asked about where they are now: all of these VMs' own.
    fn find_near(&mut self, rows: &Table<Row>, running: &[u32], watched: &WatchedClocks<'_>, state: &State) {
        self.near.clear();
        self.near_hosts.drain(..).for_each(|host| self.are_near[host as usize] = false);
        for (kind, part) in self.kinds.iter_mut().enumerate() {
            let near = if watched.places.are_of_vms[kind] { running[kind] } else { 0 };
            *part = Part { near, ..Part::default() };
        }
        for vm in &watched.vms {
            let Some(host) = state.vms[vm.index()].host() else { continue };
            if std::mem::replace(&mut self.are_near[host.index()], true) {
                continue;
            }
            self.near_hosts.push(host.0);
            for &number in &watched.places.hosts[host.index()] {
                if rows[number as usize].clock.runs() {
                    self.kinds[watched.clocks[number as usize].kind].near += 1;
                    self.near.push(number);
                }
            }
        }
    }

    /// The clock at a place between nothing and all that there is; what rounding leaves belongs to nobody.
    pub(super) fn at(&self, mut place: f64, rows: &Table<Row>, watched: &WatchedClocks<'_>) -> Option<usize> {
        for (kind, part) in self.kinds.iter().enumerate() {
            if place >= part.rest {
                place -= part.rest;
                continue;
            }
            let runs = |number: &&u32| rows[**number as usize].clock.runs();
            let all = &watched.places.kinds[kind];
            let near = part.each_near * f64::from(part.near);
            // Those of VMs are all near, and of one that is near both parts are one after the other.
            if place < near && !watched.places.are_of_vms[kind] {
                let of_kind = |number: &&u32| watched.clocks[**number as usize].kind == kind;
                let which = (place / part.each_near) as usize;
                return self.near.iter().filter(of_kind).nth(which).map(|&number| number as usize);
            }
            let each = if place < near { part.each_near } else { part.each };
            let which = (if place < near { place } else { place - near } / each) as usize;
            return all.iter().filter(runs).nth(which).map(|&number| number as usize);
        }
        None
    }

    fn is_near(&self, watched: &Watched<'_>) -> bool {
        match watched.place {
            Place::Slot(_) => watched.host.is_some_and(|host| self.are_near[host as usize]),
            Place::Guest(_) | Place::App(_) => true,
        }
    }

    /// The chance that a clock had which ran when the window was opened.
    pub(super) fn chance(&self, watched: &Watched<'_>) -> f64 {
        let part = &self.kinds[watched.kind];
        part.each + if self.is_near(watched) { part.each_near } else { 0.0 }
    }

    /// A clock is about to change.
    pub(super) fn change(&mut self, rows: &mut Table<Row>, number: usize, watched: &WatchedClocks<'_>) {
        let row = rows[number];
        if !self.is_open || row.changed.is_some() {
            return;
        }
        let chance = if row.clock.runs() { self.chance(&watched.clocks[number]) } else { 0.0 };
        self.kinds[watched.clocks[number].kind].rest -= chance;
        rows[number].changed = Some(self.changed.len() as u32);
        let (opened_s, residual) = (row.age_s(self.opened), row.residual);
        self.changed.push(Changed { number: number as u32, chance, opened_s, residual, left_s: None });
    }

    /// The life of one that has changed has ended, as old as it is now; the next one has no part in this window.
    pub(super) fn leave(&mut self, row: &Row, age_s: f64) {
        if let Some(place) = row.changed {
            self.changed[place as usize].left_s.get_or_insert(age_s);
        }
    }

    /// Whether the life that ran when the window was opened has ended since.
    pub(super) fn has_left(&self, row: &Row) -> bool {
        row.changed.is_some_and(|place| self.changed[place as usize].left_s.is_some())
    }

    /// Nothing is to be made to happen any more.
    pub(super) fn close(&mut self, rows: &mut Table<Row>) {
        for changed in self.changed.drain(..) {
            rows[changed.number as usize].changed = None;
        }
        self.is_open = false;
    }
}
