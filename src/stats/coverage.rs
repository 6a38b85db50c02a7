//! How often the intervals hold the truth, measured: regimes from half an event in all replications together to a
//! thousand, short and long tails, and the ways in which a datacenter is not textbook: clusters, a fixed
//! part, many small events beside a rare large one.
//!
//! The normal suite runs a selection with fixed seeds; `NINEFOLD_LONG=1` runs the whole grid with 2000
//! batches each and prints the table of the module `interval`. Every gate has a twin, the plain t interval,
//! that must fail it where events are rare: a gate that passes anything would show there.

use super::interval::{self, Interval, Method, Randomness};
use super::testing::Draws;
use super::{Moments, PairedMoments};

/// One unit of an event's length, in ticks: rounding to whole ticks must not matter.
const UNIT: f64 = 1e6;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    Constant,
    Exponential,
    Lognormal,
    Weibull,
}

const LAWS: [Law; 4] = [Law::Constant, Law::Exponential, Law::Lognormal, Law::Weibull];

impl Law {
    fn draw(self, draws: &mut Draws) -> f64 {
        match self {
            Law::Constant => 1.0,
            Law::Exponential => draws.exponential(),
            Law::Lognormal => libm::exp(1.5 * draws.normal()),
            Law::Weibull => libm::pow(draws.exponential(), 2.0),
        }
    }

    fn mean(self) -> f64 {
        match self {
            Law::Constant | Law::Exponential => 1.0,
            Law::Lognormal => libm::exp(1.125),
            Law::Weibull => 2.0,
        }
    }

    /// The 99.9 % quantile, what the scenario tells the interval.
    fn largest(self) -> f64 {
        match self {
            Law::Constant => 1.0,
            Law::Exponential => libm::log(1000.0),
            Law::Lognormal => libm::exp(1.5 * 3.090_232_306_167_813),
            Law::Weibull => libm::pow(libm::log(1000.0), 2.0),
        }
    }
}

/// A compound Poisson value: `events` expected in all replications together, each hitting `units` at once.
#[derive(Clone, Copy, Debug)]
struct Source {
    law: Law,
    events: f64,
    units: f64,
}

impl Source {
    fn draw(self, replications: u64, draws: &mut Draws) -> u64 {
        let count = draws.poisson(self.events / replications as f64);
        let length: f64 = (0..count).map(|_| self.law.draw(draws)).sum();
        libm::round(length * self.units * UNIT) as u64
    }

    fn mean(self, replications: u64) -> f64 {
        self.law.mean() * self.events * self.units * UNIT / replications as f64
    }

    fn largest(self) -> f64 {
        self.law.largest() * self.units * UNIT
    }
}

/// What a regime's batches said.
#[derive(Debug, Default)]
struct Tally {
    batches: u32,
    covered: u32,
    covered_by_t: u32,
    student: u32,
    width: f64,
    width_of_t: f64,
}

impl Tally {
    fn note(&mut self, truth: f64, interval: Interval, replications: u64) {
        let t = crate::special::student_t_quantile(0.975, replications as f64 - 1.0) * interval.se;
        // A tick of rounding per event is not a miss.
        let holds = |low: f64, high: f64| low <= truth * (1.0 + 1e-6) && truth * (1.0 - 1e-6) <= high;
        assert!(
            interval.low <= interval.mean && interval.mean <= interval.high && interval.low < interval.high
        );
        self.batches += 1;
        self.covered += u32::from(holds(interval.low, interval.high));
        self.covered_by_t += u32::from(holds(interval.mean - t, interval.mean + t));
        self.student += u32::from(interval.method == Method::StudentT);
        self.width += interval.high - interval.low;
        self.width_of_t += 2.0 * t;
    }

    fn share(&self) -> f64 {
        f64::from(self.covered) / f64::from(self.batches)
    }

    fn share_of_t(&self) -> f64 {
        f64::from(self.covered_by_t) / f64::from(self.batches)
    }

    /// The least share that passes: 94 % of 2,000 batches and more; of fewer, four standard errors below 95 %, which is chance
    /// once in 30,000 times. Of 1,000 batches that is 92.2 %: a share that is 90 % fails in 98 % of all cases.
    fn least(&self) -> f64 {
        let error = (0.95 * 0.05 / f64::from(self.batches)).sqrt();
        if self.batches >= 2_000 { 0.94 } else { 0.95 - 4.0 * error }
    }

