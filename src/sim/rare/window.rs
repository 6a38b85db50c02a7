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
use super::ledger::{Fired, Ledger};
use super::shares::Changed;
use crate::engine::{Law, Span, Time};

/// Parts of a window within which a fault is made to strike, as its length divided by these, and how often each is chosen: a
/// takeover of a minute is not missed in a repair of a day. Assumption.
pub(super) const PARTS: [(u64, f64); 4] = [(1, 0.82), (8, 0.06), (64, 0.06), (512, 0.06)];

/// The window that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub ends: Time,
    /// How long its parts are, in seconds, so that an instant which is drawn within one, rounded, still is.
    parts_s: [f64; PARTS.len()],
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
        let length = ends.since(now);
        let parts_s = PARTS.map(|(part, _)| Span((length.0 / part).max(1)).as_secs_f64());
        let all = ledger.share_out(simulation.state, firing, parts_s);
        let mut window = Window { ends, parts_s, free: 1.0 - all, forced: None };
        let place = ledger.uniform(&simulation.random) - window.free;
        if place >= 0.0
            && let Some(number) = ledger.shares.at(place, &ledger.rows, ledger.watched)
        {
            window.force(ledger, simulation, number);
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
        let part_s = self.parts_s[part.unwrap_or(0)];
        let age_s = row.age_s(ledger.now);
        let hazard = law.hazard_between(row.residual, age_s, age_s + part_s);
        // What is too small for numbers cannot be forced, and is not taken for forced either.
        if hazard <= 0.0 {
            return;
        }
        let budget = -libm::log1p(-ledger.uniform(&random) * fired_by(hazard));
        let mut lives_s = [f64::INFINITY; 2];
        lives_s[life] = law.time_to_spend(row.residual, age_s, budget).min(part_s);
        lives_s[1 - life] = ledger.left_s(&random, number, 1 - life);
        ledger.set(simulation, number, lives_s);
        self.forced = Some(number);
    }

    /// By how much less likely the window has made what happened in it so far: one of its clocks has fired, or none.
    pub(super) fn weight(&self, ledger: &Ledger<'_, '_>, fired: Option<Fired>) -> f64 {
        let (shares, watched, now) = (&ledger.shares, ledger.watched, ledger.now);
        let mut sum = self.free;
        // What runs as it did has got older by this; of the one that has fired nobody has seen yet that it stands still.
        let passed_s = now.since(shares.opened).as_secs_f64();
        for (kind, part) in shares.kinds.iter().enumerate().filter(|(_, part)| part.rest > 0.0) {
            if let Some(even) = &shares.evens[kind] {
                sum += part.rest * even.likelihood(self.parts_s, passed_s);
                continue;
            }
            for &number in &watched.places.kinds[kind] {
                let row = &ledger.rows[number as usize];
                if row.clock.runs() && row.changed.is_none() {
                    let (opened_s, age_s) = (row.age_s(shares.opened), row.age_s(now));
                    let life = Life { opened_s, residual: row.residual, age_s };
                    let laws = &watched.clocks[number as usize].laws;
                    sum += shares.chance(number as usize, watched) * self.likelihood(laws, life);
                }
            }
        }
        for changed in shares.changed.iter().filter(|changed| changed.chance > 0.0) {
            let laws = &watched.clocks[changed.number as usize].laws;
            let life = life_of(changed, ledger);
            sum += changed.chance
                * match &shares.evens[watched.clocks[changed.number as usize].kind] {
                    Some(even) => even.likelihood(self.parts_s, life.age_s - life.opened_s),
                    None => self.likelihood(laws, life),
                };
        }
        1.0 / (sum + fired.map_or(0.0, |fired| self.more(ledger, fired)))
    }

    /// What it adds that a clock has fired, and has not only not fired yet.
    fn more(&self, ledger: &Ledger<'_, '_>, fired: Fired) -> f64 {
        let (shares, watched) = (&ledger.shares, &ledger.watched.clocks[fired.number]);
        let row = &ledger.rows[fired.number];
        // Of a life that has ended otherwise, the next one had no part in this.
        if shares.has_left(row) {
            return 0.0;
        }
        let (chance, life) = match row.changed {
            Some(place) => {
                let changed = &shares.changed[place as usize];
                (changed.chance, life_of(changed, ledger))
            }
            None => {
                let (opened_s, age_s) = (row.age_s(shares.opened), row.age_s(ledger.now));
                (
                    shares.chance(fired.number, ledger.watched),
                    Life { opened_s, residual: row.residual, age_s },
                )
            }
        };
        if let Some(even) = &shares.evens[watched.kind] {
            return chance * even.more(self.parts_s, life.age_s - life.opened_s, fired.life);
        }
        let law = watched.laws[fired.life].expect("what has fired has a law");
        let more = self.likelihood_of(law, life, true) - self.likelihood_of(law, life, false);
        chance * more / watched.laws.iter().flatten().count() as f64
    }

    /// How much likelier clocks of these laws that were made to fire within the window make it that they have not: any of the laws may have been
    /// chosen.
    fn likelihood(&self, laws: &[Option<&Law>; 2], life: Life) -> f64 {
        let lives = laws.iter().flatten().count() as f64;
        laws.iter().flatten().map(|law| self.likelihood_of(law, life, false)).sum::<f64>() / lives
    }

    /// The same, or that it has, of one law: any part of the window may have been chosen.
    fn likelihood_of(&self, law: &Law, life: Life, has_fired: bool) -> f64 {
        let Life { opened_s, residual, age_s } = life;
        // Instants are rounded to a microsecond, and ages are sums.
        let rounding_s = if has_fired { 1e-6 } else { -1e-6 };
        let of_part = |(part_s, (_, chance)): (&f64, (u64, f64))| {
            let until_s = opened_s + part_s;
            let all = law.hazard_between(residual, opened_s, until_s);
            // It could not be made to fire, and has been left as it is, however old it has become.
            if all <= 0.0 {
                return chance;
            }
            if age_s > until_s + rounding_s {
                return 0.0;
            }
            let left = if has_fired {
                1.0
            } else {
                let spent = law.hazard_between(residual, opened_s, age_s.min(until_s));
                fired_by((all - spent).max(0.0))
            };
            chance * left / fired_by(all)
        };
        self.parts_s.iter().zip(PARTS).map(of_part).sum()
    }

    /// Closes it: from now on all lives go on as they would, that of the forced clock too.
    pub(super) fn close<O: Observer>(self, ledger: &mut Ledger<'_, '_>, simulation: &mut Simulation<'_, O>) {
        if let Some(number) = self.forced
            && !ledger.shares.has_left(&ledger.rows[number])
        {
            ledger.redraw(simulation, number);
        }
        ledger.shares.close(&mut ledger.rows);
    }
}

