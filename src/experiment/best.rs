//! Multiple comparisons with the best: how much more each strategy loses than the best of all others, all of them at once.
//!
//! Who picks the best of many by its mean and then asks whether it is better than the next looks at luck. Hsu's constrained
//! intervals (*Simultaneous confidence intervals for all distances from the "best"*, Annals of Statistics 9 (1981) 1026-1034) are
//! right for all strategies together with 95 %: that of a strategy's distance from the best other one,
//! `[min(0, max low), max(0, max high)]` over its intervals against the others. They need the k - 1 differences from the true best
//! to be right at once, whoever that is; each is asked with a (k - 1)th of the error (Bonferroni), as Nelson and Matejcik do under
//! common random numbers (*Management Science* 41 (1995) 1935-1945), and at one end.

use super::summary::{BestSummary, Comparison, Distance, StrategySummary};

/// The distances of all strategies from the best other one, service by service and over all of them; nothing where there are
/// two, of which the difference says it all, or where not every pair was compared.
pub(super) fn best(strategies: &[StrategySummary], comparisons: &[Comparison]) -> Vec<BestSummary> {
    let every = strategies.len() * (strategies.len() - 1) / 2;
    let mut parts: Vec<Option<String>> = Vec::new();
    for comparison in comparisons {
        if !parts.contains(&comparison.service) {
            parts.push(comparison.service.clone());
        }
    }
    let mut rows = Vec::new();
    for part in parts.into_iter().filter(|_| strategies.len() > 2) {
        let pairs: Vec<&Comparison> = comparisons.iter().filter(|pair| pair.service == part).collect();
        if pairs.len() < every {
            continue;
        }
        rows.extend(strategies.iter().map(|strategy| {
            let distances = |of: fn(&Comparison) -> Distance| distance(&strategy.name, &pairs, of);
            BestSummary {
                service: part.clone(),
                strategy: strategy.name.clone(),
                downtime_s_minus_best: distances(|pair| pair.downtime_s_simultaneous),
                lost_s_minus_best: distances(|pair| pair.lost_s_simultaneous),
            }
        }));
    }
    rows
}

/// The distance of a strategy from the best other one.
fn distance(name: &str, pairs: &[&Comparison], of: impl Fn(&Comparison) -> Distance) -> Distance {
    let mut most = Distance { mean: f64::NEG_INFINITY, low: f64::NEG_INFINITY, high: f64::NEG_INFINITY };
    for pair in pairs {
        let Distance { mean, low, high } = of(pair);
        let own = match name {
            name if name == pair.a => Distance { mean, low, high },
            name if name == pair.b => Distance { mean: -mean, low: -high, high: -low },
            _ => continue,
        };
        most = Distance {
            mean: most.mean.max(own.mean),
            low: most.low.max(own.low),
            high: most.high.max(own.high),
        };
    }
    Distance { low: most.low.min(0.0), high: most.high.max(0.0), ..most }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_known_where_it_beats_all_others_at_once() {
        let pair = |a: &str, b: &str, mean: f64, half: f64| {
            let distance = Distance { mean, low: mean - half, high: mean + half };
            Comparison::simultaneous_only(a, b, distance)
        };
        let pairs = [pair("a", "b", -10.0, 3.0), pair("a", "c", -4.0, 5.0), pair("b", "c", 6.0, 2.0)];
        let pairs: Vec<&Comparison> = pairs.iter().collect();
        let of = |name| distance(name, &pairs, |pair| pair.lost_s_simultaneous);
        // a may be the best or up to 1 behind c; c may be the best or up to 9 behind a; b is at least 4 behind c.
        assert_eq!(of("a"), Distance { mean: -4.0, low: -9.0, high: 1.0 });
        assert_eq!(of("c"), Distance { mean: 4.0, low: -1.0, high: 9.0 });
        assert_eq!(of("b"), Distance { mean: 10.0, low: 0.0, high: 13.0 });
    }
}
