//! How often intervals hold the truth, and whether that is as often as they say.

use ninefold::experiment::summary::{Estimate, Method};
use ninefold::special::student_t_quantile;

/// Effective outages, (mean / standard error)², from which on an interval is to hold the truth neither too rarely nor too often.
/// It is what Kish's number of the outages' lengths, (Σw)² / Σw², becomes where replications are the unit.
const EFFECTIVE_MANY: f64 = 100.0;

/// One figure in one regime, over many experiments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub runs: u32,
    held: u32,
    /// Student's t alone: the twin that must fail where outages are few.
    held_by_t: u32,
    above: u32,
    below: u32,
    /// Nothing differed between replications, and the bound of that held.
    unseen: u32,
    unseen_held: u32,
    /// By importance sampling.
    weighted: u32,
    weighted_held: u32,
    /// The sum of what was found, in parts of the truth.
    found: f64,
    effective: Vec<f64>,
}

impl Tally {
    /// `lost` is what outages have made of the figure, which for an availability is what is left to 1.
    pub(crate) fn note(&mut self, found: &Estimate, lost: f64, truth: f64, replications: u32) {
        let t = student_t_quantile(0.975, f64::from(replications) - 1.0) * found.se;
        let (low, high) = (truth < found.low, truth > found.high);
        self.runs += 1;
        self.held += u32::from(!low && !high);
        self.above += u32::from(low);
        self.below += u32::from(high);
        self.held_by_t += u32::from((found.mean - truth).abs() <= t);
        if found.se <= 0.0 {
            self.unseen += 1;
            self.unseen_held += u32::from(!low && !high);
        }
        if found.method == Method::ImportanceSampling {
            self.weighted += 1;
            self.weighted_held += u32::from(!low && !high);
        }
        self.found += if truth == 0.0 { found.mean } else { found.mean / truth };
        self.effective.push(if found.se > 0.0 { (lost / found.se).powi(2) } else { 0.0 });
    }

    pub(crate) fn merge(&mut self, other: Tally) {
        self.runs += other.runs;
        self.held += other.held;
        self.held_by_t += other.held_by_t;
        self.above += other.above;
        self.below += other.below;
        self.unseen += other.unseen;
        self.unseen_held += other.unseen_held;
        self.weighted += other.weighted;
        self.weighted_held += other.weighted_held;
        self.found += other.found;
        self.effective.extend(other.effective);
    }

    fn percent(&self, count: u32) -> f64 {
        100.0 * f64::from(count) / f64::from(self.runs)
    }

    pub(crate) fn share(&self) -> f64 {
        self.percent(self.held)
    }

    pub(crate) fn share_of_t(&self) -> f64 {
        self.percent(self.held_by_t)
    }

    /// What was found on average, in parts of the truth.
    pub(crate) fn bias(&self) -> f64 {
        self.found / f64::from(self.runs)
    }

    /// The median of effective outages.
    pub(crate) fn effective(&self) -> f64 {
        let mut sorted = self.effective.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    pub(crate) fn are_many(&self) -> bool {
        self.effective() >= EFFECTIVE_MANY
    }

    /// A cell of a table: in percent what holds, in brackets what Student's t alone does.
    pub(crate) fn cell(&self) -> String {
        format!("{:.1} ({:.1})", self.share(), self.share_of_t())
    }

    /// All of it, for whoever looks for a reason.
    pub(crate) fn line(&self) -> String {
        format!(
            "{:5.1} %, t {:5.1} %, too high {:.2} %, too low {:.2} %, effective outages {:.1}, mean {:.4} of the truth, nothing seen in {}, \
             weighted {} of which {} hold",
            self.share(),
            self.share_of_t(),
            self.percent(self.above),
            self.percent(self.below),
            self.effective(),
            self.bias(),
            self.unseen,
            self.weighted,
            self.weighted_held,
        )
    }

    /// What is wrong with it, if anything: 94 % at least, and from a hundred effective outages on 93 % to 97 %, unless it may hold more often. Of 2,000
    /// experiments with 95 % fewer than 93 % or more than 97 % hold once in 22,000 times; with 92 % the gate fails in 95 % of all cases.
    pub(crate) fn verdict(&self, may_be_wide: bool) -> Option<String> {
        let share = self.share();
        if self.unseen_held < self.unseen && self.unseen > self.runs / 10 {
            return Some(format!("a bound of nothing seen holds in {} of {}", self.unseen_held, self.unseen));
        }
        let (least, most) = match (self.are_many(), may_be_wide) {
            (true, false) => (93.0, 97.0),
            (true, true) => (93.0, 100.0),
            (false, _) => (94.0, 100.0),
        };
        (!(least..=most).contains(&share)).then(|| format!("{share:.2} % are not {least} to {most} %"))
    }
}
