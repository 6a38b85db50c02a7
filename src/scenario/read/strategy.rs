//! Strategies and what they override.

use std::collections::BTreeMap;

use crate::engine::Law;
use crate::model::{Affinity, Ppm};
use crate::scenario::code;
use crate::scenario::describe::law_text;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::defaults as d;
use crate::scenario::names::Names;
use crate::scenario::profiles::{GUEST_PROFILES, GuestProfile, guest_keys};
use crate::scenario::spec::{
    Assumption, ClusterSettings, GuestLayer, Protection, ProtectionSettings, SettingValue, Strategy,
    TakeoverSetting,
};
use crate::scenario::text::{join, quote};
use crate::scenario::tree::Value;

use super::Named;
use super::cluster::{Around, settings};
use super::guest::WATCHED;

/// What every strategy, or one of its services, can say; profiles have settings of their own beside.
pub(crate) const PROTECTION: [&str; 17] = [
    "protect",
    "nodes",
    "members",
    "profile",
    "detection",
    "takeover",
    "coverage",
    "manual_recovery",
    "convergence",
    "application_aware",
    "affinity",
    "drain",
    "failback",
    "witness_storage",
    "witness_site",
    "witness_outage",
    "licence",
];
pub(crate) const PARTS: [&str; 5] = ["offline", "disk", "address", "start", "recover"];

/// All that a strategy, or one of its services, can say of a protection.
fn protection_keys() -> Vec<&'static str> {
    let profiles = guest_keys().into_iter().map(|(key, _)| key).filter(|key| !PROTECTION.contains(key));
    PROTECTION.into_iter().chain(profiles).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    HostCluster,
    GuestFailover,
    Nlb,
}

impl Reader {
    pub(super) fn strategy(
        &mut self,
        named: &Named<'_>,
        services: &Names,
        clusters: &Names,
        about: &Around<'_>,
    ) -> Strategy {
        let mut strategy = Strategy {
            name: named.name.to_owned(),
            mark: named.mark,
            base: ProtectionSettings { mark: named.mark, ..ProtectionSettings::default() },
            services: Vec::new(),
            clusters: Vec::new(),
        };
        let mut accepted = protection_keys();
        accepted.extend(["service", "cluster"]);
        let Some(f) = named.fields(self, &accepted) else { return strategy };
        strategy.base = self.protection_settings(&f, about);
        if f.get("protect").is_none() && !self.doubts(&join(&f.path, "protect")) {
            let what = "protect is missing";
            let remedy = "add protect = [] or protect = [\"host-cluster\"], [\"guest-failover\"], [\"nlb\"]";
            self.sink.push(code::MISSING, f.mark, f.path.clone(), what, remedy);
        }
        for (index, fields) in self.overridden(&f, "service", services, &protection_keys()) {
            let own = self.protection_settings(&fields, about);
            strategy.services.push((index, own));
        }
        for (index, fields) in self.overridden(&f, "cluster", clusters, &settings()) {
            let own: ClusterSettings = self.cluster_settings(&fields, about);
            strategy.clusters.push((index, own));
        }
        self.protection_defaults(&f, &strategy, services);
        strategy
    }

