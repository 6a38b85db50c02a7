//! A primary and secondaries (vSphere HA), after the facts VMW-02 to VMW-42 and the state machine of section 1.13.
//!
//! Assumptions, where the facts are silent:
//! - A host's beat reaches all whom it hears and is answered at once. The others miss a host from its last beat, and a
//!   host finds itself alone from its own last beat that was answered.
//! - Hosts that hear each other know the same: who beat last and when, and whether an election is under way. So a new
//!   primary knows what its predecessor saw (VMW-04), and who comes back while others miss the primary takes part in
//!   their election.
//! - A host whose way is open again is heard at that instant, not only at its next beat.
//! - Heartbeats in the datastores stop with the host or with its way to them (VMW-17: a file that is kept open).
//! - An order reaches only those whom the primary hears; a primary that hears nobody orders nothing.
//! - A host that comes up without a network listens for as long as one that has just heard its primary (VMW-30).

use std::collections::BTreeSet;

use crate::attempts::{Attempts, PACE, Pace};
use crate::story::What;
use crate::world::{Change, Family, S, Us, World};

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// VMW-12.
    pub(crate) interval: Us,
    /// VMW-13, VMW-14: no beat for so long, then no answer to pings for so long.
    pub(crate) unreachable: Us,
    pub(crate) pings: Us,
    /// VMW-28b: the datastores are watched from so long after the last beat, for so long.
    pub(crate) watch_from: Us,
    pub(crate) watch: Us,
    /// VMW-29a, VMW-04, VMW-29c.
    pub(crate) missed: Us,
    pub(crate) election: Us,
    pub(crate) stock: Us,
    /// VMW-30c, VMW-31b.
    pub(crate) alone: Us,
    pub(crate) alone_primary: Us,
    /// VMW-32.
    pub(crate) response: Us,
    /// MTX-19, a constant here; how long a clean shutdown takes, which is none for a power-off.
    pub(crate) marker: Us,
    pub(crate) shutdown: Us,
    pub(crate) pace: Pace,
}

