//! What is true of hosts and networks at every instant, and the queue of ticks: no product's rule is in here.
//!
//! Who hears whom is a relation of pairs, asked anew at every tick ([`World::hears`]): two hosts hear each other while
//! both links, the networks of their sites and those between the sites carry their traffic. So a host whose link is cut
//! hears nobody, and sites that are cut off from each other are sides.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use crate::draw::{Fault, Strike};
use crate::guests::Guests;
use crate::sites::{Sites, Ways};
use crate::story::{Story, What, Why};

/// Instants and lengths, in microseconds.
pub(crate) type Us = u64;
/// A second.
pub(crate) const S: Us = 1_000_000;

/// What a host is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Up,
    /// It stands still with all that runs on it.
    Hung,
    /// Being repaired.
    Off,
    Boots,
}

/// What a family is told after the world has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// A host that was up went down with all that ran on it, or hangs, or was fenced. What it ran is one batch.
    Down {
        host: usize,
        batch: u32,
    },
    Up(usize),
    /// Packets pass where they did not, or no longer do: see [`World::opened`] and [`World::met`].
    Network,
    /// The way to the storage, or the storage itself, is gone or back.
    Storage(Why),
    Witness,
}

enum Tick<T> {
    Beat(usize),
    Begin(usize),
    End(usize),
    /// The repair of a host, or its hang, is over; void if the host is in another age.
    Mended(usize, u32),
    Booted(usize, u32),
    Own(T),
}

struct Entry<T> {
    at: Us,
    /// Of one instant: beats, then what happens to the world, then what is noticed, then what is concluded.
    class: u8,
    number: u64,
    tick: Tick<T>,
}

impl<T> Entry<T> {
    fn key(&self) -> (Us, u8, u64) {
        (self.at, self.class, self.number)
    }
}
impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// A family of products, tick by tick.
pub(crate) trait Family {
    type Tick: Copy;

    /// How often its hosts beat; `None` where a token goes round all the time.
    fn interval(&self) -> Option<Us>;

    /// It is the turn of a host that is up to beat, or of one that hangs.
    fn on_beat(&mut self, world: &mut World<Self::Tick>, host: usize);

    fn on_change(&mut self, world: &mut World<Self::Tick>, change: Change);

    fn on_tick(&mut self, world: &mut World<Self::Tick>, tick: Self::Tick);

    /// The end of an instant at which something happened: what can be done now?
    fn act(&mut self, world: &mut World<Self::Tick>);
}

/// Everything that is so, whether or not somebody has noticed.
pub(crate) struct World<T> {
    pub(crate) now: Us,
    pub(crate) power: Vec<Power>,
    pub(crate) guests: Guests,
    pub(crate) story: Story,
    pub(crate) ways: Ways,
    /// Hosts that had no way to anybody before the last change, and pairs that could not hear each other.
    pub(crate) opened: Vec<usize>,
    pub(crate) met: Vec<(usize, usize)>,
    /// Whether sites came together or fell apart in the last change.
    pub(crate) sides_changed: bool,
    boot: Us,
    faults: Vec<Strike>,
    /// Counts repairs, hangs and boots of a host, so that the end of an old one is known as such.
    ages: Vec<u32>,
    links_cut: Vec<u32>,
    paths_cut: Vec<u32>,
    storage_lost_by: Vec<Option<Why>>,
    storages_cut: u32,
    witnesses_cut: u32,
    queue: BinaryHeap<Reverse<Entry<T>>>,
    pushed: u64,
}

impl<T: Copy> World<T> {
    pub(crate) fn new(hosts: usize, sites: Sites, boot: Us, faults: &[Strike]) -> World<T> {
        World {
            now: 0,
            power: vec![Power::Up; hosts],
            guests: Guests::new(hosts),
            story: Story::new(),
            ways: Ways::new(sites),
            opened: Vec::new(),
            met: Vec::new(),
            sides_changed: false,
            boot,
            faults: faults.to_vec(),
            ages: vec![0; hosts],
            links_cut: vec![0; hosts],
            paths_cut: vec![0; hosts],
            storage_lost_by: vec![None; hosts],
            storages_cut: 0,
            witnesses_cut: 0,
            queue: BinaryHeap::new(),
            pushed: 0,
        }
    }

