//! What gives way where not everything fits: the proposal is read and compiled like any strategy of the scenario, and what
//! that refuses is taken back, the least important first, until nothing is refused.

use super::ground::Ground;
use super::proposal;
use super::{Draft, Group, Obstacle, Reason};
use crate::capacity;
use crate::model::GuestLayer;
use crate::scenario::{self, Input, Issue, Severity, Spec, code};

/// After so many attempts no group is tried any more.
const ATTEMPTS: usize = 200;

/// What does not change from one attempt to the next.
pub(super) struct Around<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) spec: &'a Spec,
    pub(super) strategy: &'a str,
    pub(super) grounds: &'a [Ground],
}

/// A proposal that fits.
pub(super) struct Fitted {
    pub(super) toml: String,
    pub(super) text: Vec<u8>,
    /// The scenario with the proposal in it.
    pub(super) spec: Spec,
    pub(super) clusters: Vec<(String, String, Reason)>,
}

/// Takes back what does not fit, and then gives back what does after all.
pub(super) fn fit(around: &Around<'_>, drafts: &mut [Draft]) -> Result<Fitted, Vec<Issue>> {
    let mut taken: Vec<(usize, Group)> = Vec::new();
    let mut attempts = 0;
    let mut fitted = loop {
        let issues = match around.attempt(drafts) {
            Ok(fitted) => break fitted,
            Err(issues) => issues,
        };
        attempts += 1;
        if !around.give_way(drafts, &issues, attempts > ATTEMPTS, &mut taken) {
            return Err(issues);
        }
    };
    // What gave way first need not have been in the way.
    while let Some((index, group)) = taken.pop().filter(|_| attempts <= ATTEMPTS) {
        let without = std::mem::replace(&mut drafts[index].guest, Ok(group));
        attempts += 1;
        match around.attempt(drafts) {
            Ok(better) => fitted = better,
            Err(_) => drafts[index].guest = without,
        }
    }
    Ok(fitted)
}

impl Around<'_> {
    fn attempt(&self, drafts: &[Draft]) -> Result<Fitted, Vec<Issue>> {
        let clusters = proposal::clusters(self.spec, drafts, self.grounds);
        let toml = proposal::toml(self.spec, self.strategy, drafts, &clusters);
        let text = proposal::pasted(self.input.bytes, &toml);
        let input = Input { name: self.input.name, bytes: &text, overrides: self.input.overrides };
        let (spec, mut issues) = scenario::read(&input);
        if let Some(spec) = &spec {
            let (models, more) = scenario::compile_with_issues(spec);
            issues.extend(more);
            issues.extend(capacity::refusals(spec, &models));
        }
        issues.retain(|issue| issue.severity == Severity::Error);
        match spec {
            Some(spec) if issues.is_empty() => Ok(Fitted { toml, text, spec, clusters }),
            _ => Err(issues),
        }
    }

    /// Takes one thing back; false where nothing is left to take.
    fn give_way(
        &self,
        drafts: &mut [Draft],
        issues: &[Issue],
        hurry: bool,
        taken: &mut Vec<(usize, Group)>,
    ) -> bool {
        let Some(issue) = issues.first() else { return false };
        let obstacle = || self.obstacle(issue);
        let named = |index: usize| {
            let path = scenario::toml_key(&self.spec.services[index].name);
            issue.path.contains(&format!("service.{path}"))
        };
        if hurry && drafts.iter().any(|draft| draft.guest.is_ok()) {
            drafts.iter_mut().filter(|d| d.guest.is_ok()).for_each(|d| d.guest = Err(obstacle()));
            return true;
        }
        // What a product cannot do with a storage is no matter of how much there is.
        let of_storage = issue.code == code::STORAGE_KIND || issue.code == code::LOCAL_STORAGE;
        let clustered = |index: &usize| drafts[*index].host_cluster.is_ok();
        if of_storage && let Some(index) = (0..drafts.len()).filter(clustered).find(|i| named(*i)) {
            drafts[index].host_cluster = Err(obstacle());
            return true;
        }
        // A group needs more hosts than there are: that one, whoever else is less important.
        let grouped = |index: &usize| drafts[*index].guest.is_ok();
        let alone = issue.code == code::TOO_FEW_HOSTS;
        let least =
            (0..drafts.len()).filter(grouped).filter(|index| !alone || named(*index)).min_by_key(|&index| {
                (self.spec.services[index].priority, std::cmp::Reverse(self.takes(drafts, index)))
            });
        if let Some(index) = least {
            self.shrink(&mut drafts[index], index, obstacle(), taken);
            return true;
        }
        let least = (0..drafts.len())
            .filter(clustered)
            .min_by_key(|&index| (!named(index), self.spec.services[index].priority));
        match least {
            Some(index) => drafts[index].host_cluster = Err(obstacle()),
            None => return false,
        }
        true
    }

    /// One member fewer, while there are more than two; else no group.
    fn shrink(&self, draft: &mut Draft, index: usize, obstacle: Obstacle, taken: &mut Vec<(usize, Group)>) {
        match &mut draft.guest {
            Ok(group) if group.layer == GuestLayer::Balanced && group.vms > 2 => group.vms -= 1,
            guest => {
                if let Ok(group) = std::mem::replace(guest, Err(obstacle)) {
                    taken.push((index, group));
                }
            }
        }
    }

    /// The memory that a service's further VMs take.
    fn takes(&self, drafts: &[Draft], index: usize) -> u128 {
        let service = &self.spec.services[index];
        let more = u128::from(service.instances) * u128::from(drafts[index].vms() - 1);
        more * u128::from(service.vm.memory_bytes)
    }

    fn obstacle(&self, issue: &Issue) -> Obstacle {
        let under = format!(" (under strategy \"{}\")", self.strategy);
        Obstacle {
            why: Reason::new(issue.what.replace(&under, ""), &[]),
            change: Reason::new(issue.remedy.clone(), &[]),
        }
    }
}
