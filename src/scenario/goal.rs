//! A goal: what a service is to reach, in one line.
//!
//! ```text
//! [pNN] [SERVICE.]METRIC OPERATOR VALUE
//! chance of [SERVICE.]METRIC > VALUE <= SHARE
//! ```
//!
//! | part | is |
//! | --- | --- |
//! | `METRIC` | `availability`, `downtime`, `degraded`, `lost`, `outages`, `longest_outage`, `recovery_point`, per instance |
//! | `SERVICE` | a service's name; `all` or `*`: each of them; may be left out where there is only one |
//! | `pNN` | a percentile of what one instance has in one horizon, such as `p95`, `p99.9`: of `downtime`, `outages`, `longest_outage` and `recovery_point` |
//! | `SHARE` | the part of instances, in single horizons, that may exceed the value: `chance of downtime > 1 h/y <= 1 %` says the same as `p99 downtime <= 1 h/y` |
//! | `OPERATOR` | `>=` or `>` of `availability`, `<=` or `<` of everything else; `≥` and `≤` too |
//! | `VALUE` | of `availability` a fraction, `99.95 %` or `0.9995`; of `outages` a number per time, `2/y`; of the others a duration per time, `26 min/y`, `1 h/90 d` |
//!
//! A duration alone is refused: of a scenario whose horizon is not a year nobody would know what it is per. Means are scaled from
//! the horizon to the time that is asked for. A percentile cannot be: the worst of twenty years is not twenty times the
//! worst of one, so its time must be the horizon; nor can the longest outage of a horizon.
//!
//! ```
//! use ninefold::engine::Span;
//! use ninefold::scenario::goal::{Goal, Metric, Whose};
//! let goal = Goal::read("mail.availability >= 99.95 %").unwrap();
//! assert_eq!((goal.whose, goal.metric, goal.limit), (Whose::One("mail".into()), Metric::Availability, 0.9995));
//!
//! let goal = Goal::read("p95 *.downtime <= 26 min/y").unwrap();
//! assert_eq!((goal.percentile, goal.limit, goal.per), (Some(0.95), 26.0 * 60.0, Span(31_536_000_000_000)));
//!
//! let goal = Goal::read("chance of mail.longest_outage > 1 h/y <= 2 %").unwrap();
//! assert_eq!((goal.metric, goal.percentile, goal.limit), (Metric::LongestOutage, Some(0.98), 3600.0));
//!
//! let wrong = Goal::read("mail.downtime <= 26 min").unwrap_err();
//! assert!(wrong.ends_with("write 26 min/y for a year of 365 d"), "{wrong}");
//! let wrong = Goal::read("mail.uptime >= 99 %").unwrap_err();
//! assert!(wrong.contains("accepted: availability, downtime, degraded, lost, outages, longest_outage"), "{wrong}");
//! ```

use super::text::{list, quote, suggest};
use super::units;
use crate::engine::Span;

/// Of which services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Each of them.
    All,
    /// The one of that name.
    One(String),
    /// It does not say: of the only one, or of the one in whose table it stands.
    Unsaid,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Availability,
    Downtime,
    Degraded,
    Lost,
    Outages,
    /// The longest single outage of an instance in one horizon.
    LongestOutage,
    /// Writes that are lost for good, as seconds of writing.
    RecoveryPoint,
}

impl Metric {
    /// Every one, in the order of the tables.
    pub const ALL: [Metric; 7] = [
        Metric::Availability,
        Metric::Downtime,
        Metric::Degraded,
        Metric::Lost,
        Metric::Outages,
        Metric::LongestOutage,
        Metric::RecoveryPoint,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Metric::Availability => "availability",
            Metric::Downtime => "downtime",
            Metric::Degraded => "degraded",
            Metric::Lost => "lost",
            Metric::Outages => "outages",
            Metric::LongestOutage => "longest_outage",
            Metric::RecoveryPoint => "recovery_point",
        }
    }

    /// Whether it is known of each instance by itself, so that there are percentiles of it.
    #[must_use]
    pub fn has_percentiles(self) -> bool {
        matches!(self, Metric::Downtime | Metric::Outages | Metric::LongestOutage | Metric::RecoveryPoint)
    }
}

