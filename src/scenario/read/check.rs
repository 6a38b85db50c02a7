//! What must hold between tables: what an architect gets wrong although each value is right.

use std::collections::BTreeMap;

use crate::scenario::code;
use crate::scenario::describe::span_text;
use crate::scenario::fields::Reader;
use crate::scenario::fixed::limits;
use crate::scenario::issue::Mark;
use crate::scenario::names::{HostNames, Names};
use crate::scenario::profiles::Product;
use crate::scenario::spec::{
    Cluster, HostRef, Inject, InjectTarget, MirrorFailover, Spec, Storage, StorageKind, Strategy,
};
use crate::scenario::text::{join, list, quote};

use super::settings::{self, Use};

impl Reader {
    pub(super) fn check(&mut self, spec: &Spec, hosts: &HostNames<'_>, services: &Names) {
        self.sink.end_reading();
        let sizes_known = self.host_total(spec, hosts);
        self.clashes(
            hosts.names,
            |group| spec.hosts.get(group).map_or(0, |h| h.count),
            |i| spec.hosts[i].mark,
            "count",
        );
        self.clashes(
            services,
            |s| spec.services.get(s).map_or(0, |s| s.instances),
            |i| spec.services[i].mark,
            "instances",
        );
        for (index, group) in spec.hosts.iter().enumerate() {
            self.racks_and_site(spec, index, &group.name, group.mark);
        }
        if let Some(site) = spec.sites.get(limits::SITES) {
            let what = format!("{} sites, more than {}", spec.sites.len(), limits::SITES);
            let path = join("site", &site.name);
            self.sink.push(code::LIMIT, site.mark, path, what, "leave some of them out");
        }
        self.two_clusters(spec);
        let uses = settings::all_uses(spec);
        for (index, (cluster, uses)) in spec.clusters.iter().zip(&uses).enumerate() {
            self.cluster_check(spec, cluster, index);
            self.idle_settings(spec, index, uses);
            // Of hosts whose number is a guess not even their parity is known.
            if sizes_known {
                self.product_check(spec, index, uses);
                self.two_without_majority(spec, index, uses);
                self.inherited_settings(spec, index, uses);
            }
        }
        self.unheard(spec, &uses);
        self.idle_responses(spec, &uses);
        self.circles(spec);
        self.mirrors_check(spec);
        // Of hosts whose number could not be read, or is too large, nothing follows.
        if sizes_known && spec.host_count() as u64 <= limits::HOSTS {
            self.admission_check(spec);
        }
        for work in spec.maintenances.iter().filter(|_| sizes_known) {
            self.maintenance_check(spec, work);
            self.links_check(spec, work, &uses);
        }
        self.protections(spec, sizes_known);
        self.loads_check(spec);
        self.idle_prices(spec);
        self.balance_check(spec, &uses);
        for inject in &spec.injects {
            self.inject_check(spec, inject, &uses);
        }
    }

    /// Whether every count could be read; and that there are not too many hosts.
    fn host_total(&mut self, spec: &Spec, hosts: &HostNames<'_>) -> bool {
        let count = |name: &str| join(&join("host", name), "count");
        let unread = hosts.names.iter().any(|name| self.doubts(&count(name)));
        let mut total: u64 = 0;
        for (index, group) in spec.hosts.iter().enumerate() {
            let before = total;
            total += u64::from(group.count);
            if !unread && before <= limits::HOSTS && total > limits::HOSTS {
                let what = format!("with this group there are {total} hosts, more than {}", limits::HOSTS);
                let path = join("host", hosts.names.name(index));
                self.sink.push(code::LIMIT, group.mark, path, what, "lower a count");
            }
        }
        !unread
    }

    /// `esx-3` as a group's own name and as the third host of `esx`. Nothing else can clash: a
    /// member's name ends in its number, and what stands before it is its group's name.
    fn clashes(
        &mut self,
        names: &Names,
        count: impl Fn(usize) -> u32,
        mark: impl Fn(usize) -> Mark,
        key: &str,
    ) {
        let table = if names.kind == "service" { "service" } else { "host" };
        for (index, name) in names.iter().enumerate() {
            let Some((other, number)) = names.member(name) else { continue };
            let known = !self.doubts(&join(&join(table, names.name(other)), key));
            if known && number > 0 && number <= u64::from(count(other)) {
                let what = format!(
                    "{} is also number {number} of {} {}",
                    quote(name),
                    names.kind,
                    quote(names.name(other))
                );
                self.sink.push(code::CLASH, mark(index), join(table, name), what, "rename one of the two");
            }
        }
    }

