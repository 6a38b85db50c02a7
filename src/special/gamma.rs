//! The regularised incomplete gamma functions and their inverses.

use super::normal::normal_quantile;
use super::solve::{Point, Tail, invert};
use super::stirling::{deviance, ln_gamma_1p, stirling_error};
use super::temme;

/// P(a, x), the probability that a gamma variable of shape `a` > 0 and scale 1 is at most `x` >= 0.
///
/// # Panics
/// Where `a` is not positive and finite, or `x` is negative or no number.
#[must_use]
pub fn gamma_p(a: f64, x: f64) -> f64 {
    check(a, x);
    Shape::new(a).tails(x).lower
}

/// Q(a, x) = 1 - P(a, x), without cancellation where it is small.
///
/// # Panics
/// As [`gamma_p`].
#[must_use]
pub fn gamma_q(a: f64, x: f64) -> f64 {
    check(a, x);
    Shape::new(a).tails(x).upper
}

/// The x with P(a, x) = `p`; infinity where `p` is 1.
///
/// # Panics
/// Where `a` is not positive and finite, or `p` is not a probability.
#[must_use]
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    assert!((0.0..=1.0).contains(&p), "not a probability: {p}");
    // Above one half the complement is exact (Sterbenz), below it is not used.
    if p <= 0.5 { inverse(a, Tail::Lower, p) } else { inverse(a, Tail::Upper, 1.0 - p) }
}

/// The x with Q(a, x) = `q`; infinity where `q` is 0.
///
/// # Panics
/// As [`gamma_p_inverse`].
#[must_use]
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    assert!((0.0..=1.0).contains(&q), "not a probability: {q}");
    if q <= 0.5 { inverse(a, Tail::Upper, q) } else { inverse(a, Tail::Lower, 1.0 - q) }
}

/// The x that a chi-square variable with `df` > 0 degrees of freedom, whole or not, stays below with
/// probability `p`.
///
/// # Panics
/// As [`gamma_p_inverse`].
#[must_use]
pub fn chi_square_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_p_inverse(0.5 * df, p)
}

fn check(a: f64, x: f64) {
    assert!(a > 0.0 && a.is_finite(), "the shape of a gamma law must be positive: {a}");
    assert!(x >= 0.0, "a gamma variable is not negative: {x}");
}

/// Both tails at one point, each with its own relative precision.
struct Tails {
    lower: f64,
    upper: f64,
    /// x^a e^-x / Γ(a): the density of ln X.
    density: f64,
}

/// A shape with what is computed once for it.
struct Shape {
    a: f64,
    /// Stirling's error where a is large, ln Γ(1 + a) where it is small.
    constant: f64,
}

impl Shape {
    /// From here on Stirling's form of the density is the more precise one.
    const LARGE: f64 = 10.0;

    fn new(a: f64) -> Shape {
        Shape { a, constant: if a < Shape::LARGE { ln_gamma_1p(a) } else { stirling_error(a) } }
    }

    /// x^a e^-x / Γ(a + 1).
    fn weight(&self, x: f64) -> f64 {
        if self.a < Shape::LARGE {
            libm::exp(self.a * libm::log(x) - x - self.constant)
        } else {
            libm::exp(-self.constant - deviance(self.a, x)) / (std::f64::consts::TAU * self.a).sqrt()
        }
    }

    fn tails(&self, x: f64) -> Tails {
        if x == 0.0 {
            return Tails { lower: 0.0, upper: 1.0, density: 0.0 };
        }
        if x == f64::INFINITY {
            return Tails { lower: 1.0, upper: 0.0, density: 0.0 };
        }
        let weight = self.weight(x);
        let density = weight * self.a;
        if temme::covers(self.a, x) {
            let (lower, upper) = temme::tails(self.a, deviance(self.a, x), x < self.a);
            Tails { lower, upper, density }
        } else if self.a < 1.0 && x < 1.1 {
            let upper = self.small_upper(x);
            Tails { lower: weight * self.series(x), upper, density }
        } else if x < self.a + 1.0 {
            let lower = (weight * self.series(x)).min(1.0);
            Tails { lower, upper: 1.0 - lower, density }
        } else {
            let upper = (density * self.fraction(x)).min(1.0);
            Tails { lower: 1.0 - upper, upper, density }
        }
    }

