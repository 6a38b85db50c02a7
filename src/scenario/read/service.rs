//! Services and their VMs.

use crate::engine::{Law, Span};
use crate::scenario::code;
use crate::scenario::describe::{law_text, rate_text};
use crate::scenario::fields::{Fields, Reader};
use crate::scenario::fixed::defaults::{self as d, Fixed};
use crate::scenario::fixed::limits;
use crate::scenario::names::{HostNames, Names};
use crate::scenario::spec::{HostRef, IsolationResponse, Role, Service, Storage, Traffic, Vm};
use crate::scenario::text::{join, quote};
use crate::scenario::tree::Value;
use crate::scenario::workload::WORKLOADS;

use super::Named;

/// What a service can refer to.
pub(super) struct Around<'a> {
    pub(super) crews: &'a Names,
    pub(super) networks: &'a Names,
    pub(super) storages: &'a Names,
    /// The storages themselves.
    pub(super) arrays: &'a [Storage],
    pub(super) services: &'a Names,
    pub(super) loads: &'a Names,
    pub(super) hosts: &'a HostNames<'a>,
    /// Some of their VMs may be moved while they run.
    pub(super) migrates: bool,
}

const KEYS: [&str; 28] = [
    "instances",
    "role",
    "workload",
    "vm",
    "power_on",
    "boot",
    "start",
    "recover",
    "guest_crash",
    "app_crash",
    "app_hang",
    "crew",
    "after",
    "priority",
    "isolation_response",
    "demand",
    "capacity",
    "place",
    "sessions",
    "transactions",
    "session_timeout",
    "session_length",
    "load",
    "requests",
    "downtime_cost",
    "recovery_point_cost",
    "session_cost",
    "transaction_cost",
];

const VM_KEYS: [&str; 10] = [
    "cores",
    "memory",
    "storage",
    "dirty_rate",
    "working_set",
    "disk_timeout",
    "boot_io",
    "nics",
    "os_edition",
    "busy",
];

pub(crate) const PRIORITIES: [(&str, u8); 5] =
    [("lowest", 1), ("low", 2), ("medium", 3), ("high", 4), ("highest", 5)];

pub(crate) const RESPONSES: [(&str, IsolationResponse); 3] = [
    ("leave-on", IsolationResponse::LeaveOn),
    ("power-off", IsolationResponse::PowerOff),
    ("shut-down", IsolationResponse::ShutDown),
];

impl Reader {
    pub(super) fn service(&mut self, named: &Named<'_>, around: &Around<'_>) -> Service {
        let seconds = |value_s: f64| Law::Constant { value_s };
        let mut service = unread(named);
        let Some(f) = named.fields(self, &KEYS) else { return service };
        match f.get("instances") {
            Some(at) => {
                let instances = self.amount(&at, limits::VMS, "VMs");
                service.instances = instances.unwrap_or(1) as u32;
            }
            None => self.assume(&f, "instances", "1".to_owned(), "contract"),
        }
        match f.get("role") {
            Some(at) => service.role = self.word(&at, Role::WORDS).unwrap_or(Role::Stateful),
            None => self.assume(&f, "role", "\"stateful\"".to_owned(), "assumption"),
        }
        let words: Vec<_> = WORKLOADS.iter().map(|workload| (workload.word, workload)).collect();
        service.workload = self.opt(&f, "workload", |r, at| r.word(at, &words));
        if let Some(vm) =
            self.required(&f, "vm", "{ cores = 2, memory = \"4 GiB\" }", |r, at| r.fields(at, &VM_KEYS))
        {
            self.vm(&vm, around, &mut service.vm);
        }
        let (start, recover) = match service.role {
            Role::Stateless => (&d::START_STATELESS, &d::RECOVER_STATELESS),
            Role::Stateful => (&d::START_STATEFUL, &d::RECOVER_STATEFUL),
        };
        service.power_on = self.stage(&f, "power_on", seconds(d::POWER_ON.value), &d::POWER_ON);
        service.boot = self.stage(&f, "boot", service.boot, &d::BOOT_MEDIAN);
        service.start = self.stage(&f, "start", seconds(start.value), start);
        service.recover = self.stage(&f, "recover", seconds(recover.value), recover);
        service.guest_crash = self.opt(&f, "guest_crash", Reader::fault);
        service.app_crash = self.opt(&f, "app_crash", Reader::fault);
        service.app_hang = self.opt(&f, "app_hang", Reader::fault);
        service.crew = self.opt(&f, "crew", |r, at| r.reference(at, around.crews));
        service.after = self.opt(&f, "after", |r, at| r.references(at, around.services)).unwrap_or_default();
        service.priority = self.priority(&f);
        service.isolation_response = self.opt(&f, "isolation_response", |r, at| {
            r.word(at, &RESPONSES).map(|response| (response, at.mark()))
        });
        self.demand(&f, around.loads, &mut service);
        service.place = self.place(&f, around.hosts);
        self.sessions(&f, &mut service);
        self.losses(&f, &mut service);
        service
    }

