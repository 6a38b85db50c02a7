//! Attempts to start what a silent host holds: VMware's products try a few times, each time after twice the wait
//! (VML-13, VMW-48, VMW-49).

use crate::world::{S, Us};

/// The first wait, and how many attempts there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) wait: Us,
    pub(crate) attempts: u32,
}

pub(crate) const PACE: Pace = Pace { wait: 120 * S, attempts: 5 };

/// How many attempts have been made, and when the next one is due, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    made: u32,
    pub(crate) next: Option<Us>,
}

impl Attempts {
    /// One more attempt is made; gives the wait until the next one.
    pub(crate) fn make(&mut self, now: Us, pace: Pace) -> Option<Us> {
        let wait = (self.made + 1 < pace.attempts).then_some(pace.wait << self.made);
        *self = Attempts { made: self.made + 1, next: wait.map(|wait| now + wait) };
        wait
    }

    /// Whether it is time for another one.
    pub(crate) fn is_due(self, now: Us) -> bool {
        self.next.is_some_and(|next| next <= now)
    }
}
