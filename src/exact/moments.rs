//! The first three moments of durations, and of sums and mixtures of them.

use crate::engine::Law;

/// Mean, mean square and mean cube.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments(pub [f64; 3]);

impl Moments {
    /// Of a law.
    pub(super) fn of(law: &Law) -> Moments {
        let by = |moment: &dyn Fn(f64) -> f64| Moments([moment(1.0), moment(2.0), moment(3.0)]);
        let whole = |moment: &dyn Fn(i32) -> f64| Moments([moment(1), moment(2), moment(3)]);
        match *law {
            Law::Constant { value_s } => whole(&|k| power(value_s, k)),
            Law::Exponential { mean_s } => Moments([mean_s, 2.0 * power(mean_s, 2), 6.0 * power(mean_s, 3)]),
            Law::Weibull { shape, scale_s } => by(&|k| libm::pow(scale_s, k) * libm::tgamma(1.0 + k / shape)),
            Law::Lognormal { mu, sigma } => by(&|k| libm::exp(k * mu + k * k * sigma * sigma / 2.0)),
            Law::Gamma { shape, scale_s } => {
                whole(&|k| (0..k).map(|stage| (shape + f64::from(stage)) * scale_s).product())
            }
            // ∫ x^k dx / (b - a), without a difference of powers.
            Law::Uniform { min_s, max_s } => whole(&|k| complete(k, &[min_s, max_s]) / f64::from(k + 1)),
            // The moments of a B-spline on three knots (Curry and Schoenberg, 1966).
            Law::Triangular { min_s, mode_s, max_s } => {
                whole(&|k| 2.0 * complete(k, &[min_s, mode_s, max_s]) / f64::from((k + 1) * (k + 2)))
            }
            Law::Empirical { ref values_s } => {
                whole(&|k| values_s.iter().map(|value| power(*value, k)).sum::<f64>() / values_s.len() as f64)
            }
        }
    }

    /// Of the sum of two that do not depend on each other.
    pub(super) fn plus(self, other: Moments) -> Moments {
        let (Moments([a, aa, aaa]), Moments([b, bb, bbb])) = (self, other);
        Moments([a + b, aa + 2.0 * a * b + bb, aaa + 3.0 * aa * b + 3.0 * a * bb + bbb])
    }

    /// Of the one or the other, by their weights.
    pub(super) fn mixed(parts: &[(f64, Moments)]) -> Moments {
        let all: f64 = parts.iter().map(|part| part.0).sum();
        let mean = |k: usize| parts.iter().map(|(weight, moments)| weight / all * moments.0[k]).sum();
        Moments([mean(0), mean(1), mean(2)])
    }
}

fn power(x: f64, k: i32) -> f64 {
    (0..k).map(|_| x).product()
}

/// The complete homogeneous symmetric polynomial: the sum of all products of `k` of these, each as often as one likes.
fn complete(k: i32, of: &[f64]) -> f64 {
    match of {
        [] => f64::from(u8::from(k == 0)),
        [first, rest @ ..] => (0..=k).map(|j| power(*first, j) * complete(k - j, rest)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;

    #[test]
    fn moments_are_those_of_many_even_quantiles() {
        let laws = [
            Law::constant(Span::from_secs(30)),
            Law::exponential(120.0).unwrap(),
            Law::weibull_from_mean(1.5, 400.0).unwrap(),
            Law::lognormal_from_median(60.0, 0.4).unwrap(),
            Law::gamma_from_mean(2.5, 200.0).unwrap(),
            Law::uniform(10.0, 60.0).unwrap(),
            Law::triangular(10.0, 20.0, 90.0).unwrap(),
            Law::empirical(vec![5.0, 6.0, 40.0]).unwrap(),
        ];
        for law in laws {
            let moments = Moments::of(&law);
            for k in 1..=3 {
                let n = 200_000;
                let sum: f64 =
                    (0..n).map(|i| power(law.quantile((f64::from(i) + 0.5) / f64::from(n)), k)).sum();
                let (found, exact) = (sum / f64::from(n), moments.0[k as usize - 1]);
                assert!((found / exact - 1.0).abs() < 2e-3, "{law}, {k}: {found} {exact}");
            }
        }
    }

    #[test]
    fn sums_and_mixtures() {
        let constant = |value_s| Moments::of(&Law::constant(Span::from_secs(value_s)));
        assert_eq!(constant(2).plus(constant(3)), constant(5));
        let stage = Moments::of(&Law::exponential(7.0).unwrap());
        let two = Moments::of(&Law::erlang(2, 14.0).unwrap());
        for (sum, exact) in stage.plus(stage).0.into_iter().zip(two.0) {
            assert!((sum / exact - 1.0).abs() < 1e-14);
        }
        assert_eq!(Moments::mixed(&[(1.0, constant(2)), (3.0, constant(6))]).0[0], 5.0);
    }
}
