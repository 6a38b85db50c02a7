//! Gates: what a pipeline asks of a scenario, in one line each.
//!
//! | check | asks |
//! | --- | --- |
//! | `downtime <= 26 min/y`, `p95 downtime <= 4 h/y`, `chance of downtime > 1 h/y <= 1 %` | a [goal] of each service and strategy |
//! | `combined.downtime - none.downtime <= -10 min/y` | how much more one strategy has than another, replication by replication |
//! | `host-cluster.downtime <= 0.5 x none.downtime` | the same as a part of it; `50 % of` too, and nothing for no more than the other |
//! | `more_vms_n1 >= 1`, `waiting_n1 <= 0` | the room that the start placement leaves |
//! | `headroom_below <= 1 %` | the part of the time in which a cluster has less room free than its `headroom` |
//!
//! In a comparison the names before the dots are those of strategies, elsewhere that of a service; names with spaces and dots stand
//! in quotes.
//!
//! ```
//! use ninefold::scenario::gate::{Check, RoomFigure};
//! let Ok(Check::Versus(versus)) = Check::read("host-cluster.downtime <= 0.5 x none.downtime") else { panic!() };
//! assert_eq!((versus.a.as_str(), versus.b.as_str(), versus.factor), ("host-cluster", "none", 0.5));
//! let Ok(Check::Room(room)) = Check::read("more_vms_n1 >= 1") else { panic!() };
//! assert_eq!((room.figure, room.limit), (RoomFigure::MoreVmsN1, 1.0));
//! let (what, remedy) = Check::read("downtme <= 3 h/y").unwrap_err();
//! assert!(what.contains("no metric") && remedy.starts_with("did you mean \"downtime\"?"), "{remedy}");
//! ```

use super::goal::{self, Goal, Metric};
use super::issue::Mark;
use super::text::{quote, suggest};
use super::units;
use crate::engine::Span;

/// A gate of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its place in the file, from 0.
    pub number: usize,
    /// What people call it; its check where it has no name.
    pub name: Option<String>,
    /// Where the check is written.
    pub mark: Mark,
    pub check: Check,
    /// The names of the services that are asked about; `None`: each of them.
    pub services: Option<Vec<String>>,
    /// The names of the strategies; `None`: each of them.
    pub strategies: Option<Vec<String>>,
    /// How sure a pass or a fail is, of each service and strategy by itself.
    pub confidence: f64,
    /// While it is undecided, replications are added until there are so many.
    pub replications_max: u32,
}

impl Gate {
    /// What it is called: its name, or else its check.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.check.text())
    }
}

/// What a gate asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Something of a service under one strategy.
    Goal(Goal),
    /// Something of a service under two strategies.
    Versus(Versus),
    /// The room that a strategy leaves.
    Room(RoomGoal),
    /// The room that clusters have over time.
    Headroom(HeadroomGoal),
}

/// For how much of the time a cluster may have less room free than it asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadroomGoal {
    /// A share of the time.
    pub limit: f64,
    pub strict: bool,
    /// As it was written, with single spaces.
    pub text: String,
}

/// The word of [`Check::Headroom`], as `result.json` has it.
const HEADROOM: &str = "headroom_below";

/// One strategy beside another, on the same failures: of what `a` has, less `factor` times what `b` has.
#[derive(Clone, Debug, PartialEq)]
pub struct Versus {
    pub a: String,
    pub b: String,
    pub metric: Metric,
    pub factor: f64,
    /// Seconds or outages in [`Versus::per`]; may be below zero.
    pub limit: f64,
    pub per: Span,
    /// `<`: the limit itself does not do.
    pub strict: bool,
    /// As it was written, with single spaces.
    pub text: String,
}

/// How much room is left at the start. Not a matter of chance.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomGoal {
    pub figure: RoomFigure,
    pub limit: f64,
    pub strict: bool,
    /// As it was written, with single spaces.
    pub text: String,
}

/// Figures of the start placement, as `result.json` has them under `capacity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomFigure {
    /// How many more VMs of the commonest size fit.
    MoreVms,
    /// The same with N+1, and N+2, still holding.
    MoreVmsN1,
    MoreVmsN2,
    /// How many VMs find no host in the worst case of one host lost, and of two.
    WaitingN1,
    WaitingN2,
}

