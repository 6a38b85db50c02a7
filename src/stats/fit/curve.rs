//! The laws that are fitted: densities and survival functions in logarithms, so that no product of small numbers is lost.

use super::Durations;
use crate::special::{gamma_q, gamma_q_inverse, normal_quantile, normal_survival};

/// A family of laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Without memory: one parameter.
    Exponential,
    /// Its hazard is a power of the age.
    Weibull,
    /// The logarithm is normal.
    Lognormal,
    /// Sums of exponential stages, and what lies between.
    Gamma,
}

impl Family {
    /// All of them, the simplest first.
    pub const ALL: [Family; 4] = [Family::Exponential, Family::Weibull, Family::Lognormal, Family::Gamma];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Family::Exponential => "exponential",
            Family::Weibull => "weibull",
            Family::Lognormal => "lognormal",
            Family::Gamma => "gamma",
        }
    }

    /// What its parameters are called.
    #[must_use]
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Family::Exponential => &["mean"],
            Family::Weibull => &["shape", "scale"],
            Family::Lognormal => &["median", "sigma"],
            Family::Gamma => &["shape", "mean"],
        }
    }

    /// Where the search begins, for durations that are about 1.
    pub(super) fn begin(self, seen: &Durations) -> [f64; 2] {
        match self {
            // As if they were exponential, of which the mean is 1 then.
            Family::Exponential | Family::Weibull | Family::Gamma => [0.0, 0.0],
            Family::Lognormal => {
                let all = || {
                    let lists = [&seen.whole, &seen.open, &seen.rest, &seen.open_rest, &seen.below];
                    lists.into_iter().flatten().filter(|x| **x > 0.0).map(|x| libm::log(*x))
                };
                let count = all().count().max(1) as f64;
                let mean = all().sum::<f64>() / count;
                let variance = all().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
                [mean, 0.5 * libm::log(variance.clamp(0.01, 9.0))]
            }
        }
    }
}

/// A law with its parameters.
///
/// ```
/// use ninefold::stats::fit::Curve;
/// let wears_out = Curve::Weibull { shape: 2.0, scale: 10.0 };
/// assert!((wears_out.ln_survival(10.0) + 1.0).abs() < 1e-15);
/// assert!((wears_out.quantile(1.0 - (-1.0_f64).exp()) - 10.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
    /// Survival exp(-x / mean).
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// Survival exp(-(x / scale)^shape).
    Weibull {
        /// The exponent.
        shape: f64,
        /// What 1 / e survive.
        scale: f64,
    },
    /// ln x is normal.
    Lognormal {
        /// The mean of ln x.
        mu: f64,
        /// Its standard deviation.
        sigma: f64,
    },
    /// Density x^(shape - 1) exp(-x / scale), but for a factor.
    Gamma {
        /// The shape.
        shape: f64,
        /// The mean over the shape.
        scale: f64,
    },
}

