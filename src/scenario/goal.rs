//! A goal: what a service is to reach, in one line.
//!
//! ```text
//! [pNN] [SERVICE.]METRIC OPERATOR VALUE
//! ```
//!
//! | part | is |
//! | --- | --- |
//! | `METRIC` | `availability`, `downtime`, `degraded`, `lost`, `outages`, per instance |
//! | `SERVICE` | a service's name; `all` or `*`: each of them; may be left out where there is only one |
//! | `pNN` | a percentile of the `downtime` of an instance in one horizon, such as `p95`, `p99.9` |
//! | `OPERATOR` | `>=` or `>` of `availability`, `<=` or `<` of everything else; `≥` and `≤` too |
//! | `VALUE` | of `availability` a fraction, `99.95 %` or `0.9995`; of `outages` a number per time, `2/y`; of the others a duration per time, `26 min/y`, `1 h/90 d` |
//!
//! A duration alone is refused: of a scenario whose horizon is not a year nobody would know what it is per. Means are scaled from
//! the horizon to the time that is asked for. A percentile cannot be: the worst of twenty years is not twenty times the
//! worst of one, so its time must be the horizon.
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
//! let wrong = Goal::read("mail.downtime <= 26 min").unwrap_err();
//! assert!(wrong.ends_with("write 26 min/y for a year of 365 d"), "{wrong}");
//! let wrong = Goal::read("mail.uptime >= 99 %").unwrap_err();
//! assert!(wrong.contains("accepted: availability, downtime, degraded, lost, outages"), "{wrong}");
//! ```

use super::text::{quote, suggest};
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
}

impl Metric {
    /// Every one, in the order of the tables.
    pub const ALL: [Metric; 5] =
        [Metric::Availability, Metric::Downtime, Metric::Degraded, Metric::Lost, Metric::Outages];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Metric::Availability => "availability",
            Metric::Downtime => "downtime",
            Metric::Degraded => "degraded",
            Metric::Lost => "lost",
            Metric::Outages => "outages",
        }
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

    fn parts(text: &str) -> Result<Goal, units::Wrong> {
        let (operator, at) = ["<=", ">=", "≤", "≥", "<", ">"]
            .into_iter()
            .find_map(|operator| Some((operator, text.find(operator)?)))
            .ok_or_else(|| {
                let remedy = "write it like mail.availability >= 99.95 %, or mail.downtime <= 26 min/y";
                ("the goal compares nothing".to_owned(), remedy.to_owned())
            })?;
        let (subject, value) = (text[..at].trim(), text[at + operator.len()..].trim());
        let (percentile, subject) = percentile(subject)?;
        let (whose, word) = match subject.rsplit_once('.') {
            Some(("all" | "*", metric)) => (Whose::All, metric),
            Some((service, metric)) => (Whose::One(service.trim_matches(['"', '\'']).to_owned()), metric),
            None => (Whose::Unsaid, subject),
        };
        let metric = Metric::ALL.into_iter().find(|metric| metric.word() == word).ok_or_else(|| {
            let known = Metric::ALL.iter().map(|metric| metric.word());
            (format!("there is no metric {}", quote(word)), suggest(word, known, "accepted"))
        })?;
        if percentile.is_some() && metric != Metric::Downtime {
            let what = format!("there are no percentiles of {}", metric.word());
            return Err((what, "downtime has them: p95 mail.downtime <= 4 h/y".to_owned()));
        }
        if operator.starts_with(['>', '≥']) != (metric == Metric::Availability) {
            let better = if metric == Metric::Availability { ">= or >" } else { "<= or <" };
            return Err((format!("{} {operator} is no goal", metric.word()), format!("write {better}")));
        }
        let (limit, per) = limit(metric, value)?;
        let strict = matches!(operator, "<" | ">");
        Ok(Goal { whose, metric, percentile, strict, limit, per, text: text.to_owned() })
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
        if self.percentile.is_none() || self.per == horizon {
            return Ok(());
        }
        Err(format!(
            "{}: a percentile is one of the horizon, {horizon}, and cannot be scaled to {}: write it per {horizon}, \
             or make the horizon {}",
            quote(&self.text),
            self.per,
            self.per
        ))
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
fn limit(metric: Metric, value: &str) -> Result<(f64, Span), units::Wrong> {
    if metric == Metric::Availability {
        let fraction = match value.parse::<f64>() {
            Ok(fraction) => fraction,
            Err(_) => units::fraction(value)?,
        };
        if (0.0..=1.0).contains(&fraction) {
            return Ok((fraction, YEAR));
        }
        let remedy = format!("write a fraction of 1 or a percentage, such as {}", percentage(fraction));
        return Err((format!("{} is no share of the time", quote(value)), remedy));
    }
    let Some((amount, per)) = value.rsplit_once('/') else {
        let what = format!("{} does not say of what time", quote(value));
        return Err((what, format!("write {value}/y for a year of 365 d")));
    };
    let (amount, per) = (amount.trim(), per.trim());
    let per = if per.starts_with(|c: char| c.is_ascii_digit()) { per.to_owned() } else { format!("1 {per}") };
    let per = units::duration(&per)?;
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

/// 99.95 as somebody probably meant it.
fn percentage(number: f64) -> String {
    if (1.0..=100.0).contains(&number) { format!("{number} %") } else { "99.95 %".to_owned() }
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
            ("p95 mail.outages <= 3/y", "there are no percentiles of outages"),
            ("p100 mail.downtime <= 3 h/y", "\"p100\" is no percentile"),
            ("mail.downtime <= 3 h/0 d", "for no time at all"),
        ] {
            let wrong = Goal::read(text).expect_err(text);
            assert!(wrong.contains(part), "{text}: {wrong}");
        }
    }
}
