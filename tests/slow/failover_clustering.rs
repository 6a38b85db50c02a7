//! Failover clustering (Hyper-V 2008 to 2016), after the facts HYP-01 to HYP-19 and MTX-27, MTX-28, MTX-65.
//!
//! Assumptions, where the facts are silent:
//! - Beats, answers to them and ways that are open again are as in `primary.rs`; votes as in `votes.rs`.
//! - A host is called isolated where its own way to the network is cut.
//! - Hosts that lose quorum together stop their VMs at once, also in 2016; one that is isolated stops them at the end of
//!   its resiliency period.
//! - What a host that is down has lost is looked for when the stages since its last beat are over; what a host stopped
//!   for want of quorum, when there is quorum.

use std::collections::BTreeSet;

use crate::story::{What, Why};
use crate::votes::{Votes, Witness};
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
    votes: Votes,
    isolated: Vec<Option<Us>>,
    /// A host hangs and beats on.
    hung: Vec<Option<u32>>,
    /// The host that goes on by itself.
    lone: Option<usize>,
    had_quorum: bool,
    /// The cluster has said that it gives a host up.
    given_up: Vec<bool>,
    /// A host is to be given up, and what it has lost to be started, as soon as somebody can decide.
    overdue: Vec<bool>,
    due: BTreeSet<(usize, usize)>,
    /// Why a host was lost last: what a loss of quorum is booked on.
    doubt: Why,
    /// What has just been seen of the witness: it explains a loss of quorum at that very instant.
    seen: Option<Why>,
}

type W = World<Tick>;

impl FailoverClustering {
    pub(crate) fn new(hosts: usize, numbers: Numbers, witness: Witness, dynamic: bool) -> FailoverClustering {
        FailoverClustering {
            numbers,
            votes: Votes::new(hosts, witness, dynamic),
            isolated: vec![None; hosts],
            hung: vec![None; hosts],
            lone: None,
            had_quorum: true,
            given_up: vec![false; hosts],
            overdue: vec![false; hosts],
            due: BTreeSet::new(),
            doubt: Why::Crash,
            seen: None,
        }
    }

    fn join(&mut self, world: &mut W, host: usize) {
        self.isolated[host] = None;
        self.given_up[host] = false;
        self.votes.join(world, host);
        world.after(self.numbers.missed, Tick::Missed(host, world.now));
    }

    /// From the last beat to starts elsewhere.
    fn stages(&self) -> Us {
        let n = self.numbers;
        n.missed + n.resiliency + n.regroup + n.disk_move
    }

    fn on_missed(&mut self, world: &mut W, host: usize, beat: Us) {
        let n = self.numbers;
        if !self.votes.miss(world, host, beat) {
            return;
        }
        if let Some(batch) = self.hung[host].take() {
            world.after_all(n.resiliency + n.regroup + n.disk_move, Tick::Lost(host, batch));
        }
        if world.is_up(host) && !world.is_linked(host) {
            self.votes.isolate(host);
            self.isolated[host] = Some(world.now);
            world.tell(What::Isolated(host));
            world.after_all(n.resiliency, Tick::GivenUp);
        }
    }

    fn stop(&mut self, world: &mut W, host: usize, why: Why, found_after: Us) {
        let batch = world.lose_all(host, why);
        if !world.guests.of_batch(batch).is_empty() {
            world.after_all(found_after, Tick::Stopped(host, batch));
        }
    }

    /// A host that is alone and has no quorum stops its VMs at the end of its resiliency period; one that went on by
    /// itself at once, if it has lost its witness.
    fn look_at_hosts_alone(&mut self, world: &mut W, decide: &[usize], seen: Option<Why>) {
        let n = self.numbers;
        let lone = std::mem::take(&mut self.lone);
        let deposed = world.hosts().any(|h| world.is_up(h) && world.is_linked(h));
        for host in world.hosts().filter(|&h| world.is_up(h)).collect::<Vec<_>>() {
            if !self.votes.is_alone(host) {
                continue;
            }
            let decides = decide.contains(&host);
            self.votes.set_out(host, !decides);
            let over = self.isolated[host].is_none_or(|since| since + n.resiliency <= world.now);
            if decides {
                self.lone = Some(host);
            } else if lone == Some(host) && !deposed {
                self.stop(world, host, seen.unwrap_or(self.doubt), 0);
            } else if over {
                self.stop(world, host, world.why_cut_off(host), n.regroup + n.disk_move);
            }
        }
    }

