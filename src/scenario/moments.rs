//! Mean, median and 95th percentile of a law, to echo what a scenario really says.

use crate::engine::Law;

/// What a law amounts to, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean (s).
    pub mean_s: f64,
    /// Half of the draws are shorter (s).
    pub median_s: f64,
    /// 95 % of the draws are shorter (s).
    pub p95_s: f64,
}

/// The 95 % point of the standard normal law.
const Z95: f64 = 1.644_853_626_951_472_2;

/// Mean, median and 95th percentile of a law (s).
#[must_use]
pub fn moments(law: &Law) -> Moments {
    Moments { mean_s: mean(law), median_s: quantile(law, 0.5), p95_s: quantile(law, 0.95) }
}

/// The mean of a law (s).
pub(super) fn mean(law: &Law) -> f64 {
    match law {
        Law::Constant { value_s } => *value_s,
        Law::Exponential { mean_s } => *mean_s,
        Law::Weibull { shape, scale_s } => scale_s * libm::tgamma(1.0 + 1.0 / shape),
        Law::Lognormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
        Law::Gamma { shape, scale_s } => shape * scale_s,
        Law::Uniform { min_s, max_s } => f64::midpoint(*min_s, *max_s),
        Law::Triangular { min_s, mode_s, max_s } => (min_s + mode_s + max_s) / 3.0,
        Law::Empirical { values_s } => values_s.iter().sum::<f64>() / values_s.len().max(1) as f64,
    }
}

/// Only for the two probabilities above: a normal quantile for others is not here.
fn quantile(law: &Law, p: f64) -> f64 {
    match law {
        Law::Constant { value_s } => *value_s,
        Law::Exponential { mean_s } => -mean_s * libm::log1p(-p),
        Law::Weibull { shape, scale_s } => scale_s * libm::pow(-libm::log1p(-p), 1.0 / shape),
        Law::Lognormal { mu, sigma } => libm::exp(mu + sigma * if p > 0.5 { Z95 } else { 0.0 }),
        Law::Gamma { shape, scale_s } => scale_s * gamma_quantile(*shape, p),
        Law::Uniform { min_s, max_s } => min_s + p * (max_s - min_s),
        Law::Triangular { min_s, mode_s, max_s } => {
            let width = max_s - min_s;
            let low = mode_s - min_s;
            if p * width < low {
                min_s + libm::sqrt(p * width * low)
            } else {
                max_s - libm::sqrt((1.0 - p) * width * (max_s - mode_s))
            }
        }
        Law::Empirical { values_s } => {
            let rank = (p * values_s.len() as f64).ceil() as usize;
            values_s.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
        }
    }
}

/// By bisection: it is printed with three digits, and speed does not matter.
fn gamma_quantile(shape: f64, p: f64) -> f64 {
    let mut high = shape.max(1.0);
    while lower_gamma(shape, high) < p && high < 1e12 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if lower_gamma(shape, middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularized lower incomplete gamma function by its series. All terms are positive, so it
/// is accurate where it is called: up to the 95 % point.
fn lower_gamma(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut term = 1.0 / shape;
    let mut sum = term;
    for k in 1..10_000 {
        term *= x / (shape + f64::from(k));
        sum += term;
        if term < sum * 1e-15 {
            break;
        }
    }
    (sum * libm::exp(shape * libm::log(x) - x - libm::lgamma(shape))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gamma_of_shape_one_is_exponential() {
        let gamma = moments(&Law::Gamma { shape: 1.0, scale_s: 60.0 });
        let exponential = moments(&Law::Exponential { mean_s: 60.0 });
        assert!((gamma.median_s - exponential.median_s).abs() < 1e-9);
        assert!((gamma.p95_s - exponential.p95_s).abs() < 1e-9);
    }

    #[test]
    fn the_median_of_a_lognormal_is_what_was_written() {
        let law = Law::Lognormal { mu: libm::log(60.0), sigma: 0.4 };
        let m = moments(&law);
        assert!((m.median_s - 60.0).abs() < 1e-9);
        assert!((m.mean_s - 60.0 * libm::exp(0.08)).abs() < 1e-9);
    }
}
