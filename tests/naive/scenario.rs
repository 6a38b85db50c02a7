//! A small datacenter as plain data, and the same in the words of a scenario file. Nothing is left to a default.

use std::fmt::Write;

use ninefold::engine::Law;

/// Microseconds.
pub(crate) type Us = u64;
/// A second.
pub(crate) const S: Us = 1_000_000;

/// How long something takes; in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    Always(u64),
    Exponential(u64),
    Uniform(u64, u64),
}

impl Length {
    pub(crate) fn law(self) -> Law {
        match self {
            Length::Always(s) => Law::Constant { value_s: s as f64 },
            Length::Exponential(mean) => Law::Exponential { mean_s: mean as f64 },
            Length::Uniform(min, max) => Law::Uniform { min_s: min as f64, max_s: max as f64 },
        }
    }

    fn text(self) -> String {
        match self {
            Length::Always(s) => format!("\"{s} s\""),
            Length::Exponential(mean) => format!("{{ law = \"exponential\", mean = \"{mean} s\" }}"),
            Length::Uniform(min, max) => {
                format!("{{ law = \"uniform\", min = \"{min} s\", max = \"{max} s\" }}")
            }
        }
    }
}

/// Time to failure, and to repair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub ttf: Length,
    pub ttr: Length,
}

impl Fault {
    fn text(&self) -> String {
        format!("{{ ttf = {}, ttr = {} }}", self.ttf.text(), self.ttr.text())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Rack,
    Site,
    /// With its own fabric: networks do not matter to it.
    Fc,
    Iscsi,
    /// For clients, for storage, or for both.
    Network {
        client: bool,
        storage: bool,
    },
}

/// Something that has outages, for all who need it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub kind: Kind,
    pub name: String,
    pub fault: Option<Fault>,
    pub crew: Option<usize>,
    /// The site that feeds it, as a part.
    pub site: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// What gives it its power, as a part: a rack or a site.
    pub power: Option<usize>,
    pub memory: u64,
    /// Storages that it is wired to, as parts.
    pub storages: Vec<usize>,
    pub boot: Length,
    /// Crash and hang.
    pub faults: [Option<Fault>; 2],
    /// Its links, for clients and to its storages.
    pub links: [Option<Fault>; 2],
    pub crew: Option<usize>,
}

/// What runs inside the guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Nothing,
    Failover,
    Balanced,
}

#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub instances: usize,
    pub layer: Layer,
    /// Whether the host cluster restarts its VMs.
    pub clustered: bool,
    /// VMs of one instance.
    pub vms: usize,
    /// Where each of all its VMs starts.
    pub place: Vec<usize>,
    pub memory: u64,
    pub storage: Option<usize>,
    pub disk_timeout: u64,
    /// power_on, boot, start, recover.
    pub way: [Length; 4],
    pub guest: Option<Fault>,
    /// The application's: crash and hang.
    pub app: [Option<Fault>; 2],
    pub crew: Option<usize>,
    pub priority: u8,
    pub demand: u64,
    pub capacity: u64,
    /// Whether a balancer notices applications that fail.
    pub is_aware: bool,
    pub detection: Length,
    /// Or the convergence of a balanced group.
    pub takeover: Length,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Crash, hang.
    Host(usize, usize),
    Part(usize),
    /// For clients, to the storage.
    Link(usize, usize),
    Guest(usize),
    /// Crash, hang.
    App(usize, usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    /// Seconds of measured time.
    pub at: u64,
    pub target: Target,
    pub lasts: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub horizon: u64,
    pub warmup: u64,
    /// How old all is at the start: as after a long time, or new.
    pub stationary: bool,
    pub crews: Vec<usize>,
    /// Racks, sites, storages, networks.
    pub parts: Vec<Part>,
    pub hosts: Vec<Host>,
    /// Detection of the one cluster, which has all hosts.
    pub cluster: Option<Length>,
    pub services: Vec<Service>,
    pub scripts: Vec<Script>,
}

