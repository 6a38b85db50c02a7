//! Faults that are made to strike before the repairs under way are done.
//!
//! From any moment of an episode until the first repair under way is due is a *window*. With some chance one of the clocks that
//! run is made to fire within it: its life is drawn from what it is, given that it ends before a part of the window is over. Which
//! clock, and which part, is drawn too, and nobody remembers: the likelihood ratio of what happened is that of the whole mixture,
//!
//! > 1 / w = P(none) + sum over clocks and parts of P(clock, part) × L,
//!
//! where L is 1 / (1 - exp(-H)) if the clock has fired within its part, whose cumulative hazard is H; (1 - exp(s - H)) / (1 - exp(-H))
//! while it has spent s of that and not fired; and 0 afterwards (balance heuristic: Veach and Guibas 1995; forced transitions: Lewis
//! and Böhm, Nuclear Engineering and Design 77 (1984) 49-62; the exact mixture: Hesterberg, Technometrics 37 (1995) 185-194).
//! No weight is larger than 1 / P(none). Only hazards are asked for, so that any law will do, and how long the repair takes plays no
//! part in how heavy weights are.

use super::super::{Observer, Simulation};
use super::ledger::{Fired, Ledger, Row};
use crate::engine::{Law, Span, Time};

/// Parts of a window within which a fault is made to strike, as its length divided by these, and how often each is chosen: a
/// takeover of a minute is not missed in a repair of a day. Assumption.
const PARTS: [(u64, f64); 4] = [(1, 0.82), (8, 0.06), (64, 0.06), (512, 0.06)];

/// What a clock has to do with the window that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// The chance that it is made to fire.
    pub(super) chance: f64,
    /// How old its life was when the window opened, and whether it was what was left of one.
    opened_s: f64,
    residual: bool,
    /// How old it was when it ended otherwise, if it has.
    left_s: Option<f64>,
}

impl Share {
    pub(super) const NONE: Share = Share { chance: 0.0, opened_s: 0.0, residual: false, left_s: None };

    /// None yet, of a life that is so old.
    pub(super) fn of(opened_s: f64, residual: bool) -> Share {
        Share { opened_s, residual, ..Share::NONE }
    }

    /// Its life has ended; the next one has no part in this window.
    pub(super) fn leave(&mut self, age_s: f64) {
        self.left_s = self.left_s.or(Some(age_s));
    }
}

/// The window that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub ends: Time,
    length: Span,
    /// The chance that no clock was made to fire.
    free: f64,
    /// The one that was.
    forced: Option<usize>,
}

impl Window {
    /// Opens one until an instant: with the chance `firing` a clock is made to fire in it.
    pub(super) fn open<O: Observer>(
        ledger: &mut Ledger<'_, '_>,
        simulation: &mut Simulation<'_, O>,
        firing: f64,
        until: Time,
    ) -> Window {
        let now = simulation.now;
        let ends = until.max(now + Span(1));
        ledger.share_out(simulation.state, firing);
        let all: f64 = ledger.rows.iter().map(|row| row.share.chance).sum();
        let mut window = Window { ends, length: ends.since(now), free: 1.0 - all, forced: None };
        let mut place = ledger.uniform(&simulation.random) - window.free;
        if place >= 0.0 {
            let chosen = ledger.rows.iter().position(|row| {
                place -= row.share.chance;
                place < 0.0
            });
            // What rounding leaves belongs to nobody.
            if let Some(number) = chosen {
                window.force(ledger, simulation, number);
            }
        }
        window
    }

