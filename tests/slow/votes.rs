//! Who counts whom as present, and who may decide: more than half of the votes (HYP-09).
//!
//! Each host has a view of its own: those that it has not missed. Hosts of one side have the same one, those included
//! that are cut off and have not been missed yet.
//!
//! Assumptions, where the facts are silent:
//! - Hosts see at once that a witness is gone or back, and whoever is back counts at once. One that has been missed and
//!   finds no member takes all others for missed, whether or not they have noticed.
//! - Of several groups that reach the witness, the one whose way to the network is open has it, else the first host
//!   that is enough with it. Where votes are dynamic, those who have not found themselves alone yet come before.
//! - A host that is cut off has quorum only where no host has a way to the network, and one that has given up only where
//!   all have.
//! - Where dynamic votes are even and there is no witness, the last host's vote is not counted, and one at the preferred
//!   site only where there is no other.
//! - Of sides that do not hear each other one is the cluster, from the instant of the cut: the one with quorum; if there
//!   are several or none, the preferred site's (HYP-59), then that of the first host that is in the cluster already.
//!   Every host elsewhere is one that is cut off. Where the cluster has lost its quorum a side that has it takes over.

use crate::world::{Us, World};

/// A vote beside those of the hosts (HYP-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    None,
    /// Any host reaches it.
    Anywhere,
    /// Hosts that reach the storage; `only`: no other vote counts.
    Disk {
        only: bool,
    },
    /// Hosts on the network.
    Share,
}

/// How votes are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// HYP-13: the votes of those who have left are taken away.
    pub(crate) dynamic: bool,
    /// Broken: half of the votes decide, not more; the first vote is the one that is not counted, not the last.
    pub(crate) half_is_enough: bool,
    pub(crate) first_yields: bool,
    /// Broken: of several sides that could be the cluster it is the last host's.
    pub(crate) last_side: bool,
}

pub(crate) const RULES: Rules =
    Rules { dynamic: false, half_is_enough: false, first_yields: false, last_side: false };

pub(crate) struct Votes {
    pub(crate) witness: Witness,
    rules: Rules,
    voters: Vec<bool>,
    /// `views[a][b]`: a has not missed b. `heard[a][b]`: when a, or its side, heard b last.
    views: Vec<Vec<bool>>,
    heard: Vec<Vec<Us>>,
    /// A host is missed by all, or misses all.
    missed: Vec<bool>,
    alone: Vec<bool>,
    /// It stands on the side that is the cluster.
    inside: Vec<bool>,
    /// It found itself alone and had no quorum.
    out: Vec<bool>,
    /// When a host heard somebody, or would have if there were anybody.
    pub(crate) answered: Vec<Us>,
}

impl Votes {
    pub(crate) fn new(hosts: usize, witness: Witness, rules: Rules) -> Votes {
        let mut votes = Votes {
            witness,
            rules,
            voters: vec![true; hosts],
            views: vec![vec![true; hosts]; hosts],
            heard: vec![vec![0; hosts]; hosts],
            missed: vec![false; hosts],
            alone: vec![false; hosts],
            inside: vec![true; hosts],
            out: vec![false; hosts],
            answered: vec![0; hosts],
        };
        votes.adjust(&vec![true; hosts], |_| false);
        votes
    }

    /// Whether a host hears those who are the cluster, or would if there were anybody.
    pub(crate) fn in_touch<T: Copy>(&self, world: &World<T>, host: usize) -> bool {
        world.is_linked(host) && self.inside[host]
    }

    /// Sites hear each other, or do not: which side is the cluster?
    pub(crate) fn choose_side<T: Copy>(&mut self, world: &World<T>) {
        let first = self.candidates(world).next().unwrap_or(0);
        let chosen = self.side_with_quorum(world).unwrap_or(first);
        self.stand_with(world, chosen);
    }

    /// The cluster has no quorum: true where another side has it, and is the cluster from now on.
    pub(crate) fn give_way<T: Copy>(&mut self, world: &World<T>) -> bool {
        let other = self.side_with_quorum(world).filter(|&host| !self.inside[host]);
        if let (true, Some(host)) = (world.ways.is_split(), other) {
            self.stand_with(world, host);
        }
        world.ways.is_split() && other.is_some()
    }

    /// Whether those of the cluster who hear each other are enough.
    pub(crate) fn is_majority_inside<T: Copy>(&self, world: &World<T>) -> bool {
        self.candidates(world).any(|host| self.inside[host] && self.is_enough(world, &self.side(world, host)))
    }

