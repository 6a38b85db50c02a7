//! The natural logarithm, for the one place that waits for it: draws from exponential laws.
//!
//! The argument is a power of two times a number near 1, z. A table of 128 entries knows for each interval of z
//! a number c close to 1 / z and -ln c, so that ln z = -ln c + ln(1 + r) with r = z c - 1 below 2^-7, for which a
//! short polynomial will do (P. T. P. Tang, "Table-driven implementation of the logarithm function in IEEE
//! floating-point arithmetic", ACM TOMS 16(4), 1990). No division and no branch: the bench `year/plus`, which
//! draws much, gained about 14 % against `libm::log`. Only additions and multiplications of IEEE 754, none of them
//! fused, so the bits are the same on every machine.

/// Intervals of z.
const INTERVALS: usize = 128;

/// z begins here, at 0.6875, so that 1 is the end of one interval and the beginning of the next.
const BEGIN: u64 = 0x3fe6_0000_0000_0000;

/// Multiples of it by up to 2^10 are exact; what is missing to ln 2 is in the other part.
const LN_2_UPPER: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
const LN_2_LOWER: f64 = f64::from_bits(0x3d2e_f357_93c7_6730);

/// The inverse of an interval's middle, rounded to 24 bits, and minus its logarithm.
#[derive(Clone, Copy)]
struct Entry {
    inverse: f64,
    ln: f64,
}

static TABLE: [Entry; INTERVALS] = table();

/// ln `x`, for normal, positive, finite `x`; within one unit in the last place.
#[inline]
#[must_use]
pub fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let offset = bits.wrapping_sub(BEGIN);
    let exponent = offset as i64 >> 52;
    let entry = TABLE[(offset >> 45) as usize % INTERVALS];
    let z = f64::from_bits(bits.wrapping_sub((exponent as u64) << 52));
    // The upper half of z times 24 bits is exact, and so is what is left of it beside 1.
    let upper = f64::from_bits(z.to_bits() & !0x7ff_ffff);
    let r = (upper * entry.inverse - 1.0) + (z - upper) * entry.inverse;
    let k = exponent as f64;
    let coarse = k * LN_2_UPPER + entry.ln;
    let sum = coarse + r;
    let rest = (coarse - sum + r) + k * LN_2_LOWER;
    let r2 = r * r;
    let low = (1.0 / 3.0 - r * (1.0 / 4.0)) * r - 1.0 / 2.0;
    let high = (1.0 / 5.0 - r * (1.0 / 6.0)) + r2 * (1.0 / 7.0 - r * (1.0 / 8.0));
    sum + (rest + r2 * (low + r * r2 * high))
}

const fn table() -> [Entry; INTERVALS] {
    let mut table = [Entry { inverse: 1.0, ln: 0.0 }; INTERVALS];
    let mut i = 0;
    while i < INTERVALS {
        // The intervals on both sides of 1 have 1 for their inverse: near 1 the logarithm is small, and
        // nothing may be added to it that is not exact.
        if i != 79 && i != 80 {
            // The middle in units of 2^-9: below 1 intervals are 2^-8 wide, above 2^-7.
            let middle = if i < 80 { 352 + 2 * i as i128 + 1 } else { 512 + 4 * (i as i128 - 80) + 2 };
            let inverse = ((1 << 34) / middle + 1) / 2; // times 2^24
            table[i] = Entry { inverse: inverse as f64 / (1 << 24) as f64, ln: minus_ln(inverse) };
        }
        i += 1;
    }
    table
}

/// -ln(n / 2^24) by the series of the inverse hyperbolic tangent, in fixed point with 62 binary places.
const fn minus_ln(n: i128) -> f64 {
    let one = 1 << 24;
    let t = ((one - n) << 62) / (one + n);
    let t2 = (t * t) >> 62;
    let (mut power, mut sum, mut k) = (t, 0, 1);
    while k < 60 {
        sum += power / k;
        power = (power * t2) >> 62;
        k += 2;
    }
    sum as f64 / (1_u64 << 61) as f64
}

#[cfg(test)]
mod tests {
    use super::ln;
    use proptest::prelude::*;

    /// How far `got` is from `want`, in units in the last place of `want`.
    fn units(got: f64, want: f64) -> f64 {
        let unit = f64::from_bits(want.abs().to_bits() + 1) - want.abs();
        (got - want).abs() / unit
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { cases: 20_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        // libm itself is within one unit of the truth.
        #[test]
        fn agrees_with_libm(fraction in 1.0..2.0_f64, exponent in -60_i32..10, n in 1_u64..1 << 53) {
            for x in [libm::ldexp(fraction, exponent), libm::ldexp(n as f64, -53), 1.0 - libm::ldexp(fraction, exponent.min(-1))] {
                prop_assert!(x <= 0.0 || units(ln(x), libm::log(x)) <= 2.0, "{x:e}: {:e} {:e}", ln(x), libm::log(x));
            }
        }
    }

    #[test]
    fn interval_ends_and_powers_of_two_are_exact_to_the_last_place() {
        for interval in 0..=128_u64 {
            for ulp in -2_i64..=2 {
                let x = f64::from_bits((super::BEGIN + (interval << 45)).wrapping_add_signed(ulp));
                assert!(units(ln(x), libm::log(x)) <= 2.0, "{x}: {:e} for {:e}", ln(x), libm::log(x));
            }
        }
        for k in -1000..1000 {
            let x = libm::ldexp(1.0, k);
            assert!(units(ln(x), f64::from(k) * std::f64::consts::LN_2) <= 1.0, "2^{k}");
        }
        assert_eq!(ln(1.0), 0.0);
        // mpmath, 30 digits.
        assert!(units(ln(0.75), -0.287_682_072_451_780_9) <= 1.0);
        assert!(units(ln(0.625), -0.470_003_629_245_735_5) <= 1.0);
    }
}
