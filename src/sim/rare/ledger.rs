//! The clocks of faults while a replication runs: how old each life is, how much faster than it should it runs, and how
//! much likelier that has made what happened.
//!
//! While all is well kinds of clocks run faster by a factor. With factor m on a clock of hazard h, the likelihood of what
//! happened is divided by m for each time that it fires, and multiplied by exp of the integral of (m - 1) h over the time that
//! it runs: `log_weight` is the logarithm of that (the intensity form of the likelihood ratio; Brémaud 1981, VI.2; Nicola,
//! Shahabuddin and Nakayama, IEEE Trans. Reliability 50 (2001) 246-264). In an episode factors are 1, and single clocks are made
//! to fire within a window ([`super::window`]).

use std::ops::Range;

use super::super::{Observer, Simulation};
use super::watched::{Place, Watched, WatchedClocks};
use super::window::Share;
use crate::engine::{Clock, Law, Randomness, Span, Stream, Time, clone_in_place};
use crate::model::{Ages, Event, HostId, Model, NO_TIMER, VmClock, VmId};
use crate::special::ln;
use crate::state::{State, VmPhase};

/// One clock, as it was seen after the last event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub clock: Clock,
    /// How long the life has been in service, in seconds.
    pub age_s: f64,
    /// It is what was left of a life when the replication began.
    pub residual: bool,
    factor: f64,
    /// The factor that its pending instant was drawn with.
    drawn: f64,
    /// It has fired and is out since.
    out: bool,
    /// Its part in the window that is open.
    pub share: Share,
}

/// A clock that has fired, and which of its laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fired {
    pub number: usize,
    pub life: usize,
}

/// What there is to lose: where all is well it is what it was at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Hosts that are up and take orders.
    hosts: usize,
    /// VMs that are ready.
    ready: usize,
    /// What leaves them with less than they seem to have: members of a group on a host where another one is, and copies of disks that are
    /// behind.
    crowded: usize,
    behind: usize,
}

impl Standing {
    /// With so much less running all is well still.
    pub(super) fn but(self, spare: usize) -> Standing {
        let less = |all: usize| all.saturating_sub(spare);
        Standing { hosts: less(self.hosts), ..self }
    }

    /// Whether it is as good as another one.
    pub(super) fn is_as_good_as(self, other: Standing) -> bool {
        self.hosts >= other.hosts
            && self.ready >= other.ready
            && self.crowded <= other.crowded
            && self.behind <= other.behind
    }

    /// That of the replication's state.
    fn of(model: &Model, state: &State, watched: &WatchedClocks<'_>) -> Standing {
        let is_there = |host: &&HostId| {
            // One that is being emptied for planned work is looked at elsewhere.
            state.hosts[host.index()].evacuates || state.takes_orders(model, **host)
        };
        let stale = state.mirrors.iter().map(|mirror| mirror.stale_since);
        let stale = stale.chain(state.local_mirrors.iter().map(|mirror| mirror.stale_since));
        Standing {
            hosts: watched.hosts.iter().filter(is_there).count(),
            ready: watched.vms.iter().filter(|vm| is_ready(state, **vm)).count(),
            crowded: watched.groups.iter().map(|members| crowded(state, members.clone())).sum(),
            behind: stale.filter(|since| *since != [Time::NEVER; 2]).count(),
        }
    }
}

/// All of them, by their places in [`WatchedClocks::clocks`].
#[derive(Debug)]
pub(super) struct Ledger<'w, 'm> {
    pub watched: &'w WatchedClocks<'m>,
    pub rows: Vec<Row>,
    /// Up to when ages and weight are counted.
    since: Time,
    pub log_weight: f64,
    /// Where all stands, and by kind how many clocks run.
    pub standing: Standing,
    pub running: Vec<u32>,
    /// The last event has let a clock go on, or begin a life, that is no VM's.
    pub woke: bool,
    /// How many turns of planned work had begun when the episode did that is being lived ([`super::calm`]).
    pub turn: u64,
    running_by_kind: Vec<u32>,
    /// By host, whether a VM that is asked about is on it.
    near_hosts: Vec<bool>,
    stream: Stream,
    draws: u32,
}

