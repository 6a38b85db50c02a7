//! Blocks over threads.

use std::ops::Range;

use rayon::prelude::*;

use super::block::{Allowance, Block, Worker};
use super::gate::Docket;
use super::precision;
use super::rare::{Rare, Stopped};
use super::refine::Known;
use super::sample::Sample;
use super::summarize::{Findings, summarize};
use super::summary::Summary;
use crate::model::Model;
use crate::scenario::gate::Gate;

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
        Sample::of(&self.known(strategy), service)
    }

    pub(super) fn known(&self, strategy: usize) -> Known<'_> {
        Known {
            model: &self.models[strategy],
            found: &self.findings.strategies[strategy],
            rare: self.rare.get(strategy).and_then(Option::as_ref),
        }
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
    run_gated(threads, models, plan, &[], watch)
}

/// The first look at gates of a run that stops by itself, or as many replications as it has at most.
const GATED_FROM: u32 = 128;

/// As [`run_on`], and goes on beyond its replications while a gate is undecided that may become decided: see [`super::gate`].
///
/// # Panics
/// On a broken invariant of the simulation.
pub fn run_gated<'m>(
    threads: &Threads,
    models: &'m [Model],
    plan: &Plan,
    gates: &[Gate],
    watch: &dyn Watch,
) -> Option<Outcome<'m>> {
    let precision = models.first().and_then(|model| model.precision);
    let (mut looks, first) = match precision {
        Some(_) => (precision::looks(plan.replications).collect(), GATED_FROM.min(plan.replications)),
        None => (vec![plan.replications], plan.replications),
    };
    let mut docket = Docket::new(gates, models, first, plan.replications);
    looks.extend(docket.looks());
    looks.sort_unstable();
    looks.dedup();
    let allowances = std::mem::take(&mut docket.allowances);
    let mut findings = Findings::new(models, allowances.len());
    let work = Work { models, allowances: &allowances, seed: plan.seed };
    let find = |findings: &Findings| -> Result<Vec<Option<Rare>>, Stopped> {
        models.iter().map(|m| Rare::find(m, findings.numbers(), plan.seed, threads, watch)).collect()
    };
    let (mut is_enough, mut rare, mut weighted_from, mut asked) = (false, None, 0, plan.replications);
    for look in looks {
        let done = findings.replications();
        work.extend(&mut findings, done..look, threads, watch);
        // What was found at the last look is of fewer replications.
        (rare, asked) = (None, look.max(plan.replications));
        if findings.replications() < look {
            break;
        }
        if let Some(precision) = precision.filter(|_| !is_enough && look <= plan.replications) {
            let from = if look == plan.replications { 0 } else { weighted_from };
            let seen = precision::look(models, precision, &findings, plan.seed, (threads, watch), from);
            (is_enough, rare, weighted_from) = (seen.is_enough, seen.rare.map(Ok), seen.weighted_from);
        }
        if docket.is_due(look) {
            let found = rare.take().unwrap_or_else(|| find(&findings));
            if let Ok(found) = &found {
                docket.look(&known(models, &findings, found), findings.numbers(), plan.seed);
            }
            rare = Some(found);
        }
        let may_end = is_enough || look >= plan.replications;
        if matches!(rare, Some(Err(_))) || (may_end && !docket.is_open(look)) {
            asked = look;
            break;
        }
    }
    let rare = rare.unwrap_or_else(|| find(&findings));
    findings.any().then(|| {
        let weighted = rare.as_deref().unwrap_or_default();
        docket.close(&known(models, &findings, weighted), findings.numbers(), plan.seed);
        let mut summary = summarize(models, plan, &findings, weighted, is_enough);
        summary.replications_asked = asked;
        summary.rare_stopped = rare.is_err();
        summary.gates = docket.summarize(models);
        Outcome { summary, models, findings, rare: rare.unwrap_or_default() }
    })
}

/// Each strategy as plain and weighted replications know it; the latter of none where somebody has stopped them.
fn known<'a>(models: &'a [Model], findings: &'a Findings, rare: &'a [Option<Rare>]) -> Vec<Known<'a>> {
    let rare = rare.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let each = models.iter().zip(&findings.strategies).zip(rare);
    each.map(|((model, found), rare)| Known { model, found, rare }).collect()
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
