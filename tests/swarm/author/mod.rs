//! Writes random scenarios over the whole input space.

mod demands;
mod moves;
mod sites;

use std::fmt::Write as _;

use ninefold::model::GuestLayer;
use ninefold::scenario::profiles::{GUEST_PROFILES, Preset, Product, Setting};

/// A small generator of its own: the tests must not move with the program's streams.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to n - 1.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn percent(&mut self, p: u64) -> bool {
        self.below(100) < p
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }
}

/// Writes one scenario.
pub(crate) struct Author {
    dice: Dice,
    text: String,
    /// The unit that phases are multiples of, in microseconds.
    unit: u64,
    /// Only constants, so that everything coincides.
    ties: bool,
    crews: u64,
    /// Throws for what was added later, so that what older seeds write stays as it was.
    later: Dice,
    /// The same for what came after that: bandwidths and what boots draw from them.
    storms: Dice,
    /// And for what is done to guests.
    patches: Dice,
    /// And for who is at work on a service.
    clients: Dice,
    /// And for when they want it.
    loads: Dice,
    /// And for cards of guests, VMs that are held still, and witnesses of groups.
    cards: Dice,
    /// And for VMs that are moved while they run (`moves.rs`), where any are.
    moves: Dice,
    moving: bool,
    /// And for what they want of their hosts (`demands.rs`), where any want something.
    demands: Dice,
    busy: bool,
    /// And for what hosts that are alone do about single VMs.
    responses: Dice,
    /// On several sites (`sites.rs`), whose storages are these: their kinds and places.
    stretched: bool,
    storages: Vec<(&'static str, Option<u64>)>,
}

const PROTECTIONS: [&str; 6] = [
    "",
    "\"host-cluster\"",
    "\"guest-failover\"",
    "\"nlb\"",
    "\"host-cluster\", \"guest-failover\"",
    "\"host-cluster\", \"nlb\"",
];

/// The plain one as often as all others together: its decisions can be judged most closely.
const PRODUCTS: [&str; 16] = [
    "custom",
    "custom",
    "custom",
    "custom",
    "custom",
    "custom",
    "vsphere-6",
    "vsphere-8",
    "vmware-ha-4",
    "xenserver",
    "hyper-v-2008",
    "hyper-v-2008-r2",
    "hyper-v-2012-r2",
    "hyper-v-2016",
    "proxmox",
    "pacemaker",
];

impl Author {
    pub(crate) fn new(seed: u64) -> Author {
        let mut dice = Dice(seed);
        let unit = *dice.pick(&[1_000_000, 10_000_000, 60_000_000, 600_000_000]);
        let ties = dice.percent(25);
        let storms = Dice(seed.rotate_left(32));
        let clients = Dice(seed.rotate_left(8));
        let cards = Dice(seed.rotate_left(24));
        let stretched = Dice(seed.rotate_left(16)).percent(50);
        let patches = Dice(seed.rotate_left(48));
        let responses = Dice(seed.rotate_left(4));
        let loads = Dice(seed.rotate_left(40));
        let mut moves = Dice(seed.rotate_left(56));
        let moving = moves.percent(60);
        let mut demands = Dice(seed.rotate_left(12));
        let busy = demands.percent(60);
        let (text, later, storages) = (String::new(), Dice(!seed), Vec::new());
        Author {
            dice,
            text,
            unit,
            ties,
            crews: 0,
            later,
            storms,
            patches,
            responses,
            clients,
            loads,
            cards,
            moves,
            moving,
            demands,
            busy,
            stretched,
            storages,
        }
    }

    fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// A duration around some units, sometimes none at all.
    fn duration(&mut self, units: &[f64]) -> String {
        let units = *self.dice.pick(units);
        let mut us = (self.unit as f64 * units) as u64;
        if !self.ties && us > 0 {
            us += self.dice.below(us / 2 + 1);
        }
        format!("\"{us} us\"")
    }

