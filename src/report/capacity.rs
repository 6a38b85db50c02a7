//! What a start placement leaves, in words: for the terminal, the page, and `check`.

use std::fmt::Write as _;

use super::clean;
use super::convert;
use super::cost;
use super::figures;
use super::result::{self, Failures, Losses, RunResult, Strategy, WorstLoss};
use crate::capacity::{Capacity, measure};
use crate::experiment::summary::FailuresSummary;
use crate::model::Model;
use crate::scenario::size_text;

/// Services that are named where VMs wait; the rest is counted.
const NAMED_MAX: usize = 4;

/// N+1 and N+2 as a person would say it, once for all strategies of which the same is true. Strategies
/// without a host cluster are left out. `name` makes a name harmless for where the sentence is going to stand.
pub(super) fn sentences(result: &RunResult, name: impl Fn(&str) -> String) -> Vec<(Vec<&str>, String)> {
    let mut said: Vec<(Vec<&str>, String)> = Vec::new();
    for strategy in &result.strategies {
        let Some(failures) = &strategy.capacity.failures else { continue };
        let sentence = sentence(failures, protects_all(strategy), &name);
        match said.iter_mut().find(|(_, known)| *known == sentence) {
            Some((names, _)) => names.push(&strategy.name),
            None => said.push((vec![&strategy.name], sentence)),
        }
    }
    said
}

fn protects_all(strategy: &Strategy) -> bool {
    strategy.services.iter().all(|service| service.protect.iter().any(|layer| layer == "host-cluster"))
}

/// "N+1 holds: whichever host is lost, all its VMs restart. N+2: in 12 of 406 pairs VMs wait, worst esx-3 and
/// esx-7: 5 VMs (mail 3, web 2)."
fn sentence(failures: &Failures, all: bool, name: &impl Fn(&str) -> String) -> String {
    let (one, two) = (&failures.one, &failures.two);
    let vms = if all { "VMs" } else { "clustered VMs" };
    let mut text = match waits(one) {
        0 if one.cases == 1 => format!("No {vms} wait when the only host is lost."),
        0 => format!("N+1 holds: whichever host is lost, all its {vms} restart."),
        _ if one.cases == 1 => {
            format!("N+1 does not hold: {vms} wait for the only host, {}.", worst(&one.worst, vms, name))
        }
        waits => format!(
            "N+1 does not hold: for {} hosts {vms} wait, worst {}.",
            of(waits, one.cases),
            worst(&one.worst, vms, name)
        ),
    };
    // Of two hosts none is left to restart anything; nobody needs to be told.
    if two.cases == 0 || one.cases <= 2 {
        return text;
    }
    let pairs = if two.sampled { "pairs drawn" } else { "pairs" };
    let _ = match waits(two) {
        0 if waits(one) == 0 => {
            write!(text, " N+2 holds too, for all {} {pairs}.", figures::count(two.cases))
        }
        0 => write!(text, " No {vms} wait in {} {pairs}.", figures::count(two.cases)),
        waits => write!(
            text,
            " N+2: in {} {pairs} {vms} wait, worst {}.",
            of(waits, two.cases),
            worst(&two.worst, vms, name)
        ),
    };
    text
}

/// "12 of 406", "all 406", "both".
fn of(some: u32, all: u32) -> String {
    match (some, all) {
        (2, 2) => "both".to_owned(),
        _ if some == all => format!("all {}", figures::count(all)),
        _ => format!("{} of {}", figures::count(some), figures::count(all)),
    }
}

fn waits(losses: &Losses) -> u32 {
    losses.cases.saturating_sub(losses.all_restart)
}

/// `esx-3 and esx-7: 5 VMs (mail 3, web 2)`
fn worst(worst: &WorstLoss, vms: &str, name: &impl Fn(&str) -> String) -> String {
    let hosts: Vec<String> = worst.hosts.iter().map(|host| name(host)).collect();
    let mut waiting: Vec<String> = worst
        .waiting
        .iter()
        .take(NAMED_MAX)
        .map(|w| format!("{} {}", name(&w.service), figures::count(w.vms)))
        .collect();
    if worst.waiting.len() > NAMED_MAX {
        waiting.push(format!("{} more services", worst.waiting.len() - NAMED_MAX));
    }
    let vms = if worst.waiting_vms == 1 { vms.trim_end_matches('s') } else { vms };
    let number = figures::count(worst.waiting_vms);
    let votes = if worst.without_quorum { ", for too few votes are left" } else { "" };
    format!("{}: {number} {vms} ({}){votes}", hosts.join(" and "), waiting.join(", "))
}

