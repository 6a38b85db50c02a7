//! Student's t distribution.

use super::beta::beta_odds;
use super::normal::normal_quantile;

/// The t that a Student variable with `df` > 0 degrees of freedom, whole or not, stays below with
/// probability `p`; minus infinity at 0, infinity at 1.
///
/// # Panics
/// Where `p` is not a probability or `df` is not positive; infinitely many degrees are the normal law.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    assert!(df > 0.0, "degrees of freedom must be positive: {df}");
    let z = normal_quantile(p);
    if z == 0.0 || z.is_infinite() || df == f64::INFINITY {
        return z;
    }
    if df >= 1e4 && z * z <= 0.002 * df {
        return cornish_fisher(z, df);
    }
    // df / (df + t²) has a beta law with shapes df / 2 and 1 / 2, and its odds are df / t².
    let both_tails = 2.0 * p.min(1.0 - p);
    let between = 2.0 * (p - 0.5).abs();
    (df / beta_odds(0.5 * df, 0.5, both_tails, between)).sqrt().copysign(z)
}

/// The normal quantile corrected in powers of 1 / df, Abramowitz & Stegun 26.7.5. The next term is of the
/// order of (z² / df)^5, below 1e-13 where it is used. (The continued fraction would need a number of terms
/// that grows with the square root of df, and many libraries simply go wrong there.)
fn cornish_fisher(z: f64, df: f64) -> f64 {
    let z2 = z * z;
    let first = (z2 + 1.0) / 4.0;
    let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let fourth = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z * (1.0 + (first + (second + (third + fourth / df) / df) / df) / df)
}
