//! Pre-copy: the rounds in which the memory of a guest that runs is sent to another host.
//!
//! `facts/statistics.md`, A4: the first round sends all of it, V₀ = M; each takes Tᵢ = Vᵢ / R, and the next sends what has been
//! written meanwhile, Vᵢ₊₁ = min(W, D·Tᵢ), until the stop rule holds; the rest is sent while the guest stands still.
//! The rate R may change at any instant, in the middle of a round: a [`PreCopy`] is followed from change to change, and says at
//! each when it will be over if nothing changes any more.
//!
//! ```
//! use ninefold::model::{GuestMemory, StopRule};
//! use ninefold::state::{PreCopy, PreCopyEnd};
//! // 4 GB at 125 MB/s, 25 MB/s of it written anew; at most 300 ms of standing still.
//! let guest = GuestMemory { bytes: 4e9, dirty_per_s: 25e6, working_set: f64::INFINITY };
//! let qemu = StopRule {
//!     blackout_goal_s: 0.3, bytes_goal: 0.0, rounds_max: u32::MAX, sent_max: f64::INFINITY, timeout_s: 2000.0, throttles: false,
//! };
//! let (after_s, end) = PreCopy::new(&guest).outlook(&guest, &qemu, 125e6);
//! assert_eq!(end, PreCopyEnd::Stops);
//! assert!((after_s - 39.68).abs() < 1e-9);
//! let mut copy = PreCopy::new(&guest);
//! copy.finish(&guest, &qemu, 125e6);
//! assert_eq!((copy.rounds, (copy.left / 125e6 * 1e6).round()), (3, 256_000.0)); // 0.256 s
//! ```

use crate::model::{GuestMemory, StopRule};

/// More rounds than this are no progress, whatever a product says; rounds that are all alike are not counted one by one.
const ROUNDS_MAX: u32 = 10_000;

/// A pre-copy that is under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PreCopy {
    /// Rounds that are complete.
    pub rounds: u32,
    /// Bytes of the present round that are still to be sent; when the pre-copy is over, those that the guest waits for.
    pub left: f64,
    /// Bytes sent so far.
    pub sent: f64,
    /// How long the present round lasts already, and all of them together (s).
    round_s: f64,
    total_s: f64,
}

/// How a pre-copy ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreCopyEnd {
    /// The stop rule holds: the guest is held still, and the rest is sent.
    Stops,
    /// It takes too long and is given up.
    TimesOut,
    /// It never ends by itself.
    Never,
}

impl PreCopy {
    /// Nothing has been sent yet.
    #[must_use]
    pub fn new(guest: &GuestMemory) -> PreCopy {
        PreCopy { rounds: 0, left: guest.bytes, sent: 0.0, round_s: 0.0, total_s: 0.0 }
    }

    /// In how many seconds it is over at a rate in bytes a second, and how.
    #[must_use]
    pub fn outlook(&self, guest: &GuestMemory, rule: &StopRule, rate: f64) -> (f64, PreCopyEnd) {
        let mut ahead = *self;
        let end = ahead.run(guest, rule, rate, f64::INFINITY);
        (ahead.total_s - self.total_s, end.unwrap_or(PreCopyEnd::Never))
    }

    /// Goes on for a while; it must not be over before.
    pub fn advance(&mut self, guest: &GuestMemory, rule: &StopRule, rate: f64, seconds: f64) {
        self.run(guest, rule, rate, seconds);
    }

    /// Goes on until it is over.
    pub fn finish(&mut self, guest: &GuestMemory, rule: &StopRule, rate: f64) {
        self.run(guest, rule, rate, f64::INFINITY);
    }

    /// Whether the guest is slowed at this rate, so that an end comes near.
    #[must_use]
    pub fn throttles(guest: &GuestMemory, rule: &StopRule, rate: f64) -> bool {
        rule.throttles && guest.dirty_per_s >= rate
    }

    /// Round after round, for at most so many seconds; says how it ended, if it did.
    fn run(&mut self, guest: &GuestMemory, rule: &StopRule, rate: f64, seconds: f64) -> Option<PreCopyEnd> {
        let throttled = PreCopy::throttles(guest, rule, rate);
        let dirty_per_s = if throttled { rate / 2.0 } else { guest.dirty_per_s };
        let mut seconds = seconds;
        while self.rounds < ROUNDS_MAX {
            if self.round_s == 0.0 && self.may_stop(guest, rule, rate) {
                return Some(PreCopyEnd::Stops);
            }
            let (volume, last) = (self.left, self.left / rate);
            let patience = rule.timeout_s - self.total_s;
            if patience <= last.min(seconds) {
                self.send(rate, patience.max(0.0));
                return Some(PreCopyEnd::TimesOut);
            }
            if seconds < last {
                self.send(rate, seconds);
                return None;
            }
            seconds -= last;
            let whole = self.round_s == 0.0;
            self.send(rate, last);
            self.rounds += 1;
            self.left = (dirty_per_s * self.round_s).min(guest.working_set);
            self.round_s = 0.0;
            if whole && self.left == volume && !self.may_stop(guest, rule, rate) {
                let time = seconds.min(rule.timeout_s - self.total_s);
                let alike = self.rounds_alike(guest, rule, time / last)?;
                self.rounds = self.rounds.saturating_add(alike as u32);
                self.sent += alike * volume;
                self.total_s += alike * last;
                seconds -= alike * last;
            }
        }
        // Nothing comes of it any more, but time goes by.
        let patience = (rule.timeout_s - self.total_s).max(0.0);
        if patience > seconds {
            self.total_s += seconds;
            return None;
        }
        if patience.is_infinite() {
            return Some(PreCopyEnd::Never);
        }
        self.total_s += patience;
        Some(PreCopyEnd::TimesOut)
    }

