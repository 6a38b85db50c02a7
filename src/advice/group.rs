//! What would run inside the guests of a service: as a strategy of the scenario has it, where one does; else a product, and
//! why that one.

use super::ground::{Clustered, Ground};
use super::{Obstacle, Reason};
use crate::model::{GuestLayer, Role};
use crate::scenario::profiles::GuestProfile;
use crate::scenario::{
    Breach, Protection, ProtectionSettings, Service, ServiceProtection, Spec, Strategy, WrittenStrategies,
    breaches,
};

/// The most members that a group has (NLB-01).
pub(super) const MEMBERS_MAX: u32 = 32;
/// Nodes where nothing says how many (GFC-01).
const NODES: u32 = 2;

/// A group of guests.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) layer: GuestLayer,
    /// VMs of an instance, and how many it should have.
    pub(super) vms: u32,
    pub(super) wanted: u32,
    /// Those that the most that clients want asks for, be they more than a group can have.
    pub(super) needed: u32,
    pub(super) profile: Option<&'static GuestProfile>,
    /// Settings beside the profile, each with its value as TOML.
    pub(super) settings: Vec<(String, String)>,
    /// The strategy of the scenario that has it so.
    pub(super) donor: Option<String>,
    /// Its nodes vote, and a witness with them.
    pub(super) votes: bool,
    /// It sees that an application has failed.
    pub(super) aware: bool,
    /// The donor has nodes that vote without a witness, or with one that is nowhere, which is left out.
    pub(super) witness_mended: bool,
    /// What its VMs lack, and could be given.
    pub(super) lacks: Vec<Breach>,
}

/// A strategy of the scenario that gives a service the layer, and what the service lacks for it.
struct Donor {
    name: String,
    plan: ServiceProtection,
    breaches: Vec<Breach>,
}

impl Group {
    /// The group that suits a service, by index.
    pub(super) fn of(
        spec: &Spec,
        written: &WrittenStrategies,
        index: usize,
        ground: &Ground,
    ) -> Result<Group, Obstacle> {
        let service = &spec.services[index];
        let layer = match service.role {
            Role::Stateless => GuestLayer::Balanced,
            Role::Stateful => GuestLayer::Failover,
        };
        let donor = donor(spec, index, layer);
        if layer == GuestLayer::Failover && donor.is_none() && service.workload.is_none() {
            return Err(unknown());
        }
        ground.two_hosts()?;
        let group = match donor {
            Some(donor) => Group::as_in(written, service, layer, donor),
            None => Group::fresh(spec, index, layer),
        };
        let hard = group.lacks.iter().find(|breach| is_hard(breach));
        if let Some(breach) = hard {
            return Err(Obstacle {
                why: Reason::new(breach.what.clone(), &[]),
                change: Reason::new(breach.remedy.clone(), &[]),
            });
        }
        Ok(group.sized(spec, service, ground))
    }

    fn as_in(written: &WrittenStrategies, service: &Service, layer: GuestLayer, donor: Donor) -> Group {
        let is_witness = |breach: &Breach| breach.key.starts_with("witness");
        let witness_mended = donor.breaches.iter().any(is_witness);
        let profile = donor.plan.profile;
        let mut settings = written.settings(&donor.name, &service.name);
        settings.retain(|(key, _)| {
            belongs(key, layer, profile) && !(witness_mended && key.starts_with("witness"))
        });
        Group {
            layer,
            vms: donor.plan.vms,
            wanted: donor.plan.vms,
            needed: 1,
            profile,
            settings,
            votes: donor.plan.failover.as_ref().is_some_and(|failover| failover.votes.is_some()),
            aware: donor.plan.application_aware,
            witness_mended,
            lacks: donor.breaches.into_iter().filter(|breach| !is_witness(breach)).collect(),
            donor: Some(donor.name),
        }
    }

    fn fresh(spec: &Spec, index: usize, layer: GuestLayer) -> Group {
        let service = &spec.services[index];
        let word = match layer {
            GuestLayer::Failover if is_of_2008(spec) => "wsfc-2008",
            GuestLayer::Failover => "wsfc-2016",
            GuestLayer::Balanced if applications_fail(service) => "haproxy",
            GuestLayer::Balanced => "ms-nlb",
        };
        let profile = GuestProfile::find(word);
        let plan = planned(layer, profile);
        Group {
            layer,
            vms: NODES,
            wanted: NODES,
            needed: 1,
            profile,
            settings: Vec::new(),
            donor: None,
            votes: plan.failover.as_ref().is_some_and(|failover| failover.votes.is_some()),
            aware: plan.application_aware,
            witness_mended: false,
            lacks: breaches(spec, service, &plan),
        }
    }

