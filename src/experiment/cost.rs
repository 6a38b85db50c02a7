//! From prices and what was lost to the cost of a year.
//!
//! What one replication costs is a whole number: microseconds lost times millionths of money an hour, and so on, added up
//! over the services in 128 bits. Estimates are made of these sums as they are of microseconds, so that a total over services
//! with different prices is as exact as they are. Where a sum would not fit into what moments take, all strategies count in
//! the same larger grain.

use super::block::{StrategyBlock, Ticks};
use super::chance::Chance;
use super::summarize::shifted;
use super::summary::{CostSummary, Estimate, ServiceCost};
use crate::engine::Span;
use crate::model::{LossPrices, Model, Money, Prices, Service};
use crate::stats::{Interval, Moments, PairedMoments, Randomness, Seldom, interval};

/// Microseconds in an hour: prices are by the hour, what is lost is in microseconds.
pub(super) const HOUR_US: u128 = 3_600_000_000;

/// A year has 8,760 hours, whatever the horizon.
pub(super) const YEAR: Span = Span::from_secs(31_536_000);

/// The largest sum that is counted in the finest grain.
const LARGEST: u128 = 1 << 62;

/// What the outages of a replication cost, by replication, in grains, and what chance can do to it.
struct Losses {
    grains: Vec<u64>,
    chance: Randomness,
}

/// How a run counts money.
#[derive(Clone, Copy)]
pub(super) struct Till {
    /// How many (millionths times microseconds by the hour) are one grain.
    grain: u128,
}

impl Till {
    /// For all strategies of a run alike, so that they can be compared; `None` where nothing has a price.
    pub(super) fn new(models: &[Model], found: &[StrategyBlock]) -> Option<Till> {
        if models.iter().all(|model| model.prices.is_none()) {
            return None;
        }
        let mut most: u128 = 1;
        for (model, found) in models.iter().zip(found) {
            let Some(prices) = &model.prices else { continue };
            most = most.max(exact(prices, found).into_iter().max().unwrap_or(0));
        }
        Some(Till { grain: most.div_ceil(LARGEST) })
    }

    /// Grains as money a year.
    fn scale(self, model: &Model) -> f64 {
        let years = YEAR.as_secs_f64() / model.horizon.as_secs_f64();
        self.grain as f64 / HOUR_US as f64 / Money::UNIT * years
    }

    fn losses(self, model: &Model, sums: &[u128], services: &[usize]) -> Losses {
        let prices = model.prices.as_ref().expect("who counts money has prices");
        let mut random = false;
        let (mut largest, mut ceiling, mut seldom) = (0.0, 0.0, Seldom::NONE);
        for &number in services {
            let (service, own) = (&model.services[number], &prices.services[number].losses);
            let chance = Chance::of(model, service);
            random |= chance.random && !is_free(own);
            let (one, most) = bounds(service, own, chance);
            largest += one;
            ceiling += most;
            seldom = seldom.and(chance.seldom_us.scaled(own.downtime.0 as f64));
        }
        let grain = self.grain as f64;
        let chance = if random {
            Randomness::Events { largest, ceiling, seldom }.scaled(1.0 / grain)
        } else {
            Randomness::None
        };
        Losses { grains: sums.iter().map(|&sum| (sum / self.grain) as u64).collect(), chance }
    }

    fn all(self, model: &Model, found: &StrategyBlock) -> Losses {
        let prices = model.prices.as_ref().expect("who counts money has prices");
        let services: Vec<usize> = (0..model.services.len()).collect();
        self.losses(model, &exact(prices, found), &services)
    }

