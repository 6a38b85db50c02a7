//! What a scenario became once units, names and defaults were resolved: the text of `check`.

mod defaults;
mod gates;
mod grounds;
mod guest;
mod load;
mod topology;

pub use defaults::{DefaultUsed, defaults_used};

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::{Law, Span};

use super::read::RESPONSES;
use super::spec::{FaultSpec, GuestLayer, HostRef, Service, Spec};
use super::terminal::visible;
use super::text::{count, list, number, short as shortened};

/// A time in seconds as a scenario would write it, to about four digits.
pub(super) fn span_text(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "forever".to_owned();
    }
    if let Some(exact) = exact(seconds) {
        return exact;
    }
    const UNITS: [(f64, &str); 6] =
        [(31_536_000.0, "y"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];
    for (size, unit) in UNITS {
        // Two of a unit: "26 h" says more than "1.083 d".
        if seconds >= 2.0 * size {
            let value = seconds / size;
            let digits = if value >= 100.0 {
                0
            } else if value >= 10.0 {
                1
            } else {
                2
            };
            let text = format!("{value:.digits$}");
            let text =
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            return format!("{text} {unit}");
        }
    }
    format!("{:.0} us", seconds * 1e6)
}

/// Short whole numbers of a unit are written as they are.
fn exact(seconds: f64) -> Option<String> {
    if !(0.0..=3.2e12).contains(&seconds) {
        return None;
    }
    let text = Span::from_secs_f64(seconds).to_string();
    (text.len() <= 8).then_some(text)
}

/// A law as a scenario would write it.
pub(super) fn law_text(law: &Law) -> String {
    let s = |seconds: &f64| format!("\"{}\"", span_text(*seconds));
    match law {
        Law::Constant { value_s } => s(value_s),
        Law::Exponential { mean_s } => format!("exponential, mean {}", span_text(*mean_s)),
        Law::Weibull { shape, .. } => format!("weibull, shape {}", short(*shape)),
        Law::Lognormal { mu, sigma } => {
            format!("lognormal, median {}, sigma {}", span_text(libm::exp(*mu)), short(*sigma))
        }
        Law::Gamma { shape, .. } => format!("gamma, shape {}", short(*shape)),
        Law::Uniform { min_s, max_s } => format!("uniform, {} to {}", span_text(*min_s), span_text(*max_s)),
        Law::Triangular { min_s, mode_s, max_s } => {
            format!("triangular, {}, {}, {}", span_text(*min_s), span_text(*mode_s), span_text(*max_s))
        }
        Law::Empirical { values_s } => format!("empirical, {} values", values_s.len()),
    }
}

