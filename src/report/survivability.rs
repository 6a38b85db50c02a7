//! What still serves when more and more hosts are lost at once, in a result.

use serde::{Deserialize, Serialize};

use super::number;
use crate::capacity;
use crate::experiment::summary;

/// So many hosts are lost at once, from the start placement, and all is restarted that finds a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survivability {
    pub hosts_lost: u32,
    /// Which hosts: as many cases as there are, or drawn ones.
    pub cases: u32,
    pub sampled: bool,
    pub services: Vec<Serving>,
}

/// The share of a service's instances that still serve, in the mean case and in the worst.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Serving {
    pub name: String,
    #[serde(with = "number")]
    pub serving: f64,
    #[serde(with = "number")]
    pub serving_min: f64,
}

/// Of a strategy whose services have these names.
pub(super) fn of(strategy: &summary::StrategySummary) -> Vec<Survivability> {
    let step = |step: &capacity::Survival| Survivability {
        hosts_lost: step.hosts_lost,
        cases: step.cases,
        sampled: step.sampled,
        services: strategy
            .services
            .iter()
            .zip(&step.serving)
            .map(|(service, serving)| Serving {
                name: service.name.clone(),
                serving: serving.mean,
                serving_min: serving.least,
            })
            .collect(),
    };
    strategy.capacity.survivability.iter().map(step).collect()
}
