//! What outages cost, where weighted replications know more of a service than plain ones: the same prices, of what they say is lost.

use super::cost::{HOUR_US, YEAR};
use super::difference::Beside;
use super::rare::Rare;
use super::refine::{Known, known_by};
use super::series::{Series, by_importance_sampling};
use super::summary::{CostSummary, Estimate};
use crate::model::{LossPrices, ServicePrices};
use crate::probe::Figure;

impl Known<'_> {
    /// Puts the cost of what is known better into a strategy's.
    pub(super) fn refine_cost(&self, rare: &Rare, cost: &mut CostSummary) {
        for (number, service) in cost.services.iter_mut().enumerate().filter(|(s, _)| rare.knows(*s)) {
            let weighted = self.losses(&[number], |_| true).estimate();
            service.downtime = known_by(by_importance_sampling(weighted), service.downtime);
            service.total = moved(service.downtime, service.licences);
        }
        let all: Vec<usize> = (0..self.model.services.len()).collect();
        let weighted = self.losses(&all, |_| true).estimate();
        cost.downtime = known_by(by_importance_sampling(weighted), cost.downtime);
        cost.total = moved(cost.downtime, cost.hosts + cost.licences);
    }

    /// By replication, what a year of outages of some services costs: weighted where it is known and `may` be.
    fn losses(&self, services: &[usize], may: impl Fn(usize) -> bool) -> Series {
        let years = YEAR.as_secs_f64() / self.model.horizon.as_secs_f64();
        let prices = self.model.prices.iter().flat_map(|prices| &prices.services);
        let prices: Vec<&ServicePrices> = prices.collect();
        let losses = services.iter().filter_map(|&service| Some((service, &prices.get(service)?.losses)));
        let lines = losses.flat_map(|(service, losses)| lines(losses).map(|line| (service, line)));
        let is_weighted = |service: usize, figure: Figure| may(service) && self.is_told(service, figure);
        let is_any = lines.clone().any(|(service, (figure, _))| is_weighted(service, figure));
        let none = vec![0.0; self.replications(is_any)];
        let (mut values, mut all_weighted, mut unseen) = (none.clone(), none, None);
        for (service, (figure, price)) in lines {
            let (price, is_weighted) = (price * years, is_weighted(service, figure));
            for (replication, (value, weighted)) in values.iter_mut().zip(&mut all_weighted).enumerate() {
                let loss = price * self.value(service, figure, replication, is_weighted);
                *value += loss;
                *weighted += if is_weighted { loss } else { 0.0 };
            }
            if !is_weighted && price > 0.0 {
                *unseen.get_or_insert(0.0) += price * self.unseen(service, figure);
            }
        }
        match unseen {
            Some(unseen) => Series::with_unseen(values, unseen, &all_weighted),
            None => Series::new(values),
        }
    }
}

/// What a year of the first strategy costs more, where one of them knows some of the services better.
pub(super) fn compare_cost(a: &Known<'_>, b: &Known<'_>, plain: &mut Estimate) {
    let (Some(prices_a), Some(prices_b)) = (&a.model.prices, &b.model.prices) else { return };
    let all: Vec<usize> = (0..a.model.services.len()).collect();
    let series = |known: &Known<'_>, may: &dyn Fn(usize) -> bool| known.losses(&all, may);
    let sides = Beside { a, b, times: 1.0 }.weighted(&all, series, || (*plain).into());
    if let Some((own, other)) = sides {
        let fixed = (prices_a.fixed() as f64 - prices_b.fixed() as f64) / crate::model::Money::UNIT;
        *plain = moved(by_importance_sampling(own.difference(&other).0), fixed);
    }
}

/// What has a price, and that of one microsecond or one piece of it.
fn lines(prices: &LossPrices) -> [(Figure, f64); 4] {
    let hour = HOUR_US as f64;
    [
        (Figure::Lost, prices.downtime.units() / hour),
        (Figure::RecoveryPoint, prices.recovery_point.units() / hour),
        (Figure::Sessions, prices.session.units()),
        (Figure::Transactions, prices.transaction.units()),
    ]
}

/// An estimate with something fixed on top.
fn moved(estimate: Estimate, by: f64) -> Estimate {
    Estimate { mean: estimate.mean + by, low: estimate.low + by, high: estimate.high + by, ..estimate }
}
