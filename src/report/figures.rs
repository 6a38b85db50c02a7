//! Numbers for people: minutes a year, durations, nines, with no more digits than their
//! interval supports.
//!
//! Results are per horizon; people think in minutes a year. A year here has 365 days, as in a
//! scenario, and every mean is scaled by 365 d / horizon. Percentiles are never scaled: the
//! worst of twenty years is not twenty times the worst of one.

use super::result::{Estimate, Method};
use crate::special::student_t_quantile;

/// Seconds in a scenario's year.
const YEAR_S: f64 = 365.0 * 86_400.0;

/// `estimate` per horizon, as the same per year.
#[must_use]
pub fn per_year(estimate: &Estimate, horizon_s: f64) -> Estimate {
    scaled(estimate, YEAR_S / horizon_s)
}

/// `estimate` in seconds per horizon, as minutes a year.
#[must_use]
pub fn minutes_a_year(estimate: &Estimate, horizon_s: f64) -> Estimate {
    scaled(estimate, YEAR_S / horizon_s / 60.0)
}

/// Years that `replications` of `horizon_s` simulate.
#[must_use]
pub fn years(replications: u32, horizon_s: f64) -> f64 {
    f64::from(replications) * horizon_s / YEAR_S
}

/// `estimate` in another unit; a negative factor turns the interval round.
#[must_use]
pub fn scaled(estimate: &Estimate, factor: f64) -> Estimate {
    let (low, high) = (estimate.low * factor, estimate.high * factor);
    let (low, high) = if factor < 0.0 { (high, low) } else { (low, high) };
    Estimate {
        mean: estimate.mean * factor,
        se: estimate.se * factor.abs(),
        low,
        high,
        method: estimate.method,
    }
}

/// `42 [38, 47]`; `≤ 3.1` where nothing was observed; `30` where nothing is random.
#[must_use]
pub fn interval(estimate: &Estimate) -> String {
    interval_in(estimate, "")
}

/// The mean alone, with the digits that its interval supports.
#[must_use]
pub fn mean(estimate: &Estimate) -> String {
    if is_unseen(estimate) && estimate.high > 0.0 {
        return format!("≤ {}", bound(estimate.high));
    }
    fixed(estimate.mean, decimals(estimate))
}

/// A length in seconds in the unit that suits it: `42 min [38, 47]`; where the ends are far apart, each in its own:
/// `17 ms [0 s, 4.9 h]`.
#[must_use]
pub fn duration_interval(seconds: &Estimate) -> String {
    const FAR: f64 = 100.0;
    let typical = typical(seconds);
    if !is_unseen(seconds) && seconds.high > FAR * typical.abs() {
        return format!("{} [{}, {}]", duration(seconds.mean), duration(seconds.low), duration(seconds.high));
    }
    let (unit, name) = unit_for(typical);
    interval_in(&scaled(seconds, 1.0 / unit), name)
}

/// A length in seconds, with the digits that its interval supports: `42 min`.
#[must_use]
pub fn duration_mean(seconds: &Estimate) -> String {
    let (unit, name) = unit_for(typical(seconds));
    format!("{} {name}", mean(&scaled(seconds, 1.0 / unit)))
}

/// A length in seconds with two significant digits: `18 s`, `4.2 min`, `3.1 h`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "–".to_owned();
    }
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    let (unit, name) = unit_for(seconds);
    let value = seconds / unit;
    format!("{} {name}", fixed(value, if value.abs() < 9.95 { 1 } else { 0 }))
}

/// The number of nines between the ends of an availability's interval: `3.9–4.1`, `≥ 5.2`.
/// Both ends are rounded down: half a nine more is a promise.
#[must_use]
pub fn nines(availability: &Estimate) -> String {
    if !has_interval(availability) {
        return match floor_nines(availability.mean) {
            Some(nines) => nines,
            None => "–".to_owned(),
        };
    }
    match (floor_nines(availability.low), floor_nines(availability.high)) {
        (Some(low), Some(high)) if low == high => low,
        (Some(low), Some(high)) => format!("{low}–{high}"),
        (Some(low), None) => format!("≥ {low}"),
        // Never down, and nothing in it is random: there is no number of nines.
        (None, _) => "all".to_owned(),
    }
}

/// A fraction as a percentage that never rounds up to 100 %: `99.987 %`.
#[must_use]
pub fn availability(availability: &Estimate) -> String {
    // The digits are those that the time out of service supports.
    let down = Estimate {
        mean: 1.0 - availability.mean,
        low: 1.0 - availability.high,
        high: 1.0 - availability.low,
        ..*availability
    };
    if availability.method == Method::Bound && availability.mean >= 1.0 && availability.low < 1.0 {
        return format!("≥ {} %", below_hundred(availability.low, -exponent(down.high * 100.0)));
    }
    if availability.mean >= 1.0 {
        return "100 %".to_owned();
    }
    format!("{} %", below_hundred(availability.mean, decimals(&scaled(&down, 100.0))))
}

