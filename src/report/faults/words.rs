//! Values of fits in words.

use crate::report::figures;
use crate::stats::fit::Known;

/// Units of times, each with what it is called.
const UNITS: [(f64, &str); 6] =
    [(31_536_000.0, "y"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];

/// The unit in which a time is a number from 2 on: "26 h" says more than "1.083 d".
pub(super) fn unit(seconds: f64) -> (f64, &'static str) {
    UNITS.into_iter().find(|(size, _)| seconds >= 2.0 * size).unwrap_or((1e-6, "us"))
}

/// A number with so many significant digits.
pub(super) fn digits(value: f64, significant: i32) -> String {
    figures::fixed(value, significant - 1 - exponent(value))
}

/// The same as a program reads it: no commas, no trailing zeros.
pub(super) fn plain(value: f64, significant: i32) -> String {
    let decimals = (significant - 1 - exponent(value)).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn exponent(value: f64) -> i32 {
    if value == 0.0 { 0 } else { libm::floor(libm::log10(value.abs())) as i32 }
}

/// `0.713 [0.55, 0.92]`.
pub(super) fn known(value: &Known) -> String {
    format!("{} [{}, {}]", digits(value.value, 3), digits(value.low, 2), digits(value.high, 2))
}

/// `41.2 [30, 56] d`.
pub(super) fn time(seconds: &Known) -> String {
    let (size, name) = unit(seconds.value);
    format!("{} {name}", known(&seconds.scaled(1.0 / size)))
}

/// A time as a scenario writes it, with four digits.
pub(super) fn duration(seconds: f64) -> String {
    let (size, name) = unit(seconds);
    format!("{} {name}", plain(seconds / size, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_says_most() {
        assert_eq!(duration(3_600.0 * 26.0), "26 h");
        assert_eq!(duration(86_400.0 * 41.234_56), "41.23 d");
        assert_eq!(duration(31_536_000.0 * 12_345.6), "12346 y");
        assert_eq!(duration(0.001_5), "1500 us");
        let known = Known { value: 86_400.0 * 41.2, low: 86_400.0 * 30.04, high: 86_400.0 * 156.0 };
        assert_eq!(time(&known), "41.2 [30, 160] d");
    }
}
