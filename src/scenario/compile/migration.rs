//! From a cluster's plan to how it moves VMs that run.

use super::super::resolve::ClusterPlan;
use crate::engine::{Law, Span};
use crate::model::{Balance, Host, HostId, MigrationKind, MigrationRules, Ppm, StopRule};

/// Bytes of a page.
const PAGE: f64 = 4096.0;

/// `None` where nothing is moved: no product looks after the hosts, theirs does not do it, or they have no link for it.
pub(super) fn rules(
    plan: &ClusterPlan,
    restarts: bool,
    members: &[HostId],
    hosts: &[Host],
) -> Option<MigrationRules> {
    let linked = members.iter().any(|host| hosts[host.index()].migration.is_some());
    if !restarts || !linked {
        return None;
    }
    let kind = match plan.word("migration") {
        "live" => MigrationKind::Live(stop_rule(plan)),
        "quick" => {
            let moved = plan.values.contains_key("disk_move");
            let law = if moved { plan.law("disk_move") } else { Law::Constant { value_s: 0.0 } };
            MigrationKind::Quick { disk_move: law.into() }
        }
        _ => return None,
    };
    Some(MigrationRules {
        kind,
        resume: plan.law("migration_resume").into(),
        per_host: plan.count("migrations_per_host"),
        per_slow_link: plan.count("migrations_per_slow_link"),
        per_storage: plan.count("migrations_per_storage"),
        any_processor: plan.cpu_baseline.is_some(),
        balance: balance(plan),
    })
}

/// VMW-82, VMW-83; `None`: a person would have to.
fn balance(plan: &ClusterPlan) -> Option<Balance> {
    (plan.word("balance") == "on").then(|| Balance {
        interval: plan.span("balance_interval"),
        threshold: Ppm(plan.count("balance_threshold") * 10_000),
    })
}

fn stop_rule(plan: &ClusterPlan) -> StopRule {
    let none = |count: u32, value: f64| if count == u32::MAX { f64::INFINITY } else { value };
    let (pages, sent) = (plan.count("migration_pages_goal"), plan.count("migration_sent_max"));
    let timeout = plan.span("migration_timeout");
    StopRule {
        blackout_goal_s: plan.span("migration_blackout_goal").as_secs_f64(),
        bytes_goal: if pages == u32::MAX { 0.0 } else { f64::from(pages) * PAGE },
        rounds_max: plan.count("migration_rounds"),
        sent_max: none(sent, f64::from(sent)),
        timeout_s: if timeout == Span::ZERO { f64::INFINITY } else { timeout.as_secs_f64() },
        throttles: plan.word("migration_throttle") == "on",
    }
}
