//! How downtimes of single instances are spread: percentiles with their intervals, and the points that charts need.

use super::summarize::SECOND;
use super::summary::DowntimePercentiles;
use crate::stats;

/// The points of a distribution that charts need: every 2 %, finer towards the rare end.
fn grid() -> Vec<f64> {
    // Divided, not multiplied: 35 / 50 is 0.7, 35 * 0.02 is 0.7000000000000001.
    let coarse = (0..45).map(|k| f64::from(k) / 50.0);
    let fine = (90..99).map(|k| f64::from(k) / 100.0);
    let finer = (990..999).map(|k| f64::from(k) / 1_000.0);
    let finest = (9990..10_000).map(|k| f64::from(k) / 10_000.0);
    coarse.chain(fine).chain(finer).chain(finest).chain([1.0]).collect()
}

pub(super) fn percentiles(downtimes: &stats::Distribution, replications: usize) -> DowntimePercentiles {
    let grid = grid();
    let values = downtimes.quantiles(&grid);
    let at = |p: f64| downtimes.quantile(p) as f64 / SECOND;
    DowntimePercentiles {
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: downtimes.max() as f64 / SECOND,
        intervals: [0.5, 0.95, 0.99].map(|p| percentile_interval(downtimes, replications as u64, p)),
        quantiles: grid.into_iter().zip(values.into_iter().map(|v| v as f64 / SECOND)).collect(),
    }
}

/// Order statistics, as if each replication had shown one value: its instances share its faults, so that they may be worth no more.
fn percentile_interval(downtimes: &stats::Distribution, replications: u64, p: f64) -> (f64, Option<f64>) {
    let (low, high) = stats::proportion::quantile_ranks(replications, p, 0.95);
    let at = |rank: u64| downtimes.quantile(rank as f64 / replications as f64) as f64 / SECOND;
    (low.map_or(0.0, at), high.map(at))
}
