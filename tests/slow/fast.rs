//! The product's side: a scenario per model, its scripted faults set anew for each draw, and what it tells.

use ninefold::engine::{Randomness, Span};
use ninefold::model::{Cause, InjectTarget, Model};
use ninefold::probe::Timeline;
use ninefold::scenario::{self, Input};
use ninefold::sim::Signal;

use crate::draw::{Fault, Strike};
use crate::sites::Sites;
use crate::story::{Story, What, Why};
use crate::world::{S, Us};

/// Faults of one draw: so many of parts, and so many of hosts.
const STRIKES: usize = 8;

/// A cluster to simulate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster<'a> {
    pub(crate) product: &'a str,
    /// Lines of the cluster's table: stages that are drawn, made constant.
    pub(crate) settings: &'a str,
    pub(crate) hosts: usize,
    /// Whether hosts are wired to a storage, and whether VMs have their disks there.
    pub(crate) wired: bool,
    pub(crate) disks: bool,
    /// Whether its witness can be struck.
    pub(crate) witness: bool,
    pub(crate) sites: Sites,
    /// What VMs say themselves about a host that is alone; empty where none does, and an empty word for one that does not.
    pub(crate) responses: &'a [&'a str],
}

/// A compiled cluster, with the scripted faults that can be set.
pub(crate) struct Fast {
    model: Model,
    links: Vec<InjectTarget>,
    paths: Vec<InjectTarget>,
    /// Of each site, and between sites: for management, for storage.
    networks: Vec<InjectTarget>,
    between: Vec<InjectTarget>,
    fabrics: Vec<InjectTarget>,
    storage: Option<InjectTarget>,
    witness: Option<InjectTarget>,
}

fn text(cluster: &Cluster<'_>) -> String {
    let Cluster { product, settings, hosts, wired, disks, witness, sites, responses } = *cluster;
    let inject = |fault: String| format!("[[inject]]\nat = \"1 h\"\nfault = \"{fault}\"\nlasts = \"1 s\"\n");
    let runs = if sites.is_stretched() { sites.runs() } else { vec![(0, hosts)] };
    let names: Vec<String> = (0..)
        .zip(&runs)
        .flat_map(|(run, (_, count))| (1..=*count).map(move |n| format!("{}-{n}", name_of(sites, run))))
        .collect();
    let each = |what: &str| -> String { names.iter().map(|h| inject(format!("host {h} {what}"))).collect() };
    let groups: Vec<String> = (0..runs.len()).map(|run| format!("\"{}\"", name_of(sites, run))).collect();
    let places: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let mut text = format!(
        "schema = 1\ntitle = \"slow\"\n[run]\nhorizon = \"2 h\"\nreplications = 1\nages = \"new\"\n\
         {}{}\
         [cluster.c]\nproduct = \"{product}\"\n{settings}\nhosts = [{}]\n",
        networks(sites),
        hosts_of(&runs, sites, wired),
        groups.join(", "),
    );
    let service = |name: String, vms: &[String], response: &str| {
        let disks = if disks { ", storage = \"san\"" } else { "" };
        let own = if response.is_empty() {
            String::new()
        } else {
            format!("isolation_response = \"{response}\"\n")
        };
        format!(
            "[service.{name}]\ninstances = {}\nplace = [{}]\n\
             vm = {{ cores = 1, memory = \"1 GiB\", disk_timeout = \"1 d\"{disks} }}\n{own}\
             power_on = \"1 d\"\nboot = \"1 h\"\nstart = \"1 h\"\nrecover = \"0 s\"\n",
            vms.len(),
            vms.join(", ")
        )
    };
    if responses.is_empty() {
        text += &service("app".to_owned(), &places, "");
    }
    for (vm, response) in responses.iter().enumerate() {
        text += &service(format!("app-{vm}"), &places[vm..=vm], response);
    }
    text += "[strategy.s]\nprotect = [\"host-cluster\"]\n";
    text += &inject("network lan-0 outage".to_owned()).repeat(STRIKES);
    text += &inject(format!("host {} crash", names[0])).repeat(STRIKES);
    for site in 0..sites.count() {
        text += &inject(format!("network lan-{site} outage"));
    }
    for (kind, of) in [("link", sites.links), ("fabric", sites.fabrics)] {
        for n in 0..of.len() {
            text += &inject(format!("network {kind}-{n} outage"));
        }
    }
    text += &each("link.management");
    if wired {
        text += &(each("link.storage") + &inject("storage san outage".to_owned()));
    }
    if witness {
        text += &inject("witness c outage".to_owned());
    }
    text
}

/// The name of hosts that are counted on.
fn name_of(sites: Sites, run: usize) -> char {
    if sites.is_stretched() { (b'a' + run as u8) as char } else { 'h' }
}

/// The sites, and their networks.
fn networks(sites: Sites) -> String {
    let mut text = String::new();
    for site in 0..sites.count() {
        let at = if sites.is_stretched() {
            format!("site = \"s{site}\"\n[site.s{site}]\n")
        } else {
            String::new()
        };
        text += &format!("[network.lan-{site}]\ncarries = [\"management\"]\n{at}");
    }
    for (kind, carries, of) in [("link", "management", sites.links), ("fabric", "storage", sites.fabrics)] {
        for (n, ends) in of.iter().enumerate() {
            let ends: Vec<String> = ends.iter().map(|site| format!("\"s{site}\"")).collect();
            let ends = ends.join(", ");
            text += &format!("[network.{kind}-{n}]\ncarries = [\"{carries}\"]\nbetween = [{ends}]\n");
        }
    }
    text
}

