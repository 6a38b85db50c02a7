//! Which strategy suits which service: the handbook's table as rules. Each says why it holds, with its fact, what else
//! was considered, and what would have to change for something better.
//!
//! The proposal is a strategy of the scenario, written as a user would write it and read by the same reader: what does
//! not fit the datacenter is found by the same checks, and gives way. Nothing is simulated here.
//!
//! | file | says |
//! | --- | --- |
//! | `ground` | what hosts, clusters and storage offer a service |
//! | `group` | what would run inside its guests, and how many of them |
//! | `fit` | what gives way where not everything fits |
//! | `proposal` | the strategy as TOML |
//! | `reasons` | why, what else was considered, what would have to change |
//! | `contrast` | how other strategies differ from it |

mod contrast;
mod fit;
mod ground;
mod group;
mod proposal;
mod reasons;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::model::{GuestLayer, Role};
use crate::scenario::profiles::Family;
use crate::scenario::{Input, Issue, Protection, Service, SettingValue, Spec, WrittenStrategies};

use ground::{Clustered, Ground};
use group::Group;

/// A strategy for a scenario, and why.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The name of the strategy, which no other of the scenario has.
    pub strategy: String,
    /// It, ready to paste at the end of the scenario.
    pub toml: String,
    /// The scenario with it pasted.
    pub scenario: Vec<u8>,
    /// In the order of the scenario.
    pub services: Vec<ServiceAdvice>,
    /// What it sets of clusters, and why: the cluster's name, the setting, the reason.
    pub clusters: Vec<(String, String, Reason)>,
    /// Whether there is room to restart what has no second VM when a host is lost; absent where no cluster restarts anything.
    pub spare: Option<Reason>,
}

/// What suits one service.
#[derive(Clone, Debug)]
pub struct ServiceAdvice {
    /// Its name.
    pub service: String,
    /// How many of it there are.
    pub instances: u32,
    /// Whether it keeps state.
    pub role: Role,
    /// What it is, where the scenario says so.
    pub workload: Option<&'static str>,
    /// The layers.
    pub protection: Protection,
    /// VMs of one instance.
    pub vms: u32,
    /// What runs inside the guests.
    pub profile: Option<&'static str>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What else was considered, and why not.
    pub rejected: Vec<(&'static str, Reason)>,
    /// What would have to change for something better.
    pub changes: Vec<Reason>,
    /// What each strategy of the scenario does otherwise for this service, by name; empty where it does the same.
    pub contrasts: Vec<(String, Vec<String>)>,
}

/// A sentence, and the facts that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Without a full stop.
    pub what: String,
    /// Their ids; none where it follows from the scenario alone.
    pub facts: Vec<&'static str>,
}

impl Reason {
    fn new(what: impl Into<String>, facts: &[&'static str]) -> Reason {
        Reason { what: what.into(), facts: facts.to_vec() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.facts.is_empty() { Ok(()) } else { write!(f, " ({})", self.facts.join(", ")) }
    }
}

/// The layers in words: "host cluster and guest failover".
#[must_use]
pub const fn layers(protection: Protection) -> &'static str {
    match (protection.host_cluster, protection.guest) {
        (false, None) => "nothing",
        (true, None) => "host cluster",
        (false, Some(GuestLayer::Failover)) => "guest failover",
        (false, Some(GuestLayer::Balanced)) => "NLB",
        (true, Some(GuestLayer::Failover)) => "host cluster and guest failover",
        (true, Some(GuestLayer::Balanced)) => "host cluster and NLB",
    }
}

/// Why a layer is not to be had, and what would have to change.
#[derive(Clone, Debug)]
struct Obstacle {
    why: Reason,
    change: Reason,
}

/// What is going to be proposed for a service: of each layer what it would be, or why it cannot be.
#[derive(Clone, Debug)]
struct Draft {
    host_cluster: Result<(), Obstacle>,
    guest: Result<Group, Obstacle>,
    /// Hosts of the cluster that would restart its VMs.
    clustered: Clustered,
    /// Why they would not, where there is no host more than nodes.
    beside: Obstacle,
}

impl Draft {
    fn of(spec: &Spec, written: &WrittenStrategies, index: usize, ground: &Ground) -> Draft {
        Draft {
            host_cluster: ground.host_cluster(spec),
            guest: Group::of(spec, written, index, ground),
            clustered: ground
                .cluster
                .as_ref()
                .map_or_else(Clustered::default, |(_, clustered)| clustered.clone()),
            beside: beside(spec, ground),
        }
    }

    fn protection(&self) -> Protection {
        let guest = self.guest.as_ref().ok().map(|group| group.layer);
        Protection { host_cluster: self.no_host_cluster().is_none(), guest }
    }

    /// Why no host cluster restarts its VMs, if none does.
    fn no_host_cluster(&self) -> Option<Obstacle> {
        match (&self.host_cluster, &self.guest) {
            (Err(obstacle), _) => Some(obstacle.clone()),
            (Ok(()), Ok(group)) if group.is_beside_itself_on(&self.clustered) => Some(self.beside.clone()),
            (Ok(()), _) => None,
        }
    }

