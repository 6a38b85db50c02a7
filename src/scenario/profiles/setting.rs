//! One setting of a product: its key, its default and where that comes from.

use std::fmt;

use crate::engine::{Law, Span};

/// A setting of a product.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub key: &'static str,
    pub default: Preset,
    pub source: &'static str,
    pub meaning: &'static str,
    /// The setting that the default comes from, where it is no number of its own.
    pub follows: Option<Follows>,
}

/// How a default comes from another setting, which is a length that is the same every time.
#[derive(Clone, Copy, Debug)]
pub struct Follows {
    pub key: &'static str,
    /// How, as a person would write it down.
    pub rule: &'static str,
    /// From that length (s).
    pub preset: fn(f64) -> Preset,
}

impl Setting {
    /// The same, with a default that comes from another setting.
    pub(super) const fn following(
        self,
        key: &'static str,
        rule: &'static str,
        preset: fn(f64) -> Preset,
    ) -> Setting {
        Setting { follows: Some(Follows { key, rule, preset }), ..self }
    }

    /// The default, for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self.default {
            Preset::Count(0) => self.zero().to_owned(),
            default => default.to_string(),
        }
    }

    /// What 0 means where a whole number is asked for.
    #[must_use]
    pub fn zero(&self) -> &'static str {
        match self.key {
            "quarantine_count" => "never",
            "heartbeat_threshold" => "1",
            "migration_pages_goal" => "no such goal",
            "failover_threshold" => "one fewer than nodes",
            _ => "no limit",
        }
    }
}

/// A default, which says what kind of value the setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preset {
    /// A length that is the same every time; no law can be written for it (s).
    Fixed(f64),
    /// A law, by default constant (s).
    Constant(f64),
    /// A law, by default uniform between two lengths (s).
    Between(f64, f64),
    /// A whole number; 0 means no limit.
    Count(u32),
    /// A whole number, by default as many as the cluster has hosts, and so many more.
    HostsAnd(u32),
    /// One of some words.
    Word { word: &'static str, accepted: &'static [&'static str] },
}

/// The value of a setting, as a scenario writes it or as its default says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Law(Law),
    Count(u32),
    Word(&'static str),
}

impl Preset {
    /// The value in a cluster of so many hosts.
    #[must_use]
    pub fn value(self, hosts: u32) -> Value {
        match self {
            Preset::Fixed(value_s) | Preset::Constant(value_s) => Value::Law(Law::Constant { value_s }),
            Preset::Between(min_s, max_s) => Value::Law(Law::Uniform { min_s, max_s }),
            Preset::Count(count) => Value::Count(count),
            Preset::HostsAnd(more) => Value::Count(hosts + more),
            Preset::Word { word, .. } => Value::Word(word),
        }
    }

    /// Whether two defaults take the same kind of value.
    #[must_use]
    pub fn is_like(&self, other: &Preset) -> bool {
        use Preset as D;
        match (self, other) {
            (D::Fixed(_), D::Fixed(_)) => true,
            (D::Count(_) | D::HostsAnd(_), D::Count(_) | D::HostsAnd(_)) => true,
            (D::Constant(_) | D::Between(..), D::Constant(_) | D::Between(..)) => true,
            (D::Word { accepted, .. }, D::Word { accepted: others, .. }) => accepted == others,
            _ => false,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Preset::Fixed(value_s) | Preset::Constant(value_s) => Span::from_secs_f64(value_s).fmt(f),
            Preset::Between(min_s, max_s) => {
                write!(f, "{} to {}", Span::from_secs_f64(min_s), Span::from_secs_f64(max_s))
            }
            Preset::Count(0) => f.write_str("no limit"),
            Preset::Count(count) => count.fmt(f),
            Preset::HostsAnd(0) => f.write_str("as many as hosts"),
            Preset::HostsAnd(more) => write!(f, "{more} more than hosts"),
            Preset::Word { word, .. } => f.write_str(word),
        }
    }
}

pub(super) const fn setting(
    key: &'static str,
    default: Preset,
    source: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { key, default, source, meaning, follows: None }
}

pub(super) const fn word(
    key: &'static str,
    word: &'static str,
    accepted: &'static [&'static str],
    source: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { key, default: Preset::Word { word, accepted }, source, meaning, follows: None }
}

/// Meanings that several products share.
pub(super) mod meaning {
    pub(in super::super) const BEAT: &str = "between two heartbeats";
    pub(in super::super) const FAILED: &str = "from the last heartbeat to giving a host up";
    pub(in super::super) const ALONE: &str = "from the last heartbeat heard to a host finding itself alone";
    pub(in super::super) const HANG: &str = "from a host's hang to its watchdog's reset";
    pub(in super::super) const AGENT: &str = "from the failure of a host's agent to the reset of the host";
    pub(in super::super) const RESPONSE: &str = "what a host that is alone does with its VMs";
    pub(in super::super) const AGREED: &str = "until the living agree on who they are";
}
