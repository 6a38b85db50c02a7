//! Over what time figures are told: a year of 365 d, or, where nothing fails but by script, the horizon. A script says
//! nothing of a year, and one replication of it is what happened, with nothing left to chance.

use std::borrow::Cow;

use super::figures;
use super::result::{Estimate, Method, RunResult};
use super::text::horizon;

impl RunResult {
    /// The result as people are told: of a single replication of a script what happened, without intervals.
    pub(super) fn as_told(&self) -> Cow<'_, RunResult> {
        if !self.scripted || self.replications != 1 {
            return Cow::Borrowed(self);
        }
        let mut told = self.clone();
        for strategy in &mut told.strategies {
            let total = &mut strategy.total;
            let of_total = [
                &mut total.availability,
                &mut total.downtime_s,
                &mut total.lost_s,
                &mut total.outages,
                &mut total.recovery_point_s,
                &mut strategy.capacity.waiting_vm_s,
            ];
            of_total.into_iter().for_each(happened);
            for row in &mut strategy.capacity.headroom {
                [&mut row.below, &mut row.memory_free, &mut row.cores_free].into_iter().for_each(happened);
            }
            if let Some(turns) = &mut strategy.turns {
                [&mut turns.done, &mut turns.given_up].into_iter().for_each(happened);
            }
            if let Some(cost) = &mut strategy.cost {
                let services = cost.services.iter_mut().flat_map(|s| [&mut s.downtime, &mut s.total]);
                services.chain([&mut cost.downtime, &mut cost.total]).for_each(happened);
            }
            for service in &mut strategy.services {
                let of_service = [
                    &mut service.availability,
                    &mut service.downtime_s.estimate,
                    &mut service.degraded_s,
                    &mut service.lost_s,
                    &mut service.outages,
                    &mut service.recovery_point_s.estimate,
                ];
                let of_work = [
                    &mut service.sessions_lost,
                    &mut service.transactions_lost,
                    &mut service.requests_lost,
                    &mut service.unprotected_s,
                    &mut service.overload_s,
                ];
                let moved = service.migrations.as_mut().map(|moved| &mut moved.count);
                of_service.into_iter().chain(of_work.into_iter().flatten()).chain(moved).for_each(happened);
            }
        }
        let of_services = told.comparisons.iter_mut().map(|comparison| &mut comparison.pair);
        for pair in told.total_comparisons.iter_mut().chain(of_services) {
            happened(&mut pair.downtime_s_a_minus_b);
            happened(&mut pair.lost_s_a_minus_b);
            pair.cost_a_minus_b.iter_mut().for_each(happened);
        }
        // What has happened needs no interval for all at once.
        told.best.clear();
        Cow::Owned(told)
    }

    /// An estimate per horizon, over the time that it is told for.
    pub(super) fn told(&self, estimate: &Estimate) -> Estimate {
        if self.scripted { *estimate } else { figures::per_year(estimate, self.horizon_s) }
    }

    /// What a figure per horizon is multiplied by.
    pub(super) fn told_factor(&self) -> f64 {
        if self.scripted { 1.0 } else { 31_536_000.0 / self.horizon_s }
    }

    /// Seconds per horizon as minutes, over the time that they are told for.
    pub(super) fn told_minutes(&self, seconds: &Estimate) -> Estimate {
        if self.scripted {
            figures::scaled(seconds, 1.0 / 60.0)
        } else {
            figures::minutes_a_year(seconds, self.horizon_s)
        }
    }

    /// The head of a column: "outages/y", or "outages".
    pub(super) fn column(&self, what: &str) -> String {
        if self.scripted { what.to_owned() } else { format!("{what}/y") }
    }

    /// "a year", or "in 1 d".
    pub(super) fn told_for(&self) -> String {
        if self.scripted { format!("in {}", horizon(self)) } else { "a year".to_owned() }
    }

    /// "per instance and year", or "per instance in 1 d".
    pub(super) fn per_instance(&self) -> String {
        if self.scripted {
            format!("per instance in {}", horizon(self))
        } else {
            "per instance and year".to_owned()
        }
    }

    /// What the figures of a report are, in sentences.
    pub(super) fn preface(&self) -> String {
        let horizon = horizon(self);
        match (self.scripted, self.replications) {
            (true, 1) => format!(
                "Nothing fails but by script: downtime, lost service and outages are per instance in {horizon}, as \
                 they came; `ninefold trace` tells them line by line"
            ),
            (true, _) => format!(
                "Nothing fails but by script: downtime, lost service and outages are per instance in {horizon}; \
                 [low, high] is the 95 % interval"
            ),
            _ => format!(
                "Downtime, lost service and outages are per instance and year of 365 d{}; [low, high] is the 95 % interval",
                if horizon == "1 y" { String::new() } else { format!(", scaled from {horizon}") },
            ),
        }
    }
}

fn happened(estimate: &mut Estimate) {
    let mean = estimate.mean;
    *estimate = Estimate { mean, se: 0.0, low: mean, high: mean, method: Method::Exact };
}