    /// No less than that, and no more than 97 % where the t interval alone was used.
    fn check(&self, name: &str) {
        let share = self.share();
        println!(
            "{name:<46} {:5.1} %   t {:5.1} %   width {:6.2} of t   student {:3.0} %",
            100.0 * share,
            100.0 * self.share_of_t(),
            self.width / self.width_of_t,
            100.0 * f64::from(self.student) / f64::from(self.batches)
        );
        assert!(share >= self.least(), "{name}: {share} of {} batches hold the truth", self.batches);
        let most = if self.batches >= 2_000 { 0.97 } else { 1.9 - self.least() };
        assert!(self.student < self.batches || share <= most, "{name}: {share} is too much for a t interval");
    }
}

/// The mean of `replications` values, each a sum of all `sources` and of `fixed` units.
fn of_means(sources: &[Source], fixed: f64, replications: u64, batches: u32, seed: u64) -> Tally {
    let mut draws = Draws::new(seed);
    let largest = sources.iter().map(|source| source.largest()).fold(0.0, f64::max);
    let truth = fixed * UNIT + sources.iter().map(|source| source.mean(replications)).sum::<f64>();
    let mut tally = Tally::default();
    for _ in 0..batches {
        let values: Moments = (0..replications)
            .map(|_| {
                (fixed * UNIT) as u64 + sources.iter().map(|s| s.draw(replications, &mut draws)).sum::<u64>()
            })
            .collect();
        let randomness = Randomness::up_to(largest);
        tally.note(truth, interval::mean(&values, randomness), replications);
    }
    tally
}

/// The difference of two values that share `common` and have one source each beside.
fn of_differences(
    common: Source,
    first: Source,
    second: Source,
    replications: u64,
    batches: u32,
    seed: u64,
) -> Tally {
    let mut draws = Draws::new(seed);
    let truth = first.mean(replications) - second.mean(replications);
    // Moved to where a relative tolerance means something, and back.
    let away = first.mean(replications) + second.mean(replications) + UNIT;
    let events = |source: Source| Randomness::up_to(source.largest());
    let mut tally = Tally::default();
    for _ in 0..batches {
        let mut pairs = PairedMoments::new();
        for _ in 0..replications {
            let both = common.draw(replications, &mut draws);
            pairs.push(
                both + first.draw(replications, &mut draws),
                both + second.draw(replications, &mut draws),
            );
        }
        let found = interval::difference(&pairs, events(first), events(second));
        let moved =
            Interval { mean: found.mean + away, low: found.low + away, high: found.high + away, ..found };
        tally.note(truth + away, moved, replications);
    }
    tally
}

fn source(law: Law, events: f64) -> Source {
    Source { law, events, units: 1.0 }
}

fn long() -> bool {
    std::env::var_os("NINEFOLD_LONG").is_some_and(|value| value == "1")
}

/// Expected events, replications and batches: the whole grid when asked for.
fn grid() -> Vec<(f64, u64, u32)> {
    let mut grid = Vec::new();
    if long() {
        for n in [20, 100, 1000] {
            grid.extend([0.5, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0].map(|events| (events, n, 2000)));
        }
    } else {
        grid.extend([0.5, 3.0, 10.0, 100.0].map(|events| (events, 20, 1000)));
        grid.extend([1.0, 30.0, 1000.0].map(|events| (events, 100, 1000)));
    }
    grid
}

#[test]
fn the_mean_is_covered_from_half_an_event_to_a_thousand() {
    for law in LAWS {
        for (index, (events, n, batches)) in grid().into_iter().enumerate() {
            let tally = of_means(&[source(law, events)], 0.0, n, batches, 100 + index as u64);
            tally.check(&format!("{law:?}, {events} events, n = {n}"));
            // The broken twin; three constant events in 20 replications happen to suit t (0.945).
            if events <= 3.0 && (law != Law::Constant || events < 3.0) {
                assert!(
                    tally.share_of_t() < tally.least(),
                    "t passes: the gate has no power at {events} events"
                );
            }
        }
    }
}

