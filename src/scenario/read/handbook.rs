//! What layers inside the guests ask of VMs and nodes: the handbook's table as rules, each with its source. Only what a
//! scenario says is judged.

use crate::model::Affinity;
use crate::scenario::ServiceProtection;
use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::spec::{GuestLayer, Service, Spec, StorageKind, Strategy};
use crate::scenario::text::{join, list, quote};

/// Editions of Windows Server 2008 that have failover clustering (GFC-02), or network load balancing (NLB-02).
const FAILOVER_EDITIONS: &[&str] = &["enterprise", "datacenter"];
const BALANCING_EDITIONS: &[&str] = &["web", "standard", "enterprise", "datacenter"];

/// Something that a layer inside the guests asks for and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The key of the service, or of its strategy.
    pub key: &'static str,
    /// What is missing, with the facts that ask for it.
    pub what: String,
    /// What to write in its place.
    pub remedy: String,
}

impl Reader {
    /// Each rule once for a service, at the first strategy that breaks it.
    pub(super) fn handbook(&mut self, spec: &Spec) {
        for (index, service) in spec.services.iter().enumerate() {
            let mut seen: Vec<&str> = Vec::new();
            for strategy in &spec.strategies {
                if self.doubts_protection_of(strategy) {
                    continue;
                }
                for breach in breaches(spec, service, &strategy.for_service(index)) {
                    if seen.contains(&breach.key) {
                        continue;
                    }
                    seen.push(breach.key);
                    let path = join(&join("service", &service.name), breach.key);
                    let what = format!("under strategy {} {}", quote(&strategy.name), breach.what);
                    self.sink.push(code::HANDBOOK, service.mark, path, what, breach.remedy);
                }
            }
        }
    }

    fn doubts_protection_of(&self, strategy: &Strategy) -> bool {
        self.doubts(&join(&join("strategy", &strategy.name), "protect"))
            || self.doubts(&join(&join("strategy", &strategy.name), "profile"))
    }
}

/// What a service lacks for the layer that a plan gives it.
#[must_use]
pub fn breaches(spec: &Spec, service: &Service, plan: &ServiceProtection) -> Vec<Breach> {
    let mut found = Vec::new();
    let Some(layer) = plan.protection.guest else { return found };
    let windows_2008 = plan.profile.is_some_and(|p| matches!(p.word, "wsfc-2008" | "ms-nlb"));
    let (editions, cards, which, source) = match layer {
        GuestLayer::Failover => (FAILOVER_EDITIONS, 3, "public, private and iSCSI", ["GFC-02", "GFC-03"]),
        GuestLayer::Balanced => (BALANCING_EDITIONS, 2, "public and management", ["NLB-02", "NLB-03"]),
    };
    if let Some(edition) = service.vm.os_edition.as_ref().filter(|_| windows_2008)
        && !editions.contains(&edition.to_lowercase().as_str())
    {
        let what =
            format!("its guests are of edition {}, which has no such layer ({})", quote(edition), source[0]);
        let remedy = format!("use {}", list(editions.iter().copied()));
        found.push(Breach { key: "vm.os_edition", what, remedy });
    }
    let given = service.vm.nics.len();
    if windows_2008 && given > 0 && given < cards {
        let what = format!("its VMs have {given} of {cards} network cards: {which} ({})", source[1]);
        found.push(Breach { key: "vm.nics", what, remedy: "add the cards that are missing".to_owned() });
    }
    if layer == GuestLayer::Balanced && plan.affinity == Affinity::None && service.sessions > 0 {
        let what = "nothing binds its clients to a member, and one that joins takes sessions from the others, which are \
                    lost (NLB-11, NLB-16)"
            .to_owned();
        let remedy = "write affinity = \"single\", or leave sessions out where they are not kept in a member"
            .to_owned();
        found.push(Breach { key: "sessions", what, remedy });
    }
    let votes = plan.failover.as_ref().and_then(|failover| failover.votes.as_ref());
    if votes.is_some_and(|votes| votes.witness.is_none()) && plan.vms.is_multiple_of(2) {
        let what = format!(
            "{} nodes vote without a witness: half of them are no majority (GFC-35, HYP-11)",
            plan.vms
        );
        let remedy =
            "leave witness out, write \"disk\" or \"share\", or use an odd number of nodes".to_owned();
        found.push(Breach { key: "witness", what, remedy });
    }
    let disk = votes.and_then(|votes| votes.witness.as_ref()).filter(|witness| witness.is_disk);
    let reached = |index: usize| spec.hosts.iter().any(|host| host.storages.contains(&index));
    if let Some(storage) = disk.map(|witness| witness.storage).filter(|storage| !storage.is_some_and(reached))
    {
        let what = match storage {
            Some(index) => {
                format!("no host reaches {}, where its disk witness lies", quote(&spec.storages[index].name))
            }
            None => "its disk witness lies nowhere, and so never fails (GFC-35)".to_owned(),
        };
        let remedy = "write witness_storage, a storage that the nodes' hosts reach".to_owned();
        found.push(Breach { key: "witness_storage", what, remedy });
    }
    let mut disks = service.vm.storages().take(plan.vms as usize);
    let local = disks.any(|index| spec.storages[index].kind == StorageKind::Das);
    let shares = service.workload.is_some_and(|workload| workload.shared_disk);
    if layer == GuestLayer::Failover && local && shares {
        let what = "its nodes share a disk, and local disks are of one host alone (GFC-04)".to_owned();
        let remedy =
            "use storage that several hosts reach, or a workload with a copy on each node".to_owned();
        found.push(Breach { key: "vm.storage", what, remedy });
    }
    found
}
