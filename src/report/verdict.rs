//! The closing sentences: which strategy loses least, by how much, whether that is certain, and
//! what it costs. Strategies are ranked by lost service over all services, per instance.
//!
//! Whether a difference is certain is read from the paired interval alone: two strategies whose
//! interval holds zero "cannot be told apart", however far their means lie from each other. Of more than two it is read from
//! their distances from the best, which are right for all of them at once.

use super::comparisons::may_be_best;
use super::cost;
use super::figures;
use super::result::{Capacity, Estimate, Method, RunResult, Strategy};

/// The verdict, one or more sentences on one line. `name` makes a strategy's name harmless for
/// where the sentence is going to stand.
#[must_use]
pub fn verdict(result: &RunResult, name: impl Fn(&str) -> String) -> String {
    let result = &*result.as_told();
    let (headline, rest) = sentences(result, &name);
    let cost = cost::sentence(result, &name).unwrap_or_default();
    let all = [headline, rest, cost].into_iter().filter(|sentence| !sentence.is_empty());
    all.collect::<Vec<_>>().join(" ")
}

/// The first sentence of the verdict, for the head of a chart.
#[must_use]
pub fn headline(result: &RunResult, name: impl Fn(&str) -> String) -> String {
    sentences(&result.as_told(), &name).0
}

/// The first sentence, and the others.
fn sentences(result: &RunResult, name: &dyn Fn(&str) -> String) -> (String, String) {
    let teller = Teller { result, name };
    let mut ranked: Vec<&Strategy> = result.strategies.iter().collect();
    // Stable, so that equal strategies stay in the scenario's order.
    ranked.sort_by(|a, b| a.total.lost_s.mean.total_cmp(&b.total.lost_s.mean));
    let Some((&best, others)) = ranked.split_first() else {
        return ("This result has no strategy.".to_owned(), String::new());
    };
    if ranked.iter().all(|strategy| figures::is_unseen(&strategy.total.lost_s)) {
        return (teller.nothing_lost(&ranked), String::new());
    }
    let Some(&next) = others.first() else {
        return (teller.alone(best), String::new());
    };
    // Of several, the one that looks best was chosen by its looks: others may be as good as all intervals at once allow.
    let may_be = |other: &&Strategy| {
        may_be_best(result, other).unwrap_or_else(|| !is_decided(&teller.less(best, other)))
    };
    let tied: Vec<&Strategy> = others.iter().copied().filter(may_be).collect();
    if tied.is_empty() { teller.decided(best, next) } else { teller.undecided(best, &tied) }
}

/// The strategy that others are measured against: the first without any protection, or else the first.
#[must_use]
pub fn baseline(result: &RunResult) -> Option<&Strategy> {
    let bare = |strategy: &&Strategy| strategy.services.iter().all(|service| service.protect.is_empty());
    result.strategies.iter().find(bare).or_else(|| result.strategies.first())
}

/// What `b` loses more than `a`, per instance and horizon, replication by replication. Without a
/// comparison in the result it is the difference of the means, with no interval.
#[must_use]
pub fn lost_difference(result: &RunResult, a: &Strategy, b: &Strategy) -> Estimate {
    for pair in &result.total_comparisons {
        if pair.a == b.name && pair.b == a.name {
            return pair.lost_s_a_minus_b;
        }
        if pair.a == a.name && pair.b == b.name {
            return figures::scaled(&pair.lost_s_a_minus_b, -1.0);
        }
    }
    let mean = b.total.lost_s.mean - a.total.lost_s.mean;
    Estimate { mean, se: f64::NAN, low: f64::NAN, high: f64::NAN, method: Method::StudentT }
}

/// Whether zero lies outside the interval; never where there is no interval.
#[must_use]
pub fn is_decided(difference: &Estimate) -> bool {
    difference.low > 0.0 || difference.high < 0.0
}

/// Where not every pair was compared: which strategies all others were compared with, as a sentence.
#[must_use]
pub fn compared(result: &RunResult, name: impl Fn(&str) -> String) -> Option<String> {
    let (strategies, pairs) = (&result.strategies, &result.total_comparisons);
    let every = strategies.len() * strategies.len().saturating_sub(1) / 2;
    if pairs.is_empty() || pairs.len() >= every {
        return None;
    }
    let of = |strategy: &&Strategy| {
        pairs.iter().filter(|p| p.a == strategy.name || p.b == strategy.name).count() + 1 >= strategies.len()
    };
    let names: Vec<String> = strategies.iter().filter(of).map(|strategy| name(&strategy.name)).collect();
    let names = if names.is_empty() { "some others".to_owned() } else { list(&names) };
    Some(format!(
        "of {} strategies not every pair is compared, but each with {names}",
        figures::count(u32::try_from(strategies.len()).unwrap_or(u32::MAX))
    ))
}

