//! XenServer and XCP-ng.

use super::setting::Preset::{Between, Constant, Fixed};
use super::setting::meaning::{AGENT, AGREED, BEAT, HANG};
use super::setting::{Setting, setting};
use super::{Family, Profile, migration, monitor, restart};

/// XEN-10: the timeout that the others come from, where a scenario does not set them.
const TIMEOUT: &str = "failed_after";

/// XEN-11: whole seconds.
fn beat(timeout: f64) -> f64 {
    ((timeout + 10.0) / 10.0).floor()
}

const POOL: &[Setting] = &[
    setting("heartbeat_interval", Fixed(7.0), "XEN-11", BEAT).following(
        TIMEOUT,
        "(failed_after + 10 s) / 10, in whole seconds",
        |timeout| Fixed(beat(timeout)),
    ),
    setting(
        "failed_after",
        Fixed(60.0),
        "XEN-10, XEN-13, XEN-14",
        "from the last heartbeat to both channels having timed out, 10 s or more",
    ),
    setting("agreement", Between(0.0, 7.0), "XEN-36b", AGREED).following(
        TIMEOUT,
        "up to one heartbeat interval as it follows from failed_after",
        |timeout| Between(0.0, beat(timeout)),
    ),
    // XEN-34: max(Wh, Ws) - min(T1, T2) + max(t1, t2), at least 10 s, with Ws = T + 15.
    setting("winners_wait", Constant(22.0), "XEN-34, XEN-35", "until a loser must have fenced itself")
        .following(TIMEOUT, "15 s and one heartbeat interval as it follows from failed_after", |timeout| {
            Constant((15.0 + beat(timeout)).max(10.0))
        }),
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
    )
    .following(TIMEOUT, "twice failed_after", |timeout| Fixed(2.0 * timeout)),
    setting(
        "winners_wait_extension",
        Constant(60.0),
        "XEN-34, XEN-36k",
        "how much longer the others wait for one that looked alive",
    )
    .following(TIMEOUT, "failed_after", Constant),
    setting("hang_reset_after", Fixed(60.0), "XEN-15, MTX-63", HANG).following(
        TIMEOUT,
        "failed_after",
        Fixed,
    ),
    setting("agent_reset_after", Between(420.0, 480.0), "XEN-18, MTX-64", AGENT),
];

pub(super) const XENSERVER: Profile = Profile {
    word: "xenserver",
    name: Some("XenServer HA"),
    family: Family::Pool,
    about: "Citrix XenServer and XCP-ng HA with a timeout of 60 s: statefile, fencing by watchdog",
    groups: &[POOL, restart::XENSERVER, monitor::XENSERVER, migration::XENSERVER, migration::NO_BALANCE],
};
