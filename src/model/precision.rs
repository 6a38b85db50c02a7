//! How well a run is to know its answer before it stops.

/// What is to be known, and within which part of itself. The most replications stay the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// Half of the 95 % interval, at its longer side, by the mean.
    pub within: f64,
    pub of: PrecisionOf,
}

/// What is to be known that well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrecisionOf {
    /// The downtime of every service under every strategy.
    Downtime,
    /// The difference of every pair of strategies, of every service, by the larger of the two downtimes.
    Differences,
}

impl PrecisionOf {
    /// Its word in scenarios and results.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PrecisionOf::Downtime => "downtime",
            PrecisionOf::Differences => "differences",
        }
    }
}
