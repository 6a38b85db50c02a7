//! Where a VM is restarted.

use crate::engine::Tournament;
use crate::model::{AntiAffinity, ClusterId, HostId, Model, VmId};
use crate::state::{ClusterState, Lead, State};

/// The host with the most free memory that admits the VM, among the spare hosts first (VMW-90); the lower
/// seat where two are equal.
///
/// The cluster's seats are a tournament by free memory, so the first candidate is at hand and the
/// cost does not grow with the cluster. Only where it does not admit the VM (a sibling lives there,
/// its cores are taken, its disks are out of reach) is it set aside and the next one asked; all are
/// back in their seats when the function returns.
#[inline(always)]
#[must_use]
pub fn choose_host(model: &Model, state: &mut State, cluster: ClusterId, vm: VmId) -> Option<HostId> {
    if state.clusters[cluster.index()].is_split {
        return choose_on_a_side(model, state, cluster, vm);
    }
    match first_choice(model, state, cluster, vm) {
        None => choose(model, state, cluster, vm, &Sides::All),
        first => first,
    }
}

/// As [`choose_host`], in a cluster that has fallen into sides.
fn choose_on_a_side(model: &Model, state: &mut State, cluster: ClusterId, vm: VmId) -> Option<HostId> {
    // VML-02: whoever finds out about a loss gives orders on its own side, if anybody there can take them.
    if let Some(side) = state.clusters[cluster.index()].orders_from
        && let Some(host) = choose(model, state, cluster, vm, &Sides::Only(side))
    {
        return Some(host);
    }
    let sides = Sides::of(model, state, cluster, vm)?;
    choose(model, state, cluster, vm, &sides)
}

/// Whether a VM may be started on one host in particular, as if it had been chosen.
#[must_use]
pub fn could_choose(model: &Model, state: &State, cluster: ClusterId, vm: VmId, host: HostId) -> bool {
    let row = &state.clusters[cluster.index()];
    let ordered = row.orders_from.filter(|_| row.is_split);
    let reached = ordered.is_some_and(|side| Sides::Only(side).include(model, state, host))
        || Sides::of(model, state, cluster, vm).is_some_and(|sides| sides.include(model, state, host));
    reached
        && admits(model, state, host, vm)
        && (!keeps_apart(model, cluster, vm) || is_apart(model, state, host, vm))
}

/// Whether restarts keep a VM from hosts on which others of its instance live.
fn keeps_apart(model: &Model, cluster: ClusterId, vm: VmId) -> bool {
    let rules = &model.clusters[cluster.index()].restart;
    rules.anti_affinity != AntiAffinity::Ignore && model.service_of(vm).guest.is_some()
}

