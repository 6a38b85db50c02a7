//! Paths that are seldom taken, and that random scenarios must take all the same: each word of the timeline, and an outage by each
//! cause. A path that no scenario takes any more is not tested any more, however green the tests are.

use std::collections::BTreeSet;

use ninefold::model::{Cause, Model};
use ninefold::sim::Signal;

use super::checker::Log;

/// Every word that a timeline has.
const WORDS: [&str; 89] = [
    "agent-down",
    "agent-up",
    "app-down",
    "app-restarting",
    "app-up",
    "controller-down",
    "controller-up",
    "cores-enough",
    "cores-short",
    "disks-awaited",
    "disks-switching",
    "drain-begun",
    "drain-broken-off",
    "evacuation-begun",
    "evacuation-given-up",
    "failback-begun",
    "failover-done",
    "failover-failed",
    "failover-given-up",
    "failover-started",
    "group-quorum-lost",
    "group-quorum-regained",
    "group-witness-down",
    "group-witness-up",
    "host-declared-failed",
    "host-down",
    "host-fenced",
    "host-isolated",
    "host-overloaded",
    "host-quarantined",
    "host-readmitted",
    "host-relieved",
    "host-undeclared",
    "host-up",
    "link-down",
    "link-up",
    "maintenance-begun",
    "maintenance-ended",
    "manager-down",
    "manager-up",
    "migration-aborted",
    "migration-done",
    "migration-started",
    "migration-switched",
    "mirror-behind",
    "mirror-equal",
    "network-down",
    "network-up",
    "node-outvoted",
    "patch-begun",
    "patch-ended",
    "person-finds-no-host",
    "primary-elected",
    "quorum-forced",
    "quorum-lost",
    "quorum-regained",
    "rack-down",
    "rack-up",
    "restart-failed",
    "restart-ordered",
    "restart-queued",
    "restart-waiting",
    "service-degraded",
    "service-down",
    "service-up",
    "sessions-lost",
    "shutdown-begun",
    "shutdown-cut-short",
    "shutdown-ended",
    "site-down",
    "site-up",
    "stale-copy",
    "stale-copy-gone",
    "storage-down",
    "storage-switched",
    "storage-up",
    "vm-down",
    "vm-goes-on",
    "vm-paused",
    "vm-reset",
    "vm-stays",
    "vm-up",
    "vms-left-on",
    "vms-paused",
    "vms-resumed",
    "witness-down",
    "witness-up",
    "work-given-up",
    "writes-lost",
];

/// What a log has of them.
pub(crate) fn seen(model: &Model, log: &Log) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for entry in &log.entries {
        seen.insert(entry.word(model));
        if let Signal::ServiceDown { cause, .. } = entry.signal {
            seen.insert(cause.name());
        }
    }
    seen
}

/// What none of many scenarios has.
pub(crate) fn missing(seen: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let all = WORDS.into_iter().chain(Cause::ALL.map(Cause::name));
    all.filter(|word| !seen.contains(word)).collect()
}
