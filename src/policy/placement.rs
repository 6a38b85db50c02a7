//! Where a VM is restarted.

use crate::engine::Tournament;
use crate::model::{ClusterId, HostId, Model, VmId};
use crate::state::{ClusterState, State};

/// The host with the most free memory that admits the VM; the lower seat where two are equal.
///
/// The cluster's seats are a tournament by free memory, so the first candidate is at hand and the
/// cost does not grow with the cluster. Only where it does not admit the VM (a sibling lives there,
/// its cores are taken, its disks are out of reach) is it set aside and the next one asked; all are
/// back in their seats when the function returns.
#[must_use]
pub fn choose_host(model: &Model, state: &mut State, cluster: ClusterId, vm: VmId) -> Option<HostId> {
    let need = model.service_of(vm).need;
    let hosts = &model.clusters[cluster.index()].hosts;
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
        if admits(model, state, host, vm) {
            chosen = Some(host);
            break;
        }
        set_aside.push((seat, key));
        state.clusters[cluster.index()].rooms.set(seat, Tournament::OUT);
    }
    for (seat, key) in set_aside.drain(..) {
        state.clusters[cluster.index()].rooms.set(seat, key);
    }
    state.scratch_seats = set_aside;
    chosen
}

/// Whether a host can take a VM: it is up and hears the order, has room, reaches the VM's disks, and
/// no other VM of the same instance lives there (GFC-05: nodes on different hosts).
#[must_use]
pub fn admits(model: &Model, state: &State, host: HostId, vm: VmId) -> bool {
    let service = model.service_of(vm);
    let need = service.need;
    let free = state.hosts[host.index()].free(&model.hosts[host.index()]);
    let fixed = &model.vms[vm.index()];
    need.memory_mib <= free.memory_mib
        && need.cores <= free.cores
        && state.takes_orders(model, host)
        && !state.hosts[host.index()].doomed
        && model.reaches(host, vm)
        && (!model.is_local(vm) || fixed.host == host)
        && state.reaches_disk(model, vm, host)
        // Only groups have siblings; to others nothing more need be read.
        && (service.guest.is_none()
            || model.vms_of(fixed.instance).all(|sibling| state.vms[sibling.index()].host != host.0))
}
