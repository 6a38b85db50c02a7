//! What a host cluster sees of its guests: VM and application monitoring.

use super::Delay;
use crate::engine::Span;

/// How a product looks after guests; nothing where it does not.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    pub guest: Option<GuestMonitor>,
    /// From the failure of an application until its VM is reset.
    pub app: Option<Delay>,
}

/// How a product notices a guest that has crashed, and how often it resets it.
#[derive(Clone, Debug)]
pub struct GuestMonitor {
    /// How long it must have been silent, and from there to the reset.
    pub interval: Span,
    pub after: Delay,
    /// A guest is looked after from so long after its start.
    pub uptime_min: Span,
    /// One that crashes sooner after its start is left to a person.
    pub guard: Span,
    /// Resets within a window, and its length, from the first of them on.
    pub resets: u32,
    pub window: Span,
    /// After that it is moved to another host; else it is left to a person.
    pub moves: bool,
}

impl Monitor {
    /// Whether it looks after anything.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.guest.is_some() || self.app.is_some()
    }
}
