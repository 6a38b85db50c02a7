//! The clocks of faults while a replication runs: how old each life is, how much faster than it should it runs, and how
//! much likelier that has made what happened.
//!
//! While all is well kinds of clocks run faster by a factor. With factor m on a clock of hazard h, the likelihood of what
//! happened is divided by m for each time that it fires, and multiplied by exp of the integral of (m - 1) h over the time that
//! it runs: [`Ledger::log_weight`] is the logarithm of that (the intensity form of the likelihood ratio; Brémaud 1981, VI.2; Nicola,
//! Shahabuddin and Nakayama, IEEE Trans. Reliability 50 (2001) 246-264). In an episode factors are 1, and single clocks are made
//! to fire within a window ([`super::window`]).
//!
//! After an event only those clocks are looked at that it has written, and ages are counted when somebody asks for them. Kinds whose hazard depends on
//! their age are summed clock by clock.

use super::super::{Observer, Simulation};
use super::shares::{Amiss, Shares};
use super::watched::{Place, WatchedClocks};
use super::window::PARTS;
use crate::engine::{Clock, Law, Randomness, Span, Stream, Table, Time, clone_in_place};
use crate::model::{Ages, Event, Model, NO_TIMER, VmClock, VmId};
use crate::special::ln;
use crate::state::{State, VmPhase};

/// One clock, as it was seen when it was written last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub clock: Clock,
    /// How long the life had been in service, in seconds, and when that was.
    age_s: f64,
    since: Time,
    /// It is what was left of a life when the replication began.
    pub residual: bool,
    factor: f64,
    /// The factor that its pending instant was drawn with.
    drawn: f64,
    /// It has fired and is out since.
    out: bool,
    /// Since the window was opened that is open it has been written: its place in [`Shares::changed`].
    pub changed: Option<u32>,
}

impl Row {
    /// How long the life has been in service by then, in seconds.
    pub(super) fn age_s(&self, now: Time) -> f64 {
        if self.clock.runs() { self.age_s + now.since(self.since).as_secs_f64() } else { self.age_s }
    }
}

/// A clock that has fired, and which of its laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fired {
    pub number: usize,
    pub life: usize,
}

/// All of them, by their places in [`WatchedClocks::clocks`].
#[derive(Debug)]
pub(super) struct Ledger<'w, 'm> {
    pub watched: &'w WatchedClocks<'m>,
    pub rows: Table<Row>,
    /// Up to when time has passed.
    pub now: Time,
    log_weight: f64,
    /// By kind, how many clocks run.
    pub running: Vec<u32>,
    /// By place among the VMs that are asked about, whether one is ready; and the places of those that are not, in no order that means anything.
    are_ready: Table<bool>,
    unready: Vec<u32>,
    /// Clocks that have fired and are out since, in no order that means anything.
    outs: Vec<u32>,
    /// The last event has let a clock go on, or begin a life, that is no VM's.
    pub woke: bool,
    /// It has written any.
    changed: bool,
    /// All of them were told last to run as they do while all is well.
    calm: bool,
    /// How many turns of planned work had begun when the episode did that is being lived ([`super::calm`]).
    pub turn: u64,
    /// What each has to do with the window that is open.
    pub shares: Shares,
    stream: Stream,
    draws: u32,
    /// Reused lists.
    written: Vec<u32>,
    written_vms: Vec<VmId>,
}

clone_in_place!(Ledger<'w, 'm> {
    watched, rows, now, log_weight, running, are_ready, unready, outs, woke, changed, calm, turn, shares, stream, draws, written, written_vms
});

