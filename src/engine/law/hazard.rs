//! Lives under way by their hazard: what a clock has spent of it, and when it will have spent so much more.
//!
//! A life ends when its cumulative hazard H(x) = -ln S(x) reaches a budget that is exponential with mean 1, whatever the
//! law. So a clock that runs `factor` times as fast spends its budget so much sooner, and what is left of a budget is as
//! fresh as a new one: a life can be made likelier to end at any time, for a while, without asking how it came to be
//! (Nelson, "Hazard plotting for incomplete failure data", 1969; the intensities of Brémaud, "Point processes and queues", 1981,
//! chapter VI, say what that does to likelihoods).

use super::Law;

impl Law {
    /// Whether it has a hazard that can be made larger: it has a density. What ends at the same age in every draw, or in a share of them, has
    /// none: it ends then, or nothing can make it.
    #[must_use]
    pub fn has_hazard(&self) -> bool {
        match *self {
            Law::Exponential { .. } | Law::Weibull { .. } | Law::Gamma { .. } => true,
            Law::Lognormal { sigma, .. } => sigma > 0.0,
            Law::Uniform { min_s, max_s } | Law::Triangular { min_s, max_s, .. } => min_s < max_s,
            Law::Constant { .. } | Law::Empirical { .. } => false,
        }
    }

    /// The longest life that is possible, in seconds, where there is one: all hazard is spent by then.
    fn longest_s(&self) -> f64 {
        match *self {
            Law::Uniform { max_s, .. } | Law::Triangular { max_s, .. } => max_s,
            _ => f64::INFINITY,
        }
    }

    /// The cumulative hazard between two ages in seconds, of a life from its beginning, or (`residual`) of what was left of
    /// one at a random instant. Infinite up to the longest life that is possible, and 0 from there on.
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
                // Whoever has outlived what numbers can tell lives on, up to the longest life.
                if survives < f64::MIN_POSITIVE {
                    return (self.longest_s() - age_s).max(0.0);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// One law of each kind that has a hazard.
    fn laws() -> Vec<Law> {
        [
            Law::exponential(100.0),
            Law::weibull_from_mean(0.7, 100.0),
            Law::weibull_from_mean(3.0, 100.0),
            Law::lognormal_from_mean_cv(100.0, 1.5),
            Law::gamma_from_mean(2.5, 100.0),
            Law::uniform(40.0, 160.0),
            Law::triangular(10.0, 50.0, 240.0),
        ]
        .map(|law| law.expect("a law"))
        .to_vec()
    }

    /// Whoever is so old lives on for so long as the law says, whatever that is: P(X > a + t | X > a) is exp(-budget).
    #[test]
    fn a_budget_is_spent_when_the_law_says() {
        for law in laws() {
            assert!(law.has_hazard(), "{law}");
            for residual in [false, true] {
                let survival =
                    |age_s: f64| if residual { law.residual_survival(age_s) } else { law.survival(age_s) };
                for age_s in [0.0, 5.0, 45.0, 120.0] {
                    for budget in [1e-6, 0.01, 0.7, 5.0] {
                        let left_s = law.time_to_spend(residual, age_s, budget);
                        let lives_on = survival(age_s + left_s) / survival(age_s);
                        assert!(
                            (lives_on / libm::exp(-budget) - 1.0).abs() < 1e-6,
                            "{law}, {age_s}, {budget}: {lives_on}"
                        );
                        let spent = law.hazard_between(residual, age_s, age_s + left_s);
                        assert!(
                            (spent - budget).abs() < 1e-8 + 1e-6 * budget,
                            "{law}, {age_s}: {spent} of {budget}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_outlives_the_longest_life() {
        for law in [Law::uniform(40.0, 160.0), Law::triangular(10.0, 50.0, 160.0)] {
            let law = law.expect("a law");
            for residual in [false, true] {
                assert_eq!(law.hazard_between(residual, 100.0, 160.0), f64::INFINITY);
                assert_eq!(law.hazard_between(residual, 160.0, 170.0), 0.0);
                assert_eq!(law.time_to_spend(residual, 150.0, 1e9), 10.0);
                assert_eq!(law.time_to_spend(residual, 161.0, 1.0), 0.0);
            }
        }
    }

    #[test]
    fn what_has_no_density_has_no_hazard() {
        let same = Law::uniform(40.0, 40.0).expect("a law");
        for law in [
            Law::constant(crate::engine::Span::from_secs(5)),
            same,
            Law::empirical(vec![1.0, 2.0]).expect("a law"),
        ] {
            assert!(!law.has_hazard(), "{law}");
        }
    }
}
