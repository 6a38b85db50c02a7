//! Numbers with units: `"1.5 h"`, `"64 GiB"`, `"10 Gbit/s"`.

use crate::engine::Span;
use crate::model::Ppm;

use super::fixed::limits;
use super::text::{nearest, quote};

/// Why a text is not the quantity it should be: what, and what to write.
pub(super) type Wrong = (String, String);

/// Units of durations with their microseconds. y = 365 d = 8,760 h, as availability people count.
pub(super) const DURATIONS: [(&str, f64); 8] = [
    ("us", 1.0),
    ("ms", 1e3),
    ("s", 1e6),
    ("min", 60e6),
    ("h", 3_600e6),
    ("d", 86_400e6),
    ("w", 604_800e6),
    ("y", 31_536_000e6),
];

/// Units of sizes with their bytes.
pub(super) const SIZES: [(&str, f64); 11] = [
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("PB", 1e15),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("PiB", 1_125_899_906_842_624.0),
];

/// Units of rates with their bits in a second.
pub(super) const RATES: [(&str, f64); 13] = [
    ("bit/s", 1.0),
    ("kbit/s", 1e3),
    ("Mbit/s", 1e6),
    ("Gbit/s", 1e9),
    ("Tbit/s", 1e12),
    ("B/s", 8.0),
    ("kB/s", 8e3),
    ("MB/s", 8e6),
    ("GB/s", 8e9),
    ("TB/s", 8e12),
    ("KiB/s", 8_192.0),
    ("MiB/s", 8_388_608.0),
    ("GiB/s", 8_589_934_592.0),
];