    fn vms(&self) -> u32 {
        self.guest.as_ref().map_or(1, |group| group.vms)
    }
}

/// Where there is no host more than nodes: what the cluster does with a lost one.
fn beside(spec: &Spec, ground: &Ground) -> Obstacle {
    let plan = ground.cluster.as_ref().map(|(index, _)| {
        let cluster = &spec.clusters[*index];
        let hosts = u32::try_from(spec.each_host(&cluster.hosts).count()).unwrap_or(u32::MAX);
        cluster.plan(None, hosts)
    });
    let anti_affinity = plan.as_ref().and_then(|plan| plan.values.get("anti_affinity"));
    let why = if anti_affinity == Some(&SettingValue::Word("must")) {
        "no host is left for a lost node: kept apart from the others, it waits for a host of its own, as it would without a \
         host cluster"
    } else {
        "no host is left for a lost node: restarted beside another it would stay there, and the next crash take both"
    };
    let is_vsphere = plan.as_ref().is_some_and(|plan| plan.product.profile().family == Family::Primary);
    let facts: &[&str] = if is_vsphere { &["GFC-05", "VMW-55"] } else { &["GFC-05"] };
    Obstacle {
        why: Reason::new(why, facts),
        change: Reason::new(
            "with one host more than nodes a host cluster below them could restart a lost one elsewhere",
            &["GFC-32", "GFC-33"],
        ),
    }
}

/// Proposes a strategy for a scenario that has no errors.
///
/// ```
/// use ninefold::scenario::{self, Input};
/// let text = r#"
/// schema = 1
/// title = "Two hosts and a database"
/// [host.h]
/// count = 2
/// cores = 16
/// memory = "64 GiB"
/// [service.db]
/// workload = "sql-availability-group"
/// vm = { cores = 2, memory = "8 GiB" }
/// [strategy.alone]
/// protect = []
/// "#;
/// let input = Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
/// let spec = scenario::read(&input).0.unwrap();
/// let advice = ninefold::advice::advise(&input, &spec).unwrap();
/// assert_eq!(advice.strategy, "advised");
/// assert!(advice.toml.contains("protect = [\"guest-failover\"]"), "{}", advice.toml);
/// assert!(advice.services[0].reasons[0].to_string().ends_with("(GFC-06, GFC-21, SED-16)"));
/// ```
///
/// # Errors
/// Where no proposal fits, or none can be added to the text, what the reader says of it.
pub fn advise(input: &Input<'_>, spec: &Spec) -> Result<Advice, Vec<Issue>> {
    let written = WrittenStrategies::of(input);
    if written.is_closed() {
        return Err(vec![closed(spec)]);
    }
    let strategy = free_name(spec);
    let grounds: Vec<Ground> = spec.services.iter().map(|service| Ground::of(spec, service)).collect();
    let mut drafts: Vec<Draft> =
        grounds.iter().enumerate().map(|(index, ground)| Draft::of(spec, &written, index, ground)).collect();
    let fitted = fit::fit(&fit::Around { input, spec, strategy: &strategy, grounds: &grounds }, &mut drafts)?;
    let contrasts = contrast::Contrasts::new(&fitted.spec, &strategy);
    let services = spec
        .services
        .iter()
        .zip(&drafts)
        .zip(&grounds)
        .enumerate()
        .map(|(index, ((service, draft), ground))| ServiceAdvice {
            contrasts: contrasts.of(index),
            ..service_advice(spec, service, draft, ground)
        })
        .collect();
    let fit::Fitted { toml, text: scenario, clusters, spare, .. } = fitted;
    Ok(Advice { strategy, toml, scenario, services, clusters, spare: spare.map(|spare| spare.reason()) })
}

fn service_advice(spec: &Spec, service: &Service, draft: &Draft, ground: &Ground) -> ServiceAdvice {
    let about = reasons::About { spec, service, draft, ground };
    ServiceAdvice {
        service: service.name.clone(),
        instances: service.instances,
        role: service.role,
        workload: service.workload.map(|workload| workload.word),
        protection: draft.protection(),
        vms: draft.vms(),
        profile: draft.guest.as_ref().ok().and_then(|group| group.profile).map(|profile| profile.word),
        reasons: about.reasons(),
        rejected: about.rejected(),
        changes: about.changes(),
        contrasts: Vec::new(),
    }
}

/// `advised`, or with the first number that is free.
fn free_name(spec: &Spec) -> String {
    let is_free = |name: &String| spec.strategies.iter().all(|strategy| strategy.name != *name);
    let numbered = (2..).map(|number: u64| format!("advised-{number}"));
    std::iter::once("advised".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

fn closed(spec: &Spec) -> Issue {
    let mark = spec.strategies.first().map_or_else(Default::default, |strategy| strategy.mark);
    let what = "all strategies stand in one pair of braces, behind which no other can be added";
    let remedy = "write each of them as a table of its own, [strategy.NAME]";
    spec.issue(crate::scenario::code::CONFLICT, mark, "strategy", what, remedy)
}
