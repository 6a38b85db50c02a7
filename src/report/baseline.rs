//! A run beside a stored one: what is worse, what is better, and what nobody can tell.

use serde::{Deserialize, Serialize};

use super::figures;
pub use super::replications::Replications;
use super::result::{Estimate, Method, RunResult};
use super::table::wrap;
use super::{clean, number};
use crate::experiment::baseline::{Change as Measured, How, Past};
use crate::experiment::summary;
use crate::scenario::goal::Metric;

/// A difference that does not exceed both is not material.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// A part of what it was.
    #[serde(with = "number")]
    pub share: f64,
    /// Seconds a year of 365 d.
    #[serde(with = "number")]
    pub seconds_a_year: f64,
}

impl Margin {
    /// Five percent, and a minute a year.
    pub const DEFAULT: Margin = Margin { share: 0.05, seconds_a_year: 60.0 };

    fn seconds(self, then: f64, horizon_s: f64) -> f64 {
        (self.share * then).max(self.seconds_a_year * horizon_s / YEAR_S)
    }

    fn words(self) -> String {
        let share = (self.share > 0.0).then(|| format!("{} %", figures::trimmed(self.share * 100.0)));
        let time =
            (self.seconds_a_year > 0.0).then(|| format!("{} a year", figures::duration(self.seconds_a_year)));
        let words: Vec<String> = share.into_iter().chain(time).collect();
        if words.is_empty() { "anything".to_owned() } else { format!("more than {}", words.join(" and ")) }
    }
}

const YEAR_S: f64 = 31_536_000.0;

/// What has become of a service under a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trend {
    /// By more than the margin, for sure.
    Worse,
    /// By less than the margin either way, for sure.
    Same,
    /// It is not worse by more than the margin; whether it is better by more is open.
    NoWorse,
    /// By more than the margin, for sure.
    Better,
    /// So many replications cannot tell whether it is worse.
    Undecided,
}

impl Trend {
    fn of(difference: &Estimate, margin: f64) -> Trend {
        match (difference.low, difference.high) {
            (low, _) if low > margin => Trend::Worse,
            (_, high) if high < -margin => Trend::Better,
            (low, high) if low >= -margin && high <= margin => Trend::Same,
            (_, high) if high <= margin => Trend::NoWorse,
            _ => Trend::Undecided,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Trend::Worse => "worse",
            Trend::Same => "the same",
            Trend::NoWorse => "no worse",
            Trend::Better => "better",
            Trend::Undecided => "undecided",
        }
    }

    pub(super) fn mark(self) -> char {
        match self {
            Trend::Worse => '✗',
            Trend::Undecided => '?',
            _ => '✓',
        }
    }
}

/// A run beside an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Of the stored run.
    pub version: String,
    pub sha256: String,
    pub seed: u64,
    pub replications: u32,
    pub margin: Margin,
    /// Why replications were not compared one by one, where none could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpaired: Option<String>,
    pub changes: Vec<Change>,
}

/// One service under one strategy, per instance and horizon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub strategy: String,
    pub service: String,
    /// `downtime_s`, or `lost_s` where that is something else.
    pub quantity: String,
    pub trend: Trend,
    /// `paired`, `unpaired`, or `identical`: the same scenario, seed and version.
    pub how: String,
    /// Replications that were compared one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<u32>,
    #[serde(with = "number")]
    pub then: f64,
    #[serde(with = "number")]
    pub now: f64,
    pub difference_s: Estimate,
    #[serde(with = "number")]
    pub margin_s: f64,
}

impl Baseline {
    /// Without any change yet.
    #[must_use]
    pub fn new(stored: &RunResult, margin: Margin, unpaired: Option<String>) -> Baseline {
        Baseline {
            version: stored.version.clone(),
            sha256: stored.scenario.sha256.clone(),
            seed: stored.seed,
            replications: stored.replications,
            margin,
            unpaired,
            changes: Vec::new(),
        }
    }