/// The names of an instance's VMs, and whose VM it is.
#[derive(Clone, Debug)]
pub(crate) struct VmName {
    pub name: String,
    pub service: usize,
    pub instance: usize,
    pub member: usize,
}

impl Scenario {
    /// All VMs: service by service, instance by instance. Instances are numbered through.
    pub(crate) fn vms(&self) -> Vec<VmName> {
        let (mut all, mut instance) = (Vec::new(), 0);
        for (service, row) in self.services.iter().enumerate() {
            for number in 1..=row.instances {
                for member in 0..row.vms {
                    let name = match row.vms {
                        1 => format!("a{service}-{number}"),
                        _ => format!("a{service}-{number}.{}", member + 1),
                    };
                    all.push(VmName { name, service, instance, member });
                }
                instance += 1;
            }
        }
        all
    }

    pub(crate) fn text(&self) -> String {
        let ages = if self.stationary { "stationary" } else { "new" };
        let mut text = format!(
            "schema = 1\n[run]\nhorizon = \"{} s\"\nwarmup = \"{} s\"\nages = \"{ages}\"\n",
            self.horizon, self.warmup
        );
        for (number, size) in self.crews.iter().enumerate() {
            let _ = writeln!(text, "[crew.c{number}]\nsize = {size}");
        }
        self.parts.iter().for_each(|part| text += &self.part_text(part));
        self.hosts.iter().enumerate().for_each(|(number, host)| text += &self.host_text(number, host));
        if let Some(detection) = self.cluster {
            let hosts: Vec<String> = (0..self.hosts.len()).map(|host| format!("\"h{host}\"")).collect();
            let _ = writeln!(
                text,
                "[cluster.k]\nproduct = \"custom\"\nhosts = [{}]\ndetection = {}",
                hosts.join(", "),
                detection.text()
            );
        }
        for (number, service) in self.services.iter().enumerate() {
            text += &self.service_text(number, service);
        }
        text += "[strategy.s]\nprotect = []\n";
        for (number, service) in self.services.iter().enumerate() {
            text += &protection_text(number, service);
        }
        let names = self.vms();
        for script in &self.scripts {
            let target = match script.target {
                Target::Host(host, 0) => format!("host h{host}-1 crash"),
                Target::Host(host, _) => format!("host h{host}-1 hang"),
                Target::Part(part) => format!("{} outage", self.component(part)),
                Target::Link(host, 0) => format!("host h{host}-1 link.client"),
                Target::Link(host, _) => format!("host h{host}-1 link.storage"),
                Target::Guest(vm) => format!("vm {} guest_crash", names[vm].name),
                Target::App(vm, 0) => format!("vm {} app_crash", names[vm].name),
                Target::App(vm, _) => format!("vm {} app_hang", names[vm].name),
            };
            let _ = writeln!(text, "[[inject]]\nat = \"{} s\"\nfault = \"{target}\"", script.at);
            if let Some(lasts) = script.lasts {
                let _ = writeln!(text, "lasts = \"{lasts} s\"");
            }
        }
        text
    }

    /// A part as a component: its kind and its name.
    pub(crate) fn component(&self, part: usize) -> String {
        let part = &self.parts[part];
        let kind = match part.kind {
            Kind::Rack => "rack",
            Kind::Site => "site",
            Kind::Fc | Kind::Iscsi => "storage",
            Kind::Network { .. } => "network",
        };
        format!("{kind} {}", part.name)
    }

    fn part_text(&self, part: &Part) -> String {
        let mut text = match part.kind {
            Kind::Rack => format!("[rack.{}]\n", part.name),
            Kind::Site => format!("[site.{}]\n", part.name),
            Kind::Fc => format!("[storage.{}]\nkind = \"fc\"\n", part.name),
            Kind::Iscsi => format!("[storage.{}]\nkind = \"iscsi\"\n", part.name),
            Kind::Network { client, storage } => {
                let kinds = [(client, "\"client\""), (storage, "\"storage\"")];
                let kinds: Vec<&str> = kinds.iter().filter(|k| k.0).map(|k| k.1).collect();
                format!("[network.{}]\ncarries = [{}]\n", part.name, kinds.join(", "))
            }
        };
        if let Some(fault) = &part.fault {
            let _ = writeln!(text, "outage = {}", fault.text());
        }
        if let Some(site) = part.site {
            let _ = writeln!(text, "site = \"{}\"", self.parts[site].name);
        }
        text + &crew(part.crew)
    }

