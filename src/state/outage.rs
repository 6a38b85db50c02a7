//! What is out of service, and for how many reasons.

/// Whether a part is in service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    /// Its own faults that are not repaired yet: a random one, scripted ones.
    pub faults: u16,
    /// Outages of what it gets its power from.
    pub cuts: u16,
    /// Faults so far, random and scripted: which draw comes next.
    pub struck: u32,
    /// A member of its crew is at work on it.
    pub crewed: bool,
}

impl Outage {
    /// Whether it is out of service.
    #[inline]
    #[must_use]
    pub const fn is_out(self) -> bool {
        self.faults + self.cuts > 0
    }
}
