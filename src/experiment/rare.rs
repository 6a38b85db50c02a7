//! Services that are hardly ever down: their replications once more, with importance sampling ([`crate::sim::rare`]).
//!
//! Crude simulation knows an outage that it has seen fifty times within a seventh of itself, and one that it has never seen
//! not at all. Where a service has had fewer than that, all replications are run again for it, and what they say takes the
//! place of the means, if it says more. Distributions and single outages stay those of the crude replications: weighted ones
//! know means alone.

use rayon::prelude::*;

use super::block::StrategyBlock;
use super::pool::{Threads, Watch};
use super::series::Series;
use crate::model::{Cause, Model, ServiceId};
use crate::probe::{FIGURES, Figure, Shortfall};
use crate::sim::rare::{Diagnostics, Effort, RareRun, Way};

/// Fewer outages than this in all replications are too few (statistics B4).
const OUTAGES_FEW: u64 = 50;
/// With fewer replications than this nobody can tell how heavy the heaviest may be.
const REPLICATIONS_MIN: usize = 100;
/// Branches that all episodes of a strategy together have, at least, where each may have no more than [`BRANCHES_MAX`].
const BRANCHES: f64 = 20_000.0;
/// More of one episode know little more: it is the episodes that differ.
const BRANCHES_MAX: f64 = 32.0;
/// Where a mean is known worse than within a twentieth, each episode gets so many times more.
const MORE: f64 = 8.0;
const EVENTS_WANTED: f64 = 400.0;
/// A mean that is not even known within a fifth is not told: its interval would promise too much. Assumption.
const EVENTS_MIN: f64 = 25.0;
/// Replications that show how many episodes there are.
const PILOT: usize = 16;
/// And some that show how much is usually out.
const USUAL: usize = 4;
/// Splitting takes as many branches of each level as this, at least; levels are taken to be so many.
const SPLITS_MIN: u32 = 8;
const LEVELS: f64 = 5.0;
/// Replications of a block.
const BLOCK: usize = 8;

/// How many ways to go on from each of so many episodes: `times` as many as usual.
fn branches(episodes: f64, times: f64) -> u32 {
    (BRANCHES * times / episodes.max(1.0)).clamp(1.0, BRANCHES_MAX) as u32
}

/// Replications of a model for some of its services.
#[derive(Clone, Copy)]
struct Run<'a> {
    model: &'a Model,
    services: &'a [ServiceId],
    numbers: &'a [u32],
    seed: u64,
}

impl<'a> Run<'a> {
    fn new_run(self, effort: Effort) -> Option<RareRun<'a, Shortfall>> {
        RareRun::new(self.model, self.services, effort, Shortfall::new(self.model, self.services))
    }

    /// All of them; `None` where somebody stops it.
    fn all(self, effort: Effort, threads: &Threads, watch: &dyn Watch) -> Option<Rare> {
        let new = || self.new_run(effort);
        let run_block = |run: &mut Option<RareRun<'_, Shortfall>>, block: &[u32]| {
            let run = run.as_mut()?;
            run.diagnostics = Diagnostics::default();
            let mut done =
                Block { values: Vec::new(), causes: self.no_causes(), diagnostics: run.diagnostics };
            for &number in block {
                if watch.stops() {
                    return None;
                }
                done.add(&run.run(self.seed, number));
            }
            Some(Block { diagnostics: run.diagnostics, ..done })
        };
        let blocks: Vec<&[u32]> = self.numbers.chunks(BLOCK).collect();
        // In the order of replications, so that sums of floats are always the same.
        let done: Option<Vec<Block>> =
            threads.install(|| blocks.par_iter().map_init(new, |run, block| run_block(run, block)).collect());
        let mut all =
            Block { values: Vec::new(), causes: self.no_causes(), diagnostics: Diagnostics::default() };
        for block in done? {
            all.values.extend(block.values);
            all.causes.iter_mut().zip(block.causes).for_each(|(sum, more)| *sum += more);
            all.diagnostics.merge(&block.diagnostics);
        }
        let Block { values, causes, diagnostics } = all;
        let width = self.services.len() * KEPT.len();
        let places = vec![None; self.model.services.len()];
        let asked = self.services.to_vec();
        Some(Rare { way: effort.way, asked, places, width, values, causes, diagnostics })
    }

    fn no_causes(&self) -> Vec<f64> {
        vec![0.0; self.services.len() * FIGURES]
    }
}

/// Figures that are kept by replication; of the others sums will do.
const KEPT: [Figure; 8] = [
    Figure::Downtime,
    Figure::Outages,
    Figure::Degraded,
    Figure::Lost,
    Figure::RecoveryPoint,
    Figure::Sessions,
    Figure::Transactions,
    Figure::Requests,
];

/// Some replications.
struct Block {
    /// By replication, and by service asked about, what is kept.
    values: Vec<f64>,
    /// By service asked about, the sums of all figures.
    causes: Vec<f64>,
    diagnostics: Diagnostics,
}

impl Block {
    fn add(&mut self, figures: &[f64]) {
        for of_service in figures.chunks_exact(FIGURES) {
            self.values.extend(KEPT.map(|figure| of_service[figure.place()]));
        }
        self.causes.iter_mut().zip(figures).for_each(|(sum, more)| *sum += more);
    }
}