    fn host_text(&self, number: usize, host: &Host) -> String {
        let mut text = format!(
            "[host.h{number}]\ncores = 64\nmemory = \"{} GiB\"\nboot = {}\n",
            host.memory,
            host.boot.text()
        );
        if let Some(power) = host.power {
            let word = if self.parts[power].kind == Kind::Rack { "rack" } else { "site" };
            let _ = writeln!(text, "{word} = \"{}\"", self.parts[power].name);
        }
        if !host.storages.is_empty() {
            let names: Vec<String> =
                host.storages.iter().map(|&part| format!("\"{}\"", self.parts[part].name)).collect();
            let _ = writeln!(text, "storage = [{}]", names.join(", "));
        }
        let faults = [
            (&host.faults[0], "crash"),
            (&host.faults[1], "hang"),
            (&host.links[0], "link.client"),
            (&host.links[1], "link.storage"),
        ];
        for (fault, key) in faults {
            if let Some(fault) = fault {
                let _ = writeln!(text, "{key} = {}", fault.text());
            }
        }
        text + &crew(host.crew)
    }

    fn service_text(&self, number: usize, service: &Service) -> String {
        let storage = service
            .storage
            .map_or(String::new(), |part| format!(", storage = \"{}\"", self.parts[part].name));
        let places: Vec<String> = service.place.iter().map(|host| format!("\"h{host}-1\"")).collect();
        let mut text = format!(
            "[service.a{number}]\ninstances = {}\nrole = \"stateless\"\nplace = [{}]\npriority = {}\n\
             demand = {}\ncapacity = {}\n\
             vm = {{ cores = 1, memory = \"{} GiB\", disk_timeout = \"{} s\"{storage} }}\n",
            service.instances,
            places.join(", "),
            service.priority,
            service.demand,
            service.capacity,
            service.memory,
            service.disk_timeout
        );
        for (key, length) in ["power_on", "boot", "start", "recover"].iter().zip(service.way) {
            let _ = writeln!(text, "{key} = {}", length.text());
        }
        let faults =
            [(&service.guest, "guest_crash"), (&service.app[0], "app_crash"), (&service.app[1], "app_hang")];
        for (fault, key) in faults {
            if let Some(fault) = fault {
                let _ = writeln!(text, "{key} = {}", fault.text());
            }
        }
        text + &crew(service.crew)
    }
}

fn protection_text(number: usize, service: &Service) -> String {
    let cluster = service.clustered.then_some("\"host-cluster\"");
    let layer = match service.layer {
        Layer::Nothing => None,
        Layer::Failover => Some("\"guest-failover\""),
        Layer::Balanced => Some("\"nlb\""),
    };
    let protect: Vec<&str> = cluster.into_iter().chain(layer).collect();
    let mut text = format!("[strategy.s.service.a{number}]\nprotect = [{}]\n", protect.join(", "));
    let (detection, last) = (service.detection.text(), service.takeover.text());
    let vms = service.vms;
    let _ = match service.layer {
        Layer::Nothing => Ok(()),
        Layer::Failover => writeln!(text, "nodes = {vms}\ndetection = {detection}\ntakeover = {last}"),
        Layer::Balanced => writeln!(
            text,
            "members = {vms}\ndetection = {detection}\nconvergence = {last}\napplication_aware = {}",
            service.is_aware
        ),
    };
    text
}

fn crew(crew: Option<usize>) -> String {
    crew.map_or(String::new(), |number| format!("crew = \"c{number}\"\n"))
}
