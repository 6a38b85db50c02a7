//! A cluster with quorum at the end of an instant: who decides, who has to stop what, and what is started.

use std::collections::BTreeSet;

use crate::story::{What, Why};
use crate::votes::{Rules, Votes, Witness};
use crate::world::World;

/// What becomes of a host that has no quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All who were together have lost it.
    Together(Why),
    /// It is alone; how much time it has is its product's business.
    Alone,
    /// It went on by itself, and others are the cluster now.
    Deposed,
}

/// Hosts, up or not, that are in touch with the cluster and were not, or no longer are.
#[derive(Debug, Default)]
pub(crate) struct Touch {
    pub(crate) found: Vec<usize>,
    pub(crate) lost: Vec<usize>,
}

pub(crate) struct Quorum {
    pub(crate) votes: Votes,
    /// When a host found itself alone.
    pub(crate) isolated: Vec<Option<u64>>,
    /// Why a host was lost last, while there was quorum: what a loss of quorum is booked on.
    pub(crate) doubt: Why,
    /// What has just been seen of the witness: it explains a loss of quorum at that very instant.
    pub(crate) seen: Option<Why>,
    /// The host that goes on by itself.
    pub(crate) lone: Option<usize>,
    pub(crate) had: bool,
    /// The hosts with quorum.
    decide: Vec<usize>,
    /// The cluster has said that it gives a host up.
    given_up: Vec<bool>,
    /// A host is to be given up, and what it has lost to be started, as soon as somebody can decide.
    overdue: Vec<bool>,
    due: BTreeSet<(usize, usize)>,
    touch: Vec<bool>,
}

impl Quorum {
    pub(crate) fn new(hosts: usize, witness: Witness, rules: Rules) -> Quorum {
        Quorum {
            votes: Votes::new(hosts, witness, rules),
            isolated: vec![None; hosts],
            doubt: Why::Crash,
            seen: None,
            lone: None,
            had: true,
            decide: Vec::new(),
            given_up: vec![false; hosts],
            overdue: vec![false; hosts],
            due: BTreeSet::new(),
            touch: vec![true; hosts],
        }
    }

    pub(crate) fn join<T: Copy>(&mut self, world: &World<T>, host: usize) {
        self.isolated[host] = None;
        (self.given_up[host], self.overdue[host]) = (false, false);
        self.votes.join(world, host);
    }

    pub(crate) fn leave(&mut self, host: usize, why: Why) {
        self.isolated[host] = None;
        self.votes.set_out(host, false);
        self.lone = self.lone.filter(|&lone| lone != host);
        self.suspect(why);
    }

    /// Whoever goes after quorum was lost has not cost it.
    pub(crate) fn suspect(&mut self, why: Why) {
        self.doubt = if self.had { why } else { self.doubt };
    }

    /// A host that boots without a network belongs to nobody.
    pub(crate) fn keep_out(&mut self, host: usize) {
        self.votes.isolate(host);
        self.votes.set_out(host, true);
    }

    pub(crate) fn isolate<T: Copy>(&mut self, world: &mut World<T>, host: usize) {
        self.votes.isolate(host);
        self.isolated[host] = Some(world.now);
        world.tell(What::Isolated(host));
    }

    /// Whoever finds out about a loss finds out about all before it.
    pub(crate) fn look_at<T: Copy>(&mut self, world: &World<T>, host: usize, batch: u32, down: bool) {
        self.due.extend(world.guests.lost_on(host, batch).into_iter().map(|vm| (host, vm)));
        self.overdue[host] |= down;
    }

    /// Packets pass where they did not, or no longer do.
    pub(crate) fn look_around<T: Copy>(&mut self, world: &World<T>) -> Touch {
        if world.sides_changed {
            self.votes.choose_side(world);
        } else if !world.opened.is_empty() && !self.votes.is_majority_inside(world) {
            self.votes.give_way(world);
        }
        self.changed(world)
    }

    /// A host is up: its side may be a majority now, and the cluster where that has none.
    pub(crate) fn look_at_newcomer<T: Copy>(&mut self, world: &World<T>) -> Touch {
        if self.votes.is_majority_inside(world) || !self.votes.give_way(world) {
            return Touch::default();
        }
        self.changed(world)
    }