    /// Adds what was found of a service.
    pub fn push(
        &mut self,
        (strategy, service, metric): (&str, &str, Metric),
        found: &Measured,
        horizon_s: f64,
    ) {
        let difference_s = super::convert::estimate(&found.difference);
        let margin_s = self.margin.seconds(found.then, horizon_s);
        let trend = if is_equal(found) { Trend::Same } else { Trend::of(&difference_s, margin_s) };
        self.changes.push(Change {
            strategy: strategy.to_owned(),
            service: service.to_owned(),
            quantity: if metric == Metric::Lost { "lost_s" } else { "downtime_s" }.to_owned(),
            trend,
            how: match found.how {
                How::Identical => "identical",
                How::Paired(_) => "paired",
                How::Unpaired => "unpaired",
            }
            .to_owned(),
            pairs: if let How::Paired(pairs) = found.how { Some(pairs) } else { None },
            then: found.then,
            now: found.now,
            difference_s,
            margin_s,
        });
    }

    /// How many are so.
    #[must_use]
    pub fn count(&self, trend: Trend) -> usize {
        self.changes.iter().filter(|change| change.trend == trend).count()
    }

    /// `12 figures: 1 worse, 10 the same, 1 undecided`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let trends = [Trend::Worse, Trend::Undecided, Trend::Same, Trend::NoWorse, Trend::Better];
        let parts: Vec<String> = trends
            .into_iter()
            .filter(|trend| self.count(*trend) > 0)
            .map(|trend| format!("{} {}", self.count(trend), trend.word()))
            .collect();
        let figures = figures::counted(u32::try_from(self.changes.len()).unwrap_or(u32::MAX), "figure");
        format!("{figures}: {}", parts.join(", "))
    }
}

/// Fewer pairs that are alike prove nothing.
const EQUAL_PAIRS_MIN: u32 = 100;

/// Whether each replication is what it was. The interval of the difference has a width all the same, for what was not seen; but a change
/// that made no difference to a service in a hundred replications and more is not worth holding a pipeline up, and most services
/// are not touched by a change.
fn is_equal(found: &Measured) -> bool {
    let is_zero = found.difference.mean == 0.0 && found.difference.se == 0.0;
    matches!(found.how, How::Paired(pairs) if pairs >= EQUAL_PAIRS_MIN) && is_zero
}

/// What differs between two results so that they cannot be compared, in words.
#[must_use]
pub fn incompatible(stored: &RunResult, now: &RunResult) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut differs = |what: &str, then: String, now: String| {
        if then != now {
            wrong.push(format!("{what}: it has {then}, this run {now}"));
        }
    };
    let span = |seconds: f64| crate::engine::Span::from_secs_f64(seconds.max(0.0)).to_string();
    differs("horizon", span(stored.horizon_s), span(now.horizon_s));
    differs("warmup", span(stored.warmup_s), span(now.warmup_s));
    differs("ages", clean::visible(&stored.ages), clean::visible(&now.ages));
    let shown = |name: &str| clean::shorten_name(&clean::visible(name), 60);
    for strategy in &now.strategies {
        let Some(then) = stored.strategies.iter().find(|other| other.name == strategy.name) else {
            wrong.push(format!("strategy {}: it has none of that name", shown(&strategy.name)));
            continue;
        };
        for service in &strategy.services {
            if !then.services.iter().any(|other| other.name == service.name) {
                let what = format!("service {}: it has none of that name", shown(&service.name));
                if !wrong.contains(&what) {
                    wrong.push(what);
                }
            }
        }
        for gone in then.services.iter().filter(|s| !strategy.services.iter().any(|o| o.name == s.name)) {
            let what = format!("service {}: this run has none of that name", shown(&gone.name));
            if !wrong.contains(&what) {
                wrong.push(what);
            }
        }
    }
    // Whoever asks for some strategies by name knows that the others are not there.
    if now.selection.is_empty() {
        for gone in stored.strategies.iter().filter(|s| !now.strategies.iter().any(|o| o.name == s.name)) {
            wrong.push(format!("strategy {}: this run has none of that name", shown(&gone.name)));
        }
    }
    wrong
}

