//! One number a replication, as whole numbers of some unit, so that sums of them are exact and their order does not matter.

use super::summarize::pairs;
use crate::stats::{Interval, Moments, Randomness, interval};

/// Numbers of replications, in their order.
#[derive(Clone, Debug)]
pub(super) struct Series {
    values: Vec<f64>,
    /// The most that chance may add to one more replication; `None`: as much as by which these differ.
    most: Option<f64>,
}

/// Numbers of weighted replications get so many bits: the largest of them, and as many replications as there can be, leave
/// room in the sums of squares.
const BITS: i32 = 46;

impl Series {
    /// Of weighted replications alone: one more may as well be like the heaviest that was seen.
    pub(super) fn new(values: Vec<f64>) -> Series {
        Series { values, most: None }
    }

    /// In part of plain replications, of which an event that was not seen may add so much; `weighted` are what is not.
    pub(super) fn with_unseen(values: Vec<f64>, unseen: f64, weighted: &[f64]) -> Series {
        let (least, most) = weighted
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), &value| (least.min(value), most.max(value)));
        Series { values, most: Some(unseen.max(most - least)) }
    }

    /// What chance can do to it.
    fn chance(&self, moments: &Moments, unit: f64) -> Randomness {
        match self.most {
            None => Randomness::up_to(moments.max().saturating_sub(moments.min()) as f64),
            Some(most) if most <= 0.0 => Randomness::None,
            Some(most) => Randomness::up_to(most / unit),
        }
    }

    /// Of the first so many replications alone.
    pub(super) fn first(&self, replications: usize) -> Series {
        Series { values: self.values[..replications].to_vec(), most: self.most }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum() / self.len() as f64
    }

    /// The sum of the squares of what each is above or below the mean.
    pub(super) fn squares(&self) -> f64 {
        let mean = self.mean();
        self.values.iter().map(|value| (value - mean) * (value - mean)).sum()
    }

    fn largest(&self) -> f64 {
        self.values.iter().fold(0.0, |most: f64, &value| most.max(value))
    }

    /// Each as a whole number of units.
    fn in_units(&self, unit: f64) -> impl Iterator<Item = u64> + '_ {
        self.values.iter().map(move |value| (value / unit + 0.5) as u64)
    }

    /// The mean and its interval.
    pub(super) fn estimate(&self) -> Interval {
        self.estimate_at(interval::TAIL)
    }

    /// The same with so much left out at each end.
    pub(super) fn estimate_at(&self, tail: f64) -> Interval {
        let unit = unit(self.largest());
        let moments: Moments = self.in_units(unit).collect();
        interval::mean_at(&moments, self.chance(&moments, unit), tail).scaled(unit)
    }

    /// So many times each.
    pub(super) fn times(&self, factor: f64) -> Series {
        Series {
            values: self.values.iter().map(|value| value * factor).collect(),
            most: self.most.map(|most| most * factor),
        }
    }

    /// As many outages of equal weight would know as much: the square of the mean by the variance of the mean.
    pub(super) fn effective_events(&self) -> f64 {
        let moments: Moments = self.in_units(unit(self.largest())).collect();
        let (n, mean) = (moments.count() as f64, moments.mean());
        match moments.sample_variance() {
            Some(variance) if variance > 0.0 => mean * mean * n / variance,
            _ => 0.0,
        }
    }

    /// The difference of two, paired by replication, and how they go together.
    pub(super) fn difference(&self, other: &Series) -> (Interval, Option<f64>) {
        self.difference_at(other, interval::TAIL)
    }

    /// The same with so much left out at each end.
    pub(super) fn difference_at(&self, other: &Series, tail: f64) -> (Interval, Option<f64>) {
        let unit = unit(self.largest().max(other.largest()));
        let sides: Vec<(u64, u64)> = self.in_units(unit).zip(other.in_units(unit)).collect();
        let pairs = pairs(&sides);
        let (first, second) = (self.chance(pairs.first(), unit), other.chance(pairs.second(), unit));
        let interval = interval::difference_at(&pairs, first, second, tail);
        (interval.scaled(unit), pairs.correlation())
    }
}

/// A power of two of which the largest number has so many bits: dividing by it loses nothing.
fn unit(largest: f64) -> f64 {
    if largest > 0.0 { libm::scalbn(1.0, libm::ilogb(largest) + 1 - BITS) } else { 1.0 }
}

/// The method of an interval that weighted replications made.
pub(super) fn by_importance_sampling(interval: Interval) -> super::summary::Estimate {
    let method = super::summary::Method::ImportanceSampling;
    super::summary::Estimate { method, ..super::summary::Estimate::from(interval) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_does_not_depend_on_the_scale() {
        let numbers: Vec<f64> = (0..50).map(|k| f64::from(k % 7) * 1.25).collect();
        let tiny = Series::new(numbers.iter().map(|x| x * 1e-12).collect()).estimate();
        let plain = Series::new(numbers).estimate();
        for (a, b) in
            [(tiny.mean, plain.mean), (tiny.low, plain.low), (tiny.high, plain.high), (tiny.se, plain.se)]
        {
            assert!((a * 1e12 / b - 1.0).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn nothing_at_all_has_a_mean_of_zero() {
        let nothing = Series::new(vec![0.0; 20]);
        assert_eq!((nothing.estimate().mean, nothing.effective_events()), (0.0, 0.0));
        assert_eq!(nothing.estimate().method, crate::stats::Method::Bound);
    }
}
