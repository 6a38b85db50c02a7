//! What an outage can lose besides time.

use super::Model;

/// What clients have under way: sessions that are open, transactions in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenWork {
    pub sessions: u32,
    pub transactions: u32,
}

impl OpenWork {
    pub const NONE: OpenWork = OpenWork { sessions: 0, transactions: 0 };

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.sessions == 0 && self.transactions == 0
    }

    /// Part `k` of `n` that are as equal as whole numbers allow, and together all of it.
    #[must_use]
    pub fn part(self, k: u32, n: u32) -> OpenWork {
        let up_to = |all: u32, k: u32| u64::from(all) * u64::from(k) / u64::from(n);
        let part = |all: u32| (up_to(all, k + 1) - up_to(all, k)) as u32;
        OpenWork { sessions: part(self.sessions), transactions: part(self.transactions) }
    }
}

impl Model {
    /// Whether some service says what its clients have under way.
    #[must_use]
    pub fn has_open_work(&self) -> bool {
        self.services.iter().any(|service| !service.work.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_come_to_the_whole() {
        let all = OpenWork { sessions: 500, transactions: 2 };
        let parts: Vec<OpenWork> = (0..3).map(|k| all.part(k, 3)).collect();
        let sessions: Vec<u32> = parts.iter().map(|part| part.sessions).collect();
        let transactions: Vec<u32> = parts.iter().map(|part| part.transactions).collect();
        assert_eq!((sessions, transactions), (vec![166, 167, 167], vec![0, 1, 1]));
    }
}
