//! Failover clustering (Hyper-V 2008 to 2016), after the facts HYP-01 to HYP-19 and MTX-27, MTX-28, MTX-65.
//!
//! Assumptions, where the facts are silent:
//! - Beats, answers to them and ways that are open again are as in `primary.rs`; votes as in `votes.rs`.
//! - A host is called isolated where its own way to the network is cut.
//! - Hosts that lose quorum together stop their VMs at once, also in 2016; one that is isolated stops them at the end of
//!   its resiliency period.
//! - What a host that is down has lost is looked for when the stages since its last beat are over; what a host stopped
//!   for want of quorum, when there is quorum.

use crate::quorum::{End, Quorum};
use crate::story::Why;
use crate::votes::{Rules, Witness};
use crate::world::{Change, Family, Power, S, Us, World};

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// HYP-01, HYP-03, HYP-04.
    pub(crate) interval: Us,
    pub(crate) missed: Us,
    /// The same between sites.
    pub(crate) missed_far: Us,
    /// HYP-19.
    pub(crate) resiliency: Us,
    /// HYP-08, HYP-18: constants here.
    pub(crate) regroup: Us,
    pub(crate) disk_move: Us,
    /// HYP-07.
    pub(crate) hang: Us,
}

pub(crate) const FACTS_2008: Numbers = Numbers {
    interval: S,
    missed: 5 * S,
    missed_far: 5 * S,
    resiliency: 0,
    regroup: 6 * S,
    disk_move: 4 * S,
    hang: 60 * S,
};
pub(crate) const FACTS_2012: Numbers = 
    Numbers { missed: 10 * S, missed_far: 20 * S, disk_move: 0, ..FACTS_2008 };
pub(crate) const FACTS_2016: Numbers = Numbers { resiliency: 240 * S, ..FACTS_2012 };

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// A host's beat of that instant was the last one to be heard, by neighbours at its site or from afar.
    Missed(usize, Us),
    MissedFar(usize, Us),
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
    /// A host is down and has not been missed yet; what it ran.
    lost: Vec<Option<u32>>,
    missed_at: Vec<Us>,
}

type W = World<Tick>;

impl FailoverClustering {
    pub(crate) fn new(hosts: usize, numbers: Numbers, witness: Witness, rules: Rules) -> FailoverClustering {
        FailoverClustering { numbers, quorum: Quorum::new(hosts, witness, rules), lost: vec![None; hosts], missed_at: vec![0; hosts] }
    }

    fn join(&mut self, world: &mut W, host: usize) {
        self.quorum.join(world, host);
        self.expect(world, host);
    }

    /// A beat was heard, and others will be.
    fn expect(&self, world: &mut W, host: usize) {
        world.after(self.numbers.missed, Tick::Missed(host, world.now));
        if world.ways.sites.is_stretched() {
            world.after(self.numbers.missed_far, Tick::MissedFar(host, world.now));
        }
    }

    /// Whether somebody at the same site misses a host and tells the rest, or is missed by it and makes it regroup: then
    /// whoever does not answer is out (HYP-03, HYP-04, HYP-08).
    fn has_neighbour(&self, world: &W, host: usize) -> bool {
        let hears_nobody = world.is_up(host) && !world.is_linked(host);
        let near = |other: usize| other != host && world.site(other) == world.site(host) && world.is_up(other);
        world.hosts().any(|other| near(other) && (hears_nobody || self.quorum.votes.in_touch(world, other)))
    }

    /// From a host's being missed to starts elsewhere.
    fn stages(&self) -> Us {
        let n = self.numbers;
        n.resiliency + n.regroup + n.disk_move
    }

    fn on_missed(&mut self, world: &mut W, host: usize, beat: Us) {
        let n = self.numbers;
        if self.quorum.votes.is_missed(host) && self.quorum.votes.answered[host] == beat {
            return;
        }
        if !self.quorum.votes.miss(world, host, beat) {
            return;
        }
        self.missed_at[host] = world.now;
        if let Some(batch) = self.lost[host].take() {
            world.after_all(self.stages(), Tick::Lost(host, batch));
        }
        if world.is_up(host) && !self.quorum.votes.in_touch(world, host) {
            self.quorum.isolate(world, host);
            world.after_all(n.resiliency, Tick::GivenUp);
        }
    }

    fn on_network(&mut self, world: &mut W, opened: Vec<usize>) {
        for host in opened {
            if world.is_up(host) {
                self.join(world, host);
            }
        }
        for host in world.hosts().filter(|&h| !self.quorum.votes.in_touch(world, h)) {
            match world.power[host] {
                Power::Up if self.quorum.isolated[host].is_none() => {
                    self.quorum.doubt = world.why_cut_off(host)
                }
                Power::Hung if self.lost[host].is_some() => self.quorum.doubt = Why::Hang,
                _ => {}
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
        if self.quorum.votes.in_touch(world, host) {
            self.quorum.votes.beat(world, host);
            self.expect(world, host);
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
                if !self.quorum.votes.is_missed(host) {
                    self.lost[host] = Some(batch);
                    return;
                }
                let at = (self.missed_at[host] + self.stages()).max(world.now);
                world.after_all(at - world.now, Tick::Lost(host, batch));
            }
            Change::Up(host) => {
                if self.quorum.votes.in_touch(world, host) {
                    self.join(world, host);
                } else {
                    self.quorum.keep_out(host);
                }
            }
            Change::Network => {
                let opened = self.quorum.look_around(world);
                self.on_network(world, opened);
            }
            Change::Witness => self.quorum.seen = Some(Why::Witness),
            Change::Storage(why) => self.quorum.seen = Some(why),
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        match tick {
            Tick::Missed(host, beat) => {
                if !world.ways.sites.is_stretched() || self.has_neighbour(world, host) {
                    self.on_missed(world, host, beat);
                }
            }
            Tick::MissedFar(host, beat) => self.on_missed(world, host, beat),
            Tick::GivenUp => {}
            Tick::HangOver(host) => world.reset_hung(host),
            Tick::Lost(host, batch) => self.quorum.look_at(world, host, batch, true),
            Tick::Stopped(host, batch) => self.quorum.look_at(world, host, batch, false),
        }
    }

    /// A host that is alone and has no quorum stops its VMs at the end of its resiliency period.
    fn act(&mut self, world: &mut W) {
        let n = self.numbers;
        let called = self.quorum.give_way(world);
        if !called.is_empty() {
            self.on_network(world, called);
        }
        for (host, end) in self.quorum.settle(world) {
            let since = self.quorum.isolated[host];
            match end {
                End::Together(why) => self.stop(world, host, why, 0),
                End::Alone if since.is_none_or(|since| since + n.resiliency <= world.now) => {
                    self.stop(world, host, world.why_cut_off(host), n.regroup + n.disk_move);
                }
                End::Alone => {}
            }
        }
        if let Some(decider) = self.quorum.decider(world) {
            self.quorum.give_up(world);
            self.quorum.start(world, decider);
        }
    }
}
