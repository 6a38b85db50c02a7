//! What a strategy costs whatever fails, and what its outages cost.

use super::super::spec::Spec;
use crate::model::{Model, Money, Prices, ServicePrices};

/// The prices of a strategy; absent where the scenario has none at all, of no strategy.
pub(super) fn prices(spec: &Spec, strategy: usize, model: &Model) -> Option<Prices> {
    if !spec.has_prices() {
        return None;
    }
    let each = |money: Option<Money>, times: u64| u128::from(money.unwrap_or_default().0) * u128::from(times);
    let mut prices = Prices {
        currency: spec.cost.as_ref().map_or_else(String::new, |cost| cost.currency.clone()),
        hosts: spec.hosts.iter().map(|group| each(group.price, u64::from(group.count))).sum(),
        ..Prices::default()
    };
    let plan = &spec.strategies[strategy];
    for (number, cluster) in model.clusters.iter().enumerate() {
        // A cluster that restarts nothing is none, and nobody pays for it; but what a strategy says itself holds.
        let own = plan.cluster_settings(number).and_then(|own| own.licence);
        let licence = own.or(spec.clusters[number].settings.licence.filter(|_| cluster.restarts));
        prices.cluster_licences += each(licence, cluster.hosts.len() as u64);
    }
    for (number, service) in model.services.iter().enumerate() {
        let licence = plan.for_service(number).licence;
        let vms = model.instances[service.first_instance.index()].vms;
        prices.services.push(ServicePrices {
            licences: each(licence, u64::from(service.instances) * u64::from(vms)),
            losses: spec.services[number].losses.unwrap_or_default(),
        });
    }
    Some(prices)
}