impl<'w, 'm> Ledger<'w, 'm> {
    /// Of a replication that has just begun.
    pub(super) fn new(watched: &'w WatchedClocks<'m>, state: &mut State, model: &Model) -> Ledger<'w, 'm> {
        let row = |place: Place| Row {
            clock: clock(state, place),
            age_s: 0.0,
            since: Time::ZERO,
            residual: model.ages == Ages::Stationary,
            factor: 1.0,
            drawn: 1.0,
            out: false,
            changed: None,
        };
        let rows: Vec<Row> = watched.clocks.iter().map(|watched| row(watched.place)).collect();
        let mut running = vec![0; watched.kinds];
        for (row, watched) in rows.iter().zip(&watched.clocks) {
            running[watched.kind] += u32::from(row.clock.runs());
        }
        let are_ready: Vec<bool> = watched.vms.iter().map(|vm| is_ready(state, *vm)).collect();
        state.timers.take_written(|_| ());
        state.vms.take_written(|_| ());
        Ledger {
            watched,
            rows: Table::new(rows),
            now: Time::ZERO,
            log_weight: 0.0,
            running,
            unready: (0..)
                .zip(&are_ready)
                .filter(|(_, is_ready)| !**is_ready)
                .map(|(place, _)| place)
                .collect(),
            are_ready: Table::new(are_ready),
            outs: Vec::new(),
            woke: false,
            changed: true,
            calm: false,
            turn: 0,
            shares: Shares::new(watched),
            stream: Stream::new("rare events", "budgets"),
            draws: 0,
            written: Vec::new(),
            written_vms: Vec::new(),
        }
    }

    /// Becomes what `leader` is ([`Table::follow`]).
    pub(super) fn follow(&mut self, leader: &mut Ledger<'w, 'm>) {
        let Ledger {
            watched: _,
            rows,
            now,
            log_weight,
            running,
            are_ready,
            unready,
            outs,
            woke,
            changed,
            calm,
            turn,
            shares,
            stream,
            draws,
            written: _,
            written_vms: _,
        } = leader;
        self.rows.follow(rows);
        self.are_ready.follow(are_ready);
        self.running.clone_from(running);
        self.outs.clone_from(outs);
        self.unready.clone_from(unready);
        // No window is open between two branches.
        assert!(!shares.is_open());
        self.shares.forget();
        (self.now, self.log_weight, self.turn) = (*now, *log_weight, *turn);
        (self.woke, self.changed, self.calm) = (*woke, *changed, *calm);
        (self.stream, self.draws) = (*stream, *draws);
    }

    /// From here on weight and random numbers are those of a branch, in which all lives go on as they would. When they end is what it is in the
    /// replication, but for those that were hurried there, and for those that end often, so that branches of one episode differ.
    pub(super) fn branch<O: Observer>(&mut self, simulation: &mut Simulation<'_, O>, hurried: &[u32]) {
        (self.log_weight, self.draws, self.calm) = (0.0, 0, false);
        for &number in hurried {
            let row = &mut self.rows[number as usize];
            (row.age_s, row.since, row.factor) = (row.age_s(self.now), self.now, 1.0);
            // What stands still was drawn as it ran, and would go on as hurried as that.
            if row.drawn != 1.0 && row.clock != Clock::IDLE {
                self.redraw(simulation, number as usize);
            }
        }
        for &number in &self.watched.lively {
            if self.rows[number as usize].clock.runs() {
                self.redraw(simulation, number as usize);
            }
        }
    }

    /// The logarithm of the weight up to now.
    pub(super) fn log_weight(&mut self, hurried: &[u32]) -> f64 {
        for &number in hurried {
            if self.rows[number as usize].factor != 1.0 {
                self.weigh(number as usize);
            }
        }
        self.log_weight
    }

    /// Counts age and weight of a clock up to now.
    fn weigh(&mut self, number: usize) {
        let row = &mut self.rows[number];
        let (from_s, to_s) = (row.age_s, row.age_s(self.now));
        (row.age_s, row.since) = (to_s, self.now);
        if row.factor != 1.0 && to_s > from_s {
            let spent = |law: &&Law| law.hazard_between(row.residual, from_s, to_s);
            let laws = &self.watched.clocks[number].laws;
            self.log_weight += (row.factor - 1.0) * laws.iter().flatten().map(spent).sum::<f64>();
        }
    }

