//! How a host cluster restarts VMs: in which order, how many at a time, how often, and beside whom.

use super::Delay;
use crate::engine::{Span, Stream};

/// The rules of one cluster, from its product and what the scenario overrides.
#[derive(Clone, Debug)]
pub struct RestartRules {
    /// Starts under way on one host at a time.
    pub starts_per_host: u32,
    /// A lower priority waits until the starts of higher ones on its host are through (VMW-45).
    pub by_class: bool,
    /// From the orders of one priority to those of the next.
    pub class_delay: Span,
    /// The chance that an order to start a VM comes to nothing.
    pub start_failure: f64,
    /// Attempts before the cluster gives up; after each but the last it waits, twice as long each time where it
    /// doubles.
    pub attempts: u32,
    pub retry_after: Span,
    pub retry_doubles: bool,
    pub retry_host: RetryHost,
    /// From giving up until somebody, or the cluster, begins anew.
    pub resumes_after: Delay,
    /// From an event that brings capacity until the cluster looks at those who wait.
    pub poll: Delay,
    pub polls: Stream,
    /// How long a VM waits for the services it comes after; `None` where the product has no such rules.
    pub dependency_timeout: Option<Span>,
    pub anti_affinity: AntiAffinity,
}

impl RestartRules {
    /// Whether it matters on which hosts a VM failed to start.
    #[must_use]
    pub fn remembers_hosts(&self) -> bool {
        self.start_failure > 0.0 && self.retry_host != RetryHost::Any
    }

    /// Whether a start on a host may have to wait for others on it.
    #[inline]
    #[must_use]
    pub const fn limit_starts(&self) -> bool {
        self.by_class || self.starts_per_host < u32::MAX
    }
}

/// Where a VM whose start failed is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryHost {
    /// Wherever there is most room.
    Any,
    /// Once more on the same host, then as [`RetryHost::Other`].
    SameFirst,
    /// On hosts where it has not failed since the cluster began; where there are none, the cluster gives up.
    Other,
}

/// What keeps VMs of one instance on different hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AntiAffinity {
    /// They never share a host.
    Must,
    /// They share one where there is no other.
    Should,
    /// Nothing: restarts do not look at it.
    Ignore,
}