    /// Whoever finds out about a loss finds out about all before it.
    fn look_at(&mut self, world: &mut W, host: usize, batch: u32, down: bool) {
        self.due.extend(world.guests.lost_on(host, batch).into_iter().map(|vm| (host, vm)));
        self.overdue[host] |= down;
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
            self.votes.beat(world, host);
            world.after(self.numbers.missed, Tick::Missed(host, world.now));
        }
    }

    fn on_change(&mut self, world: &mut W, change: Change) {
        match change {
            Change::Down { host, batch } => {
                self.isolated[host] = None;
                self.votes.set_out(host, false);
                self.lone = self.lone.filter(|&lone| lone != host);
                if world.power[host] == Power::Hung {
                    world.after(self.numbers.hang, Tick::HangOver(host));
                    self.doubt = Why::Hang;
                } else {
                    self.doubt = Why::Crash;
                }
                if world.power[host] == Power::Hung && !self.votes.is_missed(host) {
                    self.hung[host] = Some(batch);
                    return;
                }
                let at = (self.votes.answered[host] + self.stages()).max(world.now);
                world.after_all(at - world.now, Tick::Lost(host, batch));
            }
            Change::Up(host) => {
                if world.is_linked(host) {
                    self.join(world, host);
                } else {
                    self.votes.isolate(host);
                    self.votes.set_out(host, true);
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
                        Power::Up if self.isolated[host].is_none() => self.doubt = world.why_cut_off(host),
                        Power::Hung if self.hung[host].is_some() => self.doubt = Why::Hang,
                        _ => {}
                    }
                }
            }
            Change::Witness => self.seen = Some(Why::Witness),
            Change::Storage(why) => self.seen = Some(why),
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        let n = self.numbers;
        match tick {
            Tick::Missed(host, beat) => self.on_missed(world, host, beat),
            Tick::GivenUp => {}
            Tick::HangOver(host) => world.reset_hung(host),
            Tick::Lost(host, batch) => self.look_at(world, host, batch, true),
            Tick::Stopped(host, batch) => self.look_at(world, host, batch, false),
        }
    }

    fn act(&mut self, world: &mut W) {
        let seen = self.seen.take();
        let mut decide = self.votes.count(world, self.had_quorum);
        self.look_at_hosts_alone(world, &decide, seen);
        if decide.is_empty() {
            // Where all have given up the witness is anybody's again.
            decide = self.votes.count(world, self.had_quorum);
            self.look_at_hosts_alone(world, &decide, seen);
        }
        if self.had_quorum && decide.is_empty() {
            world.tell(What::QuorumLost);
            for host in world.hosts() {
                if world.is_up(host) && world.is_linked(host) {
                    self.stop(world, host, seen.unwrap_or(self.doubt), 0);
                }
            }
        } else if !self.had_quorum && !decide.is_empty() {
            world.tell(What::QuorumRegained);
        }
        self.had_quorum = !decide.is_empty();
        // One that is cut off and has not noticed yet reaches nobody with its orders.
        let acts = |h: &&usize| world.is_up(**h) && (world.is_linked(**h) || self.votes.is_alone(**h));
        let Some(&decider) = decide.iter().find(acts) else { return };
        for host in world.hosts() {
            let overdue = std::mem::take(&mut self.overdue[host]) && !world.is_up(host);
            if overdue && !std::mem::replace(&mut self.given_up[host], true) {
                world.tell(What::Declared(host));
            }
        }
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        for vm in world.guests.to_start(due) {
            world.order(vm, |world, host| host == decider || world.hears(decider, host));
        }
    }
}