/// Whether what was seen of any pair would decide, and only the allowance for what was not seen keeps it open.
#[must_use]
pub fn is_any_held_open(result: &RunResult) -> bool {
    result.total_comparisons.iter().map(|pair| &pair.lost_s_a_minus_b).any(|difference| {
        !is_decided(difference)
            && figures::is_wide(difference, result.replications)
            && difference.mean.abs() > 2.0 * difference.se
    })
}

struct Teller<'a> {
    result: &'a RunResult,
    name: &'a dyn Fn(&str) -> String,
}

impl Teller<'_> {
    fn name(&self, strategy: &Strategy) -> String {
        (self.name)(&strategy.name)
    }

    /// What `best` loses less than `other`, per year or by script.
    fn less(&self, best: &Strategy, other: &Strategy) -> Estimate {
        self.result.told(&lost_difference(self.result, best, other))
    }

    fn lost(&self, strategy: &Strategy) -> Estimate {
        self.result.told(&strategy.total.lost_s)
    }

    /// What it loses: "12 min of service per instance and year", "nothing in 1,000 simulated years".
    fn loss(&self, strategy: &Strategy) -> String {
        let lost = self.lost(strategy);
        if figures::is_unseen(&lost) {
            format!(
                "nothing in {} (95 %: at most {} {})",
                self.simulated(),
                bound(&lost),
                self.result.told_for()
            )
        } else if self.result.scripted && lost.high <= 0.0 {
            format!("nothing {}", self.result.told_for())
        } else {
            format!("{} of service {}", figures::duration_interval(&lost), self.result.per_instance())
        }
    }

    fn simulated(&self) -> String {
        simulated(self.result)
    }

    fn replications(&self) -> String {
        match self.result.replications {
            1 => "this one replication".to_owned(),
            n => format!("these {} replications", figures::count(n)),
        }
    }

    fn nothing_lost(&self, ranked: &[&Strategy]) -> String {
        let worst =
            ranked.iter().map(|strategy| self.lost(strategy)).max_by(|a, b| a.high.total_cmp(&b.high));
        let at_most = worst.map_or_else(String::new, |worst| bound(&worst));
        let under = match ranked {
            [one] => format!("under {}", self.name(one)),
            _ => "under any strategy".to_owned(),
        };
        format!(
            "Nothing was lost {under} in {}: at most {at_most} {} (95 %).",
            self.simulated(),
            self.result.per_instance()
        )
    }

    fn alone(&self, only: &Strategy) -> String {
        let capacity = &only.capacity;
        format!("{} loses {}, with {}.", self.name(only), self.loss(only), takes(capacity))
    }

    fn decided(&self, best: &Strategy, next: &Strategy) -> (String, String) {
        let mut text =
            format!("{} loses least: {}, {}", self.name(best), self.loss(best), self.less_than(best, next));
        if let Some(base) =
            baseline(self.result).filter(|base| base.name != best.name && base.name != next.name)
        {
            text.push_str(" and ");
            text.push_str(&self.less_than(best, base));
        }
        text.push('.');
        (text, self.cost(best, next))
    }

    fn undecided(&self, best: &Strategy, tied: &[&Strategy]) -> (String, String) {
        let mut group = vec![best];
        group.extend(tied);
        let names = list(&group.iter().map(|strategy| self.name(strategy)).collect::<Vec<_>>());
        let everything = group.len() == self.result.strategies.len();
        let least = if everything { "" } else { "lose least and " };
        let same = tied.iter().all(|other| is_same(&self.less(best, other)));
        // Not one replication differs: an interval allows for more, but of that nothing has been seen.
        let alike = tied.iter().all(|other| self.is_alike(&self.less(best, other)));
        let seen = if same { String::new() } else { format!(" in each of {}", self.replications()) };
        let headline = if (same || alike) && everything {
            format!("{names} lose exactly the same{seen}: {}.", self.loss(best))
        } else if same || alike {
            format!("{names} lose least, and exactly the same{seen}: {}.", self.loss(best))
        } else if let [other] = tied {
            let difference = self.less(best, other);
            let between = if figures::has_interval(&difference) {
                let told_for = self.result.told_for();
                // Who reads a time takes it for downtime.
                let of = if loses_in_part(best) || loses_in_part(other) { " of lost service" } else { "" };
                format!("the difference is {}{of} {told_for}", figures::duration_interval(&difference))
            } else {
                "there is no interval to tell by".to_owned()
            };
            format!("{names} {least}cannot be told apart with {}: {between}.", self.replications())
        } else {
            format!(
                "{names} {least}cannot be told apart with {}: {} loses {}, and every difference from it may be none.",
                self.replications(),
                self.name(best),
                self.loss(best),
            )
        };
        let mut rest = String::new();
        if let Some(base) =
            baseline(self.result).filter(|base| group.iter().all(|strategy| strategy.name != base.name))
        {
            rest = format!("{} loses {}. ", self.name(best), self.less_than(best, base));
        }
        rest.push_str(&self.cheapest(&group));
        (headline, rest)
    }

    /// Not a second's difference in any of several replications.
    fn is_alike(&self, difference: &Estimate) -> bool {
        self.result.replications > 1 && difference.mean == 0.0 && difference.se == 0.0
    }

    /// "31 min [27, 35] (72 %) less than host-cluster".
    fn less_than(&self, best: &Strategy, other: &Strategy) -> String {
        let difference = self.less(best, other);
        let whole = self.lost(other).mean;
        let part = if whole > 0.0 && difference.mean < whole {
            // What is not everything is not 100 %.
            let part = libm::floor(difference.mean / whole * 100.0 + 1e-9);
            format!(" ({part:.0} %)")
        } else {
            String::new()
        };
        format!("{}{part} less than {}", figures::duration_interval(&difference), self.name(other))
    }

    /// What `best` takes more or less than `other`.
    fn cost(&self, best: &Strategy, other: &Strategy) -> String {
        let (mine, its) = (&best.capacity, &other.capacity);
        let (now, then) = (figures::share(mine.memory_used), figures::share(its.memory_used));
        if (mine.hosts, mine.vms, &now) == (its.hosts, its.vms, &then) {
            return format!("It takes no more than {}: {}.", self.name(other), takes(mine));
        }
        let vms = match mine.vms.cmp(&its.vms) {
            std::cmp::Ordering::Equal => format!("the same {}", figures::counted(mine.vms, "VM")),
            std::cmp::Ordering::Greater => {
                format!("{} ({})", figures::counted(mine.vms - its.vms, "more VM"), against(mine, its))
            }
            std::cmp::Ordering::Less => {
                format!("{} ({})", figures::counted(its.vms - mine.vms, "fewer VM"), against(mine, its))
            }
        };
        let hosts = if mine.hosts == its.hosts {
            format!("on the same {}", figures::counted(mine.hosts, "host"))
        } else {
            format!("on {} instead of {}", figures::counted(mine.hosts, "host"), figures::count(its.hosts))
        };
        let memory =
            if now == then { format!("memory {now} as before") } else { format!("memory {then} → {now}") };
        format!("Against {} it takes {vms} {hosts}, {memory}.", self.name(other))
    }

    fn cheapest(&self, group: &[&Strategy]) -> String {
        let key = |strategy: &Strategy| (strategy.capacity.hosts, strategy.capacity.vms);
        let same = group.windows(2).all(|pair| key(pair[0]) == key(pair[1]));
        let Some(first) = group.iter().min_by_key(|strategy| key(strategy)) else {
            return String::new();
        };
        let takes = takes(&first.capacity);
        if same {
            format!("Each takes {takes}.")
        } else {
            format!("Of these, {} takes least: {takes}.", self.name(first))
        }
    }
}

