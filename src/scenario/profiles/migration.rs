//! How products move VMs that run: settings of live and quick migration.

use super::setting::Preset::{Between, Constant, Count, Fixed};
use super::setting::{Setting, setting, word};

const KINDS: &[&str] = &["off", "quick", "live"];
const SWITCH: &[&str] = &["off", "on"];

const KIND: &str =
    "how VMs that run are moved where their hosts have a migration link; quick: saved, moved and restored";
const GOAL: &str = "the guest is held still when the rest of its memory can be sent in this time";
const PAGES: &str = "or when fewer pages of 4 KiB are left";
const ROUNDS: &str = "or after so many rounds";
const SENT: &str = "or when more has been sent than so many times its memory";
const TIMEOUT: &str = "a migration that has not come to an end by then is given up; 0: never";
const THROTTLE: &str =
    "whether a guest that writes as fast as the link sends is slowed until it can be moved";
const RESUME: &str = "from the last byte to the guest going on at the other host";
const PER_HOST: &str = "migrations of one host at a time, from it or to it";
const PER_SLOW: &str = "the same where its link has less than 10 Gbit/s";
const PER_STORAGE: &str = "migrations at a time of VMs on one storage";

const NO_THROTTLE: Setting = word("migration_throttle", "off", SWITCH, "VMW-72: from 5.0 on", THROTTLE);
const NO_PAGES: Setting = setting("migration_pages_goal", Count(0), "statistics A4", PAGES);
const NO_ROUNDS: Setting = setting("migration_rounds", Count(0), "statistics A4", ROUNDS);
const NO_SENT: Setting = setting("migration_sent_max", Count(0), "statistics A4", SENT);
const ANY_LINK: Setting = setting("migrations_per_slow_link", Count(0), "VMW-74: of VMware only", PER_SLOW);
const ANY_STORAGE: Setting =
    setting("migrations_per_storage", Count(0), "VMW-75: of VMware only", PER_STORAGE);

pub(super) const HA_4: &[Setting] = &[
    word("migration", "live", KINDS, "VMW-72", KIND),
    setting("migration_blackout_goal", Fixed(0.5), "VMW-73", GOAL),
    NO_PAGES,
    NO_ROUNDS,
    NO_SENT,
    setting("migration_timeout", Fixed(3600.0), "assumption", TIMEOUT),
    NO_THROTTLE,
    setting("migration_resume", Constant(0.2), "assumption", RESUME),
    setting("migrations_per_host", Count(8), "VMW-76", PER_HOST),
    setting("migrations_per_slow_link", Count(4), "VMW-74", PER_SLOW),
    setting("migrations_per_storage", Count(128), "VMW-75", PER_STORAGE),
];

pub(super) const VSPHERE: &[Setting] = &[
    word("migration", "live", KINDS, "VMW-72", KIND),
    setting("migration_blackout_goal", Fixed(0.5), "VMW-73", GOAL),
    NO_PAGES,
    NO_ROUNDS,
    NO_SENT,
    setting("migration_timeout", Fixed(0.0), "VMW-72: the guest is slowed instead", TIMEOUT),
    word("migration_throttle", "on", SWITCH, "VMW-72", THROTTLE),
    setting("migration_resume", Constant(0.2), "assumption", RESUME),
    setting("migrations_per_host", Count(8), "VMW-76", PER_HOST),
    setting("migrations_per_slow_link", Count(4), "VMW-74", PER_SLOW),
    setting("migrations_per_storage", Count(128), "VMW-75", PER_STORAGE),
];

/// Older ones: 29 rounds, and three times the memory (`facts/statistics.md`, A4, xc_domain_save.c).
pub(super) const XENSERVER: &[Setting] = &[
    word("migration", "live", KINDS, "XEN-49", KIND),
    setting("migration_blackout_goal", Fixed(0.0), "statistics A4, xg_sr_save.c", GOAL),
    setting("migration_pages_goal", Count(50), "statistics A4, xg_sr_save.c", PAGES),
    setting("migration_rounds", Count(5), "statistics A4, xg_sr_save.c", ROUNDS),
    NO_SENT,
    setting("migration_timeout", Fixed(0.0), "statistics A4", TIMEOUT),
    NO_THROTTLE,
    setting("migration_resume", Between(0.1, 0.3), "XEN-49", RESUME),
    setting("migrations_per_host", Count(3), "XEN-50", PER_HOST),
    ANY_LINK,
    ANY_STORAGE,
];

