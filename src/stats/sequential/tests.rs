//! The promise of the whole search, measured with fixed seeds: how often it says something wrong where the limit lies right
//! beside a candidate's mean. The twin that looks as often and spends all of the error at each look must break it.

use super::*;
use crate::stats::testing::Draws;
use crate::stats::{Moments, Randomness, interval};

#[test]
fn the_search_finds_every_answer_in_as_many_steps_as_it_says() {
    for candidates in 1..40 {
        for answer in 0..=candidates {
            let mut asked = 0;
            let found = smallest(candidates, |candidate| {
                asked += 1;
                Some(if candidate >= answer { Verdict::Passes } else { Verdict::Fails })
            });
            let passes = (answer < candidates).then_some(answer);
            assert_eq!(found, Some(Bracket { fails: answer.checked_sub(1), passes }));
            assert!(found.is_some_and(|bracket| bracket.is_decided(candidates)));
            assert!(asked <= decisions(candidates), "{answer} of {candidates}: {asked}");
        }
    }
}

#[test]
fn what_is_undecided_lies_between_the_two_ends() {
    let judge = |candidate: usize| {
        Some(match candidate {
            0..=4 => Verdict::Fails,
            5..=7 => Verdict::Undecided,
            _ => Verdict::Passes,
        })
    };
    let found = smallest(13, judge).expect("an answer");
    assert_eq!(found, Bracket { fails: Some(4), passes: Some(8) });
    assert!(!found.is_decided(13));
    assert_eq!(smallest(3, |_| Some(Verdict::Undecided)), Some(Bracket { fails: None, passes: None }));
    assert!(!Bracket { fails: None, passes: None }.is_decided(3));
    assert_eq!(smallest(3, |_| None), None);
}

/// A candidate's replications: so many events expected in one, of exponential or of heavy-tailed lengths.
struct Ladder {
    events: f64,
    /// Lognormal lengths, σ = 1.5: one event in a hundred is as long as thirty others.
    heavy: bool,
    /// Each candidate's mean is this much below that of the one before.
    ratio: f64,
}

const UNIT: f64 = 1e6;
const CANDIDATES: usize = 13;
/// The first that passes: its mean is the limit itself, or a hair below.
const ANSWER: usize = 5;

impl Ladder {
    fn mean(&self, candidate: usize) -> f64 {
        self.events * UNIT * libm::pow(self.ratio, candidate as f64)
    }

    /// Whether a search that leaves `tail` out at each look says something that is not so.
    fn errs(&self, batch: u64, limit: f64, answer: usize, tail: f64) -> bool {
        let looks = looks(400);
        // The 99.9 % quantile of a length, in mean lengths.
        let largest = if self.heavy { libm::exp(1.5 * 3.090_232 - 1.125) } else { libm::log(1000.0) };
        let chance = |mean: f64| Randomness::within(mean / self.events * largest, 1e15);
        let draw = |draws: &mut Draws| {
            if self.heavy { libm::exp(1.5 * draws.normal() - 1.125) } else { draws.exponential() }
        };
        let judge = |candidate: usize| {
            let mut draws = Draws::new(batch * 64 + candidate as u64 + 1);
            let (mut values, mean) = (Moments::new(), self.mean(candidate));
            for &look in &looks {
                while values.count() < u64::from(look) {
                    let count = draws.poisson(self.events);
                    let length: f64 = (0..count).map(|_| draw(&mut draws)).sum();
                    values.push((length * mean / self.events) as u64);
                }
                let found = interval::mean_at(&values, chance(mean), tail);
                if found.high <= limit {
                    return Some(Verdict::Passes);
                }
                if found.low > limit {
                    return Some(Verdict::Fails);
                }
            }
            Some(Verdict::Undecided)
        };
        let bracket = smallest(CANDIDATES, judge).expect("nobody stops it");
        bracket.passes.is_some_and(|passes| passes < answer)
            || bracket.fails.is_some_and(|fails| fails >= answer)
    }

    /// The share of 400 searches that err when the limit is the mean of one candidate, which passes; and when it is
    /// a hair less, so that the candidate fails.
    fn error(&self, tail: f64) -> [f64; 2] {
        let limit = self.mean(ANSWER);
        [(limit * (1.0 + 1e-9), ANSWER), (limit * (1.0 - 1e-9), ANSWER + 1)].map(|(limit, answer)| {
            let wrong = (0..400).filter(|&batch| self.errs(batch, limit, answer, tail)).count();
            wrong as f64 / 400.0
        })
    }
}

/// 5 % of 400 are 20, and such a count is over 20 + 5 × √19 = 42 once in 400,000 times; where 15 % err it is noticed in 99 % of all cases.
const ALLOWED: f64 = 42.0 / 400.0;

#[test]
fn the_error_of_the_whole_search_is_kept_and_a_naive_one_is_not() {
    let mut naive_worst = [0.0_f64; 2];
    for (events, heavy, ratio) in
        [(5.0, false, 0.9), (1.0, false, 0.8), (0.1, false, 0.5), (20.0, true, 0.9), (2.0, true, 0.8)]
    {
        let ladder = Ladder { events, heavy, ratio };
        let kept = ladder.error(tail(0.95, looks(400).len(), decisions(CANDIDATES)));
        let naive = ladder.error(0.05);
        println!("{events} events, heavy {heavy}, ratio {ratio}: {kept:?}, naive {naive:?}");
        assert!(kept.iter().all(|share| *share <= ALLOWED), "{events} events: {kept:?}");
        naive_worst = [naive_worst[0].max(naive[0]), naive_worst[1].max(naive[1])];
    }
    assert!(
        naive_worst.iter().all(|share| *share > ALLOWED),
        "the twin that looks too often: {naive_worst:?}"
    );
}

#[test]
fn a_search_that_errs_no_more_than_promised_still_decides() {
    // Means 30 % apart and the limit between two of them: nearly every search has an answer.
    let ladder = Ladder { events: 5.0, heavy: false, ratio: 0.7 };
    let limit = (ladder.mean(4) * ladder.mean(5)).sqrt();
    let wrong = (0..100).filter(|&batch| ladder.errs(batch, limit, 5, tail(0.95, 4, 4))).count();
    assert_eq!(wrong, 0);
}
