//! Laws in the words of a scenario.

use super::Law;
use crate::engine::Span;
use std::fmt;

impl fmt::Display for Law {
    /// `exponential, mean 2 h`; `lognormal, median 2 min, sigma 0.4`.
    ///
    /// Where a scenario may say the same in two ways (mean or scale, sigma or cv), the one with the rounder
    /// number is shown, since that is the one that somebody wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Law::Constant { value_s } => write!(f, "constant, {}", duration(value_s)),
            Law::Exponential { mean_s } => write!(f, "exponential, mean {}", duration(mean_s)),
            Law::Weibull { shape, scale_s } => {
                let length = rounder("mean", duration(self.mean_s()), "scale", duration(scale_s));
                write!(f, "weibull, shape {}, {length}", number(shape))
            }
            Law::Lognormal { mu, sigma } => {
                let cv = libm::expm1(sigma * sigma).sqrt();
                let place = rounder("median", duration(libm::exp(mu)), "mean", duration(self.mean_s()));
                write!(f, "lognormal, {place}, {}", rounder("sigma", number(sigma), "cv", number(cv)))
            }
            Law::Gamma { shape, .. } => {
                write!(f, "gamma, shape {}, mean {}", number(shape), duration(self.mean_s()))
            }
            Law::Uniform { min_s, max_s } => {
                write!(f, "uniform, min {}, max {}", duration(min_s), duration(max_s))
            }
            Law::Triangular { min_s, mode_s, max_s } => {
                let (min, mode, max) = (duration(min_s), duration(mode_s), duration(max_s));
                write!(f, "triangular, min {min}, mode {mode}, max {max}")
            }
            Law::Empirical { ref values_s } => match values_s.as_slice() {
                [] => f.write_str("empirical, no values"),
                [only] => write!(f, "empirical, 1 value, {}", duration(*only)),
                [least, .., most] => {
                    let count = values_s.len();
                    write!(f, "empirical, {count} values, {} to {}", duration(*least), duration(*most))
                }
            },
        }
    }
}

/// The first of two ways to say the same, unless the second one takes fewer characters.
fn rounder(first: &str, one: String, second: &str, other: String) -> String {
    if one.len() <= other.len() { format!("{first} {one}") } else { format!("{second} {other}") }
}

/// Six significant digits, without zeros at the end.
fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// The exact length where it is short to write, else hundredths of its unit and "about".
fn duration(secs: f64) -> String {
    let span = Span::from_secs_f64(secs);
    let exact = span.to_string();
    if exact.len() <= 10 {
        return exact;
    }
    const UNITS_US: [u64; 6] =
        [365 * 86_400_000_000, 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000];
    let unit = UNITS_US.into_iter().find(|unit| *unit <= span.0).unwrap_or(100);
    let hundredth = unit / 100;
    let rounded = Span(span.0.saturating_add(hundredth / 2) / hundredth * hundredth);
    if rounded == span { exact } else { format!("about {rounded}") }
}
