//! A second engine, written from the definitions and naive on purpose, against the product: random small scenarios must come
//! to the same, to the microsecond.
//!
//! Naive means: what is pending is a plain list with true deletion, searched for its minimum, and after each event all that
//! follows from the state of the world (who has power, who reaches what, who serves) is worked out anew. Of the product it
//! uses laws and the addresses of draws, so that the same failures strike both; a scenario is plain data
//! ([`scenario`]) that this engine plays directly and the product reads as text.
//!
//! In scope: hosts (crash, hang, repair, boot, power), racks, sites, storages, networks, links, crews, VMs without protection,
//! guest and application faults, storage pauses, host clusters of the product `custom` with room, priorities and siblings on
//! different hosts, failover groups, balanced groups that look into applications or not, both layers together, services
//! with and without a cluster, several instances, scripts, warm-up, both ages. Compared: what each instance does not serve
//! as a function of time, the causes of outages that begin with a fault which is alone at its instant, which VMs wait, and
//! the sums of the fast way of counting. Out of scope: products, votes and witnesses, profiles of guest layers, migration,
//! maintenance, load, mirrors, controllers, several paths, networks of one site, local disks.
//!
//! Where the definitions leave the order of things within one instant open, the order of the model's table of timers holds,
//! and what takes no time happens at once. Where they leave open which number a draw has, that of the product holds: by the
//! number of the boot, start, or failure that it belongs to. What is known to differ is named where it is left out:
//! `World::doubt` ends the comparison of a scenario at that instant, and [`author`] does not write the rest.
//!
//! `NINEFOLD_SEED=n` replays a scenario, `NINEFOLD_LONG=1` plays many more.

mod author;
mod balanced;
mod census;
mod cluster;
mod compare;
mod dice;
mod groups;
mod guests;
mod hosts;
mod scenario;
mod world;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use author::Author;
use compare::{Same, compare};
use rayon::prelude::*;
use world::Flaw;

const SHORT: u64 = 2_000;
const LONG: u64 = 20_000;
/// What replays a seed.
const COMMAND: &str = "cargo test --test naive both_come";

fn seeds() -> Range<u64> {
    match std::env::var("NINEFOLD_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("NINEFOLD_SEED is a number");
            seed..seed + 1
        }
        Err(_) if std::env::var_os("NINEFOLD_LONG").is_some() => 0..LONG,
        Err(_) => 0..SHORT,
    }
}

/// One seed, both ways; an assertion of either is a difference too.
fn try_one(seed: u64, flaw: Flaw) -> Result<Same, String> {
    let scenario = Author::write(seed);
    let outcome = catch_unwind(AssertUnwindSafe(|| compare(seed, &scenario, flaw)));
    outcome.unwrap_or_else(|payload| {
        let what = payload.downcast_ref::<String>().cloned().unwrap_or_default();
        let what = payload.downcast_ref::<&str>().map_or(what, |text| (*text).to_owned());
        Err(format!("{what}\n{}", scenario.text()))
    })
}

#[test]
fn both_come_to_the_same() {
    let seeds = seeds();
    let asked = seeds.end - seeds.start;
    let outcomes: Vec<_> =
        seeds.into_par_iter().map(|seed| try_one(seed, Flaw::None).map_err(|what| (seed, what))).collect();
    let (mut counts, mut doubts, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(same) => {
                for (name, count) in same.census.counts() {
                    *counts.entry(name).or_insert(0) += count;
                }
                if let Some(doubt) = same.doubt {
                    *doubts.entry(doubt).or_insert(0) += 1;
                }
            }
            Err(what) => wrong.push(what),
        }
    }
    println!("{asked} scenarios, {counts:?}\nnot to their ends: {doubts:?}");
    // The smallest scenario first: it is the one to read.
    wrong.sort_by_key(|(_, what)| what.len());
    for (seed, what) in wrong.iter().skip(1).take(20) {
        println!("seed {seed}: {}", what.lines().next().unwrap_or_default());
    }
    if let Some((seed, what)) = wrong.first() {
        panic!(
            "{} of {asked} scenarios differ; NINEFOLD_SEED={seed} {COMMAND} replays this one:\n{what}",
            wrong.len()
        );
    }
    if asked >= SHORT {
        let rare: Vec<_> = counts.iter().filter(|count| *count.1 < 5).collect();
        assert!(rare.is_empty(), "of {asked} scenarios too few have {rare:?}");
        let doubtful: u64 = doubts.values().sum();
        assert!(doubtful * 50 < asked, "{doubtful} of {asked} scenarios are not compared to their ends");
    }
}

/// Of two hundred scenarios, so many must tell each flaw from what is right.
#[test]
fn broken_twins_are_found_out() {
    let flaws = [
        (Flaw::TiesReversed, 20),
        (Flaw::EndlessCrews, 20),
        (Flaw::LastComeFirst, 8),
        (Flaw::RestartBeforeDetection, 30),
        (Flaw::WayBackGoesOn, 4),
        (Flaw::ClocksRunOn, 20),
        (Flaw::SharesThinOut, 4),
        (Flaw::PriorityIgnored, 1),
    ];
    for (flaw, least) in flaws {
        let found = (0..200_u64).into_par_iter().filter(|&seed| try_one(seed, flaw).is_err()).count();
        println!("{flaw:?}: {found} of 200");
        assert!(found >= least, "{flaw:?} differs in {found} of 200 scenarios only");
    }
}
