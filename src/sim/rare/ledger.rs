//! The clocks of faults while a replication runs: how old each life is, how much faster than it should it runs, and how
//! much likelier that has made what happened.
//!
//! With factor m on a clock of hazard h, the likelihood of what happened is divided by m for each time that it fires, and
//! multiplied by exp of the integral of (m - 1) h over the time that it runs: `log_weight` is the logarithm of that
//! (the intensity form of the likelihood ratio; Brémaud 1981, VI.2; Nicola, Shahabuddin and Nakayama, IEEE Trans.
//! Reliability 50 (2001) 246-264).

use super::super::{Observer, Simulation};
use super::watched::{Place, Watched, WatchedClocks};
use crate::engine::{Clock, Law, Stream, Time};
use crate::model::{Ages, Event, NO_TIMER, VmClock, VmId};
use crate::special::ln;
use crate::state::{State, VmPhase};

/// What is repaired in no time is taken to need so long (s): a rate needs an end.
const REPAIR_MIN_S: f64 = 1.0;
/// Nobody knows how long what has not failed by itself stays out; assumption: as long as a person takes (s).
const UNKNOWN_S: f64 = 3600.0;

/// One clock, as it was seen after the last event.
#[derive(Clone, Copy, Debug)]
struct Row {
    clock: Clock,
    /// How long the life has been in service, in seconds.
    age_s: f64,
    /// It is what was left of a life when the replication began.
    residual: bool,
    factor: f64,
    /// The factor that its pending instant was drawn with.
    drawn: f64,
    /// It has fired and is out since.
    out: bool,
}

/// All of them, by their places in [`WatchedClocks::clocks`].
#[derive(Clone, Debug)]
pub(super) struct Ledger<'w, 'm> {
    watched: &'w WatchedClocks<'m>,
    rows: Vec<Row>,
    /// Up to when ages and weight are counted.
    since: Time,
    pub log_weight: f64,
    /// Clocks that run and VMs that are ready: as many as at the start where all is well. Clocks of each kind that
    /// run, and kinds of which any does.
    pub running: usize,
    running_by_kind: Vec<u32>,
    kinds_running: u32,
    /// How often something that has fired is repaired, a second: of all that is out, or of what was last.
    pub repairs: f64,
    stream: Stream,
    draws: u32,
}