    pub(crate) fn hosts(&self) -> Range<usize> {
        0..self.power.len()
    }

    pub(crate) fn is_up(&self, host: usize) -> bool {
        self.power[host] == Power::Up
    }

    pub(crate) fn site(&self, host: usize) -> usize {
        self.ways.sites.of(host)
    }

    /// Whether a host's traffic gets onto the management network of its site: that is also the way to the gateway, the
    /// isolation address of VMware's products (VMW-39).
    pub(crate) fn is_linked(&self, host: usize) -> bool {
        self.links_cut[host] == 0 && self.ways.lans_cut[self.site(host)] == 0
    }

    /// Whether it gets to a share that is a witness, at a site of its own or anywhere.
    pub(crate) fn reaches_share(&self, host: usize) -> bool {
        let joined = |site| self.ways.lans_cut[site] == 0 && self.ways.joins(self.site(host), site);
        self.is_linked(host) && self.ways.sites.witness.is_none_or(joined)
    }

    /// Whether packets pass between two hosts. Whether both are there to send and to answer is another question.
    pub(crate) fn passes(&self, a: usize, b: usize) -> bool {
        let joined = self.ways.joins(self.site(a), self.site(b));
        a != b && self.is_linked(a) && self.is_linked(b) && joined
    }

    /// Whether two hosts that are up hear each other.
    pub(crate) fn hears(&self, a: usize, b: usize) -> bool {
        self.is_up(a) && self.is_up(b) && self.passes(a, b)
    }

    /// A host and all that it hears.
    pub(crate) fn group(&self, host: usize) -> Vec<usize> {
        self.hosts().filter(|&other| other == host || self.hears(host, other)).collect()
    }

    pub(crate) fn reaches_storage(&self, host: usize) -> bool {
        let carried = |array| self.ways.carries_blocks(self.site(host), array);
        self.paths_cut[host] == 0 && self.storages_cut == 0 && self.ways.sites.array.is_none_or(carried)
    }

    pub(crate) fn has_witness(&self) -> bool {
        self.witnesses_cut == 0
    }

    /// Why a host has lost the network; its own link is named first.
    pub(crate) fn why_cut_off(&self, host: usize) -> Why {
        if self.links_cut[host] > 0 { Why::Link } else { Why::Network }
    }

    /// Why a host has lost the storage: what took it away first.
    pub(crate) fn why_without_storage(&self, host: usize) -> Why {
        self.storage_lost_by[host].expect("a host that has lost its storage")
    }

    /// What keeps a host from the storage now; its own path is named first.
    pub(crate) fn why_without_storage_now(&self, host: usize) -> Why {
        match (self.paths_cut[host], self.storages_cut) {
            (0, 0) => Why::Network,
            (0, _) => Why::Storage,
            _ => Why::Link,
        }
    }

    fn note_storage(&mut self) {
        for host in self.hosts() {
            let why = self.why_without_storage_now(host);
            let kept = self.storage_lost_by[host].unwrap_or(why);
            self.storage_lost_by[host] = if self.reaches_storage(host) { None } else { Some(kept) };
            if self.reaches_storage(host) {
                // It learns which locks it has lost (VMW-42).
                self.guests.forget_copies(host);
            }
        }
    }

    pub(crate) fn tell(&mut self, what: What) {
        self.story.push((self.now, what));
    }

    /// A tick of a family's own, `span` from now: something is noticed.
    pub(crate) fn after(&mut self, span: Us, tick: T) {
        self.push(self.now + span, 3, Tick::Own(tick));
    }

    /// As [`World::after`], behind everything that is noticed at that instant.
    pub(crate) fn after_all(&mut self, span: Us, tick: T) {
        self.push(self.now + span, 4, Tick::Own(tick));
    }

