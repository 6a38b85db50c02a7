//! Where a VM is moved to while it runs.

use crate::model::{AntiAffinity, ClusterId, HostId, Model, Product, VmId};
use crate::state::State;

use super::placement::{admits, is_apart};

/// What a VM finds that has to leave its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    Host(HostId),
    /// Somebody could take it, but not now: as many are being moved as may be at a time.
    Busy,
    /// Nobody can take it as it is.
    Nobody,
}

/// The host with the most free memory that can take a VM while it runs: at the same site if there is one, and where none of
/// its instance lives if the product minds; the lower seat where two are equal.
#[must_use]
pub fn choose_destination(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> Destination {
    let Some(from) = state.vms[vm.index()].host() else { return Destination::Nobody };
    if !has_a_turn(model, state, cluster, vm, from) {
        return Destination::Busy;
    }
    let (mut busy, mut best) = (false, None);
    for &host in &model.clusters[cluster.index()].hosts {
        let fixed = &model.hosts[host.index()];
        let here = model.hosts[from.index()].place == fixed.place;
        let free = state.hosts[host.index()].free(fixed).memory_mib;
        let rank = (is_apart(model, state, host, vm), here, free);
        // Most hosts are not the best, which is quickly seen.
        if best.is_some_and(|(before, _)| rank <= before) || !can_go(model, state, cluster, vm, host) {
            continue;
        }
        if is_full(model, state, cluster, host) {
            busy = true;
        } else {
            best = Some((rank, host));
        }
    }
    match best {
        Some((_, host)) => Destination::Host(host),
        None if busy => Destination::Busy,
        None => Destination::Nobody,
    }
}

/// The same of one host in particular.
#[must_use]
pub fn could_move(model: &Model, state: &State, cluster: ClusterId, vm: VmId, host: HostId) -> Destination {
    let Some(from) = state.vms[vm.index()].host() else { return Destination::Nobody };
    if from == host || !can_go(model, state, cluster, vm, host) {
        Destination::Nobody
    } else if is_full(model, state, cluster, host) || !has_a_turn(model, state, cluster, vm, from) {
        Destination::Busy
    } else {
        Destination::Host(host)
    }
}

/// The host with the most free memory where a VM can be started that has to leave its own and cannot be moved alive.
#[must_use]
pub fn choose_cold(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> Option<HostId> {
    let fixed = &model.clusters[cluster.index()];
    let hosts = fixed.hosts.iter().copied().filter(|host| !fixed.admission.spare_hosts().contains(host));
    let free = |host: HostId| state.hosts[host.index()].free(&model.hosts[host.index()]).memory_mib;
    hosts
        .filter(|&host| state.vms[vm.index()].host() != Some(host) && admits(model, state, host, vm))
        .filter(|&host| !must_be_apart(model, cluster, vm) || is_apart(model, state, host, vm))
        .max_by_key(|&host| (is_apart(model, state, host, vm), free(host), std::cmp::Reverse(host)))
}

/// Whether a host can take a VM as it is, were it not for limits.
fn can_go(model: &Model, state: &State, cluster: ClusterId, vm: VmId, host: HostId) -> bool {
    let fixed = &model.clusters[cluster.index()];
    let Some(rules) = &fixed.migration else { return false };
    let Some(from) = state.vms[vm.index()].host() else { return false };
    let (source, target) = (&model.hosts[from.index()], &model.hosts[host.index()]);
    // HYP-44: where sites have subnets of their own, a VM that runs cannot change its site.
    let subnets = matches!(&fixed.product, Product::Quorum(profile) if profile.name_ttl.0 > 0);
    host != from
        && source.migration.is_some()
        && target.migration.is_some()
        && (rules.any_processor || source.processor == target.processor)
        && (!subnets || source.place == target.place)
        // VMW-90: they are kept empty.
        && !fixed.admission.spare_hosts().contains(&host)
        && admits(model, state, host, vm)
        && (!must_be_apart(model, cluster, vm) || is_apart(model, state, host, vm))
}

fn must_be_apart(model: &Model, cluster: ClusterId, vm: VmId) -> bool {
    let rules = &model.clusters[cluster.index()].restart;
    rules.anti_affinity == AntiAffinity::Must && model.service_of(vm).guest.is_some()
}

/// Whether a host takes part in as many migrations as it may.
fn is_full(model: &Model, state: &State, cluster: ClusterId, host: HostId) -> bool {
    let Some(rules) = &model.clusters[cluster.index()].migration else { return true };
    let link = model.hosts[host.index()].migration.unwrap_or(0.0);
    state.hosts[host.index()].migrations >= rules.limit(link)
}

/// Whether one more VM may be moved from a host, and on its storage.
fn has_a_turn(model: &Model, state: &State, cluster: ClusterId, vm: VmId, from: HostId) -> bool {
    let Some(rules) = &model.clusters[cluster.index()].migration else { return false };
    let storage = model.vms[vm.index()].storage;
    let beside = |other: VmId| model.vms[other.index()].storage == storage;
    !is_full(model, state, cluster, from)
        && (storage.is_none() || rules.per_storage == u32::MAX || {
            // VMW-75: whoever's cluster it is.
            let all = state.clusters.iter().flat_map(|row| &row.migrations);
            (all.filter(|row| beside(row.vm)).count() as u32) < rules.per_storage
        })
}
