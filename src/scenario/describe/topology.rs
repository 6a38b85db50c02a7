//! What there is: sites, networks, storages, hosts and clusters, each with the faults that it has.

use std::fmt::Write as _;

use super::{fault_line, hosts, item, law_line, rate_text, section, short};
use crate::scenario::describe::bytes_text;
use crate::scenario::profiles::Setting;
use crate::scenario::resolve::ClusterPlan;
use crate::scenario::spec::{
    Cluster, FaultSpec, HostGroup, Mirror, MirrorFailover, Network, Product, SettingValue, Spec, Storage,
    StorageKind, Strategy, Traffic,
};
use crate::scenario::text::{count, list};

pub(super) fn topology(spec: &Spec, out: &mut String) {
    section(out, "topology");
    let crew = |index: Option<usize>| crew(spec, index);
    let site = |index: Option<usize>| site(spec, index);
    for s in &spec.sites {
        item(out, "site", &s.name, &[crew(s.crew)], &[("outage", s.outage.as_ref())]);
    }
    for r in &spec.racks {
        item(out, "rack", &r.name, &[site(r.site), crew(r.crew)], &[("outage", r.outage.as_ref())]);
    }
    for c in &spec.crews {
        item(out, "crew", &c.name, &[count(u64::from(c.size), "repair at a time", "repairs at a time")], &[]);
    }
    for n in &spec.networks {
        network(spec, n, out);
    }
    nobody_carries(spec, out);
    for (index, s) in spec.storages.iter().enumerate() {
        storage(spec, s, out);
        boot_storm(spec, index, out);
    }
    for h in &spec.hosts {
        host(spec, h, out);
    }
    for (index, c) in spec.clusters.iter().enumerate() {
        cluster(spec, index, c, out);
    }
}

fn crew(spec: &Spec, index: Option<usize>) -> String {
    index.map_or(String::new(), |i| format!("crew {}", spec.crews[i].name))
}

fn site(spec: &Spec, index: Option<usize>) -> String {
    index.map_or(String::new(), |i| format!("site {}", spec.sites[i].name))
}

/// Traffic that somebody depends on and no network carries never fails: whoever left it out should see that.
fn nobody_carries(spec: &Spec, out: &mut String) {
    let beats = |c: &Cluster| c.plan(None, 1).product != Product::CUSTOM;
    for (traffic, used) in [
        (Traffic::Management, spec.clusters.iter().any(beats)),
        (Traffic::Storage, spec.storages.iter().any(|s| s.kind.is_networked())),
    ] {
        if used && !spec.networks.iter().any(|n| n.carries.contains(&traffic)) {
            let _ = writeln!(out, "  no network carries {}: that never fails", traffic.word());
        }
    }
}

/// One of a site serves that site alone, one between sites joins them, and any other is everywhere.
fn network(spec: &Spec, n: &Network, out: &mut String) {
    let carries = format!("carries {}", list(n.carries.iter().map(|t| t.word())));
    let between = list(n.between.iter().map(|&i| spec.sites[i].name.as_str()));
    let joins = if between.is_empty() { between } else { format!("between {between}") };
    let facts = [carries, site(spec, n.site), joins, crew(spec, n.crew)];
    item(out, "network", &n.name, &facts, &[("outage", n.outage.as_ref())]);
}

fn storage(spec: &Spec, s: &Storage, out: &mut String) {
    let bandwidth = s.bandwidth.map_or(String::new(), |bits| format!("bandwidth {}", rate_text(bits)));
    let controllers = match s.controller {
        Some(_) => count(u64::from(s.controllers), "controller", "controllers"),
        None => String::new(),
    };
    let facts = [s.kind.word().to_owned(), bandwidth, controllers, site(spec, s.site), crew(spec, s.crew)];
    let faults = [("outage", s.outage.as_ref()), ("controller", s.controller.as_ref())];
    item(out, "storage", &s.name, &facts, &faults);
    if s.controller.is_some() && s.controllers > 1 {
        let _ = writeln!(out, "    another controller takes over after {}", law_line(&s.controller_failover));
    }
    if let Some(m) = &s.mirror {
        mirror(spec, m, out);
    }
}