/// What a service is to reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub whose: Whose,
    pub metric: Metric,
    /// Of the downtime of an instance in one horizon, in place of the mean: 0.95 of `p95`.
    pub percentile: Option<f64>,
    /// `>` and `<`: the limit itself does not do.
    pub strict: bool,
    /// A fraction, or seconds or outages in [`Goal::per`].
    pub limit: f64,
    /// The time that the limit is for; of availability any.
    pub per: Span,
    /// As it was written, with single spaces.
    pub text: String,
}

/// A year of 365 d.
const YEAR: Span = Span(31_536_000_000_000);

impl Goal {
    /// Reads a goal.
    ///
    /// # Errors
    /// What is wrong with it and what is accepted, in one line.
    pub fn read(text: &str) -> Result<Goal, String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Goal::parts(&text).map_err(|(what, remedy)| format!("{}: {what}: {remedy}", quote(&text)))
    }

    pub(super) fn parts(text: &str) -> Result<Goal, units::Wrong> {
        if let Some(event) = text.strip_prefix("chance ") {
            return Goal::chance(text, event.strip_prefix("of ").unwrap_or(event));
        }
        let (operator, at) = ["<=", ">=", "≤", "≥", "<", ">"]
            .into_iter()
            .find_map(|operator| Some((operator, text.find(operator)?)))
            .ok_or_else(|| {
                let remedy = "write it like mail.availability >= 99.95 %, or mail.downtime <= 26 min/y";
                ("the goal compares nothing".to_owned(), remedy.to_owned())
            })?;
        let (subject, value) = (text[..at].trim(), text[at + operator.len()..].trim());
        let (percentile, subject) = percentile(subject)?;
        let (whose, metric) = subject_of(subject)?;
        if percentile.is_some() && !metric.has_percentiles() {
            return Err(no_percentiles(metric));
        }
        if operator.starts_with(['>', '≥']) != (metric == Metric::Availability) {
            let better = if metric == Metric::Availability { ">= or >" } else { "<= or <" };
            return Err((format!("{} {operator} is no goal", metric.word()), format!("write {better}")));
        }
        let (limit, per) = limit(metric, value)?;
        let strict = matches!(operator, "<" | ">");
        Ok(Goal { whose, metric, percentile, strict, limit, per, text: text.to_owned() })
    }

    /// `METRIC > VALUE <= SHARE`, of which all but so many are at most the value: a percentile by another name.
    fn chance(text: &str, event: &str) -> Result<Goal, units::Wrong> {
        let example = "write it like chance of downtime > 1 h/y <= 1 %";
        let find = |text: &str, operators: [&'static str; 3]| {
            operators.into_iter().find_map(|operator| Some((operator, text.rfind(operator)?)))
        };
        let (Some((below, share_at)), Some((above, value_at))) =
            (find(event, ["<=", "≤", "<"]), find(event, [">=", "≥", ">"]))
        else {
            return Err((
                "a chance is one of exceeding something, and has a limit".to_owned(),
                example.to_owned(),
            ));
        };
        if value_at > share_at {
            return Err(("a chance is limited from above".to_owned(), example.to_owned()));
        }
        let (whose, metric) = subject_of(event[..value_at].trim())?;
        if !metric.has_percentiles() {
            return Err(no_percentiles(metric));
        }
        let (limit, per) = limit(metric, event[value_at + above.len()..share_at].trim())?;
        let written = event[share_at + below.len()..].trim();
        let share = share(written)?;
        if !(share > 0.0 && share < 1.0) {
            let what = format!("{} is no chance that so many replications could show", quote(written));
            return Err((what, "write a share above 0 and below 100 %, such as 1 %".to_owned()));
        }
        // What reaches the value does not do any more where reaching it counts as exceeding it.
        let strict = above != ">";
        Ok(Goal { whose, metric, percentile: Some(1.0 - share), strict, limit, per, text: text.to_owned() })
    }

    /// The limit over a horizon: a fraction, or seconds or outages.
    #[must_use]
    pub fn limit_over(&self, horizon: Span) -> f64 {
        match self.metric {
            Metric::Availability => self.limit,
            _ => self.limit * (horizon.as_secs_f64() / self.per.as_secs_f64()),
        }
    }

    /// Whether the goal can be asked of replications of that length.
    ///
    /// # Errors
    /// A percentile for another time than the horizon, with what to write.
    pub fn check_horizon(&self, horizon: Span) -> Result<(), String> {
        self.horizon_wrong(horizon)
            .map_or(Ok(()), |(what, remedy)| Err(format!("{}: {what}: {remedy}", quote(&self.text))))
    }

    /// What is wrong with the time that it is for, and what to write.
    pub(super) fn horizon_wrong(&self, horizon: Span) -> Option<units::Wrong> {
        let what = match (self.percentile, self.metric) {
            (Some(_), _) => "a percentile",
            (None, Metric::LongestOutage) => "the longest outage",
            (None, _) => return None,
        };
        (self.per != horizon).then(|| {
            (
                format!("{what} is one of the horizon, {horizon}, and cannot be scaled to {}", self.per),
                format!("write it per {horizon}, or make the horizon {}", self.per),
            )
        })
    }

    /// Whether a value of the metric over the horizon meets it.
    #[must_use]
    pub fn is_met_by(&self, value: f64, horizon: Span) -> bool {
        let limit = self.limit_over(horizon);
        match (self.metric, self.strict) {
            (Metric::Availability, true) => value > limit,
            (Metric::Availability, false) => value >= limit,
            (_, true) => value < limit,
            (_, false) => value <= limit,
        }
    }
}