    fn law(&mut self, units: &[f64]) -> String {
        let mean = self.duration(units);
        if self.ties || mean == "\"0 us\"" {
            return mean;
        }
        match self.dice.below(12) {
            0..3 => mean,
            3 | 4 => format!("{{ law = \"exponential\", mean = {mean} }}"),
            5 => format!("{{ law = \"weibull\", shape = {}, mean = {mean} }}", self.dice.pick(&["0.7", "2"])),
            6 => format!("{{ law = \"lognormal\", median = {mean}, sigma = 0.8 }}"),
            7 => format!("{{ law = \"lognormal\", mean = {mean}, cv = 1.5 }}"),
            8 => format!("{{ law = \"gamma\", shape = 0.5, mean = {mean} }}"),
            9 => format!("{{ law = \"erlang\", stages = 3, mean = {mean} }}"),
            10 => {
                let us: u64 = mean.trim_matches('"').trim_end_matches(" us").parse().expect("written above");
                let (min, max) = (us / 2, us * 2);
                if self.dice.percent(50) {
                    format!("{{ law = \"uniform\", min = \"{min} us\", max = \"{max} us\" }}")
                } else {
                    format!(
                        "{{ law = \"triangular\", min = \"{min} us\", mode = {mean}, max = \"{max} us\" }}"
                    )
                }
            }
            _ => {
                let other = self.duration(&[1.0, 3.0]);
                format!("{{ law = \"empirical\", values = [{mean}, {other}] }}")
            }
        }
    }

    /// A fault whose time to failure is of the order of everything else.
    fn fault(&mut self) -> String {
        const LIVES: [f64; 4] = [5.0, 20.0, 60.0, 200.0];
        const REPAIRS: [f64; 5] = [0.0, 0.3, 1.0, 3.0, 10.0];
        if self.dice.percent(40) && !self.ties {
            let (mttf, mttr) = (self.duration(&LIVES), self.duration(&REPAIRS));
            return format!("{{ mttf = {mttf}, mttr = {mttr} }}");
        }
        let (ttf, ttr) = (self.law(&LIVES), self.law(&REPAIRS));
        format!("{{ ttf = {ttf}, ttr = {ttr} }}")
    }

    fn maybe_fault(&mut self, key: &str, percent: u64) {
        if self.dice.percent(percent) {
            let fault = self.fault();
            self.line(format!("{key} = {fault}"));
        }
    }

    fn maybe_crew(&mut self, percent: u64) {
        if self.crews > 0 && self.dice.percent(percent) {
            let crew = self.dice.below(self.crews);
            self.line(format!("crew = \"c{crew}\""));
        }
    }

    fn phase(&mut self, key: &str) {
        let law = self.law(&[0.0, 0.3, 1.0, 3.0]);
        self.line(format!("{key} = {law}"));
    }

    pub(crate) fn write(mut self) -> String {
        let horizon = self.unit * self.dice.pick(&[50, 200, 500]);
        self.line("schema = 1");
        self.line("[run]");
        self.line(format!("horizon = \"{horizon} us\""));
        let warmup = self.duration(&[0.0, 0.0, 30.0]);
        self.line(format!("warmup = {warmup}"));
        let ages = *self.dice.pick(&["new", "stationary"]);
        self.line(format!("ages = \"{ages}\""));
        let sites = self.how_many_sites();
        for site in 0..sites {
            self.line(format!("[site.s{site}]"));
            self.maybe_fault("outage", 40);
        }
        self.crews = self.dice.below(3);
        for crew in 0..self.crews {
            let size = 1 + self.dice.below(2);
            self.line(format!("[crew.c{crew}]\nsize = {size}"));
        }
        let rack_sites = if self.stretched { self.racks_of_sites(sites) } else { self.racks(sites) };
        let networks = if self.stretched { self.networks_of_sites(sites) } else { self.networks() };
        self.private_networks(sites);
        let storages = if self.stretched { self.storages_of_sites(sites) } else { self.storages(sites) };
        let groups = if self.stretched {
            self.hosts_of_sites(sites, rack_sites.len())
        } else {
            self.hosts(sites, &rack_sites, storages)
        };
        let hosts: u64 = groups.iter().sum();
        self.clusters(&groups, sites, storages);
        let services = self.services(storages, &groups);
        self.weeks();
        let layers = self.strategies(hosts, &services, groups.len());
        self.maintenances(&groups, horizon);
        self.patchings(services.len() as u64, horizon);
        self.injects(
            horizon,
            [sites, rack_sites.len() as u64, networks, storages],
            &groups,
            &services,
            &layers,
        );
        self.held_still(horizon, &services, &layers);
        self.text
    }

