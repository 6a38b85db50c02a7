//! Unsigned integers of 256 bits: just enough arithmetic for exact variances.

/// An unsigned integer of 256 bits, least significant limb first.
///
/// The sum of squares of 10⁷ values of 3·10¹⁸ needs 147 bits, and the numerator of the variance is a
/// difference of two products of 170 bits: beyond `u128`, far below this type's range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wide([u64; 4]);

impl Wide {
    /// `a · b`, which always fits.
    pub(super) fn product(a: u128, b: u128) -> Wide {
        let (a, b) = (limbs(a), limbs(b));
        let mut result = [0u64; 4];
        for (i, &x) in a.iter().enumerate() {
            let mut carry = 0u128;
            for (j, &y) in b.iter().enumerate() {
                // (2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1: never overflows.
                let sum = u128::from(x) * u128::from(y) + u128::from(result[i + j]) + carry;
                result[i + j] = low(sum);
                carry = sum >> 64;
            }
            result[i + 2] = low(carry);
        }
        Wide(result)
    }

    /// `self + other`.
    ///
    /// # Panics
    /// When the sum needs more than 256 bits, which takes more than 2¹²⁸ squares of 64-bit values.
    pub(super) fn plus(self, other: Wide) -> Wide {
        let mut result = [0u64; 4];
        let mut carry = 0u128;
        for (limb, (&a, &b)) in result.iter_mut().zip(self.0.iter().zip(&other.0)) {
            let sum = u128::from(a) + u128::from(b) + carry;
            *limb = low(sum);
            carry = sum >> 64;
        }
        assert!(carry == 0, "a sum of squares has outgrown 256 bits");
        Wide(result)
    }

    /// `self · factor`.
    ///
    /// # Panics
    /// When the product needs more than 256 bits.
    pub(super) fn times(self, factor: u64) -> Wide {
        let mut result = [0u64; 4];
        let mut carry = 0u128;
        for (limb, &a) in result.iter_mut().zip(&self.0) {
            let product = u128::from(a) * u128::from(factor) + carry;
            *limb = low(product);
            carry = product >> 64;
        }
        assert!(carry == 0, "a sum of squares times its count has outgrown 256 bits");
        Wide(result)
    }

    /// `|self − other|`, and whether the difference is negative.
    pub(super) fn difference(self, other: Wide) -> (Wide, bool) {
        let negative = self.0.iter().rev().lt(other.0.iter().rev());
        let (large, small) = if negative { (other, self) } else { (self, other) };
        let mut result = [0u64; 4];
        let mut borrow = false;
        for (limb, (&a, &b)) in result.iter_mut().zip(large.0.iter().zip(&small.0)) {
            let (partial, below) = a.overflowing_sub(b);
            let (rest, below_too) = partial.overflowing_sub(u64::from(borrow));
            *limb = rest;
            borrow = below || below_too;
        }
        (Wide(result), negative)
    }

    /// The nearest double (ties to even): the only rounding of an exact variance's numerator.
    pub(super) fn to_f64(self) -> f64 {
        let [a, b, c, d] = self.0;
        let high = u128::from(d) << 64 | u128::from(c);
        let low = u128::from(b) << 64 | u128::from(a);
        if high == 0 {
            return low as f64;
        }
        // The top 128 bits with the rest folded into the last one: 53 of them survive the conversion, so the
        // folded bit only breaks ties, as it must.
        let shift = high.leading_zeros();
        let (top, rest) =
            if shift == 0 { (high, low) } else { (high << shift | low >> (128 - shift), low << shift) };
        let sticky = top | u128::from(rest != 0);
        // At most 128 - 0 doublings of a number below 2^128: far from overflow, hence exact.
        libm::ldexp(sticky as f64, 128 - shift as i32)
    }
}

fn limbs(x: u128) -> [u64; 2] {
    [low(x), low(x >> 64)]
}

/// The low 64 bits.
fn low(x: u128) -> u64 {
    (x & u128::from(u64::MAX)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_sums_agree_with_u128_where_both_fit() {
        for a in [0u128, 1, 7, 1 << 40, (1 << 63) - 1] {
            for b in [0u128, 3, 1 << 33, (1 << 64) - 1] {
                let wide = Wide::product(a, b);
                assert_eq!(wide.to_f64(), (a * b) as f64);
                assert_eq!(wide.plus(wide).to_f64(), (2 * a * b) as f64);
                assert_eq!(wide.times(5), Wide::product(5 * a, b));
            }
        }
    }

    #[test]
    fn the_largest_product_is_right() {
        // (2^128 − 1)² = 2^256 − 2^129 + 1.
        let square = Wide::product(u128::MAX, u128::MAX);
        assert_eq!(square, Wide([1, 0, u64::MAX - 1, u64::MAX]));
        assert_eq!(square.to_f64(), libm::ldexp(1.0, 256));
    }

    #[test]
    fn differences_borrow_and_carry_a_sign() {
        let a = Wide::product(1 << 127, 4);
        let b = Wide::product(1, 1);
        assert_eq!(a.difference(b), (Wide([u64::MAX, u64::MAX, 1, 0]), false));
        assert_eq!(b.difference(a), (Wide([u64::MAX, u64::MAX, 1, 0]), true));
        assert_eq!(a.difference(a), (Wide::default(), false));
    }

    #[test]
    fn conversion_rounds_to_nearest_even_with_the_far_bits_seen() {
        // 2^200 + 2^147 is exactly half way between two doubles; one bit more must tip it upwards.
        let half = Wide([0, 0, 1 << 19, 1 << 8]);
        assert_eq!(half.to_f64(), libm::ldexp(1.0, 200));
        let more = half.plus(Wide::product(1, 1));
        assert_eq!(more.to_f64(), libm::ldexp(1.0, 200) + libm::ldexp(1.0, 148));
    }

    #[test]
    #[should_panic(expected = "outgrown")]
    fn overflow_is_loud() {
        let _ = Wide([0, 0, 0, 1 << 63]).times(2);
    }
}
