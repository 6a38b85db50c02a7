//! The key `admission` of a cluster: what is written, and whether its hosts can give it.

use std::collections::BTreeSet;

use crate::model::Ppm;
use crate::scenario::admission::{AdmissionPolicy, AdmissionSetting};
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::limits;
use crate::scenario::names::HostNames;
use crate::scenario::spec::{Cluster, Spec};
use crate::scenario::text::{count, join, quote, suggest};
use crate::scenario::tree::Value;

/// The policies with the keys that each has beside `policy`.
pub(crate) const POLICIES: [(&str, &[&str]); 5] = [
    ("none", &[]),
    ("slots", &["failures", "slot_memory", "slot_cores"]),
    ("percentage", &["memory", "cores"]),
    ("spare-hosts", &["hosts"]),
    ("failures", &["tolerate"]),
];

/// Whoever writes no number of failures asks for N+1: the advice of the case (VMW-98).
const FAILURES: u32 = 1;
const FAILURES_SOURCE: &str = "VMW-98";

const EXAMPLE: &str = "write \"none\" or a table such as { policy = \"slots\", failures = 1 }";

impl Reader {
    pub(super) fn admission(&mut self, at: &At<'_>, hosts: &HostNames<'_>) -> Option<AdmissionSetting> {
        let setting = |policy, count_mark| AdmissionSetting { mark: at.mark(), count_mark, policy };
        match &at.node.value {
            Value::Text(text) if text == "none" => return Some(setting(AdmissionPolicy::None, at.mark())),
            Value::Text(text) => {
                let policies = POLICIES.iter().map(|(word, _)| *word).filter(|word| *word != "none");
                let remedy = match crate::scenario::text::nearest(text, policies) {
                    Some(near) => format!("write admission = {{ policy = \"{near}\", … }}"),
                    None => EXAMPLE.to_owned(),
                };
                self.report(code::WORD, at, format!("{} is not known here", quote(text)), remedy);
                return None;
            }
            Value::Table(_) => {}
            _ => {
                self.wrong_type(at, "admission control", EXAMPLE);
                return None;
            }
        }
        let f = self.policy_fields(at)?;
        let (word, _) = f.get("policy").and_then(|at| self.policy(&at))?;
        match word {
            "none" => Some(setting(AdmissionPolicy::None, at.mark())),
            "slots" => {
                let failures = self.failures(&f, "failures");
                let memory = self.opt(&f, "slot_memory", |r, at| r.memory(at, limits::MEMORY_BYTES));
                let cores = self.opt(&f, "slot_cores", |r, at| r.whole(at, 1, limits::CORES));
                let policy = AdmissionPolicy::Slots {
                    failures: failures?,
                    slot_memory_bytes: memory,
                    slot_cores: cores.map(|cores| cores as u32),
                };
                Some(setting(policy, f.get("failures").map_or(at.mark(), |at| at.mark())))
            }
            "percentage" => {
                let memory = self.share(&f, "memory");
                let cores = self.share(&f, "cores");
                let (memory, cores) = memory.zip(cores)?;
                if (memory, cores) == (Ppm(0), Ppm(0)) {
                    let remedy = "write memory = \"25 %\", cores = \"25 %\", or admission = \"none\"";
                    self.report(code::NO_EFFECT, at, "a percentage of nothing keeps nothing free", remedy);
                }
                Some(setting(AdmissionPolicy::Percentage { memory, cores }, at.mark()))
            }
            "spare-hosts" => {
                let list = self.required(&f, "hosts", "[\"esx-1\"]", |r, at| r.hosts(at, hosts))?;
                Some(setting(AdmissionPolicy::SpareHosts(list), at.mark()))
            }
            _ => {
                let tolerate = self.failures(&f, "tolerate")?;
                let mark = f.get("tolerate").map_or(at.mark(), |at| at.mark());
                Some(setting(AdmissionPolicy::Failures { tolerate }, mark))
            }
        }
    }

