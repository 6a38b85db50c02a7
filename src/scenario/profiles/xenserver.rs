//! XenServer and XCP-ng.

use super::setting::Preset::{Between, Constant, Fixed};
use super::setting::meaning::{AGENT, AGREED, BEAT, HANG};
use super::setting::{Setting, setting};
use super::{Family, Profile, monitor, restart};

const POOL: &[Setting] = &[
    setting("heartbeat_interval", Fixed(7.0), "XEN-11", BEAT),
    setting(
        "failed_after",
        Fixed(60.0),
        "XEN-13, XEN-14",
        "from the last heartbeat to both channels having timed out",
    ),
    setting("agreement", Between(0.0, 7.0), "XEN-36b", AGREED),
    setting("winners_wait", Constant(22.0), "XEN-35", "until a loser must have fenced itself"),
    setting(
        "notice",
        Between(0.0, 20.0),
        "XEN-20, XEN-36d",
        "until the master looks at the list of living hosts",
    ),
    setting(
        "master_takeover",
        Between(45.0, 150.0),
        "XEN-36f",
        "until another host is master, where the master died",
    ),
    setting(
        "isolation_fenced_after",
        Fixed(120.0),
        "XEN-36i, XEN-36j",
        "from the last heartbeat heard to a host fencing itself",
    ),
    setting(
        "winners_wait_extension",
        Constant(60.0),
        "XEN-36k",
        "how much longer the others wait for one that looked alive",
    ),
    setting("hang_reset_after", Fixed(60.0), "XEN-15, MTX-63", HANG),
    setting("agent_reset_after", Between(420.0, 480.0), "XEN-18, MTX-64", AGENT),
];

pub(super) const XENSERVER: Profile = Profile {
    word: "xenserver",
    family: Family::Pool,
    about: "Citrix XenServer and XCP-ng HA with a timeout of 60 s: statefile, fencing by watchdog",
    groups: &[POOL, restart::XENSERVER, monitor::XENSERVER],
};