    /// Networks that only the nodes of failover groups use: all of it in one, or one at each site and one between them.
    fn private_networks(&mut self, sites: u64) {
        std::mem::swap(&mut self.dice, &mut self.cards);
        if self.dice.percent(40) {
            let all: Vec<String> = (0..sites).map(|s| format!("\"s{s}\"")).collect();
            let reach = match self.dice.below(3) {
                0 if sites > 1 => format!("between = [{}]", all.join(", ")),
                1 if sites > 0 => "site = \"s0\"".to_owned(),
                _ => String::new(),
            };
            self.line(format!("[network.beats]\ncarries = [\"private\"]\n{reach}"));
            self.maybe_fault("outage", 70);
        }
        std::mem::swap(&mut self.dice, &mut self.cards);
    }

    /// VMs that stand still for a while, and witnesses of groups that fail.
    fn held_still(&mut self, horizon: u64, services: &[u64], layers: &[Vec<usize>]) {
        std::mem::swap(&mut self.dice, &mut self.cards);
        for _ in 0..self.dice.below(6).saturating_sub(2) {
            let service = self.dice.below(services.len() as u64);
            let instance = 1 + self.dice.below(services[service as usize]);
            let single = layers[service as usize].iter().any(|l| *l < 2);
            let member = if single { String::new() } else { format!(".{}", 1 + self.dice.below(2)) };
            let target = match self.dice.below(4) {
                0 => format!("witness a{service} outage"),
                _ => format!("vm a{service}-{instance}{member} pause"),
            };
            let at = self.dice.below(horizon / self.unit) * self.unit;
            self.line(format!("[[inject]]\nat = \"{at} us\"\nfault = \"{target}\""));
            if self.dice.percent(90) {
                let lasts = self.duration(&[0.0, 0.1, 0.3, 1.0, 5.0]);
                self.line(format!("lasts = {lasts}"));
            }
        }
        std::mem::swap(&mut self.dice, &mut self.cards);
    }

    fn racks(&mut self, sites: u64) -> Vec<Option<u64>> {
        let racks = self.dice.below(3);
        let mut rack_sites = Vec::new();
        for rack in 0..racks {
            self.line(format!("[rack.r{rack}]"));
            let site = (sites > 0 && self.dice.percent(70)).then(|| self.dice.below(sites.max(1)));
            if let Some(site) = site {
                self.line(format!("site = \"s{site}\""));
            }
            rack_sites.push(site);
            self.maybe_fault("outage", 50);
            self.maybe_crew(30);
        }
        rack_sites
    }

    fn networks(&mut self) -> u64 {
        let networks = self.dice.below(4);
        for network in 0..networks {
            let kinds = ["management", "client", "storage", "private"];
            let mut carried: Vec<String> =
                kinds.iter().filter(|_| self.dice.percent(40)).map(|k| format!("\"{k}\"")).collect();
            if carried.is_empty() {
                carried.push("\"client\"".into());
            }
            self.line(format!("[network.n{network}]\ncarries = [{}]", carried.join(", ")));
            self.maybe_fault("outage", 60);
            self.maybe_crew(20);
        }
        networks
    }