    /// Where the cluster has lost its quorum another side may have it.
    pub(crate) fn give_way<T: Copy>(&mut self, world: &World<T>) -> Touch {
        let decide = self.votes.count(world, self.had);
        if decide.iter().all(|&h| self.votes.is_alone(h)) && self.votes.give_way(world) {
            return self.changed(world);
        }
        Touch::default()
    }

    fn changed<T: Copy>(&mut self, world: &World<T>) -> Touch {
        let touch: Vec<bool> = world.hosts().map(|h| self.votes.in_touch(world, h)).collect();
        let before = std::mem::replace(&mut self.touch, touch);
        let (found, lost) =
            world.hosts().filter(|&h| self.touch[h] != before[h]).partition(|&h| self.touch[h]);
        Touch { found, lost }
    }

    /// Who decides now, and who has to stop what.
    pub(crate) fn settle<T: Copy>(&mut self, world: &mut World<T>) -> Vec<(usize, End)> {
        let seen = self.seen.take();
        self.decide = self.votes.count(world, self.had);
        let mut ends = self.look_at_hosts_alone(world, seen);
        if self.decide.is_empty() {
            // Where all have given up the witness is anybody's again.
            self.decide = self.votes.count(world, self.had);
            ends.extend(self.look_at_hosts_alone(world, seen));
        }
        let has = !self.decide.is_empty();
        if self.had && !has {
            world.tell(What::QuorumLost);
            let here =
                |h: &usize| world.is_up(*h) && self.votes.in_touch(world, *h) && !self.votes.is_alone(*h);
            let together = world.hosts().filter(here).collect::<Vec<usize>>().into_iter();
            ends.extend(together.map(|h| (h, End::Together(seen.unwrap_or(self.doubt)))));
        } else if !self.had && has {
            world.tell(What::QuorumRegained);
        }
        if let (true, false, Some(why)) = (self.had, has, seen) {
            self.doubt = why;
        }
        self.had = has;
        ends
    }

    fn look_at_hosts_alone<T: Copy>(&mut self, world: &World<T>, seen: Option<Why>) -> Vec<(usize, End)> {
        let lone = std::mem::take(&mut self.lone);
        let deposed = world.hosts().any(|h| world.is_up(h) && self.votes.in_touch(world, h));
        let mut ends = Vec::new();
        for host in world.hosts().filter(|&h| world.is_up(h)) {
            if !self.votes.is_alone(host) {
                continue;
            }
            let decides = self.decide.contains(&host);
            self.votes.set_out(host, !decides);
            if decides {
                self.lone = Some(host);
            } else if lone == Some(host) && !deposed {
                // It went on by itself, and has lost its witness.
                ends.push((host, End::Together(seen.unwrap_or(self.doubt))));
            } else if lone == Some(host) {
                ends.push((host, End::Deposed));
            } else {
                ends.push((host, End::Alone));
            }
        }
        ends
    }

    /// Somebody with quorum who can act: one that is cut off and has not noticed yet reaches nobody with its orders.
    pub(crate) fn decider<T: Copy>(&self, world: &World<T>) -> Option<usize> {
        let acts = |h: &usize| world.is_up(*h) && (self.votes.in_touch(world, *h) || self.votes.is_alone(*h));
        self.decide.iter().copied().find(acts)
    }

    /// What is to be given up is given up; gives the hosts.
    pub(crate) fn give_up<T: Copy>(&mut self, world: &mut World<T>) -> Vec<usize> {
        let mut given_up = Vec::new();
        for host in world.hosts() {
            if std::mem::take(&mut self.overdue[host]) && !world.is_up(host) {
                given_up.push(host);
                if !std::mem::replace(&mut self.given_up[host], true) {
                    world.tell(What::Declared(host));
                }
            }
        }
        given_up
    }

    /// What is lost, and what waits, is started.
    pub(crate) fn start<T: Copy>(&mut self, world: &mut World<T>, decider: usize) {
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        let alone: Vec<bool> = world.hosts().map(|host| self.votes.is_alone(host)).collect();
        for vm in world.guests.to_start(due) {
            // Who is alone and heard is being fenced.
            world.order(vm, |world, host| host == decider || (world.hears(decider, host) && !alone[host]));
        }
    }
}
