//! Survival functions, their inverses, and moments.

use super::Law;
use crate::special::{gamma_p_inverse, gamma_q, gamma_q_inverse, ln, normal_quantile, normal_survival};

impl Law {
    /// The mean, in seconds.
    #[must_use]
    pub fn mean_s(&self) -> f64 {
        match *self {
            Law::Constant { value_s } => value_s,
            Law::Exponential { mean_s } => mean_s,
            Law::Weibull { shape, scale_s } => scale_s * libm::tgamma(1.0 + 1.0 / shape),
            Law::Lognormal { mu, sigma } => libm::exp(mu + 0.5 * sigma * sigma),
            Law::Gamma { shape, scale_s } => shape * scale_s,
            Law::Uniform { min_s, max_s } => 0.5 * min_s + 0.5 * max_s,
            Law::Triangular { min_s, mode_s, max_s } => (min_s + mode_s + max_s) / 3.0,
            Law::Empirical { ref values_s } => values_s.iter().sum::<f64>() / values_s.len() as f64,
        }
    }

    /// The variance, in seconds squared.
    #[must_use]
    pub fn variance_s2(&self) -> f64 {
        match *self {
            Law::Constant { .. } => 0.0,
            Law::Exponential { mean_s } => mean_s * mean_s,
            Law::Weibull { shape, .. } => {
                let (one, two) = (libm::lgamma(1.0 + 1.0 / shape), libm::lgamma(1.0 + 2.0 / shape));
                let mean = self.mean_s();
                mean * mean * libm::expm1(two - 2.0 * one)
            }
            Law::Lognormal { sigma, .. } => {
                let mean = self.mean_s();
                mean * mean * libm::expm1(sigma * sigma)
            }
            Law::Gamma { shape, scale_s } => shape * scale_s * scale_s,
            Law::Uniform { min_s, max_s } => (max_s - min_s) * (max_s - min_s) / 12.0,
            Law::Triangular { min_s, mode_s, max_s } => {
                let (range, rise) = (max_s - min_s, mode_s - min_s);
                (range * range + rise * rise - range * rise) / 18.0
            }
            Law::Empirical { ref values_s } => {
                let mean = self.mean_s();
                values_s.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values_s.len() as f64
            }
        }
    }

    /// P(X > `x_s`).
    #[must_use]
    pub fn survival(&self, x_s: f64) -> f64 {
        if x_s < 0.0 {
            return 1.0;
        }
        if let Some(value_s) = self.only_value_s() {
            return if x_s < value_s { 1.0 } else { 0.0 };
        }
        match *self {
            Law::Constant { .. } => 0.0,
            Law::Exponential { mean_s } => libm::exp(-x_s / mean_s),
            Law::Weibull { shape, scale_s } => libm::exp(-libm::pow(x_s / scale_s, shape)),
            Law::Lognormal { mu, sigma } => normal_survival((libm::log(x_s) - mu) / sigma),
            Law::Gamma { shape, scale_s } => gamma_q(shape, x_s / scale_s),
            Law::Uniform { min_s, max_s } => ((max_s - x_s) / (max_s - min_s)).clamp(0.0, 1.0),
            Law::Triangular { min_s, mode_s, max_s } => {
                let range = max_s - min_s;
                if x_s >= max_s {
                    0.0
                } else if x_s >= mode_s {
                    (max_s - x_s) * (max_s - x_s) / (range * (max_s - mode_s))
                } else if x_s > min_s {
                    1.0 - (x_s - min_s) * (x_s - min_s) / (range * (mode_s - min_s))
                } else {
                    1.0
                }
            }
            Law::Empirical { ref values_s } => {
                let longer = values_s.len() - values_s.partition_point(|&value| value <= x_s);
                longer as f64 / values_s.len() as f64
            }
        }
    }

    /// The duration in seconds that is survived with probability `v`: the least x with P(X > x) <= v.
    ///
    /// Exact in the far tail, where v is small. For v in (0, 1); it falls as v grows.
    #[must_use]
    pub fn inverse_survival(&self, v: f64) -> f64 {
        match *self {
            Law::Constant { value_s } => value_s,
            Law::Exponential { mean_s } => -mean_s * ln(v),
            Law::Weibull { shape, scale_s } => scale_s * libm::pow(-ln(v), 1.0 / shape),
            Law::Lognormal { mu, sigma } => libm::exp(mu - sigma * normal_quantile(v)),
            Law::Gamma { shape, scale_s } => scale_s * gamma_q_inverse(shape, v),
            Law::Uniform { min_s, max_s } => (max_s - v * (max_s - min_s)).max(min_s),
            Law::Triangular { min_s, mode_s, max_s } => triangular(min_s, mode_s, max_s, 1.0 - v, v),
            Law::Empirical { ref values_s } => {
                // The index counted from the longest, so that a small v is as exact as a large one.
                let longer = (v * values_s.len() as f64) as usize;
                values_s[(values_s.len() - 1).saturating_sub(longer)]
            }
        }
    }

    /// The duration in seconds that is not exceeded with probability `p`: the least x with P(X <= x) >= p.
    ///
    /// The same as `inverse_survival(1 - p)`, but exact where `p` is small.
    ///
    /// ```
    /// let boot = ninefold::engine::Law::uniform(60.0, 120.0)?;
    /// assert_eq!(boot.quantile(0.25), 75.0);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        match *self {
            Law::Constant { value_s } => value_s,
            Law::Exponential { mean_s } => -mean_s * libm::log1p(-p),
            Law::Weibull { shape, scale_s } => scale_s * libm::pow(-libm::log1p(-p), 1.0 / shape),
            Law::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal_quantile(p)),
            Law::Gamma { shape, scale_s } => scale_s * gamma_p_inverse(shape, p),
            Law::Uniform { min_s, max_s } => (min_s + p * (max_s - min_s)).min(max_s),
            Law::Triangular { min_s, mode_s, max_s } => triangular(min_s, mode_s, max_s, p, 1.0 - p),
            Law::Empirical { ref values_s } => {
                let up_to = libm::ceil(p * values_s.len() as f64) as usize;
                values_s[up_to.saturating_sub(1).min(values_s.len() - 1)]
            }
        }
    }
}

/// The x below which a triangular variable lies with probability `p`, above which with `v` = 1 - p.
fn triangular(min_s: f64, mode_s: f64, max_s: f64, p: f64, v: f64) -> f64 {
    let range = max_s - min_s;
    // Both sides of the mode from their own end, where the root is precise.
    if v * range <= max_s - mode_s {
        (max_s - (v * range * (max_s - mode_s)).sqrt()).max(mode_s)
    } else {
        (min_s + (p * range * (mode_s - min_s)).sqrt()).min(mode_s)
    }
}