    /// Who is at work on an instance.
    fn sessions(&mut self, f: &Fields<'_>, service: &mut Service) {
        let mut count = |key| self.opt(f, key, |r, at| r.whole(at, 1, limits::SESSIONS)).unwrap_or(0) as u32;
        (service.sessions, service.transactions) = (count("sessions"), count("transactions"));
        if let Some(at) = f.get("transactions").filter(|_| service.role == Role::Stateless) {
            let what = "a stateless service has no transactions";
            self.report(code::NO_EFFECT, &at, what, "make it role = \"stateful\", or leave transactions out");
            service.transactions = 0;
        }
        service.session_length = self.opt(f, "session_length", Reader::duration);
        if let Some(at) = f.get("session_length").filter(|_| f.get("sessions").is_none()) {
            let what = "session_length counts only where the service has sessions";
            self.report(code::NO_EFFECT, &at, what, "write sessions, or leave session_length out");
        }
        match f.get("session_timeout") {
            Some(at) => {
                service.session_timeout = self.duration(&at).unwrap_or(service.session_timeout);
                if f.get("sessions").is_none() {
                    let what = "session_timeout counts only where the service has sessions";
                    self.report(code::NO_EFFECT, &at, what, "write sessions, or leave session_timeout out");
                }
            }
            None if service.sessions > 0 => {
                let value = format!("\"{}\"", service.session_timeout);
                self.assume(f, "session_timeout", value, d::SESSION_TIMEOUT.source);
            }
            None => {}
        }
    }

    /// One stage of a VM's way back: as written, or the default, which is then on record.
    fn stage(&mut self, f: &Fields<'_>, key: &str, default: Law, fixed: &Fixed) -> Law {
        match f.get(key) {
            Some(at) => self.law(&at).unwrap_or(default),
            None => {
                self.assume(f, key, law_text(&default), fixed.source);
                default
            }
        }
    }

    fn vm(&mut self, f: &Fields<'_>, around: &Around<'_>, vm: &mut Vm) {
        (vm.mark, vm.cores_mark, vm.memory_mark) = (f.mark, f.value_mark("cores"), f.value_mark("memory"));
        let cores = self.required(f, "cores", "2", |r, at| r.whole(at, 1, limits::CORES));
        vm.cores = cores.map_or(1, |n| n as u32);
        let memory = self.required(f, "memory", "\"4 GiB\"", |r, at| r.memory(at, limits::MEMORY_BYTES));
        vm.memory_bytes = memory.unwrap_or(vm.memory_bytes);
        if let Some(at) = f.get("storage") {
            // One for all VMs of an instance, or one after the other for each.
            let list = match &at.node.value {
                Value::Array(_) => self.references(&at, around.storages).unwrap_or_default(),
                _ => self.reference(&at, around.storages).into_iter().collect(),
            };
            vm.storage = list.first().copied();
            vm.more_storages = list.into_iter().skip(1).collect();
        }
        match f.get("dirty_rate") {
            Some(at) => vm.dirty_rate = self.rate_or_zero(&at).unwrap_or(vm.dirty_rate),
            None if around.migrates => {
                self.assume(f, "dirty_rate", "\"10 MB/s\"".to_owned(), d::DIRTY_RATE.source);
            }
            None => {}
        }
        // No more pages are different ones than there are.
        vm.working_set = self.opt(f, "working_set", |r, at| r.memory(at, limits::MEMORY_BYTES));
        if let (Some(at), Some(set)) = (f.get("working_set"), vm.working_set)
            && set > vm.memory_bytes
            && memory.is_some()
        {
            let what = "the working set is larger than the VM's memory";
            self.report(code::RANGE, &at, what, "write at most its memory");
        }
        match f.get("disk_timeout") {
            Some(at) => vm.disk_timeout = self.duration(&at).unwrap_or(vm.disk_timeout),
            None if vm.storage.is_some() => {
                self.assume(f, "disk_timeout", format!("\"{}\"", vm.disk_timeout), d::DISK_TIMEOUT.source);
            }
            None => {}
        }
        self.boot_io(f, around, vm);
        let nics = self.opt(f, "nics", |r, at| r.items(at, "a list of networks, such as [\"client\"]"));
        for item in nics.unwrap_or_default() {
            let Some(name) = self.text(&item) else { continue };
            // A card is on a network by its name, or on whichever carries a kind of traffic.
            let kinds = || Traffic::WORDS.iter().map(|(word, _)| *word);
            if around.networks.find(name).is_some() || kinds().any(|kind| kind == name) {
                vm.nics.push(name.to_owned());
            } else {
                let known: Vec<&str> = around.networks.iter().chain(kinds()).collect();
                self.no_such(&item, "network", name, known.into_iter());
            }
        }
        self.busy(f, vm);
        vm.os_edition = self.opt(f, "os_edition", |r, at| r.text(at).map(str::to_owned));
    }