    fn push(&mut self, at: Us, class: u8, tick: Tick<T>) {
        self.pushed += 1;
        // Hosts that boot at one instant come up in their order.
        let number = if let Tick::Booted(host, _) = tick { host as u64 } else { self.pushed };
        self.queue.push(Reverse(Entry { at, class, number, tick }));
    }

    /// What runs on a host stops as one batch.
    pub(crate) fn lose_all(&mut self, host: usize, why: Why) -> u32 {
        let batch = self.guests.new_batch();
        for vm in self.guests.on(host) {
            self.lose(vm, batch, why);
        }
        batch
    }

    /// A VM stops on its host, and belongs to a batch that the cluster will look for.
    pub(crate) fn lose(&mut self, vm: usize, batch: u32, why: Why) {
        self.guests.lose(vm, batch);
        self.tell(What::Down(vm, why));
    }

    /// A VM is ordered to start on the host with the fewest VMs among those that may take it, the first of equals
    /// (VML-20: the most room; all VMs and all hosts are alike here); otherwise it waits.
    pub(crate) fn order(&mut self, vm: usize, may: impl Fn(&World<T>, usize) -> bool) {
        let target =
            self.hosts().filter(|&h| self.is_up(h) && may(self, h)).min_by_key(|&h| self.guests.load(h));
        match target {
            Some(host) => {
                self.guests.settle(vm, host);
                self.tell(What::Ordered(vm, host));
            }
            None => self.guests.keep_waiting(vm),
        }
    }

    /// A host is reset, by itself or by others: everything on it stops, and it boots.
    pub(crate) fn fence(&mut self, host: usize, why: Why) -> Change {
        self.tell(What::Fenced(host));
        let batch = self.lose_all(host, why);
        self.boot(host);
        Change::Down { host, batch }
    }

    /// A host that hangs is reset by its product: nothing runs on it any more.
    pub(crate) fn reset_hung(&mut self, host: usize) {
        if self.power[host] == Power::Hung {
            self.tell(What::Fenced(host));
            self.boot(host);
        }
    }

    fn boot(&mut self, host: usize) {
        self.power[host] = Power::Boots;
        self.ages[host] += 1;
        self.guests.forget_copies(host);
        self.push(self.now + self.boot, 2, Tick::Booted(host, self.ages[host]));
    }

    /// A host stops, until it is mended.
    fn stop(&mut self, host: usize, power: Power, lasts: Us) -> Option<Change> {
        let was_up = self.is_up(host);
        self.power[host] = power;
        self.ages[host] += 1;
        self.guests.forget_copies(host);
        self.push(self.now + lasts, 2, Tick::Mended(host, self.ages[host]));
        let why = if power == Power::Hung { Why::Hang } else { Why::Crash };
        was_up.then(|| Change::Down { host, batch: self.lose_all(host, why) })
    }

    fn begin(&mut self, number: usize) -> Option<Change> {
        let Strike { fault, lasts, .. } = self.faults[number];
        match fault {
            Fault::Crash(host) => {
                return match self.power[host] {
                    Power::Up | Power::Boots => self.stop(host, Power::Off, lasts),
                    Power::Hung | Power::Off => None,
                };
            }
            Fault::Hang(host) if self.is_up(host) => return self.stop(host, Power::Hung, lasts),
            Fault::Hang(_) => return None,
            Fault::Link(host) => self.links_cut[host] += 1,
            Fault::Network(site) => self.ways.lans_cut[site] += 1,
            Fault::Between(link) => self.ways.links_cut[link] += 1,
            Fault::Fabric(link) => self.ways.fabrics_cut[link] += 1,
            Fault::Path(host) => self.paths_cut[host] += 1,
            Fault::Storage => self.storages_cut += 1,
            Fault::Witness => self.witnesses_cut += 1,
        }
        self.push(self.now + lasts, 1, Tick::End(number));
        Some(fault.concerns())
    }

