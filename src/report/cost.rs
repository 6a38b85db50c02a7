//! What strategies cost: the parts of `result.json` that say so, their columns, and which one is cheapest.
//!
//! Money is a year's, of 8,760 h, whatever the horizon, and of all instances together.

use serde::{Deserialize, Serialize};

use super::csv::Sheet;
use super::figures;
use super::result::{Estimate, Method, RunResult, Strategy, TotalComparison, number};
use super::table::Table;
use super::verdict;
use crate::model::{Money, Prices};

/// What a year of a strategy costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// How figures name money.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    /// Of all hosts.
    #[serde(with = "number")]
    pub hosts: f64,
    /// Of clusters and VMs.
    #[serde(with = "number")]
    pub licences: f64,
    /// Lost service, and what is lost with it.
    pub downtime: Estimate,
    /// All of these.
    pub total: Estimate,
    /// In the scenario's order.
    pub services: Vec<ServiceCost>,
}

/// What a year of a service costs beside the hosts and clusters that it shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceCost {
    /// Its name.
    pub service: String,
    /// Of its VMs.
    #[serde(with = "number")]
    pub licences: f64,
    /// Lost service, and what is lost with it.
    pub downtime: Estimate,
    /// Both.
    pub total: Estimate,
}

/// Whether anything has a price.
pub(super) fn is_told(result: &RunResult) -> bool {
    result.strategies.iter().any(|strategy| strategy.cost.is_some())
}

/// The name of money; nothing where it has none.
fn currency(result: &RunResult) -> &str {
    let cost = result.strategies.iter().find_map(|strategy| strategy.cost.as_ref());
    cost.map_or("", |cost| cost.currency.as_str())
}

/// "Cost a year, EUR"
pub(super) fn title(result: &RunResult, name: impl Fn(&str) -> String) -> String {
    match currency(result) {
        "" => "Cost a year".to_owned(),
        currency => format!("Cost a year, {}", name(currency)),
    }
}

/// The head of the table over the strategies.
pub(super) const HEAD: [&str; 5] = ["strategy", "hosts", "licences", "lost to outages", "all"];

/// Its row of a strategy.
pub(super) fn cells(strategy: &Strategy, name: impl Fn(&str) -> String) -> Vec<String> {
    let Some(cost) = &strategy.cost else { return vec![name(&strategy.name); 1] };
    vec![
        name(&strategy.name),
        figures::fixed(cost.hosts, cents(cost.hosts)),
        figures::fixed(cost.licences, cents(cost.licences)),
        money(&cost.downtime, ""),
        money(&cost.total, ""),
    ]
}

/// The table, and which strategy is cheapest, for a terminal.
pub(super) fn table(result: &RunResult, name: impl Fn(&str) -> String) -> String {
    let mut table = Table::new(&HEAD);
    for strategy in result.strategies.iter().filter(|strategy| strategy.cost.is_some()) {
        table.row(cells(strategy, &name));
    }
    table.render()
}

/// An amount: whole units where they are many and nothing is left to chance, else as its interval allows.
pub(super) fn money(amount: &Estimate, unit: &str) -> String {
    let known = amount.method == Method::Exact || !figures::has_interval(amount);
    match known {
        true if unit.is_empty() => figures::fixed(amount.mean, cents(amount.mean)),
        true => format!("{} {unit}", figures::fixed(amount.mean, cents(amount.mean))),
        false => figures::interval_in(amount, unit),
    }
}

/// Decimals of an amount that is known exactly.
fn cents(amount: f64) -> i32 {
    if amount.fract() != 0.0 && amount.abs() < 1_000.0 { 2 } else { 0 }
}

/// "a year costs 8,760 EUR of hosts and 2,001 EUR of licences, whatever fails"
pub(super) fn whatever_fails(prices: &Prices, name: impl Fn(&str) -> String) -> String {
    let money = |millionths: u128| {
        let units = millionths as f64 / Money::UNIT;
        format!("{} {}", figures::fixed(units, cents(units)), name(&prices.currency)).trim_end().to_owned()
    };
    format!(
        "a year costs {} of hosts and {} of licences, whatever fails",
        money(prices.hosts),
        money(prices.licences())
    )
}

/// What a year of `b` costs more than one of `a`; without a comparison in the result the difference of the means.
fn dearer(result: &RunResult, a: &Strategy, b: &Strategy) -> Estimate {
    let told = |pair: &TotalComparison| pair.cost_a_minus_b;
    for pair in &result.total_comparisons {
        if pair.a == b.name && pair.b == a.name {
            return told(pair).unwrap_or_else(Estimate::nothing);
        }
        if pair.a == a.name && pair.b == b.name {
            return told(pair).map_or_else(Estimate::nothing, |cost| figures::scaled(&cost, -1.0));
        }
    }
    let total = |strategy: &Strategy| strategy.cost.as_ref().map_or(0.0, |cost| cost.total.mean);
    Estimate {
        mean: total(b) - total(a),
        se: f64::NAN,
        low: f64::NAN,
        high: f64::NAN,
        method: Method::StudentT,
    }
}