    fn storages(&mut self, sites: u64) -> u64 {
        let storages = self.dice.below(4);
        for storage in 0..storages {
            let kind = *self.dice.pick(&["fc", "fc", "iscsi", "nfs", "nas", "das"]);
            self.line(format!("[storage.st{storage}]\nkind = \"{kind}\""));
            if self.storms.percent(35) {
                let bandwidth = *self.storms.pick(&[1, 3, 6, 7, 12]);
                self.line(format!("bandwidth = \"{bandwidth} MB/s\""));
            }
            if sites > 0 && self.dice.percent(40) {
                let site = self.dice.below(sites);
                self.line(format!("site = \"s{site}\""));
            }
            self.maybe_fault("outage", 60);
            if self.dice.percent(25) {
                let controllers = 1 + self.dice.below(3);
                self.maybe_fault("controller", 100);
                self.line(format!("controllers = {controllers}"));
                self.phase("controller_failover");
            }
            self.maybe_crew(20);
        }
        storages
    }

    fn hosts(&mut self, sites: u64, rack_sites: &[Option<u64>], storages: u64) -> Vec<u64> {
        let groups = 1 + self.dice.below(3);
        let mut counts = Vec::new();
        for group in 0..groups {
            let left = 6 - counts.iter().sum::<u64>() - (groups - group - 1);
            let count = 1 + self.dice.below(left);
            counts.push(count);
            let memory = *self.dice.pick(&[8, 12, 16, 32]);
            let cores = *self.dice.pick(&[1, 2, 8]);
            self.line(format!(
                "[host.h{group}]\ncount = {count}\ncores = {cores}\nmemory = \"{memory} GiB\""
            ));
            self.link();
            if !rack_sites.is_empty() && self.dice.percent(60) {
                let list: Vec<String> = (0..rack_sites.len()).map(|r| format!("\"r{r}\"")).collect();
                self.line(format!("racks = [{}]", list.join(", ")));
            } else if sites > 0 && self.dice.percent(60) {
                let site = self.dice.below(sites);
                self.line(format!("site = \"s{site}\""));
            }
            let reached: Vec<String> =
                (0..storages).filter(|_| self.dice.percent(85)).map(|s| format!("\"st{s}\"")).collect();
            if !reached.is_empty() {
                self.line(format!("storage = [{}]", reached.join(", ")));
            }
            self.phase("boot");
            self.maybe_fault("crash", 80);
            self.maybe_fault("hang", 20);
            self.maybe_fault("agent", 10);
            if self.dice.percent(20) {
                for link in ["management", "client", "storage", "private"] {
                    self.maybe_fault(&format!("link.{link}"), 50);
                }
                if self.dice.percent(40) {
                    self.line("storage_paths = 2");
                    self.phase("path_failover");
                }
            }
            self.maybe_crew(40);
        }
        counts
    }

    fn span(&mut self, key: &str, factors: &[f64]) {
        let span = self.duration(factors);
        self.line(format!("{key} = {span}"));
    }

    /// Any value for each setting that a product has; some are left as they are.
    fn settings(&mut self, product: &str) {
        let profile = Product::find(product).expect("one of the products").profile();
        let apart = ["heartbeat_interval", "migration", "balance"];
        let own = |key: &str| !apart.iter().any(|word| key.starts_with(word));
        self.all_settings(profile.settings().filter(|setting| own(setting.key)));
        self.stop_rule(product);
        self.balance();
    }

    fn all_settings(&mut self, settings: impl Iterator<Item = &'static Setting>) {
        for setting in settings {
            match setting.default {
                Preset::Fixed(_) => self.span(setting.key, &[0.0, 0.3, 1.0, 3.0]),
                Preset::Constant(_) | Preset::Between(..) => {
                    let law = self.law(&[0.0, 0.3, 1.0, 3.0]);
                    self.line(format!("{} = {law}", setting.key));
                }
                _ if self.dice.percent(60) => {}
                Preset::Count(_) | Preset::HostsAnd(_) => {
                    let count = self.dice.below(4);
                    self.line(format!("{} = {count}", setting.key));
                }
                Preset::Word { accepted, .. } => {
                    let word = *self.dice.pick(accepted);
                    self.line(format!("{} = \"{word}\"", setting.key));
                }
            }
        }
    }

