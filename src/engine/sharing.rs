//! A capacity that jobs share as they come and go: each asks for a part of it, and where they ask for more than
//! there is, all of them go on at the same lower speed. Exact but for the last of 64 binary digits after the point.
//!
//! A sharing has a clock of its own: the work that each of its jobs has been served since it began, which runs like
//! any other clock while there is enough for all and slower where there is not. A job is through when that clock
//! shows a mark that is known when it comes, so that others who come and go change the marks of nobody.
//!
//! ```
//! use ninefold::engine::{Sharing, Span, Time, Work};
//! let mut disks = Sharing::new(100);
//! let first = disks.join(Time(0), 100, Work::from(Span(60)));
//! disks.advance(Time(30));
//! let second = disks.join(Time(30), 50, Work::from(Span(20)));
//! assert_eq!(disks.due(second), Time(60)); // 20 us of work at two thirds of the speed
//! assert!(disks.pass(second, 50, Time(60)));
//! assert_eq!(disks.due(first), Time(70)); // 30 + 20 us are done, 10 are left
//! ```

use super::{Span, Time};

/// An amount of work, in the time that it takes at full speed; or a mark on the clock of a [`Sharing`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work(u128);

/// Binary digits after the point of a microsecond.
const FRACTION: u32 = 64;
/// An instant that is missed by less than this is met. Sums of rounded numbers lie beside the whole microsecond
/// that they mean; see [`Sharing::due`].
const GRACE: u128 = 1 << (FRACTION - 24);
/// The longest work, in microseconds: 146,000 years, past every horizon.
const LONGEST: u64 = 1 << 62;

impl Work {
    /// No work at all.
    pub const NONE: Work = Work(0);

    /// The time that it takes at full speed, in whole microseconds, rounded up.
    #[must_use]
    pub const fn ceil(self) -> Span {
        Span(ceil(self.0))
    }
}

impl From<Span> for Work {
    fn from(span: Span) -> Work {
        Work(u128::from(span.0.min(LONGEST)) << FRACTION)
    }
}

/// What is shared, and how far everybody has come.
///
/// No number overflows: the clock is never ahead of real time, which ends before 2^62 us, and a mark lies no more
/// than the longest work beyond it, so that both are below 2^63 us. Later instants saturate.
#[derive(Clone, Debug)]
pub struct Sharing {
    capacity: u64,
    /// What the jobs that are there ask for, all together.
    demand: u64,
    /// The instant up to which it has been followed, with its fraction.
    at: u128,
    /// The work that a job which was there all the time has been served.
    served: u128,
}

impl Sharing {
    /// A capacity above zero that nobody uses.
    #[must_use]
    pub fn new(capacity: u64) -> Sharing {
        assert!(capacity > 0, "nothing to share");
        Sharing { capacity, demand: 0, at: 0, served: 0 }
    }

    /// Nobody uses it, for the next replication.
    pub fn clear(&mut self) {
        *self = Sharing::new(self.capacity);
    }

    /// What its jobs ask for, all together.
    #[must_use]
    pub fn demand(&self) -> u64 {
        self.demand
    }

    /// A job begins now, and asks for a part above zero. Gives the mark at which it is through. The sharing must
    /// have been followed up to now.
    pub fn join(&mut self, now: Time, demand: u64, work: Work) -> Work {
        assert!(demand > 0, "a job that asks for nothing");
        if self.demand == 0 {
            (self.at, self.served) = (instant(now), 0);
        }
        assert_eq!(self.at, instant(now), "joined before the sharing was followed");
        self.demand += demand;
        Work(self.served + work.0)
    }

    /// A job ends before it is through.
    pub fn leave(&mut self, demand: u64) {
        self.demand -= demand;
    }

    /// Follows it up to now; no mark of a job may lie between.
    pub fn advance(&mut self, now: Time) {
        let now = instant(now);
        if self.demand > 0 {
            let span = now - self.at;
            self.served += scale(span, self.capacity, self.demand.max(self.capacity));
        }
        self.at = now;
    }

    /// Lets a job go that is through by now. It went at its own instant, fraction and all, so that the others have
    /// not shared with it for the rest of the microsecond. Jobs must be asked in the order of their marks.
    pub fn pass(&mut self, mark: Work, demand: u64, now: Time) -> bool {
        let end = self.end(mark);
        if end > instant(now) + GRACE {
            return false;
        }
        self.at = end.min(instant(now));
        self.served = mark.0;
        self.demand -= demand;
        true
    }

    /// What is left of a job.
    #[must_use]
    pub fn left(&self, mark: Work) -> Work {
        Work(mark.0.saturating_sub(self.served))
    }

