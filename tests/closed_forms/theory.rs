//! The formulas, by themselves: sums of Poisson and Erlang laws, and one integral. Nothing here knows the simulator.

/// P(Poisson(mean) = n), by its logarithm.
pub(crate) fn poisson(n: u32, mean: f64) -> f64 {
    if mean <= 0.0 {
        return f64::from(u8::from(n == 0));
    }
    let ln_factorial: f64 = (1..=n).map(|j| f64::from(j).ln()).sum();
    (f64::from(n) * mean.ln() - mean - ln_factorial).exp()
}

/// P(Poisson(mean) ≤ k).
pub(crate) fn poisson_at_most(k: u32, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut sum = term;
    for n in 1..=k {
        term *= mean / f64::from(n);
        sum += term;
    }
    sum
}

/// P(a sum of so many exponential stages ≤ x), of rate 1; of none it is 0.
fn erlang_at_most(stages: u32, x: f64) -> f64 {
    if stages == 0 { 1.0 } else { 1.0 - poisson_at_most(stages - 1, x) }
}

/// Simpson's rule.
fn integral(to: f64, steps: u32, f: impl Fn(f64) -> f64) -> f64 {
    let step = to / f64::from(steps);
    let weight = |k: u32| match k {
        0 => 1.0,
        k if k == steps => 1.0,
        k => f64::from(2 + 2 * (k % 2)),
    };
    (0..=steps).map(|k| weight(k) * f(f64::from(k) * step)).sum::<f64>() * step / 3.0
}

/// Mean and variance of the downtime until `t`, up at first, exponential lives and repairs.
///
/// E D² = 2 ∫ P(down at u) E(downtime from u to T, down at u) du.
pub(crate) fn downtime(mttf: f64, mttr: f64, t: f64) -> (f64, f64) {
    let (fail, sum) = (1.0 / mttf, 1.0 / mttf + 1.0 / mttr);
    let share = fail / sum;
    let is_down = |u: f64| share * -(-sum * u).exp_m1();
    let more = |w: f64| share * w + (1.0 - share) * -(-sum * w).exp_m1() / sum;
    let mean = integral(t, 20_000, is_down);
    let second = 2.0 * integral(t, 20_000, |u| is_down(u) * more(t - u));
    (mean, second - mean * mean)
}

/// Takács: P(D ≤ x) of exponential lives and Erlang repairs; the clock of failures runs for `up` hours, which are t - x.
///
/// D ≤ x where repairs that began within the first t - x hours of being up last no longer than x together.
pub(crate) fn takacs(mttf: f64, stages: u32, mttr: f64, up: f64, x: f64) -> f64 {
    let rate = f64::from(stages) / mttr;
    (0..60).map(|n| poisson(n, up / mttf) * erlang_at_most(stages * n, rate * x)).sum()
}

/// Mean and variance of the number of outages until `t` where each lasts `r`: more than n where the first n are over and there are
/// more than n failures in the t - n r hours that are left to be up.
pub(crate) fn outages(mttf: f64, r: f64, t: f64) -> (f64, f64) {
    let more_than = |n: u32| 1.0 - poisson_at_most(n, (t - f64::from(n) * r).max(0.0) / mttf);
    // More than 100 are beyond all chance where these are used.
    let within = 0..((t / r) as u32).min(100) + 1;
    let mean: f64 = within.clone().map(more_than).sum();
    let second: f64 = within.map(|n| f64::from(2 * n + 1) * more_than(n)).sum();
    (mean, second - mean * mean)
}

/// How many whole outages of length `r` are the p-quantile of the downtime until `t`, and how far the chances of fewer and of no more
/// are from p. None if the quantile lies between multiples.
pub(crate) fn quantile(mttf: f64, r: f64, t: f64, p: f64) -> Option<(u32, f64)> {
    let chance = |k: u32, at_most: u32| poisson_at_most(at_most, (t - f64::from(k) * r) / mttf);
    let k = (0..100).find(|&k| chance(k, k) >= p)?;
    let below = if k == 0 { 0.0 } else { chance(k, k - 1) };
    (below < p).then(|| (k, (p - below).min(chance(k, k) - p)))
}

#[test]
fn the_formulas_are_right() {
    // The mean has a closed form of its own.
    let (mean, variance) = downtime(300.0, 10.0, 600.0);
    let (sum, share) = (1.0 / 300.0 + 0.1, 10.0 / 310.0);
    assert!((mean - share * (600.0 + (-sum * 600.0_f64).exp_m1() / sum)).abs() < 1e-9);
    // In the long run 2 U (1 - U) / (λ + μ) an hour; over an instant, λ t³ / 3.
    let (_, long) = downtime(300.0, 10.0, 1e6);
    assert!((long / 1e6 / (2.0 * share * (1.0 - share) / sum) - 1.0).abs() < 1e-3 && variance > 0.0);
    assert!((downtime(300.0, 10.0, 1e-3).1 / (1e-9 / 900.0) - 1.0).abs() < 1e-3);
    // The mean of Takács' law is that mean.
    let beyond = integral(600.0, 2_000, |x| 1.0 - takacs(300.0, 1, 10.0, 600.0 - x, x));
    assert!((beyond / mean - 1.0).abs() < 1e-6, "{beyond} {mean}");
    // Without any length outages are those of a Poisson process.
    let (mean, variance) = outages(100.0, 1e-6, 400.0);
    assert!((mean - 4.0).abs() < 1e-6 && (variance - 4.0).abs() < 1e-5);
}
