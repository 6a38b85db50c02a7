//! Laws of random durations.
//!
//! Every law is sampled by inverse transform: one uniform number v makes one duration, the x that is survived
//! with probability v. So draw k of a component stays draw k under every strategy, a longer time under one
//! law is a longer time under another, and the far tail is exact, because small v are resolved to 2^-54.
//!
//! ```
//! use ninefold::engine::{Law, Randomness, Span, Stream};
//! let law = Law::exponential(7200.0)?;
//! assert_eq!(law.to_string(), "exponential, mean 2 h");
//! assert_eq!(law.sample(0.5), Span::from_secs_f64(7200.0 * 2.0_f64.ln()));
//! let draws = Randomness::new(42, 0);
//! let first_crash = law.sample(draws.uniform(Stream::new("host-1", "crash"), 0));
//! assert!(first_crash > Span::ZERO);
//! # Ok::<(), String>(())
//! ```

mod build;
mod display;
mod hazard;
mod residual;
mod survival;

use super::Span;
use super::random::open_unit;
use crate::special::ln;
use rand::distr::Distribution;

/// The law of a random duration. Parameters are in seconds.
///
/// Build one with the constructors, which refuse nonsense; the methods rely on what they check.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same.
    Constant {
        /// The duration.
        value_s: f64,
    },
    /// Without memory.
    Exponential {
        /// The mean.
        mean_s: f64,
    },
    /// Survival exp(-(x / scale)^shape): wears out where the shape is above 1, runs in where it is below.
    Weibull {
        /// The exponent.
        shape: f64,
        /// What 1 / e survive.
        scale_s: f64,
    },
    /// The logarithm is normal.
    Lognormal {
        /// The mean of ln(seconds), which is ln(median).
        mu: f64,
        /// The standard deviation of ln(seconds).
        sigma: f64,
    },
    /// Erlang is a gamma with a whole shape.
    Gamma {
        /// The shape: how many exponential stages, where it is whole.
        shape: f64,
        /// The mean of one stage.
        scale_s: f64,
    },
    /// Equally likely between two ends.
    Uniform {
        /// The shortest.
        min_s: f64,
        /// The longest.
        max_s: f64,
    },
    /// The density rises in a line from `min_s` to `mode_s` and falls in a line to `max_s`.
    Triangular {
        /// The shortest.
        min_s: f64,
        /// The most likely.
        mode_s: f64,
        /// The longest.
        max_s: f64,
    },
    /// Observed durations.
    Empirical {
        /// Ascending, at least one; each equally likely.
        values_s: Vec<f64>,
    },
}

impl Law {
    /// The duration that is survived with probability `v`, rounded to the microsecond once.
    ///
    /// With `v` uniform in (0, 1) this is a draw from the law; it falls as `v` grows.
    #[inline]
    #[must_use]
    pub fn sample(&self, v: f64) -> Span {
        // The law of most draws does not go through the long way.
        if let Law::Exponential { mean_s } = *self {
            return Span::from_secs_f64(-mean_s * ln(v));
        }
        Span::from_secs_f64(self.inverse_survival(v))
    }

    /// What is left of a duration under way at a random instant, as [`Law::sample`].
    ///
    /// In a component that has been renewed for a long time the residual life has the density
    /// (1 - F(x)) / mean (Cox, "Renewal theory", 1962, section 5.1). A law of mean zero leaves zero.
    #[must_use]
    pub fn residual(&self, v: f64) -> Span {
        Span::from_secs_f64(self.inverse_residual_survival(v))
    }

    /// Whether every draw is the same, whichever variant says so.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.only_value_s().is_some()
    }

    /// The one value of a law that has only one.
    fn only_value_s(&self) -> Option<f64> {
        match *self {
            Law::Constant { value_s } => Some(value_s),
            Law::Lognormal { mu, sigma } => (sigma == 0.0).then(|| libm::exp(mu)),
            Law::Uniform { min_s, max_s } | Law::Triangular { min_s, max_s, .. } => {
                (min_s == max_s).then_some(min_s)
            }
            Law::Empirical { ref values_s } => {
                (values_s.first() == values_s.last()).then(|| values_s.first().copied()).flatten()
            }
            Law::Exponential { .. } | Law::Weibull { .. } | Law::Gamma { .. } => None,
        }
    }
}

/// One draw of the generator for one duration, exactly [`Law::sample`] of the uniform number it makes.
impl Distribution<Span> for Law {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> Span {
        Law::sample(self, open_unit(rng.next_u64()))
    }
}

#[cfg(test)]
mod tests;
