//! Events and their consequences: one replication of one model, on one thread.
//!
//! A replication is a pure function of (model, seed, index). [`Simulation::run`] takes the earliest
//! timer, moves the clock and hands the event to `dispatch`, which is one exhaustive `match`; each
//! mechanism has a file of its own. What happened is told to the observer as signals.
//!
//! | file | mechanism |
//! | --- | --- |
//! | `start` | the beginning: everything up, first lives drawn |
//! | `hosts` | crash, loss of power, repair, boot of a host |
//! | `hangs` | a host that hangs, and who resets it |
//! | `parts` | outages of racks, sites, storage, networks, links, managers |
//! | `networks` | what networks and links cut off, within a site and between sites |
//! | `sides` | a cluster whose sites do not hear each other |
//! | `redundancy` | controllers of a storage, paths of a host |
//! | `agents` | the cluster's agent on a host does not answer |
//! | `crews` | people who repair, first come first served |
//! | `clocks` | what a VM's own clocks do, and VMs whose lives concern nobody else |
//! | `life` | one VM: its way back, crashes of its guest, failures of its application |
//! | `monitoring` | guests that are reset too often go elsewhere |
//! | `boot_storms` | VMs that boot at the same time share their storage's bandwidth |
//! | `guests` | VMs among the others: who hears of it, who works on it |
//! | `disks` | VMs that lose their storage and get it back |
//! | `split_brain` | hosts that live and are taken for dead; copies that cannot write |
//! | `quarantine` | nodes that keep leaving |
//! | `mirrors` | second copies of a storage: which one serves, what is lost |
//! | `local_mirrors` | copies of local disks, host by host: what is missing on them |
//! | `by_hand` | recovery by a person where a copy was switched by hand |
//! | `storage_loss` | what clusters do for VMs without disks |
//! | `services` | what an instance serves, and who looks after it |
//! | `sessions` | what clients have under way, and what becomes of it |
//! | `group_votes`, `group_sides` | quorum of failover groups, and which nodes hear each other |
//! | `failover`, `balanced` | the layers inside the guests |
//! | `draining` | members of a balanced group whose clients may finish before planned work |
//! | `load` | what clients want of a balanced group over the week |
//! | `demand` | the computing power that VMs want, and hosts that have too little |
//! | `parting` | balanced groups whose sites do not hear each other |
//! | `cluster` | the host cluster: when it knows of a failed host |
//! | `restart` | restart by the host cluster: order, room, waiting |
//! | `start_queue` | starts on one host: how many at a time, and those that fail |
//! | `isolation` | a host that hears nobody: when it knows; fencing |
//! | `responses` | what it does about its VMs |
//! | `primary` | the primary-and-secondaries family (vSphere): heartbeats, election |
//! | `custom` | any product as one number |
//! | `five_primaries` | VMware HA 4 |
//! | `pool` | XenServer: master, fencing by watchdog |
//! | `failover_clustering` | Hyper-V |
//! | `ring` | Proxmox, Pacemaker: token, fencing |
//! | `votes`, `forced_quorum` | quorum of those two, and quorum by hand |
//! | `migration` | VMs that are moved while they run |
//! | `balancing` | VMs that are moved from such hosts to others |
//! | `maintenance` | planned work on hosts |
//! | `evacuation` | hosts that are emptied for it, and whose VMs come home |
//! | `patching` | planned work on guests |
//! | `injection` | scripted faults |
//!
//! What a cluster thinks of a host, and a host of its cluster; the flags of [`crate::state::HostState`] are called so:
//!
//! | word | meaning |
//! | --- | --- |
//! | silent | up, and the others hear nothing of it |
//! | missed | silent or down for as long as its product waits; its vote is not counted any more |
//! | given up | the cluster has said that it has failed, and looks for its VMs |
//! | undeclared | it would be given up, but nobody is there to act |
//! | abandoned | given up although it lives: its VMs are started elsewhere when their locks are free |
//! | isolated | it knows that it hears nobody |
//! | outvoted | it found itself alone, and has no quorum by itself |
//! | alone | of a cluster: the one host that goes on by itself while none hears another |
//! | deserted | of a pool: the only host with a network, which loses against one that is alone like itself |
//! | fenced | reset because it was alone; out until it hears the others again |
//! | unlisted, quarantined | up, and not of the cluster: without the statefile, while it is being fenced, or as it left too often |
//! | doomed | it is losing its power, or stopping its VMs, at this instant: no place to go |
//! | reborn, revived | it crashed, or hung: the clock of that fault begins anew when it is up |
//!
//! Invariant: no `Result`, no allocation and no dynamic dispatch on the path of an event.

