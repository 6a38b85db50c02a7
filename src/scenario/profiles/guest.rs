//! What watches services inside the guests, as data: failover clustering, and balancers.

use crate::model::GuestLayer;

use super::setting::Preset::{Between, Constant, Count, Fixed};
use super::setting::meaning::{AGREED, BEAT};
use super::setting::{Setting, setting, word};

/// One product that runs inside guests.
#[derive(Debug)]
pub struct GuestProfile {
    pub word: &'static str,
    pub layer: GuestLayer,
    pub about: &'static str,
    groups: &'static [&'static [Setting]],
}

impl GuestProfile {
    /// All its settings.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> + use<> {
        self.groups.iter().copied().flatten()
    }

    /// The profile of a word.
    #[must_use]
    pub fn find(word: &str) -> Option<&'static GuestProfile> {
        GUEST_PROFILES.iter().find(|profile| profile.word == word)
    }
}

impl PartialEq for GuestProfile {
    fn eq(&self, other: &GuestProfile) -> bool {
        self.word == other.word
    }
}

const MISSED: &str = "heartbeats that a node may miss before the others give it up";
const CRASH_POLL: &str = "between two quick looks at the application, which see that it has gone";
const HANG_POLL: &str = "between two thorough looks at it, which see that it does not answer";
const CHECK: &str = "from a thorough look at an application that hangs to its being given up";
const FAILURE: &str =
    "what becomes of an application that fails: restarted where it is first, or moved at once";
const IN_PLACE: &str = "restarts where it is within the window; the next failure moves the group";
const IN_PLACE_WINDOW: &str = "the time in which those restarts count";
const MOVES: &str = "unplanned moves within the window; a group that would have to move again stays offline";
const MOVES_WINDOW: &str = "the time in which those moves count";
const RETRY: &str = "until a group that stays offline is tried again";
const OFFLINE: &str = "the clean end of the application where it still runs, when a move is planned";
const DISKS: &str = "until the disks have changed their node";
const ADDRESS: &str = "until clients find the new address";
const JOIN: &str = "from a member's return until clients are sent to it again";
const SEEN: &str = "from a member's death until it is noticed";
const AGAIN: &str = "from there until the others serve its clients";
const AWARE: &str = "whether a member whose application has failed counts as dead";

const WITNESSES: &[&str] = &["auto", "none", "disk", "share", "cloud"];
const WITNESS: &str = "one more vote; auto: one that never fails where the number of nodes is even";
const DYNAMIC: &str =
    "whether nodes that have left lose their votes, and the witness's counts where the others are even";
const ONS: &[&str] = &["off", "on"];
const FAILURES: &[&str] = &["restart-first", "move"];
const AWARES: &[&str] = &["false", "true"];

const WSFC: &[Setting] = &[
    word("witness", "auto", WITNESSES, "HYP-10, HYP-11, GFC-35", WITNESS),
    setting("regroup", Between(2.0, 10.0), "HYP-08", AGREED),
    setting("looks_alive", Fixed(5.0), "GFC-12", CRASH_POLL),
    setting("is_alive", Fixed(60.0), "GFC-12", HANG_POLL),
    setting("check_timeout", Constant(0.0), "assumption", CHECK),
    word("app_failure", "restart-first", FAILURES, "GFC-09, GFC-17", FAILURE),
    setting("restarts_in_place", Count(1), "GFC-09", IN_PLACE),
    setting("restart_window", Fixed(900.0), "GFC-09", IN_PLACE_WINDOW),
    setting("failover_threshold", Count(0), "GFC-11", MOVES),
    setting("failover_window", Fixed(21_600.0), "GFC-11", MOVES_WINDOW),
    setting("retry_failed", Constant(3_600.0), "GFC-10", RETRY),
    setting("offline", Constant(5.0), "assumption", OFFLINE),
    setting("disk_move", Between(3.0, 10.0), "HYP-18", DISKS),
    setting("address", Constant(1.0), "assumption", ADDRESS),
];

const BEATS_2008: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "HYP-01, GFC-13", BEAT),
    setting("heartbeat_threshold", Count(5), "HYP-01, GFC-13", MISSED),
    word("dynamic_quorum", "off", ONS, "HYP-13", DYNAMIC),
];

const BEATS_2016: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "HYP-04, GFC-13", BEAT),
    setting("heartbeat_threshold", Count(10), "HYP-04, GFC-13", MISSED),
    word("dynamic_quorum", "on", ONS, "HYP-13, HYP-14", DYNAMIC),
];

