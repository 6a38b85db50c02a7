//! No event allocates, and a VM's state is small. Counted, not believed: this test is the allocator.
//!
//! What a replication may allocate: nothing. Lists that no replication has filled so far yet (VMs that
//! wait for room, outages beyond the first 1,024) may grow once; over many new replications that is a
//! handful of calls in all, not one per event or per replication.

// An allocator cannot be written without `unsafe`; it only counts and hands on to the system's. The
// product forbids unsafe code, and this file is no part of it.
#![allow(unsafe_code)]

mod loading;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use loading::load;
use ninefold::engine::Time;
use ninefold::model::Model;
use ninefold::probe::{Downtime, Waiting};
use ninefold::sim::{Observer, Replication, Signal};
use ninefold::state::State;

struct Counting;

thread_local! {
    /// Calls, and bytes that live, of this thread: tests run side by side.
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

fn count(calls: u64, bytes: i64) {
    // A thread that is being torn down has no counters any more.
    let _ = CALLS.try_with(|c| c.set(c.get() + calls));
    let _ = LIVE.try_with(|l| l.set(l.get() + bytes));
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as i64 - layout.size() as i64);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls of the allocator while something is done.
fn calls(work: impl FnOnce()) -> u64 {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// A datacenter like the reference: 30 hosts in 3 racks, most of their room taken.
fn reference(instances: u32) -> Vec<Model> {
    load(&reference_text(instances))
}

/// The same on an array that gives fifty VMs at once what they want when they boot.
fn narrow(instances: u32) -> Vec<Model> {
    load(&reference_text(instances).replace("kind = \"iscsi\"", "kind = \"iscsi\"\nbandwidth = \"300 MB/s\""))
}

/// The same with clients at work.
fn busy(instances: u32) -> Vec<Model> {
    let text = reference_text(instances);
    load(&text.replace("vm = { cores = 1,", "sessions = 500\nsession_timeout = \"30 s\"\nvm = { cores = 1,"))
}

/// The same with guests that are patched. A plan that patches all of them takes up to 20 bytes more of state a VM.
fn patched(instances: u32) -> Vec<Model> {
    load(&format!("{}{GUESTS}", reference_text(instances)))
}

const GUESTS: &str = r#"[maintenance.guests]
services = ["app", "web"]
first = "40 d"
every = "60 d"
lasts = "10 min"
at_once = 20
"#;

fn reference_text(instances: u32) -> String {
    let memory = 64 * instances.div_ceil(400);
    format!(
        r#"
schema = 1
[run]
horizon = "1 y"
[rack.a]
outage = {{ mttf = "1 y", mttr = "2 h" }}
[rack.b]
[rack.c]
[crew.people]
size = 3
[network.lan]
carries = ["client", "management"]
outage = {{ mttf = "1 y", mttr = "10 min" }}
[storage.san]
kind = "iscsi"
outage = {{ mttf = "2 y", mttr = "1 h" }}
[host.esx]
count = 30
racks = ["a", "b", "c"]
cores = 64
memory = "{memory} GiB"
storage = ["san"]
crash = {{ mttf = "60 d", mttr = "12 h" }}
crew = "people"
[cluster.k]
product = "custom"
hosts = ["esx"]
detection = "18 s"
[service.app]
instances = {}
vm = {{ cores = 1, memory = "4 GiB", storage = "san" }}
guest_crash = {{ mttf = "90 d", mttr = "10 min" }}
app_crash = {{ mttf = "60 d", mttr = "10 min" }}
crew = "people"
[service.web]
role = "stateless"
instances = {}
vm = {{ cores = 1, memory = "4 GiB", storage = "san" }}
app_hang = {{ mttf = "60 d", mttr = "10 min" }}
[strategy.none]
protect = []
[strategy.cluster]
protect = ["host-cluster"]
[strategy.failover]
protect = ["host-cluster"]
[strategy.failover.service.web]
protect = ["guest-failover"]
nodes = 2
[strategy.balanced]
protect = ["host-cluster"]
[strategy.balanced.service.web]
protect = ["host-cluster", "nlb"]
members = 2
[maintenance.patch]
hosts = ["esx"]
first = "10 d"
every = "90 d"
lasts = "1 h"
"#,
        instances * 9 / 10,
        instances / 20
    )
}

/// Counts signals, to show that something happened.
struct Signals(u64);

impl Observer for Signals {
    fn observe(&mut self, _now: Time, _signal: Signal) {
        self.0 += 1;
    }
}

#[test]
fn replications_do_not_allocate() {
    for model in reference(400).iter().chain(&narrow(400)).chain(&busy(400)).chain(&patched(400)) {
        let mut state = State::new(model);
        let (mut downtime, mut waiting) = (Downtime::new(model), Waiting::new(model));
        let mut signals = Signals(0);
        let mut replicate = |replication| {
            downtime.reset();
            waiting.reset();
            let observer = (&mut signals, (&mut downtime, &mut waiting));
            Replication::new(model, &mut state, 1, replication, observer).run();
            downtime.finish();
            waiting.finish();
        };
        let first = calls(|| replicate(0));
        let again = calls(|| replicate(0));
        let more = calls(|| (1..9).for_each(&mut replicate));
        let repeated = calls(|| (0..9).for_each(&mut replicate));
        println!(
            "{}: first {first}, again {again}, 8 more {more}, repeated {repeated}, signals {}",
            model.strategy, signals.0
        );
        assert!(signals.0 > 20_000, "{}: {} signals are too few to tell", model.strategy, signals.0);
        assert_eq!(
            (again, repeated),
            (0, 0),
            "{}: a replication that has run before allocates",
            model.strategy
        );
        assert!(more <= 16, "{}: 8 replications allocated {more} times", model.strategy);
    }
}

#[test]
fn the_count_sees_an_allocation() {
    assert_eq!(calls(|| drop(std::hint::black_box(Box::new(1)))), 1);
    assert_eq!(calls(|| assert!(std::hint::black_box(1) == 1)), 0);
}

/// Bytes that a new state takes.
fn state_bytes(model: &Model) -> i64 {
    let before = LIVE.get();
    let mut state = State::new(model);
    state.reset(model);
    let bytes = LIVE.get() - before;
    drop(state);
    bytes
}

#[test]
fn a_vm_takes_at_most_200_bytes() {
    small_states(200, reference(400), reference(1_000), reference(2_000));
    small_states(200, narrow(400), narrow(1_000), narrow(2_000));
    // Who is at work on it, where that is counted, and how long they wait.
    small_states(220, busy(400), busy(1_000), busy(2_000));
}

fn small_states(most: usize, small: Vec<Model>, medium: Vec<Model>, large: Vec<Model>) {
    for strategy in 0..small.len() {
        let (model, medium, large) = (&small[strategy], &medium[strategy], &large[strategy]);
        assert!(State::bytes_per_vm(model) <= most, "{}: {}", model.strategy, State::bytes_per_vm(model));
        // Hosts and the like are the same in both: what remains belongs to the VMs.
        let (vms, more) = (medium.vms.len() as i64, large.vms.len() as i64);
        let marginal = (state_bytes(large) - state_bytes(medium)) as f64 / (more - vms) as f64;
        let told = State::bytes_per_vm(large);
        println!(
            "{}: {} VMs, {} bytes told; {vms} and {more} VMs, {told} told, {marginal:.1} measured",
            model.strategy,
            model.vms.len(),
            State::bytes_per_vm(model)
        );
        assert!(marginal <= most as f64, "{}: {marginal} bytes a VM", model.strategy);
        let off = (marginal - told as f64).abs() / marginal;
        assert!(off < 0.15, "{}: {told} bytes told, {marginal:.1} measured", model.strategy);
    }
}