fn mirror(spec: &Spec, m: &Mirror, out: &mut String) {
    let to = &spec.storages[m.to].name;
    let mode = if m.sync { "synchronous" } else { "asynchronous" };
    let _ = writeln!(out, "    second copy on {to}, {mode}");
    if !m.sync {
        let _ = writeln!(out, "      lags behind by {}", law_line(&m.lag));
    }
    let switches = match m.failover {
        MirrorFailover::Array => "the arrays switch to it in",
        MirrorFailover::Cluster => "a host cluster switches VM by VM, each in",
        MirrorFailover::Manual => {
            let _ = writeln!(out, "      a person decides in {}", law_line(&m.decision));
            "then it is switched in"
        }
    };
    let _ = writeln!(out, "      {switches} {}", law_line(&m.switch));
    let _ = writeln!(out, "      equal again after {}", law_line(&m.resync));
}

/// From how many VMs on boots at the same time take longer, and how much longer when all of them boot.
fn boot_storm(spec: &Spec, storage: usize, out: &mut String) {
    let row = &spec.storages[storage];
    let Some(bandwidth) = row.bandwidth else { return };
    let copy = |first: usize| spec.storages[first].mirror.as_ref().is_some_and(|mirror| mirror.to == storage);
    let boots_here = |first: usize| first == storage || copy(first);
    let users = || spec.services.iter().enumerate().filter(|(_, s)| s.vm.storages().any(boots_here));
    let each: Vec<String> = users()
        .map(|(_, s)| {
            let first = (bandwidth / s.vm.boot_io).floor() as u64 + 1;
            format!("{first} VMs of {} ({} each)", s.name, rate_text(s.vm.boot_io))
        })
        .collect();
    if each.is_empty() {
        return;
    }
    let local = row.kind == StorageKind::Das;
    let place = if local { " on one host" } else { "" };
    let _ = writeln!(
        out,
        "    boots take longer from so many at once{place}: {}",
        list(each.iter().map(String::as_str))
    );
    let all = |strategy: &Strategy| {
        let vms = |s: usize| f64::from(spec.services[s].instances) * f64::from(strategy.for_service(s).vms);
        users().fold((0.0, 0.0), |sum, (s, service)| (sum.0 + vms(s), sum.1 + vms(s) * service.vm.boot_io))
    };
    let most = spec.strategies.iter().map(|strategy| (all(strategy), &strategy.name));
    let most = most.reduce(|most, other| if other.0.1 > most.0.1 { other } else { most });
    if let Some(((vms, wanted), name)) = most.filter(|_| !local) {
        let times = (wanted / bandwidth * 100.0).round() / 100.0;
        let told =
            if times > 1.0 { format!("{} times as long", short(times)) } else { "no longer".to_owned() };
        let _ = writeln!(out, "    all {vms} VMs of strategy {name} at once: {told}");
    }
}

fn host(spec: &Spec, h: &HostGroup, out: &mut String) {
    let storages = list(h.storages.iter().map(|&i| spec.storages[i].name.as_str()));
    let racks = list(h.racks.iter().map(|&i| spec.racks[i].name.as_str()));
    let named = |what: &str, names: String| if names.is_empty() { names } else { format!("{what} {names}") };
    let paths = if h.storage_paths > 1 {
        format!("{} paths to it, another is taken after {}", h.storage_paths, law_line(&h.path_failover))
    } else {
        String::new()
    };
    let facts = [
        count(u64::from(h.count), "host", "hosts"),
        count(u64::from(h.cores), "core", "cores"),
        bytes_text(h.memory_bytes),
        site(spec, h.site),
        named("rack", racks),
        named("storage", storages),
        paths,
        crew(spec, h.crew),
        format!("boot {}", law_line(&h.boot)),
        h.price.map_or(String::new(), |price| format!("price {} a year each", short(price.units()))),
    ];
    let mut faults: Vec<(String, Option<&FaultSpec>)> = vec![
        ("crash".to_owned(), h.crash.as_ref()),
        ("hang".to_owned(), h.hang.as_ref()),
        ("agent".to_owned(), h.agent.as_ref()),
    ];
    faults.extend(h.links.iter().map(|(traffic, fault)| (format!("link.{}", traffic.word()), Some(fault))));
    let faults: Vec<(&str, Option<&FaultSpec>)> =
        faults.iter().map(|(what, fault)| (what.as_str(), *fault)).collect();
    item(out, "host", &h.name, &facts, &faults);
}