clone_in_place!(Ledger<'w, 'm> {
    watched, rows, since, log_weight, standing, running, woke, turn, running_by_kind, near_hosts, stream, draws
});

impl<'w, 'm> Ledger<'w, 'm> {
    /// Of a replication that has just begun.
    pub(super) fn new(watched: &'w WatchedClocks<'m>, state: &State, model: &Model) -> Ledger<'w, 'm> {
        let row = |watched: &Watched<'_>| Row {
            clock: clock(state, watched.place),
            age_s: 0.0,
            residual: model.ages == Ages::Stationary,
            factor: 1.0,
            drawn: 1.0,
            out: false,
            share: Share::NONE,
        };
        let rows: Vec<Row> = watched.clocks.iter().map(row).collect();
        let mut running = vec![0; watched.kinds];
        for (row, watched) in rows.iter().zip(&watched.clocks) {
            running[watched.kind] += u32::from(row.clock.runs());
        }
        Ledger {
            watched,
            rows,
            since: Time::ZERO,
            log_weight: 0.0,
            standing: Standing::of(model, state, watched),
            running,
            woke: false,
            turn: 0,
            running_by_kind: vec![0; watched.kinds],
            near_hosts: vec![false; watched.hosts_in_all],
            stream: Stream::new("rare events", "budgets"),
            draws: 0,
        }
    }

    /// From here on weight and random numbers are those of a branch, in which all lives go on as they would.
    pub(super) fn branch<O: Observer>(&mut self, simulation: &mut Simulation<'_, O>) {
        (self.log_weight, self.draws) = (0.0, 0);
        for number in 0..self.rows.len() {
            let row = &mut self.rows[number];
            row.factor = 1.0;
            // What stands still was drawn as it ran, and would go on as hurried as that.
            if row.clock.runs() || (row.drawn != 1.0 && row.clock != Clock::IDLE) {
                self.redraw(simulation, number);
            }
        }
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
        let number = self.watched.clocks.iter().position(|watched| watched.place == place)?;
        let row = &mut self.rows[number];
        row.out = true;
        self.log_weight -= ln(row.factor);
        Some(Fired { number, life })
    }

    /// Sees what an event has made of the clocks.
    pub(super) fn look(&mut self, model: &Model, state: &State, now: Time) {
        self.running.fill(0);
        self.woke = false;
        for (row, watched) in self.rows.iter_mut().zip(&self.watched.clocks) {
            let seen = clock(state, watched.place);
            // An application that has been put right, and waits for its group to come back, is out no more.
            row.out &= !matches!(watched.place, Place::App(vm) if is_ready(state, vm));
            if seen.runs() {
                row.out = false;
                self.running[watched.kind] += 1;
                self.woke |= !row.clock.runs() && matches!(watched.place, Place::Slot(_));
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
                row.share.leave(row.age_s);
                (row.age_s, row.residual, row.drawn) = (0.0, false, 1.0);
            }
            row.clock = seen;
        }
        self.standing = Standing::of(model, state, self.watched);
    }

    /// Gives each clock that runs its part in what is to be made to happen: all kinds have the same, and all clocks of a kind; and
    /// half of it goes to those alone that strike the VMs where they are now.
    pub(super) fn share_out(&mut self, state: &State, all: f64) {
        self.near_hosts.fill(false);
        for vm in &self.watched.vms {
            if let Some(host) = state.vms[vm.index()].host() {
                self.near_hosts[host.index()] = true;
            }
        }
        for row in &mut self.rows {
            row.share = Share::of(row.age_s, row.residual);
        }
        let any_near = self.spread(all / 2.0, true);
        self.spread(if any_near { all / 2.0 } else { all }, false);
    }

    /// Spreads a part over the clocks that run, or those of them that are near; whether there are any.
    fn spread(&mut self, part: f64, only_near: bool) -> bool {
        let near_hosts = &self.near_hosts;
        let is_in = |row: &Row, watched: &Watched<'_>| {
            let is_near = match watched.place {
                Place::Slot(_) => watched.host.is_some_and(|host| near_hosts[host as usize]),
                Place::Guest(_) | Place::App(_) => true,
            };
            row.clock.runs() && (is_near || !only_near)
        };
        self.running_by_kind.fill(0);
        let mut kinds = 0;
        for (row, watched) in self.rows.iter().zip(&self.watched.clocks) {
            if is_in(row, watched) {
                let count = &mut self.running_by_kind[watched.kind];
                kinds += u32::from(*count == 0);
                *count += 1;
            }
        }
        for (row, watched) in self.rows.iter_mut().zip(&self.watched.clocks) {
            if is_in(row, watched) {
                row.share.chance += part / f64::from(kinds * self.running_by_kind[watched.kind]);
            }
        }
        kinds > 0
    }

    /// How many have fired and are out.
    pub(super) fn out(&self) -> u32 {
        self.rows.iter().filter(|row| row.out).count() as u32
    }

    /// When the first of the repairs under way will be done, or else the first VM on its way back has made its next step. What waits
    /// for a crew will not be back soon.
    pub(super) fn next_repair(&self, state: &State) -> Option<Time> {
        let first = |clocks: &mut dyn Iterator<Item = Clock>| {
            clocks.filter(|clock| clock.runs()).map(Clock::due).min()
        };
        let out = self.rows.iter().zip(&self.watched.clocks).filter(|(row, _)| row.out);
        let starting = self.watched.vms.iter().filter(|vm| !is_ready(state, **vm));
        first(&mut out.map(|(_, watched)| repair(state, watched)))
            .or_else(|| first(&mut starting.map(|vm| state.vms[vm.index()].clocks[VmClock::Step as usize])))
    }

    pub(super) fn uniform(&mut self, random: &Randomness) -> f64 {
        self.draws += 1;
        random.uniform(self.stream, self.draws - 1)
    }

    /// Gives each clock the factor that it is to run with from now on, of those for lives that ran from the beginning and for new ones, and draws anew those that run with another one: what
    /// is left of an exponential budget is as fresh as a new one.
    pub(super) fn tilt<O: Observer>(
        &mut self,
        simulation: &mut Simulation<'_, O>,
        factors: impl Fn(&Watched<'m>) -> [f64; 2],
    ) {
        for number in 0..self.rows.len() {
            let [old, new] = factors(&self.watched.clocks[number]);
            let row = &mut self.rows[number];
            let wanted = if row.residual { old } else { new };
            row.factor = wanted;
            if self.rows[number].clock.runs() && self.rows[number].drawn != wanted {
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
        law.time_to_spend(row.residual, row.age_s, budget)
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

/// The clock of a repair; it runs while somebody is at it.
fn repair(state: &State, watched: &Watched<'_>) -> Clock {
    match watched.place {
        Place::Slot(_) if watched.repair == NO_TIMER => Clock::IDLE,
        Place::Slot(_) => state.timers.clock(watched.repair),
        Place::Guest(vm) | Place::App(vm) => state.vms[vm.index()].clocks[VmClock::Step as usize],
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

/// How many members of a group are on a host where another one is.
fn crowded(state: &State, members: Range<u32>) -> usize {
    let host = |vm: u32| state.vms[vm as usize].host();
    members
        .clone()
        .filter(|&vm| host(vm).is_some() && (members.start..vm).any(|other| host(other) == host(vm)))
        .count()
}

/// It is up, or would be if its group came to its node. Clocks do not tell of all VMs that are not: that of another node's application runs in the
/// place of one that has failed, and while a VM starts all of its clocks may run.
fn is_ready(state: &State, vm: VmId) -> bool {
    matches!(state.vms[vm.index()].phase, VmPhase::Up | VmPhase::Idle)
}
