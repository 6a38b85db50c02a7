//! Simulated time: whole microseconds, two types that cannot be mixed up.
//!
//! A [`Time`] is an instant, a [`Span`] a length. Both are `u64` microseconds, so that
//! order, addition and accumulation are exact on every machine.
//!
//! ```
//! use ninefold::engine::{Span, Time};
//! let crash = Time::ZERO + Span::from_secs(3600);
//! assert_eq!(crash + Span::from_secs(18) - crash, Span::from_secs(18));
//! ```

use std::fmt;
use std::ops::{Add, Sub};

/// An instant, in microseconds since the start of the replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// The start of a replication.
    pub const ZERO: Time = Time(0);
    /// The instant that never comes: what an idle timer shows.
    pub const NEVER: Time = Time(u64::MAX);

    /// The time since `earlier`; zero where `earlier` is the later one.
    #[must_use]
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than any horizon: what "never" means as a length.
    pub const FOREVER: Span = Span(u64::MAX);
    /// Microseconds in a second.
    pub const MICROS_PER_SEC: u64 = 1_000_000;

    /// A whole number of seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Span {
        Span(secs * Span::MICROS_PER_SEC)
    }

    /// Rounds a length in seconds to the nearest microsecond, once, half away from zero.
    /// What no horizon can hold becomes one length beyond all of them, and infinity [`Span::FOREVER`]: a life that ends some day can be hurried, and
    /// one that never does cannot. `NaN` and negative values are a bug.
    #[inline]
    #[must_use]
    pub fn from_secs_f64(secs: f64) -> Span {
        assert!(secs >= 0.0, "a length of time must not be negative: {secs} s");
        let micros = secs * 1e6;
        // From 2^52 on there are no fractions. Below, adding 2^52 leaves none: the sum is rounded, half to even, and
        // its lower bits are the whole number. Much shorter than a conversion, and a draw waits for each step.
        if micros >= FRACTIONLESS {
            return Span(whole(micros));
        }
        let sum = micros + FRACTIONLESS;
        let rounded = sum.to_bits() - FRACTIONLESS.to_bits();
        // The difference is exact: both have the same exponent or less.
        if micros - (sum - FRACTIONLESS) == 0.5 {
            return Span(above(rounded));
        }
        Span(rounded)
    }

    /// What is left when `gone` of it is over; zero where all is.
    #[must_use]
    pub const fn less(self, gone: Span) -> Span {
        Span(self.0.saturating_sub(gone.0))
    }

    /// The length in seconds, for reports.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

/// 2^52: doubles from here to 2^53 are whole numbers one apart.
const FRACTIONLESS: f64 = (1_u64 << 52) as f64;

/// Microseconds of more than 291,000 years, beyond every horizon that validation lets pass; a clock can still run towards that.
const MICROS_MAX: f64 = 9.2e18;

/// A whole number of microseconds.
#[cold]
#[inline(never)]
fn whole(micros: f64) -> u64 {
    if micros == f64::INFINITY { u64::MAX } else { micros.min(MICROS_MAX) as u64 }
}

/// A half that was rounded down to even.
#[cold]
#[inline(never)]
fn above(rounded: u64) -> u64 {
    rounded + 1
}

impl Add<Span> for Time {
    type Output = Time;
    /// Saturates at [`Time::NEVER`], so that a draw past every horizon is "never".
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        debug_assert!(earlier <= self, "time runs backwards: {self:?} before {earlier:?}");
        Span(self.0 - earlier.0)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Span {
    /// The shortest exact way to write it, in the units of a scenario: `90 s`, `1.5 h`, `20 ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Span::FOREVER {
            return f.write_str("never");
        }
        if self.0 == 0 {
            return f.write_str("0 s");
        }
        const UNITS: [(u64, &str); 7] = [
            (365 * 86_400_000_000, "y"),
            (86_400_000_000, "d"),
            (3_600_000_000, "h"),
            (60_000_000, "min"),
            (1_000_000, "s"),
            (1_000, "ms"),
            (1, "us"),
        ];
        for (micros, unit) in UNITS {
            // Two decimals at most: what needs more is written in the next smaller unit.
            if self.0 >= micros && (u128::from(self.0) * 100).is_multiple_of(u128::from(micros)) {
                return write!(f, "{} {unit}", self.0 as f64 / micros as f64);
            }
        }
        write!(f, "{} us", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;
    use proptest::prelude::*;

    /// The definition, with the rounding of the standard library.
    fn rounded(secs: f64) -> Span {
        if secs == f64::INFINITY { Span::FOREVER } else { Span((secs * 1e6).round().min(9.2e18) as u64) }
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn seconds_are_rounded_half_away_from_zero(exponent in -30_i32..70, fraction in 1.0..2.0_f64) {
            let secs = fraction * 2.0_f64.powi(exponent);
            prop_assert_eq!(Span::from_secs_f64(secs), rounded(secs));
        }

        #[test]
        fn halves_and_their_neighbours_are_rounded_alike(whole in 0_u64..(1 << 53), ulps in -2_i64..=2) {
            let half = (whole as f64 + 0.5) / 1e6;
            let secs = f64::from_bits((half.to_bits() as i64 + ulps) as u64);
            prop_assert_eq!(Span::from_secs_f64(secs), rounded(secs));
        }
    }

    #[test]
    fn the_longest_horizon_can_be_written() {
        assert_eq!(Span(100_000 * 31_536_000_000_000).to_string(), "100000 y");
    }

    #[test]
    fn what_no_horizon_holds_is_beyond_all_of_them_and_infinity_is_forever() {
        for secs in [9.199_999e12, 9.2e12, 9.3e12, 1e300, f64::INFINITY, 0.0, 0.499_999_999_999_999_9e-6] {
            assert_eq!(Span::from_secs_f64(secs), rounded(secs), "{secs}");
        }
    }
}
