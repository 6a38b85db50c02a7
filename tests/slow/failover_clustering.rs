//! Failover clustering (Hyper-V 2008 to 2016), after the facts HYP-01 to HYP-19 and MTX-27, MTX-28, MTX-65.
//!
//! Assumptions, where the facts are silent:
//! - Beats, answers to them and ways that are open again are as in `primary.rs`; votes as in `votes.rs`.
//! - A host is called isolated where its own way to the network is cut.
//! - Hosts that lose quorum together stop their VMs at once; in 2016 they are isolated then, if they run something, and stop
//!   them at the end of the resiliency period, as one does that is isolated by itself (HYP-15).
//! - What a host that is down has lost is looked for when the stages since its last beat are over; what a host stopped
//!   for want of quorum, when there is quorum.

use crate::quorum::{End, Quorum};
use crate::story::{What, Why};
use crate::votes::{Rules, Witness};
use crate::world::{Change, Family, Power, S, Us, World};

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// HYP-01, HYP-03, HYP-04.
    pub(crate) interval: Us,
    pub(crate) missed: Us,
    /// HYP-19.
    pub(crate) resiliency: Us,
    /// HYP-08, HYP-18: constants here.
    pub(crate) regroup: Us,
    pub(crate) disk_move: Us,
    /// HYP-07.
    pub(crate) hang: Us,
}

pub(crate) const FACTS_2008: Numbers =
    Numbers { interval: S, missed: 5 * S, resiliency: 0, regroup: 6 * S, disk_move: 4 * S, hang: 60 * S };
pub(crate) const FACTS_2012: Numbers = Numbers { missed: 10 * S, disk_move: 0, ..FACTS_2008 };
pub(crate) const FACTS_2016: Numbers = Numbers { resiliency: 240 * S, ..FACTS_2012 };

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// A host's beat of that instant was the last one to be heard.
    Missed(usize, Us),
    /// The resiliency period of a host is over.
    GivenUp,
    /// NetFT has waited long enough for a host that hangs (HYP-07).
    HangOver(usize),
    /// What a host that is down has lost, or one that lives has stopped, is looked for.
    Lost(usize, u32),
    Stopped(usize, u32),
}

pub(crate) struct FailoverClustering {
    numbers: Numbers,
    quorum: Quorum,
    /// A host hangs and beats on; what it ran.
    hung: Vec<Option<u32>>,
    /// Since when a host is isolated together with others, and why.
    together: Vec<Option<(Us, Why)>>,
}

type W = World<Tick>;

impl FailoverClustering {
    pub(crate) fn new(hosts: usize, numbers: Numbers, witness: Witness, rules: Rules) -> FailoverClustering {
        let quorum = Quorum::new(hosts, witness, rules);
        FailoverClustering { numbers, quorum, hung: vec![None; hosts], together: vec![None; hosts] }
    }

    fn join(&mut self, world: &mut W, host: usize) {
        self.quorum.join(world, host);
        self.together[host] = None;
        world.after(self.numbers.missed, Tick::Missed(host, world.now));
    }

    /// From the last beat to starts elsewhere.
    fn stages(&self) -> Us {
        let n = self.numbers;
        n.missed + n.resiliency + n.regroup + n.disk_move
    }

    fn on_missed(&mut self, world: &mut W, host: usize, beat: Us) {
        let n = self.numbers;
        if !self.quorum.votes.miss(world, host, beat) {
            return;
        }
        if let Some(batch) = self.hung[host].take() {
            world.after_all(n.resiliency + n.regroup + n.disk_move, Tick::Lost(host, batch));
        }
        if world.is_up(host) && !world.is_linked(host) {
            if let Some((since, _)) = self.together[host] {
                self.quorum.votes.isolate(host);
                self.quorum.isolated[host] = Some(since);
                return;
            }
            self.quorum.isolate(world, host);
            world.after_all(n.resiliency, Tick::GivenUp);
        }
    }

    /// HYP-15: hosts that have lost quorum together.
    fn lose_quorum(&mut self, world: &mut W, host: usize, why: Why) {
        let n = self.numbers;
        if n.resiliency == 0 {
            self.stop(world, host, why, 0);
            return;
        }
        let alone = self.quorum.votes.is_alone(host);
        if !alone && (self.together[host].is_some() || world.guests.on(host).is_empty()) {
            return;
        }
        if alone {
            if self.quorum.isolated[host].is_none() {
                world.tell(What::Isolated(host));
            }
            self.quorum.isolated[host] = Some(world.now);
        } else {
            world.tell(What::Isolated(host));
            self.together[host] = Some((world.now, why));
        }
        world.after_all(n.resiliency, Tick::GivenUp);
    }

