//! The future as a table of timers: each slot has at most one pending instant, and the earliest is
//! known at any time. Ties fall to the lower slot, so the order of events is a property of the
//! model and never of history. Nothing is ever stale, and memory is fixed.
//!
//! ```
//! use ninefold::engine::{Span, Time, Timers};
//! let mut timers = Timers::new(3);
//! timers.arm(2, Time(50));
//! timers.arm(0, Time(70));
//! assert_eq!(timers.earliest(), Some((Time(50), 2)));
//! timers.pause(2, Time(30)); // 20 us left
//! assert_eq!(timers.earliest(), Some((Time(70), 0)));
//! timers.resume(2, Time(100));
//! assert_eq!(timers.at(2), Time(120));
//! ```

use super::{Clock, Time, Tournament, Written};

/// The pending instants of a model's timers, by slot.
#[derive(Debug)]
pub struct Timers {
    /// A key is a [`Clock`]: one that is paused or idle comes after all that run.
    pending: Tournament,
    written: Written,
    /// The timer taken last, whose leaf is out while the matches above it have not been told.
    taken: u32,
}

impl Clone for Timers {
    fn clone(&self) -> Timers {
        Timers {
            pending: self.pending.clone(),
            written: Written::all(self.written.rows()),
            taken: self.taken,
        }
    }

    fn clone_from(&mut self, source: &Timers) {
        self.pending.clone_from(&source.pending);
        self.written = Written::all(source.written.rows());
        self.taken = source.taken;
    }
}

/// No timer has been taken.
const NONE: u32 = u32::MAX;

impl Timers {
    /// A table of `slots` idle timers.
    #[must_use]
    pub fn new(slots: usize) -> Timers {
        Timers { pending: Tournament::new(slots), written: Written::all(slots), taken: NONE }
    }

