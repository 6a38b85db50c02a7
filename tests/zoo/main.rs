//! The bug zoo: bugs that simulators of high availability really have, one at a time planted into this one, and each
//! must be killed by the test that claims to. It proves the power of the suite, as mutation testing proves that of
//! its assertions.
//!
//! `bugs.toml` holds them: a text that stands once in a source file, what stands there instead, and the test that must fail
//! then. A plain `cargo test` only sees that all of them still have their place. `NINEFOLD_LONG=1 cargo test --test
//! zoo -- --nocapture` copies the sources to `target/zoo`, plants all bugs in one build, each asleep behind a
//! switch, and runs each test awake and asleep. `NINEFOLD_ZOO=name` wakes the bugs with this in their name only.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod bugs;
mod hunt;
mod plant;

use std::collections::BTreeSet;
use std::path::Path;

/// Fewer than this means that somebody has let them go.
const BUGS_MIN: usize = 40;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_bug_has_its_place_and_its_killer() {
    let bugs = bugs::all();
    assert!(bugs.len() >= BUGS_MIN, "only {} bugs", bugs.len());
    let names: BTreeSet<&str> = bugs.iter().map(|bug| bug.name.as_str()).collect();
    assert_eq!(names.len(), bugs.len(), "two bugs have one name");
    let faults: Vec<String> = bugs.iter().filter_map(|bug| bug.check().err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // All of them must fit into one build.
    for file in bugs.iter().map(|bug| bug.file.as_str()).collect::<BTreeSet<_>>() {
        plant::plant(&std::fs::read_to_string(root().join(file)).unwrap(), file, &bugs);
    }
}

#[test]
fn every_bug_is_killed() {
    if std::env::var_os("NINEFOLD_LONG").is_none_or(|value| value != "1") {
        return;
    }
    let wanted = std::env::var(plant::SWITCH).unwrap_or_default();
    let survivors = hunt::hunt(&bugs::all(), &wanted);
    assert!(survivors.is_empty(), "these bugs survive: {}", survivors.join(", "));
}
