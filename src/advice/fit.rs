//! What gives way where not everything fits: the proposal is read and compiled like any strategy of the scenario, and what
//! that refuses is taken back, the least important first, until nothing is refused. A group gives way as well where its
//! VMs take the room that others are restarted in (SED-15).

use std::cmp::Reverse;

use super::ground::Ground;
use super::proposal;
use super::{Draft, Group, Obstacle, Reason};
use crate::capacity;
use crate::model::{GuestLayer, Model};
use crate::scenario::{self, Input, Issue, Severity, Spec, code, size_text};

/// After so many attempts no group is tried any more.
const ATTEMPTS: usize = 64;

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
    /// Whether what has no second VM can be restarted; absent where no cluster restarts anything.
    pub(super) spare: Option<Spare>,
}

/// The room that is left for VMs of which there is no other, in the worst case of one host lost.
pub(super) struct Spare {
    host: String,
    waiting: u32,
}

impl Spare {
    fn of(model: &Model) -> Option<Spare> {
        let losses = capacity::lose_each(model)?;
        let alone = |case: &capacity::Case| -> u32 {
            let single = case.waiting.iter().filter(|(s, _)| model.services[s.index()].guest.is_none());
            single.map(|(_, vms)| vms).sum()
        };
        // Of equal ones the first.
        let worst = losses.cases.iter().rev().max_by_key(|case| alone(case))?;
        let host =
            worst.hosts.first().map_or_else(String::new, |host| model.hosts[host.index()].name.clone());
        Some(Spare { host, waiting: alone(worst) })
    }

    pub(super) fn reason(&self) -> Reason {
        const FACTS: &[&str] = &["SED-15", "VMW-98"];
        if self.waiting == 0 {
            return Reason::new(
                "whichever host is lost, every VM that has no other beside it finds room elsewhere",
                FACTS,
            );
        }
        let what = format!(
            "when {} is lost, {} that nothing stands in for wait until it is back, and would without any group: add \
             hosts or memory",
            self.host,
            scenario::count_text(u64::from(self.waiting), "VM", "VMs")
        );
        Reason::new(what, FACTS)
    }
}

/// Why a proposal cannot stay as it is.
enum Objection {
    Refused(Vec<Issue>),
    /// No room is left to restart others in.
    Spare(Spare),
}

/// Takes back what does not fit, and then gives back what does after all.
pub(super) fn fit(around: &Around<'_>, drafts: &mut [Draft]) -> Result<Fitted, Vec<Issue>> {
    let mut taken: Vec<(usize, Group)> = Vec::new();
    let mut attempts = 0;
    let mut keeps_spare = true;
    let mut fitted = loop {
        let objection = match around.attempt(drafts) {
            Err(issues) => Objection::Refused(issues),
            Ok(mut fitted) => match fitted.spare.take_if(|spare| spare.waiting > 0) {
                None => break fitted,
                Some(spare) => {
                    keeps_spare = keeps_spare && around.has_spare_without_groups(drafts);
                    if !keeps_spare {
                        break Fitted { spare: Some(spare), ..fitted };
                    }
                    Objection::Spare(spare)
                }
            },
        };
        attempts += 1;
        if !around.give_way(drafts, &objection, attempts > ATTEMPTS, &mut taken) {
            return match objection {
                Objection::Refused(issues) => Err(issues),
                // Without groups there is room, and no group is left.
                Objection::Spare(_) => around.attempt(drafts),
            };
        }
    };
    // What gave way first need not have been in the way.
    while let Some((index, group)) = taken.pop().filter(|_| attempts <= ATTEMPTS) {
        let without = std::mem::replace(&mut drafts[index].guest, Ok(group));
        attempts += 1;
        let is_short =
            |fitted: &Fitted| keeps_spare && fitted.spare.as_ref().is_some_and(|spare| spare.waiting > 0);
        match around.attempt(drafts) {
            Ok(better) if !is_short(&better) => fitted = better,
            _ => drafts[index].guest = without,
        }
    }
    Ok(fitted)
}

