//! A token ring with fencing (Proxmox, Pacemaker), after the facts OSS-04 to OSS-08, OSS-13 to OSS-19.
//!
//! The token goes round all the time, in far less time than it takes to be missed: a host that cannot pass it on is
//! silent from that instant.
//!
//! Without quorum nobody renews a lock: the watchdog of every host that runs something resets it (OSS-06, OSS-10). Where
//! there are none, hosts that lose quorum together stop their VMs at once, and so does one that is alone where nobody has
//! quorum who could fence it; it is not fenced later.
//!
//! Assumptions, where the facts are silent: votes as in `votes.rs`. A fence is asked for when the others have regrouped, and goes
//! through whether or not the host is heard again; where there is nobody with quorum at its end, the host stops what it
//! runs, and joins.

use crate::quorum::{End, Quorum, Touch};
use crate::story::Why;
use crate::votes::{Rules, Witness};
use crate::world::{Change, Family, Power, S, Us, World};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fencing {
    /// OSS-17, OSS-19: the others switch it off.
    Peers { takes: Us },
    /// OSS-06, OSS-05, OSS-08: its watchdog resets it, and the others wait for its lock, then look in loops.
    Watchdog { resets: Us, recover: Us, loops: Us },
}

/// The numbers of the family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// OSS-13.
    pub(crate) missed: Us,
    /// OSS-14, a constant here.
    pub(crate) regroup: Us,
    pub(crate) fencing: Fencing,
}

