//! The regularised incomplete beta function and its inverse.

use super::solve::{Point, Tail, invert};
use super::stirling::{deviance, stirling_error};

/// I_x(a, b), the probability that a beta variable is at most `x`.
///
/// The complement without cancellation is `beta_inc(b, a, 1.0 - x)`.
///
/// # Panics
/// Where `a` or `b` is not positive and finite, or `x` is not between 0 and 1.
#[must_use]
pub fn beta_inc(a: f64, b: f64, x: f64) -> f64 {
    assert!((0.0..=1.0).contains(&x), "a beta variable lies between 0 and 1: {x}");
    Shapes::new(a, b).tails(x, 1.0 - x).lower
}

/// The x with I_x(a, b) = `p`.
///
/// With it the Clopper-Pearson bounds of k successes in n trials are
/// `beta_inc_inverse(k, n - k + 1, alpha / 2)` and `beta_inc_inverse(k + 1, n - k, 1 - alpha / 2)`.
///
/// ```
/// // No failure in 100 trials: with 95 % confidence the probability is below 1 - 0.05^(1/100).
/// let upper = ninefold::special::beta_inc_inverse(1.0, 100.0, 0.95);
/// assert!((upper - 0.029_513_049_607_039_7).abs() < 1e-15);
/// ```
///
/// # Panics
/// Where `a` or `b` is not positive and finite, or `p` is not a probability.
#[must_use]
pub fn beta_inc_inverse(a: f64, b: f64, p: f64) -> f64 {
    assert!((0.0..=1.0).contains(&p), "not a probability: {p}");
    if p == 1.0 {
        return 1.0;
    }
    let odds = beta_odds(a, b, p, 1.0 - p);
    odds / (1.0 + odds)
}

/// The odds x / (1 - x) of the x with I_x(a, b) = `p`, given also its complement `q`, so that neither tail
/// loses digits. `q` must not be zero.
pub(super) fn beta_odds(a: f64, b: f64, p: f64, q: f64) -> f64 {
    let shapes = Shapes::new(a, b);
    if p == 0.0 {
        return 0.0;
    }
    let (side, wanted) = if p <= q { (Tail::Lower, p) } else { (Tail::Upper, q) };
    // The mean, or the first term of the series where it is already exact: I_x = x^a / (a B(a, b)).
    let mean = a / b;
    let start = match side {
        Tail::Lower => {
            let small = libm::exp((libm::log(wanted) + shapes.ln_beta_a()) / a);
            if small < 1e-20 / (1.0 + b) {
                return small;
            }
            small.min(mean)
        }
        Tail::Upper => mean,
    };
    let scale = 1.0 / a.max(b).sqrt().max(1.0);
    invert(start, side, wanted, scale, |odds| {
        let (x, y) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
        let Tails { lower, upper, density } = shapes.tails(x, y);
        let tail = if side == Tail::Lower { lower } else { upper };
        // The density of the log odds is x^a y^b / B(a, b), log-concave.
        Point { tail, density, slope: a * y - b * x }
    })
}

struct Tails {
    lower: f64,
    upper: f64,
    /// x^a (1 - x)^b / B(a, b): the density of the log odds.
    density: f64,
}

struct Shapes {
    a: f64,
    b: f64,
    /// Stirling's errors of a + b less those of a and b.
    error: f64,
}

impl Shapes {
    fn new(a: f64, b: f64) -> Shapes {
        assert!(a > 0.0 && a.is_finite() && b > 0.0 && b.is_finite(), "shapes must be positive: {a}, {b}");
        Shapes { a, b, error: stirling_error(a + b) - stirling_error(a) - stirling_error(b) }
    }

    /// ln(a B(a, b)).
    fn ln_beta_a(&self) -> f64 {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        // From Γ(n + 1) / (Γ(a + 1) Γ(b + 1)) in Stirling's form.
        let entropy = a * libm::log1p(b / a) + b * libm::log1p(a / b);
        let ln_choose = self.error + entropy + 0.5 * libm::log(n / (std::f64::consts::TAU * a * b));
        libm::log(n / b) - ln_choose
    }

    /// Loader's form of the binomial probability, exact also for shapes of many millions.
    fn density(&self, x: f64, y: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        let exponent = self.error - deviance(a, n * x) - deviance(b, n * y);
        a * b / n * libm::exp(exponent) * (n / (std::f64::consts::TAU * a * b)).sqrt()
    }

    fn tails(&self, x: f64, y: f64) -> Tails {
        if x == 0.0 {
            return Tails { lower: 0.0, upper: 1.0, density: 0.0 };
        }
        if y == 0.0 {
            return Tails { lower: 1.0, upper: 0.0, density: 0.0 };
        }
        let (a, b) = (self.a, self.b);
        let density = self.density(x, y);
        if x < (a + 1.0) / (a + b + 2.0) {
            let lower = (density * fraction(a, b, x, y)).min(1.0);
            Tails { lower, upper: 1.0 - lower, density }
        } else {
            let upper = (density * fraction(b, a, y, x)).min(1.0);
            Tails { lower: 1.0 - upper, upper, density }
        }
    }
}

/// I_x(a, b) over x^a (1 - x)^b / B(a, b), for x left of about the mean: one over the continued fraction of
/// Didonato and Morris, "Algorithm 708", ACM TOMS 18 (1992), section 4, by the modified Lentz method. Unlike
/// the better known DLMF 8.17.22 it takes `y` = 1 - x as it is, and so loses nothing where x or y is tiny.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut value = away(a * (a * y - b * x + 1.0) / (a + 1.0));
    let (mut c, mut d) = (value, 0.0);
    for m in 1..100_000 {
        let m = f64::from(m);
        let before = a + 2.0 * m - 1.0;
        let above = (a + m - 1.0) / before * ((a + b + m - 1.0) / before) * m * (b - m) * x * x;
        let below = m
            + m * (b - m) * x / before
            + (a + m) * (a * y - b * x + 1.0 + m * (1.0 + y)) / (a + 2.0 * m + 1.0);
        d = 1.0 / away(below + above * d);
        c = away(below + above / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 3e-16 {
            break;
        }
    }
    1.0 / value
}