mod agents;
mod balanced;
mod balancing;
mod boot_storms;
mod by_hand;
mod clocks;
mod cluster;
mod crews;
mod custom;
mod demand;
mod disks;
mod dispatch;
mod draining;
mod evacuation;
mod failover;
mod failover_clustering;
mod five_primaries;
mod forced_quorum;
mod group_sides;
mod group_votes;
mod guests;
mod hangs;
mod hosts;
mod injection;
mod isolation;
mod life;
mod load;
mod local_mirrors;
mod lone;
mod maintenance;
mod migration;
mod mirrors;
mod monitoring;
mod networks;
mod parting;
mod parts;
mod patching;
mod pool;
mod primary;
mod quarantine;
pub mod rare;
mod redundancy;
mod replication;
mod responses;
mod restart;
mod ring;
mod services;
mod sessions;
mod sides;
mod signal;
mod split_brain;
mod start;
mod start_queue;
mod storage_loss;
mod votes;

pub use replication::Replication;
pub use signal::{Observer, Signal};

use crate::engine::{Randomness, Span, Stream, Time};
use crate::model::{Cause, Delay, Event, Model, NO_TIMER, VmDraw, VmId};
use crate::state::{NOWHERE, State};
use rare::Stretch;

/// More events than this in one replication are a mistake in the scenario or in the program.
pub const EVENTS_MAX: u64 = 1_000_000_000;
/// More events than this, times the number of timers, without the clock moving are a loop of zero
/// delays: faults that strike and are repaired in no time.
const EVENTS_AT_ONCE_PER_TIMER: u64 = 1_000;

/// After so many events, a few milliseconds, the question is put whether to go on.
const LOOK_EVERY: u64 = 1 << 16;

/// One replication while it runs.
pub struct Simulation<'m, O> {
    model: &'m Model,
    state: &'m mut State,
    random: Randomness,
    now: Time,
    observer: O,
    seed: u64,
    replication: u32,
    events: u64,
    /// Events when the clock moved last, and how many more it may stand still for.
    stuck_since: u64,
    at_once_max: u64,
    /// The VM whose clock is being served, or [`NOWHERE`]: its timer is set once, at the end.
    served: u32,
    /// How many VMs have had their turn at this very instant.
    turn: u32,
    /// What is done with repairs: nothing, but where rare outages are looked for.
    stretch: Stretch,
}

impl<'m, O: Observer> Simulation<'m, O> {
    /// A replication of `model` at its start. The state may have served another replication before.
    pub fn new(model: &'m Model, state: &'m mut State, seed: u64, replication: u32, observer: O) -> Self {
        let random = Randomness::new(seed, replication);
        let mut simulation = Simulation {
            model,
            state,
            random,
            now: Time::ZERO,
            observer,
            seed,
            replication,
            events: 0,
            stuck_since: 0,
            at_once_max: EVENTS_AT_ONCE_PER_TIMER * (model.timers.events.len() as u64 + 1),
            served: NOWHERE,
            turn: 0,
            stretch: Stretch::NONE,
        };
        simulation.start();
        simulation
    }

    /// Runs to the end of the horizon and gives the observer back.
    pub fn run(self) -> O {
        self.run_counted().0
    }

    /// As [`Simulation::run`], with the number of events.
    pub fn run_counted(self) -> (O, u64) {
        self.run_unless(|| false).expect("nobody stops it")
    }