    /// What a year of a strategy costs.
    pub(super) fn summarize(self, model: &Model, found: &StrategyBlock) -> Option<CostSummary> {
        let prices = model.prices.as_ref()?;
        let scale = self.scale(model);
        let services = (0..model.services.len()).map(|number| {
            let own = &prices.services[number];
            let sums: Vec<u128> = found.ticks[number].iter().map(|ticks| lost(&own.losses, ticks)).collect();
            let downtime = estimate(&self.losses(model, &sums, &[number]), scale);
            ServiceCost {
                licences: units(own.licences),
                downtime: downtime.into(),
                total: shifted(downtime, units(own.licences)),
            }
        });
        let downtime = estimate(&self.all(model, found), scale);
        Some(CostSummary {
            currency: prices.currency.clone(),
            hosts: units(prices.hosts),
            licences: units(prices.licences()),
            downtime: downtime.into(),
            total: shifted(downtime, units(prices.fixed())),
            services: services.collect(),
        })
    }

    /// What a year of the first strategy costs more than one of the second, replication by replication.
    pub(super) fn difference(
        self,
        (a, found_a): (&Model, &StrategyBlock),
        (b, found_b): (&Model, &StrategyBlock),
    ) -> Option<Estimate> {
        let (prices_a, prices_b) = (a.prices.as_ref()?, b.prices.as_ref()?);
        let (lost_a, lost_b) = (self.all(a, found_a), self.all(b, found_b));
        let both = || lost_a.grains.iter().zip(&lost_b.grains);
        let mut differences: Vec<i64> = both().map(|(&a, &b)| a as i64 - b as i64).collect();
        let middle = differences.len() / 2;
        let mut pairs = PairedMoments::around(*differences.select_nth_unstable(middle).1);
        both().for_each(|(&a, &b)| pairs.push(a, b));
        let found = interval::difference(&pairs, lost_a.chance, lost_b.chance).scaled(self.scale(a));
        let (fixed_a, fixed_b) = (prices_a.fixed(), prices_b.fixed());
        let apart = units(fixed_a.abs_diff(fixed_b));
        Some(shifted(found, if fixed_a < fixed_b { -apart } else { apart }))
    }
}

/// Millionths as money.
fn units(millionths: u128) -> f64 {
    millionths as f64 / Money::UNIT
}

fn estimate(losses: &Losses, scale: f64) -> Interval {
    let moments: Moments = losses.grains.iter().copied().collect();
    interval::mean(&moments, losses.chance).scaled(scale)
}

fn is_free(prices: &LossPrices) -> bool {
    *prices == LossPrices::default()
}

/// What one service lost in a replication, in millionths of money times microseconds by the hour.
fn lost(prices: &LossPrices, ticks: &Ticks) -> u128 {
    let by_time = |price: Money, us: u64| u128::from(price.0) * u128::from(us);
    let by_number = |price: Money, number: u64| by_time(price, number).saturating_mul(HOUR_US);
    by_time(prices.downtime, ticks.lost_us)
        .saturating_add(by_time(prices.recovery_point, ticks.recovery_point_us))
        .saturating_add(by_number(prices.session, ticks.sessions_lost))
        .saturating_add(by_number(prices.transaction, ticks.transactions_lost))
}

/// The same of all services, by replication.
fn exact(prices: &Prices, found: &StrategyBlock) -> Vec<u128> {
    let mut sums = vec![0_u128; found.waiting.len()];
    for (service, ticks) in prices.services.iter().zip(&found.ticks) {
        for (sum, ticks) in sums.iter_mut().zip(ticks) {
            *sum = sum.saturating_add(lost(&service.losses, ticks));
        }
    }
    sums
}

/// What one incident can cost a service, and the most that a replication can.
fn bounds(service: &Service, prices: &LossPrices, chance: Chance) -> (f64, f64) {
    let hour = HOUR_US as f64;
    let price = |money: Money| money.0 as f64;
    let one = price(prices.downtime) * chance.downtime_us.min(chance.ceiling_us)
        + price(prices.recovery_point) * chance.recovery_point_us
        + price(prices.session) * hour * chance.outages * f64::from(service.work.sessions)
        + price(prices.transaction) * hour * chance.outages * f64::from(service.work.transactions);
    let counted = LossPrices { downtime: Money(0), ..*prices };
    let most = if is_free(&counted) { price(prices.downtime) * chance.ceiling_us } else { f64::INFINITY };
    (one, most)
}
