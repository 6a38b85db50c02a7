//! Datacenters on several sites: networks at a site and between sites, storage with a second copy, clusters whose
//! hosts do not always hear each other.
//!
//! Half of all seeds are such scenarios; the others are what they were before there were any.

use super::{Author, PRODUCTS};

/// Every family as often as the others.
const PRODUCTS_OF_SITES: [&str; 12] = [
    "custom",
    "custom",
    "vsphere-6",
    "vsphere-6",
    "vsphere-8",
    "vmware-ha-4",
    "xenserver",
    "hyper-v-2008",
    "hyper-v-2012-r2",
    "hyper-v-2016",
    "proxmox",
    "pacemaker",
];

impl Author {
    pub(super) fn how_many_sites(&mut self) -> u64 {
        if self.stretched { 2 + self.dice.below(2) } else { self.dice.below(3) }
    }

    pub(super) fn product(&mut self) -> &'static str {
        let products: &[&'static str] = if self.stretched { &PRODUCTS_OF_SITES } else { &PRODUCTS };
        self.dice.pick::<&'static str>(products)
    }

    /// One rack a site, or none.
    pub(super) fn racks_of_sites(&mut self, sites: u64) -> Vec<Option<u64>> {
        let racks = if self.dice.percent(40) { sites } else { 0 };
        for rack in 0..racks {
            self.line(format!("[rack.r{rack}]\nsite = \"s{rack}\""));
            self.maybe_fault("outage", 40);
        }
        (0..racks).map(Some).collect()
    }

    /// Networks within sites and between them, sometimes one that is everywhere.
    pub(super) fn networks_of_sites(&mut self, sites: u64) -> u64 {
        let mut networks = 0;
        for kinds in
            ["\"management\", \"client\", \"storage\"", "\"management\"", "\"storage\"", "\"client\""]
        {
            for site in 0..sites {
                if self.dice.percent(25) {
                    self.network(&mut networks, kinds, &format!("site = \"s{site}\""));
                }
            }
        }
        let all: Vec<String> = (0..sites).map(|s| format!("\"s{s}\"")).collect();
        for kinds in
            ["\"management\", \"storage\"", "\"management\"", "\"storage\"", "\"management\", \"client\""]
        {
            if !self.dice.percent(45) {
                continue;
            }
            // All sites on one, or one for each pair.
            if sites == 2 || self.dice.percent(50) {
                self.network(&mut networks, kinds, &format!("between = [{}]", all.join(", ")));
                continue;
            }
            for (a, b) in [(0, 1), (1, 2), (0, 2)] {
                if self.dice.percent(70) {
                    self.network(&mut networks, kinds, &format!("between = [\"s{a}\", \"s{b}\"]"));
                }
            }
        }
        if self.dice.percent(10) {
            self.network(&mut networks, "\"management\", \"storage\"", "");
        }
        networks
    }

    fn network(&mut self, networks: &mut u64, kinds: &str, reach: &str) {
        self.line(format!("[network.n{networks}]\ncarries = [{kinds}]"));
        if !reach.is_empty() {
            self.line(reach);
        }
        self.maybe_fault("outage", 60);
        self.maybe_crew(10);
        *networks += 1;
    }

    /// One or two pairs of storages, the second of each the copy of the first or a storage of its own, and sometimes a
    /// single one at a third site, such as a witness stands on.
    pub(super) fn storages_of_sites(&mut self, sites: u64) -> u64 {
        let pairs = 1 + self.dice.below(2);
        for pair in 0..pairs {
            let (first, second) = (2 * pair, 2 * pair + 1);
            let local = self.dice.percent(15);
            let mut kinds = [""; 2];
            for kind in &mut kinds {
                *kind = if local { "das" } else { *self.dice.pick(&["fc", "fc", "iscsi", "nfs", "nas"]) };
            }
            let sites_of = [self.dice.below(sites), self.dice.below(sites)];
            let far = (sites_of[0] + 1) % sites;
            let place = (!self.dice.percent(10)).then_some(sites_of[0]);
            self.storage_at(first, kinds[0], place);
            if self.dice.percent(75) {
                self.mirror(second, local);
            }
            let place = if self.dice.percent(15) { sites_of[1] } else { far };
            let place = (!self.dice.percent(10)).then_some(place);
            self.storage_at(second, kinds[1], place);
        }
        if self.dice.percent(50) {
            self.storage_at(2 * pairs, "iscsi", Some(sites - 1));
            return 2 * pairs + 1;
        }
        2 * pairs
    }

