//! What holds for one service or cluster under one strategy: overrides and defaults applied.

use std::collections::BTreeMap;

use crate::engine::{Law, Span};
use crate::model::{Affinity, Money, Ppm};

use super::fixed::defaults::{self as d, Fixed};
use super::guest_plan::{FailoverPlan, Laid};
use super::profiles::{Family, GuestProfile, Setting};
use super::spec::{
    Cluster, ClusterSettings, FaultSpec, GuestLayer, HostRef, Product, Protection, ProtectionSettings,
    SettingValue, Spec, Strategy,
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
    /// What runs inside the guests, where a profile says it.
    pub profile: Option<&'static GuestProfile>,
    /// What a failover group goes by, where it is one.
    pub failover: Option<FailoverPlan>,
    /// From there to the rest having taken over the share (s). Default 3 s.
    pub convergence: Law,
    /// From a member's return until clients are sent to it again (s). Default: as the convergence.
    pub join: Law,
    /// Whether the guest layer sees a failed application. Always true for failover; default false
    /// for a balancer (NLB-14).
    pub application_aware: bool,
    /// How a balancer binds clients to members. Default single (NLB-11).
    pub affinity: Affinity,
    /// How long planned work waits for the clients of a member. Default: until all have finished (NLB-15).
    pub drain: Span,
    /// What a licence of one VM costs a year: the service's own, or the strategy's where it has a layer inside the guests.
    pub licence: Option<Money>,
}

/// A cluster under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterPlan {
    /// The product.
    pub product: Product,
    /// How many hosts it has.
    pub hosts: u32,
    /// `custom` only: from the crash to the first restart order (s); zero otherwise.
    pub detection: Law,
    /// Default 1.
    pub memory_overcommit: f64,
    /// Default 8.
    pub cpu_overcommit: f64,
    /// Whether what exceeds the limits of the product is an error, or only a warning. Default true.
    pub limits_enforced: bool,
    /// Settings of the product, by key; its profile has the defaults.
    pub values: BTreeMap<&'static str, SettingValue>,
    /// Where a disk witness lies, or the pool's statefile: index of the storage.
    pub witness_storage: Option<usize>,
    /// Where a share or cloud witness stands: index of the site.
    pub witness_site: Option<usize>,
    /// Index of the site that goes on where two sides are equal.
    pub preferred_site: Option<usize>,
    /// The witness fails by itself.
    pub witness_outage: Option<FaultSpec>,
    /// Whether nothing is restarted while the manager is down. Default no.
    pub needs_manager: bool,
    /// The chance that an order to start a VM comes to nothing. Default 0.
    pub start_failure: f64,
    /// The processor that all hosts show their guests; absent: each its own.
    pub cpu_baseline: Option<String>,
    /// What share of its room should stay free; absent: nobody looks.
    pub headroom: Option<Ppm>,
    /// What a licence of one host costs a year.
    pub licence: Option<Money>,
}

impl ClusterPlan {
    /// A duration of the product. One that the product does not have is a bug of the caller.
    #[must_use]
    pub fn law(&self, key: &str) -> Law {
        match self.values.get(key) {
            Some(SettingValue::Law(law)) => law.clone(),
            _ => panic!("{} has no duration {key}", self.product.word()),
        }
    }

    /// A duration of the product that is the same every time.
    #[must_use]
    pub fn span(&self, key: &str) -> Span {
        self.law(key).sample(0.5)
    }

    /// A whole number of the product; no limit is the largest there is.
    #[must_use]
    pub fn count(&self, key: &str) -> u32 {
        match self.values.get(key) {
            Some(SettingValue::Count(0)) => u32::MAX,
            Some(SettingValue::Count(count)) => *count,
            _ => panic!("{} has no count {key}", self.product.word()),
        }
    }

    /// What a setting of the product is where nobody sets it; as the setting that it follows says.
    #[must_use]
    pub fn default(&self, setting: &Setting) -> SettingValue {
        match &setting.follows {
            Some(follows) => (follows.preset)(self.span(follows.key).as_secs_f64()).value(self.hosts),
            None => setting.default.value(self.hosts),
        }
    }

    /// A word of the product.
    #[must_use]
    pub fn word(&self, key: &str) -> &'static str {
        match self.values.get(key) {
            Some(SettingValue::Word(word)) => word,
            _ => panic!("{} has no choice {key}", self.product.word()),
        }
    }
}

impl ClusterPlan {
    /// VMW-32: vSphere takes a shorter delay for this one.
    pub(super) const ISOLATION_DELAY_LEAST_S: f64 = 30.0;

