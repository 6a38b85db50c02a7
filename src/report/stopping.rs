//! Why a run ended when it did, in sentences: it knew enough, its time was up, somebody stopped it.

use serde::{Deserialize, Serialize};

use super::result::RunResult;
use super::{figures, number};

/// How well a run was to know its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionReached {
    /// Half of the 95 % interval, at its longer side, in parts of the mean.
    #[serde(with = "number")]
    pub within: f64,
    /// `downtime`: of every service under every strategy; `differences`: of every pair of strategies, by the larger of the two.
    pub of: String,
    /// Whether it stopped because it did.
    pub is_reached: bool,
    /// It would have stopped after so many replications whatever it knew.
    pub replications_max: u32,
}

/// What ends a run before all its replications are finished. What has started is finished in either case: to drop it
/// would favour the quick, lucky replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoppedBy {
    Interrupt,
    TimeLimit,
}

/// With fewer replications than this the moment at which time ran out says something of their luck
/// (verification, finding 3).
const REPLICATIONS_MIN: u32 = 64;

/// Why it ended, where that needs saying.
pub(super) fn sentence(result: &RunResult) -> Option<String> {
    if result.replications < result.replications_asked {
        let word = match result.stopped_by {
            Some(StoppedBy::TimeLimit) => "Out of time",
            _ => "Interrupted",
        };
        let few = if result.replications < REPLICATIONS_MIN {
            " So few are not an even choice: long ones are late."
        } else {
            ""
        };
        return Some(format!(
            "{word}: {} of {} replications finished.{few}",
            figures::count(result.replications),
            figures::count(result.replications_asked)
        ));
    }
    if let Some(by) = result.stopped_by {
        let word = if by == StoppedBy::TimeLimit { "Out of time" } else { "Interrupted" };
        return Some(format!(
            "{word} before importance sampling was through: services of which so many replications know too little have \
             plain figures."
        ));
    }
    let precision = result.precision.as_ref()?;
    let what = if precision.of == "differences" { "difference" } else { "downtime" };
    let within = figures::trimmed(precision.within * 100.0);
    Some(if precision.is_reached {
        format!(
            "Every {what} is known within {within} %: after {} of at most {} replications.",
            figures::count(result.replications),
            figures::count(precision.replications_max)
        )
    } else {
        format!(
            "Not every {what} is known within {within} % after all {} replications: ask for more.",
            figures::count(result.replications)
        )
    })
}
