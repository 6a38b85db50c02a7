//! The proposal as a strategy of the scenario: TOML, as a user would write it.

use std::fmt::Write as _;

use super::ground::Ground;
use super::{Draft, Reason};
use crate::model::GuestLayer;
use crate::scenario::profiles::Family;
use crate::scenario::{Protection, SettingValue, Spec, toml_key};

/// A key, its value as TOML, and what it stands on.
type Line = (String, String, String);

/// The strategy, its services and clusters. What all services have alike stands once.
pub(super) fn toml(
    spec: &Spec,
    strategy: &str,
    drafts: &[Draft],
    clusters: &[(String, String, Reason)],
) -> String {
    let lines: Vec<Vec<Line>> = drafts.iter().map(lines).collect();
    let mut text = format!("[strategy.{}]\n", toml_key(strategy));
    let alike = lines.windows(2).all(|pair| pair[0] == pair[1]);
    let base = if alike {
        table(&mut text, lines.first().map_or(&[], Vec::as_slice));
        lines.first().cloned().unwrap_or_default()
    } else {
        let any = |draft: &Draft| draft.protection() == Protection { host_cluster: true, guest: None };
        let host_cluster = drafts.iter().any(any);
        let base = vec![protect(Protection { host_cluster, guest: None })];
        table(&mut text, &base);
        base
    };
    for (service, lines) in spec.services.iter().zip(&lines).filter(|(_, lines)| **lines != base) {
        let _ = writeln!(text, "[strategy.{}.service.{}]", toml_key(strategy), toml_key(&service.name));
        table(&mut text, lines);
    }
    for (cluster, setting, reason) in clusters {
        let _ = writeln!(text, "[strategy.{}.cluster.{}]", toml_key(strategy), toml_key(cluster));
        let _ = writeln!(text, "{setting} # {}", reason.facts.join(", "));
    }
    text
}

/// A scenario with the strategy at its end.
pub(super) fn pasted(scenario: &[u8], toml: &str) -> Vec<u8> {
    let mut text = scenario.to_vec();
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(toml.as_bytes());
    text
}

/// Where nodes are restarted, too, they belong on different hosts; two that have come to one host stay there, and go with it.
/// vSphere can be asked to see to it, at the price that a VM for which there is no such host is not restarted: only where
/// there are hosts enough, and where nobody has decided.
pub(super) fn clusters(spec: &Spec, drafts: &[Draft], grounds: &[Ground]) -> Vec<(String, String, Reason)> {
    let mut found = Vec::new();
    for (index, cluster) in spec.clusters.iter().enumerate() {
        let groups = drafts.iter().zip(grounds).filter(|(draft, ground)| {
            let both = draft.guest.is_ok() && draft.no_host_cluster().is_none();
            both && ground.cluster.as_ref().is_some_and(|(cluster, _)| *cluster == index)
        });
        let Some(largest) = groups.map(|(draft, _)| draft.vms()).max() else { continue };
        let hosts = u32::try_from(spec.each_host(&cluster.hosts).count()).unwrap_or(u32::MAX);
        let plan = cluster.plan(None, hosts);
        let ignores = plan.values.get("anti_affinity") == Some(&SettingValue::Word("ignore"));
        let decided = cluster.settings.values.contains_key("anti_affinity");
        let is_vsphere = plan.product.profile().family == Family::Primary;
        if ignores && is_vsphere && !decided && hosts > largest {
            let what = format!(
                "nodes and members are kept on different hosts when they are restarted, too, which {} does only when \
                 asked; of {hosts} hosts one is always left",
                plan.product.word()
            );
            let reason = Reason::new(what, &["GFC-05", "VMW-55"]);
            found.push((cluster.name.clone(), "anti_affinity = \"must\"".to_owned(), reason));
        }
    }
    found
}

fn lines(draft: &Draft) -> Vec<Line> {
    let mut lines = vec![protect(draft.protection())];
    let Ok(group) = &draft.guest else { return lines };
    let (count, facts) = match group.layer {
        GuestLayer::Failover => ("nodes", if group.votes { "GFC-01, GFC-35" } else { "GFC-01" }),
        GuestLayer::Balanced => ("members", "SED-12, MTX-14"),
    };
    lines.push((count.to_owned(), group.vms.to_string(), facts.to_owned()));
    let as_in = group.donor.as_ref().map(|donor| format!("as in {donor:?}"));
    if let Some(profile) = group.profile {
        let source = as_in.clone().unwrap_or_else(|| super::reasons::profile_facts(profile.word).join(", "));
        lines.push(("profile".to_owned(), format!("\"{}\"", profile.word), source));
    }
    for (key, value) in group.settings.iter().filter(|(key, _)| key != "profile") {
        lines.push((toml_key(key), value.clone(), as_in.clone().unwrap_or_default()));
    }
    lines
}

fn protect(protection: Protection) -> Line {
    let mut layers = Vec::new();
    layers.extend(protection.host_cluster.then_some("\"host-cluster\""));
    layers.extend(protection.guest.map(|guest| match guest {
        GuestLayer::Failover => "\"guest-failover\"",
        GuestLayer::Balanced => "\"nlb\"",
    }));
    let facts = match (protection.host_cluster, protection.guest) {
        (false, None) => "MTX-11",
        (true, None) => "MTX-12",
        (false, Some(GuestLayer::Failover)) => "MTX-13",
        (false, Some(GuestLayer::Balanced)) => "MTX-14",
        (true, Some(GuestLayer::Failover)) => "MTX-15",
        (true, Some(GuestLayer::Balanced)) => "MTX-16",
    };
    ("protect".to_owned(), format!("[{}]", layers.join(", ")), facts.to_owned())
}

fn table(text: &mut String, lines: &[Line]) {
    let wide = |(key, value, _): &Line| key.len() + 3 + value.chars().count();
    let width = lines.iter().map(wide).filter(|width| *width <= 60).max().unwrap_or(0);
    for (key, value, source) in lines {
        let line = format!("{key} = {value}");
        let _ = writeln!(text, "{line:width$} # {source}");
    }
}
