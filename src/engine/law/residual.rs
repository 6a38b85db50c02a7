//! The residual life at a random instant of a stationary renewal process.

use super::Law;
use crate::special::{
    Point, Tail, gamma_p, gamma_q, gamma_q_inverse, invert, normal_cdf, normal_quantile, normal_survival,
};

impl Law {
    /// P(residual life > `x_s`) = E(max(X - x, 0)) / E(X): what is integrated over the density (1 - F) / mean.
    ///
    /// Zero from x = 0 on where the mean is zero.
    #[must_use]
    pub fn residual_survival(&self, x_s: f64) -> f64 {
        if x_s <= 0.0 {
            return if self.mean_s() > 0.0 { 1.0 } else { 0.0 };
        }
        if let Some(value_s) = self.only_value_s() {
            return if value_s > 0.0 { (1.0 - x_s / value_s).max(0.0) } else { 0.0 };
        }
        match *self {
            Law::Constant { .. } => 0.0,
            Law::Exponential { .. } => self.survival(x_s),
            Law::Weibull { shape, scale_s } => {
                let power = libm::pow(x_s / scale_s, shape);
                // While nothing has died yet the residual law is a straight line, which the power may be too
                // small to tell.
                if power < 1e-17 { 1.0 - x_s / self.mean_s() } else { gamma_q(1.0 / shape, power) }
            }
            Law::Lognormal { mu, sigma } => lognormal_tails(mu, sigma, x_s).upper,
            Law::Gamma { shape, scale_s } => gamma_tails(shape, x_s / scale_s).upper,
            Law::Uniform { min_s, max_s } => {
                if x_s <= min_s {
                    1.0 - x_s / self.mean_s()
                } else {
                    let left = (max_s - x_s).max(0.0);
                    left * left / ((max_s - min_s) * (max_s + min_s))
                }
            }
            Law::Triangular { min_s, mode_s, max_s } => {
                let range = max_s - min_s;
                if x_s >= mode_s {
                    let left = (max_s - x_s).max(0.0);
                    // Where the mode is the end, nothing is left beyond it.
                    if left == 0.0 {
                        return 0.0;
                    }
                    left * left * left / (3.0 * range * (max_s - mode_s) * self.mean_s())
                } else {
                    1.0 - triangular_below(min_s, mode_s, range, x_s) / self.mean_s()
                }
            }
            Law::Empirical { ref values_s } => {
                let over = values_s.iter().map(|value| (value - x_s).max(0.0)).sum::<f64>();
                over / (values_s.len() as f64 * self.mean_s())
            }
        }
    }

    /// The x in seconds with `residual_survival(x) = v`, for v in (0, 1).
    #[must_use]
    pub fn inverse_residual_survival(&self, v: f64) -> f64 {
        let mean_s = self.mean_s();
        if mean_s == 0.0 {
            return 0.0;
        }
        // No law has a residual life shorter than this: its density is at most 1 / mean. As long as (nearly)
        // everything survives this x, it is also the answer.
        let straight = mean_s * (1.0 - v);
        if let Some(value_s) = self.only_value_s() {
            return value_s * (1.0 - v);
        }
        match *self {
            Law::Constant { value_s } => value_s * (1.0 - v),
            Law::Exponential { .. } => self.inverse_survival(v),
            Law::Weibull { shape, scale_s } => {
                // Substitute y = (x / scale)^shape in the integral of the survival function.
                if libm::pow(straight / scale_s, shape) < 1e-17 {
                    return straight;
                }
                scale_s * libm::pow(gamma_q_inverse(1.0 / shape, v), 1.0 / shape)
            }
            Law::Lognormal { mu, sigma } => {
                // A residual life is part of a whole one, and a long one is the likelier to be met: the law
                // of that whole one is lognormal too, with mu + sigma².
                let whole = libm::exp(mu + sigma * sigma - sigma * normal_quantile(v));
                solve(v, straight, whole, sigma.min(1.0), |x| lognormal_tails(mu, sigma, x))
            }
            Law::Gamma { shape, scale_s } => {
                let straight = straight / scale_s;
                let whole = gamma_q_inverse(shape + 1.0, v);
                let scale = 1.0 / shape.sqrt().max(1.0);
                scale_s * solve(v, straight, whole, scale, |x| gamma_tails(shape, x))
            }
            Law::Uniform { min_s, max_s } => {
                let (range, total) = (max_s - min_s, max_s + min_s);
                // range / total of all residual lives are longer than `min_s`.
                if v * total >= range { straight } else { max_s - (v * range * total).sqrt() }
            }
            Law::Triangular { min_s, mode_s, max_s } => triangular_inverse(min_s, mode_s, max_s, v),
            Law::Empirical { ref values_s } => empirical_inverse(values_s, v),
        }
    }
}

