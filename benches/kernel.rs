//! The event kernel alone: our table of timers against a heap and against a published engine.
//!
//! | name | work of one event |
//! | --- | --- |
//! | `hold N` | N timers are pending; take the earliest and arm it again at an exponential distance |
//! | `repair` | 1,000 components alternate up (mean 1,000 h) and down (mean 10 h), and count their failures |
//! | `cancel` | 100 timers; take the earliest, arm it again, then arm anew or cancel one at random |
//!
//! All engines do the same work: distances are drawn beforehand and used in the order of events, and
//! before anything is measured the engines must agree on a checksum of their histories. Read the figures
//! as ratios within one run.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use desque::SimState;
use desque::serial::{OkEvent, Simulation};
use ninefold::engine::{Law, Randomness, Span, Stream, Time, Timers};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Events of one measured call.
const EVENTS: u32 = 20_000;

/// Exponential distances in microseconds, drawn beforehand; used round and round.
#[derive(Clone)]
struct Distances {
    us: Vec<u64>,
    next: usize,
}

impl Distances {
    const LENGTH: usize = 1 << 14;

    fn new(purpose: &str, mean_s: f64) -> Distances {
        let law = Law::exponential(mean_s).expect("a sane mean");
        let (randomness, stream) = (Randomness::new(1, 0), Stream::new("bench", purpose));
        let us = (0..Distances::LENGTH as u32).map(|k| law.sample(randomness.uniform(stream, k)).0).collect();
        Distances { us, next: 0 }
    }

    #[inline]
    fn draw(&mut self) -> u64 {
        let us = self.us[self.next % Distances::LENGTH];
        self.next = self.next.wrapping_add(1);
        us
    }
}

/// What happens at an event, whichever engine runs it.
#[derive(Clone)]
enum Work {
    Hold(Distances),
    Repair { up: Distances, down: Distances, is_up: Vec<bool>, failures: Vec<u32> },
}

impl Work {
    fn hold() -> Work {
        Work::Hold(Distances::new("hold", 3_600_000.0))
    }

    fn repair(components: usize) -> Work {
        let (up, down) = (Distances::new("up", 3_600_000.0), Distances::new("down", 36_000.0));
        Work::Repair { up, down, is_up: vec![true; components], failures: vec![0; components] }
    }

    /// The distance to the next event of this component.
    #[inline]
    fn step(&mut self, id: u32) -> u64 {
        match self {
            Work::Hold(distances) => distances.draw(),
            Work::Repair { up, down, is_up, failures } => {
                let now_up = !is_up[id as usize];
                is_up[id as usize] = now_up;
                if now_up {
                    up.draw()
                } else {
                    failures[id as usize] += 1;
                    down.draw()
                }
            }
        }
    }

    /// The first instants of `n` components, drawn apart so that long runs of equal ones cannot occur.
    fn firsts(n: usize) -> Vec<u64> {
        let law = Law::exponential(3_600_000.0).expect("a sane mean");
        let (randomness, stream) = (Randomness::new(2, 0), Stream::new("bench", "first"));
        (0..n as u32).map(|k| law.sample(randomness.uniform(stream, k)).0).collect()
    }
}

/// Adds an event to the checksum of a history; order matters.
#[inline]
fn note(sum: u64, at: u64, id: u32) -> u64 {
    (sum.rotate_left(1) ^ at).wrapping_add(u64::from(id))
}

/// An engine with its pending events, which goes on where it stopped.
trait Engine {
    fn new(firsts: &[u64], work: Work) -> Self;
    /// Runs so many events and returns the checksum so far.
    fn run(&mut self, events: u32) -> u64;
}

struct OurTimers {
    timers: Timers,
    work: Work,
    sum: u64,
}

impl Engine for OurTimers {
    fn new(firsts: &[u64], work: Work) -> OurTimers {
        let mut timers = Timers::new(firsts.len());
        for (slot, &at) in firsts.iter().enumerate() {
            timers.arm_quietly(slot as u32, Time(at));
        }
        timers.settle();
        OurTimers { timers, work, sum: 0 }
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let (at, slot) = self.timers.take_before(Time::NEVER).expect("timers are pending");
            self.sum = note(self.sum, at.0, slot);
            let distance = self.work.step(slot);
            self.timers.arm(slot, at + Span(distance));
        }
        self.sum
    }
}