/// "220 of 6 GiB and 2 cores"
pub(super) fn more_vms(capacity: &result::Capacity) -> String {
    let size = vm_size(capacity.more_vms_memory_mib, capacity.more_vms_cores);
    format!("{} of {size}", figures::count(capacity.more_vms))
}

/// How many more VMs fit so that N+1, or N+2, still holds: heads of columns, where any strategy restarts anything.
pub(super) fn heads_with_losses(result: &RunResult) -> Vec<&'static str> {
    let any = |of: fn(&result::Capacity) -> Option<u32>| {
        result.strategies.iter().any(|s| of(&s.capacity).is_some())
    };
    let one = any(|capacity| capacity.more_vms_n1).then_some("with N+1");
    one.into_iter().chain(any(|capacity| capacity.more_vms_n2).then_some("with N+2")).collect()
}

/// Their cells, both.
pub(super) fn cells_with_losses(capacity: &result::Capacity) -> [String; 2] {
    [capacity.more_vms_n1, capacity.more_vms_n2].map(|vms| vms.map_or_else(|| "–".to_owned(), figures::count))
}

/// "6 GiB and 2 cores"
fn vm_size(memory_mib: u64, cores: u64) -> String {
    let plural = if cores == 1 { "" } else { "s" };
    format!("{} and {cores} core{plural}", size_text(memory_mib << 20))
}

/// The part of `check` that says what each strategy's start placement leaves. The seed draws the pairs of hosts
/// where there are too many.
#[must_use]
pub fn at_start(models: &[Model], seed: u64) -> String {
    let mut out = "\ncapacity at the start\n".to_owned();
    for model in models {
        strategy(model, &measure(model, seed), &mut out);
    }
    out
}

fn strategy(model: &Model, capacity: &Capacity, out: &mut String) {
    let memory: u64 = model.hosts.iter().map(|host| host.memory_mib).sum();
    let share = |mib: u64| figures::share(mib as f64 / memory as f64);
    let reserved = match capacity.reserved.memory_mib {
        0 => String::new(),
        mib => format!(", {} reserved", share(mib)),
    };
    let _ = writeln!(
        out,
        "  strategy {}: {}, memory {} used{reserved}, {} left",
        clean::visible(&model.strategy),
        figures::counted(model.vms.len() as u32, "VM"),
        share(capacity.used.memory_mib),
        share(capacity.left().memory_mib)
    );
    for (cluster, assessment) in &capacity.admission {
        let row = &model.clusters[cluster.index()];
        let policy = row.admission.word();
        let _ = writeln!(
            out,
            "    admission of {} ({policy}): {}",
            clean::visible(&row.name),
            clean::visible(&assessment.text(model))
        );
    }
    let fits: Vec<String> = model
        .services
        .iter()
        .zip(&capacity.more_vms)
        .map(|(service, vms)| format!("{} {vms}", clean::visible(&service.name)))
        .collect();
    let commonest = &model.services[capacity.commonest.index()].need;
    let _ = writeln!(
        out,
        "    more VMs that fit, one kind at a time: {} (the commonest size is {})",
        fits.join(", "),
        vm_size(commonest.memory_mib, commonest.cores)
    );
    if let Some(one) = capacity.more_vms_n1 {
        let two = capacity.more_vms_n2.map_or_else(String::new, |two| format!(", and with N+2 {two}"));
        let _ = writeln!(out, "    of the commonest size fit with N+1 {one}{two}");
    }
    for found in &capacity.headroom {
        let share = |free: u64, all: u64| figures::share(free as f64 / all.max(1) as f64);
        let _ = writeln!(
            out,
            "    headroom of {}: {} of the memory and {} of the cores are free, {} asked for",
            clean::visible(&model.clusters[found.cluster.index()].name),
            share(found.free.memory_mib, found.all.memory_mib),
            share(found.free.cores, found.all.cores),
            share(found.asked.memory_mib, found.all.memory_mib)
        );
    }
    if let Some(prices) = &model.prices {
        let _ = writeln!(out, "    {}", cost::whatever_fails(prices, clean::visible));
    }
    if let Some(failures) = &capacity.failures {
        let all = model.services.iter().all(|service| service.host_cluster);
        let failures = convert::failures(&FailuresSummary::new(model, failures));
        let _ = writeln!(out, "    {}", sentence(&failures, all, &clean::visible));
    }
}
