//! Host clusters and the settings of their products.

use std::collections::BTreeMap;

use crate::engine::Law;
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::names::{HostNames, Names};
use crate::scenario::profiles::{self, PROFILES, Product};
use crate::scenario::spec::{Cluster, ClusterSettings};
use crate::scenario::text::{quote, suggest};
use crate::scenario::tree::Value;

use super::Named;

/// Settings that every cluster has.
const COMMON: [&str; 9] = [
    "product",
    "admission",
    "detection",
    "memory_overcommit",
    "cpu_overcommit",
    "witness_storage",
    "witness_site",
    "witness_outage",
    "needs_manager",
];

/// What a cluster can refer to.
pub(super) struct Around<'a> {
    pub(super) sites: &'a Names,
    pub(super) storages: &'a Names,
    pub(super) hosts: &'a HostNames<'a>,
}

/// Settings of a cluster, for its table and for a strategy's override.
pub(super) fn settings() -> Vec<&'static str> {
    COMMON.into_iter().chain(profiles::keys()).collect()
}

impl Reader {
    pub(super) fn cluster(&mut self, named: &Named<'_>, around: &Around<'_>) -> Cluster {
        let mut cluster = Cluster {
            name: named.name.to_owned(),
            mark: named.mark,
            hosts: Vec::new(),
            manager: None,
            settings: ClusterSettings::default(),
        };
        let mut accepted = vec!["hosts", "manager"];
        accepted.extend(settings());
        let Some(f) = named.fields(self, &accepted) else { return cluster };
        let list = self.required(&f, "hosts", "[\"esx\"]", |r, at| r.hosts(at, around.hosts));
        cluster.hosts = list.unwrap_or_default();
        if f.get("product").is_none() {
            let what = "product is missing";
            let remedy = "add product = \"vsphere-6\" or product = \"custom\" with detection = LAW";
            self.sink.push(code::MISSING, f.mark, f.path.clone(), what, remedy);
        }
        cluster.manager = self.opt(&f, "manager", Reader::fault);
        cluster.settings = self.cluster_settings(&f, around);
        cluster
    }

    /// The settings as written. The table has been checked for unknown keys.
    pub(super) fn cluster_settings(&mut self, f: &Fields<'_>, around: &Around<'_>) -> ClusterSettings {
        let product = f.get("product").and_then(|at| self.product(&at));
        if let Some(at) = f.get("admission")
            && !matches!(&at.node.value, Value::Text(text) if text == "none")
        {
            self.pending_admission(&at);
        }
        let mut numbers = BTreeMap::new();
        let mut choices = BTreeMap::new();
        for key in profiles::keys() {
            let Some(at) = f.get(key) else { continue };
            if let Some(accepted) = profiles::accepted(key) {
                let words: Vec<(&str, &'static str)> = accepted.iter().map(|&word| (word, word)).collect();
                choices.extend(self.word(&at, &words).map(|word| (key, word)));
                continue;
            }
            // Where nothing passes between two beats there is no beat.
            let fixed = profiles::is_fixed(key) == Some(true);
            let span = match key {
                "heartbeat_interval" => self.lasting(&at),
                _ if fixed => self.duration(&at),
                _ => None,
            };
            let law = if fixed {
                span.map(|span| Law::Constant { value_s: span.as_secs_f64() })
            } else {
                self.law(&at)
            };
            numbers.extend(law.map(|law| (key, law)));
        }
        ClusterSettings {
            product,
            detection: self.opt(f, "detection", Reader::law),
            memory_overcommit: self.opt(f, "memory_overcommit", |r, at| r.between(at, 0.01, 100.0)),
            cpu_overcommit: self.opt(f, "cpu_overcommit", |r, at| r.between(at, 0.01, 1_000.0)),
            numbers,
            choices,
            witness_storage: self.opt(f, "witness_storage", |r, at| r.reference(at, around.storages)),
            witness_site: self.opt(f, "witness_site", |r, at| r.reference(at, around.sites)),
            witness_outage: self.opt(f, "witness_outage", Reader::fault),
            needs_manager: self.opt(f, "needs_manager", Reader::truth),
        }
    }

    fn product(&mut self, at: &At<'_>) -> Option<Product> {
        let name = self.text(at)?;
        if let Some(product) = Product::find(name) {
            return Some(product);
        }
        let what = format!("{} is not a product", quote(name));
        self.report(code::WORD, at, what, suggest(name, PROFILES.iter().map(|p| p.word), "known"));
        None
    }
}