    fn racks_and_site(&mut self, spec: &Spec, group: usize, name: &str, mark: Mark) {
        let host = &spec.hosts[group];
        let Some(site) = host.site else { return };
        for &rack in &host.racks {
            let other = spec.racks.get(rack).and_then(|rack| rack.site);
            if let Some(other) = other.filter(|other| *other != site) {
                let what = format!(
                    "its site is {} but its rack {} stands at {}",
                    quote(&spec.sites[site].name),
                    quote(&spec.racks[rack].name),
                    quote(&spec.sites[other].name)
                );
                self.sink.push(
                    code::CONFLICT,
                    mark,
                    join("host", name),
                    what,
                    "leave site out, or move the rack",
                );
            }
        }
    }

    /// Services that come after each other in a circle would wait for each other.
    fn circles(&mut self, spec: &Spec) {
        let mut told = vec![false; spec.services.len()];
        // Who comes after nobody is in no circle; of many services that is nearly all of them.
        let waits = |service: &usize| !spec.services[*service].after.is_empty();
        for start in (0..spec.services.len()).filter(waits) {
            // Breadth first with the way back, so that the shortest circle through a service is told.
            let mut from: Vec<Option<usize>> = vec![None; spec.services.len()];
            let mut queue = vec![start];
            let mut next = 0;
            while let Some(&service) = queue.get(next).filter(|_| !told[start]) {
                next += 1;
                for &before in &spec.services[service].after {
                    if before == start {
                        let mut circle = vec![start, service];
                        while let Some(&last) = circle.last().filter(|last| **last != start) {
                            circle.push(from[last].unwrap_or(start));
                        }
                        circle.reverse();
                        circle.iter().for_each(|&s| told[s] = true);
                        let names = circle.iter().map(|&s| quote(&spec.services[s].name));
                        let what =
                            format!("{} wait for each other", names.collect::<Vec<_>>().join(" after "));
                        let path = join(&join("service", &spec.services[start].name), "after");
                        let remedy = "take one of them out of `after`";
                        self.sink.push(code::CONFLICT, spec.services[start].mark, path, what, remedy);
                        break;
                    }
                    if from[before].is_none() {
                        from[before] = Some(service);
                        queue.push(before);
                    }
                }
            }
        }
    }

    fn two_clusters(&mut self, spec: &Spec) {
        // Per group: who has all of it, and who has which single hosts. Never one entry a host.
        let mut whole: BTreeMap<usize, usize> = BTreeMap::new();
        let mut any: BTreeMap<usize, usize> = BTreeMap::new();
        let mut single: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for (index, cluster) in spec.clusters.iter().enumerate() {
            for host in &cluster.hosts {
                let other = match host.member {
                    None => whole.get(&host.group).or_else(|| any.get(&host.group)),
                    Some(member) => whole.get(&host.group).or_else(|| single.get(&(host.group, member))),
                };
                if let Some(&other) = other.filter(|other| **other != index) {
                    let what = format!(
                        "{} is already in cluster {}",
                        host_text(spec, host),
                        quote(&spec.clusters[other].name)
                    );
                    let path = join(&join("cluster", &cluster.name), "hosts");
                    self.sink.push(code::TWO_CLUSTERS, host.mark, path, what, "a host has one cluster");
                }
            }
            for host in &cluster.hosts {
                any.entry(host.group).or_insert(index);
                match host.member {
                    None => whole.entry(host.group).or_insert(index),
                    Some(member) => single.entry((host.group, member)).or_insert(index),
                };
            }
        }
    }

