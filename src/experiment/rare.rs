//! Services that are hardly ever down: their replications once more, with importance sampling ([`crate::sim::rare`]).
//!
//! Crude simulation knows an outage that it has seen fifty times within a seventh of itself, and one that it has never seen
//! not at all. Where a service is to be expected to have fewer than that, all replications are run again for it, and what they say takes the
//! place of the means. Who is expected to, and how it is gone about, is decided by a pilot with random numbers of its own: to choose by
//! what was found would bend it. Distributions and single outages stay those of the crude replications: weighted ones know means
//! alone.

use rayon::prelude::*;

use super::block::StrategyBlock;
use super::pool::{Threads, Watch};
use super::series::Series;
use crate::model::{Cause, Model, ServiceId};
use crate::probe::{FIGURES, Figure, Shortfall};
use crate::sim::Simulation;
use crate::sim::rare::{self, Diagnostics, Effort, Meter, RareRun, Way};
use crate::state::State;

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
/// Where it would not even be known within a fifth, weights are too uneven.
const EVENTS_UNEVEN: f64 = 25.0;
/// What is worth fewer events than this is told by plain replications: as few that who is told by which does not depend on
/// luck where anything is known. Assumption.
const EVENTS_MIN: f64 = 5.0;
/// Services with so many times as many outages are not rare, whatever luck had to do with it; of so few nobody can tell. Assumptions.
const CERTAINLY: f64 = 10.0;
const CERTAINLY_SEEN: f64 = 10.0;
/// Replications that show what is to be expected, their branches, and what makes their random numbers others.
const PILOT: usize = 32;
const PILOT_BRANCHES: u32 = 4;
const PILOT_SEED: u64 = 0x7069_6c6f_7420_7275;
/// And some that are lived as they are: they show who is often down, and how much is usually out.
const PLAIN: usize = 4;
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

    /// Those who are not certain to be down often enough. Asked of replications with random numbers of their own: where results were asked, those who
    /// have had bad luck would be told by them, and all others by weighted ones.
    fn may_be_rare(self) -> Vec<ServiceId> {
        let mut outages = vec![0.0; self.services.len()];
        let mut state = State::new(self.model);
        for &number in &self.numbers[..PLAIN] {
            let meter = Shortfall::new(self.model, self.services);
            let meter = Simulation::new(self.model, &mut state, self.seed ^ PILOT_SEED, number, meter).run();
            for (sum, figures) in outages.iter_mut().zip(meter.sums().chunks_exact(FIGURES)) {
                *sum += figures[Figure::Outages.place()];
            }
        }
        let times = self.numbers.len() as f64 / PLAIN as f64;
        let certain =
            |outages: f64| outages >= CERTAINLY_SEEN && outages * times >= CERTAINLY * OUTAGES_FEW as f64;
        let services = self.services.iter().zip(outages);
        services.filter(|(_, outages)| !certain(*outages)).map(|(service, _)| *service).collect()
    }

    /// What some replications of their own show; `None` where there is nothing to be made likelier.
    fn pilot(self, watch: &dyn Watch) -> Result<Option<Pilot>, Stopped> {
        let seed = self.seed ^ PILOT_SEED;
        let Some(mut run) = self.new_run(Effort::branches(1)) else { return Ok(None) };
        let spare = run.usually_out(seed, &self.numbers[..PLAIN]);
        let effort = Effort { spare, ..Effort::branches(PILOT_BRANCHES) };
        let Some(mut run) = self.new_run(effort) else { return Ok(None) };
        let mut rows = Vec::new();
        for &number in &self.numbers[..PILOT] {
            if watch.stops() {
                return Err(Stopped);
            }
            rows.push(run.run(seed, number));
        }
        let times = self.numbers.len() as f64 / PILOT as f64;
        let seen = |place: usize| {
            let figure = |figure: Figure| {
                Series::new(rows.iter().map(|row| row[place * FIGURES + figure.place()]).collect())
            };
            let outages = figure(Figure::Outages).sum();
            Seen {
                is_rare: outages * times < OUTAGES_FEW as f64,
                events: figure(Figure::Downtime).effective_events() * times,
            }
        };
        let seen = (0..self.services.len()).map(seen).collect();
        Ok(Some(Pilot { spare, episodes: run.diagnostics.episodes as f64 * times, seen }))
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

/// What a few replications of other random numbers have shown: whatever is decided by them, the means of all others are not bent
/// by it, as they would be if what looks sharp, or was seen often, was chosen among them.
struct Pilot {
    /// How much is usually out.
    spare: usize,
    /// Episodes of all replications to come.
    episodes: f64,
    /// By service asked about.
    seen: Vec<Seen>,
}

struct Seen {
    /// Whether too few outages are to be expected of all replications.
    is_rare: bool,
    /// As many events of one size will know as much of its downtime.
    events: f64,
}

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
    /// Whether few outages of a service have been seen: its plain figures need not be known well before weighted ones are asked.
    pub(super) fn is_rare(model: &Model, found: &StrategyBlock, service: usize) -> bool {
        let outages: u64 = found.ticks[service].iter().map(|ticks| ticks.outages).sum();
        model.services[service].incident.random && outages < OUTAGES_FEW
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
        let services = Run { model, services: &services, numbers, seed }.may_be_rare();
        if services.is_empty() {
            return Ok(None);
        }
        let run = Run { model, services: &services, numbers, seed };
        let Some(pilot) = run.pilot(watch)? else { return Ok(None) };
        let services: Vec<ServiceId> =
            services.iter().zip(&pilot.seen).filter(|(_, seen)| seen.is_rare).map(|(s, _)| *s).collect();
        if services.is_empty() {
            return Ok(None);
        }
        // How much is usually out, of those that are rare: what others have out is no reason to take their faults for nothing.
        let asks_fewer = services.len() < pilot.seen.len();
        let run = Run { services: &services, ..run };
        let pilot = if asks_fewer { run.pilot(watch)? } else { Some(pilot) };
        let Some(pilot) = pilot else { return Ok(None) };
        let events = pilot.seen.iter().map(|seen| seen.events).fold(f64::INFINITY, f64::min);
        let (way, branches) = match events {
            // Where weights are so uneven that it will never be sharp, they are evened out on the way.
            few if few < EVENTS_UNEVEN => {
                (Way::Splitting, branches(pilot.episodes, MORE / LEVELS).max(SPLITS_MIN))
            }
            // Where that is not sharp, more ways of each episode are worth their time.
            some if some < EVENTS_WANTED => (Way::Forcing, branches(pilot.episodes, MORE)),
            _ => (Way::Forcing, branches(pilot.episodes, 1.0)),
        };
        let effort = Effort { way, branches, spare: pilot.spare };
        let mut rare = run.all(effort, threads, watch).ok_or(Stopped)?;
        for (place, service) in services.iter().enumerate() {
            let events = rare.at(place, Figure::Downtime).effective_events();
            rare.places[service.index()] = (events >= EVENTS_MIN).then_some(place);
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
