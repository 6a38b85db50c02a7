//! How products restart VMs: settings of the restart engine.

use super::setting::Preset::{Between, Constant, Count, Fixed, HostsAnd};
use super::setting::{Setting, setting, word};

const STARTS: &str = "starts under way on one host at a time";
const ATTEMPTS: &str = "attempts to start a VM before the cluster gives up";
const RETRY: &str = "from an attempt that failed to the next one";
const BACKOFF: &str = "whether that time doubles with each attempt";
const RETRY_HOST: &str = "where a VM whose start failed is tried again: on any host; once more on the same, then on those where it \
     has not failed; or on those at once. Where it failed on all, the cluster gives up";
const RESUMES: &str = "from giving up until a person, or the cluster, begins anew";
const POLL: &str = "from an event that brings capacity until the cluster looks at the VMs that wait";
const ORDER: &str =
    "by-priority: on its host a lower priority waits until the starts of higher ones are through";
const CLASS_DELAY: &str = "from the orders of one priority to those of the next";
const DEPENDENCIES: &str = "whether a VM waits for the services that its service comes `after`";
const TIMEOUT: &str = "how long it waits for them at most";
const APART: &str = "whether restarts keep VMs of one instance on different hosts";

const BACKOFFS: &[&str] = &["constant", "doubling"];
const RETRY_HOSTS: &[&str] = &["any", "same-first", "other"];
const ORDERS: &[&str] = &["at-once", "by-priority"];
const HONOURS: &[&str] = &["honour", "ignore"];
const APARTS: &[&str] = &["must", "should", "ignore"];

const NO_CLASS_DELAY: Setting = setting("class_delay", Fixed(0.0), "assumption", CLASS_DELAY);
const DEPENDENCY_TIMEOUT: Setting = setting("dependency_timeout", Fixed(600.0), "VMW-47", TIMEOUT);
const AT_ONCE: Setting = word("start_order", "at-once", ORDERS, "assumption", ORDER);
const NOW: Setting = setting("retry_poll", Constant(0.0), "VMW-53", POLL);
/// `t_man` off hours.
const PERSON: Setting = setting("resumes_after", Constant(3600.0), "ha-products 0.2 t_man", RESUMES);

pub(super) const CUSTOM: &[Setting] = &[
    setting("starts_per_host", Count(0), "assumption", STARTS),
    AT_ONCE,
    NO_CLASS_DELAY,
    setting("restart_attempts", Count(0), "assumption", ATTEMPTS),
    setting("retry_after", Fixed(120.0), "assumption", RETRY),
    word("retry_backoff", "constant", BACKOFFS, "assumption", BACKOFF),
    word("retry_host", "any", RETRY_HOSTS, "assumption", RETRY_HOST),
    PERSON,
    setting("retry_poll", Constant(0.0), "assumption", POLL),
    word("dependencies", "honour", HONOURS, "assumption", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "must", APARTS, "semantics 3", APART),
];

pub(super) const HA_4: &[Setting] = &[
    setting("starts_per_host", Count(32), "VMW-51", STARTS),
    word("start_order", "by-priority", ORDERS, "VMW-45", ORDER),
    NO_CLASS_DELAY,
    setting("restart_attempts", Count(5), "VML-13", ATTEMPTS),
    setting("retry_after", Fixed(120.0), "VMW-49", RETRY),
    word("retry_backoff", "doubling", BACKOFFS, "VMW-49", BACKOFF),
    word("retry_host", "any", RETRY_HOSTS, "VMW-52", RETRY_HOST),
    PERSON,
    NOW,
    word("dependencies", "ignore", HONOURS, "VMW-46", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "ignore", APARTS, "VMW-55", APART),
];

