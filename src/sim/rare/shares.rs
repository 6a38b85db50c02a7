//! What each clock has to do with the window that is open: the chance that it is made to fire.
//!
//! Half of it goes to all kinds of clocks that run alike, and to all clocks of a kind. The other half goes to those *near*: where the next fault is
//! likeliest to matter, which is under the VMs of instances that have lost one, or stand on something of which a part is out; under all that are asked
//! about where there are none. Of that a half goes to kinds that play the role of what is out: what takes its place is of its sort more often than not.
//! So chances are known by kind, and only what changes while the window is open is kept clock by clock.

use super::around::Under;
use super::even::Even;
use super::ledger::Row;
use super::watched::WatchedClocks;
use super::window::PARTS;
use crate::engine::{Table, Time, clone_in_place};
use crate::model::VmId;
use crate::state::State;

/// Clocks strike anyway where so many are to be expected to fire before the window ends. Assumption.
const ANYWAY: f64 = 0.5;

/// What is amiss as a window is opened: the places of VMs that are not ready, and clocks that have fired and are out since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amiss<'a> {
    pub unready: &'a [u32],
    pub outs: &'a [u32],
}

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
    /// Clocks that ran and are near, and by clock, whether it is one.
    near: Vec<u32>,
    are_near: Vec<bool>,
}

clone_in_place!(Shares { is_open, opened, kinds, evens, changed, near, are_near });

impl Shares {
    pub(super) fn new(watched: &WatchedClocks<'_>) -> Shares {
        Shares {
            is_open: false,
            opened: Time::ZERO,
            kinds: vec![Part::default(); watched.kinds],
            evens: vec![None; watched.kinds],
            changed: Vec::new(),
            near: Vec::new(),
            are_near: vec![false; watched.clocks.len()],
        }
    }

    /// Whether a window is open: of one that is closed nothing means anything.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Forgets a window in which a branch has ended.
    pub(super) fn forget(&mut self) {
        self.changed.clear();
        self.is_open = false;
    }