/// As [`availability`], with its interval: `99.987 % [99.982, 99.991]`. Both ends are rounded down.
#[must_use]
pub fn availability_interval(estimate: &Estimate) -> String {
    let mean = availability(estimate);
    let digits = mean.split_once('.').map_or(0, |(_, rest)| rest.trim_end_matches(" %").len() as i32);
    if mean.starts_with('≥') || estimate.low.total_cmp(&estimate.high).is_eq() || !has_interval(estimate) {
        return mean;
    }
    let end = |value: f64| if value >= 1.0 { "100".to_owned() } else { below_hundred(value, digits) };
    format!("{mean} [{}, {}]", end(estimate.low), end(estimate.high))
}

/// A fraction as a whole percentage; `< 1 %` where that would be 0.
#[must_use]
pub fn share(fraction: f64) -> String {
    match fraction {
        f if !f.is_finite() => "–".to_owned(),
        f if f > 0.0 && f < 0.005 => "< 1 %".to_owned(),
        f => format!("{} %", fixed(f * 100.0, 0)),
    }
}

/// A count with a comma between the thousands.
#[must_use]
pub fn count(count: u32) -> String {
    thousands(&count.to_string())
}

/// As [`count`], of what may be more.
#[must_use]
pub fn whole(count: u64) -> String {
    thousands(&count.to_string())
}

/// A number without trailing zeros: `99.9`, `95`.
#[must_use]
pub fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How many times something is another, with so many decimals at most; `4.21e-7` where those would leave less than two digits of it.
#[must_use]
pub fn times(factor: f64, decimals: u8) -> String {
    if factor > 0.0 && factor < 10.0 * libm::pow(10.0, -f64::from(decimals)) {
        return format!("{factor:.2e}");
    }
    let text = format!("{factor:.*}", usize::from(decimals));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A count with its noun: "1 host", "29 hosts".
#[must_use]
pub fn counted(number: u32, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// A number with two significant digits, rounded up: what a bound may say.
#[must_use]
pub fn bound(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return fixed(value, 0);
    }
    let digits = 1 - exponent(value);
    let unit = power_of_ten(-digits);
    // The small allowance keeps 3.1 from becoming 3.2 for a rounding error in the last bit.
    fixed((value / unit - 1e-9).ceil() * unit, digits)
}

/// `value` with `decimals` decimals; negative ones round to tens, hundreds and so on.
#[must_use]
pub fn fixed(value: f64, decimals: i32) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value.abs() >= 1e9 {
        return format!("{value:.2e}");
    }
    // Zeros behind the point are hard to count.
    if decimals > 5 && value.abs() < 1e-3 {
        let digits = usize::try_from((decimals + exponent(value)).clamp(0, 4)).unwrap_or(0);
        return if value == 0.0 { "0".to_owned() } else { format!("{value:.digits$e}") };
    }
    let text = if decimals > 0 {
        format!("{:.*}", usize::try_from(decimals.min(12)).unwrap_or(0), value)
    } else {
        let unit = power_of_ten(-decimals);
        format!("{:.0}", (value / unit).round() * unit)
    };
    let text = thousands(&text);
    // A minus in front of nothing but zeros says nothing.
    if text.starts_with('-') && !text.contains(|c: char| ('1'..='9').contains(&c)) {
        text[1..].to_owned()
    } else {
        text.replace('-', "−")
    }
}

/// Whether the interval says anything beyond the mean.
#[must_use]
pub fn has_interval(estimate: &Estimate) -> bool {
    estimate.low.is_finite() && estimate.high.is_finite()
}

/// Nothing was observed; only the upper end means something. A number that is the same in all replications is not
/// that: planned work strikes every time, and its mean is known.
#[must_use]
pub fn is_unseen(estimate: &Estimate) -> bool {
    estimate.method == Method::Bound && estimate.mean == 0.0 && estimate.low >= 0.0
}

/// What to say where [`is_wide`].
pub const ALLOWANCE: &str = "with few outages an interval allows for long ones that are too rare to have come yet; more replications narrow it";

/// Whether an interval owes much of its width to outages that are too rare to have been seen: it reaches out
/// half as far again as Student's t would over so many replications.
#[must_use]
pub fn is_wide(estimate: &Estimate, replications: u32) -> bool {
    let rare = matches!(estimate.method, Method::WeightedPoisson | Method::Bound);
    if !rare || is_unseen(estimate) || !estimate.se.is_finite() || replications < 2 {
        return false;
    }
    let half = student_t_quantile(0.975, f64::from(replications - 1)) * estimate.se;
    estimate.high - estimate.low > 1.5 * 2.0 * half
}

