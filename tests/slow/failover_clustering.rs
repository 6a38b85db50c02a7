//! Failover clustering (Hyper-V 2008 to 2016), after the facts HYP-01 to HYP-19 and MTX-27, MTX-28, MTX-65.
//!
//! Assumptions, where the facts are silent:
//! - Beats, answers to them and ways that are open again are as in `primary.rs`; votes as in `votes.rs`.
//! - Whoever misses a host makes all regroup, and who does not answer is out (HYP-08): so neighbours at its site, where
//!   there are any, decide how soon a host is missed, and only without them those at other sites (HYP-03, HYP-04). Which
//!   it is is settled when the host falls silent, and so is how soon it finds out itself: as soon as it misses its
//!   neighbours, and where it hears them still as soon as it misses the other sites.
//! - One that others join without (they take it for missed) is out from then on, and they regroup then.
//! - A host is called isolated where its own way to the network is cut.
//! - Hosts that lose quorum together stop their VMs at once; in 2016 they are isolated then, if they run something, and stop
//!   them at the end of the resiliency period, as one does that is isolated by itself (HYP-15). For one that had quorum by
//!   itself that period begins when it has it no more.
//! - What a host that is down has lost is looked for when the stages since its last beat are over; what a host stopped
//!   for want of quorum, when there is quorum.

use crate::quorum::{End, Quorum, Touch};
use crate::story::{What, Why};
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
    /// A host's beat of that instant was the last one to be heard.
    Missed(usize, Us),
    /// A host that has missed all others since a beat finds itself alone, unless its side is the cluster from now on.
    Alone(usize, Us),
    /// The resiliency period of a host is over.
    GivenUp,
    /// NetFT has waited long enough for a host that hangs (HYP-07).
    HangOver(usize),
    /// What a host that is down has lost, or one that lives has stopped, is looked for.
    Lost(usize, u32),
    Stopped(usize, u32),
}

/// How long after a host's last beat the others miss it, and it the others.
#[derive(Clone, Copy, Debug)]
struct Limits {
    others: Us,
    own: Us,
}

pub(crate) struct FailoverClustering {
    numbers: Numbers,
    quorum: Quorum,
    /// A host is down and has not been missed yet; what it ran.
    lost: Vec<Option<u32>>,
    /// After which beat a host was missed last, and when.
    missed: Vec<Option<(Us, Us)>>,
    /// The same of one that was taken for missed by hosts that joined without it.
    left_out: Vec<Option<(Us, Us)>>,
    limits: Vec<Limits>,
    /// Since when a host is isolated together with others, and why.
    together: Vec<Option<(Us, Why)>>,
}

type W = World<Tick>;

impl FailoverClustering {
    pub(crate) fn new(hosts: usize, numbers: Numbers, witness: Witness, rules: Rules) -> FailoverClustering {
        FailoverClustering {
            numbers,
            quorum: Quorum::new(hosts, witness, rules),
            lost: vec![None; hosts],
            missed: vec![None; hosts],
            left_out: vec![None; hosts],
            limits: vec![Limits { others: numbers.missed, own: numbers.missed }; hosts],
            together: vec![None; hosts],
        }
    }

    fn join(&mut self, world: &mut W, host: usize) {
        let hung: Vec<usize> = world.hosts().filter(|&h| self.beats_on(world, h)).collect();
        let counted: Vec<usize> = world.hosts().filter(|&h| !self.quorum.votes.is_missed(h)).collect();
        self.quorum.join(world, host);
        for other in counted {
            if self.quorum.votes.is_missed(other) {
                self.left_out[other] = Some((self.quorum.votes.answered[other], world.now));
            }
        }
        for other in hung {
            // It may be taken for missed by one that joins alone, and is silent from now on.
            if self.quorum.votes.is_missed(other) {
                self.note_limits(world, other);
            }
        }
        self.together[host] = None;
        self.expect(world, host);
    }

    /// HYP-07: whether a host that hangs is still heard.
    fn beats_on(&self, world: &W, host: usize) -> bool {
        self.may_beat_on(world, host) && self.quorum.votes.in_touch(world, host)
    }

    /// Whether it is heard where its way is open: once it is missed it is out, and how soon that was found is settled.
    fn may_beat_on(&self, world: &W, host: usize) -> bool {
        world.power[host] == Power::Hung && !self.quorum.votes.is_missed(host)
    }

    /// A beat was heard, and others will be.
    fn expect(&self, world: &mut W, host: usize) {
        world.after(self.numbers.missed, Tick::Missed(host, world.now));
        if world.ways.sites.is_stretched() {
            world.after(self.numbers.missed_far, Tick::Missed(host, world.now));
        }
    }

    /// A host falls silent: who will miss it, and how does it find out itself?
    fn note_limits(&mut self, world: &W, host: usize) {
        let n = self.numbers;
        let near =
            |other: usize| other != host && world.site(other) == world.site(host) && world.is_up(other);
        let told = world.hosts().any(|other| near(other) && self.quorum.votes.in_touch(world, other));
        let misses_near = !world.is_linked(host) && world.hosts().any(near);
        let limit = |is_near: bool| match world.ways.sites.is_stretched() && !is_near {
            true => n.missed_far,
            false => n.missed,
        };
        self.limits[host] = Limits { others: limit(told), own: limit(misses_near) };
    }

    /// From a host's being missed to starts elsewhere.
    fn stages(&self) -> Us {
        let n = self.numbers;
        n.resiliency + n.regroup + n.disk_move
    }

