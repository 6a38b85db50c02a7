//! From a cluster's plan to the profile of its family.

use super::super::profiles::Family;
use super::super::resolve::ClusterPlan;
use super::super::spec::{InjectTarget, Spec};
use super::super::witness::Deciding;
use super::hardware::{fault, site_id};
use super::parts::place;
use crate::engine::{Law, Span};
use crate::model::{
    Cause, ClusterId, Fencing, FivePrimariesProfile, Host, HostId, IsolationResponse, Model, Part, PartId,
    PartKind, PoolProfile, PrimaryProfile, Product, Quarantine, QuorumProfile, RingProfile, Storage,
    StorageId, StorageKind, Votes, Witness, WitnessKind,
};

pub(super) fn product(
    spec: &Spec,
    plan: &ClusterPlan,
    cluster: ClusterId,
    members: &[HostId],
    model: &mut Model,
) -> Product {
    match plan.product.profile().family {
        Family::Custom => Product::Custom { detection: plan.detection.clone().into() },
        Family::Primary => Product::Primary(PrimaryProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after_datastore: plan.span("failed_after_datastore"),
            failed_after_no_datastore: plan.span("failed_after_no_datastore"),
            datastore_watch: plan.span("datastore_watch"),
            election_starts_after: plan.span("election_starts_after"),
            election_lasts: plan.span("election_lasts"),
            restart_after_election: plan.span("restart_after_election"),
            isolation_declared_after: plan.span("isolation_declared_after"),
            isolation_declared_after_primary: plan.span("isolation_declared_after_primary"),
            isolation_response: response(plan),
            isolation_response_delay: plan.span("isolation_response_delay"),
            restart_after_response: plan.law("restart_after_response").into(),
            shutdown: plan.law("shutdown").into(),
            shutdown_timeout: plan.span("shutdown_timeout"),
            ranking: ranking(&model.hosts, members, &model.storages),
        }),
        Family::FivePrimaries => Product::FivePrimaries(FivePrimariesProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after: plan.span("failed_after"),
            isolation_declared_after: plan.span("isolation_declared_after"),
            isolation_response: response(plan),
            isolation_response_delay: plan.span("isolation_response_delay"),
            shutdown: plan.law("shutdown").into(),
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
            hang_reset_after: plan.span("hang_reset_after"),
            agent_reset_after: plan.law("agent_reset_after").into(),
            statefile: spec.statefile(cluster.index(), plan).map(|(storage, _)| StorageId(storage as u32)),
        }),
        Family::Quorum => Product::Quorum(QuorumProfile {
            heartbeat_interval: plan.span("heartbeat_interval"),
            failed_after: plan.span("failed_after"),
            failed_after_cross_site: plan.span("failed_after_cross_site"),
            resiliency: plan.span("resiliency"),
            regroup: plan.law("regroup").into(),
            disk_move: plan.law("disk_move").into(),
            hang_reset_after: plan.span("hang_reset_after"),
            agent_reset_after: plan.law("agent_reset_after").into(),
            holds_io: plan.word("isolated_block_vms") == "paused",
            quarantine: quarantine(plan),
            name_ttl: plan.span("name_ttl"),
            quorum_forced_after: plan.law("quorum_forced_after").into(),
            votes: Votes {
                dynamic: plan.word("dynamic_quorum") == "on",
                ..votes(spec, plan, cluster, model)
            },
        }),
        Family::Ring => Product::Ring(ring(plan, members, votes(spec, plan, cluster, model))),
    }
}

fn ring(plan: &ClusterPlan, members: &[HostId], votes: Votes) -> RingProfile {
    // OSS-13: token + (n - 2) * 650 ms from three hosts on.
    let beyond_two = members.len().saturating_sub(2) as u64;
    let failed_after = plan.span("token") + Span(plan.span("token_per_host").0.saturating_mul(beyond_two));
    let fencing = if plan.values.contains_key("fencing") {
        Fencing::Peers { takes: plan.law("fencing").into() }
    } else {
        Fencing::Watchdog {
            resets_after: plan.span("self_fenced_after"),
            agent_reset_after: plan.law("agent_reset_after").into(),
            fence_delay: plan.span("fence_delay"),
            recover_after: plan.span("recover_after"),
            loops: plan.law("recovery_loops").into(),
        }
    };
    RingProfile { failed_after, regroup: Law::into(plan.law("regroup")), fencing, votes }
}

fn response(plan: &ClusterPlan) -> IsolationResponse {
    match plan.word("isolation_response") {
        "power-off" => IsolationResponse::PowerOff,
        "shut-down" => IsolationResponse::ShutDown,
        _ => IsolationResponse::LeaveOn,
    }
}

fn quarantine(plan: &ClusterPlan) -> Option<Quarantine> {
    let departures = plan.count("quarantine_count");
    (departures != u32::MAX).then(|| Quarantine {
        departures,
        window: plan.span("quarantine_window"),
        lasts: plan.span("quarantine_lasts"),
    })
}

fn votes(spec: &Spec, plan: &ClusterPlan, cluster: ClusterId, model: &mut Model) -> Votes {
    let deciding = spec.witness(cluster.index(), plan);
    let kind = match deciding {
        Deciding::Disk { storage, .. } => WitnessKind::Disk(StorageId(storage as u32)),
        Deciding::Network { .. } => WitnessKind::Network,
        // A disk that lies nowhere is an error of the scenario.
        _ => WitnessKind::Anywhere,
    };
    let site = match deciding {
        Deciding::Network { site } => site,
        _ => None,
    };
    let witness = deciding.is_there().then(|| Witness {
        kind,
        part: witness_part(spec, plan, cluster, site, model),
        place: site.map(place),
    });
    let preferred = plan.preferred_site.map(place);
    Votes { witness, witness_only: plan.word("witness") == "disk-only", dynamic: false, preferred }
}

/// A witness that can be out: by itself, by a script, or with its site.
fn witness_part(
    spec: &Spec,
    plan: &ClusterPlan,
    cluster: ClusterId,
    site: Option<usize>,
    model: &mut Model,
) -> Option<PartId> {
    let scripted = spec.injects.iter().any(|i| i.target == InjectTarget::Witness(cluster.index()));
    if plan.witness_outage.is_none() && site.is_none() && !scripted {
        return None;
    }
    let id = PartId(model.parts.len() as u32);
    let component = format!("cluster {}", spec.clusters[cluster.index()].name);
    let part = Part::new(PartKind::Witness(cluster), &component, "witness", Cause::WitnessOutage);
    model.parts.push(part.with(plan.witness_outage.as_ref().map(fault), None));
    if let Some(site) = site {
        model.domains[site_id(spec, site).index()].feeds.push(id);
    }
    Some(id)
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