/// "host-cluster is cheapest: 120,000 EUR [118,000, 122,000] a year, 31,000 EUR [29,000, 33,000] less than none."
pub(super) fn sentence(result: &RunResult, name: &dyn Fn(&str) -> String) -> Option<String> {
    let mut ranked: Vec<&Strategy> = result.strategies.iter().filter(|s| s.cost.is_some()).collect();
    let total = |strategy: &Strategy| strategy.cost.as_ref().map_or(0.0, |cost| cost.total.mean);
    // Stable, so that equal strategies stay in the scenario's order.
    ranked.sort_by(|a, b| total(a).total_cmp(&total(b)));
    let (&best, others) = ranked.split_first()?;
    let unit = name(currency(result));
    let of =
        |strategy: &Strategy| strategy.cost.as_ref().map_or_else(String::new, |c| money(&c.total, &unit));
    let Some(&next) = others.first() else {
        return Some(format!("It costs {} a year.", of(best)));
    };
    let more = |other: &Strategy| dearer(result, best, other);
    let tied: Vec<&Strategy> =
        others.iter().copied().filter(|other| !verdict::is_decided(&more(other))).collect();
    let mut text = if tied.is_empty() {
        let mut text = format!("{} is cheapest: {} a year", name(&best.name), of(best));
        let base = verdict::baseline(result).filter(|b| b.name != best.name && b.name != next.name);
        let less: Vec<String> = std::iter::once(next)
            .chain(base)
            .map(|other| format!("{} less than {}", money(&more(other), &unit), name(&other.name)))
            .collect();
        text.push_str(&format!(", {}", less.join(" and ")));
        text
    } else {
        let group: Vec<String> =
            std::iter::once(best).chain(tied.iter().copied()).map(|strategy| name(&strategy.name)).collect();
        let least = if group.len() == ranked.len() { "" } else { "are cheapest and " };
        let apart = match tied.as_slice() {
            [one] if more(one).mean == 0.0 => "and they cost the same".to_owned(),
            [one] => format!("and the difference is {}", money(&more(one), &unit)),
            _ => "and every difference from it may be none".to_owned(),
        };
        let names = verdict::list(&group);
        format!(
            "{names} {least}cannot be told apart by what they cost: {} takes {} a year, {apart}",
            name(&best.name),
            of(best)
        )
    };
    // Who loses least may be dear.
    let lost = |strategy: &&Strategy| strategy.total.lost_s.mean;
    let least = result.strategies.iter().min_by(|a, b| lost(a).total_cmp(&lost(b)));
    if let Some(least) = least.filter(|least| verdict::is_decided(&more(least)) && least.name != next.name) {
        text.push_str(&format!(
            "; {}, which loses least, costs {} more",
            name(&least.name),
            money(&more(least), &unit)
        ));
    }
    text.push('.');
    Some(text)
}

/// The columns of `summary.csv`: licences, outages, and both together of a service.
pub(super) fn service_heads(sheet: &mut Sheet) {
    sheet.head("cost_licences");
    sheet.head_estimate("cost_downtime");
    sheet.head_estimate("cost_total");
}

/// Their cells.
pub(super) fn service_cells(sheet: &mut Sheet, strategy: &Strategy, service: &str) {
    let cost = strategy.cost.as_ref().and_then(|cost| cost.services.iter().find(|s| s.service == service));
    sheet.numbers(&[cost.map_or(f64::NAN, |cost| cost.licences)]);
    sheet.estimate_if(cost.map(|cost| &cost.downtime));
    sheet.estimate_if(cost.map(|cost| &cost.total));
}

/// The columns of `strategies.csv`.
pub(super) fn strategy_heads(sheet: &mut Sheet) {
    sheet.head("cost_hosts");
    service_heads(sheet);
}

/// Their cells.
pub(super) fn strategy_cells(sheet: &mut Sheet, strategy: &Strategy) {
    let cost = strategy.cost.as_ref();
    sheet.numbers(&[cost.map_or(f64::NAN, |c| c.hosts), cost.map_or(f64::NAN, |c| c.licences)]);
    sheet.estimate_if(cost.map(|cost| &cost.downtime));
    sheet.estimate_if(cost.map(|cost| &cost.total));
}