/// The hosts, and the storage that they are wired to.
fn hosts_of(runs: &[(usize, usize)], sites: Sites, wired: bool) -> String {
    let mut text = String::new();
    for (run, (site, count)) in runs.iter().enumerate() {
        let name = name_of(sites, run);
        text += &format!(
            "[host.{name}]\ncount = {count}\ncores = 16\nmemory = \"128 GiB\"\nboot = \"5 min\"\n{}{}",
            if sites.is_stretched() { format!("site = \"s{site}\"\n") } else { String::new() },
            if wired { "storage = [\"san\"]\n" } else { "" },
        );
    }
    if wired {
        text += "[storage.san]\nkind = \"fc\"\n";
        if let Some(site) = sites.array {
            text += &format!("site = \"s{site}\"\n");
        }
    }
    text
}

impl Fast {
    pub(crate) fn new(cluster: &Cluster<'_>) -> Fast {
        let text = text(cluster);
        let (spec, issues) =
            scenario::read(&Input { name: "slow", bytes: text.as_bytes(), overrides: &[], files: &[] });
        let told: String = issues.iter().map(|issue| issue.render()).collect();
        let model = scenario::compile(&spec.unwrap_or_else(|| panic!("{told}"))).expect("compiles").remove(0);
        let mut rest = model.injects[2 * STRIKES..].iter().map(|inject| inject.target);
        let networks = rest.by_ref().take(cluster.sites.count()).collect();
        let between = rest.by_ref().take(cluster.sites.links.len()).collect();
        let fabrics = rest.by_ref().take(cluster.sites.fabrics.len()).collect();
        let links = rest.by_ref().take(cluster.hosts).collect();
        let wired = if cluster.wired { cluster.hosts } else { 0 };
        let paths = rest.by_ref().take(wired).collect();
        let storage = if cluster.wired { rest.next() } else { None };
        let witness = if cluster.witness { rest.next() } else { None };
        Fast { model, links, paths, networks, between, fabrics, storage, witness }
    }

    /// At which instant of its interval each host beats.
    pub(crate) fn phases(&self, seed: u64, interval: Option<Us>) -> Vec<Us> {
        let random = Randomness::new(seed, 0);
        let interval = interval.unwrap_or(0) as f64;
        let hosts = self.model.hosts.iter();
        hosts.map(|host| (random.uniform(host.streams.beat, 0) * interval) as Us).collect()
    }

    pub(crate) fn story(&mut self, seed: u64, strikes: &[Strike], end: Us) -> Story {
        self.script(strikes, end);
        let Timeline { entries } = ninefold::experiment::trace(&self.model, seed, 0);
        let mut story = Story::new();
        for entry in entries {
            let what = match entry.signal {
                Signal::HostDeclaredFailed { host, .. } => What::Declared(host.index()),
                Signal::HostIsolated { host } => What::Isolated(host.index()),
                Signal::HostFenced { host } => What::Fenced(host.index()),
                Signal::QuorumLost { .. } => What::QuorumLost,
                Signal::QuorumRegained { .. } => What::QuorumRegained,
                Signal::PrimaryElected { host, .. } => What::Elected(host.index()),
                Signal::VmDown { vm, cause } => What::Down(vm.index(), why(cause)),
                Signal::RestartOrdered { vm, host, .. } => What::Ordered(vm.index(), host.index()),
                Signal::RestartFailed { vm, .. } => What::Failed(vm.index()),
                _ => continue,
            };
            story.push((entry.at.0, what));
        }
        story.sort_unstable();
        story
    }

    fn script(&mut self, strikes: &[Strike], end: Us) {
        self.model.horizon = Span(end);
        let hosts = self.model.clusters[0].hosts.clone();
        for inject in &mut self.model.injects {
            inject.at = Span(end + S);
        }
        let (mut part, mut host) = (0, STRIKES);
        for strike in strikes {
            let (target, slot) = match strike.fault {
                Fault::Crash(h) => (InjectTarget::HostCrash(hosts[h]), &mut host),
                Fault::Hang(h) => (InjectTarget::HostHang(hosts[h]), &mut host),
                Fault::Link(h) => (self.links[h], &mut part),
                Fault::Network(site) => (self.networks[site], &mut part),
                Fault::Between(link) => (self.between[link], &mut part),
                Fault::Fabric(link) => (self.fabrics[link], &mut part),
                Fault::Path(h) => (self.paths[h], &mut part),
                Fault::Storage => (self.storage.expect("a storage"), &mut part),
                Fault::Witness => (self.witness.expect("a witness"), &mut part),
            };
            let inject = &mut self.model.injects[*slot];
            (inject.at, inject.target, inject.lasts) = (Span(strike.at), target, Some(Span(strike.lasts)));
            *slot += 1;
        }
        assert!(part <= STRIKES && host <= 2 * STRIKES, "more strikes than slots");
    }
}

fn why(cause: Cause) -> Why {
    match cause {
        Cause::HostCrash => Why::Crash,
        Cause::HostHang => Why::Hang,
        Cause::LinkFailure => Why::Link,
        Cause::NetworkOutage => Why::Network,
        Cause::StorageOutage => Why::Storage,
        Cause::WitnessOutage => Why::Witness,
        other => panic!("nobody struck with {other:?}"),
    }
}
