//! Instants as logs write them.

/// Microseconds: since 1970 where a file has dates, else since it began.
pub type Instant = i64;

/// What the instants of a file count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// From a beginning of its own, which is zero.
    #[default]
    Elapsed,
    /// From 1970: dates, and seconds as Unix counts them.
    Dates,
}

/// What an instant is written like.
pub const INSTANTS: &str =
    "seconds, a duration such as 36 h, or a date such as 2024-03-01 08:30 or 2024-03-01T08:30:00+01:00";

/// Seconds from here on are since 1970 (September 2001): no log is 31 years long.
const UNIX_FROM_S: f64 = 1e9;
/// 100,000 years, as for every duration.
const LONGEST_S: f64 = 3.1536e12;
/// Units of durations with their seconds.
const UNITS: [(&str, f64); 8] = [
    ("us", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 60.0),
    ("h", 3_600.0),
    ("d", 86_400.0),
    ("w", 604_800.0),
    ("y", 31_536_000.0),
];

/// Reads an instant. Dates without an offset are UTC; a date without a time is its midnight.
///
/// ```
/// use ninefold::history::{Scale, instant};
/// assert_eq!(instant("90"), Some((Scale::Elapsed, 90_000_000)));
/// assert_eq!(instant("1.5 h"), Some((Scale::Elapsed, 5_400_000_000)));
/// assert_eq!(instant("1970-01-02"), Some((Scale::Dates, 86_400_000_000)));
/// assert_eq!(instant("1970-01-01T01:00:00+01:00"), Some((Scale::Dates, 0)));
/// assert_eq!(instant("1700000000"), Some((Scale::Dates, 1_700_000_000_000_000)));
/// assert_eq!(instant("yesterday"), None);
/// ```
#[must_use]
pub fn instant(text: &str) -> Option<(Scale, Instant)> {
    let text = text.trim();
    if let Some(seconds) = number(text) {
        let scale = if seconds >= UNIX_FROM_S { Scale::Dates } else { Scale::Elapsed };
        return Some((scale, micros(seconds)?));
    }
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    if let Some((_, size)) = UNITS.iter().find(|(word, _)| *word == unit.trim()) {
        return Some((Scale::Elapsed, micros(number(digits)? * size)?));
    }
    date(text).map(|at| (Scale::Dates, at))
}

/// A plain decimal number that is not negative.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+'));
    text.parse().ok().filter(|value: &f64| plain && value.is_finite())
}

/// Seconds in microseconds, rounded once.
pub(super) fn micros(seconds: f64) -> Option<Instant> {
    (seconds.abs() <= LONGEST_S).then(|| libm::round(seconds * 1e6) as Instant)
}

/// A date and time of ISO 8601 and RFC 3339, as most logs have them.
fn date(text: &str) -> Option<Instant> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_microsecond());
    }
    universal(text.parse::<jiff::civil::DateTime>().ok()?)
}

/// A date and time of the kind `6/21/2005 10:54`.
pub(super) fn american(text: &str) -> Option<Instant> {
    // Year 5 is 2005: `%Y` would take it for the first century.
    let year = text.split('/').nth(2)?.split_whitespace().next()?;
    let formats = match year.len() {
        2 => ["%m/%d/%y %H:%M", "%m/%d/%y %H:%M:%S"],
        _ => ["%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S"],
    };
    formats.iter().find_map(|format| universal(jiff::civil::DateTime::strptime(format, text).ok()?))
}

/// A month as spreadsheets shorten it, `Jun-96`, or `5-Jun` where they took the year 2005 for a day: its first instant, and that of
/// the next one. Two digits of a year from 70 on are of the last century.
pub(super) fn month(text: &str) -> Option<(Instant, Instant)> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (a, b) = text.trim().split_once('-')?;
    let (word, digits) = if a.starts_with(|c: char| c.is_ascii_digit()) { (b, a) } else { (a, b) };
    let month = MONTHS.iter().position(|month| word.eq_ignore_ascii_case(month))? as i8 + 1;
    let year: i16 = digits.parse().ok().filter(|year| (0..=9_999).contains(year))?;
    let year = match year {
        0..70 => 2000 + year,
        70..100 => 1900 + year,
        _ => year,
    };
    let first = |year: i16, month: i8| universal(jiff::civil::Date::new(year, month, 1).ok()?.at(0, 0, 0, 0));
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Some((first(year, month)?, first(next.0, next.1)?))
}

/// Local times of places that nobody names are taken for universal time.
fn universal(at: jiff::civil::DateTime) -> Option<Instant> {
    let at = jiff::tz::Offset::UTC.to_timestamp(at).ok()?;
    Some(at.as_microsecond())
}