    fn raise_isolation_delay(&mut self) {
        if self.product.profile().family != Family::Primary {
            return;
        }
        let least = SettingValue::Law(Law::Constant { value_s: Self::ISOLATION_DELAY_LEAST_S });
        if self.span("isolation_response_delay").as_secs_f64() < Self::ISOLATION_DELAY_LEAST_S {
            self.values.insert("isolation_response_delay", least);
        }
    }
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
        let laid = Laid::new(own, base);
        let profile_law = |key: &str| match laid.preset(key)?.value(0) {
            SettingValue::Law(law) => Some(law),
            _ => None,
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
        let law = |own: &Option<Law>, base: &Option<Law>, key: &str, default: &Fixed| {
            let written = own.clone().or_else(|| base.clone()).or_else(|| profile_law(key));
            written.unwrap_or(Law::Constant { value_s: default.value })
        };
        let convergence = law(&own.convergence, &base.convergence, "convergence", &d::CONVERGENCE);
        let failover = protection.guest == Some(GuestLayer::Failover);
        ServiceProtection {
            protection,
            vms,
            profile: laid.profile,
            detection: law(&own.detection, &base.detection, "detection", detection),
            failover: failover.then(|| laid.failover(vms)),
            join: laid.law("join").unwrap_or_else(|| convergence.clone()),
            convergence,
            application_aware: own
                .application_aware
                .or(base.application_aware)
                .unwrap_or(failover || laid.word("application_aware") == Some("true")),
            affinity: own.affinity.or(base.affinity).unwrap_or(Affinity::Single),
            drain: own.drain.or(base.drain).unwrap_or(Span::FOREVER),
            licence: own.licence.or(base.licence.filter(|_| protection.guest.is_some())),
        }
    }

    /// What the strategy overrides of one cluster, by its index.
    #[must_use]
    pub fn cluster_settings(&self, cluster: usize) -> Option<&ClusterSettings> {
        self.clusters.iter().find(|(index, _)| *index == cluster).map(|(_, own)| own)
    }
}

impl Cluster {
    /// The cluster, of so many hosts, with a strategy's settings laid over its own, defaults applied.
    #[must_use]
    pub fn plan(&self, over: Option<&ClusterSettings>, hosts: u32) -> ClusterPlan {
        let none = ClusterSettings::default();
        let own = over.unwrap_or(&none);
        let base = &self.settings;
        let product = own.product.or(base.product).unwrap_or(Product::CUSTOM);
        let profile = product.profile();
        let written = |key: &str| own.values.get(key).or_else(|| base.values.get(key)).cloned();
        let value = |setting: &Setting| written(setting.key).unwrap_or_else(|| setting.default.value(hosts));
        let mut plan = ClusterPlan {
            product,
            hosts,
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
            limits_enforced: own.limits_enforced.or(base.limits_enforced).unwrap_or(true),
            values: profile.settings().map(|setting| (setting.key, value(setting))).collect(),
            witness_storage: own.witness_storage.or(base.witness_storage),
            witness_site: own.witness_site.or(base.witness_site),
            preferred_site: own.preferred_site.or(base.preferred_site),
            witness_outage: own.witness_outage.clone().or_else(|| base.witness_outage.clone()),
            needs_manager: own.needs_manager.or(base.needs_manager).unwrap_or(false),
            start_failure: own.start_failure.or(base.start_failure).unwrap_or(0.0),
            cpu_baseline: own.cpu_baseline.clone().or_else(|| base.cpu_baseline.clone()),
            headroom: own.headroom.or(base.headroom),
            licence: own.licence.or(base.licence),
        };
        for setting in profile.settings().filter(|s| s.follows.is_some() && written(s.key).is_none()) {
            let value = plan.default(setting);
            plan.values.insert(setting.key, value);
        }
        plan.raise_isolation_delay();
        plan
    }
}

impl Spec {
    /// A cluster under a strategy, both by index. Out of range is a bug of the caller.
    #[must_use]
    pub fn cluster(&self, strategy: usize, cluster: usize) -> ClusterPlan {
        self.plan(&self.strategies[strategy], cluster)
    }

    /// A cluster, by index, under a strategy.
    #[must_use]
    pub fn plan(&self, strategy: &Strategy, cluster: usize) -> ClusterPlan {
        let row = &self.clusters[cluster];
        row.plan(strategy.cluster_settings(cluster), self.each_host(&row.hosts).count() as u32)
    }

    /// Whether anything has a price, be it 0: then every strategy has a cost.
    #[must_use]
    pub fn has_prices(&self) -> bool {
        let of_strategy = |s: &Strategy| {
            s.base.licence.is_some()
                || s.services.iter().any(|(_, own)| own.licence.is_some())
                || s.clusters.iter().any(|(_, own)| own.licence.is_some())
        };
        self.hosts.iter().any(|group| group.price.is_some())
            || self.clusters.iter().any(|cluster| cluster.settings.licence.is_some())
            || self.services.iter().any(|service| service.losses.is_some())
            || self.strategies.iter().any(of_strategy)
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
