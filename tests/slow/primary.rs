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
//! - Sites that do not hear each other are sides, each with a primary of its own (VMW-02). What is seen of a host is seen
//!   by side: beats by those who hear it, signs in the datastores where the side has a host that reads them.
//! - The side of the primary that was there when sites fell apart owns the datastores that a host of it reaches while it
//!   has a primary that is ready, the others the rest (VMW-07, VMW-38); what a side does not own it does not start.
//! - A host that comes up without a network listens for as long as one that has just heard its primary (VMW-30).

mod judging;

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
pub(crate) enum Response {
    LeaveOn,
    PowerOff,
    ShutDown,
}

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
    /// What has stopped is looked for from a site.
    Due {
        site: usize,
        host: usize,
        batch: u32,
        heard: Us,
        since: Us,
    },
}

pub(crate) struct Primary {
    numbers: Numbers,
    /// By VM, what a host that is alone does about it (VMW-35).
    responses: Vec<Response>,
    /// Whether there are heartbeat datastores.
    datastores: bool,
    roles: Vec<Role>,
    answered: Vec<Us>,
    /// By site and host: when somebody heard a host last, and when its heartbeats in the datastores stopped.
    heard: Vec<Vec<Us>>,
    signs_end: Vec<Vec<Option<Us>>>,
    /// The attempts of a side to start what a host holds, since it was given up.
    given_up: Vec<Vec<Option<Attempts>>>,
    /// It was told that a host is given up, and nobody has reason to say so again.
    told: Vec<bool>,
    /// What is to be looked for as soon as somebody at a site can, by host.
    due: BTreeSet<(usize, usize, usize)>,
    /// By site, when a primary whose beats get there beat last, whether or not anybody heard it.
    sent: Vec<Us>,
    /// The site of those who own the datastores.
    main: usize,
}

type W = World<Tick>;

impl Primary {
    /// The same with a response of each VM.
    pub(crate) fn with(self, responses: Vec<Response>) -> Primary {
        Primary { responses, ..self }
    }

    pub(crate) fn new(hosts: usize, numbers: Numbers, responds: bool, datastores: bool) -> Primary {
        let mut roles = vec![Role::Follows(0); hosts];
        // VMW-05: equal datastores, so the highest name as text; names here have one digit.
        roles[hosts - 1] = Role::Leads { since: 0, ready: true };
        let response = match (responds, numbers.shutdown) {
            (false, _) => Response::LeaveOn,
            (true, 0) => Response::PowerOff,
            (true, _) => Response::ShutDown,
        };
        Primary {
            numbers,
            responses: vec![response; hosts],
            datastores,
            roles,
            answered: vec![0; hosts],
            heard: vec![vec![0; hosts]; hosts],
            signs_end: vec![vec![None; hosts]; hosts],
            given_up: vec![vec![None; hosts]; hosts],
            told: vec![false; hosts],
            due: BTreeSet::new(),
            sent: vec![0; hosts],
            main: 0,
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
            for site in world.ways.heard_at(world.site(host)) {
                self.heard[site][host] = now;
                self.given_up[site][host] = None;
            }
            self.told[host] &= self.given_up.iter().any(|of| of[host].is_some());
            world.after(n.unreachable + n.pings, Tick::Judge);
            world.after(n.watch_from + n.watch, Tick::Judge);
        }
        if self.leads(host) && world.is_linked(host) {
            self.send(world, host, now);
            world.after(n.missed, Tick::PrimaryMissed(now));
        }
        for other in world.group(host) {
            if other != host {
                self.meet(now, host, other);
            }
        }
    }

    /// Sides that hear each other know the same.
    fn compare_notes(&mut self, world: &W) {
        let (heard, given_up, sent) = (self.heard.clone(), self.given_up.clone(), self.sent.clone());
        for site in world.ways.sites.with_hosts() {
            for other in world.ways.heard_at(site) {
                self.sent[site] = self.sent[site].max(sent[other]);
                for host in world.hosts() {
                    self.heard[site][host] = self.heard[site][host].max(heard[other][host]);
                    let known = self.given_up[site][host].or(given_up[other][host]);
                    self.given_up[site][host] = known;
                }
            }
        }
    }

