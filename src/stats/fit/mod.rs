//! Which law durations follow, from durations that were seen in part only: exponential, Weibull, lognormal and gamma, each at the
//! maximum of its likelihood, with intervals, and a criterion to choose by.
//!
//! What was going on when the watching began or ended says how long it lasted at least, and is counted as that: who leaves it
//! out takes long durations for rare, since those are the ones that are cut off.
//!
//! ```
//! use ninefold::stats::fit::{Durations, Family, fit};
//! // Two that were seen from beginning to end, and two that were still going on after 30.
//! let seen = Durations { whole: vec![10.0, 20.0], open: vec![30.0, 30.0], ..Durations::default() };
//! let fitted = fit(Family::Exponential, &seen)?;
//! // Events over exposure: 2 in 90.
//! assert!((fitted.mean.value - 45.0).abs() < 1e-12);
//! assert!(fitted.mean.low < 45.0 && 45.0 < fitted.mean.high);
//! # Ok::<(), ninefold::stats::fit::NoFit>(())
//! ```

mod climb;
mod curve;
mod durations;
mod steps;

pub use curve::{Curve, Family};
pub use durations::Durations;
pub use steps::{Step, steps};

use crate::special::{chi_square_quantile, normal_quantile};
use climb::{Summit, climb};

/// Of 95 % intervals, what lies beyond one end.
const TAIL: f64 = 0.025;
/// A shape, or its inverse, beyond which durations are all alike, or have no mean that a computer can hold.
const SHAPE_MAX: f64 = 1_000.0;
const SHAPE_MIN: f64 = 0.05;
const SIGMA_MAX: f64 = 5.0;

/// A value with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The estimate.
    pub value: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl Known {
    /// Whether the interval has a value in it.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// In another unit.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Known {
        Known { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }
}

/// A law at the maximum of its likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The law, in the unit of the durations.
    pub curve: Curve,
    /// Its parameters by name, in the order of [`Family::parameters`].
    pub parameters: Vec<(&'static str, Known)>,
    /// Its mean.
    pub mean: Known,
    /// The logarithm of the likelihood.
    pub ln_likelihood: f64,
    /// Akaike's criterion, -2 ln L + 2 k: of two laws the one with less is nearer to the truth, as far as is known.
    pub aic: f64,
    /// The same, corrected for few durations (Hurvich and Tsai 1989); no number where there are hardly more durations than
    /// parameters.
    pub aicc: f64,
}

/// Why a law has no maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFit {
    /// Fewer ends were seen than it takes: so many, and so many needed.
    TooFew(usize, usize),
    /// All ends that were seen came after the same time.
    Alike,
    /// The likelihood grows on and on, or where it is highest the law is beyond what can be simulated.
    Extreme,
}

impl std::fmt::Display for NoFit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoFit::TooFew(seen, needed) => {
                write!(f, "{seen} seen from which it could be told, {needed} needed")
            }
            NoFit::Alike => f.write_str("all are equally long"),
            NoFit::Extreme => f.write_str("no maximum within what can be simulated"),
        }
    }
}

impl std::error::Error for NoFit {}

/// Fits a law.
///
/// # Errors
/// Where the likelihood has no maximum.
pub fn fit(family: Family, seen: &Durations) -> Result<Fitted, NoFit> {
    let (ends, needed) = (seen.ends(), family.parameters().len() + 1);
    // One end is enough for a mean.
    let needed = if family == Family::Exponential { 1 } else { needed };
    if ends < needed {
        return Err(NoFit::TooFew(ends, needed));
    }
    if family == Family::Exponential {
        return exponential(seen);
    }
    if seen.are_alike() {
        return Err(NoFit::Alike);
    }
    // In units of about their size, so that no unit comes near the edge of what numbers can say.
    let unit = seen.exposure() / ends as f64;
    let scaled = seen.scaled(1.0 / unit);
    let summit = climb(family.begin(&scaled), |point| ln_likelihood(&Curve::at(family, point), &scaled));
    let summit = summit.ok_or(NoFit::Extreme)?;
    let curve = Curve::at(family, summit.point);
    if !is_within_bounds(&curve) {
        return Err(NoFit::Extreme);
    }
    Ok(described(family, &summit, unit, seen))
}

