//! From a cluster's plan to the profile of its family.

use super::super::profiles::Family;
use super::super::resolve::ClusterPlan;
use crate::engine::{Law, Span};
use crate::model::{
    Fencing, FivePrimariesProfile, Host, HostId, IsolationResponse, PoolProfile, PrimaryProfile, Product,
    QuorumProfile, RingProfile, Storage, StorageKind, Votes,
};

pub(super) fn product(
    plan: &ClusterPlan,
    hosts: &[Host],
    members: &[HostId],
    storages: &[Storage],
) -> Product {
    match plan.product.profile().family {
        Family::Custom => Product::Custom { detection: plan.detection.clone().into() },
        Family::Primary => Product::Primary(PrimaryProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after_datastore: plan.span("failed_after_datastore"),
            failed_after_no_datastore: plan.span("failed_after_no_datastore"),
            election_starts_after: plan.span("election_starts_after"),
            election_lasts: plan.span("election_lasts"),
            restart_after_election: plan.span("restart_after_election"),
            isolation_declared_after: plan.span("isolation_declared_after"),
            isolation_declared_after_primary: plan.span("isolation_declared_after_primary"),
            isolation_response: response(plan),
            isolation_response_delay: plan.span("isolation_response_delay"),
            restart_after_response: plan.law("restart_after_response").into(),
            ranking: ranking(hosts, members, storages),
        }),
        Family::FivePrimaries => Product::FivePrimaries(FivePrimariesProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after: plan.span("failed_after"),
            isolation_declared_after: plan.span("isolation_declared_after"),
            isolation_response: response(plan),
            isolation_response_delay: plan.span("isolation_response_delay"),
        }),
        Family::Pool => Product::Pool(PoolProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after: plan.span("failed_after"),
            agreement: plan.law("agreement").into(),
            winners_wait: plan.law("winners_wait").into(),
            notice: plan.law("notice").into(),
            master_takeover: plan.law("master_takeover").into(),
            isolation_fenced_after: plan.span("isolation_fenced_after"),
            winners_wait_extension: plan.law("winners_wait_extension").into(),
        }),
        Family::Quorum => Product::Quorum(QuorumProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after: plan.span("failed_after"),
            resiliency: plan.span("resiliency"),
            regroup: plan.law("regroup").into(),
            disk_move: plan.law("disk_move").into(),
            votes: votes(plan, members, !plan.product.word().starts_with("hyper-v-2008")),
        }),
        Family::Ring => Product::Ring(ring(plan, members)),
    }
}

fn ring(plan: &ClusterPlan, members: &[HostId]) -> RingProfile {
    // OSS-13: token + (n - 2) * 650 ms from three hosts on.
    let beyond_two = members.len().saturating_sub(2) as u64;
    let failed_after = plan.span("token") + Span(plan.span("token_per_host").0.saturating_mul(beyond_two));
    let fencing = if plan.numbers.contains_key("fencing") {
        Fencing::Peers { takes: plan.law("fencing").into() }
    } else {
        Fencing::Watchdog {
            resets_after: plan.span("self_fenced_after"),
            recover_after: plan.span("recover_after"),
            loops: plan.law("recovery_loops").into(),
        }
    };
    let votes = votes(plan, members, false);
    RingProfile { failed_after, regroup: Law::into(plan.law("regroup")), fencing, votes }
}

fn response(plan: &ClusterPlan) -> IsolationResponse {
    match plan.choices.get("isolation_response") {
        Some(&"power-off") => IsolationResponse::PowerOff,
        Some(&"shut-down") => IsolationResponse::ShutDown,
        _ => IsolationResponse::LeaveOn,
    }
}

/// HYP-11: an odd number of votes; the witness itself is taken to be perfect.
fn votes(plan: &ClusterPlan, members: &[HostId], dynamic: bool) -> Votes {
    let witness = match plan.choices.get("witness") {
        Some(&"auto") | None => members.len().is_multiple_of(2),
        Some(&word) => word != "none",
    };
    Votes { witness, dynamic }
}

/// VMW-05: most connected datastores first, then the highest name, compared as text.
fn ranking(hosts: &[Host], members: &[HostId], storages: &[Storage]) -> Vec<u32> {
    let datastores =
        |host: &Host| host.storages.iter().filter(|s| storages[s.index()].kind != StorageKind::Das).count();
    let mut seats: Vec<u32> = (0..members.len() as u32).collect();
    seats.sort_by(|&a, &b| {
        let (a, b) = (&hosts[members[a as usize].index()], &hosts[members[b as usize].index()]);
        datastores(b).cmp(&datastores(a)).then_with(|| b.name.cmp(&a.name))
    });
    seats
}
