//! The smallest value of a key that meets a goal: the answer for people and for programs.

use serde::Serialize;

use super::result::{Estimate, ResultError, ScenarioId, Warning, pretty};
use super::table::{COLUMNS, Table, wrap};
use super::{clean, figures, number};
use crate::experiment::size::{Answer, Finding};
use crate::experiment::{Check, Reading as Measured};
use crate::scenario::goal::{Goal, Metric};
use crate::stats::sequential::Verdict;

/// Everything that was asked and found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// The schema of results.
    pub schema: u32,
    /// The version of ninefold that simulated.
    pub version: String,
    /// The scenario, and a hash of it and of everything that was set.
    pub scenario: ScenarioId,
    /// The seed of every stream.
    pub seed: u64,
    /// As they were written.
    pub goals: Vec<String>,
    /// The key, and its values in order.
    pub key: String,
    pub values: Vec<String>,
    /// What was set for all values, as `PATH=VALUE`.
    pub overrides: Vec<String>,
    /// What is probably not meant, of any value.
    pub warnings: Vec<Warning>,
    /// Of each answer as a whole.
    pub confidence: f64,
    /// The most replications of one value.
    pub replications_max: u32,
    /// After how many replications a value was looked at.
    pub looks: Vec<u32>,
    /// One a strategy.
    pub answers: Vec<Search>,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// `value` is the smallest that meets the goals.
    Found,
    /// Values between `misses` and `value` could not be told apart from the goals.
    Undecided,
    /// No value meets them.
    None,
}

/// The answer for one strategy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Search {
    pub strategy: String,
    pub outcome: Outcome,
    /// The smallest value that was found to meet the goals.
    pub value: Option<String>,
    /// The largest value that was found to miss them.
    pub misses: Option<String>,
    /// A value beyond `value` that misses them all the same.
    pub contradiction: Option<String>,
    /// Replications that it took, and that every value to the last look would have taken.
    pub replications: u64,
    pub replications_grid: u64,
    /// What was simulated, in the order of the values.
    pub candidates: Vec<Candidate>,
    /// The places of `value` and `misses`.
    #[serde(skip)]
    places: (Option<usize>, Option<usize>),
}

/// A value that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    pub value: String,
    /// `meets`, `misses` or `undecided`; `unfit`: its VMs cannot start; none: it was not judged, only shown.
    pub verdict: Option<&'static str>,
    pub replications: u32,
    /// One a goal and service.
    pub readings: Vec<Reading>,
    /// Why it cannot start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    #[serde(skip)]
    place: usize,
}

/// What was measured of a goal, per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    pub goal: String,
    pub service: String,
    /// The limit of the metric over the horizon; of a percentile the share of instances that may be over theirs.
    pub limit: f64,
    /// The metric; of a percentile the share of instances that are over its limit.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// Of a percentile of a time: what so many have at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile_s: Option<f64>,
    /// Of a percentile of outages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
    #[serde(skip)]
    source: Goal,
    #[serde(serialize_with = "number::whole", rename = "horizon_s")]
    horizon_s: f64,
}

/// A value of the key for a strategy: what it is called, and what is asked of it where it can start.
pub struct Value<'a> {
    pub label: &'a str,
    /// The checks with the services' names, and the horizon; or why it cannot start.
    pub checks: Result<(Vec<(Check, String)>, f64), String>,
}

