//! Durations of any law on a lattice of equal steps, with their means kept.
//!
//! What lies between two points of the lattice is put on both, the more on the nearer, as a lever does it. With
//! C(x) = E max(X - x, 0) the point j gets the second difference of C, which needs nothing of a law but its mean and its
//! residual life: atoms and densities are all one.

use crate::engine::Law;

/// The chances of a duration to be 0, 1, 2 … steps long. What is beyond the last has no place in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lattice(Vec<f64>);

impl Lattice {
    /// One of several laws, by their weights.
    pub(super) fn of(laws: &[(f64, &Law)], step_s: f64, points: usize) -> Lattice {
        let mut mass = vec![0.0; points];
        let all: f64 = laws.iter().map(|law| law.0).sum();
        for (weight, law) in laws {
            let mean_s = law.mean_s();
            let left = |point: usize| mean_s * law.residual_survival(point as f64 * step_s);
            let (mut before, mut here) = (mean_s + step_s, mean_s);
            for (point, mass) in mass.iter_mut().enumerate() {
                let after = left(point + 1);
                *mass += weight / all * ((before - here) - (here - after)).max(0.0) / step_s;
                (before, here) = (here, after);
            }
        }
        Lattice(mass)
    }

    /// No time at all.
    pub(super) fn none(points: usize) -> Lattice {
        let mut mass = vec![0.0; points];
        mass[0] = 1.0;
        Lattice(mass)
    }

    /// One of several, by their weights.
    pub(super) fn mixed(of: &[(f64, Lattice)]) -> Lattice {
        let all: f64 = of.iter().map(|part| part.0).sum();
        let points = of.first().map_or(0, |part| part.1.0.len());
        let mass = |point: usize| of.iter().map(|(weight, lattice)| weight / all * lattice.0[point]).sum();
        Lattice((0..points).map(mass).collect())
    }

    /// The residual life of a component that has been in service for ever.
    pub(super) fn residual_of(law: &Law, step_s: f64, points: usize) -> Lattice {
        let until = |point: usize| law.residual_survival((point as f64 + 0.5) * step_s);
        let mut before = 1.0;
        let mass = (0..points).map(|point| std::mem::replace(&mut before, until(point)) - before);
        Lattice(mass.collect())
    }

    /// The sum of two that do not depend on each other.
    pub(super) fn plus(&self, other: &Lattice) -> Lattice {
        let mut mass = vec![0.0; self.0.len()];
        for (first, a) in self.0.iter().enumerate().filter(|part| *part.1 > 0.0) {
            for (sum, b) in mass[first..].iter_mut().zip(&other.0) {
                *sum += a * b;
            }
        }
        Lattice(mass)
    }

    /// By steps, the chance to be exactly so long.
    pub(super) fn chances(&self) -> &[f64] {
        &self.0
    }

    /// By steps, the chance to be exactly so long for what is not shorter.
    pub(super) fn ends(&self) -> Vec<f64> {
        let mut left = 1.0;
        let ends = self.0.iter().map(|mass| {
            let ends = if left > 0.0 { (mass / left).min(1.0) } else { 1.0 };
            left -= mass;
            ends
        });
        ends.collect()
    }

    /// By steps, the chance to be longer.
    pub(super) fn longer(&self) -> Vec<f64> {
        let mut left = 1.0;
        let tail = self.0.iter().map(|mass| {
            left -= mass;
            f64::max(left, 0.0)
        });
        tail.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    /// Whatever the law and however wide the steps: it is a law, and it keeps the mean.
    #[test]
    fn the_mean_is_kept() {
        let laws = [
            Law::constant(Span::from_secs(30)),
            Law::constant(Span::ZERO),
            Law::exponential(120.0).unwrap(),
            Law::weibull_from_mean(0.7, 40.0).unwrap(),
            Law::lognormal_from_median(60.0, 0.4).unwrap(),
            Law::gamma_from_mean(2.5, 200.0).unwrap(),
            Law::uniform(10.0, 60.0).unwrap(),
            Law::triangular(10.0, 20.0, 90.0).unwrap(),
            Law::empirical(vec![5.0, 6.0, 40.0]).unwrap(),
        ];
        let mean_of = |lattice: &Lattice, step_s: f64| {
            let points = (0..).zip(lattice.chances());
            points.map(|(point, mass)| f64::from(point) * step_s * mass).sum::<f64>()
        };
        for step_s in [7.0, 70.0] {
            for law in &laws {
                let lattice = Lattice::of(&[(1.0, law)], step_s, 2_000);
                let all: f64 = lattice.chances().iter().sum();
                assert!((all - 1.0).abs() < 1e-9, "{law}: {all}");
                assert!(
                    (mean_of(&lattice, step_s) - law.mean_s()).abs() < 1e-6 * law.mean_s().max(1e-6),
                    "{law}"
                );
                let tail: f64 = lattice.longer().iter().map(|left| left * step_s).sum();
                assert!((tail - law.mean_s()).abs() < 1e-6 * law.mean_s().max(1e-6), "{law}");
            }
            let mixed = Lattice::of(&[(1.0, &laws[0]), (3.0, &laws[2])], step_s, 2_000);
            assert!((mean_of(&mixed, step_s) - 97.5).abs() < 1e-4);
            let sum = mixed.plus(&Lattice::of(&[(1.0, &laws[6])], step_s, 2_000));
            assert!((mean_of(&sum, step_s) - 132.5).abs() < 1e-4);
        }
    }
}
