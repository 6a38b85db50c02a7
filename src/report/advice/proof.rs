//! What the simulation says of an advice, service by service: confirmed, contradicted, or undecided. Judged by lost service,
//! which is downtime and the lost part of degraded time, and by the paired intervals alone.

use crate::advice::{Advice, ServiceAdvice};
use crate::report::figures;
use crate::report::result::{Cause, Estimate, RunResult, Service, Strategy};
use crate::report::verdict;

/// How an advice fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No strategy loses less, or may, but such as do the same; and some lose more.
    Confirmed,
    /// Some strategy certainly loses less.
    Contradicted,
    /// Some strategy cannot be told apart from it, or nothing differs.
    Undecided,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Confirmed => "confirmed",
            Outcome::Contradicted => "contradicted",
            Outcome::Undecided => "undecided",
        }
    }
}

/// What the simulation says of the advice for one service.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The service.
    pub service: String,
    /// How the advice fared.
    pub outcome: Outcome,
    /// The strategy that loses least; the advised one where none loses less.
    pub best: String,
    /// What the others lose more than the advised one, per instance and horizon (s), in the scenario's order.
    pub differences: Vec<(String, Estimate)>,
    /// The sentences, names made harmless.
    pub text: String,
}

/// Every service of an advice. `name` makes a name harmless for where the sentences are going to stand.
#[must_use]
pub fn prove(result: &RunResult, advice: &Advice, name: &dyn Fn(&str) -> String) -> Vec<Proof> {
    let result = &*result.as_told();
    let one = |service: &ServiceAdvice| Case::new(result, advice, service, name).map(|case| case.proof());
    advice.services.iter().filter_map(one).collect()
}

/// A strategy beside the advised one.
struct Rival<'a> {
    strategy: &'a Strategy,
    service: &'a Service,
    /// What it loses more than the advised one.
    more: Estimate,
}

impl Rival<'_> {
    /// Not a second's difference in any replication: what an interval would allow for has not been seen.
    fn is_same(&self) -> bool {
        self.more.mean == 0.0 && self.more.se == 0.0
    }
}

struct Case<'a> {
    result: &'a RunResult,
    advice: &'a ServiceAdvice,
    name: &'a dyn Fn(&str) -> String,
    advised: &'a Strategy,
    service: &'a Service,
    rivals: Vec<Rival<'a>>,
}

