//! What hosts, licences and outages cost under one strategy, where the scenario says so.
//!
//! Money is a whole number of millionths of its unit, and so is every sum of it. Nothing that is simulated knows of it.

/// Millionths of the unit of the scenario's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub u64);

impl Money {
    /// Millionths in a unit.
    pub const UNIT: f64 = 1e6;

    /// So many units, to the nearest millionth; not negative, and at most a few million millions.
    #[must_use]
    pub fn from_units(units: f64) -> Money {
        Money((units * Money::UNIT).round() as u64)
    }

    /// Units.
    #[must_use]
    pub fn units(self) -> f64 {
        self.0 as f64 / Money::UNIT
    }
}

/// All that has a price under one strategy, in millionths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// How figures name it; may be empty.
    pub currency: String,
    /// A year of all hosts.
    pub hosts: u128,
    /// A year of the licences of all clusters.
    pub cluster_licences: u128,
    /// By service.
    pub services: Vec<ServicePrices>,
}

/// What one service costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServicePrices {
    /// A year of the licences of all its VMs.
    pub licences: u128,
    pub losses: LossPrices,
}

/// What it costs when an instance of a service does not serve, and what is lost with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LossPrices {
    /// An hour in which nothing is served; one in which a part is lost costs that part.
    pub downtime: Money,
    /// The writes of an hour that are gone for good.
    pub recovery_point: Money,
    /// A session, and a transaction, that was open.
    pub session: Money,
    pub transaction: Money,
}

impl Prices {
    /// A year of all licences.
    #[must_use]
    pub fn licences(&self) -> u128 {
        self.cluster_licences + self.services.iter().map(|service| service.licences).sum::<u128>()
    }

    /// What does not depend on what fails: a year of hosts and licences.
    #[must_use]
    pub fn fixed(&self) -> u128 {
        self.hosts + self.licences()
    }
}