    fn side<T: Copy>(&self, world: &World<T>, host: usize) -> Vec<bool> {
        world.hosts().map(|h| h == host || world.hears(host, h)).collect()
    }

    fn stand_with<T: Copy>(&mut self, world: &World<T>, host: usize) {
        self.inside = world.hosts().map(|h| world.ways.joins(world.site(h), world.site(host))).collect();
    }

    /// Hosts that speak for their sides, in order.
    fn candidates<T: Copy>(&self, world: &World<T>) -> impl Iterator<Item = usize> {
        let rank = |h: usize| match self.is_preferred(world, h) {
            true => 0,
            false if self.inside[h] && !self.missed[h] => 1,
            false => 2,
        };
        let mut hosts: Vec<usize> = world.hosts().filter(|&h| world.is_up(h) && world.is_linked(h)).collect();
        if self.rules.last_side {
            hosts.reverse();
        }
        hosts.sort_by_key(|&h| rank(h));
        hosts.into_iter()
    }

    fn is_preferred<T: Copy>(&self, world: &World<T>, host: usize) -> bool {
        world.ways.sites.preferred == Some(world.site(host))
    }

    fn side_with_quorum<T: Copy>(&self, world: &World<T>) -> Option<usize> {
        self.candidates(world).find(|&host| self.is_enough(world, &self.side(world, host)))
    }

    /// A beat of a host that goes out: its side counts it as present.
    pub(crate) fn beat<T: Copy>(&mut self, world: &World<T>, host: usize) {
        // Who hangs can beat on, but once it is missed it cannot join again.
        if !self.in_touch(world, host) || (self.missed[host] && !world.is_up(host)) {
            return;
        }
        self.missed[host] = false;
        self.answered[host] = world.now;
        for other in world.hosts() {
            if other != host && !self.alone[other] {
                self.heard[other][host] = world.now;
                self.views[other][host] = true;
            }
        }
    }

    /// A host that was heard all the time falls silent.
    pub(crate) fn fall_silent<T: Copy>(&mut self, world: &World<T>, host: usize) {
        self.answered[host] = world.now;
        for other in world.hosts() {
            if other != host && !self.alone[other] {
                self.heard[other][host] = world.now;
            }
        }
    }

    /// A host has a way to the others again, and knows what its side knows.
    pub(crate) fn join<T: Copy>(&mut self, world: &World<T>, host: usize) {
        // One that had given up has missed all others, whether or not they have noticed.
        let newcomer = self.missed[host] || self.out[host];
        self.alone[host] = false;
        self.out[host] = false;
        let knows = |other: &usize| {
            let member = *other != host && !self.alone[*other] && !self.missed[*other];
            member && (!newcomer || world.hears(host, *other))
        };
        if let Some(other) = world.hosts().find(knows) {
            self.views[host] = self.views[other].clone();
            self.heard[host] = self.heard[other].clone();
            self.heard[host][other] = self.answered[other];
        } else if newcomer {
            // Nobody tells it who was there: others count when they are there (HYP-09).
            for other in world.hosts() {
                // Who is alone and heard is being fenced.
                self.views[host][other] = other == host || (world.hears(host, other) && !self.alone[other]);
                self.missed[other] |= !self.views[host][other];
            }
        }
        self.views[host][host] = true;
        self.beat(world, host);
    }

    /// A host's beat of that instant was the last one to be heard, by those who miss it now; true where nobody has
    /// heard it since, so that it hears nobody either.
    pub(crate) fn miss<T: Copy>(&mut self, world: &World<T>, host: usize, beat: Us) -> bool {
        for other in world.hosts() {
            if other != host && self.heard[other][host] == beat {
                self.views[other][host] = false;
            }
        }
        let misses = self.answered[host] == beat;
        self.missed[host] |= misses;
        misses
    }

    /// A host hears nobody: it misses all others.
    pub(crate) fn isolate(&mut self, host: usize) {
        self.alone[host] = true;
        for other in 0..self.views.len() {
            self.views[host][other] = other == host;
        }
    }

    /// A host gives up, or does not any more.
    pub(crate) fn set_out(&mut self, host: usize, out: bool) -> bool {
        std::mem::replace(&mut self.out[host], out)
    }

    /// Whether all others miss a host.
    pub(crate) fn is_missed(&self, host: usize) -> bool {
        self.missed[host]
    }

    /// Whether a host has missed all others.
    pub(crate) fn is_alone(&self, host: usize) -> bool {
        self.alone[host]
    }