/// Somebody has stopped it before it was through: all of it or nothing, or what is told would depend on the clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopped;

/// What importance sampling found of some services of a strategy.
pub(super) struct Rare {
    pub(super) way: Way,
    /// Those asked about.
    asked: Vec<ServiceId>,
    /// By service: its place among those asked about, where this says more than crude simulation does.
    places: Vec<Option<usize>>,
    /// By replication, and by service asked about, the figures of [`KEPT`]: so many numbers a replication.
    width: usize,
    values: Vec<f64>,
    /// By service asked about, the sums of all figures.
    causes: Vec<f64>,
    pub(super) diagnostics: Diagnostics,
}

impl Rare {
    /// Whether too few outages of a service have been seen.
    pub(super) fn is_rare(model: &Model, found: &StrategyBlock, service: usize) -> bool {
        let outages: u64 = found.ticks[service].iter().map(|ticks| ticks.outages).sum();
        model.services[service].incident.random && outages < OUTAGES_FEW
    }

    /// `None` where no service needs it, or nothing about them is random that it could make likelier.
    pub(super) fn find(
        model: &Model,
        found: &StrategyBlock,
        numbers: &[u32],
        seed: u64,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Result<Option<Rare>, Stopped> {
        let few = |service: &ServiceId| Rare::is_rare(model, found, service.index());
        let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).filter(few).collect();
        if !model.rare_events || numbers.len() < REPLICATIONS_MIN || services.is_empty() {
            return Ok(None);
        }
        let run = Run { model, services: &services, numbers, seed };
        let Some(mut pilot) = run.new_run(Effort::branches(1)) else { return Ok(None) };
        let spare = pilot.usually_out(seed, &numbers[..USUAL]);
        let Some(mut pilot) = run.new_run(Effort { spare, ..Effort::branches(1) }) else { return Ok(None) };
        for &number in &numbers[..PILOT] {
            if watch.stops() {
                return Err(Stopped);
            }
            pilot.run(seed, number);
        }
        let episodes = pilot.diagnostics.episodes as f64 * numbers.len() as f64 / PILOT as f64;
        let (few, many) = (branches(episodes, 1.0), branches(episodes, MORE));
        let attempt =
            |way: Way, branches: u32| run.all(Effort { way, branches, spare }, threads, watch).ok_or(Stopped);
        let mut rare = attempt(Way::Forcing, few)?;
        // Where that is not sharp yet, more ways of each episode are worth their time.
        if many > few && rare.events().any(|events| events < EVENTS_WANTED) {
            rare = attempt(Way::Forcing, many)?;
        }
        // Where weights are so uneven that it will never be, they are evened out on the way.
        if rare.events().any(|events| events < EVENTS_MIN) {
            let split = attempt(Way::Splitting, branches(episodes, MORE / LEVELS).max(SPLITS_MIN))?;
            let known = |rare: &Rare| rare.events().filter(|&events| events >= EVENTS_MIN).count();
            if known(&split) > known(&rare) {
                rare = split;
            }
        }
        for (place, service) in services.iter().enumerate() {
            let outages: u64 = found.ticks[service.index()].iter().map(|ticks| ticks.outages).sum();
            let events = rare.at(place, Figure::Downtime).effective_events();
            let says_more = events >= EVENTS_MIN && events > outages as f64;
            rare.places[service.index()] = says_more.then_some(place);
        }
        Ok(Some(rare))
    }

    /// By service asked about, how many events of one size would know as much of its downtime.
    fn events(&self) -> impl Iterator<Item = f64> {
        (0..self.width / KEPT.len()).map(|place| self.at(place, Figure::Downtime).effective_events())
    }

    /// The services that it was asked about.
    pub(super) fn asked(&self) -> impl Iterator<Item = usize> {
        self.asked.iter().map(|service| service.index())
    }

    /// Whether a service's means are from here.
    pub(super) fn knows(&self, service: usize) -> bool {
        self.places[service].is_some()
    }

    /// A figure of a service, summed over its instances, in its own unit.
    pub(super) fn series(&self, service: usize, figure: Figure) -> Option<Series> {
        Some(self.at(self.places[service]?, figure))
    }

    /// The same by replication.
    pub(super) fn value(&self, service: usize, figure: Figure, replication: usize) -> Option<f64> {
        Some(self.kept(self.places[service]?, figure, replication))
    }

    /// Outages and downtime (us) by cause, summed over instances, of the mean replication.
    pub(super) fn causes(&self, service: usize) -> Option<Vec<(f64, f64)>> {
        let place = self.places[service]?;
        let mean =
            |figure: Figure| self.causes[place * FIGURES + figure.place()] / self.replications() as f64;
        Some(
            Cause::ALL
                .map(|cause| (mean(Figure::OutagesBy(cause)), mean(Figure::DowntimeBy(cause))))
                .to_vec(),
        )
    }

    fn at(&self, place: usize, figure: Figure) -> Series {
        Series::new(
            (0..self.replications()).map(|replication| self.kept(place, figure, replication)).collect(),
        )
    }

    fn replications(&self) -> usize {
        self.values.len() / self.width
    }

    fn kept(&self, place: usize, figure: Figure, replication: usize) -> f64 {
        let number = KEPT.iter().position(|&kept| kept == figure).expect("a figure that is kept");
        self.values[replication * self.width + place * KEPT.len() + number]
    }
}