    /// 1 + x / (a + 1) + x² / ((a + 1)(a + 2)) + …: P is this times the weight (DLMF 8.11.4).
    fn series(&self, x: f64) -> f64 {
        let (mut sum, mut term, mut n) = (1.0, 1.0, self.a);
        // Terms fall from the first on; a shape that needs more than a few hundred is Temme's.
        for _ in 0..10_000 {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        sum
    }

    /// The continued fraction of Q over the density of ln X (DLMF 8.9.2), by the modified Lentz method.
    fn fraction(&self, x: f64) -> f64 {
        const TINY: f64 = 1e-300;
        let mut b = x + 1.0 - self.a;
        let mut c = 1.0 / TINY;
        let mut d = 1.0 / b;
        let mut value = d;
        for n in 1..10_000 {
            let n = f64::from(n);
            let numerator = -n * (n - self.a);
            b += 2.0;
            d = numerator * d + b;
            d = 1.0 / if d.abs() < TINY { TINY } else { d };
            c = b + numerator / c;
            c = if c.abs() < TINY { TINY } else { c };
            let factor = c * d;
            value *= factor;
            if (factor - 1.0).abs() < 3e-16 {
                break;
            }
        }
        value
    }

    /// Q for a < 1 and small x, where P is near one: 1 - x^a / Γ(1 + a) without cancellation, plus the
    /// alternating rest of the series (DLMF 8.7.1).
    fn small_upper(&self, x: f64) -> f64 {
        let exponent = self.a * libm::log(x) - self.constant;
        let (mut sum, mut power) = (0.0, -1.0);
        for n in 1..100 {
            let n = f64::from(n);
            power *= -x / n;
            let term = power / (self.a + n);
            sum += term;
            if term.abs() < 1e-17 * sum {
                break;
            }
        }
        self.a * libm::exp(exponent) * sum - libm::expm1(exponent)
    }

    /// Near the x whose `side` tail is `wanted`, well within the reach of a few steps.
    fn guess(&self, side: Tail, wanted: f64) -> f64 {
        let a = self.a;
        let ln_gamma_1p = if a < Shape::LARGE { self.constant } else { libm::lgamma(a + 1.0) };
        // Exact in the limit of small x: P = x^a / Γ(a + 1).
        let power = |ln_p: f64| libm::exp((ln_p + ln_gamma_1p) / a);
        if a < 1.0 {
            return match side {
                Tail::Lower => {
                    let x = power(libm::log(wanted));
                    // The next order: P = x^a (1 - a x / (a + 1)) / Γ(a + 1).
                    x * libm::exp((x / (a + 1.0)).min(1.0))
                }
                Tail::Upper => {
                    let lower = power(libm::log1p(-wanted));
                    // Q = x^(a - 1) e^-x / Γ(a) far out, solved by two rounds of substitution.
                    let ln_far = -libm::log(wanted) - ln_gamma_1p + libm::log(a);
                    if ln_far < 1.0 || lower < 0.2 {
                        return lower.max(f64::MIN_POSITIVE);
                    }
                    let once = ln_far + (a - 1.0) * libm::log(ln_far);
                    ln_far + (a - 1.0) * libm::log(once.max(0.5))
                }
            };
        }
        // Wilson and Hilferty (1931): the cube root of X is nearly normal.
        let z = normal_quantile(wanted) * if side == Tail::Lower { 1.0 } else { -1.0 };
        let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
        if side == Tail::Lower && root < 0.6 {
            let x = power(libm::log(wanted));
            return x * libm::exp((x / (a + 1.0)).min(1.0));
        }
        a * root * root * root
    }
}

fn inverse(a: f64, side: Tail, wanted: f64) -> f64 {
    assert!(a > 0.0 && a.is_finite(), "the shape of a gamma law must be positive: {a}");
    if wanted == 0.0 {
        return if side == Tail::Lower { 0.0 } else { f64::INFINITY };
    }
    let shape = Shape::new(a);
    let start = shape.guess(side, wanted);
    // So small that the first term of the series is all there is; it may even be zero.
    if start < 1e-20 {
        return start;
    }
    let scale = 1.0 / a.sqrt().max(1.0);
    invert(start, side, wanted, scale, |x| {
        let Tails { lower, upper, density } = shape.tails(x);
        let tail = if side == Tail::Lower { lower } else { upper };
        Point { tail, density, slope: a - x }
    })
}