    /// So long after a beat somebody might miss the host, or the host the others.
    fn on_silence(&mut self, world: &mut W, host: usize, beat: Us) {
        let Limits { others, own } = self.limits[host];
        let known = self.missed[host].is_some_and(|(known, _)| known == beat);
        if beat + others == world.now && !known && self.quorum.votes.miss(world, host, beat) {
            self.missed[host] = Some((beat, world.now));
            if let Some(batch) = self.lost[host].take() {
                world.after_all(self.stages(), Tick::Lost(host, batch));
            }
        }
        if beat + own == world.now && world.is_up(host) {
            world.after_all(0, Tick::Alone(host, beat));
        }
    }

    /// A host has missed all who are the cluster: it is alone, unless those are not enough without it and its side is, which
    /// takes over at that very instant.
    fn find_alone(&mut self, world: &mut W, host: usize, beat: Us) {
        let touch = self.quorum.give_way(world);
        self.on_network(world, &touch);
        let knows = self.quorum.isolated[host].is_some() || self.quorum.votes.is_alone(host);
        if self.quorum.votes.in_touch(world, host) || knows || self.quorum.votes.answered[host] != beat {
            return;
        }
        if let Some((since, _)) = self.together[host] {
            self.quorum.votes.isolate(host);
            self.quorum.isolated[host] = Some(since);
            return;
        }
        self.quorum.isolate(world, host);
        world.after_all(self.numbers.resiliency, Tick::GivenUp);
    }

    fn on_network(&mut self, world: &mut W, touch: &Touch) {
        for &host in &touch.found {
            match world.power[host] {
                Power::Up => self.join(world, host),
                Power::Hung if self.may_beat_on(world, host) => {
                    self.quorum.suspect(Why::Hang);
                    self.note_limits(world, host);
                    self.quorum.votes.beat(world, host);
                    self.expect(world, host);
                }
                _ => {}
            }
        }
        for &host in &touch.lost {
            if world.is_up(host) || self.may_beat_on(world, host) {
                self.note_limits(world, host);
            }
            match world.power[host] {
                Power::Up if self.quorum.isolated[host].is_none() && self.together[host].is_none() => {
                    self.quorum.suspect(world.why_cut_off(host))
                }
                Power::Hung if self.may_beat_on(world, host) => self.quorum.suspect(Why::Hang),
                _ => {}
            }
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
            let here = world.is_up(host) && self.quorum.votes.in_touch(world, host);
            if !world.is_up(host) || decider == Some(host) || (here && decider.is_some()) {
                self.together[host] = None;
            } else if here && n.resiliency > 0 {
                self.lose_quorum(world, host, self.quorum.doubt);
            }
            let Some((since, _)) = self.together[host] else { continue };
            if since + n.resiliency <= world.now && !world.guests.on(host).is_empty() {
                let linked = self.quorum.votes.in_touch(world, host);
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
                if self.quorum.votes.in_touch(world, host) {
                    self.note_limits(world, host);
                }
                let last = self.quorum.votes.answered[host];
                let noted = [self.missed[host], self.left_out[host]].into_iter().flatten();
                let Some(missed) = noted.filter(|(beat, _)| *beat == last).map(|(_, missed)| missed).min()
                else {
                    self.lost[host] = Some(batch);
                    return;
                };
                let at = (missed + self.stages()).max(world.now);
                world.after_all(at - world.now, Tick::Lost(host, batch));
            }
            Change::Up(host) => {
                let touch = self.quorum.look_at_newcomer(world);
                self.on_network(world, &touch);
                if self.quorum.votes.in_touch(world, host) {
                    self.join(world, host);
                } else {
                    self.quorum.keep_out(host);
                }
            }
            Change::Network => {
                let touch = self.quorum.look_around(world);
                self.on_network(world, &touch);
            }
            Change::Witness => self.quorum.seen = Some(Why::Witness),
            Change::Storage(why) => self.quorum.seen = Some(why),
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        match tick {
            Tick::Missed(host, beat) => self.on_silence(world, host, beat),
            Tick::Alone(host, beat) => self.find_alone(world, host, beat),
            Tick::GivenUp => {}
            Tick::HangOver(host) => {
                if self.beats_on(world, host) {
                    self.note_limits(world, host);
                    self.quorum.suspect(Why::Hang);
                }
                world.reset_hung(host);
            }
            Tick::Lost(host, batch) => self.quorum.look_at(world, host, batch, true),
            Tick::Stopped(host, batch) => self.quorum.look_at(world, host, batch, false),
        }
    }

    /// A host that is alone and has no quorum stops its VMs at the end of its resiliency period.
    fn act(&mut self, world: &mut W) {
        let n = self.numbers;
        let touch = self.quorum.give_way(world);
        self.on_network(world, &touch);
        for (host, end) in self.quorum.settle(world) {
            let since = self.quorum.isolated[host];
            match end {
                End::Together(why) => self.lose_quorum(world, host, why),
                // HYP-19: it had quorum until now.
                End::Deposed if n.resiliency > 0 => self.lose_quorum(world, host, self.quorum.doubt),
                End::Alone | End::Deposed if since.is_none_or(|since| since + n.resiliency <= world.now) => {
                    self.stop(world, host, world.why_cut_off(host), n.regroup + n.disk_move);
                }
                End::Alone | End::Deposed => {}
            }
        }
        self.look_at_those_together(world);
        if let Some(decider) = self.quorum.decider(world) {
            self.quorum.give_up(world);
            self.quorum.start(world, decider);
        }
    }
}