pub(super) const VSPHERE: &[Setting] = &[
    setting("starts_per_host", Count(32), "VMW-51", STARTS),
    word("start_order", "by-priority", ORDERS, "VMW-45", ORDER),
    NO_CLASS_DELAY,
    setting("restart_attempts", Count(5), "VMW-48", ATTEMPTS),
    setting("retry_after", Fixed(120.0), "VMW-49", RETRY),
    word("retry_backoff", "doubling", BACKOFFS, "VMW-49", BACKOFF),
    word("retry_host", "any", RETRY_HOSTS, "VMW-52", RETRY_HOST),
    PERSON,
    NOW,
    word("dependencies", "honour", HONOURS, "VMW-46", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "ignore", APARTS, "VMW-55", APART),
];

pub(super) const XENSERVER: &[Setting] = &[
    setting("starts_per_host", Count(0), "XEN-42", STARTS),
    word("start_order", "at-once", ORDERS, "XEN-42", ORDER),
    setting("class_delay", Fixed(0.0), "XEN-42", CLASS_DELAY),
    setting("restart_attempts", Count(0), "XEN-41", ATTEMPTS),
    setting("retry_after", Fixed(120.0), "XEN-41", RETRY),
    word("retry_backoff", "constant", BACKOFFS, "XEN-41", BACKOFF),
    word("retry_host", "any", RETRY_HOSTS, "assumption", RETRY_HOST),
    PERSON,
    setting("retry_poll", Between(0.0, 20.0), "XEN-20", POLL),
    word("dependencies", "ignore", HONOURS, "XEN-42", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "ignore", APARTS, "assumption", APART),
];

/// A resource that failed on every node, and twice on the first (GFC-09), stays failed and is tried again after an hour.
pub(super) const HYPER_V: &[Setting] = &[
    setting("starts_per_host", Count(0), "assumption", STARTS),
    AT_ONCE,
    NO_CLASS_DELAY,
    setting("restart_attempts", HostsAnd(1), "HYP-35", ATTEMPTS),
    setting("retry_after", Fixed(0.0), "GFC-08", RETRY),
    word("retry_backoff", "constant", BACKOFFS, "GFC-08", BACKOFF),
    word("retry_host", "same-first", RETRY_HOSTS, "GFC-09", RETRY_HOST),
    setting("resumes_after", Constant(3600.0), "GFC-10", RESUMES),
    setting("retry_poll", Constant(0.0), "assumption", POLL),
    word("dependencies", "ignore", HONOURS, "assumption", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "should", APARTS, "HYP-33", APART),
];

pub(super) const PROXMOX: &[Setting] = &[
    setting("starts_per_host", Count(4), "OSS-08", STARTS),
    AT_ONCE,
    NO_CLASS_DELAY,
    setting("restart_attempts", Count(3), "OSS-09", ATTEMPTS),
    setting("retry_after", Fixed(10.0), "OSS-02", RETRY),
    word("retry_backoff", "constant", BACKOFFS, "OSS-09", BACKOFF),
    word("retry_host", "same-first", RETRY_HOSTS, "OSS-09", RETRY_HOST),
    PERSON,
    setting("retry_poll", Between(0.0, 10.0), "OSS-02", POLL),
    word("dependencies", "ignore", HONOURS, "assumption", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "ignore", APARTS, "assumption", APART),
];

pub(super) const PACEMAKER: &[Setting] = &[
    setting("starts_per_host", Count(0), "assumption", STARTS),
    AT_ONCE,
    NO_CLASS_DELAY,
    setting("restart_attempts", HostsAnd(0), "OSS-18", ATTEMPTS),
    setting("retry_after", Fixed(0.0), "OSS-18", RETRY),
    word("retry_backoff", "constant", BACKOFFS, "OSS-18", BACKOFF),
    word("retry_host", "other", RETRY_HOSTS, "OSS-18", RETRY_HOST),
    PERSON,
    setting("retry_poll", Constant(0.0), "assumption", POLL),
    word("dependencies", "honour", HONOURS, "assumption", DEPENDENCIES),
    DEPENDENCY_TIMEOUT,
    word("anti_affinity", "must", APARTS, "assumption", APART),
];
