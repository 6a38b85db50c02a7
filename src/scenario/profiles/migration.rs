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
