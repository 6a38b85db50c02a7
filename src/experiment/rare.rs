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
use crate::sim::rare::{Diagnostics, RareRun};

/// Fewer outages than this in all replications are too few (`facts`, statistics B4).
const OUTAGES_FEW: u64 = 50;
/// With fewer replications than this nobody can tell how heavy the heaviest may be.
const REPLICATIONS_MIN: usize = 100;
/// Branches that all episodes of a strategy together have, at least, where each may have no more than [`BRANCHES_MAX`].
const BRANCHES: f64 = 20_000.0;
const BRANCHES_MAX: f64 = 32.0;
/// Where a mean is known worse than within a twentieth, each episode gets so many times more.
const MORE: f64 = 8.0;
const EVENTS_WANTED: f64 = 400.0;
/// A mean that is not even known within a fifth is not told: its interval would promise too much. Assumption.
const EVENTS_MIN: f64 = 25.0;
/// Replications that show how many episodes there are.
const PILOT: usize = 16;
/// Replications of a block.
const BLOCK: usize = 8;

/// How many ways to go on from each of so many episodes: `times` as many as usual.
fn branches(episodes: f64, times: f64) -> u32 {
    (BRANCHES * times / episodes.max(1.0)).clamp(1.0, BRANCHES_MAX * times) as u32
}

/// Replications of a model for some of its services.
#[derive(Clone, Copy)]
struct Run<'a> {
    model: &'a Model,
    services: &'a [ServiceId],
    numbers: &'a [u32],
    seed: u64,
}

impl Run<'_> {
    /// All of them; `None` where somebody stops it.
    fn all(self, branches: u32, threads: &Threads, watch: &dyn Watch) -> Option<Rare> {
        let new =
            || RareRun::new(self.model, self.services, branches, Shortfall::new(self.model, self.services));
        let run_block = |run: &mut Option<RareRun<'_, Shortfall>>, block: &[u32]| {
            let run = run.as_mut()?;
            run.diagnostics = Diagnostics::default();
            let values = block.iter().map(|&number| (!watch.stops()).then(|| run.run(self.seed, number)));
            Some((values.collect::<Option<Vec<Vec<f64>>>>()?, run.diagnostics))
        };
        let blocks: Vec<&[u32]> = self.numbers.chunks(BLOCK).collect();
        // In the order of replications, so that sums of floats are always the same.
        let done: Option<Vec<(Vec<Vec<f64>>, Diagnostics)>> =
            threads.install(|| blocks.par_iter().map_init(new, |run, block| run_block(run, block)).collect());
        let (mut values, mut diagnostics) = (Vec::with_capacity(self.numbers.len()), Diagnostics::default());
        for (block, more) in done? {
            values.extend(block);
            diagnostics.merge(&more);
        }
        Some(Rare { places: vec![None; self.model.services.len()], values, diagnostics })
    }
}

/// What importance sampling found of some services of a strategy.
pub(super) struct Rare {
    /// By service: its place among those asked about, where this says more than crude simulation does.
    places: Vec<Option<usize>>,
    /// By replication, the figures of all services asked about.
    values: Vec<Vec<f64>>,
    pub(super) diagnostics: Diagnostics,
}

impl Rare {
    /// Whether too few outages of a service have been seen.
    pub(super) fn is_rare(model: &Model, found: &StrategyBlock, service: usize) -> bool {
        let outages: u64 = found.ticks[service].iter().map(|ticks| ticks.outages).sum();
        model.services[service].incident.random && outages < OUTAGES_FEW
    }

    /// `None` where no service needs it, or somebody stops it.
    pub(super) fn find(
        model: &Model,
        found: &StrategyBlock,
        numbers: &[u32],
        seed: u64,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Option<Rare> {
        let few = |service: &ServiceId| Rare::is_rare(model, found, service.index());
        let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).filter(few).collect();
        if !model.rare_events || numbers.len() < REPLICATIONS_MIN || services.is_empty() || watch.stops() {
            return None;
        }
        let meter = || Shortfall::new(model, &services);
        let mut pilot = RareRun::new(model, &services, 1, meter())?;
        for &number in &numbers[..PILOT] {
            pilot.run(seed, number);
        }
        let episodes = pilot.diagnostics.episodes as f64 * numbers.len() as f64 / PILOT as f64;
        let run = Run { model, services: &services, numbers, seed };
        let mut rare = run.all(branches(episodes, 1.0), threads, watch)?;
        // Where that is not sharp yet, more ways of each episode are worth their time.
        if (0..services.len())
            .any(|place| rare.at(place, Figure::Downtime).effective_events() < EVENTS_WANTED)
        {
            rare = run.all(branches(episodes, MORE), threads, watch).unwrap_or(rare);
        }
        for (place, service) in services.iter().enumerate() {
            let outages: u64 = found.ticks[service.index()].iter().map(|ticks| ticks.outages).sum();
            let events = rare.at(place, Figure::Downtime).effective_events();
            let says_more = events >= EVENTS_MIN && events > outages as f64;
            rare.places[service.index()] = says_more.then_some(place);
        }
        rare.places.iter().any(Option::is_some).then_some(rare)
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
        Some(self.values[replication][self.places[service]? * FIGURES + figure.place()])
    }

    /// Outages and downtime (us) by cause, summed over instances, of the mean replication.
    pub(super) fn causes(&self, service: usize) -> Option<Vec<(f64, f64)>> {
        let place = self.places[service]?;
        let mean = |figure: Figure| {
            let number = place * FIGURES + figure.place();
            self.values.iter().map(|values| values[number]).sum::<f64>() / self.values.len() as f64
        };
        Some(
            Cause::ALL
                .map(|cause| (mean(Figure::OutagesBy(cause)), mean(Figure::DowntimeBy(cause))))
                .to_vec(),
        )
    }

    fn at(&self, place: usize, figure: Figure) -> Series {
        let number = place * FIGURES + figure.place();
        Series::new(self.values.iter().map(|values| values[number]).collect())
    }
}