    /// The table with its keys checked against those of its policy, or of all policies where it has none that
    /// is known.
    fn policy_fields<'t>(&mut self, at: &At<'t>) -> Option<Fields<'t>> {
        let Value::Table(table) = &at.node.value else { return None };
        let written = table.get("policy").and_then(|entry| match &entry.node.value {
            Value::Text(text) => POLICIES.iter().find(|(word, _)| word == text),
            _ => None,
        });
        let mut accepted = vec!["policy"];
        match written {
            Some((_, keys)) => accepted.extend(*keys),
            None => accepted.extend(POLICIES.iter().flat_map(|(_, keys)| *keys)),
        }
        let fields = self.fields(at, &accepted)?;
        if table.get("policy").is_none() && !self.doubts(&join(&fields.path, "policy")) {
            let remedy = "add policy = \"slots\", \"percentage\", \"spare-hosts\", \"failures\" or \"none\"";
            self.report(code::MISSING, at, "policy is missing", remedy);
        }
        Some(fields)
    }

    fn policy(&mut self, at: &At<'_>) -> Option<(&'static str, &'static [&'static str])> {
        let text = self.text(at)?;
        let found = POLICIES.iter().find(|(word, _)| *word == text).copied();
        if found.is_none() {
            let known = POLICIES.iter().map(|(word, _)| *word);
            self.report(
                code::WORD,
                at,
                format!("{} is not a policy", quote(text)),
                suggest(text, known, "known"),
            );
        }
        found
    }

    fn failures(&mut self, f: &Fields<'_>, key: &str) -> Option<u32> {
        match f.get(key) {
            Some(at) => self.whole(&at, 1, limits::HOSTS).map(|n| n as u32),
            None if self.doubts(&join(&f.path, key)) => None,
            None => {
                self.assume(f, key, FAILURES.to_string(), FAILURES_SOURCE);
                Some(FAILURES)
            }
        }
    }

    fn share(&mut self, f: &Fields<'_>, key: &str) -> Option<Ppm> {
        match f.get(key) {
            Some(at) => self.fraction(&at),
            None if self.doubts(&join(&f.path, key)) => None,
            None => Some(Ppm(0)),
        }
    }

    /// Whether the hosts of each cluster can give what its admission control asks for, in its own table and in
    /// every strategy that overrides it.
    pub(super) fn admission_check(&mut self, spec: &Spec) {
        for (index, cluster) in spec.clusters.iter().enumerate() {
            let path = join(&join("cluster", &cluster.name), "admission");
            if let Some(setting) = &cluster.settings.admission {
                self.admission_fits(spec, cluster, setting, &path);
            }
            for (number, strategy) in spec.strategies.iter().enumerate() {
                let own = strategy.cluster_settings(index).and_then(|own| own.admission.as_ref());
                if let Some(setting) = own {
                    self.admission_fits(spec, cluster, setting, &spec.admission_path(number, index));
                }
            }
        }
        self.nothing_on_spare_hosts(spec);
    }

    fn admission_fits(&mut self, spec: &Spec, cluster: &Cluster, setting: &AdmissionSetting, path: &str) {
        let members: BTreeSet<(usize, u32)> = spec.each_host(&cluster.hosts).collect();
        let hosts = members.len() as u64;
        if hosts == 0 || self.doubts(&join(&join("cluster", &cluster.name), "hosts")) {
            return;
        }
        match &setting.policy {
            AdmissionPolicy::Slots { failures: n, .. } | AdmissionPolicy::Failures { tolerate: n }
                if u64::from(*n) >= hosts =>
            {
                let what = format!(
                    "{} of the {} of cluster {}: none would be left",
                    count(u64::from(*n), "failure", "failures"),
                    count(hosts, "host", "hosts"),
                    quote(&cluster.name)
                );
                let remedy = format!("write a number below {hosts}, or add hosts to the cluster");
                self.sink.push(code::ADMISSION, setting.count_mark, path, what, remedy);
            }
            AdmissionPolicy::SpareHosts(list) => {
                let mut inside: BTreeSet<(usize, u32)> = BTreeSet::new();
                for host in list {
                    let one = [*host];
                    let mut outside = spec.each_host(&one).filter(|host| !members.contains(host));
                    if let Some((group, member)) = outside.next() {
                        let name = spec.host_name(group, member);
                        let what = format!("{} is not in cluster {}", quote(&name), quote(&cluster.name));
                        let remedy =
                            format!("list hosts of the cluster: {}", spec.hosts_text(&cluster.hosts));
                        self.sink.push(code::ADMISSION, host.mark, join(path, "hosts"), what, remedy);
                    } else {
                        inside.extend(spec.each_host(&one));
                    }
                }
                if inside.len() as u64 == hosts {
                    let what = format!("all {hosts} hosts of cluster {} are spare", quote(&cluster.name));
                    let remedy = "leave hosts to start VMs on";
                    self.sink.push(code::ADMISSION, setting.mark, join(path, "hosts"), what, remedy);
                }
            }
            _ => {}
        }
    }

    /// VMW-90: a spare host is empty at the start, so nothing can be placed there.
    fn nothing_on_spare_hosts(&mut self, spec: &Spec) {
        let spares: Vec<BTreeSet<(usize, u32)>> =
            (0..spec.strategies.len()).map(|s| spec.spare_hosts(s).into_iter().collect()).collect();
        if spares.iter().all(BTreeSet::is_empty) {
            return;
        }
        for (number, service) in spec.services.iter().enumerate() {
            let own = join("service", &service.name);
            let unread = ["place", "instances"].iter().any(|key| self.doubts(&join(&own, key)));
            if unread || spec.strategies.iter().any(|strategy| self.doubts_protection(spec, strategy, number))
            {
                continue;
            }
            for (place, host) in service.place.iter().enumerate() {
                let at = (host.group, host.member.unwrap_or(0));
                let taken = spec.strategies.iter().zip(&spares).find(|(strategy, spares)| {
                    let vms = service.instances as usize * strategy.for_service(number).vms as usize;
                    place < vms && spares.contains(&at)
                });
                if let Some((strategy, _)) = taken {
                    let what = format!(
                        "under strategy {} admission control keeps {} empty",
                        quote(&strategy.name),
                        quote(&spec.host_name(at.0, at.1))
                    );
                    let path = join(&join("service", &service.name), "place");
                    let remedy = "place it on another host, or take that one out of the spare hosts";
                    self.sink.push(code::PLACE, host.mark, path, what, remedy);
                }
            }
        }
    }
}
