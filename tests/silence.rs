//! Hosts that fall silent, with every heartbeat as an event, against the simulation, which computes instants from
//! the phase of the beats and simulates none of them. One model for the families that count silence: VMware HA 4,
//! XenServer, Hyper-V. (`tests/heartbeats.rs` does the same for the primary and its secondaries.)
//!
//! The model here is written from the facts alone and shares no code with the product but the one thing it cannot
//! know: at which phase of the interval a host beats.

use ninefold::engine::{Randomness, Span};
use ninefold::model::{InjectTarget, Model};
use ninefold::probe::Timeline;
use ninefold::scenario::{self, Input};
use ninefold::sim::Signal;

const S: u64 = 1_000_000;

/// A family in seconds: what the facts say of a host of which nothing is heard.
struct Family {
    product: &'static str,
    /// Stages that are drawn, made constant here.
    settings: &'static str,
    interval: u64,
    /// From the last beat heard: given up after a crash; finds itself alone; stops its VMs or resets itself.
    ordered_after_crash: u64,
    alone: u64,
    stopped: u64,
    /// From there to restarts elsewhere.
    ordered_after_stop: u64,
}

const FAMILIES: [Family; 4] = [
    // VML-05 to VML-08; the 15 s count from the first beat that is missed.
    Family {
        product: "vmware-ha-4",
        settings: "",
        interval: 1,
        ordered_after_crash: 16,
        alone: 12,
        stopped: 14,
        ordered_after_stop: 2,
    },
    // XEN-11, XEN-13, XEN-36: 60 + 3 + 22 + 10; 60, 120; 22 + 60 + 10.
    Family {
        product: "xenserver",
        settings: "agreement = \"3 s\"\nnotice = \"10 s\"",
        interval: 7,
        ordered_after_crash: 95,
        alone: 60,
        stopped: 120,
        ordered_after_stop: 92,
    },
    // HYP-01, HYP-08, HYP-18: 5 + 6 + 4; 5, at once; 6 + 4.
    Family {
        product: "hyper-v-2008",
        settings: "regroup = \"6 s\"\ndisk_move = \"4 s\"",
        interval: 1,
        ordered_after_crash: 15,
        alone: 5,
        stopped: 5,
        ordered_after_stop: 10,
    },
    // HYP-04, HYP-19: 10 + 240 + 6; 10, 250; 6.
    Family {
        product: "hyper-v-2016",
        settings: "regroup = \"6 s\"",
        interval: 1,
        ordered_after_crash: 256,
        alone: 10,
        stopped: 250,
        ordered_after_stop: 6,
    },
];

fn compiled(family: &Family) -> Model {
    let text = format!(
        "schema = 1\ntitle = \"silence\"\n[run]\nhorizon = \"1 h\"\nreplications = 1\nages = \"new\"\n\
         [host.h]\ncount = 3\ncores = 16\nmemory = \"128 GiB\"\nboot = \"5 min\"\n\
         [cluster.c]\nproduct = \"{}\"\n{}\nhosts = [\"h\"]\n\
         [service.app]\nplace = [\"h-3\"]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         power_on = \"1 h\"\nboot = \"1 h\"\nstart = \"1 h\"\nrecover = \"0 s\"\n\
         [strategy.s]\nprotect = [\"host-cluster\"]\n\
         [[inject]]\nat = \"10 min\"\nfault = \"host h-3 link.management\"\nlasts = \"1 h\"\n\
         [[inject]]\nat = \"10 min\"\nfault = \"host h-3 crash\"\nlasts = \"1 h\"\n",
        family.product, family.settings
    );
    let (spec, issues) = scenario::read(&Input { name: "silence", bytes: text.as_bytes(), overrides: &[] });
    let told: String = issues.iter().map(|issue| issue.render()).collect();
    scenario::compile(&spec.expect(&told)).expect("compiles").remove(0)
}

/// When the host found itself alone, when its VM stopped, and when that was ordered to start elsewhere.
type Story = [Option<u64>; 3];

fn simulated(model: &Model, seed: u64) -> Story {
    let Timeline { entries } = ninefold::experiment::trace(model, seed, 0);
    let mut story = [None; 3];
    for entry in entries {
        let place = match entry.signal {
            Signal::HostIsolated { .. } => 0,
            Signal::VmDown { .. } => 1,
            Signal::RestartOrdered { .. } => 2,
            _ => continue,
        };
        story[place].get_or_insert(entry.at.0);
    }
    story
}

/// Every beat of the host, one after the other; those sent while it is silent are not heard.
fn by_beats(family: &Family, phase: u64, silent: std::ops::Range<u64>, crashes: bool) -> Story {
    let mut heard = 0;
    let mut beat = phase;
    loop {
        // A beat at the instant of the fault itself still gets out.
        let gets_out = beat <= silent.start || beat >= silent.end;
        if gets_out && beat <= silent.start {
            heard = beat;
        } else if gets_out && !crashes {
            // Heard again: whatever was not reached by now does not happen.
            break;
        }
        if beat > silent.start + 600 * S {
            break;
        }
        beat += family.interval * S;
    }
    let reached = |at: u64| (crashes || at < silent.end).then_some(at);
    if crashes {
        return [None, Some(silent.start), Some(heard + family.ordered_after_crash * S)];
    }
    let alone = reached(heard + family.alone * S);
    let stopped = reached(heard + family.stopped * S);
    [alone, stopped, stopped.map(|at| at + family.ordered_after_stop * S)]
}

#[test]
fn silence_is_noticed_at_the_same_instants_as_with_every_beat() {
    let (mut stops, mut heals) = (0, 0);
    for family in &FAMILIES {
        let mut model = compiled(family);
        let host = *model.clusters[0].hosts.last().expect("three hosts");
        for seed in 1..=1500_u64 {
            // Any instant, any length up to twice what the family waits; every third time a crash instead.
            let dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let at = 600 * S + dice % (20 * S);
            let lasts = 1 + (dice >> 20) % (2 * family.stopped * S);
            let crashes = seed.is_multiple_of(3);
            model.injects[0].at = Span(if crashes { 3_500 * S } else { at });
            model.injects[0].lasts = Some(Span(lasts));
            model.injects[1].at = Span(if crashes { at } else { 3_500 * S });
            model.injects[1].target = InjectTarget::HostCrash(host);
            let interval = family.interval * S;
            let phase = Randomness::new(seed, 0).uniform(model.hosts[host.index()].streams.beat, 0);
            let phase = (phase * interval as f64) as u64;
            let mut want = by_beats(family, phase, at..at + lasts, crashes);
            let mut got = simulated(&model, seed);
            if !crashes && want[1].is_none() {
                // The last crash, long after, is another story.
                (want[1], want[2], got[1], got[2]) = (None, None, None, None);
                heals += 1;
            } else if !crashes {
                stops += 1;
            }
            assert_eq!(
                got, want,
                "{} seed {seed}: silent from {at} for {lasts} us, phase {phase}",
                family.product
            );
        }
    }
    assert!(stops > 1000 && heals > 1000, "{stops} stops and {heals} recoveries are too few to tell");
}