impl Around<'_> {
    fn attempt(&self, drafts: &[Draft]) -> Result<Fitted, Vec<Issue>> {
        let clusters = proposal::clusters(self.spec, drafts, self.grounds);
        let toml = proposal::toml(self.spec, self.strategy, drafts, &clusters);
        let text = proposal::pasted(self.input.bytes, &toml);
        let input = Input {
            name: self.input.name,
            bytes: &text,
            overrides: self.input.overrides,
            files: self.input.files,
        };
        let (spec, mut issues) = scenario::read(&input);
        let mut spare = None;
        if let Some(spec) = &spec {
            let (models, more) = scenario::compile_with_issues(spec);
            issues.extend(more);
            issues.extend(capacity::refusals(spec, &models));
            spare = models.iter().find(|model| model.strategy == self.strategy).and_then(Spare::of);
        }
        issues.retain(|issue| issue.severity == Severity::Error);
        match spec {
            Some(spec) if issues.is_empty() => Ok(Fitted { toml, text, spec, clusters, spare }),
            _ => Err(issues),
        }
    }

    fn has_spare_without_groups(&self, drafts: &[Draft]) -> bool {
        let mut bare = drafts.to_vec();
        for draft in bare.iter_mut().filter(|draft| draft.host_cluster.is_ok()) {
            draft.guest = Err(Obstacle { why: Reason::new("", &[]), change: Reason::new("", &[]) });
        }
        self.attempt(&bare).is_ok_and(|fitted| fitted.spare.is_none_or(|spare| spare.waiting == 0))
    }

    /// Takes one thing back; false where nothing is left to take.
    fn give_way(
        &self,
        drafts: &mut [Draft],
        objection: &Objection,
        hurry: bool,
        taken: &mut Vec<(usize, Group)>,
    ) -> bool {
        let issue = match objection {
            Objection::Refused(issues) => issues.first(),
            Objection::Spare(_) => None,
        };
        let named = |index: usize| {
            let path = format!("service.{}", scenario::toml_key(&self.spec.services[index].name));
            let is_path = |rest: &str| rest.is_empty() || rest.starts_with('.');
            issue.is_some_and(|issue| issue.path.split_once(&path).is_some_and(|(_, rest)| is_path(rest)))
        };
        let is_of = |codes: &[&str]| issue.is_some_and(|issue| codes.contains(&issue.code));
        let obstacle = |index: usize| self.obstacle(objection, drafts, index);
        let clustered = |index: &usize| drafts[*index].host_cluster.is_ok();
        let grouped = |index: &usize| drafts[*index].guest.is_ok();
        let all = || 0..drafts.len();
        if hurry && drafts.iter().any(|draft| draft.guest.is_ok()) {
            let obstacles: Vec<(usize, Obstacle)> = all().filter(grouped).map(|i| (i, obstacle(i))).collect();
            obstacles.into_iter().for_each(|(index, obstacle)| drafts[index].guest = Err(obstacle));
            return true;
        }
        // What a product cannot do with a storage is no matter of how much there is.
        let of_storage = is_of(&[code::STORAGE_KIND, code::LOCAL_STORAGE]);
        if of_storage && let Some(index) = all().filter(clustered).find(|index| named(*index)) {
            drafts[index].host_cluster = Err(obstacle(index));
            return true;
        }
        // A group needs more hosts than there are: that one, whoever else is less important.
        let alone = is_of(&[code::TOO_FEW_HOSTS]);
        let rank = |index: &usize| (self.spec.services[*index].priority, Reverse(self.takes(drafts, *index)));
        if let Some(index) = all().filter(grouped).filter(|index| !alone || named(*index)).min_by_key(rank) {
            let obstacle = obstacle(index);
            shrink(&mut drafts[index], index, obstacle, taken);
            return true;
        }
        let rank = |index: &usize| (!named(*index), self.spec.services[*index].priority);
        let Some(index) = all().filter(clustered).min_by_key(rank) else { return false };
        drafts[index].host_cluster = Err(obstacle(index));
        true
    }

    /// The memory that a service's further VMs take.
    fn takes(&self, drafts: &[Draft], index: usize) -> u64 {
        let service = &self.spec.services[index];
        let more =
            u64::from(service.instances).saturating_mul(u64::from(drafts[index].vms().saturating_sub(1)));
        more.saturating_mul(service.vm.memory_bytes)
    }

    fn obstacle(&self, objection: &Objection, drafts: &[Draft], index: usize) -> Obstacle {
        match objection {
            Objection::Refused(issues) => {
                let under = format!(" (under strategy \"{}\")", self.strategy);
                let of = |text: fn(&Issue) -> &String| issues.first().map(text).cloned().unwrap_or_default();
                Obstacle {
                    why: Reason::new(of(|issue| &issue.what).replace(&under, ""), &[]),
                    change: Reason::new(of(|issue| &issue.remedy), &[]),
                }
            }
            Objection::Spare(spare) => {
                let waiting = scenario::count_text(u64::from(spare.waiting), "VM", "VMs");
                Obstacle {
                    why: Reason::new(
                        format!(
                            "its further VMs would take the room in which others restart: with a group for it, too, \
                             {waiting} that nothing stands in for would wait when {} is lost",
                            spare.host
                        ),
                        &["SED-15", "VMW-98"],
                    ),
                    change: Reason::new(
                        format!(
                            "{} more memory on the hosts would hold its further VMs",
                            size_text(self.takes(drafts, index))
                        ),
                        &["SED-15"],
                    ),
                }
            }
        }
    }
}

/// One member fewer, while there are more than two; else no group.
fn shrink(draft: &mut Draft, index: usize, obstacle: Obstacle, taken: &mut Vec<(usize, Group)>) {
    match &mut draft.guest {
        Ok(group) if group.layer == GuestLayer::Balanced && group.vms > 2 => {
            taken.push((index, group.clone()));
            group.vms -= 1;
        }
        guest => {
            if let Ok(group) = std::mem::replace(guest, Err(obstacle)) {
                taken.push((index, group));
            }
        }
    }
}
