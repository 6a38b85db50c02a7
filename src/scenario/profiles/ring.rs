//! Token rings: Proxmox VE and Pacemaker, both on Corosync.

use super::hyper_v::{WITNESS, WITNESSES};
use super::setting::Preset::{Between, Constant, Fixed};
use super::setting::meaning::{AGENT, AGREED};
use super::setting::{Setting, setting, word};
use super::{Family, Profile, migration, restart};

const COROSYNC: &[Setting] = &[
    setting("token", Fixed(3.0), "OSS-13", "until a lost token is missed, with two hosts"),
    setting("token_per_host", Fixed(0.65), "OSS-13", "what each host beyond two adds to that"),
    setting("regroup", Between(0.05, 4.4), "OSS-14, OSS-15", AGREED),
    // Three hosts are the least; what two need instead, nobody has by default.
    word("witness", "none", WITNESSES, "OSS-11", WITNESS),
];

const WATCHDOG: &[Setting] = &[
    setting(
        "self_fenced_after",
        Fixed(60.0),
        "OSS-06",
        "from the loss of the others to the watchdog's reset",
    ),
    setting("agent_reset_after", Constant(60.0), "OSS-06", AGENT),
    setting("fence_delay", Fixed(60.0), "OSS-04", "from a host's being missed to its being fenced"),
    setting("recover_after", Fixed(120.0), "OSS-05, OSS-07", "until the lost host's lock has run out"),
    setting(
        "recovery_loops",
        Between(0.0, 20.0),
        "OSS-02, OSS-08",
        "two loops of the manager: fence, then start",
    ),
];

const PEERS: &[Setting] =
    &[setting("fencing", Between(5.0, 20.0), "OSS-19", "until the others have switched the lost host off")];

pub(super) const PROXMOX: Profile = Profile {
    word: "proxmox",
    name: Some("Proxmox HA"),
    family: Family::Ring,
    about: "Proxmox VE HA: corosync, hosts that lose the others are reset by their watchdog",
    groups: &[COROSYNC, WATCHDOG, restart::PROXMOX, migration::QEMU, migration::NO_BALANCE],
};

pub(super) const PACEMAKER: Profile = Profile {
    word: "pacemaker",
    name: Some("Pacemaker"),
    family: Family::Ring,
    about: "Pacemaker and Corosync: nothing restarts before the lost host is switched off",
    groups: &[COROSYNC, PEERS, restart::PACEMAKER, migration::QEMU, migration::NO_BALANCE],
};