    /// A timer is about to be served. Where it is one of these clocks, it has fired.
    pub(super) fn note(&mut self, state: &State, event: Event, slot: u32) -> Option<Fired> {
        let (place, life) = match event {
            Event::VmDue(vm) => {
                let row = &state.vms[vm.index()];
                match row.first_clock().1 {
                    VmClock::Guest if row.phase.is_booted() => (Place::Guest(vm), 0),
                    VmClock::Step if row.phase == VmPhase::Up => (Place::App(vm), usize::from(row.hangs)),
                    _ => return None,
                }
            }
            _ => (Place::Slot(slot), 0),
        };
        let number = self.watched.places.of(place)?;
        let row = &mut self.rows[number];
        if !std::mem::replace(&mut row.out, true) {
            self.outs.push(number as u32);
        }
        self.log_weight -= ln(row.factor);
        Some(Fired { number, life })
    }

    /// Sees what an event has made of the clocks.
    pub(super) fn look(&mut self, state: &mut State) {
        let (mut numbers, mut vms) =
            (std::mem::take(&mut self.written), std::mem::take(&mut self.written_vms));
        let places = &self.watched.places;
        state.timers.take_written(|slot| numbers.extend(places.of_slot(slot).map(|number| number as u32)));
        state.vms.take_written(|vm| {
            let vm = VmId(vm);
            numbers.extend(places.of_vm(vm).map(|number| number as u32));
            vms.push(vm);
        });
        (self.woke, self.changed) = (false, !numbers.is_empty());
        for number in numbers.drain(..) {
            self.look_at(state, number as usize);
        }
        for vm in vms.drain(..) {
            if let Some(place) = places.asked(vm) {
                let is_ready = is_ready(state, vm);
                if self.are_ready[place] != is_ready {
                    self.are_ready[place] = is_ready;
                    if is_ready {
                        self.unready.retain(|&other| other as usize != place);
                    } else {
                        self.unready.push(place as u32);
                    }
                }
            }
        }
        (self.written, self.written_vms) = (numbers, vms);
        #[cfg(test)]
        self.check(state);
    }

    fn look_at(&mut self, state: &State, number: usize) {
        let watched = &self.watched.clocks[number];
        let seen = clock(state, watched.place);
        let row = self.rows[number];
        // An application that has been put right, and waits for its group to come back, is out no more.
        let is_back = seen.runs() || matches!(watched.place, Place::App(vm) if is_ready(state, vm));
        if row.out && is_back {
            self.rows[number].out = false;
            self.outs.retain(|&out| out as usize != number);
        }
        if seen == row.clock {
            return;
        }
        self.shares.change(&mut self.rows, number, self.watched);
        self.weigh(number);
        match (row.clock.runs(), seen.runs()) {
            (true, false) => self.running[watched.kind] -= 1,
            (false, true) => {
                self.running[watched.kind] += 1;
                self.woke |= matches!(watched.place, Place::Slot(_));
            }
            _ => {}
        }
        let mut same = row.clock;
        if row.clock.runs() {
            same.pause(self.now);
        } else {
            same.resume(self.now);
        }
        let row = &mut self.rows[number];
        if seen != same {
            // Another life begins, drawn as it should be.
            self.shares.leave(row, row.age_s);
            (row.age_s, row.residual, row.drawn) = (0.0, false, 1.0);
        }
        (row.clock, row.since) = (seen, self.now);
    }

    /// Opens a window ([`Shares::open`]).
    pub(super) fn share_out(&mut self, state: &State, all: f64, parts_s: [f64; PARTS.len()]) -> f64 {
        let amiss = Amiss { unready: &self.unready, outs: &self.outs };
        self.shares.open((&self.rows, &self.running, amiss), self.watched, state, (self.now, all, parts_s))
    }