/// A life, from when the window was opened until now, or until it ended.
#[derive(Clone, Copy, Debug)]
struct Life {
    opened_s: f64,
    residual: bool,
    age_s: f64,
}

fn life_of(changed: &Changed, ledger: &Ledger<'_, '_>) -> Life {
    let age_s = changed.left_s.unwrap_or_else(|| ledger.rows[changed.number as usize].age_s(ledger.now));
    Life { opened_s: changed.opened_s, residual: changed.residual, age_s }
}

/// The probability to fire before so much hazard is spent, 1 - exp(-x). Mostly x is small, and five terms of the series, which are right
/// to a part in 10^12 below 1/64, take a fifth of the time.
#[inline]
pub(super) fn fired_by(x: f64) -> f64 {
    if x < 0.015_625 {
        x * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0))))
    } else {
        -libm::expm1(-x)
    }
}

#[cfg(test)]
mod tests {
    use super::super::even::Even;
    use super::super::watched::{Place, Watched};
    use super::*;

    /// What is the same for all clocks of a kind is what the general formula says of one of them, however old it is.
    #[test]
    fn clocks_without_age_are_as_others() {
        let laws = [1e3, 1e7].map(|mean_s| Law::exponential(mean_s).expect("a mean"));
        let parts_s = PARTS.map(|(part, _)| 36_000.0 / part as f64);
        let window = Window { ends: Time::ZERO, parts_s, free: 0.5, forced: None };
        for laws in [[Some(&laws[0]), None], [None, Some(&laws[1])], [Some(&laws[0]), Some(&laws[1])]] {
            let (place, laws) = (Place::Slot(0), laws);
            let watched =
                Watched { place, laws, rate: 1.0, rarity: 1.0, repair: 0, kind: 0, host: None, part: None };
            let even = Even::of(&watched, parts_s).expect("no age");
            for k in 0..100 {
                let passed_s = 1e-3 + f64::from(k * k) * 3.6;
                let life = Life { opened_s: 123.0, residual: false, age_s: 123.0 + passed_s };
                let (found, general) = (even.likelihood(parts_s, passed_s), window.likelihood(&laws, life));
                assert!((found - general).abs() <= 1e-9 * general + 1e-12, "{k}: {found} {general}");
                for (which, law) in laws.iter().enumerate().filter_map(|(which, law)| Some((which, (*law)?)))
                {
                    let lives = laws.iter().flatten().count() as f64;
                    let general = (window.likelihood_of(law, life, true)
                        - window.likelihood_of(law, life, false))
                        / lives;
                    let found = even.more(parts_s, passed_s, which);
                    assert!(
                        (found - general).abs() <= 1e-9 * general.abs() + 1e-12,
                        "{k}: {found} {general}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_series_is_the_function() {
        for k in 0..2_000 {
            let x = f64::from(k) * 1e-5;
            let exact = -libm::expm1(-x);
            assert!((super::fired_by(x) - exact).abs() <= 2e-12 * exact, "{x}");
        }
    }
}
