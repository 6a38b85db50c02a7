//! What chance can do to a sum over replications: the most that one event adds, and how much there is to lose at all.

use super::block::Ticks;
use super::summarize::SECOND;
use crate::model::{GuestGroup, Model, Service};
use crate::stats::{Randomness, Seldom};

/// What chance can do to a sum over instances, in the sum's own units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chance {
    pub random: bool,
    pub downtime_us: f64,
    /// Of what is seldom and long.
    pub seldom_us: Seldom,
    pub outages: f64,
    pub ceiling_us: f64,
    /// How long those for whom a lost host leaves too little may lack it, which is from then on, and what they lose by that.
    overload_us: f64,
    starved_us: f64,
    pub recovery_point_us: f64,
}

impl Chance {
    pub(super) fn of(model: &Model, service: &Service) -> Chance {
        let (instances, lacking) = (f64::from(service.instances), model.most_lacking(service));
        Chance {
            // Whoever else is on its host may come and go.
            random: service.incident.random
                || (service.busy > 0 && model.services.iter().any(|other| other.incident.random)),
            downtime_us: service.incident.downtime_s * instances * SECOND,
            seldom_us: Seldom { largest: service.incident.seldom_s, mean: service.incident.seldom_mean_s }
                .scaled(instances * SECOND),
            outages: service.incident.outages * instances,
            ceiling_us: model.horizon.0 as f64 * instances,
            overload_us: if lacking > 0.0 { model.horizon.0 as f64 * instances } else { 0.0 },
            starved_us: lacking * model.horizon.0 as f64 * instances,
            recovery_point_us: service.incident.recovery_point_s * instances * SECOND,
        }
    }

    /// Of all services together.
    pub(super) fn of_all(model: &Model) -> Chance {
        model.services.iter().map(|s| Chance::of(model, s)).fold(Chance::default(), Chance::and)
    }

    /// One incident may hit both.
    pub(super) fn and(self, other: Chance) -> Chance {
        Chance {
            random: self.random || other.random,
            downtime_us: self.downtime_us + other.downtime_us,
            seldom_us: self.seldom_us.and(other.seldom_us),
            outages: self.outages + other.outages,
            ceiling_us: self.ceiling_us + other.ceiling_us,
            overload_us: self.overload_us + other.overload_us,
            starved_us: self.starved_us + other.starved_us,
            recovery_point_us: self.recovery_point_us + other.recovery_point_us,
        }
    }

    /// Until the end of the horizon is far more than most overloads last: where enough replications have shown one, the
    /// longest of them bounds it, and all that is wanted what it costs. Assumption: thirty are enough; with fewer the bound is
    /// that of what can be.
    pub(super) fn seen(self, ticks: &[Ticks]) -> Chance {
        const ENOUGH: usize = 30;
        let all = || ticks.iter().map(|t| t.overload_us);
        let (Some(least), Some(most)) = (all().min(), all().max()) else { return self };
        if all().filter(|&us| us > least).count() < ENOUGH {
            return self;
        }
        let longest = (most - least) as f64;
        let overload_us = self.overload_us.min(longest);
        Chance { overload_us, starved_us: self.starved_us.min(longest), ..self }
    }

    pub(super) fn downtime(&self) -> Randomness {
        self.times_down(0.0)
    }

    /// What is down, which may cost so much beside.
    fn times_down(&self, more_us: f64) -> Randomness {
        match self.events((self.downtime_us + more_us).min(self.ceiling_us), self.ceiling_us) {
            Randomness::Events { largest, ceiling, .. } => {
                Randomness::Events { largest, ceiling, seldom: self.seldom_us }
            }
            Randomness::None => Randomness::None,
        }
    }

    /// Downtime, and what is served in part.
    pub(super) fn lost(&self) -> Randomness {
        self.times_down(self.starved_us)
    }

    pub(super) fn overload(&self) -> Randomness {
        match self.overload_us {
            0.0 => Randomness::None,
            longest => self.events((self.downtime_us + longest).min(self.ceiling_us), self.ceiling_us),
        }
    }

    pub(super) fn outages(&self) -> Randomness {
        self.events(self.outages, f64::INFINITY)
    }

    /// One incident takes at most all that an instance has, each time that it takes it down.
    pub(super) fn work(&self, each: u32) -> Randomness {
        if each == 0 {
            return Randomness::None;
        }
        self.events(self.outages * f64::from(each), f64::INFINITY)
    }

    /// Where no copy lags nothing can be lost.
    pub(super) fn recovery_point(&self) -> Randomness {
        match self.recovery_point_us {
            0.0 => Randomness::None,
            largest => self.events(largest, f64::INFINITY),
        }
    }

    /// Only a balanced group can serve in part, and whoever is on a host that has too little.
    pub(super) fn degraded(&self, service: &Service) -> Randomness {
        match service.guest {
            _ if self.starved_us > 0.0 => self.overload(),
            Some(GuestGroup::Balanced { .. }) => self.downtime(),
            _ => Randomness::None,
        }
    }

    pub(super) fn events(&self, largest: f64, ceiling: f64) -> Randomness {
        if self.random { Randomness::within(largest, ceiling) } else { Randomness::None }
    }
}
