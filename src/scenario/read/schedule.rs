//! Planned maintenance and scripted faults.

use crate::engine::{Law, Span};
use crate::model::Evacuation;
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::{defaults, limits};
use crate::scenario::names::{HostNames, Names};
use crate::scenario::spec::{Inject, InjectTarget, Maintenance, Spec, Traffic, VmFault};
use crate::scenario::text::{join, list, quote, suggest};
use crate::scenario::tree::Value;

use super::Named;

/// What a scripted fault can name.
pub(super) struct Everything<'a> {
    pub(super) sites: &'a Names,
    pub(super) racks: &'a Names,
    pub(super) networks: &'a Names,
    pub(super) storages: &'a Names,
    pub(super) clusters: &'a Names,
    pub(super) services: &'a Names,
    pub(super) hosts: &'a HostNames<'a>,
}

/// Kinds of a scripted fault with the faults that each can have.
pub(crate) const INJECTED: [(&str, &[&str]); 8] = [
    ("host", &["crash", "hang", "agent", "link.management", "link.client", "link.storage", "link.private"]),
    ("storage", &["outage", "controller"]),
    ("network", &["outage"]),
    ("rack", &["outage"]),
    ("site", &["outage"]),
    ("vm", &["guest_crash", "app_crash", "app_hang", "pause"]),
    ("manager", &["outage"]),
    ("witness", &["outage"]),
];

impl Reader {
    pub(super) fn maintenance(
        &mut self,
        named: &Named<'_>,
        hosts: &HostNames<'_>,
        services: &Names,
    ) -> Maintenance {
        let mut work = Maintenance {
            name: named.name.to_owned(),
            mark: named.mark,
            hosts: Vec::new(),
            services: Vec::new(),
            first: Span::ZERO,
            every: None,
            lasts: Law::Constant { value_s: 0.0 },
            at_once: 1,
            evacuation: Evacuation {
                deadline: Span::from_secs_f64(defaults::DEADLINE.value),
                brings_back: true,
                restarts: false,
            },
        };
        let accepted = [
            "hosts",
            "services",
            "first",
            "every",
            "lasts",
            "at_once",
            "deadline",
            "bring_back",
            "cold_migration",
        ];
        let Some(f) = named.fields(self, &accepted) else { return work };
        if let Some(at) = f.get("services") {
            work.services = self.references(&at, services).unwrap_or_default();
            if matches!(&at.node.value, Value::Array(items) if items.is_empty()) {
                self.report(code::RANGE, &at, "no service is listed", "list at least one service");
            }
            if f.get("hosts").is_some() {
                self.report(code::CONFLICT, &at, "both hosts and services are given", "keep one of the two");
            }
        } else if !self.doubts(&join(&f.path, "services")) {
            let list = self.required(&f, "hosts", "[\"esx\"]", |r, at| r.hosts(at, hosts));
            work.hosts = list.unwrap_or_default();
        }
        work.first = self.required(&f, "first", "\"15 d\"", Reader::duration).unwrap_or(work.first);
        work.every = self.opt(&f, "every", Reader::lasting);
        work.lasts = self.required(&f, "lasts", "\"1 h\"", Reader::law).unwrap_or(work.lasts);
        let most = if work.services.is_empty() { limits::HOSTS } else { limits::VMS };
        match f.get("at_once") {
            Some(at) => work.at_once = self.whole(&at, 1, most).map_or(1, |n| n as u32),
            None => self.assume(&f, "at_once", "1".to_owned(), "contract"),
        }
        self.evacuation(&f, &mut work);
        work
    }

    /// What becomes of the VMs on a host before the work on it.
    fn evacuation(&mut self, f: &Fields<'_>, work: &mut Maintenance) {
        let rules = &mut work.evacuation;
        rules.deadline = self.opt(f, "deadline", Reader::duration).unwrap_or(rules.deadline);
        rules.brings_back = self.opt(f, "bring_back", Reader::truth).unwrap_or(rules.brings_back);
        rules.restarts = self.opt(f, "cold_migration", Reader::truth).unwrap_or(rules.restarts);
        for key in ["deadline", "bring_back", "cold_migration"] {
            if let Some(at) = f.get(key)
                && !work.services.is_empty()
            {
                let what = "guests are patched where they are";
                self.report(code::NO_EFFECT, &at, what, "leave it out, or list hosts instead of services");
            }
        }
    }

