//! Random worlds: what the simulator finds against what the chain says.

use crate::chain::Chain;
use crate::dice::Dice;
use crate::rules::Rules;
use crate::world::{Kind, Protection, World};
use ninefold::model::Model;
use ninefold::probe::Downtime;
use ninefold::scenario::{self, Input};
use ninefold::sim::Simulation;
use ninefold::special::chi_square_quantile;
use ninefold::state::State;
use rayon::prelude::*;

/// Microseconds in an hour.
pub(crate) const HOUR_US: f64 = 3.6e9;

/// What is compared: downtime (h), outages, what is not served (h).
pub(crate) const FIGURES: [&str; 3] = ["downtime", "outages", "lost"];

/// Whether the long form of the tests was asked for.
pub(crate) fn is_long() -> bool {
    std::env::var_os("NINEFOLD_LONG").is_some()
}

/// How many times as many replications the long form of a test has.
pub(crate) fn times() -> u32 {
    if is_long() { 16 } else { 1 }
}

/// A sum of values and of their squares.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    pub n: f64,
    sum: f64,
    squares: f64,
}

impl Sample {
    pub(crate) fn add(&mut self, value: f64) {
        self.n += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.n
    }

    /// The standard error of the mean.
    pub(crate) fn se(&self) -> f64 {
        let mean = self.mean();
        ((self.squares / self.n - mean * mean).max(0.0) / (self.n - 1.0)).sqrt()
    }

    pub(crate) fn z(&self, exact: f64) -> f64 {
        (self.mean() - exact) / self.se()
    }
}

/// The model of a scenario with one strategy.
pub(crate) fn model(text: &str) -> Model {
    let (spec, issues) =
        scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}\n{text}", issues[0].render()));
    let models = scenario::compile(&spec);
    models.unwrap_or_else(|issues| panic!("{}\n{text}", issues[0].render())).remove(0)
}

/// The figures of crude replications.
pub(crate) fn crude(model: &Model, seed: u64, replications: u32) -> [Sample; 3] {
    let mut state = State::new(model);
    let mut probe = Downtime::new(model);
    let mut samples = [Sample::default(); 3];
    for replication in 0..replications {
        probe.reset();
        Simulation::new(model, &mut state, seed, replication, &mut probe).run();
        probe.finish();
        let tally = &probe.services()[0];
        samples[0].add(tally.downtime_us as f64 / HOUR_US);
        samples[1].add(tally.outages as f64);
        samples[2].add(tally.lost_us() as f64 / HOUR_US);
    }
    samples
}

/// A world, and what a theory says of it.
pub(crate) struct Solved {
    pub world: World,
    pub states: usize,
    pub exact: [f64; 3],
}

/// So many random worlds of no more than `most` states in which `fits` what is expected.
pub(crate) fn worlds(
    seed: u64,
    number: usize,
    scale: f64,
    most: usize,
    fits: impl Fn(&World, &[f64; 3]) -> bool,
) -> Vec<Solved> {
    let mut dice = Dice::new(seed);
    let mut worlds = Vec::new();
    while worlds.len() < number {
        let world = World::random(&mut dice, scale);
        let Some(chain) = Chain::of(&world, Rules::default(), most) else { continue };
        let exact = chain.expected(world.horizon);
        if fits(&world, &exact) {
            worlds.push(Solved { world, states: chain.moves.len(), exact });
        }
    }
    worlds
}

/// The verdict over many values of z.
struct Family {
    pub worst: f64,
    pub squares: f64,
    /// What the sum of squares stays below with a chance of 9,999 in 10,000.
    pub bound: f64,
    /// The sum, in its own standard deviations.
    pub drift: f64,
}

impl Family {
    pub(crate) fn of(z: &[f64]) -> Family {
        let n = z.len() as f64;
        Family {
            worst: z.iter().fold(0.0, |worst, z| worst.max(z.abs())),
            squares: z.iter().map(|z| z * z).sum(),
            bound: chi_square_quantile(1.0 - 1e-4, n),
            drift: z.iter().sum::<f64>() / n.sqrt(),
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.worst < 5.0 && self.squares < self.bound && self.drift.abs() < 4.0
    }

    pub(crate) fn told(&self) -> String {
        format!(
            "worst |z| {:.2}, squares {:.1} of {:.1}, drift {:.2}",
            self.worst, self.squares, self.bound, self.drift
        )
    }
}

/// The error, the same part of each exact value, that the drift would show in 99 of 100 runs (4 + 2.33 standard deviations).
fn detects(exact: &[f64], samples: &[Sample]) -> f64 {
    let slope: f64 = exact.iter().zip(samples).map(|(exact, sample)| exact / sample.se()).sum();
    6.33 * (exact.len() as f64).sqrt() / slope
}

/// What was found in each of some worlds.
pub(crate) struct Found {
    pub solved: Vec<Solved>,
    pub samples: Vec<[Sample; 3]>,
}

impl Found {
    pub(crate) fn of(solved: Vec<Solved>, find: impl Fn(usize, &World) -> [Sample; 3] + Sync) -> Found {
        let samples: Vec<[Sample; 3]> =
            solved.par_iter().enumerate().map(|(number, solved)| find(number, &solved.world)).collect();
        for (number, (solved, samples)) in solved.iter().zip(&samples).enumerate() {
            tell(number, solved, samples);
        }
        Found { solved, samples }
    }