    fn send(&mut self, world: &W, primary: usize, at: Us) {
        for site in world.ways.heard_at(world.site(primary)) {
            self.sent[site] = at;
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
        let up: Vec<usize> = opened.iter().copied().filter(|&h| world.is_up(h)).collect();
        for &host in &up {
            let sent = self.sent[world.site(host)];
            let under_way = sent + n.missed + n.election;
            let listens = matches!(self.roles[host], Role::Alone(_) | Role::Listens);
            self.roles[host] = match self.roles[host] {
                Role::Follows(beat) => Role::Follows(beat.max(sent)),
                Role::Elects { misses: true, .. } => Role::Follows(sent),
                role if (listens || role == Role::Pings) && under_way > world.now => Role::Follows(sent),
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
            self.roles[host] = Role::Follows(self.sent[world.site(host)]);
        } else {
            let winner = *group.iter().max().expect("at least itself");
            for other in group {
                self.roles[other] = Role::Follows(self.answered[winner]);
            }
            self.roles[winner] = Role::Leads { since: world.now, ready: false };
            let sent = self.answered[winner];
            self.send(world, winner, sent);
            world.tell(What::Elected(winner));
            world.after_all(n.stock, Tick::Ready(winner, world.now));
            // A primary is missed, and finds itself alone, by the beats that it has sent already.
            let age = world.now - sent;
            world.after(n.missed - age, Tick::PrimaryMissed(sent));
            world.after(n.alone_primary - age, Tick::AloneDue(winner, sent));
        }
    }

    fn on_down(&mut self, world: &mut W, host: usize, batch: u32) {
        self.roles[host] = Role::Down;
        self.look_at_signs(world);
        self.told[host] &= !(world.ways.is_split() && world.is_linked(host));
        // What it ran is looked for when all signs of it have been missed, even if it is back by then (semantics, 3).
        for site in world.ways.sites.with_hosts() {
            // VMW-49: one that was given up while it lived is known to be dead when the next attempt finds its locks
            // free.
            let at = match self.given_up[site][host] {
                Some(Attempts { next: Some(next), .. }) => next,
                Some(_) if !self.datastores => continue,
                _ => self.missed_at(world, site, host),
            };
            let (heard, since) = (self.heard[site][host], world.now);
            world.after_all(at.max(since) - since, Tick::Due { site, host, batch, heard, since });
        }
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
                if world.sides_changed {
                    let first = world.hosts().rfind(|&h| self.leads(h));
                    let first = first.or(world.hosts().rfind(|&h| world.is_up(h) && world.is_linked(h)));
                    self.main = first.map_or(self.main, |host| world.site(host));
                    self.compare_notes(world);
                    self.look_at_signs(world);
                }
                self.open(world, &opened);
                let met = if world.sides_changed { world.met.clone() } else { Vec::new() };
                let met: BTreeSet<usize> = met.iter().flat_map(|&(a, b)| [a, b]).collect();
                for host in met.into_iter().filter(|host| !opened.contains(host)) {
                    if world.is_up(host) {
                        self.beat(world, host);
                    }
                }
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
                    if self.responses.iter().any(|response| *response != Response::LeaveOn) {
                        world.after(n.response, Tick::ResponseDue(host, world.now));
                    }
                }
            }
            Tick::ResponseDue(host, since) => {
                if self.roles[host] == Role::Alone(since) {
                    self.respond(world, host);
                }
            }
            Tick::Due { site, host, batch, heard, since } => {
                let last = self.heard[site][host];
                let at = self.missed_at(world, site, host);
                if last > heard && last <= since && at > world.now {
                    // Others have told meanwhile that they heard it later.
                    let heard = last;
                    world.after_all(at - world.now, Tick::Due { site, host, batch, heard, since });
                    return;
                }
                // What was shutting down when the host crashed is as dead as the rest.
                let batch = if world.is_up(host) {
                    world.guests.of_batch(batch)
                } else {
                    world.guests.lost_on(host, u32::MAX)
                };
                self.due.extend(batch.into_iter().map(|vm| (host, vm, site)));
            }
            Tick::Judge => {}
        }
    }

    /// VMW-04: what was seen before the primary was ready is handled when it is.
    fn act(&mut self, world: &mut W) {
        let judges = self.judges(world);
        let owner = self.owner(world, &judges);
        for &primary in &judges {
            for host in world.hosts() {
                match self.given_up[world.site(primary)][host] {
                    None if host != primary && self.is_dead(world, primary, host) => {
                        self.declare(world, primary, host, owner == Some(primary))
                    }
                    Some(attempts) if attempts.is_due(world.now) => self.attempt(world, primary, host),
                    _ => {}
                }
            }
        }
        let Some(owner) = self.owner(world, &judges) else { return };
        let sites = world.ways.heard_at(world.site(owner));
        let (due, later) =
            std::mem::take(&mut self.due).into_iter().partition(|(.., site)| sites.contains(site));
        let due: BTreeSet<(usize, usize, usize)> = due;
        self.due = later;
        let due: BTreeSet<(usize, usize)> = due.into_iter().map(|(host, vm, _)| (host, vm)).collect();
        for vm in world.guests.to_start(due.into_iter().map(|(_, vm)| vm)) {
            self.order(world, owner, vm);
        }
    }
}
