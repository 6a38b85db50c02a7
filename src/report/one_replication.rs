//! One replication among many: the part of `result.json` that names it.

use serde::{Deserialize, Serialize};

use super::number;

/// A replication by its number, counted from 0 as `trace` does, and its downtime.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneReplication {
    pub replication: u32,
    /// Seconds of the mean instance of all services.
    #[serde(with = "number")]
    pub downtime_s: f64,
}