    /// How many VMs that are asked about are ready.
    pub(super) fn ready(&self) -> usize {
        self.watched.vms.len() - self.unready.len()
    }

    /// How many have fired and are out.
    pub(super) fn out(&self) -> u32 {
        self.outs.len() as u32
    }

    /// Whether a clock is one of them.
    pub(super) fn is_out(&self, number: usize) -> bool {
        self.rows[number].out
    }

    /// How unlikely it is that all of these are out at once.
    pub(super) fn rarity(&self) -> f64 {
        self.outs.iter().map(|&out| self.watched.clocks[out as usize].rarity).sum()
    }

    /// When the first of the repairs under way will be done, or else the first VM on its way back has made its next step. What waits
    /// for a crew will not be back soon.
    pub(super) fn next_repair(&self, state: &State) -> Option<Time> {
        let first = |clocks: &mut dyn Iterator<Item = Clock>| {
            clocks.filter(|clock| clock.runs()).map(Clock::due).min()
        };
        let out = self.outs.iter().map(|&out| self.repair(state, out as usize));
        let vms = self.unready.iter().map(|&place| self.watched.vms[place as usize]);
        let steps = vms.map(|vm| state.vms[vm.index()].clocks[VmClock::Step as usize]);
        first(&mut { out }).or_else(|| first(&mut { steps }))
    }

    /// The clock of a repair; it runs while somebody is at it.
    fn repair(&self, state: &State, number: usize) -> Clock {
        let watched = &self.watched.clocks[number];
        match watched.place {
            Place::Slot(_) if watched.repair == NO_TIMER => Clock::IDLE,
            Place::Slot(_) => state.timers.clock(watched.repair),
            Place::Guest(vm) | Place::App(vm) => state.vms[vm.index()].clocks[VmClock::Step as usize],
        }
    }

    pub(super) fn uniform(&mut self, random: &Randomness) -> f64 {
        self.draws += 1;
        random.uniform(self.stream, self.draws - 1)
    }

    /// Gives each of the clocks that may be hurried the factor that it is to run with from now on: one while something is amiss, else by kind that of lives
    /// that ran from the beginning, or of new ones. Those that run with another one are drawn anew: what is left of an exponential budget is as fresh
    /// as a new one.
    pub(super) fn tilt<O: Observer>(
        &mut self,
        simulation: &mut Simulation<'_, O>,
        hurried: &[u32],
        forced: &[[f64; 2]],
        calm: bool,
    ) {
        if calm == self.calm && !self.changed {
            return;
        }
        (self.calm, self.changed) = (calm, false);
        for &number in hurried {
            let number = number as usize;
            let row = self.rows[number];
            let [old, new] = if calm { forced[self.watched.clocks[number].kind] } else { [1.0; 2] };
            let wanted = if row.residual { old } else { new };
            if row.factor != wanted {
                self.weigh(number);
                self.rows[number].factor = wanted;
            }
            if row.clock.runs() && row.drawn != wanted {
                self.redraw(simulation, number);
            }
        }
    }

    /// Draws what is left of a clock's life anew.
    pub(super) fn redraw<O: Observer>(&mut self, simulation: &mut Simulation<'_, O>, number: usize) {
        let mut lives = [f64::INFINITY; 2];
        for (life, left_s) in lives.iter_mut().enumerate() {
            *left_s = self.left_s(&simulation.random, number, life);
        }
        self.set(simulation, number, lives);
    }

    /// What is left of one of a clock's lives, in seconds, as it runs now.
    pub(super) fn left_s(&mut self, random: &Randomness, number: usize, life: usize) -> f64 {
        let Some(law) = self.watched.clocks[number].laws[life] else { return f64::INFINITY };
        let budget = -ln(self.uniform(random)) / self.rows[number].factor;
        let row = &self.rows[number];
        law.time_to_spend(row.residual, row.age_s(self.now), budget)
    }