fn cluster(spec: &Spec, index: usize, c: &Cluster, out: &mut String) {
    let plan = c.plan(None, spec.each_host(&c.hosts).count() as u32);
    let product = plan.product.word().to_owned();
    let facts = [product, format!("hosts {}", hosts(spec, &c.hosts))];
    item(out, "cluster", &c.name, &facts, &[("manager", c.manager.as_ref())]);
    if let Some(admission) = &c.settings.admission {
        let _ = writeln!(out, "    admission {}", admission.policy.text(spec));
    }
    settings(spec, &plan, None, "    ", out);
    witness(spec, index, &plan, None, "    ", out);
}

/// What decides in a cluster; of a plan beside one that is shown already, where it is something else.
pub(super) fn witness(
    spec: &Spec,
    cluster: usize,
    plan: &ClusterPlan,
    shown: Option<&ClusterPlan>,
    margin: &str,
    out: &mut String,
) {
    let before = shown.and_then(|shown| spec.witness_text(cluster, shown));
    if let Some(text) = spec.witness_text(cluster, plan).filter(|text| before.as_ref() != Some(text)) {
        let _ = writeln!(out, "{margin}{text}");
    }
}

/// A product's settings, each with what its default stands on, or as changed; of a plan for the product of another
/// one that is shown already, what differs from that.
pub(super) fn settings(
    spec: &Spec,
    plan: &ClusterPlan,
    shown: Option<&ClusterPlan>,
    margin: &str,
    out: &mut String,
) {
    let shown = shown.filter(|shown| shown.product == plan.product);
    if shown.is_none_or(|shown| shown.detection != plan.detection) && plan.product == Product::CUSTOM {
        let _ = writeln!(out, "{margin}detection {}", law_line(&plan.detection));
    }
    let before = shown.map_or(Vec::new(), |shown| own_keys(spec, shown));
    for (key, value) in own_keys(spec, plan).into_iter().filter(|own| !before.contains(own)) {
        let _ = writeln!(out, "{margin}{key} {value} (set)");
    }
    let same = |key: &str| shown.is_some_and(|shown| shown.values[key] == plan.values[key]);
    for row in plan.product.profile().settings().filter(|row| !same(row.key)) {
        let (value, source) = setting(plan, row);
        let _ = writeln!(out, "{margin}{} {value} ({source})", row.key);
    }
}

/// The value of a setting under a plan, and what it stands on.
pub(super) fn setting(plan: &ClusterPlan, setting: &Setting) -> (String, String) {
    let source = match &setting.follows {
        _ if plan.default(setting) != plan.values[setting.key] => "set".to_owned(),
        Some(follows) => format!("{}; from {}", setting.source, follows.key),
        None => setting.source.to_owned(),
    };
    (value_text(&plan.values[setting.key], setting), source)
}

pub(super) fn value_text(value: &SettingValue, setting: &Setting) -> String {
    match value {
        SettingValue::Law(law) => law_line(law),
        SettingValue::Count(0) => setting.zero().to_owned(),
        SettingValue::Count(count) => count.to_string(),
        SettingValue::Word(word) => (*word).to_owned(),
    }
}

/// Keys of a cluster that are not settings of its product, where they are not at their defaults.
fn own_keys(spec: &Spec, plan: &ClusterPlan) -> Vec<(&'static str, String)> {
    let storage = |index: Option<usize>| index.map(|i| spec.storages[i].name.clone());
    let site = |index: Option<usize>| index.map(|i| spec.sites[i].name.clone());
    let factor = |value: f64, default: f64| (value != default).then(|| short(value));
    let all = [
        ("limits", (!plan.limits_enforced).then(|| "ignore".to_owned())),
        ("memory_overcommit", factor(plan.memory_overcommit, 1.0)),
        ("cpu_overcommit", factor(plan.cpu_overcommit, 8.0)),
        ("witness_storage", storage(plan.witness_storage)),
        ("witness_site", site(plan.witness_site)),
        ("witness_outage", plan.witness_outage.as_ref().map(fault_line)),
        ("preferred_site", site(plan.preferred_site)),
        ("needs_manager", plan.needs_manager.then(|| "yes".to_owned())),
        ("start_failure", factor(plan.start_failure, 0.0)),
        ("headroom", plan.headroom.map(|part| format!("{} %", f64::from(part.0) / 1e4))),
        ("licence", plan.licence.map(|money| format!("{} a host and year", short(money.units())))),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
