//! What outages cost, where weighted replications know more of a service than plain ones: the same prices, of what they say is lost.

use super::cost::{HOUR_US, YEAR};
use super::rare::Rare;
use super::refine::{Known, known_by};
use super::series::{Series, by_importance_sampling};
use super::summary::{Comparison, CostSummary, Estimate};
use crate::model::{LossPrices, Prices};
use crate::probe::Figure;

impl Known<'_> {
    /// Puts the cost of what is known better into a strategy's.
    pub(super) fn refine_cost(&self, rare: &Rare, cost: &mut CostSummary) {
        let Some(prices) = &self.model.prices else { return };
        for (number, service) in cost.services.iter_mut().enumerate().filter(|(s, _)| rare.knows(*s)) {
            let weighted = self.losses(prices, &[number], |_| true).estimate();
            service.downtime = known_by(by_importance_sampling(weighted), service.downtime);
            service.total = moved(service.downtime, service.licences);
        }
        let all: Vec<usize> = (0..self.model.services.len()).collect();
        let weighted = self.losses(prices, &all, |_| true).estimate();
        cost.downtime = known_by(by_importance_sampling(weighted), cost.downtime);
        cost.total = moved(cost.downtime, cost.hosts + cost.licences);
    }

    /// By replication, what a year of outages of some services costs: weighted where it is known and `may` be.
    fn losses(&self, prices: &Prices, services: &[usize], may: impl Fn(usize) -> bool) -> Series {
        let years = YEAR.as_secs_f64() / self.model.horizon.as_secs_f64();
        let (mut values, mut unseen) = (vec![0.0; self.found.waiting.len()], 0.0);
        for &service in services {
            let is_weighted = may(service) && self.rare.is_some_and(|rare| rare.knows(service));
            for (figure, price) in lines(&prices.services[service].losses) {
                let price = price * years;
                for (replication, value) in values.iter_mut().enumerate() {
                    *value += price * self.value(service, figure, replication, is_weighted);
                }
                if !is_weighted && price > 0.0 {
                    unseen += price * self.unseen(service, figure);
                }
            }
        }
        Series::with_unseen(values, unseen)
    }
}

/// What a year of the first strategy costs more, where both know some of the services better.
pub(super) fn compare_cost(
    a: &Known<'_>,
    b: &Known<'_>,
    comparison: &mut Comparison,
    both: impl Fn(usize) -> bool + Copy,
) {
    let (Some(prices_a), Some(prices_b), Some(_)) =
        (&a.model.prices, &b.model.prices, comparison.cost_a_minus_b)
    else {
        return;
    };
    let all: Vec<usize> = (0..a.model.services.len()).collect();
    let (interval, _) = a.losses(prices_a, &all, both).difference(&b.losses(prices_b, &all, both));
    let fixed = (prices_a.fixed() as f64 - prices_b.fixed() as f64) / crate::model::Money::UNIT;
    comparison.cost_a_minus_b = Some(moved(by_importance_sampling(interval), fixed));
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