/// What people write for a unit that has another name here.
const ALIASES: [(&str, &str); 28] = [
    ("m", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("mins", "min"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("week", "w"),
    ("weeks", "w"),
    ("year", "y"),
    ("years", "y"),
    ("a", "y"),
    ("µs", "us"),
    ("G", "GiB"),
    ("M", "MiB"),
    ("T", "TiB"),
    ("Gbps", "Gbit/s"),
    ("Mbps", "Mbit/s"),
    // A small b is a bit: eight of them are a byte.
    ("kb/s", "kbit/s"),
    ("Mb/s", "Mbit/s"),
    ("Gb/s", "Gbit/s"),
];

struct Kind {
    noun: &'static str,
    example: &'static str,
    accepted: &'static str,
}

const DURATION: Kind =
    Kind { noun: "a duration", example: "30 s", accepted: "us, ms, s, min, h, d, w, y (365 d)" };
const SIZE: Kind =
    Kind { noun: "a size", example: "64 GiB", accepted: "B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, PiB" };
const RATE: Kind = Kind {
    noun: "a rate",
    example: "10 Gbit/s",
    accepted: "bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s, B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s",
};

const FRACTION: Kind = Kind { noun: "a fraction", example: "15 %", accepted: "%" };

/// A duration, rounded once to the microsecond.
///
/// # Errors
/// No number, no or an unknown unit, negative, not finite, longer than any horizon.
pub(super) fn duration(text: &str) -> Result<Span, Wrong> {
    let micros = quantity(text, &DURATIONS, &DURATION)?;
    let most = limits::YEARS as f64 * 31_536_000e6;
    if micros > most {
        let what = format!("{} is longer than {} years", quote(text), limits::YEARS);
        return Err((what, "write a shorter duration".to_owned()));
    }
    Ok(Span(micros.round() as u64))
}

/// A duration as people type it where there is no scenario, such as `90 s`.
///
/// # Errors
/// No number, no or an unknown unit, negative, longer than any horizon: in one sentence.
pub fn duration_text(text: &str) -> Result<Span, String> {
    duration(text).map_err(|(what, remedy)| format!("{what}: {remedy}"))
}

/// A size in bytes.
///
/// # Errors
/// As [`duration`]; more than 2^62 bytes.
pub(super) fn size(text: &str) -> Result<u64, Wrong> {
    let bytes = quantity(text, &SIZES, &SIZE)?;
    if bytes > 4.6e18 {
        return Err((format!("{} is too large", quote(text)), "write a smaller size".to_owned()));
    }
    Ok(bytes.round() as u64)
}

/// A rate in bits per second.
///
/// # Errors
/// As [`duration`]; more than 10^18 bit/s.
pub(super) fn rate(text: &str) -> Result<f64, Wrong> {
    let bits = quantity(text, &RATES, &RATE)?;
    if bits > 1e18 {
        return Err((format!("{} is too large", quote(text)), "write a smaller rate".to_owned()));
    }
    Ok(bits)
}

/// A fraction of one.
///
/// # Errors
/// As [`duration`]; more than one is left to whoever asks.
pub(super) fn fraction(text: &str) -> Result<f64, Wrong> {
    quantity(text, &[("%", 0.01)], &FRACTION)
}

/// A fraction from 0 to 1, rounded once to the millionth; `None` outside.
pub(super) fn part(value: f64) -> Option<Ppm> {
    // Written so that NaN is outside.
    (0.0..=1.0).contains(&value).then(|| Ppm((value * f64::from(Ppm::ONE.0)).round() as u32))
}

/// Whether a fraction, or what is left of one, is so small that millionths would make another one of it: off by more than a hundredth.
pub(super) fn is_too_fine(value: f64, part: Ppm) -> bool {
    let told = f64::from(part.0) / f64::from(Ppm::ONE.0);
    (value - told).abs() > 0.01 * value.min(1.0 - value)
}

fn quantity(text: &str, units: &[(&str, f64)], kind: &Kind) -> Result<f64, Wrong> {
    let advice =
        || format!("write a number and a unit, such as \"{}\" (accepted: {})", kind.example, kind.accepted);
    let trimmed = text.trim();
    let (number, unit) = split(trimmed);
    let not_one = || (format!("{} is not {}", quote(text), kind.noun), advice());
    if number.is_empty() {
        // Also "inf", "NaN" and "-inf h": they start with no digit.
        return Err(not_one());
    }
    let Ok(value) = number.parse::<f64>() else {
        return Err(not_one());
    };
    if unit.is_empty() {
        return Err((format!("{} has no unit", quote(text)), advice()));
    }
    let Some(&(_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        let meant = ALIASES.iter().find(|(alias, _)| *alias == unit).map(|(_, name)| *name);
        let near = meant
            .filter(|name| units.iter().any(|(known, _)| known == name))
            .or_else(|| units.iter().map(|(name, _)| *name).find(|name| name.eq_ignore_ascii_case(unit)))
            .or_else(|| nearest(unit, units.iter().map(|(name, _)| *name)));
        let hint = near.map_or(String::new(), |name| format!("did you mean \"{number} {name}\"? otherwise "));
        return Err((format!("{} is not {}", quote(text), kind.noun), hint + &advice()));
    };
    let scaled = value * factor;
    if value < 0.0 {
        let remedy = format!("write 0 or more, such as \"{}\"", kind.example);
        return Err((format!("{} is negative", quote(text)), remedy));
    }
    if !scaled.is_finite() {
        let remedy = format!("write less, such as \"{}\"", kind.example);
        return Err((format!("{} is too large", quote(text)), remedy));
    }
    Ok(scaled)
}

/// Whether a text is a number with letters or a percent sign behind it.
pub(super) fn has_unit(text: &str) -> bool {
    let (number, unit) = split(text.trim());
    !number.is_empty() && unit.starts_with(|c: char| c.is_alphabetic() || c == '%')
}

/// The number and the unit of a text; the space between them is optional.
pub(super) fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let begins = digit(at) || (bytes.get(at) == Some(&b'.') && digit(at + 1));
    if !begins {
        return ("", text);
    }
    while digit(at) || bytes.get(at) == Some(&b'.') {
        at += 1;
    }
    // An exponent only when digits follow: "1 e" is a unit nobody has.
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if digit(at + 1 + sign) {
            at += 1 + sign;
            while digit(at) {
                at += 1;
            }
        }
    }
    (&text[..at], text[at..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_millionths_would_make_another_fraction_of_is_too_fine() {
        let is_too_fine = |value: f64| is_too_fine(value, part(value).expect("a fraction"));
        for told in [0.0, 1.0, 0.5, 1.0 / 3.0, 2.0 / 3.0, 0.999_999, 1e-6, 0.000_12, 15.0 * 0.01, 0.123_456_7]
        {
            assert!(!is_too_fine(told), "{told}");
        }
        for bent in [0.999_999_6, 0.999_998_5, 4e-7, 1.5e-6, 1e-300, 1.0 - f64::EPSILON] {
            assert!(is_too_fine(bent), "{bent}");
        }
    }

    #[test]
    fn a_duration_reads_in_every_unit() {
        for (text, micros) in [
            ("20 us", 20),
            ("20ms", 20_000),
            ("1.5 h", 5_400_000_000),
            ("0 s", 0),
            (" 2min ", 120_000_000),
            ("1 w", 604_800_000_000),
            ("1 y", 31_536_000_000_000),
            ("1e3 s", 1_000_000_000),
            (".5 s", 500_000),
            ("0.1 s", 100_000),
        ] {
            assert_eq!(duration(text), Ok(Span(micros)), "{text}");
        }
    }

    #[test]
    fn a_wrong_unit_gets_the_right_one() {
        let (_, remedy) = duration("5 minutes").unwrap_err();
        assert!(remedy.starts_with("did you mean \"5 min\"?"), "{remedy}");
        let (_, remedy) = size("64 gb").unwrap_err();
        assert!(remedy.starts_with("did you mean \"64 GB\"?"), "{remedy}");
        let (_, remedy) = rate("400 Mb/s").unwrap_err();
        assert!(remedy.starts_with("did you mean \"400 Mbit/s\"?"), "{remedy}");
        for text in
            ["", "s", "nan s", "inf h", "1.2.3 s", "- 3 s", "1 e", "１ s", "1e999 y", "-1 s", "100001 y"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn binary_and_decimal_sizes_differ() {
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("1 GB"), Ok(1_000_000_000));
        assert_eq!(rate("10 Gbit/s"), Ok(1e10));
        assert_eq!(fraction("25 %"), Ok(0.25));
        assert!(fraction("0.25").is_err() && fraction("-3 %").is_err());
        assert_eq!(rate("400 MB/s"), Ok(3.2e9));
    }
}
