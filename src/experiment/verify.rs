//! Simulated means beside exact ones: how many standard errors lie between them, and whether that is too many.

use super::summary::{Estimate, Method, Row, ServiceSummary, Summary};
use crate::exact::{self, Answer, Obstacle};
use crate::model::{Model, ServiceId};
use crate::special::{normal_cdf, student_t_quantile};

/// A right simulation is further off than that, in standard errors, once in 16,000 figures.
pub const Z_MAX: f64 = 4.0;
/// With fewer outages than this a mean is not normal, and standard errors say little.
pub const OUTAGES_MIN: f64 = 30.0;

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the limit.
    Agrees,
    /// Beyond it.
    Differs,
    /// Too little has happened to tell.
    TooFew,
}

/// One figure, exact and simulated, per instance and horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// Its column in the results.
    pub metric: &'static str,
    pub exact: f64,
    pub simulated: Estimate,
    /// How many standard errors the simulated mean is above the exact one; `None` where nothing varied.
    pub z: Option<f64>,
    pub verdict: Verdict,
}

/// A service under a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    pub strategy: String,
    pub service: String,
    /// The figures and the size of the chain, or why there is no exact answer.
    pub outcome: Result<(Vec<Figure>, Answer), Vec<Obstacle>>,
}

/// Compares every service under every strategy with its exact answer, where it has one.
#[must_use]
pub fn verify(models: &[Model], summary: &Summary) -> Vec<Verified> {
    let mut found = Vec::new();
    for (number, (model, strategy)) in models.iter().zip(&summary.strategies).enumerate() {
        for (service, simulated) in strategy.services.iter().enumerate() {
            let rows = &summary.rows[number][service];
            let outcome = exact::answer(model, ServiceId(service as u32))
                .map(|answer| (figures(&answer, simulated, rows), answer));
            let (strategy, service) = (strategy.name.clone(), simulated.name.clone());
            found.push(Verified { strategy, service, outcome });
        }
    }
    found
}

/// The limit of |z| for means of so many replications: Student's t with the chance that a normal has at [`Z_MAX`].
#[must_use]
pub fn limit(replications: u32) -> f64 {
    if replications < 2 {
        f64::INFINITY
    } else {
        -student_t_quantile(normal_cdf(-Z_MAX), f64::from(replications - 1))
    }
}

fn figures(answer: &Answer, simulated: &ServiceSummary, rows: &[Row]) -> Vec<Figure> {
    let runs = rows.len() as f64 * f64::from(simulated.instances);
    let seen: f64 = rows.iter().map(|row| row.outages * f64::from(simulated.instances)).sum();
    let outages = seen.max(answer.outages * runs);
    let often = |part: fn(&Row) -> f64| {
        let some = rows.iter().filter(|row| part(row) > 0.0).count();
        if some == rows.len() { f64::INFINITY } else { some as f64 }
    };
    let limit = limit(rows.len() as u32);
    let mut figures = vec![
        figure("downtime_s", (answer.downtime_s, answer.error_s), simulated.downtime_s, outages, limit),
        figure("outages", (answer.outages, 0.0), simulated.outages, outages, limit),
    ];
    if let Some(exact) = answer.degraded_s {
        figures.push(figure(
            "degraded_s",
            (exact, 0.0),
            simulated.degraded_s,
            often(|row| row.degraded_s),
            limit,
        ));
    }
    if let Some(exact) = answer.lost_s {
        // What is lost is lost in outages as well: where nothing else loses anything both are one number, and judged alike.
        let seen = often(|row| row.lost_s).max(outages);
        figures.push(figure("lost_s", (exact, 0.0), simulated.lost_s, seen, limit));
    }
    figures
}

/// Whether an interval holds a value when it is stretched from 95 % to so many standard errors.
fn reaches(estimate: &Estimate, value: f64, limit: f64) -> bool {
    const OF_95: f64 = 1.96;
    let stretch = limit / OF_95;
    let low = estimate.mean - (estimate.mean - estimate.low) * stretch;
    let high = estimate.mean + (estimate.high - estimate.mean) * stretch;
    low <= value && value <= high
}

/// Whether weighted replications know it no better than too few outages of one size would tell.
fn is_weighted_by_few(simulated: &Estimate) -> bool {
    simulated.method == Method::ImportanceSampling
        && simulated.mean * simulated.mean < OUTAGES_MIN * simulated.se * simulated.se
}

/// One figure: the exact mean and how far off that may be, beside the simulated one.
fn figure(
    metric: &'static str,
    (exact, error): (f64, f64),
    simulated: Estimate,
    seen: f64,
    limit: f64,
) -> Figure {
    let apart = simulated.mean - exact;
    let z = (simulated.se > 0.0).then(|| apart / simulated.se);
    // Durations are whole microseconds.
    let same = apart.abs() <= 1e-9 * exact.abs() + 1e-6;
    let verdict = match z {
        _ if same && (exact == 0.0 || simulated.method == Method::Exact) => Verdict::Agrees,
        _ if seen < OUTAGES_MIN && simulated.method != Method::ImportanceSampling => Verdict::TooFew,
        // Weighted ones know it by as many as would know as much: few of uneven weight say little as well.
        Some(_) if is_weighted_by_few(&simulated) && reaches(&simulated, exact, limit) => Verdict::TooFew,
        Some(_) if apart.abs() <= limit * simulated.se + error => Verdict::Agrees,
        // A few long outages among many short ones: a standard error that has not met them says little, the interval allows for them.
        Some(_) if simulated.method == Method::WeightedPoisson && reaches(&simulated, exact, limit) => {
            Verdict::TooFew
        }
        Some(_) => Verdict::Differs,
        // Nothing has varied: the interval says what so many replications rule out.
        None if simulated.low <= exact && exact <= simulated.high => Verdict::TooFew,
        None if simulated.low.is_nan() => Verdict::TooFew,
        None => Verdict::Differs,
    };
    Figure { metric, exact, simulated, z, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four outages' worth of weighted ones agree with anything that lies in their wide interval, and are no proof; a hundred are.
    #[test]
    fn few_weighted_outages_prove_nothing() {
        let weighted = |se: f64| Estimate {
            mean: 1.0,
            se,
            low: 1.0 - 2.0 * se,
            high: 1.0 + 3.0 * se,
            method: Method::ImportanceSampling,
        };
        let verdict =
            |se: f64, exact: f64| figure("downtime_s", (exact, 0.0), weighted(se), 0.0, 4.0).verdict;
        assert_eq!(verdict(0.5, 1.4), Verdict::TooFew);
        assert_eq!(verdict(0.1, 1.2), Verdict::Agrees);
        assert_eq!(verdict(0.1, 2.0), Verdict::Differs);
        assert_eq!(verdict(0.5, 9.0), Verdict::Differs);
    }
}
