//! Which node of a failover group goes online.

use crate::model::{InstanceId, Model, Traffic, VmId};
use crate::state::{State, VmPhase};

/// The first node after the last owner, in the order of names and round, whose guest runs with its
/// application free, its disks and its clients in reach. The last owner itself comes last.
#[must_use]
pub fn choose_node(model: &Model, state: &State, instance: InstanceId) -> Option<u8> {
    let fixed = &model.instances[instance.index()];
    let owner = u32::from(state.instances[instance.index()].group.owner);
    (1..=fixed.vms)
        .map(|step| (owner + step) % fixed.vms)
        .find(|&node| can_take_over(model, state, VmId(fixed.first_vm.0 + node)))
        .map(|node| node as u8)
}

/// Whether a node could bring the group online, or go on doing so. Its disks are asked for, not only
/// whether it stands still: when storage fails its VMs are told one after the other, and a group that
/// needs no time to notice must not move to a node whose turn has not come, nor to one whose disks go with their site.
#[must_use]
pub fn can_take_over(model: &Model, state: &State, vm: VmId) -> bool {
    let row = &state.vms[vm.index()];
    // Those who decide do not hear it.
    let silent = state.nodes.get(vm.index()).is_some_and(|node| !node.heard);
    row.phase == VmPhase::Idle
        && !row.suspended
        && !silent
        && row.host().is_some_and(|h| {
            !state.hosts[h.index()].doomed
                && state.hears(model, h, Traffic::Client)
                && state.reaches_disk(model, vm, h)
                && state.copy_of(model, vm).is_none_or(|copy| !state.storages[copy.index()].doomed)
        })
}
