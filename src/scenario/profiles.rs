//! The products that cluster hosts, as data: what each setting stands for, its default, and the fact in
//! the fact sheet that the default rests on. Every number can be overridden in the cluster's table.
//!
//! ```
//! use ninefold::scenario::profiles::{PROFILES, Product};
//! let vsphere = Product::find("vsphere-6").unwrap();
//! let declared = vsphere.profile().numbers.iter().find(|n| n.key == "failed_after_datastore").unwrap();
//! assert_eq!((declared.default.to_string(), declared.source), ("18 s".to_owned(), "VMW-28e"));
//! assert!(PROFILES.iter().all(|p| p.numbers.iter().all(|n| !n.source.is_empty())));
//! ```

use std::fmt;

use crate::engine::{Law, Span};

/// A product that clusters hosts, by its place in [`PROFILES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product(usize);

impl Product {
    /// One law from the crash to the first restart order.
    pub const CUSTOM: Product = Product(0);

    /// The product of a word.
    #[must_use]
    pub fn find(word: &str) -> Option<Product> {
        PROFILES.iter().position(|profile| profile.word == word).map(Product)
    }

    /// What is known of it.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        &PROFILES[self.0]
    }

    /// Its word in a scenario.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.profile().word
    }
}

/// What runs a cluster: each family is one state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Custom,
    /// A primary and secondaries.
    Primary,
    /// Five primaries.
    FivePrimaries,
    /// A pool with a statefile, fencing by watchdog.
    Pool,
    /// Failover clustering with quorum.
    Quorum,
    /// A token ring with fencing.
    Ring,
}

/// One product.
#[derive(Debug)]
pub struct Profile {
    pub word: &'static str,
    pub family: Family,
    pub about: &'static str,
    pub numbers: &'static [Number],
    pub choices: &'static [Choice],
}

/// A duration of a product.
#[derive(Debug)]
pub struct Number {
    pub key: &'static str,
    pub default: Duration,
    pub source: &'static str,
    pub meaning: &'static str,
}

/// A default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Duration {
    /// A length that is the same every time; no law can be written for it (s).
    Fixed(f64),
    /// A law, by default constant (s).
    Constant(f64),
    /// A law, by default uniform between two lengths (s).
    Between(f64, f64),
}

impl Duration {
    /// The default as a law.
    #[must_use]
    pub fn law(self) -> Law {
        match self {
            Duration::Fixed(value_s) | Duration::Constant(value_s) => Law::Constant { value_s },
            Duration::Between(min_s, max_s) => Law::Uniform { min_s, max_s },
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Duration::Fixed(value_s) | Duration::Constant(value_s) => Span::from_secs_f64(value_s).fmt(f),
            Duration::Between(min_s, max_s) => {
                write!(f, "{} to {}", Span::from_secs_f64(min_s), Span::from_secs_f64(max_s))
            }
        }
    }
}

/// A word that a product lets one choose.
#[derive(Debug)]
pub struct Choice {
    pub key: &'static str,
    pub default: &'static str,
    pub accepted: &'static [&'static str],
    pub source: &'static str,
    pub meaning: &'static str,
}

const fn number(key: &'static str, default: Duration, source: &'static str, meaning: &'static str) -> Number {
    Number { key, default, source, meaning }
}

use Duration::{Between, Constant, Fixed};

const BEAT: &str = "between two heartbeats";
const FAILED: &str = "from the last heartbeat to giving a host up";
const ALONE: &str = "from the last heartbeat heard to a host finding itself alone";

const HANG: &str = "from a host's hang to its watchdog's reset";
const AGENT: &str = "from the failure of a host's agent to the reset of the host";

const RESPONSES: &[&str] = &["leave-on", "power-off", "shut-down"];
const RESPONSE: &str = "what a host that is alone does with its VMs";

const VSPHERE: &[Number] = &[
    number("heartbeat_interval", Fixed(1.0), "VMW-12", BEAT),
    number(
        "failed_after_datastore",
        Fixed(18.0),
        "VMW-28e",
        "from the last heartbeat to restarts, with heartbeat datastores",
    ),
    number("failed_after_no_datastore", Fixed(15.0), "VMW-28d", "the same without heartbeat datastores"),
    number(
        "election_starts_after",
        Fixed(10.0),
        "VMW-29a",
        "from the primary's last heartbeat to an election",
    ),
    number("election_lasts", Fixed(15.0), "VMW-04", "an election of a primary"),
    number(
        "restart_after_election",
        Fixed(10.0),
        "VMW-29b, VMW-29c",
        "from the new primary to its first restarts",
    ),
    number("isolation_declared_after", Fixed(30.0), "VMW-30c", ALONE),
    number("isolation_declared_after_primary", Fixed(5.0), "VMW-31b", "the same for the primary"),
    number("isolation_response_delay", Fixed(30.0), "VMW-30d, VMW-32", "from there to the response"),
    number("restart_after_response", Between(1.0, 5.0), "MTX-19", "from the response to restarts elsewhere"),
];