    /// When a job is through if nobody comes or goes before: the next whole microsecond.
    ///
    /// Every step rounds to the nearest 2^-64 us. That moves the end of a job by no more than 2^-64 us, times the
    /// steps, times how many such jobs all of them together amount to, times by how much they slow each other: a
    /// thousand equal jobs that slow each other a thousandfold stay within the grace of 2^-24 us for a million
    /// steps. So a job is never seen to end earlier than it does by more than the grace, nor later by a microsecond.
    #[must_use]
    pub fn due(&self, mark: Work) -> Time {
        Time(ceil(self.end(mark).saturating_sub(GRACE)))
    }

    /// When a job is through if nobody comes or goes before.
    fn end(&self, mark: Work) -> u128 {
        let stretched = scale(self.left(mark).0, self.demand.max(self.capacity), self.capacity);
        self.at.saturating_add(stretched)
    }
}

const fn instant(at: Time) -> u128 {
    (at.0 as u128) << FRACTION
}

/// Rounded up to whole microseconds.
const fn ceil(amount: u128) -> u64 {
    (amount.saturating_add((1 << FRACTION) - 1) >> FRACTION) as u64
}

/// `amount * times / by`, rounded to the nearest; what 128 bits do not hold saturates.
fn scale(amount: u128, times: u64, by: u64) -> u128 {
    if times == by {
        return amount;
    }
    const LOW: u128 = u64::MAX as u128;
    let (times, by) = (u128::from(times), u128::from(by));
    // Long multiplication and division, with 64 bits a digit. No product of digits and carry exceeds 128 bits.
    let low = (amount & LOW) * times;
    let high = (amount >> 64) * times + (low >> 64);
    let rest = ((high % by) << 64) | (low & LOW);
    let (digit, left) = (rest / by, rest % by);
    let upper = high / by;
    if upper > LOW {
        return u128::MAX;
    }
    ((upper << 64) | digit).saturating_add(u128::from(left >= by - left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn while_there_is_enough_nobody_is_slowed() {
        let mut sharing = Sharing::new(7);
        let first = sharing.join(Time(10), 3, Work::from(Span(100)));
        sharing.advance(Time(40));
        let second = sharing.join(Time(40), 4, Work::from(Span(5)));
        assert_eq!((sharing.due(first), sharing.due(second)), (Time(110), Time(45)));
        assert!(!sharing.pass(second, 4, Time(44)));
        assert!(sharing.pass(second, 4, Time(45)) && sharing.pass(first, 3, Time(110)));
        assert_eq!(sharing.demand(), 0);
    }

    #[test]
    fn a_job_is_out_at_its_own_instant_and_not_at_the_next_microsecond() {
        let mut sharing = Sharing::new(4);
        let short = sharing.join(Time(0), 2, Work::from(Span(1)));
        let long = sharing.join(Time(0), 2, Work::from(Span(4)));
        let last = sharing.join(Time(0), 2, Work::from(Span(4)));
        // At 2/3 of the speed the short one is through at 1.5, the others have 3 left and nobody slows them: 4.5.
        assert_eq!(sharing.due(short), Time(2));
        assert!(sharing.pass(short, 2, Time(2)));
        assert_eq!((sharing.due(long), sharing.due(last)), (Time(5), Time(5)));
        sharing.advance(Time(2));
        assert_eq!(sharing.left(long).ceil(), Span(3)); // 2.5
    }

    #[test]
    fn thirds_of_a_microsecond_add_up_to_whole_ones() {
        // Three where there is enough for two: interrupted at every microsecond they end when they would have.
        let mut sharing = Sharing::new(2);
        let marks = [(); 3].map(|()| sharing.join(Time(0), 1, Work::from(Span(2_000_000))));
        for micros in 1..3_000_000 {
            sharing.advance(Time(micros));
        }
        assert_eq!(sharing.due(marks[0]), Time(3_000_000));
        assert!(!sharing.pass(marks[0], 1, Time(2_999_999)) && sharing.pass(marks[0], 1, Time(3_000_000)));
    }

    #[test]
    fn what_no_horizon_holds_does_not_overflow() {
        let mut sharing = Sharing::new(1);
        let forever = sharing.join(Time(1 << 61), u64::MAX - 1, Work::from(Span::FOREVER));
        assert!(sharing.due(forever) > Time(1 << 63));
        sharing.advance(Time((1 << 62) - 1));
        assert!(!sharing.pass(forever, u64::MAX - 1, Time((1 << 62) - 1)));
        assert!(sharing.left(forever) > Work::NONE);
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn scaling_is_multiplication_and_division(amount in 0_u128..1 << 80, times in 1_u64..1 << 40, by in 1_u64..=u64::MAX) {
            let product = amount * u128::from(times);
            let nearest = product / u128::from(by) + u128::from(product % u128::from(by) >= u128::from(by).div_ceil(2));
            prop_assert_eq!(scale(amount, times, by), nearest);
        }

        #[test]
        fn scaling_back_and_forth_is_the_identity(amount in 0_u128..1 << 100, times in 1_u64..1 << 20) {
            prop_assert_eq!(scale(scale(amount, times, 1), 1, times), amount);
        }
    }
}
