//! Groups of hosts.

use crate::engine::Law;
use crate::scenario::code;
use crate::scenario::describe::{law_text, span_text};
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::{defaults, limits};
use crate::scenario::names::Names;
use crate::scenario::spec::{HostGroup, Traffic};
use crate::scenario::text::join;
use crate::scenario::tree::Value;

use super::Named;

/// What a host group can refer to.
pub(super) struct Places<'a> {
    pub(super) sites: &'a Names,
    pub(super) racks: &'a Names,
    pub(super) crews: &'a Names,
    pub(super) storages: &'a Names,
}

const KEYS: [&str; 19] = [
    "count",
    "site",
    "rack",
    "racks",
    "cores",
    "memory",
    "cpu",
    "nics",
    "storage",
    "migration",
    "boot",
    "crash",
    "hang",
    "agent",
    "link",
    "storage_paths",
    "path_failover",
    "crew",
    "price",
];

impl Reader {
    pub(super) fn host_group(&mut self, named: &Named<'_>, places: &Places<'_>) -> HostGroup {
        let boot = Law::Constant { value_s: defaults::HOST_BOOT.value };
        let mut group = HostGroup {
            name: named.name.to_owned(),
            mark: named.mark,
            count: 1,
            site: None,
            racks: Vec::new(),
            // What cannot be read is as large as can be, so that nothing fails to fit.
            cores: limits::CORES as u32,
            memory_bytes: limits::MEMORY_BYTES,
            cpu: None,
            nics: None,
            storages: Vec::new(),
            migration: None,
            boot,
            crash: None,
            hang: None,
            agent: None,
            storage_paths: 1,
            path_failover: Law::Uniform {
                min_s: defaults::PATH_FAILOVER_S.0,
                max_s: defaults::PATH_FAILOVER_S.1,
            },
            links: Vec::new(),
            crew: None,
            price: None,
        };
        let Some(f) = named.fields(self, &KEYS) else { return group };
        match f.get("count") {
            Some(at) => {
                // An unreadable count is the largest, so that no host of the group seems missing.
                let count = self.amount(&at, limits::HOSTS, "hosts");
                group.count = count.unwrap_or(limits::HOSTS) as u32;
            }
            None if self.doubts(&join(&f.path, "count")) => group.count = limits::HOSTS as u32,
            None => self.assume(&f, "count", "1".to_owned(), "contract"),
        }
        group.site = self.opt(&f, "site", |r, at| r.reference(at, places.sites));
        group.racks = self.racks(&f, places.racks);
        let cores = self.required(&f, "cores", "16", |r, at| r.whole(at, 1, limits::CORES));
        group.cores = cores.map_or(group.cores, |n| n as u32);
        let memory = self.required(&f, "memory", "\"64 GiB\"", |r, at| r.memory(at, limits::MEMORY_BYTES));
        group.memory_bytes = memory.unwrap_or(group.memory_bytes);
        group.cpu = self.opt(&f, "cpu", |r, at| r.text(at).map(str::to_owned));
        group.nics = self.opt(&f, "nics", |r, at| r.whole(at, 1, 1_000)).map(|n| n as u32);
        group.storages =
            self.opt(&f, "storage", |r, at| r.references(at, places.storages)).unwrap_or_default();
        group.migration = self.opt(&f, "migration", Reader::rate);
        match f.get("boot") {
            Some(at) => group.boot = self.law(&at).unwrap_or(group.boot),
            None => {
                let value = span_text(defaults::HOST_BOOT.value);
                self.assume(&f, "boot", format!("\"{value}\""), defaults::HOST_BOOT.source);
            }
        }
        group.crash = self.opt(&f, "crash", Reader::fault);
        group.hang = self.opt(&f, "hang", Reader::fault);
        group.agent = self.opt(&f, "agent", Reader::fault);
        self.paths(&f, &mut group);
        if let Some(at) = f.get("link") {
            self.links(&at, &mut group);
        }
        group.crew = self.opt(&f, "crew", |r, at| r.reference(at, places.crews));
        group.price = self.opt(&f, "price", Reader::money);
        group
    }

    fn racks(&mut self, f: &Fields<'_>, racks: &Names) -> Vec<usize> {
        match (f.get("rack"), f.get("racks")) {
            (Some(_), Some(at)) => {
                self.report(code::CONFLICT, &at, "both rack and racks are given", "keep one of the two");
                Vec::new()
            }
            (Some(at), None) => self.reference(&at, racks).into_iter().collect(),
            (None, Some(at)) => {
                if matches!(&at.node.value, Value::Array(items) if items.is_empty()) {
                    let what = "no rack is listed: the hosts stand in none";
                    self.report(code::NO_EFFECT, &at, what, "list racks, or leave it out");
                }
                self.references(&at, racks).unwrap_or_default()
            }
            (None, None) => Vec::new(),
        }
    }

    fn paths(&mut self, f: &Fields<'_>, group: &mut HostGroup) {
        let paths = self.opt(f, "storage_paths", |r, at| r.whole(at, 1, 64));
        group.storage_paths = paths.map_or(1, |n| n as u32);
        match f.get("path_failover") {
            Some(at) => group.path_failover = self.law(&at).unwrap_or_else(|| group.path_failover.clone()),
            None if group.storage_paths > 1 => {
                let value = law_text(&group.path_failover);
                self.assume(f, "path_failover", value, defaults::PATH_FAILOVER_SOURCE);
            }
            None => {}
        }
    }

    fn links(&mut self, at: &At<'_>, group: &mut HostGroup) {
        let accepted: Vec<&str> = Traffic::WORDS.iter().map(|&(word, _)| word).collect();
        let Some(f) = self.fields(at, &accepted) else { return };
        for (word, traffic) in Traffic::WORDS {
            let Some(at) = f.get(word) else { continue };
            if let Some(fault) = self.fault(&at) {
                group.links.push((*traffic, fault));
            }
        }
    }
}