/// OSS-13: the token's time grows with the hosts beyond two.
pub(crate) fn token(hosts: usize) -> Us {
    3 * S + (hosts as u64 - 2) * 650_000
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Tick {
    /// The token has not come from a host since that instant.
    Missed(usize, Us),
    /// A host that has missed all others finds itself alone, unless its side is the cluster from now on.
    Alone(usize),
    /// The watchdog of a host, or those who fence it, have waited long enough.
    FenceDue,
    HangOver(usize),
    Lost(usize, u32),
}

pub(crate) struct Ring {
    numbers: Numbers,
    quorum: Quorum,
    /// A host passes the token on.
    present: Vec<bool>,
    /// It is alone and has stopped its VMs, because nobody was there to fence it or because it had gone on by itself.
    stopped: Vec<bool>,
    /// Since when its watchdog runs because there is no quorum.
    watch: Vec<Option<Us>>,
    /// When its lock was renewed last, if that is why.
    lock: Vec<Us>,
    /// What cut it off when it fell silent last.
    cut_off: Vec<Why>,
}

type W = World<Tick>;

impl Ring {
    pub(crate) fn new(hosts: usize, numbers: Numbers, witness: Witness, rules: Rules) -> Ring {
        Ring {
            numbers,
            quorum: Quorum::new(hosts, witness, rules),
            present: vec![true; hosts],
            stopped: vec![false; hosts],
            watch: vec![None; hosts],
            lock: vec![0; hosts],
            cut_off: vec![Why::Network; hosts],
        }
    }

    fn join(&mut self, world: &mut W, host: usize) {
        // OSS-06: where there is no quorum its watchdog runs on, whomever it hears.
        if let (Fencing::Watchdog { .. }, None, Some(since)) =
            (self.numbers.fencing, self.watch[host], self.quorum.isolated[host])
        {
            self.watch[host] = Some(since);
            self.lock[host] = self.quorum.votes.answered[host];
        }
        self.quorum.join(world, host);
        (self.present[host], self.stopped[host]) = (true, false);
    }

    fn fall_silent(&mut self, world: &mut W, host: usize) {
        if std::mem::take(&mut self.present[host]) {
            self.quorum.votes.fall_silent(world, host);
            world.after(self.numbers.missed, Tick::Missed(host, world.now));
        }
    }

    /// What a host is fenced for, or stops its VMs: what cuts it off, or did when others asked for its fence; or what has cost the quorum.
    fn why_fenced(&self, world: &W, host: usize) -> Why {
        let asked =
            matches!(self.numbers.fencing, Fencing::Peers { .. }) && self.quorum.isolated[host].is_some();
        match self.quorum.votes.in_touch(world, host) {
            false => world.why_cut_off(host),
            true if asked => self.cut_off[host],
            true => self.quorum.doubt,
        }
    }

    fn on_down(&mut self, world: &mut W, host: usize, batch: u32, fenced: bool) {
        let n = self.numbers;
        let hangs = world.power[host] == Power::Hung;
        let why = if hangs { Why::Hang } else { Why::Crash };
        let why = if fenced { self.why_fenced(world, host) } else { why };
        let watched = self.watch[host].take();
        let isolated = self.quorum.isolated[host].is_some();
        self.quorum.leave(host, why);
        self.fall_silent(world, host);
        // One that had gone on by itself since it came up kept its lock until now.
        let kept = fenced && !isolated && watched.is_none();
        let heard = if kept {
            world.now
        } else {
            watched.map_or(self.quorum.votes.answered[host], |_| self.lock[host])
        };
        let regrouped = heard + n.missed + n.regroup;
        let at = match n.fencing {
            Fencing::Peers { .. } if fenced => world.now,
            Fencing::Peers { takes } => regrouped + takes,
            Fencing::Watchdog { recover, loops, .. } => regrouped.max(heard + recover).max(world.now) + loops,
        };
        if at <= world.now {
            self.quorum.look_at(world, host, batch, true);
        } else {
            world.after_all(at - world.now, Tick::Lost(host, batch));
        }
        if let (true, Fencing::Watchdog { resets, .. }) = (hangs, n.fencing) {
            world.after(resets, Tick::HangOver(host));
        }
    }

    fn on_network(&mut self, world: &mut W, touch: &Touch) {
        for &host in &touch.found {
            if world.is_up(host) && !self.is_being_fenced(world, host) {
                self.join(world, host);
            }
        }
        for &host in &touch.lost {
            if !world.is_up(host) {
                continue;
            }
            if self.quorum.isolated[host].is_none() && self.watch[host].is_none() {
                self.quorum.suspect(world.why_cut_off(host));
            }
            if self.present[host] {
                self.cut_off[host] = world.why_cut_off(host);
            }
            self.fall_silent(world, host);
        }
    }

    /// A host has missed all who are the cluster: it is alone, unless those are not enough without it and its side is, which
    /// takes over at that very instant.
    fn find_alone(&mut self, world: &mut W, host: usize) {
        let touch = self.quorum.give_way(world);
        self.on_network(world, &touch);
        if self.quorum.votes.in_touch(world, host) || !self.quorum.votes.is_missed(host) {
            return;
        }
        if self.watch[host].is_some() {
            self.quorum.votes.isolate(host);
            return;
        }
        self.quorum.isolate(world, host);
        let after = match self.numbers.fencing {
            Fencing::Watchdog { resets, .. } => resets,
            Fencing::Peers { takes } => self.numbers.regroup + takes,
        };
        world.after_all(after, Tick::FenceDue);
    }

    fn has_watchdogs(&self) -> bool {
        matches!(self.numbers.fencing, Fencing::Watchdog { .. })
    }

    /// Without quorum its watchdog runs, if it has one and runs something.
    fn lose_quorum(&mut self, world: &mut W, host: usize, why: Why) {
        match self.numbers.fencing {
            Fencing::Watchdog { resets, .. } => {
                if self.watch[host].is_none() && !world.guests.on(host).is_empty() {
                    self.watch[host] = Some(world.now);
                    self.lock[host] = world.now;
                    world.after_all(resets, Tick::FenceDue);
                }
            }
            Fencing::Peers { .. } => self.stop(world, host, why),
        }
    }

    fn look_at_watchdogs(&mut self, world: &mut W) {
        let Fencing::Watchdog { resets, .. } = self.numbers.fencing else { return };
        let decider = self.quorum.decider(world);
        for host in world.hosts() {
            let here = world.is_up(host) && self.quorum.votes.in_touch(world, host);
            if decider == Some(host) || (here && decider.is_some()) {
                self.watch[host] = None;
            } else if here {
                self.lose_quorum(world, host, Why::Crash);
            }
            if world.is_up(host) && self.watch[host].is_some_and(|since| since + resets <= world.now) {
                if world.guests.on(host).is_empty() {
                    self.watch[host] = None;
                } else {
                    self.fence(world, host);
                }
            }
        }
    }

    fn stop(&mut self, world: &mut W, host: usize, why: Why) {
        let batch = world.lose_all(host, why);
        self.quorum.look_at(world, host, batch, false);
        self.stopped[host] |= self.quorum.votes.is_alone(host);
    }

    fn fence(&mut self, world: &mut W, host: usize) {
        let why = self.why_fenced(world, host);
        if let Change::Down { host, batch } = world.fence(host, why) {
            self.on_down(world, host, batch, true);
        }
    }

    /// Whether others have asked for a host's fence.
    fn is_being_fenced(&self, world: &W, host: usize) -> bool {
        let Fencing::Peers { .. } = self.numbers.fencing else { return false };
        let asked = |since: Us| since + self.numbers.regroup <= world.now;
        let others = self.quorum.had && self.quorum.lone.is_none();
        others && !self.stopped[host] && self.quorum.isolated[host].is_some_and(asked)
    }

    /// A host that is alone has no quorum; true where that makes it join the others.
    fn end_alone(&mut self, world: &mut W, host: usize) -> bool {
        let n = self.numbers;
        let over = |after: Us| self.quorum.isolated[host].is_none_or(|since| since + after <= world.now);
        let never_joined = self.quorum.isolated[host].is_none() && world.guests.on(host).is_empty();
        if self.stopped[host] || never_joined {
            return false;
        }
        match n.fencing {
            Fencing::Watchdog { .. } if self.watch[host].is_some() || world.guests.on(host).is_empty() => {}
            Fencing::Watchdog { resets, .. } if over(resets) => self.fence(world, host),
            Fencing::Peers { takes } => {
                let fences = self.quorum.decider(world).is_some();
                let just_now = self.quorum.isolated[host] == Some(world.now);
                if fences && over(n.regroup + takes) {
                    self.fence(world, host);
                } else if !fences && (just_now || over(n.regroup + takes)) {
                    let linked = self.quorum.votes.in_touch(world, host);
                    let why = self.why_fenced(world, host);
                    self.stop(world, host, why);
                    if linked {
                        self.join(world, host);
                        return true;
                    }
                }
            }
            Fencing::Watchdog { .. } => {}
        }
        false
    }
}

impl Family for Ring {
    type Tick = Tick;

    fn interval(&self) -> Option<Us> {
        None
    }

    fn on_beat(&mut self, _: &mut W, _: usize) {}

    fn on_change(&mut self, world: &mut W, change: Change) {
        match change {
            Change::Down { host, batch } => self.on_down(world, host, batch, false),
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
            Tick::Missed(host, since) => {
                if self.quorum.votes.miss(world, host, since) && world.is_up(host) {
                    world.after_all(0, Tick::Alone(host));
                }
            }
            Tick::Alone(host) => self.find_alone(world, host),
            Tick::FenceDue => {}
            Tick::HangOver(host) => world.reset_hung(host),
            Tick::Lost(host, batch) => self.quorum.look_at(world, host, batch, true),
        }
    }

    fn act(&mut self, world: &mut W) {
        let touch = self.quorum.give_way(world);
        self.on_network(world, &touch);
        let mut joined = true;
        while std::mem::take(&mut joined) {
            for (host, end) in self.quorum.settle(world) {
                match end {
                    End::Together(why) => self.lose_quorum(world, host, why),
                    // OSS-06: its lock was renewed until now.
                    End::Deposed if self.has_watchdogs() => self.lose_quorum(world, host, self.quorum.doubt),
                    End::Alone | End::Deposed => joined |= self.end_alone(world, host),
                }
            }
        }
        self.look_at_watchdogs(world);
        if let Some(decider) = self.quorum.decider(world) {
            for host in self.quorum.give_up(world) {
                if let Fencing::Peers { .. } = self.numbers.fencing {
                    // OSS-17, OSS-19: whoever hangs is switched off and on again.
                    world.reset_hung(host);
                }
            }
            self.quorum.start(world, decider);
        }
    }
}
