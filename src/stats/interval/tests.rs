//! Against the formulas worked out independently with 40 digits (mpmath), and at the edges.

use super::*;

fn events(largest: f64) -> Randomness {
    Randomness::up_to(largest)
}

fn moments(values: impl IntoIterator<Item = u64>) -> Moments {
    values.into_iter().collect()
}

fn pairs(center: i64, pairs: impl IntoIterator<Item = (u64, u64)>) -> PairedMoments {
    let mut moments = PairedMoments::around(center);
    for (a, b) in pairs {
        moments.push(a, b);
    }
    moments
}

#[track_caller]
fn check(found: Interval, expected: [f64; 4], method: Method) {
    for (found, expected) in [found.mean, found.se, found.low, found.high].into_iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
    }
    assert_eq!(found.method, method);
}

/// `count` times a value.
fn times(count: usize, value: u64) -> impl Iterator<Item = u64> {
    std::iter::repeat_n(value, count)
}

/// A sequence that looks random and is the same everywhere.
fn scrambled(i: u64) -> u64 {
    i * i * 7919 % 1009
}

#[test]
fn means_agree_with_the_formulas() {
    let rare = moments(times(96, 0).chain([60, 300, 3600]).chain([0]));
    check(
        mean(&rare, events(7200.0)),
        [39.6, 36.09301115930139, 1.5997748884690761, 316.3465068710647],
        Method::WeightedPoisson,
    );
    check(
        mean(&moments(times(18, 1000).chain([1060, 1300])), events(500.0)),
        [1018.0, 15.141438435457076, 997.0773258280475, 1117.9145980793191],
        Method::WeightedPoisson,
    );
    check(
        mean(&moments([0, 0, 40]), events(30.0)),
        [40.0 / 3.0, 40.0 / 3.0, 8.018497193848013e-07, 115.99876915867986],
        Method::WeightedPoisson,
    );
    // The largest contribution is configured too small (1, seen 3): the seen mean event takes its place.
    check(
        mean(&moments(times(5, 3).chain(times(45, 0))), events(1.0)),
        [0.3, 0.12857142857142856, 0.041626040940526327, 0.6850784297422251],
        Method::WeightedPoisson,
    );
    check(
        mean(&moments((0..2000).map(scrambled)), events(30.0)),
        [503.894, 6.322739746419306, 491.49414996694094, 516.2938500330591],
        Method::StudentT,
    );
}

/// Student's quantile, bent by the skewness that was seen: closer to the mean where few values lie far above the others, and further
/// away where they lie below.
#[test]
fn the_lower_end_of_many_events_knows_their_skewness() {
    let low = |values: &Moments| mean(values, events(2000.0)).low;
    let above = moments((0..40).map(|k| k * k));
    let below = moments((0..40).map(|k| 1600 - k * k));
    for (found, expected) in [(low(&above), 372.853_523_383_077_3), (low(&below), 922.861_969_532_379)] {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} is not {expected}");
    }
    let half = student_t_quantile(0.975, 39.0) * mean(&above, events(2000.0)).se;
    assert!(low(&above) > above.mean() - half && low(&below) < below.mean() - half);
    // Fewer, or further out, do not lean on it.
    let few = moments(times(90, 0).chain((0..10).map(|k| k * k)));
    let half = student_t_quantile(0.975, 99.0) * mean(&few, events(100.0)).se;
    assert!(low(&few) <= few.mean() - half);
    let far = mean_at(&above, events(2000.0), 0.01);
    let half = student_t_quantile(0.99, 39.0) * far.se;
    assert!(far.low <= above.mean() - half);
}

#[test]
fn equal_weights_give_the_exact_poisson_interval() {
    // Garwood 1936: k = 10 events lie between 4.795389 and 18.390356. n is large, so that the count of a
    // replication is 0 or 1 and the variance that of a Poisson count.
    let ten = moments(times(10, 1).chain(times(999_990, 0)));
    let found = mean(&ten, events(1.0));
    assert!((found.high * 1e6 - 18.390_356).abs() < 1e-4, "{found:?}");
    // Below, t is wider: 10 − 1.96·√10.
    assert!((found.low * 1e6 - 3.802_04).abs() < 1e-4, "{found:?}");
}

#[test]
fn nothing_seen_is_bounded_not_certain() {
    let none = moments(times(100, 0));
    let three = -libm::log(0.025);
    check(mean(&none, events(60.0)), [0.0, 0.0, 0.0, three * 0.6], Method::Bound);
    // Nothing known about the largest event: the ceiling takes its place, and clips.
    let ceiling = Randomness::within;
    check(mean(&none, ceiling(0.0, 1000.0)), [0.0, 0.0, 0.0, three * 10.0], Method::Bound);
    check(mean(&moments([0]), ceiling(900.0, 1000.0)), [0.0, 0.0, 0.0, 1000.0], Method::Bound);
    check(mean(&moments([]), ceiling(900.0, 1000.0)), [0.0, 0.0, 0.0, 1000.0], Method::Bound);
    assert_eq!(mean(&none, ceiling(0.0, f64::INFINITY)).high, f64::INFINITY);
}