impl<'a> Case<'a> {
    fn new(
        result: &'a RunResult,
        advice: &Advice,
        service: &'a ServiceAdvice,
        name: &'a dyn Fn(&str) -> String,
    ) -> Option<Case<'a>> {
        let of = |strategy: &'a Strategy| strategy.services.iter().find(|row| row.name == service.service);
        let advised = result.strategies.iter().find(|strategy| strategy.name == advice.strategy)?;
        let own = of(advised)?;
        let others = result.strategies.iter().filter(|strategy| strategy.name != advised.name);
        let rivals = others.filter_map(|strategy| {
            let row = of(strategy)?;
            Some(Rival { strategy, service: row, more: difference(result, advised, (strategy, row), own) })
        });
        let rivals = rivals.collect();
        Some(Case { result, advice: service, name, advised, service: own, rivals })
    }

    fn proof(&self) -> Proof {
        let better = self.sorted(|more| more.high < 0.0);
        let worse = self.sorted(|more| more.low > 0.0);
        let open: Vec<&Rival<'_>> = self
            .rivals
            .iter()
            .filter(|rival| !rival.is_same() && !verdict::is_decided(&rival.more))
            .collect();
        let (outcome, text) = if let Some(&best) = better.first() {
            (Outcome::Contradicted, self.contradicted(best, better.len()))
        } else if !open.is_empty() {
            (Outcome::Undecided, self.undecided(&open, worse.first().copied()))
        } else if let Some(&next) = worse.first() {
            (Outcome::Confirmed, self.confirmed(next))
        } else {
            (Outcome::Undecided, self.all_the_same())
        };
        let best = better.first().map_or(self.advised, |rival| rival.strategy);
        let differences = self.rivals.iter().map(|rival| (rival.strategy.name.clone(), rival.more)).collect();
        Proof {
            service: self.service.name.clone(),
            outcome,
            best: best.name.clone(),
            differences,
            text: format!("{}: {}. {text}", (self.name)(&self.service.name), outcome.word()),
        }
    }

    /// Rivals of a kind, those that lose least first.
    fn sorted(&self, of: impl Fn(&Estimate) -> bool) -> Vec<&Rival<'a>> {
        let mut found: Vec<&Rival<'a>> = self.rivals.iter().filter(|rival| of(&rival.more)).collect();
        found.sort_by(|a, b| a.more.mean.total_cmp(&b.more.mean));
        found
    }

    fn name(&self, strategy: &Strategy) -> String {
        (self.name)(&strategy.name)
    }

    /// "advised loses least: 5.6 min [5.0, 34.0] of service per instance and year".
    fn loses(&self) -> String {
        let lost = self.result.told(&self.service.lost_s);
        let per = self.result.per_instance();
        if figures::is_unseen(&lost) {
            let years = verdict::simulated(self.result);
            return format!("{} loses nothing in {years}", self.name(self.advised));
        }
        format!("{} loses {} of service {per}", self.name(self.advised), figures::duration_interval(&lost))
    }

    fn same(&self) -> String {
        let names: Vec<String> = self
            .rivals
            .iter()
            .filter(|rival| rival.is_same())
            .map(|rival| self.name(rival.strategy))
            .collect();
        if names.is_empty() { String::new() } else { format!(", exactly as {}", verdict::list(&names)) }
    }

    fn difference(&self, estimate: &Estimate) -> String {
        figures::duration_interval(&self.result.told(estimate))
    }

    /// " (72 %)" of what the other loses.
    fn part(&self, less: f64, whole: f64) -> String {
        let part = libm::floor(less / whole * 100.0 + 1e-9);
        if whole > 0.0 && part < 100.0 { format!(" ({part:.0} %)") } else { String::new() }
    }

    fn less_than(&self, rival: &Rival<'_>) -> String {
        let part = self.part(rival.more.mean, rival.service.lost_s.mean);
        format!("{}{part} less than {}", self.difference(&rival.more), self.name(rival.strategy))
    }

    fn confirmed(&self, next: &Rival<'_>) -> String {
        let others = if self.rivals.len() > 1 { ", the next" } else { "" };
        format!("{}{}, {}{others}.", self.loses(), self.same(), self.less_than(next))
    }

    fn undecided(&self, open: &[&Rival<'_>], worse: Option<&Rival<'_>>) -> String {
        const NAMED: usize = 3;
        let mut open = open.to_vec();
        open.sort_by(|a, b| a.more.mean.total_cmp(&b.more.mean));
        let parts: Vec<String> = open
            .iter()
            .take(NAMED)
            .map(|rival| {
                if figures::has_interval(&rival.more) {
                    format!("{} ({})", self.name(rival.strategy), self.difference(&rival.more))
                } else {
                    let why = if self.result.replications > 1 { "not compared" } else { "no interval" };
                    format!("{} ({why})", self.name(rival.strategy))
                }
            })
            .collect();
        let more = open.len().saturating_sub(NAMED);
        let names =
            if more > 0 { format!("{} and {more} more", parts.join(", ")) } else { verdict::list(&parts) };
        let mut text = format!("{}{}, and cannot be told apart from {names}", self.loses(), self.same());
        if let Some(worse) = worse {
            text.push_str(&format!("; it loses {}", self.less_than(worse)));
        }
        text.push('.');
        let vms = |service: &Service| service.vms_per_instance.saturating_mul(service.instances);
        let mine = vms(self.service);
        if let Some(cheap) = open.iter().filter(|r| vms(r.service) < mine).min_by_key(|r| vms(r.service)) {
            text.push_str(&format!(
                " {} takes {} in place of {}.",
                self.name(cheap.strategy),
                figures::counted(vms(cheap.service), "VM"),
                figures::count(mine)
            ));
        }
        text
    }

    fn all_the_same(&self) -> String {
        if self.rivals.is_empty() {
            return format!("{}, and there is nothing to compare it with.", self.loses());
        }
        format!("{}{}: there is nothing to tell them apart by.", self.loses(), self.same())
    }

    fn contradicted(&self, best: &Rival<'_>, better: usize) -> String {
        let less = figures::scaled(&best.more, -1.0);
        let part = self.part(less.mean, self.service.lost_s.mean);
        let mut text = format!("{} loses {}{part} less", self.name(best.strategy), self.difference(&less));
        let per = self.result.per_instance();
        let lost = figures::duration_interval(&self.result.told(&self.service.lost_s));
        text.push_str(&format!(" of service {per} than {}, which loses {lost}", self.name(self.advised)));
        match better - 1 {
            0 => {}
            1 => text.push_str("; another loses less, too"),
            others => text.push_str(&format!("; {others} others lose less, too")),
        }
        text.push_str(". ");
        text.push_str(&self.why(best));
        text
    }

    /// What the better one does otherwise, and where the advised one loses more.
    fn why(&self, best: &Rival<'_>) -> String {
        let contrast = self.advice.contrasts.iter().find(|(name, _)| *name == best.strategy.name);
        let differs = contrast.into_iter().flat_map(|(_, differs)| differs);
        let mut parts: Vec<String> = differs.map(|what| (self.name)(what)).collect();
        let waits = |strategy: &Strategy| strategy.capacity.waiting_vm_s.mean;
        let restarts = best.service.protect.iter().any(|layer| layer == "host-cluster");
        if restarts && waits(self.advised) > waits(best.strategy) {
            let told = |s: &Strategy| figures::duration_mean(&self.result.told(&s.capacity.waiting_vm_s));
            parts.push(format!(
                "VMs wait {} {} for room, or for a host without another of their instance, all together, and {} under {}",
                told(self.advised),
                self.result.told_for(),
                told(best.strategy),
                self.name(best.strategy)
            ));
        }
        if let Some((cause, more)) = costliest(&self.service.causes, &best.service.causes) {
            let told = figures::duration(self.result.told(&seconds(more)).mean);
            parts.push(format!("{cause} costs {told} {} more", self.result.told_for()));
        }
        let overall = verdict::lost_difference(self.result, self.advised, best.strategy);
        if overall.low > 0.0 {
            parts.push(format!(
                "over all services it is {} that loses {} more",
                self.name(best.strategy),
                self.difference(&overall)
            ));
        }
        if parts.is_empty() {
            parts.push("what it does for other services".to_owned());
        }
        format!("Why it may be: {}.", parts.join("; "))
    }
}

