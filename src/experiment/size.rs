//! The smallest value of a key that meets its goals: candidates are halved, and each is simulated for as long as it
//! takes to tell on which side of the goals it lies.
//!
//! How often that errs is what [`sequential`] promises, under one assumption that no simulation proves: whoever
//! follows a candidate that meets the goals meets them too. What is simulated beyond the search (the neighbour of
//! the answer, and the last candidate) is held against it.
//!
//! A candidate meets its goals when each is met, and misses them when one is missed. To declare it good although it is not,
//! the one goal that it misses must have been taken for met, so that the first kind of error costs nothing for having many
//! goals; the second is shared out among them.
//!
//! What so many plain replications as there may be leave open is asked of weighted ones: goals beyond what plain ones can see.

use super::metric::Stand;
use super::pool::{Threads, Watch};
use super::study::{Check, Reading, Study};
use crate::model::Model;
use crate::stats::sequential::{self, Bracket, Verdict};

/// What is asked.
pub struct Question<'m> {
    /// In order. `None`: not even its VMs fit, which meets nothing.
    pub candidates: Vec<Option<(&'m Model, Vec<Check>)>>,
    pub seed: u64,
    /// The most replications of one candidate.
    pub cap: u32,
    /// Of the answer as a whole.
    pub confidence: f64,
}

/// What was found of a candidate that was simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub candidate: usize,
    /// `None`: it was not judged, but simulated to show what it would give.
    pub verdict: Option<Verdict>,
    pub replications: u32,
    /// One a check.
    pub readings: Vec<Reading>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub bracket: Bracket,
    /// In the order of the candidates.
    pub findings: Vec<Finding>,
    /// A candidate that misses the goals although an earlier one meets them: the order is not what it was taken for.
    pub contradiction: Option<usize>,
    /// After how many replications candidates were looked at, and how often they could be halved.
    pub looks: Vec<u32>,
    pub decisions: u32,
}

impl Answer {
    /// Replications of all candidates together.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.findings.iter().map(|finding| u64::from(finding.replications)).sum()
    }
}

/// Candidates beyond the search are simulated so often at most: enough to see what they would give.
const BESIDE: u32 = 200;

struct Search<'a, 'm> {
    question: &'a Question<'m>,
    threads: &'a Threads,
    watch: &'a dyn Watch,
    looks: Vec<u32>,
    decisions: u32,
    /// By candidate.
    studies: Vec<Option<(Study<'m>, Option<Verdict>)>>,
}

/// Looks for the answer. `None` where somebody stopped it.
pub fn smallest(question: &Question<'_>, threads: &Threads, watch: &dyn Watch) -> Option<Answer> {
    let candidates = question.candidates.len();
    let mut search = Search {
        question,
        threads,
        watch,
        looks: sequential::looks(question.cap),
        decisions: sequential::decisions(candidates),
        studies: (0..candidates).map(|_| None).collect(),
    };
    let bracket = sequential::smallest(candidates, |candidate| search.judge(candidate))?;
    let beside = [bracket.fails, bracket.passes.map(|passes| passes + 1), candidates.checked_sub(1)];
    let mut contradiction = None;
    for candidate in beside.into_iter().flatten().filter(|candidate| *candidate < candidates) {
        search.show(candidate)?;
        if bracket.passes.is_some_and(|passes| passes < candidate) && search.misses(candidate) {
            contradiction.get_or_insert(candidate);
        }
    }
    Some(Answer { bracket, contradiction, ..search.answer(bracket) })
}

impl<'m> Search<'_, 'm> {
    fn study(&self, candidate: usize) -> Option<Study<'m>> {
        let (model, checks) = self.question.candidates[candidate].clone()?;
        Some(Study::new(model, checks, self.question.seed))
    }

    fn judge(&mut self, candidate: usize) -> Option<Verdict> {
        let Some(mut study) = self.study(candidate) else { return Some(Verdict::Fails) };
        let mut verdict = Verdict::Undecided;
        for &look in &self.looks {
            study.extend(look, self.threads, self.watch)?;
            verdict = self.verdict(&study);
            if verdict != Verdict::Undecided {
                break;
            }
        }
        // They take their time, and are asked only where all plain ones leave it open: that is one look more.
        if verdict == Verdict::Undecided {
            study.weigh(self.threads, self.watch)?;
            verdict = self.verdict(&study);
        }
        self.studies[candidate] = Some((study, Some(verdict)));
        Some(verdict)
    }

    fn verdict(&self, study: &Study<'_>) -> Verdict {
        let looks = self.looks.len() + 1;
        let tail = sequential::tail(self.question.confidence, looks, self.decisions);
        let goals = study.checks().len();
        let stands = (0..goals).map(|goal| study.stand(goal, (tail, tail / goals as f64)));
        let stands: Vec<Stand> = stands.collect();
        if stands.contains(&Stand::Missed) {
            Verdict::Fails
        } else if stands.contains(&Stand::Open) {
            Verdict::Undecided
        } else {
            Verdict::Passes
        }
    }

    /// Simulates a candidate that nobody has asked about, to show what it would give.
    fn show(&mut self, candidate: usize) -> Option<()> {
        if self.studies[candidate].is_none()
            && let Some(mut study) = self.study(candidate)
        {
            study.extend(self.question.cap.min(BESIDE), self.threads, self.watch)?;
            self.studies[candidate] = Some((study, None));
        }
        Some(())
    }

    /// Whether a candidate is known to miss the goals.
    fn misses(&self, candidate: usize) -> bool {
        match &self.studies[candidate] {
            Some((study, _)) => self.verdict(study) == Verdict::Fails,
            None => true,
        }
    }

    fn answer(self, bracket: Bracket) -> Answer {
        let studies = self.studies.into_iter().enumerate();
        let findings = studies.filter_map(|(candidate, study)| {
            let (study, verdict) = study?;
            let readings = (0..study.checks().len()).map(|goal| study.reading(goal)).collect();
            Some(Finding { candidate, verdict, replications: study.replications(), readings })
        });
        Answer {
            bracket,
            findings: findings.collect(),
            contradiction: None,
            looks: self.looks,
            decisions: self.decisions,
        }
    }
}