/// Entries of 24 bytes: instant, sequence number, component.
struct StdHeap {
    heap: BinaryHeap<Reverse<(u64, u64, u32)>>,
    sequence: u64,
    work: Work,
    sum: u64,
}

impl Engine for StdHeap {
    fn new(firsts: &[u64], work: Work) -> StdHeap {
        let entry = |(k, &at): (usize, &u64)| Reverse((at, k as u64, k as u32));
        let heap = firsts.iter().enumerate().map(entry).collect();
        StdHeap { heap, sequence: firsts.len() as u64, work, sum: 0 }
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let Reverse((at, _, id)) = self.heap.pop().expect("events are pending");
            self.sum = note(self.sum, at, id);
            let distance = self.work.step(id);
            self.heap.push(Reverse((at + distance, self.sequence, id)));
            self.sequence += 1;
        }
        self.sum
    }
}

/// desque as its examples use it: an event type that schedules its successor from `execute`.
struct Desque(Simulation<DesqueState, u64>);

struct DesqueState {
    left: u32,
    work: Work,
    sum: u64,
}

impl SimState<u64> for DesqueState {
    fn is_complete(&self, _now: &u64) -> bool {
        self.left == 0
    }
}

#[derive(Debug)]
struct DesqueEvent {
    id: u32,
}

impl OkEvent<DesqueState, u64> for DesqueEvent {
    fn execute(&mut self, simulation: &mut Simulation<DesqueState, u64>) {
        let now = *simulation.current_time();
        let state = simulation.state_mut();
        state.left -= 1;
        state.sum = note(state.sum, now, self.id);
        let distance = state.work.step(self.id);
        simulation.schedule(DesqueEvent { id: self.id }, now + distance).expect("distances are positive");
    }
}

impl Engine for Desque {
    fn new(firsts: &[u64], work: Work) -> Desque {
        let mut simulation = Simulation::new(DesqueState { left: 0, work, sum: 0 }, 0);
        for (id, &at) in firsts.iter().enumerate() {
            simulation.schedule(DesqueEvent { id: id as u32 }, at).expect("instants are positive");
        }
        Desque(simulation)
    }

    fn run(&mut self, events: u32) -> u64 {
        self.0.state_mut().left = events;
        self.0.run().expect("no event fails");
        self.0.state().sum
    }
}

fn measure<E: Engine>(c: &mut Criterion, group: &str, engine: &str, firsts: &[u64], work: &Work) {
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements(u64::from(EVENTS)));
    group.bench_function(BenchmarkId::from_parameter(engine), |b| {
        let mut engine = E::new(firsts, work.clone());
        b.iter(|| engine.run(EVENTS));
    });
    group.finish();
}

/// The checksum of a history of some length.
fn history<E: Engine>(firsts: &[u64], work: &Work) -> u64 {
    E::new(firsts, work.clone()).run(5 * EVENTS)
}

fn compare(c: &mut Criterion, group: &str, components: usize, work: &Work) {
    let firsts = Work::firsts(components);
    let ours = history::<OurTimers>(&firsts, work);
    assert_eq!(ours, history::<StdHeap>(&firsts, work), "{group}: the heap has another history");
    assert_eq!(ours, history::<Desque>(&firsts, work), "{group}: desque has another history");
    measure::<OurTimers>(c, group, "timers", &firsts, work);
    measure::<StdHeap>(c, group, "std heap", &firsts, work);
    measure::<Desque>(c, group, "desque", &firsts, work);
}

fn hold(c: &mut Criterion) {
    compare(c, "hold 1000", 1_000, &Work::hold());
    compare(c, "hold 100000", 100_000, &Work::hold());
}

fn repair(c: &mut Criterion) {
    compare(c, "repair", 1_000, &Work::repair(1_000));
}