fn seconds(mean: f64) -> Estimate {
    Estimate { mean, ..Estimate::nothing() }
}

/// The cause that costs most more than under the other, if any does.
fn costliest<'a>(mine: &'a [Cause], its: &[Cause]) -> Option<(&'a str, f64)> {
    let of = |cause: &Cause| {
        its.iter().find(|other| other.cause == cause.cause).map_or(0.0, |other| other.downtime_s)
    };
    mine.iter()
        .map(|cause| (cause.cause.as_str(), cause.downtime_s - of(cause)))
        .filter(|(_, more)| *more > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// What a rival loses more than the advised one, replication by replication.
fn difference(
    result: &RunResult,
    advised: &Strategy,
    (rival, row): (&Strategy, &Service),
    own: &Service,
) -> Estimate {
    for comparison in result.comparisons.iter().filter(|comparison| comparison.service == own.name) {
        let pair = &comparison.pair;
        if pair.a == rival.name && pair.b == advised.name {
            return pair.lost_s_a_minus_b;
        }
        if pair.a == advised.name && pair.b == rival.name {
            return figures::scaled(&pair.lost_s_a_minus_b, -1.0);
        }
    }
    let mean = row.lost_s.mean - own.lost_s.mean;
    Estimate { se: f64::NAN, low: f64::NAN, high: f64::NAN, ..seconds(mean) }
}