const LEAVE_ON: &[Choice] = &[Choice {
    key: "isolation_response",
    default: "leave-on",
    accepted: RESPONSES,
    source: "VMW-37",
    meaning: RESPONSE,
}];

const LEGACY: &[Number] = &[
    number("heartbeat_interval", Fixed(1.0), "VML-05", BEAT),
    number("failed_after", Fixed(15.0), "VML-06", FAILED),
    number("isolation_declared_after", Fixed(12.0), "VML-07", ALONE),
    number("isolation_response_delay", Fixed(2.0), "VML-08", "from there to the response"),
];

const SHUT_DOWN: &[Choice] = &[Choice {
    key: "isolation_response",
    default: "shut-down",
    accepted: RESPONSES,
    source: "VML-12, VMW-37",
    meaning: RESPONSE,
}];

const XEN: &[Number] = &[
    number("heartbeat_interval", Fixed(7.0), "XEN-11", BEAT),
    number(
        "failed_after",
        Fixed(60.0),
        "XEN-13, XEN-14",
        "from the last heartbeat to both channels having timed out",
    ),
    number("agreement", Between(0.0, 7.0), "XEN-36b", "until the living agree on who they are"),
    number("winners_wait", Constant(22.0), "XEN-35", "until a loser must have fenced itself"),
    number(
        "notice",
        Between(0.0, 20.0),
        "XEN-20, XEN-36d",
        "until the master looks at the list of living hosts",
    ),
    number(
        "master_takeover",
        Between(45.0, 150.0),
        "XEN-36f",
        "until another host is master, where the master died",
    ),
    number(
        "isolation_fenced_after",
        Fixed(120.0),
        "XEN-36i, XEN-36j",
        "from the last heartbeat heard to a host fencing itself",
    ),
    number(
        "winners_wait_extension",
        Constant(60.0),
        "XEN-36k",
        "how much longer the others wait for one that looked alive",
    ),
    number("hang_reset_after", Fixed(60.0), "XEN-15, MTX-63", HANG),
    number("agent_reset_after", Between(420.0, 480.0), "XEN-18, MTX-64", AGENT),
];

const WITNESS: &[Choice] = &[Choice {
    key: "witness",
    default: "auto",
    accepted: &["auto", "none", "disk", "disk-only", "share", "cloud"],
    source: "HYP-10, HYP-11",
    meaning: "one more vote; auto: a witness where the number of hosts is even; disk-only: no other vote counts",
}];

const REGROUP: Number =
    number("regroup", Between(2.0, 10.0), "HYP-08", "until the living agree on who they are");
const HUNG_NODE: Number = number("hang_reset_after", Fixed(60.0), "HYP-07, MTX-65", HANG);
const HUNG_SERVICE: Number = number("agent_reset_after", Constant(60.0), "HYP-07, MTX-65", AGENT);
const DISKS: &str = "until the disks of the group have moved";
const RESILIENCY: &str = "how long a silent host is only watched";

const HYPER_V_2008: &[Number] = &[
    number("heartbeat_interval", Fixed(1.0), "HYP-01", BEAT),
    number("failed_after", Fixed(5.0), "HYP-01", FAILED),
    number("resiliency", Fixed(0.0), "HYP-17", RESILIENCY),
    REGROUP,
    number("disk_move", Between(3.0, 10.0), "HYP-18", DISKS),
    HUNG_NODE,
    HUNG_SERVICE,
];

const HYPER_V_2012: &[Number] = &[
    number("heartbeat_interval", Fixed(1.0), "HYP-03", BEAT),
    number("failed_after", Fixed(10.0), "HYP-03", FAILED),
    number("resiliency", Fixed(0.0), "HYP-17", RESILIENCY),
    REGROUP,
    number("disk_move", Constant(0.0), "HYP-18, with cluster shared volumes", DISKS),
    HUNG_NODE,
    HUNG_SERVICE,
];

const HYPER_V_2016: &[Number] = &[
    number("heartbeat_interval", Fixed(1.0), "HYP-04", BEAT),
    number("failed_after", Fixed(10.0), "HYP-04", FAILED),
    number("resiliency", Fixed(240.0), "HYP-19", RESILIENCY),
    REGROUP,
    number("disk_move", Constant(0.0), "HYP-18, with cluster shared volumes", DISKS),
    HUNG_NODE,
    HUNG_SERVICE,
];

const TOKEN: Number = number("token", Fixed(3.0), "OSS-13", "until a lost token is missed, with two hosts");
const TOKEN_PER_HOST: Number =
    number("token_per_host", Fixed(0.65), "OSS-13", "what each host beyond two adds to that");
const RING: Number =
    number("regroup", Between(0.05, 4.4), "OSS-14, OSS-15", "until the living agree on who they are");