    /// Gives each clock that runs its part in what is to be made to happen; how much of that there is then: nothing where none runs, or all come anyway.
    pub(super) fn open(
        &mut self,
        (rows, running, amiss): (&Table<Row>, &[u32], Amiss<'_>),
        watched: &WatchedClocks<'_>,
        state: &State,
        (now, all, parts_s): (Time, f64, [f64; PARTS.len()]),
    ) -> f64 {
        (self.is_open, self.opened) = (true, now);
        self.find_near(rows, amiss, watched, state);
        // What strikes in the window anyway need not be made to: any of a kind, or of those near each, since it may take all of them.
        let expected = |kind: usize| watched.clocks[watched.places.kinds[kind][0] as usize].rate * parts_s[0];
        let each = |kind: usize| expected(kind) < ANYWAY;
        let any = |kind: usize, running: u32| running > 0 && expected(kind) * f64::from(running) < ANYWAY;
        let kinds = (0..).zip(running).filter(|(kind, running)| any(*kind, **running)).count() as f64;
        let is_near = |(kind, part): &(usize, &Part)| part.near > 0 && each(*kind);
        let near = (0..).zip(&self.kinds).filter(is_near).count() as f64;
        let in_role = |kind: usize| amiss.outs.iter().any(|&out| watched.has_role_of(kind, out));
        let alike: Vec<bool> = (0..).zip(&self.kinds).map(|row| is_near(&row) && in_role(row.0)).collect();
        let alikes = alike.iter().filter(|is_alike| **is_alike).count() as f64;
        let all_near = match (kinds > 0.0, near > 0.0) {
            (true, true) => all / 2.0,
            (false, true) => all,
            _ => 0.0,
        };
        self.find_evens(running, watched, parts_s);
        for (kind, (part, &running)) in self.kinds.iter_mut().zip(running).enumerate() {
            if any(kind, running) {
                part.each = (all - all_near) / kinds / f64::from(running);
                part.rest = (all - all_near) / kinds;
            }
            if part.near > 0 && each(kind) {
                // What plays a role that is played by something out has a half of it to itself.
                let of_kind = match (alikes > 0.0, alike[kind]) {
                    (false, _) => all_near / near,
                    (true, false) => all_near / near / 2.0,
                    (true, true) => all_near / near / 2.0 + all_near / alikes / 2.0,
                };
                part.each_near = of_kind / f64::from(part.near);
                part.rest += of_kind;
            }
        }
        if kinds + near > 0.0 { all } else { 0.0 }
    }

    fn find_evens(&mut self, running: &[u32], watched: &WatchedClocks<'_>, parts_s: [f64; PARTS.len()]) {
        for (kind, even) in self.evens.iter_mut().enumerate().filter(|(kind, _)| running[*kind] > 0) {
            let first = watched.places.kinds[kind][0] as usize;
            *even = Even::of(&watched.clocks[first], parts_s);
        }
    }

    /// Finds the clocks that are near.
    fn find_near(&mut self, rows: &Table<Row>, amiss: Amiss<'_>, watched: &WatchedClocks<'_>, state: &State) {
        self.near.drain(..).for_each(|number| self.are_near[number as usize] = false);
        self.kinds.fill(Part::default());
        for &place in amiss.unready {
            self.add_instance(place as usize, rows, watched, state);
        }
        for &out in amiss.outs {
            match watched.around.under(out) {
                Under::Host(host) => {
                    for vm in state.residents(host).filter_map(|vm| watched.places.asked(vm)) {
                        self.add_instance(vm, rows, watched, state);
                    }
                }
                Under::Storage(storage) => {
                    for vm in watched.around.vms_of(storage).iter().filter_map(|vm| watched.places.asked(*vm))
                    {
                        self.add_instance(vm, rows, watched, state);
                    }
                }
                Under::Other => {}
            }
        }
        if self.near.is_empty() {
            watched.vms.iter().for_each(|&vm| self.add_near(vm, rows, watched, state));
        }
    }

    /// The clocks under all VMs of an instance, by the place of one of them.
    fn add_instance(&mut self, place: usize, rows: &Table<Row>, watched: &WatchedClocks<'_>, state: &State) {
        watched.peers[place].clone().for_each(|vm| self.add_near(VmId(vm), rows, watched, state));
    }

    /// The clocks of a VM, and of all that it stands on.
    fn add_near(&mut self, vm: VmId, rows: &Table<Row>, watched: &WatchedClocks<'_>, state: &State) {
        let around = watched.around.of(vm, state.vms[vm.index()].host());
        for number in around.chain(watched.places.of_vm(vm).map(|number| number as u32)) {
            let runs = rows[number as usize].clock.runs();
            if runs && !std::mem::replace(&mut self.are_near[number as usize], true) {
                self.kinds[watched.clocks[number as usize].kind].near += 1;
                self.near.push(number);
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
            if place < near {
                let of_kind = |number: &&u32| watched.clocks[**number as usize].kind == kind;
                let which = (place / part.each_near) as usize;
                return self.near.iter().filter(of_kind).nth(which).map(|&number| number as usize);
            }
            let which = ((place - near) / part.each) as usize;
            return all.iter().filter(runs).nth(which).map(|&number| number as usize);
        }
        None
    }

    /// Whether a clock is near, and one of those near comes anyway.
    pub(super) fn comes_anyway(&self, number: usize, watched: &WatchedClocks<'_>) -> bool {
        self.are_near[number] && self.kinds[watched.clocks[number].kind].each_near == 0.0
    }

    /// The chance that a clock had which ran when the window was opened.
    pub(super) fn chance(&self, number: usize, watched: &WatchedClocks<'_>) -> f64 {
        let part = &self.kinds[watched.clocks[number].kind];
        part.each + if self.are_near[number] { part.each_near } else { 0.0 }
    }

    /// A clock is about to change.
    pub(super) fn change(&mut self, rows: &mut Table<Row>, number: usize, watched: &WatchedClocks<'_>) {
        let row = rows[number];
        if !self.is_open || row.changed.is_some() {
            return;
        }
        let chance = if row.clock.runs() { self.chance(number, watched) } else { 0.0 };
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