#[test]
fn the_mean_of_clustered_contributions_is_covered() {
    let batches = if long() { 2000 } else { 500 };
    for law in LAWS {
        for (events, n) in [(1.0, 100), (3.0, 20), (10.0, 100), (100.0, 100)] {
            let cluster = Source { units: 14.0, ..source(law, events) };
            of_means(&[cluster], 0.0, n, batches, 7)
                .check(&format!("14 units at once: {law:?}, {events} events, n = {n}"));
        }
    }
}

/// A fixed part is no event, and many small events do not make up for a rare large one.
#[test]
fn the_mean_is_covered_beside_a_fixed_part_and_beside_many_small_events() {
    let batches = if long() { 2000 } else { 500 };
    let small = source(Law::Exponential, 1000.0);
    for events in [0.5, 3.0, 3.5, 8.0, 30.0] {
        let name = format!("{events} events beside a fixed part");
        let tally = of_means(&[source(Law::Exponential, events)], 50.0, 100, batches, 21);
        tally.check(&name);
        assert!(events > 8.0 || tally.share_of_t() < tally.least(), "t passes: {name}");
        for units in [10.0, 100.0, 1000.0] {
            let large = Source { units, ..source(Law::Constant, events) };
            of_means(&[small, large], 0.0, 100, batches, 22)
                .check(&format!("{events} events of {units} beside 1000 of 1"));
        }
    }
}

/// So few replications that they hardly tell the spread.
#[test]
fn the_mean_of_two_to_five_replications_is_covered() {
    let batches = if long() { 2000 } else { 1000 };
    for law in LAWS {
        for (events, n) in [(0.5, 2), (3.0, 2), (100.0, 2), (3.0, 3), (30.0, 5), (300.0, 5)] {
            of_means(&[source(law, events)], 0.0, n, batches, 51)
                .check(&format!("few replications: {law:?}, {events} events, n = {n}"));
        }
    }
}

/// A fixed part between the two, known as the center, is no event either; it may also be unknown.
#[test]
fn the_difference_is_covered_beside_a_fixed_part() {
    let batches = if long() { 2000 } else { 500 };
    for (center, fixed) in [(50, 50), (0, 50), (0, 0)] {
        let (first, second) = (source(Law::Exponential, 3.0), source(Law::Exponential, 1.0));
        let mut draws = Draws::new(61);
        let mut tally = Tally::default();
        let events = Randomness::up_to(first.largest());
        let truth = fixed as f64 * UNIT + first.mean(100) - second.mean(100);
        for _ in 0..batches {
            let mut pairs = PairedMoments::around(center * UNIT as i64);
            for _ in 0..100 {
                let a = first.draw(100, &mut draws) + fixed * UNIT as u64;
                pairs.push(a, second.draw(100, &mut draws));
            }
            tally.note(truth, interval::difference(&pairs, events, events), 100);
        }
        tally.check(&format!("difference of {fixed} fixed around {center}"));
    }
}

/// Enough events for t alone, where both sides of the gate apply.
#[test]
fn the_mean_of_very_many_events_is_covered_by_t() {
    let batches = if long() { 2000 } else { 500 };
    for (law, events) in [(Law::Constant, 3000.0), (Law::Exponential, 6000.0), (Law::Weibull, 30_000.0)] {
        let events = if long() { events } else { f64::min(events, 6000.0) };
        let tally = of_means(&[source(law, events)], 0.0, 1000, batches, 31);
        tally.check(&format!("{law:?}, {events} events, n = 1000"));
    }
}

#[test]
fn the_difference_is_covered_from_half_an_event_to_many() {
    let batches = if long() { 2000 } else { 400 };
    for law in LAWS {
        for (a, b) in [(0.5, 0.5), (3.0, 0.5), (3.0, 3.0), (10.0, 3.0), (30.0, 30.0), (300.0, 100.0)] {
            let name = format!("difference: {law:?}, {a} and {b} events, n = 100");
            let tally = of_differences(source(law, 100.0), source(law, a), source(law, b), 100, batches, 41);
            tally.check(&name);
            // Half an event each differs by 0 on average, which even an empty t interval holds.
            if a + b == 3.5 && law != Law::Constant {
                assert!(tally.share_of_t() < tally.least(), "t passes: {name}");
            }
        }
    }
}
