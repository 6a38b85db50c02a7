//! One strategy under a microscope: replications that are added as long as somebody wants more, and intervals as
//! narrow or wide as asked.

use super::block::Allowance;
use super::metric::{self, Asked, Stand};
use super::pool::{Threads, Watch, Work};
use super::rare::Rare;
use super::refine::Known;
use super::summarize::Findings;
use super::summary::Estimate;
use crate::model::Model;
use crate::scenario::goal::Goal;
use crate::stats::interval;

/// A goal of one service of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub goal: Goal,
    /// The service's place in the model.
    pub service: usize,
}

/// What has been found of a goal so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The metric per instance and horizon; of a percentile the share of instances that are over its limit.
    pub estimate: Estimate,
    /// Of a percentile: what so many of all instances have at most, in seconds or outages.
    pub percentile: Option<f64>,
}

/// The replications of one model so far, the first n of which are those of any run.
pub(super) struct Study<'m> {
    model: &'m Model,
    checks: Vec<Check>,
    /// One a check, of which only percentiles have a use for it.
    allowances: Vec<Allowance>,
    findings: Findings,
    /// Of as many replications, what weighted ones add to them.
    rare: Option<Rare>,
    seed: u64,
}

impl<'m> Study<'m> {
    pub(super) fn new(model: &'m Model, checks: Vec<Check>, seed: u64) -> Study<'m> {
        let allowance = |Check { goal, service }: &Check| metric::allowance(goal, *service, model.horizon);
        let allowances: Vec<Allowance> = checks.iter().map(allowance).collect();
        let findings = Findings::new(std::slice::from_ref(model), allowances.len());
        Study { model, checks, allowances, findings, rare: None, seed }
    }

    pub(super) fn checks(&self) -> &[Check] {
        &self.checks
    }

    pub(super) fn replications(&self) -> u32 {
        self.findings.replications()
    }

    /// Goes on until there are so many; `None` where somebody stops it before.
    pub(super) fn extend(&mut self, until: u32, threads: &Threads, watch: &dyn Watch) -> Option<()> {
        let models = std::slice::from_ref(self.model);
        let work = Work { models, allowances: &self.allowances, seed: self.seed };
        let done = self.replications();
        work.extend(&mut self.findings, done..until.max(done), threads, watch);
        (self.replications() >= until).then_some(())
    }

    /// Asks weighted replications as well, as many as there are plain ones; `None` where somebody stops it before.
    pub(super) fn weigh(&mut self, threads: &Threads, watch: &dyn Watch) -> Option<()> {
        // Weighted replications know means alone.
        let is_mean = |goal: &Goal| goal.percentile.is_none() && metric::figure(goal.metric).is_some();
        if self.checks.iter().any(|check| is_mean(&check.goal)) {
            self.rare = Rare::find(self.model, self.findings.numbers(), self.seed, threads, watch).ok()?;
        }
        Some(())
    }

    /// Where a goal stands, with the probability `tail` left out at each end.
    pub(super) fn stand(&self, number: usize, tails: (f64, f64)) -> Stand {
        self.asked(number).stand(&self.known(), tails)
    }

    fn asked(&self, number: usize) -> Asked<'_> {
        let Check { goal, service } = &self.checks[number];
        Asked { goal, service: *service, allowance: number }
    }

    fn known(&self) -> Known<'_> {
        Known { model: self.model, found: &self.findings.strategies[0], rare: self.rare.as_ref() }
    }

    /// What was found of a goal, with a 95 % interval.
    pub(super) fn reading(&self, number: usize) -> Reading {
        let (asked, known) = (self.asked(number), self.known());
        Reading { estimate: asked.estimate(&known, interval::TAIL), percentile: asked.percentile(&known) }
    }
}