/// The exponential law has a closed form, and an interval that is exact: the number of ends in a given exposure is Poisson's
/// (Garwood 1936), and at least 95 % of such intervals hold the truth where the exposure is not given but stops by itself.
fn exponential(seen: &Durations) -> Result<Fitted, NoFit> {
    let (ends, exposure) = (seen.ends() as f64, seen.exposure());
    let (curve, value) = if seen.below.is_empty() {
        (Curve::Exponential { mean: exposure / ends }, exposure / ends)
    } else {
        // Ends of which only a bound is known have no closed form; the other parameter is none.
        let unit = exposure / ends;
        let scaled = seen.scaled(1.0 / unit);
        let along = |point: [f64; 2]| {
            ln_likelihood(&Curve::at(Family::Exponential, point), &scaled) - 0.5 * point[1] * point[1]
        };
        let summit = climb([0.0, 0.0], along).ok_or(NoFit::Extreme)?;
        let mean = libm::exp(summit.point[0]) * unit;
        (Curve::Exponential { mean }, mean)
    };
    if !(value.is_normal() && value > 0.0) {
        return Err(NoFit::Extreme);
    }
    let total = 2.0 * value * ends;
    let mean = Known {
        value,
        low: total / chi_square_quantile(1.0 - TAIL, 2.0 * ends + 2.0),
        high: total / chi_square_quantile(TAIL, 2.0 * ends),
    };
    let ln_likelihood = ln_likelihood(&curve, seen);
    let (aic, aicc) = criteria(ln_likelihood, 1.0, ends);
    Ok(Fitted { curve, parameters: vec![("mean", mean)], mean, ln_likelihood, aic, aicc })
}

/// The least mean, with 97.5 % confidence, of an exponential law of which no end was seen.
///
/// ```
/// // The rule of three, with a little more confidence: -ln 2.5 % = 3.69.
/// assert!((ninefold::stats::fit::mean_at_least(369.0) - 100.0).abs() < 0.1);
/// ```
#[must_use]
pub fn mean_at_least(exposure: f64) -> f64 {
    exposure / -libm::log(TAIL)
}

/// The logarithm of the likelihood of what was seen.
#[must_use]
pub fn ln_likelihood(curve: &Curve, seen: &Durations) -> f64 {
    let ends: f64 = curve.ln_densities(&seen.whole);
    let open: f64 = seen.open.iter().map(|&x| curve.ln_survival(x)).sum();
    let below: f64 = seen.below.iter().map(|&x| libm::log(-libm::expm1(curve.ln_survival(x)))).sum();
    let mut sum = ends + open + below;
    if !(seen.rest.is_empty() && seen.open_rest.is_empty()) {
        let ln_mean = libm::log(curve.mean());
        sum += seen.rest.iter().map(|&x| curve.ln_survival(x) - ln_mean).sum::<f64>();
        sum += seen.open_rest.iter().map(|&x| curve.ln_rest_survival(x)).sum::<f64>();
    }
    if sum.is_nan() { f64::NEG_INFINITY } else { sum }
}

fn is_within_bounds(curve: &Curve) -> bool {
    let mean = curve.mean();
    let shape = match *curve {
        Curve::Exponential { .. } => true,
        Curve::Weibull { shape, .. } | Curve::Gamma { shape, .. } => (SHAPE_MIN..=SHAPE_MAX).contains(&shape),
        Curve::Lognormal { sigma, .. } => (1.0 / SHAPE_MAX..=SIGMA_MAX).contains(&sigma),
    };
    shape && mean.is_normal()
}

/// Intervals from the observed information: normal around the logarithm of what is positive (Cox and Hinkley, "Theoretical
/// Statistics", 1974, 9.2), so that none reaches below zero.
fn described(family: Family, summit: &Summit, unit: f64, seen: &Durations) -> Fitted {
    let z = normal_quantile(1.0 - TAIL);
    let at = |point: [f64; 2]| Curve::at(family, point).scaled(unit);
    let curve = at(summit.point);
    let around = |value: f64, error: f64| Known {
        value,
        low: value * libm::exp(-z * error),
        high: value * libm::exp(z * error),
    };
    // Each parameter is the exponential of one coordinate, but for a gamma law's mean, which is one itself.
    let errors = summit.errors();
    let values = curve.parameters();
    let parameters = family.parameters().iter().zip(values).zip(errors);
    let parameters = parameters.map(|((&name, value), error)| (name, around(value, error))).collect();
    let slope = |along: usize| {
        let step = 1e-5;
        let moved = |by: f64| {
            let mut point = summit.point;
            point[along] += by;
            libm::log(at(point).mean())
        };
        (moved(step) - moved(-step)) / (2.0 * step)
    };
    let mean = around(curve.mean(), summit.error_of([slope(0), slope(1)]));
    let ln_likelihood = ln_likelihood(&curve, seen);
    let (aic, aicc) = criteria(ln_likelihood, 2.0, seen.ends() as f64);
    Fitted { curve, parameters, mean, ln_likelihood, aic, aicc }
}

fn criteria(ln_likelihood: f64, parameters: f64, ends: f64) -> (f64, f64) {
    let aic = 2.0 * parameters - 2.0 * ln_likelihood;
    let left = ends - parameters - 1.0;
    let aicc = if left > 0.0 { aic + 2.0 * parameters * (parameters + 1.0) / left } else { f64::NAN };
    (aic, aicc)
}

#[cfg(test)]
mod tests;