    /// As [`Simulation::run_counted`]; `None` where somebody says before the end that it is of no use any more.
    /// The question is put every 65,536 events.
    pub fn run_unless(mut self, stop: impl Fn() -> bool) -> Option<(O, u64)> {
        let end = Time::ZERO + self.model.end();
        let mut look_at = LOOK_EVERY;
        while let Some((at, slot)) = self.state.timers.take_before(end) {
            if self.events >= look_at {
                if stop() {
                    return None;
                }
                look_at = self.events + LOOK_EVERY;
            }
            self.step(at, slot);
        }
        self.live_to_the_end(end, stop).then_some((self.observer, self.events))
    }

    /// As [`Simulation::run`], checking every invariant after every event; slow, for tests.
    pub fn run_checked(mut self) -> O {
        let end = Time::ZERO + self.model.end();
        self.state.check(self.model);
        while let Some((at, slot)) = self.state.timers.take_before(end) {
            self.step(at, slot);
            let _ = self.state.timers.earliest();
            self.state.check(self.model);
        }
        self.live_to_the_end(end, || false);
        self.observer
    }

    /// Moves the clock to a timer that is due, and serves it.
    #[inline]
    fn step(&mut self, at: Time, slot: u32) {
        if at > self.now {
            self.turn = 0;
            self.stuck_since = self.events;
        } else if at < self.now
            || self.events - self.stuck_since > self.at_once_max
            || self.events >= EVENTS_MAX
        {
            self.give_up(at, slot);
        }
        self.now = at;
        self.events += 1;
        self.dispatch(self.model.timers.events[slot as usize]);
    }

    /// Ends the program with what replays the replication.
    #[cold]
    fn give_up(&self, at: Time, slot: u32) -> ! {
        let event = self.model.timers.events[slot as usize];
        let what = if at < self.now {
            "time runs backwards"
        } else if self.events >= EVENTS_MAX {
            "too many events in one replication"
        } else {
            "a loop of zero delays: faults strike and are repaired in no time"
        };
        panic!(
            "{what}: event {} is {event:?} at {at:?}, the clock shows {:?}; replay with: ninefold trace FILE \
             --strategy {:?} --replication {} --set run.seed={}",
            self.events, self.now, self.model.strategy, self.replication, self.seed
        );
    }

    /// Tells the observer.
    #[inline(always)]
    fn tell(&mut self, signal: Signal) {
        self.observer.observe(self.now, signal);
    }

    /// Draw number `k` of a stream.
    #[inline]
    fn draw(&self, delay: &Delay, stream: Stream, k: u32) -> Span {
        delay.draw(self.random, stream, k)
    }

    /// A repair time, draw number `k` of a stream.
    #[inline]
    fn draw_repair(&mut self, delay: &Delay, stream: Stream, k: u32) -> Span {
        if self.stretch.is_on() && !delay.is_constant() {
            return delay.law.sample(self.stretch.draw(self.random.uniform(stream, k)));
        }
        self.draw(delay, stream, k)
    }

    /// Draw number `k` of a VM for a purpose.
    #[inline]
    fn draw_vm(&self, delay: &Delay, vm: VmId, purpose: VmDraw, k: u32) -> Span {
        self.draw(delay, self.model.vms[vm.index()].streams.of(purpose), k)
    }

    /// Sets a timer `delay` from now, where the component has it.
    #[inline]
    fn arm(&mut self, slot: u32, delay: Span) {
        if slot != NO_TIMER {
            self.state.timers.arm(slot, self.now + delay);
        }
    }

    /// Stops a timer for good, where the component has it and it runs.
    #[inline]
    fn disarm(&mut self, slot: u32) {
        if slot != NO_TIMER {
            self.state.timers.disarm(slot);
        }
    }

    /// Stops a timer for a while, where the component has it.
    #[inline]
    fn pause(&mut self, slot: u32) {
        if slot != NO_TIMER {
            self.state.timers.pause(slot, self.now);
        }
    }

    /// Lets a paused timer go on, where the component has it.
    #[inline]
    fn resume(&mut self, slot: u32) {
        if slot != NO_TIMER {
            self.state.timers.resume(slot, self.now);
        }
    }
}