    /// What a VM draws while it boots. It matters where its storage has a bandwidth to share.
    fn boot_io(&mut self, f: &Fields<'_>, around: &Around<'_>, vm: &mut Vm) {
        let disks: Vec<&Storage> = vm.storages().filter_map(|index| around.arrays.get(index)).collect();
        let copy = |storage: &&Storage| storage.mirror.as_ref().and_then(|m| around.arrays.get(m.to));
        let copies = disks.iter().filter_map(copy);
        let shares = disks.iter().copied().chain(copies).any(|storage| storage.bandwidth.is_some());
        let Some(at) = f.get("boot_io") else {
            if shares {
                self.assume(f, "boot_io", format!("\"{}\"", rate_text(vm.boot_io)), d::BOOT_IO.source);
            }
            return;
        };
        let Some(rate) = self.rate(&at) else { return };
        if rate > limits::BOOT_IO {
            let what = format!("more than {}", rate_text(limits::BOOT_IO));
            self.report(code::LIMIT, &at, what, "write a smaller rate");
            return;
        }
        vm.boot_io = rate;
        // Of a storage, or a bandwidth, that could not be read nothing follows.
        let unread = (disks.is_empty() && f.get("storage").is_some())
            || disks.iter().any(|storage| {
                let path = join("storage", &storage.name);
                ["bandwidth", "mirror"].iter().any(|key| self.doubts(&join(&path, key)))
            });
        if !shares && !unread {
            let what = "boot_io counts only where the VM's storage has a bandwidth";
            self.report(code::NO_EFFECT, &at, what, "give the storage a bandwidth, or leave boot_io out");
        }
    }

    fn priority(&mut self, f: &Fields<'_>) -> u8 {
        const MEDIUM: u8 = 3;
        let Some(at) = f.get("priority") else {
            self.assume(f, "priority", "\"medium\"".to_owned(), "assumption");
            return MEDIUM;
        };
        if matches!(at.node.value, Value::Whole(_)) {
            return self.whole(&at, 1, 5).map_or(MEDIUM, |n| n as u8);
        }
        self.word(&at, &PRIORITIES).unwrap_or(MEDIUM)
    }

    /// What clients want, and what a member can give; each of the two defaults to the other: one member is enough.
    fn demand(&mut self, f: &Fields<'_>, loads: &Names, service: &mut Service) {
        service.load = self.opt(f, "load", |r, at| r.reference(at, loads));
        service.requests = self.opt(f, "requests", Reader::positive).unwrap_or(0.0);
        let demand = self.opt(f, "demand", Reader::positive);
        let capacity = self.opt(f, "capacity", Reader::positive);
        service.demand = demand.or(capacity).unwrap_or(1.0);
        service.capacity = capacity.or(demand).unwrap_or(1.0);
        // One of the two was given and could not be read: no check may compare them.
        let unread = |key: &str, value: Option<f64>| f.get(key).is_some() && value.is_none();
        if unread("demand", demand) || unread("capacity", capacity) {
            service.capacity = service.demand;
        }
    }

    fn place(&mut self, f: &Fields<'_>, hosts: &HostNames<'_>) -> Vec<HostRef> {
        let Some(items) = self.opt(f, "place", |r, at| r.items(at, "a list of hosts, such as [\"esx-1\"]"))
        else {
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in &items {
            let Some(host) = self.host(item, hosts) else { continue };
            if host.member.is_none() {
                let name = hosts.names.name(host.group);
                let what = format!("{} is a group of hosts", quote(name));
                self.report(code::PLACE, item, what, format!("name one of them, such as \"{name}-1\""));
            }
            list.push(host);
        }
        list
    }
}

/// A service of which nothing could be read.
fn unread(named: &Named<'_>) -> Service {
    let seconds = |value_s: f64| Law::Constant { value_s };
    Service {
        name: named.name.to_owned(),
        mark: named.mark,
        instances: 1,
        role: Role::Stateful,
        workload: None,
        // What cannot be read is as small as can be, so that it fits everywhere.
        vm: Vm {
            mark: named.mark,
            cores_mark: named.mark,
            memory_mark: named.mark,
            cores: 1,
            memory_bytes: 1 << 20,
            storage: None,
            more_storages: Vec::new(),
            dirty_rate: d::DIRTY_RATE.value,
            working_set: None,
            disk_timeout: Span::from_secs_f64(d::DISK_TIMEOUT.value),
            boot_io: d::BOOT_IO.value,
            nics: Vec::new(),
            os_edition: None,
            busy: 0,
        },
        power_on: seconds(d::POWER_ON.value),
        boot: Law::Lognormal { mu: libm::log(d::BOOT_MEDIAN.value), sigma: d::BOOT_SIGMA },
        start: seconds(0.0),
        recover: seconds(0.0),
        guest_crash: None,
        app_crash: None,
        app_hang: None,
        crew: None,
        after: Vec::new(),
        priority: 3,
        isolation_response: None,
        demand: 1.0,
        capacity: 1.0,
        load: None,
        requests: 0.0,
        place: Vec::new(),
        sessions: 0,
        transactions: 0,
        session_timeout: Span::from_secs_f64(d::SESSION_TIMEOUT.value),
        session_length: None,
        losses: None,
    }
}
