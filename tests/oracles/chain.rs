//! All states of a world, and what is expected over its horizon, by uniformization.
//!
//! With a rate Λ that no state exceeds, the chain is a Poisson process whose events are steps of a discrete chain P. The time
//! spent in each state up to T is the sum over k of P(N(ΛT) > k) / Λ times the distribution after k steps (Grassmann 1977).

use crate::rules::{Event, Rules, State};
use crate::world::World;
use std::collections::BTreeMap;

/// A reward for being in a state, and one for each way out of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// By state: where it goes, and at which rate (1/h).
    pub moves: Vec<Vec<(u32, f64)>>,
    /// By state, rewards per hour: of each figure.
    pub rewards: [Vec<f64>; 3],
}

impl Chain {
    /// All that can be reached from a world in which all is up; `None` where that is more than `most` states.
    pub(crate) fn of(world: &World, rules: Rules, most: usize) -> Option<Chain> {
        let mut numbers: BTreeMap<State, u32> = BTreeMap::new();
        let mut states = vec![State::new(world, rules)];
        numbers.insert(states[0].clone(), 0);
        let mut chain = Chain::default();
        let mut next = 0;
        while next < states.len() {
            let state = states[next].clone();
            let mut row: Vec<(u32, f64)> = Vec::new();
            let mut outages = 0.0;
            for (event, rate) in state.events(world, rules) {
                let (to, begun) = state.after(world, rules, event);
                outages += rate * f64::from(begun);
                let fresh = states.len() as u32;
                let number = *numbers.entry(to).or_insert_with_key(|key| {
                    states.push(key.clone());
                    fresh
                });
                row.push((number, rate));
            }
            if states.len() > most {
                return None;
            }
            let served = state.served(world);
            chain.moves.push(row);
            chain.rewards[0].push(f64::from(u8::from(served <= 0.0)));
            chain.rewards[1].push(outages);
            chain.rewards[2].push(1.0 - served.max(0.0));
            next += 1;
        }
        Some(chain)
    }

    /// The fastest that any state is left.
    fn uniform_rate(&self) -> f64 {
        self.moves.iter().map(|row| row.iter().map(|(_, rate)| rate).sum()).fold(1e-9, f64::max) * 1.01
    }

    /// What each reward comes to over `hours` from the first state.
    pub(crate) fn expected(&self, hours: f64) -> [f64; 3] {
        let rate = self.uniform_rate();
        let tails = poisson_tails(rate * hours);
        let stays: Vec<f64> =
            self.moves.iter().map(|row| 1.0 - row.iter().map(|(_, r)| r).sum::<f64>() / rate).collect();
        let mut p = vec![0.0; self.moves.len()];
        p[0] = 1.0;
        let mut q = p.clone();
        let mut sums = [0.0; 3];
        let mut before = sums;
        let mut left: f64 = tails.iter().sum();
        for (step, tail) in tails.iter().enumerate() {
            let gains: [f64; 3] = std::array::from_fn(|k| dot(&self.rewards[k], &p));
            for (sum, gain) in sums.iter_mut().zip(gains) {
                *sum += tail / rate * gain;
            }
            left -= tail;
            for (q, (p, stay)) in q.iter_mut().zip(p.iter().zip(&stays)) {
                *q = p * stay;
            }
            for (row, mass) in self.moves.iter().zip(&p) {
                let mass = mass / rate;
                for &(to, rate) in row {
                    q[to as usize] += mass * rate;
                }
            }
            std::mem::swap(&mut p, &mut q);
            // It has come to rest: what is left passes at this pace. Rare states are looked at by themselves.
            if step % 64 != 63 {
                continue;
            }
            let rests = |k: usize| (gains[k] - before[k]).abs() <= 1e-12 * gains[k];
            let moved: f64 = p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum();
            if moved < 1e-10 && (0..3).all(rests) {
                for (sum, reward) in sums.iter_mut().zip(&self.rewards) {
                    *sum += left.max(0.0) / rate * dot(reward, &p);
                }
                break;
            }
            before = gains;
        }
        sums
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// P(N > k) of a Poisson variable N of this mean, for k from 0 until it is nothing.
fn poisson_tails(mean: f64) -> Vec<f64> {
    let most = (mean + 9.0 * mean.sqrt() + 30.0) as usize;
    // The probabilities, from the mode outwards, up to a factor.
    let mode = mean as usize;
    let mut masses = vec![0.0; most + 1];
    masses[mode] = 1.0;
    for k in (0..mode).rev() {
        masses[k] = masses[k + 1] * (k + 1) as f64 / mean;
    }
    for k in mode + 1..=most {
        masses[k] = masses[k - 1] * mean / k as f64;
    }
    let all: f64 = masses.iter().sum();
    let mut tails = vec![0.0; most + 1];
    for k in (0..most).rev() {
        tails[k] = tails[k + 1] + masses[k + 1] / all;
    }
    tails
}

/// Two states: the time down is known.
#[test]
fn the_solver_knows_two_states() {
    let (l, m, t) = (1.0 / 30.0, 1.0 / 5.0, 200.0);
    let chain = Chain {
        moves: vec![vec![(1, l)], vec![(0, m)]],
        rewards: [vec![0.0, 1.0], vec![l, 0.0], vec![0.0, 1.0]],
    };
    let s: f64 = l + m;
    let down = l / s * t - l / (s * s) * (1.0 - (-s * t).exp());
    let found = chain.expected(t);
    assert!((found[0] / down - 1.0).abs() < 1e-11, "{found:?} {down}");
    assert!((found[1] / (l * (t - down)) - 1.0).abs() < 1e-11);
}

/// What the events of a state are called does not matter, only that none is listed twice.
#[test]
fn no_event_is_listed_twice() {
    let world = World::random(&mut crate::dice::Dice::new(5), 1.0);
    let events = State::new(&world, Rules::default()).events(&world, Rules::default());
    let names: std::collections::BTreeSet<Event> = events.iter().map(|(event, _)| *event).collect();
    assert_eq!(names.len(), events.len());
}