pub(crate) const FACTS: Numbers = Numbers {
    interval: S,
    unreachable: 10 * S,
    pings: 5 * S,
    watch_from: 3 * S,
    watch: 15 * S,
    missed: 10 * S,
    election: 15 * S,
    stock: 10 * S,
    alone: 30 * S,
    alone_primary: 5 * S,
    response: 30 * S,
    marker: 3 * S,
    shutdown: 0,
    pace: PACE,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Down,
    /// It is up and has heard of no primary yet.
    Listens,
    /// It heard a primary's beat last at that instant, itself or through others.
    Follows(Us),
    /// An election that ends at that instant; `misses` a primary, or else was called by somebody who came.
    Elects {
        over: Us,
        misses: bool,
    },
    /// It has elected itself and pings its isolation address (VMW-30b).
    Pings,
    /// It has declared itself isolated.
    Alone(Us),
    Leads {
        since: Us,
        ready: bool,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// A primary's beat of that instant was its last one.
    PrimaryMissed(Us),
    ElectionOver,
    Ready(usize, Us),
    /// Pings have failed, or the datastores were watched in vain, since a host's beat.
    Judge,
    /// A host's beat of that instant was the last one to be answered.
    AloneDue(usize, Us),
    ResponseDue(usize, Us),
    /// What has stopped is looked for.
    Due(usize, u32),
}

pub(crate) struct Primary {
    numbers: Numbers,
    /// Whether a host that is alone stops its VMs.
    responds: bool,
    /// Whether there are heartbeat datastores.
    datastores: bool,
    roles: Vec<Role>,
    answered: Vec<Us>,
    /// When somebody heard a host last, and when its heartbeats in the datastores stopped.
    heard: Vec<Us>,
    signs_end: Vec<Option<Us>>,
    /// The attempts to start what a host holds, since it was given up.
    given_up: Vec<Option<Attempts>>,
    /// What is to be looked for as soon as somebody can, by host.
    due: BTreeSet<(usize, usize)>,
    /// When a primary beat last, whether or not anybody heard it.
    sent: Us,
}

type W = World<Tick>;

impl Primary {
    pub(crate) fn new(hosts: usize, numbers: Numbers, responds: bool, datastores: bool) -> Primary {
        let mut roles = vec![Role::Follows(0); hosts];
        // VMW-05: equal datastores, so the highest name as text; names here have one digit.
        roles[hosts - 1] = Role::Leads { since: 0, ready: true };
        Primary {
            numbers,
            responds,
            datastores,
            roles,
            answered: vec![0; hosts],
            heard: vec![0; hosts],
            signs_end: vec![None; hosts],
            given_up: vec![None; hosts],
            due: BTreeSet::new(),
            sent: 0,
        }
    }

    fn leads(&self, host: usize) -> bool {
        matches!(self.roles[host], Role::Leads { .. })
    }

    /// A beat, or the first sign of one whose way is open again.
    fn beat(&mut self, world: &mut W, host: usize) {
        let n = self.numbers;
        let now = world.now;
        if world.is_linked(host) {
            self.answered[host] = now;
            let alone = if self.leads(host) { n.alone_primary } else { n.alone };
            world.after(alone, Tick::AloneDue(host, now));
            self.heard[host] = now;
            self.given_up[host] = None;
            world.after(n.unreachable + n.pings, Tick::Judge);
            world.after(n.watch_from + n.watch, Tick::Judge);
        }
        if self.leads(host) && world.is_linked(host) {
            self.sent = now;
            world.after(n.missed, Tick::PrimaryMissed(now));
        }
        for other in world.group(host) {
            if other != host {
                self.meet(now, host, other);
            }
        }
    }

    /// Two hosts hear each other, and know the same from now on.
    fn meet(&mut self, now: Us, a: usize, b: usize) {
        use Role::{Elects, Follows, Leads};
        let n = self.numbers;
        let (merged_a, merged_b) = match (self.roles[a], self.roles[b]) {
            // All but one abdicate; assumption: the one that would win an election stays.
            (Leads { .. }, Leads { .. }) if a > b => (self.roles[a], Follows(now)),
            (Leads { .. }, Leads { .. }) => (Follows(now), self.roles[b]),
            // A beat that is no primary's tells nothing of the primary.
            (Leads { .. }, _) => (self.roles[a], Follows(now)),
            (_, Leads { .. }) => (self.roles[a], self.roles[b]),
            (Follows(x), Follows(y)) => (Follows(x.max(y)), Follows(x.max(y))),
            (Follows(x), Elects { over, misses }) | (Elects { over, misses }, Follows(x)) => {
                let y = if misses { over - n.missed - n.election } else { 0 };
                (Follows(x.max(y)), Follows(x.max(y)))
            }
            (Elects { over: x, misses: m }, Elects { over: y, misses: l }) => {
                let over = match (m, l) {
                    (true, true) => x.max(y),
                    (true, false) => x,
                    (false, true) => y,
                    (false, false) => x.min(y),
                };
                (Elects { over, misses: m || l }, Elects { over, misses: m || l })
            }
            (x, y) => (x, y),
        };
        (self.roles[a], self.roles[b]) = (merged_a, merged_b);
        for host in [a, b] {
            self.look_for_primary(now, host);
        }
    }

    /// Hosts hear others, or reach the network, that did not before.
    fn open(&mut self, world: &mut W, opened: &[usize]) {
        let n = self.numbers;
        let under_way = self.sent + n.missed + n.election;
        let up: Vec<usize> = opened.iter().copied().filter(|&h| world.is_up(h)).collect();
        for &host in &up {
            let listens = matches!(self.roles[host], Role::Alone(_) | Role::Listens);
            self.roles[host] = match self.roles[host] {
                Role::Follows(beat) => Role::Follows(beat.max(self.sent)),
                Role::Elects { misses: true, .. } => Role::Follows(self.sent),
                role if (listens || role == Role::Pings) && under_way > world.now => Role::Follows(self.sent),
                // VMW-34, 1.13: whoever was isolated, or has come up, elects.
                _ if listens => Role::Elects { over: world.now + n.election, misses: false },
                role => role,
            };
            self.look_for_primary(world.now, host);
            world.after(n.election, Tick::ElectionOver);
        }
        for &host in &up {
            self.beat(world, host);
        }
        for &host in &up {
            // VMW-34: whoever answers makes one that pings a primary, unless others have one or elect one.
            let group = world.group(host);
            let new =
                |&h: &usize| up.contains(&h) && matches!(self.roles[h], Role::Elects { misses: false, .. });
            if self.roles[host] == Role::Pings
                && group.iter().all(|h| self.roles[*h] == Role::Pings || new(h))
            {
                self.conclude(world, host);
            }
        }
        for &host in &up {
            if self.roles[host] == Role::Pings {
                self.roles[host] = Role::Elects { over: Us::MAX, misses: false };
                for other in world.group(host) {
                    if other != host {
                        self.meet(world.now, host, other);
                    }
                }
            }
        }
    }

    /// What is known of the primary may be that it has been missed already.
    fn look_for_primary(&mut self, now: Us, host: usize) {
        let n = self.numbers;
        if let Role::Follows(beat) = self.roles[host]
            && beat + n.missed <= now
        {
            self.roles[host] = Role::Elects { over: beat + n.missed + n.election, misses: true };
        }
    }

    /// An election is over for a host.
    fn conclude(&mut self, world: &mut W, host: usize) {
        let n = self.numbers;
        let group = world.group(host);
        if !world.is_linked(host) {
            // VMW-30b: it is the only one, and pings.
            self.roles[host] = Role::Pings;
        } else if group.iter().any(|&other| self.leads(other)) {
            self.roles[host] = Role::Follows(self.sent);
        } else {
            let winner = *group.iter().max().expect("at least itself");
            for other in group {
                self.roles[other] = Role::Follows(self.answered[winner]);
            }
            self.roles[winner] = Role::Leads { since: world.now, ready: false };
            self.sent = self.answered[winner];
            world.tell(What::Elected(winner));
            world.after_all(n.stock, Tick::Ready(winner, world.now));
            // A primary is missed, and finds itself alone, by the beats that it has sent already.
            let age = world.now - self.sent;
            world.after(n.missed - age, Tick::PrimaryMissed(self.sent));
            world.after(n.alone_primary - age, Tick::AloneDue(winner, self.sent));
        }
    }

    /// Whether everything speaks for the death of a host (VMW-24): no beats, no answers to pings, and no heartbeats in
    /// the datastores.
    fn is_dead(&self, world: &W, primary: usize, host: usize) -> bool {
        let n = self.numbers;
        let heard = self.heard[host];
        let unreachable = !world.hears(primary, host) && world.now >= heard + n.unreachable + n.pings;
        let vain = |end: Us| world.now >= end.max(heard + n.watch_from) + n.watch;
        unreachable && (!self.datastores || self.signs_end[host].is_some_and(vain))
    }

    /// The datastores show signs of a host, or no longer do.
    fn look_at_signs(&mut self, world: &mut W) {
        for host in world.hosts() {
            let shows = world.is_up(host) && world.reaches_storage(host);
            if shows {
                self.signs_end[host] = None;
            } else if self.signs_end[host].is_none() {
                self.signs_end[host] = Some(world.now);
                world.after(self.numbers.watch, Tick::Judge);
            }
        }
    }

    /// The primary that can act: it is ready, and hears others or the gateway.
    fn judge(&self, world: &W) -> Option<usize> {
        let ready =
            |&h: &usize| matches!(self.roles[h], Role::Leads { ready: true, .. }) && world.is_linked(h);
        world.hosts().find(ready)
    }

    fn declare(&mut self, world: &mut W, primary: usize, host: usize) {
        self.given_up[host] = Some(Attempts::default());
        world.tell(What::Declared(host));
        if !self.datastores {
            self.attempt(world, primary, host);
        }
        if !world.is_up(host) || !self.datastores {
            return;
        }
        // VMW-26, VMW-42: it lives without its storage, and the locks of its VMs have run out.
        let batch = world.guests.new_batch();
        for vm in world.guests.on(host) {
            world.lose(vm, batch, world.why_without_storage(host));
            world.guests.leave_copy(vm, host);
        }
        for vm in world.guests.of_batch(batch) {
            self.order(world, primary, vm);
        }
    }

    /// Without heartbeat datastores a host that is alone is taken for dead (VMW-24): the others try to start what it runs,
    /// and fail on its locks.
    fn attempt(&mut self, world: &mut W, primary: usize, host: usize) {
        let Some(attempts) = &mut self.given_up[host] else { return };
        if let Some(wait) = attempts.make(world.now, self.numbers.pace) {
            world.after_all(wait, Tick::Judge);
        }
        if world.is_up(host) && world.is_up(primary) {
            for vm in world.guests.on(host) {
                world.tell(What::Failed(vm));
            }
        }
    }

    fn order(&self, world: &mut W, primary: usize, vm: usize) {
        let datastores = self.datastores;
        world.order(vm, |world, host| {
            (host == primary || world.hears(primary, host)) && (!datastores || world.reaches_storage(host))
        });
    }

    /// VMW-38: a VM is stopped only where somebody else owns its datastore, or its host has lost that.
    fn respond(&mut self, world: &mut W, host: usize) {
        let owns = |p: usize| p != host && self.leads(p) && (!self.datastores || world.reaches_storage(p));
        let lost = self.datastores && !world.reaches_storage(host);
        if world.hosts().any(owns) || lost {
            let batch = world.lose_all(host, world.why_cut_off(host));
            let seen = match self.given_up[host] {
                Some(attempts) if !self.datastores => attempts.next.map(|next| next - world.now),
                _ => Some(self.numbers.marker + self.numbers.shutdown),
            };
            if let Some(seen) = seen {
                world.after_all(seen, Tick::Due(host, batch));
            }
        }
        world.guests.forget_copies(host);
    }

    fn on_down(&mut self, world: &mut W, host: usize, batch: u32) {
        let n = self.numbers;
        self.roles[host] = Role::Down;
        self.look_at_signs(world);
        // What it ran is looked for when all signs of it have been missed, even if it is back by then (semantics, 3).
        let heard = self.heard[host];
        let end = self.signs_end[host].unwrap_or(world.now);
        let mut at = heard + n.unreachable + n.pings;
        if self.datastores {
            at = at.max(end.max(heard + n.watch_from) + n.watch);
        }
        // VMW-49: one that was given up while it lived is known to be dead when the next attempt finds its locks free.
        match self.given_up[host] {
            Some(Attempts { next: Some(next), .. }) => at = next,
            Some(_) if !self.datastores => return,
            _ => {}
        }
        world.after_all(at.max(world.now) - world.now, Tick::Due(host, batch));
    }
}

impl Family for Primary {
    type Tick = Tick;

    fn interval(&self) -> Option<Us> {
        Some(self.numbers.interval)
    }

    fn on_beat(&mut self, world: &mut W, host: usize) {
        if world.is_up(host) {
            self.beat(world, host);
        }
    }

    fn on_change(&mut self, world: &mut W, change: Change) {
        match change {
            Change::Down { host, batch } => self.on_down(world, host, batch),
            Change::Up(host) => {
                self.roles[host] = Role::Listens;
                self.look_at_signs(world);
                self.answered[host] = world.now;
                if world.is_linked(host) {
                    self.open(world, &[host]);
                } else {
                    world.after(self.numbers.alone, Tick::AloneDue(host, world.now));
                }
            }
            Change::Network => {
                let opened = std::mem::take(&mut world.opened);
                self.open(world, &opened);
            }
            Change::Storage(_) => self.look_at_signs(world),
            Change::Witness => {}
        }
    }

    fn on_tick(&mut self, world: &mut W, tick: Tick) {
        let n = self.numbers;
        match tick {
            Tick::PrimaryMissed(beat) => {
                for host in world.hosts() {
                    if self.roles[host] == Role::Follows(beat) {
                        let over = world.now + n.election;
                        self.roles[host] = Role::Elects { over, misses: true };
                    }
                }
                world.after(n.election, Tick::ElectionOver);
            }
            Tick::ElectionOver => {
                for host in world.hosts() {
                    if matches!(self.roles[host], Role::Elects { over, .. } if over == world.now) {
                        self.conclude(world, host);
                    }
                }
            }
            Tick::Ready(host, elected) => {
                if self.roles[host] == (Role::Leads { since: elected, ready: false }) {
                    self.roles[host] = Role::Leads { since: elected, ready: true };
                }
            }
            Tick::AloneDue(host, beat) => {
                // VMW-34: an answer, even of the gateway, and it is not alone.
                let waits = matches!(self.roles[host], Role::Down | Role::Alone(_));
                if self.answered[host] == beat && !waits {
                    self.roles[host] = Role::Alone(world.now);
                    world.tell(What::Isolated(host));
                    if self.responds {
                        world.after(n.response, Tick::ResponseDue(host, world.now));
                    }
                }
            }
            Tick::ResponseDue(host, since) => {
                if self.roles[host] == Role::Alone(since) {
                    self.respond(world, host);
                }
            }
            Tick::Due(host, batch) => {
                // What was shutting down when the host crashed is as dead as the rest.
                let batch = if world.is_up(host) {
                    world.guests.of_batch(batch)
                } else {
                    world.guests.lost_on(host, u32::MAX)
                };
                self.due.extend(batch.into_iter().map(|vm| (host, vm)));
            }
            Tick::Judge => {}
        }
    }

    /// VMW-04: what was seen before the primary was ready is handled when it is.
    fn act(&mut self, world: &mut W) {
        let Some(primary) = self.judge(world) else { return };
        for host in world.hosts() {
            match self.given_up[host] {
                None if host != primary && self.is_dead(world, primary, host) => {
                    self.declare(world, primary, host)
                }
                Some(attempts) if attempts.is_due(world.now) => self.attempt(world, primary, host),
                _ => {}
            }
        }
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        for vm in world.guests.to_start(due) {
            self.order(world, primary, vm);
        }
    }
}