const PROXMOX: &[Number] = &[
    TOKEN,
    TOKEN_PER_HOST,
    RING,
    number("self_fenced_after", Fixed(60.0), "OSS-06", "from the loss of the others to the watchdog's reset"),
    number("agent_reset_after", Constant(60.0), "OSS-06", AGENT),
    number("recover_after", Fixed(120.0), "OSS-05, OSS-07", "until the lost host's lock has run out"),
    number(
        "recovery_loops",
        Between(0.0, 20.0),
        "OSS-02, OSS-08",
        "two loops of the manager: fence, then start",
    ),
];

const PACEMAKER: &[Number] = &[
    TOKEN,
    TOKEN_PER_HOST,
    RING,
    number("fencing", Between(5.0, 20.0), "OSS-19", "until the others have switched the lost host off"),
];

/// Every product that is simulated.
pub const PROFILES: &[Profile] = &[
    Profile {
        word: "custom",
        family: Family::Custom,
        about: "any product, as one law: detection, from the crash to the first restart order",
        numbers: &[],
        choices: &[],
    },
    Profile {
        word: "vmware-ha-4",
        family: Family::FivePrimaries,
        about: "VMware HA 3 and 4: five primaries hold the state; no heartbeats through storage",
        numbers: LEGACY,
        choices: SHUT_DOWN,
    },
    Profile {
        word: "vsphere-6",
        family: Family::Primary,
        about: "VMware vSphere HA 5 to 7: a primary and secondaries, heartbeat datastores",
        numbers: VSPHERE,
        choices: LEAVE_ON,
    },
    Profile {
        word: "vsphere-8",
        family: Family::Primary,
        about: "VMware vSphere HA 8: as vsphere-6",
        numbers: VSPHERE,
        choices: LEAVE_ON,
    },
    Profile {
        word: "xenserver",
        family: Family::Pool,
        about: "Citrix XenServer and XCP-ng HA with a timeout of 60 s: statefile, fencing by watchdog",
        numbers: XEN,
        choices: &[],
    },
    Profile {
        word: "hyper-v-2008",
        family: Family::Quorum,
        about: "Hyper-V 2008 on failover clustering, disks that move with their VM, votes that stay",
        numbers: HYPER_V_2008,
        choices: WITNESS,
    },
    Profile {
        word: "hyper-v-2008-r2",
        family: Family::Quorum,
        about: "Hyper-V 2008 R2 on failover clustering: as 2008",
        numbers: HYPER_V_2008,
        choices: WITNESS,
    },
    Profile {
        word: "hyper-v-2012-r2",
        family: Family::Quorum,
        about: "Hyper-V 2012 R2 with cluster shared volumes and dynamic quorum",
        numbers: HYPER_V_2012,
        choices: WITNESS,
    },
    Profile {
        word: "hyper-v-2016",
        family: Family::Quorum,
        about: "Hyper-V 2016: a silent host is watched for four minutes before its VMs are moved",
        numbers: HYPER_V_2016,
        choices: WITNESS,
    },
    Profile {
        word: "proxmox",
        family: Family::Ring,
        about: "Proxmox VE HA: corosync, hosts that lose the others are reset by their watchdog",
        numbers: PROXMOX,
        choices: WITNESS,
    },
    Profile {
        word: "pacemaker",
        family: Family::Ring,
        about: "Pacemaker and Corosync: nothing restarts before the lost host is switched off",
        numbers: PACEMAKER,
        choices: WITNESS,
    },
];

/// Every key that some product has, each once.
pub(super) fn keys() -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = PROFILES
        .iter()
        .flat_map(|p| p.numbers.iter().map(|n| n.key).chain(p.choices.iter().map(|c| c.key)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Whether a key's length is the same every time; `None` where no product has the key.
pub(super) fn is_fixed(key: &str) -> Option<bool> {
    let mut numbers = PROFILES.iter().flat_map(|p| p.numbers);
    numbers.find(|n| n.key == key).map(|n| matches!(n.default, Fixed(_)))
}

/// The words that a key accepts; `None` where no product has the choice.
pub(super) fn accepted(key: &str) -> Option<&'static [&'static str]> {
    PROFILES.iter().flat_map(|p| p.choices).find(|c| c.key == key).map(|c| c.accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_different_and_a_key_is_of_one_kind() {
        for (number, profile) in PROFILES.iter().enumerate() {
            assert_eq!(Product::find(profile.word), Some(Product(number)), "{} is there twice", profile.word);
            for n in profile.numbers {
                let fixed = matches!(n.default, Fixed(_));
                assert_eq!(is_fixed(n.key), Some(fixed), "{} is a law in one product only", n.key);
            }
            for c in profile.choices {
                assert!(c.accepted.contains(&c.default) && is_fixed(c.key).is_none(), "{}", c.key);
            }
        }
        assert_eq!(Product::CUSTOM.word(), "custom");
    }
}
