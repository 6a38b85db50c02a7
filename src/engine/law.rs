//! Laws of random durations.

/// The law of a random duration. Parameters are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Constant {
        value_s: f64,
    },
    Exponential {
        mean_s: f64,
    },
    Weibull {
        shape: f64,
        scale_s: f64,
    },
    /// `mu` is the mean of ln(seconds).
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    /// Erlang is a gamma with a whole shape.
    Gamma {
        shape: f64,
        scale_s: f64,
    },
    Uniform {
        min_s: f64,
        max_s: f64,
    },
    Triangular {
        min_s: f64,
        mode_s: f64,
        max_s: f64,
    },
    /// Ascending, at least one; each equally likely.
    Empirical {
        values_s: Vec<f64>,
    },
}