    fn look_at_those_together(&mut self, world: &mut W) {
        let n = self.numbers;
        let decider = self.quorum.decider(world);
        for host in world.hosts() {
            let here = world.is_up(host) && world.is_linked(host);
            if !world.is_up(host) || decider == Some(host) || (here && decider.is_some()) {
                self.together[host] = None;
            } else if here && n.resiliency > 0 {
                self.lose_quorum(world, host, self.quorum.doubt);
            }
            let Some((since, _)) = self.together[host] else { continue };
            if since + n.resiliency <= world.now && !world.guests.on(host).is_empty() {
                let linked = world.is_linked(host);
                let why = if linked { self.quorum.doubt } else { world.why_cut_off(host) };
                self.stop(world, host, why, if linked { 0 } else { n.regroup + n.disk_move });
            }
        }
    }

    fn stop(&self, world: &mut W, host: usize, why: Why, found_after: Us) {
        let batch = world.lose_all(host, why);
        if !world.guests.of_batch(batch).is_empty() {
            world.after_all(found_after, Tick::Stopped(host, batch));
        }
    }
}

impl Family for FailoverClustering {
    type Tick = Tick;

    fn interval(&self) -> Option<Us> {
        Some(self.numbers.interval)
    }

    /// HYP-07: a host that hangs beats on from its kernel.
    fn on_beat(&mut self, world: &mut W, host: usize) {
        if world.is_linked(host) {
            self.quorum.votes.beat(world, host);
            world.after(self.numbers.missed, Tick::Missed(host, world.now));
        }
    }

    fn on_change(&mut self, world: &mut W, change: Change) {
        match change {
            Change::Down { host, batch } => {
                let hangs = world.power[host] == Power::Hung;
                self.quorum.leave(host, if hangs { Why::Hang } else { Why::Crash });
                if hangs {
                    world.after(self.numbers.hang, Tick::HangOver(host));
                }
                if hangs && !self.quorum.votes.is_missed(host) {
                    self.hung[host] = Some(batch);
                    return;
                }
                let at = (self.quorum.votes.answered[host] + self.stages()).max(world.now);
                world.after_all(at - world.now, Tick::Lost(host, batch));
            }
            Change::Up(host) => {
                if world.is_linked(host) {
                    self.join(world, host);
                } else {
                    self.quorum.keep_out(host);
                }
            }
            Change::Network => {
                for host in std::mem::take(&mut world.opened) {
                    if world.is_up(host) {
                        self.join(world, host);
                    }
                }
                for host in world.hosts().filter(|&h| !world.is_linked(h)) {
                    match world.power[host] {
                        Power::Up
                            if self.quorum.isolated[host].or(self.together[host].map(|t| t.0)).is_none() =>
                        {
                            self.quorum.doubt = world.why_cut_off(host)
                        }
                        Power::Hung if self.hung[host].is_some() => self.quorum.doubt = Why::Hang,
                        _ => {}
                    }
                }
            }
            Change::Witness => self.quorum.seen = Some(Why::Witness),
            Change::Storage(why) => self.quorum.seen = Some(why),
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        match tick {
            Tick::Missed(host, beat) => self.on_missed(world, host, beat),
            Tick::GivenUp => {}
            Tick::HangOver(host) => world.reset_hung(host),
            Tick::Lost(host, batch) => self.quorum.look_at(world, host, batch, true),
            Tick::Stopped(host, batch) => self.quorum.look_at(world, host, batch, false),
        }
    }

    /// A host that is alone and has no quorum stops its VMs at the end of its resiliency period.
    fn act(&mut self, world: &mut W) {
        let n = self.numbers;
        for (host, end) in self.quorum.settle(world) {
            let since = self.quorum.isolated[host];
            match end {
                End::Together(why) => self.lose_quorum(world, host, why),
                End::Alone if since.is_none_or(|since| since + n.resiliency <= world.now) => {
                    self.stop(world, host, world.why_cut_off(host), n.regroup + n.disk_move);
                }
                End::Alone => {}
            }
        }
        self.look_at_those_together(world);
        if let Some(decider) = self.quorum.decider(world) {
            self.quorum.give_up(world);
            self.quorum.start(world, decider);
        }
    }
}