    /// Each round is like the last from now on: how many of them go by before any limit is near. `None`: all.
    fn rounds_alike(&self, guest: &GuestMemory, rule: &StopRule, until_time: f64) -> Option<f64> {
        let until_rounds = match rule.rounds_max {
            u32::MAX => f64::INFINITY,
            most => f64::from(most) - f64::from(self.rounds),
        };
        let until_sent = (rule.sent_max * guest.bytes - self.sent) / self.left;
        let rounds = until_rounds.min(until_sent).min(until_time);
        rounds.is_finite().then(|| (rounds.floor() - 1.0).max(0.0).min(f64::from(ROUNDS_MAX)))
    }

    fn may_stop(&self, guest: &GuestMemory, rule: &StopRule, rate: f64) -> bool {
        self.left / rate <= rule.blackout_goal_s
            || self.left < rule.bytes_goal
            || self.rounds >= rule.rounds_max
            || self.sent > rule.sent_max * guest.bytes
    }

    fn send(&mut self, rate: f64, seconds: f64) {
        let bytes = (rate * seconds).min(self.left);
        self.left -= bytes;
        self.sent += bytes;
        self.round_s += seconds;
        self.total_s += seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: StopRule = StopRule {
        blackout_goal_s: 0.0,
        bytes_goal: 0.0,
        rounds_max: u32::MAX,
        sent_max: f64::INFINITY,
        timeout_s: f64::INFINITY,
        throttles: false,
    };
    /// 50 pages, 29 rounds, three times the memory.
    const XEN_CLASSIC: StopRule =
        StopRule { bytes_goal: 204_800.0, rounds_max: 29, sent_max: 3.0, ..ENDLESS };
    const XEN: StopRule = StopRule { bytes_goal: 204_800.0, rounds_max: 5, ..ENDLESS };
    const QEMU: StopRule = StopRule { blackout_goal_s: 0.3, timeout_s: 2000.0, ..ENDLESS };

    fn guest(gigabytes: f64, megabytes_per_s: f64) -> GuestMemory {
        GuestMemory { bytes: gigabytes * 1e9, dirty_per_s: megabytes_per_s * 1e6, working_set: f64::INFINITY }
    }

    /// Rounds, blackout, whole time and gigabytes sent.
    fn figures(guest: &GuestMemory, rule: &StopRule, rate: f64) -> (u32, f64, f64, f64) {
        let mut copy = PreCopy::new(guest);
        assert_eq!(copy.outlook(guest, rule, rate).1, PreCopyEnd::Stops);
        copy.finish(guest, rule, rate);
        let blackout = copy.left / rate;
        (copy.rounds, blackout, copy.total_s + blackout, (copy.sent + copy.left) / 1e9)
    }

    /// The table of `facts/statistics.md`, A4, to the last digit that it prints.
    #[test]
    fn the_reference_calculations() {
        let near = |value: f64, printed: f64, digits: i32| {
            let unit = 10f64.powi(-digits);
            assert!((value - printed).abs() <= 0.5000001 * unit, "{value} is not {printed}");
        };
        let check = |gb,
                     mb,
                     dirty,
                     rule: &StopRule,
                     rounds,
                     blackout: (f64, i32),
                     total: (f64, i32),
                     sent: Option<(f64, i32)>| {
            let (n, down, whole, gigabytes) = figures(&guest(gb, dirty), rule, mb * 1e6);
            assert_eq!(n, rounds, "{gb} GB at {mb} MB/s, {dirty} MB/s dirty");
            near(down, blackout.0, blackout.1);
            near(whole, total.0, total.1);
            if let Some((printed, digits)) = sent {
                near(gigabytes, printed, digits);
            }
        };
        check(4.0, 125.0, 25.0, &XEN_CLASSIC, 7, (0.00041, 5), (39.999898, 6), Some((4.999987, 6)));
        check(4.0, 125.0, 25.0, &XEN, 5, (0.01024, 5), (39.99744, 5), Some((4.99968, 5)));
        check(4.0, 125.0, 25.0, &QEMU, 3, (0.256, 3), (39.936, 3), None);
        check(16.0, 1250.0, 100.0, &XEN_CLASSIC, 5, (0.000042, 6), (13.91304, 5), Some((17.3913, 4)));
        check(16.0, 1250.0, 100.0, &XEN, 5, (0.000042, 6), (13.91304, 5), Some((17.3913, 4)));
        check(16.0, 1250.0, 100.0, &QEMU, 2, (0.08192, 5), (13.90592, 5), None);
        check(64.0, 1250.0, 1000.0, &XEN_CLASSIC, 5, (16.777216, 6), (188.891136, 6), Some((236.114, 3)));
        check(64.0, 1250.0, 1000.0, &XEN, 5, (16.777216, 6), (188.891136, 6), None);
        check(64.0, 1250.0, 1000.0, &QEMU, 24, (0.241785, 6), (255.032859, 6), None);
        check(64.0, 1250.0, 1500.0, &XEN_CLASSIC, 3, (88.4736, 4), (274.8416, 4), Some((343.552, 3)));
        check(64.0, 1250.0, 1500.0, &XEN, 5, (127.401984, 6), (508.411904, 6), Some((635.515, 3)));
        let never = PreCopy::new(&guest(64.0, 1500.0)).outlook(&guest(64.0, 1500.0), &QEMU, 1250e6);
        assert_eq!(never, (2000.0, PreCopyEnd::TimesOut));
    }

    /// Clark et al., NSDI 2005: a web server of 800 MB, its first round 62 s long.
    #[test]
    fn the_working_set_bounds_a_round() {
        let web = GuestMemory { bytes: 776e6, dirty_per_s: 50e6, working_set: 20e6 };
        let mut copy = PreCopy::new(&web);
        copy.finish(&web, &XEN, 12.5e6);
        assert_eq!((copy.rounds, copy.left, copy.sent), (5, 20e6, 776e6 + 4.0 * 20e6));
    }

    /// Rounds that are all alike are skipped, and lead where counting them would.
    #[test]
    fn a_copy_that_gets_nowhere_is_not_followed_round_by_round() {
        let busy = GuestMemory { bytes: 1e6, dirty_per_s: 1e9, working_set: 1e6 };
        assert_eq!(PreCopy::new(&busy).outlook(&busy, &ENDLESS, 1e9).1, PreCopyEnd::Never);
        let (after, end) = PreCopy::new(&busy).outlook(&busy, &QEMU, 1e6 / 0.4);
        assert_eq!((after, end), (2000.0, PreCopyEnd::TimesOut));
        let most = StopRule { rounds_max: 6_000, ..ENDLESS };
        let mut copy = PreCopy::new(&busy);
        copy.finish(&busy, &most, 1e9);
        assert_eq!((copy.rounds, copy.sent.round()), (6_000, 6e9));
        // In the middle of them, and on.
        let mut copy = PreCopy::new(&busy);
        copy.advance(&busy, &most, 1e9, 3.0005);
        assert!((copy.left - 0.5e6).abs() < 1.0 && copy.rounds.abs_diff(3_000) <= 1, "{copy:?}");
        // Rounds of a millisecond are no reason to go on for longer than the product waits.
        let short = StopRule { timeout_s: 2000.0, ..ENDLESS };
        assert_eq!(PreCopy::new(&busy).outlook(&busy, &short, 1e9), (2000.0, PreCopyEnd::TimesOut));
    }

    /// VMW-72: a guest that writes faster than the link is slowed, and the rest halves from round to round.
    #[test]
    fn a_throttled_guest_comes_to_an_end() {
        let vmotion = StopRule { blackout_goal_s: 0.5, throttles: true, ..ENDLESS };
        let (rounds, blackout, ..) = figures(&guest(64.0, 1500.0), &vmotion, 1250e6);
        assert_eq!((rounds, blackout), (7, 0.4)); // 51.2 s / 2^7
        assert!(PreCopy::throttles(&guest(64.0, 1500.0), &vmotion, 1250e6));
        assert!(!PreCopy::throttles(&guest(64.0, 1500.0), &QEMU, 1250e6));
    }

    /// Cut into pieces at the same rate it comes to the same; at half the rate for a while it takes as much longer.
    #[test]
    fn the_rate_may_change_in_the_middle_of_a_round() {
        let (memory, rate) = (guest(4.0, 25.0), 125e6);
        let whole = figures(&memory, &QEMU, rate);
        let mut copy = PreCopy::new(&memory);
        for seconds in [1.0, 0.25, 30.0, 3.0] {
            copy.advance(&memory, &QEMU, rate, seconds);
        }
        copy.finish(&memory, &QEMU, rate);
        assert!((copy.total_s + copy.left / rate - whole.2).abs() < 1e-9 && copy.rounds == whole.0);
        // Nothing is written anew: 2 GB at half the rate, 2 GB at the whole.
        let idle = guest(4.0, 0.0);
        let mut copy = PreCopy::new(&idle);
        copy.advance(&idle, &QEMU, rate / 2.0, 32.0);
        copy.finish(&idle, &QEMU, rate);
        assert_eq!((copy.total_s, copy.left, copy.sent), (48.0, 0.0, 4e9));
    }
}