    /// How many timers there are.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.written.rows()
    }

    /// Makes every timer idle again, for the next replication.
    pub fn clear(&mut self) {
        self.pending.clear();
        self.written.note_all();
        self.taken = NONE;
    }

    /// Makes all timers what those of `leader` are, at the cost of those that were set on either side since the last time ([`super::Table::follow`]).
    pub fn follow(&mut self, leader: &mut Timers) {
        // Matches that nobody has told would be forgotten with the timer that was taken.
        self.settle_taken();
        let (mine, its) = (&mut self.pending, &leader.pending);
        self.written.follow(&mut leader.written, |slot| match slot {
            Some(slot) => mine.set(slot, its.key(slot)),
            None => mine.clone_from(its),
        });
        self.taken = leader.taken;
    }

    /// Tells which timers were set since the last time.
    pub fn take_written(&mut self, tell: impl FnMut(u32)) {
        self.written.take(tell);
    }

    /// Takes the earliest timer that is due before `end`: it is idle from now on.
    ///
    /// Most events arm their own timer again. So the matches are not played when a timer is taken
    /// but when the next one is asked for, and only if nobody armed it in between: one walk up the
    /// tree where there would be two.
    #[inline]
    pub fn take_before(&mut self, end: Time) -> Option<(Time, u32)> {
        self.settle_taken();
        let first = Clock::of_key(self.pending.least());
        if first.due() >= end {
            return None;
        }
        let slot = self.pending.winner();
        self.pending.set_quietly(slot, Tournament::OUT);
        self.written.note(slot as usize);
        self.taken = slot;
        Some((first.due(), slot))
    }

    #[inline]
    fn settle_taken(&mut self) {
        if self.taken != NONE {
            let taken = std::mem::replace(&mut self.taken, NONE);
            if self.pending.key(taken) == Tournament::OUT {
                self.pending.set(taken, Tournament::OUT);
            }
        }
    }

    /// The earliest pending instant and its slot.
    #[inline]
    #[must_use]
    pub fn earliest(&mut self) -> Option<(Time, u32)> {
        self.settle_taken();
        let first = Clock::of_key(self.pending.least());
        first.runs().then(|| (first.due(), self.pending.winner()))
    }

    /// The clock of a timer.
    #[inline]
    #[must_use]
    pub fn clock(&self, slot: u32) -> Clock {
        Clock::of_key(self.pending.key(slot))
    }

    /// When a timer is due; [`Time::NEVER`] where it is idle or paused.
    #[inline]
    #[must_use]
    pub fn at(&self, slot: u32) -> Time {
        self.clock(slot).due()
    }

    /// Gives a timer a clock. One that shows it already costs nothing.
    #[inline]
    pub fn set(&mut self, slot: u32, clock: Clock) {
        if self.clock(slot) != clock {
            self.written.note(slot as usize);
            self.pending.set(slot, clock.key());
        }
    }

    /// Sets a timer, whatever it showed before.
    #[inline]
    pub fn arm(&mut self, slot: u32, at: Time) {
        self.written.note(slot as usize);
        self.pending.set(slot, Clock::due_at(at).key());
    }

    /// Makes a timer idle. One that is idle already costs nothing.
    #[inline]
    pub fn disarm(&mut self, slot: u32) {
        self.set(slot, Clock::IDLE);
    }

    /// Stops a timer and remembers what is left of it. An idle or paused one stays as it is.
    #[inline]
    pub fn pause(&mut self, slot: u32, now: Time) {
        let mut clock = self.clock(slot);
        clock.pause(now);
        self.set(slot, clock);
    }

    /// Lets a paused timer go on. One that is not paused stays as it is.
    #[inline]
    pub fn resume(&mut self, slot: u32, now: Time) {
        let mut clock = self.clock(slot);
        clock.resume(now);
        self.set(slot, clock);
    }

    /// Writes a timer without finding the next one, when most timers are set at once;
    /// [`Timers::settle`] must follow.
    #[inline]
    pub fn set_quietly(&mut self, slot: u32, clock: Clock) {
        self.written.note(slot as usize);
        self.pending.set_quietly(slot, clock.key());
    }

    /// As [`Timers::set_quietly`], for a clock that is due `at`.
    #[inline]
    pub fn arm_quietly(&mut self, slot: u32, at: Time) {
        self.set_quietly(slot, Clock::due_at(at));
    }

    /// Finds the next timer after [`Timers::set_quietly`].
    pub fn settle(&mut self) {
        self.pending.play_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{Time, Timers};
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Arm(u32, u64),
        Disarm(u32),
        Pause(u32, u64),
        Take,
        Look,
        Follow,
    }

    fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
        let (slot, at) = (0..11_u32, 0..1_000_u64);
        let step = prop_oneof![
            4 => (slot.clone(), at.clone()).prop_map(|(slot, at)| Step::Arm(slot, at)),
            2 => slot.clone().prop_map(Step::Disarm),
            1 => (slot, at).prop_map(|(slot, at)| Step::Pause(slot, at)),
            4 => Just(Step::Take),
            1 => Just(Step::Look),
            3 => Just(Step::Follow),
        ];
        prop::collection::vec((any::<bool>(), step), 1..80)
    }

    proptest! {
        /// Whatever was set or taken on either side: after following both go on alike.
        #[test]
        fn a_follower_goes_on_as_its_leader_does(steps in steps()) {
            let mut tables = [Timers::new(11), Timers::new(11)];
            for (which, step) in steps {
                let one = &mut tables[usize::from(which)];
                match step {
                    Step::Arm(slot, at) => one.arm(slot, Time(at)),
                    Step::Disarm(slot) => one.disarm(slot),
                    Step::Pause(slot, now) => one.pause(slot, Time(now)),
                    Step::Take => drop(one.take_before(Time(900))),
                    Step::Look => drop(one.earliest()),
                    Step::Follow => {
                        let [leader, follower] = &mut tables;
                        follower.follow(leader);
                        let mut copies = [leader.clone(), follower.clone()];
                        loop {
                            let [one, other] = copies.each_mut().map(|copy| copy.take_before(Time::NEVER));
                            prop_assert_eq!(one, other);
                            if one.is_none() {
                                break;
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_paused_timer_keeps_what_is_left_however_often_it_is_paused() {
        let mut timers = Timers::new(5);
        timers.arm(3, Time(100));
        timers.pause(3, Time(40));
        timers.pause(3, Time(90));
        assert_eq!(timers.earliest(), None);
        timers.resume(3, Time(1000));
        timers.resume(3, Time(1010));
        assert_eq!(timers.at(3), Time(1060));
        timers.pause(3, Time(1060));
        timers.resume(3, Time(2000));
        assert_eq!(timers.earliest(), Some((Time(2000), 3)));
    }

    #[test]
    fn a_taken_timer_is_idle_whether_or_not_it_is_armed_again() {
        let mut timers = Timers::new(9);
        for slot in 0..9 {
            timers.arm(slot, Time(10 + u64::from(slot)));
        }
        assert_eq!(timers.take_before(Time(100)), Some((Time(10), 0)));
        timers.arm(0, Time(12)); // Back before slot 2, which shows 12 as well.
        assert_eq!(timers.take_before(Time(100)), Some((Time(11), 1)));
        timers.disarm(2);
        assert_eq!(timers.take_before(Time(100)), Some((Time(12), 0)));
        assert_eq!(timers.take_before(Time(100)), Some((Time(13), 3)));
        assert_eq!(timers.take_before(Time(14)), None);
        assert_eq!(timers.take_before(Time(15)), Some((Time(14), 4)));
        timers.disarm(4); // Idle already: its matches are still to be played.
        timers.disarm(8);
        assert_eq!(timers.earliest(), Some((Time(15), 5)));
        timers.disarm(5);
        assert_eq!(timers.take_before(Time(100)), Some((Time(16), 6)));
        timers.arm(6, Time(19));
        timers.disarm(6);
        assert_eq!(timers.take_before(Time(100)), Some((Time(17), 7)));
        assert_eq!(timers.take_before(Time(100)), None);
    }

    #[test]
    fn arming_forgets_the_pause_and_clearing_forgets_all() {
        let mut timers = Timers::new(2);
        timers.arm(1, Time(10));
        timers.pause(1, Time(5));
        timers.arm(1, Time(7));
        timers.resume(1, Time(100));
        assert_eq!(timers.at(1), Time(7));
        timers.pause(1, Time(5));
        timers.clear();
        timers.resume(1, Time(100));
        assert_eq!(timers.earliest(), None);
    }
}
