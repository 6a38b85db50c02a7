use super::*;

/// 20 lives, of which some were not seen to their end: times as a test of anything might have them.
fn seen() -> Durations {
    Durations {
        whole: vec![12.0, 31.0, 44.0, 61.0, 75.0, 90.0, 108.0, 131.0, 160.0, 204.0, 18.5, 50.25],
        open: vec![80.0, 120.0, 210.0, 210.0],
        rest: vec![20.0, 66.0],
        open_rest: vec![210.0, 210.0],
        below: vec![],
    }
}

#[test]
fn the_score_vanishes_at_the_maximum() {
    for family in [Family::Weibull, Family::Lognormal, Family::Gamma] {
        let fitted = fit(family, &seen()).unwrap();
        let at = |a: f64, b: f64| {
            let moved = match fitted.curve {
                Curve::Weibull { shape, scale } => Curve::Weibull { shape: shape * a, scale: scale * b },
                Curve::Lognormal { mu, sigma } => Curve::Lognormal { mu: mu + b - 1.0, sigma: sigma * a },
                Curve::Gamma { shape, scale } => Curve::Gamma { shape: shape * a, scale: scale * b },
                Curve::Exponential { .. } => unreachable!(),
            };
            ln_likelihood(&moved, &seen())
        };
        let h = 1e-4;
        for slope in [
            (at(1.0 + h, 1.0) - at(1.0 - h, 1.0)) / (2.0 * h),
            (at(1.0, 1.0 + h) - at(1.0, 1.0 - h)) / (2.0 * h),
        ] {
            assert!(slope.abs() < 1e-4, "{family:?}: {slope}");
        }
        // A tenth away in any direction it is lower.
        for (a, b) in [(1.1, 1.0), (0.9, 1.0), (1.0, 1.1), (1.0, 0.9)] {
            assert!(at(a, b) < at(1.0, 1.0), "{family:?} {a} {b}");
        }
    }
}

#[test]
fn without_censoring_the_normal_equations_hold() {
    // Of a lognormal law the estimates are mean and standard deviation (with n) of the logarithms.
    let whole = vec![3.0, 8.0, 1.5, 22.0, 6.5, 11.0];
    let logs: Vec<f64> = whole.iter().map(|x| libm::log(*x)).collect();
    let mean = logs.iter().sum::<f64>() / 6.0;
    let sigma = (logs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 6.0).sqrt();
    let seen = Durations { whole: whole.clone(), ..Durations::default() };
    let Curve::Lognormal { mu, sigma: found } = fit(Family::Lognormal, &seen).unwrap().curve else {
        panic!()
    };
    assert!((mu - mean).abs() < 1e-8 && (found - sigma).abs() < 1e-8, "{mu} {found}");
    // Of a gamma law the mean is the sample's; of a Weibull law scale^shape is the mean of x^shape.
    let gamma = fit(Family::Gamma, &seen).unwrap();
    assert!((gamma.mean.value - whole.iter().sum::<f64>() / 6.0).abs() < 1e-7);
    let Curve::Weibull { shape, scale } = fit(Family::Weibull, &seen).unwrap().curve else { panic!() };
    let power = whole.iter().map(|x| libm::pow(*x, shape)).sum::<f64>() / 6.0;
    assert!((libm::pow(scale, shape) / power - 1.0).abs() < 1e-7);
    // Its second equation: mean of x^s ln x over mean of x^s, less 1 / s, is the mean of ln x.
    let weighted = whole.iter().map(|x| libm::pow(*x, shape) * libm::log(*x)).sum::<f64>() / 6.0 / power;
    assert!((weighted - 1.0 / shape - mean).abs() < 1e-6);
}

