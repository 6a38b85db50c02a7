//! From the plan of a failover group to its rules.

use super::super::guest_plan::{FailoverPlan, WitnessPlan};
use super::super::spec::{InjectTarget, Service, Spec};
use super::hardware::{fault, site_id};
use super::parts::place;
use crate::model::{
    Cause, Detection, FailoverLimit, FailoverRules, Model, Part, PartId, PartKind, RestartInPlace, ServiceId,
    StorageId, Takeover, Traffic, Votes, Witness, WitnessKind,
};

pub(super) fn rules(
    spec: &Spec,
    plan: FailoverPlan,
    (id, service): (ServiceId, &Service),
    model: &mut Model,
) -> FailoverRules {
    let FailoverPlan {
        detection,
        takeover,
        coverage,
        manual_recovery,
        in_place,
        limit,
        failback,
        votes,
        watches,
    } = plan;
    let takeover = takeover.of(service);
    let start = takeover.start.unwrap_or_else(|| service.start.clone());
    let recover = takeover.recover.unwrap_or_else(|| service.recover.clone());
    FailoverRules {
        detection: detection
            .map(|(seen, confirmed)| Detection { seen: seen.into(), confirmed: confirmed.into() }),
        takeover: Takeover {
            offline: takeover.offline.into(),
            disk: takeover.disk.into(),
            address: takeover.address.into(),
            start: start.into(),
            recover: recover.into(),
        },
        coverage,
        manual_recovery: manual_recovery.into(),
        // What starts where it is starts as the service says, whatever a takeover as a whole is taken to cost.
        in_place: in_place.map(|(most, window)| RestartInPlace {
            most,
            window,
            start: service.start.clone().into(),
            recover: service.recover.clone().into(),
        }),
        limit: limit.map(|(most, window, retry)| FailoverLimit { most, window, retry: retry.into() }),
        failback: failback.map(Into::into),
        votes: votes.map(|votes| Votes {
            witness: votes.witness.map(|plan| witness(spec, plan, (id, service), model)),
            witness_only: false,
            dynamic: votes.dynamic,
            preferred: None,
        }),
        private_cards: spec.has_card(&service.vm, Traffic::Private),
        watches,
    }
}

/// A witness that can be out: by itself, or with its site.
fn witness(
    spec: &Spec,
    plan: WitnessPlan,
    (id, service): (ServiceId, &Service),
    model: &mut Model,
) -> Witness {
    let kind = match plan.storage {
        Some(storage) => WitnessKind::Disk(StorageId(storage as u32)),
        None if plan.network => WitnessKind::Network,
        None => WitnessKind::Anywhere,
    };
    let scripted = spec.injects.iter().any(|i| i.target == InjectTarget::GroupWitness(id.index()));
    let part = (plan.outage.is_some() || plan.site.is_some() || scripted).then(|| {
        let number = PartId(model.parts.len() as u32);
        let component = format!("service {}", service.name);
        let part = Part::new(PartKind::GroupWitness(id), &component, "witness", Cause::WitnessOutage);
        model.parts.push(part.with(plan.outage.as_ref().map(fault), None));
        if let Some(site) = plan.site {
            model.domains[site_id(spec, site).index()].feeds.push(number);
        }
        number
    });
    Witness { kind, part, place: plan.site.map(place) }
}
