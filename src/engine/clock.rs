//! One clock: when something is due, or how much is left of it while it stands still.

use super::{Span, Time};

/// Runs towards an instant, stands still with a rest, or is idle; all in one word.
///
/// As numbers, clocks that run come before all others, ordered by their instants: the least of several
/// clocks is the one that is due first.
///
/// ```
/// use ninefold::engine::{Clock, Time};
/// let mut crash = Clock::due_at(Time(100));
/// crash.pause(Time(40)); // 60 us left
/// assert_eq!(crash.due(), Time::NEVER);
/// crash.resume(Time(1000));
/// assert_eq!(crash.due(), Time(1060));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u64);

impl Clock {
    /// Nothing is pending.
    pub const IDLE: Clock = Clock(u64::MAX);

    /// From here on a clock is paused, and the lower bits say what is left. As an instant it would be
    /// 292,000 years away, past every horizon.
    const PAUSED: u64 = 1 << 63;

    /// A clock that runs towards `at`; idle where that never comes.
    #[inline]
    #[must_use]
    pub const fn due_at(at: Time) -> Clock {
        // The latest instant leaves the last rest, all ones, to the idle clock.
        if at.0 < Clock::PAUSED - 1 || at.0 == Time::NEVER.0 { Clock(at.0) } else { Clock(Clock::PAUSED - 2) }
    }

    /// The instant it runs towards; [`Time::NEVER`] while it is idle or paused.
    #[inline]
    #[must_use]
    pub const fn due(self) -> Time {
        if self.0 < Clock::PAUSED { Time(self.0) } else { Time::NEVER }
    }

    /// Whether it runs.
    #[inline]
    #[must_use]
    pub const fn runs(self) -> bool {
        self.0 < Clock::PAUSED
    }

    /// Stops it and remembers what is left. An idle or paused clock stays as it is.
    #[inline]
    pub const fn pause(&mut self, now: Time) {
        if self.runs() {
            self.0 = Clock::PAUSED | self.0.saturating_sub(now.0);
        }
    }

    /// Lets a paused clock go on. One that is not paused stays as it is.
    #[inline]
    pub const fn resume(&mut self, now: Time) {
        if !self.runs() && self.0 != Clock::IDLE.0 {
            let left = Span(self.0 & !Clock::PAUSED);
            *self = Clock::due_at(Time(now.0.saturating_add(left.0)));
        }
    }

    /// As the key of a [`super::Tournament`].
    #[inline]
    pub(super) const fn key(self) -> u64 {
        self.0
    }

    /// The clock of a key.
    #[inline]
    pub(super) const fn of_key(key: u64) -> Clock {
        Clock(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Time};

    #[test]
    fn a_paused_clock_keeps_what_is_left_however_often_it_is_paused() {
        let mut clock = Clock::due_at(Time(100));
        clock.pause(Time(40));
        clock.pause(Time(90));
        assert!(!clock.runs());
        clock.resume(Time(1000));
        clock.resume(Time(1010));
        assert_eq!(clock.due(), Time(1060));
        clock.pause(Time(1060)); // Nothing left, and paused all the same.
        assert!(!clock.runs());
        clock.resume(Time(2000));
        assert_eq!(clock.due(), Time(2000));
    }

    #[test]
    fn an_idle_clock_neither_pauses_nor_resumes() {
        let mut clock = Clock::due_at(Time::NEVER);
        assert_eq!(clock, Clock::IDLE);
        clock.pause(Time(5));
        clock.resume(Time(7));
        assert_eq!(clock, Clock::IDLE);
    }

    #[test]
    fn what_no_horizon_reaches_is_pending_and_can_be_paused_from_the_start() {
        for at in [Time(1 << 63), Time(u64::MAX - 1), Time((1 << 63) - 1), Time((1 << 63) - 2)] {
            let mut clock = Clock::due_at(at);
            assert!(clock.runs() && clock.due() > Time(9_000_000_000_000_000_000), "{at:?}");
            clock.pause(Time::ZERO);
            assert!(!clock.runs() && clock != Clock::IDLE, "{at:?}");
            clock.resume(Time(10));
            assert!(clock.runs(), "{at:?}");
        }
    }

    #[test]
    fn clocks_that_run_come_first() {
        let mut paused = Clock::due_at(Time(1));
        paused.pause(Time(1));
        assert!(Clock::due_at(Time(1 << 62)) < paused && paused < Clock::IDLE);
    }
}