    /// The verdict on a figure, and how small an error would be noticed.
    fn family(&self, figure: usize) -> (Family, f64) {
        let exact: Vec<f64> = self.solved.iter().map(|solved| solved.exact[figure]).collect();
        let samples: Vec<Sample> = self.samples.iter().map(|samples| samples[figure]).collect();
        let z: Vec<f64> = samples.iter().zip(&exact).map(|(sample, exact)| sample.z(*exact)).collect();
        (Family::of(&z), detects(&exact, &samples))
    }

    /// The theory holds in each figure.
    pub(crate) fn holds(&self, name: &str) {
        for (figure, word) in FIGURES.iter().enumerate() {
            let (family, detects) = self.family(figure);
            println!("{name}, {word}: {}; detects {:.2} %", family.told(), 100.0 * detects);
            assert!(family.holds(), "{name}, {word}: {}", family.told());
        }
    }

    /// A wrong theory does not, in the worlds that it concerns and where it makes a difference.
    pub(crate) fn rejects(&self, name: &str, rules: Rules, concerns: impl Fn(&World) -> bool) {
        let mut z = [const { Vec::new() }; 3];
        let all = self.solved.iter().zip(&self.samples);
        let concerned: Vec<_> = all.filter(|(solved, _)| concerns(&solved.world)).collect();
        let answer = |solved: &Solved| {
            let chain = Chain::of(&solved.world, rules, usize::MAX).expect("there is no limit");
            chain.expected(solved.world.horizon)
        };
        let twins: Vec<[f64; 3]> = concerned.par_iter().map(|(solved, _)| answer(solved)).collect();
        for ((solved, samples), twin) in concerned.into_iter().zip(twins) {
            for figure in 0..3 {
                if (twin[figure] / solved.exact[figure] - 1.0).abs() > 1e-6 {
                    z[figure].push(samples[figure].z(twin[figure]));
                }
            }
        }
        let families = z.map(|z| if z.is_empty() { None } else { Some((z.len(), Family::of(&z))) });
        for (word, (number, family)) in
            FIGURES.iter().zip(&families).filter_map(|(w, f)| Some((w, f.as_ref()?)))
        {
            println!("twin, {name}, {word} of {number} worlds: {}", family.told());
        }
        let rejected = families.iter().flatten().any(|(_, family)| !family.holds());
        assert!(rejected, "cannot tell from {name}");
    }
}

/// What each world is, for whoever looks into one that disagrees.
fn tell(number: usize, solved: &Solved, samples: &[Sample; 3]) {
    for (figure, (exact, sample)) in FIGURES.iter().zip(solved.exact.iter().zip(samples)) {
        let z = sample.z(*exact);
        if z.abs() > 3.5 {
            println!("world {number}: {figure} {:.4e}, exact {exact:.4e}, z {z:.2}", sample.mean());
            println!("{}", solved.world.text());
        }
    }
}

/// How many worlds have what, so that nobody has to guess.
fn census(solved: &[Solved]) -> String {
    let count = |has: &dyn Fn(&World) -> bool| solved.iter().filter(|solved| has(&solved.world)).count();
    let part = |kind| count(&|world: &World| world.part(kind).is_some());
    format!(
        "{} states; {} unprotected, {} balanced, {} failover; crews in {}, sites {}, racks {}, networks {}, storages {}, \
         guests {}, applications {}",
        solved.iter().map(|solved| solved.states).sum::<usize>(),
        count(&|world| world.service.protection == Protection::Nothing),
        count(&|world| matches!(world.service.protection, Protection::Balanced { .. })),
        count(&|world| matches!(world.service.protection, Protection::Failover { .. })),
        count(&|world| !world.crews.is_empty()),
        part(Kind::Site),
        part(Kind::Rack),
        part(Kind::Network),
        part(Kind::Storage),
        count(&|world| world.service.guest.is_some()),
        count(&|world| world.service.app.is_some()),
    )
}

/// Two hundred worlds, three figures each. Repairs of hosts that take 2 % longer are noticed, and each rule
/// that is broken; that crews help who came first, only in the long form.
#[test]
fn two_hundred_worlds() {
    let solved = worlds(1, 200, 1.0, 4_000, |_, exact| exact[1] >= 0.1);
    println!("{}", census(&solved));
    let found = Found::of(solved, |number, world| {
        crude(&model(&world.text()), 1_000 + number as u64, if is_long() { 32_000 } else { 1_000 })
    });
    found.holds("crude");
    let right = Rules::default();
    let all = |_: &World| true;
    let has_crews = |world: &World| !world.crews.is_empty();
    let has_racks = |world: &World| world.part(Kind::Rack).is_some();
    found.rejects("longer repairs", Rules { repairs: 1.02, ..right }, all);
    found.rejects("crews of one more", Rules { more_people: 1, ..right }, has_crews);
    found.rejects("hosts that fail without power", Rules { fail_without_power: true, ..right }, has_racks);
    let has_apps = |world: &World| world.service.app.is_some();
    found.rejects("balancers that see applications", Rules { sees_applications: true, ..right }, has_apps);
    if is_long() {
        found.rejects("crews that help who came last", Rules { last_come_first: true, ..right }, has_crews);
    }
}