/// What live migration is like from 2008 R2 on; how many at a time came to change.
pub(super) const HYPER_V: &[Setting] = &[
    setting("migration_blackout_goal", Fixed(0.1), "assumption", GOAL),
    NO_PAGES,
    // Directions on Microsoft, "Live Migration Switch Over", June 2009: 10 passes through the memory.
    setting("migration_rounds", Count(10), "assumption: passes of 2008 R2", ROUNDS),
    NO_SENT,
    setting("migration_timeout", Fixed(0.0), "assumption", TIMEOUT),
    NO_THROTTLE,
    setting("migration_resume", Constant(0.3), "assumption", RESUME),
    ANY_LINK,
    ANY_STORAGE,
];

/// MTX-83: one after the other on the link.
pub(super) const QUICK: &[Setting] = &[
    word("migration", "quick", KINDS, "HYP-37", KIND),
    setting("migrations_per_host", Count(1), "MTX-83", PER_HOST),
];
pub(super) const ONE_BY_ONE: &[Setting] = &[
    word("migration", "live", KINDS, "HYP-40", KIND),
    setting("migrations_per_host", Count(1), "HYP-41", PER_HOST),
];
pub(super) const TWO_BY_TWO: &[Setting] = &[
    word("migration", "live", KINDS, "HYP-40", KIND),
    setting("migrations_per_host", Count(2), "HYP-42", PER_HOST),
];

/// QEMU and KVM; and any product of which nothing else is known.
pub(super) const QEMU: &[Setting] = &[
    word("migration", "live", KINDS, "statistics A4", KIND),
    setting("migration_blackout_goal", Fixed(0.3), "statistics A4, migration/options.c", GOAL),
    NO_PAGES,
    NO_ROUNDS,
    NO_SENT,
    setting("migration_timeout", Fixed(2000.0), "statistics A4", TIMEOUT),
    NO_THROTTLE,
    setting("migration_resume", Constant(0.1), "assumption", RESUME),
    setting("migrations_per_host", Count(2), "assumption", PER_HOST),
    ANY_LINK,
    ANY_STORAGE,
];

const BALANCE: &str = "whether VMs are moved away from a host of which too much computing power is wanted";
const LOOKS: &str = "how often a cluster that balances looks at such hosts";
const THRESHOLD: &str = "the percentage of a host's cores that its VMs may want before it is relieved";

/// Without a product for it a person would have to (MTX-109). What relieves a host is assumed: when it has too little.
const BY_HAND: Setting = word("balance", "off", SWITCH, "MTX-109", BALANCE);
const WHEN_FULL: Setting = setting("balance_threshold", Count(100), "assumption", THRESHOLD);

pub(super) const NO_BALANCE: &[Setting] =
    &[BY_HAND, setting("balance_interval", Fixed(300.0), "assumption: as VMW-82", LOOKS), WHEN_FULL];

/// DRS has a licence of its own; its five levels (VMW-83) are no percentages.
pub(super) const DRS: &[Setting] = &[
    word("balance", "off", SWITCH, "MTX-108: DRS is not part of HA", BALANCE),
    setting("balance_interval", Fixed(300.0), "VMW-82", LOOKS),
    setting("balance_threshold", Count(100), "assumption: VMW-83 has levels", THRESHOLD),
];

/// From 7.0 on it looks every minute.
pub(super) const DRS_7: &[Setting] = &[
    word("balance", "off", SWITCH, "MTX-108: DRS is not part of HA", BALANCE),
    setting("balance_interval", Fixed(60.0), "VMW-82: from 7.0 on", LOOKS),
    setting("balance_threshold", Count(100), "assumption: VMW-83 has levels", THRESHOLD),
];

/// Microsoft Learn, "Virtual Machine Load Balancing overview": every 30 minutes, and a node is relieved from 80 % on.
pub(super) const NODE_FAIRNESS: &[Setting] = &[
    word("balance", "on", SWITCH, "MTX-109: from 2016 on", BALANCE),
    setting("balance_interval", Fixed(1800.0), "assumption: AutoBalancerMode 2", LOOKS),
    setting("balance_threshold", Count(80), "assumption: AutoBalancerLevel 1", THRESHOLD),
];