    fn clusters(&mut self, groups: &[u64], sites: u64, storages: u64) {
        let split = groups.len() > 1 && self.dice.percent(if self.stretched { 5 } else { 25 });
        let lists: Vec<Vec<String>> = if split {
            vec![vec!["\"h0\"".into()], (1..groups.len()).map(|g| format!("\"h{g}\"")).collect()]
        } else {
            vec![(0..groups.len()).map(|g| format!("\"h{g}\"")).collect()]
        };
        for (number, list) in lists.iter().enumerate() {
            self.line(format!("[cluster.k{number}]\nhosts = [{}]", list.join(", ")));
            self.maybe_fault("manager", 20);
            if self.dice.percent(10) {
                self.line("needs_manager = true");
            }
            // Products on storage that they cannot use, to see what they do there.
            self.line("limits = \"ignore\"");
            let first = if number == 0 { 0 } else { 1 };
            if self.later.percent(25) && (groups[first] > 1 || list.len() > 1) {
                let hosts = format!("[\"h{first}-{}\"]", groups[first]);
                self.line(format!("admission = {{ policy = \"spare-hosts\", hosts = {hosts} }}"));
            }
            let product = self.product();
            self.line(format!("product = \"{product}\""));
            if product == "custom" {
                let detection = self.law(&[0.0, 0.3, 1.0, 3.0, 10.0]);
                self.line(format!("detection = {detection}"));
            }
            self.settings(product);
            self.maybe_fault("witness_outage", 20);
            if self.stretched {
                self.deciders(sites, storages);
            } else {
                if sites > 0 && self.dice.percent(30) {
                    let site = self.dice.below(sites);
                    self.line(format!("witness_site = \"s{site}\""));
                }
                if storages > 0 && self.dice.percent(50) {
                    let storage = self.dice.below(storages);
                    self.line(format!("witness_storage = \"st{storage}\""));
                }
            }
            if self.dice.percent(15) {
                let chance = *self.dice.pick(&["0.1", "0.5", "0.9"]);
                self.line(format!("start_failure = {chance}"));
            }
            if self.dice.percent(20) {
                self.line("memory_overcommit = 1.5\ncpu_overcommit = 2");
            }
        }
    }

    /// Instances of each service.
    fn services(&mut self, storages: u64, groups: &[u64]) -> Vec<u64> {
        let services = 1 + self.dice.below(3);
        let mut counts = Vec::new();
        for service in 0..services {
            let instances = 1 + self.dice.below(3);
            counts.push(instances);
            self.line(format!("[service.a{service}]\ninstances = {instances}"));
            let role = *self.dice.pick(&["stateless", "stateful"]);
            let memory = *self.dice.pick(&[1, 2, 3, 5]);
            let cores = *self.dice.pick(&[1, 1, 2]);
            let mut vm = format!("cores = {cores}, memory = \"{memory} GiB\"");
            if storages > 0 && self.dice.percent(75) {
                let timeout = self.duration(&[0.0, 0.5, 2.0, 5.0]);
                let _ =
                    write!(vm, ", storage = \"st{}\", disk_timeout = {timeout}", self.dice.below(storages));
            }
            if self.storms.percent(60) {
                let _ = write!(vm, ", boot_io = \"{} MB/s\"", self.storms.pick(&[1, 2, 3, 5]));
            }
            if self.cards.percent(60) {
                let cards = *self.cards.pick(&["\"private\"", "\"storage\"", "\"private\", \"storage\""]);
                let _ = write!(vm, ", nics = [\"client\", {cards}]");
            }
            vm.push_str(&self.memory());
            vm.push_str(&self.busy(cores));
            self.line(format!("role = \"{role}\"\nvm = {{ {vm} }}"));
            for key in ["power_on", "boot", "start", "recover"] {
                self.phase(key);
            }
            self.maybe_fault("guest_crash", 40);
            self.maybe_fault("app_crash", 40);
            self.maybe_fault("app_hang", 30);
            self.maybe_crew(40);
            if service > 0 && self.dice.percent(30) {
                let before = self.dice.below(service);
                self.line(format!("after = [\"a{before}\"]"));
            }
            let priority = 1 + self.dice.below(5);
            self.line(format!("priority = {priority}"));
            if self.responses.percent(40) {
                let response = *self.responses.pick(&["leave-on", "power-off", "shut-down"]);
                self.line(format!("isolation_response = \"{response}\""));
            }
            if self.dice.percent(40) {
                let demand = 1 + self.dice.below(4);
                self.line(format!("demand = {demand}\ncapacity = 1"));
            }
            if self.dice.percent(15) {
                let group = self.dice.below(groups.len() as u64);
                let member = 1 + self.dice.below(groups[group as usize]);
                self.line(format!("place = [\"h{group}-{member}\"]"));
            }
            self.clients(role == "stateful");
            self.loads();
        }
        counts
    }