/// Why replications of a stored run are not those of this one, where they are not.
#[must_use]
pub fn why_unpaired(stored: &RunResult, now: &RunResult) -> Option<String> {
    if stored.seed != now.seed {
        return Some(format!("it has seed {}, and so other failures", stored.seed));
    }
    if stored.version != now.version {
        return Some(format!("version {} simulated it", clean::visible(&stored.version)));
    }
    None
}

/// What a stored run knows of each service: `replications` are those of its file.
#[must_use]
pub fn past(
    stored: &RunResult,
    now: &RunResult,
    (strategy, service): (&str, &str),
    metric: Metric,
    replications: Option<&Replications>,
) -> Option<Past> {
    let strategy = stored.strategies.iter().find(|other| other.name == strategy)?;
    let service = strategy.services.iter().find(|other| other.name == service)?;
    let estimate = if metric == Metric::Lost { &service.lost_s } else { &service.downtime_s.estimate };
    let same = stored.scenario.sha256 == now.scenario.sha256
        && stored.version == now.version
        && stored.seed == now.seed
        && !stored.scenario.sha256.is_empty();
    Some(Past {
        estimate: summary::Estimate {
            mean: estimate.mean,
            se: estimate.se,
            low: estimate.low,
            high: estimate.high,
            method: match estimate.method {
                Method::StudentT => summary::Method::StudentT,
                Method::WeightedPoisson => summary::Method::WeightedPoisson,
                Method::ImportanceSampling => summary::Method::ImportanceSampling,
                Method::Binomial => summary::Method::Binomial,
                Method::Bound => summary::Method::Bound,
                Method::Exact => summary::Method::Exact,
            },
        },
        replications: replications.and_then(|all| all.of(&strategy.name, &service.name, metric)),
        is_same_scenario: same,
    })
}

/// The end of a comparison on a terminal; empty where there is no baseline.
#[must_use]
pub fn text(result: &RunResult) -> String {
    let Some(baseline) = &result.baseline else { return String::new() };
    let mut text = format!("\nBeside the baseline ({})\n", baseline.sentence());
    text.push_str(&wrap(&format!("  {}", preface(baseline)), "  "));
    let shown = |text: &str| clean::shorten_name(&clean::visible(text), 40);
    for change in &baseline.changes {
        let line = format!(
            "  {} {} under {}: {}: {}",
            change.trend.mark(),
            shown(&change.service),
            shown(&change.strategy),
            change.trend.word(),
            told(result, change)
        );
        text.push_str(&wrap(&line, "      "));
    }
    text
}

pub(super) fn preface(baseline: &Baseline) -> String {
    let pairs = baseline.changes.iter().filter_map(|change| change.pairs).max();
    let how = match (pairs, &baseline.unpaired) {
        (_, Some(why)) => format!("compared by means and their intervals: {}", clean::visible(why)),
        (Some(pairs), None) => {
            format!("paired by replication over {}", figures::counted(pairs, "replication"))
        }
        (None, None) if baseline.changes.iter().all(|change| change.how == "identical") => {
            "of the same scenario, seed and version".to_owned()
        }
        (None, None) => "compared by means and their intervals".to_owned(),
    };
    format!(
        "{} replications, seed {}, version {}; {how}. Material is {}, per instance.",
        figures::count(baseline.replications),
        baseline.seed,
        clean::visible(&baseline.version),
        baseline.margin.words()
    )
}