/// A token that is lost, and a resource agent that looks every so often.
const PACEMAKER: &[Setting] = &[
    word("witness", "none", WITNESSES, "OSS-11", WITNESS),
    word("dynamic_quorum", "off", ONS, "OSS-11", DYNAMIC),
    setting("heartbeat_interval", Fixed(0.1), "assumption: how often the token comes round", BEAT),
    setting("heartbeat_threshold", Count(30), "OSS-13: 3 s without the token", MISSED),
    setting("regroup", Between(0.05, 4.4), "OSS-14, OSS-15", AGREED),
    setting("looks_alive", Fixed(10.0), "assumption", CRASH_POLL),
    setting("is_alive", Fixed(10.0), "assumption", HANG_POLL),
    setting("check_timeout", Constant(20.0), "assumption", CHECK),
    word("app_failure", "restart-first", FAILURES, "assumption", FAILURE),
    setting("restarts_in_place", Count(0), "assumption: migration-threshold is not set", IN_PLACE),
    setting("restart_window", Fixed(900.0), "assumption", IN_PLACE_WINDOW),
    setting("failover_threshold", Count(1_000), "assumption: as good as no limit", MOVES),
    setting("failover_window", Fixed(21_600.0), "assumption", MOVES_WINDOW),
    setting("retry_failed", Constant(3_600.0), "assumption", RETRY),
    setting("offline", Constant(5.0), "assumption", OFFLINE),
    setting("disk_move", Between(5.0, 20.0), "OSS-17, OSS-19: the lost node is fenced first", DISKS),
    setting("address", Constant(1.0), "assumption", ADDRESS),
];

const MS_NLB: &[Setting] = &[
    setting("detection", Between(4.0, 5.0), "NLB-04, NLB-05, NLB-06", SEEN),
    setting("convergence", Between(2.5, 3.0), "NLB-07", AGAIN),
    setting("join", Between(2.5, 3.0), "NLB-09", JOIN),
    word("application_aware", "false", AWARES, "NLB-14", AWARE),
];

const HAPROXY: &[Setting] = &[
    setting("detection", Between(4.0, 6.0), "NLB-19", SEEN),
    setting("convergence", Constant(0.0), "NLB-19", AGAIN),
    setting("join", Constant(4.0), "NLB-19", JOIN),
    word("application_aware", "true", AWARES, "MTX-80", AWARE),
];

const VRRP: &[Setting] = &[
    setting("detection", Between(3.0, 4.0), "NLB-21", SEEN),
    setting("convergence", Constant(0.0), "NLB-21", AGAIN),
    setting("join", Between(0.0, 1.0), "NLB-21", JOIN),
    word("application_aware", "false", AWARES, "NLB-21", AWARE),
];

/// Every product that runs inside guests.
pub const GUEST_PROFILES: &[GuestProfile] = &[
    GuestProfile {
        word: "wsfc-2008",
        layer: GuestLayer::Failover,
        about: "Windows failover clustering inside guests, 2008 to 2012 R2",
        groups: &[BEATS_2008, WSFC],
    },
    GuestProfile {
        word: "wsfc-2016",
        layer: GuestLayer::Failover,
        about: "Windows failover clustering inside guests, 2016",
        groups: &[BEATS_2016, WSFC],
    },
    GuestProfile {
        word: "pacemaker",
        layer: GuestLayer::Failover,
        about: "Pacemaker and Corosync inside guests: a lost node is fenced before its group moves",
        groups: &[PACEMAKER],
    },
    GuestProfile {
        word: "ms-nlb",
        layer: GuestLayer::Balanced,
        about: "Microsoft network load balancing: members agree among themselves, and look at nothing but heartbeats",
        groups: &[MS_NLB],
    },
    GuestProfile {
        word: "haproxy",
        layer: GuestLayer::Balanced,
        about: "HAProxy: a proxy asks every member whether its application answers",
        groups: &[HAPROXY],
    },
    GuestProfile {
        word: "vrrp",
        layer: GuestLayer::Balanced,
        about: "keepalived: an address each, which another member takes over",
        groups: &[VRRP],
    },
];

/// Every key that some of them has, each once, with the first setting of that key.
#[must_use]
pub fn guest_keys() -> Vec<(&'static str, &'static Setting)> {
    let all = GUEST_PROFILES.iter().flat_map(GuestProfile::settings);
    let mut keys: Vec<(&'static str, &'static Setting)> = all.map(|setting| (setting.key, setting)).collect();
    keys.sort_by_key(|(key, _)| *key);
    keys.dedup_by_key(|(key, _)| *key);
    keys
}