    /// Who is at work on a service.
    fn clients(&mut self, stateful: bool) {
        let sessions = self.clients.percent(60);
        if sessions {
            let sessions = *self.clients.pick(&[1, 7, 500]);
            self.line(format!("sessions = {sessions}"));
        }
        if stateful && self.clients.percent(50) {
            let transactions = *self.clients.pick(&[1, 2, 40]);
            self.line(format!("transactions = {transactions}"));
        }
        if sessions && self.clients.percent(80) {
            let units = *self.clients.pick(&[0.0, 0.3, 1.0, 3.0, 10.0]);
            let mut us = (self.unit as f64 * units) as u64;
            if !self.ties && us > 0 {
                us += self.clients.below(us / 2 + 1);
            }
            self.line(format!("session_timeout = \"{us} us\""));
        }
        if sessions && self.loads.percent(50) {
            let us = self.unit * self.loads.below(40) / 8;
            self.line(format!("session_length = \"{us} us\""));
        }
    }

    /// When clients of a service want how much. There are two weeks to choose from, both of them everywhere.
    fn loads(&mut self) {
        if self.loads.percent(40) {
            let load = self.loads.below(2);
            self.line(format!("load = \"w{load}\""));
        }
        if self.loads.percent(50) {
            let requests = *self.loads.pick(&["0.1", "7", "2500"]);
            self.line(format!("requests = {requests}"));
        }
    }

    /// The weeks themselves. Steps lie close together on Monday, which is where most scenarios end.
    fn weeks(&mut self) {
        for load in 0..2 {
            self.line(format!("[load.w{load}]"));
            let gap = 1 + (self.unit / 60_000_000).max(1) * (1 + self.loads.below(40));
            let mut steps: Vec<(u64, u64)> = (0..24).map(|k| (k * gap, 0)).filter(|s| s.0 < 1_440).collect();
            for step in &mut steps {
                step.1 = *self.loads.pick(&[0, 1, 10, 25, 33, 50, 67, 75, 100]);
            }
            let day = |steps: &[(u64, u64)]| {
                let step =
                    |(at, part): &(u64, u64)| format!("\"{:02}:{:02}\" = \"{part} %\"", at / 60, at % 60);
                format!("{{ {} }}", steps.iter().map(step).collect::<Vec<_>>().join(", "))
            };
            let from = if self.loads.percent(50) { 0 } else { 1 };
            self.line(format!("monday = {}", day(&steps[from.min(steps.len() - 1)..])));
            let part = self.loads.below(101);
            self.line(format!("days = \"{part} %\""));
            if self.loads.percent(50) {
                self.line(format!("weekend = {}", day(&steps)));
            }
        }
    }