/// How sure an answer is to be: a fraction or a percentage of at least a half.
///
/// # Errors
/// What is accepted.
pub fn confidence(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok();
    let fraction =
        number.or_else(|| units::fraction(text).ok()).filter(|share| (0.5..=0.999_999).contains(share));
    fraction.ok_or_else(|| "write a percentage from 50 % to 99.9999 %, such as 95 %".to_owned())
}

/// Of whom, and what.
fn subject_of(subject: &str) -> Result<(Whose, Metric), units::Wrong> {
    let (whose, word) = match subject.rsplit_once('.') {
        Some(("all" | "*", metric)) => (Whose::All, metric),
        Some((service, metric)) => (Whose::One(service.trim_matches(['"', '\'']).to_owned()), metric),
        None => (Whose::Unsaid, subject),
    };
    Ok((whose, metric(word)?))
}

/// A metric by its word.
pub(super) fn metric(word: &str) -> Result<Metric, units::Wrong> {
    Metric::ALL.into_iter().find(|metric| metric.word() == word).ok_or_else(|| {
        let known = Metric::ALL.iter().map(|metric| metric.word());
        (format!("there is no metric {}", quote(word)), suggest(word, known, "accepted"))
    })
}

fn no_percentiles(metric: Metric) -> units::Wrong {
    let have = Metric::ALL.iter().filter(|metric| metric.has_percentiles()).map(|metric| metric.word());
    let remedy = format!("{} have them: p95 mail.downtime <= 4 h/y", list(have));
    (format!("there are no percentiles of {}", metric.word()), remedy)
}

/// What counts as a difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Margin {
    /// A part of what is compared with.
    Share(f64),
    SecondsAYear(f64),
}