    /// Lets a clock fire when the first of its lives ends.
    pub(super) fn set<O: Observer>(
        &mut self,
        simulation: &mut Simulation<'_, O>,
        number: usize,
        lives_s: [f64; 2],
    ) {
        let row = &mut self.rows[number];
        row.drawn = row.factor;
        let mut clock = Clock::due_at(simulation.now + Span::from_secs_f64(lives_s[0].min(lives_s[1])));
        if !row.clock.runs() {
            clock.pause(simulation.now);
        }
        row.clock = clock;
        let (vm, which) = match self.watched.clocks[number].place {
            Place::Slot(slot) => return simulation.state.timers.set(slot, clock),
            Place::Guest(vm) => (vm, VmClock::Guest),
            Place::App(vm) => {
                simulation.state.vms[vm.index()].hangs = lives_s[1] < lives_s[0];
                (vm, VmClock::Step)
            }
        };
        simulation.state.vms[vm.index()].clocks[which as usize] = clock;
        simulation.show_clocks(vm);
    }
}

#[cfg(test)]
impl Ledger<'_, '_> {
    /// Panics where looking at everything shows something else.
    fn check(&self, state: &State) {
        let mut running = vec![0; self.watched.kinds];
        let mut outs = Vec::new();
        for (number, (row, watched)) in (0..).zip(self.rows.iter().zip(&self.watched.clocks)) {
            assert_eq!(row.clock, clock(state, watched.place), "{:?}", watched.place);
            running[watched.kind] += u32::from(row.clock.runs());
            let is_back = matches!(watched.place, Place::App(vm) if is_ready(state, vm));
            assert!(!row.out || !row.clock.runs() && !is_back, "{:?} is out", watched.place);
            outs.extend(row.out.then_some(number));
        }
        let mut found = self.outs.clone();
        found.sort_unstable();
        assert_eq!((found, &self.running), (outs, &running));
        let ready: Vec<bool> = self.watched.vms.iter().map(|vm| is_ready(state, *vm)).collect();
        assert_eq!(ready, self.are_ready.as_slice());
        let mut found = self.unready.clone();
        found.sort_unstable();
        let unready = (0..).zip(&ready).filter(|(_, is_ready)| !**is_ready).map(|(place, _)| place);
        assert_eq!(found, unready.collect::<Vec<u32>>());
    }

    /// All that means anything, as text.
    pub(super) fn shown(&self) -> String {
        let mut copy = self.clone();
        (copy.written, copy.written_vms) = (Vec::new(), Vec::new());
        // What it watches is the same for all of them.
        format!("{:?} {:?} {:?} {:?}", copy.rows, copy.shares.is_open(), copy.outs, copy.are_ready)
            + &format!("{:?}", (copy.now, copy.log_weight, copy.running, copy.unready, copy.turn, copy.draws))
            + &format!("{:?}", (copy.woke, copy.changed, copy.calm))
    }
}

/// What a clock shows; idle where it means something else just now.
fn clock(state: &State, place: Place) -> Clock {
    match place {
        Place::Slot(slot) => state.timers.clock(slot),
        Place::Guest(vm) => {
            let row = &state.vms[vm.index()];
            if row.phase.is_booted() { row.clocks[VmClock::Guest as usize] } else { Clock::IDLE }
        }
        Place::App(vm) => {
            let row = &state.vms[vm.index()];
            if row.phase == VmPhase::Up { row.clocks[VmClock::Step as usize] } else { Clock::IDLE }
        }
    }
}

/// It is up, or would be if its group came to its node. Clocks do not tell of all VMs that are not: that of another node's application runs in the
/// place of one that has failed, and while a VM starts all of its clocks may run.
fn is_ready(state: &State, vm: VmId) -> bool {
    matches!(state.vms[vm.index()].phase, VmPhase::Up | VmPhase::Idle)
}
