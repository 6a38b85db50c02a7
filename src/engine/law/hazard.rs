//! Lives under way by their hazard: what a clock has spent of it, and when it will have spent so much more.
//!
//! A life ends when its cumulative hazard H(x) = -ln S(x) reaches a budget that is exponential with mean 1, whatever the
//! law. So a clock that runs `factor` times as fast spends its budget so much sooner, and what is left of a budget is as
//! fresh as a new one: a life can be made likelier to end at any time, for a while, without asking how it came to be
//! (Nelson, "Hazard plotting for incomplete failure data", 1969; the intensities of Brémaud, "Point processes and queues", 1981,
//! chapter VI, say what that does to likelihoods).

use super::Law;

impl Law {
    /// Whether it has a hazard that can be made larger: it has a density and no longest life.
    #[must_use]
    pub fn has_hazard(&self) -> bool {
        match *self {
            Law::Exponential { .. } | Law::Weibull { .. } | Law::Gamma { .. } => true,
            Law::Lognormal { sigma, .. } => sigma > 0.0,
            Law::Constant { .. } | Law::Uniform { .. } | Law::Triangular { .. } | Law::Empirical { .. } => {
                false
            }
        }
    }

    /// The cumulative hazard between two ages in seconds, of a life from its beginning, or (`residual`) of what was left of
    /// one at a random instant.
    ///
    /// ```
    /// use ninefold::engine::Law;
    /// let law = Law::exponential(100.0)?;
    /// assert_eq!(law.hazard_between(false, 30.0, 80.0), 0.5);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn hazard_between(&self, residual: bool, from_s: f64, to_s: f64) -> f64 {
        match *self {
            Law::Exponential { mean_s } => (to_s - from_s) / mean_s,
            Law::Weibull { shape, scale_s } if !residual => {
                libm::pow(to_s / scale_s, shape) - libm::pow(from_s / scale_s, shape)
            }
            _ => (self.log_survival(residual, from_s) - self.log_survival(residual, to_s)).max(0.0),
        }
    }

    /// How long it takes from an age until so much more hazard is spent, in seconds.
    ///
    /// ```
    /// use ninefold::engine::Law;
    /// let law = Law::weibull_from_mean(0.7, 1000.0)?;
    /// let left = law.time_to_spend(false, 200.0, 0.3);
    /// assert!((law.hazard_between(false, 200.0, 200.0 + left) - 0.3).abs() < 1e-12);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn time_to_spend(&self, residual: bool, age_s: f64, budget: f64) -> f64 {
        match *self {
            Law::Exponential { mean_s } => budget * mean_s,
            Law::Weibull { shape, scale_s } if !residual => {
                let spent = libm::pow(age_s / scale_s, shape);
                (scale_s * libm::pow(spent + budget, 1.0 / shape) - age_s).max(0.0)
            }
            _ => {
                let survives = libm::exp(self.log_survival(residual, age_s) - budget);
                // Whoever has outlived what numbers can tell lives on.
                if survives < f64::MIN_POSITIVE {
                    return f64::INFINITY;
                }
                // The inverse is for numbers below 1; nothing is lost by the last cell of them.
                let survives = survives.min(1.0 - f64::EPSILON / 2.0);
                let age = if residual {
                    self.inverse_residual_survival(survives)
                } else {
                    self.inverse_survival(survives)
                };
                (age - age_s).max(0.0)
            }
        }
    }

    fn log_survival(&self, residual: bool, age_s: f64) -> f64 {
        libm::log(if residual { self.residual_survival(age_s) } else { self.survival(age_s) })
    }
}