    fn storage_at(&mut self, storage: u64, kind: &'static str, site: Option<u64>) {
        self.line(format!("[storage.st{storage}]\nkind = \"{kind}\""));
        self.storages.push((kind, site));
        if self.dice.percent(25) {
            let bandwidth = *self.dice.pick(&[1, 3, 6, 7, 12]);
            self.line(format!("bandwidth = \"{bandwidth} MB/s\""));
        }
        if let Some(site) = site {
            self.line(format!("site = \"s{site}\""));
        }
        self.maybe_fault("outage", 60);
        if self.dice.percent(15) {
            self.maybe_fault("controller", 100);
            self.line("controllers = 2");
            self.phase("controller_failover");
        }
    }

    fn mirror(&mut self, to: u64, local: bool) {
        if self.dice.percent(25) {
            self.line(format!("mirror = \"st{to}\""));
            return;
        }
        let mut keys = vec![format!("to = \"st{to}\"")];
        if self.dice.percent(40) {
            let lag = self.law(&[0.0, 0.3, 1.0]);
            keys.push(format!("mode = \"async\", lag = {lag}"));
        }
        let failover = *self.dice.pick(&["array", "cluster", "cluster", "manual"]);
        let failover = if local && failover == "array" { "manual" } else { failover };
        keys.push(format!("failover = \"{failover}\""));
        if failover == "manual" {
            let decision = self.law(&[0.0, 1.0, 3.0]);
            keys.push(format!("decision = {decision}"));
        }
        for key in ["switch", "resync"] {
            if self.dice.percent(80) {
                let law = self.law(&[0.0, 0.3, 1.0, 3.0]);
                keys.push(format!("{key} = {law}"));
            }
        }
        self.line(format!("mirror = {{ {} }}", keys.join(", ")));
    }

    /// Groups of hosts, each at a site, wired to the storages there and most others.
    pub(super) fn hosts_of_sites(&mut self, sites: u64, racks: usize) -> Vec<u64> {
        let groups = sites + self.dice.below(2);
        let mut counts = Vec::new();
        for group in 0..groups {
            let count = 1 + self.dice.below(if groups > 3 { 2 } else { 3 });
            counts.push(count);
            let memory = *self.dice.pick(&[8, 12, 16, 32]);
            let cores = *self.dice.pick(&[2, 8]);
            self.line(format!(
                "[host.h{group}]\ncount = {count}\ncores = {cores}\nmemory = \"{memory} GiB\""
            ));
            self.link();
            let site = group % sites;
            if racks > 0 && self.dice.percent(50) {
                self.line(format!("racks = [\"r{site}\"]"));
            } else if !self.dice.percent(8) {
                self.line(format!("site = \"s{site}\""));
            }
            self.wires(site);
            self.phase("boot");
            self.maybe_fault("crash", 70);
            self.maybe_fault("hang", 10);
            self.maybe_fault("agent", 10);
            if self.dice.percent(20) {
                for link in ["management", "client", "storage"] {
                    self.maybe_fault(&format!("link.{link}"), 50);
                }
                if self.dice.percent(20) {
                    self.line("storage_paths = 2");
                    self.phase("path_failover");
                }
            }
            self.maybe_crew(20);
        }
        counts
    }

    /// The storages that the hosts at a site reach: local disks only there, arrays mostly from everywhere.
    fn wires(&mut self, site: u64) {
        let mut reached = Vec::new();
        for (number, (kind, at)) in self.storages.clone().into_iter().enumerate() {
            let near = at.is_none_or(|at| at == site);
            let percent = match (near, kind) {
                (true, _) => 95,
                (false, "das") => 0,
                (false, _) => 65,
            };
            if self.dice.percent(percent) {
                reached.push(format!("\"st{number}\""));
            }
        }
        if !reached.is_empty() {
            self.line(format!("storage = [{}]", reached.join(", ")));
        }
    }

    /// Who decides in a cluster on several sites.
    pub(super) fn deciders(&mut self, sites: u64, storages: u64) {
        for key in ["witness_site", "preferred_site"] {
            if self.dice.percent(40) {
                let site = self.dice.below(sites);
                self.line(format!("{key} = \"s{site}\""));
            }
        }
        if storages > 0 && self.dice.percent(50) {
            let storage = self.dice.below(storages);
            self.line(format!("witness_storage = \"st{storage}\""));
        }
    }

    /// What a script strikes where there are several sites: mostly what joins them, and all of one.
    pub(super) fn target_of_sites(&mut self, sites: u64, networks: u64, storages: u64) -> String {
        match self.dice.below(4) {
            0 => format!("site s{} outage", self.dice.below(sites)),
            1 if networks > 0 => format!("network n{} outage", self.dice.below(networks)),
            2 if storages > 0 => format!("storage st{} outage", self.dice.below(storages)),
            _ => "witness k0 outage".to_owned(),
        }
    }
}
