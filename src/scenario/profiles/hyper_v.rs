//! Hyper-V on failover clustering, 2008 to 2016.

use super::setting::Preset::{Between, Constant, Count, Fixed};
use super::setting::meaning::{AGENT, AGREED, BEAT, FAILED, HANG};
use super::setting::{Setting, setting, word};
use super::{Family, Profile, migration, monitor, restart, storage_loss};

/// The kinds of witness; rings have them too.
pub(super) const WITNESSES: &[&str] = &["auto", "none", "disk", "disk-only", "share", "cloud"];
pub(super) const WITNESS: &str =
    "one more vote; auto: a witness where the number of hosts is even; disk-only: no other vote counts";

const DYNAMIC: &[&str] = &["off", "on"];
const DYNAMIC_QUORUM: &str =
    "whether hosts that have left lose their votes, and the witness's counts where the others are even";

const ISOLATED: &[&str] = &["paused", "run"];
const ISOLATED_VMS: &str = "what becomes of VMs on block storage while their node is isolated";
const QUARANTINE: &str =
    "a node that leaves so often without a word is kept out for a while, of at most a quarter of all";

const DISKS: &str = "until the disks of the group have moved";
const FAILED_CROSS_SITE: &str = "the same where nobody is left at the host's own site to miss it";
const FORCED: &str =
    "until a person forces quorum where the hosts that are missing are at a site that is out";
const NAMES: &str =
    "how long clients keep the old address of a VM that has changed its site; 0: both sites have one subnet";
const RESILIENCY: &str = "how long a silent host is only watched";

const COMMON: &[Setting] = &[
    setting("regroup", Between(2.0, 10.0), "HYP-08", AGREED),
    setting("hang_reset_after", Fixed(60.0), "HYP-07, MTX-65", HANG),
    setting("agent_reset_after", Constant(60.0), "HYP-07, MTX-65", AGENT),
    word("witness", "auto", WITNESSES, "HYP-10, HYP-11", WITNESS),
    setting("name_ttl", Fixed(0.0), "HYP-55: 1200 s by default where sites have subnets of their own", NAMES),
    setting("quorum_forced_after", Constant(3600.0), "HYP-16, MTX-97, t_man off hours", FORCED),
];

/// Votes that stay, and votes that follow who is there: dynamic quorum and dynamic witness.
const VOTES_STAY: &[Setting] = &[word("dynamic_quorum", "off", DYNAMIC, "HYP-13", DYNAMIC_QUORUM)];
const VOTES_FOLLOW: &[Setting] = &[word("dynamic_quorum", "on", DYNAMIC, "HYP-13, HYP-14", DYNAMIC_QUORUM)];

const NO_RESILIENCY: Setting = setting("resiliency", Fixed(0.0), "HYP-17", RESILIENCY);
const NO_DISK_MOVE: Setting =
    setting("disk_move", Constant(0.0), "HYP-18, with cluster shared volumes", DISKS);

const BEATS_2008: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "HYP-01", BEAT),
    setting("failed_after", Fixed(5.0), "HYP-01", FAILED),
    setting("failed_after_cross_site", Fixed(5.0), "HYP-01", FAILED_CROSS_SITE),
    NO_RESILIENCY,
    setting("disk_move", Between(3.0, 10.0), "HYP-18", DISKS),
];

const BEATS_2012: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "HYP-03", BEAT),
    setting("failed_after", Fixed(10.0), "HYP-03", FAILED),
    setting("failed_after_cross_site", Fixed(20.0), "HYP-03", FAILED_CROSS_SITE),
    NO_RESILIENCY,
    NO_DISK_MOVE,
];

const BEATS_2016: &[Setting] = &[
    setting("heartbeat_interval", Fixed(1.0), "HYP-04", BEAT),
    setting("failed_after", Fixed(10.0), "HYP-04", FAILED),
    setting("failed_after_cross_site", Fixed(20.0), "HYP-04", FAILED_CROSS_SITE),
    setting("resiliency", Fixed(240.0), "HYP-19", RESILIENCY),
    NO_DISK_MOVE,
    word("isolated_block_vms", "paused", ISOLATED, "HYP-23", ISOLATED_VMS),
    setting("quarantine_count", Count(3), "HYP-24", QUARANTINE),
    setting("quarantine_window", Fixed(3600.0), "HYP-24", "the time in which those departures count"),
    setting("quarantine_lasts", Fixed(7200.0), "HYP-24", "how long such a node is kept out"),
];

/// Before 2016 there is no isolation, and nobody is kept out.
const NO_ISOLATION: &[Setting] = &[
    word("isolated_block_vms", "run", ISOLATED, "HYP-17", ISOLATED_VMS),
    setting("quarantine_count", Count(0), "HYP-17", QUARANTINE),
    setting("quarantine_window", Fixed(3600.0), "HYP-17", "the time in which those departures count"),
    setting("quarantine_lasts", Fixed(7200.0), "HYP-17", "how long such a node is kept out"),
];

pub(super) const HYPER_V_2008: Profile = Profile {
    word: "hyper-v-2008",
    name: Some("the failover cluster"),
    family: Family::Quorum,
    about: "Hyper-V 2008 on failover clustering, disks that move with their VM, votes that stay",
    groups: &[
        BEATS_2008,
        NO_ISOLATION,
        COMMON,
        VOTES_STAY,
        restart::HYPER_V,
        monitor::HYPER_V,
        storage_loss::HYPER_V_2008,
        migration::HYPER_V,
        migration::NO_BALANCE,
        migration::QUICK,
    ],
};

pub(super) const HYPER_V_2008_R2: Profile = Profile {
    word: "hyper-v-2008-r2",
    name: Some("the failover cluster"),
    family: Family::Quorum,
    about: "Hyper-V 2008 R2 on failover clustering: as 2008, with live migration",
    groups: &[
        BEATS_2008,
        NO_ISOLATION,
        COMMON,
        VOTES_STAY,
        restart::HYPER_V,
        monitor::HYPER_V,
        storage_loss::HYPER_V_2008,
        migration::HYPER_V,
        migration::NO_BALANCE,
        migration::ONE_BY_ONE,
    ],
};

pub(super) const HYPER_V_2012_R2: Profile = Profile {
    word: "hyper-v-2012-r2",
    name: Some("the failover cluster"),
    family: Family::Quorum,
    about: "Hyper-V 2012 R2 with cluster shared volumes and dynamic quorum",
    groups: &[
        BEATS_2012,
        NO_ISOLATION,
        COMMON,
        VOTES_FOLLOW,
        restart::HYPER_V,
        monitor::HYPER_V,
        storage_loss::HYPER_V_2012,
        migration::HYPER_V,
        migration::NO_BALANCE,
        migration::TWO_BY_TWO,
    ],
};

pub(super) const HYPER_V_2016: Profile = Profile {
    word: "hyper-v-2016",
    name: Some("the failover cluster"),
    family: Family::Quorum,
    about: "Hyper-V 2016: a silent host is watched for four minutes before its VMs are moved",
    groups: &[
        BEATS_2016,
        COMMON,
        VOTES_FOLLOW,
        restart::HYPER_V,
        monitor::HYPER_V,
        storage_loss::HYPER_V_2016,
        migration::HYPER_V,
        migration::NODE_FAIRNESS,
        migration::TWO_BY_TWO,
    ],
};