    pub(super) fn injects(&mut self, top: &Fields<'_>, all: &Everything<'_>, spec: &Spec) -> Vec<Inject> {
        let Some(at) = top.get("inject") else { return Vec::new() };
        let Value::Array(nodes) = &at.node.value else {
            self.wrong_type(&at, "a list of tables", "write [[inject]] with two brackets");
            return Vec::new();
        };
        if nodes.len() > limits::INJECTS {
            let what = format!("more than {} scripted faults", limits::INJECTS);
            self.report(code::LIMIT, &at, what, "write fewer");
            return Vec::new();
        }
        let each = nodes.iter().enumerate();
        each.filter_map(|(number, node)| {
            let at = At { node, path: format!("inject.{number}") };
            self.inject(number, &at, all, spec)
        })
        .collect()
    }

    fn inject(&mut self, number: usize, at: &At<'_>, all: &Everything<'_>, spec: &Spec) -> Option<Inject> {
        let f = self.fields(at, &["at", "fault", "lasts"])?;
        let when = self.required(&f, "at", "\"1 h\"", Reader::duration);
        let lasts = self.opt(&f, "lasts", Reader::duration);
        let target = self.required(&f, "fault", "\"host esx-1 crash\"", |r, at| r.target(at, all, spec));
        if let Some(when) = when
            && when >= spec.run.horizon
            && !self.doubts("run.horizon")
            && let Some(at) = f.get("at")
        {
            let what = format!("{when} is not before the end of the horizon, {}", spec.run.horizon);
            self.report(code::INJECT_IDLE, &at, what, "move it forward or lengthen run.horizon");
        }
        let mark = f.key_mark("fault");
        when.zip(target).map(|(at, target)| Inject { number, mark, at, target, lasts, is_replayed: false })
    }

    /// `KIND NAME FAULT`; the name may hold spaces.
    fn target(&mut self, at: &At<'_>, all: &Everything<'_>, spec: &Spec) -> Option<InjectTarget> {
        let text = self.text(at)?.trim();
        let kinds = || INJECTED.iter().map(|(kind, _)| *kind);
        let parts = text
            .split_once(char::is_whitespace)
            .and_then(|(kind, rest)| Some((kind, rest.trim().rsplit_once(char::is_whitespace)?)));
        let Some((kind, (name, fault))) = parts else {
            let what = format!("{} does not read KIND NAME FAULT", quote(text));
            let remedy = format!("write it like \"host esx-1 crash\" (kinds: {})", list(kinds()));
            self.report(code::INJECT, at, what, remedy);
            return None;
        };
        let name = name.trim_end();
        let Some((kind, faults)) = INJECTED.iter().find(|(known, _)| *known == kind) else {
            let what = format!("{} is not a kind of component", quote(kind));
            self.report(code::INJECT, at, what, suggest(kind, kinds(), "kinds"));
            return None;
        };
        if !faults.contains(&fault) {
            if let Some(meant) = name.split_whitespace().skip(1).last().filter(|word| faults.contains(word)) {
                let what = format!("{} is written behind the fault {}", quote(fault), quote(meant));
                let remedy = "leave it out: `at` says when it happens, `lasts` how long it lasts";
                self.report(code::INJECT, at, what, remedy);
                return None;
            }
            let what = format!("{} is not a fault of a {kind}", quote(fault));
            self.report(code::INJECT, at, what, suggest(fault, faults.iter().copied(), "accepted"));
            // The name is still worth a look.
        }
        let known = faults.contains(&fault);
        let target = match *kind {
            "host" => self.host_target(at, name, fault, all),
            "vm" => self.vm_target(at, name, fault, all.services, spec),
            "storage" => {
                let of = if fault == "controller" { InjectTarget::Controller } else { InjectTarget::Storage };
                self.named(at, all.storages, name).map(of)
            }
            "network" => self.named(at, all.networks, name).map(InjectTarget::Network),
            "rack" => self.named(at, all.racks, name).map(InjectTarget::Rack),
            "site" => self.named(at, all.sites, name).map(InjectTarget::Site),
            "manager" => self.named(at, all.clusters, name).map(InjectTarget::Manager),
            _ => self.witness_target(at, name, all),
        };
        target.filter(|_| known)
    }