    /// Which layers each service meets, over all strategies.
    fn strategies(&mut self, hosts: u64, services: &[u64], _groups: usize) -> Vec<Vec<usize>> {
        let mut layers = vec![Vec::new(); services.len()];
        for strategy in 0..2 + self.dice.below(3) {
            let base = self.layer(hosts);
            self.line(format!("[strategy.p{strategy}]\nprotect = [{}]", PROTECTIONS[base]));
            self.group_settings(base, hosts);
            for (service, met) in layers.iter_mut().enumerate() {
                let mut layer = base;
                if self.dice.percent(25) {
                    layer = self.layer(hosts);
                    let protect = PROTECTIONS[layer];
                    self.line(format!("[strategy.p{strategy}.service.a{service}]\nprotect = [{protect}]"));
                    self.group_settings(layer, hosts);
                }
                met.push(layer);
            }
        }
        layers
    }

    fn layer(&mut self, hosts: u64) -> usize {
        self.dice.below(if hosts > 1 { 6 } else { 2 }) as usize
    }

    fn group_settings(&mut self, layer: usize, hosts: u64) {
        if layer < 2 {
            return;
        }
        let vms = 2 + self.dice.below((hosts - 1).min(4));
        if self.dice.percent(40) {
            self.guest_profile(layer, vms);
            return;
        }
        let detection = self.law(&[0.0, 0.3, 1.0]);
        let second = self.law(&[0.0, 0.3, 1.0]);
        if PROTECTIONS[layer].contains("nlb") {
            self.line(format!("members = {vms}\ndetection = {detection}\nconvergence = {second}"));
            if self.dice.percent(40) {
                self.line("application_aware = true");
            }
            self.drains();
        } else {
            self.line(format!("nodes = {vms}\ndetection = {detection}\ntakeover = {second}"));
            self.covers();
        }
    }

    /// Whether failovers come off.
    fn covers(&mut self) {
        if self.loads.percent(30) {
            let chance = *self.loads.pick(&["0.9", "\"50 %\"", "0"]);
            let us = self.unit * self.loads.below(6) / 2;
            self.line(format!("coverage = {chance}\nmanual_recovery = \"{us} us\""));
        }
    }

    /// How a balanced group treats those who have a session.
    fn drains(&mut self) {
        if self.loads.percent(40) {
            let us = self.unit * self.loads.below(5);
            self.line(format!("drain = \"{us} us\""));
        }
        if self.loads.percent(50) {
            let affinity = *self.loads.pick(&["none", "single", "network"]);
            self.line(format!("affinity = \"{affinity}\""));
        }
    }

    /// A product inside the guests, with any values.
    fn guest_profile(&mut self, layer: usize, vms: u64) {
        let balanced = PROTECTIONS[layer].contains("nlb");
        let wanted = if balanced { GuestLayer::Balanced } else { GuestLayer::Failover };
        let profiles: Vec<_> = GUEST_PROFILES.iter().filter(|profile| profile.layer == wanted).collect();
        let profile = *self.dice.pick(&profiles);
        let count = if balanced { "members" } else { "nodes" };
        self.line(format!("profile = \"{}\"\n{count} = {vms}", profile.word));
        let settings = profile.settings().filter(|s| s.key != "application_aware");
        self.all_settings(settings.filter(|s| s.key != "heartbeat_interval"));
        if balanced {
            self.drains();
            return;
        }
        if self.dice.percent(30) {
            let law = self.law(&[0.0, 0.3, 1.0, 3.0]);
            self.line(format!("failback = {law}"));
        }
        self.maybe_fault("witness_outage", 20);
        if self.dice.percent(30) {
            let [disk, start] = [self.law(&[0.0, 0.3]), self.law(&[0.0, 1.0])];
            self.line(format!("takeover = {{ disk = {disk}, start = {start} }}"));
        }
        self.covers();
    }

