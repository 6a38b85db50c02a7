//! Whether strategies ask for what the hosts can give.

use std::collections::BTreeMap;

use crate::scenario::code;
use crate::scenario::describe::span_text;
use crate::scenario::fields::Reader;
use crate::scenario::fixed::{defaults, limits};
use crate::scenario::spec::{
    GuestLayer, HostRef, ProtectionSettings, Role, Service, Spec, Strategy, WeeklyLoad,
};
use crate::scenario::text::{join, number, quote};

/// The most that hosts can give to a VM, those that reach one of some storages.
#[derive(Clone, Copy, Default)]
struct Room {
    hosts: u64,
    memory: f64,
    cores: f64,
}

impl Reader {
    pub(super) fn protections(&mut self, spec: &Spec, counts_known: bool) {
        let hosts_known = counts_known && !spec.hosts.is_empty() && !self.doubts_hosts(spec);
        let mut reported = BTreeMap::new();
        let mut oversized = false;
        for (index, strategy) in spec.strategies.iter().enumerate() {
            let mut rooms = Rooms::new(spec, index);
            let mut vms: u64 = 0;
            for (s, service) in spec.services.iter().enumerate() {
                let p = strategy.for_service(s);
                vms += u64::from(service.instances) * u64::from(p.vms);
                let own = join(&join("service", &service.name), "vm");
                if hosts_known && !self.doubts(&join(&own, "storage")) {
                    let vms = if self.doubts_protection(spec, strategy, s) { 1 } else { p.vms };
                    self.fits(spec, (strategy, &mut rooms), (service, vms), &mut reported);
                }
                self.advice(spec, strategy, s);
            }
            if vms > limits::VMS && !oversized {
                oversized = true;
                let what = format!("this strategy has {vms} VMs, more than {}", limits::VMS);
                let path = join("strategy", &strategy.name);
                self.sink.push(code::LIMIT, strategy.mark, path, what, "lower instances, nodes or members");
            }
            self.effects(spec, strategy);
            self.guest_settings(spec, strategy);
        }
        self.handbook(spec);
        for (s, service) in spec.services.iter().enumerate() {
            self.starting_hosts(spec, s, service);
        }
    }

    /// Whether what hosts can hold is a guess: a reference or an overcommitment that could not be read would
    /// show up again as storage that nobody reaches, or as hosts that are too small.
    pub(super) fn doubts_hosts(&self, spec: &Spec) -> bool {
        let of = |path: String, keys: &[&str]| keys.iter().any(|key| self.doubts(&join(&path, key)));
        let overcommit = ["memory_overcommit", "cpu_overcommit", "hosts"];
        spec.hosts.iter().any(|h| of(join("host", &h.name), &["storage", "memory", "cores"]))
            || spec.clusters.iter().any(|cluster| {
                of(join("cluster", &cluster.name), &overcommit)
                    || spec.strategies.iter().any(|strategy| {
                        let path = join(&join("strategy", &strategy.name), "cluster");
                        of(join(&path, &cluster.name), &overcommit)
                    })
            })
    }

