//! From a cluster's plan to what it sees of its guests.

use super::super::profiles::Family;
use super::super::resolve::ClusterPlan;
use crate::engine::Span;
use crate::model::{GuestMonitor, Monitor};

pub(super) fn monitor(plan: &ClusterPlan) -> Monitor {
    match plan.product.profile().family {
        Family::Primary | Family::FivePrimaries => vmware(plan),
        Family::Custom | Family::Pool | Family::Quorum => Monitor { guest: resets(plan), app: None },
        Family::Ring => Monitor::default(),
    }
}

/// By sensitivity (VMW-67): seconds without a heartbeat, seconds of uptime before, and the window of three resets.
fn vmware(plan: &ClusterPlan) -> Monitor {
    let (interval_s, uptime_s, window_s) = match plan.word("vm_monitoring") {
        "low" => (120, 480, 7 * 86_400),
        "medium" => (60, 240, 86_400),
        "high" => (30, 120, 3_600),
        _ => return Monitor { guest: None, app: app(plan) },
    };
    let guest = GuestMonitor {
        interval: Span::from_secs(interval_s),
        after: plan.law("vm_reset_after").into(),
        uptime_min: Span::from_secs(uptime_s),
        guard: Span::ZERO,
        resets: plan.count("vm_resets"),
        window: Span::from_secs(window_s),
        moves: false,
    };
    Monitor { guest: Some(guest), app: app(plan) }
}

fn app(plan: &ClusterPlan) -> Option<crate::model::Delay> {
    (plan.word("app_monitoring") == "on").then(|| plan.law("app_reset_after").into())
}

/// Products that restart a guest as soon as they see that it does not run.
fn resets(plan: &ClusterPlan) -> Option<GuestMonitor> {
    (plan.word("guest_restart") == "on").then(|| GuestMonitor {
        interval: Span::ZERO,
        after: plan.law("guest_restart_after").into(),
        uptime_min: Span::ZERO,
        guard: plan.span("guest_restart_guard"),
        resets: plan.count("restarts_in_place"),
        window: plan.span("restart_window"),
        moves: plan.product.profile().family == Family::Quorum,
    })
}
