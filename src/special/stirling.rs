//! Gamma functions of large and small numbers without cancellation.
//!
//! Loader, "Fast and accurate computation of binomial probabilities" (2000): densities are written as
//! exp(-deviance) times Stirling's error, so that no two large numbers are subtracted.

use super::normal::horner;

/// ln sqrt(2 pi).
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// ln Γ(a + 1) - (a + 1/2) ln a + a - ln sqrt(2 pi): what Stirling's formula leaves out, for a > 0.
pub(super) fn stirling_error(a: f64) -> f64 {
    if a < 10.0 {
        return ln_gamma_1p(a) - (a + 0.5) * libm::log(a) + a - LN_SQRT_TAU;
    }
    // B_2k / (2k (2k - 1)), Abramowitz & Stegun 6.1.41; the next term is below 3e-17 at a = 10.
    const TERMS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    horner(&TERMS, 1.0 / (a * a)) / a
}

/// The deviance a ln(a / x) + x - a >= 0, with full relative precision also where x is near a.
pub(super) fn deviance(a: f64, x: f64) -> f64 {
    let difference = a - x;
    if difference.abs() >= 0.1 * (a + x) {
        return a * libm::log(a / x) - difference;
    }
    // ln(a / x) = 2 atanh v, v = (a - x) / (a + x); the first term of its series is taken out.
    let v = difference / (a + x);
    let v2 = v * v;
    let mut sum = difference * v;
    let mut term = 2.0 * a * v;
    for j in 1..1000 {
        term *= v2;
        let longer = sum + term / f64::from(2 * j + 1);
        if longer == sum {
            break;
        }
        sum = longer;
    }
    sum
}

/// ln Γ(1 + a) for a >= 0, with relative precision also as a goes to zero.
pub(super) fn ln_gamma_1p(a: f64) -> f64 {
    if a >= 0.05 {
        return libm::lgamma(1.0 + a);
    }
    // -γ a + sum over k >= 2 of ζ(k) (-a)^k / k, Abramowitz & Stegun 6.1.33.
    const TERMS: [f64; 12] = [
        -0.577_215_664_901_532_9,
        0.822_467_033_424_113_2,
        -0.400_685_634_386_531_4,
        0.270_580_808_427_784_5,
        -0.207_385_551_028_673_98,
        0.169_557_176_997_408_2,
        -0.144_049_896_768_846_1,
        0.125_509_669_524_743_04,
        -0.111_334_265_869_564_69,
        0.100_099_457_512_781_8,
        -0.090_954_017_145_829_04,
        0.083_353_840_546_109,
    ];
    a * horner(&TERMS, a)
}
