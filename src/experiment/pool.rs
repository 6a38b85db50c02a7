//! Blocks over threads.

use std::ops::Range;

use rayon::prelude::*;

use super::block::{Allowance, Block, Worker};
use super::precision;
use super::rare::{Rare, Stopped};
use super::refine::Known;
use super::sample::Sample;
use super::summarize::{Findings, summarize};
use super::summary::Summary;
use crate::model::Model;

/// What is to be run, beside the models.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario's title and the hash of its text with all overrides, for the record.
    pub title: String,
    pub sha256: String,
    pub seed: u64,
    pub replications: u32,
    /// Threads; `None`: as many as the machine has.
    pub threads: Option<usize>,
}

/// Somebody who watches a run, from any thread.
pub trait Watch: Sync {
    /// Some more replications are finished.
    fn finished(&self, replications: u32);
    /// Whether to start nothing more. What has started is finished and counted: to drop it would
    /// favour the quick, lucky replications.
    fn stops(&self) -> bool {
        false
    }
    /// Whether to drop even what has started, for somebody who cannot wait.
    fn drops(&self) -> bool {
        false
    }
    /// Whether somebody would like to hear now how well downtimes are known.
    fn asks(&self) -> bool {
        false
    }
    /// So well: half of the widest interval of those that have been down, in parts of its mean; `None` where nothing has been yet.
    fn hears(&self, _within: Option<f64>) {}
}

/// Nobody watches.
impl Watch for () {
    fn finished(&self, _replications: u32) {}
}

/// Replications of a block: enough to pay for its bookkeeping, few enough to share out evenly.
const BLOCK: u32 = 8;
/// Blocks that a thread runs before all of them are added up: every outage of theirs is in memory until then.
const BLOCKS_PER_THREAD: u32 = 16;

/// Threads, started once.
pub struct Threads(rayon::ThreadPool);

impl Threads {
    /// Runs something on them.
    pub(super) fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.install(work)
    }

    /// So many; `None`: as many as the machine has. Where so many cannot be had, one does the same work and gives the
    /// same bytes.
    ///
    /// # Panics
    /// When not one thread can be started.
    #[must_use]
    pub fn new(threads: Option<usize>) -> Threads {
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        Threads(pool(threads.unwrap_or(0)).or_else(|_| pool(1)).expect("a thread can be started"))
    }
}

/// Runs all replications of all models and summarizes them. `None` when stopped before any had finished.
///
/// # Panics
/// When not one thread can be started, or on a broken invariant of the simulation.
pub fn run(models: &[Model], plan: &Plan, watch: &dyn Watch) -> Option<Summary> {
    run_on(&Threads::new(plan.threads), models, plan, watch).map(|outcome| outcome.summary)
}

/// A run, and what its downtimes can be compared with those of other runs by.
pub struct Outcome<'m> {
    pub summary: Summary,
    models: &'m [Model],
    findings: Findings,
    /// By strategy; empty where somebody has stopped it.
    rare: Vec<Option<Rare>>,
}

impl Outcome<'_> {
    /// The downtimes of a strategy's service; `None`: of all of them together.
    #[must_use]
    pub fn sample(&self, strategy: usize, service: Option<usize>) -> Sample {
        let known = Known {
            model: &self.models[strategy],
            found: &self.findings.strategies[strategy],
            rare: self.rare.get(strategy).and_then(Option::as_ref),
        };
        Sample::of(&known, service)
    }
}

/// As [`run`], on threads that are there.
///
/// # Panics
/// On a broken invariant of the simulation.
pub fn run_on<'m>(
    threads: &Threads,
    models: &'m [Model],
    plan: &Plan,
    watch: &dyn Watch,
) -> Option<Outcome<'m>> {
    let mut findings = Findings::new(models, 0);
    let work = Work { models, allowances: &[], seed: plan.seed };
    let precision = models.first().and_then(|model| model.precision);
    let looks = match precision {
        Some(_) => precision::looks(plan.replications).collect(),
        None => vec![plan.replications],
    };
    let (mut is_enough, mut rare, mut weighted_from) = (false, None, 0);
    for look in looks {
        let done = findings.replications();
        work.extend(&mut findings, done..look, threads, watch);
        if findings.replications() < look {
            // Somebody has stopped it: what was found at the last look is of fewer replications.
            rare = None;
            break;
        }
        if let Some(precision) = precision {
            let from = if look == plan.replications { 0 } else { weighted_from };
            let seen = precision::look(models, precision, &findings, plan.seed, (threads, watch), from);
            (is_enough, rare, weighted_from) = (seen.is_enough, seen.rare, seen.weighted_from);
            if is_enough {
                break;
            }
        }
    }
    let find = |(model, found)| Rare::find(model, found, findings.numbers(), plan.seed, threads, watch);
    let rare: Result<Vec<Option<Rare>>, Stopped> =
        rare.map_or_else(|| models.iter().zip(&findings.strategies).map(find).collect(), Ok);
    findings.any().then(|| {
        let mut summary = summarize(models, plan, &findings, rare.as_deref().unwrap_or_default(), is_enough);
        summary.rare_stopped = rare.is_err();
        Outcome { summary, models, findings, rare: rare.unwrap_or_default() }
    })
}

/// What is simulated.
pub(super) struct Work<'m> {
    pub models: &'m [Model],
    pub allowances: &'m [Allowance],
    pub seed: u64,
}

impl Work<'_> {
    /// Adds replications to what was found so far, in their order; fewer only where somebody stops it.
    pub(super) fn extend(
        &self,
        findings: &mut Findings,
        replications: Range<u32>,
        threads: &Threads,
        watch: &dyn Watch,
    ) {
        let pool = &threads.0;
        let wave = BLOCKS_PER_THREAD.saturating_mul(pool.current_num_threads() as u32);
        let blocks = (replications.end - replications.start).div_ceil(BLOCK);
        let mut first = 0;
        while first < blocks && !watch.stops() {
            let last = first.saturating_add(wave).min(blocks);
            let block = |worker: &mut Worker<'_>, number: u32| {
                let begins = replications.start + number * BLOCK;
                let ends = begins.saturating_add(BLOCK).min(replications.end);
                run_block(worker, begins..ends, self.seed, watch)
            };
            let done: Vec<Vec<Block>> = pool.install(|| {
                (first..last)
                    .into_par_iter()
                    .map_init(|| Worker::new(self.models, self.allowances), block)
                    .collect()
            });
            for block in done.into_iter().flatten() {
                findings.add(block);
            }
            if watch.asks() {
                watch.hears(precision::within(self.models, findings));
            }
            first = last;
        }
    }
}

/// A few replications in one piece, or one by one where they are long, so that nobody who stops the run waits for
/// eight of them, or loses eight.
fn run_block(worker: &mut Worker<'_>, replications: Range<u32>, seed: u64, watch: &dyn Watch) -> Vec<Block> {
    let mut done = Vec::new();
    let (mut next, end) = (replications.start, replications.end);
    while next < end && !watch.stops() {
        let until = if worker.is_slow() { next + 1 } else { end };
        let Some(block) = worker.run(seed, next..until, watch) else { break };
        watch.finished(until - next);
        done.push(block);
        next = until;
    }
    done
}