impl<'w, 'm> Ledger<'w, 'm> {
    /// Of a replication that has just begun.
    pub(super) fn new(watched: &'w WatchedClocks<'m>, state: &State, ages: Ages) -> Ledger<'w, 'm> {
        let row = |watched: &Watched<'_>| Row {
            clock: clock(state, watched.place),
            age_s: 0.0,
            residual: ages == Ages::Stationary,
            factor: 1.0,
            drawn: 1.0,
            out: false,
        };
        let rows: Vec<Row> = watched.clocks.iter().map(row).collect();
        let running = rows.iter().filter(|row| row.clock.runs()).count() + count_ready(state, watched);
        Ledger {
            watched,
            rows,
            since: Time::ZERO,
            log_weight: 0.0,
            running,
            running_by_kind: vec![0; watched.kinds],
            kinds_running: 0,
            repairs: 1.0 / UNKNOWN_S,
            stream: Stream::new("rare events", "budgets"),
            draws: 0,
        }
    }

    /// From here on weight and random numbers are those of a branch.
    pub(super) fn branch(&mut self) {
        (self.log_weight, self.draws) = (0.0, 0);
    }

    /// Time passes until an event, or the end; lives that run grow older.
    pub(super) fn advance(&mut self, now: Time) {
        if now == self.since {
            return;
        }
        let passed_s = now.since(self.since).as_secs_f64();
        self.since = now;
        for (row, watched) in self.rows.iter_mut().zip(&self.watched.clocks) {
            if !row.clock.runs() {
                continue;
            }
            let older_s = row.age_s + passed_s;
            if row.factor != 1.0 {
                let spent = |law: &&Law| law.hazard_between(row.residual, row.age_s, older_s);
                self.log_weight += (row.factor - 1.0) * watched.laws.iter().flatten().map(spent).sum::<f64>();
            }
            row.age_s = older_s;
        }
    }

    /// A timer is about to be served. Where it is one of these clocks, it has fired.
    pub(super) fn note(&mut self, state: &State, event: Event, slot: u32) {
        let place = match event {
            Event::VmDue(vm) => {
                let row = &state.vms[vm.index()];
                match row.first_clock().1 {
                    VmClock::Guest if row.phase.is_booted() => Place::Guest(vm),
                    VmClock::Step if row.phase == VmPhase::Up => Place::App(vm),
                    _ => return,
                }
            }
            _ => Place::Slot(slot),
        };
        let Some(number) = self.watched.clocks.iter().position(|watched| watched.place == place) else {
            return;
        };
        let row = &mut self.rows[number];
        row.out = true;
        self.log_weight -= ln(row.factor);
    }

    /// Sees what an event has made of the clocks.
    pub(super) fn look(&mut self, state: &State, now: Time) {
        (self.running, self.kinds_running) = (count_ready(state, self.watched), 0);
        self.running_by_kind.fill(0);
        let mut repairs = 0.0;
        for (row, watched) in self.rows.iter_mut().zip(&self.watched.clocks) {
            let seen = clock(state, watched.place);
            // An application that has been put right, and waits for its group to come back, is out no more.
            row.out &= !matches!(watched.place, Place::App(vm) if is_ready(state, vm));
            if seen.runs() {
                row.out = false;
                self.running += 1;
                let count = &mut self.running_by_kind[watched.kind];
                self.kinds_running += u32::from(*count == 0);
                *count += 1;
            } else if row.out && is_repaired(state, watched) {
                repairs += 1.0 / watched.repair_s.max(REPAIR_MIN_S);
            }
            if seen == row.clock {
                continue;
            }
            let mut same = row.clock;
            if row.clock.runs() {
                same.pause(now);
            } else {
                same.resume(now);
            }
            if seen != same {
                // Another life begins, drawn as it should be.
                (row.age_s, row.residual, row.drawn) = (0.0, false, 1.0);
            }
            row.clock = seen;
        }
        if repairs > 0.0 {
            self.repairs = repairs;
        }
    }

    /// How often a clock is to fire, a second, where all kinds that run are as likely as each other, and one of them as likely
    /// as that something is repaired first.
    pub(super) fn balanced_rate(&self, watched: &Watched<'_>) -> f64 {
        let alike = self.running_by_kind[watched.kind].max(1) * self.kinds_running;
        self.repairs / f64::from(alike)
    }

    /// Gives each clock the factor that it is to run with from now on, and draws anew those that run with another one: what
    /// is left of an exponential budget is as fresh as a new one.
    pub(super) fn tilt<O: Observer>(
        &mut self,
        simulation: &mut Simulation<'_, O>,
        factor: impl Fn(&Self, &Watched<'m>) -> f64,
    ) {
        for number in 0..self.rows.len() {
            let wanted = factor(self, &self.watched.clocks[number]);
            self.rows[number].factor = wanted;
            if self.rows[number].clock.runs() && self.rows[number].drawn != wanted {
                self.redraw(simulation, number);
            }
        }
    }

    fn redraw<O: Observer>(&mut self, simulation: &mut Simulation<'_, O>, number: usize) {
        let watched = &self.watched.clocks[number];
        let row = &mut self.rows[number];
        row.drawn = row.factor;
        let mut lives = [f64::INFINITY; 2];
        for (life, law) in lives.iter_mut().zip(watched.laws) {
            if let Some(law) = law {
                let budget = -ln(simulation.random.uniform(self.stream, self.draws)) / row.factor;
                self.draws += 1;
                *life = law.time_to_spend(row.residual, row.age_s, budget);
            }
        }
        let left = crate::engine::Span::from_secs_f64(lives[0].min(lives[1]));
        row.clock = Clock::due_at(simulation.now + left);
        let which = match watched.place {
            Place::Slot(slot) => return simulation.state.timers.set(slot, row.clock),
            Place::Guest(vm) => (vm, VmClock::Guest),
            Place::App(vm) => {
                simulation.state.vms[vm.index()].hangs = lives[1] < lives[0];
                (vm, VmClock::Step)
            }
        };
        simulation.state.vms[which.0.index()].clocks[which.1 as usize] = row.clock;
        simulation.show_clocks(which.0);
    }
}

/// Whether somebody is at its repair, and it does not wait for a crew: what waits will not be back soon.
fn is_repaired(state: &State, watched: &Watched<'_>) -> bool {
    match watched.place {
        Place::Slot(_) => watched.repair == NO_TIMER || state.timers.clock(watched.repair).runs(),
        Place::Guest(vm) | Place::App(vm) => state.vms[vm.index()].clocks[VmClock::Step as usize].runs(),
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

/// VMs that are up, or would be if their group came to their node. Clocks do not tell of all that are not: that of another
/// node's application runs in the place of one that has failed, and while a VM starts all of its clocks may run.
fn count_ready(state: &State, watched: &WatchedClocks<'_>) -> usize {
    watched.vms.iter().filter(|vm| is_ready(state, **vm)).count()
}

fn is_ready(state: &State, vm: VmId) -> bool {
    matches!(state.vms[vm.index()].phase, VmPhase::Up | VmPhase::Idle)
}
