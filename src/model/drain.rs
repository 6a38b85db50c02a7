//! How the clients of a member finish that takes no new ones (NLB-15).

use crate::engine::Span;

/// Sessions end one by one while nobody begins another, until none is left or nobody waits any longer.
///
/// Assumption: a session is as likely to end in the next minute however long it has lasted, so that so many as are expected
/// are left: n exp(-t / mean), to the nearest.
///
/// ```
/// use ninefold::engine::Span;
/// use ninefold::model::Drain;
/// let drain = Drain { mean: Span::from_secs(480), limit: Span::from_secs(600) };
/// assert_eq!(drain.left(100, Span::ZERO), 100);
/// assert_eq!(drain.left(100, Span::from_secs(600)), 29); // 100 exp(-1.25) = 28.7
/// assert_eq!(drain.lasts(100), drain.limit);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    /// How long a session lasts on average.
    pub mean: Span,
    /// How long planned work waits for them at most; [`Span::FOREVER`] where it waits for all.
    pub limit: Span,
}

impl Drain {
    /// How long planned work waits for so many sessions.
    #[must_use]
    pub fn lasts(&self, sessions: u32) -> Span {
        if sessions == 0 {
            return Span::ZERO;
        }
        // Until less than half a session is expected: n exp(-t / mean) = 1/2.
        let all = self.mean.as_secs_f64() * libm::log(2.0 * f64::from(sessions));
        // Rounding may not bring it back to the half.
        self.limit.min(Span::from_secs_f64(all) + Span(1))
    }

    /// Sessions of so many that are left after a while.
    #[must_use]
    pub fn left(&self, sessions: u32, after: Span) -> u32 {
        if self.mean == Span::ZERO {
            return if after == Span::ZERO { sessions } else { 0 };
        }
        let expected = f64::from(sessions) * libm::exp(-after.as_secs_f64() / self.mean.as_secs_f64());
        libm::round(expected) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_nobody_is_left() {
        let drain = Drain { mean: Span::from_secs(60), limit: Span::FOREVER };
        for sessions in [1, 2, 3, 10, 1_000, 1_000_000_000] {
            let lasts = drain.lasts(sessions);
            assert_eq!(drain.left(sessions, lasts), 0, "{sessions}");
            assert_eq!(drain.left(sessions, lasts.less(Span::from_secs(1))), 1, "{sessions}");
        }
        // One session: 60 ln 2 s.
        assert_eq!(drain.lasts(1).0, 41_588_832);
    }
}