/// Reads what counts as a difference: `5 %`, `1 min/y`.
///
/// ```
/// use ninefold::scenario::goal::{Margin, margin};
/// assert_eq!(margin("5 %"), Ok(Margin::Share(0.05)));
/// assert_eq!(margin("1 min/73 d"), Ok(Margin::SecondsAYear(300.0)));
/// assert!(margin("1 min").unwrap_err().ends_with("write 1 min/y for a year of 365 d"));
/// ```
///
/// # Errors
/// What is accepted.
pub fn margin(text: &str) -> Result<Margin, String> {
    let told = |(what, remedy): units::Wrong| format!("{what}: {remedy}");
    let text = text.trim();
    if text.parse::<f64>().is_ok() || text.ends_with('%') {
        let share = share(text).map_err(told)?;
        let is_share = (0.0..=1e6).contains(&share);
        return if is_share {
            Ok(Margin::Share(share))
        } else {
            Err("write a percentage such as 5 %".to_owned())
        };
    }
    let (seconds, per) = limit(Metric::Downtime, text).map_err(told)?;
    Ok(Margin::SecondsAYear(seconds * (YEAR.as_secs_f64() / per.as_secs_f64())))
}

/// A leading `p95`, and what follows it.
fn percentile(subject: &str) -> Result<(Option<f64>, &str), units::Wrong> {
    let Some((first, rest)) = subject.split_once(' ') else { return Ok((None, subject)) };
    let percent = first.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
    match percent.filter(|percent| (1.0..100.0).contains(percent)) {
        Some(percent) => Ok((Some(percent / 100.0), rest.trim())),
        None => {
            let remedy = "write a percentile like p95 or p99.9 before the metric, or nothing for the mean";
            Err((format!("{} is no percentile", quote(first)), remedy.to_owned()))
        }
    }
}

/// The limit, and the time that it is for.
pub(super) fn limit(metric: Metric, value: &str) -> Result<(f64, Span), units::Wrong> {
    if metric == Metric::Availability {
        let fraction = share(value)?;
        if (0.0..=1.0).contains(&fraction) {
            return Ok((fraction, YEAR));
        }
        let remedy = format!("write a fraction of 1 or a percentage, such as {}", percentage(value));
        return Err((format!("{} is no share of the time", quote(value)), remedy));
    }
    let Some((amount, per)) = value.rsplit_once('/') else {
        let what = format!("{} does not say of what time", quote(value));
        return Err((what, format!("write {value}/y for a year of 365 d")));
    };
    let (amount, per) = (amount.trim(), per.trim());
    let has_number = !units::split(per).0.is_empty();
    let per = units::duration(&if has_number { per.to_owned() } else { format!("1 {per}") })?;
    if per.0 == 0 {
        return Err((
            format!("{} is for no time at all", quote(value)),
            "write a time like y or 90 d".to_owned(),
        ));
    }
    if metric == Metric::Outages {
        let number = amount.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let wrong = || (format!("{} is no number", quote(amount)), "write a number like 2/y".to_owned());
        return Ok((number.ok_or_else(wrong)?, per));
    }
    Ok((units::duration(amount)?.as_secs_f64(), per))
}

/// A fraction, also as a percentage.
pub(super) fn share(text: &str) -> Result<f64, units::Wrong> {
    text.parse::<f64>().map_or_else(|_| units::fraction(text), Ok)
}

