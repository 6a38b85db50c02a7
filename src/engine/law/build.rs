//! Laws from what a scenario says about them.

use super::Law;
use crate::engine::Span;

/// What is wrong with the parameters, said to the author of a scenario.
type Checked<T> = Result<T, String>;

impl Law {
    /// Always `value`.
    #[must_use]
    pub fn constant(value: Span) -> Law {
        Law::Constant { value_s: value.as_secs_f64() }
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// Where the mean is not positive and finite.
    pub fn exponential(mean_s: f64) -> Checked<Law> {
        Ok(Law::Exponential { mean_s: positive("mean", mean_s)? })
    }

    /// Weibull with this shape and mean; the scale is mean / Γ(1 + 1 / shape).
    ///
    /// # Errors
    /// Where a parameter is not positive and finite, or the shape so small that no scale has this mean.
    pub fn weibull_from_mean(shape: f64, mean_s: f64) -> Checked<Law> {
        positive("shape", shape)?;
        positive("mean", mean_s)?;
        Law::weibull_from_scale(shape, mean_s / libm::tgamma(1.0 + 1.0 / shape))
            .map_err(|_| format!("a shape of {shape} is too small for a Weibull law"))
    }

    /// Weibull with this shape and scale, the time that 1 / e survive.
    ///
    /// # Errors
    /// Where a parameter is not positive and finite, or the mean would not be.
    pub fn weibull_from_scale(shape: f64, scale_s: f64) -> Checked<Law> {
        positive("shape", shape)?;
        positive("scale", scale_s)?;
        finite_mean(Law::Weibull { shape, scale_s })
    }

    /// Lognormal with this median; `sigma` is the standard deviation of the logarithm.
    ///
    /// # Errors
    /// Where the median is not positive and finite, sigma negative or no number, or the mean not finite.
    pub fn lognormal_from_median(median_s: f64, sigma: f64) -> Checked<Law> {
        positive("median", median_s)?;
        not_negative("sigma", sigma)?;
        finite_mean(Law::Lognormal { mu: libm::log(median_s), sigma })
    }

    /// Lognormal with this mean and coefficient of variation (standard deviation over mean).
    ///
    /// # Errors
    /// As [`Law::lognormal_from_median`].
    pub fn lognormal_from_mean_cv(mean_s: f64, cv: f64) -> Checked<Law> {
        Law::lognormal_from_mean(mean_s, sigma_of(cv)?)
    }

    /// Lognormal with this median and coefficient of variation.
    ///
    /// # Errors
    /// As [`Law::lognormal_from_median`].
    pub fn lognormal_from_median_cv(median_s: f64, cv: f64) -> Checked<Law> {
        Law::lognormal_from_median(median_s, sigma_of(cv)?)
    }

    /// Lognormal with this mean; `sigma` is the standard deviation of the logarithm.
    ///
    /// # Errors
    /// As [`Law::lognormal_from_median`].
    pub fn lognormal_from_mean(mean_s: f64, sigma: f64) -> Checked<Law> {
        positive("mean", mean_s)?;
        not_negative("sigma", sigma)?;
        finite_mean(Law::Lognormal { mu: libm::log(mean_s) - 0.5 * sigma * sigma, sigma })
    }

    /// Gamma with this shape and mean.
    ///
    /// # Errors
    /// Where a parameter is not positive and finite, or the shape too extreme for any scale.
    pub fn gamma_from_mean(shape: f64, mean_s: f64) -> Checked<Law> {
        positive("shape", shape)?;
        positive("mean", mean_s)?;
        let scale_s = mean_s / shape;
        if !scale_s.is_normal() {
            return Err(format!("a shape of {shape} is too extreme for a gamma law"));
        }
        Ok(Law::Gamma { shape, scale_s })
    }

    /// The sum of `stages` exponential times, with this mean in all.
    ///
    /// # Errors
    /// Where there is no stage, or the mean is not positive and finite.
    pub fn erlang(stages: u32, mean_s: f64) -> Checked<Law> {
        if stages == 0 {
            return Err("an Erlang law needs at least one stage".to_owned());
        }
        Law::gamma_from_mean(f64::from(stages), mean_s)
    }

    /// Equally likely between `min_s` and `max_s`.
    ///
    /// # Errors
    /// Where an end is negative or not finite, or `min_s` is above `max_s`.
    pub fn uniform(min_s: f64, max_s: f64) -> Checked<Law> {
        not_negative("min", min_s)?;
        not_negative("max", max_s)?;
        if min_s > max_s {
            return Err(format!("min ({min_s} s) is above max ({max_s} s)"));
        }
        Ok(Law::Uniform { min_s, max_s })
    }

    /// Between `min_s` and `max_s`, most likely near `mode_s`.
    ///
    /// # Errors
    /// Where a parameter is negative or not finite, or they are not in the order min, mode, max.
    pub fn triangular(min_s: f64, mode_s: f64, max_s: f64) -> Checked<Law> {
        Law::uniform(min_s, max_s)?;
        not_negative("mode", mode_s)?;
        if !(min_s <= mode_s && mode_s <= max_s) {
            return Err(format!("mode ({mode_s} s) is not between min ({min_s} s) and max ({max_s} s)"));
        }
        Ok(Law::Triangular { min_s, mode_s, max_s })
    }

    /// One of these values, each equally likely; in any order, repeated ones count as often as they are there.
    ///
    /// # Errors
    /// Where there is none, or one is negative or not finite.
    pub fn empirical(mut values_s: Vec<f64>) -> Checked<Law> {
        if values_s.is_empty() {
            return Err("an empirical law needs at least one value".to_owned());
        }
        for &value in &values_s {
            not_negative("value", value)?;
        }
        values_s.sort_by(f64::total_cmp);
        Ok(Law::Empirical { values_s })
    }
}

/// The sigma of a lognormal law with this coefficient of variation: cv² = e^(sigma²) - 1.
fn sigma_of(cv: f64) -> Checked<f64> {
    not_negative("cv", cv)?;
    Ok(libm::log1p(cv * cv).sqrt())
}

fn positive(what: &str, value: f64) -> Checked<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(format!("{what} must be positive and finite, not {value}"))
    }
}

fn not_negative(what: &str, value: f64) -> Checked<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(format!("{what} must be finite and not negative, not {value}"))
    }
}

/// Refuses parameters that are well formed one by one, but together leave the range of numbers.
fn finite_mean(law: Law) -> Checked<Law> {
    let mean_s = law.mean_s();
    if mean_s.is_normal() { Ok(law) } else { Err(format!("these parameters make a mean of {mean_s} s")) }
}