#[test]
fn known_variances_of_the_estimates() {
    // Of complete lognormal durations the information is n / sigma² and 2 n / sigma².
    let whole: Vec<f64> = (1..=400)
        .map(|i| Curve::Lognormal { mu: 2.0, sigma: 0.7 }.quantile((f64::from(i) - 0.5) / 400.0))
        .collect();
    let fitted = fit(Family::Lognormal, &Durations { whole, ..Durations::default() }).unwrap();
    let Curve::Lognormal { sigma, .. } = fitted.curve else { panic!() };
    let width =
        |(_, known): &(&str, Known)| libm::log(known.high / known.low) / (2.0 * 1.959_963_984_540_054);
    assert!((width(&fitted.parameters[0]) - sigma / 20.0).abs() < 1e-5);
    assert!((width(&fitted.parameters[1]) - 1.0 / 800.0_f64.sqrt()).abs() < 1e-5);
}

#[test]
fn what_is_left_of_a_duration_is_what_the_integral_says() {
    for curve in [
        Curve::Weibull { shape: 0.7, scale: 3.0 },
        Curve::Weibull { shape: 2.5, scale: 3.0 },
        Curve::Lognormal { mu: 0.4, sigma: 0.9 },
        Curve::Gamma { shape: 0.6, scale: 4.0 },
        Curve::Gamma { shape: 3.0, scale: 1.2 },
    ] {
        // Simpson's rule from 0 to x, in a variable that spreads out what is steep at 0.
        for x in [0.2, 1.0, 4.0] {
            let steps = 4_000;
            let at = |i: i32| {
                let u = f64::from(i) / f64::from(steps);
                libm::exp(curve.ln_survival(x * u * u * u)) * 3.0 * x * u * u
            };
            let inner: f64 = (1..steps).map(|i| at(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
            let integral = (at(0) + inner + at(steps)) / (3.0 * f64::from(steps));
            let expected = 1.0 - integral / curve.mean();
            let found = libm::exp(curve.ln_rest_survival(x));
            assert!((found - expected).abs() < 1e-7, "{curve:?} at {x}: {found} {expected}");
        }
        // Far out the logarithm goes on, without a step where the function runs out of numbers.
        let scale = curve.mean();
        let logs: Vec<f64> = (1..60).map(|k| curve.ln_survival(scale * f64::from(k * k))).collect();
        assert!(logs.windows(2).all(|pair| pair[0] > pair[1] && pair[1].is_finite()), "{curve:?}");
    }
}

#[test]
fn the_unit_is_no_matter() {
    for family in Family::ALL {
        let hours = fit(family, &seen()).unwrap();
        let seconds = fit(family, &seen().scaled(3_600.0)).unwrap();
        assert!((hours.mean.scaled(3_600.0).value / seconds.mean.value - 1.0).abs() < 1e-7, "{family:?}");
        assert!((hours.mean.scaled(3_600.0).high / seconds.mean.high - 1.0).abs() < 1e-5, "{family:?}");
    }
}

#[test]
fn too_few_and_all_alike_are_told() {
    let only = |whole: &[f64]| Durations { whole: whole.to_vec(), open: vec![50.0], ..Durations::default() };
    assert_eq!(fit(Family::Exponential, &only(&[])), Err(NoFit::TooFew(0, 1)));
    assert_eq!(fit(Family::Weibull, &only(&[1.0, 2.0])), Err(NoFit::TooFew(2, 3)));
    assert_eq!(fit(Family::Gamma, &only(&[3.0, 3.0, 3.0])), Err(NoFit::Alike));
    assert!(fit(Family::Exponential, &only(&[3.0])).is_ok());
    let near = Durations { whole: vec![3.0, 3.0, 3.000_001], ..Durations::default() };
    assert_eq!(fit(Family::Weibull, &near), Err(NoFit::Extreme));
}

#[test]
fn of_what_is_below_a_bound_the_likelihood_is_what_is_over_by_then() {
    let seen = Durations { whole: vec![4.0, 9.0], below: vec![1.0], ..Durations::default() };
    let fitted = fit(Family::Exponential, &seen).unwrap();
    // The score: 13 - 2 m + (1 / (e^(1 / m) - 1)) = 0, with m the mean, after times m².
    let m = fitted.mean.value;
    let score = 13.0 / m - 2.0 - 1.0 / (m * libm::expm1(1.0 / m));
    assert!(score.abs() < 1e-6, "{score}");
}
