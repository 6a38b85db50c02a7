//! What a failover group goes by, in a line.

use super::law_line;
use crate::engine::{Law, Span};
use crate::scenario::guest_plan::VotesPlan;
use crate::scenario::spec::{InjectTarget, Service, Spec, Traffic};
use crate::scenario::{FailoverPlan, ServiceProtection};

pub(super) fn failover(
    spec: &Spec,
    protection: &ServiceProtection,
    plan: &FailoverPlan,
    service: &Service,
) -> String {
    let mut parts = vec![format!("guest-failover, {} nodes", protection.vms)];
    parts.extend(protection.profile.map(|profile| profile.word.to_owned()));
    let [node, crash, hang] = &plan.detection;
    if node == crash && node == hang {
        parts.push(format!("detection {}", both(node)));
    } else {
        parts.push(format!("a lost node seen after {}", both(node)));
        parts.push(format!("a crashed application after {}", both(crash)));
        parts.push(format!("one that hangs after {}", both(hang)));
    }
    let takeover = plan.takeover.clone().of(service);
    let whole = |law: &Option<Law>| law.as_ref().is_some_and(is_nothing);
    if whole(&takeover.start) && whole(&takeover.recover) && is_nothing(&takeover.address) {
        parts.push(format!("takeover {}", law_line(&takeover.disk)));
    } else {
        let said = |name: &str, law: &Law| (!is_nothing(law)).then(|| format!("{name} {}", law_line(law)));
        let or_service = |name: &str, law: &Option<Law>| match law {
            Some(law) => said(name, law),
            None => Some(format!("{name} as the service")),
        };
        let list: Vec<String> = [
            said("offline", &takeover.offline),
            said("disk", &takeover.disk),
            said("address", &takeover.address),
            or_service("start", &takeover.start),
            or_service("recover", &takeover.recover),
        ]
        .into_iter()
        .flatten()
        .collect();
        parts.push(format!("takeover of {}", list.join(", ")));
    }
    if plan.coverage < 1.0 {
        let chance = format!("{}", libm::round(plan.coverage * 1e6) / 1e4);
        parts.push(format!(
            "comes off in {chance} % of all cases, else by a person after {}",
            law_line(&plan.manual_recovery)
        ));
    }
    if let Some((most, window)) = plan.in_place {
        let times = if most > 1_000 { "always".to_owned() } else { format!("{most} in {window}") };
        parts.push(format!("restarts in place {times}"));
    }
    if let Some((most, window, retry)) = plan.limit.as_ref().filter(|(most, ..)| *most <= 1_000) {
        let text = format!("moves at most {most} in {window}, tried again after {}", law_line(retry));
        parts.push(text);
    }
    if let Some(votes) = &plan.votes {
        let named = |index: usize| spec.services[index].name == service.name;
        let struck = |target: &InjectTarget| matches!(target, InjectTarget::GroupWitness(s) if named(*s));
        let scripted = spec.injects.iter().any(|inject| struck(&inject.target));
        parts.push(witness(spec, votes, scripted));
        if spec.has_card(&service.vm, Traffic::Private) {
            parts.push("beats over the client and the private network".to_owned());
        }
    }
    if spec.has_initiator(&service.vm) {
        parts.push("nodes survive the loss of their data (GFC-04)".to_owned());
    }
    parts.extend(plan.failback.as_ref().map(|law| format!("goes back after {}", law_line(law))));
    // With a profile there is a lot to say: line by line.
    match protection.profile {
        Some(_) => format!("{}\n      {}", parts[..2].join(", "), parts[2..].join("\n      ")),
        None => parts.join(", "),
    }
}

/// How a balancer treats clients that have something under way.
pub(super) fn clients(plan: &ServiceProtection, service: &Service) -> String {
    if service.sessions == 0 {
        return String::new();
    }
    let waits = match service.session_length {
        None => String::new(),
        Some(_) if plan.drain == Span::FOREVER => ", drains until all have finished".to_owned(),
        Some(_) => format!(", drains for at most {}", plan.drain),
    };
    format!(", affinity {}{waits}", plan.affinity.word())
}

/// What the witness of a group is.
fn witness(spec: &Spec, votes: &VotesPlan, scripted: bool) -> String {
    let follow = if votes.dynamic { ", votes follow who is there" } else { "" };
    let what = match &votes.witness {
        None => "no witness".to_owned(),
        Some(plan) => match (plan.storage, plan.site) {
            (Some(storage), _) => format!("its witness a disk on {}", spec.storages[storage].name),
            (None, Some(site)) => format!("its witness at site {}", spec.sites[site].name),
            (None, None) if plan.outage.is_some() || scripted => {
                "its witness reached from anywhere".to_owned()
            }
            (None, None) => "a witness that never fails".to_owned(),
        },
    };
    format!("{what}{follow}")
}

fn is_nothing(law: &Law) -> bool {
    matches!(law, Law::Constant { value_s: 0.0 })
}

fn both((seen, confirmed): &(Law, Law)) -> String {
    if is_nothing(confirmed) {
        law_line(seen)
    } else {
        format!("{} and {}", law_line(seen), law_line(confirmed))
    }
}