    fn end(&mut self, number: usize) -> Change {
        let fault = self.faults[number].fault;
        match fault {
            Fault::Link(host) => self.links_cut[host] -= 1,
            Fault::Network(site) => self.ways.lans_cut[site] -= 1,
            Fault::Between(link) => self.ways.links_cut[link] -= 1,
            Fault::Fabric(link) => self.ways.fabrics_cut[link] -= 1,
            Fault::Path(host) => self.paths_cut[host] -= 1,
            Fault::Storage => self.storages_cut -= 1,
            Fault::Witness => self.witnesses_cut -= 1,
            Fault::Crash(_) | Fault::Hang(_) => unreachable!("hosts are mended"),
        }
        fault.concerns()
    }

    fn mend(&mut self, host: usize, age: u32) {
        if self.ages[host] == age {
            self.boot(host);
        }
    }

    fn pairs(&self) -> Vec<bool> {
        let pairs = self.hosts().flat_map(|a| self.hosts().map(move |b| (a, b)));
        pairs.map(|(a, b)| if a == b { self.is_linked(a) } else { self.passes(a, b) }).collect()
    }

    /// Lets a family live through the faults up to an end. Host n beats at `phases[n]` in each interval.
    pub(crate) fn run<F: Family<Tick = T>>(
        mut self,
        mut family: F,
        phases: &[Us],
        from: Us,
        end: Us,
    ) -> Story {
        if let Some(interval) = family.interval() {
            for host in self.hosts() {
                let first = from - from % interval + phases[host];
                self.push(first, 0, Tick::Beat(host));
            }
        }
        for number in 0..self.faults.len() {
            self.push(self.faults[number].at, 1, Tick::Begin(number));
        }
        let mut changed = false;
        while let Some(Reverse(Entry { at, tick, .. })) = self.queue.pop() {
            if at >= end {
                break;
            }
            self.now = at;
            // At the end of an instant whoever can act acts.
            changed |= self.step(&mut family, tick);
            let over = self.queue.peek().is_none_or(|Reverse(next)| next.at > at);
            if over && std::mem::take(&mut changed) {
                family.act(&mut self);
            }
        }
        self.story.sort_unstable();
        self.story
    }

    /// One tick; true where it may have changed something.
    fn step<F: Family<Tick = T>>(&mut self, family: &mut F, tick: Tick<T>) -> bool {
        let before = if matches!(tick, Tick::Begin(_) | Tick::End(_)) { self.pairs() } else { Vec::new() };
        let had_witness = self.has_witness();
        let change = match tick {
            Tick::Beat(host) => {
                let interval = family.interval().expect("only hosts with an interval beat");
                self.push(self.now + interval, 0, Tick::Beat(host));
                if matches!(self.power[host], Power::Up | Power::Hung) {
                    family.on_beat(self, host);
                }
                return false;
            }
            Tick::Own(own) => {
                family.on_tick(self, own);
                return true;
            }
            Tick::Mended(host, age) => {
                self.mend(host, age);
                return false;
            }
            Tick::Begin(number) => self.begin(number),
            Tick::End(number) => Some(self.end(number)),
            Tick::Booted(host, age) => (self.ages[host] == age).then(|| {
                self.power[host] = Power::Up;
                Change::Up(host)
            }),
        };
        let Some(change) = change else { return false };
        if change == Change::Witness && self.has_witness() == had_witness {
            return false;
        }
        match change {
            Change::Network => self.note_opened(&before),
            Change::Storage(_) => self.note_storage(),
            Change::Down { .. } | Change::Up(_) | Change::Witness => {}
        }
        family.on_change(self, change);
        true
    }

    fn note_opened(&mut self, before: &[bool]) {
        let hosts = self.power.len();
        let sides = self.ways.sides();
        self.sides_changed = std::mem::replace(&mut self.ways.seen, sides.clone()) != sides;
        let now = self.pairs();
        let had = |ways: &[bool], host: usize| ways[host * hosts..(host + 1) * hosts].contains(&true);
        self.opened = (0..hosts).filter(|&host| had(&now, host) && !had(before, host)).collect();
        let pairs = (0..hosts).flat_map(|a| (0..a).map(move |b| (a, b)));
        self.met = pairs.filter(|(a, b)| now[a * hosts + b] && !before[a * hosts + b]).collect();
    }
}
