//! The primary-and-secondaries family with every heartbeat as an event, against the simulation, which
//! computes instants from the phase of the beats and simulates none of them (design, decision 3).
//!
//! The model here is written from the facts alone (VMW-04, 05, 12 to 15, 28, 29) and shares no code with
//! the product but the one thing it cannot know: at which phase of the second a host beats. That is
//! read from the host's stream, as documented there: uniform over the interval, rounded down.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ninefold::engine::{Randomness, Span};
use ninefold::model::{InjectTarget, Model};
use ninefold::probe::Timeline;
use ninefold::scenario::{self, Input};
use ninefold::sim::Signal;

const S: u64 = 1_000_000;
const HOSTS: usize = 5;

/// Host h-5 has the highest name and is the first primary (VMW-05).
fn scenario(storage: &str, vm_storage: &str) -> Model {
    let text = format!(
        "schema = 1\ntitle = \"heartbeats\"\n[run]\nhorizon = \"1 h\"\nreplications = 1\nages = \"new\"\n\
         [host.h]\ncount = {HOSTS}\ncores = 16\nmemory = \"128 GiB\"\nstorage = [{storage}]\nboot = \"5 min\"\n\
         [storage.san]\nkind = \"fc\"\n[cluster.c]\nproduct = \"vsphere-6\"\nhosts = [\"h\"]\n\
         [service.app]\ninstances = {HOSTS}\nplace = [\"h-1\", \"h-2\", \"h-3\", \"h-4\", \"h-5\"]\n\
         vm = {{ cores = 1, memory = \"1 GiB\"{vm_storage} }}\n\
         power_on = \"1 h\"\nboot = \"1 h\"\nstart = \"1 h\"\nrecover = \"0 s\"\n\
         [strategy.s]\nprotect = [\"host-cluster\"]\n\
         [[inject]]\nat = \"10 min\"\nfault = \"host h-1 crash\"\nlasts = \"1 h\"\n\
         [[inject]]\nat = \"10 min\"\nfault = \"host h-1 crash\"\nlasts = \"1 h\"\n"
    );
    let (spec, issues) =
        scenario::read(&Input { name: "heartbeats", bytes: text.as_bytes(), overrides: &[] });
    let told: String = issues.iter().map(|issue| issue.render()).collect();
    scenario::compile(&spec.expect(&told)).expect("compiles").remove(0)
}

/// What both must agree on: when each host was given up, when its VM was ordered to start, and each election.
#[derive(Debug, Default, PartialEq, Eq)]
struct Story {
    declared: [Option<u64>; HOSTS],
    ordered: [Option<u64>; HOSTS],
    elections: Vec<(u64, usize)>,
}