    /// That of a cluster, or of the failover groups of a service.
    fn witness_target(&mut self, at: &At<'_>, name: &str, all: &Everything<'_>) -> Option<InjectTarget> {
        let of_service = || all.services.find(name).map(InjectTarget::GroupWitness);
        let of_cluster = all.clusters.find(name).map(InjectTarget::Witness);
        if of_cluster.is_some() && of_service().is_some() {
            let what = format!("{} is a cluster and a service, and each may have a witness", quote(name));
            self.report(code::INJECT, at, what, "give one of the two another name");
            return None;
        }
        let found = of_cluster.or_else(of_service);
        if found.is_none() && !self.doubts_table("service") {
            self.no_such(at, "cluster or service", name, all.clusters.iter().chain(all.services.iter()));
        }
        found
    }

    fn named(&mut self, at: &At<'_>, names: &Names, name: &str) -> Option<usize> {
        let found = names.find(name);
        if found.is_none() {
            self.no_such(at, names.kind, name, names.iter());
        }
        found
    }

    fn host_target(
        &mut self,
        at: &At<'_>,
        name: &str,
        fault: &str,
        all: &Everything<'_>,
    ) -> Option<InjectTarget> {
        let link = Traffic::WORDS.iter().find(|(word, _)| fault.strip_prefix("link.") == Some(word));
        match all.hosts.find(name) {
            Some((group, Some(member))) => Some(match (link, fault) {
                (Some(&(_, link)), _) => InjectTarget::HostLink { group, member, link },
                (None, "hang") => InjectTarget::HostHang { group, member },
                (None, "agent") => InjectTarget::HostAgent { group, member },
                (None, _) => InjectTarget::HostCrash { group, member },
            }),
            Some((group, None)) => {
                let group = all.hosts.names.name(group);
                let what = format!("{} is a group of hosts", quote(name));
                self.report(code::INJECT, at, what, format!("name one of them, such as \"{group}-1\""));
                None
            }
            None => {
                if let Some((group, _)) = all.hosts.names.member(name) {
                    let count = all.hosts.counts.get(group).copied().unwrap_or(0);
                    let what = format!("there is no host {}", quote(name));
                    let remedy = format!("its group has hosts 1 to {count}");
                    self.report(code::REFERENCE, at, what, remedy);
                } else {
                    self.no_such(at, "host", name, all.hosts.names.iter());
                }
                None
            }
        }
    }

    /// `mail-1`, `mail-1.2`. Whether a strategy has such a VM is checked when strategies are known.
    fn vm_target(
        &mut self,
        at: &At<'_>,
        name: &str,
        fault: &str,
        services: &Names,
        spec: &Spec,
    ) -> Option<InjectTarget> {
        let whole = |text: &str| text.parse::<u32>().ok().filter(|n| *n > 0 && n.to_string() == text);
        let (instance_name, member) = match name.rsplit_once('.') {
            Some((before, digits)) if whole(digits).is_some() && services.member(before).is_some() => {
                (before, whole(digits))
            }
            _ => (name, None),
        };
        let Some((service, number)) = services.member(instance_name) else {
            if services.find(name).is_some() {
                let what = format!("{} is a service, not a VM", quote(name));
                self.report(code::INJECT, at, what, format!("name one of its VMs, such as \"{name}-1\""));
            } else {
                self.no_such(at, "VM", name, services.iter());
            }
            return None;
        };
        let instances = spec.services.get(service).map_or(0, |s| s.instances);
        let unread = self.doubts(&join(&join("service", services.name(service)), "instances"));
        if (number == 0 || number > u64::from(instances)) && !unread {
            let what = format!("there is no VM {}", quote(name));
            let remedy = format!("service \"{}\" has instances 1 to {instances}", services.name(service));
            self.report(code::REFERENCE, at, what, remedy);
            return None;
        }
        let instance = u32::try_from(number).ok()?;
        let (_, fault) = VmFault::WORDS.iter().find(|(word, _)| *word == fault)?;
        Some(InjectTarget::Vm { service, instance, member, fault: *fault })
    }
}
