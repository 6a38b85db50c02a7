//! What a page has room for. However many strategies and services there are, it stays small enough to be mailed.

use crate::report::charts::shown_strategies;
use crate::report::figures;
use crate::report::result::{RunResult, Service, Strategy};
use crate::report::text::{of_service, service_names};

/// Strategies whose replications are drawn.
const REPLAYED: usize = 5;

/// Rows of all tables of services together, and curves of all their charts.
const ROWS: usize = 240;
const CURVES: usize = 40;

/// Strategies and services that the page tells of.
pub(super) struct Shown<'a> {
    pub(super) result: &'a RunResult,
    /// In the scenario's order.
    pub(super) strategies: Vec<&'a Strategy>,
    /// Those in tables, and of these the ones with a chart; in the scenario's order.
    pub(super) services: Vec<&'a str>,
    pub(super) charted: Vec<&'a str>,
    /// Places of the strategies whose replications are drawn.
    pub(super) replayed: Vec<usize>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(result: &'a RunResult) -> Shown<'a> {
        let strategies = shown_strategies(result);
        let each = strategies.len().max(1);
        let services = most_lost(result, (ROWS / each).max(4));
        let mut charted = most_lost(result, (CURVES / each).clamp(3, 12));
        charted.retain(|name| services.contains(name));
        let replayed = least_lost(&strategies, REPLAYED);
        Shown { result, strategies, services, charted, replayed }
    }

    /// The strategies that have a service, with their places and what they make of it.
    pub(super) fn rows(&self, service: &str) -> Vec<(usize, &'a Strategy, &'a Service)> {
        let of = |(place, strategy): (usize, &&'a Strategy)| {
            Some((place, *strategy, strategy.services.iter().find(|row| row.name == service)?))
        };
        self.strategies.iter().enumerate().filter_map(of).collect()
    }

    /// What is left out, in sentences; empty where nothing is.
    pub(super) fn left_out(&self) -> String {
        let mut text = String::new();
        let all = self.result.strategies.len();
        if self.strategies.len() < all {
            text = format!(
                "Of {} strategies the page shows the {} that lose least and the one that others are measured against; \
                 all are in strategies.csv. ",
                count(all),
                count(self.strategies.len())
            );
        }
        let all = service_names(self.result).len();
        if self.services.len() < all {
            text.push_str(&format!(
                "Of {} services it shows the {} that lose most; all are in summary.csv.",
                count(all),
                count(self.services.len())
            ));
        }
        text.trim_end().to_owned()
    }
}

/// Places of those that lose least, and of the first; ascending.
fn least_lost(strategies: &[&Strategy], most: usize) -> Vec<usize> {
    let mut ranked: Vec<usize> = (1..strategies.len()).collect();
    ranked.sort_by(|&a, &b| strategies[a].total.lost_s.mean.total_cmp(&strategies[b].total.lost_s.mean));
    ranked.truncate(most - 1);
    let mut places: Vec<usize> = (0..strategies.len().min(1)).chain(ranked).collect();
    places.sort_unstable();
    places
}

/// The services that lose most under any strategy, all their instances together; in the scenario's order.
fn most_lost(result: &RunResult, most: usize) -> Vec<&str> {
    let names = service_names(result);
    if names.len() <= most {
        return names;
    }
    let lost = |name: &str| {
        let rows = of_service(result, name).into_iter();
        rows.map(|(_, row)| row.lost_s.mean * f64::from(row.instances)).fold(0.0, f64::max)
    };
    let mut ranked: Vec<(usize, f64)> = names.iter().enumerate().map(|(at, name)| (at, lost(name))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(most);
    ranked.sort_by_key(|(at, _)| *at);
    ranked.into_iter().map(|(at, _)| names[at]).collect()
}

fn count(number: usize) -> String {
    figures::count(u32::try_from(number).unwrap_or(u32::MAX))
}