    fn cluster_check(&mut self, spec: &Spec, cluster: &Cluster, index: usize) {
        let path = join("cluster", &cluster.name);
        let own = cluster.settings.product;
        let detects = cluster.settings.detection.is_some() || self.doubts(&join(&path, "detection"));
        if own == Some(Product::CUSTOM) && !detects {
            let what = "product \"custom\" needs detection";
            let remedy = "add detection = \"30 s\", from the crash to the first restart order";
            self.sink.push(code::MISSING, cluster.mark, path.clone(), what, remedy);
        }
        let settings = &cluster.settings;
        for strategy in &spec.strategies {
            let Some(over) = strategy.cluster_settings(index) else { continue };
            let own_path = join(&join(&join("strategy", &strategy.name), "cluster"), &cluster.name);
            let detects = over.detection.is_some()
                || settings.detection.is_some()
                || self.doubts(&join(&path, "detection"))
                || self.doubts(&join(&own_path, "detection"));
            if over.product == Some(Product::CUSTOM) && !detects {
                let path = own_path;
                let what = "product \"custom\" needs detection";
                self.sink.push(code::MISSING, strategy.mark, path, what, "add detection = \"30 s\"");
            }
        }
        let hosts = spec.each_host(&cluster.hosts).take(2).count();
        if hosts == 1 && !self.doubts(&join(&path, "hosts")) && !self.doubts_count(spec, &cluster.hosts) {
            let what = "a cluster of one host restarts nothing anywhere else";
            self.sink.push(
                code::NO_EFFECT,
                cluster.mark,
                join(&path, "hosts"),
                what,
                "list at least two hosts",
            );
        }
    }

    fn maintenance_check(&mut self, spec: &Spec, work: &crate::scenario::Maintenance) {
        let path = join("maintenance", &work.name);
        let of_hosts = work.services.is_empty();
        let hosts = spec.each_host(&work.hosts).count() as u64;
        let unread = ["hosts", "services"].iter().any(|key| self.doubts(&join(&path, key)));
        if unread || (of_hosts && hosts == 0) {
            return;
        }
        let unknown = ["first", "every", "lasts", "at_once"].map(|key| self.doubts(&join(&path, key)));
        let [first, every, lasts, at_once_unknown] = unknown;
        if work.first >= spec.run.horizon && !first && !self.doubts("run.horizon") {
            let what = format!("the first round at {} is not before the end of the horizon", work.first);
            self.sink.push(code::MAINTENANCE, work.mark, join(&path, "first"), what, "move it forward");
        }
        let at_once = u64::from(work.at_once.max(1));
        let (units, alone) = if of_hosts { (hosts, hosts) } else { self.patched_guests(spec, work) };
        if at_once >= alone && alone > 1 && !at_once_unknown {
            let (what, remedy) = if of_hosts {
                (format!("all {alone} hosts are worked on at once"), "lower it, or no host is left")
            } else {
                (format!("all {alone} guests are patched at once"), "lower it, or no guest is left")
            };
            self.sink.push(code::MAINTENANCE, work.mark, join(&path, "at_once"), what, remedy);
        }
        let round = work.lasts.mean_s() * units.div_ceil(at_once) as f64;
        let known = !every && !lasts && !at_once_unknown;
        if let Some(every) = work.every.filter(|every| known && round > every.as_secs_f64()) {
            let what = format!("a round takes {}, the next begins after {every}", span_text(round));
            self.sink.push(
                code::MAINTENANCE,
                work.mark,
                join(&path, "every"),
                what,
                "raise every or at_once",
            );
        }
    }

    /// The most guests that a plan patches under any strategy, and how many where none of them has a layer inside: those
    /// that watch each other are never all taken away.
    fn patched_guests(&self, spec: &Spec, work: &crate::scenario::Maintenance) -> (u64, u64) {
        let unread = |&service: &usize| {
            self.doubts(&join(&join("service", &spec.services[service].name), "instances"))
                || spec.strategies.iter().any(|strategy| self.doubts_protection(spec, strategy, service))
        };
        if work.services.iter().any(unread) {
            return (0, 0);
        }
        let (mut most, mut alone) = (0, 0);
        for strategy in &spec.strategies {
            let vms = work.services.iter().map(|&service| u64::from(strategy.for_service(service).vms));
            let instances = work.services.iter().map(|&service| u64::from(spec.services[service].instances));
            let guests: u64 = vms.clone().zip(instances).map(|(vms, instances)| vms * instances).sum();
            most = guests.max(most);
            if vms.max() == Some(1) {
                alone = guests;
            }
        }
        (most, alone)
    }

