//! Replications in parallel, and what they add up to.
//!
//! Parallelism lives here and nowhere else: a block of replications is a pure function of the models,
//! the seed and the block's number. Blocks come back in order and everything is added up in integers, so
//! that the number of threads never shows in a result, and the first n replications of a longer run are
//! the same n.
//!
//! All strategies of a block run in one task on the same failure history (common random numbers), which
//! is what makes "A minus B" sharp.
//!
//! [`gate`] adds replications while a gate of the scenario is undecided, and [`baseline`] holds a run against a stored one.
//!
//! Variants of a scenario run one after the other on the same threads ([`run_on`]); what they keep of it, a [`Sample`], is enough to
//! compare them on the same failures later. [`size`] looks for the smallest variant that meets a goal, adding replications to those
//! that a candidate has (`study`).

pub mod baseline;
mod best;
mod block;
mod capacity;
mod chance;
mod convergence;
mod cost;
mod difference;
mod extremes;
pub mod gate;
mod headroom;
mod metric;
mod percentiles;
mod pilot;
mod pool;
mod precision;
mod rare;
mod refine;
mod sample;
mod series;
pub mod size;
mod study;
mod summarize;
pub mod summary;
mod turns;
pub mod verify;
mod weighted_cost;

pub use extremes::{Replayed, replay_all};
pub use pool::{Outcome, Plan, Threads, Watch, run, run_gated, run_on};
pub use sample::{Pairing, Sample};
pub use study::{Check, Reading};
pub use summary::Summary;

use crate::model::Model;
use crate::probe::{Digest, Timeline};
use crate::sim::{Observer, Replication};
use crate::state::State;

/// Replays one replication and returns its timeline.
#[must_use]
pub fn trace(model: &Model, seed: u64, replication: u32) -> Timeline {
    replay(model, seed, replication, Timeline::default())
}

/// The fingerprint of one replication.
#[must_use]
pub fn digest(model: &Model, seed: u64, replication: u32) -> Digest {
    replay(model, seed, replication, Digest::default())
}

/// Runs one replication for an observer, on a state of its own.
pub fn replay<O: Observer>(model: &Model, seed: u64, replication: u32, observer: O) -> O {
    Replication::new(model, &mut State::new(model), seed, replication, observer).run()
}
