//! From the plan of a failover group to its rules.

use super::super::guest_plan::FailoverPlan;
use super::super::spec::Service;
use crate::model::{Detection, FailoverLimit, FailoverRules, RestartInPlace, Takeover};

pub(super) fn rules(plan: FailoverPlan, service: &Service) -> FailoverRules {
    let FailoverPlan { detection, takeover, in_place, limit, failback, watches } = plan;
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
        // What starts where it is starts as the service says, whatever a takeover as a whole is taken to cost.
        in_place: in_place.map(|(most, window)| RestartInPlace {
            most,
            window,
            start: service.start.clone().into(),
            recover: service.recover.clone().into(),
        }),
        limit: limit.map(|(most, window, retry)| FailoverLimit { most, window, retry: retry.into() }),
        failback: failback.map(Into::into),
        watches,
    }
}