    /// The sizes of VMs and groups against the hosts that reach their storage, each VM's own.
    fn fits(
        &mut self,
        spec: &Spec,
        (strategy, rooms): (&Strategy, &mut Rooms<'_>),
        (service, vms): (&Service, u32),
        reported: &mut BTreeMap<(String, &'static str), ()>,
    ) {
        let path = join("service", &service.name);
        let mut once = |code: &'static str, path: String| reported.insert((path, code), ()).is_none();
        let used: Vec<usize> = service.vm.storages().take(vms as usize).collect();
        let any = rooms.of(&used);
        // A VM has to fit wherever its turn puts its disks.
        let own: Vec<Room> = used.iter().map(|&storage| rooms.of(&[storage])).collect();
        let mut room = any;
        for one in &own {
            (room.memory, room.cores) = (room.memory.min(one.memory), room.cores.min(one.cores));
        }
        if let Some(turn) = own.iter().position(|one| one.hosts == 0) {
            let name = &spec.storages[used[turn]].name;
            if once(code::UNREACHABLE, path.clone()) {
                let what = format!("no host reaches its storage {}", quote(name));
                let remedy = format!("add storage = [\"{name}\"] to a host");
                self.sink.push(code::UNREACHABLE, service.vm.mark, path + ".vm.storage", what, remedy);
            }
            return;
        }
        let gib = |bytes: f64| (bytes / 1_073_741_824.0 * 100.0).round() / 100.0;
        let memory = service.vm.memory_bytes as f64;
        if memory > room.memory && once(code::VM_TOO_LARGE, format!("{path}.memory")) {
            let what = format!(
                "its VM has {} GiB of memory, the largest host has room for {} GiB",
                gib(memory),
                gib(room.memory)
            );
            let remedy = "give the VM less or a host more";
            let mark = service.vm.memory_mark;
            self.sink.push(code::VM_TOO_LARGE, mark, format!("{path}.vm.memory"), what, remedy);
        }
        let cores = f64::from(service.vm.cores);
        if cores > room.cores && once(code::VM_TOO_LARGE, format!("{path}.cores")) {
            let what = format!("its VM has {cores} cores, the largest host has room for {}", room.cores);
            let remedy = "give the VM fewer, or raise cores or cpu_overcommit";
            let mark = service.vm.cores_mark;
            self.sink.push(code::VM_TOO_LARGE, mark, format!("{path}.vm.cores"), what, remedy);
        }
        // As many of the instance's VMs as have their disks on one storage, and the hosts that reach it.
        let turns = u64::try_from(used.len()).unwrap_or(1).max(1);
        let on = |turn: usize| (u64::from(vms) + turns - 1 - turn as u64) / turns;
        let short = own.iter().enumerate().find(|(turn, one)| on(*turn) > one.hosts).filter(|_| turns > 1);
        if (u64::from(vms) > any.hosts || short.is_some())
            && once(code::TOO_FEW_HOSTS, format!("{}/{path}", strategy.name))
        {
            let (vms, hosts, whose) = match short.filter(|_| u64::from(vms) <= any.hosts) {
                None => (u64::from(vms), any.hosts, String::new()),
                Some((turn, one)) => (
                    on(turn),
                    one.hosts,
                    format!(" with disks on {}", quote(&spec.storages[used[turn]].name)),
                ),
            };
            let what = format!(
                "an instance of {} has {vms} VMs{whose} on different hosts, but only {hosts} can hold one",
                quote(&service.name),
            );
            let mark = strategy.base.mark;
            let remedy = "lower nodes or members, or add hosts";
            self.sink.push(code::TOO_FEW_HOSTS, mark, join("strategy", &strategy.name), what, remedy);
        }
    }

    /// What is legal and probably not meant.
    fn advice(&mut self, spec: &Spec, strategy: &Strategy, index: usize) {
        let p = strategy.for_service(index);
        let service = &spec.services[index];
        let path = join("strategy", &strategy.name);
        if self.doubts_protection(spec, strategy, index) {
            return;
        }
        let own = join("service", &service.name);
        let unread = |r: &Reader, keys: &[&str]| keys.iter().any(|key| r.doubts(&join(&own, key)));
        if p.protection.host_cluster {
            if strategy.name == first_clustered(spec, index) {
                self.local_storage(spec, index, p.vms);
            }
            if spec.clusters.is_empty() && index == 0 && !self.doubts_table("cluster") {
                let what = "host-cluster protects here, but no cluster is defined";
                let remedy = "add [cluster.NAME] with product and hosts, or leave host-cluster out";
                self.sink.push(code::NO_CLUSTER, strategy.mark, path.clone(), what, remedy);
            }
        }
        if p.protection.guest != Some(GuestLayer::Balanced) {
            return;
        }
        if service.role == Role::Stateful
            && !unread(self, &["role"])
            && !self.assumptions.iter().any(|a| a.path == join(&own, "role"))
        {
            let what = format!("{} is stateful, and a balancer keeps no state", quote(&service.name));
            let remedy = "protect it with guest-failover, or write role = \"stateless\"";
            self.sink.push(code::BALANCED_STATE, strategy.mark, path.clone(), what, remedy);
        }
        let capacity = service.capacity * f64::from(p.vms);
        let load = service.load.map(|load| &spec.loads[load]);
        let peak = load.map_or(1.0, WeeklyLoad::most) * service.demand;
        let is_guess =
            self.doubts_table("load") || load.is_some_and(|load| self.doubts(&join("load", &load.name)));
        if capacity < peak && !is_guess && !unread(self, &["capacity", "demand", "load"]) {
            let when = load.map_or_else(
                || "from the start".to_owned(),
                |load| format!("for {} of a week", span_text(load.seconds_above(capacity / service.demand))),
            );
            let what = format!(
                "{} members of {} serve {} of a demand of {}: degraded {when}",
                p.vms,
                quote(&service.name),
                number(capacity),
                number(peak)
            );
            self.sink.push(code::DEGRADED, strategy.mark, path, what, "add members or capacity");
        }
    }

    /// Settings of a strategy that nothing uses.
    fn effects(&mut self, spec: &Spec, strategy: &Strategy) {
        let mut services = 0..spec.services.len();
        if self.doubts_table("service") || services.any(|s| self.doubts_protection(spec, strategy, s)) {
            return;
        }
        let has = |layer: GuestLayer| {
            (0..spec.services.len()).any(|s| strategy.for_service(s).protection.guest == Some(layer))
        };
        let failover = has(GuestLayer::Failover);
        let balanced = has(GuestLayer::Balanced);
        let path = join("strategy", &strategy.name);
        let base: &ProtectionSettings = &strategy.base;
        if base.protect.is_none() || spec.services.is_empty() {
            return;
        }
        let idle = [
            ("nodes", base.nodes.is_some() && !failover, "guest-failover"),
            ("takeover", base.takeover.is_some() && !failover, "guest-failover"),
            ("coverage", base.coverage.is_some() && !failover, "guest-failover"),
            ("manual_recovery", base.manual_recovery.is_some() && !failover, "guest-failover"),
            ("members", base.members.is_some() && !balanced, "nlb"),
            ("convergence", base.convergence.is_some() && !balanced, "nlb"),
            ("application_aware", base.application_aware.is_some() && !balanced, "nlb"),
            ("affinity", base.affinity.is_some() && !balanced, "nlb"),
            ("drain", base.drain.is_some() && !balanced, "nlb"),
            ("detection", base.detection.is_some() && !failover && !balanced, "guest-failover or nlb"),
            ("failback", base.failback.is_some() && !failover, "guest-failover"),
            ("licence", base.licence.is_some() && !failover && !balanced, "guest-failover or nlb"),
            ("profile", base.profile.is_some_and(|p| !has(p.layer)), "the layer that this profile is of"),
        ];
        for (key, unused, layer) in idle {
            if unused {
                let what = format!("{key} has no effect: nothing here is protected by {layer}");
                let remedy = if key == "detection" {
                    "leave it out; a host cluster's detection stands in [cluster.NAME]"
                } else {
                    "leave it out, or add the protection"
                };
                self.sink.push(code::NO_EFFECT, strategy.mark, join(&path, key), what, remedy);
            }
        }
    }

    fn starting_hosts(&mut self, spec: &Spec, index: usize, service: &Service) {
        let own = join("service", &service.name);
        let path = join(&own, "place");
        let storage_known = !self.doubts(&join(&join(&own, "vm"), "storage"));
        let count_known = !self.doubts(&join(&own, "instances")) && !self.doubts(&path);
        let mut most = 0;
        if storage_known && service.vm.more_storages.is_empty() {
            for host in &service.place {
                self.reaches_disks(spec, service, host, 1);
            }
        }
        let mut told: Vec<usize> = Vec::new();
        for strategy in &spec.strategies {
            if self.doubts_protection(spec, strategy, index) || !count_known {
                return;
            }
            let vms = strategy.for_service(index).vms as usize;
            most = most.max(vms * service.instances as usize);
            // Each VM of an instance has its own disks: who is where depends on how many there are.
            let turns = service.place.iter().enumerate().take(vms * service.instances as usize);
            for (number, host) in turns.filter(|_| storage_known && !service.vm.more_storages.is_empty()) {
                if !told.contains(&number)
                    && !self.reaches_disks(spec, service, host, (number % vms) as u32 + 1)
                {
                    told.push(number);
                }
            }
            for group in service.place.chunks(vms).take(service.instances as usize) {
                let twin = group.iter().enumerate().find(|(i, host)| {
                    group[..*i].iter().any(|other| (other.group, other.member) == (host.group, host.member))
                });
                if let Some((_, host)) = twin {
                    let what = format!(
                        "under {} two VMs of one instance would start on this host",
                        quote(&strategy.name)
                    );
                    let remedy = "list different hosts for the VMs of an instance";
                    self.sink.push(code::PLACE, host.mark, path.clone(), what, remedy);
                    break;
                }
            }
        }
        if let Some(host) = service.place.get(most).filter(|_| !spec.strategies.is_empty()) {
            let what =
                format!("{} hosts are listed, no strategy has more than {most} VMs", service.place.len());
            self.sink.push(code::NO_EFFECT, host.mark, path, what, "shorten the list");
        }
    }

    /// Whether a host that is listed reaches the disks of the VM that would start there, a member counted from 1.
    fn reaches_disks(&mut self, spec: &Spec, service: &Service, host: &HostRef, member: u32) -> bool {
        let group = &spec.hosts[host.group];
        let reaches = |storage: usize| {
            group.storages.contains(&storage) || self.doubts(&join(&join("host", &group.name), "storage"))
        };
        let Some(storage) = service.vm.storage_of(member).filter(|&storage| !reaches(storage)) else {
            return true;
        };
        let whose = match service.vm.more_storages.len() {
            0 => "the storage of its VM".to_owned(),
            _ => {
                format!("{}, the storage of VM {member} of an instance", quote(&spec.storages[storage].name))
            }
        };
        let what = format!("hosts of {} do not reach {whose}", quote(&group.name));
        let path = join(&join("service", &service.name), "place");
        self.sink.push(code::PLACE, host.mark, path, what, "choose another host or storage");
        false
    }
}

/// The first strategy under which a service has a host cluster: its advice is given once.
fn first_clustered(spec: &Spec, service: usize) -> &str {
    let mut all = spec.strategies.iter();
    all.find(|s| s.for_service(service).protection.host_cluster).map_or("", |s| &s.name)
}

/// The room of hosts under a strategy.
struct Rooms<'a> {
    spec: &'a Spec,
    /// The best overcommit that any host of a group has.
    overcommit: BTreeMap<usize, (f64, f64)>,
    known: BTreeMap<Vec<usize>, Room>,
}

impl<'a> Rooms<'a> {
    fn new(spec: &'a Spec, strategy: usize) -> Rooms<'a> {
        let mut overcommit: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (index, cluster) in spec.clusters.iter().enumerate() {
            let plan = spec.cluster(strategy, index);
            for host in &cluster.hosts {
                let best = overcommit.entry(host.group).or_insert((0.0, 0.0));
                *best = (best.0.max(plan.memory_overcommit), best.1.max(plan.cpu_overcommit));
            }
        }
        Rooms { spec, overcommit, known: BTreeMap::new() }
    }

    /// That of the hosts that reach one of some storages; of all for none.
    fn of(&mut self, storages: &[usize]) -> Room {
        if let Some(room) = self.known.get(storages) {
            return *room;
        }
        let standard = (defaults::MEMORY_OVERCOMMIT, defaults::CPU_OVERCOMMIT);
        let mut room = Room::default();
        for (index, group) in self.spec.hosts.iter().enumerate() {
            if !storages.is_empty() && !storages.iter().any(|storage| group.storages.contains(storage)) {
                continue;
            }
            let (memory, cores) = self.overcommit.get(&index).copied().unwrap_or(standard);
            room.hosts += u64::from(group.count);
            room.memory = room.memory.max(group.memory_bytes as f64 * memory);
            room.cores = room.cores.max(f64::from(group.cores) * cores);
        }
        self.known.insert(storages.to_vec(), room);
        room
    }
}