/// "1,000 simulated years", or days where a year is too long a word for it.
#[must_use]
pub fn simulated(result: &RunResult) -> String {
    let years = figures::years(result.replications, result.horizon_s);
    if years < 2.0 {
        format!("{} simulated days", figures::fixed(years * 365.0, 0))
    } else {
        format!("{} simulated years", figures::fixed(years, 0))
    }
}

fn bound(estimate: &Estimate) -> String {
    figures::duration_mean(estimate).trim_start_matches("≤ ").to_owned()
}

/// Whether some of what it loses is lost while it serves in part.
fn loses_in_part(strategy: &Strategy) -> bool {
    let total = &strategy.total;
    (total.lost_s.mean - total.downtime_s.mean).abs() > 1e-9 * total.lost_s.mean
}

fn is_same(difference: &Estimate) -> bool {
    difference.mean == 0.0 && difference.low == 0.0 && difference.high == 0.0
}

fn takes(capacity: &Capacity) -> String {
    format!(
        "{} on {}, memory {}",
        figures::counted(capacity.vms, "VM"),
        figures::counted(capacity.hosts, "host"),
        figures::share(capacity.memory_used)
    )
}

fn against(a: &Capacity, b: &Capacity) -> String {
    format!("{} against {}", figures::count(a.vms), figures::count(b.vms))
}

/// "a", "a and b", "a, b and c"; of very many the first ones and how many others.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 12;
    match names {
        [] => String::new(),
        [one] => one.clone(),
        names if names.len() > MOST => {
            let others = u32::try_from(names.len() - MOST + 2).unwrap_or(u32::MAX);
            format!("{} and {} others", names[..MOST - 2].join(", "), figures::count(others))
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