/// The length that decides on a unit.
fn typical(seconds: &Estimate) -> f64 {
    if seconds.mean == 0.0 && seconds.high.is_finite() { seconds.high } else { seconds.mean }
}

/// As [`interval`], with the unit behind the mean: `42 min [38, 47]`.
#[must_use]
pub fn interval_in(estimate: &Estimate, unit: &str) -> String {
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let mean = mean(estimate);
    let exact = estimate.method == Method::Exact || estimate.low.total_cmp(&estimate.high).is_eq();
    if is_unseen(estimate) || exact || !has_interval(estimate) {
        return format!("{mean}{unit}");
    }
    let digits = decimals(estimate);
    format!("{mean}{unit} [{}, {}]", fixed(estimate.low, digits), fixed(estimate.high, digits))
}

/// Decimals that the interval supports: its half-width keeps one digit, two where it begins with
/// 1 or 2. Without a width, three significant digits of the mean.
fn decimals(estimate: &Estimate) -> i32 {
    // Rare and heavy outages make an interval lopsided; its shorter side says how well the mean is known, as
    // long as it is a side at all.
    let (below, above) = (estimate.mean - estimate.low, estimate.high - estimate.mean);
    let half = if estimate.low > 0.0 && below > 0.0 { below.min(above) } else { above.max(below) };
    // Five significant digits are the most that anybody reads.
    let most = 4 - exponent(estimate.mean);
    if half.is_finite() && half > 0.0 {
        let exponent = exponent(half);
        let wanted = if half / power_of_ten(exponent) < 2.95 { 1 - exponent } else { -exponent };
        // However wide the interval, a mean that is something is not written as 0.
        let vanishes = (estimate.mean / power_of_ten(-wanted)).round() == 0.0;
        let wanted = if vanishes { -self::exponent(estimate.mean) } else { wanted };
        if estimate.mean == 0.0 { wanted } else { wanted.min(most) }
    } else if estimate.mean.fract() == 0.0 {
        0
    } else {
        2 - exponent(estimate.mean)
    }
}

fn below_hundred(fraction: f64, decimals: i32) -> String {
    (decimals.clamp(0, 9)..=9)
        .map(|digits| {
            // Rounded down, so that 99.9996 % is not 100.000 %.
            let unit = power_of_ten(-digits);
            fixed((fraction * 100.0 / unit + 1e-6).floor() * unit, digits)
        })
        .find(|text| !text.starts_with("100"))
        .unwrap_or_else(|| "99.999999999".to_owned())
}

fn floor_nines(availability: f64) -> Option<String> {
    let down = 1.0 - availability;
    (down > 0.0).then(|| {
        let nines = (-libm::log10(down)).clamp(0.0, 15.0);
        fixed((nines * 10.0 + 1e-9).floor() / 10.0, 1)
    })
}

/// The power of ten of the first digit; 0 for zero.
fn exponent(value: f64) -> i32 {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    libm::floor(libm::log10(value.abs()) + 1e-12) as i32
}

fn power_of_ten(exponent: i32) -> f64 {
    libm::pow(10.0, f64::from(exponent))
}

fn unit_for(seconds: f64) -> (f64, &'static str) {
    match seconds.abs() {
        0.0 => (60.0, "min"),
        s if s < 1.0 => (0.001, "ms"),
        s if s < 120.0 => (1.0, "s"),
        s if s < 7_200.0 => (60.0, "min"),
        s if s < 172_800.0 => (3_600.0, "h"),
        s if s < 2.0 * YEAR_S => (86_400.0, "d"),
        _ => (YEAR_S, "y"),
    }
}

