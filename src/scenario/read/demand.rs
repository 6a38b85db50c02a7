//! Computing power that VMs want, and clusters that balance for nothing.

use crate::scenario::code;
use crate::scenario::fields::{Fields, Reader};
use crate::scenario::spec::{ClusterSettings, SettingValue, Spec, Vm};
use crate::scenario::text::{join, number};

use super::settings::Use;

/// Settings of balancing, its switch first.
const BALANCE: [&str; 3] = ["balance", "balance_interval", "balance_threshold"];

impl Reader {
    /// Cores that a VM wants when clients want most.
    pub(super) fn busy(&mut self, f: &Fields<'_>, vm: &mut Vm) {
        let Some(at) = f.get("busy") else { return };
        let Some(cores) = self.positive(&at) else { return };
        let most = f64::from(vm.cores);
        let what = if cores < 0.001 {
            format!("{} is less than a thousandth of a core", number(cores))
        } else if cores > most && !self.doubts(&join(&f.path, "cores")) {
            format!("{} is more than the VM's {}", number(cores), number(most))
        } else {
            vm.busy = (cores * 1_000.0).round() as u64;
            return;
        };
        let remedy = "write how many of its cores it wants when clients want most, such as 1.5";
        self.report(code::RANGE, &at, what, remedy);
    }

    /// Balancing that never moves anything.
    pub(super) fn balance_check(&mut self, spec: &Spec, uses: &[Vec<Use>]) {
        // Whether anything is ever moved is known only where everything could be read.
        if !self.doubts_nothing() {
            return;
        }
        let wanted = spec.services.iter().any(|service| service.vm.busy > 0);
        for (number, (cluster, uses)) in spec.clusters.iter().zip(uses).enumerate() {
            let own = (None, &cluster.settings, join("cluster", &cluster.name));
            let over = spec.strategies.iter().enumerate().filter_map(|(strategy, row)| {
                let path = join(&join(&join("strategy", &row.name), "cluster"), &cluster.name);
                Some((Some(strategy), row.cluster_settings(number)?, path))
            });
            let linked =
                spec.each_host(&cluster.hosts).any(|(group, _)| spec.hosts[group].migration.is_some());
            for (strategy, settings, path) in std::iter::once(own).chain(over) {
                let about: Vec<&Use> =
                    uses.iter().filter(|u| strategy.is_none() || (u.own && u.strategy == strategy)).collect();
                for key in BALANCE {
                    let Some(&mark) = settings.marks.get(key) else { continue };
                    if is_off(settings, key) {
                        continue;
                    }
                    let Some((what, remedy)) = idle(key, &about, wanted, linked) else { continue };
                    self.sink.push(code::NO_EFFECT, mark, join(&path, key), what, remedy);
                }
            }
        }
    }
}

/// Whoever says that nothing is moved means it.
fn is_off(settings: &ClusterSettings, key: &str) -> bool {
    key == BALANCE[0] && settings.values.get(key) == Some(&SettingValue::Word("off"))
}

/// Why a key of balancing means nothing, and what to do about it.
fn idle(key: &str, uses: &[&Use], wanted: bool, linked: bool) -> Option<(&'static str, &'static str)> {
    let some = |test: fn(&Use) -> bool| uses.iter().any(|u| test(u));
    if !wanted {
        let what = "no VM says how much computing power it wants, so that no host ever has too little";
        Some((what, "write busy in the vm of a service, or leave it out"))
    } else if !some(|u| u.clustered && u.plan.word("balance") == "on") {
        let what = match key {
            "balance" => "no strategy protects anything by this cluster, so that it moves nothing",
            _ => "the cluster does not balance",
        };
        Some((what, "write balance = \"on\" and protect = [\"host-cluster\"], or leave it out"))
    } else if !linked || !some(|u| u.plan.word("migration") != "off") {
        let what = "the cluster moves no VMs that run";
        Some((what, "give its hosts migration = \"10 Gbit/s\", or leave it out"))
    } else {
        None
    }
}