impl RoomFigure {
    /// Every one.
    pub const ALL: [RoomFigure; 5] = [
        RoomFigure::MoreVms,
        RoomFigure::MoreVmsN1,
        RoomFigure::MoreVmsN2,
        RoomFigure::WaitingN1,
        RoomFigure::WaitingN2,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            RoomFigure::MoreVms => "more_vms",
            RoomFigure::MoreVmsN1 => "more_vms_n1",
            RoomFigure::MoreVmsN2 => "more_vms_n2",
            RoomFigure::WaitingN1 => "waiting_n1",
            RoomFigure::WaitingN2 => "waiting_n2",
        }
    }

    /// Whether there cannot be too much of it.
    #[must_use]
    pub fn is_good(self) -> bool {
        !matches!(self, RoomFigure::WaitingN1 | RoomFigure::WaitingN2)
    }
}

const OPERATORS: [&str; 6] = ["<=", ">=", "≤", "≥", "<", ">"];

/// Metrics that two strategies can be compared by: means that add up over a service's instances.
const COMPARED: [Metric; 5] =
    [Metric::Downtime, Metric::Degraded, Metric::Lost, Metric::Outages, Metric::RecoveryPoint];

impl Check {
    /// Reads a check.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn read(text: &str) -> Result<Check, (String, String)> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((at, operator)) = outside_quotes(&text, &OPERATORS) else {
            let remedy = "write it like downtime <= 26 min/y, p95 downtime <= 4 h/y or host-cluster.downtime <= 0.5 x \
                          none.downtime";
            return Err((format!("{} compares nothing", quote(&text)), remedy.to_owned()));
        };
        let (subject, value) = (text[..at].trim(), text[at + operator.len()..].trim());
        let word = subject.rsplit([' ', '.']).next().unwrap_or(subject);
        if let Some(figure) = RoomFigure::ALL.into_iter().find(|figure| figure.word() == subject) {
            return room(figure, operator, value, &text).map(Check::Room);
        }
        if subject == HEADROOM {
            return headroom(operator, value, &text).map(Check::Headroom);
        }
        if text.starts_with("chance ") {
            return Goal::parts(&text).map(Check::Goal);
        }
        let difference = outside_quotes(subject, &[" - "]);
        let names_another =
            value.rfind('.').is_some_and(|dot| value[dot + 1..].starts_with(char::is_alphabetic));
        if difference.is_some() || names_another {
            return versus(subject, difference.map(|(at, _)| at), (operator, value), &text)
                .map(Check::Versus);
        }
        Goal::parts(&text).map(Check::Goal).map_err(|(what, remedy)| {
            if !what.starts_with("there is no metric") {
                return (what, remedy);
            }
            if is_of_room(word) {
                return not_alone(subject, word, &text[at..]);
            }
            let known = Metric::ALL.into_iter().map(Metric::word);
            let room = RoomFigure::ALL.into_iter().map(RoomFigure::word);
            (what, suggest(word, known.chain(room).chain([HEADROOM]), "accepted"))
        })
    }

    /// What stands behind its last operator.
    #[must_use]
    pub fn limit_text(&self) -> &str {
        let (mut rest, mut found) = (self.text(), self.text());
        while let Some((at, operator)) = outside_quotes(rest, &OPERATORS) {
            rest = rest[at + operator.len()..].trim();
            found = rest;
        }
        found
    }

    /// As it was written, with single spaces.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Check::Goal(goal) => &goal.text,
            Check::Versus(versus) => &versus.text,
            Check::Room(room) => &room.text,
            Check::Headroom(goal) => &goal.text,
        }
    }
}

impl Versus {
    /// The limit over a horizon, in seconds or outages.
    #[must_use]
    pub fn limit_over(&self, horizon: Span) -> f64 {
        self.limit * (horizon.as_secs_f64() / self.per.as_secs_f64())
    }
}

