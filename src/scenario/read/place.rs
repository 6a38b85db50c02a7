//! Sites, racks, crews, networks and storage.

use crate::engine::Law;
use crate::scenario::code;
use crate::scenario::describe::law_text;
use crate::scenario::fields::{Fields, Reader};
use crate::scenario::fixed::defaults as d;
use crate::scenario::names::Names;
use crate::scenario::spec::{Crew, Network, Rack, Site, Storage, StorageKind, Traffic};

use super::Named;

impl Reader {
    pub(super) fn site(&mut self, named: &Named<'_>, crews: &Names) -> Site {
        let mut site = Site { name: named.name.to_owned(), mark: named.mark, outage: None, crew: None };
        if let Some(f) = named.fields(self, &["outage", "crew"]) {
            site.outage = self.opt(&f, "outage", Reader::fault);
            site.crew = self.opt(&f, "crew", |r, at| r.reference(at, crews));
        }
        site
    }

    pub(super) fn rack(&mut self, named: &Named<'_>, sites: &Names, crews: &Names) -> Rack {
        let mut rack =
            Rack { name: named.name.to_owned(), mark: named.mark, site: None, outage: None, crew: None };
        if let Some(f) = named.fields(self, &["site", "outage", "crew"]) {
            rack.site = self.opt(&f, "site", |r, at| r.reference(at, sites));
            rack.outage = self.opt(&f, "outage", Reader::fault);
            rack.crew = self.opt(&f, "crew", |r, at| r.reference(at, crews));
        }
        rack
    }

    pub(super) fn crew(&mut self, named: &Named<'_>) -> Crew {
        let mut crew = Crew { name: named.name.to_owned(), mark: named.mark, size: 1 };
        if let Some(f) = named.fields(self, &["size"]) {
            let size = self.required(&f, "size", "1", |r, at| r.whole(at, 1, 1_000_000));
            crew.size = size.map_or(1, |n| n as u32);
        }
        crew
    }

    pub(super) fn network(&mut self, named: &Named<'_>, sites: &Names, crews: &Names) -> Network {
        let mut network = Network {
            name: named.name.to_owned(),
            mark: named.mark,
            carries: Vec::new(),
            site: None,
            between: Vec::new(),
            outage: None,
            crew: None,
        };
        let Some(f) = named.fields(self, &["carries", "site", "between", "outage", "crew"]) else {
            return network;
        };
        let example = "[\"management\", \"client\"]";
        let items = self.required(&f, "carries", example, |r, at| r.items(at, example));
        for item in items.unwrap_or_default() {
            let Some(traffic) = self.word(&item, Traffic::WORDS) else { continue };
            if network.carries.contains(&traffic) {
                self.twice(&item, traffic.word());
            } else {
                network.carries.push(traffic);
            }
        }
        network.carries.sort_unstable();
        self.network_reach(&f, &mut network, sites);
        network.outage = self.opt(&f, "outage", Reader::fault);
        network.crew = self.opt(&f, "crew", |r, at| r.reference(at, crews));
        if let Some(at) = f.get("carries")
            && matches!(&at.node.value, crate::scenario::tree::Value::Array(list) if list.is_empty())
        {
            self.report(code::NO_EFFECT, &at, "a network that carries nothing", format!("write {example}"));
        }
        network
    }

    /// Everywhere, at one site, or between sites.
    fn network_reach(&mut self, f: &Fields<'_>, network: &mut Network, sites: &Names) {
        network.site = self.opt(f, "site", |r, at| r.reference(at, sites));
        let Some(at) = f.get("between") else { return };
        let Some(between) = self.references(&at, sites) else { return };
        if f.get("site").is_some() {
            let what = "a network is at one site or between sites";
            self.report(code::CONFLICT, &at, what, "leave out site or between");
        } else if between.len() < 2 && self.items(&at, "").is_some_and(|items| items.len() < 2) {
            let what = "a network between sites needs two of them";
            self.report(code::RANGE, &at, what, "name at least two sites, or write site instead");
        } else {
            network.between = between;
        }
    }

    pub(super) fn storage(
        &mut self,
        named: &Named<'_>,
        sites: &Names,
        crews: &Names,
        storages: &Names,
    ) -> Storage {
        let mut storage = Storage {
            name: named.name.to_owned(),
            mark: named.mark,
            // A network filer: no check objects to it when the kind cannot be read.
            kind: StorageKind::Nfs,
            site: None,
            outage: None,
            controller: None,
            controllers: d::CONTROLLERS,
            controller_failover: Law::Constant { value_s: 0.0 },
            mirror: None,
            bandwidth: None,
            crew: None,
        };
        let accepted = [
            "kind",
            "site",
            "outage",
            "controller",
            "controllers",
            "controller_failover",
            "mirror",
            "bandwidth",
            "crew",
        ];
        let Some(f) = named.fields(self, &accepted) else { return storage };
        let kind = self.required(&f, "kind", "\"fc\"", |r, at| r.word(at, StorageKind::WORDS));
        storage.kind = kind.unwrap_or(storage.kind);
        storage.site = self.opt(&f, "site", |r, at| r.reference(at, sites));
        storage.outage = self.opt(&f, "outage", Reader::fault);
        storage.mirror = f.get("mirror").and_then(|at| self.mirror(&at, storage.kind, storages));
        storage.bandwidth = self.opt(&f, "bandwidth", Reader::rate);
        storage.crew = self.opt(&f, "crew", |r, at| r.reference(at, crews));
        self.controllers(&f, &mut storage);
        storage
    }

    /// A storage's controllers; their number and failover matter where they can fail, or a script strikes one.
    fn controllers(&mut self, f: &Fields<'_>, storage: &mut Storage) {
        storage.controller = self.opt(f, "controller", Reader::fault);
        let controllers = self.opt(f, "controllers", |r, at| r.whole(at, 1, 16));
        storage.controllers = controllers.map_or(d::CONTROLLERS, |n| n as u32);
        let (min_s, max_s) = match storage.kind {
            StorageKind::Fc => d::CONTROLLER_FAILOVER_FC_S,
            _ => d::CONTROLLER_FAILOVER_S,
        };
        storage.controller_failover = Law::Uniform { min_s, max_s };
        match f.get("controller_failover") {
            Some(at) => {
                let law = self.law(&at);
                storage.controller_failover = law.unwrap_or_else(|| storage.controller_failover.clone());
            }
            None if storage.controller.is_some() && storage.controllers > 1 => {
                let value = law_text(&storage.controller_failover);
                self.assume(f, "controller_failover", value, d::CONTROLLER_FAILOVER_SOURCE);
            }
            None => {}
        }
        if storage.controller.is_some() && f.get("controllers").is_none() {
            self.assume(f, "controllers", d::CONTROLLERS.to_string(), "assumption");
        }
    }
}
