//! VMware HA 3 and 4, and vSphere HA from 5 on.

use super::setting::Preset::{Between, Constant, Fixed};
use super::setting::meaning::{ALONE, BEAT, FAILED, RESPONSE};
use super::setting::{Setting, setting, word};
use super::{Family, Profile, migration, monitor, restart, storage_loss};

const SHUTDOWN: &str = "how long the clean shutdown of a host's VMs takes";

const RESPONSES: &[&str] = &["leave-on", "power-off", "shut-down"];

const PRIMARY: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "VMW-12", BEAT),
    setting(
        "failed_after_datastore",
        Fixed(18.0),
        "VMW-28e",
        "from the last heartbeat to restarts, with heartbeat datastores",
    ),
    setting("failed_after_no_datastore", Fixed(15.0), "VMW-28d", "the same without heartbeat datastores"),
    setting(
        "datastore_watch",
        Fixed(15.0),
        "VMW-28b",
        "from the last heartbeat in a datastore to giving up a host that was silent already",
    ),
    setting(
        "election_starts_after",
        Fixed(10.0),
        "VMW-29a",
        "from the primary's last heartbeat to an election",
    ),
    setting("election_lasts", Fixed(15.0), "VMW-04", "an election of a primary"),
    setting(
        "restart_after_election",
        Fixed(10.0),
        "VMW-29b, VMW-29c",
        "from the new primary to its first restarts",
    ),
    setting("isolation_declared_after", Fixed(30.0), "VMW-30c", ALONE),
    setting("isolation_declared_after_primary", Fixed(5.0), "VMW-31b", "the same for the primary"),
    setting("isolation_response_delay", Fixed(30.0), "VMW-30d, VMW-32", "from there to the response"),
    word("isolation_response", "leave-on", RESPONSES, "VMW-37", RESPONSE),
    setting("restart_after_response", Between(1.0, 5.0), "MTX-19", "from the response to restarts elsewhere"),
    setting("shutdown", Constant(30.0), "assumption", SHUTDOWN),
    setting("shutdown_timeout", Fixed(300.0), "VMW-36", "how long it may take; then VMs are turned off"),
];

const FIVE_PRIMARIES: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "VML-05", BEAT),
    setting("failed_after", Fixed(15.0), "VML-06", FAILED),
    setting("isolation_declared_after", Fixed(12.0), "VML-07", ALONE),
    setting("isolation_response_delay", Fixed(2.0), "VML-08", "from there to the response"),
    word("isolation_response", "shut-down", RESPONSES, "VML-12, VMW-37", RESPONSE),
    setting("shutdown", Constant(0.0), "MTX-21", SHUTDOWN),
];

pub(super) const HA_4: Profile = Profile {
    word: "vmware-ha-4",
    name: Some("VMware HA"),
    family: Family::FivePrimaries,
    about: "VMware HA 3 and 4: five primaries hold the state; no heartbeats through storage",
    groups: &[FIVE_PRIMARIES, restart::HA_4, monitor::HA_4, migration::HA_4, migration::DRS],
};

pub(super) const VSPHERE_6: Profile = Profile {
    word: "vsphere-6",
    name: Some("vSphere HA"),
    family: Family::Primary,
    about: "VMware vSphere HA 5 to 7: a primary and secondaries, heartbeat datastores",
    groups: &[
        PRIMARY,
        restart::VSPHERE,
        monitor::VSPHERE,
        storage_loss::VSPHERE,
        migration::VSPHERE,
        migration::DRS,
    ],
};

pub(super) const VSPHERE_8: Profile = Profile {
    word: "vsphere-8",
    name: Some("vSphere HA"),
    family: Family::Primary,
    about: "VMware vSphere HA 8: as vsphere-6",
    groups: &[
        PRIMARY,
        restart::VSPHERE,
        monitor::VSPHERE,
        storage_loss::VSPHERE,
        migration::VSPHERE,
        migration::DRS_7,
    ],
};