/// What happens to a timer drawn at random: a third of them are cancelled.
#[derive(Clone)]
struct Changes {
    distances: Distances,
    changes: Vec<(u32, bool)>,
    next: usize,
}

impl Changes {
    const SLOTS: u32 = 100;

    fn new() -> Changes {
        let (randomness, stream) = (Randomness::new(3, 0), Stream::new("bench", "change"));
        let change = |k| {
            let bits = randomness.bits(stream, k);
            ((bits as u32) % Changes::SLOTS, (bits >> 32) % 3 == 0)
        };
        let changes = (0..Distances::LENGTH as u32).map(change).collect();
        Changes { distances: Distances::new("cancel", 3_600_000.0), changes, next: 0 }
    }

    #[inline]
    fn draw(&mut self) -> (u32, Option<u64>) {
        let (slot, cancels) = self.changes[self.next % Distances::LENGTH];
        self.next = self.next.wrapping_add(1);
        (slot, (!cancels).then(|| self.distances.draw()))
    }
}

struct CancelTimers {
    timers: Timers,
    changes: Changes,
    sum: u64,
}

impl CancelTimers {
    fn new(firsts: &[u64], changes: Changes) -> CancelTimers {
        let timers = OurTimers::new(firsts, Work::hold()).timers;
        CancelTimers { timers, changes, sum: 0 }
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let (now, slot) = self.timers.take_before(Time::NEVER).expect("timers are pending");
            self.sum = note(self.sum, now.0, slot);
            self.timers.arm(slot, now + Span(self.changes.distances.draw()));
            match self.changes.draw() {
                (slot, Some(distance)) => self.timers.arm(slot, now + Span(distance)),
                (slot, None) => self.timers.disarm(slot),
            }
        }
        self.sum
    }
}

/// A heap that keeps what was cancelled or armed anew until it comes up: an entry counts only if its
/// generation is still its timer's.
struct CancelHeap {
    heap: BinaryHeap<Reverse<(u64, u32, u32)>>,
    generations: Vec<u32>,
    changes: Changes,
    sum: u64,
}

impl CancelHeap {
    fn new(firsts: &[u64], changes: Changes) -> CancelHeap {
        let heap = firsts.iter().enumerate().map(|(slot, &at)| Reverse((at, slot as u32, 0))).collect();
        CancelHeap { heap, generations: vec![0; firsts.len()], changes, sum: 0 }
    }

    #[inline]
    fn arm(&mut self, slot: u32, at: u64) {
        let generation = &mut self.generations[slot as usize];
        *generation = generation.wrapping_add(1);
        self.heap.push(Reverse((at, slot, *generation)));
    }

    fn run(&mut self, events: u32) -> u64 {
        for _ in 0..events {
            let (now, slot) = loop {
                let Reverse((at, slot, generation)) = self.heap.pop().expect("events are pending");
                if generation == self.generations[slot as usize] {
                    break (at, slot);
                }
            };
            self.sum = note(self.sum, now, slot);
            let distance = self.changes.distances.draw();
            self.arm(slot, now + distance);
            match self.changes.draw() {
                (slot, Some(distance)) => self.arm(slot, now + distance),
                (slot, None) => {
                    let generation = &mut self.generations[slot as usize];
                    *generation = generation.wrapping_add(1);
                }
            }
        }
        self.sum
    }
}

fn cancel(c: &mut Criterion) {
    let (firsts, changes) = (Work::firsts(Changes::SLOTS as usize), Changes::new());
    let mut timers = CancelTimers::new(&firsts, changes.clone());
    let mut heap = CancelHeap::new(&firsts, changes);
    assert_eq!(timers.run(5 * EVENTS), heap.run(5 * EVENTS), "cancel: the heap has another history");
    let mut group = c.benchmark_group("cancel");
    group.throughput(Throughput::Elements(u64::from(EVENTS)));
    group.bench_function("timers", |b| b.iter(|| timers.run(EVENTS)));
    group.bench_function("std heap", |b| b.iter(|| heap.run(EVENTS)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = hold, repair, cancel
}
criterion_main!(benches);