#[test]
fn equal_values_are_not_certain_either() {
    let equal = moments(times(10, 25));
    check(mean(&equal, events(2.0)), [25.0, 0.0, 24.26222410917721, 25.73777589082279], Method::Bound);
    check(mean(&equal, events(20.0)), [25.0, 0.0, 17.62224109177213, 32.377758908227875], Method::Bound);
    assert_eq!(mean(&equal, events(1000.0)).low, 0.0);
    check(mean(&equal, Randomness::None), [25.0, 0.0, 25.0, 25.0], Method::Exact);
}

#[test]
fn one_replication_is_one_event() {
    let one = mean(&moments([7]), events(5.0));
    check(one, [7.0, 7.0, 0.17722465589002911, 39.00150373657229], Method::WeightedPoisson);
}

#[test]
fn differences_agree_with_the_formulas() {
    let rare = pairs(0, [(60, 0), (0, 300), (3600, 30)].into_iter().chain(times(97, 0).map(|z| (z, z))));
    check(
        difference(&rare, events(7200.0), events(600.0)),
        [33.3, 35.85550547304099, -37.84510176730751, 310.6236911066636],
        Method::WeightedPoisson,
    );
    let fixed = times(40, 40).map(|b| (100, b)).chain([(100, 90), (700, 40)]);
    check(
        difference(&pairs(60, fixed), events(1000.0), events(50.0)),
        [73.0952380952381, 14.364138204079211, 44.08627248701792, 168.09277824395807],
        Method::WeightedPoisson,
    );
    let noisy = pairs(0, (0..50).map(|i| (scrambled(i), i * i * i * 104_729 % 997)));
    check(
        difference(&noisy, events(30.0), events(30.0)),
        [-54.96, 59.84932754980014, -175.23172660291513, 65.31172660291514],
        Method::WeightedPoisson,
    );
}

#[test]
fn differences_mirror_and_are_never_certain_by_luck() {
    let none = pairs(0, times(100, 5).map(|v| (v, v)));
    let found = difference(&none, events(60.0), events(6.0));
    let three = -libm::log(0.025);
    check(found, [0.0, 0.0, -three * 0.06, three * 0.6], Method::Bound);
    let there = [(9, 1), (3, 3), (0, 4), (8, 8), (7, 0)];
    let a = difference(&pairs(0, there), events(9.0), events(4.0));
    let b = difference(&pairs(0, there.map(|(a, b)| (b, a))), events(4.0), events(9.0));
    check(a, [-b.mean, b.se, -b.high, -b.low], b.method);
    // One side fixed: only the other can move the difference.
    let one_sided = difference(&none, events(60.0), Randomness::None);
    assert!(one_sided.low == 0.0 && one_sided.high > 0.0);
    let exact = difference(&none, Randomness::None, Randomness::None);
    check(exact, [0.0, 0.0, 0.0, 0.0], Method::Exact);
    let single = difference(&pairs(0, [(3, 10)]), events(5.0), events(5.0));
    assert!(single.low < -7.0 && single.high > 0.0, "{single:?}");
    let ceiling = Randomness::within(5.0, 10.0);
    let clipped = difference(&pairs(0, [(3, 10)]), ceiling, ceiling);
    assert_eq!((clipped.low, clipped.high), (-10.0, 10.0));
}

#[test]
fn ends_stay_within_what_is_possible() {
    let share = Randomness::within(10.0, 10.0);
    let high = mean(&moments(times(19, 10).chain([9])), share);
    assert_eq!(high.high, 10.0);
    assert!(high.low < high.mean);
    let up = high.complement(10.0);
    assert_eq!((up.low, up.high), (0.0, 10.0 - high.low));
}

/// What is seldom is in an interval for what it is worth: as an event of its size where many replications would have seen some, and for no more than all of
/// it where hardly any are to be expected.
#[test]
fn what_is_seldom_counts_for_what_it_is_worth() {
    let seen = moments(times(150, 0).chain((0..50).map(|k| 90 + k % 20)));
    let high = |largest: f64, mean: f64| {
        let seldom = Seldom { largest, mean };
        let chance = Randomness::Events { largest: 100.0, ceiling: f64::INFINITY, seldom };
        super::mean(&seen, chance).high
    };
    let common = high(0.0, 0.0);
    assert_eq!(high(5_000.0, 0.0), common);
    // Its mean is a thousandth of what is known: it widens nothing.
    assert!(high(5_000.0, 0.025) < common * 1.001);
    // Ten are to be expected of two hundred replications.
    assert_eq!(high(5_000.0, 250.0), super::mean(&seen, Randomness::up_to(5_000.0)).high);
    // A tenth of one: the mean that it has is in the interval, and four times that is not.
    let (worth, high) = (2.5, high(5_000.0, 2.5));
    assert!(high > seen.mean() + worth && high < common + 4.0 * worth, "{high} {common}");
    assert!(high > common);
}
