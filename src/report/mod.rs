//! Numbers to bytes: what a run found, as a terminal comparison, Markdown, CSV, JSON, charts and a page.
//!
//! Nothing here reads or writes a file. A [`Summary`](crate::experiment::summary::Summary)
//! becomes a [`RunResult`], the mirror of `result.json`, and everything else is made from that
//! (only `replications.csv` needs the summary itself), so that a result redrawn from its file is
//! the same to the byte. The same input always gives the same bytes.
//!
//! ```text
//! Summary ── RunResult::from ──> RunResult ──> to_json, text::comparison, markdown::summary,
//!    │                               ▲          csv::{summary, causes, …}, charts::draw
//!    └── csv::replications           └── RunResult::from_json
//! ```
//!
//! A sweep is many of them, cut down to what its table, files and chart need: [`sweep`]. The search for the
//! smallest value that meets a goal has an answer of its own: [`size`]. What was found of gates is for pipelines: [`gates`].

pub mod advice;
mod assumptions;
pub mod baseline;
mod capacity;
pub mod charts;
pub mod clean;
mod comparisons;
mod convert;
mod cost;
pub mod csv;
pub mod diff;
mod exceedance;
pub mod explain;
pub mod faults;
pub mod figures;
pub mod gates;
mod headroom;
mod json;
mod lanes;
mod lengths;
mod lost;
pub mod markdown;
mod number;
mod one_replication;
pub mod page;
mod possible;
mod profiles;
mod rare;
pub mod replays;
mod replications;
mod reproduce;
pub mod result;
pub mod size;
mod stopping;
pub mod story;
pub mod survivability;
pub mod sweep;
mod table;
pub mod text;
pub mod timeline;
mod told;
mod turns;
pub mod verdict;
pub mod verify;

pub use assumptions::{assumed, described};
pub use capacity::at_start;
pub use profiles::{guest_profile, profile, profiles};
pub use result::{ResultError, RunResult};
