//! From a cluster's plan to the rules of its restarts.

use super::super::resolve::ClusterPlan;
use crate::engine::Stream;
use crate::model::{AntiAffinity, RestartRules, RetryHost};

pub(super) fn rules(plan: &ClusterPlan, name: &str) -> RestartRules {
    RestartRules {
        starts_per_host: plan.count("starts_per_host"),
        by_class: plan.word("start_order") == "by-priority",
        class_delay: plan.span("class_delay"),
        start_failure: plan.start_failure,
        attempts: plan.count("restart_attempts"),
        retry_after: plan.span("retry_after"),
        retry_doubles: plan.word("retry_backoff") == "doubling",
        retry_host: match plan.word("retry_host") {
            "same-first" => RetryHost::SameFirst,
            "other" => RetryHost::Other,
            _ => RetryHost::Any,
        },
        resumes_after: plan.law("resumes_after").into(),
        poll: plan.law("retry_poll").into(),
        polls: Stream::new(&format!("cluster {name}"), "retry_poll"),
        dependency_timeout: (plan.word("dependencies") == "honour").then(|| plan.span("dependency_timeout")),
        anti_affinity: match plan.word("anti_affinity") {
            "must" => AntiAffinity::Must,
            "should" => AntiAffinity::Should,
            _ => AntiAffinity::Ignore,
        },
    }
}
