//! What holds for one service or cluster under one strategy: overrides and defaults applied.

use crate::engine::{Law, Span};

use super::fixed::defaults::{self as d, Fixed};
use super::spec::{
    Cluster, ClusterSettings, GuestLayer, HostRef, Product, Protection, ProtectionSettings, Spec, Strategy,
};

/// How one service is protected under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceProtection {
    /// The layers.
    pub protection: Protection,
    /// VMs of one instance: nodes, members, or 1.
    pub vms: u32,
    /// From a node's or member's failure to its being noticed (s). Default 5 s.
    pub detection: Law,
    /// From there to the group being online elsewhere (s). Default 20 s.
    pub takeover: Law,
    /// From there to the rest having taken over the share (s). Default 3 s.
    pub convergence: Law,
    /// Whether the guest layer sees a failed application. Always true for failover; default false
    /// for a balancer (NLB-14).
    pub application_aware: bool,
}

/// A cluster under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterPlan {
    /// The product.
    pub product: Product,
    /// `custom` only: from the crash to the first restart order (s); zero otherwise.
    pub detection: Law,
    /// Default 1.
    pub memory_overcommit: f64,
    /// Default 8.
    pub cpu_overcommit: f64,
    /// Between two network heartbeats. Default 1 s (VMW-12).
    pub heartbeat_interval: Span,
    /// From the last heartbeat to restarts, with heartbeat datastores. Default 18 s (VMW-28e).
    pub failed_after_datastore: Span,
    /// The same without heartbeat datastores. Default 15 s (VMW-28d).
    pub failed_after_no_datastore: Span,
    /// From the primary's crash to the election. Default 10 s (VMW-29a).
    pub election_starts_after: Span,
    /// How long an election lasts. Default 15 s (VMW-04).
    pub election_lasts: Span,
    /// From the new primary to its first restarts. Default 10 s (VMW-29b, VMW-29c).
    pub restart_after_election: Span,
    /// From the cut to a secondary declaring itself isolated. Default 30 s (VMW-30c).
    pub isolation_declared_after: Span,
    /// The same for the primary. Default 5 s (VMW-31b).
    pub isolation_declared_after_primary: Span,
}

impl Strategy {
    /// What the strategy says of one service, by its index.
    #[must_use]
    pub fn for_service(&self, service: usize) -> ServiceProtection {
        let own = self.services.iter().find(|(index, _)| *index == service).map(|(_, own)| own);
        self.protection(own)
    }

    /// The base of the strategy with the settings of one service laid over it.
    pub(super) fn protection(&self, own: Option<&ProtectionSettings>) -> ServiceProtection {
        let none = ProtectionSettings::default();
        let own = own.unwrap_or(&none);
        let base = &self.base;
        let protection = own.protect.or(base.protect).unwrap_or_default();
        let law = |own: &Option<Law>, base: &Option<Law>, default: &Fixed| {
            own.clone().or_else(|| base.clone()).unwrap_or(Law::Constant { value_s: default.value })
        };
        // The default follows the layer that this service has, whatever others of the strategy have.
        let (vms, detection) = match protection.guest {
            None => (1, &d::DETECTION_FAILOVER),
            Some(GuestLayer::Failover) => {
                (own.nodes.or(base.nodes).unwrap_or(d::NODES), &d::DETECTION_FAILOVER)
            }
            Some(GuestLayer::Balanced) => {
                (own.members.or(base.members).unwrap_or(d::MEMBERS), &d::DETECTION_BALANCED)
            }
        };
        ServiceProtection {
            protection,
            vms,
            detection: law(&own.detection, &base.detection, detection),
            takeover: law(&own.takeover, &base.takeover, &d::TAKEOVER),
            convergence: law(&own.convergence, &base.convergence, &d::CONVERGENCE),
            application_aware: own
                .application_aware
                .or(base.application_aware)
                .unwrap_or(protection.guest == Some(GuestLayer::Failover)),
        }
    }

    /// What the strategy overrides of one cluster, by its index.
    #[must_use]
    pub fn cluster_settings(&self, cluster: usize) -> Option<&ClusterSettings> {
        self.clusters.iter().find(|(index, _)| *index == cluster).map(|(_, own)| own)
    }
}

