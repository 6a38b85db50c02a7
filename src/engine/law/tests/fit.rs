//! Goodness of fit against rand_distr, whose samplers share no code and no method with ours.

use super::*;
use rand::distr::Distribution;

/// Draws of each side.
const COUNT: u32 = 600_000;

/// The two-sample Kolmogorov-Smirnov distance of two sorted samples.
fn distance(ours: &[f64], theirs: &[f64]) -> f64 {
    let (mut i, mut j, mut worst) = (0, 0, 0.0_f64);
    while i < ours.len() && j < theirs.len() {
        // Steps over all values at this place on both sides, so that ties count as one.
        let place = ours[i].min(theirs[j]);
        while i < ours.len() && ours[i] <= place {
            i += 1;
        }
        while j < theirs.len() && theirs[j] <= place {
            j += 1;
        }
        worst = worst.max((i as f64 / ours.len() as f64 - j as f64 / theirs.len() as f64).abs());
    }
    worst
}

/// Exceeded with a probability below 1e-9 by two samples of one law: at most 2 exp(-n bound²) for two samples of
/// n >= 458 each (Wei and Dudley, Statistics & Probability Letters 82, 2012). It is 0.0060 here; a law whose
/// distribution function is off by 0.0075 somewhere, as that of an exponential with a mean 2 % too high, is
/// found nearly always.
fn bound() -> f64 {
    (libm::log(2e9) / f64::from(COUNT)).sqrt()
}

fn ours(law: &Law) -> Vec<f64> {
    let mut drawn: Vec<_> = uniforms("fit", COUNT).map(|v| law.sample(v).as_secs_f64()).collect();
    drawn.sort_by(f64::total_cmp);
    drawn
}

fn theirs(sampler: impl Distribution<f64>) -> Vec<f64> {
    // Rounded as ours are, so that the ties of a discrete law are ties.
    let rounded = |secs: f64| Span::from_secs_f64(secs).as_secs_f64();
    let cursor = Randomness::new(2, 0).cursor(Stream::new("law-tests", "oracle"), 0);
    let mut drawn: Vec<_> = sampler.sample_iter(cursor).take(COUNT as usize).map(rounded).collect();
    drawn.sort_by(f64::total_cmp);
    drawn
}

/// `broken` is a twin that is off by as much as the test must notice.
#[track_caller]
fn assert_fits(law: &Law, sampler: impl Distribution<f64>, broken: &Law) {
    let theirs = theirs(sampler);
    let (near, far) = (distance(&ours(law), &theirs), distance(&ours(broken), &theirs));
    assert!(near < bound(), "{law}: distance {near}, bound {}", bound());
    assert!(far > bound(), "{broken} passed for {law}: distance {far}, bound {}", bound());
}

#[test]
fn exponential_fits() {
    let sampler = rand_distr::Exp::new(1.0 / 7200.0).unwrap();
    let broken = Law::exponential(7200.0 * 1.02).unwrap();
    assert_fits(&Law::exponential(7200.0).unwrap(), sampler, &broken);
}

#[test]
fn weibull_fits() {
    for (shape, off) in [(0.5, 1.04), (1.5, 1.015), (4.0, 1.005)] {
        let law = Law::weibull_from_scale(shape, 1e5).unwrap();
        let broken = Law::weibull_from_scale(shape, 1e5 * off).unwrap();
        assert_fits(&law, rand_distr::Weibull::new(1e5, shape).unwrap(), &broken);
    }
}

#[test]
fn lognormal_fits() {
    for (sigma, off) in [(0.1, 1.002), (0.4, 1.008), (1.5, 1.03)] {
        let law = Law::lognormal_from_median(120.0, sigma).unwrap();
        let broken = Law::lognormal_from_median(120.0 * off, sigma).unwrap();
        assert_fits(&law, rand_distr::LogNormal::new(libm::log(120.0), sigma).unwrap(), &broken);
    }
}

#[test]
fn gamma_fits() {
    for (shape, off) in [(0.4, 1.04), (5.0, 1.01), (80.0, 1.003)] {
        let law = Law::gamma_from_mean(shape, 3600.0).unwrap();
        let broken = Law::gamma_from_mean(shape, 3600.0 * off).unwrap();
        assert_fits(&law, rand_distr::Gamma::new(shape, 3600.0 / shape).unwrap(), &broken);
    }
}

#[test]
fn uniform_and_triangular_fit() {
    let law = Law::uniform(60.0, 120.0).unwrap();
    let sampler = rand::distr::Uniform::new(60.0, 120.0).unwrap();
    assert_fits(&law, sampler, &Law::uniform(60.6, 120.6).unwrap());

    let law = Law::triangular(60.0, 90.0, 300.0).unwrap();
    let sampler = rand_distr::Triangular::new(60.0, 300.0, 90.0).unwrap();
    assert_fits(&law, sampler, &Law::triangular(61.5, 91.5, 301.5).unwrap());
}

#[test]
fn empirical_fits() {
    let values = [1.0, 2.0, 2.0, 5.0, 40.0];
    let law = Law::empirical(values.to_vec()).unwrap();
    let sampler = rand::distr::slice::Choose::new(&values).unwrap().map(|value: &f64| *value);
    // One observation too many in a hundred.
    let broken = [values.repeat(20), vec![40.0]].concat();
    assert_fits(&law, sampler, &Law::empirical(broken).unwrap());
}

/// Mean and variance, by the law of large numbers: 5 sigma of the sample mean, so that a mean off by 7.33 sigma,
/// 0.9 % of a standard deviation, is found with 99 %.
#[test]
fn means_and_variances_are_those_of_the_samples() {
    for law in zoo().into_iter().filter(|law| !law.is_constant()) {
        let (mean, variance) = (law.mean_s(), law.variance_s2());
        let sigma = (variance / f64::from(COUNT)).sqrt();
        let drawn = ours(&law);
        let sampled = drawn.iter().sum::<f64>() / f64::from(COUNT);
        assert!((sampled - mean).abs() < 5.0 * sigma, "{law}: {sampled} instead of {mean}");
        assert!((sampled - mean * 1.02).abs() > 5.0 * sigma, "{law}: 2 % more would pass");
        let squares = drawn.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(COUNT);
        // Only as a check of the formula: the fourth moment of the heavy tails makes this a rough one.
        assert!((squares / variance - 1.0).abs() < 0.15, "{law}: {squares} instead of {variance}");
    }
}