    fn force<O: Observer>(
        &mut self,
        ledger: &mut Ledger<'_, '_>,
        simulation: &mut Simulation<'_, O>,
        number: usize,
    ) {
        let laws = ledger.watched.clocks[number].laws;
        let random = simulation.random;
        let life = match laws {
            [Some(_), Some(_)] => usize::from(ledger.uniform(&random) < 0.5),
            _ => usize::from(laws[0].is_none()),
        };
        let mut place = ledger.uniform(&random);
        let part = PARTS.iter().position(|(_, chance)| {
            place -= chance;
            place < 0.0
        });
        let law = laws[life].expect("a clock has a law");
        let row = ledger.rows[number];
        let part_s = self.part_s(PARTS[part.unwrap_or(0)].0);
        let hazard = law.hazard_between(row.residual, row.age_s, row.age_s + part_s);
        // What is too small for numbers cannot be forced, and is not taken for forced either.
        if hazard <= 0.0 {
            return;
        }
        let budget = -libm::log1p(-ledger.uniform(&random) * fired_by(hazard));
        let mut lives_s = [f64::INFINITY; 2];
        lives_s[life] = law.time_to_spend(row.residual, row.age_s, budget).min(part_s);
        lives_s[1 - life] = ledger.left_s(&random, number, 1 - life);
        ledger.set(simulation, number, lives_s);
        self.forced = Some(number);
    }

    /// By how much less likely the window has made what happened in it so far: one of its clocks has fired, or none.
    pub(super) fn weight(&self, ledger: &Ledger<'_, '_>, fired: Option<Fired>) -> f64 {
        let mut sum = self.free;
        for (number, (row, watched)) in ledger.rows.iter().zip(&ledger.watched.clocks).enumerate() {
            if row.share.chance == 0.0 {
                continue;
            }
            let lives = watched.laws.iter().flatten().count() as f64;
            for (life, law) in watched.laws.iter().enumerate() {
                let Some(law) = law else { continue };
                let has_fired = fired == Some(Fired { number, life });
                let of_parts: f64 = PARTS
                    .iter()
                    .map(|&(part, chance)| chance * self.likelihood(row, law, part, has_fired))
                    .sum();
                sum += row.share.chance / lives * of_parts;
            }
        }
        1.0 / sum
    }

    /// How much likelier a clock that was made to fire in a part of the window makes what it did.
    fn likelihood(&self, row: &Row, law: &Law, part: u64, has_fired: bool) -> f64 {
        let Share { opened_s, residual, left_s, .. } = row.share;
        let age_s = left_s.unwrap_or(row.age_s);
        // Of a life that has ended otherwise, the next one had no part in this.
        let has_fired = has_fired && left_s.is_none();
        let until_s = opened_s + self.part_s(part);
        let all = law.hazard_between(residual, opened_s, until_s);
        // It could not be made to fire, and has been left as it is, however old it has become.
        if all <= 0.0 {
            return 1.0;
        }
        // Instants are rounded to a microsecond, and ages are sums.
        let rounding_s = if has_fired { 1e-6 } else { -1e-6 };
        if age_s > until_s + rounding_s {
            return 0.0;
        }
        if has_fired {
            return 1.0 / fired_by(all);
        }
        let spent = law.hazard_between(residual, opened_s, age_s.min(until_s));
        fired_by((all - spent).max(0.0)) / fired_by(all)
    }

    /// How long a part is, so that an instant which is drawn within it, rounded, still is.
    fn part_s(&self, part: u64) -> f64 {
        Span((self.length.0 / part).max(1)).as_secs_f64()
    }

    /// Closes it: from now on all lives go on as they would, that of the forced clock too.
    pub(super) fn close<O: Observer>(self, ledger: &mut Ledger<'_, '_>, simulation: &mut Simulation<'_, O>) {
        if let Some(number) = self.forced
            && ledger.rows[number].share.left_s.is_none()
        {
            ledger.redraw(simulation, number);
        }
        ledger.rows.iter_mut().for_each(|row| row.share = Share::NONE);
    }
}

/// The probability to fire before so much hazard is spent, 1 - exp(-x). Mostly x is small, and five terms of the series, which are right
/// to a part in 10^12 below 1/64, take a fifth of the time.
fn fired_by(x: f64) -> f64 {
    if x < 0.015_625 {
        x * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0))))
    } else {
        -libm::expm1(-x)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_series_is_the_function() {
        for k in 0..2_000 {
            let x = f64::from(k) * 1e-5;
            let exact = -libm::expm1(-x);
            assert!((super::fired_by(x) - exact).abs() <= 2e-12 * exact, "{x}");
        }
    }
}
