//! How much clients want of a service, hour by hour of the week.

use super::Ppm;
use crate::engine::{Span, Time};

/// Microseconds of a week.
const WEEK: u64 = 7 * 24 * 3_600 * Span::MICROS_PER_SEC;

/// From one instant of the week to the next step: so much of the peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    /// Microseconds after Monday, 0:00.
    from: u64,
    part: Ppm,
    /// What clients want from Monday, 0:00, to the beginning of this step, in microseconds times millionths of the peak.
    before: u64,
}

/// A load that repeats every week, in steps. Sums of it are exact: they are looked up, not added up, so that an outage
/// of a year costs no more than one of a second.
///
/// ```
/// use ninefold::engine::{Span, Time};
/// use ninefold::model::{Load, Ppm};
/// let hour = |h: u64| Span::from_secs(3_600 * h);
/// // A tenth of the peak, but for Monday from 8 to 12; time begins on Monday, 0:00.
/// let load = Load::new(&[(hour(0), Ppm(100_000)), (hour(8), Ppm::ONE), (hour(12), Ppm(100_000))], Span::ZERO);
/// assert_eq!(load.at(Time::ZERO + hour(9)), Ppm::ONE);
/// assert_eq!(load.next_step(Time::ZERO + hour(9)), Some(Time::ZERO + hour(12)));
/// // From 7 to 9: an hour of a tenth, and one of the peak.
/// assert_eq!(load.between(Time::ZERO + hour(7), Time::ZERO + hour(9)), 1_100_000 * u128::from(hour(1).0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The first begins on Monday, 0:00; neighbours differ.
    steps: Vec<Step>,
    /// What clients want in a week.
    week: u64,
    /// The instant of the week at which time begins.
    begin: u64,
}

impl Load {
    /// After so long it begins anew.
    pub const WEEK: Span = Span(WEEK);

    /// Steps as (instant of the week, part of the peak), ascending, the first at 0; `begin` is the instant of the week at
    /// which time begins.
    #[must_use]
    pub fn new(steps: &[(Span, Ppm)], begin: Span) -> Load {
        assert!(steps.first().is_some_and(|step| step.0 == Span::ZERO), "a week begins on Monday, 0:00");
        let mut load = Load { steps: Vec::new(), week: 0, begin: begin.0 % WEEK };
        for (number, &(from, part)) in steps.iter().enumerate() {
            let until = steps.get(number + 1).map_or(WEEK, |next| next.0.0);
            assert!(from.0 < until, "the steps of a week ascend");
            if load.steps.last().is_none_or(|last| last.part != part) {
                load.steps.push(Step { from: from.0, part, before: load.week });
            }
            // A week in millionths of a microsecond is below 2^60.
            load.week += (until - from.0) * u64::from(part.0);
        }
        load
    }

    /// The part of the peak that clients want at an instant.
    #[must_use]
    pub fn at(&self, at: Time) -> Ppm {
        self.steps[self.number(self.of_week(at).1)].part
    }

    /// When it changes next, after an instant; `None` where it never does.
    #[must_use]
    pub fn next_step(&self, after: Time) -> Option<Time> {
        let (_, of_week) = self.of_week(after);
        let next = self.number(of_week) + 1;
        let wait = match self.steps.get(next) {
            Some(step) => step.from - of_week,
            // The first step of the week may be as the last one.
            None if self.steps.len() == 1 => return None,
            None if self.steps[0].part != self.steps[next - 1].part => WEEK - of_week,
            None => WEEK - of_week + self.steps[1].from,
        };
        Some(after + Span(wait))
    }

    /// The most that clients want, as a part of the peak.
    #[must_use]
    pub fn most(&self) -> Ppm {
        self.steps.iter().map(|step| step.part).max().unwrap_or(Ppm::ONE)
    }

    /// What clients want between two instants, in microseconds times millionths of the peak.
    #[must_use]
    pub fn between(&self, from: Time, to: Time) -> u128 {
        self.until(to) - self.until(from)
    }

    /// What clients have wanted from the Monday before time began up to an instant.
    fn until(&self, at: Time) -> u128 {
        let (weeks, of_week) = self.of_week(at);
        let step = &self.steps[self.number(of_week)];
        let in_week = step.before + (of_week - step.from) * u64::from(step.part.0);
        u128::from(weeks) * u128::from(self.week) + u128::from(in_week)
    }

    /// The number of the week, and the instant in it.
    fn of_week(&self, at: Time) -> (u64, u64) {
        let at = at.0 + self.begin;
        (at / WEEK, at % WEEK)
    }

    /// The step in force at an instant of the week.
    fn number(&self, of_week: u64) -> usize {
        self.steps.partition_point(|step| step.from <= of_week) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: u64 = 3_600 * Span::MICROS_PER_SEC;

    fn load(steps: &[(u64, u32)], begin: u64) -> Load {
        let steps: Vec<_> = steps.iter().map(|&(from, part)| (Span(from * HOUR), Ppm(part))).collect();
        Load::new(&steps, Span(begin * HOUR))
    }

    #[test]
    fn one_that_never_changes_has_no_next_step() {
        let flat = load(&[(0, 500_000), (24, 500_000)], 3);
        assert_eq!(flat.next_step(Time(5)), None);
        assert_eq!(flat.at(Time(5)), Ppm(500_000));
    }

    #[test]
    fn a_week_that_ends_as_it_begins_has_no_step_at_its_end() {
        let office = load(&[(0, 100_000), (8, 1_000_000), (18, 100_000)], 0);
        assert_eq!(office.next_step(Time(20 * HOUR)), Some(Time((168 + 8) * HOUR)));
    }

    #[test]
    fn time_may_begin_in_the_middle_of_the_week() {
        // Time begins on Sunday at 23:00.
        let office = load(&[(0, 200_000), (8, 1_000_000)], 167);
        assert_eq!(office.at(Time(0)), Ppm::ONE);
        assert_eq!(office.next_step(Time(0)), Some(Time(HOUR)));
        assert_eq!(office.between(Time(0), Time(2 * HOUR)), u128::from(HOUR) * 1_200_000);
    }

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_looked_up_is_what_an_addition_hour_by_hour_gives(
            parts in proptest::collection::vec(0_u32..=4, 168),
            begin in 0_u64..400,
            from in 0_u64..1000,
            long in 0_u64..1000,
        ) {
            let steps: Vec<_> = (0..168).map(|hour| (hour, parts[hour as usize] * 250_000)).collect();
            let load = load(&steps, begin);
            let part = |hour: u64| parts[((hour + begin) % 168) as usize] * 250_000;
            let sum: u128 = (from..from + long).map(|hour| u128::from(HOUR) * u128::from(part(hour))).sum();
            prop_assert_eq!(load.between(Time(from * HOUR), Time((from + long) * HOUR)), sum);
            prop_assert_eq!(load.at(Time(from * HOUR + 1)), Ppm(part(from)));
            let changed = (from + 1..from + 400).find(|&hour| part(hour) != part(from));
            prop_assert_eq!(load.next_step(Time(from * HOUR)), changed.map(|hour| Time(hour * HOUR)));
        }
    }
}
