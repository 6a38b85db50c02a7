//! Residual lives against numeric integration, and against a renewal process that is simulated.

use super::*;

/// The integral of the survival function from `from` to where nothing survives, over the mean, by Simpson's
/// rule in the logarithm: independent of every closed form.
fn integrated(law: &Law, from: f64) -> f64 {
    const STEPS: u32 = 40_000;
    let (low, high) = (libm::log(from), libm::log(law.inverse_survival(1e-18)));
    let width = (high - low) / f64::from(STEPS);
    let sum: f64 = (0..=STEPS)
        .map(|i| {
            let x = libm::exp(low + f64::from(i) * width);
            let weight = if i == 0 || i == STEPS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            weight * x * law.survival(x)
        })
        .sum();
    sum * width / 3.0 / law.mean_s()
}

#[test]
fn residual_survival_is_the_integral_of_survival() {
    for law in zoo().into_iter().filter(|law| !law.is_constant()) {
        // A staircase and kinks are not for Simpson's rule.
        let bound = if matches!(law, Law::Empirical { .. }) { 1e-3 } else { 1e-6 };
        for v in [0.999, 0.9, 0.6, 0.3, 0.05, 1e-3] {
            let x = law.inverse_residual_survival(v);
            let integral = integrated(&law, x);
            assert!((integral - v).abs() < bound, "{law} at {v}: {integral}");
            assert!((law.residual_survival(x) - v).abs() < 1e-11, "{law} at {v}");
        }
    }
}

/// Looks at a renewal process at random instants, and compares what is left with the residual law: the
/// distance to its distribution function stays below 5e-7's bound of Dvoretzky, Kiefer and Wolfowitz. With
/// 20,000 instants that is 0.0195: a residual law off by 0.03 somewhere is found nearly always.
#[test]
fn residual_lives_are_what_an_inspector_finds() {
    const INSTANTS: u32 = 20_000;
    let bound = (libm::log(2.0 / 5e-7) / (2.0 * f64::from(INSTANTS))).sqrt();
    for law in zoo() {
        let mut lives = uniforms("lives", u32::MAX).map(|v| law.inverse_survival(v));
        // Instants some 10 lives apart on average, from long after the start.
        let (mut now, mut end) = (50.0 * law.mean_s(), 0.0);
        let mut left: Vec<f64> = uniforms("instants", INSTANTS)
            .map(|v| {
                now += law.mean_s() * 20.0 * v;
                while end <= now {
                    end += lives.next().unwrap();
                }
                end - now
            })
            .collect();
        left.sort_by(f64::total_cmp);
        let distance = |survival: &dyn Fn(f64) -> f64| {
            let gaps = left.iter().enumerate().map(|(i, &x)| {
                let below = 1.0 - survival(x);
                let (before, after) = (f64::from(i as u32), f64::from(i as u32 + 1));
                let count = f64::from(INSTANTS);
                f64::max((below - before / count).abs(), (below - after / count).abs())
            });
            gaps.fold(0.0, f64::max)
        };
        let found = distance(&|x| law.residual_survival(x));
        assert!(found < bound, "{law}: distance {found}, bound {bound}");
        // Whoever takes a whole life for what is left of one is found out, except where there is no memory.
        if !matches!(law, Law::Exponential { .. }) {
            assert!(distance(&|x| law.survival(x)) > bound, "{law}");
        }
    }
}