fn thousands(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (index, c) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if index > 0 && left % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(c);
    }
    match rest {
        Some(rest) => format!("{grouped}.{rest}"),
        None => grouped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_part_is_not_nothing() {
        let told =
            [(0.5, 3), (0.0581, 3), (1.0, 6), (4.213e-7, 3), (0.00994, 3), (1e-6, 6), (0.0, 3), (250.0, 3)];
        let told: Vec<String> = told.map(|(factor, decimals)| times(factor, decimals)).into();
        assert_eq!(told, ["0.5", "0.058", "1", "4.21e-7", "9.94e-3", "1.00e-6", "0", "250"]);
    }

    fn student(mean: f64, half: f64) -> Estimate {
        Estimate { mean, se: half / 2.0, low: mean - half, high: mean + half, method: Method::StudentT }
    }

    #[test]
    fn very_small_numbers_are_told_by_their_exponent() {
        assert_eq!(
            (fixed(2.134e-6, 8), fixed(0.0, 8), fixed(-2.0e-7, 7)),
            ("2.13e-6".into(), "0".into(), "-2e-7".into())
        );
        assert_eq!((fixed(0.00012, 5), fixed(0.5, 7)), ("0.00012".into(), "0.5000000".into()));
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(interval(&student(42.345, 4.6)), "42 [38, 47]");
        assert_eq!(interval(&student(42.345, 1.2)), "42.3 [41.1, 43.5]");
        assert_eq!(interval(&student(1_234.5, 81.0)), "1,230 [1,150, 1,320]");
        assert_eq!(interval(&student(-3.2, 1.0)), "−3.2 [−4.2, −2.2]");
        assert_eq!(interval(&student(0.00312, 0.0004)), "0.0031 [0.0027, 0.0035]");
    }

    #[test]
    fn a_lopsided_interval_does_not_hide_its_mean() {
        let rare = Estimate { low: 95.0, high: 512.0, ..student(104.0, 1.0) };
        assert_eq!(interval(&rare), "104 [95, 512]");
        let rarer = Estimate { mean: 5.3, low: 0.0, high: 400.0, ..rare };
        assert_eq!(interval(&rarer), "5 [0, 400]");
    }

    #[test]
    fn nothing_observed_is_a_bound_and_not_a_certainty() {
        let none = Estimate { mean: 0.0, se: 0.0, low: 0.0, high: 3.07, method: Method::Bound };
        assert_eq!(interval(&none), "≤ 3.1");
        let up = Estimate { mean: 1.0, se: 0.0, low: 1.0 - 5.8e-6, high: 1.0, method: Method::Bound };
        assert_eq!(availability(&up), "≥ 99.9994 %");
        assert_eq!(nines(&up), "≥ 5.2");
    }

    #[test]
    fn what_never_varied_is_not_nothing() {
        let planned = Estimate { mean: 320.0, se: 0.0, low: 228.0, high: 414.0, method: Method::Bound };
        assert_eq!(duration_interval(&planned), "5.3 min [3.8, 6.9]");
        assert_eq!(mean(&Estimate { mean: 16.0, low: 15.2, high: 16.9, ..planned }), "16.0");
        let up = Estimate { mean: 0.99999, se: 0.0, low: 0.99998, high: 1.0, method: Method::Bound };
        assert_eq!(availability(&up), "99.9990 %");
        // Two strategies that have never differed.
        let same = Estimate { mean: 0.0, se: 0.0, low: -5.0, high: 5.0, method: Method::Bound };
        assert_eq!(interval(&same), "0 [−5, 5]");
        assert_eq!(duration_interval(&same), "0 s [−5, 5]");
    }

    #[test]
    fn what_is_not_random_has_no_interval() {
        let exact = Estimate { mean: 30.0, se: 0.0, low: 30.0, high: 30.0, method: Method::Exact };
        assert_eq!(interval(&exact), "30");
        assert_eq!(duration_interval(&exact), "30 s");
    }

    #[test]
    fn one_replication_has_no_interval() {
        let one =
            Estimate { mean: 12.0, se: f64::NAN, low: f64::NAN, high: f64::NAN, method: Method::StudentT };
        assert_eq!(interval(&one), "12");
        let up = Estimate { mean: 0.9995, ..one };
        assert_eq!(nines(&up), "3.3");
    }

    #[test]
    fn durations_suit_their_length() {
        assert_eq!(duration(0.0213), "21 ms");
        assert_eq!(duration(18.0), "18 s");
        assert_eq!(duration(252.0), "4.2 min");
        assert_eq!(duration(11_160.0), "3.1 h");
        assert_eq!(duration(400_000.0), "4.6 d");
    }

    #[test]
    fn ends_that_are_far_apart_have_units_of_their_own() {
        let estimate = Estimate { mean: 0.017, se: 0.01, low: 0.0, high: 17_640.0, method: Method::StudentT };
        assert_eq!(duration_interval(&estimate), "17 ms [0 s, 4.9 h]");
        // What is below nothing is no further apart for that.
        let less = Estimate { mean: -240.0, low: -270.0, high: -210.0, ..estimate };
        assert_eq!(duration_interval(&less), "−4.0 min [−4.5, −3.5]");
    }

    #[test]
    fn nines_come_from_the_ends() {
        let estimate =
            Estimate { mean: 0.9999, se: 0.0, low: 0.99987, high: 0.99993, method: Method::StudentT };
        assert_eq!(nines(&estimate), "3.8–4.1");
        assert_eq!(availability(&estimate), "99.990 %");
    }

    #[test]
    fn shares_and_counts() {
        assert_eq!(share(0.614), "61 %");
        assert_eq!(share(0.001), "< 1 %");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(bound(0.0), "0");
    }
}