impl Cluster {
    /// The cluster with a strategy's settings laid over its own, defaults applied.
    #[must_use]
    pub fn plan(&self, over: Option<&ClusterSettings>) -> ClusterPlan {
        let none = ClusterSettings::default();
        let own = over.unwrap_or(&none);
        let base = &self.settings;
        let span = |own: Option<Span>, base: Option<Span>, default: &Fixed| {
            own.or(base).unwrap_or_else(|| Span::from_secs_f64(default.value))
        };
        ClusterPlan {
            product: own.product.or(base.product).unwrap_or(Product::Custom),
            detection: own
                .detection
                .clone()
                .or_else(|| base.detection.clone())
                .unwrap_or(Law::Constant { value_s: 0.0 }),
            memory_overcommit: own
                .memory_overcommit
                .or(base.memory_overcommit)
                .unwrap_or(d::MEMORY_OVERCOMMIT),
            cpu_overcommit: own.cpu_overcommit.or(base.cpu_overcommit).unwrap_or(d::CPU_OVERCOMMIT),
            heartbeat_interval: span(own.heartbeat_interval, base.heartbeat_interval, &d::HEARTBEAT_INTERVAL),
            failed_after_datastore: span(
                own.failed_after_datastore,
                base.failed_after_datastore,
                &d::FAILED_AFTER_DATASTORE,
            ),
            failed_after_no_datastore: span(
                own.failed_after_no_datastore,
                base.failed_after_no_datastore,
                &d::FAILED_AFTER_NO_DATASTORE,
            ),
            election_starts_after: span(
                own.election_starts_after,
                base.election_starts_after,
                &d::ELECTION_STARTS_AFTER,
            ),
            election_lasts: span(own.election_lasts, base.election_lasts, &d::ELECTION_LASTS),
            restart_after_election: span(
                own.restart_after_election,
                base.restart_after_election,
                &d::RESTART_AFTER_ELECTION,
            ),
            isolation_declared_after: span(
                own.isolation_declared_after,
                base.isolation_declared_after,
                &d::ISOLATION_DECLARED_AFTER,
            ),
            isolation_declared_after_primary: span(
                own.isolation_declared_after_primary,
                base.isolation_declared_after_primary,
                &d::ISOLATION_DECLARED_AFTER_PRIMARY,
            ),
        }
    }
}

impl Spec {
    /// A cluster under a strategy, both by index. Out of range is a bug of the caller.
    #[must_use]
    pub fn cluster(&self, strategy: usize, cluster: usize) -> ClusterPlan {
        self.clusters[cluster].plan(self.strategies[strategy].cluster_settings(cluster))
    }

    /// Hosts of all groups together.
    #[must_use]
    pub fn host_count(&self) -> usize {
        self.hosts.iter().map(|group| group.count as usize).sum()
    }

    /// The single hosts of a list: index of the group and number in it, in the order of the list.
    pub fn each_host<'a>(&'a self, list: &'a [HostRef]) -> impl Iterator<Item = (usize, u32)> + 'a {
        list.iter().flat_map(|host| {
            let count = self.hosts.get(host.group).map_or(0, |group| group.count);
            let numbers = host.member.map_or(1..=count, |number| number..=number);
            numbers.map(move |number| (host.group, number))
        })
    }

    /// The name of a host: `esx-3`.
    #[must_use]
    pub fn host_name(&self, group: usize, member: u32) -> String {
        format!("{}-{member}", self.hosts[group].name)
    }

    /// The rack of a host, by index.
    #[must_use]
    pub fn rack_of(&self, group: usize, member: u32) -> Option<usize> {
        let racks = &self.hosts[group].racks;
        let turn = (member.saturating_sub(1)) as usize;
        if racks.is_empty() { None } else { racks.get(turn % racks.len()).copied() }
    }

    /// The site of a host, by index: its own, else its rack's.
    #[must_use]
    pub fn site_of(&self, group: usize, member: u32) -> Option<usize> {
        self.hosts[group].site.or_else(|| self.rack_of(group, member).and_then(|rack| self.racks[rack].site))
    }
}