/// Both tails of a residual law at x, and its density there as the density of ln x.
struct Tails {
    lower: f64,
    upper: f64,
    density: f64,
    slope: f64,
}

/// The x with upper tail `v`. The density x S(x) / mean of the logarithm is log-concave whenever that of ln X
/// is, so that the solver converges from every start.
fn solve(v: f64, straight: f64, whole: f64, scale: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    let (side, wanted, start) =
        if v <= 0.5 { (Tail::Upper, v, whole) } else { (Tail::Lower, 1.0 - v, straight) };
    if start == 0.0 || start.is_infinite() {
        return start;
    }
    invert(start, side, wanted, scale, |x| {
        let Tails { lower, upper, density, slope } = tails(x);
        Point { tail: if side == Tail::Lower { lower } else { upper }, density, slope }
    })
}

/// E[max(X - x, 0)] of a lognormal is the formula of Black and Scholes (1973) without interest.
fn lognormal_tails(mu: f64, sigma: f64, x: f64) -> Tails {
    let below = (libm::log(x) - mu) / sigma;
    let survival = normal_survival(below);
    // x over the mean, as the ratio of the two laws' densities.
    let density = libm::exp(sigma * below - 0.5 * sigma * sigma) * survival;
    let hazard = libm::exp(-0.5 * below * below) / (std::f64::consts::TAU.sqrt() * sigma * survival);
    Tails {
        lower: normal_cdf(below - sigma) + density,
        upper: normal_survival(below - sigma) - density,
        density,
        slope: 1.0 - hazard,
    }
}

/// The residual law of a gamma with scale 1.
fn gamma_tails(shape: f64, x: f64) -> Tails {
    let survival = gamma_q(shape, x);
    let density = x / shape * survival;
    // x f(x), from the recurrence Q(a + 1, x) - Q(a, x) = x^a e^-x / Γ(a + 1) (DLMF 8.8.6).
    let longer = gamma_q(shape + 1.0, x);
    let hazard = shape * (longer - survival) / survival;
    Tails { lower: gamma_p(shape + 1.0, x) + density, upper: longer - density, density, slope: 1.0 - hazard }
}

/// The integral of the survival function of a triangular law from 0 to `x`, not beyond the mode.
fn triangular_below(min_s: f64, mode_s: f64, range: f64, x: f64) -> f64 {
    let in_rise = (x - min_s).max(0.0);
    if in_rise == 0.0 { x } else { x - in_rise * in_rise * in_rise / (3.0 * range * (mode_s - min_s)) }
}

fn triangular_inverse(min_s: f64, mode_s: f64, max_s: f64, v: f64) -> f64 {
    let (range, fall) = (max_s - min_s, max_s - mode_s);
    let mean_s = (min_s + mode_s + max_s) / 3.0;
    // Right of the mode the integral is a cube.
    let wanted_above = v * mean_s;
    if wanted_above * 3.0 * range <= fall * fall {
        return (max_s - libm::cbrt(3.0 * wanted_above * range * fall)).max(mode_s);
    }
    let wanted_below = (1.0 - v) * mean_s;
    if wanted_below <= min_s {
        return wanted_below;
    }
    // Between: Newton on a concave, rising function from its left, so that no step goes too far.
    let mut x = wanted_below;
    for _ in 0..60 {
        let in_rise = (x - min_s).max(0.0);
        let survival = 1.0 - in_rise * in_rise / (range * (mode_s - min_s));
        let step = (wanted_below - triangular_below(min_s, mode_s, range, x)) / survival;
        if step <= x * 1e-16 || survival <= 0.0 {
            break;
        }
        x = (x + step).min(mode_s);
    }
    x
}

/// The density is a staircase, so its integral is a chain of straight pieces; walked from the far end, where
/// small `v` are exact. This takes as many steps as there are values.
fn empirical_inverse(values_s: &[f64], v: f64) -> f64 {
    let mut wanted = v * values_s.iter().sum::<f64>();
    let mut upper_s = values_s[values_s.len() - 1];
    for (index, &value_s) in values_s.iter().enumerate().rev() {
        // Between the value below and this one, that many observations are longer.
        let lower_s = if index == 0 { 0.0 } else { values_s[index - 1] };
        let longer = (values_s.len() - index) as f64;
        let area = (value_s - lower_s) * longer;
        if wanted <= area {
            return (value_s - wanted / longer).max(lower_s);
        }
        wanted -= area;
        upper_s = lower_s;
    }
    upper_s
}