/// `downtime 117 min → 150 min a year: 33 min [20, 40]`.
pub(super) fn told(result: &RunResult, change: &Change) -> String {
    let time = |seconds: f64| figures::duration(seconds * result.told_factor());
    let what = if change.quantity == "lost_s" { "lost" } else { "downtime" };
    let difference = result.told(&change.difference_s);
    let difference = match change.how.as_str() {
        "identical" => "nothing has changed".to_owned(),
        "unpaired" => format!("{} (by means)", figures::duration_interval(&difference)),
        _ if change.trend == Trend::Same && difference.mean == 0.0 && difference.se == 0.0 => {
            "the same in every replication".to_owned()
        }
        _ => figures::duration_interval(&difference),
    };
    format!("{what} {} → {} {}: {difference}", time(change.then), time(change.now), result.told_for())
}

/// The table of `summary.md`; empty where there is no baseline.
#[must_use]
pub(super) fn markdown(result: &RunResult) -> String {
    let Some(baseline) = &result.baseline else { return String::new() };
    let mut text =
        format!("{}\n\n| | service | strategy | observed |\n| :-- | :-- | :-- | :-- |\n", preface(baseline));
    for change in &baseline.changes {
        let cell = |text: &str| clean::markdown(&clean::shorten_name(text, 200));
        text.push_str(&format!(
            "| {} {} | {} | {} | {} |\n",
            change.trend.mark(),
            change.trend.word(),
            cell(&change.service),
            cell(&change.strategy),
            clean::markdown(&told(result, change))
        ));
    }
    text
}

/// Whether what is lost says more than the downtime does, of either run.
#[must_use]
pub fn has_degraded(stored: &RunResult, now: &RunResult, (strategy, service): (&str, &str)) -> bool {
    let differs = |result: &RunResult| {
        let services = result.strategies.iter().filter(|s| s.name == strategy).flat_map(|s| &s.services);
        services
            .filter(|s| s.name == service)
            .any(|s| s.lost_s.mean.total_cmp(&s.downtime_s.estimate.mean).is_ne())
    };
    differs(stored) || differs(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(low: f64, high: f64) -> Trend {
        let mean = (low + high) / 2.0;
        Trend::of(&Estimate { mean, se: 1.0, low, high, method: Method::StudentT }, 5.0)
    }

    #[test]
    fn what_the_margin_allows_is_the_same() {
        assert_eq!(trend(5.1, 9.0), Trend::Worse);
        assert_eq!(trend(5.0, 9.0), Trend::Undecided);
        assert_eq!(trend(-9.0, 9.0), Trend::Undecided);
        assert_eq!(trend(-5.0, 5.0), Trend::Same);
        assert_eq!(trend(-9.0, 5.0), Trend::NoWorse);
        assert_eq!(trend(-9.0, -5.1), Trend::Better);
        let margin = Margin::DEFAULT;
        assert_eq!((margin.seconds(10_000.0, YEAR_S), margin.seconds(0.0, YEAR_S / 2.0)), (500.0, 30.0));
        assert_eq!(margin.words(), "more than 5 % and 60 s a year");
    }

    #[test]
    fn a_file_of_replications_is_read_by_its_head() {
        let text = "replication,strategy,service,lost_s,downtime_s\n1,'=a,s,2,1.5\n0,'=a,s,0.25,0\n";
        let rows = Replications::read(text).expect("a file");
        assert_eq!(rows.of("=a", "s", Metric::Downtime), Some(vec![(0, 0), (1, 1_500_000)]));
        assert_eq!(rows.of("=a", "s", Metric::Lost), Some(vec![(0, 250_000), (1, 2_000_000)]));
        assert_eq!(rows.of("a", "s", Metric::Lost), None);
        for (text, part) in [
            ("strategy,service\n", "line 1: there is no column replication"),
            ("replication,strategy,service,lost_s,downtime_s\n1,a,s,2\n", "line 2: it has not as many cells"),
            ("replication,strategy,service,lost_s,downtime_s\n1,a,s,2,-1\n", "line 2: there is no time"),
            (
                "replication,strategy,service,lost_s,downtime_s\nx,a,s,2,1\n",
                "line 2: replication is no number",
            ),
        ] {
            let wrong = Replications::read(text).expect_err(text).to_string();
            assert!(wrong.contains(part), "{wrong}");
        }
    }
}
