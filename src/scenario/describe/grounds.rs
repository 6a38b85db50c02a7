//! What a step of a replication stands on: settings, with their values and sources.

use super::{law_line, topology};
use crate::engine::Law;
use crate::scenario::guest_plan::Laid;
use crate::scenario::plans::ProtectionSettings;
use crate::scenario::read::RESPONSES;
use crate::scenario::spec::{FaultSpec, GuestLayer, Spec, Strategy};

impl Spec {
    /// Of the settings of a cluster's product under a strategy, those of some keys that it has: `failed_after_datastore = 18 s (VMW-28e):
    /// from the last heartbeat to restarts, with heartbeat datastores`.
    #[must_use]
    pub fn cluster_grounds(&self, strategy: &Strategy, cluster: usize, keys: &[&str]) -> Vec<String> {
        let plan = self.plan(strategy, cluster);
        let place = format!("cluster.{}", self.clusters[cluster].name);
        let mut grounds = Vec::new();
        for key in keys {
            if *key == "detection" && plan.product.profile().name.is_none() {
                grounds.push(ground(
                    &place,
                    key,
                    &law_line(&plan.detection),
                    "set",
                    "from the crash to the first restart order",
                ));
            }
            if let Some(setting) = plan.product.profile().setting(key) {
                let (value, source) = topology::setting(&plan, setting);
                grounds.push(ground(&place, key, &value, &source, setting.meaning));
            }
        }
        grounds
    }

    /// The same of what runs inside a service's guests.
    #[must_use]
    pub fn group_grounds(&self, strategy: &Strategy, service: usize, keys: &[&str]) -> Vec<String> {
        let none = ProtectionSettings::default();
        let own = strategy.services.iter().find(|(index, _)| *index == service).map_or(&none, |(_, own)| own);
        let laid = Laid::new(own, &strategy.base);
        let base = format!("strategy.{}", strategy.name);
        let own_base = format!("{base}.service.{}", self.services[service].name);
        let of_profile = |key: &str| {
            let setting = laid.profile?.settings().find(|setting| setting.key == key)?;
            let value = laid.value(key)?;
            let source = if value == setting.default.value(0) { setting.source } else { "set" };
            let place = if own.values.contains_key(key) { &own_base } else { &base };
            let value = topology::value_text(&value, setting);
            Some(ground(place, key, &value, source, setting.meaning))
        };
        let plain = |key: &str| {
            let (law, is_own, meaning) = self.plain_law(strategy, service, own, key)?;
            let place = if is_own { &own_base } else { &base };
            let source = self.source_of(&[&format!("{own_base}.{key}"), &format!("{base}.{key}")]);
            Some(ground(place, key, &law_line(&law), source, meaning))
        };
        keys.iter().filter_map(|key| of_profile(key).or_else(|| plain(key))).collect()
    }

    /// A law of a layer inside the guests that needs no profile, whether the service has it to itself, and what it is.
    fn plain_law(
        &self,
        strategy: &Strategy,
        service: usize,
        own: &ProtectionSettings,
        key: &str,
    ) -> Option<(Law, bool, &'static str)> {
        let plan = strategy.for_service(service);
        Some(match (key, plan.protection.guest?) {
            ("detection", _) => {
                (plan.detection, own.detection.is_some(), "from a failure to its being noticed")
            }
            ("convergence", GuestLayer::Balanced) => {
                let meaning = "from there until the others serve its clients";
                (plan.convergence, own.convergence.is_some(), meaning)
            }
            ("join", GuestLayer::Balanced) => {
                let meaning = "from a member's return until clients are sent to it again";
                (plan.join, own.values.contains_key("join") || own.convergence.is_some(), meaning)
            }
            ("takeover", GuestLayer::Failover) => {
                let takeover = plan.failover?.takeover.of(&self.services[service]);
                (takeover.disk, own.takeover.is_some(), "until the group's disks are with another node")
            }
            _ => return None,
        })
    }

    /// The same of the steps of a service's VMs on their way back, and of their faults.
    #[must_use]
    pub fn service_grounds(&self, service: usize, keys: &[&str]) -> Vec<String> {
        let row = &self.services[service];
        let place = format!("service.{}", row.name);
        let step = |key: &str| {
            let (law, meaning): (&Law, &str) = match key {
                "power_on" => (&row.power_on, "from the order to the guest's first instruction"),
                "boot" => (&row.boot, "until its operating system has booted"),
                "start" => (&row.start, "until the application has started"),
                "recover" => (&row.recover, "its recovery after an unclean stop"),
                _ => return None,
            };
            let source = self.source_of(&[&format!("{place}.{key}")]);
            Some(ground(&place, key, &law_line(law), source, meaning))
        };
        let fault = |key: &str| {
            let fault = match key {
                "guest_crash" => &row.guest_crash,
                "app_crash" => &row.app_crash,
                "app_hang" => &row.app_hang,
                _ => return None,
            };
            fault.as_ref().map(|fault| fault_ground(&place, key, fault))
        };
        let response = |key: &str| {
            let (own, _) = row.isolation_response.filter(|_| key == "isolation_response")?;
            let word = RESPONSES.iter().find(|(_, response)| *response == own)?.0;
            Some(ground(&place, key, word, "set", "what a host that is alone does about its VMs"))
        };
        let of = |key: &&str| step(key).or_else(|| fault(key)).or_else(|| response(key));
        keys.iter().filter_map(of).collect()
    }

    /// The same of the hosts of a group.
    #[must_use]
    pub fn host_grounds(&self, group: usize, keys: &[&str]) -> Vec<String> {
        let row = &self.hosts[group];
        let place = format!("host.{}", row.name);
        let of = |key: &&str| match *key {
            "boot" => {
                let source = self.source_of(&[&format!("{place}.boot")]);
                Some(ground(&place, key, &law_line(&row.boot), source, "from power to VMs"))
            }
            "crash" => row.crash.as_ref().map(|fault| fault_ground(&place, key, fault)),
            "hang" => row.hang.as_ref().map(|fault| fault_ground(&place, key, fault)),
            _ => None,
        };
        keys.iter().filter_map(of).collect()
    }

    /// What the default of a key stands on, by whichever of its paths it is noted; or that it is set.
    fn source_of(&self, paths: &[&str]) -> &str {
        let noted = self.assumptions.iter().find(|noted| paths.contains(&noted.path.as_str()));
        noted.map_or("set", |noted| noted.source)
    }
}

fn ground(place: &str, key: &str, value: &str, source: &str, meaning: &str) -> String {
    format!("{place}.{key} = {value} ({source}): {meaning}")
}

fn fault_ground(place: &str, key: &str, fault: &FaultSpec) -> String {
    format!("{place}.{key} (set): {}", super::fault_line(fault))
}
