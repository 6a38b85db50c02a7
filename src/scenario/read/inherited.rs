//! Numbers of a product in a cluster's own table that stay in force where a strategy brings another product.

use std::collections::BTreeMap;

use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::profiles::Preset;
use crate::scenario::resolve::ClusterPlan;
use crate::scenario::spec::Spec;
use crate::scenario::text::{join, list, quote};

use super::settings::Use;

/// Numbers of guests, of people and of names: what they are does not depend on the product.
const OF_NO_PRODUCT: &[&str] = &["shutdown", "resumes_after", "quorum_forced_after", "name_ttl"];

impl Reader {
    /// A number is told of once, with all products under which it stays although their own is another. A choice, such as
    /// the isolation response, is made by whoever runs the cluster, and is meant for any product that has it.
    pub(super) fn inherited_settings(&mut self, spec: &Spec, cluster: usize, uses: &[Use]) {
        let row = &spec.clusters[cluster];
        let hosts = spec.each_host(&row.hosts).count() as u32;
        let own = row.plan(None, hosts);
        let mut kept: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for u in uses.iter().filter(|u| u.clustered && u.plan.product != own.product) {
            let over = u.strategy.and_then(|number| spec.strategies[number].cluster_settings(cluster));
            let given = |key: &str| over.is_some_and(|over| over.marks.contains_key(key));
            for &key in row.settings.values.keys().filter(|key| !given(key)) {
                if let Some(default) = default_of_the_other(&own, &u.plan, key) {
                    let told = format!("{}, whose own is {default}", quote(u.plan.product.word()));
                    let all = kept.entry(key).or_default();
                    if !all.contains(&told) {
                        all.push(told);
                    }
                }
            }
        }
        for (key, products) in kept {
            if self.doubts_setting(spec, cluster, &["product", "hosts", "failed_after", key]) {
                continue;
            }
            let Some(&mark) = row.settings.marks.get(key) else { continue };
            let what = format!(
                "it stands beside product {} and stays in force under {}",
                quote(own.product.word()),
                list(products.iter().map(String::as_str))
            );
            let path = join("cluster", &row.name);
            let remedy = format!(
                "write {} in the strategies that it is meant for",
                join(&join("cluster", &row.name), key)
            );
            self.sink.push(code::OTHER_PRODUCT, mark, join(&path, key), what, remedy);
        }
    }
}

/// What a key would be under a plan if the cluster did not set it, where it is a number of both products, and another one
/// than what it is.
fn default_of_the_other(own: &ClusterPlan, plan: &ClusterPlan, key: &str) -> Option<String> {
    let before = own.product.profile().setting(key)?;
    let setting = plan.product.profile().setting(key)?;
    if matches!(setting.default, Preset::Word { .. }) || OF_NO_PRODUCT.contains(&key) {
        return None;
    }
    let default = plan.default(setting);
    let differs = default != plan.values[key] && default != own.default(before);
    differs.then(|| match &setting.follows {
        Some(follows) => format!("what follows from {}", follows.key),
        None => setting.text(),
    })
}
