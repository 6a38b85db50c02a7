//! What products see of the guests: settings of VM and application monitoring.

use super::setting::Preset::{Between, Constant, Count, Fixed};
use super::setting::{Setting, setting, word};

const SWITCH: &[&str] = &["off", "on"];
const SENSITIVITY: &[&str] = &["off", "low", "medium", "high"];

const VM: &str = "how fast a guest without heartbeats is reset: after 120 s and three times in 7 days (low), 60 s and 24 h, 30 s and 1 h (high)";
const VM_AFTER: &str = "beyond those seconds, until it is reset";
const RESETS: &str = "resets within that window";
const APP: &str = "whether an application that fails has its VM reset";
const APP_AFTER: &str = "from an application's failure to the reset";
const RESTART: &str = "whether a guest that crashes is restarted by the cluster";
const AFTER: &str = "from a guest's crash to its restart";
const GUARD: &str = "a guest that crashes sooner than this after its start is left to a person";
const IN_PLACE: &str = "restarts on the same host within the window, before it is moved or left to a person";
const WINDOW: &str = "the window that they count in";

pub(super) const HA_4: &[Setting] = &[
    word("vm_monitoring", "off", SENSITIVITY, "VML-18, VMW-68", VM),
    setting("vm_reset_after", Between(61.0, 89.0), "VMW-70", VM_AFTER),
    setting("vm_resets", Count(3), "VML-18", RESETS),
    word("app_monitoring", "off", SWITCH, "VMW-68", APP),
    setting("app_reset_after", Between(61.0, 89.0), "VMW-70, MTX-76", APP_AFTER),
];

pub(super) const VSPHERE: &[Setting] = &[
    word("vm_monitoring", "off", SENSITIVITY, "VMW-67, VMW-68", VM),
    setting("vm_reset_after", Between(61.0, 89.0), "VMW-70", VM_AFTER),
    setting("vm_resets", Count(3), "VMW-67", RESETS),
    word("app_monitoring", "off", SWITCH, "VMW-68", APP),
    setting("app_reset_after", Between(61.0, 89.0), "VMW-70, MTX-76", APP_AFTER),
];

pub(super) const XENSERVER: &[Setting] = &[
    word("guest_restart", "on", SWITCH, "MTX-70", RESTART),
    setting("guest_restart_after", Between(0.0, 20.0), "MTX-70", AFTER),
    setting("guest_restart_guard", Fixed(120.0), "XEN-48", GUARD),
    setting("restarts_in_place", Count(0), "MTX-70", IN_PLACE),
    setting("restart_window", Fixed(0.0), "MTX-70", WINDOW),
];

pub(super) const HYPER_V: &[Setting] = &[
    word("guest_restart", "on", SWITCH, "HYP-32, MTX-71", RESTART),
    setting("guest_restart_after", Between(0.0, 60.0), "MTX-71", AFTER),
    setting("guest_restart_guard", Fixed(0.0), "HYP-32", GUARD),
    setting("restarts_in_place", Count(1), "GFC-09", IN_PLACE),
    setting("restart_window", Fixed(900.0), "GFC-09", WINDOW),
];

pub(super) const CUSTOM: &[Setting] = &[
    word("guest_restart", "off", SWITCH, "semantics 3", RESTART),
    setting("guest_restart_after", Constant(60.0), "assumption", AFTER),
    setting("guest_restart_guard", Fixed(0.0), "assumption", GUARD),
    setting("restarts_in_place", Count(0), "assumption", IN_PLACE),
    setting("restart_window", Fixed(0.0), "assumption", WINDOW),
];
