//! The computing power that VMs want and hosts have, in billionths of a core: sums of it are exact.

use super::{Host, HostId, Model, Ppm, Service};
use crate::engine::{Span, Time};

/// How a cluster relieves its hosts: it moves VMs away from one that wants more than it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// It looks at every multiple of this, from the start of the measured horizon on (VMW-82).
    pub interval: Span,
    /// The part of a host's cores from which on it is relieved.
    pub threshold: Ppm,
}

impl Service {
    /// What one of its VMs wants while it serves.
    #[inline]
    #[must_use]
    pub fn demand_at(&self, at: Time) -> u64 {
        self.busy * u64::from(self.load.as_ref().map_or(Ppm::ONE, |load| load.at(at)).0)
    }

    /// The most that it ever wants.
    #[inline]
    #[must_use]
    pub fn demand_most(&self) -> u64 {
        self.busy * u64::from(self.busiest.0)
    }
}

impl Host {
    /// What it has.
    #[inline]
    #[must_use]
    pub fn supply(&self) -> u64 {
        u64::from(self.cores) * 1_000 * u64::from(Ppm::ONE.0)
    }
}

impl Model {
    /// Whether VMs want computing power at all.
    #[must_use]
    pub fn has_demands(&self) -> bool {
        self.services.iter().any(|service| service.busy > 0)
    }

    /// How the cluster of a host relieves it.
    #[must_use]
    pub fn balance_of(&self, host: HostId) -> Option<Balance> {
        let cluster = self.hosts[host.index()].cluster?;
        self.clusters[cluster.index()].migration.as_ref()?.balance
    }

    /// The most of what it wants that a VM of a service can lack: on a host as full as it can be of the busiest VMs.
    #[must_use]
    pub fn most_lacking(&self, service: &Service) -> f64 {
        if service.busy == 0 {
            return 0.0;
        }
        let busy = |service: &Service| service.demand_most() as f64 / service.need.cores.max(1) as f64;
        let busiest = self.services.iter().map(busy).fold(0.0, f64::max);
        let lacking = |host: &Host| 1.0 - host.supply() as f64 / (host.room.cores as f64 * busiest);
        self.hosts.iter().map(lacking).fold(0.0, f64::max)
    }

    /// What VMs may want of a host before anybody does something about it.
    #[must_use]
    pub fn comfort(&self, host: HostId) -> u64 {
        let supply = self.hosts[host.index()].supply();
        let part = |balance: Balance| u128::from(supply) * u128::from(balance.threshold.0);
        // The threshold is at most all of it.
        self.balance_of(host).map_or(supply, |balance| (part(balance) / u128::from(Ppm::ONE.0)) as u64)
    }
}