/// 99.95 as somebody probably meant it, who did not write a percentage.
fn percentage(written: &str) -> String {
    let number = written.parse::<f64>().ok().filter(|number| (1.0..=100.0).contains(number));
    number.map_or("99.95 %".to_owned(), |number| format!("{number} %"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_kind_of_value() {
        for (text, metric, limit, per) in [
            ("availability>=0.999", Metric::Availability, 0.999, YEAR),
            ("a.downtime ≤ 26 min/y", Metric::Downtime, 1560.0, YEAR),
            ("a.degraded < 1 h / 90 d", Metric::Degraded, 3600.0, Span(7_776_000_000_000)),
            ("a.lost <= 1.5 h/y", Metric::Lost, 5400.0, YEAR),
            ("a.outages <= 0.5/y", Metric::Outages, 0.5, YEAR),
        ] {
            let goal = Goal::read(text).unwrap_or_else(|wrong| panic!("{wrong}"));
            assert_eq!((goal.metric, goal.limit, goal.per), (metric, limit, per), "{text}");
        }
        assert_eq!(Goal::read("a.b.downtime <= 1 s/y").map(|goal| goal.whose), Ok(Whose::One("a.b".into())));
        assert!(Goal::read("a.downtime < 1 s/y").is_ok_and(|goal| goal.strict));
    }

    #[test]
    fn a_limit_is_scaled_to_the_horizon() {
        let goal = Goal::read("a.downtime <= 73 min/y").expect("a goal");
        let fifth = Span(YEAR.0 / 5);
        assert!((goal.limit_over(fifth) - 876.0).abs() < 1e-9);
        assert!(goal.is_met_by(875.9, fifth) && !goal.is_met_by(876.1, fifth));
        assert!(goal.check_horizon(fifth).is_ok());
        let goal = Goal::read("p95 a.downtime <= 73 min/y").expect("a goal");
        assert!(goal.check_horizon(YEAR).is_ok());
        let wrong = goal.check_horizon(fifth).expect_err("another time");
        assert!(wrong.contains("write it per 73 d, or make the horizon 1 y"), "{wrong}");
        let goal = Goal::read("a.longest_outage <= 1 h/y").expect("a goal");
        assert!(goal.check_horizon(YEAR).is_ok() && goal.check_horizon(fifth).is_err());
    }

    #[test]
    fn a_chance_is_a_percentile_by_another_name() {
        let chance = Goal::read("chance of a.outages > 2/y <= 5 %").expect("a goal");
        let percentile = Goal::read("p95 a.outages <= 2/y").expect("a goal");
        assert_eq!(Goal { text: String::new(), ..chance }, Goal { text: String::new(), ..percentile });
        assert!(Goal::read("chance downtime >= 1 h/y < 0.01").is_ok_and(|goal| goal.strict));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_accepted() {
        for (text, part) in [
            ("mail", "compares nothing: write it like mail.availability >= 99.95 %"),
            ("mail.availability >= 99.95", "write a fraction of 1 or a percentage, such as 99.95 %"),
            ("mail.availability <= 99 %", "availability <= is no goal: write >= or >"),
            ("mail.downtime >= 3 min/y", "downtime >= is no goal: write <= or <"),
            ("mail.downtme <= 3 min/y", "did you mean \"downtime\"?"),
            ("mail.downtime <= 3/y", "\"3\" has no unit"),
            ("mail.downtime <= 3 min/year", "did you mean \"1 y\"?"),
            ("mail.outages <= 3", "\"3\" does not say of what time: write 3/y"),
            ("mail.outages <= x/y", "\"x\" is no number"),
            (
                "p95 mail.degraded <= 3 h/y",
                "there are no percentiles of degraded: downtime, outages, longest_outage",
            ),
            ("chance mail.downtime <= 3 h/y", "a chance is one of exceeding something"),
            ("chance of mail.downtime <= 3 % > 1 h/y", "a chance is limited from above"),
            (
                "chance of mail.downtime > 1 h/y <= 0 %",
                "\"0 %\" is no chance that so many replications could show",
            ),
            ("chance of mail.downtime > 1 h <= 1 %", "\"1 h\" does not say of what time"),
            ("chance of mail.downtime > 1 h/y <= 1 h", "is not a fraction"),
            ("p100 mail.downtime <= 3 h/y", "\"p100\" is no percentile"),
            ("mail.downtime <= 3 h/0 d", "for no time at all"),
            // What was written is quoted, and what to write fits it.
            (
                "mail.availability >= 101 %",
                "\"101 %\" is no share of the time: write a fraction of 1 or a percentage, such as 99.95 %",
            ),
            ("mail.downtime <= 1 h/-1 y", "\"-1 y\" is negative: write 0 or more"),
            ("mail.downtime <= 1 h/+0 y", "for no time at all"),
            ("mail.downtime <= 1e308 min/y", "\"1e308 min\" is too large: write less"),
            ("mail.downtime <= -1 min/y", "\"-1 min\" is negative: write 0 or more"),
        ] {
            let wrong = Goal::read(text).expect_err(text);
            assert!(wrong.contains(part), "{text}: {wrong}");
        }
    }
}
