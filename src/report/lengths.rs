//! Lengths of outages and migrations, as they stand in `result.json`.

use serde::{Deserialize, Serialize};

use super::number;
use super::result::Estimate;

/// Lengths of single outages, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutageLengths {
    /// Mean length.
    #[serde(with = "number")]
    pub mean: f64,
    /// Median length.
    #[serde(with = "number")]
    pub p50: f64,
    /// 95 % are no longer than this.
    #[serde(with = "number")]
    pub p95: f64,
    /// The longest.
    #[serde(with = "number")]
    pub max: f64,
}

/// Live migrations of a service, per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Migrations {
    /// How many.
    pub count: Estimate,
    /// How long a VM stood still.
    pub blackout_s: OutageLengths,
    /// How long each took, its blackout included.
    pub lasted_s: OutageLengths,
}