impl Search {
    /// From what was found of a strategy.
    #[must_use]
    pub fn new(strategy: &str, values: &[Value<'_>], answer: &Answer, cap: u32) -> Search {
        let label = |place: usize| values[place].label.to_owned();
        let bracket = answer.bracket;
        let outcome = match (bracket.is_decided(values.len()), bracket.passes) {
            (true, Some(_)) => Outcome::Found,
            (true, None) => Outcome::None,
            (false, _) => Outcome::Undecided,
        };
        let mut candidates: Vec<Candidate> =
            answer.findings.iter().map(|finding| candidate(&values[finding.candidate], finding)).collect();
        for (place, value) in values.iter().enumerate() {
            // Of those that cannot start only the neighbour of the answer has something to say.
            if let (Err(why), true) = (&value.checks, bracket.fails == Some(place)) {
                let (value, verdict, why) = (value.label.to_owned(), Some("unfit"), Some(why.clone()));
                candidates.push(Candidate {
                    value,
                    verdict,
                    replications: 0,
                    readings: Vec::new(),
                    why,
                    place,
                });
            }
        }
        candidates.sort_by_key(|candidate| candidate.place);
        Search {
            strategy: strategy.to_owned(),
            outcome,
            value: bracket.passes.map(label),
            misses: bracket.fails.map(label),
            contradiction: answer.contradiction.map(label),
            replications: answer.spent(),
            replications_grid: values.iter().filter(|value| value.checks.is_ok()).count() as u64
                * u64::from(cap),
            candidates,
            places: (bracket.passes, bracket.fails),
        }
    }

    /// The candidate that comes nearest to its goals, or exceeds them by most.
    fn best(&self) -> Option<&Candidate> {
        let able = self.candidates.iter().filter(|candidate| !candidate.readings.is_empty());
        able.min_by(|a, b| a.strain().total_cmp(&b.strain()))
    }
}

fn candidate(value: &Value<'_>, finding: &Finding) -> Candidate {
    let (checks, horizon_s) = value.checks.as_ref().map_or((&[][..], 0.0), |(checks, s)| (&checks[..], *s));
    let reading = |((check, service), measured): (&(Check, String), &Measured)| Reading {
        goal: check.goal.text.clone(),
        service: service.clone(),
        limit: match check.goal.percentile {
            Some(percentile) => 1.0 - percentile,
            None => check.goal.limit_over(crate::engine::Span::from_secs_f64(horizon_s)),
        },
        estimate: super::convert::estimate(&measured.estimate),
        percentile_s: measured.percentile.filter(|_| check.goal.metric != Metric::Outages),
        percentile: measured.percentile.filter(|_| check.goal.metric == Metric::Outages),
        source: check.goal.clone(),
        horizon_s,
    };
    Candidate {
        value: value.label.to_owned(),
        verdict: finding.verdict.map(|verdict| match verdict {
            Verdict::Passes => "meets",
            Verdict::Fails => "misses",
            Verdict::Undecided => "undecided",
        }),
        replications: finding.replications,
        readings: checks.iter().zip(&finding.readings).map(reading).collect(),
        why: None,
        place: finding.candidate,
    }
}

impl Candidate {
    /// How much of what its goals allow is used, of that which allows least.
    fn strain(&self) -> f64 {
        self.readings.iter().map(Reading::strain).fold(0.0, f64::max)
    }

    fn tightest(&self) -> Option<&Reading> {
        self.readings.iter().reduce(|a, b| if b.strain() > a.strain() { b } else { a })
    }

    /// `mail, p95 downtime: 4.1 h; 4.2 % are over`; the service and the metric only where there are several.
    fn told(&self) -> String {
        let Some(reading) = self.tightest() else { return self.why.clone().unwrap_or_default() };
        let services = self.readings.iter().any(|other| other.service != reading.service);
        let metrics = self.readings.iter().any(|other| other.metric() != reading.metric());
        let service = services.then(|| clean::shorten_name(&clean::visible(&reading.service), 24));
        let of: Vec<String> = service.into_iter().chain(metrics.then(|| reading.metric())).collect();
        if of.is_empty() { reading.told() } else { format!("{}: {}", of.join(", "), reading.told()) }
    }
}

impl Reading {
    /// `availability`, `p95 downtime`.
    fn metric(&self) -> String {
        let word = self.source.metric.word();
        self.source.percentile.map_or(word.to_owned(), |p| format!("p{} {word}", figures::trimmed(p * 100.0)))
    }

    fn strain(&self) -> f64 {
        let (value, limit) = match self.source.metric {
            Metric::Availability => (1.0 - self.estimate.mean, 1.0 - self.limit),
            _ => (self.estimate.mean, self.limit),
        };
        // A limit of nothing at all is missed by more the more there is.
        if value <= 0.0 { 0.0 } else { value / limit.max(1e-12) }
    }