fn simulated(model: &mut Model, seed: u64, crashes: &[(u64, usize); 2]) -> Story {
    let hosts: Vec<_> = model.clusters[0].hosts.clone();
    for (inject, &(at, host)) in model.injects.iter_mut().zip(crashes) {
        inject.at = Span(at);
        inject.target = InjectTarget::HostCrash(hosts[host]);
    }
    let Timeline { entries } = ninefold::experiment::trace(model, seed, 0);
    let mut story = Story::default();
    for entry in entries {
        match entry.signal {
            Signal::HostDeclaredFailed { host } => story.declared[host.index()] = Some(entry.at.0),
            // Instance n starts on host n.
            Signal::RestartOrdered { vm, .. } => {
                story.ordered[vm.index()].get_or_insert(entry.at.0);
            }
            Signal::PrimaryElected { host, .. } => story.elections.push((entry.at.0, host.index())),
            _ => {}
        }
    }
    story
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tick {
    Crash(usize),
    /// A host sends its beat to all who listen (VMW-12).
    Beat(usize),
    /// Nothing was heard of a host since beat number `.1`: the steps of VMW-28.
    Watch(usize, u64),
    Unreachable(usize, u64),
    PingOver(usize, u64),
    WatchOver(usize, u64),
    /// Nothing was heard of the primary since its beat number `.1`: VMW-29a.
    PrimaryLost(usize, u64),
    /// Election number `.0` is over: VMW-29b.
    Elected(u64),
    /// The winner has read the list: VMW-29c.
    Ready(u64),
}

/// The slow model.
struct Cluster {
    now: u64,
    queue: BinaryHeap<Reverse<(u64, u64, Tick)>>,
    pushed: u64,
    alive: [bool; HOSTS],
    phases: [u64; HOSTS],
    /// Beats heard of each host so far, by whoever listens.
    heard: [u64; HOSTS],
    pings_failed: [bool; HOSTS],
    watched_in_vain: [bool; HOSTS],
    found_dead: [bool; HOSTS],
    datastores: bool,
    primary: Option<usize>,
    ready: bool,
    election: u64,
    story: Story,
}

impl Cluster {
    fn new(phases: [u64; HOSTS], datastores: bool, crashes: &[(u64, usize); 2]) -> Cluster {
        let mut cluster = Cluster {
            now: 0,
            queue: BinaryHeap::new(),
            pushed: 0,
            alive: [true; HOSTS],
            phases,
            heard: [0; HOSTS],
            pings_failed: [false; HOSTS],
            watched_in_vain: [false; HOSTS],
            found_dead: [false; HOSTS],
            datastores,
            primary: Some(HOSTS - 1),
            ready: true,
            election: 0,
            story: Story::default(),
        };
        // Beats first: one that is sent at the instant of the crash is still sent.
        for host in 0..HOSTS {
            cluster.push(cluster.phases[host], Tick::Beat(host));
        }
        for &(at, host) in crashes {
            cluster.push(at, Tick::Crash(host));
        }
        cluster
    }

    fn push(&mut self, at: u64, tick: Tick) {
        self.pushed += 1;
        // Of one instant: beats, then crashes, then what is concluded from them; then first come first served.
        let class = match tick {
            Tick::Beat(_) => 0,
            Tick::Crash(_) => 1,
            _ => 2,
        };
        self.queue.push(Reverse((at, class << 48 | self.pushed, tick)));
    }

    fn after(&mut self, span: u64, tick: Tick) {
        self.push(self.now + span, tick);
    }

    fn run(mut self, end: u64) -> Story {
        while let Some(Reverse((at, _, tick))) = self.queue.pop() {
            if at >= end {
                break;
            }
            self.now = at;
            self.step(tick);
        }
        self.story
    }

    fn step(&mut self, tick: Tick) {
        match tick {
            Tick::Crash(host) => self.alive[host] = false,
            Tick::Beat(host) if self.alive[host] => {
                self.heard[host] += 1;
                let beat = self.heard[host];
                self.after(S, Tick::Beat(host)); // VMW-12
                self.after(3 * S, Tick::Watch(host, beat)); // VMW-28b
                self.after(10 * S, Tick::Unreachable(host, beat)); // VMW-13, VMW-28c
                self.after(10 * S, Tick::PrimaryLost(host, beat)); // VMW-29a
            }
            Tick::Beat(_) => {}
            // Each of these is void when another beat was heard meanwhile.
            Tick::Watch(host, beat) if beat == self.heard[host] => {
                self.after(15 * S, Tick::WatchOver(host, beat)); // VMW-28b: for 15 s
            }
            Tick::Unreachable(host, beat) if beat == self.heard[host] => {
                self.after(5 * S, Tick::PingOver(host, beat)); // VMW-14
            }
            Tick::PingOver(host, beat) if beat == self.heard[host] => {
                self.pings_failed[host] = !self.alive[host];
                self.conclude(host);
            }
            Tick::WatchOver(host, beat) if beat == self.heard[host] => {
                self.watched_in_vain[host] = !self.alive[host];
                self.conclude(host);
            }
            Tick::PrimaryLost(host, beat) if beat == self.heard[host] && self.primary == Some(host) => {
                self.primary = None;
                self.ready = false;
                self.election += 1;
                self.after(15 * S, Tick::Elected(self.election)); // VMW-04
            }
            Tick::Elected(election) if election == self.election => {
                // VMW-05: equal datastores, so the highest name as text; names here have one digit.
                let Some(winner) = (0..HOSTS).rev().find(|&h| self.alive[h]) else { return };
                self.primary = Some(winner);
                self.story.elections.push((self.now, winner));
                self.after(10 * S, Tick::Ready(election)); // VMW-29c
            }
            Tick::Ready(election)
                if election == self.election && self.primary.is_some_and(|p| self.alive[p]) =>
            {
                self.ready = true;
                for host in 0..HOSTS {
                    self.conclude(host); // VMW-04: what was seen before or during is handled now.
                }
            }
            _ => {}
        }
    }

    /// VMW-28d, e: dead when neither pings nor, where there are any, datastores show a sign of life.
    fn conclude(&mut self, host: usize) {
        let dead = self.pings_failed[host] && (self.watched_in_vain[host] || !self.datastores);
        let judge = self.ready && self.primary.is_some_and(|p| self.alive[p]);
        if dead && judge && !std::mem::replace(&mut self.found_dead[host], true) {
            self.story.declared[host] = Some(self.now);
            self.story.ordered[host] = Some(self.now);
        }
    }
}

/// The phase at which each host beats, in microseconds.
fn phases(model: &Model, seed: u64) -> [u64; HOSTS] {
    let random = Randomness::new(seed, 0);
    std::array::from_fn(|host| (random.uniform(model.hosts[host].streams.beat, 0) * S as f64) as u64)
}

/// Any fixed sequence of instants will do.
fn spread(n: u64, below: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(0xBF58_476D_1CE4_E5B9) % below
}

fn compare(model: &mut Model, datastores: bool, seed: u64, crashes: [(u64, usize); 2]) {
    let slow = Cluster::new(phases(model, seed), datastores, &crashes).run(1_500 * S);
    let fast = simulated(model, seed, &crashes);
    assert!(slow.declared[crashes[0].1].is_some(), "the slow model gave nobody up");
    assert_eq!(fast, slow, "seed {seed}, crashes {crashes:?}, datastores {datastores}");
}

#[test]
fn a_crash_of_a_secondary_or_of_the_primary_is_acted_on_at_the_same_microsecond() {
    for (datastores, mut model) in
        [(true, scenario("\"san\"", ", storage = \"san\"")), (false, scenario("", ""))]
    {
        for n in 0..300 {
            let (at, host) = (600 * S + spread(n, 60 * S), n as usize % HOSTS);
            // The second crash strikes a host that is down already, and does nothing.
            compare(&mut model, datastores, n, [(at, host), (at + S, host)]);
        }
    }
}

/// The second crash falls anywhere from before the first one's notice to long after the new primary is
/// ready: during silence, election and reading, of secondaries and of the primary just elected.
#[test]
fn two_crashes_in_any_order_are_acted_on_at_the_same_microsecond() {
    for (datastores, mut model) in
        [(true, scenario("\"san\"", ", storage = \"san\"")), (false, scenario("", ""))]
    {
        for n in 0..400 {
            let first = n as usize % HOSTS;
            let second = (first + 1 + (n as usize / HOSTS) % (HOSTS - 1)) % HOSTS;
            let at = 600 * S + spread(n, 60 * S);
            compare(&mut model, datastores, n, [(at, first), (at + spread(n + 7, 70 * S), second)]);
        }
    }
}

/// At the beat itself: a host that crashes at the instant of its beat has sent it.
#[test]
fn a_crash_on_the_beat_counts_from_that_beat() {
    let mut model = scenario("\"san\"", ", storage = \"san\"");
    for seed in 0..20 {
        for host in 0..HOSTS {
            for off in [S - 1, S, S + 1] {
                let at = 599 * S + phases(&model, seed)[host] + off;
                compare(&mut model, true, seed, [(at, host), (at + S, host)]);
            }
        }
    }
}