    fn inject_check(&mut self, spec: &Spec, inject: &Inject, uses: &[Vec<Use>]) {
        let path = format!("inject.{}.fault", inject.number);
        if let InjectTarget::Witness(cluster) = inject.target {
            let path = path.clone();
            self.idle_witness_fault(spec, inject.mark, path, cluster, &uses[cluster]);
        }
        if let InjectTarget::GroupWitness(service) = inject.target {
            self.idle_group_witness_fault(spec, path.clone(), inject, service);
        }
        let InjectTarget::Vm { service, member, .. } = inject.target else { return };
        let mut without: Vec<&str> = Vec::new();
        for strategy in &spec.strategies {
            if self.doubts_protection(spec, strategy, service) {
                return;
            }
            let vms = strategy.for_service(service).vms;
            // An instance with one VM has no numbered one, and the other way round.
            let there = match member {
                None => vms == 1,
                Some(member) => vms > 1 && member <= vms,
            };
            if !there {
                without.push(&strategy.name);
            }
        }
        let remedy = "an instance of several VMs has mail-1.1, mail-1.2 …, one of a single VM has mail-1";
        if !without.is_empty() && without.len() == spec.strategies.len() {
            self.sink.push(code::REFERENCE, inject.mark, path, "no strategy has such a VM", remedy);
        } else if !without.is_empty() {
            let what = format!("no such VM exists under {}", list(without));
            self.sink.push(code::INJECT_IDLE, inject.mark, path, what, remedy);
        }
    }

    /// A witness that no group of a service has cannot fail.
    fn idle_group_witness_fault(&mut self, spec: &Spec, path: String, inject: &Inject, service: usize) {
        let has_one = |strategy: &Strategy| {
            let votes = strategy.for_service(service).failover.and_then(|failover| failover.votes);
            votes.is_some_and(|votes| votes.witness.is_some())
        };
        let doubts = spec.strategies.iter().any(|strategy| self.doubts_protection(spec, strategy, service));
        if !doubts && !spec.strategies.iter().any(has_one) {
            let name = &spec.services[service].name;
            let what = format!("no strategy has a failover group of {} with a witness", quote(name));
            let remedy = "name a profile that counts votes under guest-failover, or leave the fault out";
            self.sink.push(code::INJECT_IDLE, inject.mark, path, what, remedy);
        }
    }

    /// Whether the number of any host group in a list is a guess.
    fn doubts_count(&self, spec: &Spec, hosts: &[HostRef]) -> bool {
        hosts.iter().any(|host| self.doubts(&join(&join("host", &spec.hosts[host.group].name), "count")))
    }

    /// Whether the layers of a service under a strategy, or its number of VMs, are a guess.
    pub(super) fn doubts_protection(&self, spec: &Spec, strategy: &Strategy, service: usize) -> bool {
        if self.doubts_nothing() {
            return false;
        }
        let base = join("strategy", &strategy.name);
        let own = join(&join(&base, "service"), &spec.services[service].name);
        [base, own]
            .iter()
            .any(|path| ["protect", "nodes", "members"].iter().any(|key| self.doubts(&join(path, key))))
    }

    /// A clustered VM on local disks.
    pub(super) fn local_storage(&mut self, spec: &Spec, service: usize, vms: u32) {
        let s = &spec.services[service];
        let is_local = |storage: &&Storage| {
            let mirrored = storage.mirror.as_ref().is_some_and(|m| m.failover == MirrorFailover::Cluster);
            let known = !self.doubts(&join(&join("storage", &storage.name), "kind"));
            storage.kind == StorageKind::Das && !mirrored && known
        };
        let mut disks = s.vm.storages().take(vms as usize).filter_map(|index| spec.storages.get(index));
        if let Some(storage) = disks.find(is_local) {
            let path = join("service", &s.name) + ".vm.storage";
            let what = format!("{} is local to one host (das)", quote(&storage.name));
            let remedy = "a host cluster can restart a VM elsewhere only from shared storage";
            self.sink.push(code::LOCAL_STORAGE, s.vm.mark, path, what, remedy);
        }
    }
}

/// A reference as it was written.
fn host_text(spec: &Spec, host: &HostRef) -> String {
    let name = spec.hosts.get(host.group).map_or("", |group| &group.name);
    match host.member {
        None => quote(name),
        Some(member) => quote(&format!("{name}-{member}")),
    }
}