    fn reaches_witness<T: Copy>(&self, world: &World<T>, host: usize) -> bool {
        let reaches = match self.witness {
            Witness::None => false,
            Witness::Anywhere => true,
            Witness::Disk { .. } => world.reaches_storage(host),
            Witness::Share => world.reaches_share(host),
        };
        reaches && world.has_witness()
    }

    /// Whether a host has quorum: it keeps it by those whom it has not missed, and finds it by those whom it hears.
    fn has_quorum<T: Copy>(&self, world: &World<T>, host: usize, had: bool) -> bool {
        let enough = |host: usize| {
            let view = |h: usize| self.views[host][h] && (had || h == host || world.hears(host, h));
            self.is_enough(world, &world.hosts().map(view).collect::<Vec<bool>>())
        };
        if !self.alone[host] && (had || self.in_touch(world, host)) {
            return enough(host);
        }
        // Nobody is there who could tell: one that has not noticed yet that it is alone may have it by itself as well.
        let up = || world.hosts().filter(|&h| world.is_up(h));
        let nobody_else = up().all(|h| self.out[h]);
        let by_itself =
            |h: usize| self.is_enough(world, &world.hosts().map(|other| other == h).collect::<Vec<bool>>());
        let first = up().find(|&h| (nobody_else || !self.out[h]) && by_itself(h));
        up().all(|h| !self.in_touch(world, h)) && first == Some(host)
    }

    fn is_enough<T: Copy>(&self, world: &World<T>, view: &[bool]) -> bool {
        let reached = world.hosts().any(|h| view[h] && self.reaches_witness(world, h));
        if self.witness == (Witness::Disk { only: true }) {
            return reached;
        }
        let count = |counts: &dyn Fn(usize) -> bool| world.hosts().filter(|&h| counts(h)).count();
        let all = count(&|h| self.voters[h]);
        let present = count(&|h| self.voters[h] && view[h]);
        // HYP-14: the vote of a dynamic witness follows parity.
        let counts = self.witness != Witness::None && (!self.rules.dynamic || all.is_multiple_of(2));
        let witness = usize::from(counts);
        let (present, all) = (2 * (present + if reached { witness } else { 0 }), all + witness);
        present > all || (self.rules.half_is_enough && present == all)
    }

    /// The hosts with quorum. HYP-13: their view says whose votes count from now on.
    pub(crate) fn count<T: Copy>(&mut self, world: &World<T>, had: bool) -> Vec<usize> {
        // The word of one that is down counts until it is missed.
        let missed = self.missed.clone();
        // One that all others miss, and that has not noticed, has no say.
        let aware = |h: usize| self.in_touch(world, h) || self.alone[h] || !missed[h];
        let speaks: Vec<bool> =
            world.hosts().map(|h| if world.is_up(h) { aware(h) } else { had && !missed[h] }).collect();
        let decides = |votes: &Votes, h: usize| speaks[h] && votes.has_quorum(world, h, had);
        let together = |votes: &Votes, linked: bool| {
            let mut hosts = world.hosts().filter(|&h| !votes.alone[h] && votes.in_touch(world, h) == linked);
            hosts.find(|&h| decides(votes, h))
        };
        // HYP-08, HYP-13: votes are taken away when a regroup is over, for which nobody may be silent and not yet missed.
        let regrouped = world.hosts().all(|h| missed[h] || (world.is_up(h) && self.in_touch(world, h)));
        if let (true, Some(host)) = (regrouped, together(self, true).or(together(self, false))) {
            self.adjust(&self.views[host].clone(), |h| world.ways.sites.preferred == Some(world.site(h)));
        }
        let decide: Vec<usize> = world.hosts().filter(|&h| decides(self, h)).collect();
        if let Some(&host) = decide.first()
            && regrouped
            && decide.iter().all(|&h| self.alone[h])
        {
            self.adjust(&self.views[host].clone(), |h| world.ways.sites.preferred == Some(world.site(h)));
        }
        decide
    }

    fn adjust(&mut self, view: &[bool], is_preferred: impl Fn(usize) -> bool) {
        if !self.rules.dynamic {
            return;
        }
        self.voters = view.to_vec();
        let count = view.iter().filter(|votes| **votes).count();
        let counted = || (0..view.len()).filter(|&host| view[host]);
        let yields = if self.rules.first_yields {
            counted().next()
        } else {
            counted().rfind(|&host| !is_preferred(host)).or(counted().next_back())
        };
        if let (Witness::None, 0, Some(host)) = (self.witness, count % 2, yields) {
            self.voters[host] = false;
        }
    }
}
