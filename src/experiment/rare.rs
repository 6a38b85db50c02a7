//! Services that are hardly ever down, or hardly ever for long: their replications once more, with importance sampling ([`crate::sim::rare`]).
//!
//! Crude simulation knows an outage that it has seen fifty times within a seventh of itself, and one that it has never seen
//! not at all. Where a service is to be expected to have fewer than fifty, or one that is seldom and long may be missing, replications are run again for it, and what
//! they say takes the place of the means: all of them, or where nobody is rare as many of the first as are worth their time. Who is expected to, and how it is gone about, is decided by a pilot with random numbers of its own: to choose by
//! what was found would bend it. Distributions and single outages stay those of the crude replications: weighted ones know means
//! alone.

use rayon::prelude::*;

use super::block::StrategyBlock;
use super::pilot::{OUTAGES_FEW, Run, may_miss_much};
use super::pool::{Threads, Watch};
use super::series::Series;
use crate::model::{Cause, Model, ServiceId};
use crate::probe::{FIGURES, Figure, Shortfall};
use crate::sim::rare::{self, Diagnostics, Effort, RareRun, Way};

/// With fewer replications than this nobody can tell how heavy the heaviest may be.
const REPLICATIONS_MIN: usize = 100;
/// Replications of a block.
const BLOCK: usize = 8;

impl Run<'_> {
    /// All of them; `None` where somebody stops it.
    fn all(self, effort: &Effort, threads: &Threads, watch: &dyn Watch) -> Option<Rare> {
        let new = || self.new_run(effort).expect("a pilot has made one");
        let run_block = |run: &mut RareRun<'_, Shortfall>, block: &[u32]| {
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
        let figures = vec![[false; KEPT.len()]; asked.len()];
        Some(Rare { way: effort.way, asked, places, figures, width, values, causes, diagnostics })
    }

    /// None of them, since they would tell nothing, or take too long.
    fn in_vain(self) -> Rare {
        let (asked, places) = (self.services.to_vec(), vec![None; self.model.services.len()]);
        let (values, causes, diagnostics) = (Vec::new(), Vec::new(), Diagnostics::default());
        Rare { way: Way::Forcing, asked, places, figures: Vec::new(), width: 1, values, causes, diagnostics }
    }

    fn no_causes(&self) -> Vec<f64> {
        vec![0.0; self.services.len() * FIGURES]
    }
}

/// Figures that are kept by replication; of the others sums will do.
pub(super) const KEPT: [Figure; 8] = [
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
    /// By service asked about, which of [`KEPT`] are told.
    figures: Vec<[bool; KEPT.len()]>,
    /// By replication, and by service asked about, the figures of [`KEPT`]: so many numbers a replication.
    width: usize,
    values: Vec<f64>,
    /// By service asked about, the sums of all figures.
    causes: Vec<f64>,
    pub(super) diagnostics: Diagnostics,
}

impl Rare {
    /// Whether plain replications know too little of a service: its figures need not be known well before weighted ones are asked.
    pub(super) fn is_rare(model: &Model, found: &StrategyBlock, service: usize) -> bool {
        let ticks = &found.ticks[service];
        let down = ticks.iter().filter(|ticks| ticks.outages > 0).count();
        let downtime_us = ticks.iter().map(|ticks| u128::from(ticks.downtime_us)).sum::<u128>() as f64;
        let (id, n) = (ServiceId(service as u32), ticks.len());
        model.services[service].incident.random
            && (down < (OUTAGES_FEW as usize) || may_miss_much(model, id, downtime_us / n.max(1) as f64, n))
    }

    /// `None` where no service needs it, or nothing about them is random that it could make likelier.
    pub(super) fn find(
        model: &Model,
        numbers: &[u32],
        seed: u64,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Result<Option<Rare>, Stopped> {
        if !model.rare_events || numbers.len() < REPLICATIONS_MIN {
            return Ok(None);
        }
        let services = (0..model.services.len() as u32).map(ServiceId);
        let services: Vec<ServiceId> =
            services.filter(|service| model.services[service.index()].incident.random).collect();
        // To ask about each takes a look at the whole model: mostly there is nothing to look for.
        let can_all = model.injects.is_empty() && model.faults().all(|fault| fault.ttf.law.has_hazard());
        let services: Vec<ServiceId> = match can_all {
            true => services,
            false => services.into_iter().filter(|&service| rare::can_tell(model, service)).collect(),
        };
        if services.is_empty() {
            return Ok(None);
        }
        let run = Run { model, services: &services, numbers, seed };
        let Some(decision) = run.decide(threads, watch)? else { return Ok(None) };
        let run = Run { services: &decision.services, numbers: &numbers[..decision.replications], ..run };
        let Some(effort) = decision.effort else { return Ok(Some(run.in_vain())) };
        let mut rare = run.all(&effort, threads, watch).ok_or(Stopped)?;
        for (place, (service, told)) in decision.services.iter().zip(decision.told).enumerate() {
            // What nothing was seen of says nothing; that so much as five events are to be expected of leaves it unseen once in a hundred and fifty times.
            let is_seen = |figure: Figure| rare.at(place, figure).sum() > 0.0;
            let figures = std::array::from_fn(|number| told[number] && is_seen(KEPT[number]));
            (rare.figures[place], rare.places[service.index()]) = (figures, figures[0].then_some(place));
        }
        Ok(Some(rare))
    }

    /// As many events of one size would know as much of the downtime of any service that is known: of the one known worst.
    pub(super) fn events_least(&self) -> f64 {
        let known = self.places.iter().flatten();
        let least = known.map(|&place| self.at(place, Figure::Downtime).effective_events());
        let least = least.fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 0.0 }
    }

    /// The services that it was asked about.
    pub(super) fn asked(&self) -> impl Iterator<Item = usize> {
        self.asked.iter().map(|service| service.index())
    }

    /// Whether a service's means are from here.
    pub(super) fn knows(&self, service: usize) -> bool {
        self.places[service].is_some()
    }

    /// A figure of a service that is told, summed over its instances, in its own unit.
    pub(super) fn series(&self, service: usize, figure: Figure) -> Option<Series> {
        let place = self.places[service]?;
        self.figures[place][kept(figure)].then(|| self.at(place, figure))
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

    /// How many were lived again.
    pub(super) fn replications(&self) -> usize {
        self.values.len() / self.width
    }

    fn kept(&self, place: usize, figure: Figure, replication: usize) -> f64 {
        self.values[replication * self.width + place * KEPT.len() + kept(figure)]
    }
}

/// The place of a figure among those that are.
fn kept(figure: Figure) -> usize {
    KEPT.iter().position(|&kept| kept == figure).expect("a figure that is kept")
}