/// A number to at most four decimals.
fn short(value: f64) -> String {
    if value.abs() >= 1e15 {
        return number(value);
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A law with what it amounts to, unless it is constant.
fn law_line(law: &Law) -> String {
    if let Law::Constant { value_s } = law {
        return span_text(*value_s);
    }
    let [mean, median, p95] = [law.mean_s(), law.quantile(0.5), law.quantile(0.95)].map(span_text);
    match law {
        // Its text says the mean already.
        Law::Exponential { .. } => format!("{} (median {median}, 95 % below {p95})", law_text(law)),
        _ => format!("{} (mean {mean}, median {median}, 95 % below {p95})", law_text(law)),
    }
}

fn fault_line(fault: &FaultSpec) -> String {
    format!("after {}; repair {}", law_line(&fault.ttf), law_line(&fault.ttr))
}

/// A size in the largest unit that says it in few digits.
#[must_use]
pub fn bytes_text(bytes: u64) -> String {
    for (size, unit) in [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")] {
        if bytes >= size {
            return format!("{} {unit}", short(bytes as f64 / size as f64));
        }
    }
    format!("{bytes} B")
}

/// A rate in the largest unit that says it in few digits.
pub(super) fn rate_text(bits: f64) -> String {
    let bytes = bits / 8.0;
    for (size, unit) in [(1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s")] {
        if bytes >= size {
            return format!("{} {unit}", short(bytes / size));
        }
    }
    format!("{} B/s", short(bytes))
}

/// Characters of a title that are shown.
const TITLE_SHOWN: usize = 100;

/// The resolved scenario for people: topology, services, strategies, and each default that took
/// the place of a key left out, with what it stands on. Names in it can do nothing to a terminal.
#[must_use]
pub fn describe(spec: &Spec) -> String {
    let mut out = String::new();
    let run = &spec.run;
    let _ = writeln!(out, "{}", shortened(&visible(&spec.title), TITLE_SHOWN));
    let _ = writeln!(
        out,
        "run: horizon {}, warm-up {}, {}, seed {}, ages {}",
        run.horizon,
        run.warmup,
        count(run.replications, "replication", "replications"),
        run.seed,
        match run.ages {
            super::spec::Ages::Stationary => "stationary",
            super::spec::Ages::New => "new",
        }
    );
    sections(spec, &mut out);
    defaults::section(spec, &mut out);
    // No name has a line break in it: what is a line here is one for whoever reads it, too.
    out.lines().map(|line| visible(line) + "\n").collect()
}

/// All but the head and the defaults used.
fn sections(spec: &Spec, out: &mut String) {
    topology::topology(spec, out);
    load::loads(spec, out);
    services(spec, out);
    strategies(spec, out);
    schedule(spec, out);
    gates::gates(spec, out);
}

/// The sections of [`describe`], each with its title and its lines, but for the defaults used: those are [`defaults_used`].
#[must_use]
pub fn describe_sections(spec: &Spec) -> Vec<(String, Vec<String>)> {
    let mut text = String::new();
    sections(spec, &mut text);
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    // No name has a line break in it, and only before a title there is an empty line.
    let mut is_title = true;
    for line in text.lines() {
        match found.last_mut() {
            _ if line.is_empty() => {}
            Some((_, lines)) if !is_title => lines.push(line.to_owned()),
            _ => found.push((line.to_owned(), Vec::new())),
        }
        is_title = line.is_empty();
    }
    found
}

fn section(out: &mut String, title: &str) {
    let _ = write!(out, "\n{title}\n");
}

/// A line of one component, and one for each of its faults.
fn item(out: &mut String, kind: &str, name: &str, facts: &[String], faults: &[(&str, Option<&FaultSpec>)]) {
    let facts: Vec<&str> = facts.iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
    let colon = if facts.is_empty() { "" } else { ": " };
    let _ = writeln!(out, "  {kind} {name}{colon}{}", facts.join(", "));
    for (what, fault) in faults {
        if let Some(fault) = fault {
            let _ = writeln!(out, "    {what} {}", fault_line(fault));
        }
    }
}

fn hosts(spec: &Spec, refs: &[HostRef]) -> String {
    let names: Vec<String> = refs
        .iter()
        .take(13)
        .map(|r| match r.member {
            Some(member) => spec.host_name(r.group, member),
            None => spec.hosts[r.group].name.clone(),
        })
        .collect();
    let text = list(names.iter().take(12).map(String::as_str));
    if refs.len() > 12 { format!("{text} and {} more", refs.len() - 12) } else { text }
}

fn services(spec: &Spec, out: &mut String) {
    section(out, "services");
    for s in &spec.services {
        let facts = [
            count(u64::from(s.instances), "instance", "instances"),
            s.role.word().to_owned(),
            count(u64::from(s.vm.cores), "core", "cores"),
            if s.vm.busy > 0 {
                format!("busy with {}", short(s.vm.busy as f64 / 1e3))
            } else {
                String::new()
            },
            bytes_text(s.vm.memory_bytes),
            storage(spec, s),
            cards(s),
            format!("priority {}", s.priority),
            response(s),
            if s.demand == s.capacity {
                String::new()
            } else {
                format!("demand {}, capacity {}", short(s.demand), short(s.capacity))
            },
            load(spec, s),
            after(spec, s),
            sessions(s),
            losses(s),
            if s.place.is_empty() { String::new() } else { format!("starts on {}", hosts(spec, &s.place)) },
        ];
        let faults = [
            ("guest_crash", s.guest_crash.as_ref()),
            ("app_crash", s.app_crash.as_ref()),
            ("app_hang", s.app_hang.as_ref()),
        ];
        item(out, "service", &s.name, &facts, &faults);
        way_back(s, out);
    }
}

fn storage(spec: &Spec, s: &Service) -> String {
    let names: Vec<&str> = s.vm.storages().map(|index| spec.storages[index].name.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("storage {one}, disk timeout {}", s.vm.disk_timeout),
        all => format!("storage {} in turn, disk timeout {}", all.join(", "), s.vm.disk_timeout),
    }
}

fn response(s: &Service) -> String {
    let Some((own, _)) = s.isolation_response else { return String::new() };
    let word = RESPONSES.iter().find(|(_, response)| *response == own).map_or("", |(word, _)| word);
    format!("isolation response {word}")
}

fn cards(s: &Service) -> String {
    match s.vm.nics.as_slice() {
        [] => String::new(),
        [one] => format!("a card on {one}"),
        all => format!("cards on {}", list(all.iter().map(String::as_str))),
    }
}

fn sessions(s: &Service) -> String {
    let open = match s.sessions {
        0 => String::new(),
        n => {
            let lasting = s.session_length.map_or(String::new(), |mean| format!("{mean} on average, "));
            format!("{} ({lasting}timeout {})", count(u64::from(n), "session", "sessions"), s.session_timeout)
        }
    };
    let in_flight = match s.transactions {
        0 => String::new(),
        n => format!("{} in flight", count(u64::from(n), "transaction", "transactions")),
    };
    list([&*open, &*in_flight].into_iter().filter(|text| !text.is_empty()))
}

/// What outages of a service cost.
fn losses(s: &Service) -> String {
    let Some(losses) = &s.losses else { return String::new() };
    let all = [
        (losses.downtime, "an hour of downtime"),
        (losses.recovery_point, "an hour of writes"),
        (losses.session, "a session"),
        (losses.transaction, "a transaction"),
    ];
    let told = all.iter().filter(|(price, _)| price.0 > 0);
    let told: Vec<String> = told.map(|(price, of)| format!("{} {of}", short(price.units()))).collect();
    if told.is_empty() { told.concat() } else { format!("costs {}", list(told.iter().map(String::as_str))) }
}

/// How the demand goes over the week, and the requests that come.
fn load(spec: &Spec, s: &Service) -> String {
    let week = s.load.map_or(String::new(), |number| format!("load {}", spec.loads[number].name));
    match s.requests {
        0.0 => week,
        most if week.is_empty() => format!("{} requests/s", short(most)),
        most => format!("{week}, {} requests/s at most", short(most)),
    }
}

fn after(spec: &Spec, s: &Service) -> String {
    let names = list(s.after.iter().map(|&i| spec.services[i].name.as_str()));
    if names.is_empty() { names } else { format!("starts after {names}") }
}

fn way_back(s: &Service, out: &mut String) {
    for (stage, law) in
        [("power_on", &s.power_on), ("boot", &s.boot), ("start", &s.start), ("recover", &s.recover)]
    {
        if *law != (Law::Constant { value_s: 0.0 }) {
            let _ = writeln!(out, "    {stage} {}", law_line(law));
        }
    }
}

fn strategies(spec: &Spec, out: &mut String) {
    section(out, "strategies");
    for strategy in &spec.strategies {
        let _ = writeln!(out, "  strategy {}:", strategy.name);
        // Services that are protected alike share a line.
        let mut alike: Vec<(String, Vec<&str>)> = Vec::new();
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        for (index, service) in spec.services.iter().enumerate() {
            let p = strategy.for_service(index);
            let layer = match p.protection.guest {
                None => "one VM each".to_owned(),
                Some(GuestLayer::Failover) => guest::failover(
                    spec,
                    &p,
                    p.failover.as_ref().expect("a failover group has a plan"),
                    service,
                ),
                Some(GuestLayer::Balanced) => format!(
                    "nlb, {} members, detection {}, convergence {}{}{}",
                    p.vms,
                    law_line(&p.detection),
                    law_line(&p.convergence),
                    if p.application_aware { ", sees applications" } else { "" },
                    guest::clients(&p, service),
                ),
            };
            let restart = if p.protection.host_cluster { "host-cluster" } else { "no host-cluster" };
            let licence =
                p.licence.map_or(String::new(), |m| format!("; licence {} a VM and year", short(m.units())));
            let text = format!("{restart}; {layer}{licence}");
            let at = *place.entry(text.clone()).or_insert_with(|| {
                alike.push((text, Vec::new()));
                alike.len() - 1
            });
            alike[at].1.push(&service.name);
        }
        for (text, names) in alike {
            let _ = writeln!(out, "    {}: {text}", list(names));
        }
        for (index, _) in &strategy.clusters {
            let plan = spec.plan(strategy, *index);
            let _ = writeln!(
                out,
                "    cluster {}: {}, own settings",
                spec.clusters[*index].name,
                plan.product.word()
            );
            if let Some(admission) = strategy.cluster_settings(*index).and_then(|own| own.admission.as_ref())
            {
                let _ = writeln!(out, "      admission {}", admission.policy.text(spec));
            }
            let shown = spec.clusters[*index].plan(None, plan.hosts);
            topology::settings(spec, &plan, Some(&shown), "      ", out);
            topology::witness(spec, *index, &plan, Some(&shown), "      ", out);
        }
    }
}

fn schedule(spec: &Spec, out: &mut String) {
    if spec.maintenances.is_empty() && spec.injects.is_empty() && spec.replay.is_none() {
        return;
    }
    section(out, "schedule");
    for m in &spec.maintenances {
        let facts = [
            match m.services.is_empty() {
                true => format!("hosts {}", hosts(spec, &m.hosts)),
                false => {
                    let names = m.services.iter().map(|&service| spec.services[service].name.as_str());
                    format!("guests of {}", list(names))
                }
            },
            format!("first {}", m.first),
            m.every.map_or("once".to_owned(), |every| format!("every {every}")),
            format!("{} at once", m.at_once),
            format!("lasts {}", law_line(&m.lasts)),
        ];
        item(out, "maintenance", &m.name, &facts, &[]);
    }
    let replayed = spec.replay.as_ref().map_or(0, |replay| replay.spells);
    if let written @ 1.. = spec.injects.len() - replayed {
        let _ = writeln!(out, "  {}", count(written as u64, "scripted fault", "scripted faults"));
    }
    if let Some(replay) = &spec.replay {
        let times = count(replay.spells as u64, "time out of service", "times out of service");
        let of = count(replay.instead.len() as u64, "component", "components");
        let _ = writeln!(
            out,
            "  replay of {}: {times} of {of}, which have no random faults of that kind",
            replay.file
        );
    }
}
