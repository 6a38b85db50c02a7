//! What outages cost besides time: the parts of `result.json` that say so, and their columns.

use serde::{Deserialize, Serialize};

use super::figures;
use super::result::{Estimate, RunResult, Service, Strategy, number};

/// Writes that are lost for good, as seconds of writing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    /// All that is lost; its fields lie beside the largest in the file.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The most that was lost at once.
    #[serde(with = "number")]
    pub max: f64,
}

impl Default for RecoveryPoint {
    fn default() -> RecoveryPoint {
        RecoveryPoint { estimate: Estimate::nothing(), max: 0.0 }
    }
}

/// What clients had under way and lost, column by column.
fn columns(service: &Service) -> [(&'static str, Option<&Estimate>); 3] {
    [
        ("sessions lost", service.sessions_lost.as_ref()),
        ("transactions lost", service.transactions_lost.as_ref()),
        ("requests lost", service.requests_lost.as_ref()),
    ]
}

/// The columns of lost work that a table over the strategies of a service has.
pub(super) struct LostColumns {
    names: Vec<&'static str>,
}

impl LostColumns {
    pub(super) fn of(rows: &[(&Strategy, &Service)]) -> LostColumns {
        let mut names = Vec::new();
        for (name, lost) in rows.iter().flat_map(|(_, service)| columns(service)) {
            if lost.is_some() && !names.contains(&name) {
                names.push(name);
            }
        }
        LostColumns { names }
    }

    /// What stands above them.
    pub(super) fn head(&self, result: &RunResult) -> Vec<String> {
        self.names.iter().map(|name| result.column(name)).collect()
    }

    /// What stands in them.
    pub(super) fn cells(&self, result: &RunResult, service: &Service) -> Vec<String> {
        let shown = columns(service).into_iter().filter(|(name, _)| self.names.contains(name));
        let cell = |lost: &Estimate| figures::interval(&result.told(lost));
        shown.map(|(_, lost)| lost.map_or_else(|| "–".to_owned(), cell)).collect()
    }

    /// Their means, to sort by.
    pub(super) fn means(&self, service: &Service) -> Vec<f64> {
        let shown = columns(service).into_iter().filter(|(name, _)| self.names.contains(name));
        shown.map(|(_, lost)| lost.map_or(f64::NAN, |lost| lost.mean)).collect()
    }
}
