//! Experiments of one regime, many times, each from its own seed: of so many replications, until enough is known, until time is up.

use std::sync::atomic::{AtomicU32, Ordering};

use ninefold::experiment::summary::Comparison;
use ninefold::experiment::{Plan, Summary, Threads, Watch, run_on};
use ninefold::model::Model;

use crate::plant::{PER, Plant, Truth};
use crate::tally::Tally;

/// The figures that are held against the truth. Differences are of strategies: one and its equal; one and another that has the same failures
/// but half as long; one and another that has failures of its own, half as long.
pub(crate) const FIGURES: [&str; 7] = [
    "downtime_s",
    "availability",
    "outages",
    "lost_s",
    "difference, equal",
    "difference, common failures",
    "difference, own failures",
];

/// Where two strategies share their failures, a failure that only one of them would feel has still not been seen, and what it may add
/// at most, either way, stays in the interval of their difference for all that was seen: it may be wide.
pub(crate) const MAY_BE_WIDE: [&str; 2] = ["difference, equal", "difference, common failures"];

/// When an experiment ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// After a hundred replications.
    Fixed,
    /// When the downtime is known within 15 %, or after 12,800 replications.
    Precision,
    /// By a time limit, after a hundred replications or so: what has started is finished and counted.
    TimeLimit,
    /// After a hundred replications, with weighted ones beside them where outages are few.
    Weighted,
}

/// Those of the grid.
pub(crate) const MODES: [Mode; 3] = [Mode::Fixed, Mode::Precision, Mode::TimeLimit];

/// As many replications as a run that stops by itself may have.
const MOST: u32 = 12_800;
/// Seeds of a regime are shared out in so many parts, so that sums do not depend on the machine.
const PARTS: u32 = 8;

/// The tallies of all figures in one regime.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub figures: [Tally; FIGURES.len()],
    pub replications: u64,
}

/// What the experiments of a regime are made of.
struct Regime {
    mode: Mode,
    models: Vec<Model>,
    truth: Truth,
    quicker: Truth,
    /// Expected outages of one replication.
    outages: f64,
}

impl Regime {
    fn new(mode: Mode, plant: Plant, extra: &str) -> Regime {
        let precision = if mode == Mode::Precision { "precision = \"15 %\"\n" } else { "" };
        let run = format!("{extra}{precision}");
        let mut models = plant.models(&run, if mode == Mode::Fixed { &["a", "equal"] } else { &["a"] });
        if mode != Mode::Precision {
            models.extend(plant.quicker().models(&run, &["common"]));
        }
        if mode == Mode::Fixed {
            models.extend(plant.quicker().apart().models(&run, &["own"]));
        }
        Regime {
            mode,
            models,
            truth: plant.truth(),
            quicker: plant.quicker().truth(),
            outages: plant.events / PER,
        }
    }

    fn run(&self, threads: &Threads, seed: u64) -> Summary {
        let plan = |replications| Plan {
            title: String::new(),
            sha256: String::new(),
            seed,
            replications,
            threads: Some(1),
        };
        let run = |models, replications, watch: &dyn Watch| {
            run_on(threads, models, &plan(replications), watch).expect("some replications").summary
        };
        match self.mode {
            Mode::Fixed | Mode::Weighted => run(&self.models, PER as u32, &()),
            Mode::Precision => run(&self.models, MOST, &()),
            Mode::TimeLimit => {
                let whole = run(&self.models[..1], LIMITED, &());
                let outages = whole.rows[0][0].iter().map(|row| row.outages);
                let blocks =
                    started(&outages.map(|outages| 1.0 + outages).collect::<Vec<_>>(), seed, self.outages);
                run(
                    &self.models,
                    LIMITED,
                    &Limit { replications: blocks * BLOCK as u32, done: AtomicU32::new(0) },
                )
            }
        }
    }

    fn note(&self, summary: &Summary, found: &mut Found) {
        let service = &summary.strategies[0].services[0];
        let difference = |b: &str| {
            let is_it = |pair: &&Comparison| pair.service.is_none() && pair.a == "a" && pair.b == b;
            summary.comparisons.iter().find(is_it).map(|pair| pair.downtime_s_a_minus_b)
        };
        let less = self.truth.downtime_s - self.quicker.downtime_s;
        let figures = [
            (Some(service.downtime_s), self.truth.downtime_s),
            (Some(service.availability), self.truth.availability()),
            (Some(service.outages), self.truth.outages),
            (Some(service.lost_s), self.truth.downtime_s),
            (difference("equal"), 0.0),
            (difference("common"), less),
            (difference("own"), less),
        ];
        for (number, (estimate, truth)) in figures.into_iter().enumerate() {
            if let Some(estimate) = estimate {
                let lost =
                    if FIGURES[number] == "availability" { 1.0 - estimate.mean } else { estimate.mean };
                found.figures[number].note(&estimate, lost, truth, summary.replications);
            }
        }
        found.replications += u64::from(summary.replications);
    }
}

/// So many experiments of a regime, on two threads, from seeds that follow one another.
pub(crate) fn measure(mode: Mode, plant: Plant, runs: u32, extra: &str) -> Found {
    let regime = &Regime::new(mode, plant, extra);
    let part = |part: u32| {
        let threads = Threads::new(Some(1));
        let mut found = Found::default();
        for seed in runs * part / PARTS..runs * (part + 1) / PARTS {
            regime.note(&regime.run(&threads, 10_000 + u64::from(seed)), &mut found);
        }
        found
    };
    let half = |first: u32| (0..PARTS / 2).map(|k| part(first + k)).collect::<Vec<_>>();
    let (left, right) = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(PARTS / 2));
        (half(0), other.join().expect("no panic"))
    });
    let mut all = Found::default();
    for found in left.into_iter().chain(right) {
        all.figures.iter_mut().zip(found.figures).for_each(|(sum, more)| sum.merge(more));
        all.replications += found.replications;
    }
    all
}

/// Replications that a run with a time limit would have if there were none.
const LIMITED: u32 = 400;
/// Replications that a worker starts at once.
const BLOCK: usize = 8;

/// How many blocks several workers have started before time is up, where every replication takes the time that is given: no clock
/// comes near it. Each worker takes the next block as soon as it is free, so that long replications leave time for fewer
/// others, and the lucky ones come early; one, two, four or eight workers and a limit that differs by a factor of two, by seed.
fn started(times: &[f64], seed: u64, outages: f64) -> u32 {
    let mut free = vec![0.0_f64; 1 << (seed % 4)];
    let shares = [0.75, 1.0, 1.25, 1.5];
    let limit = (1.0 + outages) * PER * shares[(seed / 4 % 4) as usize] / free.len() as f64;
    let mut blocks = 0;
    for block in times.chunks(BLOCK) {
        let next = free.iter_mut().min_by(|a, b| a.total_cmp(b)).expect("a worker");
        if *next >= limit {
            break;
        }
        *next += block.iter().sum::<f64>();
        blocks += 1;
    }
    blocks
}

/// Stops when so many replications are done.
struct Limit {
    replications: u32,
    done: AtomicU32,
}

impl Watch for Limit {
    fn finished(&self, replications: u32) {
        self.done.fetch_add(replications, Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.replications
    }
}

#[test]
fn a_time_limit_counts_what_has_started() {
    // Two workers, a limit of 100 (seed 5: two workers, share 1): blocks of 8 each take 8, but the second takes 200.
    let mut times = vec![1.0; 400];
    times[8] = 193.0;
    // The first worker goes on alone: it starts at 0, 8, 16, … 48 within a limit of 50, and the second once.
    assert_eq!(started(&times, 5, 0.0), 8);
}