    fn maintenances(&mut self, groups: &[u64], horizon: u64) {
        for plan in 0..self.dice.below(3).saturating_sub(self.dice.below(2)) {
            let group = self.dice.below(groups.len() as u64);
            let first = self.dice.below(horizon / self.unit / 2) * self.unit;
            let lasts = self.law(&[0.0, 1.0, 5.0]);
            self.line(format!(
                "[maintenance.m{plan}]\nhosts = [\"h{group}\"]\nfirst = \"{first} us\"\nlasts = {lasts}"
            ));
            if self.dice.percent(70) {
                let every = self.duration(&[3.0, 20.0]);
                self.line(format!("every = {every}"));
            }
            let at_once = 1 + self.dice.below(2);
            self.line(format!("at_once = {at_once}"));
            self.evacuation();
        }
    }

    fn patchings(&mut self, services: u64, horizon: u64) {
        std::mem::swap(&mut self.dice, &mut self.patches);
        for plan in 0..self.dice.below(4).saturating_sub(1) {
            let mut list: Vec<String> = (0..services).map(|service| format!("\"a{service}\"")).collect();
            if self.dice.percent(50) {
                list.reverse();
            }
            list.truncate(1 + self.dice.below(services) as usize);
            let first = self.dice.below(horizon / self.unit / 2) * self.unit;
            let lasts = self.law(&[0.0, 0.3, 1.0, 5.0]);
            let at_once = 1 + self.dice.below(3);
            self.line(format!(
                "[maintenance.g{plan}]\nservices = [{}]\nfirst = \"{first} us\"\nlasts = {lasts}\nat_once = {at_once}",
                list.join(", ")
            ));
            if self.dice.percent(80) {
                let every = self.duration(&[3.0, 20.0]);
                self.line(format!("every = {every}"));
            }
        }
        std::mem::swap(&mut self.dice, &mut self.patches);
    }

    fn injects(
        &mut self,
        horizon: u64,
        [sites, racks, networks, storages]: [u64; 4],
        groups: &[u64],
        services: &[u64],
        layers: &[Vec<usize>],
    ) {
        if self.dice.percent(if self.stretched { 20 } else { 50 }) {
            return;
        }
        let most = if self.stretched { 8 } else { 5 };
        for _ in 0..1 + self.dice.below(most) {
            let group = self.dice.below(groups.len() as u64);
            let host = format!("host h{group}-{}", 1 + self.dice.below(groups[group as usize]));
            let service = self.dice.below(services.len() as u64);
            let instance = 1 + self.dice.below(services[service as usize]);
            let single = layers[service as usize].iter().any(|l| *l < 2);
            let member = if single { String::new() } else { ".1".to_owned() };
            let fault = *self.dice.pick(&["guest_crash", "app_crash", "app_hang"]);
            let link = *self.dice.pick(&["management", "client", "storage"]);
            let target = match self.dice.below(12) {
                throw if self.stretched && throw % 2 == 0 => self.target_of_sites(sites, networks, storages),
                0 if sites > 0 => format!("site s{} outage", self.dice.below(sites)),
                1 if racks > 0 => format!("rack r{} outage", self.dice.below(racks)),
                2 if networks > 0 => format!("network n{} outage", self.dice.below(networks)),
                3 if storages > 0 => format!("storage st{} outage", self.dice.below(storages)),
                4 | 5 => format!("{host} link.{link}"),
                6 => format!("{host} hang"),
                7 => format!("{host} agent"),
                8 if storages > 0 => format!("storage st{} controller", self.dice.below(storages)),
                9 | 10 => format!("vm a{service}-{instance}{member} {fault}"),
                _ => format!("{host} crash"),
            };
            let at = self.dice.below(horizon / self.unit) * self.unit;
            self.line(format!("[[inject]]\nat = \"{at} us\"\nfault = \"{target}\""));
            if self.dice.percent(80) {
                let lasts = self.duration(&[0.0, 1.0, 5.0, 20.0]);
                self.line(format!("lasts = {lasts}"));
            }
        }
    }
}