    /// The figure in the goal's own terms.
    fn told(&self) -> String {
        let most = self.percentile_s.map(figures::duration).or_else(|| self.percentile.map(figures::trimmed));
        if let Some(most) = most {
            let over = figures::scaled(&self.estimate, 100.0);
            return format!("{most}; {} are over", figures::interval_in(&over, "%"));
        }
        let of_goal = figures::scaled(&self.estimate, self.source.per.as_secs_f64() / self.horizon_s);
        match self.source.metric {
            Metric::Availability => figures::availability_interval(&self.estimate),
            Metric::Outages => figures::interval(&of_goal),
            _ => figures::duration_interval(&of_goal),
        }
    }
}

/// For programs.
///
/// # Errors
/// None that an answer can cause; the serialiser's own are passed on.
pub fn json(size: &Size) -> Result<String, ResultError> {
    pretty(size)
}

/// For people.
#[must_use]
pub fn text(size: &Size) -> String {
    let mut text = clean::shorten(&clean::visible(&size.scenario.title), COLUMNS);
    text.push('\n');
    let confidence = figures::share(size.confidence);
    let last = size.values.len() - 1;
    text.push_str(&wrap(
        &format!(
            "The smallest {} of {} to {} with {}; {confidence} confidence in each answer, up to {} replications of a \
             value, seed {}. Whatever follows a value that meets the goal is taken to meet it too. [low, high] is the \
             95 % interval; verdicts rest on wider ones.",
            clean::visible(&size.key),
            clean::shorten_name(&clean::visible(&size.values[0]), 40),
            clean::shorten_name(&clean::visible(&size.values[last]), 40),
            size.goals.iter().map(|goal| clean::visible(goal)).collect::<Vec<_>>().join(" and "),
            figures::count(size.replications_max),
            size.seed,
        ),
        "",
    ));
    for answer in &size.answers {
        text.push('\n');
        text.push_str(&wrap(&headline(size, answer), "  "));
        if answer.replications > 0 {
            text.push_str(&rows(size, answer));
            text.push_str(&wrap(&format!("  {}", cost(answer)), "  "));
        }
        if let Some(value) = &answer.contradiction {
            let line = format!(
                "  But {value} misses the goal: more is not always better here, and the answer holds only as far as it goes."
            );
            text.push_str(&wrap(&line, "  "));
        }
    }
    text
}

fn headline(size: &Size, answer: &Search) -> String {
    let name = clean::shorten_name(&clean::visible(&answer.strategy), 40);
    let shown = |value: &String| clean::shorten_name(&clean::visible(value), 40);
    let (passes, fails) = answer.places;
    match (answer.outcome, &answer.value) {
        (Outcome::Found, Some(value)) if fails.is_none() => {
            format!("{name}: {}, the smallest that was asked about, meets it.", shown(value))
        }
        (Outcome::Found, Some(value)) => format!("{name}: {} is the smallest that meets it.", shown(value)),
        (Outcome::None, _) => {
            let best = answer.best().map_or("none of them can start".to_owned(), |best| {
                format!("the best, {}, gives {}", shown(&best.value), best.told())
            });
            format!("{name}: no value meets it; {best}.")
        }
        _ => {
            let first = fails.map_or(0, |fails| fails + 1);
            let last = passes.unwrap_or(size.values.len()) - 1;
            let open = match (&size.values[first], &size.values[last]) {
                (first, last) if first == last => shown(first),
                (first, last) => format!("{} to {}", shown(first), shown(last)),
            };
            let above =
                answer.value.as_ref().map_or(String::new(), |value| format!("; {} meets it", shown(value)));
            format!(
                "{name}: undecided. {open} cannot be told from the goal with so many replications{above}; more of them \
                 (--replications) may."
            )
        }
    }
}

fn rows(size: &Size, answer: &Search) -> String {
    let short = size.key.rsplit('.').next().unwrap_or(&size.key);
    let goals = if size.goals.len() > 1 || answer.candidates.iter().any(|c| c.readings.len() > 1) {
        "the tightest goal".to_owned()
    } else {
        unit(answer)
    };
    let mut table = Table::new(&[short, "", "replications", &goals, ""]);
    for candidate in &answer.candidates {
        table.row(vec![
            clean::shorten_name(&clean::visible(&candidate.value), 40),
            candidate.verdict.map_or("to compare", |verdict| verdict).to_owned(),
            figures::count(candidate.replications),
            candidate.told(),
            note(size, answer, candidate).to_owned(),
        ]);
    }
    table.render()
}

/// The metric with the time that it is for.
fn unit(answer: &Search) -> String {
    let Some(reading) = answer.candidates.iter().find_map(|candidate| candidate.readings.first()) else {
        return String::new();
    };
    if reading.source.metric == Metric::Availability {
        return reading.metric();
    }
    let per = reading.source.per.to_string();
    format!("{}/{}", reading.metric(), per.strip_prefix("1 ").unwrap_or(&per))
}

fn note(size: &Size, answer: &Search, candidate: &Candidate) -> &'static str {
    let (Some(passes), Outcome::Found) = (answer.places.0, answer.outcome) else { return "" };
    let counts: Option<Vec<i64>> = size.values.iter().map(|value| value.parse().ok()).collect();
    let counts = counts.is_some_and(|counts| counts.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    match candidate.place {
        place if place == passes => "the answer",
        place if place + 1 == passes => {
            if counts {
                "one fewer"
            } else {
                "the one before"
            }
        }
        place if place == passes + 1 => {
            if counts {
                "one more"
            } else {
                "the one after"
            }
        }
        _ => "",
    }
}

fn cost(answer: &Search) -> String {
    let share = answer.replications as f64 / (answer.replications_grid as f64).max(1.0);
    format!(
        "{} replications, {} of the {} of the full grid.",
        figures::whole(answer.replications),
        figures::share(share),
        figures::whole(answer.replications_grid),
    )
}

/// Whether no strategy has a value that meets the goals.
#[must_use]
pub fn nothing_meets(size: &Size) -> bool {
    size.answers.iter().all(|answer| answer.outcome == Outcome::None)
}
