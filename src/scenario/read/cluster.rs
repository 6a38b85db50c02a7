//! Host clusters and the settings of their products.

use std::collections::BTreeMap;

use crate::engine::Law;
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::limits;
use crate::scenario::names::{HostNames, Names};
use crate::scenario::profiles::{self, PROFILES, Preset, Product, Setting};
use crate::scenario::spec::{Cluster, ClusterSettings, SettingValue};
use crate::scenario::text::{join, quote, suggest};

use super::Named;

/// Settings that every cluster has.
pub(super) const COMMON: [&str; 15] = [
    "product",
    "admission",
    "limits",
    "detection",
    "memory_overcommit",
    "cpu_overcommit",
    "witness_storage",
    "witness_site",
    "witness_outage",
    "preferred_site",
    "needs_manager",
    "start_failure",
    "cpu_baseline",
    "licence",
    "headroom",
];

/// Lengths that cannot be zero.
const LASTING: [&str; 2] = ["heartbeat_interval", "balance_interval"];

/// What a cluster can refer to.
pub(super) struct Around<'a> {
    pub(super) sites: &'a Names,
    pub(super) storages: &'a Names,
    pub(super) hosts: &'a HostNames<'a>,
}

/// Settings of a cluster, for its table and for a strategy's override.
pub(super) fn settings() -> Vec<&'static str> {
    COMMON.into_iter().chain(profiles::keys().into_iter().map(|(key, _)| key)).collect()
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
        if f.get("product").is_none() && !self.doubts(&join(&f.path, "product")) {
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
        let marks =
            settings().into_iter().filter(|key| f.get(key).is_some()).map(|key| (key, f.key_mark(key)));
        let marks = marks.collect();
        let mut values = BTreeMap::new();
        for (key, setting) in profiles::keys() {
            let Some(at) = f.get(key) else { continue };
            values.extend(self.setting(&at, setting).map(|value| (key, value)));
        }
        ClusterSettings {
            product,
            detection: self.opt(f, "detection", Reader::law),
            memory_overcommit: self.opt(f, "memory_overcommit", |r, at| r.ratio(at, 0.01, 100.0)),
            cpu_overcommit: self.opt(f, "cpu_overcommit", |r, at| r.ratio(at, 0.01, 1_000.0)),
            admission: self.opt(f, "admission", |r, at| r.admission(at, around.hosts)),
            limits_enforced: self
                .opt(f, "limits", |r, at| r.word(at, &[("enforce", true), ("ignore", false)])),
            values,
            witness_storage: self.opt(f, "witness_storage", |r, at| r.reference(at, around.storages)),
            witness_site: self.opt(f, "witness_site", |r, at| r.reference(at, around.sites)),
            preferred_site: self.opt(f, "preferred_site", |r, at| r.reference(at, around.sites)),
            witness_outage: self.opt(f, "witness_outage", Reader::fault),
            needs_manager: self.opt(f, "needs_manager", Reader::truth),
            cpu_baseline: self.opt(f, "cpu_baseline", |r, at| r.text(at).map(str::to_owned)),
            start_failure: self.opt(f, "start_failure", |r, at| r.ratio(at, 0.0, 0.99)),
            licence: self.opt(f, "licence", Reader::money),
            headroom: self.opt(f, "headroom", Reader::fraction),
            marks,
        }
    }

    /// A setting of a product: what kind of value it takes is the same in all products.
    pub(super) fn setting(&mut self, at: &At<'_>, setting: &Setting) -> Option<SettingValue> {
        match setting.default {
            // Where nothing passes between two beats there is no beat.
            Preset::Fixed(_) => {
                let span = if LASTING.contains(&setting.key) { self.lasting(at) } else { self.duration(at) };
                span.map(|span| SettingValue::Law(Law::Constant { value_s: span.as_secs_f64() }))
            }
            Preset::Constant(_) | Preset::Between(..) => self.law(at).map(SettingValue::Law),
            Preset::Count(_) if setting.key == "balance_threshold" => {
                self.whole(at, 1, 100).map(|percent| SettingValue::Count(percent as u32))
            }
            Preset::Count(_) | Preset::HostsAnd(_) => {
                let most = if setting.key == "quarantine_count" { limits::DEPARTURES } else { 1_000_000 };
                self.whole_or_zero(at, most, setting.zero()).map(|count| SettingValue::Count(count as u32))
            }
            Preset::Word { accepted, .. } => {
                let words: Vec<(&str, &'static str)> = accepted.iter().map(|&word| (word, word)).collect();
                self.word(at, &words).map(SettingValue::Word)
            }
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
