//! What a set of replication values says: exact moments, order statistics and honest intervals.
//!
//! Values are whole numbers (ticks, counts). They are added up in integers, so that the result has the
//! same bits whatever the order of the values and however the work was divided; floating point appears
//! once, at the very end, through `libm` ([`crate::special`]), so that it has the same bits on every machine.
//!
//! - [`Moments`] and [`PairedMoments`]: sums, means, variances, correlations.
//! - [`Distribution`]: quantiles of many values in bounded memory.
//! - [`interval`]: 95 % intervals for means and differences that stay honest when almost nothing happened.
//! - [`proportion`]: intervals for shares and for quantiles.
//! - [`fit`]: laws of durations of which some were not seen to their end.
//! - [`spending`]: how the error of one test is shared out over several looks.
//! - [`sequential`]: the smallest of several candidates that passes, with the error of the whole answer kept.

mod distribution;
pub mod fit;
pub mod interval;
mod moments;
mod paired;
pub mod proportion;
pub mod sequential;
pub mod spending;
mod wide;

pub use distribution::{Distribution, EXACT_VALUES_MAX};
pub use interval::{Interval, Method, Randomness, Seldom};
pub use moments::Moments;
pub use paired::PairedMoments;

#[cfg(test)]
mod coverage;
#[cfg(test)]
mod testing;
