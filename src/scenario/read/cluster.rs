//! Host clusters and the settings of their products.

use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::names::HostNames;
use crate::scenario::pending;
use crate::scenario::spec::{Cluster, ClusterSettings, Product};
use crate::scenario::text::{quote, suggest};
use crate::scenario::tree::Value;

use super::Named;

/// Settings of a cluster, for its table and for a strategy's override.
pub(super) const SETTINGS: [&str; 14] = [
    "product",
    "admission",
    "witness",
    "detection",
    "memory_overcommit",
    "cpu_overcommit",
    "heartbeat_interval",
    "failed_after_datastore",
    "failed_after_no_datastore",
    "election_starts_after",
    "election_lasts",
    "restart_after_election",
    "isolation_declared_after",
    "isolation_declared_after_primary",
];

/// Settings that only `vsphere-6` has.
pub(super) const VSPHERE: [&str; 8] = [
    "heartbeat_interval",
    "failed_after_datastore",
    "failed_after_no_datastore",
    "election_starts_after",
    "election_lasts",
    "restart_after_election",
    "isolation_declared_after",
    "isolation_declared_after_primary",
];

impl Reader {
    pub(super) fn cluster(&mut self, named: &Named<'_>, hosts: &HostNames<'_>) -> Cluster {
        let mut cluster = Cluster {
            name: named.name.to_owned(),
            mark: named.mark,
            hosts: Vec::new(),
            settings: ClusterSettings::default(),
        };
        let mut accepted = vec!["hosts"];
        accepted.extend(SETTINGS);
        let Some(f) = named.fields(self, &accepted) else { return cluster };
        let list = self.required(&f, "hosts", "[\"esx\"]", |r, at| r.hosts(at, hosts));
        cluster.hosts = list.unwrap_or_default();
        if f.get("product").is_none() {
            let what = "product is missing";
            let remedy = "add product = \"vsphere-6\" or product = \"custom\" with detection = LAW";
            self.sink.push(code::MISSING, f.mark, f.path.clone(), what, remedy);
        }
        cluster.settings = self.cluster_settings(&f);
        cluster
    }

    /// The settings as written. The table has been checked for unknown keys.
    pub(super) fn cluster_settings(&mut self, f: &Fields<'_>) -> ClusterSettings {
        let product = f.get("product").and_then(|at| self.product(&at));
        if let Some(at) = f.get("admission")
            && !matches!(&at.node.value, Value::Text(text) if text == "none")
        {
            self.pending_admission(&at);
        }
        if let Some(at) = f.get("witness") {
            self.pending_witness(&at);
        }
        ClusterSettings {
            product,
            detection: self.opt(f, "detection", Reader::law),
            memory_overcommit: self.opt(f, "memory_overcommit", |r, at| r.between(at, 0.01, 100.0)),
            cpu_overcommit: self.opt(f, "cpu_overcommit", |r, at| r.between(at, 0.01, 1_000.0)),
            heartbeat_interval: self.opt(f, "heartbeat_interval", Reader::lasting),
            failed_after_datastore: self.opt(f, "failed_after_datastore", Reader::duration),
            failed_after_no_datastore: self.opt(f, "failed_after_no_datastore", Reader::duration),
            election_starts_after: self.opt(f, "election_starts_after", Reader::duration),
            election_lasts: self.opt(f, "election_lasts", Reader::duration),
            restart_after_election: self.opt(f, "restart_after_election", Reader::duration),
            isolation_declared_after: self.opt(f, "isolation_declared_after", Reader::duration),
            isolation_declared_after_primary: self.opt(
                f,
                "isolation_declared_after_primary",
                Reader::duration,
            ),
        }
    }

    fn product(&mut self, at: &At<'_>) -> Option<Product> {
        let name = self.text(at)?;
        if let Some((_, product)) = Product::WORDS.iter().find(|(word, _)| *word == name) {
            return Some(*product);
        }
        if pending::PRODUCTS.contains(&name) {
            self.pending_product(at, name);
        } else {
            let known = Product::WORDS.iter().map(|(word, _)| *word).chain(pending::PRODUCTS);
            let what = format!("{} is not a product", quote(name));
            self.report(code::WORD, at, what, suggest(name, known, "known"));
        }
        None
    }
}