    /// The tables `[strategy.NAME.service.S]`, their keys checked.
    fn overridden<'t>(
        &mut self,
        f: &Fields<'t>,
        key: &str,
        names: &Names,
        accepted: &[&str],
    ) -> Vec<(usize, Fields<'t>)> {
        let Some(at) = f.get(key) else { return Vec::new() };
        let Value::Table(table) = &at.node.value else {
            self.wrong_type(&at, "a table", &format!("write [{}.NAME]", at.path));
            return Vec::new();
        };
        let mut list = Vec::new();
        for entry in &table.entries {
            let path = join(&at.path, &entry.key);
            let index = names.find(&entry.key);
            if index.is_none() && !self.doubts_table(key) {
                let what = format!("there is no {} {}", names.kind, quote(&entry.key));
                let remedy = crate::scenario::text::suggest(&entry.key, names.iter(), "there are");
                self.sink.push(code::REFERENCE, entry.key_mark, path.clone(), what, remedy);
            }
            let fields = self.fields(&At { node: &entry.node, path }, accepted);
            if let Some((index, mut fields)) = index.zip(fields) {
                fields.mark = entry.key_mark;
                list.push((index, fields));
            }
        }
        list
    }

    fn protection_settings(&mut self, f: &Fields<'_>, about: &Around<'_>) -> ProtectionSettings {
        ProtectionSettings {
            protect: f.get("protect").and_then(|at| self.protect(&at)),
            nodes: self.opt(f, "nodes", |r, at| r.whole(at, 2, 16)).map(|n| n as u32),
            members: self.opt(f, "members", |r, at| r.whole(at, 2, 32)).map(|n| n as u32),
            detection: self.opt(f, "detection", Reader::law),
            takeover: self.opt(f, "takeover", Reader::takeover),
            coverage: self
                .opt(f, "coverage", Reader::fraction)
                .map(|part| f64::from(part.0) / f64::from(Ppm::ONE.0)),
            manual_recovery: self.opt(f, "manual_recovery", Reader::law),
            convergence: self.opt(f, "convergence", Reader::law),
            application_aware: self.opt(f, "application_aware", Reader::truth),
            affinity: self.opt(f, "affinity", |r, at| r.word(at, Affinity::WORDS)),
            drain: self.opt(f, "drain", Reader::duration),
            profile: self.opt(f, "profile", Reader::guest_profile),
            values: self.guest_values(f),
            failback: self.opt(f, "failback", Reader::law),
            witness_storage: self.opt(f, "witness_storage", |r, at| r.reference(at, about.storages)),
            witness_site: self.opt(f, "witness_site", |r, at| r.reference(at, about.sites)),
            witness_outage: self.opt(f, "witness_outage", Reader::fault),
            licence: self.opt(f, "licence", Reader::money),
            mark: f.mark,
            marks: protection_keys()
                .into_iter()
                .filter(|key| f.get(key).is_some())
                .map(|key| (key, f.key_mark(key)))
                .collect(),
        }
    }

    fn guest_values(&mut self, f: &Fields<'_>) -> BTreeMap<&'static str, SettingValue> {
        let mut values = BTreeMap::new();
        for (key, setting) in guest_keys().into_iter().filter(|(key, _)| !PROTECTION.contains(key)) {
            let Some(at) = f.get(key) else { continue };
            values.extend(self.setting(&at, setting).map(|value| (key, value)));
        }
        values
    }

    fn guest_profile(&mut self, at: &At<'_>) -> Option<&'static GuestProfile> {
        let name = self.text(at)?;
        let found = GuestProfile::find(name);
        if found.is_none() {
            let what = format!("{} is no profile of a layer inside the guests", quote(name));
            let remedy = crate::scenario::text::suggest(name, GUEST_PROFILES.iter().map(|p| p.word), "known");
            self.report(code::WORD, at, what, remedy);
        }
        found
    }

    /// One law for all of it, or a table of its parts.
    fn takeover(&mut self, at: &At<'_>) -> Option<TakeoverSetting> {
        match &at.node.value {
            Value::Table(table) if !table.entries.iter().any(|entry| entry.key == "law") => {
                let f = self.fields(at, &PARTS)?;
                let [offline, disk, address, start, recover] =
                    PARTS.map(|key| self.opt(&f, key, Reader::law));
                Some(TakeoverSetting::Parts { offline, disk, address, start, recover })
            }
            _ => self.law(at).map(TakeoverSetting::Whole),
        }
    }

    fn protect(&mut self, at: &At<'_>) -> Option<Protection> {
        const WORDS: [(&str, Layer); 3] = [
            ("host-cluster", Layer::HostCluster),
            ("guest-failover", Layer::GuestFailover),
            ("nlb", Layer::Nlb),
        ];
        let items = self.items(at, "[], [\"host-cluster\"], [\"guest-failover\"] or [\"nlb\"]")?;
        let mut layers: Vec<Layer> = Vec::new();
        let mut complete = true;
        for item in &items {
            match self.word(item, &WORDS) {
                Some(layer) if layers.contains(&layer) => {
                    let name = self.text(item).unwrap_or_default();
                    self.twice(item, name);
                }
                Some(layer) => layers.push(layer),
                None => complete = false,
            }
        }
        let failover = layers.contains(&Layer::GuestFailover);
        let balanced = layers.contains(&Layer::Nlb);
        if failover && balanced {
            let what = "one service cannot be a failover group and a balanced group at once";
            let remedy =
                "keep one of the two; give single services their own protect in [strategy.NAME.service.S]";
            self.report(code::PROTECT, at, what, remedy);
            return None;
        }
        let guest =
            if failover { Some(GuestLayer::Failover) } else { balanced.then_some(GuestLayer::Balanced) };
        complete.then_some(Protection { host_cluster: layers.contains(&Layer::HostCluster), guest })
    }

    /// Puts on record the defaults that a strategy's layers use.
    fn protection_defaults(&mut self, f: &Fields<'_>, strategy: &Strategy, services: &Names) {
        let base = &strategy.base;
        self.layer_defaults(&f.path, base.protect, base, base);
        for (index, own) in &strategy.services {
            if own.protect.is_some() && own.protect.map(|p| p.guest) != base.protect.map(|p| p.guest) {
                let path = join(&join(&f.path, "service"), services.name(*index));
                self.layer_defaults(&path, own.protect, own, base);
            }
        }
    }

    fn layer_defaults(
        &mut self,
        path: &str,
        protect: Option<Protection>,
        own: &ProtectionSettings,
        base: &ProtectionSettings,
    ) {
        let Some(layer) = protect.and_then(|p| p.guest) else { return };
        let profile = own.profile.or(base.profile).filter(|profile| profile.layer == layer);
        let mut used = |key: &str, given: bool, value: String, source: &'static str| {
            if !given {
                self.assumptions.push(Assumption { path: join(path, key), value, source });
            }
        };
        let seconds = |value_s: f64| law_text(&Law::Constant { value_s });
        let detection = own.detection.is_some() || base.detection.is_some();
        if let Some(profile) = profile {
            for setting in profile.settings() {
                let written = own.marks.contains_key(setting.key) || base.marks.contains_key(setting.key);
                let given = written || (detection && WATCHED.contains(&setting.key));
                used(setting.key, given, setting.text(), setting.source);
            }
        }
        match layer {
            GuestLayer::Failover => {
                let nodes = own.nodes.is_some() || base.nodes.is_some();
                used("nodes", nodes, d::NODES.to_string(), "assumption");
                if profile.is_some() {
                    return;
                }
                let fixed = &d::DETECTION_FAILOVER;
                used("detection", detection, seconds(fixed.value), fixed.source);
                let takeover = own.takeover.is_some() || base.takeover.is_some();
                used("takeover", takeover, seconds(d::TAKEOVER.value), d::TAKEOVER.source);
            }
            GuestLayer::Balanced => {
                let members = own.members.is_some() || base.members.is_some();
                used("members", members, d::MEMBERS.to_string(), "assumption");
                if profile.is_some() {
                    return;
                }
                let fixed = &d::DETECTION_BALANCED;
                used("detection", detection, seconds(fixed.value), fixed.source);
                let convergence = own.convergence.is_some() || base.convergence.is_some();
                used("convergence", convergence, seconds(d::CONVERGENCE.value), d::CONVERGENCE.source);
                let aware = own.application_aware.is_some() || base.application_aware.is_some();
                used("application_aware", aware, "false".to_owned(), "NLB-14");
            }
        }
    }
}