/// The first of some words that is not in quotes, and where.
fn outside_quotes(text: &str, words: &[&'static str]) -> Option<(usize, &'static str)> {
    let mut open = None;
    for (at, c) in text.char_indices() {
        match open {
            Some(quote) if quote == c => open = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => open = Some(c),
            None => {
                let found = words.iter().find(|word| text[at..].starts_with(**word));
                if let Some(word) = found {
                    return Some((at, word));
                }
            }
        }
    }
    None
}

fn is_of_room(word: &str) -> bool {
    word == HEADROOM || RoomFigure::ALL.into_iter().any(|figure| figure.word() == word)
}

/// Room is that of a strategy, which the gate's table names.
fn not_alone(subject: &str, word: &str, rest: &str) -> units::Wrong {
    let before = subject.strip_suffix(word).unwrap_or_default().trim();
    let what = format!("{word} is of all services together and stands alone, without {}", quote(before));
    let remedy = match before.strip_suffix('.') {
        Some(name) => {
            let name = quote(name.trim_matches(['"', '\'']));
            format!(
                "write {word} {rest}, and strategy = {name} beside the check if it is asked of that one alone"
            )
        }
        None => format!("write {word} {rest}"),
    };
    (what, remedy)
}

fn room(figure: RoomFigure, operator: &str, value: &str, text: &str) -> Result<RoomGoal, units::Wrong> {
    if operator.starts_with(['>', '≥']) != figure.is_good() {
        let better = if figure.is_good() { ">= or >" } else { "<= or <" };
        return Err((format!("{} {operator} is no gate", figure.word()), format!("write {better}")));
    }
    let Ok(limit) = value.parse::<u32>() else {
        let what = format!("{} is no number of VMs", quote(value));
        return Err((what, format!("write a whole number, such as {} {operator} 1", figure.word())));
    };
    let strict = matches!(operator, "<" | ">");
    Ok(RoomGoal { figure, limit: f64::from(limit), strict, text: text.to_owned() })
}

fn headroom(operator: &str, value: &str, text: &str) -> Result<HeadroomGoal, units::Wrong> {
    if operator.starts_with(['>', '≥']) {
        return Err((format!("{HEADROOM} {operator} is no gate"), "write <= or <".to_owned()));
    }
    let limit = goal::share(value)?;
    if !(0.0..=1.0).contains(&limit) {
        let what = format!("{} is no share of the time", quote(value));
        return Err((what, format!("write a percentage, such as {HEADROOM} <= 1 %")));
    }
    Ok(HeadroomGoal { limit, strict: operator == "<", text: text.to_owned() })
}

fn versus(
    subject: &str,
    difference: Option<usize>,
    (operator, value): (&str, &str),
    text: &str,
) -> Result<Versus, units::Wrong> {
    if operator.starts_with(['>', '≥']) {
        let what = format!("{operator} is no gate of two strategies");
        return Err((what, "write <= or <, with the strategy that is to have less in front".to_owned()));
    }
    let ((a, metric), (b, other), factor, (limit, per)) = match difference {
        Some(at) => {
            let sides = (strategy_of(&subject[..at])?, strategy_of(&subject[at + " - ".len()..])?);
            let metric = sides.0.1;
            (sides.0, sides.1, 1.0, signed_limit(metric, value)?)
        }
        None => {
            let (factor, other) = factor(value)?;
            (strategy_of(subject)?, strategy_of(other)?, factor, (0.0, Span::from_secs(1)))
        }
    };
    if metric != other {
        let what = format!("{} and {} are not the same metric", metric.word(), other.word());
        return Err((what, format!("compare {} with {}", metric.word(), metric.word())));
    }
    if !COMPARED.contains(&metric) {
        let words = COMPARED.into_iter().map(Metric::word).collect::<Vec<_>>().join(", ");
        return Err((
            format!("strategies cannot be compared by {}", metric.word()),
            format!("accepted: {words}"),
        ));
    }
    if a == b {
        return Err((format!("{} is compared with itself", quote(&a)), "name two strategies".to_owned()));
    }
    Ok(Versus { a, b, metric, factor, limit, per, strict: operator == "<", text: text.to_owned() })
}

/// `STRATEGY.METRIC`.
fn strategy_of(text: &str) -> Result<(String, Metric), units::Wrong> {
    let text = text.trim();
    let Some(dot) = text.rfind('.') else {
        let what = format!("{} does not say of which strategy", quote(text));
        return Err((what, format!("write STRATEGY.{text}")));
    };
    let name = text[..dot].trim_matches(['"', '\'']);
    Ok((name.to_owned(), goal::metric(text[dot + 1..].trim())?))
}

/// `0.5 x`, `0.5 *`, `50 % of` or nothing, and what follows.
fn factor(value: &str) -> Result<(f64, &str), units::Wrong> {
    let parted = [" x ", " * ", " of "].into_iter().find_map(|times| {
        let (at, word) = outside_quotes(value, &[times])?;
        Some((&value[..at], &value[at + word.len()..]))
    });
    let Some((number, other)) = parted else { return Ok((1.0, value)) };
    let factor = goal::share(number.trim()).ok().filter(|factor| *factor > 0.0 && *factor <= 1e6);
    let wrong = || {
        let what = format!("{} is no part of anything", quote(number));
        (what, "write it like 0.5 x none.downtime or 50 % of none.downtime".to_owned())
    };
    Ok((factor.ok_or_else(wrong)?, other))
}

/// A limit that may be below zero: so much less.
fn signed_limit(metric: Metric, value: &str) -> Result<(f64, Span), units::Wrong> {
    match value.strip_prefix(['-', '−']) {
        Some(rest) => goal::limit(metric, rest.trim()).map(|(limit, per)| (-limit, per)),
        None => goal::limit(metric, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(text: &str) -> Versus {
        match Check::read(text) {
            Ok(Check::Versus(versus)) => versus,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn two_strategies_are_compared_by_difference_or_part() {
        let versus = compared("combined.downtime  -  none.downtime <= -10 min/y");
        assert_eq!((versus.a.as_str(), versus.b.as_str(), versus.factor), ("combined", "none", 1.0));
        assert_eq!((versus.limit, versus.per), (-600.0, Span::from_secs(31_536_000)));
        for text in ["a.lost <= 0.5 x b.lost", "a.lost ≤ 50 % of b.lost", "a.lost <= 0.5 * b.lost"] {
            let versus = compared(text);
            assert_eq!((versus.factor, versus.limit, versus.metric), (0.5, 0.0, Metric::Lost), "{text}");
        }
        let plain = compared("a.outages < b.outages");
        assert!(plain.strict && plain.factor.total_cmp(&1.0).is_eq());
        let quoted = compared("\"my - plan <1.5>\".downtime <= 1.5 x 'other . one'.downtime");
        assert_eq!((quoted.a.as_str(), quoted.b.as_str()), ("my - plan <1.5>", "other . one"));
    }

    #[test]
    fn goals_are_read_as_goals() {
        for text in ["downtime <= 1.5 h/y", "p99.9 mail.downtime <= 4 h/y", "chance of outages > 2/y <= 5 %"]
        {
            assert!(matches!(Check::read(text), Ok(Check::Goal(_))), "{text}");
        }
        let limit = |text: &str| Check::read(text).map(|check| check.limit_text().to_owned());
        assert_eq!(limit("chance of outages > 2/y <= 5 %"), Ok("5 %".to_owned()));
        assert_eq!(limit("a.lost < 2 x 'b < c'.lost"), Ok("2 x 'b < c'.lost".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_accepted() {
        for (text, part) in [
            ("mail", "compares nothing"),
            ("more_vm_n1 >= 1", "did you mean \"more_vms_n1\"?"),
            (
                "none.more_vms >= 1",
                "without \"none.\": write more_vms >= 1, and strategy = \"none\" beside the check",
            ),
            ("p95 waiting_n1 <= 0", "stands alone, without \"p95\": write waiting_n1 <= 0"),
            ("more_vms_n1 <= 1", "write >= or >"),
            ("waiting_n1 >= 0", "write <= or <"),
            ("more_vms >= 1.5", "is no number of VMs"),
            ("headroom_below >= 1 %", "write <= or <"),
            ("headroom_below <= 101 %", "is no share of the time"),
            ("headrom_below <= 1 %", "did you mean \"headroom_below\"?"),
            ("a.downtime >= 2 x b.downtime", "with the strategy that is to have less in front"),
            ("a.downtime <= 2 x b.outages", "not the same metric"),
            ("a.downtime <= 2 x b.downtme", "did you mean \"downtime\"?"),
            ("a.availability <= b.availability", "accepted: downtime, degraded, lost, outages"),
            ("a.downtime <= a.downtime", "compared with itself"),
            ("a.downtime <= 0 x b.downtime", "is no part of anything"),
            ("downtime - b.downtime <= 1 h/y", "write STRATEGY.downtime"),
            ("a.downtime - b.downtime <= 10 min", "write 10 min/y"),
        ] {
            let (what, remedy) = Check::read(text).expect_err(text);
            assert!(format!("{what}: {remedy}").contains(part), "{text}: {what}: {remedy}");
        }
    }
}
