//! How often a failover group has done something lately.

use crate::engine::{Span, Time};

/// By instance; empty where no group counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupHistory {
    pub restarts: Recently,
    pub moves: Recently,
}

/// How often something has happened within a window that begins with the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recently {
    began: Time,
    count: u32,
}

impl Recently {
    /// When the first of those that count happened.
    #[must_use]
    pub fn began(&self) -> Option<Time> {
        (self.count > 0).then_some(self.began)
    }

    /// Whether it may happen once more, and is counted then.
    pub fn allows(&mut self, most: u32, window: Span, now: Time) -> bool {
        if self.count == 0 || now.since(self.began) > window {
            *self = Recently { began: now, count: 0 };
        }
        let allowed = self.count < most;
        self.count += u32::from(allowed);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_first_time() {
        let (mut recently, window) = (Recently::default(), Span(900));
        assert!(recently.allows(2, window, Time(100)));
        assert!(recently.allows(2, window, Time(1_000)));
        assert!(!recently.allows(2, window, Time(1_000)), "the third within 900 of the first");
        assert!(recently.allows(2, window, Time(1_001)), "a new window");
        assert!(!Recently::default().allows(0, window, Time(5)), "never");
    }
}
