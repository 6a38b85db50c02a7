//! Components of which nothing matters but how many of them are up, with laws of any kind.

use super::{Alone, Builder};
use crate::engine::{Law, Span};
use crate::exact::members::Members;
use crate::exact::one_crew::OneCrew;
use crate::exact::renewal::Renewal;
use crate::exact::worth::{ALL_PPB, Worth};
use crate::model::{Ages, CrewId, Delay, GuestGroup, InstanceId, Model};

/// What an instance comes down to where only numbers matter.
pub(in crate::exact) enum Counts {
    Members(Members),
    OneCrew(OneCrew),
}

/// The numbers that matter to an instance: of one VM, or of balanced members that are missed at once.
pub(in crate::exact) fn counts_of(model: &Model, instance: InstanceId) -> Option<Counts> {
    let mut builder = Builder::new(model, instance);
    super::scope::check(&mut builder);
    if !builder.obstacles.is_empty() || builder.is_clustered() {
        return None;
    }
    let worth = match &builder.service.guest {
        None => Worth { carried_ppb: vec![0, ALL_PPB], is_shared: false },
        Some(GuestGroup::Balanced { detection, convergence, join, carried_ppb, .. }) => {
            if ![detection, convergence, join].into_iter().all(takes_no_time) {
                return None;
            }
            Worth { carried_ppb: carried_ppb.clone(), is_shared: true }
        }
        Some(GuestGroup::Failover(_)) => return None,
    };
    let vms: Vec<usize> = model.vms_of(instance).map(|vm| vm.index()).collect();
    let faults: Vec<Alone<'_>> = vms.iter().map(|&vm| builder.alone(vm)).collect::<Option<_>>()?;
    let mut hosts: Vec<u32> = vms.iter().map(|&vm| model.vms[vm].host.0).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let apart = faults.iter().all(|alone| alone.is_own) && hosts.len() == vms.len();
    if vms.len() > 1 && !apart {
        return None;
    }
    match faults[0].crew {
        Some(crew) => one_crew(&builder, crew, &faults, worth).map(Counts::OneCrew),
        None if faults.iter().any(|alone| alone.crew.is_some()) => None,
        None => {
            let members = faults.iter().map(|alone| renewal(model, alone)).collect::<Option<_>>()?;
            Some(Counts::Members(Members { members, worth }))
        }
    }
}

fn takes_no_time(delay: &Delay) -> bool {
    delay.fixed() == Some(Span::ZERO)
}

/// Lives of any law where one fault ends them, of exponential laws where several do.
fn renewal(model: &Model, alone: &Alone<'_>) -> Option<Renewal> {
    let laws = |delays: &[&Delay]| -> Vec<Law> {
        delays.iter().filter(|delay| !takes_no_time(delay)).map(|delay| delay.law.clone()).collect()
    };
    let lives: Vec<Law> = alone.faults.iter().map(|fault| fault.ttf.law.clone()).collect();
    let exponential = lives.iter().all(|law| matches!(law, Law::Exponential { .. }));
    // Lives that all end at one age end together, which no lattice tells from lives that end at nearly one.
    let smooth = lives.iter().all(|law| law.mean_s() > 0.0 && law.has_hazard());
    if (lives.len() > 1 && !exponential) || !smooth {
        return None;
    }
    let outs = alone.faults.iter().map(|fault| laws(&[&[&fault.ttr][..], &alone.out].concat())).collect();
    Some(Renewal { lives, outs, back: laws(&alone.back), is_stationary: model.ages == Ages::Stationary })
}

/// Hosts that are alike, with a person who has nothing else to do.
fn one_crew(builder: &Builder<'_>, crew: CrewId, faults: &[Alone<'_>], worth: Worth) -> Option<OneCrew> {
    let model = builder.model;
    let is_all = model.crews[crew.index()].size == 1
        && model.hosts.iter().filter(|host| host.crew == Some(crew)).count() == faults.len()
        && model.parts.iter().all(|part| part.fault.is_none() || part.crew != Some(crew))
        && faults.iter().all(|alone| {
            alone.crew == Some(crew) && alone.out.iter().chain(&alone.back).all(|delay| takes_no_time(delay))
        });
    let laws = |alone: &Alone<'_>| -> Option<Vec<(f64, Law)>> {
        let rate = |law: &Law| match law {
            Law::Exponential { mean_s } if *mean_s > 0.0 => Some(1.0 / mean_s),
            _ => None,
        };
        alone.faults.iter().map(|fault| Some((rate(&fault.ttf.law)?, fault.ttr.law.clone()))).collect()
    };
    let repair = laws(&faults[0])?;
    let alike = faults.iter().all(|alone| laws(alone).as_ref() == Some(&repair));
    let rate = repair.iter().map(|part| part.0).sum();
    (is_all && alike).then_some(OneCrew { hosts: faults.len(), rate, repair, worth })
}