impl Curve {
    /// The law at a point of the plane on which the likelihood is climbed: any two numbers make one.
    pub(super) fn at(family: Family, [a, b]: [f64; 2]) -> Curve {
        match family {
            Family::Exponential => Curve::Exponential { mean: libm::exp(a) },
            Family::Weibull => Curve::Weibull { shape: libm::exp(a), scale: libm::exp(b) },
            Family::Lognormal => Curve::Lognormal { mu: a, sigma: libm::exp(b) },
            Family::Gamma => Curve::Gamma { shape: libm::exp(a), scale: libm::exp(b - a) },
        }
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Curve::Exponential { .. } => Family::Exponential,
            Curve::Weibull { .. } => Family::Weibull,
            Curve::Lognormal { .. } => Family::Lognormal,
            Curve::Gamma { .. } => Family::Gamma,
        }
    }

    /// Its parameters, as [`Family::parameters`] names them.
    #[must_use]
    pub fn parameters(&self) -> Vec<f64> {
        match *self {
            Curve::Exponential { mean } => vec![mean],
            Curve::Weibull { shape, scale } => vec![shape, scale],
            Curve::Lognormal { mu, sigma } => vec![libm::exp(mu), sigma],
            Curve::Gamma { shape, scale } => vec![shape, shape * scale],
        }
    }

    /// The same law in another unit.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Curve {
        match self {
            Curve::Exponential { mean } => Curve::Exponential { mean: mean * factor },
            Curve::Weibull { shape, scale } => Curve::Weibull { shape, scale: scale * factor },
            Curve::Lognormal { mu, sigma } => Curve::Lognormal { mu: mu + libm::log(factor), sigma },
            Curve::Gamma { shape, scale } => Curve::Gamma { shape, scale: scale * factor },
        }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Curve::Exponential { mean } => mean,
            Curve::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Curve::Lognormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Curve::Gamma { shape, scale } => shape * scale,
        }
    }

    /// The sum of the logarithms of the density.
    pub(super) fn ln_densities(&self, values: &[f64]) -> f64 {
        let sum = |of: &dyn Fn(f64) -> f64| values.iter().map(|&x| of(x)).sum::<f64>();
        let count = values.len() as f64;
        match *self {
            Curve::Exponential { mean } => -count * libm::log(mean) - sum(&|x| x) / mean,
            Curve::Weibull { shape, scale } => {
                let (ln_shape, ln_scale) = (libm::log(shape), libm::log(scale));
                sum(&|x| {
                    let ln = shape * (libm::log(x) - ln_scale);
                    ln_shape + ln - libm::log(x) - libm::exp(ln)
                })
            }
            Curve::Lognormal { mu, sigma } => {
                let constant = libm::log(sigma) + 0.5 * libm::log(core::f64::consts::TAU);
                sum(&|x| {
                    let ln = libm::log(x);
                    let z = (ln - mu) / sigma;
                    -0.5 * z * z - ln - constant
                })
            }
            Curve::Gamma { shape, scale } => {
                let constant = libm::lgamma(shape) + shape * libm::log(scale);
                sum(&|x| (shape - 1.0) * libm::log(x) - x / scale) - count * constant
            }
        }
    }

    /// ln P(X > x).
    #[must_use]
    pub fn ln_survival(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        match *self {
            Curve::Exponential { mean } => -x / mean,
            Curve::Weibull { shape, scale } => -libm::pow(x / scale, shape),
            Curve::Lognormal { mu, sigma } => ln_normal_survival((libm::log(x) - mu) / sigma),
            Curve::Gamma { shape, scale } => ln_gamma_q(shape, x / scale),
        }
    }

    /// The same of what is left of a duration at an instant that has nothing to do with it:
    /// ln of the integral of the survival function from x on, over the mean.
    #[must_use]
    pub fn ln_rest_survival(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        match *self {
            Curve::Exponential { mean } => -x / mean,
            // The integral is the upper incomplete gamma function at 1 / shape.
            Curve::Weibull { shape, scale } => ln_gamma_q(1.0 / shape, libm::pow(x / scale, shape)),
            Curve::Lognormal { mu, sigma } => {
                let z = (libm::log(x) - mu) / sigma;
                let (longer, longer_here) = (ln_normal_survival(z - sigma), ln_normal_survival(z));
                // E[X; X > x] - x P(X > x), over the mean.
                let part = libm::exp(libm::log(x) + longer_here - longer - mu - 0.5 * sigma * sigma);
                longer + libm::log1p(-part.min(1.0))
            }
            Curve::Gamma { shape, scale } => {
                let z = x / scale;
                let longer = ln_gamma_q(shape + 1.0, z);
                let part = libm::exp(libm::log(z / shape) + ln_gamma_q(shape, z) - longer);
                longer + libm::log1p(-part.min(1.0))
            }
        }
    }

    /// What is not exceeded with probability `p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match *self {
            Curve::Exponential { mean } => -mean * libm::log1p(-p),
            Curve::Weibull { shape, scale } => scale * libm::pow(-libm::log1p(-p), 1.0 / shape),
            Curve::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(p)),
            Curve::Gamma { shape, scale } => scale * gamma_q_inverse(shape, 1.0 - p),
        }
    }
}

/// ln P(Z > z), also where the probability itself is too small to be written.
fn ln_normal_survival(z: f64) -> f64 {
    if z < 30.0 {
        return libm::log(normal_survival(z));
    }
    // Mills' ratio: 1 / z - 1 / z³ + 3 / z⁵ - …, of which three terms have twelve digits here.
    let square = 1.0 / (z * z);
    let mills = libm::log1p(-square * (1.0 - 3.0 * square * (1.0 - 5.0 * square)));
    -0.5 * z * z - 0.5 * libm::log(core::f64::consts::TAU) - libm::log(z) + mills
}

/// ln Q(a, x), also where Q is too small to be written.
fn ln_gamma_q(a: f64, x: f64) -> f64 {
    let q = gamma_q(a, x);
    if q > 1e-280 {
        return libm::log(q);
    }
    // The asymptotic series of the upper incomplete gamma function, as far as its terms fall.
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 1..40 {
        let next = term * (a - f64::from(step)) / x;
        if next.abs() >= f64::abs(term) || next == 0.0 {
            break;
        }
        term = next;
        sum += term;
    }
    (a - 1.0) * libm::log(x) - x - libm::lgamma(a) + libm::log(sum)
}