    /// Whether a cluster of so many hosts could restart a lost node only beside another one.
    pub(super) fn is_beside_itself_on(&self, hosts: &Clustered) -> bool {
        self.layer == GuestLayer::Failover && hosts.is_full_with(self.vms)
    }

    /// Enough for the most that clients want with one lost, and no more than there are hosts.
    fn sized(mut self, spec: &Spec, service: &Service, ground: &Ground) -> Group {
        if self.layer == GuestLayer::Balanced {
            let most = service.load.map_or(1.0, |load| spec.loads[load].most());
            let needed = libm::ceil(most * service.demand / service.capacity - 1e-9);
            self.needed = (needed as u32).max(1);
            self.wanted = self.needed.saturating_add(1).clamp(2, MEMBERS_MAX);
        }
        self.vms = self.wanted.min(ground.hosts);
        self
    }
}

/// What cannot be added to a guest, but makes it another one.
fn is_hard(breach: &Breach) -> bool {
    matches!(breach.key, "vm.os_edition" | "vm.storage")
}

/// The strategy that gives a service the layer with the least that is wrong with it; of equal ones that which sees more,
/// then the first.
fn donor(spec: &Spec, index: usize, layer: GuestLayer) -> Option<Donor> {
    let service = &spec.services[index];
    let mut best: Option<((bool, bool, bool, bool), Donor)> = None;
    for strategy in &spec.strategies {
        let plan = strategy.for_service(index);
        if plan.protection.guest != Some(layer) {
            continue;
        }
        let breaches = breaches(spec, service, &plan);
        let worth = (
            !breaches.iter().any(is_hard),
            breaches.is_empty(),
            plan.application_aware || !applications_fail(service),
            plan.profile.is_some(),
        );
        if best.as_ref().is_none_or(|(least, _)| worth > *least) {
            best = Some((worth, Donor { name: strategy.name.clone(), plan, breaches }));
        }
    }
    best.map(|(_, donor)| donor)
}

/// Keys of a strategy that say what runs inside the guests of a failover group, or of a balanced one. What a proposal says by
/// itself is in [`OWN`].
const OF_FAILOVER: [&str; 9] = [
    "detection",
    "takeover",
    "coverage",
    "manual_recovery",
    "failback",
    "witness_storage",
    "witness_site",
    "witness_outage",
    "licence",
];
const OF_BALANCED: [&str; 6] =
    ["detection", "convergence", "application_aware", "affinity", "drain", "licence"];
#[cfg(test)]
pub(super) const OWN: [&str; 4] = ["protect", "nodes", "members", "profile"];

/// Whether a key of a strategy is of a layer, or a setting of its profile.
pub(super) fn belongs(key: &str, layer: GuestLayer, profile: Option<&'static GuestProfile>) -> bool {
    let of_layer: &[&str] = match layer {
        GuestLayer::Failover => &OF_FAILOVER,
        GuestLayer::Balanced => &OF_BALANCED,
    };
    of_layer.contains(&key) || profile.is_some_and(|profile| profile.settings().any(|s| s.key == key))
}

/// What a profile alone comes to.
fn planned(layer: GuestLayer, profile: Option<&'static GuestProfile>) -> ServiceProtection {
    let protect = Some(Protection { host_cluster: false, guest: Some(layer) });
    let strategy = Strategy {
        name: String::new(),
        mark: crate::scenario::Mark::default(),
        base: ProtectionSettings { protect, profile, ..ProtectionSettings::default() },
        services: Vec::new(),
        clusters: Vec::new(),
    };
    strategy.for_service(0)
}

fn applications_fail(service: &Service) -> bool {
    service.app_crash.is_some() || service.app_hang.is_some()
}

/// Whether the hosts are clustered by a product of the years in which guests had failover clustering of 2008 to 2012 R2.
pub(super) fn is_of_2008(spec: &Spec) -> bool {
    const YEARS: [&str; 4] = ["vmware-ha-4", "hyper-v-2008", "hyper-v-2008-r2", "hyper-v-2012-r2"];
    spec.clusters.iter().any(|c| c.settings.product.is_some_and(|product| YEARS.contains(&product.word())))
}

fn unknown() -> Obstacle {
    Obstacle {
        why: Reason::new(
            "nothing in the scenario says that this application can be clustered",
            &["GFC-06", "SED-16"],
        ),
        change: Reason::new(
            "if it can be clustered inside its guests, say what it is by `workload`, or write a strategy that \
             clusters it: a group sees the application and moves it within a minute",
            &["GFC-07", "MTX-13"],
        ),
    }
}