/// Whether a host would take a VM if no other of its instance lived there.
#[must_use]
pub fn only_siblings_forbid(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> bool {
    let shared = |host: &HostId| {
        state.takes_orders(model, *host)
            && !is_apart(model, state, *host, vm)
            && admits(model, state, *host, vm)
    };
    keeps_apart(model, cluster, vm) && model.clusters[cluster.index()].hosts.iter().any(shared)
}

/// As [`choose_host`], for those who do not hear a host that a VM lives on: none of its side.
#[must_use]
pub fn choose_host_of_others(
    model: &Model,
    state: &mut State,
    cluster: ClusterId,
    vm: VmId,
    silent: HostId,
) -> Option<HostId> {
    let sides = match state.side(model, silent) {
        Some(side) if state.clusters[cluster.index()].is_split => Sides::AllBut(side),
        _ => Sides::of(model, state, cluster, vm)?,
    };
    choose(model, state, cluster, vm, &sides)
}

/// The host with the most free memory, where no spare hosts come first: nearly always it takes the VM.
#[inline(always)]
fn first_choice(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> Option<HostId> {
    let fixed = &model.clusters[cluster.index()];
    let rooms = &state.clusters[cluster.index()].rooms;
    if rooms.least() == Tournament::OUT || !fixed.admission.spare_hosts().is_empty() {
        return None;
    }
    let first = fixed.hosts[rooms.winner() as usize];
    let chosen = suits(model, state, first, vm)
        && (!keeps_apart(model, cluster, vm) || is_apart(model, state, first, vm));
    chosen.then_some(first)
}

fn choose(model: &Model, state: &mut State, cluster: ClusterId, vm: VmId, sides: &Sides) -> Option<HostId> {
    let need = model.service_of(vm).need;
    let fixed = &model.clusters[cluster.index()];
    let hosts = &fixed.hosts;
    let apart = keeps_apart(model, cluster, vm);
    if !fixed.admission.spare_hosts().is_empty()
        && let Some(host) = choose_spare(model, state, cluster, vm, sides, apart)
    {
        return Some(host);
    }
    // Nobody takes orders.
    if state.clusters[cluster.index()].rooms.least() == Tournament::OUT {
        return None;
    }
    let mut beside_a_sibling = None;
    let mut set_aside = std::mem::take(&mut state.scratch_seats);
    let mut chosen = None;
    loop {
        let rooms = &state.clusters[cluster.index()].rooms;
        let (key, seat) = (rooms.least(), rooms.winner());
        // Nobody has as much as it needs; all who follow have less.
        if key == Tournament::OUT || key > ClusterState::key(need.memory_mib) {
            break;
        }
        let host = hosts[seat as usize];
        debug_assert!(state.takes_orders(model, host), "a seat in the game takes no orders");
        if sides.include(model, state, host) && suits(model, state, host, vm) {
            if !apart || is_apart(model, state, host, vm) {
                chosen = Some(host);
                break;
            }
            beside_a_sibling = beside_a_sibling.or(Some(host));
        }
        set_aside.push((seat, key));
        state.clusters[cluster.index()].rooms.set(seat, Tournament::OUT);
    }
    for (seat, key) in set_aside.drain(..) {
        state.clusters[cluster.index()].rooms.set(seat, key);
    }
    state.scratch_seats = set_aside;
    // HYP-33: soft, unless it is enforced.
    if chosen.is_none() && fixed.restart.anti_affinity == AntiAffinity::Should {
        return choose_spare(model, state, cluster, vm, sides, false).or(beside_a_sibling);
    }
    chosen
}

/// Where the orders of whoever may restart a VM reach, in a cluster that has fallen into sides.
enum Sides {
    All,
    Only(u32),
    AllBut(u32),
}

impl Sides {
    /// `None`: nobody may restart it. A primary restarts what lies on datastores that it owns: the main side owns
    /// those that it reaches, the others the rest (VMW-38).
    #[inline(always)]
    fn of(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> Option<Sides> {
        let row = &state.clusters[cluster.index()];
        if !row.is_split || row.others.is_empty() {
            return Some(Sides::All);
        }
        Sides::owner_of(model, state, cluster, vm)
    }

    fn owner_of(model: &Model, state: &State, cluster: ClusterId, vm: VmId) -> Option<Sides> {
        let row = &state.clusters[cluster.index()];
        let main = Lead { primary: row.primary, phase: row.primary_phase };
        let main = state.leads(model, main).then_some(row.main);
        let ready = |(place, lead): (usize, &Lead)| state.leads(model, *lead).then_some(place as u32);
        let owns = |side: &u32| {
            model.clusters[cluster.index()].hosts.iter().any(|&host| {
                state.takes_orders(model, host)
                    && state.side(model, host) == Some(*side)
                    && state.is_wired(model, host, vm)
                    && state.reaches_disk(model, vm, host)
            })
        };
        main.into_iter().chain(row.others.iter().enumerate().filter_map(ready)).find(owns).map(Sides::Only)
    }

    #[inline]
    fn include(&self, model: &Model, state: &State, host: HostId) -> bool {
        match self {
            Sides::All => true,
            Sides::Only(side) => state.side(model, host) == Some(*side),
            Sides::AllBut(side) => state.side(model, host) != Some(*side),
        }
    }
}

/// The spare host for a VM; `apart` leaves out those on which a sibling lives. A cluster has few spare hosts, so all
/// are asked.
fn choose_spare(
    model: &Model,
    state: &State,
    cluster: ClusterId,
    vm: VmId,
    sides: &Sides,
    apart: bool,
) -> Option<HostId> {
    let spares = model.clusters[cluster.index()].admission.spare_hosts();
    let free = |host: HostId| state.hosts[host.index()].free(&model.hosts[host.index()]).memory_mib;
    let admitting = spares
        .iter()
        .copied()
        .filter(|&host| sides.include(model, state, host) && admits(model, state, host, vm));
    let fit = admitting.filter(|&host| !apart || is_apart(model, state, host, vm));
    fit.min_by_key(|&host| (std::cmp::Reverse(free(host)), model.hosts[host.index()].seat))
}

/// Whether no other VM of the same instance lives on a host (GFC-05: nodes on different hosts).
#[must_use]
pub fn is_apart(model: &Model, state: &State, host: HostId, vm: VmId) -> bool {
    let instance = model.vms[vm.index()].instance;
    let arrives = |sibling: VmId| state.moves.get(sibling.index()).is_some_and(|row| row.to == host.0);
    model
        .vms_of(instance)
        .all(|sibling| sibling == vm || (state.vms[sibling.index()].host != host.0 && !arrives(sibling)))
}

/// Whether a host can take a VM: it is up and hears the order, has room, and reaches the VM's disks.
#[must_use]
pub fn admits(model: &Model, state: &State, host: HostId, vm: VmId) -> bool {
    state.takes_orders(model, host) && suits(model, state, host, vm)
}

/// As [`admits`], of a host that takes orders.
#[inline(always)]
fn suits(model: &Model, state: &State, host: HostId, vm: VmId) -> bool {
    let need = model.service_of(vm).need;
    let free = state.hosts[host.index()].free(&model.hosts[host.index()]);
    need.memory_mib <= free.memory_mib
        && need.cores <= free.cores
        && !state.hosts[host.index()].doomed
        && !state.has_failed_on(model, vm, host)
        && state.is_wired(model, host, vm)
        && state.reaches_disk(model, vm, host)
}
